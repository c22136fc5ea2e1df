/* test_encoder_twin.c - each architecture against its plain twin: the same sums in doubles, written down as the papers
 * have them, over a model that the test itself makes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/encoder.h"
#include "infer/tokenizer.h"
#include "os/file.h"
#include "support/test.h"
#include "tiny_model.h"

enum {
    HIDDEN = 24,
    HEADS = 3,
    HEAD = HIDDEN / HEADS,
    INNER = 40,
    LAYERS = 2,
    POSITIONS = 640,
    WINDOW = 600, /* a text of which is a block of its own */
    PIECES = 40,
    BUCKETS = 32,
    DENSE = 10
};

typedef struct layer_names {
    const char *query, *key, *value, *out, *first_norm, *up, *down, *second_norm;
} layer_names;

static const layer_names bert = {"encoder.layer.%zu.attention.self.query",
                                 "encoder.layer.%zu.attention.self.key",
                                 "encoder.layer.%zu.attention.self.value",
                                 "encoder.layer.%zu.attention.output.dense",
                                 "encoder.layer.%zu.attention.output.LayerNorm",
                                 "encoder.layer.%zu.intermediate.dense",
                                 "encoder.layer.%zu.output.dense",
                                 "encoder.layer.%zu.output.LayerNorm"};
static const layer_names distilbert = {
    "transformer.layer.%zu.attention.q_lin", "transformer.layer.%zu.attention.k_lin",
    "transformer.layer.%zu.attention.v_lin", "transformer.layer.%zu.attention.out_lin",
    "transformer.layer.%zu.sa_layer_norm",   "transformer.layer.%zu.ffn.lin1",
    "transformer.layer.%zu.ffn.lin2",        "transformer.layer.%zu.output_layer_norm"};
static const layer_names mpnet = {
    "encoder.layer.%zu.attention.attn.q",    "encoder.layer.%zu.attention.attn.k",
    "encoder.layer.%zu.attention.attn.v",    "encoder.layer.%zu.attention.attn.o",
    "encoder.layer.%zu.attention.LayerNorm", "encoder.layer.%zu.intermediate.dense",
    "encoder.layer.%zu.output.dense",        "encoder.layer.%zu.output.LayerNorm"};

static const char usual_config[] =
    "{\"model_type\":\"%s\",\"architectures\":[\"%s\"],\"hidden_size\":24,"
    "\"num_attention_heads\":3,\"num_hidden_layers\":2,\"intermediate_size\":40,"
    "\"max_position_embeddings\":640,\"type_vocab_size\":2,\"vocab_size\":40,"
    "\"relative_attention_num_buckets\":32,\"pad_token_id\":1,\"layer_norm_eps\":1e-5}";
static const char distilbert_config[] =
    "{\"model_type\":\"%s\",\"architectures\":[\"%s\"],\"dim\":24,\"n_heads\":3,\"n_layers\":2,"
    "\"hidden_dim\":40,\"max_position_embeddings\":640,\"vocab_size\":40,\"layer_norm_eps\":1e-5}";

enum { TYPES = 1, DISTANCES = 2, CLS = 4, HEADED = 8, UNIT = 16, HALVES = 32, OLD_NAMES = 64 };

