/* connection.c - opening, settings, transactions, and SQLite's codes as ours.
 *
 * WAL lets readers work beside the one writer; synchronous=FULL makes a commit that was reported
 * survive a power loss. A file's schema is not trusted (no functions with side effects in it) and
 * double-quoted words are names, never texts.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "page_sum.h"
#include "sqlite_impl.h"

enum {
    DEFAULT_BUSY_MS = 5000,
    DEFAULT_CACHE_BYTES = 8 << 20,
    DEFAULT_STATEMENTS = 128,
    STATEMENTS_MAX = 1024,
    CHECK_EVERY = 4000, /* steps of SQLite's machine: well under a millisecond */
    NAME_BYTES = 16 << 10
};

static anc_status status_of_rc(const db_sqlite *db, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return ANC_DISK_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return ANC_CORRUPT;
    case SQLITE_CONSTRAINT:
        return ANC_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return ANC_UNAVAILABLE;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ANC_FORBIDDEN;
    case SQLITE_NOMEM:
        return ANC_NO_MEMORY;
    case SQLITE_TOOBIG:
        return ANC_LIMIT;
    case SQLITE_INTERRUPT:
        return db->check_status != ANC_OK ? db->check_status : ANC_CANCELLED;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        break;
    default:
        return ANC_BUG;
    }
    if (rc == SQLITE_IOERR_NOMEM)
        return ANC_NO_MEMORY;
    if (rc == SQLITE_IOERR_DATA)
        return ANC_CORRUPT;
    const int error = db->handle != NULL ? sqlite3_system_errno(db->handle) : 0;
    if (error == ENOSPC || error == EDQUOT)
        return ANC_DISK_FULL;
    if (error == EMFILE || error == ENFILE)
        return ANC_UNAVAILABLE;
    return error == EACCES || error == EPERM || error == EROFS ? ANC_FORBIDDEN : ANC_IO;
}

/* Once it is open by its name alone, since whoever asks reads what fails then, and where it lies is not theirs to know;
 * before that by its path, for whoever starts the server. */
static const char *name_of(const db_sqlite *db)
{
    const char *slash = db->open ? strrchr(db->path, '/') : NULL;
    return slash != NULL ? slash + 1 : db->path;
}

/* For people: neither SQLite's words nor the statement help whoever has to mend a file or a disk. */
static anc_status fail_plainly(const db_sqlite *db, int rc, anc_status status, const char *where,
                               anc_err *err)
{
    const char *name = db->path; /* cut where it leaves the server: anc_err_told */
    const int error = db->handle != NULL ? sqlite3_system_errno(db->handle) : 0;
    char words[128];
    if (status == ANC_DISK_FULL)
        return anc_fail_at(err, status, where, "%.300s cannot grow: the disk is full", name);
    if (status == ANC_CORRUPT && rc == SQLITE_IOERR_DATA)
        return anc_fail_at(err, status, where, "%.300s is damaged at page %u", name, db->bad_page);
    if (status == ANC_CORRUPT)
        return anc_fail_at(err, status, where, "%.300s is damaged%s (code %d)", name,
                           (rc & 0xff) == SQLITE_NOTADB ? " at its beginning, or no database" : "",
                           rc);
    return anc_fail_at(err, status, where, "%.300s cannot be read or written: %s (code %d)", name,
                       error != 0 ? strerror_r(error, words, sizeof words) : "the disk failed", rc);
}

anc_status db_fail_rc(const db_sqlite *db, int rc, const char *where, anc_err *err)
{
    const char *words = db->handle != NULL ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc);
    const anc_status status = status_of_rc(db, rc);
    const bool of_disk = (rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN;
    if ((rc & 0xff) == SQLITE_INTERRUPT)
        return anc_fail_at(err, status, where, "%s", anc_status_info(status)->text);
    if (status == ANC_CORRUPT || status == ANC_DISK_FULL || of_disk)
        return fail_plainly(db, rc, status, where, err);
    return anc_fail_at(err, status, where, "%.200s: %.200s (code %d)", name_of(db), words, rc);
}

anc_status db_exec(db_sqlite *db, const char *sql, anc_err *err)
{
    db->check_status = ANC_OK;
    const int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ANC_OK : DB_FAIL(db, rc, err);
}

