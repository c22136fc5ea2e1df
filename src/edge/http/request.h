/* request.h - the edge and one request from the inside. Private.
 *
 * A request is begun on the loop, and from then on is with one step at a time: a step runs on the
 * loop or on a pool, and hands the request to the next one or ends it. Owner of everything in it is
 * that step, except:
 *   - what is marked `fixed` does not change once the first step began;
 *   - `cancelled` and `claimed` are anybody's;
 *   - what is marked `loop` belongs to the loop's thread, whichever step is running.
 *
 * The loop's sweep looks at all requests every SWEEP_MS: it answers 504 where a deadline passed (the
 * step at work then finds itself cancelled and its answer refused; a put that still waits for its turn is
 * refused with 503), keeps quiet streams alive with a
 * comment, and runs steps that could not be handed over.
 *
 * An answer is given by whoever claims it first, so there is one answer whatever races.
 */
#ifndef ANC_EDGE_HTTP_REQUEST_H
#define ANC_EDGE_HTTP_REQUEST_H

#include <pthread.h>

#include "edge/http/edge.h"
#include "idempotency.h"
#include "problem.h"
#include "route_table.h"

enum {
    HTTP_PATH_PARAMS_MAX = 3,
    HTTP_REQUEST_ID_MAX = 60,
    HTTP_SMALL_BODY_BYTES = 512 << 10, /* of a question, a setting: what most routes take */
    HTTP_ROOMY_BODY_BYTES = 4 << 20,   /* of a turn that is told */
    HTTP_ANSWER_BYTES = 256 << 20,
    HTTP_SWEEP_MS = 25,
    HTTP_COMMENT_S = 15,
    HTTP_STATUS_CLASSES = 3 /* 2xx and 3xx, 4xx, 5xx */
};

typedef void http_step_fn(http_request *rq);

/* The answer in the making. */
typedef struct http_answer {
    int status;           /* 0: 200 */
    anc_buf body;         /* owned */
    anc_str content_type; /* a literal; empty: application/json */
    net_header extra[4];  /* names literal, values in the request's arena or literal */
    size_t n_extra;
} http_answer;

struct http_request {
    http_edge *edge;         /* fixed */
    net_exchange *ex;        /* fixed; shared (ref) */
    const http_route *route; /* fixed */
    int64_t begun_ns;        /* fixed */
    atomic_bool cancelled;
    atomic_bool claimed;
    _Atomic(http_step_fn *) stranded; /* a loop step that could not be posted */
    http_step_fn *step;               /* the step that was handed to a pool or the loop */

    /* loop */
    http_request *next, *prev; /* of all open requests */
    http_request *waiting;     /* next in the queue of puts, of batches, or of questions */
    int64_t deadline_ns;       /* set when the first step begins; INT64_MAX: none, or it passed */
    bool timed_out;            /* it passed */
    int64_t timeout_ms;        /* 0: none */
    bool waits_put, holds_put;
    struct {
        bool open, at_work;
        double ahead_ns, weight_ns; /* when it came: of the others, and its own */
        int64_t entered_ns;
    } ask;               /* load.c */
    int retry_s;         /* of a refusal; 0: as its status has it */
    http_step_fn *retry; /* a pool step that was refused, to be tried again by the sweep */
    http_lane retry_lane;
    void (*on_cancel)(http_request *rq); /* the client left or time is over; may be NULL */
    net_timer *timer;                    /* the handler's own */
    bool streaming;                      /* server-sent events were begun */
    bool stream_over;
    uint64_t charged; /* bytes of the edge's budget for bodies */
    bool thrown_away; /* what still comes of the body */
    struct {
        uint64_t bytes;          /* about, of what came so far, beside its texts */
        bool in_string, escaped; /* where in the JSON it came to */
    } tree;                      /* that the body's JSON will be */
    uint64_t stream_id;          /* of the last event */
    int64_t stream_ns;           /* when something was last written */
    anc_buf sent;                /* owned: what a stream with an Idempotency-Key has sent */

    /* the request; fixed */
    char request_id[HTTP_REQUEST_ID_MAX + 1];
    char trace_id[33];
    char traceparent[56]; /* of the answer */
    anc_str params[HTTP_PATH_PARAMS_MAX];
    net_param *query; /* [n_query] */
    size_t n_query;
    bool is_owner;  /* who asks holds the key, or none is configured */
    anc_str origin; /* allowed origin of a browser; ptr NULL: none */

