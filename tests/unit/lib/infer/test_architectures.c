/* test_architectures.c - a small model of each architecture gives what the original libraries gave, at every level of
 * the CPU: in f32 to 1e-4, in bf16 and int8 nearly. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/encoder.h"
#include "os/file.h"
#include "reference.h"
#include "support/places.h"
#include "support/test.h"
#include "json/json.h"

/* A sanitizer makes the plain levels slow: a part of the texts is then enough. */
#ifdef ANC_SANITIZED
enum { MAX_ROWS = 24 };
#else
enum { MAX_ROWS = 200 };
#endif
enum { MAX_PAIRS = 200 };

/* What is allowed of the narrow precisions: the cosine of vectors at least, or the difference of scores, as a share of
 * what scores differ by among themselves, at most. */
static const struct model_row {
    const char *name;
    const char *folder;
    inf_kind kind; /* of embedding models */
    uint32_t dims; /* 1: scores pairs */
    double bf16, int8;
} models[] = {
    {"BERT, mean", "bert-mean", INF_PASSAGE, 48, 0.9995, 0.998},
    {"BERT, CLS, f16, a prefix", "bert-cls-cased-f16", INF_QUERY, 48, 0.9995, 0.998},
    {"BERT, a matrix behind it, bf16", "bert-dense-bf16", INF_PASSAGE, 24, 0.9995, 0.998},
    {"DistilBERT", "distilbert-mean", INF_PASSAGE, 48, 0.9995, 0.998},
    {"MPNet", "mpnet-mean", INF_PASSAGE, 48, 0.9995, 0.998},
    {"XLM-RoBERTa", "xlm-roberta-cls", INF_PASSAGE, 48, 0.9995, 0.998},
    {"BERT cross-encoder", "cross-encoder-bert", INF_PASSAGE, 1, 0.05, 0.2},
    {"XLM-RoBERTa cross-encoder", "cross-encoder-xlm-roberta", INF_PASSAGE, 1, 0.05, 0.2},
};

/* What is to be run, and what must come out. */
typedef struct reference {
    char folder[PLACE_MAX];
    anc_str *texts;
    inf_pair *pairs;
    bool *left_out; /* literals of special tokens, which the original reads as such */
    size_t n;
    const float *expected;
} reference;

static void read_texts(anc_arena *mem, reference *ref)
{
    char texts[PLACE_MAX], tokens[PLACE_MAX];
    reference_text *rows = NULL;
    assert_non_null(place_in_data(texts, "minilm-reference/texts.jsonl"));
    (void)snprintf(tokens, sizeof tokens, "%.4000s/tokens.jsonl", ref->folder);
    ref->n = reference_read(mem, texts, tokens, &rows);
    ref->texts = anc_arena_alloc(mem, ref->n + 1, sizeof *ref->texts);
    ref->left_out = anc_arena_alloc(mem, ref->n + 1, sizeof *ref->left_out);
    assert_true(ref->n > 60 && ref->texts != NULL && ref->left_out != NULL);
    for (size_t i = 0; i < ref->n; i++) {
        ref->texts[i] = rows[i].text;
        ref->left_out[i] = anc_str_eq(rows[i].kind, ANC_STR("special-token-literals"));
    }
}

static bool holds_literal(anc_str text)
{
    static const char *const literals[] = {"[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]",
                                           "<s>",   "</s>",  "<unk>", "<pad>", "<mask>"};
    for (size_t i = 0; i < ANC_COUNT(literals); i++)
        if (anc_str_find(text, anc_str_of(literals[i])) != SIZE_MAX)
            return true;
    return false;
}

static void read_pairs(anc_arena *mem, reference *ref)
{
    char path[PLACE_MAX];
    anc_str text, line;
    anc_err err = {0};
    assert_non_null(place_in_data(path, "tiny-models/pairs.jsonl"));
    ASSERT_OK(os_file_read(mem, anc_str_of(path), 1 << 20, &text, &err), &err);
    ref->pairs = anc_arena_alloc(mem, MAX_PAIRS, sizeof *ref->pairs);
    ref->left_out = anc_arena_alloc(mem, MAX_PAIRS, sizeof *ref->left_out);
    assert_true(ref->pairs != NULL && ref->left_out != NULL);
    for (; ref->n < MAX_PAIRS && anc_str_split(&text, '\n', &line) && line.len > 0; ref->n++) {
        json_doc *doc = NULL;
        ASSERT_OK(json_parse(line, &doc, &err), &err);
        inf_pair *pair = &ref->pairs[ref->n];
        pair->query = anc_arena_copy(mem, json_str(json_member(json_root(doc), "a"), ANC_STR("")));
        pair->passage =
            anc_arena_copy(mem, json_str(json_member(json_root(doc), "b"), ANC_STR("")));
        ref->left_out[ref->n] = holds_literal(pair->query) || holds_literal(pair->passage) ||
                                pair->passage.len == 0; /* which the original takes for no pair */
        json_doc_free(doc);
    }
    assert_true(ref->n > 60);
}

/* Skips where the shared data is absent; nothing is held yet, since a skip frees nothing. */
static void find_reference(const struct model_row *row, reference *ref)
{
    char name[PLACE_MAX], path[PLACE_MAX];
    *ref = (reference){0};
    (void)snprintf(name, sizeof name, "tiny-models/%s", row->folder);
    if (place_in_data(ref->folder, name) == NULL ||
        place_in_data(path, row->dims == 1 ? "tiny-models/pairs.jsonl"
                                           : "minilm-reference/texts.jsonl") == NULL)
        skip();
}

