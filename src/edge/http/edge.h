/* edge.h - the HTTP interface: everything that a client can ask over the network.
 *
 * One table of routes (route_table.c) is dispatched from and described at /openapi.json. A request
 * goes
 *
 *   loop: route, limits, identity ──> body ──> pool: the use case ──> answer (any thread) ──> loop: end
 *
 * and carries one krn_call (arena, deadline, cancel flag, trace, principal) from its body to its end.
 * Health, metrics and documentation are answered on the loop, so that they answer whatever the pools
 * have to do.
 *
 * Wiring: open the edge, give its three callbacks to net_server_open with the edge as `user`, and at
 * the end http_edge_drain, stop the loop, close the server, http_edge_stop, net_loop_end, stop the
 * pools (io before cpu, which its tasks use), close providers and loop, and then the edge.
 */
#ifndef ANC_EDGE_HTTP_EDGE_H
#define ANC_EDGE_HTTP_EDGE_H

#include "embedding/library.h"
#include "embedding/rerank.h"
#include "ingest/ingest.h"
#include "kernel/domain/veil.h"
#include "kernel/ports/bus.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/executor.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/relays.h"
#include "kernel/ports/replies.h"
#include "kernel/ports/writer.h"
#include "knowledge/knowledge.h"
#include "live/live.h"
#include "net/http_server.h"
#include "os/reserve.h"
#include "rag/rag.h"
#include "routing/routing.h"
#include "search/search.h"
#include "tracking/tracking.h"

typedef struct http_edge http_edge;

enum { HTTP_OUTSIDE = 2 };

/* A number that is 0 takes the value in brackets. */
typedef struct http_edge_options {
    const char *version;
    net_loop *loop;   /* borrowed, as everything below, for the life of the edge */
    krn_executor io;  /* catalog, documents, batches */
    krn_executor cpu; /* questions and searches */
    krn_clock clock;
    krn_log log;         /* ops NULL: none */
    krn_metrics metrics; /* ops NULL: none */
    krn_writer writer;   /* looked at by /health */
    krn_outbox outbox;
    krn_veil veil;       /* of conversations that are named after users; its key is borrowed */
    krn_replies replies; /* ops NULL: keys are forgotten by a restart */
    krn_bus bus;
    krn_bus outside[HTTP_OUTSIDE]; /* buses that others share; [n_outside] */
    size_t n_outside;
    krn_relays relays; /* ops NULL: none */
    krn_feed feed;     /* ops NULL: none */
    kno_service *kno;
    emb_service *emb;
    emb_library *library;
    emb_rerank_service *rerank;
    srch_service *srch;
    ing_service *ing;
    rag_service *rag;
    rte_service *routing;
    liv_service *live; /* NULL: no live feed */
    trk_service *trk;
    anc_str trk_aside; /* the query log's file of before, which was damaged; empty: it was not */
    os_reserve
        *reserve; /* what has to stay free on the disk: less, and documents get 507; NULL: none */
    anc_str data_dir; /* whose disk /health looks at; large uploads wait in its folder tmp */

    /* Empty: everybody is the owner, which is only fit for loopback; that is the composition root's to
     * see to. Browsers are then held to loopback names and to allowed origins. Only a digest is kept. */
    anc_str api_key;
    const anc_str
        *cors; /* [n_cors] origins that pages may call from: "https://app.example", or "*" */
    size_t n_cors;

    uint64_t max_body_bytes; /* [384 MiB] of a document; others take little (request.h) */
    uint64_t
        max_gathered_bytes; /* [max_body_bytes, and no less] of bodies in memory at once; more: 503 */
    uint64_t max_source_bytes; /* [256 MiB] of a document's original */
    uint32_t max_in_flight;    /* [256] requests that a pool works on or has queued; more: 503 */
    int64_t
        max_wait_ms; /* a question or search that would wait for longer gets 503; 0: none does */
    uint32_t cpu_threads; /* [1] of the cpu pool */
    bool
        asks_outside; /* a language model outside is configured: questions wait there without the pool */
    uint32_t max_open; /* [4096] requests begun and not ended, streams included; more: 503 */
    uint32_t max_puts; /* [4] documents written at once; more wait their turn */
    int64_t request_timeout_ms; /* [120 s] of a request that sends no X-Timeout-Ms */
    int64_t long_timeout_ms;    /* [1 h] the same of a route with HTTP_LONG */
    int64_t
        batch_wait_ms; /* [60 s] of an upload for its turn to be read, while others are; then 503 */
    int64_t drain_grace_ms; /* [2 s] for what a drain has cancelled to end by itself */
    size_t call_bytes; /* [64 MiB] ceiling of a call's arena; eight times that for a document */
    uint32_t max_question_chars; /* [4000] as configured for chat, to be told at /openapi.json */
} http_edge_options;

/* On the loop's thread. NO_MEMORY; the options' views are copied. */
anc_status http_edge_open(const http_edge_options *options, http_edge **ret,
                          anc_err *err) ANC_MUST_CHECK;

/* For net_server_options, with the edge as `user`. */
void http_edge_on_request(void *edge, net_exchange *ex);
void http_edge_render_error(void *edge, net_exchange *ex, int status, anc_str detail,
                            net_error_answer *ret);

/* net_server_options.is_vital: how the server is can be asked while it has all the connections it takes. */
bool http_edge_is_vital(void *edge, const net_exchange *ex);
void http_edge_on_access(void *edge, const net_access *access);

/* Begins draining: readiness turns to 503, new requests are refused with 503 (health apart). Lets running requests finish, and stops the server's listening (net_server_drain);
 * then `done(arg, all)` on the loop: `all` false when the deadline came first and the rest was
 * cancelled. On the loop's thread, once. */
void http_edge_drain(http_edge *edge, net_server *server, int64_t deadline_ms,
                     void (*done)(void *arg, bool all), void *arg);

/* Cancels what is still open; from then on no step of a request begins. On the loop's thread after its
 * run, with pools, providers and services still there. NULL is a no-op. */
void http_edge_stop(http_edge *edge);

/* Requests begun and not ended. Any thread. */
size_t http_edge_open_requests(const http_edge *edge);

/* After the server is closed, the pools are stopped and the loop is closed, before the services. NULL is a no-op. */
void http_edge_close(http_edge *edge);

/* Forgets answers that are kept for requests of one user to be sent again; how many. Any thread. */
size_t http_edge_forget(http_edge *edge, anc_str user_id);

/* What events of the live feed become for the wire; for liv_service_options. */
liv_wire http_edge_wire(void);

/* The OpenAPI 3.1 document of the route table, as it is served; any thread, lives as the edge. */
anc_str http_edge_openapi(const http_edge *edge);

#endif
