/* test_http_bodies.c - bodies and uploads: their limits, their faults, and clients that leave in them. */
#include "edge_fixture.h"
#include "os/clock.h"

static edge_fixture f;

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

static void test_an_empty_body_is_said_to_be_empty(void **state)
{
    (void)state;
    answer a = post(&f, "/v1/knowledge/documents", "");
    assert_int_equal(a.status, 400);
    assert_true(answer_has(&a, "the body is empty"));
    answer_done(&a);
}

/* Head of a document's JSON body that says `length` and has sent none of it, or says nothing and comes in
 * chunks (0); the connection. */
static int begin_body(size_t length, const char *sent)
{
    ANC_BUF(head, 4 << 20);
    (void)anc_buf_printf(&head,
                         "POST /v1/knowledge/documents HTTP/1.1\r\nHost: localhost\r\n" JSON);
    if (length > 0)
        (void)anc_buf_printf(&head, "Content-Length: %zu\r\n\r\n%s", length, sent);
    else
        (void)anc_buf_printf(&head, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n", strlen(sent),
                             sent);
    const int fd = sock_connect(f.port);
    assert_true(fd >= 0 && sock_send(fd, anc_buf_view(&head)));
    return fd;
}

static void assert_no_room(int fd)
{
    ANC_BUF(seen, 1 << 20);
    assert_true(sock_wait_for(fd, &seen, "http.body_memory_mb", 1));
    assert_true(anc_str_find(anc_buf_view(&seen), ANC_STR(" 503 ")) != SIZE_MAX);
    assert_true(anc_str_find(anc_buf_view(&seen), ANC_STR("Retry-After: 1\r\n")) != SIZE_MAX);
    (void)close(fd);
}

/* Whatever many clients announce or send, bodies take no more than the budget; when they leave it is free again. */
static void test_budget_of_bodies(void **state)
{
    const http_edge_options small = {.max_body_bytes = 1 << 20};
    static char half[600001];
    (void)state;
    edge_close(&f);
    edge_open(&f, &small);
    memset(half, 'a', sizeof half - 1);
    const int first = begin_body(700000, "{\"text\":\"");
    answer a = get(&f, "/livez"); /* an answer later the head of the first has been read */
    answer_done(&a);
    assert_no_room(begin_body(700000, ""));
    assert_no_room(begin_body(0, half));
    a = post(&f, "/v1/knowledge/documents", "{\"text\":\"x\"}");
    assert_int_equal(a.status, 201);
    answer_done(&a);
    a = ask(&f, "POST", "/v1/knowledge/documents",
            "Content-Type: multipart/form-data; boundary=B\r\n", (anc_str){half, 600000});
    assert_int_equal(a.status, 503);
    answer_done(&a);
    (void)close(first);
    for (int i = 0; i < 10000 && http_edge_open_requests(f.edge) > 0; i++)
        os_sleep_ns(1000000);
    ANC_BUF(whole, 2 << 20);
    (void)anc_buf_printf(&whole, "{\"text\":\"%s\"}", half);
    a = ask(&f, "POST", "/v1/knowledge/documents", JSON, anc_buf_view(&whole));
    assert_int_equal(a.status, 201);
    answer_done(&a);
}

/* A body of `n` times `value` in a list, beside a text. */
static answer post_many(const char *value, size_t n)
{
    ANC_BUF(body, 2 << 20);
    (void)anc_buf_printf(&body, "{\"text\":\"x\",\"metadata\":{\"a\":[0");
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(&body, ",%s", value);
    (void)anc_buf_add(&body, ANC_STR("]}}"));
    assert_false(body.refused);
    return ask(&f, "POST", "/v1/knowledge/documents", JSON, anc_buf_view(&body));
}