static const struct twin_row {
    const char *name;
    const char *model_type, *architecture;
    const char *config;
    const layer_names *layer;
    const char *prefix;
    const char *judge[2]; /* dense and out; NULL: an embedding model */
    size_t first_place;
    unsigned has;
} twins[] = {
    {"BERT", "bert", "BertModel", usual_config, &bert, "", {NULL}, 0, TYPES | UNIT},
    {"BERT, names with a prefix",
     "bert",
     "BertForMaskedLM",
     usual_config,
     &bert,
     "bert.",
     {NULL},
     0,
     TYPES | CLS | HALVES},
    {"BERT, old names", "bert", "BertModel", usual_config, &bert, "", {NULL}, 0, OLD_NAMES | TYPES},
    {"BERT, a matrix behind it",
     "bert",
     "BertModel",
     usual_config,
     &bert,
     "",
     {NULL},
     0,
     TYPES | HEADED | UNIT},
    {"BERT cross-encoder",
     "bert",
     "BertForSequenceClassification",
     usual_config,
     &bert,
     "bert.",
     {"bert.pooler.dense", "classifier"},
     0,
     TYPES | CLS},
    {"DistilBERT",
     "distilbert",
     "DistilBertModel",
     distilbert_config,
     &distilbert,
     "",
     {NULL},
     0,
     0},
    {"XLM-RoBERTa",
     "xlm-roberta",
     "XLMRobertaModel",
     usual_config,
     &bert,
     "",
     {NULL},
     2,
     TYPES | CLS | UNIT},
    {"XLM-RoBERTa cross-encoder",
     "xlm-roberta",
     "XLMRobertaForSequenceClassification",
     usual_config,
     &bert,
     "roberta.",
     {"classifier.dense", "classifier.out_proj"},
     2,
     TYPES | CLS},
    {"MPNet", "mpnet", "MPNetModel", usual_config, &mpnet, "", {NULL}, 2, DISTANCES | UNIT},
};

static bool has(const struct twin_row *row, unsigned what)
{
    return (row->has & what) != 0;
}

/* ---- the folder --------------------------------------------------------------------------------- */

static void add_linear(anc_arena *mem, tiny_model *m, const char *prefix, const char *name,
                       size_t rows, size_t cols)
{
    char full[2 * TINY_NAME_MAX];
    (void)snprintf(full, sizeof full, "%s.weight", name);
    tiny_add(mem, m, prefix, full, rows, cols, 0, 0.25f);
    (void)snprintf(full, sizeof full, "%s.bias", name);
    tiny_add(mem, m, prefix, full, rows, 0, 0, 0.2f);
}

static void add_norm(anc_arena *mem, tiny_model *m, const char *prefix, const char *name)
{
    char full[2 * TINY_NAME_MAX];
    (void)snprintf(full, sizeof full, "%s.weight", name);
    tiny_add(mem, m, prefix, full, HIDDEN, 0, 1, 0.2f);
    (void)snprintf(full, sizeof full, "%s.bias", name);
    tiny_add(mem, m, prefix, full, HIDDEN, 0, 0, 0.2f);
}

/* The name of a part of layer `layer`, of which `pattern` is the pattern. */
static const char *named(char out[TINY_NAME_MAX], const char *pattern, size_t layer)
{
    const char *number = strstr(pattern, "%zu");
    (void)snprintf(out, TINY_NAME_MAX, "%.*s%zu%s", (int)(number - pattern), pattern, layer,
                   number + 3);
    return out;
}

static void add_layer(anc_arena *mem, tiny_model *m, const struct twin_row *row, size_t layer)
{
    const layer_names *n = row->layer;
    const char *const squares[] = {n->query, n->key, n->value, n->out};
    char name[TINY_NAME_MAX];
    for (size_t i = 0; i < ANC_COUNT(squares); i++)
        add_linear(mem, m, row->prefix, named(name, squares[i], layer), HIDDEN, HIDDEN);
    add_linear(mem, m, row->prefix, named(name, n->up, layer), INNER, HIDDEN);
    add_linear(mem, m, row->prefix, named(name, n->down, layer), HIDDEN, INNER);
    add_norm(mem, m, row->prefix, named(name, n->first_norm, layer));
    add_norm(mem, m, row->prefix, named(name, n->second_norm, layer));
}

