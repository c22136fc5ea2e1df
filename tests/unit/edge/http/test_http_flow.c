/* test_http_flow.c - streams, departures, deadlines, load, uploads, keys: what takes time or turns. */
#include <stdlib.h>

#include "edge_fixture.h"
#include "os/clock.h"

static edge_fixture f;

#define JSON "Content-Type: application/json\r\n"

static int open_fixture(void **state)
{
    (void)state;
    edge_open(&f, NULL);
    return 0;
}

static int close_fixture(void **state)
{
    (void)state;
    edge_close(&f);
    return 0;
}

/* Sends a request and leaves the connection open. */
static int begin(const char *method, const char *path, const char *headers, const char *body)
{
    ANC_BUF(request, 1 << 20);
    (void)anc_buf_printf(&request, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, path,
                         headers != NULL ? headers : "");
    if (body != NULL)
        (void)anc_buf_printf(&request, JSON "Content-Length: %zu\r\n", strlen(body));
    (void)anc_buf_printf(&request, "\r\n%s", body != NULL ? body : "");
    const int fd = sock_connect(f.port);
    assert_true(fd >= 0);
    assert_true(sock_send(fd, anc_buf_view(&request)));
    return fd;
}

static void check_in_order(anc_str text, const char *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t at = anc_str_find(text, anc_str_of(parts[i]));
        if (at == SIZE_MAX)
            fail_msg("no %s in order in: %.*s", parts[i], ANC_FMT(text));
        text = anc_str_sub(text, at + strlen(parts[i]), text.len);
    }
}

/* ---- streams ---- */

static void test_stream_order(void **state)
{
    static const char *const parts[] = {"id: 1\nevent: sources\ndata: {\"query_id\":\"q-1\"",
                                        "id: 2\nevent: token\ndata: {\"text\":\"Feed \"}",
                                        "id: 3\nevent: token\ndata: {\"text\":\"the bees. [1]\"}",
                                        "id: 4\nevent: done\ndata: {\"query_id\":\"q-1\""};
    (void)state;
    answer posted = post(&f, "/v1/chat/stream", "{\"question\":\"x\"}");
    answer got = get(&f, "/v1/chat/stream?question=x+y&collections=a,b&top_k=3");
    assert_int_equal(posted.status, 200);
    assert_true(anc_str_eq(answer_header(&posted, "content-type"), ANC_STR("text/event-stream")));
    check_in_order(posted.body, parts, ANC_COUNT(parts));
    check_in_order(got.body, parts, ANC_COUNT(parts));
    assert_int_equal(atomic_load(&doubles.n_collections), 2);
    assert_int_equal(atomic_load(&doubles.top_k), 3);
    const anc_str done = anc_str_sub(posted.body, anc_str_find(posted.body, ANC_STR("event: done")),
                                     posted.body.len);
    assert_true(anc_str_find(done, ANC_STR("\"sources\"")) == SIZE_MAX);
    answer_done(&posted);
    answer_done(&got);
}

static void test_stream_failure_is_an_event(void **state)
{
    static const char *const parts[] = {"event: sources",
                                        "event: error\ndata: {\"type\":", "\"status\":502",
                                        "the provider said no"};
    (void)state;
    answer a = post(&f, "/v1/chat/stream", "{\"question\":\"fail\"}");
    assert_int_equal(a.status, 200);
    check_in_order(a.body, parts, ANC_COUNT(parts));
    answer_done(&a);
    a = post(&f, "/v1/chat/query", "{\"question\":\"fail\"}");
    assert_int_equal(a.status, 502);
    answer_done(&a);
}

static void test_client_leaving_cancels(void **state)
{
    (void)state;
    ANC_BUF(seen, 1 << 20);
    int fd = begin("POST", "/v1/chat/stream", NULL, "{\"question\":\"hang\"}");
    assert_true(sock_wait_for(fd, &seen, "event: token", 1));
    (void)close(fd);
    assert_true(wait_for(&doubles.cancelled, 1));
    assert_true(wait_for(&doubles.finished, 1));
    fd = begin("POST", "/v1/search", NULL, "{\"query\":\"hold\"}");
    assert_true(wait_for(&doubles.holding, 1));
    (void)close(fd);
    assert_true(wait_for(&doubles.holding, 0));
}

