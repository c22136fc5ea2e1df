/* ods.c - spreadsheets of OpenDocument: sheets in order, cells as they are shown.
 *
 * A cell has its value and, in paragraphs, how it is shown. Dates are taken from the value, all others
 * as they are shown. What is repeated is repeated where it says something; nothing, however often, is
 * nothing. A cell over several rows is said in each of them. Notes of cells are left out, and sheets that are hidden,
 * whose names are the property "hidden_sheets".
 */
#include "odf_impl.h"
#include "sheet_impl.h"
#include "texts_impl.h"

enum {
    TABLE = 1,
    ROW,
    CELL,
    COVERED,
    P,
    S,
    TAB,
    BREAK,
    ANNOTATION,
    NAME,
    ROWS_REPEATED,
    COLUMNS_REPEATED,
    ROWS_SPANNED,
    COUNT,
    VALUE_TYPE,
    VALUE,
    DATE_VALUE,
    BOOLEAN_VALUE,
    STRING_VALUE,
    STYLE,
    STYLE_NAME,
    TABLE_PROPERTIES,
    TABLE_STYLE,
    DISPLAY
};

enum {
    VALUE_BYTES = 1 << 20,
    DATE_BYTES = 10,
    MOST_BLANKS = 1000,
    STYLE_BYTES = 500,
    STYLES_BYTES = 1 << 20
};

static const prs_xml_name names[] = {
    {"table:table", TABLE},
    {"table:table-row", ROW},
    {"table:table-cell", CELL},
    {"table:covered-table-cell", COVERED},
    {"text:p", P},
    {"text:h", P},
    {"text:s", S},
    {"text:tab", TAB},
    {"text:line-break", BREAK},
    {"office:annotation", ANNOTATION},
    {"table:name", NAME},
    {"table:number-rows-repeated", ROWS_REPEATED},
    {"table:number-columns-repeated", COLUMNS_REPEATED},
    {"table:number-rows-spanned", ROWS_SPANNED},
    {"text:c", COUNT},
    {"office:value-type", VALUE_TYPE},
    {"office:value", VALUE},
    {"office:date-value", DATE_VALUE},
    {"office:boolean-value", BOOLEAN_VALUE},
    {"office:string-value", STRING_VALUE},
    {"style:style", STYLE},
    {"style:name", STYLE_NAME},
    {"style:table-properties", TABLE_PROPERTIES},
    {"table:style-name", TABLE_STYLE},
    {"table:display", DISPLAY},
};

typedef struct book {
    prs_emitter *e;
    const prs_sheet_sink *sink;
    prs_sheet_row row;
    unsigned tables; /* open; a table inside a cell is a part of the cell */
    unsigned notes;  /* open annotations and what is in them */
    bool in_cell, covered;
    bool is_hidden;   /* the open sheet is */
    prs_texts hiding; /* the names of styles whose sheets are hidden */
    anc_buf style;    /* the name of the last one */
    anc_buf hidden;   /* the names of sheets that are */
    uint32_t column, columns_repeated, rows_repeated;
    uint64_t line; /* rows of the sheet before the one at hand */
    prs_sheet_spans spans;
    prs_value_kind kind;
    bool fixed;    /* the value stands, whatever is shown */
    anc_buf value; /* of the cell, where nothing is shown */
    anc_buf shown;
} book;

static bool add(book *b, anc_buf *to, anc_str s)
{
    return anc_buf_add(to, s) || prs_emit_fail(b->e, anc_buf_status(to, "a cell", b->e->err));
}

static uint32_t number_or_one(const prs_xml_attributes *a, unsigned id)
{
    uint32_t n;
    return prs_xml_number(a, id, &n) && n > 0 ? n : 1;
}

