/* bus_redis.c - the port: options, subscriptions, start and stop, and how it stands. */
#include "kernel/adapters/bus_redis/bus_redis.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus_redis_impl.h"
#include "os/clock.h"
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
    if (o->n_inbound > KRN_BUS_REDIS_TYPES)
        return ANC_FAIL(err, ANC_INVALID, "%zu inbound types, at most %d are possible",
                        o->n_inbound, KRN_BUS_REDIS_TYPES);
    anc_str *types = anc_arena_alloc(bus->mem, o->n_inbound, sizeof *types);
    for (size_t i = 0; types != NULL && i < o->n_inbound; i++) {
        const anc_str type = o->inbound[i];
        if (!ev_pattern_valid(type) || anc_str_ends(type, ANC_STR("*")))
            return ANC_FAIL(err, ANC_INVALID, "'%.*s' is no type of an event", ANC_FMT(type));
        types[i] = type;
        ANC_TRY(copy(bus->mem, &types[i], err));
    }
    o->inbound = types;
    return types != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory for inbound types");
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
    bus->stop_at_ns = INT64_MAX;
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

static anc_status start_thread(krn_redis_subscription *s, anc_err *err)
{
    return os_thread_start("anc-redis-in", krn_redis_subscription_thread, s, &s->thread, err);
}

/* Which of the subscriptions to the same pattern it is gives its group a name. */
static anc_status name_group(krn_bus_redis *bus, krn_redis_subscription *s, anc_err *err)
{
    size_t same = 1;
    const bool exact = !anc_str_ends(s->pattern, ANC_STR("*"));
    for (size_t i = 0; i < bus->n; i++)
        same += anc_str_eq(bus->list[i]->pattern, s->pattern);
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
    anc_status status = ANC_OK;
    if (bus->n == KRN_REDIS_SUBSCRIPTIONS)
        status = ANC_FAIL(err, ANC_LIMIT, "more than %d subscriptions", KRN_REDIS_SUBSCRIPTIONS);
    if (status == ANC_OK)
        status = name_group(bus, s, err);
    if (status == ANC_OK && bus->running)
        status = start_thread(s, err);
    if (status == ANC_OK) {
        s->id = ++bus->last_id;
        *ret_id = s->id;
        bus->list[bus->n++] = s;
    }
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status != ANC_OK)
        krn_redis_subscription_free(s);
    return status;
}

static void bus_unsubscribe(void *self, uint64_t id)
{
    krn_bus_redis *bus = self;
    krn_redis_subscription *s = NULL;
    (void)pthread_mutex_lock(&bus->mutex);
    for (size_t i = 0; i < bus->n && s == NULL; i++) {
        if (bus->list[i]->id != id)
            continue;
        s = bus->list[i];
        memmove(&bus->list[i], &bus->list[i + 1], (bus->n - i - 1) * sizeof(bus->list[0]));
        bus->n--;
        s->gone = true;
        (void)pthread_cond_broadcast(&s->work);
    }
    (void)pthread_mutex_unlock(&bus->mutex);
    if (s == NULL)
        return;
    clt_redis_cancel(s->link.client);
    os_thread_join(s->thread);
    krn_redis_subscription_free(s);
}

/* Messages that wait have a second; whoever waits for the server otherwise is let go at once. */
static void end_transient(krn_bus_redis *bus)
{
    (void)pthread_mutex_lock(&bus->mutex);
    const int64_t stop_at_ns = bus->stop_at_ns;
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
    os_thread *threads[KRN_REDIS_SUBSCRIPTIONS];
    size_t n = 0;
    (void)pthread_mutex_lock(&bus->mutex);
    bus->running = false;
    bus->stop_at_ns = os_mono_ns() + STOP_NS;
    for (size_t i = 0; i < bus->n; i++) {
        threads[n++] = bus->list[i]->thread;
        bus->list[i]->thread = NULL;
        clt_redis_cancel(bus->list[i]->link.client);
        (void)pthread_cond_broadcast(&bus->list[i]->work);
    }
    (void)pthread_cond_broadcast(&bus->work);
    (void)pthread_mutex_unlock(&bus->mutex);
    clt_redis_cancel(bus->durable.client);
    end_transient(bus);
    for (size_t i = 0; i < n; i++)
        os_thread_join(threads[i]);
}

static anc_status bus_start(void *self, anc_err *err)
{
    krn_bus_redis *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    assert(!bus->running);
    bus->stop_at_ns = INT64_MAX;
    bus->transient_ended = false;
    clt_redis_resume(bus->durable.client);
    clt_redis_resume(bus->transient.client);
    anc_status status =
        os_thread_start("anc-redis", krn_redis_transient_thread, bus, &bus->thread, err);
    bus->transient_ended = status != ANC_OK;
    for (size_t i = 0; i < bus->n && status == ANC_OK; i++) {
        clt_redis_resume(bus->list[i]->link.client);
        status = start_thread(bus->list[i], err);
    }
    bus->running = status == ANC_OK;
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
    stats.subscribers = bus->n;
    stats.queued = bus->queued;
    stats.running = bus->running;
    look_at(&bus->transient, &stats, &tried);
    look_at(&bus->durable, &stats, &tried);
    for (size_t i = 0; i < bus->n; i++)
        look_at(&bus->list[i]->link, &stats, &tried);
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
    for (size_t i = 0; i < bus->n; i++)
        krn_redis_subscription_free(bus->list[i]);
    krn_redis_link_close(&bus->durable);
    krn_redis_link_close(&bus->transient);
    (void)pthread_cond_destroy(&bus->work);
    (void)pthread_mutex_destroy(&bus->mutex);
    anc_arena_free(bus->mem);
    free(bus);
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
