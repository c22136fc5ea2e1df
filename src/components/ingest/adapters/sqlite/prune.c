/* prune.c - what need not be kept of batches that are closed, removed a piece at a time. */
#include "batch_impl.h"
#include "kernel/ports/writer.h"

/* The key that a query of no parameters but ?1 gives; 0: none. */
static anc_status find_key(krn_tx *tx, const char *sql, int64_t parameter, int64_t *ret,
                           anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection, sql, &s, err));
    db_bind_int(s, 1, parameter);
    ANC_TRY(db_step(s, &row, err));
    *ret = row ? db_col_int(s, 0) : 0;
    return ANC_OK;
}

static anc_status run_with(krn_tx *tx, const char *sql, int64_t key, int64_t limit, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, sql, &s, err));
    db_bind_int(s, 1, key);
    if (limit > 0)
        db_bind_int(s, 2, limit);
    return db_run(s, err);
}

static const char all_items[] =
    "DELETE FROM ing_item WHERE batch = ?1 AND ordinal IN (SELECT ordinal FROM"
    " ing_item WHERE batch = ?1 ORDER BY ordinal LIMIT ?2)";

/* What a cancelled batch has not read stays, so that it can be taken up: nearly all that was never claimed,
 * which is not looked at. */
static const char read_items[] =
    "DELETE FROM ing_item WHERE batch = ?1 AND ordinal IN (SELECT i.ordinal FROM ing_item i JOIN "
    "ing_batch b"
    " ON b.key = i.batch WHERE i.batch = ?1 AND (b.phase <> 4 OR b.source = 2 OR"
    " (i.ordinal <= b.claimed AND i.state <> 0)) ORDER BY i.ordinal LIMIT ?2)";

/* ret_left: more of its items may be there. */
static anc_status remove_items(krn_tx *tx, const char *sql, int64_t key, size_t limit,
                               bool *ret_left, anc_err *err)
{
    ANC_TRY(run_with(tx, sql, key, (int64_t)limit, err));
    *ret_left = db_changes(tx->connection) == (int64_t)limit;
    return *ret_left ? ANC_OK
                     : run_with(tx, "UPDATE ing_batch SET pruned = 1 WHERE key = ?1", key, 0, err);
}

static anc_status remove_letters(krn_tx *tx, int64_t key, size_t limit, bool *ret_left,
                                 anc_err *err)
{
    ANC_TRY(run_with(tx,
                     "DELETE FROM ing_failure WHERE id IN (SELECT id FROM ing_failure"
                     " WHERE batch = ?1 LIMIT ?2)",
                     key, (int64_t)limit, err));
    *ret_left = db_changes(tx->connection) == (int64_t)limit;
    return ANC_OK;
}

static anc_status remove_batch(krn_tx *tx, int64_t key, size_t limit, anc_err *err)
{
    bool left = false;
    ANC_TRY(remove_items(tx, all_items, key, limit, &left, err));
    if (!left)
        ANC_TRY(remove_letters(tx, key, limit, &left, err));
    return left ? ANC_OK : run_with(tx, "DELETE FROM ing_batch WHERE key = ?1", key, 0, err);
}

anc_status ing_sqlite_prune(void *self, krn_tx *tx, const ing_keep *keep, size_t limit,
                            bool *ret_more, anc_err *err)
{
    (void)self;
    const int64_t seq = keep->visible_seq > INT64_MAX ? INT64_MAX : (int64_t)keep->visible_seq;
    int64_t key = 0;
    bool left = false;
    *ret_more = true;
    ANC_TRY(ing_children_sweep(tx, limit, &left, err));
    if (left)
        return ANC_OK;
    ANC_TRY(find_key(tx,
                     "SELECT key FROM ing_batch WHERE closed = 1 AND pruned = 0 AND max_seq <= ?1"
                     " ORDER BY key LIMIT 1",
                     seq, &key, err));
    if (key != 0)
        return remove_items(tx, read_items, key, limit, &left, err);
    ANC_TRY(find_key(tx,
                     "SELECT key FROM ing_batch WHERE closed = 1 AND completed_ms < ?1"
                     " ORDER BY key LIMIT 1",
                     keep->before_ms, &key, err));
    if (key == 0)
        ANC_TRY(find_key(tx,
                         "SELECT key FROM ing_batch WHERE closed = 1 ORDER BY key DESC"
                         " LIMIT 1 OFFSET ?1",
                         keep->batches > INT64_MAX ? INT64_MAX : (int64_t)keep->batches, &key,
                         err));
    if (key != 0)
        return remove_batch(tx, key, limit, err);
    *ret_more = false;
    return ANC_OK;
}
