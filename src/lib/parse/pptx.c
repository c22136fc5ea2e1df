/* pptx.c - PowerPoint slides in their order: a slide is a page, its title a heading, and what the speaker
 * notes comes behind it.
 *
 * A slide's shapes stand in the order in which they were drawn, so the title is read first and all else in
 * a second reading. Dates, footers and numbers of slides are passed over. Not read: comments, charts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "flow_impl.h"
#include "opc_impl.h"
#include "xml_impl.h"

enum { MAX_SLIDES = 20000, LEVELS = 9, MAX_ALTERNATES = 64, NAMES_BYTES = 4 << 20 };

enum {
    SLIDE_ID = 1,
    SHAPE,
    PLACEHOLDER,
    BODY,
    P,
    P_PR,
    NO_BULLET,
    BULLET,
    NUMBER,
    T,
    BR,
    TABLE,
    TABLE_PR,
    GRID,
    GRID_COL,
    ROW,
    CELL,
    ALTERNATES,
    CHOICE,
    FALLBACK,
    REFERENCE,
    TYPE,
    LEVEL,
    START,
    FIRST_ROW,
    SPAN,
    ROW_SPAN,
    V_MERGE
};

static const prs_xml_space spaces[] = {
    {"p", "http://schemas.openxmlformats.org/presentationml/2006/main"},
    {"p", "http://purl.oclc.org/ooxml/presentationml/main"},
    {"a", "http://schemas.openxmlformats.org/drawingml/2006/main"},
    {"a", "http://purl.oclc.org/ooxml/drawingml/main"},
    {"r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"},
    {"r", "http://purl.oclc.org/ooxml/officeDocument/relationships"},
    {"m", "http://schemas.openxmlformats.org/officeDocument/2006/math"},
    {"mc", "http://schemas.openxmlformats.org/markup-compatibility/2006"}};

static const prs_xml_name names[] = {
    {"p:sldId", SLIDE_ID},
    {"p:sp", SHAPE},
    {"p:graphicFrame", SHAPE},
    {"p:pic", SHAPE},
    {"p:cxnSp", SHAPE},
    {"p:ph", PLACEHOLDER},
    {"p:txBody", BODY},
    {"a:p", P},
    {"a:pPr", P_PR},
    {"a:buNone", NO_BULLET},
    {"a:buChar", BULLET},
    {"a:buBlip", BULLET},
    {"a:buAutoNum", NUMBER},
    {"a:t", T},
    {"m:t", T},
    {"a:br", BR},
    {"a:tbl", TABLE},
    {"a:tblPr", TABLE_PR},
    {"a:tblGrid", GRID},
    {"a:gridCol", GRID_COL},
    {"a:tr", ROW},
    {"a:tc", CELL},
    {"mc:AlternateContent", ALTERNATES},
    {"mc:Choice", CHOICE},
    {"mc:Fallback", FALLBACK},
    {"r:id", REFERENCE},
    {"type", TYPE},
    {"lvl", LEVEL},
    {"startAt", START},
    {"firstRow", FIRST_ROW},
    {"gridSpan", SPAN},
    {"rowSpan", ROW_SPAN},
    {"vMerge", V_MERGE},
};

static const prs_xml_table table = {spaces, ANC_COUNT(spaces), names, ANC_COUNT(names)};

/* What is taken out of a part. */
typedef enum taken { TITLE, REST, NOTES, DIAGRAM } taken;

typedef enum role { NO_ROLE, IS_TITLE, IS_TEXT, IS_FURNITURE, IS_OTHER } role;

typedef struct pptx {
    prs_archive *a;
    prs_emitter *e;
    anc_map *targets; /* owned: id of a relationship to where the slide's name begins in `names` */
    anc_buf names;    /* each terminated */
    uint32_t slides[MAX_SLIDES]; /* where their names begin, in their order */
    size_t n;
    prs_flow f;
    taken taken;
    unsigned depth, skip_at;
    role role; /* of the shape at hand */
    bool in_text, in_properties, in_title;
    bool applied; /* the properties of the paragraph at hand */
    unsigned level, columns;
    enum { INHERITED, NONE, DOT, COUNTED } bullet;
    anc_buf scheme; /* how it is counted */
    uint32_t start, counts[LEVELS];
    bool first_row, header;
    unsigned alternates;
    bool chosen[MAX_ALTERNATES];
} pptx;

/* ---- paragraphs --------------------------------------------------------------------------------- */

