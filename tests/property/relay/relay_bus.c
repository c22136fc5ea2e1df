/* relay_bus.c - a bus as relays fear it: refuses, is silent, takes a part, takes all and says it did not,
 * brings what was sent long after, and twice.
 *
 * It has partitions, an aggregate in one of them: within one, events come in the order of their sending;
 * across them, in any. A call that is cut off leaves the head of what it sent to each partition.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kernel/domain/envelope.h"
#include "relay_world.h"
#include "support/test.h"

/* The place of an announced event in the oracle; what was never committed must not be here. */
static size_t place_of(const sim_bus *bus, const krn_announcement *a)
{
    const world *w = bus->w;
    ev_envelope e;
    anc_err err = {0};
    size_t at = 0;
    for (size_t end = w->n_events; at < end;) {
        const size_t middle = at + (end - at) / 2;
        if (w->events[middle].seq < a->seq)
            at = middle + 1;
        else
            end = middle;
    }
    if (at == w->n_events || w->events[at].seq != a->seq)
        SIM_FAIL(w, "event %llu is announced and was never committed", (unsigned long long)a->seq);
    if (bus->heard[at])
        return at;
    ASSERT_OK(ev_envelope_read(w->mem, a->envelope, &e, &err), &err);
    assert_int_equal(e.seq, a->seq);
    assert_true(a->type == e.type && anc_str_eq(a->type_name, e.type_name));
    return at;
}

/* After de-duplication: each once, in order per aggregate, none left out between. */
static void arrive(sim_bus *bus, size_t place)
{
    const world *w = bus->w;
    const unsigned aggregate = w->events[place].aggregate;
    bus->arrivals++;
    if (bus->heard[place]) {
        bus->doubles++;
        return;
    }
    for (size_t i = bus->last[aggregate]; i < place; i++)
        if (w->events[i].aggregate == aggregate)
            SIM_FAIL(w, "%s: event %llu comes before %llu of the same aggregate", bus->name,
                     (unsigned long long)w->events[place].seq,
                     (unsigned long long)w->events[i].seq);
    if (bus->last[aggregate] > place)
        SIM_FAIL(w, "%s: event %llu comes behind its turn", bus->name,
                 (unsigned long long)w->events[place].seq);
    bus->heard[place] = true;
    bus->last[aggregate] = place + 1;
    bus->n_heard++;
}

void sim_bus_bring_late(sim_bus *bus, bool all)
{
    const size_t n = all ? bus->n_late : (size_t)sim_chance(bus->w->s, bus->n_late + 1);
    for (size_t i = 0; i < n; i++)
        arrive(bus, bus->late[i]);
    memmove(bus->late, bus->late + n, (bus->n_late - n) * sizeof *bus->late);
    bus->n_late -= n;
}

static bool in_part(const world *w, size_t place, size_t part)
{
    return w->events[place].aggregate % SIM_PARTS == part;
}

/* Each partition takes the first share[part] of what is for it, the partitions in an order of chance. */
static void take(sim_bus *bus, const size_t *places, size_t n, const size_t share[SIM_PARTS])
{
    const size_t first = (size_t)sim_chance(bus->w->s, SIM_PARTS);
    for (size_t p = 0; p < SIM_PARTS; p++) {
        const size_t part = (first + p) % SIM_PARTS;
        size_t left = share[part];
        for (size_t i = 0; i < n && left > 0; i++)
            if (in_part(bus->w, places[i], part)) {
                arrive(bus, places[i]);
                left--;
            }
    }
}

static void take_all(sim_bus *bus, const size_t *places, size_t n)
{
    take(bus, places, n, (size_t[SIM_PARTS]){n, n, n});
}

