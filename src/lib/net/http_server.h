/* http_server.h - an HTTP/1.1 server on a loop: connections, bodies, answers, limits and deadlines.
 *
 * The server calls on_request on the loop as soon as a request's head is complete and right. The
 * handler has one reference to the exchange and gives it back with net_exchange_unref when it makes
 * no further call. In between it may read the body and must answer, now or later, from this or any
 * other thread: either net_exchange_respond, or begin, any number of writes, and end.
 *
 *   on_request ──> read_body / stream_body (optional) ──> respond | begin write* end ──> unref
 *
 * A last unref without an answer is answered with 500; one after begin without end cuts the
 * connection. Requests of one connection are taken one after another; what a client sends ahead
 * waits, within a bound. HEAD gets the head of the answer alone; the handler need not care.
 *
 * A client that leaves is seen within 50 ms whatever the exchange is doing, since reading never
 * stops for longer: see net_exchange_on_gone. (Except one that left more of a body unread than the
 * system's buffers hold while the handler does not take it: its end is still behind those bytes.) A
 * client that shuts down its sending half counts as one that left. Every call on an exchange whose
 * client left is a safe no-op that gives false.
 *
 * What the codec refuses (http_codec.h has the list), and what is too slow or too large, is
 * answered by the server itself through render_error, and the connection is closed.
 */
#ifndef ANC_NET_HTTP_SERVER_H
#define ANC_NET_HTTP_SERVER_H

#include <stdatomic.h>

#include "base/str.h"
#include "net/loop.h"

typedef struct net_server net_server;
typedef struct net_exchange net_exchange;

typedef struct net_header {
    anc_str name; /* a token; of a request always in lower case */
    anc_str value;
} net_header;

typedef struct net_address {
    anc_str host;  /* name or number ("127.0.0.1", "::1"); every address of a name is used */
    uint16_t port; /* 0: the system chooses, see net_server_port */
    anc_str
        unix_path; /* not empty: a Unix socket there instead, mode 0600; a stale one is replaced */
} net_address;

/* An answer of the server's own in the making. */
enum { NET_ERROR_HEADERS = 8 };
typedef struct net_error_answer {
    net_header headers[NET_ERROR_HEADERS]; /* [n], content-type among them; copied after the call */
    size_t n;
    anc_buf *body;
} net_error_answer;

typedef enum net_end {
    NET_END_WHOLE,   /* the answer is with the system */
    NET_END_LEFT,    /* the client left */
    NET_END_CUT,     /* the handler gave up its answer, or the server closes */
    NET_END_STALLED, /* the client took less than it must of the answer for write_stall_ms */
    NET_END_OVERFLOW /* more than max_output_bytes waited for a client that reads too slowly, or more
                      * than max_buffered_bytes for all of them */
} net_end;

/* One request that is over, for logs and metrics. Views are good for the callback only. */
typedef struct net_access {
    anc_str method; /* "" when the request line could not be read */
    anc_str target; /* as net_exchange_target has it; "" as above */
    anc_str peer;
    anc_str request_id;  /* value of net_exchange_set_log_id, "" when unset */
    int status;          /* 499 when the connection ended before the answer was whole */
    net_end end;         /* how it ended */
    uint64_t bytes_in;   /* body bytes */
    uint64_t bytes_out;  /* bytes of the answer handed to the system, head included */
    int64_t duration_us; /* from the first byte of the head */
} net_access;

