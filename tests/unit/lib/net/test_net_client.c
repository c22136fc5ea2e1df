/* test_net_client.c - both clients against our server and against servers that misbehave. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/http_client.h"
#include "os/clock.h"
#include "server_fixture.h"
#include "support/fake_server.h"

enum {
    MEM_BYTES = 64 << 20,
    URL_TEXT = 100,
    MANY = 200,
    WAIT_MS = 5000,
    SHORT_MS = 40,
    LONG_MS = 8000
};

static anc_str url_of(char out[URL_TEXT], uint16_t port, const char *path)
{
    const int n = snprintf(out, URL_TEXT, "http://127.0.0.1:%u%s", port, path);
    return (anc_str){out, (size_t)n};
}

/* ---- misbehaviour, the same table for both clients ---- */

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

typedef struct fault_row {
    const char *name;
    fake_step script[4];
    bool silent;
    anc_status status;
    const char *text; /* part of the error */
    int first_byte_ms, idle_ms;
} fault_row;

static const fault_row faults[] = {
    {"whole",
     {{FAKE_SEND, OK_HEAD "Content-Length: 2\r\n\r\nhi", 0}},
     false,
     ANC_OK,
     NULL,
     LONG_MS,
     LONG_MS},
    {"until the end", {{FAKE_SEND, OK_HEAD "\r\nhi", 0}}, false, ANC_OK, NULL, LONG_MS, LONG_MS},
    {"silence after accept",
     {{FAKE_HANG, NULL, 0}},
     false,
     ANC_DEADLINE,
     "no answer",
     SHORT_MS,
     LONG_MS},
    {"silence after the head",
     {{FAKE_SEND, OK_HEAD "Content-Length: 2\r\n\r\n", 0}, {FAKE_HANG, NULL, 0}},
     false,
     ANC_DEADLINE,
     "stopped",
     LONG_MS,
     SHORT_MS},
    {"silence inside the head",
     {{FAKE_SEND, "HTTP/1.1 200 OK\r\nContent", 0}, {FAKE_HANG, NULL, 0}},
     false,
     ANC_DEADLINE,
     "stopped",
     LONG_MS,
     SHORT_MS},
    {"silence in the body",
     {{FAKE_SEND, OK_HEAD "Content-Length: 9\r\n\r\nhi", 0}, {FAKE_HANG, NULL, 0}},
     false,
     ANC_DEADLINE,
     "stopped",
     LONG_MS,
     SHORT_MS},
    {"cut in the body",
     {{FAKE_SEND, OK_HEAD "Content-Length: 9\r\n\r\nhi", 0}},
     false,
     ANC_PROVIDER,
     "",
     LONG_MS,
     LONG_MS},
    {"cut in a chunk",
     {{FAKE_SEND, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n9\r\nhi", 0}},
     false,
     ANC_PROVIDER,
     "",
     LONG_MS,
     LONG_MS},
    {"closed at once", {{FAKE_END, NULL, 0}}, false, ANC_PROVIDER, "", LONG_MS, LONG_MS},
    {"reset", {{FAKE_RESET, NULL, 0}}, false, ANC_PROVIDER, "", LONG_MS, LONG_MS},
    {"no HTTP", {{FAKE_SEND, "hello there\r\n", 0}}, false, ANC_PROVIDER, "", LONG_MS, LONG_MS},
    {"endless",
     {{FAKE_SEND, OK_HEAD "\r\n", 0}, {FAKE_SEND_UNTIL_GONE, "0123456789abcdef", 0}},
     false,
     ANC_LIMIT,
     "larger",
     LONG_MS,
     LONG_MS},
};

static net_request patient_for(anc_str url, int first_byte_ms, int idle_ms)
{
    return (net_request){.url = url,
                         .connect_timeout_ms = LONG_MS,
                         .first_byte_timeout_ms = first_byte_ms,
                         .idle_timeout_ms = idle_ms,
                         .total_timeout_ms = 2 * LONG_MS,
                         .max_body_bytes = 100000};
}

static void assert_fault(const fault_row *row, anc_status status, const anc_err *err, uint16_t port)
{
    char where[32];
    (void)snprintf(where, sizeof where, "127.0.0.1:%u", port);
    if (status != row->status)
        fail_msg("status %s (%s)", anc_status_info(status)->name, err->text);
    if (row->text != NULL) {
        assert_non_null(strstr(err->text, row->text));
        assert_non_null(strstr(err->text, where));
    }
}

static void fault_blocking(void **state)
{
    const fault_row *row = *state;
    fake_server *fake = fake_server_start(row->script, row->silent);
    char text[URL_TEXT];
    ANC_ARENA(mem, MEM_BYTES);
    anc_err err = {0};
    net_client *client;
    net_response response;
    ASSERT_OK(net_client_open(&client, &err), &err);
    const net_request request =
        patient_for(url_of(text, fake_server_port(fake), "/"), row->first_byte_ms, row->idle_ms);
    const anc_status status = net_http_fetch(client, &request, NULL, mem, &response, &err);
    assert_fault(row, status, &err, fake_server_port(fake));
    if (status == ANC_OK)
        assert_true(anc_str_eq(response.body, ANC_STR("hi")));
    net_client_close(client);
    fake_server_stop(fake);
}

typedef struct witness {
    net_loop *loop;
    net_http *http;
    net_fetch *fetch;
    int heads, status, dones;
    anc_buf body;
    anc_status result;
    anc_err err;
    size_t cancel_at; /* body bytes after which the request is cancelled from on_data */
} witness;

static void see_head(void *arg, const net_response_head *head)
{
    witness *w = arg;
    w->heads++;
    w->status = head->status;
}

static bool see_data(void *arg, anc_str bytes)
{
    witness *w = arg;
    (void)anc_buf_add(&w->body, bytes);
    if (w->cancel_at > 0 && w->body.len >= w->cancel_at) {
        net_fetch_cancel(w->fetch);
        net_loop_stop(w->loop);
    }
    return true;
}

static void see_done(void *arg, anc_status status, const anc_err *err)
{
    witness *w = arg;
    w->dones++;
    w->result = status;
    w->err = *err;
    net_loop_stop(w->loop);
}

static const net_fetch_sink witness_sink = {see_head, see_data, see_done};

static void witness_open(witness *w)
{
    anc_err err = {0};
    *w = (witness){0};
    w->body = anc_buf_init(MEM_BYTES);
    ASSERT_OK(net_loop_open(&w->loop, &err), &err);
    ASSERT_OK(net_http_open(w->loop, &w->http, &err), &err);
}

static void witness_close(witness *w)
{
    net_http_close(w->http);
    net_loop_close(w->loop);
    anc_buf_done(&w->body);
}

static void fault_on_loop(void **state)
{
    const fault_row *row = *state;
    fake_server *fake = fake_server_start(row->script, row->silent);
    char text[URL_TEXT];
    anc_err err = {0};
    witness w;
    witness_open(&w);
    const net_request request =
        patient_for(url_of(text, fake_server_port(fake), "/"), row->first_byte_ms, row->idle_ms);
    ASSERT_OK(net_http_start(w.http, &request, &witness_sink, &w, &w.fetch, &err), &err);
    assert_int_equal(w.dones, 0);
    net_loop_run(w.loop);
    assert_int_equal(w.dones, 1);
    assert_fault(row, w.result, &w.err, fake_server_port(fake));
    assert_int_equal(net_http_running(w.http), 0);
    if (w.result == ANC_OK) {
        assert_int_equal(w.heads, 1);
        assert_true(anc_str_eq(anc_buf_view(&w.body), ANC_STR("hi")));
    }
    witness_close(&w);
    fake_server_stop(fake);
}

static void nobody_listens(void **state)
{
    (void)state;
    char text[URL_TEXT];
    anc_err err = {0};
    witness w;
    witness_open(&w);
    const uint16_t port = fake_closed_port();
    const net_request request = patient_for(url_of(text, port, "/"), LONG_MS, LONG_MS);
    ASSERT_OK(net_http_start(w.http, &request, &witness_sink, &w, &w.fetch, &err), &err);
    net_loop_run(w.loop);
    assert_int_equal(w.result, ANC_UNAVAILABLE);
    assert_non_null(strstr(w.err.text, "cannot connect: Connection refused"));
    witness_close(&w);
}

static void bad_requests_are_refused_at_once(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "",
        "ftp://me:sk-secret@a/",
        "http://",
        "not a url",
        "http://a b/",
        "file:///etc/passwd",
        "http://me:sk-secret@a:99999/",
    };
    witness w;
    witness_open(&w);
    for (size_t i = 0; i < ANC_COUNT(urls); i++) {
        anc_err err = {0};
        const net_request request = {.url = anc_str_of(urls[i])};
        assert_int_equal(net_http_start(w.http, &request, &witness_sink, &w, &w.fetch, &err),
                         ANC_INVALID);
        assert_null(strstr(err.text, "sk-secret"));
    }
    anc_err err = {0};
    const net_header evil = {ANC_STR("a"), ANC_STR("b\r\nc: d")};
    const net_request request = {.url = ANC_STR("http://a/"), .headers = &evil, .n_headers = 1};
    assert_int_equal(net_http_start(w.http, &request, &witness_sink, &w, &w.fetch, &err),
                     ANC_INVALID);
    witness_close(&w);
}

static void wait_for_departure(fake_server *fake)
{
    for (int i = 0; i < WAIT_MS && fake_server_left(fake) == 0; i++)
        os_sleep_ns(1000000);
    assert_int_equal(fake_server_left(fake), 1);
}

static void cancel_now(void *arg)
{
    witness *w = arg;
    net_fetch_cancel(w->fetch);
    net_loop_stop(w->loop);
}

static void a_cancel_closes_the_connection(void **state)
{
    (void)state;
    static const fake_step script[] = {
        {FAKE_SEND, OK_HEAD "\r\nfirst", 0}, {FAKE_HANG, NULL, 0}, {FAKE_END, NULL, 0}};
    for (int from_callback = 0; from_callback < 2; from_callback++) {
        fake_server *fake = fake_server_start(script, false);
        char text[URL_TEXT];
        anc_err err = {0};
        net_timer *timer = NULL;
        witness w;
        witness_open(&w);
        const net_request request = {.url = url_of(text, fake_server_port(fake), "/")};
        w.cancel_at = from_callback != 0 ? 5 : 0;
        ASSERT_OK(net_http_start(w.http, &request, &witness_sink, &w, &w.fetch, &err), &err);
        if (from_callback == 0)
            assert_true(net_timer_start(w.loop, 50, cancel_now, &w, &timer));
        net_loop_run(w.loop);
        wait_for_departure(fake);
        assert_int_equal(w.dones, 0);
        assert_true(anc_str_eq(anc_buf_view(&w.body), ANC_STR("first")));
        witness_close(&w);
        fake_server_stop(fake);
    }
}

/* ---- against our own server ---- */

static int open_fixture(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    *state = f;
    fixture_open(f, NULL);
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static void plain_requests(void **state)
{
    fixture *f = *state;
    char text[URL_TEXT];
    anc_err err = {0};
    ANC_ARENA(mem, MEM_BYTES);
    net_client *client;
    net_response r;
    ASSERT_OK(net_client_open(&client, &err), &err);
    const net_header one = {ANC_STR("X-One"), ANC_STR("1")};
    net_request request = {
        .url = url_of(text, f->port, "/args?a=b"), .headers = &one, .n_headers = 1};
    ASSERT_OK(net_http_fetch(client, &request, NULL, mem, &r, &err), &err);
    assert_int_equal(r.head.status, 200);
    assert_true(anc_str_eq(r.body, ANC_STR("GET /args ? a=b 1 0")));
    assert_true(anc_str_eq(net_response_header(&r.head, "content-type"), ANC_STR("text/plain")));
    assert_null(net_response_header(&r.head, "x-none").ptr);

    request = (net_request){.url = url_of(text, f->port, "/echo"), .body = ANC_STR("body")};
    ASSERT_OK(net_http_fetch(client, &request, NULL, mem, &r, &err), &err);
    assert_true(anc_str_eq(r.body, ANC_STR("body")));
    request = (net_request){.method = ANC_STR("DELETE"), .url = url_of(text, f->port, "/args")};
    ASSERT_OK(net_http_fetch(client, &request, NULL, mem, &r, &err), &err);
    assert_true(anc_str_starts(r.body, ANC_STR("DELETE /args")));
    request = (net_request){.method = ANC_STR("HEAD"), .url = url_of(text, f->port, "/hello")};
    ASSERT_OK(net_http_fetch(client, &request, NULL, mem, &r, &err), &err);
    assert_int_equal(r.body.len, 0);
    /* one connection served them all */
    assert_int_equal(net_server_stats_of(f->server).accepted_total, 1);

    request = (net_request){.url = ANC_STR("http://anchorage/hello"),
                            .unix_path = anc_str_of(f->unix_path)};
    ASSERT_OK(net_http_fetch(client, &request, NULL, mem, &r, &err), &err);
    assert_true(anc_str_eq(r.body, ANC_STR("hello")));
    net_client_close(client);
}

static void refused_uploads_give_their_answer(void **state)
{
    fixture *f = *state;
    char text[URL_TEXT];
    anc_err err = {0};
    ANC_ARENA(mem, MEM_BYTES);
    net_client *client;
    net_response r;
    ASSERT_OK(net_client_open(&client, &err), &err);
    char *big = calloc(1, 20 << 20);
    const net_request request = {.url = url_of(text, f->port, "/echo"), .body = {big, 20 << 20}};
    ASSERT_OK(net_http_fetch(client, &request, NULL, mem, &r, &err), &err);
    assert_int_equal(r.head.status, 413);
    assert_true(anc_str_starts(r.body, ANC_STR("{\"status\":413")));
    free(big);
    net_client_close(client);
}

typedef struct taker {
    anc_buf body;
    size_t stop_at;
    int status;
} taker;

static bool take_data(void *arg, anc_str bytes)
{
    taker *t = arg;
    return anc_buf_add(&t->body, bytes) && (t->stop_at == 0 || t->body.len < t->stop_at);
}

static void take_head(void *arg, const net_response_head *head)
{
    taker *t = arg;
    t->status = head->status;
}

static void answers_can_be_taken_as_they_come(void **state)
{
    fixture *f = *state;
    char text[URL_TEXT];
    anc_err err = {0};
    ANC_ARENA(mem, MEM_BYTES);
    net_client *client;
    net_response r;
    taker t = {.body = anc_buf_init(MEM_BYTES)};
    const net_take take = {.on_data = take_data, .on_head = take_head, .arg = &t};
    ASSERT_OK(net_client_open(&client, &err), &err);
    net_request request = {.url = url_of(text, f->port, "/stream")};
    ASSERT_OK(net_http_fetch(client, &request, &take, mem, &r, &err), &err);
    assert_int_equal(t.status, 200);
    assert_int_equal(r.body.len, 0);
    assert_true(anc_str_ends(anc_buf_view(&t.body), ANC_STR("piece 9\n")));
    /* an answer that is no success is kept */
    anc_buf_clear(&t.body);
    request.url = url_of(text, f->port, "/none");
    ASSERT_OK(net_http_fetch(client, &request, &take, mem, &r, &err), &err);
    assert_int_equal(r.head.status, 404);
    assert_int_equal(t.body.len, 0);
    assert_true(anc_str_eq(r.body, ANC_STR("no such thing")));
    /* stopped half-way */
    t.stop_at = 100000;
    request.url = url_of(text, f->port, "/flood");
    assert_int_equal(net_http_fetch(client, &request, &take, mem, &r, &err), ANC_CANCELLED);
    anc_buf_done(&t.body);
    net_client_close(client);
}

static void a_flag_stops_a_wait(void **state)
{
    fixture *f = *state;
    char text[URL_TEXT];
    anc_err err = {0};
    ANC_ARENA(mem, MEM_BYTES);
    net_client *client;
    net_response r;
    atomic_bool cancelled = true;
    const net_take take = {.cancelled = &cancelled};
    ASSERT_OK(net_client_open(&client, &err), &err);
    const net_request request = {.url = url_of(text, f->port, "/hold")};
    assert_int_equal(net_http_fetch(client, &request, &take, mem, &r, &err), ANC_CANCELLED);
    net_client_close(client);
}

typedef struct many {
    char url[URL_TEXT];
    uint16_t port;
    anc_arena *mem;
    uintptr_t given;
    int done, wrong, stop_at;
} many;

static bool give(void *arg, net_job *job)
{
    many *m = arg;
    if (m->given == MANY)
        return false;
    m->given++;
    *job = (net_job){.tag = (void *)m->given,
                     .request = {.url = url_of(m->url, m->port, "/pool")},
                     .mem = m->mem};
    return true;
}

static bool take_one(void *arg, void *tag, anc_status status, const net_response *response,
                     const anc_err *err)
{
    (void)err;
    many *m = arg;
    m->done++;
    if (tag == NULL || status != ANC_OK || !anc_str_eq(response->body, ANC_STR("from the pool")))
        m->wrong++;
    return m->stop_at == 0 || m->done < m->stop_at;
}

static void many_at_once(void **state)
{
    fixture *f = *state;
    anc_err err = {0};
    ANC_ARENA(mem, MEM_BYTES);
    net_client *client;
    many m = {.port = f->port, .mem = mem};
    ASSERT_OK(net_client_open(&client, &err), &err);
    ASSERT_OK(net_client_run_many(client, 8, give, take_one, &m, &err), &err);
    assert_int_equal(m.done, MANY);
    assert_int_equal(m.wrong, 0);
    assert_true(net_server_stats_of(f->server).accepted_total <= 16);
    m = (many){.port = f->port, .mem = mem, .stop_at = 10};
    assert_int_equal(net_client_run_many(client, 8, give, take_one, &m, &err), ANC_CANCELLED);
    assert_int_equal(m.done, 10);
    net_client_close(client);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(bad_requests_are_refused_at_once),
        cmocka_unit_test(a_cancel_closes_the_connection),
        WITH(plain_requests),
        WITH(refused_uploads_give_their_answer),
        WITH(answers_can_be_taken_as_they_come),
        WITH(a_flag_stops_a_wait),
        WITH(many_at_once),
    };
    return RUN_TABLE("faults, blocking", faults, fault_blocking) +
           RUN_TABLE("faults, on a loop", faults, fault_on_loop) +
           cmocka_run_group_tests(tests, NULL, NULL);
}
