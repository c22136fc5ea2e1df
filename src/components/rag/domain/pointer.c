/* pointer.c - see pointer.h. */
#include "pointer_impl.h"

#include "base/str.h"
#include "rag/domain/words.h"

enum { NUMBER_MAX = 999999999, EXTENSION_MIN = 2, EXTENSION_MAX = 5 };

/* ---- tokens: words with their points, hyphens and slashes --------------------------------------- */

/* Bytes of the sign at `at` that no token holds; 0: it is of a token. */
static size_t separator_at(anc_str text, size_t at, bool *ret_breaks)
{
    static const anc_str quotes[] = {
        ANC_STR_INIT("«"),      ANC_STR_INIT("»"), ANC_STR_INIT("“"), ANC_STR_INIT("”"),
        ANC_STR_INIT("„"),      ANC_STR_INIT("‘"), ANC_STR_INIT("’"), ANC_STR_INIT("\u00A0"),
        ANC_STR_INIT("\u202F"), ANC_STR_INIT("¿"), ANC_STR_INIT("¡")};
    const anc_str rest = anc_str_sub(text, at, text.len);
    const anc_str sign = anc_str_sub(rest, 0, 1);
    if (anc_str_find(ANC_STR(",;:?!"), sign) != SIZE_MAX) {
        *ret_breaks = true;
        return 1;
    }
    if (anc_str_find(ANC_STR(" \t\r\n\"'`()[]<>"), sign) != SIZE_MAX)
        return 1;
    for (size_t i = 0; i < ANC_COUNT(quotes); i++)
        if (anc_str_starts(rest, quotes[i]))
            return quotes[i].len;
    return 0;
}

void rag_tokens_read(anc_str text, rag_tokens *ret)
{
    ret->text = text;
    ret->n = 0;
    bool breaks = false;
    for (size_t at = 0; at < text.len && ret->n < RAG_TOKENS_MAX;) {
        const size_t skip = separator_at(text, at, &breaks);
        if (skip > 0) {
            at += skip;
            continue;
        }
        rag_token t = {.start = at, .breaks = breaks};
        bool after = false;
        while (at < text.len && separator_at(text, at, &after) == 0)
            at++;
        for (t.end = at; t.end > t.start && text.ptr[t.end - 1] == '.'; t.end--)
            t.stopped = true;
        breaks = false;
        if (t.end > t.start)
            ret->items[ret->n++] = t;
    }
}

anc_str rag_token_text(const rag_tokens *all, size_t i)
{
    return i < all->n ? anc_str_sub(all->text, all->items[i].start,
                                    all->items[i].end - all->items[i].start)
                      : ANC_STR("");
}

/* ---- row and page ------------------------------------------------------------------------------- */

rag_pointed rag_token_kind(const rag_tokens *all, size_t i)
{
    static const char rows[] = "row line record "
                               "ligne rangée enregistrement "
                               "Zeile Datensatz "
                               "fila riga linha "
                               "rows lines records lignes Zeilen filas righe linhas registro";
    static const char pages[] = "page slide diapositive diapo "
                                "Seite Folie "
                                "página pagina diapositiva "
                                "pages slides Seiten Folien páginas pagine";
    const anc_str word = rag_token_text(all, i);
    if (rag_is_any_of(word, rows))
        return RAG_POINTS_ROW;
    if (rag_is_any_of(word, pages) || (all->items[i].stopped && anc_str_eq(word, ANC_STR("p"))))
        return RAG_POINTS_PAGE;
    return RAG_POINTS_NOWHERE;
}

/* The number that `word` begins with, and behind how many bytes; 0: none. One that is larger is NUMBER_MAX, which no
 * document has a place for either. */
static uint32_t leading_number(anc_str word, size_t *ret_bytes)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; i < word.len && word.ptr[i] >= '0' && word.ptr[i] <= '9'; i++) {
        n = 10 * n + (uint64_t)(word.ptr[i] - '0');
        n = n > NUMBER_MAX ? NUMBER_MAX : n;
    }
    *ret_bytes = i;
    return (uint32_t)n;
}

