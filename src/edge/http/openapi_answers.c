/* openapi_answers.c - what each operation may answer: its own answer, and every problem by its status.
 *
 * There is no `default`: a status that is not listed for an operation is never answered by it. Apart
 * from these, HTTP itself refuses what is no request at all (400, 408, 417, 501, 505), before there is
 * an operation.
 */
#include <string.h>

#include "openapi_write.h"
#include "problem.h"

static const int problem_statuses[] = {400, 401, 403, 404, 406, 408, 409, 413, 414, 415,
                                       416, 426, 431, 500, 501, 502, 503, 504, 507};

bool http_route_has_field(const http_route *route, const char *name)
{
    const http_schema *const places[] = {route->query, route->request};
    for (size_t p = 0; p < ANC_COUNT(places); p++)
        for (size_t i = 0; places[p] != NULL && i < places[p]->n_fields; i++)
            if (strcmp(places[p]->fields[i].name, name) == 0)
                return true;
    return false;
}

/* Whether the request says what must be there. */
static bool names_something(const http_route *route)
{
    static const char *const names[] = {"collection", "collections", "conversation_id", "query_id",
                                        "connection_params"};
    for (size_t i = 0; i < ANC_COUNT(names); i++)
        if (http_route_has_field(route, names[i]))
            return true;
    return strchr(route->path, '{') != NULL;
}

/* Statuses of what works. */
static bool working_may_answer(const http_route *route, int status)
{
    const bool body = route->body != HTTP_NO_BODY;
    const bool keyed = (route->flags & (HTTP_CREATES | HTTP_KEYED | HTTP_CONFLICTS)) != 0;
    switch (status) {
    case 404:
        return names_something(route);
    case 406:
        return route->media == NULL || strcmp(route->media, "*/*") != 0;
    case 408:
    case 413:
    case 415:
        return body;
    case 416:
        return (route->flags & HTTP_RANGED) != 0;
    case 426:
        return (route->flags & HTTP_WEBSOCKET) != 0;
    case 409:
        return keyed || http_route_has_field(route, "expected_version");
    case 502:
        return http_route_has_field(route, "model");
    case 504:
        return route->lane != HTTP_LOOP;
    case 507:
        return route->lane == HTTP_PUT || (route->flags & HTTP_CREATES) != 0;
    default:
        return false;
    }
}

static bool may_answer(const http_route *route, int status)
{
    switch (status) {
    case 400:
    case 414:
    case 431:
    case 500:
        return true;
    case 401:
    case 403:
        return route->role != HTTP_PUBLIC;
    case 501:
        return route->handle == NULL;
    case 503:
        return route->unready == NULL;
    default:
        return route->handle != NULL && working_may_answer(route, status);
    }
}

/* ---- header fields ---- */

typedef struct header_row {
    const char *name, *help;
    const char *schema;
} header_row;

static const header_row headers[] = {
    {"X-Request-Id", "of the request, or made here", "{\"type\":\"string\",\"minLength\":1}"},
    {"traceparent", "W3C trace context", "{\"type\":\"string\",\"pattern\":\"^00-\"}"},
    {"ETag", "in quotes: the version of a document, or the digest of an original",
     "{\"type\":\"string\",\"pattern\":\"^\\\".+\\\"$\"}"},
    {"Retry-After", "seconds", "{\"type\":\"integer\",\"minimum\":1}"},
    {"WWW-Authenticate", "how to say who asks", "{\"const\":\"Bearer\"}"},
    {"Location", "where to go", "{\"type\":\"string\"}"},
    {"Idempotent-Replayed", "true: the kept answer to an earlier request with this key",
     "{\"const\":\"true\"}"},
    {"Accept-Ranges", "a Range is honoured", "{\"const\":\"bytes\"}"},
    {"Content-Range", "which bytes these are", "{\"type\":\"string\"}"},
    {"Content-Disposition", "attachment, with the file's name", "{\"type\":\"string\"}"},
};

static void put_header_components(json_writer *w)
{
    json_name(w, "headers");
    json_open_object(w);
    for (size_t i = 0; i < ANC_COUNT(headers); i++) {
        json_name(w, headers[i].name);
        json_open_object(w);
        json_put_str(w, "description", anc_str_of(headers[i].help));
        json_put_raw(w, "schema", anc_str_of(headers[i].schema));
        json_close_object(w);
    }
    json_close_object(w);
}

/* `always`: it is in every such answer, and so the header is written in place. */
static void put_header(json_writer *w, const char *name, bool always)
{
    for (size_t i = 0; i < ANC_COUNT(headers); i++)
        if (strcmp(headers[i].name, name) == 0) {
            ANC_BUF(ref, 128);
            (void)anc_buf_printf(&ref, "#/components/headers/%s", name);
            json_name(w, name);
            json_open_object(w);
            if (always) {
                json_put_str(w, "description", anc_str_of(headers[i].help));
                json_put_bool(w, "required", true);
                json_put_raw(w, "schema", anc_str_of(headers[i].schema));
            } else {
                json_put_str(w, "$ref", anc_buf_view(&ref));
            }
            json_close_object(w);
        }
}

