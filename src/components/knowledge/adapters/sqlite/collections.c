/* collections.c - the collections' table. */
#include "store_impl.h"

/* What documents have that are gone and still counted. Few are: CROSS JOIN keeps SQLite from going through all
 * documents of the collection to find them. */
#define GONE(what)                                                                     \
    " - (SELECT coalesce(sum(" what "), 0) FROM kno_going g CROSS JOIN kno_document d" \
    " ON d.going = g.token CROSS JOIN kno_version v ON v.id = d.current_id"            \
    " WHERE d.collection_id = c.id)"
#define GONE_VERSIONS \
    "(SELECT count(*) FROM kno_version w WHERE w.document_id = d.id AND w.state = 1)"
#define COUNTERS                                                                   \
    " c.documents" GONE("1") ", c.versions" GONE(GONE_VERSIONS) ", c.chunks" GONE( \
        "v.chunks") ", c.bytes" GONE("v.bytes") ", c.text_bytes" GONE("v.text_bytes") ","
#define COLUMNS                                                               \
    "c.id, c.name, c.description, c.language, c.chunking, c.chunk_tokens,"    \
    " c.overlap_sentences, a.labels, coalesce(m.revision, ''), c.created_ms," \
    " c.updated_ms," COUNTERS                                                 \
    " c.last_change_ms, c.system_prompt, c.prompt_template, c.cut, c.recut,"  \
    " c.recut_failed, c.wanted_model, coalesce(t.revision, ''),"              \
    " coalesce(m.dims, 0), coalesce(t.dims, 0), c.embed_failed"               \
    " FROM kno_collection c JOIN kno_acl a ON a.id = c.acl_id"                \
    " LEFT JOIN kno_model m ON m.id = c.model_id"                             \
    " LEFT JOIN kno_model t ON t.id = c.target_id "

static anc_status read_row(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    kno_collection_record *ret = item;
    kno_collection_record r = {.id = db_col_int(s, 0)};
    ANC_TRY(db_col_copy(s, 1, mem, &r.name, err));
    ANC_TRY(db_col_copy(s, 2, mem, &r.description, err));
    ANC_TRY(db_col_copy(s, 3, mem, &r.language, err));
    r.chunking = (uint32_t)db_col_int(s, 4);
    r.chunk_tokens = (uint32_t)db_col_int(s, 5);
    r.overlap_sentences = (uint32_t)db_col_int(s, 6);
    ANC_TRY(kno_labels_read(mem, db_col_str(s, 7), &r.acl, err));
    ANC_TRY(db_col_copy(s, 8, mem, &r.model, err));
    r.created_ms = db_col_int(s, 9);
    r.updated_ms = db_col_int(s, 10);
    r.documents = (uint64_t)db_col_int(s, 11);
    r.versions = (uint64_t)db_col_int(s, 12);
    r.chunks = (uint64_t)db_col_int(s, 13);
    r.bytes = (uint64_t)db_col_int(s, 14);
    r.text_bytes = (uint64_t)db_col_int(s, 15);
    r.last_change_ms = db_col_int(s, 16);
    ANC_TRY(db_col_copy(s, 17, mem, &r.system_prompt, err));
    ANC_TRY(db_col_copy(s, 18, mem, &r.prompt_template, err));
    r.cut = (uint32_t)db_col_int(s, 19);
    r.recut = db_col_int(s, 20) != 0;
    r.recut_failed = (uint64_t)db_col_int(s, 21);
    ANC_TRY(db_col_copy(s, 22, mem, &r.wanted_model, err));
    ANC_TRY(db_col_copy(s, 23, mem, &r.target, err));
    r.model_dims = (uint32_t)db_col_int(s, 24);
    r.target_dims = (uint32_t)db_col_int(s, 25);
    r.embed_failed = (uint64_t)db_col_int(s, 26);
    *ret = r;
    return ANC_OK;
}

/* A comparison with NULL is no change. The right sides see the row as it was. */
#define CUTS_OTHERWISE                                                          \
    "(language <> coalesce(?3, language) OR chunking <> coalesce(?4, chunking)" \
    " OR chunk_tokens <> coalesce(?5, chunk_tokens)"                            \
    " OR overlap_sentences <> coalesce(?6, overlap_sentences))"
