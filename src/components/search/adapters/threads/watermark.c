/* watermark.c - a number under a lock, and those who wait for it to grow.
 *
 * A cancel flag cannot signal anybody, so a waiter looks at it every POLL_NS.
 */
#include "search/adapters/threads/watermark.h"

#include <pthread.h>
#include <stdlib.h>

#include "os/clock.h"
#include "os/wait.h"

enum { POLL_NS = 20 * 1000 * 1000 };

typedef struct watermark {
    pthread_mutex_t lock;
    pthread_cond_t raised;
    uint64_t mark;     /* under lock */
    uint64_t from, to; /* under lock; reached as well */
    bool stopped;      /* under lock */
} watermark;

static void threads_raise(void *self, uint64_t mark)
{
    watermark *w = self;
    (void)pthread_mutex_lock(&w->lock);
    if (mark > w->mark) {
        w->mark = mark;
        (void)pthread_cond_broadcast(&w->raised);
    }
    (void)pthread_mutex_unlock(&w->lock);
}

static uint64_t threads_read(void *self)
{
    watermark *w = self;
    (void)pthread_mutex_lock(&w->lock);
    const uint64_t mark = w->mark;
    (void)pthread_mutex_unlock(&w->lock);
    return mark;
}

static bool has_locked(const watermark *w, uint64_t mark)
{
    return w->mark >= mark || (mark > w->from && mark <= w->to);
}

static void threads_raise_ahead(void *self, uint64_t from, uint64_t to)
{
    watermark *w = self;
    (void)pthread_mutex_lock(&w->lock);
    w->from = from;
    w->to = to;
    (void)pthread_cond_broadcast(&w->raised);
    (void)pthread_mutex_unlock(&w->lock);
}

static bool threads_has(void *self, uint64_t mark)
{
    watermark *w = self;
    (void)pthread_mutex_lock(&w->lock);
    const bool has = has_locked(w, mark);
    (void)pthread_mutex_unlock(&w->lock);
    return has;
}

static anc_status wait_locked(watermark *w, krn_call *call, uint64_t mark)
{
    while (!has_locked(w, mark)) {
        const int64_t now = os_mono_ns();
        if (w->stopped)
            return ANC_FAIL(call->err, ANC_UNAVAILABLE, "the index is closing");
        if (atomic_load_explicit(call->cancelled, memory_order_relaxed))
            return ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
        if (now >= call->deadline_ns)
            return ANC_FAIL(call->err, ANC_DEADLINE,
                            "the index stands at change %llu, %llu was waited for",
                            (unsigned long long)w->mark, (unsigned long long)mark);
        const int64_t left = call->deadline_ns - now;
        (void)os_cond_wait(&w->raised, &w->lock, now + (left < POLL_NS ? left : POLL_NS));
    }
    return ANC_OK;
}

static anc_status threads_wait(void *self, krn_call *call, uint64_t mark)
{
    watermark *w = self;
    (void)pthread_mutex_lock(&w->lock);
    const anc_status status = wait_locked(w, call, mark);
    (void)pthread_mutex_unlock(&w->lock);
    return status;
}

static void threads_stop(void *self)
{
    watermark *w = self;
    (void)pthread_mutex_lock(&w->lock);
    w->stopped = true;
    (void)pthread_cond_broadcast(&w->raised);
    (void)pthread_mutex_unlock(&w->lock);
}

static void threads_close(void *self)
{
    watermark *w = self;
    (void)pthread_cond_destroy(&w->raised);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

anc_status srch_threads_watermark_open(srch_watermark *ret, anc_err *err)
{
    static const srch_watermark_ops ops = {
        .name = "threads",
        .raise = threads_raise,
        .read = threads_read,
        .raise_ahead = threads_raise_ahead,
        .has = threads_has,
        .wait = threads_wait,
        .stop = threads_stop,
        .close = threads_close,
    };
    watermark *w = calloc(1, sizeof *w);
    if (w == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a watermark");
    (void)pthread_mutex_init(&w->lock, NULL);
    os_cond_init(&w->raised);
    *ret = (srch_watermark){&ops, w};
    return ANC_OK;
}
