/* parse.c - the way of a document: decoded, read by its kind, emitted. */
#include <stdio.h>
#include <string.h>

#include "code_impl.h"
#include "parse_impl.h"

prs_limits prs_limits_default(void)
{
    return (prs_limits){.text_bytes = 64 << 20,
                        .blocks = 2000000,
                        .depth = 1000,
                        .attachments = 1000,
                        .unpacked_bytes = (size_t)512 << 20,
                        .ratio = 200,
                        .child_bytes = (size_t)1 << 30,
                        .child_ms = 60000,
                        .child_first_ms = 4000,
                        .child_page_ms = 1000};
}

/* Past this size nobody wrote it as Markdown, and md4c's tables would be large too. */
static bool read_markdown(anc_str text, prs_emitter *e)
{
    return text.len <= PRS_MARKDOWN_BYTES ? prs_read_markdown(text, e) : prs_read_plain(text, e);
}

/* Kinds that are no source code. */
typedef struct kind_row {
    const char *name, *content_type;
    bool (*read)(anc_str source, prs_emitter *e);
    bool raw;                          /* takes the bytes as they are */
    anc_str (*charset)(anc_str bytes); /* what the bytes themselves declare; NULL: nothing */
} kind_row;

static const kind_row kinds[PRS_KINDS] = {
    [PRS_TEXT] = {"plain text", "text/plain", prs_read_plain, false, NULL},
    [PRS_MARKDOWN] = {"Markdown", "text/markdown", read_markdown, false, NULL},
    [PRS_HTML] = {"HTML", "text/html", prs_read_html, false, prs_html_charset},
    [PRS_PDF] = {"PDF", "application/pdf", prs_read_pdf, true, NULL},
    [PRS_MAIL] = {"mail", "message/rfc822", prs_read_eml, true, NULL},
    [PRS_RTF] = {"RTF", "application/rtf", prs_read_rtf, true, NULL},
    [PRS_CSV] = {"a table in text", "text/csv", prs_read_csv, false, NULL},
    [PRS_JSON] = {"JSON", "application/json", prs_read_json, false, NULL},
    [PRS_NDJSON] = {"NDJSON", "application/x-ndjson", prs_read_ndjson, false, NULL},
    [PRS_FEED] = {"a news feed", "application/rss+xml", prs_read_feed, false, prs_xml_charset},
    [PRS_XML] = {"XML", "application/xml", prs_read_xml, false, prs_xml_charset},
    [PRS_XLSX] = {"XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                  prs_read_xlsx, true, NULL},
    [PRS_ODS] = {"ODS", "application/vnd.oasis.opendocument.spreadsheet", prs_read_ods, true, NULL},
    [PRS_EPUB] = {"EPUB", "application/epub+zip", prs_read_epub, true, NULL},
    [PRS_DOCX] = {"DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                  prs_read_docx, true, NULL},
    [PRS_ODT] = {"ODT", "application/vnd.oasis.opendocument.text", prs_read_odt, true, NULL},
    [PRS_PPTX] = {"PPTX",
                  "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                  prs_read_pptx, true, NULL},
};

static const kind_row *row_of(prs_kind kind)
{
    return &kinds[(size_t)kind < PRS_KINDS && kinds[kind].name != NULL ? kind : PRS_TEXT];
}

const char *prs_kind_content_type(prs_kind kind)
{
    const prs_language *language = prs_language_of(kind);
    return language != NULL ? language->content_type : row_of(kind)->content_type;
}

const char *prs_kind_name(prs_kind kind)
{
    const prs_language *language = prs_language_of(kind);
    return language != NULL ? language->name : row_of(kind)->name;
}

static bool read_kind(prs_kind kind, anc_str source, prs_emitter *e)
{
    const prs_language *language = prs_language_of(kind);
    return language != NULL ? prs_read_code(language, source, e) : row_of(kind)->read(source, e);
}

/* What a format calls its parts says little to who has the file: it is not what it seems to be, or damaged. */
static void say_plainly(prs_kind kind, anc_err *err)
{
    static const struct {
        prs_kind kind;
        const char *name;
    } rows[] = {{PRS_DOCX, "Word document"},           {PRS_XLSX, "Excel workbook"},
                {PRS_PPTX, "PowerPoint presentation"}, {PRS_ODT, "OpenDocument text"},
                {PRS_ODS, "OpenDocument spreadsheet"}, {PRS_EPUB, "EPUB book"}};
    if (err == NULL || (strstr(err->text, "the file holds no ") == NULL &&
                        strstr(err->text, " is not well-formed: ") == NULL))
        return;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        char text[sizeof err->text];
        if (rows[i].kind != kind)
            continue;
        (void)snprintf(text, sizeof text, "it is no %s, or a damaged one (%.400s)", rows[i].name,
                       err->text);
        memcpy(err->text, text, sizeof text);
    }
}

static anc_status read_source(prs_kind kind, anc_str source, const prs_limits *limits,
                              const prs_sink *sink, prs_result *ret, anc_err *err)
{
    ANC_CLEANUP(prs_emitter_done) prs_emitter e;
    prs_emitter_init(&e, limits, sink, err);
    if (read_kind(kind, source, &e))
        (void)prs_emit_close(&e);
    if (e.status == ANC_INVALID)
        say_plainly(kind, err);
    ret->blocks = e.blocks;
    ret->attached = e.attached;
    ret->text_bytes = e.text_bytes;
    return e.status;
}

anc_status prs_parse(prs_kind kind, anc_str bytes, const prs_limits *limits, const prs_sink *sink,
                     prs_result *ret, anc_err *err)
{
    const kind_row *row = row_of(kind);
    ANC_CLEANUP(prs_text_done) prs_text t = {.storage = anc_buf_init(0)};
    if (row->raw) {
        t.text = bytes;
        t.encoding = "binary";
    } else {
        const anc_str declared = row->charset != NULL ? row->charset(bytes) : ANC_STR_NONE;
        ANC_TRY(prs_decode(bytes, declared, limits->text_bytes * 2, &t, err));
    }
    prs_result result = {.encoding = t.encoding, .damaged = t.damaged};
    ANC_TRY(read_source(kind, t.text, limits, sink, &result, err));
    *ret = result;
    return ANC_OK;
}
