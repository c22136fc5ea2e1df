/* batch_body.c - a body of any length, a piece at a time: from the loop to a pool and back.
 *
 *   loop:  chunk ──(pause)──┐                        ┌──(resume)── chunk …
 *   pool:                   └─ cut, spool, commit ───┘
 *
 * While a pool has a piece, or the spool has no room, nothing more is read from the connection, so the
 * client feels it; a request holds one chunk, whatever its body. At most BATCHES_MAX bodies are read at
 * once; further ones wait their turn with nothing read, but not for ever.
 *
 * What came whole is kept. A body that breaks off, is cut by an error, or is no JSON around its
 * documents ends its batch as failed, with the reason; a client that is still there is answered with it.
 * A form is held until it is whole, since a field behind its files may say that they belong elsewhere, or to
 * fewer readers: one that does not fit leaves nothing.
 */
#include "batch_body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch_form.h"
#include "batch_split.h"
#include "handlers.h"
#include "media.h"
#include "replies.h"
#include "schemas.h"

enum {
    BATCHES_MAX = 32,
    CHUNK_BYTES = 128 << 10,
    STEP_ARENA_BYTES = 32 << 20,
    ROOM_MS = 50,
    REASON_BYTES = 600
};
#define FLUSH_NS     INT64_C(1000000000)
#define ROOM_WAIT_NS INT64_C(60000000000)

typedef struct batch {
    http_batch_query query;
    ing_upload *upload; /* owned */
    http_split split;
    http_form_reader *form;     /* owned; NULL: the split is used */
    anc_sha256 *sha;            /* owned; NULL: the body's digest is not asked for */
    char id[ANC_UUID_TEXT + 1]; /* of the batch, where the body has a key; else "" */
    anc_arena *mem;             /* owned; of one step */
    anc_buf chunk;              /* that a pool has */
    krn_call *call;             /* of the step at work */
    int64_t flushed_ns;         /* of the last commit that was asked for */
    int64_t room_since_ns;      /* 0: there is room */
    bool reading;               /* has one of the places */
    bool working;               /* a pool has a piece */
    bool whole;                 /* nothing of the body is left out */
    bool ended;                 /* the body */
    bool refused;               /* a problem was answered; the rest of the body is thrown away */
    anc_status end_status;      /* of the body */
    anc_status status;          /* of the last step */
} batch;

static void take_place(http_request *rq);

static void free_work(http_request *rq)
{
    batch *b = rq->work;
    ing_upload_close(b->upload);
    http_form_reader_free(b->form);
    anc_sha256_free(b->sha);
    anc_buf_done(&b->chunk);
    anc_arena_free(b->mem);
    const bool had_place = b->reading;
    free(b);
    if (had_place) {
        rq->edge->batches--;
        http_batch_next(rq->edge);
    }
}

bool http_is_batch(const http_request *rq)
{
    return rq->work_free == free_work;
}

/* ---- documents; on a pool ---- */

static anc_status begin_record(void *arg, uint64_t number, anc_err *err)
{
    http_request *rq = arg;
    batch *b = rq->work;
    char name[40];
    (void)err;
    const int n = snprintf(name, sizeof name, "%s %llu",
                           b->split.form == HTTP_SPLIT_LINES ? "line" : "document",
                           (unsigned long long)number);
    return ing_upload_begin(b->upload, b->call, ING_UPLOAD_RECORD, (anc_str){name, (size_t)n},
                            ANC_STR_NONE);
}

static anc_status add_bytes(void *arg, anc_str bytes, anc_err *err)
{
    http_request *rq = arg;
    batch *b = rq->work;
    (void)err;
    return ing_upload_add(b->upload, b->call, bytes);
}

static anc_status end_record(void *arg, anc_err *err)
{
    http_request *rq = arg;
    batch *b = rq->work;
    (void)err;
    return ing_upload_finish(b->upload, b->call);
}

/* ---- a step on a pool ---- */

static anc_status open_upload(http_request *rq, const ing_upload_request *settings)
{
    batch *b = rq->work;
    ing_upload_request request = *settings;
    request.name = ANC_STR("upload");
    request.held = b->sha != NULL || b->form != NULL;
    if (request.collection.len == 0)
        request.collection = b->query.collection;
    return ing_upload_open(rq->edge->o.ing, b->call, &request, &b->upload);
}

static anc_status feed(http_request *rq)
{
    batch *b = rq->work;
    if (b->form != NULL)
        return http_form_reader_feed(b->form, b->call, anc_buf_view(&b->chunk));
    if (b->upload == NULL)
        ANC_TRY(open_upload(rq, &(ing_upload_request){0}));
    return http_split_feed(&b->split, anc_buf_view(&b->chunk), b->call->err);
}

