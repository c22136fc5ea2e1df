/* http_client.h - HTTP requests to others: on a loop (net_http), or blocking (net_client).
 *
 * Both speak HTTP/1.1 through libcurl, keep connections for the next request, follow redirects only
 * where asked, use the proxy of the environment except for loopback and Unix sockets, and check
 * certificates. An error text names the URL's host and port and what failed; never the rest of
 * the URL, a header or a body.
 *
 * How a failure is told apart: UNAVAILABLE (refused, no such host, unreachable, TLS), DEADLINE (a
 * timer, which the text names), PROVIDER (the answer was cut or is no HTTP), LIMIT (the body is
 * over max_body_bytes), CANCELLED (a callback or the flag said stop), INVALID (the URL). A status
 * of 400 or more is an answer, not a failure.
 */
#ifndef ANC_NET_HTTP_CLIENT_H
#define ANC_NET_HTTP_CLIENT_H

#include <stdatomic.h>

#include "net/http_server.h"

typedef struct net_request {
    anc_str method;            /* "" means GET, or POST where there is a body */
    anc_str url;               /* http or https; with unix_path the host is only a name */
    const net_header *headers; /* [n_headers]; user-agent and content-length are added */
    size_t n_headers;
    anc_str body;          /* copied by net_http_start, borrowed by net_client */
    anc_str unix_path;     /* not empty: connect to this socket */
    bool follow_redirects; /* at most 5, never from https to http */
    /* Asked for each address, as text, before it is connected to; false: FORBIDDEN where no other one is
     * let through. With it no proxy is used and no earlier connection. NULL: all are. */
    bool (*may_connect)(void *arg, const char *address);
    void *may_arg;

    /* 0: none. Idle counts from the last byte of the body, first_byte from the connection to the
     * first byte of the answer. */
    int64_t connect_timeout_ms;
    int64_t first_byte_timeout_ms;
    int64_t idle_timeout_ms;
    int64_t total_timeout_ms;
    uint64_t max_body_bytes; /* 0: 64 MiB where the body is kept, else none */
} net_request;

typedef struct net_response_head {
    int status;
    const net_header *headers; /* [n_headers], names in lower case */
    size_t n_headers;
} net_response_head;

/* Value of the first field of that lower-case name; ptr NULL when absent. */
anc_str net_response_header(const net_response_head *head, const char *name);

/* Whether requests can be sent to a URL, and its "host:port" in where [n], cut where it is longer, for texts: a URL
 * itself may hold a name, a password or a key, and is in no text of ours. INVALID for what is not http or https with
 * a host, too long, or has a NUL, which the text says without the URL. */
anc_status net_url_where(anc_str url, char *where, size_t n, anc_err *err) ANC_MUST_CHECK;

/* ---- on a loop: everything on its thread ---- */

typedef struct net_http net_http;   /* a set of connections on a loop */
typedef struct net_fetch net_fetch; /* one request under way */

typedef struct net_fetch_sink {
    void (*on_head)(void *arg, const net_response_head *head); /* may be NULL; good for the call */
    /* the next bytes of the body; false ends the request with CANCELLED */
    bool (*on_data)(void *arg, anc_str bytes);
    /* once, last, never from inside net_http_start; `fetch` is then gone. err is for the call */
    void (*on_done)(void *arg, anc_status status, const anc_err *err);
} net_fetch_sink;

anc_status net_http_open(net_loop *loop, net_http **ret, anc_err *err) ANC_MUST_CHECK;
/* Cancels what runs (their on_done is not called). Not from inside a callback of a request. NULL is
 * a no-op. */
void net_http_close(net_http *http);

/* Starts a request; what it points to is copied. INVALID for the URL or a header, NO_MEMORY. */
anc_status net_http_start(net_http *http, const net_request *request, const net_fetch_sink *sink,
                          void *arg, net_fetch **ret, anc_err *err) ANC_MUST_CHECK;

/* Closes the request's connection; no callback comes any more. From inside a callback of any
 * request the connection is closed when that callback has returned, otherwise at once. Not for a
 * request whose on_done was called. */
void net_fetch_cancel(net_fetch *fetch);

size_t net_http_running(const net_http *http);

/* ---- blocking: one thread at a time ---- */

typedef struct net_client net_client;

anc_status net_client_open(net_client **ret, anc_err *err) ANC_MUST_CHECK;
void net_client_close(net_client *client); /* NULL is a no-op */

typedef struct net_response {
    net_response_head head; /* in the arena */
    anc_str body;           /* in the arena; "" where on_data took it */
} net_response;

/* Where the body goes. Zeroed: all of it into net_response.body. */
typedef struct net_take {
    /* not NULL: gets the body of a 2xx answer as it comes; false stops with CANCELLED. The body of
     * any other status goes to net_response.body, so that its problem can be read. */
    bool (*on_data)(void *arg, anc_str bytes);
    void (*on_head)(void *arg, const net_response_head *head); /* may be NULL */
    void *arg;
    const atomic_bool *cancelled; /* may be NULL; looked at a few times a second */
} net_take;

/* Sends the request and waits for the whole answer. `take` may be NULL. */
anc_status net_http_fetch(net_client *client, const net_request *request, const net_take *take,
                          anc_arena *mem, net_response *ret, anc_err *err) ANC_MUST_CHECK;

typedef struct net_job {
    void *tag;           /* the caller's */
    net_request request; /* borrowed until done */
    anc_arena *mem;      /* takes the response; borrowed */
} net_job;

/* Keeps `parallel` (1 to 64) requests in flight: asks `next(arg, job)` for the following one until it gives false, and
 * again whenever one is over; ends when nothing is in flight and `next` gives false. Calls
 * `done(arg, tag, status, response, err)` as each is over, in any order; all on this thread. `done` gives false to stop
 * (what runs is dropped, CANCELLED is given). */
anc_status net_client_run_many(net_client *client, unsigned parallel,
                               bool (*next)(void *arg, net_job *job),
                               bool (*done)(void *arg, void *tag, anc_status status,
                                            const net_response *response, const anc_err *err),
                               void *arg, anc_err *err) ANC_MUST_CHECK;

#endif
