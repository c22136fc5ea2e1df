/* odt.c - OpenDocument texts: paragraphs, headings, lists, tables, boxes and notes as they come.
 *
 * Not read: headers and footers, comments, what was deleted, formulas and other objects in files of
 * their own.
 */
#include "odf_impl.h"

#include <stdlib.h>
#include <string.h>

enum { LISTS = 10, COLUMNS = PRS_FLOW_COLUMNS };

enum {
    P = PRS_ODF_NAMES,
    H,
    SPACES,
    TAB,
    BREAK,
    LIST,
    ITEM,
    LIST_HEADER,
    NOTE,
    BOX,
    SKIPPED, /* with all that is in it */
    SECTION,
    TABLE,
    COLUMN,
    HEADER_ROWS,
    ROW,
    CELL,
    COVERED,
    STYLE_NAME,
    OUTLINE_LEVEL,
    UNNUMBERED,
    COUNT,
    CONTINUES,
    CONTINUED_LIST,
    DISPLAY,
    REPEATED,
    ROWS_SPANNED
};

static const prs_xml_name names[] = {
    PRS_ODF_STYLE_NAMES,
    {"text:p", P},
    {"text:h", H},
    {"text:s", SPACES},
    {"text:tab", TAB},
    {"text:line-break", BREAK},
    {"text:list", LIST},
    {"text:list-item", ITEM},
    {"text:list-header", LIST_HEADER},
    {"text:note-body", NOTE},
    {"draw:frame", BOX},
    {"draw:custom-shape", BOX},
    {"draw:rect", BOX},
    {"draw:ellipse", BOX},
    {"draw:circle", BOX},
    {"draw:polygon", BOX},
    {"draw:regular-polygon", BOX},
    {"draw:path", BOX},
    {"draw:line", BOX},
    {"draw:polyline", BOX},
    {"draw:connector", BOX},
    {"draw:caption", BOX},
    {"text:note-citation", SKIPPED},
    {"text:tracked-changes", SKIPPED},
    {"text:ruby-text", SKIPPED},
    {"text:number", SKIPPED}, /* the number again, for those who do not count */
    {"text:script", SKIPPED},
    {"text:table-of-content-source", SKIPPED},
    {"text:illustration-index-source", SKIPPED},
    {"text:table-index-source", SKIPPED},
    {"text:object-index-source", SKIPPED},
    {"text:user-index-source", SKIPPED},
    {"text:alphabetical-index-source", SKIPPED},
    {"text:bibliography-source", SKIPPED},
    {"office:annotation", SKIPPED},
    {"office:forms", SKIPPED},
    {"svg:title", SKIPPED},
    {"svg:desc", SKIPPED},
    {"text:section", SECTION},
    {"table:table", TABLE},
    {"table:table-column", COLUMN},
    {"table:table-header-rows", HEADER_ROWS},
    {"table:table-row", ROW},
    {"table:table-cell", CELL},
    {"table:covered-table-cell", COVERED},
    {"text:style-name", STYLE_NAME},
    {"text:outline-level", OUTLINE_LEVEL},
    {"text:is-list-header", UNNUMBERED},
    {"text:c", COUNT},
    {"text:continue-numbering", CONTINUES},
    {"text:continue-list", CONTINUED_LIST},
    {"text:display", DISPLAY},
    {"table:number-columns-repeated", REPEATED},
    {"table:number-rows-spanned", ROWS_SPANNED},
};

typedef struct odt {
    prs_emitter *e;
    prs_odf_styles styles;
    prs_flow f;
    unsigned depth, skip_at;
    unsigned paragraphs; /* open ones, inside one another */
    unsigned lists;      /* the same */
    uint32_t list[LISTS];
    bool mark_due[LISTS];
    uint32_t start[LISTS]; /* what the item says that its number is; 0: nothing */
    uint32_t columns;      /* of the table that begins */
    bool header_rows, columns_told;
    uint32_t column;             /* of the row at hand */
    uint32_t rows_left[COLUMNS]; /* that a cell above still covers */
} odt;

/* ---- paragraphs and lists ----------------------------------------------------------------------- */

static bool begin_paragraph(odt *o, const prs_xml_attributes *a)
{
    const uint32_t style = prs_odf_find_style(&o->styles, prs_xml_attribute(a, STYLE_NAME));
    o->paragraphs++;
    if (prs_odf_is_title(&o->styles, style))
        return prs_flow_begin(&o->f, PRS_HEADING, 1, ANC_STR_NONE);
    if (o->lists == 0)
        return prs_flow_begin(&o->f, PRS_PARAGRAPH, 0, ANC_STR_NONE);
    const unsigned at = (o->lists < LISTS ? o->lists : LISTS) - 1;
    if (!o->mark_due[at])
        return prs_flow_begin(&o->f, PRS_LIST_ITEM, at + 1, ANC_STR_NONE);
    ANC_BUF(mark, PRS_FLOW_MARK * 4);
    const uint32_t list = o->list[at] > 0 ? o->list[at] : prs_odf_list_of(&o->styles, style);
    prs_odf_next_mark(&o->styles, list, at, o->start[at], &mark);
    o->mark_due[at] = false;
    return prs_flow_whole(&o->f, &mark) &&
           prs_flow_begin(&o->f, PRS_LIST_ITEM, at + 1, anc_str_trim(anc_buf_view(&mark)));
}

