/* test_engine_store_threads.c - readers, a writer, one who saves, one who merges, one who verifies and copies, all at
 * once on one folder.
 */
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "support/engine_disk.h"
#include "support/engine_story.h"

enum { STEPS = 250 };

static eng_index *shared;
static engine_disk *disk;
static atomic_bool written;
static atomic_int failures, saves, answers;

static void expect(anc_status status)
{
    if (status != ANC_OK)
        atomic_fetch_add(&failures, 1);
}

static void *write_all(void *arg)
{
    (void)arg;
    for (uint64_t step = 1; step <= STEPS; step++)
        expect(engine_story_step(shared, step, NULL));
    atomic_store(&written, true);
    return NULL;
}

static void *save_all(void *arg)
{
    (void)arg;
    while (!atomic_load(&written)) {
        expect(eng_save(shared, &(eng_tidy_options){0}, NULL));
        atomic_fetch_add(&saves, 1);
    }
    return NULL;
}

static void *tidy_all(void *arg)
{
    bool did;
    (void)arg;
    while (!atomic_load(&written))
        expect(eng_tidy(shared, &(eng_tidy_options){.all = true}, &did, NULL));
    return NULL;
}

static void *look_after(void *arg)
{
    uint64_t found = 0;
    uint32_t mended = 0;
    (void)arg;
    for (int i = 0; !atomic_load(&written); i++) {
        char folder[32];
        (void)snprintf(folder, sizeof folder, "copy%d", i);
        expect(eng_verify(shared, &(eng_verify_options){0}, &found, NULL));
        expect(eng_mend(shared, &mended, NULL));
        if (i < 3)
            expect(eng_copy_to(shared, anc_str_of(folder), &(eng_tidy_options){0}, NULL));
        expect(found == 0 && mended == 0 ? ANC_OK : ANC_BUG);
    }
    return NULL;
}

static void *read_all(void *arg)
{
    (void)arg;
    while (!atomic_load(&written)) {
        uint64_t sum, again;
        eng_snapshot *s = eng_snapshot_acquire(shared);
        expect(engine_world_answers(s, &sum, NULL));
        expect(engine_world_answers(s, &again, NULL));
        expect(sum == again ? ANC_OK : ANC_BUG);
        eng_snapshot_release(s);
        atomic_fetch_add(&answers, 1);
    }
    return NULL;
}

static void open_index(void)
{
    anc_err err = {0};
    const eng_options options = {.dims = ENGINE_WORLD_DIMS,
                                 .from = {.exact = 4, .bits = 12, .graph = 30},
                                 .folder = ANC_STR("index"),
                                 .disk = engine_disk_ops(disk)};
    ASSERT_OK(eng_index_open(&options, &shared, &err), &err);
}

static void all_at_once(void **state)
{
    (void)state;
    anc_err err = {0};
    void *(*const work[])(void *) = {save_all, tidy_all, look_after, write_all, read_all, read_all};
    pthread_t threads[ANC_COUNT(work)];
    disk = engine_disk_new(1);
    open_index();
    for (size_t i = 0; i < ANC_COUNT(work); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work[i], NULL), 0);
    for (size_t i = 0; i < ANC_COUNT(work); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&failures), 0);
    assert_true(atomic_load(&saves) > 0 && atomic_load(&answers) > 0);
    assert_true(engine_story_agrees(shared, STEPS));
    ASSERT_OK(eng_save(shared, &(eng_tidy_options){0}, &err), &err);
    eng_index_close(shared);
    open_index();
    assert_int_equal(eng_index_opened(shared).damaged, 0);
    assert_int_equal(eng_stats(shared).cursor, STEPS);
    assert_true(engine_story_agrees(shared, STEPS));
    eng_index_close(shared);
    engine_disk_free(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_at_once)};
    return cmocka_run_group_tests_name("engine store threads", tests, NULL, NULL);
}
