/* test_keeper.c - vectors of questions over a restart, in a catalog's file: kept, read in, bounded, forgotten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "embedding/adapters/sqlite/emb_sqlite.h"
#include "embedding/app/embedding_service.h"
#include "embedding/app/library_service.h"
#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/adapters/system/system.h"
#include "os/file.h"
#include "os/thread.h"
#include "support/encoder_hash.h"
#include "support/test.h"

enum { DIMS = ENCODER_HASH_DIMS, MANY = 700, MIB = 1 << 20, ASKERS = 3, EACH = 200 };

typedef struct world {
    char folder[64];
    char path[96];
    krn_sqlite *catalog;
    emb_keeper *keeper;
    emb_service *emb;
    size_t seen; /* texts that reached the encoder */
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
    anc_str texts[MANY];
    bool writer_fails;
    void (*during)(
        struct world *w); /* called once in the middle of a write, or of a page; NULL: nothing is */
    emb_service *other;
    emb_library *library;
} world;

static int setup(void **state)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->mem = anc_arena_new(64 * MIB);
    assert_non_null(w->mem);
    w->call = (krn_call){
        .mem = w->mem, .err = &w->err, .deadline_ns = INT64_MAX, .cancelled = &w->cancelled};
    for (size_t i = 0; i < MANY; i++)
        w->texts[i] = anc_arena_printf(w->mem, "question number %zu", i);
    (void)strcpy(w->folder, "/tmp/anc-keeper-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    (void)snprintf(w->path, sizeof w->path, "%s/catalog.db", w->folder);
    *state = w;
    return 0;
}

/* ---- a writer that can be told to fail, and a store in the midst of whose work something happens ---- */

static void happen(world *w)
{
    void (*during)(world * w) = w->during;
    w->during = NULL;
    if (during != NULL)
        during(w);
}

static anc_status page(void *self, krn_call *call, const emb_kept_model *model,
                       const emb_kept *behind, emb_kept **ret, size_t *ret_n)
{
    world *w = self;
    const emb_embedding_store store = emb_sqlite_store(krn_sqlite_readers(w->catalog));
    const anc_status status = store.ops->page(store.self, call, model, behind, ret, ret_n);
    happen(w);
    return status;
}

static anc_status size(void *self, krn_call *call, uint64_t *ret_bytes)
{
    world *w = self;
    const emb_embedding_store store = emb_sqlite_store(krn_sqlite_readers(w->catalog));
    return store.ops->size(store.self, call, ret_bytes);
}

/* The others do not look at `self`. */
static emb_embedding_store store_of(world *w)
{
    static emb_embedding_store_ops ops;
    ops = *emb_sqlite_store(krn_sqlite_readers(w->catalog)).ops;
    ops.page = page;
    ops.size = size;
    return (emb_embedding_store){&ops, w};
}

static anc_status run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    world *w = self;
    if (w->writer_fails)
        return ANC_FAIL(call->err, ANC_DISK_FULL, "the disk is full");
    happen(w);
    return krn_writer_run(krn_sqlite_writer(w->catalog), call, work, arg);
}

/* ---- starts and ends ---- */

static void start_as(world *w, uint64_t most_bytes, uint64_t cache_bytes, const char *revision)
{
    static const krn_writer_ops ops = {.name = "may fail", .run = run};
    const krn_sqlite_options catalog = {.path = anc_str_of(w->path),
                                        .clock = krn_system_clock(),
                                        .migrations = emb_migrations,
                                        .n_migrations = emb_n_migrations,
                                        .without_thread = true};
    ASSERT_OK(krn_sqlite_open(&catalog, &w->catalog, &w->err), &w->err);
    const emb_keeper_options keeper = {.store = store_of(w),
                                       .writer = {&ops, w},
                                       .clock = krn_system_clock(),
                                       .most_bytes = most_bytes};
    ASSERT_OK(emb_keeper_open(&keeper, &w->keeper, &w->err), &w->err);
    emb_service_options options = {.encoder = encoder_hash_open(krn_system_clock(), &w->seen),
                                   .cache_bytes = cache_bytes,
                                   .keeper = w->keeper,
                                   .clock = krn_system_clock()};
    if (revision != NULL)
        options.encoder.revision = anc_str_of(revision);
    ASSERT_OK(emb_service_open(&options, &w->emb, &w->err), &w->err);
    w->seen = 0;
}

