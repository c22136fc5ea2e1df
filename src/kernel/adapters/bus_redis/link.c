/* link.c - a connection of the bus: how it stands, and when to try it again. */
#include <stdio.h>
#include <string.h>

#include "bus_redis_impl.h"
#include "os/clock.h"

enum { NAME_MAX_BYTES = 64, BATCH_BYTES = 640 << 20 };

static const int64_t FIRST_PAUSE_NS = 50000000;
static const int64_t LONGEST_PAUSE_NS = 5000000000;

anc_status krn_redis_link_open(krn_bus_redis *bus, krn_redis_link *l, const char *role,
                               size_t reply_bytes, anc_err *err)
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "anchorage-%s", role);
    os_random(&l->random, sizeof l->random);
    l->random |= 1;
    const clt_redis_options options = {.place = bus->place,
                                       .client_name = anc_str_of(name),
                                       .ca_file = bus->o.ca_file,
                                       .max_reply_bytes = reply_bytes,
                                       .max_batch_bytes = BATCH_BYTES};
    return clt_redis_new(&options, &l->client, err);
}

void krn_redis_link_close(krn_redis_link *l)
{
    clt_redis_free(l->client);
    l->client = NULL;
}

static bool has_it(const krn_redis_link *l, const krn_redis_link *but, const char *problem)
{
    return l != but && l->tried && !l->well && strcmp(l->problem, problem) == 0;
}

/* With the mutex held: whether another connection has this problem, which was told of that one. */
static bool others_have(const krn_bus_redis *bus, const krn_redis_link *l, const char *problem)
{
    bool some = has_it(&bus->durable, l, problem) || has_it(&bus->transient, l, problem);
    for (size_t i = 0; i < bus->crew.n; i++) {
        const krn_redis_subscription *s = bus->crew.list[i]->owner;
        some = some || has_it(&s->link, l, problem);
    }
    return some;
}

anc_status krn_redis_link_note(krn_bus_redis *bus, krn_redis_link *l, anc_status status,
                               const anc_err *err)
{
    if (status == ANC_CANCELLED)
        return status;
    (void)pthread_mutex_lock(&bus->mutex);
    bool changed = l->tried ? l->well != (status == ANC_OK) : status != ANC_OK;
    if (status == ANC_OK) /* the last that had it tells of its end */
        changed = changed && !others_have(bus, l, l->problem);
    l->tried = true;
    l->well = status == ANC_OK;
    (void)snprintf(l->problem, sizeof l->problem, "%.*s", KRN_REDIS_PROBLEM - 1,
                   l->well ? "" : err->text);
    if (status != ANC_OK) /* the first that has it tells of it */
        changed = changed && !others_have(bus, l, l->problem);
    (void)pthread_mutex_unlock(&bus->mutex);
    if (changed && status != ANC_OK)
        krn_log_write(bus->o.log, KRN_WARN, "redis", "Redis does not answer as it should",
                      KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                      KRN_STR("reason", anc_str_of(err->text)));
    else if (changed)
        krn_log_write(bus->o.log, KRN_INFO, "redis", "Redis answers again",
                      KRN_STR("server", clt_redis_name(l->client)));
    return status;
}

int64_t krn_redis_step_deadline(const krn_bus_redis *bus, int64_t deadline_ns)
{
    const int64_t step_ns = os_mono_ns() + bus->o.step_ns;
    return step_ns < deadline_ns ? step_ns : deadline_ns;
}

anc_status krn_redis_link_connect(krn_bus_redis *bus, krn_redis_link *l, int64_t deadline_ns,
                                  anc_err *err)
{
    return clt_redis_connect(l->client, krn_redis_step_deadline(bus, deadline_ns), err);
}

/* xorshift64 (Marsaglia 2003): between 3/4 and 5/4 of the pause. */
static int64_t with_jitter(krn_redis_link *l)
{
    l->random ^= l->random << 13;
    l->random ^= l->random >> 7;
    l->random ^= l->random << 17;
    return l->pause_ns - l->pause_ns / 4 + (int64_t)(l->random % (uint64_t)(l->pause_ns / 2));
}

int64_t krn_redis_link_next(krn_redis_link *l, anc_status status)
{
    if (status == ANC_OK) {
        l->pause_ns = 0;
        l->try_at_ns = 0;
        return os_mono_ns();
    }
    l->pause_ns = l->pause_ns == 0 ? FIRST_PAUSE_NS : l->pause_ns * 2;
    if (l->pause_ns > LONGEST_PAUSE_NS)
        l->pause_ns = LONGEST_PAUSE_NS;
    l->try_at_ns = os_mono_ns() + with_jitter(l);
    return l->try_at_ns;
}
