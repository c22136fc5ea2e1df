/* torture_parse_alloc.c - documents in archives, feeds, XML and source code read with every allocation failing once: each failure is said, and
 * a document that is read all the same is read whole. */
#include "support/test.h"

#include <string.h>

#include "parse/parse.h"
#include "support/fail_alloc.h"
#include "zips.h"

enum { ARCHIVE_BYTES = 64 << 10, MAX_ENTRIES = 8 };

#define W "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
#define M "xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"
#define ODF                                                            \
    "xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' " \
    "xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0' "     \
    "xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' "   \
    "xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0' "   \
    "xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'"
#define PML                                                                 \
    "xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' " \
    "xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' "      \
    "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"
#define SML                                                              \
    "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' " \
    "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'"
#define RELS "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'"

typedef struct document {
    const char *name;
    prs_kind kind;
    zips_entry entries[MAX_ENTRIES];
    long at_least;  /* allocations that its reading makes */
    anc_str source; /* the document itself, where it is no archive */
    const char *file;
} document;

static const document documents[] = {
    {"docx",
     PRS_DOCX,
     {{"word/document.xml",
       ANC_STR_INIT("<w:document " W " " M
                    "><w:body><w:p><w:pPr><w:pStyle w:val='H'/></w:pPr><w:r><w:t>Head</w:t>"
                    "</w:r></w:p><w:p><w:pPr><w:numPr><w:numId "
                    "w:val='2'/></w:numPr></w:pPr><w:r><w:t>item</w:t>"
                    "<w:footnoteReference "
                    "w:id='5'/></w:r></w:p><w:p><w:r><w:t>a</w:t><w:txbxContent><w:p><w:r>"
                    "<w:t>box</w:t></w:r></w:p></w:txbxContent></"
                    "w:r><m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r>"
                    "</m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></"
                    "w:p><w:tbl><w:tr><w:tc><w:p>"
                    "<w:r><w:t>c</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>d</w:t></w:r></w:p></"
                    "w:tc></w:tr>"
                    "</w:tbl></w:body></w:document>"),
       false, NULL},
      {"word/styles.xml",
       ANC_STR_INIT("<w:styles " W
                    "><w:style w:type='paragraph' w:styleId='H'><w:name w:val='heading 2'/>"
                    "<w:basedOn w:val='B'/></w:style></w:styles>"),
       false, NULL},
      {"word/numbering.xml",
       ANC_STR_INIT(
           "<w:numbering " W
           "><w:abstractNum w:abstractNumId='1'><w:lvl w:ilvl='0'><w:numFmt w:val='"
           "lowerRoman'/><w:lvlText w:val='%1)'/></w:lvl></w:abstractNum><w:num w:numId='2'>"
           "<w:abstractNumId w:val='1'/></w:num></w:numbering>"),
       false, NULL},
      {"word/footnotes.xml",
       ANC_STR_INIT("<w:footnotes " W
                    "><w:footnote w:id='5'><w:p><w:r><w:t>note</w:t></w:r></w:p></w:footnote>"
                    "</w:footnotes>"),
       false, NULL},
      {"docProps/core.xml",
       ANC_STR_INIT(
           "<c xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>t</dc:title><dc:creator>me"
           "</dc:creator></c>"),
       false, NULL},
      {"word/_rels/document.xml.rels",
       ANC_STR_INIT("<Relationships " RELS
                    "><Relationship Id='a' Type='x/styles' Target='styles.xml'/>"
                    "</Relationships>"),
       false, NULL}},
     20,
     ANC_STR_INIT(""),
     NULL},
    {"odt",
     PRS_ODT,
     {{"mimetype", ANC_STR_INIT("application/vnd.oasis.opendocument.text"), true, NULL},
      {"content.xml",
       ANC_STR_INIT(
           "<office:document-content " ODF "><text:list-style style:name='L'>"
           "<text:list-level-style-number text:level='1' style:num-format='a' "
           "style:num-suffix=')'/>"
           "</text:list-style><style:style style:name='P' style:family='paragraph' "
           "style:parent-style-name='Title'/><text:h text:outline-level='2'>Head</text:h>"
           "<text:p "
           "text:style-name='P'>name<text:note><text:note-body><text:p>note</text:p></"
           "text:note-body>"
           "</text:note><draw:frame><text:p>box</text:p></draw:frame></text:p><text:list "
           "text:style-name='L'><text:list-item><text:p>item</text:p></text:list-item></text:list>"
           "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
           "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
           "</office:document-content>"),
       false, NULL}},
     10,
     ANC_STR_INIT(""),
     NULL},
    {"pptx",
     PRS_PPTX,
     {{"ppt/presentation.xml",
       ANC_STR_INIT("<p:presentation " PML "><p:sldId r:id='a'/></p:presentation>"), false, NULL},
      {"ppt/_rels/presentation.xml.rels",
       ANC_STR_INIT("<Relationships " RELS
                    "><Relationship Id='a' Type='x/slide' Target='s.xml'/></Relationships>"),
       false, NULL},
      {"ppt/s.xml",
       ANC_STR_INIT("<p:sld " PML
                    "><p:sp><p:ph type='title'/><p:txBody><a:p><a:t>T</a:t></a:p></p:txBody></p:sp>"
                    "<p:sp><p:txBody><a:p><a:pPr><a:buAutoNum "
                    "type='alphaLcParenR'/></a:pPr><a:t>item</a:t></a:p>"
                    "</p:txBody></p:sp></p:sld>"),
       false, NULL}},
     10,
     ANC_STR_INIT(""),
     NULL},
    {"xlsx",
     PRS_XLSX,
     {{"xl/workbook.xml",
       ANC_STR_INIT("<workbook " SML "><sheets><sheet name='S' r:id='a'/></sheets></workbook>"),
       false, NULL},
      {"xl/_rels/workbook.xml.rels",
       ANC_STR_INIT("<Relationships " RELS "><Relationship Id='a' Type='x/worksheet' "
                    "Target='s.xml'/></Relationships>"),
       false, NULL},
      {"xl/sharedStrings.xml", ANC_STR_INIT("<sst " SML "><si><t>shared</t></si></sst>"), false,
       NULL},
      {"xl/styles.xml",
       ANC_STR_INIT("<styleSheet " SML "><numFmts><numFmt numFmtId='164' formatCode='0.00'/>"
                    "</numFmts><cellXfs><xf numFmtId='164'/></cellXfs></styleSheet>"),
       false, NULL},
      {"xl/s.xml",
       ANC_STR_INIT("<worksheet " SML "><sheetData><row><c t='str'><v>title</v></c></row><row>"
                    "<c t='s'><v>0</v></c><c t='str'><v>b</v></c></row><row><c s='0'><v>1</v></c>"
                    "</row></sheetData></worksheet>"),
       false, NULL}},
     20,
     ANC_STR_INIT(""),
     NULL},
    {"ods",
     PRS_ODS,
     {{"mimetype", ANC_STR_INIT("application/vnd.oasis.opendocument.spreadsheet"), true, NULL},
      {"content.xml",
       ANC_STR_INIT("<office:spreadsheet " ODF "><table:table table:name='S'><table:table-row>"
                    "<table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell "
                    "office:date-value='2024-01-02T10:30:00'/></table:table-row></table:table>"
                    "</office:spreadsheet>"),
       false, NULL}},
     7,
     ANC_STR_INIT(""),
     NULL},
    {"epub",
     PRS_EPUB,
     {{"mimetype", ANC_STR_INIT("application/epub+zip"), true, NULL},
      {"META-INF/container.xml",
       ANC_STR_INIT("<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfile "
                    "full-path='a.opf'/></container>"),
       false, NULL},
      {"a.opf",
       ANC_STR_INIT(
           "<package xmlns='http://www.idpf.org/2007/opf' "
           "xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>T</dc:title><dc:creator>A"
           "</dc:creator><dc:creator>B</dc:creator><item id='1' href='1.html'/><item id='n' "
           "href='n.ncx'/><spine toc='n'><itemref idref='1'/></spine></package>"),
       false, NULL},
      {"n.ncx",
       ANC_STR_INIT("<ncx xmlns='http://www.daisy.org/z3986/2005/ncx/'><text>Label</text><content "
                    "src='1.html'/></ncx>"),
       false, NULL},
      {"1.html", ANC_STR_INIT("<p>text"), false, NULL}},
     20,
     ANC_STR_INIT(""),
     NULL},
    {"feed",
     PRS_FEED,
     {{.name = NULL}},
     10,
     ANC_STR_INIT(
         "<feed xmlns='http://www.w3.org/2005/Atom'><title>F &amp;amp; G</title><subtitle>s"
         "</subtitle><entry><title>E</title><author><name>N</name></author><author><name>M"
         "</name></author><category term='t'/><content type='xhtml'><div><p>a &lt; b</p>"
         "</div></content></entry></feed>"),
     ""},
    {"xml",
     PRS_XML,
     {{.name = NULL}},
     6,
     ANC_STR_INIT(
         "<?xml version='1.0'?><r a='b'><title>T</title><x c='d'><y>1</y><z e='f'>2</z></x>"
         "<p>a <b>c</b></p><row><td>1</td><td>2</td></row></r>"),
     ""},
    {"code",
     PRS_PYTHON,
     {{.name = NULL}},
     1,
     ANC_STR_INIT("#!/usr/bin/python\n# Says it.\nimport a\n\ndef f():\n    pass\n"),
     "a.py"},
};

