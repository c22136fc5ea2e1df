/* take.c - which piece of work a worker does next; all under the service's lock. */
#include <stdlib.h>
#include <string.h>

#include "service_impl.h"

/* ---- runs ---------------------------------------------------------------------------------- */

static ing_run *run_new(const ing_batch_record *batch, anc_arena *mem)
{
    ing_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return NULL;
    const bool ended = ing_phase_ended(batch->now.phase); /* only to be announced and closed */
    run->mem = mem;
    run->batch = *batch;
    run->announced = batch->announced;
    run->now = batch->now;
    run->empty_at = UINT64_MAX;
    run->not_small_at = UINT64_MAX;
    run->counted = !ended;
    const bool comes_along = batch->source == ING_SOURCE_UPLOAD; /* nothing is to be listed */
    run->phase = batch->now.listed || ended || comes_along ? ING_RUN_READ : ING_RUN_LIST;
    atomic_init(&run->cancelled, ended);
    return run;
}

/* The texts of a batch in an arena of their own. */
static bool copy_batch(const ing_batch_record *from, anc_arena *mem, ing_batch_record *to)
{
    *to = *from;
    anc_str *texts[] = {&to->id,    &to->origin,   &to->letter,  &to->collection, &to->path,
                        &to->globs, &to->metadata, &to->user_id, &to->rows};
    bool room = true;
    for (size_t i = 0; i < ANC_COUNT(texts); i++) {
        *texts[i] = anc_arena_copy(mem, *texts[i]);
        room = room && texts[i]->ptr != NULL;
    }
    anc_str *acl = anc_arena_alloc(mem, from->n_acl, sizeof *acl);
    anc_str *labels = anc_arena_alloc(mem, from->n_labels, sizeof *labels);
    for (size_t i = 0; room && acl != NULL && i < from->n_acl; i++)
        room = (acl[i] = anc_arena_copy(mem, from->acl[i])).ptr != NULL;
    for (size_t i = 0; room && labels != NULL && i < from->n_labels; i++)
        room = (labels[i] = anc_arena_copy(mem, from->labels[i])).ptr != NULL;
    to->acl = acl;
    to->labels = labels;
    to->error = ANC_STR_NONE;
    return room && acl != NULL && labels != NULL;
}

ing_run *ing_run_add(ing_service *ing, const ing_batch_record *batch, bool *ret_full)
{
    anc_arena *mem = anc_arena_new(ING_RUN_ARENA_BYTES);
    ing_batch_record own;
    ing_run *run = NULL;
    if (mem != NULL && copy_batch(batch, mem, &own))
        run = run_new(&own, mem);
    bool added = false;
    pthread_mutex_lock(&ing->lock);
    *ret_full = ing->n_runs == ING_MAX_RUNS;
    if (run != NULL && !*ret_full) {
        run->busy = true;
        ing->runs[ing->n_runs++] = run;
        added = true;
    }
    pthread_mutex_unlock(&ing->lock);
    if (!added) {
        anc_arena_free(mem);
        free(run);
        return NULL;
    }
    if (run->counted)
        krn_gauge_set(ing->count.active, (int64_t)atomic_fetch_add(&ing->active, 1) + 1);
    return run;
}

bool ing_run_has(ing_service *ing, int64_t key)
{
    bool found = false;
    pthread_mutex_lock(&ing->lock);
    for (size_t i = 0; i < ing->n_runs && !found; i++)
        found = ing->runs[i]->batch.key == key;
    pthread_mutex_unlock(&ing->lock);
    return found;
}

static void run_free_if_unheld(ing_run *run)
{
    if (!run->dropped || run->holders > 0)
        return;
    anc_arena_free(run->mem);
    free(run);
}

static void run_drop(ing_service *ing, ing_run *run)
{
    for (size_t i = 0; i < ing->n_runs; i++)
        if (ing->runs[i] == run) {
            memmove(&ing->runs[i], &ing->runs[i + 1], (ing->n_runs - i - 1) * sizeof ing->runs[0]);
            ing->n_runs--;
            ing->turn -= ing->turn > i; /* those behind it moved up */
            ing->quick_turn -= ing->quick_turn > i;
            break;
        }
    run->dropped = true;
    run_free_if_unheld(run);
}

/* Under lock. */
static void run_end(ing_service *ing, ing_run *run)
{
    if (run->counted)
        krn_gauge_set(ing->count.active, (int64_t)atomic_fetch_sub(&ing->active, 1) - 1);
    run_drop(ing, run);
}

void ing_run_ready(ing_service *ing, ing_run *run, bool wanted)
{
    pthread_mutex_lock(&ing->lock);
    run->busy = false;
    if (!wanted)
        run_end(ing, run);
    pthread_mutex_unlock(&ing->lock);
}

