/* marks.c - one walk over the query: what stands at the start of a word decides. */
#include "search/domain/marks.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "text/normalize.h"
#include "text/unicode.h"

enum { LEAST_EXCLUDED = 2, LEAST_PREFIX = 3 };

typedef struct reading {
    anc_str query;
    srch_mark marks[SRCH_MAX_MARKS];
    size_t n;
    char *words; /* [query.len] */
    size_t words_len;
    bool changed;     /* words is not the query any more */
    bool unclosed[3]; /* kinds of quotes that close nowhere from here on */
    bool too_many;
} reading;

static const struct {
    const char *open, *close;
} quotes[] = {
    {"\"", "\""},
    {"\xE2\x80\x9C", "\xE2\x80\x9D"},
    {"\xC2\xAB", "\xC2\xBB"},
};

static bool is_letter(uint32_t c)
{
    const txt_category k = txt_category_of(c);
    return k >= TXT_LU && k <= TXT_LO;
}

static bool is_word(uint32_t c)
{
    const txt_category k = txt_category_of(c);
    return k >= TXT_LU && k <= TXT_NO;
}

static bool letter_at(anc_str s, size_t at)
{
    size_t bytes;
    return at < s.len && is_letter(anc_utf8_at(s, at, &bytes));
}

/* Four digits by themselves: a longer or a shorter number may be a negative one, or somebody's telephone. */
static bool year_at(anc_str s, size_t at)
{
    enum { DIGITS = 4 };
    size_t n = 0, bytes;
    while (at + n < s.len && s.ptr[at + n] >= '0' && s.ptr[at + n] <= '9')
        n++;
    const bool ends = at + n == s.len || strchr(")?!,;", s.ptr[at + n]) != NULL ||
                      txt_is_blank(anc_utf8_at(s, at + n, &bytes));
    return n == DIGITS && ends && (s.ptr[at] == '1' || s.ptr[at] == '2');
}

static size_t count_word_chars(anc_str s)
{
    size_t n = 0, bytes;
    for (size_t i = 0; i < s.len; i += bytes)
        n += is_word(anc_utf8_at(s, i, &bytes)) ? 1 : 0;
    return n;
}

/* The text between a pair of quotes that opens at `at`; false when none opens, none closes, or there
 * is no word between. *ret_end is behind the closing one. */
static bool quoted_at(reading *r, size_t at, anc_str *ret, size_t *ret_end)
{
    const anc_str rest = anc_str_sub(r->query, at, r->query.len);
    for (size_t i = 0; i < ANC_COUNT(quotes); i++) {
        const anc_str open = anc_str_of(quotes[i].open), close = anc_str_of(quotes[i].close);
        if (r->unclosed[i] || !anc_str_starts(rest, open))
            continue;
        const anc_str inner = anc_str_sub(rest, open.len, rest.len);
        const size_t n = anc_str_find(inner, close);
        r->unclosed[i] = n == SIZE_MAX;
        if (n == SIZE_MAX || count_word_chars(anc_str_sub(inner, 0, n)) == 0)
            return false;
        *ret = txt_trim(anc_str_sub(inner, 0, n));
        *ret_end = at + open.len + n + close.len;
        return true;
    }
    return false;
}

/* The run up to the next blank, without the signs at its end. */
static anc_str token_at(anc_str s, size_t at)
{
    size_t end = at, last = at, bytes;
    for (; end < s.len; end += bytes) {
        const uint32_t c = anc_utf8_at(s, end, &bytes);
        if (txt_is_blank(c))
            break;
        if (is_word(c) || c == '*')
            last = end + bytes;
    }
    return anc_str_sub(s, at, last - at);
}

/* Takes the star off a token that is one word and a star at its end. */
static bool is_prefix(anc_str *token)
{
    size_t bytes;
    if (token->len == 0 || token->ptr[token->len - 1] != '*')
        return false;
    const anc_str word = anc_str_sub(*token, 0, token->len - 1);
    for (size_t i = 0; i < word.len; i += bytes)
        if (!is_word(anc_utf8_at(word, i, &bytes)))
            return false;
    if (anc_utf8_count(word) < LEAST_PREFIX)
        return false;
    *token = word;
    return true;
}

