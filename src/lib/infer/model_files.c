/* model_files.c - which files of a folder a model is made of. */
#include "infer/encoder.h"
#include "modules_impl.h"
#include "os/file.h"

enum { SMALL_FILES_MAX_BYTES = 8 << 20 };

/* Of the model's folder, or of that below it where the encoder is. */
static const struct usual_file {
    const char *name;
    bool of_encoder;
} usual[] = {
    {"config.json", true},
    {"sentence_bert_config.json", true},
    {"1_Pooling/config.json", false},
    {"modules.json", false},
    {"tokenizer.json", true},
    {"vocab.txt", true},
    {"tokenizer_config.json", true},
    {"config_sentence_transformers.json", false},
};
enum { AT_POOLING = 2 /* in usual; modules.json may name another folder */ };
/* What a tokenizer of vocab.txt reads, and none of tokenizer.json. */
static const char of_vocab[] = "special_tokens_map.json";
static const char weights[] = "model.safetensors";
static const char *const of_dense[] = {"config.json", "model.safetensors"};

/* "`below`/`name`", or `name` alone. */
static anc_status name_file(anc_arena *mem, anc_str below, const char *name, anc_str *ret,
                            anc_err *err)
{
    *ret =
        below.len > 0 ? anc_arena_printf(mem, "%.*s/%s", ANC_FMT(below), name) : anc_str_of(name);
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    return ANC_OK;
}

static anc_status name_usual(anc_arena *mem, const inf_config *config, anc_str *names, anc_err *err)
{
    const anc_str itself = ANC_STR("");
    for (size_t i = 0; i < ANC_COUNT(usual); i++)
        ANC_TRY(name_file(mem, usual[i].of_encoder ? config->place : itself, usual[i].name,
                          &names[i], err));
    if (config->pooling_folder.len == 0)
        return ANC_OK;
    return name_file(mem, config->pooling_folder, "config.json", &names[AT_POOLING], err);
}

anc_status inf_encoder_files(anc_arena *mem, anc_str folder, anc_str **ret, size_t *ret_n,
                             anc_err *err)
{
    enum { MOST = ANC_COUNT(usual) + ANC_COUNT(of_dense) + 2 };
    inf_config config;
    size_t n = ANC_COUNT(usual);
    ANC_TRY(inf_config_read(mem, folder, &config, err));
    anc_str *names = anc_arena_alloc(mem, MOST, sizeof *names);
    anc_str tokenizer;
    if (names == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    ANC_TRY(inf_place_path(mem, folder, config.place, "tokenizer.json", &tokenizer, err));
    ANC_TRY(name_usual(mem, &config, names, err));
    if (!os_exists(tokenizer))
        ANC_TRY(name_file(mem, config.place, of_vocab, &names[n++], err));
    ANC_TRY(name_file(mem, config.place, weights, &names[n++], err));
    for (size_t i = 0; i < ANC_COUNT(of_dense) && config.dense.folder.len > 0; i++)
        ANC_TRY(name_file(mem, config.dense.folder, of_dense[i], &names[n++], err));
    *ret = names;
    *ret_n = n;
    return ANC_OK;
}

anc_status inf_encoder_weights(anc_arena *mem, anc_str folder, anc_str *ret, anc_err *err)
{
    anc_str place;
    ANC_TRY(inf_modules_place(mem, folder, &place, err));
    return inf_place_path(mem, folder, place, weights, ret, err);
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
