/* hybrid.c - both lists of one search, quiet and while chunks are written, merged and saved beside it.
 *
 * 100,000 passages, or a million with --full, in one segment that is a file, as a server has them. Searches come one
 * after the other: what a caller waits is wall clock, on a machine without other work; what a core pays is processor
 * time. The goals stand in the peer's place. With BENCH_KEEP=<folder> the index is kept there and used again; what is
 * written beside searches goes into a copy of it. --written, --fresh: that part alone.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "common/bench.h"
#include "common/corpus.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"

enum {
    TOP = 10,
    SERVED = 100, /* of each side, as the server asks by default */
    SEARCHES = 2000,
    WRITTEN = 2000, /* chunks a second */
    WRITING_S = 20,
    SAVE_EVERY_S = 5,
    HELPERS = 1
};

typedef enum side { BOTH, WORDS, VECTORS } side;

typedef struct bench {
    corpus corpus;
    eng_index *index;
    os_pool *pool; /* what a search may use beside its own thread */
    bool paired;   /* searches use it */
    side side;     /* that searches ask for */
    anc_arena *scratch;
    double *ms;  /* what a caller waited for each search, */
    double *cpu; /* and what the cores worked for it */
    char size[24];
    atomic_bool over;
    size_t published; /* documents */
} bench;

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void search(bench *b, size_t i, uint32_t k)
{
    anc_err err = {0};
    eng_query_term terms[CORPUS_TERMS];
    eng_result result;
    eng_query q = corpus_query(&b->corpus, i, k, terms);
    q.pool = b->paired ? b->pool : NULL;
    q.n_terms = b->side == VECTORS ? 0 : q.n_terms;
    q.vector = b->side == WORDS ? NULL : q.vector;
    eng_snapshot *s = eng_snapshot_acquire(b->index);
    bench_must(eng_search(s, &q, b->scratch, &result, &err), &err);
    bench_keep((double)result.n);
    anc_arena_reset(b->scratch);
    eng_snapshot_release(s);
}

/* Times of `n` searches, sorted. */
static void time_searches(bench *b, size_t n, uint32_t k)
{
    for (size_t i = 0; i < n; i++) {
        const double start = bench_seconds(), cpu = bench_cpu_seconds();
        search(b, i, k);
        b->ms[i] = (bench_seconds() - start) * 1e3;
        b->cpu[i] = (bench_cpu_seconds() - cpu) * 1e3;
    }
    qsort(b->ms, n, sizeof *b->ms, ascending);
    qsort(b->cpu, n, sizeof *b->cpu, ascending);
}

static void figure(const bench *b, const char *what, const char *unit, double ours,
                   const char *peer, double peers)
{
    char name[96];
    (void)snprintf(name, sizeof name, "hybrid %s: %s", b->size, what);
    bench_print(&(bench_figure){.name = name, .unit = unit, .less_is_better = true, .peer = peer},
                ours, peers);
}

static void run_quiet(bench *b, uint32_t k, bool paired, const char *what, bool has_goal)
{
    char name[64];
    b->paired = paired;
    time_searches(b, SEARCHES, k); /* what is read for the first time */
    time_searches(b, SEARCHES, k);
    (void)snprintf(name, sizeof name, "%s, p50", what);
    figure(b, name, "ms", b->ms[SEARCHES / 2], has_goal ? "goal: under 1 ms" : NULL, 1);
    (void)snprintf(name, sizeof name, "%s, p99", what);
    figure(b, name, "ms", b->ms[SEARCHES * 99 / 100], has_goal ? "goal: under 2.5 ms" : NULL, 2.5);
    (void)snprintf(name, sizeof name, "%s, processor p50", what);
    figure(b, name, "ms", b->cpu[SEARCHES / 2], NULL, 0);
    (void)snprintf(name, sizeof name, "%s, processor p99", what);
    figure(b, name, "ms", b->cpu[SEARCHES * 99 / 100], NULL, 0);
}

/* What one list costs: a search on two threads waits for the longer one. */
static void run_side(bench *b, side of, const char *what)
{
    char name[64];
    b->side = of;
    time_searches(b, SEARCHES, SERVED);
    time_searches(b, SEARCHES, SERVED);
    (void)snprintf(name, sizeof name, "100 by %s alone, processor p50", what);
    figure(b, name, "ms", b->cpu[SEARCHES / 2], NULL, 0);
    b->side = BOTH;
}

/* What a search costs by itself, each the fastest of some: a noisy machine tells it, too. */
static void time_fastest(bench *b, uint32_t k)
{
    enum { ROUNDS = 5 };
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < SEARCHES; i++) {
            const double start = bench_cpu_seconds();
            search(b, i, k);
            const double ms = (bench_cpu_seconds() - start) * 1e3;
            b->cpu[i] = round == 0 || ms < b->cpu[i] ? ms : b->cpu[i];
        }
    qsort(b->cpu, SEARCHES, sizeof *b->cpu, ascending);
}

