/* test_bus_redis_inbound.c - what comes to the bus from a real Redis: badly, again and again, from us, too
 * large, or never finished. */
#include <stdatomic.h>

#include "bus_suite.h"
#include "kernel/domain/inbound.h"
#include "os/thread.h"
#include "redis_world.h"

static void add(const char *key, const char *const *words, size_t n)
{
    anc_str args[16] = {ANC_STR("XADD"), anc_str_of(key), ANC_STR("*")};
    const clt_redis_reply *r = NULL;
    anc_err err = {0};
    for (size_t i = 0; i < n; i++)
        args[3 + i] = anc_str_of(words[i]);
    ASSERT_OK(clt_redis_ask(redis, args, n + 3, os_mono_ns() + 30000000000, &r, &err), &err);
    assert_int_equal(r->kind, CLT_REDIS_TEXT);
}
#define ADD(key, ...)                              \
    add((key), (const char *const[]){__VA_ARGS__}, \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void wait_number(const char *words, int64_t want)
{
    const int64_t until_ns = os_mono_ns() + 60000000000;
    const clt_redis_reply *r = redis_do(redis, words);
    while ((r->kind == CLT_REDIS_LIST ? clt_redis_item(r, 0)->number : r->number) != want) {
        if (os_mono_ns() > until_ns)
            fail_msg("%s does not become %lld", words, (long long)want);
        os_sleep_ns(5000000);
        r = redis_do(redis, words);
    }
}

#define USER_PENDING "XPENDING events:user.created anchorage"

static void fields_are_a_payload(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){0});
    const krn_bus b = start(bus);
    ear e;
    ear_init(&e);
    (void)ear_subscribe(b, "user.created", &e);
    ADD("events:user.created", "user_id", "7", "username", "Ann \"A\"", "groups", "[\"x\",\"y\"]",
        "more", "kept");
    assert_true(ear_heard(&e, 1));
    assert_string_equal(e.last_type, "user.created");
    assert_non_null(strstr(e.last_envelope,
                           "\"payload\":{\"user_id\":\"7\",\"username\":\"Ann \\\"A\\\"\","
                           "\"groups\":[\"x\",\"y\"],\"more\":\"kept\"}"));
    assert_non_null(strstr(e.last_envelope, "{\"id\":\"events:user.created/"));
    wait_number(USER_PENDING, 0);
    assert_int_equal(redis_do(redis, "XLEN events.dlq")->number, 0);
    krn_bus_redis_free(bus);
}

static const struct misfit_row {
    const char *name, *value, *reason;
} misfits[] = {
    {"envelope", "", "line 1"},
    {"envelope", "{\"event_type\":\"user.created\",", "line 1"},
    {"envelope", "[]", "an object is wanted"},
    {"envelope", "{\"event_type\":\"document.uploaded\",\"payload\":{\"document_id\":\"d\"}}",
     "event_type is document.uploaded, not user.created"},
    {"envelope", "{\"event_type\":\"shop.order\",\"payload\":{}}", "shop.order"},
    {"envelope", "{\"event_type\":\"user.created\",\"payload\":{\"user_id\":7}}", "user_id"},
    {"envelope", "{\"event_type\":\"user.created\",\"payload\":{}}", "user_id"},
    {"username", "nobody", "user_id"},
    {"envelope", "{\"user_id\":\"a\",\"user_id\":\"b\"}", "line 1"},
};

static void what_does_not_fit_is_set_aside_with_its_reason(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){0});
    const krn_bus b = start(bus);
    ear e;
    ear_init(&e);
    (void)ear_subscribe(b, "user.created", &e);
    for (size_t i = 0; i < ANC_COUNT(misfits); i++)
        ADD("events:user.created", misfits[i].name, misfits[i].value);
    ADD("events:user.created", "user_id", "good");
    assert_true(ear_heard(&e, 1));
    assert_non_null(strstr(e.last_envelope, "good"));
    wait_number(USER_PENDING, 0);
    const clt_redis_reply *letters = redis_do(redis, "XRANGE events.dlq - +");
    assert_int_equal(letters->n, ANC_COUNT(misfits));
    for (size_t i = 0; i < letters->n; i++) {
        const clt_redis_reply *l = clt_redis_item(letters, i);
        const anc_str reason = value_of(l, "reason");
        if (anc_str_find(reason, anc_str_of(misfits[i].reason)) == SIZE_MAX)
            fail_msg("%s: %.*s", misfits[i].value, ANC_FMT(reason));
        assert_value(l, "stream", "events:user.created");
        assert_value(l, "status", "INVALID");
        assert_true(anc_str_find(value_of(l, "id"), ANC_STR("-")) != SIZE_MAX);
    }
    assert_value(clt_redis_item(letters, 1), "envelope", misfits[1].value);
    assert_value(clt_redis_item(letters, 7), "payload", "{\"username\":\"nobody\"}");
    b.ops->stop(b.self);
    assert_int_equal(b.ops->stats(b.self).refused, ANC_COUNT(misfits));
    assert_int_equal(ear_count(&e), 1);
    krn_bus_redis_free(bus);
}

