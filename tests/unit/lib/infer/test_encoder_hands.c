/* test_encoder_hands.c - a question that several threads make together: the same to the last bit as by one, at every
 * length, in every precision and level of this CPU, and also where it is cancelled in the middle. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/encoder.h"
#include "os/clock.h"
#include "os/file.h"
#include "support/test.h"
#include "tiny_model.h"

enum { HIDDEN = 64, INNER = 96, LAYERS = 2, WINDOW = 512, PIECES = 30, DEADLINE_S = 60 };

/* Lengths one after the other, and how far others are apart; a sanitizer makes each slow. */
#ifdef ANC_SANITIZED
enum { SHORT = 9, STRIDE = 83, WIDE = 167, FAR = 251 };
#else
enum { SHORT = 34, STRIDE = 3 /* every remainder by a tile or a panel */, WIDE = 17, FAR = 97 };
#endif

/* ---- a model --------------------------------------------------------------------------------------- */

static void add_matrix(anc_arena *mem, tiny_model *m, size_t layer, const char *part, size_t rows,
                       size_t cols)
{
    char name[TINY_NAME_MAX];
    (void)snprintf(name, sizeof name, "encoder.layer.%zu.%s.weight", layer, part);
    tiny_add(mem, m, "", name, rows, cols, 0, 0.25f);
    (void)snprintf(name, sizeof name, "encoder.layer.%zu.%s.bias", layer, part);
    tiny_add(mem, m, "", name, rows, 0, 0, 0.2f);
}

static void add_norm(anc_arena *mem, tiny_model *m, const char *part)
{
    char name[TINY_NAME_MAX];
    (void)snprintf(name, sizeof name, "%s.weight", part);
    tiny_add(mem, m, "", name, HIDDEN, 0, 1, 0.2f);
    (void)snprintf(name, sizeof name, "%s.bias", part);
    tiny_add(mem, m, "", name, HIDDEN, 0, 0, 0.2f);
}

static void add_layer(anc_arena *mem, tiny_model *m, size_t layer)
{
    char name[TINY_NAME_MAX];
    add_matrix(mem, m, layer, "attention.self.query", HIDDEN, HIDDEN);
    add_matrix(mem, m, layer, "attention.self.key", HIDDEN, HIDDEN);
    add_matrix(mem, m, layer, "attention.self.value", HIDDEN, HIDDEN);
    add_matrix(mem, m, layer, "attention.output.dense", HIDDEN, HIDDEN);
    add_matrix(mem, m, layer, "intermediate.dense", INNER, HIDDEN);
    add_matrix(mem, m, layer, "output.dense", HIDDEN, INNER);
    (void)snprintf(name, sizeof name, "encoder.layer.%zu.attention.output.LayerNorm", layer);
    add_norm(mem, m, name);
    (void)snprintf(name, sizeof name, "encoder.layer.%zu.output.LayerNorm", layer);
    add_norm(mem, m, name);
}

static void write_model(anc_arena *mem, anc_str folder, unsigned heads)
{
    static tiny_model m;
    ANC_BUF(text, 4096);
    m = (tiny_model){.state = heads};
    tiny_add(mem, &m, "", "embeddings.word_embeddings.weight", PIECES, HIDDEN, 0, 1);
    tiny_add(mem, &m, "", "embeddings.position_embeddings.weight", WINDOW, HIDDEN, 0, 0.5f);
    tiny_add(mem, &m, "", "embeddings.token_type_embeddings.weight", 2, HIDDEN, 0, 0.5f);
    add_norm(mem, &m, "embeddings.LayerNorm");
    for (size_t i = 0; i < LAYERS; i++)
        add_layer(mem, &m, i);
    tiny_write(&m, false, os_path_join(mem, folder, ANC_STR("model.safetensors")));
    assert_true(anc_buf_printf(
        &text,
        "{\"model_type\":\"bert\",\"architectures\":[\"BertModel\"],\"hidden_size\":%d,"
        "\"num_attention_heads\":%u,\"num_hidden_layers\":%d,\"intermediate_size\":%d,"
        "\"max_position_embeddings\":%d,\"type_vocab_size\":2,\"vocab_size\":%d,"
        "\"layer_norm_eps\":1e-5}",
        HIDDEN, heads, LAYERS, INNER, WINDOW, PIECES));
    tiny_write_text(mem, folder, "config.json", anc_buf_view(&text));
    anc_buf_clear(&text);
    assert_true(anc_buf_add(&text, ANC_STR("[PAD]\n[CLS]\n[SEP]\n[UNK]\n")));
    for (char c = 'a'; c <= 'z'; c++)
        assert_true(anc_buf_printf(&text, "%c\n", c));
    tiny_write_text(mem, folder, "vocab.txt", anc_buf_view(&text));
}

