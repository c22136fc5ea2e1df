/* test_bus_redis.c - the bus on a real Redis: the contract of all buses, what stands on the server, and
 * what comes from it: badly, again and again, from us, too large, or not at all. */
#include <stdatomic.h>

#include "bus_suite.h"
#include "kernel/domain/inbound.h"
#include "os/thread.h"
#include "redis_world.h"

/* ---- the contract ---- */

typedef struct both {
    krn_bus_redis *out, *in;
} both;

static void open_pair(bus_pair *pair)
{
    both *b = calloc(1, sizeof *b);
    assert_non_null(b);
    (void)fresh(NULL);
    b->out = new_bus("out", (krn_bus_redis_options){.stream_a_type = true});
    b->in = new_bus("in", (krn_bus_redis_options){0});
    *pair = (bus_pair){krn_bus_redis_bus(b->out), krn_bus_redis_bus(b->in), b};
}

static void close_pair(bus_pair *pair)
{
    both *b = pair->owned;
    krn_bus_redis_free(b->out);
    krn_bus_redis_free(b->in);
    free(b);
}

/* ---- what stands on the server ---- */

static clt_redis *listener(const char *words)
{
    clt_redis *c = redis_server_client(server);
    (void)redis_do(c, words);
    return c;
}

static const clt_redis_reply *message(clt_redis *c)
{
    const clt_redis_reply *r = NULL;
    anc_err err = {0};
    ASSERT_OK(clt_redis_next(c, os_mono_ns() + 30000000000, &r, &err), &err);
    return r;
}

static void a_batch_is_on_stream_and_channel_in_order(void **state)
{
    (void)state;
    enum { N = 700 };
    static krn_announcement list[N];
    static char envelopes[N][64];
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.prefix = ANC_STR("t:")});
    const krn_bus b = start(bus);
    clt_redis *all = listener("PSUBSCRIBE t:events:*");
    anc_err err = {0};
    size_t taken = 0;
    for (size_t i = 0; i < N; i++) {
        (void)snprintf(envelopes[i], sizeof envelopes[i], "{\"id\":\"%zu\"}", i + 1);
        list[i] = (krn_announcement){.type_name = ANC_STR("query.failed"),
                                     .envelope = anc_str_of(envelopes[i]),
                                     .seq = i + 1};
    }
    ASSERT_OK(b.ops->publish(b.self, list, N, os_mono_ns() + 30000000000, &taken, &err), &err);
    assert_int_equal(taken, N);
    for (size_t i = 0; i < N; i++) {
        const clt_redis_reply *r = message(all);
        assert_true(anc_str_eq(clt_redis_item(r, 2)->text, ANC_STR("t:events:query.failed")));
        assert_true(anc_str_eq(clt_redis_item(r, 3)->text, anc_str_of(envelopes[i])));
    }
    const clt_redis_reply *entries = redis_do(redis, "XRANGE t:events - +");
    assert_int_equal(entries->n, N);
    for (size_t i = 0; i < N; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "%zu", i + 1);
        assert_value(clt_redis_item(entries, i), "id", id);
        assert_value(clt_redis_item(entries, i), "type", "query.failed");
        assert_value(clt_redis_item(entries, i), "source", "me");
        assert_value(clt_redis_item(entries, i), "envelope", envelopes[i]);
    }
    const krn_bus_stats stats = b.ops->stats(b.self);
    assert_true(stats.published == N && stats.reachable && stats.problem[0] == '\0');
    clt_redis_free(all);
    krn_bus_redis_free(bus);
}

static void a_stream_is_trimmed(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.max_events = 100});
    const krn_bus b = start(bus);
    anc_err err = {0};
    for (uint64_t i = 1; i <= 1000; i++)
        ASSERT_OK(bus_suite_publish(b, "user.created", i, &err), &err);
    const int64_t n = redis_do(redis, "XLEN events")->number;
    assert_in_range(n, 100, 300);
    krn_bus_redis_free(bus);
}

static void transient_events_are_messages_alone(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){0});
    const krn_bus b = start(bus);
    clt_redis *c = listener("SUBSCRIBE events:cache");
    anc_err err = {0};
    size_t taken = 0;
    const krn_announcement feed = {.type_name = ANC_STR("cache"), .envelope = ANC_STR("{}")};
    for (int i = 0; i < 3; i++)
        ASSERT_OK(b.ops->publish(b.self, &feed, 1, INT64_MIN, &taken, &err), &err);
    for (int i = 0; i < 3; i++)
        assert_true(anc_str_eq(clt_redis_item(message(c), 2)->text, ANC_STR("{}")));
    b.ops->stop(b.self);
    assert_int_equal(b.ops->stats(b.self).published, 3);
    assert_int_equal(redis_do(redis, "DBSIZE")->number, 0);
    clt_redis_free(c);
    krn_bus_redis_free(bus);
}

/* ---- a server that fails ---- */

