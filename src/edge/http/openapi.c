/* openapi.c - routes and schemas as OpenAPI 3.1 (JSON Schema 2020-12).
 *
 * Every row of the route table becomes an operation, those that answer 501 too, marked
 * `x-available: false`. Schemas with a name are components; they are collected by walking what the
 * routes refer to.
 */
#include "openapi.h"

#include <string.h>

#include "route_table.h"
#include "schemas.h"

enum { COMPONENTS_MAX = 96 };

typedef struct components {
    const http_schema *items[COMPONENTS_MAX];
    size_t n;
} components;

static void collect(components *c, const http_schema *schema)
{
    if (schema == NULL)
        return;
    for (size_t i = 0; i < c->n; i++)
        if (c->items[i] == schema)
            return;
    if (schema->name != NULL && c->n < COMPONENTS_MAX)
        c->items[c->n++] = schema;
    for (size_t i = 0; i < schema->n_fields; i++)
        collect(c, schema->fields[i].of);
}

/* ---- schemas ---- */

static void put_ref(json_writer *w, const http_schema *schema)
{
    ANC_BUF(ref, 256);
    (void)anc_buf_printf(&ref, "#/components/schemas/%s", schema->name);
    json_put_str(w, "$ref", anc_buf_view(&ref));
}

static const char *type_of(http_kind kind)
{
    switch (kind) {
    case HTTP_TEXT:
    case HTTP_TIME:
        return "string";
    case HTTP_INT:
        return "integer";
    case HTTP_REAL:
        return "number";
    case HTTP_BOOL:
        return "boolean";
    case HTTP_TEXTS:
    case HTTP_LIST:
        return "array";
    case HTTP_TREE:
    case HTTP_OBJECT:
        return "object";
    case HTTP_ANY:
        break;
    }
    return NULL;
}

static void put_type(json_writer *w, const char *type, bool nullable)
{
    if (type == NULL)
        return;
    if (!nullable) {
        json_put_str(w, "type", anc_str_of(type));
        return;
    }
    json_name(w, "type");
    json_open_array(w);
    json_write_str(w, anc_str_of(type));
    json_write_str(w, ANC_STR("null"));
    json_close_array(w);
}

static void put_choices(json_writer *w, const http_field *f, bool nullable)
{
    const char *rest = f->choices;
    anc_str choice;
    json_name(w, "enum");
    json_open_array(w);
    while (http_choice_next(&rest, &choice))
        json_write_str(w, choice);
    if (nullable)
        json_write_null(w);
    json_close_array(w);
}

static void put_bounds(json_writer *w, const http_field *f)
{
    static const char *const names[3][2] = {
        {"minimum", "maximum"}, {"minLength", "maxLength"}, {"minItems", "maxItems"}};
    const size_t which = f->kind == HTTP_TEXT ? 1 : f->kind == HTTP_TEXTS ? 2 : 0;
    if (f->min == 0 && f->max == 0)
        return;
    if (f->min != 0 || f->kind == HTTP_INT)
        json_put_int(w, names[which][0], (int64_t)f->min);
    if (f->max != 0)
        json_put_int(w, names[which][1], (int64_t)f->max);
}

/* `request`: every optional member may also be null. */
static void put_field(json_writer *w, const http_field *f, bool request)
{
    const bool nullable =
        request ? (f->flags & HTTP_REQUIRED) == 0 : (f->flags & HTTP_NULLABLE) != 0;
    json_open_object(w);
    if (f->kind == HTTP_OBJECT && f->of != NULL && f->of->name != NULL && !nullable) {
        put_ref(w, f->of);
    } else if (f->kind == HTTP_OBJECT) {
        json_name(w, "anyOf");
        json_open_array(w);
        json_open_object(w);
        put_ref(w, f->of);
        json_close_object(w);
        json_open_object(w);
        json_put_str(w, "type", ANC_STR("null"));
        json_close_object(w);
        json_close_array(w);
    } else {
        put_type(w, type_of(f->kind), nullable);
    }
    if (f->kind == HTTP_TIME)
        json_put_str(w, "format", ANC_STR("date-time"));
    if (f->kind == HTTP_TEXTS || f->kind == HTTP_LIST) {
        json_name(w, "items");
        json_open_object(w);
        if (f->of != NULL)
            put_ref(w, f->of);
        else
            json_put_str(w, "type", ANC_STR("string"));
        json_close_object(w);
    }
    if (f->choices != NULL)
        put_choices(w, f, nullable);
    put_bounds(w, f);
    if ((f->flags & HTTP_NAME) != 0)
        json_put_str(w, "pattern", ANC_STR(HTTP_NAME_PATTERN));
    if (f->initial != NULL && (f->flags & HTTP_UNSAID) == 0)
        json_put_raw(w, "default", anc_str_of(f->initial));
    if (f->help != NULL && f->help[0] != '\0')
        json_put_str(w, "description", anc_str_of(f->help));
    if ((f->flags & HTTP_LATER) != 0)
        json_put_bool(w, "x-available", false);
    json_close_object(w);
}

