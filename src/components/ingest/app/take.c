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
    run->mem = mem;
    run->batch = *batch;
    run->loaded = -1;
    const bool ended = ing_phase_ended(batch->phase); /* only to be announced and closed */
    atomic_init(&run->cancelled, ended);
    run->all_loaded = ended;
    run->counted = !ended;
    run->resumed = batch->phase == ING_PHASE_PROCESSING;
    run->phase = batch->listed || ended ? ING_RUN_READ : ING_RUN_LIST;
    return run;
}

/* The texts of a batch in an arena of their own. */
static bool copy_batch(const ing_batch_record *from, anc_arena *mem, ing_batch_record *to)
{
    *to = *from;
    anc_str *texts[] = {&to->id,   &to->collection, &to->path,
                        &to->glob, &to->metadata,   &to->user_id};
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

bool ing_run_add(ing_service *ing, const ing_batch_record *batch)
{
    anc_arena *mem = anc_arena_new(ING_RUN_ARENA_BYTES);
    ing_batch_record own;
    ing_run *run = NULL;
    if (mem != NULL && copy_batch(batch, mem, &own))
        run = run_new(&own, mem);
    bool added = false;
    pthread_mutex_lock(&ing->lock);
    if (run != NULL && ing->n_runs < ING_MAX_RUNS) {
        ing->runs[ing->n_runs++] = run;
        ing->looked = batch->key;
        added = true;
    }
    pthread_mutex_unlock(&ing->lock);
    if (!added) {
        anc_arena_free(mem);
        free(run);
        return false;
    }
    if (!ing_phase_ended(batch->phase))
        krn_gauge_set(ing->count.active, (int64_t)atomic_fetch_add(&ing->active, 1) + 1);
    return true;
}

static void run_drop(ing_service *ing, ing_run *run)
{
    for (size_t i = 0; i < ing->n_runs; i++)
        if (ing->runs[i] == run) {
            memmove(&ing->runs[i], &ing->runs[i + 1], (ing->n_runs - i - 1) * sizeof ing->runs[0]);
            ing->n_runs--;
            break;
        }
    anc_arena_free(run->page_mem);
    anc_arena_free(run->mem);
    free(run);
}

/* ---- taking -------------------------------------------------------------------------------- */

static bool take_item(ing_run *run, anc_arena *mem, ing_job *ret)
{
    const ing_item item = run->window[run->next];
    const anc_str path = anc_arena_copy(mem, item.path);
    if (path.ptr == NULL)
        return false;
    run->next++;
    run->under_way++;
    *ret = (ing_job){.kind = ING_JOB_ITEM, .run = run, .item = item};
    ret->item.path = path;
    return true;
}

/* What the run has to give; false when it has nothing now. */
static bool take_from(ing_run *run, anc_arena *mem, ing_job *ret)
{
    if (run->busy)
        return false;
    if (run->phase == ING_RUN_LIST) {
        run->busy = true;
        *ret = (ing_job){.kind = ING_JOB_LIST, .run = run};
        return true;
    }
    if (!atomic_load(&run->cancelled) && run->next < run->n)
        return take_item(run, mem, ret);
    if (!atomic_load(&run->cancelled) && !run->all_loaded) {
        run->busy = true;
        *ret = (ing_job){.kind = ING_JOB_PAGE, .run = run};
        return true;
    }
    if (run->under_way > 0)
        return false;
    run->phase = ING_RUN_ANNOUNCE;
    run->busy = true;
    *ret = (ing_job){.kind = ING_JOB_ANNOUNCE, .run = run};
    return true;
}

ing_job ing_job_take(ing_service *ing, anc_arena *mem)
{
    ing_job job = {.kind = ING_JOB_NONE};
    pthread_mutex_lock(&ing->lock);
    if (ing->look && !ing->looking && ing->n_runs < ING_MAX_RUNS) {
        ing->looking = true;
        ing->look = false;
        job.kind = ING_JOB_LOOK;
    }
    for (size_t i = 0; job.kind == ING_JOB_NONE && i < ing->n_runs; i++) {
        const size_t at = (ing->turn + i) % ing->n_runs;
        if (take_from(ing->runs[at], mem, &job))
            ing->turn = at + 1;
    }
    pthread_mutex_unlock(&ing->lock);
    return job;
}

/* ---- letting go ---------------------------------------------------------------------------- */

void ing_look_done(ing_service *ing, bool more)
{
    pthread_mutex_lock(&ing->lock);
    ing->looking = false;
    ing->look = ing->look || more;
    pthread_mutex_unlock(&ing->lock);
    ing_wake(ing);
}

void ing_list_done(ing_service *ing, ing_run *run, bool listed)
{
    pthread_mutex_lock(&ing->lock);
    run->busy = false;
    if (listed)
        run->phase = ING_RUN_READ;
    pthread_mutex_unlock(&ing->lock);
    ing_wake(ing);
}

void ing_page_done(ing_service *ing, ing_run *run, anc_arena *mem, ing_item *items, size_t n,
                   bool all)
{
    pthread_mutex_lock(&ing->lock);
    anc_arena_free(run->page_mem); /* every item of the last page was taken, its path copied */
    run->page_mem = mem;
    run->window = items;
    run->n = n;
    run->next = 0;
    if (n > 0)
        run->loaded = items[n - 1].ordinal;
    run->all_loaded = all;
    run->busy = false;
    pthread_mutex_unlock(&ing->lock);
    ing_wake(ing);
}

void ing_page_failed(ing_service *ing, ing_run *run)
{
    pthread_mutex_lock(&ing->lock);
    run->busy = false;
    pthread_mutex_unlock(&ing->lock);
}

void ing_item_done(ing_service *ing, ing_run *run)
{
    pthread_mutex_lock(&ing->lock);
    run->under_way--;
    pthread_mutex_unlock(&ing->lock);
}

void ing_announce_done(ing_service *ing, ing_run *run, bool closed)
{
    pthread_mutex_lock(&ing->lock);
    run->busy = false;
    if (closed) {
        if (run->counted)
            krn_gauge_set(ing->count.active, (int64_t)atomic_fetch_sub(&ing->active, 1) - 1);
        run_drop(ing, run);
        ing->look = true; /* there is room for another */
    }
    pthread_mutex_unlock(&ing->lock);
    ing_wake(ing);
}
