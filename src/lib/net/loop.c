/* loop.c - a libuv loop with a queue of posts and one-shot timers.
 *
 * Posts wait in a list under `lock`; one uv_async wakes the loop, which takes the whole list and
 * calls it without the lock. A post made by net_loop_post owns its node, a net_task belongs to its
 * poster. `closed` is set under the lock, so nobody touches the async handle after it is closed.
 */
#include "net/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "loop_impl.h"

enum { SIGNALS = 3 };

struct net_timer {
    uv_timer_t uv;
    void (*fn)(void *arg);
    void *arg;
    net_timer **slot;
    net_loop *loop;
    net_timer *next, *prev; /* all running timers of the loop */
};

struct net_loop {
    uv_loop_t uv;
    uv_async_t wake;
    uv_signal_t signals[SIGNALS];
    bool has_signals;
    void (*on_signal)(void *arg, int number);
    void *on_signal_arg;
    net_timer *timers;
    _Atomic(pthread_t) thread;
    atomic_uint refs;
    atomic_bool stop_asked;
    atomic_size_t posted;

    pthread_mutex_t lock; /* below: the queue, and whether the async handle may be used */
    net_task *first, *last;
    bool closed;
};

typedef struct owned_task {
    net_task task;
    void (*fn)(void *arg);
    void *arg;
} owned_task;

uv_loop_t *net_loop_uv(net_loop *loop)
{
    return &loop->uv;
}

net_loop *net_loop_ref(net_loop *loop)
{
    atomic_fetch_add(&loop->refs, 1);
    return loop;
}

void net_loop_unref(net_loop *loop)
{
    if (atomic_fetch_sub(&loop->refs, 1) != 1)
        return;
    (void)pthread_mutex_destroy(&loop->lock);
    free(loop);
}

static void run_posted(net_loop *loop)
{
    (void)pthread_mutex_lock(&loop->lock);
    net_task *task = loop->first;
    loop->first = loop->last = NULL;
    (void)pthread_mutex_unlock(&loop->lock);
    while (task != NULL) {
        net_task *next = task->next; /* the task may be posted again from inside its call */
        atomic_fetch_sub(&loop->posted, 1);
        task->fn(task->arg);
        task = next;
    }
}

static void on_wake(uv_async_t *async)
{
    net_loop *loop = async->data;
    run_posted(loop);
    if (atomic_load(&loop->stop_asked))
        uv_stop(&loop->uv);
}

anc_status net_loop_open(net_loop **ret, anc_err *err)
{
    net_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an event loop");
    int rc = uv_loop_init(&loop->uv);
    if (rc != 0) {
        free(loop);
        return ANC_FAIL(err, ANC_IO, "event loop: %s", uv_strerror(rc));
    }
    rc = uv_async_init(&loop->uv, &loop->wake, on_wake);
    if (rc != 0) {
        (void)uv_loop_close(&loop->uv);
        free(loop);
        return ANC_FAIL(err, ANC_IO, "event loop: %s", uv_strerror(rc));
    }
    (void)signal(SIGPIPE, SIG_IGN);
    loop->wake.data = loop;
    atomic_init(&loop->thread, pthread_self());
    atomic_init(&loop->refs, 1);
    (void)pthread_mutex_init(&loop->lock, NULL);
    *ret = loop;
    return ANC_OK;
}

