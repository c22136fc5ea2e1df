/* schema.c - a body against its table, and the table as JSON schema. */
#include "schema.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { MAX_DEPTH = 4 };

void http_fault_add(http_faults *faults, const char *pointer, const char *fmt, ...)
{
    va_list args;
    if (faults->n == HTTP_MAX_FAULTS)
        return;
    http_fault *f = &faults->items[faults->n++];
    (void)snprintf(f->pointer, sizeof f->pointer, "%s", pointer);
    va_start(args, fmt);
    (void)vsnprintf(f->message, sizeof f->message, fmt, args);
    va_end(args);
}

static const http_field *find(const http_field *fields, anc_str name)
{
    for (; fields->name != NULL; fields++)
        if (anc_str_eq(anc_str_of(fields->name), name))
            return fields;
    return NULL;
}

static const char *kind_words(http_kind kind)
{
    static const char *const words[] = {[HTTP_TEXT] = "a text",
                                        [HTTP_INT] = "a whole number",
                                        [HTTP_REAL] = "a number",
                                        [HTTP_BOOL] = "a boolean",
                                        [HTTP_OBJECT] = "an object",
                                        [HTTP_TEXTS] = "an array of texts",
                                        [HTTP_OBJECTS] = "an array of objects"};
    return words[kind];
}

static bool elements_are(const json_value *v, json_kind kind)
{
    for (size_t i = 0; i < json_count(v); i++)
        if (json_kind_of(json_element(v, i)) != kind)
            return false;
    return true;
}

static bool kind_fits(http_kind kind, const json_value *v)
{
    const json_kind is = json_kind_of(v);
    switch (kind) {
    case HTTP_TEXT:
        return is == JSON_STRING;
    case HTTP_INT:
        return is == JSON_INT;
    case HTTP_REAL:
        return is == JSON_INT || is == JSON_REAL;
    case HTTP_BOOL:
        return is == JSON_BOOL;
    case HTTP_OBJECT:
        return is == JSON_OBJECT;
    case HTTP_TEXTS:
        return is == JSON_ARRAY && elements_are(v, JSON_STRING);
    case HTTP_OBJECTS:
        return is == JSON_ARRAY && elements_are(v, JSON_OBJECT);
    }
    return false;
}

static bool is_word(const char *words, anc_str text)
{
    anc_str rest = anc_str_of(words), one;
    while (anc_str_split(&rest, '|', &one))
        if (anc_str_eq(one, text))
            return true;
    return false;
}

static void check_bounds(const http_field *f, const json_value *v, const char *pointer,
                         http_faults *faults)
{
    double size = json_double(v, 0);
    const char *what = "";
    if (f->min >= f->max)
        return;
    if (f->kind == HTTP_TEXT) {
        size = (double)anc_utf8_count(json_str(v, ANC_STR("")));
        what = " characters";
    } else if (f->kind == HTTP_TEXTS || f->kind == HTTP_OBJECTS) {
        size = (double)json_count(v);
        what = " elements";
    }
    if (size < f->min || size > f->max)
        http_fault_add(faults, pointer, "has %.15g%s; %.15g to %.15g are allowed", size, what,
                       f->min, f->max);
}

/* Whether `v` is the default of a member that is not there yet. */
static bool is_initial(const http_field *f, const json_value *v)
{
    ANC_BUF(text, 4096);
    json_dump(v, &text);
    return f->initial != NULL && anc_str_eq(anc_buf_view(&text), anc_str_of(f->initial));
}

static void check_object(const http_field *fields, const json_value *v, const char *at, int depth,
                         http_faults *faults);

static void check_member(const http_field *f, const json_value *v, const char *pointer, int depth,
                         http_faults *faults)
{
    if (json_kind_of(v) == JSON_NULL) {
        if (f->required)
            http_fault_add(faults, pointer, "is null; %s is expected", kind_words(f->kind));
        return;
    }
    if (f->later) {
        if (!is_initial(f, v))
            http_fault_add(faults, pointer, "is not available yet; leave it out");
        return;
    }
    if (!kind_fits(f->kind, v)) {
        http_fault_add(faults, pointer, "%s is expected, not %s", kind_words(f->kind),
                       json_kind_name(json_kind_of(v)));
        return;
    }
    check_bounds(f, v, pointer, faults);
    if (f->words != NULL && !is_word(f->words, json_str(v, ANC_STR(""))))
        http_fault_add(faults, pointer, "'%.*s' is not one of %s",
                       ANC_FMT(anc_str_sub(json_str(v, ANC_STR("")), 0, 60)), f->words);
    if (f->inner != NULL && depth < MAX_DEPTH)
        check_object(f->inner, v, pointer, depth + 1, faults);
}

