/* infer_encoder.c - lib/infer behind the port: names, deadlines, nothing else. */
#include "embedding/adapters/infer/infer_encoder.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "infer/encoder.h"
#include "revision_impl.h"

enum { MAX_BATCH = 256, DETAIL_MAX = 256, NAME_MAX_BYTES = 256 };

typedef struct infer {
    inf_encoder *encoder; /* owned */
    os_pool *pool;        /* borrowed */
    krn_clock clock;
    char model[NAME_MAX_BYTES];
    char revision[EMB_REVISION_MAX];
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

static anc_status encode(void *self, krn_call *call, emb_text_kind kind, const anc_str *texts,
                         size_t n, float *out, emb_encoded *ret)
{
    infer *in = self;
    inf_usage usage = {0};
    asked a = {in, call};
    ANC_TRY(inf_encoder_encode(in->encoder, kind == EMB_TEXT_QUERY ? INF_QUERY : INF_PASSAGE, texts,
                               n, in->pool, (inf_check){ask, &a}, out, &usage, call->err));
    *ret = (emb_encoded){usage.tokens, usage.truncated};
    return ANC_OK;
}

static size_t count_tokens(void *self, anc_str text, size_t max)
{
    const infer *in = self;
    return inf_encoder_count_tokens(in->encoder, text, max);
}

static void close_infer(void *self)
{
    infer *in = self;
    inf_encoder_close(in->encoder);
    free(in);
}

static const emb_encoder_ops ops = {
    .name = "infer",
    .encode = encode,
    .count_tokens = count_tokens,
    .close = close_infer,
};

/* The last part of a path. */
static anc_str last_part(anc_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/')
            return anc_str_sub(path, i + 1, SIZE_MAX);
    return path;
}

/* The digest of 90 MB takes as long as packing the weights: they go side by side. */
typedef struct naming {
    const emb_infer_options *options;
    anc_str model;
    char *revision;
    anc_status status;
    anc_err err;
} naming;

static void name_revision(void *arg)
{
    naming *n = arg;
    n->status = emb_infer_revision(n->options, n->model, n->revision, &n->err);
}

static anc_status open_named(infer *in, const emb_infer_options *options,
                             const inf_encoder_options *with, anc_str model, anc_err *err)
{
    naming name = {.options = options, .model = model, .revision = in->revision};
    os_thread *thread = NULL;
    const bool beside =
        os_thread_start("model-digest", name_revision, &name, &thread, NULL) == ANC_OK;
    const anc_status opened = inf_encoder_open(options->folder, with, &in->encoder, err);
    if (beside)
        os_thread_join(thread);
    else
        name_revision(&name);
    ANC_TRY(opened);
    if (name.status != ANC_OK)
        return ANC_FAIL(err, name.status, "%s", name.err.text);
    return ANC_OK;
}

static anc_status open_parts(infer *in, const emb_infer_options *options, anc_err *err)
{
    const inf_encoder_options with = {.query_prefix = options->query_prefix,
                                      .passage_prefix = options->passage_prefix,
                                      .unit_length = true};
    const anc_str model = last_part(options->folder);
    (void)snprintf(in->model, sizeof in->model, "%.*s", ANC_FMT(model));
    ANC_TRY(open_named(in, options, &with, model, err));
    const inf_encoder_info about = inf_encoder_about(in->encoder);
    (void)snprintf(in->detail, sizeof in->detail,
                   "%.100s: %u layers, %u dimensions, %u tokens, %s kernels", in->model,
                   about.layers, about.dims, about.max_tokens, about.kernels);
    return ANC_OK;
}

anc_status emb_infer_open(const emb_infer_options *options, emb_encoder *ret, anc_err *err)
{
    infer *in = calloc(1, sizeof *in);
    if (in == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the encoder");
    in->pool = options->pool;
    in->clock = options->clock;
    const anc_status status = open_parts(in, options, err);
    if (status != ANC_OK) {
        close_infer(in);
        return status;
    }
    const inf_encoder_info about = inf_encoder_about(in->encoder);
    *ret = (emb_encoder){.ops = &ops,
                         .self = in,
                         .dims = about.dims,
                         .max_tokens = about.max_tokens,
                         .max_batch = MAX_BATCH,
                         .model = anc_str_of(in->model),
                         .revision = anc_str_of(in->revision),
                         .detail = anc_str_of(in->detail)};
    return ANC_OK;
}
