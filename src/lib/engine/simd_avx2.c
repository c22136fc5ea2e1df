/* simd_avx2.c - eight halves a step, four sums in flight to cover the latency of the products. */
#include "simd.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,fma,f16c")))

TARGET static inline __m256 widen(const uint16_t *half)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)half));
}

TARGET static inline float sum8(__m256 v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    s = _mm_add_ss(s, _mm_movehdup_ps(s));
    return _mm_cvtss_f32(s);
}

TARGET static float dot_avx2(const uint16_t *half, const float *q, size_t n)
{
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        a = _mm256_fmadd_ps(widen(half + i), _mm256_loadu_ps(q + i), a);
        b = _mm256_fmadd_ps(widen(half + i + 8), _mm256_loadu_ps(q + i + 8), b);
        c = _mm256_fmadd_ps(widen(half + i + 16), _mm256_loadu_ps(q + i + 16), c);
        d = _mm256_fmadd_ps(widen(half + i + 24), _mm256_loadu_ps(q + i + 24), d);
    }
    for (; i + 8 <= n; i += 8)
        a = _mm256_fmadd_ps(widen(half + i), _mm256_loadu_ps(q + i), a);
    float sum = sum8(_mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d)));
    for (; i < n; i++)
        sum += eng_half_to_float(half[i]) * q[i];
    return sum;
}

const eng_simd eng_simd_avx2 = {"avx2", dot_avx2};
#endif
