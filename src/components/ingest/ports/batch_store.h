/* batch_store.h - port: batches, their documents and dead letters, read from the catalog.
 *
 * Adapters: sqlite. Contract: any thread but the loop; each function sees one committed state;
 * results in call->mem; IO, CORRUPT, UNAVAILABLE, NO_MEMORY, LIMIT anywhere.
 */
#ifndef ANC_INGEST_PORTS_BATCH_STORE_H
#define ANC_INGEST_PORTS_BATCH_STORE_H

#include "ingest/domain/batch.h"
#include "kernel/domain/call.h"

/* What failed, with what it takes to try it again. */
typedef struct ing_letter {
    anc_str id, batch_id;
    int64_t batch; /* key */
    bool passed_over;
    anc_str
        collection; /* where it was to go: what it named, as far as that was known, else the batch's */
    anc_str source;   /* of the batch: where it was read from */
    anc_str document; /* its id, as far as it was known */
    anc_str path;     /* of the item */
    ing_item_kind kind;
    anc_str content_type;
    ing_payload payload;
    anc_str stage, reason;
    uint64_t bytes;
    int64_t modified_ms;
    uint32_t attempts;
    int64_t at_ms;
} ing_letter;

typedef struct ing_batch_store_ops {
    const char *name;

    /* ret->key is 0 when there is none of that id. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, anc_str id,
                                      ing_batch_record *ret);

    /* Newest first, older than `before` (its id; empty: from the newest), those whose phase is in
     * `phases` (bit 1 << phase; 0: all). */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, anc_str before, unsigned phases,
                                      size_t limit, ing_batch_record **ret, size_t *ret_n);

    /* Batches that are not closed, oldest first, with a key greater than `after`. */
    ANC_MUST_CHECK anc_status (*open)(void *self, krn_call *call, int64_t after, size_t limit,
                                      ing_batch_record **ret, size_t *ret_n);

    /* Items that became documents (new or changed) after `after`, ascending; the path is the
     * document's id. */
    ANC_MUST_CHECK anc_status (*done)(void *self, krn_call *call, int64_t key, int64_t after,
                                      size_t limit, ing_item **ret, size_t *ret_n);

    /* Items after `after` that nobody read and that can be read again, since nothing was sent along with them,
     * ascending: path, size, time and letter. */
    ANC_MUST_CHECK anc_status (*unread)(void *self, krn_call *call, int64_t key, int64_t after,
                                        size_t limit, ing_item **ret, size_t *ret_n);

    /* Whether an item behind `ordinal` has put the document `document` of `collection` (empty: the batch's)
     * already. Looks at all that were claimed behind it. */
    ANC_MUST_CHECK anc_status (*put_later)(void *self, krn_call *call, int64_t key, int64_t ordinal,
                                           anc_str collection, anc_str document, bool *ret);

    /* How many of its documents a projection shows that has reached change `cursor`. */
    ANC_MUST_CHECK anc_status (*searchable)(void *self, krn_call *call, int64_t key,
                                            uint64_t cursor, uint64_t *ret);

    /* Dead letters of a batch (empty id: of all), newest first, older than `before` (an id; empty:
     * from the newest). `tried`: also those that failed in it and were tried again in another since, and by their last
     * try; else by their first one. */
    ANC_MUST_CHECK anc_status (*letters)(void *self, krn_call *call, anc_str batch_id, bool tried,
                                         anc_str before, size_t limit, ing_letter **ret,
                                         size_t *ret_n);

    /* ret->id is empty when there is none of that id. */
    ANC_MUST_CHECK anc_status (*letter)(void *self, krn_call *call, anc_str id, ing_letter *ret);
} ing_batch_store_ops;

typedef struct ing_batch_store {
    const ing_batch_store_ops *ops;
    void *self;
} ing_batch_store;

#endif
