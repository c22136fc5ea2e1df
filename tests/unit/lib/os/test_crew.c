/* test_crew.c - threads that come and go one by one, and all stop together. */
#include <stdatomic.h>
#include <string.h>

#include "base/base.h"
#include "os/clock.h"
#include "os/crew.h"
#include "support/test.h"

typedef struct worker {
    os_member member;
    atomic_int turns, ends;
    int64_t every_ns; /* INT64_MAX: it sleeps until it is over */
} worker;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static os_crew crew;

static void work(void *owner)
{
    worker *w = owner;
    int64_t next_ns = w->every_ns == INT64_MAX ? INT64_MAX : 0;
    while (os_member_pause(&w->member, next_ns)) {
        atomic_fetch_add(&w->turns, 1);
        next_ns = os_mono_ns() + w->every_ns;
    }
    assert_true(os_member_over(&w->member));
    atomic_fetch_add(&w->ends, 1);
}

static int setup(void **state)
{
    (void)state;
    os_crew_init(&crew, &mutex, "test-crew");
    return 0;
}

static void make(worker *w, int64_t every_ns)
{
    *w = (worker){.every_ns = every_ns};
    os_member_init(&w->member, &crew, work, w);
}

static anc_status add(worker *w, anc_err *err)
{
    (void)pthread_mutex_lock(&mutex);
    const anc_status status = os_crew_add(&crew, &w->member, err);
    (void)pthread_mutex_unlock(&mutex);
    return status;
}

static void start(void)
{
    anc_err err = {0};
    (void)pthread_mutex_lock(&mutex);
    const anc_status status = os_crew_start(&crew, &err);
    (void)pthread_mutex_unlock(&mutex);
    ASSERT_OK(status, &err);
    assert_true(crew.running);
}

static void stop(void)
{
    os_leaving leaving;
    (void)pthread_mutex_lock(&mutex);
    os_crew_let_go(&crew, os_mono_ns(), &leaving);
    (void)pthread_mutex_unlock(&mutex);
    assert_int_equal(leaving.n, crew.n);
    os_leaving_join(&leaving);
    assert_false(crew.running);
}

static os_member *take_off(uint64_t id)
{
    (void)pthread_mutex_lock(&mutex);
    os_member *m = os_crew_take_off(&crew, id);
    (void)pthread_mutex_unlock(&mutex);
    return m;
}

static void wait_for_turns(worker *w, int turns)
{
    while (atomic_load(&w->turns) < turns)
        os_sleep_ns(1000000);
}

static void they_work_while_the_crew_runs(void **state)
{
    enum { EVERY_NS = 1000000 };
    (void)state;
    anc_err err = {0};
    worker early, late, asleep;
    make(&early, EVERY_NS);
    make(&late, EVERY_NS);
    make(&asleep, INT64_MAX);
    ASSERT_OK(add(&early, &err), &err);
    ASSERT_OK(add(&asleep, &err), &err);
    os_sleep_ns(5 * EVERY_NS);
    assert_int_equal(atomic_load(&early.turns), 0);
    start();
    wait_for_turns(&early, 3);
    ASSERT_OK(add(&late, &err), &err);
    wait_for_turns(&late, 3);
    stop();
    assert_int_equal(atomic_load(&early.ends) + atomic_load(&late.ends) + atomic_load(&asleep.ends),
                     3);
    assert_int_equal(atomic_load(&asleep.turns), 0);
    const int turns = atomic_load(&early.turns);
    start(); /* once more */
    wait_for_turns(&early, turns + 1);
    stop();
    assert_int_equal(atomic_load(&early.ends), 2);
    os_member_done(&early.member);
    os_member_done(&late.member);
    os_member_done(&asleep.member);
}

