/* openai.c - a chat from its start to its verdict.
 *
 * The answer's head decides how its body is read: an event stream, one JSON object (an answer that
 * was not asked to stream, or a server that cannot), or the problem of a refusal, which is kept for
 * the text. A verdict of our own (garbage, too long, a timer) is noted and ends the request; the
 * one that is told is the first. A stream is whole when its finish reason and its end came; after
 * "[DONE]" the connection gets a moment to end in good order, so that it can serve the next chat.
 *
 * on_text may cancel the chat that it is called for: `busy` keeps the memory until the callback is
 * back.
 */
#include "clients/openai/openai.h"

#include <stdlib.h>
#include <string.h>

#include "net/loop.h"
#include "openai_impl.h"
#include "os/clock.h"

enum { END_GRACE_MS = 100, WHERE_TEXT = 200, WIRE_FACTOR = 256, NS_PER_MS = 1000000 };

struct clt_openai {
    net_loop *loop;
    net_http *http;
    clt_openai_options options; /* the views point into the buffers below */
    anc_buf url, key, bearer;   /* owned */
    char where[WHERE_TEXT];
    clt_openai_chat *chats;
};

typedef enum body_kind { BODY_STREAM, BODY_WHOLE, BODY_PROBLEM } body_kind;

struct clt_openai_chat {
    clt_openai *client;
    clt_openai_chat *next, *prev;
    clt_openai_sink sink;
    void *arg;
    net_fetch *fetch; /* NULL once it is over */
    bool streaming;   /* was asked for */
    int status;
    body_kind kind;
    anc_buf body; /* of a whole answer or a problem */
    net_sse_reader *reader;
    chat_answer answer;
    size_t text_bytes;
    int64_t retry_after_ms;
    net_timer *timer;          /* first token, then idle, then the grace after the end */
    int64_t timer_at, idle_at; /* monotonic, ms; idle_at 0: no text yet */
    unsigned busy;             /* callbacks on the stack */
    bool cancelled;
    bool has_verdict;
    anc_status verdict;
    anc_err err;
};

static int64_t now_ms(void)
{
    return os_mono_ns() / NS_PER_MS;
}

/* ---- the end of a chat ---- */

static void chat_free(clt_openai_chat *chat)
{
    if (chat->prev != NULL)
        chat->prev->next = chat->next;
    else
        chat->client->chats = chat->next;
    if (chat->next != NULL)
        chat->next->prev = chat->prev;
    net_timer_stop(&chat->timer);
    net_sse_reader_free(chat->reader);
    anc_buf_done(&chat->body);
    free(chat);
}

static void chat_over(clt_openai_chat *chat, anc_status status, const anc_err *err)
{
    const clt_openai_outcome outcome = {.model = anc_str_of(chat->answer.model),
                                        .finish_reason = anc_str_of(chat->answer.finish_reason),
                                        .refused = chat->answer.refused,
                                        .input_tokens = chat->answer.input_tokens,
                                        .output_tokens = chat->answer.output_tokens,
                                        .retry_after_ms = chat->retry_after_ms};
    net_timer_stop(&chat->timer);
    chat->busy++;
    chat->sink.on_done(chat->arg, status, &outcome, err);
    chat_free(chat);
}

void clt_openai_cancel(clt_openai_chat *chat)
{
    if (chat->cancelled)
        return;
    chat->cancelled = true;
    net_timer_stop(&chat->timer);
    if (chat->fetch != NULL)
        net_fetch_cancel(chat->fetch);
    chat->fetch = NULL;
    if (chat->busy == 0)
        chat_free(chat);
}

/* The first verdict stays. */
static void decide(clt_openai_chat *chat, anc_status status)
{
    if (chat->has_verdict)
        return;
    chat->has_verdict = true;
    chat->verdict = status;
}

/* ---- timers ---- */

static void on_timer(void *arg);

static void set_timer(clt_openai_chat *chat, int64_t delay_ms)
{
    chat->timer_at = now_ms() + delay_ms;
    if (!net_timer_start(chat->client->loop, delay_ms, on_timer, chat, &chat->timer))
        decide(chat, ANC_FAIL(&chat->err, ANC_NO_MEMORY, "no memory for a timer"));
}

