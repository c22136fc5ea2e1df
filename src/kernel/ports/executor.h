/* executor.h - port: a place where a piece of work can be run.
 *
 * Adapters: pool (cpu, io), loop (the event loop: tasks there must not block for more than a
 * millisecond), inline (tests: runs at once). Contract: submit from any thread; the task runs
 * exactly once, never inside submit (inline apart). Refused: UNAVAILABLE when the queue is full for
 * now, CANCELLED when the place has ended for good and there is no use in trying again.
 */
#ifndef ANC_KERNEL_PORTS_EXECUTOR_H
#define ANC_KERNEL_PORTS_EXECUTOR_H

#include "base/status.h"

typedef struct krn_executor_ops {
    const char *name;
    ANC_MUST_CHECK anc_status (*submit)(void *self, void (*run)(void *arg), void *arg,
                                        anc_err *err);
} krn_executor_ops;

typedef struct krn_executor {
    const krn_executor_ops *ops;
    void *self;
} krn_executor;

static inline ANC_MUST_CHECK anc_status krn_submit(krn_executor e, void (*run)(void *arg),
                                                   void *arg, anc_err *err)
{
    return e.ops->submit(e.self, run, arg, err);
}

#endif
