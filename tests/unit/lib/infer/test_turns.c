/* test_turns.c - whose work runs next: a double writes down every step, and steps wait until the test lets them go. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "infer/turns.h"
#include "os/clock.h"
#include "support/test.h"

enum { PIECES = 4, TRACE = 4096, FREE = 1 << 20, WEIGHT = 100, DEADLINE_S = 60 };

/* ---- the double ------------------------------------------------------------------------------------ */

typedef struct world {
    inf_turns *turns;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char trace[TRACE]; /* "A0 BC1 ": names and number of each step as it began */
    size_t len;
    unsigned steps_left; /* that may end; FREE: all */
    unsigned in_step, begun, ended;
    bool no_memory;
    int selves[2];
} world;

typedef struct item {
    world *w;
    char name;
    unsigned steps;  /* that it takes */
    unsigned may_do; /* so many may end; FREE: all */
    unsigned given;
} item;

typedef struct double_batch {
    item *items[INF_JOINED_MOST];
    size_t n;
    unsigned step;
} double_batch;

static world *w_now;

static void *begin(void *self, void *const *pieces, size_t n)
{
    world *w = w_now;
    double_batch *b = calloc(1, sizeof *b);
    (void)self;
    assert_non_null(b);
    for (size_t i = 0; i < n; i++)
        b->items[i] = pieces[i];
    b->n = n;
    (void)pthread_mutex_lock(&w->mutex);
    const bool no_memory = w->no_memory;
    w->begun += !no_memory;
    (void)pthread_mutex_unlock(&w->mutex);
    if (!no_memory)
        return b;
    free(b);
    return NULL;
}

/* What a batch has of its pieces it takes when it begins: those that left may be gone by the next step. */
static bool step(void *self, void *batch, inf_hands *hands)
{
    world *w = w_now;
    double_batch *b = batch;
    (void)self;
    (void)hands;
    (void)pthread_mutex_lock(&w->mutex);
    for (size_t i = 0; i < b->n && w->len < TRACE - 16; i++)
        w->trace[w->len++] = b->items[i]->name;
    if (w->len < TRACE - 16)
        w->len += (size_t)snprintf(w->trace + w->len, TRACE - w->len, "%u ", b->step);
    w->in_step++;
    (void)pthread_cond_broadcast(&w->changed);
    item *first = b->items[0];
    while (first->may_do == 0)
        (void)pthread_cond_wait(&w->changed, &w->mutex);
    if (first->may_do != FREE)
        first->may_do--;
    w->in_step--;
    const bool last = ++b->step == first->steps;
    (void)pthread_mutex_unlock(&w->mutex);
    return last;
}

static void give(void *self, void *batch, size_t i, void *piece)
{
    const double_batch *b = batch;
    item *it = piece;
    (void)self;
    assert_ptr_equal(b->items[i], it);
    (void)pthread_mutex_lock(&w_now->mutex);
    it->given++;
    (void)pthread_mutex_unlock(&w_now->mutex);
}

static void end(void *self, void *batch)
{
    (void)self;
    (void)pthread_mutex_lock(&w_now->mutex);
    w_now->ended++;
    (void)pthread_mutex_unlock(&w_now->mutex);
    free(batch);
}

/* ---- callers ---------------------------------------------------------------------------------------- */

/* Items live as long as the test: the double looks at those that left, the encoder does not. */
typedef struct job {
    world *w;
    inf_urgency urgency;
    item items[PIECES];
    size_t n, weight;
    int *self;
    atomic_bool cancelled, returned;
    anc_status status;
    anc_err err;
    os_thread *thread;
} job;

static anc_status is_cancelled(void *arg)
{
    job *j = arg;
    return atomic_load(&j->cancelled) ? ANC_FAIL(&j->err, ANC_CANCELLED, "the caller left")
                                      : ANC_OK;
}

