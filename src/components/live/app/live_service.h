/* live_service.h - opening the live feed; for the composition root. */
#ifndef ANC_LIVE_APP_LIVE_SERVICE_H
#define ANC_LIVE_APP_LIVE_SERVICE_H

#include "kernel/ports/bus.h"
#include "kernel/ports/executor.h"
#include "kernel/ports/metrics.h"
#include "live/live.h"

/* A number that is 0 takes the value in brackets. */
typedef struct liv_service_options {
    krn_bus bus; /* subscribed to with "*" */
    /* Where events are delivered, and what says "on the loop" in live.h. ops NULL: whoever opens calls
     * liv_step itself (tests, by a scheduler). */
    krn_executor loop;
    /* The same after a moment: what happens meanwhile goes to a subscriber in one write. Is given a piece of work when
     * the last one has begun. ops NULL: as `loop`. */
    krn_executor later;
    /* The same after a longer one, for transient events, which durable ones take along, and for all where few watch.
     * ops NULL: as `later`. */
    krn_executor lazily;
    krn_metrics metrics; /* ops NULL: none */
    liv_wire wire;
    size_t history;         /* [100] events that a new subscriber can be shown; at most 1,000 */
    size_t max_subscribers; /* [10,000] */
} liv_service_options;

/* Before the bus is started. */
anc_status liv_service_open(const liv_service_options *options, liv_service **ret,
                            anc_err *err) ANC_MUST_CHECK;

/* Hears no more from the bus. Any thread but the bus's. */
void liv_service_stop(liv_service *service);

/* When every subscriber is gone and the loop calls nothing any more. NULL is a no-op. */
void liv_service_close(liv_service *service);

/* A krn_step_fn: gives a bounded number of subscribers what is new to them. On the loop. */
int64_t liv_step(void *service, int64_t now_ns);

#endif
