/* test_http_originals.c - the bytes of a document as they are handed out: names, types, parts. */
#include "edge_fixture.h"

#define RAW(id) "/v1/knowledge/documents/" id "/raw"

static edge_fixture edge;

static void header_is(const answer *a, const char *name, const char *value)
{
    const anc_str got = answer_header(a, name);
    if (value == NULL ? got.ptr != NULL : !anc_str_eq(got, anc_str_of(value)))
        fail_msg("%s: %.*s", name, ANC_FMT(got));
}

static void an_original_cannot_act(void **state)
{
    (void)state;
    answer a = get(&edge, RAW("odd"));
    assert_int_equal(a.status, 200);
    header_is(&a, "content-type", "text/html");
    header_is(&a, "x-content-type-options", "nosniff");
    header_is(&a, "content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
    header_is(&a, "content-disposition",
              "attachment; filename=\"t__ _x_.html\"; filename*=UTF-8''t%C3%A9%20_x_.html");
    header_is(&a, "accept-ranges", "bytes");
    header_is(&a, "etag", "\"00ff\"");
    header_is(&a, "cache-control", "no-store");
    answer_done(&a);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *path, *disposition;
    } rows[] = {
        {RAW("hive"), "attachment; filename=\"hive.md\"; filename*=UTF-8''hive.md"},
        {RAW("nameless"), "attachment; filename=\"nameless.pdf\"; filename*=UTF-8''nameless.pdf"},
        {RAW("nameless%20of%20text%2Fx-c"), "attachment; filename=\"t.c\"; filename*=UTF-8''t.c"},
        {RAW("nameless%20of%20text%2Fx-c%2B%2B"),
         "attachment; filename=\"t.cpp\"; filename*=UTF-8''t.cpp"},
        {RAW("nameless%20of%20TEXT%2FCSV%3B%20charset=x"),
         "attachment; filename=\"t.csv\"; filename*=UTF-8''t.csv"},
        {RAW("nameless%20of%20application%2Fvnd.openxmlformats-officedocument.spreadsheetml.sheet"),
         "attachment; filename=\"t.xlsx\"; filename*=UTF-8''t.xlsx"},
        {RAW("nameless%20of%20image%2Fpng"), "attachment; filename=\"t\"; filename*=UTF-8''t"},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        answer a = get(&edge, rows[i].path);
        header_is(&a, "content-disposition", rows[i].disposition);
        answer_done(&a);
    }
}

static void a_head_tells_without_bytes(void **state)
{
    (void)state;
    answer a = ask(&edge, "HEAD", RAW("hive"), NULL, ANC_STR_NONE);
    assert_int_equal(a.status, 200);
    header_is(&a, "content-length", "10");
    header_is(&a, "content-type", "text/markdown");
    assert_int_equal(a.body.len, 0);
    answer_done(&a);
}

