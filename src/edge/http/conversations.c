/* conversations.c - threads of questions: list, start, read, forget. */
#include "handlers.h"
#include "schemas.h"

static void put_conversation(json_writer *w, const rag_conversation *c)
{
    json_put_str(w, "id", c->id);
    json_put_str(w, "title", c->title);
    json_put_int(w, "message_count", (int64_t)c->messages);
    http_put_time(w, "created_at", c->created_ms);
    http_put_time(w, "updated_at", c->updated_ms);
}

/* "1700000000000 id", so that a page goes on from its place even when its last row is gone. */
static anc_str cursor_of(http_request *rq, const rag_conversation *last)
{
    const anc_str key =
        anc_arena_printf(rq->mem, "%lld %.*s", (long long)last->updated_ms, ANC_FMT(last->id));
    return http_cursor_of(rq, key);
}

static anc_status read_cursor(http_request *rq, anc_str cursor, rag_conversation_mark *ret)
{
    anc_str rest, time;
    uint64_t ms = 0;
    ANC_TRY(http_cursor_read(rq, cursor, &rest));
    const bool fits = anc_str_split(&rest, ' ', &time) && anc_str_to_u64(time, &ms) &&
                      ms <= INT64_MAX && rest.len > 0;
    if (!fits)
        http_fault_add(&rq->faults, ANC_STR("?cursor"), "is not a next_cursor of this list");
    *ret = (rag_conversation_mark){(int64_t)ms, rest};
    return http_faults_status(&rq->faults, &rq->err);
}

anc_status http_conversations_list(http_request *rq)
{
    http_page page;
    rag_conversation_mark mark;
    rag_conversation *items;
    size_t n;
    ANC_TRY(http_query(rq, &page));
    if (page.cursor.len > 0)
        ANC_TRY(read_cursor(rq, page.cursor, &mark));
    ANC_TRY(rag_conversation_list(rq->edge->o.rag, &rq->call, page.cursor.len > 0 ? &mark : NULL,
                                  (size_t)page.limit, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++) {
        json_open_object(&w);
        put_conversation(&w, &items[i]);
        json_close_object(&w);
    }
    const bool more = n == (size_t)page.limit;
    return http_list_end(rq, &w, more, more ? cursor_of(rq, &items[n - 1]) : ANC_STR_NONE);
}

anc_status http_conversations_create(http_request *rq)
{
    http_conversation_in in;
    rag_conversation made;
    ANC_TRY(http_body(rq, &in));
    const anc_str id = in.id.len > 0 ? in.id : rq->seed;
    anc_status status = rag_conversation_create(rq->edge->o.rag, &rq->call, id, in.title, &made);
    if (status == ANC_CONFLICT && rq->resumed) { /* it was made before the server ended */
        anc_err_clear(&rq->err);
        status = rag_conversation_find(rq->edge->o.rag, &rq->call, id, &made);
    }
    ANC_TRY(status);
    json_writer w = http_json(rq);
    json_open_object(&w);
    put_conversation(&w, &made);
    json_close_object(&w);
    rq->answer.status = 201;
    return ANC_OK;
}

/* A list of what was kept of an answer; [] when it is not there. */
static void put_kept(json_writer *w, const json_value *kept, const char *name)
{
    const json_value *list = json_member(kept, name);
    ANC_BUF(text, HTTP_ANSWER_BYTES);
    if (json_kind_of(list) == JSON_ARRAY)
        json_dump(list, &text);
    json_put_raw(w, name, text.len > 0 ? anc_buf_view(&text) : ANC_STR("[]"));
}

static void put_kept_text(json_writer *w, const json_value *kept, const char *name)
{
    json_put_str_or_null(w, name, json_str(json_member(kept, name), ANC_STR_NONE));
}

void http_put_message(json_writer *w, const rag_message *m)
{
    json_doc *kept = NULL;
    if (m->answer_json.len > 0 && json_parse(m->answer_json, &kept, NULL) != ANC_OK)
        kept = NULL;
    const json_value *root = json_root(kept);
    json_open_object(w);
    json_put_str(w, "id", m->id);
    json_put_str(w, "query_id", m->query_id);
    json_put_str(w, "question", m->question);
    json_put_str(w, "answer", m->answer);
    json_put_bool(w, "withheld", m->withheld);
    put_kept(w, root, "citations");
    put_kept(w, root, "sources");
    put_kept_text(w, root, "model_used");
    put_kept_text(w, root, "provider");
    json_put_bool(w, "degraded", json_bool(json_member(root, "degraded"), false));
    json_put_bool(w, "no_answer", json_bool(json_member(root, "no_answer"), false));
    if (m->rating != 0)
        json_put_int(w, "rating", m->rating);
    else
        json_put_null(w, "rating");
    json_put_str(w, "comment", m->comment);
    http_put_time(w, "created_at", m->at_ms);
    json_close_object(w);
    json_doc_free(kept);
}

void http_put_messages(json_writer *w, const char *name, const rag_message *m, size_t n)
{
    json_name(w, name);
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        http_put_message(w, &m[i]);
    json_close_array(w);
}

/* The cursor of turns is the place of the oldest that was seen. */
anc_status http_older_read(http_request *rq, anc_str cursor, uint64_t *ret)
{
    anc_str text;
    *ret = UINT64_MAX;
    ANC_TRY(http_cursor_read(rq, cursor, &text));
    if (text.len > 0 && !anc_str_to_u64(text, ret))
        http_fault_add(&rq->faults, ANC_STR("?cursor"), "is not a next_cursor of this list");
    return http_faults_status(&rq->faults, &rq->err);
}

anc_status http_put_older(http_request *rq, json_writer *w, const rag_message *m, size_t n,
                          size_t limit)
{
    const bool more = n == limit && m[0].position > 1;
    const anc_str key =
        more ? anc_arena_printf(rq->mem, "%llu", (unsigned long long)m[0].position) : ANC_STR_NONE;
    return http_put_next(rq, w, more, http_cursor_of(rq, key));
}

anc_status http_conversations_get(http_request *rq)
{
    rag_service *rag = rq->edge->o.rag;
    http_page page;
    rag_conversation c;
    rag_message *messages;
    uint64_t before;
    size_t n;
    ANC_TRY(http_query(rq, &page));
    ANC_TRY(http_older_read(rq, page.cursor, &before));
    ANC_TRY(rag_conversation_find(rag, &rq->call, rq->params[0], &c));
    ANC_TRY(
        rag_message_list(rag, &rq->call, rq->params[0], before, (size_t)page.limit, &messages, &n));
    json_writer w = http_json(rq);
    json_open_object(&w);
    put_conversation(&w, &c);
    http_put_messages(&w, "messages", messages, n);
    ANC_TRY(http_put_older(rq, &w, messages, n, (size_t)page.limit));
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_conversations_delete(http_request *rq)
{
    ANC_TRY(rag_conversation_delete(rq->edge->o.rag, &rq->call, rq->params[0]));
    rq->answer.status = 204;
    return ANC_OK;
}
