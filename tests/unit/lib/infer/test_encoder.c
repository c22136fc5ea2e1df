/* test_encoder.c - vectors of the original libraries, and what must not change a vector. */
#include "infer/encoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"
#include "support/places.h"
#include "support/test.h"

/* A sanitizer makes a large model slow: one set of kernels and some of the texts are then enough, and where threads are
 * watched a few. */
#ifdef ANC_SANITIZED
enum { FIRST_SET = 2 };
#else
enum { FIRST_SET = 1 };
#endif
#ifdef __SANITIZE_THREAD__
enum { MAX_TEXTS = 8 };
#elif defined ANC_SANITIZED
enum { MAX_TEXTS = 24 };
#else
enum { MAX_TEXTS = 120 };
#endif

typedef struct bounds {
    double cosine;
    double difference;
} bounds;

static void assert_same(const float *got, const float *expected, size_t dims, bounds allowed,
                        size_t row)
{
    double dot = 0, a = 0, b = 0, worst = 0;
    for (size_t i = 0; i < dims; i++) {
        const double x = (double)got[i], y = (double)expected[i];
        dot += x * y;
        a += x * x;
        b += y * y;
        worst = fmax(worst, fabs(x - y));
    }
    const double cosine = dot / sqrt(a * b);
    if (!(cosine >= allowed.cosine && worst <= allowed.difference))
        fail_msg("row %zu: cosine %.7f, largest difference %g", row, cosine, worst);
}

/* The texts of the reference in one call, at most `most` of them, with the sets of kernels from
 * number `from` on that this CPU has; where there are fewer, with the best. */
static void compare(const char *model, const char *tokens, const char *vectors, inf_kind kind,
                    size_t from, size_t most, bounds allowed)
{
    char path[PLACE_MAX];
    anc_err err = {0};
    reference_text *refs = NULL;
    size_t n_floats = 0;
    if (place_in_data(path, "minilm-reference/texts.jsonl") == NULL)
        skip();
    ANC_ARENA(mem, 64 << 20);
    const size_t read = reference_read(mem, path, tokens, &refs);
    const size_t n = read < most ? read : most;
    const float *expected = reference_floats(mem, vectors, &n_floats);
    anc_str *texts = anc_arena_alloc(mem, n + 1, sizeof *texts);
    assert_true(read > 60 && expected != NULL && texts != NULL);
    for (size_t i = 0; i < n; i++)
        texts[i] = refs[i].text;
    os_pool *pool = NULL;
    ASSERT_OK(os_pool_open("test", 2, 64, &pool, &err), &err);
    inf_encoder_options options = {0};
    while (from > 0 && inf_kernels_at(from) == NULL)
        from--;
    for (size_t k = from; (options.kernels = inf_kernels_at(k)) != NULL; k++) {
        inf_encoder *enc = NULL;
        inf_usage usage = {0};
        ASSERT_OK(inf_encoder_open(anc_str_of(model), &options, &enc, &err), &err);
        const size_t dims = inf_encoder_about(enc).dims;
        assert_int_equal(n_floats, read * dims);
        float *out = anc_arena_alloc(mem, n * dims, sizeof *out);
        assert_non_null(out);
        ASSERT_OK(inf_encoder_encode(enc, kind, texts, n, pool, (inf_check){0}, out, &usage, &err),
                  &err);
        for (size_t i = 0; i < n; i++)
            if (!anc_str_eq(refs[i].kind, ANC_STR("special-token-literals")))
                assert_same(out + i * dims, expected + i * dims, dims, allowed, i);
        assert_true(usage.tokens > n * 2);
        inf_encoder_close(enc);
    }
    os_pool_free(pool);
}

static void reference_of_minilm(void **state)
{
    (void)state;
    char model[PLACE_MAX], tokens[PLACE_MAX], vectors[PLACE_MAX];
    if (place_of_model(model) == NULL ||
        place_in_data(tokens, "minilm-reference/tokens.jsonl") == NULL ||
        place_in_data(vectors, "minilm-reference/vectors.f32") == NULL)
        skip();
    compare(model, tokens, vectors, INF_PASSAGE, FIRST_SET, MAX_TEXTS, (bounds){0.99999, 1e-5});
}

/* ---- bf16 and int8 ------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double cosine_of(const float *a, const float *b, size_t n)
{
    double dot = 0, x = 0, y = 0;
    for (size_t i = 0; i < n; i++) {
        dot += (double)a[i] * (double)b[i];
        x += (double)a[i] * (double)a[i];
        y += (double)b[i] * (double)b[i];
    }
    return dot / sqrt(x * y);
}

typedef struct closeness {
    double worst, median;
    double real; /* at worst, of texts that somebody wrote: passages and questions */
} closeness;

