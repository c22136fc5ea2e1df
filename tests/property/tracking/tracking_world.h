/* tracking_world.h - the tracking in a world that a seed decides: one thread, a clock that is moved, an outbox
 * that brings events late, twice and out of order, and a file whose disk fails and whose process dies.
 *
 * Real: the service and its file. The oracle is a story made before anything happens: what each query and
 * document went through. The events are told from it, and in the end the file must tell the same.
 */
#ifndef ANC_TESTS_PROPERTY_TRACKING_WORLD_H
#define ANC_TESTS_PROPERTY_TRACKING_WORLD_H

#include "kernel/ports/outbox.h"
#include "support/sim.h"
#include "tracking/adapters/sqlite/trk_sqlite.h"
#include "tracking/app/tracking_service.h"

enum {
    SIM_QUERIES = 60,
    SIM_DOCUMENTS = 8,
    SIM_QUESTIONS = 6,
    SIM_COLLECTIONS = 3,
    SIM_FOUND = 4, /* most that a query finds */
    SIM_EVENTS = 1200
};

/* What is told of a query; `has` says which of it. */
typedef struct sim_query {
    unsigned has; /* TRK_HAS_… */
    char id[16];
    unsigned user; /* 0: nobody */
    unsigned question, collections /* bits */;
    int64_t requested_ms, retrieved_ms, ended_ms; /* times of the events */
    unsigned n_found, found[SIM_FOUND];           /* documents */
    bool cited[SIM_FOUND];
    bool failed, cache_hit;
    int64_t duration_us;
    unsigned model, input_tokens, output_tokens;
    unsigned n_feedback;
    int64_t feedback_ms; /* of the last */
    int rating;          /* of the last */
} sim_query;

typedef struct sim_story {
    int64_t start_ms; /* a midnight */
    sim_query queries[SIM_QUERIES];
    unsigned lives[SIM_DOCUMENTS]; /* how often something happened to it */
} sim_story;

typedef struct world {
    uint64_t seed;
    sim *s;
    sim_story story;
    bool keeps_texts, hashes_users;
    krn_kept_event events[SIM_EVENTS]; /* as the outbox has them; in `mem` */
    size_t n_events, n_told;           /* all of them; those that the outbox has by now */
    uint64_t gone;                     /* the seq up to which it has forgotten them */
    uint64_t place;                    /* as the tracking told it */
    bool calm;
    const char *path;
    trk_sqlite *file;
    trk_repository repository; /* the real one */
    trk_service *service;
    uint32_t step;
    unsigned crashes, failures;
    anc_arena *mem, *call_mem;
} world;

void sim_world_open(world *w, uint64_t seed, const char *path);
void sim_world_close(world *w);
/* The process dies, whatever is under way, and starts again. */
void sim_world_crash(world *w);
bool sim_once_in(world *w, uint64_t n); /* true once in `n` while the world is not calm */
krn_call sim_call(world *w, anc_err *err);

/* story: made by chance, and told as events, some twice, in an order of chance */
void sim_story_make(world *w);
void sim_story_tell(world *w);
anc_str sim_text(world *w, const char *what, unsigned number); /* "what7" */

/* What the file tells is the story. */
void sim_check(world *w);

#define SIM_FAIL(w, ...)                                                           \
    do {                                                                           \
        (void)fprintf(stderr, "seed %llu: ", (unsigned long long)(w)->seed);       \
        (void)fprintf(stderr, __VA_ARGS__);                                        \
        (void)fprintf(stderr, "\n");                                               \
        fail_msg("ANC_SIM_SEED=%llu repeats this", (unsigned long long)(w)->seed); \
    } while (0)

#endif
