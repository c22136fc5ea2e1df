/* product_end_impl.h - where a product of 64-byte vectors goes, sixteen floats at a time. */
#ifndef ANC_INFER_PRODUCT_END_IMPL_H
#define ANC_INFER_PRODUCT_END_IMPL_H

#include <string.h>

#include "products_impl.h"
#include "vectors_512_impl.h"

#include "vector_math_impl.h"

/* Floats, or halves after a GELU or without one. */
typedef struct inf_target {
    float *floats; /* NULL: halves */
    uint16_t *halves;
    size_t width; /* of a row */
    bool gelu;
} inf_target;

/* ANC_UNUSED: not each level has all. */
static inline void put(const inf_target *to, size_t r, size_t j, VEC v)
{
    if (to->floats != NULL) {
        vec_store(to->floats + r * to->width + j, v);
        return;
    }
    const IVEC bits = (IVEC)(to->gelu ? vec_gelu(v) : v);
    const HALVES halves = vec_halves((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    memcpy(to->halves + r * to->width + j, &halves, sizeof halves);
}

#endif
