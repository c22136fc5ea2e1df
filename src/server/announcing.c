/* announcing.c - the rows of the house for what happens: which buses there are, a relay for each, the
 * ring of transient events that all of them hear, and the live feed. */
#include <string.h>

#include "house_impl.h"

/* A step costs a bus outside a round trip. */
enum {
    OUTSIDE_BATCH = 1000,
    OUTSIDE_BURST = 4,  /* for a second in which nothing went */
    FEED_PAUSE_MS = 12, /* of the feed: in it the events of a question come together */
    FEED_LAZY_MS =
        30, /* of transient ones, and where few watch: those of questions that follow closely, too */
    MEASURE_BYTES = 80 << 20 /* for one event, however large */
};
/* Between two steps when commits follow one another; after a rest some go at once. */
static const int64_t OUTSIDE_LINGER_NS = 250000000;

static const int64_t SAVE_NS = 1000000000;
static const int64_t MEASURE_NS = 1000000000;

static void wake_relays(void *arg)
{
    srv_house *h = arg;
    for (size_t i = 0; i < h->n_relays; i++)
        h->scheduler.ops->wake(h->scheduler.self, h->relays[i].step);
}

static void wake_feed(void *arg)
{
    srv_house *h = arg;
    h->scheduler.ops->wake(h->scheduler.self, h->feed_step);
}

/* `consumer` and `name` are literals; the first relay removes old events for all. */
static anc_status add_relay(srv_house *h, krn_bus bus, anc_str consumer, const char *name,
                            size_t batch, int64_t linger_ns, anc_err *err)
{
    const srv_config *c = h->o.config;
    srv_relay *r = &h->relays[h->n_relays];
    uint64_t seed = 0;
    h->clock.ops->random(h->clock.self, &seed, sizeof seed);
    const krn_relay_options options = {.outbox = h->outbox,
                                       .writer = h->writer,
                                       .bus = bus,
                                       .clock = h->clock,
                                       .log = h->log,
                                       .feed = h->feed,
                                       .metrics = h->metrics,
                                       .consumer = consumer,
                                       .batch = batch,
                                       .save_ns = SAVE_NS,
                                       .linger_ns = linger_ns,
                                       .burst = OUTSIDE_BURST,
                                       .seed = seed | 1,
                                       .prunes = h->n_relays == 0,
                                       .keep_ms = c->events.keep_days * 86400000,
                                       .keep = (uint64_t)c->events.keep};
    r->relay = krn_relay_new(&options);
    if (r->relay == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the relay to %s", bus.ops->name);
    h->n_relays++;
    return h->scheduler.ops->add(h->scheduler.self, name, krn_relay_step, r->relay, &r->step, err);
}

anc_status srv_feed_open(srv_house *h, anc_err *err)
{
    krn_feed_ring_options options = {.clock = h->clock,
                                     .metrics = h->metrics,
                                     .veil = h->veil,
                                     .buses = {h->bus},
                                     .n_buses = 1,
                                     .wake = wake_feed,
                                     .arg = h};
    for (size_t i = 0; i < h->n_outside; i++)
        options.buses[options.n_buses++] = h->outside[i].bus;
    h->feed_ring = krn_feed_ring_new(&options);
    if (h->feed_ring == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the feed");
    h->feed = krn_feed_ring_feed(h->feed_ring);
    return h->scheduler.ops->add(h->scheduler.self, "feed", krn_feed_ring_step, h->feed_ring,
                                 &h->feed_step, err);
}

anc_status srv_announcing_open(srv_house *h, anc_err *err)
{
    ANC_TRY(add_relay(h, h->bus, ANC_STR("relay"), "relay", 0, 0, err));
    for (size_t i = 0; i < h->n_outside; i++)
        ANC_TRY(add_relay(h, h->outside[i].bus, h->outside[i].consumer, h->outside[i].step,
                          OUTSIDE_BATCH, OUTSIDE_LINGER_NS, err));
    return h->outbox.ops->listen(h->outbox.self, wake_relays, h, err);
}

/* Who watches has a connection, so fewer of those mean fewer watchers. Where descriptors are what lacks, that was said
 * of the connections already. */
static size_t watchers_of(const srv_house *h)
{
    const srv_config *c = h->o.config;
    const int64_t wanted = c->events.max_subscribers, most = (int64_t)h->max_connections;
    if (wanted <= most)
        return (size_t)wanted;
    if (most == c->http.max_connections)
        krn_log_write(h->log, KRN_WARN, "server",
                      "fewer may watch the live feed than configured: raise http.max_connections",
                      KRN_INT("max_subscribers", most), KRN_INT("configured", wanted));
    return (size_t)most;
}

anc_status srv_live_open(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    h->live_later = (krn_loop_later){.loop = h->loop, .pause_ms = FEED_PAUSE_MS};
    h->live_lazily = (krn_loop_later){.loop = h->loop, .pause_ms = FEED_LAZY_MS};
    const liv_service_options options = {.bus = h->bus,
                                         .loop = h->loop_executor,
                                         .later = krn_loop_executor_later(&h->live_later),
                                         .lazily = krn_loop_executor_later(&h->live_lazily),
                                         .metrics = h->metrics,
                                         .wire = http_edge_wire(),
                                         .history = (size_t)c->events.history,
                                         .max_subscribers = watchers_of(h)};
    return liv_service_open(&options, &h->live, err);
}

static size_t look(void *self, krn_relay_state out[KRN_RELAYS_MAX])
{
    const srv_house *h = self;
    for (size_t i = 0; i < h->n_relays; i++)
        out[i] = krn_relay_look(h->relays[i].relay);
    return h->n_relays;
}

krn_relays srv_announcing_relays(srv_house *h)
{
    static const krn_relays_ops ops = {"house", look};
    return (krn_relays){&ops, h};
}

void srv_announcing_measure(srv_house *h)
{
    const atomic_bool never = false;
    for (size_t i = 0; i < h->n_relays; i++) {
        ANC_ARENA(mem, MEASURE_BYTES);
        anc_err unsaid = {0};
        krn_call call = {.mem = mem,
                         .err = &unsaid,
                         .deadline_ns = krn_now_ns(h->clock) + MEASURE_NS,
                         .cancelled = &never};
        if (mem == NULL || krn_relay_measure(h->relays[i].relay, &call) != ANC_OK)
            return; /* a catalog that cannot be read is told of elsewhere */
    }
}

void srv_announcing_settle(srv_house *h)
{
    for (size_t i = 0; i < h->n_relays; i++)
        krn_relay_settle(h->relays[i].relay);
}

void srv_announcing_close(srv_house *h)
{
    for (size_t i = 0; i < h->n_relays; i++)
        krn_relay_free(h->relays[i].relay);
    krn_feed_ring_free(h->feed_ring);
}
