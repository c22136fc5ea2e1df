/* garbage_store.h - port: what nobody sees any more, removed in small pieces.
 *
 * Adapters: sqlite. Contract as in collection_store.h. Garbage is: versions in state building
 * that no put works on any more, versions of retired documents, old versions past those that are kept, documents of dropped collections,
 * parts of documents that never came, and then bytes in the raw store that no version names.
 */
#ifndef ANC_KNOWLEDGE_PORTS_GARBAGE_STORE_H
#define ANC_KNOWLEDGE_PORTS_GARBAGE_STORE_H

#include "kernel/domain/call.h"
#include "knowledge/domain/records.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

typedef struct kno_dropped_document {
    int64_t id;
    int64_t collection_id;
    anc_str collection, name;
    bool
        orphan; /* its collection is there: what it was a part of is not, or it is gone by itself */
} kno_dropped_document;

typedef struct kno_discarded {
    bool done;          /* the version's row is gone too; else call again */
    kno_digest content; /* when done: what it named in the raw store */
    kno_digest text;
} kno_discarded;

typedef struct kno_expiry {
    kno_keeping keeping;
    bool late_only; /* documents of which some had to stay when they were published; else all */
    int64_t after;  /* document id */
} kno_expiry;

typedef struct kno_garbage_store_ops {
    const char *name;

    /* Garbage versions of document `document_id` (0: of any, then also those in state building) with
     * ids after `after`, ascending, at most `limit`. */
    ANC_MUST_CHECK anc_status (*versions)(void *self, krn_call *call, int64_t document_id,
                                          int64_t after, size_t limit, int64_t **ret,
                                          size_t *ret_n);

    /* Makes garbage of published versions that need not stay, of at most `limit` documents; *ret_done
     * when there is none behind what->after, which moves. */
    ANC_MUST_CHECK anc_status (*expire)(void *self, krn_tx *tx, kno_expiry *what, size_t limit,
                                        bool *ret_done, anc_err *err);

    /* Removes at most `max_chunks` chunks of a garbage or building version with the vectors that
     * then nobody needs, and the row itself with the last. A version that is not there, or that was
     * published meanwhile, is done with zeroed digests. */
    ANC_MUST_CHECK anc_status (*discard)(void *self, krn_tx *tx, int64_t version_id,
                                         size_t max_chunks, kno_discarded *ret, anc_err *err);

    /* Documents that still stand in dropped collections, those that are gone by their mark, and parts of a document that is not there,
     * published last before `before_ms` of the transactions' clock, whatever time their versions have. */
    ANC_MUST_CHECK anc_status (*dropped)(void *self, krn_call *call, int64_t before_ms,
                                         size_t limit, kno_dropped_document **ret, size_t *ret_n);

    /* Removes the rows of dropped collections that have no document left, and marks that none has. */
    ANC_MUST_CHECK anc_status (*bury)(void *self, krn_tx *tx, anc_err *err);

    /* A model that no collection is searched by or aims at; 0: there is none. */
    ANC_MUST_CHECK anc_status (*unused_model)(void *self, krn_call *call, int64_t *ret);

    /* Removes at most `limit` of its vectors, and the model with the last; done as well when it has come
     * into use again. */
    ANC_MUST_CHECK anc_status (*forget_model)(void *self, krn_tx *tx, int64_t model, size_t limit,
                                              bool *ret_done, anc_err *err);

    /* ret[i]: whether a version names digests[i] as content or text. */
    ANC_MUST_CHECK anc_status (*named)(void *self, krn_call *call, const kno_digest *digests,
                                       size_t n, bool *ret);

    /* The same for one, inside a closure: what is true there stays so until the next closure. */
    ANC_MUST_CHECK anc_status (*named_now)(void *self, krn_tx *tx, const kno_digest *digest,
                                           bool *ret, anc_err *err);
} kno_garbage_store_ops;

typedef struct kno_garbage_store {
    const kno_garbage_store_ops *ops;
    void *self;
} kno_garbage_store;

#endif
