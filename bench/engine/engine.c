/* engine.c - the search engine: vectors by graph and under filters, against hnswlib.
 *
 *   bench_engine make <n> <dims> <folder>   vectors, questions and what is truly nearest, as files
 *   bench_engine tile <n> <folder> <cache>  the same of real texts: the vectors of passages again and again, each time
 *                                           with other noise; questions are real ones
 *   bench_engine vectors <folder>           what lib/engine does with them
 *
 * Files begin with two uint32 (rows, numbers a row). The last one prints lines "name value ..." for engine.py, which
 * puts the peer's beside them. What is timed runs on one thread and is timed by its processor time: a graph is built so
 * of the first 100,000 vectors; where there are more, that of all of them is built by all cores.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "common/bench.h"
#include "engine/engine.h"
#include "mixture.h"
#include "os/file.h"
#include "os/thread.h"
#include "real.h"

enum {
    BUILT = 100000, /* vectors of the graph whose building is timed */
    QUESTIONS = 1000,
    TOP = 10,
    CHUNKS = 1000, /* a document */
    ROUNDS = 3,
    ARENA_BYTES = 64 << 20
};

typedef struct rows {
    uint32_t n, width;
    const float *f; /* [n * width] */
    const uint32_t *u;
} rows;

static void write_rows(const char *folder, const char *name, uint32_t n, uint32_t width,
                       const void *numbers)
{
    char path[OS_PATH_MAX];
    const uint32_t head[2] = {n, width};
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(head, sizeof head, 1, f) != 1 ||
        fwrite(numbers, sizeof(float) * width, n, f) != n || fclose(f) != 0)
        bench_fail("%s cannot be written", path);
}

static rows read_rows(const char *folder, const char *name)
{
    char path[OS_PATH_MAX];
    os_map map;
    anc_err err = {0};
    rows r;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    bench_must(os_map_open(anc_str_of(path), &map, &err), &err);
    memcpy(&r.n, map.bytes, sizeof r.n);
    memcpy(&r.width, map.bytes + 4, sizeof r.width);
    r.f = (const float *)(const void *)(map.bytes + 8);
    r.u = (const uint32_t *)(const void *)(map.bytes + 8);
    return r;
}

/* ---- make ------------------------------------------------------------------------------------- */

