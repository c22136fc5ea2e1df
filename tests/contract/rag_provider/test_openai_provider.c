/* test_openai_provider.c - the provider's contract against the openai adapter and a scripted server,
 * and what it makes of servers that misbehave.
 */
#include "support/test.h"

#include "provider_suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rag/adapters/openai/rag_openai.h"
#include "support/fake_server.h"
#include "support/rag/fakes.h"

#define STREAM_HEAD \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define DELTA(text) \
    "data: {\"model\":\"m-1\",\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define UNNAMED(text) "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define STOP          "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define USAGE         "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"
#define DONE          "data: [DONE]\n\n"

typedef struct served {
    net_loop *loop;
    net_http *http;
    fake_server *server;
    fake_clock clock;
    net_timer *slice;
} served;

static const fake_step good[] = {
    {FAKE_SEND, STREAM_HEAD DELTA("About "), 0},
    {FAKE_WAIT_MS, NULL, 2},
    {FAKE_SEND, DELTA("14 months [1].") STOP USAGE DONE, 0},
    {FAKE_END, NULL, 0},
};

static served *served_open(const fake_step *script, int64_t idle_ms, rag_provider *ret)
{
    served *s = calloc(1, sizeof *s);
    anc_err err = {.code = ANC_OK};
    char url[64];
    assert_non_null(s);
    s->server = fake_server_start(script, false);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/v1", fake_server_port(s->server));
    ASSERT_OK(net_loop_open(&s->loop, &err), &err);
    ASSERT_OK(net_http_open(s->loop, &s->http, &err), &err);
    const rag_openai_options options = {
        .name = ANC_STR("alpha"),
        .model = ANC_STR("a-1"),
        .client = {.base_url = anc_str_of(url),
                   .api_key = ANC_STR("sk-secret"),
                   .connect_timeout_ms = 5000,
                   .first_token_timeout_ms = idle_ms,
                   .idle_timeout_ms = idle_ms,
                   .total_timeout_ms = 20000},
        .temperature = -1,
        .loop = s->loop,
        .http = s->http,
        .clock = fake_clock_port(&s->clock),
    };
    ASSERT_OK(rag_openai_open(&options, ret, &err), &err);
    return s;
}

static void *open_good(rag_provider *ret)
{
    return served_open(good, 10000, ret);
}

static void end_slice(void *arg)
{
    net_loop_stop(arg);
}

/* The loop for a millisecond. */
static bool step(void *self)
{
    served *s = self;
    assert_true(net_timer_start(s->loop, 1, end_slice, s->loop, &s->slice));
    net_loop_run(s->loop);
    return true;
}

static void close_served(void *self, rag_provider provider)
{
    served *s = self;
    rag_provider_close(provider);
    net_http_close(s->http);
    net_loop_close(s->loop);
    fake_server_stop(s->server);
    free(s);
}

/* ---- servers that misbehave ------------------------------------------------------------------ */

typedef struct outcome {
    char text[256], err[512], model[64];
    unsigned done;
    anc_status status;
    uint32_t input, output;
} outcome;

static void on_token(void *arg, anc_str text)
{
    outcome *o = arg;
    const size_t used = strlen(o->text);
    (void)snprintf(o->text + used, sizeof o->text - used, "%.*s", ANC_FMT(text));
}

static void on_done(void *arg, anc_status status, const anc_err *err, const rag_usage *usage)
{
    outcome *o = arg;
    o->done++;
    o->status = status;
    o->input = usage->input_tokens;
    o->output = usage->output_tokens;
    (void)snprintf(o->model, sizeof o->model, "%.*s", ANC_FMT(usage->model));
    (void)snprintf(o->err, sizeof o->err, "%s", status == ANC_OK ? "" : err->text);
}

typedef struct trouble_row {
    const char *name;
    fake_step script[4];
    anc_status status;
    const char *text;
} trouble_row;

