/* searched.c - a search without an answer, told to the events, so that the query log knows its id.
 *
 * The events are those of a question, each with the time of what it tells. They are written after the search has been
 * answered, those of a tenth of a second in one transaction: a search is answered in less time than a commit takes.
 * What they need is copied, and waits in a list that is bounded by number and bytes, those included that are being
 * written: what cannot be written now goes back to its front. What is itself at fault is left out and the others are
 * written.
 */
#include <math.h>
#include <stdlib.h>

#include "base/str.h"
#include "kernel/domain/query_events.h"
#include "service_impl.h"

enum {
    KEPT_MAX = 100, /* of the passages; how many there were is told */
    WAITING_MAX = 4096,
    WAITING_BYTES = 16 << 20,
    FAULTY_AT_ONCE =
        64, /* left out of what is written together; further ones wait for the next time */
    OWN_BYTES = 1 << 20,
    METADATA_BYTES = 1024,
    RETRIEVALS_BYTES = 1 << 20
};

static const int64_t GATHER_NS = 100000000;
static const int64_t WRITE_NS = 30000000000;
static const int64_t REST_NS = 2000000000; /* after the writer failed */

struct rag_searched {
    rag_service *rag;
    rag_searched *next;
    anc_arena *mem; /* owned; holds everything below */
    anc_str query, mode, trace_id, user_id;
    ev_strs collections;
    uint32_t top_k;
    size_t found;
    int64_t asked_ms;
    rag_answer answer;  /* query_id, sources, timings_ms and generated_at_ms */
    anc_status outcome; /* not ANC_OK: it found nothing, since */
    anc_str why;
    size_t bytes; /* of all of it */
    bool failed;  /* no room for a copy */
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
                             .fused = h->fused,
                             .is_reranked = h->is_reranked,
                             .rerank = h->rerank};
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
                                         .rerank = result->rerank_ms,
                                         .total = result->total_ms};
    s->answer.reranked = rag_reranked_of(&result->reranked);
    s->answer.reranked.model = copy(s, result->reranked.model);
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
                                                               s->answer.timings_ms.search +
                                                               s->answer.timings_ms.rerank,
                                          .retrievals = {anc_buf_view(&retrievals)}};
    return append(s, tx, s->answer.generated_at_ms, EV_DOCUMENTS_RETRIEVED, &event, err);
}

static anc_status append_completed(const rag_searched *s, krn_tx *tx, anc_err *err)
{
    anc_str documents[KEPT_MAX];
    const size_t n = rag_documents_of(&s->answer, documents);
    ANC_BUF(metadata, METADATA_BYTES);
    json_writer w = json_writer_of(&metadata);
    json_open_object(&w);
    json_put_str(&w, "component", ANC_STR("search"));
    json_put_str(&w, "kind", ANC_STR("search"));
    rag_put_timings(&w, &s->answer.timings_ms);
    rag_put_reranked(&w, &s->answer.reranked, false);
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&metadata, "event metadata", err));
    const ev_query_completed event = {.query_id = s->answer.query_id,
                                      .response_text = ANC_STR(""),
                                      .document_ids = {documents, n},
                                      .document_count = (uint32_t)n,
                                      .processing_time = s->answer.timings_ms.total / 1000,
                                      .model_used = ANC_STR(""),
                                      .provider = ANC_STR(""),
                                      .metadata = {anc_buf_view(&metadata)}};
    return append(s, tx, s->answer.generated_at_ms, EV_QUERY_COMPLETED, &event, err);
}

static anc_status append_failed(const rag_searched *s, krn_tx *tx, anc_err *err)
{
    const ev_query_failed event = {.query_id = s->answer.query_id,
                                   .error_type = anc_str_of(anc_status_info(s->outcome)->name),
                                   .error_message = s->why,
                                   .stage = ANC_STR("search"),
                                   .processing_time = s->answer.timings_ms.total / 1000};
    return append(s, tx, s->answer.generated_at_ms, EV_QUERY_FAILED, &event, err);
}

