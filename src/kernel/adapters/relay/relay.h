/* relay.h - carries durable events from the outbox to the bus, and removes those that are old.
 *
 * A step for a scheduler. Events are published in commit order and at least once: the relay's own
 * cursor is kept in the outbox and moves after the bus has taken them, so a crash in between brings
 * the same events again, with the same ids. A bus that is full or stopped is tried again after a
 * pause that grows to five seconds; nothing else waits for it.
 */
#ifndef ANC_KERNEL_ADAPTERS_RELAY_RELAY_H
#define ANC_KERNEL_ADAPTERS_RELAY_RELAY_H

#include "kernel/ports/bus.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"

typedef struct krn_relay krn_relay;

typedef struct krn_relay_options {
    krn_outbox outbox;
    krn_writer writer;
    krn_bus bus;
    krn_clock clock;
    krn_log log;         /* ops NULL: none */
    krn_metrics metrics; /* ops NULL: none */
    int64_t keep_ms;     /* how long events are kept at least; 0: a week */
    uint64_t keep;       /* the newest that are kept at most, whatever their age; 0: a million */
} krn_relay_options;

krn_relay *krn_relay_new(const krn_relay_options *options); /* NULL when memory is out */
void krn_relay_free(krn_relay *relay);                      /* NULL is a no-op */

/* A krn_step_fn; `relay` is a krn_relay. Wake it from the outbox's listener. */
int64_t krn_relay_step(void *relay, int64_t now_ns);

#endif