static void add_mark(reading *r, srch_mark mark)
{
    if (r->n == SRCH_MAX_MARKS)
        r->too_many = true;
    else
        r->marks[r->n++] = mark;
}

static void keep(reading *r, anc_str s)
{
    memcpy(r->words + r->words_len, s.ptr, s.len);
    r->words_len += s.len;
}

/* A signed phrase or word at `at`, which is the sign; where the scan goes on, `at` when it is text. */
static size_t read_signed(reading *r, size_t at)
{
    const bool excluded = r->query.ptr[at] == '-';
    srch_mark mark = {.kind = excluded ? SRCH_MARK_MUST_NOT : SRCH_MARK_MUST};
    size_t end = at;
    if (quoted_at(r, at + 1, &mark.text, &end)) {
        mark.quoted = true;
    } else if (letter_at(r->query, at + 1) || year_at(r->query, at + 1)) {
        mark.text = token_at(r->query, at + 1);
        end = at + 1 + mark.text.len;
        mark.prefix = is_prefix(&mark.text);
        if (excluded && count_word_chars(mark.text) < LEAST_EXCLUDED)
            return at;
    } else {
        return at;
    }
    mark.at = excluded ? 0 : r->words_len;
    add_mark(r, mark);
    if (!excluded)
        keep(r, mark.text);
    r->changed = true;
    return end;
}

/* A phrase or a beginning without a sign; the text stays as it is. */
static size_t read_wish(reading *r, size_t at)
{
    srch_mark mark = {.kind = SRCH_MARK_WISH};
    size_t end = at;
    if (quoted_at(r, at, &mark.text, &end)) {
        mark.quoted = true;
    } else if (letter_at(r->query, at)) {
        mark.text = token_at(r->query, at);
        end = at + mark.text.len;
        mark.prefix = is_prefix(&mark.text);
    }
    if (!mark.quoted && !mark.prefix)
        return at;
    mark.at = r->words_len + (size_t)(mark.text.ptr - (r->query.ptr + at));
    add_mark(r, mark);
    keep(r, anc_str_sub(r->query, at, end - at));
    return end;
}

static size_t read_mark(reading *r, size_t at)
{
    const char c = r->query.ptr[at];
    return c == '+' || c == '-' ? read_signed(r, at) : read_wish(r, at);
}

static void read_query(reading *r)
{
    bool at_start = true; /* of a word */
    for (size_t at = 0, bytes; at < r->query.len;) {
        const size_t end = at_start ? read_mark(r, at) : at;
        if (end > at) {
            at = end;
            at_start = false;
            continue;
        }
        const uint32_t c = anc_utf8_at(r->query, at, &bytes);
        keep(r, anc_str_sub(r->query, at, bytes));
        at_start = txt_is_blank(c) || c == '(' || c == '[' || c == '{';
        at += bytes;
    }
}

anc_status srch_marks_read(anc_arena *mem, anc_str query, srch_marked *ret, anc_err *err)
{
    reading r = {.query = query, .words = anc_arena_alloc(mem, query.len + 1, 1)};
    if (r.words == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a query of %zu bytes", query.len);
    read_query(&r);
    if (r.too_many)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/query",
                              "the query marks more than %d words and phrases",
                              (int)SRCH_MAX_MARKS);
    srch_mark *marks = anc_arena_alloc(mem, r.n, sizeof *marks);
    if (marks == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu marks", r.n);
    if (r.n > 0)
        memcpy(marks, r.marks, r.n * sizeof *marks);
    *ret = (srch_marked){
        .words = r.changed ? (anc_str){r.words, r.words_len} : query, .marks = marks, .n = r.n};
    return ANC_OK;
}
