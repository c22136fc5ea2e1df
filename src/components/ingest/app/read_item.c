/* read_item.c - one item: read, put, counted. */
#include "ingest/domain/name.h"
#include "rows.h"
#include "service_impl.h"

enum { SMALL_ARENA_BYTES = 8 << 20 };
#define CONTENT_ARENA      ((size_t)320 << 20) /* a source of 256 MiB, and room beside it */
#define AGAIN_WHEN_IDLE_MS 1000                /* the catalog did not take the result */

static const char *stage_name(kno_put_stage stage)
{
    static const ing_stage stages[KNO_STAGES] = {[KNO_STAGE_CHECK] = ING_STAGE_READ,
                                                 [KNO_STAGE_PARSE] = ING_STAGE_PARSE,
                                                 [KNO_STAGE_CHUNK] = ING_STAGE_CHUNK,
                                                 [KNO_STAGE_EMBED] = ING_STAGE_EMBED,
                                                 [KNO_STAGE_WRITE] = ING_STAGE_WRITE};
    return ing_stage_name((unsigned)stage < KNO_STAGES ? stages[stage] : ING_STAGE_READ);
}

/* What one try came to. */
typedef struct attempt {
    ing_worker *worker;
    anc_status status;
    const char *stage;
    bool waits;       /* another item of the same document goes first */
    int64_t until_ns; /* with `waits`: for how long at the most */
    bool no_room;     /* in the spool, for its rows */
    anc_str document; /* its id, once it is known */
    krn_call *call;   /* while it is put */
    ing_finish finish;
    ing_expansion rows; /* of a file whose records are documents */
    int64_t read_ns, put_ns[KNO_STAGES];
} attempt;

/* ---- time ---------------------------------------------------------------------------------- */

/* The index's work since an item was counted last; it is put on the batch that counts one now. */
static uint64_t index_us(ing_service *ing)
{
    if (ing->with.search == NULL)
        return 0;
    const uint64_t now_ns = srch_index_busy_ns(ing->with.search);
    pthread_mutex_lock(&ing->lock);
    const uint64_t since_ns = now_ns > ing->index_ns ? now_ns - ing->index_ns : 0;
    ing->index_ns = now_ns > ing->index_ns ? now_ns : ing->index_ns;
    pthread_mutex_unlock(&ing->lock);
    return since_ns / 1000;
}

static void fill_times(attempt *a)
{
    uint64_t *us = a->finish.result.stage_us;
    us[ING_STAGE_READ] = (uint64_t)(a->read_ns + a->put_ns[KNO_STAGE_CHECK]) / 1000;
    us[ING_STAGE_PARSE] = (uint64_t)a->put_ns[KNO_STAGE_PARSE] / 1000;
    us[ING_STAGE_CHUNK] = (uint64_t)a->put_ns[KNO_STAGE_CHUNK] / 1000;
    us[ING_STAGE_EMBED] = (uint64_t)a->put_ns[KNO_STAGE_EMBED] / 1000;
    us[ING_STAGE_WRITE] = (uint64_t)a->put_ns[KNO_STAGE_WRITE] / 1000;
    us[ING_STAGE_INDEX] = index_us(a->worker->ing);
}

/* ---- put ----------------------------------------------------------------------------------- */

/* In the transaction that makes the version current. */
static anc_status count_published(void *arg, krn_tx *tx, const kno_put_result *put, anc_err *err)
{
    attempt *a = arg;
    fill_times(a);
    a->finish.result.outcome = ING_DONE;
    a->finish.result.seq = put->change_seq;
    a->finish.result.document = put->document_id;
    a->finish.result.stored = a->rows.stored;
    a->finish.result.children = a->rows.items;
    a->finish.result.n_children = a->rows.n;
    a->finish.segments = a->rows.segments;
    a->finish.n_segments = a->rows.n_segments;
    return ing_finish_write(&a->finish, tx, err);
}

/* What a mail has attached and nobody reads is one dead letter, counted with the mail. */
static anc_status fail_left_out(void *arg, anc_str id, anc_str why, anc_err *err)
{
    attempt *a = arg;
    const anc_status status =
        ing_expansion_fail(&a->rows, a->worker, a->call, id, "attachments", why);
    if (status != ANC_OK && err != a->call->err)
        *err = *a->call->err;
    return status;
}

