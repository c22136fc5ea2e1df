/* simd_avx512.c - sixteen halves a step, four sums in flight; the tail under a mask. */
#include "simd.h"
#include "simd_impl.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx2,fma,f16c")))

TARGET static inline __m512 widen(const uint16_t *half)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)half));
}

TARGET float eng_dot_avx512(const uint16_t *half, const float *q, size_t n)
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

TARGET static int32_t dot_codes_avx512(const uint8_t *codes, const int8_t *q, size_t n)
{
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 32) {
        const __m512i x = _mm512_sub_epi16(
            _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)(codes + i))),
            _mm512_set1_epi16(128));
        const __m512i y =
            _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)(q + i)));
        sum = _mm512_add_epi32(sum, _mm512_madd_epi16(x, y));
    }
    return _mm512_reduce_add_epi32(sum);
}

__attribute__((target("avx512f,popcnt"))) static uint32_t
differing_avx512(const uint64_t *a, const uint64_t *b, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)__builtin_popcountll(a[i] ^ b[i]);
    return (uint32_t)sum;
}

TARGET static void dot_rows_avx512(const uint8_t *codes, size_t stride, const uint32_t *rows,
                                   size_t n_rows, const int8_t *q, size_t n, int32_t *ret)
{
    for (size_t i = 0; i < n_rows; i++)
        ret[i] = dot_codes_avx512(codes + rows[i] * stride, q, n);
}

__attribute__((target("avx512f,popcnt"))) static uint64_t
differing_rows_avx512(const uint64_t *rows, size_t n_rows, const uint64_t *q, size_t n,
                      uint32_t limit, uint32_t *ret)
{
    uint64_t near = 0;
    for (size_t i = 0; i < n_rows; i++) {
        ret[i] = differing_avx512(rows + i * n, q, n);
        near |= (uint64_t)(ret[i] < limit) << i;
    }
    return near;
}

__attribute__((target("avx512f,popcnt"))) static uint64_t
common_avx512(const uint64_t *a, const uint64_t *b, size_t n, uint64_t *ret)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        ret[i] = a[i] & b[i];
        sum += (uint64_t)__builtin_popcountll(ret[i]);
    }
    return sum;
}

__attribute__((target("avx512f,avx512bw,popcnt"))) static size_t
reaching_avx512(const uint32_t *sums, size_t n_words, uint32_t least, const uint64_t *allowed,
                uint16_t *ret)
{
    const __m512i low = _mm512_set1_epi32((int32_t)least);
    __m512i at = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    size_t n = 0;
    for (size_t i = 0; i < n_words * 64; i += 16) {
        const __mmask16 given = (__mmask16)(allowed != NULL ? allowed[i / 64] >> i % 64 : 0xffff);
        const __mmask16 good =
            _mm512_mask_cmpge_epu32_mask(given, _mm512_loadu_si512(sums + i), low);
        _mm256_storeu_si256((__m256i *)(void *)(ret + n),
                            _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(good, at)));
        n += (size_t)__builtin_popcount(good);
        at = _mm512_add_epi32(at, _mm512_set1_epi32(16));
    }
    return n;
}

const eng_simd eng_simd_avx512 = {"avx512",        eng_dot_avx512,   dot_codes_avx512,
                                  dot_rows_avx512, differing_avx512, differing_rows_avx512,
                                  common_avx512,   reaching_avx512};
#endif