static void test_deadline(void **state)
{
    (void)state;
    answer a =
        ask(&f, "POST", "/v1/search", JSON "X-Timeout-Ms: 60\r\n", ANC_STR("{\"query\":\"hold\"}"));
    assert_int_equal(a.status, 504);
    assert_true(answer_has(&a, "deadline"));
    answer_done(&a);
    assert_true(wait_for(&doubles.holding, 0));
    a = ask(&f, "POST", "/v1/chat/query", JSON "X-Timeout-Ms: 60\r\n",
            ANC_STR("{\"question\":\"hang\"}"));
    assert_int_equal(a.status, 504);
    answer_done(&a);
    assert_true(wait_for(&doubles.cancelled, 1));
    a = ask(&f, "POST", "/v1/chat/stream", JSON "X-Timeout-Ms: 60\r\n",
            ANC_STR("{\"question\":\"hang\"}"));
    assert_int_equal(a.status, 200);
    assert_true(answer_has(&a, "event: error") && answer_has(&a, "\"status\":504"));
    answer_done(&a);
}

static void test_progress(void **state)
{
    static const char *const parts[] = {"event: progress", "\"processed_documents\":1",
                                        "event: done", "\"status\":\"completed\""};
    (void)state;
    answer a = get(&f, "/v1/ingest/b-1/progress");
    assert_int_equal(a.status, 200);
    check_in_order(a.body, parts, ANC_COUNT(parts));
    answer_done(&a);
    ANC_BUF(seen, 1 << 20);
    const int fd = begin("GET", "/v1/ingest/forever/progress", NULL, NULL);
    assert_true(sock_wait_for(fd, &seen, "event: progress", 1));
    (void)close(fd);
    a = ask(&f, "POST", "/v1/ingest?wait=true", JSON "X-Timeout-Ms: 80\r\n",
            ANC_STR("{\"db_type\":\"folder\",\"connection_params\":{\"path\":\"/forever\"}}"));
    assert_int_equal(a.status, 504);
    answer_done(&a);
}

/* A slow reader gets all of a long text; one that leaves frees it. */
static void test_long_text(void **state)
{
    (void)state;
    ANC_BUF(seen, 16 << 20);
    int fd = begin("GET", "/v1/knowledge/documents/long/text", "Connection: close\r\n", NULL);
    os_sleep_ns(50000000);
    sock_read_to_end(fd, &seen);
    (void)close(fd);
    const anc_str all = anc_buf_view(&seen);
    const size_t head = anc_str_find(all, ANC_STR("\r\n\r\n")) + 4;
    assert_int_equal(all.len - head, DOUBLE_LONG_TEXT);
    for (size_t i = 0; i < DOUBLE_LONG_TEXT; i += 997)
        assert_int_equal(all.ptr[head + i], 'a' + (char)(i % 26));
    assert_true(wait_for(&doubles.texts_open, 0));
    fd = begin("GET", "/v1/knowledge/documents/long/text", NULL, NULL);
    assert_true(wait_for(&doubles.texts_open, 1));
    (void)close(fd);
    assert_true(wait_for(&doubles.texts_open, 0));
    answer a = get(&f, "/v1/knowledge/documents/empty/text");
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, 0);
    answer_done(&a);
}

/* ---- bodies ---- */

