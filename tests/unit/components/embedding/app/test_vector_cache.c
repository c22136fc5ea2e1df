/* test_vector_cache.c - what is kept, what goes first, what is counted; threads against it. */
#include <stdlib.h>
#include <string.h>

#include "embedding/app/cache.h"
#include "os/thread.h"
#include "support/test.h"

enum { DIMS = 4, BIG = 1 << 20, STEPS = 3000, KEYS = 50, THREADS = 3 };

/* Key number `n`; many share their first bytes, so chains are walked. */
static const unsigned char *key(unsigned n, unsigned char out[EMB_KEY_BYTES])
{
    memset(out, 0, EMB_KEY_BYTES);
    out[0] = (unsigned char)(n % 3);
    out[20] = (unsigned char)n;
    out[21] = (unsigned char)(n >> 8);
    return out;
}

static void put(emb_vector_cache *c, unsigned n)
{
    unsigned char k[EMB_KEY_BYTES];
    const float v[DIMS] = {(float)n, 1, 2, 3};
    unsigned char evicted[EMB_KEY_BYTES];
    (void)emb_vector_cache_put(c, key(n, k), v, evicted);
}

static bool has(emb_vector_cache *c, unsigned n)
{
    unsigned char k[EMB_KEY_BYTES];
    float v[DIMS] = {-1, -1, -1, -1};
    if (!emb_vector_cache_get(c, key(n, k), false, v))
        return false;
    assert_true(v[0] == (float)n && v[3] == 3);
    return true;
}

/* Room for exactly `n` entries. */
static emb_vector_cache *cache_of(unsigned n)
{
    for (uint64_t bytes = 0; bytes < BIG; bytes += 4) {
        emb_vector_cache *c = emb_vector_cache_new(bytes, DIMS);
        assert_non_null(c);
        for (unsigned i = 0; i < n + 1; i++)
            put(c, 1000 + i);
        const bool right = emb_vector_cache_stats(c).entries == n;
        emb_vector_cache_free(c);
        if (right)
            return emb_vector_cache_new(bytes, DIMS);
    }
    return NULL;
}

static void keeps_what_was_put(void **state)
{
    (void)state;
    emb_vector_cache *c = emb_vector_cache_new(BIG, DIMS);
    assert_false(has(c, 1));
    put(c, 1);
    put(c, 2);
    put(c, 1);
    assert_true(has(c, 1) && has(c, 2));
    const emb_cache_stats s = emb_vector_cache_stats(c);
    assert_int_equal(s.entries, 2);
    assert_int_equal(s.hits, 2);
    assert_int_equal(s.misses, 1);
    assert_true(s.bytes > 0);
    emb_vector_cache_free(c);
}

static void the_least_recently_used_goes_first(void **state)
{
    (void)state;
    emb_vector_cache *c = cache_of(3);
    assert_non_null(c);
    put(c, 1);
    put(c, 2);
    put(c, 3);
    assert_true(has(c, 1));
    put(c, 4);
    assert_false(has(c, 2));
    assert_true(has(c, 1) && has(c, 3) && has(c, 4));
    put(c, 5);
    assert_false(has(c, 1));
    assert_int_equal(emb_vector_cache_stats(c).evictions, 2);
    assert_int_equal(emb_vector_cache_stats(c).entries, 3);
    emb_vector_cache_free(c);
}

static void a_cache_of_nothing_holds_nothing(void **state)
{
    (void)state;
    emb_vector_cache *c = emb_vector_cache_new(0, DIMS);
    put(c, 1);
    assert_false(has(c, 1));
    assert_int_equal(emb_vector_cache_stats(c).entries, 0);
    emb_vector_cache_free(c);
}

static void what_is_put_behind_takes_no_place_and_goes_first(void **state)
{
    (void)state;
    unsigned char k[EMB_KEY_BYTES];
    const float v[DIMS] = {7, 1, 2, 3}, w[DIMS] = {8, 1, 2, 3}, x[DIMS] = {9, 1, 2, 3};
    emb_vector_cache *c = cache_of(4);
    put(c, 1);
    put(c, 2);
    assert_true(emb_vector_cache_put_behind(c, key(7, k), v));
    assert_true(emb_vector_cache_put_behind(c, key(8, k), w));
    assert_true(emb_vector_cache_put_behind(c, key(8, k), w)); /* it is there */
    assert_false(emb_vector_cache_put_behind(c, key(9, k), x));
    put(c, 3);
    assert_false(has(c, 8)); /* used before 7 */
    put(c, 4);
    assert_false(has(c, 7));
    assert_true(has(c, 1) && has(c, 2) && has(c, 3) && has(c, 4));
    emb_vector_cache_free(c);
    c = emb_vector_cache_new(0, DIMS);
    assert_false(emb_vector_cache_put_behind(c, key(7, k), v));
    emb_vector_cache_free(c);
}

/* A list of keys in order of use, the newest first: the slow way. */
static void agrees_with_a_plain_list(void **state)
{
    (void)state;
    unsigned list[8];
    size_t n = 0;
    emb_vector_cache *c = cache_of(ANC_COUNT(list));
    uint32_t seed = 7;
    for (size_t step = 0; step < STEPS; step++) {
        seed = seed * 1664525u + 1013904223u;
        const unsigned k = (seed >> 10) % 20;
        size_t at = 0;
        while (at < n && list[at] != k)
            at++;
        const bool known = at < n;
        assert_int_equal(has(c, k), known);
        if (!known) {
            put(c, k);
            n += n < ANC_COUNT(list);
            at = n - 1;
        }
        memmove(list + 1, list, at * sizeof *list);
        list[0] = k;
    }
    emb_vector_cache_free(c);
}

static void use(void *arg)
{
    emb_vector_cache *c = arg;
    for (unsigned i = 0; i < STEPS; i++)
        if (!has(c, i * 7 % KEYS))
            put(c, i * 7 % KEYS);
}

static void threads_share_it(void **state)
{
    (void)state;
    os_thread *threads[THREADS];
    anc_err err = {0};
    emb_vector_cache *c = cache_of(KEYS / 2);
    for (size_t i = 0; i < THREADS; i++)
        ASSERT_OK(os_thread_start("cache", use, c, &threads[i], &err), &err);
    for (size_t i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
    const emb_cache_stats s = emb_vector_cache_stats(c);
    assert_int_equal(s.hits + s.misses, (uint64_t)STEPS * THREADS);
    assert_int_equal(s.entries, KEYS / 2);
    emb_vector_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_was_put),
        cmocka_unit_test(the_least_recently_used_goes_first),
        cmocka_unit_test(a_cache_of_nothing_holds_nothing),
        cmocka_unit_test(what_is_put_behind_takes_no_place_and_goes_first),
        cmocka_unit_test(agrees_with_a_plain_list),
        cmocka_unit_test(threads_share_it),
    };
    return cmocka_run_group_tests_name("vector cache", tests, NULL, NULL);
}
