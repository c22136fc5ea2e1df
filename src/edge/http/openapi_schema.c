/* openapi_schema.c - rows of the tables as JSON Schema 2020-12. */
#include <string.h>

#include "openapi_write.h"

static void put_ref(json_writer *w, const http_schema *schema)
{
    ANC_BUF(ref, 256);
    (void)anc_buf_printf(&ref, "#/components/schemas/%s", schema->name);
    json_put_str(w, "$ref", anc_buf_view(&ref));
}

void http_openapi_ref(json_writer *w, const http_schema *schema)
{
    json_open_object(w);
    put_ref(w, schema);
    json_close_object(w);
}

static const char *type_of(http_kind kind)
{
    switch (kind) {
    case HTTP_TEXT:
    case HTTP_TIME:
    case HTTP_FILE:
        return "string";
    case HTTP_INT:
        return "integer";
    case HTTP_REAL:
        return "number";
    case HTTP_BOOL:
    case HTTP_WISH:
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
    while (http_choice_next(&rest, &choice)) {
        if (f->kind == HTTP_INT)
            json_write_raw(w, choice);
        else
            json_write_str(w, choice);
    }
    if (nullable)
        json_write_null(w);
    json_close_array(w);
}

static void put_bounds(json_writer *w, const http_field *f)
{
    static const char *const names[3][2] = {
        {"minimum", "maximum"}, {"minLength", "maxLength"}, {"minItems", "maxItems"}};
    const bool list = f->kind == HTTP_TEXTS || f->kind == HTTP_LIST;
    const size_t which = f->kind == HTTP_TEXT ? 1 : list ? 2 : 0;
    if (f->min == 0 && f->max == 0)
        return;
    if (f->min != 0 || f->kind == HTTP_INT)
        json_put_int(w, names[which][0], (int64_t)f->min);
    if (f->max != 0)
        json_put_int(w, names[which][1], (int64_t)f->max);
}

static void put_items(json_writer *w, const http_field *f)
{
    json_name(w, "items");
    if ((f->flags & HTTP_ALONE) != 0) {
        json_open_object(w);
        json_name(w, "anyOf");
        json_open_array(w);
        http_openapi_ref(w, f->of);
        json_write_raw(w, ANC_STR("true"));
        json_close_array(w);
        json_close_object(w);
    } else if (f->of != NULL) {
        http_openapi_ref(w, f->of);
    } else if (f->kind == HTTP_LIST) {
        json_write_raw(w, ANC_STR("{\"type\":\"string\",\"format\":\"binary\"}"));
    } else {
        const http_field one = {.kind = HTTP_TEXT, .choices = f->choices, .pattern = f->pattern};
        json_open_object(w);
        json_put_str(w, "type", ANC_STR("string"));
        if (one.choices != NULL)
            put_choices(w, &one, false);
        if (one.pattern != NULL)
            json_put_str(w, "pattern", anc_str_of(one.pattern));
        json_close_object(w);
    }
}

/* A schema of its own, or null. */
static void put_either(json_writer *w, const http_schema *schema)
{
    json_name(w, "anyOf");
    json_open_array(w);
    http_openapi_ref(w, schema);
    json_open_object(w);
    json_put_str(w, "type", ANC_STR("null"));
    json_close_object(w);
    json_close_array(w);
}

/* What asks for nothing: that alone is taken where a member is not there yet. */
static void put_later(json_writer *w, const http_field *f)
{
    json_name(w, "enum");
    json_open_array(w);
    json_write_null(w);
    if (f->kind == HTTP_BOOL)
        json_write_bool(w, false);
    if (f->initial != NULL)
        json_write_raw(w, anc_str_of(f->initial));
    json_close_array(w);
    json_put_bool(w, "x-available", false);
}

static void put_text(json_writer *w, const http_edge_options *options, const http_field *f)
{
    const char *pattern = (f->flags & HTTP_NAME) != 0    ? HTTP_NAME_PATTERN
                          : (f->flags & HTTP_ASKED) != 0 ? "\\S"
                                                         : f->pattern;
    if (f->kind == HTTP_TIME || f->kind == HTTP_FILE)
        json_put_str(w, "format", f->kind == HTTP_TIME ? ANC_STR("date-time") : ANC_STR("binary"));
    if ((f->flags & HTTP_ASKED) != 0) {
        json_put_int(w, "minLength", 1);
        json_put_int(w, "maxLength", options->max_question_chars);
    }
    if (f->kind == HTTP_TEXT && pattern != NULL)
        json_put_str(w, "pattern", anc_str_of(pattern));
}

static void put_kind(json_writer *w, const http_edge_options *options, const http_field *f,
                     bool nullable)
{
    put_type(w, type_of(f->kind), nullable);
    put_text(w, options, f);
    if (f->kind == HTTP_TEXTS || f->kind == HTTP_LIST)
        put_items(w, f);
    else if (f->choices != NULL)
        put_choices(w, f, nullable);
    if ((f->flags & HTTP_LABELS) != 0)
        json_put_bool(w, "uniqueItems", true);
    put_bounds(w, f);
}

/* As the texts of a choice that is not there yet. */
static void put_later_choices(json_writer *w, const char *later)
{
    const http_field f = {.kind = HTTP_TEXT, .choices = later};
    json_name(w, "x-not-yet");
    json_open_object(w);
    put_choices(w, &f, false);
    json_close_object(w);
}

void http_openapi_field(json_writer *w, const http_edge_options *options, const http_field *f,
                        bool request)
{
    const bool nullable =
        request ? (f->flags & HTTP_REQUIRED) == 0 : (f->flags & HTTP_NULLABLE) != 0;
    const bool own =
        (f->kind == HTTP_OBJECT || f->kind == HTTP_TREE || f->kind == HTTP_ANY) && f->of != NULL;
    json_open_object(w);
    if ((f->flags & HTTP_LATER) != 0) {
        put_later(w, f);
    } else if (own && nullable) {
        put_either(w, f->of);
    } else if (own) {
        put_ref(w, f->of);
    } else {
        put_kind(w, options, f, nullable);
    }
    if (f->initial != NULL && (f->flags & HTTP_UNSAID) == 0)
        json_put_raw(w, "default", anc_str_of(f->initial));
    if (f->help != NULL && f->help[0] != '\0')
        json_put_str(w, "description", anc_str_of(f->help));
    if (f->later != NULL)
        put_later_choices(w, f->later);
    json_close_object(w);
}

/* ---- members that stand for each other ---- */

/* The schema of an object that has `name`, and not as null. */
static void put_given(json_writer *w, anc_str name)
{
    json_open_object(w);
    json_name(w, "required");
    json_open_array(w);
    json_write_str(w, name);
    json_close_array(w);
    json_name(w, "properties");
    json_open_object(w);
    json_name_str(w, name);
    json_write_raw(w, ANC_STR("{\"not\":{\"type\":\"null\"}}"));
    json_close_object(w);
    json_close_object(w);
}

/* The names "a|b|c", `first` before them where there is one, each as given. */
static void put_each_given(json_writer *w, const char *first, const char *others)
{
    const char *rest = others;
    anc_str name;
    if (first != NULL)
        put_given(w, anc_str_of(first));
    while (http_choice_next(&rest, &name))
        put_given(w, name);
}

/* One of the names is given and no two; not `needed`: perhaps none. */
static void put_one_of(json_writer *w, const char *first, const char *others, bool needed)
{
    json_open_object(w);
    json_name(w, "oneOf");
    json_open_array(w);
    put_each_given(w, first, others);
    if (!needed) {
        json_open_object(w);
        json_name(w, "not");
        json_open_object(w);
        json_name(w, "anyOf");
        json_open_array(w);
        put_each_given(w, first, others);
        json_close_array(w);
        json_close_object(w);
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

static bool has_other_names(const http_schema *schema)
{
    for (size_t i = 0; i < schema->n_fields; i++)
        if (schema->fields[i].also != NULL)
            return true;
    return false;
}

static void put_alternatives(json_writer *w, const http_schema *schema)
{
    if (schema->one_of == NULL && !has_other_names(schema))
        return;
    json_name(w, "allOf");
    json_open_array(w);
    if (schema->one_of != NULL)
        put_one_of(w, NULL, schema->one_of, true);
    for (size_t i = 0; i < schema->n_fields; i++) {
        const http_field *f = &schema->fields[i];
        if (f->also != NULL)
            put_one_of(w, f->name, f->also, (f->flags & HTTP_REQUIRED) != 0);
    }
    json_close_array(w);
}

/* ---- objects ---- */

/* A member under each of its names; one with several is required under none of them alone. */
static void put_member(json_writer *w, const http_edge_options *options, const http_field *f,
                       bool request)
{
    const char *rest = f->also;
    anc_str other;
    http_field one = *f;
    if (f->also != NULL)
        one.flags &= ~(unsigned)HTTP_REQUIRED;
    json_name(w, f->name);
    http_openapi_field(w, options, &one, request);
    while (http_choice_next(&rest, &other)) {
        json_name_str(w, other);
        http_openapi_field(w, options, &one, request);
    }
}

void http_openapi_schema(json_writer *w, const http_edge_options *options,
                         const http_schema *schema)
{
    const bool request = schema->size > 0;
    if (schema->raw != NULL) {
        json_write_raw(w, anc_str_of(schema->raw));
        return;
    }
    json_open_object(w);
    json_put_str(w, "type", ANC_STR("object"));
    if (schema->help != NULL)
        json_put_str(w, "description", anc_str_of(schema->help));
    json_name(w, "properties");
    json_open_object(w);
    for (size_t i = 0; i < schema->n_fields; i++)
        put_member(w, options, &schema->fields[i], request);
    json_close_object(w);
    json_name(w, "required");
    json_open_array(w);
    for (size_t i = 0; i < schema->n_fields; i++)
        if ((schema->fields[i].flags & HTTP_REQUIRED) != 0 && schema->fields[i].also == NULL)
            json_write_str(w, anc_str_of(schema->fields[i].name));
    json_close_array(w);
    if (request)
        put_alternatives(w, schema);
    if (request || schema->closed)
        json_put_bool(w, "additionalProperties", false);
    json_close_object(w);
}
