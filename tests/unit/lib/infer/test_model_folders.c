/* test_model_folders.c - the small model with one thing wrong in it: refused, by the name of file, tensor and value. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/encoder.h"
#include "os/file.h"
#include "small_folder.h"
#include "support/test.h"

static const struct broken_row {
    const char *name;
    const char *file;
    const char *text;
    size_t keep;
    anc_status status;
    const char *says;
} broken_rows[] = {
    {"weights cut short", "model.safetensors", NULL, 200000, ANC_CORRUPT, "is cut short"},
    {"weights of another format", "model.safetensors", "PK\x03\x04 and so on", 0, ANC_CORRUPT,
     "no safetensors file"},
    {"no weights", "model.safetensors", "-", 0, ANC_NOT_FOUND, "model.safetensors"},
    {"no configuration", "config.json", "-", 0, ANC_NOT_FOUND, "config.json"},
    {"configuration cut short", "config.json", NULL, 20, ANC_CORRUPT, "config.json"},
    {"no vocabulary", "vocab.txt", "-", 0, ANC_NOT_FOUND, "vocab.txt"},
    {"vocabulary without [CLS]", "vocab.txt", "[UNK]\n", 0, ANC_CORRUPT, "[CLS]"},
    {"more layers than weights", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":3,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961}",
     0, ANC_CORRUPT,
     "tensor encoder.layer.2.attention.self.query.weight of shape [64, 64] is missing"},
    {"another width", "config.json",
     "{\"hidden_size\":32,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961}",
     0, ANC_CORRUPT, "has shape [64, 64], expected [32, 32]"},
    {"heads that do not divide", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":5,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961}",
     0, ANC_CORRUPT, "no multiple"},
    {"a vocabulary larger than the table", "vocab.txt",
     "[UNK]\n[CLS]\n[SEP]\n"
     "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
     961, ANC_CORRUPT, "ids up to"},
    {"an activation that is not known", "config.json",
     "{\"hidden_act\":\"relu\",\"hidden_size\":64}", 0, ANC_UNSUPPORTED, "\"relu\""},
    {"a window of nothing", "sentence_bert_config.json", "{\"max_seq_length\":2}", 0, ANC_CORRUPT,
     "max_seq_length 2"},
    {"an unknown architecture", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"model_type\":\"t5\"}",
     0, ANC_UNSUPPORTED, "model_type is \"t5\", known are bert, distilbert, mpnet, xlm-roberta"},
    {"relative positions", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"position_embedding_type\":\"relative_key\"}",
     0, ANC_UNSUPPORTED, "\"relative_key\""},
    {"a classifier of two labels", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"architectures\":[\"BertForSequenceClassification\"],\"id2label\":{\"0\":"
     "\"no\",\"1\":\"yes\"}}",
     0, ANC_UNSUPPORTED, "id2label has 2 labels"},
    {"a classifier without its tensors", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"architectures\":[\"BertForSequenceClassification\"]}",
     0, ANC_CORRUPT, "tensor bert.pooler.dense.weight of shape [64, 64] is missing"},
    {"a classifier of an architecture that has none", "config.json",
     "{\"model_type\":\"distilbert\",\"architectures\":[\"DistilBertForSequenceClassification\"],"
     "\"dim\":64,\"n_heads\":4,\"n_layers\":2,\"hidden_dim\":64,\"max_position_embeddings\":256,"
     "\"vocab_size\":961}",
     0, ANC_UNSUPPORTED, "DistilBertForSequenceClassification"},
    {"members of another architecture", "config.json",
     "{\"model_type\":\"distilbert\",\"hidden_size\":64}", 0, ANC_CORRUPT,
     "config.json: dim is no whole number"},
    {"a width of millions", "config.json", "{\"hidden_size\":1000000}", 0, ANC_CORRUPT,
     "hidden_size is no whole number of 1 to 8192"},
    {"half a layer", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":1.5}", 0, ANC_CORRUPT,
     "num_hidden_layers is no whole number"},
    {"a padding past all places", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"model_type\":\"xlm-roberta\",\"pad_token_id\":255}",
     0, ANC_CORRUPT, "pad_token_id 255 leaves no place of 256"},
    {"a place for one token", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":1,\"type_vocab_size\":2,"
     "\"vocab_size\":961}",
     0, ANC_CORRUPT, "max_position_embeddings 1 leaves a window of 1 tokens"},
    {"places for special tokens alone", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":2,\"type_vocab_size\":2,"
     "\"vocab_size\":961}",
     0, ANC_CORRUPT, "max_position_embeddings 2 leaves a window of 2 tokens"},
    {"a padding before the last place", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"model_type\":\"xlm-roberta\",\"pad_token_id\":254}",
     0, ANC_CORRUPT, "max_position_embeddings 256 leaves a window of 1 tokens"},
    {"a padding before the last two", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":3,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"model_type\":\"mpnet\",\"relative_attention_num_buckets\":32}",
     0, ANC_CORRUPT, "max_position_embeddings 3 leaves a window of 1 tokens"},
    {"too few buckets", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"model_type\":\"mpnet\",\"relative_attention_num_buckets\":3}",
     0, ANC_CORRUPT, "relative_attention_num_buckets 3 is below 4"},
    {"tensors of another architecture", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"model_type\":\"mpnet\",\"relative_attention_num_buckets\":32}",
     0, ANC_CORRUPT, "tensor encoder.layer.0.attention.attn.q.weight of shape [64, 64] is missing"},
    {"more places than there are", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":60000,\"type_vocab_size\":2,"
     "\"vocab_size\":961}",
     0, ANC_CORRUPT,
     "embeddings.position_embeddings.weight has shape [256, 64], expected [60000, 64]"},
    {"a norm of nothing", "config.json",
     "{\"hidden_size\":64,\"num_attention_heads\":4,\"num_hidden_layers\":2,"
     "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
     "\"vocab_size\":961,\"layer_norm_eps\":-1}",
     0, ANC_CORRUPT, "layer_norm_eps"},
    {"a deep configuration", "config.json",
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
     0, ANC_CORRUPT, "config.json"},
    {"a list for a configuration", "config.json", "[]", 0, ANC_CORRUPT, "hidden_size"},
    {"a module that is not known", "modules.json", "[{\"type\":\"x.WordWeights\"}]", 0,
     ANC_UNSUPPORTED, "module 0, x.WordWeights"},
    {"a module behind the last", "modules.json",
     "[{\"type\":\"x.Normalize\"},{\"type\":\"x.Dense\",\"path\":\"2\"}]", 0, ANC_UNSUPPORTED,
     "module 1, x.Dense, stands behind Normalize"},
    {"a folder outside", "modules.json", "[{\"type\":\"x.Dense\",\"path\":\"../2_Dense\"}]", 0,
     ANC_CORRUPT, "the path \"../2_Dense\" of module 0"},
    {"a folder of its own above", "modules.json", "[{\"type\":\"x.Dense\",\"path\":\"..\"}]", 0,
     ANC_CORRUPT, "the path \"..\" of module 0"},
    {"a matrix that is not there", "modules.json", "[{\"type\":\"x.Dense\",\"path\":\"2_Dense\"}]",
     0, ANC_NOT_FOUND, "there is no 2_Dense/config.json"},
    {"a pooling that is not there", "modules.json",
     "[{\"type\":\"x.Transformer\",\"path\":\"\"},{\"type\":\"x.Pooling\",\"path\":\"1_Pooling\"}]",
     0, ANC_NOT_FOUND, "there is no 1_Pooling/config.json, which modules.json names"},
    {"a pooling elsewhere that is not there", "modules.json",
     "[{\"type\":\"x.Pooling\",\"path\":\"pooler\"}]", 0, ANC_NOT_FOUND,
     "there is no pooler/config.json"},
    {"a pooling outside", "modules.json", "[{\"type\":\"x.Pooling\",\"path\":\"../pooler\"}]", 0,
     ANC_CORRUPT, "the path \"../pooler\" of module 0"},
    {"a pooling above", "modules.json", "[{\"type\":\"x.Pooling\",\"path\":\"..\"}]", 0,
     ANC_CORRUPT, "the path \"..\" of module 0"},
    {"a pooling of no folder", "modules.json", "[{\"type\":\"x.Pooling\"}]", 0, ANC_CORRUPT,
     "the path \"\" of module 0"},
    {"modules that are no list", "modules.json", "null", 0, ANC_CORRUPT,
     "modules.json is no list of modules"},
    {"no modules", "modules.json", "[]", 0, ANC_UNSUPPORTED, "no module is a Transformer"},
    {"a pooling before the encoder", "modules.json",
     "[{\"type\":\"x.Normalize\"},{\"type\":\"x.Transformer\"}]", 0, ANC_UNSUPPORTED,
     "module 1, x.Transformer, stands behind Normalize"},
    {"two encoders", "modules.json", "[{\"type\":\"x.Transformer\"},{\"type\":\"x.Transformer\"}]",
     0, ANC_UNSUPPORTED, "module 1, x.Transformer, stands behind Transformer"},
    {"an encoder outside", "modules.json", "[{\"type\":\"x.Transformer\",\"path\":\"../other\"}]",
     0, ANC_CORRUPT, "the path \"../other\" of module 0"},
    {"an encoder anywhere", "modules.json", "[{\"type\":\"x.Transformer\",\"path\":\"/tmp\"}]", 0,
     ANC_CORRUPT, "the path \"/tmp\" of module 0"},
    {"an encoder by a way around", "modules.json",
     "[{\"type\":\"x.Transformer\",\"path\":\"a/../../b\"}]", 0, ANC_CORRUPT,
     "the path \"a/../../b\" of module 0"},
    {"an encoder of no name", "modules.json",
     "[{\"type\":\"x.Transformer\",\"path\":\"a\\u0000b\"}]", 0, ANC_CORRUPT,
     "of module 0 is no folder of the model"},
    {"a number for a folder", "modules.json", "[{\"type\":\"x.Transformer\",\"path\":5}]", 0,
     ANC_CORRUPT, "path is no text but of kind integer"},
    {"an encoder that is not there", "modules.json",
     "[{\"type\":\"x.Transformer\",\"path\":\"0_Transformer\"}]", 0, ANC_NOT_FOUND,
     "there is no 0_Transformer/config.json"},
    {"another pooling in a word", "1_Pooling/config.json", "{\"pooling_mode\":\"max\"}", 0,
     ANC_UNSUPPORTED, "pooling_mode is \"max\", only \"mean\" and \"cls\" are known"},
    {"poolings in a list", "1_Pooling/config.json", "{\"pooling_mode\":[\"mean\",\"cls\"]}", 0,
     ANC_CORRUPT, "pooling_mode is no text but of kind array"},
    {"a word for a flag", "1_Pooling/config.json", "{\"pooling_mode_mean_tokens\":\"no\"}", 0,
     ANC_CORRUPT, "pooling_mode_mean_tokens is neither true nor false but of kind string"},
    {"a pooling of another width", "1_Pooling/config.json", "{\"embedding_dimension\":65}", 0,
     ANC_CORRUPT, "embedding_dimension is 65, the model's width 64"},
    {"a decoder", "config.json", "{\"is_decoder\":true}", 0, ANC_UNSUPPORTED, "is_decoder true"},
    {"a number for an architecture", "config.json", "{\"model_type\":5}", 0, ANC_CORRUPT,
     "model_type is no text but of kind integer"},
    {"a text for a window", "sentence_bert_config.json", "{\"max_seq_length\":\"64\"}", 0,
     ANC_CORRUPT, "max_seq_length is no whole number"},
    {"half a token", "sentence_bert_config.json", "{\"max_seq_length\":64.5}", 0, ANC_CORRUPT,
     "max_seq_length is no whole number"},
    {"a list of prompts", "config_sentence_transformers.json", "{\"prompts\":[\"a\"]}", 0,
     ANC_CORRUPT, "prompts is no object"},
    {"a number for a prompt", "config_sentence_transformers.json", "{\"prompts\":{\"query\":5}}", 0,
     ANC_CORRUPT, "query is no text but of kind integer"},
    {"a default prompt that is none", "config_sentence_transformers.json",
     "{\"prompts\":{\"query\":\"a\"},\"default_prompt_name\":\"b\"}", 0, ANC_CORRUPT,
     "default_prompt_name \"b\" is none of the prompts"},
    {"another pooling", "1_Pooling/config.json", "{\"pooling_mode_lasttoken\":true}", 0,
     ANC_UNSUPPORTED, "pooling_mode_lasttoken"},
    {"two poolings", "1_Pooling/config.json",
     "{\"pooling_mode_cls_token\":true,\"pooling_mode_mean_tokens\":true}", 0, ANC_UNSUPPORTED,
     "mean and CLS together"},
    {"a pooling without the prompt", "1_Pooling/config.json", "{\"include_prompt\":false}", 0,
     ANC_UNSUPPORTED, "include_prompt"},
    {"more values kept than there are", "config_sentence_transformers.json",
     "{\"truncate_dim\":65}", 0, ANC_CORRUPT, "truncate_dim is no whole number of 1 to 64"},
    {"no value kept", "config_sentence_transformers.json", "{\"truncate_dim\":0}", 0, ANC_CORRUPT,
     "truncate_dim is no whole number of 1 to 64"},
    {"a prompt that fills the window", "config_sentence_transformers.json",
     "{\"prompts\":{\"query\":\"house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house house house house house house house "
     "house house house house house house house house house \"}}",
     0, ANC_INVALID, "fills half"},
};

static anc_str content_of(anc_arena *mem, const struct broken_row *row)
{
    if (row->text == NULL)
        return anc_str_sub(small_file(mem, row->file), 0, row->keep);
    if (strcmp(row->text, "-") == 0)
        return ANC_STR_NONE;
    ANC_BUF(text, 1 << 20);
    (void)anc_buf_add(&text, anc_str_of(row->text));
    for (size_t i = 0; i < row->keep; i++)
        (void)anc_buf_printf(&text, "piece%zu\n", i);
    return anc_arena_copy(mem, anc_buf_view(&text));
}

/* Opens the small model with `content` for `file`, and fails where it does not say why it cannot. */
static void assert_refused(anc_arena *mem, const char *file, anc_str content,
                           const inf_encoder_options *options, anc_status expected,
                           const char *says)
{
    char folder[] = "/tmp/anchorage-folder-XXXXXX";
    anc_err err = {0};
    inf_encoder *enc = NULL;
    assert_non_null(mkdtemp(folder));
    small_folder_make(mem, anc_str_of(folder), file, content);
    const anc_status status = inf_encoder_open(anc_str_of(folder), options, &enc, &err);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
    assert_null(enc);
    if (status != expected || strstr(err.text, says) == NULL || strstr(err.text, folder) == NULL)
        fail_msg("%s: \"%s\" does not say %s", anc_status_info(status)->name, err.text, says);
}

