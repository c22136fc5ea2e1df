/* batch_writer.c - what happens to batches, inside the writer's transaction. */
#include "batch_impl.h"
#include "kernel/ports/writer.h"

static anc_status join_lines(const anc_str *items, size_t n, anc_buf *out, anc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            (void)anc_buf_add_char(out, '\n');
        (void)anc_buf_add(out, items[i]);
    }
    return anc_buf_status(out, "access labels", err);
}

static anc_status insert(void *self, krn_tx *tx, const ing_batch_record *batch, int64_t *ret_key,
                         anc_err *err)
{
    (void)self;
    ANC_BUF(acl, 64 << 10);
    ANC_BUF(labels, 256 << 10);
    ANC_TRY(join_lines(batch->acl, batch->n_acl, &acl, err));
    ANC_TRY(join_lines(batch->labels, batch->n_labels, &labels, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(
        tx->connection,
        "INSERT INTO ing_batch(id, collection, path, globs, metadata, acl, user_id, labels, source,"
        " origin, letter, created_ms, updated_ms, event_ms, held, rows, asked)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?12, ?13, ?14, ?15)",
        &s, err));
    const anc_str texts[] = {batch->id,      batch->collection,    batch->path,
                             batch->globs,   batch->metadata,      anc_buf_view(&acl),
                             batch->user_id, anc_buf_view(&labels)};
    for (int i = 0; i < (int)ANC_COUNT(texts); i++)
        db_bind_str(s, i + 1, texts[i]);
    db_bind_int(s, 9, batch->source);
    db_bind_str(s, 10, batch->origin);
    db_bind_str(s, 11, batch->letter);
    db_bind_int(s, 12, tx->wall_ms);
    db_bind_int(s, 13, batch->held);
    db_bind_str(s, 14, batch->rows);
    db_bind_int(s, 15, (int64_t)batch->asked);
    ANC_TRY(db_run(s, err));
    *ret_key = db_last_rowid(tx->connection);
    return ANC_OK;
}

static anc_status list_begin(void *self, krn_tx *tx, int64_t key, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "DELETE FROM ing_item WHERE batch = ?1", &s, err));
    db_bind_int(s, 1, key);
    ANC_TRY(db_run(s, err));
    DB_STMT(b);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET total = 0, waiting = 0, bytes_total = 0,"
                       " updated_ms = ?2, revision = revision + 1 WHERE key = ?1",
                       &b, err));
    db_bind_int(b, 1, key);
    db_bind_int(b, 2, tx->wall_ms);
    return db_run(b, err);
}

static anc_status list_add(void *self, krn_tx *tx, int64_t key, const ing_item *items, size_t n,
                           anc_err *err)
{
    (void)self;
    return ing_items_add(tx, key, items, n, err);
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
                       " updated_ms = ?2, event_ms = ?2, revision = revision + 1 WHERE key = ?1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, tx->wall_ms);
    return db_run(s, err);
}

static anc_status end(krn_tx *tx, int64_t key, ing_phase phase, anc_str error, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(
        tx->connection,
        "UPDATE ing_batch SET phase = ?2, error = coalesce(?3, error), completed_ms = ?4,"
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
    const bool again = to == ING_PHASE_PROCESSING && now.now.phase == ING_PHASE_PROCESSING;
    if (!again && !ing_phase_may_become(now.now.phase, to))
        return ANC_FAIL(err, ANC_CONFLICT, "the batch '%.*s' is %s", ANC_FMT(now.id),
                        ing_phase_name(now.now.phase));
    if (to == ING_PHASE_PROCESSING)
        ANC_TRY(begin_pace(tx, key, err));
    else if (to == ING_PHASE_COMPLETED && now.error.ptr != NULL)
        ANC_TRY(end(tx, key, ING_PHASE_FAILED, error, err));
    else
        ANC_TRY(end(tx, key, to, error, err));
    return get(tx->connection, key, mem, ret, err);
}

/* Those of items that were never read, which are looked at once whatever the number of segments. */
static anc_status let_go_of_payloads(krn_tx *tx, int64_t key, anc_err *err)
{
    ing_counts now;
    ANC_TRY(ing_counts_get(tx->connection, key, &now, err));
    if (now.waiting == 0)
        return ANC_OK;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_segment SET users = max(users - w.n, 0) FROM"
                       " (SELECT segment, count(*) AS n FROM ing_item WHERE batch = ?1 AND"
                       " state = 0 AND letter = '' AND segment <> 0 GROUP BY segment) AS w"
                       " WHERE id = w.segment",
                       &s, err));
    db_bind_int(s, 1, key);
    return db_run(s, err);
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
    ANC_TRY(db_run(s, err));
    return closed ? let_go_of_payloads(tx, key, err) : ANC_OK;
}

static anc_status letter_remove(void *self, krn_tx *tx, anc_str id, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "DELETE FROM ing_failure WHERE id = ?1", &s, err));
    db_bind_str(s, 1, id);
    ANC_TRY(db_run(s, err));
    if (db_changes(tx->connection) > 0)
        return ANC_OK;
    const anc_str shown = anc_str_sub(id, 0, 64);
    return ANC_FAIL(err, ANC_NOT_FOUND, "there is no dead letter '%.*s'", ANC_FMT(shown));
}

static const ing_batch_writer_ops ops = {
    .name = "sqlite",
    .insert = insert,
    .list_begin = list_begin,
    .list_add = list_add,
    .move = move,
    .announced = announced,
    .letter_remove = letter_remove,
    .prune = ing_sqlite_prune,
};

ing_batch_writer ing_sqlite_writer(void)
{
    return (ing_batch_writer){&ops, NULL};
}
