/* torture_net_websocket.c - memory runs out anywhere between a handshake and the last frame.
 *
 * A client is welcomed, is echoed a text, gets more than its socket takes, reads it, and leaves. Whatever
 * allocation fails, everybody comes to an end, the owner hears of it at most once, and nothing is leaked
 * (the leak sanitizer says). The client has no memory of its own.
 */
#include "support/test.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "net/loop.h"
#include "net/websocket.h"
#include "os/thread.h"
#include "support/fail_alloc.h"
#include "support/socket.h"

#define HANDSHAKE                                                                  \
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

enum { BIG = 256 << 10, TIMES = 4 };

typedef struct world {
    net_loop *loop;
    net_server *server;
    net_ws *ws; /* loop; NULL once it ended */
    atomic_int ends;
} world;

static char letters[BIG], got[64 << 10];

static void on_text(void *arg, anc_str text)
{
    world *w = arg;
    net_block *frames[1 + TIMES] = {net_ws_frame_text(text)};
    size_t n = frames[0] != NULL;
    net_block *big = net_ws_frame_text((anc_str){letters, sizeof letters});
    for (size_t i = 0; big != NULL && i < TIMES; i++)
        frames[n++] = net_block_ref(big);
    net_block_unref(big);
    net_ws_send(w->ws, frames, n, 60000);
    for (size_t i = 0; i < n; i++)
        net_block_unref(frames[i]);
}

static void on_end(void *arg, net_ws_end why)
{
    world *w = arg;
    (void)why;
    w->ws = NULL;
    atomic_fetch_add(&w->ends, 1);
}

static const net_ws_owner owner = {.on_text = on_text, .on_end = on_end};

static void on_request(void *user, net_exchange *ex)
{
    world *w = user;
    anc_err err = {0};
    if (net_ws_handshake(ex, &err) == 0)
        w->ws = net_ws_accept(ex, NULL, 0, &owner, w);
    net_exchange_unref(ex); /* without an answer: 500 */
}

static void run(void *arg)
{
    net_loop_run(arg);
}

/* Reads until `bytes` have come, or the end, or nothing for a while. */
static bool read_bytes(int fd, size_t bytes)
{
    size_t n = 0;
    while (n < bytes) {
        const ssize_t more = recv(fd, got, sizeof got, 0);
        if (more <= 0)
            return false;
        n += (size_t)more;
    }
    return true;
}

/* True when all of it came. */
static bool talk(uint16_t port)
{
    /* a frame of "hello" under a mask of zeros */
    static const char hello[] = {(char)0x81, (char)0x85, 0, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'};
    const struct timeval patience = {.tv_usec = 300000};
    const int fd = sock_connect(port);
    bool all = false;
    if (fd < 0)
        return false;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (sock_send(fd, ANC_STR(HANDSHAKE)) && read_bytes(fd, 1) &&
        memcmp(got, "HTTP/1.1 101", 12) == 0 && sock_send(fd, (anc_str){hello, sizeof hello}))
        all = read_bytes(fd, 7 + (size_t)TIMES * (BIG + 10));
    (void)close(fd);
    return all;
}

static void scenario(bool may_fail)
{
    world w = {0};
    anc_err err = {0};
    os_thread *thread = NULL;
    const net_address listen = {.host = ANC_STR("127.0.0.1")};
    const net_server_options options = {
        .listen = &listen, .n_listen = 1, .user = &w, .on_request = on_request};
    anc_status status = net_loop_open(&w.loop, &err);
    if (status == ANC_OK)
        status = net_server_open(w.loop, &options, &w.server, &err);
    if (status == ANC_OK)
        status = os_thread_start("loop", run, w.loop, &thread, &err);
    if (status == ANC_OK) {
        const bool all = talk(net_server_port(w.server, 0));
        assert_true(all || may_fail);
        net_loop_stop(w.loop);
        os_thread_join(thread);
    }
    assert_true(status == ANC_OK || may_fail);
    net_server_close(w.server);
    net_loop_close(w.loop);
    assert_null(w.ws);
    assert_true(atomic_load(&w.ends) <= 1);
}

static void memory_runs_out_anywhere(void **state)
{
    (void)state;
    memset(letters, 'x', sizeof letters);
    assert_true(fail_alloc_torture(scenario) > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_runs_out_anywhere)};
    return cmocka_run_group_tests_name("WebSocket without memory", tests, NULL, NULL);
}
