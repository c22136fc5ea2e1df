/* test_inference.c - vectors and scores of servers that answer, misbehave, or are not there. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "clients/inference/inference.h"
#include "os/thread.h"
#include "support/fake_server.h"

enum { SHORT_MS = 60, PAUSE_MS = 2, TEXTS = 2, DIMS = 3, CALLERS = 5, HOLD_MS = 30 };

#define KEY  "sk-secret-0123456789"
#define GOOD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define BAD(status, more) \
    "HTTP/1.1 " status "\r\nContent-Type: application/json\r\n" more "Connection: close\r\n\r\n"
#define SEND(text)           \
    {                        \
        FAKE_SEND, (text), 0 \
    }
#define NEXT               \
    {                      \
        FAKE_NEXT, NULL, 0 \
    }
#define OPENAI_1 "{\"object\":\"embedding\",\"index\":1,\"embedding\":[0,1.5,0]}"
#define OPENAI_0 "{\"object\":\"embedding\",\"index\":0,\"embedding\":[1,0,-2]}"
#define OPENAI   "{\"data\":[" OPENAI_1 "," OPENAI_0 "],\"usage\":{\"prompt_tokens\":9}}"
#define TEN      "0123456789"
#define NINETY   TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define HUNDRED  NINETY TEN
#define COHERE                                                          \
    "{\"results\":[{\"index\":1,\"relevance_score\":4.5},{\"index\":0," \
    "\"relevance_score\":-2}],\"usage\":{\"total_tokens\":9}}"

typedef struct row {
    const char *name;
    clt_inference_form form;
    fake_step script[6];
    anc_status status;
    const char *error; /* part of the text; NULL: none */
    int clients;       /* that the server saw */
    const char *sent[2];
} row;

