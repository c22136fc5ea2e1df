/* config.c - the JSON files beside the weights. */
#include "config_impl.h"

#include <stdio.h>

#include "os/file.h"
#include "json/json.h"

enum {
    FILE_MAX_BYTES = 1 << 20,
    FOLDER_MAX_BYTES = 80,
    MAX_HIDDEN = 8192,
    MAX_HEADS = 256,
    MAX_LAYERS = 128,
    MAX_INNER = 65536,
    MAX_POSITIONS = 65536,
    MAX_VOCABULARY = 1 << 22,
    MAX_TYPES = 256,
    MAX_BUCKETS = 4096,
    MIN_WINDOW = 3 /* a token within the two special ones */
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

/* A whole number of 1 to `max` in `file`. */
static anc_status read_size_of(const char *file, const json_value *object, const char *name,
                               size_t max, size_t *ret, anc_err *err)
{
    const json_value *v = json_member(object, name);
    const int64_t n = json_int(v, -1);
    if (json_kind_of(v) != JSON_INT || n < 1 || (uint64_t)n > max)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: %s is no whole number of 1 to %zu", file, name, max);
    *ret = (size_t)n;
    return ANC_OK;
}

static anc_status read_size(const json_value *config, const char *name, size_t max, size_t *ret,
                            anc_err *err)
{
    return read_size_of("config.json", config, name, max, ret, err);
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

static anc_status read_architecture(const json_value *config, inf_config *ret, anc_err *err)
{
    const anc_str type = json_str(json_member(config, "model_type"), ANC_STR("bert"));
    ret->architecture = inf_architecture_find(type);
    if (ret->architecture != NULL)
        return ANC_OK;
    ANC_BUF(known, 256);
    inf_architecture_list(&known);
    return ANC_FAIL(err, ANC_UNSUPPORTED, "config.json: model_type is \"%.*s\", known are %.*s",
                    ANC_FMT(type), ANC_FMT(anc_buf_view(&known)));
}

/* A cross-encoder is a classifier with one class. */
static anc_status read_kind(const json_value *config, inf_config *ret, anc_err *err)
{
    const json_value *names = json_member(config, "architectures");
    const anc_str name = json_str(json_element(names, 0), ANC_STR("(none)"));
    const json_value *labels = json_member(config, "id2label");
    ret->scores = anc_str_ends(name, ANC_STR("ForSequenceClassification"));
    if (!ret->scores)
        return ANC_OK;
    if (ret->architecture->judge.dense == NULL)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "config.json: architecture %.*s is not known",
                        ANC_FMT(name));
    if (labels != NULL && json_count(labels) != 1)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "config.json: id2label has %zu labels, a cross-encoder has 1",
                        json_count(labels));
    return ANC_OK;
}

static anc_status read_places(const json_value *config, inf_config *ret, anc_err *err)
{
    int64_t pad = 1;
    ANC_TRY(read_size(config, "max_position_embeddings", MAX_POSITIONS, &ret->positions, err));
    ret->pad = UINT32_MAX;
    if (ret->architecture->places == INF_PLACES_FROM_0)
        return ANC_OK;
    if (ret->architecture->places == INF_PLACES_PAST_PAD)
        pad = json_int(json_member(config, "pad_token_id"), 1);
    if (pad < 0 || (uint64_t)pad + 2 > ret->positions)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "config.json: pad_token_id %lld leaves no place of %zu for a token",
                        (long long)pad, ret->positions);
    ret->pad = (uint32_t)pad;
    ret->first_place = (size_t)pad + 1;
    return ANC_OK;
}

static anc_status read_model(const json_value *config, inf_config *ret, anc_err *err)
{
    ANC_TRY(read_architecture(config, ret, err));
    const inf_architecture *a = ret->architecture;
    const inf_size_names *sizes = a->sizes;
    ANC_TRY(check_word(config, sizes->activation, "gelu", err));
    ANC_TRY(check_word(config, "position_embedding_type", "absolute", err));
    ANC_TRY(read_size(config, sizes->hidden, MAX_HIDDEN, &ret->hidden, err));
    ANC_TRY(read_size(config, sizes->heads, MAX_HEADS, &ret->heads, err));
    ANC_TRY(read_size(config, sizes->layers, MAX_LAYERS, &ret->layers, err));
    ANC_TRY(read_size(config, sizes->inner, MAX_INNER, &ret->inner, err));
    ANC_TRY(read_size(config, "vocab_size", MAX_VOCABULARY, &ret->vocabulary, err));
    ANC_TRY(read_places(config, ret, err));
    if (a->types)
        ANC_TRY(read_size(config, "type_vocab_size", MAX_TYPES, &ret->types, err));
    if (a->buckets != NULL)
        ANC_TRY(read_size(config, a->buckets, MAX_BUCKETS, &ret->buckets, err));
    if (a->buckets != NULL && ret->buckets < 4)
        return ANC_FAIL(err, ANC_CORRUPT, "config.json: %s %zu is below 4", a->buckets,
                        ret->buckets);
    if (ret->hidden % ret->heads != 0)
        return ANC_FAIL(err, ANC_CORRUPT, "config.json: %s %zu is no multiple of %s %zu",
                        sizes->hidden, ret->hidden, sizes->heads, ret->heads);
    ret->epsilon = (float)json_double(json_member(config, "layer_norm_eps"), 1e-12);
    if (!(ret->epsilon >= 0 && ret->epsilon < 1))
        return ANC_FAIL(err, ANC_CORRUPT, "config.json: layer_norm_eps is not within 0 to 1");
    return read_kind(config, ret, err);
}

