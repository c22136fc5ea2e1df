/* str.c - views and the bounded buffer. */
#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 128, LONGEST_NUMBER = 63 };

anc_str anc_str_of(const char *terminated)
{
    return (anc_str){terminated, terminated != NULL ? strlen(terminated) : 0};
}

bool anc_str_eq(anc_str a, anc_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool anc_str_eq_nocase(anc_str a, anc_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int anc_str_cmp(anc_str a, anc_str b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int c = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;
    return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

bool anc_str_starts(anc_str s, anc_str prefix)
{
    return s.len >= prefix.len && anc_str_eq((anc_str){s.ptr, prefix.len}, prefix);
}

bool anc_str_ends(anc_str s, anc_str suffix)
{
    return s.len >= suffix.len &&
           anc_str_eq(anc_str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

size_t anc_str_find(anc_str s, anc_str needle)
{
    if (needle.len == 0)
        return 0;
    if (s.len < needle.len)
        return SIZE_MAX;
    const char *p = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return p != NULL ? (size_t)(p - s.ptr) : SIZE_MAX;
}

anc_str anc_str_sub(anc_str s, size_t from, size_t len)
{
    if (from > s.len)
        from = s.len;
    if (len > s.len - from)
        len = s.len - from;
    return (anc_str){s.ptr != NULL ? s.ptr + from : NULL, len};
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

anc_str anc_str_trim(anc_str s)
{
    while (s.len > 0 && is_blank(s.ptr[0]))
        s = anc_str_sub(s, 1, s.len);
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool anc_str_split(anc_str *rest, char separator, anc_str *ret_part)
{
    if (rest->ptr == NULL)
        return false;
    const char *p = rest->len > 0 ? memchr(rest->ptr, separator, rest->len) : NULL;
    if (p == NULL) {
        *ret_part = *rest;
        *rest = ANC_STR_NONE;
        return true;
    }
    const size_t n = (size_t)(p - rest->ptr);
    *ret_part = (anc_str){rest->ptr, n};
    *rest = (anc_str){p + 1, rest->len - n - 1};
    return true;
}

bool anc_str_to_u64(anc_str s, uint64_t *ret)
{
    uint64_t n = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(n, 10u, &n) ||
            __builtin_add_overflow(n, (uint64_t)(s.ptr[i] - '0'), &n))
            return false;
    }
    *ret = n;
    return true;
}

bool anc_str_to_double(anc_str s, double *ret)
{
    char text[LONGEST_NUMBER + 1];
    if (s.len == 0 || s.len > LONGEST_NUMBER)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (strchr("0123456789+-.eE", s.ptr[i]) == NULL || s.ptr[i] == '\0')
            return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    char *end = NULL;
    const double n = strtod(text, &end);
    if (end != text + s.len || !isfinite(n))
        return false;
    *ret = n;
    return true;
}

anc_buf anc_buf_init(size_t max)
{
    return (anc_buf){.max = max};
}

void anc_buf_done(anc_buf *buf)
{
    free(buf->ptr);
    *buf = (anc_buf){.max = buf->max};
}

bool anc_buf_reserve(anc_buf *buf, size_t n)
{
    if (n > buf->max - buf->len) {
        buf->refused = true;
        return false;
    }
    if (buf->ptr != NULL && n < buf->cap - buf->len)
        return true;
    size_t cap = buf->cap < FIRST_CAPACITY ? FIRST_CAPACITY : buf->cap * 2;
    if (cap < buf->len + n + 1)
        cap = buf->len + n + 1;
    if (cap > buf->max && buf->max < SIZE_MAX)
        cap = buf->max + 1;
    char *p = realloc(buf->ptr, cap);
    if (p == NULL) {
        buf->refused = true;
        buf->starved = true;
        return false;
    }
    buf->ptr = p;
    buf->cap = cap;
    return true;
}

bool anc_buf_add(anc_buf *buf, anc_str s)
{
    if (!anc_buf_reserve(buf, s.len))
        return false;
    if (s.len > 0)
        memcpy(buf->ptr + buf->len, s.ptr, s.len);
    buf->len += s.len;
    buf->ptr[buf->len] = '\0';
    return true;
}

bool anc_buf_add_char(anc_buf *buf, char c)
{
    return anc_buf_add(buf, (anc_str){&c, 1});
}

bool anc_buf_printf(anc_buf *buf, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    const bool ok = n >= 0 && anc_buf_reserve(buf, (size_t)n);
    if (ok) {
        (void)vsnprintf(buf->ptr + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    return ok;
}

void anc_buf_clear(anc_buf *buf)
{
    buf->len = 0;
    buf->refused = false;
    buf->starved = false;
    if (buf->ptr != NULL)
        buf->ptr[0] = '\0';
}

anc_str anc_buf_view(const anc_buf *buf)
{
    return (anc_str){buf->ptr, buf->len};
}

anc_status anc_buf_status(const anc_buf *buf, const char *what, anc_err *err)
{
    if (!buf->refused)
        return ANC_OK;
    if (buf->starved)
        return ANC_FAIL(err, ANC_NO_MEMORY, "%s: no memory after %zu bytes", what, buf->len);
    return ANC_FAIL(err, ANC_LIMIT, "%s: more than %zu bytes", what, buf->max);
}