/* A heading has the number of the list that it is in, else that of the outline. */
static bool begin_heading(odt *o, const prs_xml_attributes *a)
{
    uint32_t level = 1;
    ANC_BUF(mark, PRS_FLOW_MARK * 4);
    (void)prs_xml_number(a, OUTLINE_LEVEL, &level);
    level = level == 0 ? 1 : level < PRS_ODF_LEVELS ? level : PRS_ODF_LEVELS;
    const uint32_t style = prs_odf_find_style(&o->styles, prs_xml_attribute(a, STYLE_NAME));
    const uint32_t outline = prs_odf_find_list(&o->styles, ANC_STR_NONE);
    const bool numbered = !anc_str_eq(prs_xml_attribute(a, UNNUMBERED), ANC_STR("true"));
    const unsigned at = o->lists > 0 ? (o->lists < LISTS ? o->lists : LISTS) - 1 : 0;
    o->paragraphs++;
    if (o->lists > 0 && o->mark_due[at]) {
        const uint32_t list = o->list[at] > 0 ? o->list[at] : prs_odf_list_of(&o->styles, style);
        prs_odf_next_mark(&o->styles, list, at, o->start[at], &mark);
        o->mark_due[at] = false;
    } else if (numbered && outline > 0) {
        prs_odf_next_mark(&o->styles, outline, level - 1, 0, &mark);
    }
    const anc_str said = anc_str_trim(anc_buf_view(&mark));
    return prs_flow_whole(&o->f, &mark) &&
           prs_flow_begin(&o->f, PRS_HEADING, level < 6 ? level : 6,
                          anc_str_eq(said, ANC_STR("-")) ? ANC_STR_NONE : said);
}

static bool end_paragraph(odt *o)
{
    o->paragraphs -= o->paragraphs > 0;
    return prs_flow_end(&o->f);
}

static bool begin_list(odt *o, const prs_xml_attributes *a)
{
    const unsigned at = o->lists++;
    if (at >= LISTS)
        return prs_flow_end(&o->f);
    const anc_str name = prs_xml_attribute(a, STYLE_NAME);
    o->list[at] = name.len > 0 ? prs_odf_find_list(&o->styles, name) : 0;
    if (o->list[at] == 0 && at > 0)
        o->list[at] = o->list[at - 1];
    o->mark_due[at] = false;
    if (!anc_str_eq(prs_xml_attribute(a, CONTINUES), ANC_STR("true")) &&
        prs_xml_attribute(a, CONTINUED_LIST).len == 0)
        prs_odf_restart(&o->styles, o->list[at], at);
    return prs_flow_end(&o->f);
}

static bool begin_item(odt *o, bool has_mark, const prs_xml_attributes *a)
{
    if (o->lists == 0)
        return true;
    const unsigned at = (o->lists < LISTS ? o->lists : LISTS) - 1;
    o->mark_due[at] = has_mark;
    o->start[at] = 0;
    (void)prs_xml_number(a, PRS_ODF_START, &o->start[at]);
    return true;
}

/* ---- tables ------------------------------------------------------------------------------------- */

static bool begin_table(odt *o)
{
    memset(o->rows_left, 0, sizeof o->rows_left);
    o->columns = 0;
    o->columns_told = o->header_rows = false;
    return prs_flow_begin_table(&o->f);
}

static bool begin_row(odt *o)
{
    if (!o->columns_told && o->columns == 1)
        prs_flow_one_column(&o->f);
    o->columns_told = true;
    o->column = 0;
    if (!prs_flow_begin_row(&o->f))
        return false;
    if (o->header_rows)
        prs_flow_header_row(&o->f);
    return true;
}

static bool begin_cell(odt *o, const prs_xml_attributes *a)
{
    uint32_t rows = 1;
    if (!prs_flow_begin_cell(&o->f))
        return false;
    if (prs_xml_number(a, ROWS_SPANNED, &rows) && rows > 1 && o->column < COLUMNS) {
        o->rows_left[o->column] = rows;
        prs_flow_merged(&o->f, PRS_FLOW_FIRST);
    }
    uint32_t repeated = 1;
    (void)prs_xml_number(a, REPEATED, &repeated);
    prs_flow_span(&o->f, repeated);
    o->column += repeated < COLUMNS ? repeated : COLUMNS;
    return true;
}

