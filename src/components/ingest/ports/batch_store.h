/* batch_store.h - port: batches, their items and failures, read from the catalog.
 *
 * Adapters: sqlite. Contract: any thread but the loop; each function sees one committed state;
 * results in call->mem; IO, CORRUPT, UNAVAILABLE, NO_MEMORY, LIMIT anywhere.
 */
#ifndef ANC_INGEST_PORTS_BATCH_STORE_H
#define ANC_INGEST_PORTS_BATCH_STORE_H

#include "ingest/domain/batch.h"
#include "kernel/domain/call.h"

typedef struct ing_failure_record {
    anc_str id, batch_id, document, stage, reason;
    int64_t at_ms;
} ing_failure_record;

typedef struct ing_batch_store_ops {
    const char *name;

    /* ret->key is 0 when there is none of that id. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, anc_str id,
                                      ing_batch_record *ret);

    /* Newest first, older than `before` (its id; empty: from the newest). */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, anc_str before, size_t limit,
                                      ing_batch_record **ret, size_t *ret_n);

    /* Batches that are not closed, oldest first, with a key greater than `after`. */
    ANC_MUST_CHECK anc_status (*open)(void *self, krn_call *call, int64_t after, size_t limit,
                                      ing_batch_record **ret, size_t *ret_n);

    /* Waiting items after `after` (an ordinal; -1 at the start), ascending. */
    ANC_MUST_CHECK anc_status (*waiting)(void *self, krn_call *call, int64_t key, int64_t after,
                                         size_t limit, ing_item **ret, size_t *ret_n);

    /* Items that became documents (new or changed) after `after`, ascending. */
    ANC_MUST_CHECK anc_status (*done)(void *self, krn_call *call, int64_t key, int64_t after,
                                      size_t limit, ing_item **ret, size_t *ret_n);

    /* How many of its documents a projection shows that has reached change `cursor`. */
    ANC_MUST_CHECK anc_status (*searchable)(void *self, krn_call *call, int64_t key,
                                            uint64_t cursor, uint64_t *ret);

    /* Failed and passed-over documents of a batch (empty id: of all), newest first. */
    ANC_MUST_CHECK anc_status (*failures)(void *self, krn_call *call, anc_str batch_id,
                                          size_t limit, ing_failure_record **ret, size_t *ret_n);
} ing_batch_store_ops;

typedef struct ing_batch_store {
    const ing_batch_store_ops *ops;
    void *self;
} ing_batch_store;

#endif
