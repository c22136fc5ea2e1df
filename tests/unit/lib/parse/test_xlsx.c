/* test_xlsx.c - workbooks: cells of every type as they are shown, sheets in order, headers, records, and
 * what is far away, damaged or a bomb. */
#include "blocks.h"
#include "support/test.h"
#include "zips.h"

#include <stdio.h>
#include <string.h>

#include "parse/records.h"
#include "xlsx_impl.h"

enum { ARCHIVE_BYTES = 4 << 20, PART_BYTES = 16 << 20 };

#define X "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define SHEET(rows)        \
    "<worksheet xmlns='" X \
    "'><sheetData>" rows "</sheetData></worksheet>"
#define MERGED(rows, merges) \
    "<worksheet xmlns='" X   \
    "'><sheetData>" rows "</sheetData><mergeCells>" merges "</mergeCells></worksheet>"
#define TEXT(s) "<c t='inlineStr'><is><t>" s "</t></is></c>"

#define WORKBOOK(state_of_second)                                                               \
    "<workbook xmlns='" X                                                                       \
    "' xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>"          \
    "<workbookPr/><sheets><sheet name='First' sheetId='2' r:id='rId2'/>"                        \
    "<sheet name='Secret' sheetId='1' state='veryHidden' r:id='rId1'/>"                         \
    "<sheet name='Second' sheetId='3' state='" state_of_second "' r:id='rId1'/>"                \
    "<sheet name='Chart' sheetId='4' r:id='rId3'/><sheet name='Gone' sheetId='5' r:id='rId9'/>" \
    "</sheets></workbook>"

#define RELATION \
    "<Relationship Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

static const char *const relations =
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>" RELATION
    "worksheet' Id='rId1' Target='worksheets/b.xml'/>" RELATION
    "worksheet' Id='rId2' Target='/xl/worksheets/a.xml'/>" RELATION
    "chartsheet' Id='rId3' Target='c.xml'/></Relationships>";

static const char *const strings = "<sst xmlns='" X
"'><si><t>zero</t></si><si><r><t>rich </t></r><r><rPr/><t>text</t></r><rPh>"
    "<t>spoken</t></rPh></si><si><t>a_x000A_b _x00zz_</t></si></sst>";

static const char *const styles = "<styleSheet xmlns='" X
"'><numFmts><numFmt numFmtId='164' formatCode='0.000'/></numFmts>"
    "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/>"
    "<xf numFmtId='164'/><xf numFmtId='22'/><xf numFmtId='9'/></cellXfs></styleSheet>";

/* `second` may be NULL. */
static void make_book(const char *workbook, const char *first, const char *second, anc_buf *out)
{
    zips_entry entries[7] = {
        {.name = "[Content_Types].xml",
         .content = ANC_STR("<Types><Override ContentType='application/vnd.openxmlformats-"
                            "officedocument.spreadsheetml.sheet.main+xml'/></Types>")},
        {.name = "xl/workbook.xml", .content = anc_str_of(workbook)},
        {.name = "xl/_rels/workbook.xml.rels", .content = anc_str_of(relations)},
        {.name = "xl/sharedStrings.xml", .content = anc_str_of(strings)},
        {.name = "xl/styles.xml", .content = anc_str_of(styles)},
        {.name = "xl/worksheets/a.xml", .content = anc_str_of(first)},
        {.name = "xl/worksheets/b.xml", .content = anc_str_of(second)},
    };
    if (second == NULL)
        entries[6].name = NULL;
    zips_make(entries, ANC_COUNT(entries), out);
}

/* A workbook whose first sheet is `first`; `second` may be NULL. */
static void make(const char *first, const char *second, anc_buf *out)
{
    make_book(WORKBOOK("visible"), first, second, out);
}

typedef struct sheet_row {
    const char *name;
    const char *first;
    const char *second;
    const char *lines;
} sheet_row;

