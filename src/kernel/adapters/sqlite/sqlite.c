/* sqlite.c - opening and closing the catalog's file; its own tables. */
#include "kernel/adapters/sqlite/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "db/sqlite/page_scan.h"
#include "impl.h"
#include "os/clock.h"
#include "os/wait.h"

enum {
    DEFAULT_QUEUED = 1024,
    DEFAULT_READERS = 4,
    MIGRATIONS_MAX = 4096,
    SCRUB_TRIES = 50,
    SCRUB_WAIT_MS = 100,
    SCRUB_PAUSE_NS = 100000000
};

/* AUTOINCREMENT: a seq is never given twice, not even after the newest row was removed. */
static const db_migration own_migrations[] = {
    {"kernel", 1, "outbox, cursors and change log",
     "CREATE TABLE outbox("
     " seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, type TEXT NOT NULL,"
     " severity INTEGER NOT NULL, time_ms INTEGER NOT NULL, envelope TEXT NOT NULL);"
     "CREATE INDEX outbox_type ON outbox(type, seq);"
     "CREATE TABLE event_cursor(consumer TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
     "CREATE TABLE change_log("
     " seq INTEGER PRIMARY KEY AUTOINCREMENT, op INTEGER NOT NULL, collection TEXT NOT NULL,"
     " document_id TEXT NOT NULL, version INTEGER NOT NULL)"},
    {"kernel", 2, "answers kept for a key",
     "CREATE TABLE kept_reply("
     " name TEXT PRIMARY KEY NOT NULL, digest BLOB NOT NULL, id TEXT NOT NULL,"
     " begun_ms INTEGER NOT NULL, status INTEGER NOT NULL, etag TEXT NOT NULL,"
     " location TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;"
     "CREATE INDEX kept_reply_time ON kept_reply(begun_ms)"},
    {"kernel", 3, "events of other services that took effect",
     "CREATE TABLE inbox("
     " seq INTEGER PRIMARY KEY AUTOINCREMENT, event BLOB NOT NULL UNIQUE, subject BLOB NOT NULL,"
     " time_ms INTEGER NOT NULL, taken_ms INTEGER NOT NULL);"
     "CREATE INDEX inbox_subject ON inbox(subject, time_ms)"},
    {"kernel", 4, "whose an answer is that is kept for a key",
     "ALTER TABLE kept_reply ADD COLUMN user TEXT;"
     "CREATE INDEX kept_reply_user ON kept_reply(user)"},
    {"kernel", 5, "events that are not a consumer's to read",
     "CREATE TABLE event_gap("
     " consumer TEXT NOT NULL, after_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,"
     " PRIMARY KEY(consumer, after_seq)) WITHOUT ROWID"},
};