/* "3.", "(c)", "iv)": as the scheme is called, such as "alphaLcParenBoth". */
static void add_mark(pptx *x, anc_buf *out)
{
    static const struct {
        anc_str name;
        prs_number_form form;
    } forms[] = {{ANC_STR_INIT("alphaLc"), PRS_NUMBER_LOWER_LETTER},
                 {ANC_STR_INIT("alphaUc"), PRS_NUMBER_UPPER_LETTER},
                 {ANC_STR_INIT("romanLc"), PRS_NUMBER_LOWER_ROMAN},
                 {ANC_STR_INIT("romanUc"), PRS_NUMBER_UPPER_ROMAN}};
    const anc_str scheme = anc_buf_view(&x->scheme);
    prs_number_form form = PRS_NUMBER_DECIMAL;
    for (size_t i = 0; i < ANC_COUNT(forms); i++)
        if (anc_str_starts(scheme, forms[i].name))
            form = forms[i].form;
    uint32_t *count = &x->counts[x->level];
    *count = *count > 0 ? *count + 1 : x->start;
    const bool both = anc_str_ends(scheme, ANC_STR("ParenBoth"));
    if (both)
        (void)anc_buf_add_char(out, '(');
    prs_number_add(form, *count, out);
    if (both || anc_str_ends(scheme, ANC_STR("ParenR")))
        (void)anc_buf_add_char(out, ')');
    else
        (void)anc_buf_add_char(out, '.');
}

static void forget_counts(pptx *x, unsigned from)
{
    for (unsigned i = from; i < LEVELS; i++)
        x->counts[i] = 0;
}

static bool begin_paragraph(pptx *x)
{
    x->level = 0;
    x->applied = false;
    x->bullet = INHERITED;
    x->start = 1;
    anc_buf_clear(&x->scheme);
    if (!x->in_title)
        return prs_flow_begin(&x->f, PRS_PARAGRAPH, 0, ANC_STR_NONE);
    /* the lines of a title are one heading */
    return x->f.paragraph.is_open ? prs_flow_break(&x->f)
                                  : prs_flow_begin(&x->f, PRS_HEADING, 1, ANC_STR_NONE);
}

/* What its properties make of the paragraph, before its first text. A text of the layout has dots unless it says that not. */
static bool apply_properties(pptx *x)
{
    ANC_BUF(mark, PRS_FLOW_MARK);
    if (x->in_title || x->applied)
        return true;
    x->applied = true;
    const bool text = x->role == IS_TEXT && x->taken == REST;
    const bool dots = x->bullet == DOT || (x->bullet == INHERITED && text) || x->taken == DIAGRAM;
    if (x->bullet == COUNTED)
        add_mark(x, &mark);
    else if (dots)
        (void)anc_buf_add_char(&mark, '-');
    forget_counts(x, x->level + (x->bullet == COUNTED ? 1 : 0));
    if (!prs_flow_whole(&x->f, &mark) || !prs_flow_whole(&x->f, &x->scheme))
        return false;
    if (mark.len == 0)
        return prs_flow_begin(&x->f, PRS_PARAGRAPH, 0, ANC_STR_NONE);
    return prs_flow_begin(&x->f, PRS_LIST_ITEM, x->level + 1, anc_buf_view(&mark));
}

static bool take_property(pptx *x, unsigned id, const prs_xml_attributes *a)
{
    if (id == NO_BULLET)
        x->bullet = NONE;
    else if (id == BULLET)
        x->bullet = DOT;
    else if (id == NUMBER) {
        x->bullet = COUNTED;
        (void)anc_buf_add(&x->scheme, prs_xml_attribute(a, TYPE));
        (void)prs_xml_number(a, START, &x->start);
    }
    return true;
}

/* ---- shapes ------------------------------------------------------------------------------------- */

static role role_of(anc_str type)
{
    static const struct {
        anc_str type;
        role role;
    } rows[] = {{ANC_STR_INIT("title"), IS_TITLE},     {ANC_STR_INIT("ctrTitle"), IS_TITLE},
                {ANC_STR_INIT(""), IS_TEXT},           {ANC_STR_INIT("body"), IS_TEXT},
                {ANC_STR_INIT("obj"), IS_TEXT},        {ANC_STR_INIT("dt"), IS_FURNITURE},
                {ANC_STR_INIT("ftr"), IS_FURNITURE},   {ANC_STR_INIT("hdr"), IS_FURNITURE},
                {ANC_STR_INIT("sldNum"), IS_FURNITURE}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq(type, rows[i].type))
            return rows[i].role;
    return IS_OTHER;
}

static bool is_wanted(const pptx *x)
{
    switch (x->taken) {
    case TITLE:
        return x->role == IS_TITLE;
    case REST:
        return x->role != IS_TITLE && x->role != IS_FURNITURE;
    case NOTES:
        return x->role == IS_TEXT;
    case DIAGRAM:
        break;
    }
    return true;
}

