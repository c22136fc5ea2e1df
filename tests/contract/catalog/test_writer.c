/* test_writer.c - the contract of kernel/ports/writer.h: sqlite, with a thread and without one. */
#include <sqlite3.h>

#include "catalog_fixture.h"
#include "kernel/adapters/prometheus/prometheus.h"
#include "os/clock.h"
#include "os/thread.h"

static krn_condition condition(krn_sqlite *k)
{
    char text[KRN_CONDITION_TEXT];
    const krn_condition c = krn_sqlite_writer(k).ops->condition(k, text);
    assert_int_equal(text[0] == '\0', c == KRN_SOUND);
    return c;
}

static void what_run_gives_back_is_durable(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    assert_int_equal(run(k, 0, 10, ANC_OK), ANC_OK);
    assert_int_equal(count(k), 10);
    assert_int_equal(run(k, 9, 5, ANC_OK), ANC_CONFLICT); /* undone alone, its first row too */
    assert_int_equal(run(k, 100, 5, ANC_NOT_FOUND), ANC_NOT_FOUND);
    assert_int_equal(count(k), 10);
    assert_int_equal(run(k, 20, 1, ANC_OK), ANC_OK);
    krn_sqlite_close(k);
    const krn_sqlite_options o = options_for(*state);
    k = open_with(&o);
    assert_int_equal(count(k), 11);
    assert_int_equal(condition(k), KRN_SOUND);
    krn_sqlite_close(k);
}

static void a_failure_says_why(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    insertion in = {.from = 2000000, .n = 1};
    assert_int_equal(krn_writer_run(krn_sqlite_writer(k), &t.call, insert, &in), ANC_CONFLICT);
    assert_non_null(strstr(t.err.text, "n<1000000"));
    krn_sqlite_close(k);
}

static void late_and_cancelled_calls_are_not_begun(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    insertion in = {.from = 0, .n = 1};
    {
        TEST_CALL(t);
        t.call.deadline_ns = os_mono_ns();
        assert_int_equal(krn_writer_run(krn_sqlite_writer(k), &t.call, insert, &in), ANC_DEADLINE);
    }
    TEST_CALL(t);
    t.cancelled = true;
    assert_int_equal(krn_writer_run(krn_sqlite_writer(k), &t.call, insert, &in), ANC_CANCELLED);
    assert_int_equal(atomic_load(&in.runs), 0);
    krn_sqlite_close(k);
}

/* ---- posting ------------------------------------------------------------------------------- */

typedef struct posting {
    insertion in;
    atomic_int told;
    anc_status status;
} posting;

static void on_done(void *arg, anc_status status, const anc_err *err)
{
    posting *p = arg;
    p->status = status;
    assert_true((status == ANC_OK) == (err->text[0] == 0));
    atomic_fetch_add(&p->told, 1);
}

static anc_status insert_posted(void *arg, krn_tx *tx, anc_err *err)
{
    posting *p = arg;
    return insert(&p->in, tx, err);
}

static void posted_work_is_told_once(void **state)
{
    enum { N = 20 };
    krn_sqlite *k = open_fresh(*state);
    const krn_writer w = krn_sqlite_writer(k);
    anc_err err = {0};
    posting *p = calloc(N, sizeof *p);
    for (int i = 0; i < N; i++) {
        p[i].in = (insertion){.from = i * 10, .n = 2, .then = i % 5 == 4 ? ANC_INVALID : ANC_OK};
        ASSERT_OK(krn_writer_post(w, insert_posted, &p[i], on_done, &err), &err);
    }
    krn_sqlite_close(k); /* runs what is queued */
    for (int i = 0; i < N; i++) {
        assert_int_equal(atomic_load(&p[i].told), 1);
        assert_int_equal(p[i].status, i % 5 == 4 ? ANC_INVALID : ANC_OK);
    }
    const krn_sqlite_options o = options_for(*state);
    k = open_with(&o);
    assert_int_equal(count(k), 2 * (N - N / 5));
    krn_sqlite_close(k);
    free(p);
}

static void a_full_queue_refuses(void **state)
{
    (void)state;
    const row without = {"", true};
    (void)fresh_path();
    krn_sqlite_options o = options_for(&without);
    o.max_queued = 3;
    krn_sqlite *k = open_with(&o);
    const krn_writer w = krn_sqlite_writer(k);
    anc_err err = {0};
    posting p[4] = {{.told = 0}};
    for (int i = 0; i < 4; i++) {
        p[i].in = (insertion){.from = i, .n = 1};
        assert_int_equal(krn_writer_post(w, insert_posted, &p[i], on_done, &err),
                         i < 3 ? ANC_OK : ANC_UNAVAILABLE);
    }
    assert_int_equal(w.ops->queued(w.self), 3);
    assert_int_equal(krn_sqlite_step(k, 5), 5);
    assert_int_equal(krn_sqlite_step(k, 5), INT64_MAX);
    assert_int_equal(count(k), 3);
    assert_int_equal(atomic_load(&p[3].told), 0);
    krn_sqlite_close(k);
}

