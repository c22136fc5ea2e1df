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

/* A GELU that is rounded to bf16 next: within 1e-4, for a fifth of the work of the exact one. x Phi(x) with Phi - 1/2
 * as an odd polynomial up to 4.2, fitted to the least greatest error of the product, and 1/2 at its end and from there on. */
static inline VEC gelu_for_halves(VEC x)
{
    const VEC end = vec_splat(4.2f), near = vec_min(vec_max(x, -end), end), square = near * near;
    VEC sum = vec_splat(-9.0174995e-10f);
    sum = vec_fma(sum, square, vec_splat(7.9413162e-8f));
    sum = vec_fma(sum, square, vec_splat(-3.0379251e-6f));
    sum = vec_fma(sum, square, vec_splat(6.6890600e-5f));
    sum = vec_fma(sum, square, vec_splat(-9.5065671e-4f));
    sum = vec_fma(sum, square, vec_splat(9.2982259e-3f));
    sum = vec_fma(sum, square, vec_splat(-6.5528192e-2f));
    sum = vec_fma(sum, square, vec_splat(3.9846587e-1f));
    return x * vec_fma(near, sum, vec_splat(0.5f));
}

/* ANC_UNUSED: not each level has all. */
static inline void put(const inf_target *to, size_t r, size_t j, VEC v)
{
    if (to->floats != NULL) {
        vec_store(to->floats + r * to->width + j, v);
        return;
    }
    const IVEC bits = (IVEC)(to->gelu ? gelu_for_halves(v) : v);
    const HALVES halves = vec_halves((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    memcpy(to->halves + r * to->width + j, &halves, sizeof halves);
}

#endif
