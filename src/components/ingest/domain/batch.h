/* batch.h - a batch's life and its figures, as pure functions.
 *
 *   queued ──> processing ──> completed
 *      │           ├───────> failed      the source could not be listed
 *      └───────────┴───────> cancelled   by somebody; documents under way are finished
 *
 * A batch that ended is closed once its documents were announced.
 */
#ifndef ANC_INGEST_DOMAIN_BATCH_H
#define ANC_INGEST_DOMAIN_BATCH_H

#include "base/base.h"

/* The same numbers as ing_state of the public header. */
typedef enum ing_phase {
    ING_PHASE_QUEUED,
    ING_PHASE_PROCESSING,
    ING_PHASE_COMPLETED,
    ING_PHASE_FAILED,
    ING_PHASE_CANCELLED
} ing_phase;

const char *ing_phase_name(ing_phase phase);
bool ing_phase_ended(ing_phase phase);
bool ing_phase_may_become(ing_phase from, ing_phase to);

typedef struct ing_batch_record {
    int64_t key; /* the catalog's own; 0: not stored yet */
    anc_str id;  /* UUIDv7 */
    ing_phase phase;
    bool listed; /* its items are all there */
    bool closed; /* nothing is left to be done for it */

    /* what was asked for, and by whom */
    anc_str collection, path, glob, metadata;
    const anc_str *acl; /* [n_acl] */
    size_t n_acl;
    anc_str user_id;
    const anc_str *labels; /* [n_labels] of the principal */
    size_t n_labels;

    uint64_t total, processed, failed, skipped;
    uint64_t unchanged; /* of the skipped ones; they are searchable already */
    uint64_t bytes_total, bytes_done;
    uint64_t max_seq;  /* greatest change of its documents */
    int64_t announced; /* ordinal up to which documents were announced; -1: none */
    anc_str error;     /* ptr NULL: none */
    int64_t created_ms, updated_ms, completed_ms;
    int64_t rate_from_ms;    /* when reading began or was taken up again; 0: not yet */
    uint64_t rate_from_done; /* documents that were done then */
    int64_t event_ms;        /* when its state was last announced */
    uint64_t revision;
} ing_batch_record;

static inline uint64_t ing_batch_done(const ing_batch_record *b)
{
    return b->processed + b->failed + b->skipped;
}

typedef struct ing_pace {
    double docs_per_s; /* 0: nothing was done yet */
    double eta_s;      /* negative: unknown; 0: ended */
} ing_pace;

/* How fast it goes at `now_ms`, measured from when reading was last taken up. */
ing_pace ing_batch_pace(const ing_batch_record *b, int64_t now_ms);

/* What became of one item. */
typedef enum ing_outcome {
    ING_WAITING,
    ING_DONE,
    ING_UNCHANGED,   /* counted as skipped */
    ING_PASSED_OVER, /* counted as skipped: content that nobody here reads */
    ING_ITEM_FAILED
} ing_outcome;

typedef struct ing_item {
    int64_t ordinal; /* from 0 within its batch */
    anc_str path;    /* relative to the batch's */
    uint64_t bytes;
    int64_t modified_ms; /* 0: unknown */
} ing_item;

/* Milliseconds before try number `tries` + 1 of an item that failed for a passing reason; negative:
 * no further try. */
int64_t ing_retry_after_ms(unsigned tries);

/* Whether a file of this name holds records rather than a document (.jsonl and the like), which are
 * not read as text. */
bool ing_name_is_records(anc_str name);

#endif
