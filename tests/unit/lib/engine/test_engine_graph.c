/* test_engine_graph.c - codes and graphs: what a walk finds against what comparing everything finds. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "graph_seed.h"
#include "simd.h"

/* The long ones that one thread does are left out where threads are watched. */
#ifdef __SANITIZE_THREAD__
enum { THREADS_WATCHED = 1 };
#else
enum { THREADS_WATCHED = 0 };
#endif
enum { DIMS = 48, TOP = 10, TOPICS = 40, ARENA_BYTES = 16 << 20 };

/* Vectors around some topics, as texts are: nearer to one another than chance would have it. */
typedef struct cloud {
    float *floats;    /* [n * DIMS] */
    uint16_t *halves; /* [n * DIMS] */
    uint32_t n;
} cloud;

static float noise(void)
{
    float sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (float)rand() / (float)RAND_MAX - 0.5f;
    return sum;
}

static void unit(float *v)
{
    double square = 0;
    for (int i = 0; i < DIMS; i++)
        square += (double)v[i] * (double)v[i];
    for (int i = 0; i < DIMS; i++)
        v[i] = (float)((double)v[i] / sqrt(square));
}

static cloud cloud_make(uint32_t n, unsigned seed)
{
    static float topics[TOPICS][DIMS];
    cloud c = {.floats = calloc((size_t)n * DIMS + 1, sizeof(float)),
               .halves = calloc((size_t)n * DIMS + 1, sizeof(uint16_t)),
               .n = n};
    assert_non_null(c.floats);
    assert_non_null(c.halves);
    srand(1);
    for (int t = 0; t < TOPICS; t++)
        for (int i = 0; i < DIMS; i++)
            topics[t][i] = noise();
    srand(seed);
    for (uint32_t v = 0; v < n; v++) {
        float *x = c.floats + (size_t)v * DIMS;
        const float *topic = topics[rand() % TOPICS];
        for (int i = 0; i < DIMS; i++)
            x[i] = topic[i] + 0.7f * noise();
        unit(x);
        for (int i = 0; i < DIMS; i++)
            c.halves[(size_t)v * DIMS + (size_t)i] = eng_half_of(x[i]);
    }
    return c;
}

static void cloud_free(cloud *c)
{
    free(c->floats);
    free(c->halves);
}

static eng_graph *build(const cloud *c, const uint64_t *has, const eng_graph_options *options)
{
    anc_err err = {0};
    eng_graph *g = NULL;
    assert_int_equal(eng_graph_build(c->halves, has, c->n, DIMS, options, &g, &err), ANC_OK);
    return g;
}

static bool is_in(const uint64_t *has, uint32_t i)
{
    return has == NULL || (has[i / 64] >> (i % 64) & 1) != 0;
}

/* The nearest by comparing all: ret [TOP]; how many there are. */
static size_t nearest(const cloud *c, const uint64_t *has, const float *q, uint32_t *ret)
{
    float scores[TOP];
    size_t n = 0;
    for (uint32_t v = 0; v < c->n; v++) {
        if (!is_in(has, v))
            continue;
        const float s = eng_simd_scalar.dot(c->halves + (size_t)v * DIMS, q, DIMS);
        if (n == TOP && s <= scores[n - 1])
            continue;
        size_t at = n < TOP ? n++ : n - 1;
        for (; at > 0 && scores[at - 1] < s; at--) {
            scores[at] = scores[at - 1];
            ret[at] = ret[at - 1];
        }
        scores[at] = s;
        ret[at] = v;
    }
    return n;
}

static bool has_hit(const eng_graph_hit *hits, size_t n, uint32_t node)
{
    for (size_t i = 0; i < n; i++)
        if (hits[i].node == node)
            return true;
    return false;
}

/* Share of the true nearest that walks of this depth come by. */
static double recall(const eng_graph *g, const cloud *c, const uint64_t *has, const cloud *queries,
                     uint32_t depth)
{
    ANC_ARENA(mem, ARENA_BYTES);
    anc_err err = {0};
    size_t wanted = 0, found = 0;
    for (uint32_t i = 0; i < queries->n; i++) {
        const float *q = queries->floats + (size_t)i * DIMS;
        int8_t codes[64];
        uint32_t best[TOP];
        eng_graph_hit *hits;
        size_t n;
        eng_codes_of_query(q, DIMS, codes);
        anc_arena_reset(mem);
        assert_int_equal(eng_graph_search(g, codes, depth, mem, &hits, &n, NULL, &err), ANC_OK);
        assert_true(n <= depth);
        for (size_t k = 1; k < n; k++)
            assert_true(hits[k - 1].score >= hits[k].score);
        const size_t m = nearest(c, has, q, best);
        for (size_t k = 0; k < m; k++)
            found += has_hit(hits, n, best[k]) ? 1 : 0;
        wanted += m;
    }
    return wanted > 0 ? (double)found / (double)wanted : 1;
}

