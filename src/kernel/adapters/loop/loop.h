/* loop.h - the executor port on an event loop: what is submitted runs on the loop's thread. */
#ifndef ANC_KERNEL_ADAPTERS_LOOP_LOOP_H
#define ANC_KERNEL_ADAPTERS_LOOP_LOOP_H

#include "kernel/ports/executor.h"
#include "net/loop.h"

/* `loop` is borrowed. UNAVAILABLE once it is closing. */
krn_executor krn_loop_executor(net_loop *loop);

/* The same after a pause, so that what comes meanwhile goes along. Holds one piece of work: the next may be submitted
 * when the last one runs. What the loop's end overtakes does not run. */
typedef struct krn_loop_later {
    net_loop *loop; /* borrowed */
    int64_t pause_ms;
    void (*run)(void *arg); /* the rest is the executor's */
    void *arg;
    net_timer *timer;
} krn_loop_later;

krn_executor krn_loop_executor_later(krn_loop_later *later);

#endif
