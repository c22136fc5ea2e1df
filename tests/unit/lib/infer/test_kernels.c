/* test_kernels.c - every vector set that this CPU has against the scalar one. */
#include "infer/products.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"

enum { MAX = 4096, DEPTH_MAX = 400, ROWS_MAX = 29 };

/* Numbers of about -1 to 1, the same in every run. */
static void fill(float *x, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)(seed >> 8) / (float)(1 << 23) - 1.0f;
    }
}

static void assert_near(const inf_kernels *k, const char *what, size_t i, float got, float expected,
                        float bound)
{
    if (!(fabsf(got - expected) <= bound))
        fail_msg("%s, %s: element %zu is %g, expected %g", k->name, what, i, (double)got,
                 (double)expected);
}

static void products(void **state)
{
    (void)state;
    static float a[ROWS_MAX * DEPTH_MAX], panel[DEPTH_MAX * INF_PANEL], bias[INF_PANEL];
    static float expected[ROWS_MAX * INF_PANEL], got[ROWS_MAX * INF_PANEL + 1];
    const size_t depths[] = {0, 1, 7, 32, 193, DEPTH_MAX};
    fill(a, ANC_COUNT(a), 1);
    fill(panel, ANC_COUNT(panel), 2);
    fill(bias, ANC_COUNT(bias), 3);
    const inf_kernels *k = NULL;
    for (size_t s = 1; (k = inf_kernels_at(s)) != NULL; s++)
        for (size_t d = 0; d < ANC_COUNT(depths); d++)
            for (size_t rows = 0; rows <= ROWS_MAX; rows++) {
                got[rows * INF_PANEL] = 42;
                inf_kernels_at(0)->product(a, DEPTH_MAX, rows, panel, depths[d], bias, expected,
                                           INF_PANEL);
                k->product(a, DEPTH_MAX, rows, panel, depths[d], bias, got, INF_PANEL);
                for (size_t i = 0; i < rows * INF_PANEL; i++)
                    assert_near(k, "product", i, got[i], expected[i], 5e-5f);
                assert_true(got[rows * INF_PANEL] == 42);
            }
}

static void gelus(void **state)
{
    (void)state;
    static float x[MAX], expected[MAX], got[MAX + 1];
    const size_t lengths[] = {0, 1, 15, 17, MAX};
    for (size_t i = 0; i < MAX; i++)
        x[i] = ((float)i - MAX / 2) / 128.0f;
    x[7] = 100;
    x[8] = -100;
    x[9] = -1e30f;
    memcpy(expected, x, sizeof x);
    inf_kernels_at(0)->gelu(expected, MAX);
    const inf_kernels *k = NULL;
    for (size_t s = 1; (k = inf_kernels_at(s)) != NULL; s++)
        for (size_t l = 0; l < ANC_COUNT(lengths); l++) {
            memcpy(got, x, sizeof x);
            got[lengths[l]] = 42;
            k->gelu(got, lengths[l]);
            for (size_t i = 0; i < lengths[l]; i++)
                assert_near(k, "gelu", i, got[i], expected[i], 1e-6f * fmaxf(1, fabsf(x[i])));
            assert_true(got[lengths[l]] == 42);
        }
}

static void softmaxes(void **state)
{
    (void)state;
    static float x[512], expected[512], got[512];
    static uint16_t halves[512];
    fill(x, ANC_COUNT(x), 4);
    for (size_t i = 0; i < ANC_COUNT(x); i++)
        x[i] *= 30;
    for (size_t i = 1; i <= 20; i++)
        x[512 - i] = x[96 - i] = -1e30f;
    const inf_kernels *k = NULL;
    for (size_t s = 1; (k = inf_kernels_at(s)) != NULL; s++)
        for (size_t n = INF_PANEL; n <= ANC_COUNT(x); n += INF_PANEL) {
            memcpy(expected, x, sizeof x);
            memcpy(got, x, sizeof x);
            inf_kernels_at(0)->softmax(expected, n);
            k->softmax(got, n);
            for (size_t i = 0; i < n; i++)
                assert_near(k, "softmax", i, got[i], expected[i], 1e-5f * expected[i] + 1e-30f);
            memcpy(got, x, sizeof x);
            k->softmax_narrow(got, n, halves);
            for (size_t i = 0; i < n; i++)
                assert_near(k, "softmax in bf16", i, inf_bf16_float(halves[i]), expected[i],
                            1e-2f * expected[i] + 1e-30f);
        }
}

