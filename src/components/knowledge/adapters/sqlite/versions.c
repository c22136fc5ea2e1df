/* versions.c - versions staged, published and retired, inside the writer's transaction. */
#include "knowledge/domain/limits.h"
#include "store_impl.h"

static anc_status stage(void *self, krn_tx *tx, const kno_version_record *version, int64_t *ret_id,
                        anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    int64_t acl = 0;
    if (version->acl.n > 0)
        ANC_TRY(kno_labels_intern(db, version->acl, &acl, err));
    DB_STMT(s);
    ANC_TRY(
        db_prepare(db,
                   "INSERT INTO kno_version(state, title, uri, source, content_type, language,"
                   " metadata, folded, given, found, name, acl_id, bytes, text_bytes, content,"
                   " text, fingerprint, created_ms, cut, restored) VALUES(0, ?1, ?2, ?3, ?4, ?5,"
                   " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
                   &s, err));
    const anc_str texts[] = {version->title,        version->uri,      version->source,
                             version->content_type, version->language, version->metadata,
                             version->folded,       version->given,    version->found,
                             version->name};
    for (int i = 0; i < (int)ANC_COUNT(texts); i++)
        db_bind_str(s, 1 + i, texts[i]);
    if (acl != 0)
        db_bind_int(s, 11, acl);
    else
        db_bind_null(s, 11);
    db_bind_int(s, 12, (int64_t)version->bytes);
    db_bind_int(s, 13, (int64_t)version->text_bytes);
    kno_bind_digest(s, 14, &version->content);
    kno_bind_digest(s, 15, &version->text);
    kno_bind_digest(s, 16, &version->fingerprint);
    db_bind_int(s, 17, tx->wall_ms);
    db_bind_int(s, 18, version->cut);
    db_bind_int(s, 19, version->restored);
    ANC_TRY(db_run(s, err));
    *ret_id = db_last_rowid(db);
    return ANC_OK;
}

static anc_status stage_chunks(void *self, krn_tx *tx, int64_t version_id,
                               const kno_chunk_record *chunks, size_t n, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO kno_chunk(version_id, ordinal, start, end, page, tokens,"
                       " heading, columns, digest, places)"
                       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                       &s, err));
    for (size_t i = 0; i < n; i++) {
        const kno_chunk_record *k = &chunks[i];
        db_bind_int(s, 1, version_id);
        db_bind_int(s, 2, k->ordinal);
        db_bind_int(s, 3, (int64_t)k->start);
        db_bind_int(s, 4, (int64_t)k->end);
        db_bind_int(s, 5, k->page);
        db_bind_int(s, 6, k->tokens);
        db_bind_str_or_null(s, 7, k->heading);
        db_bind_str_or_null(s, 8, k->columns);
        kno_bind_digest(s, 9, &k->digest);
        if (k->places.len > 0)
            db_bind_blob(s, 10, k->places.ptr, k->places.len);
        else
            db_bind_null(s, 10);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

/* What a document's row and its current version say. */
typedef struct present {
    int64_t id; /* 0: no such document */
    int64_t collection_id;
    int64_t current_id;
    uint32_t versions;
    int64_t chunks, bytes, text_bytes; /* of the current version */
} present;

static anc_status present_step(db_stmt *s, present *ret, anc_err *err)
{
    bool row = false;
    ANC_TRY(db_step(s, &row, err));
    *ret = (present){0};
    if (row)
        *ret = (present){.id = db_col_int(s, 0),
                         .collection_id = db_col_int(s, 1),
                         .current_id = db_col_int(s, 2),
                         .versions = (uint32_t)db_col_int(s, 3),
                         .chunks = db_col_int(s, 4),
                         .bytes = db_col_int(s, 5),
                         .text_bytes = db_col_int(s, 6)};
    return ANC_OK;
}

#define PRESENT                                                                  \
    "SELECT d.id, d.collection_id, d.current_id, d.versions, v.chunks, v.bytes," \
    " v.text_bytes FROM kno_document d JOIN kno_version v ON v.id = d.current_id "

static anc_status present_by_name(db_sqlite *db, int64_t collection_id, anc_str name, present *ret,
                                  anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, PRESENT "WHERE d.collection_id = ?1 AND d.name = ?2", &s, err));
    db_bind_int(s, 1, collection_id);
    db_bind_str(s, 2, name);
    return present_step(s, ret, err);
}

