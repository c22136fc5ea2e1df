/* json_impl.h - JSON token by token, without a tree; of any length, of bounded depth. */
#ifndef ANC_PARSE_JSON_IMPL_H
#define ANC_PARSE_JSON_IMPL_H

#include "parse_impl.h"

enum { PRS_JSON_DEPTH = 1024 };

typedef enum prs_json_kind {
    PRS_JSON_END, /* of the text */
    PRS_JSON_OPEN_OBJECT,
    PRS_JSON_CLOSE_OBJECT,
    PRS_JSON_OPEN_ARRAY,
    PRS_JSON_CLOSE_ARRAY,
    PRS_JSON_NAME,
    PRS_JSON_STRING,
    PRS_JSON_NUMBER,
    PRS_JSON_TRUE,
    PRS_JSON_FALSE,
    PRS_JSON_NULL
} prs_json_kind;

/* Where a reader stands; may be kept and gone back to, as long as no container was left since. */
typedef struct prs_json_place {
    size_t at;
    unsigned depth;
    bool after_value, after_comma, after_name;
} prs_json_place;

/* Where a line begins, and how many are before it. */
typedef struct prs_json_line {
    size_t at, number;
} prs_json_line;

typedef struct prs_json {
    anc_str text; /* valid UTF-8 */
    prs_json_place place;
    unsigned max_depth;
    unsigned char objects[PRS_JSON_DEPTH / 8]; /* bit d: at depth d an object is open */
    anc_buf scratch;
    anc_err *err;
    prs_json_line line; /* none behind what is still read */
    size_t broken_at;   /* where what is broken was found */
    bool cut;           /* what is broken is that the text ends */
    anc_status status;  /* INVALID, LIMIT or NO_MEMORY; nothing is read any more */
    /* the token at hand */
    prs_json_kind kind;
    size_t from;   /* where it begins */
    anc_str value; /* of a name, a string (escapes resolved) or a number; good until the next */
} prs_json;

void prs_json_open(prs_json *j, anc_str text, const prs_limits *limits, anc_err *err);
void prs_json_done(prs_json *j);

/* Reads the next token. Values may follow one another with white space or nothing between, as in
 * NDJSON. False when the text is broken. */
bool prs_json_next(prs_json *j);

/* Goes on behind what is broken: at the first line behind `from` that a value may begin, with nothing
 * open. False when there is none. */
bool prs_json_resume(prs_json *j, size_t from);

/* The number of the line that the token at hand is in, from 1; what comes before is not gone back to. */
size_t prs_json_pass_lines(prs_json *j);

/* Whether the token at hand is a value that holds no others. */
bool prs_json_is_simple(const prs_json *j);

/* The token at hand as text: "true", "12.50", a string; empty for null. */
anc_str prs_json_word(const prs_json *j);

#endif
