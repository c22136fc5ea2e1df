/* batch_writer.c - what happens to batches, inside the writer's transaction. */
#include "batch_impl.h"
#include "kernel/ports/writer.h"

enum { ANNOUNCE_EVERY_MS = 1000 };

static anc_status join_lines(const anc_str *items, size_t n, anc_buf *out, anc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            (void)anc_buf_add_char(out, '\n');
        (void)anc_buf_add(out, items[i]);
    }
    return anc_buf_status(out, "access labels", err);
}

static anc_status insert(void *self, krn_tx *tx, const ing_batch_record *batch, anc_err *err)
{
    (void)self;
    ANC_BUF(acl, 64 << 10);
    ANC_BUF(labels, 256 << 10);
    ANC_TRY(join_lines(batch->acl, batch->n_acl, &acl, err));
    ANC_TRY(join_lines(batch->labels, batch->n_labels, &labels, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO ing_batch(id, collection, path, glob, metadata, acl, user_id,"
                       " labels, created_ms, updated_ms, event_ms)"
                       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9)",
                       &s, err));
    db_bind_str(s, 1, batch->id);
    db_bind_str(s, 2, batch->collection);
    db_bind_str(s, 3, batch->path);
    db_bind_str(s, 4, batch->glob);
    db_bind_str(s, 5, batch->metadata);
    db_bind_str(s, 6, anc_buf_view(&acl));
    db_bind_str(s, 7, batch->user_id);
    db_bind_str(s, 8, anc_buf_view(&labels));
    db_bind_int(s, 9, tx->wall_ms);
    return db_run(s, err);
}

static anc_status list_begin(void *self, krn_tx *tx, int64_t key, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "DELETE FROM ing_item WHERE batch = ?1", &s, err));
    db_bind_int(s, 1, key);
    return db_run(s, err);
}

static anc_status list_add(void *self, krn_tx *tx, int64_t key, const ing_item *items, size_t n,
                           anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO ing_item(batch, ordinal, path, bytes, modified_ms)"
                       " VALUES(?1, ?2, ?3, ?4, ?5)",
                       &s, err));
    for (size_t i = 0; i < n; i++) {
        db_bind_int(s, 1, key);
        db_bind_int(s, 2, items[i].ordinal);
        db_bind_str(s, 3, items[i].path);
        db_bind_int(s, 4, (int64_t)items[i].bytes);
        db_bind_int(s, 5, items[i].modified_ms);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

static anc_status get(db_sqlite *db, int64_t key, anc_arena *mem, ing_batch_record *ret,
                      anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db, "SELECT " ING_BATCH_COLUMNS " FROM ing_batch WHERE key = ?1", &s, err));
    db_bind_int(s, 1, key);
    ANC_TRY(db_step(s, &row, err));
    if (!row)
        return ANC_FAIL(err, ANC_NOT_FOUND, "the batch is gone");
    return ing_batch_read(s, mem, ret, err);
}

static anc_status begin_pace(krn_tx *tx, int64_t key, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET phase = 1, listed = 1, rate_from_ms = ?2,"
                       " rate_from_done = processed + failed + skipped,"
                       " total = (SELECT count(*) FROM ing_item WHERE batch = ?1),"
                       " bytes_total = (SELECT coalesce(sum(bytes), 0) FROM ing_item"
                       " WHERE batch = ?1),"
                       " updated_ms = ?2, event_ms = ?2, revision = revision + 1 WHERE key = ?1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, tx->wall_ms);
    return db_run(s, err);
}

static anc_status end(krn_tx *tx, int64_t key, ing_phase phase, anc_str error, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET phase = ?2, error = ?3, completed_ms = ?4,"
                       " updated_ms = ?4, event_ms = ?4, revision = revision + 1 WHERE key = ?1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, phase);
    db_bind_str_or_null(s, 3, error);
    db_bind_int(s, 4, tx->wall_ms);
    return db_run(s, err);
}

