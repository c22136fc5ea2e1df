/* documents.c - documents, versions and chunks read. */
#include "store_impl.h"

#define VERSION_COLUMNS                                                                \
    "v.id, v.number, v.chunks, v.title, v.uri, v.source, v.content_type, v.language,"  \
    " v.metadata, va.labels, v.bytes, v.text_bytes, v.content, v.text, v.fingerprint," \
    " v.created_ms"
enum { N_VERSION_COLUMNS = 16 };

#define DOCUMENT_COLUMNS                                                                \
    VERSION_COLUMNS ", d.id, d.collection_id, c.name, d.name, ca.labels, d.created_ms," \
                    " d.updated_ms"

#define JOIN_CURRENT                                                       \
    " FROM kno_collection c JOIN kno_document d ON d.collection_id = c.id" \
    " JOIN kno_version v ON v.id = d.current_id"                           \
    " LEFT JOIN kno_acl va ON va.id = v.acl_id JOIN kno_acl ca ON ca.id = c.acl_id "

/* A version of any number is shown to those who may see the document as it is now. */
#define JOIN_NUMBERED                                                      \
    " FROM kno_collection c JOIN kno_document d ON d.collection_id = c.id" \
    " JOIN kno_version w ON w.id = d.current_id"                           \
    " JOIN kno_version v ON v.document_id = d.id AND v.number = ?3"        \
    " LEFT JOIN kno_acl va ON va.id = w.acl_id JOIN kno_acl ca ON ca.id = c.acl_id "

static anc_status read_version(const db_stmt *s, anc_arena *mem, kno_version_record *ret,
                               anc_err *err)
{
    kno_version_record v = {.id = db_col_int(s, 0),
                            .number = (uint32_t)db_col_int(s, 1),
                            .chunks = (uint32_t)db_col_int(s, 2),
                            .bytes = (uint64_t)db_col_int(s, 10),
                            .text_bytes = (uint64_t)db_col_int(s, 11),
                            .created_ms = db_col_int(s, 15)};
    anc_str *texts[] = {&v.title, &v.uri, &v.source, &v.content_type, &v.language, &v.metadata};
    for (int i = 0; i < (int)ANC_COUNT(texts); i++)
        ANC_TRY(db_col_copy(s, 3 + i, mem, texts[i], err));
    if (!db_col_is_null(s, 9))
        ANC_TRY(kno_labels_read(mem, db_col_str(s, 9), &v.acl, err));
    ANC_TRY(kno_digest_read(s, 12, &v.content, err));
    ANC_TRY(kno_digest_read(s, 13, &v.text, err));
    ANC_TRY(kno_digest_read(s, 14, &v.fingerprint, err));
    *ret = v;
    return ANC_OK;
}

static anc_status read_document(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    enum { D = N_VERSION_COLUMNS };
    kno_document_record *ret = item;
    kno_document_record d = {.id = db_col_int(s, D),
                             .collection_id = db_col_int(s, D + 1),
                             .created_ms = db_col_int(s, D + 5),
                             .updated_ms = db_col_int(s, D + 6)};
    ANC_TRY(read_version(s, mem, &d.current, err));
    ANC_TRY(db_col_copy(s, D + 2, mem, &d.collection, err));
    ANC_TRY(db_col_copy(s, D + 3, mem, &d.name, err));
    d.acl = d.current.acl;
    if (d.acl.n == 0)
        ANC_TRY(kno_labels_read(mem, db_col_str(s, D + 4), &d.acl, err));
    *ret = d;
    return ANC_OK;
}

static anc_status find(void *self, krn_call *call, int64_t collection_id, anc_str name,
                       kno_document_record *ret)
{
    KNO_READER(reader);
    ANC_TRY(kno_reader_take(self, call, &reader));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " DOCUMENT_COLUMNS JOIN_CURRENT
                       "WHERE c.id = ?1 AND c.dropped = 0 AND d.name = ?2",
                       &s, call->err));
    db_bind_int(s, 1, collection_id);
    db_bind_str(s, 2, name);
    ANC_TRY(db_step(s, &row, call->err));
    if (row)
        return read_document(s, call->mem, ret, call->err);
    *ret = (kno_document_record){0};
    return ANC_OK;
}

static anc_status find_version(void *self, krn_call *call, int64_t document_id, uint32_t number,
                               kno_version_record *ret)
{
    KNO_READER(reader);
    ANC_TRY(kno_reader_take(self, call, &reader));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " VERSION_COLUMNS " FROM kno_version v"
                       " LEFT JOIN kno_acl va ON va.id = v.acl_id"
                       " WHERE v.document_id = ?1 AND v.number = ?2 AND v.state = 1",
                       &s, call->err));
    db_bind_int(s, 1, document_id);
    db_bind_int(s, 2, number);
    ANC_TRY(db_step(s, &row, call->err));
    if (row)
        return read_version(s, call->mem, ret, call->err);
    *ret = (kno_version_record){0};
    return ANC_OK;
}

#define SEEN                                                                  \
    " AND (?3 IS NULL OR coalesce(v.acl_id, c.acl_id) IN (SELECT acl_id FROM" \
    " kno_acl_label WHERE label IN (SELECT value FROM json_each(?3))))"

/* Two statements, so that each walks its index: within a collection, or over all of them. */
static const char list_one[] =
    "SELECT " DOCUMENT_COLUMNS JOIN_CURRENT "WHERE c.dropped = 0 AND c.id = ?1 AND d.name > ?4"
    " AND (?2 = '' OR instr(v.folded, ?2) > 0)" SEEN " ORDER BY d.name LIMIT ?5";
