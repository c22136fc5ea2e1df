/* server_asks.h - a server on loopback, patient or not, and what it answers to some bytes. */
#ifndef ANC_TESTS_NET_SERVER_ASKS_H
#define ANC_TESTS_NET_SERVER_ASKS_H

#include "support/test.h"

#include <stdlib.h>

#include "os/clock.h"
#include "server_fixture.h"
#include "support/socket.h"

#define HOST "Host: a\r\n"

enum { OUTPUT_MAX = 64 << 20, CROWD = 500, WAIT_MS = 5000 };

/* Waits for an atomic to become `value`. */
#define WAIT_UNTIL(expr)                                \
    do {                                                \
        for (int i_ = 0; i_ < WAIT_MS && !(expr); i_++) \
            os_sleep_ns(1000000);                       \
        assert_true(expr);                              \
    } while (0)

/* Everything that comes back on a new connection for `bytes`, until the server closes. */
static inline void ask(uint16_t port, const char *bytes, anc_buf *out)
{
    const int fd = sock_connect(port);
    assert_true(fd >= 0);
    assert_true(sock_send(fd, anc_str_of(bytes)));
    sock_read_to_end(fd, out);
    (void)close(fd);
}

static inline bool has(const anc_buf *buf, const char *text)
{
    return anc_str_find(anc_buf_view(buf), anc_str_of(text)) != SIZE_MAX;
}

static inline int open_default(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    fixture_open(f, NULL);
    return 0;
}

static inline int open_impatient(void **state)
{
    const net_server_options options = {.head_timeout_ms = 150,
                                        .body_timeout_ms = 150,
                                        .idle_timeout_ms = 300,
                                        .write_stall_ms = 300,
                                        .max_connections = 4};
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    fixture_open(f, &options);
    return 0;
}

static inline int open_small(void **state)
{
    const net_server_options options = {.max_connections = 4};
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    fixture_open(f, &options);
    return 0;
}

static inline int close_fixture(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

#define WITH(test)      cmocka_unit_test_setup_teardown(test, open_default, close_fixture)
#define IMPATIENT(test) cmocka_unit_test_setup_teardown(test, open_impatient, close_fixture)

#endif
