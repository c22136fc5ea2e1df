/* rights.c - which topics the bus writes and reads, and whether it may. */
#include "bus_kafka_impl.h"

enum { NAMES_BYTES = 256 << 10 };

typedef struct names {
    anc_arena *mem; /* borrowed */
    const krn_bus_kafka *bus;
    const char *list[CLT_KAFKA_WANTED];
    size_t n;
} names;

static anc_status add(names *to, anc_str name, const char *suffix, anc_err *err)
{
    const char *topic = krn_kafka_topic(to->bus, to->mem, name, suffix);
    if (topic == NULL || to->n == CLT_KAFKA_WANTED)
        return ANC_FAIL(err, ANC_LIMIT, "kafka: too many topics, or the name of %.*s is too long",
                        ANC_FMT(name));
    to->list[to->n++] = topic;
    return ANC_OK;
}

anc_status krn_bus_kafka_rights(krn_bus_kafka *bus, int64_t deadline_ns, anc_buf *missing,
                                anc_err *err)
{
    const krn_bus_kafka_options *o = &bus->o;
    ANC_ARENA(mem, NAMES_BYTES);
    names written = {.mem = mem, .bus = bus}, read = {.mem = mem, .bus = bus};
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the names of topics");
    for (unsigned i = 0; i < EV_TYPE_COUNT; i++)
        if (ev_type_of((ev_type_id)i)->topic != NULL)
            ANC_TRY(add(&written, anc_str_of(ev_type_of((ev_type_id)i)->topic), "", err));
    if (o->all)
        ANC_TRY(add(&written, KRN_KAFKA_OTHERS, "", err));
    for (size_t i = 0; i < o->n_inbound; i++) {
        ANC_TRY(add(&written, o->inbound[i], ".dlq", err));
        ANC_TRY(add(&read, o->inbound[i], "", err));
    }
    const clt_kafka_wanted wanted = {.written = written.list,
                                     .n_written = written.n,
                                     .read = read.list,
                                     .n_read = read.n,
                                     .group = o->group,
                                     .makes = o->make_topics};
    clt_kafka_place place = o->place;
    if (place.mock_brokers > 0) {
        place.mock_brokers = 0;
        place.brokers = krn_bus_kafka_mock_brokers(bus);
    }
    return clt_kafka_rights(&place, &wanted, deadline_ns, missing, err);
}
