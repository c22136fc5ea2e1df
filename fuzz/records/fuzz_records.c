/* fuzz_records.c - any bytes read as a table, JSON or NDJSON, told by the first byte: as text, whose
 * blocks are valid and counted, and as records, whose names are not empty. */
#include <stdlib.h>

#include "base/utf8.h"
#include "parse/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct seen {
    size_t blocks, bytes;
    uint64_t records;
} seen;

static anc_status check_block(void *self, const prs_block *b, anc_err *err)
{
    seen *s = self;
    (void)err;
    if (b->text.len == 0 || b->text.len > PRS_PIECE_BYTES || !anc_utf8_valid(b->text))
        abort();
    s->blocks += !b->continues;
    s->bytes += b->text.len;
    return ANC_OK;
}

static anc_status check_record(void *self, uint64_t number, const prs_field *fields, size_t n,
                               anc_err *err)
{
    seen *s = self;
    (void)err;
    if (number != ++s->records || n > PRS_RECORD_FIELDS)
        abort();
    for (size_t i = 0; i < n; i++)
        if (!anc_utf8_valid(fields[i].name) || !anc_utf8_valid(fields[i].value))
            abort();
    return ANC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const prs_kind kinds[] = {PRS_CSV, PRS_JSON, PRS_NDJSON};
    seen s = {0};
    prs_result result;
    prs_kind kind;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = check_block, .self = &s};
    const prs_record_sink records = {.record = check_record, .self = &s};
    if (size == 0)
        return 0;
    const anc_str bytes = {(const char *)data + 1, size - 1};
    if (prs_detect(bytes, ANC_STR_NONE, ANC_STR_NONE, &kind, NULL) != ANC_OK || kind >= PRS_KINDS)
        kind = PRS_TEXT;
    kind = kinds[data[0] % ANC_COUNT(kinds)];
    if (prs_parse(kind, bytes, &limits, &sink, &result, NULL) == ANC_OK &&
        (result.blocks != s.blocks || result.text_bytes != s.bytes))
        abort();
    if (prs_records(kind, bytes, &limits, &records, NULL) != ANC_OK)
        s.records = 0;
    return 0;
}
