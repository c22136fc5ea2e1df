/* test_engine_store.c - an index saved, opened again, and what of it may be missing. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/engine_disk.h"
#include "support/engine_world.h"

enum { DOCUMENTS = 120 };

static const eng_thresholds exact = {.exact = UINT32_MAX, .bits = 30, .graph = 60};

typedef struct world {
    engine_disk *disk;
    eng_index *index;
    anc_err err;
} world;

static void open_with(world *w, uint32_t dims)
{
    const eng_options options = {
        .dims = dims, .from = exact, .folder = ANC_STR("index"), .disk = engine_disk_ops(w->disk)};
    ASSERT_OK(eng_index_open(&options, &w->index, &w->err), &w->err);
}

static void reopen(world *w)
{
    eng_index_close(w->index);
    open_with(w, ENGINE_WORLD_DIMS);
}

static void save(world *w)
{
    ASSERT_OK(eng_save(w->index, &(eng_tidy_options){0}, &w->err), &w->err);
}

static void put(world *w, uint32_t number, uint32_t version)
{
    ASSERT_OK(engine_world_put(w->index, number, version, &w->err), &w->err);
}

static void drop(world *w, uint32_t number)
{
    ASSERT_OK(engine_world_drop(w->index, number, &w->err), &w->err);
}

static int set_up(void **state)
{
    world *w = calloc(1, sizeof *w);
    w->disk = engine_disk_new(1);
    open_with(w, ENGINE_WORLD_DIMS);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    eng_index_close(w->index);
    engine_disk_free(w->disk);
    free(w);
    return 0;
}

static void assert_versions(world *w, uint32_t (*wanted)(uint32_t number))
{
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        assert_int_equal(engine_world_version(s, i), wanted(i));
    eng_snapshot_release(s);
}

static uint32_t some_changed(uint32_t number)
{
    return number % 7 == 3 ? 0 : number % 5 == 2 ? 2 : 1;
}

/* Everything that an index can hold, in several segments with dead documents in them. */
static void fill(world *w)
{
    for (uint32_t i = 0; i < DOCUMENTS; i++) {
        put(w, i, 1);
        if (i == DOCUMENTS / 2)
            save(w);
    }
    save(w);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        if (some_changed(i) == 0)
            drop(w, i);
        else if (some_changed(i) == 2)
            put(w, i, 2);
    ASSERT_OK(eng_mark(w->index, 4711, &w->err), &w->err);
}

static void what_was_saved_opens_as_it_was(void **state)
{
    world *w = *state;
    fill(w);
    const uint64_t before = engine_world_sum(w->index);
    save(w);
    assert_int_equal(eng_stats(w->index).unsaved_chunks, 0);
    assert_true(engine_world_sum(w->index) == before);
    const eng_figures f = eng_stats(w->index);
    reopen(w);
    const eng_figures g = eng_stats(w->index);
    assert_int_equal(eng_index_opened(w->index).damaged, 0);
    assert_int_equal(eng_index_opened(w->index).segments, g.blocks);
    assert_true(g.segments > 1 && g.segments == g.blocks && g.graphs > 0);
    assert_int_equal(g.documents, f.documents);
    assert_int_equal(g.chunks, f.chunks);
    assert_int_equal(g.dead_chunks, f.dead_chunks);
    assert_int_equal(g.vectors, f.vectors);
    assert_int_equal(g.terms, f.terms);
    assert_int_equal(g.postings, f.postings);
    assert_int_equal(g.cursor, 4711);
    assert_true(engine_world_sum(w->index) == before);
    assert_versions(w, some_changed);
    assert_int_equal(engine_disk_count(w->disk, "index/seg-"), g.segments);
}

