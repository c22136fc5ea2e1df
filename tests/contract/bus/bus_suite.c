/* bus_suite.c - what every bus promises. */
#include "bus_suite.h"

#include "ear.h"

enum { EVENTS = 120 };

static const char *const types[] = {"user.created", "accounting.entry.created",
                                    "document.uploaded"};
static const bus_case *kind;

anc_status bus_suite_publish(krn_bus bus, const char *type, uint64_t seq, anc_err *err)
{
    char envelope[512];
    (void)snprintf(
        envelope, sizeof envelope,
        "{\"id\":\"%llu\",\"event_type\":\"%s\",\"timestamp\":\"2026-11-20T15:36:00.123Z\","
        "\"payload\":{\"user_id\":\"u\",\"entry_id\":\"e\",\"document_id\":\"d\"},"
        "\"metadata\":{\"aggregate_id\":\"a\",\"seq\":%llu}}",
        (unsigned long long)seq, type, (unsigned long long)seq);
    const krn_announcement a = {.type = ev_type_by_name(anc_str_of(type)),
                                .type_name = anc_str_of(type),
                                .envelope = anc_str_of(envelope),
                                .seq = seq};
    size_t taken = 7;
    const anc_status status =
        bus.ops->publish(bus.self, &a, 1, os_mono_ns() + 20000000000, &taken, err);
    assert_int_equal(taken, status == ANC_OK);
    return status;
}

static void must_publish(krn_bus bus, const char *type, uint64_t seq)
{
    anc_err err = {0};
    ASSERT_OK(bus_suite_publish(bus, type, seq, &err), &err);
}

static void start(krn_bus bus)
{
    anc_err err = {0};
    if (!bus.ops->stats(bus.self).running)
        ASSERT_OK(bus.ops->start(bus.self, &err), &err);
}

static bus_pair open_started(void)
{
    bus_pair p;
    kind->open(&p);
    start(p.out);
    start(p.in);
    return p;
}

/* Events of one type came once, in order. */
static void check_order(const ear *e, const char *type, uint64_t first, uint64_t step)
{
    uint64_t next = first;
    for (size_t i = 0; i < e->n; i++)
        if (e->types[i] == ev_type_by_name(anc_str_of(type))) {
            assert_int_equal(e->ids[i], next);
            next += step;
        }
    assert_int_equal(next, first + step * (EVENTS / ANC_COUNT(types)));
}

static void patterns_choose_and_order_is_kept(void **state)
{
    (void)state;
    bus_pair p;
    ear all, prefix, one;
    kind->open(&p);
    ear_init(&all);
    ear_init(&prefix);
    ear_init(&one);
    (void)ear_subscribe(p.in, "*", &all);
    (void)ear_subscribe(p.in, "accounting.*", &prefix);
    start(p.in);
    start(p.out);
    (void)ear_subscribe(p.in, "document.uploaded", &one); /* while it runs */
    for (uint64_t i = 0; i < EVENTS; i++)
        must_publish(p.out, types[i % ANC_COUNT(types)], i + 1);
    assert_true(ear_heard(&all, EVENTS));
    assert_true(ear_heard(&prefix, EVENTS / 3) && ear_heard(&one, EVENTS / 3));
    assert_int_equal(p.in.ops->stats(p.in.self).subscribers, 3);
    assert_true(p.out.ops->stats(p.out.self).published >= EVENTS);
    p.in.ops->stop(p.in.self);
    for (size_t i = 0; i < ANC_COUNT(types); i++)
        check_order(&all, types[i], i + 1, 3);
    check_order(&prefix, types[1], 2, 3);
    check_order(&one, types[2], 3, 3);
    assert_int_equal(all.n + prefix.n + one.n, EVENTS * 5 / 3);
    assert_string_equal(one.last_type, "document.uploaded");
    assert_non_null(strstr(one.last_envelope, "\"payload\":{"));
    assert_false(all.overlapped || prefix.overlapped || one.overlapped);
    kind->close(&p);
}

static void a_slow_handler_holds_up_no_other(void **state)
{
    (void)state;
    bus_pair p = open_started();
    ear slow, quick;
    ear_init(&slow);
    ear_init(&quick);
    ear_hold(&slow, true);
    (void)ear_subscribe(p.in, "*", &slow);
    (void)ear_subscribe(p.in, "*", &quick);
    for (uint64_t i = 1; i <= 10; i++)
        must_publish(p.out, "user.created", i);
    assert_true(ear_heard(&quick, 10));
    ear_wait_inside(&slow);
    assert_int_equal(ear_count(&slow), 0);
    ear_hold(&slow, false);
    assert_true(ear_heard(&slow, 10));
    kind->close(&p);
}

