/* examine_buses.c - whether the buses that are configured can be reached, as the server would reach them. */
#include "clients/kafka/kafka.h"
#include "clients/redis/redis.h"
#include "examine_impl.h"
#include "os/clock.h"

static const int64_t REACH_NS = 5000000000;

#define UNTIL_THEN "until then events wait in the outbox, and questions go on"

/* ---- Redis ---- */

static anc_status reach_redis(examination *x, clt_redis **client, anc_str *ret_name, anc_err *err)
{
    const srv_config *c = x->c;
    clt_redis_options options = {.ca_file = c->bus.redis.tls_ca};
    ANC_TRY(clt_redis_url_read(x->mem, c->bus.redis.url, &options.place, err));
    if (c->bus.redis.db >= 0)
        options.place.db = (uint32_t)c->bus.redis.db;
    ANC_TRY(clt_redis_new(&options, client, err));
    *ret_name = anc_arena_copy(x->mem, clt_redis_name(*client));
    return clt_redis_connect(*client, os_mono_ns() + REACH_NS, err);
}

void srv_examine_redis(examination *x)
{
    anc_err err = {0};
    clt_redis *client = NULL;
    anc_str name = ANC_STR_NONE;
    if (x->c->bus.redis.url.len == 0)
        return;
    if (reach_redis(x, &client, &name, &err) == ANC_OK)
        srv_tell(x, "redis", CLI_FINE, anc_arena_printf(x->mem, "%.*s answers", ANC_FMT(name)));
    else
        srv_tell(x, "redis", CLI_WRONG,
                 anc_arena_printf(x->mem, "%s; start it or correct bus.redis.url (REDIS_URL), %s",
                                  err.text, UNTIL_THEN));
    clt_redis_free(client);
}

/* ---- Kafka ---- */

static anc_status reach_kafka(const srv_config *c, anc_err *err)
{
    clt_kafka_producer *producer = NULL;
    const clt_kafka_producer_options options = {.place = {.brokers = c->bus.kafka.brokers,
                                                          .security = c->bus.kafka.security,
                                                          .mechanism = c->bus.kafka.mechanism,
                                                          .user = c->bus.kafka.user,
                                                          .password = c->bus.kafka.password,
                                                          .ca_file = c->bus.kafka.tls_ca},
                                                .compression = c->bus.kafka.compression};
    ANC_TRY(clt_kafka_producer_open(&options, &producer, err));
    const anc_status status = clt_kafka_look(producer, os_mono_ns() + REACH_NS, err);
    clt_kafka_producer_close(producer);
    return status;
}

void srv_examine_kafka(examination *x)
{
    const anc_str brokers = x->c->bus.kafka.brokers;
    anc_err err = {0};
    if (brokers.len == 0)
        return;
    if (reach_kafka(x->c, &err) == ANC_OK)
        srv_tell(x, "kafka", CLI_FINE, anc_arena_printf(x->mem, "%.*s answers", ANC_FMT(brokers)));
    else
        srv_tell(x, "kafka", CLI_WRONG,
                 anc_arena_printf(
                     x->mem, "%s; start it or correct bus.kafka.* (KAFKA_BOOTSTRAP_SERVERS), %s",
                     err.text, UNTIL_THEN));
}
