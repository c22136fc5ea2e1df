/* test_speed.c - what is measured of a model: every figure is there, and nothing is said of how large it is. */
#include "infer/speed.h"

#include <string.h>

#include "model_copy.h"

enum { TOKENS = 12 };

static void every_precision_has_figures(void **state)
{
    (void)state;
    model_copy f;
    os_pool *pool = NULL;
    model_copy_begin(&f);
    ASSERT_OK(os_pool_open("test", 2, 16, &pool, &f.err), &f.err);
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++) {
        inf_speed speed;
        const inf_product *product = p != INF_F32 ? inf_product_best(p) : NULL;
        const inf_speed_options options = {
            .folder = anc_str_of(f.folder), .precision = p, .tokens = TOKENS, .pool = pool};
        ASSERT_OK(inf_measure_speed(&options, &speed, &f.err), &f.err);
        assert_int_equal(speed.precision, p);
        assert_string_equal(speed.level,
                            product != NULL ? product->name : inf_kernels_best()->name);
        assert_true(speed.tokens > 2 && speed.tokens <= TOKENS);
        assert_true(speed.products > 0 && speed.text_seconds > 0 && speed.texts_a_second > 0);
        assert_true(speed.peak >= 0);
    }
    os_pool_free(pool);
    model_copy_end(&f);
}

/* What a level says it did is what its rounds are: twice as many rounds are twice as much. */
static void exertion_counts_its_operations(void **state)
{
    (void)state;
    const inf_kernels *kernels = NULL;
    const inf_product *product = NULL;
    for (size_t i = 0; (kernels = inf_kernels_at(i)) != NULL; i++)
        if (kernels->exert != NULL) {
            assert_true(kernels->exert(1) > 0);
            assert_int_equal(kernels->exert(100), 100 * kernels->exert(1));
        }
    for (inf_precision p = INF_BF16; p < INF_PRECISIONS; p++)
        for (size_t i = 0; (product = inf_product_at(p, i)) != NULL; i++)
            if (product->exert != NULL) {
                assert_true(product->exert(1) > 0);
                assert_int_equal(product->exert(100), 100 * product->exert(1));
            }
}

static anc_status no_more(void *arg)
{
    (void)arg;
    return ANC_CANCELLED;
}

static void what_cannot_be_measured_says_why(void **state)
{
    (void)state;
    model_copy f;
    inf_speed speed;
    model_copy_begin(&f);
    inf_speed_options options = {
        .folder = anc_str_of(f.folder), .tokens = TOKENS, .check = {no_more, NULL}};
    assert_int_equal(inf_measure_speed(&options, &speed, &f.err), ANC_CANCELLED);
    anc_err_clear(&f.err);
    options.folder = ANC_STR("/nonexistent/model");
    assert_int_equal(inf_measure_speed(&options, &speed, &f.err), ANC_NOT_FOUND);
    assert_non_null(strstr(f.err.text, "/nonexistent/model"));
    model_copy_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_precision_has_figures),
        cmocka_unit_test(exertion_counts_its_operations),
        cmocka_unit_test(what_cannot_be_measured_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
