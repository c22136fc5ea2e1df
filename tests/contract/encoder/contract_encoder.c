/* contract_encoder.c - what ports/encoder.h promises, of every adapter. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "embedding/adapters/infer/infer_encoder.h"
#include "embedding/adapters/remote/remote_encoder.h"
#include "infer/safetensors.h"
#include "os/file.h"
#include "support/clock_fixed.h"
#include "support/encoder_hash.h"
#include "support/fake_inference.h"
#include "support/places.h"
#include "support/test.h"

enum { MANY = 16, DIMS_MAX = 512, ARENA_BYTES = 1 << 20, CALLERS = 3 };

static int64_t now_ns = 1000;

static emb_encoder open_hash(void)
{
    return encoder_hash_open(clock_fixed(&now_ns), NULL);
}

static inf_turns *turns; /* of all encoders of this program */

static emb_encoder open_with(const char *precision, inf_turns *in)
{
    char folder[PLACE_MAX];
    anc_err err = {0};
    emb_encoder e = {0};
    const emb_infer_options options = {
        .folder = anc_str_of(place_in_source(folder, "tests/data/tiny-bert")),
        .precision = anc_str_of(precision),
        .turns = in,
        .clock = clock_fixed(&now_ns)};
    ASSERT_OK(emb_infer_open(&options, &e, &err), &err);
    return e;
}

static emb_encoder open_precise(const char *precision)
{
    return open_with(precision, NULL);
}

static emb_encoder open_in_turn(void)
{
    anc_err err = {0};
    const inf_turns_options options = {.at_once = 1, .most_calls = CALLERS};
    if (turns == NULL)
        ASSERT_OK(inf_turns_open(&options, &turns, &err), &err);
    return open_with("", turns);
}

static fake_inference *fake;

static emb_encoder open_remote(clt_inference_form form, uint32_t dims)
{
    char url[64];
    anc_err err = {0};
    emb_encoder e = {0};
    if (fake == NULL)
        fake = fake_inference_start();
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/v1", fake_inference_port(fake));
    const emb_remote_encoder_options options = {.client = {.form = form,
                                                           .url = anc_str_of(url),
                                                           .model = ANC_STR("far/away"),
                                                           .dims = dims},
                                                .max_tokens = ENCODER_HASH_WINDOW,
                                                .clock = clock_fixed(&now_ns)};
    ASSERT_OK(emb_remote_encoder_open(&options, &e, &err), &err);
    return e;
}

static emb_encoder open_openai(void)
{
    return open_remote(CLT_VECTORS_OPENAI, 0);
}

static emb_encoder open_gemini(void)
{
    return open_remote(CLT_VECTORS_GEMINI, ENCODER_HASH_DIMS);
}

static emb_encoder open_infer(void)
{
    return open_precise("");
}

static emb_encoder open_f32(void)
{
    return open_precise("f32");
}

static emb_encoder open_bf16(void)
{
    return open_precise("bf16");
}

static emb_encoder open_int8(void)
{
    return open_precise("int8");
}

static const struct adapter {
    const char *name;
    const char *adapter; /* as it calls itself */
    emb_encoder (*open)(void);
} adapters[] = {{"hash", "hash", open_hash},
                {"infer", "infer", open_infer},
                {"infer in turn", "infer", open_in_turn},
                {"infer in f32", "infer", open_f32},
                {"infer in bf16", "infer", open_bf16},
                {"infer in int8", "infer", open_int8},
                {"openai", "remote", open_openai},
                {"gemini", "remote", open_gemini}};

typedef struct fixture {
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
} fixture;

static void fixture_init(fixture *f)
{
    f->mem = anc_arena_new(ARENA_BYTES);
    assert_non_null(f->mem);
    anc_err_clear(&f->err);
    atomic_init(&f->cancelled, false);
    f->call = (krn_call){
        .mem = f->mem, .err = &f->err, .deadline_ns = INT64_MAX, .cancelled = &f->cancelled};
}

