/* fuzz_code.c - any bytes read as source code, the language told by the first byte: blocks are valid
 * UTF-8 of the promised size, no visible sign of the source is lost, and the counts agree. */
#include "../document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct seen_code {
    seen seen;      /* first: the checks of document.h take it */
    size_t visible; /* bytes of code that are printable ASCII */
} seen_code;

static size_t count_visible(anc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] > ' ' && s.ptr[i] < 0x7F;
    return n;
}

static anc_status check_code(void *self, const prs_block *b, anc_err *err)
{
    seen_code *s = self;
    s->visible += b->kind == PRS_CODE ? count_visible(b->text) : 0;
    return check(&s->seen, b, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seen_code s = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    prs_sink sink = sink_of(&s.seen);
    sink.block = check_code;
    if (size == 0)
        return 0;
    const anc_str bytes = {(const char *)data + 1, size - 1};
    const prs_kind kind = (prs_kind)(PRS_C + data[0] % (PRS_DOCKERFILE - PRS_C + 1));
    if (prs_parse(kind, bytes, &limits, &sink, &result, NULL) != ANC_OK)
        return 0;
    check_counts(&s.seen, &result);
    /* what is plain ASCII has one reading */
    size_t plain = 0;
    for (size_t i = 0; i < bytes.len; i++)
        plain += (bytes.ptr[i] >= ' ' && bytes.ptr[i] < 0x7F) || bytes.ptr[i] == '\n';
    if (plain == bytes.len && s.visible != count_visible(bytes))
        abort();
    return 0;
}