/* Blocks that are files are merged like others. */
static void files_become_one(void **state)
{
    world *w = *state;
    bool did;
    fill(w);
    save(w);
    reopen(w);
    const uint64_t before = engine_world_sum(w->index);
    ASSERT_OK(eng_tidy(w->index, &(eng_tidy_options){.all = true}, &did, &w->err), &w->err);
    assert_true(did);
    assert_int_equal(eng_stats(w->index).segments, 0);
    save(w);
    assert_int_equal(eng_stats(w->index).segments, 1);
    assert_int_equal(engine_disk_count(w->disk, "index/"), 2);
    reopen(w);
    assert_true(engine_world_sum(w->index) == before);
    assert_int_equal(eng_stats(w->index).dead_chunks, 0);
    assert_versions(w, some_changed);
}

static void an_empty_index_is_kept_too(void **state)
{
    world *w = *state;
    ASSERT_OK(eng_mark(w->index, 9, &w->err), &w->err);
    save(w);
    reopen(w);
    assert_int_equal(eng_stats(w->index).cursor, 9);
    assert_int_equal(eng_stats(w->index).blocks, 0);
    put(w, 1, 1);
    save(w);
    ASSERT_OK(eng_clear(w->index, &w->err), &w->err);
    save(w);
    reopen(w);
    assert_int_equal(eng_stats(w->index).documents, 0);
    assert_int_equal(eng_stats(w->index).cursor, 0);
    assert_int_equal(engine_disk_count(w->disk, "index/"), 1);
}

static void what_was_not_saved_is_not_there(void **state)
{
    world *w = *state;
    put(w, 1, 1);
    ASSERT_OK(eng_mark(w->index, 1, &w->err), &w->err);
    save(w);
    put(w, 1, 2);
    put(w, 2, 1);
    ASSERT_OK(eng_mark(w->index, 2, &w->err), &w->err);
    reopen(w);
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    assert_int_equal(engine_world_version(s, 1), 1);
    assert_int_equal(engine_world_version(s, 2), 0);
    eng_snapshot_release(s);
    assert_int_equal(eng_stats(w->index).cursor, 1);
}

/* Documents without vectors, in an index that has none. */
static void an_index_without_vectors(void **state)
{
    world *w = *state;
    eng_index_close(w->index);
    open_with(w, 0);
    const anc_str label = ANC_STR("public");
    for (int i = 0; i < 3; i++) {
        char key[2] = {(char)('a' + i), 0};
        eng_load *load;
        const eng_term term = {.text = ANC_STR("word"), .form = ANC_STR("words")};
        const eng_document d = {
            .key = anc_str_of(key), .version = 1, .labels = &label, .n_labels = 1};
        ASSERT_OK(eng_load_open(w->index, &d, &load, &w->err), &w->err);
        for (uint32_t c = 0; c < (uint32_t)i; c++) /* the first document has no chunk at all */
            ASSERT_OK(eng_load_add(load, &(eng_chunk){.ordinal = c, .terms = &term, .n_terms = 1},
                                   &w->err),
                      &w->err);
        ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
    }
    save(w);
    eng_index_close(w->index);
    open_with(w, 0);
    ANC_ARENA(mem, 1 << 20);
    const eng_query_term term = {.text = ANC_STR("word"), .weight = 1};
    const eng_query q = {
        .terms = &term, .n_terms = 1, .labels = &label, .n_labels = 1, .k_keyword = 9};
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    ASSERT_OK(eng_search(s, &q, mem, &r, &w->err), &w->err);
    assert_int_equal(r.n, 3);
    assert_true(eng_document_find(s, ANC_STR("a"), NULL));
    eng_snapshot_release(s);
}

static void other_dims_are_refused(void **state)
{
    world *w = *state;
    eng_index *other = NULL;
    put(w, 1, 1);
    save(w);
    const eng_options options = {
        .dims = 3, .folder = ANC_STR("index"), .disk = engine_disk_ops(w->disk)};
    assert_int_equal(eng_index_open(&options, &other, &w->err), ANC_INVALID);
    assert_non_null(strstr(w->err.text, "16 dims, not 3"));
    assert_null(other);
    eng_index *plain;
    anc_err err = {0};
    ASSERT_OK(eng_index_open(&(eng_options){0}, &plain, &err), &err);
    assert_int_equal(eng_save(plain, &(eng_tidy_options){0}, &err), ANC_INVALID);
    eng_index_close(plain);
}