static void start(world *w)
{
    start_as(w, MIB, MIB, NULL);
}

/* The steps that are due. */
static void work(world *w)
{
    while (emb_keeper_step(w->keeper, 5) <= 5) {
    }
}

/* As a kill: what no step wrote is lost. */
static void end(world *w)
{
    emb_library_close(w->library);
    emb_service_close(w->other);
    emb_service_close(w->emb);
    emb_keeper_close(w->keeper);
    krn_sqlite_close(w->catalog);
    w->emb = w->other = NULL;
    w->library = NULL;
    w->keeper = NULL;
    w->catalog = NULL;
}

static int teardown(void **state)
{
    world *w = *state;
    end(w);
    ASSERT_OK(os_folder_remove(anc_str_of(w->folder), &w->err), &w->err);
    anc_arena_free(w->mem);
    free(w);
    return 0;
}

static void ask(world *w, emb_kind kind, size_t from, size_t n)
{
    float *out = anc_arena_alloc(w->mem, n * DIMS, sizeof *out);
    assert_non_null(out);
    ASSERT_OK(emb_embed(w->emb, &w->call, kind, w->texts + from, n, out, NULL), &w->err);
}

/* How many of them went through the encoder. */
static size_t made(world *w, size_t from, size_t n)
{
    const size_t before = w->seen;
    ask(w, EMB_QUERY, from, n);
    return w->seen - before;
}

static int64_t rows(world *w)
{
    bool row = false;
    db_sqlite *db = NULL;
    int64_t n = -1;
    ASSERT_OK(db_readers_take(krn_sqlite_readers(w->catalog), INT64_MAX, &db, &w->err), &w->err);
    {
        DB_STMT(s);
        ASSERT_OK(db_prepare(db, "SELECT count(*) FROM emb_vector", &s, &w->err), &w->err);
        ASSERT_OK(db_step(s, &row, &w->err), &w->err);
        n = db_col_int(s, 0);
    }
    db_readers_give(krn_sqlite_readers(w->catalog), db);
    return n;
}

/* ---- tests ---- */

static void questions_are_known_after_a_restart(void **state)
{
    world *w = *state;
    float first[DIMS], again[DIMS];
    start(w);
    assert_false(emb_keeper_has_read(w->keeper));
    work(w);
    assert_true(emb_keeper_has_read(w->keeper));
    ASSERT_OK(emb_embed(w->emb, &w->call, EMB_QUERY, w->texts, 1, first, NULL), &w->err);
    ask(w, EMB_QUERY, 1, 599);
    ask(w, EMB_QUERY_AHEAD, 600, 1);
    ask(w, EMB_PASSAGE, 610, 10);
    ask(w, EMB_PASSAGE_NOW, 620, 10);
    ask(w, EMB_PASSAGE_ONCE, 630, 10);
    work(w);
    assert_int_equal(rows(w), 601);
    end(w);

    start(w);
    work(w);
    assert_int_equal(emb_cache(w->emb).entries, 601);
    ASSERT_OK(emb_embed(w->emb, &w->call, EMB_QUERY, w->texts, 1, again, NULL), &w->err);
    assert_memory_equal(first, again, sizeof first);
    assert_int_equal(made(w, 0, 601), 0);
    assert_int_equal(made(w, 601, 1), 1);
}

static void what_came_last_is_written_when_it_ends(void **state)
{
    world *w = *state;
    start(w);
    work(w);
    ask(w, EMB_QUERY, 0, 5);
    emb_keeper_settle(w->keeper);
    end(w);
    start(w);
    work(w);
    assert_int_equal(made(w, 0, 5), 0);
    ask(w, EMB_QUERY, 5, 5);
    end(w); /* a kill */
    start(w);
    work(w);
    assert_int_equal(made(w, 0, 10), 5);
}

static void another_revision_has_none_of_them(void **state)
{
    world *w = *state;
    start(w);
    work(w);
    ask(w, EMB_QUERY, 0, 600);
    work(w);
    assert_int_equal(rows(w), 600);
    end(w);
    start_as(w, MIB, MIB, "hash@2");
    work(w);
    assert_int_equal(rows(w), 0);
    assert_int_equal(made(w, 0, 600), 600);
    work(w);
    assert_int_equal(rows(w), 600);
}

