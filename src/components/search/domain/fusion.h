/* fusion.h - one order from two candidate lists.
 *
 * Every candidate has both raw scores, whichever list found it. The weighted sum scales BM25 over the
 * candidates to 0..1 by its least and greatest value; where all of a few candidates have about the same, the
 * least counts as half of the greatest, so that a hair's breadth is no full range. Cosines are scaled likewise, but
 * by no less than SRCH_COSINE_SPREAD: where a model hardly tells the candidates apart (a language that it does
 * not know), their cosines lie close together, and then they should say little. Reciprocal ranks need
 * no scores, and pull the better side down where the other one is weak.
 */
#ifndef ANC_SEARCH_DOMAIN_FUSION_H
#define ANC_SEARCH_DOMAIN_FUSION_H

#include "base/base.h"

/* What one term of the query gave to a candidate's BM25. */
typedef struct srch_term_score {
    uint32_t tf; /* in title and text; 0: it is not there */
    double bm25;
} srch_term_score;

typedef struct srch_candidate {
    uint32_t collection; /* which of the collections that were searched */
    anc_str document_id;
    uint32_t version, ordinal;
    double bm25; /* 0 where no scored word is in the chunk */
    double
        cosine; /* NaN where there is no vector; rescaled by srch_rescale where the model asks for it */
    double semantic;                      /* the cosine as it is; what is shown */
    double coverage;                      /* share of the query's idf weight, 0..1 */
    uint32_t rank_keyword, rank_semantic; /* from 1; 0: not in that list */
    double fused;                         /* what the order within its collection comes from */
    double score;    /* calibrated relevance, 0..1, of this passage alone; NaN: not rated */
    double level;    /* what collections are merged by; see srch_level */
    uint32_t pooled; /* of srch_level alone */
    bool is_reranked;
    double rerank;                /* of the reranker, in its range; where is_reranked */
    double at_ms;                 /* of a list by time; else 0 */
    const srch_term_score *terms; /* [n] of the collection's terms where they were asked for */
    uint32_t length;              /* words that count, where terms were asked for */
} srch_candidate;

/* Best on train queries and own text, together with a share of 0.5 (decision 0008). */
#define SRCH_COSINE_SPREAD 0.7

/* Share of the greatest BM25 that the least counts as at most. */
#define SRCH_WORDS_LEAST 0.5

typedef enum srch_fusion { SRCH_WEIGHTED, SRCH_RECIPROCAL } srch_fusion;

typedef struct srch_fusion_options {
    srch_fusion how;
    double semantic_share; /* 0..1, of the weighted sum: 0 is words alone, 1 vectors alone */
} srch_fusion_options;

/* One side's part in a weighted sum: share * (score - least) / width. */
typedef struct srch_fusion_side {
    double share;
    double least,
        greatest; /* over the candidates, but see above; both 0 where the side has no score at all */
    double width; /* their difference, or the least that counts; 0: all are alike */
} srch_fusion_side;

typedef struct srch_fusion_facts {
    srch_fusion how;
    srch_fusion_side keyword, semantic; /* SRCH_WEIGHTED */
} srch_fusion_facts;

/* Fills `fused` of the candidates of one collection and orders them: greatest first, then by bm25,
 * document and ordinal. `ret_facts` may be NULL. */
void srch_fuse(srch_candidate *candidates, size_t n, const srch_fusion_options *options,
               srch_fusion_facts *ret_facts);

/* What a score becomes on its side, 0..1; times the share it is what was added. */
double srch_fusion_scaled(const srch_fusion_side *side, double score);

/* Fills `level` of the candidates of one collection, in the order that srch_fuse gave and once `score` is there: the
 * scores made to fall along that order, each run that does not fall replaced by its mean (the least squares fit; pool
 * adjacent violators). O(n). It depends on nothing outside the collection. */
void srch_level(srch_candidate *candidates, size_t n);

/* Orders candidates of several collections by their level. Those of one collection keep the order of srch_fuse among
 * each other, whatever else is there. */
void srch_merge(srch_candidate *candidates, size_t n);

/* Orders candidates of several collections by their time, the latest first, then by document. */
void srch_merge_by_time(srch_candidate *candidates, size_t n);

/* Keeps the first candidate of each document (of the same collection) in their order; how many
 * are left. Ordered candidates; O(n * result). */
size_t srch_one_per_document(srch_candidate *candidates, size_t n, size_t enough);

#endif
