/* json.h - JSON read into a tree (jansson behind this header) and written without one.
 *
 * Reading is strict: RFC 8259, valid UTF-8, no duplicate names, no trailing bytes, depth at most
 * JSON_MAX_DEPTH, integers within 64 signed bits. A document owns its tree; values are views into
 * it, NULL stands for "not there", and every reader accepts NULL, so a chain of look-ups needs one
 * check. A document belongs to one thread at a time.
 *
 * Writing appends to an anc_buf: the writer keeps track of commas and nesting, escapes what must
 * be escaped, and gives doubles the shortest digits that read back (NaN and infinities as null).
 * Invalid UTF-8 in a text is written as U+FFFD. Errors show up in the buffer's `refused`.
 */
#ifndef ANC_JSON_JSON_H
#define ANC_JSON_JSON_H

#include "base/str.h"

enum { JSON_MAX_DEPTH = 64 };

typedef enum json_kind {
    JSON_ABSENT, /* of NULL */
    JSON_NULL,
    JSON_BOOL,
    JSON_INT,
    JSON_REAL,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} json_kind;

typedef struct json_doc json_doc;
typedef struct json_value json_value; /* borrowed from its document */

void json_doc_free(json_doc *doc); /* NULL is a no-op */

/* INVALID with line, column and what was wrong. */
anc_status json_parse(anc_str text, json_doc **ret, anc_err *err) ANC_MUST_CHECK;
/* The same, but an integer beyond 64 bits, as Python writes them, is read as the double that is near. */
anc_status json_parse_wide(anc_str text, json_doc **ret, anc_err *err) ANC_MUST_CHECK;
const json_value *json_root(const json_doc *doc);

json_kind json_kind_of(const json_value *v);
const char *json_kind_name(json_kind kind); /* "string", "object", …; for messages */
const json_value *json_member(const json_value *object, const char *name); /* NULL: absent */
size_t json_count(const json_value *v); /* elements or members; 0 otherwise */
const json_value *json_element(const json_value *array, size_t i);

/* Walks the members in the order of the text: start with *cursor = 0; false at the end. O(1) each
 * where the cursor was just advanced. */
bool json_each(const json_value *object, size_t *cursor, anc_str *ret_name,
               const json_value **ret_value);

/* The value, or `otherwise` where it is absent, null or of another kind. An int is a double too.
 * (jansson exports a json_real of its own, hence the name of the reader of doubles.) */
anc_str json_str(const json_value *v, anc_str otherwise);
int64_t json_int(const json_value *v, int64_t otherwise);
double json_double(const json_value *v, double otherwise);
bool json_bool(const json_value *v, bool otherwise);

/* The value as compact JSON text, members in order, appended to `out`. */
void json_dump(const json_value *v, anc_buf *out);

typedef struct json_writer {
    anc_buf *out;    /* borrowed */
    unsigned depth;  /* open objects and arrays, at most JSON_MAX_DEPTH */
    uint64_t filled; /* bit d: something was already written at depth d */
    bool after_name; /* a member's name was written, its value comes next */
} json_writer;

json_writer json_writer_of(anc_buf *out);
void json_open_object(json_writer *w);
void json_close_object(json_writer *w);
void json_open_array(json_writer *w);
void json_close_array(json_writer *w);
void json_name(json_writer *w, const char *name);
void json_name_str(json_writer *w, anc_str name);
void json_write_str(json_writer *w, anc_str s);
void json_write_int(json_writer *w, int64_t n);
void json_write_real(json_writer *w, double n);
void json_write_float(json_writer *w, float n); /* nine digits, which read back as the same float */
void json_write_fixed(json_writer *w, double n, int decimals); /* for milliseconds and scores */
void json_write_bool(json_writer *w, bool b);
void json_write_null(json_writer *w);
void json_write_raw(json_writer *w, anc_str json); /* an already encoded value */

/* name and value in one line */
void json_put_str(json_writer *w, const char *name, anc_str s);
void json_put_int(json_writer *w, const char *name, int64_t n);
void json_put_real(json_writer *w, const char *name, double n);
void json_put_fixed(json_writer *w, const char *name, double n, int decimals);
void json_put_bool(json_writer *w, const char *name, bool b);
void json_put_null(json_writer *w, const char *name);
void json_put_raw(json_writer *w, const char *name, anc_str json);
/* the text, or null when its ptr is NULL */
void json_put_str_or_null(json_writer *w, const char *name, anc_str s);

#endif