static const document *at_hand;
static anc_str bytes;
static char whole[4096], text[4096];
static size_t n_whole, n_text;

static anc_status take(anc_str s)
{
    if (n_text + s.len + 1 < sizeof text) {
        memcpy(text + n_text, s.ptr, s.len);
        n_text += s.len;
        text[n_text++] = '\n';
    }
    return ANC_OK;
}

static anc_status on_block(void *self, const prs_block *block, anc_err *err)
{
    (void)self;
    (void)err;
    return take(block->text);
}

static anc_status on_title(void *self, anc_str title, anc_err *err)
{
    (void)self;
    (void)err;
    return take(title);
}

static anc_status on_property(void *self, anc_str name, anc_str value, anc_err *err)
{
    (void)self;
    (void)name;
    (void)err;
    return take(value);
}

static void read_document(bool may_fail)
{
    anc_err err = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = on_block, .title = on_title, .property = on_property};
    n_text = 0;
    prs_kind kind = PRS_KINDS;
    anc_status got = prs_detect(bytes, anc_str_of(at_hand->file), ANC_STR_NONE, &kind, &err);
    fail_alloc_expect(got != ANC_OK || kind == at_hand->kind, "taken for something else");
    if (got == ANC_OK)
        got = prs_parse(at_hand->kind, bytes, &limits, &sink, &result, &err);
    fail_alloc_expect(got != ANC_NO_MEMORY || err.text[0] != '\0', "no text");
    if (fail_alloc_went_well(got, may_fail, &err, "read") && n_whole > 0)
        fail_alloc_expect(n_text == n_whole && memcmp(text, whole, n_text) == 0,
                          "read, but not whole");
}

static void every_allocation_fails_once(void **state)
{
    ANC_BUF(archive, ARCHIVE_BYTES);
    at_hand = *state;
    n_whole = 0;
    bytes = at_hand->source;
    if (bytes.len == 0) {
        zips_make(at_hand->entries, MAX_ENTRIES, &archive);
        bytes = anc_buf_view(&archive);
    }
    read_document(false);
    memcpy(whole, text, n_text);
    n_whole = n_text;
    assert_true(n_whole > 0);
    const long failed = fail_alloc_torture(read_document);
    if (failed < at_hand->at_least)
        fail_msg("%ld allocations failed", failed);
}

int main(void)
{
    return RUN_TABLE("allocations", documents, every_allocation_fails_once);
}
