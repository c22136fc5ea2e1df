/* dispatch.c - from a request's head to its handler.
 *
 *   loop: route ─> identity ─> in-flight bound ─> body ─> pool: check body ─> handler ─> answer
 *
 * A context is made on the loop, given to a pool, and freed on the loop (problem.c). The only thing
 * that another thread touches meanwhile is `cancelled`, set on the loop when the client leaves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash/sha256.h"
#include "impl.h"

enum { MIN_TIMEOUT_MS = 1, MAX_TIMEOUT_MS = 86400000, OPENAPI_BYTES = 8 << 20 };

void http_ctx_free(http_ctx *cx)
{
    if (cx == NULL)
        return;
    net_exchange_off_gone(cx->ex);
    if (cx->counted)
        atomic_fetch_sub(&cx->edge->in_flight, 1);
    krn_gauge_set(cx->edge->flying, (int64_t)atomic_load(&cx->edge->in_flight));
    net_exchange_unref(cx->ex);
    json_doc_free(cx->doc);
    anc_buf_done(&cx->body);
    anc_buf_done(&cx->out);
    anc_arena_free(cx->mem);
    free(cx);
}

static void client_gone(void *arg)
{
    http_ctx *cx = arg;
    atomic_store(&cx->cancelled, true);
    if (cx->on_gone != NULL)
        cx->on_gone(cx);
}

/* ---- identity of the request ---- */

static bool is_plain_id(anc_str s)
{
    if (s.len == 0 || s.len > 64)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '-' || c == '_' || c == '.' || c == ':'))
            return false;
    }
    return true;
}

static bool is_hex(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
            return false;
    return true;
}

/* W3C trace context: 00-<32 hex>-<16 hex>-<2 hex>; a wrong one is passed over, and a new one made. */
static void take_trace(http_ctx *cx)
{
    const anc_str parent = net_exchange_header(cx->ex, "traceparent");
    unsigned char random[24];
    krn_clock clock = cx->edge->o.clock;
    clock.ops->random(clock.self, random, sizeof random);
    anc_hex_text(random, 16, cx->trace_id);
    anc_hex_text(random + 16, 8, cx->parent_id);
    if (parent.len == 55 && anc_str_starts(parent, ANC_STR("00-")) && parent.ptr[35] == '-' &&
        parent.ptr[52] == '-' && is_hex(anc_str_sub(parent, 3, 32)) &&
        is_hex(anc_str_sub(parent, 36, 16)))
        (void)snprintf(cx->trace_id, sizeof cx->trace_id, "%.32s", parent.ptr + 3);
}

static void take_ids(http_ctx *cx)
{
    const anc_str given = net_exchange_header(cx->ex, "x-request-id");
    if (is_plain_id(given))
        (void)snprintf(cx->request_id, sizeof cx->request_id, "%.*s", ANC_FMT(given));
    else
        krn_id_new(cx->edge->o.clock, cx->request_id);
    net_exchange_set_log_id(cx->ex, anc_str_of(cx->request_id));
    take_trace(cx);
}

static void take_deadline(http_ctx *cx)
{
    uint64_t ms = (uint64_t)cx->edge->o.request_timeout_ms;
    const anc_str asked = net_exchange_header(cx->ex, "x-timeout-ms");
    if (asked.ptr != NULL &&
        (!anc_str_to_u64(asked, &ms) || ms < MIN_TIMEOUT_MS || ms > MAX_TIMEOUT_MS)) {
        http_fault_add(&cx->faults, "X-Timeout-Ms", "'%.*s' is no whole number from %d to %d",
                       ANC_FMT(anc_str_sub(asked, 0, 40)), MIN_TIMEOUT_MS, MAX_TIMEOUT_MS);
        ms = (uint64_t)cx->edge->o.request_timeout_ms;
    }
    cx->call.deadline_ns = krn_now_ns(cx->edge->o.clock) + (int64_t)ms * 1000000;
}

