/* vector_store.h - port: vectors by (model revision, digest of the embedded text).
 *
 * Adapters: sqlite. Contract as in collection_store.h. A vector is `dims` binary16 numbers
 * (knowledge/domain/half.h). It lives as long as some chunk of some version has its digest.
 */
#ifndef ANC_KNOWLEDGE_PORTS_VECTOR_STORE_H
#define ANC_KNOWLEDGE_PORTS_VECTOR_STORE_H

#include "kernel/domain/call.h"
#include "knowledge/domain/records.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

typedef struct kno_vectors {
    anc_str model; /* revision */
    uint32_t dims;
    const kno_digest *digests;  /* [n] */
    const unsigned char *bytes; /* [n * dims * 2] */
    size_t n;
} kno_vectors;

/* A current version that lacks vectors of a model. */
typedef struct kno_lacking {
    int64_t document_id;
    int64_t version_id;
    anc_str collection, document;
    uint32_t number;
    anc_str title;
    kno_digest text;
    uint64_t text_bytes;
} kno_lacking;

/* What came of noting that a version has all its vectors of a model. */
typedef struct kno_completion {
    uint64_t missing; /* digests that have none: then nothing is noted */
    bool searched;    /* its collection is searched by this model */
    bool wanted;      /* its collection aims at this model */
} kno_completion;

typedef struct kno_vector_store_ops {
    const char *name;

    /* ret[i]: whether there is a vector for digests[i]. */
    ANC_MUST_CHECK anc_status (*known)(void *self, krn_call *call, anc_str model,
                                       const kno_digest *digests, size_t n, bool *ret);

    /* The vectors of the `n` chunks of a version, in order: ret_bytes [n * dims * 2] in call->mem.
     * ret_bytes NULL and ret_dims 0 when not all of them are there. */
    ANC_MUST_CHECK anc_status (*read)(void *self, krn_call *call, anc_str model, int64_t version_id,
                                      size_t n, unsigned char **ret_bytes, uint32_t *ret_dims);

    /* Keeps those that some chunk refers to and that are not there yet; drops the others. */
    ANC_MUST_CHECK anc_status (*put)(void *self, krn_tx *tx, const kno_vectors *vectors,
                                     anc_err *err);

    /* Notes that a version has all its vectors of `model`, when it has. A collection that is searched by
     * no model yet is from now on searched by this one. */
    ANC_MUST_CHECK anc_status (*complete)(void *self, krn_tx *tx, anc_str model, uint32_t dims,
                                          int64_t version_id, kno_completion *ret, anc_err *err);

    /* Current versions not noted as complete for the model that their collection aims at, of collections
     * that want the model named `wanted`, by document_id after `after`. Those that are to be cut again
     * first are left out. */
    ANC_MUST_CHECK anc_status (*lacking)(void *self, krn_call *call, anc_str wanted, int64_t after,
                                         size_t limit, kno_lacking **ret, size_t *ret_n);
} kno_vector_store_ops;

typedef struct kno_vector_store {
    const kno_vector_store_ops *ops;
    void *self;
} kno_vector_store;

#endif
