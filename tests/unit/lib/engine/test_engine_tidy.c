/* test_engine_tidy.c - blocks merged beside writers, and what graphs and bits find under filters. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine_help.h"
#include "index.h"

enum { DIMS = 24, TOP = 10, DOCUMENTS = 400, QUESTIONS = 8, KEY_BYTES = 16, TOPICS = 12 };

static const anc_str everybody = ANC_STR_INIT("public");

static float noise(void)
{
    float sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (float)rand() / (float)RAND_MAX - 0.5f;
    return sum;
}

static void unit(float *v)
{
    double square = 0;
    for (int i = 0; i < DIMS; i++)
        square += (double)v[i] * (double)v[i];
    for (int i = 0; i < DIMS; i++)
        v[i] = (float)((double)v[i] / sqrt(square));
}

static void vector_near(uint32_t topic, float *ret)
{
    srand(1000 + topic);
    for (int i = 0; i < DIMS; i++)
        ret[i] = noise();
}

/* The same vector for the same number. */
static void vector_of(uint32_t number, float *ret)
{
    vector_near(number % TOPICS, ret);
    srand(77 + number);
    for (int i = 0; i < DIMS; i++)
        ret[i] += 0.6f * noise();
    unit(ret);
}

static anc_str key_of(uint32_t number, char *buffer)
{
    const int n = snprintf(buffer, KEY_BYTES, "d%u", number);
    return (anc_str){buffer, (size_t)n};
}

/* A document of one chunk whose field "n" is its number. */
static void put(eng_index *index, uint32_t number, uint32_t version)
{
    anc_err err = {0};
    char key[KEY_BYTES];
    float vector[DIMS];
    eng_load *load;
    const eng_field field = {.name = ANC_STR("n"),
                             .value = {.kind = ENG_INT, .integer = (int64_t)number}};
    const eng_document d = {.key = key_of(number, key),
                            .version = version,
                            .fields = &field,
                            .n_fields = 1,
                            .labels = &everybody,
                            .n_labels = 1};
    vector_of(number, vector);
    ASSERT_OK(eng_load_open(index, &d, &load, &err), &err);
    ASSERT_OK(help_add(load, 0, "title", "some words", vector, &err), &err);
    ASSERT_OK(eng_publish(index, load, &err), &err);
}

static eng_index *filled(const eng_thresholds *from, uint32_t n)
{
    anc_err err = {0};
    eng_index *index;
    const eng_options options = {.dims = DIMS, .from = *from};
    ASSERT_OK(eng_index_open(&options, &index, &err), &err);
    for (uint32_t i = 0; i < n; i++)
        put(index, i, 1);
    return index;
}

static void tidy(eng_index *index)
{
    anc_err err = {0};
    bool did = false;
    ASSERT_OK(eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err), &err);
    assert_true(did);
}

/* The best of documents below `below`, and how many of the true best are among them. */
static size_t ask(eng_index *index, eng_index *plain, uint32_t question, int64_t below,
                  size_t *ret_right)
{
    ANC_ARENA(mem, 16 << 20);
    anc_err err = {0};
    float q[DIMS];
    const eng_value limit = {.kind = ENG_INT, .integer = below};
    const eng_filter filter = {
        .op = ENG_LT, .field = ANC_STR("n"), .values = &limit, .n_values = 1};
    vector_of(question + 100000, q);
    const eng_query query = {.vector = q,
                             .dims = DIMS,
                             .labels = &everybody,
                             .n_labels = 1,
                             .filter = &filter,
                             .k_semantic = TOP};
    eng_result got, want;
    eng_snapshot *s = eng_snapshot_acquire(index), *p = eng_snapshot_acquire(plain);
    ASSERT_OK(eng_search(s, &query, mem, &got, &err), &err);
    ASSERT_OK(eng_search(p, &query, mem, &want, &err), &err);
    assert_int_equal(got.n, want.n);
    *ret_right = 0;
    for (size_t i = 0; i < got.n; i++)
        for (size_t k = 0; k < want.n; k++)
            *ret_right += anc_str_eq(got.candidates[i].document, want.candidates[k].document);
    eng_snapshot_release(s);
    eng_snapshot_release(p);
    return got.n;
}

/* Filters that leave all, most, some and few: always as many as there are, and nearly all of the best. */
static void finds_nearly_all(eng_index *index, eng_index *plain)
{
    const int64_t limits[] = {DOCUMENTS, DOCUMENTS / 2, DOCUMENTS / 4, 50, 15, 4, 0};
    for (size_t l = 0; l < ANC_COUNT(limits); l++) {
        size_t found = 0, right = 0, more;
        for (uint32_t q = 0; q < QUESTIONS; q++) {
            found += ask(index, plain, q, limits[l], &more);
            right += more;
        }
        assert_true((double)right >= 0.93 * (double)found);
    }
}