static void put_headers(json_writer *w, const http_route *route, int status)
{
    const bool versioned = route->request != NULL && route->body == HTTP_DOCUMENT_BODY;
    const bool ranged = (route->flags & HTTP_RANGED) != 0;
    json_name(w, "headers");
    json_open_object(w);
    put_header(w, "X-Request-Id", true);
    put_header(w, "traceparent", true);
    if ((route->flags & (HTTP_CREATES | HTTP_KEYED)) != 0)
        put_header(w, "Idempotent-Replayed", false);
    if (versioned || ranged)
        put_header(w, "ETag", ranged);
    if (ranged && status != 304) {
        put_header(w, "Accept-Ranges", true);
        put_header(w, "Content-Disposition", true);
    }
    if (status == 206)
        put_header(w, "Content-Range", true);
    if (status == 302)
        put_header(w, "Location", true);
    json_close_object(w);
}

/* ---- answers ---- */

static const char problem_content[] = "{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}";

static void put_content(json_writer *w, const http_route *route, const http_schema *schema,
                        bool or_problem)
{
    json_name(w, "content");
    json_open_object(w);
    json_name(w, route->media != NULL ? route->media : "application/json");
    json_open_object(w);
    if (schema != NULL || route->events != NULL) {
        json_name(w, "schema");
        http_openapi_ref(w, schema != NULL ? schema : route->events);
    } else if (route->media != NULL && strncmp(route->media, "text/", 5) == 0) {
        json_put_raw(w, "schema", ANC_STR("{\"type\":\"string\"}"));
    } else if (route->media == NULL) {
        json_put_raw(w, "schema", ANC_STR("{\"type\":\"object\"}"));
    }
    json_close_object(w);
    if (or_problem)
        json_put_raw(w, "application/problem+json", ANC_STR(problem_content));
    json_close_object(w);
}

static void put_answer(json_writer *w, const http_route *route, int status,
                       const http_schema *schema)
{
    const bool empty = status == 101 || status == 204 || status == 302 || status == 304;
    ANC_BUF(code, 8);
    (void)anc_buf_printf(&code, "%d", status);
    json_name_str(w, anc_buf_view(&code));
    json_open_object(w);
    json_put_str(w, "description",
                 anc_str_of(status == 204   ? "done"
                            : status == 302 ? "to the documentation, for who accepts text/html"
                            : status == 206 ? "the bytes of the Range"
                            : status == 304 ? "the client has them: If-None-Match names their ETag"
                            : status == 503 ? "not now; the body says why"
                                            : route->summary));
    put_headers(w, route, status);
    if (!empty)
        put_content(w, route, schema, status == 503);
    json_close_object(w);
}

static void put_problem(json_writer *w, int status)
{
    ANC_BUF(code, 8);
    ANC_BUF(ref, 64);
    (void)anc_buf_printf(&code, "%d", status);
    (void)anc_buf_printf(&ref, "#/components/responses/%d", status);
    json_name_str(w, anc_buf_view(&code));
    json_open_object(w);
    json_put_str(w, "$ref", anc_buf_view(&ref));
    json_close_object(w);
}

void http_openapi_answers(json_writer *w, const http_route *route)
{
    json_name(w, "responses");
    json_open_object(w);
    if (route->handle != NULL)
        put_answer(w, route, route->status, route->response);
    if (route->waited != NULL)
        put_answer(w, route, 200, route->waited);
    if (route->queued != NULL)
        put_answer(w, route, 202, route->queued);
    if ((route->flags & HTTP_RANGED) != 0) {
        put_answer(w, route, 206, NULL);
        put_answer(w, route, 304, NULL);
    }
    if (strcmp(route->path, "/") == 0)
        put_answer(w, route, 302, NULL);
    for (size_t i = 0; i < ANC_COUNT(problem_statuses); i++)
        if (may_answer(route, problem_statuses[i]))
            put_problem(w, problem_statuses[i]);
    if (route->unready != NULL)
        put_answer(w, route, 503, route->unready);
    json_close_object(w);
}

static void put_problem_component(json_writer *w, int status)
{
    const http_problem problem = http_problem_of_http(status, ANC_STR(""));
    ANC_BUF(code, 8);
    (void)anc_buf_printf(&code, "%d", status);
    json_name_str(w, anc_buf_view(&code));
    json_open_object(w);
    json_put_str(w, "description", anc_str_of(problem.title));
    json_name(w, "headers");
    json_open_object(w);
    put_header(w, "X-Request-Id", true);
    put_header(w, "traceparent", false);
    if (status == 401)
        put_header(w, "WWW-Authenticate", true);
    if (status == 416)
        put_header(w, "Content-Range", true);
    if (http_problem_retry_s(status) > 0)
        put_header(w, "Retry-After", true);
    json_close_object(w);
    json_name(w, "content");
    json_open_object(w);
    json_put_raw(w, "application/problem+json", ANC_STR(problem_content));
    json_close_object(w);
    json_close_object(w);
}

void http_openapi_answer_components(json_writer *w)
{
    json_name(w, "responses");
    json_open_object(w);
    for (size_t i = 0; i < ANC_COUNT(problem_statuses); i++)
        put_problem_component(w, problem_statuses[i]);
    json_close_object(w);
    put_header_components(w);
}