/* The place of `word` among lists of words that mean 1, 2, 3, …; 0: in none. */
static uint32_t listed_number(const char *const *lists, uint32_t n, anc_str word)
{
    for (uint32_t k = 0; k < n; k++)
        if (rag_is_any_of(word, lists[k]))
            return k + 1;
    return 0;
}

/* "three", "trois", "drei", "tres": only behind what is counted, so that "one" is a number there. */
static uint32_t spelled_number(anc_str word)
{
    static const char *const words[] = {
        "one un une eins uno una", "two deux zwei dos due", "three trois drei tres tre",
        "four quatre vier cuatro", "five cinq fünf cinco",  "six sechs seis",
        "seven sept sieben siete", "eight huit acht ocho",  "nine neuf neun nueve",
        "ten dix zehn diez",       "eleven onze elf once",  "twelve douze zwölf doce"};
    return listed_number(words, ANC_COUNT(words), word);
}

/* "7", "#7", "n°7" */
uint32_t rag_token_number(anc_str word)
{
    static const anc_str signs[] = {ANC_STR_INIT("#"), ANC_STR_INIT("n°"), ANC_STR_INIT("nº"),
                                    ANC_STR_INIT("N°")};
    for (size_t i = 0; i < ANC_COUNT(signs); i++)
        if (anc_str_starts(word, signs[i]))
            word = anc_str_sub(word, signs[i].len, word.len);
    size_t bytes;
    const uint32_t n = leading_number(word, &bytes);
    return bytes == word.len ? n : 0;
}

static bool says_number(anc_str word)
{
    static const char words[] = "number no nr numéro nummer n° nº N° # número numero";
    return rag_is_any_of(word, words);
}

/* "7th", "7e", "7ème", German "7." and the words for the first ten. */
static uint32_t ordinal_of(const rag_tokens *all, size_t i)
{
    static const char endings[] = "st nd rd th e er ère re ème te ten";
    static const char *const words[] = {
        "first première erste ersten",     "second deuxième zweite zweiten",
        "third troisième dritte dritten",  "fourth quatrième vierte vierten",
        "fifth cinquième fünfte fünften",  "sixth sixième sechste sechsten",
        "seventh septième siebte siebten", "eighth huitième achte achten",
        "ninth neuvième neunte neunten",   "tenth dixième zehnte zehnten"};
    const anc_str word = rag_token_text(all, i);
    size_t bytes;
    const uint32_t n = leading_number(word, &bytes);
    if (bytes > 0)
        return (bytes == word.len && all->items[i].stopped) ||
                       rag_is_any_of(anc_str_sub(word, bytes, word.len), endings)
                   ? n
                   : 0;
    return listed_number(words, ANC_COUNT(words), word);
}

/* "report.pdf": letters, figures and a few signs, a point, an extension. */
bool rag_pointer_is_file(anc_str word)
{
    size_t point = word.len;
    while (point > 0 && word.ptr[point - 1] != '.')
        point--;
    const size_t extension = word.len - point;
    if (point < 2 || extension < EXTENSION_MIN || extension > EXTENSION_MAX)
        return false;
    bool letter = false;
    for (size_t i = point; i < word.len; i++) {
        const char c = word.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && (c < '0' || c > '9'))
            return false;
        letter |= is_letter;
    }
    return letter;
}

/* "the last page", "la dernière page", "die letzte Seite", "la última página" */
static bool says_last(anc_str word)
{
    static const char words[] = "last final dernière dernier letzte letzten letzter última último";
    return rag_is_any_of(word, words);
}

