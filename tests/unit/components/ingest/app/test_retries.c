/* test_retries.c - what fails is tried again when its time has come, by nobody before. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/adapters/threads/threads.h"
#include "os/clock.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

enum { SECOND_MS = 1000 };
#define MS ((int64_t)1000000)

/* A source that cannot be listed for a while. */
typedef struct source {
    ing_fixture f;
    atomic_int status;   /* of a walk */
    atomic_uint walks;   /* that began */
    int64_t began_ns[4]; /* deadlines of the first walks: they follow from when their steps began */
} source;

static anc_status check(void *self, krn_call *call, anc_str path)
{
    (void)self;
    (void)call;
    (void)path;
    return ANC_OK;
}

static anc_status walk(void *self, krn_call *call, anc_str path, const ing_item_sink *sink)
{
    source *s = self;
    (void)sink;
    const unsigned n = atomic_load(&s->walks);
    if (n < ANC_COUNT(s->began_ns))
        s->began_ns[n] = call->deadline_ns;
    atomic_store(&s->walks, n + 1);
    const anc_status status = (anc_status)atomic_load(&s->status);
    return status == ANC_OK ? ANC_OK
                            : ANC_FAIL(call->err, status, "%.*s gave an error", ANC_FMT(path));
}

static anc_status read_nothing(void *self, krn_call *call, anc_str path, anc_str item,
                               size_t max_bytes, ing_content *ret)
{
    (void)self;
    (void)path;
    (void)item;
    (void)max_bytes;
    (void)ret;
    return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is nothing");
}

static const ing_source_ops source_ops = {
    .name = "failing", .check = check, .walk = walk, .read = read_nothing};

static int setup(void **state)
{
    source *s = calloc(1, sizeof *s);
    assert_non_null(s);
    ingest_open(&s->f);
    s->f.other_source = (ing_source){&source_ops, s};
    atomic_init(&s->status, ANC_IO);
    ingest_reopen(&s->f);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    source *s = *state;
    fixture_check(&s->f.k, false);
    ingest_close(&s->f);
    free(s);
    return 0;
}

static void start(source *s, char id[64])
{
    ing_batch batch;
    ASSERT_OK(ingest_start(&s->f, "", &batch), &s->f.k.err);
    ingest_id_of(&batch, id);
}

/* Calls every worker until none has anything to do at `now_ns`; the earliest time that one named. */
static int64_t run_at(source *s, int64_t now_ns)
{
    int64_t next_ns = INT64_MAX;
    unsigned asleep = 0;
    for (unsigned i = 0; i < 1000 && asleep < INGEST_WORKERS; i++) {
        const int64_t at = ing_worker_step(ing_worker_of(s->f.ing, i % INGEST_WORKERS), now_ns);
        asleep = at > now_ns ? asleep + 1 : 0;
        next_ns = at <= now_ns ? INT64_MAX : at < next_ns ? at : next_ns;
    }
    assert_int_equal(asleep, INGEST_WORKERS);
    return next_ns;
}

static void a_listing_that_fails_is_put_off(void **state)
{
    source *s = *state;
    char id[64];
    const int64_t begin_ns = os_mono_ns();
    start(s, id);
    assert_int_equal(run_at(s, begin_ns), begin_ns + SECOND_MS * MS);
    assert_int_equal(atomic_load(&s->walks), 1);
    for (int64_t ms = 0; ms < SECOND_MS; ms += 100)
        assert_int_equal(run_at(s, begin_ns + ms * MS), begin_ns + SECOND_MS * MS);
    assert_int_equal(atomic_load(&s->walks), 1);
    assert_int_equal(run_at(s, begin_ns + SECOND_MS * MS), begin_ns + 3 * SECOND_MS * MS);
    assert_int_equal(atomic_load(&s->walks), 2);
    assert_int_equal(ingest_batch(&s->f, id).state, ING_QUEUED);
    atomic_store(&s->status, ANC_OK);
    assert_int_equal(run_at(s, begin_ns + 3 * SECOND_MS * MS), INT64_MAX);
    assert_int_equal(ingest_batch(&s->f, id).state, ING_COMPLETED);
}

