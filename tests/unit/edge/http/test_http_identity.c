/* test_http_identity.c - who asks and as what: keys, origins, ids, browsers, repeats, the log. */
#include "edge_fixture.h"
#include "os/clock.h"

static edge_fixture f;

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

/* What cannot be read is named to who may read it, and to others counted. */
static void test_names_in_health_are_for_the_owner(void **state)
{
    const http_edge_options keyed = {.api_key = ANC_STR("correct-horse")};
    (void)state;
    static const struct {
        bool keyed;
        const char *headers;
        bool named;
    } rows[] = {
        {false, NULL, true},
        {false, "Host: away.example\r\n", false},
        {false, "Origin: http://away.example\r\n", false},
        {true, NULL, false},
        {true, "Authorization: Bearer wrong\r\n", false},
        {true, "Authorization: Bearer correct-horse\r\n", true},
        {true, "Authorization: Bearer correct-horse\r\nOrigin: http://away.example\r\n", false},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        edge_close(&f);
        edge_open(&f, rows[i].keyed ? &keyed : NULL);
        atomic_store(&doubles.unreadable, 1);
        answer a = ask(&f, "GET", "/health", rows[i].headers, ANC_STR_NONE);
        assert_int_equal(a.status, 200);
        assert_true(answer_has(&a, "\"raw_store\":{\"status\":\"degraded\""));
        if (answer_has(&a, "secret-7") != rows[i].named)
            fail_msg("row %zu", i);
        answer_done(&a);
    }
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

/* A GET that asks a question keeps a turn and may be paid for: a page of elsewhere has no business
 * with it, in whatever way it makes a browser send it. */
static void test_pages_of_elsewhere(void **state)
{
    static const anc_str origins[] = {ANC_STR_INIT("https://app.example")};
    const http_edge_options o = {.cors = origins, .n_cors = 1};
    static const struct {
        const char *path, *headers;
        int status;
    } rows[] = {
        {"/v1/chat/stream?question=x", NULL, 200},
        {"/v1/chat/stream?question=x", "Origin: http://evil.example\r\n", 403},
        {"/v1/chat/stream?question=x", "Origin: null\r\n", 403},
        {"/v1/chat/stream?question=x", "Origin: http://localhost:8080\r\n", 403},
        {"/v1/chat/stream?question=x", "Origin: http://localhost\r\n", 200},
        {"/v1/chat/stream?question=x", "Sec-Fetch-Site: cross-site\r\n", 403},
        {"/v1/chat/stream?question=x", "Sec-Fetch-Site: same-site\r\n", 403},
        {"/v1/chat/stream?question=x", "Sec-Fetch-Site: same-origin\r\n", 200},
        {"/v1/chat/stream?question=x", "Sec-Fetch-Site: none\r\n", 200},
        {"/v1/chat/stream?question=x",
         "Origin: https://app.example\r\nSec-Fetch-Site: cross-site\r\n", 200},
        {"/v1/collections", "Sec-Fetch-Site: cross-site\r\n", 200},
    };
    (void)state;
    edge_close(&f);
    edge_open(&f, &o);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const int asked = atomic_load(&doubles.prepared);
        answer a = ask(&f, "GET", rows[i].path, rows[i].headers, ANC_STR_NONE);
        const int more = atomic_load(&doubles.prepared) - asked;
        if (a.status != rows[i].status)
            fail_msg("%s %s: %d", rows[i].path, rows[i].headers, a.status);
        if (a.status == 403 && more != 0)
            fail_msg("%s %s was refused and asked", rows[i].path, rows[i].headers);
        answer_done(&a);
    }
}

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
        edge_begin(&f, "POST", path, "Idempotency-Key: k3\r\n", "{\"id\":\"hold\",\"text\":\"x\"}");
    assert_true(wait_for(&doubles.holding, 1));
    a = ask(&f, "POST", path, KEY("k3"), ANC_STR("{\"id\":\"hold\",\"text\":\"x\"}"));
    assert_int_equal(a.status, 409);
    answer_done(&a);
    (void)close(fd);
}