static anc_status load(attempt *a, krn_call *call, kno_document_input *ret)
{
    const krn_clock clock = a->worker->ing->with.clock;
    const int64_t from_ns = krn_now_ns(clock);
    const anc_status status = ing_content_load(a->worker, call, ret);
    a->read_ns += krn_now_ns(clock) - from_ns;
    if (status == ANC_UNSUPPORTED ||
        (status == ANC_INVALID &&
         (a->worker->item.kind == ING_ITEM_ROW || a->worker->item.kind == ING_ITEM_RECORD)))
        a->stage = "parse";
    return status;
}

static anc_status put_input(attempt *a, krn_call *call, kno_document_input *input)
{
    ing_service *ing = a->worker->ing;
    kno_put_stage stage = KNO_STAGE_CHECK;
    kno_put_result put = {0};
    input->make_collection = input->parent.len == 0;
    input->settled_id = &a->document;
    input->stage = &stage;
    input->stage_ns = a->put_ns;
    input->on_publish = count_published;
    input->on_publish_arg = a;
    input->on_progress = ing_progress;
    input->on_progress_arg = a->worker;
    input->on_left_out = fail_left_out;
    a->call = call;
    const anc_status status = kno_document_put(ing->with.knowledge, call, input, false, &put);
    a->stage = stage_name(stage);
    a->finish.done = a->finish.done && status == ANC_OK;
    return status;
}

/* Of the documents that come along with a batch several may have one id; others have a name each. */
static bool is_ordered(const ing_worker *w)
{
    return w->item.kind == ING_ITEM_RECORD ||
           (w->item.kind == ING_ITEM_FILE && w->run->batch.rows.len == 0);
}

/* Whether what this item would put was put by a later one of the batch, which stays. */
static anc_status is_replaced(const attempt *a, krn_call *call, bool *ret)
{
    const ing_worker *w = a->worker;
    const ing_batch_store s = w->ing->with.batches;
    *ret = false;
    if (!w->item.late || !is_ordered(w))
        return ANC_OK;
    return s.ops->put_later(s.self, call, w->run->batch.key, w->item.ordinal,
                            a->finish.result.collection, a->document, ret);
}

static anc_status put_loaded(attempt *a, krn_call *call, kno_document_input *input)
{
    ing_worker *w = a->worker;
    bool replaced = false;
    ANC_TRY(is_replaced(a, call, &replaced));
    if (replaced)
        return ANC_OK;
    anc_status status = ANC_OK;
    if (ing_wants_rows(w))
        status = ing_expansion_open(&a->rows, w, call, &input->rows);
    if (status == ANC_OK)
        status = put_input(a, call, input);
    a->no_room = a->rows.full;
    ing_expansion_close(&a->rows, a->finish.done);
    return status;
}

static anc_status put_item(attempt *a, krn_call *call)
{
    ing_worker *w = a->worker;
    kno_document_input input = {0};
    a->no_room = ing_wants_rows(w) && !ing_upload_room(w->ing);
    if (a->no_room)
        return ing_rows_refuse(w->ing, call->err);
    a->waits = is_ordered(w) && ing_order_must_wait(w, &a->until_ns); /* if it was read before */
    if (a->waits)
        return ANC_OK;
    ANC_TRY(load(a, call, &input));
    a->document = input.id;
    if (!anc_str_eq(input.collection, w->run->batch.collection))
        a->finish.result.collection = input.collection;
    if (is_ordered(w)) {
        ing_order_name(w, input.collection, input.id);
        a->waits = ing_order_must_wait(w, &a->until_ns);
    }
    return a->waits ? ANC_OK : put_loaded(a, call, &input);
}

/* ---- counted ------------------------------------------------------------------------------- */

static anc_status write_finish(void *arg, krn_tx *tx, anc_err *err)
{
    return ing_finish_write(arg, tx, err);
}

