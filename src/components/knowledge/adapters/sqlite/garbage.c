/* garbage.c - what nobody sees any more, removed piece by piece. */
#include <assert.h>

#include "store_impl.h"

enum { MAX_PIECE = 512 };

static anc_status read_id(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    (void)mem, (void)err;
    *(int64_t *)item = db_col_int(s, 0);
    return ANC_OK;
}

static anc_status versions(void *self, krn_call *call, int64_t document_id, int64_t after,
                           size_t limit, int64_t **ret, size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       document_id != 0
                           ? "SELECT id FROM kno_version WHERE document_id = ?1 AND state = 2"
                             " AND id > ?2 ORDER BY id LIMIT ?3"
                           : "SELECT id FROM kno_version WHERE state <> 1 AND id > ?2"
                             " ORDER BY id LIMIT ?3",
                       &s, call->err));
    if (document_id != 0)
        db_bind_int(s, 1, document_id);
    db_bind_int(s, 2, after);
    db_bind_int(s, 3, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_id, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

/* Removes up to `max` chunks of a version; how many there were. */
static anc_status discard_chunks(db_sqlite *db, int64_t version_id, size_t max, size_t *ret,
                                 anc_err *err)
{
    kno_digest digests[MAX_PIECE];
    size_t n = 0;
    {
        DB_STMT(s);
        ANC_TRY(db_prepare(db,
                           "DELETE FROM kno_chunk WHERE version_id = ?1 AND ordinal IN (SELECT"
                           " ordinal FROM kno_chunk WHERE version_id = ?1 ORDER BY ordinal"
                           " LIMIT ?2) RETURNING digest",
                           &s, err));
        db_bind_int(s, 1, version_id);
        db_bind_int(s, 2, (int64_t)max);
        for (bool row = true;;) {
            ANC_TRY(db_step(s, &row, err));
            if (!row || n == max)
                break;
            ANC_TRY(kno_digest_read(s, 0, &digests[n++], err));
        }
    }
    DB_STMT(vector);
    ANC_TRY(db_prepare(db,
                       "DELETE FROM kno_vector WHERE digest = ?1 AND NOT EXISTS"
                       " (SELECT 1 FROM kno_chunk WHERE digest = ?1)",
                       &vector, err));
    for (size_t i = 0; i < n; i++) {
        kno_bind_digest(vector, 1, &digests[i]);
        ANC_TRY(db_run(vector, err));
    }
    *ret = n;
    return ANC_OK;
}

static anc_status discard(void *self, krn_tx *tx, int64_t version_id, size_t max_chunks,
                          kno_discarded *ret, anc_err *err)
{
    (void)self;
    assert(max_chunks > 0 && max_chunks <= MAX_PIECE);
    db_sqlite *db = tx->connection;
    kno_discarded r = {0};
    {
        DB_STMT(s);
        bool row = false;
        ANC_TRY(
            db_prepare(db, "SELECT state, content, text FROM kno_version WHERE id = ?1", &s, err));
        db_bind_int(s, 1, version_id);
        ANC_TRY(db_step(s, &row, err));
        if (!row || db_col_int(s, 0) == KNO_STATE_PUBLISHED) {
            *ret = (kno_discarded){.done = true};
            return ANC_OK;
        }
        ANC_TRY(kno_digest_read(s, 1, &r.content, err));
        ANC_TRY(kno_digest_read(s, 2, &r.text, err));
    }
    size_t removed = 0;
    ANC_TRY(discard_chunks(db, version_id, max_chunks, &removed, err));
    if (removed < max_chunks) {
        DB_STMT(s);
        ANC_TRY(db_prepare(db, "DELETE FROM kno_version WHERE id = ?1", &s, err));
        db_bind_int(s, 1, version_id);
        ANC_TRY(db_run(s, err));
        r.done = true;
    }
    *ret = r;
    return ANC_OK;
}

#define UNUSED                                                                              \
    "NOT EXISTS (SELECT 1 FROM kno_collection c WHERE c.dropped = 0 AND c.model_id = m.id)" \
    " AND NOT EXISTS (SELECT 1 FROM kno_collection c WHERE c.dropped = 0 AND c.target_id = m.id)"

static anc_status unused_model(void *self, krn_call *call, int64_t *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db, "SELECT m.id FROM kno_model m WHERE " UNUSED " LIMIT 1", &s,
                       call->err));
    ANC_TRY(db_step(s, &row, call->err));
    *ret = row ? db_col_int(s, 0) : 0;
    return ANC_OK;
}

