/* encoder.c - the public face: a folder opened. What it is asked for: rounds.c. */
#include "infer/encoder.h"

#include <stdlib.h>
#include <string.h>

#include "encoder_impl.h"
#include "modules_impl.h"
#include "packed_impl.h"

enum {
    BLOCK_TOKENS = 256, /* long enough that the matrices are well used, short enough to stay near */
    BLOCK_MAX_TOKENS = 512, /* a text that is longer is a block of its own */
    SMALL_FILES_MAX_BYTES = 8 << 20
};

static void encoder_cleanup(inf_encoder **enc)
{
    inf_encoder_close(*enc);
}

void inf_encoder_close(inf_encoder *enc)
{
    if (enc == NULL)
        return;
    for (size_t i = 0; i < enc->n_spares; i++)
        inf_scratch_free(enc->spares[i]);
    free(enc->prefixes[INF_PASSAGE].ids);
    free(enc->prefixes[INF_QUERY].ids);
    inf_bert_done(&enc->bert);
    inf_tokenizer_close(enc->tok);
    inf_tensors_free(enc->tensors);
    os_reader_close(enc->file);
    (void)pthread_mutex_destroy(&enc->lock);
    free(enc);
}

static inf_levels levels_of(const inf_encoder_options *o)
{
    inf_levels l = {.kernels = o->kernels != NULL ? o->kernels : inf_kernels_best()};
    for (inf_precision p = INF_BF16; p < INF_PRECISIONS; p++)
        l.products[p] =
            o->product != NULL && o->product->precision == p ? o->product : inf_product_best(p);
    l.half_attention = o->precision != INF_F32 && inf_product_is_fast(INF_BF16) &&
                       l.products[INF_BF16]->multiply_halves != NULL &&
                       l.products[o->precision]->multiply_halves != NULL;
    return l;
}

/* What comes out of the last matrix of a layer is added up over all layers, and what goes in has few large values: of
 * int8 it takes most of the error, so it is read in more, or in int8 where rows are wide. */
static inf_plan plan_of(const inf_levels *levels, inf_precision precision)
{
    const inf_precision more = levels->half_attention             ? INF_BF16
                               : levels->products[INF_INT8]->wide ? INF_INT8
                                                                  : INF_F32;
    return (inf_plan){precision, precision, precision, precision == INF_INT8 ? more : precision};
}

static inf_packed_key key_of(const inf_encoder *enc, anc_str folder, const inf_config *config,
                             anc_str digest)
{
    const inf_plan plan = plan_of(&enc->levels, enc->precision);
    return (inf_packed_key){folder, digest, plan, inf_bert_bytes(config, &plan)};
}

static bool is_digest(anc_str digest)
{
    return digest.len > 0 && digest.len <= INF_PACKED_DIGEST_MAX;
}

static anc_status load_weights(inf_encoder *enc, anc_str folder, const inf_config *config,
                               anc_str digest, anc_err *err)
{
    const inf_packed_key key = key_of(enc, folder, config, digest);
    inf_bert_from from = {.config = config, .plan = &key.plan, .tensors = enc->tensors};
    anc_err ignored = {0};
    if (is_digest(digest))
        inf_packed_drop_others(&key);
    enc->kept = is_digest(digest) && inf_packed_read(&key, &from.packed, &ignored) == ANC_OK;
    return inf_bert_load(&from, &enc->bert, err);
}

/* Where all that was read is still what the digest names. */
static anc_status keep_weights(inf_encoder *enc, anc_str folder, const inf_config *config,
                               const inf_encoder_options *options, anc_err *err)
{
    const inf_packed_key key = key_of(enc, folder, config, options->digest);
    anc_err ignored = {0};
    const inf_check *unchanged = &options->unchanged;
    const anc_status status = unchanged->ask != NULL ? unchanged->ask(unchanged->arg) : ANC_OK;
    if (status != ANC_OK)
        return ANC_FAIL(err, status, "model %.*s: its files were changed while they were read",
                        ANC_FMT(folder));
    if (is_digest(options->digest) && !enc->kept)
        enc->kept = inf_packed_write(&key, enc->bert.weights, &ignored) == ANC_OK;
    return ANC_OK;
}