static void restart(void)
{
    atomic_store(&doubles.keep_replies, true);
    edge_close(&f);
    edge_open(&f, NULL);
}

/* A key is known after a restart: answered, with its header fields, or begun, and then with the same id. */
static void test_repeating_after_a_restart(void **state)
{
    static const struct {
        const char *path, *body;
    } rows[] = {
        {"/v1/knowledge/documents", "{\"text\":\"x\"}"},
        {"/v1/chat/conversations", "{\"title\":\"x\"}"},
        {"/v1/collections", "{\"name\":\"x\"}"},
        {"/chat/history/Eve", "{\"message\":\"x\",\"answer\":\"y\"}"},
        {"/v1/ingest", "{\"db_type\":\"folder\",\"table_or_collection\":\"/x\"}"},
        {"/v1/knowledge/sync", "{}"},
    };
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const anc_str body = anc_str_of(rows[i].body);
        answer first = ask(&f, "POST", rows[i].path, KEY("k"), body);
        if (first.status < 200 || first.status > 202)
            fail_msg("%s: %d: %.*s", rows[i].path, first.status, ANC_FMT(first.body));
        restart();
        answer again = ask(&f, "POST", rows[i].path, KEY("k"), body);
        assert_int_equal(again.status, first.status);
        assert_true(anc_str_eq(first.body, again.body));
        assert_true(anc_str_eq(answer_header(&again, "idempotent-replayed"), ANC_STR("true")));
        assert_true(anc_str_eq(answer_header(&again, "etag"), answer_header(&first, "etag")));
        assert_true(
            anc_str_eq(answer_header(&again, "location"), answer_header(&first, "location")));
        assert_int_equal(atomic_load(&doubles.puts), 0);
        answer_done(&again);
        answer other = ask(&f, "POST", rows[i].path, KEY("k"), ANC_STR("{\"z\":1}"));
        assert_int_equal(other.status, 409);
        answer_done(&other);
        answer_done(&first);
    }
}

static void test_a_crash_before_the_answer(void **state)
{
    const anc_str body = ANC_STR("{\"text\":\"x\"}");
    char id[600];
    (void)state;
    answer a = ask(&f, "POST", "/v1/knowledge/documents", KEY("k"), body);
    assert_int_equal(a.status, 201);
    answer_done(&a);
    (void)snprintf(id, sizeof id, "%s", doubles.document);
    assert_true(anc_uuid_valid(anc_str_of(id)));
    double_replies_unanswer();
    restart();
    a = ask(&f, "POST", "/v1/knowledge/documents", KEY("k"), ANC_STR("{\"text\":\"other\"}"));
    assert_int_equal(a.status, 409);
    answer_done(&a);
    a = ask(&f, "POST", "/v1/knowledge/documents", KEY("k"), body);
    assert_int_equal(a.status, 201);
    assert_string_equal(doubles.document, id);
    answer_done(&a);
    /* what did not fit is forgotten, and may be sent again as it should be */
    a = ask(&f, "POST", "/v1/knowledge/documents", KEY("bad"), ANC_STR("{\"text\":\"BROKEN\"}"));
    assert_int_equal(a.status, 415);
    answer_done(&a);
    restart();
    a = ask(&f, "POST", "/v1/knowledge/documents", KEY("bad"), body);
    assert_int_equal(a.status, 201);
    answer_done(&a);
}

/* The same form sent again has another boundary, and is the same. */
static void test_forms_are_repeatable(void **state)
{
    static const char *const paths[] = {"/v1/knowledge/documents", "/v1/knowledge/documents/batch"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        answer kept[3];
        for (int n = 0; n < 3; n++) {
            char head[200], body[500];
            (void)snprintf(head, sizeof head,
                           "Content-Type: multipart/form-data; boundary=B%d\r\n"
                           "Idempotency-Key: form\r\n",
                           n);
            (void)snprintf(body, sizeof body,
                           "--B%d\r\nContent-Disposition: form-data; name=\"file\"; "
                           "filename=\"a.txt\"\r\n\r\nBees %s\r\n--B%d--\r\n",
                           n, n == 2 ? "sleep" : "fly", n);
            kept[n] = ask(&f, "POST", paths[i], head, anc_str_of(body));
        }
        assert_true(kept[0].status == 201 || kept[0].status == 202);
        assert_int_equal(kept[1].status, kept[0].status);
        assert_true(anc_str_eq(kept[1].body, kept[0].body));
        assert_int_equal(kept[2].status, 409);
        for (int n = 0; n < 3; n++)
            answer_done(&kept[n]);
    }
}

