/* test_tracking_domain.c - histograms, prices, queries put together from events in any order. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>

#include "kernel/domain/envelope.h"
#include "kernel/domain/query_events.h"
#include "tracking/domain/query.h"
#include "tracking/domain/read.h"
#include "tracking/domain/rollup.h"

/* ---- histogram ---- */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void test_bucket_bounds_its_error(void **state)
{
    uint64_t random = 4711;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        const uint64_t us = next_random(&random) >> (24 + next_random(&random) % 39);
        const double middle = trk_bucket_middle(trk_bucket_of(us));
        const double error = fabs(middle - (double)us);
        assert_true(trk_bucket_of(us) < TRK_BUCKETS);
        assert_true(error <= (double)us / 32 || error <= 0.5);
    }
    assert_int_equal(trk_bucket_of(UINT64_MAX), TRK_BUCKETS - 1);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void test_percentiles_within_the_documented_error(void **state)
{
    enum { N = 20000 };
    static uint64_t values[N];
    static trk_histogram h;
    const double shares[] = {0.5, 0.95, 0.99, 1};
    uint64_t random = 99;
    (void)state;
    for (size_t i = 0; i < N; i++) {
        values[i] = next_random(&random) % (1U << (8 + next_random(&random) % 20));
        trk_histogram_add(&h, values[i]);
    }
    qsort(values, N, sizeof values[0], by_value);
    for (size_t i = 0; i < ANC_COUNT(shares); i++) {
        const double exact = (double)values[(size_t)ceil(shares[i] * N) - 1];
        assert_true(fabs(trk_histogram_percentile(&h, shares[i]) - exact) <= exact / 32 + 0.5);
    }
}

static void test_merge_and_kept_form_lose_nothing(void **state)
{
    static trk_histogram one, two, both, read;
    uint64_t random = 5;
    anc_err err = {0};
    ANC_BUF(kept, 1 << 16);
    (void)state;
    for (int i = 0; i < 5000; i++) {
        const uint64_t us = next_random(&random) >> 30;
        trk_histogram_add(i % 3 == 0 ? &one : &two, us);
        trk_histogram_add(&both, us);
    }
    trk_histogram_write(&one, &kept);
    ASSERT_OK(trk_histogram_read_add(anc_buf_view(&kept), &read, &err), &err);
    trk_histogram_merge(&read, &two);
    assert_memory_equal(&read, &both, sizeof both);
    assert_int_equal(trk_histogram_read_add(ANC_STR("\xff\xff\xff\xff\xff"), &read, &err),
                     ANC_CORRUPT);
}

static void test_remove_undoes_add(void **state)
{
    static trk_histogram h;
    static const trk_histogram empty;
    (void)state;
    trk_histogram_add(&h, 1234);
    trk_histogram_remove(&h, 1234);
    trk_histogram_remove(&h, 1234);
    assert_memory_equal(&h, &empty, sizeof h);
    assert_true(trk_histogram_percentile(&h, 0.5) == 0);
}

/* ---- prices ---- */

static void test_price(void **state)
{
    trk_price p;
    anc_err err = {0};
    (void)state;
    ASSERT_OK(trk_price_read(ANC_STR("gpt-4o-mini=0.15/0.60"), &p, &err), &err);
    const trk_prices table = {&p, 1};
    assert_int_equal(trk_cost_nano(table, ANC_STR("gpt-4o-mini"), 1000, 100), 210000);
    assert_int_equal(trk_cost_nano(table, ANC_STR("other"), 1000, 100), -1);
}

static const struct bad_price {
    const char *name;
} bad_prices[] = {{"gpt"}, {"gpt=1"}, {"=1/2"}, {"gpt=-1/2"}, {"gpt=1/x"}, {"gpt=1/2/3"}, {""}};

static void test_bad_price(void **state)
{
    const struct bad_price *row = *state;
    trk_price p;
    anc_err err = {0};
    assert_int_equal(trk_price_read(anc_str_of(row->name), &p, &err), ANC_INVALID);
}

/* ---- events ---- */

static const char requested[] =
    "{\"id\":\"a\",\"event_type\":\"query.requested\",\"timestamp\":\"2026-01-02T03:04:05.000Z\","
    "\"payload\":{\"query_id\":\"q1\",\"query_text\":\"How many days?\",\"user_id\":\"ada\","
    "\"collections\":[\"hr\"],\"metadata\":{\"conversation_id\":\"c1\"}},"
    "\"metadata\":{\"component\":\"rag\",\"seq\":1}}";