static void the_bytes_are_bounded_and_the_last_used_stay(void **state)
{
    world *w = *state;
    const uint64_t ten = 10 * emb_kept_bytes(DIMS);
    start_as(w, ten, MIB, NULL);
    work(w);
    ask(w, EMB_QUERY, 0, 5);
    work(w);
    ask(w, EMB_QUERY, 5, 300);
    work(w);
    assert_int_equal(rows(w), 10);
    end(w);
    start_as(w, ten, MIB, NULL);
    work(w);
    assert_int_equal(emb_cache(w->emb).entries, 10);
    assert_int_equal(made(w, 295, 10), 0);
    end(w);
    start_as(w, ten / 2, MIB, NULL); /* less is wanted now */
    work(w);
    assert_int_equal(rows(w), 5);
}

static void a_smaller_cache_takes_what_fits(void **state)
{
    world *w = *state;
    start(w);
    work(w);
    ask(w, EMB_QUERY, 0, 400);
    work(w);
    end(w);
    start_as(w, MIB, 8 << 10, NULL);
    ask(w, EMB_QUERY, 650, 1); /* is not pushed out by what is read in */
    work(w);
    const uint64_t entries = emb_cache(w->emb).entries;
    assert_true(entries > 5 && entries < 60);
    assert_int_equal(emb_cache(w->emb).evictions, 0);
    assert_int_equal(made(w, 650, 1), 0);
    assert_int_equal(made(w, 399, 1), 0);
}

static void what_is_forgotten_is_nowhere(void **state)
{
    world *w = *state;
    emb_library *library = NULL;
    uint64_t n = 0;
    start(w);
    const emb_library_options options = {
        .configured = w->emb, .keeper = w->keeper, .most = 1, .clock = krn_system_clock()};
    ASSERT_OK(emb_library_open(&options, &library, &w->err), &w->err);
    work(w);
    ask(w, EMB_QUERY, 0, 600);
    work(w);
    ask(w, EMB_QUERY, 600, 50); /* these wait to be written */
    ASSERT_OK(emb_forget(library, &w->call, &n), &w->err);
    assert_int_equal(n, 650);
    assert_int_equal(rows(w), 0);
    assert_int_equal(emb_cache(w->emb).entries, 0);
    work(w);
    assert_int_equal(rows(w), 0);
    assert_int_equal(made(w, 0, 3), 3);
    work(w);
    assert_int_equal(rows(w), 3);
    emb_library_close(library);
}

static void an_erasure_that_cannot_be_written_says_so(void **state)
{
    world *w = *state;
    emb_library *library = NULL;
    uint64_t n = 0;
    start(w);
    const emb_library_options options = {
        .configured = w->emb, .keeper = w->keeper, .most = 1, .clock = krn_system_clock()};
    ASSERT_OK(emb_library_open(&options, &library, &w->err), &w->err);
    ask(w, EMB_QUERY, 0, 3);
    work(w);
    w->writer_fails = true;
    assert_int_equal(emb_forget(library, &w->call, &n), ANC_DISK_FULL);
    w->writer_fails = false;
    anc_err_clear(&w->err);
    ASSERT_OK(emb_forget(library, &w->call, &n), &w->err);
    assert_int_equal(n, 3);
    emb_library_close(library);
}

static void where_nothing_is_to_be_kept_the_old_goes(void **state)
{
    world *w = *state;
    start(w);
    work(w);
    ask(w, EMB_QUERY, 0, 600);
    work(w);
    end(w);
    start_as(w, 0, MIB, NULL);
    work(w);
    assert_int_equal(rows(w), 0);
    assert_int_equal(made(w, 0, 3), 3);
    work(w);
    assert_int_equal(rows(w), 0);
}

static void a_catalog_that_takes_nothing_hurts_no_question(void **state)
{
    world *w = *state;
    start(w);
    work(w);
    w->writer_fails = true;
    ask(w, EMB_QUERY, 0, 300);
    work(w);
    assert_int_equal(made(w, 0, 300), 0);
    assert_int_equal(rows(w), 0);
    w->writer_fails = false;
    ask(w, EMB_QUERY, 300, 10);
    work(w);
    assert_true(rows(w) >= 10);
}

