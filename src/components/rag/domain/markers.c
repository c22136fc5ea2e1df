/* markers.c - a small grammar: '[' number { (',' | ';' | ' ' | '-' | "and") number } ']'.
 *
 * Models write the same in other brackets and with words about it: 【1†source】, [^1], [passage 1],
 * (passage 1). Each of them becomes [1]. In a line of code brackets are the code's.
 *
 * Groups are recognised at their closing bracket, in what has been written so far: taking a group
 * out may make a new one of what stood around it ("[1 [99]]"), and this way that one is seen too.
 */
#include "rag/domain/markers.h"

#include "base/str.h"

enum { GROUP_MAX_BYTES = 128 };

typedef struct bracket {
    anc_str open, close;
    bool labelled; /* is a marker's only with a word before the number */
} bracket;

static const bracket brackets[] = {
    {ANC_STR_INIT("["), ANC_STR_INIT("]"), false},
    {ANC_STR_INIT("【"), ANC_STR_INIT("】"), false},
    {ANC_STR_INIT("［"), ANC_STR_INIT("］"), false},
    {ANC_STR_INIT("("), ANC_STR_INIT(")"), true},
};

/* Longer before what it begins with. */
static const anc_str labels[] = {
    ANC_STR_INIT("passages"),  ANC_STR_INIT("passage"),  ANC_STR_INIT("sources"),
    ANC_STR_INIT("source"),    ANC_STR_INIT("quellen"),  ANC_STR_INIT("quelle"),
    ANC_STR_INIT("extraits"),  ANC_STR_INIT("extrait"),  ANC_STR_INIT("documents"),
    ANC_STR_INIT("document"),  ANC_STR_INIT("docs"),     ANC_STR_INIT("doc"),
    ANC_STR_INIT("citations"), ANC_STR_INIT("citation"), ANC_STR_INIT("references"),
    ANC_STR_INIT("reference"), ANC_STR_INIT("refs"),     ANC_STR_INIT("ref"),
    ANC_STR_INIT("^"),         ANC_STR_INIT("#"),
};
enum { PLAIN_LABELS = 8 }; /* of those: what in round brackets means a passage too */

typedef struct group {
    uint32_t numbers[RAG_GROUP_MAX];
    size_t n;     /* 0: it is none */
    bool dressed; /* there is more in it than numbers */
} group;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void add_number(group *g, uint32_t number)
{
    for (size_t i = 0; i < g->n; i++)
        if (g->numbers[i] == number)
            return;
    if (g->n < RAG_GROUP_MAX)
        g->numbers[g->n++] = number;
}

/* One to three digits at `*at`; false for anything else. */
static bool read_number(anc_str s, size_t *at, uint32_t *ret)
{
    size_t i = *at;
    uint32_t value = 0;
    while (i < s.len && is_digit(s.ptr[i]) && i - *at < 3)
        value = value * 10 + (uint32_t)(s.ptr[i++] - '0');
    if (i == *at || (i < s.len && is_digit(s.ptr[i])))
        return false;
    *at = i;
    *ret = value;
    return true;
}

/* A word that says what the number is of; false when there is none. */
static bool skip_label(anc_str s, size_t *at, size_t n_labels)
{
    for (size_t i = 0; i < n_labels; i++) {
        const size_t len = labels[i].len;
        if (!anc_str_eq_nocase(anc_str_sub(s, *at, len), labels[i]))
            continue;
        *at += len;
        while (*at < s.len && (s.ptr[*at] == ' ' || s.ptr[*at] == '.' || s.ptr[*at] == ':'))
            (*at)++;
        return true;
    }
    return false;
}

/* What some models put behind a number: ":0", "†source"; up to the next number of the group. */
static bool skip_tail(anc_str s, size_t *at)
{
    static const anc_str dagger = ANC_STR_INIT("†");
    const size_t from = *at;
    if (*at + 1 < s.len && s.ptr[*at] == ':' && is_digit(s.ptr[*at + 1]))
        for ((*at)++; *at < s.len && is_digit(s.ptr[*at]);)
            (*at)++;
    if (anc_str_starts(anc_str_sub(s, *at, s.len), dagger))
        while (*at < s.len && s.ptr[*at] != ',' && s.ptr[*at] != ';')
            (*at)++;
    return *at > from;
}

/* Bytes of a sign or word at `at` that stands between two numbers as a comma or a dash does. */
static size_t joint_at(anc_str s, size_t at, char *ret_kind)
{
    static const struct {
        anc_str text;
        char kind;
    } joints[] = {
        {ANC_STR_INIT(","), ','},   {ANC_STR_INIT(";"), ','},  {ANC_STR_INIT("&"), ','},
        {ANC_STR_INIT("and"), ','}, {ANC_STR_INIT("et"), ','}, {ANC_STR_INIT("und"), ','},
        {ANC_STR_INIT("-"), '-'},   {ANC_STR_INIT("–"), '-'},
    };
    for (size_t i = 0; i < ANC_COUNT(joints); i++)
        if (anc_str_starts(anc_str_sub(s, at, s.len), joints[i].text)) {
            *ret_kind = joints[i].kind;
            return joints[i].text.len;
        }
    return 0;
}

