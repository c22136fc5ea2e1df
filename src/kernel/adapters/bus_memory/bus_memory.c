/* bus_memory.c - one bounded queue and one thread a subscription.
 *
 * An event is copied once and shared by the queues it stands in (a count of references). A slow
 * handler fills its own queue only: a transient event is then dropped for that subscription, a
 * durable one refused for all, so that the relay brings it again and no handler misses one.
 *
 * One mutex guards the list of subscriptions and all queues; handlers run without it. `work` is a
 * subscription's own. Whoever unsubscribes takes the subscription off the list under the mutex and
 * then joins its thread, so after that nothing runs.
 */
#include "kernel/adapters/bus_memory/bus_memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "os/clock.h"
#include "os/crew.h"
#include "os/wait.h"

enum { DEFAULT_QUEUED = 1024 };

static const int64_t STOP_NS = 1000000000;

typedef struct message {
    atomic_size_t refs;
    krn_announcement event; /* its views point behind this struct */
    char bytes[];
} message;

typedef struct subscription {
    os_member member;    /* its thread */
    krn_bus_memory *bus; /* borrowed */
    krn_bus_handler_fn *handler;
    void *arg;
    message **ring; /* owned; [bus->max_queued], references held */
    size_t first, queued;
    char pattern[EV_NAME_MAX + 4];
} subscription;

struct krn_bus_memory {
    pthread_mutex_t mutex;
    size_t max_queued;
    os_crew crew; /* the subscriptions, owned; one that was taken off is delivered nothing more */
    krn_bus_stats stats;
};

krn_bus_memory *krn_bus_memory_new(size_t max_queued)
{
    krn_bus_memory *bus = calloc(1, sizeof *bus);
    if (bus == NULL)
        return NULL;
    bus->max_queued = max_queued > 0 ? max_queued : DEFAULT_QUEUED;
    (void)pthread_mutex_init(&bus->mutex, NULL);
    os_crew_init(&bus->crew, &bus->mutex, "anc-bus");
    return bus;
}

/* ---- messages ------------------------------------------------------------------------------ */

static message *message_new(const krn_announcement *event)
{
    const size_t name = event->type_name.len, body = event->envelope.len;
    message *m = malloc(sizeof *m + name + body + 2);
    if (m == NULL)
        return NULL;
    char *at = m->bytes;
    atomic_init(&m->refs, 1);
    m->event = *event;
    m->event.type_name = (anc_str){at, name};
    m->event.envelope = (anc_str){at + name + 1, body};
    if (name > 0)
        memcpy(at, event->type_name.ptr, name);
    at[name] = 0;
    if (body > 0)
        memcpy(at + name + 1, event->envelope.ptr, body);
    at[name + 1 + body] = 0;
    return m;
}

static void message_unref(message *m)
{
    if (m != NULL && atomic_fetch_sub(&m->refs, 1) == 1)
        free(m);
}

/* ---- a subscription's thread --------------------------------------------------------------- */

static message *ring_take(subscription *s)
{
    message *m = s->ring[s->first];
    s->first = (s->first + 1) % s->bus->max_queued;
    s->queued--;
    return m;
}

static void deliver(subscription *s)
{
    krn_bus_memory *bus = s->bus;
    anc_err err = {0};
    message *m = ring_take(s);
    (void)pthread_mutex_unlock(&bus->mutex);
    const anc_status status = s->handler(s->arg, &m->event, &err);
    message_unref(m);
    (void)pthread_mutex_lock(&bus->mutex);
    bus->stats.handler_errors += status != ANC_OK;
}

static void subscription_thread(void *arg)
{
    subscription *s = arg;
    krn_bus_memory *bus = s->bus;
    (void)pthread_mutex_lock(&bus->mutex);
    for (;;) {
        const int64_t stop_at_ns = bus->crew.stop_at_ns;
        const bool stopping = stop_at_ns != INT64_MAX;
        if (s->member.gone || (stopping && (s->queued == 0 || os_mono_ns() >= stop_at_ns)))
            break;
        if (s->queued > 0)
            deliver(s);
        else
            os_cond_wait_slice(&s->member.work, &bus->mutex);
    }
    (void)pthread_mutex_unlock(&bus->mutex);
}

static void subscription_free(subscription *s)
{
    while (s->queued > 0)
        message_unref(ring_take(s));
    os_member_done(&s->member);
    free(s->ring);
    free(s);
}

static subscription *subscription_new(krn_bus_memory *bus, anc_str pattern,
                                      krn_bus_handler_fn *handler, void *arg)
{
    subscription *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->ring = calloc(bus->max_queued, sizeof *s->ring);
    if (s->ring == NULL) {
        free(s);
        return NULL;
    }
    os_member_init(&s->member, &bus->crew, subscription_thread, s);
    s->bus = bus;
    s->handler = handler;
    s->arg = arg;
    memcpy(s->pattern, pattern.ptr, pattern.len);
    return s;
}

/* ---- the port ------------------------------------------------------------------------------ */

static bool wants(const subscription *s, const krn_announcement *event)
{
    return ev_pattern_matches(anc_str_of(s->pattern), event->type_name);
}

