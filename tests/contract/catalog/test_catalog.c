/* test_catalog.c - the contracts of kernel/ports writer.h, outbox.h and changes.h: sqlite, with a
 * thread and without one. */
#include "support/test.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/adapters/prometheus/prometheus.h"
#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/adapters/system/system.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/query_events.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"
#include "support/call.h"
#include "support/fault_vfs.h"

typedef struct {
    const char *name;
    bool without_thread;
} row;

static const row rows[] = {{"with a thread", false}, {"without a thread", true}};

static char folder[] = "/tmp/anc-catalog-XXXXXX";
static char path[128];
static unsigned files;

static const db_migration test_tables[] = {
    {"test", 1, "numbers", "CREATE TABLE numbers(n INTEGER PRIMARY KEY CHECK(n<1000000), pad)"}};

static const char *fresh_path(void)
{
    (void)snprintf(path, sizeof path, "%s/%u.db", folder, files++);
    return path;
}

static krn_sqlite_options options_for(const row *r)
{
    return (krn_sqlite_options){
        .path = anc_str_of(path),
        .clock = krn_system_clock(),
        .migrations = test_tables,
        .n_migrations = 1,
        .without_thread = r->without_thread,
        .vfs = "fault",
    };
}

static krn_sqlite *open_with(const krn_sqlite_options *o)
{
    anc_err err = {0};
    krn_sqlite *k = NULL;
    ASSERT_OK(krn_sqlite_open(o, &k, &err), &err);
    return k;
}

static krn_sqlite *open_fresh(const row *r)
{
    (void)fresh_path();
    const krn_sqlite_options o = options_for(r);
    return open_with(&o);
}

/* ---- closures ------------------------------------------------------------------------------ */

typedef struct insertion {
    int64_t from, n;
    anc_status then; /* what the closure gives when all went well */
    atomic_int runs;
} insertion;

static anc_status insert(void *arg, krn_tx *tx, anc_err *err)
{
    insertion *in = arg;
    atomic_fetch_add(&in->runs, 1);
    for (int64_t i = 0; i < in->n; i++) {
        DB_STMT(s);
        ANC_TRY(
            db_prepare(tx->connection, "INSERT INTO numbers VALUES(?1, zeroblob(100))", &s, err));
        db_bind_int(s, 1, in->from + i);
        ANC_TRY(db_run(s, err));
    }
    if (in->then != ANC_OK)
        return ANC_FAIL(err, in->then, "as told");
    return ANC_OK;
}

static anc_status run(krn_sqlite *k, int64_t from, int64_t n, anc_status then)
{
    TEST_CALL(t);
    insertion in = {.from = from, .n = n, .then = then};
    return krn_writer_run(krn_sqlite_writer(k), &t.call, insert, &in);
}

static int64_t ask(krn_sqlite *k, const char *sql)
{
    anc_err err = {0};
    db_sqlite *db = NULL;
    bool there = false;
    ASSERT_OK(db_readers_take(krn_sqlite_readers(k), INT64_MAX, &db, &err), &err);
    int64_t n = 0;
    {
        DB_STMT(s);
        ASSERT_OK(db_prepare(db, sql, &s, &err), &err);
        ASSERT_OK(db_step(s, &there, &err), &err);
        n = there ? db_col_int(s, 0) : -1;
    }
    db_readers_give(krn_sqlite_readers(k), db);
    return n;
}

static int64_t count(krn_sqlite *k)
{
    return ask(k, "SELECT count(*) FROM numbers");
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
    assert_true(krn_sqlite_writer(k).ops->healthy(k));
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
    os_pool_close(pool);
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
    assert_false(krn_sqlite_writer(k).ops->healthy(k));
    assert_int_equal(krn_writer_run(krn_sqlite_writer(k), &t.call, insert, &in), ANC_UNAVAILABLE);
    assert_non_null(strstr(t.err.text, "disk I/O error"));
    assert_int_equal(atomic_load(&in.runs), 0);
    assert_true(count(k) <= 2); /* reading goes on */
    krn_sqlite_close(k);
}

