/* document_store.h - port: documents read from the catalog, and what stands at a chunk's address.
 *
 * Adapters: sqlite. Contract as in collection_store.h. Only published versions are seen here.
 */
#ifndef ANC_KNOWLEDGE_PORTS_DOCUMENT_STORE_H
#define ANC_KNOWLEDGE_PORTS_DOCUMENT_STORE_H

#include "kernel/domain/call.h"
#include "knowledge/domain/records.h"

typedef struct kno_document_query {
    int64_t collection_id;    /* 0: every collection */
    anc_str text;             /* case folded; found in title, uri or id; empty: all */
    const kno_labels *held;   /* only documents whose acl has one of these; NULL: all */
    anc_str after_collection; /* with collection_id 0: after this name … */
    anc_str after_name;       /* … and this document, exclusive; empty: from the start */
    size_t limit;
} kno_document_query;

typedef struct kno_chunk_address {
    anc_str collection, document;
    uint32_t version, ordinal;
} kno_chunk_address;

typedef struct kno_chunk_place {
    bool found;
    kno_document_record document; /* `current` is the version asked for, not the newest */
    kno_chunk_record chunk;
} kno_chunk_place;

typedef struct kno_walk_record {
    anc_str collection, document;
    uint32_t version;
} kno_walk_record;

typedef struct kno_part_counts {
    uint64_t all;
    uint64_t made;   /* for the version of the parent that was asked for */
    uint64_t others; /* for another one; where it is not known they are in neither */
} kno_part_counts;

typedef struct kno_document_store_ops {
    const char *name;

    /* ret->id is 0 when there is none of that name in the collection. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, int64_t collection_id,
                                      anc_str name, kno_document_record *ret);

    /* The documents of a collection whose current version is of source "folder" with this uri, parts of none: the
     * oldest first, at most `limit`. */
    ANC_MUST_CHECK anc_status (*of_file)(void *self, krn_call *call, int64_t collection_id,
                                         anc_str uri, size_t limit, kno_document_record **ret,
                                         size_t *ret_n);

    /* By collection and name. */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, const kno_document_query *query,
                                      kno_document_record **ret, size_t *ret_n);

    /* What stands at each of `at` [n], in `ret` [n], all of one committed state. */
    ANC_MUST_CHECK anc_status (*locate)(void *self, krn_call *call, const kno_chunk_address *at,
                                        size_t n, kno_chunk_place *ret);

    /* Current documents by collection and name after `after` (exclusive; NULL at the start). */
    ANC_MUST_CHECK anc_status (*walk)(void *self, krn_call *call, const kno_walk_record *after,
                                      size_t limit, kno_walk_record **ret, size_t *ret_n);

    /* How many parts a document has, those of its parts not counted, by what they were made for. */
    ANC_MUST_CHECK anc_status (*count_parts)(void *self, krn_call *call, int64_t collection_id,
                                             anc_str parent, const kno_digest *made_for,
                                             kno_part_counts *ret);
} kno_document_store_ops;

typedef struct kno_document_store {
    const kno_document_store_ops *ops;
    void *self;
} kno_document_store;

#endif