static void test_limits_before_reading(void **state)
{
    (void)state;
    answer a = send_raw(&f, ANC_STR("POST /v1/knowledge/documents HTTP/1.1\r\nHost: localhost\r\n"
                                    "Content-Length: 99999999999\r\n\r\n"));
    assert_int_equal(a.status, 413);
    assert_true(answer_has(&a, "99999999999"));
    answer_done(&a);
    a = send_raw(&f, ANC_STR("POST /v1/search HTTP/1.1\r\nHost: localhost\r\n"
                             "Content-Length: 5000000\r\n\r\n"));
    assert_int_equal(a.status, 413);
    answer_done(&a);
    a = send_raw(&f, ANC_STR("GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
    assert_int_equal(a.status, 400);
    assert_true(answer_has(&a, "urn:anchorage:problem:invalid"));
    assert_true(anc_uuid_valid(answer_header(&a, "x-request-id")));
    answer_done(&a);
    a = send_raw(&f, ANC_STR("POST /v1/search HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\n"
                             "Transfer-Encoding: chunked\r\n\r\nzz\r\n"));
    assert_int_equal(a.status, 400);
    assert_true(anc_str_eq(answer_header(&a, "x-request-id"), ANC_STR("mine")));
    answer_done(&a);
}

static void test_deep_body(void **state)
{
    (void)state;
    ANC_BUF(body, 1 << 20);
    for (int i = 0; i < 100000; i++)
        (void)anc_buf_add_char(&body, '[');
    answer a = ask(&f, "POST", "/v1/search", JSON, anc_buf_view(&body));
    assert_int_equal(a.status, 400);
    assert_true(answer_has(&a, "deep"));
    answer_done(&a);
}

/* A form with `content` as its file, cut short by `missing` bytes. */
static answer upload(const char *fields, anc_str content, size_t missing, const char *headers)
{
    ANC_BUF(body, 64 << 20);
    char all[512];
    (void)anc_buf_printf(&body,
                         "%s--B\r\nContent-Disposition: form-data; name=\"file\"; "
                         "filename=\"hive.md\"\r\nContent-Type: text/markdown\r\n\r\n",
                         fields);
    (void)anc_buf_add(&body, content);
    (void)anc_buf_add(&body, ANC_STR("\r\n--B--\r\n"));
    (void)snprintf(all, sizeof all, "Content-Type: multipart/form-data; boundary=B\r\n%s",
                   headers != NULL ? headers : "");
    return ask(&f, "POST", "/v1/knowledge/documents", all,
               anc_str_sub(anc_buf_view(&body), 0, body.len - missing));
}

#define FIELD(name, value) \
    "--B\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"

static void test_upload(void **state)
{
    (void)state;
    answer a = upload(FIELD("collection", "boats") FIELD("id", "ferry")
                          FIELD("metadata", "{\"year\":1}") FIELD("acl", "group:a, public"),
                      ANC_STR("# Hive"), 0, NULL);
    assert_int_equal(a.status, 201);
    assert_string_equal(doubles.collection, "boats");
    assert_string_equal(doubles.document, "ferry");
    assert_string_equal(doubles.metadata, "{\"year\":1}");
    assert_string_equal(doubles.acl, "group:a");
    assert_string_equal(doubles.name, "hive.md");
    assert_string_equal(doubles.content_type, "text/markdown");
    assert_int_equal(doubles.content_len, 6);
    answer_done(&a);
}

/* Larger than what is kept in memory: it went through a file and came out the same. */
static void test_large_upload(void **state)
{
    (void)state;
    ANC_BUF(content, 16 << 20);
    assert_true(anc_buf_reserve(&content, 9000001));
    for (size_t i = 0; i < 9000001; i++)
        content.ptr[content.len++] = (char)('a' + i * 7 % 26);
    answer a = upload("", anc_buf_view(&content), 0, NULL);
    assert_int_equal(a.status, 201);
    assert_int_equal(doubles.content_len, content.len);
    assert_int_equal(doubles.content_sum, double_sum(anc_buf_view(&content)));
    answer_done(&a);
}

typedef struct form_row {
    const char *name;
    const char *fields;
    size_t missing;
    const char *holds;
} form_row;

static const form_row bad_forms[] = {
    {"cut short", "", 6, "last boundary"},
    {"unknown field", FIELD("colour", "red"), 0, "\"/colour\""},
    {"metadata that is no JSON", FIELD("metadata", "year"), 0, "\"/metadata\""},
    {"metadata that is a list", FIELD("metadata", "[]"), 0, "\"/metadata\""},
    {"a field twice", FIELD("id", "a") FIELD("id", "b"), 0, "twice"},
    {"a field that is no text", FIELD("title", "\xff"), 0, "\"/title\""},
    {"a broken head", "--B\r\nnonsense\r\n\r\n\r\n", 0, "\"status\":400"},
};

static void test_bad_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(bad_forms); i++) {
        answer a = upload(bad_forms[i].fields, ANC_STR("x"), bad_forms[i].missing, NULL);
        if (a.status != 400 || !answer_has(&a, bad_forms[i].holds))
            fail_msg("%s: %d: %.*s", bad_forms[i].name, a.status, ANC_FMT(a.body));
        answer_done(&a);
    }
    answer a = ask(&f, "POST", "/v1/knowledge/documents",
                   "Content-Type: multipart/form-data; boundary=B\r\n", ANC_STR("--B--\r\n"));
    assert_int_equal(a.status, 400);
    assert_true(answer_has(&a, "\"/file\""));
    answer_done(&a);
}