/* A save of what is saved writes nothing. */
static void nothing_new_costs_nothing(void **state)
{
    world *w = *state;
    put(w, 1, 1);
    save(w);
    engine_disk_fail(w->disk, 0, ANC_IO, true);
    save(w);
    assert_false(engine_disk_hit(w->disk));
    engine_disk_heal(w->disk);
    reopen(w);
    engine_disk_fail(w->disk, 0, ANC_IO, true);
    save(w);
    engine_disk_heal(w->disk);
}

/* What was published and deleted while a save was under way. */
typedef struct meddling {
    world *w;
    bool done;
} meddling;

static anc_status meddle(void *arg)
{
    meddling *m = arg;
    if (m->done)
        return ANC_OK;
    m->done = true;
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        if (some_changed(i) == 0)
            drop(m->w, i);
        else if (some_changed(i) == 2)
            put(m->w, i, 2);
    return ANC_OK;
}

static uint32_t all_first(uint32_t number)
{
    (void)number;
    return 1;
}

static void what_happens_during_a_save_comes_with_the_next(void **state)
{
    world *w = *state;
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        put(w, i, 1);
    meddling m = {.w = w};
    ASSERT_OK(eng_save(w->index, &(eng_tidy_options){.may_go_on = meddle, .arg = &m}, &w->err),
              &w->err);
    assert_true(m.done);
    assert_versions(w, some_changed);
    const uint64_t after = engine_world_sum(w->index);
    reopen(w);
    assert_versions(w, all_first);
    m.done = false;
    (void)meddle(&m);
    assert_true(engine_world_sum(w->index) == after);
    save(w);
    reopen(w);
    assert_versions(w, some_changed);
    assert_true(engine_world_sum(w->index) == after);
}

static anc_status refuse(void *arg)
{
    (void)arg;
    return ANC_CANCELLED;
}

static void a_save_that_is_ended_leaves_nothing(void **state)
{
    world *w = *state;
    fill(w);
    const uint64_t before = engine_world_sum(w->index);
    const size_t files = engine_disk_count(w->disk, "index/");
    assert_int_equal(eng_save(w->index, &(eng_tidy_options){.may_go_on = refuse}, &w->err),
                     ANC_CANCELLED);
    assert_int_equal(engine_disk_count(w->disk, "index/"), files);
    assert_true(engine_world_sum(w->index) == before);
    save(w);
    reopen(w);
    assert_true(engine_world_sum(w->index) == before);
}

static void a_disk_that_is_nearly_full_is_not_filled(void **state)
{
    world *w = *state;
    fill(w);
    const uint64_t before = engine_world_sum(w->index);
    engine_disk_set_free(w->disk, 1000);
    assert_int_equal(eng_save(w->index, &(eng_tidy_options){0}, &w->err), ANC_DISK_FULL);
    assert_non_null(strstr(w->err.text, "1000 are free"));
    assert_true(engine_world_sum(w->index) == before);
    put(w, 1, 7);
    engine_disk_set_free(w->disk, 1 << 30);
    anc_err_clear(&w->err);
    save(w);
    reopen(w);
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    assert_int_equal(engine_world_version(s, 1), 7);
    eng_snapshot_release(s);
}

/* A snapshot goes on with files that the index has given up. */
static void a_snapshot_outlives_its_files(void **state)
{
    world *w = *state;
    uint64_t sum = 0;
    bool did;
    fill(w);
    save(w);
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    const uint64_t before = engine_world_sum(w->index);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        drop(w, i);
    ASSERT_OK(eng_tidy(w->index, &(eng_tidy_options){.all = true}, &did, &w->err), &w->err);
    save(w);
    eng_index_close(w->index);
    w->index = NULL;
    ASSERT_OK(engine_world_answers(s, &sum, &w->err), &w->err);
    assert_true(sum == before);
    eng_snapshot_release(s);
}

