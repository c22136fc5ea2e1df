/* modules.c - which steps follow the encoder, and where it is. */
#include "modules_impl.h"

#include <stdio.h>

#include "settings_impl.h"

enum { FOLDER_MAX_BYTES = 80, MAX_HIDDEN = 8192 };

static const char modules_json[] = "modules.json";

/* Names of folders below the model's, one within the other: nothing that leads out of it, and no hidden ones. */
static bool is_below(anc_str path)
{
    anc_str name;
    if (path.len == 0 || path.len > FOLDER_MAX_BYTES)
        return false;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] < ' ' || path.ptr[i] == '\\' || path.ptr[i] == 0x7f)
            return false;
    while (anc_str_split(&path, '/', &name))
        if (name.len == 0 || name.ptr[0] == '.')
            return false;
    return true;
}

/* The folder that a module names, kept. */
static anc_status read_folder(anc_arena *mem, size_t i, const json_value *module, anc_str *ret,
                              anc_err *err)
{
    anc_str path;
    ANC_TRY(inf_setting_word(modules_json, module, "path", ANC_STR(""), &path, err));
    if (!is_below(path))
        return ANC_FAIL(err, ANC_CORRUPT,
                        "modules.json: the path \"%.*s\" of module %zu is no folder of the model",
                        ANC_FMT(inf_setting_shown(path)), i);
    *ret = anc_arena_copy(mem, path);
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    return ANC_OK;
}

static anc_status read_list(anc_arena *mem, anc_str folder, json_doc **ret, anc_err *err)
{
    ANC_TRY(inf_settings_read(mem, folder, modules_json, ret, err));
    if (*ret != NULL && json_kind_of(json_root(*ret)) != JSON_ARRAY)
        return ANC_FAIL(err, ANC_CORRUPT, "modules.json is no list of modules");
    return ANC_OK;
}

anc_status inf_modules_place(anc_arena *mem, anc_str folder, anc_str *ret, anc_err *err)
{
    ANC_CLEANUP(inf_settings_cleanup) json_doc *doc = NULL;
    *ret = ANC_STR("");
    ANC_TRY(read_list(mem, folder, &doc, err));
    for (size_t i = 0; doc != NULL && i < json_count(json_root(doc)); i++) {
        const json_value *module = json_element(json_root(doc), i);
        const anc_str type = json_str(json_member(module, "type"), ANC_STR(""));
        if (!anc_str_ends(type, ANC_STR(".Transformer")))
            continue;
        anc_str path;
        ANC_TRY(inf_setting_word(modules_json, module, "path", ANC_STR(""), &path, err));
        return path.len == 0 ? ANC_OK : read_folder(mem, i, module, ret, err);
    }
    return ANC_OK;
}

anc_status inf_place_path(anc_arena *mem, anc_str folder, anc_str place, const char *name,
                          anc_str *ret, anc_err *err)
{
    *ret = anc_arena_printf(mem, "%.*s/%.*s%s%s", ANC_FMT(folder), ANC_FMT(place),
                            place.len > 0 && name[0] != '\0' ? "/" : "", name);
    return ret->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
}

/* The one word of new files. */
static anc_status pooling_of_word(const char *file, anc_str word, bool *cls, anc_err *err)
{
    *cls = anc_str_eq(word, ANC_STR("cls"));
    if (!*cls && !anc_str_eq(word, ANC_STR("mean")))
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "%s: pooling_mode is \"%.*s\", only \"mean\" and \"cls\" are known", file,
                        ANC_FMT(inf_setting_shown(word)));
    return ANC_OK;
}

/* A flag for each kind, as files had it before. */
static anc_status pooling_of_flags(const char *file, const json_value *root, bool *cls,
                                   anc_err *err)
{
    static const char *const others[] = {
        "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens",
        "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"};
    bool mean = false;
    ANC_TRY(inf_setting_flag(file, root, "pooling_mode_cls_token", false, cls, err));
    ANC_TRY(inf_setting_flag(file, root, "pooling_mode_mean_tokens", !*cls, &mean, err));
    for (size_t i = 0; i < ANC_COUNT(others); i++) {
        bool other = false;
        ANC_TRY(inf_setting_flag(file, root, others[i], false, &other, err));
        if (other)
            return ANC_FAIL(err, ANC_UNSUPPORTED, "%s: %s is not known", file, others[i]);
    }
    if (*cls == mean)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "%s: %s, exactly one of mean and CLS is known", file,
                        mean ? "mean and CLS together" : "no pooling");
    return ANC_OK;
}

/* The width that is pooled, where the file says it. */
static anc_status check_width(const char *file, const json_value *root, const char *name,
                              size_t hidden, anc_err *err)
{
    size_t width = hidden;
    if (json_member(root, name) != NULL)
        ANC_TRY(inf_setting_size(file, root, name, MAX_HIDDEN, &width, err));
    if (width != hidden)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: %s is %zu, the model's width %zu", file, name, width,
                        hidden);
    return ANC_OK;
}

