/* pointer.c - see pointer.h. */
#include "rag/domain/pointer.h"

#include "base/str.h"
#include "rag/domain/words.h"

enum {
    TOKENS_MAX = 200,
    NUMBER_DIGITS = 9,
    EXTENSION_MIN = 2,
    EXTENSION_MAX = 5,
    NAME_WORDS_MAX = 64,
    REPLY_WORDS_MAX = 12
};

/* ---- tokens: words with their points, hyphens and slashes --------------------------------------- */

typedef struct token {
    size_t start, end; /* bytes, without full stops at the end */
    bool stopped;      /* a full stop was there */
    bool breaks;       /* a sign that parts clauses stands before it */
} token;

typedef struct tokens {
    anc_str text;
    token items[TOKENS_MAX];
    size_t n;
} tokens;

/* Bytes of the sign at `at` that no token holds; 0: it is of a token. */
static size_t separator_at(anc_str text, size_t at, bool *ret_breaks)
{
    static const anc_str quotes[] = {
        ANC_STR_INIT("«"), ANC_STR_INIT("»"),      ANC_STR_INIT("“"),
        ANC_STR_INIT("”"), ANC_STR_INIT("„"),      ANC_STR_INIT("‘"),
        ANC_STR_INIT("’"), ANC_STR_INIT("\u00A0"), ANC_STR_INIT("\u202F")};
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

static void read_tokens(anc_str text, tokens *ret)
{
    ret->text = text;
    ret->n = 0;
    bool breaks = false;
    for (size_t at = 0; at < text.len && ret->n < TOKENS_MAX;) {
        const size_t skip = separator_at(text, at, &breaks);
        if (skip > 0) {
            at += skip;
            continue;
        }
        token t = {.start = at, .breaks = breaks};
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

static anc_str text_of(const tokens *all, size_t i)
{
    return i < all->n ? anc_str_sub(all->text, all->items[i].start,
                                    all->items[i].end - all->items[i].start)
                      : ANC_STR("");
}

static bool is_one_of(anc_str word, const anc_str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq_nocase(word, list[i]))
            return true;
    return false;
}

/* ---- row and page ------------------------------------------------------------------------------- */

static rag_pointed kind_of(const tokens *all, size_t i)
{
    static const anc_str rows[] = {
        ANC_STR_INIT("row"),    ANC_STR_INIT("line"),      ANC_STR_INIT("record"),
        ANC_STR_INIT("ligne"),  ANC_STR_INIT("rangée"),    ANC_STR_INIT("enregistrement"),
        ANC_STR_INIT("Zeile"),  ANC_STR_INIT("Datensatz"), ANC_STR_INIT("fila"),
        ANC_STR_INIT("riga"),   ANC_STR_INIT("linha"),     ANC_STR_INIT("rows"),
        ANC_STR_INIT("lines"),  ANC_STR_INIT("records"),   ANC_STR_INIT("lignes"),
        ANC_STR_INIT("Zeilen"), ANC_STR_INIT("filas")};
    static const anc_str pages[] = {
        ANC_STR_INIT("page"),   ANC_STR_INIT("slide"),  ANC_STR_INIT("diapositive"),
        ANC_STR_INIT("diapo"),  ANC_STR_INIT("Seite"),  ANC_STR_INIT("Folie"),
        ANC_STR_INIT("página"), ANC_STR_INIT("pagina"), ANC_STR_INIT("diapositiva"),
        ANC_STR_INIT("pages"),  ANC_STR_INIT("slides"), ANC_STR_INIT("Seiten"),
        ANC_STR_INIT("Folien"), ANC_STR_INIT("páginas")};
    const anc_str word = text_of(all, i);
    if (is_one_of(word, rows, ANC_COUNT(rows)))
        return RAG_POINTS_ROW;
    if (is_one_of(word, pages, ANC_COUNT(pages)) ||
        (all->items[i].stopped && anc_str_eq(word, ANC_STR("p"))))
        return RAG_POINTS_PAGE;
    return RAG_POINTS_NOWHERE;
}

/* The number that `word` begins with, and behind how many bytes; 0: none. */
static uint32_t leading_number(anc_str word, size_t *ret_bytes)
{
    uint32_t n = 0;
    size_t i = 0;
    for (; i < word.len && i < NUMBER_DIGITS && word.ptr[i] >= '0' && word.ptr[i] <= '9'; i++)
        n = 10 * n + (uint32_t)(word.ptr[i] - '0');
    *ret_bytes = i;
    return n;
}

/* The place of `word` among lists of words that mean 1, 2, 3, …; 0: in none. */
static uint32_t listed_number(const char *const *lists, uint32_t n, anc_str word)
{
    for (uint32_t k = 0; k < n; k++) {
        anc_str list = anc_str_of(lists[k]);
        for (anc_str one; anc_str_split(&list, ' ', &one);)
            if (anc_str_eq_nocase(one, word))
                return k + 1;
    }
    return 0;
}

/* "three", "trois", "drei", "tres": only behind what is counted, so that "one" is a number there. */
static uint32_t spelled_number(anc_str word)
{
    static const char *const words[] = {
        "one un une eins uno una", "two deux zwei dos",    "three trois drei tres",
        "four quatre vier cuatro", "five cinq fünf cinco", "six sechs seis",
        "seven sept sieben siete", "eight huit acht ocho", "nine neuf neun nueve",
        "ten dix zehn diez",       "eleven onze elf once", "twelve douze zwölf doce"};
    return listed_number(words, ANC_COUNT(words), word);
}

/* "7", "#7", "n°7" */
static uint32_t number_of(anc_str word)
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
    static const anc_str words[] = {
        ANC_STR_INIT("number"), ANC_STR_INIT("no"),     ANC_STR_INIT("nr"),
        ANC_STR_INIT("numéro"), ANC_STR_INIT("nummer"), ANC_STR_INIT("n°"),
        ANC_STR_INIT("nº"),     ANC_STR_INIT("N°"),     ANC_STR_INIT("#"),
        ANC_STR_INIT("número"), ANC_STR_INIT("numero")};
    return is_one_of(word, words, ANC_COUNT(words));
}

/* "7th", "7e", "7ème", German "7." and the words for the first ten. */
static uint32_t ordinal_of(const tokens *all, size_t i)
{
    static const anc_str endings[] = {ANC_STR_INIT("st"),  ANC_STR_INIT("nd"), ANC_STR_INIT("rd"),
                                      ANC_STR_INIT("th"),  ANC_STR_INIT("e"),  ANC_STR_INIT("er"),
                                      ANC_STR_INIT("ère"), ANC_STR_INIT("re"), ANC_STR_INIT("ème"),
                                      ANC_STR_INIT("te"),  ANC_STR_INIT("ten")};
    static const char *const words[] = {
        "first première erste ersten",     "second deuxième zweite zweiten",
        "third troisième dritte dritten",  "fourth quatrième vierte vierten",
        "fifth cinquième fünfte fünften",  "sixth sixième sechste sechsten",
        "seventh septième siebte siebten", "eighth huitième achte achten",
        "ninth neuvième neunte neunten",   "tenth dixième zehnte zehnten"};
    const anc_str word = text_of(all, i);
    size_t bytes;
    const uint32_t n = leading_number(word, &bytes);
    if (bytes > 0)
        return (bytes == word.len && all->items[i].stopped) ||
                       is_one_of(anc_str_sub(word, bytes, word.len), endings, ANC_COUNT(endings))
                   ? n
                   : 0;
    return listed_number(words, ANC_COUNT(words), word);
}

/* "report.pdf": letters, figures and a few signs, a point, an extension. */
static bool is_file(anc_str word)
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
    static const anc_str words[] = {
        ANC_STR_INIT("last"),    ANC_STR_INIT("final"),  ANC_STR_INIT("dernière"),
        ANC_STR_INIT("dernier"), ANC_STR_INIT("letzte"), ANC_STR_INIT("letzten"),
        ANC_STR_INIT("letzter"), ANC_STR_INIT("última"), ANC_STR_INIT("último")};
    return is_one_of(word, words, ANC_COUNT(words));
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
            *ret_to = number_of(anc_str_sub(rest, dashes[i].len, rest.len));
            return *ret_to >= *ret_from;
        }
    return false;
}