static void refuses(void **state)
{
    const struct broken_row *row = *state;
    ANC_ARENA(mem, 16 << 20);
    assert_refused(mem, row->file, content_of(mem, row), NULL, row->status, row->says);
}

/* ---- weights ------------------------------------------------------------------------------------ */

/* One tensor of the file changed: of its line in the header `from` is replaced by `to`, which is as long, or its element
 * `at` by the half `bits`. */
static const struct weights_row {
    const char *name;
    const char *tensor;
    const char *from, *to;
    size_t at;
    unsigned bits;
    const char *says;
} weights_rows[] = {
    {"a missing matrix", "encoder.layer.1.output.dense.weight", "1.output.dense", "1.output.tense",
     0, 0, "encoder.layer.1.output.dense.weight of shape [64, 64] is missing"},
    {"a missing bias", "encoder.layer.0.attention.self.key.bias", "key.bias", "key.bios", 0, 0,
     "encoder.layer.0.attention.self.key.bias of shape [64] is missing"},
    {"a missing norm", "encoder.layer.1.output.LayerNorm.bias", "LayerNorm", "BatchNorm", 0, 0,
     "encoder.layer.1.output.LayerNorm.bias of shape [64] is missing"},
    {"another shape", "encoder.layer.0.intermediate.dense.weight", "[64,64]", "[32,128]", 0, 0,
     "encoder.layer.0.intermediate.dense.weight has shape [32, 128], expected [64, 64]"},
    {"another rank", "embeddings.LayerNorm.weight", "[64]", "[8,8]", 0, 0,
     "embeddings.LayerNorm.weight has shape [8, 8], expected [64]"},
    {"whole numbers", "encoder.layer.0.attention.self.value.weight", "F16", "I16", 0, 0,
     "encoder.layer.0.attention.self.value.weight is not F32, F16 or BF16"},
    {"an unknown type", "encoder.layer.0.attention.self.value.weight", "F16", "Q16", 0, 0,
     "encoder.layer.0.attention.self.value.weight: dtype \"Q16\""},
    {"a word that is no number", "embeddings.word_embeddings.weight", NULL, NULL, 9000, 0x7E01,
     "embeddings.word_embeddings.weight: element 9000 is nan"},
    {"an endless place", "embeddings.position_embeddings.weight", NULL, NULL, 16383, 0xFC00,
     "embeddings.position_embeddings.weight: element 16383 is -inf"},
    {"a matrix with no number in it", "encoder.layer.1.attention.output.dense.weight", NULL, NULL,
     0, 0xFE00, "encoder.layer.1.attention.output.dense.weight: element 0 is"},
    {"an endless bias", "encoder.layer.1.intermediate.dense.bias", NULL, NULL, 63, 0x7C00,
     "encoder.layer.1.intermediate.dense.bias: element 63 is inf"},
    {"a norm with no number in it", "encoder.layer.0.output.LayerNorm.weight", NULL, NULL, 5,
     0x7D00, "encoder.layer.0.output.LayerNorm.weight: element 5 is nan"},
    {"a type with no number in it", "embeddings.token_type_embeddings.weight", NULL, NULL, 70,
     0x7E00, "embeddings.token_type_embeddings.weight: element 70 is nan"},
};

