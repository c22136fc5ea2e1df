/* remote_reranker.c - pairs become a request, and its scores are the port's. */
#include "embedding/adapters/remote/remote_reranker.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/utf8.h"
#include "remote_impl.h"

enum { MAX_BATCH = 100, MAX_BYTES = 8000 };

typedef struct remote {
    clt_inference *client; /* owned */
    krn_clock clock;
    size_t max_bytes;
    char model[EMB_REMOTE_MODEL_MAX + 1];
    char detail[EMB_REMOTE_DETAIL_MAX];
} remote;

static anc_str cut(const remote *r, anc_str text, uint64_t *cuts)
{
    if (text.len <= r->max_bytes)
        return text;
    ++*cuts;
    return anc_str_sub(text, 0, anc_utf8_floor(text, r->max_bytes));
}

static anc_status score(void *self, krn_call *call, anc_str query, const anc_str *passages,
                        size_t n, float *out, emb_scored *ret)
{
    remote *r = self;
    emb_scored scored = {0};
    uint64_t ignored = 0;
    ANC_TRY(krn_call_check(r->clock, call));
    anc_str *texts = anc_arena_alloc(call->mem, n, sizeof *texts);
    if (texts == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu passages", n);
    for (size_t i = 0; i < n; i++)
        texts[i] = cut(r, passages[i], &scored.truncated);
    ANC_TRY(clt_inference_scores(r->client, emb_remote_patience(r->clock, call),
                                 cut(r, query, &ignored), texts, n, out, &scored.tokens,
                                 call->err));
    *ret = scored;
    return ANC_OK;
}

static void close_remote(void *self)
{
    remote *r = self;
    clt_inference_close(r->client);
    free(r);
}

static const emb_reranker_ops ops = {.name = "remote", .score = score, .close = close_remote};

static const char *form_name(clt_inference_form form)
{
    switch (form) {
    case CLT_SCORES_JINA:
        return "jina";
    case CLT_SCORES_COHERE:
        return "cohere";
    case CLT_SCORES_LLAMA:
        return "llama";
    case CLT_SCORES_TEI:
        return "tei";
    case CLT_VECTORS_OPENAI:
    case CLT_VECTORS_GEMINI:
        break;
    }
    return NULL;
}

anc_status emb_remote_reranker_open(const emb_remote_reranker_options *options, emb_reranker *ret,
                                    anc_err *err)
{
    const clt_inference_options *c = &options->client;
    const char *form = form_name(c->form);
    if (form == NULL)
        return ANC_FAIL(err, ANC_INVALID, "form %d is none of rerankers", (int)c->form);
    if (c->model.len > EMB_REMOTE_MODEL_MAX)
        return ANC_FAIL(err, ANC_INVALID, "the name of the reranker has %zu bytes, at most %d",
                        c->model.len, (int)EMB_REMOTE_MODEL_MAX);
    remote *r = calloc(1, sizeof *r);
    if (r == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for a reranker");
    const anc_status status = clt_inference_open(c, &r->client, err);
    if (status != ANC_OK) {
        free(r);
        return status;
    }
    const anc_str model = c->model.len > 0 ? c->model : anc_str_of(form);
    r->clock = options->clock;
    r->max_bytes = options->max_bytes > 0 ? options->max_bytes : MAX_BYTES;
    (void)snprintf(r->model, sizeof r->model, "%.*s", ANC_FMT(model));
    (void)snprintf(r->detail, sizeof r->detail, "%s at %.*s (%s)", r->model,
                   ANC_FMT(clt_inference_where(r->client)), form);
    *ret = (emb_reranker){.ops = &ops,
                          .self = r,
                          .max_batch = options->max_batch > 0 ? options->max_batch : MAX_BATCH,
                          .model = anc_str_of(r->model),
                          .detail = anc_str_of(r->detail)};
    return ANC_OK;
}
