/* test_relay_sim.c - the relays in seeded worlds: events are committed while buses refuse, hang, take a part,
 * answer wrongly, bring things late and twice, and the process dies inside any call.
 *
 * What holds in every world, against a list of all that was committed:
 *   - each bus hears each event at least once, and nothing that was not committed;
 *   - without what came twice, each event once, in order per aggregate, none left out between;
 *   - nothing leaves the outbox that a bus has not had, or that is neither old nor beyond what is kept;
 *     and what may leave does;
 *   - a bus that is dead holds up none of the others, and has everything once it is back.
 *
 * ANC_SIM_SEEDS says how many worlds, ANC_SIM_SEED runs one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "relay_world.h"
#include "support/test.h"

enum { SEEDS = 40, ACTIONS = 150, STEPS_MAX = 40000, CALM_EVENTS = 60 };

static const int64_t SECOND_NS = 1000000000;

static void change_mood(world *w)
{
    static const sim_mood moods[] = {SIM_WELL, SIM_TROUBLED, SIM_TROUBLED, SIM_REFUSING,
                                     SIM_SILENT};
    w->buses[sim_chance(w->s, SIM_BUSES)].mood = moods[sim_chance(w->s, ANC_COUNT(moods))];
}

static void act(world *w)
{
    switch (sim_chance(w->s, 16)) {
    case 0:
    case 1:
    case 2:
    case 3:
        sim_world_append(w, 1 + (size_t)sim_chance(w->s, 12));
        break;
    case 4:
        change_mood(w);
        break;
    case 5:
        sim_bus_bring_late(&w->buses[sim_chance(w->s, SIM_BUSES)], false);
        break;
    case 6:
        sim_pass(w->s, (int64_t)sim_chance(w->s, 90) * SECOND_NS);
        break;
    case 7:
        if (sim_once_in(w, 3))
            sim_world_restart(w, true);
        else
            sim_write_posted(w);
        break;
    default:
        for (uint64_t n = sim_chance(w->s, 20); n > 0 && !w->dead; n--)
            (void)sim_run_one(w->s);
        break;
    }
    if (w->dead)
        sim_world_restart(w, false);
}

static void run_for(world *w, int64_t ns)
{
    if (!sim_run_for(w->s, ns, STEPS_MAX))
        SIM_FAIL(w, "it does not come to rest");
}

static void check_has_all(const world *w, const sim_bus *bus)
{
    if (bus->n_heard == w->n_events)
        return;
    for (size_t i = 0; i < w->n_events; i++)
        if (!bus->heard[i])
            SIM_FAIL(w, "%s never had event %llu", bus->name, (unsigned long long)w->events[i].seq);
}

/* One is dead; the others have everything all the same, and the outbox keeps what the dead one lacks. */
static void one_is_dead(world *w)
{
    sim_bus *dead = &w->buses[sim_chance(w->s, SIM_BUSES)];
    w->calm = true;
    sim_write_posted(w);
    for (size_t i = 0; i < SIM_BUSES; i++)
        w->buses[i].mood = SIM_WELL;
    dead->mood = sim_chance(w->s, 2) == 0 ? SIM_REFUSING : SIM_SILENT;
    dead->n_late = 0; /* it died with what was under way */
    const size_t before = dead->n_heard;
    for (size_t i = 0; i < CALM_EVENTS; i += 5) {
        sim_world_append(w, 5);
        run_for(w, 2 * SECOND_NS);
    }
    run_for(w, 600 * SECOND_NS);
    for (size_t i = 0; i < SIM_BUSES; i++)
        if (&w->buses[i] != dead)
            check_has_all(w, &w->buses[i]);
    assert_int_equal(dead->n_heard, before);
    const krn_relay_state state = krn_relay_look(w->relays[dead - w->buses]);
    assert_true(state.failing && state.problem[0] != '\0');
    dead->mood = SIM_WELL;
}