/* What stands between two numbers: 0 nothing, ',' a list, '-' a range. */
static char read_separator(anc_str s, size_t *at)
{
    char kind = 0;
    while (*at < s.len) {
        char joint;
        const size_t bytes = joint_at(s, *at, &joint);
        if (bytes > 0) {
            kind = kind == '-' ? '-' : joint;
            *at += bytes;
        } else if (s.ptr[*at] == ' ') {
            kind = kind != 0 ? kind : ',';
            (*at)++;
        } else {
            break;
        }
    }
    return kind;
}

/* The group that stands between brackets. */
static group read_group(anc_str s, bool labelled)
{
    const group none = {.n = 0};
    const size_t n_labels = labelled ? PLAIN_LABELS : ANC_COUNT(labels);
    group g = {.n = 0};
    size_t at = 0;
    uint32_t number = 0;
    char separator = 0;
    bool named = false;
    do {
        const uint32_t before = number;
        named |= skip_label(s, &at, n_labels);
        if (!read_number(s, &at, &number))
            return none;
        if (separator == '-')
            for (uint32_t i = before + 1; i < number && i - before < RAG_GROUP_MAX; i++)
                add_number(&g, i);
        add_number(&g, number);
        g.dressed |= skip_tail(s, &at);
    } while (at < s.len && (separator = read_separator(s, &at)) != 0);
    g.dressed |= named;
    return at == s.len && (named || !labelled) ? g : none;
}

/* Where the last opening bracket stands in what was written before `end`; SIZE_MAX when a group cannot
 * begin there. */
static size_t last_opening(const anc_buf *out, size_t end, anc_str open)
{
    for (size_t i = end; i >= open.len && end - i < GROUP_MAX_BYTES && out->ptr[i - 1] != '`'; i--)
        if (anc_str_eq((anc_str){out->ptr + i - open.len, open.len}, open))
            return i - open.len;
    return SIZE_MAX;
}

/* Drops the numbers that point nowhere; whether any was. */
static bool drop_unknown(group *g, size_t n_passages)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->n; i++)
        if (g->numbers[i] >= 1 && g->numbers[i] <= n_passages)
            g->numbers[kept++] = g->numbers[i];
    const bool dropped = kept != g->n;
    g->n = kept;
    return dropped;
}

static void cut_at(anc_buf *out, size_t len)
{
    out->len = len;
    out->ptr[len] = '\0';
}

static void note(const group *g, size_t start, size_t end, rag_markers *markers)
{
    for (size_t i = 0; i < g->n && markers->n < RAG_MARKERS_MAX; i++)
        markers->items[markers->n++] = (rag_marker){g->numbers[i], (uint32_t)start, (uint32_t)end};
}

/* In the plain form, or nothing where it is empty, and no blank before nothing. */
static void write_group(const group *g, anc_buf *out, rag_markers *markers)
{
    const size_t start = out->len;
    for (size_t i = 0; i < g->n; i++)
        anc_buf_printf(out, "%s%u%s", i == 0 ? "[" : ", ", g->numbers[i], i + 1 == g->n ? "]" : "");
    note(g, start, out->len, markers);
    while (g->n == 0 && out->len > 0 && out->ptr[out->len - 1] == ' ')
        cut_at(out, out->len - 1);
}

/* A closing bracket was written: whether that made a group, and what becomes of it. */
static void close_group(const bracket *b, size_t n_passages, anc_buf *out, rag_markers *markers)
{
    const size_t end = out->len - b->close.len;
    const size_t start = last_opening(out, end, b->open);
    if (start == SIZE_MAX || (markers->n > 0 && markers->items[markers->n - 1].end > start))
        return;
    const size_t inner = start + b->open.len;
    group g = read_group(anc_str_sub(anc_buf_view(out), inner, end - inner), b->labelled);
    if (g.n == 0)
        return;
    if (drop_unknown(&g, n_passages) || g.dressed || b != &brackets[0]) {
        cut_at(out, start);
        write_group(&g, out, markers);
    } else {
        note(&g, start, out->len, markers);
    }
}

/* Whether a backtick opens a line of code: another one closes it. */
static bool opens_code(anc_str answer, size_t at)
{
    return anc_str_find(anc_str_sub(answer, at + 1, answer.len), ANC_STR("`")) != SIZE_MAX;
}

void rag_markers_clean(anc_str answer, size_t n_passages, anc_buf *out, rag_markers *ret)
{
    bool code = false;
    ret->n = 0;
    for (size_t i = 0; i < answer.len; i++) {
        if (!anc_buf_add_char(out, answer.ptr[i]))
            return;
        if (answer.ptr[i] == '`')
            code = !code && opens_code(answer, i);
        for (size_t k = 0; k < ANC_COUNT(brackets) && !code; k++)
            if (anc_str_ends(anc_buf_view(out), brackets[k].close)) {
                close_group(&brackets[k], n_passages, out, ret);
                break;
            }
    }
}

void rag_markers_drop(anc_str text, const rag_markers *markers, anc_buf *out)
{
    rag_markers written = {.n = 0};
    size_t at = 0;
    for (size_t i = 0; i < markers->n;) {
        const rag_marker *first = &markers->items[i];
        group g = {.n = 0};
        bool whole = true;
        for (; i < markers->n && markers->items[i].start == first->start; i++) {
            whole &= markers->items[i].number != 0;
            if (markers->items[i].number != 0)
                add_number(&g, markers->items[i].number);
        }
        if (whole)
            continue;
        anc_buf_add(out, anc_str_sub(text, at, first->start - at));
        write_group(&g, out, &written);
        at = first->end;
    }
    anc_buf_add(out, anc_str_sub(text, at, text.len));
}
