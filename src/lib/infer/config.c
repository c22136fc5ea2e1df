/* config.c - the JSON files beside the weights. */
#include "config_impl.h"

#include "os/file.h"
#include "json/json.h"

enum {
    FILE_MAX_BYTES = 1 << 20,
    MAX_HIDDEN = 8192,
    MAX_HEADS = 256,
    MAX_LAYERS = 128,
    MAX_INNER = 65536,
    MAX_POSITIONS = 65536,
    MAX_VOCABULARY = 1 << 22,
    MAX_TYPES = 256
};

static void doc_cleanup(json_doc **doc)
{
    json_doc_free(*doc);
}

/* `folder`/`name` as JSON; `ret` stays NULL where the file is absent. */
static anc_status read_json(anc_arena *mem, anc_str folder, const char *name, json_doc **ret,
                            anc_err *err)
{
    anc_str text;
    anc_err inner = {0};
    const anc_str path = os_path_join(mem, folder, anc_str_of(name));
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    if (!os_exists(path))
        return ANC_OK;
    ANC_TRY(os_file_read(mem, path, FILE_MAX_BYTES, &text, err));
    const anc_status status = json_parse(text, ret, &inner);
    if (status != ANC_OK)
        return ANC_FAIL(err, status == ANC_NO_MEMORY ? ANC_NO_MEMORY : ANC_CORRUPT, "%.*s: %.200s",
                        ANC_FMT(path), inner.text);
    return ANC_OK;
}

/* A whole number of 1 to `max` in config.json. */
static anc_status read_size(const json_value *config, const char *name, size_t max, size_t *ret,
                            anc_err *err)
{
    const json_value *v = json_member(config, name);
    const int64_t n = json_int(v, -1);
    if (json_kind_of(v) != JSON_INT || n < 1 || (uint64_t)n > max)
        return ANC_FAIL(err, ANC_CORRUPT, "config.json: %s is no whole number of 1 to %zu", name,
                        max);
    *ret = (size_t)n;
    return ANC_OK;
}

/* A member that, where it is there, must have the one value that the code computes. */
static anc_status check_word(const json_value *config, const char *name, const char *only,
                             anc_err *err)
{
    const anc_str word = json_str(json_member(config, name), anc_str_of(only));
    if (!anc_str_eq(word, anc_str_of(only)))
        return ANC_FAIL(err, ANC_UNSUPPORTED, "config.json: %s is \"%.*s\", only \"%s\" is known",
                        name, ANC_FMT(word), only);
    return ANC_OK;
}

static anc_status read_model(const json_value *config, inf_config *ret, anc_err *err)
{
    ANC_TRY(check_word(config, "model_type", "bert", err));
    ANC_TRY(check_word(config, "hidden_act", "gelu", err));
    ANC_TRY(check_word(config, "position_embedding_type", "absolute", err));
    ANC_TRY(read_size(config, "hidden_size", MAX_HIDDEN, &ret->hidden, err));
    ANC_TRY(read_size(config, "num_attention_heads", MAX_HEADS, &ret->heads, err));
    ANC_TRY(read_size(config, "num_hidden_layers", MAX_LAYERS, &ret->layers, err));
    ANC_TRY(read_size(config, "intermediate_size", MAX_INNER, &ret->inner, err));
    ANC_TRY(read_size(config, "vocab_size", MAX_VOCABULARY, &ret->vocabulary, err));
    ANC_TRY(read_size(config, "max_position_embeddings", MAX_POSITIONS, &ret->positions, err));
    ANC_TRY(read_size(config, "type_vocab_size", MAX_TYPES, &ret->types, err));
    if (ret->hidden % ret->heads != 0)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "config.json: hidden_size %zu is no multiple of num_attention_heads %zu",
                        ret->hidden, ret->heads);
    ret->epsilon = (float)json_double(json_member(config, "layer_norm_eps"), 1e-12);
    if (!(ret->epsilon >= 0 && ret->epsilon < 1))
        return ANC_FAIL(err, ANC_CORRUPT, "config.json: layer_norm_eps is not within 0 to 1");
    return ANC_OK;
}

