/* service.c - opening, closing, waking. */
#include "service_impl.h"

#include <assert.h>
#include <stdlib.h>

#include "kernel/domain/document_events.h"

static_assert((int)ING_QUEUED == (int)ING_PHASE_QUEUED, "the same numbers");
static_assert((int)ING_PROCESSING == (int)ING_PHASE_PROCESSING, "the same numbers");
static_assert((int)ING_COMPLETED == (int)ING_PHASE_COMPLETED, "the same numbers");
static_assert((int)ING_FAILED == (int)ING_PHASE_FAILED, "the same numbers");
static_assert((int)ING_CANCELLED == (int)ING_PHASE_CANCELLED, "the same numbers");

const char *ing_state_name(ing_state state)
{
    return ing_phase_name((ing_phase)state);
}

bool ing_state_parse(anc_str s, ing_state *ret)
{
    for (int i = ING_QUEUED; i <= ING_CANCELLED; i++)
        if (anc_str_eq(s, anc_str_of(ing_state_name((ing_state)i)))) {
            *ret = (ing_state)i;
            return true;
        }
    return false;
}

static void name_series(ing_service *ing)
{
    const krn_metrics m = ing->with.metrics;
    if (m.ops == NULL)
        return;
    const char *items = "anchorage_ingest_documents_total";
    const char *help = "Documents of batches, by what became of them";
    ing->count.done = m.ops->counter(m.self, items, "status=\"done\"", help);
    ing->count.unchanged = m.ops->counter(m.self, items, "status=\"unchanged\"", help);
    ing->count.passed_over = m.ops->counter(m.self, items, "status=\"passed_over\"", help);
    ing->count.failed = m.ops->counter(m.self, items, "status=\"failed\"", help);
    ing->count.taken_over = m.ops->counter(m.self, "anchorage_ingest_taken_over_total", "",
                                           "Items taken over since their worker hung or stopped");
    ing->count.active =
        m.ops->gauge(m.self, "anchorage_ingest_batches_active", "", "Batches that have not ended");
}

static anc_status add_steps(ing_service *ing, anc_err *err)
{
    const krn_scheduler s = ing->with.scheduler;
    for (unsigned i = 0; i < ing->n_workers; i++) {
        ing_worker *w = &ing->workers[i];
        w->ing = ing;
        if (s.ops != NULL)
            ANC_TRY(s.ops->add(s.self, "ingest", ing_worker_step, w, &w->step_id, err));
    }
    if (s.ops != NULL)
        ANC_TRY(s.ops->add(s.self, "ingest-keep", ing_keeper_step, ing, &ing->keeper_id, err));
    return ANC_OK;
}

static void init_lock(ing_service *ing)
{
    pthread_mutex_init(&ing->lock, NULL);
    pthread_mutex_init(&ing->recovery, NULL);
}

static void fill_defaults(ing_service_options *o)
{
    if (o->standstill_ms == 0)
        o->standstill_ms = 600000;
    if (o->lease_ms == 0)
        o->lease_ms = o->standstill_ms + o->standstill_ms / 2;
    if (o->keep_ms == 0)
        o->keep_ms = INT64_C(30) * 86400000;
    if (o->keep_batches == 0)
        o->keep_batches = 1000;
    if (o->rows_piece == 0)
        o->rows_piece = 500;
    if (o->spool_bytes == 0)
        o->spool_bytes = UINT64_C(4) << 30;
}

/* A name for this life that no other one had; never 0. */
static int64_t new_owner(krn_clock clock)
{
    int64_t owner = 0;
    clock.ops->random(clock.self, &owner, sizeof owner);
    owner &= INT64_MAX;
    return owner != 0 ? owner : 1;
}

static anc_status check_options(const ing_service_options *o, anc_err *err)
{
    if (o->workers < 1 || o->workers > ING_MAX_WORKERS)
        return ANC_FAIL(err, ANC_INVALID, "%u ingest workers: allowed are 1 to %d", o->workers,
                        ING_MAX_WORKERS);
    for (size_t i = 0; i < o->n_event_folders; i++)
        if (!anc_str_starts(o->event_folders[i], ANC_STR("/")))
            return ANC_FAIL(err, ANC_INVALID, "ingest.event_folders: '%.*s' is not absolute",
                            ANC_FMT(o->event_folders[i]));
    return ANC_OK;
}

