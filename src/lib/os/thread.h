/* thread.h - threads, and pools of them with a bounded queue.
 *
 * A pool runs tasks in the order they came, on `threads` threads. Its queue is bounded: a submit to
 * a full one is refused at once, and the caller says what that means. A task never runs on the
 * thread that submitted it. Stopping runs what is queued, then joins.
 */
#ifndef ANC_OS_THREAD_H
#define ANC_OS_THREAD_H

#include "base/status.h"

typedef struct os_thread os_thread;

/* Starts `run(arg)` on a thread of its own; `name` (at most 15 characters) shows up in top. */
anc_status os_thread_start(const char *name, void (*run)(void *arg), void *arg, os_thread **ret,
                           anc_err *err) ANC_MUST_CHECK;
void os_thread_join(os_thread *thread); /* waits for its end and frees it; NULL is a no-op */

/* From now on the calling thread runs where others leave it time, and gives way at once to one that wakes: long work beside
 * what somebody waits for. Where others want all of a core it keeps a tenth of it. There is no way back. */
void os_thread_defer(void);

/* Cores this process may use, at least 1 (affinity and cgroup quota counted). */
unsigned os_cores(void);

typedef struct os_pool os_pool;

/* `threads` 0 means os_cores(). */
anc_status os_pool_open(const char *name, unsigned threads, size_t max_queued, os_pool **ret,
                        anc_err *err) ANC_MUST_CHECK;

/* From now on the pool's threads are deferred, as by os_thread_defer. */
void os_pool_defer(os_pool *pool);

/* Refuses what is submitted from now on, runs what is queued, joins the threads. os_pool_for then runs
 * on its caller alone, so that tasks of another pool may still use this one. Twice is fine, NULL a
 * no-op. */
void os_pool_stop(os_pool *pool);
void os_pool_free(os_pool *pool); /* stops where it was not, frees; NULL is a no-op */

/* Queues `run(arg)`. UNAVAILABLE when the queue is full, CANCELLED when the pool was stopped. Any
 * thread. */
anc_status os_pool_submit(os_pool *pool, void (*run)(void *arg), void *arg,
                          anc_err *err) ANC_MUST_CHECK;

/* Runs `body(arg, i)` for each i < n on the pool's threads and on this one, and returns when all
 * are done. Works from inside a task of the same pool (this thread always makes progress). */
void os_pool_for(os_pool *pool, size_t n, void (*body)(void *arg, size_t i), void *arg);

size_t os_pool_queued(const os_pool *pool);
unsigned os_pool_threads(const os_pool *pool);

#endif
