/* going.c - documents that go together in one small transaction, however many: each is marked with a token
 * before, which changes nothing, and all are gone once the token is there. */
#include "store_impl.h"

anc_status kno_sqlite_going_mark(void *self, krn_tx *tx, int64_t document_id, int64_t token,
                                 bool *ret_changed, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_document SET going = ?2 WHERE id = ?1 AND going IS NOT ?2"
                       " AND (going IS NULL OR going NOT IN (SELECT token FROM kno_going))",
                       &s, err));
    db_bind_int(s, 1, document_id);
    db_bind_int(s, 2, token);
    ANC_TRY(db_run(s, err));
    *ret_changed = db_changes(tx->connection) > 0;
    return ANC_OK;
}

anc_status kno_sqlite_going_unmarked(void *self, krn_tx *tx, int64_t collection_id, anc_str parent,
                                     int64_t token, bool *ret, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT 1 FROM kno_document d WHERE d.collection_id = ?1 AND d.parent = ?2"
                       " AND d.going IS NOT ?3" KNO_NOT_GOING " LIMIT 1",
                       &s, err));
    db_bind_int(s, 1, collection_id);
    db_bind_str(s, 2, parent);
    db_bind_int(s, 3, token);
    return db_step(s, ret, err);
}

anc_status kno_sqlite_going_go(void *self, krn_tx *tx, int64_t token, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(
        db_prepare(tx->connection, "INSERT OR IGNORE INTO kno_going(token) VALUES(?1)", &s, err));
    db_bind_int(s, 1, token);
    return db_run(s, err);
}

anc_status kno_sqlite_going_left(void *self, krn_tx *tx, int64_t collection_id, anc_str name,
                                 int64_t *ret_document_id, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT d.id FROM kno_document d WHERE d.collection_id = ?1 AND d.name = ?2"
                       " AND d.going IN (SELECT token FROM kno_going)"
                       " UNION ALL SELECT d.id FROM kno_collection c JOIN kno_document d"
                       " ON d.collection_id = c.id AND d.name = ?2 WHERE c.dropped = 1 AND c.name ="
                       " (SELECT name FROM kno_collection WHERE id = ?1) LIMIT 1",
                       &s, err));
    db_bind_int(s, 1, collection_id);
    db_bind_str(s, 2, name);
    ANC_TRY(db_step(s, &row, err));
    *ret_document_id = row ? db_col_int(s, 0) : 0;
    return ANC_OK;
}
