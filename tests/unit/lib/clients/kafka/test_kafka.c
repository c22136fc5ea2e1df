/* test_kafka.c - batches and groups against librdkafka's mock cluster; settings that are refused. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "clients/kafka/kafka.h"
#include "os/clock.h"
#include "os/thread.h"

enum { MANY = 500 };

static int64_t in_seconds(int n)
{
    return os_mono_ns() + (int64_t)n * 1000000000;
}

static clt_kafka_producer *open_mock(void)
{
    anc_err err = {0};
    clt_kafka_producer *p = NULL;
    const clt_kafka_producer_options o = {.place = {.mock_brokers = 1}, .linger_ms = 1};
    ASSERT_OK(clt_kafka_producer_open(&o, &p, &err), &err);
    assert_true(clt_kafka_mock_brokers(p).len > 0);
    return p;
}

static clt_kafka_consumer *open_consumer(const clt_kafka_producer *p, const char *topic)
{
    anc_err err = {0};
    clt_kafka_consumer *c = NULL;
    const char *topics[] = {topic};
    const clt_kafka_consumer_options o = {.place = {.brokers = clt_kafka_mock_brokers(p)},
                                          .group = ANC_STR("test"),
                                          .topics = topics,
                                          .n_topics = 1,
                                          .session_ms = 6000};
    ASSERT_OK(clt_kafka_consumer_open(&o, &c, &err), &err);
    return c;
}

/* Every message of a batch comes back once, in order, with its key; what is done with does not come
 * again to the next member of the group. */
static void a_batch_is_there_and_is_read_once(void **state)
{
    (void)state;
    static char values[MANY][16];
    static clt_kafka_message list[MANY];
    anc_err err = {0};
    size_t acked = 0;
    clt_kafka_producer *p = open_mock();
    const clt_kafka_header header = {"ce_type", ANC_STR("query.completed")};
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(values[i], sizeof values[i], "%zu", i);
        list[i] = (clt_kafka_message){.topic = "t",
                                      .key = ANC_STR("one"),
                                      .value = anc_str_of(values[i]),
                                      .headers = &header,
                                      .n_headers = 1};
    }
    ASSERT_OK(clt_kafka_produce(p, list, MANY, in_seconds(20), &acked, &err), &err);
    assert_int_equal(acked, MANY);
    clt_kafka_consumer *c = open_consumer(p, "t");
    for (size_t i = 0; i < MANY; i++) {
        clt_kafka_record r;
        bool there;
        ASSERT_OK(clt_kafka_next(c, in_seconds(20), &r, &there, &err), &err);
        assert_true(there && anc_str_eq(r.key, ANC_STR("one")));
        assert_true(anc_str_eq(r.value, anc_str_of(values[i])));
        if (i < MANY - 10)
            clt_kafka_done(c);
    }
    clt_kafka_consumer_close(c);
    c = open_consumer(p, "t");
    clt_kafka_record r;
    bool there;
    ASSERT_OK(clt_kafka_next(c, in_seconds(20), &r, &there, &err), &err);
    assert_true(there);
    assert_int_equal(r.offset, MANY - 10);
    assert_true(r.time_ms > 0);
    clt_kafka_consumer_close(c);
    clt_kafka_producer_close(p);
}

static void topics_are_made_once(void **state)
{
    (void)state;
    anc_err err = {0};
    clt_kafka_producer *p = open_mock();
    const clt_kafka_topic bad = {.name = "no good name", .partitions = 0};
    assert_int_equal(clt_kafka_topics_make(p, &bad, 1, in_seconds(5), &err), ANC_INVALID);
    clt_kafka_producer_close(p);
}