/* In fresh blocks, which have bits alone, and in one with a graph. */
static void finds_the_best_under_any_filter(void **state)
{
    (void)state;
    const eng_thresholds never = {.exact = UINT32_MAX, .bits = UINT32_MAX, .graph = UINT32_MAX};
    const eng_thresholds soon = {.exact = 20, .bits = 40, .graph = 100};
    eng_index *plain = filled(&never, DOCUMENTS), *index = filled(&soon, DOCUMENTS);
    const eng_figures fresh = eng_stats(index);
    assert_true(fresh.blocks > 1 && fresh.bytes > eng_stats(plain).bytes); /* bits */
    assert_int_equal(fresh.graphs, 0);
    finds_nearly_all(index, plain);
    tidy(index);
    const eng_figures f = eng_stats(index);
    assert_int_equal(f.blocks, 1);
    assert_int_equal(f.graphs, 1);
    assert_true(f.recall >= 0.9f && f.recall <= 1);
    assert_int_equal(eng_stats(plain).graphs, 0);
    assert_true(eng_recall(index, 0) >= f.recall && eng_recall(index, 0) <= f.recall);
    assert_true(eng_recall(index, 0.99f) >= f.recall && eng_recall(index, 0.5f) <= f.recall);
    assert_true(eng_recall(plain, 0.99f) >= 1);
    finds_nearly_all(index, plain);
    eng_index_close(index);
    eng_index_close(plain);
}

typedef struct meddling {
    eng_index *index;
    uint32_t asked;
} meddling;

/* What writers do while the long work is under way: some documents go, some come anew, one is new. */
static anc_status meddle(void *arg)
{
    meddling *m = arg;
    anc_err err = {0};
    char key[KEY_BYTES];
    if (m->asked++ != 0)
        return ANC_OK;
    for (uint32_t i = 0; i < 40; i++)
        ASSERT_OK(eng_delete(m->index, key_of(i, key), &err), &err);
    for (uint32_t i = 40; i < 80; i++)
        put(m->index, i, 2);
    put(m->index, DOCUMENTS, 1);
    return ANC_OK;
}

static void what_happens_meanwhile_is_kept(void **state)
{
    (void)state;
    anc_err err = {0};
    char key[KEY_BYTES];
    bool did = false;
    const eng_thresholds soon = {.exact = 20, .bits = 40, .graph = 100};
    meddling m = {.index = filled(&soon, DOCUMENTS)};
    const eng_tidy_options options = {.all = true, .may_go_on = meddle, .arg = &m};
    ASSERT_OK(eng_tidy(m.index, &options, &did, &err), &err);
    assert_true(did && m.asked > 1);
    assert_int_equal(eng_stats(m.index).documents, DOCUMENTS - 40 + 1);
    for (int again = 0; again < 2; again++) {
        eng_snapshot *s = eng_snapshot_acquire(m.index);
        for (uint32_t i = 0; i <= DOCUMENTS; i++) {
            uint32_t version = 0;
            assert_int_equal(eng_document_find(s, key_of(i, key), &version), i >= 40);
            assert_int_equal(version, i < 40 ? 0 : i < 80 ? 2 : 1);
        }
        eng_snapshot_release(s);
        if (again == 0)
            tidy(m.index);
    }
    const eng_figures f = eng_stats(m.index);
    assert_int_equal(f.blocks, 1);
    assert_int_equal(f.dead_chunks, 0);
    eng_index_close(m.index);
}

/* Documents that go or come anew before the last look without a lock, between that and the lock, or not at all. */
static void what_happens_in_the_last_moment_is_kept(void **state)
{
    enum { N = 130, FIRST = 70, SECOND = 100 };
    (void)state;
    anc_err err = {0};
    char key[KEY_BYTES];
    bool *left = NULL;
    eng_index *index = filled(&(eng_thresholds){0}, N);
    ASSERT_OK(eng_delete(index, key_of(0, key), &err), &err);
    eng_snapshot *before = eng_snapshot_acquire(index);
    bool *chosen = calloc(before->n_parts, sizeof *chosen);
    assert_non_null(chosen);
    for (size_t i = 0; i < before->n_parts; i++)
        chosen[i] = true;
    eng_part part = {.block = eng_parts_merge(before, chosen, NULL)};
    assert_non_null(part.block);
    assert_int_equal(part.block->documents.n, N - 1);
    for (uint32_t i = 1; i < FIRST; i++)
        ASSERT_OK(eng_delete(index, key_of(i, key), &err), &err);
    eng_snapshot *now = eng_parts_catch_up(index, before, chosen, &part, &left);
    assert_non_null(now);
    assert_int_equal(part.dead->documents, FIRST - 1);
    for (uint32_t i = FIRST; i < SECOND; i++)
        ASSERT_OK(eng_delete(index, key_of(i, key), &err), &err);
    put(index, SECOND, 2);
    (void)pthread_mutex_lock(&index->writing);
    assert_true(eng_parts_put_in(index, now, left, part));
    (void)pthread_mutex_unlock(&index->writing);
    assert_int_equal(eng_stats(index).documents, N - SECOND);
    eng_snapshot *s = eng_snapshot_acquire(index);
    for (uint32_t i = 0; i < N; i++) {
        uint32_t version = 0;
        assert_int_equal(eng_document_find(s, key_of(i, key), &version), i >= SECOND);
        assert_int_equal(version, i < SECOND ? 0 : i == SECOND ? 2 : 1);
    }
    eng_snapshot_release(s);
    eng_snapshot_release(now);
    eng_snapshot_release(before);
    free(chosen);
    free(left);
    eng_index_close(index);
}

