/* simd_vnni.c - codes multiplied four at a time into 32 bits, bits counted by the word.
 *
 * The instruction takes unsigned by signed bytes, which is how codes and queries are stored: the 128 that
 * every code has too much is taken off at the end, once a query's number.
 */
#include "simd_impl.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vnni,avx512vpopcntdq")))

TARGET static inline __m512i load(const void *bytes)
{
    return _mm512_loadu_si512(bytes);
}

/* The sums of the numbers of each of four. */
TARGET static inline __m128i sums_of_four(__m512i a, __m512i b, __m512i c, __m512i d)
{
    const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    const __m512i abcd =
        _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    const __m256i half =
        _mm256_add_epi32(_mm512_castsi512_si256(abcd), _mm512_extracti64x4_epi64(abcd, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

/* What the 128 too much of every code add to a product with this query. */
TARGET static inline int32_t too_much(const int8_t *q, size_t n)
{
    const __m512i ones = _mm512_set1_epi8((char)-128);
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 64)
        sum = _mm512_dpbusd_epi32(sum, ones, load(q + i));
    return _mm512_reduce_add_epi32(sum);
}

TARGET static inline int32_t product(const uint8_t *codes, const int8_t *q, size_t n)
{
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 64)
        sum = _mm512_dpbusd_epi32(sum, load(codes + i), load(q + i));
    return _mm512_reduce_add_epi32(sum);
}

TARGET static int32_t dot_codes_vnni(const uint8_t *codes, const int8_t *q, size_t n)
{
    return product(codes, q, n) - too_much(q, n);
}

/* Four rows at a time: memory and the multiplier answer several at once. */
TARGET static void dot_rows_vnni(const uint8_t *codes, size_t stride, const uint32_t *rows,
                                 size_t n_rows, const int8_t *q, size_t n, int32_t *ret)
{
    const int32_t off = too_much(q, n);
    size_t r = 0;
    for (; r + 4 <= n_rows; r += 4) {
        const uint8_t *row[4];
        __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
        for (size_t i = 0; i < 4; i++)
            row[i] = codes + rows[r + i] * stride;
        for (size_t i = 0; i < n; i += 64) {
            const __m512i y = load(q + i);
            a = _mm512_dpbusd_epi32(a, load(row[0] + i), y);
            b = _mm512_dpbusd_epi32(b, load(row[1] + i), y);
            c = _mm512_dpbusd_epi32(c, load(row[2] + i), y);
            d = _mm512_dpbusd_epi32(d, load(row[3] + i), y);
        }
        _mm_storeu_si128((__m128i *)(void *)(ret + r),
                         _mm_sub_epi32(sums_of_four(a, b, c, d), _mm_set1_epi32(off)));
    }
    for (; r < n_rows; r++)
        ret[r] = product(codes + rows[r] * stride, q, n) - off;
}

/* Bits that differ in eight words at most, counted by the word. */
TARGET static inline __m512i differing_in(const uint64_t *a, const uint64_t *b, size_t n)
{
    const __mmask8 some = (__mmask8)(n >= 8 ? 0xffu : (1u << n) - 1u);
    return _mm512_popcnt_epi64(
        _mm512_xor_si512(_mm512_maskz_loadu_epi64(some, a), _mm512_maskz_loadu_epi64(some, b)));
}

TARGET static uint32_t differing_vnni(const uint64_t *a, const uint64_t *b, size_t n)
{
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 8)
        sum = _mm512_add_epi64(sum, differing_in(a + i, b + i, n - i));
    return (uint32_t)_mm512_reduce_add_epi64(sum);
}

/* A bit for each of n numbers, at most 64, that is less than `limit`. */
TARGET static inline uint64_t less_than(const uint32_t *numbers, size_t n, uint32_t limit)
{
    const __m512i high = _mm512_set1_epi32((int32_t)limit);
    uint64_t less = 0;
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 some = (__mmask16)(n - i >= 16 ? 0xffffu : (1u << (n - i)) - 1u);
        const __m512i v = _mm512_maskz_loadu_epi32(some, numbers + i);
        less |= (uint64_t)_mm512_mask_cmplt_epu32_mask(some, v, high) << i;
    }
    return less;
}

TARGET static uint64_t differing_rows_vnni(const uint64_t *rows, size_t n_rows, const uint64_t *q,
                                           size_t n, uint32_t limit, uint32_t *ret)
{
    size_t r = 0;
    for (; r + 4 <= n_rows; r += 4) {
        const uint64_t *row = rows + r * n;
        __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
        for (size_t i = 0; i < n; i += 8) {
            a = _mm512_add_epi64(a, differing_in(row + i, q + i, n - i));
            b = _mm512_add_epi64(b, differing_in(row + n + i, q + i, n - i));
            c = _mm512_add_epi64(c, differing_in(row + 2 * n + i, q + i, n - i));
            d = _mm512_add_epi64(d, differing_in(row + 3 * n + i, q + i, n - i));
        }
        /* counts fit the lower half of a word, the upper one is 0 */
        _mm_storeu_si128((__m128i *)(void *)(ret + r), sums_of_four(a, b, c, d));
    }
    for (; r < n_rows; r++)
        ret[r] = differing_vnni(rows + r * n, q, n);
    return less_than(ret, n_rows, limit);
}

TARGET static uint64_t common_vnni(const uint64_t *a, const uint64_t *b, size_t n, uint64_t *ret)
{
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 8) {
        const __mmask8 some = (__mmask8)(n - i >= 8 ? 0xffu : (1u << (n - i)) - 1u);
        const __m512i both = _mm512_and_si512(_mm512_maskz_loadu_epi64(some, a + i),
                                              _mm512_maskz_loadu_epi64(some, b + i));
        _mm512_mask_storeu_epi64(ret + i, some, both);
        sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(both));
    }
    return (uint64_t)_mm512_reduce_add_epi64(sum);
}

/* A bit for each of 32 sums that are at least `low`. */
TARGET static inline uint32_t at_least(const uint32_t *sums, __m512i low)
{
    return _mm512_cmpge_epu32_mask(load(sums), low) |
           (uint32_t)_mm512_cmpge_epu32_mask(load(sums + 16), low) << 16;
}

__attribute__((
    target("avx512f,avx512bw,avx512vnni,avx512vpopcntdq,avx512vbmi2,popcnt"))) static size_t
reaching_vnni(const uint32_t *sums, size_t n_words, uint32_t least, const uint64_t *allowed,
              uint16_t *ret)
{
    const __m512i low = _mm512_set1_epi32((int32_t)least), step = _mm512_set1_epi16(32);
    uint16_t first[32];
    size_t n = 0;
    for (uint16_t i = 0; i < ANC_COUNT(first); i++)
        first[i] = i;
    __m512i at = load(first);
    for (size_t i = 0; i < n_words * 64; i += 32) {
        const uint32_t given = (uint32_t)(allowed != NULL ? allowed[i / 64] >> i % 64 : UINT32_MAX);
        const uint32_t good = at_least(sums + i, low) & given;
        _mm512_storeu_si512(ret + n, _mm512_maskz_compress_epi16(good, at));
        n += (size_t)__builtin_popcount(good);
        at = _mm512_add_epi16(at, step);
    }
    return n;
}

const eng_simd eng_simd_vnni = {"avx512vnni",   eng_dot_avx512,      dot_codes_vnni, dot_rows_vnni,
                                differing_vnni, differing_rows_vnni, common_vnni,    reaching_vnni};
#endif
