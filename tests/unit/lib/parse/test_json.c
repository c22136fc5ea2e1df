/* test_json.c - JSON and NDJSON as text, tables and records; and what is neither. */
#include "blocks.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "parse/records.h"

static const blocks_row rows[] = {
    {"members are lines",
     ANC_STR_INIT("{\"name\": \"Ada\", \"age\": 36, \"fine\": true, \"none\": null}"),
     "p name: Ada\nage: 36\nfine: true\n"},
    {"objects are sections",
     ANC_STR_INIT("{\"a\": 1, \"address\": {\"city\": \"Rome\", \"geo\": {\"x\": 1}}, \"b\": 2}"),
     "p a: 1\nh2 address\np city: Rome\nh3 geo\np x: 1\np b: 2\n"},
    {"a title", ANC_STR_INIT("{\"Title\": \"T\", \"inner\": {\"title\": \"no\"}}"),
     "title T\np Title: T\nh2 inner\np title: no\n"},
    {"lists of simple values", ANC_STR_INIT("{\"tags\": [\"a\", 2, null, false], \"none\": []}"),
     "p tags: a, 2, false\n"},
    {"a list of objects is a table",
     ANC_STR_INIT("{\"rows\": [{\"a\": 1, \"b\": \"x\"}, {\"b\": \"y\", \"c\": true}, {}]}"),
     "h2 rows\nrow* a | b | c\nrow 1 | x |\nrow | y | true\n"},
    {"a list of lists", ANC_STR_INIT("[[1, 2], [3, null]]"), "row 1 | 2\nrow 3 |\n"},
    {"a list of objects that hold others",
     ANC_STR_INIT("{\"o\": [{\"id\": 1, \"in\": {\"x\": 2}}, {\"id\": 3, \"in\": {}}, 7]}"),
     "h2 o 1\np id: 1\nh3 in\np x: 2\nh2 o 2\np id: 3\nh3 in\np 7\n"},
    {"what is nested has a column of its path",
     ANC_STR_INIT("{\"o\": [{\"id\": 1, \"to\": {\"city\": \"Rome\", \"geo\": {\"x\": 2}}, "
                  "\"tags\": [\"a\", null, \"b\"]}, {\"id\": 3, \"tags\": [], \"to\": {\"geo\": "
                  "{\"y\": 4}, \"city\": \"Oslo\"}, \"none\": {}}]}"),
     "h2 o\nrow* id | to.city | to.geo.x | tags | to.geo.y\nrow 1 | Rome | 2 | a, b |\n"
     "row 3 | Oslo |  |  | 4\n"},
    {"objects in a list in a row are no cell",
     ANC_STR_INIT("[{\"id\": 1, \"in\": [{\"x\": 2}]}, {\"id\": 3, \"in\": []}]"),
     "p id: 1\nh2 in 1\np x: 2\np id: 3\n"},
    {"nested too deep for a row",
     ANC_STR_INIT("[{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":1}}}}}}}},"
                  "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":2}}}}}}}}}]"),
     "h2 a\nh3 b\nh4 c\nh5 d\nh6 e\nh6 f\nh6 g\np h: 1\n"
     "h2 a\nh3 b\nh4 c\nh5 d\nh6 e\nh6 f\nh6 g\nh6 h\np i: 2\n"},
    {"escapes",
     ANC_STR_INIT("[\"a\\n\\tb \\u00e9 \\ud834\\udd1e \\ud800 \\/ \\\\ \\\" \\u0000.\"]"),
     "p a b \xC3\xA9 \xF0\x9D\x84\x9E \xEF\xBF\xBD / \\ \" .\n"},
    {"names twice", ANC_STR_INIT("{\"a\": 1, \"a\": 2}"), "p a: 1\na: 2\n"},
    {"lines of a text", ANC_STR_INIT("{\"t\": \"one\\ntwo\"}"), "p t: one\ntwo\n"},
    {"numbers as they are written", ANC_STR_INIT("[1.50, -0, 1e+10, 12345678901234567890]"),
     "p 1.50, -0, 1e+10, 12345678901234567890\n"},
    {"a value alone", ANC_STR_INIT(" \"x\" "), "p x\n"},
    {"values behind one another", ANC_STR_INIT("{\"a\": 1}\n{\"a\": 2}"), "p a: 1\np a: 2\n"},
    {"nothing", ANC_STR_INIT(""), ""},
};