static anc_status set_up(db_sqlite *db, const db_options *o, anc_err *err)
{
    char sql[512];
    const int64_t busy = o->busy_timeout_ms > 0 ? o->busy_timeout_ms : DEFAULT_BUSY_MS;
    const uint64_t cache = o->cache_bytes > 0 ? o->cache_bytes : DEFAULT_CACHE_BYTES;
    (void)sqlite3_busy_timeout(db->handle, busy < INT32_MAX ? (int)busy : INT32_MAX);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    (void)snprintf(sql, sizeof sql,
                   "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                   "PRAGMA secure_delete=ON;" /* what was deleted is nowhere in the file */
                   "PRAGMA journal_size_limit=67108864; PRAGMA mmap_size=0;" /* pages are checked */
                   "PRAGMA cache_size=-%llu",
                   (unsigned long long)cache / 1024);
    return db_exec(db, sql, err);
}

/* WAL is a property of the file; a reader finds it as the writer made it. */
static anc_status want_wal(db_sqlite *db, anc_err *err)
{
    DB_STMT(s);
    bool row;
    ANC_TRY(db_prepare(db, "PRAGMA journal_mode=WAL", &s, err));
    ANC_TRY(db_step(s, &row, err));
    const anc_str mode = row ? db_col_str(s, 0) : ANC_STR_NONE;
    if (anc_str_eq(mode, ANC_STR("wal")) || anc_str_eq(mode, ANC_STR("memory")))
        return ANC_OK;
    return ANC_FAIL(err, ANC_UNSUPPORTED, "%s: the file system does not allow a write-ahead log",
                    db->path);
}

static db_sqlite *db_new(anc_str path, size_t max_cached)
{
    db_sqlite *db = calloc(1, sizeof *db + max_cached * sizeof(db->cache[0]));
    if (db == NULL)
        return NULL;
    db->max_cached = max_cached;
    db->path = strndup(path.ptr, path.len);
    if (db->path == NULL) {
        free(db);
        return NULL;
    }
    return db;
}

static void tell_damage(void *arg, uint32_t page)
{
    db_sqlite *db = arg;
    db->bad_page = page;
    if (db->on_damage != NULL)
        db->on_damage(db->damage_arg, page);
}

bool db_is_left(anc_str path)
{
    ANC_BUF(log, NAME_BYTES);
    return anc_buf_printf(&log, "%.*s-wal", ANC_FMT(path)) && !os_exists(anc_buf_view(&log));
}

/* The name under which SQLite takes no locks, reads no log and makes no file: "file:///folder/catalog.db?immutable=1". */
static bool name_immutable(const char *path, anc_buf *out)
{
    bool ok = anc_buf_printf(out, "file:%s", path[0] == '/' ? "//" : "");
    for (const char *c = path; ok && *c != '\0'; c++)
        ok = strchr("%?#", *c) == NULL ? anc_buf_add_char(out, *c)
                                       : anc_buf_printf(out, "%%%02X", (unsigned)*c);
    return ok && anc_buf_printf(out, "?immutable=1");
}

void db_make_private(const char *path)
{
    const int fd = path[0] == ':' ? -1
                                  : open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                                         S_IRUSR | S_IWUSR);
    if (fd >= 0)
        (void)close(fd);
}

