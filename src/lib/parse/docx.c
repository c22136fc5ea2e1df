/* docx.c - a DOCX: which of its parts is what, read in the order in which they are needed.
 *
 * Not read: headers and footers, comments, what was deleted, texts inside charts and diagrams.
 */
#include "docx_impl.h"

#include <string.h>

static bool read_definitions(prs_docx *d, const char *main)
{
    ANC_BUF(name, PRS_OPC_NAME_BYTES);
    return prs_opc_target(d->a, main, "styles", "word/styles.xml", &name) &&
           prs_docx_read_styles(d->a, name.len > 0 ? name.ptr : "", &d->styles) &&
           prs_opc_target(d->a, main, "numbering", "word/numbering.xml", &name) &&
           prs_docx_read_lists(d->a, name.len > 0 ? name.ptr : "", &d->lists) &&
           prs_opc_target(d->a, main, "footnotes", "word/footnotes.xml", &name) &&
           prs_docx_read_notes(d, name.len > 0 ? name.ptr : "", 'f') &&
           prs_opc_target(d->a, main, "endnotes", "word/endnotes.xml", &name) &&
           prs_docx_read_notes(d, name.len > 0 ? name.ptr : "", 'e');
}

static bool read_document(prs_docx *d)
{
    ANC_BUF(main, PRS_OPC_NAME_BYTES);
    d->notes = anc_map_new();
    if (d->notes == NULL)
        return prs_emit_fail(d->e, ANC_FAIL(d->e->err, ANC_NO_MEMORY, "DOCX: out of memory"));
    if (!prs_opc_target(d->a, "", "officeDocument", "word/document.xml", &main))
        return false;
    if (main.len == 0) /* the reading of it says that it is missing */
        (void)anc_buf_add(&main, ANC_STR("word/document.xml"));
    if (main.len == 0)
        return prs_emit_fail(d->e, anc_buf_status(&main, "DOCX", d->e->err));
    return prs_opc_properties(d->a, NULL) && read_definitions(d, main.ptr) &&
           prs_docx_find_pages(d, main.ptr) && prs_docx_read_body(d, main.ptr);
}

bool prs_read_docx(anc_str bytes, prs_emitter *e)
{
    ANC_CLEANUP(prs_archive_done) prs_archive a;
    if (!prs_archive_open(bytes, e, &a))
        return false;
    prs_docx d = {.a = &a, .e = e, .note_texts = anc_buf_init(e->limits.text_bytes)};
    const bool ok = read_document(&d);
    prs_docx_styles_done(&d.styles);
    prs_docx_lists_free(d.lists);
    anc_map_free(d.notes);
    anc_buf_done(&d.note_texts);
    return ok;
}
