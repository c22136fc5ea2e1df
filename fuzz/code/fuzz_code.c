/* fuzz_code.c - any bytes read as source code, the language told by the first byte: blocks are valid
 * UTF-8 of the promised size, no visible sign of the source is lost, and the counts agree. */
#include <stdlib.h>

#include "base/utf8.h"
#include "parse/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct seen {
    size_t blocks, bytes;
    size_t visible; /* bytes of code that are printable ASCII */
} seen;

static size_t count_visible(anc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] > ' ' && s.ptr[i] < 0x7F;
    return n;
}

static anc_status check(void *self, const prs_block *b, anc_err *err)
{
    seen *s = self;
    (void)err;
    if (b->text.len == 0 || b->text.len > PRS_PIECE_BYTES || !anc_utf8_valid(b->text))
        abort();
    s->blocks += !b->continues;
    s->bytes += b->text.len;
    s->visible += b->kind == PRS_CODE ? count_visible(b->text) : 0;
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
    if (size == 0)
        return 0;
    const anc_str bytes = {(const char *)data + 1, size - 1};
    const prs_kind kind = (prs_kind)(PRS_C + data[0] % (PRS_DOCKERFILE - PRS_C + 1));
    if (prs_parse(kind, bytes, &limits, &sink, &result, NULL) != ANC_OK)
        return 0;
    if (result.blocks != s.blocks || result.text_bytes != s.bytes)
        abort();
    /* what is plain ASCII has one reading */
    size_t plain = 0;
    for (size_t i = 0; i < bytes.len; i++)
        plain += (bytes.ptr[i] >= ' ' && bytes.ptr[i] < 0x7F) || bytes.ptr[i] == '\n';
    if (plain == bytes.len && s.visible != count_visible(bytes))
        abort();
    return 0;
}