static inf_encoder *open_model(anc_str folder, const inf_product *product)
{
    const inf_encoder_options with = {.precision = product != NULL ? product->precision : INF_F32,
                                      .product = product};
    inf_encoder *enc = NULL;
    anc_err err = {0};
    ASSERT_OK(inf_encoder_open(folder, &with, &enc, &err), &err);
    return enc;
}

/* ---- who makes it ----------------------------------------------------------------------------------- */

typedef struct world {
    os_pool *pool;
    inf_turns *alone, *together;
} world;

static void init(world *w, unsigned hands)
{
    anc_err err = {0};
    ASSERT_OK(os_pool_open("helpers", hands - 1, 8, &w->pool, &err), &err);
    const inf_turns_options one = {.at_once = 1, .most_calls = 1, .pool = w->pool};
    const inf_turns_options many = {.at_once = hands, .most_calls = 1, .pool = w->pool};
    ASSERT_OK(inf_turns_open(&one, &w->alone, &err), &err);
    ASSERT_OK(inf_turns_open(&many, &w->together, &err), &err);
}

static void done(world *w)
{
    os_pool_stop(w->pool);
    assert_int_equal(inf_turns_about(w->alone).was_lent, 0);
    assert_int_equal(inf_turns_about(w->together).lent, 0);
    inf_turns_free(w->alone);
    inf_turns_free(w->together);
    os_pool_free(w->pool);
}

/* A text of so many tokens. */
static anc_str text_of(char out[2 * WINDOW], size_t tokens)
{
    size_t len = 0;
    for (size_t i = 0; i + 2 < tokens; i++) {
        out[len++] = (char)('a' + (i * 7 + tokens) % 26);
        out[len++] = ' ';
    }
    return (anc_str){out, len};
}

static anc_status encode(inf_encoder *enc, inf_turns *turns, inf_check check, size_t tokens,
                         float out[HIDDEN])
{
    char room[2 * WINDOW];
    const anc_str text = text_of(room, tokens);
    const inf_turn turn = {turns, INF_AT_ONCE, check};
    inf_usage usage = {0};
    anc_err err = {0};
    const anc_status status =
        inf_encoder_encode_in_turn(enc, INF_QUERY, &text, 1, &turn, out, &usage, &err);
    if (status == ANC_OK)
        assert_int_equal(usage.tokens, tokens);
    return status;
}

static void compare(world *w, inf_encoder *enc, size_t tokens)
{
    float one[HIDDEN], many[HIDDEN];
    assert_int_equal(encode(enc, w->alone, (inf_check){0}, tokens, one), ANC_OK);
    assert_int_equal(encode(enc, w->together, (inf_check){0}, tokens, many), ANC_OK);
    if (memcmp(one, many, sizeof one) != 0)
        fail_msg("%zu tokens, %s by %s: not the same", tokens,
                 inf_precision_name(inf_encoder_about(enc).precision),
                 inf_encoder_about(enc).product);
}