static bool start_body(pptx *x)
{
    if (!is_wanted(x))
        x->skip_at = x->depth;
    x->in_title = x->taken == TITLE;
    forget_counts(x, 0);
    return true;
}

static bool start_table(pptx *x)
{
    if (x->taken == TITLE || x->taken == NOTES) {
        x->skip_at = x->depth;
        return true;
    }
    x->columns = 0;
    x->first_row = true;
    x->header = false;
    x->role = NO_ROLE;
    return prs_flow_begin_table(&x->f);
}

static bool start_row(pptx *x)
{
    if (!prs_flow_begin_row(&x->f))
        return false;
    if (x->first_row && x->header)
        prs_flow_header_row(&x->f);
    else if (x->first_row)
        prs_flow_no_header(&x->f);
    x->first_row = false;
    return true;
}

/* Cells that another one covers are there, and empty. */
static bool start_cell(pptx *x, const prs_xml_attributes *a)
{
    uint32_t rows = 1;
    if (!prs_flow_begin_cell(&x->f))
        return false;
    forget_counts(x, 0);
    if (prs_xml_number(a, ROW_SPAN, &rows) && rows > 1)
        prs_flow_merged(&x->f, PRS_FLOW_FIRST);
    else if (anc_str_eq(prs_xml_attribute(a, V_MERGE), ANC_STR("1")) ||
             anc_str_eq(prs_xml_attribute(a, V_MERGE), ANC_STR("true")))
        prs_flow_merged(&x->f, PRS_FLOW_AGAIN);
    return true;
}

/* Of alternatives the first is read: all of them say the same. */
static bool start_choice(pptx *x, unsigned id)
{
    if (id == ALTERNATES) {
        if (x->alternates < MAX_ALTERNATES)
            x->chosen[x->alternates] = false;
        x->alternates++;
        return true;
    }
    const bool known = x->alternates > 0 && x->alternates <= MAX_ALTERNATES;
    bool *chosen = known ? &x->chosen[x->alternates - 1] : NULL;
    if (chosen != NULL ? *chosen : id == FALLBACK)
        x->skip_at = x->depth;
    else if (chosen != NULL)
        *chosen = true;
    return true;
}

/* ---- events ------------------------------------------------------------------------------------- */

static bool start_element(pptx *x, unsigned id, const prs_xml_attributes *a)
{
    uint32_t n = 0;
    switch (id) {
    case SHAPE:
        x->role = NO_ROLE;
        return true;
    case PLACEHOLDER:
        x->role = role_of(prs_xml_attribute(a, TYPE));
        return true;
    case BODY:
        return start_body(x);
    case P:
        return begin_paragraph(x);
    case P_PR:
        x->in_properties = true;
        if (prs_xml_number(a, LEVEL, &n))
            x->level = n < LEVELS ? n : LEVELS - 1;
        return true;
    case T:
        x->in_text = true;
        return apply_properties(x);
    case BR:
        return prs_flow_break(&x->f);
    case TABLE:
        return start_table(x);
    case TABLE_PR:
        x->header = anc_str_eq(prs_xml_attribute(a, FIRST_ROW), ANC_STR("1")) ||
                    anc_str_eq(prs_xml_attribute(a, FIRST_ROW), ANC_STR("true"));
        return true;
    case GRID_COL:
        x->columns++;
        return true;
    case ROW:
        return start_row(x);
    case CELL:
        return start_cell(x, a);
    case ALTERNATES:
    case CHOICE:
    case FALLBACK:
        return start_choice(x, id);
    default:
        return true;
    }
}

static bool on_start(void *self, unsigned id, const prs_xml_attributes *a)
{
    pptx *x = self;
    x->depth++;
    if (x->skip_at > 0 || id == 0)
        return true;
    return x->in_properties ? take_property(x, id, a) : start_element(x, id, a);
}

static bool end_body(pptx *x)
{
    x->in_title = false;
    return prs_flow_end(&x->f);
}

static bool end_element(pptx *x, unsigned id)
{
    switch (id) {
    case BODY:
        return end_body(x);
    case P:
        return x->in_title || prs_flow_end(&x->f);
    case P_PR:
        x->in_properties = false;
        return apply_properties(x);
    case T:
        x->in_text = false;
        return true;
    case GRID:
        if (x->columns == 1)
            prs_flow_one_column(&x->f);
        return true;
    case TABLE:
        return prs_flow_end_table(&x->f);
    case ROW:
        return prs_flow_end_row(&x->f);
    case CELL:
        return prs_flow_end_cell(&x->f);
    case ALTERNATES:
        x->alternates -= x->alternates > 0;
        return true;
    default:
        return true;
    }
}

