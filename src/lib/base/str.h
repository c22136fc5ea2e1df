/* str.h - views compared and cut, and the one growing buffer of bytes.
 *
 * A view function never allocates. anc_buf has a ceiling from the start, so nothing that comes from
 * outside can grow it without end; after a refused append the buffer is as it was and remembers
 * that it failed, so a writer may check once at the end.
 */
#ifndef ANC_BASE_STR_H
#define ANC_BASE_STR_H

#include "base/arena.h"

/* A view of a terminated string; NULL gives the empty view. */
anc_str anc_str_of(const char *terminated);

bool anc_str_eq(anc_str a, anc_str b);
bool anc_str_eq_nocase(anc_str a, anc_str b); /* ASCII letters only */
int anc_str_cmp(anc_str a, anc_str b);        /* byte order, shorter first */
bool anc_str_starts(anc_str s, anc_str prefix);
bool anc_str_ends(anc_str s, anc_str suffix);

/* Byte offset of the first `needle` in `s`, or SIZE_MAX. An empty needle is found at 0. */
size_t anc_str_find(anc_str s, anc_str needle);

/* `s` from byte `from` for at most `len` bytes; both are cut to what is there. */
anc_str anc_str_sub(anc_str s, size_t from, size_t len);

/* `s` without ASCII white space at both ends. */
anc_str anc_str_trim(anc_str s);

/* Cuts the next part off the front of `rest`, up to `separator`. False when nothing is left. */
bool anc_str_split(anc_str *rest, char separator, anc_str *ret_part);

/* A whole decimal number without sign, blanks or anything else. False when it is not one or does
 * not fit; `ret` is then untouched. */
bool anc_str_to_u64(anc_str s, uint64_t *ret);

/* A whole finite decimal number ("-1.5e3"). False as above. Locale plays no part. */
bool anc_str_to_double(anc_str s, double *ret);

typedef struct anc_buf {
    char *ptr;    /* owned; NULL while nothing was appended; terminated when not NULL */
    size_t len;   /* bytes in use, terminator not counted */
    size_t cap;   /* bytes allocated */
    size_t max;   /* len never passes this */
    bool refused; /* an append did not fit or memory was out */
    bool starved; /* it was memory */
} anc_buf;

/* An empty buffer that holds at most `max` bytes. Allocates nothing yet. */
anc_buf anc_buf_init(size_t max);
void anc_buf_done(anc_buf *buf); /* frees; the buffer is empty and may be used again */

/* Each append gives false (and sets `refused`) when the ceiling or memory is reached. */
bool anc_buf_add(anc_buf *buf, anc_str s);
bool anc_buf_add_char(anc_buf *buf, char c);
bool anc_buf_printf(anc_buf *buf, const char *fmt, ...) ANC_PRINTF(2, 3);

/* Room for `n` more bytes at ptr + len, which the caller fills and then adds to len. */
bool anc_buf_reserve(anc_buf *buf, size_t n);

void anc_buf_clear(anc_buf *buf); /* len 0, memory kept, `refused` forgotten */

anc_str anc_buf_view(const anc_buf *buf); /* good until the next append */

/* OK, or NO_MEMORY/LIMIT with a text that names `what` when an append was refused. */
anc_status anc_buf_status(const anc_buf *buf, const char *what, anc_err *err) ANC_MUST_CHECK;

#define ANC_BUF(name, max) ANC_CLEANUP(anc_buf_done) anc_buf name = anc_buf_init(max)

#endif
