/* finish.c - items claimed, counted and given back: one commit for an item and the next one's claim. */
#include "kernel/domain/document_events.h"
#include "service_impl.h"

enum { ARENA_BYTES = 1 << 20 };

ing_lease ing_lease_of(const ing_worker *w, const ing_item *item, const ing_run *run,
                       const krn_tx *tx)
{
    const int64_t now_ms = tx != NULL ? tx->wall_ms : 0;
    return (ing_lease){.batch = run->batch.key,
                       .ordinal = item->ordinal,
                       .owner = w->ing->owner,
                       .claims = item->claims,
                       .until_ms = now_ms + w->ing->with.lease_ms};
}

/* ---- claimed ------------------------------------------------------------------------------- */

static anc_status claim(ing_worker *w, const ing_run *run, krn_tx *tx, ing_item *ret,
                        ing_counts *ret_counts, anc_err *err)
{
    const ing_item_writer i = w->ing->with.items;
    ing_lease lease = ing_lease_of(w, &(ing_item){0}, run, tx);
    lease.last = run->batch.rows.len > 0 && !ing_upload_room(w->ing);
    lease.most_bytes = ing_is_quick(w) ? ING_QUICK_BYTES : 0;
    anc_arena_reset(w->next_mem);
    ANC_TRY(i.ops->claim(i.self, tx, &lease, w->next_mem, ret, ret_counts, err));
    if (ret->ordinal >= 0)
        ing_order_claim(w, run, ret);
    return ANC_OK;
}

/* `run` is held for the worker; lets go of it when nothing was claimed. */
static void take_over(ing_worker *w, ing_run *run, const ing_item *item, const ing_counts *counts)
{
    anc_arena *mem = w->mem;
    w->mem = w->next_mem;
    w->next_mem = mem;
    w->tries = 0;
    w->renewed_ns = 0;
    w->run = NULL;
    ing_order_next(w, item->ordinal >= 0);
    if (item->ordinal < 0) {
        ing_saw_empty(w, run, counts);
        ing_run_let_go(w->ing, run);
        return;
    }
    ing_saw(w->ing, run->batch.key, counts);
    w->run = run;
    w->item = *item;
    if (item->bytes > ING_QUICK_BYTES)
        ing_quick_wake(w);
}

typedef struct first_work {
    ing_worker *worker;
    ing_run *run;
    ing_item item;
    ing_counts after;
} first_work;

static anc_status write_first(void *arg, krn_tx *tx, anc_err *err)
{
    first_work *w = arg;
    return claim(w->worker, w->run, tx, &w->item, &w->after, err);
}

anc_status ing_claim_first(ing_worker *worker, ing_run *run, krn_call *call)
{
    first_work work = {.worker = worker, .run = run};
    const anc_status status = krn_writer_run(worker->ing->with.writer, call, write_first, &work);
    if (status != ANC_OK) {
        ing_order_leave(worker);
        ing_run_let_go(worker->ing, run);
        return status;
    }
    take_over(worker, run, &work.item, &work.after);
    ing_quick_wake(worker);
    return ANC_OK;
}

/* ---- counted ------------------------------------------------------------------------------- */

static anc_status announce_letter(const ing_finish *f, krn_tx *tx, anc_err *err)
{
    const ing_item_result *r = &f->result;
    const ing_batch_record *batch = &f->worker->run->batch;
    if (r->outcome != ING_ITEM_FAILED || r->letter.len > 0)
        return ANC_OK;
    const ev_deadletter_added event = {.dead_letter_id = r->failure_id,
                                       .batch_id = batch->id,
                                       .stage = r->stage,
                                       .reason = r->reason};
    const ev_context context = {.component = ANC_STR("ingest"), .user_id = batch->user_id};
    return krn_outbox_append(f->worker->ing->with.outbox, tx, EV_DEADLETTER_ADDED, &event, &context,
                             err);
}