static void make_model(anc_arena *mem, const struct twin_row *row, tiny_model *m)
{
    const char *p = row->prefix;
    tiny_add(mem, m, p, "embeddings.word_embeddings.weight", PIECES, HIDDEN, 0, 1);
    tiny_add(mem, m, p, "embeddings.position_embeddings.weight", POSITIONS, HIDDEN, 0, 0.5f);
    if (has(row, TYPES))
        tiny_add(mem, m, p, "embeddings.token_type_embeddings.weight", 2, HIDDEN, 0, 0.5f);
    add_norm(mem, m, p, "embeddings.LayerNorm");
    for (size_t i = 0; i < LAYERS; i++)
        add_layer(mem, m, row, i);
    if (has(row, DISTANCES))
        tiny_add(mem, m, p, "encoder.relative_attention_bias.weight", BUCKETS, HEADS, 0, 1);
    if (row->judge[0] != NULL) {
        add_linear(mem, m, "", row->judge[0], HIDDEN, HIDDEN);
        add_linear(mem, m, "", row->judge[1], 1, HIDDEN);
    }
}

/* A piece a letter. Id 1 is what MPNet and XLM-RoBERTa have for padding. */
static void write_vocabulary(anc_arena *mem, anc_str folder)
{
    ANC_BUF(text, 4096);
    assert_true(anc_buf_add(&text, ANC_STR("[CLS]\n[PAD]\n[SEP]\n[UNK]\n")));
    for (char c = 'a'; c <= 'z'; c++)
        assert_true(anc_buf_printf(&text, "%c\n", c));
    tiny_write_text(mem, folder, "vocab.txt", anc_buf_view(&text));
}

static void write_unigrams(anc_arena *mem, anc_str folder)
{
    ANC_BUF(text, 4096);
    assert_true(anc_buf_add(
        &text,
        ANC_STR("{\"normalizer\":null,\"pre_tokenizer\":{\"type\":\"Metaspace\","
                "\"replacement\":\"\\u2581\",\"prepend_scheme\":\"always\"},"
                "\"post_processor\":{\"type\":\"TemplateProcessing\","
                "\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
                "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
                "{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":0}}],"
                "\"pair\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
                "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
                "{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":0}},"
                "{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":0}},"
                "{\"Sequence\":{\"id\":\"B\",\"type_id\":0}},"
                "{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":0}}],"
                "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[0],\"tokens\":[\"<s>\"]},"
                "\"</s>\":{\"id\":\"</s>\",\"ids\":[2],\"tokens\":[\"</s>\"]}}},"
                "\"model\":{\"type\":\"Unigram\",\"unk_id\":3,\"vocab\":[[\"<s>\",0],"
                "[\"<pad>\",0],[\"</s>\",0],[\"<unk>\",0]")));
    for (char c = 'a'; c <= 'z'; c++)
        assert_true(anc_buf_printf(&text, ",[\"\\u2581%c\",%d]", c, -2 - (c - 'a') % 3));
    assert_true(anc_buf_add(&text, ANC_STR("]}}")));
    tiny_write_text(mem, folder, "tokenizer.json", anc_buf_view(&text));
}

static void write_head(anc_arena *mem, const struct twin_row *row, anc_str folder,
                       const tiny_model *dense)
{
    anc_err err = {0};
    ANC_BUF(text, 4096);
    assert_true(
        anc_buf_printf(&text,
                       "[{\"type\":\"x.Transformer\"},"
                       "{\"type\":\"x.Pooling\",\"path\":\"1_Pooling\"}%s%s]",
                       has(row, HEADED) ? ",{\"type\":\"x.Dense\",\"path\":\"2_Dense\"}" : "",
                       has(row, UNIT) ? ",{\"type\":\"x.Normalize\"}" : ""));
    tiny_write_text(mem, folder, "modules.json", anc_buf_view(&text));
    ASSERT_OK(os_folder_make(os_path_join(mem, folder, ANC_STR("1_Pooling")), &err), &err);
    tiny_write_text(mem, folder, "1_Pooling/config.json",
                    has(row, CLS) ? ANC_STR("{\"pooling_mode_cls_token\":true}")
                                  : ANC_STR("{\"pooling_mode_mean_tokens\":true}"));
    if (!has(row, HEADED))
        return;
    ASSERT_OK(os_folder_make(os_path_join(mem, folder, ANC_STR("2_Dense")), &err), &err);
    tiny_write_text(mem, folder, "2_Dense/config.json",
                    ANC_STR("{\"in_features\":24,\"out_features\":10,\"bias\":true,"
                            "\"activation_function\":\"torch.nn.modules.activation.Tanh\"}"));
    tiny_write(dense, false, os_path_join(mem, folder, ANC_STR("2_Dense/model.safetensors")));
}