static void a_full_disk_stops_nothing(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    assert_int_equal(run(k, 0, 1, ANC_OK), ANC_OK);
    fault_vfs_arm(0, SQLITE_FULL, false, false);
    assert_int_equal(run(k, 1, 1, ANC_OK), ANC_DISK_FULL);
    fault_vfs_heal();
    assert_true(krn_sqlite_writer(k).ops->healthy(k));
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

/* ---- outbox -------------------------------------------------------------------------------- */

typedef struct appending {
    krn_outbox outbox;
    ev_type_id type;
    const void *payload;
    int n;
    anc_status then;
} appending;

static anc_status append(void *arg, krn_tx *tx, anc_err *err)
{
    const appending *a = arg;
    const ev_context context = {.component = ANC_STR("test"), .user_id = ANC_STR("u1")};
    for (int i = 0; i < a->n; i++)
        ANC_TRY(krn_outbox_append(a->outbox, tx, a->type, a->payload, &context, err));
    return a->then == ANC_OK ? ANC_OK : ANC_FAIL(err, a->then, "as told");
}

static anc_status append_events(krn_sqlite *k, ev_type_id type, int n, anc_status then)
{
    static const ev_document_deleted deleted = {
        .document_id = ANC_STR_INIT("d1"), .collection = ANC_STR_INIT("c"), .version = 3};
    static const ev_query_failed failed = {.query_id = ANC_STR_INIT("q1")};
    TEST_CALL(t);
    appending a = {krn_sqlite_outbox(k), type,
                   type == EV_QUERY_FAILED ? (const void *)&failed : &deleted, n, then};
    return krn_writer_run(krn_sqlite_writer(k), &t.call, append, &a);
}

static uint64_t outbox_head(krn_sqlite *k)
{
    TEST_CALL(t);
    uint64_t head = 0;
    ASSERT_OK(krn_sqlite_outbox(k).ops->head(k, &t.call, &head), &t.err);
    return head;
}

static void events_are_kept_with_their_transaction(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    krn_kept_event *events;
    size_t n;
    ev_envelope e;
    assert_int_equal(outbox_head(k), 0);
    assert_int_equal(append_events(k, EV_DOCUMENT_DELETED, 2, ANC_OK), ANC_OK);
    assert_int_equal(append_events(k, EV_DOCUMENT_DELETED, 3, ANC_CONFLICT), ANC_CONFLICT);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 1, ANC_OK), ANC_OK);
    const krn_event_filter all = {.limit = 100};
    ASSERT_OK(krn_sqlite_outbox(k).ops->read(k, &t.call, &all, &events, &n), &t.err);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || events[i].seq > events[i - 1].seq);
        ASSERT_OK(ev_envelope_read(t.call.mem, events[i].envelope, &e, &t.err), &t.err);
        assert_int_equal(e.seq, events[i].seq);
        assert_true(anc_str_eq(e.id, events[i].id) && anc_str_eq(e.type_name, events[i].type));
        assert_int_equal(e.time_ms, events[i].time_ms);
        assert_true(anc_str_eq(e.user_id, ANC_STR("u1")));
    }
    assert_true(anc_str_eq(e.aggregate_id, ANC_STR("q1")));
    assert_int_equal(outbox_head(k), events[2].seq);
    krn_sqlite_close(k);
}

typedef struct {
    const char *name;
    krn_event_filter filter;
    uint64_t seqs[8]; /* of the ten: 1 to 5 deleted, 6 to 10 query failed (an error) */
} filter_row;

static const filter_row filter_rows[] = {
    {"the first", {.limit = 3}, {1, 2, 3}},
    {"after one", {.limit = 2, .after_seq = 4}, {5, 6}},
    {"the newest", {.limit = 2, .newest_first = true}, {10, 9}},
    {"the page before", {.limit = 3, .newest_first = true, .before_seq = 9}, {8, 7, 6}},
    {"an exact type", {.limit = 2, .type = {"query.failed", 12}}, {6, 7}},
    {"a prefix", {.limit = 2, .type = {"document.*", 10}, .after_seq = 3}, {4, 5}},
    {"a prefix that is no type's", {.limit = 2, .type = {"documents.*", 11}}, {0}},
    {"all types", {.limit = 2, .type = {"*", 1}, .after_seq = 4}, {5, 6}},
    {"errors", {.limit = 2, .with_severity = true, .severity = EV_ERROR_SEVERITY}, {6, 7}},
    {"since the far future", {.limit = 2, .since_ms = INT64_MAX}, {0}},
    {"since long ago", {.limit = 1, .since_ms = 1}, {1}},
};

static krn_sqlite *ten_events;