static const char retrieved[] =
    "{\"id\":\"b\",\"event_type\":\"documents.retrieved\",\"timestamp\":\"2026-01-02T03:04:05."
    "000Z\","
    "\"payload\":{\"query_id\":\"q1\",\"document_ids\":[\"d1\"],\"chunk_ids\":[\"d1/1/0\"],"
    "\"scores\":[0.9],\"count\":1,\"retrieval_time_ms\":1.5,\"relevance_threshold\":0.3,"
    "\"total_tokens\":10,\"cache_hit\":false,\"retrievals\":[{\"position\":1,\"chunk_id\":\"d1/1/"
    "0\","
    "\"document_id\":\"d1\",\"version\":2,\"collection\":\"hr\",\"title\":\"Leave\",\"score\":0.9,"
    "\"scores\":{\"keyword\":3.5,\"semantic\":null,\"fused\":0.7,\"rerank\":null},\"cited\":true}]}"
    ","
    "\"metadata\":{}}";
static const char completed[] =
    "{\"id\":\"c\",\"event_type\":\"query.completed\",\"timestamp\":\"2026-01-02T03:04:05.000Z\","
    "\"payload\":{\"query_id\":\"q1\",\"response_text\":\"… [1]\",\"document_ids\":[\"d1\"],"
    "\"document_count\":1,\"processing_time\":0.25,\"model_used\":\"m\",\"provider\":\"p\","
    "\"input_tokens\":100,\"output_tokens\":10,\"cache_hit\":true,\"metadata\":{\"route\":"
    "{\"tier\":\"Q2\"},\"timings_ms\":{\"total\":250}}},\"metadata\":{}}";

static trk_change read_event(anc_arena *mem, const char *text, const trk_reading *how)
{
    trk_change c;
    anc_err err = {0};
    ASSERT_OK(trk_change_read(mem, how, anc_str_of(text), &c, &err), &err);
    return c;
}

static void check_query(const trk_query *q)
{
    assert_int_equal(q->has, 7);
    assert_int_equal(q->status, TRK_COMPLETED);
    assert_int_equal(q->ended_ms - q->requested_ms, 250);
    assert_int_equal(q->n_retrievals, 1);
    assert_true(q->retrievals[0].cited && q->retrievals[0].keyword == 3.5);
    assert_true(isnan(q->retrievals[0].semantic));
    assert_int_equal(q->retrievals[0].version, 2);
    assert_true(anc_str_eq(q->user_id, ANC_STR("ada")));
    assert_true(anc_str_eq(q->question, ANC_STR("How many days?")));
    assert_true(anc_str_eq(q->conversation_id, ANC_STR("c1")));
    assert_true(anc_str_eq(q->route, ANC_STR("{\"tier\":\"Q2\"}")));
}

static void test_every_order_gives_the_same_query(void **state)
{
    static const char *const orders[][5] = {{requested, retrieved, completed, NULL},
                                            {requested, completed, retrieved, NULL},
                                            {retrieved, requested, completed, NULL},
                                            {retrieved, completed, requested, NULL},
                                            {completed, requested, retrieved, NULL},
                                            {completed, retrieved, requested, completed, NULL}};
    const trk_reading how = {.keep_texts = true};
    ANC_ARENA(mem, 1 << 20);
    (void)state;
    for (size_t o = 0; o < ANC_COUNT(orders); o++) {
        trk_query q = {0};
        for (size_t i = 0; orders[o][i] != NULL; i++) {
            const trk_change c = read_event(mem, orders[o][i], &how);
            assert_int_equal(trk_query_merge(&q, &c.query), i < 3);
        }
        check_query(&q);
    }
}

static void test_counted_in_and_out_is_nothing(void **state)
{
    static trk_rollup r;
    static const trk_rollup nothing;
    const trk_reading how = {.keep_texts = true};
    trk_query q = {0};
    ANC_ARENA(mem, 1 << 20);
    (void)state;
    const char *const all[] = {requested, retrieved, completed};
    for (size_t i = 0; i < ANC_COUNT(all); i++) {
        const trk_change c = read_event(mem, all[i], &how);
        (void)trk_query_merge(&q, &c.query);
    }
    trk_rollup_count(&r, &q, 1);
    assert_int_equal(r.counts.completed, 1);
    assert_int_equal(r.counts.cache_hits, 1);
    assert_int_equal(r.counts.empty, 0);
    assert_int_equal(r.latency.n, 1);
    trk_rollup_count(&r, &q, -1);
    assert_memory_equal(&r, &nothing, sizeof r);
}

