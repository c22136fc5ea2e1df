/* performance.h - watches how the server fares, and tells it when something passes its threshold, and once more when
 * it is well again: an event `performance` each, with the value and the threshold in its metric's unit.
 *
 * The latency of questions is heard from the bus (query.completed); all else is read by the composition root's
 * functions. One step function for a scheduler; without one, or with nothing to watch, it costs nothing.
 */
#ifndef ANC_LIVE_APP_PERFORMANCE_H
#define ANC_LIVE_APP_PERFORMANCE_H

#include "kernel/ports/bus.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"

typedef struct liv_performance liv_performance;

/* Something that is looked at in each step. */
typedef struct liv_reading {
    anc_str metric, component; /* literals */
    double threshold;          /* told above it */
    double (*read)(void *arg); /* on the step's thread; NAN: not known now */
} liv_reading;

enum { LIV_READINGS_MAX = 8, LIV_LATENCY_LEAST = 10 };

typedef struct liv_performance_options {
    krn_bus bus;
    krn_feed feed;
    krn_clock clock;
    int64_t every_ns, window_ns;
    double
        hysteresis; /* 0 to 1: share of a threshold that a value has to be below it to be well again */
    double
        latency_p95_ms; /* of questions in the window, from LIV_LATENCY_LEAST of them on; 0: not watched */
    const liv_reading *readings; /* [n_readings], at most LIV_READINGS_MAX; copied */
    size_t n_readings;
    void *arg; /* of the readings */
} liv_performance_options;

/* INVALID for too many readings; NO_MEMORY; what the bus gives. */
anc_status liv_performance_open(const liv_performance_options *options, liv_performance **ret,
                                anc_err *err) ANC_MUST_CHECK;
void liv_performance_close(liv_performance *p); /* before the bus goes; NULL is a no-op */

/* A step function; `arg` is the liv_performance. */
int64_t liv_performance_step(void *arg, int64_t now_ns);

#endif
