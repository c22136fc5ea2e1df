/* bus_redis.c - the port: options, subscriptions, start and stop, and how it stands. */
#include "kernel/adapters/bus_redis/bus_redis.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "bus_redis_impl.h"
#include "os/clock.h"
#include "os/pem.h"
#include "os/wait.h"

enum {
    MEMORY = 1 << 20,
    MAX_EVENTS = 1000000,
    MAX_LETTERS = 10000,
    CLAIM_MS = 60000,
    TRIES = 6,
    MAX_QUEUED = 4096,
    PREFIX_MAX = 128
};

static const int64_t PAUSE_NS = 100000000;
static const int64_t STEP_NS = 5000000000;
static const int64_t STOP_NS = 1000000000;

/* ---- options ---- */

static anc_status copy(anc_arena *mem, anc_str *s, anc_err *err)
{
    *s = anc_arena_copy(mem, *s);
    if (s->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the options of the bus");
    return ANC_OK;
}

static anc_status copy_inbound(krn_bus_redis *bus, anc_err *err)
{
    krn_bus_redis_options *o = &bus->o;
    ev_strs types;
    ANC_TRY(ev_inbound_types_keep(bus->mem, (ev_strs){o->inbound, o->n_inbound}, &types, err));
    o->inbound = types.items;
    return ANC_OK;
}

static anc_status copy_options(krn_bus_redis *bus, anc_err *err)
{
    krn_bus_redis_options *o = &bus->o;
    if (o->group.len == 0)
        o->group = ANC_STR("anchorage");
    if (o->consumer.len == 0)
        o->consumer = o->source;
    ANC_TRY(copy(bus->mem, &o->ca_file, err));
    ANC_TRY(copy(bus->mem, &o->prefix, err));
    ANC_TRY(copy(bus->mem, &o->source, err));
    ANC_TRY(copy(bus->mem, &o->group, err));
    ANC_TRY(copy(bus->mem, &o->consumer, err));
    o->url = ANC_STR_NONE;
    o->max_events = o->max_events > 0 ? o->max_events : MAX_EVENTS;
    o->max_letters = o->max_letters > 0 ? o->max_letters : MAX_LETTERS;
    o->claim_ms = o->claim_ms > 0 ? o->claim_ms : CLAIM_MS;
    o->tries = o->tries > 0 ? o->tries : TRIES;
    o->pause_ns = o->pause_ns > 0 ? o->pause_ns : PAUSE_NS;
    o->step_ns = o->step_ns > 0 ? o->step_ns : STEP_NS;
    o->max_queued = o->max_queued > 0 ? o->max_queued : MAX_QUEUED;
    return copy_inbound(bus, err);
}

static anc_status name_keys(krn_bus_redis *bus, anc_err *err)
{
    const anc_str prefix = bus->o.prefix;
    if (prefix.len > PREFIX_MAX)
        return ANC_FAIL(err, ANC_INVALID, "the prefix has more than %d bytes", PREFIX_MAX);
    bus->stream = anc_arena_printf(bus->mem, "%.*sevents", ANC_FMT(prefix));
    bus->channel = anc_arena_printf(bus->mem, "%.*sevents:", ANC_FMT(prefix));
    bus->letters = anc_arena_printf(bus->mem, "%.*sevents.dlq", ANC_FMT(prefix));
    (void)snprintf(bus->max_events, sizeof bus->max_events, "%llu",
                   (unsigned long long)bus->o.max_events);
    (void)snprintf(bus->max_letters, sizeof bus->max_letters, "%llu",
                   (unsigned long long)bus->o.max_letters);
    if (bus->stream.ptr == NULL || bus->channel.ptr == NULL || bus->letters.ptr == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the names of streams");
    return ANC_OK;
}

/* As well as it can be done before a connection, so that a wrong name stops the start. */
static anc_status check_trusted(const krn_bus_redis *bus, anc_err *why, anc_err *err)
{
    if (!bus->place.tls || bus->o.ca_file.len == 0)
        return ANC_OK;
    const anc_status status = os_certificates_check(bus->o.ca_file, why);
    return status == ANC_OK ? ANC_OK
                            : ANC_FAIL(err, status, "certificates to trust: %s", why->text);
}

static anc_status set_up(krn_bus_redis *bus, const krn_bus_redis_options *options, anc_err *err)
{
    anc_err why = {0};
    bus->mem = anc_arena_new(MEMORY);
    if (bus->mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a bus on Redis");
    bus->o = *options;
    const anc_status read = clt_redis_url_read(bus->mem, options->url, &bus->place, &why);
    if (read != ANC_OK)
        return ANC_FAIL(err, read, "the URL of Redis does not fit: %s", why.text);
    if (options->db >= 0)
        bus->place.db = (uint32_t)options->db;
    ANC_TRY(check_trusted(bus, &why, err));
    ANC_TRY(copy_options(bus, err));
    ANC_TRY(name_keys(bus, err));
    ANC_TRY(krn_redis_link_open(bus, &bus->durable, "events", 0, err));
    return krn_redis_link_open(bus, &bus->transient, "feed", 0, err);
}

anc_status krn_bus_redis_new(const krn_bus_redis_options *options, krn_bus_redis **ret,
                             anc_err *err)
{
    krn_bus_redis *bus = calloc(1, sizeof *bus);
    if (bus == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a bus on Redis");
    (void)pthread_mutex_init(&bus->mutex, NULL);
    os_cond_init(&bus->work);
    os_crew_init(&bus->crew, &bus->mutex, "anc-redis-in");
    bus->transient_ended = true;
    const anc_status status = set_up(bus, options, err);
    if (status != ANC_OK) {
        krn_bus_redis_free(bus);
        return status;
    }
    *ret = bus;
    return ANC_OK;
}

/* ---- the port ---- */

static anc_status bus_publish(void *self, const krn_announcement *events, size_t n,
                              int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    krn_bus_redis *bus = self;
    *ret_taken = 0;
    if (n > 0 && krn_is_durable(&events[0]))
        return krn_redis_publish_durable(bus, events, n, deadline_ns, ret_taken, err);
    krn_redis_publish_transient(bus, events, n);
    *ret_taken = n;
    return ANC_OK;
}

static krn_redis_subscription *subscription_of(const krn_bus_redis *bus, size_t i)
{
    return bus->crew.list[i]->owner;
}

/* Which of the subscriptions to the same pattern it is gives its group a name. */
static anc_status name_group(krn_bus_redis *bus, krn_redis_subscription *s, anc_err *err)
{
    size_t same = 1;
    const bool exact = !anc_str_ends(s->pattern, ANC_STR("*"));
    for (size_t i = 0; i < bus->crew.n; i++)
        same += anc_str_eq(subscription_of(bus, i)->pattern, s->pattern);
    s->group =
        anc_arena_printf(s->mem, same > 1 ? "%.*s%s%.*s#%zu" : "%.*s%s%.*s", ANC_FMT(bus->o.group),
                         exact ? "" : ":", exact ? 0 : (int)s->pattern.len, s->pattern.ptr, same);
    return s->group.ptr != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a group");
}

static anc_status bus_subscribe(void *self, anc_str pattern, krn_bus_handler_fn *handler, void *arg,
                                uint64_t *ret_id, anc_err *err)
{
    krn_bus_redis *bus = self;
    krn_redis_subscription *s = NULL;
    ANC_TRY(krn_redis_subscription_new(bus, pattern, handler, arg, &s, err));
    (void)pthread_mutex_lock(&bus->mutex);
    anc_status status = name_group(bus, s, err);
    if (status == ANC_OK)
        status = os_crew_add(&bus->crew, &s->member, err);
    if (status == ANC_OK)
        *ret_id = s->member.id;
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status != ANC_OK)
        krn_redis_subscription_free(s);
    return status;
}

static void bus_unsubscribe(void *self, uint64_t id)
{
    krn_bus_redis *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    os_member *m = os_crew_take_off(&bus->crew, id);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (m == NULL)
        return;
    krn_redis_subscription *s = m->owner;
    clt_redis_cancel(s->link.client);
    os_member_join(m);
    krn_redis_subscription_free(s);
}

/* Messages that wait have a second where the server answers; whoever waits for it otherwise is let go at once. */
static void end_transient(krn_bus_redis *bus)
{
    (void)pthread_mutex_lock(&bus->mutex);
    const int64_t stop_at_ns = bus->crew.stop_at_ns;
    while (!bus->transient_ended && os_cond_wait(&bus->work, &bus->mutex, stop_at_ns)) {
        /* until it ended, or its time is over */
    }
    (void)pthread_mutex_unlock(&bus->mutex);
    clt_redis_cancel(bus->transient.client);
    os_thread_join(bus->thread);
    bus->thread = NULL;
    (void)pthread_mutex_lock(&bus->mutex);
    krn_redis_transient_clear(bus);
    (void)pthread_mutex_unlock(&bus->mutex);
}

static void bus_stop(void *self)
{
    krn_bus_redis *bus = self;
    os_leaving leaving;
    (void)pthread_mutex_lock(&bus->mutex);
    os_crew_let_go(&bus->crew, os_mono_ns() + STOP_NS, &leaving);
    for (size_t i = 0; i < bus->crew.n; i++)
        clt_redis_cancel(subscription_of(bus, i)->link.client);
    (void)pthread_cond_broadcast(&bus->work);
    (void)pthread_mutex_unlock(&bus->mutex);
    clt_redis_cancel(bus->durable.client);
    end_transient(bus);
    os_leaving_join(&leaving);
}

static anc_status bus_start(void *self, anc_err *err)
{
    krn_bus_redis *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    assert(!bus->crew.running);
    bus->transient_ended = false;
    clt_redis_resume(bus->durable.client);
    clt_redis_resume(bus->transient.client);
    anc_status status =
        os_thread_start("anc-redis", krn_redis_transient_thread, bus, &bus->thread, err);
    bus->transient_ended = status != ANC_OK;
    for (size_t i = 0; i < bus->crew.n; i++)
        clt_redis_resume(subscription_of(bus, i)->link.client);
    if (status == ANC_OK)
        status = os_crew_start(&bus->crew, err);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status != ANC_OK)
        bus_stop(bus);
    return status;
}

/* ---- how it stands ---- */

static void look_at(const krn_redis_link *l, krn_bus_stats *stats, bool *tried)
{
    *tried = *tried || l->tried;
    if (!l->tried || l->well || stats->problem[0] != '\0')
        return;
    (void)snprintf(stats->problem, sizeof stats->problem, "%s", l->problem);
}

static krn_bus_stats bus_stats(void *self)
{
    krn_bus_redis *bus = self;
    bool tried = false;
    (void)pthread_mutex_lock(&bus->mutex);
    krn_bus_stats stats = bus->stats;
    stats.subscribers = bus->crew.n;
    stats.queued = bus->queued;
    stats.running = bus->crew.running;
    look_at(&bus->transient, &stats, &tried);
    look_at(&bus->durable, &stats, &tried);
    for (size_t i = 0; i < bus->crew.n; i++)
        look_at(&subscription_of(bus, i)->link, &stats, &tried);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (!tried)
        (void)snprintf(stats.problem, sizeof stats.problem, "not reached yet");
    stats.reachable = stats.running && stats.problem[0] == '\0';
    return stats;
}

void krn_bus_redis_free(krn_bus_redis *bus)
{
    if (bus == NULL)
        return;
    if (bus->transient.client != NULL)
        bus_stop(bus);
    for (size_t i = 0; i < bus->crew.n; i++)
        krn_redis_subscription_free(subscription_of(bus, i));
    krn_redis_link_close(&bus->durable);
    krn_redis_link_close(&bus->transient);
    (void)pthread_cond_destroy(&bus->work);
    (void)pthread_mutex_destroy(&bus->mutex);
    anc_arena_free(bus->mem);
    free(bus);
}

anc_str krn_bus_redis_name(const krn_bus_redis *bus)
{
    return clt_redis_name(bus->durable.client);
}

krn_bus krn_bus_redis_bus(krn_bus_redis *bus)
{
    static const krn_bus_ops ops = {
        .name = "redis",
        .publish = bus_publish,
        .subscribe = bus_subscribe,
        .unsubscribe = bus_unsubscribe,
        .start = bus_start,
        .stop = bus_stop,
        .stats = bus_stats,
    };
    return (krn_bus){&ops, bus};
}
