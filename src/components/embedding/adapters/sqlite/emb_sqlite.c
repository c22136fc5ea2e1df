/* emb_sqlite.c - vectors of questions in the catalog's file. */
#include "emb_sqlite.h"

#include <string.h>

#include "db/sqlite/reading.h"

/* ---- readers ---- */

static anc_status store_size(void *self, krn_call *call, uint64_t *ret_bytes)
{
    bool row = false;
    DB_READING(r);
    ANC_TRY(db_reading_begin(&r, self, call->deadline_ns, call->cancelled, call->err));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db, "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM emb_vector", &s,
                       call->err));
    ANC_TRY(db_step(s, &row, call->err));
    *ret_bytes = (uint64_t)db_col_int(s, 0) * EMB_KEPT_OVERHEAD + (uint64_t)db_col_int(s, 1);
    return ANC_OK;
}

static anc_status read_row(const db_stmt *s, krn_call *call, uint32_t dims, emb_kept *ret)
{
    const size_t bytes = dims * sizeof(float);
    float *vector = anc_arena_alloc(call->mem, dims, sizeof *vector);
    if (vector == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for vectors kept");
    memcpy(ret->key, db_col_blob(s, 0).ptr, EMB_KEY_BYTES);
    memcpy(vector, db_col_blob(s, 3).ptr, bytes);
    ret->used_ms = db_col_int(s, 1);
    ret->place = db_col_int(s, 2);
    ret->vector = vector;
    return ANC_OK;
}

static anc_status store_page(void *self, krn_call *call, const emb_kept_model *model,
                             const emb_kept *behind, emb_kept **ret, size_t *ret_n)
{
    size_t n = 0;
    DB_READING(r);
    emb_kept *rows = anc_arena_alloc(call->mem, EMB_KEPT_AT_ONCE, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for vectors kept");
    ANC_TRY(db_reading_begin(&r, self, call->deadline_ns, call->cancelled, call->err));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db,
                       "SELECT key, used_ms, id, bytes FROM emb_vector"
                       " WHERE model_id = (SELECT id FROM emb_model WHERE revision = ?1)"
                       " AND length(bytes) = ?2 AND length(key) = ?3 AND (used_ms, id) < (?4, ?5)"
                       " ORDER BY used_ms DESC, id DESC LIMIT ?6",
                       &s, call->err));
    db_bind_str(s, 1, model->revision);
    db_bind_int(s, 2, (int64_t)(model->dims * sizeof(float)));
    db_bind_int(s, 3, EMB_KEY_BYTES);
    db_bind_int(s, 4, behind != NULL ? behind->used_ms : INT64_MAX);
    db_bind_int(s, 5, behind != NULL ? behind->place : INT64_MAX);
    db_bind_int(s, 6, EMB_KEPT_AT_ONCE);
    for (bool row = true; n < EMB_KEPT_AT_ONCE;) {
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        ANC_TRY(read_row(s, call, model->dims, &rows[n]));
        n++;
    }
    *ret = rows;
    *ret_n = n;
    return ANC_OK;
}

/* ---- writers ---- */

static anc_status run_for_model(db_sqlite *db, const char *sql, const emb_kept_model *model,
                                anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, sql, &s, err));
    db_bind_str(s, 1, model->name);
    db_bind_str(s, 2, model->revision);
    return db_run(s, err);
}

static anc_status intern(db_sqlite *db, const emb_kept_model *model, int64_t *ret, anc_err *err)
{
    bool row = false;
    ANC_TRY(run_for_model(
        db, "INSERT INTO emb_model(name, revision) VALUES (?1, ?2) ON CONFLICT DO NOTHING", model,
        err));
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "SELECT id FROM emb_model WHERE revision = ?1", &s, err));
    db_bind_str(s, 1, model->revision);
    ANC_TRY(db_step(s, &row, err));
    if (!row)
        return ANC_FAIL(err, ANC_BUG, "the model %.*s was not written", ANC_FMT(model->revision));
    *ret = db_col_int(s, 0);
    return ANC_OK;
}

/* Whether it was there. */
static anc_status touch(db_sqlite *db, int64_t model, const emb_kept *row, bool *ret, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "UPDATE emb_vector SET used_ms = max(used_ms, ?3)"
                       " WHERE model_id = ?1 AND key = ?2",
                       &s, err));
    db_bind_int(s, 1, model);
    db_bind_blob(s, 2, row->key, EMB_KEY_BYTES);
    db_bind_int(s, 3, row->used_ms);
    ANC_TRY(db_run(s, err));
    *ret = db_changes(db) > 0;
    return ANC_OK;
}