/* Takes what chance gives each partition; how many of the first arrived without a gap. */
static size_t take_part(sim_bus *bus, const size_t *places, size_t n)
{
    size_t share[SIM_PARTS], used[SIM_PARTS] = {0}, whole = 0;
    for (size_t part = 0; part < SIM_PARTS; part++)
        share[part] = (size_t)sim_chance(bus->w->s, n + 1);
    take(bus, places, n, share);
    while (whole < n) {
        const size_t part = bus->w->events[places[whole]].aggregate % SIM_PARTS;
        if (used[part]++ == share[part])
            break;
        whole++;
    }
    return whole;
}

static void keep_for_later(sim_bus *bus, const size_t *places, size_t n)
{
    for (size_t i = 0; i < n && bus->n_late < SIM_LATE; i++)
        bus->late[bus->n_late++] = places[i];
}

static anc_status cut_off(sim_bus *bus, int64_t deadline_ns, anc_err *err)
{
    const int64_t left = deadline_ns - krn_now_ns(sim_clock(bus->w->s));
    if (sim_chance(bus->w->s, 2) == 0)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the connection broke");
    sim_pass(bus->w->s, left);
    return ANC_FAIL(err, ANC_DEADLINE, "no answer in time");
}

static anc_status trouble(sim_bus *bus, const size_t *places, size_t n, int64_t deadline_ns,
                          size_t *ret_taken, anc_err *err)
{
    switch (sim_chance(bus->w->s, 10)) {
    case 0: /* nothing comes */
        return cut_off(bus, deadline_ns, err);
    case 1: /* a part, and it says so */
        *ret_taken = take_part(bus, places, n);
        return *ret_taken == n ? ANC_OK : cut_off(bus, deadline_ns, err);
    case 2: /* a part, and it says less */
        *ret_taken = (size_t)sim_chance(bus->w->s, take_part(bus, places, n) + 1);
        return cut_off(bus, deadline_ns, err);
    case 3: /* all, and it says nothing */
        take_all(bus, places, n);
        return cut_off(bus, deadline_ns, err);
    case 4: /* all is under way, and will come when it comes */
        keep_for_later(bus, places, n);
        return cut_off(bus, deadline_ns, err);
    case 5: /* all, slowly, and some of it twice */
        sim_pass(bus->w->s, (int64_t)sim_chance(bus->w->s, 2000000000));
        take_all(bus, places, n);
        take_all(bus, places, (size_t)sim_chance(bus->w->s, n + 1));
        break;
    default:
        take_all(bus, places, n);
        break;
    }
    *ret_taken = n;
    return ANC_OK;
}

static anc_status publish(void *self, const krn_announcement *events, size_t n, int64_t deadline_ns,
                          size_t *ret_taken, anc_err *err)
{
    sim_bus *bus = self;
    size_t places[1000];
    assert_true(n > 0 && n <= ANC_COUNT(places) && deadline_ns < INT64_MAX);
    anc_arena_reset(bus->w->mem);
    *ret_taken = 0;
    if (!sim_alive(bus->w))
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the process is dead");
    if (bus->mood != SIM_WELL && sim_chance(bus->w->s, 3) == 0)
        sim_bus_bring_late(bus, false);
    switch (bus->mood) {
    case SIM_REFUSING:
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the bus is away");
    case SIM_SILENT:
        sim_pass(bus->w->s, deadline_ns - krn_now_ns(sim_clock(bus->w->s)));
        return ANC_FAIL(err, ANC_DEADLINE, "the bus says nothing");
    case SIM_TROUBLED:
    case SIM_WELL:
        break;
    }
    for (size_t i = 0; i < n; i++)
        places[i] = place_of(bus, &events[i]);
    if (bus->mood == SIM_TROUBLED)
        return trouble(bus, places, n, deadline_ns, ret_taken, err);
    take_all(bus, places, n);
    *ret_taken = n;
    return ANC_OK;
}

krn_bus sim_bus_of(sim_bus *bus)
{
    static const krn_bus_ops ops[SIM_BUSES] = {{.name = "one", .publish = publish},
                                               {.name = "two", .publish = publish},
                                               {.name = "three", .publish = publish}};
    return (krn_bus){&ops[bus - bus->w->buses], bus};
}
