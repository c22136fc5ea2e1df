/* store_impl.h - what the five stores of this folder share. */
#ifndef ANC_KNOWLEDGE_ADAPTERS_SQLITE_STORE_IMPL_H
#define ANC_KNOWLEDGE_ADAPTERS_SQLITE_STORE_IMPL_H

#include "kernel/domain/call.h"
#include "kernel/ports/writer.h"
#include "kno_sqlite.h"

struct kno_sqlite {
    db_readers *readers; /* borrowed */
};

/* ops tables, a file each */
extern const kno_collection_store_ops kno_sqlite_collections;
extern const kno_document_store_ops kno_sqlite_documents;
extern const kno_version_writer_ops kno_sqlite_versions;
extern const kno_vector_store_ops kno_sqlite_vectors;
extern const kno_garbage_store_ops kno_sqlite_garbage;

enum { KNO_STATE_BUILDING, KNO_STATE_PUBLISHED, KNO_STATE_GARBAGE };

/* A reading connection, held until the variable leaves its scope. A statement that runs past the
 * call's deadline, or whose caller left, is ended. */
typedef struct kno_reader {
    db_readers *readers; /* NULL: nothing is held */
    db_sqlite *db;
    krn_call *call;
} kno_reader;

anc_status kno_reader_take(kno_sqlite *self, krn_call *call, kno_reader *ret) ANC_MUST_CHECK;
void kno_reader_give(kno_reader *reader);
#define KNO_READER(name) ANC_CLEANUP(kno_reader_give) kno_reader name = {0}

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

/* The id of a model revision, made where it is new. Inside a transaction. */
anc_status kno_model_intern(db_sqlite *db, anc_str revision, int64_t *ret,
                            anc_err *err) ANC_MUST_CHECK;

#endif
