/* test_docx.c - DOCX: headings by any style, lists with their numbers, tables, notes, boxes, revisions,
 * fields, equations, and what is damaged or a bomb. */
#include "blocks.h"
#include "support/test.h"
#include "zips.h"

#include <stdio.h>
#include <string.h>

enum { ARCHIVE_BYTES = 1 << 20, PART_BYTES = 4 << 20 };

#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

static const char *const styles =
    "<w:styles xmlns:w='" W "'>"
    "<w:style w:type='paragraph' w:styleId='Normal'><w:name w:val='Normal'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Titre1'><w:name w:val='heading 1'/>"
    "<w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='Titre2'><w:name w:val='heading 2'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Mine'><w:basedOn w:val='Later'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Later'><w:basedOn w:val='Titre2'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Loop'><w:basedOn w:val='Loop'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Name'><w:name w:val='Title'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Dots'><w:pPr><w:numPr><w:ilvl w:val='1'/>"
    "<w:numId w:val='1'/></w:numPr></w:pPr></w:style>"
    "<w:style w:type='character' w:styleId='Char'><w:pPr><w:outlineLvl "
    "w:val='0'/></w:pPr></w:style>"
    "</w:styles>";

#define LEVEL(n, form, text)                                           \
    "<w:lvl w:ilvl='" n "'><w:start w:val='1'/><w:numFmt w:val='" form \
    "'/><w:lvlText w:val='" text "'/></w:lvl>"

static const char *const numbering =
    "<w:numbering xmlns:w='" W "'>"
    "<w:abstractNum w:abstractNumId='7'>" LEVEL("0", "bullet", "\xEF\x82\xB7") LEVEL(
        "1", "bullet",
        "o") "</w:abstractNum>"
             "<w:abstractNum w:abstractNumId='8'>" LEVEL("0", "decimal",
                                                         "%1.") LEVEL("1", "lowerLetter", "%2)")
                 LEVEL("2", "decimal",
                       "%1.%2.%3") "</w:abstractNum>"
                                   "<w:abstractNum w:abstractNumId='9'>" LEVEL("0", "upperRoman",
                                                                               "Article %1")
                                       LEVEL("1", "none",
                                             "") "</w:abstractNum>"
                                                 "<w:num w:numId='1'><w:abstractNumId "
                                                 "w:val='7'/></w:num>"
                                                 "<w:num w:numId='2'><w:abstractNumId "
                                                 "w:val='8'/></w:num>"
                                                 "<w:num w:numId='3'><w:abstractNumId w:val='8'/>"
                                                 "<w:lvlOverride w:ilvl='0'><w:startOverride "
                                                 "w:val='5'/></w:lvlOverride></w:num>"
                                                 "<w:num w:numId='4'><w:abstractNumId "
                                                 "w:val='9'/></w:num>"
                                                 "</w:numbering>";

static const char *const footnotes =
    "<w:footnotes xmlns:w='" W "'>"
    "<w:footnote w:type='separator' w:id='0'><w:p><w:r><w:t>line</w:t></w:r></w:p></w:footnote>"
    "<w:footnote "
    "w:id='2'><w:p><w:r><w:footnoteRef/><w:t>The</w:t><w:tab/><w:t>note.</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>Second.</w:t></w:r></w:p></w:footnote>"
    "<w:footnote w:id='3'><w:p><w:r><w:t>Other</w:t></w:r></w:p></w:footnote>"
    "</w:footnotes>";

static const char *const core =
    "<cp:coreProperties "
    "xmlns:cp='http://schemas.openxmlformats.org/package/2006/metadata/core-properties'"
    " xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:dcterms='http://purl.org/dc/terms/'>"
    "<dc:title> A  title </dc:title><dc:creator>Ada &amp; Co</dc:creator><dc:subject/>"
    "<cp:keywords>k</cp:keywords><dcterms:created>2024-03-15T05:45:00Z</dcterms:created>"
    "<dcterms:modified>soon</dcterms:modified></cp:coreProperties>";

static const char *const relations =
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='r0' Type='http://x/hyperlink' Target='http://example.org' "
    "TargetMode='External'/>"
    "<Relationship Id='r1' Type='http://x/officeDocument' "
    "Target='/word/main.xml'/></Relationships>";

