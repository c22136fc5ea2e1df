/* double_tracking.c - the tracking component, answered from memory: nothing was asked yet. */
#include "support/service_doubles_impl.h"
#include "tracking/tracking.h"

anc_status trk_list(trk_service *service, krn_call *call, const trk_wish *wish, json_writer *w,
                    anc_str *ret_mark)
{
    (void)service;
    if (wish->mark.len > 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "?cursor",
                              "is not a next_cursor of this list");
    json_open_array(w);
    json_close_array(w);
    *ret_mark = wish->limit == 1 ? ANC_STR("1 1") : ANC_STR_NONE;
    return ANC_OK;
}

bool trk_trouble(trk_service *service, char ret[TRK_TROUBLE_BYTES])
{
    (void)service;
    ret[0] = '\0';
    return false;
}

anc_status trk_show(trk_service *service, krn_call *call, anc_str query_id, json_writer *w)
{
    (void)service;
    (void)w;
    return ANC_FAIL(call->err, ANC_NOT_FOUND, "no query \"%.*s\"", ANC_FMT(query_id));
}

anc_status trk_knows(trk_service *service, krn_call *call, anc_str query_id, bool *ret)
{
    (void)service;
    (void)call;
    *ret = anc_str_eq(query_id, ANC_STR("q-searched"));
    return ANC_OK;
}

anc_status trk_document(trk_service *service, krn_call *call, anc_str document_id,
                        anc_str collection, json_writer *w)
{
    (void)collection;
    (void)service;
    (void)w;
    return ANC_FAIL(call->err, ANC_NOT_FOUND, "no document \"%.*s\"", ANC_FMT(document_id));
}

anc_status trk_stats_write(trk_service *service, krn_call *call, int64_t since_ms, anc_str bucket,
                           json_writer *w)
{
    (void)service;
    (void)call;
    (void)since_ms;
    json_open_object(w);
    json_put_str(w, "bucket", bucket);
    json_close_object(w);
    return ANC_OK;
}

anc_status trk_erase(trk_service *service, krn_call *call, anc_str user_id, json_writer *w)
{
    (void)service;
    (void)call;
    json_open_object(w);
    json_put_str(w, "user_id", user_id);
    json_close_object(w);
    return ANC_OK;
}
