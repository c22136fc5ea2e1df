/* test_http_batch.c - bodies of many documents: cut, spooled, kept when they break off. */
#include <stdlib.h>

#include "batch_split.h"
#include "edge_fixture.h"
#include "os/clock.h"

static edge_fixture f;

#define PATH  "/v1/knowledge/documents/batch"
#define LINES "Content-Type: application/x-ndjson\r\n"

/* ---- the cutting ---- */

static anc_status on_begin(void *arg, uint64_t number, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(arg, "<%llu|", (unsigned long long)number);
    return ANC_OK;
}

static anc_status on_bytes(void *arg, anc_str bytes, anc_err *err)
{
    (void)err;
    assert_true(bytes.len > 0);
    (void)anc_buf_add(arg, bytes);
    return ANC_OK;
}

static anc_status on_end(void *arg, anc_err *err)
{
    (void)err;
    (void)anc_buf_add_char(arg, '>');
    return ANC_OK;
}

static const struct cut_row {
    const char *name;
    http_split_form form;
    const char *body, *documents;
    const char *error; /* part of it; NULL: none */
} cuts[] = {
    {"two lines", HTTP_SPLIT_LINES, "{\"a\":1}\n{\"b\":2}\n", "<1|{\"a\":1}><2|{\"b\":2}>", NULL},
    {"no line break at the end", HTTP_SPLIT_LINES, "a\nb", "<1|a><2|b>", NULL},
    {"lines of blanks count and are none", HTTP_SPLIT_LINES, "\n \t\na\r\n\r\nb\n", "<3|a\r><5|b>",
     NULL},
    {"nothing", HTTP_SPLIT_LINES, "", "", NULL},
    {"an array", HTTP_SPLIT_ARRAY, "{\"documents\":[{\"a\":1},{\"b\":2}]}",
     "<1|{\"a\":1}><2|{\"b\":2}>", NULL},
    {"blanks", HTTP_SPLIT_ARRAY, " { \"documents\" : [ {} , {} ] } \n", "<1|{}><2|{}>", NULL},
    {"an empty array", HTTP_SPLIT_ARRAY, "{\"documents\":[]}", "", NULL},
    {"brackets in texts", HTTP_SPLIT_ARRAY, "{\"documents\":[{\"a\":\"]}\\\"[{\\\\\"},1]}",
     "<1|{\"a\":\"]}\\\"[{\\\\\"}><2|1>", NULL},
    {"scalars", HTTP_SPLIT_ARRAY, "{\"documents\":[1,\"x,y\",null]}", "<1|1><2|\"x,y\"><3|null>",
     NULL},
    {"deep", HTTP_SPLIT_ARRAY, "{\"documents\":[[[{\"a\":[]}]],2]}", "<1|[[{\"a\":[]}]]><2|2>",
     NULL},
    {"another member", HTTP_SPLIT_ARRAY, "{\"collection\":\"x\"}", "", "\"collection\""},
    {"a member behind", HTTP_SPLIT_ARRAY, "{\"documents\":[1],\"x\":2}", "<1|1>",
     "the body has a member \"x\""},
    {"documents twice", HTTP_SPLIT_ARRAY, "{\"documents\":[1],\"documents\":[2]}", "<1|1>",
     "alone, once"},
    {"a comma before the end", HTTP_SPLIT_ARRAY, "{\"documents\":[1],}", "<1|1>",
     "expected is '\"'"},
    {"an array at the front", HTTP_SPLIT_ARRAY, "[1]", "",
     "JSON object with the member \"documents\", not an array"},
    {"no JSON", HTTP_SPLIT_ARRAY, "documents", "", "byte 1 of the body is 'd', expected is '{'"},
    {"a number", HTTP_SPLIT_ARRAY, "{\"documents\":7}", "",
     "must be an array of documents, not a number"},
    {"a text", HTTP_SPLIT_ARRAY, "{\"documents\":\"x\"}", "",
     "must be an array of documents, not a text"},
    {"no array", HTTP_SPLIT_ARRAY, "{\"documents\":x", "", "'['"},
    {"no member", HTTP_SPLIT_ARRAY, " { } ", "", "\"documents\" is missing"},
    {"a comma too many", HTTP_SPLIT_ARRAY, "{\"documents\":[1,]}", "<1|1>", "a document"},
    {"bytes behind the end", HTTP_SPLIT_ARRAY, "{\"documents\":[]}x", "", "the end"},
    {"cut in an element", HTTP_SPLIT_ARRAY, "{\"documents\":[{\"a\":", "<1|{\"a\":", "inside"},
    {"cut in the head", HTTP_SPLIT_ARRAY, "{\"docu", "", "inside"},
};

