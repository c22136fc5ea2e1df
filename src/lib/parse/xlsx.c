/* xlsx.c - workbooks: the sheets in their order, cells as they are shown.
 *
 *   _rels/.rels -> workbook: sheets by name, each a relationship
 *                  -> sharedStrings: the texts of cells, by number
 *                  -> styles: the formats of numbers, by number
 *                  -> worksheets: rows of cells
 *
 * A cell over several rows is said in each of them. Of a formula the value is shown that was calculated last. Sheets
 * that somebody has hidden are left out, as whoever is handed the workbook does not see them; the property
 * "hidden_sheets" names them, but those that only a macro could show. Hidden rows and columns of a sheet that is shown
 * are read. Notes are left out.
 */
#include "opc_impl.h"
#include "sheet_impl.h"
#include "texts_impl.h"
#include "xlsx_impl.h"

#include <string.h>

#include "base/utf8.h"

enum {
    SHEET = 1,
    WORKBOOK_PR,
    NAME,
    STATE,
    RELATION_ID,
    DATE_1904,
    SI,
    T,
    R_PH,
    ROW,
    C,
    V,
    IS,
    REFERENCE,
    TYPE,
    STYLE
};

enum { MAX_SHEETS = 4096, SHEET_NAME_BYTES = 500, VALUE_BYTES = 1 << 20 };

