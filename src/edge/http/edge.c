/* edge.c - requests from their begin to their end, and how they move between loop and pools.
 *
 * Bounds: `working` counts steps that a pool has or has queued, `open` all requests; both are looked
 * at when a request arrives (dispatch.c). Puts have a queue of their own in front of the io pool,
 * since one may take minutes and must not take all of its threads. Whose time passes while it waits there is refused as
 * too much, not as too late: nothing of it was begun. It leaves the queue at once, as one does whose client left.
 *
 * A hand-over that fails is not an error of the request: a step for a pool is tried again by the
 * sweep, and so is one for the loop that could not be posted (`stranded`).
 *
 * Once the edge is stopped no step begins: a request stays where it is, and goes with the edge. Steps
 * that a pool has begun end by themselves; the pools are joined before that.
 */
#include <stdlib.h>
#include <string.h>

#include "gather.h"
#include "openapi.h"
#include "replies.h"
#include "request.h"

enum { PUT_RETRY_MAX_S = 60 };

static const char *const class_labels[HTTP_STATUS_CLASSES] = {"2xx", "4xx", "5xx"};

static void sweep(void *arg);

/* A timer that memory refuses is started with the next request. */
static void start_sweep(http_edge *edge)
{
    if (!net_timer_start(edge->o.loop, HTTP_SWEEP_MS, sweep, edge, &edge->sweep))
        edge->sweep = NULL;
}

/* ---- the begin of a request ---- */

http_request *http_request_new(http_edge *edge, net_exchange *ex)
{
    http_request *rq = calloc(1, sizeof *rq);
    if (rq == NULL)
        return NULL;
    rq->edge = edge;
    rq->ex = ex;
    rq->begun_ns = krn_now_ns(edge->o.clock);
    rq->deadline_ns = INT64_MAX;
    rq->body = anc_buf_init(0);
    rq->answer.body = anc_buf_init(HTTP_ANSWER_BYTES);
    rq->sent = anc_buf_init(HTTP_IDEM_ANSWER_BYTES);
    rq->next = edge->first;
    if (rq->next != NULL)
        rq->next->prev = rq;
    edge->first = rq;
    atomic_fetch_add(&edge->open, 1);
    if (edge->sweep == NULL)
        start_sweep(edge);
    return rq;
}

static void request_free(http_request *rq)
{
    http_edge *edge = rq->edge;
    if (rq->work_free != NULL)
        rq->work_free(rq);
    http_uncharge(rq);
    if (rq->prev != NULL)
        rq->prev->next = rq->next;
    else
        edge->first = rq->next;
    if (rq->next != NULL)
        rq->next->prev = rq->prev;
    json_doc_free(rq->json);
    anc_buf_done(&rq->body);
    anc_buf_done(&rq->answer.body);
    anc_buf_done(&rq->sent);
    anc_arena_free(rq->mem);
    net_exchange_unref(rq->ex);
    free(rq);
    atomic_fetch_sub(&edge->open, 1);
}

/* ---- the queue of puts ---- */

static void leave_puts(http_request *rq)
{
    http_edge *edge = rq->edge;
    http_request *before = NULL;
    for (http_request *at = edge->put_first; at != rq; at = at->waiting)
        before = at;
    if (before != NULL)
        before->waiting = rq->waiting;
    else
        edge->put_first = rq->waiting;
    if (edge->put_last == rq)
        edge->put_last = before;
    rq->waiting = NULL;
    rq->waits_put = false;
    rq->on_cancel = NULL;
    atomic_fetch_sub(&edge->working, 1);
}

static void cancel_waiting_put(http_request *rq)
{
    const bool draining = atomic_load(&rq->edge->draining);
    leave_puts(rq);
    http_finish(rq, draining ? ANC_FAIL(&rq->err, ANC_UNAVAILABLE, "the server is shutting down")
                             : ANC_FAIL(&rq->err, ANC_CANCELLED, "the caller left"));
}

