/* test_infer_encoder.c - the encoder of a model's folder: what it refuses, and what its revision is made of. */
#include <stdlib.h>
#include <string.h>

#include "encoders.h"
#include "infer/safetensors.h"
#include "os/file.h"

static int64_t now_ns = 1000;

static void precisions_that_are_alike_have_one_revision(void **state)
{
    (void)state;
    static const char *const names[] = {"f32", "bf16", "int8"};
    emb_encoder any = encoder_of_tiny("auto", NULL, &now_ns);
    for (size_t i = 0; i < ANC_COUNT(names); i++) {
        emb_encoder e = encoder_of_tiny(names[i], NULL, &now_ns);
        assert_true(anc_str_eq(e.precision, anc_str_of(names[i])));
        assert_true(anc_str_eq(e.revision, any.revision));
        assert_true(anc_str_find(e.detail, anc_str_of(names[i])) != SIZE_MAX);
        emb_encoder_close(&e);
    }
    emb_encoder_close(&any);
}

/* Makes all values of a matrix 64 times as large, and one of each row so large that the bytes of the others are 0 in
 * int8. It is the same in all rows, so the norm behind the product takes it away again. */
static void spoil(char *halves, uint64_t rows, uint64_t columns)
{
    for (uint64_t i = 0; i < rows * columns; i++) {
        uint16_t half;
        memcpy(&half, halves + 2 * i, 2);
        half = (uint16_t)(i % columns == 0 ? 0x7800 /* 32768 */ : half + (6 << 10));
        memcpy(halves + 2 * i, &half, 2);
    }
}

/* Makes all values nothing. */
static void blank(char *halves, uint64_t rows, uint64_t columns)
{
    memset(halves, 0, 2 * rows * columns);
}

typedef void change(char *halves, uint64_t rows, uint64_t columns);

/* A copy of the small model with `n` of its tensors changed. */
static void make_changed_model(anc_arena *mem, anc_str folder, const char *const names[], size_t n,
                               change *change_it)
{
    static const char *const files[] = {"config.json", "vocab.txt", "sentence_bert_config.json",
                                        "model.safetensors"};
    char from[PLACE_MAX];
    anc_err err = {0};
    anc_str bytes = ANC_STR_NONE;
    inf_tensors *tensors = NULL;
    const anc_str model = anc_str_of(place_in_source(from, "tests/data/tiny-bert"));
    for (size_t i = 0; i < ANC_COUNT(files); i++) {
        const anc_str name = anc_str_of(files[i]);
        ASSERT_OK(os_file_read(mem, os_path_join(mem, model, name), 1 << 20, &bytes, &err), &err);
        if (i + 1 < ANC_COUNT(files))
            ASSERT_OK(os_file_replace(os_path_join(mem, folder, name), bytes, &err), &err);
    }
    ASSERT_OK(inf_tensors_read(bytes, model, &tensors, &err), &err);
    char *values = anc_arena_alloc(mem, bytes.len, 1);
    assert_non_null(values);
    memcpy(values, bytes.ptr, bytes.len);
    for (size_t i = 0; i < n; i++) {
        const inf_tensor *t = inf_tensors_find(tensors, anc_str_of(names[i]));
        assert_true(t != NULL && t->dtype == INF_DTYPE_F16);
        change_it(values + (t->bytes - (const unsigned char *)bytes.ptr), t->shape[0],
                  t->rank == 2 ? t->shape[1] : 1);
    }
    inf_tensors_free(tensors);
    ASSERT_OK(os_file_replace(os_path_join(mem, folder, ANC_STR("model.safetensors")),
                              (anc_str){values, bytes.len}, &err),
              &err);
}

/* Int8 goes wrong in it. */
static void make_uneven_model(anc_arena *mem, anc_str folder)
{
    static const char *const names[] = {"encoder.layer.1.attention.output.dense.weight"};
    make_changed_model(mem, folder, names, 1, spoil);
}

static emb_encoder open_folder(const char *folder, const char *precision)
{
    return encoder_of_options(&(emb_infer_options){.folder = anc_str_of(folder),
                                                   .precision = anc_str_of(precision),
                                                   .clock = clock_fixed(&now_ns)});
}