/* "2024-01-02T10:30:00" as "2024-01-02 10:30:00"; without a time as it is. */
static bool add_date(book *b, anc_str date)
{
    if (date.len <= DATE_BYTES || date.ptr[DATE_BYTES] != 'T')
        return add(b, &b->value, date);
    anc_str time = anc_str_sub(date, DATE_BYTES + 1, date.len);
    time = anc_str_sub(time, 0, anc_str_find(time, ANC_STR(".")));
    return add(b, &b->value, anc_str_sub(date, 0, DATE_BYTES)) && add(b, &b->value, ANC_STR(" ")) &&
           add(b, &b->value, time);
}

static bool begin_cell(book *b, unsigned id, const prs_xml_attributes *a)
{
    const anc_str type = prs_xml_attribute(a, VALUE_TYPE), date = prs_xml_attribute(a, DATE_VALUE);
    b->in_cell = true;
    b->covered = id == COVERED;
    b->columns_repeated = number_or_one(a, COLUMNS_REPEATED);
    if (!b->covered)
        prs_sheet_spans_add(&b->spans, b->column, b->line + number_or_one(a, ROWS_SPANNED) - 1);
    anc_buf_clear(&b->value);
    anc_buf_clear(&b->shown);
    b->fixed = date.len > 0;
    b->kind = PRS_VALUE_TEXT;
    if (b->fixed)
        return add_date(b, date);
    if (anc_str_eq(type, ANC_STR("float")))
        b->kind = PRS_VALUE_NUMBER;
    if (anc_str_eq(type, ANC_STR("boolean"))) {
        b->kind = PRS_VALUE_BOOL;
        b->fixed = true;
        return add(b, &b->value, prs_xml_attribute(a, BOOLEAN_VALUE));
    }
    const anc_str text = prs_xml_attribute(a, STRING_VALUE);
    return add(b, &b->value, text.len > 0 ? text : prs_xml_attribute(a, VALUE));
}

/* Adds the cell as often as it says. */
static bool end_cell(book *b)
{
    const anc_buf *text = b->fixed || b->shown.len == 0 ? &b->value : &b->shown;
    const anc_str s = anc_str_trim(anc_buf_view(text));
    b->in_cell = false;
    prs_sheet_spans_note(&b->spans, b->column, b->kind, s);
    if (s.len > 0 && !b->covered && !prs_sheet_spans_reach(&b->spans, &b->row, b->column, b->e))
        return false;
    if (s.len > 0 && !b->covered)
        for (uint32_t i = 0; i < b->columns_repeated; i++)
            if (!prs_sheet_row_add(&b->row, b->column + i, b->kind, s, b->e))
                return false;
    const uint32_t most = PRS_SHEET_COLUMNS;
    const uint32_t by = b->columns_repeated < most ? b->columns_repeated : most;
    b->column = b->column + by < most ? b->column + by : most;
    return true;
}

static bool end_row(book *b)
{
    b->line += b->rows_repeated;
    if (b->row.n == 0 || b->is_hidden)
        return true;
    if (!prs_sheet_spans_reach(&b->spans, &b->row, PRS_SHEET_COLUMNS, b->e))
        return false;
    for (uint32_t i = 0; i < b->rows_repeated; i++)
        if (!prs_emit_may_go_on(b->e) || !b->sink->row(b->sink->self, &b->row))
            return false;
    return true;
}

static bool add_blanks(book *b, const prs_xml_attributes *a)
{
    uint32_t n = number_or_one(a, COUNT);
    n = n < MOST_BLANKS ? n : MOST_BLANKS;
    while (n-- > 0)
        if (!add(b, &b->shown, ANC_STR(" ")))
            return false;
    return true;
}

static bool begin_in_cell(book *b, unsigned id, const prs_xml_attributes *a)
{
    if (id == S)
        return add_blanks(b, a);
    const bool parts = id == TAB || id == BREAK || (id == P && b->shown.len > 0);
    return !parts || add(b, &b->shown, ANC_STR(" "));
}

/* ---- sheets that are hidden --------------------------------------------------------------------- */

