/* property_histogram.c - histograms of durations of chance: a percentile is within its bound of the exact
 * one, and it does not matter how the values were divided, written down and put together again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/test.h"
#include "tracking/domain/histogram.h"

enum { ROUNDS = 400, VALUES = 600, PARTS = 5 };

static uint64_t state;

static uint64_t chance(uint64_t below)
{
    uint64_t z = state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return (z ^ (z >> 31)) % below;
}

/* As often small as large: a number of bits first. */
static uint64_t some_duration(unsigned most_bits)
{
    return chance(UINT64_C(1) << (1 + chance(most_bits)));
}

static int ascending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void check_percentiles(const trk_histogram *h, const uint64_t *sorted, size_t n)
{
    for (int i = 0; i < 12; i++) {
        const double q = i == 0 ? 0.5 : i == 1 ? 0.95 : i == 2 ? 0.99 : (double)chance(1001) / 1000;
        const double rank = ceil(q * (double)n);
        const double exact = (double)sorted[rank > 0 ? (size_t)rank - 1 : 0];
        assert_true(fabs(trk_histogram_percentile(h, q) - exact) <= exact / 32 + 0.5);
    }
}

static void is_the_sum_of_its_parts(void **unused)
{
    static trk_histogram whole, parts[PARTS], read, sum;
    static uint64_t values[VALUES];
    (void)unused;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        state = round;
        const size_t n = 1 + (size_t)chance(VALUES);
        const unsigned bits = 1 + (unsigned)chance(TRK_TOP_BIT - 1);
        whole = read = sum = (trk_histogram){0};
        memset(parts, 0, sizeof parts);
        for (size_t i = 0; i < n; i++) {
            values[i] = some_duration(bits);
            trk_histogram_add(&whole, values[i]);
            trk_histogram_add(&parts[chance(PARTS)], values[i]);
        }
        for (size_t i = 0; i < PARTS; i++) {
            ANC_BUF(kept, 1 << 20);
            anc_err err = {0};
            trk_histogram_write(&parts[i], &kept);
            ASSERT_OK(trk_histogram_read_add(anc_buf_view(&kept), &read, &err), &err);
            trk_histogram_merge(&sum, &parts[i]);
        }
        assert_memory_equal(&read, &whole, sizeof whole);
        assert_memory_equal(&sum, &whole, sizeof whole);
        qsort(values, n, sizeof *values, ascending);
        check_percentiles(&whole, values, n);
        for (size_t i = 0; i < n / 2; i++)
            trk_histogram_remove(&whole, values[i]);
        check_percentiles(&whole, values + n / 2, n - n / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_the_sum_of_its_parts)};
    return cmocka_run_group_tests_name("histograms of chance", tests, NULL, NULL);
}
