/* products.c - which levels there are, and how weights are packed. */
#include <math.h>
#include <string.h>

#include "products_impl.h"

static const inf_product *const levels[] = {
    &inf_bf16_scalar, &inf_int8_scalar,
#ifdef __x86_64__
    &inf_int8_avx2,   &inf_int8_vnni,   &inf_bf16_avx512, &inf_bf16_amx, &inf_int8_amx,
#elif defined(__aarch64__)
    &inf_int8_neon,   &inf_bf16_neon,
#endif
};

const inf_product *inf_product_at(inf_precision precision, size_t i)
{
    for (size_t l = 0; l < ANC_COUNT(levels); l++)
        if (levels[l]->precision == precision && levels[l]->supported() && i-- == 0)
            return levels[l];
    return NULL;
}

const inf_product *inf_product_best(inf_precision precision)
{
    const inf_product *best = NULL, *level;
    for (size_t i = 0; (level = inf_product_at(precision, i)) != NULL; i++)
        best = level;
    return best;
}

bool inf_product_is_fast(inf_precision precision)
{
    const inf_product *best = inf_product_best(precision);
    return best != NULL && best != &inf_bf16_scalar && best != &inf_int8_scalar;
}

const char *inf_precision_name(inf_precision precision)
{
    static const char *const names[] = {"f32", "bf16", "int8"};
    return names[precision];
}

static size_t values_a_step(inf_precision precision)
{
    return precision == INF_F32 ? 1 : precision == INF_BF16 ? 2 : 4;
}

inf_matrix inf_columns(const inf_matrix *m, size_t first, size_t n)
{
    inf_matrix part = *m;
    part.columns = n;
    part.panels = inf_panel_of(m, first);
    part.bias = m->bias + first;
    part.scale = m->scale != NULL ? m->scale + first : NULL;
    part.shift = m->shift != NULL ? m->shift + first : NULL;
    return part;
}

size_t inf_steps(inf_precision precision, size_t depth)
{
    const size_t values = values_a_step(precision) * (precision == INF_F32 ? 1 : INF_TILE_STEPS);
    const size_t steps = precision == INF_F32 ? 1 : INF_TILE_STEPS;
    return (depth + values - 1) / values * steps;
}

int inf_wide_most(size_t depth)
{
    enum { MOST_WEIGHT = 127 };
    const size_t most = depth > 0 ? INT32_MAX / MOST_WEIGHT / depth : INT16_MAX;
    return most > INT16_MAX - MOST_WEIGHT ? INT16_MAX - MOST_WEIGHT : most > 0 ? (int)most : 1;
}

uint16_t inf_bf16_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (isnan(x))
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float inf_bf16_float(uint16_t x)
{
    const uint32_t bits = (uint32_t)x << 16;
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static void pack_bf16(const float *weights, size_t depth, uint16_t *to)
{
    for (size_t i = 0; i < depth; i++)
        to[i / 2 * (INF_STEP_BYTES / 2) + i % 2] = inf_bf16_of(weights[i]);
}

static float greatest(const float *x, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++)
        most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    return most;
}

static void pack_int8(const float *weights, size_t depth, int8_t *to, float *ret_scale,
                      int32_t *ret_shift)
{
    enum { MOST = 127 };
    const float most = greatest(weights, depth), scale = most > 0 ? most / MOST : 1;
    int32_t sum = 0;
    for (size_t i = 0; i < depth; i++) {
        const long value = lrintf(weights[i] / scale);
        to[i / 4 * INF_STEP_BYTES + i % 4] = (int8_t)value;
        sum += (int32_t)value;
    }
    *ret_scale = scale;
    *ret_shift = 128 * sum;
}

void inf_pack_column(inf_precision precision, const float *weights, size_t depth, size_t column,
                     void *panel, float *ret_scale, int32_t *ret_shift)
{
    unsigned char *to = (unsigned char *)panel + column * 4;
    if (precision == INF_BF16)
        pack_bf16(weights, depth, (uint16_t *)(void *)to);
    else
        pack_int8(weights, depth, (int8_t *)to, ret_scale, ret_shift);
}
