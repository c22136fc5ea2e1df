/* fuzz_pdf_text.c - any bytes read as what pdftotext wrote: every block is valid UTF-8 of the
 * promised size, and the counts agree with what arrived. */
#include <stdlib.h>

#include "base/utf8.h"
#include "parse/pdf_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seen s = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = check, .title = check_title, .self = &s};
    const anc_str bytes = {(const char *)data, size};
    if (prs_pdf_text(bytes, &limits, &sink, &result, NULL) != ANC_OK)
        return 0;
    if (result.blocks != s.blocks || result.text_bytes != s.bytes)
        abort();
    return 0;
}