/* The tensors under the names that they had once. */
static const tiny_model *in_old_names(const tiny_model *m)
{
    static tiny_model old;
    old = *m;
    for (size_t i = 0; i < old.n; i++) {
        char *norm = strstr(old.tensors[i].name, "LayerNorm.");
        if (norm != NULL)
            (void)strcpy(norm + strlen("LayerNorm."), strstr(norm, "weight") ? "gamma" : "beta");
    }
    return &old;
}

static void write_folder(anc_arena *mem, const struct twin_row *row, anc_str folder,
                         const tiny_model *m, const tiny_model *dense)
{
    ANC_BUF(text, 4096);
    const char *format = row->config;
    const char *const words[] = {row->model_type, row->architecture};
    for (size_t w = 0; *format != '\0';) {
        const bool word = strncmp(format, "%s", 2) == 0;
        assert_true(word ? anc_buf_add(&text, anc_str_of(words[w++]))
                         : anc_buf_add_char(&text, *format));
        format += word ? 2 : 1;
    }
    tiny_write_text(mem, folder, "config.json", anc_buf_view(&text));
    tiny_write_text(mem, folder, "tokenizer_config.json", ANC_STR("{\"model_max_length\":600}"));
    if (strcmp(row->model_type, "xlm-roberta") == 0)
        write_unigrams(mem, folder);
    else
        write_vocabulary(mem, folder);
    write_head(mem, row, folder, dense);
    tiny_write(has(row, OLD_NAMES) ? in_old_names(m) : m, has(row, HALVES),
               os_path_join(mem, folder, ANC_STR("model.safetensors")));
}

/* ---- the twin ----------------------------------------------------------------------------------- */

typedef struct tokens {
    double x[WINDOW][HIDDEN];
    uint32_t ids[WINDOW];
    uint8_t types[WINDOW];
    size_t n;
} tokens;

/* out = W x + b */
static void linear(const tiny_model *m, const char *prefix, const char *name, const double *x,
                   size_t cols, size_t rows, double *out)
{
    char full[2 * TINY_NAME_MAX];
    (void)snprintf(full, sizeof full, "%s.weight", name);
    const float *w = tiny_get(m, prefix, full);
    (void)snprintf(full, sizeof full, "%s.bias", name);
    const float *b = tiny_get(m, prefix, full);
    for (size_t r = 0; r < rows; r++) {
        out[r] = (double)b[r];
        for (size_t c = 0; c < cols; c++)
            out[r] += (double)w[r * cols + c] * x[c];
    }
}

static void norm(const tiny_model *m, const char *prefix, const char *name, double *x)
{
    char full[2 * TINY_NAME_MAX];
    double mean = 0, variance = 0;
    (void)snprintf(full, sizeof full, "%s.weight", name);
    const float *w = tiny_get(m, prefix, full);
    (void)snprintf(full, sizeof full, "%s.bias", name);
    const float *b = tiny_get(m, prefix, full);
    for (size_t i = 0; i < HIDDEN; i++)
        mean += x[i] / HIDDEN;
    for (size_t i = 0; i < HIDDEN; i++)
        variance += (x[i] - mean) * (x[i] - mean) / HIDDEN;
    for (size_t i = 0; i < HIDDEN; i++)
        x[i] = (x[i] - mean) / sqrt(variance + 1e-5) * (double)w[i] + (double)b[i];
}