static const anc_str samples[MANY] = {
    ANC_STR_INIT("Where do Bees make honey in winter?"),
    ANC_STR_INIT("Bees make honey in summer."),
    ANC_STR_INIT("The invoice is due within thirty days."),
    ANC_STR_INIT(""),
    ANC_STR_INIT("   \n\t "),
    ANC_STR_INIT("\xFF\xFE broken \xE5\xA5"),
    ANC_STR_INIT("NUL\0inside"),
    ANC_STR_INIT("Les cong\xC3\xA9s sont de vingt-cinq jours par an."),
    ANC_STR_INIT("\xE5\xA5\xBD \xE5\xA5\xBD"),
    ANC_STR_INIT("a"),
    ANC_STR_INIT("the the the the the the the the the the"),
    ANC_STR_INIT("[CLS] [SEP]"),
    ANC_STR_INIT("E-42"),
    ANC_STR_INIT("https://example.org/path?x=1"),
    ANC_STR_INIT("WARRANTY warranty Warranty"),
    ANC_STR_INIT("0123456789"),
};

static float dot(const float *a, const float *b, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void says_what_it_is(void **state)
{
    const struct adapter *a = *state;
    emb_encoder e = a->open();
    assert_string_equal(e.ops->name, a->adapter);
    assert_true(e.dims > 0 && e.dims <= DIMS_MAX);
    assert_true(e.max_tokens >= 8 && e.max_batch >= MANY);
    assert_true(e.model.len > 0 && e.revision.len > 0 && e.detail.len > 0);
    emb_encoder again = a->open();
    assert_true(anc_str_eq(e.revision, again.revision));
    emb_encoder_close(&again);
    emb_encoder_close(&e);
    assert_null(e.ops);
}

static void rows_have_unit_length_and_stand_alone(void **state)
{
    const struct adapter *a = *state;
    static float together[MANY * DIMS_MAX], alone[DIMS_MAX];
    emb_encoder e = a->open();
    fixture f;
    emb_encoded all = {0}, sum = {0}, one = {0};
    fixture_init(&f);
    ASSERT_OK(e.ops->encode(e.self, &f.call, EMB_TEXT_PASSAGE, samples, MANY, together, &all),
              &f.err);
    for (size_t i = 0; i < MANY; i++) {
        const float *row = together + i * e.dims;
        assert_true(fabsf(dot(row, row, e.dims) - 1) < 2e-4f);
        ASSERT_OK(e.ops->encode(e.self, &f.call, EMB_TEXT_PASSAGE, &samples[i], 1, alone, &one),
                  &f.err);
        for (size_t j = 0; j < e.dims; j++)
            assert_true(fabsf(row[j] - alone[j]) < 1e-5f);
        sum.tokens += one.tokens;
    }
    assert_int_equal(all.tokens, sum.tokens);
    assert_int_equal(all.truncated, 0);
    assert_true(dot(together, together + e.dims, e.dims) >
                dot(together, together + 2 * e.dims, e.dims));
    anc_arena_free(f.mem);
    emb_encoder_close(&e);
}

static void long_texts_are_cut(void **state)
{
    const struct adapter *a = *state;
    static char text[20000];
    static float out[2 * DIMS_MAX];
    emb_encoder e = a->open();
    fixture f;
    emb_encoded encoded = {0};
    fixture_init(&f);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? 'a' : ' ';
    const anc_str texts[] = {{text, sizeof text}, {text, sizeof text / 2}};
    ASSERT_OK(e.ops->encode(e.self, &f.call, EMB_TEXT_QUERY, texts, 2, out, &encoded), &f.err);
    assert_int_equal(encoded.truncated, 2);
    assert_true(encoded.tokens <= 2 * e.max_tokens);
    assert_memory_equal(out, out + e.dims, e.dims * sizeof *out);
    anc_arena_free(f.mem);
    emb_encoder_close(&e);
}

/* Also where a model puts a prefix before each. */
static void a_query_that_nobody_waits_for_is_a_query(void **state)
{
    const struct adapter *a = *state;
    static float now[DIMS_MAX], ahead[DIMS_MAX];
    emb_encoder e = a->open();
    fixture f;
    emb_encoded encoded = {0};
    fixture_init(&f);
    ASSERT_OK(e.ops->encode(e.self, &f.call, EMB_TEXT_QUERY, samples, 1, now, &encoded), &f.err);
    ASSERT_OK(e.ops->encode(e.self, &f.call, EMB_TEXT_QUERY_AHEAD, samples, 1, ahead, &encoded),
              &f.err);
    assert_memory_equal(now, ahead, e.dims * sizeof *now);
    anc_arena_free(f.mem);
    emb_encoder_close(&e);
}

static void counts_tokens_up_to_a_bound(void **state)
{
    const struct adapter *a = *state;
    emb_encoder e = a->open();
    assert_int_equal(e.ops->count_tokens(e.self, ANC_STR(""), 10), 0);
    const size_t n = e.ops->count_tokens(e.self, samples[1], 100);
    assert_true(n >= 5 && n <= 10);
    assert_int_equal(e.ops->count_tokens(e.self, samples[1], n), n);
    assert_int_equal(e.ops->count_tokens(e.self, samples[1], n - 1), n);
    assert_int_equal(e.ops->count_tokens(e.self, samples[1], 1), 2);
    emb_encoder_close(&e);
}

static void heeds_cancelling_and_deadlines(void **state)
{
    const struct adapter *a = *state;
    static float out[MANY * DIMS_MAX];
    emb_encoder e = a->open();
    fixture f;
    emb_encoded encoded = {0};
    fixture_init(&f);
    atomic_store(&f.cancelled, true);
    assert_int_equal(e.ops->encode(e.self, &f.call, EMB_TEXT_PASSAGE, samples, MANY, out, &encoded),
                     ANC_CANCELLED);
    assert_int_equal(f.err.code, ANC_CANCELLED);
    atomic_store(&f.cancelled, false);
    anc_err_clear(&f.err);
    f.call.deadline_ns = now_ns;
    assert_int_equal(e.ops->encode(e.self, &f.call, EMB_TEXT_PASSAGE, samples, MANY, out, &encoded),
                     ANC_DEADLINE);
    assert_int_equal(f.err.code, ANC_DEADLINE);
    anc_arena_free(f.mem);
    emb_encoder_close(&e);
}

typedef struct caller {
    const emb_encoder *e;
    float out[MANY * DIMS_MAX];
    anc_status status;
} caller;

static void call_many_times(void *arg)
{
    caller *c = arg;
    fixture f;
    emb_encoded encoded = {0};
    fixture_init(&f);
    for (size_t i = 0; i < 5 && c->status == ANC_OK; i++)
        c->status = c->e->ops->encode(c->e->self, &f.call, EMB_TEXT_PASSAGE, samples, MANY, c->out,
                                      &encoded);
    anc_arena_free(f.mem);
}

static void serves_many_threads(void **state)
{
    const struct adapter *a = *state;
    static caller callers[CALLERS];
    os_thread *threads[CALLERS];
    anc_err err = {0};
    emb_encoder e = a->open();
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i] = (caller){.e = &e};
        ASSERT_OK(os_thread_start("caller", call_many_times, &callers[i], &threads[i], &err), &err);
    }
    for (size_t i = 0; i < CALLERS; i++)
        os_thread_join(threads[i]);
    for (size_t i = 0; i < CALLERS; i++) {
        assert_int_equal(callers[i].status, ANC_OK);
        assert_memory_equal(callers[i].out, callers[0].out, MANY * e.dims * sizeof(float));
    }
    emb_encoder_close(&e);
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

