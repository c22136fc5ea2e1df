/* test_scheduler.c - the contract of kernel/ports/scheduler.h: threads and simulated. */
#include "support/test.h"

#include <stdatomic.h>

#include "kernel/adapters/system/system.h"
#include "kernel/adapters/threads/threads.h"
#include "os/clock.h"
#include "support/sim.h"

typedef struct {
    const char *name;
    bool simulated;
} row;

static const row rows[] = {{"threads", false}, {"simulated", true}};

/* The scheduler under test and how a test waits in its world. */
typedef struct world {
    krn_scheduler scheduler;
    krn_clock clock;
    krn_threads *threads; /* NULL when simulated */
    sim *sim;
} world;

static world world_open(const row *r)
{
    world w = {.sim = sim_new(3)};
    w.threads = r->simulated ? NULL : krn_threads_new();
    w.scheduler = r->simulated ? sim_scheduler(w.sim) : krn_threads_scheduler(w.threads);
    w.clock = r->simulated ? sim_clock(w.sim) : krn_system_clock();
    assert_string_equal(w.scheduler.ops->name, r->name);
    return w;
}

static void world_close(world *w)
{
    krn_threads_free(w->threads);
    sim_free(w->sim);
}

static void wait_until(world *w, atomic_int *what, int value)
{
    for (int i = 0; i < 20000 && atomic_load(what) < value; i++) {
        if (w->threads == NULL)
            (void)sim_run_one(w->sim);
        else
            os_sleep_ns(500000);
    }
    assert_true(atomic_load(what) >= value);
}

typedef struct counter {
    atomic_int runs, inside, overlaps;
    int64_t next_in_ns; /* negative: until woken */
    int64_t last_ns;
    bool time_went_back;
} counter;

static int64_t count_step(void *arg, int64_t now_ns)
{
    counter *c = arg;
    if (atomic_fetch_add(&c->inside, 1) != 0)
        atomic_fetch_add(&c->overlaps, 1);
    c->time_went_back |= now_ns < c->last_ns;
    c->last_ns = now_ns;
    atomic_fetch_add(&c->runs, 1);
    atomic_fetch_sub(&c->inside, 1);
    return c->next_in_ns < 0 ? INT64_MAX : now_ns + c->next_in_ns;
}

static void steps_are_called_when_they_want_or_are_woken(void **state)
{
    world w = world_open(*state);
    anc_err err = {0};
    const krn_scheduler s = w.scheduler;
    counter often = {.next_in_ns = 1000000}, busy = {.next_in_ns = 0}, sleeper = {.next_in_ns = -1};
    uint32_t id, sleeper_id;
    ASSERT_OK(s.ops->add(s.self, "often", count_step, &often, &id, &err), &err);
    ASSERT_OK(s.ops->add(s.self, "busy", count_step, &busy, &id, &err), &err);
    ASSERT_OK(s.ops->add(s.self, "sleeper", count_step, &sleeper, &sleeper_id, &err), &err);
    s.ops->defer(s.self, sleeper_id);
    ASSERT_OK(s.ops->start(s.self, &err), &err);
    wait_until(&w, &often.runs, 5);
    wait_until(&w, &busy.runs, 5);
    wait_until(&w, &sleeper.runs, 1);
    for (int i = 2; i < 10; i++) {
        s.ops->wake(s.self, sleeper_id);
        wait_until(&w, &sleeper.runs, i);
    }
    s.ops->stop(s.self);
    const int runs = atomic_load(&busy.runs), sleeps = atomic_load(&sleeper.runs);
    s.ops->wake(s.self, sleeper_id);
    (void)sim_run_one(w.sim);
    assert_int_equal(atomic_load(&busy.runs), runs);
    assert_int_equal(atomic_load(&sleeper.runs), sleeps);
    assert_int_equal(sleeps, 9);
    assert_int_equal(atomic_load(&busy.overlaps) + atomic_load(&often.overlaps), 0);
    assert_false(busy.time_went_back || often.time_went_back);
    world_close(&w);
}

static void there_is_a_bound(void **state)
{
    world w = world_open(*state);
    anc_err err = {0};
    counter c = {.next_in_ns = -1};
    uint32_t id;
    for (int i = 0; i < 48; i++)
        ASSERT_OK(w.scheduler.ops->add(w.scheduler.self, "step", count_step, &c, &id, &err), &err);
    assert_int_equal(w.scheduler.ops->add(w.scheduler.self, "one more", count_step, &c, &id, &err),
                     ANC_LIMIT);
    world_close(&w);
}

static void the_simulation_is_the_same_for_a_seed(void **state)
{
    (void)state;
    int order[2][60];
    for (int run = 0; run < 2; run++) {
        sim *s = sim_new(11);
        const krn_scheduler k = sim_scheduler(s);
        anc_err err = {0};
        counter c[3] = {{.next_in_ns = 10}, {.next_in_ns = 7}, {.next_in_ns = 0}};
        uint32_t id;
        for (int i = 0; i < 3; i++)
            ASSERT_OK(k.ops->add(k.self, "step", count_step, &c[i], &id, &err), &err);
        ASSERT_OK(k.ops->start(k.self, &err), &err);
        for (int i = 0; i < 60; i++) {
            assert_true(sim_run_one(s));
            order[run][i] = atomic_load(&c[0].runs) * 10000 + atomic_load(&c[1].runs);
        }
        sim_free(s);
    }
    assert_memory_equal(order[0], order[1], sizeof order[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_simulation_is_the_same_for_a_seed)};
    int failed = cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
    failed += RUN_TABLE("steps", rows, steps_are_called_when_they_want_or_are_woken);
    failed += RUN_TABLE("bound", rows, there_is_a_bound);
    return failed;
}
