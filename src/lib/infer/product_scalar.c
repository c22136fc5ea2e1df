/* product_scalar.c - products of bf16 and int8 as they would be written on paper. */
#include <string.h>

#include "products_impl.h"

static bool supported(void)
{
    return true;
}

static const void *row_of(const inf_rows *a, size_t r)
{
    return (const unsigned char *)a->bytes + r * a->stride;
}

static float dot_bf16(const uint16_t *row, const uint16_t *column, size_t depth)
{
    float sum = 0;
    for (size_t i = 0; i < depth; i++)
        sum +=
            inf_bf16_float(row[i]) * inf_bf16_float(column[i / 2 * (INF_STEP_BYTES / 2) + i % 2]);
    return sum;
}

static void multiply_bf16(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    for (size_t j = 0; j < m->columns; j++) {
        const void *column = inf_panel_of(m, j / INF_PANEL * INF_PANEL) + j % INF_PANEL * 4;
        for (size_t r = 0; r < rows; r++)
            c[r * ldc + j] = dot_bf16(row_of(a, r), column, m->depth) + m->bias[j];
    }
}

static int32_t dot_int8(const uint8_t *row, const int8_t *column, size_t depth)
{
    int32_t sum = 0;
    for (size_t i = 0; i < depth; i++)
        sum += row[i] * column[i / 4 * INF_STEP_BYTES + i % 4];
    return sum;
}

static int32_t dot_wide(const int16_t *row, const int8_t *column, size_t depth)
{
    int32_t sum = 0;
    for (size_t i = 0; i < depth; i++)
        sum += row[i] * column[i / 4 * INF_STEP_BYTES + i % 4];
    return sum;
}

static void multiply_int8(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    for (size_t j = 0; j < m->columns; j++) {
        const void *column = inf_panel_of(m, j / INF_PANEL * INF_PANEL) + j % INF_PANEL * 4;
        for (size_t r = 0; r < rows; r++) {
            const int32_t sum = a->wide ? dot_wide(row_of(a, r), column, m->depth)
                                        : dot_int8(row_of(a, r), column, m->depth) - m->shift[j];
            c[r * ldc + j] = (float)sum * (a->scales[r] * m->scale[j]) + m->bias[j];
        }
    }
}

const inf_product inf_bf16_scalar = {
    .name = "scalar", .precision = INF_BF16, .supported = supported, .multiply = multiply_bf16};
/* Reads rows of both forms. */
const inf_product inf_int8_scalar = {
    .name = "scalar", .precision = INF_INT8, .supported = supported, .multiply = multiply_int8};
