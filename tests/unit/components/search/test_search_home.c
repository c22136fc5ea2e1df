/* test_search_home.c - indexes kept in a folder: opened again, switched, forgotten, damaged, without room. */
#include "support/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/str.h"
#include "os/clock.h"
#include "search/adapters/engine/engine_index.h"
#include "support/engine_disk.h"

typedef struct world {
    engine_disk *disk;
    srch_home *home;
    srch_index index;
    anc_arena *mem;
    anc_err err;
    atomic_bool never;
    krn_call call;
    uint64_t write_bytes_per_second;
} world;

static const anc_str label = ANC_STR_INIT("public");

static anc_status open_index(world *w)
{
    const srch_home_options home = {.folder = ANC_STR("h"), .disk = engine_disk_ops(w->disk)};
    ASSERT_OK(srch_home_open(&home, &w->home, &w->err), &w->err);
    const srch_index_options options = {.model = ANC_STR("m/1"),
                                        .place = w->home,
                                        .write_bytes_per_second = w->write_bytes_per_second};
    return srch_engine_index_open(&options, &w->index, &w->err);
}

static void open_world(world *w)
{
    *w = (world){.disk = engine_disk_new(1), .mem = anc_arena_new(64 << 20)};
    w->call =
        (krn_call){.mem = w->mem, .err = &w->err, .deadline_ns = INT64_MAX, .cancelled = &w->never};
    ASSERT_OK(open_index(w), &w->err);
}

static void close_index(world *w)
{
    w->index.ops->close(w->index.self);
    srch_home_close(w->home);
}

static void open_again(world *w)
{
    close_index(w);
    ASSERT_OK(open_index(w), &w->err);
}

static void close_world(world *w)
{
    close_index(w);
    engine_disk_free(w->disk);
    anc_arena_free(w->mem);
}

typedef struct one_chunk {
    bool given;
    srch_index_term term;
} one_chunk;

static anc_status next_chunk(void *arg, srch_index_chunk *ret, bool *ret_more)
{
    one_chunk *c = arg;
    *ret_more = !c->given;
    if (!c->given)
        *ret = (srch_index_chunk){.terms = &c->term, .n_terms = 1};
    c->given = true;
    return ANC_OK;
}

static void publish_to(world *w, const char *collection, const char *model, const char *id,
                       uint32_t version)
{
    one_chunk chunk = {.term = {.text = ANC_STR("word")}};
    const srch_index_document d = {.document_id = anc_str_of(id),
                                   .version = version,
                                   .labels = &label,
                                   .n_labels = 1,
                                   .model = anc_str_of(model)};
    ASSERT_OK(w->index.ops->publish(w->index.self, &w->call, anc_str_of(collection), &d,
                                    (srch_chunk_source){&chunk, next_chunk}),
              &w->err);
}

static void publish(world *w, const char *collection, const char *id, uint32_t version)
{
    publish_to(w, collection, "m/1", id, version);
}

static anc_status save(world *w, uint64_t cursor)
{
    srch_index_saved saved;
    const srch_index_mark mark = {
        .cursor = cursor, .whole = true, .damages = w->index.ops->kept(w->index.self).damages};
    w->index.ops->mark(w->index.self, &mark);
    return w->index.ops->save(w->index.self, &w->call, false, &saved);
}

static bool finds(world *w, const char *collection, const char *id, uint32_t version)
{
    uint32_t is = 0;
    return w->index.ops->find(w->index.self, anc_str_of(collection), anc_str_of(id), &is) &&
           is == version;
}

static srch_index_result search(world *w, const char *collection)
{
    const srch_query_term term = {.text = ANC_STR("word"), .weight = 1};
    const srch_index_query q = {
        .terms = &term, .n_terms = 1, .labels = &label, .n_labels = 1, .k_keyword = 10};
    srch_index_result r = {0};
    ASSERT_OK(w->index.ops->search(w->index.self, &w->call, anc_str_of(collection), &q, &r),
              &w->err);
    return r;
}