static bool on_end(void *self, unsigned id)
{
    pptx *x = self;
    const unsigned depth = x->depth--;
    if (x->skip_at > 0) {
        x->skip_at = depth > x->skip_at ? x->skip_at : 0;
        return true;
    }
    if (id == 0 || (x->in_properties && id != P_PR))
        return true;
    return end_element(x, id);
}

static bool on_text(void *self, anc_str text)
{
    pptx *x = self;
    return !x->in_text || x->skip_at > 0 || prs_flow_text(&x->f, text);
}

/* ---- parts -------------------------------------------------------------------------------------- */

static bool read_part(pptx *x, const char *name, taken what)
{
    const prs_xml_handler handler = {on_start, on_text, on_end, x};
    x->taken = what;
    x->depth = x->skip_at = x->alternates = 0;
    x->role = NO_ROLE;
    x->in_text = x->in_properties = x->in_title = false;
    return prs_xml_read_entry(&table, &handler, x->a, name) && prs_flow_end(&x->f);
}

static bool take_diagram(void *self, const prs_opc_relation *relation)
{
    pptx *x = self;
    return !anc_str_eq(relation->type, ANC_STR("diagramData")) ||
           !prs_archive_has(x->a, relation->target.ptr) ||
           read_part(x, relation->target.ptr, DIAGRAM);
}

static bool read_slide(pptx *x, const char *name)
{
    ANC_BUF(notes, PRS_OPC_NAME_BYTES);
    return read_part(x, name, TITLE) && read_part(x, name, REST) &&
           prs_opc_relations(x->a, name, take_diagram, x) &&
           prs_opc_target(x->a, name, "notesSlide", "", &notes) &&
           (notes.len == 0 || read_part(x, notes.ptr, NOTES));
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static bool out_of_memory(prs_emitter *e)
{
    return prs_emit_fail(e, ANC_FAIL(e->err, ANC_NO_MEMORY, "PPTX: out of memory"));
}

static bool take_target(void *self, const prs_opc_relation *relation)
{
    pptx *x = self;
    const size_t at = x->names.len;
    if (!anc_str_eq(relation->type, ANC_STR("slide")))
        return true;
    (void)anc_buf_add(&x->names, relation->target);
    (void)anc_buf_add_char(&x->names, '\0');
    if (x->names.refused)
        return prs_emit_fail(x->e, anc_buf_status(&x->names, "PPTX: names of slides", x->e->err));
    return anc_map_put(x->targets, relation->id, at) || out_of_memory(x->e);
}

static bool take_slide(void *self, unsigned id, const prs_xml_attributes *a)
{
    pptx *x = self;
    uint64_t at;
    if (id != SLIDE_ID || !anc_map_find(x->targets, prs_xml_attribute(a, REFERENCE), &at))
        return true;
    if (x->n == MAX_SLIDES)
        return prs_emit_fail(
            x->e, ANC_FAIL(x->e->err, ANC_LIMIT, "presentation: more than %d slides", MAX_SLIDES));
    x->slides[x->n++] = (uint32_t)at;
    return true;
}

static bool read_presentation(pptx *x)
{
    ANC_BUF(main, PRS_OPC_NAME_BYTES);
    const prs_xml_handler handler = {.start = take_slide, .self = x};
    if (!prs_opc_target(x->a, "", "officeDocument", "ppt/presentation.xml", &main))
        return false;
    const char *name = main.len > 0 ? main.ptr : "ppt/presentation.xml";
    if (!prs_opc_properties(x->a, "PowerPoint") || !prs_opc_relations(x->a, name, take_target, x) ||
        !prs_xml_read_entry(&table, &handler, x->a, name))
        return false;
    for (size_t i = 0; i < x->n; i++) {
        prs_emit_page(x->e, (uint32_t)i + 1);
        if (!prs_emit_may_go_on(x->e) || !read_slide(x, x->names.ptr + x->slides[i]))
            return false;
    }
    return true;
}

bool prs_read_pptx(anc_str bytes, prs_emitter *e)
{
    ANC_CLEANUP(prs_archive_done) prs_archive a;
    if (!prs_archive_open(bytes, e, &a))
        return false;
    pptx *x = calloc(1, sizeof *x);
    if (x == NULL)
        return out_of_memory(e);
    x->a = &a;
    x->e = e;
    x->names = anc_buf_init(NAMES_BYTES);
    x->scheme = anc_buf_init(PRS_FLOW_MARK);
    x->targets = anc_map_new();
    prs_flow_init(&x->f, e);
    const bool ok = x->targets != NULL ? read_presentation(x) : out_of_memory(e);
    prs_flow_done(&x->f);
    anc_map_free(x->targets);
    anc_buf_done(&x->names);
    anc_buf_done(&x->scheme);
    free(x);
    return ok;
}
