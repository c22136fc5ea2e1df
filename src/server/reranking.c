/* reranking.c - the row of the house for the reranker. */
#include "embedding/app/rerank_service.h"
#include "house_impl.h"

anc_status srv_reranking_open(srv_house *h, anc_err *err)
{
    emb_rerank_options options = {.clock = h->clock, .metrics = h->metrics};
    const anc_status status = emb_rerank_open(&options, &h->rerank, err);
    if (status != ANC_OK)
        emb_reranker_close(&options.reranker);
    return status;
}
