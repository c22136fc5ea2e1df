/* test_net_server_end.c - the server when clients are slow or too many, and when it ends. */
#include "server_asks.h"

#include <dirent.h>
#include <sys/resource.h>

static void slow_clients_are_told(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    ask(f->port, "GET /hello HT", &out);
    assert_true(has(&out, "HTTP/1.1 408 "));
    anc_buf_clear(&out);
    ask(f->port, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc", &out);
    assert_true(has(&out, "HTTP/1.1 408 "));
    assert_int_equal(atomic_load(&f->body_status), ANC_TOO_SLOW);
    anc_buf_clear(&out);
    ask(f->port, "", &out); /* idle: closed without a word */
    assert_int_equal(out.len, 0);
    /* takes nothing of a long answer */
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("GET /flood HTTP/1.1\r\n" HOST "\r\n")));
    WAIT_UNTIL(atomic_load(&f->gone) == 1);
    (void)close(fd);
}

static void one_connection_too_many_is_told(void **state)
{
    fixture *f = *state;
    int fds[4];
    for (int i = 0; i < 4; i++)
        fds[i] = sock_connect(f->port);
    WAIT_UNTIL(net_server_stats_of(f->server).connections == 4);
    ANC_BUF(out, OUTPUT_MAX);
    ask(f->port, "POST /hello HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n12345", &out);
    assert_true(has(&out, "HTTP/1.1 503 ") && has(&out, "retry-after: 1\r\n"));
    anc_buf_clear(&out);
    const int fd = sock_connect(f->port); /* says nothing, and is told all the same */
    sock_read_to_end(fd, &out);
    assert_true(has(&out, "HTTP/1.1 503 "));
    (void)close(fd);
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
    assert_int_equal(net_server_stats_of(f->server).refused_total, 2);
}