static void more_at_once_than_may_wait_is_left_out(void **state)
{
    world *w = *state;
    start_as(w, 4 * MIB, 4 * MIB, NULL);
    work(w);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < MANY; i++)
            w->texts[i] = anc_arena_printf(w->mem, "question %zu of round %zu", i, round);
        assert_int_equal(made(w, 0, MANY), MANY);
    }
    work(w);
    assert_int_equal(rows(w), 1024);
    assert_int_equal(made(w, 0, MANY), 0);
}

typedef struct asker {
    world *w;
    size_t from;
} asker;

static void ask_all(void *arg)
{
    const asker *a = arg;
    anc_err err = {0};
    ANC_ARENA(mem, 16 * MIB);
    assert_non_null(mem);
    krn_call call = a->w->call;
    call.mem = mem;
    call.err = &err;
    float out[DIMS];
    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < EACH; i++)
            ASSERT_OK(
                emb_embed(a->w->emb, &call, EMB_QUERY, &a->w->texts[a->from + i], 1, out, NULL),
                &err);
}

/* Questions come while others are read in and written, and one erasure falls among them. */
static void threads_ask_while_it_works(void **state)
{
    world *w = *state;
    os_thread *threads[ASKERS];
    asker askers[ASKERS];
    uint64_t n = 0;
    emb_library *library = NULL;
    start(w);
    work(w);
    ask(w, EMB_QUERY, 0, MANY);
    emb_keeper_settle(w->keeper);
    end(w);
    start(w);
    const emb_library_options options = {
        .configured = w->emb, .keeper = w->keeper, .most = 1, .clock = krn_system_clock()};
    ASSERT_OK(emb_library_open(&options, &library, &w->err), &w->err);
    for (size_t i = 0; i < ASKERS; i++) {
        askers[i] = (asker){w, i * EACH};
        ASSERT_OK(os_thread_start("asks", ask_all, &askers[i], &threads[i], &w->err), &w->err);
    }
    for (size_t i = 0; i < 50; i++)
        (void)emb_keeper_step(w->keeper, 5);
    ASSERT_OK(emb_forget(library, &w->call, &n), &w->err);
    for (size_t i = 0; i < 50; i++)
        (void)emb_keeper_step(w->keeper, 5);
    for (size_t i = 0; i < ASKERS; i++)
        os_thread_join(threads[i]);
    work(w);
    assert_true(rows(w) <= MANY);
    ASSERT_OK(emb_forget(library, &w->call, &n), &w->err);
    assert_int_equal(rows(w), 0);
    emb_library_close(library);
}

static emb_service *open_another(world *w)
{
    emb_service *emb = NULL;
    const emb_service_options options = {.encoder = encoder_hash_open(krn_system_clock(), NULL),
                                         .cache_bytes = MIB,
                                         .keeper = w->keeper,
                                         .clock = krn_system_clock()};
    ASSERT_OK(emb_service_open(&options, &emb, &w->err), &w->err);
    return emb;
}

/* All of this on the very thread that is busy: whoever waited for it would wait for ever. */
static void come_erase_and_leave(world *w)
{
    uint64_t n = 0;
    emb_service_close(open_another(w));
    w->other = open_another(w);
    const emb_library_options options = {
        .configured = w->other, .keeper = w->keeper, .most = 1, .clock = krn_system_clock()};
    ASSERT_OK(emb_library_open(&options, &w->library, &w->err), &w->err);
    krn_call call = w->call;
    call.deadline_ns = krn_now_ns(krn_system_clock()) + 50000000;
    assert_int_equal(emb_forget(w->library, &call, &n), ANC_DEADLINE);
    atomic_store(&w->cancelled, true);
    assert_int_equal(emb_forget(w->library, &w->call, &n), ANC_CANCELLED);
    atomic_store(&w->cancelled, false);
    anc_err_clear(&w->err);
    assert_true(emb_keeper_step(w->keeper, 5) > 5);
    emb_service_close(w->emb);
    w->emb = NULL;
}