static void texts(void **state)
{
    check_blocks(PRS_JSON, *state);
}

/* Articles with their authors are no table. */
static void long_texts_stay_in_sections(void **state)
{
    (void)state;
    ANC_BUF(source, 1 << 16);
    ANC_BUF(wanted, 1 << 16);
    (void)anc_buf_add_char(&source, '[');
    for (int i = 0; i < 2; i++) {
        (void)anc_buf_printf(&source, "%s{\"by\": {\"name\": \"Ada\"}, \"body\": \"%0501d\"}",
                             i > 0 ? ", " : "", i);
        (void)anc_buf_printf(&wanted, "h2 by\np name: Ada\np body: %0501d\n", i);
    }
    (void)anc_buf_add_char(&source, ']');
    check_blocks(PRS_JSON, &(blocks_row){"", anc_buf_view(&source), wanted.ptr});
}

static const blocks_row line_rows[] = {
    {"a paragraph a record",
     ANC_STR_INIT("{\"id\": 1, \"in\": {\"x\": \"y\", \"l\": [1, 2]}}\n\n{\"id\": 2}\r\n[1, "
                  "\"b\"]\n\"s\"\n"),
     "p#1 id: 1\nin.x: y\nin.l: 1, 2\np#2 id: 2\np#3 1, b\np#4 s\n"},
    {"objects in lists", ANC_STR_INIT("{\"a\": [{\"b\": 1}, {\"b\": 2}, 3]}"),
     "p#1 a.b: 1\na.b: 2\na: 3\n"},
};

static void lines(void **state)
{
    check_blocks(PRS_NDJSON, *state);
}

static const blocks_row unread_rows[] = {
    {"a broken line between others", ANC_STR_INIT("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\n{\"a\":3}\n"),
     "p#1 a: 1\nb: x\np#2 a: 3\nunread=1 of 3 records could not be read, first the one that begins "
     "in "
     "line 2: not JSON: line 3, column 1: a name in quotes is expected\n"},
    {"a line that is cut short, and one that is no JSON",
     ANC_STR_INIT("{\"a\":1}\n{\"a\":\"x\noops\n{\"a\":3}\n{\"a"),
     "p#1 a: 1\np#2 a: 3\nunread=3 of 5 records could not be read, first the one that begins in "
     "line "
     "2: "
     "not JSON: line 4, column 3: a comma or the end of a list is expected\n"},
    {"a record of many lines that is broken", ANC_STR_INIT("{\"a\":1}\n{\n  \"a\" 2\n}\n{\"a\":3}"),
     "p#1 a: 1\np#2 a: 3\nunread=1 of 3 records could not be read, first the one that begins in "
     "line "
     "2: "
     "not JSON: line 3, column 7: a colon is expected behind a name\n"},
};

static void what_is_unread_is_said(void **state)
{
    check_document(PRS_NDJSON, *state);
}

/* Each line is open to the end of the text: it is not read to its end for each of them. */
static void broken_lines_have_an_end(void **state)
{
    (void)state;
    ANC_BUF(source, 16 << 20);
    (void)anc_buf_add(&source, ANC_STR("{}\n"));
    for (int i = 0; i < 900; i++) {
        (void)anc_buf_add(&source, ANC_STR("[1,\n"));
        for (int n = 0; n < 2000; n++)
            (void)anc_buf_add(&source, ANC_STR(" 1,\n"));
    }
    check_refusal(PRS_NDJSON, ANC_INVALID,
                  &(blocks_row){"", anc_buf_view(&source), "the text ends too early"});
}