static anc_status write_one(const rag_searched *s, krn_tx *tx, anc_err *err)
{
    anc_str documents[KEPT_MAX];
    if (s->outcome != ANC_OK) {
        ANC_TRY(append_requested(s, tx, err));
        return append_failed(s, tx, err);
    }
    for (size_t i = 0; i < s->answer.n_sources; i++)
        documents[i] = s->answer.sources[i].document_id;
    ANC_TRY(append_requested(s, tx, err));
    ANC_TRY(append_found(s, tx, documents, err));
    return append_completed(s, tx, err);
}

typedef struct batch {
    rag_searched *first, *at; /* at: the one that is written; NULL once all are */
} batch;

static anc_status write_all(void *arg, krn_tx *tx, anc_err *err)
{
    batch *b = arg;
    for (b->at = b->first; b->at != NULL; b->at = b->at->next)
        ANC_TRY(write_one(b->at, tx, err));
    return ANC_OK;
}

/* ---- what is said of them ---- */

static void say_once(rag_service *rag, atomic_bool *said, krn_level level, const char *text,
                     uint64_t n, const anc_err *why)
{
    if (!atomic_exchange(said, true))
        krn_log_write(rag->with.log, level, "rag", text, KRN_INT("searches", n),
                      KRN_STR("reason", anc_str_of(why->text)));
}

static void untold(rag_service *rag, uint64_t n, const anc_err *why)
{
    krn_count(rag->count.untold, n);
    say_once(rag, &rag->searches_untold, KRN_ERROR, "searches are not in the query log", n, why);
}

static void all_told(rag_service *rag, uint64_t n)
{
    const bool untold_before = atomic_exchange(&rag->searches_untold, false);
    if (atomic_exchange(&rag->searches_late, false) || untold_before)
        krn_log_write(rag->with.log, KRN_INFO, "rag", "searches are in the query log again",
                      KRN_INT("searches", n));
}

/* ---- what waits ---- */

static anc_status check_room(const rag_service *rag, const rag_searched *s, anc_err *err)
{
    const size_t n = rag->searches.n, bytes = rag->searches.bytes;
    if (n < WAITING_MAX && s->bytes <= WAITING_BYTES - bytes)
        return ANC_OK;
    return ANC_FAIL(err, ANC_LIMIT,
                    "%zu searches of %zu bytes wait to be written: there is no room for one of %zu "
                    "bytes more, at most %d of %d bytes wait",
                    n, bytes, s->bytes, WAITING_MAX, WAITING_BYTES);
}

static anc_status enqueue(rag_searched *s, anc_err *err)
{
    rag_service *rag = s->rag;
    (void)pthread_mutex_lock(&rag->lock);
    const anc_status status = check_room(rag, s, err);
    const bool first = status == ANC_OK && rag->searches.first == NULL;
    if (first)
        rag->searches.since_ns = krn_now_ns(rag->with.clock);
    if (status == ANC_OK) {
        *(first ? &rag->searches.first : &rag->searches.last->next) = s;
        rag->searches.last = s;
        rag->searches.n++;
        rag->searches.bytes += s->bytes;
    }
    (void)pthread_mutex_unlock(&rag->lock);
    if (first && rag->searches.wake != NULL)
        rag->searches.wake(rag->searches.wake_arg);
    return status;
}

/* With the lock held. They count as waiting until they are let go. */
static rag_searched *take_all(rag_service *rag)
{
    rag_searched *first = rag->searches.first;
    rag->searches.first = rag->searches.last = NULL;
    return first;
}

/* Frees a list that was taken; how many it had. */
static uint64_t let_go(rag_service *rag, rag_searched *all)
{
    uint64_t n = 0;
    size_t bytes = 0;
    for (rag_searched *next; all != NULL; all = next, n++) {
        next = all->next;
        bytes += all->bytes;
        searched_free(all);
    }
    (void)pthread_mutex_lock(&rag->lock);
    rag->searches.n -= n;
    rag->searches.bytes -= bytes;
    (void)pthread_mutex_unlock(&rag->lock);
    return n;
}