static subscription *subscription_of(const krn_bus_memory *bus, size_t i)
{
    return bus->crew.list[i]->owner;
}

/* The first subscription whose full queue stands in the way, or NULL. */
static const subscription *full_one(const krn_bus_memory *bus, const krn_announcement *event)
{
    for (size_t i = 0; i < bus->crew.n; i++) {
        const subscription *s = subscription_of(bus, i);
        if (s->queued == bus->max_queued && wants(s, event))
            return s;
    }
    return NULL;
}

static void enqueue(krn_bus_memory *bus, message *m)
{
    for (size_t i = 0; i < bus->crew.n; i++) {
        subscription *s = subscription_of(bus, i);
        if (!wants(s, &m->event))
            continue;
        if (s->queued == bus->max_queued) {
            bus->stats.dropped++;
            continue;
        }
        atomic_fetch_add(&m->refs, 1);
        s->ring[(s->first + s->queued) % bus->max_queued] = m;
        s->queued++;
        (void)pthread_cond_signal(&s->member.work);
    }
    bus->stats.published++;
}

static anc_status publish_one(krn_bus_memory *bus, const krn_announcement *event, anc_err *err)
{
    const bool durable = krn_is_durable(event);
    message *m = message_new(event);
    if (m == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an event of %zu bytes",
                        event->envelope.len);
    (void)pthread_mutex_lock(&bus->mutex);
    const bool running = bus->crew.running;
    const bool full = running && durable && full_one(bus, event) != NULL;
    if (running && !full)
        enqueue(bus, m);
    else if (!durable)
        bus->stats.dropped++;
    (void)pthread_mutex_unlock(&bus->mutex);
    message_unref(m);
    if (durable && !running)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the bus is not running");
    if (full)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "a subscriber is %zu events behind", bus->max_queued);
    return ANC_OK;
}

static anc_status bus_publish(void *self, const krn_announcement *events, size_t n,
                              int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    (void)deadline_ns; /* nothing here waits */
    for (*ret_taken = 0; *ret_taken < n; ++*ret_taken)
        ANC_TRY(publish_one(self, &events[*ret_taken], err));
    return ANC_OK;
}

static anc_status bus_subscribe(void *self, anc_str pattern, krn_bus_handler_fn *handler, void *arg,
                                uint64_t *ret_id, anc_err *err)
{
    krn_bus_memory *bus = self;
    if (!ev_pattern_valid(pattern))
        return ANC_FAIL(err, ANC_INVALID, "'%.*s' is no type, prefix or *", ANC_FMT(pattern));
    subscription *s = subscription_new(bus, pattern, handler, arg);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a subscription");
    (void)pthread_mutex_lock(&bus->mutex);
    const anc_status status = os_crew_add(&bus->crew, &s->member, err);
    if (status == ANC_OK)
        *ret_id = s->member.id;
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status != ANC_OK)
        subscription_free(s);
    return status;
}

static void bus_unsubscribe(void *self, uint64_t id)
{
    krn_bus_memory *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    os_member *m = os_crew_take_off(&bus->crew, id);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (m == NULL)
        return;
    os_member_join(m);
    subscription_free(m->owner);
}

static void bus_stop(void *self)
{
    krn_bus_memory *bus = self;
    os_leaving leaving;
    (void)pthread_mutex_lock(&bus->mutex);
    os_crew_let_go(&bus->crew, os_mono_ns() + STOP_NS, &leaving);
    (void)pthread_mutex_unlock(&bus->mutex);
    os_leaving_join(&leaving);
}

static anc_status bus_start(void *self, anc_err *err)
{
    krn_bus_memory *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    assert(!bus->crew.running);
    const anc_status status = os_crew_start(&bus->crew, err);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status != ANC_OK)
        bus_stop(bus);
    return status;
}

static krn_bus_stats bus_stats(void *self)
{
    krn_bus_memory *bus = self;
    (void)pthread_mutex_lock(&bus->mutex);
    krn_bus_stats stats = bus->stats;
    stats.subscribers = bus->crew.n;
    stats.running = bus->crew.running;
    stats.reachable = bus->crew.running;
    for (size_t i = 0; i < bus->crew.n; i++)
        stats.queued += subscription_of(bus, i)->queued;
    (void)pthread_mutex_unlock(&bus->mutex);
    return stats;
}

void krn_bus_memory_free(krn_bus_memory *bus)
{
    if (bus == NULL)
        return;
    bus_stop(bus);
    for (size_t i = 0; i < bus->crew.n; i++)
        subscription_free(subscription_of(bus, i));
    (void)pthread_mutex_destroy(&bus->mutex);
    free(bus);
}

krn_bus krn_bus_memory_bus(krn_bus_memory *bus)
{
    static const krn_bus_ops ops = {
        .name = "memory",
        .publish = bus_publish,
        .subscribe = bus_subscribe,
        .unsubscribe = bus_unsubscribe,
        .start = bus_start,
        .stop = bus_stop,
        .stats = bus_stats,
    };
    return (krn_bus){&ops, bus};
}