/* "3-5", "3–5": both numbers in one token; false: it is none such. */
static bool read_dashed(anc_str word, uint32_t *ret_from, uint32_t *ret_to)
{
    static const anc_str dashes[] = {ANC_STR_INIT("-"), ANC_STR_INIT("\u2013")};
    size_t bytes;
    *ret_from = leading_number(word, &bytes);
    const anc_str rest = anc_str_sub(word, bytes, word.len);
    for (size_t i = 0; i < ANC_COUNT(dashes) && *ret_from > 0; i++)
        if (anc_str_starts(rest, dashes[i])) {
            *ret_to = rag_token_number(anc_str_sub(rest, dashes[i].len, rest.len));
            return *ret_to >= *ret_from;
        }
    return false;
}

static const char ands[] = "and et und y e &";

/* Behind the number at *last: "and 3", "to 5", "à 5", "bis 5"; "and" only to the next number. */
static void read_range(const rag_tokens *all, size_t *last, rag_pointer *p)
{
    static const char tos[] = "to through until à bis a - \u2013";
    const anc_str joint = rag_token_text(all, *last + 1);
    const anc_str word = rag_token_text(all, *last + 2);
    const uint32_t digits = rag_token_number(word);
    const uint32_t to = digits > 0 ? digits : spelled_number(word);
    const bool joined = rag_is_any_of(joint, ands) && to == p->number + 1;
    if (!joined && !(rag_is_any_of(joint, tos) && to > p->number))
        return;
    p->until = to;
    *last += 2;
}

static bool is_plural(anc_str word)
{
    static const char words[] =
        "pages slides Seiten Folien páginas pagine rows lines records lignes Zeilen filas "
        "righe linhas";
    return rag_is_any_of(word, words);
}

/* "Pages 2, 5 and 9": those that are apart. */
static void read_others(const rag_tokens *all, size_t *last, rag_pointer *p)
{
    while (p->n_also < RAG_POINTS_ALSO) {
        const anc_str next = rag_token_text(all, *last + 1);
        const bool listed = *last + 1 < all->n && all->items[*last + 1].breaks;
        const bool joined = rag_is_any_of(next, ands);
        const uint32_t number = rag_token_number(joined   ? rag_token_text(all, *last + 2)
                                                 : listed ? next
                                                          : ANC_STR(""));
        if (number == 0)
            return;
        p->also[p->n_also++] = number;
        *last += joined ? 2U : 1U;
    }
}

/* "-3": as little a place as 0. */
static bool is_below_nought(anc_str word)
{
    static const anc_str signs[] = {ANC_STR_INIT("-"), ANC_STR_INIT("\u2212")};
    for (size_t i = 0; i < ANC_COUNT(signs); i++)
        if (anc_str_starts(word, signs[i]))
            return rag_token_number(anc_str_sub(word, signs[i].len, word.len)) > 0;
    return false;
}

/* The number behind token `i`: 7, "no. 7", "seven", 0; false: none is there. */
static bool read_number(const rag_tokens *all, size_t i, size_t *last, rag_pointer *p)
{
    const anc_str next = rag_token_text(all, i + 1);
    *last = i + 1;
    if (read_dashed(next, &p->number, &p->until))
        return true;
    if (says_number(next))
        ++*last;
    const anc_str word = rag_token_text(all, *last);
    p->number = rag_token_number(word);
    if (p->number == 0)
        p->number = spelled_number(word);
    p->until = p->number;
    if (p->number > 0)
        read_range(all, last, p);
    if (p->number > 0 && is_plural(rag_token_text(all, i)))
        read_others(all, last, p);
    return p->number > 0 || anc_str_eq(word, ANC_STR("0")) || is_below_nought(word);
}