/* Where the tensor's line of the header begins, and the first byte of its data. */
static char *find_tensor(anc_str file, const char *tensor, unsigned char **ret_data)
{
    char quoted[128];
    unsigned long header = 0, begin = 0;
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", tensor);
    for (size_t i = 8; i-- > 0;)
        header = header << 8 | (unsigned char)file.ptr[i];
    const size_t at = anc_str_find(file, anc_str_of(quoted));
    assert_true(at < header);
    char *line = (char *)(uintptr_t)file.ptr + at;
    const char *offsets = strstr(line, "\"data_offsets\":[");
    assert_int_equal(sscanf(offsets, "\"data_offsets\":[%lu", &begin), 1);
    *ret_data = (unsigned char *)(uintptr_t)file.ptr + 8 + header + begin;
    return line;
}

static void refuses_weights(void **state)
{
    const struct weights_row *row = *state;
    unsigned char *data = NULL;
    ANC_ARENA(mem, 16 << 20);
    const anc_str file = small_file(mem, "model.safetensors");
    char *line = find_tensor(file, row->tensor, &data);
    if (row->from != NULL) {
        char *at = strstr(line, row->from);
        const size_t spare = strlen(row->to) - strlen(row->from);
        assert_non_null(at);
        if (spare > 0) { /* the header ends in blanks: the rest moves into them */
            const size_t header = (unsigned char)file.ptr[0] | (size_t)(unsigned char)file.ptr[1]
                                                                   << 8;
            char *end = (char *)(uintptr_t)file.ptr + 8 + header;
            assert_true(header < 0x10000 && end[-(ptrdiff_t)spare] == ' ');
            memmove(at + spare, at, (size_t)(end - at) - spare);
        }
        memcpy(at, row->to, strlen(row->to));
    } else {
        data[2 * row->at] = (unsigned char)(row->bits & 0xff);
        data[2 * row->at + 1] = (unsigned char)(row->bits >> 8);
    }
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++) {
        const inf_encoder_options options = {.precision = p};
        assert_refused(mem, "model.safetensors", file, &options,
                       strstr(row->says, "dtype") != NULL ? ANC_UNSUPPORTED : ANC_CORRUPT,
                       row->says);
    }
}

