/* problem.c - statuses and problems: the one place that knows what an error looks like. */
#include "problem.h"

#include "net/http_server.h"

typedef struct problem_row {
    int status;
    const char *slug;
    const char *title;
} problem_row;

/* Beyond the statuses of ANC_STATUS_MAP: what HTTP itself can refuse. */
static const problem_row own_rows[] = {
    {400, "invalid", "the request does not fit"},
    {405, "method-not-allowed", "this method is not known here"},
    {406, "not-acceptable", "none of the accepted kinds of answer can be given"},
    {414, "too-long", "the request line is too long"},
    {426, "upgrade-required", "this is a WebSocket"},
    {416, "range-not-satisfiable", "the bytes that the Range asks for are not there"},
    {417, "expectation-failed", "the expectation is not known"},
    {431, "too-many-headers", "the header fields are too large"},
    {501, "not-implemented", "this server does not have that"},
    {503, "unavailable", "it is not available now"},
    {505, "version-not-supported", "this version of HTTP is not spoken here"},
};

static const char *const slugs[ANC_STATUS_COUNT] = {
    [ANC_OK] = "ok",
    [ANC_INVALID] = "invalid",
    [ANC_UNAUTHENTICATED] = "unauthenticated",
    [ANC_FORBIDDEN] = "forbidden",
    [ANC_NOT_FOUND] = "not-found",
    [ANC_TOO_SLOW] = "too-slow",
    [ANC_CONFLICT] = "conflict",
    [ANC_LIMIT] = "limit",
    [ANC_UNSUPPORTED] = "unsupported",
    [ANC_RATE_LIMITED] = "rate-limited",
    [ANC_CANCELLED] = "cancelled",
    [ANC_CORRUPT] = "corrupt",
    [ANC_BUG] = "defect",
    [ANC_NOT_IMPLEMENTED] = "not-implemented",
    [ANC_PROVIDER] = "provider",
    [ANC_UNAVAILABLE] = "unavailable",
    [ANC_NO_MEMORY] = "no-memory",
    [ANC_IO] = "io",
    [ANC_DEADLINE] = "deadline",
    [ANC_DISK_FULL] = "disk-full",
};

http_problem http_problem_of_http(int status, anc_str detail)
{
    http_problem p = {.status = status, .detail = detail};
    for (size_t i = 0; i < ANC_COUNT(own_rows); i++)
        if (own_rows[i].status == status) {
            p.slug = own_rows[i].slug;
            p.title = own_rows[i].title;
            return p;
        }
    for (int s = ANC_STATUS_COUNT - 1; s > ANC_OK; s--)
        if (anc_status_info((anc_status)s)->http == status) {
            p.slug = slugs[s];
            p.title = anc_status_info((anc_status)s)->text;
            return p;
        }
    p.slug = "other";
    p.title = net_status_phrase(status);
    return p;
}

/* What is wrong with a field, without the field's name, which stands beside it. */
static anc_str message_of(anc_str text, anc_str pointer)
{
    const anc_str rest =
        anc_str_starts(text, pointer) ? anc_str_sub(text, pointer.len, SIZE_MAX) : ANC_STR("");
    return anc_str_starts(rest, ANC_STR(": ")) ? anc_str_sub(rest, 2, SIZE_MAX) : text;
}

http_problem http_problem_of(anc_status status, const anc_err *err, http_fault *fault)
{
    const anc_status_row *row = anc_status_info(status);
    const bool known = status > ANC_OK && status < ANC_STATUS_COUNT;
    http_problem p = {.status = row->http,
                      .slug = slugs[known ? status : ANC_BUG],
                      .title = row->text,
                      .detail =
                          anc_str_of(err != NULL && err->text[0] != '\0' ? err->text : row->text)};
    if (err != NULL && err->pointer[0] != '\0') {
        const anc_str pointer = anc_str_of(err->pointer);
        *fault = (http_fault){pointer, message_of(p.detail, pointer)};
        p.faults = fault;
        p.n_faults = 1;
    }
    return p;
}

/* What clients of OpenAI tell kinds of failures by. */
static anc_str kind_of(int status)
{
    switch (status) {
    case 401:
        return ANC_STR("authentication_error");
    case 403:
        return ANC_STR("permission_error");
    case 429:
        return ANC_STR("rate_limit_error");
    default:
        return status < 500 ? ANC_STR("invalid_request_error") : ANC_STR("server_error");
    }
}

/* The first of the fields that do not fit, by its name: "/input/0" is "input/0". */
static anc_str param_of(const http_problem *problem)
{
    const anc_str pointer = problem->n_faults > 0 ? problem->faults[0].pointer : ANC_STR_NONE;
    return pointer.len > 1 ? anc_str_sub(pointer, 1, SIZE_MAX) : ANC_STR_NONE;
}

static void put_compatible(json_writer *w, const http_problem *problem)
{
    const anc_str param = param_of(problem);
    json_name(w, "error");
    json_open_object(w);
    json_put_str(w, "message", problem->detail);
    json_put_str(w, "type", kind_of(problem->status));
    json_name(w, "param");
    if (param.ptr != NULL)
        json_write_str(w, param);
    else
        json_write_null(w);
    json_put_str(w, "code", anc_str_of(problem->slug));
    json_close_object(w);
}

void http_problem_write(const http_problem *problem, anc_buf *out)
{
    char type[64];
    anc_buf type_buf = anc_buf_init(sizeof type);
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    (void)anc_buf_printf(&type_buf, "urn:anchorage:problem:%s", problem->slug);
    json_put_str(&w, "type", anc_buf_view(&type_buf));
    anc_buf_done(&type_buf);
    json_put_str(&w, "title", anc_str_of(problem->title));
    json_put_int(&w, "status", problem->status);
    json_put_str(&w, "detail", problem->detail);
    if (problem->instance.len > 0)
        json_put_str(&w, "instance", problem->instance);
    json_put_str(&w, "request_id", problem->request_id);
    if (problem->n_faults > 0) {
        json_name(&w, "errors");
        json_open_array(&w);
        for (size_t i = 0; i < problem->n_faults; i++) {
            json_open_object(&w);
            json_put_str(&w, "pointer", problem->faults[i].pointer);
            json_put_str(&w, "message", problem->faults[i].message);
            json_close_object(&w);
        }
        json_close_array(&w);
    }
    if (problem->compatible)
        put_compatible(&w, problem);
    json_close_object(&w);
}

int http_problem_retry_s(int status)
{
    switch (status) {
    case 429:
    case 503:
        return 1;
    case 507:
        return 60;
    default:
        return 0;
    }
}
