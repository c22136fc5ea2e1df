/* feedback.c - whether an answer helped, or what a search found. */
#include "handlers.h"
#include "schemas.h"

/* Of a search, or a query that failed, there is no turn: the query log knows it. */
static anc_status give_of_log(http_request *rq, const http_feedback_in *in)
{
    const http_edge_options *o = &rq->edge->o;
    bool known = false;
    anc_err_clear(&rq->err);
    (void)rag_searches_write(o->rag, &rq->call); /* those of a moment ago */
    const anc_status status = trk_knows(o->trk, &rq->call, in->query_id, &known);
    if (status == ANC_NOT_IMPLEMENTED) {
        anc_err_clear(&rq->err);
        return ANC_FAIL(&rq->err, ANC_NOT_FOUND,
                        "no conversation of yours has an answer to query \"%.*s\"; searches and "
                        "queries that failed are known to the query log alone, which is off "
                        "(tracking.enabled)",
                        ANC_FMT(in->query_id));
    }
    ANC_TRY(status);
    if (!known)
        return ANC_FAIL(&rq->err, ANC_NOT_FOUND,
                        "there is no query \"%.*s\": neither in a conversation of yours nor in the "
                        "query log",
                        ANC_FMT(in->query_id));
    return rag_feedback_tell(o->rag, &rq->call, in->query_id, (int)in->rating, in->comment);
}

anc_status http_feedback_give(http_request *rq)
{
    http_feedback_in in;
    ANC_TRY(http_body(rq, &in));
    const anc_status status =
        rag_feedback_give(rq->edge->o.rag, &rq->call, in.query_id, (int)in.rating, in.comment);
    if (status == ANC_NOT_FOUND)
        ANC_TRY(give_of_log(rq, &in));
    else
        ANC_TRY(status);
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "query_id", in.query_id);
    json_put_int(&w, "rating", in.rating);
    json_put_str(&w, "comment", in.comment);
    json_close_object(&w);
    return ANC_OK;
}