static const char update_sql[] =
    "UPDATE kno_collection SET description = coalesce(?2, description),"
    " language = coalesce(?3, language), chunking = coalesce(?4, chunking),"
    " chunk_tokens = coalesce(?5, chunk_tokens),"
    " overlap_sentences = coalesce(?6, overlap_sentences), acl_id = coalesce(?7, acl_id),"
    " updated_ms = ?8, system_prompt = coalesce(?9, system_prompt),"
    " prompt_template = coalesce(?10, prompt_template),"
    " wanted_model = coalesce(?11, wanted_model), cut = cut + " CUTS_OTHERWISE ","
    " recut = recut OR " CUTS_OTHERWISE ","
    " recut_failed = CASE WHEN " CUTS_OTHERWISE " THEN 0 ELSE recut_failed END"
    " WHERE id = ?1 AND dropped = 0";

static anc_status find(void *self, krn_call *call, anc_str name, kno_collection_record *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db, "SELECT " COLUMNS "WHERE c.name = ?1 AND c.dropped = 0", &s,
                       call->err));
    db_bind_str(s, 1, name);
    ANC_TRY(db_step(s, &row, call->err));
    if (row)
        return read_row(s, call->mem, ret, call->err);
    *ret = (kno_collection_record){0};
    return ANC_OK;
}

static anc_status list(void *self, krn_call *call, const kno_labels *held, anc_str after,
                       size_t limit, kno_collection_record **ret, size_t *ret_n)
{
    anc_str labels;
    ANC_TRY(kno_labels_json(call->mem, held, &labels, call->err));
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(reader.db,
                       "SELECT " COLUMNS "WHERE c.dropped = 0 AND c.name > ?1 AND (?2 IS NULL OR"
                       " c.acl_id IN (SELECT acl_id FROM kno_acl_label WHERE label IN"
                       " (SELECT value FROM json_each(?2)))) ORDER BY c.name LIMIT ?3",
                       &s, call->err));
    db_bind_str(s, 1, after);
    db_bind_str_or_null(s, 2, labels);
    db_bind_int(s, 3, (int64_t)limit);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_row, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

static anc_status name_taken(db_sqlite *db, anc_str name, bool *ret, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(
        db_prepare(db, "SELECT 1 FROM kno_collection WHERE name = ?1 AND dropped = 0", &s, err));
    db_bind_str(s, 1, name);
    return db_step(s, ret, err);
}

static anc_status insert(void *self, krn_tx *tx, const kno_collection_record *wanted,
                         int64_t *ret_id, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    bool taken = false;
    ANC_TRY(name_taken(db, wanted->name, &taken, err));
    if (taken)
        return ANC_FAIL(err, ANC_CONFLICT, "the collection '%.*s' exists", ANC_FMT(wanted->name));
    int64_t acl = 0;
    ANC_TRY(kno_labels_intern(db, wanted->acl, &acl, err));
    DB_STMT(s);
    ANC_TRY(
        db_prepare(db,
                   "INSERT INTO kno_collection(name, description, language, chunking,"
                   " chunk_tokens, overlap_sentences, acl_id, created_ms, updated_ms,"
                   " last_change_ms, system_prompt, prompt_template, wanted_model) VALUES(?1, ?2,"
                   " ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?8, ?9, ?10, ?11)",
                   &s, err));
    db_bind_str(s, 1, wanted->name);
    db_bind_str(s, 2, wanted->description);
    db_bind_str(s, 3, wanted->language);
    db_bind_int(s, 4, wanted->chunking);
    db_bind_int(s, 5, wanted->chunk_tokens);
    db_bind_int(s, 6, wanted->overlap_sentences);
    db_bind_int(s, 7, acl);
    db_bind_int(s, 8, tx->wall_ms);
    db_bind_str(s, 9, wanted->system_prompt);
    db_bind_str(s, 10, wanted->prompt_template);
    db_bind_str(s, 11, wanted->wanted_model);
    ANC_TRY(db_run(s, err));
    *ret_id = db_last_rowid(db);
    return ANC_OK;
}

/* Parameter i: the text where bit `bit` is set, else NULL, which keeps what is there. */
static void bind_text(db_stmt *s, int i, unsigned set, unsigned bit, anc_str text)
{
    if ((set & bit) != 0)
        db_bind_str(s, i, text);
    else
        db_bind_null(s, i);
}

static void bind_number(db_stmt *s, int i, unsigned set, unsigned bit, int64_t n)
{
    if ((set & bit) != 0)
        db_bind_int(s, i, n);
    else
        db_bind_null(s, i);
}