static ing_outcome outcome_of(const attempt *a)
{
    if (a->status == ANC_OK)
        return ING_UNCHANGED;
    return a->status == ANC_UNSUPPORTED ? ING_PASSED_OVER : ING_ITEM_FAILED;
}

/* What a version would have brought along; a commit of it that was undone has named them. */
static void leave_rows_out(ing_finish *f)
{
    f->result.stored = (ing_children){0};
    f->result.children = NULL;
    f->result.n_children = 0;
    f->n_segments = 0;
}

/* Counts what did not become a version. The reason is a view of `why`, as it is told from here on. */
static anc_status count(attempt *a, anc_err *why)
{
    ing_worker *w = a->worker;
    ANC_ARENA(mem, SMALL_ARENA_BYTES);
    anc_err err;
    anc_err_clear(&err);
    if (mem == NULL)
        return ANC_NO_MEMORY;
    char id[ANC_UUID_TEXT + 1];
    krn_id_new(w->ing->with.clock, id);
    ing_item_result *r = &a->finish.result;
    leave_rows_out(&a->finish);
    r->outcome = outcome_of(a);
    r->seq = 0;
    r->document = a->document.len > 0 ? a->document : ing_name_text(mem, w->item.path);
    r->failure_id = anc_str_of(id);
    r->stage = anc_str_of(a->stage);
    r->reason = anc_err_told(why, why->text);
    fill_times(a);
    krn_call call = ing_call_of(w->ing, &w->run->batch, mem, &err, INT64_MAX);
    return krn_writer_run(w->ing->with.writer, &call, write_finish, &a->finish);
}

/* Nobody waits for what this worker does any more: somebody else has the item. */
static void drop(ing_worker *w)
{
    krn_count(w->ing->count.taken_over, 1);
    ing_order_leave(w);
    ing_run_let_go(w->ing, w->run);
    w->run = NULL;
}

/* A reason that may pass by itself; a document that stood still will stand still again. */
static bool may_pass(anc_status status)
{
    return anc_status_info(status)->retry_may_help && status != ANC_DEADLINE;
}

static void renew(ing_worker *w, const krn_call *call)
{
    anc_err ignored;
    anc_err_clear(&ignored);
    krn_call renewing = *call;
    renewing.err = &ignored;
    const anc_status renewed = ing_item_renew(w, &renewing);
    if (renewed == ANC_CONFLICT || renewed == ANC_NOT_FOUND)
        drop(w);
}

void ing_item_keep(ing_worker *w, int64_t now_ns)
{
    w->renewed_ns = w->renewed_ns != 0 ? w->renewed_ns : now_ns;
    if (now_ns - w->renewed_ns < w->ing->with.lease_ms * 1000000 / 4)
        return;
    ANC_ARENA(mem, SMALL_ARENA_BYTES);
    anc_err err;
    anc_err_clear(&err);
    if (mem == NULL)
        return;
    w->renewed_ns = now_ns;
    const krn_call call =
        ing_call_of(w->ing, &w->run->batch, mem, &err, now_ns + ing_standstill_ns(w->ing));
    renew(w, &call);
}

/* When it is tried again; negative: not. No document is to blame for a full disk or a writer that stopped,
 * so such a try does not count. */
static int64_t again_after_ms(attempt *a)
{
    ing_worker *w = a->worker;
    if (a->status == ANC_DISK_FULL || (a->status != ANC_OK && ing_room(w->ing) != ANC_OK))
        return ING_ROOM_MS;
    w->tries++;
    return may_pass(a->status) ? ing_retry_after_ms(w->tries) : -1;
}

/* Whether the item is kept for another try, and when. */
static bool is_kept(attempt *a, krn_call *call, int64_t *ret_wait_ms)
{
    ing_worker *w = a->worker;
    const int64_t again_ms = again_after_ms(a);
    if (again_ms < 0)
        return false;
    renew(w, call);
    *ret_wait_ms = w->run != NULL ? again_ms : 0;
    return true;
}

static anc_status give_up(krn_call *call, const ing_worker *w)
{
    return ANC_FAIL(call->err, ANC_BUG,
                    "its worker stopped or hung %d times while it was read; it is left out",
                    (int)w->item.claims - 1);
}

