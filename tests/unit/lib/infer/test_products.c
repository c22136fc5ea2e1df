/* test_products.c - every level of a product that this CPU has against the scalar one, and that against arithmetic. */
#include "infer/products.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"

/* An ARM is emulated mostly, and slow: the narrowest and the widest are then enough. */
#ifdef __aarch64__
enum { WIDER = 4 * INF_PANEL };
#else
enum { WIDER = INF_PANEL };
#endif
enum { DEPTH_MAX = 200, DEEP = 1000, ROWS_MAX = 300, COLUMNS_MAX = 5 * INF_PANEL };

/* Numbers of about -1 to 1, the same in every run. */
static void fill(float *x, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)(seed >> 8) / (float)(1 << 23) - 1.0f;
    }
}

typedef struct world {
    float weights[COLUMNS_MAX * DEEP]; /* a row a column */
    float values[ROWS_MAX * DEEP];
    float bias[COLUMNS_MAX], scale[COLUMNS_MAX], row_scales[ROWS_MAX];
    int32_t shift[COLUMNS_MAX];
    inf_matrix matrix;
    inf_rows rows;
    void *panels, *bytes; /* owned */
} world;

static void *zeroed(size_t bytes)
{
    const size_t whole = (bytes + INF_ALIGN - 1) / INF_ALIGN * INF_ALIGN;
    void *p = aligned_alloc(INF_ALIGN, whole + INF_ALIGN);
    assert_non_null(p);
    memset(p, 0, whole + INF_ALIGN);
    return p;
}

/* What a row's values become, and those values again. */
static void put_row(world *w, inf_precision precision, size_t depth, size_t r)
{
    float *x = w->values + r * DEEP;
    unsigned char *to = (unsigned char *)w->bytes + r * w->rows.stride;
    float most = 0;
    for (size_t i = 0; i < depth; i++)
        most = fmaxf(most, fabsf(x[i]));
    const int greatest = w->rows.wide ? inf_wide_most(depth) : 127;
    w->row_scales[r] = most / (float)greatest;
    for (size_t i = 0; i < depth; i++) {
        if (precision == INF_BF16) {
            const uint16_t half = inf_bf16_of(x[i]);
            memcpy(to + 2 * i, &half, sizeof half);
            x[i] = inf_bf16_float(half);
        } else {
            const int16_t n = (int16_t)lrintf(x[i] / w->row_scales[r]);
            if (w->rows.wide)
                memcpy(to + 2 * i, &n, sizeof n);
            else
                to[i] = (unsigned char)(n + 128);
            x[i] = (float)n * w->row_scales[r];
        }
    }
}

static void put_column(world *w, inf_precision precision, size_t depth, size_t j)
{
    float *x = w->weights + j * DEEP;
    unsigned char *panel =
        (unsigned char *)w->panels + j / INF_PANEL * w->matrix.steps * INF_STEP_BYTES;
    inf_pack_column(precision, x, depth, j % INF_PANEL, panel, &w->scale[j], &w->shift[j]);
    for (size_t i = 0; i < depth; i++)
        x[i] = precision == INF_BF16 ? inf_bf16_float(inf_bf16_of(x[i]))
                                     : (float)lrintf(x[i] / w->scale[j]) * w->scale[j];
}

static world *world_new(inf_precision precision, bool wide, size_t depth, size_t columns)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    const size_t steps = inf_steps(precision, depth), stride = steps * (wide ? 8 : 4);
    fill(w->weights, ANC_COUNT(w->weights), 1);
    fill(w->values, ANC_COUNT(w->values), 2);
    fill(w->bias, ANC_COUNT(w->bias), 3);
    w->panels = zeroed(columns * steps * 4);
    w->bytes = zeroed((ROWS_MAX + 2 * INF_TILE_ROWS) * stride);
    w->matrix = (inf_matrix){.precision = precision,
                             .depth = depth,
                             .steps = steps,
                             .columns = columns,
                             .panels = w->panels,
                             .bias = w->bias,
                             .scale = precision == INF_INT8 ? w->scale : NULL,
                             .shift = precision == INF_INT8 ? w->shift : NULL};
    w->rows = (inf_rows){w->bytes, stride, precision == INF_INT8 ? w->row_scales : NULL, wide};
    for (size_t r = 0; r < ROWS_MAX; r++)
        put_row(w, precision, depth, r);
    for (size_t j = 0; j < columns; j++)
        put_column(w, precision, depth, j);
    return w;
}

