/* catalog_fixture.h - a fresh catalog for each test, in a folder of the program, and closures that
 * insert numbers into a table of the test's own. */
#ifndef ANC_TESTS_CONTRACT_CATALOG_CATALOG_FIXTURE_H
#define ANC_TESTS_CONTRACT_CATALOG_CATALOG_FIXTURE_H

#include "support/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/adapters/system/system.h"
#include "os/file.h"
#include "support/call.h"
#include "support/fault_vfs.h"

typedef struct {
    const char *name;
    bool without_thread;
} row;

static const row rows[] ANC_UNUSED = {{"with a thread", false}, {"without a thread", true}};

static char folder[] = "/tmp/anc-catalog-XXXXXX";
static char path[128];
static unsigned files;

static const db_migration test_tables[] = {
    {"test", 1, "numbers", "CREATE TABLE numbers(n INTEGER PRIMARY KEY CHECK(n<1000000), pad)"}};

static inline const char *fresh_path(void)
{
    (void)snprintf(path, sizeof path, "%s/%u.db", folder, files++);
    return path;
}

static inline krn_sqlite_options options_for(const row *r)
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

static inline krn_sqlite *open_with(const krn_sqlite_options *o)
{
    anc_err err = {0};
    krn_sqlite *k = NULL;
    ASSERT_OK(krn_sqlite_open(o, &k, &err), &err);
    return k;
}

static inline krn_sqlite *open_fresh(const row *r)
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

static inline anc_status insert(void *arg, krn_tx *tx, anc_err *err)
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

static inline anc_status run(krn_sqlite *k, int64_t from, int64_t n, anc_status then)
{
    TEST_CALL(t);
    insertion in = {.from = from, .n = n, .then = then};
    return krn_writer_run(krn_sqlite_writer(k), &t.call, insert, &in);
}

static inline int64_t ask(krn_sqlite *k, const char *sql)
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

static inline int64_t count(krn_sqlite *k)
{
    return ask(k, "SELECT count(*) FROM numbers");
}

#endif
