/* read.c - JSON text to a tree: jansson behind json.h.
 *
 * jansson recurses a level a bracket, so the depth is counted over the text before it is asked.
 * A json_value is jansson's own node under another name. Both headers use the names JSON_OBJECT,
 * JSON_ARRAY, … for their kinds: jansson's are renamed while its header is read.
 */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY  JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_REAL   JANSSON_REAL
#define JSON_NULL   JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_REAL
#undef JSON_NULL

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

struct json_doc {
    json_t *root; /* owned */
};

static const json_t *node(const json_value *v)
{
    return (const json_t *)(const void *)v;
}

static const json_value *value(const json_t *n)
{
    return (const json_value *)(const void *)n;
}

/* jansson takes no const where it only reads. */
static json_t *loose(const json_value *v)
{
    return (json_t *)(uintptr_t)v;
}

void json_doc_free(json_doc *doc)
{
    if (doc == NULL)
        return;
    json_decref(doc->root);
    free(doc);
}

/* Refuses a text whose brackets nest deeper than JSON_MAX_DEPTH. Up to the first mistake in the
 * text this sees the same brackets as the parser, which stops there. */
static anc_status check_depth(anc_str text, anc_err *err)
{
    size_t depth = 0, line = 1, line_start = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == '\n') {
            line++;
            line_start = i + 1;
        }
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_MAX_DEPTH)
                return ANC_FAIL(err, ANC_INVALID,
                                "JSON: line %zu, column %zu: more than %d levels deep", line,
                                i - line_start + 1, JSON_MAX_DEPTH);
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return ANC_OK;
}

anc_status json_parse(anc_str text, json_doc **ret, anc_err *err)
{
    ANC_TRY(check_depth(text, err));
    json_error_t why = {0};
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *root = json_loadb(text.ptr != NULL ? text.ptr : "", text.len, flags, &why);
    if (root == NULL && json_error_code(&why) == json_error_out_of_memory)
        return ANC_FAIL(err, ANC_NO_MEMORY, "JSON: out of memory");
    if (root == NULL)
        return ANC_FAIL(err, ANC_INVALID, "JSON: line %d, column %d: %s", why.line, why.column,
                        why.text);
    json_doc *doc = malloc(sizeof *doc);
    if (doc == NULL) {
        json_decref(root);
        return ANC_FAIL(err, ANC_NO_MEMORY, "JSON: out of memory");
    }
    doc->root = root;
    *ret = doc;
    return ANC_OK;
}

/* The greatest and the least integer of 64 bits. */
static const char greatest[] = "9223372036854775807", least[] = "9223372036854775808";
enum { GREATEST_DIGITS = sizeof greatest - 1 };

/* Writes an integer of `n` digits as a double in place; what is left over becomes blanks, which behind a number mean
 * nothing. */
static void widen(char *digits, size_t n)
{
    char exponent[24];
    const size_t len = (size_t)snprintf(exponent, sizeof exponent, "e%zu", n - 1);
    memmove(digits + 2, digits + 1, GREATEST_DIGITS - 2 - len);
    digits[1] = '.';
    memcpy(digits + GREATEST_DIGITS - len, exponent, len);
    memset(digits + GREATEST_DIGITS, ' ', n - GREATEST_DIGITS);
}

/* Whether the `n` digits at `i` are an integer of more than 64 bits, and no part of a double. */
static bool is_wide(const char *text, size_t len, size_t i, size_t n)
{
    const char next = i + n < len ? text[i + n] : ' ';
    const bool minus = i > 0 && text[i - 1] == '-';
    const char before = i > minus ? text[i - minus - 1] : ' ';
    if (n < GREATEST_DIGITS || text[i] == '0' || next == '.' || next == 'e' || next == 'E')
        return false;
    if (before == '.' || before == 'e' || before == 'E' || before == '+')
        return false;
    return n > GREATEST_DIGITS || memcmp(text + i, minus ? least : greatest, GREATEST_DIGITS) > 0;
}

