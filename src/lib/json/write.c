/* write.c - JSON text appended to a buffer, value by value.
 *
 * The writer knows one bit a level: whether a comma is due. Levels beyond JSON_MAX_DEPTH are not
 * written and mark the buffer as refused, since a tree from outside may be put below levels of
 * our own.
 */
#include "json/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { NUMBER_TEXT = 32, FIXED_TEXT = 352, MOST_DECIMALS = 17 };

json_writer json_writer_of(anc_buf *out)
{
    return (json_writer){.out = out};
}

/* The comma before a member or an element, unless it is the first or follows its name. */
static void separate(json_writer *w)
{
    if (w->after_name) {
        w->after_name = false;
        return;
    }
    if (w->depth == 0 || w->depth > JSON_MAX_DEPTH)
        return;
    const uint64_t bit = UINT64_C(1) << (w->depth - 1);
    if ((w->filled & bit) != 0)
        (void)anc_buf_add_char(w->out, ',');
    w->filled |= bit;
}

static void open_level(json_writer *w, char bracket)
{
    separate(w);
    if (++w->depth > JSON_MAX_DEPTH) {
        w->out->refused = true;
        return;
    }
    w->filled &= ~(UINT64_C(1) << (w->depth - 1));
    (void)anc_buf_add_char(w->out, bracket);
}

static void close_level(json_writer *w, char bracket)
{
    if (w->depth <= JSON_MAX_DEPTH)
        (void)anc_buf_add_char(w->out, bracket);
    if (w->depth > 0)
        w->depth--;
}

void json_open_object(json_writer *w)
{
    open_level(w, '{');
}

void json_close_object(json_writer *w)
{
    close_level(w, '}');
}

void json_open_array(json_writer *w)
{
    open_level(w, '[');
}

void json_close_array(json_writer *w)
{
    close_level(w, ']');
}

static void add_escape(anc_buf *out, unsigned char c)
{
    static const char short_form[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (c == '"' || c == '\\')
        (void)anc_buf_add(out, (anc_str){(const char[]){'\\', (char)c}, 2});
    else if (c < sizeof short_form && short_form[c] != '\0')
        (void)anc_buf_add(out, (anc_str){(const char[]){'\\', short_form[c]}, 2});
    else
        (void)anc_buf_printf(out, "\\u%04x", c);
}

/* `s` is valid UTF-8. Runs of bytes that need nothing are copied whole. */
static void add_escaped(anc_buf *out, anc_str s)
{
    size_t run = 0;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        (void)anc_buf_add(out, anc_str_sub(s, run, i - run));
        add_escape(out, c);
        run = i + 1;
    }
    (void)anc_buf_add(out, anc_str_sub(s, run, s.len - run));
}

static void add_string(anc_buf *out, anc_str s)
{
    (void)anc_buf_add_char(out, '"');
    for (;;) {
        const size_t valid = anc_utf8_valid_prefix(s);
        add_escaped(out, anc_str_sub(s, 0, valid));
        if (valid == s.len)
            break;
        (void)anc_buf_add(out, ANC_STR("\xEF\xBF\xBD"));
        s = anc_str_sub(s, valid + 1, s.len);
    }
    (void)anc_buf_add_char(out, '"');
}

void json_name_str(json_writer *w, anc_str name)
{
    separate(w);
    add_string(w->out, name);
    (void)anc_buf_add_char(w->out, ':');
    w->after_name = true;
}

void json_name(json_writer *w, const char *name)
{
    json_name_str(w, anc_str_of(name));
}

void json_write_str(json_writer *w, anc_str s)
{
    separate(w);
    add_string(w->out, s);
}

void json_write_int(json_writer *w, int64_t n)
{
    separate(w);
    (void)anc_buf_printf(w->out, "%lld", (long long)n);
}

/* Puts a point where the locale has something else. */
static void unlocalise(char *number)
{
    for (char *p = number; *p != '\0'; p++)
        if ((*p < '0' || *p > '9') && *p != '-' && *p != '+' && *p != 'e')
            *p = '.';
}