static void a_walk_finds_the_nearest(void **state)
{
    (void)state;
    cloud c = cloud_make(1500, 2), queries = cloud_make(30, 3);
    eng_graph *g = build(&c, NULL, &(eng_graph_options){0});
    assert_true(recall(g, &c, NULL, &queries, 64) > 0.95);
    assert_true(recall(g, &c, NULL, &queries, 256) > 0.99);
    assert_true(eng_graph_bytes(g) > (size_t)c.n * (64 + 128));
    eng_graph_free(g);
    cloud_free(&c);
    cloud_free(&queries);
}

/* More threads than processors: one is put aside between any two links of its vector, and others come by it. */
static void several_threads_build_one_as_good(void **state)
{
    (void)state;
    enum { BUILDS = THREADS_WATCHED ? 1 : 4 };
    anc_err err = {0};
    os_pool *pool;
    cloud c = cloud_make(1500, 2), queries = cloud_make(30, 3);
    assert_int_equal(os_pool_open("graph", 8, 64, &pool, &err), ANC_OK);
    for (int i = 0; i < BUILDS; i++) {
        eng_graph *g = build(&c, NULL, &(eng_graph_options){.pool = pool});
        assert_true(recall(g, &c, NULL, &queries, 256) > 0.98);
        eng_graph_free(g);
    }
    os_pool_free(pool);
    cloud_free(&c);
    cloud_free(&queries);
}

/* Every list: numbers of vectors that are there, none twice, never itself; how many are empty. */
static size_t check_links(const eng_graph *g)
{
    size_t lonely = 0;
    for (uint32_t v = 0; v < g->n; v++) {
        const uint32_t *links = eng_graph_links(g, v);
        uint32_t n = 0;
        for (; n < ENG_GRAPH_LINKS && links[n] != ENG_GRAPH_NONE; n++) {
            assert_true(links[n] < g->n);
            assert_int_not_equal(links[n], v);
            for (uint32_t k = 0; k < n; k++)
                assert_int_not_equal(links[k], links[n]);
        }
        lonely += n == 0 ? 1 : 0;
    }
    return lonely;
}

static void links_lead_somewhere(void **state)
{
    (void)state;
    cloud c = cloud_make(800, 5);
    eng_graph *g = build(&c, NULL, &(eng_graph_options){0});
    assert_int_equal(check_links(g), 0);
    eng_graph_free(g);
    cloud_free(&c);
}

/* A graph of 3,000 grows to 5,000, new ones before and behind: as good as one from nothing, and out of the first. */
static void a_graph_grows_out_of_another(void **state)
{
    (void)state;
    enum { FIRST = 1000, OLD = 3000, ALL = 5000 };
    if (THREADS_WATCHED)
        skip();
    cloud c = cloud_make(ALL, 2), queries = cloud_make(100, 3);
    const cloud middle = {.floats = c.floats + (size_t)FIRST * DIMS,
                          .halves = c.halves + (size_t)FIRST * DIMS,
                          .n = OLD};
    eng_graph *old = build(&middle, NULL, &(eng_graph_options){0});
    const eng_graph_seed seed = {.graph = old, .first = FIRST};
    eng_graph *g = build(&c, NULL, &(eng_graph_options){.seed = &seed});
    eng_graph *fresh = build(&c, NULL, &(eng_graph_options){0});
    assert_true(g->scale == old->scale);
    assert_int_equal(g->up_node[g->entry], FIRST + old->up_node[old->entry]);
    assert_int_equal(check_links(g), 0);
    for (uint32_t depth = 32; depth <= 128; depth *= 2)
        assert_true(recall(g, &c, NULL, &queries, depth) >
                    recall(fresh, &c, NULL, &queries, depth) - 0.02);
    assert_true(g->recalls[ENG_GRAPH_DEPTHS - 1] > 9800);
    eng_graph_free(g);
    eng_graph_free(fresh);
    eng_graph_free(old);
    cloud_free(&c);
    cloud_free(&queries);
}