/* Coming again helps when those that are before it are done: for as long as it has waited there were always some. */
static void refuse_waiting_put(http_request *rq)
{
    const int64_t waited_s = (rq->timeout_ms + 999) / 1000;
    leave_puts(rq);
    krn_count(rq->edge->refused, 1);
    rq->retry_s = (int)(waited_s < PUT_RETRY_MAX_S ? waited_s : PUT_RETRY_MAX_S);
    http_finish(rq, ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                             "the server is overloaded: the turn of this request did not come in "
                             "its time (%.1f s: X-Timeout-Ms, http.long_timeout_ms), since %u "
                             "documents are stored at once; nothing of it is stored",
                             (double)rq->timeout_ms / 1e3, rq->edge->o.max_puts));
}

static void await_put(http_request *rq)
{
    http_edge *edge = rq->edge;
    if (edge->put_last != NULL)
        edge->put_last->waiting = rq;
    else
        edge->put_first = rq;
    edge->put_last = rq;
    rq->waits_put = true;
    rq->on_cancel = cancel_waiting_put;
}

static void start_waiting_put(http_edge *edge)
{
    while (edge->put_first != NULL && edge->puts < edge->o.max_puts) {
        http_request *rq = edge->put_first;
        leave_puts(rq);
        edge->puts++;
        rq->holds_put = true;
        http_to_pool(rq, HTTP_IO, rq->step);
    }
}

/* ---- the end of a request ---- */

static void end_on_loop(http_request *rq)
{
    http_edge *edge = rq->edge;
    net_exchange_off_gone(rq->ex);
    net_timer_stop(&rq->timer);
    http_reply_end(rq, 500);
    http_idem_end(edge->idem, &rq->idem, NULL);
    http_ask_leave(rq, rq->served);
    const bool held_put = rq->holds_put;
    request_free(rq);
    if (held_put) {
        edge->puts--;
        start_waiting_put(edge);
    }
}

void http_end(http_request *rq)
{
    http_to_loop(rq, end_on_loop);
}

/* ---- moving ---- */

static bool is_stopped(const http_edge *edge)
{
    return atomic_load(&edge->stopped);
}

static void run_on_loop(void *arg)
{
    http_request *rq = arg;
    if (!is_stopped(rq->edge))
        rq->step(rq);
}

void http_to_loop(http_request *rq, http_step_fn *step)
{
    if (is_stopped(rq->edge))
        return;
    rq->step = step;
    if (net_loop_here(rq->edge->o.loop))
        step(rq);
    else if (!net_loop_post(rq->edge->o.loop, run_on_loop, rq))
        atomic_store(&rq->stranded, step);
}

static void run_on_pool(void *arg)
{
    http_request *rq = arg;
    http_edge *edge = rq->edge;
    if (!is_stopped(edge))
        rq->step(rq);
    atomic_fetch_sub(&edge->working, 1);
}

bool http_try_pool(http_request *rq, http_lane lane, http_step_fn *step)
{
    http_edge *edge = rq->edge;
    anc_err ignored = {0};
    if (is_stopped(edge))
        return true;
    rq->step = step;
    atomic_fetch_add(&edge->working, 1);
    if (lane == HTTP_PUT && edge->puts >= edge->o.max_puts) {
        await_put(rq);
        return true;
    }
    if (lane == HTTP_PUT) {
        edge->puts++;
        rq->holds_put = true;
    }
    if (krn_submit(lane == HTTP_CPU ? edge->o.cpu : edge->o.io, run_on_pool, rq, &ignored) ==
        ANC_OK)
        return true;
    atomic_fetch_sub(&edge->working, 1);
    if (lane == HTTP_PUT) {
        edge->puts--;
        rq->holds_put = false;
    }
    return false;
}

void http_to_pool(http_request *rq, http_lane lane, http_step_fn *step)
{
    if (http_try_pool(rq, lane, step))
        return;
    rq->retry = step;
    rq->retry_lane = lane;
}

/* ---- the sweep ---- */