static const sheet_row rows[] = {
    {"types of cells",
     SHEET(
         "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c t='str'><f>x</f>"
         "<v>formula</v></c>" TEXT("in") "<c t='s'><v>99</v></c><c t='s'><v>2</v></c></row>"
                                         "<row><c><v>1</v></c><c "
                                         "t='n'><v>0.30000000000000004</v></c><c t='b'><v>1</v></c>"
                                         "<c t='e'><v>#DIV/0!</v></c><c><f>A1</f><v>7</v></c><c "
                                         "t='d'><v>2024-01-02</v></c></row>"),
     NULL,
     "h2 First\nrow* zero | rich text | formula | in |  | a b _x00zz_\n"
     "row 1 | 0.3 | true | #DIV/0! | 7 | 2024-01-02\n"},
    {"numbers as they are shown",
     SHEET("<row>" TEXT("n") TEXT(
         "m") "</row><row><c s='1'><v>45293</v></c><c s='2'><v>1.5</v></c>"
              "<c s='3'><v>45293.5</v></c><c s='4'><v>0.25</v></c><c s='99'><v>1e3</v></c></row>"),
     NULL, "h2 First\nrow* n | m\nrow 2024-01-02 | 1.500 | 2024-01-02 12:00:00 | 25% | 1000\n"},
    {"two sheets", SHEET("<row>" TEXT("a") TEXT("b") "</row>"),
     SHEET("<row>" TEXT("c") TEXT("d") "</row>"), "h2 First\nrow* a | b\nh2 Second\nrow* c | d\n"},
    {"a title above the table, empty rows, empty columns",
     SHEET("<row/><row><c r='B2' t='str'><v>Report</v></c></row><row r='3'><c r='A3' s='1'/></row>"
           "<row><c r='C4' t='str'><v>x</v></c><c r='E4' t='str'><v>y</v></c></row><row><c r='D5'>"
           "<v>5</v></c></row><row><c r='B6'><v>6</v></c><c r='C6'><v>7</v></c></row>"),
     NULL, "h2 First\np Report\nrow* x |  | y\nrow | 5 |\nrow 6 | 7 |\n"},
    {"cells that are empty at the end of a row",
     SHEET("<row>" TEXT("Asset") TEXT("Value") TEXT("Remarks")
               TEXT("By") "</row><row>" TEXT("Generator") "<c><v>12500</v></c></row><row>" TEXT(
                   "Hoist") "<c><v>7</v></c><c/>" TEXT("Eve") "</row>"),
     NULL,
     "h2 First\nrow* Asset | Value | Remarks | By\nrow Generator | 12500 |  |\n"
     "row Hoist | 7 |  | Eve\n"},
    {"a row of far fewer cells than the header",
     SHEET("<row>" TEXT("a") "<c r='S1' t='str'><v>s</v></c></row><row>" TEXT("b") "</row>"), NULL,
     "h2 First\nrow* a | s\nrow b |\n"},
    {"a list", SHEET("<row>" TEXT("a") "</row><row>" TEXT("b") "</row>"), NULL,
     "h2 First\nrow* a\nrow b\n"},
    {"a long list",
     SHEET("<row>" TEXT("a") "</row><row>" TEXT("b") "</row><row>" TEXT("c") "</row><row>" TEXT(
         "d") "</row><row>" TEXT("e") "</row>"),
     NULL, "h2 First\nrow* a\nrow b\nrow c\nrow d\nrow e\n"},
    {"figures alone", SHEET("<row><c><v>1</v></c><c><v>2</v></c></row>"), NULL,
     "h2 First\nrow 1 | 2\n"},
    {"far to the right", SHEET("<row>" TEXT("a") "<c r='XFD1' t='str'><v>z</v></c></row>"), NULL,
     "h2 First\nrow* a | z\n"},
    {"cells out of order", SHEET("<row><c r='B1'><v>1</v></c><c r='A1'><v>2</v></c></row>"), NULL,
     "h2 First\np 1\n"},
    {"a cell over several rows is said in each",
     MERGED("<row r='1'>" TEXT("Hall") TEXT("Bay") TEXT("Load")
                TEXT("By") "</row><row r='2'>" TEXT("North") TEXT("1") "<c><v>5</v></c>" TEXT(
                    "Eve") "</row><row r='3'><c r='A3' s='1'/><c r='B3' "
                           "t='str'><v>2</v></c><c r='C3'><v>6</v></c></row><row r='5'><c r='B5' "
                           "t='str'><v>3</v></c></row><row r='7'><c r='A7' t='str'><v>South</v></c>"
                           "<c r='B7'><v>4</v></c></row>",
            "<mergeCell ref='D2:D3'/><mergeCell ref='A2:A6'/><mergeCell ref='A7:B7'/>"),
     NULL,
     "h2 First\nrow* Hall | Bay | Load | By\nrow North | 1 | 5 | Eve\nrow North | 2 | 6 | Eve\n"
     "row North | 3 |  |\nrow South | 4 |  |\n"},
    {"a header of two rows",
     MERGED("<row>" TEXT("Name")
                TEXT("Points") "</row><row><c r='A2'/><c r='B2' t='str'><v>won</v></c>"
                               "<c r='C2' t='str'><v>lost</v></c></row><row>" TEXT(
                                   "Ada") "<c><v>1</v></c><c><v>2</v></c></row>",
            "<mergeCell ref='A1:A2'/><mergeCell ref='B1:C1'/>"),
     NULL, "h2 First\nrow* Name | Points\nrow Name | won | lost\nrow Ada | 1 | 2\n"},
    {"merged cells that are none",
     MERGED("<row>" TEXT("a") TEXT("b") "</row><row>" TEXT("c") "</row>",
            "<mergeCell/><mergeCell ref='A1'/><mergeCell ref='A2:A1'/><mergeCell ref='1:2'/>"
            "<mergeCell ref='ABCDE1:ABCDE9'/><mergeCell ref='B1:B99999999999999999999'/>"),
     NULL, "h2 First\nrow* a | b\nrow c |\n"},
    {"nothing", SHEET(""), NULL, ""},
};

