/* documents.c - documents read, by name and in order. */
#include "store_impl.h"

/* A version of any number is shown to those who may see the document as it is now. */
#define JOIN_NUMBERED                                                      \
    " FROM kno_collection c JOIN kno_document d ON d.collection_id = c.id" \
    " JOIN kno_version w ON w.id = d.current_id"                           \
    " JOIN kno_version v ON v.document_id = d.id AND v.number = ?3"        \
    " LEFT JOIN kno_acl va ON va.id = w.acl_id JOIN kno_acl ca ON ca.id = c.acl_id "

static anc_status find(void *self, krn_call *call, int64_t collection_id, anc_str name,
                       kno_document_record *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " KNO_DOCUMENT_COLUMNS KNO_JOIN_CURRENT
                       "WHERE c.id = ?1 AND c.dropped = 0 AND d.name = ?2" KNO_NOT_GOING,
                       &s, call->err));
    db_bind_int(s, 1, collection_id);
    db_bind_str(s, 2, name);
    ANC_TRY(db_step(s, &row, call->err));
    if (row)
        return kno_document_read(s, call->mem, ret, call->err);
    *ret = (kno_document_record){0};
    return ANC_OK;
}

/* The version is looked up first, by the index of its uri. What is a part of nothing is not going. */
static anc_status of_file(void *self, krn_call *call, int64_t collection_id, anc_str uri,
                          size_t limit, kno_document_record **ret, size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(
        db_prepare(reader.db,
                   "SELECT " KNO_DOCUMENT_COLUMNS " FROM " KNO_OF_FILE
                   " JOIN kno_collection c ON c.id = d.collection_id AND c.dropped = 0"
                   " LEFT JOIN kno_acl va ON va.id = v.acl_id JOIN kno_acl ca ON ca.id = c.acl_id"
                   " WHERE d.collection_id = ?1 ORDER BY d.id LIMIT ?3",
                   &s, call->err));
    db_bind_int(s, 1, collection_id);
    db_bind_str(s, 2, uri);
    db_bind_int(s, 3, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, kno_document_read, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

#define SEEN                                                                  \
    " AND (?3 IS NULL OR coalesce(v.acl_id, c.acl_id) IN (SELECT acl_id FROM" \
    " kno_acl_label WHERE label IN (SELECT value FROM json_each(?3))))"

/* Two statements, so that each walks its index: within a collection, or over all of them. */
static const char list_one[] =
    "SELECT " KNO_DOCUMENT_COLUMNS KNO_JOIN_CURRENT
    "WHERE c.dropped = 0 AND c.id = ?1 AND d.name > ?4"
    " AND (?2 = '' OR instr(v.folded, ?2) > 0)" SEEN KNO_NOT_GOING " ORDER BY d.name LIMIT ?5";
static const char list_all[] =
    "SELECT " KNO_DOCUMENT_COLUMNS KNO_JOIN_CURRENT
    "WHERE c.dropped = 0 AND (c.name > ?1 OR (c.name = ?1 AND d.name > ?4))"
    " AND (?2 = '' OR instr(v.folded, ?2) > 0)" SEEN KNO_NOT_GOING
    " ORDER BY c.name, d.name LIMIT ?5";

static anc_status list(void *self, krn_call *call, const kno_document_query *query,
                       kno_document_record **ret, size_t *ret_n)
{
    anc_str labels;
    ANC_TRY(kno_labels_json(call->mem, query->held, &labels, call->err));
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
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
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, kno_document_read, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

static anc_status locate(void *self, krn_call *call, const kno_chunk_address *at, size_t n,
                         kno_chunk_place *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    ANC_TRY(db_begin_read(reader.db, call->err));
    DB_STMT(s);
    ANC_TRY(db_prepare(
        reader.db,
        "SELECT " KNO_DOCUMENT_COLUMNS ", " KNO_CHUNK_COLUMNS JOIN_NUMBERED
        "JOIN kno_chunk k ON k.version_id = v.id AND k.ordinal = ?4"
        " WHERE c.name = ?1 AND c.dropped = 0 AND d.name = ?2 AND v.state = 1" KNO_NOT_GOING,
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
            ANC_TRY(kno_document_read(s, call->mem, &place.document, call->err));
            ANC_TRY(kno_chunk_read(s, KNO_N_DOCUMENT_COLUMNS, call->mem, &place.chunk, call->err));
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
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT c.name, d.name, d.versions FROM kno_collection c"
                       " JOIN kno_document d ON d.collection_id = c.id WHERE c.dropped = 0"
                       " AND (c.name > ?1 OR (c.name = ?1 AND d.name > ?2))" KNO_NOT_GOING
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

static anc_status count_parts(void *self, krn_call *call, int64_t collection_id, anc_str parent,
                              const kno_digest *made_for, kno_part_counts *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(
        reader.db,
        "SELECT count(*), total(d.made_for = ?3), total(d.made_for <> ?3)"
        " FROM kno_document d WHERE d.collection_id = ?1 AND d.parent = ?2" KNO_NOT_GOING,
        &s, call->err));
    db_bind_int(s, 1, collection_id);
    db_bind_str(s, 2, parent);
    kno_bind_digest(s, 3, made_for);
    ANC_TRY(db_step(s, &row, call->err));
    *ret = (kno_part_counts){0};
    if (row)
        *ret = (kno_part_counts){.all = (uint64_t)db_col_int(s, 0),
                                 .made = (uint64_t)db_col_int(s, 1),
                                 .others = (uint64_t)db_col_int(s, 2)};
    return ANC_OK;
}

const kno_document_store_ops kno_sqlite_documents = {
    .name = "sqlite",
    .find = find,
    .of_file = of_file,
    .list = list,
    .locate = locate,
    .walk = walk,
    .count_parts = count_parts,
};
