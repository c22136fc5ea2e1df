/* test_bus.c - the bus in memory: the contract of all buses, and its own bounds. */
#include "support/test.h"

#include "bus_suite.h"
#include "ear.h"
#include "kernel/adapters/bus_memory/bus_memory.h"
#include "os/thread.h"

enum { QUEUE = 4 };

static anc_status publish(krn_bus b, const char *type, uint64_t seq)
{
    anc_err err = {0};
    const krn_announcement a = {.type = ev_type_by_name(anc_str_of(type)),
                                .type_name = anc_str_of(type),
                                .envelope = ANC_STR("{\"id\":\"1\"}"),
                                .seq = seq};
    size_t taken = 7;
    const anc_status status = b.ops->publish(b.self, &a, 1, INT64_MAX, &taken, &err);
    assert_int_equal(taken, status == ANC_OK);
    return status;
}

static uint64_t subscribe(krn_bus b, const char *pattern, ear *e)
{
    return ear_subscribe(b, pattern, e);
}

static void start(krn_bus b)
{
    anc_err err = {0};
    ASSERT_OK(b.ops->start(b.self, &err), &err);
}

static void patterns_choose_and_order_is_kept(void **state)
{
    (void)state;
    krn_bus_memory *bus = krn_bus_memory_new(1000);
    const krn_bus b = krn_bus_memory_bus(bus);
    ear all, queries, one;
    ear_init(&all);
    ear_init(&queries);
    ear_init(&one);
    (void)subscribe(b, "*", &all);
    (void)subscribe(b, "query.*", &queries);
    start(b);
    (void)subscribe(b, "shop.order", &one); /* while it runs, and a type nobody registered */
    for (uint64_t seq = 1; seq <= 300; seq++)
        assert_int_equal(publish(b,
                                 seq % 3 == 0   ? "query.failed"
                                 : seq % 3 == 1 ? "cache"
                                                : "shop.order",
                                 seq),
                         ANC_OK);
    assert_true(ear_heard(&all, 300) && ear_heard(&queries, 100) && ear_heard(&one, 100));
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(all.seqs[i], i + 1);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(queries.seqs[i], 3 * i + 3);
    assert_string_equal(one.last_type, "shop.order");
    assert_string_equal(one.last_envelope, "{\"id\":\"1\"}");
    assert_false(all.overlapped);
    const krn_bus_stats stats = b.ops->stats(b.self);
    assert_true(stats.published == 300 && stats.subscribers == 3 && stats.running);
    krn_bus_memory_free(bus);
}

static void a_slow_handler_holds_up_nobody(void **state)
{
    (void)state;
    krn_bus_memory *bus = krn_bus_memory_new(QUEUE);
    const krn_bus b = krn_bus_memory_bus(bus);
    ear slow, quick;
    ear_init(&slow);
    ear_init(&quick);
    (void)subscribe(b, "*", &slow);
    (void)subscribe(b, "*", &quick);
    start(b);
    ear_hold(&slow, true);
    assert_int_equal(publish(b, "cache", 0), ANC_OK);
    ear_wait_inside(&slow);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(publish(b, "cache", 0), ANC_OK); /* transient: dropped for the slow one */
        assert_true(ear_heard(&quick, i + 2));
    }
    assert_int_equal(b.ops->stats(b.self).dropped, 10 - QUEUE);
    /* a durable one is refused as a whole: the quick one does not hear it either */
    assert_int_equal(publish(b, "query.failed", 7), ANC_UNAVAILABLE);
    ear_hold(&slow, false);
    assert_true(ear_heard(&slow, 1 + QUEUE));
    assert_int_equal(publish(b, "query.failed", 7), ANC_OK);
    assert_true(ear_heard(&slow, 2 + QUEUE) && ear_heard(&quick, 12));
    assert_int_equal(quick.seqs[11], 7);
    krn_bus_memory_free(bus);
}