static void widen_all(char *text, size_t len)
{
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        size_t n = 0;
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        else if (!in_string)
            while (i + n < len && text[i + n] >= '0' && text[i + n] <= '9')
                n++;
        if (is_wide(text, len, i, n))
            widen(text + i, n);
        i += n > 0 ? n - 1 : 0;
    }
}

anc_status json_parse_wide(anc_str text, json_doc **ret, anc_err *err)
{
    char *copy = malloc(text.len + 1);
    if (copy == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "JSON: out of memory");
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    widen_all(copy, text.len);
    const anc_status status = json_parse((anc_str){copy, text.len}, ret, err);
    free(copy);
    return status;
}

const json_value *json_root(const json_doc *doc)
{
    return doc != NULL ? value(doc->root) : NULL;
}

json_kind json_kind_of(const json_value *v)
{
    if (v == NULL)
        return JSON_ABSENT;
    switch (json_typeof(node(v))) {
    case JANSSON_OBJECT:
        return JSON_OBJECT;
    case JANSSON_ARRAY:
        return JSON_ARRAY;
    case JANSSON_STRING:
        return JSON_STRING;
    case JSON_INTEGER:
        return JSON_INT;
    case JANSSON_REAL:
        return JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_BOOL;
    case JANSSON_NULL:
        break;
    }
    return JSON_NULL;
}

const char *json_kind_name(json_kind kind)
{
    static const char *const names[] = {
        [JSON_ABSENT] = "nothing", [JSON_NULL] = "null",    [JSON_BOOL] = "boolean",
        [JSON_INT] = "integer",    [JSON_REAL] = "number",  [JSON_STRING] = "string",
        [JSON_ARRAY] = "array",    [JSON_OBJECT] = "object"};
    return (size_t)kind < ANC_COUNT(names) ? names[kind] : "nothing";
}

const json_value *json_member(const json_value *object, const char *name)
{
    return object != NULL ? value(json_object_get(node(object), name)) : NULL;
}

size_t json_count(const json_value *v)
{
    const json_kind kind = json_kind_of(v);
    if (kind == JSON_ARRAY)
        return json_array_size(node(v));
    return kind == JSON_OBJECT ? json_object_size(node(v)) : 0;
}

const json_value *json_element(const json_value *array, size_t i)
{
    return array != NULL ? value(json_array_get(node(array), i)) : NULL;
}

bool json_each(const json_value *object, size_t *cursor, anc_str *ret_name,
               const json_value **ret_value)
{
    /* The cursor is 0 before the first member, then jansson's iterator of the last one given,
     * which is an address, then the mark of the end. */
    enum { AT_END = 1 };
    if (json_kind_of(object) != JSON_OBJECT || *cursor == AT_END)
        return false;
    void *at = *cursor == 0 ? json_object_iter(loose(object))
                            : json_object_iter_next(loose(object), (void *)(uintptr_t)*cursor);
    *cursor = at != NULL ? (size_t)(uintptr_t)at : AT_END;
    if (at == NULL)
        return false;
    *ret_name = (anc_str){json_object_iter_key(at), json_object_iter_key_len(at)};
    *ret_value = value(json_object_iter_value(at));
    return true;
}

anc_str json_str(const json_value *v, anc_str otherwise)
{
    if (json_kind_of(v) != JSON_STRING)
        return otherwise;
    return (anc_str){json_string_value(node(v)), json_string_length(node(v))};
}

int64_t json_int(const json_value *v, int64_t otherwise)
{
    return json_kind_of(v) == JSON_INT ? json_integer_value(node(v)) : otherwise;
}

double json_double(const json_value *v, double otherwise)
{
    const json_kind kind = json_kind_of(v);
    return kind == JSON_INT || kind == JSON_REAL ? json_number_value(node(v)) : otherwise;
}

bool json_bool(const json_value *v, bool otherwise)
{
    return json_kind_of(v) == JSON_BOOL ? json_typeof(node(v)) == JSON_TRUE : otherwise;
}