static anc_status flush_when_due(http_request *rq)
{
    batch *b = rq->work;
    const int64_t now_ns = krn_now_ns(rq->edge->o.clock);
    if (b->upload == NULL || now_ns - b->flushed_ns < FLUSH_NS)
        return ANC_OK;
    b->flushed_ns = now_ns;
    return ing_upload_flush(b->upload, b->call);
}

/* The body is whole: so are its documents. */
static anc_status finish(http_request *rq)
{
    batch *b = rq->work;
    if (b->form != NULL)
        return http_form_reader_finish(b->form, b->call);
    if (b->upload == NULL)
        ANC_TRY(open_upload(rq, &(ing_upload_request){0}));
    return http_split_finish(&b->split, b->call->err);
}

/* Ends the batch with what came whole, and says in the error where it is. */
static void keep_what_came(http_request *rq, const char *reason)
{
    batch *b = rq->work;
    ing_batch kept;
    anc_err why;
    anc_err_clear(&why);
    krn_call call = *b->call;
    call.err = &why;
    const uint64_t n = b->upload != NULL ? ing_upload_documents(b->upload) : 0;
    if (n == 0)
        return;
    const anc_status status = ing_upload_end(b->upload, &call, anc_str_of(reason), &kept);
    const anc_err first = rq->err;
    anc_err_clear(&rq->err);
    if (status == ANC_OK)
        (void)anc_fail_field_at(&rq->err, first.code, first.pointer, first.where,
                                "%.400s; the %llu documents before are kept, in batch %.*s", reason,
                                (unsigned long long)n, ANC_FMT(kept.id));
    else
        rq->err = first;
}

static void keep_after_failure(http_request *rq)
{
    batch *b = rq->work;
    char reason[REASON_BYTES];
    (void)snprintf(reason, sizeof reason, "the upload was refused behind its document %llu: %s",
                   (unsigned long long)(b->upload != NULL ? ing_upload_documents(b->upload) : 0),
                   rq->err.text);
    keep_what_came(rq, reason);
}

/* What a step may use: an arena of its own, no deadline (the connection has one), and nobody who calls
 * it off, since what came is kept. */
static krn_call step_call(http_request *rq)
{
    static const atomic_bool never;
    batch *b = rq->work;
    anc_arena_reset(b->mem);
    return (krn_call){.mem = b->mem,
                      .err = &rq->err,
                      .deadline_ns = INT64_MAX,
                      .cancelled = &never,
                      .trace_id = anc_str_of(rq->trace_id),
                      .request_id = anc_str_of(rq->request_id),
                      .principal = rq->call.principal,
                      .wanted_id = anc_str_of(b->id)};
}

static void not_handled(http_request *rq);

static void forget_form(http_request *rq)
{
    const anc_err first = rq->err;
    not_handled(rq);
    anc_err_clear(&rq->err);
    (void)anc_fail_field_at(&rq->err, first.code, first.pointer, first.where,
                            "%.400s; nothing of the form was stored", first.text);
}

static void has_worked(http_request *rq);

static void work_step(http_request *rq)
{
    batch *b = rq->work;
    krn_call call = step_call(rq);
    b->call = &call;
    b->status = feed(rq);
    if (b->status == ANC_OK)
        b->status = flush_when_due(rq);
    if (b->form != NULL && b->status == ANC_INVALID)
        forget_form(rq);
    else if (b->status != ANC_OK)
        keep_after_failure(rq);
    anc_buf_clear(&b->chunk);
    b->call = NULL;
    http_to_loop(rq, has_worked);
}

/* ---- the end of the body ---- */

static void refuse(http_request *rq, anc_status status)
{
    batch *b = rq->work;
    if (b->refused)
        return;
    b->refused = true;
    http_answer_failure(rq, status);
}

static void start_request(http_request *rq)
{
    batch *b = rq->work;
    if (b->status != ANC_OK) {
        refuse(rq, b->status);
        http_end(rq);
        return;
    }
    b->whole = true;
    if (b->sha != NULL)
        anc_sha256_end(b->sha, rq->body_sha256);
    rq->hashed = b->sha != NULL;
    http_start(rq);
}

static void finish_step(http_request *rq)
{
    batch *b = rq->work;
    krn_call call = step_call(rq);
    b->call = &call;
    b->status = finish(rq);
    if (b->status != ANC_OK)
        keep_after_failure(rq);
    b->call = NULL;
    http_to_loop(rq, start_request);
}