/* At every place cut in two. */
static void test_cut(void **state)
{
    const struct cut_row *row = *state;
    const anc_str body = anc_str_of(row->body);
    for (size_t at = 0; at <= body.len; at++) {
        http_split split;
        anc_err err = {0};
        ANC_BUF(out, 1 << 16);
        http_split_init(&split, row->form, (http_split_sink){&out, on_begin, on_bytes, on_end});
        anc_status status = http_split_feed(&split, anc_str_sub(body, 0, at), &err);
        if (status == ANC_OK)
            status = http_split_feed(&split, anc_str_sub(body, at, body.len), &err);
        if (status == ANC_OK)
            status = http_split_finish(&split, &err);
        if (!anc_str_eq(anc_buf_view(&out), anc_str_of(row->documents)))
            fail_msg("cut at %zu: %.*s", at, ANC_FMT(anc_buf_view(&out)));
        assert_int_equal(status, row->error == NULL ? ANC_OK : ANC_INVALID);
        if (row->error != NULL && strstr(err.text, row->error) == NULL)
            fail_msg("%s does not say %s", err.text, row->error);
        if (strstr(err.text, "has a member \"x\"") != NULL)
            assert_string_equal(err.pointer, "/x");
        if (strstr(err.text, "\"documents\" is missing") != NULL ||
            strstr(err.text, "must be an array") != NULL)
            assert_string_equal(err.pointer, "/documents");
    }
}

/* ---- bodies ---- */

static void check_upload(const char *wanted)
{
    (void)pthread_mutex_lock(&doubles.lock);
    const bool same = strcmp(doubles.upload, wanted) == 0;
    if (!same)
        print_error("sent was %s\n", doubles.upload);
    (void)pthread_mutex_unlock(&doubles.lock);
    assert_true(same);
}

static void test_lines(void **state)
{
    (void)state;
    answer a = ask(&f, "POST", PATH "?collection=boats", LINES, ANC_STR("{\"a\":1}\n\n{\"b\":2}"));
    assert_int_equal(a.status, 202);
    assert_true(answer_has(&a, "\"batch_id\":\"b-9\",\"status\":\"queued\""));
    check_upload("<line 1|{\"a\":1}><line 3|{\"b\":2}>");
    assert_string_equal(doubles.collection, "boats");
    answer_done(&a);
}

static void test_array(void **state)
{
    (void)state;
    answer a = post(&f, PATH, "{\"documents\":[{\"a\":1}, 7]}");
    assert_int_equal(a.status, 202);
    check_upload("<document 1|{\"a\":1}><document 2|7>");
    assert_string_equal(doubles.collection, "default");
    answer_done(&a);
}

static void test_waiting(void **state)
{
    (void)state;
    answer a = ask(&f, "POST", PATH "?wait=true", LINES, ANC_STR("{}\n"));
    assert_int_equal(a.status, 200);
    assert_true(answer_has(&a, "\"status\":\"completed\""));
    answer_done(&a);
    /* the answer is kept when the body's state is long gone */
    a = ask(&f, "POST", PATH "?wait=true", LINES "Idempotency-Key: waits\r\n", ANC_STR("{}\n"));
    assert_int_equal(a.status, 200);
    answer b =
        ask(&f, "POST", PATH "?wait=true", LINES "Idempotency-Key: waits\r\n", ANC_STR("{}\n"));
    assert_int_equal(b.status, 200);
    assert_true(anc_str_eq(a.body, b.body));
    answer_done(&a);
    answer_done(&b);
}

/* Far more than anybody keeps: it went through in pieces. */
static void test_long(void **state)
{
    (void)state;
    ANC_BUF(body, 32 << 20);
    const size_t line = 1000;
    while (body.len < (20 << 20)) {
        for (size_t i = 0; i + 1 < line; i++)
            (void)anc_buf_add_char(&body, 'x');
        (void)anc_buf_add_char(&body, '\n');
    }
    answer a = ask(&f, "POST", PATH, LINES, anc_buf_view(&body));
    assert_int_equal(a.status, 202);
    assert_int_equal(doubles.content_len, body.len / line * (line - 1));
    answer_done(&a);
}

static const struct refused_row {
    const char *name, *query, *headers, *body;
    int status;
    const char *holds;
} refused[] = {
    {"no document", "", LINES, "\n\n", 400, "no document"},
    {"an empty body", "", LINES, "", 400, "no document"},
    {"an empty array", "", JSON, "{\"documents\":[]}", 400, "no document"},
    {"no JSON around", "", JSON, "x", 400, "'{'"},
    {"broken behind documents", "", JSON, "{\"documents\":[{},{}]x", 400, "2 documents before"},
    {"not closed", "", JSON, "{\"documents\":[{}", 400, "inside"},
    {"another kind", "", "Content-Type: text/csv\r\n", "a", 415, "text/csv"},
    {"another charset", "", "Content-Type: application/x-ndjson; charset=utf-16\r\n", "a", 415,
     "utf-16"},
    {"coded", "", LINES "Content-Encoding: gzip\r\n", "a", 415, "gzip"},
    {"a parameter that is none", "?colour=1", LINES, "{}", 400, "colour"},
    {"a collection that cannot be", "?collection=No%20Name", LINES, "{}", 400, "?collection"},
    {"a full disk at the start", "?collection=full", LINES, "{}", 507, "full"},
    {"a full disk in the middle", "", LINES, "{}\n{}\nDISK-FULL\n{}", 507, "2 documents before"},
};

