/* format.c - any bytes read as documents of one kind (FUZZ_KIND, set by the target). */
#include "document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_document(FUZZ_KIND, (anc_str){(const char *)data, size});
    return 0;
}
