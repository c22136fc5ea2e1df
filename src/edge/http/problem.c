/* problem.c - every answer goes out here: good ones with their headers, failures as problem+json
 * (RFC 9457). */
#include <stdio.h>
#include <string.h>

#include "impl.h"

enum { MAX_HEADERS = 16, PROBLEM_BYTES = 64 << 10, RETRY_AFTER_S = 1 };

int http_status_of(anc_status status)
{
    return anc_status_info(status)->http;
}

/* "INVALID" to "invalid", "NOT_FOUND" to "not-found": the last part of the problem's type. */
static void type_of(const char *name, anc_buf *out)
{
    (void)anc_buf_add(out, ANC_STR("urn:anchorage:problem:"));
    for (const char *p = name; *p != '\0'; p++)
        (void)anc_buf_add_char(out, (char)(*p == '_'                ? '-'
                                           : *p >= 'A' && *p <= 'Z' ? *p + 32
                                                                    : *p));
}

static void write_errors(json_writer *w, const anc_err *err, const http_faults *faults)
{
    const bool own = err != NULL && err->pointer[0] != '\0';
    if (!own && (faults == NULL || faults->n == 0))
        return;
    json_name(w, "errors");
    json_open_array(w);
    for (size_t i = 0; faults != NULL && i < faults->n; i++) {
        json_open_object(w);
        json_put_str(w, "pointer", anc_str_of(faults->items[i].pointer));
        json_put_str(w, "message", anc_str_of(faults->items[i].message));
        json_close_object(w);
    }
    if (own) {
        json_open_object(w);
        json_put_str(w, "pointer", anc_str_of(err->pointer));
        json_put_str(w, "message", anc_str_of(err->text));
        json_close_object(w);
    }
    json_close_array(w);
}

void http_problem_write(anc_buf *out, int status, anc_str detail, anc_str instance,
                        anc_str request_id, const anc_err *err, const http_faults *faults)
{
    json_writer w = json_writer_of(out);
    const char *phrase = net_status_phrase(status);
    ANC_BUF(type, 256);
    if (err != NULL && err->code != ANC_OK)
        type_of(anc_status_info(err->code)->name, &type);
    else
        (void)anc_buf_add(&type, ANC_STR("about:blank"));
    json_open_object(&w);
    json_put_str(&w, "type", anc_buf_view(&type));
    json_put_str(&w, "title",
                 phrase[0] != '\0'
                     ? anc_str_of(phrase)
                     : anc_str_of(anc_status_info(err != NULL ? err->code : ANC_BUG)->text));
    json_put_int(&w, "status", status);
    json_put_str(&w, "detail", detail);
    json_put_str(&w, "instance", instance);
    json_put_str(&w, "request_id", request_id);
    write_errors(&w, err, faults);
    json_close_object(&w);
}

void http_edge_render_error(void *user, int status, anc_str detail, anc_buf *body,
                            anc_str *content_type)
{
    (void)user;
    http_problem_write(body, status, detail, ANC_STR(""), ANC_STR(""), NULL, NULL);
    *content_type = ANC_STR("application/problem+json");
}

static anc_str allowed_origin(const http_ctx *cx)
{
    const anc_str origin = net_exchange_header(cx->ex, "origin");
    for (size_t i = 0; origin.len > 0 && i < cx->edge->o.n_cors; i++)
        if (anc_str_eq(cx->edge->o.cors[i], origin))
            return origin;
    return ANC_STR_NONE;
}

static size_t common_headers(http_ctx *cx, anc_str type, net_header *out)
{
    size_t n = 0;
    const anc_str origin = allowed_origin(cx);
    out[n++] = (net_header){ANC_STR("content-type"), type};
    out[n++] = (net_header){ANC_STR("x-request-id"), anc_str_of(cx->request_id)};
    if (cx->trace_id[0] != '\0')
        out[n++] =
            (net_header){ANC_STR("traceparent"),
                         anc_arena_printf(cx->mem, "00-%s-%s-01", cx->trace_id, cx->parent_id)};
    out[n++] = (net_header){ANC_STR("x-content-type-options"), ANC_STR("nosniff")};
    out[n++] = (net_header){ANC_STR("referrer-policy"), ANC_STR("no-referrer")};
    out[n++] = (net_header){ANC_STR("cache-control"), ANC_STR("no-store")};
    if (origin.len > 0) {
        out[n++] = (net_header){ANC_STR("access-control-allow-origin"), origin};
        out[n++] = (net_header){ANC_STR("vary"), ANC_STR("origin")};
    }
    for (size_t i = 0; i < cx->n_extra; i++)
        out[n++] = cx->extra[i];
    for (size_t i = 0; i < n; i++) /* a header made in an arena that was full */
        if (out[i].value.ptr == NULL)
            out[i].value = ANC_STR("");
    return n;
}

/* The request is over: frees it on the loop, where nothing of it can be running. */
static void release(http_ctx *cx)
{
    if (!net_loop_post(cx->edge->o.loop, (void (*)(void *))http_ctx_free, cx))
        http_ctx_free(cx);
}

static void put_problem(http_ctx *cx, int http, anc_str detail)
{
    anc_buf_done(&cx->out);
    cx->out = anc_buf_init(PROBLEM_BYTES);
    http_problem_write(&cx->out, http, detail, net_exchange_path(cx->ex),
                       anc_str_of(cx->request_id), &cx->err, &cx->faults);
    cx->out_type = ANC_STR("application/problem+json");
    cx->status = http;
    if (http == 503 || http == 429)
        http_add_header(cx, ANC_STR("retry-after"), ANC_STR(ANC_STRINGIZE(1)));
    if (http == 401)
        http_add_header(cx, ANC_STR("www-authenticate"), ANC_STR("Bearer realm=\"anchorage\""));
}

static void send(http_ctx *cx)
{
    net_header headers[MAX_HEADERS];
    const anc_str type = cx->out_type.len > 0 ? cx->out_type : ANC_STR("application/json");
    const size_t n = common_headers(cx, type, headers);
    if (cx->status >= 500)
        krn_count(cx->edge->failures, 1);
    (void)net_exchange_respond_buf(cx->ex, cx->status, headers, n, &cx->out);
    release(cx);
}

void http_finish(http_ctx *cx, anc_status status)
{
    if (status == ANC_OK && cx->out.refused)
        status = ANC_FAIL(&cx->err, ANC_LIMIT, "the answer is larger than %zu bytes", cx->out.max);
    if (status != ANC_OK) {
        if (cx->err.code == ANC_OK)
            (void)ANC_FAIL(&cx->err, status, "%s", anc_status_info(status)->text);
        put_problem(cx, http_status_of(status), anc_str_of(cx->err.text));
    } else if (cx->status == 0) {
        cx->status = 200;
    }
    if (cx->idempotency_slot != 0)
        http_idempotency_store(cx, status);
    send(cx);
}

void http_finish_problem(http_ctx *cx, int http, const char *detail)
{
    put_problem(cx, http, anc_str_of(detail));
    send(cx);
}

bool http_stream_begin(http_ctx *cx)
{
    net_header headers[MAX_HEADERS];
    const size_t n = common_headers(cx, ANC_STR("text/event-stream; charset=utf-8"), headers);
    cx->began = true;
    return net_exchange_begin(cx->ex, 200, headers, n);
}

void http_stream_end(http_ctx *cx)
{
    (void)net_exchange_end(cx->ex);
    release(cx);
}
