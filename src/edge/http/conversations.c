/* conversations.c - threads of questions and answers. */
#include "impl.h"

enum { MESSAGES_SHOWN = 200 };

static void write_conversation(json_writer *w, const rag_conversation *c, bool open)
{
    json_open_object(w);
    json_put_str(w, "id", c->id);
    json_put_str(w, "title", c->title);
    json_put_str_or_null(w, "user_id", c->user_id.len > 0 ? c->user_id : ANC_STR_NONE);
    http_time_put(w, "created_at", c->created_ms);
    http_time_put(w, "updated_at", c->updated_ms);
    json_put_int(w, open ? "message_count" : "messages", (int64_t)c->messages);
    if (!open)
        json_close_object(w);
}

anc_status http_handle_conversation_list(http_ctx *cx)
{
    const uint64_t limit = http_param_number(cx, "limit", HTTP_DEFAULT_LIMIT, 1, HTTP_MAX_LIMIT);
    rag_conversation *rows = NULL;
    size_t n = 0;
    anc_str before;
    ANC_TRY(http_faults_status(cx));
    ANC_TRY(http_cursor_read(cx, &before));
    ANC_TRY(rag_conversation_list(cx->edge->o.rag, &cx->call, before, limit, &rows, &n));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        write_conversation(&w, &rows[i], false);
    json_close_array(&w);
    json_put_str_or_null(&w, "next_cursor",
                         n == limit ? http_cursor_make(cx, rows[n - 1].id) : ANC_STR_NONE);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_conversation_create(http_ctx *cx)
{
    const json_value *root = http_body_root(cx);
    rag_conversation made = {0};
    ANC_TRY(rag_conversation_create(cx->edge->o.rag, &cx->call,
                                    json_str(json_member(root, "id"), ANC_STR("")),
                                    json_str(json_member(root, "title"), ANC_STR("")), &made));
    json_writer w = json_writer_of(&cx->out);
    write_conversation(&w, &made, false);
    cx->status = 201;
    return ANC_OK;
}

static void write_message(json_writer *w, const rag_message *m)
{
    json_open_object(w);
    json_put_str(w, "id", m->id);
    json_put_str(w, "query_id", m->query_id);
    json_put_str(w, "question", m->question);
    json_put_str(w, "answer", m->answer);
    if (m->answer_json.len > 0)
        json_put_raw(w, "detail", m->answer_json);
    else
        json_put_null(w, "detail");
    http_time_put(w, "created_at", m->at_ms);
    json_close_object(w);
}

anc_status http_handle_conversation_get(http_ctx *cx)
{
    rag_conversation c = {0};
    rag_message *rows = NULL;
    size_t n = 0;
    ANC_TRY(rag_conversation_find(cx->edge->o.rag, &cx->call, cx->path_params[0], &c));
    ANC_TRY(rag_message_list(cx->edge->o.rag, &cx->call, cx->path_params[0], MESSAGES_SHOWN, &rows,
                             &n));
    json_writer w = json_writer_of(&cx->out);
    write_conversation(&w, &c, true);
    json_name(&w, "messages");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        write_message(&w, &rows[i]);
    json_close_array(&w);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_conversation_delete(http_ctx *cx)
{
    ANC_TRY(rag_conversation_delete(cx->edge->o.rag, &cx->call, cx->path_params[0]));
    cx->status = 204;
    return ANC_OK;
}
