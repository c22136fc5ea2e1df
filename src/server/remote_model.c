/* remote_model.c - the embedding model at an endpoint, as the configuration names it. */
#include "remote_model.h"

#include "embedding/adapters/remote/remote_encoder.h"

static emb_remote_encoder_options options_of(const srv_config *config)
{
    const bool gemini = anc_str_eq(config->model.remote.form, ANC_STR("gemini"));
    const bool shorten = anc_str_eq(config->model.remote.shorten, ANC_STR("true"));
    const uint32_t dims = (uint32_t)config->model.remote.dims;
    const int64_t retries = config->model.remote.retries;
    return (emb_remote_encoder_options){
        .client = {.form = gemini ? CLT_VECTORS_GEMINI : CLT_VECTORS_OPENAI,
                   .url = config->model.remote.url,
                   .api_key = config->model.remote.api_key,
                   .model = config->model.remote.model,
                   .dims = shorten ? dims : 0,
                   .parallel = (unsigned)config->model.remote.parallel,
                   .retries = retries > 0 ? (int)retries : -1,
                   .timeout_ms = config->model.remote.timeout_ms},
        .dims = dims,
        .max_tokens = (uint32_t)config->model.remote.max_tokens,
        .max_batch = (uint32_t)config->model.remote.batch,
        .query_prefix = config->model.remote.query_prefix,
        .passage_prefix = config->model.remote.passage_prefix};
}

anc_status srv_remote_model_open(const srv_config *config, krn_clock clock,
                                 const atomic_bool *cancelled, emb_encoder *ret, anc_err *err)
{
    emb_remote_encoder_options options = options_of(config);
    options.clock = clock;
    options.cancelled = cancelled;
    return emb_remote_encoder_open(&options, ret, err);
}

anc_status srv_remote_model_check(const srv_config *config, anc_err *err)
{
    emb_encoder encoder = {0};
    emb_remote_encoder_options options = options_of(config);
    options.dims = options.dims > 0 ? options.dims : 1; /* so that nobody is asked for it */
    ANC_TRY(emb_remote_encoder_open(&options, &encoder, err));
    emb_encoder_close(&encoder);
    return ANC_OK;
}