static void a_cluster_that_is_away_is_waited_for_until_the_deadline(void **state)
{
    (void)state;
    anc_err err = {0};
    clt_kafka_producer *p = NULL;
    size_t acked = 7;
    const clt_kafka_producer_options o = {.place = {.brokers = ANC_STR("127.0.0.1:1")}};
    const clt_kafka_message m = {.topic = "t", .value = ANC_STR("v")};
    ASSERT_OK(clt_kafka_producer_open(&o, &p, &err), &err);
    const anc_status status = clt_kafka_produce(p, &m, 1, in_seconds(3), &acked, &err);
    assert_true(anc_status_info(status)->retry_may_help && acked == 0);
    if (strstr(err.text, "127.0.0.1:1") == NULL)
        fail_msg("no broker is named in: %s", err.text);
    clt_kafka_producer_stop(p);
    assert_int_equal(clt_kafka_produce(p, &m, 1, in_seconds(5), &acked, &err), ANC_CANCELLED);
    clt_kafka_producer_close(p);
}

static void stop_later(void *arg)
{
    os_sleep_ns(200000000);
    clt_kafka_producer_stop(arg);
}

static void a_wait_ends_when_it_is_stopped(void **state)
{
    (void)state;
    anc_err err = {0};
    clt_kafka_producer *p = NULL;
    os_thread *thread = NULL;
    size_t acked = 7;
    const clt_kafka_producer_options o = {.place = {.brokers = ANC_STR("127.0.0.1:1")}};
    const clt_kafka_message m = {.topic = "t", .value = ANC_STR("v")};
    ASSERT_OK(clt_kafka_producer_open(&o, &p, &err), &err);
    ASSERT_OK(os_thread_start("stop", stop_later, p, &thread, &err), &err);
    assert_int_equal(clt_kafka_produce(p, &m, 1, in_seconds(60), &acked, &err), ANC_CANCELLED);
    assert_int_equal(acked, 0);
    os_thread_join(thread);
    clt_kafka_producer_close(p);
}

static void nothing_to_read_is_no_failure(void **state)
{
    (void)state;
    anc_err err = {0};
    clt_kafka_record r;
    bool there = true;
    clt_kafka_producer *p = open_mock();
    clt_kafka_consumer *c = open_consumer(p, "empty");
    ASSERT_OK(clt_kafka_next(c, os_mono_ns() + 500000000, &r, &there, &err), &err);
    assert_false(there);
    clt_kafka_done(c); /* of nothing */
    clt_kafka_consumer_stop(c);
    ASSERT_OK(clt_kafka_next(c, in_seconds(60), &r, &there, &err), &err);
    assert_false(there);
    clt_kafka_consumer_close(c);
    clt_kafka_producer_close(p);
}

typedef struct setting_row {
    const char *name;
    clt_kafka_place place;
    anc_str compression;
    const char *says;
} setting_row;

static const setting_row setting_rows[] = {
    {"no broker", {.client_id = ANC_STR_INIT("x")}, ANC_STR_INIT(""), "no broker"},
    {"a word for a port",
     {.brokers = ANC_STR_INIT("a:1,a:b")},
     ANC_STR_INIT(""),
     "'a:b': 'b' is no port"},
    {"port nought", {.brokers = ANC_STR_INIT("a:0")}, ANC_STR_INIT(""), "'a:0': '0' is no port"},
    {"no port behind the colon",
     {.brokers = ANC_STR_INIT("a:")},
     ANC_STR_INIT(""),
     "'a:': '' is no port"},
    {"a port too large",
     {.brokers = ANC_STR_INIT("[::1]:65536")},
     ANC_STR_INIT(""),
     "'65536' is no port"},
    {"no colon",
     {.brokers = ANC_STR_INIT("[::1]9092")},
     ANC_STR_INIT(""),
     "'[::1]9092' has something behind its host"},
    {"no host", {.brokers = ANC_STR_INIT("PLAINTEXT://:9092")}, ANC_STR_INIT(""), "has no host"},
    {"security",
     {.brokers = ANC_STR_INIT("a:1"), .security = ANC_STR_INIT("magic")},
     ANC_STR_INIT(""),
     "kafka: security: "},
    {"a user among the brokers",
     {.brokers = ANC_STR_INIT("a:1,me:canary,5@512@b:9092,c:1"), .names = "bus.kafka."},
     ANC_STR_INIT(""),
     "'***@b:9092,c:1' have something before an '@'; host:port is wanted, user and password are "
     "bus.kafka.user and bus.kafka.password"},
    {"no user",
     {.brokers = ANC_STR_INIT("a:1"),
      .security = ANC_STR_INIT("sasl_plaintext"),
      .names = "bus.kafka."},
     ANC_STR_INIT(""),
     "bus.kafka.user"},
    {"compression", {.brokers = ANC_STR_INIT("a:1")}, ANC_STR_INIT("zip"), "compression"},
    {"certificates",
     {.brokers = ANC_STR_INIT("a:1"),
      .security = ANC_STR_INIT("ssl"),
      .ca_file = ANC_STR_INIT("/nonexistent.pem")},
     ANC_STR_INIT(""),
     "/nonexistent.pem: No such file"},
    {"mechanism",
     {.brokers = ANC_STR_INIT("a:1"),
      .security = ANC_STR_INIT("sasl_plaintext"),
      .mechanism = ANC_STR_INIT("TELEPATHY"),
      .user = ANC_STR_INIT("u"),
      .password = ANC_STR_INIT("canary-5512")},
     ANC_STR_INIT(""),
     "TELEPATHY"},
};