static const row vector_rows[] = {
    {"vectors of OpenAI's form, in any order",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD OPENAI)},
     ANC_OK,
     NULL,
     1,
     {"POST /v1/embeddings HTTP/1.1",
      "{\"model\":\"m-1\",\"encoding_format\":\"float\",\"input\":[\"a \\\"text\\\"\",\"b\"]}"}},
    {"packed vectors without an index",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD "{\"data\":[{\"embedding\":\"AACAPwAAAAAAAADA\"},{\"embedding\":"
                "\"AAAAAAAAwD8AAAAA\"}],\"usage\":{\"prompt_tokens\":9}}")},
     ANC_OK,
     NULL,
     1,
     {"authorization: Bearer " KEY, "encoding_format"}},
    {"vectors of Gemini's form",
     CLT_VECTORS_GEMINI,
     {SEND(GOOD "{\"embeddings\":[{\"values\":[1,0,-2]},{\"values\":[0,1.5,0]}]}")},
     ANC_OK,
     NULL,
     1,
     {"POST /v1/models/m-1:batchEmbedContents",
      "{\"model\":\"models/m-1\",\"taskType\":\"RETRIEVAL_QUERY\",\"content\":{\"parts\":[{"
      "\"text\":\"b\"}]}}"}},
    {"refused for a moment, then answered",
     CLT_VECTORS_OPENAI,
     {SEND(BAD("503 Service Unavailable", "") "{}"), NEXT,
      SEND(BAD("429 Too Many Requests", "Retry-After: 0\r\n") "{}"), NEXT, SEND(GOOD OPENAI)},
     ANC_OK,
     NULL,
     3,
     {NULL}},
    {"cut off, then answered",
     CLT_VECTORS_OPENAI,
     {SEND("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"da"), NEXT, SEND(GOOD OPENAI)},
     ANC_OK,
     NULL,
     2,
     {NULL}},
    {"refused each time",
     CLT_VECTORS_OPENAI,
     {SEND(BAD("500 Internal Server Error", "") "{\"error\":{\"message\":\"out of memory\"}}")},
     ANC_UNAVAILABLE,
     "answered 500: out of memory (3 tries)",
     3,
     {NULL}},
    {"a request that cannot be right is not sent again",
     CLT_VECTORS_OPENAI,
     {SEND(BAD("400 Bad Request", "") "{\"error\":\"input is too long\"}")},
     ANC_PROVIDER,
     "answered 400: input is too long",
     1,
     {NULL}},
    {"a key that is refused is not quoted",
     CLT_VECTORS_OPENAI,
     {SEND(BAD("401 Unauthorized", "") "{\"error\":{\"message\":\"bad key sk-secret\"}}")},
     ANC_PROVIDER,
     "answered 401 Unauthorized",
     1,
     {NULL}},
    {"a key in another message is not quoted",
     CLT_VECTORS_OPENAI,
     {SEND(BAD("404 Not Found", "") "{\"message\":\"nothing for " KEY "\"}")},
     ANC_PROVIDER,
     "answered 404 Not Found",
     1,
     {NULL}},
    {"a key that begins before the cut and ends behind it is not quoted",
     CLT_VECTORS_OPENAI,
     {SEND(BAD("404 Not Found", "") "{\"message\":\"" HUNDRED NINETY KEY "\"}")},
     ANC_PROVIDER,
     "answered 404 Not Found",
     1,
     {NULL}},
    {"a message is cut between characters",
     CLT_VECTORS_OPENAI,
     {SEND(BAD("404 Not Found", "") "{\"message\":\"" HUNDRED NINETY "123456789\u00fc\"}")},
     ANC_PROVIDER,
     NINETY "123456789",
     1,
     {NULL}},
    {"another dimension",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD "{\"data\":[{\"index\":0,\"embedding\":[1,2]}," OPENAI_1 "]}")},
     ANC_PROVIDER,
     "vector 0 has 2 components, not 3",
     1,
     {NULL}},
    {"a vector too few",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD "{\"data\":[" OPENAI_1 "]}")},
     ANC_PROVIDER,
     "the answer has 1 vectors for 2 texts",
     1,
     {NULL}},
    {"the same vector twice",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD "{\"data\":[" OPENAI_1 "," OPENAI_1 "]}")},
     ANC_PROVIDER,
     "two vectors are of text 1",
     1,
     {NULL}},
    {"a vector of no text",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD "{\"data\":[{\"index\":2,\"embedding\":[1,2,3]}," OPENAI_1 "]}")},
     ANC_PROVIDER,
     "a vector is of text 2, of 2",
     1,
     {NULL}},
    {"a component that is no number",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD "{\"data\":[{\"index\":0,\"embedding\":[1,null,3]}," OPENAI_1 "]}")},
     ANC_PROVIDER,
     "vector 0 has a component that is no number",
     1,
     {NULL}},
    {"a packed vector that is none",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD "{\"data\":[{\"index\":0,\"embedding\":\"AAA\"}," OPENAI_1 "]}")},
     ANC_PROVIDER,
     "vector 0 is no base64",
     1,
     {NULL}},
    {"no JSON",
     CLT_VECTORS_OPENAI,
     {SEND(GOOD "<html>")},
     ANC_PROVIDER,
     "the answer is not JSON",
     1,
     {NULL}},
    {"no vectors",
     CLT_VECTORS_GEMINI,
     {SEND(GOOD "{\"embeddings\":[{},{}]}")},
     ANC_PROVIDER,
     "vector 0 is missing",
     1,
     {"x-goog-api-key: " KEY}},
};

static const row score_rows[] = {
    {"scores of Cohere's form",
     CLT_SCORES_COHERE,
     {SEND(GOOD COHERE)},
     ANC_OK,
     NULL,
     1,
     {"POST /v1 HTTP/1.1", "{\"query\":\"q\",\"model\":\"m-1\",\"documents\":[\"a \\\"text\\\"\","
                           "\"b\"],\"top_n\":2}"}},
    {"scores of Jina's form",
     CLT_SCORES_JINA,
     {SEND(GOOD COHERE)},
     ANC_OK,
     NULL,
     1,
     {"\"return_documents\":false}"}},
    {"scores of llama-server's form",
     CLT_SCORES_LLAMA,
     {SEND(GOOD "{\"model\":\"m\",\"object\":\"list\",\"usage\":{\"prompt_tokens\":9,"
                "\"total_tokens\":9},\"results\":[{\"index\":0,\"relevance_score\":-2.0},{"
                "\"index\":1,\"relevance_score\":4.5}]}")},
     ANC_OK,
     NULL,
     1,
     {NULL}},
    {"scores of TEI's form",
     CLT_SCORES_TEI,
     {SEND(GOOD "[{\"index\":1,\"score\":4.5},{\"index\":0,\"score\":-2.0}]")},
     ANC_OK,
     NULL,
     1,
     {"{\"query\":\"q\",\"texts\":[\"a \\\"text\\\"\",\"b\"],\"truncate\":true}"}},
    {"a score too few",
     CLT_SCORES_COHERE,
     {SEND(GOOD "{\"results\":[{\"index\":1,\"relevance_score\":4.5}]}")},
     ANC_PROVIDER,
     "the answer has 1 scores for 2 documents",
     1,
     {NULL}},
    {"a score of no document",
     CLT_SCORES_TEI,
     {SEND(GOOD "[{\"index\":1,\"score\":4.5},{\"index\":7,\"score\":-2.0}]")},
     ANC_PROVIDER,
     "a score is of document 7, of 2",
     1,
     {NULL}},
    {"a score twice",
     CLT_SCORES_TEI,
     {SEND(GOOD "[{\"index\":1,\"score\":4.5},{\"index\":1,\"score\":-2.0}]")},
     ANC_PROVIDER,
     "two scores are of document 1",
     1,
     {NULL}},
    {"a score that is no number",
     CLT_SCORES_COHERE,
     {SEND(GOOD "{\"results\":[{\"index\":1,\"relevance_score\":\"high\"},{\"index\":0}]}")},
     ANC_PROVIDER,
     "the score of document 1 is no number",
     1,
     {NULL}},
    {"no list",
     CLT_SCORES_COHERE,
     {SEND(GOOD "{\"error\":\"none\"}")},
     ANC_PROVIDER,
     "0 scores for 2 documents",
     1,
     {NULL}},
};

