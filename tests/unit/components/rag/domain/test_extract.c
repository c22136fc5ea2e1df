/* test_extract.c - which sentences answer: prose, questions of an FAQ, table rows, list items. */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/abstain.h"
#include "rag/domain/cues.h"
#include "rag/domain/extract.h"

static const rag_passage shop[] = {
    {.text = ANC_STR_INIT(
         "Instruments\n\nReference | Instrument | Price\nSK2-001 | Skep 2 hive scale | £349\n"
         "TI3-001 | Tilia honey refractometer | £129\nEM1-001 | Ember electric smoker | £94\n"),
     .title = ANC_STR_INIT("United Kingdom price list 2025"),
     .score = 0.8},
    {.text = ANC_STR_INIT(
         "FAQ\n\nCan I try an instrument?\n\nYes. We lend a Skep 2 for one month against a deposit "
         "of 150 pounds.\n\nWhere do I find a dealer?\n\nThere are 27 of them in France and 4 in "
         "Belgium.\n"),
     .title = ANC_STR_INIT("Questions"),
     .score = 0.7},
    {.text = ANC_STR_INIT(
         "Melivane was founded in 1987 by Edmund Pell in a barn near Hexham. He sold it in 2003. "
         "The company has employed an apprentice every year since. Because the barn burned down "
         "in 1994, the workshop moved to the Old Tannery."),
     .title = ANC_STR_INIT("History"),
     .score = 0.5},
    {.text = ANC_STR_INIT("Le peson Calame supporte une charge de 50 kg au plus. Il pèse 800 g. "
                          "La garantie du peson est de trois ans."),
     .title = ANC_STR_INIT("Manuel du Calame"),
     .score = 0.5},
};

typedef struct answer_row {
    const char *name, *question, *phrase;
} answer_row;

static const answer_row answers[] = {
    {"a row of a table", "How much does a Tilia honey refractometer cost?", "£129"},
    {"below a question", "Where can I find a dealer?", "27 of them in France"},
    {"behind a word of assent", "May I try an instrument before buying?", "for one month"},
    {"a person", "Who founded Melivane?", "Edmund Pell"},
    {"a reason", "Why did the workshop move to the Old Tannery?", "the barn burned down"},
    {"a year", "In what year was the barn destroyed by fire?", "1994"},
    {"pointing back", "When did the founder Edmund Pell sell Melivane?", "2003"},
    {"French", "Quelle charge maximale peut-on peser avec le Calame ?", "50 kg"},
    {"French duration", "Combien de temps dure la garantie du peson ?", "trois ans"},
};

static rag_extraction *extraction_of(anc_arena *mem, anc_str question, const rag_passage *passages,
                                     size_t n)
{
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_extraction *x;
    ASSERT_OK(rag_extraction_new(mem, question, passages, n, &x, &err), &err);
    return x;
}

static anc_str rendered(anc_arena *mem, const rag_choice *choice, const rag_passage *passages)
{
    anc_err err = {ANC_OK, NULL, "", ""};
    anc_str text;
    ASSERT_OK(rag_choice_render(mem, choice, passages, &text, &err), &err);
    return text;
}

static void answer_holds_the_phrase(void **state)
{
    const answer_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    rag_extraction *x = extraction_of(mem, anc_str_of(row->question), shop, ANC_COUNT(shop));
    const rag_choice choice = rag_extraction_choose(x);
    const anc_str text = rendered(mem, &choice, shop);
    assert_in_range(choice.n, 1, RAG_PICKS_MAX);
    assert_true(anc_utf8_count(text) <= RAG_ANSWER_MAX_CHARS);
    if (anc_str_find(text, anc_str_of(row->phrase)) == SIZE_MAX)
        fail_msg("\"%.*s\" does not hold \"%s\"", ANC_FMT(text), row->phrase);
}

typedef struct nothing_row {
    const char *name, *question;
} nothing_row;

static const nothing_row nothings[] = {
    {"another world", "Who won the 1998 football World Cup?"},
    {"a recipe", "How do I bake a sourdough loaf?"},
    {"French", "Quelle est la hauteur de la tour Eiffel ?"},
};

static void nothing_is_confident(void **state)
{
    const nothing_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    rag_extraction *x = extraction_of(mem, anc_str_of(row->question), shop, ANC_COUNT(shop));
    const rag_choice choice = rag_extraction_choose(x);
    assert_false(rag_choice_answers(&choice, 0.1, 0, 0.35));
    assert_true(rag_choice_answers(&choice, 0.1, 0, 0));
}

