/* open.c - an index that is kept: saved, opened, and asked for the first time.
 *
 * Chunks are windows of 50 words over the passages of SciFact and squad-dev-a, from places of a fixed generator, so
 * words are as frequent as they are; ten chunks a document, each with a vector of 384 numbers around one of 1,000
 * middles. 100,000 chunks, or as many as BENCH_CHUNKS says; without a graph, unless BENCH_GRAPH is set. Files are in the
 * system's cache. There is no peer: what counts is the time that a program waits before it can answer.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "common/bench.h"
#include "common/texts.h"
#include "engine/engine.h"
#include "os/file.h"

enum { DIMS = 384, WORDS = 50, CHUNKS = 10, MIDDLES = 1000, ROUNDS = 9, TOP = 10 };

static const anc_str everybody = ANC_STR_INIT("public");

typedef struct bench {
    char folder[64];
    eng_options options;
    eng_index *index; /* owned */
    bench_words words;
    float *middles; /* [MIDDLES * DIMS] */
    uint64_t seed;
    size_t n; /* chunks */
    anc_arena *scratch;
} bench;

static uint32_t chance(bench *b, uint32_t below)
{
    b->seed = b->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(b->seed >> 33) % below;
}

static float around_zero(bench *b)
{
    return (float)(chance(b, 1u << 20) + chance(b, 1u << 20)) / (float)(1u << 20) - 1;
}

/* The words of all passages, one behind the other. */
static void read_words(bench *b, anc_arena *mem)
{
    const char *const paths[] = {"scifact/corpus.jsonl", "squad-dev-a/corpus.jsonl"};
    for (size_t p = 0; p < ANC_COUNT(paths); p++) {
        bench_texts texts = {0};
        bench_read_texts(mem, paths[p], &texts);
        for (size_t i = 0; i < texts.n; i++) {
            const bench_words more = bench_words_of(mem, texts.items[i].text);
            b->words.items =
                realloc(b->words.items, (b->words.n + more.n + 1) * sizeof *b->words.items);
            if (b->words.items == NULL)
                bench_fail("no memory");
            memcpy(b->words.items + b->words.n, more.items, more.n * sizeof *more.items);
            b->words.n += more.n;
        }
    }
}

static void near_middle(bench *b, float *ret)
{
    const float *middle = b->middles + (size_t)chance(b, MIDDLES) * DIMS;
    double square = 0;
    for (size_t d = 0; d < DIMS; d++) {
        ret[d] = middle[d] + 0.8f * around_zero(b);
        square += (double)ret[d] * (double)ret[d];
    }
    for (size_t d = 0; d < DIMS; d++)
        ret[d] = (float)((double)ret[d] / sqrt(square));
}

static void add_chunk(bench *b, eng_load *load, uint32_t ordinal)
{
    anc_err err = {0};
    eng_term terms[WORDS];
    float vector[DIMS];
    const size_t from = chance(b, (uint32_t)(b->words.n - WORDS));
    for (uint32_t i = 0; i < WORDS; i++)
        terms[i] = (eng_term){.text = b->words.items[from + i],
                              .place = ENG_TEXT,
                              .position = i,
                              .form = b->words.items[from + i]};
    near_middle(b, vector);
    const eng_chunk chunk = {
        .ordinal = ordinal, .terms = terms, .n_terms = WORDS, .vector = vector};
    bench_must(eng_load_add(load, &chunk, &err), &err);
}

static void fill(bench *b)
{
    anc_err err = {0};
    bool did = true;
    for (size_t i = 0; i < b->n / CHUNKS; i++) {
        char key[32];
        const int len = snprintf(key, sizeof key, "document-%zu", i);
        const eng_field field = {.name = ANC_STR("year"),
                                 .value = {.kind = ENG_INT, .integer = 1990 + (int64_t)(i % 30)}};
        const eng_document d = {.key = {key, (size_t)len},
                                .version = 1,
                                .fields = &field,
                                .n_fields = 1,
                                .labels = &everybody,
                                .n_labels = 1};
        eng_load *load;
        bench_must(eng_load_open(b->index, &d, &load, &err), &err);
        for (uint32_t c = 0; c < CHUNKS; c++)
            add_chunk(b, load, c);
        bench_must(eng_publish(b->index, load, &err), &err);
    }
    while (did)
        bench_must(eng_tidy(b->index, &(eng_tidy_options){.all = true}, &did, &err), &err);
}