static const anc_str texts[TEXTS] = {ANC_STR_INIT("a \"text\""), ANC_STR_INIT("b")};
static const atomic_bool never;

static clt_inference *open_at(uint16_t port, clt_inference_form form, clt_inference_options o)
{
    char url[64];
    anc_err err = {0};
    clt_inference *c = NULL;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/v1", port);
    o.form = form;
    o.url = anc_str_of(url);
    o.api_key = ANC_STR(KEY);
    o.model = ANC_STR("m-1");
    o.pause_ms = PAUSE_MS;
    o.retries = o.retries == 0 ? 2 : o.retries;
    ASSERT_OK(clt_inference_open(&o, &c, &err), &err);
    return c;
}

static void check_outcome(const row *r, fake_server *s, anc_status status, const anc_err *err)
{
    if (status != r->status)
        fail_msg("%s: %d: %s", r->name, (int)status, err->text);
    if (r->error != NULL && strstr(err->text, r->error) == NULL)
        fail_msg("%s: %s", r->name, err->text);
    assert_null(strstr(err->text, "sk-secret"));
    assert_true(anc_utf8_valid(anc_str_of(err->text)));
    assert_true(status == ANC_OK || strstr(err->text, "127.0.0.1:") != NULL);
    assert_int_equal(fake_server_clients(s), r->clients);
    for (size_t i = 0; i < ANC_COUNT(r->sent) && r->sent[i] != NULL; i++)
        if (!fake_server_got(s, r->sent[i]))
            fail_msg("%s: %s was not sent", r->name, r->sent[i]);
}

static void vectors(void **state)
{
    const row *r = *state;
    static const float wanted[TEXTS * DIMS] = {1, 0, -2, 0, 1.5f, 0};
    fake_server *s = fake_server_start(r->script, false);
    clt_inference *c =
        open_at(fake_server_port(s), r->form, (clt_inference_options){.parallel = 1});
    float out[TEXTS * DIMS] = {0};
    uint64_t tokens = 0;
    anc_err err = {0};
    const anc_status status = clt_inference_vectors(c, (clt_patience){0, &never}, true, texts,
                                                    TEXTS, DIMS, out, &tokens, &err);
    check_outcome(r, s, status, &err);
    if (status == ANC_OK) {
        assert_memory_equal(out, wanted, sizeof wanted);
        assert_int_equal(tokens, r->form == CLT_VECTORS_OPENAI ? 9 : 0);
    }
    clt_inference_close(c);
    fake_server_stop(s);
}

static void scores(void **state)
{
    const row *r = *state;
    fake_server *s = fake_server_start(r->script, false);
    clt_inference *c =
        open_at(fake_server_port(s), r->form, (clt_inference_options){.parallel = 1});
    float out[TEXTS] = {0};
    uint64_t tokens = 0;
    anc_err err = {0};
    const anc_status status = clt_inference_scores(c, (clt_patience){0, &never}, ANC_STR("q"),
                                                   texts, TEXTS, out, &tokens, &err);
    check_outcome(r, s, status, &err);
    if (status == ANC_OK) {
        assert_true(out[0] == -2.0f && out[1] == 4.5f);
        assert_int_equal(tokens, r->form == CLT_SCORES_TEI ? 0 : 9);
    }
    clt_inference_close(c);
    fake_server_stop(s);
}

