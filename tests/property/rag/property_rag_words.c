/* property_rag_words.c - what holds for any words, in whatever order: a question, a conversation and a table of them are
 * read without going beyond their ends, and what is answered stands there. Words are drawn from those that the rules for
 * six languages turn on, so most of what comes is broken off, or said twice, or in two languages.
 */
#include "support/test.h"

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/extract.h"
#include "rag/domain/followup.h"
#include "rag/domain/tally.h"

enum { ROUNDS = 800, TALKS = 4000, MOST_WORDS = 12, MEM_BYTES = 32 << 20, TEXT_BYTES = 16 << 10 };

/* A line a language: "and", six words that ask, and others; the last is of none. */
static const char *const lines[] = {
    "and what who when where how which does do did cost open close she it their one total average "
    "most least price "
    "captain rows parking ticket days boat not first long is are was the a an of in to for many "
    "much per",
    "et qui quel quand combien où est que coûte de du des d' l' le la les un une elle il ferme "
    "prix entrée total plus "
    "abonnement tarif piscine l'abonnement d'un moyenne pas jours heures",
    "und wer was wann wie wo welche viele lange kostet der die das ein eine ist in für Eintritt "
    "Preis sie höchste Summe "
    "Tage Rechnung Uhr nicht von den",
    "y quién qué cuánto cuándo cuál dónde cuesta cuántas el los las la un una es de del para abre "
    "precio media días "
    "habitación no",
    "e chi che quanto quale dove quando costa il lo la gli è di dell'importo dal apre prezzo media "
    "giorni camera "
    "l'ingresso un",
    "e quem quanto qual onde quando que custa o os a uma é do da para abre preço média dias quarto "
    "não",
    "average Total: moyenne summe Wex Ada Bell Mull Quimper 2 1990 E-42 $ 1,234.50 \"page 2\" 3rd "
    "third . , ? : | - ( "
    ") [1] 7:30 12 kg € km/h CEO"};

enum { ASKING = 6, LINES = sizeof lines / sizeof *lines, OF_NONE = LINES - 1, MOST_OF_LINE = 64 };

static anc_str vocabulary[LINES][MOST_OF_LINE];
static uint32_t n_words[LINES];

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static int read_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < LINES; i++) {
        anc_str rest = anc_str_of(lines[i]);
        for (anc_str one; n_words[i] < MOST_OF_LINE && anc_str_split(&rest, ' ', &one);)
            vocabulary[i][n_words[i]++] = one;
    }
    return 0;
}

/* Mostly of that language. */
static anc_str word_of(uint32_t language)
{
    const uint32_t other = draw(16);
    const uint32_t line = other == 0 ? draw(LINES) : other == 1 ? OF_NONE : language;
    return vocabulary[line][draw(n_words[line])];
}

/* Some words behind what stands in `out` already, `between` between them. */
static void say(anc_buf *out, uint32_t language, uint32_t most, anc_str between)
{
    for (uint32_t n = draw(most + 1); n > 0; n--) {
        (void)anc_buf_add(out, word_of(language));
        (void)anc_buf_add(out, draw(12) == 0 ? ANC_STR("") : between);
    }
}

static anc_str said(anc_buf *out, uint32_t language, uint32_t most)
{
    anc_buf_clear(out);
    say(out, language, most, ANC_STR(" "));
    return anc_buf_view(out);
}

/* ---- a conversation ------------------------------------------------------------------------- */

/* A question, broken off anywhere, or what begins with "and". */
static anc_str asked(anc_buf *out, uint32_t language, bool goes_on)
{
    anc_buf_clear(out);
    (void)anc_buf_add(out, vocabulary[language][goes_on ? 0 : 1 + draw(ASKING)]);
    (void)anc_buf_add(out, ANC_STR(" "));
    say(out, language, goes_on ? 3 : 5, ANC_STR(" "));
    return anc_buf_view(out);
}

static void conversations(void **state)
{
    (void)state;
    enum { TURNS = 3 };
    for (seed = 1; seed < TALKS; seed++) {
        const uint64_t first = seed;
        const uint32_t language = draw(OF_NONE);
        ANC_ARENA(mem, MEM_BYTES);
        anc_err err = {ANC_OK, NULL, "", ""};
        rag_exchange history[TURNS];
        anc_str meant;
        ANC_BUF(out, TEXT_BYTES);
        for (size_t i = 0; i < TURNS; i++) {
            history[i].question = anc_arena_copy(mem, asked(&out, language, false));
            history[i].answer = anc_arena_copy(mem, said(&out, language, MOST_WORDS));
        }
        const anc_str question = asked(&out, language, draw(4) > 0);
        ASSERT_OK(rag_stand_alone(mem, question, history, draw(TURNS + 1), &meant, &err), &err);
        assert_true(anc_utf8_valid(meant));
        seed = first;
    }
}

/* ---- a table -------------------------------------------------------------------------------- */