static anc_status move(void *self, krn_tx *tx, int64_t key, ing_phase to, anc_str error,
                       anc_arena *mem, ing_batch_record *ret, anc_err *err)
{
    (void)self;
    ing_batch_record now;
    ANC_TRY(get(tx->connection, key, mem, &now, err));
    const bool again = to == ING_PHASE_PROCESSING && now.phase == ING_PHASE_PROCESSING;
    if (!again && !ing_phase_may_become(now.phase, to))
        return ANC_FAIL(err, ANC_CONFLICT, "the batch '%.*s' is %s", ANC_FMT(now.id),
                        ing_phase_name(now.phase));
    if (to == ING_PHASE_PROCESSING)
        ANC_TRY(begin_pace(tx, key, err));
    else
        ANC_TRY(end(tx, key, to, error, err));
    return get(tx->connection, key, mem, ret, err);
}

static anc_status mark_item(krn_tx *tx, int64_t key, const ing_item_result *r, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_item SET state = ?3, seq = ?4 WHERE batch = ?1"
                       " AND ordinal = ?2 AND state = 0",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, r->ordinal);
    db_bind_int(s, 3, r->outcome);
    db_bind_int(s, 4, (int64_t)r->seq);
    ANC_TRY(db_run(s, err));
    if (db_changes(tx->connection) == 0)
        return ANC_FAIL(err, ANC_CONFLICT, "item %lld of the batch was finished before",
                        (long long)r->ordinal);
    return ANC_OK;
}

static anc_status keep_failure(krn_tx *tx, int64_t key, const ing_item_result *r, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO ing_failure(id, batch, passed_over, document, stage, reason,"
                       " at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                       &s, err));
    db_bind_str(s, 1, r->failure_id);
    db_bind_int(s, 2, key);
    db_bind_int(s, 3, r->outcome == ING_PASSED_OVER);
    db_bind_str(s, 4, r->document);
    db_bind_str(s, 5, r->stage);
    db_bind_str(s, 6, r->reason);
    db_bind_int(s, 7, tx->wall_ms);
    return db_run(s, err);
}

static anc_status count_item(krn_tx *tx, int64_t key, const ing_item_result *r, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET processed = processed + ?2, failed = failed + ?3,"
                       " skipped = skipped + ?4, unchanged = unchanged + ?5,"
                       " bytes_done = bytes_done + ?6, max_seq = max(max_seq, ?7),"
                       " event_ms = CASE WHEN ?8 - event_ms >= ?9 THEN ?8 ELSE event_ms END,"
                       " updated_ms = ?8, revision = revision + 1 WHERE key = ?1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, r->outcome == ING_DONE);
    db_bind_int(s, 3, r->outcome == ING_ITEM_FAILED);
    db_bind_int(s, 4, r->outcome == ING_UNCHANGED || r->outcome == ING_PASSED_OVER);
    db_bind_int(s, 5, r->outcome == ING_UNCHANGED);
    db_bind_int(s, 6, (int64_t)r->bytes);
    db_bind_int(s, 7, (int64_t)r->seq);
    db_bind_int(s, 8, tx->wall_ms);
    db_bind_int(s, 9, ANNOUNCE_EVERY_MS);
    return db_run(s, err);
}

static anc_status finish_item(void *self, krn_tx *tx, int64_t key, const ing_item_result *result,
                              anc_arena *mem, ing_batch_record *ret, bool *ret_announce,
                              anc_err *err)
{
    (void)self;
    ing_batch_record before;
    ANC_TRY(get(tx->connection, key, mem, &before, err));
    ANC_TRY(mark_item(tx, key, result, err));
    ANC_TRY(count_item(tx, key, result, err));
    if (result->outcome == ING_PASSED_OVER || result->outcome == ING_ITEM_FAILED)
        ANC_TRY(keep_failure(tx, key, result, err));
    ANC_TRY(get(tx->connection, key, mem, ret, err));
    *ret_announce = ret->event_ms != before.event_ms;
    return ANC_OK;
}

static anc_status announced(void *self, krn_tx *tx, int64_t key, int64_t ordinal, bool closed,
                            anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET announced = max(announced, ?2), closed = ?3,"
                       " updated_ms = ?4, revision = revision + 1 WHERE key = ?1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, ordinal);
    db_bind_int(s, 3, closed);
    db_bind_int(s, 4, tx->wall_ms);
    return db_run(s, err);
}

static const ing_batch_writer_ops ops = {
    .name = "sqlite",
    .insert = insert,
    .list_begin = list_begin,
    .list_add = list_add,
    .move = move,
    .finish_item = finish_item,
    .announced = announced,
};

ing_batch_writer ing_sqlite_writer(void)
{
    return (ing_batch_writer){&ops, NULL};
}
