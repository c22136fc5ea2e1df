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

TARGET static inline __m256i numbers(const int8_t *q)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)q);
}

/* `sum` and the products of 32 codes with the numbers `y` of a query, whose sizes are `size`. Pairs of products fit 16
 * bits, since both factors lie in -127 to 127: 2 * 127 * 127 < 2^15. */
TARGET static inline __m256i add_products(__m256i sum, const uint8_t *codes, __m256i y,
                                          __m256i size)
{
    const __m256i x = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(const void *)codes),
                                       _mm256_set1_epi8((char)-128));
    const __m256i pairs = _mm256_maddubs_epi16(size, _mm256_sign_epi8(x, y));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

TARGET static int32_t dot_codes_avx2(const uint8_t *codes, const int8_t *q, size_t n)
{
    __m256i a = _mm256_setzero_si256(), b = a;
    for (size_t i = 0; i < n; i += 64) {
        const __m256i y = numbers(q + i), z = numbers(q + i + 32);
        a = add_products(a, codes + i, y, _mm256_abs_epi8(y));
        b = add_products(b, codes + i + 32, z, _mm256_abs_epi8(z));
    }
    a = _mm256_add_epi32(a, b);
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
    return _mm_cvtsi128_si32(s);
}

__attribute__((target("avx2,popcnt"))) static uint32_t differing_avx2(const uint64_t *a,
                                                                      const uint64_t *b, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)__builtin_popcountll(a[i] ^ b[i]);
    return (uint32_t)sum;
}

/* dot_codes of four rows: the query is read once for all of them, and their sums are added up together. */
TARGET static void dot_four(const uint8_t *codes, size_t stride, const uint32_t *rows,
                            const int8_t *q, size_t n, int32_t *ret)
{
    const uint8_t *a = codes + rows[0] * stride, *b = codes + rows[1] * stride;
    const uint8_t *c = codes + rows[2] * stride, *d = codes + rows[3] * stride;
    __m256i sa = _mm256_setzero_si256(), sb = sa, sc = sa, sd = sa;
    for (size_t i = 0; i < n; i += 32) {
        const __m256i y = numbers(q + i), size = _mm256_abs_epi8(y);
        sa = add_products(sa, a + i, y, size);
        sb = add_products(sb, b + i, y, size);
        sc = add_products(sc, c + i, y, size);
        sd = add_products(sd, d + i, y, size);
    }
    const __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(sa, sb), _mm256_hadd_epi32(sc, sd));
    _mm_storeu_si128((__m128i *)(void *)ret,
                     _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1)));
}

TARGET static void dot_rows_avx2(const uint8_t *codes, size_t stride, const uint32_t *rows,
                                 size_t n_rows, const int8_t *q, size_t n, int32_t *ret)
{
    size_t i = 0;
    for (; i + 4 <= n_rows; i += 4)
        dot_four(codes, stride, rows + i, q, n, ret + i);
    for (; i < n_rows; i++)
        ret[i] = dot_codes_avx2(codes + rows[i] * stride, q, n);
}

__attribute__((target("avx2,popcnt"))) static uint64_t
differing_rows_avx2(const uint64_t *rows, size_t n_rows, const uint64_t *q, size_t n,
                    uint32_t limit, uint32_t *ret)
{
    uint64_t near = 0;
    for (size_t i = 0; i < n_rows; i++) {
        ret[i] = differing_avx2(rows + i * n, q, n);
        near |= (uint64_t)(ret[i] < limit) << i;
    }
    return near;
}

__attribute__((target("avx2,popcnt"))) static uint64_t
common_avx2(const uint64_t *a, const uint64_t *b, size_t n, uint64_t *ret)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        ret[i] = a[i] & b[i];
        sum += (uint64_t)__builtin_popcountll(ret[i]);
    }
    return sum;
}

/* A bit for each of 32 sums that are greater. */
TARGET static inline uint32_t greater(const uint32_t *sums, __m256i than)
{
    __m256i v[4];
    for (int i = 0; i < 4; i++)
        v[i] = _mm256_cmpgt_epi32(_mm256_loadu_si256((const __m256i *)(const void *)(sums + 8 * i)),
                                  than);
    const __m256i low = _mm256_packs_epi32(v[0], v[1]), high = _mm256_packs_epi32(v[2], v[3]);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    return (uint32_t)_mm256_movemask_epi8(
        _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order));
}

__attribute__((target("avx2,fma,f16c,bmi,popcnt"))) static size_t
reaching_avx2(const uint32_t *sums, size_t n_words, uint32_t least, const uint64_t *allowed,
              uint16_t *ret)
{
    const __m256i than = _mm256_set1_epi32((int32_t)(least - 1));
    size_t n = 0;
    for (size_t w = 0; w < n_words; w++) {
        uint64_t bits = greater(sums + w * 64, than) | (uint64_t)greater(sums + w * 64 + 32, than)
                                                           << 32;
        for (bits &= allowed != NULL ? allowed[w] : UINT64_MAX; bits != 0; bits &= bits - 1)
            ret[n++] = (uint16_t)(w * 64 + (size_t)__builtin_ctzll(bits));
    }
    return n;
}

const eng_simd eng_simd_avx2 = {"avx2",        dot_avx2,       dot_codes_avx2,
                                dot_rows_avx2, differing_avx2, differing_rows_avx2,
                                common_avx2,   reaching_avx2};
#endif