/* What the tokenizer's own file says of the window, where nothing else does: very great numbers stand for none. */
static anc_status read_tokenizer_window(anc_arena *mem, anc_str folder, inf_config *ret,
                                        anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(read_json(mem, folder, "tokenizer_config.json", &doc, err));
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    const json_value *window = json_member(root, "model_max_length");
    if (json_kind_of(window) != JSON_INT)
        return ANC_OK;
    const int64_t n = json_int(window, -1);
    if (n < MIN_WINDOW)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "tokenizer_config.json: model_max_length %lld is below %d", (long long)n,
                        MIN_WINDOW);
    if ((uint64_t)n < ret->window)
        ret->window = (size_t)n;
    return ANC_OK;
}

static anc_status read_window(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ret->window = ret->positions - ret->first_place;
    ANC_TRY(read_json(mem, folder, "sentence_bert_config.json", &doc, err));
    const json_value *window = doc != NULL ? json_member(json_root(doc), "max_seq_length") : NULL;
    if (json_kind_of(window) != JSON_INT)
        return read_tokenizer_window(mem, folder, ret, err);
    const int64_t n = json_int(window, -1);
    if (n < MIN_WINDOW)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "sentence_bert_config.json: max_seq_length %lld is below %d", (long long)n,
                        MIN_WINDOW);
    if ((uint64_t)n < ret->window)
        ret->window = (size_t)n;
    return ANC_OK;
}

/* How the vectors of the tokens become one: `name`/config.json says it; mean where it may be absent and is. */
static anc_status read_pooling(anc_arena *mem, anc_str folder, anc_str name, bool needed,
                               inf_config *ret, anc_err *err)
{
    static const char *const others[] = {
        "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens",
        "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"};
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    char file[FOLDER_MAX_BYTES + 16];
    (void)snprintf(file, sizeof file, "%.*s/config.json", ANC_FMT(name));
    ANC_TRY(read_json(mem, folder, file, &doc, err));
    if (doc == NULL && needed)
        return ANC_FAIL(err, ANC_NOT_FOUND, "there is no %s, which modules.json names", file);
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    const bool cls = json_bool(json_member(root, "pooling_mode_cls_token"), false);
    const bool mean = json_bool(json_member(root, "pooling_mode_mean_tokens"), !cls);
    if (!json_bool(json_member(root, "include_prompt"), true))
        return ANC_FAIL(err, ANC_UNSUPPORTED, "%s: include_prompt false is not known", file);
    for (size_t i = 0; i < ANC_COUNT(others); i++)
        if (json_bool(json_member(root, others[i]), false))
            return ANC_FAIL(err, ANC_UNSUPPORTED, "%s: %s is not known", file, others[i]);
    if (cls == mean)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "%s: %s, exactly one of mean and CLS is known", file,
                        cls ? "mean and CLS together" : "no pooling");
    ret->pooling = cls ? INF_POOL_CLS : INF_POOL_MEAN;
    ret->pooling_folder = name;
    return ANC_OK;
}

/* A folder below the model's: one name. */
static anc_status check_folder(anc_str name, size_t module, anc_err *err)
{
    if (name.len == 0 || name.len > FOLDER_MAX_BYTES || anc_str_starts(name, ANC_STR(".")) ||
        anc_str_find(name, ANC_STR("/")) != SIZE_MAX)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "modules.json: the path \"%.*s\" of module %zu is no folder of the model",
                        ANC_FMT(name), module);
    return ANC_OK;
}

/* The folder that a module names, kept. */
static anc_status read_folder(anc_arena *mem, size_t i, const json_value *module, anc_str *ret,
                              anc_err *err)
{
    *ret = anc_arena_copy(mem, json_str(json_member(module, "path"), ANC_STR("")));
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    return check_folder(*ret, i, err);
}

