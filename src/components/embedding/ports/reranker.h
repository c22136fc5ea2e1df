/* reranker.h - port: how well does each passage answer a question?
 *
 * Adapters: infer (in process), remote (endpoints of the form of Jina, Cohere, llama-server, TEI). Contract,
 * run against each of them and the fake by tests/contract/reranker:
 *   thread   `score` blocks for milliseconds to seconds: a pool, never a loop thread. Many threads may be
 *            inside one adapter at once. `close` runs once, after the last call.
 *   memory   `query` and `passages` are borrowed for the call. `out` belongs to the caller; after a
 *            failure its content means nothing.
 *   values   out[i] is finite, and greater where passage i answers better. Scores of one query compare
 *            with each other, also over several calls; their range is the model's. One pair always gives
 *            one score, whatever stands beside it (within rounding). What is too long for the model is cut
 *            at the end. Bytes that are no UTF-8 do no harm.
 *   failure  CANCELLED, DEADLINE of the call, seen within a second; NO_MEMORY; UNAVAILABLE: the caller may
 *            retry; PROVIDER: an endpoint's answer is none. The error stands in the call.
 */
#ifndef ANC_EMBEDDING_PORTS_RERANKER_H
#define ANC_EMBEDDING_PORTS_RERANKER_H

#include "kernel/domain/call.h"

typedef struct emb_scored {
    uint64_t tokens;    /* run through the model; 0 where an endpoint does not tell */
    uint64_t truncated; /* pairs that were cut at the window; the same */
} emb_scored;

typedef struct emb_reranker_ops {
    const char *name; /* literal */

    /* passages [n], 1 <= n <= max_batch. out [n]. */
    ANC_MUST_CHECK anc_status (*score)(void *self, krn_call *call, anc_str query,
                                       const anc_str *passages, size_t n, float *out,
                                       emb_scored *ret);

    void (*close)(void *self); /* frees self */
} emb_reranker_ops;

/* A handle, as emb_encoder. */
typedef struct emb_reranker {
    const emb_reranker_ops *ops; /* NULL: there is none */
    void *self;
    uint32_t max_batch;
    anc_str model;     /* lives as long as self */
    anc_str precision; /* of its weights; empty: not known */
    anc_str detail;    /* for people */
} emb_reranker;

static inline void emb_reranker_close(emb_reranker *r)
{
    if (r->ops != NULL)
        r->ops->close(r->self);
    *r = (emb_reranker){0};
}

#endif