static anc_status open_handle(db_sqlite *db, const db_options *o, anc_err *err)
{
    int reserved = DB_SUM_BYTES;
    ANC_BUF(name, NAME_BYTES);
    const char *vfs = db_checked_vfs(o->vfs);
    const bool left = o->read_only && o->from_outside && db_is_left(anc_str_of(db->path));
    const int access =
        (o->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
        (left ? SQLITE_OPEN_URI : 0);
    if (vfs == NULL)
        return ANC_FAIL(err, ANC_BUG, "no layer for the files of %.300s", db->path);
    if (left && !name_immutable(db->path, &name))
        return ANC_FAIL(err, ANC_NO_MEMORY, "the name of %.300s", db->path);
    if (!o->read_only && o->vfs == NULL)
        db_make_private(db->path);
    const int rc = sqlite3_open_v2(left ? name.ptr : db->path, &db->handle,
                                   access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
    if (rc != SQLITE_OK)
        return DB_FAIL(db, rc, err);
    db->watch = (db_watch){.tell = tell_damage, .arg = db};
    db_checked_watch(db->handle, &db->watch);
    /* holds for a file that has no page yet, and for the next VACUUM of another */
    if (!o->read_only)
        (void)sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    return ANC_OK;
}

anc_status db_open(anc_str path, const db_options *options, db_sqlite **ret, anc_err *err)
{
    const db_options none = {0};
    const db_options *o = options != NULL ? options : &none;
    size_t statements = o->max_statements > 0 ? o->max_statements : DEFAULT_STATEMENTS;
    if (statements > STATEMENTS_MAX)
        statements = STATEMENTS_MAX;
    if (path.len == 0 || memchr(path.ptr, 0, path.len) != NULL)
        return ANC_FAIL(err, ANC_INVALID, "a database needs a path without NUL bytes");
    db_sqlite *db = db_new(path, statements);
    if (db == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a connection to %.*s", ANC_FMT(path));
    db->on_damage = o->on_damage;
    db->damage_arg = o->damage_arg;
    anc_status status = open_handle(db, o, err);
    if (status == ANC_OK)
        status = set_up(db, o, err);
    if (status == ANC_OK && !o->read_only)
        status = want_wal(db, err);
    if (status != ANC_OK) {
        db_close(db);
        return status;
    }
    db->open = true;
    *ret = db;
    return ANC_OK;
}

bool db_has_sums(db_sqlite *db)
{
    return db_checked_has_sums(db->handle);
}

anc_status db_add_sums(db_sqlite *db, anc_err *err)
{
    if (db_has_sums(db) || strcmp(db->path, ":memory:") == 0)
        return ANC_OK;
    db->watch.seal = true;
    db_cache_clear(db);
    anc_status status = db_exec(db, "VACUUM", err);
    if (status == ANC_OK)
        status = db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", err);
    db->watch.seal = false;
    return status;
}

void db_close(db_sqlite *db)
{
    if (db == NULL)
        return;
    db_rollback(db);
    db_cache_clear(db);
    const int rc = sqlite3_close(db->handle);
    assert(rc == SQLITE_OK && "a statement is still in use");
    (void)rc;
    free(db->path);
    free(db);
}

const char *db_path(const db_sqlite *db)
{
    return db->path;
}

int64_t db_changes(const db_sqlite *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t db_last_rowid(const db_sqlite *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

static anc_status run_cached(db_sqlite *db, const char *sql, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, sql, &s, err));
    return db_run(s, err);
}

anc_status db_begin(db_sqlite *db, anc_err *err)
{
    return run_cached(db, "BEGIN IMMEDIATE", err);
}

anc_status db_begin_read(db_sqlite *db, anc_err *err)
{
    return run_cached(db, "BEGIN", err);
}

anc_status db_commit(db_sqlite *db, anc_err *err)
{
    return run_cached(db, "COMMIT", err);
}

bool db_sync_failed(const db_sqlite *db)
{
    const int rc = sqlite3_extended_errcode(db->handle);
    return rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC;
}

void db_rollback(db_sqlite *db)
{
    if (db_in_transaction(db))
        (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool db_in_transaction(const db_sqlite *db)
{
    return db->handle != NULL && sqlite3_get_autocommit(db->handle) == 0;
}

anc_status db_savepoint_begin(db_sqlite *db, anc_err *err)
{
    return run_cached(db, "SAVEPOINT part", err);
}

anc_status db_savepoint_keep(db_sqlite *db, anc_err *err)
{
    return run_cached(db, "RELEASE part", err);
}

anc_status db_savepoint_undo(db_sqlite *db, anc_err *err)
{
    ANC_TRY(run_cached(db, "ROLLBACK TO part", err));
    return run_cached(db, "RELEASE part", err);
}

static int on_progress(void *arg)
{
    db_sqlite *db = arg;
    db->check_status = db->check(db->check_arg);
    return db->check_status != ANC_OK;
}

void db_check_set(db_sqlite *db, db_check_fn *check, void *arg)
{
    db->check = check;
    db->check_arg = arg;
    sqlite3_progress_handler(db->handle, CHECK_EVERY, check != NULL ? on_progress : NULL, db);
}
