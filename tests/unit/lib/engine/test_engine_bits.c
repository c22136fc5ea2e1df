/* test_engine_bits.c - the scan of bits: as many as are wanted, the nearest first, whatever is among them. */
#include "support/test.h"

#include <stdlib.h>

#include "bits.h"
#include "simd.h"

enum { N = 1000, DIMS = 70, WORDS = 2 };

static uint16_t halves[N * DIMS];
static uint64_t everything[N / 64 + 1];
static float question[DIMS];

static float number(void)
{
    return (float)rand() / (float)RAND_MAX - 0.5f;
}

static void make(eng_bits *bits, bool alike)
{
    srand(31);
    for (size_t i = 0; i < ANC_COUNT(halves); i++)
        halves[i] = eng_half_of(alike ? 0.5f : number());
    for (size_t d = 0; d < DIMS; d++)
        question[d] = number();
    for (size_t i = 0; i < N; i++)
        everything[i / 64] |= UINT64_C(1) << (i % 64);
    assert_true(eng_bits_make(halves, NULL, N, DIMS, bits));
    assert_int_equal(bits->words, WORDS);
}

static uint32_t differing(const eng_bits *bits, uint32_t id)
{
    uint32_t n = 0;
    for (uint32_t d = 0; d < DIMS; d++) {
        const bool is = (bits->rows[id * WORDS + d / 64] >> (d % 64) & 1) != 0;
        n += is != (question[d] > bits->means[d]) ? 1 : 0;
    }
    return n;
}

static size_t nearest(const eng_bits *bits, const uint64_t *among, uint32_t most, anc_arena *mem,
                      uint32_t **ret)
{
    anc_err err = {0};
    size_t n = 0;
    ASSERT_OK(eng_bits_nearest(bits, question, among, most, NULL, NULL, mem, ret, &n, &err), &err);
    return n;
}

static int ascending(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Against all of them, sorted by how many bits they differ in. */
static void check(const eng_bits *bits, const uint64_t *among, uint32_t most)
{
    uint32_t all[N], *ids = NULL;
    bool met[N] = {false};
    size_t n_all = 0;
    ANC_ARENA(mem, 1 << 20);
    for (uint32_t i = 0; i < N; i++)
        if ((among[i / 64] >> (i % 64) & 1) != 0)
            all[n_all++] = differing(bits, i);
    qsort(all, n_all, sizeof *all, ascending);
    const size_t n = nearest(bits, among, most, mem, &ids);
    assert_int_equal(n, n_all < most ? n_all : most);
    for (size_t i = 0; i < n; i++) {
        assert_true((among[ids[i] / 64] >> (ids[i] % 64) & 1) != 0 && !met[ids[i]]);
        assert_int_equal(differing(bits, ids[i]), all[i]);
        met[ids[i]] = true;
    }
}

static void the_nearest_come_first(void **state)
{
    (void)state;
    eng_bits bits;
    uint64_t some[N / 64 + 1] = {0};
    make(&bits, false);
    for (uint32_t i = 0; i < N; i += 1 + i % 5)
        some[i / 64] |= UINT64_C(1) << (i % 64);
    const uint32_t mosts[] = {0, 1, 7, 100, 999, 1000, 5000};
    for (size_t m = 0; m < ANC_COUNT(mosts); m++) {
        check(&bits, everything, mosts[m]);
        check(&bits, some, mosts[m]);
    }
    eng_bits_done(&bits);
}

/* All differ in the same bits: as many as are wanted and no more. */
static void equal_ones_are_bounded(void **state)
{
    (void)state;
    eng_bits bits;
    make(&bits, true);
    for (uint32_t most = 1; most <= N; most *= 3)
        check(&bits, everything, most);
    eng_bits_done(&bits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_come_first),
        cmocka_unit_test(equal_ones_are_bounded),
    };
    return cmocka_run_group_tests_name("engine bits", tests, NULL, NULL);
}
