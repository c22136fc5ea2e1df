/* test_net_websocket.c - a WebSocket server from the outside, frames by hand over real sockets. */
#include "support/test.h"

#include <stdlib.h>

#include "net/loop.h"
#include "net/websocket.h"
#include "os/clock.h"
#include "os/thread.h"
#include "support/socket.h"
#include "support/ws_frames.h"

#define HANDSHAKE                                                                              \
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" \
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

enum { WAIT_MS = 10000, OUTPUT_MAX = 64 << 20, BIG = 256 << 10, WITHIN_MS = 100 };

#define WAIT_UNTIL(expr)                                \
    do {                                                \
        for (int i_ = 0; i_ < WAIT_MS && !(expr); i_++) \
            os_sleep_ns(1000000);                       \
        assert_true(expr);                              \
    } while (0)

typedef struct world {
    net_loop *loop;
    net_server *server;
    os_thread *thread;
    uint16_t port;
    net_ws *ws; /* of the last client; loop */
    atomic_int ends, why, accesses, drained;
    atomic_bool open;
    bool patient; /* what is poured may take long: the machine may be busy */
} world;

static void on_text(void *arg, anc_str text)
{
    world *w = arg;
    if (anc_str_eq(text, ANC_STR("close"))) {
        atomic_store(&w->open, false);
        net_ws_close(w->ws, NET_WS_NORMAL, ANC_STR("as you wish"));
        return;
    }
    net_block *frame = net_ws_frame_text(text);
    assert_non_null(frame);
    net_ws_send(w->ws, &frame, 1, WITHIN_MS);
    net_block_unref(frame);
}

static void on_end(void *arg, net_ws_end why)
{
    world *w = arg;
    atomic_store(&w->why, (int)why);
    atomic_store(&w->open, false);
    atomic_fetch_add(&w->ends, 1);
}

static const net_ws_owner owner = {.on_text = on_text, .on_end = on_end, .max_message = 1000};
static const net_ws_owner hasty = {.on_text = on_text, .on_end = on_end, .ping_ms = 1};

static void on_request(void *user, net_exchange *ex)
{
    world *w = user;
    anc_err err = {0};
    const bool is_hasty = anc_str_eq(net_exchange_path(ex), ANC_STR("/hasty"));
    const int status = net_ws_handshake(ex, &err);
    if (status != 0) {
        (void)net_exchange_respond(ex, status, NULL, 0, anc_str_of(err.text));
    } else {
        atomic_store(&w->open, true); /* the client goes on as soon as it has the answer */
        w->ws = net_ws_accept(ex, NULL, 0, is_hasty ? &hasty : &owner, w);
        assert_non_null(w->ws);
    }
    net_exchange_unref(ex);
}

static void on_access(void *user, const net_access *access)
{
    world *w = user;
    (void)access;
    atomic_fetch_add(&w->accesses, 1);
}

static void run(void *arg)
{
    world *w = arg;
    net_loop_run(w->loop);
}

static int open_world(void **state)
{
    world *w = calloc(1, sizeof *w);
    anc_err err = {0};
    const net_address listen = {.host = ANC_STR("127.0.0.1")};
    const net_server_options options = {.listen = &listen,
                                        .n_listen = 1,
                                        .user = w,
                                        .on_request = on_request,
                                        .on_access = on_access,
                                        .idle_timeout_ms = 200,
                                        .head_timeout_ms = 200};
    ASSERT_OK(net_loop_open(&w->loop, &err), &err);
    ASSERT_OK(net_server_open(w->loop, &options, &w->server, &err), &err);
    w->port = net_server_port(w->server, 0);
    ASSERT_OK(os_thread_start("loop", run, w, &w->thread, &err), &err);
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    world *w = *state;
    net_loop_stop(w->loop);
    os_thread_join(w->thread);
    net_server_close(w->server);
    net_loop_close(w->loop);
    free(w);
    return 0;
}

