/* answer.c - answers: one claim, common header fields, and the problem of whatever failed. */
#include <stdio.h>
#include <string.h>

#include "replies.h"
#include "request.h"

enum {
    WATCH_BYTES = 8 << 20
}; /* of memory for answers that only those have that watch the server */

static const char api_policy[] = "default-src 'none'; frame-ancestors 'none'";

bool http_claim(http_request *rq)
{
    return !atomic_exchange(&rq->claimed, true);
}

size_t http_common_headers(const http_request *rq, net_header out[HTTP_HEADERS_MAX])
{
    size_t n = 0;
    out[n++] = (net_header){ANC_STR("X-Request-Id"), anc_str_of(rq->request_id)};
    if (rq->traceparent[0] != '\0')
        out[n++] = (net_header){ANC_STR("traceparent"), anc_str_of(rq->traceparent)};
    out[n++] = (net_header){ANC_STR("X-Content-Type-Options"), ANC_STR("nosniff")};
    out[n++] = (net_header){ANC_STR("Referrer-Policy"), ANC_STR("no-referrer")};
    if (rq->origin.ptr != NULL) {
        out[n++] = (net_header){ANC_STR("Access-Control-Allow-Origin"), rq->origin};
        out[n++] = (net_header){ANC_STR("Access-Control-Expose-Headers"),
                                ANC_STR("X-Request-Id, traceparent, Retry-After")};
    }
    if (rq->edge->o.n_cors > 0)
        out[n++] = (net_header){ANC_STR("Vary"), ANC_STR("Origin")};
    return n;
}

static size_t closed_headers(net_header *out, size_t n)
{
    out[n++] = (net_header){ANC_STR("Cache-Control"), ANC_STR("no-store")};
    out[n++] = (net_header){ANC_STR("Content-Security-Policy"), anc_str_of(api_policy)};
    return n;
}

static void respond_problem(http_request *rq, const http_problem *problem, const net_header *extra)
{
    char retry[16];
    net_header headers[HTTP_HEADERS_MAX];
    ANC_BUF(body, 64 << 10);
    http_problem_write(problem, &body);
    size_t n = closed_headers(headers, http_common_headers(rq, headers));
    headers[n++] = (net_header){ANC_STR("Content-Type"), HTTP_PROBLEM_TYPE};
    if (problem->status == 401)
        headers[n++] = (net_header){ANC_STR("WWW-Authenticate"), ANC_STR("Bearer")};
    if (problem->status == 426) {
        headers[n++] = (net_header){ANC_STR("Upgrade"), ANC_STR("websocket")};
        headers[n++] = (net_header){ANC_STR("Sec-WebSocket-Version"), ANC_STR("13")};
    }
    const int usual_s = http_problem_retry_s(problem->status);
    (void)snprintf(retry, sizeof retry, "%d", rq->retry_s > 0 ? rq->retry_s : usual_s);
    if (usual_s > 0)
        headers[n++] = (net_header){ANC_STR("Retry-After"), anc_str_of(retry)};
    if (extra != NULL)
        headers[n++] = *extra;
    (void)net_exchange_respond_buf(rq->ex, problem->status, headers, n, &body);
}

static void complete(const http_request *rq, http_problem *problem)
{
    problem->instance = net_exchange_path(rq->ex);
    problem->request_id = anc_str_of(rq->request_id);
    problem->compatible = rq->route != NULL && strcmp(rq->route->tag, "compatible") == 0;
}

void http_refuse(http_request *rq, http_problem problem, const net_header *extra)
{
    complete(rq, &problem);
    if (http_claim(rq))
        respond_problem(rq, &problem, extra);
    http_end(rq);
}

void http_answer_deadline(http_request *rq)
{
    if (!http_claim(rq))
        return;
    const anc_err err = {.code = ANC_DEADLINE,
                         .text =
                             "the request's time is over (X-Timeout-Ms, or the configured one)"};
    http_problem problem = http_problem_of(ANC_DEADLINE, &err, NULL);
    complete(rq, &problem);
    respond_problem(rq, &problem, NULL);
}

