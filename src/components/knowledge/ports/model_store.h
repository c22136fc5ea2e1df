/* model_store.h - port: which models the collections ask for, and how far a change of one is.
 *
 * Adapters: sqlite. Contract as in collection_store.h.
 *
 *   aim: the wanted model has this revision ──> documents are lacking its vectors ──> ready ──> switch_over
 *
 * A collection that has no vectors yet takes the model of the first ones (vector_store.h, complete).
 */
#ifndef ANC_KNOWLEDGE_PORTS_MODEL_STORE_H
#define ANC_KNOWLEDGE_PORTS_MODEL_STORE_H

#include "kernel/domain/call.h"
#include "knowledge/domain/records.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

/* A name that collections ask for; empty: the configured model. */
typedef struct kno_wanted {
    anc_str name;
    anc_str least,
        greatest;      /* revisions aimed at, "" where there is none: all alike when these are */
    uint64_t changing; /* collections that are searched by another model than they aim at */
} kno_wanted;

/* A collection of which every document has vectors of the model aimed at. */
typedef struct kno_ready {
    int64_t id;
    anc_str name, from, to; /* from, to: revisions */
} kno_ready;

typedef struct kno_model_store_ops {
    const char *name;

    /* The wanted names in byte order, the one behind `after` (NULL: the first). *ret_there false at the
     * end. */
    ANC_MUST_CHECK anc_status (*next_wanted)(void *self, krn_call *call, const anc_str *after,
                                             kno_wanted *ret, bool *ret_there);

    /* Says that the model `wanted` has this revision (empty: none, it is not there). Collections that
     * ask for it aim at it; one that aimed at another, or has vectors of another, is outdated: what
     * fits one model's window may not fit another's. */
    ANC_MUST_CHECK anc_status (*aim)(void *self, krn_tx *tx, anc_str wanted, anc_str revision,
                                     uint32_t dims, anc_err *err);

    /* How many current documents lack vectors of the model that the collection aims at. */
    ANC_MUST_CHECK anc_status (*lacking)(void *self, krn_call *call, int64_t collection_id,
                                         uint64_t *ret);

    /* Collections that can be switched over, at most `limit`. */
    ANC_MUST_CHECK anc_status (*ready)(void *self, krn_call *call, size_t limit, kno_ready **ret,
                                       size_t *ret_n);

    /* Makes the model aimed at the one that is searched, if no document lacks its vectors: *ret_done. */
    ANC_MUST_CHECK anc_status (*switch_over)(void *self, krn_tx *tx, int64_t collection_id,
                                             bool *ret_done, anc_err *err);

    /* Says that a current version gets no vectors, so that its collection need not wait for it. One
     * that is gone is passed over. */
    ANC_MUST_CHECK anc_status (*give_up)(void *self, krn_tx *tx, int64_t version_id, anc_err *err);
} kno_model_store_ops;

typedef struct kno_model_store {
    const kno_model_store_ops *ops;
    void *self;
} kno_model_store;

#endif