static void nobody_waits_for_a_write_longer_than_it_can(void **state)
{
    world *w = *state;
    uint64_t n = 0;
    start(w);
    work(w);
    ask(w, EMB_QUERY, 0, 3);
    w->during = come_erase_and_leave;
    work(w);
    assert_null(w->emb);
    assert_int_equal(rows(w), 3);
    work(w);
    assert_true(emb_keeper_has_read(w->keeper)); /* the one that came meanwhile, too */
    assert_int_equal(emb_cache(w->other).entries, 3);
    ASSERT_OK(emb_forget(w->library, &w->call, &n), &w->err);
    assert_int_equal(n, 3);
    assert_int_equal(rows(w), 0);
    assert_int_equal(emb_cache(w->other).entries, 0);
}

static void nobody_waits_for_a_page_longer_than_it_can(void **state)
{
    world *w = *state;
    start(w);
    work(w);
    ask(w, EMB_QUERY, 0, 300);
    work(w);
    end(w);
    start(w);
    w->during = come_erase_and_leave;
    work(w);
    assert_null(w->emb);
    assert_true(emb_keeper_has_read(w->keeper));
    assert_int_equal(emb_cache(w->other).entries, 300);
}

/* Another has the place of one that left while its page was read: it gets all that it is to have, and no page of the other's. */
static void leave_and_let_another_in(world *w)
{
    emb_service_close(w->emb);
    w->emb = open_another(w);
}

static void one_that_comes_in_the_place_of_one_that_left_is_read_all(void **state)
{
    world *w = *state;
    start(w);
    work(w);
    ask(w, EMB_QUERY, 0, 600);
    work(w);
    end(w);
    start(w);
    w->during = leave_and_let_another_in;
    work(w);
    assert_int_equal(emb_cache(w->emb).entries, 600);
    assert_int_equal(rows(w), 600);
}

typedef struct stepping {
    emb_keeper *keeper;
    atomic_bool enough;
} stepping;

static void step_on(void *arg)
{
    stepping *s = arg;
    while (!atomic_load(&s->enough))
        (void)emb_keeper_step(s->keeper, 5);
}

/* On a thread of its own the step works without a rest: an erasure gets its turn, and who comes and leaves needs none. */
static void services_come_and_go_while_it_works(void **state)
{
    enum { ROUNDS = 30 };
    world *w = *state;
    os_thread *thread = NULL;
    uint64_t n = 0;
    start(w);
    const emb_library_options options = {
        .configured = w->emb, .keeper = w->keeper, .most = 1, .clock = krn_system_clock()};
    ASSERT_OK(emb_library_open(&options, &w->library, &w->err), &w->err);
    stepping s = {.keeper = w->keeper};
    ASSERT_OK(os_thread_start("steps", step_on, &s, &thread, &w->err), &w->err);
    for (size_t round = 0; round < ROUNDS; round++) {
        w->other = open_another(w);
        ask(w, EMB_QUERY, round * 20, 20);
        emb_service_close(w->other);
        w->other = NULL;
        if (round % 10 == 9)
            ASSERT_OK(emb_forget(w->library, &w->call, &n), &w->err);
    }
    atomic_store(&s.enough, true);
    os_thread_join(thread);
    work(w);
    assert_int_equal(rows(w), 0);
    assert_int_equal(emb_cache(w->emb).entries, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(questions_are_known_after_a_restart),
        TEST(what_came_last_is_written_when_it_ends),
        TEST(another_revision_has_none_of_them),
        TEST(the_bytes_are_bounded_and_the_last_used_stay),
        TEST(a_smaller_cache_takes_what_fits),
        TEST(what_is_forgotten_is_nowhere),
        TEST(an_erasure_that_cannot_be_written_says_so),
        TEST(where_nothing_is_to_be_kept_the_old_goes),
        TEST(a_catalog_that_takes_nothing_hurts_no_question),
        TEST(more_at_once_than_may_wait_is_left_out),
        TEST(nobody_waits_for_a_write_longer_than_it_can),
        TEST(nobody_waits_for_a_page_longer_than_it_can),
        TEST(one_that_comes_in_the_place_of_one_that_left_is_read_all),
        TEST(threads_ask_while_it_works),
        TEST(services_come_and_go_while_it_works),
    };
    return cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
}
