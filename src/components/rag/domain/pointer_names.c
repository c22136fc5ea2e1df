/* pointer_names.c - which document a question that points means, and what it asks besides. */
#include "base/str.h"
#include "pointer_impl.h"
#include "rag/domain/question_words.h"
#include "rag/domain/words.h"

enum { NAME_WORDS_MAX = 64, REPLY_WORDS_MAX = 12 };

/* ---- the document ------------------------------------------------------------------------------- */

/* Without "#7" of a part. */
anc_str rag_pointer_last_part(anc_str uri)
{
    size_t at = uri.len;
    while (at > 0 && uri.ptr[at - 1] != '/')
        at--;
    const anc_str name = anc_str_sub(uri, at, uri.len);
    return anc_str_sub(name, 0, anc_str_find(name, ANC_STR("#")));
}

static const anc_str row_sign = ANC_STR_INIT(", row ");

/* "depots.csv" of "depots.csv, row 7" */
static anc_str without_row(anc_str title)
{
    const size_t at = anc_str_find(title, row_sign);
    return at != SIZE_MAX && rag_pointer_row_of(title, ANC_STR("")) > 0 ? anc_str_sub(title, 0, at)
                                                                        : title;
}

uint32_t rag_pointer_row_of(anc_str title, anc_str uri)
{
    const size_t comma = anc_str_find(title, row_sign);
    const uint32_t told =
        comma != SIZE_MAX ? rag_token_number(anc_str_sub(title, comma + row_sign.len, title.len))
                          : 0;
    if (told > 0)
        return told;
    const size_t hash = anc_str_find(uri, ANC_STR("#"));
    return hash != SIZE_MAX ? rag_token_number(anc_str_sub(uri, hash + 1, uri.len)) : 0;
}

static bool ends_with_name(anc_str name, anc_str file)
{
    if (name.len < file.len || file.len == 0)
        return false;
    const size_t before = name.len - file.len;
    return anc_str_eq_nocase(anc_str_sub(name, before, file.len), file) &&
           (before == 0 || name.ptr[before - 1] == ' ' || name.ptr[before - 1] == '/');
}

/* "my depots.csv" and "a/depots.csv" end with the "depots.csv" that was given; a path that was given may also begin
 * further up than the one that the document is known by. */
static bool is_the_file(anc_str name, anc_str file)
{
    name = anc_str_sub(name, 0, anc_str_find(name, ANC_STR("#")));
    while (file.len > 0 && (file.ptr[0] == '/' || file.ptr[0] == '.'))
        file = anc_str_sub(file, 1, file.len);
    return ends_with_name(name, file) ||
           (anc_str_find(name, ANC_STR("/")) != SIZE_MAX && ends_with_name(file, name));
}

/* Words that say that something is to be told, or that it stands in something. */
static bool asks_nothing(anc_str word)
{
    static const char list[] =
        "what which is are was does do did say says contain contains show shows tell me us give "
        "read reads quote there "
        "written stand stands find found printed table file document sheet spreadsheet pdf csv tsv "
        "xlsx docx "
        "text content contents can could you please see about have has its in on at of from the my "
        "our your s re ll "
        "que quoi qu quel quelle quels quelles est sont ce qui dit dis disent contient y a t il se "
        "sur trouve écrit "
        "montre donne moi fichier tableau document texte contenu lis figure peux tu pouvez vous "
        "dans de du des "
        "la le les l d à au j m c n feuille classeur "
        "was steht stehen sagt enthält zeig zeige zeigt mir gib es gibt datei tabelle dokument "
        "inhalt lies summarize summarise summary sum up résume résumez résumé fasse zusammen "
        "zusammenfassung "
        "findet sich ist sind in der die das dem den des von vom aus im auf blatt bitte "
        "qué dice dicen pone hay contiene aparece figura muestra en el los las una un al del lee "
        "resume archivo "
        "fichero hoja documento contenido "
        "che cosa cosa dice c'è c è scritto riporta mostra nel nella sul sulla della dello dei il "
        "lo gli "
        "leggi riassumi foglio contenuto "
        "diz está contém consta mostra escrito no na nos nas do da dos das o os um uma leia resuma "
        "arquivo "
        "ficheiro planilha conteúdo "
        "worum wovon geht ging parle traite";
    return rag_is_any_of(word, list);
}

