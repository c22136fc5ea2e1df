/* server_fixture.c - the handlers that the server's tests talk to. */
#include "server_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/clock.h"
#include "support/test.h"

enum {
    ECHO_MAX = 1 << 20,
    FLOOD_BYTES = 32 << 20,
    FLOOD_PIECE = 64 << 10,
    FLOOD_LEVEL = 256 << 10,
    LARGE_BYTES = 1 << 20,
    PIECES = 10
};

static bool answer(net_exchange *ex, int status, anc_str body)
{
    const net_header type = {ANC_STR("content-type"), ANC_STR("text/plain")};
    return net_exchange_respond(ex, status, &type, 1, body);
}

/* ---- bodies ---- */

static void echo_body(void *arg, net_exchange *ex, anc_status status, anc_buf *body)
{
    fixture *f = arg;
    atomic_store(&f->body_status, (int)status);
    if (status == ANC_OK)
        (void)net_exchange_respond_buf(ex, 200, NULL, 0, body);
    net_exchange_unref(ex);
}

static void count_chunk(void *arg, net_exchange *ex, anc_str bytes)
{
    (void)ex;
    fixture *f = arg;
    atomic_fetch_add(&f->streamed, bytes.len);
}

static void count_end(void *arg, net_exchange *ex, anc_status status)
{
    fixture *f = arg;
    char text[32];
    atomic_store(&f->body_status, (int)status);
    const int n = snprintf(text, sizeof text, "%zu", atomic_load(&f->streamed));
    if (status == ANC_OK)
        (void)answer(ex, 200, (anc_str){text, (size_t)n});
    net_exchange_unref(ex);
}

static void resume_later(void *arg)
{
    os_sleep_ns(1000000);
    net_exchange_resume(arg);
    net_exchange_unref(arg);
}

static void slow_chunk(void *arg, net_exchange *ex, anc_str bytes)
{
    fixture *f = arg;
    anc_err err = {0};
    count_chunk(arg, ex, bytes);
    net_exchange_pause(ex);
    net_exchange_ref(ex);
    if (os_pool_submit(f->pool, resume_later, ex, &err) != ANC_OK)
        abort();
}

/* ---- answers from other threads ---- */

static void answer_on_pool(void *arg)
{
    net_exchange *ex = arg;
    (void)answer(ex, 200, ANC_STR("from the pool"));
    net_exchange_unref(ex);
}

static void stream_on_pool(void *arg)
{
    net_exchange *ex = arg;
    (void)net_exchange_begin(ex, 200, NULL, 0);
    for (int i = 0; i < PIECES; i++) {
        char piece[16];
        const int n = snprintf(piece, sizeof piece, "piece %d\n", i);
        (void)net_exchange_write(ex, (anc_str){piece, (size_t)n});
        os_sleep_ns(1000000);
    }
    (void)net_exchange_end(ex);
    net_exchange_unref(ex);
}

static void on_pool(fixture *f, void (*run)(void *), net_exchange *ex)
{
    anc_err err = {0};
    if (os_pool_submit(f->pool, run, ex, &err) != ANC_OK)
        abort();
}

typedef struct flood {
    fixture *f;
    net_exchange *ex;
    size_t left;
} flood;

static void flood_done(flood *w)
{
    (void)net_exchange_end(w->ex);
    net_exchange_off_gone(w->ex);
    net_exchange_unref(w->ex);
    free(w);
}

static void flood_gone(void *arg)
{
    flood *w = arg;
    atomic_fetch_add(&w->f->gone, 1);
    net_exchange_unref(w->ex);
    free(w);
}

static void flood_more(void *arg)
{
    static const char zeros[FLOOD_PIECE];
    flood *w = arg;
    while (w->left > 0 && net_exchange_buffered(w->ex) <= FLOOD_LEVEL) {
        if (!net_exchange_write(w->ex, (anc_str){zeros, sizeof zeros}))
            return;
        w->left -= sizeof zeros;
        const size_t buffered = net_exchange_buffered(w->ex);
        if (buffered > atomic_load(&w->f->max_buffered))
            atomic_store(&w->f->max_buffered, buffered);
    }
    if (w->left == 0)
        flood_done(w);
    else
        (void)net_exchange_on_drain(w->ex, FLOOD_LEVEL, flood_more, w);
}

