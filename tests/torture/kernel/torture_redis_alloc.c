/* torture_redis_alloc.c - the client of Redis and the bus on it with every allocation failing once: each
 * says so, goes on to work, and leaks nothing (the sanitizer's word). */
#include "support/test.h"

#include "base/str.h"
#include "clients/redis/redis.h"
#include "kernel/adapters/bus_redis/bus_redis.h"
#include "os/clock.h"
#include "support/fail_alloc.h"
#include "support/redis_server.h"

static const int64_t WAIT_NS = 60000000000;

static redis_server *server; /* NULL: there is none here */

static bool well(anc_status status, bool may_fail, const char *what)
{
    return fail_alloc_went_well(status, may_fail, NULL, what);
}

static void read_replies(bool may_fail)
{
    static const char bytes[] = "*2\r\n*3\r\n$1\r\na\r\n:5\r\n$-1\r\n-ERR no\r\n+OK\r\n";
    clt_redis_reader *reader = clt_redis_reader_new(1 << 20);
    const clt_redis_reply *r = NULL;
    if (reader == NULL) {
        (void)well(ANC_NO_MEMORY, may_fail, "reader");
        return;
    }
    if (well(clt_redis_reader_feed(reader, ANC_STR(bytes), NULL), may_fail, "feed") &&
        well(clt_redis_reader_next(reader, &r, NULL), may_fail, "first"))
        (void)well(clt_redis_reader_next(reader, &r, NULL), may_fail, "second");
    clt_redis_reader_free(reader);
}

static bool connect_and_ask(clt_redis *c, bool may_fail)
{
    const anc_str ping[] = {ANC_STR("PING")};
    const clt_redis_reply *r = NULL;
    const int64_t deadline_ns = os_mono_ns() + WAIT_NS;
    return well(clt_redis_connect(c, deadline_ns, NULL), may_fail, "connect") &&
           well(clt_redis_ask(c, ping, 1, deadline_ns, &r, NULL), may_fail, "ask");
}

static void ask_server(bool may_fail)
{
    ANC_ARENA(mem, 1 << 16);
    clt_redis *c = NULL;
    clt_redis_options options = {.client_name = ANC_STR("torture")};
    if (mem == NULL) {
        (void)well(ANC_NO_MEMORY, may_fail, "arena");
        return;
    }
    if (well(clt_redis_url_read(mem, anc_str_of(redis_server_url(server)), &options.place, NULL),
             may_fail, "URL") &&
        well(clt_redis_new(&options, &c, NULL), may_fail, "client") &&
        !connect_and_ask(c, may_fail)) {
        (void)connect_and_ask(c,
                              false); /* one fails, not two: memory is back, and so is the client */
    }
    clt_redis_free(c);
}

static anc_status ignore(void *arg, const krn_announcement *event, anc_err *err)
{
    (void)arg;
    (void)event;
    (void)err;
    return ANC_OK;
}

static void open_bus(bool may_fail)
{
    static const anc_str inbound[] = {ANC_STR_INIT("user.created"),
                                      ANC_STR_INIT("document.uploaded")};
    krn_bus_redis *bus = NULL;
    uint64_t id;
    const krn_bus_redis_options options = {.url = ANC_STR("redis://u:w@127.0.0.1:1/3"),
                                           .db = -1,
                                           .source = ANC_STR("torture"),
                                           .inbound = inbound,
                                           .n_inbound = ANC_COUNT(inbound)};
    if (!well(krn_bus_redis_new(&options, &bus, NULL), may_fail, "bus"))
        return;
    const krn_bus b = krn_bus_redis_bus(bus);
    (void)well(b.ops->subscribe(b.self, ANC_STR("*"), ignore, NULL, &id, NULL), may_fail, "all");
    (void)well(b.ops->subscribe(b.self, ANC_STR("user.created"), ignore, NULL, &id, NULL), may_fail,
               "one");
    krn_bus_redis_free(bus);
}

static void replies_survive_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fail_alloc_torture(read_replies) >= 4);
}

static void the_bus_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fail_alloc_torture(open_bus) >= 20);
}

static void a_client_works_again_after_every_failed_allocation(void **state)
{
    (void)state;
    if (server == NULL)
        skip();
    assert_true(fail_alloc_torture(ask_server) >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_survive_every_failed_allocation),
        cmocka_unit_test(the_bus_survives_every_failed_allocation),
        cmocka_unit_test(a_client_works_again_after_every_failed_allocation),
    };
    server = redis_server_start("torture");
    const int failed = cmocka_run_group_tests_name("redis allocations", tests, NULL, NULL);
    if (server != NULL)
        redis_server_stop(server);
    return failed;
}