/* Behind the number at *last: "and 3", "to 5", "à 5", "bis 5"; "and" only to the next number. */
static void read_range(const tokens *all, size_t *last, rag_pointer *p)
{
    static const anc_str ands[] = {ANC_STR_INIT("and"), ANC_STR_INIT("et"), ANC_STR_INIT("und"),
                                   ANC_STR_INIT("y"), ANC_STR_INIT("&")};
    static const anc_str tos[] = {ANC_STR_INIT("to"),    ANC_STR_INIT("through"),
                                  ANC_STR_INIT("until"), ANC_STR_INIT("à"),
                                  ANC_STR_INIT("bis"),   ANC_STR_INIT("a"),
                                  ANC_STR_INIT("-"),     ANC_STR_INIT("\u2013")};
    const anc_str joint = text_of(all, *last + 1);
    const anc_str word = text_of(all, *last + 2);
    const uint32_t digits = number_of(word);
    const uint32_t to = digits > 0 ? digits : spelled_number(word);
    const bool joined = is_one_of(joint, ands, ANC_COUNT(ands)) && to == p->number + 1;
    if (!joined && !(is_one_of(joint, tos, ANC_COUNT(tos)) && to > p->number))
        return;
    p->until = to;
    *last += 2;
}

/* The number behind token `i`: 7, "no. 7", "seven", 0; false: none is there. */
static bool read_number(const tokens *all, size_t i, size_t *last, rag_pointer *p)
{
    const anc_str next = text_of(all, i + 1);
    *last = i + 1;
    if (read_dashed(next, &p->number, &p->until))
        return true;
    if (says_number(next))
        ++*last;
    const anc_str word = text_of(all, *last);
    p->number = number_of(word);
    if (p->number == 0)
        p->number = spelled_number(word);
    p->until = p->number;
    if (p->number > 0)
        read_range(all, last, p);
    return p->number > 0 || anc_str_eq(word, ANC_STR("0"));
}

