/* infer_reranker.c - lib/infer behind the port of rerankers: pairs, names, deadlines. */
#include "embedding/adapters/infer/infer_reranker.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "opening_impl.h"
#include "revision_impl.h"

/* A batch is what a budget of time is kept by: small enough to leave something when it ends. */
enum { MAX_BATCH = 16, DETAIL_MAX = 512, NAME_MAX_BYTES = 256 };

typedef struct infer {
    inf_encoder *encoder; /* owned */
    os_pool *pool;        /* borrowed */
    krn_clock clock;
    char model[NAME_MAX_BYTES];
    char detail[DETAIL_MAX];
} infer;

typedef struct asked {
    const infer *self;
    const krn_call *call;
} asked;

static anc_status ask(void *arg)
{
    const asked *a = arg;
    return krn_call_check(a->self->clock, a->call);
}

static anc_status score(void *self, krn_call *call, anc_str query, const anc_str *passages,
                        size_t n, float *out, emb_scored *ret)
{
    infer *in = self;
    inf_usage usage = {0};
    asked a = {in, call};
    ANC_TRY(krn_call_check(in->clock, call));
    inf_pair *pairs = anc_arena_alloc(call->mem, n, sizeof *pairs);
    if (pairs == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu pairs", n);
    for (size_t i = 0; i < n; i++)
        pairs[i] = (inf_pair){query, passages[i]};
    ANC_TRY(inf_encoder_score(in->encoder, pairs, n, in->pool, (inf_check){ask, &a}, out, &usage,
                              call->err));
    *ret = (emb_scored){usage.tokens, usage.truncated};
    return ANC_OK;
}

static void close_infer(void *self)
{
    infer *in = self;
    inf_encoder_close(in->encoder);
    free(in);
}

static const emb_reranker_ops ops = {.name = "infer", .score = score, .close = close_infer};

static anc_status open_parts(infer *in, const emb_infer_reranker_options *options, anc_err *err)
{
    const emb_infer_options opening = {
        .folder = options->folder, .precision = options->precision, .pool = options->pool};
    const anc_str model = emb_infer_model_name(options->folder);
    char digest[EMB_REVISION_MAX];
    inf_encoder_options with = {0};
    inf_choice choice;
    bool scores = false;
    ANC_TRY(inf_encoder_scores(options->folder, &scores, err));
    if (!scores)
        return ANC_FAIL(
            err, ANC_UNSUPPORTED,
            "%.*s holds a model that gives vectors; a reranker is a cross-encoder, with a "
            "classification of one label",
            ANC_FMT(anc_str_sub(options->folder, 0, 300)));
    ANC_TRY(emb_infer_revision(&opening, model, digest, err));
    if (emb_infer_keeps(options->folder))
        with.digest = anc_str_of(digest);
    ANC_TRY(emb_infer_choose(&opening, with.digest, &choice, err));
    with.precision = choice.precision;
    ANC_TRY(inf_encoder_open(options->folder, &with, &in->encoder, err));
    const inf_encoder_info about = inf_encoder_about(in->encoder);
    (void)snprintf(in->model, sizeof in->model, "%.*s", ANC_FMT(model));
    (void)snprintf(in->detail, sizeof in->detail,
                   "%.100s: cross-encoder of %u layers, %u tokens, %s by %s%s (%s)", in->model,
                   about.layers, about.max_tokens, inf_precision_name(about.precision),
                   about.product, about.mapped ? ", mapped" : "", choice.why);
    return ANC_OK;
}

anc_status emb_infer_reranker_open(const emb_infer_reranker_options *options, emb_reranker *ret,
                                   anc_err *err)
{
    infer *in = calloc(1, sizeof *in);
    if (in == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the reranker");
    in->pool = options->pool;
    in->clock = options->clock;
    const anc_status status = open_parts(in, options, err);
    if (status != ANC_OK) {
        close_infer(in);
        return status;
    }
    *ret = (emb_reranker){
        .ops = &ops,
        .self = in,
        .max_batch = MAX_BATCH,
        .model = anc_str_of(in->model),
        .precision = anc_str_of(inf_precision_name(inf_encoder_about(in->encoder).precision)),
        .detail = anc_str_of(in->detail)};
    return ANC_OK;
}
