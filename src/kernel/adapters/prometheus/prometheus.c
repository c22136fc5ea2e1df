/* prometheus.c - families of series in the order in which they were named.
 *
 * A series is allocated once and never moves, so its handle is changed without a lock. The mutex
 * guards the lists alone; render holds it while it writes, which delays nobody but those who name a
 * new series. A histogram's sum is kept in millionths, and its buckets are added up when rendered; a
 * scrape in the middle of an observation may see the count without the sum, as everywhere.
 */
#include "kernel/adapters/prometheus/prometheus.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SERIES = 2000 };

typedef enum kind { COUNTER, GAUGE, HISTOGRAM } kind;

static const char *const kind_names[] = {"counter", "gauge", "histogram"};

typedef struct member {
    struct member *next;
    char *labels; /* owned */
    krn_series series;
} member;

typedef struct family {
    struct family *next;
    char *name; /* owned */
    char *help; /* owned */
    kind kind;
    member *first, *last; /* owned */
} family;

struct krn_prometheus {
    pthread_mutex_t mutex;
    family *first, *last; /* owned */
    size_t n_series, max_series;
};

krn_prometheus *krn_prometheus_new(size_t max_series)
{
    krn_prometheus *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->max_series = max_series > 0 ? max_series : DEFAULT_SERIES;
    (void)pthread_mutex_init(&p->mutex, NULL);
    return p;
}

static void member_free(member *m)
{
    free(m->labels);
    free(m);
}

static void family_free(family *f)
{
    for (member *m = f->first; m != NULL;) {
        member *next = m->next;
        member_free(m);
        m = next;
    }
    free(f->name);
    free(f->help);
    free(f);
}

void krn_prometheus_free(krn_prometheus *p)
{
    if (p == NULL)
        return;
    for (family *f = p->first; f != NULL;) {
        family *next = f->next;
        family_free(f);
        f = next;
    }
    (void)pthread_mutex_destroy(&p->mutex);
    free(p);
}

/* ---- naming (with the mutex held) ---------------------------------------------------------- */

static family *family_get(krn_prometheus *p, const char *name, const char *help, kind k)
{
    for (family *f = p->first; f != NULL; f = f->next)
        if (strcmp(f->name, name) == 0)
            return f->kind == k ? f : NULL;
    family *f = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->name = strdup(name);
    f->help = strdup(help);
    f->kind = k;
    if (f->name == NULL || f->help == NULL) {
        family_free(f);
        return NULL;
    }
    if (p->last != NULL)
        p->last->next = f;
    else
        p->first = f;
    p->last = f;
    return f;
}

static member *member_get(krn_prometheus *p, family *f, const char *labels)
{
    for (member *m = f->first; m != NULL; m = m->next)
        if (strcmp(m->labels, labels) == 0)
            return m;
    member *m = p->n_series < p->max_series ? calloc(1, sizeof *m) : NULL;
    if (m == NULL)
        return NULL;
    m->labels = strdup(labels);
    if (m->labels == NULL) {
        member_free(m);
        return NULL;
    }
    if (f->last != NULL)
        f->last->next = m;
    else
        f->first = m;
    f->last = m;
    p->n_series++;
    return m;
}

static krn_series *series_get(krn_prometheus *p, const char *name, const char *labels,
                              const char *help, kind k, const double *bounds, size_t n)
{
    (void)pthread_mutex_lock(&p->mutex);
    family *f = family_get(p, name, help, k);
    member *m = f != NULL ? member_get(p, f, labels) : NULL;
    if (m != NULL && m->series.n_bounds == 0 && n <= KRN_HISTOGRAM_BUCKETS) {
        m->series.bounds = bounds;
        m->series.n_bounds = n;
    }
    (void)pthread_mutex_unlock(&p->mutex);
    return m != NULL ? &m->series : NULL;
}

static krn_series *name_counter(void *self, const char *name, const char *labels, const char *help)
{
    return series_get(self, name, labels, help, COUNTER, NULL, 0);
}

static krn_series *name_gauge(void *self, const char *name, const char *labels, const char *help)
{
    return series_get(self, name, labels, help, GAUGE, NULL, 0);
}

static krn_series *name_histogram(void *self, const char *name, const char *labels,
                                  const char *help, const double *bounds, size_t n)
{
    return series_get(self, name, labels, help, HISTOGRAM, bounds, n);
}

/* ---- rendering ----------------------------------------------------------------------------- */

static uint64_t count_of(const krn_series *s)
{
    return atomic_load_explicit(&s->count, memory_order_relaxed);
}

static int64_t value_of(const krn_series *s)
{
    return atomic_load_explicit(&s->value, memory_order_relaxed);
}

/* name{labels} */
static void add_name(anc_buf *out, const char *name, const char *suffix, const char *labels)
{
    (void)anc_buf_printf(out, "%s%s", name, suffix);
    if (labels[0] != 0)
        (void)anc_buf_printf(out, "{%s}", labels);
}

static void add_histogram(anc_buf *out, const char *name, const char *labels, const krn_series *s)
{
    const char *comma = labels[0] != 0 ? "," : "";
    uint64_t sum = 0;
    for (size_t i = 0; i < s->n_bounds; i++) {
        sum += atomic_load_explicit(&s->buckets[i], memory_order_relaxed);
        (void)anc_buf_printf(out, "%s_bucket{%s%sle=\"%g\"} %" PRIu64 "\n", name, labels, comma,
                             s->bounds[i], sum);
    }
    /* never below the last bucket, whatever came in between */
    const uint64_t count = count_of(s) > sum ? count_of(s) : sum;
    (void)anc_buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", name, labels, comma,
                         count);
    add_name(out, name, "_sum", labels);
    (void)anc_buf_printf(out, " %.6f\n", (double)value_of(s) / 1e6);
    add_name(out, name, "_count", labels);
    (void)anc_buf_printf(out, " %" PRIu64 "\n", count);
}

static void add_member(anc_buf *out, const family *f, const member *m)
{
    switch (f->kind) {
    case COUNTER:
        add_name(out, f->name, "", m->labels);
        (void)anc_buf_printf(out, " %" PRIu64 "\n", count_of(&m->series));
        break;
    case GAUGE:
        add_name(out, f->name, "", m->labels);
        (void)anc_buf_printf(out, " %" PRId64 "\n", value_of(&m->series));
        break;
    case HISTOGRAM:
        add_histogram(out, f->name, m->labels, &m->series);
        break;
    }
}

/* In HELP a backslash and a line feed are escaped. */
static void add_help(anc_buf *out, const char *help)
{
    for (; *help != 0; help++) {
        if (*help == '\\' || *help == '\n')
            (void)anc_buf_add_char(out, '\\');
        (void)anc_buf_add_char(out, *help == '\n' ? 'n' : *help);
    }
}

static void render(void *self, anc_buf *out)
{
    krn_prometheus *p = self;
    (void)pthread_mutex_lock(&p->mutex);
    for (const family *f = p->first; f != NULL; f = f->next) {
        (void)anc_buf_printf(out, "# HELP %s ", f->name);
        add_help(out, f->help);
        (void)anc_buf_printf(out, "\n# TYPE %s %s\n", f->name, kind_names[f->kind]);
        for (const member *m = f->first; m != NULL; m = m->next)
            add_member(out, f, m);
    }
    (void)pthread_mutex_unlock(&p->mutex);
}

krn_metrics krn_prometheus_metrics(krn_prometheus *p)
{
    static const krn_metrics_ops ops = {"prometheus", name_counter, name_gauge, name_histogram,
                                        render};
    return (krn_metrics){&ops, p};
}
