/* encoder.c - the public face: a folder opened, texts put into blocks, blocks shared out.
 *
 * Work goes in rounds. A round fills a few blocks a thread with the ids of the next texts, runs
 * them in parallel, and asks the caller's check before the next one. Scratch memory is kept from
 * one block to the next; `lock` guards only that list and is never held during work.
 */
#include "infer/encoder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "bert_impl.h"
#include "infer/tokenizer.h"
#include "os/file.h"
#include "packed_impl.h"

enum {
    BLOCK_TOKENS = 256, /* long enough that the matrices are well used, short enough to stay near */
    BLOCK_MAX_TOKENS = 512, /* a text that is longer is a block of its own */
    BLOCKS_A_THREAD = 4,    /* in a round */
    ROUND_MAX_BLOCKS = 256,
    SPARES = 16,
    SMALL_FILES_MAX_BYTES = 8 << 20
};

typedef struct prefix {
    uint32_t *ids; /* owned; [n] */
    size_t n;
} prefix;

struct inf_encoder {
    os_map map;           /* owned: the weights' file */
    os_map packed;        /* owned: the file of the packed ones; empty: bert has them */
    inf_tensors *tensors; /* owned; into map */
    inf_tokenizer *tok;   /* owned */
    inf_bert bert;        /* owned; its tables point into map */
    inf_levels levels;
    inf_precision precision;
    prefix prefixes[2]; /* by inf_kind */
    size_t block_tokens;
    pthread_mutex_t lock;
    inf_scratch *spares[SPARES]; /* owned; guarded by lock */
    size_t n_spares;             /* guarded by lock */
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
    os_map_close(&enc->packed);
    os_map_close(&enc->map);
    (void)pthread_mutex_destroy(&enc->lock);
    free(enc);
}

