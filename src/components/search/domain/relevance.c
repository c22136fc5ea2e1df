/* relevance.c - the logistic functions and their constants.
 */
#include "search/domain/relevance.h"

#include <math.h>

typedef struct weights {
    double constant, cosine, coverage, bm25;
} weights;

static const weights fitted[] = {
    [SRCH_BOTH_SIDES] = {-6.0, 8.0, 3.0, 1.0},
    [SRCH_WORDS_ONLY] = {-4.0, 0.0, 5.0, 2.0},
    [SRCH_VECTORS_ONLY] = {-5.0, 10.0, 0.0, 0.0},
};

double srch_relevance(const srch_candidate *c, srch_sides sides, double bm25_bound)
{
    /* a passage without a vector is judged by its words */
    const bool no_vector = isnan(c->cosine) && sides == SRCH_BOTH_SIDES;
    const weights *w = &fitted[no_vector ? SRCH_WORDS_ONLY : sides];
    const double cosine = isnan(c->cosine) ? 0 : c->cosine;
    const double bm25 = bm25_bound > 0 ? c->bm25 / bm25_bound : 0;
    const double z = w->constant + w->cosine * cosine + w->coverage * c->coverage + w->bm25 * bm25;
    return 1 / (1 + exp(-z));
}

void srch_rate(srch_candidate *candidates, size_t n, srch_sides sides, double bm25_bound)
{
    for (size_t i = 0; i < n; i++)
        candidates[i].score = srch_relevance(&candidates[i], sides, bm25_bound);
}
