/* record.c - one message from outside: checked, handled, or set aside on its dead-letter topic.
 *
 * A message ends in one of three ways: the handler said OK; it went to the dead letters; it is read
 * again because the subscription ends or the cluster is away. So none goes round for ever, and none is
 * lost.
 */
#include <string.h>

#include "bus_kafka_impl.h"
#include "kernel/ports/handling.h"
#include "os/clock.h"

enum { JSON_MAX = EV_INBOUND_BYTES * 8, SHORT_BYTES = 64 << 10 };

static const int64_t LETTER_NS = 10000000000;

/* ---- setting aside --------------------------------------------------------------------------- */

enum { REASONS = 7 };

/* The message as it came, with its headers, and then why and where it came from: whoever looks for a name from the end
 * finds ours. */
static anc_status make_letter(krn_kafka_subscription *s, const clt_kafka_record *r, anc_status why,
                              const char *reason, clt_kafka_message *ret, anc_err *err)
{
    const anc_str partition = anc_arena_printf(s->turn, "%d", (int)r->partition);
    const anc_str offset = anc_arena_printf(s->turn, "%lld", (long long)r->offset);
    const anc_str bytes = anc_arena_printf(s->turn, "%zu", r->value.len);
    const anc_str topic = anc_arena_printf(s->turn, "%s.dlq", r->topic);
    const clt_kafka_header reasons[REASONS] = {
        {"reason", anc_str_of(reason)},
        {"status", anc_str_of(anc_status_info(why)->name)},
        {"topic", anc_str_of(r->topic)},
        {"partition", partition},
        {"offset", offset},
        {"group", s->group},
        {"bytes", bytes},
    };
    clt_kafka_header *h = anc_arena_alloc(s->turn, r->n_headers + REASONS, sizeof *h);
    if (h == NULL || partition.ptr == NULL || offset.ptr == NULL || bytes.ptr == NULL ||
        topic.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(s->turn), "no room for a dead letter");
    for (size_t i = 0; i < r->n_headers; i++)
        h[i] = r->headers[i];
    memcpy(h + r->n_headers, reasons, sizeof reasons);
    *ret = (clt_kafka_message){.topic = topic.ptr,
                               .key = r->key,
                               .value = anc_str_sub(r->value, 0, EV_INBOUND_BYTES),
                               .headers = h,
                               .n_headers = r->n_headers + REASONS};
    return ANC_OK;
}

/* With what stands in its headers a message may be more than the cluster takes: then the beginning of it has to do. */
static anc_status send_letter(krn_kafka_subscription *s, clt_kafka_message *letter, anc_err *err)
{
    anc_err why = {0};
    const anc_status status = krn_kafka_letter(s->bus, letter, os_mono_ns() + LETTER_NS, &why);
    if (status == ANC_OK)
        return ANC_OK;
    if (status != ANC_LIMIT || letter->value.len <= SHORT_BYTES)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    letter->value = anc_str_sub(letter->value, 0, SHORT_BYTES);
    return krn_kafka_letter(s->bus, letter, os_mono_ns() + LETTER_NS, err);
}

static anc_status set_aside(krn_kafka_subscription *s, const clt_kafka_record *r, anc_status why,
                            const char *reason, anc_err *err)
{
    clt_kafka_message letter;
    ANC_TRY(make_letter(s, r, why, reason, &letter, err));
    ANC_TRY(send_letter(s, &letter, err));
    (void)pthread_mutex_lock(&s->bus->mutex);
    s->bus->stats.refused++;
    (void)pthread_mutex_unlock(&s->bus->mutex);
    const anc_str id =
        anc_arena_printf(s->turn, "%d/%lld", (int)r->partition, (long long)r->offset);
    krn_log_write(s->bus->o.log, KRN_WARN, "kafka", "an event from outside was set aside",
                  KRN_STR("topic", anc_str_of(r->topic)), KRN_INT("partition", r->partition),
                  KRN_INT("offset", r->offset), KRN_STR("reason", anc_str_of(reason)));
    const krn_aside told = {ANC_STR("kafka"), anc_str_of(r->topic), id, anc_str_of(reason)};
    if (s->bus->o.on_aside != NULL && id.ptr != NULL)
        s->bus->o.on_aside(s->bus->o.on_aside_arg, &told);
    return ANC_OK;
}

/* ---- handling -------------------------------------------------------------------------------- */

static void on_error(void *self)
{
    const krn_kafka_subscription *s = self;
    (void)pthread_mutex_lock(&s->bus->mutex);
    s->bus->stats.handler_errors++;
    (void)pthread_mutex_unlock(&s->bus->mutex);
}

static bool pause_for(void *self, int64_t pause_ns)
{
    krn_kafka_subscription *s = self;
    return os_member_pause(&s->member, os_mono_ns() + pause_ns);
}

static anc_status try_handler(krn_kafka_subscription *s, const krn_announcement *event,
                              anc_err *err)
{
    const krn_handling handling = {.handler = s->handler,
                                   .arg = s->arg,
                                   .tries = s->bus->o.tries,
                                   .pause_ns = s->bus->o.pause_ns,
                                   .pause = pause_for,
                                   .on_error = on_error,
                                   .self = s};
    return krn_handle(&handling, event, err);
}

static anc_str type_of(const krn_kafka_subscription *s, const char *topic)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->topics[i], topic) == 0)
            return s->types[i];
    return ANC_STR_NONE;
}

/* An id that is the same when the message comes again, and no other's: offsets begin anew where a topic was removed
 * and made again, so that its time belongs to it. */
static anc_status name_it(krn_kafka_subscription *s, const clt_kafka_record *r, ev_envelope *e,
                          anc_err *err)
{
    if (e->id.len == 0)
        e->id = anc_arena_printf(s->turn, "%s/%d/%lld@%lld", r->topic, (int)r->partition,
                                 (long long)r->offset, (long long)r->time_ms);
    if (e->id.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(s->turn), "no room for a message");
    if (e->time_ms == 0)
        e->time_ms = r->time_ms > 0 ? r->time_ms : os_wall_ms();
    return ANC_OK;
}

static anc_status handle(krn_kafka_subscription *s, const clt_kafka_record *r, ev_envelope *e,
                         anc_err *err)
{
    anc_err why = {0};
    ANC_BUF(envelope, JSON_MAX);
    ANC_TRY(name_it(s, r, e, err));
    ANC_TRY(ev_envelope_write(e, &envelope, err));
    const krn_announcement event = {
        .type = e->type, .type_name = e->type_name, .envelope = anc_buf_view(&envelope)};
    const anc_status status = try_handler(s, &event, &why);
    if (status == ANC_OK)
        return ANC_OK;
    if (status == ANC_CANCELLED && os_member_over(&s->member))
        return ANC_FAIL(err, ANC_CANCELLED, "the subscription ends");
    return set_aside(s, r, status, why.text, err);
}

anc_status krn_kafka_record_handle(krn_kafka_subscription *s, const clt_kafka_record *r,
                                   anc_err *err)
{
    ev_envelope e;
    anc_err why = {0};
    if (anc_str_eq(r->source, s->bus->o.source) && r->source.len > 0)
        return ANC_OK;
    const anc_status status = ev_inbound_read(s->turn, r->value, type_of(s, r->topic), &e, &why);
    if (status == ANC_NO_MEMORY)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    if (status != ANC_OK)
        return set_aside(s, r, status, why.text, err);
    return handle(s, r, &e, err);
}
