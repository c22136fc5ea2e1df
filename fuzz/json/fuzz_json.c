/* fuzz_json.c - any bytes: refused, or a tree whose dump reads back as the same dump; what is read is read as the same
 * with wide integers. */
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_doc *doc = NULL, *again = NULL, *wide = NULL;
    const anc_str text = {(const char *)data, size};
    const bool is_wide = json_parse_wide(text, &wide, NULL) == ANC_OK;
    if (json_parse(text, &doc, NULL) != ANC_OK) {
        json_doc_free(wide);
        return 0;
    }
    if (!is_wide)
        abort();
    ANC_BUF(first, 64 << 20);
    ANC_BUF(second, 64 << 20);
    json_dump(json_root(doc), &first);
    if (first.refused || json_parse(anc_buf_view(&first), &again, NULL) != ANC_OK)
        abort();
    json_dump(json_root(again), &second);
    if (!anc_str_eq(anc_buf_view(&first), anc_buf_view(&second)))
        abort();
    ANC_BUF(third, 64 << 20);
    json_dump(json_root(wide), &third);
    if (!anc_str_eq(anc_buf_view(&first), anc_buf_view(&third)))
        abort();
    json_doc_free(doc);
    json_doc_free(wide);
    json_doc_free(again);
    return 0;
}