/* The client leaves in the middle of a body, small or already on disk. */
static void test_leaving_in_the_body(void **state)
{
    (void)state;
    static const char head[] = "POST /v1/knowledge/documents HTTP/1.1\r\nHost: localhost\r\n";
    ANC_BUF(bytes, 8 << 20);
    (void)anc_buf_printf(&bytes, "%sContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
                         head);
    int fd = sock_connect(f.port);
    assert_true(sock_send(fd, anc_buf_view(&bytes)));
    (void)close(fd);
    anc_buf_clear(&bytes);
    (void)anc_buf_printf(
        &bytes,
        "%sContent-Type: multipart/form-data; boundary=B\r\nContent-Length: "
        "9000000\r\n\r\n--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n",
        head);
    for (int i = 0; i < 3000000; i++)
        (void)anc_buf_add_char(&bytes, 'x');
    fd = sock_connect(f.port);
    assert_true(sock_send(fd, anc_buf_view(&bytes)));
    (void)close(fd);
    for (int i = 0; i < 5000 && http_edge_open_requests(f.edge) > 0; i++)
        os_sleep_ns(1000000);
    assert_int_equal(http_edge_open_requests(f.edge), 0);
    assert_int_equal(atomic_load(&doubles.puts), 0);
}

static void test_source_limit(void **state)
{
    (void)state;
    const http_edge_options small = {.max_source_bytes = 1000};
    edge_close(&f);
    edge_open(&f, &small);
    ANC_BUF(content, 4 << 20);
    for (int i = 0; i < 3000000; i++)
        (void)anc_buf_add_char(&content, 'x');
    answer a = upload("", anc_buf_view(&content), 0, NULL);
    assert_int_equal(a.status, 413);
    assert_true(answer_has(&a, "1000 bytes, the limit of a source"));
    answer_done(&a);
    ANC_BUF(body, 4096);
    (void)anc_buf_add(&body, ANC_STR("{\"content_base64\":\""));
    for (int i = 0; i < 2000; i++)
        (void)anc_buf_add_char(&body, 'A');
    (void)anc_buf_add(&body, ANC_STR("\"}"));
    a = ask(&f, "POST", "/v1/knowledge/documents", JSON, anc_buf_view(&body));
    assert_int_equal(a.status, 413);
    answer_done(&a);
}

/* ---- load ---- */

static void test_overload(void **state)
{
    enum { HOLDERS = 2 };
    const http_edge_options small = {.max_in_flight = HOLDERS};
    int fds[HOLDERS];
    (void)state;
    edge_close(&f);
    edge_open(&f, &small);
    for (int i = 0; i < HOLDERS; i++)
        fds[i] = begin("POST", "/v1/search", NULL, "{\"query\":\"hold\"}");
    assert_true(wait_for(&doubles.holding, HOLDERS));
    answer a = post(&f, "/v1/search", "{\"query\":\"x\"}");
    assert_int_equal(a.status, 503);
    assert_true(answer_header(&a, "retry-after").len > 0);
    answer_done(&a);
    a = get(&f, "/health");
    assert_int_equal(a.status, 200);
    answer_done(&a);
    atomic_store(&doubles.release, true);
    ANC_BUF(seen, 1 << 20);
    for (int i = 0; i < HOLDERS; i++) {
        assert_true(sock_wait_for(fds[i], &seen, "200 OK", (size_t)i + 1));
        (void)close(fds[i]);
    }
    a = post(&f, "/v1/search", "{\"query\":\"x\"}");
    assert_int_equal(a.status, 200);
    answer_done(&a);
}

