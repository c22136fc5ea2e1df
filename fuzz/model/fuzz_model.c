/* fuzz_model.c - the small files of a model folder with anything in them: refused, or a model that encodes.
 *
 * The input is the contents of config.json, modules.json, 1_Pooling/config.json, 2_Dense/config.json,
 * sentence_bert_config.json, config_sentence_transformers.json and tokenizer_config.json, in this order, each ended by a
 * byte 0; what is missing is not there. Vocabulary and weights are those of a small BERT with one layer, 8 wide, and of a
 * dense matrix of 8 to 4.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "infer/encoder.h"
#include "os/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WIDTH = 8, INNER = 12, PIECES = 8, PLACES = 16, MAX_DIMS = 64, FILE_MAX_BYTES = 1 << 20 };

static const char *const names[] = {"config.json",
                                    "modules.json",
                                    "1_Pooling/config.json",
                                    "2_Dense/config.json",
                                    "sentence_bert_config.json",
                                    "config_sentence_transformers.json",
                                    "tokenizer_config.json"};

typedef struct shape {
    const char *name;
    size_t rows, cols;
} shape;

static const shape weights[] = {
    {"embeddings.word_embeddings.weight", PIECES, WIDTH},
    {"embeddings.position_embeddings.weight", PLACES, WIDTH},
    {"embeddings.token_type_embeddings.weight", 2, WIDTH},
    {"embeddings.LayerNorm.weight", WIDTH, 0},
    {"embeddings.LayerNorm.bias", WIDTH, 0},
    {"encoder.layer.0.attention.self.query.weight", WIDTH, WIDTH},
    {"encoder.layer.0.attention.self.query.bias", WIDTH, 0},
    {"encoder.layer.0.attention.self.key.weight", WIDTH, WIDTH},
    {"encoder.layer.0.attention.self.key.bias", WIDTH, 0},
    {"encoder.layer.0.attention.self.value.weight", WIDTH, WIDTH},
    {"encoder.layer.0.attention.self.value.bias", WIDTH, 0},
    {"encoder.layer.0.attention.output.dense.weight", WIDTH, WIDTH},
    {"encoder.layer.0.attention.output.dense.bias", WIDTH, 0},
    {"encoder.layer.0.attention.output.LayerNorm.weight", WIDTH, 0},
    {"encoder.layer.0.attention.output.LayerNorm.bias", WIDTH, 0},
    {"encoder.layer.0.intermediate.dense.weight", INNER, WIDTH},
    {"encoder.layer.0.intermediate.dense.bias", INNER, 0},
    {"encoder.layer.0.output.dense.weight", WIDTH, INNER},
    {"encoder.layer.0.output.dense.bias", WIDTH, 0},
    {"encoder.layer.0.output.LayerNorm.weight", WIDTH, 0},
    {"encoder.layer.0.output.LayerNorm.bias", WIDTH, 0},
};
static const shape dense[] = {{"linear.weight", 4, WIDTH}, {"linear.bias", 4, 0}};

static char folder[] = "/tmp/anchorage-fuzz-model-XXXXXX";

static void must(bool ok)
{
    if (!ok)
        abort();
}

static const char *path_of(char out[256], const char *name)
{
    (void)snprintf(out, 256, "%s/%s", folder, name);
    return out;
}

static void write_file(const char *name, const void *bytes, size_t n)
{
    char path[256];
    FILE *f = fopen(path_of(path, name), "wb");
    must(f != NULL);
    must(fwrite(bytes, 1, n, f) == n);
    must(fclose(f) == 0);
}

/* Values that count up by eighths, and begin anew. */
static void write_weights(const char *name, const shape *shapes, size_t n)
{
    size_t at = 0;
    ANC_BUF(header, FILE_MAX_BYTES);
    ANC_BUF(file, FILE_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        const size_t bytes = 4 * shapes[i].rows * (shapes[i].cols > 0 ? shapes[i].cols : 1);
        (void)anc_buf_printf(&header, "%c\"%s\":{\"dtype\":\"F32\",\"shape\":[%zu",
                             i == 0 ? '{' : ',', shapes[i].name, shapes[i].rows);
        if (shapes[i].cols > 0)
            (void)anc_buf_printf(&header, ",%zu", shapes[i].cols);
        (void)anc_buf_printf(&header, "],\"data_offsets\":[%zu,%zu]}", at, at + bytes);
        at += bytes;
    }
    (void)anc_buf_add_char(&header, '}');
    for (size_t i = 0; i < 8; i++)
        (void)anc_buf_add_char(&file, (char)(header.len >> 8 * i & 0xff));
    (void)anc_buf_add(&file, anc_buf_view(&header));
    for (size_t i = 0; i < at / 4; i++) {
        const float value = (float)(i % 13) / 8;
        (void)anc_buf_add(&file, ((anc_str){(const char *)&value, sizeof value}));
    }
    write_file(name, file.ptr, file.len);
}

static void remove_folder(void)
{
    must(os_folder_remove(anc_str_of(folder), NULL) == ANC_OK);
}

static void make_folder(void)
{
    static const char vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\nd\n";
    char path[256];
    must(mkdtemp(folder) != NULL);
    must(os_folder_make(anc_str_of(path_of(path, "1_Pooling")), NULL) == ANC_OK);
    must(os_folder_make(anc_str_of(path_of(path, "2_Dense")), NULL) == ANC_OK);
    write_file("vocab.txt", vocabulary, sizeof vocabulary - 1);
    write_weights("model.safetensors", weights, ANC_COUNT(weights));
    write_weights("2_Dense/model.safetensors", dense, ANC_COUNT(dense));
    (void)atexit(remove_folder);
}

static void encode(inf_encoder *enc)
{
    const inf_encoder_info about = inf_encoder_about(enc);
    const anc_str texts[] = {ANC_STR("a b c"), ANC_STR("")};
    float out[2 * MAX_DIMS];
    must(!about.scores && about.dims <= MAX_DIMS && about.max_tokens <= PLACES);
    must(inf_encoder_encode(enc, INF_QUERY, texts, 2, NULL, (inf_check){0}, out, NULL, NULL) ==
         ANC_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    inf_encoder *enc = NULL;
    anc_err err = {0};
    char path[256];
    if (!made)
        make_folder();
    made = true;
    for (size_t i = 0; i < ANC_COUNT(names); i++) {
        const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
        if (end == NULL) {
            (void)unlink(path_of(path, names[i]));
            continue;
        }
        write_file(names[i], data, (size_t)(end - data));
        size -= (size_t)(end - data) + 1;
        data = end + 1;
    }
    if (inf_encoder_open(anc_str_of(folder), NULL, &enc, &err) != ANC_OK)
        return 0;
    encode(enc);
    inf_encoder_close(enc);
    return 0;
}
