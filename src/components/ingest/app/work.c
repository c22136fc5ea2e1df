/* work.c - a worker's step: look for batches, list, claim, read, close. */
#include "kernel/domain/document_events.h"
#include "service_impl.h"

enum { ANNOUNCE_PIECE = 100, STEP_ARENA_BYTES = 64 << 20 };
#define STEP_NS    ((int64_t)60 * 1000000000)
#define LIST_NS    ((int64_t)3600 * 1000000000)
#define RETRY_NS   ((int64_t)1000000000)
#define WHEN_WOKEN INT64_MAX

/* ---- look ---------------------------------------------------------------------------------- */

typedef struct resume_work {
    ing_service *ing;
    krn_call *call;
    int64_t key;
    ing_batch_record after;
} resume_work;

static anc_status write_resumed(void *arg, krn_tx *tx, anc_err *err)
{
    resume_work *w = arg;
    const ing_batch_writer b = w->ing->with.batch_writer;
    return b.ops->move(b.self, tx, w->key, ING_PHASE_PROCESSING, ANC_STR_NONE, w->call->mem,
                       &w->after, err);
}

/* Work that was interrupted begins a new pace. It may have been cancelled since it was read. */
static anc_status resume(ing_service *ing, krn_call *call, const ing_batch_record *batch)
{
    resume_work work = {.ing = ing, .call = call, .key = batch->key};
    const anc_status status = krn_writer_run(ing->with.writer, call, write_resumed, &work);
    if (status != ANC_OK && status != ANC_CONFLICT)
        return status;
    anc_err_clear(call->err);
    if (status == ANC_OK)
        ing_saw(ing, batch->key, &work.after.now);
    return ANC_OK;
}

static anc_status settle_run(ing_service *ing, krn_call *call, const ing_batch_record *batch,
                             bool *ret_wanted)
{
    ing_batch_record now;
    ANC_TRY(ing_batch_get(ing, call, batch->id, &now));
    ing_saw(ing, now.key, &now.now);
    if (now.now.phase == ING_PHASE_PROCESSING && now.now.listed)
        ANC_TRY(resume(ing, call, &now));
    *ret_wanted = !now.now.closed;
    return ANC_OK;
}

/* A run is added first and its figures are read again, so that no commit between is missed. */
static anc_status take_up(ing_service *ing, krn_call *call, const ing_batch_record *batch,
                          bool *ret_added)
{
    bool full = false;
    ing_run *run = ing_run_add(ing, batch, &full);
    *ret_added = run != NULL;
    if (run == NULL)
        return full ? ANC_OK : ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for a batch");
    bool wanted = false;
    const anc_status status = settle_run(ing, call, batch, &wanted);
    ing_run_ready(ing, run, wanted);
    return status;
}

/* Open batches get runs, oldest first; those that find no place are found when a run has ended. */
static anc_status look(ing_service *ing, krn_call *call)
{
    const ing_batch_store s = ing->with.batches;
    ing_batch_record *batches = NULL;
    size_t n = 0;
    ANC_TRY(ing_recover(ing, call));
    ANC_TRY(s.ops->open(s.self, call, 0, ING_MAX_RUNS + 1, &batches, &n));
    bool added = true;
    for (size_t i = 0; i < n && added; i++)
        if (!ing_run_has(ing, batches[i].key))
            ANC_TRY(take_up(ing, call, &batches[i], &added));
    return ANC_OK;
}

/* ---- close --------------------------------------------------------------------------------- */

typedef struct announce_work {
    ing_service *ing;
    ing_run *run;
    krn_call *call;
    const ing_item *items; /* [n]; n 0: the end */
    size_t n;
    ing_batch_record after;
} announce_work;

static anc_status announce_ids(const announce_work *w, krn_tx *tx, anc_err *err)
{
    anc_str ids[ANNOUNCE_PIECE];
    for (size_t i = 0; i < w->n; i++)
        ids[i] = w->items[i].path;
    const ev_documents_ingested event = {
        .document_ids = {ids, w->n}, .batch_id = w->run->batch.id, .count = (uint32_t)w->n};
    const ev_context context = {.component = ANC_STR("ingest"), .user_id = w->run->batch.user_id};
    return krn_outbox_append(w->ing->with.outbox, tx, EV_DOCUMENTS_INGESTED, &event, &context, err);
}

static anc_status write_announced(void *arg, krn_tx *tx, anc_err *err)
{
    announce_work *w = arg;
    const ing_batch_writer b = w->ing->with.batch_writer;
    const int64_t key = w->run->batch.key;
    if (w->n > 0) {
        ANC_TRY(announce_ids(w, tx, err));
        return b.ops->announced(b.self, tx, key, w->items[w->n - 1].ordinal, false, err);
    }
    anc_err moved;
    anc_err_clear(&moved);
    const anc_status status = b.ops->move(b.self, tx, key, ING_PHASE_COMPLETED, ANC_STR_NONE,
                                          w->call->mem, &w->after, &moved);
    if (status == ANC_OK)
        ANC_TRY(ing_announce_state(w->ing, tx, &w->after, &w->after.now, w->after.error, err));
    else if (status != ANC_CONFLICT) /* it was cancelled, or failed: that was announced then */
        return ANC_FAIL(err, status, "%s", moved.text);
    return b.ops->announced(b.self, tx, key, -1, true, err);
}

