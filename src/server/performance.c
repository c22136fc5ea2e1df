/* performance.c - what the watch over performance looks at in this house. */
#include "house_impl.h"
#include "os/clock.h"

static double resident(void *arg)
{
    (void)arg;
    return (double)os_resident_bytes() / (1 << 20);
}

static double queued(void *arg)
{
    const srv_house *h = arg;
    return (double)(os_pool_queued(h->cpu_pool) + os_pool_queued(h->io_pool));
}

/* Since the last look. */
static double refused(void *arg)
{
    srv_house *h = arg;
    const uint64_t now =
        h->refused != NULL ? atomic_load_explicit(&h->refused->count, memory_order_relaxed) : 0;
    const uint64_t since = now - h->refused_seen;
    h->refused_seen = now;
    return (double)since;
}

anc_status srv_performance_open(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    const krn_metrics m = h->metrics;
    uint32_t id;
    liv_reading readings[LIV_READINGS_MAX];
    size_t n = 0;
    if (c->performance.every_ms == 0)
        return ANC_OK;
    if (c->performance.memory_mb > 0)
        readings[n++] = (liv_reading){ANC_STR("resident_memory_mb"), ANC_STR("server"),
                                      (double)c->performance.memory_mb, resident};
    if (c->performance.queue_depth > 0) {
        readings[n++] = (liv_reading){ANC_STR("queue_depth"), ANC_STR("server"),
                                      (double)c->performance.queue_depth, queued};
        readings[n++] = (liv_reading){ANC_STR("requests_refused"), ANC_STR("server"), 0, refused};
    }
    h->refused = m.ops->counter(m.self, "anchorage_http_refused_total", "",
                                "Requests refused because too many were at work.");
    const liv_performance_options options = {
        .bus = h->bus,
        .feed = h->feed,
        .clock = h->clock,
        .every_ns = c->performance.every_ms * 1000000,
        .window_ns = c->performance.window_s * 1000000000,
        .hysteresis = c->performance.hysteresis,
        .latency_p95_ms = (double)c->performance.query_p95_ms,
        .readings = readings,
        .n_readings = n,
        .arg = h,
    };
    ANC_TRY(liv_performance_open(&options, &h->performance, err));
    return h->scheduler.ops->add(h->scheduler.self, "performance", liv_performance_step,
                                 h->performance, &id, err);
}
