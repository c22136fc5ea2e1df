/* performance.c - samples heard, readings taken, changes told. */
#include "live/app/performance.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/domain/feed_events.h"
#include "live/domain/threshold.h"
#include "json/json.h"

static const double SHARE = 0.95;

struct liv_performance {
    liv_performance_options with; /* immutable */
    liv_reading readings[LIV_READINGS_MAX];
    bool past[LIV_READINGS_MAX]; /* the step's, as the next two */
    bool latency_past;
    double scratch[LIV_SAMPLES];
    uint64_t subscription;
    bool subscribed;
    pthread_mutex_t lock; /* of latencies */
    liv_window latencies;
};

/* On a thread of the bus. */
static anc_status hear(void *arg, const krn_announcement *a, anc_err *err)
{
    liv_performance *p = arg;
    json_doc *doc;
    ANC_TRY(json_parse(a->envelope, &doc, err));
    const json_value *payload = json_member(json_root(doc), "payload");
    const double seconds = json_double(json_member(payload, "processing_time"), (double)NAN);
    json_doc_free(doc);
    if (isnan(seconds))
        return ANC_FAIL(err, ANC_INVALID, "a query.completed without its processing_time");
    (void)pthread_mutex_lock(&p->lock);
    liv_window_add(&p->latencies, krn_now_ns(p->with.clock), seconds * 1000);
    (void)pthread_mutex_unlock(&p->lock);
    return ANC_OK;
}

static void look(const liv_performance *p, const liv_reading *r, double value, bool *past)
{
    const ev_performance event = {.metric = r->metric,
                                  .value = value,
                                  .threshold = r->threshold,
                                  .window_s = (double)p->with.window_ns / 1e9,
                                  .component = r->component};
    const ev_context context = {.component = r->component};
    if (liv_threshold_look(value, r->threshold, p->with.hysteresis, past) != LIV_AS_BEFORE)
        krn_feed_publish(p->with.feed, EV_PERFORMANCE, &event, &context);
}

static void look_at_latency(liv_performance *p, int64_t now_ns)
{
    const liv_reading r = {.metric = ANC_STR("query_latency_p95_ms"),
                           .component = ANC_STR("rag"),
                           .threshold = p->with.latency_p95_ms};
    size_t n;
    if (p->with.latency_p95_ms <= 0)
        return;
    (void)pthread_mutex_lock(&p->lock);
    const double p95 =
        liv_window_percentile(&p->latencies, now_ns - p->with.window_ns, SHARE, p->scratch, &n);
    (void)pthread_mutex_unlock(&p->lock);
    if (n == 0 || n >= LIV_LATENCY_LEAST)
        look(p, &r, p95, &p->latency_past);
}

int64_t liv_performance_step(void *arg, int64_t now_ns)
{
    liv_performance *p = arg;
    look_at_latency(p, now_ns);
    for (size_t i = 0; i < p->with.n_readings; i++)
        look(p, &p->readings[i], p->readings[i].read(p->with.arg), &p->past[i]);
    return now_ns + p->with.every_ns;
}

anc_status liv_performance_open(const liv_performance_options *options, liv_performance **ret,
                                anc_err *err)
{
    const krn_bus bus = options->bus;
    if (options->n_readings > LIV_READINGS_MAX)
        return ANC_FAIL(err, ANC_INVALID, "%zu things are to be watched; at most %d can be",
                        options->n_readings, LIV_READINGS_MAX);
    liv_performance *p = calloc(1, sizeof *p);
    if (p == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the watch over performance");
    p->with = *options;
    memcpy(p->readings, options->readings, options->n_readings * sizeof *p->readings);
    (void)pthread_mutex_init(&p->lock, NULL);
    if (options->latency_p95_ms > 0) {
        const anc_status status = bus.ops->subscribe(bus.self, ANC_STR("query.completed"), hear, p,
                                                     &p->subscription, err);
        if (status != ANC_OK) {
            liv_performance_close(p);
            return status;
        }
        p->subscribed = true;
    }
    *ret = p;
    return ANC_OK;
}

void liv_performance_close(liv_performance *p)
{
    if (p == NULL)
        return;
    if (p->subscribed)
        p->with.bus.ops->unsubscribe(p->with.bus.self, p->subscription);
    (void)pthread_mutex_destroy(&p->lock);
    free(p);
}