/* A cell that one above or before it covers. */
static bool begin_covered(odt *o, const prs_xml_attributes *a)
{
    uint32_t repeated = 1;
    (void)prs_xml_number(a, REPEATED, &repeated);
    for (uint32_t i = 0; i < repeated && i < COLUMNS; i++, o->column++) {
        if (!prs_flow_begin_cell(&o->f))
            return false;
        if (o->column < COLUMNS && o->rows_left[o->column] > 0)
            prs_flow_merged(&o->f, PRS_FLOW_AGAIN);
        if (i + 1 < repeated && !prs_flow_end_cell(&o->f))
            return false;
    }
    return true;
}

static bool end_row(odt *o)
{
    for (size_t i = 0; i < COLUMNS; i++)
        o->rows_left[i] -= o->rows_left[i] > 0;
    return prs_flow_end_row(&o->f);
}

static bool start_table(odt *o, unsigned id, const prs_xml_attributes *a)
{
    uint32_t n = 1;
    switch (id) {
    case TABLE:
        return begin_table(o);
    case COLUMN:
        (void)prs_xml_number(a, REPEATED, &n);
        o->columns += n < COLUMNS ? n : COLUMNS;
        return true;
    case HEADER_ROWS:
        o->header_rows = true;
        return true;
    case ROW:
        return begin_row(o);
    case CELL:
        return begin_cell(o, a);
    default:
        return begin_covered(o, a);
    }
}

/* ---- events ------------------------------------------------------------------------------------- */

static bool add_blanks(odt *o, const prs_xml_attributes *a)
{
    uint32_t n = 1;
    (void)prs_xml_number(a, COUNT, &n);
    return n == 0 || prs_flow_blank(&o->f);
}

static bool start_element(odt *o, unsigned id, const prs_xml_attributes *a)
{
    switch (id) {
    case P:
        return begin_paragraph(o, a);
    case H:
        return begin_heading(o, a);
    case SPACES:
        return add_blanks(o, a);
    case TAB:
        return prs_flow_blank(&o->f);
    case BREAK:
        return prs_flow_break(&o->f);
    case LIST:
        return begin_list(o, a);
    case ITEM:
    case LIST_HEADER:
        return begin_item(o, id == ITEM, a);
    case NOTE:
    case BOX:
        return prs_flow_begin_aside(&o->f, id == NOTE);
    case SKIPPED:
        o->skip_at = o->depth;
        return true;
    case SECTION:
        if (anc_str_eq(prs_xml_attribute(a, DISPLAY), ANC_STR("none")))
            o->skip_at = o->depth;
        return true;
    default:
        return id < PRS_ODF_NAMES ? prs_odf_start_style(&o->styles, o->e, id, a)
                                  : start_table(o, id, a);
    }
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    odt *o = self;
    o->depth++;
    return o->skip_at > 0 || id == 0 || start_element(o, id, a);
}

static bool end_element(odt *o, unsigned id)
{
    switch (id) {
    case P:
    case H:
        return end_paragraph(o);
    case LIST:
        o->lists -= o->lists > 0;
        return prs_flow_end(&o->f);
    case NOTE:
    case BOX:
        return prs_flow_end_aside(&o->f);
    case TABLE:
        return prs_flow_end_table(&o->f);
    case HEADER_ROWS:
        o->header_rows = false;
        return true;
    case ROW:
        return end_row(o);
    case CELL:
    case COVERED:
        return prs_flow_end_cell(&o->f);
    default:
        prs_odf_end_style(&o->styles, id);
        return true;
    }
}

static bool on_end(void *self, unsigned id)
{
    odt *o = self;
    const unsigned depth = o->depth--;
    if (o->skip_at > 0) {
        o->skip_at = depth > o->skip_at ? o->skip_at : 0;
        return true;
    }
    return id == 0 || end_element(o, id);
}

static bool on_text(void *self, anc_str text)
{
    odt *o = self;
    return o->skip_at > 0 || o->paragraphs == 0 || prs_flow_text(&o->f, text);
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static bool read_document(prs_archive *a, odt *o)
{
    const prs_xml_table table = {prs_odf_spaces, prs_odf_n_spaces, names, ANC_COUNT(names)};
    const prs_xml_handler handler = {on_start, on_text, on_end, o};
    return prs_odf_check(a) && prs_odf_properties(a) && prs_odf_styles_init(&o->styles, a->e) &&
           prs_odf_read_styles(a, &o->styles) &&
           prs_xml_read_entry(&table, &handler, a, "content.xml") && prs_flow_end(&o->f);
}

bool prs_read_odt(anc_str bytes, prs_emitter *e)
{
    ANC_CLEANUP(prs_archive_done) prs_archive a;
    if (!prs_archive_open(bytes, e, &a))
        return false;
    odt *o = calloc(1, sizeof *o);
    if (o == NULL)
        return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "ODT: out of memory"));
    o->e = e;
    prs_flow_init(&o->f, e);
    const bool ok = read_document(&a, o);
    prs_odf_styles_done(&o->styles);
    prs_flow_done(&o->f);
    free(o);
    return ok;
}