/* However many come at once, each is told, those who say nothing too. */
static void a_crowd_is_told(void **state)
{
    fixture *f = *state;
    enum { MANY = 60 };
    int fds[4], crowd[MANY];
    for (int i = 0; i < 4; i++)
        fds[i] = sock_connect(f->port);
    WAIT_UNTIL(net_server_stats_of(f->server).connections == 4);
    for (int i = 0; i < 4; i++) /* none of them is silent */
        assert_true(sock_send(
            fds[i], ANC_STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc")));
    WAIT_UNTIL(net_server_stats_of(f->server).exchanges == 4);
    for (int i = 0; i < MANY; i++) {
        crowd[i] = sock_connect(f->port);
        if (i % 3 > 0)
            assert_true(sock_send(crowd[i], ANC_STR("GET /hello HTTP/1.1\r\n" HOST "\r\n")));
    }
    for (int i = 0; i < MANY; i++) {
        ANC_BUF(out, OUTPUT_MAX);
        sock_read_to_end(crowd[i], &out);
        assert_true(has(&out, "HTTP/1.1 503 ") && has(&out, "retry-after: 1\r\n"));
        (void)close(crowd[i]);
    }
    assert_int_equal(net_server_stats_of(f->server).refused_total, MANY);
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
}

static bool is_hello(void *user, const net_exchange *ex)
{
    (void)user;
    return anc_str_eq(net_exchange_path(ex), ANC_STR("/hello"));
}

static int open_vital(void **state)
{
    const net_server_options options = {.max_connections = 4, .is_vital = is_hello};
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    fixture_open(f, &options);
    *state = f;
    return 0;
}

/* What is vital is answered past the limit, once a connection. */
static void what_is_vital_is_answered_past_the_limit(void **state)
{
    fixture *f = *state;
    int fds[4];
    for (int i = 0; i < 4; i++)
        fds[i] = sock_connect(f->port);
    WAIT_UNTIL(net_server_stats_of(f->server).connections == 4);
    ANC_BUF(out, OUTPUT_MAX);
    ask(f->port, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &out);
    assert_true(has(&out, "HTTP/1.1 200 ") && has(&out, "onnection: close\r\n"));
    anc_buf_clear(&out);
    ask(f->port, "GET /echo HTTP/1.1\r\n" HOST "\r\n", &out);
    assert_true(has(&out, "HTTP/1.1 503 "));
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
}

/* Those who are silent do not lock out those who ask. */
static void the_longest_silent_one_makes_room(void **state)
{
    fixture *f = *state;
    int fds[4];
    for (int i = 0; i < 4; i++)
        fds[i] = sock_connect(f->port);
    WAIT_UNTIL(net_server_stats_of(f->server).connections == 4);
    const int64_t refused = (int64_t)net_server_stats_of(f->server).refused_total;
    assert_true(sock_send(fds[0], ANC_STR("GET /hold HTTP/1.1\r\n" HOST "\r\n")));
    WAIT_UNTIL(net_server_stats_of(f->server).exchanges == 1);
    os_sleep_ns(1100000000);
    ANC_BUF(out, OUTPUT_MAX);
    ask(f->port, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(has(&out, "hello"));
    anc_buf_clear(&out);
    sock_read_to_end(fds[1], &out); /* the first of the silent ones, without a word */
    assert_int_equal(out.len, 0);
    assert_int_equal(net_server_stats_of(f->server).exchanges, 1); /* who asked stays */
    assert_int_equal(net_server_stats_of(f->server).refused_total, refused);
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
}

/* A head that does not come to its end holds no place either, though one who says nothing goes first. */
static void the_oldest_half_of_a_head_makes_room(void **state)
{
    fixture *f = *state;
    int fds[4];
    for (int i = 0; i < 4; i++)
        fds[i] = sock_connect(f->port);
    WAIT_UNTIL(net_server_stats_of(f->server).connections == 4);
    for (int i = 0; i < 3; i++) {
        assert_true(sock_send(fds[i], ANC_STR("GET /hello HTTP/1.1\r\nHo")));
        os_sleep_ns(20000000);
    }
    os_sleep_ns(1100000000);
    static const int order[] = {3, 0}; /* the silent one, then the first half */
    for (size_t i = 0; i < ANC_COUNT(order); i++) {
        ANC_BUF(out, OUTPUT_MAX);
        ask(f->port, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
        assert_true(has(&out, "hello"));
        anc_buf_clear(&out);
        sock_read_to_end(fds[order[i]], &out);
        assert_int_equal(out.len, 0);
        (void)close(fds[order[i]]);
        WAIT_UNTIL(net_server_stats_of(f->server).connections == 3);
        fds[order[i]] = sock_connect(f->port); /* too young to go */
        WAIT_UNTIL(net_server_stats_of(f->server).connections == 4);
    }
    for (int i = 0; i < 4; i++)
        (void)close(fds[i]);
}

/* Connections that come while the process has no descriptor left are told so, each, and the server
 * works on when there are some again. */
static void descriptors_may_run_out(void **state)
{
    fixture *f = *state;
    enum { WAITING = 12, SPARE_MAX = 4096 };
    struct rlimit files, few;
    (void)getrlimit(RLIMIT_NOFILE, &files);
    few = files;
    few.rlim_cur = 256;
    (void)setrlimit(RLIMIT_NOFILE, &few);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(f->port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int waiting[WAITING], spare[SPARE_MAX];
    size_t n = 0;
    for (int i = 0; i < WAITING; i++)
        waiting[i] = socket(AF_INET, SOCK_STREAM, 0);
    while (n < SPARE_MAX && (spare[n] = dup(0)) >= 0)
        n++;
    for (int i = 0; i < WAITING; i++)
        assert_int_equal(connect(waiting[i], (const struct sockaddr *)&a, sizeof a), 0);
    for (int i = 0; i < WAITING; i++) {
        ANC_BUF(out, OUTPUT_MAX);
        if (i % 2 == 0)
            assert_true(sock_send(waiting[i], ANC_STR("GET /hello HTTP/1.1\r\n" HOST "\r\n")));
        sock_read_to_end(waiting[i], &out);
        assert_true(has(&out, "HTTP/1.1 503 ") && has(&out, "retry-after: "));
    }
    for (int i = 0; i < WAITING; i++) /* not before: the server would have descriptors again */
        (void)close(waiting[i]);
    while (n > 0)
        (void)close(spare[--n]);
    (void)setrlimit(RLIMIT_NOFILE, &files);
    ANC_BUF(out, OUTPUT_MAX);
    /* the first may still meet the server while it closes what waits */
    for (int i = 0; i < WAIT_MS && !has(&out, "hello"); i++)
        ask(f->port, "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", &out);
    assert_true(has(&out, "hello"));
}

static void note_drained(void *arg, bool all)
{
    fixture *f = arg;
    atomic_store(&f->drained, all ? 1 : 2);
}

static void start_drain(void *arg)
{
    fixture *f = arg;
    net_server_drain(f->server, 5000, note_drained, f);
}

static void start_short_drain(void *arg)
{
    fixture *f = arg;
    net_server_drain(f->server, 50, note_drained, f);
}

static void a_drain_finishes_what_runs(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    const int idle = sock_connect(f->port);
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("GET /stream HTTP/1.1\r\n" HOST "\r\n")));
    assert_true(sock_wait_for(fd, &out, "piece 0", 1));
    fixture_on_loop(f, start_drain, f);
    assert_int_equal(sock_connect(f->port), -1);
    sock_read_to_end(fd, &out);
    assert_true(anc_str_ends(anc_buf_view(&out), ANC_STR("0\r\n\r\n")));
    (void)close(fd);
    WAIT_UNTIL(atomic_load(&f->drained) == 1);
    (void)close(idle);
    assert_int_not_equal(access(f->unix_path, F_OK), 0);
}

static void start_middling_drain(void *arg)
{
    fixture *f = arg;
    net_server_drain(f->server, 1500, note_drained, f);
}

/* One that has its answer and does not close is not waited for. */
static void a_drain_waits_for_no_client_that_stays(void **state)
{
    fixture *f = *state;
    ANC_BUF(out, OUTPUT_MAX);
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("GET /stream HTTP/1.1\r\n" HOST "\r\n")));
    assert_true(sock_wait_for(fd, &out, "piece 0", 1));
    fixture_on_loop(f, start_middling_drain, f);
    sock_read_to_end(fd, &out);
    WAIT_UNTIL(atomic_load(&f->drained) != 0);
    assert_int_equal(atomic_load(&f->drained), 1);
    (void)close(fd);
}

static void a_drain_has_an_end(void **state)
{
    fixture *f = *state;
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("GET /hold HTTP/1.1\r\n" HOST "\r\n")));
    WAIT_UNTIL(net_server_stats_of(f->server).exchanges == 1);
    fixture_on_loop(f, start_short_drain, f);
    WAIT_UNTIL(atomic_load(&f->drained) == 2);
    assert_int_equal(atomic_load(&f->gone), 1);
    (void)close(fd);
}