static void world_free(world *w)
{
    free(w->panels);
    free(w->bytes);
    free(w);
}

static double on_paper(const world *w, size_t r, size_t j)
{
    double sum = (double)w->bias[j];
    for (size_t i = 0; i < w->matrix.depth; i++)
        sum += (double)w->values[r * DEEP + i] * (double)w->weights[j * DEEP + i];
    return sum;
}

static void check_level(const world *w, const inf_product *p, size_t rows)
{
    enum { LDC = COLUMNS_MAX + 1 };
    static float got[ROWS_MAX * LDC + 1], first[ROWS_MAX * LDC + 1];
    const bool exact = p->precision == INF_INT8;
    for (size_t i = 0; i < ANC_COUNT(got); i++)
        got[i] = 42;
    p->multiply(&w->matrix, &w->rows, rows, got, LDC);
    inf_product_at(p->precision, 0)->multiply(&w->matrix, &w->rows, rows, first, LDC);
    for (size_t r = 0; r < ROWS_MAX && r < rows + 2; r++)
        for (size_t j = 0; j < LDC; j++) {
            const float c = got[r * LDC + j];
            if (r >= rows || j >= w->matrix.columns) {
                assert_true(c == 42);
                continue;
            }
            if (!(fabs((double)c - on_paper(w, r, j)) < 1e-3) || (exact && c != first[r * LDC + j]))
                fail_msg("%s %s, %zu rows, depth %zu: [%zu][%zu] is %g, not %g",
                         inf_precision_name(p->precision), p->name, rows, w->matrix.depth, r, j,
                         (double)c, on_paper(w, r, j));
        }
}

/* What a product gives in halves, against floats that are made so. */
static void check_halves(const world *w, const inf_product *p, size_t rows, bool gelu)
{
    enum { LDC = COLUMNS_MAX + 8 };
    static float floats[ROWS_MAX * LDC];
    static uint16_t halves[ROWS_MAX * LDC];
    for (size_t i = 0; i < ANC_COUNT(halves); i++)
        halves[i] = 42;
    p->multiply(&w->matrix, &w->rows, rows, floats, LDC);
    p->multiply_halves(&w->matrix, &w->rows, rows, gelu, halves, LDC);
    for (size_t r = 0; r < ROWS_MAX && r < rows + 2; r++)
        for (size_t j = 0; j < LDC; j++) {
            const uint16_t half = halves[r * LDC + j];
            if (r >= rows || j >= w->matrix.columns) {
                assert_int_equal(half, 42);
                continue;
            }
            float x = floats[r * LDC + j];
            if (gelu)
                x = 0.5f * x * (1.0f + erff(x * 0.70710678f));
            if (!(fabsf(inf_bf16_float(half) - x) <= 1e-5f + fabsf(x) * 0x1p-8f))
                fail_msg("%s %s in halves: [%zu][%zu] is %g, not %g",
                         inf_precision_name(p->precision), p->name, r, j,
                         (double)inf_bf16_float(half), (double)x);
        }
}