anc_status krn_sqlite_migrations(const krn_sqlite_options *o, db_migration **ret, size_t *ret_n,
                                 anc_err *err)
{
    const size_t own = ANC_COUNT(own_migrations);
    if (o->n_migrations > MIGRATIONS_MAX)
        return ANC_FAIL(err, ANC_BUG, "%zu migrations", o->n_migrations);
    db_migration *all = calloc(own + o->n_migrations, sizeof *all);
    if (all == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for %zu migrations", o->n_migrations);
    memcpy(all, own_migrations, sizeof own_migrations);
    if (o->n_migrations > 0)
        memcpy(all + own, o->migrations, o->n_migrations * sizeof *all);
    *ret = all;
    *ret_n = own + o->n_migrations;
    return ANC_OK;
}

static anc_status migrate(krn_sqlite *k, const krn_sqlite_options *o, anc_err *err)
{
    db_migration *all = NULL;
    size_t n = 0;
    ANC_TRY(krn_sqlite_migrations(o, &all, &n, err));
    const anc_status status = db_migrate(k->db, all, n, krn_wall_ms(k->clock), err);
    free(all);
    return status;
}

static void name_series(krn_sqlite *k, krn_metrics m)
{
    if (m.ops == NULL)
        return;
    k->commits = m.ops->counter(m.self, "anchorage_writer_commits_total", "",
                                "Group commits of the catalog");
    k->closures =
        m.ops->counter(m.self, "anchorage_writer_units_total", "", "Units of work that were run");
    k->failures = m.ops->counter(m.self, "anchorage_writer_failures_total", "",
                                 "Units of work that were undone");
    k->waiting = m.ops->gauge(m.self, "anchorage_writer_queue", "", "Units of work that wait");
    k->commit_seconds =
        m.ops->histogram(m.self, "anchorage_writer_commit_seconds", "", "Duration of a commit",
                         krn_latency_bounds, KRN_HISTOGRAM_BUCKETS);
}

/* A catalog of a version that had no sums gets them once; without room it stays readable without. */
static anc_status add_sums(krn_sqlite *k, anc_err *err)
{
    anc_err why = {0};
    const anc_status status = db_add_sums(k->db, &why);
    if (status == ANC_OK || status == ANC_DISK_FULL)
        return ANC_OK;
    return anc_fail_at(err, status, why.where, "%s", why.text);
}

/* The first page that is not sound is what health tells; each of the next is a line in the log. */
static void on_damage(void *arg, uint32_t page)
{
    krn_sqlite *k = arg;
    uint32_t none = 0;
    (void)atomic_compare_exchange_strong(&k->damaged_page, &none, page);
    krn_log_write(k->log, KRN_ERROR, "catalog", "a damaged page was read", KRN_INT("page", page));
}

static anc_status open_files(krn_sqlite *k, const krn_sqlite_options *o, anc_err *err)
{
    const db_options options = {.vfs = o->vfs, .on_damage = on_damage, .damage_arg = k};
    ANC_TRY(db_wal_scan(o->path, err));
    ANC_TRY(db_open(o->path, &options, &k->db, err));
    ANC_TRY(add_sums(k, err));
    ANC_TRY(migrate(k, o, err));
    ANC_TRY(krn_sqlite_head(k->db, "outbox", &k->outbox_seq, err));
    return db_readers_open(o->path, &options, o->readers > 0 ? o->readers : DEFAULT_READERS,
                           &k->readers, err);
}

anc_status krn_sqlite_open(const krn_sqlite_options *options, krn_sqlite **ret, anc_err *err)
{
    krn_sqlite *k = calloc(1, sizeof *k);
    if (k == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the catalog");
    k->clock = options->clock;
    k->log = options->log;
    k->without_thread = options->without_thread;
    k->veil = options->veil;
    k->max_queued = options->max_queued > 0 ? options->max_queued : DEFAULT_QUEUED;
    (void)pthread_mutex_init(&k->mutex, NULL);
    os_cond_init(&k->work);
    os_cond_init(&k->finished);
    name_series(k, options->metrics);
    anc_status status = open_files(k, options, err);
    if (status == ANC_OK)
        status = krn_sqlite_writer_start(k, err);
    if (status != ANC_OK) {
        krn_sqlite_close(k);
        return status;
    }
    *ret = k;
    return ANC_OK;
}

/* *ret_empty is false where somebody reads the old pages, or writes. */
static anc_status empty_log(db_sqlite *db, bool *ret_empty, anc_err *err)
{
    DB_STMT(s);
    bool row;
    ANC_TRY(db_prepare(db, "PRAGMA wal_checkpoint(TRUNCATE)", &s, err));
    ANC_TRY(db_step(s, &row, err));
    *ret_empty = row && db_col_int(s, 0) == 0;
    return ANC_OK;
}

/* While it waits for readers nobody can write, so that it waits for a moment, many times. */
static anc_status empty_log_at_last(const krn_sqlite *k, db_sqlite *db, krn_call *call)
{
    bool empty = false;
    for (int tries = 0; tries < SCRUB_TRIES; tries++) {
        ANC_TRY(empty_log(db, &empty, call->err));
        if (empty)
            return ANC_OK;
        ANC_TRY(krn_call_check(k->clock, call));
        os_sleep_ns(SCRUB_PAUSE_NS);
    }
    return ANC_FAIL(call->err, ANC_UNAVAILABLE,
                    "what was erased is still in the catalog's log, which others read: try again");
}

/* On a connection of its own: the writer's belongs to its thread. */
anc_status krn_sqlite_scrub(krn_sqlite *k, krn_call *call)
{
    const db_options impatient = {.busy_timeout_ms = SCRUB_WAIT_MS};
    db_sqlite *db = NULL;
    ANC_TRY(db_open(anc_str_of(db_path(k->db)), &impatient, &db, call->err));
    const anc_status status = empty_log_at_last(k, db, call);
    db_close(db);
    return status;
}

void krn_sqlite_close(krn_sqlite *k)
{
    if (k == NULL)
        return;
    if (k->db != NULL)
        krn_sqlite_writer_stop(k);
    db_readers_close(k->readers);
    db_close(k->db);
    (void)pthread_cond_destroy(&k->finished);
    (void)pthread_cond_destroy(&k->work);
    (void)pthread_mutex_destroy(&k->mutex);
    free(k);
}

krn_writer krn_sqlite_writer(krn_sqlite *k)
{
    return (krn_writer){&krn_sqlite_writer_ops, k};
}

krn_outbox krn_sqlite_outbox(krn_sqlite *k)
{
    return (krn_outbox){&krn_sqlite_outbox_ops, k};
}

krn_changes krn_sqlite_changes(krn_sqlite *k)
{
    return (krn_changes){&krn_sqlite_changes_ops, k};
}

krn_replies krn_sqlite_replies(krn_sqlite *k)
{
    return (krn_replies){&krn_sqlite_replies_ops, k};
}

krn_inbox krn_sqlite_inbox(krn_sqlite *k)
{
    return (krn_inbox){&krn_sqlite_inbox_ops, k};
}

db_readers *krn_sqlite_readers(krn_sqlite *k)
{
    return k->readers;
}

/* ---- what outbox and change log share ------------------------------------------------------ */

anc_status krn_sqlite_head(db_sqlite *db, const char *table, uint64_t *ret, anc_err *err)
{
    DB_STMT(s);
    bool row;
    ANC_TRY(db_prepare(db, "SELECT seq FROM sqlite_sequence WHERE name=?1", &s, err));
    db_bind_str(s, 1, anc_str_of(table));
    ANC_TRY(db_step(s, &row, err));
    *ret = row ? (uint64_t)db_col_int(s, 0) : 0;
    return ANC_OK;
}

anc_status krn_listeners_add(listeners *l, void (*wake)(void *arg), void *arg, anc_err *err)
{
    if (l->n == LISTENERS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "more than %d listeners", LISTENERS_MAX);
    l->list[l->n].wake = wake;
    l->list[l->n].arg = arg;
    l->n++;
    return ANC_OK;
}

void krn_listeners_wake(listeners *l)
{
    if (!l->touched)
        return;
    l->touched = false;
    for (size_t i = 0; i < l->n; i++)
        l->list[i].wake(l->list[i].arg);
}

static anc_status check_call(void *arg)
{
    const reading *r = arg;
    return krn_call_check(r->k->clock, r->call);
}

anc_status krn_reading_begin(reading *r, krn_sqlite *k, krn_call *call)
{
    ANC_TRY(krn_call_check(k->clock, call));
    ANC_TRY(db_readers_take(k->readers, call->deadline_ns, &r->db, call->err));
    r->k = k;
    r->call = call;
    db_check_set(r->db, check_call, r);
    return ANC_OK;
}

void krn_reading_end(reading *r)
{
    if (r->db != NULL)
        db_readers_give(r->k->readers, r->db);
}