/* ---- waiting ---- */

static anc_status score_with(clt_inference *c, clt_patience patience, anc_err *err)
{
    float out[TEXTS];
    uint64_t tokens;
    return clt_inference_scores(c, patience, ANC_STR("q"), texts, TEXTS, out, &tokens, err);
}

static void the_callers_time_is_kept(void **state)
{
    (void)state;
    static const fake_step script[] = {{FAKE_HANG, NULL, 0}, {FAKE_END, NULL, 0}};
    fake_server *s = fake_server_start(script, false);
    clt_inference *c = open_at(fake_server_port(s), CLT_SCORES_TEI, (clt_inference_options){0});
    anc_err err = {0};
    assert_int_equal(score_with(c, (clt_patience){SHORT_MS, &never}, &err), ANC_DEADLINE);
    clt_inference_close(c);
    fake_server_stop(s);
}

static void a_try_that_takes_too_long_is_repeated(void **state)
{
    (void)state;
    static const fake_step script[] = {
        {FAKE_HANG, NULL, 0},
        NEXT,
        SEND(GOOD "[{\"index\":0,\"score\":1},{\"index\":1,\"score\":2}]"),
        {FAKE_END, NULL, 0}};
    fake_server *s = fake_server_start(script, false);
    clt_inference *c = open_at(fake_server_port(s), CLT_SCORES_TEI,
                               (clt_inference_options){.timeout_ms = SHORT_MS});
    anc_err err = {0};
    ASSERT_OK(score_with(c, (clt_patience){0, &never}, &err), &err);
    assert_int_equal(fake_server_clients(s), 2);
    clt_inference_close(c);
    fake_server_stop(s);
}

/* The server asks for ten minutes, and the caller has half a one, or all the time there is: nothing is waited for in vain. */
static void a_pause_longer_than_there_is_time_is_not_made(void **state)
{
    (void)state;
    static const fake_step script[] = {
        SEND(BAD("429 Too Many Requests", "Retry-After: 600\r\n") "{\"detail\":\"slow down\"}"),
        {FAKE_END, NULL, 0}};
    static const int64_t left_ms[] = {30000, 0};
    for (size_t i = 0; i < ANC_COUNT(left_ms); i++) {
        fake_server *s = fake_server_start(script, false);
        clt_inference *c = open_at(fake_server_port(s), CLT_SCORES_TEI, (clt_inference_options){0});
        anc_err err = {0};
        assert_int_equal(score_with(c, (clt_patience){left_ms[i], &never}, &err), ANC_UNAVAILABLE);
        assert_non_null(strstr(err.text, "answered 429: slow down"));
        assert_int_equal(fake_server_clients(s), 1);
        clt_inference_close(c);
        fake_server_stop(s);
    }
}

static void a_caller_who_left_is_seen(void **state)
{
    (void)state;
    const atomic_bool left = true;
    clt_inference *c = open_at(fake_closed_port(), CLT_SCORES_TEI, (clt_inference_options){0});
    anc_err err = {0};
    assert_int_equal(score_with(c, (clt_patience){0, &left}, &err), ANC_CANCELLED);
    clt_inference_close(c);
}

static void nobody_there_is_unavailable(void **state)
{
    (void)state;
    clt_inference *c = open_at(fake_closed_port(), CLT_SCORES_TEI, (clt_inference_options){0});
    anc_err err = {0};
    assert_int_equal(score_with(c, (clt_patience){0, &never}, &err), ANC_UNAVAILABLE);
    assert_non_null(strstr(err.text, "(3 tries)"));
    clt_inference_close(c);
}

typedef struct caller {
    clt_inference *c;
    anc_status status;
} caller;

static void call(void *arg)
{
    caller *one = arg;
    anc_err err = {0};
    one->status = score_with(one->c, (clt_patience){0, &never}, &err);
}