#define MAIN_SPACES                                                                   \
    {"x", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"},               \
        {"x", "http://purl.oclc.org/ooxml/spreadsheetml/main"},                       \
        {"r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"}, \
    {                                                                                 \
        "r", "http://purl.oclc.org/ooxml/officeDocument/relationships"                \
    }

static const prs_xml_space spaces[] = {MAIN_SPACES};

static const prs_xml_name names[] = {
    {"x:sheet", SHEET},
    {"x:workbookPr", WORKBOOK_PR},
    {"name", NAME},
    {"state", STATE},
    {"r:id", RELATION_ID},
    {"date1904", DATE_1904},
    {"x:si", SI},
    {"x:t", T},
    {"x:rPh", R_PH},
    {"x:row", ROW},
    {"x:c", C},
    {"x:v", V},
    {"x:is", IS},
    {"r", REFERENCE},
    {"t", TYPE},
    {"s", STYLE},
};

static const prs_xml_table table = {spaces, ANC_COUNT(spaces), names, ANC_COUNT(names)};

typedef enum cell_type { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_BOOL } cell_type;

typedef struct book {
    prs_archive a;
    prs_emitter *e;
    const prs_sheet_sink *sink;
    prs_texts shared;
    prs_texts sheets; /* name, relationship, and so on */
    prs_texts parts;  /* relationship, entry, and so on */
    anc_buf hidden;   /* the names of sheets that are */
    prs_xlsx_styles styles;
    bool since_1904;
    /* of the sheet that is read */
    prs_sheet_row row;
    uint64_t line; /* its number */
    prs_xlsx_merges merges;
    prs_sheet_spans spans;
    uint32_t column;
    cell_type type;
    uint32_t style;
    bool in_value, in_cell;
    unsigned spoken; /* open elements that say how a text is spoken */
    anc_buf value;
} book;

static void book_done(book *b)
{
    prs_texts_done(&b->shared);
    prs_texts_done(&b->sheets);
    prs_texts_done(&b->parts);
    anc_buf_done(&b->hidden);
    prs_xlsx_styles_done(&b->styles);
    prs_xlsx_merges_done(&b->merges);
    prs_sheet_row_done(&b->row);
    anc_buf_done(&b->value);
    prs_archive_done(&b->a);
}

/* ---- the list of sheets ------------------------------------------------------------------------- */

static bool is_true(anc_str s)
{
    return anc_str_eq(s, ANC_STR("1")) || anc_str_eq_nocase(s, ANC_STR("true")) ||
           anc_str_eq_nocase(s, ANC_STR("on"));
}

static bool on_workbook(void *self, unsigned id, const prs_xml_attributes *a)
{
    book *b = self;
    if (id == WORKBOOK_PR)
        b->since_1904 = is_true(prs_xml_attribute(a, DATE_1904));
    const anc_str state = prs_xml_attribute(a, STATE);
    if (id != SHEET || anc_str_eq(state, ANC_STR("veryHidden")))
        return true;
    if (anc_str_eq(state, ANC_STR("hidden"))) {
        prs_sheet_note_hidden(&b->hidden, prs_xml_attribute(a, NAME));
        return true;
    }
    if (b->sheets.n == (size_t)2 * MAX_SHEETS)
        return prs_emit_fail(
            b->e, ANC_FAIL(b->e->err, ANC_LIMIT, "workbook: more than %d sheets", MAX_SHEETS));
    return prs_texts_add(&b->sheets, prs_xml_attribute(a, NAME), b->e) &&
           prs_texts_add(&b->sheets, prs_xml_attribute(a, RELATION_ID), b->e);
}

static bool on_part(void *self, const prs_opc_relation *relation)
{
    book *b = self;
    if (!anc_str_eq(relation->type, ANC_STR("worksheet")))
        return true;
    return prs_texts_add(&b->parts, relation->id, b->e) &&
           prs_texts_add(&b->parts, relation->target, b->e);
}

/* Sets `out` to the entry of a sheet; empty when it is no table, or is not there. */
static bool part_of(book *b, anc_str relation, anc_buf *out)
{
    anc_buf_clear(out);
    for (size_t i = 0; i + 1 < b->parts.n; i += 2)
        if (anc_str_eq(prs_texts_at(&b->parts, i), relation)) {
            (void)anc_buf_add(out, prs_texts_at(&b->parts, i + 1));
            break;
        }
    if (out->refused)
        return prs_emit_fail(b->e, anc_buf_status(out, "name of a sheet", b->e->err));
    if (out->len > 0 && !prs_archive_has(&b->a, out->ptr))
        anc_buf_clear(out);
    return true;
}

/* ---- shared strings ----------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Appends a text in which "_x000D_" stands for a character that XML does not allow or keep. */
static void add_unescaped(anc_buf *out, anc_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint32_t c = 0;
        bool escape =
            i + 6 < s.len && s.ptr[i] == '_' && s.ptr[i + 1] == 'x' && s.ptr[i + 6] == '_';
        for (size_t k = 2; escape && k < 6; k++) {
            const int digit = hex_digit(s.ptr[i + k]);
            escape = digit >= 0;
            c = c * 16 + (uint32_t)(digit & 15);
        }
        char utf8[4];
        const size_t n = escape && c > 0 ? anc_utf8_put(c, utf8) : 0;
        (void)anc_buf_add(out, n > 0 ? (anc_str){utf8, n} : anc_str_sub(s, i, 1));
        i += n > 0 ? 6 : 0;
    }
}

static bool begin_shared(void *self, unsigned id, const prs_xml_attributes *a)
{
    book *b = self;
    (void)a;
    b->spoken += id == R_PH;
    b->in_value = id == T && b->spoken == 0;
    if (id == SI)
        anc_buf_clear(&b->value);
    return true;
}

static bool on_value(void *self, anc_str text)
{
    book *b = self;
    return !b->in_value || anc_buf_add(&b->value, text) ||
           prs_emit_fail(b->e, anc_buf_status(&b->value, "a cell", b->e->err));
}

static bool end_shared(void *self, unsigned id)
{
    book *b = self;
    b->in_value &= id != T;
    b->spoken -= id == R_PH && b->spoken > 0;
    if (id != SI)
        return true;
    add_unescaped(&b->shared.text, anc_buf_view(&b->value));
    anc_buf_clear(&b->value);
    return prs_texts_end(&b->shared, b->e);
}

/* ---- sheets ------------------------------------------------------------------------------------- */

