/* docx_body.c - paragraphs, tables, boxes and notes of a DOCX as they come. */
#include "docx_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

enum { MAX_FIELDS = 64, MAX_ALTERNATES = 64, EQUATION_BYTES = 64 << 10 };

enum {
    OTHER,
    P,
    P_PR,
    P_STYLE,
    OUTLINE,
    LEVEL,
    NUMBERS,
    R,
    R_PR,
    T,
    TAB,
    BR,
    NO_BREAK_HYPHEN,
    SYM,
    TBL,
    TBL_LOOK,
    GRID,
    GRID_COL,
    TR,
    TR_PR,
    TBL_HEADER,
    GRID_BEFORE,
    TC,
    GRID_SPAN,
    V_MERGE,
    DEL,
    FIELD,
    FOOTNOTE_REF,
    ENDNOTE_REF,
    BOX,
    VANISH,
    PAGE_TURN,
    NOTE,
    SKIPPED, /* with all that is in it */
    ALTERNATES,
    CHOICE,
    FALLBACK,
    VAL,
    ID,
    TYPE,
    FIELD_TYPE,
    FONT,
    CHAR,
    FIRST_ROW,
    EQUATIONS,
    EQUATION,
    M_T,
    M_FRACTION_TOP,
    M_FRACTION_BOTTOM,
    M_ABOVE,
    M_BELOW,
    M_ROOT,
    M_DEGREE,
    M_BRACKETS,
    M_OPENS,
    M_CLOSES,
    M_SUM,
    M_SIGN,
    M_ROW,
    M_ELEMENT,
    M_FUNCTION,
    M_VAL
};

const prs_xml_space prs_docx_spaces[] = {
    {"w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"},
    {"w", "http://purl.oclc.org/ooxml/wordprocessingml/main"},
    {"m", "http://schemas.openxmlformats.org/officeDocument/2006/math"},
    {"m", "http://purl.oclc.org/ooxml/officeDocument/math"},
    {"mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"}};
const size_t prs_docx_n_spaces = ANC_COUNT(prs_docx_spaces);

static const prs_xml_name names[] = {
    {"w:p", P},
    {"w:pPr", P_PR},
    {"w:pStyle", P_STYLE},
    {"w:outlineLvl", OUTLINE},
    {"w:ilvl", LEVEL},
    {"w:numId", NUMBERS},
    {"w:r", R},
    {"w:rPr", R_PR},
    {"w:t", T},
    {"w:tab", TAB},
    {"w:ptab", TAB},
    {"w:br", BR},
    {"w:cr", BR},
    {"w:noBreakHyphen", NO_BREAK_HYPHEN},
    {"w:sym", SYM},
    {"w:tbl", TBL},
    {"w:tblLook", TBL_LOOK},
    {"w:tblGrid", GRID},
    {"w:gridCol", GRID_COL},
    {"w:tr", TR},
    {"w:trPr", TR_PR},
    {"w:tblHeader", TBL_HEADER},
    {"w:gridBefore", GRID_BEFORE},
    {"w:tc", TC},
    {"w:gridSpan", GRID_SPAN},
    {"w:vMerge", V_MERGE},
    {"w:del", DEL},
    {"w:moveFrom", DEL},
    {"w:fldChar", FIELD},
    {"w:footnoteReference", FOOTNOTE_REF},
    {"w:endnoteReference", ENDNOTE_REF},
    {"w:txbxContent", BOX},
    {"w:vanish", VANISH},
    {"w:lastRenderedPageBreak", PAGE_TURN},
    {"w:footnote", NOTE},
    {"w:endnote", NOTE},
    {"w:rt", SKIPPED}, /* how a word is read aloud */
    {"w:pPrChange", SKIPPED},
    {"w:rPrChange", SKIPPED},
    {"w:tblPrChange", SKIPPED},
    {"w:tblGridChange", SKIPPED},
    {"w:trPrChange", SKIPPED},
    {"w:tcPrChange", SKIPPED},
    {"w:sectPr", SKIPPED},
    {"w:sdtPr", SKIPPED},
    {"w:ffData", SKIPPED},
    {"mc:AlternateContent", ALTERNATES},
    {"mc:Choice", CHOICE},
    {"mc:Fallback", FALLBACK},
    {"w:val", VAL},
    {"w:id", ID},
    {"w:type", TYPE},
    {"w:fldCharType", FIELD_TYPE},
    {"w:font", FONT},
    {"w:char", CHAR},
    {"w:firstRow", FIRST_ROW},
    {"m:oMathPara", EQUATIONS},
    {"m:oMath", EQUATION},
    {"m:t", M_T},
    {"m:num", M_FRACTION_TOP},
    {"m:den", M_FRACTION_BOTTOM},
    {"m:sup", M_ABOVE},
    {"m:sub", M_BELOW},
    {"m:lim", M_BELOW},
    {"m:rad", M_ROOT},
    {"m:deg", M_DEGREE},
    {"m:d", M_BRACKETS},
    {"m:begChr", M_OPENS},
    {"m:endChr", M_CLOSES},
    {"m:nary", M_SUM},
    {"m:chr", M_SIGN},
    {"m:mr", M_ROW},
    {"m:e", M_ELEMENT},
    {"m:fName", M_FUNCTION},
    {"m:val", M_VAL},
};

