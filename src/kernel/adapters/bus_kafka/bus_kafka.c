/* bus_kafka.c - the bus port: options, subscriptions, start and stop. */
#include "bus_kafka.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus_kafka_impl.h"
#include "os/clock.h"

enum {
    OPTIONS_BYTES = 1 << 20,
    BATCH_BYTES = 512 << 20,
    PARTITIONS = 3,
    TRIES = 6,
    LARGEST_MESSAGE = 8 << 20
};

static const int64_t PAUSE_NS = 100000000;

/* ---- opening --------------------------------------------------------------------------------- */

static anc_status keep(krn_bus_kafka *bus, anc_str *s, anc_err *err)
{
    *s = anc_arena_copy(bus->mem, *s);
    return s->ptr != NULL ? ANC_OK : ANC_FAIL(err, ANC_LIMIT, "kafka: the options are too long");
}

static anc_status keep_inbound(krn_bus_kafka *bus, anc_err *err)
{
    krn_bus_kafka_options *o = &bus->o;
    ev_strs types;
    ANC_TRY(ev_inbound_types_keep(bus->mem, (ev_strs){o->inbound, o->n_inbound}, &types, err));
    o->inbound = types.items;
    return ANC_OK;
}

static anc_status keep_topics(krn_bus_kafka *bus, anc_err *err)
{
    krn_bus_kafka_options *o = &bus->o;
    anc_str *topics = anc_arena_alloc(bus->mem, o->n_topics, sizeof *topics);
    if (topics == NULL)
        return ANC_FAIL(err, ANC_LIMIT, "kafka: the options are too long");
    for (size_t i = 0; i < o->n_topics; i++) {
        topics[i] = o->topics[i];
        ANC_TRY(keep(bus, &topics[i], err));
    }
    o->topics = topics;
    return ANC_OK;
}

static anc_status keep_options(krn_bus_kafka *bus, anc_err *err)
{
    krn_bus_kafka_options *o = &bus->o;
    anc_str *const texts[] = {&o->place.brokers,   &o->place.client_id, &o->place.security,
                              &o->place.mechanism, &o->place.user,      &o->place.password,
                              &o->place.ca_file,   &o->prefix,          &o->source,
                              &o->group,           &o->compression};
    if (o->group.len == 0)
        o->group = ANC_STR("anchorage");
    for (size_t i = 0; i < ANC_COUNT(texts); i++)
        ANC_TRY(keep(bus, texts[i], err));
    o->partitions = o->partitions > 0 ? o->partitions : PARTITIONS;
    o->tries = o->tries > 0 ? o->tries : TRIES;
    o->pause_ns = o->pause_ns > 0 ? o->pause_ns : PAUSE_NS;
    ANC_TRY(keep_topics(bus, err));
    ANC_TRY(keep_inbound(bus, err));
    return krn_bus_kafka_names_check(o, err);
}

static anc_status open_producer(krn_bus_kafka *bus, anc_err *err)
{
    const clt_kafka_producer_options options = {.place = bus->o.place,
                                                .compression = bus->o.compression,
                                                .max_message_bytes = LARGEST_MESSAGE};
    return clt_kafka_producer_open(&options, &bus->producer, err);
}

