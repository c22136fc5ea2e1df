/* sim_world.h - the ingest service in a world that a seed decides: one thread, a clock that is moved, and
 * doubles of all that stands around it, which fail, hang, come late and die.
 *
 * Real: the service and its tables. A put of a document runs other workers' steps inside itself, so that
 * what threads do to each other happens here too, the same in every run of a seed.
 */
#ifndef ANC_TESTS_PROPERTY_INGEST_SIM_WORLD_H
#define ANC_TESTS_PROPERTY_INGEST_SIM_WORLD_H

#include "db/sqlite/readers.h"
#include "ingest/adapters/sqlite/ing_sqlite.h"
#include "ingest/app/ingest_service.h"
#include "support/sim.h"

enum {
    SIM_WORKERS = 3,
    SIM_STEPS = SIM_WORKERS + 2, /* one more for small items, and the keeper */
    SIM_BATCHES = 120,           /* most of one world */
    SIM_ITEMS = 256,             /* most of one batch */
    SIM_ROWS = 9,                /* most of one file */
    SIM_SEGMENTS = 1024,
    SIM_LEASE_MS = 900000
};

typedef struct world world;

/* the doubles' sides of what the service is given */
struct kno_service {
    world *w;
};
struct srch_service {
    world *w;
};

typedef struct sim_step {
    world *w;
    krn_step_fn *run;
    void *arg;
    bool busy;   /* further out on the stack */
    bool missed; /* wanted meanwhile */
    int64_t hangs_until_ns;
} sim_step;

typedef struct sim_segment {
    int64_t id;
    char *bytes;
    uint64_t len, synced;
    bool there;
} sim_segment;

/* What was seen of a batch at the last commit. */
typedef struct sim_seen {
    uint64_t revision, processed, failed, skipped;
    int phase;
    bool waits;         /* it is processing, and items wait */
    unsigned passed_by; /* claims of other batches since its own last one, while it waited */
    unsigned rivals;    /* most batches that were open meanwhile */
    unsigned n_items;
    int64_t ordinal[SIM_ITEMS]; /* rows that were stored ahead leave gaps */
    unsigned char state[SIM_ITEMS];
    unsigned claims[SIM_ITEMS];
} sim_seen;

struct world {
    uint64_t seed;
    sim *s;
    db_sqlite *db; /* the writer's */
    db_readers *readers;
    krn_scheduler inner;
    sim_step steps[SIM_STEPS];
    unsigned n_steps, depth;
    long commits_left; /* negative: no end; 0: the process is dead */
    bool calm;         /* nothing fails any more */
    bool with_rows;    /* files may be tables whose rows are documents */
    bool tight; /* with rows: the spool is full now and then, so that turns are taken in vain */
    ing_service *ing;
    sim_segment segments[SIM_SEGMENTS];
    unsigned n_segments;
    sim_seen seen[SIM_BATCHES + 1]; /* by key */
    unsigned open_batches, worst_passed_by;
    bool unfound;      /* the service does not know of some batch that has not ended */
    char expanded[64]; /* the file whose rows the commit at hand adds; "": none */
    unsigned expanded_rows;
    unsigned commits, puts, late, crashes, rows, ahead; /* what the run saw */
    anc_arena *mem;
    anc_err err;
    atomic_bool never;
    krn_call call;
};

/* A world over the tables of `db`, which are emptied. */
void sim_world_open(world *w, uint64_t seed, db_sqlite *db, db_readers *readers);
void sim_world_close(world *w);

void sim_world_crash(world *w); /* the process dies and starts again */
bool sim_world_dead(const world *w);

krn_call *sim_call(world *w); /* a fresh arena and error */

/* True once in `n` while the world is not calm. */
bool sim_once_in(world *w, uint64_t n);

int64_t sim_number(world *w, const char *sql); /* the first column of the first row; 0: no row */
anc_str sim_text(world *w, const char *sql);   /* the same as a text of the call; empty: no row */

/* Everything that must hold after a commit; fails the test with the seed. */
void sim_check_commit(world *w);
/* A commit failed, and with it the turn of some batch: they are counted from here. */
void sim_forget_turns(world *w);
/* What must hold when nothing is left to be done. */
void sim_check_end(world *w);

/* doubles */
ing_source sim_source(world *w);
ing_spool sim_spool(world *w);
krn_outbox sim_outbox(world *w);
krn_writer sim_writer(world *w);
void sim_spool_crash(world *w);
void sim_spool_free(world *w);

#define SIM_FAIL(w, ...)                                                           \
    do {                                                                           \
        (void)fprintf(stderr, "seed %llu: ", (unsigned long long)(w)->seed);       \
        (void)fprintf(stderr, __VA_ARGS__);                                        \
        (void)fprintf(stderr, "\n");                                               \
        fail_msg("ANC_SIM_SEED=%llu repeats this", (unsigned long long)(w)->seed); \
    } while (0)

#endif