/* The original is "abcdefghij". What is no range of one part is answered whole. */
static void parts(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int status;
        const char *range, *body;
    } rows[] = {
        {"Range: bytes=0-0\r\n", 206, "bytes 0-0/10", "a"},
        {"Range: bytes=7-\r\n", 206, "bytes 7-9/10", "hij"},
        {"Range: bytes=7-99\r\n", 206, "bytes 7-9/10", "hij"},
        {"Range: bytes=-3\r\n", 206, "bytes 7-9/10", "hij"},
        {"Range: bytes=-99\r\n", 206, "bytes 0-9/10", "abcdefghij"},
        {"Range: bytes=2-4\r\nIf-Range: \"00ff\"\r\n", 206, "bytes 2-4/10", "cde"},
        {"Range: bytes=2-4\r\nIf-Range: \"other\"\r\n", 200, NULL, "abcdefghij"},
        {"Range: bytes=10-\r\n", 416, "bytes */10", NULL},
        {"Range: bytes=99-120\r\n", 416, "bytes */10", NULL},
        {"Range: bytes=99-\r\nIf-Range: \"other\"\r\n", 200, NULL, "abcdefghij"},
        {"Range: bytes=4-2\r\n", 200, NULL, "abcdefghij"},
        {"Range: bytes=0-1,4-5\r\n", 200, NULL, "abcdefghij"},
        {"Range: lines=0-1\r\n", 200, NULL, "abcdefghij"},
        {"Range: bytes=-\r\n", 200, NULL, "abcdefghij"},
        {"Range: bytes=-0\r\n", 416, "bytes */10", NULL},
        {"Range: bytes=x\r\n", 200, NULL, "abcdefghij"},
        {"If-None-Match: \"00ff\"\r\n", 304, NULL, ""},
        {"If-None-Match: \"x\", W/\"00ff\"\r\n", 304, NULL, ""},
        {"If-None-Match: *\r\nRange: bytes=2-4\r\n", 304, NULL, ""},
        {"If-None-Match: \"x\"\r\n", 200, NULL, "abcdefghij"},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        answer a = ask(&edge, "GET", RAW("hive"), rows[i].headers, ANC_STR_NONE);
        const bool fits =
            rows[i].body != NULL
                ? anc_str_eq(a.body, anc_str_of(rows[i].body))
                : anc_str_find(a.body, ANC_STR("problem:range-not-satisfiable")) != SIZE_MAX;
        if (a.status != rows[i].status || !fits)
            fail_msg("%s%d: %.*s", rows[i].headers, a.status, ANC_FMT(a.body));
        header_is(&a, "content-range", rows[i].range);
        answer_done(&a);
    }
}

/* Only where all bytes are sent are they hashed anew, and only where some are, opened. */
static void what_is_not_sent_is_not_read(void **state)
{
    (void)state;
    static const struct {
        const char *method, *headers;
        int whole, parts;
    } rows[] = {
        {"GET", "", 1, 0},
        {"GET", "Range: bytes=0-\r\n", 1, 0},
        {"GET", "Range: bytes=0-8\r\n", 0, 1},
        {"GET", "Range: bytes=4-\r\n", 0, 1},
        {"GET", "Range: bytes=10-\r\n", 0, 0},
        {"GET", "If-None-Match: \"00ff\"\r\n", 0, 0},
        {"HEAD", "", 0, 1},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        atomic_store(&doubles.raw_whole, 0);
        atomic_store(&doubles.raw_parts, 0);
        answer a = ask(&edge, rows[i].method, RAW("hive"), rows[i].headers, ANC_STR_NONE);
        if (atomic_load(&doubles.raw_whole) != rows[i].whole ||
            atomic_load(&doubles.raw_parts) != rows[i].parts)
            fail_msg("%s %s%d", rows[i].method, rows[i].headers, a.status);
        answer_done(&a);
    }
}

static void nothing_has_no_parts(void **state)
{
    (void)state;
    answer a = ask(&edge, "GET", RAW("empty"), "Range: bytes=0-\r\n", ANC_STR_NONE);
    assert_int_equal(a.status, 200);
    header_is(&a, "content-length", "0");
    answer_done(&a);
}

/* Longer than what is buffered: it is sent piece by piece. */
static void a_long_one_comes_whole(void **state)
{
    (void)state;
    answer a = get(&edge, RAW("long"));
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, DOUBLE_LONG_TEXT);
    answer_done(&a);
    assert_true(wait_for(&doubles.texts_open, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_original_cannot_act),       cmocka_unit_test(names),
        cmocka_unit_test(a_head_tells_without_bytes),   cmocka_unit_test(parts),
        cmocka_unit_test(what_is_not_sent_is_not_read), cmocka_unit_test(nothing_has_no_parts),
        cmocka_unit_test(a_long_one_comes_whole),
    };
    edge_open(&edge, NULL);
    const int failed = cmocka_run_group_tests_name("originals", tests, NULL, NULL);
    edge_close(&edge);
    return failed;
}
