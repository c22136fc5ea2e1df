/* batch_writer.h - port: what happens to batches, inside the writer's transaction.
 *
 * Adapters: sqlite. Contract: called in a closure of the writer only; every change counts the
 * batch's revision up and sets updated_ms; records that are given back are in `mem`.
 */
#ifndef ANC_INGEST_PORTS_BATCH_WRITER_H
#define ANC_INGEST_PORTS_BATCH_WRITER_H

#include "base/arena.h"
#include "ingest/domain/batch.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

typedef struct ing_item_result {
    int64_t ordinal;
    ing_outcome outcome; /* not ING_WAITING */
    uint64_t bytes;
    uint64_t seq; /* the change to wait for until it is searchable; 0: it is */
    /* for ING_PASSED_OVER and ING_ITEM_FAILED */
    anc_str failure_id, document, stage, reason;
} ing_item_result;

typedef struct ing_batch_writer_ops {
    const char *name;

    /* A queued batch; key, phase, counters and times of `batch` are ignored. */
    ANC_MUST_CHECK anc_status (*insert)(void *self, krn_tx *tx, const ing_batch_record *batch,
                                        anc_err *err);

    /* Begins to list its items: what an earlier try listed is removed. */
    ANC_MUST_CHECK anc_status (*list_begin)(void *self, krn_tx *tx, int64_t key, anc_err *err);
    ANC_MUST_CHECK anc_status (*list_add)(void *self, krn_tx *tx, int64_t key,
                                          const ing_item *items, size_t n, anc_err *err);

    /* Moves it to `to`. Processing: the items are all listed, totals are taken, the pace begins.
     * With `from` processing and `to` processing the pace begins anew (work was taken up again). An
     * ended phase sets completed_ms, and `error` (ptr NULL: none). CONFLICT when it may not. */
    ANC_MUST_CHECK anc_status (*move)(void *self, krn_tx *tx, int64_t key, ing_phase to,
                                      anc_str error, anc_arena *mem, ing_batch_record *ret,
                                      anc_err *err);

    /* Counts what became of an item. CONFLICT when the item is not waiting. `ret_announce`: the last
     * announcement of the state is so long ago that another is due; it is then noted as made. */
    ANC_MUST_CHECK anc_status (*finish_item)(void *self, krn_tx *tx, int64_t key,
                                             const ing_item_result *result, anc_arena *mem,
                                             ing_batch_record *ret, bool *ret_announce,
                                             anc_err *err);

    /* Documents up to `ordinal` were announced; `closed`: nothing is left to be done. */
    ANC_MUST_CHECK anc_status (*announced)(void *self, krn_tx *tx, int64_t key, int64_t ordinal,
                                           bool closed, anc_err *err);
} ing_batch_writer_ops;

typedef struct ing_batch_writer {
    const ing_batch_writer_ops *ops;
    void *self;
} ing_batch_writer;

#endif
