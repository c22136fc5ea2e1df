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

/* ---- no room ------------------------------------------------------------------------------- */

static void folder_of_files(source *s)
{
    s->f.other_source = (ing_source){0};
    ingest_reopen(&s->f);
    ingest_write(&s->f, "a.txt", "One.");
    ingest_write(&s->f, "b.txt", "Two.");
}

static uint64_t dead_letters(source *s)
{
    return (uint64_t)fixture_count(&s->f.k, "SELECT count(*) FROM ing_failure");
}

static void nothing_is_read_into_a_full_disk(void **state)
{
    source *s = *state;
    char id[64];
    folder_of_files(s);
    int64_t now_ns = os_mono_ns();
    start(s, id);
    (void)ingest_run(&s->f, 3); /* looked, listed, claimed */
    assert_int_equal(ingest_batch(&s->f, id).total, 2);
    ingest_fill_disk(true);
    const uint64_t embedded = atomic_load(&s->f.k.emb.embedded);
    for (unsigned i = 0; i < 20; i++) {
        const int64_t next_ns = run_at(s, now_ns);
        assert_true(next_ns > now_ns && next_ns < INT64_MAX);
        now_ns = next_ns;
    }
    assert_int_equal(atomic_load(&s->f.k.emb.embedded), embedded);
    assert_int_equal(dead_letters(s), 0);
    ingest_fill_disk(false);
    assert_int_equal(run_at(s, now_ns), INT64_MAX);
    const ing_batch batch = ingest_batch(&s->f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.processed, 2);
}

static void a_batch_is_cancelled_while_the_disk_is_full(void **state)
{
    source *s = *state;
    char id[64];
    ing_batch batch;
    folder_of_files(s);
    start(s, id);
    (void)ingest_run(&s->f, 3);
    ingest_fill_disk(true);
    ASSERT_OK(ing_batch_cancel(s->f.ing, fixture_call(&s->f.k), anc_str_of(id), &batch),
              &s->f.k.err);
    (void)run_at(s, os_mono_ns());
    assert_int_equal(ing_active(s->f.ing), 0);
}

/* Found full where the disk is not looked at beforehand: no try counts. */
static void a_disk_that_fills_up_meanwhile_costs_no_try(void **state)
{
    source *s = *state;
    char id[64];
    folder_of_files(s);
    int64_t now_ns = os_mono_ns();
    start(s, id);
    s->f.k.emb.fails = true;
    s->f.k.emb.failure = ANC_DISK_FULL;
    for (unsigned i = 0; i < 20; i++)
        now_ns = run_at(s, now_ns);
    assert_int_equal(dead_letters(s), 0);
    s->f.k.emb.fails = false;
    assert_int_equal(run_at(s, now_ns), INT64_MAX);
    assert_int_equal(ingest_batch(&s->f, id).processed, 2);
}

static void a_writer_that_stopped_costs_no_try(void **state)
{
    source *s = *state;
    char id[64];
    folder_of_files(s);
    int64_t now_ns = os_mono_ns();
    start(s, id);
    (void)ingest_run(&s->f, 3);
    s->f.k.commits_left = 0;
    for (unsigned i = 0; i < 20; i++)
        now_ns = run_at(s, now_ns);
    s->f.k.commits_left = -1; /* as after a restart */
    assert_int_equal(dead_letters(s), 0);
    assert_int_equal(run_at(s, now_ns), INT64_MAX);
    assert_int_equal(ingest_batch(&s->f, id).processed, 2);
}