/* What a paragraph says of itself. */
typedef struct properties {
    uint32_t outline, list, level; /* UINT32_MAX: not said */
    bool deleted;                  /* its end is: the paragraph before goes on */
    prs_docx_style style;
} properties;

typedef struct body {
    prs_docx *d;
    prs_flow f;
    unsigned depth, skip_at; /* skip_at: all is passed over until the element at this depth ends */
    bool in_text, in_paragraph_properties, in_run, in_row_properties, hidden;
    properties p;
    unsigned columns; /* of the grid that is being read */
    unsigned fields, instructions;
    bool is_instruction[MAX_FIELDS];
    unsigned alternates, equations; /* equations: open ones inside one another */
    bool chosen[MAX_ALTERNATES];
    prs_docx_math math;
    uint32_t page;
    char note_kind, note[24]; /* that is being read */
} body;

bool prs_docx_is_on(anc_str value)
{
    return !anc_str_eq(value, ANC_STR("0")) && !anc_str_eq(value, ANC_STR("false")) &&
           !anc_str_eq(value, ANC_STR("off"));
}

static void skip(body *b, unsigned until_depth)
{
    b->skip_at = until_depth;
}

static bool shows(const body *b)
{
    return !b->hidden && b->instructions == 0;
}

/* ---- paragraphs --------------------------------------------------------------------------------- */

static bool begin_paragraph(body *b)
{
    b->p = (properties){.outline = UINT32_MAX, .list = UINT32_MAX, .level = UINT32_MAX};
    b->p.style = prs_docx_style_of(&b->d->styles, ANC_STR_NONE);
    b->in_run = b->hidden = false;
    return prs_flow_begin(&b->f, PRS_PARAGRAPH, 0, ANC_STR_NONE);
}

static bool take_property(body *b, unsigned id, const prs_xml_attributes *a)
{
    if (id == P_STYLE)
        b->p.style = prs_docx_style_of(&b->d->styles, prs_xml_attribute(a, VAL));
    else if (id == OUTLINE)
        (void)prs_xml_number(a, VAL, &b->p.outline);
    else if (id == LEVEL)
        (void)prs_xml_number(a, VAL, &b->p.level);
    else if (id == NUMBERS)
        (void)prs_xml_number(a, VAL, &b->p.list);
    else if (id == DEL)
        b->p.deleted = true;
    return true;
}

/* The paragraph with all that it and its style say. */
static bool apply_properties(body *b)
{
    const properties *p = &b->p;
    ANC_BUF(mark, PRS_FLOW_MARK * 4);
    const uint32_t outline = p->outline != UINT32_MAX ? p->outline : p->style.outline;
    const uint32_t list = p->list != UINT32_MAX         ? p->list
                          : p->style.list != UINT32_MAX ? p->style.list
                                                        : PRS_DOCX_NO_LIST;
    uint32_t level = p->level != UINT32_MAX        ? p->level
                     : p->style.level != UINT8_MAX ? p->style.level
                                                   : 0;
    level = level < PRS_DOCX_LEVELS ? level : PRS_DOCX_LEVELS - 1;
    const bool in_list = list != PRS_DOCX_NO_LIST && !p->deleted;
    if (in_list && !prs_docx_next_mark(b->d->lists, list, level, &mark))
        (void)anc_buf_add_char(&mark, '-');
    if (!prs_flow_whole(&b->f, &mark))
        return false;
    const anc_str said = anc_str_trim(anc_buf_view(&mark));
    const bool bullet = anc_str_eq(said, ANC_STR("-"));
    if (outline < PRS_DOCX_NO_OUTLINE || p->style.is_title)
        return prs_flow_begin(&b->f, PRS_HEADING,
                              p->style.is_title ? 1
                              : outline < 6     ? outline + 1
                                                : 6,
                              bullet ? ANC_STR_NONE : said);
    if (said.len > 0)
        return prs_flow_begin(&b->f, PRS_LIST_ITEM, level + 1, said);
    return prs_flow_begin(&b->f, PRS_PARAGRAPH, 0, ANC_STR_NONE);
}

