/* test_hands.c - loops that several threads share: every part runs once, whoever comes, late or not at all. */
#include "infer/hands.h"

#include <sched.h>
#include <stdatomic.h>

#include "os/clock.h"
#include "os/thread.h"
#include "support/test.h"

enum { LENDERS = INF_HANDS_MOST - 1, MOST = 64, DEADLINE_S = 60 };

typedef struct world {
    inf_hands *hands;
    size_t n, unit;
    unsigned ran[MOST]; /* how often */
    atomic_uint busy[INF_HANDS_MOST];
    atomic_uint wrong, begun_by_others, done;
    atomic_bool over;
    bool waits;      /* the leader, until another has begun a part */
    int64_t idle_ns; /* that another stands still in its part */
    os_thread *lenders[LENDERS];
    size_t n_lenders, late; /* of the latter begin when the leader is in a loop */
} world;

static void lend(void *arg)
{
    world *w = arg;
    while (!atomic_load(&w->over)) {
        (void)inf_hands_lend(w->hands);
        (void)sched_yield();
    }
}

static void begin_lenders(world *w, size_t n)
{
    anc_err err = {0};
    for (; n > 0; n--)
        ASSERT_OK(os_thread_start("lender", lend, w, &w->lenders[w->n_lenders++], &err), &err);
}

static void init(world *w, size_t lenders)
{
    *w = (world){.hands = inf_hands_new()};
    assert_non_null(w->hands);
    inf_hands_open(w->hands);
    begin_lenders(w, lenders);
}

static void done(world *w)
{
    inf_hands_close(w->hands);
    atomic_store(&w->over, true);
    for (size_t i = 0; i < w->n_lenders; i++)
        os_thread_join(w->lenders[i]);
    assert_int_equal(atomic_load(&w->wrong), 0);
    inf_hands_free(w->hands);
}

static void wait_for_another(world *w)
{
    const int64_t until = os_mono_ns() + INT64_C(1000000000) * DEADLINE_S;
    while (atomic_load(&w->begun_by_others) == 0 && os_mono_ns() < until)
        (void)sched_yield();
}

static void part(void *arg, size_t from, size_t to, unsigned hand)
{
    world *w = arg;
    const bool bad = hand >= INF_HANDS_MOST || from % w->unit != 0 || from >= to || to > w->n ||
                     atomic_fetch_add(&w->busy[hand % INF_HANDS_MOST], 1) != 0;
    (void)atomic_fetch_add(&w->wrong, bad);
    for (size_t i = from; i < to; i++)
        w->ran[i]++;
    if (hand == 0 && w->late > 0) {
        begin_lenders(w, w->late);
        w->late = 0;
    }
    if (hand != 0) {
        (void)atomic_fetch_add(&w->begun_by_others, 1);
        if (w->idle_ns > 0)
            os_sleep_ns(w->idle_ns);
    } else if (w->waits) {
        wait_for_another(w);
    }
    (void)atomic_fetch_add(&w->done, 1);
    (void)atomic_fetch_sub(&w->busy[hand % INF_HANDS_MOST], 1);
}

static void share(world *w, size_t n, size_t unit)
{
    w->n = n;
    w->unit = unit;
    for (size_t i = 0; i < n; i++)
        w->ran[i] = 0;
    inf_hands_share(w->hands, n, unit, part, w);
    for (size_t i = 0; i < n; i++)
        if (w->ran[i] != 1)
            fail_msg("%zu of %zu in units of %zu ran %u times", i, n, unit, w->ran[i]);
}

static void alone_a_loop_is_one_part(void **state)
{
    (void)state;
    world w;
    init(&w, 0);
    inf_hands_close(w.hands);
    share(&w, 7, 1);
    assert_int_equal(atomic_load(&w.done), 1);
    inf_hands_share(NULL, 5, 1, part, &w);
    assert_int_equal(atomic_load(&w.done), 2);
    inf_hands_open(w.hands);
    share(&w, 3, 4); /* no more than a unit */
    assert_int_equal(atomic_load(&w.done), 3);
    done(&w);
}

/* Who was called and does not come is not waited for. */
static void nobody_comes(void **state)
{
    (void)state;
    world w;
    init(&w, 0);
    share(&w, 9, 2);
    assert_int_equal(atomic_load(&w.begun_by_others), 0);
    done(&w);
}

static void each_part_runs_once(void **state)
{
    (void)state;
    enum { LOOPS = 4000 };
    for (size_t lenders = 1; lenders <= LENDERS; lenders++) {
        world w;
        init(&w, lenders);
        for (size_t i = 0; i < LOOPS; i++)
            share(&w, 1 + i % MOST, 1 + i / MOST % 5);
        w.waits = true;
        share(&w, MOST, 1);
        assert_true(atomic_load(&w.begun_by_others) > 0);
        done(&w);
    }
}

static void who_comes_late_takes_what_is_left(void **state)
{
    (void)state;
    world w;
    init(&w, 0);
    w.waits = true;
    w.late = 1;
    share(&w, 8, 1);
    assert_true(atomic_load(&w.begun_by_others) > 0);
    done(&w);
}

/* The leader sleeps meanwhile, and is woken. */
static void what_was_begun_is_waited_for(void **state)
{
    (void)state;
    enum { LOOPS = 5, IDLE_NS = 3000000 };
    world w;
    init(&w, 2);
    w.idle_ns = IDLE_NS;
    w.waits = true;
    for (size_t i = 0; i < LOOPS; i++) {
        atomic_store(&w.begun_by_others, 0);
        share(&w, MOST, 1);
        assert_true(atomic_load(&w.begun_by_others) > 0);
    }
    done(&w);
}

static void nobody_stays_for_nothing(void **state)
{
    (void)state;
    inf_hands *h = inf_hands_new();
    assert_non_null(h);
    assert_true(inf_hands_lend(h)); /* closed */
    inf_hands_open(h);
    const int64_t start = os_mono_ns();
    assert_false(inf_hands_lend(h)); /* nothing to do */
    assert_true(os_mono_ns() - start < INT64_C(1000000000) * DEADLINE_S);
    inf_hands_close(h);
    assert_true(inf_hands_lend(h));
    inf_hands_free(h);
    inf_hands_free(NULL);
}

/* More threads than there are numbers. */
static void no_more_than_there_is_room_for(void **state)
{
    (void)state;
    enum { LOOPS = 2000 };
    world w;
    anc_err err = {0};
    os_thread *one_more;
    init(&w, LENDERS);
    ASSERT_OK(os_thread_start("lender", lend, &w, &one_more, &err), &err);
    for (size_t i = 0; i < LOOPS; i++)
        share(&w, MOST, 1);
    atomic_store(&w.over, true);
    inf_hands_close(w.hands);
    os_thread_join(one_more);
    done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_a_loop_is_one_part),
        cmocka_unit_test(nobody_comes),
        cmocka_unit_test(each_part_runs_once),
        cmocka_unit_test(who_comes_late_takes_what_is_left),
        cmocka_unit_test(what_was_begun_is_waited_for),
        cmocka_unit_test(nobody_stays_for_nothing),
        cmocka_unit_test(no_more_than_there_is_room_for),
    };
    return cmocka_run_group_tests_name("hands", tests, NULL, NULL);
}
