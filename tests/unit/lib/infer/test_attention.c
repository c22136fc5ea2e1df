/* test_attention.c - attention of a whole text, at the level that has it, against the same sums in doubles. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "infer/products.h"
#include "support/test.h"

enum { TOKENS_MAX = 300, HEADS = 3, WIDTH_MAX = 64, REACH = 320, SPARE = INF_PANEL };

typedef struct world {
    size_t tokens, width, stride;
    uint16_t *halves; /* owned */
    float *context;   /* owned */
    float *distances; /* owned; NULL: none */
    void *rooms[4];   /* owned */
} world;

static void *zeroed(size_t bytes)
{
    const size_t whole = (bytes + INF_ALIGN) / INF_ALIGN * INF_ALIGN;
    void *p = aligned_alloc(INF_ALIGN, whole);
    assert_non_null(p);
    memset(p, 0, whole);
    return p;
}

/* From -1 to 1, the same in every run. */
static float next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / (float)(1 << 23) - 1.0f;
}

static size_t whole_panels(size_t n)
{
    return (n + INF_PANEL - 1) / INF_PANEL * INF_PANEL;
}

static world world_new(size_t tokens, size_t width, float size, bool distances)
{
    const size_t hidden = HEADS * width, places = whole_panels(tokens);
    world w = {.tokens = tokens, .width = width, .stride = whole_panels(3 * hidden) + SPARE};
    uint32_t seed = 7;
    w.halves = zeroed((tokens + 2 * INF_TILE_ROWS) * w.stride * sizeof *w.halves);
    w.context = zeroed(tokens * (hidden + SPARE) * sizeof *w.context);
    for (size_t t = 0; t < tokens; t++)
        for (size_t j = 0; j < 3 * hidden; j++)
            w.halves[t * w.stride + j] = inf_bf16_of(next(&seed) * (j < hidden ? size : 1));
    if (distances) {
        w.distances = zeroed(sizeof(float) * HEADS * 2 * REACH);
        for (size_t i = 0; i < (size_t)HEADS * 2 * REACH; i++)
            w.distances[i] = next(&seed);
    }
    w.rooms[0] = zeroed(places * inf_steps(INF_BF16, width) * 4);
    w.rooms[1] = zeroed(places * whole_panels(width) * 4);
    w.rooms[2] = zeroed(INF_SCORE_ROWS * places * sizeof(float));
    w.rooms[3] = zeroed(INF_SHARE_ROWS * places * sizeof(uint16_t));
    return w;
}

static void world_free(world *w)
{
    free(w->halves);
    free(w->context);
    free(w->distances);
    for (size_t i = 0; i < ANC_COUNT(w->rooms); i++)
        free(w->rooms[i]);
}

static double value_of(const world *w, size_t t, size_t j)
{
    return (double)inf_bf16_float(w->halves[t * w->stride + j]);
}

static double score_of(const world *w, size_t head, size_t query, size_t key)
{
    const size_t hidden = HEADS * w->width;
    double sum = 0;
    for (size_t i = head * w->width; i < (head + 1) * w->width; i++)
        sum += value_of(w, query, i) * value_of(w, key, hidden + i);
    if (w->distances != NULL)
        sum += (double)w->distances[head * 2 * REACH + REACH + key - query];
    return sum;
}

/* What one head gives for one query. */
static void on_paper(const world *w, size_t head, size_t query, double *ret)
{
    double scores[TOKENS_MAX], most = -1e300, all = 0;
    for (size_t k = 0; k < w->tokens; k++) {
        scores[k] = score_of(w, head, query, k);
        most = fmax(most, scores[k]);
    }
    memset(ret, 0, w->width * sizeof *ret);
    for (size_t k = 0; k < w->tokens; k++) {
        const double share = exp(scores[k] - most);
        all += share;
        for (size_t i = 0; i < w->width; i++)
            ret[i] += share * value_of(w, k, (2 * HEADS + head) * w->width + i);
    }
    for (size_t i = 0; i < w->width; i++)
        ret[i] /= all;
}

static void run(const world *w, size_t rows)
{
    const inf_attention all = {.queries = w->halves,
                               .stride = w->stride,
                               .tokens = w->tokens,
                               .rows = rows,
                               .heads = HEADS,
                               .width = w->width,
                               .distances = w->distances,
                               .reach = REACH,
                               .context = w->context,
                               .context_stride = HEADS * w->width + SPARE,
                               .keys_room = w->rooms[0],
                               .values_room = w->rooms[1],
                               .scores = w->rooms[2],
                               .shares = w->rooms[3]};
    inf_product_best(INF_BF16)->attend(&all);
}

static void check(const world *w, size_t rows)
{
    const size_t stride = HEADS * w->width + SPARE;
    for (size_t i = 0; i < w->tokens * stride; i++)
        w->context[i] = 42;
    run(w, rows);
    for (size_t r = 0; r < w->tokens; r++)
        for (size_t h = 0; h < HEADS; h++) {
            double expected[WIDTH_MAX];
            if (r < rows)
                on_paper(w, h, r, expected);
            for (size_t i = 0; i < w->width; i++) {
                const float got = w->context[r * stride + h * w->width + i];
                if (r >= rows)
                    assert_true(got == 42);
                else if (!(fabs((double)got - expected[i]) < 8e-3))
                    fail_msg("%zu tokens, width %zu: row %zu, head %zu, %zu is %g, not %g",
                             w->tokens, w->width, r, h, i, (double)got, expected[i]);
            }
        }
}

static void needs_a_level(void)
{
    const inf_product *best = inf_product_best(INF_BF16);
    if (best->attend == NULL)
        skip();
}

static void every_size(void **state)
{
    static const size_t tokens[] = {1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 64, 77, TOKENS_MAX};
    static const size_t widths[] = {1, 8, 31, 32, 33, 64};
    (void)state;
    needs_a_level();
    for (size_t t = 0; t < ANC_COUNT(tokens); t++)
        for (size_t i = 0; i < ANC_COUNT(widths); i++)
            for (int distances = 0; distances < 2; distances++) {
                if (tokens[t] == TOKENS_MAX && widths[i] % 32 != 0)
                    continue;
                world w = world_new(tokens[t], widths[i], 1, distances != 0);
                check(&w, tokens[t]);
                world_free(&w);
            }
}

static void only_the_first_rows(void **state)
{
    (void)state;
    needs_a_level();
    world w = world_new(40, 32, 1, false);
    check(&w, 1);
    check(&w, 17);
    check(&w, 33);
    world_free(&w);
}

/* Far beyond what an exponent holds, to both sides. */
static void large_scores(void **state)
{
    static const float sizes[] = {10, 100, 1000};
    (void)state;
    needs_a_level();
    for (size_t i = 0; i < ANC_COUNT(sizes); i++) {
        world w = world_new(70, 32, sizes[i], false);
        check(&w, 70);
        world_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_size),
                                       cmocka_unit_test(only_the_first_rows),
                                       cmocka_unit_test(large_scores)};
    return cmocka_run_group_tests_name("attention", tests, NULL, NULL);
}
