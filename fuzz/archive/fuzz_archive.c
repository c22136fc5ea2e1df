/* fuzz_archive.c - any bytes taken for an archive: what kind it is, and read as that. */
#include "../document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    prs_kind kind;
    const anc_str bytes = {(const char *)data, size};
    if (size < 2 || data[0] != 'P' || data[1] != 'K')
        return 0;
    if (prs_detect(bytes, ANC_STR_NONE, ANC_STR_NONE, &kind, NULL) == ANC_OK)
        read_document(kind, bytes);
    return 0;
}
