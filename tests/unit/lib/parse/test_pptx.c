/* test_pptx.c - slides in their order with titles, lists, tables and notes; what is furniture and what is
 * missing. */
#include "support/test.h"
#include "zips.h"

#include <string.h>

#include "parse/parse.h"

enum { ARCHIVE_BYTES = 1 << 20 };

#define SPACES                                                                       \
    " xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'"          \
    " xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'"               \
    " xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'" \
    " xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"        \
    " xmlns:d='http://schemas.openxmlformats.org/drawingml/2006/diagram'"
#define RELATIONS(rows)                                                                       \
    ANC_STR_INIT("<Relationships "                                                            \
                 "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>" rows \
                 "</Relationships>")
#define RELATION(id, type, target) \
    "<Relationship Id='" id "' Type='http://x/" type "' Target='" target "'/>"

/* Two slides that stand in the list in the other order, and one that is not in the list. */
static const anc_str presentation = ANC_STR_INIT(
    "<p:presentation" SPACES "><p:sldIdLst><p:sldId id='256' r:id='r2'/><p:sldId id='257' "
    "r:id='r1'/><p:sldId id='258' r:id='gone'/></p:sldIdLst></p:presentation>");
static const anc_str relations = RELATIONS(
    RELATION("r1", "slide", "slides/slide1.xml") RELATION("r2", "slide", "slides/slide2.xml")
        RELATION("r3", "slide", "slides/slide3.xml") RELATION("r4", "theme", "theme.xml"));
static const anc_str slide_relations = RELATIONS(RELATION(
    "n", "notesSlide", "../notes/n1.xml") RELATION("d", "diagramData", "../diagrams/d1.xml"));

static const anc_str core = ANC_STR_INIT(
    "<cp:coreProperties xmlns:cp='http://schemas.openxmlformats.org/package/2006/metadata/"
    "core-properties' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
    "<dc:title>Pr\xC3\xA9sentation PowerPoint</dc:title><dc:creator>Ada</dc:creator>"
    "</cp:coreProperties>");

#define SHAPE(ph, paragraphs) \
    "<p:sp><p:nvSpPr><p:nvPr>" ph "</p:nvPr></p:nvSpPr><p:txBody>" paragraphs "</p:txBody></p:sp>"
#define PH(type)               "<p:ph type='" type "'/>"
#define P(text)                "<a:p><a:r><a:t>" text "</a:t></a:r></a:p>"
#define PP(properties, text)   "<a:p>" properties "<a:r><a:t>" text "</a:t></a:r></a:p>"
#define CELL(attributes, text) "<a:tc" attributes "><a:txBody>" P(text) "</a:txBody></a:tc>"

typedef struct pptx_row {
    const char *name;
    anc_str slide; /* number 1, which is shown as the second */
    const char *lines;
} pptx_row;

static const pptx_row rows[] = {
    {"a title that is drawn last",
     ANC_STR_INIT(SHAPE("", P("text")) SHAPE(PH("title"), P("The") P("title"))),
     "2 h The title\n2 p text\n"},
    {"what is furniture",
     ANC_STR_INIT(SHAPE(PH("dt"), P("today")) SHAPE(PH("ftr"), P("foot"))
                      SHAPE(PH("sldNum"), P("7")) SHAPE(PH("subTitle"), P("sub"))),
     "2 p sub\n"},
    {"lists",
     ANC_STR_INIT(
         SHAPE("<p:ph idx='1'/>",
               P("a") PP("<a:pPr lvl='1'/>", "b") PP("<a:pPr><a:buNone/></a:pPr>", "c"))
             SHAPE("", PP("<a:pPr><a:buChar char='x'/></a:pPr>", "d") PP("<a:pPr lvl='2'/>", "e"))),
     "2 li - a\n2 li - b\n2 p c\n2 li - d\n2 p e\n"},
    {"numbers",
     ANC_STR_INIT(SHAPE(
         "", PP("<a:pPr><a:buAutoNum type='arabicPeriod' startAt='3'/></a:pPr>",
                "a") PP("<a:pPr lvl='1'><a:buAutoNum type='alphaLcParenBoth'/></a:pPr>", "b")
                 PP("<a:pPr lvl='1'><a:buAutoNum type='alphaLcParenBoth'/></a:pPr>", "c")
                     PP("<a:pPr><a:buAutoNum type='arabicPeriod' startAt='3'/></a:pPr>", "d")
                         PP("<a:pPr lvl='1'><a:buAutoNum type='romanUcParenR'/></a:pPr>", "e")
                             P("f") PP("<a:pPr><a:buAutoNum type='arabicPlain'/></a:pPr>", "g"))),
     "2 li 3. a\n2 li (a) b\n2 li (b) c\n2 li 4. d\n2 li I) e\n2 p f\n2 li 1. g\n"},
    {"a table",
     ANC_STR_INIT(
         "<p:graphicFrame><a:tbl><a:tblPr "
         "firstRow='1'/><a:tblGrid><a:gridCol/><a:gridCol/></a:tblGrid>"
         "<a:tr>" CELL("", "1") CELL("", "2") "</a:tr><a:tr>" CELL(" rowSpan='2'", "x")
             CELL("", "y") "</a:tr><a:tr><a:tc vMerge='1'><a:txBody><a:p/></a:txBody></a:tc>" CELL(
                 "",
                 "z") "</a:tr></a:tbl></p:graphicFrame><p:graphicFrame><a:tbl><a:tr>" CELL(" gridSp"
                                                                                           "an='2'",
                                                                                           "a")
                 CELL(" hMerge='1'", "") CELL("", "b") "</a:tr></a:tbl></p:graphicFrame>"),
     "2 row* 1 | 2\n2 row x | y\n2 row x | z\n2 row a |  | b\n"},
    {"groups, breaks and fields",
     ANC_STR_INIT("<p:grpSp>" SHAPE(
         "", "<a:p><a:r><a:t>a</a:t></a:r><a:br/><a:fld type='x'><a:t>b</a:t></a:fld>"
             "</a:p>") "</p:grpSp>"),
     "2 p a\nb\n"},
    {"alternatives",
     ANC_STR_INIT(
         "<mc:AlternateContent><mc:Choice>" SHAPE("", P("new")) "</mc:Choice><mc:Fallback>" SHAPE(
             "", P("old")) "</mc:Fallback></mc:AlternateContent>"),
     "2 p new\n"},
    {"nothing", ANC_STR_INIT(""), ""},
};

