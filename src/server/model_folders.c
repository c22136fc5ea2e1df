/* model_folders.c - where models come from: the hub, a folder, a wheel; and what is made of one that came. */
#include "model_folders.h"

#include "embedding/adapters/hub/hub_source.h"
#include "embedding/adapters/infer/infer_encoder.h"
#include "embedding/adapters/infer/infer_reranker.h"
#include "embedding/adapters/local/local_sources.h"
#include "embedding/adapters/model_folders/model_folders.h"
#include "embedding/app/models_service.h"
#include "embedding/domain/model_table.h"
#include "house_impl.h"
#include "infer/encoder.h"

anc_status srv_models_open(anc_str models_dir, emb_models **ret, anc_err *err)
{
    emb_models_options options = {.open_hub = emb_hub_source_open,
                                  .open_folder = emb_folder_source_open,
                                  .open_wheel = emb_wheel_source_open};
    ANC_TRY(emb_model_folders_open(models_dir, &options.store, err));
    const anc_status status = emb_models_open(&options, ret, err);
    if (status != ANC_OK)
        options.store.ops->close(options.store.self);
    return status;
}

void srv_models_close(emb_models *models)
{
    emb_models_close(models);
}

static anc_status prepare_reranker(const srv_config *config, anc_arena *mem, anc_str folder,
                                   anc_str *ret, anc_err *err)
{
    emb_reranker reranker = {0};
    const emb_infer_reranker_options options = {
        .folder = folder, .precision = config->model.precision, .clock = krn_system_clock()};
    ANC_TRY(emb_infer_reranker_open(&options, &reranker, err));
    *ret = anc_arena_copy(mem, reranker.detail);
    emb_reranker_close(&reranker);
    return ret->ptr != NULL ? ANC_OK : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a text");
}

static anc_status prepare_encoder(const srv_config *config, anc_arena *mem, anc_str folder,
                                  anc_str *ret, anc_err *err)
{
    emb_encoder encoder = {0};
    const emb_infer_options options = {
        .folder = folder, .precision = config->model.precision, .clock = krn_system_clock()};
    ANC_TRY(emb_infer_open(&options, &encoder, err));
    *ret = anc_arena_copy(mem, encoder.detail);
    emb_encoder_close(&encoder);
    return ret->ptr != NULL ? ANC_OK : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a text");
}

anc_status srv_model_prepare(const srv_config *config, anc_arena *mem, anc_str folder, anc_str *ret,
                             anc_err *err)
{
    bool scores = false;
    ANC_TRY(inf_encoder_scores(folder, &scores, err));
    return scores ? prepare_reranker(config, mem, folder, ret, err)
                  : prepare_encoder(config, mem, folder, ret, err);
}

anc_str srv_model_mending(anc_arena *mem, anc_str name, anc_status why)
{
    if (why == ANC_UNSUPPORTED)
        return ANC_STR(
            "name another one in model.name: `anchorage model list` shows what there is");
    for (size_t i = 0; emb_model_at(i) != NULL; i++)
        if (anc_str_eq(name, anc_str_of(emb_model_at(i)->name)))
            return anc_arena_printf(mem, "mend it with `anchorage model pull --force %.*s`",
                                    ANC_FMT(name));
    return anc_arena_printf(mem,
                            "put the files of the model %.*s there again, as they were published: "
                            "`anchorage model pull` does not know it",
                            ANC_FMT(name));
}