static void a_precision_that_is_too_far_has_a_revision_of_its_own(void **state)
{
    (void)state;
    char folder[] = "/tmp/anchorage-uneven-XXXXXX";
    ANC_ARENA(mem, 4 << 20);
    assert_non_null(mem);
    assert_non_null(mkdtemp(folder));
    make_uneven_model(mem, anc_str_of(folder));
    emb_encoder f32 = open_folder(folder, "f32"), any = open_folder(folder, "auto"),
                int8 = open_folder(folder, "int8");
    assert_true(anc_str_find(int8.detail, ANC_STR("too far")) != SIZE_MAX);
    assert_true(anc_str_eq(int8.precision, ANC_STR("int8")));
    assert_false(anc_str_eq(int8.revision, f32.revision));
    assert_int_equal(int8.revision.len, f32.revision.len);
    const anc_str name = anc_str_sub(f32.revision, 0, f32.revision.len - 16);
    assert_true(anc_str_starts(int8.revision, name));
    assert_false(anc_str_eq(any.precision, ANC_STR("int8")));
    assert_true(anc_str_eq(any.revision, f32.revision));
    emb_encoder_close(&f32);
    emb_encoder_close(&any);
    emb_encoder_close(&int8);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

/* A clock at whose first look somebody writes a file of the model. */
typedef struct meddler {
    anc_str file;
    bool done;
} meddler;

static int64_t look(void *self)
{
    meddler *m = self;
    anc_err err = {0};
    if (!m->done)
        ASSERT_OK(os_file_replace(m->file, ANC_STR("{\"max_seq_length\":128}"), &err), &err);
    m->done = true;
    return 1;
}

static int64_t wall(void *self)
{
    (void)self;
    return 1;
}

static void no_chance(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, 0, n);
}

