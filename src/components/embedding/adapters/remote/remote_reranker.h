/* remote_reranker.h - the reranker port at an endpoint: Jina, Cohere, llama-server, text-embeddings-inference. */
#ifndef ANC_EMBEDDING_ADAPTERS_REMOTE_REMOTE_RERANKER_H
#define ANC_EMBEDDING_ADAPTERS_REMOTE_REMOTE_RERANKER_H

#include "clients/inference/inference.h"
#include "embedding/ports/reranker.h"
#include "kernel/ports/clock.h"

typedef struct emb_remote_reranker_options {
    clt_inference_options client; /* its form is one of scores; copied */
    uint32_t max_batch;           /* documents of one request; 0: 100 */
    size_t max_bytes;             /* of a text, cut there; 0: 8000 */
    krn_clock clock;              /* for deadlines */
} emb_remote_reranker_options;

/* Asks nobody yet. INVALID for what cannot be an endpoint, NO_MEMORY. */
anc_status emb_remote_reranker_open(const emb_remote_reranker_options *options, emb_reranker *ret,
                                    anc_err *err) ANC_MUST_CHECK;

#endif
