/* test_library.c - models held and let go over a source of hashing encoders. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "embedding/app/embedding_service.h"
#include "embedding/app/library_service.h"
#include "support/clock_fixed.h"
#include "support/encoder_hash.h"
#include "support/test.h"

enum { MIB = 1 << 20, THREADS = 4 };

static const struct {
    const char *name;
    uint64_t bytes;
    const char *revision; /* NULL: it does not open */
} shelf[] = {
    {"apple", 1 * MIB, "apple@00000000000000aa"},
    {"bread", 2 * MIB, "bread@00000000000000bb"},
    {"broken", 1 * MIB, NULL},
    {"cheese", 1 * MIB, "cheese@00000000000000cc"},
    {"heavy", 100 * MIB, "heavy@00000000000000dd"},
};

typedef struct fixture {
    emb_service *configured;
    emb_library *library;
    atomic_uint opened[ANC_COUNT(shelf)];
    size_t seen;
    atomic_bool shut;    /* what is opened waits until it is not */
    atomic_uint waiting; /* in there */
    int64_t now_ns;
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
} fixture;

static anc_status list(void *self, krn_call *call, emb_source_row **ret, size_t *ret_n)
{
    (void)self;
    *ret = anc_arena_alloc(call->mem, ANC_COUNT(shelf), sizeof **ret);
    assert_non_null(*ret);
    for (size_t i = 0; i < ANC_COUNT(shelf); i++)
        (*ret)[i] = (emb_source_row){anc_str_of(shelf[i].name), shelf[i].bytes};
    *ret_n = ANC_COUNT(shelf);
    return ANC_OK;
}

static anc_status open_one(void *self, krn_call *call, anc_str model, emb_encoder *ret)
{
    fixture *f = self;
    for (size_t i = 0; i < ANC_COUNT(shelf); i++) {
        if (!anc_str_eq(model, anc_str_of(shelf[i].name)))
            continue;
        (void)atomic_fetch_add(&f->opened[i], 1);
        (void)atomic_fetch_add(&f->waiting, 1);
        while (atomic_load(&f->shut))
            (void)sched_yield();
        if (shelf[i].revision == NULL)
            return ANC_FAIL(call->err, ANC_CORRUPT, "model.safetensors is cut short");
        *ret = encoder_hash_open(clock_fixed(&f->now_ns), &f->seen);
        ret->model = anc_str_of(shelf[i].name);
        ret->revision = anc_str_of(shelf[i].revision);
        return ANC_OK;
    }
    return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no such folder");
}

static void close_source(void *self)
{
    (void)self;
}

static const emb_encoder_source_ops source_ops = {"shelf", list, open_one, close_source};

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->mem = anc_arena_new(8 << 20);
    f->call = (krn_call){
        .mem = f->mem, .err = &f->err, .deadline_ns = INT64_MAX, .cancelled = &f->cancelled};
    const emb_service_options standard = {.model = ANC_STR("hash"),
                                          .encoder =
                                              encoder_hash_open(clock_fixed(&f->now_ns), NULL),
                                          .clock = clock_fixed(&f->now_ns)};
    ASSERT_OK(emb_service_open(&standard, &f->configured, &f->err), &f->err);
    const emb_library_options options = {.configured = f->configured,
                                         .source = {&source_ops, f},
                                         .most = 2,
                                         .most_bytes = 8 * MIB,
                                         .cache_bytes = 1 << 16,
                                         .clock = clock_fixed(&f->now_ns)};
    ASSERT_OK(emb_library_open(&options, &f->library, &f->err), &f->err);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    emb_library_close(f->library);
    emb_service_close(f->configured);
    anc_arena_free(f->mem);
    free(f);
    return 0;
}

static anc_status hold(fixture *f, const char *model, emb_held *ret)
{
    anc_err_clear(&f->err);
    return emb_hold(f->library, &f->call, anc_str_of(model), ret);
}

static void use(fixture *f, const char *model)
{
    emb_held held = {0};
    ASSERT_OK(hold(f, model, &held), &f->err);
    assert_true(anc_str_eq(emb_info(held.emb).model, anc_str_of(model)));
    emb_let_go(&held);
}