/* In front of those that came meanwhile. */
static void put_back(rag_service *rag, rag_searched *all, anc_status status, const anc_err *why)
{
    rag_searched *last = all;
    uint64_t n = 1;
    for (; last->next != NULL; n++)
        last = last->next;
    (void)pthread_mutex_lock(&rag->lock);
    const bool none = rag->searches.first == NULL;
    const int64_t now_ns = krn_now_ns(rag->with.clock);
    last->next = rag->searches.first;
    rag->searches.first = all;
    if (none)
        rag->searches.last = last;
    rag->searches.since_ns = now_ns;
    rag->searches.rests_until_ns = status == ANC_DEADLINE ? 0 : now_ns + REST_NS;
    (void)pthread_mutex_unlock(&rag->lock);
    say_once(rag, &rag->searches_late, KRN_WARN, "searches wait to be in the query log", n, why);
    if (none && rag->searches.wake != NULL)
        rag->searches.wake(rag->searches.wake_arg);
}

/* `why` NULL: it went well. */
static rag_searched *copy_of(rag_service *rag, const krn_call *call, const srch_request *request,
                             const srch_result *result, const anc_err *why, anc_str query_id,
                             anc_err *err)
{
    rag_searched *s = calloc(1, sizeof *s);
    anc_arena *mem = anc_arena_new(OWN_BYTES);
    if (s == NULL || mem == NULL) {
        free(s);
        anc_arena_free(mem);
        (void)ANC_FAIL(err, ANC_NO_MEMORY, "no memory for what is told of a search");
        return NULL;
    }
    s->rag = rag;
    s->mem = mem;
    copy_all(s, call, request, result, query_id);
    if (why != NULL) {
        krn_call asking = *call;
        char room[ANC_ERR_BYTES];
        asking.mem = mem;
        s->collections = rag_told_collections(rag, &asking, s->collections);
        s->outcome = why->code;
        s->why = copy(s, rag_failure_text(rag, why->code, why, room));
    }
    s->bytes = sizeof *s + anc_arena_used(mem);
    if (!s->failed)
        return s;
    (void)ANC_FAIL(err, anc_arena_refusal(mem),
                   "what is told of a search of %zu passages has no room in %d bytes", result->n,
                   OWN_BYTES);
    searched_free(s);
    return NULL;
}

static void told(rag_service *rag, const krn_call *call, const srch_request *request,
                 const srch_result *result, const anc_err *why, anc_str query_id)
{
    anc_err err = {.code = ANC_OK};
    rag_searched *s = copy_of(rag, call, request, result, why, query_id, &err);
    if (s != NULL && enqueue(s, &err) == ANC_OK)
        return;
    if (s != NULL)
        searched_free(s);
    untold(rag, 1, &err);
}

void rag_search_told(rag_service *rag, const krn_call *call, const srch_request *request,
                     const srch_result *result, anc_str query_id)
{
    told(rag, call, request, result, NULL, query_id);
}

void rag_search_failed(rag_service *rag, const krn_call *call, const srch_request *request,
                       double took_ms, const anc_err *why, anc_str query_id)
{
    const srch_result none = {.mode = request->mode, .total_ms = took_ms};
    told(rag, call, request, &none, why, query_id);
}

/* ---- writing ---- */

static void take_out(rag_searched **all, const rag_searched *one)
{
    while (*all != one)
        all = &(*all)->next;
    *all = one->next;
}

/* Those that are themselves at fault are taken out of *all and given up; what the writer gives for the others. */
static anc_status write_sound(rag_service *rag, krn_call *call, rag_searched **all)
{
    for (unsigned faulty = 0; *all != NULL; faulty++) {
        batch b = {.first = *all};
        const anc_status status = krn_writer_run(rag->with.writer, call, write_all, &b);
        rag_searched *bad = b.at;
        if ((status != ANC_INVALID && status != ANC_LIMIT) || bad == NULL ||
            faulty == FAULTY_AT_ONCE)
            return status;
        take_out(all, bad);
        bad->next = NULL;
        untold(rag, let_go(rag, bad), call->err);
        anc_err_clear(call->err);
    }
    return ANC_OK;
}

/* With the lock held; until another has written, or no longer than until `deadline_ns`. */
static void wait_for_writing(rag_service *rag, int64_t deadline_ns)
{
    const struct timespec until = {.tv_sec = (time_t)(deadline_ns / 1000000000),
                                   .tv_nsec = (long)(deadline_ns % 1000000000)};
    while (rag->searches.writing &&
           pthread_cond_timedwait(&rag->searches.written, &rag->lock, &until) == 0)
        continue;
}