/* Appends the archive whose body is `body`. */
static void make(anc_str body, bool with_properties, anc_buf *out)
{
    ANC_BUF(document, PART_BYTES);
    (void)anc_buf_printf(
        &document,
        "<w:document xmlns:w='" W
        "' xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
        " xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math' xmlns:v='urn:v'>"
        "<w:body>%.*s</w:body></w:document>",
        ANC_FMT(body));
    const zips_entry entries[] = {
        {"_rels/.rels", anc_str_of(relations), false, NULL},
        {"word/main.xml", anc_buf_view(&document), false, NULL},
        {"word/styles.xml", anc_str_of(styles), false, NULL},
        {"word/numbering.xml", anc_str_of(numbering), false, NULL},
        {"word/footnotes.xml", anc_str_of(footnotes), false, NULL},
        {with_properties ? "docProps/core.xml" : NULL, anc_str_of(core), false, NULL}};
    zips_make(entries, ANC_COUNT(entries), out);
}

#define R(text)         "<w:r><w:t>" text "</w:t></w:r>"
#define PARA(text)      "<w:p>" R(text) "</w:p>"
#define STYLED(s, text) "<w:p><w:pPr><w:pStyle w:val='" s "'/></w:pPr>" R(text) "</w:p>"
#define ITEM(list, level, text)                                             \
    "<w:p><w:pPr><w:numPr><w:ilvl w:val='" level "'/><w:numId w:val='" list \
    "'/></w:numPr></w:pPr>" R(text) "</w:p>"
#define CELL(text)  "<w:tc>" PARA(text) "</w:tc>"
#define FIELD(type) "<w:r><w:fldChar w:fldCharType='" type "'/></w:r>"

