/* ear.h - a handler that writes down what it hears, and that can be held up or told to fail. */
#ifndef ANC_TESTS_CONTRACT_BUS_EAR_H
#define ANC_TESTS_CONTRACT_BUS_EAR_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/ports/bus.h"
#include "os/clock.h"
#include "os/wait.h"
#include "support/test.h"

enum { EAR_SEEN_MAX = 4096, EAR_TEXT = 1024 };

typedef struct ear {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool held;
    anc_status answer;
    size_t fails; /* times that `answer` is given; SIZE_MAX: always */
    uint64_t seqs[EAR_SEEN_MAX];
    uint64_t ids[EAR_SEEN_MAX]; /* of envelopes {"id":"<number>", …} */
    const ev_type *types[EAR_SEEN_MAX];
    size_t n;
    size_t inside;
    bool overlapped;
    char last_type[EAR_TEXT], last_envelope[EAR_TEXT];
} ear;

static inline void ear_init(ear *e)
{
    memset(e, 0, sizeof *e);
    e->fails = SIZE_MAX;
    (void)pthread_mutex_init(&e->mutex, NULL);
    os_cond_init(&e->changed);
}

static inline uint64_t ear_id(anc_str envelope)
{
    static const char head[] = "{\"id\":\"";
    return anc_str_starts(envelope, ANC_STR(head))
               ? strtoull(envelope.ptr + sizeof head - 1, NULL, 10)
               : 0;
}

static inline void ear_copy(anc_str s, char out[EAR_TEXT])
{
    (void)snprintf(out, EAR_TEXT, "%.*s", (int)(s.len < EAR_TEXT ? s.len : EAR_TEXT - 1), s.ptr);
}

static inline anc_status ear_hear(void *arg, const krn_announcement *event, anc_err *err)
{
    ear *e = arg;
    (void)pthread_mutex_lock(&e->mutex);
    e->overlapped |= e->inside++ > 0;
    (void)pthread_cond_broadcast(&e->changed);
    while (e->held)
        (void)os_cond_wait(&e->changed, &e->mutex, INT64_MAX);
    const size_t at = e->n++ % EAR_SEEN_MAX;
    e->seqs[at] = event->seq;
    e->ids[at] = ear_id(event->envelope);
    e->types[at] = event->type;
    ear_copy(event->type_name, e->last_type);
    ear_copy(event->envelope, e->last_envelope);
    const bool fails = e->answer != ANC_OK && e->fails > 0;
    if (fails && e->fails != SIZE_MAX)
        e->fails--;
    e->inside--;
    (void)pthread_cond_broadcast(&e->changed);
    (void)pthread_mutex_unlock(&e->mutex);
    return fails ? ANC_FAIL(err, e->answer, "as told") : ANC_OK;
}

static inline bool ear_heard(ear *e, size_t n)
{
    const int64_t until = os_mono_ns() + 60000000000;
    (void)pthread_mutex_lock(&e->mutex);
    while (e->n < n && os_cond_wait(&e->changed, &e->mutex, until)) {
        /* until enough was heard */
    }
    const bool heard = e->n >= n;
    (void)pthread_mutex_unlock(&e->mutex);
    return heard;
}

static inline void ear_hold(ear *e, bool held)
{
    (void)pthread_mutex_lock(&e->mutex);
    e->held = held;
    (void)pthread_cond_broadcast(&e->changed);
    (void)pthread_mutex_unlock(&e->mutex);
}

static inline void ear_wait_inside(ear *e)
{
    (void)pthread_mutex_lock(&e->mutex);
    while (e->inside == 0)
        (void)os_cond_wait(&e->changed, &e->mutex, INT64_MAX);
    (void)pthread_mutex_unlock(&e->mutex);
}

static inline size_t ear_count(ear *e)
{
    (void)pthread_mutex_lock(&e->mutex);
    const size_t n = e->n;
    (void)pthread_mutex_unlock(&e->mutex);
    return n;
}

static inline uint64_t ear_subscribe(krn_bus b, const char *pattern, ear *e)
{
    anc_err err = {0};
    uint64_t id = 0;
    ASSERT_OK(b.ops->subscribe(b.self, anc_str_of(pattern), ear_hear, e, &id, &err), &err);
    return id;
}

#endif