/* The column of "BC7", from 0; `otherwise` where the reference has no letters. */
static uint32_t column_of(anc_str reference, uint32_t otherwise)
{
    uint32_t n = 0;
    for (size_t i = 0; i < reference.len && i < 6; i++) {
        const char c = (char)(reference.ptr[i] & ~0x20);
        if (c < 'A' || c > 'Z')
            break;
        n = n * 26 + (uint32_t)(c - 'A') + 1;
    }
    return n > 0 ? n - 1 : otherwise;
}

static cell_type type_of(anc_str type)
{
    if (anc_str_eq(type, ANC_STR("s")))
        return CELL_SHARED;
    if (anc_str_eq(type, ANC_STR("b")))
        return CELL_BOOL;
    return type.len == 0 || anc_str_eq(type, ANC_STR("n")) ? CELL_NUMBER : CELL_TEXT;
}

static void begin_row(book *b, const prs_xml_attributes *a)
{
    uint64_t said = 0;
    prs_sheet_row_clear(&b->row);
    b->column = 0;
    b->line = anc_str_to_u64(prs_xml_attribute(a, REFERENCE), &said) && said > b->line
                  ? said
                  : b->line + 1;
    prs_xlsx_merges_begin_row(&b->merges, b->line, &b->spans);
}

static bool begin_in_sheet(void *self, unsigned id, const prs_xml_attributes *a)
{
    book *b = self;
    if (id == ROW) {
        begin_row(b, a);
    } else if (id == C) {
        b->column = column_of(prs_xml_attribute(a, REFERENCE), b->column);
        b->type = type_of(prs_xml_attribute(a, TYPE));
        b->style = 0;
        (void)prs_xml_number(a, STYLE, &b->style);
        b->in_cell = true;
        anc_buf_clear(&b->value);
    }
    b->spoken += id == R_PH;
    b->in_value = b->in_cell && b->spoken == 0 && (id == V || id == T);
    return true;
}

static bool add_cell(book *b)
{
    const anc_str value = anc_buf_view(&b->value);
    prs_value_kind kind = PRS_VALUE_TEXT;
    char shown[PRS_NUMBER_BYTES];
    anc_str text = value;
    uint64_t i;
    if (b->type == CELL_SHARED) {
        text = anc_str_to_u64(anc_str_trim(value), &i) ? prs_texts_at(&b->shared, (size_t)i)
                                                       : ANC_STR_NONE;
    } else if (b->type == CELL_BOOL) {
        kind = PRS_VALUE_BOOL;
        text = is_true(anc_str_trim(value)) ? ANC_STR("true") : ANC_STR("false");
    } else if (b->type == CELL_NUMBER) {
        const prs_number_format general = {PRS_NUMBER_GENERAL, 0};
        const prs_number_format format =
            b->style < b->styles.n ? b->styles.formats[b->style] : general;
        const bool date = format.kind >= PRS_NUMBER_DATE || format.kind == PRS_NUMBER_PERCENT;
        kind = date ? PRS_VALUE_TEXT : PRS_VALUE_NUMBER;
        text = prs_number_show(value, format, b->since_1904, shown);
    }
    if (value.len == 0 || anc_str_trim(text).len == 0)
        return true;
    prs_sheet_spans_note(&b->spans, b->column, kind, text);
    return prs_sheet_spans_reach(&b->spans, &b->row, b->column, b->e) &&
           prs_sheet_row_add(&b->row, b->column, kind, text, b->e);
}

static bool end_row(book *b)
{
    return b->row.n == 0 || (prs_sheet_spans_reach(&b->spans, &b->row, PRS_SHEET_COLUMNS, b->e) &&
                             b->sink->row(b->sink->self, &b->row));
}

static bool end_in_sheet(void *self, unsigned id)
{
    book *b = self;
    if (id == V || id == T)
        b->in_value = false;
    b->spoken -= id == R_PH && b->spoken > 0;
    if (id == C) {
        b->in_cell = false;
        if (!add_cell(b))
            return false;
        b->column++;
    }
    return id != ROW || end_row(b);
}