/* ---- tests ------------------------------------------------------------------------------------ */

static void opens_as_it_was_saved(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    assert_false(w.index.ops->kept(w.index.self).is_there);
    publish(&w, "alpha", "a", 1);
    publish(&w, "../beta", "b", 3);
    ASSERT_OK(save(&w, 7), &w.err);
    publish(&w, "alpha", "a", 2);
    publish(&w, "alpha", "c", 1);
    open_again(&w);
    const srch_index_kept kept = w.index.ops->kept(w.index.self);
    assert_true(kept.has_place && kept.is_there && kept.mark.whole);
    assert_int_equal(kept.mark.cursor, 7);
    assert_int_equal(kept.damages, 0);
    assert_true(finds(&w, "alpha", "a", 1) && finds(&w, "../beta", "b", 3));
    assert_false(w.index.ops->find(w.index.self, ANC_STR("alpha"), ANC_STR("c"), NULL));
    assert_int_equal(search(&w, "alpha").n, 1);
    assert_int_equal(engine_disk_count(w.disk, "h/../"), 0);
    close_world(&w);
}

static void names_that_look_alike_have_folders_of_their_own(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    publish(&w, "a/b", "x", 1);
    publish(&w, "a_b", "x", 2);
    publish(&w, "a:b", "x", 3);
    ASSERT_OK(save(&w, 3), &w.err);
    open_again(&w);
    assert_true(finds(&w, "a/b", "x", 1) && finds(&w, "a_b", "x", 2) && finds(&w, "a:b", "x", 3));
    close_world(&w);
}

static void another_model_is_shown_with_the_next_save(void **state)
{
    (void)state;
    world w;
    srch_index_models models;
    open_world(&w);
    publish(&w, "alpha", "a", 1);
    ASSERT_OK(save(&w, 1), &w.err);
    ASSERT_OK(w.index.ops->prepare(w.index.self, &w.call, ANC_STR("alpha"), ANC_STR("m/2"), 0),
              &w.err);
    publish_to(&w, "alpha", "m/2", "a", 2);
    ASSERT_OK(save(&w, 2), &w.err);
    open_again(&w); /* it was not shown yet */
    ASSERT_OK(w.index.ops->models(w.index.self, &w.call, ANC_STR("alpha"), &models), &w.err);
    assert_true(anc_str_eq(models.model, ANC_STR("m/1")) && !models.preparing);
    assert_true(finds(&w, "alpha", "a", 1));
    ASSERT_OK(w.index.ops->prepare(w.index.self, &w.call, ANC_STR("alpha"), ANC_STR("m/2"), 0),
              &w.err);
    publish_to(&w, "alpha", "m/2", "a", 3);
    ASSERT_OK(w.index.ops->show(w.index.self, &w.call, ANC_STR("alpha")), &w.err);
    ASSERT_OK(save(&w, 3), &w.err);
    open_again(&w);
    ASSERT_OK(w.index.ops->models(w.index.self, &w.call, ANC_STR("alpha"), &models), &w.err);
    assert_true(anc_str_eq(models.model, ANC_STR("m/2")));
    assert_true(finds(&w, "alpha", "a", 3));
    close_world(&w);
}

static void what_is_forgotten_stays_so(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    publish(&w, "alpha", "a", 1);
    publish(&w, "beta", "b", 1);
    ASSERT_OK(save(&w, 5), &w.err);
    ASSERT_OK(w.index.ops->drop(w.index.self, &w.call, ANC_STR("beta")), &w.err);
    ASSERT_OK(save(&w, 6), &w.err);
    open_again(&w);
    assert_true(finds(&w, "alpha", "a", 1) && !finds(&w, "beta", "b", 1));
    ASSERT_OK(w.index.ops->forget(w.index.self, &w.call), &w.err);
    assert_false(finds(&w, "alpha", "a", 1));
    open_again(&w);
    assert_false(finds(&w, "alpha", "a", 1));
    assert_int_equal(w.index.ops->kept(w.index.self).mark.cursor, 0);
    close_world(&w);
}