static http_ctx *ctx_new(http_edge *edge, net_exchange *ex)
{
    http_ctx *cx = calloc(1, sizeof *cx);
    anc_arena *mem = anc_arena_new(HTTP_ARENA_BYTES);
    if (cx == NULL || mem == NULL) {
        free(cx);
        anc_arena_free(mem);
        return NULL;
    }
    cx->edge = edge;
    cx->ex = ex;
    cx->mem = mem;
    cx->out = anc_buf_init(HTTP_OUT_BYTES);
    cx->body = anc_buf_init(0);
    take_ids(cx);
    cx->call = (krn_call){.mem = mem,
                          .err = &cx->err,
                          .cancelled = &cx->cancelled,
                          .trace_id = anc_str_of(cx->trace_id),
                          .request_id = anc_str_of(cx->request_id)};
    take_deadline(cx);
    return cx;
}

/* ---- routing ---- */

/* Whether the decoded segments fit a route's path; its parameters go into `cx`. */
static bool path_fits(http_ctx *cx, const char *path, const anc_str *segments, size_t n)
{
    anc_str rest = anc_str_of(path + 1), part;
    size_t i = 0;
    cx->n_path_params = 0;
    if (rest.len == 0)
        return n == 0;
    while (anc_str_split(&rest, '/', &part)) {
        if (i == n)
            return false;
        if (part.len > 0 && part.ptr[0] == '{')
            cx->path_params[cx->n_path_params++] = segments[i];
        else if (!anc_str_eq(part, segments[i]))
            return false;
        i++;
    }
    return i == n;
}

static bool method_fits(const char *method, anc_str asked)
{
    return anc_str_eq(anc_str_of(method), asked) ||
           (strcmp(method, "GET") == 0 && anc_str_eq(asked, ANC_STR("HEAD")));
}

/* Finds the route; false when it answered 404 or 405. */
static bool find_route(http_ctx *cx)
{
    anc_str *segments = NULL;
    size_t n = 0;
    ANC_BUF(allow, 256);
    if (net_path_segments(cx->mem, net_exchange_path(cx->ex), &segments, &n, &cx->err) != ANC_OK) {
        http_finish(cx, ANC_INVALID);
        return false;
    }
    for (size_t i = 0; i < http_route_count; i++) {
        const http_route *r = &http_routes[i];
        if (!path_fits(cx, r->path, segments, n))
            continue;
        if (method_fits(r->method, net_exchange_method(cx->ex))) {
            cx->route = r;
            return true;
        }
        (void)anc_buf_printf(&allow, "%s%s", allow.len > 0 ? ", " : "", r->method);
    }
    if (allow.len > 0) {
        http_add_header(cx, ANC_STR("allow"), anc_arena_copy(cx->mem, anc_buf_view(&allow)));
        http_finish_problem(cx, 405,
                            anc_arena_printf(cx->mem, "%.*s is not for this path; allowed: %s",
                                             ANC_FMT(net_exchange_method(cx->ex)), allow.ptr)
                                .ptr);
    } else {
        (void)ANC_FAIL(&cx->err, ANC_NOT_FOUND, "there is no '%.*s'",
                       ANC_FMT(anc_str_sub(net_exchange_path(cx->ex), 0, 200)));
        http_finish(cx, ANC_NOT_FOUND);
    }
    return false;
}

/* A preflight of a browser from an allowed origin. */
static bool answer_preflight(http_ctx *cx)
{
    if (!anc_str_eq(net_exchange_method(cx->ex), ANC_STR("OPTIONS")))
        return false;
    http_add_header(cx, ANC_STR("access-control-allow-methods"),
                    ANC_STR("GET, POST, PUT, PATCH, DELETE"));
    http_add_header(cx, ANC_STR("access-control-allow-headers"),
                    ANC_STR("authorization, content-type, idempotency-key, x-request-id, "
                            "x-timeout-ms, traceparent"));
    cx->status = 204;
    http_finish(cx, ANC_OK);
    return true;
}

/* ---- checks before the handler, on the pool ---- */

static bool known_param(const http_field *query, anc_str name)
{
    for (const http_field *f = query; f != NULL && f->name != NULL; f++)
        if (anc_str_eq(anc_str_of(f->name), name))
            return true;
    return false;
}