static anc_status clear(void *arg)
{
    anc_err err = {0};
    ASSERT_OK(eng_clear(arg, &err), &err);
    return ANC_OK;
}

static void an_index_that_is_cleared_meanwhile_stays_empty(void **state)
{
    (void)state;
    anc_err err = {0};
    bool did;
    eng_index *index = filled(&(eng_thresholds){.bits = 10, .graph = 20}, 60);
    const eng_tidy_options options = {.all = true, .may_go_on = clear, .arg = index};
    ASSERT_OK(eng_tidy(index, &options, &did, &err), &err);
    assert_int_equal(eng_stats(index).documents, 0);
    assert_int_equal(eng_stats(index).blocks, 0);
    eng_index_close(index);
}

static anc_status refuse(void *arg)
{
    (void)arg;
    return ANC_CANCELLED;
}

static void work_that_is_ended_changes_nothing(void **state)
{
    (void)state;
    anc_err err = {0};
    bool did = true;
    eng_index *index = filled(&(eng_thresholds){.bits = 10, .graph = 20}, 60);
    const uint32_t before = eng_stats(index).blocks;
    const eng_tidy_options options = {.all = true, .may_go_on = refuse};
    assert_int_equal(eng_tidy(index, &options, &did, &err), ANC_CANCELLED);
    assert_false(did);
    assert_int_equal(eng_stats(index).blocks, before);
    assert_int_equal(eng_stats(index).documents, 60);
    eng_index_close(index);
}

/* Small blocks are merged by who publishes; there is nothing to do but with `all`. */
static void little_is_tidy_by_itself(void **state)
{
    (void)state;
    anc_err err = {0};
    bool did = true;
    eng_index *index = filled(&(eng_thresholds){0}, 60);
    ASSERT_OK(eng_tidy(index, &(eng_tidy_options){0}, &did, &err), &err);
    assert_false(did);
    eng_index_close(index);
}

/* A block that grew large where it was published has no graph until it is looked after; then others grow out of it. */
static void a_block_that_grew_large_gets_its_graph(void **state)
{
    (void)state;
    enum { FIRST = 64, ALL = 100 };
    anc_err err = {0};
    bool did = false;
    const eng_thresholds soon = {.exact = 5, .bits = 10, .graph = 50};
    const eng_thresholds never = {.exact = UINT32_MAX, .bits = UINT32_MAX, .graph = UINT32_MAX};
    eng_index *index = filled(&soon, FIRST), *plain = filled(&never, ALL);
    assert_int_equal(eng_stats(index).graphs, 0);
    ASSERT_OK(eng_tidy(index, &(eng_tidy_options){0}, &did, &err), &err);
    assert_true(did);
    assert_int_equal(eng_stats(index).graphs, 1);
    ASSERT_OK(eng_tidy(index, &(eng_tidy_options){0}, &did, &err), &err);
    assert_false(did);
    for (uint32_t i = FIRST; i < ALL; i++)
        put(index, i, 1);
    tidy(index);
    assert_int_equal(eng_stats(index).blocks, 1);
    assert_int_equal(eng_stats(index).graphs, 1);
    size_t found = 0, right = 0, more;
    for (uint32_t q = 0; q < QUESTIONS; q++) {
        found += ask(index, plain, q, ALL, &more);
        right += more;
    }
    assert_true((double)right >= 0.93 * (double)found);
    eng_index_close(index);
    eng_index_close(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_best_under_any_filter),
        cmocka_unit_test(what_happens_meanwhile_is_kept),
        cmocka_unit_test(what_happens_in_the_last_moment_is_kept),
        cmocka_unit_test(an_index_that_is_cleared_meanwhile_stays_empty),
        cmocka_unit_test(work_that_is_ended_changes_nothing),
        cmocka_unit_test(little_is_tidy_by_itself),
        cmocka_unit_test(a_block_that_grew_large_gets_its_graph),
    };
    return cmocka_run_group_tests_name("engine tidy", tests, NULL, NULL);
}
