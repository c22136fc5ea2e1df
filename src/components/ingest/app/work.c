/* work.c - a worker's step: look for batches, list, load, read, announce. */
#include "ingest/domain/glob.h"
#include "kernel/domain/document_events.h"
#include "service_impl.h"

enum {
    LOOK_LIMIT = 16,
    LIST_PIECE = 512,
    MAX_ITEMS = 5000000,
    ANNOUNCE_PIECE = 100,
    STEP_ARENA_BYTES = 64 << 20,
    PATH_ARENA_BYTES = 64 << 10
};
#define STEP_NS    ((int64_t)60 * 1000000000)
#define LIST_NS    ((int64_t)3600 * 1000000000)
#define RETRY_NS   ((int64_t)1000000000)
#define WHEN_WOKEN INT64_MAX

/* ---- look ---------------------------------------------------------------------------------- */

static anc_status look(ing_service *ing, krn_call *call, bool *ret_more)
{
    const ing_batch_store s = ing->with.batches;
    ing_batch_record *batches = NULL;
    size_t n = 0;
    ANC_TRY(s.ops->open(s.self, call, ing->looked, LOOK_LIMIT, &batches, &n));
    *ret_more = n == LOOK_LIMIT;
    for (size_t i = 0; i < n; i++)
        if (!ing_run_add(ing, &batches[i]))
            break; /* the others are found when a run has ended */
    return ANC_OK;
}

/* ---- list ---------------------------------------------------------------------------------- */

typedef struct listing {
    ing_service *ing;
    ing_run *run;
    krn_call *call;
    anc_arena *mem; /* of the piece's paths */
    ing_item items[LIST_PIECE];
    size_t n;
    int64_t ordinal;
    bool begins;   /* the first piece removes what an earlier try left */
    bool ends;     /* the last piece begins the reading */
    ing_phase to;  /* with `ends` */
    anc_str error; /* with `ends` */
    ing_batch_record after;
} listing;

static anc_status write_listing(void *arg, krn_tx *tx, anc_err *err)
{
    listing *l = arg;
    const ing_batch_writer b = l->ing->with.batch_writer;
    const int64_t key = l->run->batch.key;
    if (l->begins)
        ANC_TRY(b.ops->list_begin(b.self, tx, key, err));
    ANC_TRY(b.ops->list_add(b.self, tx, key, l->items, l->n, err));
    if (!l->ends)
        return ANC_OK;
    ANC_TRY(b.ops->move(b.self, tx, key, l->to, l->error, l->call->mem, &l->after, err));
    return ing_announce_state(l->ing, tx, &l->after, err);
}

static anc_status flush(listing *l)
{
    ANC_TRY(krn_writer_run(l->ing->with.writer, l->call, write_listing, l));
    l->begins = false;
    l->n = 0;
    anc_arena_reset(l->mem);
    return ANC_OK;
}

static anc_status on_item(void *arg, const ing_item *item, anc_err *err)
{
    listing *l = arg;
    if (atomic_load(&l->run->cancelled))
        return ANC_FAIL(err, ANC_CANCELLED, "the batch was cancelled");
    if (!ing_glob_match(l->run->batch.glob, item->path))
        return ANC_OK;
    if (l->ordinal == MAX_ITEMS)
        return ANC_FAIL(err, ANC_LIMIT, "%.*s has more than %d files", ANC_FMT(l->run->batch.path),
                        MAX_ITEMS);
    ing_item *to = &l->items[l->n];
    *to = *item;
    to->ordinal = l->ordinal;
    to->path = anc_arena_copy(l->mem, item->path);
    if (to->path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(l->mem), "no room for a path");
    l->ordinal++;
    return ++l->n == LIST_PIECE ? flush(l) : ANC_OK;
}

/* A source that cannot be listed is the end of its batch; what may pass is tried again. */
static bool ends_batch(anc_status status)
{
    return status == ANC_NOT_FOUND || status == ANC_FORBIDDEN || status == ANC_INVALID ||
           status == ANC_LIMIT;
}