static void on_timer(void *arg)
{
    clt_openai_chat *chat = arg;
    const clt_openai_options *o = &chat->client->options;
    if (chat->idle_at > now_ms() && !chat->answer.end_mark) {
        set_timer(chat, chat->idle_at - now_ms());
        return;
    }
    net_fetch_cancel(chat->fetch);
    chat->fetch = NULL;
    anc_status status = chat->has_verdict ? chat->verdict : ANC_OK;
    if (!chat->answer.end_mark && chat->idle_at == 0)
        status = ANC_FAIL(&chat->err, ANC_DEADLINE, "%s: no first token within %lld ms",
                          chat->client->where, (long long)o->first_token_timeout_ms);
    else if (!chat->answer.end_mark)
        status = ANC_FAIL(&chat->err, ANC_DEADLINE, "%s: the answer stopped for %lld ms",
                          chat->client->where, (long long)o->idle_timeout_ms);
    chat_over(chat, status, &chat->err);
}

/* An event came: from the first text on, the idle timer runs instead of the first token's. */
static void note_life(clt_openai_chat *chat, bool had_text)
{
    if (chat->idle_at == 0 && !had_text)
        return;
    const bool first = chat->idle_at == 0;
    chat->idle_at = now_ms() + chat->client->options.idle_timeout_ms;
    /* a timer that fires earlier sees for itself that the deadline has moved */
    if (first && (chat->timer == NULL || chat->timer_at > chat->idle_at))
        set_timer(chat, chat->client->options.idle_timeout_ms);
}

/* ---- the answer ---- */

static void on_answer_text(void *arg, anc_str text)
{
    clt_openai_chat *chat = arg;
    const size_t most = chat->client->options.max_answer_bytes;
    chat->text_bytes += text.len;
    if (chat->text_bytes > most) {
        decide(chat, ANC_FAIL(&chat->err, ANC_PROVIDER, "%s: the answer is over %zu bytes",
                              chat->client->where, most));
        return;
    }
    chat->busy++;
    chat->sink.on_text(chat->arg, text);
    chat->busy--;
}

static bool on_event(void *arg, const net_sse_event *event)
{
    clt_openai_chat *chat = arg;
    if (anc_str_eq(event->data, ANC_STR("[DONE]"))) {
        chat->answer.finished = chat->answer.end_mark = true;
        set_timer(chat, END_GRACE_MS);
        return false;
    }
    const size_t before = chat->text_bytes;
    const anc_status status = clt_chat_answer_read(&chat->answer, event->data, chat->client->where,
                                                   on_answer_text, chat, &chat->err);
    if (status != ANC_OK)
        decide(chat, status);
    if (!chat->cancelled && !chat->has_verdict)
        note_life(chat, chat->text_bytes > before);
    return !chat->cancelled && !chat->has_verdict;
}

static bool take_stream(clt_openai_chat *chat, anc_str bytes)
{
    if (chat->answer.end_mark)
        return true;
    anc_err why = {0};
    const anc_status status = net_sse_feed(chat->reader, bytes, on_event, chat, &why);
    if (status != ANC_OK)
        decide(chat, ANC_FAIL(&chat->err, status == ANC_LIMIT ? ANC_PROVIDER : status, "%s: %.300s",
                              chat->client->where, why.text));
    return !chat->has_verdict;
}

static bool take_whole(clt_openai_chat *chat, anc_str bytes)
{
    if (anc_buf_add(&chat->body, bytes))
        return true;
    if (chat->kind == BODY_PROBLEM)
        return false; /* enough of it is known */
    decide(chat, ANC_FAIL(&chat->err, ANC_PROVIDER, "%s: the answer is over %zu bytes",
                          chat->client->where, chat->body.max));
    return false;
}

static bool on_data(void *arg, anc_str bytes)
{
    clt_openai_chat *chat = arg;
    if (chat->has_verdict)
        return false;
    chat->busy++;
    const bool more =
        chat->kind == BODY_STREAM ? take_stream(chat, bytes) : take_whole(chat, bytes);
    chat->busy--;
    if (!chat->cancelled)
        return more;
    chat_free(chat);
    return false;
}

