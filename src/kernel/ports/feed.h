/* feed.h - port: transient events, for who watches now.
 *
 * Adapters: feed_ring. Publishing copies the payload and returns; encoding and delivery happen
 * elsewhere. Contract: any thread; never blocks, never fails, costs well under a microsecond. What
 * finds no room is dropped and counted.
 */
#ifndef ANC_KERNEL_PORTS_FEED_H
#define ANC_KERNEL_PORTS_FEED_H

#include "base/str.h"
#include "kernel/domain/feed_events.h"

typedef struct krn_feed_stats {
    uint64_t published; /* those that were dropped not counted */
    uint64_t dropped;
    uint64_t queued;
} krn_feed_stats;

typedef struct krn_feed_ops {
    const char *name;
    /* `type` is a transient one, `payload` its struct; both views are read before it returns. */
    void (*publish)(void *self, ev_type_id type, const void *payload, const ev_context *context);
    krn_feed_stats (*stats)(void *self);
} krn_feed_ops;

/* ops NULL: nobody listens, and publishing does nothing. */
typedef struct krn_feed {
    const krn_feed_ops *ops;
    void *self;
} krn_feed;

static inline void krn_feed_publish(krn_feed feed, ev_type_id type, const void *payload,
                                    const ev_context *context)
{
    if (feed.ops != NULL)
        feed.ops->publish(feed.self, type, payload, context);
}

/* An `error`: what went wrong in context->component, for people, without secrets. `type` is short and for programs;
 * `recovery` says what happens next, or what to do. */
void krn_feed_error(krn_feed feed, const ev_context *context, anc_str type, anc_str message,
                    anc_str recovery);

#endif
