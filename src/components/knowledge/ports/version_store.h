/* version_store.h - port: the versions of documents and their chunks, read from the catalog.
 *
 * Adapters: sqlite. Contract as in collection_store.h. Only published versions are seen here.
 */
#ifndef ANC_KNOWLEDGE_PORTS_VERSION_STORE_H
#define ANC_KNOWLEDGE_PORTS_VERSION_STORE_H

#include "kernel/domain/call.h"
#include "knowledge/domain/records.h"

typedef struct kno_version_store_ops {
    const char *name;

    /* ret->id is 0 when the document has no such version. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, int64_t document_id,
                                      uint32_t number, kno_version_record *ret);

    /* Newest first, those older than `before` (0: all), at most `limit`. */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, int64_t document_id,
                                      uint32_t before, size_t limit, kno_version_record **ret,
                                      size_t *ret_n);

    /* The chunks of a version from ordinal `from` on, at most `limit`. */
    ANC_MUST_CHECK anc_status (*chunks)(void *self, krn_call *call, int64_t version_id,
                                        uint32_t from, size_t limit, kno_chunk_record **ret,
                                        size_t *ret_n);

    /* The digests of a version's chunks, in order. */
    ANC_MUST_CHECK anc_status (*digests)(void *self, krn_call *call, int64_t version_id,
                                         kno_digest **ret, size_t *ret_n);

    /* Documents whose current version was cut by other settings than its collection has, by id after
     * `after`. */
    ANC_MUST_CHECK anc_status (*outdated)(void *self, krn_call *call, int64_t after, size_t limit,
                                          kno_document_record **ret, size_t *ret_n);
} kno_version_store_ops;

typedef struct kno_version_store {
    const kno_version_store_ops *ops;
    void *self;
} kno_version_store;

#endif
