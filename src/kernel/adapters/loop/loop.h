/* loop.h - the executor port on an event loop: what is submitted runs on the loop's thread. */
#ifndef ANC_KERNEL_ADAPTERS_LOOP_LOOP_H
#define ANC_KERNEL_ADAPTERS_LOOP_LOOP_H

#include "kernel/ports/executor.h"
#include "net/loop.h"

/* `loop` is borrowed. UNAVAILABLE once it is closing. */
krn_executor krn_loop_executor(net_loop *loop);

#endif