/* Handlers on the pool answer while clients leave and the server is closed under them. */
static void closing_under_load(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 60; i++) {
        const int fd = sock_connect(f->port);
        assert_true(sock_send(fd, ANC_STR("GET /pool HTTP/1.1\r\n" HOST "\r\n"
                                          "GET /stream HTTP/1.1\r\n" HOST "\r\n")));
        (void)close(fd);
    }
    const int fd = sock_connect(f->port);
    assert_true(sock_send(fd, ANC_STR("GET /flood HTTP/1.1\r\n" HOST "\r\n")));
    (void)close(fd);
}

static size_t descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        n++;
    (void)closedir(folder);
    return n;
}

/* Also where a connection too many goes after the spare descriptors did. */
static void an_ended_server_holds_no_descriptor(void **state)
{
    (void)state;
    const net_server_options options = {.max_connections = 4};
    const size_t before = descriptors();
    fixture f = {0};
    int fds[5];
    fixture_open(&f, &options);
    for (int i = 0; i < 4; i++) {
        fds[i] = sock_connect(f.port);
        assert_true(sock_send(
            fds[i], ANC_STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nabc")));
    }
    WAIT_UNTIL(net_server_stats_of(f.server).exchanges == 4);
    fds[4] = sock_connect(f.port);
    WAIT_UNTIL(net_server_stats_of(f.server).refused_total == 1);
    fixture_close(&f);
    for (int i = 0; i < 5; i++)
        (void)close(fds[i]);
    assert_int_equal(descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPATIENT(slow_clients_are_told),
        cmocka_unit_test_setup_teardown(one_connection_too_many_is_told, open_small, close_fixture),
        cmocka_unit_test_setup_teardown(a_crowd_is_told, open_small, close_fixture),
        cmocka_unit_test_setup_teardown(the_longest_silent_one_makes_room, open_small,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(the_oldest_half_of_a_head_makes_room, open_small,
                                        close_fixture),
        cmocka_unit_test_setup_teardown(what_is_vital_is_answered_past_the_limit, open_vital,
                                        close_fixture),
        WITH(descriptors_may_run_out),
        WITH(a_drain_finishes_what_runs),
        WITH(a_drain_waits_for_no_client_that_stays),
        WITH(a_drain_has_an_end),
        WITH(closing_under_load),
        cmocka_unit_test(an_ended_server_holds_no_descriptor),
    };
    return cmocka_run_group_tests_name("server's ends", tests, NULL, NULL);
}
