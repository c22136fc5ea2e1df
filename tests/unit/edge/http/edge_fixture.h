/* edge_fixture.h - the edge on a real server on loopback, in front of doubles. */
#ifndef ANC_TESTS_HTTP_EDGE_FIXTURE_H
#define ANC_TESTS_HTTP_EDGE_FIXTURE_H

#include "edge/http/edge.h"
#include "kernel/adapters/prometheus/prometheus.h"
#include "os/thread.h"
#include "routing/app/routing_service.h"
#include "support/service_doubles.h"
#include "support/socket.h"
#include "support/test.h"

#define JSON "Content-Type: application/json\r\n" /* the header of such a body */

typedef struct edge_fixture {
    net_loop *loop;
    os_thread *thread;
    os_pool *cpu, *io;
    http_edge *edge;
    net_server *server;
    krn_prometheus *metrics;
    rte_service *routing;
    uint16_t port;
    char unix_path[100];
    char folder[64]; /* the data folder */
    pthread_mutex_t lock;
    anc_buf log; /* guarded by lock: every field of every line */
    int lines;
    int64_t drain_ms; /* 0: not begun */
    bool drained_all;
} edge_fixture;

/* `options` NULL: defaults; what the fixture knows is filled in. */
void edge_open(edge_fixture *f, const http_edge_options *options);
void edge_close(edge_fixture *f);

/* The same before and after each test, whose initial state the fixture is. */
int edge_set_up(void **state);
int edge_tear_down(void **state);

/* Begins draining, once; the end that edge_close waits for. */
void edge_drain(edge_fixture *f, int64_t drain_ms);

/* The same when requests are still at work at the end of the drain; they go on when the loop has ended. */
void edge_close_cut_off(edge_fixture *f);

typedef struct answer {
    anc_buf bytes; /* owned: everything that came */
    int status;
    anc_str head; /* with the status line */
    anc_str body; /* chunks joined */
    anc_buf joined;
} answer;

/* Sends a request ("name: value\r\n…" of its own headers, may be NULL) and reads the whole answer. */
answer ask(edge_fixture *f, const char *method, const char *path, const char *headers,
           anc_str body);
/* The same with a JSON body. */
answer post(edge_fixture *f, const char *path, const char *json);
answer get(edge_fixture *f, const char *path);
answer send_raw(edge_fixture *f, anc_str bytes);
void answer_done(answer *a);

/* Value of a header field of the answer, ptr NULL when absent. */
anc_str answer_header(const answer *a, const char *name);
bool answer_has(const answer *a, const char *text); /* the body holds it */

/* Sends a request, `body` NULL or JSON, and leaves the connection open: its descriptor. */
int edge_begin(edge_fixture *f, const char *method, const char *path, const char *headers,
               const char *body);

/* Fails unless `text` holds the parts [n] one after another. */
void assert_in_order(anc_str text, const char *const *parts, size_t n);

/* Waits up to 10 s until *value is `wanted`. */
bool wait_for(atomic_int *value, int wanted);

/* Number of lines in the log so far, and whether any holds the text. */
int log_lines(edge_fixture *f);
bool log_has(edge_fixture *f, const char *text);

#endif
