/* test_net_server.c - the server from the outside, over real sockets on loopback. */
#include "server_asks.h"

#include <sys/resource.h>
#include <sys/stat.h>

static void keep_alive_and_pipelining(void **state)
{
    fixture *f = *state;
    const int fd = sock_connect(f->port);
    ANC_BUF(out, OUTPUT_MAX);
    ANC_BUF(in, OUTPUT_MAX);
    assert_true(sock_send(fd, ANC_STR("GET /hello HTTP/1.1\r\n" HOST "\r\n")));
    assert_true(sock_wait_for(fd, &out, "hello", 1));
    assert_true(has(&out, "HTTP/1.1 200 OK\r\n") && has(&out, "content-length: 5\r\n") &&
                has(&out, "date: ") && !has(&out, "connection:"));
    for (int i = 0; i < 1000; i++)
        (void)anc_buf_printf(&in, "GET /%s HTTP/1.1\r\n" HOST "\r\n",
                             i % 2 == 0 ? "pool" : "hello");
    (void)anc_buf_add(&in, ANC_STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nlast"
                                   "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"));
    assert_true(sock_send(fd, anc_buf_view(&in)));
    sock_read_to_end(fd, &out);
    assert_true(sock_wait_for(fd, &out, "from the pool", 500));
    assert_true(sock_wait_for(fd, &out, "\r\n\r\nhello", 502));
    assert_true(has(&out, "\r\n\r\nlast"));
    assert_true(has(&out, "connection: close\r\n"));
    (void)close(fd);
}

static void heads_and_old_clients(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    ask(f->port, "HEAD /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(has(&out, "content-length: 5\r\n") &&
                anc_str_ends(anc_buf_view(&out), ANC_STR("\r\n\r\n")));
    anc_buf_clear(&out);
    ask(f->port, "HEAD /stream HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(has(&out, "chunked") && !has(&out, "piece"));
    anc_buf_clear(&out);
    ask(f->port, "GET /stream HTTP/1.0\r\n\r\n", &out);
    assert_true(!has(&out, "chunked") && anc_str_ends(anc_buf_view(&out), ANC_STR("piece 9\n")));
    anc_buf_clear(&out);
    ask(f->port, "GET /fixed HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(has(&out, "Content-Length: 6\r\n") && has(&out, "\r\n\r\nabcdef"));
    anc_buf_clear(&out);
    ask(f->port, "PUT /args?x=1 HTTP/1.1\r\n" HOST "X-One: 1\r\nContent-Length: 7\r\n\r\n", &out);
    assert_true(has(&out, "PUT /args ? x=1 1 7"));
}

static void chunked_answers_are_whole(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    ask(f->port, "GET /stream HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(has(&out, "transfer-encoding: chunked\r\n"));
    assert_true(has(&out, "8\r\npiece 0\n\r\n"));
    assert_true(anc_str_ends(anc_buf_view(&out), ANC_STR("8\r\npiece 9\n\r\n0\r\n\r\n")));
    anc_buf_clear(&out);
    ask(f->port, "GET /large HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(out.len > (1 << 20));
}

static void uploads(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("POST /echo HTTP/1.1\r\n" HOST
                                      "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n")));
    os_sleep_ns(5000000);
    assert_true(sock_send(fd, ANC_STR("3\r\nefg\r\n0\r\n\r\n")));
    assert_true(sock_wait_for(fd, &out, "\r\n\r\nabcdefg", 1));
    assert_true(
        sock_send(fd, ANC_STR("POST /count HTTP/1.1\r\n" HOST "Content-Length: 8000000\r\n\r\n")));
    static char zeros[100000];
    for (int i = 0; i < 80; i++)
        assert_true(sock_send(fd, (anc_str){zeros, sizeof zeros}));
    assert_true(sock_wait_for(fd, &out, "\r\n\r\n8000000", 1));
    (void)close(fd);
}

static void a_paused_body_waits(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    const int fd = sock_connect(f->port);
    static char zeros[100000];
    assert_true(sock_send(
        fd, ANC_STR("POST /slowbody HTTP/1.1\r\n" HOST "Content-Length: 4000000\r\n\r\n")));
    for (int i = 0; i < 40; i++)
        assert_true(sock_send(fd, (anc_str){zeros, sizeof zeros}));
    assert_true(sock_wait_for(fd, &out, "\r\n\r\n4000000", 1));
    (void)close(fd);
}

static void continue_is_said_when_the_body_is_wanted(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("POST /echo HTTP/1.1\r\n" HOST
                                      "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")));
    assert_true(sock_wait_for(fd, &out, "HTTP/1.1 100 Continue\r\n\r\n", 1));
    assert_true(sock_send(fd, ANC_STR("hi")));
    assert_true(sock_wait_for(fd, &out, "\r\n\r\nhi", 1));
    (void)close(fd);
    anc_buf_clear(&out);
    ask(f->port,
        "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n",
        &out);
    assert_true(has(&out, "HTTP/1.1 413 ") && !has(&out, "100 Continue"));
}

