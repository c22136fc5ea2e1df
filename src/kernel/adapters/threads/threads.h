/* threads.h - the scheduler port with a thread for each step, the executor port over a pool. */
#ifndef ANC_KERNEL_ADAPTERS_THREADS_THREADS_H
#define ANC_KERNEL_ADAPTERS_THREADS_THREADS_H

#include "kernel/ports/executor.h"
#include "kernel/ports/scheduler.h"
#include "os/thread.h"

typedef struct krn_threads krn_threads;

krn_threads *krn_threads_new(void);    /* NULL when memory is out */
void krn_threads_free(krn_threads *t); /* stops it first; NULL is a no-op */
krn_scheduler krn_threads_scheduler(krn_threads *t);

/* `pool` is borrowed. */
krn_executor krn_pool_executor(os_pool *pool);

#endif
