/* test_bus_kafka.c - the bus on Kafka, as librdkafka's mock cluster has it: the contract of all buses,
 * what a message looks like, and what comes from outside: badly, again and again, or from us. */
#include "support/test.h"

#include "base/id.h"
#include "bus_suite.h"
#include "ear.h"
#include "kernel/adapters/bus_kafka/bus_kafka.h"
#include "json/json.h"

enum { SESSION_MS = 6000 };

static const anc_str inbound[] = {ANC_STR_INIT("user.created"),
                                  ANC_STR_INIT("accounting.entry.created"),
                                  ANC_STR_INIT("document.uploaded")};

static int64_t in_seconds(int n)
{
    return os_mono_ns() + (int64_t)n * 1000000000;
}

/* With `brokers` of another one's mock cluster, or with a cluster of its own. */
static krn_bus_kafka *new_bus(const char *source, anc_str brokers, krn_bus_kafka_options o)
{
    krn_bus_kafka *bus = NULL;
    anc_err err = {0};
    o.place = (clt_kafka_place){.brokers = brokers, .mock_brokers = brokers.len > 0 ? 0 : 1};
    o.source = anc_str_of(source);
    o.inbound = inbound;
    o.n_inbound = ANC_COUNT(inbound);
    o.session_ms = SESSION_MS;
    o.pause_ns = 1000000;
    ASSERT_OK(krn_bus_kafka_new(&o, &bus, &err), &err);
    return bus;
}

static krn_bus start(krn_bus_kafka *bus)
{
    anc_err err = {0};
    const krn_bus b = krn_bus_kafka_bus(bus);
    ASSERT_OK(b.ops->start(b.self, &err), &err);
    return b;
}

/* ---- the contract ---------------------------------------------------------------------------- */

typedef struct both {
    krn_bus_kafka *out, *in;
} both;

static void open_pair(bus_pair *pair)
{
    both *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->out = new_bus("out", ANC_STR_NONE, (krn_bus_kafka_options){.topic_a_type = true});
    b->in = new_bus("in", krn_bus_kafka_mock_brokers(b->out), (krn_bus_kafka_options){0});
    *pair = (bus_pair){krn_bus_kafka_bus(b->out), krn_bus_kafka_bus(b->in), b};
}

static void close_pair(bus_pair *pair)
{
    both *b = pair->owned;
    krn_bus_kafka_free(b->in);
    krn_bus_kafka_free(b->out);
    free(b);
}

/* ---- what stands on the topics ---------------------------------------------------------------- */

static clt_kafka_consumer *reader(anc_str brokers, const char *topic)
{
    clt_kafka_consumer *c = NULL;
    anc_err err = {0};
    const clt_kafka_consumer_options o = {.place = {.brokers = brokers},
                                          .group = anc_str_of(topic),
                                          .topics = &topic,
                                          .n_topics = 1,
                                          .session_ms = SESSION_MS};
    ASSERT_OK(clt_kafka_consumer_open(&o, &c, &err), &err);
    return c;
}

static clt_kafka_record next(clt_kafka_consumer *c)
{
    anc_err err = {0};
    clt_kafka_record r = {0};
    bool there = false;
    ASSERT_OK(clt_kafka_next(c, in_seconds(30), &r, &there, &err), &err);
    assert_true(there);
    return r;
}

static krn_announcement event_of(const char *type, const char *envelope, uint64_t seq)
{
    return (krn_announcement){.type = ev_type_by_name(anc_str_of(type)),
                              .type_name = anc_str_of(type),
                              .envelope = anc_str_of(envelope),
                              .seq = seq};
}

static const char completed[] =
    "{\"id\":\"7\",\"event_type\":\"query.completed\",\"timestamp\":\"2026-11-20T15:36:00.123Z\","
    "\"payload\":{\"query_id\":\"q1\"},\"metadata\":{\"aggregate_id\":\"q1\",\"seq\":1}}";
static const char status[] =
    "{\"id\":\"8\",\"event_type\":\"batch.status\",\"timestamp\":\"2026-11-20T15:36:00.123Z\","
    "\"payload\":{\"batch_id\":\"b1\",\"status\":\"queued\"},\"metadata\":{\"aggregate_id\":"
    "\"b1\",\"seq\":2}}";