/* Verbs of what a page does; only in a question, for they are words of titles too. */
static bool tells(anc_str word)
{
    static const char list[] =
        "talk talks talking speak speaks discuss discusses discussed cover covers covered describe "
        "describes "
        "described mention mentions mentioned deal deals treat treats treated explain explains "
        "explained mean "
        "means listed shown displayed state states stated present presents presented include "
        "includes "
        "topic subject topics "
        "parler traiter aborde évoque mentionne mentionné explique décrit décrite présente "
        "présenté "
        "thema themen handelt behandelt spricht beschreibt beschrieben erwähnt erklärt genannt "
        "gesprochen "
        "trata tratan habla hablan describe descrito menciona explica tema temas encuentra "
        "parla tratta descrive descritto spiega argomento menzionato trova "
        "fala tratam descreve descrito assunto mencionado encontra";
    return rag_is_any_of(word, list);
}

typedef struct name {
    uint64_t keys[NAME_WORDS_MAX];
    size_t n;
} name;

static bool has(const name *names, uint64_t key)
{
    for (size_t i = 0; i < names->n; i++)
        if (names->keys[i] == key)
            return true;
    return false;
}

/* The words of `text` that tell one thing from another, but those of text[but..but_end), and what only tells where
 * `text` is a question's. */
static anc_status read_name(anc_arena *mem, anc_str text, txt_language language, size_t but,
                            size_t but_end, bool question, name *ret, anc_err *err)
{
    rag_words words;
    ret->n = 0;
    ANC_TRY(rag_words_of(mem, text, language, &words, err));
    for (size_t i = 0; i < words.n && ret->n < NAME_WORDS_MAX; i++) {
        const rag_word *w = &words.items[i];
        if (question && tells(anc_str_sub(text, w->start, w->end - w->start)))
            continue;
        if (w->whole || w->stop || (w->start < but_end && w->end > but) || has(ret, w->key) ||
            asks_nothing(anc_str_sub(text, w->start, w->end - w->start)))
            continue;
        ret->keys[ret->n++] = w->key;
    }
    return ANC_OK;
}

static bool is_part_of(const name *some, const name *all)
{
    for (size_t i = 0; i < some->n; i++)
        if (!has(all, some->keys[i]))
            return false;
    return some->n > 0;
}

/* What a document is called: its title, or its file's name without the extension. */
static void names_of(anc_str title, anc_str uri, anc_str ret[2])
{
    ret[0] = without_row(title);
    ret[1] = rag_pointer_last_part(uri);
    for (size_t i = 0; i < 2; i++) {
        size_t point = ret[i].len;
        while (rag_pointer_is_file(ret[i]) && point > 0 && ret[i].ptr[point - 1] != '.')
            point--;
        if (point > 0 && rag_pointer_is_file(ret[i]))
            ret[i].len = point - 1;
    }
}

static anc_str said_of(anc_str question, const rag_pointer *p)
{
    return anc_str_sub(question, p->of_start, p->of_end - p->of_start);
}

anc_str rag_pointer_word(anc_str question, const rag_pointer *p)
{
    enum { LONG_ENOUGH = 4 };
    rag_tokens all;
    anc_str best = ANC_STR("");
    const anc_str said = said_of(question, p);
    rag_tokens_read(said, &all);
    for (size_t i = 0; i < all.n; i++) {
        const anc_str word = rag_token_text(&all, i);
        if (word.len >= LONG_ENOUGH && word.len > best.len && !asks_nothing(word))
            best = word;
    }
    return best;
}

/* Letters and figures alone, those of ASCII small: "syscohadaguidepartie2". */
static anc_str squeezed(anc_arena *mem, anc_str text)
{
    char *out = anc_arena_alloc(mem, text.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; out != NULL && i < text.len; i++) {
        const char c = text.ptr[i];
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80)
            out[n++] = capital ? (char)(c + ('a' - 'A')) : c;
    }
    return (anc_str){out, n};
}