anc_status ing_finish_write(ing_finish *f, krn_tx *tx, anc_err *err)
{
    ing_worker *w = f->worker;
    ing_service *ing = w->ing;
    const ing_item_writer i = ing->with.items;
    const ing_lease lease = ing_lease_of(w, &w->item, w->run, tx);
    bool due = false;
    f->result.letter = w->item.letter;
    if (w->item.letter.len == 0) { /* one letter for a file, however often its folder is read */
        ANC_TRY(i.ops->letter_of(i.self, tx, lease.batch, &f->result, f->letter, err));
        f->result.letter = anc_str_of(f->letter);
    }
    ANC_TRY(i.ops->finish(i.self, tx, &lease, &f->result, &f->after, &due, err));
    const ing_upload_writer up = ing->with.uploads;
    for (size_t k = 0; k < f->n_segments; k++)
        ANC_TRY(up.ops->segment_close(up.self, tx, f->segments[k], err));
    ANC_TRY(announce_letter(f, tx, err));
    if (due)
        ANC_TRY(ing_announce_state(ing, tx, &w->run->batch, &f->after, ANC_STR_NONE, err));
    f->next_item = (ing_item){.ordinal = -1};
    f->tried = true;
    if (f->next != NULL)
        ANC_TRY(claim(w, f->next, tx, &f->next_item, &f->next_after, err));
    f->done = true;
    return ANC_OK;
}

static void tell(const ing_finish *f)
{
    const ing_worker *w = f->worker;
    const ing_item_result *r = &f->result;
    krn_series *by_outcome[] = {[ING_DONE] = w->ing->count.done,
                                [ING_UNCHANGED] = w->ing->count.unchanged,
                                [ING_PASSED_OVER] = w->ing->count.passed_over,
                                [ING_ITEM_FAILED] = w->ing->count.failed};
    krn_count(by_outcome[r->outcome], 1);
    if (r->outcome == ING_ITEM_FAILED)
        krn_log_write(w->ing->with.log, KRN_WARN, "ingest", "document failed",
                      KRN_STR("batch_id", w->run->batch.id), KRN_STR("document", r->path),
                      KRN_STR("stage", r->stage), KRN_STR("reason", r->reason));
}

void ing_finish_done(ing_finish *f)
{
    ing_worker *w = f->worker;
    ing_run *run = w->run;
    tell(f);
    ing_saw(w->ing, run->batch.key, &f->after);
    if (f->next != NULL)
        take_over(w, f->next, &f->next_item, &f->next_after);
    else
        ing_order_leave(w);
    if (f->next == NULL)
        w->run = NULL;
    f->next = NULL;
    ing_run_let_go(w->ing, run);
}

/* ---- given back, kept ---------------------------------------------------------------------- */

typedef struct lease_work {
    ing_worker *worker;
    ing_counts after;
} lease_work;

static anc_status write_release(void *arg, krn_tx *tx, anc_err *err)
{
    lease_work *l = arg;
    const ing_worker *w = l->worker;
    const ing_item_writer i = w->ing->with.items;
    const ing_lease lease = ing_lease_of(w, &w->item, w->run, tx);
    return i.ops->release(i.self, tx, &lease, &l->after, err);
}

/* What cannot be given back is taken back at the next start. */
void ing_item_give_back(ing_worker *w)
{
    static const atomic_bool never;
    ANC_ARENA(mem, ARENA_BYTES);
    anc_err err;
    anc_err_clear(&err);
    if (mem != NULL) {
        lease_work work = {.worker = w};
        krn_call call = ing_call_of(w->ing, &w->run->batch, mem, &err, INT64_MAX);
        call.cancelled = &never;
        if (krn_writer_run(w->ing->with.writer, &call, write_release, &work) == ANC_OK)
            ing_saw(w->ing, w->run->batch.key, &work.after);
    }
    ing_order_leave(w);
    ing_run_let_go(w->ing, w->run);
    w->run = NULL;
}

static anc_status write_renew(void *arg, krn_tx *tx, anc_err *err)
{
    const lease_work *l = arg;
    const ing_worker *w = l->worker;
    const ing_item_writer i = w->ing->with.items;
    const ing_lease lease = ing_lease_of(w, &w->item, w->run, tx);
    return i.ops->renew(i.self, tx, &lease, err);
}

anc_status ing_item_renew(ing_worker *worker, krn_call *call)
{
    lease_work work = {.worker = worker};
    ANC_TRY(krn_writer_run(worker->ing->with.writer, call, write_renew, &work));
    ing_order_keep(worker);
    return ANC_OK;
}
