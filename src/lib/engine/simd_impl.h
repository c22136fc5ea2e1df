/* simd_impl.h - what one level of the inner loops lends to the next. */
#ifndef ANC_ENGINE_SIMD_IMPL_H
#define ANC_ENGINE_SIMD_IMPL_H

#include "simd.h"

/* simd.c: as eng_simd.reaching, four sums at a time. */
size_t eng_reaching_plain(const uint32_t *sums, size_t n_words, uint32_t least,
                          const uint64_t *allowed, uint16_t *ret);

#if defined(__x86_64__)
/* simd_avx512.c: as eng_simd.dot. */
float eng_dot_avx512(const uint16_t *half, const float *q, size_t n);
#endif

#endif