static anc_status present_by_id(db_sqlite *db, int64_t id, present *ret, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, PRESENT "WHERE d.id = ?1", &s, err));
    db_bind_int(s, 1, id);
    return present_step(s, ret, err);
}

/* Adds to the counters of a collection; `versions` counts every published one. */
static anc_status count(krn_tx *tx, int64_t collection_id, int64_t documents, int64_t versions,
                        const present *minus, const present *plus, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_collection SET documents = documents + ?2,"
                       " versions = versions + ?3, chunks = chunks + ?4, bytes = bytes + ?5,"
                       " text_bytes = text_bytes + ?6, last_change_ms = ?7 WHERE id = ?1",
                       &s, err));
    db_bind_int(s, 1, collection_id);
    db_bind_int(s, 2, documents);
    db_bind_int(s, 3, versions);
    db_bind_int(s, 4, plus->chunks - minus->chunks);
    db_bind_int(s, 5, plus->bytes - minus->bytes);
    db_bind_int(s, 6, plus->text_bytes - minus->text_bytes);
    db_bind_int(s, 7, tx->wall_ms);
    return db_run(s, err);
}

static anc_status collection_lives(db_sqlite *db, int64_t id, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db, "SELECT 1 FROM kno_collection WHERE id = ?1 AND dropped = 0", &s, err));
    db_bind_int(s, 1, id);
    ANC_TRY(db_step(s, &row, err));
    if (!row)
        return ANC_FAIL(err, ANC_NOT_FOUND, "the collection was deleted meanwhile");
    return ANC_OK;
}

static int64_t created_of(const krn_tx *tx, const kno_publication *p)
{
    return p->created_ms != 0 ? p->created_ms : tx->wall_ms;
}

static void bind_made_for(db_stmt *s, int i, const kno_publication *p)
{
    if (p->made_for != NULL)
        kno_bind_digest(s, i, p->made_for);
    else
        db_bind_null(s, i);
}

static anc_status new_document(krn_tx *tx, const kno_publication *p, uint32_t number,
                               int64_t *ret_id, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO kno_document(collection_id, name, current_id, versions,"
                       " created_ms, updated_ms, parent, touched_ms, made_for)"
                       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                       &s, err));
    db_bind_int(s, 1, p->collection_id);
    db_bind_str(s, 2, p->document);
    db_bind_int(s, 3, p->version_id);
    db_bind_int(s, 4, number);
    db_bind_int(s, 5, p->document_created_ms != 0 ? p->document_created_ms : created_of(tx, p));
    db_bind_int(s, 6, created_of(tx, p));
    db_bind_str_or_null(s, 7, p->parent.len > 0 ? p->parent : ANC_STR_NONE);
    db_bind_int(s, 8, tx->wall_ms);
    bind_made_for(s, 9, p);
    ANC_TRY(db_run(s, err));
    *ret_id = db_last_rowid(tx->connection);
    return ANC_OK;
}

static anc_status next_version(krn_tx *tx, const kno_publication *p, const kno_published *as,
                               anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_document SET current_id = ?2, versions = ?3,"
                       " model_id = NULL, updated_ms = ?4, touched_ms = ?5,"
                       " made_for = coalesce(?6, made_for) WHERE id = ?1",
                       &s, err));
    db_bind_int(s, 1, as->document_id);
    db_bind_int(s, 2, p->version_id);
    db_bind_int(s, 3, as->number);
    db_bind_int(s, 4, created_of(tx, p));
    db_bind_int(s, 5, tx->wall_ms);
    bind_made_for(s, 6, p);
    return db_run(s, err);
}

static anc_status parent_is_at(db_sqlite *db, const kno_publication *p, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db,
                       "SELECT 1 FROM kno_document d JOIN kno_version v ON v.id = d.current_id"
                       " WHERE d.collection_id = ?1 AND d.name = ?2 AND v.fingerprint = ?3",
                       &s, err));
    db_bind_int(s, 1, p->collection_id);
    db_bind_str(s, 2, p->parent);
    kno_bind_digest(s, 3, p->parent_at);
    ANC_TRY(db_step(s, &row, err));
    if (!row)
        return ANC_FAIL(err, ANC_CONFLICT, "the document '%.*s' was changed meanwhile",
                        ANC_FMT(p->parent));
    return ANC_OK;
}