static void start_flood(fixture *f, net_exchange *ex)
{
    flood *w = calloc(1, sizeof *w);
    if (w == NULL)
        abort();
    *w = (flood){f, ex, FLOOD_BYTES};
    net_exchange_on_gone(ex, flood_gone, w);
    (void)net_exchange_begin(ex, 200, NULL, 0);
    flood_more(w);
}

static void flood_blindly(net_exchange *ex)
{
    static const char zeros[FLOOD_PIECE];
    (void)net_exchange_begin(ex, 200, NULL, 0);
    size_t i = 0;
    while (i < FLOOD_BYTES && net_exchange_write(ex, (anc_str){zeros, sizeof zeros}))
        i += sizeof zeros;
    net_exchange_unref(ex);
}

/* ---- departures ---- */

static void held_gone(void *arg)
{
    fixture *f = arg;
    net_exchange *ex = f->held;
    f->held = NULL;
    if (answer(ex, 200, ANC_STR("nobody")))
        abort();
    net_exchange_unref(ex);
    atomic_fetch_add(&f->gone, 1);
}

static void hold(fixture *f, net_exchange *ex)
{
    f->held = ex;
    net_exchange_on_gone(ex, held_gone, f);
}

static void release_held(fixture *f)
{
    net_exchange *ex = f->held;
    if (ex == NULL)
        return;
    f->held = NULL;
    net_exchange_off_gone(ex);
    (void)answer(ex, 200, ANC_STR("released"));
    net_exchange_unref(ex);
}

/* ---- plain ones ---- */

static void large(net_exchange *ex, size_t bytes)
{
    anc_buf body = anc_buf_init(bytes);
    if (!anc_buf_reserve(&body, bytes))
        abort();
    memset(body.ptr, 'x', bytes);
    body.len = bytes;
    (void)net_exchange_respond_buf(ex, 200, NULL, 0, &body);
}

static void fixed(net_exchange *ex)
{
    const net_header length = {ANC_STR("Content-Length"), ANC_STR("6")};
    (void)net_exchange_begin(ex, 200, &length, 1);
    (void)net_exchange_write(ex, ANC_STR("abc"));
    (void)net_exchange_write(ex, ANC_STR("def"));
    (void)net_exchange_end(ex);
}

static void args(net_exchange *ex)
{
    ANC_BUF(out, 4096);
    (void)anc_buf_printf(&out, "%.*s %.*s ? %.*s %.*s %lld", ANC_FMT(net_exchange_method(ex)),
                         ANC_FMT(net_exchange_path(ex)), ANC_FMT(net_exchange_query(ex)),
                         ANC_FMT(net_exchange_header(ex, "x-one")),
                         (long long)net_exchange_content_length(ex));
    (void)answer(ex, 200, anc_buf_view(&out));
}

static bool is(net_exchange *ex, const char *path)
{
    return anc_str_eq(net_exchange_path(ex), anc_str_of(path));
}

/* True when the handler keeps the exchange. */
static bool keep_exchange(fixture *f, net_exchange *ex)
{
    if (is(ex, "/echo"))
        net_exchange_read_body(ex, ECHO_MAX, echo_body, f);
    else if (is(ex, "/count"))
        net_exchange_stream_body(ex, UINT64_MAX, count_chunk, count_end, f);
    else if (is(ex, "/slowbody"))
        net_exchange_stream_body(ex, UINT64_MAX, slow_chunk, count_end, f);
    else if (is(ex, "/pool"))
        on_pool(f, answer_on_pool, ex);
    else if (is(ex, "/stream"))
        on_pool(f, stream_on_pool, ex);
    else if (is(ex, "/flood"))
        start_flood(f, ex);
    else if (is(ex, "/flood-blind"))
        flood_blindly(ex);
    else if (is(ex, "/hold"))
        hold(f, ex);
    else
        return false;
    return true;
}

