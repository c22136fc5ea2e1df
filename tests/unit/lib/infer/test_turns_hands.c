/* test_turns_hands.c - which threads of a pool take part in a question, and when they do not. */
#include <stdatomic.h>
#include <stdlib.h>

#include "infer/turns.h"
#include "os/clock.h"
#include "support/test.h"

enum { PARTS = 8, DEADLINE_S = 60 };

typedef struct world {
    os_pool *pool;
    inf_turns *turns;
    atomic_bool waits_for_help; /* the leader of a loop, until another has taken part */
    atomic_uint by_others;      /* parts of loops */
    atomic_uint alone;          /* steps that have no hands */
} world;

/* One piece of work, and who wants it. */
typedef struct job {
    world *w;
    inf_urgency urgency;
    unsigned steps;   /* that it takes; 0: without end */
    atomic_bool held; /* in its step */
    atomic_bool cancelled;
    atomic_uint done; /* steps that began */
    anc_status status;
    os_thread *thread;
} job;

#define AWAIT(what)                                                             \
    do {                                                                        \
        const int64_t until_ = os_mono_ns() + INT64_C(1000000000) * DEADLINE_S; \
        while (!(what)) {                                                       \
            if (os_mono_ns() > until_)                                          \
                fail_msg("line %d: still not %s", __LINE__, #what);             \
            os_sleep_ns(200000);                                                \
        }                                                                       \
    } while (0)

static void part(void *arg, size_t from, size_t to, unsigned hand)
{
    world *w = arg;
    const int64_t until = os_mono_ns() + INT64_C(1000000000) * DEADLINE_S;
    if (hand != 0)
        (void)atomic_fetch_add(&w->by_others, (unsigned)(to - from));
    while (hand == 0 && atomic_load(&w->waits_for_help) && atomic_load(&w->by_others) == 0 &&
           os_mono_ns() < until)
        os_sleep_ns(10000);
}

static void *begin(void *self, void *const *pieces, size_t n)
{
    (void)self;
    assert_int_equal(n, 1);
    return pieces[0];
}

static bool step(void *self, void *batch, inf_hands *hands)
{
    job *j = batch;
    (void)self;
    (void)atomic_fetch_add(&j->w->alone, hands == NULL);
    const unsigned done = atomic_fetch_add(&j->done, 1) + 1;
    inf_hands_share(hands, PARTS, 1, part, j->w);
    while (atomic_load(&j->held))
        os_sleep_ns(200000);
    return done == j->steps;
}

static void give(void *self, void *batch, size_t i, void *piece)
{
    (void)self;
    (void)i;
    assert_ptr_equal(batch, piece);
}

static void end(void *self, void *batch)
{
    (void)self;
    (void)batch;
}

static anc_status is_cancelled(void *arg)
{
    return atomic_load(&((job *)arg)->cancelled) ? ANC_CANCELLED : ANC_OK;
}

static void run(void *arg)
{
    job *j = arg;
    const inf_turn turn = {j->w->turns, j->urgency, {is_cancelled, j}};
    const inf_runner runner = {j->w, 1, begin, step, give, end};
    const inf_piece piece = {j, 1};
    j->status = inf_turns_run(&turn, &runner, &piece, 1, NULL);
}

static void start(job *j)
{
    anc_err err = {0};
    ASSERT_OK(os_thread_start("caller", run, j, &j->thread, &err), &err);
}

static anc_status finish(job *j)
{
    os_thread_join(j->thread);
    return j->status;
}

static anc_status run_one(world *w, inf_urgency urgency, unsigned steps)
{
    job j = {.w = w, .urgency = urgency, .steps = steps};
    start(&j);
    return finish(&j);
}

static void init(world *w, unsigned at_once, unsigned threads)
{
    anc_err err = {0};
    *w = (world){0};
    ASSERT_OK(os_pool_open("helpers", threads, 8, &w->pool, &err), &err);
    const inf_turns_options options = {.at_once = at_once, .most_calls = 9, .pool = w->pool};
    ASSERT_OK(inf_turns_open(&options, &w->turns, &err), &err);
}

static void done(world *w)
{
    os_pool_stop(w->pool);
    assert_int_equal(inf_turns_about(w->turns).lent, 0);
    inf_turns_free(w->turns);
    os_pool_free(w->pool);
}

static void a_question_is_helped_by_who_has_time(void **state)
{
    (void)state;
    world w;
    init(&w, 2, 2);
    atomic_store(&w.waits_for_help, true);
    assert_int_equal(run_one(&w, INF_AT_ONCE, 3), ANC_OK);
    assert_true(atomic_load(&w.by_others) > 0);
    assert_true(inf_turns_about(w.turns).was_lent > 0);
    assert_int_equal(atomic_load(&w.alone), 0);
    AWAIT(inf_turns_about(w.turns).lent == 0);
    done(&w);
}

static void a_passage_is_not_helped(void **state)
{
    (void)state;
    world w;
    init(&w, 2, 2);
    assert_int_equal(run_one(&w, INF_WHEN_FREE, 3), ANC_OK);
    assert_int_equal(run_one(&w, INF_SOON, 3), ANC_OK);
    assert_int_equal(atomic_load(&w.alone), 6);
    assert_int_equal(inf_turns_about(w.turns).was_lent, 0);
    done(&w);
}

static void nobody_helps_where_a_passage_has_the_other_core(void **state)
{
    (void)state;
    enum { STEPS = 50 };
    world w;
    init(&w, 2, 2);
    job passage = {.w = &w, .urgency = INF_WHEN_FREE, .steps = 1, .held = true};
    start(&passage);
    AWAIT(atomic_load(&passage.done) == 1);
    assert_int_equal(run_one(&w, INF_AT_ONCE, STEPS), ANC_OK);
    atomic_store(&passage.held, false);
    assert_int_equal(finish(&passage), ANC_OK);
    assert_int_equal(inf_turns_about(w.turns).was_lent, 0);
    done(&w);
}

static void nobody_helps_where_there_is_one_core(void **state)
{
    (void)state;
    enum { STEPS = 50 };
    world w;
    init(&w, 1, 2);
    assert_int_equal(run_one(&w, INF_AT_ONCE, STEPS), ANC_OK);
    assert_int_equal(atomic_load(&w.alone), STEPS);
    done(&w);
}

static void sleep_until_set(void *arg)
{
    const int64_t until = os_mono_ns() + INT64_C(1000000000) * DEADLINE_S;
    while (!atomic_load((atomic_bool *)arg) && os_mono_ns() < until)
        os_sleep_ns(200000);
}

/* A question does not wait for a pool that is busy. */
static void who_is_busy_does_not_help(void **state)
{
    (void)state;
    enum { STEPS = 50 };
    world w;
    anc_err err = {0};
    atomic_bool over = false;
    init(&w, 2, 1);
    ASSERT_OK(os_pool_submit(w.pool, sleep_until_set, &over, &err), &err);
    AWAIT(os_pool_queued(w.pool) == 0);
    assert_int_equal(run_one(&w, INF_AT_ONCE, STEPS), ANC_OK);
    assert_int_equal(inf_turns_about(w.turns).was_lent, 0);
    atomic_store(&over, true);
    done(&w);
}

static void set(void *arg)
{
    atomic_store((atomic_bool *)arg, true);
}

/* For a task of the pool, while the question goes on. */
static void who_helps_leaves_for_a_task(void **state)
{
    (void)state;
    world w;
    anc_err err = {0};
    atomic_bool ran = false;
    init(&w, 2, 1);
    job question = {.w = &w, .urgency = INF_AT_ONCE};
    start(&question);
    AWAIT(atomic_load(&w.by_others) > 0);
    ASSERT_OK(os_pool_submit(w.pool, set, &ran, &err), &err);
    AWAIT(atomic_load(&ran));
    atomic_store(&question.cancelled, true);
    assert_int_equal(finish(&question), ANC_CANCELLED);
    done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_helped_by_who_has_time),
        cmocka_unit_test(a_passage_is_not_helped),
        cmocka_unit_test(nobody_helps_where_a_passage_has_the_other_core),
        cmocka_unit_test(nobody_helps_where_there_is_one_core),
        cmocka_unit_test(who_is_busy_does_not_help),
        cmocka_unit_test(who_helps_leaves_for_a_task),
    };
    return cmocka_run_group_tests_name("hands in turn", tests, NULL, NULL);
}