static void too_large_is_said_before_it_is_read(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    const int fd = sock_connect(f->port);
    /* not a byte of the body is sent, and the answer comes */
    assert_true(
        sock_send(fd, ANC_STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n")));
    sock_read_to_end(fd, &out);
    assert_true(has(&out, "HTTP/1.1 413 ") && has(&out, "connection: close\r\n") &&
                has(&out, "application/problem+json"));
    assert_int_equal(atomic_load(&f->body_status), ANC_LIMIT);
    (void)close(fd);
    /* chunked: when the limit is passed */
    const int fd2 = sock_connect(f->port);
    static char zeros[65536];
    anc_buf_clear(&out);
    assert_true(sock_send(fd2, ANC_STR("POST /echo HTTP/1.1\r\n" HOST
                                       "Transfer-Encoding: chunked\r\n\r\n200000\r\n")));
    for (int i = 0; i < 17; i++)
        assert_true(sock_send(fd2, (anc_str){zeros, sizeof zeros}));
    sock_read_to_end(fd2, &out);
    assert_true(has(&out, "HTTP/1.1 413 "));
    (void)close(fd2);
}

static void refusals(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *bytes, *status;
    } rows[] = {
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
        {"GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 505 "},
        {"GET / HTTP/1.1\n\n", "HTTP/1.1 400 "},
        {"POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501 "},
        {"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nxx", "HTTP/1.1 400 "},
        {"GET /drop HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 500 "},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        ANC_BUF(out, OUTPUT_MAX);
        ask(f->port, rows[i].bytes, &out);
        assert_true(anc_str_starts(anc_buf_view(&out), anc_str_of(rows[i].status)));
        assert_true(has(&out, "{\"status\":"));
    }
    ANC_BUF(long_head, OUTPUT_MAX);
    ANC_BUF(out, OUTPUT_MAX);
    (void)anc_buf_printf(&long_head, "GET / HTTP/1.1\r\n" HOST "A: %020000d\r\n\r\n", 1);
    ask(f->port, long_head.ptr, &out);
    assert_true(has(&out, "HTTP/1.1 431 "));
    WAIT_UNTIL(atomic_load(&f->last_status) == 431);
}

static void departures_are_seen(void **state)
{
    fixture *f = *state;
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("GET /hold HTTP/1.1\r\n" HOST "\r\n")));
    os_sleep_ns(20000000);
    assert_int_equal(atomic_load(&f->gone), 0);
    (void)close(fd);
    WAIT_UNTIL(atomic_load(&f->gone) == 1);
    assert_int_equal(atomic_load(&f->last_status), 499);

    /* in the middle of an answer, by a reset */
    const int fd2 = sock_connect(f->port);
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    assert_true(sock_send(fd2, ANC_STR("GET /flood HTTP/1.1\r\n" HOST "\r\n")));
    os_sleep_ns(20000000);
    (void)setsockopt(fd2, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    (void)close(fd2);
    WAIT_UNTIL(atomic_load(&f->gone) == 2);

    /* in the middle of a body */
    atomic_store(&f->body_status, -1);
    const int fd3 = sock_connect(f->port);
    assert_true(
        sock_send(fd3, ANC_STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc")));
    os_sleep_ns(20000000);
    (void)close(fd3);
    WAIT_UNTIL(atomic_load(&f->body_status) == ANC_CANCELLED);
}

static void a_departure_is_seen_behind_unread_bytes(void **state)
{
    fixture *f = *state;
    static char zeros[100000];
    const int fd = sock_connect(f->port);
    /* more than the server keeps of a body that nobody asked for */
    assert_true(
        sock_send(fd, ANC_STR("POST /hold HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n")));
    assert_true(sock_send(fd, (anc_str){zeros, sizeof zeros}));
    os_sleep_ns(20000000);
    (void)close(fd);
    WAIT_UNTIL(atomic_load(&f->gone) == 1);
}

static void slow_readers_are_bounded(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("GET /flood HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n")));
    os_sleep_ns(50000000);
    sock_read_to_end(fd, &out);
    assert_true(out.len > (32 << 20));
    assert_true(atomic_load(&f->max_buffered) <= (512 << 10));
    (void)close(fd);
    /* one that does not look at its room is cut off */
    const int fd2 = sock_connect(f->port);
    anc_buf_clear(&out);
    assert_true(sock_send(fd2, ANC_STR("GET /flood-blind HTTP/1.1\r\n" HOST "\r\n")));
    sock_read_to_end(fd2, &out);
    assert_true(out.len < (32 << 20));
    (void)close(fd2);
}