static void a_prefix_is_part_of_the_revision(void **state)
{
    (void)state;
    char folder[PLACE_MAX];
    anc_err err = {0};
    emb_encoder plain = open_infer(), prefixed = {0};
    const emb_infer_options options = {
        .folder = anc_str_of(place_in_source(folder, "tests/data/tiny-bert/")),
        .query_prefix = ANC_STR("question: "),
        .clock = clock_fixed(&now_ns)};
    ASSERT_OK(emb_infer_open(&options, &prefixed, &err), &err);
    assert_true(anc_str_eq(plain.model, ANC_STR("tiny-bert")));
    assert_true(anc_str_eq(prefixed.model, plain.model));
    assert_true(anc_str_starts(plain.revision, ANC_STR("tiny-bert@")));
    assert_false(anc_str_eq(prefixed.revision, plain.revision));
    emb_encoder_close(&plain);
    emb_encoder_close(&prefixed);
}

static void another_dimension_is_named(void **state)
{
    (void)state;
    fixture f;
    float out[7];
    emb_encoded encoded;
    emb_encoder e = open_remote(CLT_VECTORS_OPENAI, 7);
    fixture_init(&f);
    assert_int_equal(e.ops->encode(e.self, &f.call, EMB_TEXT_PASSAGE, samples, 1, out, &encoded),
                     ANC_PROVIDER);
    assert_non_null(strstr(f.err.text, "vector 0 has 48 components, not 7"));
    anc_arena_free(f.mem);
    emb_encoder_close(&e);
}

