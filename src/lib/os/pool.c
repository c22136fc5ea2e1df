/* pool.c - threads that share one bounded queue of tasks and any number of loops.
 *
 * A task is queued in a ring. A loop (os_pool_for) is not queued: its record lives on the stack of
 * the thread that runs it, is linked into `loops` while it has indexes to give away, and idle
 * threads take indexes from it one by one. The owner takes indexes as well, so a loop ends even when
 * every other thread is busy, and a loop inside a task of the same pool cannot wait for itself.
 * Loops go before tasks: somebody is waiting for them.
 *
 * One mutex guards everything but the bodies, which run without it. `work` wakes idle threads,
 * `done` the owners of loops whose last helper has left.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/thread.h"
#include "os/wait.h"

enum { THREADS_MAX = 1024 };

typedef struct task {
    void (*run)(void *arg);
    void *arg;
} task;

typedef struct loop {
    struct loop *next;
    void (*body)(void *arg, size_t i);
    void *arg;
    size_t n;
    size_t given;    /* indexes handed out; the loop is linked while given < n */
    size_t finished; /* indexes whose body has returned */
} loop;

struct os_pool {
    pthread_mutex_t mutex;
    pthread_cond_t work;
    pthread_cond_t done;
    task *ring; /* owned; [max_queued] */
    size_t max_queued;
    size_t first, queued;
    loop *loops; /* borrowed from the stacks of their owners */
    bool closing;
    bool deferred;
    unsigned n_threads;
    os_thread *threads[]; /* owned */
};

static void unlink_loop(os_pool *pool, const loop *l)
{
    for (loop **at = &pool->loops; *at != NULL; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            return;
        }
}

/* Runs one index of `l`, which must have one; called and left with the mutex held. */
static void run_index(os_pool *pool, loop *l)
{
    const size_t i = l->given++;
    if (l->given == l->n)
        unlink_loop(pool, l);
    (void)pthread_mutex_unlock(&pool->mutex);
    l->body(l->arg, i);
    (void)pthread_mutex_lock(&pool->mutex);
    if (++l->finished == l->n)
        (void)pthread_cond_broadcast(&pool->done);
}

static void run_task(os_pool *pool)
{
    const task t = pool->ring[pool->first];
    pool->first = (pool->first + 1) % pool->max_queued;
    pool->queued--;
    (void)pthread_mutex_unlock(&pool->mutex);
    t.run(t.arg);
    (void)pthread_mutex_lock(&pool->mutex);
}

static void worker(void *arg)
{
    os_pool *pool = arg;
    bool deferred = false;
    (void)pthread_mutex_lock(&pool->mutex);
    for (;;) {
        if (pool->deferred && !deferred) {
            os_thread_defer();
            deferred = true;
        }
        if (pool->loops != NULL)
            run_index(pool, pool->loops);
        else if (pool->queued > 0)
            run_task(pool);
        else if (pool->closing)
            break;
        else
            os_cond_wait_slice(&pool->work, &pool->mutex);
    }
    (void)pthread_mutex_unlock(&pool->mutex);
}

static os_pool *pool_new(unsigned threads, size_t max_queued)
{
    os_pool *pool = calloc(1, sizeof *pool + threads * sizeof pool->threads[0]);
    if (pool == NULL)
        return NULL;
    pool->max_queued = max_queued;
    pool->ring = calloc(max_queued, sizeof *pool->ring);
    if (pool->ring == NULL) {
        free(pool);
        return NULL;
    }
    (void)pthread_mutex_init(&pool->mutex, NULL);
    os_cond_init(&pool->work);
    os_cond_init(&pool->done);
    return pool;
}

anc_status os_pool_open(const char *name, unsigned threads, size_t max_queued, os_pool **ret,
                        anc_err *err)
{
    if (threads == 0)
        threads = os_cores();
    if (threads > THREADS_MAX || max_queued == 0)
        return ANC_FAIL(err, ANC_INVALID, "the pool %s: %u threads and a queue of %zu", name,
                        threads, max_queued);
    os_pool *pool = pool_new(threads, max_queued);
    if (pool == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the pool %s with a queue of %zu", name,
                        max_queued);
    for (unsigned i = 0; i < threads; i++) {
        char label[32];
        (void)snprintf(label, sizeof label, "%.11s-%u", name, i);
        const anc_status status = os_thread_start(label, worker, pool, &pool->threads[i], err);
        if (status != ANC_OK) {
            os_pool_stop(pool);
            os_pool_free(pool);
            return status;
        }
        pool->n_threads++;
    }
    *ret = pool;
    return ANC_OK;
}

void os_pool_defer(os_pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    pool->deferred = true;
    (void)pthread_mutex_unlock(&pool->mutex);
}

void os_pool_stop(os_pool *pool)
{
    if (pool == NULL)
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    (void)pthread_cond_broadcast(&pool->work);
    (void)pthread_mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->n_threads; i++) {
        os_thread_join(pool->threads[i]);
        pool->threads[i] = NULL;
    }
}

void os_pool_free(os_pool *pool)
{
    if (pool == NULL)
        return;
    os_pool_stop(pool);
    (void)pthread_cond_destroy(&pool->done);
    (void)pthread_cond_destroy(&pool->work);
    (void)pthread_mutex_destroy(&pool->mutex);
    free(pool->ring);
    free(pool);
}

anc_status os_pool_submit(os_pool *pool, void (*run)(void *arg), void *arg, anc_err *err)
{
    (void)pthread_mutex_lock(&pool->mutex);
    const bool closing = pool->closing;
    const bool taken = !closing && pool->queued < pool->max_queued;
    if (taken) {
        pool->ring[(pool->first + pool->queued) % pool->max_queued] = (task){run, arg};
        pool->queued++;
        (void)pthread_cond_signal(&pool->work);
    }
    (void)pthread_mutex_unlock(&pool->mutex);
    if (closing)
        return ANC_FAIL(err, ANC_CANCELLED, "the pool has been stopped");
    if (!taken)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the queue of %zu tasks is full", pool->max_queued);
    return ANC_OK;
}

void os_pool_for(os_pool *pool, size_t n, void (*body)(void *arg, size_t i), void *arg)
{
    if (n == 0)
        return;
    if (n == 1) {
        body(arg, 0);
        return;
    }
    loop l = {.body = body, .arg = arg, .n = n};
    (void)pthread_mutex_lock(&pool->mutex);
    l.next = pool->loops;
    pool->loops = &l;
    (void)pthread_cond_broadcast(&pool->work);
    while (l.given < l.n)
        run_index(pool, &l);
    while (l.finished < l.n)
        os_cond_wait_slice(&pool->done, &pool->mutex);
    (void)pthread_mutex_unlock(&pool->mutex);
}

size_t os_pool_queued(const os_pool *pool)
{
    /* the mutex is no part of what the caller sees as const */
    os_pool *self = (os_pool *)(uintptr_t)pool;
    (void)pthread_mutex_lock(&self->mutex);
    const size_t n = self->queued;
    (void)pthread_mutex_unlock(&self->mutex);
    return n;
}

unsigned os_pool_threads(const os_pool *pool)
{
    return pool->n_threads;
}
