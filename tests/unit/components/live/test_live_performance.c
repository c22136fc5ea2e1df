/* test_live_performance.c - what is told of latencies that were heard and of readings, step by step. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/feed_events.h"
#include "kernel/domain/query_events.h"
#include "live/app/performance.h"
#include "support/clock_fixed.h"

static const int64_t SECOND_NS = 1000000000;

typedef struct world {
    krn_bus_handler_fn *handler;
    void *arg;
    bool subscription_fails;
    int64_t now_ns;
    double memory;
    char told[8][64]; /* metric and value */
    size_t n_told;
    liv_performance *p;
} world;

static anc_status subscribe(void *self, anc_str pattern, krn_bus_handler_fn *handler, void *arg,
                            uint64_t *ret_id, anc_err *err)
{
    world *w = self;
    assert_true(anc_str_eq(pattern, ANC_STR("query.completed")));
    if (w->subscription_fails)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room");
    w->handler = handler;
    w->arg = arg;
    *ret_id = 3;
    return ANC_OK;
}

static void unsubscribe(void *self, uint64_t id)
{
    world *w = self;
    assert_int_equal(id, 3);
    w->handler = NULL;
}

static void publish(void *self, ev_type_id type, const void *payload, const ev_context *context)
{
    world *w = self;
    const ev_performance *e = payload;
    assert_int_equal(type, EV_PERFORMANCE);
    assert_true(anc_str_eq(context->component, e->component));
    assert_true(e->window_s == 60 && w->n_told < ANC_COUNT(w->told));
    (void)snprintf(w->told[w->n_told++], sizeof w->told[0], "%.*s %g/%g", ANC_FMT(e->metric),
                   e->value, e->threshold);
}

static double memory(void *arg)
{
    return ((world *)arg)->memory;
}

static anc_status open_world(world *w, double latency_p95_ms, anc_err *err)
{
    static const krn_bus_ops bus = {
        .name = "by hand", .subscribe = subscribe, .unsubscribe = unsubscribe};
    static const krn_feed_ops feed = {.name = "by hand", .publish = publish};
    const liv_reading readings[] = {{ANC_STR("memory"), ANC_STR("server"), 100, memory}};
    const liv_performance_options options = {.bus = {&bus, w},
                                             .feed = {&feed, w},
                                             .clock = clock_fixed(&w->now_ns),
                                             .every_ns = 5 * SECOND_NS,
                                             .window_ns = 60 * SECOND_NS,
                                             .hysteresis = 0.2,
                                             .latency_p95_ms = latency_p95_ms,
                                             .readings = readings,
                                             .n_readings = 1,
                                             .arg = w};
    return liv_performance_open(&options, &w->p, err);
}

static void hear(world *w, double seconds)
{
    anc_err err = {0};
    ANC_BUF(envelope, 4096);
    const ev_type *type = ev_type_of(EV_QUERY_COMPLETED);
    const ev_context context = {.component = ANC_STR("rag")};
    const ev_query_completed query = {
        .query_id = ANC_STR("q"), .processing_time = seconds, .metadata = {ANC_STR("{}")}};
    ASSERT_OK(ev_event_write(type, &query, &context, ANC_STR("id"), 1, 1, &envelope, &err), &err);
    const krn_announcement a = {.type = type,
                                .type_name = anc_str_of(type->name),
                                .envelope = anc_buf_view(&envelope),
                                .seq = 1};
    ASSERT_OK(w->handler(w->arg, &a, &err), &err);
}

static void step(world *w)
{
    assert_true(liv_performance_step(w->p, w->now_ns) == w->now_ns + 5 * SECOND_NS);
    w->now_ns += 5 * SECOND_NS;
}

static void latency_is_told_once_and_when_it_is_well(void **state)
{
    (void)state;
    anc_err err = {0};
    world w = {.now_ns = 100 * SECOND_NS};
    ASSERT_OK(open_world(&w, 500, &err), &err);
    step(&w);
    for (int i = 0; i + 1 < LIV_LATENCY_LEAST; i++)
        hear(&w, 2);
    step(&w); /* too few to say anything */
    assert_int_equal(w.n_told, 0);
    hear(&w, 2);
    step(&w);
    step(&w);
    assert_int_equal(w.n_told, 1);
    assert_string_equal(w.told[0], "query_latency_p95_ms 2000/500");
    w.now_ns += 30 * SECOND_NS;
    for (int i = 0; i < 50; i++)
        hear(&w, 0.1);
    step(&w); /* the slow ones still count */
    assert_int_equal(w.n_told, 1);
    w.now_ns += 30 * SECOND_NS;
    step(&w);
    assert_int_equal(w.n_told, 2);
    assert_string_equal(w.told[1], "query_latency_p95_ms 100/500");
    liv_performance_close(w.p);
    assert_null(w.handler);
}

static void nobody_asks_any_more(void **state)
{
    (void)state;
    anc_err err = {0};
    world w = {.now_ns = 100 * SECOND_NS};
    ASSERT_OK(open_world(&w, 500, &err), &err);
    for (int i = 0; i < LIV_LATENCY_LEAST; i++)
        hear(&w, 2);
    step(&w);
    w.now_ns += 100 * SECOND_NS;
    step(&w);
    assert_int_equal(w.n_told, 2);
    assert_string_equal(w.told[1], "query_latency_p95_ms 0/500");
    liv_performance_close(w.p);
}

static void readings_are_told_alike(void **state)
{
    (void)state;
    anc_err err = {0};
    world w = {.memory = 90};
    ASSERT_OK(open_world(&w, 0, &err), &err);
    assert_null(w.handler); /* latency is not watched */
    const double values[] = {90, 120, 130, 90, 79, 120};
    for (size_t i = 0; i < ANC_COUNT(values); i++) {
        w.memory = values[i];
        step(&w);
    }
    assert_int_equal(w.n_told, 3);
    assert_string_equal(w.told[0], "memory 120/100");
    assert_string_equal(w.told[1], "memory 79/100");
    assert_string_equal(w.told[2], "memory 120/100");
    liv_performance_close(w.p);
}

static void what_cannot_be_opened(void **state)
{
    (void)state;
    anc_err err = {0};
    world w = {.subscription_fails = true};
    assert_int_equal(open_world(&w, 500, &err), ANC_NO_MEMORY);
    anc_err_clear(&err);
    const liv_performance_options many = {.n_readings = LIV_READINGS_MAX + 1};
    assert_int_equal(liv_performance_open(&many, &w.p, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "9 things"));
    liv_performance_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latency_is_told_once_and_when_it_is_well),
        cmocka_unit_test(nobody_asks_any_more),
        cmocka_unit_test(readings_are_told_alike),
        cmocka_unit_test(what_cannot_be_opened),
    };
    return cmocka_run_group_tests_name("performance", tests, NULL, NULL);
}