/* An index with one saved segment, a bit of whose file is flipped. */
static void damage(world *w, size_t at)
{
    size_t n = 0;
    const char *path = engine_disk_find(w->disk, "h/alpha/m_1/seg-", 0);
    assert_non_null(path);
    unsigned char *bytes = engine_disk_bytes(w->disk, path, &n);
    assert_non_null(bytes);
    bytes[at % n] ^= 16;
}

static void every_damaged_byte_is_noticed_or_does_no_harm(void **state)
{
    (void)state;
    size_t size = 4096, noticed = 0;
    for (size_t at = 0; at < size; at += 13) {
        world w;
        open_world(&w);
        publish(&w, "alpha", "a", 1);
        publish(&w, "alpha", "b", 1);
        publish(&w, "beta", "c", 1);
        ASSERT_OK(save(&w, 3), &w.err);
        close_index(&w);
        (void)engine_disk_bytes(w.disk, engine_disk_find(w.disk, "h/alpha/m_1/seg-", 0), &size);
        damage(&w, at);
        ASSERT_OK(open_index(&w), &w.err);
        const srch_index_result r = search(&w, "alpha");
        const srch_index_kept kept = w.index.ops->kept(w.index.self);
        assert_int_equal(search(&w, "beta").n, 1);
        if (kept.damages == 0) {
            assert_true(r.n == 2 && finds(&w, "alpha", "a", 1));
        } else {
            noticed++;
            assert_true(r.n == 0 && strlen(kept.text) > 0);
            /* the follower brings it back, and what is saved then is whole */
            publish(&w, "alpha", "a", 1);
            publish(&w, "alpha", "b", 1);
            ASSERT_OK(save(&w, 4), &w.err);
            open_again(&w);
            assert_true(w.index.ops->kept(w.index.self).mark.whole);
            assert_int_equal(search(&w, "alpha").n, 2);
        }
        close_world(&w);
    }
    assert_true(noticed > 10);
}

static void what_lost_a_part_is_not_whole_whatever_the_ledger_says(void **state)
{
    (void)state;
    world w;
    srch_index_saved saved;
    open_world(&w);
    publish(&w, "alpha", "a", 1);
    ASSERT_OK(save(&w, 1), &w.err);
    close_index(&w);
    damage(&w, 300);
    damage(&w, 700);
    ASSERT_OK(open_index(&w), &w.err);
    (void)search(&w, "alpha");
    assert_true(w.index.ops->kept(w.index.self).damages > 0);
    publish(&w, "alpha", "z", 1); /* saved by somebody who does not know of the damage */
    const srch_index_mark mark = {.cursor = 2, .whole = true, .damages = 0};
    w.index.ops->mark(w.index.self, &mark);
    ASSERT_OK(w.index.ops->save(w.index.self, &w.call, false, &saved), &w.err);
    open_again(&w);
    assert_false(w.index.ops->kept(w.index.self).mark.whole);
    assert_true(finds(&w, "alpha", "z", 1) && !finds(&w, "alpha", "a", 1));
    close_world(&w);
}

