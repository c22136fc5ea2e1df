/* index.c - the search index: how it is, read through, and made as fast as it gets. */
#include <math.h>

#include "handlers.h"

static void put_secret(json_writer *w, const char *name, const char *text, bool is_owner)
{
    json_put_str_or_null(w, name, is_owner && text[0] != '\0' ? anc_str_of(text) : ANC_STR_NONE);
}

void http_put_index(json_writer *w, const srch_status_row *s, bool is_owner)
{
    json_open_object(w);
    json_put_bool(w, "ready", s->ready);
    json_put_bool(w, "rebuilding", s->rebuilding);
    json_put_str_or_null(w, "activity", is_owner ? s->detail : ANC_STR_NONE);
    json_put_int(w, "cursor", (int64_t)s->cursor);
    json_put_int(w, "documents", (int64_t)s->documents);
    json_put_int(w, "chunks", (int64_t)s->chunks);
    json_put_int(w, "bytes", (int64_t)s->bytes);
    json_put_bool(w, "kept", s->is_kept);
    json_put_int(w, "saved_cursor", (int64_t)s->kept_cursor);
    json_put_int(w, "lag", (int64_t)s->lag);
    json_put_int(w, "segments", s->segments);
    json_put_int(w, "stored_bytes", (int64_t)s->stored_bytes);
    json_put_int(w, "unsaved_chunks", (int64_t)s->unsaved_chunks);
    json_put_int(w, "dead_chunks", (int64_t)s->dead_chunks);
    json_put_int(w, "graphs", s->graphs);
    if (s->graphs > 0)
        json_put_fixed(w, "recall", (double)s->recall, 4);
    else
        json_put_null(w, "recall");
    const bool weighted = !isnan(s->semantic_share);
    json_put_str(w, "fusion", anc_str_of(weighted ? "weighted" : "reciprocal"));
    if (weighted)
        json_put_fixed(w, "semantic_share", s->semantic_share, 4);
    else
        json_put_null(w, "semantic_share");
    json_put_int(w, "title_weight", s->title_weight);
    json_put_int(w, "damages", (int64_t)s->damages);
    put_secret(w, "save_problem", s->save_problem, is_owner);
    json_put_int(w, "left_out", (int64_t)s->left_out);
    put_secret(w, "last_left_out", s->left_out_text, is_owner);
    json_close_object(w);
}

anc_status http_index_verify(http_request *rq)
{
    srch_verified verified;
    ANC_TRY(srch_verify(rq->edge->o.srch, &rq->call, &verified));
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_int(&w, "damaged", (int64_t)verified.damaged);
    json_name(&w, "found");
    json_open_array(&w);
    for (size_t i = 0; i < verified.n; i++)
        json_write_str(&w, verified.lines[i]);
    json_close_array(&w);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_index_optimize(http_request *rq)
{
    ANC_TRY(srch_optimize(rq->edge->o.srch, &rq->call));
    const srch_status_row status = srch_status(rq->edge->o.srch);
    json_writer w = http_json(rq);
    http_put_index(&w, &status, rq->is_owner);
    return ANC_OK;
}