static const blocks_row rows[] = {
    {"paragraphs",
     ANC_STR_INIT(PARA("One ") "<w:p/>"
                               "<w:p><w:r><w:t xml:space='preserve'>a </w:t><w:t>b</w:t><w:tab/>"
                               "<w:t>c</w:t><w:br/><w:t>d</w:t><w:noBreakHyphen/><w:t>e</"
                               "w:t><w:softHyphen/></w:r></w:p>"),
     "p One\np a b c\nd-e\n"},
    {"headings by style",
     ANC_STR_INIT(STYLED("Titre1", "One") STYLED("Mine", "Two") STYLED("Heading3", "Three")
                      STYLED("Loop", "Four") STYLED("Char", "Five")),
     "title One\nh1 One\nh2 Two\nh3 Three\np Four\np Five\n"},
    {"headings by outline",
     ANC_STR_INIT("<w:p><w:pPr><w:outlineLvl w:val='7'/></w:pPr>" R(
         "Deep") "</w:p>"
                 "<w:p><w:pPr><w:pStyle w:val='Titre1'/><w:outlineLvl w:val='9'/></w:pPr>" R(
                     "Text") "</w:p>"),
     "h6 Deep\np Text\n"},
    {"a title", ANC_STR_INIT(STYLED("Name", "The name") PARA("x")),
     "title The name\nh1 The name\np x\n"},
    {"bullets", ANC_STR_INIT(ITEM("1", "0", "a") ITEM("1", "1", "b") STYLED("Dots", "c") PARA("d")),
     "li1 - a\nli2 - b\nli2 - c\np d\n"},
    {"numbers",
     ANC_STR_INIT(ITEM("2", "0", "a") ITEM("2", "1", "b") ITEM("2", "1", "c") ITEM("2", "2", "d")
                      ITEM("2", "0", "e") ITEM("2", "1", "f")),
     "li1 1. a\nli2 a) b\nli2 b) c\nli3 1.b.1 d\nli1 2. e\nli2 a) f\n"},
    {"numbers that begin elsewhere",
     ANC_STR_INIT(ITEM("2", "0", "a") ITEM("3", "0", "b") ITEM("3", "0", "c") ITEM("4", "0", "d")
                      ITEM("4", "0", "e") ITEM("4", "1", "f") ITEM("0", "0", "g")
                          ITEM("99", "0", "h")),
     "li1 1. a\nli1 5. b\nli1 6. c\nli1 Article I d\nli1 Article II e\np f\np g\nli1 - h\n"},
    {"a numbered heading",
     ANC_STR_INIT(
         "<w:p><w:pPr><w:pStyle w:val='Titre2'/><w:numPr><w:numId w:val='2'/></w:numPr></w:pPr>" R(
             "Scope") "</w:p>"),
     "h2 1. Scope\n"},
    {"a table",
     ANC_STR_INIT("<w:tbl><w:tr>" CELL("Name") CELL("Age") "</w:tr><w:tr><w:tc>" PARA("Ada")
                      PARA("L.") "</w:tc>" CELL("36") "</w:tr><w:tr><w:tc><w:p/></w:tc>" CELL(
                          "7") "</w:tr></w:tbl>" PARA("x")),
     "row* Name | Age\nrow Ada L. | 36\nrow | 7\np x\n"},
    {"tables without a header",
     ANC_STR_INIT("<w:tbl><w:tr>" CELL("1")
                      CELL("b") "</w:tr></w:tbl><w:tbl><w:tblPr><w:tblLook "
                                "w:firstRow='0'/></w:tblPr><w:tr>" CELL("a")
                                    CELL("b") "</w:tr></w:tbl><w:tbl><w:tblPr>"
                                              "<w:tblLook w:val='0400'/></w:tblPr><w:tr>" CELL("c")
                                                  CELL("d") "</w:tr></w:tbl>"),
     "row 1 | b\nrow a | b\nrow c | d\n"},
    {"rows that are said to be headers",
     ANC_STR_INIT("<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>" CELL("2023") CELL(
         "2024") "</w:tr><w:tr><w:trPr><w:tblHeader w:val='false'/></w:trPr>" CELL("a")
                      CELL("b") "</w:tr></w:tbl>"),
     "row* 2023 | 2024\nrow a | b\n"},
    {"merged cells",
     ANC_STR_INIT("<w:tbl><w:tr>" CELL("A") CELL("B") CELL(
         "C") "</w:tr>"
              "<w:tr><w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr>" PARA(
                  "Both") "</w:tc><w:tc><w:tcPr>"
                          "<w:gridSpan w:val='2'/></w:tcPr>" PARA(
                              "wide") "</w:tc></w:tr>"
                                      "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>" CELL(
                                          "x")
                                          CELL(
                                              "y") "</w:tr>"
                                                   "<w:tr><w:trPr><w:gridBefore "
                                                   "w:val='1'/></w:trPr>" CELL("p") CELL(
                                                       "q") "</w:tr>"
                                                            "<w:tr><w:tc><w:tcPr><w:gridSpan "
                                                            "w:val='2'/></w:tcPr>" PARA(
                                                                "w") "</w:tc>" CELL("z") "</w:tr></"
                                                                                         "w:tbl>"),
     "row* A | B | C\nrow Both | wide |\nrow Both | x | y\nrow | p | q\nrow w |  | z\n"},
    {"a table in a table",
     ANC_STR_INIT("<w:tbl><w:tr>" CELL("before") "<w:tc>" PARA("in") "<w:tbl><w:tr>" CELL("a") CELL(
         "1") "</w:tr></w:tbl>" PARA("after") "</w:tc>" CELL("last") "</w:tr></w:tbl>"),
     "row before | in\nrow a | 1\np after\np last\n"},
    {"a table of one column",
     ANC_STR_INIT("<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>" STYLED("Titre2", "Box")
                      PARA("text") "</w:tc></w:tr></w:tbl>"),
     "h2 Box\np text\n"},
    {"a deleted row",
     ANC_STR_INIT("<w:tbl><w:tr>" CELL("A")
                      CELL("B") "</w:tr><w:tr><w:trPr><w:del w:id='1'/></w:trPr>" CELL("gone")
                          CELL("gone") "</w:tr><w:tr>" CELL("c") CELL("d") "</w:tr></w:tbl>"),
     "row* A | B\nrow c | d\n"},
    {"notes",
     ANC_STR_INIT("<w:p>" R("Text") "<w:r><w:footnoteReference w:id='2'/></w:r>" R(
         " goes on.") "</w:p>"
                      "<w:p><w:pPr><w:pStyle w:val='Titre2'/></w:pPr>" R(
                          "Head") "<w:r><w:footnoteReference w:id='3'/><w:footnoteReference "
                                  "w:id='9'/></w:r></w:p>"
                                  "<w:tbl><w:tr><w:tc><w:p>" R(
                                      "a") "<w:r><w:footnoteReference "
                                           "w:id='3'/></w:r></w:p></w:tc>" CELL("2") "</w:tr></"
                                                                                     "w:tbl>"),
     "p Text goes on. (The note. Second.)\nh2 Head\np (Other)\nrow a (Other) | 2\n"},
    {"revisions and comments",
     ANC_STR_INIT("<w:p><w:ins w:id='1'>" R(
         "new") "</w:ins><w:del w:id='2'><w:r><w:delText>old</w:delText>"
                "</w:r></w:del><w:moveFrom w:id='3'>" R(
                    "there") "</w:moveFrom><w:moveTo w:id='4'>" R(" here") "</"
                                                                           "w:moveTo><w:"
                                                                           "commentRangeStart "
                                                                           "w:id='0'/"
                                                                           "><w:r><w:"
                                                                           "commentReference "
                                                                           "w:id='0'/></w:r></w:p>"
                                                                           "<w:p><w:pPr><w:pStyle "
                                                                           "w:val='Normal'/"
                                                                           "><w:pPrChange "
                                                                           "w:id='5'><w:pPr><w:"
                                                                           "pStyle w:val='Titre1'/>"
                                                                           "</w:pPr></"
                                                                           "w:pPrChange></w:pPr>" R(
                                                                               "plain") "</w:p>"),
     "p new here\np plain\n"},
    {"what is hidden",
     ANC_STR_INIT(
         "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>no</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/>"
         "</w:rPr><w:t>yes</w:t></w:r><w:r><w:ruby><w:rt>" R("read") "</w:rt><w:rubyBase>" R(
             "word") "</w:rubyBase></w:ruby></w:r></w:p>"),
     "p yesword\n"},
    {"fields",
     ANC_STR_INIT("<w:p>" R("Page ") FIELD(
         "begin") "<w:r><w:instrText>PAGE</w:instrText></w:r>" FIELD("begin") R("inner")
                      FIELD("separate") R("inner result") FIELD("end") FIELD("separate") R("7")
                          FIELD("end") R(" of") "<w:fldSimple w:instr='NUMPAGES'>" R(
                              " 9") "</w:fldSimple></w:p>"
                                    "<w:p>" FIELD("begin") R("lost") "</w:p>" PARA("kept")),
     "p Page 7 of 9\np kept\n"},
    {"links, tags, inserted parts",
     ANC_STR_INIT("<w:p><w:hyperlink w:anchor='x'>" R("link") "</w:hyperlink><w:smartTag>" R(
         " tag") "</w:smartTag><w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>" R(" pa"
                                                                                               "rt") "</w:sdtContent></w:sdt></w:p>"),
     "p link tag part\n"},
    {"signs",
     ANC_STR_INIT(
         "<w:p><w:r><w:sym w:font='Symbol' w:char='F061'/><w:sym w:font='Wingdings' w:char='F0FC'/>"
         "<w:sym w:font='Arial' w:char='00E9'/><w:sym w:font='Symbol' w:char='F057'/></w:r></w:p>"),
     "p \xCE\xB1\xE2\x9C\x93\xC3\xA9\xCE\xA9\n"},
    {"a box, said twice",
     ANC_STR_INIT("<w:p>" R(
         "Before") "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent>" STYLED("Ti"
                                                                                                "tr"
                                                                                                "e"
                                                                                                "2",
                                                                                                "Bo"
                                                                                                "xe"
                                                                                                "d")
                      PARA("text") "<w:tbl><w:tr>" CELL("a")
                          CELL("b") "</w:tr></w:tbl></w:txbxContent></"
                                    "mc:Choice><mc:Fallback><w:txbxContent>" PARA(
                                        "again") "</w:txbxContent></mc:Fallback></"
                                                 "mc:AlternateContent></w:r>" R(" and after.") "</"
                                                                                               "w:"
                                                                                               "p"
                                                                                               ">"),
     "p Before and after.\nh2 Boxed\np text\nrow* a | b\n"},
    {"boxes in a box and in a cell",
     ANC_STR_INIT("<w:p><w:r><w:txbxContent><w:p>" R("out") "<w:r><w:txbxContent>" PARA(
         "in") "</w:txbxContent></w:r>" R("er") "</w:p></w:txbxContent></w:r></w:p>"
                                                "<w:tbl><w:tr><w:tc><w:p>" R(
                                                    "cell") "<w:r><w:txbxContent>" PARA("box")
                                                    PARA("two") "</w:txbxContent></w:r></w:p></"
                                                                "w:tc>" CELL(
                                                                    "1") "</w:tr></w:tbl>"),
     "p out\np in\np er\nrow cell box two | 1\n"},
    {"equations",
     ANC_STR_INIT("<w:p>" R(
         "So ") "<m:oMath><m:r><m:t>x</m:t></m:r><m:sSup><m:e/><m:sup><m:r><m:t>2</m:t></m:r>"
                "</m:sup></m:sSup><m:r><m:t>=</m:t></m:r><m:f><m:num><m:r><m:t>a+b</m:t></m:r></"
                "m:num><m:den>"
                "<m:r><m:t>12</m:t></m:r></m:den></m:f><m:rad><m:deg><m:r><m:t>3</m:t></m:r></"
                "m:deg><m:e><m:r>"
                "<m:t>y</m:t></m:r></m:e></m:rad><m:d><m:dPr><m:begChr m:val='['/><m:endChr "
                "m:val=']'/></m:dPr>"
                "<m:e><m:r><m:t>z</m:t></m:r></m:e></m:d></m:oMath>" R(".") "</w:p>"),
     "p So x^2=(a+b)/12\xE2\x88\x9Ay[z].\n"},
    {"sums",
     ANC_STR_INIT("<w:p><m:oMath><m:nary><m:naryPr><m:chr "
                  "m:val='\xE2\x88\x91'/></m:naryPr><m:sub><m:r><m:t>i=0"
                  "</m:t></m:r></m:sub><m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>i</"
                  "m:t></m:r></m:e>"
                  "</m:nary></m:oMath></w:p>"),
     "p \xE2\x88\x91_(i=0)^ni\n"},
    {"nothing", ANC_STR_INIT(""), ""},
};