static const trouble_row troubles[] = {
    {"whole and counted", {{FAKE_SEND, STREAM_HEAD DELTA("Hi") STOP USAGE DONE, 0}}, ANC_OK, "Hi"},
    {"whole, from a provider that names no model",
     {{FAKE_SEND, STREAM_HEAD UNNAMED("Hi") STOP USAGE DONE, 0}},
     ANC_OK,
     "Hi"},
    {"500", {{FAKE_SEND, "HTTP/1.1 500 No\r\nConnection: close\r\n\r\n", 0}}, ANC_PROVIDER, ""},
    {"429",
     {{FAKE_SEND, "HTTP/1.1 429 Slow\r\nConnection: close\r\n\r\n", 0}},
     ANC_RATE_LIMITED,
     ""},
    {"a wrong key",
     {{FAKE_SEND, "HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", 0}},
     ANC_UNAUTHENTICATED,
     ""},
    {"silence", {{FAKE_HANG, NULL, 0}}, ANC_DEADLINE, ""},
    {"silence after a word",
     {{FAKE_SEND, STREAM_HEAD DELTA("Hi"), 0}, {FAKE_HANG, NULL, 0}},
     ANC_DEADLINE,
     "Hi"},
    {"no text at all", {{FAKE_SEND, STREAM_HEAD STOP DONE, 0}}, ANC_PROVIDER, ""},
    {"a refusal",
     {{FAKE_SEND,
       STREAM_HEAD
       "data: {\"choices\":[{\"delta\":{\"content\":null,\"refusal\":\"No.\"}}]}\n\n" STOP DONE,
       0}},
     ANC_PROVIDER,
     ""},
    {"a filter in the middle",
     {{FAKE_SEND,
       STREAM_HEAD DELTA(
           "Hi") "data: "
                 "{\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n" DONE,
       0}},
     ANC_PROVIDER,
     "Hi"},
    {"a page",
     {{FAKE_SEND, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", 0}},
     ANC_PROVIDER,
     ""},
};

static rag_request request_of(krn_call *call, const rag_prompt *prompt)
{
    return (rag_request){
        .call = call, .question = ANC_STR("How heavy?"), .threshold = 0.35, .prompt = prompt};
}

static void trouble_is_told(void **state)
{
    const trouble_row *row = *state;
    static const rag_prompt_message messages[] = {{RAG_SYSTEM, ANC_STR_INIT("Be brief.")},
                                                  {RAG_USER, ANC_STR_INIT("first?")},
                                                  {RAG_ASSISTANT, ANC_STR_INIT("yes")},
                                                  {RAG_USER, ANC_STR_INIT("How heavy?")}};
    const rag_prompt prompt = {.messages = messages, .n = ANC_COUNT(messages), .tokens = 5};
    rag_provider provider;
    served *s = served_open(row->script, 300, &provider);
    atomic_bool cancelled = false;
    anc_err err = {.code = ANC_OK};
    krn_call call = {.err = &err, .deadline_ns = INT64_MAX, .cancelled = &cancelled};
    rag_request request = request_of(&call, &prompt);
    const bool unnamed = anc_str_ends(anc_str_of(row->name), ANC_STR("names no model"));
    request.model = unnamed ? ANC_STR("zz") : ANC_STR_NONE; /* else the configured one */
    outcome o = {.done = 0};
    const rag_provider_sink sink = {&o, on_token, on_done};
    rag_provider_job *job;
    ASSERT_OK(provider.ops->start(provider.self, &request, &sink, &job, &err), &err);
    while (o.done == 0)
        (void)step(s);
    if (o.status != row->status)
        fail_msg("%s: %s", anc_status_info(o.status)->name, o.err);
    assert_string_equal(o.text, row->text);
    assert_null(strstr(o.err, "sk-secret"));
    if (o.status == ANC_OK) {
        assert_string_equal(o.model, unnamed ? "zz" : "m-1");
        assert_int_equal(o.input, 7);
        assert_int_equal(o.output, 3);
        assert_true(fake_server_got(s->server, "Bearer sk-secret"));
        assert_true(fake_server_got(s->server, "\"role\":\"assistant\""));
        assert_true(fake_server_got(s->server, unnamed ? "\"model\":\"zz\"" : "\"model\":\"a-1\""));
    }
    close_served(s, provider);
}

static void deadline_of_the_call_ends_it(void **state)
{
    (void)state;
    static const fake_step hang[] = {{FAKE_HANG, NULL, 0}, {FAKE_END, NULL, 0}};
    static const rag_prompt_message message = {RAG_USER, ANC_STR_INIT("How heavy?")};
    const rag_prompt prompt = {.messages = &message, .n = 1, .tokens = 5};
    rag_provider provider;
    served *s = served_open(hang, 60000, &provider);
    atomic_bool cancelled = false;
    anc_err err = {.code = ANC_OK};
    krn_call call = {
        .err = &err, .deadline_ns = s->clock.mono_ns + 50000000, .cancelled = &cancelled};
    const rag_request request = request_of(&call, &prompt);
    outcome o = {.done = 0};
    const rag_provider_sink sink = {&o, on_token, on_done};
    rag_provider_job *job;
    ASSERT_OK(provider.ops->start(provider.self, &request, &sink, &job, &err), &err);
    while (o.done == 0)
        (void)step(s);
    assert_int_equal(o.status, ANC_DEADLINE);
    close_served(s, provider);
}

typedef struct bad_row {
    const char *name;
    anc_str provider, model, url;
} bad_row;

static const bad_row bads[] = {
    {"no name", ANC_STR_INIT(""), ANC_STR_INIT("m"), ANC_STR_INIT("http://127.0.0.1:1/v1")},
    {"no model", ANC_STR_INIT("a"), ANC_STR_INIT(""), ANC_STR_INIT("http://127.0.0.1:1/v1")},
    {"no address", ANC_STR_INIT("a"), ANC_STR_INIT("m"), ANC_STR_INIT("not an address")},
};

static void bad_options_are_refused(void **state)
{
    const bad_row *row = *state;
    anc_err err = {.code = ANC_OK};
    net_loop *loop;
    net_http *http;
    ASSERT_OK(net_loop_open(&loop, &err), &err);
    ASSERT_OK(net_http_open(loop, &http, &err), &err);
    const rag_openai_options options = {.name = row->provider,
                                        .model = row->model,
                                        .client = {.base_url = row->url},
                                        .loop = loop,
                                        .http = http};
    rag_provider provider = {.ops = NULL};
    assert_int_equal(rag_openai_open(&options, &provider, &err), ANC_INVALID);
    assert_null(provider.ops);
    net_http_close(http);
    net_loop_close(loop);
}

int main(void)
{
    static const provider_bench bench = {"openai", open_good, step, close_served};
    int failed = provider_suite_run(&bench);
    failed += RUN_TABLE("trouble", troubles, trouble_is_told);
    failed += RUN_TABLE("bad options", bads, bad_options_are_refused);
    const struct CMUnitTest tests[] = {cmocka_unit_test(deadline_of_the_call_ends_it)};
    return failed + cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
