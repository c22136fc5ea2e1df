/* docx_body.c - paragraphs, tables, boxes and notes of a DOCX as they come. */
#include "docx_impl.h"
#include "docx_words_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIELDS = 64, MAX_ALTERNATES = 64, EQUATION_BYTES = 64 << 10 };

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
    if (id == PRS_W_P_STYLE)
        b->p.style = prs_docx_style_of(&b->d->styles, prs_xml_attribute(a, PRS_W_VAL));
    else if (id == PRS_W_OUTLINE)
        (void)prs_xml_number(a, PRS_W_VAL, &b->p.outline);
    else if (id == PRS_W_LEVEL)
        (void)prs_xml_number(a, PRS_W_VAL, &b->p.level);
    else if (id == PRS_W_NUMBERS)
        (void)prs_xml_number(a, PRS_W_VAL, &b->p.list);
    else if (id == PRS_W_DEL)
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

static bool take_symbol(body *b, const prs_xml_attributes *a)
{
    char sign[PRS_DOCX_SIGN];
    const size_t n =
        prs_docx_sign(prs_xml_attribute(a, PRS_W_CHAR), prs_xml_attribute(a, PRS_W_FONT), sign);
    return n == 0 || !shows(b) || prs_flow_text(&b->f, (anc_str){sign, n});
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
    case PRS_W_R:
        b->in_run = true;
        b->hidden = false;
        return true;
    case PRS_W_VANISH:
        b->hidden = b->in_run && prs_docx_is_on(prs_xml_attribute(a, PRS_W_VAL));
        return true;
    case PRS_W_T:
        b->in_text = shows(b);
        return true;
    case PRS_W_TAB:
        return !shows(b) || prs_flow_blank(&b->f);
    case PRS_W_BR:
        return !shows(b) || prs_flow_break(&b->f);
    case PRS_W_NO_BREAK_HYPHEN:
        return !shows(b) || prs_flow_text(&b->f, ANC_STR("-"));
    case PRS_W_SYM:
        return take_symbol(b, a);
    case PRS_W_FIELD:
        take_field(b, prs_xml_attribute(a, PRS_W_FIELD_TYPE));
        return true;
    case PRS_W_FOOTNOTE_REF:
        return take_note(b, 'f', prs_xml_attribute(a, PRS_W_ID));
    case PRS_W_ENDNOTE_REF:
        return take_note(b, 'e', prs_xml_attribute(a, PRS_W_ID));
    case PRS_W_PAGE_TURN:
        return turn_page(b);
    default:
        return true;
    }
}

/* ---- tables ------------------------------------------------------------------------------------- */

static void take_look(body *b, const prs_xml_attributes *a)
{
    const anc_str said = prs_xml_attribute(a, PRS_W_FIRST_ROW);
    const anc_str bits = prs_xml_attribute(a, PRS_W_VAL);
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
    case PRS_W_TBL:
        return prs_flow_begin_table(&b->f);
    case PRS_W_TBL_LOOK:
        take_look(b, a);
        return true;
    case PRS_W_GRID:
        b->columns = 0;
        return true;
    case PRS_W_GRID_COL:
        b->columns++;
        return true;
    case PRS_W_TR:
        return prs_flow_begin_row(&b->f);
    case PRS_W_TR_PR:
        b->in_row_properties = true;
        return true;
    case PRS_W_TBL_HEADER:
        if (prs_docx_is_on(prs_xml_attribute(a, PRS_W_VAL)))
            prs_flow_header_row(&b->f);
        return true;
    case PRS_W_GRID_BEFORE:
        if (prs_xml_number(a, PRS_W_VAL, &n))
            prs_flow_skip_columns(&b->f, n);
        return true;
    case PRS_W_TC:
        return prs_flow_begin_cell(&b->f);
    case PRS_W_GRID_SPAN:
        if (prs_xml_number(a, PRS_W_VAL, &n))
            prs_flow_span(&b->f, n);
        return true;
    case PRS_W_V_MERGE:
        prs_flow_merged(&b->f, anc_str_eq(prs_xml_attribute(a, PRS_W_VAL), ANC_STR("restart"))
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
    case PRS_W_M_FRACTION_TOP:
        return PRS_MATH_NUMERATOR;
    case PRS_W_M_FRACTION_BOTTOM:
        return PRS_MATH_DENOMINATOR;
    case PRS_W_M_ABOVE:
        return PRS_MATH_ABOVE;
    case PRS_W_M_BELOW:
        return PRS_MATH_BELOW;
    case PRS_W_M_ROOT:
        return PRS_MATH_ROOT;
    case PRS_W_M_DEGREE:
        return PRS_MATH_DEGREE;
    case PRS_W_M_BRACKETS:
        return PRS_MATH_BRACKETS;
    case PRS_W_M_SUM:
        return PRS_MATH_SUM;
    case PRS_W_M_ROW:
        return PRS_MATH_ROW;
    default:
        return PRS_MATH_OTHER;
    }
}