static const char feedback[] =
    "{\"id\":\"9\",\"event_type\":\"feedback.given\",\"timestamp\":\"2026-11-20T15:36:00.123Z\","
    "\"payload\":{\"query_id\":\"q1\",\"rating\":1},\"metadata\":{\"aggregate_id\":\"q1\",\"seq\":"
    "3}}";

static void a_type_has_its_topic_its_key_and_its_form(void **state)
{
    (void)state;
    anc_err err = {0};
    size_t taken = 0;
    krn_bus_kafka *bus =
        new_bus("me", ANC_STR_NONE, (krn_bus_kafka_options){.all = true, .prefix = ANC_STR("t.")});
    const krn_bus b = start(bus);
    const krn_announcement list[] = {event_of("query.completed", completed, 1),
                                     event_of("batch.status", status, 2),
                                     event_of("feedback.given", feedback, 3)};
    ASSERT_OK(b.ops->publish(b.self, list, 3, in_seconds(30), &taken, &err), &err);
    assert_int_equal(taken, 3);
    clt_kafka_consumer *c = reader(krn_bus_kafka_mock_brokers(bus), "t.chatbot.query.completed");
    clt_kafka_record r = next(c);
    assert_true(anc_str_eq(r.value, anc_str_of(completed)));
    assert_true(anc_str_eq(r.key, ANC_STR("q1")) && anc_str_eq(r.source, ANC_STR("me")));
    clt_kafka_consumer_close(c);
    c = reader(krn_bus_kafka_mock_brokers(bus), "t.batch-status");
    r = next(c);
    assert_true(anc_str_eq(r.value, ANC_STR("{\"timestamp\":\"2026-11-20T15:36:00.123Z\","
                                            "\"batch_id\":\"b1\",\"status\":\"queued\"}")));
    clt_kafka_consumer_close(c);
    c = reader(krn_bus_kafka_mock_brokers(bus), "t.anchorage.events");
    assert_true(anc_str_eq(next(c).value, anc_str_of(feedback)));
    clt_kafka_consumer_close(c);
    krn_bus_kafka_free(bus);
}

static void a_type_without_a_topic_goes_nowhere_and_is_taken(void **state)
{
    (void)state;
    anc_err err = {0};
    size_t taken = 0;
    krn_bus_kafka *bus = new_bus("me", ANC_STR_NONE, (krn_bus_kafka_options){0});
    const krn_bus b = start(bus);
    const krn_announcement one = event_of("feedback.given", feedback, 3);
    ASSERT_OK(b.ops->publish(b.self, &one, 1, in_seconds(30), &taken, &err), &err);
    assert_int_equal(taken, 1);
    krn_bus_kafka_free(bus);
}

static void a_cluster_that_is_away_keeps_the_event_here(void **state)
{
    (void)state;
    anc_err err = {0};
    size_t taken = 7;
    krn_bus_kafka *bus = new_bus("me", ANC_STR("127.0.0.1:1"), (krn_bus_kafka_options){0});
    const krn_bus b = start(bus);
    const krn_announcement one = event_of("query.completed", completed, 1);
    const anc_status got = b.ops->publish(b.self, &one, 1, in_seconds(2), &taken, &err);
    assert_true(anc_status_info(got)->retry_may_help && taken == 0);
    const krn_bus_stats s = b.ops->stats(b.self);
    assert_true(!s.reachable && strstr(s.problem, "127.0.0.1:1") != NULL);
    krn_bus_kafka_free(bus);
}

/* ---- what comes ------------------------------------------------------------------------------ */

static void send(clt_kafka_producer *p, const char *topic, const char *value, const char *source)
{
    anc_err err = {0};
    size_t acked;
    const clt_kafka_header headers[] = {{"ce_id", ANC_STR("c-1")},
                                        {"reason", ANC_STR("of the sender")},
                                        {"ce_source", anc_str_of(source)}};
    const clt_kafka_message m = {.topic = topic,
                                 .key = ANC_STR("k"),
                                 .value = anc_str_of(value),
                                 .headers = headers,
                                 .n_headers = ANC_COUNT(headers)};
    ASSERT_OK(clt_kafka_produce(p, &m, 1, in_seconds(30), &acked, &err), &err);
}

/* The n-th header of that name, from 0 on. */
static anc_str header_of(const clt_kafka_record *r, const char *name, size_t nth)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (strcmp(r->headers[i].name, name) == 0 && nth-- == 0)
            return r->headers[i].value;
    fail_msg("there is no header %s", name);
    return ANC_STR_NONE;
}

