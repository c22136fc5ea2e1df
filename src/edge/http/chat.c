/* chat.c - a question over HTTP: prepared on a pool, generated on the loop, finished on a pool.
 *
 *   pool  prepare ──post──> loop  begin, sources, tokens ──submit──> pool  finish, done
 *
 * Both forms take the same way; the whole one throws the tokens away and answers at the end. What is
 * touched on two threads is handed over with the post or the submit. `generating` and the timers are
 * the loop's alone.
 */
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "net/sse.h"

enum { HEARTBEAT_MS = 15000, RETRY_MS = 20, EVENT_BYTES = 64 << 20, ID_BYTES = 24 };

typedef struct chat {
    http_ctx *cx;
    rag_turn *turn; /* owned */
    bool stream;
    uint64_t event_id;
    bool generating;
    bool timed_out;
    net_timer *heartbeat, *deadline, *retry;
    anc_status status; /* of the generation */
    anc_err err;
} chat;

/* ---- the request's body as a question ---- */

static anc_str text_of(const json_value *root, const char *name)
{
    return json_str(json_member(root, name), ANC_STR_NONE);
}

static anc_status read_names(http_ctx *cx, const json_value *array, rag_question *q)
{
    const size_t n = json_count(array);
    anc_str *names = anc_arena_alloc(cx->mem, n + 1, sizeof *names);
    if (names == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "%zu collections", n);
    for (size_t i = 0; i < n; i++)
        names[i] = json_str(json_element(array, i), ANC_STR(""));
    q->collections = names;
    q->n_collections = n;
    return ANC_OK;
}

static anc_status read_question(http_ctx *cx, rag_question *q)
{
    const json_value *root = http_body_root(cx);
    const anc_str question = text_of(root, "question"), query = text_of(root, "query");
    if (question.ptr == NULL && query.ptr == NULL)
        return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, "/question", "question is missing");
    *q = (rag_question){.question = question.ptr != NULL ? question : query,
                        .conversation_id = text_of(root, "conversation_id"),
                        .session_id = text_of(root, "session_id"),
                        .message_id = text_of(root, "message_id"),
                        .top_k = (uint32_t)json_int(json_member(root, "top_k"), 0),
                        .model = text_of(root, "model"),
                        .provider = text_of(root, "provider"),
                        .system_prompt = text_of(root, "system_prompt"),
                        .keep = true};
    if (json_kind_of(json_member(root, "filters")) == JSON_OBJECT)
        q->filters = json_member(root, "filters");
    (void)rag_mode_parse(json_str(json_member(root, "mode"), ANC_STR("auto")), &q->mode);
    return read_names(cx, json_member(root, "collections"), q);
}

static anc_status read_question_of_query(http_ctx *cx, rag_question *q)
{
    anc_str names = http_param(cx, "collections"), one;
    const anc_str mode = http_param(cx, "mode");
    anc_str *list = anc_arena_alloc(cx->mem, names.len + 1, sizeof *list);
    if (list == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "collections");
    *q = (rag_question){.question = http_param(cx, "question"),
                        .conversation_id = http_param(cx, "conversation_id"),
                        .top_k = (uint32_t)http_param_number(cx, "top_k", 0, 1, 50),
                        .model = http_param(cx, "model"),
                        .collections = list,
                        .keep = true};
    while (anc_str_split(&names, ',', &one))
        if (anc_str_trim(one).len > 0)
            list[q->n_collections++] = anc_str_trim(one);
    if (mode.len > 0 && !rag_mode_parse(mode, &q->mode))
        http_fault_add(&cx->faults, "?mode", "'%.*s' is no mode",
                       ANC_FMT(anc_str_sub(mode, 0, 40)));
    return http_faults_status(cx);
}

/* ---- the stream ---- */

static void send_event(chat *c, const char *name, const anc_buf *data)
{
    ANC_BUF(out, EVENT_BYTES);
    ANC_BUF(id, ID_BYTES);
    (void)anc_buf_printf(&id, "%llu", (unsigned long long)++c->event_id);
    net_sse_put(&out, anc_buf_view(&id), anc_str_of(name), anc_buf_view(data));
    (void)net_exchange_write(c->cx->ex, anc_buf_view(&out));
}

static void send_sources(chat *c)
{
    ANC_BUF(data, EVENT_BYTES);
    json_writer w = json_writer_of(&data);
    http_sources_write(&w, rag_turn_sources(c->turn));
    send_event(c, "sources", &data);
}

static void start_heartbeat(chat *c);

static void heartbeat(void *arg)
{
    chat *c = arg;
    ANC_BUF(out, 64);
    net_sse_put_comment(&out, ANC_STR("still here"));
    (void)net_exchange_write(c->cx->ex, anc_buf_view(&out));
    start_heartbeat(c);
}

/* Without memory for a timer the line stays open all the same, only quieter. */
static void start_heartbeat(chat *c)
{
    if (!net_timer_start(c->cx->edge->o.loop, HEARTBEAT_MS, heartbeat, c, &c->heartbeat))
        c->heartbeat = NULL;
}

