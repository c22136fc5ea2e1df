/* replies.c - answers kept for an Idempotency-Key, as rows of the catalog. */
#include "impl.h"

static anc_status read_reply(const db_stmt *s, anc_arena *mem, krn_reply *ret, anc_err *err)
{
    krn_reply r = {.begun_ms = db_col_int(s, 2), .status = (int)db_col_int(s, 3)};
    const anc_str digest = db_col_blob(s, 0), body = db_col_blob(s, 6);
    if (digest.len != KRN_REPLY_DIGEST)
        return ANC_FAIL(err, ANC_CORRUPT, "a kept answer has a digest of %zu bytes", digest.len);
    r.digest = anc_arena_copy(mem, digest);
    r.body = anc_arena_copy(mem, body);
    if (r.digest.ptr == NULL || r.body.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a kept answer");
    ANC_TRY(db_col_copy(s, 1, mem, &r.id, err));
    ANC_TRY(db_col_copy(s, 4, mem, &r.etag, err));
    ANC_TRY(db_col_copy(s, 5, mem, &r.location, err));
    *ret = r;
    return ANC_OK;
}

static anc_status replies_find(void *self, krn_call *call, anc_str name, bool *ret_found,
                               krn_reply *ret)
{
    bool row;
    READING(r);
    ANC_TRY(krn_reading_begin(&r, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db,
                       "SELECT digest,id,begun_ms,status,etag,location,body FROM kept_reply"
                       " WHERE name=?1",
                       &s, call->err));
    db_bind_str(s, 1, name);
    ANC_TRY(db_step(s, &row, call->err));
    if (row)
        ANC_TRY(read_reply(s, call->mem, ret, call->err));
    *ret_found = row;
    return ANC_OK;
}

static anc_status replies_put(void *self, krn_tx *tx, const krn_reply *reply, anc_err *err)
{
    (void)self;
    if (reply->body.len > KRN_REPLY_BODY_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "an answer of %zu bytes is not kept; at most %d are",
                        reply->body.len, KRN_REPLY_BODY_MAX);
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT OR REPLACE INTO kept_reply"
                       "(name,digest,id,begun_ms,status,etag,location,body,user)"
                       " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
                       &s, err));
    db_bind_str(s, 1, reply->name);
    db_bind_blob(s, 2, reply->digest.ptr, reply->digest.len);
    db_bind_str(s, 3, reply->id);
    db_bind_int(s, 4, reply->begun_ms);
    db_bind_int(s, 5, reply->status);
    db_bind_str(s, 6, reply->etag);
    db_bind_str(s, 7, reply->location);
    db_bind_blob(s, 8, reply->body.len > 0 ? reply->body.ptr : "", reply->body.len);
    db_bind_str(s, 9, reply->user.ptr != NULL ? reply->user : ANC_STR(""));
    return db_run(s, err);
}

static anc_status replies_remove(void *self, krn_tx *tx, anc_str name, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "DELETE FROM kept_reply WHERE name=?1", &s, err));
    db_bind_str(s, 1, name);
    return db_run(s, err);
}

static anc_status replies_forget(void *self, krn_tx *tx, anc_str user, size_t limit,
                                 size_t *ret_removed, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "DELETE FROM kept_reply WHERE name IN (SELECT name FROM kept_reply"
                       " WHERE user=?1 OR user IS NULL LIMIT ?2)",
                       &s, err));
    db_bind_str(s, 1, user);
    db_bind_int(s, 2, limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
    ANC_TRY(db_run(s, err));
    *ret_removed = (size_t)db_changes(tx->connection);
    return ANC_OK;
}

static anc_status replies_prune(void *self, krn_tx *tx, int64_t before_ms, size_t keep,
                                size_t limit, size_t *ret_removed, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "DELETE FROM kept_reply WHERE name IN (SELECT name FROM kept_reply"
                       " WHERE begun_ms<max(?1,coalesce((SELECT begun_ms FROM kept_reply"
                       " ORDER BY begun_ms DESC LIMIT 1 OFFSET ?2),0)+1) ORDER BY begun_ms"
                       " LIMIT ?3)",
                       &s, err));
    db_bind_int(s, 1, before_ms);
    db_bind_int(s, 2, (int64_t)keep);
    db_bind_int(s, 3, (int64_t)limit);
    ANC_TRY(db_run(s, err));
    *ret_removed = (size_t)db_changes(tx->connection);
    return ANC_OK;
}

const krn_replies_ops krn_sqlite_replies_ops = {
    .name = "sqlite",
    .find = replies_find,
    .put = replies_put,
    .remove = replies_remove,
    .forget = replies_forget,
    .prune = replies_prune,
};