void net_loop_run(net_loop *loop)
{
    atomic_store(&loop->thread, pthread_self());
    while (!atomic_load(&loop->stop_asked))
        (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    atomic_store(&loop->stop_asked, false);
}

void net_loop_stop(net_loop *loop)
{
    atomic_store(&loop->stop_asked, true);
    (void)pthread_mutex_lock(&loop->lock);
    if (!loop->closed)
        (void)uv_async_send(&loop->wake);
    (void)pthread_mutex_unlock(&loop->lock);
}

bool net_loop_post_task(net_loop *loop, net_task *task)
{
    task->next = NULL;
    (void)pthread_mutex_lock(&loop->lock);
    const bool open = !loop->closed;
    if (open) {
        atomic_fetch_add(&loop->posted, 1);
        if (loop->last != NULL)
            loop->last->next = task;
        else
            loop->first = task;
        loop->last = task;
        (void)uv_async_send(&loop->wake);
    }
    (void)pthread_mutex_unlock(&loop->lock);
    return open;
}

static void call_owned(void *arg)
{
    owned_task *owned = arg;
    void (*fn)(void *) = owned->fn;
    void *fn_arg = owned->arg;
    free(owned);
    fn(fn_arg);
}

bool net_loop_post(net_loop *loop, void (*fn)(void *arg), void *arg)
{
    owned_task *owned =
        net_loop_posted(loop) < NET_LOOP_MAX_POSTED ? calloc(1, sizeof *owned) : NULL;
    if (owned == NULL)
        return false;
    *owned = (owned_task){.task = {NULL, call_owned, owned}, .fn = fn, .arg = arg};
    const bool posted = net_loop_post_task(loop, &owned->task);
    if (!posted)
        free(owned);
    return posted;
}

size_t net_loop_posted(net_loop *loop)
{
    return atomic_load(&loop->posted);
}

bool net_loop_here(const net_loop *loop)
{
    return pthread_equal(atomic_load(&loop->thread), pthread_self()) != 0;
}

int64_t net_loop_now_ms(const net_loop *loop)
{
    return (int64_t)uv_now(&loop->uv);
}

/* ---- timers ---- */

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void timer_drop(net_timer *timer)
{
    if (timer->slot != NULL)
        *timer->slot = NULL;
    if (timer->prev != NULL)
        timer->prev->next = timer->next;
    else
        timer->loop->timers = timer->next;
    if (timer->next != NULL)
        timer->next->prev = timer->prev;
    uv_close((uv_handle_t *)&timer->uv, on_timer_closed);
}

static void on_timer(uv_timer_t *uv)
{
    net_timer *timer = uv->data;
    timer_drop(timer);
    timer->fn(timer->arg);
}

bool net_timer_start(net_loop *loop, int64_t delay_ms, void (*fn)(void *arg), void *arg,
                     net_timer **slot)
{
    net_timer *timer = calloc(1, sizeof *timer);
    if (timer == NULL)
        return false;
    if (slot != NULL)
        net_timer_stop(slot);
    timer->fn = fn;
    timer->arg = arg;
    timer->slot = slot;
    timer->loop = loop;
    timer->next = loop->timers;
    if (loop->timers != NULL)
        loop->timers->prev = timer;
    loop->timers = timer;
    (void)uv_timer_init(&loop->uv, &timer->uv);
    timer->uv.data = timer;
    /* a round may have begun long ago: the delay counts from this moment */
    uv_update_time(&loop->uv);
    (void)uv_timer_start(&timer->uv, on_timer, delay_ms > 0 ? (uint64_t)delay_ms : 0, 0);
    if (slot != NULL)
        *slot = timer;
    return true;
}

void net_timer_stop(net_timer **slot)
{
    if (*slot != NULL)
        timer_drop(*slot);
}

/* ---- signals and the end ---- */

static void on_signal(uv_signal_t *handle, int number)
{
    net_loop *loop = handle->data;
    loop->on_signal(loop->on_signal_arg, number);
}

anc_status net_loop_on_signal(net_loop *loop, void (*fn)(void *arg, int number), void *arg,
                              anc_err *err)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    loop->on_signal = fn;
    loop->on_signal_arg = arg;
    if (loop->has_signals)
        return ANC_OK;
    for (int i = 0; i < SIGNALS; i++) {
        (void)uv_signal_init(&loop->uv, &loop->signals[i]);
        loop->signals[i].data = loop;
    }
    loop->has_signals = true;
    for (int i = 0; i < SIGNALS; i++) {
        const int rc = uv_signal_start(&loop->signals[i], on_signal, numbers[i]);
        if (rc != 0)
            return ANC_FAIL(err, ANC_IO, "signal %d: %s", numbers[i], uv_strerror(rc));
    }
    return ANC_OK;
}

void net_loop_end(net_loop *loop)
{
    if (loop == NULL)
        return;
    atomic_store(&loop->thread, pthread_self());
    (void)pthread_mutex_lock(&loop->lock);
    loop->closed = true;
    (void)pthread_mutex_unlock(&loop->lock);
    run_posted(loop);
}

bool net_loop_has_ended(net_loop *loop)
{
    (void)pthread_mutex_lock(&loop->lock);
    const bool ended = loop->closed;
    (void)pthread_mutex_unlock(&loop->lock);
    return ended;
}

void net_loop_close(net_loop *loop)
{
    if (loop == NULL)
        return;
    net_loop_end(loop);
    while (loop->timers != NULL)
        timer_drop(loop->timers);
    for (int i = 0; loop->has_signals && i < SIGNALS; i++)
        uv_close((uv_handle_t *)&loop->signals[i], NULL);
    uv_close((uv_handle_t *)&loop->wake, NULL);
    while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0)
        ;
    (void)uv_loop_close(&loop->uv);
    net_loop_unref(loop);
}