static void what_is_too_large_is_set_aside(void **state)
{
    (void)state;
    enum { LARGE = EV_INBOUND_BYTES + 1, MUCH = 9 << 20, HUGE = 30 << 20 };
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){0});
    char *large = calloc(1, LARGE + 1), *much = calloc(1, MUCH + 1), *huge = calloc(1, HUGE + 1);
    ear e;
    assert_true(large != NULL && much != NULL && huge != NULL);
    memset(large, 'x', LARGE);
    memset(much, 'm', MUCH);
    memset(huge, 'y', HUGE);
    ADD("events:user.created", "envelope", large);
    ADD("events:user.created", "envelope", huge);
    ADD("events:user.created", "user_id", huge);
    ADD("events:user.created", "user_id", much);
    ADD("events:user.created", "user_id", "good");
    ear_init(&e);
    const krn_bus b = start(bus);
    (void)ear_subscribe(b, "user.created", &e);
    assert_true(ear_heard(&e, 1));
    wait_number(USER_PENDING, 0);
    const clt_redis_reply *letters = redis_do(redis, "XRANGE events.dlq - +");
    static const char *const bytes[] = {"1048577", "31457280", "31457287", "9437191"};
    assert_int_equal(letters->n, ANC_COUNT(bytes));
    for (size_t i = 0; i < letters->n; i++) {
        assert_value(clt_redis_item(letters, i), "status", "LIMIT");
        assert_value(clt_redis_item(letters, i), "bytes", bytes[i]);
    }
    assert_value(clt_redis_item(letters, 1), "reason",
                 "the entry has 31457280 bytes, at most 1048576 are taken in");
    b.ops->stop(b.self);
    assert_int_equal(e.n, 1);
    free(large);
    free(much);
    free(huge);
    krn_bus_redis_free(bus);
}

static void our_own_events_are_passed_over(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.stream_a_type = true});
    const krn_bus b = start(bus);
    ear e;
    anc_err err = {0};
    ear_init(&e);
    (void)ear_subscribe(b, "user.created", &e);
    ASSERT_OK(bus_suite_publish(b, "user.created", 1, &err), &err);
    ADD("events:user.created", "user_id", "2", "source", "another");
    assert_true(ear_heard(&e, 1));
    assert_non_null(strstr(e.last_envelope, "another"));
    wait_number(USER_PENDING, 0);
    b.ops->stop(b.self);
    assert_int_equal(e.n, 1);
    krn_bus_redis_free(bus);
}

static void a_handler_is_tried_again_and_then_not(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.tries = 4});
    const krn_bus b = start(bus);
    ear e;
    ear_init(&e);
    e.answer = ANC_UNAVAILABLE;
    e.fails = 2;
    (void)ear_subscribe(b, "user.created", &e);
    ADD("events:user.created", "user_id", "1");
    assert_true(ear_heard(&e, 3)); /* the third went well */
    wait_number(USER_PENDING, 0);
    assert_int_equal(redis_do(redis, "XLEN events.dlq")->number, 0);
    (void)pthread_mutex_lock(&e.mutex);
    e.fails = SIZE_MAX;
    (void)pthread_mutex_unlock(&e.mutex);
    ADD("events:user.created", "user_id", "2");
    wait_number("XLEN events.dlq", 1);
    wait_number(USER_PENDING, 0);
    b.ops->stop(b.self);
    assert_int_equal(e.n, 3 + 4);
    const clt_redis_reply *letters = redis_do(redis, "XRANGE events.dlq - +");
    assert_value(clt_redis_item(letters, 0), "reason", "as told");
    assert_value(clt_redis_item(letters, 0), "status", "UNAVAILABLE");
    krn_bus_redis_free(bus);
}

