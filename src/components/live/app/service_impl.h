/* service_impl.h - the live feed from inside. Private.
 *
 *   bus thread ── event_new ──> incoming ──┐ (mutex)
 *   loop ──────────────────────────────────┴──> window ──> subscribers, each from its own place on
 *
 * The window is a ring of the newest events, bounded by number and bytes. Events are numbered by their
 * place in the feed; a subscriber's `next` is the first that it has not been given. One whose next has
 * fallen out of the window misses what lies between, which is counted: that takes a loop that is
 * seconds late, since what a client does not take is not waited for.
 *
 * Rules: `mutex` guards incoming alone. Window, subscribers and walk are the loop's. The atomics speak
 * for themselves.
 */
#ifndef ANC_LIVE_APP_SERVICE_IMPL_H
#define ANC_LIVE_APP_SERVICE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "live/app/live_service.h"
#include "live/domain/filter.h"

enum {
    LIV_WINDOW = 1024,           /* events; a power of two */
    LIV_WINDOW_BYTES = 32 << 20, /* of their feed's form */
    LIV_EVENT_BYTES = 1 << 20,   /* a larger one is not shown */
    LIV_INCOMING = 4096,         /* events that wait for the loop; more are missed */
    LIV_HISTORY = 100,
    LIV_SUBSCRIBERS = 10000,
    LIV_FEW = 250,    /* up to so many are given a durable event no sooner than a transient one */
    LIV_AT_ONCE = 64, /* events that a subscriber is given at once */
    LIV_SLICE = 64    /* subscribers that a step serves */
};

struct liv_event {
    liv_event *next; /* in incoming */
    const ev_type *type;
    ev_severity severity;
    uint64_t seq;
    size_t bytes;
    void *wire; /* owned */
    void (*wire_free)(void *made);
};

struct liv_subscriber {
    liv_subscriber *next, *prev;
    liv_outlet_fn *outlet;
    void *arg;
    uint64_t place;     /* of the first event that it has not been given */
    uint64_t after_seq; /* durable events up to here are known to it */
    liv_filter filter;
};

/* A step that is on its way to the loop, or not. */
typedef struct liv_wake {
    liv_service *service;
    krn_executor where; /* ops NULL: none, steps are called from outside */
    atomic_bool pending;
} liv_wake;

struct liv_service {
    liv_service_options o;
    uint64_t bus_id;
    bool subscribed;
    krn_series *events_series, *missed_series, *dropped_series, *subscribers_series;

    pthread_mutex_t mutex;
    liv_event *in_first, *in_last; /* owned */
    size_t n_in;
    uint64_t last_seq;        /* of the bus's thread: what a relay brings again is passed over */
    liv_wake now, soon, late; /* late: for transient events, and all where few watch */
    atomic_bool forget;       /* what came until now is for nobody new */

    /* loop */
    liv_event *window[LIV_WINDOW]; /* owned; place p at p % LIV_WINDOW */
    uint64_t first, head;          /* places: the oldest that is there, the next to come */
    uint64_t shown_from;           /* nobody new is shown what stands before this place */
    size_t window_bytes;
    liv_subscriber *subscribers;
    liv_subscriber *walk; /* the next to be served in this round; NULL: none is under way */
    uint64_t round_head;  /* head when this round began */
    uint64_t given;       /* every subscriber has been given what stands before this place */

    atomic_uint_fast64_t n_subscribers, n_events, n_missed, n_dropped, n_queued, n_history;
};

/* event.c */
liv_event *liv_event_new(const liv_service *service, const krn_announcement *announcement);
void liv_event_free(liv_event *event); /* NULL is a no-op */

/* deliver.c */
uint64_t liv_history_first(const liv_service *service); /* the oldest place that is still for all */
void liv_take_incoming(liv_service *service);
bool liv_wants(const liv_subscriber *subscriber, const liv_event *event);
/* Gives it what stands in the window from its place on, at most LIV_AT_ONCE at a time. */
void liv_give(liv_service *service, liv_subscriber *subscriber, bool replayed);

#endif
