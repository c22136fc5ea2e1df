/* body_schema.c - a body or a query string checked against its table and decoded. */
#include "body_schema.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/utf8.h"

enum { SHOWN_BYTES = 60, MESSAGE_BYTES = 300 };

void http_fault_add(http_faults *faults, anc_str pointer, const char *fmt, ...)
{
    char text[MESSAGE_BYTES];
    va_list args;
    if (faults->n == HTTP_FAULTS_MAX)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    const http_fault fault = {.pointer = anc_arena_copy(faults->mem, pointer),
                              .message = anc_arena_copy(faults->mem, anc_str_of(text))};
    faults->items[faults->n++] = fault;
}

anc_status http_faults_status(const http_faults *faults, anc_err *err)
{
    if (faults->n == 0)
        return ANC_OK;
    const http_fault *first = &faults->items[0];
    return ANC_FAIL(err, ANC_INVALID, "%.*s%s%.*s", ANC_FMT(first->pointer),
                    first->pointer.len > 0 ? ": " : "", ANC_FMT(first->message));
}

bool http_choice_next(const char **rest, anc_str *ret)
{
    if (*rest == NULL || **rest == '\0')
        return false;
    const size_t n = strcspn(*rest, "|");
    *ret = (anc_str){*rest, n};
    *rest += n + ((*rest)[n] == '|');
    return true;
}

static bool is_choice(const char *choices, anc_str s)
{
    anc_str choice;
    while (http_choice_next(&choices, &choice))
        if (anc_str_eq(choice, s))
            return true;
    return false;
}

anc_str http_shown(anc_str s)
{
    return (anc_str){s.ptr, s.len <= SHOWN_BYTES ? s.len : anc_utf8_floor(s, SHOWN_BYTES)};
}

/* ---- where values go ---- */

static void *slot(const http_field *f, void *out)
{
    return (char *)out + f->offset;
}

/* The text between the quotes of a default. */
static anc_str initial_text(const char *initial)
{
    const size_t n = strlen(initial);
    return n >= 2 && initial[0] == '"' ? (anc_str){initial + 1, n - 2} : ANC_STR_NONE;
}

static void put_initial(const http_field *f, void *out)
{
    double number = 0;
    for (size_t i = 0; f->kind == HTTP_OBJECT && i < f->of->n_fields; i++)
        put_initial(&f->of->fields[i], slot(f, out));
    if (f->initial == NULL || (f->flags & HTTP_LATER) != 0)
        return;
    (void)anc_str_to_double(anc_str_of(f->initial), &number);
    switch (f->kind) {
    case HTTP_TEXT:
        *(anc_str *)slot(f, out) = initial_text(f->initial);
        break;
    case HTTP_INT:
        *(int64_t *)slot(f, out) = (int64_t)number;
        break;
    case HTTP_REAL:
        *(double *)slot(f, out) = number;
        break;
    case HTTP_BOOL:
        *(bool *)slot(f, out) = strcmp(f->initial, "true") == 0;
        break;
    case HTTP_WISH:
    case HTTP_TEXTS:
    case HTTP_TREE:
    case HTTP_OBJECT:
    case HTTP_LIST:
    case HTTP_TIME:
    case HTTP_ANY:
    case HTTP_FILE:
        break;
    }
}

/* ---- checks of one value ---- */

/* HTTP_NAME_PATTERN, without its length, which min and max say. */
static bool is_name(anc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        const bool first = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!first && (i == 0 || (c != '_' && c != '-')))
            return false;
    }
    return true;
}

