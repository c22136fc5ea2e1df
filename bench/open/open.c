/* open.c - an index that is kept: saved, opened, and asked for the first time.
 *
 * Chunks are those of the benchmark of hybrid searches: windows of real passages, ten a document, each with a vector of 384
 * numbers (common/corpus.h). 100,000, or as many as BENCH_CHUNKS says; without a graph, unless BENCH_GRAPH is set. Files
 * are in the system's cache. There is no peer: what counts is the time that a program waits before it can answer.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "common/bench.h"
#include "common/corpus.h"
#include "engine/engine.h"
#include "os/file.h"

enum { ROUNDS = 9, TOP = 10 };

typedef struct bench {
    char folder[64];
    eng_options options;
    eng_index *index; /* owned */
    corpus corpus;
    size_t asked; /* questions so far */
    anc_arena *scratch;
} bench;

static void fill(bench *b)
{
    anc_err err = {0};
    bool did = true;
    for (size_t i = 0; i < b->corpus.n / CORPUS_CHUNKS; i++)
        corpus_publish(&b->corpus, b->index, i);
    while (did)
        bench_must(eng_tidy(b->index, &(eng_tidy_options){.all = true}, &did, &err), &err);
}

static void ask(bench *b)
{
    anc_err err = {0};
    eng_query_term terms[CORPUS_TERMS];
    const eng_query q = corpus_query(&b->corpus, b->asked++, TOP, terms);
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
    (void)snprintf(text, sizeof text, "%s, %zu chunks", name, b->corpus.n);
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
    bench b = {.folder = "/tmp/anc-bench-open-XXXXXX", .scratch = anc_arena_new((size_t)256 << 20)};
    anc_arena *mem = anc_arena_new((size_t)2 << 30);
    if (mem == NULL || b.scratch == NULL || mkdtemp(b.folder) == NULL)
        bench_fail("no memory, or no folder");
    corpus_make(mem, chunks != NULL ? strtoull(chunks, NULL, 10) : 100000, &b.corpus);
    b.options = (eng_options){.dims = CORPUS_DIMS,
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
                bytes / (double)b.corpus.n, 0);
    figure(&b, "open: opened", open_only);
    figure(&b, "open: opened, to the first answer", open_and_ask);
    eng_index_close(b.index);
    bench_must(os_folder_remove(anc_str_of(b.folder), &err), &err);
    return 0;
}