static void a_model_is_loaded_once_and_embeds(void **state)
{
    fixture *f = *state;
    float out[ENCODER_HASH_DIMS];
    const anc_str text = ANC_STR("a text");
    emb_held first = {0}, second = {0};
    assert_int_equal(f->opened[0], 0);
    ASSERT_OK(hold(f, "apple", &first), &f->err);
    ASSERT_OK(hold(f, "apple@00000000000000aa", &second), &f->err);
    assert_ptr_equal(first.emb, second.emb);
    assert_int_equal(f->opened[0], 1);
    f->seen = 0; /* it was looked at when it was loaded */
    ASSERT_OK(emb_embed(first.emb, &f->call, EMB_QUERY, &text, 1, out, NULL), &f->err);
    assert_int_equal(f->seen, 1);
    ASSERT_OK(emb_embed(first.emb, &f->call, EMB_QUERY, &text, 1, out, NULL), &f->err);
    assert_int_equal(f->seen, 1); /* its vector was kept */
    uint64_t forgotten = 0;
    ASSERT_OK(emb_forget(f->library, &f->call, &forgotten), &f->err);
    assert_int_equal(forgotten, 1);
    ASSERT_OK(emb_embed(first.emb, &f->call, EMB_QUERY, &text, 1, out, NULL), &f->err);
    assert_int_equal(f->seen, 2);
    emb_let_go(&first);
    emb_let_go(&second);
    emb_let_go(&second);
    use(f, "apple");
    assert_int_equal(f->opened[0], 1);
}

static void the_configured_one_is_never_loaded_again(void **state)
{
    fixture *f = *state;
    static const char *const names[] = {"", "hash", "hash@1"};
    for (size_t i = 0; i < ANC_COUNT(names); i++) {
        emb_held held = {0};
        ASSERT_OK(hold(f, names[i], &held), &f->err);
        assert_ptr_equal(held.emb, f->configured);
        emb_let_go(&held);
    }
}

static void the_one_unused_longest_makes_room(void **state)
{
    fixture *f = *state;
    use(f, "apple");
    use(f, "bread");
    use(f, "apple");
    use(f, "cheese"); /* in the place of bread */
    use(f, "apple");
    assert_int_equal(f->opened[0], 1);
    use(f, "bread");
    assert_int_equal(f->opened[1], 2);
}

static void what_is_held_stays(void **state)
{
    fixture *f = *state;
    emb_held apple = {0}, bread = {0}, cheese = {0};
    ASSERT_OK(hold(f, "apple", &apple), &f->err);
    ASSERT_OK(hold(f, "bread", &bread), &f->err);
    assert_int_equal(hold(f, "cheese", &cheese), ANC_UNAVAILABLE);
    assert_non_null(strstr(f->err.text, "model.most_loaded"));
    emb_let_go(&apple);
    ASSERT_OK(hold(f, "cheese", &cheese), &f->err);
    emb_let_go(&bread);
    emb_let_go(&cheese);
}

static void refusals_name_what_is_wrong(void **state)
{
    fixture *f = *state;
    emb_held held = {0};
    assert_int_equal(hold(f, "absent", &held), ANC_INVALID);
    assert_non_null(strstr(f->err.text, "\"absent\""));
    assert_non_null(strstr(f->err.text, "hash, apple, bread"));
    assert_int_equal(hold(f, "../apple", &held), ANC_INVALID);
    assert_int_equal(hold(f, "broken", &held), ANC_CORRUPT);
    assert_non_null(strstr(f->err.text, "cut short"));
    assert_int_equal(hold(f, "heavy", &held), ANC_INVALID);
    assert_non_null(strstr(f->err.text, "100 MiB"));
    assert_int_equal(hold(f, "apple@ffffffffffffffff", &held), ANC_UNAVAILABLE);
    assert_non_null(strstr(f->err.text, "another revision"));
    assert_null(held.emb);
    use(f, "bread"); /* no place was lost */
    use(f, "cheese");
}