/* A field whose instruction does not end in its paragraph is broken: what follows is text. */
static bool end_paragraph(body *b)
{
    if (b->f.asides == 0) {
        memset(b->is_instruction, 0, sizeof b->is_instruction);
        b->instructions = 0;
    }
    return prs_flow_end(&b->f);
}

/* ---- inside paragraphs -------------------------------------------------------------------------- */

static void take_field(body *b, anc_str type)
{
    if (anc_str_eq(type, ANC_STR("begin")) && b->fields < MAX_FIELDS) {
        b->is_instruction[b->fields++] = true;
        b->instructions++;
    } else if (b->fields > 0 && !anc_str_eq(type, ANC_STR("begin"))) {
        bool *top = &b->is_instruction[b->fields - 1];
        b->instructions -= *top;
        *top = false;
        b->fields -= anc_str_eq(type, ANC_STR("end"));
    }
}

/* Signs of fonts that have pictures or Greek letters where others have the alphabet. */
static bool take_symbol(body *b, const prs_xml_attributes *a)
{
    static const struct {
        uint32_t code;
        const char *sign;
    } pictures[] = {{0xFC, "\u2713"}, {0xFB, "\u2717"}, {0xFE, "\u2611"}, {0xFD, "\u2612"},
                    {0xA8, "\u2610"}, {0x6F, "\u2610"}, {0x78, "\u2612"}, {0xE0, "\u2192"},
                    {0xE8, "\u2794"}, {0xDF, "\u2190"}, {0xF0, "\u21E8"}, {0xA7, "\u2022"},
                    {0xB7, "\u2022"}, {0x6C, "\u25CF"}, {0x6E, "\u25A0"}};
    static const char *const greek =
        "\u0391\u0392\u03A7\u0394\u0395\u03A6\u0393\u0397\u0399\u03D1\u039A\u039B\u039C\u039D\u039F"
        "\u03A0\u0398\u03A1\u03A3\u03A4\u03A5\u03C2\u03A9\u039E\u03A8\u0396";
    static const char *const small_greek =
        "\u03B1\u03B2\u03C7\u03B4\u03B5\u03C6\u03B3\u03B7\u03B9\u03D5\u03BA\u03BB\u03BC\u03BD\u03BF"
        "\u03C0\u03B8\u03C1\u03C3\u03C4\u03C5\u03D6\u03C9\u03BE\u03C8\u03B6";
    char text[16];
    const anc_str hex = prs_xml_attribute(a, CHAR);
    if (hex.len == 0 || hex.len > 6 || !shows(b))
        return true;
    (void)snprintf(text, sizeof text, "%.*s", ANC_FMT(hex));
    const uint32_t code = (uint32_t)strtoul(text, NULL, 16) & 0xFFFF;
    const uint32_t at = code >= 0xF000 ? code - 0xF000 : code;
    if (code < 0xF000 || code >= 0xF100) {
        const size_t n = anc_utf8_put(code, text);
        return n == 0 || prs_flow_text(&b->f, (anc_str){text, n});
    }
    if (anc_str_eq_nocase(prs_xml_attribute(a, FONT), ANC_STR("Symbol")) && (at | 0x20) >= 'a' &&
        (at | 0x20) <= 'z')
        return prs_flow_text(
            &b->f, (anc_str){(at < 'a' ? greek : small_greek) + ((at | 0x20) - 'a') * 2, 2});
    for (size_t i = 0; i < ANC_COUNT(pictures); i++)
        if (pictures[i].code == at)
            return prs_flow_text(&b->f, anc_str_of(pictures[i].sign));
    return true;
}