static void a_full_server_takes_none_of_a_batch(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){0});
    const krn_bus b = start(bus);
    anc_err err = {0};
    size_t taken = 7;
    const krn_announcement list[3] = {
        {.type_name = ANC_STR("a"), .envelope = ANC_STR("{}"), .seq = 1},
        {.type_name = ANC_STR("b"), .envelope = ANC_STR("{}"), .seq = 2},
        {.type_name = ANC_STR("c"), .envelope = ANC_STR("{}"), .seq = 3}};
    (void)redis_do(redis, "CONFIG SET maxmemory 1");
    assert_int_equal(b.ops->publish(b.self, list, 3, INT64_MAX, &taken, &err), ANC_UNAVAILABLE);
    assert_non_null(strstr(err.text, "OOM"));
    assert_int_equal(taken, 0);
    assert_false(b.ops->stats(b.self).reachable);
    (void)redis_do(redis, "CONFIG SET maxmemory 0");
    assert_int_equal(redis_do(redis, "XLEN events")->number, 0);
    anc_err_clear(&err);
    ASSERT_OK(b.ops->publish(b.self, list, 3, INT64_MAX, &taken, &err), &err);
    assert_int_equal(taken, 3);
    assert_int_equal(redis_do(redis, "XLEN events")->number, 3);
    (void)redis_do(redis, "DEL events");
    (void)redis_do(redis, "SET events x");
    anc_err_clear(&err);
    assert_int_equal(b.ops->publish(b.self, list, 3, INT64_MAX, &taken, &err), ANC_UNAVAILABLE);
    assert_non_null(strstr(err.text, "WRONGTYPE"));
    assert_int_equal(taken, 0);
    krn_bus_redis_free(bus);
}

static void a_silent_server_costs_no_more_than_the_deadline(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.max_queued = 5});
    const krn_bus b = start(bus);
    anc_err err = {0};
    size_t taken = 7;
    const krn_announcement durable = {
        .type_name = ANC_STR("a"), .envelope = ANC_STR("{\"id\":\"x\"}"), .seq = 1};
    const krn_announcement feed = {.type_name = ANC_STR("cache"), .envelope = ANC_STR("{}")};
    ASSERT_OK(b.ops->publish(b.self, &durable, 1, INT64_MAX, &taken, &err), &err);
    redis_server_pause(server);
    assert_int_equal(b.ops->publish(b.self, &durable, 1, os_mono_ns() + 200000000, &taken, &err),
                     ANC_DEADLINE);
    assert_int_equal(taken, 0);
    for (int i = 0; i < 600; i++) { /* more than are sent at once, and than are queued */
        ASSERT_OK(b.ops->publish(b.self, &feed, 1, INT64_MIN, &taken, &err), &err);
        assert_int_equal(taken, 1);
    }
    assert_true(b.ops->stats(b.self).dropped > 0);
    assert_false(b.ops->stats(b.self).reachable);
    redis_server_resume(server);
    anc_err_clear(&err);
    ASSERT_OK(b.ops->publish(b.self, &durable, 1, INT64_MAX, &taken, &err), &err);
    krn_bus_redis_free(bus);
}

static void stop_does_not_wait_for_a_silent_server(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.step_ns = 3600000000000});
    ear e;
    ear_init(&e);
    const krn_bus b = start(bus);
    size_t taken;
    const krn_announcement feed = {.type_name = ANC_STR("cache"), .envelope = ANC_STR("{}")};
    (void)ear_subscribe(b, "user.created", &e);
    redis_server_pause(server);
    for (int i = 0; i < 10; i++)
        assert_int_equal(b.ops->publish(b.self, &feed, 1, INT64_MIN, &taken, NULL), ANC_OK);
    b.ops->stop(b.self); /* an hour, if it waited */
    redis_server_resume(server);
    krn_bus_redis_free(bus);
}

static void a_server_that_comes_back_is_found(void **state)
{
    (void)state;
    krn_bus_redis *out = new_bus("out", (krn_bus_redis_options){.stream_a_type = true});
    krn_bus_redis *in = new_bus("in", (krn_bus_redis_options){0});
    ear e;
    anc_err err = {0};
    ear_init(&e);
    clt_redis_close(redis);
    redis_server_kill(server); /* absent at the start */
    const krn_bus b = start(out), i = start(in);
    (void)ear_subscribe(i, "user.created", &e);
    assert_int_equal(bus_suite_publish(b, "user.created", 1, &err), ANC_UNAVAILABLE);
    assert_false(b.ops->stats(b.self).reachable);
    assert_null(strstr(b.ops->stats(b.self).problem, PASSWORD));
    for (uint64_t round = 1; round <= 3; round++) {
        redis_server_again(server);
        anc_err_clear(&err);
        ASSERT_OK(bus_suite_publish(b, "user.created", round, &err), &err);
        assert_true(ear_heard(&e, round));
        redis_server_kill(server);
        anc_err_clear(&err);
        assert_int_equal(bus_suite_publish(b, "user.created", 9, &err), ANC_UNAVAILABLE);
    }
    redis_server_again(server);
    krn_bus_redis_free(out);
    krn_bus_redis_free(in);
}