static void filters(void **state)
{
    const filter_row *r = *state;
    TEST_CALL(t);
    krn_kept_event *events;
    size_t n;
    ASSERT_OK(krn_sqlite_outbox(ten_events).ops->read(ten_events, &t.call, &r->filter, &events, &n),
              &t.err);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(events[i].seq, r->seqs[i]);
    assert_int_equal(r->seqs[n], 0);
}

static void open_ten(void)
{
    ten_events = open_fresh(&rows[1]);
    assert_int_equal(append_events(ten_events, EV_DOCUMENT_DELETED, 5, ANC_OK), ANC_OK);
    assert_int_equal(append_events(ten_events, EV_QUERY_FAILED, 5, ANC_OK), ANC_OK);
}

static void limits_are_checked(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    krn_kept_event *events;
    size_t n;
    krn_event_filter f = {.limit = 0};
    assert_int_equal(krn_sqlite_outbox(k).ops->read(k, &t.call, &f, &events, &n), ANC_INVALID);
    f.limit = 1001;
    assert_int_equal(krn_sqlite_outbox(k).ops->read(k, &t.call, &f, &events, &n), ANC_INVALID);
    f.limit = 1;
    t.call.deadline_ns = 1;
    anc_err_clear(&t.err);
    assert_int_equal(krn_sqlite_outbox(k).ops->read(k, &t.call, &f, &events, &n), ANC_DEADLINE);
    krn_sqlite_close(k);
}

typedef struct cursoring {
    krn_outbox outbox;
    const char *consumer;
    uint64_t seq;
    uint64_t keep; /* of a pruning */
    int64_t before_ms;
    size_t limit, removed;
} cursoring;

static anc_status set_cursor(void *arg, krn_tx *tx, anc_err *err)
{
    const cursoring *c = arg;
    return c->outbox.ops->cursor_set(c->outbox.self, tx, anc_str_of(c->consumer), c->seq, err);
}

static anc_status prune(void *arg, krn_tx *tx, anc_err *err)
{
    cursoring *c = arg;
    return c->outbox.ops->prune(c->outbox.self, tx, c->before_ms, c->keep, c->limit, &c->removed,
                                err);
}

static void move_cursor(krn_sqlite *k, const char *consumer, uint64_t seq)
{
    TEST_CALL(t);
    cursoring c = {.outbox = krn_sqlite_outbox(k), .consumer = consumer, .seq = seq};
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, set_cursor, &c), &t.err);
    uint64_t got = 0;
    ASSERT_OK(c.outbox.ops->cursor_get(k, &t.call, anc_str_of(consumer), &got), &t.err);
    assert_int_equal(got, seq);
}

static size_t prune_now(krn_sqlite *k, int64_t before_ms, uint64_t keep, size_t limit)
{
    TEST_CALL(t);
    cursoring c = {
        .outbox = krn_sqlite_outbox(k), .keep = keep, .before_ms = before_ms, .limit = limit};
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, prune, &c), &t.err);
    return c.removed;
}

static void pruning_waits_for_every_cursor(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 10, ANC_OK), ANC_OK);
    move_cursor(k, "relay", 9);
    move_cursor(k, "tracking", 3);
    assert_int_equal(prune_now(k, 0, 8, 100), 2);         /* beyond the newest eight */
    assert_int_equal(prune_now(k, 0, 8, 100), 0);         /* and no more */
    assert_int_equal(prune_now(k, INT64_MAX, 8, 100), 1); /* old, but tracking is at 3 */
    move_cursor(k, "tracking", 10);
    assert_int_equal(prune_now(k, INT64_MAX, 100, 4), 4); /* a bounded piece */
    assert_int_equal(prune_now(k, INT64_MAX, 100, 100), 2);
    move_cursor(k, "relay", 10);
    assert_int_equal(prune_now(k, INT64_MAX, 100, 100), 1);
    krn_sqlite_close(k);
    const krn_sqlite_options o = options_for(*state);
    k = open_with(&o);
    assert_int_equal(outbox_head(k), 10);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 1, ANC_OK), ANC_OK);
    assert_int_equal(outbox_head(k), 11); /* a seq is never given twice */
    krn_sqlite_close(k);
}

/* ---- change log ---------------------------------------------------------------------------- */

typedef struct changing {
    krn_changes changes;
    const char *document;
    anc_status then;
    uint64_t seq;
} changing;