static anc_status close_batch(ing_service *ing, ing_run *run, krn_call *call)
{
    const ing_batch_store s = ing->with.batches;
    for (;;) {
        announce_work work = {.ing = ing, .run = run, .call = call};
        ing_item *items = NULL;
        ANC_TRY(s.ops->done(s.self, call, run->batch.key, run->announced, ANNOUNCE_PIECE, &items,
                            &work.n));
        work.items = items;
        ANC_TRY(krn_writer_run(ing->with.writer, call, write_announced, &work));
        if (work.n == 0) {
            /* as it was ended just now, or before by a failure or somebody */
            const ing_counts *end = work.after.key != 0 ? &work.after.now : &run->now;
            krn_log_write(ing->with.log, KRN_INFO, "ingest", "batch ended",
                          KRN_STR("batch_id", run->batch.id),
                          KRN_STR("status", anc_str_of(ing_phase_name(end->phase))),
                          KRN_INT("processed", end->processed), KRN_INT("failed", end->failed),
                          KRN_INT("skipped", end->skipped));
            return ANC_OK;
        }
        run->announced = items[work.n - 1].ordinal;
    }
}

/* ---- the step ------------------------------------------------------------------------------ */

static void failed(ing_service *ing, const char *what, const anc_err *err)
{
    if (!atomic_load(&ing->stopping))
        krn_log_write(ing->with.log, KRN_WARN, "ingest", what,
                      KRN_STR("error", anc_str_of(err->text)));
}

static void do_look(ing_service *ing, krn_call *call, int64_t now_ns)
{
    const anc_status status = look(ing, call);
    if (status != ANC_OK)
        failed(ing, "looking for batches failed", call->err);
    ing_look_done(ing, status, now_ns);
}

static void do_list(ing_service *ing, ing_run *run, krn_call *call, int64_t now_ns)
{
    const anc_status status = ing_list(ing, run, call);
    if (status != ANC_OK)
        failed(ing, "listing a source failed", call->err);
    ing_list_done(ing, run, status, now_ns);
}

static int64_t do_claim(ing_worker *w, ing_run *run, krn_call *call, int64_t now_ns)
{
    const anc_status status = ing_claim_first(w, run, call);
    if (status != ANC_OK)
        failed(w->ing, "claiming an item failed", call->err);
    return status == ANC_OK ? now_ns : now_ns + RETRY_NS;
}

static void do_close(ing_service *ing, ing_run *run, krn_call *call, int64_t now_ns)
{
    const anc_status status = close_batch(ing, run, call);
    if (status != ANC_OK)
        failed(ing, "ending a batch failed", call->err);
    ing_close_done(ing, run, status, now_ns);
    if (ing->with.scheduler.ops != NULL)
        ing->with.scheduler.ops->wake(ing->with.scheduler.self, ing->keeper_id);
}

/* When to call again. What failed is put off for all workers, so this one looks for other work. */
static int64_t do_job(ing_worker *w, int64_t now_ns, bool room)
{
    ing_service *ing = w->ing;
    anc_err err;
    anc_err_clear(&err);
    ANC_ARENA(mem, STEP_ARENA_BYTES);
    if (mem == NULL)
        return now_ns + RETRY_NS;
    int64_t next_ns = WHEN_WOKEN;
    const ing_job job = ing_job_take(w, now_ns, room, &next_ns);
    const int64_t limit_ns = job.kind == ING_JOB_LIST ? LIST_NS : STEP_NS;
    krn_call call = ing_call_of(ing, NULL, mem, &err, now_ns + limit_ns);
    switch (job.kind) {
    case ING_JOB_LOOK:
        do_look(ing, &call, now_ns);
        return now_ns;
    case ING_JOB_LIST:
        do_list(ing, job.run, &call, now_ns);
        return now_ns;
    case ING_JOB_CLAIM:
        return do_claim(w, job.run, &call, now_ns);
    case ING_JOB_CLOSE:
        do_close(ing, job.run, &call, now_ns);
        return now_ns;
    case ING_JOB_NONE:
    default:
        return next_ns;
    }
}

static int64_t read_item(ing_worker *w, int64_t now_ns)
{
    int64_t wait_ms = 0;
    const anc_status status = ing_item_read(w, now_ns, &wait_ms);
    if (status != ANC_OK) {
        ing_item_give_back(w);
        if (status != ANC_CANCELLED)
            return now_ns + RETRY_NS;
        if (atomic_load(&w->ing->stopping))
            return WHEN_WOKEN;
        ing_wake(w->ing); /* its batch may be closed */
        return now_ns;
    }
    if (wait_ms > 0)
        return now_ns + wait_ms * 1000000;
    if (w->run == NULL)
        ing_wake(w->ing); /* there may be a batch to be closed */
    return now_ns;
}

/* What could not be stored is not read. */
static int64_t keep_item(ing_worker *w, int64_t now_ns)
{
    ing_item_keep(w, now_ns);
    return now_ns + (int64_t)ING_ROOM_MS * 1000000;
}

static bool has_memory(ing_worker *w)
{
    if (w->mem == NULL)
        w->mem = anc_arena_new(ING_CLAIM_ARENA_BYTES);
    if (w->next_mem == NULL)
        w->next_mem = anc_arena_new(ING_CLAIM_ARENA_BYTES);
    return w->mem != NULL && w->next_mem != NULL;
}

int64_t ing_worker_step(void *worker, int64_t now_ns)
{
    ing_worker *w = worker;
    ing_service *ing = w->ing;
    const bool stopping = atomic_load(&ing->stopping);
    if (w->run != NULL && (stopping || atomic_load(&w->run->cancelled))) {
        ing_item_give_back(w);
    }
    if (stopping)
        return WHEN_WOKEN;
    const anc_status room = ing_room(ing);
    if (w->run != NULL)
        return room == ANC_OK ? read_item(w, now_ns) : keep_item(w, now_ns);
    if (room == ANC_UNAVAILABLE)
        return now_ns + (int64_t)ING_ROOM_MS * 1000000;
    if (!has_memory(w))
        return now_ns + RETRY_NS;
    return do_job(w, now_ns, room == ANC_OK);
}
