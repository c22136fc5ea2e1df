/* crew.h - threads that come and go one by one, known by numbers, and all stop together.
 *
 * The owner's mutex guards the crew, so that a look at it and at what is the owner's own is one. What is marked
 * (m) is called with that mutex held, all else without it.
 *
 *   run     a member's thread: while (os_member_pause(m, next_ns)) { a piece of work }
 *   add     a member begins at once where the crew runs, else with it
 *   remove  take off (m), end what the thread may wait for, join: then it does not run and never will
 *   stop    let go (m), end what the threads may wait for, join
 */
#ifndef ANC_OS_CREW_H
#define ANC_OS_CREW_H

#include <pthread.h>

#include "base/status.h"
#include "os/thread.h"

enum { OS_CREW_MAX = 64 };

typedef struct os_crew os_crew;

typedef struct os_member {
    uint64_t id;   /* within its crew, from 1; 0: not added */
    os_crew *crew; /* borrowed */
    void *owner;   /* what the member belongs to, for who looks through the crew */
    void (*run)(void *owner);
    os_thread *thread;   /* owned; NULL while the crew is stopped */
    pthread_cond_t work; /* signalled when it is over, and by the owner as it likes */
    bool gone;           /* taken off */
    bool at_work;        /* its thread has not ended yet */
} os_member;

struct os_crew {
    pthread_mutex_t *mutex;       /* the owner's */
    const char *name;             /* of the threads; a literal of at most 15 characters */
    os_member *list[OS_CREW_MAX]; /* borrowed; [n], in the order they were added */
    size_t n;
    uint64_t last_id;
    bool running;
    int64_t stop_at_ns; /* monotonic: by when all have to end; INT64_MAX while it does not stop */
};

void os_crew_init(os_crew *crew, pthread_mutex_t *mutex, const char *name);

void os_member_init(os_member *m, os_crew *crew, void (*run)(void *owner), void *owner);
void os_member_done(os_member *m); /* once its thread was joined */

/* (m) LIMIT past OS_CREW_MAX, and what starting a thread gives. */
anc_status os_crew_add(os_crew *crew, os_member *m, anc_err *err) ANC_MUST_CHECK;
/* (m) The member of that number, no longer in the crew and told that it is over; NULL where there is none. */
os_member *os_crew_take_off(os_crew *crew, uint64_t id);
/* Returns when it does not run and never will, also where the crew is being stopped meanwhile by another thread. */
void os_member_join(os_member *m);

/* (m) Each gets a thread. After a failure some have one: let go and join. */
anc_status os_crew_start(os_crew *crew, anc_err *err) ANC_MUST_CHECK;

/* The threads that were let go. */
typedef struct os_leaving {
    os_thread *threads[OS_CREW_MAX]; /* owned; [n] */
    size_t n;
} os_leaving;

/* (m) Tells all that it is over by `stop_at_ns`. */
void os_crew_let_go(os_crew *crew, int64_t stop_at_ns, os_leaving *ret);
void os_leaving_join(os_leaving *leaving);

/* (m) Whether the member has to end. */
static inline bool os_member_is_over(const os_member *m)
{
    return m->gone || m->crew->stop_at_ns != INT64_MAX;
}

bool os_member_over(os_member *m);
/* Waits until `at_ns` (monotonic; INT64_MAX: for ever), or until the member has to end: false then. */
bool os_member_pause(os_member *m, int64_t at_ns);

#endif
