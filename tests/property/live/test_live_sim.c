/* test_live_sim.c - the live feed in seeded worlds: events come in bursts and again, watchers come, go,
 * change their minds, stop reading and are dropped; the loop is late.
 *
 * A watcher's socket is a queue that a step of its own empties. One whose event has stood in it for
 * 100 ms is dropped, as the edge does. What holds in every world, against a list of all that was
 * brought:
 *   - a watcher is given what fits its filter, each event once, in order, from where it came on;
 *   - nothing is left out, but what is counted as missed;
 *   - nobody is dropped for what another does;
 *   - at the end everybody who is there has everything.
 *
 * ANC_SIM_SEEDS says how many worlds, ANC_SIM_SEED runs one.
 */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/live_world.h"
#include "support/sim.h"

enum {
    SEEDS = 300,
    WATCHERS = 25,
    BROUGHT_MAX = 4000,
    SOCKET = 4096,
    ROUNDS = 60,
    STEPS_MAX = 20000
};

static const int64_t TAKE_NS = 100000000;

static const char *const types[] = {"query.completed", "query.failed",     "cache",
                                    "error",           "document.created", "weather.changed"};

typedef struct world world;

typedef struct watcher {
    world *in;
    liv_subscriber *sub; /* NULL: is not there */
    uint32_t step;
    unsigned queue[SOCKET]; /* numbers that its socket has not taken */
    int64_t since_ns[SOCKET];
    size_t first, queued;
    bool stalled; /* does not read */
    bool only_query;
    unsigned next; /* the first number that it may be given */
} watcher;

struct world {
    sim *s;
    live_world feed;
    uint32_t live_step;
    watcher who[WATCHERS];
    unsigned n_brought; /* numbers are places in `brought` */
    unsigned char brought[BROUGHT_MAX];
    uint64_t dropped, given, replayed;
};

static bool fits(const watcher *w, unsigned number)
{
    const unsigned type = w->in->brought[number];
    return !w->only_query || type < 2;
}

/* What comes is exactly the next that fits. */
static void outlet(void *arg, const liv_event *const *events, size_t n, bool replayed)
{
    watcher *w = arg;
    sim *s = w->in->s;
    for (size_t i = 0; i < n; i++) {
        const unsigned number = live_world_number(events[i]);
        while (w->next < number && !fits(w, w->next))
            w->next++;
        assert_int_equal(number, w->next);
        assert_true(fits(w, number));
        w->next++;
        assert_true(w->queued < SOCKET);
        const size_t at = (w->first + w->queued++) % SOCKET;
        w->queue[at] = number;
        w->since_ns[at] = krn_now_ns(sim_clock(s));
    }
    w->in->given += n;
    w->in->replayed += replayed ? n : 0;
    sim_scheduler(s).ops->wake(sim_scheduler(s).self, w->step);
}

/* The socket's own step: takes some, or sees that it is slow. */
static int64_t take(void *arg, int64_t now_ns)
{
    watcher *w = arg;
    if (w->sub == NULL || w->queued == 0)
        return INT64_MAX;
    if (!w->stalled) {
        const size_t n = 1 + (size_t)sim_chance(w->in->s, w->queued);
        w->first = (w->first + n) % SOCKET;
        w->queued -= n;
        return w->queued > 0 ? now_ns : INT64_MAX;
    }
    if (now_ns - w->since_ns[w->first] < TAKE_NS)
        return w->since_ns[w->first] + TAKE_NS;
    liv_unsubscribe(w->in->feed.live, w->sub, true);
    w->sub = NULL;
    w->in->dropped++;
    return INT64_MAX;
}

/* ---- what happens ---- */

/* The number of the first event that a newcomer is replayed. */
static unsigned replay_begin(const watcher *w, size_t replay, size_t history)
{
    const world *in = w->in;
    const unsigned begin = in->n_brought > history ? in->n_brought - (unsigned)history : 0;
    unsigned at = in->n_brought;
    for (size_t n = 0; at > begin && n < replay; at--)
        n += fits(w, at - 1);
    return at;
}

static void come(world *in, watcher *w)
{
    static const anc_str query = ANC_STR_INIT("query.*");
    const size_t replay = (size_t)sim_chance(in->s, 3) * 40;
    anc_err err = {0};
    w->first = w->queued = 0;
    w->stalled = sim_chance(in->s, 4) == 0;
    w->only_query = sim_chance(in->s, 2) == 0;
    w->next = replay_begin(w, replay, 100);
    const liv_start start = {.wish = {&query, w->only_query ? 1 : 0, EV_INFO}, .replay = replay};
    ASSERT_OK(liv_join(in->feed.live, outlet, w, &w->sub, &err), &err);
    ASSERT_OK(liv_begin(in->feed.live, w->sub, &start, &err), &err);
}

static void change(world *in, watcher *w)
{
    static const anc_str query = ANC_STR_INIT("query.*");
    anc_err err = {0};
    const liv_wish wish = {&query, w->only_query ? 0 : 1, EV_INFO};
    ASSERT_OK(liv_change(in->feed.live, w->sub, &wish, &err), &err);
    /* what was before the change has been given by the old filter */
    while (w->next < in->n_brought && !fits(w, w->next))
        w->next++;
    assert_int_equal(w->next, in->n_brought);
    w->only_query = !w->only_query;
}

