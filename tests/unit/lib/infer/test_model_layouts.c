/* test_model_layouts.c - the small model as other versions of the original libraries lay it out: the same vectors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/encoder.h"
#include "os/file.h"
#include "small_folder.h"
#include "support/test.h"

enum { DIMS = 64 };

static const char *const model_files[] = {"config.json", "vocab.txt", "sentence_bert_config.json",
                                          "model.safetensors"};

typedef struct file {
    const char *name; /* NULL: the end of a list */
    const char *text;
} file;

static void write_file(anc_arena *mem, anc_str folder, const char *name, anc_str content)
{
    anc_err err = {0};
    const anc_str path = os_path_join(mem, folder, anc_str_of(name));
    size_t slash = path.len;
    while (path.ptr[slash - 1] != '/')
        slash--;
    ASSERT_OK(os_folder_make(anc_str_sub(path, 0, slash - 1), &err), &err);
    ASSERT_OK(os_file_replace(path, content, &err), &err);
}

/* The small model with its files in `place` below `folder` ("" for itself), and those of `more`. */
static void lay_out(anc_arena *mem, anc_str folder, const char *place, const file *more)
{
    char name[100];
    for (size_t i = 0; i < ANC_COUNT(model_files); i++) {
        (void)snprintf(name, sizeof name, "%s%s%s", place, place[0] != '\0' ? "/" : "",
                       model_files[i]);
        write_file(mem, folder, name, small_file(mem, model_files[i]));
    }
    for (; more->name != NULL; more++)
        write_file(mem, folder, more->name, anc_str_of(more->text));
}

/* The vector of a passage by a model that is laid out so, and taken away again. */
static void embed(const char *place, const file *more, const char *text, float vector[DIMS],
                  uint32_t *ret_window)
{
    char folder[] = "/tmp/anchorage-layout-XXXXXX";
    const anc_str texts[] = {anc_str_of(text)};
    inf_encoder *enc = NULL;
    anc_err err = {0};
    ANC_ARENA(mem, 16 << 20);
    assert_non_null(mkdtemp(folder));
    lay_out(mem, anc_str_of(folder), place, more);
    ASSERT_OK(inf_encoder_open(anc_str_of(folder), NULL, &enc, &err), &err);
    assert_int_equal(inf_encoder_about(enc).dims, DIMS);
    if (ret_window != NULL)
        *ret_window = inf_encoder_about(enc).max_tokens;
    ASSERT_OK(
        inf_encoder_encode(enc, INF_PASSAGE, texts, 1, NULL, (inf_check){0}, vector, NULL, &err),
        &err);
    inf_encoder_close(enc);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

#define POOLING  "{\"type\":\"x.pooling.Pooling\",\"path\":\"1_Pooling\"}"
#define BY_FLAGS "{\"word_embedding_dimension\":64,\"pooling_mode_cls_token\":true}"
#define CASED    "{\"do_lower_case\":false}"

static const struct layout_row {
    const char *name;
    const char *place;
    file files[4];
    const char *text;
    file alike[3]; /* of the folder that must give the same */
    const char *alike_text;
} layout_rows[] = {
    {"the encoder in a folder of its own",
     "0_Transformer",
     {{"modules.json", "[{\"type\":\"x.Transformer\",\"path\":\"0_Transformer\"}," POOLING
                       ",{\"type\":\"x.Normalize\",\"path\":\"2_Normalize\"}]"},
      {"1_Pooling/config.json", "{\"pooling_mode_mean_tokens\":true}"}},
     "a red house",
     {{0}},
     "a red house"},
    {"the encoder further down",
     "parts/encoder",
     {{"modules.json",
       "[{\"type\":\"x.Transformer\",\"path\":\"parts/encoder\"},{\"type\":\"x.Normalize\"}]"}},
     "a red house",
     {{0}},
     "a red house"},
    {"a pooling in a word: CLS",
     "",
     {{"1_Pooling/config.json",
       "{\"embedding_dimension\":64,\"pooling_mode\":\"cls\",\"include_prompt\":true}"}},
     "a red house",
     {{"1_Pooling/config.json", BY_FLAGS}},
     "a red house"},
    {"a pooling in a word: mean",
     "",
     {{"1_Pooling/config.json", "{\"pooling_mode\":\"mean\"}"}},
     "a red house",
     {{0}},
     "a red house"},
    {"texts made lower case before a tokenizer that has case",
     "",
     {{"tokenizer_config.json", CASED}, {"sentence_bert_config.json", "{\"do_lower_case\":true}"}},
     "A RED House",
     {{"tokenizer_config.json", CASED}, {"sentence_bert_config.json", "{}"}},
     "a red house"},
    {"a prompt before all texts",
     "",
     {{"config_sentence_transformers.json",
       "{\"prompts\":{\"x\":\"a red \"},\"default_prompt_name\":\"x\"}"}},
     "house",
     {{0}},
     "a red house"},
    {"a prompt of documents, and one before what has none",
     "",
     {{"config_sentence_transformers.json",
       "{\"prompts\":{\"x\":\"no \",\"corpus\":\"a red \"},\"default_prompt_name\":\"x\"}"}},
     "house",
     {{0}},
     "a red house"},
    {"no default prompt",
     "",
     {{"config_sentence_transformers.json",
       "{\"prompts\":{\"x\":\"no \",\"query\":null},\"default_prompt_name\":null}"}},
     "a red house",
     {{0}},
     "a red house"},
};

static void gives_the_same(void **state)
{
    const struct layout_row *row = *state;
    float got[DIMS], expected[DIMS];
    embed(row->place, row->files, row->text, got, NULL);
    embed("", row->alike, row->alike_text, expected, NULL);
    assert_memory_equal(got, expected, sizeof got);
}

static void the_pooling_matters(void **state)
{
    (void)state;
    const file cls[] = {{"1_Pooling/config.json", BY_FLAGS}, {0}}, none[] = {{0}};
    float got[DIMS], mean[DIMS];
    embed("", cls, "a red house", got, NULL);
    embed("", none, "a red house", mean, NULL);
    assert_memory_not_equal(got, mean, sizeof got);
}

/* Where no window is said, Python's files have 10^30 and a bit. */
static void a_window_past_all_is_none(void **state)
{
    (void)state;
    static const char great[] = "{\"model_max_length\":1000000000000000019884624838656}";
    const file files[] = {
        {"sentence_bert_config.json", "{}"}, {"tokenizer_config.json", great}, {0}};
    float got[DIMS];
    uint32_t window = 0;
    embed("", files, "a red house", got, &window);
    assert_int_equal(window, 256);
}

static bool has_name(const anc_str *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq(names[i], anc_str_of(name)))
            return true;
    return false;
}

