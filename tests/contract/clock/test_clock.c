/* test_clock.c - the contract of kernel/ports/clock.h: system and simulated. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "kernel/adapters/system/system.h"
#include "support/call.h"
#include "support/sim.h"

typedef struct {
    const char *name;
    bool simulated;
} row;

static const row rows[] = {{"system", false}, {"simulated", true}};

static void clock_contract(void **state)
{
    const row *r = *state;
    sim *s = sim_new(7);
    const krn_clock clock = r->simulated ? sim_clock(s) : krn_system_clock();
    assert_string_equal(clock.ops->name, r->name);
    int64_t last = krn_now_ns(clock);
    for (int i = 0; i < 1000; i++) {
        const int64_t now = krn_now_ns(clock);
        assert_true(now >= last);
        last = now;
    }
    assert_true(krn_wall_ms(clock) > 1750000000000);
    char a[ANC_UUID_TEXT + 1], b[ANC_UUID_TEXT + 1];
    krn_id_new(clock, a);
    krn_id_new(clock, b);
    assert_true(anc_uuid_valid(anc_str_of(a)) && strcmp(a, b) != 0);

    TEST_CALL(t);
    assert_int_equal(krn_call_check(clock, &t.call), ANC_OK);
    t.call.deadline_ns = krn_now_ns(clock);
    assert_int_equal(krn_call_check(clock, &t.call), ANC_DEADLINE);
    t.cancelled = true; /* as who answers a deadline does: it stays one */
    anc_err_clear(&t.err);
    assert_int_equal(krn_call_check(clock, &t.call), ANC_DEADLINE);
    t.call.deadline_ns = INT64_MAX;
    anc_err_clear(&t.err);
    assert_int_equal(krn_call_check(clock, &t.call), ANC_CANCELLED);
    sim_free(s);
}

static void simulated_time_stands_until_it_is_moved(void **state)
{
    (void)state;
    sim *s = sim_new(7), *same = sim_new(7);
    const krn_clock clock = sim_clock(s);
    const int64_t now = krn_now_ns(clock), wall = krn_wall_ms(clock);
    sim_pass(s, 5000000);
    assert_int_equal(krn_now_ns(clock), now + 5000000);
    assert_int_equal(krn_wall_ms(clock), wall + 5);
    for (int i = 0; i < 50; i++)
        assert_int_equal(sim_chance(s, 1000), sim_chance(same, 1000));
    sim_free(s);
    sim_free(same);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(simulated_time_stands_until_it_is_moved)};
    int failed = cmocka_run_group_tests_name("simulated clock", tests, NULL, NULL);
    failed += RUN_TABLE("clock", rows, clock_contract);
    return failed;
}
