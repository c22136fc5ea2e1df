/* item_writer.h - port: items claimed, finished and given back, inside the writer's transaction.
 *
 * An item is claimed with a lease. Only who holds it may finish it, renew it or give it back; the
 * number of claims tells a holder from one whose lease was taken over meanwhile, so what a worker does
 * that was believed dead is refused with CONFLICT and undone with its transaction.
 *
 * Adapters: sqlite. Contract: as of the batch writer (ports/batch_writer.h).
 */
#ifndef ANC_INGEST_PORTS_ITEM_WRITER_H
#define ANC_INGEST_PORTS_ITEM_WRITER_H

#include "base/arena.h"
#include "base/id.h"
#include "ingest/domain/batch.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

/* Who holds an item of which batch. */
typedef struct ing_lease {
    int64_t batch; /* key */
    int64_t ordinal;
    int64_t owner;       /* of one life of one service */
    uint32_t claims;     /* of the item, when it was claimed */
    int64_t until_ms;    /* wall clock; ignored by finish and release */
    uint64_t most_bytes; /* of a claim: none where the next item has more; 0: whatever it has */
    bool last;           /* of a claim: the last waiting item, such as a row, not the first */
} ing_lease;

enum { ING_CHILDREN_MAX = 1 << 20 };

/* Items that an item brought along, stored by children_add. */
typedef struct ing_children {
    int64_t first; /* ordinal, of children_begin */
    size_t n;      /* 0: there are none */
    uint64_t bytes;
} ing_children;

typedef struct ing_item_result {
    ing_outcome outcome; /* neither ING_WAITING nor ING_UNDER_WAY */
    uint64_t bytes;
    uint64_t seq;                  /* the change to wait for until it is searchable; 0: it is */
    uint64_t stage_us[ING_STAGES]; /* spent on it */
    anc_str path;
    anc_str document;   /* its id; empty: the path */
    anc_str collection; /* its own; empty: the batch's */
    anc_str letter;     /* of the item, or of letter_of */
    /* for ING_PASSED_OVER and ING_ITEM_FAILED */
    anc_str failure_id; /* of the dead letter, unless it has one */
    anc_str stage, reason;
    ing_item_kind kind;
    anc_str content_type;
    ing_payload payload;
    int64_t modified_ms;
    ing_children stored;      /* further items of the batch, all that were added to them */
    const ing_item *children; /* [n_children] and others, which are added */
    size_t n_children;
} ing_item_result;

typedef struct ing_item_writer_ops {
    const char *name;

    /* Claims the first waiting item (or the last) of a batch that is processing. `lease` names batch,
     * owner, until and last. ret->ordinal is negative when there is none. */
    ANC_MUST_CHECK anc_status (*claim)(void *self, krn_tx *tx, const ing_lease *lease,
                                       anc_arena *mem, ing_item *ret, ing_counts *ret_counts,
                                       anc_err *err);

    /* An item that is held brings many along: room for them is set aside (for ING_CHILDREN_MAX), then they
     * are stored a piece at a time. Nobody claims or counts them before finish says so; those of an item
     * that is given back, taken over, finished otherwise or begun with again are removed by the batch writer's prune.
     * CONFLICT when it is not held. */
    ANC_MUST_CHECK anc_status (*children_begin)(void *self, krn_tx *tx, const ing_lease *lease,
                                                int64_t *ret_first, anc_err *err);
    ANC_MUST_CHECK anc_status (*children_add)(void *self, krn_tx *tx, const ing_lease *lease,
                                              int64_t first, const ing_item *items, size_t n,
                                              anc_err *err);

    /* The dead letter that stands for a file of this batch's source already, since it failed for the same
     * collection in another batch; empty: there is none, or it is no file of a source. */
    ANC_MUST_CHECK anc_status (*letter_of)(void *self, krn_tx *tx, int64_t batch,
                                           const ing_item_result *result,
                                           char ret[ANC_UUID_TEXT + 1], anc_err *err);

    /* Counts what became of it, and adds its children. A dead letter is added, moved to this batch (when the result names one
     * and failed), or removed (when it did not). `ret_announce`: the last announcement of the
     * state is so long ago that another is due; it is then noted as made. */
    ANC_MUST_CHECK anc_status (*finish)(void *self, krn_tx *tx, const ing_lease *lease,
                                        const ing_item_result *result, ing_counts *ret_counts,
                                        bool *ret_announce, anc_err *err);

    ANC_MUST_CHECK anc_status (*renew)(void *self, krn_tx *tx, const ing_lease *lease,
                                       anc_err *err);

    /* Lets it wait again; the claim does not count. */
    ANC_MUST_CHECK anc_status (*release)(void *self, krn_tx *tx, const ing_lease *lease,
                                         ing_counts *ret_counts, anc_err *err);

    /* Lets at most `limit` items wait again whose lease is over at `now_ms` or, with `owner` not 0,
     * that somebody else holds. ret_n: how many those were. */
    ANC_MUST_CHECK anc_status (*take_back)(void *self, krn_tx *tx, int64_t now_ms, int64_t owner,
                                           size_t limit, size_t *ret_n, anc_err *err);

    /* The figures of a batch as they are in this transaction. */
    ANC_MUST_CHECK anc_status (*counts)(void *self, krn_tx *tx, int64_t key, ing_counts *ret,
                                        anc_err *err);
} ing_item_writer_ops;

typedef struct ing_item_writer {
    const ing_item_writer_ops *ops;
    void *self;
} ing_item_writer;

#endif
