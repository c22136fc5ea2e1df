/* test_engine_simd.c - halves, and every level of the dot product against the scalar one. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simd.h"

static void every_half_survives(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 0x10000; h++) {
        const float f = eng_half_to_float((uint16_t)h);
        if (isnan(f))
            assert_true(isnan(eng_half_to_float(eng_half_of(f))));
        else
            assert_int_equal(eng_half_of(f), h);
    }
}

static void rounds_to_the_nearest_even(void **state)
{
    (void)state;
    for (uint16_t h = 0; h < 0x7bff; h++) {
        const float low = eng_half_to_float(h), high = eng_half_to_float((uint16_t)(h + 1));
        const float middle = low + (high - low) / 2;
        assert_int_equal(eng_half_of(middle), h % 2 == 0 ? h : h + 1);
        assert_int_equal(eng_half_of(nextafterf(middle, low)), h);
        assert_int_equal(eng_half_of(nextafterf(middle, high)), h + 1);
        assert_int_equal(eng_half_of(-middle), (h % 2 == 0 ? h : h + 1) | 0x8000);
    }
    assert_int_equal(eng_half_of(65519.0f), 0x7bff);
    assert_int_equal(eng_half_of(65520.0f), 0x7c00);
    assert_int_equal(eng_half_of(INFINITY), 0x7c00);
}

static void levels_agree(void **state)
{
    (void)state;
    enum { MOST = 1030 };
    const eng_simd *levels[4];
    const size_t n_levels = eng_simd_levels(levels, ANC_COUNT(levels));
    uint16_t half[MOST];
    float q[MOST];
    assert_true(n_levels >= 1);
    srand(7);
    for (size_t i = 0; i < MOST; i++) {
        half[i] = eng_half_of((float)rand() / (float)RAND_MAX - 0.5f);
        q[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    }
    for (size_t n = 0; n < MOST; n += n < 140 ? 1 : 89) {
        double exact = 0;
        for (size_t i = 0; i < n; i++)
            exact += (double)eng_half_to_float(half[i]) * (double)q[i];
        for (size_t l = 0; l < n_levels; l++)
            assert_true(fabs((double)levels[l]->dot(half, q, n) - exact) < 1e-4);
    }
    assert_ptr_equal(eng_simd_best(), levels[n_levels - 1]);
}

/* Codes over their whole range and signed queries: the greatest sums that there can be, and any others. */
static void levels_agree_on_codes(void **state)
{
    (void)state;
    enum { MOST = 1024, TRIES = 40 };
    const eng_simd *levels[4];
    const size_t n_levels = eng_simd_levels(levels, ANC_COUNT(levels));
    uint8_t codes[MOST + 1];
    int8_t q[MOST + 1];
    srand(11);
    for (int try = 0; try < TRIES; try++) {
        for (size_t i = 0; i <= MOST; i++) {
            codes[i] = (uint8_t)(try == 0 ? 255 : try == 1 ? 1 : 1 + rand() % 255);
            q[i] = (int8_t)(try == 0 ? 127 : try == 1 ? 127 : rand() % 255 - 127);
        }
        for (size_t n = 0; n <= MOST; n += 64)
            for (size_t l = 0; l < n_levels; l++) {
                const size_t off = (size_t)try % 2;
                assert_int_equal(levels[l]->dot_codes(codes + off, q + off, n),
                                 eng_simd_scalar.dot_codes(codes + off, q + off, n));
            }
    }
    memset(codes, 255, sizeof codes);
    memset(q, 127, sizeof q);
    assert_int_equal(eng_simd_best()->dot_codes(codes, q, MOST), 127 * 127 * MOST);
}

static void levels_agree_on_bits(void **state)
{
    (void)state;
    enum { MOST = 40 };
    const eng_simd *levels[4];
    const size_t n_levels = eng_simd_levels(levels, ANC_COUNT(levels));
    uint64_t a[MOST], b[MOST];
    srand(13);
    for (size_t i = 0; i < MOST; i++) {
        a[i] = (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^ (uint64_t)rand();
        b[i] = (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^ (uint64_t)rand();
    }
    for (size_t n = 0; n <= MOST; n++)
        for (size_t l = 0; l < n_levels; l++)
            assert_int_equal(levels[l]->differing(a, b, n), eng_simd_scalar.differing(a, b, n));
    assert_int_equal(eng_simd_best()->differing(a, a, MOST), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_survives),  cmocka_unit_test(rounds_to_the_nearest_even),
        cmocka_unit_test(levels_agree),         cmocka_unit_test(levels_agree_on_codes),
        cmocka_unit_test(levels_agree_on_bits),
    };
    return cmocka_run_group_tests_name("engine simd", tests, NULL, NULL);
}
