/* chat.c - a question in its steps: prepare (pool), where it leans on a conversation perhaps rewrite
 * (loop), retrieve (pool), generate (loop), finish (pool).
 *
 * A plain answer and a stream are the same steps; a stream begins with its sources when they are
 * known, and ends with the answer or the problem as an event. Before the first event a failure is an
 * ordinary problem. While the provider writes, no thread is held; the client's departure and the
 * deadline reach it through on_cancel.
 */
#include <stdlib.h>

#include "handlers.h"
#include "schemas.h"

enum { EVENT_BYTES = 16 << 20 };

typedef struct chat_work {
    rag_turn *turn; /* owned */
    bool stream;
    anc_status status; /* of the generation */
} chat_work;

static void free_work(http_request *rq)
{
    chat_work *chat = rq->work;
    rag_turn_free(chat->turn);
    free(chat);
}

/* ---- the end ---- */

static void close_stream(http_request *rq)
{
    const chat_work *chat = rq->work;
    rq->served = chat->status == ANC_OK;
    http_stream_event(rq, chat->status == ANC_OK ? "done" : "error",
                      anc_buf_view(&rq->answer.body));
    if (chat->status == ANC_OK)
        http_stream_keep(rq);
    http_stream_end(rq);
    http_end(rq);
}

static void end_stream(http_request *rq, anc_status status)
{
    chat_work *chat = rq->work;
    if (status != ANC_OK) {
        anc_buf_clear(&rq->answer.body);
        (void)http_problem_render(rq, status, &rq->answer.body);
    }
    chat->status = status;
    http_to_loop(rq, close_stream);
}

/* On a pool: citations are checked, the turn is queued for saving. */
static void finish(http_request *rq)
{
    chat_work *chat = rq->work;
    const rag_answer *answer = NULL;
    anc_status status = rag_finish(rq->edge->o.rag, chat->turn, &answer);
    if (chat->status != ANC_OK)
        status = chat->status;
    else if (status != ANC_OK)
        rq->err = *rag_turn_error(chat->turn);
    if (status == ANC_OK) {
        json_writer w = http_json(rq);
        http_put_answer(&w, answer, !chat->stream);
        status = anc_buf_status(&rq->answer.body, "the answer", &rq->err);
    }
    if (chat->stream)
        end_stream(rq, status);
    else
        http_finish(rq, status);
}

/* ---- generating, on the loop ---- */

static void on_token(void *arg, anc_str text)
{
    http_request *rq = arg;
    const chat_work *chat = rq->work;
    if (!chat->stream)
        return;
    ANC_BUF(data, EVENT_BYTES);
    json_writer w = json_writer_of(&data);
    json_open_object(&w);
    json_put_str(&w, "text", text);
    json_close_object(&w);
    http_stream_event(rq, "token", anc_buf_view(&data));
}

static void on_done(void *arg, anc_status status, const anc_err *err)
{
    http_request *rq = arg;
    chat_work *chat = rq->work;
    rq->on_cancel = NULL;
    chat->status = status;
    if (status != ANC_OK && rq->timed_out)
        chat->status = ANC_FAIL(&rq->err, ANC_DEADLINE,
                                "the request's time was over before the answer was whole");
    else if (status != ANC_OK && err != NULL)
        rq->err = *err;
    http_to_pool(rq, HTTP_CPU, finish);
}

/* The client left or time is over: the step at work notices, and a provider is told. */
static void stop_turn(http_request *rq)
{
    const chat_work *chat = rq->work;
    rag_cancel(rq->edge->o.rag, chat->turn);
}

static void send_sources(http_request *rq, const rag_answer *known)
{
    ANC_BUF(data, EVENT_BYTES);
    json_writer w = json_writer_of(&data);
    json_open_object(&w);
    json_put_str(&w, "query_id", known->query_id);
    json_name(&w, "sources");
    json_open_array(&w);
    for (size_t i = 0; i < known->n_sources; i++)
        http_put_source(&w, &known->sources[i]);
    json_close_array(&w);
    json_close_object(&w);
    http_stream_event(rq, "sources", anc_buf_view(&data));
}

static void generate(http_request *rq)
{
    const chat_work *chat = rq->work;
    const rag_sink sink = {.arg = rq, .on_token = on_token, .on_done = on_done};
    if (rq->edge->o.asks_outside)
        http_ask_leave(rq, true);
    if (chat->stream) {
        http_stream_begin(rq);
        send_sources(rq, rag_turn_sources(chat->turn));
    }
    rag_generate(rq->edge->o.rag, chat->turn, &sink);
}