static bool take_note(body *b, char kind, anc_str id)
{
    char key[24];
    uint64_t at;
    const int n = snprintf(key, sizeof key, "%c%.*s", kind, (int)(id.len < 20 ? id.len : 20),
                           id.ptr != NULL ? id.ptr : "");
    if (!shows(b) || b->note_kind != '\0' ||
        !anc_map_find(b->d->notes, (anc_str){key, (size_t)n}, &at))
        return true;
    return prs_flow_note(&b->f, anc_str_of(b->d->note_texts.ptr + at));
}

static bool turn_page(body *b)
{
    if (!b->d->pages)
        return true;
    b->page++;
    if (b->f.asides == 0)
        return prs_emit_turn_page(b->d->e, b->page);
    prs_emit_page(b->d->e, b->page);
    return true;
}

static bool start_inline(body *b, unsigned id, const prs_xml_attributes *a)
{
    switch (id) {
    case R:
        b->in_run = true;
        b->hidden = false;
        return true;
    case VANISH:
        b->hidden = b->in_run && prs_docx_is_on(prs_xml_attribute(a, VAL));
        return true;
    case T:
        b->in_text = shows(b);
        return true;
    case TAB:
        return !shows(b) || prs_flow_blank(&b->f);
    case BR:
        return !shows(b) || prs_flow_break(&b->f);
    case NO_BREAK_HYPHEN:
        return !shows(b) || prs_flow_text(&b->f, ANC_STR("-"));
    case SYM:
        return take_symbol(b, a);
    case FIELD:
        take_field(b, prs_xml_attribute(a, FIELD_TYPE));
        return true;
    case FOOTNOTE_REF:
        return take_note(b, 'f', prs_xml_attribute(a, ID));
    case ENDNOTE_REF:
        return take_note(b, 'e', prs_xml_attribute(a, ID));
    case PAGE_TURN:
        return turn_page(b);
    default:
        return true;
    }
}

/* ---- tables ------------------------------------------------------------------------------------- */

static void take_look(body *b, const prs_xml_attributes *a)
{
    const anc_str said = prs_xml_attribute(a, FIRST_ROW);
    const anc_str bits = prs_xml_attribute(a, VAL);
    char text[8];
    if (said.len > 0 ? !prs_docx_is_on(said) : bits.len == 4) {
        (void)snprintf(text, sizeof text, "%.4s", bits.len == 4 ? bits.ptr : "0000");
        if (said.len > 0 || (strtoul(text, NULL, 16) & 0x20) == 0)
            prs_flow_no_header(&b->f);
    }
}

static bool start_table(body *b, unsigned id, const prs_xml_attributes *a)
{
    uint32_t n;
    switch (id) {
    case TBL:
        return prs_flow_begin_table(&b->f);
    case TBL_LOOK:
        take_look(b, a);
        return true;
    case GRID:
        b->columns = 0;
        return true;
    case GRID_COL:
        b->columns++;
        return true;
    case TR:
        return prs_flow_begin_row(&b->f);
    case TR_PR:
        b->in_row_properties = true;
        return true;
    case TBL_HEADER:
        if (prs_docx_is_on(prs_xml_attribute(a, VAL)))
            prs_flow_header_row(&b->f);
        return true;
    case GRID_BEFORE:
        if (prs_xml_number(a, VAL, &n))
            prs_flow_skip_columns(&b->f, n);
        return true;
    case TC:
        return prs_flow_begin_cell(&b->f);
    case GRID_SPAN:
        if (prs_xml_number(a, VAL, &n))
            prs_flow_span(&b->f, n);
        return true;
    case V_MERGE:
        prs_flow_merged(&b->f, anc_str_eq(prs_xml_attribute(a, VAL), ANC_STR("restart"))
                                   ? PRS_FLOW_FIRST
                                   : PRS_FLOW_AGAIN);
        return true;
    default:
        return true;
    }
}

/* ---- equations ---------------------------------------------------------------------------------- */