static void one_goes_and_the_others_stay(void **state)
{
    enum { N = 3 };
    (void)state;
    anc_err err = {0};
    worker workers[N];
    for (int i = 0; i < N; i++) {
        make(&workers[i], i == 1 ? INT64_MAX : 1000000);
        ASSERT_OK(add(&workers[i], &err), &err);
        assert_int_equal(workers[i].member.id, i + 1);
    }
    start();
    assert_null(take_off(0));
    assert_null(take_off(N + 1));
    os_member *m = take_off(2);
    assert_ptr_equal(m, &workers[1].member);
    assert_ptr_equal(m->owner, &workers[1]);
    os_member_join(m);
    assert_int_equal(atomic_load(&workers[1].ends), 1);
    assert_null(take_off(2));
    assert_int_equal(crew.n, 2);
    assert_ptr_equal(crew.list[0], &workers[0].member);
    assert_ptr_equal(crew.list[1], &workers[2].member);
    assert_false(os_member_over(&workers[0].member));
    wait_for_turns(&workers[2], atomic_load(&workers[2].turns) + 1);
    ASSERT_OK(add(&workers[1], &err), &err); /* a number is not given twice */
    assert_int_equal(workers[1].member.id, N + 1);
    stop();
    assert_null(crew.list[0]->thread);
    for (int i = 0; i < N; i++)
        os_member_done(&workers[i].member);
}

static void end_slowly(void *owner)
{
    worker *w = owner;
    while (os_member_pause(&w->member, INT64_MAX)) {
        /* until it is over */
    }
    os_sleep_ns(w->every_ns);
    atomic_fetch_add(&w->ends, 1);
}

/* Whoever takes it off may free it then, though another has its thread to join. */
static void one_goes_while_all_are_let_go(void **state)
{
    (void)state;
    anc_err err = {0};
    os_leaving leaving;
    worker w = {.every_ns = 50000000};
    os_member_init(&w.member, &crew, end_slowly, &w);
    ASSERT_OK(add(&w, &err), &err);
    start();
    (void)pthread_mutex_lock(&mutex);
    os_crew_let_go(&crew, os_mono_ns(), &leaving);
    (void)pthread_mutex_unlock(&mutex);
    os_member *m = take_off(w.member.id);
    assert_ptr_equal(m, &w.member);
    os_member_join(m);
    assert_int_equal(atomic_load(&w.ends), 1);
    os_member_done(m);
    memset(&w, 0xee, sizeof w);
    os_leaving_join(&leaving);
}

static void one_that_never_ran_goes(void **state)
{
    (void)state;
    anc_err err = {0};
    worker w;
    make(&w, INT64_MAX);
    ASSERT_OK(add(&w, &err), &err);
    os_member *m = take_off(1);
    assert_non_null(m);
    os_member_join(m);
    assert_int_equal(atomic_load(&w.ends), 0);
    os_member_done(m);
}

/* One that sleeps for ever looks again by itself: nobody calls. */
static void a_lost_wake_costs_a_slice(void **state)
{
    (void)state;
    anc_err err = {0};
    worker w;
    make(&w, INT64_MAX);
    ASSERT_OK(add(&w, &err), &err);
    start();
    (void)pthread_mutex_lock(&mutex);
    w.member.gone = true;
    (void)pthread_mutex_unlock(&mutex);
    os_member_join(&w.member);
    assert_int_equal(atomic_load(&w.ends), 1);
    assert_int_equal(atomic_load(&w.turns), 0);
    stop();
    os_member_done(&w.member);
}

static void there_is_no_room_for_all(void **state)
{
    static worker workers[OS_CREW_MAX + 1];
    (void)state;
    anc_err err = {0};
    for (int i = 0; i < OS_CREW_MAX; i++) {
        make(&workers[i], INT64_MAX);
        ASSERT_OK(add(&workers[i], &err), &err);
    }
    make(&workers[OS_CREW_MAX], INT64_MAX);
    assert_int_equal(add(&workers[OS_CREW_MAX], &err), ANC_LIMIT);
    assert_non_null(strstr(err.text, "64"));
    assert_int_equal(workers[OS_CREW_MAX].member.id, 0);
    start();
    stop();
    for (int i = 0; i <= OS_CREW_MAX; i++)
        os_member_done(&workers[i].member);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(they_work_while_the_crew_runs, setup),
        cmocka_unit_test_setup(one_goes_and_the_others_stay, setup),
        cmocka_unit_test_setup(one_goes_while_all_are_let_go, setup),
        cmocka_unit_test_setup(one_that_never_ran_goes, setup),
        cmocka_unit_test_setup(a_lost_wake_costs_a_slice, setup),
        cmocka_unit_test_setup(there_is_no_room_for_all, setup),
    };
    return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