static void workbooks(void **state)
{
    const sheet_row *row = *state;
    ANC_BUF(archive, ARCHIVE_BYTES);
    make(row->first, row->second, &archive);
    check_document(PRS_XLSX, &(blocks_row){row->name, anc_buf_view(&archive), row->lines});
}

typedef struct number_row {
    const char *name; /* the code of the format */
    const char *value, *shown;
    bool since_1904;
} number_row;

static const number_row numbers[] = {
    {"General", "0.1", "0.1", false},
    {"General", "12345678901234", "12345678901234", false},
    {"General", "1e300", "1e300", false},
    {"General", "no number", "no number", false},
    {"0", "2.5", "2", false},
    {"#,##0.00 \"m\"", "-1234.5", "-1234.50", false},
    {"[Red]0.0%;(0.0%)", "0.256", "25.6%", false},
    {"0.00E+00", "1234", "1234", false},
    {"# ?/?", "0.5", "0.5", false},
    {"@", "5", "5", false},
    {"yyyy-mm-dd", "1", "1900-01-01", false},
    {"d.m.yy", "59", "1900-02-28", false},
    {"d.m.yy", "61", "1900-03-01", false},
    {"[$-407]dddd", "45351", "2024-02-29", false},
    {"mmm", "0", "1904-01-01", true},
    {"dd/mm/yyyy hh:mm", "45351.75", "2024-02-29 18:00:00", false},
    {"yyyy", "45351.999999", "2024-03-01", false},
    {"hh:mm:ss", "0.5", "12:00:00", false},
    {"[h]:mm", "2.25", "54:00:00", false},
    {"yyyy", "-1", "-1", false},
    {"yyyy", "2958465", "9999-12-31", false},
    {"yyyy", "2958466", "2958466", false},
};

static void numbers_are_shown(void **state)
{
    const number_row *row = *state;
    char out[PRS_NUMBER_BYTES];
    const anc_str got = prs_number_show(
        anc_str_of(row->value), prs_number_format_of(anc_str_of(row->name)), row->since_1904, out);
    if (!anc_str_eq(got, anc_str_of(row->shown)))
        fail_msg("%s of %s is %.*s", row->name, row->value, ANC_FMT(got));
}

/* ---- records ------------------------------------------------------------------------------------ */

static void hidden_sheets_are_left_out_and_named(void **state)
{
    (void)state;
    ANC_BUF(archive, ARCHIVE_BYTES);
    make_book(WORKBOOK("hidden"), SHEET("<row>" TEXT("a") TEXT("b") "</row>"),
              SHEET("<row>" TEXT("secret") TEXT("d") "</row>"), &archive);
    check_document(PRS_XLSX, &(blocks_row){"hidden", anc_buf_view(&archive),
                                           "hidden_sheets=Second\nh2 First\nrow* a | b\n"});
}

static void rows_are_records(void **state)
{
    (void)state;
    ANC_BUF(archive, ARCHIVE_BYTES);
    ANC_BUF(out, 1000);
    anc_err err = {0};
    const prs_limits limits = prs_limits_default();
    const prs_record_sink sink = {.record = write_record, .self = &out};
    make(SHEET("<row>" TEXT("Title") "</row><row>" TEXT(
             "a") "<c r='C1' t='str'><v>c</v></c></row>"
                  "<row><c><v>1</v></c><c s='1'><v>1</v></c></row><row><c r='E1' t='b'><v>0</v></c>"
                  "</row>"),
         SHEET("<row>" TEXT("x") TEXT("y") "</row><row>" TEXT("z") "</row>"), &archive);
    assert_true(prs_has_records(PRS_XLSX));
    ASSERT_OK(prs_records(PRS_XLSX, anc_buf_view(&archive), &limits, &sink, &err), &err);
    assert_string_equal(out.ptr, "1: a=1(1) column 2=1900-01-01(0)\n2: column 5=false(2)\n"
                                 "3: x=z(0)\n");
}