static const blocks_row broken_rows[] = {
    {"cut short", ANC_STR_INIT("{\"a\": [1, 2"), "line 1, column 12: the text ends too early"},
    {"no comma", ANC_STR_INIT("{\"a\": 1\n \"b\": 2}"), "line 2, column 2: a comma or the end"},
    {"a comma too many", ANC_STR_INIT("[1, ]"), "column 5: a value is expected"},
    {"no colon", ANC_STR_INIT("{\"a\" 1}"), "a colon is expected"},
    {"no name", ANC_STR_INIT("{1: 2}"), "a name in quotes"},
    {"an open string", ANC_STR_INIT("[\"abc"), "column 2: a string is not closed"},
    {"an unknown escape", ANC_STR_INIT("[\"\\x\"]"), "an escape that JSON does not know"},
    {"no number", ANC_STR_INIT("[-]"), "a value is expected"},
    {"a word", ANC_STR_INIT("[nil]"), "a value is expected"},
    {"the other bracket", ANC_STR_INIT("[1}"), "a comma or the end"},
    {"a bracket too many", ANC_STR_INIT("]"), "a value is expected"},
};

static void broken_texts_are_named(void **state)
{
    check_refusal(PRS_JSON, ANC_INVALID, *state);
    check_refusal(PRS_NDJSON, ANC_INVALID, *state);
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    static const char *const openings[] = {"[", "{\"a\":", "[{\"a\":"};
    for (size_t i = 0; i < ANC_COUNT(openings); i++) {
        ANC_BUF(source, 16 << 20);
        for (int n = 0; n < 100000; n++)
            (void)anc_buf_add(&source, anc_str_of(openings[i]));
        const blocks_row row = {"", anc_buf_view(&source), "1000 levels"};
        check_refusal(PRS_JSON, ANC_LIMIT, &row);
        check_refusal(PRS_NDJSON, ANC_LIMIT, &row);
    }
}

typedef struct record_row {
    const char *name;
    prs_kind kind;
    anc_str source;
    const char *lines;
} record_row;

static const record_row record_rows[] = {
    {"elements of a list", PRS_JSON,
     ANC_STR_INIT("[{\"a\": \"x\", \"b\": 1.5}, {\"a\": null, \"c\": {\"d\": true}}]"),
     "1: a=x(0) b=1.5(1)\n2: a=(3) c.d=true(2)\n"},
    {"one object", PRS_JSON, ANC_STR_INIT("{\"a\": [1, [2, 3], {\"b\": 4}]}"),
     "1: a=1(0) a=2, 3(0) a.b=4(1)\n"},
    {"lines", PRS_NDJSON, ANC_STR_INIT("{\"a\": 1}\n[1, 2]\n5\n"),
     "1: a=1(1)\n2: value=1, 2(0)\n3: value=5(1)\n"},
    {"an empty object is a record", PRS_NDJSON, ANC_STR_INIT("{}\n{}"), "1:\n2:\n"},
};

static void records(void **state)
{
    const record_row *row = *state;
    ANC_BUF(out, 1 << 16);
    anc_err err = {0};
    const prs_limits limits = prs_limits_default();
    const prs_record_sink sink = {.record = write_record, .self = &out};
    ASSERT_OK(prs_records(row->kind, row->source, &limits, &sink, &err), &err);
    assert_string_equal(out.ptr, row->lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(depth_has_a_limit),
                                       cmocka_unit_test(long_texts_stay_in_sections),
                                       cmocka_unit_test(broken_lines_have_an_end)};
    int failed = RUN_TABLE("json", rows, texts);
    failed += RUN_TABLE("ndjson", line_rows, lines);
    failed += RUN_TABLE("unread", unread_rows, what_is_unread_is_said);
    failed += RUN_TABLE("broken", broken_rows, broken_texts_are_named);
    failed += RUN_TABLE("records", record_rows, records);
    failed += cmocka_run_group_tests_name("depth", tests, NULL, NULL);
    return failed;
}
