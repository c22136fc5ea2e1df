/* test_tracking_sim.c - the tracking in seeded worlds: events come late, twice and out of order, the outbox and
 * the file fail, the disk is full, and the process dies at any write.
 *
 * In the end the file tells what happened, each thing once: queries, what they found, feedback, lives of
 * documents, and the numbers of each hour as one reckons them from the story itself.
 *
 * ANC_SIM_SEEDS says how many worlds, ANC_SIM_SEED runs one.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "support/fault_vfs.h"
#include "support/test.h"
#include "tracking_world.h"

enum { SEEDS = 40, ACTIONS = 60, STEPS_MAX = 20000 };

static const int64_t SECOND_NS = 1000000000;

/* The disk fails at some write from now; or the process dies there. */
static void trouble_disk(world *w)
{
    static const int ways[] = {SQLITE_IOERR_WRITE, SQLITE_FULL};
    const bool dies = sim_chance(w->s, 2) == 0;
    w->failures++;
    fault_vfs_arm((long)sim_chance(w->s, 40), ways[sim_chance(w->s, 2)], false, dies);
}

static void more_events(world *w)
{
    const size_t left = w->n_events - w->n_told;
    const size_t most = left < 40 ? left : 40;
    w->n_told += (size_t)sim_chance(w->s, most + 1);
    sim_scheduler(w->s).ops->wake(sim_scheduler(w->s).self, w->step);
}

/* Somebody asks, and the tracking takes in what there is first. */
static void ask(world *w)
{
    anc_err err = {0};
    anc_str mark;
    krn_call call = sim_call(w, &err);
    const trk_wish wish = {.limit = 10};
    ANC_BUF(text, 1 << 20);
    json_writer json = json_writer_of(&text);
    (void)!trk_list(w->service, &call, &wish, &json, &mark);
}

static void act(world *w)
{
    switch (sim_chance(w->s, 10)) {
    case 0:
    case 1:
    case 2:
        more_events(w);
        break;
    case 3:
        ask(w);
        break;
    case 4:
        trouble_disk(w);
        break;
    case 5:
        sim_world_crash(w);
        break;
    case 6: /* what the tracking says that it has may go */
        w->gone = w->place;
        break;
    default:
        (void)sim_run_for(w->s, (int64_t)sim_chance(w->s, 12) * SECOND_NS, 20);
        break;
    }
}

static void one_world(uint64_t seed, const char *path, uint64_t totals[3])
{
    static world w;
    sim_world_open(&w, seed, path);
    for (int i = 0; i < ACTIONS; i++)
        act(&w);
    sim_world_crash(&w);
    w.calm = true;
    w.n_told = w.n_events;
    sim_scheduler(w.s).ops->wake(sim_scheduler(w.s).self, w.step);
    if (!sim_run_for(w.s, 120 * SECOND_NS, STEPS_MAX))
        SIM_FAIL(&w, "it does not come to rest");
    if (w.place != w.events[w.n_events - 1].seq)
        SIM_FAIL(&w, "the outbox is not told that all was taken in");
    sim_check(&w);
    totals[0] += w.n_events;
    totals[1] += w.failures;
    totals[2] += w.crashes;
    sim_world_close(&w);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void the_file_tells_the_story(void **state)
{
    (void)state;
    char folder[64], path[96];
    uint64_t totals[3] = {0};
    (void)snprintf(folder, sizeof folder, "%s/anc-sim-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/tracking.db", folder);
    fault_vfs_register();
    const uint64_t only = number_from("ANC_SIM_SEED", 0);
    const uint64_t seeds = only != 0 ? only : number_from("ANC_SIM_SEEDS", SEEDS);
    for (uint64_t seed = only != 0 ? only : 1; seed <= seeds; seed++)
        one_world(seed, path, totals);
    assert_int_equal(rmdir(folder), 0);
    (void)printf("%llu events, %llu failures, %llu crashes\n", (unsigned long long)totals[0],
                 (unsigned long long)totals[1], (unsigned long long)totals[2]);
    if (only == 0)
        assert_true(totals[1] > seeds && totals[2] > seeds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_file_tells_the_story)};
    return cmocka_run_group_tests_name("simulation of the tracking", tests, NULL, NULL);
}