static bool begin_style(book *b, unsigned id, const prs_xml_attributes *a)
{
    if (id == STYLE) {
        anc_buf_clear(&b->style);
        return add(b, &b->style, anc_str_sub(prs_xml_attribute(a, STYLE_NAME), 0, STYLE_BYTES));
    }
    return !anc_str_eq(prs_xml_attribute(a, DISPLAY), ANC_STR("false")) ||
           prs_texts_add(&b->hiding, anc_buf_view(&b->style), b->e);
}

static bool begin_sheet(book *b, const prs_xml_attributes *a)
{
    const anc_str style = anc_str_sub(prs_xml_attribute(a, TABLE_STYLE), 0, STYLE_BYTES);
    b->is_hidden = false;
    b->line = 0;
    prs_sheet_spans_begin_sheet(&b->spans);
    for (size_t i = 0; i < b->hiding.n && style.len > 0; i++)
        b->is_hidden |= anc_str_eq(prs_texts_at(&b->hiding, i), style);
    if (!b->is_hidden)
        return b->sink->sheet(b->sink->self, prs_xml_attribute(a, NAME));
    prs_sheet_note_hidden(&b->hidden, prs_xml_attribute(a, NAME));
    return true;
}

/* ---- events ------------------------------------------------------------------------------------- */

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    book *b = self;
    if (b->notes > 0 || id == ANNOTATION) {
        b->notes++;
        return true;
    }
    if (id == STYLE || id == TABLE_PROPERTIES)
        return begin_style(b, id, a);
    b->tables += id == TABLE;
    if (id == TABLE && b->tables == 1)
        return begin_sheet(b, a);
    if (b->tables != 1)
        return true;
    if (id == ROW) {
        prs_sheet_row_clear(&b->row);
        b->column = 0;
        b->rows_repeated = number_or_one(a, ROWS_REPEATED);
        prs_sheet_spans_begin_row(&b->spans, b->line);
    } else if (id == CELL || id == COVERED) {
        return begin_cell(b, id, a);
    }
    return !b->in_cell || begin_in_cell(b, id, a);
}

static bool on_text(void *self, anc_str text)
{
    book *b = self;
    return !b->in_cell || b->notes > 0 || add(b, &b->shown, text);
}

static bool on_end(void *self, unsigned id)
{
    book *b = self;
    if (b->notes > 0) {
        b->notes--;
        return true;
    }
    if (id == TABLE && b->tables > 0)
        b->tables--;
    if (b->tables != 1)
        return true;
    if (id == CELL || id == COVERED)
        return end_cell(b);
    return id != ROW || end_row(b);
}

bool prs_ods_sheets(anc_str bytes, const prs_sheet_sink *sink, prs_emitter *e)
{
    const prs_xml_table table = {prs_odf_spaces, prs_odf_n_spaces, names, ANC_COUNT(names)};
    ANC_CLEANUP(prs_archive_done) prs_archive a;
    book b = {.e = e,
              .sink = sink,
              .hiding = prs_texts_init("names of styles", STYLES_BYTES),
              .style = anc_buf_init(STYLE_BYTES),
              .hidden = anc_buf_init(PRS_SHEET_HIDDEN_BYTES),
              .value = anc_buf_init(VALUE_BYTES),
              .shown = anc_buf_init(VALUE_BYTES)};
    const prs_xml_handler handler = {on_start, on_text, on_end, &b};
    prs_sheet_row_init(&b.row, &e->limits);
    const bool ok = prs_archive_open(bytes, e, &a) && prs_odf_check(&a) && prs_odf_properties(&a) &&
                    prs_xml_read_entry(&table, &handler, &a, "content.xml") &&
                    e->status == ANC_OK &&
                    prs_emit_property(e, ANC_STR("hidden_sheets"), anc_buf_view(&b.hidden));
    prs_sheet_row_done(&b.row);
    prs_texts_done(&b.hiding);
    anc_buf_done(&b.style);
    anc_buf_done(&b.hidden);
    anc_buf_done(&b.value);
    anc_buf_done(&b.shown);
    return ok;
}

bool prs_read_ods(anc_str bytes, prs_emitter *e)
{
    return prs_sheet_blocks(prs_ods_sheets, bytes, e);
}