/* What a body becomes is charged with it: few bytes of JSON are many of a tree. Those of a text are not. */
static void test_budget_of_trees(void **state)
{
    static const struct {
        const char *value;
        size_t n;
        bool fits;
    } rows[] = {{"0", 2000, true},
                {"0", 30000, false},
                {"[]", 1000, true},
                {"[]", 8000, false},
                {"{}", 1000, true},
                {"{}", 5000, false},
                {"\"\"", 1000, true},
                {"\"\"", 12000, false},
                {"{\"a\":0}", 500, true},
                {"{\"a\":0}", 4000, false},
                {"\"[,{:\\\"[,{:\"", 4000, true}};
    const http_edge_options small = {.max_body_bytes = 1 << 20};
    (void)state;
    edge_close(&f);
    edge_open(&f, &small);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        answer a = post_many(rows[i].value, rows[i].n);
        if ((a.status != 413) != rows[i].fits)
            fail_msg("%zu of %s: %d: %.*s", rows[i].n, rows[i].value, a.status, ANC_FMT(a.body));
        if (!rows[i].fits)
            assert_true(answer_has(&a, "http.body_memory_mb"));
        answer_done(&a);
    }
    const int first = begin_body(900000, "{\"text\":\"");
    answer a = get(&f, "/livez"); /* an answer later the head of the first has been read */
    answer_done(&a);
    a = post_many("[]", 2000);
    assert_int_equal(a.status, 503);
    answer_done(&a);
    (void)close(first);
}

/* A form for a version put back, whose field "version" has `n` bytes. */
static answer put_version(size_t n)
{
    ANC_BUF(body, 8 << 20);
    (void)anc_buf_add(&body,
                      ANC_STR("--B\r\nContent-Disposition: form-data; name=\"version\"\r\n\r\n"
                              "{\"created_at\":\"2020-01-02T03:04:05Z\",\"title\":\"T\""));
    for (const size_t end = body.len + n; body.len < end;)
        (void)anc_buf_add_char(&body, ' ');
    (void)anc_buf_add(&body, ANC_STR("}\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; "
                                     "filename=\"a\"\r\n\r\nx\r\n--B--\r\n"));
    assert_false(body.refused);
    return ask(&f, "PUT", "/v1/knowledge/documents/hive/versions/1",
               "Content-Type: multipart/form-data; boundary=B\r\n", anc_buf_view(&body));
}

/* A version is charged with all that it grows to, not as another field. */
static void test_budget_of_versions(void **state)
{
    static const struct {
        size_t mib;
        int status, beside; /* alone; beside another body */
    } rows[] = {{0, 201, 201}, {2, 201, 503}, {4, 413, 503}};
    const http_edge_options options = {.max_body_bytes = 10 << 20};
    (void)state;
    edge_close(&f);
    edge_open(&f, &options);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        answer a = put_version(rows[i].mib << 20);
        if (a.status != rows[i].status || (a.status == 413 && !answer_has(&a, "body_memory_mb")))
            fail_msg("%zu MiB: %d: %.*s", rows[i].mib, a.status, ANC_FMT(a.body));
        answer_done(&a);
    }
    const int first = begin_body(7 << 20, "{\"text\":\"");
    answer a = get(&f, "/livez"); /* an answer later the head of the first has been read */
    answer_done(&a);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        a = put_version(rows[i].mib << 20);
        if (a.status != rows[i].beside)
            fail_msg("%zu MiB beside another: %d: %.*s", rows[i].mib, a.status, ANC_FMT(a.body));
        answer_done(&a);
    }
    (void)close(first);
}

/* What is small is not to be large: questions, settings. */
static void test_small_bodies(void **state)
{
    static const struct {
        const char *path;
        int status;
    } rows[] = {{"/v1/chat/query", 413}, {"/v1/search", 413}, {"/v1/collections", 413},
                {"/v1/feedback", 413},   {"/v1/ingest", 413}, {"/chat/history/Eve", 201}};
    ANC_BUF(body, 2 << 20);
    (void)state;
    (void)anc_buf_add(&body, ANC_STR("{\"message\":\"x\",\"answer\":\""));
    while (body.len < 700000)
        (void)anc_buf_add(&body, ANC_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    (void)anc_buf_add(&body, ANC_STR("\"}"));
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        answer a = ask(&f, "POST", rows[i].path, JSON, anc_buf_view(&body));
        if (a.status != rows[i].status)
            fail_msg("%s: %d: %.*s", rows[i].path, a.status, ANC_FMT(a.body));
        answer_done(&a);
    }
}