static prs_docx_math_part part_of(unsigned id)
{
    switch (id) {
    case M_FRACTION_TOP:
        return PRS_MATH_NUMERATOR;
    case M_FRACTION_BOTTOM:
        return PRS_MATH_DENOMINATOR;
    case M_ABOVE:
        return PRS_MATH_ABOVE;
    case M_BELOW:
        return PRS_MATH_BELOW;
    case M_ROOT:
        return PRS_MATH_ROOT;
    case M_DEGREE:
        return PRS_MATH_DEGREE;
    case M_BRACKETS:
        return PRS_MATH_BRACKETS;
    case M_SUM:
        return PRS_MATH_SUM;
    case M_ROW:
        return PRS_MATH_ROW;
    default:
        return PRS_MATH_OTHER;
    }
}

static bool start_equation(body *b, unsigned id, const prs_xml_attributes *a)
{
    if (id == EQUATIONS)
        return prs_flow_blank(&b->f);
    if (id == EQUATION) {
        if (b->equations++ == 0) {
            anc_buf_clear(&b->math.text);
            b->math.depth = 0;
        }
        return true;
    }
    const prs_docx_math_part part = part_of(id);
    if (part != PRS_MATH_OTHER)
        prs_docx_math_begin(&b->math, part);
    else if (id == M_T)
        b->in_text = shows(b);
    else if (id == M_OPENS || id == M_CLOSES || id == M_SIGN)
        prs_docx_math_sign(&b->math,
                           id == M_OPENS    ? '('
                           : id == M_CLOSES ? ')'
                                            : 'S',
                           prs_xml_attribute(a, M_VAL));
    return true;
}

static bool end_equation(body *b, unsigned id)
{
    if (id == EQUATIONS)
        return prs_flow_blank(&b->f);
    if (id == EQUATION) {
        b->equations -= b->equations > 0;
        return b->equations > 0 || (prs_flow_whole(&b->f, &b->math.text) &&
                                    prs_flow_text(&b->f, anc_buf_view(&b->math.text)));
    }
    if (part_of(id) != PRS_MATH_OTHER)
        prs_docx_math_end(&b->math);
    else if (id == M_FUNCTION ||
             (id == M_ELEMENT && b->math.depth > 0 && b->math.depth <= PRS_DOCX_MATH_DEPTH &&
              b->math.parts[b->math.depth - 1].part == PRS_MATH_ROW))
        prs_docx_math_text(&b->math, ANC_STR(" "));
    return true;
}

/* ---- choices and notes -------------------------------------------------------------------------- */

/* Of alternatives the first is read: all of them say the same. */
static bool start_choice(body *b, unsigned id)
{
    if (id == ALTERNATES) {
        if (b->alternates < MAX_ALTERNATES)
            b->chosen[b->alternates] = false;
        b->alternates++;
        return true;
    }
    const bool known = b->alternates > 0 && b->alternates <= MAX_ALTERNATES;
    bool *chosen = known ? &b->chosen[b->alternates - 1] : NULL;
    if (chosen != NULL ? *chosen : id == FALLBACK)
        skip(b, b->depth);
    else if (chosen != NULL)
        *chosen = true;
    return true;
}

/* A note of the document's own; those that are lines between text and notes have a type. */
static bool start_note(body *b, const prs_xml_attributes *a)
{
    const anc_str id = prs_xml_attribute(a, ID), type = prs_xml_attribute(a, TYPE);
    if (b->note_kind == '\0' || (type.len > 0 && !anc_str_eq(type, ANC_STR("normal")))) {
        skip(b, b->depth);
        return true;
    }
    (void)snprintf(b->note, sizeof b->note, "%c%.*s", b->note_kind,
                   (int)(id.len < 20 ? id.len : 20), id.ptr != NULL ? id.ptr : "");
    return prs_flow_begin_aside(&b->f, true);
}

static bool end_note(body *b)
{
    prs_docx *d = b->d;
    if (b->note_kind == '\0' || b->f.asides == 0)
        return true;
    if (!prs_flow_end_aside(&b->f))
        return false;
    anc_str text = anc_buf_view(&b->f.notes);
    const size_t at = d->note_texts.len;
    for (size_t i = 0; i < text.len; i++)
        (void)anc_buf_add_char(&d->note_texts, text.ptr[i] != '\0' ? text.ptr[i] : ' ');
    (void)anc_buf_add_char(&d->note_texts, '\0');
    anc_buf_clear(&b->f.notes);
    anc_buf_clear(&b->f.later);
    if (d->note_texts.refused)
        return prs_emit_fail(d->e, anc_buf_status(&d->note_texts, "notes", d->e->err));
    if (!anc_map_put(d->notes, anc_str_of(b->note), at))
        return prs_emit_fail(d->e, ANC_FAIL(d->e->err, ANC_NO_MEMORY, "notes: out of memory"));
    return true;
}

