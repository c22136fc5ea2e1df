/* searched.c - a search without an answer, told to the events, so that the query log knows its id.
 *
 * The events are those of a question, each with the time of what it tells. They are written after the search has been
 * answered, those of a quarter of a second in one transaction: a search is answered in less time than a commit takes.
 * What they need is copied, and waits in a bounded list.
 */
#include <math.h>
#include <stdlib.h>

#include "base/str.h"
#include "kernel/domain/query_events.h"
#include "service_impl.h"

enum {
    KEPT_MAX = 100, /* of the passages; how many there were is told */
    WAITING_MAX = 4096,
    OWN_BYTES = 1 << 20,
    METADATA_BYTES = 1024,
    RETRIEVALS_BYTES = 1 << 20
};

static const int64_t GATHER_NS = 250000000;
static const int64_t WRITE_NS = 30000000000;

struct rag_searched {
    rag_service *rag;
    rag_searched *next;
    anc_arena *mem; /* owned; holds everything below */
    anc_str query, mode, trace_id, user_id;
    ev_strs collections;
    uint32_t top_k;
    size_t found;
    int64_t asked_ms;
    rag_answer answer; /* query_id, sources, timings_ms and generated_at_ms */
    bool failed;       /* no room for a copy */
};

static void searched_free(rag_searched *s)
{
    anc_arena_free(s->mem);
    free(s);
}

/* ---- the copy ---- */

static anc_str copy(rag_searched *s, anc_str text)
{
    const anc_str made = anc_arena_copy(s->mem, text);
    s->failed |= made.ptr == NULL;
    return made;
}

static void copy_collections(rag_searched *s, const srch_request *request)
{
    anc_str *names = anc_arena_alloc(s->mem, request->n_collections, sizeof *names);
    s->failed |= names == NULL;
    for (size_t i = 0; !s->failed && i < request->n_collections; i++)
        names[i] = copy(s, request->collections[i]);
    s->collections = (ev_strs){names, request->n_collections};
}

static void copy_hits(rag_searched *s, const srch_result *result)
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