anc_status ing_service_open(const ing_service_options *options, ing_service **ret, anc_err *err)
{
    ANC_TRY(check_options(options, err));
    ing_service *ing = calloc(1, sizeof *ing);
    if (ing == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the ingest service");
    ing->with = *options;
    ing->look = true;
    ing->n_workers = options->workers + 1;
    fill_defaults(&ing->with);
    ing->owner = new_owner(options->clock);
    init_lock(ing);
    name_series(ing);
    const anc_status status = add_steps(ing, err);
    if (status != ANC_OK) {
        ing_service_close(ing);
        return status;
    }
    *ret = ing;
    return ANC_OK;
}

void ing_service_stop(ing_service *ing)
{
    pthread_mutex_lock(&ing->lock);
    atomic_store(&ing->stopping, true);
    for (unsigned i = 0; i < ing->n_workers; i++)
        atomic_store(&ing->workers[i].stop, true);
    pthread_mutex_unlock(&ing->lock);
}

void ing_service_close(ing_service *ing)
{
    if (ing == NULL)
        return;
    for (unsigned i = 0; i < ing->n_workers; i++) {
        ing_worker *w = &ing->workers[i];
        if (w->run != NULL && w->run->dropped) /* its batch ended without this worker */
            ing_run_let_go(ing, w->run);
        anc_arena_free(w->mem);
        anc_arena_free(w->next_mem);
    }
    for (size_t i = 0; i < ing->n_runs; i++) {
        anc_arena_free(ing->runs[i]->mem);
        free(ing->runs[i]);
    }
    pthread_mutex_destroy(&ing->lock);
    pthread_mutex_destroy(&ing->recovery);
    free(ing);
}

void *ing_worker_of(ing_service *ing, unsigned i)
{
    assert(i < ing->n_workers);
    return &ing->workers[i];
}

size_t ing_active(const ing_service *ing)
{
    return atomic_load(&ing->active);
}

static anc_status look_for_room(ing_service *ing, anc_err *why)
{
    const krn_writer writer = ing->with.writer;
    const ing_spool spool = ing->with.spool;
    char text[KRN_CONDITION_TEXT];
    if (writer.ops->condition(writer.self, text) == KRN_STOPPED)
        return ANC_FAIL(why, ANC_UNAVAILABLE, "%.400s", text);
    const anc_status status = spool.ops != NULL ? spool.ops->room(spool.self, why) : ANC_OK;
    return status == ANC_DISK_FULL ? status : ANC_OK;
}

static void tell_no_room(const ing_service *ing, const anc_err *why)
{
    const ev_context context = {.component = ANC_STR("ingest")};
    krn_log_write(ing->with.log, KRN_WARN, "ingest", "batches wait: nothing can be stored",
                  KRN_STR("error", anc_str_of(why->text)));
    krn_feed_error(ing->with.feed, &context, ANC_STR("no_room"), anc_str_of(why->text),
                   ANC_STR("batches wait and go on by themselves when there is room again"));
}

anc_status ing_room(ing_service *ing)
{
    anc_err why;
    anc_err_clear(&why);
    const anc_status status = look_for_room(ing, &why);
    if (atomic_load(&ing->held_up) == (status != ANC_OK) ||
        atomic_exchange(&ing->held_up, status != ANC_OK) == (status != ANC_OK))
        return status;
    if (status == ANC_OK)
        krn_log_write(ing->with.log, KRN_INFO, "ingest", "batches go on",
                      KRN_INT("active", atomic_load(&ing->active)));
    else
        tell_no_room(ing, &why);
    return status;
}

void ing_wake(ing_service *ing)
{
    const krn_scheduler s = ing->with.scheduler;
    for (unsigned i = 0; s.ops != NULL && i < ing->n_workers; i++)
        s.ops->wake(s.self, ing->workers[i].step_id);
}

krn_call ing_call_of(ing_service *ing, const ing_batch_record *batch, anc_arena *mem, anc_err *err,
                     int64_t deadline_ns)
{
    static const anc_str nobody[] = {ANC_STR_INIT("public")};
    krn_call call = {.mem = mem,
                     .err = err,
                     .deadline_ns = deadline_ns,
                     .cancelled = &ing->stopping,
                     .principal = {.labels = nobody, .n_labels = 1, .is_admin = true}};
    if (batch != NULL)
        call.principal = (krn_principal){.user_id = batch->user_id,
                                         .labels = batch->labels,
                                         .n_labels = batch->n_labels,
                                         .is_admin = true};
    return call;
}

anc_status ing_announce_state(ing_service *ing, krn_tx *tx, const ing_batch_record *batch,
                              const ing_counts *now, anc_str error, anc_err *err)
{
    const ev_batch_status event = {.batch_id = batch->id,
                                   .status = anc_str_of(ing_phase_name(now->phase)),
                                   .total_documents = now->total,
                                   .processed_documents = now->processed,
                                   .failed_documents = now->failed,
                                   .error_message = error};
    const ev_context context = {.component = ANC_STR("ingest"), .user_id = batch->user_id};
    return krn_outbox_append(ing->with.outbox, tx, EV_BATCH_STATUS, &event, &context, err);
}