static void a_failing_handler_is_counted_and_goes_on(void **state)
{
    (void)state;
    bus_pair p = open_started();
    ear failing, other;
    ear_init(&failing);
    ear_init(&other);
    failing.answer = ANC_INVALID; /* trying again would not help */
    (void)ear_subscribe(p.in, "*", &failing);
    (void)ear_subscribe(p.in, "user.*", &other);
    for (uint64_t i = 1; i <= 3; i++)
        must_publish(p.out, "user.created", i);
    assert_true(ear_heard(&failing, 3) && ear_heard(&other, 3));
    p.in.ops->stop(p.in.self);
    assert_int_equal(p.in.ops->stats(p.in.self).handler_errors, 3);
    assert_int_equal(failing.n, 3);
    kind->close(&p);
}

static void nothing_is_heard_after_unsubscribe(void **state)
{
    (void)state;
    bus_pair p = open_started();
    ear gone, stays;
    ear_init(&gone);
    ear_init(&stays);
    const uint64_t id = ear_subscribe(p.in, "user.created", &gone);
    (void)ear_subscribe(p.in, "user.*", &stays);
    must_publish(p.out, "user.created", 1);
    assert_true(ear_heard(&stays, 1));
    p.in.ops->unsubscribe(p.in.self, id);
    const size_t heard = ear_count(&gone);
    p.in.ops->unsubscribe(p.in.self, id);
    p.in.ops->unsubscribe(p.in.self, 12345);
    must_publish(p.out, "user.created", 2);
    assert_true(ear_heard(&stays, 2));
    assert_int_equal(ear_count(&gone), heard);
    assert_int_equal(p.in.ops->stats(p.in.self).subscribers, 1);
    kind->close(&p);
}

static void a_stopped_bus_takes_nothing_durable(void **state)
{
    (void)state;
    bus_pair p;
    anc_err err = {0};
    ear e;
    size_t taken = 7;
    const krn_announcement feed = {.type = ev_type_of(EV_CACHE),
                                   .type_name = ANC_STR("cache"),
                                   .envelope = ANC_STR("{\"id\":\"1\"}")};
    kind->open(&p);
    ear_init(&e);
    (void)ear_subscribe(p.in, "user.created", &e);
    assert_int_equal(bus_suite_publish(p.out, "user.created", 1, &err), ANC_UNAVAILABLE);
    ASSERT_OK(p.out.ops->publish(p.out.self, &feed, 1, INT64_MIN, &taken, &err), &err);
    assert_int_equal(p.out.ops->stats(p.out.self).dropped, 1);
    for (uint64_t round = 1; round <= 2; round++) {
        start(p.out);
        start(p.in);
        must_publish(p.out, "user.created", round);
        assert_true(ear_heard(&e, round));
        p.out.ops->stop(p.out.self);
        p.in.ops->stop(p.in.self);
        assert_false(p.out.ops->stats(p.out.self).running);
        assert_false(p.out.ops->stats(p.out.self).reachable);
        anc_err_clear(&err);
        assert_int_equal(bus_suite_publish(p.out, "user.created", 9, &err), ANC_UNAVAILABLE);
    }
    assert_int_equal(ear_count(&e), 2);
    kind->close(&p);
}

static void patterns_and_their_number_are_checked(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "a b", "query.*.x", "*.*"};
    bus_pair p;
    ear e;
    uint64_t id;
    kind->open(&p);
    ear_init(&e);
    for (size_t i = 0; i < ANC_COUNT(wrong); i++) {
        anc_err err = {0};
        assert_int_equal(
            p.in.ops->subscribe(p.in.self, anc_str_of(wrong[i]), ear_hear, &e, &id, &err),
            ANC_INVALID);
        assert_non_null(strstr(err.text, wrong[i]));
    }
    for (int i = 0; i < 64; i++)
        (void)ear_subscribe(p.in, "*", &e);
    assert_int_equal(p.in.ops->subscribe(p.in.self, ANC_STR("*"), ear_hear, &e, &id, NULL),
                     ANC_LIMIT);
    kind->close(&p);
}

int bus_suite_run(const bus_case *chosen)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_choose_and_order_is_kept),
        cmocka_unit_test(a_slow_handler_holds_up_no_other),
        cmocka_unit_test(a_failing_handler_is_counted_and_goes_on),
        cmocka_unit_test(nothing_is_heard_after_unsubscribe),
        cmocka_unit_test(a_stopped_bus_takes_nothing_durable),
        cmocka_unit_test(patterns_and_their_number_are_checked),
    };
    kind = chosen;
    return cmocka_run_group_tests_name(kind->name, tests, NULL, NULL);
}
