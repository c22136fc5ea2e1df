/* products.h - matrix products in f32, bf16 and int8, one set a level of the CPU and precision.
 *
 * A *step* is four bytes of a row: one f32, two bf16, or four bytes of int8. A matrix is a sequence of panels of
 * INF_PANEL columns, laid out as they are read, step after step:
 *
 *     panel[step][column][4 bytes]          128 bytes a step, whatever the precision
 *
 * which is the order of the dot products of AVX512_BF16, VNNI and NEON and of the tiles of AMX alike, so a matrix is packed
 * once for all levels. Columns, and steps of bf16 and int8 (a tile has INF_TILE_STEPS), are filled up with zeros.
 *
 * int8: a row x has one scale s, its bytes are round(x / s) + 128; a column w has one scale as well, its bytes are
 * signed. What all levels give is the same to the last bit before it becomes a float:
 *
 *     c[r][j] = row scale[r] * column scale[j] * (sum of bytes * weights - 128 * sum of weights) + bias[j]
 *
 * Where a level says so, rows are *wide*: numbers of 16 bits, round(x / s), so that a step of a row has eight bytes. The
 * greatest is inf_wide_most of the depth, with which no sum passes 32 bits, nor that of a number and a weight 16:
 *
 *     c[r][j] = row scale[r] * column scale[j] * (sum of numbers * weights) + bias[j]
 *
 * bf16: products of pairs are summed in f32; levels differ by rounding (AMX and AVX512_BF16 take numbers smaller than
 * 2^-126 for zero).
 *
 * Everything here is pure; any thread.
 */
#ifndef ANC_INFER_PRODUCTS_H
#define ANC_INFER_PRODUCTS_H

#include "infer/kernels.h"

typedef enum inf_precision { INF_F32, INF_BF16, INF_INT8, INF_PRECISIONS } inf_precision;

enum { INF_STEP_BYTES = 4 * INF_PANEL, INF_TILE_STEPS = 16, INF_TILE_ROWS = 16 };

typedef struct inf_matrix {
    inf_precision precision;
    size_t depth;       /* values of a row that count */
    size_t steps;       /* inf_steps of it */
    size_t columns;     /* whole panels */
    const void *panels; /* [columns / INF_PANEL][steps][INF_STEP_BYTES], aligned to INF_ALIGN */
    const float *bias;  /* [columns] */
    const float *scale; /* [columns]; of INF_INT8, else NULL */
    /* [columns] 128 * the sum of the column's weights; of INF_INT8, else NULL. */
    const int32_t *shift;
    /* [depth] what rows are multiplied by before they are quantised, and weights were divided by; NULL: 1 each. */
    const float *factors;
} inf_matrix;

/* Rows as a product reads them: `steps` steps each, what lies beyond the depth is 0 (of bytes of int8: anything). There is
 * memory for whole tiles of rows; what the rows beyond the last hold does not matter. */
typedef struct inf_rows {
    const void *bytes;
    size_t stride;       /* bytes from row to row; a multiple of 4 */
    const float *scales; /* [rows]; of INF_INT8, else NULL */
    bool wide;           /* of INF_INT8: numbers of 16 bits; false: bytes */
} inf_rows;

enum { INF_SCORE_ROWS = 64, INF_SHARE_ROWS = 96 };

/* What one text's tokens take from each other, of all heads, in bf16. */
typedef struct inf_attention {
    /* [tokens][stride]: `heads` times `width` of queries, then as many of keys and of values; there is memory for
     * INF_TILE_ROWS rows behind the last, and a panel behind its columns. */
    const uint16_t *queries;
    size_t stride;       /* halves from row to row */
    size_t tokens, rows; /* context is asked for the first `rows` tokens */
    size_t heads, width; /* of a head */
    /* [heads][2 * reach], what a score gets where a key stands (i - reach) tokens behind its query; NULL: nothing. */
    const float *distances;
    size_t reach;
    /* [rows][context_stride]: heads one behind the other; a panel behind the last may be written. */
    float *context;
    size_t context_stride;
    /* Places (whole panels of tokens) times inf_steps of a head, and whole panels of a head times places, of four bytes
     * each. */
    void *keys_room, *values_room;
    /* Rooms for so many rows of places. A level may lay fewer rows there that are longer by a panel each, so that they
     * do not meet in the same places of a cache: AMX has 2 * INF_TILE_ROWS of places + INF_PANEL. */
    float *scores;    /* [INF_SCORE_ROWS * places] */
    uint16_t *shares; /* [INF_SHARE_ROWS * places], all numbers */
} inf_attention;

typedef struct inf_product {
    const char *name;
    inf_precision precision;
    bool wide; /* of INF_INT8: reads wide rows, else bytes; the scalar level both */
    bool (*supported)(void);

    /* c[r][j] for r < rows, j < columns; rows of `c` are `ldc` floats apart. */
    void (*multiply)(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc);

    /* The same rounded to bf16, after a GELU where that is asked for; rows of `c` are `ldc` halves apart. NULL: it
     * does not pay at this level. */
    void (*multiply_halves)(const inf_matrix *m, const inf_rows *a, size_t rows, bool gelu,
                            uint16_t *c, size_t ldc);

    /* `rounds` rounds of the level's arithmetic on registers alone; how many operations that were, a multiplication
     * and an addition being two. NULL: nothing that tells. */
    uint64_t (*exert)(size_t rounds);

    /* All of attention, of bf16 alone. NULL: it is made of products. */
    void (*attend)(const inf_attention *attention);
} inf_product;

/* Level number i of the precision that this CPU can run, the scalar one first; NULL past the last. f32 has none
 * here: its level is that of the kernels. */
const inf_product *inf_product_at(inf_precision precision, size_t i);

/* The last of them, which is the fastest. */
const inf_product *inf_product_best(inf_precision precision);

/* Whether that is faster than f32. */
bool inf_product_is_fast(inf_precision precision);

/* The columns of a matrix from `first` on, `n` of them, whole panels each, as a matrix; the same memory. A product of it
 * gives what these columns have in a product of all, to the last bit. */
inf_matrix inf_columns(const inf_matrix *m, size_t first, size_t n);

/* Steps that `depth` values of a precision fill. */
size_t inf_steps(inf_precision precision, size_t depth);

/* The greatest number of a wide row so deep, at least 1. */
int inf_wide_most(size_t depth);

/* The nearest bf16, ties to even; a NaN stays one. */
uint16_t inf_bf16_of(float x);
float inf_bf16_float(uint16_t x);

/* Writes a column [depth] of weights into a zeroed panel of bf16 or int8, in which it is number `column`. Of int8
 * `ret_scale` and `ret_shift` are given, and the scale is the greatest weight / 127. */
void inf_pack_column(inf_precision precision, const float *weights, size_t depth, size_t column,
                     void *panel, float *ret_scale, int32_t *ret_shift);

const char *inf_precision_name(inf_precision precision); /* "f32", "bf16", "int8"; literal */

#endif
