/* body_schema.h - what a request may hold, as tables: read by the validator and by OpenAPI. Private.
 *
 * A schema is a list of rows; each says a member's name, kind and bounds, and where its value goes in
 * the handler's struct. So a body is checked, described and decoded by one table, and a member that
 * no row names is an error that names it. Query parameters are read by the same tables.
 */
#ifndef ANC_EDGE_HTTP_BODY_SCHEMA_H
#define ANC_EDGE_HTTP_BODY_SCHEMA_H

#include "net/uri.h"
#include "json/json.h"

typedef struct http_schema http_schema;

typedef enum http_kind {
    HTTP_TEXT,   /* anc_str; ptr NULL when absent or null */
    HTTP_INT,    /* int64_t */
    HTTP_REAL,   /* double */
    HTTP_BOOL,   /* bool */
    HTTP_WISH,   /* http_wish: true or false, and neither when absent or null */
    HTTP_TEXTS,  /* http_texts; items NULL when absent or null */
    HTTP_TREE,   /* const json_value *: an object whose members are the reader's to check */
    HTTP_OBJECT, /* an object of schema `of`, decoded in place; its defaults when absent */
    HTTP_LIST,   /* an array of objects of schema `of`, or of files without one; described alone */
    HTTP_TIME,   /* int64_t Unix ms, RFC 3339 outside; 0 when absent */
    HTTP_ANY,    /* const json_value *: any value */
    HTTP_FILE    /* forms only: the bytes of a file */
} http_kind;

enum {
    HTTP_REQUIRED = 1,
    HTTP_NULLABLE = 2, /* answers only: may be null */
    HTTP_LATER = 4,    /* not there yet: null, false or the default is accepted, else an error */
    HTTP_FREE = 8,     /* a text that may hold U+0000 */
    HTTP_NAME = 16,    /* a text that is a collection's name: HTTP_NAME_PATTERN */
    HTTP_UNSAID = 32,  /* `initial` is how the reader tells that it is absent, and no default */
    HTTP_ASKED = 64,   /* a question: 1 to the configured number of characters, not all blank */
    HTTP_LABELS = 128, /* texts that are labels of who may read, each once */
    HTTP_ALONE = 256   /* elements that fail by themselves: whatever they are, the list is taken */
};

#define HTTP_NAME_PATTERN "^[a-z0-9][a-z0-9_-]{0,63}$"
/* texts without control characters, and such that neither begin nor end with a blank */
#define HTTP_LINE_PATTERN   "^[^\\u0000-\\u001F\\u007F-\\u009F]*$"
#define HTTP_PROSE_PATTERN  "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]*$"
#define HTTP_PLAIN_PATTERN  "^[^\\u0000-\\u001F\\u007F]*$"
#define HTTP_BASE64_PATTERN "^[A-Za-z0-9+/_= \\t\\r\\n-]*$"
#define HTTP_ID_PATTERN                                                        \
    "^[^\\s\\u0000-\\u001F\\u007F-\\u009F]([^\\u0000-\\u001F\\u007F-\\u009F]*" \
    "[^\\s\\u0000-\\u001F\\u007F-\\u009F])?$"
#define HTTP_LABEL_PATTERN                                                                 \
    "^(public|(user|group):[^\\s\\u0000-\\u001F\\u007F-\\u009F]([^\\u0000-\\u001F\\u007F-" \
    "\\u009F]*[^\\s\\u0000-\\u001F\\u007F-\\u009F])?)$"

typedef enum http_wish { HTTP_NOT_SAID, HTTP_SAID_NO, HTTP_SAID_YES } http_wish;

typedef struct http_texts {
    anc_str *items;
    size_t n;
    bool is_null; /* it was there as null */
} http_texts;

typedef struct http_field {
    const char *name;
    const char *also; /* other names of the same member, "a|b"; NULL: none */
    http_kind kind;
    unsigned flags;
    double min, max;     /* characters, elements or the number itself; both 0: no bounds */
    const char *initial; /* value when absent, as JSON; NULL: none */
    const char *choices; /* "auto|one", of a number "-1|1"; NULL: any */
    const char *later;   /* further choices that are not there yet */
    const char *help;
    const char
        *pattern;  /* a regular expression, for the description: who uses the text checks it */
    size_t offset; /* bytes into the struct */
    const http_schema *of;
} http_field;

struct http_schema {
    const char *name; /* of the component in OpenAPI; NULL: written in place */
    const char *help;
    const http_field *fields; /* [n_fields] */
    size_t n_fields;
    size_t size;        /* sizeof the struct that it decodes into */
    const char *one_of; /* "text|content_base64": one of these is given, and no two; NULL: none */
    bool closed;        /* described alone: nothing is null, there are no further members */
    const char *raw;    /* the whole schema as JSON, where rows cannot say it; NULL: the rows do */
};

typedef struct http_fault {
    anc_str pointer; /* "/filters/and/0"; "?limit" of a parameter */
    anc_str message;
} http_fault;

enum { HTTP_FAULTS_MAX = 16 };

/* What was wrong with one request; further faults than fit are left out. */
typedef struct http_faults {
    anc_arena *mem; /* borrowed */
    size_t n;
    http_fault items[HTTP_FAULTS_MAX];
} http_faults;

void http_fault_add(http_faults *faults, anc_str pointer, const char *fmt, ...) ANC_PRINTF(3, 4);

/* OK where there are none; else INVALID with the first in its text. */
anc_status http_faults_status(const http_faults *faults, anc_err *err) ANC_MUST_CHECK;

/* Decodes an object into `out` [schema->size]; texts are views into the document. Every fault is added
 * with its pointer; out is then not to be used. */
void http_schema_read(const http_schema *schema, const json_value *value, void *out,
                      http_faults *faults);

/* The same of query parameters: numbers and booleans are read from their text, lists are cut at
 * commas. */
void http_params_read(const http_schema *schema, const net_param *params, size_t n, void *out,
                      http_faults *faults);

/* The start of a value, to be shown in a message. */
anc_str http_shown(anc_str s);

/* Walks "a|b|c": false at the end. */
bool http_choice_next(const char **rest, anc_str *ret);

#endif
