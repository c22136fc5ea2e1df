/* rerank.h - what others may ask of the reranker: scores of passages for a question.
 *
 * Without one it still opens: emb_rerank_info then says so with the sentence that mends it, and emb_rerank
 * is UNAVAILABLE.
 */
#ifndef ANC_EMBEDDING_RERANK_H
#define ANC_EMBEDDING_RERANK_H

#include "kernel/domain/call.h"

typedef struct emb_rerank_service emb_rerank_service;

typedef struct emb_rerank_row {
    bool available;
    bool broken;       /* one is configured and cannot be used */
    anc_str model;     /* that is configured, whether or not it is there; empty: none */
    anc_str precision; /* empty: not known */
    anc_str detail;    /* for people: what is loaded, what is wrong with it, or how to get one */
    /* of searches: as configured */
    bool by_default;   /* those that do not say are reranked */
    uint32_t most;     /* so many of the best passages are looked at */
    int64_t budget_ms; /* for them together */
} emb_rerank_row;

/* Facts about the reranker; the views live as long as the service. Any thread. */
emb_rerank_row emb_rerank_info(const emb_rerank_service *rerank);

typedef struct emb_reranked {
    size_t n;           /* passages scored: the first so many */
    uint64_t tokens;    /* run through the model, where it tells */
    uint64_t truncated; /* pairs that were cut at its window, where it tells */
} emb_reranked;

/* Scores `passages` [n], n >= 1 of any number, in order, into `out` [n]: greater is better, the range is the
 * model's. At `until_ns` (of the clock of deadlines; INT64_MAX: never) it stops with what there is, which may
 * be nothing. Blocks for milliseconds to seconds: a pool, never a loop. UNAVAILABLE without a reranker;
 * CANCELLED, DEADLINE of the call, and what the port says; out means nothing then. */
anc_status emb_rerank(emb_rerank_service *rerank, krn_call *call, anc_str query,
                      const anc_str *passages, size_t n, int64_t until_ns, float *out,
                      emb_reranked *ret) ANC_MUST_CHECK;

#endif
