/* redis_world.h - a real Redis for the tests of a program, and buses on it. */
#ifndef ANC_TESTS_CONTRACT_BUS_REDIS_WORLD_H
#define ANC_TESTS_CONTRACT_BUS_REDIS_WORLD_H

#include "support/test.h"

#include "ear.h"
#include "kernel/adapters/bus_redis/bus_redis.h"
#include "support/redis_server.h"

#define PASSWORD "c4nary-9f2e"

static redis_server *server;
static clt_redis *redis; /* to look with */

static const anc_str inbound[] = {ANC_STR_INIT("user.created"),
                                  ANC_STR_INIT("accounting.entry.created"),
                                  ANC_STR_INIT("document.uploaded")};

static inline krn_bus_redis *new_bus(const char *source, krn_bus_redis_options o)
{
    krn_bus_redis *bus = NULL;
    anc_err err = {0};
    if (o.url.len == 0)
        o.url = anc_str_of(redis_server_url(server));
    o.db = -1;
    o.source = anc_str_of(source);
    o.inbound = inbound;
    o.n_inbound = ANC_COUNT(inbound);
    o.pause_ns = o.pause_ns > 0 ? o.pause_ns : 1000000;
    ASSERT_OK(krn_bus_redis_new(&o, &bus, &err), &err);
    return bus;
}

static inline krn_bus start(krn_bus_redis *bus)
{
    anc_err err = {0};
    const krn_bus b = krn_bus_redis_bus(bus);
    ASSERT_OK(b.ops->start(b.self, &err), &err);
    return b;
}

static inline int fresh(void **state)
{
    (void)state;
    (void)redis_do(redis, "CONFIG SET maxmemory 0");
    (void)redis_do(redis, "FLUSHALL");
    return 0;
}

/* Of an entry [id, fields]. */
static inline anc_str value_of(const clt_redis_reply *entry, const char *name)
{
    const clt_redis_reply *fields = clt_redis_item(entry, 1);
    for (size_t i = 0; i + 1 < fields->n; i += 2)
        if (anc_str_eq(clt_redis_item(fields, i)->text, anc_str_of(name)))
            return clt_redis_item(fields, i + 1)->text;
    return ANC_STR("(absent)");
}

static inline void assert_value(const clt_redis_reply *entry, const char *name, const char *want)
{
    const anc_str is = value_of(entry, name);
    if (!anc_str_eq(is, anc_str_of(want)))
        fail_msg("%s is %.*s", name, ANC_FMT(is));
}

/* 77 where there is no redis-server. */
static inline int on_redis(int (*run)(void))
{
    server = redis_server_start(PASSWORD);
    if (server == NULL) {
        (void)fprintf(stderr, "skipped: there is no redis-server here\n");
        return 77;
    }
    redis = redis_server_client(server);
    const int failed = run();
    clt_redis_free(redis);
    redis_server_stop(server);
    return failed;
}

#endif
