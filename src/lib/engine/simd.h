/* simd.h - the inner loops over vectors, one table a level of the machine.
 *
 * Stored vectors are IEEE half floats: half the memory and half the traffic, with an error of the
 * cosine below 1e-3. Every level gives what the scalar one gives up to the order of its sums.
 */
#ifndef ANC_ENGINE_SIMD_H
#define ANC_ENGINE_SIMD_H

#include "base/base.h"

typedef struct eng_simd {
    const char *name;
    /* Sum of half[i] * q[i] over n elements; any alignment. */
    float (*dot)(const uint16_t *half, const float *q, size_t n);
} eng_simd;

extern const eng_simd eng_simd_scalar;
#if defined(__x86_64__)
extern const eng_simd eng_simd_avx2;
extern const eng_simd eng_simd_avx512;
#endif

/* The levels that this machine can run, slowest first; at most `max`. */
size_t eng_simd_levels(const eng_simd **out, size_t max);

/* The fastest of them. Any thread. */
const eng_simd *eng_simd_best(void);

/* Rounds to the nearest half, ties to even; overflow gives infinity. */
uint16_t eng_half_of(float f);
float eng_half_to_float(uint16_t h);

#endif
