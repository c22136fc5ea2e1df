/* test_service.c - what the configuration changes, and how measured latencies replace the estimated ones. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "routing/app/routing_service.h"

static const anc_str question = ANC_STR_INIT("Compare the Skep and the Murmur");

static void weights_and_thresholds_are_configured(void **state)
{
    (void)state;
    anc_err err = {0};
    rte_service *routing;
    rte_assessment a;
    rte_config config = rte_config_default();
    config.weights[RTE_COMPARISON] = 0;
    config.second_from = 0.5;
    config.third_from = 0.9;
    ASSERT_OK(rte_service_open(&config, &routing, &err), &err);
    rte_assess(routing, question, 0, &a);
    assert_null(strstr(a.reason, "comparison"));
    assert_true(a.complexity > 0.85 && a.complexity < 1.05); /* length 0.5, clauses 0.5 */
    assert_string_equal(a.tier_id.ptr, "Q4");
    assert_int_equal(a.tier, 2);
    rte_service_close(routing);
}

static void measured_latencies_replace_estimates(void **state)
{
    (void)state;
    anc_err err = {0};
    rte_service *routing;
    rte_tier t[RTE_TIERS];
    const rte_config config = rte_config_default();
    ASSERT_OK(rte_service_open(&config, &routing, &err), &err);
    for (int i = 0; i < 4; i++)
        rte_measured(routing, 1, 40);
    rte_tiers(routing, t);
    assert_false(t[1].measured);
    assert_true(t[0].estimated_latency_ms == 2000 && t[1].estimated_latency_ms == 5000 &&
                t[2].estimated_latency_ms == 15000);
    rte_measured(routing, 1, 90);
    rte_tiers(routing, t);
    assert_true(t[1].measured && t[1].estimated_latency_ms == 50);
    assert_true(!t[0].measured && !t[2].measured);
    for (int i = 0; i < 400; i++)
        rte_measured(routing, 1, 10);
    rte_tiers(routing, t);
    assert_true(t[1].estimated_latency_ms == 10);
    assert_string_equal(t[0].name, "fast");
    assert_true(t[0].from == 0 && t[1].from == 3 && t[2].from == 7);
    rte_service_close(routing);
}

typedef struct bad_row {
    const char *name;
    double second_from, third_from;
    const char *tier_name, *error;
} bad_row;

static const bad_row bad[] = {
    {"thresholds that fall", 7, 3, "fast", "Q4 begins at complexity 3 and Q3 at 7"},
    {"thresholds that are one", 3, 3, "fast", "has to begin above Q3"},
    {"no name", 3, 7, "", "the name of tier Q2 has 0 bytes"},
    {"a long name", 3, 7, "a name that is longer than forty bytes, by far", "1 to 40 are allowed"},
};

static void what_cannot_be_is_refused(void **state)
{
    const bad_row *row = *state;
    anc_err err = {0};
    rte_service *routing;
    rte_config config = rte_config_default();
    config.second_from = row->second_from;
    config.third_from = row->third_from;
    config.tiers[0].name = anc_str_of(row->tier_name);
    assert_int_equal(rte_service_open(&config, &routing, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, row->error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_and_thresholds_are_configured),
        cmocka_unit_test(measured_latencies_replace_estimates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) +
           RUN_TABLE("refused", bad, what_cannot_be_is_refused);
}