void http_cancel(http_request *rq)
{
    void (*on_cancel)(http_request *) = rq->on_cancel;
    rq->on_cancel = NULL;
    atomic_store(&rq->cancelled, true);
    if (on_cancel != NULL)
        on_cancel(rq);
}

/* May end the request. */
static void look_after(http_request *rq, int64_t now_ns)
{
    http_step_fn *stranded = atomic_exchange(&rq->stranded, NULL);
    http_step_fn *retry = rq->retry;
    if (stranded != NULL) {
        stranded(rq);
        return;
    }
    if (now_ns >= rq->deadline_ns) {
        rq->deadline_ns = INT64_MAX;
        rq->timed_out = true;
        if (rq->waits_put) {
            refuse_waiting_put(rq);
            return;
        }
        http_answer_deadline(rq);
        http_cancel(rq);
        return;
    }
    if (rq->streaming && now_ns - rq->stream_ns >= HTTP_COMMENT_S * INT64_C(1000000000)) {
        http_stream_comment(rq);
    }
    if (retry != NULL && rq->retry == retry) {
        rq->retry = NULL;
        http_to_pool(rq, rq->retry_lane, retry);
    }
}

static void drain_step(http_edge *edge, int64_t now_ns)
{
    if (edge->drained == NULL)
        return;
    const bool late = now_ns >= edge->drain_until_ns;
    if (late)
        for (http_request *rq = edge->first, *next; rq != NULL; rq = next) {
            next = rq->next;
            http_cancel(rq);
        }
    const bool empty = edge->server_drained && edge->first == NULL;
    if (empty || now_ns >= edge->drain_until_ns + edge->o.drain_grace_ms * 1000000) {
        void (*done)(void *, bool) = edge->drained;
        edge->drained = NULL;
        done(edge->drained_arg, empty);
    }
}

static void sweep(void *arg)
{
    http_edge *edge = arg;
    const int64_t now_ns = krn_now_ns(edge->o.clock);
    for (http_request *rq = edge->first, *next; rq != NULL; rq = next) {
        next = rq->next;
        look_after(rq, now_ns);
    }
    krn_gauge_set(edge->in_flight, (int64_t)atomic_load(&edge->working));
    krn_gauge_set(edge->open_gauge, (int64_t)atomic_load(&edge->open));
    drain_step(edge, now_ns);
    if (edge->first != NULL || edge->drained != NULL)
        start_sweep(edge);
}

/* ---- draining ---- */

static void server_is_drained(void *arg, bool all)
{
    http_edge *edge = arg;
    (void)all;
    edge->server_drained = true;
}

void http_edge_drain(http_edge *edge, net_server *server, int64_t deadline_ms,
                     void (*done)(void *arg, bool all), void *arg)
{
    edge->drained = done;
    edge->drained_arg = arg;
    edge->drain_until_ns = krn_now_ns(edge->o.clock) + deadline_ms * 1000000;
    atomic_store(&edge->draining, true);
    net_server_drain(server, deadline_ms, server_is_drained, edge);
    if (edge->sweep == NULL)
        start_sweep(edge);
}

void http_edge_stop(http_edge *edge)
{
    if (edge == NULL)
        return;
    for (http_request *rq = edge->first, *next; rq != NULL; rq = next) {
        next = rq->next;
        http_cancel(rq);
    }
    atomic_store(&edge->stopped, true);
}

size_t http_edge_open_requests(const http_edge *edge)
{
    return atomic_load(&edge->open);
}

size_t http_edge_forget(http_edge *edge, anc_str user_id)
{
    ANC_BUF(prefix, 4096);
    (void)anc_buf_printf(&prefix, "%.*s\n", ANC_FMT(user_id));
    return prefix.refused ? 0 : http_idem_forget(edge->idem, anc_buf_view(&prefix));
}

/* ---- one line and a few numbers a request ---- */

static size_t class_of(int status)
{
    return status < 400 ? 0 : status < 500 ? 1 : 2;
}

