/* test_search_filter.c - predicate trees that are taken, and complaints with their places. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "search/domain/filter.h"

typedef struct row {
    const char *name, *json;
    const char *pointer; /* of the complaint; NULL: taken */
} row;

static const row rows[] = {
    {"a condition", "{\"field\":\"year\",\"op\":\"gte\",\"value\":2020}", NULL},
    {"a tree",
     "{\"and\":[{\"field\":\"a\",\"op\":\"in\",\"value\":[\"x\",1,true,1.5]},"
     "{\"not\":{\"field\":\"b\",\"op\":\"exists\"}},{\"or\":[]}]}",
     NULL},
    {"exists false", "{\"field\":\"a\",\"op\":\"exists\",\"value\":false}", NULL},
    {"a time", "{\"field\":\"created_at\",\"op\":\"gte\",\"value\":\"2024-01-31T00:00:00+01:00\"}",
     NULL},
    {"a date", "{\"field\":\"updated_at\",\"op\":\"in\",\"value\":[\"2024-01-31\"]}", NULL},
    {"no time", "{\"field\":\"created_at\",\"op\":\"gte\",\"value\":\"last year\"}",
     "/filters/value"},
    {"a time as a number", "{\"field\":\"updated_at\",\"op\":\"lt\",\"value\":17}",
     "/filters/value"},
    {"no time among times",
     "{\"and\":[{\"field\":\"updated_at\",\"op\":\"nin\",\"value\":[\"2024-01-31\",\"x\"]}]}",
     "/filters/and/0/value/1"},
    {"parts of a time", "{\"field\":\"created_at\",\"op\":\"prefix\",\"value\":\"2024\"}",
     "/filters/op"},
    {"a time exists", "{\"field\":\"created_at\",\"op\":\"exists\",\"value\":false}", NULL},
    {"a title is a string", "{\"field\":\"title\",\"op\":\"eq\",\"value\":5}", "/filters/value"},
    {"metadata may be of any kind", "{\"field\":\"meta.title\",\"op\":\"eq\",\"value\":5}", NULL},
    {"no object", "[]", "/filters"},
    {"empty", "{}", "/filters"},
    {"two heads", "{\"and\":[],\"or\":[]}", "/filters"},
    {"and is no list", "{\"and\":{}}", "/filters/and"},
    {"unknown member", "{\"field\":\"a\",\"op\":\"eq\",\"value\":1,\"x\":2}", "/filters"},
    {"unknown operator", "{\"and\":[{\"field\":\"a\",\"op\":\"like\",\"value\":1}]}",
     "/filters/and/0/op"},
    {"no field", "{\"op\":\"eq\",\"value\":1}", "/filters/field"},
    {"no value", "{\"field\":\"a\",\"op\":\"eq\"}", "/filters/value"},
    {"null", "{\"field\":\"a\",\"op\":\"eq\",\"value\":null}", "/filters/value"},
    {"in takes a list", "{\"field\":\"a\",\"op\":\"in\",\"value\":1}", "/filters/value"},
    {"a list in a list", "{\"not\":{\"field\":\"a\",\"op\":\"nin\",\"value\":[1,[2]]}}",
     "/filters/not/value/1"},
    {"prefix takes a string", "{\"field\":\"a\",\"op\":\"prefix\",\"value\":1}", "/filters/value"},
    {"booleans have no order", "{\"field\":\"a\",\"op\":\"lt\",\"value\":true}", "/filters/value"},
    {"exists takes a boolean", "{\"field\":\"a\",\"op\":\"exists\",\"value\":1}", "/filters/value"},
};

static anc_status parse(anc_arena *mem, anc_str text, srch_filter *ret, anc_err *err)
{
    json_doc *doc = NULL;
    ASSERT_OK(json_parse(text, &doc, err), err);
    const anc_status status = srch_filter_parse(mem, json_root(doc), "/filters", ret, err);
    json_doc_free(doc);
    return status;
}

static void taken_or_refused(void **state)
{
    const row *r = *state;
    anc_err err = {0};
    srch_filter filter = {0};
    ANC_ARENA(mem, 1 << 20);
    const anc_status status = parse(mem, anc_str_of(r->json), &filter, &err);
    if (r->pointer == NULL) {
        ASSERT_OK(status, &err);
        return;
    }
    assert_int_equal(status, ANC_INVALID);
    assert_string_equal(err.pointer, r->pointer);
    assert_true(strlen(err.text) > 10);
    assert_null(filter.children);
}

/* A complaint names the field, and the value as it was sent. */
static void complaints_repeat_what_was_sent(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text;
    } sent[] = {
        {"{\"field\":\"year\",\"op\":\"like\",\"value\":1}", "year: there is no operator \"like\""},
        {"{\"field\":\"year\"}", "year: the condition has no operator"},
        {"{\"field\":\"year\",\"op\":\"eq\",\"value\":[1]}", "not an array"},
        {"{\"field\":\"year\",\"op\":\"eq\",\"value\":null}", "not null; whether"},
        {"{\"field\":\"year\",\"op\":\"in\",\"value\":2020}",
         "year: in and nin take an array, not 2020"},
        {"{\"field\":\"year\",\"op\":\"gt\",\"value\":true}", "less than true"},
        {"{\"field\":\"tags\",\"op\":\"prefix\",\"value\":3.5}",
         "tags: prefix takes a string, not 3.5"},
        {"{\"field\":\"a\",\"op\":\"exists\",\"value\":\"yes\"}", "not \"yes\""},
        {"{\"field\":\"title\",\"op\":\"eq\",\"value\":5}",
         "title is compared with a string, not 5"},
        {"{\"field\":\"created_at\",\"op\":\"in\",\"value\":[\"soon\"]}", "not \"soon\""},
    };
    for (size_t i = 0; i < ANC_COUNT(sent); i++) {
        anc_err err = {0};
        srch_filter f;
        ANC_ARENA(mem, 1 << 20);
        assert_int_equal(parse(mem, anc_str_of(sent[i].json), &f, &err), ANC_INVALID);
        if (strstr(err.text, sent[i].text) == NULL)
            fail_msg("%s: %s", sent[i].json, err.text);
    }
}

