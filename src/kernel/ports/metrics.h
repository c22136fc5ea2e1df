/* metrics.h - port: counters, gauges and histograms that somebody may scrape.
 *
 * Adapters: prometheus (text format 0.0.4). A series is named once, at start, and the handle is
 * kept; changing it is one atomic operation. `labels` is "" or `stage="embed",status="ok"` as it
 * stands in the text format. Asking again for the same name and labels gives the same series.
 * Contract: naming a series may allocate and gives NULL when memory or the bound on series is
 * reached; every change accepts NULL, so nobody has to check. Any thread. Names follow Prometheus
 * (anchorage_…_total, …_seconds, …_bytes).
 */
#ifndef ANC_KERNEL_PORTS_METRICS_H
#define ANC_KERNEL_PORTS_METRICS_H

#include <stdatomic.h>

#include "base/str.h"

enum { KRN_HISTOGRAM_BUCKETS = 14 };

typedef struct krn_series {
    _Atomic uint64_t count; /* counter: its value; histogram: observations */
    _Atomic int64_t value;  /* gauge: its value; histogram: sum in µ units */
    _Atomic uint64_t buckets[KRN_HISTOGRAM_BUCKETS]; /* histogram: not cumulated */
    const double *bounds;                            /* histogram: ascending, [n_bounds] */
    size_t n_bounds;                                 /* at most KRN_HISTOGRAM_BUCKETS */
} krn_series;

typedef struct krn_metrics_ops {
    const char *name;
    krn_series *(*counter)(void *self, const char *name, const char *labels, const char *help);
    krn_series *(*gauge)(void *self, const char *name, const char *labels, const char *help);
    /* `bounds` [n] is borrowed for ever (a static table). */
    krn_series *(*histogram)(void *self, const char *name, const char *labels, const char *help,
                             const double *bounds, size_t n);
    void (*render)(void *self, anc_buf *out); /* every series as text */
} krn_metrics_ops;

typedef struct krn_metrics {
    const krn_metrics_ops *ops;
    void *self;
} krn_metrics;

/* Seconds, 1 ms to 30 s. */
extern const double krn_latency_bounds[KRN_HISTOGRAM_BUCKETS];

static inline void krn_count(krn_series *s, uint64_t n)
{
    if (s != NULL)
        atomic_fetch_add_explicit(&s->count, n, memory_order_relaxed);
}

static inline void krn_gauge_set(krn_series *s, int64_t v)
{
    if (s != NULL)
        atomic_store_explicit(&s->value, v, memory_order_relaxed);
}

static inline void krn_gauge_add(krn_series *s, int64_t v)
{
    if (s != NULL)
        atomic_fetch_add_explicit(&s->value, v, memory_order_relaxed);
}

static inline void krn_observe(krn_series *s, double v)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_bounds; i++)
        if (v <= s->bounds[i]) {
            atomic_fetch_add_explicit(&s->buckets[i], 1, memory_order_relaxed);
            break;
        }
    atomic_fetch_add_explicit(&s->count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->value, (int64_t)(v * 1e6), memory_order_relaxed);
}

#endif