/* The pointer of a member, with "~" and "/" escaped (RFC 6901). */
static void member_pointer(const char *at, anc_str name, anc_buf *out)
{
    (void)anc_buf_printf(out, "%s/", at);
    for (size_t i = 0; i < name.len && i < 80; i++) {
        if (name.ptr[i] == '~')
            (void)anc_buf_add(out, ANC_STR("~0"));
        else if (name.ptr[i] == '/')
            (void)anc_buf_add(out, ANC_STR("~1"));
        else
            (void)anc_buf_add_char(out, name.ptr[i]);
    }
}

static void check_object(const http_field *fields, const json_value *v, const char *at, int depth,
                         http_faults *faults)
{
    size_t cursor = 0;
    anc_str name;
    const json_value *member;
    while (json_each(v, &cursor, &name, &member)) {
        ANC_BUF(pointer, 512);
        const http_field *f = find(fields, name);
        member_pointer(at, name, &pointer);
        if (f == NULL)
            http_fault_add(faults, pointer.ptr, "is an unknown field");
        else
            check_member(f, member, pointer.ptr, depth, faults);
    }
    for (const http_field *f = fields; f->name != NULL; f++) {
        ANC_BUF(pointer, 512);
        member_pointer(at, anc_str_of(f->name), &pointer);
        if (f->required && json_member(v, f->name) == NULL)
            http_fault_add(faults, pointer.ptr, "is missing");
    }
}

bool http_check_body(const http_field *fields, const json_value *value, http_faults *faults)
{
    if (json_kind_of(value) != JSON_OBJECT)
        http_fault_add(faults, "", "an object is expected, not %s",
                       json_kind_name(json_kind_of(value)));
    else
        check_object(fields, value, "", 0, faults);
    return faults->n == 0;
}

static void write_bounds(json_writer *w, const http_field *f)
{
    if (f->min >= f->max)
        return;
    const bool text = f->kind == HTTP_TEXT,
               array = f->kind == HTTP_TEXTS || f->kind == HTTP_OBJECTS;
    json_put_int(w, text ? "minLength" : array ? "minItems" : "minimum", (int64_t)f->min);
    json_put_int(w, text ? "maxLength" : array ? "maxItems" : "maximum", (int64_t)f->max);
}

static void write_words(json_writer *w, const http_field *f)
{
    anc_str rest = anc_str_of(f->words), one;
    if (f->words == NULL)
        return;
    json_name(w, "enum");
    json_open_array(w);
    while (anc_str_split(&rest, '|', &one))
        json_write_str(w, one);
    if (!f->required)
        json_write_null(w);
    json_close_array(w);
}

static void write_type(json_writer *w, const http_field *f)
{
    static const char *const types[] = {
        [HTTP_TEXT] = "string",  [HTTP_INT] = "integer",   [HTTP_REAL] = "number",
        [HTTP_BOOL] = "boolean", [HTTP_OBJECT] = "object", [HTTP_TEXTS] = "array",
        [HTTP_OBJECTS] = "array"};
    json_name(w, "type");
    if (f->required) {
        json_write_str(w, anc_str_of(types[f->kind]));
    } else {
        json_open_array(w);
        json_write_str(w, anc_str_of(types[f->kind]));
        json_write_str(w, ANC_STR("null"));
        json_close_array(w);
    }
    if (f->kind == HTTP_TEXTS)
        json_put_raw(w, "items", ANC_STR("{\"type\":\"string\"}"));
    if (f->kind == HTTP_OBJECTS)
        json_put_raw(w, "items", ANC_STR("{\"type\":\"object\"}"));
}

static void write_members(json_writer *w, const http_field *fields, int depth)
{
    json_put_str(w, "type", ANC_STR("object"));
    json_put_bool(w, "additionalProperties", false);
    json_name(w, "properties");
    json_open_object(w);
    for (const http_field *f = fields; f->name != NULL; f++) {
        json_name(w, f->name);
        json_open_object(w);
        if (f->inner != NULL && depth < MAX_DEPTH)
            write_members(w, f->inner, depth + 1);
        else
            write_type(w, f);
        write_bounds(w, f);
        write_words(w, f);
        if (f->initial != NULL)
            json_put_raw(w, "default", anc_str_of(f->initial));
        json_put_str(w, "description", anc_str_of(f->help));
        json_close_object(w);
    }
    json_close_object(w);
    json_name(w, "required");
    json_open_array(w);
    for (const http_field *f = fields; f->name != NULL; f++)
        if (f->required)
            json_write_str(w, anc_str_of(f->name));
    json_close_array(w);
}

void http_schema_write(json_writer *w, const http_field *fields)
{
    json_open_object(w);
    write_members(w, fields, 0);
    json_close_object(w);
}
