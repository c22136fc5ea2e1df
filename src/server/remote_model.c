/* remote_model.c - the embedding model at an endpoint, as the configuration names it. */
#include "remote_model.h"

#include "embedding/adapters/remote/remote_encoder.h"

anc_status srv_remote_model_open(const srv_config *config, krn_clock clock, emb_encoder *ret,
                                 anc_err *err)
{
    const bool gemini = anc_str_eq(config->model.remote.form, ANC_STR("gemini"));
    const bool shorten = anc_str_eq(config->model.remote.shorten, ANC_STR("true"));
    const uint32_t dims = (uint32_t)config->model.remote.dims;
    const int64_t retries = config->model.remote.retries;
    const emb_remote_encoder_options options = {
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
        .passage_prefix = config->model.remote.passage_prefix,
        .clock = clock};
    return emb_remote_encoder_open(&options, ret, err);
}
