/* fuzz_safetensors.c - any bytes: refused, or tensors that lie within them back to back, and what is no number in them
 * is found. */
#include <math.h>
#include <stdlib.h>

#include "infer/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Element by element. */
static bool is_finite(const inf_tensor *row)
{
    const size_t n = row->len / (row->dtype == INF_DTYPE_F32 ? 4 : 2);
    for (size_t i = 0; i < n; i++) {
        float value;
        if (inf_tensor_floats(row, i, 1, &value, NULL) != ANC_OK)
            abort();
        if (!isfinite(value))
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inf_tensors *t = NULL;
    anc_err err = {0};
    if (inf_tensors_read((anc_str){(const char *)data, size}, ANC_STR("input"), &t, &err) != ANC_OK)
        return 0;
    const unsigned char *at = NULL;
    volatile unsigned sum = 0;
    for (size_t i = 0; i < inf_tensors_count(t); i++) {
        const inf_tensor *row = inf_tensors_at(t, i);
        if (row->bytes < data || row->bytes + row->len > data + size)
            abort();
        if (at != NULL && row->bytes != at)
            abort();
        at = row->bytes + row->len;
        for (size_t b = 0; b < row->len; b++)
            sum = sum + row->bytes[b];
        if (row->dtype != INF_DTYPE_OTHER &&
            inf_tensors_check_finite(t, row, &err) != (is_finite(row) ? ANC_OK : ANC_CORRUPT))
            abort();
    }
    inf_tensors_free(t);
    return 0;
}
