/* vector.c - exact vector search of lib/engine against a plain loop in C.
 *
 * The vectors are those of the questions of squad-dev-a, made by the embedding model in the first
 * run (some seconds) and kept in BENCH_CACHE; a query looks for the ten questions nearest to one of
 * them. The peer is what one would write without further thought: one sum after the other over
 * floats, the best ten kept by insertion. One thread each. Ours keeps halves, so it reads half the
 * bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "common/bench.h"
#include "common/texts.h"
#include "engine/engine.h"
#include "infer/encoder.h"
#include "os/file.h"

enum { TOP = 10, QUERIES = 50, ROUNDS = 7, BLOCK = 64, CACHE_MAX_BYTES = 256 << 20 };

typedef struct bench {
    const float *vectors; /* [n * dims] */
    size_t n;
    uint32_t dims;
    eng_index *index;
    anc_arena *scratch;
} bench;

static const anc_str everybody = ANC_STR_INIT("public");

/* ---- input --------------------------------------------------------------------------------- */

static const float *encode_all(inf_encoder *encoder, const bench_texts *texts, uint32_t dims)
{
    anc_err err = {0};
    os_pool *pool;
    bench_must(os_pool_open("bench", 0, BLOCK, &pool, &err), &err);
    float *all = bench_alloc(texts->n * dims, sizeof *all);
    for (size_t i = 0; i < texts->n; i += BLOCK) {
        anc_str block[BLOCK];
        const size_t n = texts->n - i < BLOCK ? texts->n - i : BLOCK;
        for (size_t k = 0; k < n; k++)
            block[k] = texts->items[i + k].text;
        bench_must(inf_encoder_encode(encoder, INF_PASSAGE, block, n, pool, (inf_check){0},
                                      all + i * dims, NULL, &err),
                   &err);
    }
    os_pool_free(pool);
    return all;
}

static void prepare_vectors(bench *b, anc_arena *mem)
{
    anc_err err = {0};
    bench_texts texts = {0};
    bench_read_texts(mem, "squad-dev-a/queries.jsonl", &texts);
    inf_encoder *encoder;
    bench_must(inf_encoder_open(bench_model(mem), NULL, &encoder, &err), &err);
    b->n = texts.n;
    b->dims = inf_encoder_about(encoder).dims;
    const size_t bytes = b->n * b->dims * sizeof(float);
    const char *cache = getenv("BENCH_CACHE");
    const anc_str path = anc_arena_printf(mem, "%s/questions.f32", cache != NULL ? cache : ".");
    anc_str kept;
    if (os_file_read(mem, path, CACHE_MAX_BYTES, &kept, &err) == ANC_OK && kept.len == bytes) {
        float *copy = bench_alloc(bytes, 1);
        memcpy(copy, kept.ptr, bytes);
        b->vectors = copy;
    } else {
        anc_err_clear(&err);
        b->vectors = encode_all(encoder, &texts, b->dims);
        bench_must(os_file_replace(path, (anc_str){(const char *)b->vectors, bytes}, &err), &err);
    }
    inf_encoder_close(encoder);
}

static void build_index(bench *b)
{
    anc_err err = {0};
    bench_must(eng_index_open(&(eng_options){.dims = b->dims}, &b->index, &err), &err);
    for (size_t i = 0; i < b->n; i++) {
        char key[32];
        const int len = snprintf(key, sizeof key, "%zu", i);
        const eng_document d = {
            .key = {key, (size_t)len}, .version = 1, .labels = &everybody, .n_labels = 1};
        const eng_chunk chunk = {.vector = b->vectors + i * b->dims};
        eng_load *load;
        bench_must(eng_load_open(b->index, &d, &load, &err), &err);
        bench_must(eng_load_add(load, &chunk, &err), &err);
        bench_must(eng_publish(b->index, load, &err), &err);
    }
}

static const float *query_at(const bench *b, size_t i)
{
    return b->vectors + i * (b->n / QUERIES) * b->dims;
}

/* ---- the two sides ------------------------------------------------------------------------- */

static double search_ours(void *arg)
{
    bench *b = arg;
    anc_err err = {0};
    eng_snapshot *snapshot = eng_snapshot_acquire(b->index);
    double sum = 0;
    const double start = bench_cpu_seconds();
    for (size_t i = 0; i < QUERIES; i++) {
        const eng_query q = {.vector = query_at(b, i),
                             .dims = b->dims,
                             .labels = &everybody,
                             .n_labels = 1,
                             .k_semantic = TOP};
        eng_result result;
        bench_must(eng_search(snapshot, &q, b->scratch, &result, &err), &err);
        sum += result.candidates[result.n - 1].cosine;
        anc_arena_reset(b->scratch);
    }
    const double seconds = bench_cpu_seconds() - start;
    eng_snapshot_release(snapshot);
    bench_keep(sum);
    return QUERIES / seconds;
}

/* Puts `score` into the descending `best` where it belongs. */
static void keep_best(float best[TOP], float score)
{
    if (score <= best[TOP - 1])
        return;
    size_t at = TOP - 1;
    for (; at > 0 && best[at - 1] < score; at--)
        best[at] = best[at - 1];
    best[at] = score;
}

static double search_peers(void *arg)
{
    const bench *b = arg;
    double sum = 0;
    const double start = bench_cpu_seconds();
    for (size_t i = 0; i < QUERIES; i++) {
        const float *query = query_at(b, i);
        float best[TOP];
        for (size_t k = 0; k < TOP; k++)
            best[k] = -2;
        for (size_t v = 0; v < b->n; v++) {
            const float *vector = b->vectors + v * b->dims;
            float dot = 0;
            for (size_t d = 0; d < b->dims; d++)
                dot += query[d] * vector[d];
            keep_best(best, dot);
        }
        sum += (double)best[TOP - 1];
    }
    const double seconds = bench_cpu_seconds() - start;
    bench_keep(sum);
    return QUERIES / seconds;
}

int main(void)
{
    bench b = {.scratch = anc_arena_new(64 << 20)};
    anc_arena *mem = anc_arena_new((size_t)1 << 30);
    if (mem == NULL || b.scratch == NULL)
        bench_fail("no memory");
    prepare_vectors(&b, mem);
    build_index(&b);
    char name[64];
    (void)snprintf(name, sizeof name, "vector: exact top 10 of %zu x %u", b.n, b.dims);
    bench_run(&(bench_figure){.name = name,
                              .unit = "queries/s",
                              .peer = "plain loop over f32",
                              .run_ours = search_ours,
                              .run_peers = search_peers,
                              .arg = &b,
                              .rounds = ROUNDS});
    return 0;
}