static void a_damaged_ledger_is_set_aside_and_a_newer_one_refused(void **state)
{
    (void)state;
    world w;
    size_t n = 0;
    open_world(&w);
    publish(&w, "alpha", "a", 1);
    ASSERT_OK(save(&w, 1), &w.err);
    close_index(&w);
    (void)engine_disk_bytes(w.disk, "h/ledger", &n);
    for (size_t at = 0; at < n; at++) {
        unsigned char *bytes = engine_disk_bytes(w.disk, "h/ledger", &n);
        const anc_str before = {memcpy(malloc(n), bytes, n), n};
        bytes[at] ^= 1;
        const anc_status status = open_index(&w);
        assert_int_equal(status, ANC_OK);
        const srch_index_kept kept = w.index.ops->kept(w.index.self);
        assert_true(kept.damages == 1 && !kept.is_there && !finds(&w, "alpha", "a", 1));
        close_index(&w);
        engine_disk_put(w.disk, "h/ledger", before);
        free((char *)(uintptr_t)before.ptr);
    }
    char newer[64];
    (void)snprintf(newer, sizeof newer, "anchorage-index 9 %08x\nwhatever comes",
                   anc_crc32c(0, ANC_STR("9whatever comes")));
    engine_disk_put(w.disk, "h/ledger", anc_str_of(newer));
    assert_int_equal(open_index(&w), ANC_UNSUPPORTED);
    srch_home_close(w.home);
    assert_int_equal(engine_disk_count(w.disk, "h/ledger"), 1);
    engine_disk_free(w.disk);
    anc_arena_free(w.mem);
}

static void a_full_disk_leaves_what_was_kept(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    publish(&w, "alpha", "a", 1);
    ASSERT_OK(save(&w, 1), &w.err);
    publish(&w, "alpha", "b", 1);
    engine_disk_set_free(w.disk, 10);
    assert_int_equal(save(&w, 2), ANC_DISK_FULL);
    assert_int_equal(w.index.ops->kept(w.index.self).mark.cursor, 1);
    assert_int_equal(search(&w, "alpha").n, 2); /* it goes on in memory */
    engine_disk_set_free(w.disk, 1 << 30);
    ASSERT_OK(save(&w, 2), &w.err);
    open_again(&w);
    assert_int_equal(w.index.ops->kept(w.index.self).mark.cursor, 2);
    assert_int_equal(search(&w, "alpha").n, 2);
    close_world(&w);
}

static void what_is_removed_leaves_the_files(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    publish(&w, "alpha", "a-canary", 1);
    publish(&w, "alpha", "b", 1);
    ASSERT_OK(save(&w, 1), &w.err);
    ASSERT_OK(w.index.ops->remove(w.index.self, &w.call, ANC_STR("alpha"), ANC_STR("a-canary")),
              &w.err);
    ASSERT_OK(save(&w, 2), &w.err);
    for (size_t i = 0; i < engine_disk_count(w.disk, "h/alpha/"); i++) {
        size_t n = 0;
        const char *path = engine_disk_find(w.disk, "h/alpha/", i);
        const unsigned char *bytes = engine_disk_bytes(w.disk, path, &n);
        assert_null(memmem(bytes, n, "a-canary", 8));
    }
    open_again(&w);
    assert_true(finds(&w, "alpha", "b", 1) && !finds(&w, "alpha", "a-canary", 1));
    close_world(&w);
}

static void found(void *arg, anc_str what)
{
    (void)what;
    ++*(int *)arg;
}

static void verifies_and_optimizes(void **state)
{
    (void)state;
    world w;
    uint64_t n = 0;
    int lines = 0;
    open_world(&w);
    for (uint32_t i = 0; i < 5; i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "d%u", i);
        publish(&w, "alpha", id, 1);
        ASSERT_OK(save(&w, i + 1), &w.err);
    }
    ASSERT_OK(w.index.ops->optimize(w.index.self, &w.call), &w.err);
    const srch_index_figures f = w.index.ops->figures(w.index.self, ANC_STR_NONE);
    assert_true(f.segments == 1 && f.unsaved_chunks == 0 && f.dead_chunks == 0 && f.chunks == 5);
    ASSERT_OK(w.index.ops->verify(w.index.self, &w.call, found, &lines, &n), &w.err);
    assert_true(n == 0 && lines == 0);
    atomic_store(&w.never, true);
    assert_int_equal(w.index.ops->verify(w.index.self, &w.call, found, &lines, &n), ANC_CANCELLED);
    atomic_store(&w.never, false);
    close_index(&w);
    damage(&w, 900);
    ASSERT_OK(open_index(&w), &w.err);
    ASSERT_OK(w.index.ops->verify(w.index.self, &w.call, found, &lines, &n), &w.err);
    assert_true(n > 0 || w.index.ops->kept(w.index.self).damages > 0);
    close_world(&w);
}

