/* server_fixture.h - a server on a loop of its own thread, with routes that misbehave on demand. */
#ifndef ANC_TESTS_NET_SERVER_FIXTURE_H
#define ANC_TESTS_NET_SERVER_FIXTURE_H

#include <stdatomic.h>

#include "net/http_server.h"
#include "net/loop.h"
#include "os/thread.h"

enum { ASKED_BYTES = 8 << 20 }; /* of "/large-asks" */

typedef struct fixture {
    net_loop *loop;
    net_server *server;
    os_thread *thread;
    os_pool *pool;
    uint16_t port;
    char unix_path[100];
    atomic_int gone;        /* clients whose departure was told */
    atomic_int body_status; /* of the last body that ended, -1 before */
    atomic_int drained;     /* 1: all done, 2: at the deadline */
    atomic_size_t max_buffered;
    atomic_size_t streamed;                     /* bytes of streamed bodies */
    atomic_int accesses, last_status, last_end; /* the end a net_end */
    net_exchange *held; /* by /hold, until the client leaves or /release comes */
} fixture;

/* Routes: /hello, /echo (whole body back), /count (streamed body's length), /pool (answered on a
 * pool), /stream (ten pieces from the pool), /flood (a long answer, waits for room), /flood-blind
 * (does not wait), /hold, /release, /drop (let go without an answer), /large (1 MiB), /large-asks
 * (ASKED_BYTES where there is room, else 503), /abort,
 * /slowbody (pauses between pieces), /args (target parts), /fixed (begin with content-length). */
void fixture_open(fixture *f, const net_server_options *options);
void fixture_close(fixture *f);

/* Runs `fn(arg)` on the loop and waits for it. */
void fixture_on_loop(fixture *f, void (*fn)(void *arg), void *arg);

#endif