/* Fills kind, numbers and the bytes where token `i` names a place that has a number. */
static bool read_place(const tokens *all, size_t i, rag_pointer *ret)
{
    rag_pointer p = {.kind = kind_of(all, i)};
    size_t first = i;
    size_t last = i + 1;
    if (p.kind == RAG_POINTS_NOWHERE)
        return false;
    if (!read_number(all, i, &last, &p)) {
        if (i == 0)
            return false;
        last = i;
        first = i - 1;
        const bool is_last = says_last(text_of(all, first));
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

rag_pointer rag_pointer_of(anc_str question)
{
    tokens all;
    rag_pointer p = {.kind = RAG_POINTS_NOWHERE, .file = ANC_STR("")};
    read_tokens(question, &all);
    for (size_t i = 0; i < all.n && p.kind == RAG_POINTS_NOWHERE; i++)
        (void)read_place(&all, i, &p);
    p.file = ANC_STR("");
    for (size_t i = 0; i < all.n && p.file.len == 0; i++)
        if (is_file(text_of(&all, i)))
            p.file = text_of(&all, i);
    return p;
}

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
        comma != SIZE_MAX ? number_of(anc_str_sub(title, comma + row_sign.len, title.len)) : 0;
    if (told > 0)
        return told;
    const size_t hash = anc_str_find(uri, ANC_STR("#"));
    return hash != SIZE_MAX ? number_of(anc_str_sub(uri, hash + 1, uri.len)) : 0;
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
        "findet sich ist sind in der die das dem den des von vom aus im auf blatt bitte";
    anc_str rest = {list, sizeof list - 1};
    for (anc_str one; anc_str_split(&rest, ' ', &one);)
        if (anc_str_eq_nocase(one, word))
            return true;
    return false;
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

/* The words of text[start..end) that tell one thing from another, but those of text[but..but_end). */
static anc_status read_name(anc_arena *mem, anc_str text, txt_language language, size_t but,
                            size_t but_end, name *ret, anc_err *err)
{
    rag_words words;
    ret->n = 0;
    ANC_TRY(rag_words_of(mem, text, language, &words, err));
    for (size_t i = 0; i < words.n && ret->n < NAME_WORDS_MAX; i++) {
        const rag_word *w = &words.items[i];
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
        while (is_file(ret[i]) && point > 0 && ret[i].ptr[point - 1] != '.')
            point--;
        if (point > 0 && is_file(ret[i]))
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
    tokens all;
    anc_str best = ANC_STR("");
    const anc_str said = said_of(question, p);
    read_tokens(said, &all);
    for (size_t i = 0; i < all.n; i++) {
        const anc_str word = text_of(&all, i);
        if (word.len >= LONG_ENOUGH && word.len > best.len && !asks_nothing(word))
            best = word;
    }
    return best;
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
    ANC_TRY(read_name(mem, question, language, p->start, p->end, &asked, err));
    ANC_TRY(read_name(mem, said_of(question, p), language, 0, 0, &said, err));
    name both = {.n = 0};
    for (size_t i = 0; i < ANC_COUNT(called) && !*ret; i++) {
        name words;
        ANC_TRY(read_name(mem, called[i], language, 0, 0, &words, err));
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
    ANC_TRY(read_name(mem, said_of(question, p), txt_language_detect(question), 0, 0, &said, err));
    *ret = p->file.len == 0 && said.n == 0;
    return ANC_OK;
}

/* ---- a question asked back ------------------------------------------------------------------------ */

static bool asks_something(const tokens *all)
{
    static const anc_str words[] = {
        ANC_STR_INIT("what"),    ANC_STR_INIT("who"),     ANC_STR_INIT("when"),
        ANC_STR_INIT("where"),   ANC_STR_INIT("why"),     ANC_STR_INIT("how"),
        ANC_STR_INIT("whose"),   ANC_STR_INIT("qui"),     ANC_STR_INIT("que"),
        ANC_STR_INIT("quoi"),    ANC_STR_INIT("quel"),    ANC_STR_INIT("quelle"),
        ANC_STR_INIT("quand"),   ANC_STR_INIT("où"),      ANC_STR_INIT("pourquoi"),
        ANC_STR_INIT("comment"), ANC_STR_INIT("combien"), ANC_STR_INIT("wer"),
        ANC_STR_INIT("was"),     ANC_STR_INIT("wann"),    ANC_STR_INIT("wo"),
        ANC_STR_INIT("warum"),   ANC_STR_INIT("wie"),     ANC_STR_INIT("quién"),
        ANC_STR_INIT("qué"),     ANC_STR_INIT("cuándo"),  ANC_STR_INIT("cómo")};
    for (size_t i = 0; i < all->n; i++)
        if (is_one_of(text_of(all, i), words, ANC_COUNT(words)))
            return true;
    return false;
}

anc_status rag_pointer_complete(anc_arena *mem, anc_str before, anc_str reply, anc_str *ret,
                                anc_err *err)
{
    tokens said;
    bool open = false;
    const rag_pointer p = rag_pointer_of(before);
    *ret = ANC_STR("");
    read_tokens(reply, &said);
    if (p.kind == RAG_POINTS_NOWHERE || said.n == 0 || said.n > REPLY_WORDS_MAX ||
        asks_something(&said) || rag_pointer_of(reply).kind != RAG_POINTS_NOWHERE)
        return ANC_OK;
    ANC_TRY(rag_pointer_is_open(mem, before, &p, &open, err));
    if (!open)
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
static bool is_numbered_column(const tokens *all, size_t i)
{
    static const anc_str columns[] = {ANC_STR_INIT("column"),  ANC_STR_INIT("colonne"),
                                      ANC_STR_INIT("Spalte"),  ANC_STR_INIT("columna"),
                                      ANC_STR_INIT("colonna"), ANC_STR_INIT("coluna")};
    return i + 1 < all->n && is_one_of(text_of(all, i), columns, ANC_COUNT(columns)) &&
           number_of(text_of(all, i + 1)) > 0;
}

anc_status rag_pointer_rest(anc_arena *mem, anc_str question, const rag_pointer *p, anc_str title,
                            anc_str uri, anc_str *ret, anc_err *err)
{
    const txt_language language = txt_language_detect(question);
    tokens all;
    anc_str called[2];
    name names[2] = {{.n = 0}, {.n = 0}};
    bool asks = false;
    ANC_BUF(out, question.len + 1);
    names_of(title, uri, called);
    for (size_t i = 0; i < ANC_COUNT(called); i++)
        if (p->file.len == 0)
            ANC_TRY(read_name(mem, called[i], language, 0, 0, &names[i], err));
    read_tokens(question, &all);
    for (size_t i = 0; i < all.n; i++) {
        const anc_str word = text_of(&all, i);
        name one;
        if (is_numbered_column(&all, i)) {
            i++; /* the row is told whole */
            continue;
        }
        if ((all.items[i].start < p->end && all.items[i].end > p->start) ||
            anc_str_eq(word, p->file))
            continue;
        ANC_TRY(read_name(mem, word, language, 0, 0, &one, err));
        if (is_part_of(&one, &names[0]) || is_part_of(&one, &names[1]))
            continue;
        asks = asks || one.n > 0;
        if (out.len > 0)
            anc_buf_add_char(&out, ' ');
        anc_buf_add(&out, word);
    }
    ANC_TRY(anc_buf_status(&out, "question", err));
    *ret = asks ? anc_arena_copy(mem, anc_buf_view(&out)) : ANC_STR("");
    return ret->ptr != NULL ? ANC_OK
                            : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
}