static void a_wrong_password_is_told_and_not_shown(void **state)
{
    (void)state;
    ANC_BUF(url, 1024);
    const anc_str right = anc_str_of(redis_server_url(server));
    const size_t at = anc_str_find(right, ANC_STR("@"));
    (void)anc_buf_printf(&url, "unix://:wrong-c4nary%.*s",
                         ANC_FMT(anc_str_sub(right, at, right.len)));
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.url = anc_buf_view(&url)});
    const krn_bus b = start(bus);
    anc_err err = {0};
    assert_int_equal(bus_suite_publish(b, "user.created", 1, &err), ANC_UNAVAILABLE);
    assert_non_null(strstr(err.text, "refuses the user or password"));
    assert_null(strstr(err.text, "c4nary"));
    assert_null(strstr(b.ops->stats(b.self).problem, "c4nary"));
    krn_bus_redis_free(bus);
}

static void options_are_checked(void **state)
{
    (void)state;
    static const anc_str wrong[] = {ANC_STR_INIT("query.*")};
    krn_bus_redis *bus = NULL;
    anc_err err = {0};
    krn_bus_redis_options o = {.url = ANC_STR("redis://u:c4nary/@h"), .db = -1};
    assert_int_equal(krn_bus_redis_new(&o, &bus, &err), ANC_INVALID);
    assert_null(strstr(err.text, "c4nary"));
    anc_err_clear(&err);
    o = (krn_bus_redis_options){
        .url = ANC_STR("redis://h"), .db = -1, .inbound = wrong, .n_inbound = 1};
    assert_int_equal(krn_bus_redis_new(&o, &bus, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "query.*"));
    krn_bus_redis_free(NULL);
}

/* ---- rights ---- */

static void rights_are_tried_without_a_trace(void **state)
{
    (void)state;
    char url[256];
    ANC_BUF(missing, 4096);
    anc_err err = {0};
    const char *whole = redis_server_url(server), *at = strchr(whole, '@');
    const char *end = strstr(whole, "://");
    assert_true(at != NULL && end != NULL);
    krn_bus_redis *all = new_bus("me", (krn_bus_redis_options){.prefix = ANC_STR("r:")});
    ASSERT_OK(krn_bus_redis_rights(all, os_mono_ns() + 30000000000, &missing, &err), &err);
    assert_int_equal(missing.len, 0);
    krn_bus_redis_free(all);
    (void)redis_do(redis,
                   "ACL SETUSER lame on >pw ~r:* &r:events:* +@all -xadd -xautoclaim -xtrim");
    (void)snprintf(url, sizeof url, "%.*s://lame:pw%s", (int)(end - whole), whole, at);
    krn_bus_redis *lame =
        new_bus("me", (krn_bus_redis_options){.url = anc_str_of(url), .prefix = ANC_STR("r:")});
    ASSERT_OK(krn_bus_redis_rights(lame, os_mono_ns() + 30000000000, &missing, &err), &err);
    assert_true(anc_str_starts(anc_buf_view(&missing), ANC_STR("XADD on r:events: NOPERM")));
    assert_non_null(strstr(missing.ptr, "; XAUTOCLAIM on r:events:user.created: NOPERM"));
    assert_non_null(strstr(missing.ptr, "; XTRIM on r:events:user.created: NOPERM"));
    assert_non_null(strstr(missing.ptr, "; XADD on r:events.dlq: NOPERM"));
    assert_null(strstr(missing.ptr, "PUBLISH"));
    krn_bus_redis_free(lame);
    (void)redis_do(redis, "ACL DELUSER lame");
    assert_int_equal(redis_do(redis, "DBSIZE")->number, 0);
}

static int run(void)
{
    static const bus_case redis_case = {"bus contract: redis", open_pair, close_pair};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_batch_is_on_stream_and_channel_in_order, fresh),
        cmocka_unit_test_setup(a_stream_is_trimmed, fresh),
        cmocka_unit_test_setup(transient_events_are_messages_alone, fresh),
        cmocka_unit_test_setup(a_full_server_takes_none_of_a_batch, fresh),
        cmocka_unit_test_setup(a_silent_server_costs_no_more_than_the_deadline, fresh),
        cmocka_unit_test_setup(stop_does_not_wait_for_a_silent_server, fresh),
        cmocka_unit_test_setup(a_server_that_comes_back_is_found, fresh),
        cmocka_unit_test_setup(a_wrong_password_is_told_and_not_shown, fresh),
        cmocka_unit_test_setup(rights_are_tried_without_a_trace, fresh),
        cmocka_unit_test_setup(options_are_checked, fresh),
    };
    return bus_suite_run(&redis_case) +
           cmocka_run_group_tests_name("bus on redis", tests, NULL, NULL);
}

int main(void)
{
    return on_redis(run);
}
