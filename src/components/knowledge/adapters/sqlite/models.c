/* models.c - models wanted by collections, aimed at, switched over to. */
#include "store_impl.h"

static anc_status next_wanted(void *self, krn_call *call, const anc_str *after, kno_wanted *ret,
                              bool *ret_there)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT c.wanted_model, min(coalesce(m.revision, '')),"
                       " max(coalesce(m.revision, '')), sum(c.model_id <> c.target_id)"
                       " FROM kno_collection c LEFT JOIN kno_model m ON m.id = c.target_id"
                       " WHERE c.dropped = 0 AND (?1 IS NULL OR c.wanted_model > ?1)"
                       " GROUP BY 1 ORDER BY 1 LIMIT 1",
                       &s, call->err));
    if (after != NULL)
        db_bind_str(s, 1, *after);
    else
        db_bind_null(s, 1);
    ANC_TRY(db_step(s, ret_there, call->err));
    if (!*ret_there)
        return ANC_OK;
    kno_wanted r = {.changing = (uint64_t)db_col_int(s, 3)};
    ANC_TRY(db_col_copy(s, 0, call->mem, &r.name, call->err));
    ANC_TRY(db_col_copy(s, 1, call->mem, &r.least, call->err));
    ANC_TRY(db_col_copy(s, 2, call->mem, &r.greatest, call->err));
    *ret = r;
    return ANC_OK;
}

static anc_status aim(void *self, krn_tx *tx, anc_str wanted, anc_str revision, uint32_t dims,
                      anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    int64_t model = 0;
    if (revision.len > 0)
        ANC_TRY(kno_model_intern(db, revision, dims, &model, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "UPDATE kno_collection SET target_id = ?2, embed_failed = 0,"
                       " cut = cut + coalesce(coalesce(target_id, model_id) <> ?2, 0),"
                       " recut = recut OR coalesce(coalesce(target_id, model_id) <> ?2, 0)"
                       " WHERE wanted_model = ?1 AND dropped = 0 AND target_id IS NOT ?2",
                       &s, err));
    db_bind_str(s, 1, wanted);
    if (model != 0)
        db_bind_int(s, 2, model);
    else
        db_bind_null(s, 2);
    return db_run(s, err);
}

#define LACKS                                                                            \
    "EXISTS (SELECT 1 FROM kno_document d WHERE d.collection_id = kno_collection.id AND" \
    " coalesce(d.model_id, 0) <> kno_collection.target_id" KNO_NOT_GOING ")"

static anc_status lacking(void *self, krn_call *call, int64_t collection_id, uint64_t *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db,
                       "SELECT count(*) FROM kno_collection c JOIN kno_document d"
                       " ON d.collection_id = c.id WHERE c.id = ?1 AND"
                       " coalesce(d.model_id, 0) <> c.target_id" KNO_NOT_GOING,
                       &s, call->err));
    db_bind_int(s, 1, collection_id);
    ANC_TRY(db_step(s, &row, call->err));
    *ret = row ? (uint64_t)db_col_int(s, 0) : 0;
    return ANC_OK;
}

static anc_status read_ready(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    kno_ready *ret = item;
    ret->id = db_col_int(s, 0);
    ANC_TRY(db_col_copy(s, 1, mem, &ret->name, err));
    ANC_TRY(db_col_copy(s, 2, mem, &ret->from, err));
    return db_col_copy(s, 3, mem, &ret->to, err);
}

static anc_status ready(void *self, krn_call *call, size_t limit, kno_ready **ret, size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT kno_collection.id, kno_collection.name, f.revision, t.revision"
                       " FROM kno_collection JOIN kno_model f ON f.id = model_id"
                       " JOIN kno_model t ON t.id = target_id"
                       " WHERE dropped = 0 AND model_id <> target_id AND NOT " LACKS " LIMIT ?1",
                       &s, call->err));
    db_bind_int(s, 1, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_ready, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

static anc_status switch_over(void *self, krn_tx *tx, int64_t collection_id, bool *ret_done,
                              anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "UPDATE kno_collection SET model_id = target_id WHERE id = ?1 AND"
                       " dropped = 0 AND model_id <> target_id AND NOT " LACKS,
                       &s, err));
    db_bind_int(s, 1, collection_id);
    ANC_TRY(db_run(s, err));
    *ret_done = db_changes(db) > 0;
    return ANC_OK;
}

static anc_status give_up(void *self, krn_tx *tx, int64_t version_id, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    DB_STMT(document);
    ANC_TRY(db_prepare(db,
                       "UPDATE kno_document SET model_id = (SELECT target_id FROM kno_collection"
                       " WHERE id = collection_id) WHERE current_id = ?1 AND id ="
                       " (SELECT document_id FROM kno_version WHERE id = ?1)",
                       &document, err));
    db_bind_int(document, 1, version_id);
    ANC_TRY(db_run(document, err));
    if (db_changes(db) == 0)
        return ANC_OK;
    DB_STMT(collection);
    ANC_TRY(db_prepare(db,
                       "UPDATE kno_collection SET embed_failed = embed_failed + 1 WHERE id ="
                       " (SELECT d.collection_id FROM kno_version v JOIN kno_document d"
                       " ON d.id = v.document_id WHERE v.id = ?1)",
                       &collection, err));
    db_bind_int(collection, 1, version_id);
    return db_run(collection, err);
}

const kno_model_store_ops kno_sqlite_models = {
    .name = "sqlite",
    .next_wanted = next_wanted,
    .aim = aim,
    .lacking = lacking,
    .ready = ready,
    .switch_over = switch_over,
    .give_up = give_up,
};