/* Puts beyond their bound wait, and leave the pool to others. */
static void test_puts_take_turns(void **state)
{
    enum { WRITERS = 5 };
    const http_edge_options one = {.max_puts = 1};
    int fds[WRITERS];
    (void)state;
    edge_close(&f);
    edge_open(&f, &one);
    for (int i = 0; i < WRITERS; i++)
        fds[i] = begin("POST", "/v1/knowledge/documents", NULL, "{\"id\":\"hold\",\"text\":\"x\"}");
    assert_true(wait_for(&doubles.holding, 1));
    answer a = get(&f, "/v1/collections");
    assert_int_equal(a.status, 200);
    answer_done(&a);
    assert_int_equal(atomic_load(&doubles.holding), 1);
    a = ask(&f, "POST", "/v1/knowledge/documents", JSON "X-Timeout-Ms: 50\r\n",
            ANC_STR("{\"text\":\"y\"}"));
    assert_int_equal(a.status, 504);
    answer_done(&a);
    atomic_store(&doubles.release, true);
    ANC_BUF(seen, 1 << 20);
    for (int i = 0; i < WRITERS; i++) {
        assert_true(sock_wait_for(fds[i], &seen, "201 Created", (size_t)i + 1));
        (void)close(fds[i]);
    }
    assert_int_equal(atomic_load(&doubles.puts), WRITERS);
}

static void test_health_tells(void **state)
{
    (void)state;
    atomic_store(&doubles.ready, false);
    answer a = get(&f, "/readyz");
    assert_int_equal(a.status, 503);
    answer_done(&a);
    a = get(&f, "/health");
    assert_int_equal(a.status, 200);
    assert_true(answer_has(&a, "\"status\":\"degraded\",\"version\""));
    answer_done(&a);
    atomic_store(&doubles.writer_healthy, false);
    a = get(&f, "/health");
    assert_int_equal(a.status, 503);
    assert_true(answer_has(&a, "\"status\":\"unhealthy\",\"version\""));
    answer_done(&a);
    http_edge_set_draining(f.edge, true);
    a = get(&f, "/v1/collections");
    assert_int_equal(a.status, 503);
    answer_done(&a);
    a = get(&f, "/livez");
    assert_int_equal(a.status, 200);
    answer_done(&a);
}

/* ---- identity ---- */

static void test_key(void **state)
{
    const http_edge_options keyed = {.api_key = ANC_STR("correct-horse")};
    (void)state;
    edge_close(&f);
    edge_open(&f, &keyed);
    static const struct {
        const char *path, *headers;
        int status;
    } rows[] = {
        {"/livez", NULL, 200},
        {"/openapi.json", NULL, 200},
        {"/metrics", NULL, 401},
        {"/v1/collections", NULL, 401},
        {"/v1/collections", "Authorization: Bearer wrong\r\n", 401},
        {"/v1/collections", "Authorization: Basic correct-horse\r\n", 401},
        {"/v1/collections", "Authorization: Bearer correct-horse\r\n", 200},
        {"/v1/collections", "authorization: bearer correct-horse\r\n", 200},
        {"/v1/collections", "Host: away.example\r\nAuthorization: Bearer correct-horse\r\n", 200},
        {"/v1/tracking/stats", NULL, 401},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        answer a = ask(&f, "GET", rows[i].path, rows[i].headers, ANC_STR_NONE);
        if (a.status != rows[i].status)
            fail_msg("%s %s: %d", rows[i].path, rows[i].headers, a.status);
        if (a.status == 401)
            assert_true(anc_str_eq(answer_header(&a, "www-authenticate"), ANC_STR("Bearer")));
        answer_done(&a);
    }
    const int fd = sock_connect_unix(f.unix_path);
    ANC_BUF(seen, 1 << 20);
    assert_true(sock_send(fd, ANC_STR("GET /v1/collections HTTP/1.1\r\nHost: x\r\n\r\n")));
    assert_true(sock_wait_for(fd, &seen, "200 OK", 1));
    (void)close(fd);
    assert_false(log_has(&f, "correct-horse"));
}