/* Fills kind, numbers and the bytes where token `i` names a place that has a number. */
static bool read_place(const rag_tokens *all, size_t i, rag_pointer *ret)
{
    rag_pointer p = {.kind = rag_token_kind(all, i)};
    size_t first = i;
    size_t last = i + 1;
    if (p.kind == RAG_POINTS_NOWHERE)
        return false;
    if (!read_number(all, i, &last, &p)) {
        if (i == 0)
            return false;
        last = i;
        first = i - 1;
        const bool is_last = says_last(rag_token_text(all, first));
        p.number = p.until = is_last ? RAG_POINTS_LAST : ordinal_of(all, first);
        if (p.number == 0)
            return false;
    }
    p.start = all->items[first].start;
    p.of_start = p.of_end = p.end = all->items[last].end;
    for (size_t behind = last + 1; behind < all->n && !all->items[behind].breaks; behind++)
        p.of_end = all->items[behind].end;
    *ret = p;
    return true;
}

/* ---- sheets --------------------------------------------------------------------------------------- */

static bool is_sheet_word(anc_str word)
{
    static const char words[] =
        "sheet worksheet feuille onglet l'onglet Blatt Tabellenblatt Arbeitsblatt hoja "
        "pestaña foglio folha planilha aba";
    return rag_is_any_of(word, words);
}

/* Bytes of the sign that a name is quoted by, at the end of text[0..end); 0: none. */
static size_t quote_before(anc_str text, size_t end, anc_str *ret_closing)
{
    static const struct {
        anc_str opening, closing;
    } quotes[] = {{ANC_STR_INIT("\""), ANC_STR_INIT("\"")},
                  {ANC_STR_INIT("'"), ANC_STR_INIT("'")},
                  {ANC_STR_INIT("\u201C"), ANC_STR_INIT("\u201D")},
                  {ANC_STR_INIT("\u201E"), ANC_STR_INIT("\u201C")},
                  {ANC_STR_INIT("\u2018"), ANC_STR_INIT("\u2019")},
                  {ANC_STR_INIT("«"), ANC_STR_INIT("»")}};
    anc_str before = anc_str_sub(text, 0, end);
    while (before.len > 0 &&
           (before.ptr[before.len - 1] == ' ' || anc_str_ends(before, ANC_STR("\u00A0")) ||
            anc_str_ends(before, ANC_STR("\u202F"))))
        before.len -= before.ptr[before.len - 1] == ' '         ? 1
                      : anc_str_ends(before, ANC_STR("\u00A0")) ? 2
                                                                : 3;
    for (size_t i = 0; i < ANC_COUNT(quotes); i++)
        if (anc_str_ends(before, quotes[i].opening)) {
            *ret_closing = quotes[i].closing;
            return quotes[i].opening.len;
        }
    return 0;
}

/* A capital or a figure begins it: a name rather than a word of the sentence. */
static bool begins_name(anc_str word)
{
    const unsigned char c = word.len > 0 ? (unsigned char)word.ptr[0] : 0;
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0xC3;
}

static bool calls(anc_str word)
{
    static const char words[] =
        "called named nommée nommé intitulée appelée namens llamada chiamato chamada";
    return rag_is_any_of(word, words);
}

/* The name in tokens from `i` on: in quotes, or words with capitals; false: there is none. */
static bool read_name_from(const rag_tokens *all, size_t i, rag_pointer *p)
{
    anc_str closing;
    if (i < all->n && calls(rag_token_text(all, i)))
        i++;
    if (i >= all->n)
        return false;
    const size_t start = all->items[i].start;
    if (quote_before(all->text, start, &closing) > 0) {
        const anc_str rest = anc_str_sub(all->text, start, all->text.len);
        const size_t end = anc_str_find(rest, closing);
        p->sheet = anc_str_trim(anc_str_sub(rest, 0, end == SIZE_MAX ? 0 : end));
        p->sheet_end = start + p->sheet.len;
        return p->sheet.len > 0;
    }
    size_t last = i;
    while (last < all->n && begins_name(rag_token_text(all, last)) &&
           !rag_pointer_is_file(rag_token_text(all, last)) &&
           (last == i || !all->items[last].breaks))
        last++;
    if (last == i)
        return false;
    p->sheet_end = all->items[last - 1].end;
    p->sheet = anc_str_sub(all->text, start, p->sheet_end - start);
    return true;
}