/* ---- retrieving, on a pool ---- */

static void retrieve(http_request *rq)
{
    const chat_work *chat = rq->work;
    const anc_status status = rag_retrieve(rq->edge->o.rag, chat->turn);
    if (status == ANC_OK) {
        http_to_loop(rq, generate);
        return;
    }
    rq->err = *rag_turn_error(chat->turn);
    http_finish(rq, status);
}

/* ---- a follow-up's meaning, on the loop ---- */

static void on_rewritten(void *arg)
{
    http_to_pool(arg, HTTP_CPU, retrieve);
}

static void rewrite(http_request *rq)
{
    const chat_work *chat = rq->work;
    http_ask_leave(rq, false);
    rag_rewrite(rq->edge->o.rag, chat->turn, on_rewritten, rq);
}

/* From here to the end of the generation the turn is stopped by a caller who leaves. */
static void begin_turn(http_request *rq)
{
    const chat_work *chat = rq->work;
    rq->on_cancel = stop_turn;
    if (atomic_load(&rq->cancelled))
        http_cancel(rq);
    if (rag_turn_wants_rewrite(chat->turn))
        rewrite(rq);
    else
        http_to_pool(rq, HTTP_CPU, retrieve);
}

/* ---- an answer that was kept ---- */

/* The JSON that has the sources: the answer, or the first event's data. */
static anc_str json_of_kept(anc_str body)
{
    const anc_str data = ANC_STR("data: ");
    anc_str line;
    if (anc_str_starts(body, ANC_STR("{")))
        return body;
    while (anc_str_split(&body, '\n', &line))
        if (anc_str_starts(line, data))
            return anc_str_sub(line, data.len, line.len);
    return ANC_STR("{}");
}

anc_status http_chat_check_kept(http_request *rq, anc_str body)
{
    json_doc *doc = NULL;
    bool readable = false;
    ANC_TRY(json_parse(json_of_kept(body), &doc, &rq->err));
    const anc_status status = rag_sources_readable(
        rq->edge->o.rag, &rq->call, json_member(json_root(doc), "sources"), &readable);
    json_doc_free(doc);
    ANC_TRY(status);
    if (!readable)
        return ANC_FAIL(&rq->err, ANC_CONFLICT,
                        "the answer kept under this Idempotency-Key stands on a document that was "
                        "deleted, or cannot be read any more; ask again with a new key");
    return ANC_OK;
}

/* ---- the beginning ---- */

rag_question http_question_of(const http_chat_in *in)
{
    return (rag_question){.question = in->question,
                          .conversation_id = in->conversation_id,
                          .session_id = in->session_id,
                          .message_id = in->message_id,
                          .collections = in->collections.items,
                          .n_collections = in->collections.n,
                          .top_k = (uint32_t)in->top_k,
                          .mode = in->mode,
                          .filters = in->filters,
                          .rerank = in->rerank == HTTP_SAID_YES  ? RAG_YES
                                    : in->rerank == HTTP_SAID_NO ? RAG_NO
                                                                 : RAG_AS_CONFIGURED,
                          .model = in->model,
                          .provider = in->provider,
                          .system_prompt = in->system_prompt,
                          .keep = true};
}

anc_status http_chat_start(http_request *rq, const rag_question *asked, bool stream)
{
    rag_question question = *asked;
    rag_turn *turn = NULL;
    question.whole = !stream;
    ANC_TRY(rag_prepare(rq->edge->o.rag, &rq->call, &question, &turn));
    chat_work *chat = calloc(1, sizeof *chat);
    if (chat == NULL) {
        rag_turn_free(turn);
        return ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a question");
    }
    *chat = (chat_work){.turn = turn, .stream = stream};
    rq->work = chat;
    rq->work_free = free_work;
    http_to_loop(rq, begin_turn);
    return ANC_OK;
}

static anc_status start(http_request *rq, bool stream)
{
    http_chat_in in;
    if (rq->route->body == HTTP_JSON_BODY)
        ANC_TRY(http_body(rq, &in));
    else
        ANC_TRY(http_query(rq, &in));
    const rag_question question = http_question_of(&in);
    return http_chat_start(rq, &question, stream);
}

anc_status http_chat_query(http_request *rq)
{
    return start(rq, false);
}

anc_status http_chat_stream(http_request *rq)
{
    return start(rq, true);
}
