/* test_json.c - what is read, what is refused, and what is written. */
#include "support/test.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

typedef struct parse_row {
    const char *name;
    const char *text;
    const char *dump; /* NULL: refused */
} parse_row;

static const parse_row parse_rows[] = {
    {"object keeps its order", "{\"b\":1,\"a\":[true,false,null]}",
     "{\"b\":1,\"a\":[true,false,null]}"},
    {"blanks around", " \n[1 , 2]\t", "[1,2]"},
    {"a string alone", "\"x\"", "\"x\""},
    {"a number alone", "-12", "-12"},
    {"a real stays one", "1.0", "1.0"},
    {"tenth", "0.1", "0.1"},
    {"third", "0.3333333333333333", "0.3333333333333333"},
    {"exponent", "1e300", "1e+300"},
    {"smallest integer", "-9223372036854775808", "-9223372036854775808"},
    {"escapes", "\"\\u00e9\\n\\\"\\\\\\/\"", "\"\xC3\xA9\\n\\\"\\\\/\""},
    {"surrogate pair", "\"\\ud83d\\ude00\"", "\"\xF0\x9F\x98\x80\""},
    {"zero byte in a string", "\"a\\u0000b\"", "\"a\\u0000b\""},
    {"brackets in a string", "\"[[[[\"", "\"[[[[\""},
    {"empty", "", NULL},
    {"duplicate name", "{\"a\":1,\"a\":2}", NULL},
    {"trailing bytes", "{} x", NULL},
    {"trailing comma", "[1,]", NULL},
    {"single quotes", "{'a':1}", NULL},
    {"comment", "[1] // x", NULL},
    {"NaN", "NaN", NULL},
    {"infinity", "[-Infinity]", NULL},
    {"real out of range", "1e999", NULL},
    {"integer out of range", "9223372036854775808", NULL},
    {"leading zero", "01", NULL},
    {"lone surrogate", "\"\\ud83d\"", NULL},
    {"invalid UTF-8", "\"\xFF\"", NULL},
    {"control character", "\"a\nb\"", NULL},
    {"open string", "\"abc", NULL},
};

typedef anc_status parser(anc_str text, json_doc **ret, anc_err *err);

static void expect_parsed(const parse_row *row, parser *parse_it)
{
    json_doc *doc = NULL;
    anc_err err = {0};
    const anc_status got = parse_it(anc_str_of(row->text), &doc, &err);
    if (row->dump == NULL) {
        assert_int_equal(got, ANC_INVALID);
        assert_null(doc);
        assert_non_null(strstr(err.text, "line "));
        return;
    }
    ASSERT_OK(got, &err);
    ANC_BUF(out, 1000);
    json_dump(json_root(doc), &out);
    assert_string_equal(out.ptr, row->dump);
    json_doc_free(doc);
}

static void parse(void **state)
{
    const parse_row *row = *state;
    expect_parsed(row, json_parse);
}

static anc_status parse_nested(size_t depth, anc_err *err)
{
    ANC_BUF(text, 1 << 22);
    json_doc *doc = NULL;
    for (size_t i = 0; i < depth; i++)
        (void)anc_buf_add_char(&text, '[');
    for (size_t i = 0; i < depth; i++)
        (void)anc_buf_add_char(&text, ']');
    const anc_status got = json_parse(anc_buf_view(&text), &doc, err);
    json_doc_free(doc);
    return got;
}

static void depth_is_bounded(void **state)
{
    (void)state;
    anc_err err = {0};
    ASSERT_OK(parse_nested(JSON_MAX_DEPTH, &err), &err);
    assert_int_equal(parse_nested(JSON_MAX_DEPTH + 1, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "64 levels"));
    assert_int_equal(parse_nested(1000000, NULL), ANC_INVALID);
}

static void readers_accept_what_is_absent(void **state)
{
    (void)state;
    json_doc *doc = NULL;
    anc_err err = {0};
    ASSERT_OK(
        json_parse(ANC_STR("{\"n\":3,\"r\":2.5,\"s\":\"x\",\"b\":true,\"z\":null}"), &doc, &err),
        &err);
    const json_value *root = json_root(doc);
    assert_int_equal(json_int(json_member(root, "n"), 9), 3);
    assert_int_equal(json_int(json_member(root, "r"), 9), 9);
    assert_true(fabs(json_double(json_member(root, "n"), 9) - 3) < 1e-12);
    assert_true(json_bool(json_member(root, "b"), false));
    assert_true(anc_str_eq(json_str(json_member(root, "z"), ANC_STR("d")), ANC_STR("d")));
    assert_int_equal(json_kind_of(json_member(root, "z")), JSON_NULL);
    assert_null(json_member(json_member(root, "no"), "deeper"));
    assert_null(json_element(root, 0));
    assert_int_equal(json_count(root), 5);
    assert_int_equal(json_count(NULL), 0);
    assert_string_equal(json_kind_name(json_kind_of(json_member(root, "r"))), "number");
    json_doc_free(doc);
    json_doc_free(NULL);
}

static void members_are_walked_in_order(void **state)
{
    (void)state;
    json_doc *doc = NULL;
    anc_err err = {0};
    anc_str name;
    const json_value *v;
    ASSERT_OK(json_parse(ANC_STR("{\"z\":0,\"y\":1,\"x\":2}"), &doc, &err), &err);
    size_t cursor = 0;
    for (int i = 0; i < 3; i++) {
        assert_true(json_each(json_root(doc), &cursor, &name, &v));
        assert_int_equal(name.ptr[0], 'z' - i);
        assert_int_equal(json_int(v, -1), i);
    }
    assert_false(json_each(json_root(doc), &cursor, &name, &v));
    assert_false(json_each(json_root(doc), &cursor, &name, &v));
    json_doc_free(doc);
}