/* However little memory a call has, a list that goes on does not say that it has ended. */
static void test_lists_without_memory(void **state)
{
    static const char *const paths[] = {"/v1/collections?limit=1", "/chat/history/Bob?limit=3",
                                        "/v1/chat/conversations?limit=1",
                                        "/v1/knowledge/documents?limit=1"};
    int whole = 0, refused = 0;
    (void)state;
    for (size_t bytes = 64; bytes <= 4096; bytes += bytes < 1024 ? 16 : 512) {
        const http_edge_options small = {.call_bytes = bytes};
        edge_close(&f);
        edge_open(&f, &small);
        for (size_t i = 0; i < ANC_COUNT(paths); i++) {
            answer a = get(&f, paths[i]);
            /* the doubles give an empty list where they have no memory */
            if (a.status == 200 && !answer_has(&a, "\"items\":[]") &&
                !answer_has(&a, "\"next_cursor\":\""))
                fail_msg("%s with %zu bytes: %.*s", paths[i], bytes, ANC_FMT(a.body));
            whole += a.status == 200;
            refused += a.status != 200;
            answer_done(&a);
        }
    }
    assert_true(whole > 0 && refused > 0);
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

/* ---- forms ---- */

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

static void test_who_may_read(void **state)
{
    static const char *const bodies[][2] = {
        {"{\"id\":\"a\",\"text\":\"x\"}", "as it is"},
        {"{\"id\":\"a\",\"text\":\"x\",\"acl\":null}", ""},
        {"{\"id\":\"a\",\"text\":\"x\",\"acl\":[\"group:a\"]}", "group:a"},
    };
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(bodies); i++) {
        answer a = ask(&f, "POST", "/v1/knowledge/documents", JSON, anc_str_of(bodies[i][0]));
        assert_int_equal(a.status, 201);
        assert_string_equal(doubles.acl, bodies[i][1]);
        answer_done(&a);
    }
    answer a = upload("", ANC_STR("# Hive"), 0, NULL);
    assert_string_equal(doubles.acl, "as it is");
    answer_done(&a);
}

/* A version of an export belongs to its own route. */
static void test_version_in_an_upload(void **state)
{
    (void)state;
    answer a = upload(FIELD("version", "{}"), ANC_STR("x"), 0, NULL);
    assert_int_equal(a.status, 400);
    assert_true(answer_has(&a, "/version"));
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
    {"two files", FIELD("file", "x"), 0, "/v1/knowledge/documents/batch"},
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
                   "Content-Type: multipart/form-data; boundary=B\r\n",
                   ANC_STR(FIELD("file", "") "--B--\r\n"));
    assert_int_equal(a.status, 400);
    assert_true(answer_has(&a, "no file was chosen"));
    answer_done(&a);
    a = ask(&f, "POST", "/v1/knowledge/documents",
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
    assert_true(
        answer_has(&a, "the file \\\"hive.md\\\" is over 1000 bytes, the limit of a source"));
    answer_done(&a);
    ANC_BUF(body, 4096);
    (void)anc_buf_add(&body, ANC_STR("{\"id\":\"wide\",\"content_base64\":\""));
    for (int i = 0; i < 2000; i++)
        (void)anc_buf_add_char(&body, 'A');
    (void)anc_buf_add(&body, ANC_STR("\"}"));
    a = ask(&f, "POST", "/v1/knowledge/documents", JSON, anc_buf_view(&body));
    assert_int_equal(a.status, 413);
    assert_true(answer_has(&a, "the content of wide is over 1000 bytes"));
    answer_done(&a);
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

#define EACH(test) cmocka_unit_test_prestate_setup_teardown(test, edge_set_up, edge_tear_down, &f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_limits_before_reading),
        EACH(test_an_empty_body_is_said_to_be_empty),
        EACH(test_budget_of_bodies),
        EACH(test_budget_of_trees),
        EACH(test_budget_of_versions),
        EACH(test_small_bodies),
        EACH(test_lists_without_memory),
        EACH(test_deep_body),
        EACH(test_upload),
        EACH(test_version_in_an_upload),
        EACH(test_large_upload),
        EACH(test_bad_forms),
        EACH(test_leaving_in_the_body),
        EACH(test_source_limit),
        EACH(test_who_may_read),
        EACH(test_upload_is_repeatable),
    };
    return cmocka_run_group_tests_name("bodies", tests, NULL, NULL);
}