static void test_origins(void **state)
{
    static const anc_str origins[] = {ANC_STR_INIT("https://app.example")};
    const http_edge_options o = {.cors = origins, .n_cors = 1};
    (void)state;
    edge_close(&f);
    edge_open(&f, &o);
    answer a = ask(&f, "POST", "/v1/search", JSON "Origin: https://app.example\r\n",
                   ANC_STR("{\"query\":\"x\"}"));
    assert_int_equal(a.status, 200);
    assert_true(anc_str_eq(answer_header(&a, "access-control-allow-origin"),
                           ANC_STR("https://app.example")));
    answer_done(&a);
    a = ask(&f, "OPTIONS", "/v1/search", "Origin: https://app.example\r\n", ANC_STR_NONE);
    assert_int_equal(a.status, 204);
    assert_true(
        anc_str_eq(answer_header(&a, "access-control-allow-methods"), ANC_STR("POST, OPTIONS")));
    answer_done(&a);
    a = ask(&f, "GET", "/v1/collections", "Origin: https://other.example\r\n", ANC_STR_NONE);
    assert_int_equal(a.status, 200);
    assert_null(answer_header(&a, "access-control-allow-origin").ptr);
    answer_done(&a);
    a = ask(&f, "POST", "/v1/search", JSON "Origin: http://localhost\r\n",
            ANC_STR("{\"query\":\"x\"}"));
    assert_int_equal(a.status, 200);
    answer_done(&a);
}

/* ---- ids, browsers, repeats ---- */

static void test_ids(void **state)
{
    (void)state;
    answer a = ask(&f, "GET", "/livez",
                   "X-Request-Id: abc-1\r\ntraceparent: "
                   "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
                   ANC_STR_NONE);
    assert_true(anc_str_eq(answer_header(&a, "x-request-id"), ANC_STR("abc-1")));
    assert_true(anc_str_starts(answer_header(&a, "traceparent"),
                               ANC_STR("00-0af7651916cd43dd8448eb211c80319c-")));
    answer_done(&a);
    a = ask(&f, "GET", "/livez", "X-Request-Id: a b\r\ntraceparent: 00-0-0-01\r\n", ANC_STR_NONE);
    assert_true(anc_uuid_valid(answer_header(&a, "x-request-id")));
    answer_done(&a);
    a = ask(&f, "POST", "/v1/chat/query",
            JSON "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
            ANC_STR("{\"question\":\"x\"}"));
    assert_true(answer_has(&a, "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\""));
    answer_done(&a);
}

static void test_browser(void **state)
{
    (void)state;
    answer a = ask(&f, "GET", "/", "Accept: text/html,*/*\r\n", ANC_STR_NONE);
    assert_int_equal(a.status, 302);
    assert_true(anc_str_eq(answer_header(&a, "location"), ANC_STR("/docs")));
    answer_done(&a);
    a = get(&f, "/docs");
    const anc_str policy = answer_header(&a, "content-security-policy");
    assert_true(anc_str_find(policy, ANC_STR("script-src 'sha256-")) != SIZE_MAX);
    assert_true(anc_str_find(policy, ANC_STR("unsafe")) == SIZE_MAX);
    assert_false(answer_has(&a, "http://") || answer_has(&a, "https://"));
    answer_done(&a);
}

#define KEY(k) JSON "Idempotency-Key: " k "\r\n"

