/* test_turns_crowd.c - many callers at random: each gets what it asks for, once, and no more runs at once than may. */
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "infer/turns.h"
#include "os/thread.h"
#include "support/test.h"

enum { PIECES = 4, WEIGHT = 100, THREADS = 6, CALLS = 80, AT_ONCE = 2, PARTS = 9 };

typedef struct crowd {
    inf_turns *turns;
    int self;
    atomic_uint running[INF_URGENCIES], begun, ended, wrong;
    atomic_uint asked, shared; /* parts of loops that questions share out */
} crowd;

typedef struct thing {
    crowd *crowd;
    inf_urgency urgency;
    unsigned steps, given;
} thing;

typedef struct things {
    crowd *crowd;
    inf_urgency urgency;
    unsigned left;
} things;

static void *begin_things(void *self, void *const *pieces, size_t n)
{
    things *b = calloc(1, sizeof *b);
    (void)self;
    assert_non_null(b);
    const thing *first = pieces[0];
    *b = (things){first->crowd, first->urgency, 0};
    for (size_t i = 0; i < n; i++) {
        const thing *t = pieces[i];
        atomic_fetch_add(&b->crowd->wrong, t->urgency != b->urgency);
        b->left = t->steps > b->left ? t->steps : b->left;
    }
    atomic_fetch_add(&b->crowd->begun, 1);
    return b;
}

static void share_thing(void *arg, size_t from, size_t to, unsigned hand)
{
    things *b = arg;
    (void)atomic_fetch_add(&b->crowd->wrong, hand >= INF_HANDS_MOST);
    (void)atomic_fetch_add(&b->crowd->shared, (unsigned)(to - from));
}

static bool step_things(void *self, void *batch, inf_hands *hands)
{
    things *b = batch;
    (void)self;
    atomic_uint *running = &b->crowd->running[b->urgency];
    atomic_fetch_add(&b->crowd->wrong, atomic_fetch_add(running, 1) >= AT_ONCE);
    atomic_fetch_add(&b->crowd->wrong, hands != NULL && b->urgency != INF_AT_ONCE);
    atomic_fetch_add(&b->crowd->asked, PARTS);
    inf_hands_share(hands, PARTS, 1, share_thing, b);
    (void)sched_yield();
    atomic_fetch_sub(running, 1);
    return --b->left == 0;
}

static void give_thing(void *self, void *batch, size_t i, void *piece)
{
    (void)self;
    (void)batch;
    (void)i;
    ((thing *)piece)->given++;
}

static void end_things(void *self, void *batch)
{
    (void)self;
    atomic_fetch_add(&((things *)batch)->crowd->ended, 1);
    free(batch);
}

typedef struct person {
    crowd *crowd;
    uint64_t state;
    os_thread *thread;
    unsigned patience;
    unsigned well, left;
} person;

static unsigned below(person *p, unsigned n)
{
    p->state = p->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(p->state >> 33) % n;
}

static anc_status is_impatient(void *arg)
{
    person *p = arg;
    return p->patience-- == 0 ? ANC_CANCELLED : ANC_OK;
}

static void one_call(person *p)
{
    thing all[PIECES];
    inf_piece pieces[PIECES];
    const size_t n = 1 + below(p, PIECES);
    const inf_urgency urgency = (inf_urgency)below(p, INF_URGENCIES);
    const inf_turn turn = {p->crowd->turns, urgency, {is_impatient, p}};
    const inf_runner runner = {&p->crowd->self, WEIGHT,     begin_things,
                               step_things,     give_thing, end_things};
    p->patience = below(p, 4) == 0 ? below(p, 6) : 1000000;
    for (size_t i = 0; i < n; i++) {
        all[i] = (thing){p->crowd, urgency, 1 + below(p, 5), 0};
        pieces[i] = (inf_piece){&all[i], 1 + below(p, WEIGHT)};
    }
    const anc_status status = inf_turns_run(&turn, &runner, pieces, n, NULL);
    for (size_t i = 0; i < n; i++)
        atomic_fetch_add(&p->crowd->wrong,
                         all[i].given > 1 || (status == ANC_OK && all[i].given != 1));
    p->well += status == ANC_OK;
    p->left += status == ANC_CANCELLED;
}

static void live(void *arg)
{
    person *p = arg;
    for (size_t i = 0; i < CALLS; i++)
        one_call(p);
}

static void a_crowd_gets_what_it_asks_for(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        crowd c = {0};
        person people[THREADS] = {0};
        anc_err err = {0};
        os_pool *pool;
        unsigned told = 0;
        ASSERT_OK(os_pool_open("helpers", 1, 8, &pool, &err), &err);
        const inf_turns_options options = {.at_once = AT_ONCE, .most_calls = 99, .pool = pool};
        ASSERT_OK(inf_turns_open(&options, &c.turns, &err), &err);
        for (size_t i = 0; i < THREADS; i++) {
            people[i] = (person){.crowd = &c, .state = seed * 1000 + i};
            ASSERT_OK(os_thread_start("person", live, &people[i], &people[i].thread, &err), &err);
        }
        for (size_t i = 0; i < THREADS; i++) {
            os_thread_join(people[i].thread);
            told += people[i].well + people[i].left;
        }
        os_pool_stop(pool);
        const inf_turns_stats stats = inf_turns_about(c.turns);
        if (told != THREADS * CALLS || atomic_load(&c.wrong) != 0 ||
            atomic_load(&c.begun) != atomic_load(&c.ended) ||
            atomic_load(&c.asked) != atomic_load(&c.shared) || stats.lent != 0 ||
            stats.of[0].calls != 0 || stats.of[1].runs != 0 || stats.of[2].pieces != 0)
            fail_msg("seed %llu: %u told, %u wrong, %u begun, %u ended", (unsigned long long)seed,
                     told, atomic_load(&c.wrong), atomic_load(&c.begun), atomic_load(&c.ended));
        inf_turns_free(c.turns);
        os_pool_free(pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_gets_what_it_asks_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