/* ---- pace ------------------------------------------------------------------------------------- */

/* A save by itself, which would take hours. */
typedef struct slow_save {
    world *w;
    atomic_bool cancelled;
    anc_status status;
    srch_index_saved saved;
} slow_save;

static void *save_slowly(void *arg)
{
    slow_save *s = arg;
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    krn_call call = {.mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &s->cancelled};
    s->status = s->w->index.ops->save(s->w->index.self, &call, false, &s->saved);
    return NULL;
}

static void begin_slow_save(world *w, slow_save *s, pthread_t *thread)
{
    *s = (slow_save){.w = w};
    assert_int_equal(pthread_create(thread, NULL, save_slowly, s), 0);
    for (int i = 0; engine_disk_count(w->disk, "h/alpha/") == 0; i++) {
        assert_true(i < 20000);
        os_sleep_ns(1000000);
    }
}

static void end_slow_save(const slow_save *s, pthread_t thread)
{
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(s->status, ANC_CANCELLED);
    assert_true(s->saved.bytes > 0 && !s->saved.did);
    assert_int_equal(engine_disk_count(s->w->disk, "h/alpha/"), 0);
}

static void nobody_waits_for_a_save_that_keeps_to_its_pace(void **state)
{
    (void)state;
    world w;
    slow_save slow;
    pthread_t thread;
    open_world(&w);
    close_index(&w);
    w.write_bytes_per_second = 1;
    ASSERT_OK(open_index(&w), &w.err);
    publish(&w, "alpha", "a", 1);
    begin_slow_save(&w, &slow, &thread); /* a server that stops */
    atomic_store(&slow.cancelled, true);
    end_slow_save(&slow, thread);
    begin_slow_save(&w, &slow, &thread); /* everything is forgotten */
    ASSERT_OK(w.index.ops->forget(w.index.self, &w.call), &w.err);
    end_slow_save(&slow, thread);
    publish(&w, "alpha", "a", 1);
    begin_slow_save(&w, &slow, &thread); /* somebody wants it in one part */
    publish(&w, "alpha", "b", 1);
    assert_int_equal(search(&w, "alpha").n, 2);
    ASSERT_OK(w.index.ops->optimize(w.index.self, &w.call), &w.err);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(slow.status, ANC_CANCELLED);
    assert_int_equal(w.index.ops->figures(w.index.self, ANC_STR_NONE).unsaved_chunks, 0);
    publish(&w, "alpha", "c", 1);
    srch_index_saved saved;
    ASSERT_OK(w.index.ops->save(w.index.self, &w.call, true, &saved), &w.err); /* the end */
    assert_true(saved.did && saved.bytes > 1000 && saved.waited_ns == 0);
    open_again(&w);
    assert_true(finds(&w, "alpha", "a", 1) && finds(&w, "alpha", "b", 1) &&
                finds(&w, "alpha", "c", 1));
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_as_it_was_saved),
        cmocka_unit_test(names_that_look_alike_have_folders_of_their_own),
        cmocka_unit_test(another_model_is_shown_with_the_next_save),
        cmocka_unit_test(what_is_forgotten_stays_so),
        cmocka_unit_test(every_damaged_byte_is_noticed_or_does_no_harm),
        cmocka_unit_test(what_lost_a_part_is_not_whole_whatever_the_ledger_says),
        cmocka_unit_test(a_damaged_ledger_is_set_aside_and_a_newer_one_refused),
        cmocka_unit_test(a_full_disk_leaves_what_was_kept),
        cmocka_unit_test(what_is_removed_leaves_the_files),
        cmocka_unit_test(verifies_and_optimizes),
        cmocka_unit_test(nobody_waits_for_a_save_that_keeps_to_its_pace)};
    return cmocka_run_group_tests_name("search home", tests, NULL, NULL);
}
