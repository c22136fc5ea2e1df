/* inbound.c - a subscription: a member of a group, and the messages that come for it, one at a time.
 *
 * A failure of the cluster while a message is at work ends the consumer: the next one begins at the
 * last offset that was committed, so the message comes again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus_kafka_impl.h"
#include "os/clock.h"

enum { OWN_BYTES = 64 << 10, TURN_BYTES = 64 * EV_INBOUND_BYTES };

static const int64_t NEXT_NS = 200000000; /* which is as long as a stop waits for it at most */
static const int64_t FIRST_PAUSE_NS = 100000000;
static const int64_t LONGEST_PAUSE_NS = 5000000000;

/* ---- making and ending ----------------------------------------------------------------------- */

static anc_status add_type(krn_kafka_subscription *s, anc_str type, anc_err *err)
{
    s->types[s->n] = anc_arena_copy(s->mem, type);
    s->topics[s->n] = krn_kafka_topic(s->bus, s->mem, type, "");
    if (s->types[s->n].ptr == NULL || s->topics[s->n] == NULL)
        return ANC_FAIL(err, ANC_LIMIT, "kafka: no room for the topic of %.*s", ANC_FMT(type));
    s->n++;
    return ANC_OK;
}

static anc_status add_types(krn_kafka_subscription *s, anc_str pattern, anc_err *err)
{
    const krn_bus_kafka_options *o = &s->bus->o;
    ev_strs types;
    ANC_TRY(
        ev_inbound_types_match(s->mem, pattern, (ev_strs){o->inbound, o->n_inbound}, &types, err));
    for (size_t i = 0; i < types.n; i++)
        ANC_TRY(add_type(s, types.items[i], err));
    return ANC_OK;
}

anc_status krn_kafka_subscription_new(krn_bus_kafka *bus, anc_str pattern,
                                      krn_bus_handler_fn *handler, void *arg,
                                      krn_kafka_subscription **ret, anc_err *err)
{
    krn_kafka_subscription *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a subscription");
    os_member_init(&s->member, &bus->crew, krn_kafka_subscription_thread, s);
    s->bus = bus;
    s->handler = handler;
    s->arg = arg;
    s->mem = anc_arena_new(OWN_BYTES);
    s->turn = anc_arena_new(TURN_BYTES);
    if (s->mem != NULL)
        s->pattern = anc_arena_copy(s->mem, pattern);
    anc_status status = ANC_OK;
    if (s->turn == NULL || s->pattern.ptr == NULL)
        status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a subscription");
    else
        status = add_types(s, pattern, err);
    if (status == ANC_OK)
        *ret = s;
    else
        krn_kafka_subscription_free(s);
    return status;
}

void krn_kafka_subscription_free(krn_kafka_subscription *s)
{
    clt_kafka_consumer_close(s->consumer);
    anc_arena_free(s->turn);
    anc_arena_free(s->mem);
    os_member_done(&s->member);
    free(s);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static anc_status open_consumer(krn_kafka_subscription *s, anc_err *err)
{
    const krn_bus_kafka_options *o = &s->bus->o;
    clt_kafka_consumer_options options = {.place = o->place,
                                          .group = s->group,
                                          .topics = s->topics,
                                          .n_topics = s->n,
                                          .session_ms = o->session_ms};
    if (o->place.mock_brokers > 0) {
        options.place.mock_brokers = 0;
        options.place.brokers = krn_bus_kafka_mock_brokers(s->bus);
    }
    return clt_kafka_consumer_open(&options, &s->consumer, err);
}

static void close_consumer(krn_kafka_subscription *s)
{
    clt_kafka_consumer_close(s->consumer);
    s->consumer = NULL;
}

/* The next message, if one comes soon, to its end. */
static anc_status turn(krn_kafka_subscription *s, anc_err *err)
{
    clt_kafka_record record;
    bool there = false;
    if (s->consumer == NULL)
        ANC_TRY(open_consumer(s, err));
    ANC_TRY(clt_kafka_next(s->consumer, os_mono_ns() + NEXT_NS, &record, &there, err));
    if (!there)
        return ANC_OK;
    const anc_status status = krn_kafka_record_handle(s, &record, err);
    if (status == ANC_OK)
        clt_kafka_done(s->consumer);
    else
        close_consumer(s); /* so that the message comes again */
    return status;
}

void krn_kafka_subscription_thread(void *arg)
{
    krn_kafka_subscription *s = arg;
    int64_t next_ns = s->n > 0 ? 0 : INT64_MAX; /* a pattern that no inbound type matches */
    int64_t pause_ns = FIRST_PAUSE_NS;
    while (os_member_pause(&s->member, next_ns)) {
        anc_err err = {0};
        const anc_status status = turn(s, &err);
        anc_arena_reset(s->turn);
        if (status == ANC_OK) {
            pause_ns = FIRST_PAUSE_NS;
            next_ns = 0;
            continue;
        }
        (void)krn_kafka_note(s->bus, status, &err);
        next_ns = os_mono_ns() + pause_ns;
        pause_ns = pause_ns * 2 < LONGEST_PAUSE_NS ? pause_ns * 2 : LONGEST_PAUSE_NS;
    }
    close_consumer(s);
}