/* A client past its handshake. */
static int join(const world *w, const char *handshake)
{
    ANC_BUF(answer, OUTPUT_MAX);
    const int fd = sock_connect(w->port);
    assert_true(fd >= 0);
    assert_true(sock_send(fd, anc_str_of(handshake)));
    assert_true(sock_wait_for(fd, &answer, "\r\n\r\n", 1));
    assert_true(anc_str_starts(anc_buf_view(&answer), ANC_STR("HTTP/1.1 101 ")));
    assert_true(anc_str_find(anc_buf_view(&answer), ANC_STR("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) !=
                SIZE_MAX);
    return fd;
}

static void send_frame(int fd, int first, anc_str text)
{
    ANC_BUF(bytes, OUTPUT_MAX);
    ws_put(&bytes, first, text);
    assert_true(sock_send(fd, anc_buf_view(&bytes)));
}

/* ---- the handshake ---- */

static const struct refusal {
    const char *name, *head;
    int status;
} refusals[] = {
    {"no upgrade", "GET /ws HTTP/1.1\r\nHost: a\r\n", 426},
    {"upgrade to something else",
     "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n", 426},
    {"Connection without Upgrade",
     "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
     426},
    {"an old version",
     "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
     426},
    {"no key",
     "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Version: 13\r\n",
     400},
    {"a key of 15 bytes",
     "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n",
     400},
    {"an older HTTP",
     "GET /ws HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
     400},
    {"another method",
     "POST /ws HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nUpgrade: websocket\r\n"
     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
     400},
};

static void test_refusal(void **state)
{
    const struct refusal *row = *state;
    void *opened;
    char status[32];
    ANC_BUF(answer, OUTPUT_MAX);
    ANC_BUF(bytes, OUTPUT_MAX);
    (void)open_world(&opened);
    const int fd = sock_connect(((world *)opened)->port);
    (void)anc_buf_printf(&bytes, "%s\r\n", row->head);
    assert_true(sock_send(fd, anc_buf_view(&bytes)));
    assert_true(sock_wait_for(fd, &answer, "\r\n\r\n", 1));
    (void)snprintf(status, sizeof status, "HTTP/1.1 %d ", row->status);
    assert_true(anc_str_starts(anc_buf_view(&answer), anc_str_of(status)));
    (void)close(fd);
    (void)close_world(&opened);
}

/* ---- frames both ways ---- */

static void test_echo(void **state)
{
    world *w = *state;
    ANC_BUF(got, OUTPUT_MAX);
    const int fd = join(w, HANDSHAKE);
    send_frame(fd, WS_FIN | WS_TEXT, ANC_STR("hello"));
    assert_true(sock_wait_for(fd, &got, "\x81\x05hello", 1));
    anc_buf_clear(&got);
    send_frame(fd, WS_FIN | WS_PING, ANC_STR("beat"));
    assert_true(sock_wait_for(fd, &got,
                              "\x8a\x04"
                              "beat",
                              1));
    assert_int_equal(atomic_load(&w->accesses), 1);
    assert_int_equal((int)net_server_stats_of(w->server).exchanges, 0);
    (void)close(fd);
    WAIT_UNTIL(atomic_load(&w->ends) == 1);
    assert_int_equal(atomic_load(&w->why), NET_WS_LEFT);
}

/* What comes in one piece with the handshake is read too. */
static void test_ahead(void **state)
{
    world *w = *state;
    ANC_BUF(bytes, OUTPUT_MAX);
    ANC_BUF(got, OUTPUT_MAX);
    (void)anc_buf_add(&bytes, ANC_STR(HANDSHAKE));
    ws_put(&bytes, WS_FIN | WS_TEXT, ANC_STR("first"));
    const int fd = sock_connect(w->port);
    assert_true(sock_send(fd, anc_buf_view(&bytes)));
    assert_true(sock_wait_for(fd, &got,
                              "\x81\x05"
                              "first",
                              1));
    (void)close(fd);
}

/* Neither the idle timeout nor that of a head holds for a socket. */
static void test_stays(void **state)
{
    world *w = *state;
    ANC_BUF(got, OUTPUT_MAX);
    const int fd = join(w, HANDSHAKE);
    os_sleep_ns(INT64_C(700) * 1000000);
    send_frame(fd, WS_FIN | WS_TEXT, ANC_STR("still"));
    assert_true(sock_wait_for(fd, &got, "still", 1));
    (void)close(fd);
}

static void test_client_closes(void **state)
{
    world *w = *state;
    ANC_BUF(got, OUTPUT_MAX);
    const int fd = join(w, HANDSHAKE);
    send_frame(fd, WS_FIN | WS_CLOSE,
               ANC_STR("\x03\xe9"
                       "bye"));
    sock_read_to_end(fd, &got);
    assert_true(anc_str_eq(anc_buf_view(&got), ANC_STR("\x88\x02\x03\xe9")));
    assert_int_equal(atomic_load(&w->why), NET_WS_LEFT);
    assert_int_equal(atomic_load(&w->ends), 1);
    (void)close(fd);
}

static void test_server_closes(void **state)
{
    world *w = *state;
    ANC_BUF(got, OUTPUT_MAX);
    const int fd = join(w, HANDSHAKE);
    send_frame(fd, WS_FIN | WS_TEXT, ANC_STR("close"));
    sock_read_to_end(fd, &got);
    assert_true(anc_str_eq(anc_buf_view(&got), ANC_STR("\x88\x0d\x03\xe8"
                                                       "as you wish")));
    assert_int_equal(atomic_load(&w->ends), 0);
    (void)close(fd);
}

static const struct misuse {
    const char *name;
    int first, code;
    anc_str text;
} misuses[] = {
    {"a reserved opcode", WS_FIN | 3, NET_WS_PROTOCOL, ANC_STR_INIT("x")},
    {"bytes", WS_FIN | WS_BINARY, NET_WS_UNSUPPORTED, ANC_STR_INIT("x")},
    {"not UTF-8", WS_FIN | WS_TEXT, NET_WS_NOT_UTF8, ANC_STR_INIT("\xff")},
};

static void test_misuse(void **state)
{
    const struct misuse *row = *state;
    void *opened;
    ANC_BUF(got, OUTPUT_MAX);
    (void)open_world(&opened);
    world *w = opened;
    const int fd = join(w, HANDSHAKE);
    send_frame(fd, row->first, row->text);
    sock_read_to_end(fd, &got);
    assert_true(got.len >= 4);
    assert_int_equal((unsigned char)got.ptr[0], 0x88);
    assert_int_equal((unsigned char)got.ptr[2] << 8 | (unsigned char)got.ptr[3], row->code);
    assert_int_equal(atomic_load(&w->why), NET_WS_REFUSED);
    (void)close(fd);
    (void)close_world(&opened);
}

static void test_silent_client(void **state)
{
    world *w = *state;
    ANC_BUF(got, OUTPUT_MAX);
    const int fd = join(w, "GET /hasty HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    sock_read_to_end(fd, &got); /* it pings, and gets no pong */
    assert_true(anc_str_starts(anc_buf_view(&got), ANC_STR("\x89\x00")));
    assert_true(anc_str_find(anc_buf_view(&got), ANC_STR("\x03\xf0no pong")) != SIZE_MAX);
    assert_int_equal(atomic_load(&w->why), NET_WS_SILENT);
    (void)close(fd);
}

/* ---- clients that do not read ---- */

static void pour(void *arg)
{
    world *w = arg;
    char *letters = malloc(BIG);
    memset(letters, 'x', BIG);
    net_block *frame = net_ws_frame_text((anc_str){letters, BIG});
    net_block *frames[20];
    for (size_t i = 0; i < ANC_COUNT(frames); i++)
        frames[i] = frame;
    if (atomic_load(&w->open))
        net_ws_send(w->ws, frames, 12, w->patient ? WAIT_MS : WITHIN_MS);
    net_block_unref(frame);
    free(letters);
}

/* Everything until the end is whole frames; the last one's code. */
static int read_frames(int fd, size_t *ret_texts)
{
    ANC_BUF(got, OUTPUT_MAX);
    sock_read_to_end(fd, &got);
    anc_str rest = anc_buf_view(&got);
    *ret_texts = 0;
    while (rest.len >= 10 && (unsigned char)rest.ptr[0] == 0x81) {
        assert_true(rest.len >= 10 + BIG);
        rest = anc_str_sub(rest, 10 + BIG, rest.len);
        ++*ret_texts;
    }
    assert_true(rest.len >= 4);
    assert_int_equal((unsigned char)rest.ptr[0], 0x88);
    return (unsigned char)rest.ptr[2] << 8 | (unsigned char)rest.ptr[3];
}

static void test_slow_client(void **state)
{
    world *w = *state;
    size_t texts;
    const int fd = join(w, HANDSHAKE);
    for (int i = 0; i < 400 && atomic_load(&w->open); i++) {
        assert_true(net_loop_post(w->loop, pour, w));
        os_sleep_ns(10000000);
    }
    WAIT_UNTIL(!atomic_load(&w->open));
    assert_int_equal(atomic_load(&w->why), NET_WS_SLOW);
    assert_int_equal(read_frames(fd, &texts), NET_WS_TRY_LATER);
    (void)close(fd);
}

/* One that reads gets all, however much it is. */
static void test_client_that_reads(void **state)
{
    world *w = *state;
    ANC_BUF(got, OUTPUT_MAX);
    const int fd = join(w, HANDSHAKE);
    w->patient = true;
    assert_true(net_loop_post(w->loop, pour, w));
    while (got.len < (size_t)12 * (BIG + 10))
        assert_true(sock_receive(fd, &got));
    assert_true(atomic_load(&w->open));
    (void)close(fd);
}

static void drained(void *arg, bool all)
{
    world *w = arg;
    atomic_store(&w->drained, all ? 1 : 2);
}

static void drain(void *arg)
{
    world *w = arg;
    net_server_drain(w->server, WAIT_MS, drained, w);
}

static void test_drain(void **state)
{
    world *w = *state;
    ANC_BUF(got, OUTPUT_MAX);
    const int fd = join(w, HANDSHAKE);
    assert_true(net_loop_post(w->loop, drain, w));
    sock_read_to_end(fd, &got);
    assert_true(anc_str_starts(anc_buf_view(&got), ANC_STR("\x88\x1d\x03\xe9")));
    (void)close(fd);
    WAIT_UNTIL(atomic_load(&w->drained) == 1);
    assert_int_equal(atomic_load(&w->why), NET_WS_DRAINED);
}

static void drain_soon(void *arg)
{
    world *w = arg;
    net_server_drain(w->server, 1500, drained, w);
}

/* A client that reads nothing of what is on its way is not waited for as long as one that is only slow. */
static void test_drain_of_one_that_does_not_read(void **state)
{
    world *w = *state;
    const int fd = join(w, HANDSHAKE);
    w->patient = true;
    assert_true(net_loop_post(w->loop, pour, w));
    assert_true(net_loop_post(w->loop, drain_soon, w));
    WAIT_UNTIL(atomic_load(&w->drained) != 0);
    assert_int_equal(atomic_load(&w->drained), 1);
    (void)close(fd);
}

/* The server goes with a client that is there. */
static void test_end(void **state)
{
    void *opened;
    (void)state;
    (void)open_world(&opened);
    const int fd = join(opened, HANDSHAKE);
    (void)close_world(&opened);
    (void)close(fd);
}

#define ROW(fn) cmocka_unit_test_setup_teardown(fn, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {ROW(test_echo),
                                       ROW(test_ahead),
                                       ROW(test_stays),
                                       ROW(test_client_closes),
                                       ROW(test_server_closes),
                                       ROW(test_silent_client),
                                       ROW(test_slow_client),
                                       ROW(test_client_that_reads),
                                       ROW(test_drain),
                                       ROW(test_drain_of_one_that_does_not_read),
                                       cmocka_unit_test(test_end)};
    int failed = RUN_TABLE("handshakes refused", refusals, test_refusal);
    failed += RUN_TABLE("misuse", misuses, test_misuse);
    failed += cmocka_run_group_tests_name("websocket", tests, NULL, NULL);
    return failed;
}
