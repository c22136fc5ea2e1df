/* torture_catalog_disk.c - every operation of the catalog's disk fails once: writes, syncs, truncations,
 * reads, with each of the ways a disk has. What was acknowledged is there after the next start, a closure
 * is whole or absent, and a sync that failed ends the writing for good. */
#include "support/test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/adapters/system/system.h"
#include "os/file.h"
#include "support/call.h"
#include "support/fault_vfs.h"

enum { UNITS = 8, ROWS_PER_UNIT = 40, OPERATIONS_MAX = 2000 };

static char folder[] = "/tmp/anc-catalog-disk-XXXXXX";
static char path[128];
static unsigned files;

static const db_migration tables[] = {
    {"test", 1, "units", "CREATE TABLE unit(n INTEGER NOT NULL, pad BLOB NOT NULL)"}};

static const struct row {
    const char *name;
    int code;
    bool syncs_only, reads;
    anc_status told;
} rows[] = {
    {"a write fails", SQLITE_IOERR_WRITE, false, false, ANC_IO},
    {"a sync fails", SQLITE_IOERR_FSYNC, true, false, ANC_IO},
    {"a read fails", SQLITE_IOERR_READ, false, true, ANC_IO},
    {"the disk is full", SQLITE_FULL, false, false, ANC_DISK_FULL},
};

static anc_status write_unit(void *arg, krn_tx *tx, anc_err *err)
{
    const int64_t *n = arg;
    for (int i = 0; i < ROWS_PER_UNIT; i++) {
        DB_STMT(s);
        ANC_TRY(
            db_prepare(tx->connection, "INSERT INTO unit VALUES(?1, randomblob(900))", &s, err));
        db_bind_int(s, 1, *n);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

static krn_sqlite *open_catalog(void)
{
    anc_err err = {0};
    krn_sqlite *k = NULL;
    const krn_sqlite_options o = {.path = anc_str_of(path),
                                  .clock = krn_system_clock(),
                                  .migrations = tables,
                                  .n_migrations = 1,
                                  .without_thread = true,
                                  .vfs = "fault"};
    ASSERT_OK(krn_sqlite_open(&o, &k, &err), &err);
    return k;
}

static int64_t rows_of(krn_sqlite *k, int64_t unit)
{
    anc_err err = {0};
    db_sqlite *db = NULL;
    bool row = false;
    int64_t n = 0;
    ASSERT_OK(db_readers_take(krn_sqlite_readers(k), INT64_MAX, &db, &err), &err);
    {
        DB_STMT(s);
        ASSERT_OK(db_prepare(db, "SELECT count(*) FROM unit WHERE n=?1", &s, &err), &err);
        db_bind_int(s, 1, unit);
        ASSERT_OK(db_step(s, &row, &err), &err);
        n = db_col_int(s, 0);
    }
    db_readers_give(krn_sqlite_readers(k), db);
    return n;
}

/* Writes the units; which of them were acknowledged. */
static void write_all(krn_sqlite *k, const struct row *r, bool acknowledged[UNITS])
{
    bool ended = false;
    for (int64_t n = 0; n < UNITS; n++) {
        char text[KRN_CONDITION_TEXT];
        TEST_CALL(t);
        const anc_status status = krn_writer_run(krn_sqlite_writer(k), &t.call, write_unit, &n);
        acknowledged[n] = status == ANC_OK;
        if (ended)
            assert_int_equal(status, ANC_UNAVAILABLE);
        else if (status != ANC_OK)
            assert_int_equal(status, r->told);
        ended = krn_sqlite_writer(k).ops->condition(k, text) == KRN_STOPPED;
        assert_true(!ended || r->syncs_only); /* a write, a read, a full disk end nothing */
    }
}

/* Whether operation number `at` came. */
static bool one_run(const struct row *r, long at)
{
    bool acknowledged[UNITS];
    (void)snprintf(path, sizeof path, "%s/%u.db", folder, files++);
    krn_sqlite_close(open_catalog());
    krn_sqlite *k = open_catalog();
    fault_vfs_count_reads(r->reads);
    fault_vfs_arm(at, r->code, r->syncs_only, false);
    write_all(k, r, acknowledged);
    const bool hit = fault_vfs_hit();
    fault_vfs_heal();
    krn_sqlite_close(k);
    k = open_catalog();
    for (int64_t n = 0; n < UNITS; n++) {
        const int64_t there = rows_of(k, n);
        /* what failed may have been written after all, but whole */
        assert_true(there == ROWS_PER_UNIT || (there == 0 && !acknowledged[n]));
    }
    krn_sqlite_close(k);
    return hit;
}

static void every_operation_fails_once(void **state)
{
    const struct row *r = *state;
    long at = 0;
    while (one_run(r, at)) {
        at += at < 40 ? 1 : 7;
        assert_true(at < OPERATIONS_MAX);
    }
    assert_true(at > 3);
}

int main(void)
{
    anc_err err = {0};
    if (mkdtemp(folder) == NULL)
        return 1;
    fault_vfs_register();
    int failed = RUN_TABLE("a failing disk", rows, every_operation_fails_once);
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    return failed;
}
