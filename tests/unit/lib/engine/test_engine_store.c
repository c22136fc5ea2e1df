/* test_engine_store.c - an index saved, opened again, and what of it may be missing. */
#include <stdio.h>
#include <string.h>

#include "store_world.h"

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

/* Documents of a word each, every `step`-th of [from, to), in one load. */
static void put_many(world *w, uint32_t from, uint32_t to, uint32_t step, uint32_t version)
{
    const eng_term term = {.text = ANC_STR("word"), .form = ANC_STR("words")};
    eng_load *load = NULL;
    for (uint32_t i = from; i < to; i += step) {
        char key[16];
        (void)snprintf(key, sizeof key, "many-%u", i);
        const eng_document d = {.key = anc_str_of(key), .version = version};
        ASSERT_OK(load == NULL ? eng_load_open(w->index, &d, &load, &w->err)
                               : eng_load_next(load, &d, &w->err),
                  &w->err);
        ASSERT_OK(eng_load_add(load, &(eng_chunk){.terms = &term, .n_terms = 1}, &w->err), &w->err);
    }
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
}

/* The first `n` documents are there, each in the version that was put last. */
static void assert_many(world *w, uint32_t n, uint32_t (*wanted)(uint32_t number))
{
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    for (uint32_t i = 0; i < 2 * n; i++) {
        char key[16];
        uint32_t version = 0;
        (void)snprintf(key, sizeof key, "many-%u", i);
        assert_int_equal(eng_document_find(s, anc_str_of(key), &version), i < n);
        assert_int_equal(version, i < n ? wanted(i) : 0);
    }
    eng_snapshot_release(s);
    assert_int_equal(eng_stats(w->index).documents, n);
}

static uint32_t many_at_last(uint32_t number)
{
    if (number >= 500)
        return 3;
    return number % 3 == 0 ? 2 : 1;
}

/* In blocks in memory and in files, in those that documents died in before, and in those made of several. */
static void many_together_replace_what_was_there(void **state)
{
    world *w = *state;
    bool did;
    put_many(w, 0, 1000, 1, 1);
    save(w);
    reopen(w);
    put_many(w, 0, 1000, 3, 2);
    put_many(w, 500, 1500, 1, 3);
    assert_many(w, 1500, many_at_last);
    save(w);
    reopen(w);
    assert_many(w, 1500, many_at_last);
    put_many(w, 500, 1500, 1, 3);
    assert_many(w, 1500, many_at_last);
    ASSERT_OK(eng_tidy(w->index, &(eng_tidy_options){.all = true}, &did, &w->err), &w->err);
    put_many(w, 501, 1500, 2, 3);
    assert_many(w, 1500, many_at_last);
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

static void verification_names_what_has_gone(void **state)
{
    world *w = *state;
    const eng_disk *disk = engine_disk_ops(w->disk);
    char text[512];
    uint32_t n;
    fill(w);
    save(w);
    ASSERT_OK(disk->remove(disk->self, ANC_STR("index/manifest"), &w->err), &w->err);
    assert_true(verify(w, text) == 1 && strstr(text, "gone") != NULL);
    save(w); /* which writes it again */
    assert_int_equal(verify(w, text), 0);
    const char *path = engine_disk_find(w->disk, "index/seg-", 0);
    ASSERT_OK(disk->remove(disk->self, anc_str_of(path), &w->err), &w->err);
    assert_true(verify(w, text) > 0 && strstr(text, "whose file has gone") != NULL);
    assert_int_equal(eng_stats(w->index).damaged, 1);
    assert_int_equal(eng_mend(w->index, &n, &w->err),
                     ANC_NOT_FOUND); /* nothing is there to set aside */
    assert_true(n == 1 && eng_stats(w->index).cursor == 0);
    save(w);
    assert_int_equal(verify(w, text), 0);
    reopen(w);
    assert_int_equal(eng_index_opened(w->index).damaged, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_saved_opens_as_it_was),
        TEST(files_become_one),
        TEST(an_empty_index_is_kept_too),
        TEST(many_together_replace_what_was_there),
        TEST(what_was_not_saved_is_not_there),
        TEST(an_index_without_vectors),
        TEST(other_dims_are_refused),
        TEST(nothing_new_costs_nothing),
        TEST(what_happens_during_a_save_comes_with_the_next),
        TEST(a_save_that_is_ended_leaves_nothing),
        TEST(a_disk_that_is_nearly_full_is_not_filled),
        TEST(a_snapshot_outlives_its_files),
        TEST(a_sound_index_verifies),
        TEST(verification_names_what_is_damaged),
        TEST(verification_names_what_has_gone),
    };
    return cmocka_run_group_tests_name("engine store", tests, NULL, NULL);
}