/* The list, to be written by the caller alone; NULL where there is none, another still writes or the writer rests.
 * *ret_none: nothing waits. */
static rag_searched *begin_writing(rag_service *rag, int64_t deadline_ns, bool rests,
                                   bool *ret_none)
{
    (void)pthread_mutex_lock(&rag->lock);
    wait_for_writing(rag, deadline_ns);
    const int64_t now_ns = krn_now_ns(rag->with.clock);
    const bool may = !rag->searches.writing && now_ns < deadline_ns &&
                     !(rests && now_ns < rag->searches.rests_until_ns);
    rag_searched *all = may ? take_all(rag) : NULL;
    rag->searches.writing |= all != NULL;
    *ret_none = rag->searches.n == 0;
    (void)pthread_mutex_unlock(&rag->lock);
    return all;
}

static void end_writing(rag_service *rag)
{
    (void)pthread_mutex_lock(&rag->lock);
    rag->searches.writing = false;
    (void)pthread_cond_broadcast(&rag->searches.written);
    (void)pthread_mutex_unlock(&rag->lock);
}

/* Under a call of its own: who waits may leave, and nothing is lost by that. False where some wait on. */
static bool write_waiting(rag_service *rag, int64_t deadline_ns, bool rests)
{
    ANC_ARENA(mem, OWN_BYTES);
    const atomic_bool never = false;
    anc_err err = {.code = ANC_OK};
    bool none;
    if (mem == NULL)
        return false;
    krn_call call = {.mem = mem, .err = &err, .deadline_ns = deadline_ns, .cancelled = &never};
    rag_searched *all = begin_writing(rag, deadline_ns, rests, &none);
    if (all == NULL)
        return none;
    const anc_status status = write_sound(rag, &call, &all);
    if (status != ANC_OK && all != NULL)
        put_back(rag, all, status, &err);
    else if (all != NULL)
        all_told(rag, let_go(rag, all));
    end_writing(rag);
    return status == ANC_OK;
}

/* Whoever comes while another writes waits for that, so that what was told before is there afterwards. */
bool rag_searches_write(rag_service *rag, const krn_call *call)
{
    const int64_t own_ns = krn_now_ns(rag->with.clock) + WRITE_NS;
    return write_waiting(rag, call->deadline_ns < own_ns ? call->deadline_ns : own_ns, true);
}

static uint64_t drop(rag_service *rag)
{
    (void)pthread_mutex_lock(&rag->lock);
    rag_searched *all = take_all(rag);
    (void)pthread_mutex_unlock(&rag->lock);
    return let_go(rag, all);
}

void rag_searches_drop(rag_service *rag)
{
    (void)drop(rag);
}

void rag_searches_listen(rag_service *rag, void (*wake)(void *arg), void *arg)
{
    rag->searches.wake = wake;
    rag->searches.wake_arg = arg;
}

static int64_t due_ns(rag_service *rag)
{
    (void)pthread_mutex_lock(&rag->lock);
    const int64_t gathered_ns = rag->searches.since_ns + GATHER_NS;
    const int64_t rested_ns = rag->searches.rests_until_ns;
    const bool none = rag->searches.first == NULL;
    (void)pthread_mutex_unlock(&rag->lock);
    if (none)
        return INT64_MAX;
    return gathered_ns > rested_ns ? gathered_ns : rested_ns;
}

int64_t rag_searches_step(void *service, int64_t now_ns)
{
    rag_service *rag = service;
    const int64_t due = due_ns(rag);
    if (now_ns < due)
        return due;
    (void)write_waiting(rag, krn_now_ns(rag->with.clock) + WRITE_NS, false);
    return due_ns(rag);
}

void rag_searches_settle(rag_service *rag)
{
    anc_err err = {.code = ANC_OK};
    if (rag == NULL)
        return;
    (void)write_waiting(rag, krn_now_ns(rag->with.clock) + WRITE_NS, false);
    const uint64_t n = drop(rag);
    if (n == 0)
        return;
    (void)ANC_FAIL(&err, ANC_UNAVAILABLE, "the server ends and they could not be written");
    untold(rag, n, &err);
}
