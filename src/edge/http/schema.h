/* schema.h - request bodies and query parameters as tables: checked by them, described from them.
 *
 * A row is one member. A body is checked as a whole: each thing that does not fit is one entry of the
 * problem's `errors`, with its JSON pointer.
 */
#ifndef ANC_EDGE_HTTP_SCHEMA_H
#define ANC_EDGE_HTTP_SCHEMA_H

#include "json/json.h"

typedef enum http_kind {
    HTTP_TEXT,
    HTTP_INT,
    HTTP_REAL,
    HTTP_BOOL,
    HTTP_OBJECT, /* checked by `inner` where there is one */
    HTTP_TEXTS,  /* an array of texts */
    HTTP_OBJECTS /* an array of objects */
} http_kind;

typedef struct http_field http_field;

struct http_field {
    const char *name;
    http_kind kind;
    bool required;
    bool later;      /* known, not there yet: only null or `initial` is taken */
    double min, max; /* of a number; of a text's characters; of an array's elements. Both 0: any */
    const char *words;       /* "a|b|c": the texts allowed; NULL: any */
    const char *initial;     /* default as JSON text; NULL: none (null) */
    const http_field *inner; /* of HTTP_OBJECT; ends with a NULL name */
    const char *help;
};

enum { HTTP_MAX_FAULTS = 16 };

typedef struct http_fault {
    char pointer[128];
    char message[256];
} http_fault;

typedef struct http_faults {
    http_fault items[HTTP_MAX_FAULTS];
    size_t n;
} http_faults;

/* Checks `value` (an object) against `fields`; true when all of it fits. */
bool http_check_body(const http_field *fields, const json_value *value, http_faults *faults);

void http_fault_add(http_faults *faults, const char *pointer, const char *fmt, ...)
    ANC_PRINTF(3, 4);

/* The JSON schema of an object with these members. */
void http_schema_write(json_writer *w, const http_field *fields);

#endif