static void documents(void **state)
{
    const blocks_row *row = *state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make(row->source, false, &bytes);
    check_document(PRS_DOCX, &(blocks_row){row->name, anc_buf_view(&bytes), row->lines});
}

static void what_it_says_of_itself(void **state)
{
    (void)state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make(ANC_STR(STYLED("Titre1", "One")), true, &bytes);
    check_document(PRS_DOCX, &(blocks_row){"", anc_buf_view(&bytes),
                                           "title A title\nauthor=Ada & Co\nkeywords=k\n"
                                           "created=2024-03-15T05:45:00Z\nh1 One\n"});
}

/* Damage to what the text does not need costs no text, and is said. */
static void damage_beside_the_text(void **state)
{
    static const struct {
        const char *name, *said;
    } rows_[] = {
        {"docProps/core.xml", "unread=what it says of itself: "},
        {"docProps/app.xml", "unread=how many pages it has: "},
    };
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows_); i++) {
        ANC_BUF(bytes, ARCHIVE_BYTES);
        ANC_BUF(lines, PART_BYTES);
        const zips_entry entries[] = {
            {rows_[i].name, ANC_STR("<a>damage here</a>"), true, NULL},
            {"word/document.xml",
             ANC_STR("<w:document xmlns:w='" W "'><w:body>" PARA("Text.") "</w:body></w:document>"),
             false, NULL}};
        zips_make(entries, ANC_COUNT(entries), &bytes);
        const size_t at = anc_str_find(anc_buf_view(&bytes), ANC_STR("damage here"));
        bytes.ptr[at] ^= 1;
        (void)anc_buf_printf(&lines,
                             "%sthe file is damaged: %s does not match its checksum\np Text.\n",
                             rows_[i].said, rows_[i].name);
        check_document(PRS_DOCX, &(blocks_row){"", anc_buf_view(&bytes), lines.ptr});
    }
    ANC_BUF(bytes, ARCHIVE_BYTES); /* both: the first is said */
    const zips_entry both[] = {
        {"docProps/core.xml", ANC_STR("<a>"), true, NULL},
        {"docProps/app.xml", ANC_STR("<a>"), true, NULL},
        {"word/document.xml",
         ANC_STR("<w:document xmlns:w='" W "'><w:body>" PARA("Text.") "</w:body></w:document>"),
         false, NULL}};
    zips_make(both, ANC_COUNT(both), &bytes);
    check_document(
        PRS_DOCX,
        &(blocks_row){
            "", anc_buf_view(&bytes),
            "unread=what it says of itself: docProps/core.xml is not well-formed: line 1: it "
            "ends too early\np Text.\n"});
}

