/* dead_letters.c - documents that failed: listed, tried again, forgotten. */
#include "handlers.h"
#include "schemas.h"

enum { REPLAYS_MAX = 100 };

static void put_letter(json_writer *w, const ing_dead_letter *l)
{
    json_open_object(w);
    json_put_str(w, "id", l->id);
    json_put_str(w, "batch_id", l->batch_id);
    json_put_str(w, "collection", l->collection);
    json_put_str(w, "document", l->document);
    json_put_str(w, "source", l->source);
    json_put_int(w, "bytes", (int64_t)l->bytes);
    json_put_str(w, "stage", l->stage);
    json_put_str(w, "reason", l->reason);
    json_put_int(w, "attempts", l->attempts);
    http_put_time(w, "failed_at", l->at_ms);
    json_close_object(w);
}

anc_status http_dead_letters_list(http_request *rq)
{
    http_failure_query q;
    anc_str before;
    ing_dead_letter *items;
    size_t n;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(http_cursor_read(rq, q.page.cursor, &before));
    ANC_TRY(ing_dead_letter_list(rq->edge->o.ing, &rq->call, q.batch_id, before,
                                 (size_t)q.page.limit, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++)
        put_letter(&w, &items[i]);
    const bool more = n == (size_t)q.page.limit;
    return http_list_end(rq, &w, more, more ? http_cursor_of(rq, items[n - 1].id) : ANC_STR_NONE);
}

anc_status http_dead_letters_replay(http_request *rq)
{
    ing_batch batch;
    bool made = false;
    ANC_TRY(http_batch_made(rq, &made, &batch));
    if (!made)
        ANC_TRY(ing_dead_letter_replay(rq->edge->o.ing, &rq->call, rq->params[0], &batch));
    return http_answer_started(rq, &batch);
}

anc_status http_dead_letters_replay_all(http_request *rq)
{
    ing_batch *items;
    size_t n;
    ANC_TRY(ing_dead_letter_replay_all(rq->edge->o.ing, &rq->call, REPLAYS_MAX, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++)
        http_put_batch(&w, &items[i]);
    json_close_array(&w);
    json_close_object(&w);
    rq->answer.status = 202;
    return ANC_OK;
}

anc_status http_dead_letters_delete(http_request *rq)
{
    ANC_TRY(ing_dead_letter_delete(rq->edge->o.ing, &rq->call, rq->params[0]));
    rq->answer.status = 204;
    return ANC_OK;
}
