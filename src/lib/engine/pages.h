/* pages.h - the large tables of a segment file: each page of them is checked once, before it is first used.
 *
 * Nothing is read when a file is opened; a search pays for the pages that it is the first to touch.
 */
#ifndef ANC_ENGINE_PAGES_H
#define ANC_ENGINE_PAGES_H

#include <stdatomic.h>

#include "base/base.h"

enum { ENG_PAGE_BYTES = 65536 };

typedef struct eng_segment eng_segment; /* segment.h */

typedef struct eng_pages {
    eng_segment *segment;       /* borrowed: it remembers what was found damaged */
    unsigned section;           /* eng_section */
    const unsigned char *bytes; /* [n] */
    uint64_t n;
    const uint32_t *sums;           /* one a page; checked before any page is */
    atomic_uint_least64_t *checked; /* a bit a page */
} eng_pages;

/* Whether a page fits its sum; where it does not the segment is damaged. */
bool eng_page_check(const eng_pages *pages, uint64_t page);

/* Whether bytes [at, at + n) may be read, n being 0 or more and all of it within the section. Any thread. */
static inline bool eng_pages_good(const eng_pages *pages, uint64_t at, uint64_t n)
{
    for (uint64_t page = at / ENG_PAGE_BYTES; n > 0 && page <= (at + n - 1) / ENG_PAGE_BYTES;
         page++) {
        const uint64_t bits =
            atomic_load_explicit(&pages->checked[page / 64], memory_order_relaxed);
        if ((bits >> (page % 64) & 1) == 0 && !eng_page_check(pages, page))
            return false;
    }
    return true;
}

#endif