static void test_privacy(void **state)
{
    const trk_reading how = {.keep_texts = false, .veil = {ANC_STR("k"), true}};
    anc_str kept;
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    (void)state;
    const trk_change c = read_event(mem, requested, &how);
    assert_null(c.query.question.ptr);
    assert_true(anc_str_starts(c.query.user_id, ANC_STR("h:")));
    assert_int_equal(c.query.user_id.len, 34);
    ASSERT_OK(trk_user_kept(mem, &how, ANC_STR("ada"), &kept, &err), &err);
    assert_true(anc_str_eq(kept, c.query.user_id));
    const trk_change d = read_event(mem, completed, &how);
    assert_null(d.query.answer.ptr);
    static const char *const failed =
        "{\"id\":\"a\",\"event_type\":\"query.failed\",\"timestamp\":\"2026-01-02T03:04:05.000Z\","
        "\"payload\":{\"query_id\":\"q\",\"error_type\":\"PROVIDER\",\"error_message\":\"no to "
        "why?\","
        "\"stage\":\"generate\",\"processing_time\":1},\"metadata\":{}}";
    const trk_change e = read_event(mem, failed, &how);
    assert_true(anc_str_eq(e.query.error_type, ANC_STR("PROVIDER")));
    assert_int_equal(e.query.error_message.len, 0);
    const trk_reading all = {.keep_texts = true};
    const trk_change f = read_event(mem, failed, &all);
    assert_true(anc_str_eq(f.query.error_message, ANC_STR("no to why?")));
}

static void test_what_does_not_fit_is_said(void **state)
{
    const trk_reading how = {.keep_texts = true};
    trk_change c;
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    (void)state;
    assert_int_equal(trk_change_read(mem, &how,
                                     ANC_STR("{\"id\":\"a\",\"event_type\":\"query.requested\","
                                             "\"timestamp\":\"2026-01-02T03:04:05.000Z\","
                                             "\"payload\":{},\"metadata\":{}}"),
                                     &c, &err),
                     ANC_INVALID);
    const trk_change other = read_event(
        mem,
        "{\"id\":\"a\",\"event_type\":\"no.such\",\"timestamp\":\"2026-01-02T03:04:05.000Z\","
        "\"payload\":{},\"metadata\":{}}",
        &how);
    assert_int_equal(other.subject, TRK_NOTHING);
}

static void test_buckets_begin_where_people_count_from(void **state)
{
    (void)state;
    const int64_t day = TRK_DAY_MS, week = 7 * day;
    const int64_t sunday = 20786 * day; /* 2026-11-29 */
    assert_int_equal(trk_bucket_start(sunday + TRK_HOUR_MS / 2, TRK_HOUR_MS), sunday);
    assert_int_equal(trk_bucket_start(sunday + day - 1, day), sunday);
    assert_int_equal(trk_bucket_start(sunday, week), sunday - 6 * day);
    assert_int_equal(trk_bucket_start(sunday + day - 1, week), sunday - 6 * day);
    assert_int_equal(trk_bucket_start(sunday + day, week), sunday + day); /* a Monday */
    assert_int_equal(trk_bucket_start(day, week), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_begin_where_people_count_from),
        cmocka_unit_test(test_bucket_bounds_its_error),
        cmocka_unit_test(test_percentiles_within_the_documented_error),
        cmocka_unit_test(test_merge_and_kept_form_lose_nothing),
        cmocka_unit_test(test_remove_undoes_add),
        cmocka_unit_test(test_price),
        cmocka_unit_test(test_every_order_gives_the_same_query),
        cmocka_unit_test(test_counted_in_and_out_is_nothing),
        cmocka_unit_test(test_privacy),
        cmocka_unit_test(test_what_does_not_fit_is_said),
    };
    const int failed = cmocka_run_group_tests_name("tracking domain", tests, NULL, NULL);
    return failed + RUN_TABLE("bad prices", bad_prices, test_bad_price);
}