static anc_status ask_one(const emb_encoder *e, fixture *f)
{
    static float out[DIMS_MAX];
    emb_encoded encoded;
    anc_err_clear(&f->err);
    return e->ops->encode(e->self, &f->call, EMB_TEXT_QUERY, samples, 1, out, &encoded);
}

static void a_question_does_not_wait_for_a_silent_endpoint(void **state)
{
    (void)state;
    fixture f;
    emb_encoder e = open_remote(CLT_VECTORS_OPENAI, ENCODER_HASH_DIMS);
    fixture_init(&f);
    fake_inference_silence(fake, true);
    /* it has a part of its caller's time; so short a one says nothing about the endpoint */
    f.call.deadline_ns = now_ns + 20 * INT64_C(1000000);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask_one(&e, &f), ANC_UNAVAILABLE);
        assert_non_null(strstr(f.err.text, "no answer within 10 ms"));
    }
    f.call.deadline_ns = INT64_MAX;
    assert_int_equal(ask_one(&e, &f), ANC_UNAVAILABLE);
    assert_non_null(strstr(f.err.text, "no answer within 3000 ms"));
    /* from then on it is left alone, also when it is back, until the pause is over */
    fake_inference_silence(fake, false);
    assert_int_equal(ask_one(&e, &f), ANC_UNAVAILABLE);
    assert_non_null(strstr(f.err.text, "leave it alone"));
    now_ns += INT64_C(5000000000);
    ASSERT_OK(ask_one(&e, &f), &f.err);
    ASSERT_OK(ask_one(&e, &f), &f.err);
    anc_arena_free(f.mem);
    emb_encoder_close(&e);
}

static void sentences_of_a_question_do_not_wait_either(void **state)
{
    (void)state;
    fixture f;
    static float out[2 * DIMS_MAX];
    emb_encoded encoded;
    emb_encoder e = open_remote(CLT_VECTORS_OPENAI, ENCODER_HASH_DIMS);
    fixture_init(&f);
    ASSERT_OK(e.ops->encode(e.self, &f.call, EMB_TEXT_PASSAGE_NOW, samples, 2, out, &encoded),
              &f.err);
    fake_inference_silence(fake, true);
    assert_int_equal(
        e.ops->encode(e.self, &f.call, EMB_TEXT_PASSAGE_NOW, samples, 2, out, &encoded),
        ANC_UNAVAILABLE);
    assert_non_null(strstr(f.err.text, "no answer within 3000 ms"));
    fake_inference_silence(fake, false);
    assert_int_equal(ask_one(&e, &f), ANC_UNAVAILABLE);
    assert_non_null(strstr(f.err.text, "leave it alone"));
    anc_arena_free(f.mem);
    emb_encoder_close(&e);
}