/* A field that is 0 takes the value in brackets. */
typedef struct net_server_options {
    const net_address *listen; /* [n_listen] */
    size_t n_listen;
    void *user; /* first argument of the callbacks */

    /* required */
    void (*on_request)(void *user, net_exchange *ex);
    /* optional: writes what the server answers by itself to a request that it refuses, perhaps
     * before on_request knew of it; `detail` is one sentence that names what was wrong */
    void (*render_error)(void *user, net_exchange *ex, int status, anc_str detail,
                         net_error_answer *ret);
    void (*on_access)(void *user, const net_access *access); /* optional */
    /* optional: whether this request, of which the head is there, is answered on a connection past the limit
     * too, as the last one of it; others get 503. NULL: none is */
    bool (*is_vital)(void *user, const net_exchange *ex);

    size_t max_head_bytes;  /* [16 KiB] request line and fields: 431 */
    size_t max_fields;      /* [100]: 431 */
    size_t max_connections; /* [10000] one more takes the place of the one that has been silent the
                               longest, for a second at least; where none is, it is past the limit:
                               heard for a second (less while others wait), so that its answer is
                               is_vital's or a 503 that it can read. net_server_past_limit of them at
                               once; more wait in the system's queue */
    size_t max_descriptor; /* [none] a connection of a descriptor with this number, or one above, is
                               past the limit as well: the process needs the few that are left */
    size_t
        max_pipelined_bytes; /* [64 KiB] kept of what comes ahead of its turn; more waits unread */
    size_t max_output_bytes; /* [16 MiB] of one connection not yet taken by the system; what a
                                    single respond brings may be larger; more closes it */
    size_t max_buffered_bytes;   /* [256 MiB] the same of all connections together: an answer in
                                    pieces that goes past it is cut, a large one that asks first
                                    (net_exchange_reserve) is told that there is no room */
    int64_t head_timeout_ms;     /* [10 s] first to last byte of a head: 408 */
    int64_t body_timeout_ms;     /* [30 s] without any byte of a body that is asked for: 408 */
    size_t body_min_bytes_per_s; /* [1000] mean rate of a body after the first 10 s: 408 */
    int64_t idle_timeout_ms;     /* [60 s] between requests, and before the first byte */
    int64_t write_stall_ms; /* [30 s] in which the client takes too little of what waits for it */
    size_t output_min_bytes_per_s; /* [1000] what it has to take, as the mean of such a period */
} net_server_options;

/* Connections past max_connections that are heard at once: descriptors that must be there for them. */
size_t net_server_past_limit(size_t max_connections);

/* Listens. The options' views are copied. On the loop's thread. CONFLICT, naming the address and
 * port, when something else listens there; FORBIDDEN for a privileged port or a path without
 * permission; INVALID for a host that does not resolve; IO otherwise. */
anc_status net_server_open(net_loop *loop, const net_server_options *options, net_server **ret,
                           anc_err *err) ANC_MUST_CHECK;

/* The port of listen address number `i`; 0 for a Unix socket. */
uint16_t net_server_port(const net_server *server, size_t i);

/* Stops listening, closes idle connections, lets running exchanges finish (their answers say
 * Connection: close) and then calls `done(arg, true)`; at the deadline closes the rest and calls
 * `done(arg, false)`. Once, on the loop's thread. */
void net_server_drain(net_server *server, int64_t deadline_ms, void (*done)(void *arg, bool all),
                      void *arg);

/* Closes everything at once; exchanges see their client gone. On the loop's thread, in a callback
 * or after the run; exchanges held elsewhere stay valid. NULL is a no-op. */
void net_server_close(net_server *server);

typedef struct net_server_stats {
    uint64_t connections; /* open now */
    uint64_t exchanges;   /* open now */
    uint64_t accepted_total;
    uint64_t refused_total; /* over max_connections or without a descriptor */
    uint64_t requests_total;
    uint64_t bad_requests_total; /* answered by the server itself */
    uint64_t answer_bytes;       /* that answers take or have reserved, until the system has them */
    uint64_t answers_refused_total; /* that net_exchange_reserve had no room for */
} net_server_stats;
net_server_stats net_server_stats_of(const net_server *server); /* any thread */

/* ---- the request: fixed once on_request was called; any thread; views live with the exchange */

void net_exchange_ref(net_exchange *ex);
void net_exchange_unref(net_exchange *ex);

anc_str net_exchange_method(const net_exchange *ex); /* "GET" */
int net_exchange_minor(const net_exchange *ex);      /* of HTTP/1.x: 0 or 1 */
anc_str
net_exchange_target(const net_exchange *ex); /* as sent, but of a whole URL the path and query */
anc_str net_exchange_path(const net_exchange *ex);  /* before '?', not decoded: net_path_segments */
anc_str net_exchange_query(const net_exchange *ex); /* after '?', not decoded: net_query_params */
/* Value of the first field of that lower-case name; ptr NULL when absent. */
anc_str net_exchange_header(const net_exchange *ex, const char *name);
anc_str net_exchange_peer(const net_exchange *ex); /* "127.0.0.1:51212", "[::1]:80", "unix" */
/* Declared bytes of the body; -1 when chunked; 0 when there is none. */
int64_t net_exchange_content_length(const net_exchange *ex);