void ing_run_let_go(ing_service *ing, ing_run *run)
{
    if (run == NULL)
        return;
    pthread_mutex_lock(&ing->lock);
    run->holders--;
    run_free_if_unheld(run);
    pthread_mutex_unlock(&ing->lock);
}

void ing_run_hand_back(ing_service *ing, ing_run *run)
{
    if (run == NULL)
        return;
    pthread_mutex_lock(&ing->lock);
    run->owed = true;
    pthread_mutex_unlock(&ing->lock);
    ing_run_let_go(ing, run);
}

/* ---- what was seen ------------------------------------------------------------------------- */

static void see(ing_run *run, const ing_counts *counts)
{
    if (counts->revision <= run->now.revision)
        return;
    run->now = *counts;
    if (ing_phase_ended(counts->phase) && !atomic_exchange(&run->cancelled, true))
        run->not_before_ns = 0; /* what failed before is not tried any more */
}

/* Under lock. What is under way of a batch that somebody cancelled is let be. */
static void stop_readers(ing_service *ing, int64_t key)
{
    for (unsigned i = 0; i < ing->n_workers; i++)
        if (ing->workers[i].here.batch == key)
            atomic_store(&ing->workers[i].stop, true);
}

void ing_saw(ing_service *ing, int64_t key, const ing_counts *counts)
{
    pthread_mutex_lock(&ing->lock);
    for (size_t i = 0; i < ing->n_runs; i++)
        if (ing->runs[i]->batch.key == key)
            see(ing->runs[i], counts);
    if (counts->phase == ING_PHASE_CANCELLED)
        stop_readers(ing, key);
    pthread_mutex_unlock(&ing->lock);
}

void ing_read_begins(ing_worker *w)
{
    ing_service *ing = w->ing;
    pthread_mutex_lock(&ing->lock);
    atomic_store(&w->stop, atomic_load(&ing->stopping) || w->run->now.phase == ING_PHASE_CANCELLED);
    pthread_mutex_unlock(&ing->lock);
}

void ing_saw_empty(const ing_worker *w, ing_run *run, const ing_counts *counts)
{
    ing_service *ing = w->ing;
    pthread_mutex_lock(&ing->lock);
    see(run, counts);
    if (ing_is_quick(w))
        run->not_small_at = counts->revision;
    else
        run->empty_at = counts->revision;
    pthread_mutex_unlock(&ing->lock);
}

/* ---- taking -------------------------------------------------------------------------------- */

bool ing_run_has_items(const ing_run *run)
{
    return run->phase == ING_RUN_READ && !run->busy && !atomic_load(&run->cancelled) &&
           run->now.phase == ING_PHASE_PROCESSING && run->now.waiting > 0 &&
           run->empty_at != run->now.revision;
}

/* Work that is not the reading of an item. */
static ing_job_kind other_work(const ing_run *run)
{
    if (run->busy || run->phase == ING_RUN_CLOSE)
        return ING_JOB_NONE;
    if (run->phase == ING_RUN_LIST && !atomic_load(&run->cancelled))
        return ING_JOB_LIST;
    return ing_counts_finished(&run->now) ? ING_JOB_CLOSE : ING_JOB_NONE;
}

static bool wants_look(const ing_service *ing)
{
    return ing->look && !ing->looking && ing->n_runs < ING_MAX_RUNS;
}

/* Whether something may be done at `now_ns`; if not, it is waited for. */
static bool is_time(int64_t not_before_ns, int64_t now_ns, int64_t *next_ns)
{
    if (not_before_ns <= now_ns)
        return true;
    if (*next_ns > not_before_ns)
        *next_ns = not_before_ns;
    return false;
}

/* What others than readers of items have to do at `now_ns`, with `room` for what is new or not; next_ns:
 * brought forward to when there is more. */
static ing_job other_job(ing_service *ing, int64_t now_ns, bool room, int64_t *next_ns)
{
    if (wants_look(ing) && is_time(ing->look_not_before_ns, now_ns, next_ns))
        return (ing_job){.kind = ING_JOB_LOOK};
    for (size_t i = 0; i < ing->n_runs; i++) {
        ing_run *run = ing->runs[i];
        const ing_job_kind kind = other_work(run);
        if (kind != ING_JOB_NONE && (room || kind == ING_JOB_CLOSE) &&
            is_time(run->not_before_ns, now_ns, next_ns))
            return (ing_job){.kind = kind, .run = run};
    }
    return (ing_job){.kind = ING_JOB_NONE};
}

