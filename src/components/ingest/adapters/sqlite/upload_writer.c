/* upload_writer.c - batches that are sent along, and the segments of their payloads. */
#include "batch_impl.h"
#include "kernel/ports/writer.h"

/* A statement of one parameter, a key. */
static anc_status run_on(krn_tx *tx, const char *sql, int64_t key, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, sql, &s, err));
    db_bind_int(s, 1, key);
    return db_run(s, err);
}

static anc_status start(void *self, krn_tx *tx, int64_t key, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET phase = 1, rate_from_ms = ?2, updated_ms = ?2,"
                       " event_ms = ?2, revision = revision + 1 WHERE key = ?1 AND phase = 0",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, tx->wall_ms);
    return db_run(s, err);
}

static anc_status seal(void *self, krn_tx *tx, int64_t key, anc_str error, ing_counts *ret,
                       anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET listed = 1, held = 0, error = coalesce(error, ?3),"
                       " rate_from_ms = CASE WHEN rate_from_ms = 0 THEN ?2 ELSE rate_from_ms END,"
                       " phase = CASE WHEN phase = 0 THEN 1 ELSE phase END,"
                       " updated_ms = ?2, revision = revision + 1 WHERE key = ?1 AND listed = 0",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, tx->wall_ms);
    db_bind_str_or_null(s, 3, error);
    ANC_TRY(db_run(s, err));
    ANC_TRY(run_on(tx, "UPDATE ing_segment SET open = 0 WHERE batch = ?1", key, err));
    return ing_counts_get(tx->connection, key, ret, err);
}

static anc_status seal_all(void *self, krn_tx *tx, anc_str error, size_t *ret_n, anc_err *err)
{
    ing_counts ignored;
    size_t n = 0;
    for (bool row = true; row; n += row) {
        DB_STMT(s);
        ANC_TRY(
            db_prepare(tx->connection,
                       "SELECT key FROM ing_batch WHERE source = 2 AND listed = 0 AND closed = 0"
                       " LIMIT 1",
                       &s, err));
        ANC_TRY(db_step(s, &row, err));
        const int64_t key = row ? db_col_int(s, 0) : 0;
        db_stmt_again(s);
        if (row)
            ANC_TRY(seal(self, tx, key, error, &ignored, err));
    }
    *ret_n = n;
    return db_exec(tx->connection, "UPDATE ing_segment SET open = 0 WHERE open = 1", err);
}

/* Nobody reads a closed batch, and nobody needs its payloads. */
static anc_status close_held(krn_tx *tx, int64_t key, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET phase = 4, listed = 1, closed = 1, completed_ms = ?2,"
                       " updated_ms = ?2, revision = revision + 1 WHERE key = ?1 AND held = 1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, tx->wall_ms);
    ANC_TRY(db_run(s, err));
    if (db_changes(tx->connection) == 0)
        return ANC_FAIL(err, ANC_CONFLICT, "the batch is read already, or gone");
    return run_on(tx, "UPDATE ing_segment SET users = 0, open = 0 WHERE batch = ?1", key, err);
}

static anc_status discard(void *self, krn_tx *tx, int64_t key, size_t limit, bool *ret_more,
                          anc_err *err)
{
    (void)self;
    ANC_TRY(close_held(tx, key, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "DELETE FROM ing_item WHERE batch = ?1 AND ordinal IN (SELECT ordinal FROM"
                       " ing_item WHERE batch = ?1 LIMIT ?2)",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, (int64_t)limit);
    ANC_TRY(db_run(s, err));
    *ret_more = db_changes(tx->connection) == (int64_t)limit;
    return *ret_more ? ANC_OK : run_on(tx, "DELETE FROM ing_batch WHERE key = ?1", key, err);
}

static anc_status segment_close(void *self, krn_tx *tx, int64_t id, anc_err *err)
{
    (void)self;
    return run_on(tx, "UPDATE ing_segment SET open = 0 WHERE id = ?1", id, err);
}

static anc_status segment_forget(void *self, krn_tx *tx, int64_t id, anc_err *err)
{
    (void)self;
    return run_on(tx, "DELETE FROM ing_segment WHERE id = ?1", id, err);
}

/* The numbers that a query of the parameters ?1, greater than it, and ?2, so many, gives. */
static anc_status numbers(krn_tx *tx, const char *sql, int64_t after, size_t limit, int64_t *ret,
                          size_t *ret_n, anc_err *err)
{
    DB_STMT(s);
    bool row = true;
    size_t n = 0;
    ANC_TRY(db_prepare(tx->connection, sql, &s, err));
    db_bind_int(s, 1, after);
    db_bind_int(s, 2, (int64_t)limit);
    while (n < limit) {
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            break;
        ret[n++] = db_col_int(s, 0);
    }
    *ret_n = n;
    return ANC_OK;
}

static anc_status receiving(void *self, krn_tx *tx, int64_t after, size_t limit, int64_t *ret,
                            size_t *ret_n, anc_err *err)
{
    (void)self;
    return numbers(tx,
                   "SELECT key FROM ing_batch WHERE source = 2 AND listed = 0 AND key > ?1"
                   " ORDER BY key LIMIT ?2",
                   after, limit, ret, ret_n, err);
}

static anc_status segments_unused(void *self, krn_tx *tx, int64_t after, size_t limit, int64_t *ret,
                                  size_t *ret_n, anc_err *err)
{
    (void)self;
    return numbers(tx,
                   "SELECT id FROM ing_segment WHERE users = 0 AND open = 0 AND id > ?1"
                   " ORDER BY id LIMIT ?2",
                   after, limit, ret, ret_n, err);
}

static anc_status segment_known(void *self, krn_tx *tx, int64_t id, bool *ret, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "SELECT 1 FROM ing_segment WHERE id = ?1", &s, err));
    db_bind_int(s, 1, id);
    return db_step(s, ret, err);
}

static const ing_upload_writer_ops ops = {
    .name = "sqlite",
    .start = start,
    .seal = seal,
    .seal_all = seal_all,
    .discard = discard,
    .segment_close = segment_close,
    .receiving = receiving,
    .segments_unused = segments_unused,
    .segment_forget = segment_forget,
    .segment_known = segment_known,
};

ing_upload_writer ing_sqlite_uploads(void)
{
    return (ing_upload_writer){&ops, NULL};
}
