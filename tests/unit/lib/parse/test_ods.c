/* test_ods.c - spreadsheets of OpenDocument: cells as they are shown, what is repeated, records, and what
 * is far away or a bomb. */
#include "blocks.h"
#include "support/test.h"
#include "zips.h"

#include <string.h>

#include "parse/records.h"

enum { ARCHIVE_BYTES = 1 << 20 };

#define NS(x) "urn:oasis:names:tc:opendocument:xmlns:" x ":1.0'"
#define BOOK(sheets)                                                                               \
    "<office:document-content xmlns:office='" NS("office") " xmlns:text='" NS(                     \
        "text") " xmlns:style='" NS("style") " xmlns:table='" NS("table") "><office:body><office:" \
                                                                          "spreadsheet>" sheets    \
                                                                          "</"                     \
                                                                          "office:spreadsheet></"  \
                                                                          "office:body></"         \
                                                                          "office:document-"       \
                                                                          "content>"
#define SHEET(name, rows) "<table:table table:name='" name "'>" rows "</table:table>"
#define ROW(cells)        "<table:table-row>" cells "</table:table-row>"
#define REPEATED(n, cells) \
    "<table:table-row table:number-rows-repeated='" n "'>" cells "</table:table-row>"
#define CELL(text) "<table:table-cell><text:p>" text "</text:p></table:table-cell>"
#define TIMES(n, s) \
    "<table:table-cell table:number-columns-repeated='" n "'>" s "</table:table-cell>"

static zips_entry const mimetype = {
    .name = "mimetype",
    .content = ANC_STR_INIT("application/vnd.oasis.opendocument.spreadsheet"),
    .stored = true};

static void make(const char *content, anc_buf *out)
{
    const zips_entry entries[] = {mimetype,
                                  {.name = "content.xml", .content = anc_str_of(content)}};
    zips_make(entries, ANC_COUNT(entries), out);
}

typedef struct ods_row {
    const char *name;
    const char *content;
    anc_status status;
    const char *lines; /* or what the error holds */
} ods_row;