static int64_t retry_after(const net_response_head *head)
{
    uint64_t seconds = 0;
    const anc_str value = net_response_header(head, "retry-after");
    return anc_str_to_u64(value, &seconds) && seconds < INT32_MAX ? (int64_t)seconds * 1000 : -1;
}

static void on_head(void *arg, const net_response_head *head)
{
    clt_openai_chat *chat = arg;
    const anc_str type = net_response_header(head, "content-type");
    const size_t most = chat->client->options.max_answer_bytes;
    chat->status = head->status;
    chat->retry_after_ms = retry_after(head);
    if (head->status != 200) {
        chat->kind = BODY_PROBLEM;
        chat->body = anc_buf_init(PROBLEM_MAX);
    } else if (!chat->streaming || anc_str_starts(type, ANC_STR("application/json"))) {
        chat->kind = BODY_WHOLE;
        chat->body = anc_buf_init(most * 6 + PROBLEM_MAX); /* six bytes for one, as \u00xx */
    } else if (!anc_str_starts(type, ANC_STR("text/event-stream"))) {
        decide(chat,
               ANC_FAIL(&chat->err, ANC_PROVIDER, "%s: the answer is \"%.*s\", not an event stream",
                        chat->client->where, ANC_FMT(anc_str_sub(type, 0, 60))));
    }
}

/* The whole body is there: what was it? */
static anc_status conclude(clt_openai_chat *chat)
{
    const char *where = chat->client->where;
    if (chat->kind == BODY_PROBLEM)
        return clt_chat_refusal(chat->status, anc_buf_view(&chat->body), where,
                                chat->client->options.api_key, &chat->err);
    if (chat->kind == BODY_WHOLE) {
        ANC_TRY(clt_chat_answer_read(&chat->answer, anc_buf_view(&chat->body), where,
                                     on_answer_text, chat, &chat->err));
        return chat->has_verdict ? chat->verdict : ANC_OK;
    }
    if (!chat->answer.finished)
        return ANC_FAIL(&chat->err, ANC_PROVIDER, "%s: the answer was cut after %zu bytes", where,
                        chat->text_bytes);
    return ANC_OK;
}

static void on_fetch_done(void *arg, anc_status status, const anc_err *err)
{
    clt_openai_chat *chat = arg;
    chat->fetch = NULL;
    chat->busy++;
    if (!chat->has_verdict && status == ANC_LIMIT)
        decide(chat, ANC_FAIL(&chat->err, ANC_PROVIDER, "%s: the answer is too long",
                              chat->client->where));
    else if (!chat->has_verdict && (status == ANC_OK || chat->answer.end_mark ||
                                    (status == ANC_CANCELLED && chat->kind == BODY_PROBLEM)))
        decide(chat, conclude(chat));
    chat->busy--;
    if (chat->cancelled)
        chat_free(chat);
    else if (chat->has_verdict)
        chat_over(chat, chat->verdict, &chat->err);
    else
        chat_over(chat, status, err);
}

/* ---- start ---- */

static anc_status start_fetch(clt_openai_chat *chat, const clt_openai_request *request,
                              anc_err *err)
{
    static const net_fetch_sink sink = {on_head, on_data, on_fetch_done};
    const clt_openai *client = chat->client;
    const clt_openai_options *o = &client->options;
    const net_header headers[] = {
        {ANC_STR("content-type"), ANC_STR("application/json")},
        {ANC_STR("accept"), request->stream ? ANC_STR("text/event-stream, application/json")
                                            : ANC_STR("application/json")},
        {ANC_STR("authorization"), anc_buf_view(&client->bearer)}};
    ANC_BUF(body, REQUEST_MAX);
    ANC_TRY(clt_chat_request_write(request, &body, err));
    int64_t total_ms = o->total_timeout_ms;
    if (request->total_timeout_ms > 0 && request->total_timeout_ms < total_ms)
        total_ms = request->total_timeout_ms;
    const net_request r = {.method = ANC_STR("POST"),
                           .url = anc_buf_view(&client->url),
                           .headers = headers,
                           .n_headers = client->bearer.len > 0 ? 3 : 2,
                           .body = anc_buf_view(&body),
                           .connect_timeout_ms = o->connect_timeout_ms,
                           .total_timeout_ms = total_ms,
                           .max_body_bytes = (uint64_t)o->max_answer_bytes * WIRE_FACTOR};
    return net_http_start(client->http, &r, &sink, chat, &chat->fetch, err);
}

