/* fuzz_record.c - any bytes are a document, or an error with a text. */
#include <stdlib.h>

#include "ingest/domain/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ANC_ARENA(mem, 64 << 20);
    ing_record record = {0};
    anc_err err = {0};
    if (mem == NULL)
        return 0;
    const anc_status status =
        ing_record_read((anc_str){(const char *)data, size}, mem, &record, &err);
    if (status != ANC_OK && err.text[0] == '\0')
        abort();
    if (status == ANC_OK && (record.content.ptr == NULL || record.n_acl > ING_RECORD_LABELS))
        abort();
    return 0;
}
