/* test_engine_copy.c - a copy of an index in a folder of its own. */
#include "store_world.h"

/* Of files, dead documents, and what was not saved. */
static void a_copy_is_an_index(void **state)
{
    world *w = *state;
    eng_index *copy;
    fill(w);
    const uint64_t before = engine_world_sum(w->index);
    ASSERT_OK(eng_copy_to(w->index, ANC_STR("copy"), &(eng_tidy_options){0}, &w->err), &w->err);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        drop(w, i);
    save(w);
    open_in(w, "copy", ENGINE_WORLD_DIMS, &copy);
    assert_int_equal(eng_index_opened(copy).damaged, 0);
    assert_true(engine_world_sum(copy) == before);
    assert_int_equal(eng_stats(copy).cursor, 4711);
    assert_int_equal(eng_copy_to(w->index, ANC_STR("copy"), &(eng_tidy_options){0}, &w->err),
                     ANC_CONFLICT);
    ASSERT_OK(engine_world_put(copy, 1, 9, &w->err), &w->err);
    anc_err err = {0};
    ASSERT_OK(eng_save(copy, &(eng_tidy_options){0}, &err), &err);
    eng_index_close(copy);
}

static void a_copy_that_fails_leaves_nothing(void **state)
{
    world *w = *state;
    bool whole = false;
    for (uint32_t i = 0; i < 12; i++) {
        put(w, i, 1);
        if (i == 8)
            save(w);
    }
    drop(w, 2);
    for (long n = 0; !whole; n++) {
        anc_err err = {0};
        assert_true(n < 1000);
        engine_disk_fail(w->disk, n, ANC_IO, false);
        whole = eng_copy_to(w->index, ANC_STR("copy"), &(eng_tidy_options){0}, &err) == ANC_OK &&
                !engine_disk_hit(w->disk);
        engine_disk_heal(w->disk);
        if (engine_disk_count(w->disk, "copy/manifest") > 0) { /* a link was refused */
            eng_index *copy;
            open_in(w, "copy", ENGINE_WORLD_DIMS, &copy);
            assert_int_equal(eng_index_opened(copy).damaged, 0);
            assert_true(engine_world_sum(copy) == engine_world_sum(w->index));
            eng_index_close(copy);
        } else {
            assert_int_equal(engine_disk_count(w->disk, "copy/"), 0);
        }
        while (engine_disk_count(w->disk, "copy/") > 0) {
            const eng_disk *ops = engine_disk_ops(w->disk);
            ASSERT_OK(
                ops->remove(ops->self, anc_str_of(engine_disk_find(w->disk, "copy/", 0)), &err),
                &err);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_copy_is_an_index),
        TEST(a_copy_that_fails_leaves_nothing),
    };
    return cmocka_run_group_tests_name("engine copy", tests, NULL, NULL);
}