static bool is_real(const reference_text *text)
{
    return anc_str_starts(text->kind, ANC_STR("en-")) || anc_str_starts(text->kind, ANC_STR("fr-"));
}

/* The texts of a reference by one level of a precision: how near the vectors are to those of the original. */
static closeness closeness_of(const char *model, const reference_text *refs, size_t n,
                              const float *expected, inf_kind kind, const inf_product *product)
{
    anc_err err = {0};
    inf_encoder *enc = NULL;
    const inf_encoder_options options = {.precision = product->precision, .product = product};
    ANC_ARENA(mem, 64 << 20);
    ASSERT_OK(inf_encoder_open(anc_str_of(model), &options, &enc, &err), &err);
    const size_t dims = inf_encoder_about(enc).dims;
    assert_string_equal(inf_encoder_about(enc).product, product->name);
    anc_str *texts = anc_arena_alloc(mem, n, sizeof *texts);
    float *out = anc_arena_alloc(mem, n * dims, sizeof *out);
    double *cosines = anc_arena_alloc(mem, n, sizeof *cosines);
    assert_true(texts != NULL && out != NULL && cosines != NULL);
    for (size_t i = 0; i < n; i++)
        texts[i] = refs[i].text;
    ASSERT_OK(inf_encoder_encode(enc, kind, texts, n, NULL, (inf_check){0}, out, NULL, &err), &err);
    size_t counted = 0;
    double real = 1;
    for (size_t i = 0; i < n; i++) {
        if (anc_str_eq(refs[i].kind, ANC_STR("special-token-literals")))
            continue;
        const double cosine = cosine_of(out + i * dims, expected + i * dims, dims);
        cosines[counted++] = cosine;
        real = is_real(&refs[i]) && cosine < real ? cosine : real;
    }
    qsort(cosines, counted, sizeof *cosines, by_size);
    inf_encoder_close(enc);
    return (closeness){cosines[0], cosines[counted / 2], real};
}

/* Every level from number `from` on; of the scalar one, where a CPU has no other, a few texts, since it takes its time. */
static void compare_levels(const char *model, const char *tokens, const char *vectors, size_t from,
                           size_t most, inf_precision precision, closeness least)
{
    char path[PLACE_MAX];
    reference_text *refs = NULL;
    size_t n_floats = 0;
    if (place_in_data(path, "minilm-reference/texts.jsonl") == NULL)
        skip();
    ANC_ARENA(mem, 64 << 20);
    const size_t read = reference_read(mem, path, tokens, &refs);
    const float *expected = reference_floats(mem, vectors, &n_floats);
    enum { FEW = 4 };
    assert_true(read > 60 && expected != NULL);
    while (from > 0 && inf_product_at(precision, from) == NULL)
        from--;
    const inf_product *product;
    for (size_t l = from; (product = inf_product_at(precision, l)) != NULL; l++) {
        const size_t n = l == 0 ? FEW : read < most ? read : most;
        const closeness got = closeness_of(model, refs, n, expected, INF_PASSAGE, product);
        print_message("%s by %s: cosine %.6f at worst, %.6f of real texts, %.6f in the middle\n",
                      inf_precision_name(precision), product->name, got.worst, got.real,
                      got.median);
        if (!(got.worst >= least.worst && got.real >= least.real && got.median >= least.median))
            fail_msg("wanted are %g, %g and %g", least.worst, least.real, least.median);
    }
}

static void minilm_in(inf_precision precision, closeness least)
{
    char model[PLACE_MAX], tokens[PLACE_MAX], vectors[PLACE_MAX];
    if (place_of_model(model) == NULL ||
        place_in_data(tokens, "minilm-reference/tokens.jsonl") == NULL ||
        place_in_data(vectors, "minilm-reference/vectors.f32") == NULL)
        skip();
    compare_levels(model, tokens, vectors, FIRST_SET, MAX_TEXTS, precision, least);
}

static void minilm_in_bf16(void **state)
{
    (void)state;
    minilm_in(INF_BF16, (closeness){0.999, 0.9995, 0.9995});
}

static void minilm_in_int8(void **state)
{
    (void)state;
    minilm_in(INF_INT8, (closeness){0.98, 0.995, 0.99});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_of_minilm),
        cmocka_unit_test(minilm_in_bf16),
        cmocka_unit_test(minilm_in_int8),
    };
    return cmocka_run_group_tests_name("encoder", tests, NULL, NULL);
}