static void forget_map(void *arg)
{
    const os_map *map = arg;
    os_map_forget(map);
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
 * int8 it takes most of the error, so it is read in more. */
static inf_plan plan_of(const inf_levels *levels, inf_precision precision)
{
    const inf_precision more = levels->half_attention ? INF_BF16 : INF_F32;
    return (inf_plan){precision, precision, precision, precision == INF_INT8 ? more : precision};
}

/* Keeps what was packed beside the model and takes it from there, so that all processes have one copy. Where that
 * cannot be, this one has its own. */
static void move_weights(inf_encoder *enc, const inf_packed_key *key, inf_bert_from *from)
{
    anc_err ignored = {0};
    inf_bert mapped = {0};
    os_map map = {0};
    if (inf_packed_write(key, enc->bert.weights, &ignored) != ANC_OK ||
        inf_packed_open(key, &map, &from->packed, &ignored) != ANC_OK)
        return;
    if (inf_bert_load(from, &mapped, &ignored) != ANC_OK) {
        os_map_close(&map);
        return;
    }
    inf_bert_done(&enc->bert);
    enc->bert = mapped;
    enc->packed = map;
}

static anc_status load_weights(inf_encoder *enc, anc_str folder, const inf_config *config,
                               anc_str digest, anc_err *err)
{
    const inf_plan plan = plan_of(&enc->levels, enc->precision);
    const inf_packed_key key = {folder, digest, plan, inf_bert_bytes(config, &plan)};
    const bool kept = digest.len > 0 && digest.len <= INF_PACKED_DIGEST_MAX;
    inf_bert_from from = {.config = config,
                          .plan = &plan,
                          .tensors = enc->tensors,
                          .forget = forget_map,
                          .arg = &enc->map};
    anc_err ignored = {0};
    if (kept)
        inf_packed_drop_others(&key);
    if (kept && inf_packed_open(&key, &enc->packed, &from.packed, &ignored) == ANC_OK)
        return inf_bert_load(&from, &enc->bert, err);
    ANC_TRY(inf_bert_load(&from, &enc->bert, err));
    if (kept)
        move_weights(enc, &key, &from);
    return ANC_OK;
}

static anc_status open_weights(inf_encoder *enc, anc_arena *mem, anc_str folder,
                               const inf_config *config, anc_str digest, anc_err *err)
{
    const anc_str path = os_path_join(mem, folder, ANC_STR("model.safetensors"));
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    ANC_TRY(os_map_open(path, &enc->map, err));
    const anc_str bytes = {(const char *)enc->map.bytes, enc->map.len};
    ANC_TRY(inf_tensors_read(bytes, path, &enc->tensors, err));
    return load_weights(enc, folder, config, digest, err);
}

/* The matrix that pooled vectors go through, where it has a file of its own. */
static anc_status open_dense(inf_encoder *enc, anc_arena *mem, anc_str folder,
                             const inf_dense_config *dense, anc_err *err)
{
    if (dense->folder.len == 0)
        return ANC_OK;
    const anc_str below = os_path_join(mem, folder, dense->folder);
    const anc_str path = os_path_join(mem, below, ANC_STR("model.safetensors"));
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the files of the model");
    os_map map = {0};
    inf_tensors *tensors = NULL;
    const inf_dense_of step = {"linear", enc->bert.config.hidden, dense->outputs, dense->bias,
                               dense->tanh};
    ANC_TRY(os_map_open(path, &map, err));
    anc_status status =
        inf_tensors_read((anc_str){(const char *)map.bytes, map.len}, path, &tensors, err);
    if (status == ANC_OK)
        status = inf_head_add(&enc->bert.head, tensors, &step, err);
    inf_tensors_free(tensors);
    os_map_close(&map);
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
                              prefix *ret, anc_err *err)
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
    ANC_TRY(inf_tokenizer_open(folder, &enc->tok, err));
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
    inf_config *kept = &enc->bert.config;
    kept->query_prefix = kept->passage_prefix = kept->dense.folder = ANC_STR_NONE;
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
        .mapped = enc->packed.len > 0,
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

static inf_scratch *borrow_scratch(inf_encoder *enc, size_t tokens)
{
    inf_scratch *s = NULL;
    if (tokens > enc->block_tokens)
        return inf_scratch_new(&enc->bert, tokens);
    (void)pthread_mutex_lock(&enc->lock);
    if (enc->n_spares > 0)
        s = enc->spares[--enc->n_spares];
    (void)pthread_mutex_unlock(&enc->lock);
    return s != NULL ? s : inf_scratch_new(&enc->bert, enc->block_tokens);
}

/* Kept, but where it was made for a long text. */
static void return_scratch(inf_encoder *enc, inf_scratch *s, size_t tokens)
{
    (void)pthread_mutex_lock(&enc->lock);
    if (enc->n_spares < SPARES && tokens <= enc->block_tokens) {
        enc->spares[enc->n_spares++] = s;
        s = NULL;
    }
    (void)pthread_mutex_unlock(&enc->lock);
    inf_scratch_free(s);
}

/* What is asked of the model: texts of one kind, or pairs. */
typedef struct work {
    inf_kind kind;
    const anc_str *texts;  /* [n]; NULL: pairs */
    const inf_pair *pairs; /* [n] */
    size_t n;
} work;

typedef struct round {
    inf_encoder *enc;
    uint32_t *ids;   /* owned: [capacity] */
    size_t capacity; /* of full blocks, and a text a thread more */
    uint8_t *types;  /* owned: of each id; NULL: all 0 */
    uint32_t *start; /* owned: of each text in ids, and one past the last */
    size_t
        *first; /* owned: text that a block begins with, and one past the last; [max_blocks + 1] */
    size_t max_blocks; /* as many fit */
    size_t n_texts, n_blocks;
    float *out; /* of the round's first text */
    atomic_bool out_of_memory;
} round;

static void round_done(round *r)
{
    free(r->ids);
    free(r->types);
    free(r->start);
    free(r->first);
}

static anc_status round_init(round *r, inf_encoder *enc, size_t threads, anc_err *err)
{
    const size_t wanted = threads * BLOCKS_A_THREAD;
    const bool typed = enc->bert.config.scores;
    *r = (round){.enc = enc};
    r->max_blocks = wanted < ROUND_MAX_BLOCKS ? wanted : ROUND_MAX_BLOCKS;
    const size_t tokens = r->max_blocks * enc->block_tokens + threads * enc->bert.config.window;
    r->capacity = tokens;
    r->ids = malloc(tokens * sizeof *r->ids);
    r->types = typed ? malloc(tokens) : NULL;
    r->start = malloc((tokens / 2 + 1) * sizeof *r->start); /* no text has less than two tokens */
    r->first = malloc((r->max_blocks + 1) * sizeof *r->first);
    if (r->ids == NULL || r->start == NULL || r->first == NULL || (typed && r->types == NULL))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for %zu tokens", tokens);
    return ANC_OK;
}

/* The ids of `text` behind those that are there; their count. */
static size_t encode_text(const round *r, inf_kind kind, anc_str text, size_t used, bool *ret_cut)
{
    const prefix *p = &r->enc->prefixes[kind];
    uint32_t *ids = r->ids + used;
    const size_t n = inf_tokenizer_encode(r->enc->tok, text, r->enc->bert.config.window - p->n,
                                          ids + p->n, ret_cut);
    if (p->n > 0) {
        ids[0] = ids[p->n];
        memcpy(ids + 1, p->ids, p->n * sizeof *ids);
    }
    return n + p->n;
}

static size_t encode_item(const round *r, const work *w, size_t i, size_t used, bool *ret_cut)
{
    if (w->texts != NULL)
        return encode_text(r, w->kind, w->texts[i], used, ret_cut);
    return inf_tokenizer_encode_pair(r->enc->tok, w->pairs[i].query, w->pairs[i].passage,
                                     r->enc->bert.config.window, r->ids + used, r->types + used,
                                     ret_cut);
}

/* Takes texts in from number `done` on, until the blocks are full or there are no more; how many it took. */
static size_t round_fill(round *r, const work *w, size_t done, inf_usage *usage)
{
    const size_t window = r->enc->bert.config.window;
    size_t used = 0, in_block = 0;
    r->n_texts = r->n_blocks = 0;
    while (r->n_texts < w->n - done && used + window <= r->capacity) {
        bool cut = false;
        const size_t got = encode_item(r, w, done + r->n_texts, used, &cut);
        if (r->n_blocks == 0 || in_block + got > r->enc->block_tokens) {
            if (r->n_blocks == r->max_blocks)
                break;
            r->first[r->n_blocks++] = r->n_texts;
            in_block = 0;
        }
        r->start[r->n_texts++] = (uint32_t)used;
        in_block += got;
        used += got;
        usage->truncated += cut;
    }
    r->start[r->n_texts] = (uint32_t)used;
    r->first[r->n_blocks] = r->n_texts;
    usage->tokens += used;
    return r->n_texts;
}

static void run_block(void *arg, size_t i)
{
    round *r = arg;
    const inf_config *c = &r->enc->bert.config;
    const size_t first = r->first[i];
    const size_t tokens = r->start[r->first[i + 1]] - r->start[first];
    inf_scratch *s = borrow_scratch(r->enc, tokens);
    if (s == NULL) {
        atomic_store(&r->out_of_memory, true);
        return;
    }
    const inf_block block = {.ids = r->ids,
                             .types = c->types > 1 ? r->types : NULL,
                             .start = r->start + first,
                             .n = r->first[i + 1] - first};
    inf_bert_run(&r->enc->bert, &r->enc->levels, s, &block, r->out + first * c->dims);
    return_scratch(r->enc, s, tokens);
}

static anc_status round_run(round *r, os_pool *pool, anc_err *err)
{
    if (pool != NULL && r->n_blocks > 1)
        os_pool_for(pool, r->n_blocks, run_block, r);
    else
        for (size_t i = 0; i < r->n_blocks; i++)
            run_block(r, i);
    if (atomic_load(&r->out_of_memory))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the activations of a text");
    return ANC_OK;
}

static anc_status run_work(inf_encoder *enc, const work *w, os_pool *pool, inf_check check,
                           float *out, inf_usage *ret_usage, anc_err *err)
{
    ANC_CLEANUP(round_done) round r = {0};
    inf_usage usage = {0};
    ANC_TRY(round_init(&r, enc, pool != NULL ? os_pool_threads(pool) : 1, err));
    for (size_t done = 0; done < w->n;) {
        if (check.ask != NULL)
            ANC_TRY(check.ask(check.arg));
        r.out = out + done * enc->bert.config.dims;
        done += round_fill(&r, w, done, &usage);
        ANC_TRY(round_run(&r, pool, err));
    }
    if (ret_usage != NULL)
        *ret_usage = usage;
    return ANC_OK;
}

anc_status inf_encoder_encode(inf_encoder *enc, inf_kind kind, const anc_str *texts, size_t n,
                              os_pool *pool, inf_check check, float *out, inf_usage *ret_usage,
                              anc_err *err)
{
    const work w = {.kind = kind, .texts = texts, .n = n};
    if (enc->bert.config.scores)
        return ANC_FAIL(err, ANC_INVALID, "the model scores pairs of texts, it gives no vectors");
    return run_work(enc, &w, pool, check, out, ret_usage, err);
}

anc_status inf_encoder_score(inf_encoder *enc, const inf_pair *pairs, size_t n, os_pool *pool,
                             inf_check check, float *out, inf_usage *ret_usage, anc_err *err)
{
    const work w = {.pairs = pairs, .n = n};
    if (!enc->bert.config.scores)
        return ANC_FAIL(err, ANC_INVALID, "the model gives vectors of texts, it scores no pairs");
    return run_work(enc, &w, pool, check, out, ret_usage, err);
}
