/* eval_score.h - retrieval measures and the comparison of answers; pure. Private.
 *
 * Measures as trec_eval computes them: NDCG with the grade as gain and 1/log2(rank + 1) as discount,
 * the ideal ranking taken from all judgements; grades below 1 are not relevant. Answers are compared
 * as SQuAD does (Rajpurkar et al. 2016): lower case, no punctuation, no articles, single blanks.
 */
#ifndef ANC_EDGE_CLI_EVAL_SCORE_H
#define ANC_EDGE_CLI_EVAL_SCORE_H

#include "eval_data.h"

typedef struct eval_measures {
    double ndcg10, p5, r10, mrr10;
} eval_measures;

/* Of one query whose ranking is `documents` [n], best first, no document twice. */
eval_measures eval_measure(const eval_query *query, const anc_str *documents, size_t n);

/* The value at share `p` (0..1) of `values` [n], which are sorted by the call; 0 for none. */
double eval_percentile(double *values, size_t n, double p);

/* `text` in SQuAD's form, in `mem`. Markers such as [1] are taken out first. */
anc_str eval_normalise(anc_arena *mem, anc_str text);

/* Whether the answer holds one of the query's gold answers. */
bool eval_holds_gold(anc_arena *mem, const eval_query *query, anc_str answer);

#endif