static anc_status change(void *arg, krn_tx *tx, anc_err *err)
{
    changing *c = arg;
    const krn_change row_of = {.op = KRN_CHANGE_PUBLISH,
                               .collection = ANC_STR("c"),
                               .document_id = anc_str_of(c->document),
                               .version = 7};
    ANC_TRY(c->changes.ops->append(c->changes.self, tx, &row_of, &c->seq, err));
    return c->then == ANC_OK ? ANC_OK : ANC_FAIL(err, c->then, "as told");
}

static void changes_follow_their_transaction(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const krn_changes changes = krn_sqlite_changes(k);
    TEST_CALL(t);
    uint64_t head = 99, last = 0;
    krn_change *list;
    size_t n;
    ASSERT_OK(changes.ops->head(k, &t.call, &head), &t.err);
    assert_int_equal(head, 0);
    for (int i = 0; i < 6; i++) {
        const char *names[] = {"a", "b", "c", "d", "e", "f"};
        changing c = {changes, names[i], i % 2 == 1 ? ANC_CONFLICT : ANC_OK, 0};
        anc_err_clear(&t.err);
        assert_int_equal(krn_writer_run(krn_sqlite_writer(k), &t.call, change, &c), c.then);
        assert_true(c.seq > last);
        last = i % 2 == 1 ? last : c.seq;
    }
    ASSERT_OK(changes.ops->read(k, &t.call, 0, 100, &list, &n), &t.err);
    assert_int_equal(n, 3);
    assert_true(anc_str_eq(list[0].document_id, ANC_STR("a")));
    assert_true(anc_str_eq(list[2].document_id, ANC_STR("e")));
    assert_true(list[1].op == KRN_CHANGE_PUBLISH && list[1].version == 7);
    assert_true(anc_str_eq(list[1].collection, ANC_STR("c")));
    ASSERT_OK(changes.ops->head(k, &t.call, &head), &t.err);
    assert_true(head == list[2].seq && head == last);
    const uint64_t first = list[0].seq;
    ASSERT_OK(changes.ops->read(k, &t.call, first, 1, &list, &n), &t.err);
    assert_true(n == 1 && anc_str_eq(list[0].document_id, ANC_STR("c")));
    krn_sqlite_close(k);
}

static void count_wake(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static void listeners_hear_of_commits(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const krn_changes changes = krn_sqlite_changes(k);
    const krn_outbox outbox = krn_sqlite_outbox(k);
    atomic_int changed = 0, posted = 0;
    TEST_CALL(t);
    ASSERT_OK(changes.ops->listen(k, count_wake, &changed, &t.err), &t.err);
    ASSERT_OK(outbox.ops->listen(k, count_wake, &posted, &t.err), &t.err);
    for (int i = 1; i < 16; i++)
        ASSERT_OK(changes.ops->listen(k, count_wake, &changed, &t.err), &t.err);
    assert_int_equal(changes.ops->listen(k, count_wake, &changed, &t.err), ANC_LIMIT);
    anc_err_clear(&t.err);
    assert_int_equal(run(k, 1, 1, ANC_OK), ANC_OK); /* neither log */
    changing c = {changes, "a", ANC_OK, 0};
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, change, &c), &t.err);
    assert_int_equal(append_events(k, EV_QUERY_FAILED, 4, ANC_OK), ANC_OK);
    krn_sqlite_close(k);
    assert_int_equal(atomic_load(&changed), 16);
    assert_int_equal(atomic_load(&posted), 1);
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
    int failed = cmocka_run_group_tests_name("catalog", tests, NULL, NULL);
    failed += RUN_TABLE("durable", rows, what_run_gives_back_is_durable);
    failed += RUN_TABLE("reasons", rows, a_failure_says_why);
    failed += RUN_TABLE("late", rows, late_and_cancelled_calls_are_not_begun);
    failed += RUN_TABLE("posted", rows, posted_work_is_told_once);
    failed += RUN_TABLE("failed sync", rows, a_failed_sync_stops_the_writer);
    failed += RUN_TABLE("full disk", rows, a_full_disk_stops_nothing);
    failed += RUN_TABLE("outbox", rows, events_are_kept_with_their_transaction);
    failed += RUN_TABLE("outbox limits", rows, limits_are_checked);
    failed += RUN_TABLE("pruning", rows, pruning_waits_for_every_cursor);
    failed += RUN_TABLE("changes", rows, changes_follow_their_transaction);
    failed += RUN_TABLE("listeners", rows, listeners_hear_of_commits);
    open_ten();
    failed += RUN_TABLE("filters", filter_rows, filters);
    krn_sqlite_close(ten_events);
    anc_err err = {0};
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    return failed;
}