/* One whose turn was not used; NULL: none. */
static ing_run *next_owed(ing_service *ing)
{
    for (size_t i = 0; i < ing->n_runs; i++) {
        ing_run *run = ing->runs[i];
        if (!run->owed || !ing_run_has_items(run))
            continue;
        run->owed = false;
        run->holders++;
        return run;
    }
    return NULL;
}

/* The run whose turn it is; NULL when none has items. */
static ing_run *next_in_turn(ing_service *ing)
{
    ing_run *owed = next_owed(ing);
    if (owed != NULL)
        return owed;
    for (size_t i = 0; i < ing->n_runs; i++) {
        const size_t at = (ing->turn + i) % ing->n_runs;
        if (!ing_run_has_items(ing->runs[at]))
            continue;
        ing->turn = at + 1;
        ing->runs[at]->holders++;
        return ing->runs[at];
    }
    return NULL;
}

static ing_job take(const ing_worker *w, int64_t now_ns, bool room, int64_t *next_ns)
{
    ing_service *ing = w->ing;
    const ing_job job = other_job(ing, now_ns, room, next_ns);
    if (job.kind == ING_JOB_LOOK) {
        ing->looking = true;
        ing->look = false;
    }
    if (job.run != NULL)
        job.run->busy = true;
    if (job.kind == ING_JOB_CLOSE)
        job.run->phase = ING_RUN_CLOSE;
    if (job.kind != ING_JOB_NONE)
        return job;
    ing_run *run = NULL;
    if (room)
        run = ing_is_quick(w) ? ing_quick_run(ing, now_ns, next_ns) : next_in_turn(ing);
    return (ing_job){.kind = run != NULL ? ING_JOB_CLAIM : ING_JOB_NONE, .run = run};
}

ing_job ing_job_take(const ing_worker *w, int64_t now_ns, bool room, int64_t *ret_next_ns)
{
    ing_service *ing = w->ing;
    *ret_next_ns = room ? INT64_MAX : now_ns + (int64_t)ING_ROOM_MS * 1000000;
    pthread_mutex_lock(&ing->lock);
    const ing_job job = take(w, now_ns, room, ret_next_ns);
    pthread_mutex_unlock(&ing->lock);
    return job;
}

ing_run *ing_run_next(const ing_worker *w, int64_t now_ns)
{
    ing_service *ing = w->ing;
    int64_t ignored = INT64_MAX;
    pthread_mutex_lock(&ing->lock);
    const bool other = other_job(ing, now_ns, true, &ignored).kind != ING_JOB_NONE;
    ing_run *run = other || ing_is_quick(w) ? NULL : next_in_turn(ing);
    pthread_mutex_unlock(&ing->lock);
    return run;
}

/* ---- letting go ---------------------------------------------------------------------------- */

/* When what gave `status` is tried again. Counts it in `failures`. */
static int64_t again_ns(anc_status status, unsigned *failures, int64_t now_ns)
{
    if (status == ANC_OK)
        *failures = 0;
    else if (status != ANC_DISK_FULL)
        ++*failures;
    const int64_t wait_ms = status == ANC_DISK_FULL ? ING_ROOM_MS : ing_step_retry_ms(*failures);
    return now_ns + wait_ms * 1000000;
}

/* What failed wakes nobody. */

void ing_look_done(ing_service *ing, anc_status status, int64_t now_ns)
{
    const bool again = status != ANC_OK;
    pthread_mutex_lock(&ing->lock);
    ing->looking = false;
    ing->look = ing->look || again;
    ing->look_not_before_ns = again_ns(status, &ing->look_failures, now_ns);
    pthread_mutex_unlock(&ing->lock);
    if (!again)
        ing_wake(ing);
}

void ing_list_done(ing_service *ing, ing_run *run, anc_status status, int64_t now_ns)
{
    pthread_mutex_lock(&ing->lock);
    run->busy = false;
    if (status == ANC_OK)
        run->phase = ING_RUN_READ;
    run->not_before_ns = again_ns(status, &run->failures, now_ns);
    pthread_mutex_unlock(&ing->lock);
    if (status == ANC_OK)
        ing_wake(ing);
}

void ing_close_done(ing_service *ing, ing_run *run, anc_status status, int64_t now_ns)
{
    pthread_mutex_lock(&ing->lock);
    run->busy = false;
    run->not_before_ns = again_ns(status, &run->failures, now_ns);
    if (status == ANC_OK) {
        run_end(ing, run);
        ing->look = true; /* there is room for another */
    } else {
        run->phase = ING_RUN_READ;
    }
    pthread_mutex_unlock(&ing->lock);
    if (status == ANC_OK)
        ing_wake(ing);
}
