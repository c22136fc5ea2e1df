/* service_impl.h - the service's fields, and who may touch them.
 *
 * A run is a batch that is not closed, held in memory while workers work on it:
 *
 *   LIST    one worker walks the source and stores the items
 *   READ    workers claim items in the catalog, in turn with other batches, and read them
 *   CLOSE   when nothing waits and nothing is under way: one worker announces the documents, ends
 *           the batch and closes it; then the run is dropped, and freed by the last who holds it
 *
 * What is to be done is known from the catalog alone. A run remembers the figures of the latest commit
 * that anybody here saw, and is told of each; so nobody asks the catalog in vain, and after a kill
 * exactly the unfinished items wait again.
 *
 * An item costs one commit: what makes its version current also counts it, and claims the worker's
 * next item (finish.c). A worker whose lease was taken over finds its commit refused.
 *
 * One worker more than asked for is kept for small items (quick.c): it takes one where all others have been at theirs
 * for a while, so that long documents hold nobody else up for long.
 *
 *   lock      guards runs, figures, holders; held for moments, never over I/O
 *   recovery  makes that what an earlier life left is taken back once, before anything is claimed
 */
#ifndef ANC_INGEST_APP_SERVICE_IMPL_H
#define ANC_INGEST_APP_SERVICE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "ingest_service.h"

enum { ING_MAX_RUNS = 64, ING_RUN_ARENA_BYTES = 32 << 20, ING_CLAIM_ARENA_BYTES = 64 << 10 };

typedef enum ing_run_phase { ING_RUN_LIST, ING_RUN_READ, ING_RUN_CLOSE } ing_run_phase;

typedef struct ing_run {
    anc_arena *mem;         /* of `batch` and its texts; immutable once made */
    ing_batch_record batch; /* as it was when the run was made; key, path, collection, … */
    int64_t announced;      /* the closing worker's */
    ing_run_phase phase;
    bool busy;             /* a worker lists or closes */
    bool counted;          /* in `active` */
    bool dropped;          /* not in `runs` any more */
    bool owed;             /* its turn came and was not used */
    unsigned holders;      /* workers that point to it */
    atomic_bool cancelled; /* hand out nothing more */
    ing_counts now;        /* of the latest commit that was seen */
    uint64_t empty_at;     /* revision at which a claim found nothing */
    uint64_t not_small_at; /* the same of one for the quick worker */
    unsigned failures;     /* of listing or closing, in a row */
    int64_t not_before_ns; /* when it is listed or closed again after a failure */
    int64_t full_since_ns; /* when the spool first had no room for its rows; 0: it has */
} ing_run;

/* An item that is under way, as order.c knows it. */
typedef struct ing_place {
    int64_t batch; /* key; 0: none */
    int64_t ordinal;
    uint64_t bytes;
    uint64_t document; /* hash of its id; 0: not known yet */
    int64_t from_ns;   /* when it was claimed */
    int64_t until_ns;  /* when nobody minds it any more: its lease is over */
    bool late;         /* a later item was claimed before it */
    bool goes_on;      /* it waits for nobody: it is put */
} ing_place;

typedef struct ing_worker {
    ing_service *ing;
    uint32_t step_id;

    /* the item at hand; only this worker touches it */
    ing_run *run; /* held; NULL: none */
    ing_item item;
    unsigned tries;
    atomic_bool
        stop; /* what it reads is not wanted any more: the service ends, or somebody cancelled */
    anc_arena *mem, *next_mem; /* of the item's texts; of those of the next one */
    int64_t renewed_ns; /* when its lease was last renewed while it was kept or read; 0: not yet */
    int64_t began_ns;   /* when the try at hand began */
    size_t chunks_done, chunks; /* of the document at hand that have their vectors; chunks 0: not
                                   known yet; under `lock` */

    ing_place here, next; /* for others that read documents of the same batch; under `lock` */
    bool waits;           /* for another's item; under `lock` */
} ing_worker;

struct ing_service {
    ing_service_options with; /* immutable after open */
    int64_t owner;            /* of leases: this life of this service */
    atomic_bool stopping;
    atomic_size_t active; /* batches that have not ended */
    uint32_t keeper_id;   /* step */

    pthread_mutex_t recovery;
    bool recovered; /* under recovery */

    pthread_mutex_t lock;
    ing_run *runs[ING_MAX_RUNS];
    size_t n_runs, turn;    /* whose turn it is to hand out work */
    size_t quick_turn;      /* the same to the quick worker */
    bool look;              /* there may be open batches that have no run */
    bool looking;           /* a worker looks */
    unsigned look_failures; /* in a row */
    int64_t look_not_before_ns;
    uint64_t index_ns;   /* of the index's work that was put on batches */
    ing_upload *uploads; /* that are open, linked */
    bool orphaned;       /* an upload ended without a word: its batch still receives */
    int64_t
        unused_after; /* segment up to which those that nobody needs were removed; the keeper's */

    atomic_uint_least64_t spooled; /* bytes of all segments */
    atomic_uint expansions;        /* files whose records are being spooled */
    atomic_bool held_up;           /* nothing could be stored when it was last looked at */

