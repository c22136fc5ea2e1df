/* levels.c - on a 64-bit ARM: every level against the scalar one, and a graph that is built and walked by each.
 *
 * A program of its own, since cmocka is not there for a foreign machine. Prints what it compared, exits with 1 at the
 * first that differs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "graph.h"
#include "simd.h"

enum { MOST = 1030, MOST_CODES = 1024, MOST_WORDS = 40, ROWS = 9, MAX_LEVELS = 4 };

static void must(bool good, const char *level, const char *what, size_t n)
{
    if (good)
        return;
    fprintf(stderr, "level %s: %s of %zu differs from the scalar one\n", level, what, n);
    exit(1);
}

static uint64_t word(void)
{
    return (uint64_t)rand() << 40 ^ (uint64_t)rand() << 20 ^ (uint64_t)rand();
}

static void compare_halves(const eng_simd *s)
{
    uint16_t half[MOST];
    float q[MOST];
    for (size_t i = 0; i < MOST; i++) {
        half[i] = eng_half_of((float)rand() / (float)RAND_MAX - 0.5f);
        q[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    }
    for (size_t n = 0; n < MOST; n += n < 140 ? 1 : 89)
        must(fabsf(s->dot(half, q, n) - eng_simd_scalar.dot(half, q, n)) < 1e-4f, s->name,
             "product of halves", n);
}

/* Over the whole range of codes: the greatest sums that there can be, and any others. */
static void compare_codes(const eng_simd *s, int try)
{
    static uint8_t codes[ROWS * MOST_CODES];
    int8_t q[MOST_CODES];
    uint32_t rows[ROWS];
    for (size_t i = 0; i < sizeof codes; i++)
        codes[i] = (uint8_t)(try == 0 ? 255 : try == 1 ? 1 : 1 + rand() % 255);
    for (size_t i = 0; i < sizeof q; i++)
        q[i] = (int8_t)(try < 2 ? 127 : rand() % 255 - 127);
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = (i * 5) % ROWS;
    for (size_t n = 0; n <= MOST_CODES; n += 64) {
        int32_t all[ROWS];
        s->dot_rows(codes, MOST_CODES, rows, ROWS, q, n, all);
        for (size_t r = 0; r < ROWS; r++) {
            const uint8_t *row = codes + (size_t)rows[r] * MOST_CODES;
            const int32_t right = eng_simd_scalar.dot_codes(row, q, n);
            must(s->dot_codes(row, q, n) == right, s->name, "product of codes", n);
            must(all[r] == right, s->name, "product of rows of codes", n);
        }
    }
}

static void compare_bits(const eng_simd *s)
{
    uint64_t rows[ROWS * MOST_WORDS], q[MOST_WORDS];
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        rows[i] = word();
    for (size_t i = 0; i < MOST_WORDS; i++)
        q[i] = word();
    for (size_t n = 0; n < MOST_WORDS; n++) {
        uint32_t all[ROWS];
        uint64_t here[MOST_WORDS] = {0}, right[MOST_WORDS] = {0};
        uint64_t near = s->differing_rows(rows, ROWS, q, n, (uint32_t)n * 32, all);
        for (size_t r = 0; r < ROWS; r++) {
            const uint32_t count = eng_simd_scalar.differing(rows + r * n, q, n);
            must(s->differing(rows + r * n, q, n) == count, s->name, "bits", n);
            must(all[r] == count, s->name, "rows of bits", n);
            must((near >> r & 1) == (count < n * 32 ? 1 : 0), s->name, "near rows of bits", n);
        }
        must(s->common(rows, q, n, here) == eng_simd_scalar.common(rows, q, n, right) &&
                 memcmp(here, right, sizeof here) == 0,
             s->name, "bits in common", n);
    }
}

static void compare_reaching(const eng_simd *s)
{
    enum { WORDS = 5 };
    static uint32_t sums[WORDS * 64];
    static uint16_t found[WORDS * 64 + ENG_REACHING_ROOM];
    uint64_t allowed[WORDS];
    size_t right = 0;
    for (size_t i = 0; i < WORDS * 64; i++)
        sums[i] = (uint32_t)rand() % 100;
    for (size_t i = 0; i < WORDS; i++)
        allowed[i] = word();
    const size_t n = s->reaching(sums, WORDS, 50, allowed, found);
    for (size_t i = 0; i < WORDS * 64; i++)
        if (sums[i] >= 50 && (allowed[i / 64] >> i % 64 & 1) != 0)
            must(right < n && found[right++] == i, s->name, "what reaches", i);
    must(n == right, s->name, "number that reach", n);
}

/* A graph is built by the fastest level: a walk finds each vector by itself. */
static void build_graph(void)
{
    enum { N = 600, DIMS = 48 };
    static uint16_t vectors[N * DIMS];
    anc_err err = {0};
    eng_graph *g = NULL;
    anc_arena *mem = anc_arena_new(1 << 20);
    for (size_t v = 0; v < N; v++) {
        float x[DIMS], square = 0;
        for (size_t d = 0; d < DIMS; d++) {
            x[d] = (float)rand() / (float)RAND_MAX - 0.5f;
            square += x[d] * x[d];
        }
        for (size_t d = 0; d < DIMS; d++)
            vectors[v * DIMS + d] = eng_half_of(x[d] / sqrtf(square));
    }
    must(mem != NULL &&
             eng_graph_build(vectors, NULL, N, DIMS, &(eng_graph_options){0}, &g, &err) == ANC_OK,
         eng_simd_best()->name, "graph", N);
    for (uint32_t v = 0; v < N; v++) {
        int8_t q[64];
        eng_graph_hit *hits;
        size_t n;
        eng_codes_to_query(eng_graph_codes(g, v), g->code_bytes, q);
        anc_arena_reset(mem);
        must(eng_graph_search(g, q, 64, mem, &hits, &n, NULL, &err) == ANC_OK && n > 0 &&
                 hits[0].node == v,
             eng_simd_best()->name, "walk", v);
    }
    eng_graph_free(g);
    anc_arena_free(mem);
}

int main(void)
{
    const eng_simd *levels[MAX_LEVELS];
    const size_t n = eng_simd_levels(levels, MAX_LEVELS);
    srand(7);
    if (n < 2) {
        fprintf(stderr, "there is no level but the scalar one\n");
        return 1;
    }
    for (size_t l = 1; l < n; l++) {
        compare_halves(levels[l]);
        for (int try = 0; try < 10; try++)
            compare_codes(levels[l], try);
        compare_bits(levels[l]);
        compare_reaching(levels[l]);
        printf("level %s agrees with the scalar one\n", levels[l]->name);
    }
    build_graph();
    printf("a graph is built and walked\n");
    return 0;
}
