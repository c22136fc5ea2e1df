/* sync.c - the index brought up to date on request, and how far that is. */
#include "handlers.h"
#include "schemas.h"

static const char *const state_names[] = {
    [SRCH_SYNC_QUEUED] = "queued",
    [SRCH_SYNC_PROCESSING] = "processing",
    [SRCH_SYNC_DONE] = "completed",
};

anc_status http_sync_start(http_request *rq)
{
    http_sync_in in;
    srch_sync sync;
    ANC_TRY(http_body(rq, &in));
    ANC_TRY(srch_sync_start(rq->edge->o.srch, &rq->call, in.rebuild, &sync));
    const anc_str place = anc_arena_printf(rq->mem, "/v1/knowledge/sync/%.*s", ANC_FMT(sync.id));
    if (place.ptr == NULL)
        return http_no_memory(rq, "an address");
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "message",
                 in.rebuild ? ANC_STR("the index is built anew in the background")
                            : ANC_STR("the index catches up in the background"));
    json_put_str(&w, "batch_id", sync.id);
    json_put_str(&w, "status", ANC_STR("queued"));
    json_close_object(&w);
    http_answer_header(rq, "Location", place);
    rq->answer.status = 202;
    return ANC_OK;
}

anc_status http_sync_get(http_request *rq)
{
    srch_sync sync;
    ANC_TRY(srch_sync_find(rq->edge->o.srch, &rq->call, rq->params[0], &sync));
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "batch_id", sync.id);
    json_put_str(&w, "status", anc_str_of(state_names[sync.state]));
    json_put_bool(&w, "rebuild", sync.rebuild);
    json_put_int(&w, "total", (int64_t)sync.total);
    json_put_int(&w, "processed", (int64_t)sync.processed);
    http_put_time(&w, "created_at", sync.created_ms);
    http_put_time(&w, "completed_at", sync.completed_ms);
    json_close_object(&w);
    return ANC_OK;
}