/* What fresh blocks cost that no save and no long work has put together yet: what is written in ten seconds. The index
 * is then opened again, without them. */
static void run_fresh(bench *b, uint32_t k, const eng_options *options)
{
    enum { FRESH = 19990 / CORPUS_CHUNKS };
    anc_err err = {0};
    const size_t before = b->published;
    b->paired = false;
    time_fastest(b, k);
    const double p50 = b->cpu[SEARCHES / 2], p99 = b->cpu[SEARCHES * 99 / 100];
    for (size_t n = 0; n < FRESH; n++)
        corpus_publish(&b->corpus, b->index, b->published++);
    time_fastest(b, k);
    bench_print(&(bench_figure){.name = "hybrid: blocks with 19,990 fresh chunks",
                                .unit = "blocks",
                                .less_is_better = true},
                eng_stats(b->index).blocks, 0);
    figure(b, "with 19,990 fresh chunks, processor p50", "ms", b->cpu[SEARCHES / 2],
           "twice that without", 2 * p50);
    figure(b, "with 19,990 fresh chunks, processor p99", "ms", b->cpu[SEARCHES * 99 / 100],
           "twice that without", 2 * p99);
    eng_index_close(b->index);
    bench_must(eng_index_open(options, &b->index, &err), &err);
    b->published = before;
    b->paired = true;
}

/* ---- writing beside it ------------------------------------------------------------------------ */

static void write_on(void *arg)
{
    bench *b = arg;
    const double start = bench_seconds();
    for (size_t n = 0; !atomic_load(&b->over); n += CORPUS_CHUNKS) {
        corpus_publish(&b->corpus, b->index, b->published++);
        const double ahead = (double)n / WRITTEN - (bench_seconds() - start);
        if (ahead > 0)
            os_sleep_ns((int64_t)(ahead * 1e9));
    }
}

static anc_status may_go_on(void *arg)
{
    const bench *b = arg;
    return atomic_load(&b->over) ? ANC_CANCELLED : ANC_OK;
}

/* Merges where there is something to merge, and saves now and then, as a server does. */
static void tidy_on(void *arg)
{
    bench *b = arg;
    const eng_tidy_options options = {.may_go_on = may_go_on, .arg = b};
    double saved = bench_seconds();
    os_thread_defer();
    while (!atomic_load(&b->over)) {
        anc_err err = {0};
        bool did = false;
        anc_status status = eng_tidy(b->index, &options, &did, &err);
        if (status == ANC_OK && bench_seconds() - saved >= SAVE_EVERY_S) {
            status = eng_save(b->index, &options, &err);
            saved = bench_seconds();
        }
        if (status != ANC_OK && status != ANC_CANCELLED)
            bench_must(status, &err);
        if (!did)
            os_sleep_ns(50000000);
    }
}

static double thread_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A search every 5 ms for as long as it is written, or as long as it would be: the 99th of 100 of what a caller waited,
 * and of what its thread worked. */
static double late_search(bench *b, uint32_t k, double *ret_worked)
{
    enum { A_SECOND = 200 };
    const double start = bench_seconds();
    size_t n = 0;
    for (; n < (size_t)WRITING_S * A_SECOND; n++) {
        const double ahead = (double)n / A_SECOND - (bench_seconds() - start);
        if (ahead > 0)
            os_sleep_ns((int64_t)(ahead * 1e9));
        if (bench_seconds() - start > 2.0 * WRITING_S)
            break;
        const double before = bench_seconds(), cpu = thread_seconds();
        search(b, n, k);
        b->ms[n] = (bench_seconds() - before) * 1e3;
        b->cpu[n] = (thread_seconds() - cpu) * 1e3;
    }
    qsort(b->ms, n, sizeof *b->ms, ascending);
    qsort(b->cpu, n, sizeof *b->cpu, ascending);
    *ret_worked = b->cpu[n * 99 / 100];
    return b->ms[n * 99 / 100];
}

static void run_written(bench *b, uint32_t k)
{
    anc_err err = {0};
    os_thread *writer, *tidier;
    double quiet_worked, late_worked;
    const double quiet = late_search(b, k, &quiet_worked);
    const size_t before = b->published;
    const double start = bench_seconds();
    bench_must(os_thread_start("writer", write_on, b, &writer, &err), &err);
    bench_must(os_thread_start("tidier", tidy_on, b, &tidier, &err), &err);
    const double late = late_search(b, k, &late_worked);
    const double seconds = bench_seconds() - start;
    atomic_store(&b->over, true);
    os_thread_join(writer);
    os_thread_join(tidier);
    figure(b, "p99 while 2,000 chunks/s are written", "ms", late, "goal: twice the quiet p99",
           2 * quiet);
    figure(b, "the same, processor of its thread", "ms", late_worked, "twice the quiet one",
           2 * quiet_worked);
    bench_print(&(bench_figure){.name = "hybrid: written meanwhile", .unit = "chunks/s"},
                (double)(b->published - before) * CORPUS_CHUNKS / seconds, 0);
}