static void copy_all(rag_searched *s, const krn_call *call, const srch_request *request,
                     const srch_result *result, anc_str query_id)
{
    const bool told = !s->rag->with.config.leave_texts_out;
    s->query = copy(s, told ? request->query : ANC_STR(""));
    s->mode = anc_str_of(srch_mode_name(result->mode));
    s->trace_id = copy(s, call->trace_id);
    s->user_id = copy(s, krn_told_user(&call->principal));
    s->top_k = request->top_k;
    s->found = result->n;
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

static anc_status append(const rag_searched *s, krn_tx *tx, int64_t at_ms, ev_type_id type,
                         const void *payload, anc_err *err)
{
    const ev_context context = {.component = ANC_STR("search"),
                                .trace_id = s->trace_id,
                                .user_id = s->user_id,
                                .at_ms = at_ms};
    return krn_outbox_append(s->rag->with.outbox, tx, type, payload, &context, err);
}

static anc_status append_requested(const rag_searched *s, krn_tx *tx, anc_err *err)
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

static anc_status append_found(const rag_searched *s, krn_tx *tx, const anc_str *documents,
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

static anc_status append_completed(const rag_searched *s, krn_tx *tx, const anc_str *documents,
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

static anc_status write_one(const rag_searched *s, krn_tx *tx, anc_err *err)
{
    anc_str documents[KEPT_MAX];
    for (size_t i = 0; i < s->answer.n_sources; i++)
        documents[i] = s->answer.sources[i].document_id;
    ANC_TRY(append_requested(s, tx, err));
    ANC_TRY(append_found(s, tx, documents, err));
    return append_completed(s, tx, documents, err);
}

static anc_status write_all(void *arg, krn_tx *tx, anc_err *err)
{
    for (const rag_searched *s = arg; s != NULL; s = s->next)
        ANC_TRY(write_one(s, tx, err));
    return ANC_OK;
}

/* ---- what waits ---- */

static void untold(rag_service *rag, uint64_t n, const anc_err *err)
{
    krn_count(rag->count.untold, n);
    if (!atomic_exchange(&rag->searches_untold, true))
        krn_log_write(rag->with.log, KRN_ERROR, "rag", "searches are not in the query log",
                      KRN_STR("reason", anc_str_of(err->text)));
}

static void all_told(rag_service *rag, uint64_t n)
{
    if (atomic_exchange(&rag->searches_untold, false))
        krn_log_write(rag->with.log, KRN_INFO, "rag", "searches are in the query log again",
                      KRN_INT("searches", n));
}

/* False where there is no room. */
static bool enqueue(rag_searched *s)
{
    rag_service *rag = s->rag;
    (void)pthread_mutex_lock(&rag->lock);
    const bool fits = rag->searches.n < WAITING_MAX;
    const bool first = fits && rag->searches.n == 0;
    if (first)
        rag->searches.since_ns = krn_now_ns(rag->with.clock);
    if (fits) {
        *(first ? &rag->searches.first : &rag->searches.last->next) = s;
        rag->searches.last = s;
        rag->searches.n++;
    }
    (void)pthread_mutex_unlock(&rag->lock);
    if (first && rag->searches.wake != NULL)
        rag->searches.wake(rag->searches.wake_arg);
    return fits;
}

static rag_searched *take_all(rag_service *rag)
{
    (void)pthread_mutex_lock(&rag->lock);
    rag_searched *first = rag->searches.first;
    rag->searches.first = rag->searches.last = NULL;
    rag->searches.n = 0;
    (void)pthread_mutex_unlock(&rag->lock);
    return first;
}

void rag_search_told(rag_service *rag, const krn_call *call, const srch_request *request,
                     const srch_result *result, anc_str query_id)
{
    anc_err err = {.code = ANC_OK};
    rag_searched *s = calloc(1, sizeof *s);
    if (s != NULL) {
        s->rag = rag;
        s->mem = anc_arena_new(OWN_BYTES);
        s->failed = s->mem == NULL;
        if (!s->failed)
            copy_all(s, call, request, result, query_id);
        if (!s->failed && enqueue(s))
            return;
        searched_free(s);
    }
    (void)ANC_FAIL(&err, ANC_LIMIT, "there is no room for another that waits to be written");
    untold(rag, 1, &err);
}

/* Whoever comes while another writes waits for that, so that what was told before is there afterwards. */
anc_status rag_searches_write(rag_service *rag, krn_call *call)
{
    uint64_t n = 0;
    (void)pthread_mutex_lock(&rag->searches.writing);
    rag_searched *all = take_all(rag);
    const anc_status status =
        all != NULL ? krn_writer_run(rag->with.writer, call, write_all, all) : ANC_OK;
    (void)pthread_mutex_unlock(&rag->searches.writing);
    for (rag_searched *next = all; all != NULL; all = next, n++) {
        next = all->next;
        searched_free(all);
    }
    if (status != ANC_OK)
        untold(rag, n, call->err);
    else if (n > 0)
        all_told(rag, n);
    return status;
}

void rag_searches_drop(rag_service *rag)
{
    for (rag_searched *s = take_all(rag), *next; s != NULL; s = next) {
        next = s->next;
        searched_free(s);
    }
}

void rag_searches_listen(rag_service *rag, void (*wake)(void *arg), void *arg)
{
    rag->searches.wake = wake;
    rag->searches.wake_arg = arg;
}

int64_t rag_searches_step(void *service, int64_t now_ns)
{
    rag_service *rag = service;
    (void)pthread_mutex_lock(&rag->lock);
    const bool none = rag->searches.n == 0;
    const int64_t due_ns = rag->searches.since_ns + GATHER_NS;
    (void)pthread_mutex_unlock(&rag->lock);
    if (none)
        return INT64_MAX;
    if (now_ns < due_ns)
        return due_ns;
    rag_searches_settle(rag);
    return INT64_MAX;
}

void rag_searches_settle(rag_service *rag)
{
    ANC_ARENA(mem, OWN_BYTES);
    const atomic_bool never = false;
    anc_err err = {.code = ANC_OK};
    if (rag == NULL || mem == NULL)
        return;
    krn_call call = {.mem = mem,
                     .err = &err,
                     .deadline_ns = krn_now_ns(rag->with.clock) + WRITE_NS,
                     .cancelled = &never};
    if (rag_searches_write(rag, &call) != ANC_OK)
        anc_err_clear(&err); /* it was counted and logged */
}
