/* fusion.c - weighted sum of scaled scores, reciprocal ranks, and the orders of one collection and of several. */
#include "search/domain/fusion.h"

#include <math.h>
#include <stdlib.h>

#include "base/str.h"

/* Ranks further down than a few dozen hardly matter; the usual constant. */
#define RANK_OFFSET 60.0

static void widen(srch_fusion_side *side, double x, bool *known)
{
    if (isnan(x))
        return;
    side->least = *known && side->least < x ? side->least : x;
    side->greatest = *known && side->greatest > x ? side->greatest : x;
    *known = true;
}

/* The range counts as at least `spread` wide. */
static void close_side(srch_fusion_side *side, double share, double spread)
{
    const double width = side->greatest - side->least;
    side->share = share;
    side->width = width > spread ? width : spread;
}

/* A side without any difference says nothing about the order, but a score above 0 there still counts
 * as found. */
double srch_fusion_scaled(const srch_fusion_side *side, double score)
{
    if (isnan(score))
        return 0;
    if (!(side->width > 0))
        return score > 0 ? 1 : 0;
    return (score - side->least) / side->width;
}

static void sum_weighted(srch_candidate *c, size_t n, double share, srch_fusion_facts *facts)
{
    bool words = false, vectors = false;
    for (size_t i = 0; i < n; i++) {
        widen(&facts->keyword, c[i].bm25, &words);
        widen(&facts->semantic, c[i].cosine, &vectors);
    }
    if (facts->keyword.least > SRCH_WORDS_LEAST * facts->keyword.greatest)
        facts->keyword.least = SRCH_WORDS_LEAST * facts->keyword.greatest;
    close_side(&facts->keyword, 1 - share, 0);
    close_side(&facts->semantic, share, SRCH_COSINE_SPREAD);
    for (size_t i = 0; i < n; i++)
        c[i].fused = (1 - share) * srch_fusion_scaled(&facts->keyword, c[i].bm25) +
                     share * srch_fusion_scaled(&facts->semantic, c[i].cosine);
}

static double reciprocal(uint32_t rank)
{
    return rank > 0 ? 1 / (RANK_OFFSET + rank) : 0;
}

static int by_place(const srch_candidate *x, const srch_candidate *y)
{
    if (x->collection != y->collection)
        return x->collection < y->collection ? -1 : 1;
    const int order = anc_str_cmp(x->document_id, y->document_id);
    if (order != 0)
        return order;
    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

static int order_ties(const srch_candidate *x, const srch_candidate *y)
{
    if (x->bm25 != y->bm25)
        return x->bm25 > y->bm25 ? -1 : 1;
    return by_place(x, y);
}

static int by_fused(const void *a, const void *b)
{
    const srch_candidate *x = a, *y = b;
    if (x->fused != y->fused)
        return x->fused > y->fused ? -1 : 1;
    return order_ties(x, y);
}

/* Within a collection levels fall along the order of by_fused, so that this is by_fused there. Sums do not compare
 * across collections. */
static int by_level(const void *a, const void *b)
{
    const srch_candidate *x = a, *y = b;
    if (x->level != y->level)
        return x->level > y->level ? -1 : 1;
    if (x->collection != y->collection)
        return x->collection < y->collection ? -1 : 1;
    return by_fused(a, b);
}

static int by_time(const void *a, const void *b)
{
    const srch_candidate *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return x->at_ms > y->at_ms ? -1 : 1;
    return by_place(x, y);
}

void srch_fuse(srch_candidate *candidates, size_t n, const srch_fusion_options *options,
               srch_fusion_facts *ret_facts)
{
    srch_fusion_facts facts = {.how = options->how};
    if (options->how == SRCH_RECIPROCAL)
        for (size_t i = 0; i < n; i++)
            candidates[i].fused =
                reciprocal(candidates[i].rank_keyword) + reciprocal(candidates[i].rank_semantic);
    else
        sum_weighted(candidates, n, options->semantic_share, &facts);
    if (n > 0)
        qsort(candidates, n, sizeof *candidates, by_fused);
    if (ret_facts != NULL)
        *ret_facts = facts;
}

void srch_merge_by_time(srch_candidate *candidates, size_t n)
{
    if (n > 0)
        qsort(candidates, n, sizeof *candidates, by_time);
}

/* Runs are kept in the first places of `level` and `pooled`, which are never ahead of the candidate that is read; then
 * they are spread from the last one backwards, which are never behind the place that is written. */
void srch_level(srch_candidate *c, size_t n)
{
    size_t runs = 0;
    for (size_t i = 0; i < n; i++, runs++) {
        double mean = c[i].score;
        uint32_t pooled = 1;
        for (; runs > 0 && c[runs - 1].level < mean; runs--) {
            const uint32_t both = pooled + c[runs - 1].pooled;
            mean = (mean * pooled + c[runs - 1].level * c[runs - 1].pooled) / both;
            pooled = both;
        }
        c[runs].level = mean;
        c[runs].pooled = pooled;
    }
    for (size_t end = n; runs > 0; runs--) {
        const double mean = c[runs - 1].level;
        const size_t start = end - c[runs - 1].pooled;
        while (end > start)
            c[--end].level = mean;
    }
}

void srch_merge(srch_candidate *candidates, size_t n)
{
    if (n > 0)
        qsort(candidates, n, sizeof *candidates, by_level);
}

size_t srch_one_per_document(srch_candidate *candidates, size_t n, size_t enough)
{
    size_t kept = 0;
    for (size_t i = 0; i < n && kept < enough; i++) {
        bool seen = false;
        for (size_t j = 0; j < kept && !seen; j++)
            seen = candidates[j].collection == candidates[i].collection &&
                   anc_str_eq(candidates[j].document_id, candidates[i].document_id);
        if (!seen)
            candidates[kept++] = candidates[i];
    }
    return kept;
}