static void ask(bench *b)
{
    anc_err err = {0};
    float vector[DIMS];
    eng_query_term terms[4];
    near_middle(b, vector);
    for (size_t i = 0; i < ANC_COUNT(terms); i++)
        terms[i] =
            (eng_query_term){.text = b->words.items[chance(b, (uint32_t)b->words.n)], .weight = 1};
    const eng_query q = {.terms = terms,
                         .n_terms = ANC_COUNT(terms),
                         .vector = vector,
                         .dims = DIMS,
                         .labels = &everybody,
                         .n_labels = 1,
                         .k_keyword = TOP,
                         .k_semantic = TOP};
    eng_result result;
    eng_snapshot *s = eng_snapshot_acquire(b->index);
    bench_must(eng_search(s, &q, b->scratch, &result, &err), &err);
    bench_keep((double)result.n);
    anc_arena_reset(b->scratch);
    eng_snapshot_release(s);
}

static double open_only(void *arg)
{
    bench *b = arg;
    anc_err err = {0};
    eng_index_close(b->index);
    const double start = bench_cpu_seconds();
    bench_must(eng_index_open(&b->options, &b->index, &err), &err);
    return (bench_cpu_seconds() - start) * 1e3;
}

static double open_and_ask(void *arg)
{
    bench *b = arg;
    const double opened = open_only(b), start = bench_cpu_seconds();
    ask(b);
    return opened + (bench_cpu_seconds() - start) * 1e3;
}

static void figure(bench *b, const char *name, bench_fn *run)
{
    char text[96];
    (void)snprintf(text, sizeof text, "%s, %zu chunks", name, b->n);
    bench_run(&(bench_figure){.name = text,
                              .unit = "ms",
                              .less_is_better = true,
                              .run_ours = run,
                              .arg = b,
                              .rounds = ROUNDS});
}

int main(void)
{
    anc_err err = {0};
    const char *chunks = getenv("BENCH_CHUNKS");
    bench b = {.folder = "/tmp/anc-bench-open-XXXXXX",
               .seed = 1,
               .n = chunks != NULL ? strtoull(chunks, NULL, 10) : 100000,
               .scratch = anc_arena_new((size_t)256 << 20)};
    anc_arena *mem = anc_arena_new((size_t)2 << 30);
    if (mem == NULL || b.scratch == NULL || mkdtemp(b.folder) == NULL)
        bench_fail("no memory, or no folder");
    read_words(&b, mem);
    b.middles = bench_alloc((size_t)MIDDLES * DIMS, sizeof *b.middles);
    for (size_t i = 0; i < (size_t)MIDDLES * DIMS; i++)
        b.middles[i] = around_zero(&b);
    b.options = (eng_options){.dims = DIMS,
                              .from.graph = getenv("BENCH_GRAPH") != NULL ? 0 : UINT32_MAX,
                              .folder = anc_str_of(b.folder)};
    bench_must(eng_index_open(&b.options, &b.index, &err), &err);
    fill(&b);
    const double start = bench_seconds();
    bench_must(eng_save(b.index, &(eng_tidy_options){0}, &err), &err);
    const double seconds = bench_seconds() - start;
    const double bytes = (double)eng_stats(b.index).stored_bytes;
    bench_print(&(bench_figure){.name = "open: an index saved", .unit = "MB/s"},
                bytes / seconds / 1e6, 0);
    bench_print(&(bench_figure){.name = "open: bytes a chunk, vector and words",
                                .unit = "B",
                                .less_is_better = true},
                bytes / (double)b.n, 0);
    figure(&b, "open: opened", open_only);
    figure(&b, "open: opened, to the first answer", open_and_ask);
    eng_index_close(b.index);
    bench_must(os_folder_remove(anc_str_of(b.folder), &err), &err);
    return 0;
}
