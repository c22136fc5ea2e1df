/* test_http_close.c - the end of an edge whose requests take longer than its drain: nothing is called
 * when what it needs is gone. What is wrong here shows under the address and thread sanitizers. */
#include "edge_fixture.h"

enum { SOCKETS_MAX = 16 };

static edge_fixture f;
static int fds[SOCKETS_MAX];
static size_t n_fds;

static void begin(const char *method, const char *path, const char *body)
{
    assert_true(n_fds < SOCKETS_MAX);
    fds[n_fds++] = edge_begin(&f, method, path, NULL, body);
}

static void begin_put(void)
{
    begin("POST", "/v1/knowledge/documents", "{\"id\":\"hold on\",\"text\":\"x\"}");
}

static void begin_search(void)
{
    begin("POST", "/v1/search", "{\"query\":\"hold on\"}");
}

static void begin_stream(void)
{
    ANC_BUF(seen, 1 << 16);
    begin("POST", "/v1/chat/stream", "{\"question\":\"hang\"}");
    assert_true(sock_wait_for(fds[n_fds - 1], &seen, "event: token", 1));
}

static void begin_watch(void)
{
    ANC_BUF(seen, 1 << 16);
    begin("GET", "/v1/ingest/forever/progress", "");
    assert_true(sock_wait_for(fds[n_fds - 1], &seen, "event: progress", 1));
}

static void nothing(void)
{
}

static const struct row {
    const char *name;
    void (*begin)(void);
    int times;
    int at_work; /* what then holds a thread */
    void (*beside)(void);
} rows[] = {
    {"a put", begin_put, 1, 1, nothing},
    {"puts that wait for their turn behind others", begin_put, 6, 2, nothing},
    {"searches that fill the pool and its queue", begin_search, 5, 2, nothing},
    {"a put, and a stream that hangs", begin_put, 1, 1, begin_stream},
    {"a put, and a follower of a batch", begin_put, 1, 1, begin_watch},
};

static void close_cut_off(void **state)
{
    const struct row *row = *state;
    const http_edge_options options = {.max_puts = 2, .drain_grace_ms = 1};
    edge_open(&f, &options);
    n_fds = 0;
    row->beside();
    for (int i = 0; i < row->times; i++)
        row->begin();
    assert_true(wait_for(&doubles.holding, row->at_work));
    edge_close_cut_off(&f);
    assert_int_equal(atomic_load(&doubles.holding), 0);
    for (size_t i = 0; i < n_fds; i++)
        (void)close(fds[i]);
}

int main(void)
{
    return RUN_TABLE("an end before the requests'", rows, close_cut_off);
}