static void lists_tell_what_is_there_and_what_is_loaded(void **state)
{
    fixture *f = *state;
    emb_listed *rows = NULL;
    size_t n = 0;
    ANC_BUF(loaded, 1000);
    emb_library_describe(f->library, &loaded);
    assert_int_equal(anc_buf_view(&loaded).len, 0);
    use(f, "bread");
    ASSERT_OK(emb_library_list(f->library, &f->call, &rows, &n), &f->err);
    assert_int_equal(n, 1 + ANC_COUNT(shelf));
    assert_true(rows[0].configured && rows[0].loaded && !rows[0].installed);
    assert_true(anc_str_eq(rows[2].name, ANC_STR("bread")) && rows[2].loaded);
    assert_true(anc_str_eq(rows[2].revision, ANC_STR("bread@00000000000000bb")));
    assert_int_equal(rows[2].dims, ENCODER_HASH_DIMS);
    assert_int_equal(rows[2].bytes, 2 * MIB);
    assert_false(rows[1].loaded);
    assert_int_equal(rows[1].dims, 0);
    emb_library_describe(f->library, &loaded);
    assert_true(anc_str_eq(anc_buf_view(&loaded), ANC_STR("hashes of words")));
}

typedef struct thread_work {
    fixture *f;
    anc_status status;
} thread_work;

static void *hold_often(void *arg)
{
    static const char *const names[] = {"apple", "bread", "cheese"};
    thread_work *w = arg;
    anc_err err = {0};
    atomic_bool never = false;
    ANC_ARENA(mem, 8 << 20);
    krn_call call = {.mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &never};
    for (size_t i = 0; i < 200; i++) {
        emb_held held = {0};
        const anc_str name = anc_str_of(names[i % ANC_COUNT(names)]);
        const anc_status status = emb_hold(w->f->library, &call, name, &held);
        if (status != ANC_OK && status != ANC_UNAVAILABLE)
            w->status = status;
        if (status == ANC_OK && !anc_str_eq(emb_info(held.emb).model, name))
            w->status = ANC_BUG;
        emb_let_go(&held);
        anc_arena_reset(mem);
    }
    return NULL;
}

static void many_threads_get_what_they_ask_for(void **state)
{
    fixture *f = *state;
    pthread_t threads[THREADS];
    thread_work work[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        work[i] = (thread_work){.f = f};
        assert_int_equal(pthread_create(&threads[i], NULL, hold_often, &work[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(work[i].status, ANC_OK);
    }
}

static void *hold_once(void *arg)
{
    thread_work *w = arg;
    anc_err err = {0};
    atomic_bool never = false;
    emb_held held = {0};
    ANC_ARENA(mem, 8 << 20);
    krn_call call = {.mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &never};
    w->status = emb_hold(w->f->library, &call, ANC_STR("apple"), &held);
    emb_let_go(&held);
    return NULL;
}

/* Whoever waits for another's loading goes when its time is up, or when it is told to. */
static void a_wait_ends_before_the_loading(void **state)
{
    fixture *f = *state;
    thread_work work = {.f = f};
    pthread_t thread;
    emb_held held = {0};
    atomic_store(&f->shut, true);
    assert_int_equal(pthread_create(&thread, NULL, hold_once, &work), 0);
    while (atomic_load(&f->waiting) == 0)
        (void)sched_yield();
    f->call.deadline_ns = f->now_ns;
    assert_int_equal(hold(f, "apple", &held), ANC_DEADLINE);
    f->call.deadline_ns = INT64_MAX;
    atomic_store(&f->cancelled, true);
    assert_int_equal(hold(f, "apple", &held), ANC_CANCELLED);
    atomic_store(&f->cancelled, false);
    atomic_store(&f->shut, false);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(work.status, ANC_OK);
    use(f, "apple");
    assert_int_equal(f->opened[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_model_is_loaded_once_and_embeds, setup, teardown),
        cmocka_unit_test_setup_teardown(the_configured_one_is_never_loaded_again, setup, teardown),
        cmocka_unit_test_setup_teardown(the_one_unused_longest_makes_room, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_held_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_name_what_is_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_tell_what_is_there_and_what_is_loaded, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_wait_ends_before_the_loading, setup, teardown),
        cmocka_unit_test_setup_teardown(many_threads_get_what_they_ask_for, setup, teardown),
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