static void settings_are_refused_by_name(void **state)
{
    const setting_row *row = *state;
    anc_err err = {0};
    clt_kafka_producer *p = NULL;
    const clt_kafka_producer_options o = {.place = row->place, .compression = row->compression};
    assert_int_equal(clt_kafka_producer_open(&o, &p, &err), ANC_INVALID);
    if (strstr(err.text, row->says) == NULL)
        fail_msg("no \"%s\" in: %s", row->says, err.text);
    assert_null(strstr(err.text, "canary"));
    assert_null(strstr(err.text, "sasl."));
}

static void rights_of_who_may_do_all(void **state)
{
    (void)state;
    static const char *const written[] = {"one", "both"}, *const read[] = {"both", "other"};
    anc_err err = {0};
    ANC_BUF(missing, 4096);
    clt_kafka_producer *p = open_mock();
    clt_kafka_wanted wanted = {.written = written,
                               .n_written = 2,
                               .read = read,
                               .n_read = 2,
                               .group = ANC_STR("g"),
                               .makes = true};
    clt_kafka_place place = {.brokers = clt_kafka_mock_brokers(p)};
    ASSERT_OK(clt_kafka_rights(&place, &wanted, in_seconds(30), &missing, &err), &err);
    assert_int_equal(missing.len, 0);
    place.brokers = ANC_STR("127.0.0.1:1");
    assert_int_equal(clt_kafka_rights(&place, &wanted, in_seconds(1), &missing, &err),
                     ANC_UNAVAILABLE);
    assert_non_null(strstr(err.text, "127.0.0.1:1"));
    clt_kafka_producer_close(p);
}

static void brokers_that_fit(void **state)
{
    static const char *const fit[] = {"a",          "a:9092", "a:1, b:65535", "PLAINTEXT://a:1",
                                      "[::1]:9092", "[::1]",  "a:1,",         "a:1, ,b:1"};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(fit); i++) {
        anc_err err = {0};
        clt_kafka_producer *p = NULL;
        const clt_kafka_producer_options o = {.place.brokers = anc_str_of(fit[i])};
        ASSERT_OK(clt_kafka_producer_open(&o, &p, &err), &err);
        clt_kafka_producer_close(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_there_and_is_read_once),
        cmocka_unit_test(topics_are_made_once),
        cmocka_unit_test(brokers_that_fit),
        cmocka_unit_test(rights_of_who_may_do_all),
        cmocka_unit_test(a_cluster_that_is_away_is_waited_for_until_the_deadline),
        cmocka_unit_test(a_wait_ends_when_it_is_stopped),
        cmocka_unit_test(nothing_to_read_is_no_failure),
    };
    int failed = cmocka_run_group_tests_name("kafka", tests, NULL, NULL);
    failed += RUN_TABLE("settings", setting_rows, settings_are_refused_by_name);
    return failed;
}
