/* relay_kafka.c - the part with a real Kafka broker, whose address BENCH_KAFKA says. */
#include "relay.h"

/* clang-format off: the second needs the first */
#include <librdkafka/rdkafka.h>
/* clang-format on */
#include <stdio.h>
#include <stdlib.h>

#include "common/bench.h"
#include "kernel/adapters/bus_kafka/bus_kafka.h"

enum { FLUSH_MS = 60000, POLL_MS = 10 };

static double carry_ours(void *arg)
{
    krn_bus_kafka *bus = NULL;
    anc_err err = {0};
    const krn_bus_kafka_options options = {.place = {.brokers = anc_str_of(getenv("BENCH_KAFKA"))},
                                           .source = ANC_STR("bench"),
                                           .make_topics = true};
    bench_must(krn_bus_kafka_new(&options, &bus, &err), &err);
    const krn_bus b = krn_bus_kafka_bus(bus);
    bench_must(b.ops->start(b.self, &err), &err);
    const double rate = relay_carry(arg, b);
    krn_bus_kafka_free(bus);
    return rate;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char why[256];
    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
        bench_fail("librdkafka: %s", why);
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    (void)rk;
    *(size_t *)opaque += message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* One envelope from memory, acknowledged by all, RELAY_BATCH at once. */
static double produce_peers(void *arg)
{
    const relaying *r = arg;
    size_t acked = 0;
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", getenv("BENCH_KAFKA"));
    set(conf, "enable.idempotence", "true");
    set(conf, "acks", "all");
    set(conf, "compression.type", "lz4");
    set(conf, "linger.ms", "10");
    rd_kafka_conf_set_opaque(conf, &acked);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (rk == NULL)
        bench_fail("librdkafka: %s", why);
    const double start = bench_seconds();
    for (size_t done = 0; done < RELAY_EVENTS; done += RELAY_BATCH) {
        for (int i = 0; i < RELAY_BATCH; i++)
            if (rd_kafka_producev(
                    rk, RD_KAFKA_V_TOPIC("knowledge.document.added"),
                    RD_KAFKA_V_VALUE((void *)(uintptr_t)r->envelope.ptr, r->envelope.len),
                    RD_KAFKA_V_END) != RD_KAFKA_RESP_ERR_NO_ERROR)
                bench_fail("librdkafka does not take a message");
        while (acked < done + RELAY_BATCH && bench_seconds() - start < FLUSH_MS / 1000.0)
            (void)rd_kafka_poll(rk, POLL_MS);
    }
    const double seconds = bench_seconds() - start;
    if (acked != RELAY_EVENTS)
        bench_fail("%zu of %d messages were acknowledged", acked, RELAY_EVENTS);
    rd_kafka_destroy(rk);
    return RELAY_EVENTS / seconds;
}

void relay_kafka(relaying *r)
{
    if (getenv("BENCH_KAFKA") == NULL) {
        printf("skipped: there is no Kafka here\n");
        return;
    }
    bench_run(&(bench_figure){.name = "relay: outbox to Kafka, acks=all",
                              .unit = "events/s",
                              .peer = "librdkafka, batches in a loop",
                              .run_ours = carry_ours,
                              .run_peers = produce_peers,
                              .arg = r,
                              .rounds = RELAY_ROUNDS});
}
