/* kafka.h - a client of a Kafka cluster: messages in batches that are sure to be there, and a member of
 * a consumer group that says itself what it has done. librdkafka behind our words.
 *
 * A producer is used by one thread at a time, a consumer too; clt_kafka_*_stop may come from any. Every
 * step has a deadline on the monotonic clock (os_mono_ns). A cluster that is away is no failure of
 * opening: it is looked for as long as the handle lives.
 *
 * No text of an error holds a password, nor what stands before an '@' among the brokers. Settings are called there as in
 * the members of a place, "tls_ca" for ca_file.
 */
#ifndef ANC_CLIENTS_KAFKA_KAFKA_H
#define ANC_CLIENTS_KAFKA_KAFKA_H

#include "base/str.h"

/* How the cluster is reached. Views are copied; empty ones take the value in brackets. */
typedef struct clt_kafka_place {
    anc_str brokers;   /* "host:port,host:port" */
    anc_str client_id; /* [anchorage] */
    anc_str security;  /* plaintext, ssl, sasl_plaintext, sasl_ssl [plaintext] */
    anc_str mechanism; /* of SASL: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 [PLAIN] */
    anc_str user, password;
    anc_str ca_file;       /* certificates in PEM that TLS trusts [the system's] */
    bool insecure;         /* takes any certificate */
    unsigned mock_brokers; /* tests: a cluster of so many brokers inside this process instead */
    /* before the names of settings in texts of errors: "bus.kafka." for "bus.kafka.user"; a literal [none] */
    const char *names;
} clt_kafka_place;

typedef struct clt_kafka_header {
    const char *name; /* terminated */
    anc_str value;
} clt_kafka_header;

enum { CLT_KAFKA_HEADERS = 64 }; /* of a record that are given on; others are left out */

typedef struct clt_kafka_message {
    const char *topic; /* terminated; at most 249 bytes of [A-Za-z0-9._-] */
    anc_str key;       /* ptr NULL: none */
    anc_str value;
    const clt_kafka_header *headers; /* [n_headers] */
    size_t n_headers;
} clt_kafka_message;

/* ---- producing ------------------------------------------------------------------------------- */

typedef struct clt_kafka_producer clt_kafka_producer;

typedef struct clt_kafka_producer_options {
    clt_kafka_place place;
    anc_str compression;      /* none, gzip, snappy, lz4, zstd [lz4] */
    unsigned linger_ms;       /* how long a batch is gathered [10] */
    size_t max_message_bytes; /* [8 MiB] */
} clt_kafka_producer_options;

/* An idempotent producer (acks=all): no message is there twice because of a retry of ours. INVALID names
 * a setting that librdkafka does not take; NO_MEMORY. */
anc_status clt_kafka_producer_open(const clt_kafka_producer_options *options,
                                   clt_kafka_producer **ret, anc_err *err) ANC_MUST_CHECK;
/* Waits for nothing; what was not acknowledged may or may not be there. NULL is a no-op. */
void clt_kafka_producer_close(clt_kafka_producer *p);

/* Sends messages [n], 1 to 10,000, and waits until the cluster has acknowledged or refused each of them.
 * *ret_acked counts those of the beginning that are acknowledged: some behind them may be, too. The
 * order within a partition is kept. UNAVAILABLE, DEADLINE, CANCELLED (stopped); NOT_FOUND when a topic
 * does not exist and the cluster makes none; LIMIT for a message that the cluster finds too large;
 * FORBIDDEN; PROVIDER. */
anc_status clt_kafka_produce(clt_kafka_producer *p, const clt_kafka_message *messages, size_t n,
                             int64_t deadline_ns, size_t *ret_acked, anc_err *err) ANC_MUST_CHECK;

/* Ends a produce that waits, and every later one until it is resumed, with CANCELLED. Any thread. */
void clt_kafka_producer_stop(clt_kafka_producer *p);
void clt_kafka_producer_resume(clt_kafka_producer *p);

/* Looks whether a broker answers: OK, or what produce says of a cluster that is away. */
anc_status clt_kafka_look(clt_kafka_producer *p, int64_t deadline_ns, anc_err *err) ANC_MUST_CHECK;