/* Cells that are one word each, so that many of them are the same. */
static anc_str row_of(anc_buf *out, uint32_t language, size_t cells)
{
    anc_buf_clear(out);
    for (size_t i = 0; i < cells; i++) {
        (void)anc_buf_add(out, i > 0 ? ANC_STR(" | ") : ANC_STR(""));
        if (i + 1 == cells)
            (void)anc_buf_printf(out, "%u", draw(2000));
        else
            (void)anc_buf_add(out, word_of(language));
    }
    return anc_buf_view(out);
}

static void tables(void **state)
{
    (void)state;
    enum { ROWS = 5 };
    for (seed = 1; seed < ROUNDS; seed++) {
        const uint64_t first = seed;
        const uint32_t language = draw(OF_NONE);
        ANC_ARENA(mem, MEM_BYTES);
        anc_err err = {ANC_OK, NULL, "", ""};
        ANC_BUF(out, TEXT_BYTES);
        anc_str rows[ROWS];
        const size_t cells = 2 + draw(3);
        rag_tally_table table = {.title = ANC_STR("tools.csv"), .uri = ANC_STR("/tools.csv")};
        table.columns = anc_arena_copy(mem, row_of(&out, language, cells));
        for (size_t i = 0; i < ROWS; i++)
            rows[i] = anc_arena_copy(mem, row_of(&out, language, cells));
        const anc_str question = anc_arena_copy(mem, said(&out, language, 4 * MOST_WORDS));
        rag_tally_wish wish;
        rag_tally *t;
        rag_tally_answer answer;
        bool may;
        ASSERT_OK(rag_tally_wished(mem, question, &wish, &err), &err);
        ASSERT_OK(rag_tally_new(mem, question, &table, &t, &err), &err);
        for (size_t i = 0; i < ROWS; i++)
            ASSERT_OK(rag_tally_look(t, mem, rows[i], &err), &err);
        ASSERT_OK(rag_tally_settle(t, &may, &err), &err);
        size_t in = 0;
        for (size_t i = 0; i < ROWS && may; i++) {
            rag_tally_row is;
            ASSERT_OK(rag_tally_take(t, mem, rows[i], &is, &err), &err);
            in = is == RAG_ROW_ANEW ? 1 : in + (is == RAG_ROW_IN);
        }
        rag_tally_end(t, &answer);
        assert_true(answer.n == 0 || (answer.n <= ROWS && answer.in == in && answer.of == ROWS));
        seed = first;
    }
}

/* ---- passages ------------------------------------------------------------------------------- */

static void passages(void **state)
{
    (void)state;
    enum { PASSAGES = 3, SENTENCES = 4 };
    static const anc_str marks[] = {ANC_STR_INIT("\n"), ANC_STR_INIT(".\n"), ANC_STR_INIT(". "),
                                    ANC_STR_INIT("\n\n"), ANC_STR_INIT("?\n")};
    for (seed = 1; seed < ROUNDS; seed++) {
        const uint64_t first = seed;
        const uint32_t language = draw(OF_NONE);
        ANC_ARENA(mem, MEM_BYTES);
        anc_err err = {ANC_OK, NULL, "", ""};
        rag_passage all[PASSAGES] = {0};
        ANC_BUF(out, TEXT_BYTES);
        for (size_t i = 0; i < PASSAGES; i++) {
            anc_buf_clear(&out);
            for (size_t k = 0; k < SENTENCES; k++) {
                say(&out, language, MOST_WORDS, draw(5) == 0 ? ANC_STR(" | ") : ANC_STR(" "));
                (void)anc_buf_add(&out, marks[draw(ANC_COUNT(marks))]);
            }
            all[i].text = anc_arena_copy(mem, anc_buf_view(&out));
            all[i].title = anc_arena_copy(mem, said(&out, language, 3));
            all[i].heading = anc_arena_copy(mem, said(&out, language, 3));
            all[i].columns = ANC_STR("");
            all[i].language = ANC_STR("");
            all[i].score = (double)draw(100) / 100;
        }
        const anc_str question = anc_arena_copy(mem, said(&out, language, MOST_WORDS / 2));
        rag_extraction *x;
        anc_str text;
        ASSERT_OK(rag_extraction_new(mem, question, all, PASSAGES, &x, &err), &err);
        const rag_choice choice = rag_extraction_choose(x);
        for (size_t i = 0; i < choice.n; i++) {
            const rag_pick *p = &choice.picks[i];
            assert_true(p->passage < PASSAGES && p->start < p->end);
            assert_true(p->end <= all[p->passage].text.len);
        }
        ASSERT_OK(rag_choice_render(mem, &choice, all, &text, &err), &err);
        assert_true(anc_utf8_valid(text));
        seed = first;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(conversations), cmocka_unit_test(tables),
                                       cmocka_unit_test(passages)};
    return cmocka_run_group_tests_name("any words", tests, read_words, NULL);
}