static void no_passages_no_answer(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    rag_extraction *x = extraction_of(mem, ANC_STR("Who?"), NULL, 0);
    const rag_choice choice = rag_extraction_choose(x);
    assert_int_equal(choice.n, 0);
    assert_int_equal(rendered(mem, &choice, NULL).len, 0);
    assert_false(rag_choice_answers(&choice, 0.9, 0, 0.35));
    assert_false(rag_choice_answers(&choice, 0.9, 0, 0));
}

static void meaning_decides_between_equals(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    const rag_passage p = {.text =
                               ANC_STR("The lid is made of oak wood. The floor was cut from ash "
                                       "timber. A queen lives in the box.")};
    rag_extraction *x = extraction_of(mem, ANC_STR("bees dwelling"), &p, 1);
    uint32_t asked[8];
    assert_int_equal(rag_extraction_ask(x, 8, asked), 3);
    assert_int_equal(rag_extraction_ask(x, 2, asked), 2);
    for (uint32_t i = 0; i < 3; i++)
        rag_extraction_tell(x, i, i == 2 ? 0.9 : -0.9);
    const rag_choice choice = rag_extraction_choose(x);
    bool found = false;
    for (size_t i = 0; i < choice.n; i++)
        found |= anc_str_starts(anc_str_sub(p.text, choice.picks[i].start, 10), ANC_STR("A queen"));
    assert_true(found);
}

/* Passages that overlap hold the same sentence twice; it is quoted once. */
static void overlap_is_quoted_once(void **state)
{
    (void)state;
    ANC_ARENA(mem, 4 << 20);
    const rag_passage overlapping[] = {
        {.text = ANC_STR("Bees sleep. The scale weighs four kilograms."), .score = 0.9},
        {.text = ANC_STR("The scale weighs four kilograms. It is made of oak."), .score = 0.8},
    };
    rag_extraction *x =
        extraction_of(mem, ANC_STR("How much does the scale weigh?"), overlapping, 2);
    const rag_choice choice = rag_extraction_choose(x);
    const anc_str text = rendered(mem, &choice, overlapping);
    const size_t first = anc_str_find(text, ANC_STR("The scale weighs"));
    assert_true(first != SIZE_MAX);
    assert_int_equal(anc_str_find(anc_str_sub(text, first + 4, text.len), ANC_STR("The scale")),
                     SIZE_MAX);
}