/* The short ones, and others as far apart as `stride`. */
static void compare_lengths(world *w, inf_encoder *enc, size_t stride)
{
    for (size_t tokens = 2; tokens<WINDOW; tokens += tokens> SHORT ? stride : 1)
        compare(w, enc, tokens);
    compare(w, enc, WINDOW);
}

/* Texts until somebody has taken part. */
static void have_help(world *w, inf_encoder *enc)
{
    const int64_t until = os_mono_ns() + INT64_C(1000000000) * DEADLINE_S;
    while (inf_turns_about(w->together).was_lent == 0 && os_mono_ns() < until)
        compare(w, enc, WINDOW);
    assert_true(inf_turns_about(w->together).was_lent > 0);
}

static void compare_levels(world *w, anc_str folder, size_t stride)
{
    enum { SLOW = 251 };
    const inf_product *product;
    inf_encoder *enc = open_model(folder, NULL);
    compare_lengths(w, enc, stride);
    have_help(w, enc);
    inf_encoder_close(enc);
    for (inf_precision p = INF_BF16; p < INF_PRECISIONS; p++)
        for (size_t l = 0; (product = inf_product_at(p, l)) != NULL; l++) {
            enc = open_model(folder, product);
            compare_lengths(w, enc, l == 0 ? SLOW : stride);
            inf_encoder_close(enc);
        }
}

static void change_nothing(unsigned hands, unsigned heads, size_t stride)
{
    char folder[] = "/tmp/anchorage-hands-XXXXXX";
    world w;
    ANC_ARENA(mem, 64 << 20);
    assert_non_null(mkdtemp(folder));
    write_model(mem, anc_str_of(folder), heads);
    init(&w, hands);
    compare_levels(&w, anc_str_of(folder), stride);
    done(&w);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

/* Heads of 32 are shared out, those of 16 not. */
static void two_hands_change_nothing(void **state)
{
    (void)state;
    change_nothing(2, 2, STRIDE);
    change_nothing(2, 4, WIDE);
}

/* More than there are cores, mostly, and so at some lengths. */
static void many_hands_change_nothing(void **state)
{
    char folder[] = "/tmp/anchorage-hands-XXXXXX";
    world w;
    (void)state;
    ANC_ARENA(mem, 64 << 20);
    assert_non_null(mkdtemp(folder));
    write_model(mem, anc_str_of(folder), 2);
    init(&w, INF_HANDS_MOST);
    inf_encoder *enc = open_model(anc_str_of(folder), inf_product_best(INF_INT8));
    compare_lengths(&w, enc, FAR);
    have_help(&w, enc);
    inf_encoder_close(enc);
    done(&w);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

static anc_status count_down(void *arg)
{
    unsigned *left = arg;
    if (*left == 0)
        return ANC_CANCELLED;
    --*left;
    return ANC_OK;
}

static void it_may_end_in_the_middle(void **state)
{
    (void)state;
    enum { TIMES = 100 };
    char folder[] = "/tmp/anchorage-hands-XXXXXX";
    world w;
    float out[HIDDEN];
    ANC_ARENA(mem, 64 << 20);
    assert_non_null(mkdtemp(folder));
    write_model(mem, anc_str_of(folder), 2);
    inf_encoder *enc = open_model(anc_str_of(folder), inf_product_best(INF_INT8));
    init(&w, 2);
    have_help(&w, enc);
    for (size_t i = 0; i < TIMES; i++) {
        unsigned left = 1; /* once before the text, once between its layers */
        assert_int_equal(encode(enc, w.together, (inf_check){count_down, &left}, 16 + i, out),
                         ANC_CANCELLED);
    }
    compare(&w, enc, WINDOW);
    done(&w);
    inf_encoder_close(enc);
    assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_hands_change_nothing),
        cmocka_unit_test(many_hands_change_nothing),
        cmocka_unit_test(it_may_end_in_the_middle),
    };
    return cmocka_run_group_tests_name("an encoder's hands", tests, NULL, NULL);
}