/* "The guide part 2 chapter 8" for guide-part2-chapter8.pdf: all of its name, whatever parts its words. */
static bool is_spelt_out(anc_arena *mem, anc_str said, anc_str called)
{
    enum { LONG_ENOUGH = 8 };
    const anc_str all = squeezed(mem, said);
    const anc_str of_file = squeezed(mem, called);
    return all.ptr != NULL && of_file.ptr != NULL && of_file.len >= LONG_ENOUGH &&
           anc_str_find(all, of_file) != SIZE_MAX;
}

/* "Part" and "2" of it. */
static bool is_spelt_within(anc_arena *mem, anc_str word, anc_str called)
{
    const anc_str one = squeezed(mem, word);
    const anc_str of_file = squeezed(mem, called);
    return one.ptr != NULL && of_file.ptr != NULL && one.len > 0 &&
           anc_str_find(of_file, one) != SIZE_MAX;
}

/* The next run of figures of a text from *at on; empty: there is none. */
static anc_str next_figures(anc_str text, size_t *at)
{
    while (*at < text.len && (text.ptr[*at] < '0' || text.ptr[*at] > '9'))
        (*at)++;
    const size_t from = *at;
    while (*at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9')
        (*at)++;
    return anc_str_sub(text, from, *at - from);
}

static bool has_figures(anc_str text, anc_str figures)
{
    size_t at = 0;
    for (anc_str one = next_figures(text, &at); one.len > 0; one = next_figures(text, &at))
        if (anc_str_eq(one, figures))
            return true;
    return false;
}

/* "Part 2 chapter 7" is not guide-part2-chapter8.pdf, however many words they share. */
static bool is_numbered_otherwise(anc_str said, const anc_str called[2])
{
    size_t at = 0, in_file = 0;
    if (next_figures(called[1], &in_file).len == 0)
        return false;
    for (anc_str one = next_figures(said, &at); one.len > 0; one = next_figures(said, &at))
        if (!has_figures(called[0], one) && !has_figures(called[1], one))
            return true;
    return false;
}

anc_status rag_pointer_names(anc_arena *mem, anc_str question, const rag_pointer *p, anc_str title,
                             anc_str uri, bool *ret, anc_err *err)
{
    *ret = false;
    if (p->file.len > 0) {
        *ret = is_the_file(uri, p->file) || is_the_file(without_row(title), p->file);
        return ANC_OK;
    }
    const txt_language language = txt_language_detect(question);
    anc_str called[2];
    name asked;
    name said;
    names_of(title, uri, called);
    if (is_numbered_otherwise(said_of(question, p), called))
        return ANC_OK;
    ANC_TRY(read_name(mem, question, language, p->start, p->end, false, &asked, err));
    ANC_TRY(read_name(mem, said_of(question, p), language, 0, 0, true, &said, err));
    name both = {.n = 0};
    *ret = is_spelt_out(mem, said_of(question, p), called[1]);
    for (size_t i = 0; i < ANC_COUNT(called) && !*ret; i++) {
        name words;
        ANC_TRY(read_name(mem, called[i], language, 0, 0, false, &words, err));
        *ret = is_part_of(&said, &words) || is_part_of(&words, &asked);
        for (size_t k = 0; k < words.n && both.n < NAME_WORDS_MAX; k++)
            both.keys[both.n++] = words.keys[k];
    }
    *ret = *ret || is_part_of(&said, &both);
    return ANC_OK;
}

anc_status rag_pointer_is_open(anc_arena *mem, anc_str question, const rag_pointer *p, bool *ret,
                               anc_err *err)
{
    name said;
    ANC_TRY(read_name(mem, said_of(question, p), txt_language_detect(question), 0, 0, true, &said,
                      err));
    *ret = p->file.len == 0 && said.n == 0;
    return ANC_OK;
}

/* ---- a question asked back ------------------------------------------------------------------------ */

static bool asks_something(const rag_tokens *all)
{
    static const char words[] = "what who when where why how whose "
                                "qui que quoi quel quelle quand où pourquoi comment combien "
                                "wer was wann wo warum wie quién qué cuándo cómo";
    for (size_t i = 0; i < all->n; i++)
        if (rag_is_any_of(rag_token_text(all, i), words))
            return true;
    return false;
}

anc_status rag_pointer_complete(anc_arena *mem, anc_str before, anc_str reply, anc_str *ret,
                                anc_err *err)
{
    rag_tokens said;
    const rag_pointer p = rag_pointer_of(before);
    *ret = ANC_STR("");
    rag_tokens_read(reply, &said);
    if (p.kind == RAG_POINTS_NOWHERE || said.n == 0 || said.n > REPLY_WORDS_MAX || p.file.len > 0 ||
        asks_something(&said) || rag_pointer_of(reply).kind != RAG_POINTS_NOWHERE)
        return ANC_OK;
    const anc_str head = anc_str_sub(before, 0, p.end);
    const size_t from = said.items[0].start;
    const anc_str called = anc_str_sub(reply, from, said.items[said.n - 1].end - from);
    *ret = anc_arena_printf(mem, "%.*s of %.*s", ANC_FMT(head), ANC_FMT(called));
    return ret->ptr != NULL ? ANC_OK
                            : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
}

/* ---- what else is asked -------------------------------------------------------------------------- */

/* "column 3" */
static bool is_numbered_column(const rag_tokens *all, size_t i)
{
    static const char columns[] = "column colonne Spalte columna colonna coluna";
    return i + 1 < all->n && rag_is_any_of(rag_token_text(all, i), columns) &&
           rag_token_number(rag_token_text(all, i + 1)) > 0;
}

/* What goes with a thing that is asked for. */
static bool binds(anc_str word)
{
    static const char list[] = "the a an this that his her its their our your my any for about "
                               "with to by le la les l un une du des ce "
                               "cette sur pour par der die das den dem ein eine einen über für el "
                               "los las una del al sobre para il lo gli "
                               "i uno della dello dei delle per o os as um uma do da dos das";
    return rag_is_any_of(word, list);
}

/* Whether token `i`, which is of neither name, is a thing that is asked for and no verb of the question. */
static bool is_thing(const rag_tokens *all, size_t i)
{
    const char c = all->text.ptr[all->items[i].start];
    const bool plain = c >= 'a' && c <= 'z';
    return i > 0 && (!plain || binds(rag_token_text(all, i - 1)));
}

/* What of the question is left, and what that is. */
typedef struct rest_of {
    size_t content;
    bool one; /* a thing, or who, when, where: no verb alone */
} rest_of;

anc_status rag_pointer_rest(anc_arena *mem, anc_str question, const rag_pointer *p, anc_str title,
                            anc_str uri, anc_str *ret, anc_err *err)
{
    const txt_language language = txt_language_detect(question);
    rag_tokens all;
    anc_str called[2];
    name names[2] = {{.n = 0}, {.n = 0}};
    enum { VERBS_MAX = 2 };
    rest_of left = {.content = 0};
    ANC_BUF(out, question.len + 1);
    names_of(title, uri, called);
    for (size_t i = 0; i < ANC_COUNT(called); i++)
        if (p->file.len == 0)
            ANC_TRY(read_name(mem, called[i], language, 0, 0, false, &names[i], err));
    rag_tokens_read(question, &all);
    const bool spelt = is_spelt_out(mem, said_of(question, p), called[1]);
    for (size_t i = 0; i < all.n; i++) {
        const anc_str word = rag_token_text(&all, i);
        name one;
        if (spelt && all.items[i].start >= p->of_start && all.items[i].end <= p->of_end &&
            is_spelt_within(mem, word, called[1]))
            continue;
        if (is_numbered_column(&all, i)) {
            i++; /* the row is told whole */
            continue;
        }
        if ((all.items[i].start < p->end && all.items[i].end > p->start) ||
            (all.items[i].start < p->sheet_end && all.items[i].end > p->sheet_start) ||
            anc_str_eq(word, p->file))
            continue;
        ANC_TRY(read_name(mem, word, language, 0, 0, true, &one, err));
        if (is_part_of(&one, &names[0]) || is_part_of(&one, &names[1]))
            continue;
        left.content += one.n > 0;
        left.one = left.one || rag_question_word(RAG_QUESTION_OF_ONE, word) ||
                   (one.n > 0 && is_thing(&all, i));
        if (out.len > 0)
            anc_buf_add_char(&out, ' ');
        anc_buf_add(&out, word);
    }
    ANC_TRY(anc_buf_status(&out, "question", err));
    const bool asks = left.content > 0 && (left.one || left.content > VERBS_MAX);
    *ret = asks ? anc_arena_copy(mem, anc_buf_view(&out)) : ANC_STR("");
    return ret->ptr != NULL ? ANC_OK
                            : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
}

/* ---- where something stands ------------------------------------------------------------------------ */

/* "On which page", "à quelle page", "en qué página": the word for page or row behind such a word; all->n: none. */
static size_t sought_place(const rag_tokens *all)
{
    static const char list[] =
        "which what quelle quel welcher welche welchen qué cuál quale che qual que";
    for (size_t i = 1; i < all->n && i < 4; i++) {
        anc_str rest = {list, sizeof list - 1};
        const anc_str before = rag_token_text(all, i - 1);
        for (anc_str one;
             rag_token_kind(all, i) != RAG_POINTS_NOWHERE && anc_str_split(&rest, ' ', &one);)
            if (anc_str_eq_nocase(one, before))
                return i;
    }
    return all->n;
}

/* Whether what follows is asked of the page itself: "which page has the table?", and not "which row has Porto?". */
static bool stands_on(const rag_tokens *all, size_t place)
{
    static const char ons[] = "on in at à À sur auf en a em dans";
    return rag_token_kind(all, place) == RAG_POINTS_PAGE ||
           (place > 1 && rag_is_any_of(rag_token_text(all, place - 2), ons));
}

anc_status rag_pointer_sought(anc_arena *mem, anc_str question, rag_pointed *ret_kind, anc_str *ret,
                              anc_err *err)
{
    const txt_language language = txt_language_detect(question);
    rag_tokens all;
    size_t first = SIZE_MAX;
    size_t last = 0;
    *ret = ANC_STR("");
    *ret_kind = RAG_POINTS_NOWHERE;
    rag_tokens_read(question, &all);
    const size_t place = sought_place(&all);
    if (place == all.n || !stands_on(&all, place))
        return ANC_OK;
    for (size_t i = place + 1; i < all.n; i++) {
        const anc_str word = rag_token_text(&all, i);
        name one;
        if (rag_pointer_is_file(word))
            continue;
        ANC_TRY(read_name(mem, word, language, 0, 0, true, &one, err));
        if (one.n == 0)
            continue;
        first = first == SIZE_MAX ? i : first;
        last = i;
    }
    if (first == SIZE_MAX)
        return ANC_OK;
    const size_t from = all.items[first].start;
    *ret = anc_arena_copy(mem, anc_str_sub(question, from, all.items[last].end - from));
    *ret_kind = rag_token_kind(&all, place);
    return ret->ptr != NULL ? ANC_OK
                            : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
}

const char *rag_pointer_label(rag_pointed kind, txt_language language)
{
    static const struct {
        const char *page, *row;
    } labels[TXT_LANGUAGE_COUNT] = {
        [TXT_EN] = {"Page ", "Row "},    [TXT_FR] = {"Page ", "Ligne "},
        [TXT_DE] = {"Seite ", "Zeile "}, [TXT_ES] = {"Página ", "Fila "},
        [TXT_IT] = {"Pagina ", "Riga "}, [TXT_PT] = {"Página ", "Linha "},
    };
    const txt_language known = labels[language].page != NULL ? language : TXT_EN;
    return kind == RAG_POINTS_PAGE ? labels[known].page : labels[known].row;
}
