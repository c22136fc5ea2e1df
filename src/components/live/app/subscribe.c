/* subscribe.c - who watches: coming with what was before, changing the filter, going. */
#include <stdlib.h>

#include "service_impl.h"

static anc_status filter_of(const liv_wish *wish, liv_filter *ret, anc_err *err)
{
    if (wish->n_types > LIV_TYPES_MAX)
        return ANC_FAIL(err, ANC_INVALID, "%zu types are named; at most %d may be", wish->n_types,
                        LIV_TYPES_MAX);
    return liv_filter_make(wish->types, wish->n_types, wish->severity, ret, err);
}

anc_status liv_wish_check(const liv_wish *wish, anc_err *err)
{
    liv_filter filter;
    return filter_of(wish, &filter, err);
}

anc_status liv_join(liv_service *s, liv_outlet_fn *outlet, void *arg, liv_subscriber **ret,
                    anc_err *err)
{
    const uint64_t now = atomic_load(&s->n_subscribers);
    if (now >= s->o.max_subscribers)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "%zu subscribers watch already, as many as are taken",
                        (size_t)now);
    liv_subscriber *sub = calloc(1, sizeof *sub);
    if (sub == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a subscriber of the live feed");
    sub->outlet = outlet;
    sub->arg = arg;
    sub->place = s->head;
    sub->filter = (liv_filter){.severity = EV_ERROR_SEVERITY}; /* no type at all */
    sub->next = s->subscribers;
    if (sub->next != NULL)
        sub->next->prev = sub;
    s->subscribers = sub;
    atomic_store(&s->n_subscribers, now + 1);
    krn_gauge_set(s->subscribers_series, (int64_t)now + 1);
    *ret = sub;
    return ANC_OK;
}

bool liv_wish_fits(const liv_wish *wish, const ev_type *type)
{
    anc_err ignored = {0};
    liv_filter filter;
    return filter_of(wish, &filter, &ignored) == ANC_OK &&
           liv_filter_fits(&filter, type, type != NULL ? type->severity : EV_INFO);
}

/* The oldest place that a new subscriber may see. */
static uint64_t history_begin(const liv_service *s)
{
    const uint64_t first = liv_history_first(s);
    return s->head - first > s->o.history ? s->head - s->o.history : first;
}

/* So far back that `replay` events fit. */
static uint64_t place_of_replay(const liv_service *s, const liv_subscriber *sub, size_t replay)
{
    const uint64_t begin = history_begin(s);
    uint64_t place = s->head;
    for (size_t n = 0; place > begin && n < replay; place--)
        n += liv_wants(sub, s->window[(place - 1) % LIV_WINDOW]);
    return place;
}

/* Behind the newest durable event that is known to it; the whole window when none of those is there. */
static uint64_t place_of_resume(const liv_service *s, uint64_t after_seq)
{
    uint64_t place = s->head;
    for (; place > liv_history_first(s); place--) {
        const uint64_t seq = s->window[(place - 1) % LIV_WINDOW]->seq;
        if (seq > 0 && seq <= after_seq)
            break;
    }
    return place;
}

anc_status liv_begin(liv_service *s, liv_subscriber *sub, const liv_start *start, anc_err *err)
{
    ANC_TRY(filter_of(&start->wish, &sub->filter, err));
    liv_take_incoming(s);
    sub->after_seq = start->after_seq;
    sub->place = start->resume ? place_of_resume(s, start->after_seq)
                               : place_of_replay(s, sub, start->replay);
    liv_give(s, sub, true);
    return ANC_OK;
}

anc_status liv_change(liv_service *s, liv_subscriber *sub, const liv_wish *wish, anc_err *err)
{
    liv_filter filter;
    ANC_TRY(filter_of(wish, &filter, err));
    liv_take_incoming(s);
    liv_give(s, sub, false); /* what was before the change */
    sub->filter = filter;
    return ANC_OK;
}

void liv_unsubscribe(liv_service *s, liv_subscriber *sub, bool dropped)
{
    if (s->walk == sub)
        s->walk = sub->next;
    if (sub->prev != NULL)
        sub->prev->next = sub->next;
    else
        s->subscribers = sub->next;
    if (sub->next != NULL)
        sub->next->prev = sub->prev;
    free(sub);
    const uint64_t left = atomic_fetch_sub(&s->n_subscribers, 1) - 1;
    krn_gauge_set(s->subscribers_series, (int64_t)left);
    if (dropped) {
        atomic_fetch_add(&s->n_dropped, 1);
        krn_count(s->dropped_series, 1);
    }
}
