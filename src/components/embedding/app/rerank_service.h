/* rerank_service.h - opens the reranker's side of the component; for the composition root and tests. */
#ifndef ANC_EMBEDDING_APP_RERANK_SERVICE_H
#define ANC_EMBEDDING_APP_RERANK_SERVICE_H

#include "embedding/ports/reranker.h"
#include "embedding/rerank.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/metrics.h"

typedef struct emb_rerank_options {
    emb_reranker reranker; /* the service closes it; ops NULL: there is none */
    anc_str model;         /* that is configured, there or not; copied */
    anc_str problem;       /* why there is none, for people; empty: how to get one; copied */
    bool broken;           /* one was asked for, and `problem` is why it cannot be used */
    bool by_default;
    uint32_t most;     /* 0: 30 */
    int64_t budget_ms; /* 0: 300 */
    krn_clock clock;
    krn_metrics metrics; /* ops NULL: nothing is counted */
} emb_rerank_options;

/* NO_MEMORY; the reranker is then still the caller's. */
anc_status emb_rerank_open(const emb_rerank_options *options, emb_rerank_service **ret,
                           anc_err *err) ANC_MUST_CHECK;
void emb_rerank_close(emb_rerank_service *rerank); /* after the last call; NULL is a no-op */

#endif
