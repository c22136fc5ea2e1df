/* passages.c - the best candidates fetched from the catalog, as what a caller sees.
 *
 * A candidate can be gone by the time it is fetched (its version was replaced): it is passed over.
 * So is a passage that says the same as a better one. Both make room for the next candidate, so that
 * a caller gets as many as it asked for while there are any.
 */
#include "base/str.h"
#include "service_impl.h"

enum { COMPARED = 100 /* a passage is compared with so many better ones */ };

typedef struct gathering {
    srch_service *srch;
    krn_call *call;
    const anc_str *collections;
    srch_hit *hits;        /* [top_k] */
    srch_sketch *sketches; /* [at most COMPARED] of the first hits */
    size_t n, top_k;
} gathering;

static bool is_copy(const gathering *g, const srch_sketch *sketch)
{
    for (size_t i = 0; i < g->n && i < COMPARED; i++)
        if (srch_likeness(&g->sketches[i], sketch) >= SRCH_DUPLICATE_LIKENESS)
            return true;
    return false;
}

static void add_hit(gathering *g, const srch_candidate *c, const kno_chunk *chunk)
{
    srch_sketch sketch;
    srch_sketch_of(chunk->text, &sketch);
    if (is_copy(g, &sketch))
        return;
    if (g->n < COMPARED)
        g->sketches[g->n] = sketch;
    g->hits[g->n++] = (srch_hit){.position = (uint32_t)g->n,
                                 .collection = chunk->ref.collection,
                                 .document_id = chunk->ref.document_id,
                                 .chunk_id = chunk->id,
                                 .version = chunk->ref.version,
                                 .ordinal = chunk->ref.ordinal,
                                 .title = chunk->title,
                                 .uri = chunk->uri,
                                 .language = chunk->language,
                                 .heading = chunk->heading,
                                 .page = chunk->page,
                                 .start = chunk->start,
                                 .end = chunk->end,
                                 .text = chunk->text,
                                 .metadata = chunk->metadata,
                                 .tokens = chunk->tokens,
                                 .score = c->score,
                                 .fused = c->fused,
                                 .keyword = c->bm25,
                                 .semantic = c->cosine,
                                 .coverage = c->coverage};
}

/* Fetches `n` candidates at once and keeps those that are there and new. */
static anc_status gather(gathering *g, const srch_candidate *candidates, size_t n)
{
    krn_call *call = g->call;
    kno_chunk_ref *refs = anc_arena_alloc(call->mem, n, sizeof *refs);
    kno_chunk *chunks = anc_arena_alloc(call->mem, n, sizeof *chunks);
    if (refs == NULL || chunks == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu passages", n);
    for (size_t i = 0; i < n; i++)
        refs[i] = (kno_chunk_ref){.collection = g->collections[candidates[i].collection],
                                  .document_id = candidates[i].document_id,
                                  .version = candidates[i].version,
                                  .ordinal = candidates[i].ordinal};
    ANC_TRY(kno_chunks_fetch(g->srch->config.knowledge, call, refs, n, chunks));
    for (size_t i = 0; i < n && g->n < g->top_k; i++)
        if (chunks[i].text.ptr != NULL)
            add_hit(g, &candidates[i], &chunks[i]);
    return ANC_OK;
}

anc_status srch_passages(srch_service *srch, krn_call *call, const anc_str *collections,
                         const srch_candidate *candidates, size_t n, uint32_t top_k,
                         srch_result *result)
{
    const size_t most = top_k < n ? top_k : n;
    gathering g = {.srch = srch,
                   .call = call,
                   .collections = collections,
                   .hits = anc_arena_alloc(call->mem, most, sizeof *g.hits),
                   .sketches = anc_arena_alloc(call->mem, most < COMPARED ? most : COMPARED,
                                               sizeof *g.sketches),
                   .top_k = most};
    if (g.hits == NULL || g.sketches == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu hits", most);
    for (size_t at = 0; at < n && g.n < most;) {
        const size_t wanted = most - g.n;
        const size_t batch = wanted < n - at ? wanted : n - at;
        ANC_TRY(krn_call_check(srch->config.clock, call));
        ANC_TRY(gather(&g, candidates + at, batch));
        at += batch;
    }
    result->hits = g.hits;
    result->n = g.n;
    return ANC_OK;
}
