/* tracking.c - the query log, lives of documents, numbers over time, and one user forgotten. */
#include "handlers.h"
#include "schemas.h"

static anc_status fault_of(http_request *rq, anc_status status)
{
    if (status == ANC_INVALID && rq->err.pointer[0] != '\0')
        http_fault_add(&rq->faults, anc_str_of(rq->err.pointer), "%s", rq->err.text);
    return status;
}

/* Searches that were answered a moment ago are in the log, where it can be written; reading needs no writing. */
static void write_searches(http_request *rq)
{
    (void)rag_searches_write(rq->edge->o.rag, &rq->call);
}

anc_status http_tracking_queries(http_request *rq)
{
    http_tracking_query_in q;
    anc_str mark, next;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(http_cursor_read(rq, q.page.cursor, &mark));
    write_searches(rq);
    const trk_wish wish = {.user_id = q.user,
                           .collection = q.collection,
                           .text = q.q,
                           .status = q.status,
                           .since_ms = q.since_ms,
                           .until_ms = q.until_ms,
                           .min_ms = q.min_ms,
                           .zero_results = q.zero_results,
                           .mark = mark,
                           .limit = (size_t)q.page.limit};
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_name(&w, "items");
    ANC_TRY(fault_of(rq, trk_list(rq->edge->o.trk, &rq->call, &wish, &w, &next)));
    json_put_str_or_null(&w, "next_cursor",
                         next.ptr != NULL ? http_cursor_of(rq, next) : ANC_STR_NONE);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_tracking_query(http_request *rq)
{
    write_searches(rq);
    json_writer w = http_json(rq);
    return trk_show(rq->edge->o.trk, &rq->call, rq->params[0], &w);
}

anc_status http_tracking_document(http_request *rq)
{
    http_tracking_document_in q;
    ANC_TRY(http_query(rq, &q));
    write_searches(rq);
    json_writer w = http_json(rq);
    return fault_of(rq, trk_document(rq->edge->o.trk, &rq->call, rq->params[0], q.collection, &w));
}

anc_status http_tracking_stats(http_request *rq)
{
    http_tracking_stats_in q;
    ANC_TRY(http_query(rq, &q));
    write_searches(rq);
    json_writer w = http_json(rq);
    return fault_of(rq, trk_stats_write(rq->edge->o.trk, &rq->call, q.since_ms, q.bucket, &w));
}

anc_status http_tracking_erase(http_request *rq)
{
    http_erase_in in;
    ANC_TRY(http_body(rq, &in));
    if (!rag_searches_write(rq->edge->o.rag, &rq->call))
        return ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                        "searches wait to be written, and the user's would come after the erasure");
    json_writer w = http_json(rq);
    return fault_of(rq, trk_erase(rq->edge->o.trk, &rq->call, in.user_id, &w));
}