/* A lease is renewed however long the disk is full. */
static void an_item_that_waits_for_room_is_kept(void **state)
{
    source *s = *state;
    char id[64];
    s->f.lease_ms = 60000;
    folder_of_files(s);
    int64_t now_ns = os_mono_ns();
    start(s, id);
    (void)ingest_run(&s->f, 3);
    assert_int_equal(ingest_batch(&s->f, id).under_way, 1);
    ingest_fill_disk(true);
    for (unsigned i = 0; i < 30; i++) {
        atomic_fetch_add(&s->f.k.ticks, 5000); /* of the wall clock */
        now_ns = run_at(s, now_ns);
        ingest_keep(&s->f, 1);
    }
    assert_int_equal(fixture_count(&s->f.k, "SELECT max(claims) FROM ing_item"), 1);
    assert_int_equal(ingest_batch(&s->f, id).under_way, 1);
    ingest_fill_disk(false);
    assert_int_equal(run_at(s, now_ns), INT64_MAX);
    assert_int_equal(ingest_batch(&s->f, id).processed, 2);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static const ing_rows all_rows = {.id_field = ANC_STR_INIT("id")};

static void start_rows(source *s, char id[64])
{
    const ing_folder_request request = {
        .path = anc_str_of(s->f.source), .collection = ANC_STR("notes"), .rows = &all_rows};
    ing_batch batch;
    ASSERT_OK(ing_folder_start(s->f.ing, fixture_call(&s->f.k), &request, &batch), &s->f.k.err);
    ingest_id_of(&batch, id);
}

static void rows_wait_for_room_in_the_spool(void **state)
{
    enum { FILES = 5 };
    source *s = *state;
    char id[64], name[32];
    s->f.spool_bytes = 1;
    folder_of_files(s);
    for (int i = 0; i < FILES; i++) {
        (void)snprintf(name, sizeof name, "rows%d.csv", i);
        ingest_write(&s->f, name, "ROWS\nid,text\n1,One.\n2,Two.\n3,Three.\n");
    }
    int64_t now_ns = os_mono_ns(), most = 0;
    start_rows(s, id);
    for (unsigned i = 0; i < 10000 && ingest_batch(&s->f, id).state != ING_COMPLETED; i++) {
        now_ns += 100 * MS;
        (void)ing_worker_step(ing_worker_of(s->f.ing, i % INGEST_WORKERS), now_ns);
        const int64_t segments =
            fixture_count(&s->f.k, "SELECT count(*) FROM ing_segment WHERE users > 0");
        most = segments > most ? segments : most;
        ingest_keep(&s->f, 1);
    }
    const ing_batch batch = ingest_batch(&s->f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.processed, 2 + FILES * 4);
    assert_int_equal(dead_letters(s), 0);
    assert_int_equal(most, 1); /* never the rows of two files */
}

/* A line that is broken fails alone, by its own name, and again when it is tried again. */
static void a_broken_line_fails_alone(void **state)
{
    source *s = *state;
    char id[64];
    folder_of_files(s);
    ingest_write(&s->f, "rows.csv", "ROWS\nid,text\n1,One.\n!cut short\n3,Three.\n");
    start_rows(s, id);
    assert_int_equal(run_at(s, os_mono_ns()), INT64_MAX);
    const ing_batch batch = ingest_batch(&s->f, id);
    assert_int_equal(batch.processed, 2 + 3);
    assert_int_equal(batch.failed, 1);
    assert_int_equal(
        fixture_count(&s->f.k, "SELECT count(*) FROM ing_failure WHERE document ="
                               " 'rows.csv#line 4' AND stage = 'parse' AND reason = 'cut short'"),
        1);
    ing_batch again;
    krn_call *call = fixture_call(&s->f.k);
    ingest_keep(&s->f, 10);
    ASSERT_OK(ing_batch_replay(s->f.ing, call, anc_str_of(id), &again), call->err);
    ingest_id_of(&again, id);
    assert_int_equal(run_at(s, os_mono_ns()), INT64_MAX);
    assert_int_equal(ingest_batch(&s->f, id).failed, 1);
    assert_int_equal(fixture_count(&s->f.k, "SELECT attempts FROM ing_failure"), 2);
}

/* What a mail has attached beyond those that are read is one failed item beside it, and again when it is tried again. */
static void attachments_left_out_are_one_failure(void **state)
{
    enum { ATTACHED = 1200 };
    source *s = *state;
    char id[64];
    ANC_BUF(mail, 1 << 20);
    folder_of_files(s);
    (void)anc_buf_add(&mail, ANC_STR("Top."));
    for (int i = 0; i < ATTACHED; i++)
        (void)anc_buf_printf(&mail, "\n\n@attach p%d.txt text/plain\nPart %d.", i, i);
    ingest_write(&s->f, "mail.txt", mail.ptr);
    s->f.k.emb.available = false; /* nothing here is about vectors */
    start(s, id);
    assert_int_equal(run_at(s, os_mono_ns()), INT64_MAX);
    const ing_batch batch = ingest_batch(&s->f, id);
    assert_int_equal(batch.processed, 2 + 1);
    assert_int_equal(batch.failed, 1);
    static const char failures[] =
        "SELECT count(*) FROM ing_failure WHERE document = 'mail.txt#attachments' AND reason = "
        "'200 of 1,200 attachments were not read: at most 1,000 are'";
    assert_int_equal(fixture_count(&s->f.k, failures), 1);
    const int64_t documents = fixture_count(&s->f.k, "SELECT count(*) FROM kno_document");
    assert_int_equal(documents, 2 + 1 + 1000);
    ing_batch again;
    krn_call *call = fixture_call(&s->f.k);
    ingest_keep(&s->f, 10);
    ASSERT_OK(ing_batch_replay(s->f.ing, call, anc_str_of(id), &again), call->err);
    ingest_id_of(&again, id);
    assert_int_equal(run_at(s, os_mono_ns()), INT64_MAX);
    assert_int_equal(ingest_batch(&s->f, id).total, 1);
    assert_int_equal(ingest_batch(&s->f, id).failed, 1);
    assert_int_equal(fixture_count(&s->f.k, failures), 1);
    assert_int_equal(fixture_count(&s->f.k, "SELECT count(*) FROM kno_document"), documents);
    start(s, id); /* the mail is unchanged, and says nothing new */
    assert_int_equal(run_at(s, os_mono_ns()), INT64_MAX);
    assert_int_equal(ingest_batch(&s->f, id).failed, 0);
}

/* The commit of a file's version is undone once its rows are in it: the file failed, and none of them is counted. */
static void rows_of_a_commit_that_is_undone_are_not_counted(void **state)
{
    source *s = *state;
    char id[64];
    folder_of_files(s);
    ingest_write(&s->f, "rows.csv", "ROWS\nid,text\n1,One.\n2,Two.\n3,Three.\n");
    anc_err err = {0};
    ASSERT_OK(db_exec(s->f.k.db,
                      "CREATE TRIGGER undo BEFORE UPDATE OF state ON ing_item"
                      " WHEN new.state = 1 AND new.path = 'rows.csv'"
                      " BEGIN SELECT raise(ABORT, 'undone'); END",
                      &err),
              &err);
    for (size_t piece = 2; piece <= 4; piece += 2) { /* some are stored ahead, and none */
        s->f.rows_piece = piece;
        ingest_reopen(&s->f);
        start_rows(s, id);
        assert_int_equal(run_at(s, os_mono_ns()), INT64_MAX);
        const ing_batch batch = ingest_batch(&s->f, id);
        assert_int_equal(batch.state, ING_COMPLETED);
        assert_int_equal(batch.total, 3);
        assert_int_equal(batch.failed, 1);
    }
    ingest_keep(&s->f, 20);
    assert_int_equal(fixture_count(&s->f.k, "SELECT count(*) FROM ing_children"), 0);
}

/* A document that failed: its bytes stay in the spool. */
static void send_broken(source *s)
{
    const ing_upload_request request = {.name = ANC_STR("upload"), .collection = ANC_STR("notes")};
    ing_upload *u = NULL;
    ing_batch batch;
    krn_call *call = fixture_call(&s->f.k);
    ASSERT_OK(ing_upload_open(s->f.ing, call, &request, &u), call->err);
    ASSERT_OK(ing_upload_begin(u, call, ING_UPLOAD_FILE, ANC_STR("x.txt"), ANC_STR_NONE),
              call->err);
    ASSERT_OK(ing_upload_add(u, call, ANC_STR("BROKEN")), call->err);
    ASSERT_OK(ing_upload_finish(u, call), call->err);
    ASSERT_OK(ing_upload_end(u, call, ANC_STR_NONE, &batch), call->err);
    ing_upload_close(u);
}

/* What is kept for dead letters does not go by itself: the batch ends, and says why. */
static void rows_do_not_wait_for_ever(void **state)
{
    source *s = *state;
    char id[64];
    s->f.spool_bytes = 1;
    folder_of_files(s);
    send_broken(s);
    const int64_t first_ns = os_mono_ns();
    assert_int_equal(run_at(s, first_ns), INT64_MAX);
    ingest_keep(&s->f, 10);
    assert_int_equal(dead_letters(s), 1);
    assert_false(ing_upload_room(s->f.ing));
    ingest_write(&s->f, "rows.csv", "ROWS\nid,text\n1,One.\n");
    int64_t now_ns = first_ns;
    start_rows(s, id);
    while (ingest_batch(&s->f, id).state != ING_COMPLETED) {
        now_ns += 20000 * MS;
        assert_true(now_ns < first_ns + 2000000 * MS);
        (void)run_at(s, now_ns);
    }
    assert_true(now_ns >= first_ns + 600000 * MS);
    assert_int_equal(ingest_batch(&s->f, id).failed, 3);
    assert_int_equal(fixture_count(&s->f.k, "SELECT count(*) FROM ing_failure WHERE reason LIKE"
                                            " '%the spool holds%'"),
                     3);
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
        TEST(nothing_is_read_into_a_full_disk),
        TEST(a_batch_is_cancelled_while_the_disk_is_full),
        TEST(a_disk_that_fills_up_meanwhile_costs_no_try),
        TEST(a_writer_that_stopped_costs_no_try),
        TEST(an_item_that_waits_for_room_is_kept),
        TEST(rows_wait_for_room_in_the_spool),
        TEST(a_broken_line_fails_alone),
        TEST(attachments_left_out_are_one_failure),
        TEST(rows_of_a_commit_that_is_undone_are_not_counted),
        TEST(rows_do_not_wait_for_ever),
    };
    return cmocka_run_group_tests_name("retries", tests, NULL, NULL);
}
