/* feed_ring.h - the feed port as a bounded ring, and the step that hands on what stands in it.
 *
 * Publishers copy into the ring without a lock; the step makes each event's envelope once and gives
 * it to every bus. A ring that is full drops what comes, so a step that is late costs the publishers
 * nothing.
 */
#ifndef ANC_KERNEL_ADAPTERS_FEED_RING_FEED_RING_H
#define ANC_KERNEL_ADAPTERS_FEED_RING_FEED_RING_H

#include "kernel/domain/veil.h"
#include "kernel/ports/bus.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/metrics.h"

enum { KRN_FEED_BUSES = 4 };

typedef struct krn_feed_ring krn_feed_ring;

typedef struct krn_feed_ring_options {
    krn_clock clock;
    krn_metrics metrics; /* ops NULL: none */
    krn_veil veil;       /* of what events say of people; its key is borrowed */
    size_t slots;        /* a power of two; 0: 2,048 */
    krn_bus buses[KRN_FEED_BUSES];
    size_t n_buses;
    /* Has the step called soon; from a publisher's thread, when the ring was seen empty. */
    void (*wake)(void *arg);
    void *arg;
} krn_feed_ring_options;

krn_feed_ring *krn_feed_ring_new(const krn_feed_ring_options *options); /* NULL: memory is out */
void krn_feed_ring_free(krn_feed_ring *ring); /* when nobody publishes any more; NULL is a no-op */
krn_feed krn_feed_ring_feed(krn_feed_ring *ring);

/* A krn_step_fn; `ring` is a krn_feed_ring. Hands on at most 256 events. */
int64_t krn_feed_ring_step(void *ring, int64_t now_ns);

#endif