    unsigned n_workers; /* those asked for, and the quick one */
    ing_worker workers[ING_MAX_WORKERS + 1];
    struct {
        krn_series *done, *unchanged, *passed_over, *failed, *active, *taken_over;
    } count;
};

/* ---- take.c: which piece of work is next ---- */

typedef enum ing_job_kind {
    ING_JOB_NONE,
    ING_JOB_LOOK,
    ING_JOB_LIST,
    ING_JOB_CLAIM,
    ING_JOB_CLOSE
} ing_job_kind;

typedef struct ing_job {
    ing_job_kind kind;
    ing_run *run; /* NULL for LOOK and NONE; held for CLAIM */
} ing_job;

/* `room` false: nothing that adds to the catalog. ret_next_ns: with ING_JOB_NONE, when to ask again unless woken before. */
ing_job ing_job_take(const ing_worker *worker, int64_t now_ns, bool room, int64_t *ret_next_ns);

/* The run that a worker shall claim its next item from, held; NULL when there is none, or other work
 * comes first, or for the quick worker, which asks each time. */
ing_run *ing_run_next(const ing_worker *worker, int64_t now_ns);

/* Whether items wait of it that may be claimed. Under lock. */
bool ing_run_has_items(const ing_run *run);

void ing_run_let_go(ing_service *ing, ing_run *run); /* NULL is a no-op */
/* The same of one whose turn was not used: it comes before the others. NULL is a no-op. */
void ing_run_hand_back(ing_service *ing, ing_run *run);

/* The claims let go. What failed is not tried again before a while has passed since `now_ns`, by whom
 * ever; a disk that is full is no failure of a batch, however often it is met. */
void ing_look_done(ing_service *ing, anc_status status, int64_t now_ns);
void ing_list_done(ing_service *ing, ing_run *run, anc_status status, int64_t now_ns);
void ing_close_done(ing_service *ing, ing_run *run, anc_status status, int64_t now_ns);

/* A run for `batch`, which nobody takes work from yet; NULL when there are as many as there may be
 * (*ret_full), or no memory. Then it is made ready, or (the batch was closed meanwhile) removed. */
ing_run *ing_run_add(ing_service *ing, const ing_batch_record *batch, bool *ret_full);
void ing_run_ready(ing_service *ing, ing_run *run, bool wanted);
bool ing_run_has(ing_service *ing, int64_t key);

/* Somebody saw these committed figures of a batch (by its key). */
void ing_saw(ing_service *ing, int64_t key, const ing_counts *counts);
/* The worker's item is read from now on: w->stop says when that is not wanted any more. */
void ing_read_begins(ing_worker *w);
/* A claim of the worker found nothing. */
void ing_saw_empty(const ing_worker *worker, ing_run *run, const ing_counts *counts);

/* ---- quick.c: small items go past long ones ---- */

enum { ING_QUICK_BYTES = 256 << 10 }; /* most of an item that the quick worker takes */

bool ing_is_quick(const ing_worker *worker);
/* The run that the quick worker shall claim from, held; NULL: none, ask again at *next_ns, which is brought forward, or when
 * woken. Under lock. */
ing_run *ing_quick_run(ing_service *ing, int64_t now_ns, int64_t *next_ns);
/* A worker that had nothing has an item, or one has a long one: all may be busy now, or a small one be the next. */
void ing_quick_wake(const ing_worker *worker);

/* ---- order.c: documents of one id, one after the other ---- */

/* On the writer's thread, in the transaction that claims: the worker's next item. */
void ing_order_claim(ing_worker *worker, const ing_run *run, const ing_item *item);
/* The next item is the one at hand, or (`taken` false) there is none. */
void ing_order_next(ing_worker *worker, bool taken);
/* Nothing is at hand any more. */
void ing_order_leave(ing_worker *worker);
/* The lease of the item at hand was renewed. */
void ing_order_keep(ing_worker *worker);
/* Which document the item at hand is. */
void ing_order_name(ing_worker *worker, anc_str collection, anc_str document);
/* Whether an earlier item of the batch that is under way may be the same document as the item at hand,
 * which was named (one that was not waits for nobody): then it goes first. The worker is woken when it may
 * have gone; ret_until_ns: when to ask again at the latest. */
bool ing_order_must_wait(ing_worker *worker, int64_t *ret_until_ns);

static inline int64_t ing_standstill_ns(const ing_service *ing)
{
    return ing->with.standstill_ms * 1000000;
}

/* ---- content.c ---- */

/* The item's document, with its bytes, in call->mem. `ret` has what a put needs but for who asks. */
anc_status ing_content_load(const ing_worker *worker, krn_call *call,
                            kno_document_input *ret) ANC_MUST_CHECK;

/* ---- service.c ---- */

/* Whether documents can be stored now; no document is to blame when they cannot: DISK_FULL, or UNAVAILABLE
 * when the catalog's writer has stopped. */
anc_status ing_room(ing_service *ing);
enum { ING_ROOM_MS = 5000 }; /* between two looks whether there is room again */

/* Calls all workers. */
void ing_wake(ing_service *ing);

