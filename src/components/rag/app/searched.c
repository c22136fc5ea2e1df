/* searched.c - a search without an answer, told to the events, so that the query log knows its id.
 *
 * The events are those of a question, each with the time of what it tells. They are written after the search has been
 * answered: what they need is copied, and the writer's queue is the bound.
 */
#include <math.h>
#include <stdlib.h>

#include "base/str.h"
#include "kernel/domain/query_events.h"
#include "service_impl.h"

enum {
    KEPT_MAX = 100, /* of the passages; how many there were is told */
    OWN_BYTES = 1 << 20,
    METADATA_BYTES = 1024,
    RETRIEVALS_BYTES = 1 << 20
};

typedef struct searched {
    rag_service *rag;
    anc_arena *mem; /* owned; holds everything below */
    anc_str query, mode, trace_id, user_id;
    ev_strs collections;
    uint32_t top_k;
    size_t found;
    double embed_ms;
    int64_t asked_ms;
    rag_answer answer; /* query_id, sources, timings_ms and generated_at_ms */
    bool failed;       /* no room for a copy */
} searched;

static void searched_free(searched *s)
{
    anc_arena_free(s->mem);
    free(s);
}

/* ---- the copy ---- */

static anc_str copy(searched *s, anc_str text)
{
    const anc_str made = anc_arena_copy(s->mem, text);
    s->failed |= made.ptr == NULL;
    return made;
}

static void copy_collections(searched *s, const srch_request *request)
{
    anc_str *names = anc_arena_alloc(s->mem, request->n_collections, sizeof *names);
    s->failed |= names == NULL;
    for (size_t i = 0; !s->failed && i < request->n_collections; i++)
        names[i] = copy(s, request->collections[i]);
    s->collections = (ev_strs){names, request->n_collections};
}

static void copy_hits(searched *s, const srch_result *result)
{
    const size_t n = result->n < KEPT_MAX ? result->n : KEPT_MAX;
    srch_hit *hits = anc_arena_alloc(s->mem, n, sizeof *hits);
    s->failed |= hits == NULL;
    for (size_t i = 0; !s->failed && i < n; i++) {
        const srch_hit *h = &result->hits[i];
        hits[i] = (srch_hit){.chunk_id = copy(s, h->chunk_id),
                             .document_id = copy(s, h->document_id),
                             .collection = copy(s, h->collection),
                             .title = copy(s, h->title),
                             .version = h->version,
                             .score = h->score,
                             .keyword = h->keyword,
                             .semantic = h->semantic,
                             .fused = h->fused};
    }
    s->answer.sources = hits;
    s->answer.n_sources = n;
}

static void copy_all(searched *s, const krn_call *call, const srch_request *request,
                     const srch_result *result, anc_str query_id)
{
    const bool told = !s->rag->with.config.leave_texts_out;
    s->query = copy(s, told ? request->query : ANC_STR(""));
    s->mode = anc_str_of(srch_mode_name(result->mode));
    s->trace_id = copy(s, call->trace_id);
    s->user_id = copy(s, krn_told_user(&call->principal));
    s->top_k = request->top_k;
    s->found = result->n;
    s->embed_ms = result->embed_ms;
    s->answer.query_id = copy(s, query_id);
    s->answer.timings_ms = (rag_timings){.analyze = result->analyze_ms,
                                         .embed = result->embed_ms,
                                         .search = result->search_ms + result->fetch_ms,
                                         .total = result->total_ms};
    s->answer.generated_at_ms = krn_wall_ms(s->rag->with.clock);
    s->asked_ms = s->answer.generated_at_ms - llround(result->total_ms);
    copy_collections(s, request);
    copy_hits(s, result);
}

/* ---- the events, on the writer's thread ---- */

static anc_status append(const searched *s, krn_tx *tx, int64_t at_ms, ev_type_id type,
                         const void *payload, anc_err *err)
{
    const ev_context context = {.component = ANC_STR("search"),
                                .trace_id = s->trace_id,
                                .user_id = s->user_id,
                                .at_ms = at_ms};
    return krn_outbox_append(s->rag->with.outbox, tx, type, payload, &context, err);
}

static anc_status append_requested(const searched *s, krn_tx *tx, anc_err *err)
{
    ANC_BUF(metadata, METADATA_BYTES);
    json_writer w = json_writer_of(&metadata);
    json_open_object(&w);
    json_put_str(&w, "kind", ANC_STR("search"));
    json_put_str(&w, "mode", s->mode);
    json_put_int(&w, "top_k", s->top_k);
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&metadata, "event metadata", err));
    const ev_query_requested event = {.query_id = s->answer.query_id,
                                      .query_text = s->query,
                                      .user_id = s->user_id.len > 0 ? s->user_id : ANC_STR_NONE,
                                      .collections = s->collections,
                                      .metadata = {anc_buf_view(&metadata)}};
    return append(s, tx, s->asked_ms, EV_QUERY_REQUESTED, &event, err);
}

