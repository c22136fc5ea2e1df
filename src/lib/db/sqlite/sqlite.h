/* sqlite.h - a connection to an SQLite file, its statements and transactions.
 *
 * A connection and its statements belong to one thread at a time. Statements come from the
 * connection's cache, keyed by their text: take one, bind, step, give it back by leaving the scope.
 *
 *   DB_STMT(s);
 *   ANC_TRY(db_prepare(db, "SELECT title FROM document WHERE id = ?1", &s, err));
 *   db_bind_str(s, 1, id);
 *   bool row;
 *   ANC_TRY(db_step(s, &row, err));
 *   if (row)
 *       title = db_col_str(s, 0);
 *
 * Status of a failure: SQLITE_FULL is DISK_FULL, CORRUPT and NOTADB are CORRUPT, CONSTRAINT is
 * CONFLICT, BUSY and LOCKED are UNAVAILABLE, READONLY, PERM and AUTH are FORBIDDEN, IOERR is IO (or
 * DISK_FULL when the system says so), NOMEM is NO_MEMORY, TOOBIG is LIMIT, INTERRUPT is what the
 * check said (see db_check_set), anything else a BUG. The text carries SQLite's words and the
 * statement's beginning, never a bound value; that of a damaged file names the file alone.
 */
#ifndef ANC_DB_SQLITE_SQLITE_H
#define ANC_DB_SQLITE_SQLITE_H

#include "base/str.h"

typedef struct db_sqlite db_sqlite; /* a connection */
typedef struct db_stmt db_stmt;     /* a prepared statement, borrowed from its connection */

typedef struct db_options {
    bool read_only;          /* the file must exist */
    bool from_outside;       /* see db_is_left; with read_only */
    int64_t busy_timeout_ms; /* how long another process's lock is waited for; 0: 5,000 */
    uint64_t cache_bytes;    /* page cache of the connection; 0: 8 MiB */
    size_t max_statements;   /* kept prepared; 0: 128 */
    const char *vfs;         /* a registered sqlite3 VFS, for tests; NULL: the system's */
    /* Told of every page that is read and not sound, on the thread that reads; may be NULL. Must
     * return at once. */
    void (*on_damage)(void *arg, uint32_t page);
    void *damage_arg;
} db_options;

/* Every page of the file carries a sum that is checked when it is read, so a flipped bit is CORRUPT,
 * naming the page, and never a value. Files that were made without are read as they are; see
 * db_add_sums.
 *
 * Opens the file at `path` (made when it is not there, unless read_only; ":memory:" is a database
 * without one) in WAL mode with synchronous=FULL and foreign keys on. `options` may be NULL. */
anc_status db_open(anc_str path, const db_options *options, db_sqlite **ret,
                   anc_err *err) ANC_MUST_CHECK;
void db_close(db_sqlite *db); /* every statement must have been given back; NULL is a no-op */

/* Gives the pages of an older file their sums, which rewrites all of it; does nothing where they have
 * them. Outside a transaction, with nobody else reading. DISK_FULL leaves the file as it was. */
anc_status db_add_sums(db_sqlite *db, anc_err *err) ANC_MUST_CHECK;
bool db_has_sums(db_sqlite *db);

/* Whether no write-ahead log lies beside the file at `path`: whoever wrote it has closed it. A reader `from_outside`
 * then reads the file as it lies there and makes none beside it; what it reads counts only where nobody has opened the
 * file meanwhile, which this tells afterwards. Where there is a log, it reads as any other does. */
bool db_is_left(anc_str path);

const char *db_path(const db_sqlite *db); /* as given to db_open */

/* Runs statements without parameters, separated by ";". Rows are passed over. */
anc_status db_exec(db_sqlite *db, const char *sql, anc_err *err) ANC_MUST_CHECK;

int64_t db_changes(const db_sqlite *db); /* rows touched by the last INSERT, UPDATE or DELETE */
int64_t db_last_rowid(const db_sqlite *db);

/* ---- transactions ------------------------------------------------------------------------- */