static void a_model_that_changes_meanwhile_does_not_open(void **state)
{
    (void)state;
    static const krn_clock_ops ops = {"meddling", look, wall, no_chance};
    char folder[] = "/tmp/anchorage-changing-XXXXXX";
    anc_err err = {0};
    emb_encoder e = {0};
    ANC_ARENA(mem, 4 << 20);
    assert_non_null(mkdtemp(folder));
    make_uneven_model(mem, anc_str_of(folder));
    meddler m = {.file =
                     os_path_join(mem, anc_str_of(folder), ANC_STR("sentence_bert_config.json"))};
    const atomic_bool left = false;
    const krn_call call = {.err = &err, .deadline_ns = 1000, .cancelled = &left};
    const emb_infer_options options = {.folder = anc_str_of(folder),
                                       .precision = ANC_STR("int8"),
                                       .clock = {&ops, &m},
                                       .call = &call};
    assert_int_equal(emb_infer_open(&options, &e, &err), ANC_UNAVAILABLE);
    assert_true(m.done);
    assert_non_null(strstr(err.text, "its files were changed while they were read"));
    assert_null(e.ops);
    emb_encoder again = encoder_of_options(&options);
    assert_int_equal(again.max_tokens, 128);
    emb_encoder_close(&again);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

static void a_model_that_scores_pairs_is_no_encoder(void **state)
{
    (void)state;
    char folder[PLACE_MAX];
    anc_err err = {0};
    emb_encoder e = {0};
    if (place_in_data(folder, "tiny-models/cross-encoder-bert") == NULL)
        skip();
    const emb_infer_options options = {.folder = anc_str_of(folder), .clock = clock_fixed(&now_ns)};
    assert_int_equal(emb_infer_open(&options, &e, &err), ANC_UNSUPPORTED);
    assert_non_null(strstr(err.text, "scores pairs"));
    assert_null(e.ops);
}

static void a_caller_who_left_ends_the_check(void **state)
{
    (void)state;
    char folder[PLACE_MAX];
    anc_err err = {0};
    emb_encoder e = {0};
    const atomic_bool left = true;
    const krn_call call = {.err = &err, .deadline_ns = INT64_MAX, .cancelled = &left};
    const emb_infer_options options = {
        .folder = anc_str_of(place_in_source(folder, "tests/data/tiny-bert")),
        .precision = ANC_STR("int8"),
        .clock = clock_fixed(&now_ns),
        .call = &call};
    assert_int_equal(emb_infer_open(&options, &e, &err), ANC_CANCELLED);
    assert_string_equal(err.text, "the caller left");
    assert_null(e.ops);
}

static void a_precision_that_is_none_is_refused(void **state)
{
    (void)state;
    char folder[PLACE_MAX];
    anc_err err = {0};
    emb_encoder e = {0};
    const emb_infer_options options = {
        .folder = anc_str_of(place_in_source(folder, "tests/data/tiny-bert")),
        .precision = ANC_STR("f16"),
        .clock = clock_fixed(&now_ns)};
    assert_int_equal(emb_infer_open(&options, &e, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "\"f16\""));
    assert_null(e.ops);
}

static void infer_says_why_it_does_not_open(void **state)
{
    (void)state;
    anc_err err = {0};
    emb_encoder e = {0};
    const emb_infer_options options = {.folder = ANC_STR("/nonexistent/model"),
                                       .clock = clock_fixed(&now_ns)};
    assert_int_equal(emb_infer_open(&options, &e, &err), ANC_NOT_FOUND);
    assert_non_null(strstr(err.text, "model"));
    assert_null(strstr(err.text, "nonexistent")); /* where the models are is nobody's business */
    assert_null(e.ops);
}

/* Each weight is a number, and all that comes out is 0. */
static void a_model_that_gives_nothing_does_not_open(void **state)
{
    (void)state;
    static const char *const names[] = {"encoder.layer.1.output.LayerNorm.weight",
                                        "encoder.layer.1.output.LayerNorm.bias"};
    char folder[] = "/tmp/anchorage-blank-XXXXXX";
    anc_err err = {0};
    emb_encoder e = {0};
    ANC_ARENA(mem, 4 << 20);
    assert_non_null(mkdtemp(folder));
    make_changed_model(mem, anc_str_of(folder), names, ANC_COUNT(names), blank);
    const emb_infer_options options = {
        .folder = anc_str_of(folder), .precision = ANC_STR("f32"), .clock = clock_fixed(&now_ns)};
    assert_int_equal(emb_infer_open(&options, &e, &err), ANC_CORRUPT);
    assert_non_null(strstr(err.text, "what comes out for a text is no number, or nothing"));
    assert_null(e.ops);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

static void a_prefix_is_part_of_the_revision(void **state)
{
    (void)state;
    char folder[PLACE_MAX];
    emb_encoder plain = encoder_of_tiny("", NULL, &now_ns);
    const emb_infer_options options = {
        .folder = anc_str_of(place_in_source(folder, "tests/data/tiny-bert/")),
        .query_prefix = ANC_STR("question: "),
        .clock = clock_fixed(&now_ns)};
    emb_encoder prefixed = encoder_of_options(&options);
    assert_true(anc_str_eq(plain.model, ANC_STR("tiny-bert")));
    assert_true(anc_str_eq(prefixed.model, plain.model));
    assert_true(anc_str_starts(plain.revision, ANC_STR("tiny-bert@")));
    assert_false(anc_str_eq(prefixed.revision, plain.revision));
    emb_encoder_close(&plain);
    emb_encoder_close(&prefixed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precisions_that_are_alike_have_one_revision),
        cmocka_unit_test(a_precision_that_is_too_far_has_a_revision_of_its_own),
        cmocka_unit_test(a_model_that_changes_meanwhile_does_not_open),
        cmocka_unit_test(a_model_that_scores_pairs_is_no_encoder),
        cmocka_unit_test(a_caller_who_left_ends_the_check),
        cmocka_unit_test(a_precision_that_is_none_is_refused),
        cmocka_unit_test(infer_says_why_it_does_not_open),
        cmocka_unit_test(a_model_that_gives_nothing_does_not_open),
        cmocka_unit_test(a_prefix_is_part_of_the_revision),
    };
    return cmocka_run_group_tests_name("infer", tests, NULL, NULL);
}