/* The client left, was too slow, or sent no HTTP any more; it has its answer. */
static void break_step(http_request *rq)
{
    batch *b = rq->work;
    krn_call call = step_call(rq);
    b->call = &call;
    char reason[REASON_BYTES];
    (void)snprintf(reason, sizeof reason, "the upload broke off after %llu documents: %s",
                   (unsigned long long)(b->upload != NULL ? ing_upload_documents(b->upload) : 0),
                   anc_status_info(b->end_status)->text);
    keep_what_came(rq, reason);
    b->call = NULL;
    http_end(rq);
}

static void end_body(http_request *rq)
{
    batch *b = rq->work;
    if (b->refused || b->end_status != ANC_OK)
        (void)http_claim(rq);
    if (b->refused)
        http_end(rq);
    else
        http_to_pool(rq, HTTP_IO, b->end_status == ANC_OK ? finish_step : break_step);
}

static void on_end(void *arg, net_exchange *ex, anc_status status)
{
    http_request *rq = arg;
    batch *b = rq->work;
    (void)ex;
    b->ended = true;
    b->end_status = status;
    net_timer_stop(&rq->timer);
    if (!b->working)
        end_body(rq);
}

/* ---- between two pieces; on the loop ---- */

static void go_on(http_request *rq);

static void look_for_room(void *arg)
{
    go_on(arg);
}

/* Waits while the spool is full. */
static void go_on(http_request *rq)
{
    batch *b = rq->work;
    const int64_t now_ns = krn_now_ns(rq->edge->o.clock);
    if (b->refused || ing_upload_room(rq->edge->o.ing)) {
        b->room_since_ns = 0;
        net_exchange_resume(rq->ex);
        return;
    }
    if (b->room_since_ns == 0)
        b->room_since_ns = now_ns;
    if (now_ns - b->room_since_ns < ROOM_WAIT_NS &&
        net_timer_start(rq->edge->o.loop, ROOM_MS, look_for_room, rq, &rq->timer))
        return;
    refuse(rq, ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                        "documents that were sent before wait to be read; their spool is full"));
    net_exchange_resume(rq->ex);
}

static void has_worked(http_request *rq)
{
    batch *b = rq->work;
    b->working = false;
    if (b->status != ANC_OK)
        refuse(rq, b->status);
    if (b->ended)
        end_body(rq);
    else
        go_on(rq);
}

static void on_chunk(void *arg, net_exchange *ex, anc_str bytes)
{
    http_request *rq = arg;
    batch *b = rq->work;
    if (b->refused)
        return;
    if (b->sha != NULL && b->form == NULL) /* a form is compared by its parts */
        anc_sha256_add(b->sha, bytes);
    if (!anc_buf_add(&b->chunk, bytes)) {
        refuse(rq, ANC_FAIL(&rq->err, ANC_NO_MEMORY, "an upload"));
        return;
    }
    b->working = true;
    net_exchange_pause(ex);
    http_to_pool(rq, HTTP_IO, work_step);
}

/* ---- the beginning ---- */

static anc_status open_reader(http_request *rq, batch *b)
{
    const anc_str type = net_exchange_header(rq->ex, "content-type");
    const http_split_sink sink = {rq, begin_record, add_bytes, end_record};
    http_split_init(&b->split, http_media_is_lines(type) ? HTTP_SPLIT_LINES : HTTP_SPLIT_ARRAY,
                    sink);
    if (!http_media_is_form(type))
        return ANC_OK;
    const http_form_target target = {rq, open_upload, &b->upload, b->sha};
    return http_form_reader_new(type, &target, &b->form, &rq->err);
}

static anc_status open_batch(http_request *rq, batch *b)
{
    const bool keyed = net_exchange_header(rq->ex, "idempotency-key").ptr != NULL;
    ANC_TRY(http_query(rq, &b->query));
    http_principal(rq);
    b->chunk = anc_buf_init(CHUNK_BYTES);
    b->flushed_ns = krn_now_ns(rq->edge->o.clock);
    b->mem = anc_arena_new(STEP_ARENA_BYTES);
    b->sha = keyed ? anc_sha256_new() : NULL;
    if (keyed)
        krn_id_new(rq->edge->o.clock, b->id);
    const anc_str id = anc_arena_copy(rq->mem, anc_str_of(b->id)); /* outlives this */
    http_reply_seed(rq, id);
    if (b->mem == NULL || id.ptr == NULL || (keyed && b->sha == NULL))
        return ANC_FAIL(&rq->err, ANC_NO_MEMORY, "an upload");
    return open_reader(rq, b);
}

