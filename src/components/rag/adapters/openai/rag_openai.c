/* rag_openai.c - prompts become chats, and a chat's pieces become tokens.
 *
 * Everything is on the loop. The client says nothing more after a cancel, so the job's end is posted
 * to the loop from here. A whole answer that holds no text is a failure of the provider, so that the
 * chain goes on.
 */
#include "rag_openai.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { NAME_MAX_BYTES = 64, MODEL_MAX_BYTES = 128, MESSAGES_MAX = 64 };

typedef struct openai {
    rag_openai_options with; /* immutable after open; name and model point below */
    char name[NAME_MAX_BYTES + 1];
    char model[MODEL_MAX_BYTES + 1];
    clt_openai *client; /* owned */
} openai;

struct rag_provider_job {
    openai *self;
    rag_provider_sink sink;
    clt_openai_chat *chat; /* NULL once it is over or cancelled */
    uint32_t input_estimate;
    uint64_t output_bytes;
    anc_str asked; /* the model, below */
    char model[];
};

static uint32_t tokens_of(int64_t told, uint64_t otherwise)
{
    const uint64_t n = told >= 0 ? (uint64_t)told : otherwise;
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void on_text(void *arg, anc_str text)
{
    rag_provider_job *job = arg;
    job->output_bytes += text.len;
    job->sink.on_token(job->sink.arg, text);
}

/* An answer that came whole and is none. */
static anc_status judge(const rag_provider_job *job, const clt_openai_outcome *outcome,
                        anc_err *err)
{
    if (outcome->refused)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the model refused to answer", job->self->name);
    if (anc_str_eq(outcome->finish_reason, ANC_STR("content_filter")))
        return ANC_FAIL(err, ANC_PROVIDER, "%s: a filter ended the answer", job->self->name);
    if (job->output_bytes == 0)
        return ANC_FAIL(err, ANC_PROVIDER, "%s answered without any text (%.*s)", job->self->name,
                        ANC_FMT(outcome->finish_reason));
    return ANC_OK;
}

static void on_done(void *arg, anc_status status, const clt_openai_outcome *outcome,
                    const anc_err *err)
{
    rag_provider_job *job = arg;
    const rag_provider_sink sink = job->sink;
    anc_err own = {.code = ANC_OK};
    const rag_usage usage = {
        .model = outcome->model.len != 0 ? outcome->model : job->asked,
        .input_tokens = tokens_of(outcome->input_tokens, job->input_estimate),
        .output_tokens = tokens_of(outcome->output_tokens, (job->output_bytes + 3) / 4),
    };
    if (err != NULL)
        own = *err;
    if (status == ANC_OK)
        status = judge(job, outcome, &own);
    sink.on_done(sink.arg, status, &own, &usage);
    free(job);
}

static void end_cancelled(void *arg)
{
    rag_provider_job *job = arg;
    const rag_provider_sink sink = job->sink;
    anc_err err = {.code = ANC_OK};
    const anc_status status = ANC_FAIL(&err, ANC_CANCELLED, "the caller left");
    const rag_usage usage = {.model = job->asked, .input_tokens = job->input_estimate};
    sink.on_done(sink.arg, status, &err, &usage);
    free(job);
}

static anc_str role_name(rag_role role)
{
    switch (role) {
    case RAG_SYSTEM:
        return ANC_STR("system");
    case RAG_ASSISTANT:
        return ANC_STR("assistant");
    case RAG_USER:
    default:
        return ANC_STR("user");
    }
}

/* What is left of the call's deadline, at least a millisecond; 0: it has none. */
static int64_t time_left_ms(const openai *self, const krn_call *call)
{
    if (call->deadline_ns == INT64_MAX)
        return 0;
    const int64_t left_ms = (call->deadline_ns - krn_now_ns(self->with.clock)) / 1000000;
    return left_ms > 1 ? left_ms : 1;
}

static anc_status start_chat(rag_provider_job *job, const rag_request *request, anc_err *err)
{
    static const clt_openai_sink sink = {on_text, on_done};
    const openai *self = job->self;
    const rag_prompt *prompt = request->prompt;
    clt_openai_message messages[MESSAGES_MAX];
    if (prompt->n > MESSAGES_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "the prompt has %zu messages; at most %d are sent",
                        prompt->n, MESSAGES_MAX);
    for (size_t i = 0; i < prompt->n; i++)
        messages[i] =
            (clt_openai_message){role_name(prompt->messages[i].role), prompt->messages[i].text};
    const clt_openai_request chat = {
        .model = job->asked,
        .messages = messages,
        .n_messages = prompt->n,
        .temperature = self->with.temperature,
        .max_tokens = self->with.max_tokens,
        .stream = true,
        .total_timeout_ms = time_left_ms(self, request->call),
    };
    return clt_openai_start(self->client, &chat, &sink, job, &job->chat, err);
}

static anc_status openai_start(void *self, const rag_request *request,
                               const rag_provider_sink *sink, rag_provider_job **ret, anc_err *err)
{
    const openai *o = self;
    const anc_str model = request->model.len != 0 ? request->model : o->with.model;
    rag_provider_job *job = calloc(1, sizeof *job + model.len);
    if (job == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a chat");
    memcpy(job->model, model.ptr, model.len);
    job->asked = (anc_str){job->model, model.len};
    job->self = self;
    job->sink = *sink;
    job->input_estimate = request->prompt->tokens;
    const anc_status status = start_chat(job, request, err);
    if (status != ANC_OK) {
        free(job);
        return status;
    }
    *ret = job;
    return ANC_OK;
}

static void openai_cancel(void *self, rag_provider_job *job)
{
    openai *o = self;
    if (job->chat == NULL)
        return;
    clt_openai_cancel(job->chat);
    job->chat = NULL;
    if (!net_loop_post(o->with.loop, end_cancelled, job))
        end_cancelled(job); /* memory is out: better said at once than never */
}

static rag_provider_info openai_info(void *self)
{
    const openai *o = self;
    return (rag_provider_info){o->with.name, o->with.model};
}

static void openai_close(void *self)
{
    openai *o = self;
    clt_openai_close(o->client);
    free(o);
}

static anc_status keep(const char *what, anc_str value, char *out, size_t max, anc_str *ret,
                       anc_err *err)
{
    if (value.len == 0 || value.len > max)
        return ANC_FAIL(err, ANC_INVALID, "%s of a provider has %zu bytes; 1 to %zu are allowed",
                        what, value.len, max);
    memcpy(out, value.ptr, value.len);
    *ret = (anc_str){out, value.len};
    return ANC_OK;
}

static anc_status fill(openai *o, const rag_openai_options *options, anc_err *err)
{
    o->with = *options;
    ANC_TRY(keep("name", options->name, o->name, NAME_MAX_BYTES, &o->with.name, err));
    ANC_TRY(keep("model", options->model, o->model, MODEL_MAX_BYTES, &o->with.model, err));
    o->with.client = (clt_openai_options){0}; /* the key lives in the client alone */
    return clt_openai_open(options->loop, options->http, &options->client, &o->client, err);
}

anc_status rag_openai_open(const rag_openai_options *options, rag_provider *ret, anc_err *err)
{
    static const rag_provider_ops ops = {
        .name = "openai",
        .info = openai_info,
        .start = openai_start,
        .cancel = openai_cancel,
        .close = openai_close,
    };
    openai *o = calloc(1, sizeof *o);
    if (o == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a provider");
    const anc_status status = fill(o, options, err);
    if (status != ANC_OK) {
        free(o);
        return status;
    }
    *ret = (rag_provider){&ops, o};
    return ANC_OK;
}
