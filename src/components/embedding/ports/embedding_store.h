/* embedding_store.h - port: where vectors of questions outlive the process.
 *
 * Adapters: sqlite (tables in the catalog). What is kept is a digest of a text, its vector and when it was last used:
 * never the text. It is a cache: whatever is lost of it is made again.
 *
 * Contract, run against each adapter by tests/contract/embedding_store:
 *   thread   size, page: any thread but the loop; a reader sees one committed state. The others: inside a closure of
 *            the writer.
 *   memory   rows of `page` are in call->mem; what is passed in is borrowed during the call.
 *   failure  IO, CORRUPT, DISK_FULL, UNAVAILABLE, DEADLINE, CANCELLED, NO_MEMORY, LIMIT (of call->mem). Outputs are
 *            untouched on failure.
 */
#ifndef ANC_EMBEDDING_PORTS_EMBEDDING_STORE_H
#define ANC_EMBEDDING_PORTS_EMBEDDING_STORE_H

#include "base/str.h"
#include "kernel/domain/call.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

enum {
    EMB_KEY_BYTES = 32,      /* SHA-256 of a text and its kind */
    EMB_KEPT_AT_ONCE = 256,  /* rows of one page, one put */
    EMB_KEPT_OVERHEAD = 128, /* what a row takes beside its vector, about */
};

/* Whose vectors: those of one revision are never given for another. */
typedef struct emb_kept_model {
    anc_str name, revision;
    uint32_t dims;
} emb_kept_model;

typedef struct emb_kept {
    unsigned char key[EMB_KEY_BYTES];
    int64_t used_ms;     /* Unix time of the last use */
    int64_t place;       /* of `page`: the store's own */
    const float *vector; /* [dims]; of `put` NULL: one that may be there was used again */
} emb_kept;

/* Of one row, for the bound. */
static inline uint64_t emb_kept_bytes(uint32_t dims)
{
    return (uint64_t)dims * sizeof(float) + EMB_KEPT_OVERHEAD;
}

typedef struct emb_embedding_store_ops {
    const char *name;

    /* Of all that is kept, as emb_kept_bytes counts. */
    ANC_MUST_CHECK anc_status (*size)(void *self, krn_call *call, uint64_t *ret_bytes);

    /* Vectors of a revision, the one used last first, at most EMB_KEPT_AT_ONCE; `behind` is the last row of the page
     * before, NULL: from the first. Rows of another length than `dims` are passed over. */
    ANC_MUST_CHECK anc_status (*page)(void *self, krn_call *call, const emb_kept_model *model,
                                      const emb_kept *behind, emb_kept **ret, size_t *ret_n);

    /* Adds rows [n <= EMB_KEPT_AT_ONCE]; one that is there keeps its vector and gets the later time. */
    ANC_MUST_CHECK anc_status (*put)(void *self, krn_tx *tx, const emb_kept_model *model,
                                     const emb_kept *rows, size_t n, uint64_t *ret_added_bytes,
                                     anc_err *err);

    /* Removes at most `limit` vectors of other revisions of the model of that name; how many. */
    ANC_MUST_CHECK anc_status (*drop_others)(void *self, krn_tx *tx, const emb_kept_model *model,
                                             size_t limit, size_t *ret_n, uint64_t *ret_bytes,
                                             anc_err *err);

    /* Removes those whose last use is longest ago, until `bytes` are free, at most EMB_KEPT_AT_ONCE. */
    ANC_MUST_CHECK anc_status (*drop_oldest)(void *self, krn_tx *tx, uint64_t bytes,
                                             uint64_t *ret_bytes, anc_err *err);

    /* Removes any, at most `limit`; how many. */
    ANC_MUST_CHECK anc_status (*clear)(void *self, krn_tx *tx, size_t limit, size_t *ret_n,
                                       anc_err *err);
} emb_embedding_store_ops;

typedef struct emb_embedding_store {
    const emb_embedding_store_ops *ops; /* NULL: nothing is kept */
    void *self;
} emb_embedding_store;

#endif