anc_status krn_bus_kafka_new(const krn_bus_kafka_options *options, krn_bus_kafka **ret,
                             anc_err *err)
{
    krn_bus_kafka *bus = calloc(1, sizeof *bus);
    if (bus == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a bus");
    bus->o = *options;
    (void)pthread_mutex_init(&bus->sending, NULL);
    (void)pthread_mutex_init(&bus->mutex, NULL);
    os_crew_init(&bus->crew, &bus->mutex, "anc-kafka");
    os_crew_init(&bus->watchers, &bus->mutex, "anc-kafka-watch");
    os_member_init(&bus->watch, &bus->watchers, krn_kafka_watch_thread, bus);
    bus->mem = anc_arena_new(OPTIONS_BYTES);
    bus->batch = anc_arena_new(BATCH_BYTES);
    anc_status status = ANC_OK;
    if (bus->mem == NULL || bus->batch == NULL)
        status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a bus");
    if (status == ANC_OK)
        status = keep_options(bus, err);
    if (status == ANC_OK)
        status = os_crew_add(&bus->watchers, &bus->watch, err);
    if (status == ANC_OK)
        status = open_producer(bus, err);
    if (status == ANC_OK)
        *ret = bus;
    else
        krn_bus_kafka_free(bus);
    return status;
}

anc_str krn_bus_kafka_mock_brokers(const krn_bus_kafka *bus)
{
    return clt_kafka_mock_brokers(bus->producer);
}

/* ---- how it stands --------------------------------------------------------------------------- */

anc_status krn_kafka_note(krn_bus_kafka *bus, anc_status status, const anc_err *err)
{
    if (status == ANC_CANCELLED) /* we ended it */
        return status;
    (void)pthread_mutex_lock(&bus->mutex);
    const bool changed = !bus->tried || bus->well != (status == ANC_OK);
    bus->tried = true;
    bus->well = status == ANC_OK;
    (void)snprintf(bus->problem, sizeof bus->problem, "%.*s", KRN_KAFKA_PROBLEM - 1,
                   status != ANC_OK ? err->text : "");
    (void)pthread_mutex_unlock(&bus->mutex);
    if (changed && status != ANC_OK)
        krn_log_write(bus->o.log, KRN_WARN, "kafka", "the cluster is not reached",
                      KRN_STR("reason", anc_str_of(err->text)));
    else if (changed)
        krn_log_write(bus->o.log, KRN_INFO, "kafka", "the cluster is reached",
                      KRN_STR("brokers", bus->o.place.brokers));
    return status;
}

static krn_bus_stats bus_stats(void *self)
{
    krn_bus_kafka *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    krn_bus_stats stats = bus->stats;
    stats.subscribers = bus->crew.n;
    stats.running = bus->crew.running;
    stats.reachable = bus->crew.running && bus->well;
    (void)snprintf(stats.problem, sizeof stats.problem, "%s", bus->problem);
    (void)pthread_mutex_unlock(&bus->mutex);
    return stats;
}

/* ---- publishing ------------------------------------------------------------------------------ */

static anc_status bus_publish(void *self, const krn_announcement *events, size_t n,
                              int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    krn_bus_kafka *bus = self;
    const bool durable = n > 0 && krn_is_durable(&events[0]);
    *ret_taken = durable ? 0 : n;
    (void)pthread_mutex_lock(&bus->mutex);
    const bool running = bus->crew.running;
    bus->stats.dropped += durable || running ? 0 : n;
    (void)pthread_mutex_unlock(&bus->mutex);
    if (!durable) /* not for Kafka */
        return ANC_OK;
    if (!running)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the bus is not running");
    const anc_status status = krn_kafka_publish(bus, events, n, deadline_ns, ret_taken, err);
    (void)pthread_mutex_lock(&bus->mutex);
    bus->stats.published += *ret_taken;
    (void)pthread_mutex_unlock(&bus->mutex);
    return krn_kafka_note(bus, status, err);
}

/* ---- subscriptions --------------------------------------------------------------------------- */

static krn_kafka_subscription *subscription_of(const krn_bus_kafka *bus, size_t i)
{
    return bus->crew.list[i]->owner;
}

/* Which of the subscriptions to the same pattern it is gives its group a name. */
static anc_status name_group(krn_bus_kafka *bus, krn_kafka_subscription *s, anc_err *err)
{
    size_t same = 1;
    const bool exact = !anc_str_ends(s->pattern, ANC_STR("*"));
    for (size_t i = 0; i < bus->crew.n; i++)
        same += anc_str_eq(subscription_of(bus, i)->pattern, s->pattern);
    char number[24] = "";
    if (same > 1)
        (void)snprintf(number, sizeof number, ".%zu", same);
    s->group = anc_arena_printf(s->mem, "%.*s%s%.*s%s", ANC_FMT(bus->o.group), exact ? "" : ".",
                                ANC_FMT(exact ? ANC_STR("") : s->pattern), number);
    return s->group.ptr != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a group");
}

static anc_status bus_subscribe(void *self, anc_str pattern, krn_bus_handler_fn *handler, void *arg,
                                uint64_t *ret_id, anc_err *err)
{
    krn_bus_kafka *bus = self;
    krn_kafka_subscription *s = NULL;
    ANC_TRY(krn_kafka_subscription_new(bus, pattern, handler, arg, &s, err));
    (void)pthread_mutex_lock(&bus->mutex);
    anc_status status = name_group(bus, s, err);
    if (status == ANC_OK)
        status = os_crew_add(&bus->crew, &s->member, err);
    if (status == ANC_OK)
        *ret_id = s->member.id;
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status != ANC_OK)
        krn_kafka_subscription_free(s);
    return status;
}

static void bus_unsubscribe(void *self, uint64_t id)
{
    krn_bus_kafka *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    os_member *m = os_crew_take_off(&bus->crew, id);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (m == NULL)
        return;
    os_member_join(m);
    krn_kafka_subscription_free(m->owner);
}

/* ---- start and stop -------------------------------------------------------------------------- */

static void bus_stop(void *self)
{
    krn_bus_kafka *bus = self;
    os_leaving readers, watch;
    (void)pthread_mutex_lock(&bus->mutex);
    os_crew_let_go(&bus->crew, os_mono_ns(), &readers);
    os_crew_let_go(&bus->watchers, os_mono_ns(), &watch);
    (void)pthread_mutex_unlock(&bus->mutex);
    clt_kafka_producer_stop(bus->producer); /* a publish that waits ends */
    os_leaving_join(&watch);
    os_leaving_join(&readers);
}

static anc_status bus_start(void *self, anc_err *err)
{
    krn_bus_kafka *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    assert(!bus->crew.running);
    bus->tried = bus->well = false;
    (void)snprintf(bus->problem, sizeof bus->problem, "no broker was reached yet");
    clt_kafka_producer_resume(bus->producer);
    anc_status status = os_crew_start(&bus->watchers, err);
    if (status == ANC_OK)
        status = os_crew_start(&bus->crew, err);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status != ANC_OK)
        bus_stop(bus);
    return status;
}

void krn_bus_kafka_free(krn_bus_kafka *bus)
{
    if (bus == NULL)
        return;
    if (bus->producer != NULL)
        bus_stop(bus);
    for (size_t i = 0; i < bus->crew.n; i++)
        krn_kafka_subscription_free(subscription_of(bus, i));
    clt_kafka_producer_close(bus->producer);
    if (bus->o.place.password.ptr != NULL && bus->mem != NULL)
        explicit_bzero((void *)(uintptr_t)bus->o.place.password.ptr, bus->o.place.password.len);
    anc_arena_free(bus->batch);
    anc_arena_free(bus->mem);
    (void)pthread_mutex_destroy(&bus->sending);
    (void)pthread_mutex_destroy(&bus->mutex);
    os_member_done(&bus->watch);
    free(bus);
}

krn_bus krn_bus_kafka_bus(krn_bus_kafka *bus)
{
    static const krn_bus_ops ops = {
        .name = "kafka",
        .publish = bus_publish,
        .subscribe = bus_subscribe,
        .unsubscribe = bus_unsubscribe,
        .start = bus_start,
        .stop = bus_stop,
        .stats = bus_stats,
    };
    return (krn_bus){&ops, bus};
}
