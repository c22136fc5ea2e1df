/* durable.c - events of the outbox: entries of a stream, and messages to who listens now.
 *
 * A batch goes in transactions of at most CHUNK_EVENTS or CHUNK_BYTES, each written at once and
 * answered whole: all of it is on the stream, or what is not begins at one place. Without the
 * transaction a refusal that passes (OOM) could hit one event and let the next one through, and the
 * order would be lost. A single event needs none.
 */
#include <string.h>

#include "bus_redis_impl.h"
#include "json/json.h"

enum { CHUNK_EVENTS = 256, CHUNK_BYTES = 1 << 20, CHANNEL_MAX = 512 };

/* Our own envelopes begin with the id; another's is read as JSON. */
static void find_id(anc_str envelope, char out[KRN_REDIS_ID_MAX + 1], anc_str *ret)
{
    static const char head[] = "{\"id\":\"";
    json_doc *doc = NULL;
    *ret = ANC_STR_NONE;
    if (anc_str_starts(envelope, ANC_STR(head))) {
        const anc_str rest = anc_str_sub(envelope, sizeof head - 1, KRN_REDIS_ID_MAX + 1);
        const size_t end = anc_str_find(rest, ANC_STR("\""));
        *ret = anc_str_sub(rest, 0, end == SIZE_MAX ? 0 : end);
        if (ret->len > 0 && memchr(ret->ptr, '\\', ret->len) == NULL)
            return;
    }
    if (json_parse(envelope, &doc, NULL) != ANC_OK)
        return;
    const anc_str id = json_str(json_member(json_root(doc), "id"), ANC_STR_NONE);
    const size_t n = id.len < KRN_REDIS_ID_MAX ? id.len : KRN_REDIS_ID_MAX;
    if (n > 0)
        memcpy(out, id.ptr, n);
    *ret = (anc_str){out, n};
    json_doc_free(doc);
}

static anc_status add_event(krn_bus_redis *bus, const krn_announcement *e, anc_err *err)
{
    clt_redis *c = bus->durable.client;
    char kept[KRN_REDIS_ID_MAX + 1];
    anc_str id;
    ANC_BUF(channel, CHANNEL_MAX);
    (void)anc_buf_add(&channel, bus->channel);
    (void)anc_buf_add(&channel, e->type_name);
    ANC_TRY(anc_buf_status(&channel, "the name of a channel", err));
    find_id(e->envelope, kept, &id);
    const anc_str add[] = {ANC_STR("XADD"),
                           bus->o.stream_a_type ? anc_buf_view(&channel) : bus->stream,
                           ANC_STR("MAXLEN"),
                           ANC_STR("~"),
                           anc_str_of(bus->max_events),
                           ANC_STR("*"),
                           ANC_STR("id"),
                           id,
                           ANC_STR("type"),
                           e->type_name,
                           ANC_STR("source"),
                           bus->o.source,
                           ANC_STR("envelope"),
                           e->envelope};
    const anc_str publish[] = {ANC_STR("PUBLISH"), anc_buf_view(&channel), e->envelope};
    ANC_TRY(clt_redis_add(c, add, ANC_COUNT(add), err));
    return clt_redis_add(c, publish, ANC_COUNT(publish), err);
}

/* How many of `events` make the next transaction. */
static size_t chunk_of(const krn_announcement *events, size_t n)
{
    size_t k = 0, bytes = 0;
    while (k < n && k < CHUNK_EVENTS && (k == 0 || bytes + events[k].envelope.len <= CHUNK_BYTES))
        bytes += events[k++].envelope.len;
    return k;
}

static anc_status add_chunk(krn_bus_redis *bus, const krn_announcement *events, size_t n,
                            anc_err *err)
{
    const anc_str multi[] = {ANC_STR("MULTI")}, exec[] = {ANC_STR("EXEC")};
    if (n > 1)
        ANC_TRY(clt_redis_add(bus->durable.client, multi, 1, err));
    for (size_t i = 0; i < n; i++)
        ANC_TRY(add_event(bus, &events[i], err));
    return n > 1 ? clt_redis_add(bus->durable.client, exec, 1, err) : ANC_OK;
}

