/* fusion.c - weighted sum of scaled scores, reciprocal ranks, and the orders they give. */
#include "search/domain/fusion.h"

#include <math.h>
#include <stdlib.h>

#include "base/str.h"

/* Ranks further down than a few dozen hardly matter; the usual constant. */
#define RANK_OFFSET 60.0

typedef struct range {
    double least, greatest;
} range;

static void widen(range *r, double x)
{
    if (isnan(x))
        return;
    r->least = x < r->least ? x : r->least;
    r->greatest = x > r->greatest ? x : r->greatest;
}

/* 0..1 within the range, which counts as at least `spread` wide. A side without any difference says
 * nothing about the order, but a score above 0 there still counts as found. */
static double scaled(const range *r, double x, double spread)
{
    const double width = r->greatest - r->least;
    if (isnan(x))
        return 0;
    if (!(width > 0) && !(spread > 0))
        return x > 0 ? 1 : 0;
    return (x - r->least) / (width > spread ? width : spread);
}

static void sum_weighted(srch_candidate *c, size_t n, double share)
{
    range words = {(double)INFINITY, -(double)INFINITY}, vectors = words;
    for (size_t i = 0; i < n; i++) {
        widen(&words, c[i].bm25);
        widen(&vectors, c[i].cosine);
    }
    for (size_t i = 0; i < n; i++)
        c[i].fused = (1 - share) * scaled(&words, c[i].bm25, 0) +
                     share * scaled(&vectors, c[i].cosine, SRCH_COSINE_SPREAD);
}

static double reciprocal(uint32_t rank)
{
    return rank > 0 ? 1 / (RANK_OFFSET + rank) : 0;
}

static int order_ties(const srch_candidate *x, const srch_candidate *y)
{
    if (x->bm25 != y->bm25)
        return x->bm25 > y->bm25 ? -1 : 1;
    if (x->collection != y->collection)
        return x->collection < y->collection ? -1 : 1;
    const int order = anc_str_cmp(x->document_id, y->document_id);
    if (order != 0)
        return order;
    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

static int by_fused(const void *a, const void *b)
{
    const srch_candidate *x = a, *y = b;
    if (x->fused != y->fused)
        return x->fused > y->fused ? -1 : 1;
    return order_ties(x, y);
}

static int by_score(const void *a, const void *b)
{
    const srch_candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return by_fused(a, b);
}

void srch_fuse(srch_candidate *candidates, size_t n, const srch_fusion_options *options)
{
    if (options->how == SRCH_RECIPROCAL)
        for (size_t i = 0; i < n; i++)
            candidates[i].fused =
                reciprocal(candidates[i].rank_keyword) + reciprocal(candidates[i].rank_semantic);
    else
        sum_weighted(candidates, n, options->semantic_share);
    if (n > 0)
        qsort(candidates, n, sizeof *candidates, by_fused);
}

void srch_merge(srch_candidate *candidates, size_t n)
{
    if (n > 0)
        qsort(candidates, n, sizeof *candidates, by_score);
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