static void put_schema(json_writer *w, const http_schema *schema)
{
    const bool request = schema->size > 0;
    json_open_object(w);
    json_put_str(w, "type", ANC_STR("object"));
    if (schema->help != NULL)
        json_put_str(w, "description", anc_str_of(schema->help));
    json_name(w, "properties");
    json_open_object(w);
    for (size_t i = 0; i < schema->n_fields; i++) {
        const http_field *f = &schema->fields[i];
        json_name(w, f->name);
        put_field(w, f, request);
        const char *rest = f->also;
        anc_str other;
        while (http_choice_next(&rest, &other)) {
            json_name_str(w, other);
            put_field(w, f, request);
        }
    }
    json_close_object(w);
    json_name(w, "required");
    json_open_array(w);
    for (size_t i = 0; i < schema->n_fields; i++)
        if ((schema->fields[i].flags & HTTP_REQUIRED) != 0 && schema->fields[i].also == NULL)
            json_write_str(w, anc_str_of(schema->fields[i].name));
    json_close_array(w);
    if (request)
        json_put_bool(w, "additionalProperties", false);
    json_close_object(w);
}

/* ---- operations ---- */

static void put_path_params(json_writer *w, const char *path)
{
    anc_str rest = anc_str_of(path), part;
    while (anc_str_split(&rest, '/', &part)) {
        if (part.len == 0 || part.ptr[0] != '{')
            continue;
        json_open_object(w);
        json_put_str(w, "name", anc_str_sub(part, 1, part.len - 2));
        json_put_str(w, "in", ANC_STR("path"));
        json_put_bool(w, "required", true);
        json_put_raw(w, "schema", ANC_STR("{\"type\":\"string\",\"minLength\":1}"));
        json_close_object(w);
    }
}

static void put_query_param(json_writer *w, const http_field *f)
{
    json_open_object(w);
    json_put_str(w, "name", anc_str_of(f->name));
    json_put_str(w, "in", ANC_STR("query"));
    json_put_bool(w, "required", (f->flags & HTTP_REQUIRED) != 0 && f->also == NULL);
    json_name(w, "schema");
    http_field plain = *f;
    plain.flags |= HTTP_REQUIRED;
    put_field(w, &plain, true);
    if (f->kind == HTTP_TEXTS) {
        json_put_str(w, "style", ANC_STR("form"));
        json_put_bool(w, "explode", false);
    }
    json_close_object(w);
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

static void put_params(json_writer *w, const http_route *route)
{
    json_name(w, "parameters");
    json_open_array(w);
    put_path_params(w, route->path);
    for (size_t i = 0; route->query != NULL && i < route->query->n_fields; i++)
        put_query_param(w, &route->query->fields[i]);
    if (route->lane != HTTP_LOOP)
        put_header_param(w, "X-Timeout-Ms", "{\"type\":\"integer\",\"minimum\":1}",
                         "time for this request in milliseconds");
    if ((route->flags & (HTTP_CREATES | HTTP_KEYED)) != 0)
        put_header_param(w, "Idempotency-Key",
                         "{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}",
                         "the same key gives the same answer");
    json_close_array(w);
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
    json_open_object(w);
    put_ref(w, route->request);
    json_close_object(w);
    json_close_object(w);
    if (route->body == HTTP_DOCUMENT_BODY && route->request == &http_version_schema) {
        json_name(w, "multipart/form-data");
        json_write_raw(w, ANC_STR("{\"schema\":{\"type\":\"object\",\"properties\":{"
                                  "\"file\":{\"type\":\"string\",\"format\":\"binary\"},"
                                  "\"version\":{\"type\":\"string\",\"description\":"
                                  "\"a VersionRequest without content, as JSON\"}},"
                                  "\"required\":[\"file\",\"version\"]}}"));
    } else if (route->body == HTTP_DOCUMENT_BODY) {
        json_name(w, "multipart/form-data");
        json_write_raw(
            w, ANC_STR("{\"schema\":{\"type\":\"object\",\"properties\":{"
                       "\"file\":{\"type\":\"string\",\"format\":\"binary\"},"
                       "\"id\":{\"type\":\"string\"},\"collection\":{\"type\":\"string\"},"
                       "\"title\":{\"type\":\"string\"},\"uri\":{\"type\":\"string\"},"
                       "\"metadata\":{\"type\":\"string\",\"description\":\"a JSON object\"}},"
                       "\"required\":[\"file\"]}}"));
    }
    if (route->body == HTTP_BATCH_BODY) {
        json_name(w, "application/x-ndjson");
        json_write_raw(w, ANC_STR("{\"schema\":{\"type\":\"string\",\"description\":"
                                  "\"a DocumentRequest a line, any number of lines\"}}"));
        json_name(w, "multipart/form-data");
        json_write_raw(
            w, ANC_STR("{\"schema\":{\"type\":\"object\",\"properties\":{"
                       "\"collection\":{\"type\":\"string\"},"
                       "\"metadata\":{\"type\":\"string\",\"description\":\"a JSON object\"},"
                       "\"acl\":{\"type\":\"string\",\"description\":\"labels, with commas\"},"
                       "\"file\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
                       "\"format\":\"binary\"},\"description\":\"up to 1000 files, behind the "
                       "other fields\"}},\"required\":[\"file\"]}}"));
    }
    json_close_object(w);
    json_close_object(w);
}

static void put_response(json_writer *w, const http_route *route)
{
    ANC_BUF(code, 8);
    (void)anc_buf_printf(&code, "%d", route->status);
    json_name_str(w, anc_buf_view(&code));
    json_open_object(w);
    json_put_str(w, "description", anc_str_of(route->status == 204 ? "done" : route->summary));
    if (route->response != NULL || route->media != NULL) {
        json_name(w, "content");
        json_open_object(w);
        json_name(w, route->media != NULL ? route->media : "application/json");
        json_open_object(w);
        json_name(w, "schema");
        json_open_object(w);
        if (route->response != NULL)
            put_ref(w, route->response);
        else
            json_put_str(w, "type", ANC_STR("string"));
        json_close_object(w);
        json_close_object(w);
        json_close_object(w);
    }
    json_close_object(w);
}

static void put_responses(json_writer *w, const http_route *route)
{
    json_name(w, "responses");
    json_open_object(w);
    if (route->handle != NULL)
        put_response(w, route);
    if (route->waited != NULL) {
        http_route waited = *route;
        waited.status = 200;
        waited.response = route->waited;
        put_response(w, &waited);
    }
    json_name(w, "default");
    json_write_raw(w, ANC_STR("{\"$ref\":\"#/components/responses/Problem\"}"));
    json_close_object(w);
}

static void put_operation(json_writer *w, const http_route *route)
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
    put_params(w, route);
    put_request_body(w, route);
    put_responses(w, route);
    json_close_object(w);
}

