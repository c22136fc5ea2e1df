/* feedback.c - whether an answer helped. */
#include "handlers.h"
#include "schemas.h"

anc_status http_feedback_give(http_request *rq)
{
    http_feedback_in in;
    ANC_TRY(http_body(rq, &in));
    ANC_TRY(rag_feedback_give(rq->edge->o.rag, &rq->call, in.query_id, (int)in.rating, in.comment));
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "query_id", in.query_id);
    json_put_int(&w, "rating", in.rating);
    json_put_str(&w, "comment", in.comment);
    json_close_object(&w);
    return ANC_OK;
}
