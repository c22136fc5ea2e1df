/* parse.c - the way of a document: decoded, read by its kind, emitted. */
#include "parse_impl.h"

enum { MARKDOWN_BYTES = 32 << 20 };

prs_limits prs_limits_default(void)
{
    return (prs_limits){.text_bytes = 64 << 20, .blocks = 2000000, .depth = 1000};
}

static bool read_kind(prs_kind kind, anc_str text, prs_emitter *e)
{
    switch (kind) {
    case PRS_HTML:
        return prs_read_html(text, e);
    case PRS_MARKDOWN:
        /* Past this size nobody wrote it as Markdown, and md4c's tables would be large too. */
        return text.len <= MARKDOWN_BYTES ? prs_read_markdown(text, e) : prs_read_plain(text, e);
    case PRS_TEXT:
        break;
    }
    return prs_read_plain(text, e);
}

anc_status prs_parse(prs_kind kind, anc_str bytes, const prs_limits *limits, const prs_sink *sink,
                     prs_result *ret, anc_err *err)
{
    ANC_CLEANUP(prs_text_done) prs_text t = {.storage = anc_buf_init(0)};
    const anc_str declared = kind == PRS_HTML ? prs_html_charset(bytes) : ANC_STR_NONE;
    ANC_TRY(prs_decode(bytes, declared, limits->text_bytes * 2, &t, err));
    ANC_CLEANUP(prs_emitter_done) prs_emitter e;
    prs_emitter_init(&e, limits, sink, err);
    if (read_kind(kind, t.text, &e))
        (void)prs_emit_close(&e);
    if (e.status != ANC_OK)
        return e.status;
    *ret = (prs_result){.encoding = t.encoding,
                        .damaged = t.damaged,
                        .blocks = e.blocks,
                        .text_bytes = e.text_bytes};
    return ANC_OK;
}

static anc_status ignore_block(void *self, const prs_block *block, anc_err *err)
{
    (void)self;
    (void)block;
    (void)err;
    return ANC_OK;
}

/* Keeps the title and ends the parse: no status of its own stands for "enough". */
static anc_status keep_title(void *self, anc_str title, anc_err *err)
{
    (void)err;
    (void)anc_buf_add(self, title);
    return ANC_CANCELLED;
}

anc_status prs_title(prs_kind kind, anc_str bytes, const prs_limits *limits, anc_buf *out,
                     anc_err *err)
{
    const prs_sink sink = {.block = ignore_block, .title = keep_title, .self = out};
    prs_result result;
    const anc_status got = prs_parse(kind, bytes, limits, &sink, &result, err);
    if (got != ANC_OK && got != ANC_CANCELLED)
        return got;
    return anc_buf_status(out, "title", err);
}
