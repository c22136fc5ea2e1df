/* model_files.c - which files of a folder a model is made of. */
#include "config_impl.h"
#include "infer/encoder.h"
#include "os/file.h"

enum { SMALL_FILES_MAX_BYTES = 8 << 20 };

static const char *const usual[] = {
    "config.json",           "sentence_bert_config.json",
    "1_Pooling/config.json", "modules.json",
    "tokenizer.json",        "vocab.txt",
    "tokenizer_config.json", "config_sentence_transformers.json",
};
enum { AT_POOLING = 2 /* in usual; modules.json may name another folder */ };
/* What a tokenizer of vocab.txt reads, and none of tokenizer.json. */
static const char of_vocab[] = "special_tokens_map.json";
static const char weights[] = "model.safetensors";
static const char *const of_dense[] = {"config.json", "model.safetensors"};

anc_status inf_encoder_files(anc_arena *mem, anc_str folder, anc_str **ret, size_t *ret_n,
                             anc_err *err)
{
    enum { MOST = ANC_COUNT(usual) + ANC_COUNT(of_dense) + 2 };
    inf_config config;
    size_t n = 0;
    ANC_TRY(inf_config_read(mem, folder, &config, err));
    anc_str *names = anc_arena_alloc(mem, MOST, sizeof *names);
    const anc_str tokenizer = os_path_join(mem, folder, ANC_STR("tokenizer.json"));
    if (names == NULL || tokenizer.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    for (; n < ANC_COUNT(usual); n++)
        names[n] = anc_str_of(usual[n]);
    if (config.pooling_folder.len > 0)
        names[AT_POOLING] =
            anc_arena_printf(mem, "%.*s/config.json", ANC_FMT(config.pooling_folder));
    if (names[AT_POOLING].ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    if (!os_exists(tokenizer))
        names[n++] = anc_str_of(of_vocab);
    names[n++] = anc_str_of(weights);
    for (size_t i = 0; i < ANC_COUNT(of_dense) && config.dense.folder.len > 0; i++, n++) {
        names[n] = anc_arena_printf(mem, "%.*s/%s", ANC_FMT(config.dense.folder), of_dense[i]);
        if (names[n].ptr == NULL)
            return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    }
    *ret = names;
    *ret_n = n;
    return ANC_OK;
}

anc_status inf_encoder_scores(anc_str folder, bool *ret, anc_err *err)
{
    inf_config config;
    ANC_ARENA(mem, SMALL_FILES_MAX_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the files of the model");
    ANC_TRY(inf_config_read(mem, folder, &config, err));
    *ret = config.scores;
    return ANC_OK;
}
