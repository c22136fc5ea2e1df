/* simd_vnni.c - codes multiplied four at a time into 32 bits, bits counted by the word.
 *
 * The instruction takes unsigned by signed bytes, which is how codes and queries are stored: the 128 that
 * every code has too much is taken off at the end, once a query's number.
 */
#include "simd_impl.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vnni,avx512vpopcntdq")))

TARGET static int32_t dot_codes_vnni(const uint8_t *codes, const int8_t *q, size_t n)
{
    const __m512i ones = _mm512_set1_epi8((char)-128);
    __m512i a = _mm512_setzero_si512(), b = a;
    for (size_t i = 0; i < n; i += 64) {
        const __m512i y = _mm512_loadu_si512(q + i);
        a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(codes + i), y);
        b = _mm512_dpbusd_epi32(b, ones, y);
    }
    return _mm512_reduce_add_epi32(_mm512_sub_epi32(a, b));
}

TARGET static uint32_t differing_vnni(const uint64_t *a, const uint64_t *b, size_t n)
{
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 8) {
        const __mmask8 some = (__mmask8)(n - i >= 8 ? 0xffu : (1u << (n - i)) - 1u);
        const __m512i x = _mm512_xor_si512(_mm512_maskz_loadu_epi64(some, a + i),
                                           _mm512_maskz_loadu_epi64(some, b + i));
        sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(x));
    }
    return (uint32_t)_mm512_reduce_add_epi64(sum);
}

const eng_simd eng_simd_vnni = {"avx512vnni", eng_dot_avx512, dot_codes_vnni, differing_vnni};
#endif