static void run(void *arg)
{
    job *j = arg;
    inf_piece pieces[PIECES];
    const inf_turn turn = {j->w->turns, j->urgency, {is_cancelled, j}};
    const inf_runner runner = {j->self, WEIGHT, begin, step, give, end};
    for (size_t i = 0; i < j->n; i++)
        pieces[i] = (inf_piece){&j->items[i], j->weight};
    j->status = inf_turns_run(&turn, &runner, pieces, j->n, &j->err);
    atomic_store(&j->returned, true);
}

/* One piece a letter of `names`. */
static job *make_job(world *w, const char *names, inf_urgency urgency, unsigned steps,
                     unsigned may_do)
{
    job *j = calloc(1, sizeof *j);
    assert_non_null(j);
    *j = (job){.w = w, .urgency = urgency, .n = strlen(names), .weight = 40, .self = w->selves};
    assert_true(j->n <= PIECES);
    for (size_t i = 0; i < j->n; i++)
        j->items[i] = (item){.w = w, .name = names[i], .steps = steps, .may_do = may_do};
    return j;
}

static void start(job *j)
{
    anc_err err = {0};
    ASSERT_OK(os_thread_start("caller", run, j, &j->thread, &err), &err);
}

static anc_status finish(job *j)
{
    os_thread_join(j->thread);
    const anc_status status = j->status;
    free(j);
    return status;
}

static job *started(world *w, const char *names, inf_urgency urgency, unsigned steps,
                    unsigned may_do)
{
    job *j = make_job(w, names, urgency, steps, may_do);
    start(j);
    return j;
}

static bool let(job *j, unsigned steps)
{
    (void)pthread_mutex_lock(&j->w->mutex);
    for (size_t i = 0; i < j->n; i++)
        j->items[i].may_do = steps;
    (void)pthread_cond_broadcast(&j->w->changed);
    (void)pthread_mutex_unlock(&j->w->mutex);
    return true;
}

static void init(world *w, unsigned at_once, size_t most, os_pool *pool)
{
    anc_err err = {0};
    *w = (world){0};
    (void)pthread_mutex_init(&w->mutex, NULL);
    (void)pthread_cond_init(&w->changed, NULL);
    const inf_turns_options options = {.at_once = at_once, .most_calls = most, .pool = pool};
    ASSERT_OK(inf_turns_open(&options, &w->turns, &err), &err);
    w_now = w;
}

static void done(world *w)
{
    const inf_turns_stats stats = inf_turns_about(w->turns);
    for (size_t u = 0; u < INF_URGENCIES; u++) {
        assert_int_equal(stats.of[u].calls, 0);
        assert_int_equal(stats.of[u].pieces, 0);
        assert_int_equal(stats.of[u].runs, 0);
    }
    assert_int_equal(w->begun, w->ended);
    inf_turns_free(w->turns);
    (void)pthread_cond_destroy(&w->changed);
    (void)pthread_mutex_destroy(&w->mutex);
}

/* ---- waiting for what is sure to come ---------------------------------------------------------------- */

static bool trace_has(world *w, const char *what)
{
    (void)pthread_mutex_lock(&w->mutex);
    const bool has = strstr(w->trace, what) != NULL;
    (void)pthread_mutex_unlock(&w->mutex);
    return has;
}

