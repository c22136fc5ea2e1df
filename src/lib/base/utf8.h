/* utf8.h - UTF-8 checked, counted and walked (RFC 3629: no surrogates, no overlong forms). */
#ifndef ANC_BASE_UTF8_H
#define ANC_BASE_UTF8_H

#include "base/base.h"

/* Bytes of the longest valid prefix of `s`; s.len when all of it is valid. */
size_t anc_utf8_valid_prefix(anc_str s);

static inline bool anc_utf8_valid(anc_str s)
{
    return anc_utf8_valid_prefix(s) == s.len;
}

/* Code points in a valid `s`. */
size_t anc_utf8_count(anc_str s);

/* The code point at byte `at` of a valid `s` (at < s.len), its length in `ret_bytes` (1 to 4). */
uint32_t anc_utf8_at(anc_str s, size_t at, size_t *ret_bytes);

/* Writes `code_point` to `out` [4]; bytes written, 0 when it is no scalar value. */
size_t anc_utf8_put(uint32_t code_point, char *out);

/* The greatest offset <= `at` that does not lie inside a code point of a valid `s`. */
size_t anc_utf8_floor(anc_str s, size_t at);

/* Byte offset of code point number `n` (counted from 0) of a valid `s`; s.len when there are fewer. */
size_t anc_utf8_offset(anc_str s, size_t n);

#endif
