/* nested.h - XML of an office document's own words in any nesting: a fuzzer that changes bytes of XML
 * seldom finds elements where they do not belong, one that changes a program for them does. */
#ifndef ANC_FUZZ_OFFICE_NESTED_H
#define ANC_FUZZ_OFFICE_NESTED_H

#include <string.h>

#include "base/str.h"

enum { NESTED_BYTES = 1 << 20, NESTED_DEPTH = 200, NESTED_STEPS = 2000 };

static const char *const nested_words[] = {
    /* DOCX: lists, styles, body */
    "w:abstractNum", "w:lvl", "w:start", "w:numFmt", "w:lvlText", "w:isLgl", "w:num",
    "w:abstractNumId", "w:lvlOverride", "w:startOverride", "w:style", "w:name", "w:basedOn",
    "w:outlineLvl", "w:numPr", "w:numId", "w:ilvl", "w:body", "w:p", "w:pPr", "w:pStyle", "w:r",
    "w:rPr", "w:t", "w:tab", "w:br", "w:tbl", "w:tblGrid", "w:gridCol", "w:tr", "w:trPr",
    "w:tblHeader", "w:gridBefore", "w:tc", "w:gridSpan", "w:vMerge", "w:del", "w:fldChar",
    "w:footnoteReference", "w:footnote", "w:txbxContent", "mc:AlternateContent", "mc:Choice",
    "mc:Fallback", "m:oMath", "m:t", "m:f", "m:num", "m:den", "m:rad", "m:deg", "m:d",
    /* ODT, ODS */
    "office:text", "office:spreadsheet", "style:style", "text:list-style",
    "text:list-level-style-number", "text:list-level-style-bullet", "text:outline-style", "text:h",
    "text:p", "text:span", "text:list", "text:list-item", "text:note", "text:note-body",
    "table:table", "table:table-header-rows", "table:table-row", "table:table-cell",
    "table:covered-table-cell", "draw:frame", "draw:text-box", "text:tracked-changes",
    /* PPTX */
    "p:sldIdLst", "p:sldId", "p:sp", "p:graphicFrame", "p:grpSp", "p:ph", "p:txBody", "a:p",
    "a:pPr", "a:buAutoNum", "a:buChar", "a:r", "a:t", "a:tbl", "a:tr", "a:tc"};

static const char *const nested_spaces =
    "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'"
    " xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    " xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"
    " xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'"
    " xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'"
    " xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'"
    " xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'"
    " xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'"
    " xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"
    " xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'>";

static const char *const nested_attributes =
    "w:val='%u' w:ilvl='%u' w:abstractNumId='%u' w:numId='%u' w:styleId='%u' w:id='%u'"
    " text:level='%u' text:style-name='%u' style:name='%u' style:family='paragraph'"
    " table:number-columns-spanned='%u' table:number-rows-spanned='%u' gridSpan='%u' rowSpan='%u'";

/* Opens the word of `b` with attributes that all say `value`. */
static void open_nested(const char *word, unsigned value, anc_buf *out)
{
    (void)anc_buf_printf(out, "<%s ", word);
    for (const char *a = nested_attributes; *a != '\0'; a++) {
        if (a[0] == '%' && a[1] == 'u') {
            (void)anc_buf_printf(out, "%u", value);
            a++;
        } else {
            (void)anc_buf_add_char(out, *a);
        }
    }
    (void)anc_buf_add_char(out, '>');
}

/* Each byte of `program` opens a word, the next being its attributes' value; 'z' closes one, '.' is text. */
static void nest_elements(anc_str program, anc_buf *out)
{
    const char *open[NESTED_DEPTH];
    size_t depth = 0;
    (void)anc_buf_add(out, anc_str_of(nested_spaces));
    for (size_t i = 0; i < program.len && i < NESTED_STEPS; i++) {
        const unsigned char b = (unsigned char)program.ptr[i];
        if (b == 'z' && depth > 0) {
            (void)anc_buf_printf(out, "</%s>", open[--depth]);
        } else if (b == '.') {
            (void)anc_buf_add(out, ANC_STR("text"));
        } else if (b != 'z' && depth < NESTED_DEPTH && i + 1 < program.len) {
            open[depth] = nested_words[b % ANC_COUNT(nested_words)];
            open_nested(open[depth++], (unsigned char)program.ptr[++i] % 12U, out);
        }
    }
    while (depth > 0)
        (void)anc_buf_printf(out, "</%s>", open[--depth]);
    (void)anc_buf_add(out, ANC_STR("</w:document>"));
    if (out->refused)
        anc_buf_clear(out);
}

#endif
