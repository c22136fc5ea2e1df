/* transient.c - events for who listens now: a bounded queue, and a thread that empties it.
 *
 * What waits longer than the server is away is dropped when the queue is full, newest first, so a
 * publisher never waits. The thread asks the server for a sign of life when it has nothing to say:
 * health then knows of a server that is away before an event finds out.
 */
#include <stdlib.h>
#include <string.h>

#include "bus_redis_impl.h"
#include "os/clock.h"
#include "os/wait.h"

enum { AT_ONCE = 256, QUEUED_BYTES = 32 << 20, CHANNEL_MAX = 512 };

static const int64_t ALIVE_NS = 5000000000;
static const int64_t LINGER_NS = 40000000; /* what comes within it goes in one write */

struct krn_redis_message {
    krn_redis_message *next;
    size_t type_bytes, envelope_bytes;
    char bytes[]; /* type, then envelope */
};

static krn_redis_message *message_new(const krn_announcement *e)
{
    const size_t type = e->type_name.len, body = e->envelope.len;
    krn_redis_message *m = malloc(sizeof *m + type + body);
    if (m == NULL)
        return NULL;
    m->next = NULL;
    m->type_bytes = type;
    m->envelope_bytes = body;
    if (type > 0)
        memcpy(m->bytes, e->type_name.ptr, type);
    if (body > 0)
        memcpy(m->bytes + type, e->envelope.ptr, body);
    return m;
}

static size_t size_of(const krn_redis_message *m)
{
    return sizeof *m + m->type_bytes + m->envelope_bytes;
}

/* ---- publishing ---- */

static bool enqueue(krn_bus_redis *bus, krn_redis_message *m)
{
    const bool room = bus->crew.running && bus->queued < bus->o.max_queued &&
                      bus->queued_bytes + size_of(m) <= QUEUED_BYTES;
    if (!room)
        return false;
    if (bus->last == NULL)
        bus->first = m;
    else
        bus->last->next = m;
    bus->last = m;
    bus->queued++;
    bus->queued_bytes += size_of(m);
    return true;
}

void krn_redis_publish_transient(krn_bus_redis *bus, const krn_announcement *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        krn_redis_message *m = message_new(&events[i]);
        (void)pthread_mutex_lock(&bus->mutex);
        const bool first = bus->first == NULL;
        const bool taken = m != NULL && enqueue(bus, m);
        bus->stats.dropped += !taken;
        if (first)
            (void)pthread_cond_broadcast(&bus->work);
        (void)pthread_mutex_unlock(&bus->mutex);
        if (!taken)
            free(m);
    }
}

/* ---- the thread ---- */

/* The first AT_ONCE of the queue as a list of their own; under the mutex. */
static krn_redis_message *take_some(krn_bus_redis *bus, size_t *ret_n)
{
    krn_redis_message *first = bus->first, *last = NULL;
    size_t n = 0;
    while (bus->first != NULL && n < AT_ONCE) {
        last = bus->first;
        bus->first = last->next;
        bus->queued--;
        bus->queued_bytes -= size_of(last);
        n++;
    }
    if (last != NULL)
        last->next = NULL;
    if (bus->first == NULL)
        bus->last = NULL;
    *ret_n = n;
    return first;
}

static void free_list(krn_redis_message *m)
{
    while (m != NULL) {
        krn_redis_message *next = m->next;
        free(m);
        m = next;
    }
}

static anc_status add_messages(krn_bus_redis *bus, const krn_redis_message *m, anc_err *err)
{
    for (; m != NULL; m = m->next) {
        ANC_BUF(channel, CHANNEL_MAX);
        (void)anc_buf_add(&channel, bus->channel);
        (void)anc_buf_add(&channel, (anc_str){m->bytes, m->type_bytes});
        ANC_TRY(anc_buf_status(&channel, "the name of a channel", err));
        const anc_str publish[] = {ANC_STR("PUBLISH"),
                                   anc_buf_view(&channel),
                                   {m->bytes + m->type_bytes, m->envelope_bytes}};
        ANC_TRY(clt_redis_add(bus->transient.client, publish, ANC_COUNT(publish), err));
    }
    return ANC_OK;
}