/* Of a transaction that was not done: the first refusal says more than EXEC's. */
static anc_status why_not_done(const krn_bus_redis *bus, const clt_redis_reply *const *replies,
                               size_t n, anc_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (replies[i]->kind == CLT_REDIS_ERROR) {
            const anc_status status =
                clt_redis_refusal(bus->durable.client, replies[i], "XADD", err);
            return status;
        }
    return ANC_FAIL(err, ANC_UNAVAILABLE, "redis gave a transaction up");
}

/* `done` [2 * n]: an answer to XADD and one to PUBLISH for each event. */
static anc_status count_taken(const krn_bus_redis *bus, const clt_redis_reply *const *done,
                              size_t n, size_t *taken, anc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (done[2 * i]->kind != CLT_REDIS_TEXT)
            return clt_redis_refusal(bus->durable.client, done[2 * i], "XADD", err);
        if (done[2 * i + 1]->kind != CLT_REDIS_NUMBER)
            return clt_redis_refusal(bus->durable.client, done[2 * i + 1], "PUBLISH", err);
        ++*taken;
    }
    return ANC_OK;
}

static anc_status send_chunk(krn_bus_redis *bus, const krn_announcement *events, size_t n,
                             int64_t deadline_ns, size_t *taken, anc_err *err)
{
    const clt_redis_reply *const *replies = NULL;
    size_t got = 0;
    const anc_status added = add_chunk(bus, events, n, err);
    if (added != ANC_OK) {
        clt_redis_close(bus->durable.client); /* with what stands in its batch */
        return added;
    }
    ANC_TRY(clt_redis_run(bus->durable.client, krn_redis_step_deadline(bus, deadline_ns), &replies,
                          &got, err));
    if (n == 1)
        return count_taken(bus, replies, 1, taken, err);
    const clt_redis_reply *done = replies[got - 1];
    if (done->kind != CLT_REDIS_LIST || done->n != 2 * n)
        return why_not_done(bus, replies, got, err);
    return count_taken(bus, done->items, n, taken, err);
}

static anc_status publish(krn_bus_redis *bus, const krn_announcement *events, size_t n,
                          int64_t deadline_ns, size_t *taken, anc_err *err)
{
    ANC_TRY(krn_redis_link_connect(bus, &bus->durable, deadline_ns, err));
    while (*taken < n) {
        const size_t k = chunk_of(events + *taken, n - *taken);
        ANC_TRY(send_chunk(bus, events + *taken, k, deadline_ns, taken, err));
    }
    return ANC_OK;
}

/* Towards the relay all that is wrong with a server passes some day: it brings the events again. */
static anc_status as_passing(anc_status status)
{
    return status == ANC_OK || status == ANC_DEADLINE || status == ANC_NO_MEMORY ? status
                                                                                 : ANC_UNAVAILABLE;
}

anc_status krn_redis_publish_durable(krn_bus_redis *bus, const krn_announcement *events, size_t n,
                                     int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    anc_err why = {0};
    *ret_taken = 0;
    (void)pthread_mutex_lock(&bus->mutex);
    const bool running = bus->crew.running;
    (void)pthread_mutex_unlock(&bus->mutex);
    if (!running)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the bus is not running");
    const anc_status status = publish(bus, events, n, deadline_ns, ret_taken, &why);
    (void)krn_redis_link_note(bus, &bus->durable, status, &why);
    (void)pthread_mutex_lock(&bus->mutex);
    bus->stats.published += *ret_taken;
    (void)pthread_mutex_unlock(&bus->mutex);
    if (status == ANC_OK)
        return ANC_OK;
    return anc_fail_at(err, as_passing(status), why.where, "%s", why.text);
}