static void layer_norms(void **state)
{
    (void)state;
    static float x[400], residual[400], scale[400], shift[400], expected[400], got[401];
    fill(x, 400, 5);
    fill(residual, 400, 6);
    fill(scale, 400, 7);
    fill(shift, 400, 8);
    const inf_kernels *k = NULL;
    for (size_t s = 1; (k = inf_kernels_at(s)) != NULL; s++)
        for (size_t n = 1; n <= 400; n += 13)
            for (unsigned with = 0; with < 2; with++) {
                memcpy(expected, x, sizeof x);
                memcpy(got, x, sizeof x);
                got[n] = 42;
                const float *add = with != 0 ? residual : NULL;
                inf_kernels_at(0)->layer_norm(expected, add, scale, shift, n, 1e-5f);
                k->layer_norm(got, add, scale, shift, n, 1e-5f);
                for (size_t i = 0; i < n; i++)
                    assert_near(k, "layer norm", i, got[i], expected[i], 1e-5f);
                assert_true(got[n] == 42);
            }
}

static void narrowed(void **state)
{
    (void)state;
    static float x[403];
    static uint16_t expected[403], got[404];
    fill(x, 403, 9);
    x[3] = NAN;
    x[4] = INFINITY;
    x[5] = 0x1.01p0f;
    x[6] = -0x1.03p0f;
    x[402] = NAN;
    inf_kernels_at(0)->narrow(x, 403, expected);
    const inf_kernels *k = NULL;
    for (size_t s = 0; (k = inf_kernels_at(s)) != NULL; s++)
        for (size_t n = 0; n <= 403; n += 13) {
            got[n] = 42;
            k->narrow(x, n, got);
            assert_memory_equal(got, expected, n * sizeof *got);
            assert_int_equal(got[n], 42);
        }
}

static void bytes(void **state)
{
    (void)state;
    static float x[403], factors[403];
    static uint8_t expected[403], got[404];
    const inf_kernels *k = NULL;
    for (size_t s = 0; (k = inf_kernels_at(s)) != NULL; s++)
        for (size_t n = 1; n <= 403; n += 13) {
            fill(x, 403, (uint32_t)n);
            fill(factors, 403, (uint32_t)n + 1000);
            got[n] = 42;
            for (unsigned with = 0; with < 2; with++) {
                const float *by = with != 0 ? factors : NULL;
                const float scale = inf_kernels_at(0)->quantise(x, by, n, expected);
                assert_true(k->quantise(x, by, n, got) == scale);
                assert_int_equal(got[n], 42);
                for (size_t i = 0; i < n; i++) {
                    const float value = by != NULL ? x[i] * by[i] : x[i];
                    assert_true(abs(got[i] - expected[i]) <= 1);
                    assert_true(fabsf((float)(got[i] - 128) * scale - value) <= scale * 0.501f);
                }
            }
            memset(x, 0, sizeof x);
            assert_true(k->quantise(x, NULL, n, got) == 1);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(got[i], 128);
            x[n / 2] = 1e-38f;
            assert_true(k->quantise(x, NULL, n, got) == 1);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(got[i], 128);
            x[n / 2] = INFINITY;
            x[n - 1] = NAN;
            (void)k->quantise(x, NULL, n, got); /* ends, and gives something */
            assert_int_equal(got[n], 42);
        }
}

static void wide_numbers(void **state)
{
    (void)state;
    enum { MOST_N = 70 };
    static const int mosts[] = {1, 127, 11008, 32767};
    const inf_kernels *k;
    for (size_t l = 0; (k = inf_kernels_at(l)) != NULL; l++)
        for (size_t n = 1; n <= MOST_N; n++)
            for (size_t m = 0; m < ANC_COUNT(mosts); m++) {
                float x[MOST_N], factors[MOST_N];
                int16_t got[MOST_N + 1], expected[MOST_N];
                fill(x, n, (uint32_t)n);
                fill(factors, n, 7);
                got[n] = 42;
                const float scale =
                    inf_kernels_at(0)->quantise_wide(x, factors, n, mosts[m], expected);
                assert_true(k->quantise_wide(x, factors, n, mosts[m], got) == scale);
                assert_int_equal(got[n], 42);
                for (size_t i = 0; i < n; i++) {
                    assert_true(abs(got[i] - expected[i]) <= 1 && abs(got[i]) <= mosts[m]);
                    assert_true(fabsf((float)got[i] * scale - x[i] * factors[i]) <= scale * 0.51f);
                }
                x[n / 2] = NAN;
                (void)k->quantise_wide(x, NULL, n, mosts[m], got); /* ends, and gives something */
                assert_int_equal(got[n], 42);
            }
}

static void the_best_is_the_last(void **state)
{
    (void)state;
    size_t n = 0;
    while (inf_kernels_at(n) != NULL)
        n++;
    assert_true(n >= 1);
    assert_string_equal(inf_kernels_at(0)->name, "scalar");
    assert_ptr_equal(inf_kernels_best(), inf_kernels_at(n - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products),     cmocka_unit_test(gelus),
        cmocka_unit_test(softmaxes),    cmocka_unit_test(layer_norms),
        cmocka_unit_test(narrowed),     cmocka_unit_test(bytes),
        cmocka_unit_test(wide_numbers), cmocka_unit_test(the_best_is_the_last),
    };
    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