static void test_refused(void **state)
{
    const struct refused_row *row = *state;
    edge_open(&f, NULL);
    char path[200];
    (void)snprintf(path, sizeof path, "%s%s", PATH, row->query);
    answer a = ask(&f, "POST", path, row->headers, anc_str_of(row->body));
    assert_int_equal(a.status, row->status);
    if (!answer_has(&a, row->holds))
        fail_msg("%.*s does not say %s", ANC_FMT(a.body), row->holds);
    answer_done(&a);
    edge_close(&f);
}

/* ---- bodies that break off ---- */

static void test_leaving_keeps_what_came(void **state)
{
    (void)state;
    const int fd = sock_connect(f.port);
    assert_true(fd >= 0);
    assert_true(sock_send(fd, ANC_STR("POST " PATH " HTTP/1.1\r\nHost: localhost\r\n" LINES
                                      "Content-Length: 100000\r\n\r\n{\"a\":1}\n{\"b\":2}\n{\"c")));
    os_sleep_ns(30000000);
    (void)close(fd);
    assert_true(wait_for(&doubles.broken_uploads, 1));
    check_upload(
        "<line 1|{\"a\":1}><line 2|{\"b\":2}><line 3|{\"cBROKEN the upload broke off after 2 "
        "documents: the caller left");
}

static void test_leaving_before_a_document(void **state)
{
    (void)state;
    const int fd = sock_connect(f.port);
    assert_true(sock_send(fd, ANC_STR("POST " PATH " HTTP/1.1\r\nHost: localhost\r\n" LINES
                                      "Content-Length: 100000\r\n\r\n{\"a\":")));
    os_sleep_ns(30000000);
    (void)close(fd);
    for (int i = 0; i < 1000 && http_edge_open_requests(f.edge) > 0; i++)
        os_sleep_ns(1000000);
    assert_int_equal(http_edge_open_requests(f.edge), 0);
    assert_int_equal(atomic_load(&doubles.broken_uploads), 0);
}

static void test_no_room_waits(void **state)
{
    (void)state;
    atomic_store(&doubles.room, false);
    const int fd = sock_connect(f.port);
    assert_true(sock_send(fd, ANC_STR("POST " PATH " HTTP/1.1\r\nHost: localhost\r\n" LINES
                                      "Content-Length: 80\r\n\r\n{}\n{}")));
    os_sleep_ns(120000000);
    assert_int_equal(atomic_load(&doubles.puts), 0);
    (void)close(fd);
    atomic_store(&doubles.room, true);
    for (int i = 0; i < 1000 && http_edge_open_requests(f.edge) > 0; i++)
        os_sleep_ns(1000000);
    assert_int_equal(http_edge_open_requests(f.edge), 0);
}

/* More bodies at once than places to read them: each has its turn, and one may leave before. */
static void test_many_at_once(void **state)
{
    enum { MANY = 70 };
    (void)state;
    int fds[MANY];
    for (int i = 0; i < MANY; i++) {
        fds[i] = sock_connect(f.port);
        assert_true(fds[i] >= 0);
        assert_true(sock_send(fds[i], ANC_STR("POST " PATH " HTTP/1.1\r\nHost: localhost\r\n" LINES
                                              "Connection: close\r\nContent-Length: 6\r\n\r\n{}")));
    }
    os_sleep_ns(50000000);
    (void)close(fds[MANY - 1]);
    for (int i = 0; i < MANY - 1; i++)
        assert_true(sock_send(fds[i], ANC_STR("\n{}\n")));
    for (int i = 0; i < MANY - 1; i++) {
        ANC_BUF(seen, 1 << 20);
        sock_read_to_end(fds[i], &seen);
        assert_true(anc_str_starts(anc_buf_view(&seen), ANC_STR("HTTP/1.1 202 ")));
        (void)close(fds[i]);
    }
    assert_int_equal(atomic_load(&doubles.puts), MANY - 1);
}