static bool text_fits(const http_field *f, anc_str s, anc_str pointer, http_faults *faults)
{
    if ((f->flags & HTTP_FREE) == 0 && s.len > 0 && memchr(s.ptr, '\0', s.len) != NULL) {
        http_fault_add(faults, pointer, "may not hold U+0000");
        return false;
    }
    if (is_choice(f->later, s)) {
        http_fault_add(faults, pointer, "%s \"%.*s\" is not available yet", f->name, ANC_FMT(s));
        return false;
    }
    if (f->choices != NULL && !is_choice(f->choices, s)) {
        http_fault_add(faults, pointer, "\"%.*s\" is not one of %s", ANC_FMT(http_shown(s)),
                       f->choices);
        return false;
    }
    const size_t chars = f->min > 0 || f->max > 0 ? anc_utf8_count(s) : 0;
    if ((double)chars < f->min || (f->max > 0 && (double)chars > f->max)) {
        http_fault_add(faults, pointer, "has %zu characters; %.0f to %.0f are allowed", chars,
                       f->min, f->max);
        return false;
    }
    if ((f->flags & HTTP_NAME) != 0 && !is_name(s)) {
        http_fault_add(faults, pointer,
                       "\"%.*s\" is no name of a collection: small letters, digits, _ and -, with "
                       "a letter or digit first",
                       ANC_FMT(http_shown(s)));
        return false;
    }
    return true;
}

static bool number_fits(const http_field *f, double n, anc_str pointer, http_faults *faults)
{
    const bool bounded = f->min != 0 || f->max != 0;
    char text[32];
    (void)snprintf(text, sizeof text, "%.0f", n);
    if (f->choices != NULL && !is_choice(f->choices, anc_str_of(text))) {
        http_fault_add(faults, pointer, "%.17g is not one of %s", n, f->choices);
        return false;
    }
    if (isfinite(n) && (!bounded || (n >= f->min && n <= f->max)))
        return true;
    http_fault_add(faults, pointer, "%.17g is not within %.0f to %.0f", n, f->min, f->max);
    return false;
}

static bool count_fits(const http_field *f, size_t n, anc_str pointer, http_faults *faults)
{
    if ((double)n >= f->min && (f->max == 0 || (double)n <= f->max))
        return true;
    http_fault_add(faults, pointer, "has %zu elements; %.0f to %.0f are allowed", n, f->min,
                   f->max);
    return false;
}

/* ---- bodies ---- */

typedef struct reading {
    http_faults *faults;
    anc_str prefix; /* pointer of the object that is being read */
} reading;

/* prefix + "/" + name with "~" and "/" escaped (RFC 6901); a long name is cut. */
static anc_str pointer_to(const reading *r, anc_str name)
{
    ANC_BUF(out, 512);
    const anc_str part = http_shown(name);
    (void)(anc_buf_add(&out, r->prefix) && anc_buf_add_char(&out, '/'));
    for (size_t i = 0; i < part.len; i++) {
        if (part.ptr[i] == '~')
            (void)anc_buf_add(&out, ANC_STR("~0"));
        else if (part.ptr[i] == '/')
            (void)anc_buf_add(&out, ANC_STR("~1"));
        else
            (void)anc_buf_add_char(&out, part.ptr[i]);
    }
    return anc_arena_copy(r->faults->mem, anc_buf_view(&out));
}

static const http_field *field_named(const http_schema *schema, anc_str name)
{
    for (size_t i = 0; i < schema->n_fields; i++) {
        const http_field *f = &schema->fields[i];
        const char *rest = f->also;
        anc_str other;
        if (anc_str_eq(anc_str_of(f->name), name))
            return f;
        while (http_choice_next(&rest, &other))
            if (anc_str_eq(other, name))
                return f;
    }
    return NULL;
}

static const char *kind_wanted(http_kind kind)
{
    switch (kind) {
    case HTTP_TEXT:
        return "a string";
    case HTTP_INT:
        return "an integer";
    case HTTP_REAL:
        return "a number";
    case HTTP_BOOL:
    case HTTP_WISH:
        return "true or false";
    case HTTP_TEXTS:
        return "an array of strings";
    case HTTP_TREE:
    case HTTP_OBJECT:
        return "an object";
    case HTTP_TIME:
        return "an RFC 3339 time";
    case HTTP_LIST:
        return "an array";
    case HTTP_ANY:
    case HTTP_FILE:
        break;
    }
    return "a value";
}