/* Weights as they are published elsewhere, and what is wrong with them here. */
static const struct other_weights {
    const char *file, *why;
} others[] = {
    {"model.safetensors.index.json", "weights in several files are not read, one file is"},
    {"pytorch_model.bin", "pickles, which run code as they are read, are not read"},
    {"pytorch_model.bin.index.json", "pickles, which run code as they are read, are not read"},
    {"tf_model.h5", "only safetensors are read"},
    {"onnx/model.onnx", "only safetensors are read"},
    {"model.onnx", "only safetensors are read"},
};

/* The file of the weights in `place` below the folder; of a folder that has none in the form that is read, which others
 * are there is the error. */
static anc_status find_weights(anc_arena *mem, anc_str folder, anc_str place, anc_str *ret,
                               anc_err *err)
{
    ANC_TRY(inf_place_path(mem, folder, place, "model.safetensors", ret, err));
    for (size_t i = 0; i < ANC_COUNT(others) && !os_exists(*ret); i++) {
        anc_str other;
        ANC_TRY(inf_place_path(mem, folder, place, others[i].file, &other, err));
        if (os_exists(other))
            return ANC_FAIL(err, ANC_UNSUPPORTED, "there is no %.*s but a %s: %s", ANC_FMT(*ret),
                            others[i].file, others[i].why);
    }
    return ANC_OK;
}

static anc_status open_weights(inf_encoder *enc, anc_arena *mem, anc_str folder,
                               const inf_config *config, anc_str digest, anc_err *err)
{
    anc_str path;
    ANC_TRY(find_weights(mem, folder, config->place, &path, err));
    ANC_TRY(os_reader_open(path, &enc->file, err));
    ANC_TRY(inf_tensors_open(enc->file, path, &enc->tensors, err));
    return load_weights(enc, folder, config, digest, err);
}

/* The matrix that pooled vectors go through, where it has a file of its own. */
static anc_status open_dense(inf_encoder *enc, anc_arena *mem, anc_str folder,
                             const inf_dense_config *dense, anc_err *err)
{
    if (dense->folder.len == 0)
        return ANC_OK;
    anc_str path;
    ANC_TRY(find_weights(mem, folder, dense->folder, &path, err));
    os_reader *file = NULL;
    inf_tensors *tensors = NULL;
    const inf_dense_of step = {"linear", enc->bert.config.hidden, dense->outputs, dense->bias,
                               dense->tanh};
    ANC_TRY(os_reader_open(path, &file, err));
    anc_status status = inf_tensors_open(file, path, &tensors, err);
    if (status == ANC_OK)
        status = inf_head_add(&enc->bert.head, tensors, &step, err);
    inf_tensors_free(tensors);
    os_reader_close(file);
    return status;
}

static anc_status choose_dims(anc_str folder, inf_config *config, uint32_t dims, anc_err *err)
{
    if (dims == 0)
        return ANC_OK;
    if (config->scores)
        return ANC_FAIL(err, ANC_INVALID, "model %.*s: %u dimensions, and it scores pairs",
                        ANC_FMT(folder), dims);
    if (dims > config->dims)
        return ANC_FAIL(err, ANC_INVALID, "model %.*s: %u dimensions, and it has %zu",
                        ANC_FMT(folder), dims, config->dims);
    config->dims = dims;
    return ANC_OK;
}

