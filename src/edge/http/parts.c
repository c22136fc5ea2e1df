/* parts.c - small pieces of answers: times, lists, objects, cursors. */
#include "base/id.h"
#include "base/utf8.h"

#include "base/base64.h"
#include "request.h"

void http_put_time(json_writer *w, const char *name, int64_t unix_ms)
{
    char text[ANC_TIME_TEXT + 1];
    if (unix_ms == 0) {
        json_put_null(w, name);
        return;
    }
    anc_time_text(unix_ms, text);
    json_put_str(w, name, anc_str_of(text));
}

void http_put_texts(json_writer *w, const char *name, const anc_str *items, size_t n)
{
    json_name(w, name);
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        json_write_str(w, items[i]);
    json_close_array(w);
}

void http_put_object(json_writer *w, const char *name, anc_str json)
{
    json_put_raw(w, name, json.len > 0 ? json : ANC_STR("{}"));
}

anc_str http_cursor_of(http_request *rq, anc_str key)
{
    ANC_BUF(text, 8192);
    if (key.ptr == NULL)
        return ANC_STR_NONE;
    anc_base64_put_url(&text, key);
    return text.refused ? ANC_STR_NONE : anc_arena_copy(rq->mem, anc_buf_view(&text));
}

json_writer http_list_begin(http_request *rq)
{
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    return w;
}

anc_status http_put_next(http_request *rq, json_writer *w, bool more, anc_str cursor)
{
    if (more && cursor.ptr == NULL)
        return http_no_memory(rq, "the cursor of a list");
    json_put_str_or_null(w, "next_cursor", more ? cursor : ANC_STR_NONE);
    return ANC_OK;
}

anc_status http_list_end(http_request *rq, json_writer *w, bool more, anc_str cursor)
{
    json_close_array(w);
    ANC_TRY(http_put_next(rq, w, more, cursor));
    json_close_object(w);
    return ANC_OK;
}

anc_status http_cursor_read(http_request *rq, anc_str cursor, anc_str *ret)
{
    ANC_BUF(key, 4096);
    if (cursor.len == 0) {
        *ret = ANC_STR("");
        return ANC_OK;
    }
    if (anc_base64_read(cursor, &key, NULL) != ANC_OK || !anc_utf8_valid(anc_buf_view(&key))) {
        http_fault_add(&rq->faults, ANC_STR("?cursor"), "is not a next_cursor of this list");
        return http_faults_status(&rq->faults, &rq->err);
    }
    *ret = anc_arena_copy(rq->mem, anc_buf_view(&key));
    return ret->ptr != NULL ? ANC_OK : http_no_memory(rq, "a cursor");
}
