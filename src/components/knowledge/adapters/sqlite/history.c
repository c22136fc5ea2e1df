/* history.c - versions and their chunks read. */
#include "store_impl.h"

anc_status kno_version_read(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    kno_version_record *ret = item;
    kno_version_record v = {.id = db_col_int(s, 0),
                            .number = (uint32_t)db_col_int(s, 1),
                            .chunks = (uint32_t)db_col_int(s, 2),
                            .bytes = (uint64_t)db_col_int(s, 13),
                            .text_bytes = (uint64_t)db_col_int(s, 14),
                            .created_ms = db_col_int(s, 18),
                            .cut = (uint32_t)db_col_int(s, 19),
                            .restored = (uint32_t)db_col_int(s, 20),
                            .difference = {.changes = (unsigned)db_col_int(s, 21),
                                           .counted = !db_col_is_null(s, 22),
                                           .added = (uint32_t)db_col_int(s, 22),
                                           .removed = (uint32_t)db_col_int(s, 23)}};
    anc_str *texts[] = {&v.title,    &v.uri,   &v.source, &v.content_type, &v.language,
                        &v.metadata, &v.given, &v.found,  &v.name};
    for (int i = 0; i < (int)ANC_COUNT(texts); i++)
        ANC_TRY(db_col_copy(s, 3 + i, mem, texts[i], err));
    if (!db_col_is_null(s, 12))
        ANC_TRY(kno_labels_read(mem, db_col_str(s, 12), &v.acl, err));
    ANC_TRY(kno_digest_read(s, 15, &v.content, err));
    ANC_TRY(kno_digest_read(s, 16, &v.text, err));
    ANC_TRY(kno_digest_read(s, 17, &v.fingerprint, err));
    *ret = v;
    return ANC_OK;
}

anc_status kno_document_read(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    enum { D = KNO_N_VERSION_COLUMNS };
    kno_document_record *ret = item;
    kno_document_record d = {.id = db_col_int(s, D),
                             .collection_id = db_col_int(s, D + 1),
                             .created_ms = db_col_int(s, D + 5),
                             .updated_ms = db_col_int(s, D + 6)};
    ANC_TRY(kno_version_read(s, mem, &d.current, err));
    ANC_TRY(db_col_copy(s, D + 2, mem, &d.collection, err));
    ANC_TRY(db_col_copy(s, D + 3, mem, &d.name, err));
    ANC_TRY(db_col_copy(s, D + 7, mem, &d.parent, err));
    if (!db_col_is_null(s, D + 8))
        ANC_TRY(kno_digest_read(s, D + 8, &d.made_for, err));
    d.acl = d.current.acl;
    if (d.acl.n == 0)
        ANC_TRY(kno_labels_read(mem, db_col_str(s, D + 4), &d.acl, err));
    *ret = d;
    return ANC_OK;
}

anc_status kno_chunk_read(const db_stmt *s, int at, anc_arena *mem, kno_chunk_record *ret,
                          anc_err *err)
{
    kno_chunk_record k = {.ordinal = (uint32_t)db_col_int(s, at),
                          .start = (uint64_t)db_col_int(s, at + 1),
                          .end = (uint64_t)db_col_int(s, at + 2),
                          .page = (uint32_t)db_col_int(s, at + 3),
                          .tokens = (uint32_t)db_col_int(s, at + 4)};
    ANC_TRY(db_col_copy(s, at + 5, mem, &k.heading, err));
    ANC_TRY(db_col_copy(s, at + 6, mem, &k.columns, err));
    ANC_TRY(kno_digest_read(s, at + 7, &k.digest, err));
    k.places = anc_arena_copy(mem, db_col_blob(s, at + 8));
    if (k.places.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the places of a chunk");
    *ret = k;
    return ANC_OK;
}

static anc_status find(void *self, krn_call *call, int64_t document_id, uint32_t number,
                       kno_version_record *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " KNO_VERSION_COLUMNS " FROM kno_version v"
                       " LEFT JOIN kno_acl va ON va.id = v.acl_id"
                       " WHERE v.document_id = ?1 AND v.number = ?2 AND v.state = 1",
                       &s, call->err));
    db_bind_int(s, 1, document_id);
    db_bind_int(s, 2, number);
    ANC_TRY(db_step(s, &row, call->err));
    if (row)
        return kno_version_read(s, call->mem, ret, call->err);
    *ret = (kno_version_record){0};
    return ANC_OK;
}

static anc_status list(void *self, krn_call *call, int64_t document_id, uint32_t before,
                       size_t limit, kno_version_record **ret, size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " KNO_VERSION_COLUMNS " FROM kno_version v"
                       " LEFT JOIN kno_acl va ON va.id = v.acl_id WHERE v.document_id = ?1"
                       " AND v.number < ?2 AND v.state = 1 ORDER BY v.number DESC LIMIT ?3",
                       &s, call->err));
    db_bind_int(s, 1, document_id);
    db_bind_int(s, 2, before != 0 ? (int64_t)before : INT64_MAX);
    db_bind_int(s, 3, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, kno_version_read, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

static anc_status read_chunk(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    return kno_chunk_read(s, 0, mem, item, err);
}

static anc_status chunks(void *self, krn_call *call, int64_t version_id, uint32_t from,
                         size_t limit, kno_chunk_record **ret, size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " KNO_CHUNK_COLUMNS " FROM kno_chunk k WHERE k.version_id = ?1"
                       " AND k.ordinal >= ?2 ORDER BY k.ordinal LIMIT ?3",
                       &s, call->err));
    db_bind_int(s, 1, version_id);
    db_bind_int(s, 2, from);
    db_bind_int(s, 3, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_chunk, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

static anc_status read_digest(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    (void)mem;
    return kno_digest_read(s, 0, item, err);
}

static anc_status digests(void *self, krn_call *call, int64_t version_id, kno_digest **ret,
                          size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT digest FROM kno_chunk WHERE version_id = ?1 ORDER BY ordinal", &s,
                       call->err));
    db_bind_int(s, 1, version_id);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_digest, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

static anc_status outdated(void *self, krn_call *call, int64_t after, size_t limit,
                           kno_document_record **ret, size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(
        reader.db,
        "SELECT " KNO_DOCUMENT_COLUMNS KNO_JOIN_CURRENT
        "WHERE c.recut = 1 AND c.dropped = 0 AND v.cut <> c.cut AND d.id > ?1" KNO_NOT_GOING
        " ORDER BY d.id LIMIT ?2",
        &s, call->err));
    db_bind_int(s, 1, after);
    db_bind_int(s, 2, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, kno_document_read, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

const kno_version_store_ops kno_sqlite_history = {
    .name = "sqlite",
    .find = find,
    .list = list,
    .chunks = chunks,
    .digests = digests,
    .outdated = outdated,
};
