/* infer_encoder.c - lib/infer behind the port: names, deadlines, whose turn it is; nothing else. */
#include "embedding/adapters/infer/infer_encoder.h"

#include <stdlib.h>

#include "base/str.h"
#include "opening_impl.h"

enum { MAX_BATCH = 256 };

static inf_urgency urgency_of(emb_text_kind kind)
{
    switch (kind) {
    case EMB_TEXT_QUERY:
        return INF_AT_ONCE;
    case EMB_TEXT_PASSAGE_NOW:
        return INF_SOON;
    case EMB_TEXT_QUERY_AHEAD:
    case EMB_TEXT_PASSAGE:
        break;
    }
    return INF_WHEN_FREE;
}

static anc_status encode(void *self, krn_call *call, emb_text_kind kind, const anc_str *texts,
                         size_t n, float *out, emb_encoded *ret)
{
    emb_opened *o = self;
    inf_usage usage = {0};
    emb_asked asked = {o->clock, call};
    const inf_kind as = emb_text_is_query(kind) ? INF_QUERY : INF_PASSAGE;
    const inf_turn turn = {o->turns, urgency_of(kind), emb_asked_check(&asked)};
    if (o->turns != NULL)
        ANC_TRY(
            inf_encoder_encode_in_turn(o->encoder, as, texts, n, &turn, out, &usage, call->err));
    else
        ANC_TRY(inf_encoder_encode(o->encoder, as, texts, n, o->pool, turn.check, out, &usage,
                                   call->err));
    *ret = (emb_encoded){usage.tokens, usage.truncated};
    return ANC_OK;
}

static size_t count_tokens(void *self, anc_str text, size_t max)
{
    const emb_opened *o = self;
    return inf_encoder_count_tokens(o->encoder, text, max);
}

static void close_infer(void *self)
{
    emb_opened_done(self);
    free(self);
}

static const emb_encoder_ops ops = {
    .name = "infer",
    .encode = encode,
    .count_tokens = count_tokens,
    .close = close_infer,
};

anc_status emb_infer_open(const emb_infer_options *options, emb_encoder *ret, anc_err *err)
{
    emb_opened *o = calloc(1, sizeof *o);
    if (o == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the encoder");
    const anc_status status = emb_opened_init(o, options, false, err);
    if (status != ANC_OK) {
        free(o);
        return status;
    }
    *ret = (emb_encoder){.ops = &ops,
                         .self = o,
                         .dims = o->about.dims,
                         .max_tokens = o->about.max_tokens,
                         .max_batch = MAX_BATCH,
                         .model = anc_str_of(o->model),
                         .revision = anc_str_of(o->revision),
                         .precision = anc_str_of(inf_precision_name(o->about.precision)),
                         .detail = anc_str_of(o->detail)};
    return ANC_OK;
}