void json_write_real(json_writer *w, double n)
{
    if (!isfinite(n)) {
        json_write_null(w);
        return;
    }
    char text[NUMBER_TEXT];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, n);
        const double back = strtod(text, NULL);
        if (memcmp(&back, &n, sizeof n) == 0)
            break;
    }
    unlocalise(text);
    if (strpbrk(text, ".e") == NULL) /* so that it reads back as a real number */
        (void)strcat(text, ".0");
    json_write_raw(w, anc_str_of(text));
}

void json_write_float(json_writer *w, float n)
{
    if (!isfinite(n)) {
        json_write_null(w);
        return;
    }
    char text[NUMBER_TEXT];
    (void)snprintf(text, sizeof text, "%.9g", (double)n);
    unlocalise(text);
    json_write_raw(w, anc_str_of(text));
}

void json_write_fixed(json_writer *w, double n, int decimals)
{
    if (!isfinite(n)) {
        json_write_null(w);
        return;
    }
    if (decimals < 0 || decimals > MOST_DECIMALS)
        decimals = MOST_DECIMALS;
    char text[FIXED_TEXT];
    (void)snprintf(text, sizeof text, "%.*f", decimals, n);
    unlocalise(text);
    json_write_raw(w, anc_str_of(text));
}

void json_write_bool(json_writer *w, bool b)
{
    json_write_raw(w, b ? ANC_STR("true") : ANC_STR("false"));
}

void json_write_null(json_writer *w)
{
    json_write_raw(w, ANC_STR("null"));
}

void json_write_raw(json_writer *w, anc_str json)
{
    separate(w);
    (void)anc_buf_add(w->out, json);
}

void json_put_str(json_writer *w, const char *name, anc_str s)
{
    json_name(w, name);
    json_write_str(w, s);
}

void json_put_int(json_writer *w, const char *name, int64_t n)
{
    json_name(w, name);
    json_write_int(w, n);
}

void json_put_real(json_writer *w, const char *name, double n)
{
    json_name(w, name);
    json_write_real(w, n);
}

void json_put_fixed(json_writer *w, const char *name, double n, int decimals)
{
    json_name(w, name);
    json_write_fixed(w, n, decimals);
}

void json_put_bool(json_writer *w, const char *name, bool b)
{
    json_name(w, name);
    json_write_bool(w, b);
}

void json_put_null(json_writer *w, const char *name)
{
    json_name(w, name);
    json_write_null(w);
}

void json_put_raw(json_writer *w, const char *name, anc_str json)
{
    json_name(w, name);
    json_write_raw(w, json);
}

void json_put_str_or_null(json_writer *w, const char *name, anc_str s)
{
    json_name(w, name);
    if (s.ptr != NULL)
        json_write_str(w, s);
    else
        json_write_null(w);
}

static void write_value(json_writer *w, const json_value *v);

static void write_members(json_writer *w, const json_value *object)
{
    anc_str name;
    const json_value *member;
    json_open_object(w);
    for (size_t cursor = 0; json_each(object, &cursor, &name, &member);) {
        json_name_str(w, name);
        write_value(w, member);
    }
    json_close_object(w);
}

static void write_elements(json_writer *w, const json_value *array)
{
    json_open_array(w);
    for (size_t i = 0; i < json_count(array); i++)
        write_value(w, json_element(array, i));
    json_close_array(w);
}

/* Recursion is bounded: json_parse lets nothing deeper than JSON_MAX_DEPTH in. */
static void write_value(json_writer *w, const json_value *v)
{
    switch (json_kind_of(v)) {
    case JSON_ABSENT:
    case JSON_NULL:
        json_write_null(w);
        break;
    case JSON_BOOL:
        json_write_bool(w, json_bool(v, false));
        break;
    case JSON_INT:
        json_write_int(w, json_int(v, 0));
        break;
    case JSON_REAL:
        json_write_real(w, json_double(v, 0));
        break;
    case JSON_STRING:
        json_write_str(w, json_str(v, ANC_STR_NONE));
        break;
    case JSON_ARRAY:
        write_elements(w, v);
        break;
    case JSON_OBJECT:
        write_members(w, v);
        break;
    }
}

void json_dump(const json_value *v, anc_buf *out)
{
    json_writer w = json_writer_of(out);
    write_value(&w, v);
}
