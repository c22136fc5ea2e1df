/* markers.c - a small grammar: '[' number { (',' | ';' | ' ' | '-') number } ']'.
 *
 * Groups are recognised at their closing bracket, in what has been written so far: taking a group
 * out may make a new one of what stood around it ("[1 [99]]"), and this way that one is seen too.
 */
#include "rag/domain/markers.h"

enum { GROUP_MAX_BYTES = 128 };

typedef struct group {
    uint32_t numbers[RAG_GROUP_MAX];
    size_t n; /* 0: it is none */
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

/* What stands between two numbers: 0 nothing, ',' a list, '-' a range. */
static char read_separator(anc_str s, size_t *at)
{
    char kind = 0;
    for (; *at < s.len; (*at)++) {
        const char c = s.ptr[*at];
        if (c == '-')
            kind = '-';
        else if (c == ',' || c == ';')
            kind = kind == '-' ? '-' : ',';
        else if (c == ' ')
            kind = kind != 0 ? kind : ',';
        else if (anc_str_starts(anc_str_sub(s, *at, 3), ANC_STR("\xe2\x80\x93"))) {
            kind = '-';
            *at += 2;
        } else
            break;
    }
    return kind;
}

/* The group that `s` is, from bracket to bracket. */
static group read_group(anc_str s)
{
    const group none = {.n = 0};
    group g = {.n = 0};
    size_t at = 1;
    uint32_t number;
    if (!read_number(s, &at, &number))
        return none;
    add_number(&g, number);
    while (s.ptr[at] != ']') {
        const uint32_t before = number;
        const char separator = read_separator(s, &at);
        if (separator == 0 || !read_number(s, &at, &number))
            return none;
        if (separator == '-')
            for (uint32_t i = before + 1; i < number && i - before < RAG_GROUP_MAX; i++)
                add_number(&g, i);
        add_number(&g, number);
    }
    return at + 1 == s.len ? g : none;
}

/* Where the last '[' stands in what was written; SIZE_MAX when a group cannot begin there. */
static size_t last_opening(const anc_buf *out)
{
    for (size_t i = out->len; i > 0 && out->len - i < GROUP_MAX_BYTES; i--)
        if (out->ptr[i - 1] == '[')
            return i - 1;
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

/* A closing bracket was written: whether that made a group, and what becomes of it. */
static void close_group(size_t n_passages, anc_buf *out, rag_markers *markers)
{
    const size_t start = last_opening(out);
    if (start == SIZE_MAX)
        return;
    group g = read_group(anc_str_sub(anc_buf_view(out), start, out->len - start));
    if (g.n == 0)
        return;
    if (drop_unknown(&g, n_passages)) {
        cut_at(out, start);
        for (size_t i = 0; i < g.n; i++)
            anc_buf_printf(out, "%s%u%s", i == 0 ? "[" : ", ", g.numbers[i],
                           i + 1 == g.n ? "]" : "");
    }
    if (g.n > 0) {
        note(&g, start, out->len, markers);
        return;
    }
    while (out->len > 0 && out->ptr[out->len - 1] == ' ')
        cut_at(out, out->len - 1);
}

void rag_markers_clean(anc_str answer, size_t n_passages, anc_buf *out, rag_markers *ret)
{
    ret->n = 0;
    for (size_t i = 0; i < answer.len; i++)
        if (anc_buf_add_char(out, answer.ptr[i]) && answer.ptr[i] == ']')
            close_group(n_passages, out, ret);
}
