/* live.h - the live feed: everything that happens, shown to whoever watches.
 *
 * An event that the bus brings is put into the feed's form once, and from that form the edge makes
 * what goes over the wire, once too (liv_wire). The newest events are kept in a window; a subscriber is
 * a place in it and a filter. On the event loop each subscriber is given what is new to it, a batch at
 * a time, through the outlet that it came with; one that does not take its events is the edge's to
 * drop, with liv_unsubscribe.
 *
 * Thread: what says so is for the loop, where outlets are called too; the rest is for any.
 */
#ifndef ANC_LIVE_LIVE_H
#define ANC_LIVE_LIVE_H

#include "base/status.h"
#include "kernel/domain/event.h"

typedef struct liv_service liv_service;
typedef struct liv_subscriber liv_subscriber;
typedef struct liv_event liv_event;

/* What an event becomes for the wire; implemented by the edge. Any thread. */
typedef struct liv_wire {
    /* `json` is the feed's form; `seq` the outbox's, 0 of a transient event. NULL when memory is out. */
    void *(*make)(anc_str json, uint64_t seq);
    void (*free)(void *made); /* NULL is a no-op */
} liv_wire;

const void *liv_event_wire(const liv_event *event); /* never NULL */

/* Where a subscriber's events go; `events` [n] are in order and good for the call. It must not call
 * this component. `replayed`: they were there before the subscriber was. */
typedef void liv_outlet_fn(void *arg, const liv_event *const *events, size_t n, bool replayed);

enum { LIV_TYPES_MAX = 64, LIV_REPLAY_MAX = 1000 };

/* What a subscriber wants to see. */
typedef struct liv_wish {
    const anc_str *types; /* [n_types] exact, a prefix that ends in ".*", or "*"; none: all */
    size_t n_types;
    ev_severity severity; /* at least this */
} liv_wish;

typedef struct liv_start {
    liv_wish wish;
    size_t replay; /* so many of the newest that fit, first; as far as they are kept */
    /* The outbox's events up to here are known to the subscriber. With `resume` all that came after
     * them and is kept is given, whatever `replay` says. */
    uint64_t after_seq;
    bool resume;
} liv_start;

/* A subscriber that sees nothing yet. UNAVAILABLE when there are as many as are taken; NO_MEMORY. On the
 * loop, as the next three. */
anc_status liv_join(liv_service *service, liv_outlet_fn *outlet, void *arg, liv_subscriber **ret,
                    anc_err *err) ANC_MUST_CHECK;

/* Begins to see: what is replayed is given to the outlet before this returns. INVALID names a type that
 * is not registered, or says that there are more than LIV_TYPES_MAX; all stays as it was then. */
anc_status liv_begin(liv_service *service, liv_subscriber *subscriber, const liv_start *start,
                     anc_err *err) ANC_MUST_CHECK;

/* Changes what is wanted from now on. INVALID as above. */
anc_status liv_change(liv_service *service, liv_subscriber *subscriber, const liv_wish *wish,
                      anc_err *err) ANC_MUST_CHECK;

/* `dropped`: it did not take its events, which is counted. Not from an outlet. */
void liv_unsubscribe(liv_service *service, liv_subscriber *subscriber, bool dropped);

/* INVALID as of liv_begin. Any thread. */
anc_status liv_wish_check(const liv_wish *wish, anc_err *err) ANC_MUST_CHECK;

/* Whether a subscriber with this wish, which was checked, sees an event of `type` (NULL: one that is not
 * registered). Any thread. */
bool liv_wish_fits(const liv_wish *wish, const ev_type *type);

/* What happened until now is shown to nobody who comes from now on, and is freed when those who watch have it; about
 * how many events those are. Any thread. */
uint64_t liv_forget(liv_service *service);

typedef struct liv_stats {
    uint64_t subscribers;
    uint64_t queued;  /* events that some subscriber may not have been given yet */
    uint64_t history; /* events that a new subscriber can be shown */
    uint64_t events;  /* since the start */
    uint64_t missed;  /* events that were not shown: too large, or the loop was too late */
    uint64_t dropped_subscribers;
} liv_stats;
liv_stats liv_stats_of(liv_service *service); /* any thread */

#endif