/* ---- options ------------------------------------------------------------------------------------ */

static void refuses_more_dimensions_than_there_are(void **state)
{
    (void)state;
    inf_encoder *enc = NULL;
    anc_err err = {0};
    char folder[] = "/tmp/anchorage-folder-XXXXXX";
    const inf_encoder_options options = {.dims = 65};
    ANC_ARENA(mem, 16 << 20);
    assert_non_null(mkdtemp(folder));
    small_folder_make(mem, anc_str_of(folder), "config.json", small_file(mem, "config.json"));
    assert_int_equal(inf_encoder_open(anc_str_of(folder), &options, &enc, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "65 dimensions, and it has 64"));
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

static void the_folder_says_how_many_values_are_kept(void **state)
{
    (void)state;
    enum { FULL = 64, KEPT = 20 };
    inf_encoder *enc = NULL;
    anc_err err = {0};
    float full[FULL], kept[FULL];
    double length = 0;
    static const char *const texts[] = {"{\"truncate_dim\":null}", "{\"truncate_dim\":20}"};
    for (size_t i = 0; i < ANC_COUNT(texts); i++) {
        char folder[] = "/tmp/anchorage-folder-XXXXXX";
        ANC_ARENA(mem, 16 << 20);
        assert_non_null(mkdtemp(folder));
        small_folder_make(mem, anc_str_of(folder), "config_sentence_transformers.json",
                          anc_str_of(texts[i]));
        ASSERT_OK(inf_encoder_open(anc_str_of(folder), NULL, &enc, &err), &err);
        assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
        assert_int_equal(inf_encoder_about(enc).dims, i == 0 ? FULL : KEPT);
        ASSERT_OK(inf_encoder_encode(enc, INF_QUERY, &ANC_STR("honey"), 1, NULL, (inf_check){0},
                                     i == 0 ? full : kept, NULL, &err),
                  &err);
        inf_encoder_close(enc);
    }
    for (size_t j = 0; j < KEPT; j++)
        length += (double)full[j] * (double)full[j];
    for (size_t j = 0; j < KEPT; j++)
        assert_true(fabs((double)kept[j] - (double)full[j] / sqrt(length)) < 1e-5);
}

static bool has_name(const anc_str *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq(names[i], anc_str_of(name)))
            return true;
    return false;
}