/* An upload that waits for others that never end is told to come again. */
static void test_waiting_has_an_end(void **state)
{
    enum { READ_AT_ONCE = 32 };
    (void)state;
    int fds[READ_AT_ONCE + 1];
    ANC_BUF(seen, 1 << 20);
    const http_edge_options impatient = {.batch_wait_ms = 100};
    edge_close(&f);
    edge_open(&f, &impatient);
    for (int i = 0; i <= READ_AT_ONCE; i++) {
        fds[i] = sock_connect(f.port);
        assert_true(sock_send(fds[i], ANC_STR("POST " PATH " HTTP/1.1\r\nHost: localhost\r\n" LINES
                                              "Connection: close\r\nContent-Length: 6\r\n\r\n{}")));
        for (int n = 0; n < 5000 && http_edge_open_requests(f.edge) < (uint64_t)i + 1; n++)
            os_sleep_ns(1000000);
    }
    sock_read_to_end(fds[READ_AT_ONCE], &seen);
    assert_true(anc_str_starts(anc_buf_view(&seen), ANC_STR("HTTP/1.1 503 ")));
    assert_true(anc_str_find(anc_buf_view(&seen), ANC_STR("Retry-After: 1")) != SIZE_MAX);
    assert_true(anc_str_find(anc_buf_view(&seen), ANC_STR("32 uploads are read at once")) !=
                SIZE_MAX);
    for (int i = 0; i <= READ_AT_ONCE; i++)
        (void)close(fds[i]);
    for (int i = 0; i < 5000 && http_edge_open_requests(f.edge) > 0; i++)
        os_sleep_ns(1000000);
    assert_int_equal(http_edge_open_requests(f.edge), 0);
}

/* ---- keys ---- */

static void test_a_key_gives_the_same_answer(void **state)
{
    (void)state;
    answer a = ask(&f, "POST", PATH, LINES "Idempotency-Key: k\r\n", ANC_STR("{}\n"));
    answer b = ask(&f, "POST", PATH, LINES "Idempotency-Key: k\r\n", ANC_STR("{}\n"));
    answer c = ask(&f, "POST", PATH, LINES "Idempotency-Key: k\r\n", ANC_STR("[]\n"));
    assert_int_equal(a.status, 202);
    assert_int_equal(b.status, 202);
    assert_int_equal(c.status, 409);
    assert_true(anc_str_eq(a.body, b.body));
    assert_int_equal(atomic_load(&doubles.puts), 1);
    assert_int_equal(atomic_load(&doubles.discarded_uploads), 2);
    answer_done(&a);
    answer_done(&b);
    answer_done(&c);
}

/* ---- forms ---- */

#define FORM "Content-Type: multipart/form-data; boundary=x\r\n"
#define FIELD(name, value) \
    "--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(name, value)                                                                  \
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" name "\"\r\n\r\n" value \
    "\r\n"
#define END "--x--\r\n"

static void test_files(void **state)
{
    (void)state;
    answer a = ask(&f, "POST", PATH, FORM,
                   ANC_STR(FIELD("collection", "boats") FIELD("metadata", "{\"y\":1}")
                               FIELD("acl", "group:a, public") FILE_PART("a.txt", "One.")
                                   FILE_PART("sub/b.md", "") FILE_PART("a.txt", "Three.") END));
    assert_int_equal(a.status, 202);
    check_upload("<<a.txt|One.><<sub/b.md|><<a.txt (2)|Three.>");
    assert_string_equal(doubles.collection, "boats");
    assert_string_equal(doubles.metadata, "{\"y\":1}");
    assert_string_equal(doubles.acl, "public");
    answer_done(&a);
}

static const struct refused_row bad_forms[] = {
    {"no file", "", FORM, FIELD("collection", "x") END, 400, "no file"},
    {"a field behind", "", FORM, FILE_PART("a", "x") FIELD("acl", "b") END, 400,
     "nothing of the form was stored"},
    {"a field twice", "", FORM, FIELD("acl", "a") FIELD("acl", "b") END, 400, "twice"},
    {"a field that is none", "", FORM, FIELD("id", "a") END, 400, "no form field"},
    {"cut short", "", FORM, FILE_PART("a", "x") FILE_PART("b", "y"), 400, "last boundary"},
    {"no boundary", "", "Content-Type: multipart/form-data\r\n", "x", 400, "boundary"},
};

#define EACH(test) cmocka_unit_test_prestate_setup_teardown(test, edge_set_up, edge_tear_down, &f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_lines),
        EACH(test_array),
        EACH(test_waiting),
        EACH(test_long),
        EACH(test_leaving_keeps_what_came),
        EACH(test_leaving_before_a_document),
        EACH(test_no_room_waits),
        EACH(test_many_at_once),
        EACH(test_waiting_has_an_end),
        EACH(test_a_key_gives_the_same_answer),
        EACH(test_files),
    };
    int failed = RUN_TABLE("cut", cuts, test_cut);
    failed += RUN_TABLE("refused", refused, test_refused);
    failed += RUN_TABLE("bad forms", bad_forms, test_refused);
    return failed + cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