static anc_status insert(db_sqlite *db, int64_t model, const emb_kept *row, uint32_t dims,
                         anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(
        db, "INSERT INTO emb_vector(model_id, key, used_ms, bytes) VALUES (?1, ?2, ?3, ?4)", &s,
        err));
    db_bind_int(s, 1, model);
    db_bind_blob(s, 2, row->key, EMB_KEY_BYTES);
    db_bind_int(s, 3, row->used_ms);
    db_bind_blob(s, 4, row->vector, dims * sizeof(float));
    return db_run(s, err);
}

static anc_status store_put(void *self, krn_tx *tx, const emb_kept_model *model,
                            const emb_kept *rows, size_t n, uint64_t *ret_added_bytes, anc_err *err)
{
    int64_t id = 0;
    uint64_t added = 0;
    (void)self;
    ANC_TRY(intern(tx->connection, model, &id, err));
    for (size_t i = 0; i < n; i++) {
        bool there = false;
        ANC_TRY(touch(tx->connection, id, &rows[i], &there, err));
        if (there || rows[i].vector == NULL)
            continue;
        ANC_TRY(insert(tx->connection, id, &rows[i], model->dims, err));
        added += emb_kept_bytes(model->dims);
    }
    *ret_added_bytes = added;
    return ANC_OK;
}

/* ---- removing ---- */

typedef struct doomed {
    int64_t ids[EMB_KEPT_AT_ONCE];
    size_t n;
    uint64_t bytes;
} doomed;

/* Rows (id, length of the vector) of a statement, until they have `bytes` together. */
static anc_status gather(db_stmt *s, size_t limit, uint64_t bytes, doomed *d, anc_err *err)
{
    d->n = 0;
    d->bytes = 0;
    for (bool row = true; d->n < limit && d->n < EMB_KEPT_AT_ONCE && d->bytes < bytes;) {
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            break;
        d->ids[d->n++] = db_col_int(s, 0);
        d->bytes += (uint64_t)db_col_int(s, 1) + EMB_KEPT_OVERHEAD;
    }
    return ANC_OK;
}

static anc_status drop(db_sqlite *db, const doomed *d, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "DELETE FROM emb_vector WHERE id = ?1", &s, err));
    for (size_t i = 0; i < d->n; i++) {
        db_bind_int(s, 1, d->ids[i]);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

static anc_status gather_others(db_sqlite *db, const emb_kept_model *model, size_t limit, doomed *d,
                                anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "SELECT id, length(bytes) FROM emb_vector WHERE model_id IN"
                       " (SELECT id FROM emb_model WHERE name = ?1 AND revision <> ?2)",
                       &s, err));
    db_bind_str(s, 1, model->name);
    db_bind_str(s, 2, model->revision);
    return gather(s, limit, UINT64_MAX, d, err);
}

static anc_status store_drop_others(void *self, krn_tx *tx, const emb_kept_model *model,
                                    size_t limit, size_t *ret_n, uint64_t *ret_bytes, anc_err *err)
{
    doomed d;
    (void)self;
    ANC_TRY(gather_others(tx->connection, model, limit, &d, err));
    ANC_TRY(drop(tx->connection, &d, err));
    if (d.n == 0)
        ANC_TRY(run_for_model(tx->connection,
                              "DELETE FROM emb_model WHERE name = ?1 AND revision <> ?2 AND id NOT"
                              " IN (SELECT model_id FROM emb_vector)",
                              model, err));
    *ret_n = d.n;
    *ret_bytes = d.bytes;
    return ANC_OK;
}

static anc_status gather_oldest(db_sqlite *db, uint64_t bytes, doomed *d, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(
        db_prepare(db, "SELECT id, length(bytes) FROM emb_vector ORDER BY used_ms, id", &s, err));
    return gather(s, EMB_KEPT_AT_ONCE, bytes, d, err);
}

static anc_status store_drop_oldest(void *self, krn_tx *tx, uint64_t bytes, uint64_t *ret_bytes,
                                    anc_err *err)
{
    doomed d;
    (void)self;
    ANC_TRY(gather_oldest(tx->connection, bytes, &d, err));
    ANC_TRY(drop(tx->connection, &d, err));
    *ret_bytes = d.bytes;
    return ANC_OK;
}

static anc_status store_clear(void *self, krn_tx *tx, size_t limit, size_t *ret_n, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(
        tx->connection,
        "DELETE FROM emb_vector WHERE id IN (SELECT id FROM emb_vector ORDER BY id LIMIT ?1)", &s,
        err));
    db_bind_int(s, 1, (int64_t)limit);
    ANC_TRY(db_run(s, err));
    *ret_n = (size_t)db_changes(tx->connection);
    return ANC_OK;
}

emb_embedding_store emb_sqlite_store(db_readers *readers)
{
    static const emb_embedding_store_ops ops = {.name = "sqlite",
                                                .size = store_size,
                                                .page = store_page,
                                                .put = store_put,
                                                .drop_others = store_drop_others,
                                                .drop_oldest = store_drop_oldest,
                                                .clear = store_clear};
    return (emb_embedding_store){&ops, readers};
}
