/* document.h - what every fuzz target of a document's reader holds it to: every block is valid UTF-8 of the
 * promised size, what stands beside the text is valid UTF-8 too, and the counts agree with what arrived. */
#ifndef ANC_FUZZ_DOCUMENT_H
#define ANC_FUZZ_DOCUMENT_H

#include <stdlib.h>

#include "base/utf8.h"
#include "parse/parse.h"

typedef struct seen {
    size_t blocks, bytes;
} seen;

static anc_status check(void *self, const prs_block *b, anc_err *err)
{
    seen *s = self;
    (void)err;
    if (b->text.len == 0 || b->text.len > PRS_PIECE_BYTES || !anc_utf8_valid(b->text))
        abort();
    s->blocks += !b->continues;
    s->bytes += b->text.len;
    return ANC_OK;
}

static anc_status check_title(void *self, anc_str title, anc_err *err)
{
    (void)self;
    (void)err;
    if (title.len == 0 || !anc_utf8_valid(title))
        abort();
    return ANC_OK;
}

static anc_status check_property(void *self, anc_str name, anc_str value, anc_err *err)
{
    (void)self;
    (void)err;
    if (name.len == 0 || value.len == 0 || !anc_utf8_valid(value))
        abort();
    return ANC_OK;
}

static anc_status check_attachment(void *self, const prs_attachment *a, anc_err *err)
{
    (void)self;
    (void)err;
    if (!anc_utf8_valid(a->name))
        abort();
    for (size_t i = 0; i < a->name.len; i++)
        if (a->name.ptr[i] == '/')
            abort();
    return ANC_OK;
}

static prs_sink sink_of(seen *s)
{
    return (prs_sink){.block = check,
                      .title = check_title,
                      .property = check_property,
                      .attachment = check_attachment,
                      .self = s};
}

static void check_counts(const seen *s, const prs_result *result)
{
    if (result->blocks != s->blocks || result->text_bytes != s->bytes)
        abort();
}

__attribute__((unused)) static void read_document(prs_kind kind, anc_str bytes)
{
    seen s = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = sink_of(&s);
    if (prs_parse(kind, bytes, &limits, &sink, &result, NULL) == ANC_OK)
        check_counts(&s, &result);
}

#endif