/* ---- what has an end ---------------------------------------------------------------------------- */

typedef struct bomb_row {
    const char *name;
    const char *begin, *repeated, *end;
    size_t bytes;
    anc_status status;
    const char *text;
} bomb_row;

static const bomb_row bombs[] = {
    {"a column too many",
     "<worksheet xmlns='" X "'><sheetData><row><c r='XFE1' t='str'><v>x</v></c>", "",
     "</row></sheetData></worksheet>", 0, ANC_LIMIT, "more than 16384 columns"},
    {"a hundred million columns by name",
     "<worksheet xmlns='" X "'><sheetData><row><c r='ZZZZZZ1' t='str'><v>x</v></c>", "",
     "</row></sheetData></worksheet>", 0, ANC_LIMIT, "more than 16384 columns"},
    {"columns without end", "<worksheet xmlns='" X "'><sheetData><row>", "<c><v>1</v></c>",
     "</row></sheetData></worksheet>", 1 << 20, ANC_LIMIT, "more than 16384 columns"},
    {"a large cell", "<worksheet xmlns='" X "'><sheetData><row><c t='str'><v>",
     "no number of blanks ", "</v></c></row></sheetData></worksheet>", 2 << 20, ANC_LIMIT,
     "a cell"},
    {"cut short", "<worksheet xmlns='" X "'><sheetData><row>", "", "", 0, ANC_INVALID,
     "it ends too early"},
    {"entities", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;", "", "</x>", 0, ANC_INVALID,
     "declares entities"},
    {"rows without cells pass", "<worksheet xmlns='" X "'><sheetData>", "<row r='1048577'/>",
     "</sheetData></worksheet>", 1 << 20, ANC_OK, ""},
    {"cells without values pass", "<worksheet xmlns='" X "'><sheetData><row>", "<c s='1'/>",
     "</row></sheetData></worksheet>", 1 << 20, ANC_OK, ""},
};

static anc_status ignore(void *self, const prs_block *block, anc_err *err)
{
    (void)self;
    (void)block;
    (void)err;
    return ANC_OK;
}

static void bombs_end_early(void **state)
{
    const bomb_row *row = *state;
    ANC_BUF(sheet, PART_BYTES);
    ANC_BUF(archive, ARCHIVE_BYTES);
    anc_err err = {0};
    prs_result result;
    prs_limits limits = prs_limits_default();
    limits.ratio = 5000;
    const prs_sink sink = {.block = ignore};
    (void)anc_buf_add(&sheet, anc_str_of(row->begin));
    while (sheet.len < row->bytes)
        (void)anc_buf_add(&sheet, anc_str_of(row->repeated));
    (void)anc_buf_add(&sheet, anc_str_of(row->end));
    make(sheet.ptr, NULL, &archive);
    assert_int_equal(prs_parse(PRS_XLSX, anc_buf_view(&archive), &limits, &sink, &result, &err),
                     row->status);
    if (strstr(err.text, row->text) == NULL)
        fail_msg("the error is \"%s\"", err.text);
}

static void what_is_no_workbook_is_said(void **state)
{
    (void)state;
    const zips_entry entry = {.name = "a", .content = ANC_STR("b")};
    ANC_BUF(archive, ARCHIVE_BYTES);
    zips_make(&entry, 1, &archive);
    check_refusal(PRS_XLSX, ANC_INVALID,
                  &(blocks_row){"", anc_buf_view(&archive), "holds no workbook"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hidden_sheets_are_left_out_and_named),
        cmocka_unit_test(rows_are_records),
        cmocka_unit_test(what_is_no_workbook_is_said),
    };
    int failed = RUN_TABLE("xlsx", rows, workbooks);
    failed += RUN_TABLE("numbers", numbers, numbers_are_shown);
    failed += RUN_TABLE("bombs", bombs, bombs_end_early);
    failed += cmocka_run_group_tests_name("workbooks", tests, NULL, NULL);
    return failed;
}
