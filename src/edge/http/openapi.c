/* openapi.c - routes and schemas as OpenAPI 3.1 (JSON Schema 2020-12).
 *
 * Every row of the route table becomes an operation, those that answer 501 too, marked
 * `x-available: false`. Schemas with a name are components; they are collected by walking what the
 * routes refer to.
 */
#include "openapi.h"

#include <string.h>

#include "openapi_write.h"
#include "schemas.h"

enum { COMPONENTS_MAX = 192 };

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

/* Whether an earlier row has the same path. */
static bool is_repeated(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(http_routes[k].path, http_routes[i].path) == 0)
            return true;
    return false;
}

static void put_paths(json_writer *w, const http_edge_options *options)
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
                http_openapi_operation(w, options, &http_routes[k]);
        json_close_object(w);
    }
    json_close_object(w);
}

static void put_components(json_writer *w, const http_edge_options *options)
{
    components c = {.n = 0};
    collect(&c, &http_problem_out);
    for (size_t i = 0; i < http_route_count; i++) {
        collect(&c, http_routes[i].request);
        collect(&c, http_routes[i].form);
        collect(&c, http_routes[i].response);
        collect(&c, http_routes[i].waited);
        collect(&c, http_routes[i].queued);
        collect(&c, http_routes[i].unready);
        collect(&c, http_routes[i].events);
    }
    json_name(w, "components");
    json_open_object(w);
    json_put_raw(w, "securitySchemes",
                 ANC_STR("{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
    http_openapi_answer_components(w);
    json_name(w, "schemas");
    json_open_object(w);
    for (size_t i = 0; i < c.n; i++) {
        json_name(w, c.items[i]->name);
        http_openapi_schema(w, options, c.items[i]);
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
    put_paths(&w, options);
    put_components(&w, options);
    json_close_object(&w);
}
