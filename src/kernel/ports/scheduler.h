/* scheduler.h - port: drives step functions: background work in bounded pieces.
 *
 * Adapters: threads (the product), and a seeded one in tests that runs the steps of all in an order
 * of chance over a simulated clock, so that a failing run is a seed that can be replayed.
 *
 * A step does a bounded piece of work and says when it wants to be called again. It is never run
 * twice at once. It does not wait for other steps; blocking I/O is allowed (each registered step of
 * the product has a thread of its own).
 */
#ifndef ANC_KERNEL_PORTS_SCHEDULER_H
#define ANC_KERNEL_PORTS_SCHEDULER_H

#include "base/status.h"

/* `now_ns` is monotonic. The result is the time of the next call on the same clock: at most `now_ns`
 * for "there is more", INT64_MAX for "when I am woken". */
typedef int64_t krn_step_fn(void *arg, int64_t now_ns);

typedef struct krn_scheduler_ops {
    const char *name;
    /* Before start. `name` is a literal of at most 15 characters. LIMIT past 48 steps. */
    ANC_MUST_CHECK anc_status (*add)(void *self, const char *name, krn_step_fn *step, void *arg,
                                     uint32_t *ret_id, anc_err *err);
    /* Before start: the step runs where others leave it time. */
    void (*defer)(void *self, uint32_t id);
    void (*wake)(void *self, uint32_t id); /* call it soon; any thread, never blocks */
    ANC_MUST_CHECK anc_status (*start)(void *self, anc_err *err);
    void (*stop)(void *self); /* returns when no step is running; none will run again */
} krn_scheduler_ops;

typedef struct krn_scheduler {
    const krn_scheduler_ops *ops;
    void *self;
} krn_scheduler;

#endif
