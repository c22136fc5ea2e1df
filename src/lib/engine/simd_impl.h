/* simd_impl.h - what one level of the inner loops lends to the next. */
#ifndef ANC_ENGINE_SIMD_IMPL_H
#define ANC_ENGINE_SIMD_IMPL_H

#include "simd.h"

#if defined(__x86_64__)
/* simd_avx512.c: as eng_simd.dot. */
float eng_dot_avx512(const uint16_t *half, const float *q, size_t n);
#endif

#endif