/* Sends `list`, or asks for a sign of life when there is none. */
static anc_status send_list(krn_bus_redis *bus, const krn_redis_message *list, int64_t deadline_ns,
                            anc_err *err)
{
    clt_redis *c = bus->transient.client;
    const anc_str ping[] = {ANC_STR("PING")};
    const clt_redis_reply *const *replies = NULL;
    size_t n = 0;
    ANC_TRY(krn_redis_link_connect(bus, &bus->transient, deadline_ns, err));
    const anc_status added =
        list != NULL ? add_messages(bus, list, err) : clt_redis_add(c, ping, 1, err);
    if (added != ANC_OK) {
        clt_redis_close(c);
        return added;
    }
    ANC_TRY(clt_redis_run(c, krn_redis_step_deadline(bus, deadline_ns), &replies, &n, err));
    for (size_t i = 0; i < n; i++)
        if (replies[i]->kind == CLT_REDIS_ERROR)
            return clt_redis_refusal(c, replies[i], list != NULL ? "PUBLISH" : "PING", err);
    return ANC_OK;
}

static void send_some(krn_bus_redis *bus, int64_t deadline_ns)
{
    anc_err err = {0};
    size_t n = 0;
    (void)pthread_mutex_lock(&bus->mutex);
    krn_redis_message *list = take_some(bus, &n);
    (void)pthread_mutex_unlock(&bus->mutex);
    const anc_status status = send_list(bus, list, deadline_ns, &err);
    (void)krn_redis_link_note(bus, &bus->transient, status, &err);
    (void)krn_redis_link_next(&bus->transient, status);
    (void)pthread_mutex_lock(&bus->mutex);
    if (status == ANC_OK)
        bus->stats.published += n;
    else
        bus->stats.dropped += n;
    (void)pthread_mutex_unlock(&bus->mutex);
    free_list(list);
}

void krn_redis_transient_thread(void *arg)
{
    krn_bus_redis *bus = arg;
    int64_t alive_at_ns = 0; /* the next sign of life */
    int64_t full_ns = 0;     /* until then what comes is gathered; 0: nothing came yet */
    (void)pthread_mutex_lock(&bus->mutex);
    for (;;) {
        const bool stopping = bus->crew.stop_at_ns != INT64_MAX;
        const int64_t now_ns = os_mono_ns();
        const bool away = bus->transient.try_at_ns > 0; /* the last try failed */
        if (stopping && (bus->queued == 0 || away || now_ns >= bus->crew.stop_at_ns))
            break;
        if (full_ns == 0 && bus->queued > 0)
            full_ns = now_ns + LINGER_NS;
        const bool gathers = now_ns < full_ns && bus->queued < AT_ONCE && !stopping;
        const bool may_try = now_ns >= bus->transient.try_at_ns && !gathers;
        if (may_try && (bus->queued > 0 || now_ns >= alive_at_ns)) {
            const int64_t deadline_ns = bus->crew.stop_at_ns;
            (void)pthread_mutex_unlock(&bus->mutex);
            send_some(bus, deadline_ns);
            alive_at_ns =
                bus->transient.try_at_ns > 0 ? bus->transient.try_at_ns : os_mono_ns() + ALIVE_NS;
            full_ns = 0;
            (void)pthread_mutex_lock(&bus->mutex);
            continue;
        }
        int64_t until_ns = may_try ? alive_at_ns : gathers ? full_ns : bus->transient.try_at_ns;
        until_ns = bus->crew.stop_at_ns < until_ns ? bus->crew.stop_at_ns : until_ns;
        (void)os_cond_wait(&bus->work, &bus->mutex, until_ns);
    }
    bus->transient_ended = true;
    (void)pthread_cond_broadcast(&bus->work);
    (void)pthread_mutex_unlock(&bus->mutex);
}

void krn_redis_transient_clear(krn_bus_redis *bus)
{
    bus->stats.dropped += bus->queued;
    free_list(bus->first);
    bus->first = bus->last = NULL;
    bus->queued = bus->queued_bytes = 0;
}
