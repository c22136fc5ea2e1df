/* gauges.c - what the house knows of itself, told to the metrics once a second. */
#include "house_impl.h"

#include "os/clock.h"

static const int64_t EVERY_NS = 1000000000;

typedef struct gauge_row {
    const char *name, *labels, *help;
    int64_t (*read)(const srv_house *h);
    bool is_total; /* only ever grows: a counter */
} gauge_row;

static int64_t connections(const srv_house *h)
{
    return (int64_t)net_server_stats_of(h->server).connections;
}

static int64_t accepted(const srv_house *h)
{
    return (int64_t)net_server_stats_of(h->server).accepted_total;
}

static int64_t refused(const srv_house *h)
{
    return (int64_t)net_server_stats_of(h->server).refused_total;
}

static int64_t bad_requests(const srv_house *h)
{
    return (int64_t)net_server_stats_of(h->server).bad_requests_total;
}

static int64_t answer_bytes(const srv_house *h)
{
    return (int64_t)net_server_stats_of(h->server).answer_bytes;
}

static int64_t answers_refused(const srv_house *h)
{
    return (int64_t)net_server_stats_of(h->server).answers_refused_total;
}

static int64_t providers_running(const srv_house *h)
{
    return (int64_t)net_http_running(h->http);
}

static int64_t posted(const srv_house *h)
{
    return (int64_t)net_loop_posted(h->loop);
}

static int64_t cpu_queued(const srv_house *h)
{
    return (int64_t)os_pool_queued(h->cpu_pool);
}

static int64_t io_queued(const srv_house *h)
{
    return (int64_t)os_pool_queued(h->io_pool);
}

static int64_t log_lost(const srv_house *h)
{
    return (int64_t)krn_log_json_lost(&h->log_json);
}

static int64_t set_aside(const srv_house *h, const char *bus)
{
    int64_t n = 0;
    for (size_t i = 0; i < h->n_outside; i++)
        if (anc_str_eq(anc_str_of(h->outside[i].bus.ops->name), anc_str_of(bus)))
            n += (int64_t)h->outside[i].bus.ops->stats(h->outside[i].bus.self).refused;
    return n;
}

static int64_t given_up(const srv_house *h)
{
    int64_t n = 0;
    for (size_t i = 0; i < h->n_outside; i++)
        n += (int64_t)h->outside[i].bus.ops->stats(h->outside[i].bus.self).unfit;
    return n;
}

static int64_t set_aside_redis(const srv_house *h)
{
    return set_aside(h, "redis");
}

static int64_t set_aside_kafka(const srv_house *h)
{
    return set_aside(h, "kafka");
}

/* Transient ones that a full queue refused, and those not shown live. */
static int64_t events_dropped(const srv_house *h)
{
    uint64_t n = h->feed.ops != NULL ? h->feed.ops->stats(h->feed.self).dropped : 0;
    if (h->bus.ops != NULL)
        n += h->bus.ops->stats(h->bus.self).dropped;
    if (h->live != NULL)
        n += liv_stats_of(h->live).missed;
    return (int64_t)n;
}

static int64_t questions_encoded(const srv_house *h)
{
    return (int64_t)inf_turns_about(h->turns).of[INF_AT_ONCE].calls;
}

static int64_t soon_encoded(const srv_house *h)
{
    return (int64_t)inf_turns_about(h->turns).of[INF_SOON].calls;
}

static int64_t passages_encoded(const srv_house *h)
{
    return (int64_t)inf_turns_about(h->turns).of[INF_WHEN_FREE].calls;
}

static int64_t gave_way(const srv_house *h)
{
    return (int64_t)inf_turns_about(h->turns).of[INF_WHEN_FREE].gave_way;
}

static int64_t joined(const srv_house *h)
{
    const inf_turns_stats stats = inf_turns_about(h->turns);
    uint64_t n = 0;
    for (inf_urgency u = INF_AT_ONCE; u < INF_URGENCIES; u++)
        n += stats.of[u].joined;
    return (int64_t)n;
}

static int64_t resident(const srv_house *h)
{
    (void)h;
    return (int64_t)os_resident_bytes();
}

static const gauge_row rows[SRV_GAUGES] = {
    {"anchorage_connections", "", "Connections that are open.", connections, false},
    {"anchorage_connections_accepted_total", "", "Connections accepted.", accepted, true},
    {"anchorage_connections_refused_total", "", "Connections refused: too many, or no descriptor.",
     refused, true},
    {"anchorage_bad_requests_total", "", "Requests refused before they had a route.", bad_requests,
     true},
    {"anchorage_http_answer_bytes", "",
     "Memory that answers take or have reserved until their clients have them.", answer_bytes,
     false},
    {"anchorage_http_answers_refused_total", "",
     "Answers refused since those that wait for their clients had all the memory for them.",
     answers_refused, true},
    {"anchorage_provider_requests", "", "Requests to language models under way.", providers_running,
     false},
    {"anchorage_loop_posted", "", "Calls that wait for the event loop.", posted, false},
    {"anchorage_pool_queued", "pool=\"cpu\"", "Tasks that wait for a thread.", cpu_queued, false},
    {"anchorage_pool_queued", "pool=\"io\"", "Tasks that wait for a thread.", io_queued, false},
    {"anchorage_encoder_calls", "urgency=\"question\"", "Calls at the models of this process.",
     questions_encoded, false},
    {"anchorage_encoder_calls", "urgency=\"soon\"", "Calls at the models of this process.",
     soon_encoded, false},
    {"anchorage_encoder_calls", "urgency=\"background\"", "Calls at the models of this process.",
     passages_encoded, false},
    {"anchorage_encoder_gave_way_total", "",
     "Blocks of passages that stood back in the middle for something more urgent.", gave_way, true},
    {"anchorage_encoder_joined_total", "",
     "Blocks that went through a model with a block of another.", joined, true},
    {"anchorage_log_lines_lost_total", "", "Log lines that could not be written.", log_lost, true},
    {"anchorage_inbound_set_aside_total", "bus=\"redis\"",
     "Events of other services that went to the dead letters.", set_aside_redis, true},
    {"anchorage_inbound_set_aside_total", "bus=\"kafka\"",
     "Events of other services that went to the dead letters.", set_aside_kafka, true},
    {"anchorage_outbound_given_up_total", "",
     "Durable events that a bus will never take, as too large.", given_up, true},
    {"anchorage_events_dropped_total", "",
     "Events that a full queue refused, or that were not shown live.", events_dropped, true},
    {"anchorage_resident_bytes", "", "Memory of the process.", resident, false},
};

static int64_t step(void *arg, int64_t now_ns)
{
    srv_house *h = arg;
    srv_announcing_measure(h);
    for (size_t i = 0; i < SRV_GAUGES; i++) {
        const int64_t now = rows[i].read(h);
        if (rows[i].is_total)
            krn_count(h->gauges[i], (uint64_t)(now - h->gauge_told[i]));
        else
            krn_gauge_set(h->gauges[i], now);
        h->gauge_told[i] = now;
    }
    return now_ns + EVERY_NS;
}

anc_status srv_gauges_open(srv_house *h, anc_err *err)
{
    uint32_t id;
    const krn_metrics m = h->metrics;
    for (size_t i = 0; i < SRV_GAUGES; i++)
        h->gauges[i] = (rows[i].is_total ? m.ops->counter : m.ops->gauge)(
            m.self, rows[i].name, rows[i].labels, rows[i].help);
    return h->scheduler.ops->add(h->scheduler.self, "gauges", step, h, &id, err);
}