/* A call in the name of who asked for the batch (NULL: the component itself). */
krn_call ing_call_of(ing_service *ing, const ing_batch_record *batch, anc_arena *mem, anc_err *err,
                     int64_t deadline_ns);

/* Announces the state of a batch, inside the transaction that made it. */
anc_status ing_announce_state(ing_service *ing, krn_tx *tx, const ing_batch_record *batch,
                              const ing_counts *now, anc_str error, anc_err *err) ANC_MUST_CHECK;

/* ---- batches.c ---- */

/* Queues a batch durably; key, id and figures are filled in. */
anc_status ing_batch_queue(ing_service *ing, krn_call *call, const ing_batch_record *wanted,
                           ing_batch *ret) ANC_MUST_CHECK;
anc_status ing_batch_get(ing_service *ing, krn_call *call, anc_str id,
                         ing_batch_record *ret) ANC_MUST_CHECK; /* NOT_FOUND */

/* Whether all of a cancelled batch is left, since its folder was not listed yet. */
bool ing_rest_is_source(const ing_batch_record *origin);

/* A JSON object of bearable size, or nothing; INVALID names /metadata. */
anc_status ing_metadata_check(krn_call *call, anc_str metadata) ANC_MUST_CHECK;

/* ---- keeper.c ---- */

/* An open upload closed without a word: its batch gets no more documents, and the keeper says so. */
void ing_uploads_orphan(ing_service *ing);

/* ---- upload.c ---- */

/* Whether documents may still come for a batch. On the writer's thread. */
bool ing_uploads_hold(ing_service *ing, int64_t key);

/* ---- recover.c ---- */

/* Takes back what an earlier life of the service held, and ends the uploads that it received; does it
 * once. */
anc_status ing_recover(ing_service *ing, krn_call *call) ANC_MUST_CHECK;

/* ---- list.c ---- */

/* Stores the items of a batch; the run goes on to read, or (its source cannot be read) to be closed. */
anc_status ing_list(ing_service *ing, ing_run *run, krn_call *call) ANC_MUST_CHECK;

/* ---- finish.c ---- */

/* What became of the worker's item. */
typedef struct ing_finish {
    ing_worker *worker;
    ing_item_result result;
    ing_run *next; /* held; to claim the next item from; NULL: none */
    const int64_t
        *segments; /* [n_segments] that its children's payloads lie in, and nothing else will */
    size_t n_segments;

    bool tried;                     /* to claim it, whatever came of it */
    char letter[ANC_UUID_TEXT + 1]; /* of an item that has none, but whose file failed before */

    /* told back, good once committed */
    bool done;
    ing_counts after;
    ing_item next_item; /* ordinal negative: none */
    ing_counts next_after;
} ing_finish;

/* Counts the item and claims the next one, inside the writer's transaction. */
anc_status ing_finish_write(ing_finish *f, krn_tx *tx, anc_err *err) ANC_MUST_CHECK;
/* After its commit: the worker has its next item, or none. */
void ing_finish_done(ing_finish *f);

/* What says that the worker holds `item` of `run`; as `tx` (may be NULL) tells the time. */
ing_lease ing_lease_of(const ing_worker *worker, const ing_item *item, const ing_run *run,
                       const krn_tx *tx);

/* The first item of a worker that has none. */
anc_status ing_claim_first(ing_worker *worker, ing_run *run, krn_call *call) ANC_MUST_CHECK;
/* Lets the item wait again, since the service stops. */
void ing_item_give_back(ing_worker *worker);
/* Keeps the item for another try. */
anc_status ing_item_renew(ing_worker *worker, krn_call *call) ANC_MUST_CHECK;

/* ---- read_item.c ---- */

/* Reads the worker's item into the catalog and has it counted. ret_wait_ms: 0 when the worker is done
 * with it, else when to try again. CANCELLED when the service stops and UNAVAILABLE when the spool has no
 * room for its rows: then it is to be given back. */
anc_status ing_item_read(ing_worker *worker, int64_t now_ns, int64_t *ret_wait_ms) ANC_MUST_CHECK;

/* ---- progress.c: a document that takes long ---- */

/* A put has come further (kno_document_input.on_progress; arg: the worker): it has ing_standstill_ns from now on, and
 * the whole has six hours; the item's lease is renewed in time. */
anc_status ing_progress(void *worker, size_t done, size_t of, int64_t *deadline_ns,
                        anc_err *err) ANC_MUST_CHECK;
/* Another item is at hand, or this one is read again from the beginning. */
void ing_progress_begin(ing_worker *worker, int64_t now_ns);
/* Why it was given up at `stage`, with numbers, in place of what passed its deadline. */
void ing_progress_explain(ing_worker *worker, const char *stage, anc_err *err);
/* Of the items of a batch under way: the bytes that are embedded already; ret_embeds: whether any is embedded. */
uint64_t ing_progress_bytes(ing_service *ing, int64_t batch, bool *ret_embeds);

/* Keeps the worker's item while it cannot be read; the worker may have lost it then. */
void ing_item_keep(ing_worker *worker, int64_t now_ns);

#endif