static void passages_that_are_answered_end_the_pause(void **state)
{
    (void)state;
    fixture f;
    static float out[DIMS_MAX];
    emb_encoded encoded;
    emb_encoder e = open_remote(CLT_VECTORS_OPENAI, ENCODER_HASH_DIMS);
    fixture_init(&f);
    fake_inference_silence(fake, true);
    assert_int_equal(ask_one(&e, &f), ANC_UNAVAILABLE);
    fake_inference_silence(fake, false);
    assert_int_equal(ask_one(&e, &f), ANC_UNAVAILABLE);
    anc_err_clear(&f.err);
    ASSERT_OK(e.ops->encode(e.self, &f.call, EMB_TEXT_PASSAGE, samples, 1, out, &encoded), &f.err);
    ASSERT_OK(ask_one(&e, &f), &f.err);
    anc_arena_free(f.mem);
    emb_encoder_close(&e);
}

static void stop_fake(void)
{
    inf_turns_free(turns);
    if (fake != NULL)
        fake_inference_stop(fake);
}

static void precisions_that_are_alike_have_one_revision(void **state)
{
    (void)state;
    static const char *const names[] = {"f32", "bf16", "int8"};
    emb_encoder any = open_precise("auto");
    for (size_t i = 0; i < ANC_COUNT(names); i++) {
        emb_encoder e = open_precise(names[i]);
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

/* A copy of the small model in which int8 goes wrong. */
static void make_uneven_model(anc_arena *mem, anc_str folder)
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
    const inf_tensor *t =
        inf_tensors_find(tensors, ANC_STR("encoder.layer.1.attention.output.dense.weight"));
    assert_true(t != NULL && t->rank == 2 && t->dtype == INF_DTYPE_F16);
    char *values = anc_arena_alloc(mem, bytes.len, 1);
    assert_non_null(values);
    memcpy(values, bytes.ptr, bytes.len);
    spoil(values + (t->bytes - (const unsigned char *)bytes.ptr), t->shape[0], t->shape[1]);
    inf_tensors_free(tensors);
    ASSERT_OK(os_file_replace(os_path_join(mem, folder, ANC_STR("model.safetensors")),
                              (anc_str){values, bytes.len}, &err),
              &err);
}

static emb_encoder open_folder(const char *folder, const char *precision)
{
    anc_err err = {0};
    emb_encoder e = {0};
    const emb_infer_options options = {.folder = anc_str_of(folder),
                                       .precision = anc_str_of(precision),
                                       .clock = clock_fixed(&now_ns)};
    ASSERT_OK(emb_infer_open(&options, &e, &err), &err);
    return e;
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

int main(void)
{
    (void)atexit(stop_fake);
    const struct CMUnitTest own[] = {
        cmocka_unit_test(precisions_that_are_alike_have_one_revision),
        cmocka_unit_test(a_precision_that_is_too_far_has_a_revision_of_its_own),
        cmocka_unit_test(a_model_that_scores_pairs_is_no_encoder),
        cmocka_unit_test(a_caller_who_left_ends_the_check),
        cmocka_unit_test(a_precision_that_is_none_is_refused),
        cmocka_unit_test(infer_says_why_it_does_not_open),
        cmocka_unit_test(a_prefix_is_part_of_the_revision),
        cmocka_unit_test(another_dimension_is_named),
        cmocka_unit_test(a_question_does_not_wait_for_a_silent_endpoint),
        cmocka_unit_test(sentences_of_a_question_do_not_wait_either),
        cmocka_unit_test(passages_that_are_answered_end_the_pause),
    };
    return RUN_TABLE("says what it is", adapters, says_what_it_is) +
           RUN_TABLE("unit rows", adapters, rows_have_unit_length_and_stand_alone) +
           RUN_TABLE("cuts", adapters, long_texts_are_cut) +
           RUN_TABLE("ahead", adapters, a_query_that_nobody_waits_for_is_a_query) +
           RUN_TABLE("counts", adapters, counts_tokens_up_to_a_bound) +
           RUN_TABLE("ends", adapters, heeds_cancelling_and_deadlines) +
           RUN_TABLE("threads", adapters, serves_many_threads) +
           cmocka_run_group_tests_name("infer", own, NULL, NULL);
}