/* The log id of an exchange is its route's number, a blank, and the request's id (dispatch.c). */
static size_t route_of(anc_str *log_id)
{
    uint64_t number;
    anc_str part;
    if (!anc_str_split(log_id, ' ', &part) || !anc_str_to_u64(part, &number) ||
        number >= http_route_count)
        return http_route_count;
    return (size_t)number;
}

static const char *const ends[] = {
    [NET_END_WHOLE] = "whole",
    [NET_END_LEFT] = "the client left",
    [NET_END_CUT] = "cut by the server",
    [NET_END_STALLED] = "the client stopped reading",
    [NET_END_OVERFLOW] = "the client reads too slowly",
};

void http_edge_on_access(void *user, const net_access *access)
{
    http_edge *edge = user;
    anc_str id = access->request_id;
    const size_t number = route_of(&id);
    const bool known = number < http_route_count;
    http_route_metrics *m = &edge->metrics[number];
    krn_observe(m->seconds, (double)access->duration_us / 1e6);
    krn_count(m->count[class_of(access->status)], 1);
    const bool dropped = access->end == NET_END_STALLED || access->end == NET_END_OVERFLOW;
    const krn_level level = access->status >= 500 || dropped ? KRN_WARN : KRN_INFO;
    krn_count(edge->dropped, dropped);
    krn_log_write(edge->o.log, level, "http", "request", KRN_STR("method", access->method),
                  KRN_STR("route", anc_str_of(known ? http_routes[number].path : "none")),
                  KRN_INT("status", access->status),
                  KRN_REAL("duration_ms", (double)access->duration_us / 1e3),
                  KRN_STR("request_id", id), KRN_INT("bytes_in", access->bytes_in),
                  KRN_INT("bytes_out", access->bytes_out), KRN_STR("peer", access->peer),
                  KRN_STR("answer", anc_str_of(ends[access->end])));
}

static http_route_metrics series_of(krn_metrics m, const char *labels)
{
    http_route_metrics r = {0};
    ANC_BUF(text, 512);
    r.seconds = m.ops->histogram(m.self, "anchorage_http_request_seconds", labels,
                                 "Time from a request's first byte to the end of its answer.",
                                 krn_latency_bounds, KRN_HISTOGRAM_BUCKETS);
    for (size_t i = 0; i < HTTP_STATUS_CLASSES; i++) {
        anc_buf_clear(&text);
        if (anc_buf_printf(&text, "%s,status=\"%s\"", labels, class_labels[i]))
            r.count[i] = m.ops->counter(m.self, "anchorage_http_requests_total", text.ptr,
                                        "Requests by route and class of answer.");
    }
    return r;
}

static void open_metrics(http_edge *edge)
{
    const krn_metrics m = edge->o.metrics;
    if (m.ops == NULL)
        return;
    edge->refused = m.ops->counter(m.self, "anchorage_http_refused_total", "",
                                   "Requests refused because too many were at work.");
    edge->dropped = m.ops->counter(m.self, "anchorage_http_slow_readers_total", "",
                                   "Connections cut since their client did not read.");
    edge->in_flight = m.ops->gauge(m.self, "anchorage_http_working", "",
                                   "Steps of requests that a pool works on or has queued.");
    edge->open_gauge = m.ops->gauge(m.self, "anchorage_http_open_requests", "",
                                    "Requests begun and not ended, streams included.");
    const http_route_metrics none = series_of(m, "route=\"none\",method=\"\"");
    for (size_t i = 0; i <= http_route_count; i++) {
        ANC_BUF(labels, 512);
        edge->metrics[i] = none;
        if (i < http_route_count && http_routes[i].handle != NULL &&
            anc_buf_printf(&labels, "route=\"%s\",method=\"%s\"", http_routes[i].path,
                           http_routes[i].method))
            edge->metrics[i] = series_of(m, labels.ptr);
    }
}

/* ---- the edge ---- */