/* special_tokens_map.json is a part of the model where its tokenizer reads it: with a vocab.txt. */
static void the_files_are_those_that_are_read(void **state)
{
    (void)state;
    static const char *const files[] = {"special_tokens_map.json", "tokenizer.json"};
    for (size_t i = 0; i < ANC_COUNT(files); i++) {
        char folder[] = "/tmp/anchorage-folder-XXXXXX";
        anc_str *names = NULL;
        anc_err err = {0};
        bool scores = true;
        size_t n = 0;
        ANC_ARENA(mem, 16 << 20);
        assert_non_null(mkdtemp(folder));
        small_folder_make(mem, anc_str_of(folder), files[i], ANC_STR("{}"));
        ASSERT_OK(inf_encoder_files(mem, anc_str_of(folder), &names, &n, &err), &err);
        ASSERT_OK(inf_encoder_scores(anc_str_of(folder), &scores, &err), &err);
        assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
        assert_false(scores);
        assert_int_equal(has_name(names, n, "special_tokens_map.json"), i == 0);
        assert_true(has_name(names, n, "tokenizer.json"));
        assert_true(has_name(names, n, "model.safetensors"));
    }
}

/* modules.json names the folder whose config.json says how is pooled: CLS here, and that file is one of the model's. */
static void the_pooling_is_read_where_it_is_named(void **state)
{
    (void)state;
    anc_str *names;
    size_t n = 0;
    anc_err err = {0};
    char folder[] = "/tmp/anchorage-folder-XXXXXX";
    ANC_ARENA(mem, 16 << 20);
    assert_non_null(mkdtemp(folder));
    const anc_str at = anc_str_of(folder);
    small_folder_make(
        mem, at, "modules.json",
        ANC_STR("[{\"type\":\"x.Transformer\"},{\"type\":\"x.Pooling\",\"path\":\"pooler\"}]"));
    ASSERT_OK(os_folder_make(os_path_join(mem, at, ANC_STR("pooler")), &err), &err);
    const anc_str file = os_path_join(mem, at, ANC_STR("pooler/config.json"));
    ASSERT_OK(os_file_replace(file, ANC_STR("{\"pooling_mode_cls_token\":true}"), &err), &err);
    ASSERT_OK(inf_encoder_files(mem, at, &names, &n, &err), &err);
    assert_true(has_name(names, n, "pooler/config.json"));
    assert_false(has_name(names, n, "1_Pooling/config.json"));
    const anc_str both =
        ANC_STR("{\"pooling_mode_cls_token\":true,\"pooling_mode_mean_tokens\":true}");
    ASSERT_OK(os_file_replace(file, both, &err), &err);
    assert_int_equal(inf_encoder_files(mem, at, &names, &n, &err), ANC_UNSUPPORTED);
    assert_non_null(strstr(err.text, "pooler/config.json: mean and CLS together"));
    assert_int_equal(os_folder_remove(at, NULL), ANC_OK);
}