/* Not where it is less than half, nor where it reaches out; where nothing is new its measure stays. */
static void a_seed_must_be_worth_while(void **state)
{
    (void)state;
    enum { N = 1000 };
    cloud all = cloud_make(N, 2);
    eng_graph *old = build(&all, NULL, &(eng_graph_options){0});
    const eng_graph_seed seed = {.graph = old}, behind = {.graph = old, .first = N};
    assert_true(eng_graph_seed_fits(&seed, N));
    assert_true(eng_graph_seed_fits(&seed, 2 * N));
    assert_true(eng_graph_seed_fits(&behind, 2 * N));
    assert_false(eng_graph_seed_fits(&behind, 2 * N - 1));
    assert_false(eng_graph_seed_fits(&seed, 2 * N + 2));
    old->recalls[3] = 4711;
    eng_graph *g = build(&all, NULL, &(eng_graph_options){.seed = &seed});
    assert_memory_equal(g->recalls, old->recalls, sizeof g->recalls);
    assert_memory_equal(g->records, old->records, (size_t)N * g->stride);
    eng_graph_free(g);
    eng_graph_free(old);
    cloud_free(&all);
}

static void what_has_no_vector_is_not_in_it(void **state)
{
    (void)state;
    cloud c = cloud_make(900, 7), queries = cloud_make(20, 8);
    uint64_t *has = calloc(c.n / 64 + 1, sizeof *has);
    assert_non_null(has);
    for (uint32_t v = 0; v < c.n; v++)
        if (v % 3 != 0)
            has[v / 64] |= UINT64_C(1) << (v % 64);
    eng_graph *g = build(&c, has, &(eng_graph_options){0});
    assert_true(recall(g, &c, has, &queries, 200) > 0.98);
    for (uint32_t v = 0; v < g->n; v++)
        for (uint32_t i = 0; i < ENG_GRAPH_LINKS; i++) {
            const uint32_t link = eng_graph_links(g, v)[i];
            assert_true(link == ENG_GRAPH_NONE || (is_in(has, link) && is_in(has, v)));
        }
    eng_graph_free(g);
    free(has);
    cloud_free(&c);
    cloud_free(&queries);
}

static void few_vectors_are_a_graph_too(void **state)
{
    (void)state;
    cloud queries = cloud_make(4, 8);
    for (uint32_t n = 0; n < 40; n++) {
        cloud c = cloud_make(n, 20 + n);
        eng_graph *g = build(&c, NULL, &(eng_graph_options){0});
        assert_true(recall(g, &c, NULL, &queries, 50) > 0.9999);
        eng_graph_free(g);
        cloud_free(&c);
    }
    cloud twins = cloud_make(300, 9);
    for (uint32_t v = 1; v < twins.n; v++)
        memcpy(twins.halves + (size_t)v * DIMS, twins.halves, DIMS * sizeof(uint16_t));
    eng_graph *g = build(&twins, NULL, &(eng_graph_options){0});
    assert_true(recall(g, &twins, NULL, &queries, 50) >= 0);
    eng_graph_free(g);
    cloud_free(&twins);
    const uint64_t none[1] = {0};
    cloud c = cloud_make(30, 9);
    g = build(&c, none, &(eng_graph_options){0});
    assert_true(recall(g, &c, none, &queries, 50) > 0.9999);
    eng_graph_free(g);
    cloud_free(&c);
    cloud_free(&queries);
}

static anc_status refuse(void *arg)
{
    int *left = arg;
    return --*left < 0 ? ANC_CANCELLED : ANC_OK;
}

static void building_can_be_ended(void **state)
{
    (void)state;
    cloud c = cloud_make(5000, 2);
    eng_graph *g = NULL;
    anc_err err = {0};
    int left = 2;
    const eng_graph_options options = {.may_go_on = refuse, .arg = &left};
    assert_int_equal(eng_graph_build(c.halves, NULL, c.n, DIMS, &options, &g, &err), ANC_CANCELLED);
    assert_null(g);
    cloud_free(&c);
}

/* Depths are chosen from what was measured with vectors held back: a walk of that depth finds what was asked for. */
static void the_depth_gives_the_recall(void **state)
{
    (void)state;
    static const float wanted[] = {0.8f, 0.9f, 0.95f, 0.98f};
    if (THREADS_WATCHED)
        skip();
    cloud c = cloud_make(6000, 2), queries = cloud_make(200, 3);
    eng_graph *g = build(&c, NULL, &(eng_graph_options){0});
    uint32_t last = 0;
    for (size_t d = 0; d < ENG_GRAPH_DEPTHS; d++)
        assert_true(g->recalls[d] > 0 && g->recalls[d] <= 10000);
    for (size_t i = 0; i < ANC_COUNT(wanted); i++) {
        const uint32_t depth = eng_graph_depth(g, wanted[i], TOP);
        assert_true(depth >= last && depth <= eng_graph_depths[ENG_GRAPH_DEPTHS - 1]);
        assert_true(recall(g, &c, NULL, &queries, depth) > (double)wanted[i] - 0.01);
        assert_true(eng_graph_recall(g, wanted[i]) >= wanted[i]);
        last = depth;
    }
    eng_graph_free(g);
    cloud_free(&c);
    cloud_free(&queries);
}