static void writer_keeps_commas_and_nesting(void **state)
{
    (void)state;
    ANC_BUF(out, 1000);
    json_writer w = json_writer_of(&out);
    json_open_object(&w);
    json_put_str(&w, "s", ANC_STR("a\"b\x01\xFF"));
    json_put_str_or_null(&w, "n", ANC_STR_NONE);
    json_name(&w, "list");
    json_open_array(&w);
    json_open_object(&w);
    json_close_object(&w);
    json_write_int(&w, 1);
    json_write_raw(&w, ANC_STR("[2]"));
    json_close_array(&w);
    json_put_fixed(&w, "ms", 1.0 / 3, 2);
    json_put_real(&w, "nan", nan(""));
    json_put_bool(&w, "b", true);
    json_close_object(&w);
    assert_string_equal(out.ptr,
                        "{\"s\":\"a\\\"b\\u0001\xEF\xBF\xBD\",\"n\":null,\"list\":[{},1,[2]],"
                        "\"ms\":0.33,\"nan\":null,\"b\":true}");
}

static void too_deep_to_write_is_refused(void **state)
{
    (void)state;
    ANC_BUF(out, 1000);
    json_writer w = json_writer_of(&out);
    for (int i = 0; i < JSON_MAX_DEPTH; i++)
        json_open_array(&w);
    assert_false(out.refused);
    json_open_array(&w);
    json_write_null(&w);
    assert_true(out.refused);
    for (int i = 0; i <= JSON_MAX_DEPTH; i++)
        json_close_array(&w);
    assert_int_equal(w.depth, 0);
}

static void floats_read_back(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 2000; i++) {
        ANC_BUF(out, 100);
        json_writer w = json_writer_of(&out);
        float n, back;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const uint32_t bits = (uint32_t)(seed >> 32);
        memcpy(&n, &bits, sizeof n);
        json_write_float(&w, n);
        if (!isfinite(n)) {
            assert_true(anc_str_eq(anc_buf_view(&out), ANC_STR("null")));
            continue;
        }
        back = strtof(out.ptr, NULL);
        assert_memory_equal(&back, &n, sizeof n);
    }
}

static void doubles_read_back(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int i = 0; i < 20000; i++) {
        double n, back;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&n, &seed, sizeof n);
        if (!isfinite(n))
            continue;
        ANC_BUF(out, 100);
        json_writer w = json_writer_of(&out);
        json_write_real(&w, n);
        json_doc *doc = NULL;
        anc_err err = {0};
        ASSERT_OK(json_parse(anc_buf_view(&out), &doc, &err), &err);
        back = json_double(json_root(doc), 0);
        assert_memory_equal(&back, &n, sizeof n);
        json_doc_free(doc);
    }
}

static void locale_plays_no_part(void **state)
{
    (void)state;
    const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "it_IT.UTF-8"};
    for (size_t i = 0; i < ANC_COUNT(locales); i++)
        if (setlocale(LC_NUMERIC, locales[i]) != NULL)
            break;
    ANC_BUF(out, 100);
    json_writer w = json_writer_of(&out);
    json_open_array(&w);
    json_write_real(&w, 0.5);
    json_write_fixed(&w, 1.25, 2);
    json_close_array(&w);
    (void)setlocale(LC_NUMERIC, "C");
    assert_string_equal(out.ptr, "[0.5,1.25]");
}

static const parse_row wide_rows[] = {
    {"an integer of thirty digits", "{\"n\":1000000000000000019884624838656,\"m\":2}",
     "{\"n\":1e+30,\"m\":2}"},
    {"below nothing", "[-1000000000000000019884624838656]", "[-1e+30]"},
    {"one more than the greatest", "9223372036854775808", "9.22337203685477e+18"},
    {"the greatest", "9223372036854775807", "9223372036854775807"},
    {"the least", "-9223372036854775808", "-9223372036854775808"},
    {"one less than the least", "-9223372036854775809", "-9.22337203685477e+18"},
    {"many digits of an exponent", "[0e99999999999999999999,0e-99999999999999999999]", "[0.0,0.0]"},
    {"many digits of a fraction", "0.12345678901234567890123", "0.12345678901234568"},
    {"many digits before one", "12345678901234567890.5", "1.2345678901234567e+19"},
    {"digits in a text", "[\"1000000000000000019884624838656\",\"\\\"99999999999999999999\"]",
     "[\"1000000000000000019884624838656\",\"\\\"99999999999999999999\"]"},
    {"zeros in front", "00000000000000000000001", NULL},
    {"five hundred digits",
     "[1"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "]",
     NULL},
    {"empty", "", NULL},
    {"a text without an end", "\"\\", NULL},
};

static void parse_wide(void **state)
{
    const parse_row *row = *state;
    expect_parsed(row, json_parse_wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(readers_accept_what_is_absent),
        cmocka_unit_test(members_are_walked_in_order),
        cmocka_unit_test(writer_keeps_commas_and_nesting),
        cmocka_unit_test(too_deep_to_write_is_refused),
        cmocka_unit_test(doubles_read_back),
        cmocka_unit_test(floats_read_back),
        cmocka_unit_test(locale_plays_no_part),
    };
    int failed = RUN_TABLE("json_parse", parse_rows, parse);
    failed += RUN_TABLE("json_parse_wide", wide_rows, parse_wide);
    failed += cmocka_run_group_tests_name("json", tests, NULL, NULL);
    return failed;
}
