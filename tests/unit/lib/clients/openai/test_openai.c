/* test_openai.c - chats against providers that answer, misbehave, or are not there. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/openai/openai.h"
#include "os/clock.h"
#include "support/fake_server.h"

enum { SHORT_MS = 40, LONG_MS = 8000, TEXT_MAX = 1 << 20, WAIT_MS = 5000, ANSWER_MAX = 4000 };

#define KEY "sk-secret-0123456789"
#define STREAM_HEAD \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define JSON_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define DELTA(text) \
    "data: {\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":" text "}}]}\n\n"
#define STOP  "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"
#define DONE  "data: [DONE]\n\n"

/* which timer of a row is short */
enum { NONE, FIRST, IDLE, TOTAL };

typedef struct row {
    const char *name;
    fake_step script[5];
    bool whole; /* not streamed */
    int short_timer;
    anc_status status;
    const char *text;  /* of the answer; NULL: any */
    const char *error; /* part of the error's text; NULL: none */
} row;

static const row rows[] = {
    {"a stream",
     {{FAKE_SEND,
       STREAM_HEAD DELTA("null") DELTA("\"Hel\"") ": still here\n\n" DELTA("\"lo \\u00e9\"")
           STOP USAGE DONE,
       0}},
     false,
     NONE,
     ANC_OK,
     "Hello \xc3\xa9",
     NULL},
    {"a stream whose connection stays open after its end",
     {{FAKE_SEND, STREAM_HEAD DELTA("\"Hi\"") STOP DONE, 0}, {FAKE_HANG, NULL, 0}},
     false,
     NONE,
     ANC_OK,
     "Hi",
     NULL},
    {"a stream without an end mark",
     {{FAKE_SEND, STREAM_HEAD DELTA("\"Hi\"") STOP, 0}},
     false,
     NONE,
     ANC_OK,
     "Hi",
     NULL},
    {"CRLF and cuts",
     {{FAKE_SEND, STREAM_HEAD "data: {\"choices\":[{\"delta\":{\"con", 0},
      {FAKE_WAIT_MS, NULL, 5},
      {FAKE_SEND, "tent\":\"Hi\"},\"finish_reason\":\"length\"}]}\r\n\r", 0},
      {FAKE_WAIT_MS, NULL, 5},
      {FAKE_SEND, "\ndata: [DONE]\r\n\r\n", 0}},
     false,
     NONE,
     ANC_OK,
     "Hi",
     NULL},
    {"a whole answer",
     {{FAKE_SEND,
       JSON_HEAD "{\"model\":\"m-1\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":"
                 "\"Hello\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":7,"
                 "\"completion_tokens\":3}}",
       0}},
     true,
     NONE,
     ANC_OK,
     "Hello",
     NULL},
    {"a whole answer where a stream was asked for",
     {{FAKE_SEND, JSON_HEAD "{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}", 0}},
     false,
     NONE,
     ANC_OK,
     "Hello",
     NULL},
    {"an answer without content",
     {{FAKE_SEND, JSON_HEAD "{\"choices\":[{\"message\":{\"content\":null}}]}", 0}},
     true,
     NONE,
     ANC_OK,
     "",
     NULL},

    {"500",
     {{FAKE_SEND, "HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n", 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "500"},
    {"502 with a page",
     {{FAKE_SEND, "HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>",
       0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "502 Bad Gateway"},
    {"200 with a page",
     {{FAKE_SEND, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>",
       0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "text/html"},
    {"a page where an object was asked for",
     {{FAKE_SEND, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>",
       0}},
     true,
     NONE,
     ANC_PROVIDER,
     "",
     "not JSON"},
    {"a redirect",
     {{FAKE_SEND, "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "302"},
    {"400 with a reason",
     {{FAKE_SEND,
       "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
       "{\"error\":{\"message\":\"context is\\ntoo long\",\"type\":\"x\"}}",
       0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "context is too long"},
    {"401",
     {{FAKE_SEND,
       "HTTP/1.1 401 No\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
       "{\"error\":{\"message\":\"Incorrect API key provided: " KEY "\"}}",
       0}},
     false,
     NONE,
     ANC_UNAUTHENTICATED,
     "",
     "401"},
    {"403",
     {{FAKE_SEND, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", 0}},
     false,
     NONE,
     ANC_FORBIDDEN,
     "",
     "403"},
    {"429",
     {{FAKE_SEND, "HTTP/1.1 429 Slow\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n", 0}},
     false,
     NONE,
     ANC_RATE_LIMITED,
     "",
     "429"},
    {"a refusal without end",
     {{FAKE_SEND, "HTTP/1.1 500 Oops\r\n\r\n", 0}, {FAKE_SEND_UNTIL_GONE, "0123456789abcdef", 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "500"},

    {"silence after accept", {{FAKE_HANG, NULL, 0}}, false, FIRST, ANC_DEADLINE, "", "first token"},
    {"silence after the head",
     {{FAKE_SEND, STREAM_HEAD, 0}, {FAKE_HANG, NULL, 0}},
     false,
     FIRST,
     ANC_DEADLINE,
     "",
     "first token"},
    {"only comments",
     {{FAKE_SEND, STREAM_HEAD ": wait\n\n: wait\n\n", 0}, {FAKE_HANG, NULL, 0}},
     false,
     FIRST,
     ANC_DEADLINE,
     "",
     "first token"},
    {"late first token",
     {{FAKE_SEND, STREAM_HEAD DELTA("null"), 0},
      {FAKE_WAIT_MS, NULL, 400},
      {FAKE_SEND, DELTA("\"late\"") DONE, 0}},
     false,
     FIRST,
     ANC_DEADLINE,
     "",
     "first token"},
    {"silence in the middle",
     {{FAKE_SEND, STREAM_HEAD DELTA("\"half\""), 0}, {FAKE_HANG, NULL, 0}},
     false,
     IDLE,
     ANC_DEADLINE,
     "half",
     "stopped"},
    {"no end in time",
     {{FAKE_SEND, STREAM_HEAD DELTA("\"half\""), 0}, {FAKE_HANG, NULL, 0}},
     false,
     TOTAL,
     ANC_DEADLINE,
     NULL,
     ""},
    {"whole answer not in time", {{FAKE_HANG, NULL, 0}}, true, TOTAL, ANC_DEADLINE, "", ""},

    {"endless",
     {{FAKE_SEND, STREAM_HEAD, 0}, {FAKE_SEND_UNTIL_GONE, DELTA("\"and so on \""), 0}},
     false,
     NONE,
     ANC_PROVIDER,
     NULL,
     "over"},
    {"an endless line",
     {{FAKE_SEND, STREAM_HEAD "data: ", 0}, {FAKE_SEND_UNTIL_GONE, "0123456789abcdef", 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     ""},
    {"an endless object",
     {{FAKE_SEND, JSON_HEAD "{\"choices\":[{\"message\":{\"content\":\"", 0},
      {FAKE_SEND_UNTIL_GONE, "0123456789abcdef", 0}},
     true,
     NONE,
     ANC_PROVIDER,
     "",
     "over"},
    {"garbage",
     {{FAKE_SEND, STREAM_HEAD "data: {]\n\n", 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "not JSON"},
    {"no protocol", {{FAKE_SEND, "SSH-2.0-x\r\n", 0}}, false, NONE, ANC_PROVIDER, "", ""},
    {"an object of another kind",
     {{FAKE_SEND, STREAM_HEAD "data: {\"a\":1}\n\n", 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "no choices"},
    {"content of another kind",
     {{FAKE_SEND, STREAM_HEAD DELTA("[1]"), 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "array"},
    {"an error in the stream",
     {{FAKE_SEND,
       STREAM_HEAD DELTA("\"half\"") "data: {\"error\":{\"message\":\"overloaded\"}}\n\n", 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "half",
     "overloaded"},
    {"cut UTF-8",
     {{FAKE_SEND, STREAM_HEAD DELTA("\"\xc3\"") DONE, 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "not JSON"},
    {"half a surrogate pair",
     {{FAKE_SEND, STREAM_HEAD DELTA("\"\\ud83d\"") DONE, 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "",
     "not JSON"},
    {"cut in an event",
     {{FAKE_SEND, STREAM_HEAD DELTA("\"half\"") "data: {\"cho", 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "half",
     "cut"},
    {"cut between events",
     {{FAKE_SEND, STREAM_HEAD DELTA("\"half\""), 0}},
     false,
     NONE,
     ANC_PROVIDER,
     "half",
     "cut"},
    {"an empty stream", {{FAKE_SEND, STREAM_HEAD, 0}}, false, NONE, ANC_PROVIDER, "", "cut"},
    {"closed at once", {{FAKE_END, NULL, 0}}, false, NONE, ANC_PROVIDER, "", ""},
    {"reset", {{FAKE_RESET, NULL, 0}}, false, NONE, ANC_PROVIDER, "", ""},
};

typedef struct bench {
    net_loop *loop;
    net_http *http;
    clt_openai *client;
    clt_openai_chat *chat;
    anc_buf text;
    int dones;
    anc_status status;
    anc_err err;
    char model[50], reason[50];
    int64_t input_tokens, output_tokens, retry_after_ms;
    bool cancel_on_text;
} bench;

static void see_text(void *arg, anc_str text)
{
    bench *b = arg;
    assert_true(text.len > 0);
    (void)anc_buf_add(&b->text, text);
    if (b->cancel_on_text) {
        clt_openai_cancel(b->chat);
        net_loop_stop(b->loop);
    }
}

static void see_done(void *arg, anc_status status, const clt_openai_outcome *outcome,
                     const anc_err *err)
{
    bench *b = arg;
    b->dones++;
    b->status = status;
    b->err = *err;
    (void)snprintf(b->model, sizeof b->model, "%.*s", ANC_FMT(outcome->model));
    (void)snprintf(b->reason, sizeof b->reason, "%.*s", ANC_FMT(outcome->finish_reason));
    b->input_tokens = outcome->input_tokens;
    b->output_tokens = outcome->output_tokens;
    b->retry_after_ms = outcome->retry_after_ms;
    net_loop_stop(b->loop);
}

static void bench_open(bench *b, uint16_t port, int short_timer)
{
    anc_err err = {0};
    char url[64];
    *b = (bench){.text = anc_buf_init(TEXT_MAX)};
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/v1/", port);
    const clt_openai_options options = {
        .base_url = anc_str_of(url),
        .api_key = ANC_STR(KEY),
        .connect_timeout_ms = LONG_MS,
        .first_token_timeout_ms = short_timer == FIRST ? SHORT_MS : LONG_MS,
        .idle_timeout_ms = short_timer == IDLE ? SHORT_MS : LONG_MS,
        .total_timeout_ms = short_timer == TOTAL ? SHORT_MS : 2 * LONG_MS,
        .max_event_bytes = 1000,
        .max_answer_bytes = ANSWER_MAX};
    ASSERT_OK(net_loop_open(&b->loop, &err), &err);
    ASSERT_OK(net_http_open(b->loop, &b->http, &err), &err);
    ASSERT_OK(clt_openai_open(b->loop, b->http, &options, &b->client, &err), &err);
}

static void bench_close(bench *b)
{
    clt_openai_close(b->client);
    net_http_close(b->http);
    net_loop_close(b->loop);
    anc_buf_done(&b->text);
}

static void bench_ask(bench *b, bool stream)
{
    static const clt_openai_sink sink = {see_text, see_done};
    static const clt_openai_message messages[] = {
        {ANC_STR_INIT("system"), ANC_STR_INIT("be short")},
        {ANC_STR_INIT("user"), ANC_STR_INIT("say \"hi\"\n")}};
    const clt_openai_request request = {.model = ANC_STR("m-1"),
                                        .messages = messages,
                                        .n_messages = 2,
                                        .temperature = 0.5,
                                        .max_tokens = 100,
                                        .stream = stream};
    anc_err err = {0};
    ASSERT_OK(clt_openai_start(b->client, &request, &sink, b, &b->chat, &err), &err);
    assert_int_equal(b->dones, 0);
    net_loop_run(b->loop);
}

static void outcome(void **state)
{
    const row *r = *state;
    fake_server *fake = fake_server_start(r->script, false);
    bench b;
    bench_open(&b, fake_server_port(fake), r->short_timer);
    bench_ask(&b, !r->whole);
    assert_int_equal(b.dones, 1);
    if (b.status != r->status)
        fail_msg("status %s (%s)", anc_status_info(b.status)->name, b.err.text);
    if (r->text != NULL)
        assert_true(anc_str_eq(anc_buf_view(&b.text), anc_str_of(r->text)));
    assert_true(b.text.len <= ANSWER_MAX);
    if (r->error != NULL) {
        assert_non_null(strstr(b.err.text, r->error));
        assert_non_null(strstr(b.err.text, "127.0.0.1:"));
        assert_null(strstr(b.err.text, KEY));
    }
    assert_int_equal(b.retry_after_ms, r->status == ANC_RATE_LIMITED ? 2000 : -1);
    bench_close(&b);
    fake_server_stop(fake);
}

static void what_is_asked_and_what_is_told(void **state)
{
    (void)state;
    fake_server *fake = fake_server_start(rows[0].script, false);
    bench b;
    bench_open(&b, fake_server_port(fake), NONE);
    bench_ask(&b, true);
    assert_string_equal(b.model, "m-1");
    assert_string_equal(b.reason, "stop");
    assert_int_equal(b.input_tokens, 7);
    assert_int_equal(b.output_tokens, 3);
    assert_true(fake_server_got(fake, "POST /v1/chat/completions HTTP/1.1\r\n"));
    assert_true(fake_server_got(fake, "authorization: Bearer " KEY "\r\n"));
    assert_true(fake_server_got(
        fake, "{\"model\":\"m-1\",\"messages\":[{\"role\":\"system\",\"content\":\"be short\"},"
              "{\"role\":\"user\",\"content\":\"say \\\"hi\\\"\\n\"}],\"temperature\":0.5,"
              "\"max_tokens\":100,\"stream\":true,\"stream_options\":{\"include_usage\":true}}"));
    bench_close(&b);
    fake_server_stop(fake);
}

static void nobody_there(void **state)
{
    (void)state;
    bench b;
    bench_open(&b, fake_closed_port(), NONE);
    bench_ask(&b, true);
    assert_int_equal(b.status, ANC_UNAVAILABLE);
    bench_close(&b);
}

static void cancel_now(void *arg)
{
    bench *b = arg;
    clt_openai_cancel(b->chat);
    net_loop_stop(b->loop);
}

static void a_cancel_closes_the_connection(void **state)
{
    (void)state;
    static const fake_step script[] = {
        {FAKE_SEND, STREAM_HEAD DELTA("\"Hi\"") DELTA("\"there\""), 0},
        {FAKE_HANG, NULL, 0},
        {FAKE_END, NULL, 0}};
    for (int from_text = 0; from_text < 2; from_text++) {
        fake_server *fake = fake_server_start(script, false);
        net_timer *timer = NULL;
        bench b;
        bench_open(&b, fake_server_port(fake), NONE);
        b.cancel_on_text = from_text != 0;
        if (from_text == 0)
            assert_true(net_timer_start(b.loop, 50, cancel_now, &b, &timer));
        bench_ask(&b, true);
        for (int i = 0; i < WAIT_MS && fake_server_left(fake) == 0; i++)
            os_sleep_ns(1000000);
        assert_int_equal(fake_server_left(fake), 1);
        assert_int_equal(b.dones, 0);
        bench_close(&b);
        fake_server_stop(fake);
    }
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *url, *key;
    } bad[] = {{"", ""},
               {"ftp://me:sk-secret@a", ""},
               {"http://me:sk-secret@a:99999/v1", ""},
               {"http://a", "with blank"},
               {"http://a", "line\nend"}};
    for (size_t i = 0; i < ANC_COUNT(bad); i++) {
        anc_err err = {0};
        clt_openai *client;
        const clt_openai_options options = {.base_url = anc_str_of(bad[i].url),
                                            .api_key = anc_str_of(bad[i].key)};
        assert_int_equal(clt_openai_open(NULL, NULL, &options, &client, &err), ANC_INVALID);
        assert_null(strstr(err.text, "sk-secret"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_and_what_is_told),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(a_cancel_closes_the_connection),
        cmocka_unit_test(bad_options_are_refused),
    };
    return RUN_TABLE("outcomes", rows, outcome) + cmocka_run_group_tests(tests, NULL, NULL);
}
