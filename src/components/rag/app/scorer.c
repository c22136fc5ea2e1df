/* scorer.c - sentences compared with a question by the embedding component.
 *
 * Vectors are of unit length, so their product is the cosine. The question goes through the encoder
 * as a query, as it did for retrieval: so the cache knows it, and nobody needs to be told.
 */
#include "rag_service.h"

static anc_status score(void *self, krn_call *call, anc_str question, const anc_str *sentences,
                        size_t n, float *out)
{
    emb_service *emb = self;
    const emb_info_row info = emb_info(emb);
    if (!info.available)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "there is no embedding model");
    float *query = anc_arena_alloc(call->mem, info.dims, sizeof *query);
    float *vectors = anc_arena_alloc(call->mem, n, info.dims * sizeof *vectors);
    if (query == NULL || vectors == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu vectors", n);
    ANC_TRY(emb_embed(emb, call, EMB_QUERY_AGAIN, &question, 1, query, NULL));
    ANC_TRY(emb_embed(emb, call, EMB_PASSAGE_NOW, sentences, n, vectors, NULL));
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (uint32_t d = 0; d < info.dims; d++)
            sum += query[d] * vectors[i * info.dims + d];
        out[i] = sum;
    }
    return ANC_OK;
}

static bool knows(void *self, anc_str word)
{
    emb_service *emb = self;
    return !emb_info(emb).available || emb_count_tokens(emb, word, 1) == 1;
}

rag_sentence_scorer rag_embedding_scorer(emb_service *embedding)
{
    static const rag_sentence_scorer_ops ops = {
        .name = "embedding", .score = score, .knows = knows};
    return (rag_sentence_scorer){&ops, embedding};
}
