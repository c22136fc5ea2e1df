/* bus.h - port: where announced events go, and where handlers hear of them.
 *
 * Adapters: memory (in this process), redis, kafka. Durable events arrive here from a relay of the
 * outbox, at least once, in order per aggregate; transient ones come from the feed's ring, may be
 * dropped, and are then counted.
 *
 * Contract: publish from any thread, a call at a time for durable events; with a deadline in the past
 * or in memory it never blocks. Handlers run on threads of the bus, one event at a time for each
 * subscription; one handler's failure or slowness never stops another. Between start and stop only.
 * A bus whose server is away starts all the same and comes to it by itself. A pattern is an exact
 * type, a prefix that ends in ".*", or "*".
 */
#ifndef ANC_KERNEL_PORTS_BUS_H
#define ANC_KERNEL_PORTS_BUS_H

#include "base/status.h"
#include "kernel/domain/event.h"

/* An event on its way; good while the handler runs. */
typedef struct krn_announcement {
    const ev_type *type; /* NULL: a type that the registry does not know */
    anc_str type_name;
    anc_str envelope; /* JSON */
    uint64_t seq;     /* of the outbox; 0 for a transient event */
} krn_announcement;

typedef anc_status krn_bus_handler_fn(void *arg, const krn_announcement *event, anc_err *err);

typedef struct krn_bus_stats {
    uint64_t subscribers;
    uint64_t queued;
    uint64_t published;
    uint64_t dropped; /* transient events that a full queue refused */
    uint64_t handler_errors;
    uint64_t refused; /* events from outside that did not fit their type; set aside */
    /* Durable events of ours that the bus will never take, and that were given up. */
    uint64_t unfit;
    bool running;
    bool reachable;    /* the last contact with the server went well; in memory: always */
    char problem[512]; /* a whole anc_err.text: why it is not reachable; without secrets */
} krn_bus_stats;

typedef struct krn_bus_ops {
    const char *name;
    /* Takes events [n], in order, until one is not taken; *ret_taken counts the first ones that were:
     * these are on the bus, as sure as it keeps anything (Kafka: acks=all). All of one call are
     * durable or all are transient. UNAVAILABLE when a durable one finds the bus full or away, DEADLINE
     * at `deadline_ns` (monotonic): the relay brings the rest again, and those that were under way may
     * arrive twice. A transient one that finds no room is dropped and counted, with OK. The bytes are
     * copied. */
    ANC_MUST_CHECK anc_status (*publish)(void *self, const krn_announcement *events, size_t n,
                                         int64_t deadline_ns, size_t *ret_taken, anc_err *err);
    ANC_MUST_CHECK anc_status (*subscribe)(void *self, anc_str pattern, krn_bus_handler_fn *handler,
                                           void *arg, uint64_t *ret_id, anc_err *err);
    /* After it returned the handler is not running and will not be called. Not from a handler. */
    void (*unsubscribe)(void *self, uint64_t id);
    ANC_MUST_CHECK anc_status (*start)(void *self, anc_err *err);
    void (*stop)(void *self); /* delivers what is queued for at most a second, then ends */
    krn_bus_stats (*stats)(void *self);
} krn_bus_ops;

typedef struct krn_bus {
    const krn_bus_ops *ops;
    void *self;
} krn_bus;

/* Whether the event came out of the outbox. */
static inline bool krn_is_durable(const krn_announcement *event)
{
    return event->seq > 0;
}

#endif