static void what_was_not_finished_is_read_again(void **state)
{
    (void)state;
    krn_bus_redis *bus =
        new_bus("me", (krn_bus_redis_options){.tries = 1000000, .pause_ns = 1000000000});
    krn_bus b = start(bus);
    ear failing, well;
    ear_init(&failing);
    ear_init(&well);
    failing.answer = ANC_UNAVAILABLE;
    (void)ear_subscribe(b, "user.created", &failing);
    ADD("events:user.created", "user_id", "1");
    assert_true(ear_heard(&failing, 1));
    krn_bus_redis_free(bus); /* while it waits for the next try */
    wait_number(USER_PENDING, 1);
    bus = new_bus("me", (krn_bus_redis_options){0});
    b = start(bus);
    (void)ear_subscribe(b, "user.created", &well);
    assert_true(ear_heard(&well, 1));
    wait_number(USER_PENDING, 0);
    assert_string_equal(well.last_envelope, failing.last_envelope); /* the same id */
    krn_bus_redis_free(bus);
}

static void what_another_left_is_taken_over(void **state)
{
    (void)state;
    ear e;
    ear_init(&e);
    (void)redis_do(redis, "XGROUP CREATE events:user.created anchorage 0 MKSTREAM");
    ADD("events:user.created", "user_id", "1");
    (void)redis_do(redis, "XREADGROUP GROUP anchorage dead STREAMS events:user.created >");
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.claim_ms = 20});
    const krn_bus b = start(bus);
    (void)ear_subscribe(b, "user.created", &e);
    assert_true(ear_heard(&e, 1));
    wait_number(USER_PENDING, 0);
    krn_bus_redis_free(bus);
}

static void what_nobody_survives_is_set_aside(void **state)
{
    (void)state;
    ear e;
    ear_init(&e);
    (void)redis_do(redis, "XGROUP CREATE events:user.created anchorage 0 MKSTREAM");
    (void)redis_do(redis, "XADD events:user.created 1-1 user_id 1");
    (void)redis_do(redis, "XREADGROUP GROUP anchorage me STREAMS events:user.created >");
    (void)redis_do(redis, "XCLAIM events:user.created anchorage me 0 1-1 RETRYCOUNT 50");
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){0});
    const krn_bus b = start(bus);
    (void)ear_subscribe(b, "user.created", &e);
    wait_number("XLEN events.dlq", 1);
    wait_number(USER_PENDING, 0);
    krn_bus_redis_free(bus);
    assert_int_equal(e.n, 0);
}

static void a_stream_that_was_removed_is_made_again(void **state)
{
    (void)state;
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){.claim_ms = 20});
    const krn_bus b = start(bus);
    ear e;
    ear_init(&e);
    (void)ear_subscribe(b, "user.created", &e);
    for (size_t i = 1; i <= 3; i++) {
        ADD("events:user.created", "user_id", "1");
        assert_true(ear_heard(&e, i));
        (void)redis_do(redis, "DEL events:user.created");
    }
    krn_bus_redis_free(bus);
}

static void an_event_that_comes_twice_has_the_same_id(void **state)
{
    (void)state;
    static const char envelope[] = "{\"id\":\"77\",\"event_type\":\"user.created\","
                                   "\"payload\":{\"user_id\":\"u\"}}";
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){0});
    const krn_bus b = start(bus);
    ear e;
    ear_init(&e);
    (void)ear_subscribe(b, "user.created", &e);
    ADD("events:user.created", "envelope", envelope);
    ADD("events:user.created", "envelope", envelope);
    assert_true(ear_heard(&e, 2));
    assert_true(e.ids[0] == 77 && e.ids[1] == 77);
    krn_bus_redis_free(bus);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fields_are_a_payload, fresh),
        cmocka_unit_test_setup(what_does_not_fit_is_set_aside_with_its_reason, fresh),
        cmocka_unit_test_setup(what_is_too_large_is_set_aside, fresh),
        cmocka_unit_test_setup(our_own_events_are_passed_over, fresh),
        cmocka_unit_test_setup(a_handler_is_tried_again_and_then_not, fresh),
        cmocka_unit_test_setup(what_was_not_finished_is_read_again, fresh),
        cmocka_unit_test_setup(what_another_left_is_taken_over, fresh),
        cmocka_unit_test_setup(what_nobody_survives_is_set_aside, fresh),
        cmocka_unit_test_setup(a_stream_that_was_removed_is_made_again, fresh),
        cmocka_unit_test_setup(an_event_that_comes_twice_has_the_same_id, fresh),
    };
    return cmocka_run_group_tests_name("from redis", tests, NULL, NULL);
}

int main(void)
{
    return on_redis(run);
}
