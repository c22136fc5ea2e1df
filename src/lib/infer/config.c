/* config.c - the JSON files beside the weights. */
#include "modules_impl.h"
#include "settings_impl.h"

enum {
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

static const char config_json[] = "config.json";
static const char sentences_json[] = "config_sentence_transformers.json";

static anc_status read_size(const json_value *config, const char *name, size_t max, size_t *ret,
                            anc_err *err)
{
    return inf_setting_size(config_json, config, name, max, ret, err);
}

/* A member that, where it is there, must have the one value that the code computes. */
static anc_status check_word(const json_value *config, const char *name, const char *only,
                             anc_err *err)
{
    anc_str word;
    ANC_TRY(inf_setting_word(config_json, config, name, anc_str_of(only), &word, err));
    if (!anc_str_eq(word, anc_str_of(only)))
        return ANC_FAIL(err, ANC_UNSUPPORTED, "config.json: %s is \"%.*s\", only \"%s\" is known",
                        name, ANC_FMT(inf_setting_shown(word)), only);
    return ANC_OK;
}

static anc_status read_architecture(const json_value *config, inf_config *ret, anc_err *err)
{
    anc_str type;
    ANC_TRY(inf_setting_word(config_json, config, "model_type", ANC_STR("bert"), &type, err));
    ret->architecture = inf_architecture_find(type);
    if (ret->architecture != NULL)
        return ANC_OK;
    ANC_BUF(known, 256);
    inf_architecture_list(&known);
    return ANC_FAIL(err, ANC_UNSUPPORTED, "config.json: model_type is \"%.*s\", known are %.*s",
                    ANC_FMT(inf_setting_shown(type)), ANC_FMT(anc_buf_view(&known)));
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
                        ANC_FMT(inf_setting_shown(name)));
    if (labels != NULL && json_count(labels) != 1)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "config.json: id2label has %zu labels, a cross-encoder has 1",
                        json_count(labels));
    return ANC_OK;
}

static anc_status read_pad(const json_value *config, int64_t *ret, anc_err *err)
{
    const json_value *v = json_member(config, "pad_token_id");
    const json_kind kind = json_kind_of(v);
    if (kind != JSON_INT && kind != JSON_NULL && kind != JSON_ABSENT)
        return ANC_FAIL(err, ANC_CORRUPT, "config.json: pad_token_id is no whole number");
    *ret = json_int(v, 1);
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
        ANC_TRY(read_pad(config, &pad, err));
    if (pad < 0 || (uint64_t)pad + 2 > ret->positions)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "config.json: pad_token_id %lld leaves no place of %zu for a token",
                        (long long)pad, ret->positions);
    ret->pad = (uint32_t)pad;
    ret->first_place = (size_t)pad + 1;
    return ANC_OK;
}

static anc_status read_epsilon(const json_value *config, inf_config *ret, anc_err *err)
{
    const json_value *v = json_member(config, "layer_norm_eps");
    const json_kind kind = json_kind_of(v);
    const bool is_absent = kind == JSON_ABSENT || kind == JSON_NULL;
    ret->epsilon = (float)json_double(v, is_absent ? 1e-12 : -1);
    if (!(ret->epsilon >= 0 && ret->epsilon < 1))
        return ANC_FAIL(err, ANC_CORRUPT, "config.json: layer_norm_eps is not within 0 to 1");
    return ANC_OK;
}

/* Of a decoder no token sees those behind it, which is computed nowhere here. */
static anc_status check_direction(const json_value *config, anc_err *err)
{
    bool decodes = false;
    ANC_TRY(inf_setting_flag(config_json, config, "is_decoder", false, &decodes, err));
    if (decodes)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "config.json: is_decoder true is not known");
    return ANC_OK;
}

static anc_status read_model(const json_value *config, inf_config *ret, anc_err *err)
{
    ANC_TRY(read_architecture(config, ret, err));
    const inf_architecture *a = ret->architecture;
    const inf_size_names *sizes = a->sizes;
    ANC_TRY(check_word(config, sizes->activation, "gelu", err));
    ANC_TRY(check_word(config, "position_embedding_type", "absolute", err));
    ANC_TRY(check_direction(config, err));
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
    ANC_TRY(read_epsilon(config, ret, err));
    return read_kind(config, ret, err);
}

/* What the tokenizer's own file says of the window, where nothing else does: very great numbers stand for none. */
static anc_status read_tokenizer_window(anc_arena *mem, anc_str place, inf_config *ret,
                                        anc_err *err)
{
    static const char file[] = "tokenizer_config.json";
    ANC_CLEANUP(inf_settings_cleanup) json_doc *doc = NULL;
    bool is_there = false;
    ANC_TRY(inf_settings_read(mem, place, file, &doc, err));
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    return inf_setting_window(file, root, "model_max_length", MIN_WINDOW, &ret->window, &is_there,
                              err);
}

