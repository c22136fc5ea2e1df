/* infer_reranker.c - lib/infer behind the port of rerankers: pairs, names, deadlines. */
#include "embedding/adapters/infer/infer_reranker.h"

#include <stdlib.h>

#include "base/str.h"
#include "opening_impl.h"

/* A batch is what a budget of time is kept by: small enough to leave something when it ends. */
enum { MAX_BATCH = 16 };

static anc_status score(void *self, krn_call *call, anc_str query, const anc_str *passages,
                        size_t n, float *out, emb_scored *ret)
{
    emb_opened *o = self;
    inf_usage usage = {0};
    emb_asked asked = {o->clock, call};
    ANC_TRY(krn_call_check(o->clock, call));
    inf_pair *pairs = anc_arena_alloc(call->mem, n, sizeof *pairs);
    if (pairs == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu pairs", n);
    for (size_t i = 0; i < n; i++)
        pairs[i] = (inf_pair){query, passages[i]};
    const inf_turn turn = {o->turns, INF_SOON, emb_asked_check(&asked)};
    if (o->turns != NULL)
        ANC_TRY(inf_encoder_score_in_turn(o->encoder, pairs, n, &turn, out, &usage, call->err));
    else
        ANC_TRY(
            inf_encoder_score(o->encoder, pairs, n, o->pool, turn.check, out, &usage, call->err));
    *ret = (emb_scored){usage.tokens, usage.truncated};
    return ANC_OK;
}

static void close_infer(void *self)
{
    emb_opened_done(self);
    free(self);
}

static const emb_reranker_ops ops = {.name = "infer", .score = score, .close = close_infer};

anc_status emb_infer_reranker_open(const emb_infer_reranker_options *options, emb_reranker *ret,
                                   anc_err *err)
{
    const emb_infer_options opening = {.folder = options->folder,
                                       .precision = options->precision,
                                       .pool = options->pool,
                                       .turns = options->turns,
                                       .clock = options->clock};
    emb_opened *o = calloc(1, sizeof *o);
    if (o == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the reranker");
    const anc_status status = emb_opened_init(o, &opening, true, err);
    if (status != ANC_OK) {
        free(o);
        return status;
    }
    *ret = (emb_reranker){
        .ops = &ops,
        .self = o,
        .max_batch = MAX_BATCH,
        .model = anc_str_of(o->model),
        .precision = anc_str_of(inf_precision_name(inf_encoder_about(o->encoder).precision)),
        .detail = anc_str_of(o->detail)};
    return ANC_OK;
}
