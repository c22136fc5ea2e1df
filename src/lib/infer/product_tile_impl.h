/* product_tile_impl.h - a product in tiles of rows by one panel, for dot products of 64-byte vectors; included once by
 * each level.
 *
 * The including file defines SUM (a vector of 16 sums), DOT(sum, row, weights), which adds to each sum the dot product of
 * four bytes of the row (a vector that repeats them) and four of a column, and floats_of(m, a, r, j, sum), which makes
 * floats of them. DOT is an asm statement: gcc 12 puts half of the 24 sums into memory when it is left to choose.
 */
#ifndef ANC_INFER_PRODUCT_TILE_IMPL_H
#define ANC_INFER_PRODUCT_TILE_IMPL_H

#include "product_end_impl.h"
#include "rows_impl.h"

/* Heads of an odd width begin anywhere. */
static inline int32_t step_of(const unsigned char *row)
{
    int32_t bytes;
    memcpy(&bytes, row, sizeof bytes);
    return bytes;
}

#define ROW_BEGIN(g, i) SUM p##g##i = SUM_ZERO, q##g##i = SUM_ZERO;
#define ROW_STEP(g, i)                                                   \
    {                                                                    \
        const __m512i x = _mm512_set1_epi32(step_of(a##g + (i)*stride)); \
        DOT(p##g##i, x, w0);                                             \
        DOT(q##g##i, x, w1);                                             \
    }
#define ROW_END(g, i)                                                              \
    put(to, r + 3 * (g) + (i), j, floats_of(m, a, r + 3 * (g) + (i), j, p##g##i)); \
    put(to, r + 3 * (g) + (i), j + LANES, floats_of(m, a, r + 3 * (g) + (i), j + LANES, q##g##i));

#define TILE(n)                                                                              \
    static void tile_##n(const inf_matrix *m, const inf_rows *a, size_t r, size_t j,         \
                         const inf_target *to)                                               \
    {                                                                                        \
        const size_t stride = a->stride;                                                     \
        const unsigned char *a0 = (const unsigned char *)a->bytes + r * stride;              \
        const unsigned char *a1 ANC_UNUSED = a0 + 3 * stride;                                \
        const unsigned char *a2 ANC_UNUSED = a0 + 6 * stride;                                \
        const unsigned char *a3 ANC_UNUSED = a0 + 9 * stride;                                \
        const unsigned char *panel = inf_panel_of(m, j);                                     \
        const size_t bytes = m->steps * INF_STEP_BYTES;                                      \
        ROWS_##n(ROW_BEGIN);                                                                 \
        for (size_t at = 0; at < m->steps; at++, panel += INF_STEP_BYTES) {                  \
            const __m512i w0 = _mm512_load_si512(panel), w1 = _mm512_load_si512(panel + 64); \
            __builtin_prefetch((const void *)((uintptr_t)panel + bytes), 0, 2);              \
            __builtin_prefetch((const void *)((uintptr_t)panel + bytes + 64), 0, 2);         \
            ROWS_##n(ROW_STEP) a0 += 4;                                                      \
            a1 += 4;                                                                         \
            a2 += 4;                                                                         \
            a3 += 4;                                                                         \
        }                                                                                    \
        ROWS_##n(ROW_END)                                                                    \
    }

TILE(1)
TILE(2)
TILE(4)
TILE(8)
TILE(12)

static void multiply_to(const inf_matrix *m, const inf_rows *a, size_t rows, const inf_target *to)
{
    static const struct {
        size_t rows;
        void (*run)(const inf_matrix *, const inf_rows *, size_t, size_t, const inf_target *);
    } tiles[] = {{12, tile_12}, {8, tile_8}, {4, tile_4}, {2, tile_2}, {1, tile_1}};
    for (size_t j = 0; j < m->columns; j += INF_PANEL)
        for (size_t r = 0, t = 0; r < rows; t++)
            for (; rows - r >= tiles[t].rows; r += tiles[t].rows)
                tiles[t].run(m, a, r, j, to);
}

static void multiply(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    const inf_target to = {.floats = c, .width = ldc};
    multiply_to(m, a, rows, &to);
}

static void multiply_halves(const inf_matrix *m, const inf_rows *a, size_t rows, bool gelu,
                            uint16_t *c, size_t ldc)
{
    const inf_target to = {.halves = c, .width = ldc, .gelu = gelu};
    multiply_to(m, a, rows, &to);
}

static uint64_t exert(size_t rounds)
{
    enum { CHAINS = 8 };
    const SUM row = SUM_ZERO;
    SUM s0 = row, s1 = row, s2 = row, s3 = row, s4 = row, s5 = row, s6 = row, s7 = row;
    for (size_t i = 0; i < rounds; i++) {
        DOT(s0, row, row);
        DOT(s1, row, row);
        DOT(s2, row, row);
        DOT(s3, row, row);
        DOT(s4, row, row);
        DOT(s5, row, row);
        DOT(s6, row, row);
        DOT(s7, row, row);
    }
    __asm__ volatile("" : : "v"(s0), "v"(s1), "v"(s2), "v"(s3), "v"(s4), "v"(s5), "v"(s6), "v"(s7));
    return (uint64_t)rounds * CHAINS * DOT_VALUES * 2;
}

#endif