/* How the vectors of the tokens become one: `name`/config.json says it; mean where it may be absent and is. */
static anc_status read_pooling(anc_arena *mem, anc_str folder, anc_str name, bool needed,
                               inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(inf_settings_cleanup) json_doc *doc = NULL;
    char file[FOLDER_MAX_BYTES + 16];
    anc_str word;
    bool cls = false, prompt = true;
    (void)snprintf(file, sizeof file, "%.*s/config.json", ANC_FMT(name));
    ANC_TRY(inf_settings_read(mem, folder, file, &doc, err));
    if (doc == NULL && needed)
        return ANC_FAIL(err, ANC_NOT_FOUND, "there is no %s, which modules.json names", file);
    const json_value *root = doc != NULL ? json_root(doc) : NULL;
    ANC_TRY(inf_setting_flag(file, root, "include_prompt", true, &prompt, err));
    if (!prompt)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "%s: include_prompt false is not known", file);
    ANC_TRY(inf_setting_word(file, root, "pooling_mode", ANC_STR(""), &word, err));
    ANC_TRY(word.len > 0 ? pooling_of_word(file, word, &cls, err)
                         : pooling_of_flags(file, root, &cls, err));
    ANC_TRY(check_width(file, root, "word_embedding_dimension", ret->hidden, err));
    ANC_TRY(check_width(file, root, "embedding_dimension", ret->hidden, err));
    ret->pooling = cls ? INF_POOL_CLS : INF_POOL_MEAN;
    ret->pooling_folder = name;
    return ANC_OK;
}

static anc_status read_dense(anc_arena *mem, anc_str folder, anc_str name, inf_config *ret,
                             anc_err *err)
{
    ANC_CLEANUP(inf_settings_cleanup) json_doc *doc = NULL;
    inf_dense_config *dense = &ret->dense;
    char file[FOLDER_MAX_BYTES + 16];
    anc_str activation;
    (void)snprintf(file, sizeof file, "%.*s/config.json", ANC_FMT(name));
    ANC_TRY(inf_settings_read(mem, folder, file, &doc, err));
    if (doc == NULL)
        return ANC_FAIL(err, ANC_NOT_FOUND, "there is no %s", file);
    const json_value *root = json_root(doc);
    size_t inputs = 0;
    ANC_TRY(inf_setting_size(file, root, "in_features", MAX_HIDDEN, &inputs, err));
    ANC_TRY(inf_setting_size(file, root, "out_features", MAX_HIDDEN, &dense->outputs, err));
    if (inputs != ret->hidden)
        return ANC_FAIL(err, ANC_CORRUPT, "%s: in_features is %zu, the model's width %zu", file,
                        inputs, ret->hidden);
    ANC_TRY(
        inf_setting_word(file, root, "activation_function", ANC_STR("(none)"), &activation, err));
    ANC_TRY(inf_setting_flag(file, root, "bias", true, &dense->bias, err));
    dense->tanh = anc_str_ends(activation, ANC_STR(".Tanh"));
    if (!dense->tanh && !anc_str_ends(activation, ANC_STR(".Identity")))
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "%s: activation_function %.*s is not known, Tanh and Identity are", file,
                        ANC_FMT(inf_setting_shown(activation)));
    dense->folder = name;
    ret->dims = dense->outputs;
    return ANC_OK;
}

/* The steps that are known, in the only order in which they may stand, each at most once. */
typedef enum step { STEP_TRANSFORMER, STEP_POOLING, STEP_DENSE, STEP_NORMALIZE, STEPS } step;
static const char *const step_names[STEPS] = {".Transformer", ".Pooling", ".Dense", ".Normalize"};

static step step_of(anc_str type)
{
    step s = STEP_TRANSFORMER;
    while (s < STEPS && !anc_str_ends(type, anc_str_of(step_names[s])))
        s++;
    return s;
}

/* One of the steps; `next` is the first that may still come. */
static anc_status read_module(anc_arena *mem, anc_str folder, size_t i, const json_value *module,
                              step *next, inf_config *ret, anc_err *err)
{
    const anc_str type = json_str(json_member(module, "type"), ANC_STR("(none)"));
    const step s = step_of(type);
    anc_str name;
    if (s == STEPS)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "modules.json: module %zu, %.*s, is not known", i,
                        ANC_FMT(inf_setting_shown(type)));
    if (s < *next)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "modules.json: module %zu, %.*s, stands behind %s", i,
                        ANC_FMT(inf_setting_shown(type)), step_names[*next - 1] + 1);
    *next = s + 1;
    if (s == STEP_NORMALIZE)
        ret->unit_length = true;
    if (s != STEP_POOLING && s != STEP_DENSE)
        return ANC_OK;
    ANC_TRY(read_folder(mem, i, module, &name, err));
    return s == STEP_POOLING ? read_pooling(mem, folder, name, true, ret, err)
                             : read_dense(mem, folder, name, ret, err);
}

static anc_status read_modules(anc_arena *mem, anc_str folder, const json_value *list,
                               inf_config *ret, anc_err *err)
{
    step next = STEP_TRANSFORMER;
    bool encodes = false;
    for (size_t i = 0; i < json_count(list); i++) {
        const json_value *module = json_element(list, i);
        ANC_TRY(read_module(mem, folder, i, module, &next, ret, err));
        encodes = encodes || next == STEP_TRANSFORMER + 1;
    }
    if (!encodes)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "modules.json: no module is a Transformer");
    return ANC_OK;
}

anc_status inf_modules_read(anc_arena *mem, anc_str folder, inf_config *ret, anc_err *err)
{
    ANC_CLEANUP(inf_settings_cleanup) json_doc *doc = NULL;
    ANC_TRY(read_list(mem, folder, &doc, err));
    ret->dims = ret->hidden;
    if (doc == NULL)
        ret->unit_length = true;
    else
        ANC_TRY(read_modules(mem, folder, json_root(doc), ret, err));
    return ret->pooling_folder.len > 0
               ? ANC_OK
               : read_pooling(mem, folder, ANC_STR("1_Pooling"), false, ret, err);
}