/* ---- the index -------------------------------------------------------------------------------- */

static void fill(bench *b, const eng_options *options)
{
    anc_err err = {0};
    bool did = true;
    for (; b->published < b->corpus.n / CORPUS_CHUNKS; b->published++)
        corpus_publish(&b->corpus, b->index, b->published);
    while (did)
        bench_must(
            eng_tidy(b->index, &(eng_tidy_options){.pool = b->pool, .all = true}, &did, &err),
            &err);
    bench_must(eng_save(b->index, &(eng_tidy_options){0}, &err), &err);
    eng_index_close(b->index);
    bench_must(eng_index_open(options, &b->index, &err), &err);
}

/* Opens what is there, and asks the first question. */
static void run_opened(bench *b, const eng_options *options)
{
    enum { ROUNDS = 9 };
    double ms[ROUNDS];
    anc_err err = {0};
    for (int i = 0; i < ROUNDS; i++) {
        eng_index_close(b->index);
        const double start = bench_seconds();
        bench_must(eng_index_open(options, &b->index, &err), &err);
        search(b, (size_t)i, TOP);
        ms[i] = (bench_seconds() - start) * 1e3;
    }
    figure(b, "opened, to the first answer", "ms", bench_median(ms, ROUNDS), "goal: under 100 ms",
           100);
}

/* The index becomes a copy of itself in the folder. */
static void move_to(bench *b, anc_str folder)
{
    anc_err err = {0};
    bench_must(eng_copy_to(b->index, folder, &(eng_tidy_options){0}, &err), &err);
    eng_index_close(b->index);
    bench_must(
        eng_index_open(&(eng_options){.dims = CORPUS_DIMS, .folder = folder}, &b->index, &err),
        &err);
}

/* Searches without anything beside them. */
static void run_alone(bench *b, const eng_options *options)
{
    run_opened(b, options);
    run_quiet(b, TOP, true, "top 10", true);
    run_quiet(b, TOP, false, "top 10, one thread", false);
    run_quiet(b, SERVED, true, "100 of each side", false);
    run_quiet(b, SERVED, false, "100 of each side, one thread", false);
    run_side(b, WORDS, "words");
    run_side(b, VECTORS, "vectors");
}

static bool has_option(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    anc_err err = {0};
    char temporary[] = "/tmp/anc-bench-hybrid-XXXXXX";
    const char *kept = getenv("BENCH_KEEP"), *made = mkdtemp(temporary);
    const char *folder = kept != NULL ? kept : made;
    const bool full = has_option(argc, argv, "--full");
    bench b = {.scratch = anc_arena_new((size_t)256 << 20),
               .ms = bench_alloc((size_t)WRITING_S * 200, sizeof *b.ms),
               .cpu = bench_alloc((size_t)WRITING_S * 200, sizeof *b.cpu)};
    anc_arena *mem = anc_arena_new((size_t)2 << 30);
    if (mem == NULL || b.scratch == NULL || made == NULL)
        bench_fail("no memory, or no folder");
    corpus_make(mem, full ? 1000000 : 100000, &b.corpus);
    (void)snprintf(b.size, sizeof b.size, "%zuk", b.corpus.n / 1000);
    const eng_options options = {.dims = CORPUS_DIMS, .folder = anc_str_of(folder)};
    bench_must(os_pool_open("bench", HELPERS, 1, &b.pool, &err), &err);
    bench_must(os_folder_make(options.folder, &err), &err);
    bench_must(eng_index_open(&options, &b.index, &err), &err);
    if (eng_stats(b.index).chunks != b.corpus.n)
        fill(&b, &options);
    b.published = b.corpus.n / CORPUS_CHUNKS;
    const bool fresh = has_option(argc, argv, "--fresh"),
               written = has_option(argc, argv, "--written");
    if (!fresh && !written)
        run_alone(&b, &options);
    b.paired = true;
    if (kept != NULL)
        move_to(&b, anc_str_of(made));
    if (!written)
        run_fresh(&b, TOP, &(eng_options){.dims = CORPUS_DIMS, .folder = anc_str_of(made)});
    if (!fresh)
        run_written(&b, TOP);
    eng_index_close(b.index);
    os_pool_free(b.pool);
    bench_must(os_folder_remove(anc_str_of(made), &err), &err);
    return 0;
}
