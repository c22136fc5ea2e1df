/* bench.c - rounds in turn, medians, lines. */
#include "common/bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "os/clock.h"

double bench_seconds(void)
{
    return (double)os_mono_ns() / 1e9;
}

double bench_cpu_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

void bench_print(const bench_figure *f, double ours, double peers)
{
    (void)printf("%s\t%s\t%s\t%.6g\t", f->name, f->unit, f->less_is_better ? "less" : "more", ours);
    if (f->peer != NULL)
        (void)printf("%s\t%.6g\n", f->peer, peers);
    else
        (void)printf("\t\n");
    (void)fflush(stdout);
}

void bench_run(const bench_figure *f)
{
    double ours[BENCH_MAX_ROUNDS], peers[BENCH_MAX_ROUNDS] = {0};
    (void)f->run_ours(f->arg);
    if (f->run_peers != NULL)
        (void)f->run_peers(f->arg);
    for (unsigned i = 0; i < f->rounds; i++) {
        ours[i] = f->run_ours(f->arg);
        if (f->run_peers != NULL)
            peers[i] = f->run_peers(f->arg);
    }
    bench_print(f, bench_median(ours, f->rounds), bench_median(peers, f->rounds));
}

void bench_skip(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)printf("skipped: ");
    (void)vprintf(fmt, args);
    (void)printf("\n");
    va_end(args);
    exit(BENCH_SKIPPED);
}

void bench_fail(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fprintf(stderr, "benchmark: ");
    (void)vfprintf(stderr, fmt, args);
    (void)fprintf(stderr, "\n");
    va_end(args);
    exit(EXIT_FAILURE);
}

void bench_must(anc_status status, const anc_err *err)
{
    if (status != ANC_OK)
        bench_fail("%s: %s", anc_status_info(status)->name, err->text);
}

void *bench_alloc(size_t count, size_t size)
{
    void *p = calloc(count > 0 ? count : 1, size);
    if (p == NULL)
        bench_fail("no memory for %zu elements of %zu bytes", count, size);
    return p;
}

void bench_keep(double value)
{
    __asm__ volatile("" : : "r"(&value) : "memory");
}
