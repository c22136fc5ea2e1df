/* impl.h - what the files of the edge share: a request under way, the route table, the answers. */
#ifndef ANC_EDGE_HTTP_IMPL_H
#define ANC_EDGE_HTTP_IMPL_H

#include <stdatomic.h>

#include "edge/http/edge.h"
#include "net/uri.h"
#include "schema.h"

enum {
    HTTP_MAX_PATH_PARAMS = 4,
    HTTP_ARENA_BYTES = 1 << 30, /* ceiling of one request: a source and what is made of it */
    HTTP_OUT_BYTES = 512 << 20,
    HTTP_DEFAULT_LIMIT = 50,
    HTTP_MAX_LIMIT = 500
};

typedef enum http_role { HTTP_PUBLIC, HTTP_READER, HTTP_WRITER, HTTP_ADMIN } http_role;

typedef enum http_body {
    HTTP_NO_BODY,
    HTTP_JSON,
    HTTP_JSON_OR_FORM /* JSON, or multipart/form-data */
} http_body;

typedef enum http_where {
    HTTP_ON_LOOP, /* answered at once; must not block */
    HTTP_ON_IO,
    HTTP_ON_CPU
} http_where;

typedef struct http_ctx http_ctx;
typedef anc_status http_handler(http_ctx *cx);

typedef struct http_route {
    const char *method;
    const char *path;      /* "/v1/chat/conversations/{id}" */
    http_handler *handler; /* NULL: answers 501 with `summary` */
    http_role role;
    http_where where;
    http_body body;
    const http_field *fields; /* of the JSON body; NULL: an empty object or none */
    const http_field *query;  /* query parameters; NULL: none */
    bool idempotent_key;      /* Idempotency-Key is honoured */
    const char *tag;
    const char *summary;
    const char *answer; /* what a 200 holds; NULL: JSON */
} http_route;

extern const http_route http_routes[];
extern const size_t http_route_count;

/* One request under way. Belongs to the loop until it is given to a pool, then to the handler until
 * it is answered, then to the loop again, which frees it. */
struct http_ctx {
    http_edge *edge;
    net_exchange *ex; /* one reference */
    const http_route *route;
    anc_arena *mem; /* owned */
    anc_err err;
    krn_call call;
    atomic_bool cancelled;
    char request_id[65];
    char trace_id[33];
    char parent_id[17];
    anc_str labels[2];
    anc_str path_params[HTTP_MAX_PATH_PARAMS]; /* in order of the path */
    size_t n_path_params;
    net_param *params; /* of the query */
    size_t n_params;
    anc_buf body;  /* owned */
    json_doc *doc; /* owned; the parsed body */
    anc_str content_type;
    http_faults faults;
    int status;       /* of a good answer; 200 unless set */
    anc_buf out;      /* owned; the answer */
    anc_str out_type; /* default application/json */
    net_header extra[4];
    size_t n_extra;
    bool streaming;                /* the handler answers by itself, later, and calls http_finish */
    bool began;                    /* a streamed answer has begun: an error is an event */
    bool counted;                  /* in flight */
    uint64_t idempotency_slot;     /* 0: none */
    void (*on_gone)(http_ctx *cx); /* of a stream; on the loop */
    void *stream;                  /* its state */
};

typedef struct http_idempotency http_idempotency;

struct http_edge {
    http_edge_options o;
    unsigned char key_digest[32];
    bool has_key;
    atomic_bool draining;
    atomic_uint in_flight;
    int64_t started_ns;
    krn_series *requests, *failures, *refused, *seconds, *flying;
    anc_buf openapi; /* made once; immutable */
    http_idempotency *idempotency;
    atomic_int_fast64_t disk_free; /* bytes, refreshed by health checks on a pool; -1: unknown */
};

/* ---- context ---- */

/* Value of a query parameter; ptr NULL when it is absent. */
anc_str http_param(const http_ctx *cx, const char *name);
/* A whole number of the query within bounds, or `otherwise`; a fault when it does not fit. */
uint64_t http_param_number(http_ctx *cx, const char *name, uint64_t otherwise, uint64_t min,
                           uint64_t max);
/* INVALID with the collected faults; OK when there are none. */
anc_status http_faults_status(http_ctx *cx);

const json_value *http_body_root(const http_ctx *cx);
void http_add_header(http_ctx *cx, anc_str name, anc_str value); /* value in cx->mem or literal */

/* Opaque cursors: base64url of a text that the route chose. */
anc_str http_cursor_make(http_ctx *cx, anc_str text);
anc_status http_cursor_read(http_ctx *cx, anc_str *ret); /* "" when there is none */

/* ---- answers ---- */

/* Answers with cx->status and cx->out, or with the problem of `status`; ends the request. Any
 * thread; `cx` is then gone. */
void http_finish(http_ctx *cx, anc_status status);
/* Answers with a problem of an HTTP status that is no anc_status. */
void http_finish_problem(http_ctx *cx, int http, const char *detail);
/* The problem object of a failure as JSON text. */
void http_problem_write(anc_buf *out, int status, anc_str detail, anc_str instance,
                        anc_str request_id, const anc_err *err, const http_faults *faults);
int http_status_of(anc_status status);
/* Frees a context that was answered; on the loop. */
void http_ctx_free(http_ctx *cx);

/* Begins a stream of Server-Sent Events; false when nobody is there. */
bool http_stream_begin(http_ctx *cx);
/* Ends a stream and the request. Any thread. */
void http_stream_end(http_ctx *cx);

/* ---- parts ---- */

anc_status http_authenticate(http_edge *edge, http_ctx *cx);
void http_openapi_write(anc_buf *out, const char *version);
void http_counted_done(http_edge *edge, http_ctx *cx);

http_idempotency *http_idempotency_new(void);
void http_idempotency_free(http_idempotency *table);
/* Looks the request's key up. OK with *ret_replayed false: go on (a slot is held until
 * http_idempotency_store). With true: the stored answer is in cx->status and cx->out. CONFLICT: the
 * key came with another body, or its first request is still at work. */
anc_status http_idempotency_check(http_ctx *cx, bool *ret_replayed);
void http_idempotency_store(http_ctx *cx, anc_status status);

void http_source_write(json_writer *w, const rag_source *s);
void http_batch_write(json_writer *w, const ing_batch *b);
void http_time_put(json_writer *w, const char *name, int64_t unix_ms); /* 0: null */

#define HTTP_HANDLERS(X)   \
    X(root)                \
    X(livez)               \
    X(readyz)              \
    X(health)              \
    X(metrics)             \
    X(openapi)             \
    X(docs)                \
    X(chat_query)          \
    X(chat_stream)         \
    X(chat_stream_get)     \
    X(conversation_list)   \
    X(conversation_create) \
    X(conversation_get)    \
    X(conversation_delete) \
    X(search)              \
    X(collection_list)     \
    X(collection_create)   \
    X(collection_get)      \
    X(collection_patch)    \
    X(collection_delete)   \
    X(document_create)     \
    X(document_list)       \
    X(document_get)        \
    X(document_put)        \
    X(document_delete)     \
    X(document_chunks)     \
    X(document_text)       \
    X(stats)               \
    X(sync)                \
    X(ingest_start)        \
    X(ingest_list)         \
    X(ingest_get)          \
    X(ingest_progress)     \
    X(ingest_cancel)       \
    X(dead_letters)        \
    X(events)              \
    X(events_stats)
#define X(name) http_handler http_handle_##name;
HTTP_HANDLERS(X)
#undef X

extern const unsigned char http_docs_page[];
extern const size_t http_docs_page_len;

#endif