static http_problem problem_of_step(http_request *rq, anc_status status, http_fault *fault)
{
    (void)anc_err_told(&rq->err, rq->err.text);
    http_problem problem = http_problem_of(status, &rq->err, fault);
    complete(rq, &problem);
    if (rq->faults.n > 0) {
        problem.faults = rq->faults.items;
        problem.n_faults = rq->faults.n;
    }
    return problem;
}

int http_problem_render(http_request *rq, anc_status status, anc_buf *out)
{
    http_fault fault;
    const http_problem problem = problem_of_step(rq, status, &fault);
    http_problem_write(&problem, out);
    return problem.status;
}

anc_status http_answer_reserve(http_request *rq, size_t bytes)
{
    const bool watches = (rq->route->flags & HTTP_WATCHES) != 0;
    if (net_exchange_reserve(rq->ex, bytes, watches ? WATCH_BYTES : 0))
        return ANC_OK;
    if (atomic_load(&rq->cancelled))
        return ANC_FAIL(&rq->err, ANC_CANCELLED, "the client left");
    krn_count(rq->edge->refused, 1);
    return ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                    "the server is overloaded: answers that wait for their clients to read them "
                    "take all the memory that there is for them (http.answer_memory_mb), and this "
                    "one would hold %zu bytes",
                    bytes);
}

/* The answer is there and cannot be held until its client took it. */
static void respond_no_room(http_request *rq)
{
    http_fault fault;
    const http_problem problem = problem_of_step(rq, ANC_UNAVAILABLE, &fault);
    anc_buf_done(&rq->answer.body);
    respond_problem(rq, &problem, NULL);
}

static void respond_answer(http_request *rq)
{
    http_answer *a = &rq->answer;
    net_header headers[HTTP_HEADERS_MAX];
    size_t n = http_common_headers(rq, headers);
    bool has_policy = false;
    for (size_t i = 0; i < a->n_extra; i++) {
        headers[n++] = a->extra[i];
        has_policy |= anc_str_eq(a->extra[i].name, ANC_STR("Content-Security-Policy"));
    }
    if (!has_policy)
        n = closed_headers(headers, n);
    if (a->status != 204)
        headers[n++] =
            (net_header){ANC_STR("Content-Type"),
                         a->content_type.len > 0 ? a->content_type : ANC_STR("application/json")};
    (void)net_exchange_respond_buf(rq->ex, a->status, headers, n, &a->body);
}

void http_answer_failure(http_request *rq, anc_status status)
{
    http_fault fault;
    const http_problem problem = problem_of_step(rq, status, &fault);
    if (http_claim(rq))
        respond_problem(rq, &problem, NULL);
}

static void keep_answer(http_request *rq)
{
    const http_answer *a = &rq->answer;
    const http_idem_answer kept = {.status = a->status,
                                   .etag = http_answer_header_of(rq, "ETag"),
                                   .location = http_answer_header_of(rq, "Location"),
                                   .body = anc_buf_view(&a->body)};
    http_reply_end(rq, a->status);
    http_idem_end(rq->edge->idem, &rq->idem, &kept);
}

void http_finish(http_request *rq, anc_status status)
{
    http_answer *a = &rq->answer;
    if (status == ANC_OK)
        status = anc_buf_status(&a->body, "the answer", &rq->err);
    if (a->status == 0)
        a->status = 200;
    rq->served = status == ANC_OK;
    if (status == ANC_OK)
        keep_answer(rq);
    if (status != ANC_OK) {
        http_reply_end(rq, anc_status_info(status)->http);
        http_answer_failure(rq, status);
    } else if (http_claim(rq)) {
        if (http_answer_reserve(rq, a->body.len) == ANC_OK)
            respond_answer(rq);
        else
            respond_no_room(rq);
    }
    http_end(rq);
}

json_writer http_json(http_request *rq)
{
    return json_writer_of(&rq->answer.body);
}

anc_str http_answer_header_of(const http_request *rq, const char *name)
{
    for (size_t i = 0; i < rq->answer.n_extra; i++)
        if (anc_str_eq(rq->answer.extra[i].name, anc_str_of(name)))
            return rq->answer.extra[i].value;
    return ANC_STR("");
}

void http_answer_header(http_request *rq, const char *name, anc_str value)
{
    http_answer *a = &rq->answer;
    if (a->n_extra < ANC_COUNT(a->extra))
        a->extra[a->n_extra++] = (net_header){anc_str_of(name), value};
}