/* The window, and whether texts are made lower case before the tokenizer, whatever that does. */
static anc_status read_sentences(anc_arena *mem, anc_str place, inf_config *ret, anc_err *err)
{
    static const char file[] = "sentence_bert_config.json";
    ANC_CLEANUP(inf_settings_cleanup) json_doc *doc = NULL;
    bool is_there = false;
    ret->window = ret->positions - ret->first_place;
    ANC_TRY(inf_settings_read(mem, place, file, &doc, err));
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    ANC_TRY(inf_setting_flag(file, root, "do_lower_case", false, &ret->lower, err));
    ANC_TRY(
        inf_setting_window(file, root, "max_seq_length", MIN_WINDOW, &ret->window, &is_there, err));
    return is_there ? ANC_OK : read_tokenizer_window(mem, place, ret, err);
}

/* How many values of a vector are kept. */
static anc_status read_cut(const json_value *root, inf_config *ret, anc_err *err)
{
    static const char name[] = "truncate_dim";
    const json_kind kind = json_kind_of(json_member(root, name));
    if (root == NULL || json_member(root, name) == NULL || kind == JSON_NULL)
        return ANC_OK;
    return inf_setting_size(sentences_json, root, name, ret->dims, &ret->dims, err);
}

/* The prompt that is put before all texts of a kind that has none of its own. */
static anc_status read_default_prompt(const json_value *root, const json_value *prompts,
                                      anc_str *ret, anc_err *err)
{
    const json_value *v = NULL;
    anc_str wanted, name;
    *ret = ANC_STR("");
    ANC_TRY(
        inf_setting_word(sentences_json, root, "default_prompt_name", ANC_STR_NONE, &wanted, err));
    if (wanted.ptr == NULL)
        return ANC_OK;
    for (size_t cursor = 0; json_each(prompts, &cursor, &name, &v);)
        if (anc_str_eq(name, wanted) && json_kind_of(v) == JSON_STRING) {
            *ret = json_str(v, *ret);
            return ANC_OK;
        }
    return ANC_FAIL(err, ANC_CORRUPT, "%s: default_prompt_name \"%.*s\" is none of the prompts",
                    sentences_json, ANC_FMT(inf_setting_shown(wanted)));
}

/* The first of the names that there is a prompt of. */
static anc_status read_prompt(const json_value *prompts, const char *const names[], size_t n,
                              anc_str otherwise, anc_str *ret, anc_err *err)
{
    anc_str found = ANC_STR_NONE;
    for (size_t i = 0; i < n && found.ptr == NULL; i++)
        ANC_TRY(inf_setting_word(sentences_json, prompts, names[i], ANC_STR_NONE, &found, err));
    *ret = found.ptr != NULL ? found : otherwise;
    return ANC_OK;
}

static anc_status read_prompts(const json_value *root, anc_str *query, anc_str *passage,
                               anc_err *err)
{
    static const char *const of_query[] = {"query"};
    static const char *const of_passage[] = {"passage", "document", "corpus"};
    const json_value *prompts = json_member(root, "prompts");
    const json_kind kind = json_kind_of(prompts);
    anc_str otherwise;
    if (kind != JSON_OBJECT && kind != JSON_NULL && kind != JSON_ABSENT)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: prompts is no object", sentences_json);
    ANC_TRY(read_default_prompt(root, prompts, &otherwise, err));
    ANC_TRY(read_prompt(prompts, of_query, ANC_COUNT(of_query), otherwise, query, err));
    return read_prompt(prompts, of_passage, ANC_COUNT(of_passage), otherwise, passage, err);
}

static anc_status read_prefixes(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(inf_settings_cleanup) json_doc *doc = NULL;
    anc_str query, passage;
    ANC_TRY(inf_settings_read(mem, folder, sentences_json, &doc, err));
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    ANC_TRY(read_prompts(root, &query, &passage, err));
    ret->query_prefix = anc_arena_copy(mem, query);
    ret->passage_prefix = anc_arena_copy(mem, passage);
    if (ret->query_prefix.ptr == NULL || ret->passage_prefix.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    return read_cut(root, ret, err);
}

static anc_status read_all(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(inf_settings_cleanup) json_doc *config = NULL;
    anc_str place;
    ANC_TRY(inf_modules_place(mem, folder, &ret->place, err));
    ANC_TRY(inf_place_path(mem, folder, ret->place, "", &place, err));
    ANC_TRY(inf_settings_read(mem, place, config_json, &config, err));
    if (config == NULL)
        return ANC_FAIL(err, ANC_NOT_FOUND, "there is no %.*s%sconfig.json", ANC_FMT(ret->place),
                        ret->place.len > 0 ? "/" : "");
    ANC_TRY(read_model(json_root(config), ret, err));
    ANC_TRY(read_sentences(mem, place, ret, err));
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
    ANC_TRY(inf_modules_read(mem, folder, ret, err));
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
