/* idn_sqlite.c - users in the catalog's file. */
#include "idn_sqlite.h"

#include "db/sqlite/reading.h"

/* ---- writers ---- */

static anc_status put_user(db_sqlite *db, const idn_user_record *user, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "INSERT INTO idn_user (id, username, created_ms, updated_ms)"
                       " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE"
                       " SET username = excluded.username, updated_ms = excluded.updated_ms",
                       &s, err));
    db_bind_str(s, 1, user->id);
    db_bind_str(s, 2, user->username);
    db_bind_int(s, 3, user->created_ms);
    db_bind_int(s, 4, user->updated_ms);
    return db_run(s, err);
}

static anc_status run_for_user(db_sqlite *db, const char *sql, anc_str id, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, sql, &s, err));
    db_bind_str(s, 1, id);
    return db_run(s, err);
}

static anc_status store_put(void *self, krn_tx *tx, const idn_user_record *user, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    ANC_TRY(put_user(db, user, err));
    ANC_TRY(run_for_user(db, "DELETE FROM idn_member WHERE user_id = ?1", user->id, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(
        db, "INSERT OR IGNORE INTO idn_member (user_id, name, position) VALUES (?1, ?2, ?3)", &s,
        err));
    for (size_t i = 0; i < user->n_groups; i++) {
        db_bind_str(s, 1, user->id);
        db_bind_str(s, 2, user->groups[i]);
        db_bind_int(s, 3, (int64_t)i);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

static anc_status store_remove(void *self, krn_tx *tx, anc_str id, bool *ret_there, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    ANC_TRY(run_for_user(db, "DELETE FROM idn_user WHERE id = ?1", id, err));
    *ret_there = db_changes(db) > 0;
    return ANC_OK;
}

/* ---- readers ---- */

static anc_status read_user(db_sqlite *db, krn_call *call, anc_str id, idn_user_record *ret)
{
    bool row;
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "SELECT id, username, created_ms, updated_ms,"
                       " (SELECT count(*) FROM idn_member WHERE user_id = ?1)"
                       " FROM idn_user WHERE id = ?1",
                       &s, call->err));
    db_bind_str(s, 1, id);
    ANC_TRY(db_step(s, &row, call->err));
    if (!row)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no user \"%.*s\"", ANC_FMT(id));
    ret->created_ms = db_col_int(s, 2);
    ret->updated_ms = db_col_int(s, 3);
    ret->n_groups = (size_t)db_col_int(s, 4);
    ANC_TRY(db_col_copy(s, 0, call->mem, &ret->id, call->err));
    return db_col_copy(s, 1, call->mem, &ret->username, call->err);
}

static anc_status read_groups(db_sqlite *db, krn_call *call, idn_user_record *ret)
{
    bool row = true;
    size_t n = 0;
    anc_str *groups = anc_arena_alloc(call->mem, ret->n_groups, sizeof *groups);
    if (groups == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a user's groups");
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "SELECT name FROM idn_member WHERE user_id = ?1 ORDER BY position", &s,
                       call->err));
    db_bind_str(s, 1, ret->id);
    while (n < ret->n_groups) {
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        ANC_TRY(db_col_copy(s, 0, call->mem, &groups[n], call->err));
        n++;
    }
    ret->groups = groups;
    ret->n_groups = n;
    return ANC_OK;
}

static anc_status read_both(db_sqlite *db, krn_call *call, anc_str id, idn_user_record *ret)
{
    ANC_TRY(read_user(db, call, id, ret));
    return read_groups(db, call, ret);
}

static anc_status store_find(void *self, krn_call *call, anc_str id, idn_user_record *ret)
{
    idn_user_record user = {0};
    DB_READING(r);
    ANC_TRY(db_reading_begin(&r, self, call->deadline_ns, call->cancelled, call->err));
    ANC_TRY(db_begin_read(r.db, call->err));
    const anc_status status = read_both(r.db, call, id, &user);
    db_rollback(r.db);
    if (status == ANC_OK)
        *ret = user;
    return status;
}

idn_user_store idn_sqlite_store(db_readers *readers)
{
    static const idn_user_store_ops ops = {
        .name = "sqlite", .put = store_put, .remove = store_remove, .find = store_find};
    return (idn_user_store){&ops, readers};
}