    /* the step's */
    anc_arena *mem; /* owned */
    anc_err err;
    krn_call call;
    anc_buf body; /* owned */
    bool hashed;  /* body_sha256 is there already */
    unsigned char body_sha256[ANC_SHA256_BYTES];
    json_doc *json; /* owned; the body's */
    http_faults faults;
    http_answer answer;
    http_idem_ticket idem;
    anc_str reply_name; /* of its row among kept answers; in the request's arena, as the next */
    anc_str seed;       /* id for what the request makes; empty: it has no key */
    anc_str begun_as;   /* where it is resumed: the id that it had then */
    bool reply_open;    /* the row is there and has no answer */
    bool resumed;       /* it was begun before the server ended, and may have been done */
    bool served;        /* it ended with what was asked for */
    void *work;         /* the handler's state, freed by work_free at the end, on the loop */
    void (*work_free)(http_request *rq);
    http_step_fn *not_handled; /* called in the first step when the handler is not; may be NULL */
};

typedef struct http_route_metrics {
    krn_series *seconds;
    krn_series *count[HTTP_STATUS_CLASSES];
} http_route_metrics;

struct http_edge {
    http_edge_options o;
    anc_arena *mem; /* owned: copies of the options' views */
    anc_buf openapi;
    anc_str tmp_dir;
    bool has_key;
    unsigned char key_sha256[ANC_SHA256_BYTES];
    char docs_policy[512]; /* Content-Security-Policy of the documentation page */
    http_idem *idem;       /* owned */
    int64_t opened_ns;
    atomic_size_t open;    /* requests in the list */
    atomic_size_t working; /* steps that a pool has */
    atomic_bool draining;
    atomic_bool stopped;         /* no step begins any more */
    http_route_metrics *metrics; /* [http_route_count + 1]; the last: no route */
    krn_series *refused, *dropped, *in_flight, *open_gauge;

    /* loop */
    http_request *first;
    net_timer *sweep;
    char refused_id[ANC_UUID_TEXT + 1]; /* of the last exchange that the server refused */
    http_request *put_first, *put_last; /* waiting for a put */
    http_request *batch_first;          /* waiting for a place to be read */
    size_t batches;                     /* bodies of many documents that are read */
    size_t puts;                        /* at work */
    struct {
        double *unit_ns; /* owned; by route */
        double ahead_ns; /* of those that are open */
        size_t open, at_work;
        http_request *first, *last; /* waiting for their turn */
    } asks;                         /* load.c */
    uint64_t gathered;              /* bytes that requests are charged with */
    void (*drained)(void *arg, bool all);
    void *drained_arg;
    int64_t drain_until_ns;
    bool server_drained;
};

/* ---- edge.c: steps and their ends ---- */

/* Begins a request on the loop; NULL when memory is out. */
http_request *http_request_new(http_edge *edge, net_exchange *ex);

/* Hands the request to a pool; on the loop. The last thing that the caller does with it. A refused
 * hand-over is tried again until it works. */
void http_to_pool(http_request *rq, http_lane lane, http_step_fn *step);
/* The same, once: false when the pool refused; the request is still the caller's. */
bool http_try_pool(http_request *rq, http_lane lane, http_step_fn *step) ANC_MUST_CHECK;

/* Hands the request to the loop; any thread. The last thing that the caller does with it. */
void http_to_loop(http_request *rq, http_step_fn *step);

/* The client left or time is over: the step at work is told; on the loop. Whoever holds the request
 * still ends it. */
void http_cancel(http_request *rq);

/* Ends the request; any thread. The last thing that the caller does with it. */
void http_end(http_request *rq);

/* ---- answer.c ---- */

/* True for the first who asks: it answers, nobody else does. */
bool http_claim(http_request *rq);

/* Takes room for an answer that holds `bytes` at once: UNAVAILABLE where answers that wait for their clients have it all.
 * Any thread; before the answer begins. */
anc_status http_answer_reserve(http_request *rq, size_t bytes) ANC_MUST_CHECK;

/* Writes the whole answer (rq->answer, or the problem of `status`) if nobody has answered, and ends
 * the request. Any thread. */
void http_finish(http_request *rq, anc_status status);

