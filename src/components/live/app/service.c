/* service.c - opening and closing the live feed, and its ear on the bus. */
#include <stdlib.h>

#include "service_impl.h"

/* ---- the bus's thread ---- */

static void run(void *arg);

static void schedule(liv_wake *w)
{
    anc_err ignored = {0};
    if (w->where.ops == NULL || atomic_exchange(&w->pending, true))
        return;
    if (krn_submit(w->where, run, w, &ignored) != ANC_OK)
        atomic_store(&w->pending, false); /* the next event tries again */
}

static void run(void *arg)
{
    liv_wake *w = arg;
    liv_service *s = w->service;
    atomic_store(&w->pending, false);
    if (liv_step(s, 0) != INT64_MAX)
        schedule(&s->now);
}

/* False when there is no room. */
static bool push(liv_service *s, liv_event *e)
{
    (void)pthread_mutex_lock(&s->mutex);
    const bool room = s->n_in < LIV_INCOMING;
    if (room) {
        if (s->in_last != NULL)
            s->in_last->next = e;
        else
            s->in_first = e;
        s->in_last = e;
        s->n_in++;
    }
    (void)pthread_mutex_unlock(&s->mutex);
    return room;
}

static anc_status on_event(void *arg, const krn_announcement *a, anc_err *err)
{
    liv_service *s = arg;
    if (a->seq > 0 && a->seq <= s->last_seq)
        return ANC_OK;
    s->last_seq = a->seq > 0 ? a->seq : s->last_seq;
    liv_event *e = liv_event_new(s, a);
    if (e == NULL || !push(s, e)) {
        liv_event_free(e);
        atomic_fetch_add(&s->n_missed, 1);
        krn_count(s->missed_series, 1);
        return ANC_FAIL(err, ANC_LIMIT, "an event of %zu bytes is not shown", a->envelope.len);
    }
    atomic_fetch_add(&s->n_events, 1);
    krn_count(s->events_series, 1);
    /* to give an event to many takes a while of its own */
    const bool hurries = a->seq > 0 && atomic_load(&s->n_subscribers) > LIV_FEW;
    schedule(hurries ? &s->soon : &s->late);
    return ANC_OK;
}

/* ---- opening and closing ---- */

static void open_metrics(liv_service *s)
{
    const krn_metrics m = s->o.metrics;
    if (m.ops == NULL)
        return;
    s->events_series =
        m.ops->counter(m.self, "anchorage_live_events_total", "", "Events shown in the live feed.");
    s->missed_series = m.ops->counter(m.self, "anchorage_live_missed_total", "",
                                      "Events too large or too many to be shown.");
    s->dropped_series =
        m.ops->counter(m.self, "anchorage_live_dropped_subscribers_total", "",
                       "Subscribers dropped since they did not take their events in time.");
    s->subscribers_series =
        m.ops->gauge(m.self, "anchorage_live_subscribers", "", "Who watches the live feed now.");
}

static void name_wakes(liv_service *s)
{
    const krn_executor later = s->o.later.ops != NULL ? s->o.later : s->o.loop;
    s->now = (liv_wake){.service = s, .where = s->o.loop};
    s->soon = (liv_wake){.service = s, .where = later};
    s->late = (liv_wake){.service = s, .where = s->o.lazily.ops != NULL ? s->o.lazily : later};
}

anc_status liv_service_open(const liv_service_options *options, liv_service **ret, anc_err *err)
{
    liv_service *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the live feed");
    s->o = *options;
    name_wakes(s);
    if (s->o.history == 0)
        s->o.history = LIV_HISTORY;
    if (s->o.history > LIV_REPLAY_MAX)
        s->o.history = LIV_REPLAY_MAX;
    if (s->o.max_subscribers == 0)
        s->o.max_subscribers = LIV_SUBSCRIBERS;
    (void)pthread_mutex_init(&s->mutex, NULL);
    open_metrics(s);
    const krn_bus bus = s->o.bus;
    const anc_status status =
        bus.ops->subscribe(bus.self, ANC_STR("*"), on_event, s, &s->bus_id, err);
    s->subscribed = status == ANC_OK;
    if (status != ANC_OK) {
        liv_service_close(s);
        return status;
    }
    *ret = s;
    return ANC_OK;
}

void liv_service_stop(liv_service *s)
{
    if (s->subscribed)
        s->o.bus.ops->unsubscribe(s->o.bus.self, s->bus_id);
    s->subscribed = false;
}

void liv_service_close(liv_service *s)
{
    if (s == NULL)
        return;
    liv_service_stop(s);
    liv_take_incoming(s);
    for (size_t i = 0; i < LIV_WINDOW; i++)
        liv_event_free(s->window[i]);
    (void)pthread_mutex_destroy(&s->mutex);
    free(s);
}

uint64_t liv_forget(liv_service *s)
{
    (void)pthread_mutex_lock(&s->mutex);
    const size_t incoming = s->n_in;
    (void)pthread_mutex_unlock(&s->mutex);
    const uint64_t n = incoming + atomic_load(&s->n_history);
    atomic_store(&s->forget, true);
    schedule(&s->now);
    return n;
}

liv_stats liv_stats_of(liv_service *s)
{
    (void)pthread_mutex_lock(&s->mutex);
    const size_t incoming = s->n_in;
    (void)pthread_mutex_unlock(&s->mutex);
    return (liv_stats){.subscribers = atomic_load(&s->n_subscribers),
                       .queued = incoming + atomic_load(&s->n_queued),
                       .history = atomic_load(&s->n_history),
                       .events = atomic_load(&s->n_events),
                       .missed = atomic_load(&s->n_missed),
                       .dropped_subscribers = atomic_load(&s->n_dropped)};
}