/* The other form of the format has other namespaces and the same names. */
static void the_strict_form(void **state)
{
    (void)state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    const zips_entry entry = {
        "word/document.xml",
        ANC_STR("<document xmlns='http://purl.oclc.org/ooxml/wordprocessingml/main' "
                "xmlns:s='http://purl.oclc.org/ooxml/wordprocessingml/main'><body><p><pPr><pStyle "
                "s:val='Heading2'/></pPr><r><t>Strict</t></r></p></body></document>"),
        false, NULL};
    zips_make(&entry, 1, &bytes);
    check_blocks(PRS_DOCX, &(blocks_row){"", anc_buf_view(&bytes), "h2 Strict\n"});
}

/* ---- pages ---------------------------------------------------------------------------------------- */

typedef struct page_row {
    const char *name;
    anc_str said; /* in docProps/app.xml */
    const char *pages;
} page_row;

static const page_row page_rows[] = {
    {"as many marks as pages", ANC_STR_INIT("<Pages> 3 </Pages>"), "1 1 2 3 "},
    {"fewer marks than pages", ANC_STR_INIT("<Pages>4</Pages>"), "0 0 0 "},
    {"one page", ANC_STR_INIT("<Pages>1</Pages>"), "0 0 0 "},
    {"no number", ANC_STR_INIT("<Pages>three</Pages>"), "0 0 0 "},
    {"nothing said", ANC_STR_INIT("<Words>3</Words>"), "0 0 0 "},
};