static void leave_queue(http_request *rq)
{
    http_request **at = &rq->edge->batch_first;
    while (*at != NULL && *at != rq)
        at = &(*at)->waiting;
    if (*at == rq)
        *at = rq->waiting;
    net_timer_stop(&rq->timer);
    rq->on_cancel = NULL;
}

static void left_waiting(http_request *rq)
{
    leave_queue(rq);
    http_finish(rq, ANC_FAIL(&rq->err, ANC_CANCELLED, "the caller left"));
}

static void take_place(http_request *rq)
{
    batch *b = rq->work;
    net_timer_stop(&rq->timer);
    rq->on_cancel = NULL;
    rq->edge->batches++;
    b->reading = true;
    net_exchange_stream_body(rq->ex, UINT64_MAX, on_chunk, on_end, rq);
}

void http_batch_next(http_edge *edge)
{
    http_request *rq = edge->batch_first;
    if (rq == NULL || edge->batches >= BATCHES_MAX)
        return;
    edge->batch_first = rq->waiting;
    if (!atomic_load(&edge->draining)) {
        take_place(rq);
        return;
    }
    net_timer_stop(&rq->timer);
    rq->on_cancel = NULL;
    http_finish(rq, ANC_FAIL(&rq->err, ANC_UNAVAILABLE, "the server is shutting down"));
    http_batch_next(edge);
}

static void waited_in_vain(void *arg)
{
    http_request *rq = arg;
    leave_queue(rq);
    http_finish(rq, ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                             "%d uploads are read at once, and none of them ended in time",
                             BATCHES_MAX));
}

static void wait_for_place(http_request *rq)
{
    if (!net_timer_start(rq->edge->o.loop, rq->edge->o.batch_wait_ms, waited_in_vain, rq,
                         &rq->timer)) {
        http_finish(rq, ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a timer"));
        return;
    }
    http_request **at = &rq->edge->batch_first;
    while (*at != NULL)
        at = &(*at)->waiting;
    rq->waiting = NULL;
    *at = rq;
    rq->on_cancel = left_waiting;
}

/* What came is not taken after all: another request with the same key was answered, the key does not fit, or
 * the form does not. On a pool. */
static void not_handled(http_request *rq)
{
    batch *b = rq->work;
    anc_err ignored;
    anc_err_clear(&ignored);
    krn_call call = step_call(rq);
    call.err = &ignored;
    if (b->upload != NULL && ing_upload_discard(b->upload, &call) != ANC_OK)
        krn_log_write(rq->edge->o.log, KRN_WARN, "http", "an upload was not discarded",
                      KRN_STR("error", anc_str_of(ignored.text)));
}

void http_batch_start(http_request *rq)
{
    batch *b = calloc(1, sizeof *b);
    if (b == NULL) {
        http_refuse(rq, http_problem_of(ANC_NO_MEMORY, NULL, NULL), NULL);
        return;
    }
    rq->work = b;
    rq->work_free = free_work;
    rq->not_handled = not_handled;
    const anc_status status = open_batch(rq, b);
    if (status != ANC_OK)
        http_finish(rq, status);
    else if (rq->edge->batches < BATCHES_MAX)
        take_place(rq);
    else
        wait_for_place(rq);
}

/* ---- the handler: the body is whole ---- */

static void await_step(http_request *rq)
{
    const anc_status status = http_batch_await(rq, rq->params[0]);
    if (status != ANC_OK)
        http_finish(rq, status);
}

/* Waiting has a state of its own; this one's place goes to the next body. On the loop. */
static void stop_reading(http_request *rq)
{
    free_work(rq);
    rq->work = NULL;
    rq->work_free = NULL;
    http_to_pool(rq, HTTP_IO, await_step);
}

anc_status http_documents_batch(http_request *rq)
{
    batch *b = rq->work;
    ing_batch done;
    bool made = false;
    if (b->upload == NULL)
        return ANC_FAIL(&rq->err, ANC_INVALID, "there is no document");
    ANC_TRY(http_batch_made(rq, &made, &done));
    if (made)
        not_handled(rq);
    else
        ANC_TRY(http_reply_again(rq));
    if (!made)
        ANC_TRY(ing_upload_end(b->upload, &rq->call, ANC_STR_NONE, &done));
    if (b->query.wait) {
        rq->params[0] = anc_arena_copy(rq->mem, done.id); /* as of GET /v1/ingest/{batch_id} */
        if (rq->params[0].ptr == NULL)
            return http_no_memory(rq, "a batch's id");
        http_to_loop(rq, stop_reading);
        return ANC_OK;
    }
    http_finish(rq, http_answer_started(rq, &done));
    return ANC_OK;
}
