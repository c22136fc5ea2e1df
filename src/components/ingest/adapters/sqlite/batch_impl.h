/* batch_impl.h - the columns of a batch, read by both files of this folder. */
#ifndef ANC_INGEST_ADAPTERS_SQLITE_BATCH_IMPL_H
#define ANC_INGEST_ADAPTERS_SQLITE_BATCH_IMPL_H

#include "ing_sqlite.h"

#define ING_BATCH_COLUMNS                                                                     \
    "key, id, phase, listed, closed, collection, path, glob, metadata, acl, user_id, labels," \
    " total, processed, failed, skipped, unchanged, bytes_total, bytes_done, max_seq,"        \
    " announced, error, created_ms, updated_ms, completed_ms, rate_from_ms, rate_from_done,"  \
    " event_ms, revision"

anc_status ing_batch_read(const db_stmt *s, anc_arena *mem, ing_batch_record *ret,
                          anc_err *err) ANC_MUST_CHECK;

#endif
