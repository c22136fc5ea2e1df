/* batch_split.h - a body of many documents cut into its documents, while it comes. Private.
 *
 * Two forms: NDJSON, a document a line; and {"documents":[…]}, cut at the elements of the array. Nothing
 * is kept but a few numbers, whatever the size of body or document. What a document's text means is not
 * looked at: a broken one is the reader's to refuse, and the next one is found behind it.
 */
#ifndef ANC_EDGE_HTTP_BATCH_SPLIT_H
#define ANC_EDGE_HTTP_BATCH_SPLIT_H

#include "base/str.h"

typedef enum http_split_form { HTTP_SPLIT_LINES, HTTP_SPLIT_ARRAY } http_split_form;

/* A document begins, has bytes (never none at a call), and is whole. `number`: of its line or element,
 * from 1. A status other than OK ends the cutting and is given back. */
typedef struct http_split_sink {
    void *arg;
    anc_status (*begin)(void *arg, uint64_t number, anc_err *err);
    anc_status (*bytes)(void *arg, anc_str bytes, anc_err *err);
    anc_status (*end)(void *arg, anc_err *err);
} http_split_sink;

enum { HTTP_SPLIT_NAME = 16 };

typedef struct http_split {
    http_split_form form;
    http_split_sink sink;
    int state;
    uint64_t number;            /* of the line, or of elements begun */
    uint64_t at;                /* bytes taken */
    bool inside;                /* a document has begun */
    unsigned depth;             /* of brackets in an element */
    bool in_string, escaped;    /* in an element */
    bool listed;                /* the array has begun */
    char name[HTTP_SPLIT_NAME]; /* of the object's member, as far as it is known */
    size_t name_len;
} http_split;

void http_split_init(http_split *split, http_split_form form, http_split_sink sink);

/* INVALID when the array or what is around it is no JSON. */
anc_status http_split_feed(http_split *split, anc_str bytes, anc_err *err) ANC_MUST_CHECK;

/* The body is whole: a last line needs no line break; an array that is not closed is INVALID. */
anc_status http_split_finish(http_split *split, anc_err *err) ANC_MUST_CHECK;

#endif