/* Where no measured depth reached a share, a walk is as deep as the fall of what was missed says, within bounds. What was
 * missed here is as 1 to the depth: 1.2 of 100 at 768, and the last of a share that may be missed, which chance may have
 * made less, is 0.576 of 100 for 0.99. */
static void a_share_beyond_what_was_measured_goes_deeper(void **state)
{
    (void)state;
    eng_graph g = {
        .recalls = {4240, 6160, 7120, 8080, 8560, 9040, 9280, 9520, 9640, 9760, 9820, 9880}};
    assert_in_range(eng_graph_depth(&g, 0.98f, TOP), 600, 768);
    assert_in_range(eng_graph_depth(&g, 0.99f, TOP), 1590, 1610);
    assert_true(fabs((double)eng_graph_recall(&g, 0.99f) - 0.988) < 1e-4);
    for (size_t d = 0; d < ENG_GRAPH_DEPTHS;
         d++) /* twenty times as much is missed: as deep as may be */
        g.recalls[d] = (uint16_t)(d < 8 ? 100 : 10000 - 20 * 92160 / eng_graph_depths[d]);
    assert_int_equal(eng_graph_depth(&g, 0.99f, TOP), 4 * 768);
    assert_int_equal(eng_graph_depth(&g, 0.99f, TOP + 5), 4 * 768 + 10);
}

/* Between two measured depths a depth is read off the line; a share that none reached, and that deeper ones came no
 * nearer to, gives the deepest. */
static void the_depth_is_read_off_a_line(void **state)
{
    (void)state;
    eng_graph g = {
        .recalls = {9000, 9200, 9600, 9500, 9700, 9800, 9800, 9800, 9800, 9800, 9800, 9800}};
    assert_int_equal(eng_graph_depth(&g, 0.5f, TOP), 16);
    /* 0.94: half of the way from 24 to 32 */
    assert_in_range(eng_graph_depth(&g, 0.925f, TOP), 28, 29);
    /* 0.961, for what chance may have found: a tenth of the way from 48, which is taken not to find less than 32 */
    assert_in_range(eng_graph_depth(&g, 0.95f, TOP), 49, 51);
    assert_int_equal(eng_graph_depth(&g, 0.99f, TOP), 768);
    assert_int_equal(eng_graph_depth(&g, 0.5f, TOP + 5), 16 + 10);
    assert_true(fabs((double)eng_graph_recall(&g, 0.99f) - 0.98) < 1e-4);
    assert_int_equal(eng_graph_depth(&(eng_graph){0}, 0.5f, TOP), 768);
    assert_int_equal(eng_graph_rescored(16, 10), 20);
    assert_int_equal(eng_graph_rescored(800, 10), 100);
}

static void codes_keep_their_range(void **state)
{
    (void)state;
    const float outlier[4] = {1000, -1000, 0, 0.5f};
    uint16_t halves[4];
    uint8_t codes[64];
    int8_t q[64];
    for (int i = 0; i < 4; i++)
        halves[i] = eng_half_of(outlier[i]);
    eng_codes_of(halves, 4, 10, codes);
    assert_int_equal(codes[0], 255);
    assert_int_equal(codes[1], 1);
    assert_int_equal(codes[2], 128);
    assert_int_equal(codes[3], 133);
    for (int i = 4; i < 64; i++)
        assert_int_equal(codes[i], 128);
    eng_codes_of_query(outlier, 4, q);
    assert_int_equal(q[0], 127);
    assert_int_equal(q[1], -127);
    eng_codes_to_query(codes, 64, q);
    assert_int_equal(q[1], -127);
    memset(halves, 0, sizeof halves);
    assert_true(eng_codes_scale(halves, 1, 4) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_keep_their_range),
        cmocka_unit_test(the_depth_gives_the_recall),
        cmocka_unit_test(the_depth_is_read_off_a_line),
        cmocka_unit_test(a_share_beyond_what_was_measured_goes_deeper),
        cmocka_unit_test(a_walk_finds_the_nearest),
        cmocka_unit_test(several_threads_build_one_as_good),
        cmocka_unit_test(links_lead_somewhere),
        cmocka_unit_test(a_graph_grows_out_of_another),
        cmocka_unit_test(a_seed_must_be_worth_while),
        cmocka_unit_test(what_has_no_vector_is_not_in_it),
        cmocka_unit_test(few_vectors_are_a_graph_too),
        cmocka_unit_test(building_can_be_ended),
    };
    return cmocka_run_group_tests_name("engine graph", tests, NULL, NULL);
}