static void embed(const tiny_model *m, const struct twin_row *row, tokens *t)
{
    const float *words = tiny_get(m, row->prefix, "embeddings.word_embeddings.weight");
    const float *places = tiny_get(m, row->prefix, "embeddings.position_embeddings.weight");
    for (size_t i = 0; i < t->n; i++) {
        for (size_t j = 0; j < HIDDEN; j++)
            t->x[i][j] = (double)words[t->ids[i] * HIDDEN + j] +
                         (double)places[(row->first_place + i) * HIDDEN + j];
        if (has(row, TYPES))
            for (size_t j = 0; j < HIDDEN; j++)
                t->x[i][j] += (double)tiny_get(
                    m, row->prefix,
                    "embeddings.token_type_embeddings.weight")[t->types[i] * HIDDEN + j];
        norm(m, row->prefix, "embeddings.LayerNorm", t->x[i]);
    }
}

/* T5's buckets of 32 with the farthest 128: 16 a direction, of which the first 8 are one distance each. */
static size_t bucket(size_t query, size_t key)
{
    static const size_t begins[] = {12, 16, 23, 32, 46, 64, 91}; /* 8 * 16 ** (i / 8), upwards */
    const size_t n = query > key ? query - key : key - query, side = key > query ? 16 : 0;
    size_t wide = 8;
    if (n < 8)
        return side + n;
    while (wide < 15 && n >= begins[wide - 8])
        wide++;
    return side + wide;
}

static void attend(const tiny_model *m, const struct twin_row *row, double q[WINDOW][HIDDEN],
                   double k[WINDOW][HIDDEN], double v[WINDOW][HIDDEN], size_t n,
                   double out[WINDOW][HIDDEN])
{
    const float *added = has(row, DISTANCES)
                             ? tiny_get(m, row->prefix, "encoder.relative_attention_bias.weight")
                             : NULL;
    memset(out, 0, sizeof(double[WINDOW][HIDDEN]));
    for (size_t h = 0; h < HEADS; h++)
        for (size_t i = 0; i < n; i++) {
            double share[WINDOW], sum = 0;
            for (size_t j = 0; j < n; j++) {
                double score = 0;
                for (size_t c = h * HEAD; c < (h + 1) * HEAD; c++)
                    score += q[i][c] * k[j][c] / sqrt(HEAD);
                share[j] =
                    exp(score + (added != NULL ? (double)added[bucket(i, j) * HEADS + h] : 0));
                sum += share[j];
            }
            for (size_t j = 0; j < n; j++)
                for (size_t c = h * HEAD; c < (h + 1) * HEAD; c++)
                    out[i][c] += share[j] / sum * v[j][c];
        }
}

static void run_layer(const tiny_model *m, const struct twin_row *row, size_t layer, tokens *t)
{
    static double q[WINDOW][HIDDEN], k[WINDOW][HIDDEN], v[WINDOW][HIDDEN], context[WINDOW][HIDDEN];
    const layer_names *n = row->layer;
    const char *p = row->prefix;
    char name[TINY_NAME_MAX];
    for (size_t i = 0; i < t->n; i++) {
        linear(m, p, named(name, n->query, layer), t->x[i], HIDDEN, HIDDEN, q[i]);
        linear(m, p, named(name, n->key, layer), t->x[i], HIDDEN, HIDDEN, k[i]);
        linear(m, p, named(name, n->value, layer), t->x[i], HIDDEN, HIDDEN, v[i]);
    }
    attend(m, row, q, k, v, t->n, context);
    for (size_t i = 0; i < t->n; i++) {
        double y[HIDDEN], inner[INNER];
        linear(m, p, named(name, n->out, layer), context[i], HIDDEN, HIDDEN, y);
        for (size_t j = 0; j < HIDDEN; j++)
            y[j] += t->x[i][j];
        norm(m, p, named(name, n->first_norm, layer), y);
        linear(m, p, named(name, n->up, layer), y, HIDDEN, INNER, inner);
        for (size_t j = 0; j < INNER; j++)
            inner[j] *= 0.5 * (1 + erf(inner[j] / sqrt(2)));
        linear(m, p, named(name, n->down, layer), inner, INNER, HIDDEN, t->x[i]);
        for (size_t j = 0; j < HIDDEN; j++)
            t->x[i][j] += y[j];
        norm(m, p, named(name, n->second_norm, layer), t->x[i]);
    }
}