/* ---- groups -------------------------------------------------------------------------------- */

typedef struct crowd {
    krn_sqlite *k;
    atomic_int ok, conflicts;
} crowd;

static void run_one_of_many(void *arg, size_t i)
{
    crowd *c = arg;
    const anc_status status = run(c->k, (int64_t)(i / 2), 1, ANC_OK);
    atomic_fetch_add(status == ANC_OK ? &c->ok : &c->conflicts, 1);
}

/* Two of each number: exactly one of them wins, whatever group they are in. */
static void closures_of_a_group_are_undone_one_by_one(void **state)
{
    (void)state;
    const row with = {"", false};
    anc_err err = {0};
    os_pool *pool = NULL;
    crowd c = {.k = open_fresh(&with)};
    ASSERT_OK(os_pool_open("crowd", 8, 8, &pool, &err), &err);
    os_pool_for(pool, 400, run_one_of_many, &c);
    os_pool_free(pool);
    assert_int_equal(atomic_load(&c.ok), 200);
    assert_int_equal(atomic_load(&c.conflicts), 200);
    assert_int_equal(count(c.k), 200);
    krn_sqlite_close(c.k);
}

static void many_closures_share_a_commit(void **state)
{
    (void)state;
    const row without = {"", true};
    krn_prometheus *metrics = krn_prometheus_new(0);
    (void)fresh_path();
    krn_sqlite_options o = options_for(&without);
    o.metrics = krn_prometheus_metrics(metrics);
    krn_sqlite *k = open_with(&o);
    anc_err err = {0};
    posting p[50] = {{.told = 0}};
    for (int i = 0; i < 50; i++) {
        p[i].in = (insertion){.from = i, .n = 1, .then = i == 25 ? ANC_INVALID : ANC_OK};
        ASSERT_OK(krn_writer_post(krn_sqlite_writer(k), insert_posted, &p[i], on_done, &err), &err);
    }
    (void)krn_sqlite_step(k, 0);
    ANC_BUF(text, 100000);
    o.metrics.ops->render(o.metrics.self, &text);
    assert_non_null(strstr(text.ptr, "anchorage_writer_commits_total 1\n"));
    assert_non_null(strstr(text.ptr, "anchorage_writer_units_total 49\n"));
    assert_non_null(strstr(text.ptr, "anchorage_writer_failures_total 1\n"));
    assert_int_equal(count(k), 49);
    krn_sqlite_close(k);
    krn_prometheus_free(metrics);
}

static void deadlines_pass_while_waiting(void **state)
{
    (void)state;
    /* with a closure in front that waits for the test, the next one cannot be begun in time */
    const row with = {"", false};
    krn_sqlite *k = open_fresh(&with);
    anc_err err = {0};
    posting slow = {.in = {.from = 0, .n = 20000}};
    insertion late = {.from = 500000, .n = 1};
    ASSERT_OK(krn_writer_post(krn_sqlite_writer(k), insert_posted, &slow, on_done, &err), &err);
    TEST_CALL(t);
    t.call.deadline_ns = os_mono_ns() + 2000000;
    const anc_status status = krn_writer_run(krn_sqlite_writer(k), &t.call, insert, &late);
    krn_sqlite_close(k);
    assert_int_equal(atomic_load(&slow.told), 1);
    assert_int_equal(slow.status, ANC_OK);
    /* on a very fast machine it may have been in time; what it was told is what happened */
    assert_int_equal(status, atomic_load(&late.runs) == 1 ? ANC_OK : ANC_DEADLINE);
}

/* ---- a failing disk ------------------------------------------------------------------------ */

static void a_failed_sync_stops_the_writer(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    insertion in = {.from = 50, .n = 1};
    assert_int_equal(run(k, 0, 1, ANC_OK), ANC_OK);
    fault_vfs_arm(0, SQLITE_IOERR_FSYNC, true, false);
    assert_int_equal(run(k, 1, 1, ANC_OK), ANC_IO);
    assert_true(fault_vfs_hit());
    fault_vfs_heal();
    assert_int_equal(condition(k), KRN_STOPPED);
    assert_int_equal(krn_writer_run(krn_sqlite_writer(k), &t.call, insert, &in), ANC_UNAVAILABLE);
    assert_non_null(strstr(t.err.text, "cannot be read or written"));
    assert_int_equal(atomic_load(&in.runs), 0);
    assert_true(count(k) <= 2); /* reading goes on */
    krn_sqlite_close(k);
}