anc_status db_begin(db_sqlite *db, anc_err *err) ANC_MUST_CHECK; /* for writing, at once */
/* One view of the file for several statements. */
anc_status db_begin_read(db_sqlite *db, anc_err *err) ANC_MUST_CHECK;
anc_status db_commit(db_sqlite *db, anc_err *err) ANC_MUST_CHECK;
/* Whether the last call failed since the disk did not confirm what had been written to it. */
bool db_sync_failed(const db_sqlite *db);
void db_rollback(db_sqlite *db); /* outside a transaction a no-op */

/* Whether a transaction is open. SQLite itself undoes one after some failures (full disk, I/O). */
bool db_in_transaction(const db_sqlite *db);

/* A part of a transaction that can be undone alone. They nest; the last begun ends first. */
anc_status db_savepoint_begin(db_sqlite *db, anc_err *err) ANC_MUST_CHECK;
anc_status db_savepoint_keep(db_sqlite *db, anc_err *err) ANC_MUST_CHECK;
/* After it failed nothing may be kept of the transaction: roll back. */
anc_status db_savepoint_undo(db_sqlite *db, anc_err *err) ANC_MUST_CHECK;

/* ---- deadlines ---------------------------------------------------------------------------- */

/* Whether to go on: OK, or the status that the running statement then ends with. */
typedef anc_status db_check_fn(void *arg);

/* Calls `check(arg)` every few thousand steps of SQLite's machine, on the connection's thread; NULL
 * ends that. */
void db_check_set(db_sqlite *db, db_check_fn *check, void *arg);

/* ---- statements --------------------------------------------------------------------------- */

/* The statement of `sql` (one, with parameters ?1, ?2, …), reset and without bindings. A text whose
 * statement is in use already gets a second one. */
anc_status db_prepare(db_sqlite *db, const char *sql, db_stmt **ret, anc_err *err) ANC_MUST_CHECK;
void db_stmt_done(db_stmt *stmt); /* gives it back; NULL is a no-op */

/* Starts the statement anew with its bindings kept, for a loop that binds and runs. */
void db_stmt_again(db_stmt *stmt);

/* Parameters count from 1. Texts and blobs are borrowed until the statement is done, started anew
 * or bound anew. A failure to bind shows in the next step. */
void db_bind_str(db_stmt *stmt, int i, anc_str s); /* a NULL ptr is the empty text */
void db_bind_str_or_null(db_stmt *stmt, int i, anc_str s);
void db_bind_blob(db_stmt *stmt, int i, const void *bytes, size_t n);
void db_bind_int(db_stmt *stmt, int i, int64_t n);
void db_bind_real(db_stmt *stmt, int i, double n);
void db_bind_null(db_stmt *stmt, int i);

/* The next row; false at the end. */
anc_status db_step(db_stmt *stmt, bool *ret_row, anc_err *err) ANC_MUST_CHECK;

/* Steps to the end, passing over rows, and starts anew. */
anc_status db_run(db_stmt *stmt, anc_err *err) ANC_MUST_CHECK;

/* The current row's columns, from 0. Views are good until the next step. NULL is ANC_STR_NONE, 0. */
bool db_col_is_null(const db_stmt *stmt, int i);
int64_t db_col_int(const db_stmt *stmt, int i);
double db_col_real(const db_stmt *stmt, int i);
anc_str db_col_str(const db_stmt *stmt, int i);
anc_str db_col_blob(const db_stmt *stmt, int i);

/* A column's text or blob copied into `mem`, terminated; NULL stays ANC_STR_NONE. */
anc_status db_col_copy(const db_stmt *stmt, int i, anc_arena *mem, anc_str *ret,
                       anc_err *err) ANC_MUST_CHECK;

static inline void db_stmt_cleanup(db_stmt **stmt)
{
    db_stmt_done(*stmt);
}

/* A statement that is given back when the variable leaves its scope. */
#define DB_STMT(name) ANC_CLEANUP(db_stmt_cleanup) db_stmt *name = NULL

#endif
