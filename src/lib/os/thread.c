/* thread.c - threads by name, waits with a deadline, and the cores that may be used. */
#include "os/thread.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "os/cgroup.h"
#include "os/clock.h"
#include "os/wait.h"

enum { NAME_BYTES = 16, DEFERRED_NICE = 10 };

struct os_thread {
    pthread_t id;
    void (*run)(void *arg);
    void *arg;
    char name[NAME_BYTES];
};

static void *thread_main(void *self)
{
    os_thread *t = self;
    (void)pthread_setname_np(pthread_self(), t->name);
    t->run(t->arg);
    return NULL;
}

anc_status os_thread_start(const char *name, void (*run)(void *arg), void *arg, os_thread **ret,
                           anc_err *err)
{
    os_thread *t = calloc(1, sizeof *t);
    if (t == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the thread %s", name);
    t->run = run;
    t->arg = arg;
    memcpy(t->name, name, strnlen(name, NAME_BYTES - 1));
    /* signals are for the main thread: a new thread inherits a mask that blocks them all, but for those that tell a
     * thread of what it did itself (guard.c) */
    sigset_t all, before;
    static const int own[] = {SIGBUS, SIGFPE, SIGILL, SIGSEGV};
    (void)sigfillset(&all);
    for (size_t i = 0; i < ANC_COUNT(own); i++)
        (void)sigdelset(&all, own[i]);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int rc = pthread_create(&t->id, NULL, thread_main, t);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        free(t);
        return ANC_FAIL(err, ANC_UNAVAILABLE, "cannot start the thread %s: %s", name, strerror(rc));
    }
    *ret = t;
    return ANC_OK;
}

void os_thread_join(os_thread *thread)
{
    if (thread == NULL)
        return;
    (void)pthread_join(thread->id, NULL);
    free(thread);
}

/* What the system is told of a thread; its own header does not go with <sched.h>. */
typedef struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t slice_ns, deadline_ns, period_ns;
} attributes;

/* By priority alone, one that runs is left alone until its slice is over, and the waking one waits. Linux 6.12 and later
 * let one with the shorter slice in at once; before, the slice is not looked at. */
void os_thread_defer(void)
{
    enum { SLICE_NS = 100000000 };
    const int own = getpriority(PRIO_PROCESS, 0); /* of this thread alone, on Linux */
    const attributes a = {.size = sizeof a,
                          .policy = SCHED_BATCH,
                          .nice = own > DEFERRED_NICE ? own : DEFERRED_NICE,
                          .slice_ns = SLICE_NS};
    if (syscall(SYS_sched_setattr, 0, &a, 0) != 0)
        (void)setpriority(PRIO_PROCESS, 0, a.nice);
}

void os_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attr);
    (void)pthread_condattr_destroy(&attr);
}

bool os_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ns)
{
    if (deadline_ns == INT64_MAX)
        return pthread_cond_wait(cond, mutex) == 0;
    if (deadline_ns < 0)
        deadline_ns = 0;
    const struct timespec at = {(time_t)(deadline_ns / 1000000000),
                                (long)(deadline_ns % 1000000000)};
    return pthread_cond_timedwait(cond, mutex, &at) == 0;
}

void os_cond_wait_slice_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ns)
{
    const int64_t slice_ns = os_mono_ns() + OS_WAIT_SLICE_NS;
    (void)os_cond_wait(cond, mutex, deadline_ns < slice_ns ? deadline_ns : slice_ns);
}

void os_cond_wait_slice(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    os_cond_wait_slice_until(cond, mutex, INT64_MAX);
}

unsigned os_cores(void)
{
    cpu_set_t set;
    int n = 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        n = CPU_COUNT(&set);
    unsigned cores = n > 0 ? (unsigned)n : 1;
    const unsigned quota = os_cgroup_cores(OS_CGROUP_MOUNT, OS_CGROUP_SELF);
    if (quota > 0 && quota < cores)
        cores = quota;
    return cores;
}