/* 3.0 is an integer too, as JSON Schema has it. */
static bool is_whole(double n)
{
    return floor(n) == n && fabs(n) < 9e15;
}

static bool kind_fits(const http_field *f, const json_value *v)
{
    const json_kind kind = json_kind_of(v);
    switch (f->kind) {
    case HTTP_TEXT:
    case HTTP_TIME:
        return kind == JSON_STRING;
    case HTTP_INT:
        return kind == JSON_INT || (kind == JSON_REAL && is_whole(json_double(v, 0)));
    case HTTP_REAL:
        return kind == JSON_INT || kind == JSON_REAL;
    case HTTP_BOOL:
    case HTTP_WISH:
        return kind == JSON_BOOL;
    case HTTP_TEXTS:
    case HTTP_LIST:
        return kind == JSON_ARRAY;
    case HTTP_TREE:
    case HTTP_OBJECT:
        return kind == JSON_OBJECT;
    case HTTP_ANY:
    case HTTP_FILE:
        break;
    }
    return true;
}

/* Of a member that is not there yet: whether the value asks for nothing. */
static bool asks_nothing(const http_field *f, const json_value *v)
{
    ANC_BUF(text, SHOWN_BYTES);
    if (f->kind == HTTP_BOOL && json_kind_of(v) == JSON_BOOL && !json_bool(v, true))
        return true;
    json_dump(v, &text);
    return f->initial != NULL && anc_str_eq(anc_buf_view(&text), anc_str_of(f->initial));
}

static void read_texts(const http_field *f, const json_value *v, anc_str pointer, void *out,
                       http_faults *faults)
{
    const size_t n = json_count(v);
    if (!count_fits(f, n, pointer, faults))
        return;
    http_texts *texts = slot(f, out);
    texts->items = anc_arena_alloc(faults->mem, n + 1, sizeof *texts->items);
    if (texts->items == NULL) {
        http_fault_add(faults, pointer, "has too many elements (%zu)", n);
        return;
    }
    const http_field one = {.name = f->name, .choices = f->choices, .later = f->later};
    for (size_t i = 0; i < n; i++) {
        const json_value *e = json_element(v, i);
        if (json_kind_of(e) != JSON_STRING)
            http_fault_add(faults, pointer, "element %zu is %s, not a string", i,
                           json_kind_name(json_kind_of(e)));
        else if (text_fits(&one, json_str(e, ANC_STR("")), pointer, faults))
            texts->items[texts->n++] = json_str(e, ANC_STR(""));
    }
}

static void read_object(const reading *r, const http_schema *schema, const json_value *value,
                        void *out);

static void read_value(const reading *r, const http_field *f, const json_value *v, anc_str pointer,
                       void *out)
{
    const anc_str text = json_str(v, ANC_STR(""));
    switch (f->kind) {
    case HTTP_TEXT:
        if (text_fits(f, text, pointer, r->faults))
            *(anc_str *)slot(f, out) = text.len > 0 ? text : ANC_STR("");
        break;
    case HTTP_INT:
        if (number_fits(f, json_double(v, 0), pointer, r->faults))
            *(int64_t *)slot(f, out) =
                json_kind_of(v) == JSON_INT ? json_int(v, 0) : (int64_t)json_double(v, 0);
        break;
    case HTTP_REAL:
        if (number_fits(f, json_double(v, 0), pointer, r->faults))
            *(double *)slot(f, out) = json_double(v, 0);
        break;
    case HTTP_BOOL:
        *(bool *)slot(f, out) = json_bool(v, false);
        break;
    case HTTP_WISH:
        *(http_wish *)slot(f, out) = json_bool(v, false) ? HTTP_SAID_YES : HTTP_SAID_NO;
        break;
    case HTTP_TIME:
        if (!anc_time_parse(text, slot(f, out)))
            http_fault_add(r->faults, pointer, "\"%.*s\" is not an RFC 3339 time",
                           ANC_FMT(http_shown(text)));
        break;
    case HTTP_TEXTS:
        read_texts(f, v, pointer, out, r->faults);
        break;
    case HTTP_TREE:
    case HTTP_ANY:
        *(const json_value **)slot(f, out) = v;
        break;
    case HTTP_OBJECT: {
        const reading inner = {r->faults, pointer};
        read_object(&inner, f->of, v, slot(f, out));
        break;
    }
    case HTTP_LIST:
    case HTTP_FILE:
        break;
    }
}