static anc_status update(void *self, krn_tx *tx, const kno_collection_record *wanted, unsigned set,
                         anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    int64_t acl = 0;
    if ((set & KNO_SET_ACL) != 0)
        ANC_TRY(kno_labels_intern(db, wanted->acl, &acl, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(db, update_sql, &s, err));
    db_bind_int(s, 1, wanted->id);
    bind_text(s, 2, set, KNO_SET_DESCRIPTION, wanted->description);
    bind_text(s, 3, set, KNO_SET_LANGUAGE, wanted->language);
    bind_number(s, 4, set, KNO_SET_CHUNKING, wanted->chunking);
    bind_number(s, 5, set, KNO_SET_CHUNK_TOKENS, wanted->chunk_tokens);
    bind_number(s, 6, set, KNO_SET_OVERLAP, wanted->overlap_sentences);
    bind_number(s, 7, set, KNO_SET_ACL, acl);
    db_bind_int(s, 8, tx->wall_ms);
    bind_text(s, 9, set, KNO_SET_SYSTEM_PROMPT, wanted->system_prompt);
    bind_text(s, 10, set, KNO_SET_PROMPT_TEMPLATE, wanted->prompt_template);
    bind_text(s, 11, set, KNO_SET_MODEL, wanted->wanted_model);
    ANC_TRY(db_run(s, err));
    if (db_changes(db) == 0)
        return ANC_FAIL(err, ANC_NOT_FOUND, "the collection '%.*s' is gone", ANC_FMT(wanted->name));
    return ANC_OK;
}

static anc_status drop(void *self, krn_tx *tx, int64_t id, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "UPDATE kno_collection SET dropped = 1 WHERE id = ?1 AND dropped = 0",
                       &s, err));
    db_bind_int(s, 1, id);
    ANC_TRY(db_run(s, err));
    if (db_changes(db) == 0)
        return ANC_FAIL(err, ANC_NOT_FOUND, "the collection is gone already");
    DB_STMT(note);
    ANC_TRY(db_prepare(db,
                       "INSERT OR REPLACE INTO kno_dropped(name) SELECT name FROM kno_collection"
                       " WHERE id = ?1",
                       &note, err));
    db_bind_int(note, 1, id);
    return db_run(note, err);
}

static anc_status dropped(void *self, krn_call *call, anc_str name, uint64_t *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db,
                       name.len > 0 ? "SELECT nth FROM kno_dropped WHERE name = ?1"
                                    : "SELECT coalesce(max(nth), 0) FROM kno_dropped",
                       &s, call->err));
    if (name.len > 0)
        db_bind_str(s, 1, name);
    ANC_TRY(db_step(s, &row, call->err));
    *ret = row ? (uint64_t)db_col_int(s, 0) : 0;
    return ANC_OK;
}

static anc_status read_language(const db_stmt *s, anc_arena *mem, void *item, anc_err *err)
{
    kno_language_count *ret = item;
    ret->documents = (uint64_t)db_col_int(s, 1);
    return db_col_copy(s, 0, mem, &ret->language, err);
}

static anc_status languages(void *self, krn_call *call, int64_t id, kno_language_count **ret,
                            size_t *ret_n)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(
        reader.db,
        "SELECT v.language, count(*) FROM kno_document d"
        " JOIN kno_version v ON v.id = d.current_id WHERE d.collection_id = ?1" KNO_NOT_GOING
        " GROUP BY 1 ORDER BY 2 DESC, 1",
        &s, call->err));
    db_bind_int(s, 1, id);
    kno_rows rows;
    ANC_TRY(kno_rows_read(s, call, sizeof **ret, read_language, &rows));
    *ret = rows.items;
    *ret_n = rows.n;
    return ANC_OK;
}

static anc_status outdated(void *self, krn_call *call, int64_t id, uint64_t *ret)
{
    DB_READING(reader);
    ANC_TRY(kno_reading_begin(&reader, self, call));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(reader.db,
                       "SELECT count(*) FROM kno_collection c JOIN kno_document d ON"
                       " d.collection_id = c.id JOIN kno_version v ON v.id = d.current_id"
                       " WHERE c.id = ?1 AND v.cut <> c.cut" KNO_NOT_GOING,
                       &s, call->err));
    db_bind_int(s, 1, id);
    ANC_TRY(db_step(s, &row, call->err));
    *ret = row ? (uint64_t)db_col_int(s, 0) : 0;
    return ANC_OK;
}

const kno_collection_store_ops kno_sqlite_collections = {
    .name = "sqlite",
    .find = find,
    .list = list,
    .insert = insert,
    .update = update,
    .drop = drop,
    .dropped = dropped,
    .languages = languages,
    .outdated = outdated,
};