/* The row itself, and the number where it may stand yet: another model may be given it. */
static anc_status delete_model(db_sqlite *db, int64_t model, anc_err *err)
{
    static const char *const statements[] = {
        "UPDATE kno_document SET model_id = NULL WHERE model_id = ?1",
        "UPDATE kno_collection SET model_id = NULL WHERE dropped = 1 AND model_id = ?1",
        "UPDATE kno_collection SET target_id = NULL WHERE dropped = 1 AND target_id = ?1",
        "DELETE FROM kno_model WHERE id = ?1"};
    for (size_t i = 0; i < ANC_COUNT(statements); i++) {
        DB_STMT(s);
        ANC_TRY(db_prepare(db, statements[i], &s, err));
        db_bind_int(s, 1, model);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

static anc_status forget_model(void *self, krn_tx *tx, int64_t model, size_t limit, bool *ret_done,
                               anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    bool unused = false;
    *ret_done = true;
    DB_STMT(find);
    ANC_TRY(db_prepare(db, "SELECT 1 FROM kno_model m WHERE m.id = ?1 AND " UNUSED, &find, err));
    db_bind_int(find, 1, model);
    ANC_TRY(db_step(find, &unused, err));
    if (!unused)
        return ANC_OK;
    DB_STMT(vectors);
    ANC_TRY(db_prepare(db,
                       "DELETE FROM kno_vector WHERE id IN (SELECT id FROM kno_vector WHERE"
                       " model_id = ?1 LIMIT ?2)",
                       &vectors, err));
    db_bind_int(vectors, 1, model);
    db_bind_int(vectors, 2, (int64_t)limit);
    ANC_TRY(db_run(vectors, err));
    *ret_done = (size_t)db_changes(db) < limit;
    return *ret_done ? delete_model(db, model, err) : ANC_OK;
}

static anc_status read_dropped(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    kno_dropped_document *ret = item;
    ret->id = db_col_int(s, 0);
    ret->collection_id = db_col_int(s, 1);
    ret->orphan = db_col_int(s, 4) != 0;
    ANC_TRY(db_col_copy(s, 2, mem, &ret->collection, err));
    return db_col_copy(s, 3, mem, &ret->name, err);
}

static anc_status dropped(void *self, krn_call *call, int64_t before_ms, size_t limit,
                          kno_dropped_document **ret, size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(
        reader.db,
        "SELECT d.id, c.id, c.name, d.name, 0 FROM kno_collection c"
        " JOIN kno_document d ON d.collection_id = c.id WHERE c.dropped = 1"
        " UNION ALL SELECT d.id, c.id, c.name, d.name, 1 FROM kno_document d"
        " JOIN kno_collection c ON c.id = d.collection_id AND c.dropped = 0"
        " WHERE d.parent IS NOT NULL AND d.touched_ms < ?1 AND NOT EXISTS (SELECT 1"
        " FROM kno_document p WHERE p.collection_id = d.collection_id"
        " AND p.name = d.parent)"
        " UNION ALL SELECT d.id, c.id, c.name, d.name, 1 FROM kno_going g"
        " CROSS JOIN kno_document d ON d.going = g.token"
        " CROSS JOIN kno_collection c ON c.id = d.collection_id AND c.dropped = 0 LIMIT ?2",
        &s, call->err));
    db_bind_int(s, 1, before_ms);
    db_bind_int(s, 2, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_dropped, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

static anc_status bury(void *self, krn_tx *tx, anc_err *err)
{
    (void)self;
    ANC_TRY(db_exec(tx->connection,
                    "DELETE FROM kno_going WHERE NOT EXISTS"
                    " (SELECT 1 FROM kno_document d WHERE d.going = token)",
                    err));
    return db_exec(tx->connection,
                   "DELETE FROM kno_collection WHERE dropped = 1 AND NOT EXISTS"
                   " (SELECT 1 FROM kno_document d WHERE d.collection_id = kno_collection.id)",
                   err);
}

static const char is_named[] = "SELECT EXISTS (SELECT 1 FROM kno_version WHERE content = ?1)"
                               " OR EXISTS (SELECT 1 FROM kno_version WHERE text = ?1)";

static anc_status named(void *self, krn_call *call, const kno_digest *digests, size_t n, bool *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db, is_named, &s, call->err));
    for (size_t i = 0; i < n; i++) {
        bool row = false;
        db_stmt_again(s);
        kno_bind_digest(s, 1, &digests[i]);
        ANC_TRY(db_step(s, &row, call->err));
        ret[i] = row && db_col_int(s, 0) != 0;
    }
    return ANC_OK;
}

static anc_status named_now(void *self, krn_tx *tx, const kno_digest *digest, bool *ret,
                            anc_err *err)
{
    (void)self;
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection, is_named, &s, err));
    kno_bind_digest(s, 1, digest);
    ANC_TRY(db_step(s, &row, err));
    *ret = row && db_col_int(s, 0) != 0;
    return ANC_OK;
}

const kno_garbage_store_ops kno_sqlite_garbage = {
    .name = "sqlite",
    .versions = versions,
    .expire = kno_sqlite_expire,
    .discard = discard,
    .dropped = dropped,
    .bury = bury,
    .unused_model = unused_model,
    .forget_model = forget_model,
    .named = named,
    .named_now = named_now,
};