/* What comes out for tokens that were read; how many values. */
static size_t twin_of(const tiny_model *m, const tiny_model *dense, const struct twin_row *row,
                      tokens *t, double out[HIDDEN])
{
    double pooled[HIDDEN] = {0}, squares = 0;
    size_t dims = HIDDEN;
    embed(m, row, t);
    for (size_t i = 0; i < LAYERS; i++)
        run_layer(m, row, i, t);
    for (size_t i = 0; i < (has(row, CLS) ? 1 : t->n); i++)
        for (size_t j = 0; j < HIDDEN; j++)
            pooled[j] += t->x[i][j] / (has(row, CLS) ? 1 : (double)t->n);
    memcpy(out, pooled, sizeof pooled);
    if (row->judge[0] != NULL) {
        linear(m, "", row->judge[0], pooled, HIDDEN, HIDDEN, out);
        for (size_t j = 0; j < HIDDEN; j++)
            pooled[j] = tanh(out[j]);
        linear(m, "", row->judge[1], pooled, HIDDEN, dims = 1, out);
    }
    if (has(row, HEADED))
        linear(dense, "", "linear", pooled, HIDDEN, dims = DENSE, out);
    for (size_t j = 0; j < dims; j++) {
        out[j] = has(row, HEADED) ? tanh(out[j]) : out[j];
        squares += out[j] * out[j];
    }
    for (size_t j = 0; has(row, UNIT) && j < dims; j++)
        out[j] /= sqrt(squares);
    return dims;
}

/* ---- both --------------------------------------------------------------------------------------- */

enum { TEXTS = 4 };

static void fill_texts(anc_arena *mem, inf_pair pairs[TEXTS])
{
    ANC_BUF(text, 4096);
    for (size_t i = 0; i < 650; i++)
        assert_true(anc_buf_printf(&text, "%c ", (char)('a' + i * i % 26)));
    const anc_str all = anc_arena_copy(mem, anc_buf_view(&text));
    assert_non_null(all.ptr);
    pairs[0] = (inf_pair){ANC_STR("a b c d e f g"), ANC_STR("h i j k")};
    pairs[1] = (inf_pair){anc_str_sub(all, 10, 180), all};
    pairs[2] = (inf_pair){ANC_STR("x"), ANC_STR("y")};
    pairs[3] = (inf_pair){anc_str_sub(all, 0, 140), anc_str_sub(all, 20, 260)};
}

static void run(inf_encoder *enc, const inf_pair *pairs, size_t n, float *out)
{
    anc_err err = {0};
    anc_str passages[TEXTS];
    os_pool *pool = NULL;
    ASSERT_OK(os_pool_open("test", 2, 16, &pool, &err), &err);
    for (size_t i = 0; i < n; i++)
        passages[i] = pairs[i].passage;
    ASSERT_OK(inf_encoder_about(enc).scores
                  ? inf_encoder_score(enc, pairs, n, pool, (inf_check){0}, out, NULL, &err)
                  : inf_encoder_encode(enc, INF_PASSAGE, passages, n, pool, (inf_check){0}, out,
                                       NULL, &err),
              &err);
    os_pool_free(pool);
}

static void compare(anc_arena *mem, const struct twin_row *row, anc_str folder,
                    double expected[TEXTS][HIDDEN], const inf_encoder_options *options)
{
    static float got[TEXTS * HIDDEN];
    anc_err err = {0};
    inf_encoder *enc = NULL;
    inf_pair pairs[TEXTS];
    fill_texts(mem, pairs);
    ASSERT_OK(inf_encoder_open(folder, options, &enc, &err), &err);
    const size_t dims = inf_encoder_about(enc).dims;
    assert_int_equal(dims, row->judge[0] != NULL ? 1 : has(row, HEADED) ? DENSE : HIDDEN);
    run(enc, pairs, TEXTS, got);
    for (size_t i = 0; i < TEXTS * dims; i++)
        if (!(fabs((double)got[i] - expected[i / dims][i % dims]) <= 1e-4))
            fail_msg("%s: text %zu, value %zu: %g, the twin has %g", inf_encoder_about(enc).kernels,
                     i / dims, i % dims, (double)got[i], expected[i / dims][i % dims]);
    inf_encoder_close(enc);
}

