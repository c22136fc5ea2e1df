/* statement.c - prepared statements: the cache, bindings, rows.
 *
 * The cache is a short array searched by the hash of the text: at 128 entries that costs less than
 * what SQLite does with the statement. When it is full, the idle statement that was used longest
 * ago makes room; when none is idle, the new one is finalised after its use.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "sqlite_impl.h"

static db_stmt *cache_find(const db_sqlite *db, uint64_t hash, const char *sql)
{
    for (size_t i = 0; i < db->n_cached; i++) {
        db_stmt *s = db->cache[i];
        if (s->hash == hash && !s->taken && strcmp(sqlite3_sql(s->handle), sql) == 0)
            return s;
    }
    return NULL;
}

static void stmt_free(db_stmt *s)
{
    (void)sqlite3_finalize(s->handle);
    free(s);
}

void db_cache_clear(db_sqlite *db)
{
    for (size_t i = 0; i < db->n_cached; i++) {
        assert(!db->cache[i]->taken);
        stmt_free(db->cache[i]);
    }
    db->n_cached = 0;
}

/* The place of the idle statement that was used longest ago, or n_cached when all are in use. */
static size_t oldest_idle(const db_sqlite *db)
{
    size_t oldest = db->n_cached;
    for (size_t i = 0; i < db->n_cached; i++)
        if (!db->cache[i]->taken &&
            (oldest == db->n_cached || db->cache[i]->used_at < db->cache[oldest]->used_at))
            oldest = i;
    return oldest;
}

static void cache_add(db_sqlite *db, db_stmt *s)
{
    size_t at = db->n_cached;
    if (db->n_cached < db->max_cached) {
        db->n_cached++;
    } else {
        at = oldest_idle(db);
        if (at == db->n_cached)
            return;
        stmt_free(db->cache[at]);
    }
    db->cache[at] = s;
    s->cached = true;
}

static anc_status stmt_new(db_sqlite *db, const char *sql, db_stmt **ret, anc_err *err)
{
    db_stmt *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a statement");
    const int rc =
        sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->handle, NULL);
    if (rc != SQLITE_OK) {
        free(s);
        return DB_FAIL(db, rc, err);
    }
    assert(s->handle != NULL && "a text without a statement");
    s->db = db;
    *ret = s;
    return ANC_OK;
}

anc_status db_prepare(db_sqlite *db, const char *sql, db_stmt **ret, anc_err *err)
{
    const uint64_t hash = anc_hash64(anc_str_of(sql));
    db_stmt *s = cache_find(db, hash, sql);
    if (s == NULL) {
        ANC_TRY(stmt_new(db, sql, &s, err));
        s->hash = hash;
        cache_add(db, s);
    }
    s->taken = true;
    s->used_at = ++db->uses;
    *ret = s;
    return ANC_OK;
}

void db_stmt_again(db_stmt *stmt)
{
    (void)sqlite3_reset(stmt->handle);
    stmt->bind_rc = SQLITE_OK;
}

void db_stmt_done(db_stmt *stmt)
{
    if (stmt == NULL)
        return;
    if (!stmt->cached) {
        stmt_free(stmt);
        return;
    }
    db_stmt_again(stmt);
    (void)sqlite3_clear_bindings(stmt->handle);
    stmt->taken = false;
}

static void bound(db_stmt *stmt, int rc)
{
    if (stmt->bind_rc == SQLITE_OK)
        stmt->bind_rc = rc;
}

void db_bind_str(db_stmt *stmt, int i, anc_str s)
{
    bound(stmt, sqlite3_bind_text64(stmt->handle, i, s.ptr != NULL ? s.ptr : "", s.len,
                                    SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_str_or_null(db_stmt *stmt, int i, anc_str s)
{
    if (s.ptr != NULL)
        db_bind_str(stmt, i, s);
    else
        db_bind_null(stmt, i);
}

void db_bind_blob(db_stmt *stmt, int i, const void *bytes, size_t n)
{
    bound(stmt, sqlite3_bind_blob64(stmt->handle, i, n > 0 ? bytes : "", n, SQLITE_STATIC));
}

void db_bind_int(db_stmt *stmt, int i, int64_t n)
{
    bound(stmt, sqlite3_bind_int64(stmt->handle, i, n));
}

void db_bind_real(db_stmt *stmt, int i, double n)
{
    bound(stmt, sqlite3_bind_double(stmt->handle, i, n));
}

void db_bind_null(db_stmt *stmt, int i)
{
    bound(stmt, sqlite3_bind_null(stmt->handle, i));
}

anc_status db_step(db_stmt *stmt, bool *ret_row, anc_err *err)
{
    if (stmt->bind_rc != SQLITE_OK)
        return DB_FAIL(stmt->db, stmt->bind_rc, err);
    stmt->db->check_status = ANC_OK;
    const int rc = sqlite3_step(stmt->handle);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return DB_FAIL(stmt->db, rc, err);
    *ret_row = rc == SQLITE_ROW;
    return ANC_OK;
}

anc_status db_run(db_stmt *stmt, anc_err *err)
{
    bool row = true;
    anc_status status = ANC_OK;
    while (row && status == ANC_OK)
        status = db_step(stmt, &row, err);
    db_stmt_again(stmt);
    return status;
}

bool db_col_is_null(const db_stmt *stmt, int i)
{
    return sqlite3_column_type(stmt->handle, i) == SQLITE_NULL;
}

int64_t db_col_int(const db_stmt *stmt, int i)
{
    return sqlite3_column_int64(stmt->handle, i);
}

double db_col_real(const db_stmt *stmt, int i)
{
    return sqlite3_column_double(stmt->handle, i);
}

anc_str db_col_str(const db_stmt *stmt, int i)
{
    const void *text = sqlite3_column_text(stmt->handle, i);
    return text != NULL ? (anc_str){text, (size_t)sqlite3_column_bytes(stmt->handle, i)}
                        : ANC_STR_NONE;
}

anc_str db_col_blob(const db_stmt *stmt, int i)
{
    if (db_col_is_null(stmt, i))
        return ANC_STR_NONE;
    const void *bytes = sqlite3_column_blob(stmt->handle, i);
    return bytes != NULL ? (anc_str){bytes, (size_t)sqlite3_column_bytes(stmt->handle, i)}
                         : ANC_STR("");
}

anc_status db_col_copy(const db_stmt *stmt, int i, anc_arena *mem, anc_str *ret, anc_err *err)
{
    const bool null = db_col_is_null(stmt, i);
    const anc_str view = null ? ANC_STR_NONE : db_col_blob(stmt, i);
    const anc_str copy = null ? ANC_STR_NONE : anc_arena_copy(mem, view);
    if (!null && copy.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a column of %zu bytes", view.len);
    *ret = copy;
    return ANC_OK;
}