static void says(const clt_kafka_record *r, const char *name, const char *value)
{
    const anc_str said = header_of(r, name, 0);
    if (!anc_str_eq(said, anc_str_of(value)))
        fail_msg("%s is %.*s, not %s", name, ANC_FMT(said), value);
}

/* As it came, with where it came from and why it is there. */
static void is_letter(const clt_kafka_record *r)
{
    char bytes[24];
    uint64_t place = 0;
    (void)snprintf(bytes, sizeof bytes, "%zu", r->value.len);
    assert_true(r->value.len > 0 && anc_str_eq(r->key, ANC_STR("k")));
    says(r, "ce_id", "c-1");
    says(r, "ce_source", "other");
    says(r, "reason", "of the sender");
    assert_true(header_of(r, "reason", 1).len > 0);
    says(r, "status", "INVALID");
    says(r, "topic", "user.created");
    says(r, "group", "anchorage");
    says(r, "bytes", bytes);
    assert_true(anc_str_to_u64(header_of(r, "partition", 0), &place));
    assert_true(anc_str_to_u64(header_of(r, "offset", 0), &place));
}

/* One without an id and a time gets both by its place in the log, where they stay the same. */
static void named_by_its_place(const char *envelope)
{
    char time[ANC_TIME_TEXT + 1];
    const char *at = strchr(envelope, '@');
    assert_non_null(strstr(envelope, "{\"id\":\"user.created/"));
    assert_non_null(at);
    const int64_t ms = strtoll(at + 1, NULL, 10);
    assert_true(ms > 0);
    anc_time_text(ms, time);
    assert_non_null(strstr(envelope, time));
}

static void what_does_not_fit_is_set_aside_and_what_is_ours_passed_over(void **state)
{
    (void)state;
    anc_err err = {0};
    ear e;
    clt_kafka_producer *p = NULL;
    ear_init(&e);
    krn_bus_kafka *bus = new_bus("me", ANC_STR_NONE, (krn_bus_kafka_options){0});
    const clt_kafka_producer_options o = {.place = {.brokers = krn_bus_kafka_mock_brokers(bus)}};
    ASSERT_OK(clt_kafka_producer_open(&o, &p, &err), &err);
    const krn_bus b = krn_bus_kafka_bus(bus);
    (void)ear_subscribe(b, "user.created", &e);
    (void)start(bus);
    send(p, "user.created", "not JSON", "other");
    send(p, "user.created", "{\"user_id\":7}", "other");
    send(p, "user.created", "{\"event_type\":\"no.such\",\"payload\":{}}", "other");
    send(p, "user.created", "{\"user_id\":\"ours\"}", "me");
    send(p, "user.created", "{\"user_id\":\"theirs\"}", "other");
    assert_true(ear_heard(&e, 1));
    assert_non_null(strstr(e.last_envelope, "theirs"));
    named_by_its_place(e.last_envelope);
    const int64_t until_ns = in_seconds(30); /* they come by several partitions, in any order */
    while (b.ops->stats(b.self).refused < 3 && os_mono_ns() < until_ns)
        os_sleep_ns(1000000);
    assert_int_equal(b.ops->stats(b.self).refused, 3);
    assert_int_equal(ear_count(&e), 1);
    clt_kafka_consumer *c = reader(krn_bus_kafka_mock_brokers(bus), "user.created.dlq");
    for (int i = 0; i < 3; i++) {
        const clt_kafka_record letter = next(c);
        is_letter(&letter);
    }
    clt_kafka_consumer_close(c);
    clt_kafka_producer_close(p);
    krn_bus_kafka_free(bus);
}

static void a_handler_that_fails_for_a_while_gets_the_message_again(void **state)
{
    (void)state;
    anc_err err = {0};
    ear e;
    clt_kafka_producer *p = NULL;
    ear_init(&e);
    e.answer = ANC_UNAVAILABLE;
    e.fails = 3;
    krn_bus_kafka *bus = new_bus("me", ANC_STR_NONE, (krn_bus_kafka_options){0});
    const clt_kafka_producer_options o = {.place = {.brokers = krn_bus_kafka_mock_brokers(bus)}};
    ASSERT_OK(clt_kafka_producer_open(&o, &p, &err), &err);
    const krn_bus b = krn_bus_kafka_bus(bus);
    (void)ear_subscribe(b, "user.created", &e);
    (void)start(bus);
    send(p, "user.created", "{\"user_id\":\"u\"}", "other");
    assert_true(ear_heard(&e, 4)); /* three times in vain */
    assert_int_equal(b.ops->stats(b.self).handler_errors, 3);
    assert_int_equal(b.ops->stats(b.self).refused, 0);
    clt_kafka_producer_close(p);
    krn_bus_kafka_free(bus);
}

