/* test_remote_encoder.c - the encoder that asks a server: a wrong answer, and a server that is silent. */
#include <string.h>

#include "encoders.h"

static int64_t now_ns = 1000;
static fake_inference *fake;

static const anc_str samples[] = {
    ANC_STR_INIT("Where do Bees make honey in winter?"),
    ANC_STR_INIT("Bees make honey in summer."),
};

static emb_encoder open_dims(uint32_t dims)
{
    return encoder_of_server(fake, CLT_VECTORS_OPENAI, dims, &now_ns);
}

static void another_dimension_is_named(void **state)
{
    (void)state;
    TEST_CALL(t);
    float out[7];
    emb_encoded encoded;
    emb_encoder e = open_dims(7);
    assert_int_equal(e.ops->encode(e.self, &t.call, EMB_TEXT_PASSAGE, samples, 1, out, &encoded),
                     ANC_PROVIDER);
    assert_non_null(strstr(t.err.text, "vector 0 has 48 components, not 7"));
    emb_encoder_close(&e);
}

static anc_status ask_one(const emb_encoder *e, test_call *t)
{
    static float out[ENCODER_DIMS_MAX];
    emb_encoded encoded;
    anc_err_clear(&t->err);
    return e->ops->encode(e->self, &t->call, EMB_TEXT_QUERY, samples, 1, out, &encoded);
}

static void a_question_does_not_wait_for_a_silent_endpoint(void **state)
{
    (void)state;
    TEST_CALL(t);
    emb_encoder e = open_dims(ENCODER_HASH_DIMS);
    fake_inference_silence(fake, true);
    /* it has a part of its caller's time; so short a one says nothing about the endpoint */
    t.call.deadline_ns = now_ns + 20 * INT64_C(1000000);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask_one(&e, &t), ANC_UNAVAILABLE);
        assert_non_null(strstr(t.err.text, "no answer within 10 ms"));
    }
    t.call.deadline_ns = INT64_MAX;
    assert_int_equal(ask_one(&e, &t), ANC_UNAVAILABLE);
    assert_non_null(strstr(t.err.text, "no answer within 3000 ms"));
    /* from then on it is left alone, also when it is back, until the pause is over */
    fake_inference_silence(fake, false);
    assert_int_equal(ask_one(&e, &t), ANC_UNAVAILABLE);
    assert_non_null(strstr(t.err.text, "leave it alone"));
    now_ns += INT64_C(5000000000);
    ASSERT_OK(ask_one(&e, &t), &t.err);
    ASSERT_OK(ask_one(&e, &t), &t.err);
    emb_encoder_close(&e);
}

static void sentences_of_a_question_do_not_wait_either(void **state)
{
    (void)state;
    TEST_CALL(t);
    static float out[2 * ENCODER_DIMS_MAX];
    emb_encoded encoded;
    emb_encoder e = open_dims(ENCODER_HASH_DIMS);
    ASSERT_OK(e.ops->encode(e.self, &t.call, EMB_TEXT_PASSAGE_NOW, samples, 2, out, &encoded),
              &t.err);
    fake_inference_silence(fake, true);
    assert_int_equal(
        e.ops->encode(e.self, &t.call, EMB_TEXT_PASSAGE_NOW, samples, 2, out, &encoded),
        ANC_UNAVAILABLE);
    assert_non_null(strstr(t.err.text, "no answer within 3000 ms"));
    fake_inference_silence(fake, false);
    assert_int_equal(ask_one(&e, &t), ANC_UNAVAILABLE);
    assert_non_null(strstr(t.err.text, "leave it alone"));
    emb_encoder_close(&e);
}

static void passages_that_are_answered_end_the_pause(void **state)
{
    (void)state;
    TEST_CALL(t);
    static float out[ENCODER_DIMS_MAX];
    emb_encoded encoded;
    emb_encoder e = open_dims(ENCODER_HASH_DIMS);
    fake_inference_silence(fake, true);
    assert_int_equal(ask_one(&e, &t), ANC_UNAVAILABLE);
    fake_inference_silence(fake, false);
    assert_int_equal(ask_one(&e, &t), ANC_UNAVAILABLE);
    anc_err_clear(&t.err);
    ASSERT_OK(e.ops->encode(e.self, &t.call, EMB_TEXT_PASSAGE, samples, 1, out, &encoded), &t.err);
    ASSERT_OK(ask_one(&e, &t), &t.err);
    emb_encoder_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_dimension_is_named),
        cmocka_unit_test(a_question_does_not_wait_for_a_silent_endpoint),
        cmocka_unit_test(sentences_of_a_question_do_not_wait_either),
        cmocka_unit_test(passages_that_are_answered_end_the_pause),
    };
    fake = fake_inference_start();
    const int failed = cmocka_run_group_tests_name("remote", tests, NULL, NULL);
    fake_inference_stop(fake);
    return failed;
}
