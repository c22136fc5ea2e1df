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

/* Rows in any order, any number of them, a stride that is more than their codes. */
static void levels_agree_on_rows_of_codes(void **state)
{
    (void)state;
    enum { ROWS = 37, STRIDE = 448, MOST = 384 };
    const eng_simd *levels[4];
    const size_t n_levels = eng_simd_levels(levels, ANC_COUNT(levels));
    static uint8_t codes[ROWS * STRIDE];
    int8_t q[MOST];
    uint32_t rows[ROWS];
    srand(17);
    for (size_t i = 0; i < sizeof codes; i++)
        codes[i] = (uint8_t)(1 + rand() % 255);
    for (size_t i = 0; i < MOST; i++)
        q[i] = (int8_t)(rand() % 255 - 127);
    for (size_t n_rows = 0; n_rows <= ROWS; n_rows++) {
        for (size_t i = 0; i < n_rows; i++)
            rows[i] = (uint32_t)rand() % ROWS;
        for (size_t n = 0; n <= MOST; n += 64)
            for (size_t l = 0; l < n_levels; l++) {
                int32_t found[ROWS + 1];
                found[n_rows] = 4711;
                levels[l]->dot_rows(codes, STRIDE, rows, n_rows, q, n, found);
                for (size_t i = 0; i < n_rows; i++)
                    assert_int_equal(found[i], eng_simd_scalar.dot_codes(
                                                   codes + (size_t)rows[i] * STRIDE, q, n));
                assert_int_equal(found[n_rows], 4711);
            }
    }
}

static void levels_agree_on_rows_of_bits(void **state)
{
    (void)state;
    enum { ROWS = 64, MOST = 9 };
    const eng_simd *levels[4];
    const size_t n_levels = eng_simd_levels(levels, ANC_COUNT(levels));
    uint64_t rows[ROWS * MOST], q[MOST];
    srand(19);
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        rows[i] = (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^ (uint64_t)rand();
    for (size_t i = 0; i < MOST; i++)
        q[i] = ~rows[i * 3];
    for (size_t n = 0; n <= MOST; n++)
        for (size_t n_rows = 0; n_rows <= ROWS; n_rows++)
            for (size_t l = 0; l < n_levels; l++) {
                uint32_t found[ROWS + 1];
                found[n_rows] = 4711;
                const uint32_t limit = (uint32_t)n * 32;
                uint64_t near = 0;
                const uint64_t told = levels[l]->differing_rows(rows, n_rows, q, n, limit, found);
                for (size_t i = 0; i < n_rows; i++) {
                    assert_int_equal(found[i], eng_simd_scalar.differing(rows + i * n, q, n));
                    near |= (uint64_t)(found[i] < limit) << i;
                }
                assert_true(told == near);
                assert_int_equal(found[n_rows], 4711);
            }
}

static void levels_agree_on_what_is_common(void **state)
{
    (void)state;
    enum { MOST = 40 };
    const eng_simd *levels[4];
    const size_t n_levels = eng_simd_levels(levels, ANC_COUNT(levels));
    uint64_t a[MOST], b[MOST], expected[MOST];
    srand(23);
    for (size_t i = 0; i < MOST; i++) {
        a[i] = (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^ (uint64_t)rand();
        b[i] = (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^ (uint64_t)rand();
    }
    for (size_t n = 0; n < MOST; n++) {
        uint64_t count = 0;
        for (size_t i = 0; i < n; i++) {
            expected[i] = a[i] & b[i];
            for (int bit = 0; bit < 64; bit++)
                count += expected[i] >> bit & 1;
        }
        for (size_t l = 0; l < n_levels; l++) {
            uint64_t in_place[MOST], found[MOST];
            memcpy(in_place, a, sizeof a);
            found[n] = 4711;
            assert_int_equal(levels[l]->common(a, b, n, found), count);
            assert_int_equal(levels[l]->common(in_place, b, n, in_place), count);
            assert_memory_equal(found, expected, n * sizeof *found);
            assert_memory_equal(in_place, expected, n * sizeof *found);
            assert_int_equal(found[n], 4711);
        }
    }
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

/* Sums of a window: none, some or all reach what is asked for, and are allowed. */
static void levels_agree_on_what_reaches(void **state)
{
    (void)state;
    enum { WORDS = 64, MOST = WORDS * 64 };
    static uint32_t sums[MOST];
    static uint64_t allowed[WORDS];
    static uint16_t found[MOST + ENG_REACHING_ROOM];
    const uint32_t leasts[] = {1, 2, 500, 1000, INT32_MAX};
    const eng_simd *levels[4];
    const size_t n_levels = eng_simd_levels(levels, ANC_COUNT(levels));
    srand(29);
    for (size_t i = 0; i < MOST; i++)
        sums[i] = rand() % 3 == 0 ? 0 : (uint32_t)rand() % 1001;
    sums[7] = INT32_MAX;
    for (size_t i = 0; i < WORDS; i++)
        allowed[i] = i % 5 == 0 ? 0 : (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20;
    for (size_t n = 0; n <= WORDS; n += n < 4 ? 1 : 20)
        for (size_t k = 0; k < 2 * ANC_COUNT(leasts); k++) {
            const uint32_t least = leasts[k / 2];
            const uint64_t *mask = k % 2 == 0 ? NULL : allowed;
            for (size_t l = 0; l < n_levels; l++) {
                const size_t got = levels[l]->reaching(sums, n, least, mask, found);
                size_t right = 0;
                for (size_t i = 0; i < n * 64; i++) {
                    if (sums[i] < least || (mask != NULL && (mask[i / 64] >> i % 64 & 1) == 0))
                        continue;
                    assert_true(right < got);
                    assert_int_equal(found[right++], i);
                }
                assert_int_equal(got, right);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_survives),
        cmocka_unit_test(rounds_to_the_nearest_even),
        cmocka_unit_test(levels_agree),
        cmocka_unit_test(levels_agree_on_codes),
        cmocka_unit_test(levels_agree_on_bits),
        cmocka_unit_test(levels_agree_on_rows_of_codes),
        cmocka_unit_test(levels_agree_on_rows_of_bits),
        cmocka_unit_test(levels_agree_on_what_is_common),
        cmocka_unit_test(levels_agree_on_what_reaches),
    };
    return cmocka_run_group_tests_name("engine simd", tests, NULL, NULL);
}