/* A problem of the edge's own, at once, before the first step; ends the request. On the loop. */
void http_refuse(http_request *rq, http_problem problem, const net_header *extra);

/* The problem of `status` with rq->err, at once; the request goes on to its end. */
void http_answer_failure(http_request *rq, anc_status status);

/* 504 from the sweep: does not touch what belongs to the step. */
void http_answer_deadline(http_request *rq);

/* Header fields that every answer carries, with room for `extra`; the count. */
enum { HTTP_HEADERS_MAX = 20 };
size_t http_common_headers(const http_request *rq, net_header out[HTTP_HEADERS_MAX]);

/* The problem of a failed step, with the request's id, path and faults, as JSON. */
int http_problem_render(http_request *rq, anc_status status, anc_buf *out);

/* Starts the answer's JSON. */
json_writer http_json(http_request *rq);
void http_answer_header(http_request *rq, const char *name, anc_str value);
/* Of those that were set so; "" when there is none of that name. */
anc_str http_answer_header_of(const http_request *rq, const char *name);

/* ---- dispatch.c ---- */

/* Decodes the body into the handler's struct by the route's schema; INVALID with every fault. */
anc_status http_body(http_request *rq, void *out) ANC_MUST_CHECK;
anc_status http_query(http_request *rq, void *out) ANC_MUST_CHECK;

/* The first step of a request whose body is complete; on the loop. */
void http_start(http_request *rq);

/* ---- load.c: questions and searches, on the loop ---- */

anc_status http_asks_open(http_edge *edge, anc_err *err) ANC_MUST_CHECK;
void http_asks_close(http_edge *edge);

/* UNAVAILABLE, with rq->retry_s, where it would wait too long. */
anc_status http_ask_check(http_request *rq, anc_err *err) ANC_MUST_CHECK;
/* Hands the request to the cpu pool when its turn comes; false when that has no room. */
bool http_ask_start(http_request *rq, http_step_fn *step) ANC_MUST_CHECK;
/* It needs the pool no more, or not before somebody outside has answered; again is a no-op. `served`: the
 * time it took says what such a request takes. */
void http_ask_leave(http_request *rq, bool served);

/* ---- auth.c ---- */

/* Whether this request may be answered at all; on the loop. Fills is_owner and origin. */
anc_status http_admit(http_request *rq, anc_err *err) ANC_MUST_CHECK;
void http_find_origin(http_request *rq);
void http_principal(http_request *rq);

/* ---- stream.c: server-sent events, on the loop ---- */

void http_stream_begin(http_request *rq);
void http_stream_event(http_request *rq, const char *event, anc_str data);
void http_stream_comment(http_request *rq);
/* What was sent is the answer to the request's Idempotency-Key; before the end. */
void http_stream_keep(http_request *rq);
void http_stream_end(http_request *rq);

/* ---- small things ---- */

/* Any text as a cursor that needs no escaping, and back; INVALID names ?cursor. */
anc_str http_cursor_of(http_request *rq, anc_str key) ANC_MUST_CHECK; /* ptr NULL: no memory */
/* Writes "next_cursor": null where there is no `more`. NO_MEMORY or LIMIT where there is and `cursor` has none: a
 * list is not to look ended. */
anc_status http_put_next(http_request *rq, json_writer *w, bool more,
                         anc_str cursor) ANC_MUST_CHECK;
anc_status http_cursor_read(http_request *rq, anc_str cursor, anc_str *ret) ANC_MUST_CHECK;

/* {"items":[ of an answer that is a list, and its end with the next_cursor of http_put_next. */
json_writer http_list_begin(http_request *rq);
anc_status http_list_end(http_request *rq, json_writer *w, bool more,
                         anc_str cursor) ANC_MUST_CHECK;

/* "2026-…Z"; null for 0. */
void http_put_time(json_writer *w, const char *name, int64_t unix_ms);
/* A whole array of texts. */
void http_put_texts(json_writer *w, const char *name, const anc_str *items, size_t n);
/* A JSON object given as text; {} when empty. */
void http_put_object(json_writer *w, const char *name, anc_str json);

static inline anc_status http_no_memory(http_request *rq, const char *what)
{
    const anc_status refusal = anc_arena_refusal(rq->mem);
    return ANC_FAIL(&rq->err, refusal == ANC_OK ? ANC_NO_MEMORY : refusal, "%s", what);
}

#endif
