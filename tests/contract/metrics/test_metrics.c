/* test_metrics.c - the contract of kernel/ports/metrics.h: prometheus. */
#include "support/test.h"

#include "kernel/adapters/prometheus/prometheus.h"
#include "os/thread.h"

static const double bounds[] = {0.1, 1.0};

static void text_format(void **state)
{
    (void)state;
    krn_prometheus *p = krn_prometheus_new(0);
    const krn_metrics m = krn_prometheus_metrics(p);
    krn_series *a = m.ops->counter(m.self, "x_total", "stage=\"a\"", "Things\\seen\nso far");
    krn_series *g = m.ops->gauge(m.self, "depth", "", "Depth");
    krn_series *b = m.ops->counter(m.self, "x_total", "stage=\"b\"", "Things");
    krn_series *h = m.ops->histogram(m.self, "wait_seconds", "q=\"1\"", "Wait", bounds, 2);
    krn_count(a, 3);
    krn_count(b, 1);
    krn_gauge_set(g, -4);
    krn_gauge_add(g, 1);
    krn_observe(h, 0.05);
    krn_observe(h, 0.1);
    krn_observe(h, 0.5);
    krn_observe(h, 9.0);
    ANC_BUF(out, 10000);
    m.ops->render(m.self, &out);
    assert_string_equal(out.ptr, "# HELP x_total Things\\\\seen\\nso far\n"
                                 "# TYPE x_total counter\n"
                                 "x_total{stage=\"a\"} 3\n"
                                 "x_total{stage=\"b\"} 1\n"
                                 "# HELP depth Depth\n"
                                 "# TYPE depth gauge\n"
                                 "depth -3\n"
                                 "# HELP wait_seconds Wait\n"
                                 "# TYPE wait_seconds histogram\n"
                                 "wait_seconds_bucket{q=\"1\",le=\"0.1\"} 2\n"
                                 "wait_seconds_bucket{q=\"1\",le=\"1\"} 3\n"
                                 "wait_seconds_bucket{q=\"1\",le=\"+Inf\"} 4\n"
                                 "wait_seconds_sum{q=\"1\"} 9.650000\n"
                                 "wait_seconds_count{q=\"1\"} 4\n");
    krn_prometheus_free(p);
}

static void the_same_name_is_the_same_series(void **state)
{
    (void)state;
    krn_prometheus *p = krn_prometheus_new(2);
    const krn_metrics m = krn_prometheus_metrics(p);
    krn_series *a = m.ops->counter(m.self, "a_total", "", "A");
    assert_non_null(a);
    assert_ptr_equal(m.ops->counter(m.self, "a_total", "", "A"), a);
    assert_null(m.ops->gauge(m.self, "a_total", "", "A")); /* of another kind */
    assert_non_null(m.ops->counter(m.self, "a_total", "k=\"1\"", "A"));
    krn_series *refused = m.ops->counter(m.self, "a_total", "k=\"2\"", "A");
    assert_null(refused); /* the bound */
    krn_count(refused, 1);
    krn_gauge_set(refused, 1);
    krn_gauge_add(refused, 1);
    krn_observe(refused, 1.0);
    krn_prometheus_free(p);
    krn_prometheus_free(NULL);
}

typedef struct {
    krn_metrics m;
} crowd;

static void name_and_count(void *arg, size_t i)
{
    const crowd *c = arg;
    const char *labels[] = {"k=\"0\"", "k=\"1\"", "k=\"2\""};
    krn_count(c->m.ops->counter(c->m.self, "c_total", labels[i % 3], "C"), 1);
    krn_observe(
        c->m.ops->histogram(c->m.self, "h", "", "H", krn_latency_bounds, KRN_HISTOGRAM_BUCKETS),
        0.01);
    if (i % 10 == 0) {
        ANC_BUF(out, 100000);
        c->m.ops->render(c->m.self, &out);
    }
}

static void many_threads_count_together(void **state)
{
    (void)state;
    anc_err err = {0};
    os_pool *pool = NULL;
    krn_prometheus *p = krn_prometheus_new(0);
    crowd c = {krn_prometheus_metrics(p)};
    ASSERT_OK(os_pool_open("crowd", 4, 8, &pool, &err), &err);
    os_pool_for(pool, 300, name_and_count, &c);
    os_pool_free(pool);
    uint64_t sum = 0;
    const char *labels[] = {"k=\"0\"", "k=\"1\"", "k=\"2\""};
    for (int i = 0; i < 3; i++)
        sum += atomic_load(&c.m.ops->counter(c.m.self, "c_total", labels[i], "C")->count);
    assert_int_equal(sum, 300);
    krn_prometheus_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_format),
        cmocka_unit_test(the_same_name_is_the_same_series),
        cmocka_unit_test(many_threads_count_together),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
