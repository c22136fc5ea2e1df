/* test_csv.c - tables in text: delimiters, quotes, headers, as rows and as records. */
#include "blocks.h"
#include "support/test.h"

#include <string.h>

#include "parse/records.h"

static const blocks_row rows[] = {
    {"commas", ANC_STR_INIT("Name,Age\nAda,36\nBob,25\n"),
     "row* Name | Age\nrow Ada | 36\nrow Bob | 25\n"},
    {"semicolons, with commas in numbers", ANC_STR_INIT("a;b\n1,5;2,5\n3,5;4,5\n"),
     "row* a | b\nrow 1,5 | 2,5\nrow 3,5 | 4,5\n"},
    {"tabs", ANC_STR_INIT("a\tb\n1\t2, 3\n"), "row* a | b\nrow 1 | 2, 3\n"},
    {"bars", ANC_STR_INIT("a|b|c\n1|2|3\n"), "row* a | b | c\nrow 1 | 2 | 3\n"},
    {"a declared delimiter", ANC_STR_INIT("sep=;\r\na;b\r\n1;2\r\n"), "row* a | b\nrow 1 | 2\n"},
    {"line ends of all kinds", ANC_STR_INIT("a,b\r1,2\r\n3,4\n5,6"),
     "row* a | b\nrow 1 | 2\nrow 3 | 4\nrow 5 | 6\n"},
    {"quotes", ANC_STR_INIT("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n \"q\" ,\"w\"z\n"),
     "row* a | b\nrow x, y | say \"hi\"\nrow q | wz\n"},
    {"line ends inside quotes", ANC_STR_INIT("a,b\n\"one\r\ntwo\n\nthree\",2\n"),
     "row* a | b\nrow one two three | 2\n"},
    {"a quote that nothing closes", ANC_STR_INIT("a,b\n\"open,2\n3,4\n"),
     "row* a | b\nrow \"open | 2\nrow 3 | 4\n"},
    {"a quote inside a cell", ANC_STR_INIT("a,b\n3\" pipe,2\n"), "row* a | b\nrow 3\" pipe | 2\n"},
    {"empty cells and rows", ANC_STR_INIT("a,b,c\n,,\n\n1,,3\n"), "row* a | b | c\nrow 1 |  | 3\n"},
    {"a header with a number among words", ANC_STR_INIT("name,0,year\nlamp,5,2020\n"),
     "row* name | 0 | year\nrow lamp | 5 | 2020\n"},
    {"a header of years", ANC_STR_INIT("country,2019,2020\nMali,7.5,8\n"),
     "row* country | 2019 | 2020\nrow Mali | 7.5 | 8\n"},
    {"rows of words and numbers, no header", ANC_STR_INIT("Ann,30,1990\nBob,25,1985\n"),
     "row Ann | 30 | 1990\nrow Bob | 25 | 1985\n"},
    {"rows that count on, no header", ANC_STR_INIT("Ann,1,2\nBob,2,3\n"),
     "row Ann | 1 | 2\nrow Bob | 2 | 3\n"},
    {"no header", ANC_STR_INIT("1,2\n3,4\n"), "row 1 | 2\nrow 3 | 4\n"},
    {"one row", ANC_STR_INIT("a,b\n"), "row a | b\n"},
    {"a title above", ANC_STR_INIT("Sales of 2023\n\nName,Age\nAda,36\nBob,25\n"),
     "p Sales of 2023\nrow* Name | Age\nrow Ada | 36\nrow Bob | 25\n"},
    {"one column", ANC_STR_INIT("Name\nAda\nBob\n"), "row* Name\nrow Ada\nrow Bob\n"},
    {"nothing", ANC_STR_INIT(""), ""},
    {"rows of other lengths", ANC_STR_INIT("a,b\n1\n2,3,4\n5,6\n"),
     "row* a | b\nrow 1 |\nrow 2 | 3 | 4\nrow 5 | 6\n"},
    {"Shift-JIS",
     ANC_STR_INIT("\x96\xBC\x91\x4F,\x94\x4E\x97\xEE\n\x8D\xB2\x93\xA1\x91\xBE\x98\x59,30\n"),
     "row* \xE5\x90\x8D\xE5\x89\x8D | \xE5\xB9\xB4\xE9\xBD\xA2\n"
     "row \xE4\xBD\x90\xE8\x97\xA4\xE5\xA4\xAA\xE9\x83\x8E | 30\n"},
};

static void tables(void **state)
{
    check_blocks(PRS_CSV, *state);
}

static void columns_without_end_are_refused(void **state)
{
    (void)state;
    ANC_BUF(source, 64 << 20);
    assert_true(anc_buf_reserve(&source, 32 << 20));
    memset(source.ptr, ',', 32 << 20);
    source.len = 32 << 20;
    check_refusal(PRS_CSV, ANC_LIMIT,
                  &(blocks_row){"", anc_buf_view(&source), "row 1 has more than 10000 columns"});
}

static anc_status on_record(void *self, uint64_t number, const prs_field *fields, size_t n,
                            anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "%llu:", (unsigned long long)number);
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(self, " %.*s=%.*s", ANC_FMT(fields[i].name), ANC_FMT(fields[i].value));
    (void)anc_buf_add_char(self, '\n');
    return number == 3 ? ANC_FAIL(err, ANC_CANCELLED, "enough") : ANC_OK;
}

static const blocks_row record_rows[] = {
    {"named by the header", ANC_STR_INIT("a,,c\n1,2,3\n4\n"), "1: a=1 column 2=2 c=3\n2: a=4\n"},
    {"more cells than names", ANC_STR_INIT("a,b\n1,2,3\n1,2\n"),
     "1: a=1 b=2 column 3=3\n2: a=1 b=2\n"},
    {"named by a header with a number", ANC_STR_INIT("name,0,year\nlamp,5,2020\n"),
     "1: name=lamp 0=5 year=2020\n"},
    {"without a header", ANC_STR_INIT("1;2\n3;4\n"),
     "1: column 1=1 column 2=2\n2: column 1=3 column 2=4\n"},
    {"a title above is no record", ANC_STR_INIT("Title\na,b\n1,2\n3,4\n"),
     "1: a=1 b=2\n2: a=3 b=4\n"},
};

static void records(void **state)
{
    const blocks_row *row = *state;
    ANC_BUF(out, 1 << 16);
    anc_err err = {0};
    const prs_limits limits = prs_limits_default();
    const prs_record_sink sink = {.record = on_record, .self = &out};
    ASSERT_OK(prs_records(PRS_CSV, row->source, &limits, &sink, &err), &err);
    assert_string_equal(out.ptr, row->lines);
}

static void a_sink_ends_the_reading(void **state)
{
    (void)state;
    ANC_BUF(out, 1 << 16);
    anc_err err = {0};
    const prs_limits limits = prs_limits_default();
    const prs_record_sink sink = {.record = on_record, .self = &out};
    assert_int_equal(
        prs_records(PRS_CSV, ANC_STR("a,b\n1,2\n1,2\n1,2\n1,2\n"), &limits, &sink, &err),
        ANC_CANCELLED);
    assert_int_equal(prs_records(PRS_TEXT, ANC_STR("a"), &limits, &sink, &err), ANC_UNSUPPORTED);
    assert_false(prs_has_records(PRS_TEXT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_without_end_are_refused),
        cmocka_unit_test(a_sink_ends_the_reading),
    };
    int failed = RUN_TABLE("tables", rows, tables);
    failed += RUN_TABLE("records", record_rows, records);
    failed += cmocka_run_group_tests_name("csv", tests, NULL, NULL);
    return failed;
}