/* Nobody made another document of the file meanwhile. */
static anc_status is_the_file(db_sqlite *db, const kno_publication *p, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db,
                       "SELECT count(*) FROM (SELECT 1 FROM " KNO_OF_FILE
                       " WHERE d.collection_id = ?1 AND d.name <> ?3 LIMIT ?4)",
                       &s, err));
    db_bind_int(s, 1, p->collection_id);
    db_bind_str(s, 2, p->file);
    db_bind_str(s, 3, p->document);
    db_bind_int(s, 4, KNO_FILE_TWINS);
    ANC_TRY(db_step(s, &row, err));
    if (row && (size_t)db_col_int(s, 0) != p->file_others)
        return ANC_FAIL(err, ANC_CONFLICT, "the file '%.*s' became another document meanwhile",
                        ANC_FMT(p->file));
    return ANC_OK;
}

static anc_status make_published(krn_tx *tx, const kno_publication *p, const kno_published *as,
                                 present *ret, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_version SET state = 1, document_id = ?2, number = ?3,"
                       " chunks = ?4, created_ms = ?5, changes = ?6, added = ?7, removed = ?8"
                       " WHERE id = ?1 AND state = 0"
                       " RETURNING bytes, text_bytes",
                       &s, err));
    db_bind_int(s, 1, p->version_id);
    db_bind_int(s, 2, as->document_id);
    db_bind_int(s, 3, as->number);
    db_bind_int(s, 4, p->chunks);
    db_bind_int(s, 5, created_of(tx, p));
    db_bind_int(s, 6, p->difference.changes);
    if (p->difference.counted) {
        db_bind_int(s, 7, p->difference.added);
        db_bind_int(s, 8, p->difference.removed);
    } else {
        db_bind_null(s, 7);
        db_bind_null(s, 8);
    }
    ANC_TRY(db_step(s, &row, err));
    if (!row)
        return ANC_FAIL(err, ANC_BUG, "version %lld is not being built", (long long)p->version_id);
    *ret =
        (present){.chunks = p->chunks, .bytes = db_col_int(s, 0), .text_bytes = db_col_int(s, 1)};
    return db_step(s, &row, err);
}

/* Settings that changed while the version was built: the background cuts it again. */
static anc_status compare_cut(krn_tx *tx, const kno_publication *p, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_collection SET recut = 1 WHERE id = ?1 AND recut = 0 AND cut <>"
                       " (SELECT cut FROM kno_version WHERE id = ?2)",
                       &s, err));
    db_bind_int(s, 1, p->collection_id);
    db_bind_int(s, 2, p->version_id);
    return db_run(s, err);
}

static anc_status publish(void *self, krn_tx *tx, const kno_publication *p, kno_published *ret,
                          anc_err *err)
{
    (void)self;
    ANC_TRY(collection_lives(tx->connection, p->collection_id, err));
    if (p->parent_at != NULL)
        ANC_TRY(parent_is_at(tx->connection, p, err));
    if (p->file.len > 0)
        ANC_TRY(is_the_file(tx->connection, p, err));
    present old;
    ANC_TRY(present_by_name(tx->connection, p->collection_id, p->document, &old, err));
    if (old.current_id != p->base_id)
        return ANC_FAIL(err, ANC_CONFLICT, "the document '%.*s' was changed meanwhile",
                        ANC_FMT(p->document));
    if (p->number != 0 && p->number <= old.versions)
        return ANC_FAIL(err, ANC_CONFLICT, "the document '%.*s' has had a version %u already",
                        ANC_FMT(p->document), p->number);
    kno_published as = {.document_id = old.id,
                        .number = p->number != 0 ? p->number : old.versions + 1};
    if (old.id == 0)
        ANC_TRY(new_document(tx, p, as.number, &as.document_id, err));
    else
        ANC_TRY(next_version(tx, p, &as, err));
    present fresh;
    ANC_TRY(make_published(tx, p, &as, &fresh, err));
    ANC_TRY(compare_cut(tx, p, err));
    ANC_TRY(count(tx, p->collection_id, old.id == 0 ? 1 : 0, 1, &old, &fresh, err));
    *ret = as;
    return ANC_OK;
}

static anc_status announced(void *self, krn_tx *tx, int64_t document_id, int64_t version_id,
                            uint64_t seq, const kno_keeping *keeping, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "UPDATE kno_version SET seq = ?2 WHERE id = ?1", &s, err));
    db_bind_int(s, 1, version_id);
    db_bind_int(s, 2, (int64_t)seq);
    ANC_TRY(db_run(s, err));
    return kno_document_expire(tx, document_id, keeping, err);
}