static anc_status open_prefix(inf_encoder *enc, anc_str folder, anc_str given, anc_str from_folder,
                              inf_prefix *ret, anc_err *err)
{
    enum { SHOWN = 60 };
    const anc_str text = given.ptr != NULL ? given : from_folder;
    const size_t window = enc->bert.config.window;
    if (text.len == 0)
        return ANC_OK;
    bool cut = false;
    ret->ids = malloc(window * sizeof *ret->ids);
    if (ret->ids == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for a prefix");
    const size_t all = inf_tokenizer_encode(enc->tok, text, window, ret->ids, &cut);
    ret->n = all > 2 ? all - 2 : 0;
    memmove(ret->ids, ret->ids + 1, ret->n * sizeof *ret->ids);
    if (cut || ret->n > window / 2)
        return ANC_FAIL(err, ANC_INVALID,
                        "model %.*s: the prefix \"%.*s\" fills half the window of %zu tokens",
                        ANC_FMT(folder), ANC_FMT(anc_str_sub(text, 0, SHOWN)), window);
    return ANC_OK;
}

static anc_status open_prefixes(inf_encoder *enc, anc_str folder,
                                const inf_encoder_options *options, const inf_config *config,
                                anc_err *err)
{
    if (config->scores)
        return ANC_OK;
    ANC_TRY(open_prefix(enc, folder, options->query_prefix, config->query_prefix,
                        &enc->prefixes[INF_QUERY], err));
    return open_prefix(enc, folder, options->passage_prefix, config->passage_prefix,
                       &enc->prefixes[INF_PASSAGE], err);
}

static anc_status open_tokenizer(inf_encoder *enc, anc_arena *mem, anc_str folder,
                                 const inf_config *config, anc_err *err)
{
    anc_err inner = {0};
    anc_str place;
    ANC_TRY(inf_place_path(mem, folder, config->place, "", &place, err));
    ANC_TRY(inf_tokenizer_open(place, &enc->tok, err));
    const anc_status status = config->lower ? inf_tokenizer_lower(enc->tok, &inner) : ANC_OK;
    if (status != ANC_OK)
        return ANC_FAIL(err, status, "model %.*s: sentence_bert_config.json: %s", ANC_FMT(folder),
                        inner.text);
    return ANC_OK;
}

static anc_status open_parts(inf_encoder *enc, anc_str folder, const inf_encoder_options *options,
                             anc_err *err)
{
    inf_config config;
    ANC_ARENA(mem, SMALL_FILES_MAX_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the files of the model");
    ANC_TRY(inf_config_read(mem, folder, &config, err));
    config.unit_length = !config.scores && (config.unit_length || options->unit_length);
    ANC_TRY(choose_dims(folder, &config, options->dims, err));
    if (config.scores && config.window < INF_PAIR_MIN)
        return ANC_FAIL(err, ANC_CORRUPT, "model %.*s: a window of %zu tokens holds no pair",
                        ANC_FMT(folder), config.window);
    ANC_TRY(open_tokenizer(enc, mem, folder, &config, err));
    if (inf_tokenizer_size(enc->tok) > config.vocabulary)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "model %.*s: the tokenizer has ids up to %u, config.json only %zu",
                        ANC_FMT(folder), inf_tokenizer_size(enc->tok) - 1, config.vocabulary);
    enc->levels = levels_of(options);
    enc->precision = options->precision;
    ANC_TRY(open_weights(enc, mem, folder, &config, options->digest, err));
    ANC_TRY(open_dense(enc, mem, folder, &config.dense, err));
    enc->block_tokens = config.window > BLOCK_TOKENS ? config.window : BLOCK_TOKENS;
    if (enc->block_tokens > BLOCK_MAX_TOKENS)
        enc->block_tokens = BLOCK_MAX_TOKENS;
    ANC_TRY(open_prefixes(enc, folder, options, &config, err));
    ANC_TRY(keep_weights(enc, folder, &config, options, err));
    inf_config *kept = &enc->bert.config;
    kept->place = kept->query_prefix = kept->passage_prefix = kept->dense.folder = ANC_STR_NONE;
    return ANC_OK;
}

anc_status inf_encoder_open(anc_str folder, const inf_encoder_options *options, inf_encoder **ret,
                            anc_err *err)
{
    const inf_encoder_options none = {0};
    ANC_CLEANUP(encoder_cleanup) inf_encoder *enc = calloc(1, sizeof *enc);
    if (enc == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for an encoder");
    (void)pthread_mutex_init(&enc->lock, NULL);
    ANC_TRY(open_parts(enc, folder, options != NULL ? options : &none, err));
    *ret = enc;
    enc = NULL;
    return ANC_OK;
}

inf_encoder_info inf_encoder_about(const inf_encoder *enc)
{
    const inf_config *c = &enc->bert.config;
    return (inf_encoder_info){
        .scores = c->scores,
        .dims = (uint32_t)c->dims,
        .max_tokens = (uint32_t)(c->window - enc->prefixes[INF_PASSAGE].n),
        .layers = (uint32_t)c->layers,
        .kept = enc->kept,
        .kernels = enc->levels.kernels->name,
        .precision = enc->precision,
        .product = enc->precision == INF_F32 ? enc->levels.kernels->name
                                             : enc->levels.products[enc->precision]->name,
    };
}

size_t inf_encoder_count_tokens(const inf_encoder *enc, anc_str text, size_t max)
{
    return inf_tokenizer_count(enc->tok, text, max);
}
