/* vectors.c - vectors by model and digest of the embedded text. */
#include <string.h>

#include "store_impl.h"

static anc_status known(void *self, krn_call *call, anc_str model, const kno_digest *digests,
                        size_t n, bool *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    ANC_TRY(db_begin_read(reader.db, call->err));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT 1 FROM kno_vector WHERE digest = ?1 AND model_id ="
                       " (SELECT id FROM kno_model WHERE revision = ?2)",
                       &s, call->err));
    for (size_t i = 0; i < n; i++) {
        db_stmt_again(s);
        kno_bind_digest(s, 1, &digests[i]);
        db_bind_str(s, 2, model);
        ANC_TRY(db_step(s, &ret[i], call->err));
    }
    return ANC_OK;
}

static anc_status read(void *self, krn_call *call, anc_str model, int64_t version_id, size_t n,
                       unsigned char **ret_bytes, uint32_t *ret_dims)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT v.bytes FROM kno_chunk k LEFT JOIN kno_vector v"
                       " ON v.digest = k.digest AND v.model_id ="
                       " (SELECT id FROM kno_model WHERE revision = ?2)"
                       " WHERE k.version_id = ?1 ORDER BY k.ordinal",
                       &s, call->err));
    db_bind_int(s, 1, version_id);
    db_bind_str(s, 2, model);
    unsigned char *all = NULL;
    size_t each = 0;
    bool complete = n > 0;
    for (size_t i = 0; complete && i < n; i++) {
        bool row = false;
        ANC_TRY(db_step(s, &row, call->err));
        const anc_str one = row ? db_col_blob(s, 0) : ANC_STR_NONE;
        if (i == 0 && one.len > 0) {
            each = one.len;
            all = anc_arena_alloc(call->mem, n, each);
            if (all == NULL)
                return ANC_FAIL(call->err, anc_arena_refusal(call->mem),
                                "no room for %zu vectors of %zu bytes", n, each);
        }
        complete = one.len > 0 && one.len == each;
        if (complete)
            memcpy(all + i * each, one.ptr, each);
    }
    *ret_bytes = complete ? all : NULL;
    *ret_dims = complete ? (uint32_t)(each / 2) : 0;
    return ANC_OK;
}

static anc_status put(void *self, krn_tx *tx, const kno_vectors *vectors, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    int64_t model = 0;
    ANC_TRY(kno_model_intern(db, vectors->model, vectors->dims, &model, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "INSERT INTO kno_vector(digest, model_id, bytes) SELECT ?1, ?2, ?3"
                       " WHERE EXISTS (SELECT 1 FROM kno_chunk WHERE digest = ?1)"
                       " ON CONFLICT DO NOTHING",
                       &s, err));
    const size_t each = (size_t)vectors->dims * 2;
    for (size_t i = 0; i < vectors->n; i++) {
        kno_bind_digest(s, 1, &vectors->digests[i]);
        db_bind_int(s, 2, model);
        db_bind_blob(s, 3, vectors->bytes + i * each, each);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

static anc_status count_missing(db_sqlite *db, int64_t model, int64_t version_id, uint64_t *ret,
                                anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db,
                       "SELECT count(DISTINCT k.digest) FROM kno_chunk k WHERE k.version_id = ?1"
                       " AND NOT EXISTS (SELECT 1 FROM kno_vector v WHERE v.digest = k.digest"
                       " AND v.model_id = ?2)",
                       &s, err));
    db_bind_int(s, 1, version_id);
    db_bind_int(s, 2, model);
    ANC_TRY(db_step(s, &row, err));
    *ret = row ? (uint64_t)db_col_int(s, 0) : 0;
    return ANC_OK;
}

/* A collection without vectors takes the model; what it is searched by and aims at then. */
static anc_status compare_models(db_sqlite *db, int64_t model, int64_t version_id,
                                 kno_completion *ret, anc_err *err)
{
    DB_STMT(first);
    ANC_TRY(db_prepare(db,
                       "UPDATE kno_collection SET model_id = ?2 WHERE model_id IS NULL AND"
                       " id = (SELECT d.collection_id FROM kno_version v JOIN kno_document d"
                       " ON d.id = v.document_id WHERE v.id = ?1)",
                       &first, err));
    db_bind_int(first, 1, version_id);
    db_bind_int(first, 2, model);
    ANC_TRY(db_run(first, err));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db,
                       "SELECT c.model_id = ?2, coalesce(c.target_id = ?2, 0) FROM kno_version v"
                       " JOIN kno_document d ON d.id = v.document_id"
                       " JOIN kno_collection c ON c.id = d.collection_id WHERE v.id = ?1",
                       &s, err));
    db_bind_int(s, 1, version_id);
    db_bind_int(s, 2, model);
    ANC_TRY(db_step(s, &row, err));
    ret->searched = row && db_col_int(s, 0) != 0;
    ret->wanted = row && db_col_int(s, 1) != 0;
    return ANC_OK;
}

static anc_status complete(void *self, krn_tx *tx, anc_str model, uint32_t dims, int64_t version_id,
                           kno_completion *ret, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    int64_t id = 0;
    kno_completion result = {0};
    ANC_TRY(kno_model_intern(db, model, dims, &id, err));
    ANC_TRY(count_missing(db, id, version_id, &result.missing, err));
    if (result.missing == 0) {
        DB_STMT(document);
        ANC_TRY(db_prepare(db,
                           "UPDATE kno_document SET model_id = ?2 WHERE current_id = ?1 AND id ="
                           " (SELECT document_id FROM kno_version WHERE id = ?1)",
                           &document, err));
        db_bind_int(document, 1, version_id);
        db_bind_int(document, 2, id);
        ANC_TRY(db_run(document, err));
        ANC_TRY(compare_models(db, id, version_id, &result, err));
    }
    *ret = result;
    return ANC_OK;
}

static anc_status read_lacking(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    kno_lacking *ret = item;
    kno_lacking r = {.document_id = db_col_int(s, 0),
                     .version_id = db_col_int(s, 1),
                     .number = (uint32_t)db_col_int(s, 4),
                     .text_bytes = (uint64_t)db_col_int(s, 7)};
    ANC_TRY(db_col_copy(s, 2, mem, &r.collection, err));
    ANC_TRY(db_col_copy(s, 3, mem, &r.document, err));
    ANC_TRY(db_col_copy(s, 5, mem, &r.title, err));
    ANC_TRY(kno_digest_read(s, 6, &r.text, err));
    *ret = r;
    return ANC_OK;
}

static anc_status lacking(void *self, krn_call *call, anc_str wanted, int64_t after, size_t limit,
                          kno_lacking **ret, size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(
        reader.db,
        "SELECT d.id, v.id, c.name, d.name, v.number, v.title, v.text, v.text_bytes"
        " FROM kno_document d JOIN kno_collection c ON c.id = d.collection_id"
        " JOIN kno_version v ON v.id = d.current_id"
        " WHERE d.id > ?1 AND c.dropped = 0 AND c.wanted_model = ?2 AND v.cut = c.cut"
        " AND coalesce(d.model_id, 0) <> c.target_id" KNO_NOT_GOING " ORDER BY d.id LIMIT ?3",
        &s, call->err));
    db_bind_int(s, 1, after);
    db_bind_str(s, 2, wanted);
    db_bind_int(s, 3, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_lacking, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

const kno_vector_store_ops kno_sqlite_vectors = {
    .name = "sqlite",
    .known = known,
    .read = read,
    .put = put,
    .complete = complete,
    .lacking = lacking,
};
