/* simd.h - the inner loops over vectors, one table a level of the machine.
 *
 * Stored vectors are IEEE half floats: half the memory and half the traffic, with an error of the
 * cosine below 1e-3. Codes are a byte a number: x of a vector is the code round(x * scale) + 128, a query's
 * are signed. Bits are the signs of a vector's numbers. Sums of halves agree up to the order of summation,
 * those of codes and bits are the same on every level.
 */
#ifndef ANC_ENGINE_SIMD_H
#define ANC_ENGINE_SIMD_H

#include "base/base.h"

enum { ENG_REACHING_ROOM = 64 }; /* behind what eng_simd.reaching gives, which it may write to */

typedef struct eng_simd {
    const char *name;
    /* Sum of half[i] * q[i] over n elements; any alignment. */
    float (*dot)(const uint16_t *half, const float *q, size_t n);
    /* Sum of (codes[i] - 128) * q[i] over n elements: n a multiple of 64, at most 65,536; codes 1 to 255, q
     * -127 to 127, so that no level overflows. Any alignment. */
    int32_t (*dot_codes)(const uint8_t *codes, const int8_t *q, size_t n);
    /* dot_codes of q with each of n_rows rows, the one of number i at codes + rows[i] * stride: ret [n_rows]. */
    void (*dot_rows)(const uint8_t *codes, size_t stride, const uint32_t *rows, size_t n_rows,
                     const int8_t *q, size_t n, int32_t *ret);
    /* Number of bits that differ in n words. */
    uint32_t (*differing)(const uint64_t *a, const uint64_t *b, size_t n);
    /* The same of q with each of n_rows rows, at most 64, of n words that lie end to end: ret [n_rows]. A bit for each
     * of them that differs in fewer than `limit`. */
    uint64_t (*differing_rows)(const uint64_t *rows, size_t n_rows, const uint64_t *q, size_t n,
                               uint32_t limit, uint32_t *ret);
    /* Bits that both have, in n words: ret [n], which may be a or b; how many they are. */
    uint64_t (*common)(const uint64_t *a, const uint64_t *b, size_t n, uint64_t *ret);
    /* The i below n_words * 64, ascending, whose sums[i] is at least `least` and, where `allowed` is not NULL, whose
     * bit is set there: ret [n_words * 64 + ENG_REACHING_ROOM]; how many they are. `least` is at least 1, sums are
     * below 2^31, words at most 1,024. */
    size_t (*reaching)(const uint32_t *sums, size_t n_words, uint32_t least,
                       const uint64_t *allowed, uint16_t *ret);
} eng_simd;

extern const eng_simd eng_simd_scalar;
#if defined(__x86_64__)
extern const eng_simd eng_simd_avx2;
extern const eng_simd eng_simd_avx512;
extern const eng_simd eng_simd_vnni; /* AVX-512 with VNNI, VPOPCNTDQ and VBMI2 */
#elif defined(__aarch64__)
extern const eng_simd eng_simd_neon;
extern const eng_simd eng_simd_neon_dot; /* with dot products of bytes */
#endif

/* The levels that this machine can run, slowest first; at most `max`. */
size_t eng_simd_levels(const eng_simd **out, size_t max);

/* The fastest of them. Any thread. */
const eng_simd *eng_simd_best(void);

/* Rounds to the nearest half, ties to even; overflow gives infinity. */
uint16_t eng_half_of(float f);
float eng_half_to_float(uint16_t h);

#endif
