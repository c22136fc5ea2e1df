/* test_encoder_small.c - the encoder on the small model of this tree: what changes a vector and what
 * does not, many threads, the end of patience, and model folders with something wrong in them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/encoder.h"
#include "os/file.h"
#include "small_folder.h"
#include "support/places.h"
#include "support/test.h"

enum { DIMS = 64, WINDOW = 256, MANY = 60, THREADS = 4 };

static anc_str small_model(char out[PLACE_MAX])
{
    return anc_str_of(place_in_source(out, "tests/data/tiny-bert"));
}

static inf_encoder *open_small(void)
{
    char path[PLACE_MAX];
    anc_err err = {0};
    inf_encoder *enc = NULL;
    ASSERT_OK(inf_encoder_open(small_model(path), NULL, &enc, &err), &err);
    return enc;
}

static void encode(inf_encoder *enc, const anc_str *texts, size_t n, os_pool *pool, float *out,
                   inf_usage *usage)
{
    anc_err err = {0};
    ASSERT_OK(
        inf_encoder_encode(enc, INF_PASSAGE, texts, n, pool, (inf_check){0}, out, usage, &err),
        &err);
}

static float dot(const float *a, const float *b)
{
    float sum = 0;
    for (size_t i = 0; i < DIMS; i++)
        sum += a[i] * b[i];
    return sum;
}

static void texts_that_share_words_are_near(void **state)
{
    (void)state;
    inf_encoder *enc = open_small();
    const anc_str texts[] = {ANC_STR("When do bees make honey?"),
                             ANC_STR("Bees make honey in summer."),
                             ANC_STR("The invoice is due within thirty days.")};
    float out[3 * DIMS];
    assert_int_equal(inf_encoder_about(enc).dims, DIMS);
    assert_int_equal(inf_encoder_about(enc).max_tokens, WINDOW);
    encode(enc, texts, 3, NULL, out, NULL);
    for (size_t i = 0; i < 3; i++)
        assert_true(fabsf(dot(out + i * DIMS, out + i * DIMS) - 1) < 1e-5f);
    assert_true(dot(out, out + DIMS) > 0.7f);
    assert_true(dot(out, out + 2 * DIMS) < 0.4f);
    inf_encoder_close(enc);
}

/* Texts of 0 to 118 words. */
static void fill_texts(anc_arena *mem, anc_str texts[MANY])
{
    static const char words[] = "house river honey scale warranty invoice ";
    for (size_t i = 0; i < MANY; i++) {
        ANC_BUF(text, 1 << 20);
        for (size_t w = 0; w < 2 * i; w++)
            (void)anc_buf_add(&text, ((anc_str){words + 6 * (w % 3), 6}));
        texts[i] = anc_arena_copy(mem, anc_buf_view(&text));
        assert_non_null(texts[i].ptr);
    }
}

static void neighbours_and_threads_change_nothing(void **state)
{
    (void)state;
    static float together[MANY * DIMS], alone[DIMS];
    anc_str texts[MANY];
    anc_err err = {0};
    os_pool *pool = NULL;
    inf_usage all = {0}, sum = {0};
    ANC_ARENA(mem, 1 << 20);
    inf_encoder *enc = open_small();
    fill_texts(mem, texts);
    ASSERT_OK(os_pool_open("test", 2, 16, &pool, &err), &err);
    encode(enc, texts, MANY, pool, together, &all);
    for (size_t i = 0; i < MANY; i++) {
        inf_usage one = {0};
        encode(enc, &texts[i], 1, NULL, alone, &one);
        sum.tokens += one.tokens;
        for (size_t j = 0; j < DIMS; j++)
            assert_true(fabsf(alone[j] - together[i * DIMS + j]) < 1e-5f);
    }
    assert_int_equal(all.tokens, sum.tokens);
    os_pool_free(pool);
    inf_encoder_close(enc);
}

static void long_texts_are_cut_and_counted(void **state)
{
    (void)state;
    static char text[100000];
    float out[3 * DIMS];
    inf_usage usage = {0};
    inf_encoder *enc = open_small();
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? 'a' : ' ';
    const size_t fits = 2 * (WINDOW - 2);
    const anc_str texts[] = {{text, sizeof text}, {text, fits}, ANC_STR("")};
    encode(enc, texts, 3, NULL, out, &usage);
    assert_int_equal(usage.truncated, 1);
    assert_int_equal(usage.tokens, WINDOW + WINDOW + 2);
    assert_memory_equal(out, out + DIMS, DIMS * sizeof *out);
    assert_int_equal(inf_encoder_count_tokens(enc, texts[1], WINDOW), WINDOW - 2);
    assert_int_equal(inf_encoder_count_tokens(enc, texts[0], WINDOW), WINDOW + 1);
    inf_encoder_close(enc);
}

