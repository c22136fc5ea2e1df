/* collection_store.h - port: the collections in the catalog.
 *
 * Adapters: sqlite. Contract of all ports of the catalog:
 *   thread   readers (with a call): any thread but the loop, several at once; each sees one
 *            committed state. Writers (with a tx): inside a closure of the writer only.
 *   memory   results in call->mem; what is passed in is borrowed during the call.
 *   failure  IO, CORRUPT, DISK_FULL, UNAVAILABLE, NO_MEMORY, LIMIT (of call->mem) anywhere; what
 *            else may come stands at the function. Outputs are untouched on failure.
 * A dropped collection is gone for every reader, also while its documents are still being removed.
 */
#ifndef ANC_KNOWLEDGE_PORTS_COLLECTION_STORE_H
#define ANC_KNOWLEDGE_PORTS_COLLECTION_STORE_H

#include "kernel/domain/call.h"
#include "knowledge/domain/records.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

typedef struct kno_language_count {
    anc_str language;
    uint64_t documents;
} kno_language_count;

typedef struct kno_collection_store_ops {
    const char *name;

    /* ret->id is 0 when there is none of that name. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, anc_str name,
                                      kno_collection_record *ret);

    /* Those whose acl has one of `held` (NULL: all), by name after `after` (exclusive). */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, const kno_labels *held,
                                      anc_str after, size_t limit, kno_collection_record **ret,
                                      size_t *ret_n);

    /* CONFLICT when the name exists. Id and counters of `wanted` are ignored, times are set. */
    ANC_MUST_CHECK anc_status (*insert)(void *self, krn_tx *tx, const kno_collection_record *wanted,
                                        int64_t *ret_id, anc_err *err);

    /* Sets of wanted->id what `set` (bits of kno_setting) says; NOT_FOUND. Counts `cut`
     * up where language or chunking change, and then its documents are outdated. */
    ANC_MUST_CHECK anc_status (*update)(void *self, krn_tx *tx, const kno_collection_record *wanted,
                                        unsigned set, anc_err *err);

    /* Takes it out of sight at once; its documents become garbage. NOT_FOUND. */
    ANC_MUST_CHECK anc_status (*drop)(void *self, krn_tx *tx, int64_t id, anc_err *err);

    /* Which deletion of a collection of that name was the last, counted over all names from 1; 0:
     * none. An empty name: of any. */
    ANC_MUST_CHECK anc_status (*dropped)(void *self, krn_call *call, anc_str name, uint64_t *ret);

    /* How many current documents each language has, most first. */
    ANC_MUST_CHECK anc_status (*languages)(void *self, krn_call *call, int64_t id,
                                           kno_language_count **ret, size_t *ret_n);

    /* How many current documents were cut by other settings than the collection has now. */
    ANC_MUST_CHECK anc_status (*outdated)(void *self, krn_call *call, int64_t id, uint64_t *ret);
} kno_collection_store_ops;

typedef struct kno_collection_store {
    const kno_collection_store_ops *ops;
    void *self;
} kno_collection_store;

#endif