static void on_request(void *user, net_exchange *ex)
{
    fixture *f = user;
    if (keep_exchange(f, ex))
        return;
    if (is(ex, "/hello")) {
        (void)answer(ex, 200, ANC_STR("hello"));
    } else if (is(ex, "/release")) {
        release_held(f);
        (void)answer(ex, 200, ANC_STR("ok"));
    } else if (is(ex, "/large")) {
        large(ex, LARGE_BYTES);
    } else if (is(ex, "/large-asks")) {
        if (net_exchange_reserve(ex, ASKED_BYTES, 0))
            large(ex, ASKED_BYTES);
        else
            (void)answer(ex, 503, ANC_STR("no room"));
    } else if (is(ex, "/fixed")) {
        fixed(ex);
    } else if (is(ex, "/args")) {
        args(ex);
    } else if (is(ex, "/abort")) {
        (void)net_exchange_begin(ex, 200, NULL, 0);
        net_exchange_abort(ex);
    } else if (!is(ex, "/drop")) {
        (void)answer(ex, 404, ANC_STR("no such thing"));
    }
    net_exchange_unref(ex);
}

static void render_error(void *user, net_exchange *ex, int status, anc_str detail,
                         net_error_answer *ret)
{
    (void)user;
    (void)ex;
    ret->headers[ret->n++] =
        (net_header){ANC_STR("content-type"), ANC_STR("application/problem+json")};
    (void)anc_buf_printf(ret->body, "{\"status\":%d,\"detail\":\"%.*s\"}", status, ANC_FMT(detail));
}

static void on_access(void *user, const net_access *access)
{
    fixture *f = user;
    atomic_store(&f->last_status, access->status);
    atomic_store(&f->last_end, (int)access->end);
    atomic_fetch_add(&f->accesses, 1); /* last: who waits for it reads the two above */
}

/* ---- the fixture ---- */

static void run_loop(void *arg)
{
    net_loop_run(arg);
}

void fixture_open(fixture *f, const net_server_options *options)
{
    anc_err err = {0};
    net_address listen[2] = {{.host = ANC_STR("127.0.0.1")}};
    net_server_options o = options != NULL ? *options : (net_server_options){0};
    *f = (fixture){0};
    atomic_init(&f->body_status, -1);
    (void)snprintf(f->unix_path, sizeof f->unix_path, "/tmp/anc-net-%ld.sock", (long)getpid());
    listen[1].unix_path = anc_str_of(f->unix_path);
    o.listen = listen;
    o.n_listen = 2;
    o.user = f;
    o.on_request = on_request;
    o.render_error = render_error;
    o.on_access = on_access;
    ASSERT_OK(net_loop_open(&f->loop, &err), &err);
    ASSERT_OK(net_server_open(f->loop, &o, &f->server, &err), &err);
    f->port = net_server_port(f->server, 0);
    ASSERT_OK(os_pool_open("test", 2, 1000, &f->pool, &err), &err);
    ASSERT_OK(os_thread_start("loop", run_loop, f->loop, &f->thread, &err), &err);
}

void fixture_close(fixture *f)
{
    net_loop_stop(f->loop);
    os_thread_join(f->thread);
    net_server_close(f->server);
    os_pool_free(f->pool);
    net_loop_close(f->loop);
}

typedef struct errand {
    void (*fn)(void *arg);
    void *arg;
    atomic_bool done;
} errand;

static void run_errand(void *arg)
{
    errand *e = arg;
    e->fn(e->arg);
    atomic_store(&e->done, true);
}

void fixture_on_loop(fixture *f, void (*fn)(void *arg), void *arg)
{
    errand e = {.fn = fn, .arg = arg};
    assert_true(net_loop_post(f->loop, run_errand, &e));
    while (!atomic_load(&e.done))
        os_sleep_ns(100000);
}