static bool start_equation(body *b, unsigned id, const prs_xml_attributes *a)
{
    if (id == PRS_W_EQUATIONS)
        return prs_flow_blank(&b->f);
    if (id == PRS_W_EQUATION) {
        if (b->equations++ == 0) {
            anc_buf_clear(&b->math.text);
            b->math.depth = 0;
        }
        return true;
    }
    const prs_docx_math_part part = part_of(id);
    if (part != PRS_MATH_OTHER)
        prs_docx_math_begin(&b->math, part);
    else if (id == PRS_W_M_T)
        b->in_text = shows(b);
    else if (id == PRS_W_M_OPENS || id == PRS_W_M_CLOSES || id == PRS_W_M_SIGN)
        prs_docx_math_sign(&b->math,
                           id == PRS_W_M_OPENS    ? '('
                           : id == PRS_W_M_CLOSES ? ')'
                                                  : 'S',
                           prs_xml_attribute(a, PRS_W_M_VAL));
    return true;
}

static bool end_equation(body *b, unsigned id)
{
    if (id == PRS_W_EQUATIONS)
        return prs_flow_blank(&b->f);
    if (id == PRS_W_EQUATION) {
        b->equations -= b->equations > 0;
        return b->equations > 0 || (prs_flow_whole(&b->f, &b->math.text) &&
                                    prs_flow_text(&b->f, anc_buf_view(&b->math.text)));
    }
    if (part_of(id) != PRS_MATH_OTHER)
        prs_docx_math_end(&b->math);
    else if (id == PRS_W_M_FUNCTION ||
             (id == PRS_W_M_ELEMENT && b->math.depth > 0 && b->math.depth <= PRS_DOCX_MATH_DEPTH &&
              b->math.parts[b->math.depth - 1].part == PRS_MATH_ROW))
        prs_docx_math_text(&b->math, ANC_STR(" "));
    return true;
}

/* ---- choices and notes -------------------------------------------------------------------------- */

/* Of alternatives the first is read: all of them say the same. */
static bool start_choice(body *b, unsigned id)
{
    if (id == PRS_W_ALTERNATES) {
        if (b->alternates < MAX_ALTERNATES)
            b->chosen[b->alternates] = false;
        b->alternates++;
        return true;
    }
    const bool known = b->alternates > 0 && b->alternates <= MAX_ALTERNATES;
    bool *chosen = known ? &b->chosen[b->alternates - 1] : NULL;
    if (chosen != NULL ? *chosen : id == PRS_W_FALLBACK)
        skip(b, b->depth);
    else if (chosen != NULL)
        *chosen = true;
    return true;
}

/* A note of the document's own; those that are lines between text and notes have a type. */
static bool start_note(body *b, const prs_xml_attributes *a)
{
    const anc_str id = prs_xml_attribute(a, PRS_W_ID), type = prs_xml_attribute(a, PRS_W_TYPE);
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
    case PRS_W_P:
        return begin_paragraph(b);
    case PRS_W_P_PR:
        b->in_paragraph_properties = true;
        return true;
    case PRS_W_DEL: /* inside a row's properties: the row is */
        skip(b, b->in_row_properties && b->depth > 2 ? b->depth - 2 : b->depth);
        b->in_row_properties = false;
        return true;
    case PRS_W_SKIPPED:
        skip(b, b->depth);
        return true;
    case PRS_W_BOX:
        return prs_flow_begin_aside(&b->f, false);
    case PRS_W_NOTE:
        return start_note(b, a);
    case PRS_W_ALTERNATES:
    case PRS_W_CHOICE:
    case PRS_W_FALLBACK:
        return start_choice(b, id);
    default:
        if (id >= PRS_W_TBL && id <= PRS_W_V_MERGE)
            return start_table(b, id, a);
        return id >= PRS_W_EQUATIONS ? start_equation(b, id, a) : start_inline(b, id, a);
    }
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    body *b = self;
    b->depth++;
    if (b->skip_at > 0 || id == PRS_W_OTHER)
        return true;
    if (b->in_paragraph_properties && id != PRS_W_SKIPPED)
        return take_property(b, id, a);
    return start_block(b, id, a);
}

static bool end_element(body *b, unsigned id)
{
    switch (id) {
    case PRS_W_P:
        return end_paragraph(b);
    case PRS_W_P_PR:
        b->in_paragraph_properties = false;
        return apply_properties(b);
    case PRS_W_R:
        b->in_run = b->hidden = false;
        return true;
    case PRS_W_T:
    case PRS_W_M_T:
        b->in_text = false;
        return true;
    case PRS_W_GRID:
        if (b->columns == 1)
            prs_flow_one_column(&b->f);
        return true;
    case PRS_W_TBL:
        return prs_flow_end_table(&b->f);
    case PRS_W_TR:
        return prs_flow_end_row(&b->f);
    case PRS_W_TR_PR:
        b->in_row_properties = false;
        return true;
    case PRS_W_TC:
        return prs_flow_end_cell(&b->f);
    case PRS_W_BOX:
        return prs_flow_end_aside(&b->f);
    case PRS_W_NOTE:
        return end_note(b);
    case PRS_W_ALTERNATES:
        b->alternates -= b->alternates > 0;
        return true;
    default:
        return id < PRS_W_EQUATIONS || end_equation(b, id);
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
        if (id != PRS_W_TR)
            return true;
    }
    if (id == PRS_W_OTHER || (b->in_paragraph_properties && id != PRS_W_P_PR))
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
    const prs_xml_table table = {prs_docx_spaces, prs_docx_n_spaces, prs_docx_words,
                                 prs_docx_n_words};
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
