/* products_impl.h - the levels there are; those of vectors exist on x86-64 and on 64-bit ARM. */
#ifndef ANC_INFER_PRODUCTS_IMPL_H
#define ANC_INFER_PRODUCTS_IMPL_H

#include "infer/products.h"

extern const inf_product inf_bf16_scalar, inf_int8_scalar;
#ifdef __x86_64__
extern const inf_product inf_int8_avx2, inf_int8_vnni, inf_bf16_avx512;
extern const inf_product inf_bf16_amx, inf_int8_amx;
void inf_attend_amx(const inf_attention *a); /* attention_amx.c */
#elif defined(__aarch64__)
extern const inf_product inf_int8_neon, inf_bf16_neon;
#endif

/* Rows whose greatest value is beyond these are all zero: 127 divided by it is no number, or it is none. */
#define INF_LEAST 1e-30f
#define INF_MOST  1e38f

static inline const unsigned char *inf_panel_of(const inf_matrix *m, size_t column)
{
    return (const unsigned char *)m->panels + column * m->steps * 4;
}

#endif