static anc_status copy_options(http_edge *edge, anc_err *err)
{
    http_edge_options *o = &edge->o;
    anc_str *origins = anc_arena_alloc(edge->mem, o->n_cors + 1, sizeof *origins);
    o->data_dir = anc_arena_copy(edge->mem, o->data_dir.len > 0 ? o->data_dir : ANC_STR("/tmp"));
    edge->tmp_dir = anc_arena_printf(edge->mem, "%.*s/tmp", ANC_FMT(o->data_dir));
    if (origins == NULL || o->data_dir.ptr == NULL || edge->tmp_dir.ptr == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the HTTP interface");
    for (size_t i = 0; i < o->n_cors; i++) {
        origins[i] = anc_arena_copy(edge->mem, o->cors[i]);
        if (origins[i].ptr == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "the HTTP interface");
    }
    o->cors = origins;
    edge->has_key = o->api_key.len > 0;
    if (edge->has_key)
        ANC_TRY(anc_sha256_of(o->api_key, edge->key_sha256, err));
    o->api_key = ANC_STR_NONE;
    return ANC_OK;
}

static void fill_defaults(http_edge_options *o)
{
    if (o->max_body_bytes == 0)
        o->max_body_bytes = UINT64_C(384) << 20;
    if (o->max_gathered_bytes < o->max_body_bytes)
        o->max_gathered_bytes = o->max_body_bytes;
    if (o->max_source_bytes == 0)
        o->max_source_bytes = UINT64_C(256) << 20;
    if (o->max_in_flight == 0)
        o->max_in_flight = 256;
    if (o->cpu_threads == 0)
        o->cpu_threads = 1;
    if (o->max_open == 0)
        o->max_open = 4096;
    if (o->max_puts == 0)
        o->max_puts = 4;
    if (o->request_timeout_ms == 0)
        o->request_timeout_ms = 120000;
    if (o->batch_wait_ms == 0)
        o->batch_wait_ms = 60000;
    if (o->long_timeout_ms == 0)
        o->long_timeout_ms = 3600000;
    if (o->drain_grace_ms == 0)
        o->drain_grace_ms = 2000;
    if (o->max_question_chars == 0)
        o->max_question_chars = 4000;
    if (o->call_bytes == 0)
        o->call_bytes = (size_t)64 << 20;
}

static anc_status fill_edge(http_edge *edge, anc_err *err)
{
    edge->mem = anc_arena_new(1 << 20);
    edge->idem = http_idem_new();
    edge->metrics = calloc(http_route_count + 1, sizeof *edge->metrics);
    edge->openapi = anc_buf_init(4 << 20);
    if (edge->mem == NULL || edge->idem == NULL || edge->metrics == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the HTTP interface");
    ANC_TRY(copy_options(edge, err));
    fill_defaults(&edge->o);
    ANC_TRY(http_asks_open(edge, err));
    http_openapi_write(&edge->o, &edge->openapi);
    ANC_TRY(anc_buf_status(&edge->openapi, "the description of the interface", err));
    ANC_TRY(http_docs_policy(edge->docs_policy, sizeof edge->docs_policy, err));
    open_metrics(edge);
    return ANC_OK;
}

anc_status http_edge_open(const http_edge_options *options, http_edge **ret, anc_err *err)
{
    http_edge *edge = calloc(1, sizeof *edge);
    if (edge == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the HTTP interface");
    edge->o = *options;
    edge->opened_ns = krn_now_ns(options->clock);
    const anc_status status = fill_edge(edge, err);
    if (status != ANC_OK) {
        http_edge_close(edge);
        return status;
    }
    *ret = edge;
    return ANC_OK;
}

void http_edge_close(http_edge *edge)
{
    if (edge == NULL)
        return;
    while (edge->first != NULL)
        request_free(edge->first);
    http_idem_free(edge->idem);
    http_asks_close(edge);
    anc_buf_done(&edge->openapi);
    free(edge->metrics);
    anc_arena_free(edge->mem);
    free(edge);
}

anc_str http_edge_openapi(const http_edge *edge)
{
    return anc_buf_view(&edge->openapi);
}