/* A question asked again with its key is not asked again: one answer, one turn. */
static void test_questions_are_repeatable(void **state)
{
    (void)state;
    const anc_str body = ANC_STR("{\"question\":\"x\"}");
    static const char *const paths[] = {"/v1/chat/query", "/v1/chat/stream"};
    for (int i = 0; i < 2; i++) {
        answer a = ask(&f, "POST", paths[i], KEY("q"), body);
        answer b = ask(&f, "POST", paths[i], KEY("q"), body);
        assert_int_equal(a.status, 200);
        assert_int_equal(b.status, 200);
        assert_true(anc_str_eq(a.body, b.body));
        assert_true(anc_str_eq(answer_header(&b, "idempotent-replayed"), ANC_STR("true")));
        assert_true(
            anc_str_eq(answer_header(&a, "content-type"), answer_header(&b, "content-type")));
        assert_int_equal(atomic_load(&doubles.prepared), i + 1);
        answer_done(&a);
        answer_done(&b);
        atomic_store(&doubles.sources_gone, true);
        a = ask(&f, "POST", paths[i], KEY("q"), body);
        assert_int_equal(a.status, 409);
        assert_true(answer_has(&a, "was deleted"));
        assert_int_equal(atomic_load(&doubles.prepared), i + 1);
        answer_done(&a);
        atomic_store(&doubles.sources_gone, false);
        a = ask(&f, "POST", paths[i], KEY("q"), ANC_STR("{\"question\":\"y\"}"));
        assert_int_equal(a.status, 409);
        answer_done(&a);
    }
    answer a = ask(&f, "POST", paths[1], KEY("f"), ANC_STR("{\"question\":\"fail\"}"));
    assert_true(answer_has(&a, "event: error"));
    answer_done(&a);
    a = ask(&f, "POST", paths[1], KEY("f"), ANC_STR("{\"question\":\"fail\"}"));
    assert_null(answer_header(&a, "idempotent-replayed").ptr);
    answer_done(&a);
}

/* A user's turns are a conversation of the caller's. */
static void test_user_names(void **state)
{
    (void)state;
    answer a = post(&f, "/chat", "{\"user_name\":\"Bob\",\"message\":\"x\"}");
    assert_int_equal(a.status, 200);
    assert_string_equal(doubles.conversation, "chat:5:admin:Bob");
    answer_done(&a);
    a = post(&f, "/chat/stream", "{\"user_name\":\"Eve\",\"message\":\"x\"}");
    assert_true(answer_has(&a, "event: sources") && answer_has(&a, "event: done"));
    assert_string_equal(doubles.conversation, "chat:5:admin:Eve");
    answer_done(&a);
    a = post(&f, "/chat/history/Eve", "{\"message\":\"x\",\"answer\":\"y\"}");
    assert_int_equal(a.status, 201);
    answer_done(&a);
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

#define EACH(test) cmocka_unit_test_prestate_setup_teardown(test, edge_set_up, edge_tear_down, &f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_key),
        EACH(test_names_in_health_are_for_the_owner),
        EACH(test_origins),
        EACH(test_pages_of_elsewhere),
        EACH(test_ids),
        EACH(test_browser),
        EACH(test_idempotency),
        EACH(test_repeating_after_a_restart),
        EACH(test_a_crash_before_the_answer),
        EACH(test_forms_are_repeatable),
        EACH(test_questions_are_repeatable),
        EACH(test_user_names),
        EACH(test_log_and_metrics),
    };
    return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
