/* kernel_vector_impl.h - the kernels over vectors of any width; included once by each vector set.
 *
 * The including file defines VEC (a float vector of LANES lanes), IVEC (int32, as many), HALVES and BYTES (likewise), the
 * functions vec_load, vec_store, vec_splat, vec_max, vec_sum, vec_greatest, vec_halves, vec_bytes, and the product.
 * Arithmetic is written with the operators that gcc and clang have for vectors; these files are compiled with
 * -ffp-contract=fast, so a product and a sum become one instruction.
 *
 * A product goes in tiles of rows by two vectors. Their sums stay in registers over the depth, each step
 * loads two vectors of the panel and one number a row. Rows are addressed from every third one on,
 * which x86 can do without arithmetic (base, base + stride, base + 2 * stride).
 */
#ifndef ANC_INFER_KERNEL_VECTOR_IMPL_H
#define ANC_INFER_KERNEL_VECTOR_IMPL_H

#include <math.h>
#include <string.h>

#include "kernels_impl.h"
#include "products_impl.h"
#include "rows_impl.h"
#include "vector_math_impl.h"

/* Where the compiler has vectors in registers. */
#ifdef __aarch64__
#define IN_VECTOR "w"
#else
#define IN_VECTOR "v"
#endif

#define ROW_STEP(g, i)                               \
    {                                                \
        const VEC x = vec_splat(a##g[(i)*lda + at]); \
        p##g##i += x * w0;                           \
        q##g##i += x * w1;                           \
    }
#define ROW_END(g, i)                              \
    vec_store(c + (3 * (g) + (i)) * ldc, p##g##i); \
    vec_store(c + (3 * (g) + (i)) * ldc + LANES, q##g##i);

static void gelu(float *x, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        vec_store(x + i, vec_gelu(vec_load(x + i)));
    if (i < n) {
        float rest[LANES] = {0};
        memcpy(rest, x + i, (n - i) * sizeof *x);
        vec_store(rest, vec_gelu(vec_load(rest)));
        memcpy(x + i, rest, (n - i) * sizeof *x);
    }
}

/* x = exp(x - max); the sum of them. */
static float exponents(float *x, size_t n)
{
    VEC max = vec_load(x), sum = vec_splat(0.0f);
    for (size_t i = LANES; i < n; i += LANES)
        max = vec_max(max, vec_load(x + i));
    max = vec_splat(vec_greatest(max));
    for (size_t i = 0; i < n; i += LANES) {
        const VEC e = vec_exp(vec_max(vec_load(x + i) - max, vec_splat(-87.0f)));
        vec_store(x + i, e);
        sum += e;
    }
    return vec_sum(sum);
}

static void softmax(float *x, size_t n)
{
    const VEC factor = vec_splat(1.0f / exponents(x, n));
    for (size_t i = 0; i < n; i += LANES)
        vec_store(x + i, vec_load(x + i) * factor);
}

static inline HALVES halves_of(VEC v)
{
    const IVEC bits = (IVEC)v;
    return vec_halves((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void softmax_narrow(float *x, size_t n, uint16_t *ret)
{
    const VEC factor = vec_splat(1.0f / exponents(x, n));
    for (size_t i = 0; i < n; i += LANES) {
        const HALVES halves = halves_of(vec_load(x + i) * factor);
        memcpy(ret + i, &halves, sizeof halves);
    }
}

static inline VEC added(float *x, const float *residual)
{
    const VEC v = residual != NULL ? (VEC)(vec_load(x) + vec_load(residual)) : vec_load(x);
    vec_store(x, v);
    return v;
}

/* Two sums, so that one need not wait for the other; so below. */
static float add_residual(float *x, const float *residual, size_t n)
{
    VEC even = vec_splat(0.0f), odd = even;
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        even += added(x + i, residual != NULL ? residual + i : NULL);
        odd += added(x + i + LANES, residual != NULL ? residual + i + LANES : NULL);
    }
    if (i + LANES <= n) {
        even += added(x + i, residual != NULL ? residual + i : NULL);
        i += LANES;
    }
    float sum = vec_sum(even + odd);
    for (; i < n; i++)
        sum += x[i] += residual != NULL ? residual[i] : 0.0f;
    return sum;
}

static float squares_about(const float *x, size_t n, float mean)
{
    VEC even = vec_splat(0.0f), odd = even;
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        const VEC d = vec_load(x + i) - mean, e = vec_load(x + i + LANES) - mean;
        even += d * d;
        odd += e * e;
    }
    if (i + LANES <= n) {
        const VEC d = vec_load(x + i) - mean;
        even += d * d;
        i += LANES;
    }
    float sum = vec_sum(even + odd);
    for (; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum;
}

static void layer_norm(float *x, const float *residual, const float *scale, const float *shift,
                       size_t n, float epsilon)
{
    const float mean = add_residual(x, residual, n) / (float)n;
    const float factor = 1.0f / sqrtf(squares_about(x, n, mean) / (float)n + epsilon);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const VEC v = (vec_load(x + i) - mean) * factor;
        vec_store(x + i, v * vec_load(scale + i) + vec_load(shift + i));
    }
    for (; i < n; i++)
        x[i] = (x[i] - mean) * factor * scale[i] + shift[i];
}

static void narrow(const float *x, size_t n, uint16_t *ret)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const VEC v = vec_load(x + i);
        const IVEC is_nan = (IVEC)(v != v);
        const HALVES quiet = vec_halves(((IVEC)v >> 16 | 0x40) & is_nan);
        const HALVES halves = (halves_of(v) & ~vec_halves(is_nan)) | quiet;
        memcpy(ret + i, &halves, sizeof halves);
    }
    for (; i < n; i++)
        ret[i] = inf_bf16_of(x[i]);
}

static inline VEC weighed(const float *x, const float *factors, size_t i)
{
    const VEC v = vec_load(x + i);
    return factors != NULL ? (VEC)(v * vec_load(factors + i)) : v;
}

static inline float weighed_one(const float *x, const float *factors, size_t i)
{
    return factors != NULL ? x[i] * factors[i] : x[i];
}

static float greatest(const float *x, const float *factors, size_t n)
{
    VEC even = vec_splat(0.0f), odd = even;
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        even = vec_max(vec_abs(weighed(x, factors, i)), even);
        odd = vec_max(vec_abs(weighed(x, factors, i + LANES)), odd);
    }
    for (; i + LANES <= n; i += LANES)
        even = vec_max(vec_abs(weighed(x, factors, i)), even);
    float all = vec_greatest(vec_max(even, odd));
    for (; i < n; i++)
        all = fmaxf(all, fabsf(weighed_one(x, factors, i)));
    return all;
}

/* What values are multiplied by so that the greatest becomes `most`, and in `ret_scale` what they are then divided by. */
static inline float factor_of(const float *x, const float *factors, size_t n, float most,
                              float *ret_scale)
{
    const float size = greatest(x, factors, n);
    const bool fits = size >= INF_LEAST && size <= INF_MOST;
    *ret_scale = fits ? size / most : 1;
    return fits ? most / size : 0;
}

/* Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits. */
static inline IVEC whole_of(VEC v)
{
    const VEC magic = vec_splat(0x1.8p23f);
    return (IVEC)(v + magic) - (IVEC)magic;
}

static inline int whole_of_one(float v, float factor)
{
    return isfinite(v) ? (int)rintf(v * factor) : 0;
}

static float quantise(const float *x, const float *factors, size_t n, uint8_t *ret)
{
    enum { MOST = 127, MIDDLE = 128 };
    float scale;
    const float factor = factor_of(x, factors, n, MOST, &scale);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const BYTES bytes = vec_bytes(whole_of(weighed(x, factors, i) * factor) + MIDDLE);
        memcpy(ret + i, &bytes, sizeof bytes);
    }
    for (; i < n; i++)
        ret[i] = (uint8_t)(whole_of_one(weighed_one(x, factors, i), factor) + MIDDLE);
    return scale;
}