anc_status clt_openai_start(clt_openai *client, const clt_openai_request *request,
                            const clt_openai_sink *sink, void *arg, clt_openai_chat **ret,
                            anc_err *err)
{
    clt_openai_chat *chat = calloc(1, sizeof *chat);
    net_sse_reader *reader =
        net_sse_reader_new(client->options.max_event_bytes, client->options.max_event_bytes);
    if (chat == NULL || reader == NULL) {
        free(chat);
        net_sse_reader_free(reader);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a chat");
    }
    *chat = (clt_openai_chat){.client = client,
                              .next = client->chats,
                              .sink = *sink,
                              .arg = arg,
                              .reader = reader,
                              .streaming = request->stream,
                              .answer = {.input_tokens = -1, .output_tokens = -1},
                              .retry_after_ms = -1};
    if (client->chats != NULL)
        client->chats->prev = chat;
    client->chats = chat;
    anc_status status = start_fetch(chat, request, err);
    if (status == ANC_OK && request->stream) {
        set_timer(chat, client->options.first_token_timeout_ms);
        status = chat->verdict;
    }
    if (status != ANC_OK) {
        clt_openai_cancel(chat);
        return status;
    }
    *ret = chat;
    return ANC_OK;
}

/* ---- the client ---- */

static void default_ms(int64_t *field, int64_t value)
{
    if (*field <= 0)
        *field = value;
}

static void default_size(size_t *field, size_t value)
{
    if (*field == 0)
        *field = value;
}

static anc_status take_options(clt_openai *client, const clt_openai_options *options, anc_err *err)
{
    clt_openai_options *o = &client->options;
    anc_str base = options->base_url;
    while (anc_str_ends(base, ANC_STR("/")))
        base.len--;
    *o = *options;
    default_ms(&o->connect_timeout_ms, 5000);
    default_ms(&o->first_token_timeout_ms, 30000);
    default_ms(&o->idle_timeout_ms, 20000);
    default_ms(&o->total_timeout_ms, 120000);
    default_size(&o->max_event_bytes, 1 << 20);
    default_size(&o->max_answer_bytes, 1 << 20);
    client->url = anc_buf_init(4096);
    client->key = anc_buf_init(4096);
    client->bearer = anc_buf_init(4200);
    if (!anc_str_starts(base, ANC_STR("http://")) && !anc_str_starts(base, ANC_STR("https://")))
        return ANC_FAIL(err, ANC_INVALID, "the base URL does not begin with http:// or https://");
    for (size_t i = 0; i < options->api_key.len; i++)
        if ((unsigned char)options->api_key.ptr[i] <= ' ')
            return ANC_FAIL(err, ANC_INVALID, "the API key has a blank or a control character");
    bool ok = anc_buf_add(&client->url, base) &&
              anc_buf_add(&client->url, ANC_STR("/chat/completions")) &&
              anc_buf_add(&client->key, options->api_key);
    if (options->api_key.len > 0)
        ok = ok && anc_buf_add(&client->bearer, ANC_STR("Bearer ")) &&
             anc_buf_add(&client->bearer, options->api_key);
    if (!ok)
        return ANC_FAIL(err, ANC_INVALID, "the base URL or the API key is too long");
    o->api_key = anc_buf_view(&client->key);
    o->base_url = anc_buf_view(&client->url);
    return net_url_where(o->base_url, client->where, sizeof client->where, err);
}

anc_status clt_openai_open(net_loop *loop, net_http *http, const clt_openai_options *options,
                           clt_openai **ret, anc_err *err)
{
    clt_openai *client = calloc(1, sizeof *client);
    if (client == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a language model client");
    client->loop = loop;
    client->http = http;
    const anc_status status = take_options(client, options, err);
    if (status != ANC_OK) {
        clt_openai_close(client);
        return status;
    }
    *ret = client;
    return ANC_OK;
}

void clt_openai_close(clt_openai *client)
{
    if (client == NULL)
        return;
    while (client->chats != NULL)
        clt_openai_cancel(client->chats);
    anc_buf_done(&client->url);
    anc_buf_done(&client->key);
    anc_buf_done(&client->bearer);
    free(client);
}