static void read_reference(anc_arena *mem, const struct model_row *row, reference *ref)
{
    char outputs[PLACE_MAX];
    size_t n_floats = 0;
    if (row->dims == 1)
        read_pairs(mem, ref);
    else
        read_texts(mem, ref);
    (void)snprintf(outputs, sizeof outputs, "%.4000s/outputs.f32", ref->folder);
    ref->expected = reference_floats(mem, outputs, &n_floats);
    assert_true(ref->expected != NULL && n_floats == ref->n * row->dims);
    ref->n = ref->n < MAX_ROWS ? ref->n : MAX_ROWS;
}

/* All of the reference in one call. */
static const float *run(anc_arena *mem, const struct model_row *row, const reference *ref,
                        const inf_encoder_options *options)
{
    anc_err err = {0};
    inf_encoder *enc = NULL;
    inf_usage usage = {0};
    const inf_check unasked = {0};
    float *out = anc_arena_alloc(mem, ref->n * row->dims, sizeof *out);
    assert_non_null(out);
    ASSERT_OK(inf_encoder_open(anc_str_of(ref->folder), options, &enc, &err), &err);
    const inf_encoder_info about = inf_encoder_about(enc);
    assert_int_equal(about.dims, options->dims > 0 ? options->dims : row->dims);
    assert_int_equal(about.scores, row->dims == 1);
    if (about.scores)
        ASSERT_OK(inf_encoder_score(enc, ref->pairs, ref->n, NULL, unasked, out, &usage, &err),
                  &err);
    else
        ASSERT_OK(inf_encoder_encode(enc, row->kind, ref->texts, ref->n, NULL, unasked, out, &usage,
                                     &err),
                  &err);
    assert_true(usage.tokens > ref->n * 2);
    inf_encoder_close(enc);
    return out;
}

static void in_f32(void **state)
{
    const struct model_row *row = *state;
    static reference ref;
    find_reference(row, &ref);
    ANC_ARENA(mem, 64 << 20);
    read_reference(mem, row, &ref);
    for (size_t k = 0; inf_kernels_at(k) != NULL; k++) {
        const inf_encoder_options options = {.kernels = inf_kernels_at(k)};
        const float *got = run(mem, row, &ref, &options);
        for (size_t i = 0; i < ref.n * row->dims; i++) {
            const double difference = fabs((double)got[i] - (double)ref.expected[i]);
            if (!ref.left_out[i / row->dims] && !(difference <= 1e-4))
                fail_msg("%s: row %zu, value %zu: %g, expected %g", options.kernels->name,
                         i / row->dims, i % row->dims, (double)got[i], (double)ref.expected[i]);
        }
    }
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

/* The worst cosine; of scores the greatest difference as a share of their standard deviation. */
static double distance_of(const struct model_row *row, const reference *ref, const float *got)
{
    double worst = row->dims == 1 ? 0 : 1, sum = 0, squares = 0;
    for (size_t i = 0; i < ref->n; i++) {
        const float *a = got + i * row->dims, *b = ref->expected + i * row->dims;
        sum += (double)*b;
        squares += (double)*b * (double)*b;
        if (ref->left_out[i])
            continue;
        worst = row->dims == 1 ? fmax(worst, fabs((double)*a - (double)*b))
                               : fmin(worst, cosine_of(a, b, row->dims));
    }
    const double n = (double)ref->n, mean = sum / n;
    return row->dims == 1 ? worst / sqrt(squares / n - mean * mean) : worst;
}

static void in_narrow_precisions(void **state)
{
    const struct model_row *row = *state;
    static reference ref;
    find_reference(row, &ref);
    ANC_ARENA(mem, 64 << 20);
    read_reference(mem, row, &ref);
    for (inf_precision p = INF_BF16; p < INF_PRECISIONS; p++)
        for (size_t l = 0; inf_product_at(p, l) != NULL; l++) {
            const inf_product *product = inf_product_at(p, l);
            const inf_encoder_options options = {.precision = p, .product = product};
            const double bound = p == INF_BF16 ? row->bf16 : row->int8;
            const double got = distance_of(row, &ref, run(mem, row, &ref, &options));
            print_message("%s by %s: %.6f\n", inf_precision_name(p), product->name, got);
            if (!(row->dims == 1 ? got <= bound : got >= bound))
                fail_msg("%s by %s: %.6f, bound %g", inf_precision_name(p), product->name, got,
                         bound);
        }
}

/* The first values of the whole vector, and their length made 1. */
static void cut_to_fewer_dimensions(void **state)
{
    (void)state;
    enum { FEW = 20 };
    const struct model_row row = {.folder = "bert-dense-bf16", .dims = 24};
    static reference ref;
    find_reference(&row, &ref);
    ANC_ARENA(mem, 64 << 20);
    read_reference(mem, &row, &ref);
    const inf_encoder_options options = {.dims = FEW};
    const float *got = run(mem, &row, &ref, &options);
    for (size_t i = 0; i < ref.n; i++) {
        const float *a = got + i * FEW, *b = ref.expected + i * row.dims;
        double length = 0;
        for (size_t j = 0; j < FEW; j++)
            length += (double)b[j] * (double)b[j];
        for (size_t j = 0; j < FEW && !ref.left_out[i]; j++)
            assert_true(fabs((double)a[j] - (double)b[j] / sqrt(length)) < 1e-4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cut_to_fewer_dimensions)};
    return RUN_TABLE("f32", models, in_f32) +
           RUN_TABLE("bf16 and int8", models, in_narrow_precisions) +
           cmocka_run_group_tests_name("architectures", tests, NULL, NULL);
}