/* Packed now, kept, and read from the file that was kept: in each precision the same to the last bit. */
static void compare_packed(anc_arena *mem, anc_str folder, inf_precision precision)
{
    static float got[3][TEXTS * HIDDEN];
    anc_err err = {0};
    inf_pair pairs[TEXTS];
    fill_texts(mem, pairs);
    memset(got, 0, sizeof got);
    for (size_t i = 0; i < ANC_COUNT(got); i++) {
        inf_encoder *enc = NULL;
        const inf_encoder_options options = {.precision = precision,
                                             .digest = i > 0 ? ANC_STR("twin") : ANC_STR_NONE};
        ASSERT_OK(inf_encoder_open(folder, &options, &enc, &err), &err);
        assert_int_equal(inf_encoder_about(enc).kept, i > 0);
        run(enc, pairs, 1, got[i]);
        inf_encoder_close(enc);
        assert_memory_equal(got[i], got[0], sizeof got[0]);
    }
}

/* What the twin gives for the texts. */
static void run_twin(anc_arena *mem, const struct twin_row *row, anc_str folder,
                     const tiny_model *m, const tiny_model *dense, double out[TEXTS][HIDDEN])
{
    static tokens t;
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    inf_pair pairs[TEXTS];
    fill_texts(mem, pairs);
    ASSERT_OK(inf_tokenizer_open(folder, &tok, &err), &err);
    for (size_t i = 0; i < TEXTS; i++) {
        memset(t.types, 0, sizeof t.types);
        t.n = row->judge[0] != NULL
                  ? inf_tokenizer_encode_pair(tok, pairs[i].query, pairs[i].passage, WINDOW, t.ids,
                                              t.types, NULL)
                  : inf_tokenizer_encode(tok, pairs[i].passage, WINDOW, t.ids, NULL);
        (void)twin_of(m, dense, row, &t, out[i]);
    }
    inf_tokenizer_close(tok);
}

/* The matrix behind the pooling is a part of the model, too. */
static void assert_files(anc_arena *mem, const struct twin_row *row, anc_str folder)
{
    anc_str *names = NULL;
    anc_err err = {0};
    size_t n = 0;
    ASSERT_OK(inf_encoder_files(mem, folder, &names, &n, &err), &err);
    assert_true(n > 2 && anc_str_eq(names[0], ANC_STR("config.json")));
    assert_true(anc_str_eq(names[n - 1], has(row, HEADED) ? ANC_STR("2_Dense/model.safetensors")
                                                          : ANC_STR("model.safetensors")));
}

static void equals_its_twin(void **state)
{
    const struct twin_row *row = *state;
    char folder[] = "/tmp/anchorage-twin-XXXXXX";
    static tiny_model m, dense;
    static double expected[TEXTS][HIDDEN];
    ANC_ARENA(mem, 16 << 20);
    assert_non_null(mkdtemp(folder));
    m = (tiny_model){.state = 20261129};
    dense = (tiny_model){.state = 7};
    make_model(mem, row, &m);
    add_linear(mem, &dense, "", "linear", DENSE, HIDDEN);
    write_folder(mem, row, anc_str_of(folder), &m, &dense);
    assert_files(mem, row, anc_str_of(folder));
    run_twin(mem, row, anc_str_of(folder), &m, &dense, expected);
    for (size_t k = 0; inf_kernels_at(k) != NULL; k++) {
        const inf_encoder_options options = {.kernels = inf_kernels_at(k)};
        compare(mem, row, anc_str_of(folder), expected, &options);
    }
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++)
        compare_packed(mem, anc_str_of(folder), p);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

int main(void)
{
    return RUN_TABLE("twins", twins, equals_its_twin);
}
