/* batch_writer.h - port: what happens to batches, inside the writer's transaction.
 *
 * Adapters: sqlite. Contract: called in a closure of the writer only; every change counts the
 * batch's revision up and sets updated_ms, and leaves ing_counts_fit true; records that are given
 * back are in `mem`.
 */
#ifndef ANC_INGEST_PORTS_BATCH_WRITER_H
#define ANC_INGEST_PORTS_BATCH_WRITER_H

#include "base/arena.h"
#include "ingest/domain/batch.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

/* What is kept of batches that are closed. */
typedef struct ing_keep {
    int64_t before_ms;    /* batches that ended before this go */
    uint64_t batches;     /* and all but the newest so many */
    uint64_t visible_seq; /* the change that the index has reached */
} ing_keep;

typedef struct ing_batch_writer_ops {
    const char *name;

    /* A queued batch; key, figures and times of `batch` are ignored. */
    ANC_MUST_CHECK anc_status (*insert)(void *self, krn_tx *tx, const ing_batch_record *batch,
                                        int64_t *ret_key, anc_err *err);

    /* Begins to list its items: what an earlier try listed is removed. */
    ANC_MUST_CHECK anc_status (*list_begin)(void *self, krn_tx *tx, int64_t key, anc_err *err);
    /* Further items, waiting. A payload's segment is needed until the item is done (or, when it is a
     * dead letter then, until that goes); an item that tries a dead letter again needs that one's. */
    ANC_MUST_CHECK anc_status (*list_add)(void *self, krn_tx *tx, int64_t key,
                                          const ing_item *items, size_t n, anc_err *err);

    /* Moves it to `to`. Processing: the items are all listed, and the pace begins. With `from`
     * processing and `to` processing the pace begins anew (work was taken up again). An ended phase
     * sets completed_ms, and `error` (ptr NULL: what was noted before). Completed with an error is
     * failed. CONFLICT when it may not. */
    ANC_MUST_CHECK anc_status (*move)(void *self, krn_tx *tx, int64_t key, ing_phase to,
                                      anc_str error, anc_arena *mem, ing_batch_record *ret,
                                      anc_err *err);

    /* Documents up to `ordinal` were announced; `closed`: nothing is left to be done, and payloads of
     * items that were never read are not needed any more. */
    ANC_MUST_CHECK anc_status (*announced)(void *self, krn_tx *tx, int64_t key, int64_t ordinal,
                                           bool closed, anc_err *err);

    /* Removes a dead letter; NOT_FOUND when there is none. */
    ANC_MUST_CHECK anc_status (*letter_remove)(void *self, krn_tx *tx, anc_str id, anc_err *err);

    /* Removes at most about `limit` rows of what need not be kept: items that were stored for one that did not
     * count them (children_add), those of closed batches whose documents the index shows (but of a cancelled
     * one those that nobody read, unless they were sent along), then whole batches with their dead letters.
     * ret_more: call again. */
    ANC_MUST_CHECK anc_status (*prune)(void *self, krn_tx *tx, const ing_keep *keep, size_t limit,
                                       bool *ret_more, anc_err *err);
} ing_batch_writer_ops;

typedef struct ing_batch_writer {
    const ing_batch_writer_ops *ops;
    void *self;
} ing_batch_writer;

#endif