static anc_status check_query(http_ctx *cx)
{
    ANC_TRY(net_query_params(cx->mem, net_exchange_query(cx->ex), &cx->params, &cx->n_params,
                             &cx->err));
    for (size_t i = 0; i < cx->n_params; i++) {
        ANC_BUF(pointer, 128);
        if (known_param(cx->route->query, cx->params[i].name))
            continue;
        (void)anc_buf_printf(&pointer, "?%.*s", ANC_FMT(anc_str_sub(cx->params[i].name, 0, 80)));
        http_fault_add(&cx->faults, pointer.ptr, "is an unknown parameter");
    }
    return http_faults_status(cx);
}

static bool is_json(anc_str type)
{
    return type.len == 0 ||
           anc_str_eq_nocase(anc_str_trim(anc_str_sub(type, 0, anc_str_find(type, ANC_STR(";")))),
                             ANC_STR("application/json"));
}

static anc_status check_json(http_ctx *cx)
{
    const anc_str text = anc_buf_view(&cx->body);
    static const http_field none[] = {{.name = NULL}};
    if (!is_json(cx->content_type))
        return ANC_FAIL(&cx->err, ANC_UNSUPPORTED,
                        "content type '%.*s'; application/json is expected",
                        ANC_FMT(anc_str_sub(cx->content_type, 0, 80)));
    if (text.len == 0 && cx->route->fields == NULL)
        return ANC_OK;
    ANC_TRY(json_parse(text, &cx->doc, &cx->err));
    (void)http_check_body(cx->route->fields != NULL ? cx->route->fields : none, json_root(cx->doc),
                          &cx->faults);
    return http_faults_status(cx);
}

static bool is_form(anc_str type)
{
    return type.len >= 19 &&
           anc_str_eq_nocase(anc_str_sub(type, 0, 19), ANC_STR("multipart/form-data"));
}

static anc_status check_body(http_ctx *cx)
{
    if (cx->route->body == HTTP_NO_BODY)
        return ANC_OK;
    if (cx->route->body == HTTP_JSON_OR_FORM && is_form(cx->content_type))
        return ANC_OK;
    return check_json(cx);
}

static anc_status handle(http_ctx *cx)
{
    bool replayed = false;
    ANC_TRY(check_query(cx));
    ANC_TRY(check_body(cx));
    ANC_TRY(krn_call_check(cx->edge->o.clock, &cx->call));
    if (cx->route->handler == NULL)
        return ANC_FAIL(&cx->err, ANC_NOT_IMPLEMENTED, "%s %s (%s) is not available yet",
                        cx->route->method, cx->route->path, cx->route->summary);
    if (cx->route->idempotent_key) {
        ANC_TRY(http_idempotency_check(cx, &replayed));
        if (replayed)
            return ANC_OK;
    }
    return cx->route->handler(cx);
}

static void run(void *arg)
{
    http_ctx *cx = arg;
    const anc_status status = handle(cx);
    if (status != ANC_OK || !cx->streaming)
        http_finish(cx, status);
}

static void submit(http_ctx *cx)
{
    const krn_executor where = cx->route->where == HTTP_ON_CPU ? cx->edge->o.cpu : cx->edge->o.io;
    if (cx->route->where == HTTP_ON_LOOP) {
        run(cx);
        return;
    }
    const anc_status status = krn_submit(where, run, cx, &cx->err);
    if (status != ANC_OK) {
        krn_count(cx->edge->refused, 1);
        http_finish(cx, status);
    }
}

static void body_read(void *arg, net_exchange *ex, anc_status status, anc_buf *body)
{
    http_ctx *cx = arg;
    (void)ex;
    if (status != ANC_OK) {
        http_ctx_free(cx); /* the server has answered */
        return;
    }
    cx->body = *body;
    *body = anc_buf_init(0);
    cx->content_type = net_exchange_header(cx->ex, "content-type");
    submit(cx);
}

static bool take_place(http_ctx *cx)
{
    http_edge *edge = cx->edge;
    if (cx->route->where == HTTP_ON_LOOP)
        return true;
    if (atomic_fetch_add(&edge->in_flight, 1) >= edge->o.max_in_flight) {
        atomic_fetch_sub(&edge->in_flight, 1);
        krn_count(edge->refused, 1);
        http_finish(cx,
                    ANC_FAIL(&cx->err, ANC_UNAVAILABLE, "%u requests are at work, the most allowed",
                             edge->o.max_in_flight));
        return false;
    }
    cx->counted = true;
    return true;
}

