/* wait.h - condition variables on the clock that deadlines use. */
#ifndef ANC_OS_WAIT_H
#define ANC_OS_WAIT_H

#include <pthread.h>

#include "base/base.h"

/* A condition variable whose waits are measured by os_mono_ns. pthread_cond_destroy ends it. */
void os_cond_init(pthread_cond_t *cond);

/* Waits, with `mutex` held, until signalled or until the monotonic clock reaches `deadline_ns`
 * (INT64_MAX: for ever). False when the deadline passed. Wakes for no reason are possible. */
bool os_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ns);

/* Waits, with `mutex` held, until signalled or for OS_WAIT_SLICE_NS, for what others are sure to do, be it
 * late: the caller looks again in a loop, so that a wake that got lost costs a slice and not the thread. */
#define OS_WAIT_SLICE_NS ((int64_t)1000000000)
void os_cond_wait_slice(pthread_cond_t *cond, pthread_mutex_t *mutex);
/* The same, and no longer than until `deadline_ns`. */
void os_cond_wait_slice_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ns);

#endif