static void make(anc_str slide, bool with_notes, anc_buf *out)
{
    ANC_BUF(one, ARCHIVE_BYTES);
    (void)anc_buf_printf(&one,
                         "<p:sld" SPACES "><p:cSld><p:spTree>%.*s</p:spTree></p:cSld></p:sld>",
                         ANC_FMT(slide));
    const zips_entry entries[] = {
        {"ppt/presentation.xml", presentation, false, NULL},
        {"ppt/_rels/presentation.xml.rels", relations, false, NULL},
        {"docProps/core.xml", core, false, NULL},
        {"ppt/slides/slide1.xml", anc_buf_view(&one), false, NULL},
        {"ppt/slides/slide2.xml",
         ANC_STR("<p:sld" SPACES "><p:cSld><p:spTree>" SHAPE(
             PH("ctrTitle"), P("Begin")) "</p:spTree></p:cSld></p:sld>"),
         false, NULL},
        {"ppt/slides/slide3.xml", ANC_STR("<not/>"), false, NULL},
        {with_notes ? "ppt/slides/_rels/slide1.xml.rels" : NULL, slide_relations, false, NULL},
        {"ppt/notes/n1.xml",
         ANC_STR("<p:notes" SPACES "><p:cSld><p:spTree>" SHAPE(PH("sldNum"), P("2"))
                     SHAPE(PH("body"), P("Say this.")) "</p:spTree></p:cSld></p:notes>"),
         false, NULL},
        {"ppt/diagrams/d1.xml",
         ANC_STR("<d:dataModel" SPACES
                 "><d:ptLst><d:pt><d:t>" P("Step") "</d:t></d:pt></d:ptLst></d:dataModel>"),
         false, NULL}};
    zips_make(entries, ANC_COUNT(entries), out);
}

static anc_status add_block(void *self, const prs_block *b, anc_err *err)
{
    static const char *const kinds[] = {
        [PRS_HEADING] = "h",     [PRS_PARAGRAPH] = "p", [PRS_LIST_ITEM] = "li",
        [PRS_TABLE_ROW] = "row", [PRS_CODE] = "code",   [PRS_QUOTE] = "quote"};
    (void)err;
    (void)anc_buf_printf(self, "%u %s%s %.*s\n", b->page, kinds[b->kind], b->header ? "*" : "",
                         ANC_FMT(b->text));
    return ANC_OK;
}

static anc_status add_title(void *self, anc_str title, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "title %.*s\n", ANC_FMT(title));
    return ANC_OK;
}

static void check(anc_str bytes, const char *lines)
{
    ANC_BUF(out, ARCHIVE_BYTES);
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = add_block, .title = add_title, .self = &out};
    ASSERT_OK(prs_parse(PRS_PPTX, bytes, &limits, &sink, &result, &err), &err);
    const anc_str first = ANC_STR("title Begin\n1 h Begin\n");
    assert_true(anc_str_starts(anc_buf_view(&out), first));
    assert_string_equal(out.ptr + first.len, lines);
}

static void slides(void **state)
{
    const pptx_row *row = *state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make(row->slide, false, &bytes);
    check(anc_buf_view(&bytes), row->lines);
}

static void notes_and_diagrams_follow(void **state)
{
    (void)state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make(ANC_STR(SHAPE("", P("text"))), true, &bytes);
    check(anc_buf_view(&bytes), "2 p text\n2 li - Step\n2 p Say this.\n");
}

static void a_broken_slide_is_named(void **state)
{
    (void)state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    ANC_BUF(out, ARCHIVE_BYTES);
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = add_block, .self = &out};
    make(ANC_STR("<p:sp>"), false, &bytes);
    assert_int_equal(prs_parse(PRS_PPTX, anc_buf_view(&bytes), &limits, &sink, &result, &err),
                     ANC_INVALID);
    assert_non_null(strstr(err.text, "ppt/slides/slide1.xml is not well-formed: line 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(notes_and_diagrams_follow),
                                       cmocka_unit_test(a_broken_slide_is_named)};
    int failed = RUN_TABLE("pptx", rows, slides);
    failed += cmocka_run_group_tests_name("presentations", tests, NULL, NULL);
    return failed;
}