static anc_status second_time_enough(void *arg)
{
    unsigned *asked = arg;
    return ++*asked < 2 ? ANC_OK : ANC_CANCELLED;
}

static void stops_when_the_check_says_so(void **state)
{
    (void)state;
    static float out[MANY * DIMS];
    anc_str texts[MANY];
    anc_err err = {0};
    unsigned asked = 0;
    ANC_ARENA(mem, 1 << 20);
    inf_encoder *enc = open_small();
    fill_texts(mem, texts);
    assert_int_equal(inf_encoder_encode(enc, INF_PASSAGE, texts, MANY, NULL,
                                        (inf_check){second_time_enough, &asked}, out, NULL, &err),
                     ANC_CANCELLED);
    assert_int_equal(asked, 2);
    inf_encoder_close(enc);
}

typedef struct caller {
    inf_encoder *enc;
    inf_turns *turns; /* NULL: none */
    inf_urgency urgency;
    const anc_str *texts;
    float out[MANY * DIMS];
    anc_status status;
} caller;

static void call(void *arg)
{
    caller *c = arg;
    const inf_turn turn = {.turns = c->turns, .urgency = c->urgency};
    if (c->turns != NULL)
        c->status = inf_encoder_encode_in_turn(c->enc, INF_PASSAGE, c->texts, MANY, &turn, c->out,
                                               NULL, NULL);
    else
        c->status = inf_encoder_encode(c->enc, INF_PASSAGE, c->texts, MANY, NULL, (inf_check){0},
                                       c->out, NULL, NULL);
}

static void run_callers(inf_turns *turns)
{
    static caller callers[THREADS];
    static float alone[MANY * DIMS];
    anc_str texts[MANY];
    os_thread *threads[THREADS];
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    inf_encoder *enc = open_small();
    fill_texts(mem, texts);
    encode(enc, texts, MANY, NULL, alone, NULL);
    for (size_t i = 0; i < THREADS; i++) {
        callers[i].enc = enc;
        callers[i].turns = turns;
        callers[i].urgency = i % INF_URGENCIES;
        callers[i].texts = texts;
        ASSERT_OK(os_thread_start("caller", call, &callers[i], &threads[i], &err), &err);
    }
    for (size_t i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(callers[i].status, ANC_OK);
        for (size_t j = 0; j < MANY * DIMS; j++)
            assert_true(fabsf(callers[i].out[j] - alone[j]) < 1e-5f);
    }
    inf_encoder_close(enc);
}

static void many_callers_at_once(void **state)
{
    (void)state;
    run_callers(NULL);
}

static void run_in_turn(os_pool *pool)
{
    anc_err err = {0};
    inf_turns *turns = NULL;
    const inf_turns_options options = {.at_once = 2, .most_calls = THREADS, .pool = pool};
    ASSERT_OK(inf_turns_open(&options, &turns, &err), &err);
    run_callers(turns);
    os_pool_stop(pool);
    const inf_turns_stats stats = inf_turns_about(turns);
    for (size_t u = 0; u < INF_URGENCIES; u++)
        assert_true(stats.of[u].begun > 0 && stats.of[u].calls == 0);
    inf_turns_free(turns);
}

static void many_callers_in_turn(void **state)
{
    (void)state;
    os_pool *pool = NULL;
    anc_err err = {0};
    run_in_turn(NULL);
    ASSERT_OK(os_pool_open("test", 2, 16, &pool, &err), &err);
    run_in_turn(pool);
    os_pool_free(pool);
}

static void stops_in_a_turn_when_the_check_says_so(void **state)
{
    (void)state;
    static float out[MANY * DIMS];
    anc_str texts[MANY];
    anc_err err = {0};
    unsigned asked = 0;
    inf_turns *turns = NULL;
    ANC_ARENA(mem, 1 << 20);
    inf_encoder *enc = open_small();
    fill_texts(mem, texts);
    const inf_turns_options options = {.at_once = 1, .most_calls = 1};
    ASSERT_OK(inf_turns_open(&options, &turns, &err), &err);
    const inf_turn turn = {turns, INF_WHEN_FREE, {second_time_enough, &asked}};
    assert_int_equal(
        inf_encoder_encode_in_turn(enc, INF_PASSAGE, texts, MANY, &turn, out, NULL, &err),
        ANC_CANCELLED);
    assert_int_equal(asked, 2);
    assert_int_equal(inf_turns_about(turns).of[INF_WHEN_FREE].begun, 1);
    inf_turns_free(turns);
    inf_encoder_close(enc);
}