/* A text for net_access.request_id (cut at 64 bytes); and a pointer of the handler's own. Loop. */
void net_exchange_set_log_id(net_exchange *ex, anc_str id);

/* ---- the body: on the loop's thread, at most one of the two, before the answer begins ---- */

/* Reads the whole body and then calls `done` once, on the loop, never before this returns.
 * status OK: `body` (at most max_bytes, "" when there is none) may be taken over by copying the
 * struct and setting *body = anc_buf_init(0). Otherwise the server has already answered: LIMIT
 * (413; with a Content-Length before a byte is read), TOO_SLOW (408), INVALID (400, broken
 * framing), NO_MEMORY (503), CANCELLED (the client left, or the answer ended first). Expect:
 * 100-continue is met here. */
void net_exchange_read_body(net_exchange *ex, size_t max_bytes,
                            void (*done)(void *arg, net_exchange *ex, anc_status status,
                                         anc_buf *body),
                            void *arg);

/* Hands over the body piece by piece, each at most 64 KiB and good for the call only, then calls
 * `on_end` once with a status as above. on_chunk may call net_exchange_pause: no
 * piece comes then until net_exchange_resume; after a pause from another thread one more may. */
void net_exchange_stream_body(net_exchange *ex, uint64_t max_bytes,
                              void (*on_chunk)(void *arg, net_exchange *ex, anc_str bytes),
                              void (*on_end)(void *arg, net_exchange *ex, anc_status status),
                              void *arg);
/* Any thread. While paused no timeout of the body runs. */
void net_exchange_pause(net_exchange *ex);
void net_exchange_resume(net_exchange *ex);

/* ---- the answer: any thread, by one thread at a time; arguments are copied ---- */

enum { NET_SMALL_ANSWER_BYTES = 64 << 10 };

/* Takes room for an answer that holds `bytes` at once at most (all of one given whole, the window of one in pieces), before
 * it begins; it is given back as the answer goes out. The bound is max_buffered_bytes, and `beyond` for what is to go out
 * where others have no room. True also of a small answer, of one to HEAD, and of any while no other that asked is under way:
 * what is larger than the bound goes out alone. False: there is no room now, or nobody is there. Once an exchange. */
bool net_exchange_reserve(net_exchange *ex, size_t bytes, size_t beyond);

/* The whole answer. Date, Content-Length and Connection are added. Field names and values must be
 * free of control characters (an assert). False: nobody is there to take it. An exchange that was
 * already answered refuses a second answer with false. */
bool net_exchange_respond(net_exchange *ex, int status, const net_header *headers, size_t n,
                          anc_str body);
/* The same; takes the buffer's memory over instead of copying; *body is empty afterwards. */
bool net_exchange_respond_buf(net_exchange *ex, int status, const net_header *headers, size_t n,
                              anc_buf *body);

/* An answer in pieces: chunked, or of known length where `headers` has a content-length (then
 * exactly that many bytes must follow). An empty write is a no-op. */
bool net_exchange_begin(net_exchange *ex, int status, const net_header *headers, size_t n);
bool net_exchange_write(net_exchange *ex, anc_str bytes);
bool net_exchange_end(net_exchange *ex);
/* Cuts the connection, so that the client sees an answer that is not whole. */
void net_exchange_abort(net_exchange *ex);

/* Bytes written that the system has not taken yet. A writer of a long answer waits when this is
 * more than it likes; past max_output_bytes the connection is closed. */
size_t net_exchange_buffered(const net_exchange *ex);
/* Calls `fn(arg)` once on the loop when buffered <= below_bytes (perhaps at once); not when the
 * client leaves first. One at a time, a new one replaces it. False when the client left. */
bool net_exchange_on_drain(net_exchange *ex, size_t below_bytes, void (*fn)(void *arg), void *arg);

/* Calls `fn(arg)` once on the loop when the client left or the connection failed before the answer
 * ended (respond or end was called); soon, when that has happened already. One at a time; a new one
 * replaces it. */
void net_exchange_on_gone(net_exchange *ex, void (*fn)(void *arg), void *arg);
/* After it returned fn is not called any more, so what `arg` points to may go. On the loop's thread
 * it returns at once, on another it waits for a call that is running. */
void net_exchange_off_gone(net_exchange *ex);

/* The standard phrase of a status, "" for an unknown one. */
const char *net_status_phrase(int status);

#endif
