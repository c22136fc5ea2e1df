/* simd_avx512.c - sixteen halves a step, four sums in flight; the tail under a mask. */
#include "simd.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx2,fma,f16c")))

TARGET static inline __m512 widen(const uint16_t *half)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)half));
}

TARGET static float dot_avx512(const uint16_t *half, const float *q, size_t n)
{
    __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        a = _mm512_fmadd_ps(widen(half + i), _mm512_loadu_ps(q + i), a);
        b = _mm512_fmadd_ps(widen(half + i + 16), _mm512_loadu_ps(q + i + 16), b);
        c = _mm512_fmadd_ps(widen(half + i + 32), _mm512_loadu_ps(q + i + 32), c);
        d = _mm512_fmadd_ps(widen(half + i + 48), _mm512_loadu_ps(q + i + 48), d);
    }
    for (; i + 16 <= n; i += 16)
        a = _mm512_fmadd_ps(widen(half + i), _mm512_loadu_ps(q + i), a);
    float sum = _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)));
    for (; i < n; i++)
        sum += eng_half_to_float(half[i]) * q[i];
    return sum;
}

const eng_simd eng_simd_avx512 = {"avx512", dot_avx512};
#endif
