/* bench.h - what the benchmarks share: rounds, medians, and the line that bench/run reads.
 *
 * A figure is ours against a peer. Both are run in turn in one process, a round of ours, a round of
 * the peer's, so that a noisy machine hurts both; the median of the rounds counts. What runs on one
 * thread is timed by the processor time it took, which others on the machine do not add to. A
 * program prints one line a figure, tabs between its parts:
 *
 *   figure <tab> unit <tab> more|less <tab> ours <tab> peer <tab> the peer's
 *
 * where more and less say which is better, and peer is empty where there is none. A line that begins
 * with "skipped: " says what is missing. Nothing is asserted. Failures end the program: a benchmark
 * has nothing to save.
 */
#ifndef ANC_BENCH_COMMON_BENCH_H
#define ANC_BENCH_COMMON_BENCH_H

#include "base/status.h"

enum { BENCH_MAX_ROUNDS = 32, BENCH_SKIPPED = 77 /* exit code */ };

/* One round; gives its value in the figure's unit. */
typedef double bench_fn(void *arg);

typedef struct bench_figure {
    const char *name;
    const char *unit;
    bool less_is_better;
    const char *peer;    /* NULL: none */
    bench_fn *run_ours;  /* each is run once to warm up, then `rounds` times */
    bench_fn *run_peers; /* NULL where there is no peer */
    void *arg;           /* of both */
    unsigned rounds;     /* odd, at most BENCH_MAX_ROUNDS */
} bench_figure;

/* Measures and prints. */
void bench_run(const bench_figure *figure);

/* Prints what was measured elsewhere; `peers` is not looked at where the figure has no peer. */
void bench_print(const bench_figure *figure, double ours, double peers);

double bench_median(double *values, size_t n); /* sorts them; n > 0 */

double bench_seconds(void);     /* a monotonic clock */
double bench_cpu_seconds(void); /* processor time of this process, all threads */

/* Prints "skipped: …" and ends the program with BENCH_SKIPPED. */
_Noreturn void bench_skip(const char *fmt, ...) ANC_PRINTF(1, 2);

/* Says what failed and ends the program. */
_Noreturn void bench_fail(const char *fmt, ...) ANC_PRINTF(1, 2);

/* Ends the program with the error's text unless `status` is OK. */
void bench_must(anc_status status, const anc_err *err);

/* `count * size` zeroed bytes for the life of the program. */
void *bench_alloc(size_t count, size_t size);

/* A value the compiler must compute though nobody reads it. */
void bench_keep(double value);

#endif