static anc_status add_page(void *self, const prs_block *b, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "%u ", b->page);
    return ANC_OK;
}

/* Four pieces of three paragraphs: the second goes on behind a break. */
static void pages_are_known_or_not(void **state)
{
    const page_row *row = *state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    ANC_BUF(app, PART_BYTES);
    ANC_BUF(pages, PART_BYTES);
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = add_page, .self = &pages};
    (void)anc_buf_printf(&app,
                         "<Properties xmlns='http://schemas.openxmlformats.org/officeDocument/2006/"
                         "extended-properties'>%.*s</Properties>",
                         ANC_FMT(row->said));
    const zips_entry entries[] = {
        {"docProps/app.xml", anc_buf_view(&app), false, NULL},
        {"word/document.xml",
         ANC_STR("<w:document xmlns:w='" W "'><w:body>" PARA("a") "<w:p>" R(
             "b") "<w:r><w:lastRenderedPageBreak/><w:t>c</w:t></w:r></"
                  "w:p><w:p><w:r><w:lastRenderedPageBreak/>"
                  "<w:t>d</w:t></w:r></w:p></w:body></w:document>"),
         false, NULL}};
    zips_make(entries, 2, &bytes);
    ASSERT_OK(prs_parse(PRS_DOCX, anc_buf_view(&bytes), &limits, &sink, &result, &err), &err);
    assert_string_equal(pages.ptr, row->pages);
}

/* ---- what cannot be read -------------------------------------------------------------------------- */

typedef struct refused_row {
    const char *name;
    zips_entry entry;
    anc_status status;
    const char *text;
} refused_row;

static const refused_row refused[] = {
    {"no document",
     {"word/styles.xml", ANC_STR_INIT("<a/>"), false, NULL},
     ANC_INVALID,
     "it is no Word document, or a damaged one (the file holds no word/document.xml)"},
    {"a password",
     {"word/document.xml", ANC_STR_INIT("<a/>"), false, "x"},
     ANC_INVALID,
     "it is protected by a password"},
    {"cut short",
     {"word/document.xml", ANC_STR_INIT("<a><b>"), false, NULL},
     ANC_INVALID,
     "it is no Word document, or a damaged one (word/document.xml is not well-formed: line 1: it "
     "ends too early)"},
    {"entities",
     {"word/document.xml",
      ANC_STR_INIT("<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><a>&b;</a>"), false,
      NULL},
     ANC_INVALID,
     "word/document.xml: declares entities, which are not expanded"},
};

static void refusals(void **state)
{
    const refused_row *row = *state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    zips_make(&row->entry, 1, &bytes);
    check_refusal(PRS_DOCX, row->status, &(blocks_row){row->name, anc_buf_view(&bytes), row->text});
}

