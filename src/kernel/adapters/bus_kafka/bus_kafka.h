/* bus_kafka.h - the bus port on a Kafka cluster.
 *
 * Out. A durable event goes to the topic that its type names in the registry, and the others to
 * "anchorage.events" with `all`, to one of their own name with `topic_a_type`, else nowhere. Key: the
 * aggregate's id. Value: the envelope, but on the work topic batch-status flat JSON: the payload with a
 * `timestamp`. Headers: CloudEvents 1.0 in binary mode (ce_id, ce_type, ce_source, ce_time,
 * ce_specversion, content-type). The producer is idempotent with acks=all; what it acknowledged is
 * taken. An event that the cluster finds too large goes to <topic>.dlq without its payload and is then
 * taken, since it would never go. Transient events are not for Kafka.
 *
 * Topics are made when they are absent and `make_topics` allows it.
 *
 * In. A subscription reads the topics named as the types that its pattern matches (an exact type, or
 * those of `inbound` that a prefix or "*" matches), as a member of a consumer group of its own: `group`
 * for the first of an exact pattern, "group.query.*" for a prefix, "group.2" for the second of the same
 * pattern. A message is an envelope or the bare payload; it is checked (inbound.h), handed to the
 * handler with an id (its own, else one made of topic, partition, offset and the message's time) and a
 * time (its own, else the message's), and its offset committed when the handler said OK. What does not
 * fit, and what the handler fails on for good or `tries` times, goes to <topic>.dlq as it came, with its
 * headers, and behind these: reason, status, topic, partition, offset, group, bytes (of the value; the first MiB
 * of it is kept, 64 KiB where the cluster takes no more). It is then done with. Messages whose ce_source is ours are passed over.
 */
#ifndef ANC_KERNEL_ADAPTERS_BUS_KAFKA_BUS_KAFKA_H
#define ANC_KERNEL_ADAPTERS_BUS_KAFKA_BUS_KAFKA_H

#include "clients/kafka/kafka.h"
#include "kernel/ports/bus.h"
#include "kernel/ports/handling.h"
#include "kernel/ports/log.h"

typedef struct krn_bus_kafka krn_bus_kafka;

/* Everything is copied. */
typedef struct krn_bus_kafka_options {
    clt_kafka_place place; /* the password with it */
    anc_str prefix;        /* of every topic: "shop."; may be empty */
    const anc_str
        *topics; /* [n_topics] "TOPIC=NAME": what a topic is called instead, behind the prefix */
    size_t n_topics;
    anc_str source;      /* this installation, the same after a restart */
    anc_str group;       /* empty: "anchorage" */
    anc_str compression; /* empty: lz4 */
    bool all;            /* types without a topic of their own go to anchorage.events */
    bool topic_a_type;   /* they go to a topic that is named as the type */
    bool make_topics;
    unsigned partitions;    /* of topics that are made; 0: 3; batch-status has 4 at least */
    unsigned replication;   /* 0: as the cluster has it */
    int64_t retention_ms;   /* of topics that are made; 0: 7 days, dead letters twice that */
    const anc_str *inbound; /* [n_inbound] exact types, at most EV_INBOUND_TYPES */
    size_t n_inbound;
    unsigned session_ms;    /* of a group's member; 0: 10,000 */
    unsigned tries;         /* of a handler, for one message; 0: 6 */
    int64_t pause_ns;       /* before the second try, doubled each time; 0: 100 ms */
    krn_log log;            /* ops NULL: none */
    krn_aside_fn *on_aside; /* may be NULL; is told of events that were set aside */
    void *on_aside_arg;
} krn_bus_kafka_options;

/* INVALID names the option that does not fit, without a word of the password. */
anc_status krn_bus_kafka_new(const krn_bus_kafka_options *options, krn_bus_kafka **ret,
                             anc_err *err) ANC_MUST_CHECK;
void krn_bus_kafka_free(krn_bus_kafka *bus); /* stops it first; NULL is a no-op */
krn_bus krn_bus_kafka_bus(krn_bus_kafka *bus);

/* Tries what the bus will do, before it is started and without a trace, and appends to *missing what it may not do:
 * clt_kafka_rights. */
anc_status krn_bus_kafka_rights(krn_bus_kafka *bus, int64_t deadline_ns, anc_buf *missing,
                                anc_err *err) ANC_MUST_CHECK;

/* What a topic of ours, or a type that is read, is called by these options; without the prefix. */
anc_str krn_bus_kafka_name(const krn_bus_kafka_options *options, anc_str topic);

/* INVALID for a topic that is not ours, a name that Kafka does not take, and for two topics of one name: those that are
 * written may be one where each was given that name. Names the item. krn_bus_kafka_new does it too. */
anc_status krn_bus_kafka_names_check(const krn_bus_kafka_options *options,
                                     anc_err *err) ANC_MUST_CHECK;

/* The brokers of the mock cluster of place.mock_brokers; "" when there is none. */
anc_str krn_bus_kafka_mock_brokers(const krn_bus_kafka *bus);

#endif