/* It is woken when its turn may have come, and comes by to renew its lease. */
static int64_t turn_after_ms(attempt *a, int64_t now_ns)
{
    const int64_t renew_ms = a->worker->ing->with.lease_ms / 4;
    const int64_t turn_ms = (a->until_ns - now_ns) / 1000000;
    ing_item_keep(a->worker, now_ns);
    if (a->worker->run == NULL)
        return 0;
    return turn_ms < 1 ? 1 : turn_ms < renew_ms ? turn_ms : renew_ms;
}

/* Whether the spool has had no room for rows of the batch for so long that the try counts. */
static bool is_hopeless(const ing_worker *w, bool no_room, int64_t now_ns)
{
    ing_run *run = w->run;
    if (!ing_wants_rows(w))
        return false;
    pthread_mutex_lock(&w->ing->lock);
    if (!no_room)
        run->full_since_ns = 0;
    else if (run->full_since_ns == 0)
        run->full_since_ns = now_ns;
    const bool hopeless = no_room && now_ns - run->full_since_ns >= ing_standstill_ns(w->ing);
    pthread_mutex_unlock(&w->ing->lock);
    return hopeless;
}

/* The try, and the counting of it where it did not count itself. */
static anc_status settle(attempt *a, krn_call *call, anc_err *why, int64_t now_ns,
                         int64_t *ret_wait_ms)
{
    ing_worker *w = a->worker;
    a->status = w->item.claims > ING_CLAIMS_MAX ? give_up(call, w) : put_item(a, call);
    const bool hopeless = is_hopeless(w, a->no_room, now_ns);
    if (a->finish.done) {
        ing_finish_done(&a->finish);
        return ANC_OK;
    }
    if (atomic_load(&w->stop) && (a->status != ANC_OK || a->waits))
        return ANC_CANCELLED; /* it is read after the next start, or when the batch is taken up */
    if (a->waits) {
        *ret_wait_ms = turn_after_ms(a, now_ns);
        return ANC_OK;
    }
    if (a->no_room && !hopeless)
        return ANC_UNAVAILABLE; /* others read what is in the spool meanwhile */
    if (is_kept(a, call, ret_wait_ms))
        return ANC_OK;
    if (a->status == ANC_DEADLINE)
        ing_progress_explain(w, a->stage, why);
    const anc_status status = count(a, why);
    if (status == ANC_OK)
        ing_finish_done(&a->finish);
    else if (status == ANC_CONFLICT || status == ANC_NOT_FOUND)
        drop(w);
    else if (atomic_load(&w->ing->stopping))
        return ANC_CANCELLED;
    else
        *ret_wait_ms = AGAIN_WHEN_IDLE_MS;
    return ANC_OK;
}

anc_status ing_item_read(ing_worker *w, int64_t now_ns, int64_t *ret_wait_ms)
{
    ANC_ARENA(mem, CONTENT_ARENA);
    if (mem == NULL) {
        *ret_wait_ms = AGAIN_WHEN_IDLE_MS;
        return ANC_OK;
    }
    anc_err why;
    anc_err_clear(&why);
    attempt a = {.worker = w,
                 .stage = "read",
                 .finish = {.worker = w,
                            .next = ing_run_next(w, now_ns),
                            .result = {.bytes = w->item.bytes,
                                       .path = w->item.path,
                                       .letter = w->item.letter,
                                       .kind = w->item.kind,
                                       .content_type = w->item.content_type,
                                       .payload = w->item.payload,
                                       .modified_ms = w->item.modified_ms}}};
    krn_call call =
        ing_call_of(w->ing, &w->run->batch, mem, &why, now_ns + ing_standstill_ns(w->ing));
    ing_read_begins(w);
    ing_progress_begin(w, now_ns);
    call.cancelled = &w->stop;
    const anc_status status = settle(&a, &call, &why, now_ns, ret_wait_ms);
    if (a.finish.tried)
        ing_run_let_go(w->ing, a.finish.next);
    else
        ing_run_hand_back(w->ing, a.finish.next);
    return status;
}