static const char list_all[] =
    "SELECT " DOCUMENT_COLUMNS JOIN_CURRENT
    "WHERE c.dropped = 0 AND (c.name > ?1 OR (c.name = ?1 AND d.name > ?4))"
    " AND (?2 = '' OR instr(v.folded, ?2) > 0)" SEEN " ORDER BY c.name, d.name LIMIT ?5";

static anc_status list(void *self, krn_call *call, const kno_document_query *query,
                       kno_document_record **ret, size_t *ret_n)
{
    anc_str labels;
    ANC_TRY(kno_labels_json(call->mem, query->held, &labels, call->err));
    KNO_READER(reader);
    ANC_TRY(kno_reader_take(self, call, &reader));
    DB_STMT(s);
    const bool one = query->collection_id != 0;
    ANC_TRY(db_prepare(reader.db, one ? list_one : list_all, &s, call->err));
    if (one)
        db_bind_int(s, 1, query->collection_id);
    else
        db_bind_str(s, 1, query->after_collection);
    db_bind_str(s, 2, query->text);
    db_bind_str_or_null(s, 3, labels);
    db_bind_str(s, 4, query->after_name);
    db_bind_int(s, 5, (int64_t)query->limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_document, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

#define CHUNK_COLUMNS "k.ordinal, k.start, k.end, k.page, k.tokens, k.heading, k.digest"

static anc_status read_chunk_at(const db_stmt *s, int at, anc_arena *mem, kno_chunk_record *ret,
                                anc_err *err)
{
    kno_chunk_record k = {.ordinal = (uint32_t)db_col_int(s, at),
                          .start = (uint64_t)db_col_int(s, at + 1),
                          .end = (uint64_t)db_col_int(s, at + 2),
                          .page = (uint32_t)db_col_int(s, at + 3),
                          .tokens = (uint32_t)db_col_int(s, at + 4)};
    ANC_TRY(db_col_copy(s, at + 5, mem, &k.heading, err));
    ANC_TRY(kno_digest_read(s, at + 6, &k.digest, err));
    *ret = k;
    return ANC_OK;
}

static anc_status read_chunk(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    return read_chunk_at(s, 0, mem, item, err);
}

static anc_status chunks(void *self, krn_call *call, int64_t version_id, uint32_t from,
                         size_t limit, kno_chunk_record **ret, size_t *ret_n)
{
    KNO_READER(reader);
    ANC_TRY(kno_reader_take(self, call, &reader));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " CHUNK_COLUMNS " FROM kno_chunk k WHERE k.version_id = ?1"
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
    KNO_READER(reader);
    ANC_TRY(kno_reader_take(self, call, &reader));
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

static anc_status locate(void *self, krn_call *call, const kno_chunk_address *at, size_t n,
                         kno_chunk_place *ret)
{
    KNO_READER(reader);
    ANC_TRY(kno_reader_take(self, call, &reader));
    ANC_TRY(db_begin_read(reader.db, call->err));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " DOCUMENT_COLUMNS ", " CHUNK_COLUMNS JOIN_NUMBERED
                       "JOIN kno_chunk k ON k.version_id = v.id AND k.ordinal = ?4"
                       " WHERE c.name = ?1 AND c.dropped = 0 AND d.name = ?2 AND v.state = 1",
                       &s, call->err));
    for (size_t i = 0; i < n; i++) {
        db_stmt_again(s);
        db_bind_str(s, 1, at[i].collection);
        db_bind_str(s, 2, at[i].document);
        db_bind_int(s, 3, at[i].version);
        db_bind_int(s, 4, at[i].ordinal);
        kno_chunk_place place = {0};
        ANC_TRY(db_step(s, &place.found, call->err));
        if (place.found) {
            ANC_TRY(read_document(s, call->mem, &place.document, call->err));
            ANC_TRY(read_chunk_at(s, N_VERSION_COLUMNS + 7, call->mem, &place.chunk, call->err));
        }
        ret[i] = place;
    }
    return ANC_OK;
}

static anc_status read_walk(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    kno_walk_record *ret = item;
    ret->version = (uint32_t)db_col_int(s, 2);
    ANC_TRY(db_col_copy(s, 0, mem, &ret->collection, err));
    return db_col_copy(s, 1, mem, &ret->document, err);
}

static anc_status walk(void *self, krn_call *call, const kno_walk_record *after, size_t limit,
                       kno_walk_record **ret, size_t *ret_n)
{
    KNO_READER(reader);
    ANC_TRY(kno_reader_take(self, call, &reader));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT c.name, d.name, d.versions FROM kno_collection c"
                       " JOIN kno_document d ON d.collection_id = c.id WHERE c.dropped = 0"
                       " AND (c.name > ?1 OR (c.name = ?1 AND d.name > ?2))"
                       " ORDER BY c.name, d.name LIMIT ?3",
                       &s, call->err));
    db_bind_str(s, 1, after != NULL ? after->collection : ANC_STR_NONE);
    db_bind_str(s, 2, after != NULL ? after->document : ANC_STR_NONE);
    db_bind_int(s, 3, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_walk, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

const kno_document_store_ops kno_sqlite_documents = {
    .name = "sqlite",
    .find = find,
    .find_version = find_version,
    .list = list,
    .chunks = chunks,
    .digests = digests,
    .locate = locate,
    .walk = walk,
};
