/* kernels.h - the few loops in which an encoder spends its time, one set a level of the CPU.
 *
 * The scalar set is plain C on the C library's functions and is what the others are tested
 * against. The vector sets (AVX2 with FMA, AVX-512, NEON) share one body, kernel_vector_impl.h, which is
 * compiled for each of them. Which set runs is decided once, by what the CPU says it has.
 *
 * A product multiplies rows by a *panel*: INF_PANEL columns of a matrix, laid out as they are read,
 * k after k:
 *
 *     panel[k * INF_PANEL + j]  =  element (k, column j)
 *
 * so that one step of the inner loop reads one line of the panel and one number a row. A matrix is
 * a sequence of panels; columns that are left over in the last one are zero.
 *
 * Everything here is pure; any thread.
 */
#ifndef ANC_INFER_KERNELS_H
#define ANC_INFER_KERNELS_H

#include "base/base.h"

enum { INF_PANEL = 32, INF_ALIGN = 64 };

typedef struct inf_kernels {
    const char *name;
    bool (*supported)(void);

    /* c[r][j] = bias[j] + sum over i < k of a[r][i] * panel[i][j], for r < rows, j < INF_PANEL.
     * Rows of `a` are `lda` floats apart, those of `c` `ldc`. They do not overlap. */
    void (*product)(const float *a, size_t lda, size_t rows, const float *panel, size_t k,
                    const float *bias, float *c, size_t ldc);

    /* x = x * (1 + erf(x / sqrt 2)) / 2, each within 1e-6 * max(1, |x|). */
    void (*gelu)(float *x, size_t n);

    /* x = exp(x - max) / sum, relative error below 1e-5 of what exceeds 1e-30. n is a multiple of
     * INF_PANEL. */
    void (*softmax)(float *x, size_t n);

    /* The same in bf16, each within 1e-2 of itself; what `x` holds then does not matter. */
    void (*softmax_narrow)(float *x, size_t n, uint16_t *ret);

    /* x = (v - mean v) / sqrt(variance v + epsilon) * scale + shift, with v = x + residual;
     * residual may be NULL. n >= 1. */
    void (*layer_norm)(float *x, const float *residual, const float *scale, const float *shift,
                       size_t n, float epsilon);

    /* The nearest bf16 of each, ties to even. */
    void (*narrow)(const float *x, size_t n, uint16_t *ret);

    /* The bytes round(x * factor / scale) + 128, ties to even, where the greatest becomes 127; the scale, 1 where all
     * are zero or below 1e-30. `factors` [n] may be NULL: 1 each. What is not finite gives any bytes. */
    float (*quantise)(const float *x, const float *factors, size_t n, uint8_t *ret);

    /* The same as numbers round(x * factor / scale), where the greatest becomes `most`, 1 to 32767. */
    float (*quantise_wide)(const float *x, const float *factors, size_t n, int most, int16_t *ret);

    /* `rounds` rounds of the arithmetic of `product` on registers alone, in chains that do not wait for each other;
     * how many operations that were, a multiplication and an addition being two. NULL: nothing that tells. */
    uint64_t (*exert)(size_t rounds);
} inf_kernels;

/* Set number i that this CPU can run, the scalar one first; NULL past the last. */
const inf_kernels *inf_kernels_at(size_t i);

/* The last of them, which is the fastest. */
const inf_kernels *inf_kernels_best(void);

#endif