static void read_member(const reading *r, const http_field *f, anc_str name, const json_value *v,
                        void *out)
{
    const anc_str pointer = pointer_to(r, name);
    if ((f->flags & HTTP_LATER) != 0) {
        if (!asks_nothing(f, v))
            http_fault_add(r->faults, pointer, "%s is not available yet: %s", f->name, f->help);
    } else if (!kind_fits(f, v)) {
        http_fault_add(r->faults, pointer, "must be %s, not %s", kind_wanted(f->kind),
                       json_kind_name(json_kind_of(v)));
    } else {
        read_value(r, f, v, pointer, out);
    }
}

static void check_required(const reading *r, const http_schema *schema, const bool *given)
{
    for (size_t i = 0; i < schema->n_fields; i++) {
        const http_field *f = &schema->fields[i];
        if (!given[i] && (f->flags & HTTP_REQUIRED) != 0)
            http_fault_add(r->faults, pointer_to(r, anc_str_of(f->name)), "is missing: %s",
                           f->help);
    }
}

static void read_object(const reading *r, const http_schema *schema, const json_value *value,
                        void *out)
{
    bool given[64] = {false};
    size_t cursor = 0;
    anc_str name;
    const json_value *v;
    memset(out, 0, schema->size);
    for (size_t i = 0; i < schema->n_fields; i++)
        put_initial(&schema->fields[i], out);
    while (json_each(value, &cursor, &name, &v)) {
        const http_field *f = field_named(schema, name);
        if (f == NULL) {
            http_fault_add(r->faults, pointer_to(r, name), "there is no such field");
            continue;
        }
        if (json_kind_of(v) == JSON_NULL) {
            if (f->kind == HTTP_TEXTS)
                ((http_texts *)slot(f, out))->is_null = true;
            continue;
        }
        const size_t i = (size_t)(f - schema->fields);
        if (given[i])
            http_fault_add(r->faults, pointer_to(r, name),
                           "%s is given under two names of the same field", f->name);
        given[i] = true;
        read_member(r, f, name, v, out);
    }
    check_required(r, schema, given);
}

void http_schema_read(const http_schema *schema, const json_value *value, void *out,
                      http_faults *faults)
{
    const reading r = {faults, ANC_STR("")};
    if (json_kind_of(value) != JSON_OBJECT) {
        http_fault_add(faults, ANC_STR(""), "the body must be a JSON object, not %s",
                       json_kind_name(json_kind_of(value)));
        return;
    }
    read_object(&r, schema, value, out);
}

/* ---- query parameters ---- */

static void split_texts(const http_field *f, anc_str value, anc_str pointer, void *out,
                        http_faults *faults)
{
    http_texts *texts = slot(f, out);
    size_t n = 1;
    anc_str part;
    for (size_t i = 0; i < value.len; i++)
        n += value.ptr[i] == ',';
    if (value.len == 0 || !count_fits(f, n, pointer, faults))
        return;
    texts->items = anc_arena_alloc(faults->mem, n, sizeof *texts->items);
    if (texts->items == NULL)
        http_fault_add(faults, pointer, "has too many elements (%zu)", n);
    else
        while (anc_str_split(&value, ',', &part))
            texts->items[texts->n++] = part;
}

