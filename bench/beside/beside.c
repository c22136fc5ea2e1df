/* beside.c - what a question waits for the encoder, quiet and while passages are read on all cores.
 *
 * Through the embedding service, without its cache: questions of 16 tokens one after the other, at moments that have
 * nothing to do with the passages, which are those of SciFact, 16 at a time, from as many threads as there are cores.
 * Quiet and loaded rounds come by turns. Times are wall clock, as a caller has them. BENCH_BESIDE_TURNS=0 leaves the
 * turns out, so that each caller works for itself. What is whole searches over HTTP: beside.py.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "common/bench.h"
#include "common/texts.h"
#include "embedding/adapters/infer/infer_encoder.h"
#include "embedding/app/embedding_service.h"
#include "kernel/adapters/system/system.h"
#include "os/clock.h"
#include "os/thread.h"

enum {
    QUESTIONS = 64,
    QUESTION_TOKENS = 16,
    ROUNDS = 7,
    ASKED = 300, /* in a round */
    PAUSE_US = 3000,
    PASSAGES = 16, /* at a time */
    READERS_MOST = 64,
    ARENA_BYTES = 8 << 20
};

typedef struct bench {
    emb_service *emb;
    uint32_t dims;
    bench_texts texts;
    anc_str questions[QUESTIONS];
    double quiet[ROUNDS * ASKED], loaded[ROUNDS * ASKED]; /* ms */
    atomic_bool over;
    atomic_uint passages; /* read */
    uint64_t state;
} bench;

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void embed(const bench *b, anc_arena *mem, emb_kind kind, const anc_str *texts, size_t n)
{
    static const atomic_bool never;
    anc_err err = {0};
    krn_call call = {.mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &never};
    float *out = anc_arena_alloc(mem, n * b->dims, sizeof *out);
    if (out == NULL)
        bench_fail("no room for %zu vectors", n);
    bench_must(emb_embed(b->emb, &call, kind, texts, n, out, NULL), &err);
    bench_keep((double)out[0]);
    anc_arena_reset(mem);
}

/* Texts of nearly QUESTION_TOKENS tokens. */
static void choose(bench *b)
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        const anc_str text = b->texts.items[i].text;
        for (size_t end = 0; end < text.len; end++) {
            const anc_str start = {text.ptr, end};
            if (text.ptr[end] != ' ')
                continue;
            if (emb_count_tokens(b->emb, start, QUESTION_TOKENS) > QUESTION_TOKENS - 2)
                break;
            b->questions[i] = start;
        }
    }
}

static void read_on(void *arg)
{
    bench *b = arg;
    anc_str texts[PASSAGES];
    anc_arena *mem = anc_arena_new(ARENA_BYTES);
    if (mem == NULL)
        bench_fail("no memory");
    while (!atomic_load(&b->over)) {
        const unsigned from = atomic_fetch_add(&b->passages, PASSAGES);
        for (size_t i = 0; i < PASSAGES; i++)
            texts[i] = b->texts.items[(from + i) % b->texts.n].text;
        embed(b, mem, EMB_PASSAGE, texts, PASSAGES);
    }
    anc_arena_free(mem);
}

static void ask(bench *b, anc_arena *mem, double ms[ASKED])
{
    for (size_t i = 0; i < ASKED; i++) {
        b->state = b->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        os_sleep_ns((int64_t)(PAUSE_US / 2 + (b->state >> 33) % PAUSE_US) * 1000);
        const double start = bench_seconds();
        embed(b, mem, EMB_QUERY, &b->questions[i % QUESTIONS], 1);
        ms[i] = (bench_seconds() - start) * 1e3;
    }
}

/* Passages a second meanwhile. */
static double ask_beside(bench *b, anc_arena *mem, double ms[ASKED])
{
    anc_err err = {0};
    os_thread *readers[READERS_MOST];
    const unsigned n = os_cores() < READERS_MOST ? os_cores() : READERS_MOST;
    atomic_store(&b->over, false);
    atomic_store(&b->passages, 0);
    for (unsigned i = 0; i < n; i++)
        bench_must(os_thread_start("reader", read_on, b, &readers[i], &err), &err);
    os_sleep_ns(200000000);
    const double start = bench_seconds();
    const unsigned before = atomic_load(&b->passages);
    if (ms != NULL)
        ask(b, mem, ms);
    else
        os_sleep_ns(1500000000);
    const double rate = (atomic_load(&b->passages) - before) / (bench_seconds() - start);
    atomic_store(&b->over, true);
    for (unsigned i = 0; i < n; i++)
        os_thread_join(readers[i]);
    return rate;
}

static void run(bench *b, anc_arena *mem)
{
    enum { N = ROUNDS * ASKED };
    double alone[ROUNDS], beside[ROUNDS];
    ask(b, mem, b->quiet); /* what is made when it is first wanted */
    for (size_t i = 0; i < ROUNDS; i++) {
        ask(b, mem, b->quiet + i * ASKED);
        alone[i] = ask_beside(b, mem, NULL);
        beside[i] = ask_beside(b, mem, b->loaded + i * ASKED);
    }
    qsort(b->quiet, N, sizeof *b->quiet, ascending);
    qsort(b->loaded, N, sizeof *b->loaded, ascending);
    static const struct {
        const char *name;
        size_t permille;
    } points[] = {{"p50", 500}, {"p99", 990}};
    for (size_t i = 0; i < ANC_COUNT(points); i++) {
        char name[64];
        const size_t at = N * points[i].permille / 1000;
        (void)snprintf(name, sizeof name, "beside: question, quiet, %s", points[i].name);
        bench_print(&(bench_figure){.name = name, .unit = "ms", .less_is_better = true},
                    b->quiet[at], 0);
        (void)snprintf(name, sizeof name, "beside: question while passages are read, %s",
                       points[i].name);
        bench_print(&(bench_figure){.name = name,
                                    .unit = "ms",
                                    .less_is_better = true,
                                    .peer = "goal: 4x the quiet one"},
                    b->loaded[at], 4 * b->quiet[at]);
    }
    bench_print(&(bench_figure){.name = "beside: passages, questions beside them",
                                .unit = "texts/s",
                                .peer = "without questions"},
                bench_median(beside, ROUNDS), bench_median(alone, ROUNDS));
}

int main(void)
{
    static bench b = {.state = 42};
    anc_err err = {0};
    os_pool *pool;
    inf_turns *turns = NULL;
    const char *with_turns = getenv("BENCH_BESIDE_TURNS");
    anc_arena *mem = anc_arena_new((size_t)1 << 30), *scratch = anc_arena_new(ARENA_BYTES);
    if (mem == NULL || scratch == NULL)
        bench_fail("no memory");
    bench_read_texts(mem, "scifact/corpus.jsonl", &b.texts);
    bench_must(os_pool_open("bench", 0, 64, &pool, &err), &err);
    if (with_turns == NULL || strcmp(with_turns, "0") != 0)
        bench_must(
            inf_turns_open(&(inf_turns_options){.most_calls = 256, .pool = pool}, &turns, &err),
            &err);
    const emb_infer_options options = {
        .folder = bench_model(mem), .pool = pool, .turns = turns, .clock = krn_system_clock()};
    emb_service_options service = {.clock = krn_system_clock()};
    bench_must(emb_infer_open(&options, &service.encoder, &err), &err);
    bench_must(emb_service_open(&service, &b.emb, &err), &err);
    b.dims = emb_info(b.emb).dims;
    choose(&b);
    run(&b, scratch);
    os_pool_stop(pool);
    emb_service_close(b.emb);
    inf_turns_free(turns);
    os_pool_free(pool);
    return 0;
}
