/* page_sum.h - the sum that stands in the last eight bytes of every page of a file. Private, pure.
 *
 *   page  [ 0 … n-8 )  SQLite's bytes   [ n-8 … n )  sum, little-endian
 *
 * The sum covers SQLite's bytes and the page's number, so that a page that was written to the wrong
 * place is found too. It finds every change of one word, and others but for one in 2^64; it is no
 * protection against whoever means to forge a page. A page of zeros was never written and is sound.
 */
#ifndef ANC_DB_SQLITE_PAGE_SUM_H
#define ANC_DB_SQLITE_PAGE_SUM_H

#include "base/base.h"

enum { DB_SUM_BYTES = 8, DB_RESERVED_AT = 20 /* byte of page 1 that says how many are reserved */ };

/* A size that a page can have. */
bool db_page_size_fits(size_t n);

/* Whether page `number` (from 1) of `n` bytes has its sum. */
bool db_page_is_sound(const unsigned char *page, size_t n, uint32_t number);

void db_page_seal(unsigned char *page, size_t n, uint32_t number);

#endif
