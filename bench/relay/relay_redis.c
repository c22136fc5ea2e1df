/* relay_redis.c - the part with a redis-server of its own, on a socket in a temporary folder. */
#include "relay.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <string.h>

#include "common/bench.h"
#include "kernel/adapters/bus_redis/bus_redis.h"
#include "support/redis_server.h"

typedef struct measuring {
    const relaying *r;
    redis_server *server;
    clt_redis *redis;
} measuring;

static double carry_ours(void *arg)
{
    const measuring *m = arg;
    krn_bus_redis *bus = NULL;
    anc_err err = {0};
    const krn_bus_redis_options options = {
        .url = anc_str_of(redis_server_url(m->server)), .db = -1, .source = ANC_STR("bench")};
    (void)redis_do(m->redis, "FLUSHALL");
    bench_must(krn_bus_redis_new(&options, &bus, &err), &err);
    const krn_bus b = krn_bus_redis_bus(bus);
    bench_must(b.ops->start(b.self, &err), &err);
    const double rate = relay_carry(m->r, b);
    if (redis_do(m->redis, "XLEN events")->number != RELAY_EVENTS)
        bench_fail("the stream has another number of events");
    krn_bus_redis_free(bus);
    return rate;
}

static void must_reply(redisContext *c)
{
    void *reply = NULL;
    if (redisGetReply(c, &reply) != REDIS_OK || ((redisReply *)reply)->type == REDIS_REPLY_ERROR)
        bench_fail("hiredis: %s", c->errstr);
    freeReplyObject(reply);
}

/* XADD alone, one envelope from memory, RELAY_BATCH at once. */
static double add_peers(void *arg)
{
    const measuring *m = arg;
    const anc_str e = m->r->envelope;
    char socket[512];
    (void)redis_do(m->redis, "FLUSHALL");
    (void)snprintf(socket, sizeof socket, "%s/redis", redis_server_folder(m->server));
    redisContext *c = redisConnectUnix(socket);
    if (c == NULL || c->err != 0)
        bench_fail("hiredis cannot connect");
    (void)redisAppendCommand(c, "AUTH bench");
    must_reply(c);
    const char *words[] = {"XADD", "events", "MAXLEN", "~", "1000000", "*", "envelope", e.ptr};
    const size_t lengths[] = {4, 6, 6, 1, 7, 1, 8, e.len};
    const double start = bench_seconds();
    for (int done = 0; done < RELAY_EVENTS; done += RELAY_BATCH) {
        for (int i = 0; i < RELAY_BATCH; i++)
            (void)redisAppendCommandArgv(c, 8, words, lengths);
        for (int i = 0; i < RELAY_BATCH; i++)
            must_reply(c);
    }
    const double seconds = bench_seconds() - start;
    redisFree(c);
    return RELAY_EVENTS / seconds;
}

void relay_redis(relaying *r)
{
    measuring m = {.r = r, .server = redis_server_start("bench")};
    if (m.server == NULL) {
        printf("skipped: there is no redis-server here\n");
        return;
    }
    m.redis = redis_server_client(m.server);
    bench_run(&(bench_figure){.name = "relay: outbox to Redis streams",
                              .unit = "events/s",
                              .peer = "hiredis, pipelined XADD",
                              .run_ours = carry_ours,
                              .run_peers = add_peers,
                              .arg = &m,
                              .rounds = RELAY_ROUNDS});
    clt_redis_free(m.redis);
    redis_server_stop(m.server);
}