static anc_status list_into(listing *l)
{
    const ing_source source = l->ing->with.folder;
    const ing_item_sink sink = {.arg = l, .on_item = on_item};
    anc_err why;
    anc_err_clear(&why);
    krn_call walking = *l->call;
    walking.err = &why;
    const anc_status status = source.ops->walk(source.self, &walking, l->run->batch.path, &sink);
    l->ends = true;
    l->to = ING_PHASE_PROCESSING;
    if (ends_batch(status)) {
        l->to = ING_PHASE_FAILED;
        l->error = anc_str_of(why.text);
        l->n = 0;
    } else if (status != ANC_OK) {
        return ANC_FAIL(l->call->err, status, "%s", why.text);
    }
    return flush(l);
}

/* ret_listed: the run goes on to read, or to be closed. */
static anc_status list_batch(ing_service *ing, ing_run *run, krn_call *call, bool *ret_listed)
{
    ANC_ARENA(mem, STEP_ARENA_BYTES);
    listing *l = anc_arena_alloc(call->mem, 1, sizeof *l);
    if (mem == NULL || l == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to list a folder");
    *l = (listing){.ing = ing, .run = run, .call = call, .mem = mem, .begins = true};
    const anc_status status = list_into(l);
    if (status != ANC_OK && atomic_load(&run->cancelled)) {
        anc_err_clear(call->err);
        *ret_listed = true;
        return ANC_OK;
    }
    ANC_TRY(status);
    if (l->to == ING_PHASE_FAILED)
        atomic_store(&run->cancelled, true); /* nothing is read */
    krn_log_write(ing->with.log, KRN_INFO, "ingest", "batch listed",
                  KRN_STR("batch_id", run->batch.id), KRN_INT("documents", l->ordinal));
    *ret_listed = true;
    return ANC_OK;
}

/* ---- load ---------------------------------------------------------------------------------- */

typedef struct resume_work {
    ing_service *ing;
    ing_run *run;
    krn_call *call;
} resume_work;

static anc_status write_resumed(void *arg, krn_tx *tx, anc_err *err)
{
    const resume_work *w = arg;
    const ing_batch_writer b = w->ing->with.batch_writer;
    ing_batch_record after;
    return b.ops->move(b.self, tx, w->run->batch.key, ING_PHASE_PROCESSING, ANC_STR_NONE,
                       w->call->mem, &after, err);
}

static anc_status load_page(ing_service *ing, ing_run *run, krn_call *call)
{
    if (run->resumed) {
        resume_work work = {.ing = ing, .run = run, .call = call};
        ANC_TRY(krn_writer_run(ing->with.writer, call, write_resumed, &work));
        run->resumed = false;
    }
    const ing_batch_store s = ing->with.batches;
    anc_arena *mem = anc_arena_new(STEP_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for a page of items");
    krn_call reading = *call;
    reading.mem = mem;
    ing_item *items = NULL;
    size_t n = 0;
    const anc_status status =
        s.ops->waiting(s.self, &reading, run->batch.key, run->loaded, ING_PAGE, &items, &n);
    if (status != ANC_OK) {
        anc_arena_free(mem);
        return status;
    }
    ing_page_done(ing, run, mem, items, n, n < ING_PAGE);
    return ANC_OK;
}

/* ---- announce ------------------------------------------------------------------------------ */

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
        ANC_TRY(ing_announce_state(w->ing, tx, &w->after, err));
    else if (status != ANC_CONFLICT) /* it was cancelled, or failed: that was announced then */
        return ANC_FAIL(err, status, "%s", moved.text);
    return b.ops->announced(b.self, tx, key, -1, true, err);
}

static anc_status announce(ing_service *ing, ing_run *run, krn_call *call)
{
    const ing_batch_store s = ing->with.batches;
    for (;;) {
        announce_work work = {.ing = ing, .run = run, .call = call};
        ing_item *items = NULL;
        ANC_TRY(s.ops->done(s.self, call, run->batch.key, run->batch.announced, ANNOUNCE_PIECE,
                            &items, &work.n));
        work.items = items;
        ANC_TRY(krn_writer_run(ing->with.writer, call, write_announced, &work));
        if (work.n == 0) {
            krn_log_write(
                ing->with.log, KRN_INFO, "ingest", "batch ended",
                KRN_STR("batch_id", run->batch.id), KRN_INT("processed", work.after.processed),
                KRN_INT("failed", work.after.failed), KRN_INT("skipped", work.after.skipped));
            return ANC_OK;
        }
        run->batch.announced = items[work.n - 1].ordinal;
    }
}

/* ---- the step ------------------------------------------------------------------------------ */

static void failed(ing_service *ing, const char *what, const anc_err *err)
{
    if (!atomic_load(&ing->stopping))
        krn_log_write(ing->with.log, KRN_WARN, "ingest", what,
                      KRN_STR("error", anc_str_of(err->text)));
}

static bool do_look(ing_service *ing, krn_call *call)
{
    bool more = true;
    const anc_status status = look(ing, call, &more);
    if (status != ANC_OK)
        failed(ing, "looking for batches failed", call->err);
    ing_look_done(ing, more);
    return status == ANC_OK;
}

static bool do_list(ing_service *ing, ing_run *run, krn_call *call)
{
    bool listed = false;
    const anc_status status = list_batch(ing, run, call, &listed);
    if (status != ANC_OK)
        failed(ing, "listing a folder failed", call->err);
    ing_list_done(ing, run, listed);
    ing_changed(ing);
    return status == ANC_OK;
}

static bool do_page(ing_service *ing, ing_run *run, krn_call *call)
{
    const anc_status status = load_page(ing, run, call);
    if (status == ANC_OK)
        return true;
    if (!atomic_load(&run->cancelled))
        failed(ing, "loading items failed", call->err);
    ing_page_failed(ing, run);
    return atomic_load(&run->cancelled);
}

static bool do_announce(ing_service *ing, ing_run *run, krn_call *call)
{
    const anc_status status = announce(ing, run, call);
    if (status != ANC_OK)
        failed(ing, "ending a batch failed", call->err);
    ing_announce_done(ing, run, status == ANC_OK);
    ing_changed(ing);
    return status == ANC_OK;
}

static bool do_job(ing_service *ing, const ing_job *job, int64_t now_ns)
{
    anc_err err;
    anc_err_clear(&err);
    ANC_ARENA(mem, STEP_ARENA_BYTES);
    if (mem == NULL)
        return false;
    const int64_t limit_ns = job->kind == ING_JOB_LIST ? LIST_NS : STEP_NS;
    krn_call call = ing_call_of(ing, NULL, mem, &err, now_ns + limit_ns);
    switch (job->kind) {
    case ING_JOB_LOOK:
        return do_look(ing, &call);
    case ING_JOB_LIST:
        return do_list(ing, job->run, &call);
    case ING_JOB_PAGE:
        return do_page(ing, job->run, &call);
    case ING_JOB_ANNOUNCE:
        return do_announce(ing, job->run, &call);
    case ING_JOB_ITEM:
    case ING_JOB_NONE:
    default:
        return true;
    }
}

static int64_t read_item(ing_worker *w, int64_t now_ns)
{
    int64_t wait_ms = 0;
    if (ing_item_read(w, now_ns, &wait_ms) != ANC_OK) {
        w->run = NULL; /* stopping: the item waits in the catalog */
        return WHEN_WOKEN;
    }
    if (wait_ms > 0)
        return now_ns + wait_ms * 1000000;
    ing_item_done(w->ing, w->run);
    ing_changed(w->ing);
    w->run = NULL;
    return now_ns;
}

int64_t ing_worker_step(void *worker, int64_t now_ns)
{
    ing_worker *w = worker;
    ing_service *ing = w->ing;
    if (atomic_load(&ing->stopping))
        return WHEN_WOKEN;
    if (w->run != NULL)
        return read_item(w, now_ns);
    if (w->mem == NULL)
        w->mem = anc_arena_new(PATH_ARENA_BYTES);
    if (w->mem == NULL)
        return now_ns + RETRY_NS;
    anc_arena_reset(w->mem);
    const ing_job job = ing_job_take(ing, w->mem);
    if (job.kind == ING_JOB_NONE)
        return WHEN_WOKEN;
    if (job.kind != ING_JOB_ITEM)
        return do_job(ing, &job, now_ns) ? now_ns : now_ns + RETRY_NS;
    w->run = job.run;
    w->item = job.item;
    w->tries = 0;
    return read_item(w, now_ns);
}
