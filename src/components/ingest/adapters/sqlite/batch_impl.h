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
                      " rate_from_ms, rate_from_done, held, rows, asked,"                          \
                      " (SELECT group_concat(collection, char(10)) FROM ing_elsewhere"             \
                      " WHERE batch = ing_batch.key AND collection <> ''),"                        \
                      " (SELECT sum(documents) FROM ing_elsewhere WHERE batch = ing_batch.key)"

ing_counts ing_counts_read(const db_stmt *s);
anc_status ing_batch_read(const db_stmt *s, anc_arena *mem, ing_batch_record *ret,
                          anc_err *err) ANC_MUST_CHECK;

/* Inside the writer's transaction; NOT_FOUND when the batch is gone. */
anc_status ing_counts_get(db_sqlite *db, int64_t key, ing_counts *ret, anc_err *err) ANC_MUST_CHECK;

/* Items added behind those that are there, counted. */
anc_status ing_items_add(krn_tx *tx, int64_t key, const ing_item *items, size_t n,
                         anc_err *err) ANC_MUST_CHECK;

/* The same in two halves: the rows from ordinal `next` on with what they need of segments, where `bytes` is
 * added to; and the figures. */
anc_status ing_items_store(krn_tx *tx, int64_t key, int64_t next, const ing_item *items, size_t n,
                           uint64_t *bytes, anc_err *err) ANC_MUST_CHECK;
anc_status ing_items_count(krn_tx *tx, int64_t key, size_t n, uint64_t bytes,
                           anc_err *err) ANC_MUST_CHECK;

/* Behind all items, also those that are to come. */
anc_status ing_next_ordinal(krn_tx *tx, int64_t key, int64_t *ret, anc_err *err) ANC_MUST_CHECK;

/* CONFLICT when the item is not held any more. */
anc_status ing_lease_check(krn_tx *tx, const ing_lease *lease, anc_err *err) ANC_MUST_CHECK;

/* ---- children.c ---- */

/* The item writer port's children_begin and children_add. */
anc_status ing_children_begin(void *self, krn_tx *tx, const ing_lease *lease, int64_t *ret_first,
                              anc_err *err) ANC_MUST_CHECK;
anc_status ing_children_add(void *self, krn_tx *tx, const ing_lease *lease, int64_t first,
                            const ing_item *items, size_t n, anc_err *err) ANC_MUST_CHECK;

/* They become items of the batch like others. */
anc_status ing_children_count(krn_tx *tx, const ing_lease *lease, const ing_children *children,
                              anc_err *err) ANC_MUST_CHECK;

/* Whether an item is one of those that are not counted yet, and from where to where they are. */
anc_status ing_children_hold(krn_tx *tx, int64_t key, int64_t ordinal, int64_t *ret_first,
                             int64_t *ret_last, bool *ret, anc_err *err) ANC_MUST_CHECK;

/* Removes at most about `limit` of those that never will be; ret_some: some are gone, and more may be there. */
anc_status ing_children_sweep(krn_tx *tx, size_t limit, bool *ret_some,
                              anc_err *err) ANC_MUST_CHECK;

/* ---- letters.c ---- */

/* The item writer port's letter_of. */
anc_status ing_letter_of(void *self, krn_tx *tx, int64_t key, const ing_item_result *r,
                         char ret[ANC_UUID_TEXT + 1], anc_err *err) ANC_MUST_CHECK;

/* What became of an item as far as dead letters go: added, moved, removed; its payload kept or let go of. */
anc_status ing_letter_keep(krn_tx *tx, int64_t key, const ing_item_result *r,
                           anc_err *err) ANC_MUST_CHECK;

/* The writer port's prune. */
anc_status ing_sqlite_prune(void *self, krn_tx *tx, const ing_keep *keep, size_t limit,
                            bool *ret_more, anc_err *err) ANC_MUST_CHECK;

#endif