/* The server takes one connection after another: with two places three of five wait for one, and all are served. */
static void callers_wait_for_a_place(void **state)
{
    (void)state;
    static const fake_step script[] = {
        {FAKE_WAIT_MS, NULL, HOLD_MS},
        SEND(GOOD "[{\"index\":0,\"score\":1},{\"index\":1,\"score\":2}]"),
        {FAKE_END, NULL, 0}};
    fake_server *s = fake_server_start(script, false);
    caller callers[CALLERS];
    os_thread *threads[CALLERS];
    anc_err err = {0};
    clt_inference *c =
        open_at(fake_server_port(s), CLT_SCORES_TEI, (clt_inference_options){.parallel = 2});
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i] = (caller){.c = c, .status = ANC_BUG};
        ASSERT_OK(os_thread_start("caller", call, &callers[i], &threads[i], &err), &err);
    }
    for (size_t i = 0; i < CALLERS; i++)
        os_thread_join(threads[i]);
    for (size_t i = 0; i < CALLERS; i++)
        assert_int_equal(callers[i].status, ANC_OK);
    assert_int_equal(fake_server_clients(s), CALLERS);
    clt_inference_close(c);
    fake_server_stop(s);
}

/* ---- the rest ---- */

static void dims_are_found_out(void **state)
{
    (void)state;
    static const fake_step script[] = {SEND(GOOD "{\"data\":[{\"embedding\":[1,2,3,4]}]}"),
                                       {FAKE_END, NULL, 0}};
    fake_server *s = fake_server_start(script, false);
    clt_inference *c = open_at(fake_server_port(s), CLT_VECTORS_OPENAI, (clt_inference_options){0});
    uint32_t dims = 0;
    anc_err err = {0};
    ASSERT_OK(clt_inference_dims(c, (clt_patience){0, &never}, ANC_STR("x"), &dims, &err), &err);
    assert_int_equal(dims, 4);
    clt_inference_close(c);
    fake_server_stop(s);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        clt_inference_options options;
        const char *text;
    } cases[] = {
        {{.url = ANC_STR_INIT("127.0.0.1:80")}, "does not begin with http"},
        {{.url = ANC_STR_INIT("http://a b")}, "has a blank"},
        {{.url = ANC_STR_INIT("htp://me:sk-secret@a")}, "does not begin with http"},
        {{.url = ANC_STR_INIT("http://me:sk-secret@a b")}, "has a blank"},
        {{.url = ANC_STR_INIT("http://me:sk-secret@a:99999/v1")}, "the URL (not shown)"},
        {{.url = ANC_STR_INIT("http://?key=sk-secret")}, "the URL (not shown)"},
        {{.url = ANC_STR_INIT("http://a"), .api_key = ANC_STR_INIT("k\n")}, "the API key has"},
        {{.url = ANC_STR_INIT("http://a"), .model = ANC_STR_INIT("m m")}, "model \"m m\""},
        {{.url = ANC_STR_INIT("http://a"), .form = CLT_VECTORS_GEMINI}, "is not named"},
    };
    for (size_t i = 0; i < ANC_COUNT(cases); i++) {
        clt_inference *c = NULL;
        anc_err err = {0};
        assert_int_equal(clt_inference_open(&cases[i].options, &c, &err), ANC_INVALID);
        assert_non_null(strstr(err.text, cases[i].text));
        assert_null(strstr(err.text, "sk-secret"));
        assert_null(c);
    }
}

static void what_is_shown_of_an_endpoint_is_host_and_port(void **state)
{
    (void)state;
    static const char *const urls[] = {"https://host/v1", "https://host?key=sk-secret",
                                       "https://me:p%40sk-secret@host:443",
                                       "https://host#sk-secret"};
    for (size_t i = 0; i < ANC_COUNT(urls); i++) {
        const clt_inference_options options = {.form = CLT_SCORES_TEI, .url = anc_str_of(urls[i])};
        clt_inference *c = NULL;
        anc_err err = {0};
        ASSERT_OK(clt_inference_open(&options, &c, &err), &err);
        assert_string_equal(clt_inference_where(c).ptr, "host:443");
        clt_inference_close(c);
    }
}

int main(void)
{
    const struct CMUnitTest own[] = {
        cmocka_unit_test(the_callers_time_is_kept),
        cmocka_unit_test(a_try_that_takes_too_long_is_repeated),
        cmocka_unit_test(a_pause_longer_than_there_is_time_is_not_made),
        cmocka_unit_test(a_caller_who_left_is_seen),
        cmocka_unit_test(nobody_there_is_unavailable),
        cmocka_unit_test(callers_wait_for_a_place),
        cmocka_unit_test(dims_are_found_out),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(what_is_shown_of_an_endpoint_is_host_and_port),
    };
    return RUN_TABLE("vectors", vector_rows, vectors) + RUN_TABLE("scores", score_rows, scores) +
           cmocka_run_group_tests_name("waiting", own, NULL, NULL);
}
