/* threads.c - each step is called by a thread of its own, so that one that waits for a disk holds up
 * nobody. A wake is remembered until the step begins, so none is lost between its looking for work
 * and its going to sleep. The mutex of a runner guards `woken` and `stopping`. */
#include "kernel/adapters/threads/threads.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "os/clock.h"
#include "os/wait.h"

enum { STEPS_MAX = 48 };

typedef struct runner {
    const char *name; /* borrowed, a literal */
    krn_step_fn *step;
    void *arg;
    os_thread *thread; /* owned; NULL while stopped */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool woken, stopping;
    bool deferred;
} runner;

struct krn_threads {
    runner list[STEPS_MAX];
    uint32_t n;
};

krn_threads *krn_threads_new(void)
{
    return calloc(1, sizeof(krn_threads));
}

/* Sleeps until `next_ns` or a wake; false when the runner is to end. */
static bool sleep_until(runner *r, int64_t next_ns)
{
    (void)pthread_mutex_lock(&r->mutex);
    while (!r->woken && !r->stopping && os_mono_ns() < next_ns)
        os_cond_wait_slice_until(&r->changed, &r->mutex, next_ns);
    r->woken = false;
    const bool go_on = !r->stopping;
    (void)pthread_mutex_unlock(&r->mutex);
    return go_on;
}

static void runner_thread(void *arg)
{
    runner *r = arg;
    int64_t next_ns = 0;
    if (r->deferred)
        os_thread_defer();
    while (sleep_until(r, next_ns))
        next_ns = r->step(r->arg, os_mono_ns());
}

static anc_status threads_add(void *self, const char *name, krn_step_fn *step, void *arg,
                              uint32_t *ret_id, anc_err *err)
{
    krn_threads *t = self;
    if (t->n == STEPS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "%s is one step more than %d", name, STEPS_MAX);
    runner *r = &t->list[t->n];
    r->name = name;
    r->step = step;
    r->arg = arg;
    (void)pthread_mutex_init(&r->mutex, NULL);
    os_cond_init(&r->changed);
    *ret_id = t->n++;
    return ANC_OK;
}

static void threads_defer(void *self, uint32_t id)
{
    krn_threads *t = self;
    assert(id < t->n);
    t->list[id].deferred = true;
}

static void threads_wake(void *self, uint32_t id)
{
    krn_threads *t = self;
    assert(id < t->n);
    runner *r = &t->list[id];
    (void)pthread_mutex_lock(&r->mutex);
    r->woken = true;
    (void)pthread_cond_signal(&r->changed);
    (void)pthread_mutex_unlock(&r->mutex);
}

static void threads_stop(void *self)
{
    krn_threads *t = self;
    for (uint32_t i = 0; i < t->n; i++) {
        runner *r = &t->list[i];
        (void)pthread_mutex_lock(&r->mutex);
        r->stopping = true;
        (void)pthread_cond_signal(&r->changed);
        (void)pthread_mutex_unlock(&r->mutex);
    }
    for (uint32_t i = 0; i < t->n; i++) {
        os_thread_join(t->list[i].thread);
        t->list[i].thread = NULL;
    }
}

static anc_status threads_start(void *self, anc_err *err)
{
    krn_threads *t = self;
    for (uint32_t i = 0; i < t->n; i++) {
        runner *r = &t->list[i];
        assert(r->thread == NULL);
        r->stopping = false;
        const anc_status status = os_thread_start(r->name, runner_thread, r, &r->thread, err);
        if (status != ANC_OK) {
            threads_stop(t);
            return status;
        }
    }
    return ANC_OK;
}

void krn_threads_free(krn_threads *t)
{
    if (t == NULL)
        return;
    threads_stop(t);
    for (uint32_t i = 0; i < t->n; i++) {
        (void)pthread_cond_destroy(&t->list[i].changed);
        (void)pthread_mutex_destroy(&t->list[i].mutex);
    }
    free(t);
}

krn_scheduler krn_threads_scheduler(krn_threads *t)
{
    static const krn_scheduler_ops ops = {
        .name = "threads",
        .add = threads_add,
        .defer = threads_defer,
        .wake = threads_wake,
        .start = threads_start,
        .stop = threads_stop,
    };
    return (krn_scheduler){&ops, t};
}

static anc_status pool_submit(void *self, void (*run)(void *arg), void *arg, anc_err *err)
{
    return os_pool_submit(self, run, arg, err);
}

krn_executor krn_pool_executor(os_pool *pool)
{
    static const krn_executor_ops ops = {"pool", pool_submit};
    return (krn_executor){&ops, pool};
}