static void a_failed_write_stops_nothing(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    assert_int_equal(run(k, 0, 1, ANC_OK), ANC_OK);
    fault_vfs_arm(0, SQLITE_IOERR_WRITE, false, false);
    assert_int_equal(run(k, 1, 1, ANC_OK), ANC_IO);
    assert_true(fault_vfs_hit());
    fault_vfs_heal();
    assert_int_equal(condition(k), KRN_FAILING);
    assert_int_equal(count(k), 1);
    assert_int_equal(run(k, 2, 1, ANC_OK), ANC_OK);
    assert_int_equal(condition(k), KRN_SOUND);
    assert_int_equal(count(k), 2);
    krn_sqlite_close(k);
}

static void a_full_disk_stops_nothing(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    assert_int_equal(run(k, 0, 1, ANC_OK), ANC_OK);
    fault_vfs_arm(0, SQLITE_FULL, false, false);
    assert_int_equal(run(k, 1, 1, ANC_OK), ANC_DISK_FULL);
    fault_vfs_heal();
    assert_int_equal(condition(k), KRN_SOUND);
    assert_int_equal(run(k, 2, 1, ANC_OK), ANC_OK);
    assert_int_equal(count(k), 2);
    krn_sqlite_close(k);
}

static anc_status fill_the_disk(void *arg, krn_tx *tx, anc_err *err)
{
    (void)arg;
    return db_exec(tx->connection,
                   "PRAGMA max_page_count=20; INSERT INTO numbers VALUES(777, zeroblob(9000000))",
                   err);
}

static anc_status give_space_back(void *arg, krn_tx *tx, anc_err *err)
{
    (void)arg;
    return db_exec(tx->connection, "PRAGMA max_page_count=1000000", err);
}

/* SQLite undoes the whole transaction when the disk is full in its middle: nobody before is told
 * that his part is safe, and those after it are run. */
static void a_transaction_lost_in_the_middle(void **state)
{
    (void)state;
    const row without = {"", true};
    krn_sqlite *k = open_fresh(&without);
    const krn_writer w = krn_sqlite_writer(k);
    anc_err err = {0};
    posting before = {.in = {.from = 1, .n = 1}}, full = {.told = 0}, space = {.told = 0};
    posting after = {.in = {.from = 2, .n = 1}};
    ASSERT_OK(krn_writer_post(w, insert_posted, &before, on_done, &err), &err);
    ASSERT_OK(krn_writer_post(w, fill_the_disk, &full, on_done, &err), &err);
    ASSERT_OK(krn_writer_post(w, give_space_back, &space, on_done, &err), &err);
    ASSERT_OK(krn_writer_post(w, insert_posted, &after, on_done, &err), &err);
    (void)krn_sqlite_step(k, 0);
    assert_int_equal(full.status, ANC_DISK_FULL);
    assert_int_equal(after.status, ANC_OK);
    assert_int_equal(ask(k, "SELECT count(*) FROM numbers WHERE n=1"), before.status == ANC_OK);
    assert_int_equal(ask(k, "SELECT count(*) FROM numbers WHERE n=2"), 1);
    assert_int_equal(ask(k, "SELECT count(*) FROM numbers WHERE n=777"), 0);
    krn_sqlite_close(k);
}

static void a_newer_folder_is_refused(void **state)
{
    (void)state;
    static const db_migration newer[] = {{"test", 1, "numbers", "CREATE TABLE numbers(n)"},
                                         {"test", 2, "more", "CREATE TABLE more(n)"}};
    (void)fresh_path();
    krn_sqlite_options o = options_for(&rows[1]);
    o.migrations = newer;
    o.n_migrations = 2;
    krn_sqlite_close(open_with(&o));
    o = options_for(&rows[1]);
    krn_sqlite *k = NULL;
    anc_err err = {0};
    assert_int_equal(krn_sqlite_open(&o, &k, &err), ANC_UNSUPPORTED);
    assert_non_null(strstr(err.text, "newer version"));
    assert_null(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(closures_of_a_group_are_undone_one_by_one),
        cmocka_unit_test(many_closures_share_a_commit),
        cmocka_unit_test(deadlines_pass_while_waiting),
        cmocka_unit_test(a_transaction_lost_in_the_middle),
        cmocka_unit_test(a_newer_folder_is_refused),
    };
    if (mkdtemp(folder) == NULL)
        return 1;
    fault_vfs_register();
    int failed = cmocka_run_group_tests_name("writer", tests, NULL, NULL);
    failed += RUN_TABLE("durable", rows, what_run_gives_back_is_durable);
    failed += RUN_TABLE("reasons", rows, a_failure_says_why);
    failed += RUN_TABLE("late", rows, late_and_cancelled_calls_are_not_begun);
    failed += RUN_TABLE("posted", rows, posted_work_is_told_once);
    failed += RUN_TABLE("failed sync", rows, a_failed_sync_stops_the_writer);
    failed += RUN_TABLE("failed write", rows, a_failed_write_stops_nothing);
    failed += RUN_TABLE("full disk", rows, a_full_disk_stops_nothing);
    anc_err err = {0};
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    return failed;
}
