/* durable.c - a batch of the outbox as a batch of messages. */
#include <string.h>

#include "base/id.h"
#include "bus_kafka_impl.h"
#include "os/clock.h"

enum { HEADERS = 6, TOPICS_MAX = 64, DAYS = 7, WORK_PARTITIONS = 4 };

static const int64_t DAY_MS = 86400000;
static const int64_t MAKING_NS = 5000000000;
static const int64_t LOOKING_NS = 1000000000;

const char *krn_kafka_topic(const krn_bus_kafka *bus, anc_arena *mem, anc_str name,
                            const char *suffix)
{
    const anc_str topic = anc_arena_printf(mem, "%.*s%.*s%s", ANC_FMT(bus->o.prefix),
                                           ANC_FMT(krn_bus_kafka_name(&bus->o, name)), suffix);
    return topic.len <= KRN_KAFKA_TOPIC_MAX ? topic.ptr : NULL;
}

/* ---- topics that are made -------------------------------------------------------------------- */

/* Those who share the work of a work topic are as many as it has partitions. */
static unsigned partitions_of(const krn_bus_kafka *bus, anc_str name)
{
    const bool work = anc_str_eq(name, ANC_STR(KRN_KAFKA_WORK_STATUS));
    return work && bus->o.partitions < WORK_PARTITIONS ? WORK_PARTITIONS : bus->o.partitions;
}

static bool add_topic(krn_bus_kafka *bus, clt_kafka_topic *list, size_t *n, anc_str name,
                      const char *suffix)
{
    const char *topic = krn_kafka_topic(bus, bus->batch, name, suffix);
    const int64_t days_ms = bus->o.retention_ms > 0 ? bus->o.retention_ms : DAYS * DAY_MS;
    const bool letters = suffix[0] != '\0';
    for (size_t i = 0; topic != NULL && i < *n; i++)
        if (strcmp(list[i].name, topic) == 0)
            return true;
    if (topic == NULL || *n == TOPICS_MAX)
        return false;
    list[(*n)++] = (clt_kafka_topic){.name = topic,
                                     .partitions = letters ? 1 : partitions_of(bus, name),
                                     .replication = bus->o.replication,
                                     .retention_ms = letters ? 2 * days_ms : days_ms};
    return true;
}

/* The topics of our types and those that are read, with their dead letters. */
static anc_status make_topics(krn_bus_kafka *bus, int64_t deadline_ns, anc_err *err)
{
    clt_kafka_topic list[TOPICS_MAX];
    size_t n = 0;
    bool whole = true;
    if (bus->topics_made || !bus->o.make_topics)
        return ANC_OK;
    for (unsigned i = 0; i < EV_TYPE_COUNT; i++)
        if (ev_type_of((ev_type_id)i)->topic != NULL)
            whole =
                whole && add_topic(bus, list, &n, anc_str_of(ev_type_of((ev_type_id)i)->topic), "");
    if (bus->o.all)
        whole = whole && add_topic(bus, list, &n, KRN_KAFKA_OTHERS, "");
    for (size_t i = 0; i < bus->o.n_inbound; i++)
        whole = whole && add_topic(bus, list, &n, bus->o.inbound[i], "") &&
                add_topic(bus, list, &n, bus->o.inbound[i], ".dlq");
    if (!whole)
        return ANC_FAIL(err, ANC_LIMIT, "kafka: more than %d topics, or a name that is too long",
                        TOPICS_MAX);
    ANC_TRY(clt_kafka_topics_make(bus->producer, list, n, deadline_ns, err));
    bus->topics_made = true;
    return ANC_OK;
}

static anc_status make_letters(krn_bus_kafka *bus, const char *topic, int64_t deadline_ns,
                               anc_err *err)
{
    const clt_kafka_topic one = {.name = topic,
                                 .partitions = 1,
                                 .replication = bus->o.replication,
                                 .retention_ms = 2 * DAYS * DAY_MS};
    return bus->o.make_topics ? clt_kafka_topics_make(bus->producer, &one, 1, deadline_ns, err)
                              : ANC_OK;
}

/* ---- an event as a message ------------------------------------------------------------------- */

static anc_status no_room(krn_bus_kafka *bus, anc_err *err)
{
    return ANC_FAIL(err, anc_arena_refusal(bus->batch), "no room for a batch of events");
}