/* "The Machines sheet": words with capitals before the word for it, but not the first of the question. */
static bool read_name_before(const rag_tokens *all, size_t i, rag_pointer *p)
{
    size_t first = i;
    while (first > 1 && begins_name(rag_token_text(all, first - 1)) &&
           !rag_pointer_is_file(rag_token_text(all, first - 1)) && !all->items[first].breaks)
        first--;
    if (first == i)
        return false;
    p->sheet_start = all->items[first].start;
    p->sheet_end = all->items[i].end;
    p->sheet = anc_str_sub(all->text, p->sheet_start, all->items[i - 1].end - p->sheet_start);
    return true;
}

/* Fills the sheet where token `i` is the word for one. */
static bool read_sheet(const rag_tokens *all, size_t i, rag_pointer *ret)
{
    rag_pointer p = {.sheet_start = all->items[i].start, .sheet_end = all->items[i].end};
    size_t last = i;
    if (!is_sheet_word(rag_token_text(all, i)))
        return false;
    if (read_number(all, i, &last, &p) && last < all->n) {
        p.sheet_number = p.number;
        p.sheet_end = all->items[last].end;
    } else if (i > 0 && (says_last(rag_token_text(all, i - 1)) || ordinal_of(all, i - 1) > 0)) {
        p.sheet_number =
            says_last(rag_token_text(all, i - 1)) ? RAG_POINTS_LAST : ordinal_of(all, i - 1);
        p.sheet_start = all->items[i - 1].start;
    } else if (!read_name_from(all, i + 1, &p) && !read_name_before(all, i, &p)) {
        return false;
    }
    ret->sheet = p.sheet;
    ret->sheet_number = p.sheet_number;
    ret->sheet_start = p.sheet_start;
    ret->sheet_end = p.sheet_end;
    return true;
}

/* What follows "row 7" names the document but for the sheet: behind it, or before it. */
static void take_sheet_out(const rag_tokens *all, rag_pointer *p)
{
    if (p->kind == RAG_POINTS_NOWHERE) {
        size_t last = 0;
        while (last < all->n && all->items[last].end <= p->sheet_end)
            last++;
        *p = (rag_pointer){.kind = RAG_POINTS_SHEET,
                           .number = 1,
                           .until = RAG_POINTS_LAST,
                           .start = p->sheet_start,
                           .end = p->sheet_end,
                           .of_start = p->sheet_end,
                           .of_end = p->sheet_end,
                           .sheet_number = p->sheet_number,
                           .sheet = p->sheet,
                           .sheet_start = p->sheet_start,
                           .sheet_end = p->sheet_end};
        for (; last < all->n && !all->items[last].breaks; last++)
            p->of_end = all->items[last].end;
        return;
    }
    if (p->sheet_start < p->of_start || p->sheet_start >= p->of_end)
        return;
    const bool behind = p->of_end > p->sheet_end;
    p->of_start = behind ? p->sheet_end : p->of_start;
    p->of_end = behind ? p->of_end : p->sheet_start;
}

rag_pointer rag_pointer_of(anc_str question)
{
    rag_tokens all;
    rag_pointer p = {.kind = RAG_POINTS_NOWHERE, .file = ANC_STR(""), .sheet = ANC_STR("")};
    rag_tokens_read(question, &all);
    for (size_t i = 0; i < all.n && p.kind == RAG_POINTS_NOWHERE; i++)
        (void)read_place(&all, i, &p);
    bool sheet = false;
    for (size_t i = 0; i < all.n && !sheet; i++)
        sheet = read_sheet(&all, i, &p);
    if (sheet)
        take_sheet_out(&all, &p);
    p.file = ANC_STR("");
    for (size_t i = 0; i < all.n && p.file.len == 0; i++)
        if (rag_pointer_is_file(rag_token_text(&all, i)))
            p.file = rag_token_text(&all, i);
    return p;
}
