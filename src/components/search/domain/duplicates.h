/* duplicates.h - whether two passages say the same in nearly the same words.
 *
 * A sketch holds, for each of SRCH_SKETCH_SIZE hash functions, the least hash over all runs of
 * three words of a text. The share of equal minima estimates the share of runs that two texts have
 * in common (MinHash, Broder 1997), with a deviation of at most 0.06. Most texts have nothing in common, for
 * which the first few functions are enough to tell; the others are made when they do not settle it.
 */
#ifndef ANC_SEARCH_DOMAIN_DUPLICATES_H
#define ANC_SEARCH_DOMAIN_DUPLICATES_H

#include "base/base.h"

enum { SRCH_SKETCH_SIZE = 64, SRCH_SKETCH_FIRST = 16 };

/* From this likeness on a passage is taken for a copy. */
#define SRCH_DUPLICATE_LIKENESS 0.9

typedef struct srch_sketch {
    uint32_t minima[SRCH_SKETCH_SIZE]; /* [n] */
    size_t n;                          /* SRCH_SKETCH_FIRST or SRCH_SKETCH_SIZE */
} srch_sketch;

/* Case and whatever stands between words play no part, in any script; valid UTF-8. */
void srch_sketch_of(anc_str text, srch_sketch *ret);

/* The first functions alone. */
void srch_sketch_begin(anc_str text, srch_sketch *ret);

/* Whether two texts may be as alike as copies are, as far as the functions tell that both sketches have. A pair at
 * SRCH_DUPLICATE_LIKENESS is taken for different by the first ones alone once in two thousand times. */
bool srch_may_be_alike(const srch_sketch *a, const srch_sketch *b);

/* 0 to 1; of whole sketches. */
double srch_likeness(const srch_sketch *a, const srch_sketch *b);

#endif