/* The payload with its time: what readers of a work topic know. */
static anc_status flatten(krn_bus_kafka *bus, const ev_envelope *e, anc_str *ret, anc_err *err)
{
    char time[ANC_TIME_TEXT + 1];
    anc_time_text(e->time_ms, time);
    const anc_str inside = anc_str_sub(e->payload.text, 1, e->payload.text.len - 2);
    *ret = anc_arena_printf(bus->batch, "{\"timestamp\":\"%s\"%s%.*s}", time,
                            anc_str_trim(inside).len > 0 ? "," : "", ANC_FMT(inside));
    return ret->ptr != NULL ? ANC_OK : no_room(bus, err);
}

static anc_status add_headers(krn_bus_kafka *bus, const ev_envelope *e, clt_kafka_message *m,
                              anc_err *err)
{
    char time[ANC_TIME_TEXT + 1];
    clt_kafka_header *h = anc_arena_alloc(bus->batch, HEADERS, sizeof *h);
    anc_time_text(e->time_ms, time);
    const anc_str said = anc_arena_copy(bus->batch, anc_str_of(time));
    if (h == NULL || said.ptr == NULL)
        return no_room(bus, err);
    h[0] = (clt_kafka_header){"ce_id", e->id};
    h[1] = (clt_kafka_header){"ce_type", e->type_name};
    h[2] = (clt_kafka_header){"ce_source", bus->o.source};
    h[3] = (clt_kafka_header){"ce_time", said};
    h[4] = (clt_kafka_header){"ce_specversion", ANC_STR("1.0")};
    h[5] = (clt_kafka_header){"content-type", ANC_STR("application/json")};
    m->headers = h;
    m->n_headers = HEADERS;
    return ANC_OK;
}

/* *ret_goes is false for a type that has no topic. */
static anc_status message_of(krn_bus_kafka *bus, const krn_announcement *a, clt_kafka_message *ret,
                             bool *ret_goes, anc_err *err)
{
    ev_envelope e;
    const char *own = a->type != NULL ? a->type->topic : NULL;
    *ret_goes = own != NULL || bus->o.all || bus->o.topic_a_type;
    if (!*ret_goes)
        return ANC_OK;
    if (!ev_envelope_glance(a->envelope, &e))
        ANC_TRY(ev_envelope_read(bus->batch, a->envelope, &e, err));
    ret->topic = krn_kafka_topic(bus, bus->batch,
                                 own != NULL           ? anc_str_of(own)
                                 : bus->o.topic_a_type ? a->type_name
                                                       : KRN_KAFKA_OTHERS,
                                 "");
    ret->value = a->envelope;
    ret->key = e.aggregate_id.len > 0 ? e.aggregate_id : ANC_STR_NONE;
    if (ret->topic == NULL)
        return no_room(bus, err);
    if (own != NULL && strcmp(own, KRN_KAFKA_WORK_STATUS) == 0)
        ANC_TRY(flatten(bus, &e, &ret->value, err));
    return add_headers(bus, &e, ret, err);
}

/* ---- sending --------------------------------------------------------------------------------- */

/* Says so in the log, to whoever counts, and as an event. */
static void tell_unfit(krn_bus_kafka *bus, const clt_kafka_message *m, const char *reason,
                       bool lettered)
{
    const anc_str id = m->headers[0].value;
    (void)pthread_mutex_lock(&bus->mutex);
    bus->stats.unfit++;
    (void)pthread_mutex_unlock(&bus->mutex);
    krn_log_write(bus->o.log, lettered ? KRN_WARN : KRN_ERROR, "kafka",
                  lettered ? "an event was set aside"
                           : "an event was given up: its dead-letter topic may not be written to",
                  KRN_STR("topic", anc_str_of(m->topic)), KRN_STR("event", id),
                  KRN_STR("reason", anc_str_of(reason)));
    const krn_aside told = {ANC_STR("kafka"), anc_str_of(m->topic), id, anc_str_of(reason)};
    if (bus->o.on_aside != NULL)
        bus->o.on_aside(bus->o.on_aside_arg, &told);
}

/* What will never go is named on the dead-letter topic, without its payload. Where that topic is not there or may not be
 * written to the event is given up all the same: it would hold up every later one for ever, and the outbox has it. */