static bool read_sheet(book *b, anc_str name, const char *entry)
{
    const prs_xml_handler handler = {begin_in_sheet, on_value, end_in_sheet, b};
    b->in_cell = b->in_value = false;
    b->spoken = 0;
    b->column = 0;
    b->line = 0;
    prs_sheet_spans_begin_sheet(&b->spans);
    return b->sink->sheet(b->sink->self, name) && prs_xlsx_merges_read(&b->a, entry, &b->merges) &&
           prs_xml_read_entry(&table, &handler, &b->a, entry) && b->e->status == ANC_OK;
}

static bool read_sheets(book *b)
{
    ANC_BUF(entry, PRS_OPC_NAME_BYTES);
    for (size_t i = 0; i + 1 < b->sheets.n; i += 2) {
        if (!part_of(b, prs_texts_at(&b->sheets, i + 1), &entry))
            return false;
        const anc_str name = prs_texts_at(&b->sheets, i);
        if (entry.len > 0 ? !read_sheet(b, name, entry.ptr) : !b->sink->sheet(b->sink->self, name))
            return false;
    }
    return true;
}

/* Reads the parts that the sheets lean on, where they are there. */
static bool read_support(book *b, const char *workbook)
{
    ANC_BUF(entry, PRS_OPC_NAME_BYTES);
    const prs_xml_handler shared = {begin_shared, on_value, end_shared, b};
    if (!prs_opc_target(&b->a, workbook, "sharedStrings", "xl/sharedStrings.xml", &entry) ||
        (entry.len > 0 && !prs_xml_read_entry(&table, &shared, &b->a, entry.ptr)))
        return false;
    return prs_opc_target(&b->a, workbook, "styles", "xl/styles.xml", &entry) &&
           (entry.len == 0 || prs_xlsx_styles_read(&b->a, entry.ptr, &b->styles));
}

static bool read_book(book *b)
{
    ANC_BUF(workbook, PRS_OPC_NAME_BYTES);
    const prs_xml_handler handler = {.start = on_workbook, .self = b};
    if (!prs_opc_target(&b->a, "", "officeDocument", "xl/workbook.xml", &workbook))
        return false;
    if (workbook.len == 0)
        return prs_emit_fail(b->e, ANC_FAIL(b->e->err, ANC_INVALID, "the file holds no workbook"));
    return prs_opc_properties(&b->a, NULL) &&
           prs_xml_read_entry(&table, &handler, &b->a, workbook.ptr) &&
           prs_emit_property(b->e, ANC_STR("hidden_sheets"), anc_buf_view(&b->hidden)) &&
           prs_opc_relations(&b->a, workbook.ptr, on_part, b) && read_support(b, workbook.ptr) &&
           read_sheets(b);
}

bool prs_xlsx_sheets(anc_str bytes, const prs_sheet_sink *sink, prs_emitter *e)
{
    const size_t max = e->limits.text_bytes;
    book b = {.e = e,
              .sink = sink,
              .shared = prs_texts_init("texts of a workbook", max * 2),
              .sheets = prs_texts_init("names of sheets", (size_t)MAX_SHEETS * SHEET_NAME_BYTES),
              .parts =
                  prs_texts_init("parts of a workbook", (size_t)MAX_SHEETS * PRS_OPC_NAME_BYTES),
              .hidden = anc_buf_init(PRS_SHEET_HIDDEN_BYTES),
              .value = anc_buf_init(VALUE_BYTES)};
    prs_sheet_row_init(&b.row, &e->limits);
    const bool ok = prs_archive_open(bytes, e, &b.a) && read_book(&b);
    book_done(&b);
    return ok;
}

bool prs_read_xlsx(anc_str bytes, prs_emitter *e)
{
    return prs_sheet_blocks(prs_xlsx_sheets, bytes, e);
}