void http_edge_on_request(void *user, net_exchange *ex)
{
    http_edge *edge = user;
    http_ctx *cx = ctx_new(edge, ex);
    krn_count(edge->requests, 1);
    if (cx == NULL) {
        (void)net_exchange_respond(ex, 503, NULL, 0, ANC_STR(""));
        net_exchange_unref(ex);
        return;
    }
    if (answer_preflight(cx) || !find_route(cx))
        return;
    const anc_status status = http_authenticate(edge, cx);
    if (status != ANC_OK) {
        http_finish(cx, status);
        return;
    }
    if (!take_place(cx))
        return;
    net_exchange_on_gone(ex, client_gone, cx);
    if (cx->route->body == HTTP_NO_BODY)
        submit(cx);
    else
        net_exchange_read_body(ex, edge->o.max_body_bytes, body_read, cx);
}

/* ---- the edge ---- */

void http_edge_on_access(void *user, const net_access *access)
{
    http_edge *edge = user;
    krn_observe(edge->seconds, (double)access->duration_us / 1e6);
    const size_t query = anc_str_find(access->target, ANC_STR("?"));
    krn_log_write(edge->o.log, access->status >= 500 ? KRN_WARN : KRN_INFO, "http", "request",
                  KRN_STR("request_id", access->request_id), KRN_STR("method", access->method),
                  KRN_STR("path", anc_str_sub(access->target, 0, query)),
                  KRN_INT("status", access->status), KRN_INT("bytes_in", access->bytes_in),
                  KRN_INT("bytes_out", access->bytes_out),
                  KRN_REAL("duration_ms", (double)access->duration_us / 1000));
}

void http_edge_set_draining(http_edge *edge, bool draining)
{
    atomic_store(&edge->draining, draining);
}

static void name_series(http_edge *edge)
{
    const krn_metrics m = edge->o.metrics;
    if (m.ops == NULL)
        return;
    edge->requests =
        m.ops->counter(m.self, "anchorage_http_requests_total", "", "requests whose head was read");
    edge->failures = m.ops->counter(m.self, "anchorage_http_failures_total", "",
                                    "answers with a status of 500 or more");
    edge->refused = m.ops->counter(m.self, "anchorage_http_refused_total", "",
                                   "requests refused because too many were at work");
    edge->flying = m.ops->gauge(m.self, "anchorage_http_in_flight", "", "requests at work");
    edge->seconds = m.ops->histogram(m.self, "anchorage_http_request_seconds", "",
                                     "from the first byte of a request to the last of its answer",
                                     krn_latency_bounds, KRN_HISTOGRAM_BUCKETS);
}

anc_status http_edge_open(const http_edge_options *options, http_edge **ret, anc_err *err)
{
    http_edge *edge = calloc(1, sizeof *edge);
    if (edge == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the HTTP interface");
    edge->o = *options;
    edge->openapi = anc_buf_init(OPENAPI_BYTES);
    edge->started_ns = krn_now_ns(options->clock);
    atomic_init(&edge->disk_free, -1);
    edge->has_key = options->api_key.len > 0;
    edge->idempotency = http_idempotency_new();
    anc_status status = ANC_OK;
    if (edge->idempotency == NULL)
        status = ANC_FAIL(err, ANC_NO_MEMORY, "the HTTP interface");
    if (status == ANC_OK && edge->has_key)
        status = anc_sha256_of(options->api_key, edge->key_digest, err);
    edge->o.api_key = ANC_STR_NONE; /* only its digest is kept */
    if (status == ANC_OK) {
        http_openapi_write(&edge->openapi, options->version);
        status = anc_buf_status(&edge->openapi, "the OpenAPI document", err);
    }
    if (status != ANC_OK) {
        http_edge_close(edge);
        return status;
    }
    name_series(edge);
    *ret = edge;
    return ANC_OK;
}

void http_edge_close(http_edge *edge)
{
    if (edge == NULL)
        return;
    anc_buf_done(&edge->openapi);
    http_idempotency_free(edge->idempotency);
    free(edge);
}