/* ---- copies ----------------------------------------------------------------------------------- */

static void open_copy(world *w, eng_index **ret)
{
    const eng_options options = {.dims = ENGINE_WORLD_DIMS,
                                 .from = exact,
                                 .folder = ANC_STR("copy"),
                                 .disk = engine_disk_ops(w->disk)};
    ASSERT_OK(eng_index_open(&options, ret, &w->err), &w->err);
}

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
    open_copy(w, &copy);
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
            open_copy(w, &copy);
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

/* ---- verification ----------------------------------------------------------------------------- */

static void keep_first(void *arg, anc_str what)
{
    char *text = arg;
    if (text[0] == 0)
        (void)snprintf(text, 512, "%.*s", ANC_FMT(what));
}

static uint64_t verify(world *w, char text[512])
{
    uint64_t n = 0;
    text[0] = 0;
    ASSERT_OK(
        eng_verify(w->index, &(eng_verify_options){.found = keep_first, .arg = text}, &n, &w->err),
        &w->err);
    return n;
}

static void a_sound_index_verifies(void **state)
{
    world *w = *state;
    char text[512];
    assert_int_equal(verify(w, text), 0);
    fill(w);
    if (verify(w, text) != 0)
        fail_msg("%s", text);
    save(w);
    reopen(w);
    if (verify(w, text) != 0)
        fail_msg("%s", text);
    assert_int_equal(
        eng_verify(w->index, &(eng_verify_options){.may_go_on = refuse}, &(uint64_t){0}, &w->err),
        ANC_CANCELLED);
}

static void verification_names_what_is_damaged(void **state)
{
    world *w = *state;
    char text[512];
    size_t n;
    fill(w);
    save(w);
    const char *path = engine_disk_find(w->disk, "index/seg-", 0);
    unsigned char *bytes = engine_disk_bytes(w->disk, path, &n);
    bytes[n - 1] ^= 4; /* the sums of the pages, which come last */
    eng_index_close(w->index);
    open_with(w, ENGINE_WORLD_DIMS);
    assert_true(verify(w, text) > 0);
    assert_non_null(strstr(text, path + strlen("index/")));
    assert_non_null(strstr(text, "section sums"));
    bytes = engine_disk_bytes(w->disk, "index/manifest", &n);
    bytes[20] ^= 1;
    assert_true(verify(w, text) > 1);
    assert_non_null(strstr(text, "manifest"));
    bytes[20] ^= 1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- a save beside a merge ---------------------------------------------------------------------- */

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
        TEST(what_was_saved_opens_as_it_was),
        TEST(files_become_one),
        TEST(an_empty_index_is_kept_too),
        TEST(what_was_not_saved_is_not_there),
        TEST(an_index_without_vectors),
        TEST(other_dims_are_refused),
        TEST(nothing_new_costs_nothing),
        TEST(what_happens_during_a_save_comes_with_the_next),
        TEST(a_save_that_is_ended_leaves_nothing),
        TEST(a_disk_that_is_nearly_full_is_not_filled),
        TEST(a_snapshot_outlives_its_files),
        TEST(a_copy_is_an_index),
        TEST(a_copy_that_fails_leaves_nothing),
        TEST(a_sound_index_verifies),
        TEST(verification_names_what_is_damaged),
        TEST(a_save_does_not_wait_for_a_merge),
        TEST(a_merge_that_ends_leaves_what_was_saved),
        TEST(a_merge_is_saved_after_it),
        TEST(what_a_merge_has_is_written_once),
        TEST(what_a_merge_has_is_written_again_where_some_of_it_died),
    };
    return cmocka_run_group_tests_name("engine store", tests, NULL, NULL);
}