/* Whether an earlier row has the same path. */
static bool is_repeated(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(http_routes[k].path, http_routes[i].path) == 0)
            return true;
    return false;
}

static void put_paths(json_writer *w)
{
    json_name(w, "paths");
    json_open_object(w);
    for (size_t i = 0; i < http_route_count; i++) {
        if (is_repeated(i))
            continue;
        json_name(w, http_routes[i].path);
        json_open_object(w);
        for (size_t k = i; k < http_route_count; k++)
            if (strcmp(http_routes[k].path, http_routes[i].path) == 0)
                put_operation(w, &http_routes[k]);
        json_close_object(w);
    }
    json_close_object(w);
}

static void put_components(json_writer *w)
{
    components c = {.n = 0};
    collect(&c, &http_problem_out);
    for (size_t i = 0; i < http_route_count; i++) {
        collect(&c, http_routes[i].request);
        collect(&c, http_routes[i].response);
        collect(&c, http_routes[i].waited);
    }
    json_name(w, "components");
    json_open_object(w);
    json_put_raw(w, "securitySchemes",
                 ANC_STR("{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
    json_put_raw(w, "responses",
                 ANC_STR("{\"Problem\":{\"description\":\"what went wrong\",\"content\":"
                         "{\"application/problem+json\":{\"schema\":"
                         "{\"$ref\":\"#/components/schemas/Problem\"}}}}}"));
    json_name(w, "schemas");
    json_open_object(w);
    for (size_t i = 0; i < c.n; i++) {
        json_name(w, c.items[i]->name);
        put_schema(w, c.items[i]);
    }
    json_close_object(w);
    json_close_object(w);
}

void http_openapi_write(const http_edge_options *options, anc_buf *out)
{
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_str(&w, "openapi", ANC_STR("3.1.0"));
    json_name(&w, "info");
    json_open_object(&w);
    json_put_str(&w, "title", ANC_STR("Anchorage"));
    json_put_str(&w, "summary", ANC_STR("Answers anchored in your documents"));
    json_put_str(&w, "version", anc_str_of(options->version));
    json_name(&w, "x-limits");
    json_open_object(&w);
    json_put_int(&w, "question_chars", options->max_question_chars);
    json_put_int(&w, "body_bytes", (int64_t)options->max_body_bytes);
    json_put_int(&w, "source_bytes", (int64_t)options->max_source_bytes);
    json_put_int(&w, "requests_in_flight", options->max_in_flight);
    json_close_object(&w);
    json_put_raw(&w, "license", ANC_STR("{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}"));
    json_close_object(&w);
    json_put_raw(&w, "security", ANC_STR("[{\"key\":[]},{}]"));
    put_paths(&w);
    put_components(&w);
    json_close_object(&w);
}
