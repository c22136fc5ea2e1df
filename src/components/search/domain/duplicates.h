/* duplicates.h - whether two passages say the same in nearly the same words.
 *
 * A sketch holds, for each of SRCH_SKETCH_SIZE hash functions, the least hash over all runs of
 * three words of a text. The share of equal minima estimates the share of runs that two texts have
 * in common (MinHash, Broder 1997), with a deviation of at most 0.06.
 */
#ifndef ANC_SEARCH_DOMAIN_DUPLICATES_H
#define ANC_SEARCH_DOMAIN_DUPLICATES_H

#include "base/base.h"

enum { SRCH_SKETCH_SIZE = 64 };

/* From this likeness on a passage is taken for a copy. */
#define SRCH_DUPLICATE_LIKENESS 0.9

typedef struct srch_sketch {
    uint32_t minima[SRCH_SKETCH_SIZE];
} srch_sketch;

/* Case and whatever stands between words play no part, in any script; valid UTF-8. */
void srch_sketch_of(anc_str text, srch_sketch *ret);

/* 0 to 1. */
double srch_likeness(const srch_sketch *a, const srch_sketch *b);

#endif