static void the_files_are_where_modules_say(void **state)
{
    (void)state;
    const struct layout_row *row = &layout_rows[0];
    char folder[] = "/tmp/anchorage-layout-XXXXXX";
    anc_str *names = NULL, weights;
    anc_err err = {0};
    size_t n = 0;
    ANC_ARENA(mem, 16 << 20);
    assert_non_null(mkdtemp(folder));
    const anc_str at = anc_str_of(folder);
    lay_out(mem, at, row->place, row->files);
    ASSERT_OK(inf_encoder_files(mem, at, &names, &n, &err), &err);
    assert_true(has_name(names, n, "0_Transformer/config.json"));
    assert_true(has_name(names, n, "0_Transformer/vocab.txt"));
    assert_true(has_name(names, n, "0_Transformer/special_tokens_map.json"));
    assert_true(has_name(names, n, "0_Transformer/model.safetensors"));
    assert_true(has_name(names, n, "modules.json"));
    assert_true(has_name(names, n, "1_Pooling/config.json"));
    assert_false(has_name(names, n, "config.json"));
    ASSERT_OK(inf_encoder_weights(mem, at, &weights, &err), &err);
    assert_true(os_exists(weights));
    assert_int_equal(os_folder_remove(at, NULL), ANC_OK);
}

static const struct other_row {
    const char *name;
    const char *file;
    const char *says;
} other_rows[] = {
    {"weights in several files", "model.safetensors.index.json", "in several files are not read"},
    {"pickles", "pytorch_model.bin", "but a pytorch_model.bin: pickles"},
    {"a graph", "onnx/model.onnx", "only safetensors are read"},
};

static void other_weights_are_named(void **state)
{
    const struct other_row *row = *state;
    char folder[] = "/tmp/anchorage-layout-XXXXXX";
    inf_encoder *enc = NULL;
    anc_err err = {0};
    ANC_ARENA(mem, 16 << 20);
    assert_non_null(mkdtemp(folder));
    small_folder_make(mem, anc_str_of(folder), "model.safetensors", ANC_STR_NONE);
    write_file(mem, anc_str_of(folder), row->file, ANC_STR("x"));
    assert_int_equal(inf_encoder_open(anc_str_of(folder), NULL, &enc, &err), ANC_UNSUPPORTED);
    if (strstr(err.text, row->says) == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pooling_matters),
        cmocka_unit_test(a_window_past_all_is_none),
        cmocka_unit_test(the_files_are_where_modules_say),
    };
    return RUN_TABLE("the same vectors", layout_rows, gives_the_same) +
           RUN_TABLE("other weights", other_rows, other_weights_are_named) +
           cmocka_run_group_tests_name("model layouts", tests, NULL, NULL);
}
