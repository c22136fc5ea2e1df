/* buses.c - the rows of the house for buses outside of this process: which are configured, and whose
 * place in the outbox nobody keeps any more. */
#include <stdio.h>

#include "base/id.h"
#include "config_table.h"
#include "house_impl.h"

enum { INSTANCE_BYTES = 256 };

/* ---- who we are ---- */

/* A UUID in the data folder, so that others know our events as ours after a restart. */
static anc_status find_instance(srv_house *h, anc_str *ret, anc_err *err)
{
    anc_err absent = {0};
    anc_str kept = ANC_STR_NONE;
    char id[ANC_UUID_TEXT + 1];
    const anc_str path = os_path_join(h->mem, h->data_dir, ANC_STR("instance"));
    if (path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the path of the instance's id");
    if (os_exists(path) && os_file_read(h->mem, path, INSTANCE_BYTES, &kept, &absent) == ANC_OK)
        kept = anc_str_trim(kept);
    if (anc_uuid_valid(kept)) {
        *ret = kept;
        return ANC_OK;
    }
    krn_id_new(h->clock, id);
    *ret = anc_arena_copy(h->mem, anc_str_of(id));
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the instance's id");
    return os_file_replace(path, *ret, err);
}

/* ---- rows ---- */

static anc_str origin_of(const srv_config *c, const char *key)
{
    return c->origins[srv_row_find(anc_str_of(key)) - srv_rows];
}

krn_bus_redis_options srv_redis_options(const srv_config *c)
{
    return (krn_bus_redis_options){.url = c->bus.redis.url,
                                   .db = c->bus.redis.db,
                                   .ca_file = c->bus.redis.tls_ca,
                                   .prefix = c->bus.redis.prefix,
                                   .group = c->bus.redis.group,
                                   .consumer = c->bus.redis.consumer,
                                   .stream_a_type =
                                       anc_str_eq(c->bus.redis.streams, ANC_STR("type")),
                                   .max_events = (uint64_t)c->bus.redis.max_events,
                                   .inbound = c->bus.redis.inbound.items,
                                   .n_inbound = c->bus.redis.inbound.n,
                                   .claim_ms = c->bus.redis.claim_ms,
                                   .keep_handled_ms = c->bus.redis.keep_handled_s * 1000,
                                   .tries = (unsigned)c->bus.inbound_tries};
}

static anc_status open_redis(srv_house *h, krn_bus *ret, anc_err *err)
{
    const srv_config *c = h->o.config;
    anc_err why = {0};
    if (c->bus.redis.url.len == 0)
        return ANC_OK;
    krn_bus_redis_options options = srv_redis_options(c);
    options.on_aside = srv_inbound_aside;
    options.on_aside_arg = h;
    options.log = h->log;
    ANC_TRY(find_instance(h, &options.source, err));
    const anc_status status = krn_bus_redis_new(&options, &h->bus_redis, &why);
    if (status == ANC_INVALID)
        return ANC_FAIL(err, status, "%.*s: bus.redis: %s", ANC_FMT(origin_of(c, "bus.redis.url")),
                        why.text);
    if (status != ANC_OK)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    *ret = krn_bus_redis_bus(h->bus_redis);
    return ANC_OK;
}

static bool is_true(anc_str s)
{
    return anc_str_eq(s, ANC_STR("true"));
}

krn_bus_kafka_options srv_kafka_options(const srv_config *c)
{
    return (krn_bus_kafka_options){.place = {.brokers = c->bus.kafka.brokers,
                                             .security = c->bus.kafka.security,
                                             .mechanism = c->bus.kafka.mechanism,
                                             .user = c->bus.kafka.user,
                                             .password = c->bus.kafka.password,
                                             .ca_file = c->bus.kafka.tls_ca,
                                             .names = "bus.kafka."},
                                   .prefix = c->bus.kafka.prefix,
                                   .topics = c->bus.kafka.topics.items,
                                   .n_topics = c->bus.kafka.topics.n,
                                   .group = c->bus.kafka.group,
                                   .compression = c->bus.kafka.compression,
                                   .all = is_true(c->events.kafka.all),
                                   .make_topics = is_true(c->bus.kafka.make_topics),
                                   .partitions = (unsigned)c->bus.kafka.partitions,
                                   .replication = (unsigned)c->bus.kafka.replication,
                                   .inbound = c->bus.kafka.inbound.items,
                                   .n_inbound = c->bus.kafka.inbound.n,
                                   .tries = (unsigned)c->bus.inbound_tries};
}

static anc_status open_kafka(srv_house *h, krn_bus *ret, anc_err *err)
{
    const srv_config *c = h->o.config;
    anc_err why = {0};
    if (c->bus.kafka.brokers.len == 0)
        return ANC_OK;
    krn_bus_kafka_options options = srv_kafka_options(c);
    options.on_aside = srv_inbound_aside;
    options.on_aside_arg = h;
    options.log = h->log;
    ANC_TRY(find_instance(h, &options.source, err));
    const anc_status status = krn_bus_kafka_new(&options, &h->bus_kafka, &why);
    if (status == ANC_INVALID)
        return ANC_FAIL(err, status, "%.*s: bus.kafka: %s",
                        ANC_FMT(origin_of(c, "bus.kafka.brokers")), why.text);
    if (status != ANC_OK)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    *ret = krn_bus_kafka_bus(h->bus_kafka);
    return ANC_OK;
}

/* A bus that there may be. */
static const struct bus_row {
    const char *step; /* its relay's; a literal of at most 15 characters */
    anc_str consumer; /* whose cursor its relay keeps */
    size_t inbound;   /* where the configuration has the types that are read there */
    /* Leaves *ret alone when the bus is not configured. */
    anc_status (*open)(srv_house *h, krn_bus *ret, anc_err *err);
} rows[] = {
    {"relay-redis", ANC_STR_INIT("relay:redis"), offsetof(srv_config, bus.redis.inbound),
     open_redis},
    {"relay-kafka", ANC_STR_INIT("relay:kafka"), offsetof(srv_config, bus.kafka.inbound),
     open_kafka},
};

_Static_assert(ANC_COUNT(rows) <= SRV_OUTSIDE, "a place for each");

/* ---- places in the outbox ---- */

typedef struct forgetting {
    const srv_house *house;
    anc_str consumer;
} forgetting;

static anc_status forget(void *arg, krn_tx *tx, anc_err *err)
{
    const forgetting *f = arg;
    const krn_outbox o = f->house->outbox;
    return o.ops->cursor_set(o.self, tx, f->consumer, KRN_CURSOR_NONE, err);
}

/* A bus that is no longer configured must not keep old events for ever. Where that cannot be written
 * they stay until the next start. */
static void forget_place(srv_house *h, anc_str consumer)
{
    anc_err err = {0};
    forgetting f = {h, consumer};
    const atomic_bool never = false;
    krn_call call = {.mem = h->mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &never};
    if (krn_writer_run(h->writer, &call, forget, &f) != ANC_OK)
        krn_log_write(h->log, KRN_WARN, "server",
                      "the place of a bus that is gone keeps old events until the next start",
                      KRN_STR("consumer", consumer), KRN_STR("reason", anc_str_of(err.text)));
}

/* ---- all of them ---- */

static const srv_strs *inbound_of(const srv_config *c, size_t at)
{
    return (const srv_strs *)(const void *)((const char *)c + at);
}

anc_status srv_buses_open(srv_house *h, anc_err *err)
{
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        srv_outside *o = &h->outside[h->n_outside];
        *o = (srv_outside){.inbound = inbound_of(h->o.config, rows[i].inbound),
                           .step = rows[i].step,
                           .consumer = rows[i].consumer};
        ANC_TRY(rows[i].open(h, &o->bus, err));
        if (o->bus.ops != NULL)
            h->n_outside++;
        else
            forget_place(h, rows[i].consumer);
    }
    return ANC_OK;
}

anc_status srv_buses_start(srv_house *h, anc_err *err)
{
    for (size_t i = 0; i < h->n_outside; i++)
        ANC_TRY(h->outside[i].bus.ops->start(h->outside[i].bus.self, err));
    return ANC_OK;
}

void srv_buses_stop(srv_house *h)
{
    for (size_t i = 0; i < h->n_outside; i++)
        h->outside[i].bus.ops->stop(h->outside[i].bus.self);
}

void srv_buses_close(srv_house *h)
{
    krn_bus_redis_free(h->bus_redis);
    krn_bus_kafka_free(h->bus_kafka);
}
