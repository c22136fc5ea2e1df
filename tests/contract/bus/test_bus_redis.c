/* test_bus_redis.c - the bus on a real Redis: the contract of all buses, what stands on the server, and
 * what comes from it: badly, again and again, from us, too large, or not at all. */
#include "support/test.h"

#include <stdatomic.h>

#include "bus_suite.h"
#include "ear.h"
#include "kernel/adapters/bus_redis/bus_redis.h"
#include "kernel/domain/inbound.h"
#include "os/thread.h"
#include "support/redis_server.h"

#define PASSWORD "c4nary-9f2e"

static redis_server *server;
static clt_redis *redis; /* to look with */

static const anc_str inbound[] = {ANC_STR_INIT("user.created"),
                                  ANC_STR_INIT("accounting.entry.created"),
                                  ANC_STR_INIT("document.uploaded")};

static krn_bus_redis *new_bus(const char *source, krn_bus_redis_options o)
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

static krn_bus start(krn_bus_redis *bus)
{
    anc_err err = {0};
    const krn_bus b = krn_bus_redis_bus(bus);
    ASSERT_OK(b.ops->start(b.self, &err), &err);
    return b;
}

static int fresh(void **state)
{
    (void)state;
    (void)redis_do(redis, "CONFIG SET maxmemory 0");
    (void)redis_do(redis, "FLUSHALL");
    return 0;
}

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

static anc_str value_of(const clt_redis_reply *entry, const char *name)
{
    const clt_redis_reply *fields = clt_redis_item(entry, 1);
    for (size_t i = 0; i + 1 < fields->n; i += 2)
        if (anc_str_eq(clt_redis_item(fields, i)->text, anc_str_of(name)))
            return clt_redis_item(fields, i + 1)->text;
    return ANC_STR("(absent)");
}

static void assert_value(const clt_redis_reply *entry, const char *name, const char *want)
{
    const anc_str is = value_of(entry, name);
    if (!anc_str_eq(is, anc_str_of(want)))
        fail_msg("%s is %.*s", name, ANC_FMT(is));
}

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

/* ---- from outside ---- */

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
    enum { LARGE = EV_INBOUND_BYTES + 1, HUGE = 30 << 20 };
    krn_bus_redis *bus = new_bus("me", (krn_bus_redis_options){0});
    char *large = calloc(1, LARGE + 1), *huge = calloc(1, HUGE + 1);
    ear e;
    assert_true(large != NULL && huge != NULL);
    memset(large, 'x', LARGE);
    memset(huge, 'y', HUGE);
    ADD("events:user.created", "envelope", large);
    ADD("events:user.created", "envelope", huge);
    ADD("events:user.created", "envelope", huge);
    ADD("events:user.created", "user_id", "good");
    ear_init(&e);
    const krn_bus b = start(bus);
    (void)ear_subscribe(b, "user.created", &e);
    assert_true(ear_heard(&e, 1));
    wait_number(USER_PENDING, 0);
    const clt_redis_reply *letters = redis_do(redis, "XRANGE events.dlq - +");
    assert_int_equal(letters->n, 3);
    assert_value(clt_redis_item(letters, 0), "status", "LIMIT");
    assert_value(clt_redis_item(letters, 0), "bytes", "1048577");
    assert_true(anc_str_starts(value_of(clt_redis_item(letters, 1), "reason"),
                               ANC_STR("the entry has more than")));
    b.ops->stop(b.self);
    assert_int_equal(e.n, 1);
    free(large);
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

int main(void)
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
        cmocka_unit_test_setup(options_are_checked, fresh),
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
    server = redis_server_start(PASSWORD);
    if (server == NULL) {
        (void)fprintf(stderr, "skipped: there is no redis-server here\n");
        return 77;
    }
    redis = redis_server_client(server);
    const int failed =
        bus_suite_run(&redis_case) + cmocka_run_group_tests_name("bus on redis", tests, NULL, NULL);
    clt_redis_free(redis);
    redis_server_stop(server);
    return failed;
}
