/* openapi_operation.c - a row of the route table as an operation: parameters, bodies, answers. */
#include <string.h>

#include "openapi_write.h"
#include "schemas.h"

/* ---- parameters ---- */

/* The parts of paths that differ, by their names; all are texts as anybody may have made them but these. */
static const http_field path_rows[] = {
    {.name = "name", .kind = HTTP_TEXT, .flags = HTTP_NAME, .min = 1, .max = 64},
    {.name = "user_name",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = HTTP_USER_NAME_MAX,
     .pattern = HTTP_PLAIN_PATTERN},
    {.name = "version", .kind = HTTP_INT, .min = 1, .max = 4294967295.0},
};

static http_field path_row(anc_str name)
{
    static const http_field any = {.kind = HTTP_TEXT, .min = 1, .max = 512};
    for (size_t i = 0; i < ANC_COUNT(path_rows); i++)
        if (anc_str_eq(name, anc_str_of(path_rows[i].name)))
            return path_rows[i];
    return any;
}

static void put_path_params(json_writer *w, const http_edge_options *options, const char *path)
{
    anc_str rest = anc_str_of(path), part;
    while (anc_str_split(&rest, '/', &part)) {
        if (part.len == 0 || part.ptr[0] != '{')
            continue;
        const anc_str name = anc_str_sub(part, 1, part.len - 2);
        http_field row = path_row(name);
        row.flags |= HTTP_REQUIRED;
        json_open_object(w);
        json_put_str(w, "name", name);
        json_put_str(w, "in", ANC_STR("path"));
        json_put_bool(w, "required", true);
        json_name(w, "schema");
        http_openapi_field(w, options, &row, true);
        json_close_object(w);
    }
}

static void put_query_param(json_writer *w, const http_edge_options *options, const http_field *f,
                            anc_str name)
{
    http_field plain = *f;
    plain.flags |= HTTP_REQUIRED; /* there is no null in an address */
    plain.help = NULL;
    json_open_object(w);
    json_put_str(w, "name", name);
    json_put_str(w, "in", ANC_STR("query"));
    json_put_bool(w, "required", (f->flags & HTTP_REQUIRED) != 0 && f->also == NULL);
    if (f->help != NULL && f->help[0] != '\0')
        json_put_str(w, "description", anc_str_of(f->help));
    json_name(w, "schema");
    http_openapi_field(w, options, &plain, true);
    if (f->kind == HTTP_TEXTS) {
        json_put_str(w, "style", ANC_STR("form"));
        json_put_bool(w, "explode", false);
    }
    json_close_object(w);
}

static void put_query_params(json_writer *w, const http_edge_options *options,
                             const http_schema *query)
{
    for (size_t i = 0; query != NULL && i < query->n_fields; i++) {
        const char *rest = query->fields[i].also;
        anc_str other;
        put_query_param(w, options, &query->fields[i], anc_str_of(query->fields[i].name));
        while (http_choice_next(&rest, &other))
            put_query_param(w, options, &query->fields[i], other);
    }
}

static void put_header_param(json_writer *w, const char *name, const char *schema,
                             const char *description)
{
    json_open_object(w);
    json_put_str(w, "name", anc_str_of(name));
    json_put_str(w, "in", ANC_STR("header"));
    json_put_str(w, "description", anc_str_of(description));
    json_put_raw(w, "schema", anc_str_of(schema));
    json_close_object(w);
}

static void put_params(json_writer *w, const http_edge_options *options, const http_route *route)
{
    json_name(w, "parameters");
    json_open_array(w);
    put_path_params(w, options, route->path);
    put_query_params(w, options, route->query);
    if (route->lane != HTTP_LOOP)
        put_header_param(w, "X-Timeout-Ms",
                         "{\"type\":\"integer\",\"minimum\":1,\"maximum\":86400000}",
                         "time for this request in milliseconds; past it 504");
    if ((route->flags & (HTTP_CREATES | HTTP_KEYED)) != 0)
        put_header_param(w, "Idempotency-Key",
                         "{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}",
                         "the same key gives the same answer");
    if (http_route_has_field(route, "expected_version"))
        put_header_param(w, "If-Match",
                         "{\"type\":\"string\",\"pattern\":\"^\\\"[1-9][0-9]{0,8}\\\"$\"}",
                         "the version that must be the current one, as ETag says it; else 409");
    if ((route->flags & HTTP_RANGED) != 0) {
        put_header_param(w, "Range", "{\"type\":\"string\"}",
                         "bytes=FROM-TO, one range; what cannot be satisfied is answered whole");
        put_header_param(w, "If-Range", "{\"type\":\"string\"}",
                         "the ETag that the range is of; of another the whole is answered");
    }
    json_close_array(w);
}

/* ---- bodies ---- */

static const char batch_lines[] =
    "{\"schema\":{\"type\":\"string\",\"description\":\"a DocumentRequest a line, any number of "
    "lines; one that does not fit fails alone\"}}";

/* Objects in a form are JSON, which the description has to say for who does not take it for granted. */
static void put_form(json_writer *w, const http_schema *form)
{
    json_name(w, "multipart/form-data");
    json_open_object(w);
    json_name(w, "schema");
    http_openapi_ref(w, form);
    json_name(w, "encoding");
    json_open_object(w);
    for (size_t i = 0; i < form->n_fields; i++)
        if (form->fields[i].kind == HTTP_TREE)
            json_put_raw(w, form->fields[i].name,
                         ANC_STR("{\"contentType\":\"application/json\"}"));
    json_close_object(w);
    json_close_object(w);
}

static void put_request_body(json_writer *w, const http_route *route)
{
    if (route->request == NULL)
        return;
    json_name(w, "requestBody");
    json_open_object(w);
    json_put_bool(w, "required", (route->flags & HTTP_OPTIONAL_BODY) == 0);
    json_name(w, "content");
    json_open_object(w);
    json_name(w, "application/json");
    json_open_object(w);
    json_name(w, "schema");
    http_openapi_ref(w, route->request);
    json_close_object(w);
    if (route->body == HTTP_BATCH_BODY)
        json_put_raw(w, "application/x-ndjson", anc_str_of(batch_lines));
    if (route->form != NULL)
        put_form(w, route->form);
    json_close_object(w);
    json_close_object(w);
}

void http_openapi_operation(json_writer *w, const http_edge_options *options,
                            const http_route *route)
{
    ANC_BUF(method, 8);
    for (const char *c = route->method; *c != '\0'; c++)
        (void)anc_buf_add_char(&method, (char)(*c + ('a' - 'A')));
    json_name_str(w, anc_buf_view(&method));
    json_open_object(w);
    json_put_str(w, "operationId", anc_str_of(route->id));
    json_put_str(w, "summary", anc_str_of(route->summary));
    json_name(w, "tags");
    json_open_array(w);
    json_write_str(w, anc_str_of(route->tag));
    json_close_array(w);
    if (route->handle == NULL)
        json_put_bool(w, "x-available", false);
    if (route->role == HTTP_PUBLIC)
        json_put_raw(w, "security", ANC_STR("[]"));
    put_params(w, options, route);
    put_request_body(w, route);
    http_openapi_answers(w, route);
    json_close_object(w);
}
