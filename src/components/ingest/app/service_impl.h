/* service_impl.h - the service's fields, and who may touch them.
 *
 * A run is a batch that is not closed, held in memory while workers work on it:
 *
 *   LIST      one worker walks the source and stores the items
 *   READ      workers take items from a window of a page; who finds it empty loads the next page
 *   ANNOUNCE  when nothing waits and nothing is under way: one worker announces the documents,
 *             ends the batch and closes it; then the run is dropped
 *
 * A worker claims what it does under `lock` and does it without. An item is claimed by being taken
 * from the window; it is marked in the catalog when it is finished, so after a kill exactly the
 * unfinished ones wait again.
 *
 *   lock   guards runs, window, claims, generation; held for moments, never over I/O
 */
#ifndef ANC_INGEST_APP_SERVICE_IMPL_H
#define ANC_INGEST_APP_SERVICE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "ingest_service.h"

enum { ING_MAX_RUNS = 64, ING_PAGE = 256, ING_RUN_ARENA_BYTES = 32 << 20 };

typedef enum ing_run_phase { ING_RUN_LIST, ING_RUN_READ, ING_RUN_ANNOUNCE } ing_run_phase;

typedef struct ing_run {
    anc_arena *mem;         /* of `batch` and its texts; immutable once made */
    ing_batch_record batch; /* as it was when the run was made; key, path, collection, … */
    ing_run_phase phase;
    bool busy;             /* a worker lists, loads or announces */
    atomic_bool cancelled; /* hand out nothing more */
    bool resumed;          /* taken up again: the pace begins anew */
    bool counted;          /* in `active` */

    anc_arena *page_mem; /* of the window's paths */
    ing_item *window;    /* [n], `next` is the first that is not taken */
    size_t n, next;
    int64_t loaded; /* ordinal of the last item that was loaded; -1 */
    bool all_loaded;
    unsigned under_way; /* items taken and not finished */
} ing_run;

typedef struct ing_worker {
    ing_service *ing;
    uint32_t step_id;

    /* the item at hand; only this worker touches it */
    ing_run *run; /* NULL: none. Stays while under_way counts this item */
    anc_arena *mem;
    ing_item item; /* path in `mem` */
    unsigned tries;
} ing_worker;

struct ing_service {
    ing_service_options with; /* immutable after open */
    atomic_bool stopping;
    atomic_size_t active; /* batches that have not ended */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* generation grew, or stopping */
    uint64_t generation;    /* counts committed changes of any batch */
    ing_run *runs[ING_MAX_RUNS];
    size_t n_runs, turn; /* whose turn it is to hand out work */
    bool look;           /* there may be open batches that have no run */
    bool looking;        /* a worker looks */
    int64_t looked;      /* key of the last batch that got a run */

    ing_worker workers[ING_MAX_WORKERS];
    struct {
        krn_series *done, *unchanged, *passed_over, *failed, *active;
    } count;
};

/* What a worker does next. */
typedef enum ing_job_kind {
    ING_JOB_NONE,
    ING_JOB_LOOK,
    ING_JOB_LIST,
    ING_JOB_PAGE,
    ING_JOB_ITEM,
    ING_JOB_ANNOUNCE
} ing_job_kind;

typedef struct ing_job {
    ing_job_kind kind;
    ing_run *run;  /* NULL for LOOK and NONE */
    ing_item item; /* for ITEM: path borrowed from the run's window */
} ing_job;

/* Claims the next piece of work. An item's path is copied to `mem` before the lock is let go. */
ing_job ing_job_take(ing_service *ing, anc_arena *mem);

/* The claims let go. */
void ing_look_done(ing_service *ing, bool more);
void ing_list_done(ing_service *ing, ing_run *run, bool listed);
void ing_page_done(ing_service *ing, ing_run *run, anc_arena *mem, ing_item *items, size_t n,
                   bool all);
void ing_page_failed(ing_service *ing, ing_run *run);
void ing_item_done(ing_service *ing, ing_run *run);
void ing_announce_done(ing_service *ing, ing_run *run, bool closed);

/* A run for `batch`; false when memory or the bound on runs refuses. */
bool ing_run_add(ing_service *ing, const ing_batch_record *batch);

/* Tells waiting callers and the other workers that something was committed. */
void ing_changed(ing_service *ing);
void ing_wake(ing_service *ing);

/* A call in the name of who asked for the batch (NULL: the component itself). */
krn_call ing_call_of(ing_service *ing, const ing_batch_record *batch, anc_arena *mem, anc_err *err,
                     int64_t deadline_ns);

/* Announces the state of a batch, inside the transaction that made it. */
anc_status ing_announce_state(ing_service *ing, krn_tx *tx, const ing_batch_record *b,
                              anc_err *err) ANC_MUST_CHECK;

/* Reads the worker's item into the catalog and marks it finished. ret_wait_ms: 0 when it is
 * finished, else when to try again. */
anc_status ing_item_read(ing_worker *worker, int64_t now_ns, int64_t *ret_wait_ms) ANC_MUST_CHECK;

#endif