static float dot(const float *a, const float *b, uint32_t n)
{
    float sums[16] = {0};
    for (uint32_t i = 0; i + 16 <= n; i += 16)
        for (uint32_t k = 0; k < 16; k++)
            sums[k] += a[i + k] * b[i + k];
    float sum = 0;
    for (uint32_t k = 0; k < 16; k++)
        sum += sums[k];
    for (uint32_t i = n / 16 * 16; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The nearest of the vectors of documents that are among the first `parts` of every 1,000; how many. */
static uint32_t find_nearest(const float *vectors, uint32_t n, uint32_t dims, const float *q,
                             uint32_t parts, uint32_t *ret)
{
    float scores[TOP];
    uint32_t m = 0;
    for (uint32_t v = 0; v < n; v++) {
        if (v / CHUNKS % 1000 >= parts)
            continue;
        const float s = dot(vectors + (size_t)v * dims, q, dims);
        if (m == TOP && s <= scores[TOP - 1])
            continue;
        uint32_t at = m < TOP ? m++ : TOP - 1;
        for (; at > 0 && scores[at - 1] < s; at--) {
            scores[at] = scores[at - 1];
            ret[at] = ret[at - 1];
        }
        scores[at] = s;
        ret[at] = v;
    }
    return m;
}

static void write_all(uint32_t n, uint32_t dims, const float *vectors, const float *questions,
                      const char *folder)
{
    uint32_t *truth = bench_alloc((size_t)QUESTIONS * TOP, sizeof *truth);
    for (uint32_t q = 0; q < QUESTIONS; q++)
        (void)find_nearest(vectors, n, dims, questions + (size_t)q * dims, 1000,
                           truth + (size_t)q * TOP);
    write_rows(folder, "vectors", n, dims, vectors);
    write_rows(folder, "questions", QUESTIONS, dims, questions);
    write_rows(folder, "truth", QUESTIONS, TOP, truth);
}

static void make(uint32_t n, uint32_t dims, const char *folder)
{
    float *vectors = bench_alloc((size_t)n * dims, sizeof *vectors);
    float *questions = bench_alloc((size_t)QUESTIONS * dims, sizeof *questions);
    mixture_make(1, n, dims, vectors);
    mixture_make(2, QUESTIONS, dims, questions);
    write_all(n, dims, vectors, questions, folder);
}

/* The noise is 0.6 long: a vector has a cosine of 0.86 with the passage's that it comes from. */
static void tile(uint32_t n, const char *folder, const char *cache)
{
    const real_vectors real = real_make(cache);
    float *vectors = bench_alloc((size_t)n * real.dims, sizeof *vectors);
    float *questions = bench_alloc((size_t)QUESTIONS * real.dims, sizeof *questions);
    if (real.n_questions < QUESTIONS)
        bench_fail("%zu questions, not %d", real.n_questions, (int)QUESTIONS);
    for (size_t i = 0; i < n; i++)
        memcpy(vectors + i * real.dims, real.passages + i % real.n_passages * real.dims,
               real.dims * sizeof *vectors);
    mixture_shake(3, n, real.dims, 0.6, vectors);
    for (size_t q = 0; q < QUESTIONS; q++)
        memcpy(questions + q * real.dims,
               real.questions + q * (real.n_questions / QUESTIONS) * real.dims,
               real.dims * sizeof *questions);
    write_all(n, real.dims, vectors, questions, folder);
}

/* ---- vectors ---------------------------------------------------------------------------------- */

static const anc_str everybody = ANC_STR_INIT("public");

typedef struct bench {
    rows vectors, questions, truth;
    eng_index *index;
    anc_arena *mem;
    double *micros; /* [QUESTIONS] of the last round */
} bench;

/* Documents of CHUNKS vectors; "part" is 0 to 999 in turn, so that a filter leaves any share. */
static void publish(bench *b, uint32_t n)
{
    anc_err err = {0};
    for (uint32_t from = 0; from < n; from += CHUNKS) {
        char key[16];
        const int len = snprintf(key, sizeof key, "%u", from / CHUNKS);
        const eng_field part = {.name = ANC_STR("part"),
                                .value = {.kind = ENG_INT, .integer = from / CHUNKS % 1000}};
        const eng_document d = {.key = {key, (size_t)len},
                                .version = 1,
                                .fields = &part,
                                .n_fields = 1,
                                .labels = &everybody,
                                .n_labels = 1};
        eng_load *load;
        bench_must(eng_load_open(b->index, &d, &load, &err), &err);
        for (uint32_t c = 0; c < CHUNKS && from + c < n; c++) {
            const eng_chunk chunk = {
                .ordinal = c, .vector = b->vectors.f + (size_t)(from + c) * b->vectors.width};
            bench_must(eng_load_add(load, &chunk, &err), &err);
        }
        bench_must(eng_publish(b->index, load, &err), &err);
    }
}

/* Keys are the documents' numbers. */
static uint32_t number_of(const eng_candidate *c)
{
    uint32_t document = 0;
    for (size_t i = 0; i < c->document.len; i++)
        document = document * 10 + (uint32_t)(c->document.ptr[i] - '0');
    return document * CHUNKS + c->ordinal;
}

static uint32_t search_one(bench *b, const eng_snapshot *s, uint32_t q, float recall,
                           const eng_filter *filter, uint32_t *found)
{
    anc_err err = {0};
    eng_result r;
    const eng_query query = {.vector = b->questions.f + (size_t)q * b->questions.width,
                             .dims = b->questions.width,
                             .labels = &everybody,
                             .n_labels = 1,
                             .filter = filter,
                             .k_semantic = TOP,
                             .recall = recall};
    const double start = bench_cpu_seconds();
    anc_arena_reset(b->mem);
    bench_must(eng_search(s, &query, b->mem, &r, &err), &err);
    b->micros[q] = (bench_cpu_seconds() - start) * 1e6;
    for (size_t i = 0; i < r.n; i++)
        found[i] = number_of(&r.candidates[i]);
    return (uint32_t)r.n;
}

static double share_of(const uint32_t *truth, const uint32_t *found, uint32_t n)
{
    uint32_t hits = 0;
    for (uint32_t i = 0; i < TOP; i++)
        for (uint32_t k = 0; k < n; k++)
            hits += truth[i] == found[k] ? 1 : 0;
    return (double)hits / TOP;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Prints "walk <recall> <queries a second> <p50 us> <p99 us>" for one wanted recall, and "asked <wanted> <recall>". */
static void run_recall(bench *b, float wanted)
{
    double rates[ROUNDS], recall = 0;
    eng_snapshot *s = eng_snapshot_acquire(b->index);
    for (int round = 0; round < ROUNDS; round++) {
        double micros = 0;
        recall = 0;
        for (uint32_t q = 0; q < b->questions.n; q++) {
            uint32_t found[TOP];
            const uint32_t n = search_one(b, s, q, wanted, NULL, found);
            recall += share_of(b->truth.u + (size_t)q * TOP, found, n);
            micros += b->micros[q];
        }
        rates[round] = b->questions.n / (micros * 1e-6);
    }
    eng_snapshot_release(s);
    qsort(b->micros, b->questions.n, sizeof *b->micros, ascending);
    printf("walk %.4f %.0f %.1f %.1f\n", recall / b->questions.n, bench_median(rates, ROUNDS),
           b->micros[b->questions.n / 2], b->micros[b->questions.n * 99 / 100]);
    printf("asked %.3f %.4f\n", (double)wanted, recall / b->questions.n);
    (void)fflush(stdout);
}

/* Prints "filter <share> <recall> <p50 us> <p99 us>". */
static void run_filter(bench *b, uint32_t parts)
{
    enum { ASKED = 100 };
    const uint32_t documents = (b->vectors.n + CHUNKS - 1) / CHUNKS;
    const eng_value limit = {.kind = ENG_INT, .integer = parts};
    const eng_filter filter = {
        .op = ENG_LT, .field = ANC_STR("part"), .values = &limit, .n_values = 1};
    double recall = 0, micros[ASKED];
    eng_snapshot *s = eng_snapshot_acquire(b->index);
    for (uint32_t i = 0; i < ASKED; i++) {
        const uint32_t q = i * (b->questions.n / ASKED);
        uint32_t truth[TOP], found[TOP], hits = 0;
        const uint32_t m =
            find_nearest(b->vectors.f, b->vectors.n, b->vectors.width,
                         b->questions.f + (size_t)q * b->questions.width, parts, truth);
        (void)search_one(b, s, q, 0, &filter, found);
        const uint32_t n = search_one(b, s, q, 0, &filter, found);
        for (uint32_t k = 0; k < m; k++)
            for (uint32_t l = 0; l < n; l++)
                hits += truth[k] == found[l] ? 1 : 0;
        recall += m > 0 ? (double)hits / m : 1;
        micros[i] = b->micros[q];
    }
    eng_snapshot_release(s);
    qsort(micros, ASKED, sizeof *micros, ascending);
    printf("filter %.4f %.4f %.1f %.1f\n",
           (double)(parts < documents ? parts : documents) / documents, recall / ASKED,
           micros[ASKED / 2], micros[ASKED * 99 / 100]);
    (void)fflush(stdout);
}

/* An index of the first `n` vectors with a graph of all of them; the processor time that the graph took. */
static double build(bench *b, uint32_t n, os_pool *pool)
{
    anc_err err = {0};
    bool did = true;
    bench_must(eng_index_open(&(eng_options){.dims = b->vectors.width}, &b->index, &err), &err);
    publish(b, n);
    const double start = bench_cpu_seconds();
    bench_must(eng_tidy(b->index, &(eng_tidy_options){.pool = pool, .all = true}, &did, &err),
               &err);
    return bench_cpu_seconds() - start;
}

static void build_all(bench *b)
{
    anc_err err = {0};
    os_pool *pool;
    eng_index_close(b->index);
    bench_must(os_pool_open("bench", 0, 1, &pool, &err), &err);
    (void)build(b, b->vectors.n, pool);
    os_pool_free(pool);
}

static void vectors(const char *folder)
{
    static const float wanted[] = {0.80f, 0.85f, 0.90f, 0.93f, 0.95f, 0.97f, 0.98f, 0.985f, 0.99f};
    bench b = {.vectors = read_rows(folder, "vectors"),
               .questions = read_rows(folder, "questions"),
               .truth = read_rows(folder, "truth"),
               .mem = anc_arena_new(ARENA_BYTES)};
    b.micros = bench_alloc(b.questions.n, sizeof *b.micros);
    const uint32_t timed = b.vectors.n < BUILT ? b.vectors.n : BUILT;
    printf("build %.1f\n", timed / build(&b, timed, NULL));
    (void)fflush(stdout);
    if (b.vectors.n > timed)
        build_all(&b);
    const eng_figures f = eng_stats(b.index);
    /* the halves are cold: read for some dozen vectors a search */
    printf("bytes %.1f %.1f\n", (double)f.bytes / b.vectors.n,
           (double)f.bytes / b.vectors.n - 2.0 * b.vectors.width);
    (void)fflush(stdout);
    for (size_t i = 0; i < ANC_COUNT(wanted); i++)
        run_recall(&b, wanted[i]);
    const uint32_t documents = (b.vectors.n + CHUNKS - 1) / CHUNKS;
    const uint32_t most = documents < 1000 ? documents : 1000;
    static const double shares[] = {1, 0.5, 0.3, 0.1, 0.03, 0.01, 0.001};
    for (size_t i = 0; i < ANC_COUNT(shares); i++)
        if (shares[i] * most >= 1)
            run_filter(&b, (uint32_t)(shares[i] * most));
    eng_index_close(b.index);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "make") == 0)
        make((uint32_t)strtoul(argv[2], NULL, 10), (uint32_t)strtoul(argv[3], NULL, 10), argv[4]);
    else if (argc == 5 && strcmp(argv[1], "tile") == 0)
        tile((uint32_t)strtoul(argv[2], NULL, 10), argv[3], argv[4]);
    else if (argc == 3 && strcmp(argv[1], "vectors") == 0)
        vectors(argv[2]);
    else
        bench_fail(
            "bench_engine make <n> <dims> <folder> | tile <n> <folder> <cache> | vectors <folder>");
    return 0;
}
