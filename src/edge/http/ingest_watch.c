/* ingest_watch.c - following a batch to its end: as a stream, or by waiting for it.
 *
 * A look at the batch is a short step on a pool; between two looks the request is parked on a timer of
 * the loop, so that followers hold no thread. The pause grows from FIRST_MS to LAST_MS while nothing
 * happens. A look has an arena of its own, emptied each time, since a batch may take hours.
 */
#include <stdlib.h>
#include <string.h>

#include "handlers.h"

/* REST_MS: how long the end is put off for documents that are under way at it */
enum { FIRST_MS = 10, LAST_MS = 250, LOOK_BYTES = 1 << 20, REST_MS = 10000 };

typedef struct watch {
    char id[256];
    anc_arena *mem; /* owned */
    bool stream;
    bool begun;
    uint64_t seen; /* revision that was told; meaningful once begun */
    int64_t pause_ms;
    int64_t rest_until_ns; /* since it was first seen to have ended; 0: it was not */
    ing_batch batch;       /* of the last look, in mem */
    anc_status status;
} watch;

static void free_work(http_request *rq)
{
    watch *w = rq->work;
    anc_arena_free(w->mem);
    free(w);
}

static void look(http_request *rq);

static void time_to_look(void *arg)
{
    http_request *rq = arg;
    rq->on_cancel = NULL;
    http_to_pool(rq, HTTP_IO, look);
}

/* The client left, or time is over: `status` is told to a client that still waits. */
static void end_watch(http_request *rq, anc_status status)
{
    ANC_BUF(problem, 16 << 10);
    if (rq->streaming && status != ANC_OK) {
        (void)http_problem_render(rq, status, &problem);
        http_stream_event(rq, "error", anc_buf_view(&problem));
    }
    http_stream_end(rq);
    if (rq->streaming)
        http_end(rq);
    else
        http_finish(rq, status);
}

static void left_parked(http_request *rq)
{
    net_timer_stop(&rq->timer);
    end_watch(rq, ANC_FAIL(&rq->err, ANC_CANCELLED, "the caller left"));
}

static void park(http_request *rq)
{
    watch *w = rq->work;
    rq->on_cancel = left_parked;
    if (!net_timer_start(rq->edge->o.loop, w->pause_ms, time_to_look, rq, &rq->timer)) {
        rq->on_cancel = NULL;
        end_watch(rq, ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a timer"));
        return;
    }
    w->pause_ms = w->pause_ms * 3 / 2 < LAST_MS ? w->pause_ms * 3 / 2 + 1 : LAST_MS;
}

static void send_event(http_request *rq, bool ended)
{
    watch *w = rq->work;
    ANC_BUF(data, 64 << 10);
    json_writer j = json_writer_of(&data);
    http_put_batch(&j, &w->batch);
    if (!w->begun)
        http_stream_begin(rq);
    w->begun = true;
    w->seen = w->batch.revision;
    w->pause_ms = FIRST_MS;
    http_stream_event(rq, ended ? "done" : "progress", anc_buf_view(&data));
}

/* Whether the figures stand: what was under way when somebody ended the batch counts still. */
static bool has_ended(http_request *rq)
{
    watch *w = rq->work;
    const int64_t now_ns = krn_now_ns(rq->edge->o.clock);
    if (w->batch.state == ING_QUEUED || w->batch.state == ING_PROCESSING)
        return false;
    if (w->rest_until_ns == 0)
        w->rest_until_ns = now_ns + REST_MS * INT64_C(1000000);
    return w->batch.under_way == 0 || now_ns >= w->rest_until_ns;
}

/* On the loop, after a look. */
static void tell(http_request *rq)
{
    watch *w = rq->work;
    const bool ended = w->status == ANC_OK && has_ended(rq);
    if (w->status != ANC_OK || atomic_load(&rq->cancelled)) {
        end_watch(rq, w->status != ANC_OK ? w->status : ANC_CANCELLED);
        return;
    }
    if (w->stream && (ended || !w->begun || w->batch.revision != w->seen))
        send_event(rq, ended);
    if (ended && !w->stream) {
        json_writer j = http_json(rq);
        http_put_batch(&j, &w->batch);
        http_finish(rq, ANC_OK);
    } else if (ended) {
        end_watch(rq, ANC_OK);
    } else if (atomic_load(&rq->edge->draining)) {
        end_watch(rq, ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                               "the server is shutting down; the batch goes on at its next start"));
    } else {
        park(rq);
    }
}

/* On a pool. */
static void look(http_request *rq)
{
    watch *w = rq->work;
    anc_arena_reset(w->mem);
    krn_call call = rq->call;
    call.mem = w->mem;
    w->status = ing_batch_find(rq->edge->o.ing, &call, anc_str_of(w->id), &w->batch);
    http_to_loop(rq, tell);
}

static anc_status start(http_request *rq, anc_str batch_id, bool stream)
{
    watch *w = calloc(1, sizeof *w);
    if (w == NULL || batch_id.len >= sizeof w->id) {
        free(w);
        return w == NULL
                   ? ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a batch's progress")
                   : ANC_FAIL(&rq->err, ANC_NOT_FOUND, "there is no batch with so long an id");
    }
    w->mem = anc_arena_new(LOOK_BYTES);
    w->stream = stream;
    w->pause_ms = FIRST_MS;
    rq->work = w;
    rq->work_free = free_work;
    if (w->mem == NULL)
        return ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a batch's progress");
    memcpy(w->id, batch_id.ptr, batch_id.len);
    look(rq);
    return ANC_OK;
}

anc_status http_ingest_progress(http_request *rq)
{
    return start(rq, rq->params[0], true);
}

anc_status http_batch_await(http_request *rq, anc_str batch_id)
{
    return start(rq, batch_id, false);
}