/* Columns by themselves give what they give among all, and touch no others. */
static void check_columns(const world *w, const inf_product *p, size_t rows)
{
    enum { LDC = COLUMNS_MAX + 1 };
    static float all[ROWS_MAX * LDC], parts[ROWS_MAX * LDC];
    static uint16_t all_halves[ROWS_MAX * LDC], parts_halves[ROWS_MAX * LDC];
    const size_t columns = w->matrix.columns, first = columns > INF_PANEL ? 2 * INF_PANEL : 0;
    memset(all, 0, sizeof all);
    memset(parts, 0, sizeof parts);
    p->multiply(&w->matrix, &w->rows, rows, all, LDC);
    if (p->multiply_halves != NULL)
        p->multiply_halves(&w->matrix, &w->rows, rows, true, all_halves, LDC);
    for (size_t from = 0, to = first; from < columns; from = to, to = columns) {
        const inf_matrix part = inf_columns(&w->matrix, from, to - from);
        p->multiply(&part, &w->rows, rows, parts + from, LDC);
        if (p->multiply_halves != NULL)
            p->multiply_halves(&part, &w->rows, rows, true, parts_halves + from, LDC);
    }
    assert_memory_equal(all, parts, sizeof all);
    for (size_t r = 0; r < rows && p->multiply_halves != NULL; r++)
        assert_memory_equal(all_halves + r * LDC, parts_halves + r * LDC, 2 * columns);
}

static void check_all(const world *w, const inf_product *p, size_t rows)
{
    check_columns(w, p, rows);
    check_level(w, p, rows);
    if (p->multiply_halves != NULL) {
        check_halves(w, p, rows, false);
        check_halves(w, p, rows, true);
    }
}

/* Level number i that reads rows of that form; the scalar one reads both. */
static const inf_product *level_of(inf_precision precision, bool wide, size_t i)
{
    const inf_product *p = NULL;
    for (size_t l = 0; (p = inf_product_at(precision, l)) != NULL; l++)
        if ((l == 0 || p->wide == wide) && i-- == 0)
            return p;
    return NULL;
}

static void check(inf_precision precision, bool wide)
{
    static const size_t depths[] = {1, 31, 32, 64, 65, DEPTH_MAX};
    static const size_t rows[] = {0, 1, 2, 3, 7, 13, 16, 17, 31, 32, 33, 48, 70};
    for (size_t d = 0; d < ANC_COUNT(depths); d++)
        for (size_t columns = INF_PANEL; columns <= COLUMNS_MAX; columns += WIDER) {
            world *w = world_new(precision, wide, depths[d], columns);
            const inf_product *p;
            for (size_t l = 0; (p = level_of(precision, wide, l)) != NULL; l++)
                for (size_t r = 0; r < ANC_COUNT(rows); r++)
                    check_all(w, p, rows[r]);
            world_free(w);
        }
}

/* More rows than go through a panel together, and a depth that is gone through in pieces. */
static void check_large(inf_precision precision, bool wide)
{
    static const size_t rows[] = {1, 20, 33, 70, ROWS_MAX};
    const inf_product *p;
    world *w = world_new(precision, wide, DEEP, 2 * INF_PANEL);
    for (size_t l = 0; (p = level_of(precision, wide, l)) != NULL; l++)
        for (size_t r = 0; r < ANC_COUNT(rows); r++)
            check_all(w, p, rows[r]);
    world_free(w);
}

static void products_of_bf16(void **state)
{
    (void)state;
    check(INF_BF16, false);
    check_large(INF_BF16, false);
}

static void products_of_int8(void **state)
{
    (void)state;
    check(INF_INT8, false);
    check_large(INF_INT8, false);
}

static void products_of_int8_with_wide_rows(void **state)
{
    (void)state;
    check(INF_INT8, true);
    check_large(INF_INT8, true);
}