/* The brokers of the mock cluster, for others to connect to; "" when there is none. */
anc_str clt_kafka_mock_brokers(const clt_kafka_producer *p);

typedef struct clt_kafka_topic {
    const char *name;
    unsigned partitions;
    unsigned replication; /* 0: as the cluster has it by default */
    int64_t retention_ms; /* 0: as the cluster has it by default */
} clt_kafka_topic;

/* Makes those of topics [n] that are not there; what is there stays as it is. */
anc_status clt_kafka_topics_make(clt_kafka_producer *p, const clt_kafka_topic *topics, size_t n,
                                 int64_t deadline_ns, anc_err *err) ANC_MUST_CHECK;

/* ---- rights ---------------------------------------------------------------------------------- */

enum { CLT_KAFKA_WANTED = 128 };

/* What somebody is going to do with a cluster. */
typedef struct clt_kafka_wanted {
    const char *const *written; /* [n_written] topics */
    size_t n_written;
    const char *const
        *read; /* [n_read] topics; together with the others at most CLT_KAFKA_WANTED */
    size_t n_read;
    anc_str group; /* in which they are read */
    bool makes;    /* topics that are absent */
} clt_kafka_wanted;

/* Tries all of that and leaves no trace: topics are asked to be made as a check alone, messages are sent with a number
 * of acknowledgements that Kafka refuses once it has seen that the sender may write, and topics are read at their end.
 * Appends what is wrong to *missing, parted by "; ": "no right to write to the topics a, b, c and 4 more (Write)". Nothing: all of it
 * may be done. What could not be found out by `deadline_ns` is passed over. Of the group it is found out whether it may
 * be seen, which who may read in it always may. INVALID as of the producer's opening; else as clt_kafka_look. */
anc_status clt_kafka_rights(const clt_kafka_place *place, const clt_kafka_wanted *wanted,
                            int64_t deadline_ns, anc_buf *missing, anc_err *err) ANC_MUST_CHECK;

/* ---- consuming ------------------------------------------------------------------------------- */

typedef struct clt_kafka_consumer clt_kafka_consumer;

typedef struct clt_kafka_consumer_options {
    clt_kafka_place place;
    anc_str group;             /* required */
    const char *const *topics; /* [n_topics]; those that do not exist yet are waited for */
    size_t n_topics;
    unsigned session_ms; /* [10000] after which the others of the group take over what we had */
} clt_kafka_consumer_options;

typedef struct clt_kafka_record {
    const char *topic; /* terminated */
    int32_t partition;
    int64_t offset;
    int64_t time_ms;    /* that the message has in the log, the same each time it comes; 0: none */
    anc_str key, value; /* ptr NULL: none */
    anc_str source;     /* of the header ce_source; ptr NULL: none */
    const clt_kafka_header
        *headers; /* [n_headers], all of them in their order, at most CLT_KAFKA_HEADERS */
    size_t n_headers;
} clt_kafka_record;

/* Begins at the earliest message that the group has not committed. As of the producer's opening. */
anc_status clt_kafka_consumer_open(const clt_kafka_consumer_options *options,
                                   clt_kafka_consumer **ret, anc_err *err) ANC_MUST_CHECK;
/* Leaves the group; takes at most some seconds, a session where the cluster goes away meanwhile. NULL is a no-op. */
void clt_kafka_consumer_close(clt_kafka_consumer *c);

/* The next message, good until the next call; *ret_there is false when none came by `deadline_ns` or
 * the consumer was stopped. UNAVAILABLE, with what the cluster or the connection says; the consumer
 * goes on to look for it. */
anc_status clt_kafka_next(clt_kafka_consumer *c, int64_t deadline_ns, clt_kafka_record *ret,
                          bool *ret_there, anc_err *err) ANC_MUST_CHECK;

/* Says that the record of the last next is done with: it will not come again once that is committed,
 * which happens within a second, and at the close. */
void clt_kafka_done(clt_kafka_consumer *c);

void clt_kafka_consumer_stop(clt_kafka_consumer *c); /* ends a next that waits; any thread */

#endif