static void burst(world *in)
{
    const unsigned n = (unsigned)sim_chance(in->s, 60);
    for (unsigned i = 0; i < n && in->n_brought < BROUGHT_MAX; i++) {
        const unsigned type = (unsigned)sim_chance(in->s, ANC_COUNT(types));
        in->brought[in->n_brought] = (unsigned char)type;
        live_world_bring(&in->feed, types[type], in->n_brought++);
        if (in->feed.last_seq > 0 && sim_chance(in->s, 20) == 0) /* a relay brings it again */
            assert_int_equal(live_world_bring_seq(&in->feed, types[0], 0, in->feed.last_seq),
                             ANC_OK);
    }
    sim_scheduler(in->s).ops->wake(sim_scheduler(in->s).self, in->live_step);
}

static void something(world *in)
{
    watcher *w = &in->who[sim_chance(in->s, WATCHERS)];
    switch (sim_chance(in->s, 6)) {
    case 0:
        if (w->sub == NULL)
            come(in, w);
        break;
    case 1:
        if (w->sub != NULL) {
            liv_unsubscribe(in->feed.live, w->sub, false);
            w->sub = NULL;
        }
        break;
    case 2:
        if (w->sub != NULL)
            change(in, w);
        break;
    case 3:
        w->stalled = !w->stalled;
        break;
    default:
        burst(in);
        break;
    }
}

static void check_end(world *in)
{
    assert_true(sim_run_for(in->s, INT64_C(10000000000), STEPS_MAX * 10));
    size_t here = 0;
    for (size_t i = 0; i < WATCHERS; i++) {
        watcher *w = &in->who[i];
        if (w->sub == NULL)
            continue;
        here++;
        while (w->next < in->n_brought && !fits(w, w->next))
            w->next++;
        assert_int_equal(w->next, in->n_brought);
        assert_int_equal(w->queued, 0); /* a stalled one with events is gone by now */
    }
    const liv_stats stats = liv_stats_of(in->feed.live);
    assert_int_equal(stats.subscribers, here);
    assert_int_equal(stats.dropped_subscribers, in->dropped);
    assert_int_equal(stats.missed, 0);
    assert_int_equal(stats.queued, 0);
}

static void one_world(uint64_t seed, uint64_t totals[3])
{
    static world in;
    anc_err err = {0};
    in = (world){.s = sim_new(seed)};
    const krn_scheduler sched = sim_scheduler(in.s);
    live_world_open(&in.feed, &(liv_service_options){.history = 100});
    ASSERT_OK(sched.ops->add(sched.self, "live", liv_step, in.feed.live, &in.live_step, &err),
              &err);
    for (size_t i = 0; i < WATCHERS; i++)
        in.who[i].in = &in;

    for (size_t i = 0; i < WATCHERS; i++)
        ASSERT_OK(sched.ops->add(sched.self, "socket", take, &in.who[i], &in.who[i].step, &err),
                  &err);
    ASSERT_OK(sched.ops->start(sched.self, &err), &err);
    for (int i = 0; i < 12; i++)
        come(&in, &in.who[i]);
    for (int round = 0; round < ROUNDS; round++) {
        something(&in);
        (void)sim_run_for(in.s, (int64_t)sim_chance(in.s, 30) * 1000000, STEPS_MAX);
    }
    check_end(&in);
    for (size_t i = 0; i < WATCHERS; i++)
        if (in.who[i].sub != NULL)
            liv_unsubscribe(in.feed.live, in.who[i].sub, false);
    live_world_close(&in.feed);
    sim_free(in.s);
    totals[0] += in.given;
    totals[1] += in.dropped;
    totals[2] += in.replayed;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static uint64_t running; /* the seed of a world that has not ended */

static int tell_seed(void **state)
{
    (void)state;
    if (running != 0)
        (void)printf("the world of ANC_SIM_SEED=%llu failed\n", (unsigned long long)running);
    return 0;
}

static void everybody_gets_what_is_due(void **state)
{
    (void)state;
    uint64_t totals[3] = {0};
    const uint64_t only = number_from("ANC_SIM_SEED", 0);
    const uint64_t seeds = only != 0 ? only : number_from("ANC_SIM_SEEDS", SEEDS);
    for (uint64_t seed = only != 0 ? only : 1; seed <= seeds; seed++) {
        running = seed;
        one_world(seed, totals);
    }
    running = 0;
    (void)printf("%llu events given, %llu of them replayed, %llu slow subscribers dropped\n",
                 (unsigned long long)totals[0], (unsigned long long)totals[2],
                 (unsigned long long)totals[1]);
    if (only == 0)
        assert_true(totals[0] > seeds && totals[1] > 0 && totals[2] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(everybody_gets_what_is_due, tell_seed)};
    return cmocka_run_group_tests_name("simulation of the live feed", tests, NULL, NULL);
}
