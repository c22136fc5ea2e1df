/* crew.c - see crew.h. */
#include "os/crew.h"

#include <string.h>

#include "os/clock.h"
#include "os/wait.h"

void os_crew_init(os_crew *crew, pthread_mutex_t *mutex, const char *name)
{
    *crew = (os_crew){.mutex = mutex, .name = name, .stop_at_ns = INT64_MAX};
}

void os_member_init(os_member *m, os_crew *crew, void (*run)(void *owner), void *owner)
{
    *m = (os_member){.crew = crew, .owner = owner, .run = run};
    os_cond_init(&m->work);
}

void os_member_done(os_member *m)
{
    (void)pthread_cond_destroy(&m->work);
}

/* Once it has said that it is not at work the member may be gone. */
static void work(void *arg)
{
    os_member *m = arg;
    pthread_mutex_t *mutex = m->crew->mutex;
    m->run(m->owner);
    (void)pthread_mutex_lock(mutex);
    m->at_work = false;
    (void)pthread_cond_broadcast(&m->work);
    (void)pthread_mutex_unlock(mutex);
}

static anc_status start(os_member *m, anc_err *err)
{
    m->at_work = true;
    const anc_status status = os_thread_start(m->crew->name, work, m, &m->thread, err);
    m->at_work = status == ANC_OK;
    return status;
}

anc_status os_crew_add(os_crew *crew, os_member *m, anc_err *err)
{
    if (crew->n == OS_CREW_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "more than %d threads of %s", OS_CREW_MAX, crew->name);
    if (crew->running)
        ANC_TRY(start(m, err));
    m->id = ++crew->last_id;
    crew->list[crew->n++] = m;
    return ANC_OK;
}

os_member *os_crew_take_off(os_crew *crew, uint64_t id)
{
    for (size_t i = 0; i < crew->n; i++) {
        os_member *m = crew->list[i];
        if (m->id != id)
            continue;
        crew->n--;
        memmove(&crew->list[i], &crew->list[i + 1], (crew->n - i) * sizeof(crew->list[0]));
        m->gone = true;
        (void)pthread_cond_broadcast(&m->work);
        return m;
    }
    return NULL;
}

void os_member_join(os_member *m)
{
    os_thread_join(m->thread);
    m->thread = NULL;
    (void)pthread_mutex_lock(m->crew->mutex); /* whoever stops the crew has the thread */
    while (m->at_work)
        os_cond_wait_slice(&m->work, m->crew->mutex);
    (void)pthread_mutex_unlock(m->crew->mutex);
}

anc_status os_crew_start(os_crew *crew, anc_err *err)
{
    crew->stop_at_ns = INT64_MAX;
    for (size_t i = 0; i < crew->n; i++)
        ANC_TRY(start(crew->list[i], err));
    crew->running = true;
    return ANC_OK;
}

void os_crew_let_go(os_crew *crew, int64_t stop_at_ns, os_leaving *ret)
{
    ret->n = 0;
    crew->running = false;
    crew->stop_at_ns = stop_at_ns;
    for (size_t i = 0; i < crew->n; i++) {
        ret->threads[ret->n++] = crew->list[i]->thread;
        crew->list[i]->thread = NULL;
        (void)pthread_cond_broadcast(&crew->list[i]->work);
    }
}

void os_leaving_join(os_leaving *leaving)
{
    for (size_t i = 0; i < leaving->n; i++)
        os_thread_join(leaving->threads[i]);
    leaving->n = 0;
}

bool os_member_over(os_member *m)
{
    (void)pthread_mutex_lock(m->crew->mutex);
    const bool over = os_member_is_over(m);
    (void)pthread_mutex_unlock(m->crew->mutex);
    return over;
}

bool os_member_pause(os_member *m, int64_t at_ns)
{
    (void)pthread_mutex_lock(m->crew->mutex);
    while (!os_member_is_over(m) && os_mono_ns() < at_ns)
        os_cond_wait_slice_until(&m->work, m->crew->mutex, at_ns);
    const bool over = os_member_is_over(m);
    (void)pthread_mutex_unlock(m->crew->mutex);
    return !over;
}
