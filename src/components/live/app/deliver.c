/* deliver.c - from the bus into the window, and from the window to each subscriber.
 *
 * A round visits every subscriber once, LIV_SLICE a step, so that the loop is never held up for long;
 * what comes during a round is given in the same visit to those that are still to be visited, and to
 * all in the next.
 */
#include "service_impl.h"

bool liv_wants(const liv_subscriber *sub, const liv_event *e)
{
    return (e->seq == 0 || e->seq > sub->after_seq) &&
           liv_filter_fits(&sub->filter, e->type, e->severity);
}

static void drop_oldest(liv_service *s)
{
    liv_event **place = &s->window[s->first++ % LIV_WINDOW];
    s->window_bytes -= (*place)->bytes;
    liv_event_free(*place);
    *place = NULL;
}

static void put(liv_service *s, liv_event *e)
{
    while (s->first < s->head &&
           (s->head - s->first == LIV_WINDOW || s->window_bytes + e->bytes > LIV_WINDOW_BYTES))
        drop_oldest(s);
    e->next = NULL;
    s->window[s->head++ % LIV_WINDOW] = e;
    s->window_bytes += e->bytes;
}

uint64_t liv_history_first(const liv_service *s)
{
    return s->first > s->shown_from ? s->first : s->shown_from;
}

/* What came before liv_forget is in the list that is taken after this looked. */
void liv_take_incoming(liv_service *s)
{
    const bool forget = atomic_exchange(&s->forget, false);
    (void)pthread_mutex_lock(&s->mutex);
    liv_event *e = s->in_first;
    s->in_first = s->in_last = NULL;
    s->n_in = 0;
    (void)pthread_mutex_unlock(&s->mutex);
    while (e != NULL) {
        liv_event *next = e->next;
        put(s, e);
        e = next;
    }
    if (forget)
        s->shown_from = s->head;
    const uint64_t kept = s->head - liv_history_first(s);
    atomic_store(&s->n_history, kept < s->o.history ? kept : s->o.history);
}

static void miss(liv_service *s, uint64_t n)
{
    atomic_fetch_add(&s->n_missed, n);
    krn_count(s->missed_series, n);
}

void liv_give(liv_service *s, liv_subscriber *sub, bool replayed)
{
    if (sub->place < s->first) {
        miss(s, s->first - sub->place);
        sub->place = s->first;
    }
    while (sub->place < s->head) {
        const liv_event *list[LIV_AT_ONCE];
        size_t n = 0;
        for (; sub->place < s->head && n < LIV_AT_ONCE; sub->place++) {
            const liv_event *e = s->window[sub->place % LIV_WINDOW];
            if (liv_wants(sub, e))
                list[n++] = e;
        }
        if (n > 0)
            sub->outlet(sub->arg, list, n, replayed);
    }
}

int64_t liv_step(void *service, int64_t now_ns)
{
    liv_service *s = service;
    liv_take_incoming(s);
    if (s->walk == NULL && s->given < s->head) {
        s->walk = s->subscribers;
        s->round_head = s->head;
    }
    for (size_t i = 0; i < LIV_SLICE && s->walk != NULL; i++) {
        liv_subscriber *sub = s->walk;
        s->walk = sub->next;
        liv_give(s, sub, false);
    }
    if (s->walk == NULL)
        s->given = s->round_head;
    while (s->first < s->shown_from && s->first < s->given)
        drop_oldest(s);
    atomic_store(&s->n_queued, s->head - s->given);
    return s->given < s->head ? now_ns : INT64_MAX;
}