/* The greatest numbers that there are, all along the depth: neither a sum in 16 bits nor one in 32 holds more. */
static void cut_off_nowhere(bool wide, size_t depth)
{
    world *w = world_new(INF_INT8, wide, depth, INF_PANEL);
    const int most = wide ? inf_wide_most(depth) : 127;
    int16_t *numbers = w->bytes;
    memset(w->bytes, 255, ROWS_MAX * w->rows.stride);
    for (size_t i = 0; wide && i < ROWS_MAX * w->rows.stride / 2; i++)
        numbers[i] = (int16_t)most;
    int8_t *panel = w->panels;
    for (size_t s = 0; s < w->matrix.steps; s++)
        for (size_t j = 0; j < INF_PANEL; j++)
            for (size_t i = 0; i < 4; i++) {
                const bool counts = s * 4 + i < depth;
                panel[s * INF_STEP_BYTES + j * 4 + i] = !counts ? 0 : j % 2 == 0 ? 127 : -127;
            }
    for (size_t j = 0; j < INF_PANEL; j++)
        w->shift[j] = 128 * (int32_t)depth * (j % 2 == 0 ? 127 : -127);
    float c[17 * INF_PANEL];
    const inf_product *p;
    for (size_t l = 0; (p = level_of(INF_INT8, wide, l)) != NULL; l++) {
        p->multiply(&w->matrix, &w->rows, 17, c, INF_PANEL);
        for (size_t i = 0; i < 17 * INF_PANEL; i++) {
            const size_t r = i / INF_PANEL, j = i % INF_PANEL;
            const float sum = 127.0f * (float)most * (float)depth * (j % 2 == 0 ? 1 : -1);
            const float expected = sum * (w->row_scales[r] * w->scale[j]) + w->bias[j];
            assert_true(fabsf(c[i] - expected) < 1e-4f + fabsf(expected) * 1e-6f);
        }
    }
    world_free(w);
}

static void nothing_is_cut_off(void **state)
{
    (void)state;
    cut_off_nowhere(false, DEPTH_MAX);
    cut_off_nowhere(true, DEPTH_MAX);
    cut_off_nowhere(true, DEEP);
}

static void wide_numbers_fit_the_depth(void **state)
{
    (void)state;
    static const size_t depths[] = {1, 384, 516, 517, 1536, 8192, 1 << 24, 1 << 30};
    for (size_t i = 0; i < ANC_COUNT(depths); i++) {
        const int most = inf_wide_most(depths[i]);
        assert_true(most >= 1 && most + 127 <= INT16_MAX);
        assert_true(most == 1 || (uint64_t)most * 127 * depths[i] <= INT32_MAX);
    }
    assert_int_equal(inf_wide_most(384), INT16_MAX - 127);
}

static void halves_are_the_nearest(void **state)
{
    (void)state;
    static const struct {
        float from;
        uint16_t to;
    } rows[] = {{1.0f, 0x3f80},      {-2.0f, 0xc000},          {0x1.01p0f, 0x3f80},
                {0x1.03p0f, 0x3f82}, {0x1.010002p0f, 0x3f81},  {0.0f, 0},
                {INFINITY, 0x7f80},  {0x1.fffffep127f, 0x7f80}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        assert_int_equal(inf_bf16_of(rows[i].from), rows[i].to);
    assert_true(isnan(inf_bf16_float(inf_bf16_of(NAN))));
    assert_true(inf_bf16_float(0x3f81) == 0x1.02p0f);
}

static void steps_are_whole_tiles(void **state)
{
    (void)state;
    assert_int_equal(inf_steps(INF_F32, 33), 33);
    assert_int_equal(inf_steps(INF_BF16, 32), 16);
    assert_int_equal(inf_steps(INF_BF16, 33), 32);
    assert_int_equal(inf_steps(INF_INT8, 64), 16);
    assert_int_equal(inf_steps(INF_INT8, 65), 32);
    assert_null(inf_product_at(INF_F32, 0));
    assert_string_equal(inf_product_at(INF_INT8, 0)->name, "scalar");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_bf16),
        cmocka_unit_test(products_of_int8),
        cmocka_unit_test(products_of_int8_with_wide_rows),
        cmocka_unit_test(wide_numbers_fit_the_depth),
        cmocka_unit_test(nothing_is_cut_off),
        cmocka_unit_test(halves_are_the_nearest),
        cmocka_unit_test(steps_are_whole_tiles),
    };
    return cmocka_run_group_tests_name("products", tests, NULL, NULL);
}
