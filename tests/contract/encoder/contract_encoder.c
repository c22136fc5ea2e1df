/* contract_encoder.c - what ports/encoder.h promises, of every adapter. */
#include <math.h>

#include "encoders.h"
#include "os/thread.h"

enum { MANY = 16, CALLERS = 3 };

static int64_t now_ns = 1000;
static inf_turns *turns;     /* of all encoders that wait for their turn */
static fake_inference *fake; /* that all remote ones ask */

static emb_encoder open_hash(void)
{
    return encoder_hash_open(clock_fixed(&now_ns), NULL);
}

static emb_encoder open_in_turn(void)
{
    return encoder_of_tiny("", turns, &now_ns);
}

static emb_encoder open_openai(void)
{
    return encoder_of_server(fake, CLT_VECTORS_OPENAI, 0, &now_ns);
}

static emb_encoder open_gemini(void)
{
    return encoder_of_server(fake, CLT_VECTORS_GEMINI, ENCODER_HASH_DIMS, &now_ns);
}

static emb_encoder open_infer(void)
{
    return encoder_of_tiny("", NULL, &now_ns);
}

static emb_encoder open_f32(void)
{
    return encoder_of_tiny("f32", NULL, &now_ns);
}

static emb_encoder open_bf16(void)
{
    return encoder_of_tiny("bf16", NULL, &now_ns);
}

static emb_encoder open_int8(void)
{
    return encoder_of_tiny("int8", NULL, &now_ns);
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
    assert_true(e.dims > 0 && e.dims <= ENCODER_DIMS_MAX);
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
    static float together[MANY * ENCODER_DIMS_MAX], alone[ENCODER_DIMS_MAX];
    emb_encoder e = a->open();
    TEST_CALL(t);
    emb_encoded all = {0}, sum = {0}, one = {0};
    ASSERT_OK(e.ops->encode(e.self, &t.call, EMB_TEXT_PASSAGE, samples, MANY, together, &all),
              &t.err);
    for (size_t i = 0; i < MANY; i++) {
        const float *row = together + i * e.dims;
        assert_true(fabsf(dot(row, row, e.dims) - 1) < 2e-4f);
        ASSERT_OK(e.ops->encode(e.self, &t.call, EMB_TEXT_PASSAGE, &samples[i], 1, alone, &one),
                  &t.err);
        for (size_t j = 0; j < e.dims; j++)
            assert_true(fabsf(row[j] - alone[j]) < 1e-5f);
        sum.tokens += one.tokens;
    }
    assert_int_equal(all.tokens, sum.tokens);
    assert_int_equal(all.truncated, 0);
    assert_true(dot(together, together + e.dims, e.dims) >
                dot(together, together + 2 * e.dims, e.dims));
    emb_encoder_close(&e);
}

static void long_texts_are_cut(void **state)
{
    const struct adapter *a = *state;
    static char text[20000];
    static float out[2 * ENCODER_DIMS_MAX];
    emb_encoder e = a->open();
    TEST_CALL(t);
    emb_encoded encoded = {0};
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? 'a' : ' ';
    const anc_str texts[] = {{text, sizeof text}, {text, sizeof text / 2}};
    ASSERT_OK(e.ops->encode(e.self, &t.call, EMB_TEXT_QUERY, texts, 2, out, &encoded), &t.err);
    assert_int_equal(encoded.truncated, 2);
    assert_true(encoded.tokens <= 2 * e.max_tokens);
    assert_memory_equal(out, out + e.dims, e.dims * sizeof *out);
    emb_encoder_close(&e);
}

/* Also where a model puts a prefix before each. */
static void a_query_that_nobody_waits_for_is_a_query(void **state)
{
    const struct adapter *a = *state;
    static float now[ENCODER_DIMS_MAX], ahead[ENCODER_DIMS_MAX];
    emb_encoder e = a->open();
    TEST_CALL(t);
    emb_encoded encoded = {0};
    ASSERT_OK(e.ops->encode(e.self, &t.call, EMB_TEXT_QUERY, samples, 1, now, &encoded), &t.err);
    ASSERT_OK(e.ops->encode(e.self, &t.call, EMB_TEXT_QUERY_AHEAD, samples, 1, ahead, &encoded),
              &t.err);
    assert_memory_equal(now, ahead, e.dims * sizeof *now);
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
    static float out[MANY * ENCODER_DIMS_MAX];
    emb_encoder e = a->open();
    TEST_CALL(t);
    emb_encoded encoded = {0};
    atomic_store(&t.cancelled, true);
    assert_int_equal(e.ops->encode(e.self, &t.call, EMB_TEXT_PASSAGE, samples, MANY, out, &encoded),
                     ANC_CANCELLED);
    assert_int_equal(t.err.code, ANC_CANCELLED);
    atomic_store(&t.cancelled, false);
    anc_err_clear(&t.err);
    t.call.deadline_ns = now_ns;
    assert_int_equal(e.ops->encode(e.self, &t.call, EMB_TEXT_PASSAGE, samples, MANY, out, &encoded),
                     ANC_DEADLINE);
    assert_int_equal(t.err.code, ANC_DEADLINE);
    emb_encoder_close(&e);
}

typedef struct caller {
    const emb_encoder *e;
    float out[MANY * ENCODER_DIMS_MAX];
    anc_status status;
} caller;

static void call_many_times(void *arg)
{
    caller *c = arg;
    TEST_CALL(t);
    emb_encoded encoded = {0};
    for (size_t i = 0; i < 5 && c->status == ANC_OK; i++)
        c->status = c->e->ops->encode(c->e->self, &t.call, EMB_TEXT_PASSAGE, samples, MANY, c->out,
                                      &encoded);
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

int main(void)
{
    anc_err err = {0};
    const inf_turns_options options = {.at_once = 1, .most_calls = CALLERS};
    if (inf_turns_open(&options, &turns, &err) != ANC_OK)
        return 1;
    fake = fake_inference_start();
    const int failed = RUN_TABLE("says what it is", adapters, says_what_it_is) +
                       RUN_TABLE("unit rows", adapters, rows_have_unit_length_and_stand_alone) +
                       RUN_TABLE("cuts", adapters, long_texts_are_cut) +
                       RUN_TABLE("ahead", adapters, a_query_that_nobody_waits_for_is_a_query) +
                       RUN_TABLE("counts", adapters, counts_tokens_up_to_a_bound) +
                       RUN_TABLE("ends", adapters, heeds_cancelling_and_deadlines) +
                       RUN_TABLE("threads", adapters, serves_many_threads);
    fake_inference_stop(fake);
    inf_turns_free(turns);
    return failed;
}
