/* migrate.c - numbered steps of a schema. */
#include "db/sqlite/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/file.h"
#include "sqlite_impl.h"

enum { COPY_PAGES = 1024 };

static const char make_table[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations(component TEXT NOT NULL, number INTEGER NOT NULL,"
    " name TEXT NOT NULL, applied_ms INTEGER NOT NULL, PRIMARY KEY(component, number)) WITHOUT "
    "ROWID";

static anc_status one_int(db_sqlite *db, const char *sql, const char *param, int64_t *ret,
                          anc_err *err)
{
    DB_STMT(s);
    bool row;
    ANC_TRY(db_prepare(db, sql, &s, err));
    if (param != NULL)
        db_bind_str(s, 1, anc_str_of(param));
    ANC_TRY(db_step(s, &row, err));
    *ret = row ? db_col_int(s, 0) : 0;
    return ANC_OK;
}

/* How many steps the file has gone through; a file without our table through none. */
static anc_status count_applied(db_sqlite *db, int64_t *ret, anc_err *err)
{
    int64_t there = 0;
    ANC_TRY(one_int(db,
                    "SELECT count(*) FROM sqlite_master WHERE type='table' AND"
                    " name='schema_migrations'",
                    NULL, &there, err));
    if (there == 0) {
        *ret = 0;
        return ANC_OK;
    }
    return one_int(db, "SELECT count(*) FROM schema_migrations", NULL, ret, err);
}

static anc_status latest_of(db_sqlite *db, const char *component, int64_t *ret, anc_err *err)
{
    return one_int(db, "SELECT coalesce(max(number),0) FROM schema_migrations WHERE component=?1",
                   component, ret, err);
}

static uint32_t latest_known(const db_migration *table, size_t n, const char *component)
{
    uint32_t latest = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].component, component) == 0 && table[i].number > latest)
            latest = table[i].number;
    return latest;
}

static anc_status refuse_newer(db_sqlite *db, const db_migration *table, size_t n, anc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        int64_t latest = 0;
        const uint32_t known = latest_known(table, n, table[i].component);
        ANC_TRY(latest_of(db, table[i].component, &latest, err));
        if (latest > known)
            return ANC_FAIL(
                err, ANC_UNSUPPORTED,
                "%.200s was written by a newer version: its %s tables are at step %lld, this "
                "program knows %u",
                db_path(db), table[i].component, (long long)latest, known);
    }
    return ANC_OK;
}

static anc_status copy_into(db_sqlite *db, const char *target, anc_err *err)
{
    sqlite3 *to = NULL;
    const db_watch seal = {.seal = db_has_sums(db)};
    db_make_private(target);
    int rc = sqlite3_open_v2(target, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                             db_checked_vfs(NULL));
    if (rc == SQLITE_OK)
        db_checked_watch(to, &seal);
    sqlite3_backup *b =
        rc == SQLITE_OK ? sqlite3_backup_init(to, "main", db->handle, "main") : NULL;
    if (b != NULL) {
        do
            rc = sqlite3_backup_step(b, COPY_PAGES);
        while (rc == SQLITE_OK);
        (void)sqlite3_backup_finish(b);
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_errcode(to);
    }
    anc_status status = ANC_OK;
    if (rc != SQLITE_DONE) {
        const db_sqlite other = {.handle = to, .path = db->path, .bad_page = db->bad_page};
        status = DB_FAIL(&other, rc, err);
    }
    (void)sqlite3_close(to);
    return status;
}

/* The copy gets its name when it is whole: under it there is never half a file. What a failed try
 * left is removed by the next. */
static anc_status copy_before(db_sqlite *db, int64_t applied, anc_err *err)
{
    char name[OS_PATH_MAX], part[OS_PATH_MAX];
    if (strcmp(db_path(db), ":memory:") == 0)
        return ANC_OK;
    const int n = snprintf(name, sizeof name, "%s.before-%lld", db_path(db), (long long)applied);
    const int m =
        snprintf(part, sizeof part, "%s.before-%lld.part", db_path(db), (long long)applied);
    if (n < 0 || m < 0 || (size_t)m >= sizeof part)
        return ANC_FAIL(err, ANC_INVALID, "the path %.200s… is too long for a copy", db_path(db));
    ANC_TRY(os_file_remove(anc_str_of(part), err));
    ANC_TRY(copy_into(db, part, err));
    return os_file_move(anc_str_of(part), anc_str_of(name), err);
}

static anc_status record(db_sqlite *db, const db_migration *m, int64_t now_ms, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "INSERT INTO schema_migrations VALUES(?1,?2,?3,?4)", &s, err));
    db_bind_str(s, 1, anc_str_of(m->component));
    db_bind_int(s, 2, m->number);
    db_bind_str(s, 3, anc_str_of(m->name));
    db_bind_int(s, 4, now_ms);
    return db_run(s, err);
}

static anc_status apply(db_sqlite *db, const db_migration *m, int64_t now_ms, anc_err *err)
{
    ANC_TRY(db_begin(db, err));
    anc_status status = db_exec(db, m->sql, err);
    if (status == ANC_OK)
        status = record(db, m, now_ms, err);
    if (status == ANC_OK)
        status = db_commit(db, err);
    db_rollback(db);
    return status;
}

anc_status db_migrate(db_sqlite *db, const db_migration *table, size_t n, int64_t now_ms,
                      anc_err *err)
{
    int64_t applied = 0;
    bool copied = false;
    ANC_TRY(count_applied(db, &applied, err));
    if (applied > 0)
        ANC_TRY(refuse_newer(db, table, n, err));
    else
        ANC_TRY(db_exec(db, make_table, err));
    for (size_t i = 0; i < n; i++) {
        int64_t latest = 0;
        ANC_TRY(latest_of(db, table[i].component, &latest, err));
        if (table[i].number <= latest)
            continue;
        if (applied > 0 && !copied)
            ANC_TRY(copy_before(db, applied, err));
        copied = true;
        ANC_TRY(apply(db, &table[i], now_ms, err));
    }
    return ANC_OK;
}

anc_status db_migrations_missing(db_sqlite *db, const db_migration *table, size_t n, size_t *ret,
                                 anc_err *err)
{
    int64_t applied = 0;
    size_t missing = 0;
    ANC_TRY(count_applied(db, &applied, err));
    if (applied > 0)
        ANC_TRY(refuse_newer(db, table, n, err));
    for (size_t i = 0; i < n; i++) {
        int64_t latest = 0;
        if (applied > 0)
            ANC_TRY(latest_of(db, table[i].component, &latest, err));
        missing += table[i].number > latest;
    }
    *ret = missing;
    return ANC_OK;
}