static anc_status read_window(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(read_json(mem, folder, "sentence_bert_config.json", &doc, err));
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    const int64_t most = (int64_t)ret->positions;
    const int64_t window = json_int(json_member(root, "max_seq_length"), most);
    if (window < 3)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "sentence_bert_config.json: max_seq_length %lld is below 3",
                        (long long)window);
    ret->window = (size_t)(window < most ? window : most);
    return ANC_OK;
}

static anc_status read_pooling(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    static const char *const others[] = {
        "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens",
        "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"};
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(read_json(mem, folder, "1_Pooling/config.json", &doc, err));
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    const bool cls = json_bool(json_member(root, "pooling_mode_cls_token"), false);
    const bool mean = json_bool(json_member(root, "pooling_mode_mean_tokens"), !cls);
    for (size_t i = 0; i < ANC_COUNT(others); i++)
        if (json_bool(json_member(root, others[i]), false))
            return ANC_FAIL(err, ANC_UNSUPPORTED, "1_Pooling/config.json: %s is not known",
                            others[i]);
    if (cls == mean)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "1_Pooling/config.json: %s, exactly one of mean and CLS is known",
                        cls ? "mean and CLS together" : "no pooling");
    ret->pooling = cls ? INF_POOL_CLS : INF_POOL_MEAN;
    return ANC_OK;
}

/* Which steps follow the encoder: pooling and division by the length, nothing else. */
static anc_status read_modules(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(read_json(mem, folder, "modules.json", &doc, err));
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    ret->unit_length = root == NULL;
    for (size_t i = 0; i < json_count(root); i++) {
        const anc_str type =
            json_str(json_member(json_element(root, i), "type"), ANC_STR("(none)"));
        if (anc_str_ends(type, ANC_STR(".Normalize")))
            ret->unit_length = true;
        else if (!anc_str_ends(type, ANC_STR(".Transformer")) &&
                 !anc_str_ends(type, ANC_STR(".Pooling")))
            return ANC_FAIL(err, ANC_UNSUPPORTED, "modules.json: module %zu, %.*s, is not known", i,
                            ANC_FMT(type));
    }
    return ANC_OK;
}

static anc_status read_prefixes(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(read_json(mem, folder, "config_sentence_transformers.json", &doc, err));
    const json_value *prompts = doc != NULL ? json_member(json_root(doc), "prompts") : NULL;
    const anc_str none = ANC_STR("");
    const anc_str document = json_str(json_member(prompts, "document"), none);
    ret->query_prefix = anc_arena_copy(mem, json_str(json_member(prompts, "query"), none));
    ret->passage_prefix = anc_arena_copy(mem, json_str(json_member(prompts, "passage"), document));
    if (ret->query_prefix.ptr == NULL || ret->passage_prefix.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    return ANC_OK;
}

static anc_status read_all(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *config = NULL;
    ANC_TRY(read_json(mem, folder, "config.json", &config, err));
    if (config == NULL)
        return ANC_FAIL(err, ANC_NOT_FOUND, "there is no config.json");
    ANC_TRY(read_model(json_root(config), ret, err));
    ANC_TRY(read_window(mem, folder, ret, err));
    ANC_TRY(read_pooling(mem, folder, ret, err));
    ANC_TRY(read_modules(mem, folder, ret, err));
    return read_prefixes(mem, folder, ret, err);
}

anc_status inf_config_read(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    inf_config config = {0};
    anc_err inner = {0};
    const anc_status status = read_all(mem, folder, &config, &inner);
    if (status != ANC_OK)
        return ANC_FAIL(err, status, "model %.*s: %.300s", ANC_FMT(folder), inner.text);
    *ret = config;
    return ANC_OK;
}