static void stop_delivers_what_is_queued(void **state)
{
    (void)state;
    krn_bus_memory *bus = krn_bus_memory_new(100);
    const krn_bus b = krn_bus_memory_bus(bus);
    ear e;
    ear_init(&e);
    (void)subscribe(b, "*", &e);
    assert_int_equal(publish(b, "cache", 0), ANC_OK); /* transient: dropped */
    assert_int_equal(publish(b, "query.failed", 1), ANC_UNAVAILABLE);
    for (size_t round = 1; round <= 2; round++) {
        start(b);
        for (size_t i = 0; i < 50; i++)
            assert_int_equal(publish(b, "query.failed", i + 1), ANC_OK);
        b.ops->stop(b.self);
        assert_int_equal(ear_count(&e), round * 50);
        assert_int_equal(publish(b, "query.failed", 1), ANC_UNAVAILABLE);
        assert_false(b.ops->stats(b.self).running);
    }
    krn_bus_memory_free(bus);
}

static void bounds_and_patterns_are_checked(void **state)
{
    (void)state;
    anc_err err = {0};
    krn_bus_memory *bus = krn_bus_memory_new(QUEUE);
    const krn_bus b = krn_bus_memory_bus(bus);
    ear e;
    uint64_t id;
    ear_init(&e);
    assert_int_equal(b.ops->subscribe(b.self, ANC_STR("a b"), ear_hear, &e, &id, &err),
                     ANC_INVALID);
    assert_int_equal(b.ops->subscribe(b.self, ANC_STR(""), ear_hear, &e, &id, NULL), ANC_INVALID);
    for (int i = 0; i < 64; i++)
        (void)subscribe(b, "*", &e);
    assert_int_equal(b.ops->subscribe(b.self, ANC_STR("*"), ear_hear, &e, &id, NULL), ANC_LIMIT);
    krn_bus_memory_free(bus);
    krn_bus_memory_free(NULL);
}

typedef struct crowd {
    krn_bus bus;
    ear *ear;
} crowd;

static void publish_and_come_and_go(void *arg, size_t i)
{
    const crowd *c = arg;
    if (i % 8 == 0) {
        const uint64_t id = subscribe(c->bus, "*", c->ear);
        c->bus.ops->unsubscribe(c->bus.self, id);
    }
    assert_int_equal(publish(c->bus, "cache", 0), ANC_OK);
}

static void many_threads_publish_and_subscribe(void **state)
{
    (void)state;
    anc_err err = {0};
    krn_bus_memory *bus = krn_bus_memory_new(1000);
    const krn_bus b = krn_bus_memory_bus(bus);
    os_pool *pool = NULL;
    ear stays, passing;
    ear_init(&stays);
    ear_init(&passing);
    (void)subscribe(b, "*", &stays);
    start(b);
    ASSERT_OK(os_pool_open("crowd", 3, 8, &pool, &err), &err);
    crowd c = {b, &passing};
    os_pool_for(pool, 200, publish_and_come_and_go, &c);
    os_pool_free(pool);
    assert_true(ear_heard(&stays, 200));
    krn_bus_memory_free(bus);
}

static void open_pair(bus_pair *pair)
{
    krn_bus_memory *bus = krn_bus_memory_new(1000);
    assert_non_null(bus);
    *pair = (bus_pair){krn_bus_memory_bus(bus), krn_bus_memory_bus(bus), bus};
}

static void close_pair(bus_pair *pair)
{
    krn_bus_memory_free(pair->owned);
}

int main(void)
{
    static const bus_case memory = {"bus contract: memory", open_pair, close_pair};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_choose_and_order_is_kept),
        cmocka_unit_test(a_slow_handler_holds_up_nobody),
        cmocka_unit_test(stop_delivers_what_is_queued),
        cmocka_unit_test(bounds_and_patterns_are_checked),
        cmocka_unit_test(many_threads_publish_and_subscribe),
    };
    const int failed = bus_suite_run(&memory);
    return failed + cmocka_run_group_tests_name("bus in memory", tests, NULL, NULL);
}