static void long_sentences_are_cut_at_clauses(void **state)
{
    (void)state;
    ANC_ARENA(mem, 8 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    ANC_BUF(text, 1 << 16);
    for (int i = 0; i < 40; i++)
        anc_buf_printf(&text, "clause number %d über die Bienen und ihren Honig, ", i);
    anc_buf_add(&text, ANC_STR("end."));
    const rag_passage p = {.text = anc_buf_view(&text)};
    rag_units units;
    ASSERT_OK(rag_units_cut(mem, &p, 1, TXT_DE, &units, &err), &err);
    assert_true(units.n >= 5);
    for (size_t i = 0; i < units.n; i++) {
        assert_in_range(units.items[i].chars, 1, RAG_UNIT_MAX_CHARS);
        const anc_str unit = rag_unit_text(&units.items[i], &p);
        assert_true(unit.ptr[unit.len - 1] == ',' || unit.ptr[unit.len - 1] == '.');
        assert_true(anc_str_starts(unit, ANC_STR("clause")));
    }
}

/* Confidence makes up for relevance, and the other way round. */
static void relevance_and_confidence_together(void **state)
{
    (void)state;
    const rag_choice sure = {.n = 1, .confidence = 0.9};
    const rag_choice unsure = {.n = 1, .confidence = 0.1};
    assert_true(rag_choice_answers(&sure, 0.4, 0, 0.35));
    assert_false(rag_choice_answers(&unsure, 0.4, 0, 0.35));
    assert_true(rag_choice_answers(&unsure, 0.8, 0, 0.35));
    assert_false(rag_choice_answers(&sure, 0.01, 0, 0.35));
    assert_true(rag_choice_answers(&sure, 0.01, 0, 0));
    assert_false(rag_choice_answers(&unsure, 0, 0, 1));
    assert_true(rag_choice_answers(&sure, 1, 0, 0.999));
    assert_true(rag_choice_answers(&unsure, 0.8, 0.2, 0.35));
    assert_false(rag_choice_answers(&unsure, 0.8, 0.6, 0.35));
}

/* A column's or a page's broken line is one unit again; a bullet is not part of one. */
static void lines_become_units(void **state)
{
    (void)state;
    ANC_ARENA(mem, 4 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    static const char *const wanted[] = {
        "Contents",
        "New | It can be silenced for an hour,\n\nby laying a hand on it.",
        "Fixed | Alerts came twice.",
        "Lids are oak",
        "Floors are ash",
        "Who makes it?",
        "Ada does.",
    };
    static const rag_unit_kind kinds[] = {RAG_UNIT_HEADING, RAG_UNIT_PROSE, RAG_UNIT_PROSE,
                                          RAG_UNIT_PROSE,   RAG_UNIT_PROSE, RAG_UNIT_QUESTION,
                                          RAG_UNIT_PROSE};
    const rag_passage p = {.text =
                               ANC_STR("Contents\n\nNew | It can be silenced for an hour,\n\nby "
                                       "laying a hand on it.\n\nFixed | Alerts came twice.\n\n"
                                       "- Lids are oak\n- Floors are ash\n\nWho makes it?\n\n"
                                       "Ada does.")};
    rag_units units;
    ASSERT_OK(rag_units_cut(mem, &p, 1, TXT_EN, &units, &err), &err);
    assert_int_equal(units.n, ANC_COUNT(wanted));
    for (size_t i = 0; i < units.n; i++) {
        const anc_str text = rag_unit_text(&units.items[i], &p);
        if (!anc_str_eq(text, anc_str_of(wanted[i])))
            fail_msg("unit %zu is \"%.*s\"", i, ANC_FMT(text));
        assert_int_equal(units.items[i].kind, kinds[i]);
    }
    assert_int_equal(units.items[6].head, 5);
    assert_int_equal(units.items[1].head, 0);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Whatever the passages hold: at most two units, 400 characters, spans inside and at code points. */
static void any_passages_give_true_picks(void **state)
{
    (void)state;
    static const char *const pieces[] = {"Bees ", "é",  ". ",    "\n",   "\n\n", "weigh ",
                                         "14 ",   "kg", "? ",    "| ",   "- ",   "«",
                                         "» ",    "\t", "Skep ", "日本", "...",  " "};
    uint32_t seed = 7;
    for (int round = 0; round < 200; round++) {
        ANC_ARENA(mem, 64 << 20);
        anc_err err = {ANC_OK, NULL, "", ""};
        rag_passage passages[3] = {{.score = 0}};
        for (size_t i = 0; i < 3; i++) {
            ANC_BUF(text, 1 << 16);
            const uint32_t n = next_random(&seed) % 300;
            for (uint32_t k = 0; k < n; k++)
                anc_buf_add(&text, anc_str_of(pieces[next_random(&seed) % ANC_COUNT(pieces)]));
            passages[i].text = anc_arena_copy(mem, anc_buf_view(&text));
        }
        rag_extraction *x;
        ASSERT_OK(
            rag_extraction_new(mem, ANC_STR("How much do bees weigh?"), passages, 3, &x, &err),
            &err);
        const rag_choice choice = rag_extraction_choose(x);
        const anc_str text = rendered(mem, &choice, passages);
        assert_true(choice.n <= RAG_PICKS_MAX);
        assert_true(anc_utf8_valid(text) && anc_utf8_count(text) <= RAG_ANSWER_MAX_CHARS);
        for (size_t i = 0; i < choice.n; i++) {
            const rag_pick *p = &choice.picks[i];
            assert_true(p->start < p->end && p->end <= passages[p->passage].text.len);
            assert_true(isfinite(p->score));
        }
        assert_true(choice.confidence >= 0 && choice.confidence <= 1);
    }
}

static void no_room_is_said(void **state)
{
    (void)state;
    anc_err err = {ANC_OK, NULL, "", ""};
    for (size_t room = 64; room < 20000; room += 777) {
        ANC_ARENA(mem, room);
        rag_extraction *x = NULL;
        const anc_status status =
            rag_extraction_new(mem, ANC_STR("Who?"), shop, ANC_COUNT(shop), &x, &err);
        assert_true(status == ANC_LIMIT ? x == NULL : status == ANC_OK && x != NULL);
    }
}

typedef struct cue_case {
    const char *name, *question;
    unsigned asked;
    const char *text;
    unsigned held; /* of those asked */
} cue_case;

static const cue_case cue_cases[] = {
    {"how many", "How many bees?", RAG_CUE_NUMBER, "Some 400 live there.", RAG_CUE_NUMBER},
    {"number in words", "How many bees?", RAG_CUE_NUMBER, "There are twelve.", RAG_CUE_NUMBER},
    {"its own number", "How many of 400 bees?", RAG_CUE_NUMBER, "Of 400 some.", 0},
    {"year", "What year was it?", RAG_CUE_YEAR, "It was 1987.", RAG_CUE_YEAR},
    {"month", "When was it?", RAG_CUE_DATE, "It was in late November.", RAG_CUE_DATE},
    {"percent", "What percentage?", RAG_CUE_PERCENT, "About 12 % of it.", RAG_CUE_PERCENT},
    {"money", "What is the price?", RAG_CUE_MONEY, "It is £3.", RAG_CUE_MONEY},
    {"person", "Who was it?", RAG_CUE_PERSON, "It was Ada Byron.", RAG_CUE_PERSON},
    {"no person", "Who was it?", RAG_CUE_PERSON, "Nobody knows.", 0},
    {"place", "Where is it?", RAG_CUE_PLACE, "It stands in Crest.", RAG_CUE_PLACE},
    {"duration", "How long is it?", RAG_CUE_DURATION, "It takes two weeks.", RAG_CUE_DURATION},
    {"reason", "Why is it?", RAG_CUE_REASON, "Because of rain.", RAG_CUE_REASON},
    {"lieu", "Où est-ce ?", RAG_CUE_PLACE, "C'est à Crest.", RAG_CUE_PLACE},
    {"a price alone", "How much does it cost?", RAG_CUE_MONEY, "It is 3 kg.", 0},
    {"how much is it", "How much is the Skep?", RAG_CUE_MONEY, "It is 349 \xc2\xa0€.",
     RAG_CUE_MONEY},
    {"how much of it", "How much honey?", RAG_CUE_NUMBER | RAG_CUE_MONEY, "Two jars.",
     RAG_CUE_NUMBER},
    {"why a price", "Why did the price rise?", RAG_CUE_REASON | RAG_CUE_MONEY, "Because.",
     RAG_CUE_REASON},
    {"combien", "Combien coûte-t-elle ?", RAG_CUE_MONEY, "Elle pèse 3 kg.", 0},
    {"combien de", "Combien de ruches ?", RAG_CUE_NUMBER, "Il y en a 12.", RAG_CUE_NUMBER},
    {"none", "Is it blue?", 0, "It was in 1987.", 0},
};

static void cues_meet(void **state)
{
    const cue_case *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_words words;
    rag_words asked;
    const anc_str text = anc_str_of(row->text);
    ASSERT_OK(rag_words_of(mem, text, TXT_EN, &words, &err), &err);
    ASSERT_OK(rag_words_of(mem, anc_str_of(row->question), TXT_EN, &asked, &err), &err);
    assert_int_equal(rag_cues_asked(anc_str_of(row->question)), row->asked);
    const unsigned held = rag_cues_held(text, words, 0, words.n, asked) | rag_cues_signs(text);
    assert_int_equal(held & row->asked, row->held);
}

typedef struct read_row {
    const char *name;
    const char *text;
    const char *answer;
} read_row;

static const read_row reads[] = {
    {"sentences", "The barn burned down. The workshop moved.",
     "The barn burned down. The workshop moved. [1]"},
    {"a running head", "MELIVANE TOOLS, INC.\n\nThe barn burned down in May.",
     "The barn burned down in May. [1]"},
    {"a running head alone", "MELIVANE TOOLS, INC.", "MELIVANE TOOLS, INC. [1]"},
    {"a table", "# Depots\n\nCity | Phone\nLisbon | 0101\nMadrid | 0102\n\nThey open at six.",
     "Depots: City: Lisbon; Phone: 0101 [1] City: Madrid; Phone: 0102 [1] They open at six. [1]"},
    {"nothing", "", ""},
};

static void places_are_told_from_their_beginning(void **state)
{
    const read_row *row = *state;
    const rag_passage page = {.text = anc_str_of(row->text), .score = 0.75};
    ANC_ARENA(mem, 8 << 20);
    rag_extraction *x = extraction_of(mem, ANC_STR("page 3"), &page, 1);
    const rag_choice choice = rag_extraction_read(x, false);
    const anc_str text = rendered(mem, &choice, &page);
    if (!anc_str_eq(text, anc_str_of(row->answer)))
        fail_msg("\"%.*s\"", ANC_FMT(text));
}

/* However much stands there: so many picks and characters, and no more. */
static void a_long_place_is_told_to_a_length(void **state)
{
    (void)state;
    ANC_ARENA(mem, 8 << 20);
    ANC_BUF(out, 1 << 16);
    for (int i = 0; i < 200; i++)
        anc_buf_printf(&out, "The workshop number %d has been open since the spring.\n\n", i);
    const rag_passage page = {.text = anc_buf_view(&out), .score = 0.75};
    rag_extraction *x = extraction_of(mem, ANC_STR("page 3"), &page, 1);
    const rag_choice choice = rag_extraction_read(x, false);
    const size_t chars = anc_utf8_count(rendered(mem, &choice, &page));
    assert_in_range(chars, RAG_ANSWER_MAX_CHARS, RAG_READ_MAX_CHARS);
    assert_in_range(choice.n, 1, RAG_READ_PICKS);
    assert_true(choice.picks[choice.n - 1].cut_after); /* that there is more is said */
}

/* Pages that are named together share the room, however much stands on the first; what a short one does not want the
 * others have. */
static void pages_share_the_room(void **state)
{
    (void)state;
    static const rag_place places[] = {{0, 0}, {100000, 0}, {200000, 0}};
    static const uint32_t on[] = {2, 5, 9};
    ANC_ARENA(mem, 8 << 20);
    ANC_BUF(out, 1 << 16);
    for (int i = 0; i < 50; i++)
        anc_buf_printf(&out, "The workshop number %d has been open since the spring.\n\n", i);
    rag_passage pages[] = {{.text = anc_buf_view(&out)},
                           {.text = ANC_STR("The barn burned down."), .start = 100000},
                           {.text = anc_buf_view(&out), .start = 200000}};
    for (size_t i = 0; i < ANC_COUNT(pages); i++) {
        pages[i].score = 0.75;
        pages[i].places = places;
        pages[i].pages = on;
        pages[i].n_places = ANC_COUNT(places);
    }
    rag_extraction *x = extraction_of(mem, ANC_STR("pages 2, 5 and 9"), pages, ANC_COUNT(pages));
    const rag_choice choice = rag_extraction_read(x, false);
    size_t told[ANC_COUNT(pages)] = {0};
    bool cut[ANC_COUNT(pages)] = {false};
    for (size_t i = 0; i < choice.n; i++) {
        const rag_pick *pick = &choice.picks[i];
        told[pick->passage] += pick->end - pick->start;
        cut[pick->passage] = pick->cut_after;
    }
    assert_int_equal(told[1], 21);
    assert_in_range(told[0], 240, 600);
    assert_in_range(told[2], 240, 600);
    assert_true(cut[0] && !cut[1] && cut[2]);
    const anc_str text = rendered(mem, &choice, pages);
    assert_in_range(anc_utf8_count(text), RAG_ANSWER_MAX_CHARS, RAG_READ_MAX_CHARS);
}

int main(void)
{
    int failed = RUN_TABLE("answers", answers, answer_holds_the_phrase);
    failed += RUN_TABLE("nothing", nothings, nothing_is_confident);
    failed += RUN_TABLE("cues", cue_cases, cues_meet);
    failed += RUN_TABLE("reads", reads, places_are_told_from_their_beginning);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_place_is_told_to_a_length),
        cmocka_unit_test(pages_share_the_room),
        cmocka_unit_test(no_passages_no_answer),
        cmocka_unit_test(relevance_and_confidence_together),
        cmocka_unit_test(meaning_decides_between_equals),
        cmocka_unit_test(overlap_is_quoted_once),
        cmocka_unit_test(lines_become_units),
        cmocka_unit_test(long_sentences_are_cut_at_clauses),
        cmocka_unit_test(any_passages_give_true_picks),
        cmocka_unit_test(no_room_is_said),
    };
    return failed + cmocka_run_group_tests_name("extraction", tests, NULL, NULL);
}
