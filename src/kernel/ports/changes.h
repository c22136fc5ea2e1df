/* changes.h - port: the change log of the catalog, which every projection follows.
 *
 * Adapters: sqlite. A row says that a version became current, or that a document or a whole
 * collection went away. `seq` ascends in commit order and is never given twice. What every follower
 * has passed is removed after a while: who begins anew walks the documents, not the log.
 */
#ifndef ANC_KERNEL_PORTS_CHANGES_H
#define ANC_KERNEL_PORTS_CHANGES_H

#include "kernel/ports/writer.h"

typedef enum krn_change_op {
    KRN_CHANGE_PUBLISH,         /* `version` of the document is now the current one */
    KRN_CHANGE_DELETE,          /* the document is gone */
    KRN_CHANGE_COLLECTION,      /* the collection's settings changed */
    KRN_CHANGE_DROP_COLLECTION, /* the collection and all of its documents are gone */
    KRN_CHANGE_MODEL /* searches of the collection are to use another model's vectors, or soon will be */
} krn_change_op;

typedef struct krn_change {
    uint64_t seq;
    krn_change_op op;
    anc_str collection;
    anc_str document_id; /* empty for a collection's change */
    uint32_t version;    /* 0 where there is none */
} krn_change;

typedef struct krn_changes_ops {
    const char *name;

    /* Appends inside `tx` on the writer's thread; change->seq is ignored, ret_seq tells it. */
    ANC_MUST_CHECK anc_status (*append)(void *self, krn_tx *tx, const krn_change *change,
                                        uint64_t *ret_seq, anc_err *err);

    /* The next changes after `after_seq`, ascending, at most `limit`, in call->mem. Any thread but
     * the loop. */
    ANC_MUST_CHECK anc_status (*read)(void *self, krn_call *call, uint64_t after_seq, size_t limit,
                                      krn_change **ret, size_t *ret_n);

    /* The greatest committed seq; 0 when there is none. */
    ANC_MUST_CHECK anc_status (*head)(void *self, krn_call *call, uint64_t *ret);

    /* Removes the oldest changes up to `passed_seq`, which every follower has handled, at most
     * `limit`; the newest `keep` of all stay. Inside `tx` on the writer's thread. */
    ANC_MUST_CHECK anc_status (*prune)(void *self, krn_tx *tx, uint64_t passed_seq, uint64_t keep,
                                       size_t limit, size_t *ret_removed, anc_err *err);

    /* Calls `wake(arg)` after every commit that appended something, on the writer's thread; it must
     * return at once. At most 16 listeners; LIMIT past that. Only while wiring. */
    ANC_MUST_CHECK anc_status (*listen)(void *self, void (*wake)(void *arg), void *arg,
                                        anc_err *err);
} krn_changes_ops;

typedef struct krn_changes {
    const krn_changes_ops *ops;
    void *self;
} krn_changes;

#endif