static anc_status read_dense(anc_arena *mem, anc_str folder, anc_str name, inf_config *ret,
                             anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    inf_dense_config *dense = &ret->dense;
    char file[FOLDER_MAX_BYTES + 16];
    size_t inputs = 0;
    (void)snprintf(file, sizeof file, "%.*s/config.json", ANC_FMT(name));
    ANC_TRY(read_json(mem, folder, file, &doc, err));
    if (doc == NULL)
        return ANC_FAIL(err, ANC_NOT_FOUND, "there is no %s", file);
    const json_value *root = json_root(doc);
    ANC_TRY(read_size_of(file, root, "in_features", MAX_HIDDEN, &inputs, err));
    ANC_TRY(read_size_of(file, root, "out_features", MAX_HIDDEN, &dense->outputs, err));
    if (inputs != ret->hidden)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: in_features is %zu, the model's width %zu", file,
                        inputs, ret->hidden);
    const anc_str activation =
        json_str(json_member(root, "activation_function"), ANC_STR("(none)"));
    dense->bias = json_bool(json_member(root, "bias"), true);
    dense->tanh = anc_str_ends(activation, ANC_STR(".Tanh"));
    if (!dense->tanh && !anc_str_ends(activation, ANC_STR(".Identity")))
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "%s: activation_function %.*s is not known, Tanh and Identity are", file,
                        ANC_FMT(activation));
    dense->folder = name;
    ret->dims = dense->outputs;
    return ANC_OK;
}

/* One of the steps: the encoder, its pooling, a matrix, division by the length, in this order. */
static anc_status read_module(anc_arena *mem, anc_str folder, size_t i, const json_value *module,
                              inf_config *ret, anc_err *err)
{
    const anc_str type = json_str(json_member(module, "type"), ANC_STR("(none)"));
    anc_str name;
    if (ret->unit_length)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "modules.json: module %zu, %.*s, stands behind Normalize", i,
                        ANC_FMT(type));
    if (anc_str_ends(type, ANC_STR(".Normalize"))) {
        ret->unit_length = true;
    } else if (anc_str_ends(type, ANC_STR(".Dense")) && ret->dense.folder.len == 0) {
        ANC_TRY(read_folder(mem, i, module, &name, err));
        return read_dense(mem, folder, name, ret, err);
    } else if (anc_str_ends(type, ANC_STR(".Pooling")) && ret->pooling_folder.len == 0) {
        ANC_TRY(read_folder(mem, i, module, &name, err));
        return read_pooling(mem, folder, name, true, ret, err);
    } else if (!anc_str_ends(type, ANC_STR(".Transformer"))) {
        return ANC_FAIL(err, ANC_UNSUPPORTED, "modules.json: module %zu, %.*s, is not known", i,
                        ANC_FMT(type));
    }
    return ANC_OK;
}

static anc_status read_modules(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(read_json(mem, folder, "modules.json", &doc, err));
    ret->dims = ret->hidden;
    for (size_t i = 0; doc != NULL && i < json_count(json_root(doc)); i++)
        ANC_TRY(read_module(mem, folder, i, json_element(json_root(doc), i), ret, err));
    if (doc == NULL)
        ret->unit_length = true;
    return ret->pooling_folder.len > 0
               ? ANC_OK
               : read_pooling(mem, folder, ANC_STR("1_Pooling"), false, ret, err);
}

/* How many values of a vector are kept. */
static anc_status read_cut(const json_value *root, inf_config *ret, anc_err *err)
{
    static const char name[] = "truncate_dim";
    const json_kind kind = json_kind_of(json_member(root, name));
    if (root == NULL || json_member(root, name) == NULL || kind == JSON_NULL)
        return ANC_OK;
    return read_size_of("config_sentence_transformers.json", root, name, ret->dims, &ret->dims,
                        err);
}

static anc_status read_prefixes(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(read_json(mem, folder, "config_sentence_transformers.json", &doc, err));
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    const json_value *prompts = json_member(root, "prompts");
    const anc_str none = ANC_STR("");
    const anc_str document = json_str(json_member(prompts, "document"), none);
    ret->query_prefix = anc_arena_copy(mem, json_str(json_member(prompts, "query"), none));
    ret->passage_prefix = anc_arena_copy(mem, json_str(json_member(prompts, "passage"), document));
    if (ret->query_prefix.ptr == NULL || ret->passage_prefix.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    return read_cut(root, ret, err);
}

static anc_status read_all(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *config = NULL;
    ANC_TRY(read_json(mem, folder, "config.json", &config, err));
    if (config == NULL)
        return ANC_FAIL(err, ANC_NOT_FOUND, "there is no config.json");
    ANC_TRY(read_model(json_root(config), ret, err));
    ANC_TRY(read_window(mem, folder, ret, err));
    if (ret->window < MIN_WINDOW)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "config.json: max_position_embeddings %zu leaves a window of %zu tokens, "
                        "which is below %d",
                        ret->positions, ret->window, MIN_WINDOW);
    if (ret->scores) {
        ret->pooling = INF_POOL_CLS;
        ret->dims = 1;
        return ANC_OK;
    }
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