static void test_idempotency(void **state)
{
    (void)state;
    const anc_str body = ANC_STR("{\"text\":\"x\"}");
    const char *path = "/v1/knowledge/documents";
    answer first = ask(&f, "POST", path, KEY("k1"), body);
    answer again = ask(&f, "POST", path, KEY("k1"), body);
    assert_int_equal(first.status, 201);
    assert_int_equal(again.status, 201);
    assert_true(anc_str_eq(first.body, again.body));
    assert_true(anc_str_eq(answer_header(&again, "idempotent-replayed"), ANC_STR("true")));
    assert_int_equal(atomic_load(&doubles.puts), 1);
    answer_done(&first);
    answer_done(&again);
    answer a = ask(&f, "POST", path, KEY("k1"), ANC_STR("{\"text\":\"y\"}"));
    assert_int_equal(a.status, 409);
    answer_done(&a);
    a = ask(&f, "POST", "/v1/collections", KEY("k1"), ANC_STR("{\"name\":\"x\"}"));
    assert_int_equal(a.status, 201);
    answer_done(&a);
    a = ask(&f, "POST", path, KEY("k2"), ANC_STR("{\"text\":\"BROKEN\"}"));
    assert_int_equal(a.status, 415);
    answer_done(&a);
    a = ask(&f, "POST", path, KEY("k2"), body);
    assert_int_equal(a.status, 201);
    answer_done(&a);
    const int fd =
        begin("POST", path, "Idempotency-Key: k3\r\n", "{\"id\":\"hold\",\"text\":\"x\"}");
    assert_true(wait_for(&doubles.holding, 1));
    a = ask(&f, "POST", path, KEY("k3"), ANC_STR("{\"id\":\"hold\",\"text\":\"x\"}"));
    assert_int_equal(a.status, 409);
    answer_done(&a);
    (void)close(fd);
}

static void test_upload_is_repeatable(void **state)
{
    (void)state;
    answer a = upload("", ANC_STR("same"), 0, "Idempotency-Key: u\r\n");
    answer b = upload("", ANC_STR("same"), 0, "Idempotency-Key: u\r\n");
    answer c = upload("", ANC_STR("else"), 0, "Idempotency-Key: u\r\n");
    assert_int_equal(a.status, 201);
    assert_true(anc_str_eq(a.body, b.body));
    assert_int_equal(c.status, 409);
    assert_int_equal(atomic_load(&doubles.puts), 1);
    answer_done(&a);
    answer_done(&b);
    answer_done(&c);
}

static void test_log_and_metrics(void **state)
{
    (void)state;
    answer a = get(&f, "/v1/chat/stream?question=secret+words");
    answer_done(&a);
    a = post(&f, "/v1/search", "{\"query\":\"secret words\"}");
    answer_done(&a);
    a = get(&f, "/no/such/path");
    answer_done(&a);
    for (int i = 0; i < 5000 && log_lines(&f) < 3; i++)
        os_sleep_ns(1000000);
    assert_int_equal(log_lines(&f), 3);
    assert_true(log_has(&f, "method=GET route=/v1/chat/stream status=200"));
    assert_true(log_has(&f, "method=POST route=/v1/search status=200"));
    assert_true(log_has(&f, "method=GET route=none status=404"));
    assert_false(log_has(&f, "secret"));
    a = get(&f, "/metrics");
    assert_true(answer_has(&a, "anchorage_http_requests_total{route=\"/v1/search\",method=\"POST\","
                               "status=\"2xx\"} 1"));
    answer_done(&a);
}

/* Requests on one connection, one after another. */
static void test_pipeline(void **state)
{
    (void)state;
    answer a =
        send_raw(&f, ANC_STR("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             "GET /v1/collections HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             "GET /no HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    static const char *const parts[] = {"200 OK", "200 OK", "404 Not Found"};
    check_in_order(anc_buf_view(&a.bytes), parts, ANC_COUNT(parts));
    answer_done(&a);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_stream_order),
        EACH(test_stream_failure_is_an_event),
        EACH(test_client_leaving_cancels),
        EACH(test_deadline),
        EACH(test_progress),
        EACH(test_long_text),
        EACH(test_limits_before_reading),
        EACH(test_deep_body),
        EACH(test_upload),
        EACH(test_large_upload),
        EACH(test_bad_forms),
        EACH(test_leaving_in_the_body),
        EACH(test_source_limit),
        EACH(test_overload),
        EACH(test_puts_take_turns),
        EACH(test_health_tells),
        EACH(test_key),
        EACH(test_origins),
        EACH(test_ids),
        EACH(test_browser),
        EACH(test_idempotency),
        EACH(test_upload_is_repeatable),
        EACH(test_log_and_metrics),
        EACH(test_pipeline),
    };
    return cmocka_run_group_tests_name("requests in time", tests, NULL, NULL);
}
