/* relevance.h - how likely it is that a passage answers, from its raw scores: 0..1.
 *
 * The order of an answer comes from the fusion, which always has a best; this is what can say that
 * even the best is nothing. A logistic function of what does not depend on the other candidates: the
 * cosine, the share of the question's idf weight that the passage has, and its BM25 relative to the
 * greatest possible one.
 */
#ifndef ANC_SEARCH_DOMAIN_RELEVANCE_H
#define ANC_SEARCH_DOMAIN_RELEVANCE_H

#include "search/domain/fusion.h"

/* Which sides a search had: they have constants of their own. */
typedef enum srch_sides { SRCH_BOTH_SIDES, SRCH_WORDS_ONLY, SRCH_VECTORS_ONLY } srch_sides;

/* What is added up before the logistic function. */
typedef struct srch_relevance_parts {
    double constant, cosine, coverage, bm25; /* weight times value */
} srch_relevance_parts;

srch_relevance_parts srch_relevance_explain(const srch_candidate *c, srch_sides sides,
                                            double bm25_bound);

/* `bm25_bound`: the greatest BM25 that a passage could have for this question; 0: no words were
 * scored. */
double srch_relevance(const srch_candidate *c, srch_sides sides, double bm25_bound);

/* Takes what unrelated texts have out of the cosines, so that they mean what they did where the constants were
 * fitted: (cosine - unrelated) / (1 - unrelated). Up to SRCH_UNRELATED they stay as they are. Fills `semantic`
 * with what they were. */
#define SRCH_UNRELATED 0.15
void srch_rescale(srch_candidate *candidates, size_t n, double unrelated);

/* Fills `score` of each candidate of one search. */
void srch_rate(srch_candidate *candidates, size_t n, srch_sides sides, double bm25_bound);

#endif
