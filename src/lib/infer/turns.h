/* turns.h - many callers, few cores: whose work runs next.
 *
 * Work comes in pieces (a block of texts), a piece runs in steps (the layers of a model). Pieces that wait together are
 * joined where they fit, so that what a step reads is read once for all of them. The threads of the callers do the work,
 * each what is most urgent of its own urgency; where cores are left over, threads of a pool that have nothing else to do
 * help.
 *
 * What is more urgent begins at once, as if nothing less urgent ran, and what is less urgent gives way after the step
 * that it is in; it goes on where it was when there is room again, and at the latest for one step when it has been passed
 * over INF_PASSED_OVER_MOST times. So a question waits for questions before it alone, shares its core with a passage for
 * one step at most, and passages are never starved.
 *
 * While there is a core left over, and no task in the pool, threads of the pool also take part in the steps of a question
 * (hands.h). They are called before each step and sent away after it when something else has come; nobody waits for them.
 *
 * Any thread, any number of callers; one of these for all models of a process.
 */
#ifndef ANC_INFER_TURNS_H
#define ANC_INFER_TURNS_H

#include "base/status.h"
#include "infer/hands.h"
#include "os/thread.h"

typedef struct inf_turns inf_turns;

typedef enum inf_urgency {
    INF_AT_ONCE,   /* a question */
    INF_SOON,      /* much, for somebody who waits */
    INF_WHEN_FREE, /* for nobody who waits */
    INF_URGENCIES
} inf_urgency;

enum {
    INF_JOINED_MOST = 32,     /* pieces */
    INF_PASSED_OVER_MOST = 8, /* begun before what is less urgent and waits */
};

/* Asked between steps and while a caller waits, on the caller's thread: anything but OK ends the work with that status,
 * within a step of the work that is done with it. */
typedef struct inf_check {
    anc_status (*ask)(void *arg); /* NULL: nobody asks */
    void *arg;
} inf_check;

typedef struct inf_turns_options {
    unsigned at_once;  /* pieces of equal urgency, or such of less beside them; 0: os_cores() */
    size_t most_calls; /* of one urgency, that run or wait; those beyond are refused */
    os_pool *pool;     /* borrowed, lends threads that have no task; NULL: callers alone work. It is
                         * stopped before this is freed */
} inf_turns_options;

/* NO_MEMORY; INVALID without room for a call. */
anc_status inf_turns_open(const inf_turns_options *options, inf_turns **ret,
                          anc_err *err) ANC_MUST_CHECK;
/* Callers leave with CANCELLED after the step that they are in, and new ones come in no more. Twice is fine, NULL a
 * no-op. */
void inf_turns_stop(inf_turns *turns);
void inf_turns_free(inf_turns *turns); /* after the last call; NULL is a no-op */

/* What does the work; one thread at a time is in a batch, and others in the loops that it shares out. */
typedef struct inf_runner {
    void *self;         /* pieces of one are joined */
    size_t most_weight; /* of pieces that are joined */
    /* Pieces as one batch; NULL: no memory. */
    void *(*begin)(void *self, void *const *pieces, size_t n);
    /* True: that was the last. Loops may be shared out to `hands` meanwhile; NULL: the thread is alone. */
    bool (*step)(void *self, void *batch, inf_hands *hands);
    /* After the last step, what came of piece number i; not called for those that nobody waits for any more. */
    void (*give)(void *self, void *batch, size_t i, void *piece);
    void (*end)(void *self, void *batch); /* frees it, also before the last step */
} inf_runner;

typedef struct inf_piece {
    void *work; /* of the runner; stays until inf_turns_run returns, and no longer */
    size_t weight;
} inf_piece;

typedef struct inf_turn {
    inf_turns *turns;
    inf_urgency urgency;
    inf_check check;
} inf_turn;

/* Blocks as long as that takes; never on a loop. Returns when all pieces [n] have run, or none of them is touched any more. UNAVAILABLE where too many calls are there,
 * CANCELLED once stopped, NO_MEMORY, or what the check said. */
anc_status inf_turns_run(const inf_turn *turn, const inf_runner *runner, const inf_piece *pieces,
                         size_t n, anc_err *err) ANC_MUST_CHECK;

typedef struct inf_turns_stats {
    struct {
        size_t calls;      /* that are here */
        size_t pieces;     /* of those, that have not begun */
        unsigned runs;     /* batches, in a step just now */
        uint64_t begun;    /* batches, ever */
        uint64_t joined;   /* pieces that went with another, ever */
        uint64_t gave_way; /* batches that did, ever */
    } of[INF_URGENCIES];
    unsigned lent;     /* threads that take part in steps just now */
    uint64_t was_lent; /* how often one came for that, ever */
} inf_turns_stats;

unsigned inf_turns_at_once(const inf_turns *turns); /* of its options */

inf_turns_stats inf_turns_about(inf_turns *turns);

#endif
