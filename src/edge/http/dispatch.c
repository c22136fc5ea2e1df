/* dispatch.c - from the head of a request to its first step: route, limits, identity, body.
 *
 * The order decides which refusal a client sees: unknown path (404), method (405), size of the body
 * (413, before a byte of it is read), identity (401, 403), not there yet (501), kinds of content (415,
 * 406), too much at work, too long a wait or an index that is still being read (503), no room on the disk (507). Then the body is read and the first step is handed to its lane.
 */
#include <stdio.h>
#include <string.h>

#include "batch_body.h"
#include "gather.h"
#include "handlers.h"
#include "media.h"
#include "replies.h"
#include "request.h"
#include "upload.h"

enum { PATH_ARENA_BYTES = 256 << 10, DOCUMENT_ARENA_FACTOR = 8, TIMEOUT_MAX_MS = 86400000 };

/* ---- ids ---- */

static bool plain_id(anc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
        if (!plain)
            return false;
    }
    return s.len > 0 && s.len <= HTTP_REQUEST_ID_MAX;
}

static bool hex_part(anc_str s, size_t at, size_t n)
{
    bool some = false;
    for (size_t i = at; i < at + n; i++) {
        const char c = s.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        some |= c != '0';
    }
    return some;
}

/* "00-<32 hex>-<16 hex>-<2 hex>", neither id zero (W3C trace context). */
static bool trace_fits(anc_str s)
{
    return s.len == 55 && anc_str_starts(s, ANC_STR("00-")) && s.ptr[35] == '-' &&
           s.ptr[52] == '-' && hex_part(s, 3, 32) && hex_part(s, 36, 16);
}

static void take_ids(http_request *rq)
{
    const krn_clock clock = rq->edge->o.clock;
    const anc_str id = net_exchange_header(rq->ex, "x-request-id");
    const anc_str trace = net_exchange_header(rq->ex, "traceparent");
    const bool traced = trace_fits(trace);
    unsigned char random[24];
    char span[17];
    if (plain_id(id))
        memcpy(rq->request_id, id.ptr, id.len);
    else
        krn_id_new(clock, rq->request_id);
    clock.ops->random(clock.self, random, sizeof random);
    anc_hex_text(random, 16, rq->trace_id);
    anc_hex_text(random + 16, 8, span);
    if (traced)
        memcpy(rq->trace_id, trace.ptr + 3, 32);
    (void)snprintf(rq->traceparent, sizeof rq->traceparent, "00-%s-%s-%.2s", rq->trace_id, span,
                   traced ? trace.ptr + 53 : "01");
}

/* ---- checks of the head ---- */

static uint64_t body_limit(const http_request *rq)
{
    if (rq->route->body == HTTP_BATCH_BODY)
        return UINT64_MAX; /* nothing is kept of it */
    if (rq->route->body == HTTP_DOCUMENT_BODY)
        return rq->edge->o.max_body_bytes;
    if (rq->route->body == HTTP_NO_BODY || (rq->route->flags & HTTP_ROOMY) != 0)
        return HTTP_ROOMY_BODY_BYTES;
    /* a character of a question may come as two escapes of six bytes each */
    return HTTP_SMALL_BODY_BYTES + (uint64_t)rq->edge->o.max_question_chars * 12;
}

static bool body_too_long(http_request *rq, anc_err *err)
{
    const int64_t length = net_exchange_content_length(rq->ex);
    const uint64_t limit = body_limit(rq);
    if (length <= 0 || (uint64_t)length <= limit)
        return false;
    (void)ANC_FAIL(err, ANC_LIMIT, "the body has %lld bytes; at most %llu are taken here",
                   (long long)length, (unsigned long long)limit);
    return true;
}

static anc_status check_content(http_request *rq, anc_err *err)
{
    const http_route *route = rq->route;
    const anc_str type = net_exchange_header(rq->ex, "content-type");
    const bool many = route->body == HTTP_BATCH_BODY;
    const anc_str coding = net_exchange_header(rq->ex, "content-encoding");
    const bool form_allowed = route->body == HTTP_DOCUMENT_BODY || many;
    if (route->body == HTTP_NO_BODY || net_exchange_content_length(rq->ex) == 0)
        return ANC_OK;
    if (coding.len > 0 && !anc_str_eq_nocase(coding, ANC_STR("identity")))
        return ANC_FAIL(err, ANC_UNSUPPORTED, "a body with Content-Encoding %.*s is not understood",
                        ANC_FMT(coding));
    if (type.len == 0 || http_media_is_json(type) || (form_allowed && http_media_is_form(type)) ||
        (many && http_media_is_lines(type)))
        return ANC_OK;
    return ANC_FAIL(err, ANC_UNSUPPORTED, "Content-Type %.*s is not understood here; send %s",
                    ANC_FMT(type),
                    many           ? "application/x-ndjson, application/json or multipart/form-data"
                    : form_allowed ? "application/json or multipart/form-data"
                                   : "application/json");
}

