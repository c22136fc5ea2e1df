/* test_engine_meanwhile.c - an index saved while its parts are merged. */
#include <stdio.h>
#include <string.h>

#include "store_world.h"

typedef struct interruption {
    world *w;
    int calls;
    bool gives_up; /* the merge ends without a result */
} interruption;

/* In the middle of a merge: something is written and deleted, and saved; twice. */
static anc_status save_meanwhile(void *arg)
{
    interruption *x = arg;
    if (x->calls++ > 1)
        return x->gives_up ? ANC_CANCELLED : ANC_OK;
    put(x->w, 2, 2);
    drop(x->w, 3);
    save(x->w);
    return ANC_OK;
}

static uint32_t changed_meanwhile(uint32_t number)
{
    return number == 2 ? 2 : number == 3 ? 0 : number < 90 ? 1 : 0;
}

static void run_save_in_merge(void **state, bool gives_up)
{
    world *w = *state;
    bool did = false;
    interruption x = {.w = w, .gives_up = gives_up};
    const eng_tidy_options options = {.all = true, .may_go_on = save_meanwhile, .arg = &x};
    for (uint32_t i = 0; i < 90; i++) {
        put(w, i, 1);
        if (i == 40)
            save(w);
    }
    const anc_status status = eng_tidy(w->index, &options, &did, &w->err);
    assert_int_equal(status, gives_up ? ANC_CANCELLED : ANC_OK);
    assert_true(x.calls > 2);
    anc_err_clear(&w->err);
    reopen(w); /* as after a kill: what the save beside the merge kept */
    assert_versions(w, changed_meanwhile);
    assert_int_equal(eng_stats(w->index).documents, 89);
}

static void a_save_does_not_wait_for_a_merge(void **state)
{
    run_save_in_merge(state, false);
}

static void a_merge_that_ends_leaves_what_was_saved(void **state)
{
    run_save_in_merge(state, true);
}

/* What the merge has made takes the place of what was saved beside it. */
static void a_merge_is_saved_after_it(void **state)
{
    world *w = *state;
    bool did = false;
    interruption x = {.w = w};
    const eng_tidy_options options = {.all = true, .may_go_on = save_meanwhile, .arg = &x};
    uint64_t wrong = 0;
    for (uint32_t i = 0; i < 90; i++)
        put(w, i, 1);
    ASSERT_OK(eng_tidy(w->index, &options, &did, &w->err), &w->err);
    assert_true(did);
    assert_versions(w, changed_meanwhile);
    save(w);
    assert_int_equal(eng_stats(w->index).unsaved_chunks, 0);
    reopen(w);
    assert_int_equal(eng_index_opened(w->index).damaged, 0);
    assert_versions(w, changed_meanwhile);
    ASSERT_OK(eng_verify(w->index, &(eng_verify_options){0}, &wrong, &w->err), &w->err);
    assert_int_equal(wrong, 0);
}

typedef struct watching {
    world *w;
    int calls;
    bool kills;        /* one of what the merge has taken, between the saves */
    char files[2][64]; /* the largest segment after each save */
} watching;

/* The name of the segment with the most bytes. */
static void note_largest(world *w, char ret[64])
{
    size_t most = 0;
    const size_t n = engine_disk_count(w->disk, "index/seg-");
    for (size_t i = 0; i < n; i++) {
        const char *name = engine_disk_find(w->disk, "index/seg-", i);
        size_t size = 0;
        (void)engine_disk_bytes(w->disk, name, &size);
        if (size > most)
            (void)snprintf(ret, 64, "%s", name);
        most = size > most ? size : most;
    }
}

static anc_status save_twice_meanwhile(void *arg)
{
    watching *x = arg;
    if (x->calls > 1)
        return ANC_OK;
    put(x->w, 90 + (uint32_t)x->calls, 1);
    if (x->calls == 1 && x->kills)
        drop(x->w, 3);
    save(x->w);
    note_largest(x->w, x->files[x->calls++]);
    return ANC_OK;
}

/* Whether two saves beside a merge name one file for what the merge has taken. */
static bool is_written_once(world *w, bool kills)
{
    bool did = false;
    uint64_t wrong = 0;
    watching x = {.w = w, .kills = kills};
    const eng_tidy_options options = {.all = true, .may_go_on = save_twice_meanwhile, .arg = &x};
    for (uint32_t i = 0; i < 90; i++)
        put(w, i, 1);
    ASSERT_OK(eng_tidy(w->index, &options, &did, &w->err), &w->err);
    assert_true(did && x.calls == 2);
    reopen(w); /* as after a kill */
    assert_int_equal(eng_index_opened(w->index).damaged, 0);
    assert_int_equal(eng_stats(w->index).documents, kills ? 91 : 92);
    ASSERT_OK(eng_verify(w->index, &(eng_verify_options){0}, &wrong, &w->err), &w->err);
    assert_int_equal(wrong, 0);
    return strcmp(x.files[0], x.files[1]) == 0;
}

static void what_a_merge_has_is_written_once(void **state)
{
    assert_true(is_written_once(*state, false));
}

static void what_a_merge_has_is_written_again_where_some_of_it_died(void **state)
{
    assert_false(is_written_once(*state, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_save_does_not_wait_for_a_merge),
        TEST(a_merge_that_ends_leaves_what_was_saved),
        TEST(a_merge_is_saved_after_it),
        TEST(what_a_merge_has_is_written_once),
        TEST(what_a_merge_has_is_written_again_where_some_of_it_died),
    };
    return cmocka_run_group_tests_name("engine meanwhile", tests, NULL, NULL);
}
