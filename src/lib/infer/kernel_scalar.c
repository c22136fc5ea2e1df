/* kernel_scalar.c - the loops as they would be written on paper. */
#include <math.h>

#include "kernels_impl.h"
#include "products_impl.h"

static bool supported(void)
{
    return true;
}

static void product(const float *a, size_t lda, size_t rows, const float *panel, size_t k,
                    const float *bias, float *c, size_t ldc)
{
    for (size_t r = 0; r < rows; r++) {
        float sum[INF_PANEL];
        for (size_t j = 0; j < INF_PANEL; j++)
            sum[j] = bias[j];
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < INF_PANEL; j++)
                sum[j] += a[r * lda + i] * panel[i * INF_PANEL + j];
        for (size_t j = 0; j < INF_PANEL; j++)
            c[r * ldc + j] = sum[j];
    }
}

static void gelu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = 0.5f * x[i] * (1.0f + erff(x[i] * 0.70710678f));
}

static void softmax(float *x, size_t n)
{
    float max = x[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        max = x[i] > max ? x[i] : max;
    for (size_t i = 0; i < n; i++)
        sum += x[i] = expf(x[i] - max);
    for (size_t i = 0; i < n; i++)
        x[i] /= sum;
}

static void softmax_narrow(float *x, size_t n, uint16_t *ret)
{
    softmax(x, n);
    for (size_t i = 0; i < n; i++)
        ret[i] = inf_bf16_of(x[i]);
}

static void layer_norm(float *x, const float *residual, const float *scale, const float *shift,
                       size_t n, float epsilon)
{
    float sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] += residual != NULL ? residual[i] : 0.0f;
    const float mean = sum / (float)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    const float factor = 1.0f / sqrtf(squares / (float)n + epsilon);
    for (size_t i = 0; i < n; i++)
        x[i] = (x[i] - mean) * factor * scale[i] + shift[i];
}

static void narrow(const float *x, size_t n, uint16_t *ret)
{
    for (size_t i = 0; i < n; i++)
        ret[i] = inf_bf16_of(x[i]);
}

static float weighed(const float *x, const float *factors, size_t i)
{
    return factors != NULL ? x[i] * factors[i] : x[i];
}

/* As whole numbers, the greatest of them `most`; `put` takes them one by one. */
static float quantise_to(const float *x, const float *factors, size_t n, int most,
                         void (*put)(void *ret, size_t i, int value), void *ret)
{
    float size = 0;
    for (size_t i = 0; i < n; i++)
        size = fmaxf(size, fabsf(weighed(x, factors, i)));
    const bool fits = size >= INF_LEAST && size <= INF_MOST;
    const float factor = fits ? (float)most / size : 0;
    for (size_t i = 0; i < n; i++) {
        const float v = weighed(x, factors, i);
        put(ret, i, isfinite(v) ? (int)rintf(v * factor) : 0);
    }
    return fits ? size / (float)most : 1;
}

static void put_byte(void *ret, size_t i, int value)
{
    enum { MIDDLE = 128 };
    ((uint8_t *)ret)[i] = (uint8_t)(value + MIDDLE);
}

static void put_wide(void *ret, size_t i, int value)
{
    ((int16_t *)ret)[i] = (int16_t)value;
}

static float quantise(const float *x, const float *factors, size_t n, uint8_t *ret)
{
    enum { MOST = 127 };
    return quantise_to(x, factors, n, MOST, put_byte, ret);
}

static float quantise_wide(const float *x, const float *factors, size_t n, int most, int16_t *ret)
{
    return quantise_to(x, factors, n, most, put_wide, ret);
}

const inf_kernels inf_kernels_scalar = {
    .name = "scalar",
    .supported = supported,
    .product = product,
    .gelu = gelu,
    .softmax = softmax,
    .softmax_narrow = softmax_narrow,
    .layer_norm = layer_norm,
    .narrow = narrow,
    .quantise = quantise,
    .quantise_wide = quantise_wide,
};