static void prefixes_count(void **state)
{
    (void)state;
    char path[PLACE_MAX];
    anc_err err = {0};
    inf_encoder *enc = NULL;
    inf_usage usage = {0};
    float with[DIMS], written[DIMS];
    const inf_encoder_options options = {.query_prefix = ANC_STR("question: ")};
    ASSERT_OK(inf_encoder_open(small_model(path), &options, &enc, &err), &err);
    ASSERT_OK(inf_encoder_encode(enc, INF_QUERY, &ANC_STR("house"), 1, NULL, (inf_check){0}, with,
                                 &usage, &err),
              &err);
    assert_int_equal(usage.tokens, 5);
    encode(enc, &ANC_STR("question: house"), 1, NULL, written, NULL);
    assert_memory_equal(with, written, sizeof with);
    inf_encoder_close(enc);
}

static inf_encoder *open_with_heads(unsigned heads, const inf_product *product)
{
    char folder[] = "/tmp/anchorage-encoder-XXXXXX", config[512];
    (void)snprintf(config, sizeof config,
                   "{\"hidden_size\":64,\"num_attention_heads\":%u,\"num_hidden_layers\":2,"
                   "\"intermediate_size\":64,\"max_position_embeddings\":256,\"type_vocab_size\":2,"
                   "\"vocab_size\":961,\"layer_norm_eps\":1e-12}",
                   heads);
    const inf_encoder_options options = {
        .precision = product != NULL ? product->precision : INF_F32, .product = product};
    anc_err err = {0};
    inf_encoder *enc = NULL;
    ANC_ARENA(mem, 16 << 20);
    assert_non_null(mkdtemp(folder));
    small_folder_make(mem, anc_str_of(folder), "config.json", anc_str_of(config));
    ASSERT_OK(inf_encoder_open(anc_str_of(folder), &options, &enc, &err), &err);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK); /* it is open */
    return enc;
}

/* Heads of every width with the same weights, in every precision and level: near what f32 gives. */
static void heads_of_every_width(void **state)
{
    (void)state;
    enum { FEW = 7 };
    static const size_t chosen[FEW] = {0, 1, 2, 7, 16, 33, 59};
    static const unsigned heads[] = {1, 2, 4, 64}; /* of 64, 32, 16 and 1 */
    float exact[FEW * DIMS], out[FEW * DIMS];
    anc_str texts[MANY];
    ANC_ARENA(mem, 1 << 20);
    fill_texts(mem, texts);
    for (size_t i = 0; i < FEW; i++)
        texts[i] = texts[chosen[i]];
    for (size_t h = 0; h < ANC_COUNT(heads); h++) {
        inf_encoder *enc = open_with_heads(heads[h], NULL);
        encode(enc, texts, FEW, NULL, exact, NULL);
        inf_encoder_close(enc);
        for (inf_precision p = INF_BF16; p < INF_PRECISIONS; p++)
            for (size_t l = 0; inf_product_at(p, l) != NULL; l++) {
                enc = open_with_heads(heads[h], inf_product_at(p, l));
                encode(enc, texts, FEW, NULL, out, NULL);
                inf_encoder_close(enc);
                for (size_t i = 0; i < FEW; i++)
                    if (!(dot(exact + i * DIMS, out + i * DIMS) > 0.99f))
                        fail_msg("%u heads, %s by %s: text %zu has cosine %g", heads[h],
                                 inf_precision_name(p), inf_product_at(p, l)->name, i,
                                 (double)dot(exact + i * DIMS, out + i * DIMS));
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_share_words_are_near),
        cmocka_unit_test(neighbours_and_threads_change_nothing),
        cmocka_unit_test(long_texts_are_cut_and_counted),
        cmocka_unit_test(stops_when_the_check_says_so),
        cmocka_unit_test(many_callers_at_once),
        cmocka_unit_test(many_callers_in_turn),
        cmocka_unit_test(stops_in_a_turn_when_the_check_says_so),
        cmocka_unit_test(prefixes_count),
        cmocka_unit_test(heads_of_every_width),
    };
    return cmocka_run_group_tests_name("small encoder", tests, NULL, NULL);
}