/* What is repeated of a long text ends with a whole letter. */
static void long_values_are_cut_between_letters(void **state)
{
    (void)state;
    anc_err err = {0};
    srch_filter f;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(json, 512);
    assert_true(anc_buf_add(&json, ANC_STR("{\"field\":\"a\",\"op\":\"x")));
    for (int i = 0; i < 60; i++)
        assert_true(anc_buf_add(&json, ANC_STR("\u00e9")));
    assert_true(anc_buf_add(&json, ANC_STR("\",\"value\":1}")));
    assert_int_equal(parse(mem, anc_buf_view(&json), &f, &err), ANC_INVALID);
    assert_true(anc_utf8_valid(anc_str_of(err.text)));
}

static void the_tree_outlives_its_json(void **state)
{
    (void)state;
    anc_err err = {0};
    srch_filter f;
    ANC_ARENA(mem, 1 << 20);
    ASSERT_OK(parse(mem,
                    ANC_STR("{\"and\":[{\"field\":\"tags\",\"op\":\"contains\",\"value\":\"tax\"},"
                            "{\"field\":\"x\",\"op\":\"exists\",\"value\":false}]}"),
                    &f, &err),
              &err);
    assert_int_equal(f.op, SRCH_AND);
    assert_int_equal(f.n_children, 2);
    assert_int_equal(f.children[0].op, SRCH_CONTAINS);
    assert_true(anc_str_eq(f.children[0].field, ANC_STR("tags")));
    assert_true(anc_str_eq(f.children[0].values[0].str, ANC_STR("tax")));
    assert_int_equal(f.children[1].op, SRCH_NOT);
    assert_int_equal(f.children[1].children[0].op, SRCH_EXISTS);
}

/* The longest place that a tree within its bounds can have is still told whole. */
static void places_are_told_whole(void **state)
{
    (void)state;
    anc_err err = {0};
    srch_filter f;
    ANC_ARENA(mem, 4 << 20);
    ANC_BUF(deep, 1 << 16);
    ANC_BUF(place, 256);
    assert_true(anc_buf_add(&place, ANC_STR("/filters")));
    for (int i = 0; i < SRCH_MAX_FILTER_DEPTH - 1; i++) {
        const int before = i < 9 ? 100 : 0; /* nodes in front of the next level */
        assert_true(anc_buf_add(&deep, ANC_STR("{\"and\":[")));
        for (int j = 0; j < before; j++)
            assert_true(anc_buf_add(&deep, ANC_STR("{\"or\":[]},")));
        assert_true(anc_buf_printf(&place, "/and/%d", before));
    }
    assert_true(anc_buf_add(&deep, ANC_STR("{\"field\":\"x\",\"op\":\"in\",\"value\":[1,null]}")));
    assert_true(anc_buf_add(&place, ANC_STR("/value/1")));
    for (int i = 0; i < SRCH_MAX_FILTER_DEPTH - 1; i++)
        assert_true(anc_buf_add(&deep, ANC_STR("]}")));
    assert_int_equal(parse(mem, anc_buf_view(&deep), &f, &err), ANC_INVALID);
    assert_string_equal(err.pointer, place.ptr);
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    anc_err err = {0};
    srch_filter f;
    ANC_ARENA(mem, 4 << 20);
    ANC_BUF(deep, 1 << 16);
    ANC_BUF(wide, 1 << 16);
    for (int i = 0; i < SRCH_MAX_FILTER_DEPTH; i++)
        assert_true(anc_buf_add(&deep, ANC_STR("{\"not\":")));
    assert_true(anc_buf_add(&deep, ANC_STR("{\"or\":[]}")));
    for (int i = 0; i < SRCH_MAX_FILTER_DEPTH; i++)
        assert_true(anc_buf_add(&deep, ANC_STR("}")));
    assert_int_equal(parse(mem, anc_buf_view(&deep), &f, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "deeper"));
    anc_err_clear(&err);
    assert_true(anc_buf_add(&wide, ANC_STR("{\"field\":\"a\",\"op\":\"in\",\"value\":[1")));
    for (int i = 0; i < SRCH_MAX_FILTER_NODES; i++)
        assert_true(anc_buf_add(&wide, ANC_STR(",1")));
    assert_true(anc_buf_add(&wide, ANC_STR("]}")));
    assert_int_equal(parse(mem, anc_buf_view(&wide), &f, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "more than"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complaints_repeat_what_was_sent),
        cmocka_unit_test(long_values_are_cut_between_letters),
        cmocka_unit_test(the_tree_outlives_its_json),
        cmocka_unit_test(places_are_told_whole),
        cmocka_unit_test(depth_and_size_are_bounded),
    };
    const int failed = RUN_TABLE("search filter", rows, taken_or_refused);
    return failed + cmocka_run_group_tests_name("search filter trees", tests, NULL, NULL);
}