static anc_status check_timeout(http_request *rq, anc_err *err)
{
    const http_edge_options *o = &rq->edge->o;
    const anc_str text = net_exchange_header(rq->ex, "x-timeout-ms");
    const unsigned flags = rq->route->flags;
    uint64_t ms;
    rq->timeout_ms = (flags & HTTP_LONG) == 0  ? o->request_timeout_ms
                     : (flags & HTTP_SSE) == 0 ? o->long_timeout_ms
                                               : 0;
    if (text.ptr == NULL)
        return ANC_OK;
    if (!anc_str_to_u64(anc_str_trim(text), &ms) || ms < 1 || ms > TIMEOUT_MAX_MS)
        return ANC_FAIL(err, ANC_INVALID, "X-Timeout-Ms \"%.*s\" is not a number from 1 to %d",
                        ANC_FMT(text), TIMEOUT_MAX_MS);
    rq->timeout_ms = (int64_t)ms;
    return ANC_OK;
}

static anc_status check_load(http_request *rq, anc_err *err)
{
    http_edge *edge = rq->edge;
    const size_t working = atomic_load(&edge->working), open = atomic_load(&edge->open);
    if (rq->route->role != HTTP_PUBLIC && atomic_load(&edge->draining))
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the server is shutting down");
    if (rq->route->lane == HTTP_LOOP ||
        (working < edge->o.max_in_flight && open <= edge->o.max_open))
        return ANC_OK;
    krn_count(edge->refused, 1);
    return ANC_FAIL(err, ANC_UNAVAILABLE,
                    "the server is overloaded: %zu requests at work (at most %u), %zu open "
                    "(at most %u)",
                    working, edge->o.max_in_flight, open, edge->o.max_open);
}

/* After a start the index fills while it could be searched already: what is not in it yet would be told
 * as not being there at all. A rebuild later goes on beside the old index. */
static anc_status check_index(http_request *rq, anc_err *err)
{
    const bool waits = (rq->route->flags & HTTP_SEARCHES) != 0 && !srch_ready(rq->edge->o.srch);
    if (!waits)
        return ANC_OK;
    const srch_status_row s = srch_status(rq->edge->o.srch);
    return ANC_FAIL(err, ANC_UNAVAILABLE,
                    "the server has just started and is still reading its index (%llu of %llu "
                    "documents): ask again in a moment; /readyz says when",
                    (unsigned long long)s.walked, (unsigned long long)s.to_walk);
}

/* Before the body comes: what grows needs room on the disk. */
static anc_status check_room(http_request *rq, anc_err *err)
{
    const bool grows = rq->route->lane == HTTP_PUT || (rq->route->flags & HTTP_CREATES) != 0;
    return grows ? os_reserve_check(rq->edge->o.reserve, err) : ANC_OK;
}