static float quantise_wide(const float *x, const float *factors, size_t n, int most, int16_t *ret)
{
    float scale;
    const float factor = factor_of(x, factors, n, (float)most, &scale);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        const HALVES halves = vec_halves(whole_of(weighed(x, factors, i) * factor));
        memcpy(ret + i, &halves, sizeof halves);
    }
    for (; i < n; i++)
        ret[i] = (int16_t)whole_of_one(weighed_one(x, factors, i), factor);
    return scale;
}

static uint64_t exert(size_t rounds)
{
    enum { CHAINS = 10 };
    const VEC a = vec_splat(0.999f), b = vec_splat(0.001f);
    VEC s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
    for (size_t i = 0; i < rounds; i++) {
        s0 = s0 * a + b;
        s1 = s1 * a + b;
        s2 = s2 * a + b;
        s3 = s3 * a + b;
        s4 = s4 * a + b;
        s5 = s5 * a + b;
        s6 = s6 * a + b;
        s7 = s7 * a + b;
        s8 = s8 * a + b;
        s9 = s9 * a + b;
        /* each is its own: a compiler would make one of them */
        __asm__(""
                : "+" IN_VECTOR(s0), "+" IN_VECTOR(s1), "+" IN_VECTOR(s2), "+" IN_VECTOR(s3),
                  "+" IN_VECTOR(s4));
        __asm__(""
                : "+" IN_VECTOR(s5), "+" IN_VECTOR(s6), "+" IN_VECTOR(s7), "+" IN_VECTOR(s8),
                  "+" IN_VECTOR(s9));
    }
    const VEC sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9;
    __asm__ volatile("" : : IN_VECTOR(sum));
    return (uint64_t)rounds * CHAINS * LANES * 2;
}

#endif