static anc_status retire(void *self, krn_tx *tx, int64_t document_id, uint32_t *ret_number,
                         anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    present old;
    ANC_TRY(present_by_id(db, document_id, &old, err));
    if (old.id == 0)
        return ANC_FAIL(err, ANC_NOT_FOUND, "the document is gone already");
    DB_STMT(row);
    ANC_TRY(db_prepare(db, "DELETE FROM kno_document WHERE id = ?1", &row, err));
    db_bind_int(row, 1, document_id);
    ANC_TRY(db_run(row, err));
    DB_STMT(versions);
    ANC_TRY(db_prepare(db, "UPDATE kno_version SET state = 2 WHERE document_id = ?1 AND state = 1",
                       &versions, err));
    db_bind_int(versions, 1, document_id);
    ANC_TRY(db_run(versions, err));
    const int64_t retired = db_changes(db);
    const present nothing = {0};
    ANC_TRY(count(tx, old.collection_id, -1, -retired, &old, &nothing, err));
    *ret_number = old.versions;
    return ANC_OK;
}

static anc_status parts(void *self, krn_tx *tx, int64_t collection_id, anc_str parent,
                        anc_str after, size_t limit, anc_arena *mem, kno_part_row **ret,
                        size_t *ret_n, anc_err *err)
{
    (void)self;
    kno_part_row *rows = anc_arena_alloc(mem, limit, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu parts of a document", limit);
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT id, name FROM kno_document WHERE collection_id = ?1 AND parent = ?2"
                       " AND name > ?3 ORDER BY name LIMIT ?4",
                       &s, err));
    db_bind_int(s, 1, collection_id);
    db_bind_str(s, 2, parent);
    db_bind_str(s, 3, after);
    db_bind_int(s, 4, (int64_t)limit);
    size_t n = 0;
    for (bool row = true; n < limit; n++) {
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            break;
        rows[n].document_id = db_col_int(s, 0);
        ANC_TRY(db_col_copy(s, 1, mem, &rows[n].name, err));
    }
    *ret = rows;
    *ret_n = n;
    return ANC_OK;
}

static anc_status adopt(void *self, krn_tx *tx, int64_t document_id, const kno_digest *made_for,
                        anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(
        db_prepare(tx->connection, "UPDATE kno_document SET made_for = ?2 WHERE id = ?1", &s, err));
    db_bind_int(s, 1, document_id);
    kno_bind_digest(s, 2, made_for);
    return db_run(s, err);
}

static anc_status accept_cut(void *self, krn_tx *tx, int64_t version_id, uint32_t cut, bool failed,
                             anc_err *err)
{
    (void)self;
    DB_STMT(version);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_version SET cut = ?2 WHERE id = ?1 AND state = 1 AND cut <> ?2",
                       &version, err));
    db_bind_int(version, 1, version_id);
    db_bind_int(version, 2, cut);
    ANC_TRY(db_run(version, err));
    if (!failed || db_changes(tx->connection) == 0)
        return ANC_OK;
    DB_STMT(collection);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE kno_collection SET recut_failed = recut_failed + 1 WHERE id ="
                       " (SELECT d.collection_id FROM kno_version v JOIN kno_document d"
                       " ON d.id = v.document_id WHERE v.id = ?1 AND d.current_id = ?1)",
                       &collection, err));
    db_bind_int(collection, 1, version_id);
    return db_run(collection, err);
}

static anc_status settle_cuts(void *self, krn_tx *tx, anc_err *err)
{
    (void)self;
    return db_exec(tx->connection,
                   "UPDATE kno_collection SET recut = 0 WHERE recut = 1 AND NOT EXISTS"
                   " (SELECT 1 FROM kno_document d JOIN kno_version v ON v.id = d.current_id"
                   " WHERE d.collection_id = kno_collection.id AND v.cut <> kno_collection.cut)",
                   err);
}

const kno_version_writer_ops kno_sqlite_versions = {
    .name = "sqlite",
    .stage = stage,
    .stage_chunks = stage_chunks,
    .publish = publish,
    .announced = announced,
    .retire = retire,
    .parts = parts,
    .adopt = adopt,
    .mark = kno_sqlite_going_mark,
    .unmarked = kno_sqlite_going_unmarked,
    .go = kno_sqlite_going_go,
    .left = kno_sqlite_going_left,
    .accept_cut = accept_cut,
    .settle_cuts = settle_cuts,
};
