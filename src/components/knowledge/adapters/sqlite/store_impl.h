/* store_impl.h - what the seven stores of this folder share. */
#ifndef ANC_KNOWLEDGE_ADAPTERS_SQLITE_STORE_IMPL_H
#define ANC_KNOWLEDGE_ADAPTERS_SQLITE_STORE_IMPL_H

#include "db/sqlite/reading.h"
#include "kernel/domain/call.h"
#include "kernel/ports/writer.h"
#include "kno_sqlite.h"

struct kno_sqlite {
    db_readers *readers; /* borrowed */
};

/* ops tables, a file each */
extern const kno_collection_store_ops kno_sqlite_collections;
extern const kno_document_store_ops kno_sqlite_documents;
extern const kno_version_store_ops kno_sqlite_history;
extern const kno_version_writer_ops kno_sqlite_versions;
extern const kno_vector_store_ops kno_sqlite_vectors;
extern const kno_model_store_ops kno_sqlite_models;
extern const kno_garbage_store_ops kno_sqlite_garbage;

enum { KNO_STATE_BUILDING, KNO_STATE_PUBLISHED, KNO_STATE_GARBAGE };

/* A reading connection for a call (DB_READING): a statement that runs past its deadline, or whose
 * caller left, is ended. `self` is the kno_sqlite. */
static inline ANC_MUST_CHECK anc_status kno_reading_begin(db_reading *reading, void *self,
                                                          krn_call *call)
{
    const kno_sqlite *store = self;
    return db_reading_begin(reading, store->readers, call->deadline_ns, call->cancelled, call->err);
}

/* The rows that a statement gave, in the arena of the call. */
typedef struct kno_rows {
    void *items;
    size_t n;
} kno_rows;

/* Fills the zeroed `item` from the row at hand. */
typedef anc_status kno_row_fn(const db_stmt *s, anc_arena *mem, void *item, anc_err *err);

/* Steps `s` to its end and reads every row into an item of `item_bytes`. */
anc_status kno_rows_read(db_stmt *s, krn_call *call, size_t item_bytes, kno_row_fn *read,
                         kno_rows *ret) ANC_MUST_CHECK;

/* The labels of a row's text ("a\nb"), in `mem`. */
anc_status kno_labels_read(anc_arena *mem, anc_str text, kno_labels *ret,
                           anc_err *err) ANC_MUST_CHECK;
/* The id of a label set, which is made where it is new. Inside a transaction. */
anc_status kno_labels_intern(db_sqlite *db, kno_labels labels, int64_t *ret,
                             anc_err *err) ANC_MUST_CHECK;
/* Labels as the JSON array that json_each takes; of NULL a NULL view, which binds as NULL. */
anc_status kno_labels_json(anc_arena *mem, const kno_labels *labels, anc_str *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* A digest column; CORRUPT when it has not 32 bytes. */
anc_status kno_digest_read(const db_stmt *s, int column, kno_digest *ret,
                           anc_err *err) ANC_MUST_CHECK;
static inline void kno_bind_digest(db_stmt *s, int i, const kno_digest *digest)
{
    db_bind_blob(s, i, digest->bytes, sizeof digest->bytes);
}

/* Columns and joins that several stores read documents and versions by, and their readers: `item` is a
 * kno_version_record or a kno_document_record. */
#define KNO_VERSION_COLUMNS                                                           \
    "v.id, v.number, v.chunks, v.title, v.uri, v.source, v.content_type, v.language," \
    " v.metadata, v.given, v.found, v.name, va.labels, v.bytes, v.text_bytes,"        \
    " v.content, v.text, v.fingerprint, v.created_ms, v.cut, v.restored, v.changes,"  \
    " v.added, v.removed"
#define KNO_DOCUMENT_COLUMNS                                                                \
    KNO_VERSION_COLUMNS ", d.id, d.collection_id, c.name, d.name, ca.labels, d.created_ms," \
                        " d.updated_ms, d.parent, d.made_for"
enum { KNO_N_VERSION_COLUMNS = 24, KNO_N_DOCUMENT_COLUMNS = KNO_N_VERSION_COLUMNS + 9 };
#define KNO_JOIN_CURRENT                                                   \
    " FROM kno_collection c JOIN kno_document d ON d.collection_id = c.id" \
    " JOIN kno_version v ON v.id = d.current_id"                           \
    " LEFT JOIN kno_acl va ON va.id = v.acl_id JOIN kno_acl ca ON ca.id = c.acl_id "
/* Of a document `d`: it is seen. */
#define KNO_NOT_GOING " AND (d.going IS NULL OR d.going NOT IN (SELECT token FROM kno_going))"
/* Versions `v` that are current of documents `d` of any collection, read from the file ?2 of a folder, parts of none. */
#define KNO_OF_FILE                                                                 \
    "kno_version v CROSS JOIN kno_document d ON v.uri = ?2 AND v.source = 'folder'" \
    " AND d.id = v.document_id AND d.current_id = v.id AND d.parent IS NULL"
#define KNO_CHUNK_COLUMNS \
    "k.ordinal, k.start, k.end, k.page, k.tokens, k.heading, k.columns, k.digest, k.places"
kno_row_fn kno_version_read, kno_document_read;
/* A chunk whose columns begin at `at`. */
anc_status kno_chunk_read(const db_stmt *s, int at, anc_arena *mem, kno_chunk_record *ret,
                          anc_err *err) ANC_MUST_CHECK;

/* Makes garbage of the versions of a document that need not stay (keep.c), counted. */
anc_status kno_document_expire(krn_tx *tx, int64_t document_id, const kno_keeping *keeping,
                               anc_err *err) ANC_MUST_CHECK;
anc_status kno_sqlite_expire(void *self, krn_tx *tx, kno_expiry *what, size_t limit, bool *ret_done,
                             anc_err *err) ANC_MUST_CHECK;

/* going.c; the ops of kno_version_writer. */
anc_status kno_sqlite_going_mark(void *self, krn_tx *tx, int64_t document_id, int64_t token,
                                 bool *ret_changed, anc_err *err) ANC_MUST_CHECK;
anc_status kno_sqlite_going_unmarked(void *self, krn_tx *tx, int64_t collection_id, anc_str parent,
                                     int64_t token, bool *ret, anc_err *err) ANC_MUST_CHECK;
anc_status kno_sqlite_going_go(void *self, krn_tx *tx, int64_t token, anc_err *err) ANC_MUST_CHECK;
anc_status kno_sqlite_going_left(void *self, krn_tx *tx, int64_t collection_id, anc_str name,
                                 int64_t *ret_document_id, anc_err *err) ANC_MUST_CHECK;

/* The id of a model revision, made where it is new. Inside a transaction. */
anc_status kno_model_intern(db_sqlite *db, anc_str revision, uint32_t dims, int64_t *ret,
                            anc_err *err) ANC_MUST_CHECK;

#endif