static void a_model_of_vectors_scores_nothing(void **state)
{
    (void)state;
    inf_encoder *enc = NULL;
    anc_err err = {0};
    float out = 0;
    char folder[] = "/tmp/anchorage-folder-XXXXXX";
    const inf_pair pair = {ANC_STR("a"), ANC_STR("b")};
    ANC_ARENA(mem, 16 << 20);
    assert_non_null(mkdtemp(folder));
    small_folder_make(mem, anc_str_of(folder), "config.json", small_file(mem, "config.json"));
    ASSERT_OK(inf_encoder_open(anc_str_of(folder), NULL, &enc, &err), &err);
    assert_false(inf_encoder_about(enc).scores);
    assert_int_equal(inf_encoder_score(enc, &pair, 1, NULL, (inf_check){0}, &out, NULL, &err),
                     ANC_INVALID);
    assert_non_null(strstr(err.text, "scores no pairs"));
    inf_encoder_close(enc);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_more_dimensions_than_there_are),
        cmocka_unit_test(the_folder_says_how_many_values_are_kept),
        cmocka_unit_test(the_files_are_those_that_are_read),
        cmocka_unit_test(the_pooling_is_read_where_it_is_named),
        cmocka_unit_test(a_model_of_vectors_scores_nothing),
    };
    return RUN_TABLE("refuses", broken_rows, refuses) +
           RUN_TABLE("refuses weights", weights_rows, refuses_weights) +
           cmocka_run_group_tests_name("model folders", tests, NULL, NULL);
}
