/* edge.h - the HTTP interface: every route, in front of the components' root headers.
 *
 * One table of routes (route_table.c) dispatches and makes the OpenAPI document, so the two cannot
 * differ. A request's work runs on a pool; only answers that need nothing (health, documents of the
 * interface) are given on the loop, so that they come under any load.
 */
#ifndef ANC_EDGE_HTTP_EDGE_H
#define ANC_EDGE_HTTP_EDGE_H

#include "embedding/embedding.h"
#include "ingest/ingest.h"
#include "kernel/ports/bus.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/executor.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/writer.h"
#include "knowledge/knowledge.h"
#include "net/http_server.h"
#include "rag/rag.h"
#include "search/search.h"

typedef struct http_edge http_edge;

typedef struct http_edge_options {
    const char *version;
    net_loop *loop;   /* borrowed, as everything below, for the life of the edge */
    krn_executor io;  /* where requests wait for the catalog */
    krn_executor cpu; /* where questions are prepared and documents read */
    krn_clock clock;
    krn_log log;
    krn_metrics metrics;
    krn_writer writer;
    krn_outbox outbox;
    krn_bus bus;
    kno_service *kno;
    emb_service *emb;
    srch_service *srch;
    ing_service *ing;
    rag_service *rag;
    anc_str data_dir;    /* whose disk the health check looks at */
    anc_str api_key;     /* empty: none; everybody on loopback is the owner */
    const anc_str *cors; /* [n_cors] origins */
    size_t n_cors;
    uint64_t max_body_bytes;
    int64_t request_timeout_ms;
    uint32_t max_in_flight;
    uint32_t max_question_chars;
} http_edge_options;

anc_status http_edge_open(const http_edge_options *options, http_edge **ret,
                          anc_err *err) ANC_MUST_CHECK;

/* When no request is left (the server is drained and closed). NULL is a no-op. */
void http_edge_close(http_edge *edge);

/* For net_server_options: `user` is the edge. */
void http_edge_on_request(void *user, net_exchange *ex);
void http_edge_render_error(void *user, int status, anc_str detail, anc_buf *body,
                            anc_str *content_type);
void http_edge_on_access(void *user, const net_access *access);

/* Readiness answers 503 from now on (or no longer). Any thread. */
void http_edge_set_draining(http_edge *edge, bool draining);

#endif
