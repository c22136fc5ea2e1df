/* markers.c - a small grammar: '[' number { (',' | ';' | ' ' | '-') number } ']'. */
#include "rag/domain/markers.h"

typedef struct group {
    uint32_t numbers[RAG_GROUP_MAX];
    size_t n;
    size_t bytes; /* brackets included; 0: there is no group */
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

/* The group that begins at `s`'s first byte, which is '['. */
static group read_group(anc_str s)
{
    group g = {.n = 0};
    size_t at = 1;
    uint32_t number;
    if (!read_number(s, &at, &number))
        return g;
    add_number(&g, number);
    while (at < s.len && s.ptr[at] != ']') {
        const uint32_t before = number;
        const char separator = read_separator(s, &at);
        if (separator == 0 || !read_number(s, &at, &number))
            return (group){.n = 0};
        if (separator == '-')
            for (uint32_t i = before + 1; i < number && i - before < RAG_GROUP_MAX; i++)
                add_number(&g, i);
        add_number(&g, number);
    }
    if (at < s.len)
        g.bytes = at + 1;
    return g;
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

static void drop_blanks(anc_buf *out)
{
    while (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->len--;
    if (out->ptr != NULL)
        out->ptr[out->len] = '\0';
}

static void add_group(const group *g, anc_str as_written, bool changed, anc_buf *out,
                      rag_markers *markers)
{
    const size_t start = out->len;
    if (!changed)
        anc_buf_add(out, as_written);
    else
        for (size_t i = 0; i < g->n; i++)
            anc_buf_printf(out, "%s%u%s", i == 0 ? "[" : ", ", g->numbers[i],
                           i + 1 == g->n ? "]" : "");
    for (size_t i = 0; i < g->n && markers->n < RAG_MARKERS_MAX; i++)
        markers->items[markers->n++] =
            (rag_marker){g->numbers[i], (uint32_t)start, (uint32_t)out->len};
}

void rag_markers_clean(anc_str answer, size_t n_passages, anc_buf *out, rag_markers *ret)
{
    ret->n = 0;
    for (size_t i = 0; i < answer.len;) {
        const anc_str rest = anc_str_sub(answer, i, answer.len - i);
        group g = {.n = 0};
        if (rest.ptr[0] == '[')
            g = read_group(rest);
        if (g.bytes == 0) {
            anc_buf_add_char(out, rest.ptr[0]);
            i++;
            continue;
        }
        const bool changed = drop_unknown(&g, n_passages);
        if (g.n > 0)
            add_group(&g, anc_str_sub(rest, 0, g.bytes), changed, out, ret);
        else
            drop_blanks(out);
        i += g.bytes;
    }
}
