/* product_neon_impl.h - products of int8 or bf16 on 64-bit ARM, in tiles of rows by eight columns; included once by each
 * of them.
 *
 * The including file defines SUMS (four sums), ROW (four steps of a row) and WEIGHTS (a step of four columns), and row_at, weights_at, put
 * and DOT(sums, weights, row, place): the sums with what step number `place` of the row gives.
 */
#ifndef ANC_INFER_PRODUCT_NEON_IMPL_H
#define ANC_INFER_PRODUCT_NEON_IMPL_H

#include "products_impl.h"
#include "rows_impl.h"

enum { COLUMNS = 8, FOUR_BYTES = 16 };

#define ROW_BEGIN(g, i) SUMS p##g##i = {0}, q##g##i = {0};
#define ROW_LOAD(g, i)  const ROW x##g##i = row_at(row + (3 * (g) + (i)) * stride);
#define ROW_STEP(g, i, place)                   \
    p##g##i = DOT(p##g##i, w0, x##g##i, place); \
    q##g##i = DOT(q##g##i, w1, x##g##i, place);
#define ROW_STEP_0(g, i) ROW_STEP(g, i, 0)
#define ROW_STEP_1(g, i) ROW_STEP(g, i, 1)
#define ROW_STEP_2(g, i) ROW_STEP(g, i, 2)
#define ROW_STEP_3(g, i) ROW_STEP(g, i, 3)
#define ROW_END(g, i)                                                    \
    put(m, a, r + 3 * (g) + (i), j, p##g##i, c + (3 * (g) + (i)) * ldc); \
    put(m, a, r + 3 * (g) + (i), j + COLUMNS / 2, q##g##i, c + (3 * (g) + (i)) * ldc + COLUMNS / 2);

/* What a step of the panel does to all rows of a tile. */
#define WITH_WEIGHTS(rows_and_step)                                                \
    {                                                                              \
        const WEIGHTS w0 = weights_at(panel), w1 = weights_at(panel + FOUR_BYTES); \
        rows_and_step panel += INF_STEP_BYTES;                                     \
    }

/* Eight columns from `j` on of `n` rows from `r` on. Steps come in whole fours (INF_TILE_STEPS). */
#define TILE(n)                                                                                \
    static void tile_##n(const inf_matrix *m, const inf_rows *a, size_t r, size_t j, float *c, \
                         size_t ldc)                                                           \
    {                                                                                          \
        const size_t stride = a->stride;                                                       \
        const unsigned char *row = (const unsigned char *)a->bytes + r * stride;               \
        const unsigned char *panel =                                                           \
            inf_panel_of(m, j / INF_PANEL * INF_PANEL) + j % INF_PANEL * 4;                    \
        ROWS_##n(ROW_BEGIN) for (size_t at = 0; at < m->steps; at += 4, row += FOUR_BYTES){    \
            ROWS_##n(ROW_LOAD) WITH_WEIGHTS(ROWS_##n(ROW_STEP_0))                              \
                WITH_WEIGHTS(ROWS_##n(ROW_STEP_1)) WITH_WEIGHTS(ROWS_##n(ROW_STEP_2))          \
                    WITH_WEIGHTS(ROWS_##n(ROW_STEP_3))} ROWS_##n(ROW_END)                      \
    }

TILE(1)
TILE(2)
TILE(4)
TILE(8)

static void multiply(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    static const struct {
        size_t rows;
        void (*run)(const inf_matrix *, const inf_rows *, size_t, size_t, float *, size_t);
    } tiles[] = {{8, tile_8}, {4, tile_4}, {2, tile_2}, {1, tile_1}};
    for (size_t j = 0; j < m->columns; j += COLUMNS)
        for (size_t r = 0, t = 0; r < rows; t++)
            for (; rows - r >= tiles[t].rows; r += tiles[t].rows)
                tiles[t].run(m, a, r, j, c + r * ldc + j, ldc);
}

#endif