static bool param_number(anc_str value, bool whole, double *ret)
{
    return anc_str_to_double(value, ret) && (!whole || is_whole(*ret));
}

/* 0 stands for a time that was not given, so what is before 1970 becomes the first millisecond after. */
static bool param_time(anc_str value, int64_t *ret)
{
    if (!anc_time_parse(value, ret))
        return false;
    *ret = *ret > 0 ? *ret : 1;
    return true;
}

static bool param_bool(anc_str value, bool *ret)
{
    *ret = anc_str_eq(value, ANC_STR("true")) || anc_str_eq(value, ANC_STR("1"));
    return *ret || anc_str_eq(value, ANC_STR("false")) || anc_str_eq(value, ANC_STR("0"));
}

/* False when the text is none of the kind. */
static bool read_param(const http_field *f, anc_str value, anc_str pointer, void *out,
                       http_faults *faults)
{
    double number;
    switch (f->kind) {
    case HTTP_TEXT:
        if (text_fits(f, value, pointer, faults))
            *(anc_str *)slot(f, out) = value.len > 0 ? value : ANC_STR("");
        return true;
    case HTTP_INT:
    case HTTP_REAL:
        if (!param_number(value, f->kind == HTTP_INT, &number))
            return false;
        if (!number_fits(f, number, pointer, faults))
            return true;
        if (f->kind == HTTP_INT)
            *(int64_t *)slot(f, out) = (int64_t)number;
        else
            *(double *)slot(f, out) = number;
        return true;
    case HTTP_BOOL:
        return param_bool(value, slot(f, out));
    case HTTP_TIME:
        return param_time(value, slot(f, out));
    case HTTP_TEXTS:
        split_texts(f, value, pointer, out, faults);
        return true;
    case HTTP_WISH:
    case HTTP_TREE:
    case HTTP_OBJECT:
    case HTTP_LIST:
    case HTTP_ANY:
    case HTTP_FILE:
        break;
    }
    return false;
}

static bool param_asks_nothing(const http_field *f, anc_str value)
{
    return (f->kind == HTTP_BOOL && anc_str_eq(value, ANC_STR("false"))) ||
           (f->initial != NULL && anc_str_eq(value, anc_str_of(f->initial)));
}

void http_params_read(const http_schema *schema, const net_param *params, size_t n, void *out,
                      http_faults *faults)
{
    uint64_t given = 0;
    memset(out, 0, schema->size);
    for (size_t i = 0; i < schema->n_fields; i++)
        put_initial(&schema->fields[i], out);
    for (size_t i = 0; i < n; i++) {
        const anc_str name = params[i].name, value = params[i].value;
        const anc_str pointer = anc_arena_printf(faults->mem, "?%.*s", ANC_FMT(http_shown(name)));
        const http_field *f = field_named(schema, name);
        const uint64_t bit = f != NULL ? UINT64_C(1) << (f - schema->fields) : 0;
        if (f == NULL)
            http_fault_add(faults, pointer, "there is no such parameter");
        else if ((given & bit) != 0)
            http_fault_add(faults, pointer, "was given more than once");
        else if ((f->flags & HTTP_LATER) != 0 && !param_asks_nothing(f, value))
            http_fault_add(faults, pointer, "%s is not available yet: %s", f->name, f->help);
        else if ((f->flags & HTTP_LATER) == 0 && !read_param(f, value, pointer, out, faults))
            http_fault_add(faults, pointer, "\"%.*s\" is not %s", ANC_FMT(http_shown(value)),
                           kind_wanted(f->kind));
        given |= bit;
    }
    for (size_t i = 0; i < schema->n_fields; i++)
        if ((given & (UINT64_C(1) << i)) == 0 && (schema->fields[i].flags & HTTP_REQUIRED) != 0)
            http_fault_add(faults, anc_arena_printf(faults->mem, "?%s", schema->fields[i].name),
                           "is missing: %s", schema->fields[i].help);
}
