/* test_engine_bits.c - the scan of bits: as many as are wanted, the nearest first, whatever is among them; and vectors of
 * any dimension, in whichever way they are looked for. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bits.h"
#include "engine_help.h"
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

/* ---- dimensions ------------------------------------------------------------------------------- */

enum { MOST_DIMS = 8192, DOCUMENTS = 60, BEST = 5 };

static void make_unit(float *v, uint32_t dims)
{
    double square = 0;
    for (uint32_t d = 0; d < dims; d++) {
        v[d] = dims == 1 ? 1 : number();
        square += (double)v[d] * (double)v[d];
    }
    for (uint32_t d = 0; d < dims; d++)
        v[d] = (float)((double)v[d] / sqrt(square));
}

/* Each vector is the nearest to itself, and there are as many as are asked for. */
static void find_each(eng_index *index, const float *vectors, uint32_t dims)
{
    const anc_str label = ANC_STR("public");
    eng_snapshot *s = eng_snapshot_acquire(index);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        ANC_ARENA(mem, 16 << 20);
        anc_err err = {0};
        eng_result r;
        char key[8];
        const eng_query q = {.vector = vectors + i * dims,
                             .dims = dims,
                             .labels = &label,
                             .n_labels = 1,
                             .k_semantic = BEST};
        (void)snprintf(key, sizeof key, "d%zu", i);
        ASSERT_OK(eng_search(s, &q, mem, &r, &err), &err);
        assert_int_equal(r.n, BEST);
        assert_true(fabs(r.candidates[0].cosine - 1) < 2e-3);
        assert_true(dims == 1 || anc_str_eq(r.candidates[0].document, anc_str_of(key)));
        for (size_t k = 1; k < r.n; k++)
            assert_true(r.candidates[k].cosine <= r.candidates[k - 1].cosine);
    }
    eng_snapshot_release(s);
}

/* By bits in fresh blocks, then by the graph of one block. */
static void vectors_of_any_dimension(void **state)
{
    (void)state;
    static const uint32_t all[] = {1, 3, 64, 65, 384, 768, 1000, 1024, MOST_DIMS};
    float *vectors = calloc((size_t)DOCUMENTS * MOST_DIMS, sizeof *vectors);
    assert_non_null(vectors);
    for (size_t a = 0; a < ANC_COUNT(all); a++) {
        const uint32_t dims = all[a];
        anc_err err = {0};
        eng_index *index;
        bool did;
        const eng_options options = {.dims = dims, .from = {.exact = 4, .bits = 8, .graph = 16}};
        ASSERT_OK(eng_index_open(&options, &index, &err), &err);
        for (size_t i = 0; i < DOCUMENTS; i++) {
            char key[8];
            float *v = vectors + i * dims;
            (void)snprintf(key, sizeof key, "d%zu", i);
            make_unit(v, dims);
            ASSERT_OK(help_publish(index, key, 1, "", "words", v, &err), &err);
        }
        find_each(index, vectors, dims);
        ASSERT_OK(eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err), &err);
        assert_int_equal(eng_stats(index).graphs, 1);
        find_each(index, vectors, dims);
        eng_index_close(index);
    }
    free(vectors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_any_dimension),
        cmocka_unit_test(the_nearest_come_first),
        cmocka_unit_test(equal_ones_are_bounded),
    };
    return cmocka_run_group_tests_name("engine bits", tests, NULL, NULL);
}
