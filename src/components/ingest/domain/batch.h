/* batch.h - a batch's life and its figures, as pure functions.
 *
 *   queued ──> processing ──> completed
 *      │           ├───────> failed      the source could not be read to its end
 *      └───────────┴───────> cancelled   by somebody; documents under way are let be
 *
 * A batch that ended is closed once its documents were announced. At every committed state
 *
 *   total = waiting + under way + processed + failed + skipped
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

/* Where the time of a document goes. */
typedef enum ing_stage {
    ING_STAGE_READ,
    ING_STAGE_PARSE,
    ING_STAGE_CHUNK,
    ING_STAGE_EMBED,
    ING_STAGE_WRITE,
    ING_STAGE_INDEX,
    ING_STAGES
} ing_stage;

const char *ing_stage_name(ing_stage stage); /* "read", … */

/* Where the documents of a batch come from. */
typedef enum ing_source_kind {
    ING_SOURCE_FOLDER, /* `path` on this machine */
    ING_SOURCE_REPLAY, /* the dead letters of another batch, whose `path` it has */
    ING_SOURCE_UPLOAD, /* sent along: every item has a payload */
    ING_SOURCE_REST    /* of a batch that was cancelled: its dead letters, and what nobody read */
} ing_source_kind;

/* What changes while a batch is worked on; of one committed state. */
typedef struct ing_counts {
    ing_phase phase;
    bool listed; /* its items are all there: total is final */
    bool closed; /* nothing is left to be done for it */
    uint64_t total, waiting, under_way, processed, failed, skipped;
    uint64_t unchanged; /* of the skipped ones; they are searchable already */
    uint64_t bytes_total, bytes_done;
    uint64_t max_seq; /* greatest change of its documents */
    uint64_t stage_us[ING_STAGES];
    int64_t event_ms; /* when its state was last announced */
    uint64_t revision;
} ing_counts;

enum { ING_ELSEWHERE = 100 };

typedef struct ing_batch_record {
    int64_t key; /* the catalog's own; 0: not stored yet */
    anc_str id;  /* UUIDv7 */
    ing_counts now;

    /* what was asked for, and by whom */
    ing_source_kind source;
    bool held;      /* of an upload: nothing is read before it is whole */
    anc_str origin; /* of a replay or a rest: id of the batch that is read again */
    anc_str letter; /* of a replay: only this dead letter; empty: all of the origin's */
    anc_str collection, path, metadata;
    anc_str globs; /* patterns, one a line; empty: every path */
    anc_str rows;  /* empty: a file is one document; else its records are: columns for their id,
                           title and texts, one a line */
    const anc_str *acl; /* [n_acl] */
    size_t n_acl;
    anc_str user_id;
    const anc_str *labels; /* [n_labels] of the principal */
    size_t n_labels;

    /* collections that documents named for themselves [n_elsewhere, at most ING_ELSEWHERE of them], and how many
     * documents were read into such; for reading only */
    const anc_str *elsewhere;
    size_t n_elsewhere;
    uint64_t n_read_elsewhere;

    uint64_t asked;    /* kno_moment at which it was asked for; 0: not recorded */
    int64_t announced; /* ordinal up to which documents were announced; -1: none */
    anc_str error;     /* ptr NULL: none */
    int64_t created_ms, updated_ms, completed_ms;
    int64_t rate_from_ms;    /* when reading began or was taken up again; 0: not yet */
    uint64_t rate_from_done; /* documents that were done then */
} ing_batch_record;

static inline uint64_t ing_counts_done(const ing_counts *c)
{
    return c->processed + c->failed + c->skipped;
}

/* Whether the figures agree with each other, as they must at every committed state. */
bool ing_counts_fit(const ing_counts *c);

/* Whether nothing is left to be read: all is done, or it ended before and nothing is under way. */
bool ing_counts_finished(const ing_counts *c);

typedef struct ing_pace {
    double docs_per_s; /* 0: nothing was done yet */
    double eta_s;      /* by the bytes that are left; negative: unknown, at first too; 0: ended */
} ing_pace;

/* How fast it goes at `now_ms`, measured from when reading was last taken up. */
ing_pace ing_batch_pace(const ing_batch_record *b, int64_t now_ms);

/* The stage that holds the others up: that with the most time for each hand that works at it.
 * `workers` take a document from read to write, one follower indexes. ING_STAGES: nothing was
 * measured yet. */
ing_stage ing_slowest_stage(const uint64_t stage_us[ING_STAGES], unsigned workers);

/* What became of one item; stands in the catalog. */
typedef enum ing_outcome {
    ING_WAITING,
    ING_DONE,
    ING_UNCHANGED,   /* counted as skipped */
    ING_PASSED_OVER, /* counted as skipped: content that nobody here reads */
    ING_ITEM_FAILED,
    ING_UNDER_WAY /* claimed, until its lease is over */
} ing_outcome;

/* Where the bytes of an item are. */
typedef enum ing_item_kind {
    ING_ITEM_SOURCE, /* at its path in the batch's source */
    ING_ITEM_RECORD, /* in its payload: a document as a JSON object */
    ING_ITEM_FILE,   /* in its payload: a file's */
    ING_ITEM_ROW     /* in its payload: a record of a file of the batch */
} ing_item_kind;

/* A piece of a segment, which is a file of the spool. */
typedef struct ing_payload {
    int64_t segment; /* 0: none */
    uint64_t at, bytes;
} ing_payload;

typedef struct ing_item {
    int64_t ordinal; /* from 0 within its batch; negative, to be added: behind the last */
    ing_item_kind kind;
    anc_str path;         /* relative to the batch's; of a record "line 17", of a file its name */
    anc_str content_type; /* of a file that was sent, as declared; may be empty */
    ing_payload payload;
    uint64_t bytes;
    int64_t modified_ms; /* 0: unknown */
    anc_str letter;      /* id of the dead letter that it tries again; empty: none */
    uint32_t claims;     /* how often it was claimed, this time included */
    bool late;           /* a later one was claimed before it */
} ing_item;

/* A worker that crashed or hangs leaves its item to others so often; then the item is given up. */
enum { ING_CLAIMS_MAX = 5 };

/* Milliseconds before try number `tries` + 1 of an item that failed for a passing reason; negative:
 * no further try. */
int64_t ing_retry_after_ms(unsigned tries);

/* Milliseconds before a batch is looked for, listed or ended again after so many failures in a row. */
int64_t ing_step_retry_ms(unsigned failures);

/* A source whose listing fails so often in a row is given up with its batch. */
enum { ING_LIST_TRIES = 8 };

/* A record longer than this is refused: it is read as a whole. */
enum { ING_RECORD_BYTES = 16 << 20 };

#endif
