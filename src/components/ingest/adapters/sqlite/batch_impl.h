/* batch_impl.h - the columns of a batch, read by the files of this folder. */
#ifndef ANC_INGEST_ADAPTERS_SQLITE_BATCH_IMPL_H
#define ANC_INGEST_ADAPTERS_SQLITE_BATCH_IMPL_H

#include "ing_sqlite.h"

#define ING_COUNT_COLUMNS                                                                      \
    "phase, listed, closed, total, waiting, under_way, processed, failed, skipped, unchanged," \
    " bytes_total, bytes_done, max_seq, read_us, parse_us, chunk_us, embed_us, write_us, "     \
    "index_us,"                                                                                \
    " event_ms, revision"
#define ING_BATCH_COLUMNS                                                                          \
    ING_COUNT_COLUMNS ", key, id, source, origin, letter, collection, path, metadata, globs, acl," \
                      " user_id, labels, announced, error, created_ms, updated_ms, completed_ms,"  \
                      " rate_from_ms, rate_from_done, held, rows, asked"

ing_counts ing_counts_read(const db_stmt *s);
anc_status ing_batch_read(const db_stmt *s, anc_arena *mem, ing_batch_record *ret,
                          anc_err *err) ANC_MUST_CHECK;

/* Inside the writer's transaction; NOT_FOUND when the batch is gone. */
anc_status ing_counts_get(db_sqlite *db, int64_t key, ing_counts *ret, anc_err *err) ANC_MUST_CHECK;

/* Items added behind those that are there, counted. */
anc_status ing_items_add(krn_tx *tx, int64_t key, const ing_item *items, size_t n,
                         anc_err *err) ANC_MUST_CHECK;

/* The writer port's prune. */
anc_status ing_sqlite_prune(void *self, krn_tx *tx, const ing_keep *keep, size_t limit,
                            bool *ret_more, anc_err *err) ANC_MUST_CHECK;

#endif