static anc_status append_found(const searched *s, krn_tx *tx, const anc_str *documents,
                               anc_err *err)
{
    const size_t n = s->answer.n_sources;
    anc_str chunks[KEPT_MAX];
    double scores[KEPT_MAX];
    for (size_t i = 0; i < n; i++) {
        chunks[i] = s->answer.sources[i].chunk_id;
        scores[i] = isnan(s->answer.sources[i].score) ? 0 : s->answer.sources[i].score;
    }
    ANC_BUF(retrievals, RETRIEVALS_BYTES);
    ANC_TRY(rag_retrievals_write(&s->answer, &retrievals, err));
    const ev_documents_retrieved event = {.query_id = s->answer.query_id,
                                          .document_ids = {documents, n},
                                          .chunk_ids = {chunks, n},
                                          .scores = {scores, n},
                                          .count = (uint32_t)s->found,
                                          .retrieval_time_ms = s->answer.timings_ms.embed +
                                                               s->answer.timings_ms.search,
                                          .retrievals = {anc_buf_view(&retrievals)}};
    return append(s, tx, s->answer.generated_at_ms, EV_DOCUMENTS_RETRIEVED, &event, err);
}

static anc_status append_completed(const searched *s, krn_tx *tx, const anc_str *documents,
                                   anc_err *err)
{
    ANC_BUF(metadata, METADATA_BYTES);
    json_writer w = json_writer_of(&metadata);
    json_open_object(&w);
    json_put_str(&w, "component", ANC_STR("search"));
    json_put_str(&w, "kind", ANC_STR("search"));
    rag_put_timings(&w, &s->answer.timings_ms);
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&metadata, "event metadata", err));
    const ev_query_completed event = {.query_id = s->answer.query_id,
                                      .response_text = ANC_STR(""),
                                      .document_ids = {documents, s->answer.n_sources},
                                      .document_count = (uint32_t)s->found,
                                      .processing_time = s->answer.timings_ms.total / 1000,
                                      .model_used = ANC_STR(""),
                                      .provider = ANC_STR(""),
                                      .metadata = {anc_buf_view(&metadata)}};
    return append(s, tx, s->answer.generated_at_ms, EV_QUERY_COMPLETED, &event, err);
}

static anc_status write_searched(void *arg, krn_tx *tx, anc_err *err)
{
    const searched *s = arg;
    anc_str documents[KEPT_MAX];
    for (size_t i = 0; i < s->answer.n_sources; i++)
        documents[i] = s->answer.sources[i].document_id;
    ANC_TRY(append_requested(s, tx, err));
    ANC_TRY(append_found(s, tx, documents, err));
    return append_completed(s, tx, documents, err);
}

static void told(void *arg, anc_status status, const anc_err *err)
{
    searched *s = arg;
    rag_service *rag = s->rag;
    if (status != ANC_OK)
        krn_count(rag->count.untold, 1);
    if (atomic_exchange(&rag->searches_untold, status != ANC_OK) != (status != ANC_OK))
        krn_log_write(rag->with.log, status != ANC_OK ? KRN_ERROR : KRN_INFO, "rag",
                      status != ANC_OK ? "searches are not in the query log"
                                       : "searches are in the query log again",
                      KRN_STR("query_id", s->answer.query_id),
                      KRN_STR("reason", anc_str_of(err != NULL ? err->text : "")));
    searched_free(s);
}

void rag_search_told(rag_service *rag, const krn_call *call, const srch_request *request,
                     const srch_result *result, anc_str query_id)
{
    anc_err err = {.code = ANC_OK};
    searched *s = calloc(1, sizeof *s);
    if (s == NULL) {
        krn_count(rag->count.untold, 1);
        return;
    }
    s->rag = rag;
    s->mem = anc_arena_new(OWN_BYTES);
    s->failed = s->mem == NULL;
    if (!s->failed)
        copy_all(s, call, request, result, query_id);
    const anc_status status =
        s->failed ? ANC_FAIL(&err, ANC_NO_MEMORY, "no room for a search's copy")
                  : krn_writer_post(rag->with.writer, write_searched, s, told, &err);
    if (status != ANC_OK)
        told(s, status, &err);
}
