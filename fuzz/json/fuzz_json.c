/* fuzz_json.c - any bytes: refused, or a tree whose dump reads back as the same dump. */
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_doc *doc = NULL, *again = NULL;
    if (json_parse((anc_str){(const char *)data, size}, &doc, NULL) != ANC_OK)
        return 0;
    ANC_BUF(first, 64 << 20);
    ANC_BUF(second, 64 << 20);
    json_dump(json_root(doc), &first);
    if (first.refused || json_parse(anc_buf_view(&first), &again, NULL) != ANC_OK)
        abort();
    json_dump(json_root(again), &second);
    if (!anc_str_eq(anc_buf_view(&first), anc_buf_view(&second)))
        abort();
    json_doc_free(doc);
    json_doc_free(again);
    return 0;
}
