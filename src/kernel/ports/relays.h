/* relays.h - port: how far the buses are behind the outbox.
 *
 * Adapters: the composition root, which has one relay a bus. Any thread, never blocks.
 */
#ifndef ANC_KERNEL_PORTS_RELAYS_H
#define ANC_KERNEL_PORTS_RELAYS_H

#include "base/base.h"

enum { KRN_RELAYS_MAX = 8, KRN_PROBLEM_TEXT = 512 }; /* a whole anc_err.text */

typedef struct krn_relay_state {
    const char *bus;           /* "memory", "redis", "kafka"; literal */
    uint64_t delivered;        /* seq of the last event that the bus took */
    uint64_t events, failures; /* since the start: events taken, steps that failed */
    uint64_t waiting;  /* events not taken when that was last measured, less those taken since */
    int64_t oldest_ms; /* wall time of the oldest event that waits; 0: none is known to wait */
    bool failing;      /* the last try did not take all */
    char problem[KRN_PROBLEM_TEXT]; /* why; without secrets; empty when it is not failing */
} krn_relay_state;

typedef struct krn_relays_ops {
    const char *name;
    /* Writes the states of all relays, at most KRN_RELAYS_MAX; returns their number. */
    size_t (*look)(void *self, krn_relay_state out[KRN_RELAYS_MAX]);
} krn_relays_ops;

typedef struct krn_relays {
    const krn_relays_ops *ops;
    void *self;
} krn_relays;

#endif