static anc_status open_memory(http_request *rq, const http_match *match, anc_err *err)
{
    const size_t bytes = rq->edge->o.call_bytes;
    rq->mem = anc_arena_new(rq->route->lane == HTTP_PUT ? bytes * DOCUMENT_ARENA_FACTOR : bytes);
    if (rq->mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a request");
    rq->faults.mem = rq->mem;
    for (size_t i = 0; i < HTTP_PATH_PARAMS_MAX; i++) {
        rq->params[i] = anc_arena_copy(rq->mem, match->params[i]);
        if (rq->params[i].ptr == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "a request");
    }
    return net_query_params(rq->mem, net_exchange_query(rq->ex), &rq->query, &rq->n_query, err);
}

static anc_status check_head(http_request *rq, const http_match *match, anc_err *err)
{
    if (body_too_long(rq, err))
        return ANC_LIMIT;
    ANC_TRY(http_admit(rq, err));
    if (rq->route->handle == NULL)
        return ANC_FAIL(err, ANC_NOT_IMPLEMENTED, "%s %s is not available yet: %s",
                        rq->route->method, rq->route->path, rq->route->summary);
    ANC_TRY(check_content(rq, err));
    ANC_TRY(check_timeout(rq, err));
    ANC_TRY(check_load(rq, err));
    ANC_TRY(http_ask_check(rq, err));
    ANC_TRY(check_index(rq, err));
    ANC_TRY(check_room(rq, err));
    return open_memory(rq, match, err);
}

/* ---- the first step ---- */

anc_status http_body(http_request *rq, void *out)
{
    http_schema_read(rq->route->request, json_root(rq->json), out, &rq->faults);
    return http_faults_status(&rq->faults, &rq->err);
}

anc_status http_query(http_request *rq, void *out)
{
    http_params_read(rq->route->query, rq->query, rq->n_query, out, &rq->faults);
    return http_faults_status(&rq->faults, &rq->err);
}

static anc_status parse_body(http_request *rq)
{
    const bool empty = rq->body.len == 0 && (rq->route->flags & HTTP_OPTIONAL_BODY) != 0;
    if (rq->route->body == HTTP_NO_BODY || http_is_upload(rq) || http_is_batch(rq))
        return ANC_OK;
    if (rq->body.len == 0 && !empty)
        return ANC_FAIL(&rq->err, ANC_INVALID, "the body is empty: JSON is expected");
    const anc_status status =
        json_parse(empty ? ANC_STR("{}") : anc_buf_view(&rq->body), &rq->json, &rq->err);
    anc_buf_done(&rq->body);
    return status;
}

static anc_status replay(http_request *rq, const http_idem_answer *kept)
{
    rq->answer.status = kept->status;
    http_answer_header(rq, "Idempotent-Replayed", ANC_STR("true"));
    if (kept->etag.len > 0)
        http_answer_header(rq, "ETag", kept->etag);
    if (kept->location.len > 0)
        http_answer_header(rq, "Location", kept->location);
    if ((rq->route->flags & HTTP_SSE) != 0)
        rq->answer.content_type = ANC_STR("text/event-stream");
    (void)anc_buf_add(&rq->answer.body, kept->body);
    return ANC_OK;
}

/* *ret_replayed: the answer is there already. */
static anc_status check_idempotency(http_request *rq, bool *ret_replayed)
{
    const anc_str key = net_exchange_header(rq->ex, "idempotency-key");
    http_idem_answer kept = {0};
    if ((rq->route->flags & (HTTP_CREATES | HTTP_KEYED)) == 0 || key.ptr == NULL)
        return ANC_OK;
    if (key.len == 0 || key.len > HTTP_IDEM_KEY_MAX)
        return ANC_FAIL(&rq->err, ANC_INVALID,
                        "Idempotency-Key has %zu characters; 1 to %d are allowed", key.len,
                        HTTP_IDEM_KEY_MAX);
    if (!rq->hashed)
        ANC_TRY(anc_sha256_of(anc_buf_view(&rq->body), rq->body_sha256, &rq->err));
    const anc_str name =
        anc_arena_printf(rq->mem, "%.*s\n%s\n%.*s\n%.*s", ANC_FMT(rq->call.principal.user_id),
                         rq->route->method, ANC_FMT(net_exchange_target(rq->ex)), ANC_FMT(key));
    if (name.ptr == NULL)
        return http_no_memory(rq, "an idempotency key");
    ANC_TRY(http_idem_begin(rq->edge->idem, name, rq->body_sha256, krn_now_ns(rq->edge->o.clock),
                            rq->mem, &rq->idem, &kept, &rq->err));
    if (!kept.found)
        ANC_TRY(http_reply_begin(rq, name, &kept));
    rq->call.wanted_id = rq->seed;
    if (!kept.found)
        return ANC_OK;
    if ((rq->route->flags & HTTP_SEARCHES) != 0)
        ANC_TRY(http_chat_check_kept(rq, kept.body));
    *ret_replayed = true;
    return replay(rq, &kept);
}

/* A question or search whose caller left, or whose time was over, before a thread took it: its handler is called all the
 * same, since it ends at once and tells that it failed. Of others nobody is told. */
static anc_status check_wanted(http_request *rq)
{
    const anc_status status = krn_call_check(rq->edge->o.clock, &rq->call);
    if (status == ANC_OK || (rq->route->flags & HTTP_SEARCHES) == 0)
        return status;
    anc_err_clear(&rq->err);
    return ANC_OK;
}

/* *ret_handled: the handler has it, and where it took it over, the request may be gone. */
static anc_status work(http_request *rq, bool *ret_handled, bool *ret_replayed)
{
    ANC_TRY(check_wanted(rq));
    if (rq->route->query == NULL && rq->route->lane != HTTP_LOOP) {
        static const http_schema none = {0};
        char nothing;
        http_params_read(&none, rq->query, rq->n_query, &nothing, &rq->faults);
        ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    }
    ANC_TRY(check_idempotency(rq, ret_replayed));
    if (*ret_replayed)
        return ANC_OK;
    ANC_TRY(parse_body(rq));
    *ret_handled = true;
    return rq->route->handle(rq);
}

static void first_step(http_request *rq)
{
    const bool takes_over = (rq->route->flags & HTTP_TAKES_OVER) != 0;
    bool handled = false, replayed = false;
    const anc_status status = work(rq, &handled, &replayed);
    if (!handled && rq->not_handled != NULL)
        rq->not_handled(rq);
    if (status != ANC_OK || replayed || !takes_over)
        http_finish(rq, status);
}

static bool hand_over(http_request *rq)
{
    const http_lane lane = rq->route->lane;
    return lane == HTTP_CPU ? http_ask_start(rq, first_step) : http_try_pool(rq, lane, first_step);
}

static void start_step(http_request *rq)
{
    anc_err full = {0};
    anc_status status = http_ask_check(rq, &full); /* others came while its body did */
    if (status == ANC_OK && rq->route->lane == HTTP_LOOP) {
        first_step(rq);
        return;
    }
    if (status == ANC_OK && !hand_over(rq)) {
        krn_count(rq->edge->refused, 1);
        status =
            ANC_FAIL(&full, ANC_UNAVAILABLE, "the server is overloaded: its work queue is full");
    }
    if (status != ANC_OK)
        http_refuse(rq, http_problem_of(status, &full, NULL), NULL);
}

void http_start(http_request *rq)
{
    const int64_t now_ns = krn_now_ns(rq->edge->o.clock);
    if (rq->timeout_ms > 0)
        rq->deadline_ns = now_ns + rq->timeout_ms * 1000000;
    rq->call = (krn_call){.mem = rq->mem,
                          .err = &rq->err,
                          .deadline_ns = rq->deadline_ns,
                          .cancelled = &rq->cancelled,
                          .trace_id = anc_str_of(rq->trace_id),
                          .request_id = anc_str_of(rq->request_id)};
    http_principal(rq);
    start_step(rq);
}

/* ---- bodies and the entry ---- */

static void read_body(http_request *rq)
{
    const anc_str type = net_exchange_header(rq->ex, "content-type");
    if (rq->route->body == HTTP_NO_BODY)
        http_start(rq);
    else if (rq->route->body == HTTP_BATCH_BODY)
        http_batch_start(rq);
    else if (rq->route->body == HTTP_DOCUMENT_BODY && http_media_is_form(type))
        http_upload_start(rq);
    else
        http_gather(rq, (size_t)body_limit(rq));
}

static void client_left(void *arg)
{
    http_cancel(arg);
}

static void refuse_status(http_request *rq, anc_status status, anc_err *err)
{
    http_fault fault;
    (void)anc_err_told(err, err->text);
    http_refuse(rq, http_problem_of(status, err, &fault), NULL);
}

/* OPTIONS of a path that exists: what is allowed, to a browser too. */
static void answer_options(http_request *rq, const char *allowed)
{
    net_header headers[HTTP_HEADERS_MAX];
    size_t n = http_common_headers(rq, headers);
    headers[n++] = (net_header){ANC_STR("Allow"), anc_str_of(allowed)};
    if (rq->origin.ptr != NULL) {
        headers[n++] = (net_header){ANC_STR("Access-Control-Allow-Methods"), anc_str_of(allowed)};
        headers[n++] = (net_header){ANC_STR("Access-Control-Allow-Headers"),
                                    ANC_STR("Authorization, Content-Type, Idempotency-Key, "
                                            "X-Request-Id, X-Timeout-Ms, traceparent")};
        headers[n++] = (net_header){ANC_STR("Access-Control-Max-Age"), ANC_STR("600")};
    }
    if (http_claim(rq))
        (void)net_exchange_respond(rq->ex, 204, headers, n, ANC_STR_NONE);
    http_end(rq);
}

/* Answers what has no route; false when there is one. */
static bool answered_without_route(http_request *rq, const http_match *match)
{
    anc_err err = {0};
    const anc_str method = net_exchange_method(rq->ex);
    if (match->route != NULL)
        return false;
    if (match->allowed[0] == '\0') {
        (void)ANC_FAIL(&err, ANC_NOT_FOUND, "there is no path %.*s; /docs lists them",
                       ANC_FMT(net_exchange_path(rq->ex)));
        refuse_status(rq, ANC_NOT_FOUND, &err);
    } else if (anc_str_eq(method, ANC_STR("OPTIONS"))) {
        http_find_origin(rq);
        answer_options(rq, match->allowed);
    } else {
        const net_header allow = {ANC_STR("Allow"), anc_str_of(match->allowed)};
        (void)ANC_FAIL(&err, ANC_INVALID, "%.*s is not known at %.*s; %s are", ANC_FMT(method),
                       ANC_FMT(net_exchange_path(rq->ex)), match->allowed);
        http_refuse(rq, http_problem_of_http(405, anc_str_of(err.text)), &allow);
    }
    return true;
}

static void set_log_id(net_exchange *ex, const http_route *route, const char *request_id)
{
    char id[HTTP_REQUEST_ID_MAX + 8];
    const size_t number = route != NULL ? (size_t)(route - http_routes) : http_route_count;
    const int n = snprintf(id, sizeof id, "%zu %s", number, request_id);
    net_exchange_set_log_id(ex, (anc_str){id, (size_t)n});
}

static void dispatch(http_request *rq)
{
    anc_err err = {0};
    http_match match = {0};
    anc_str *segments;
    size_t n;
    ANC_ARENA(scratch, PATH_ARENA_BYTES);
    take_ids(rq);
    net_exchange_on_gone(rq->ex, client_left, rq);
    anc_status status = scratch == NULL ? ANC_FAIL(&err, ANC_NO_MEMORY, "a request")
                                        : net_path_segments(scratch, net_exchange_path(rq->ex),
                                                            &segments, &n, &err);
    if (status == ANC_OK)
        http_route_find(net_exchange_method(rq->ex), segments, n, &match);
    set_log_id(rq->ex, match.route, rq->request_id);
    if (status == ANC_OK && answered_without_route(rq, &match))
        return;
    rq->route = match.route;
    if (status == ANC_OK)
        status = check_head(rq, &match, &err);
    if (status != ANC_OK)
        refuse_status(rq, status, &err);
    else if (!http_media_accepts(net_exchange_header(rq->ex, "accept"), rq->route))
        http_refuse(
            rq, http_problem_of_http(406, ANC_STR("none of the kinds in Accept is answered here")),
            NULL);
    else
        read_body(rq);
}

void http_edge_on_request(void *user, net_exchange *ex)
{
    http_request *rq = http_request_new(user, ex);
    if (rq != NULL) {
        dispatch(rq);
        return;
    }
    (void)net_exchange_respond(ex, 503, NULL, 0, ANC_STR_NONE);
    net_exchange_unref(ex);
}

bool http_edge_is_vital(void *user, const net_exchange *ex)
{
    static const anc_str paths[] = {ANC_STR_INIT("/livez"), ANC_STR_INIT("/readyz"),
                                    ANC_STR_INIT("/health"), ANC_STR_INIT("/v1/health")};
    const anc_str path = net_exchange_path(ex);
    (void)user;
    for (size_t i = 0; i < ANC_COUNT(paths); i++)
        if (anc_str_eq(path, paths[i]))
            return true;
    return false;
}

/* The id of an exchange that the server refuses: of its request where one was begun. */
static const char *id_of_refused(http_edge *edge, net_exchange *ex)
{
    for (const http_request *rq = edge->first; rq != NULL; rq = rq->next)
        if (rq->ex == ex)
            return rq->request_id;
    krn_id_new(edge->o.clock, edge->refused_id);
    set_log_id(ex, NULL, edge->refused_id);
    return edge->refused_id;
}

void http_edge_render_error(void *user, net_exchange *ex, int status, anc_str detail,
                            net_error_answer *ret)
{
    http_problem problem = http_problem_of_http(status, detail);
    problem.instance = net_exchange_path(ex); /* "" where the request line could not be read */
    problem.request_id = anc_str_of(id_of_refused(user, ex));
    ret->headers[ret->n++] = (net_header){ANC_STR("Content-Type"), HTTP_PROBLEM_TYPE};
    ret->headers[ret->n++] = (net_header){ANC_STR("X-Request-Id"), problem.request_id};
    ret->headers[ret->n++] = (net_header){ANC_STR("X-Content-Type-Options"), ANC_STR("nosniff")};
    http_problem_write(&problem, ret->body);
}