static anc_status set_aside(krn_bus_kafka *bus, const clt_kafka_message *m, const char *reason,
                            int64_t deadline_ns, anc_err *err)
{
    size_t acked = 0;
    anc_err why = {0};
    clt_kafka_header headers[HEADERS + 4];
    const size_t n = m->n_headers;
    clt_kafka_message letter = *m;
    letter.topic = anc_arena_printf(bus->batch, "%s.dlq", m->topic).ptr;
    letter.value = ANC_STR("");
    letter.headers = headers;
    letter.n_headers = n + 4;
    const anc_str bytes = anc_arena_printf(bus->batch, "%zu", m->value.len);
    if (letter.topic == NULL || bytes.ptr == NULL)
        return no_room(bus, err);
    memcpy(headers, m->headers, n * sizeof *headers);
    headers[n] = (clt_kafka_header){"reason", anc_str_of(reason)};
    headers[n + 1] = (clt_kafka_header){"status", ANC_STR("LIMIT")};
    headers[n + 2] = (clt_kafka_header){"topic", anc_str_of(m->topic)};
    headers[n + 3] = (clt_kafka_header){"bytes", bytes};
    anc_status status = make_letters(bus, letter.topic, deadline_ns, &why);
    if (status == ANC_OK)
        status = clt_kafka_produce(bus->producer, &letter, 1, deadline_ns, &acked, &why);
    if (status != ANC_OK && status != ANC_NOT_FOUND && status != ANC_FORBIDDEN)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    tell_unfit(bus, m, reason, status == ANC_OK);
    return ANC_OK;
}

/* Sends messages [n]; *ret_sent counts those of the beginning that are there or set aside. */
static anc_status send_all(krn_bus_kafka *bus, const clt_kafka_message *messages, size_t n,
                           int64_t deadline_ns, size_t *ret_sent, anc_err *err)
{
    for (*ret_sent = 0; *ret_sent < n;) {
        size_t acked = 0;
        anc_err why = {0};
        const anc_status status = clt_kafka_produce(bus->producer, messages + *ret_sent,
                                                    n - *ret_sent, deadline_ns, &acked, &why);
        *ret_sent += acked;
        if (status == ANC_OK)
            return ANC_OK;
        if (status == ANC_NOT_FOUND)
            bus->topics_made = false;
        if (status != ANC_LIMIT)
            return anc_fail_at(err, status == ANC_NOT_FOUND ? ANC_UNAVAILABLE : status, why.where,
                               "%s", why.text);
        ANC_TRY(set_aside(bus, &messages[*ret_sent], why.text, deadline_ns, err));
        ++*ret_sent;
    }
    return ANC_OK;
}

static anc_status publish(krn_bus_kafka *bus, const krn_announcement *events, size_t n,
                          int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    size_t count = 0, sent = 0;
    clt_kafka_message *messages = anc_arena_alloc(bus->batch, n, sizeof *messages);
    size_t *at = anc_arena_alloc(bus->batch, n, sizeof *at);
    if (messages == NULL || at == NULL)
        return no_room(bus, err);
    for (size_t i = 0; i < n; i++) {
        bool goes;
        messages[count] = (clt_kafka_message){0};
        ANC_TRY(message_of(bus, &events[i], &messages[count], &goes, err));
        at[count] = i;
        count += goes;
    }
    const anc_status status =
        count > 0 ? send_all(bus, messages, count, deadline_ns, &sent, err) : ANC_OK;
    *ret_taken = sent < count ? at[sent] : n;
    return status;
}

anc_status krn_kafka_publish(krn_bus_kafka *bus, const krn_announcement *events, size_t n,
                             int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    *ret_taken = 0;
    (void)pthread_mutex_lock(&bus->sending);
    const int64_t soon_ns = os_mono_ns() + MAKING_NS;
    anc_status status = make_topics(bus, soon_ns < deadline_ns ? soon_ns : deadline_ns, err);
    if (status == ANC_OK)
        status = publish(bus, events, n, deadline_ns, ret_taken, err);
    bus->failing = status != ANC_OK;
    anc_arena_reset(bus->batch);
    (void)pthread_mutex_unlock(&bus->sending);
    return status;
}

anc_status krn_kafka_look(krn_bus_kafka *bus, anc_err *err)
{
    if (pthread_mutex_trylock(&bus->sending) != 0)
        return ANC_OK;
    anc_status status = clt_kafka_look(bus->producer, os_mono_ns() + LOOKING_NS, err);
    if (status == ANC_OK)
        status = make_topics(bus, os_mono_ns() + MAKING_NS, err);
    anc_arena_reset(bus->batch);
    const bool say = status != ANC_OK || !bus->failing;
    (void)pthread_mutex_unlock(&bus->sending);
    return say ? krn_kafka_note(bus, status, err) : status;
}

anc_status krn_kafka_letter(krn_bus_kafka *bus, const clt_kafka_message *letter,
                            int64_t deadline_ns, anc_err *err)
{
    size_t acked = 0;
    (void)pthread_mutex_lock(&bus->sending);
    anc_status status = make_letters(bus, letter->topic, deadline_ns, err);
    if (status == ANC_OK)
        status = clt_kafka_produce(bus->producer, letter, 1, deadline_ns, &acked, err);
    (void)pthread_mutex_unlock(&bus->sending);
    return status;
}