static const ods_row rows[] = {
    {"types of cells",
     BOOK(SHEET("S", ROW(CELL("a") CELL("b")) ROW(
                         "<table:table-cell office:value-type='float' office:value='1234.5'>"
                         "<text:p>1.234,50</text:p></table:table-cell>"
                         "<table:table-cell office:value-type='date' office:date-value="
                         "'2024-01-02'><text:p>2. Januar</text:p></table:table-cell>"
                         "<table:table-cell office:value-type='date' office:date-value="
                         "'2024-01-02T10:30:00.5'/><table:table-cell office:value-type='boolean' "
                         "office:boolean-value='true'><text:p>WAHR</text:p></table:table-cell>"
                         "<table:table-cell office:value-type='float' office:value='7'/>"
                         "<table:table-cell office:string-value='s'/>"))),
     ANC_OK, "h2 S\nrow* a | b\nrow 1.234,50 | 2024-01-02 | 2024-01-02 10:30:00 | true | 7 | s\n"},
    {"what stands in a cell",
     BOOK(SHEET("S", ROW(CELL("a<text:s text:c='2'/>b<text:line-break/>c</text:p><text:p>d")
                             CELL("x") "<table:table-cell><office:annotation><text:p>note</text:p>"
                                       "</office:annotation><text:p>y</text:p></table:table-cell>"
                                       "<table:covered-table-cell><text:p>hidden</text:p>"
                                       "</table:covered-table-cell>" CELL("z")))),
     ANC_OK, "h2 S\nrow* a b c d | x | y |  | z\n"},
    {"two sheets, one of them empty",
     BOOK(SHEET("A", ROW(CELL("a") CELL("b"))) SHEET("B", "") SHEET("C", ROW(CELL("c") CELL("d")))),
     ANC_OK, "h2 A\nrow* a | b\nh2 C\nrow* c | d\nempty_sheets=2\n"},
    {"sheets without rows before others are told by number",
     BOOK(SHEET("A", "") SHEET("B", ROW(CELL("b") CELL("c"))) SHEET("C", "") SHEET(
         "D", ROW("<table:table-cell/>")) SHEET("E", ROW(CELL("d") CELL("e"))) SHEET("F", "")),
     ANC_OK, "h2 B\nrow* b | c\nh2 E\nrow* d | e\nempty_sheets=1, 3, 4\n"},
    {"hidden sheets are left out and named",
     BOOK("<office:automatic-styles><style:style style:name='ta1'><style:table-properties "
          "table:display='true'/></style:style><style:style style:name='ta2'>"
          "<style:table-properties table:display='false'/></style:style>"
          "</office:automatic-styles>" SHEET("A' table:style-name='ta1", ROW(CELL("a") CELL("b")))
              SHEET("B' table:style-name='ta2", ROW(CELL("secret") CELL("x")))
                  SHEET("C", ROW(CELL("c") CELL("d")))),
     ANC_OK, "h2 A\nrow* a | b\nh2 C\nrow* c | d\nhidden_sheets=B\n"},
    {"what is repeated",
     BOOK(SHEET("A", ROW(TIMES("2", "<text:p>h</text:p>") TIMES("16000", ""))
                         REPEATED("1048000", TIMES("16384", ""))
                             REPEATED("2", TIMES("4294967295", "") TIMES("0", ""))
                                 REPEATED("2", TIMES("1", "") CELL("x")))),
     ANC_OK, "h2 A\nrow* h | h\nrow | x\nrow | x\n"},
    {"a cell over several rows is said in each",
     BOOK(SHEET("S", ROW(CELL("Hall") CELL("Bay") CELL("By")) ROW(
                         "<table:table-cell table:number-rows-spanned='4'><text:p>North</text:p>"
                         "</table:table-cell>" CELL("1") CELL("Eve"))
                         ROW("<table:covered-table-cell/>" CELL("2")) REPEATED(
                             "2", "<table:covered-table-cell/>") ROW(CELL("South") CELL("3")))),
     ANC_OK, "h2 S\nrow* Hall | Bay | By\nrow North | 1 | Eve\nrow North | 2 |\nrow South | 3 |\n"},
    {"a cell a hundred million times",
     BOOK(SHEET("A", ROW(TIMES("100000000", "<text:p>x</text:p>")))), ANC_LIMIT,
     "more than 16384 columns"},
    {"a row four thousand million times",
     BOOK(SHEET("A", ROW(CELL("a") CELL("b")) REPEATED("4294967295", CELL("x")))), ANC_LIMIT,
     "more than 2000000 blocks"},
    {"cut short", "<office:document-content", ANC_INVALID, "content.xml is not well-formed"},
    {"entities", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ANC_INVALID, "declares entities"},
};

static void sheets(void **state)
{
    const ods_row *row = *state;
    ANC_BUF(archive, ARCHIVE_BYTES);
    make(row->content, &archive);
    const blocks_row got = {row->name, anc_buf_view(&archive), row->lines};
    if (row->status == ANC_OK)
        check_document(PRS_ODS, &got);
    else
        check_refusal(PRS_ODS, row->status, &got);
}

static void rows_are_records(void **state)
{
    (void)state;
    ANC_BUF(archive, ARCHIVE_BYTES);
    ANC_BUF(out, 1000);
    anc_err err = {0};
    const prs_limits limits = prs_limits_default();
    const prs_record_sink sink = {.record = write_record, .self = &out};
    make(BOOK(SHEET("A", ROW(CELL("a") CELL("b"))
                             REPEATED("2", CELL("x") "<table:table-cell office:value-type='float' "
                                                     "office:value='7'/>"))),
         &archive);
    ASSERT_OK(prs_records(PRS_ODS, anc_buf_view(&archive), &limits, &sink, &err), &err);
    assert_string_equal(out.ptr, "1: a=x(0) b=7(1)\n2: a=x(0) b=7(1)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_records)};
    int failed = RUN_TABLE("ods", rows, sheets);
    failed += cmocka_run_group_tests_name("records", tests, NULL, NULL);
    return failed;
}
