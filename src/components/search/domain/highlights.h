/* highlights.h - the few pieces of a passage that show best why it was found. */
#ifndef ANC_SEARCH_DOMAIN_HIGHLIGHTS_H
#define ANC_SEARCH_DOMAIN_HIGHLIGHTS_H

#include "search/domain/matches.h"

enum { SRCH_FRAGMENTS = 3, SRCH_FRAGMENT_BYTES = 240 };

typedef struct srch_range {
    size_t start, end; /* bytes of the text */
} srch_range;

typedef struct srch_fragment {
    size_t start, end;       /* bytes of the text, whole words */
    const srch_range *marks; /* [n_marks] the matched words in it; they do not overlap */
    size_t n_marks;
} srch_fragment;

/* At most SRCH_FRAGMENTS of about SRCH_FRAGMENT_BYTES, in the order of the text, none overlapping:
 * where the weightiest distinct terms stand together. `spots` [n] by start, `weights` by term. None
 * where there is no spot. In `mem`; LIMIT or NO_MEMORY. */
anc_status srch_fragments_choose(anc_arena *mem, anc_str text, const srch_spot *spots, size_t n,
                                 const double *weights, srch_fragment **ret, size_t *ret_n,
                                 anc_err *err) ANC_MUST_CHECK;

#endif