static void a_listing_that_never_succeeds_ends_its_batch(void **state)
{
    source *s = *state;
    char id[64];
    int64_t now_ns = os_mono_ns();
    start(s, id);
    for (unsigned i = 0; i < 100 && now_ns != INT64_MAX; i++)
        now_ns = run_at(s, now_ns);
    assert_int_equal(now_ns, INT64_MAX);
    assert_int_equal(atomic_load(&s->walks), 8);
    const ing_batch batch = ingest_batch(&s->f, id);
    assert_int_equal(batch.state, ING_FAILED);
    assert_non_null(strstr(batch.error_message.ptr, "gave an error"));
    assert_int_equal(ing_active(s->f.ing), 0);
}

static void a_full_disk_does_not_end_a_batch(void **state)
{
    source *s = *state;
    char id[64];
    int64_t now_ns = os_mono_ns();
    atomic_store(&s->status, ANC_DISK_FULL);
    start(s, id);
    for (unsigned i = 0; i < 20; i++) {
        const int64_t next_ns = run_at(s, now_ns);
        assert_true(next_ns > now_ns && next_ns < INT64_MAX);
        now_ns = next_ns;
    }
    assert_int_equal(atomic_load(&s->walks), 20);
    assert_int_equal(ingest_batch(&s->f, id).state, ING_QUEUED);
    atomic_store(&s->status, ANC_OK);
    assert_int_equal(run_at(s, now_ns), INT64_MAX);
    assert_int_equal(ingest_batch(&s->f, id).state, ING_COMPLETED);
}

static void a_batch_that_is_put_off_can_be_cancelled(void **state)
{
    source *s = *state;
    char id[64];
    ing_batch batch;
    const int64_t now_ns = os_mono_ns();
    start(s, id);
    assert_true(run_at(s, now_ns) < INT64_MAX);
    ASSERT_OK(ing_batch_cancel(s->f.ing, fixture_call(&s->f.k), anc_str_of(id), &batch),
              &s->f.k.err);
    assert_int_equal(run_at(s, now_ns), INT64_MAX);
    assert_int_equal(atomic_load(&s->walks), 1);
    assert_int_equal(ing_active(s->f.ing), 0);
}

/* Others may be read meanwhile, and their workers are no reason to try it before its time. */
static void a_batch_that_is_put_off_holds_nobody_up(void **state)
{
    source *s = *state;
    char ids[2][64];
    const int64_t now_ns = os_mono_ns();
    start(s, ids[0]);
    assert_true(run_at(s, now_ns) < INT64_MAX);
    atomic_store(&s->status, ANC_OK);
    start(s, ids[1]);
    assert_int_equal(run_at(s, now_ns), now_ns + SECOND_MS * MS);
    assert_int_equal(ingest_batch(&s->f, ids[1]).state, ING_COMPLETED);
    assert_int_equal(ingest_batch(&s->f, ids[0]).state, ING_QUEUED);
}

static void workers_that_are_woken_do_not_hurry_it(void **state)
{
    source *s = *state;
    char id[64];
    krn_threads *threads = krn_threads_new();
    assert_non_null(threads);
    s->f.scheduler = krn_threads_scheduler(threads);
    ingest_reopen(&s->f);
    ASSERT_OK(s->f.scheduler.ops->start(s->f.scheduler.self, &s->f.k.err), &s->f.k.err);
    start(s, id);
    for (unsigned i = 0; i < 60000 && atomic_load(&s->walks) < 2; i++) {
        for (uint32_t step = 0; step < INGEST_WORKERS; step++)
            s->f.scheduler.ops->wake(s->f.scheduler.self, step);
        os_sleep_ns(MS);
    }
    ing_service_stop(s->f.ing);
    krn_threads_free(threads);
    s->f.scheduler = (krn_scheduler){0};
    assert_true(atomic_load(&s->walks) >= 2);
    assert_true(s->began_ns[1] - s->began_ns[0] >= SECOND_MS * MS);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_listing_that_fails_is_put_off),
        TEST(a_listing_that_never_succeeds_ends_its_batch),
        TEST(a_full_disk_does_not_end_a_batch),
        TEST(a_batch_that_is_put_off_can_be_cancelled),
        TEST(a_batch_that_is_put_off_holds_nobody_up),
        TEST(workers_that_are_woken_do_not_hurry_it),
    };
    return cmocka_run_group_tests_name("retries", tests, NULL, NULL);
}
