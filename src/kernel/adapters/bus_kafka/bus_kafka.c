/* bus_kafka.c - the bus port: options, subscriptions, start and stop. */
#include "bus_kafka.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus_kafka_impl.h"
#include "os/wait.h"

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
    if (o->n_inbound > KRN_BUS_KAFKA_TYPES)
        return ANC_FAIL(err, ANC_INVALID, "inbound: %zu types, at most %d", o->n_inbound,
                        KRN_BUS_KAFKA_TYPES);
    anc_str *list = anc_arena_alloc(bus->mem, o->n_inbound, sizeof *list);
    if (list == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a bus");
    for (size_t i = 0; i < o->n_inbound; i++) {
        list[i] = o->inbound[i];
        if (!ev_pattern_valid(list[i]) || anc_str_ends(list[i], ANC_STR("*")))
            return ANC_FAIL(err, ANC_INVALID, "inbound: '%.*s' is no type", ANC_FMT(list[i]));
        ANC_TRY(keep(bus, &list[i], err));
    }
    o->inbound = list;
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
    return keep_inbound(bus, err);
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
    os_cond_init(&bus->over);
    bus->mem = anc_arena_new(OPTIONS_BYTES);
    bus->batch = anc_arena_new(BATCH_BYTES);
    anc_status status = ANC_OK;
    if (bus->mem == NULL || bus->batch == NULL)
        status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a bus");
    if (status == ANC_OK)
        status = keep_options(bus, err);
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
    stats.subscribers = bus->n;
    stats.running = bus->running;
    stats.reachable = bus->running && bus->well;
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
    const bool running = bus->running;
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

static anc_status start_thread(krn_kafka_subscription *s, anc_err *err)
{
    return os_thread_start("anc-kafka", krn_kafka_subscription_thread, s, &s->thread, err);
}

/* Which of the subscriptions to the same pattern it is gives its group a name. */
static anc_status name_group(krn_bus_kafka *bus, krn_kafka_subscription *s, anc_err *err)
{
    size_t same = 1;
    const bool exact = !anc_str_ends(s->pattern, ANC_STR("*"));
    for (size_t i = 0; i < bus->n; i++)
        same += anc_str_eq(bus->list[i]->pattern, s->pattern);
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
    anc_status status =
        bus->n < KRN_KAFKA_SUBSCRIPTIONS
            ? name_group(bus, s, err)
            : ANC_FAIL(err, ANC_LIMIT, "more than %d subscriptions", KRN_KAFKA_SUBSCRIPTIONS);
    if (status == ANC_OK && bus->running)
        status = start_thread(s, err);
    if (status == ANC_OK) {
        s->id = ++bus->last_id;
        *ret_id = s->id;
        bus->list[bus->n++] = s;
    }
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status != ANC_OK)
        krn_kafka_subscription_free(s);
    return status;
}

static void bus_unsubscribe(void *self, uint64_t id)
{
    krn_bus_kafka *bus = self;
    krn_kafka_subscription *s = NULL;
    (void)pthread_mutex_lock(&bus->mutex);
    for (size_t i = 0; i < bus->n; i++) {
        if (bus->list[i]->id != id)
            continue;
        s = bus->list[i];
        bus->list[i] = bus->list[--bus->n];
        s->gone = true;
        (void)pthread_cond_signal(&s->work);
        break;
    }
    (void)pthread_mutex_unlock(&bus->mutex);
    if (s == NULL)
        return;
    os_thread_join(s->thread);
    krn_kafka_subscription_free(s);
}

/* ---- start and stop -------------------------------------------------------------------------- */

static void bus_stop(void *self)
{
    krn_bus_kafka *bus = self;
    os_thread *threads[KRN_KAFKA_SUBSCRIPTIONS + 1];
    size_t n = 0;
    (void)pthread_mutex_lock(&bus->mutex);
    bus->running = false;
    bus->stopping = true;
    threads[n++] = bus->watch;
    bus->watch = NULL;
    (void)pthread_cond_signal(&bus->over);
    for (size_t i = 0; i < bus->n; i++) {
        threads[n++] = bus->list[i]->thread;
        bus->list[i]->thread = NULL;
        (void)pthread_cond_signal(&bus->list[i]->work);
    }
    (void)pthread_mutex_unlock(&bus->mutex);
    clt_kafka_producer_stop(bus->producer); /* a publish that waits ends */
    for (size_t i = 0; i < n; i++)
        os_thread_join(threads[i]);
}

static anc_status bus_start(void *self, anc_err *err)
{
    krn_bus_kafka *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    assert(!bus->running);
    bus->stopping = false;
    bus->tried = bus->well = false;
    (void)snprintf(bus->problem, sizeof bus->problem, "no broker was reached yet");
    clt_kafka_producer_resume(bus->producer);
    anc_status status =
        os_thread_start("anc-kafka-watch", krn_kafka_watch_thread, bus, &bus->watch, err);
    for (size_t i = 0; i < bus->n && status == ANC_OK; i++)
        status = start_thread(bus->list[i], err);
    bus->running = status == ANC_OK;
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
    for (size_t i = 0; i < bus->n; i++)
        krn_kafka_subscription_free(bus->list[i]);
    clt_kafka_producer_close(bus->producer);
    if (bus->o.place.password.ptr != NULL && bus->mem != NULL)
        explicit_bzero((void *)(uintptr_t)bus->o.place.password.ptr, bus->o.place.password.len);
    anc_arena_free(bus->batch);
    anc_arena_free(bus->mem);
    (void)pthread_mutex_destroy(&bus->sending);
    (void)pthread_mutex_destroy(&bus->mutex);
    (void)pthread_cond_destroy(&bus->over);
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
