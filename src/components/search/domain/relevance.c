/* relevance.c - the logistic functions and their constants.
 *
 * Fitted by maximum likelihood, both classes of equal weight, over the best candidates of: SciFact's
 * train claims on their own corpus (judged) and on corpora of other subjects (nothing is relevant
 * there); sentences of four corpora, half of their words, asked against their own passage without
 * that sentence, and against other corpora; the questions of examples/. Test queries were not used.
 * With a cosine at hand the relative BM25 added nothing to the coverage and has no weight. How well
 * the result tells apart stands in docs/decisions.
 */
#include "search/domain/relevance.h"

#include <math.h>

typedef struct weights {
    double constant, cosine, coverage, bm25;
} weights;

static const weights fitted[] = {
    [SRCH_BOTH_SIDES] = {-4.84, 7.55, 3.91, 0},
    [SRCH_WORDS_ONLY] = {-2.71, 0, 1.58, 7.98},
    [SRCH_VECTORS_ONLY] = {-3.88, 9.53, 0, 0},
};

srch_relevance_parts srch_relevance_explain(const srch_candidate *c, srch_sides sides,
                                            double bm25_bound)
{
    /* a passage without a vector is judged by its words */
    const bool no_vector = isnan(c->cosine) && sides == SRCH_BOTH_SIDES;
    const weights *w = &fitted[no_vector ? SRCH_WORDS_ONLY : sides];
    return (srch_relevance_parts){
        .constant = w->constant,
        .cosine = w->cosine * (isnan(c->cosine) ? 0 : c->cosine),
        .coverage = w->coverage * c->coverage,
        .bm25 = w->bm25 * (bm25_bound > 0 ? c->bm25 / bm25_bound : 0),
    };
}

double srch_relevance(const srch_candidate *c, srch_sides sides, double bm25_bound)
{
    const srch_relevance_parts p = srch_relevance_explain(c, sides, bm25_bound);
    return 1 / (1 + exp(-(p.constant + p.cosine + p.coverage + p.bm25)));
}

void srch_rate(srch_candidate *candidates, size_t n, srch_sides sides, double bm25_bound)
{
    for (size_t i = 0; i < n; i++)
        candidates[i].score = srch_relevance(&candidates[i], sides, bm25_bound);
}

void srch_rescale(srch_candidate *candidates, size_t n, double unrelated)
{
    const bool rescaled = unrelated > SRCH_UNRELATED && unrelated < 1;
    for (size_t i = 0; i < n; i++) {
        srch_candidate *c = &candidates[i];
        c->semantic = c->cosine;
        if (rescaled)
            c->cosine = (c->cosine - unrelated) / (1 - unrelated);
    }
}
