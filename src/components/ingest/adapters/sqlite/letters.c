/* letters.c - dead letters: added, moved to the batch that tried them last, removed, inside the writer's
 * transaction. */
#include <stdio.h>

#include "base/id.h"
#include "batch_impl.h"
#include "kernel/ports/writer.h"

static anc_status add_letter(krn_tx *tx, int64_t key, const ing_item_result *r, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO ing_failure(id, batch, passed_over, document, stage, reason,"
                       " at_ms, path, bytes, modified_ms, kind, content_type, segment, at, len,"
                       " collection)"
                       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
                       " ?16)",
                       &s, err));
    db_bind_str(s, 1, r->failure_id);
    db_bind_int(s, 2, key);
    db_bind_int(s, 3, r->outcome == ING_PASSED_OVER);
    db_bind_str(s, 4, r->document.len > 0 ? r->document : r->path);
    db_bind_str(s, 5, r->stage);
    db_bind_str(s, 6, r->reason);
    db_bind_int(s, 7, tx->wall_ms);
    db_bind_str(s, 8, r->path);
    db_bind_int(s, 9, (int64_t)r->bytes);
    db_bind_int(s, 10, r->modified_ms);
    db_bind_int(s, 11, r->kind);
    db_bind_str(s, 12, r->content_type);
    db_bind_int(s, 13, r->payload.segment);
    db_bind_int(s, 14, (int64_t)r->payload.at);
    db_bind_int(s, 15, (int64_t)r->payload.bytes);
    db_bind_str_or_null(s, 16, r->collection.len > 0 ? r->collection : ANC_STR_NONE);
    return db_run(s, err);
}

/* The batch that it belonged to finds it still. */
static anc_status note_before(krn_tx *tx, int64_t key, anc_str id, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT OR IGNORE INTO ing_failed_before(batch, failure)"
                       " SELECT batch, id FROM ing_failure WHERE id = ?1 AND batch <> ?2",
                       &s, err));
    db_bind_str(s, 1, id);
    db_bind_int(s, 2, key);
    return db_run(s, err);
}

/* What was tried again and failed again belongs to the batch that tried it. */
static anc_status move_letter(krn_tx *tx, int64_t key, const ing_item_result *r, anc_err *err)
{
    ANC_TRY(note_before(tx, key, r->letter, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_failure SET batch = ?2, passed_over = ?3, stage = ?4,"
                       " reason = ?5, at_ms = ?6, attempts = attempts + 1, collection = ?7,"
                       " bytes = ?8, modified_ms = ?9"
                       " WHERE id = ?1",
                       &s, err));
    db_bind_str(s, 1, r->letter);
    db_bind_int(s, 2, key);
    db_bind_int(s, 3, r->outcome == ING_PASSED_OVER);
    db_bind_str(s, 4, r->stage);
    db_bind_str(s, 5, r->reason);
    db_bind_int(s, 6, tx->wall_ms);
    db_bind_str_or_null(s, 7, r->collection.len > 0 ? r->collection : ANC_STR_NONE);
    db_bind_int(s, 8, (int64_t)r->bytes);
    db_bind_int(s, 9, r->modified_ms);
    return db_run(s, err); /* it may have been deleted meanwhile */
}

static anc_status remove_letter(krn_tx *tx, anc_str id, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "DELETE FROM ing_failure WHERE id = ?1", &s, err));
    db_bind_str(s, 1, id);
    return db_run(s, err);
}

static anc_status let_go_of_segment(krn_tx *tx, int64_t segment, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "UPDATE ing_segment SET users = users - 1 WHERE id = ?1", &s,
                       err));
    db_bind_int(s, 1, segment);
    return db_run(s, err);
}

anc_status ing_letter_keep(krn_tx *tx, int64_t key, const ing_item_result *r, anc_err *err)
{
    const bool failed = r->outcome == ING_PASSED_OVER || r->outcome == ING_ITEM_FAILED;
    if (r->letter.len > 0)
        return failed ? move_letter(tx, key, r, err) : remove_letter(tx, r->letter, err);
    if (failed)
        return add_letter(tx, key, r, err); /* which needs the payload now */
    return r->payload.segment != 0 ? let_go_of_segment(tx, r->payload.segment, err) : ANC_OK;
}

anc_status ing_letter_of(void *self, krn_tx *tx, int64_t key, const ing_item_result *r,
                         char ret[ANC_UUID_TEXT + 1], anc_err *err)
{
    (void)self;
    ret[0] = '\0';
    if (r->kind != ING_ITEM_SOURCE)
        return ANC_OK;
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT f.id FROM ing_failure f JOIN ing_batch b ON b.key = f.batch"
                       " JOIN ing_batch n ON n.key = ?1 WHERE f.kind = 0 AND f.path = ?2"
                       " AND b.path = n.path AND b.collection = n.collection"
                       " ORDER BY f.id DESC LIMIT 1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_str(s, 2, r->path);
    ANC_TRY(db_step(s, &row, err));
    if (row)
        (void)snprintf(ret, ANC_UUID_TEXT + 1, "%.*s", ANC_FMT(db_col_str(s, 0)));
    return ANC_OK;
}
