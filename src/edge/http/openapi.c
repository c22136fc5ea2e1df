/* openapi.c - the route table as an OpenAPI 3.1 document. */
#include <string.h>

#include "impl.h"

static void write_parameter(json_writer *w, anc_str name, const char *in, const http_field *f)
{
    json_open_object(w);
    json_put_str(w, "name", name);
    json_put_str(w, "in", anc_str_of(in));
    json_put_bool(w, "required", f == NULL || f->required);
    if (f != NULL)
        json_put_str(w, "description", anc_str_of(f->help));
    json_name(w, "schema");
    json_open_object(w);
    json_put_str(w, "type",
                 f == NULL || f->kind == HTTP_TEXT ? ANC_STR("string")
                 : f->kind == HTTP_BOOL            ? ANC_STR("boolean")
                                                   : ANC_STR("integer"));
    if (f != NULL && f->min < f->max) {
        json_put_int(w, "minimum", (int64_t)f->min);
        json_put_int(w, "maximum", (int64_t)f->max);
    }
    json_close_object(w);
    json_close_object(w);
}

static void write_parameters(json_writer *w, const http_route *r)
{
    anc_str rest = anc_str_of(r->path), part;
    json_name(w, "parameters");
    json_open_array(w);
    while (anc_str_split(&rest, '/', &part))
        if (part.len > 2 && part.ptr[0] == '{')
            write_parameter(w, anc_str_sub(part, 1, part.len - 2), "path", NULL);
    for (const http_field *f = r->query; f != NULL && f->name != NULL; f++)
        write_parameter(w, anc_str_of(f->name), "query", f);
    json_close_array(w);
}

static void write_body(json_writer *w, const http_route *r)
{
    if (r->body == HTTP_NO_BODY || r->fields == NULL)
        return;
    json_name(w, "requestBody");
    json_open_object(w);
    json_put_bool(w, "required", true);
    json_name(w, "content");
    json_open_object(w);
    json_name(w, "application/json");
    json_open_object(w);
    json_name(w, "schema");
    http_schema_write(w, r->fields);
    json_close_object(w);
    if (r->body == HTTP_JSON_OR_FORM)
        json_put_raw(
            w, "multipart/form-data",
            ANC_STR("{\"schema\":{\"type\":\"object\",\"required\":[\"file\"],\"properties\":{"
                    "\"file\":{\"type\":\"string\",\"format\":\"binary\"},"
                    "\"collection\":{\"type\":\"string\"},\"id\":{\"type\":\"string\"},"
                    "\"title\":{\"type\":\"string\"},\"uri\":{\"type\":\"string\"},"
                    "\"metadata\":{\"type\":\"string\",\"description\":\"a JSON object\"},"
                    "\"acl\":{\"type\":\"string\",\"description\":\"a JSON array of labels\"}}}}"));
    json_close_object(w);
    json_close_object(w);
}

static bool is_stream(const http_route *r)
{
    return strstr(r->path, "/stream") != NULL || strstr(r->path, "/progress") != NULL;
}

static void write_answers(json_writer *w, const http_route *r)
{
    const char *type = r->answer != NULL ? r->answer
                       : is_stream(r)    ? "text/event-stream"
                                         : "application/json";
    json_name(w, "responses");
    json_open_object(w);
    if (r->handler != NULL) {
        json_name(w, "2XX");
        json_open_object(w);
        json_put_str(w, "description", ANC_STR("done"));
        json_name(w, "content");
        json_open_object(w);
        json_name(w, type);
        json_open_object(w);
        json_close_object(w);
        json_close_object(w);
        json_close_object(w);
    }
    json_put_raw(w, "default", ANC_STR("{\"$ref\":\"#/components/responses/Problem\"}"));
    json_close_object(w);
}

/* "chat_query" and the like: method and path made a name. */
static void write_operation_id(json_writer *w, const http_route *r)
{
    ANC_BUF(id, 256);
    (void)anc_buf_add(&id, anc_str_of(r->method));
    for (const char *p = r->path; *p != '\0'; p++) {
        const bool letter = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
        if (letter || *p == '_')
            (void)anc_buf_add_char(&id, *p);
        else if (*p == '/' || *p == '-' || *p == '.')
            (void)anc_buf_add_char(&id, '_');
    }
    json_put_str(w, "operationId", anc_buf_view(&id));
}

static void write_operation(json_writer *w, const http_route *r)
{
    char method[8] = {0};
    for (size_t i = 0; r->method[i] != '\0' && i < sizeof method - 1; i++)
        method[i] = (char)(r->method[i] + 32);
    json_name(w, method);
    json_open_object(w);
    json_put_str(w, "summary", anc_str_of(r->summary));
    write_operation_id(w, r);
    json_name(w, "tags");
    json_open_array(w);
    json_write_str(w, anc_str_of(r->tag));
    json_close_array(w);
    if (r->handler == NULL)
        json_put_bool(w, "x-available", false);
    if (r->role == HTTP_PUBLIC)
        json_put_raw(w, "security", ANC_STR("[]"));
    write_parameters(w, r);
    write_body(w, r);
    write_answers(w, r);
    json_close_object(w);
}

static bool is_first_of_path(size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(http_routes[j].path, http_routes[i].path) == 0)
            return false;
    return true;
}

static void write_paths(json_writer *w)
{
    json_name(w, "paths");
    json_open_object(w);
    for (size_t i = 0; i < http_route_count; i++) {
        if (!is_first_of_path(i))
            continue;
        json_name(w, http_routes[i].path);
        json_open_object(w);
        for (size_t j = i; j < http_route_count; j++)
            if (strcmp(http_routes[j].path, http_routes[i].path) == 0)
                write_operation(w, &http_routes[j]);
        json_close_object(w);
    }
    json_close_object(w);
}

static const char components[] =
    "{\"securitySchemes\":{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"}},"
    "\"responses\":{\"Problem\":{\"description\":\"what went wrong (RFC 9457)\",\"content\":{"
    "\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}},"
    "\"schemas\":{\"Problem\":{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\","
    "\"detail\"],"
    "\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
    "\"instance\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"},"
    "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"pointer\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}}}}}}}}";

void http_openapi_write(anc_buf *out, const char *version)
{
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_str(&w, "openapi", ANC_STR("3.1.0"));
    json_name(&w, "info");
    json_open_object(&w);
    json_put_str(&w, "title", ANC_STR("Anchorage"));
    json_put_str(&w, "version", anc_str_of(version));
    json_put_str(&w, "description", ANC_STR("Answers anchored in your documents."));
    json_put_raw(&w, "license", ANC_STR("{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}"));
    json_close_object(&w);
    json_put_raw(&w, "security", ANC_STR("[{\"key\":[]},{}]"));
    write_paths(&w);
    json_put_raw(&w, "components", ANC_STR(components));
    json_close_object(&w);
}