typedef struct deep_row {
    const char *name, *open;
    unsigned times;
    const char *text;
} deep_row;

static const deep_row deep[] = {
    {"elements", "<w:x>", 2000, "elements more than 1000 levels deep"},
    {"boxes", "<w:txbxContent>", 100, "more than 8 text boxes inside one another"},
};

static void depths_have_an_end(void **state)
{
    const deep_row *row = *state;
    ANC_BUF(body, ARCHIVE_BYTES);
    ANC_BUF(bytes, ARCHIVE_BYTES);
    for (unsigned i = 0; i < row->times; i++)
        (void)anc_buf_add(&body, anc_str_of(row->open));
    make(anc_buf_view(&body), false, &bytes);
    check_refusal(PRS_DOCX, ANC_LIMIT, &(blocks_row){"", anc_buf_view(&bytes), row->text});
}

/* A short archive of a long document. */
static void bombs_end_early(void **state)
{
    (void)state;
    ANC_BUF(body, PART_BYTES);
    ANC_BUF(bytes, ARCHIVE_BYTES);
    while (body.len < 3000000)
        (void)anc_buf_add(&body, ANC_STR("<w:p/>"));
    make(anc_buf_view(&body), false, &bytes);
    check_refusal(
        PRS_DOCX, ANC_LIMIT,
        &(blocks_row){"", anc_buf_view(&bytes), "unpacks to more than 200 times its size"});
}

/* Tables nested as deep as elements may be, with text in each. */
static void tables_in_tables(void **state)
{
    (void)state;
    ANC_BUF(body, ARCHIVE_BYTES);
    ANC_BUF(bytes, ARCHIVE_BYTES);
    ANC_BUF(lines, ARCHIVE_BYTES);
    for (int i = 0; i < 100; i++) {
        (void)anc_buf_printf(&body, "<w:tbl><w:tr>" CELL("c%d") "<w:tc>", i);
        (void)anc_buf_printf(&lines, i < 32 ? "row c%d\n" : "p c%d\n", i);
    }
    for (int i = 0; i < 100; i++)
        (void)anc_buf_add(&body, ANC_STR("</w:tc></w:tr></w:tbl>"));
    make(anc_buf_view(&body), false, &bytes);
    check_blocks(PRS_DOCX, &(blocks_row){"", anc_buf_view(&bytes), lines.ptr});
}

/* More definitions than the first array holds, each inside the one before: it moves while they are read. */
static void lists_inside_lists(void **state)
{
    (void)state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    ANC_BUF(nested, PART_BYTES);
    (void)anc_buf_printf(&nested, "<w:numbering xmlns:w='" W "'>");
    for (int i = 0; i < 40; i++)
        (void)anc_buf_printf(&nested, "<w:abstractNum w:abstractNumId='%d'>%s", i,
                             i == 0 ? "<w:lvl w:ilvl='0'>" : "");
    (void)anc_buf_printf(&nested, "<w:start w:val='3'/><w:lvlText w:val='%%1.'/>");
    for (int i = 39; i >= 0; i--)
        (void)anc_buf_printf(&nested, "%s</w:abstractNum>", i == 0 ? "</w:lvl>" : "");
    (void)anc_buf_printf(&nested, "</w:numbering>");
    const zips_entry entries[] = {{"word/document.xml", ANC_STR_INIT("<a/>"), false, NULL},
                                  {"word/numbering.xml", anc_buf_view(&nested), false, NULL}};
    zips_make(entries, ANC_COUNT(entries), &bytes);
    check_refusal(PRS_DOCX, ANC_INVALID,
                  &(blocks_row){"", anc_buf_view(&bytes), "a list is defined inside another one"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_of_itself), cmocka_unit_test(the_strict_form),
        cmocka_unit_test(damage_beside_the_text), cmocka_unit_test(bombs_end_early),
        cmocka_unit_test(tables_in_tables),       cmocka_unit_test(lists_inside_lists),
    };
    int failed = RUN_TABLE("docx", rows, documents);
    failed += RUN_TABLE("pages", page_rows, pages_are_known_or_not);
    failed += RUN_TABLE("refused", refused, refusals);
    failed += RUN_TABLE("deep", deep, depths_have_an_end);
    failed += cmocka_run_group_tests_name("documents", tests, NULL, NULL);
    return failed;
}