static void send_end(chat *c, anc_status status, const rag_answer *answer)
{
    http_ctx *cx = c->cx;
    ANC_BUF(data, EVENT_BYTES);
    if (status == ANC_OK) {
        json_writer w = json_writer_of(&data);
        http_answer_write(&w, answer, false);
        send_event(c, "done", &data);
    } else {
        http_problem_write(&data, http_status_of(status), anc_str_of(c->err.text),
                           net_exchange_path(cx->ex), anc_str_of(cx->request_id), &c->err, NULL);
        send_event(c, "error", &data);
    }
}

/* ---- the three steps ---- */

static void finish(void *arg)
{
    chat *c = arg;
    http_ctx *cx = c->cx;
    const rag_answer *answer = NULL;
    const anc_status saved = rag_finish(cx->edge->o.rag, c->turn, &answer);
    anc_status status = c->status;
    if (c->timed_out) {
        anc_err_clear(&c->err);
        status = ANC_FAIL(&c->err, ANC_DEADLINE, "no answer within the request's time");
    } else if (status == ANC_OK && saved != ANC_OK) {
        status = ANC_FAIL(&c->err, saved, "the answer could not be finished");
    }
    if (c->stream) {
        send_end(c, status, answer);
    } else if (status == ANC_OK) {
        json_writer w = json_writer_of(&cx->out);
        http_answer_write(&w, answer, true);
    } else {
        cx->err = c->err;
    }
    const bool stream = c->stream;
    rag_turn_free(c->turn);
    free(c);
    cx->stream = NULL;
    if (stream)
        http_stream_end(cx);
    else
        http_finish(cx, status);
}

/* Finishing needs a pool thread; a full queue is tried again, since the turn must be recorded. */
static void submit_finish(void *arg)
{
    chat *c = arg;
    if (krn_submit(c->cx->edge->o.cpu, finish, c, NULL) == ANC_OK)
        return;
    if (!net_timer_start(c->cx->edge->o.loop, RETRY_MS, submit_finish, c, &c->retry))
        finish(c);
}

static void on_token(void *arg, anc_str text)
{
    chat *c = arg;
    ANC_BUF(data, EVENT_BYTES);
    if (!c->stream)
        return;
    json_writer w = json_writer_of(&data);
    json_open_object(&w);
    json_put_str(&w, "text", text);
    json_close_object(&w);
    send_event(c, "token", &data);
}

static void on_done(void *arg, anc_status status, const anc_err *err)
{
    chat *c = arg;
    c->generating = false;
    c->cx->on_gone = NULL; /* from here on the turn belongs to the pool */
    net_timer_stop(&c->heartbeat);
    net_timer_stop(&c->deadline);
    c->status = status;
    if (status != ANC_OK && err != NULL)
        c->err = *err;
    submit_finish(c);
}

static void cancel(chat *c)
{
    if (c->generating)
        rag_cancel(c->cx->edge->o.rag, c->turn);
}

static void on_gone(http_ctx *cx)
{
    cancel(cx->stream);
}

static void on_deadline(void *arg)
{
    chat *c = arg;
    c->timed_out = true;
    cancel(c);
}

static void generate(void *arg)
{
    chat *c = arg;
    http_ctx *cx = c->cx;
    net_loop *loop = cx->edge->o.loop;
    const rag_sink sink = {.arg = c, .on_token = on_token, .on_done = on_done};
    const int64_t left_ns = cx->call.deadline_ns - krn_now_ns(cx->edge->o.clock);
    if (c->stream) {
        (void)http_stream_begin(cx);
        send_sources(c);
        start_heartbeat(c);
    }
    const bool timed =
        net_timer_start(loop, left_ns > 0 ? left_ns / 1000000 : 0, on_deadline, c, &c->deadline);
    c->generating = true;
    cx->on_gone = on_gone;
    rag_generate(cx->edge->o.rag, c->turn, &sink);
    /* the client left before this ran, or nothing would end an endless answer */
    if (atomic_load(&cx->cancelled) || !timed)
        cancel(c);
}

static anc_status start(http_ctx *cx, const rag_question *question, bool stream)
{
    chat *c = calloc(1, sizeof *c);
    if (c == NULL)
        return ANC_FAIL(&cx->err, ANC_NO_MEMORY, "a question");
    c->cx = cx;
    c->stream = stream;
    const anc_status status = rag_prepare(cx->edge->o.rag, &cx->call, question, &c->turn);
    if (status != ANC_OK) {
        free(c);
        return status;
    }
    cx->stream = c;
    cx->streaming = true;
    if (!net_loop_post(cx->edge->o.loop, generate, c)) {
        cx->streaming = false;
        cx->stream = NULL;
        rag_turn_free(c->turn);
        free(c);
        return ANC_FAIL(&cx->err, ANC_UNAVAILABLE, "the server is closing");
    }
    return ANC_OK;
}

anc_status http_handle_chat_query(http_ctx *cx)
{
    rag_question q;
    ANC_TRY(read_question(cx, &q));
    return start(cx, &q, false);
}

anc_status http_handle_chat_stream(http_ctx *cx)
{
    rag_question q;
    ANC_TRY(read_question(cx, &q));
    return start(cx, &q, true);
}

anc_status http_handle_chat_stream_get(http_ctx *cx)
{
    rag_question q;
    ANC_TRY(read_question_of_query(cx, &q));
    return start(cx, &q, true);
}