/* All are well: everything is everywhere, and what may leave has left. */
static void check_end(world *w)
{
    run_for(w, 30 * SECOND_NS);
    for (size_t i = 0; i < SIM_BUSES; i++) {
        sim_bus_bring_late(&w->buses[i], true);
        check_has_all(w, &w->buses[i]);
        const krn_relay_state state = krn_relay_look(w->relays[i]);
        assert_false(state.failing);
        assert_int_equal(state.delivered, w->events[w->n_events - 1].seq);
    }
    run_for(w, w->options.keep_ms * 1000000 + 120 * SECOND_NS);
    sim_check_removed(w);
    if (w->n_removed != w->n_events)
        SIM_FAIL(w, "%zu of %zu events are old, had by all, and still kept",
                 w->n_events - w->n_removed, w->n_events);
}

typedef struct total {
    uint64_t events, arrivals, doubles, crashes, failures;
} total;

static void one_world(world *w, uint64_t seed, krn_sqlite *kernel, total *t)
{
    sim_world_open(w, seed, kernel);
    for (int i = 0; i < ACTIONS; i++)
        act(w);
    one_is_dead(w);
    check_end(w);
    t->events += w->n_events;
    t->crashes += w->crashes;
    t->failures += w->failures;
    for (size_t i = 0; i < SIM_BUSES; i++) {
        t->arrivals += w->buses[i].arrivals;
        t->doubles += w->buses[i].doubles;
    }
    sim_world_close(w);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

/* ---- the file of all worlds; its clock is that of the world that runs ---- */

static int64_t mono_ns(void *self)
{
    const world *w = self;
    return w->s != NULL ? krn_now_ns(sim_clock(w->s)) : 0;
}

static int64_t wall_ms(void *self)
{
    const world *w = self;
    return w->s != NULL ? krn_wall_ms(sim_clock(w->s)) : 0;
}

static void fill_random(void *self, void *out, size_t n)
{
    const world *w = self;
    const krn_clock clock = sim_clock(w->s);
    clock.ops->random(clock.self, out, n);
}

static krn_sqlite *open_kernel(const char *folder, world *w)
{
    static const krn_clock_ops clock = {"of the world", mono_ns, wall_ms, fill_random};
    char path[96];
    anc_err err = {0};
    krn_sqlite *kernel = NULL;
    (void)snprintf(path, sizeof path, "%s/catalog.db", folder);
    const krn_sqlite_options options = {
        .path = anc_str_of(path), .clock = {&clock, w}, .readers = 1, .without_thread = true};
    ASSERT_OK(krn_sqlite_open(&options, &kernel, &err), &err);
    return kernel;
}

static void remove_folder(const char *folder)
{
    static const char *const files[] = {"catalog.db", "catalog.db-wal", "catalog.db-shm"};
    char path[96];
    for (size_t i = 0; i < ANC_COUNT(files); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void every_bus_hears_all(void **state)
{
    (void)state;
    static world w;
    char folder[64];
    (void)snprintf(folder, sizeof folder, "%s/anc-sim-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(folder));
    krn_sqlite *kernel = open_kernel(folder, &w);
    const uint64_t only = number_from("ANC_SIM_SEED", 0);
    const uint64_t seeds = only != 0 ? only : number_from("ANC_SIM_SEEDS", SEEDS);
    total t = {0};
    for (uint64_t seed = only != 0 ? only : 1; seed <= seeds; seed++)
        one_world(&w, seed, kernel, &t);
    krn_sqlite_close(kernel);
    remove_folder(folder);
    (void)printf("%llu events, heard %llu times, %llu of them again; %llu failures, %llu crashes\n",
                 (unsigned long long)t.events, (unsigned long long)t.arrivals,
                 (unsigned long long)t.doubles, (unsigned long long)t.failures,
                 (unsigned long long)t.crashes);
    if (only == 0)
        assert_true(t.crashes > 0 && t.doubles > 0 && t.events > seeds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_bus_hears_all)};
    return cmocka_run_group_tests_name("simulation of the relays", tests, NULL, NULL);
}
