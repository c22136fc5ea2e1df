/* relay_world.h - the relays of a house in a world that a seed decides: one thread, a clock that is moved,
 * buses that fail, and a process that may die inside every call.
 *
 * Real: the relays, and the outbox with its tables. The oracle is a list of all that was committed, taken
 * down at the commit, before anything of it can have been removed.
 */
#ifndef ANC_TESTS_PROPERTY_RELAY_WORLD_H
#define ANC_TESTS_PROPERTY_RELAY_WORLD_H

#include "kernel/adapters/relay/relay.h"
#include "kernel/adapters/sqlite/sqlite.h"
#include "support/sim.h"

enum {
    SIM_BUSES = 3,
    SIM_AGGREGATES = 12,
    SIM_EVENTS = 1500, /* most of one world */
    SIM_LATE = 4096,   /* most that is under way to one bus */
    SIM_POSTED = 8,    /* most that waits for the writer */
    SIM_PARTS = 3      /* partitions of a bus: only within one is there an order */
};

typedef struct world world;

/* An event as it was committed. */
typedef struct sim_event {
    uint64_t seq;
    unsigned aggregate;
    int64_t time_ms;
} sim_event;

typedef enum sim_mood {
    SIM_WELL,
    SIM_TROUBLED, /* each call may go wrong in some way */
    SIM_REFUSING, /* says at once that it is away */
    SIM_SILENT    /* says nothing, until the time is over */
} sim_mood;

typedef struct sim_bus {
    world *w;
    char name[8];
    sim_mood mood;
    bool heard[SIM_EVENTS]; /* by place in the oracle */
    size_t n_heard;
    size_t last[SIM_AGGREGATES]; /* place of the last one heard, plus one */
    size_t late[SIM_LATE]; /* places that were sent and have not come, in the order of sending */
    size_t n_late;
    uint64_t arrivals, doubles;
} sim_bus;

/* What the writer was given and has not written. */
typedef struct sim_posted {
    krn_work_fn *work;
    void *arg;
    krn_work_done_fn *done;
} sim_posted;

struct world {
    uint64_t seed;
    sim *s;
    krn_sqlite *kernel;
    krn_outbox outbox; /* the real one */
    sim_bus buses[SIM_BUSES];
    krn_relay *relays[SIM_BUSES];
    uint32_t steps[SIM_BUSES];
    sim_posted posted[SIM_POSTED];
    size_t n_posted;
    krn_relay_options options; /* what all relays of this world have in common */
    bool calm;                 /* no call of the house itself fails, and nobody dies */
    bool dead;                 /* the process is: nothing it does any more has an effect */
    sim_event events[SIM_EVENTS];
    size_t n_events;
    uint64_t given;   /* the greatest number that an event got, that of an undone one counted */
    size_t n_removed; /* of the front of the oracle: these are no longer in the outbox */
    unsigned crashes, failures;
    anc_arena *mem;
};

/* A world over the tables of `kernel`, which are emptied. */
void sim_world_open(world *w, uint64_t seed, krn_sqlite *kernel);
void sim_world_close(world *w);

/* The process dies, or where `settled` ends as it should, and starts again. */
void sim_world_restart(world *w, bool settled);

/* Appends up to `n` events in one transaction, which may fail; wakes the relays. */
void sim_world_append(world *w, size_t n);

/* What must hold after each commit: what is gone from the outbox was taken by every bus, and was old
 * or beyond what is kept. */
void sim_check_removed(world *w);

void sim_write_posted(world *w);

bool sim_once_in(world *w, uint64_t n); /* true once in `n` while the world is not calm */
/* Whether the process is alive; now and then it dies right here. */
bool sim_alive(world *w);

krn_bus sim_bus_of(sim_bus *bus);
/* Some of what is under way comes; all of it where `all`. */
void sim_bus_bring_late(sim_bus *bus, bool all);

#define SIM_FAIL(w, ...)                                                           \
    do {                                                                           \
        (void)fprintf(stderr, "seed %llu: ", (unsigned long long)(w)->seed);       \
        (void)fprintf(stderr, __VA_ARGS__);                                        \
        (void)fprintf(stderr, "\n");                                               \
        fail_msg("ANC_SIM_SEED=%llu repeats this", (unsigned long long)(w)->seed); \
    } while (0)

#endif