/* ---- events ------------------------------------------------------------------------------------- */

static bool start_block(body *b, unsigned id, const prs_xml_attributes *a)
{
    switch (id) {
    case P:
        return begin_paragraph(b);
    case P_PR:
        b->in_paragraph_properties = true;
        return true;
    case DEL: /* inside a row's properties: the row is */
        skip(b, b->in_row_properties && b->depth > 2 ? b->depth - 2 : b->depth);
        b->in_row_properties = false;
        return true;
    case SKIPPED:
        skip(b, b->depth);
        return true;
    case BOX:
        return prs_flow_begin_aside(&b->f, false);
    case NOTE:
        return start_note(b, a);
    case ALTERNATES:
    case CHOICE:
    case FALLBACK:
        return start_choice(b, id);
    default:
        if (id >= TBL && id <= V_MERGE)
            return start_table(b, id, a);
        return id >= EQUATIONS ? start_equation(b, id, a) : start_inline(b, id, a);
    }
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    body *b = self;
    b->depth++;
    if (b->skip_at > 0 || id == OTHER)
        return true;
    if (b->in_paragraph_properties && id != SKIPPED)
        return take_property(b, id, a);
    return start_block(b, id, a);
}

static bool end_element(body *b, unsigned id)
{
    switch (id) {
    case P:
        return end_paragraph(b);
    case P_PR:
        b->in_paragraph_properties = false;
        return apply_properties(b);
    case R:
        b->in_run = b->hidden = false;
        return true;
    case T:
    case M_T:
        b->in_text = false;
        return true;
    case GRID:
        if (b->columns == 1)
            prs_flow_one_column(&b->f);
        return true;
    case TBL:
        return prs_flow_end_table(&b->f);
    case TR:
        return prs_flow_end_row(&b->f);
    case TR_PR:
        b->in_row_properties = false;
        return true;
    case TC:
        return prs_flow_end_cell(&b->f);
    case BOX:
        return prs_flow_end_aside(&b->f);
    case NOTE:
        return end_note(b);
    case ALTERNATES:
        b->alternates -= b->alternates > 0;
        return true;
    default:
        return id < EQUATIONS || end_equation(b, id);
    }
}

static bool on_end(void *self, unsigned id)
{
    body *b = self;
    const unsigned depth = b->depth--;
    if (b->skip_at > 0) {
        if (depth > b->skip_at)
            return true;
        b->skip_at = 0;
        if (id != TR)
            return true;
    }
    if (id == OTHER || (b->in_paragraph_properties && id != P_PR))
        return true;
    return end_element(b, id);
}

static bool on_text(void *self, anc_str text)
{
    body *b = self;
    if (!b->in_text || b->skip_at > 0)
        return true;
    if (b->equations == 0)
        return prs_flow_text(&b->f, text);
    prs_docx_math_text(&b->math, text);
    return true;
}

static bool read_part(prs_docx *d, const char *part, char note_kind)
{
    const prs_xml_table table = {prs_docx_spaces, prs_docx_n_spaces, names, ANC_COUNT(names)};
    body *b = calloc(1, sizeof *b);
    if (b == NULL)
        return prs_emit_fail(d->e, ANC_FAIL(d->e->err, ANC_NO_MEMORY, "DOCX: out of memory"));
    b->d = d;
    b->note_kind = note_kind;
    b->page = 1;
    b->math.text = anc_buf_init(EQUATION_BYTES);
    prs_flow_init(&b->f, d->e);
    if (d->pages)
        prs_emit_page(d->e, b->page);
    const prs_xml_handler handler = {on_start, on_text, on_end, b};
    const bool ok = prs_xml_read_entry(&table, &handler, d->a, part) && prs_flow_end(&b->f);
    prs_flow_done(&b->f);
    anc_buf_done(&b->math.text);
    free(b);
    return ok;
}

bool prs_docx_read_notes(prs_docx *d, const char *name, char kind)
{
    return name[0] == '\0' || read_part(d, name, kind);
}

bool prs_docx_read_body(prs_docx *d, const char *name)
{
    return read_part(d, name, '\0');
}