/* A client that reads nothing, or leaves; and what is told of how its answer ended. */
static void ends_are_told(void **state)
{
    static const struct {
        const char *target;
        bool leaves;
        net_end end;
    } rows[] = {
        {"/hello", false, NET_END_WHOLE},   {"/abort", false, NET_END_CUT},
        {"/hold", true, NET_END_LEFT},      {"/flood-blind", false, NET_END_OVERFLOW},
        {"/flood", false, NET_END_STALLED},
    };
    fixture *f = *state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const int before = atomic_load(&f->accesses);
        ANC_BUF(request, 256);
        (void)anc_buf_printf(&request, "GET %s HTTP/1.1\r\n" HOST "\r\n", rows[i].target);
        const int fd = sock_connect(f->port);
        assert_true(sock_send(fd, anc_buf_view(&request)));
        if (rows[i].leaves) {
            WAIT_UNTIL(net_server_stats_of(f->server).exchanges > 0);
            (void)close(fd);
        }
        WAIT_UNTIL(atomic_load(&f->accesses) > before);
        assert_int_equal(atomic_load(&f->last_end), rows[i].end);
        assert_int_equal(atomic_load(&f->last_status) == 499, rows[i].end != NET_END_WHOLE);
        if (!rows[i].leaves)
            (void)close(fd);
    }
}

/* A client that takes some bytes now and then, but fewer than it must, is let go as one that takes none. */
static void a_client_that_sips_is_cut(void **state)
{
    (void)state;
    static char taken[256 << 10];
    const net_server_options options = {.write_stall_ms = 300,
                                        .output_min_bytes_per_s = (size_t)1 << 30};
    fixture f;
    fixture_open(&f, &options);
    const int fd = sock_connect(f.port);
    assert_true(sock_send(fd, ANC_STR("GET /flood HTTP/1.1\r\n" HOST "\r\n")));
    size_t all = 0;
    for (ssize_t n; atomic_load(&f.accesses) == 0 && (n = read(fd, taken, sizeof taken)) > 0;) {
        all += (size_t)n;
        os_sleep_ns(20000000);
    }
    WAIT_UNTIL(atomic_load(&f.accesses) == 1);
    assert_true(all > 0);
    assert_int_equal(atomic_load(&f.last_end), NET_END_STALLED);
    (void)close(fd);
    fixture_close(&f);
}