static void note_aside(void *arg, const krn_aside *aside)
{
    size_t *told = arg;
    *told += anc_str_eq(aside->place, ANC_STR("chatbot.query.completed")) &&
             anc_str_eq(aside->id, ANC_STR("7"));
}

/* It would never go: who reads the dead letters hears which one it was. */
static void what_is_too_large_to_go_is_named(void **state)
{
    enum { LARGE = 9 << 20 };
    (void)state;
    anc_err err = {0};
    size_t taken = 0;
    char bytes[24];
    ANC_BUF(text, LARGE + 1024);
    char *pad = malloc(LARGE + 1);
    assert_non_null(pad);
    memset(pad, 'x', LARGE);
    pad[LARGE] = '\0';
    (void)anc_buf_printf(&text, "{\"id\":\"7\",\"event_type\":\"query.completed\",\"timestamp\":"
                                "\"2026-11-20T15:36:00.123Z\",\"payload\":{\"query_id\":\"q1\","
                                "\"response_text\":\"");
    (void)anc_buf_add(&text, (anc_str){pad, LARGE});
    (void)anc_buf_printf(&text, "\"},\"metadata\":{\"aggregate_id\":\"q1\",\"seq\":1}}");
    free(pad);
    (void)snprintf(bytes, sizeof bytes, "%zu", text.len);
    size_t told = 0;
    krn_bus_kafka *bus = new_bus(
        "me", ANC_STR_NONE, (krn_bus_kafka_options){.on_aside = note_aside, .on_aside_arg = &told});
    const krn_bus b = start(bus);
    const krn_announcement list[] = {event_of("query.completed", text.ptr, 1),
                                     event_of("query.completed", completed, 2)};
    ASSERT_OK(b.ops->publish(b.self, list, 2, in_seconds(60), &taken, &err), &err);
    assert_int_equal(taken, 2);
    clt_kafka_consumer *c = reader(krn_bus_kafka_mock_brokers(bus), "chatbot.query.completed.dlq");
    const clt_kafka_record letter = next(c);
    assert_true(letter.value.len == 0 && anc_str_eq(letter.key, ANC_STR("q1")));
    says(&letter, "ce_id", "7");
    says(&letter, "status", "LIMIT");
    says(&letter, "topic", "chatbot.query.completed");
    says(&letter, "bytes", bytes);
    assert_int_equal(told, 1);
    assert_int_equal(b.ops->stats(b.self).unfit, 1);
    clt_kafka_consumer_close(c);
    krn_bus_kafka_free(bus);
}

static void options_are_checked(void **state)
{
    (void)state;
    anc_err err = {0};
    krn_bus_kafka *bus = NULL;
    const anc_str bad = ANC_STR("user.*");
    const krn_bus_kafka_options o = {
        .place = {.brokers = ANC_STR("a:1")}, .inbound = &bad, .n_inbound = 1};
    assert_int_equal(krn_bus_kafka_new(&o, &bus, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "user.*"));
}

int main(void)
{
    static const bus_case kafka = {"kafka", open_pair, close_pair};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_has_its_topic_its_key_and_its_form),
        cmocka_unit_test(a_type_without_a_topic_goes_nowhere_and_is_taken),
        cmocka_unit_test(a_cluster_that_is_away_keeps_the_event_here),
        cmocka_unit_test(what_does_not_fit_is_set_aside_and_what_is_ours_passed_over),
        cmocka_unit_test(a_handler_that_fails_for_a_while_gets_the_message_again),
        cmocka_unit_test(what_is_too_large_to_go_is_named),
        cmocka_unit_test(options_are_checked),
    };
    int failed = bus_suite_run(&kafka);
    failed += cmocka_run_group_tests_name("kafka's own", tests, NULL, NULL);
    return failed;
}
