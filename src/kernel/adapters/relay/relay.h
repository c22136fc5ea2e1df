/* relay.h - carries durable events from the outbox to one bus, and removes those that are old.
 *
 * A step for a scheduler; one relay a bus, each with a cursor of its own. Events are published in
 * commit order and at least once: the cursor is kept in the outbox and moves after the bus has taken
 * them, so a crash in between brings the same events again, with the same ids. A bus that is full,
 * away or stopped is tried again after a pause that grows to five seconds, with jitter; nothing else
 * waits for it, and being woken meanwhile does not make it try sooner.
 */
#ifndef ANC_KERNEL_ADAPTERS_RELAY_RELAY_H
#define ANC_KERNEL_ADAPTERS_RELAY_RELAY_H

#include "kernel/ports/bus.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/relays.h"

typedef struct krn_relay krn_relay;

typedef struct krn_relay_options {
    krn_outbox outbox;
    krn_writer writer;
    krn_bus bus;
    krn_clock clock;
    krn_feed feed;       /* ops NULL: nobody watches */
    krn_log log;         /* ops NULL: none */
    krn_metrics metrics; /* ops NULL: none; series carry bus="<name of the bus>" */
    anc_str consumer;    /* whose cursor; empty: "relay". Borrowed for ever */
    size_t batch;        /* events a step, 1 to 1000; 0: 128 */
    int64_t publish_ns;  /* a step's time for the bus; 0: 5 s */
    int64_t save_ns;   /* the cursor is written at most so often, and no step waits for it; 0: after
                          * every step, which waits */
    int64_t linger_ns; /* a step begins no sooner after one that had all; 0: at once. Many commits
                          * then share a round trip, and the first after a pause waits for nothing */
    unsigned
        burst; /* so many steps follow one another at once after a rest of as many lingers, so that what
                     * happens now and then waits for nothing; they are no more than without; 0: 1 */
    uint64_t seed;   /* of the jitter; 0: none */
    bool prunes;     /* removes old events, for all consumers; one relay of a house does */
    int64_t keep_ms; /* how long events are kept at least; 0: a week */
    uint64_t keep;   /* the newest that are kept at most, whatever their age; 0: a million */
} krn_relay_options;

krn_relay *krn_relay_new(const krn_relay_options *options); /* NULL when memory is out */
void krn_relay_free(krn_relay *relay);                      /* NULL is a no-op */

/* A krn_step_fn; `relay` is a krn_relay. Wake it from the outbox's listener. */
int64_t krn_relay_step(void *relay, int64_t now_ns);

/* Writes the cursor if `save_ns` held it back; when the step will not run again. A failure is no
 * more than events that come twice. NULL is a no-op. */
void krn_relay_settle(krn_relay *relay);

/* Tells the metrics how many events wait and how old the oldest is, from the outbox and the clock, also while the step
 * stands in the bus. Any thread but the loop. Errors of the outbox. */
anc_status krn_relay_measure(krn_relay *relay, krn_call *call) ANC_MUST_CHECK;

/* How it stands; any thread. */
krn_relay_state krn_relay_look(krn_relay *relay);

#endif