/* What all connections together let wait has a ceiling, however much one may. */
static void all_that_waits_is_bounded(void **state)
{
    (void)state;
    const net_server_options options = {.max_output_bytes = 256 << 20,
                                        .max_buffered_bytes = 4 << 20};
    fixture f;
    fixture_open(&f, &options);
    for (int i = 1; i <= 2; i++) { /* what waited for the first is given back */
        const int fd = sock_connect(f.port);
        assert_true(sock_send(fd, ANC_STR("GET /flood-blind HTTP/1.1\r\n" HOST "\r\n")));
        WAIT_UNTIL(atomic_load(&f.accesses) == 2 * i - 1);
        assert_int_equal(atomic_load(&f.last_end), NET_END_OVERFLOW);
        (void)close(fd);
        ANC_BUF(out, OUTPUT_MAX);
        ask(f.port, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
        assert_true(has(&out, "hello"));
        WAIT_UNTIL(atomic_load(&f.accesses) == 2 * i);
    }
    fixture_close(&f);
}

static int ask_large(fixture *f, const char *method)
{
    const int fd = sock_connect(f->port);
    ANC_BUF(request, 256);
    (void)anc_buf_printf(&request, "%s /large-asks HTTP/1.1\r\n" HOST "\r\n", method);
    assert_true(sock_send(fd, anc_buf_view(&request)));
    return fd;
}

/* Clients that read nothing take the room for large answers: others are told so, small answers go out all the same, and
 * what the clients leave is there again. */
static void large_answers_ask_for_room(void **state)
{
    (void)state;
    enum { ROOM = 3, READERS = 8 };
    const net_server_options options = {.max_buffered_bytes = ROOM * ASKED_BYTES + (1 << 20)};
    fixture f;
    fixture_open(&f, &options);
    int fds[READERS];
    size_t waiting = 0;
    for (size_t i = 0; i < READERS; i++) {
        fds[i] = ask_large(&f, "GET");
        ANC_BUF(head, OUTPUT_MAX);
        assert_true(sock_wait_for(fds[i], &head, "HTTP/1.1 ", 1));
        waiting += has(&head, "HTTP/1.1 200");
    }
    const net_server_stats full = net_server_stats_of(f.server);
    assert_int_equal(waiting, ROOM);
    assert_int_equal(full.answers_refused_total, READERS - waiting);
    assert_true(full.answer_bytes <= options.max_buffered_bytes);
    ANC_BUF(out, OUTPUT_MAX);
    ask(f.port, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    ask(f.port, "HEAD /large-asks HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(has(&out, "hello") && has(&out, "content-length: 8388608") && !has(&out, "503"));
    for (size_t i = 0; i < READERS; i++)
        (void)close(fds[i]);
    WAIT_UNTIL(net_server_stats_of(f.server).answer_bytes == 0);
    ANC_BUF(again, 2 * ASKED_BYTES);
    ask(f.port, "GET /large-asks HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &again);
    assert_true(has(&again, "HTTP/1.1 200") && again.len > ASKED_BYTES);
    fixture_close(&f);
}

/* One that is larger than all the room goes out where no other is under way. */
static void a_huge_answer_goes_out_alone(void **state)
{
    (void)state;
    const net_server_options options = {.max_buffered_bytes = ASKED_BYTES / 2};
    fixture f;
    fixture_open(&f, &options);
    for (int i = 0; i < 3; i++) {
        ANC_BUF(out, 2 * ASKED_BYTES);
        ask(f.port, "GET /large-asks HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
        assert_true(out.len > ASKED_BYTES && has(&out, "HTTP/1.1 200"));
    }
    WAIT_UNTIL(net_server_stats_of(f.server).answer_bytes == 0);
    assert_int_equal(net_server_stats_of(f.server).answers_refused_total, 0);
    fixture_close(&f);
}

static void an_abort_shows(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    ask(f->port, "GET /abort HTTP/1.1\r\n" HOST "\r\n", &out);
    assert_false(has(&out, "0\r\n\r\n"));
}

static void a_crowd_may_idle(void **state)
{
    fixture *f = *state;
    struct rlimit files;
    (void)getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < 2 * CROWD + 100) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    int fds[CROWD];
    for (int i = 0; i < CROWD; i++) {
        fds[i] = sock_connect(f->port);
        assert_true(fds[i] >= 0);
    }
    WAIT_UNTIL(net_server_stats_of(f->server).connections == CROWD);
    ANC_BUF(out, OUTPUT_MAX);
    ask(f->port, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(has(&out, "hello"));
    for (int i = 0; i < CROWD; i++) {
        assert_true(sock_send(fds[i], ANC_STR("GET /pool HTTP/1.1\r\n" HOST "\r\n")));
    }
    for (int i = 0; i < CROWD; i++) {
        anc_buf_clear(&out);
        assert_true(sock_wait_for(fds[i], &out, "from the pool", 1));
        (void)close(fds[i]);
    }
    WAIT_UNTIL(net_server_stats_of(f->server).connections == 0);
}

static void unix_sockets(void **state)
{
    fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->unix_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    const int fd = sock_connect_unix(f->unix_path);
    assert_true(fd >= 0);
    ANC_BUF(out, OUTPUT_MAX);
    assert_true(sock_send(fd, ANC_STR("GET /hello HTTP/1.1\r\n" HOST "\r\n")));
    assert_true(sock_wait_for(fd, &out, "hello", 1));
    assert_true(sock_send(fd, ANC_STR("GET /hold HTTP/1.1\r\n" HOST "\r\n")));
    os_sleep_ns(10000000);
    (void)close(fd);
    WAIT_UNTIL(atomic_load(&f->gone) == 1);
}

static void ignore_request(void *user, net_exchange *ex)
{
    (void)user;
    net_exchange_unref(ex);
}

static void a_taken_address_is_named(void **state)
{
    fixture *f = *state;
    static const struct {
        bool is_unix;
        const char *host;
        anc_status status;
    } rows[] = {{false, "127.0.0.1", ANC_CONFLICT},
                {true, "", ANC_CONFLICT},
                {false, "203.0.113.7", ANC_INVALID}};
    net_loop *loop;
    anc_err err = {0};
    ASSERT_OK(net_loop_open(&loop, &err), &err);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        net_address a = {.host = anc_str_of(rows[i].host), .port = f->port};
        if (rows[i].is_unix)
            a.unix_path = anc_str_of(f->unix_path);
        const net_server_options o = {.listen = &a, .n_listen = 1, .on_request = ignore_request};
        net_server *server;
        anc_err_clear(&err);
        assert_int_equal(net_server_open(loop, &o, &server, &err), rows[i].status);
        char port[16];
        (void)snprintf(port, sizeof port, ":%u", f->port);
        assert_non_null(strstr(err.text, rows[i].is_unix ? f->unix_path : port));
    }
    net_loop_close(loop);
}

/* A server that takes no connection at the moment is alive: its socket is not taken away, nor waited for. */
static void a_busy_socket_is_taken(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int waiting[64];
    size_t n = 0;
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/tmp/anc-busy-%ld.sock",
                   (long)getpid());
    (void)unlink(address.sun_path);
    const int busy = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(busy, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(busy, 0), 0);
    for (bool full = false; !full && n < ANC_COUNT(waiting); n++) {
        waiting[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        full = connect(waiting[n], (struct sockaddr *)&address, sizeof address) != 0;
    }
    const net_address a = {.unix_path = anc_str_of(address.sun_path)};
    const net_server_options o = {.listen = &a, .n_listen = 1, .on_request = ignore_request};
    net_loop *loop;
    net_server *server;
    anc_err err = {0};
    ASSERT_OK(net_loop_open(&loop, &err), &err);
    assert_int_equal(net_server_open(loop, &o, &server, &err), ANC_CONFLICT);
    assert_int_equal(access(address.sun_path, F_OK), 0);
    net_loop_close(loop);
    while (n > 0)
        (void)close(waiting[--n]);
    (void)close(busy);
    (void)unlink(address.sun_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(keep_alive_and_pipelining),
        WITH(heads_and_old_clients),
        WITH(chunked_answers_are_whole),
        WITH(uploads),
        WITH(a_paused_body_waits),
        WITH(continue_is_said_when_the_body_is_wanted),
        WITH(too_large_is_said_before_it_is_read),
        WITH(refusals),
        WITH(departures_are_seen),
        WITH(a_departure_is_seen_behind_unread_bytes),
        WITH(slow_readers_are_bounded),
        IMPATIENT(ends_are_told),
        cmocka_unit_test(a_client_that_sips_is_cut),
        cmocka_unit_test(all_that_waits_is_bounded),
        cmocka_unit_test(large_answers_ask_for_room),
        cmocka_unit_test(a_huge_answer_goes_out_alone),
        WITH(an_abort_shows),
        WITH(a_crowd_may_idle),
        WITH(unix_sockets),
        WITH(a_busy_socket_is_taken),
        WITH(a_taken_address_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