#define AWAIT(what)                                                              \
    do {                                                                         \
        const int64_t until_ = os_mono_ns() + INT64_C(1000000000) * DEADLINE_S;  \
        while (!(what)) {                                                        \
            if (os_mono_ns() > until_)                                           \
                fail_msg("line %d: still not %s; %s", __LINE__, #what, w.trace); \
            os_sleep_ns(200000);                                                 \
        }                                                                        \
    } while (0)

static size_t waiting(const world *w, inf_urgency u)
{
    return inf_turns_about(w->turns).of[u].pieces;
}

/* ---- tests ------------------------------------------------------------------------------------------- */

static void a_question_begins_beside_a_passage_and_that_gives_way(void **state)
{
    (void)state;
    world w;
    init(&w, 1, 9, NULL);
    job *p = started(&w, "P", INF_WHEN_FREE, 3, 0);
    AWAIT(trace_has(&w, "P0 "));
    job *r = started(&w, "R", INF_WHEN_FREE, 1, FREE);
    AWAIT(waiting(&w, INF_WHEN_FREE) == 1);
    job *q = started(&w, "Q", INF_AT_ONCE, 2, 0);
    AWAIT(trace_has(&w, "Q0 "));
    (void)let(p, 1);
    AWAIT(inf_turns_about(w.turns).of[INF_WHEN_FREE].gave_way == 1);
    (void)let(p, FREE);
    assert_string_equal(w.trace, "P0 Q0 ");
    (void)let(q, FREE);
    assert_int_equal(finish(q), ANC_OK);
    assert_int_equal(finish(p), ANC_OK);
    assert_int_equal(finish(r), ANC_OK);
    assert_string_equal(w.trace, "P0 Q0 Q1 P1 P2 R0 ");
    done(&w);
}

static void a_question_needs_nothing_of_a_passage(void **state)
{
    (void)state;
    world w;
    init(&w, 1, 9, NULL);
    job *p = started(&w, "P", INF_WHEN_FREE, 2, 0);
    AWAIT(trace_has(&w, "P0 "));
    job *s = started(&w, "S", INF_SOON, 2, 0);
    AWAIT(trace_has(&w, "S0 "));
    assert_int_equal(finish(started(&w, "Q", INF_AT_ONCE, 3, FREE)), ANC_OK);
    assert_string_equal(w.trace, "P0 S0 Q0 Q1 Q2 ");
    (void)let(p, FREE);
    (void)let(s, FREE);
    assert_int_equal(finish(s), ANC_OK);
    assert_int_equal(finish(p), ANC_OK);
    done(&w);
}

static void what_waits_together_is_joined(void **state)
{
    (void)state;
    world w;
    init(&w, 1, 9, NULL);
    job *a = started(&w, "A", INF_AT_ONCE, 1, 0);
    AWAIT(trace_has(&w, "A0 "));
    job *others[4];
    for (size_t i = 0; i < 4; i++) {
        others[i] = make_job(&w, (const char *const[]){"B", "E", "C", "D"}[i], INF_AT_ONCE, 1, 1);
        others[i]->self = &w.selves[i == 1];
        start(others[i]);
        AWAIT(waiting(&w, INF_AT_ONCE) == i + 1);
    }
    (void)let(a, FREE);
    assert_int_equal(finish(a), ANC_OK);
    for (size_t i = 0; i < 4; i++) {
        AWAIT(atomic_load(&others[i]->returned));
        assert_int_equal(others[i]->items[0].given, 1);
        assert_int_equal(finish(others[i]), ANC_OK);
    }
    assert_string_equal(w.trace, "A0 BC0 E0 D0 ");
    assert_int_equal(inf_turns_about(w.turns).of[INF_AT_ONCE].joined, 1);
    done(&w);
}

/* Whether the caller drives the batch or another does. */
static void who_leaves_a_batch_leaves_the_others_theirs(void **state)
{
    (void)state;
    enum { MANY_STEPS = 20000 }; /* more than there is time to leave in */
    for (size_t who = 0; who < 3; who++) {
        world w;
        init(&w, 1, 9, NULL);
        job *a = started(&w, "A", INF_AT_ONCE, 1, 0);
        AWAIT(trace_has(&w, "A0 "));
        job *b = started(&w, "B", INF_AT_ONCE, MANY_STEPS, 0);
        AWAIT(waiting(&w, INF_AT_ONCE) == 1);
        job *c = started(&w, "C", INF_AT_ONCE, MANY_STEPS, 0);
        AWAIT(waiting(&w, INF_AT_ONCE) == 2);
        (void)let(a, FREE);
        AWAIT(trace_has(&w, "BC0 "));
        atomic_store(&b->cancelled, who != 1);
        atomic_store(&c->cancelled, who != 0);
        AWAIT(let(b, 1) && (who == 1 || atomic_load(&b->returned)) &&
              (who == 0 || atomic_load(&c->returned)));
        (void)let(b, FREE);
        AWAIT(atomic_load(&b->returned) && atomic_load(&c->returned));
        assert_int_equal(b->items[0].given, who == 1);
        assert_int_equal(c->items[0].given, who == 0);
        os_thread_join(b->thread);
        os_thread_join(c->thread);
        assert_int_equal(b->status, who == 1 ? ANC_OK : ANC_CANCELLED);
        assert_int_equal(c->status, who == 0 ? ANC_OK : ANC_CANCELLED);
        free(b);
        free(c);
        assert_int_equal(finish(a), ANC_OK);
        done(&w);
    }
}

static void who_waits_may_leave(void **state)
{
    (void)state;
    world w;
    init(&w, 1, 9, NULL);
    job *a = started(&w, "A", INF_WHEN_FREE, 1, 0);
    AWAIT(trace_has(&w, "A0 "));
    job *b = started(&w, "BC", INF_WHEN_FREE, 1, FREE);
    AWAIT(waiting(&w, INF_WHEN_FREE) == 2);
    job *d = started(&w, "D", INF_WHEN_FREE, 1, FREE);
    AWAIT(waiting(&w, INF_WHEN_FREE) == 3);
    atomic_store(&b->cancelled, true);
    assert_int_equal(finish(b), ANC_CANCELLED);
    assert_int_equal(waiting(&w, INF_WHEN_FREE), 1);
    (void)let(a, FREE);
    assert_int_equal(finish(a), ANC_OK);
    assert_int_equal(finish(d), ANC_OK);
    assert_string_equal(w.trace, "A0 D0 ");
    done(&w);
}

static void too_many_are_refused(void **state)
{
    (void)state;
    world w;
    init(&w, 1, 2, NULL);
    job *a = started(&w, "A", INF_AT_ONCE, 1, 0);
    AWAIT(trace_has(&w, "A0 "));
    job *b = started(&w, "B", INF_AT_ONCE, 1, FREE);
    AWAIT(waiting(&w, INF_AT_ONCE) == 1);
    job *c = started(&w, "C", INF_AT_ONCE, 1, FREE);
    os_thread_join(c->thread);
    assert_int_equal(c->status, ANC_UNAVAILABLE);
    assert_string_equal(c->err.text, "2 calls wait for the encoder already");
    free(c);
    job *p = started(&w, "P", INF_WHEN_FREE, 1, FREE);
    (void)let(a, FREE);
    assert_int_equal(finish(a), ANC_OK);
    assert_int_equal(finish(b), ANC_OK);
    assert_int_equal(finish(p), ANC_OK);
    done(&w);
}

static void a_stop_lets_all_go(void **state)
{
    (void)state;
    world w;
    init(&w, 1, 9, NULL);
    job *a = started(&w, "A", INF_WHEN_FREE, 2, 0);
    AWAIT(trace_has(&w, "A0 "));
    job *b = started(&w, "B", INF_WHEN_FREE, 1, FREE);
    AWAIT(waiting(&w, INF_WHEN_FREE) == 1);
    inf_turns_stop(w.turns);
    assert_int_equal(finish(b), ANC_CANCELLED);
    (void)let(a, 1);
    assert_int_equal(finish(a), ANC_CANCELLED);
    assert_int_equal(finish(started(&w, "C", INF_AT_ONCE, 1, FREE)), ANC_CANCELLED);
    inf_turns_stop(w.turns);
    assert_string_equal(w.trace, "A0 ");
    done(&w);
}

/* Questions that are always there, one running and one that waits. */
static void passages_are_not_starved(void **state)
{
    (void)state;
    enum { QUESTIONS = 2 * INF_PASSED_OVER_MOST + 1 };
    world w;
    char name[2] = "a";
    init(&w, 1, 9, NULL);
    job *q = started(&w, "-", INF_AT_ONCE, 1, 0);
    AWAIT(trace_has(&w, "-0 "));
    job *p = started(&w, "P", INF_WHEN_FREE, 3, FREE);
    AWAIT(waiting(&w, INF_WHEN_FREE) == 1);
    for (unsigned i = 1; i < QUESTIONS; i++, name[0]++) {
        const char step_of_it[] = {name[0], '0', ' ', '\0'};
        job *next = started(&w, name, INF_AT_ONCE, 1, 0);
        AWAIT(waiting(&w, INF_AT_ONCE) == 1);
        (void)let(q, FREE);
        assert_int_equal(finish(q), ANC_OK);
        AWAIT(trace_has(&w, step_of_it));
        q = next;
        if (i < INF_PASSED_OVER_MOST)
            assert_false(trace_has(&w, "P"));
        if (i == INF_PASSED_OVER_MOST)
            AWAIT(inf_turns_about(w.turns).of[INF_WHEN_FREE].gave_way == 1);
        if (i >= INF_PASSED_OVER_MOST && i < 2 * INF_PASSED_OVER_MOST)
            assert_false(trace_has(&w, "P1 "));
    }
    AWAIT(inf_turns_about(w.turns).of[INF_WHEN_FREE].gave_way == 2);
    assert_false(trace_has(&w, "P2 "));
    (void)let(q, FREE);
    assert_int_equal(finish(q), ANC_OK);
    assert_int_equal(finish(p), ANC_OK);
    done(&w);
}

static void without_memory_all_of_a_batch_are_told(void **state)
{
    (void)state;
    world w;
    init(&w, 1, 9, NULL);
    w.no_memory = true;
    job *j = started(&w, "AB", INF_SOON, 1, FREE);
    os_thread_join(j->thread);
    assert_int_equal(j->status, ANC_NO_MEMORY);
    assert_int_equal(j->items[0].given + j->items[1].given, 0);
    free(j);
    done(&w);
}

static void set(void *arg)
{
    atomic_store((atomic_bool *)arg, true);
}

static void a_pool_helps_while_it_has_no_tasks(void **state)
{
    (void)state;
    world w;
    os_pool *pool;
    anc_err err = {0};
    atomic_bool ran = false;
    ASSERT_OK(os_pool_open("helpers", 2, 8, &pool, &err), &err);
    init(&w, 3, 9, pool);
    job *j = make_job(&w, "ABC", INF_WHEN_FREE, 4, 0);
    j->weight = WEIGHT;
    start(j);
    AWAIT(trace_has(&w, "A0 ") && trace_has(&w, "B0 ") && trace_has(&w, "C0 "));
    ASSERT_OK(os_pool_submit(pool, set, &ran, &err), &err);
    (void)let(j, 1);
    AWAIT(atomic_load(&ran));
    (void)let(j, FREE);
    assert_int_equal(finish(j), ANC_OK);
    os_pool_stop(pool);
    done(&w);
    os_pool_free(pool);
}

static void turns_need_room(void **state)
{
    (void)state;
    anc_err err = {0};
    inf_turns *turns = NULL;
    assert_int_equal(inf_turns_open(&(inf_turns_options){0}, &turns, &err), ANC_INVALID);
    assert_null(turns);
    inf_turns_free(NULL);
    inf_turns_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_begins_beside_a_passage_and_that_gives_way),
        cmocka_unit_test(a_question_needs_nothing_of_a_passage),
        cmocka_unit_test(what_waits_together_is_joined),
        cmocka_unit_test(who_leaves_a_batch_leaves_the_others_theirs),
        cmocka_unit_test(who_waits_may_leave),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(a_stop_lets_all_go),
        cmocka_unit_test(passages_are_not_starved),
        cmocka_unit_test(without_memory_all_of_a_batch_are_told),
        cmocka_unit_test(a_pool_helps_while_it_has_no_tasks),
        cmocka_unit_test(turns_need_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
