/* events.c - kept events, newest first, and the bus in numbers. */
#include "handlers.h"
#include "schemas.h"

/* Types that only the feed shows are in no list, however long one looks. */
static void check_type(http_faults *faults, anc_str wanted)
{
    bool known = false, kept = false;
    for (unsigned id = 0; id < EV_TYPE_COUNT && ev_pattern_valid(wanted); id++) {
        const ev_type *type = ev_type_of((ev_type_id)id);
        const bool fits = ev_pattern_matches(wanted, anc_str_of(type->name));
        known = known || fits;
        kept = kept || (fits && type->durable);
    }
    const anc_str shown = anc_str_sub(wanted, 0, EV_NAME_MAX);
    if (!known)
        http_fault_add(faults, ANC_STR("?type"), "there is no event type \"%.*s\"", ANC_FMT(shown));
    else if (!kept)
        http_fault_add(faults, ANC_STR("?type"),
                       "events of the type \"%.*s\" are not kept: the live feed shows them",
                       ANC_FMT(shown));
}

static anc_status read_filter(http_request *rq, const http_event_query *q, krn_event_filter *ret)
{
    uint64_t before = 0;
    *ret = (krn_event_filter){.type = q->type,
                              .since_ms = q->since_ms,
                              .newest_first = true,
                              .limit = (size_t)q->page.limit};
    if (q->type.len > 0)
        check_type(&rq->faults, q->type);
    if (q->page.cursor.len > 0 && !anc_str_to_u64(q->page.cursor, &before))
        http_fault_add(&rq->faults, ANC_STR("?cursor"), "is not a next_cursor of this list");
    ret->before_seq = before;
    ret->with_severity = q->severity.len > 0 && ev_severity_by_name(q->severity, &ret->severity);
    return http_faults_status(&rq->faults, &rq->err);
}

anc_status http_events_list(http_request *rq)
{
    const krn_outbox outbox = rq->edge->o.outbox;
    http_event_query q;
    krn_event_filter filter;
    krn_kept_event *items;
    size_t n;
    if (outbox.ops == NULL)
        return ANC_FAIL(&rq->err, ANC_NOT_IMPLEMENTED, "no events are kept");
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(read_filter(rq, &q, &filter));
    ANC_TRY(outbox.ops->read(outbox.self, &rq->call, &filter, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++)
        json_write_raw(&w, items[i].envelope);
    const bool more = n == filter.limit;
    return http_list_end(
        rq, &w, more,
        more ? anc_arena_printf(rq->mem, "%llu", (unsigned long long)items[n - 1].seq)
             : ANC_STR_NONE);
}

/* Events that the bus which is furthest behind has not taken. */
static uint64_t count_pending(const http_edge_options *o, uint64_t head)
{
    krn_relay_state list[KRN_RELAYS_MAX];
    uint64_t most = 0;
    const size_t n = o->relays.ops != NULL ? o->relays.ops->look(o->relays.self, list) : 0;
    for (size_t i = 0; i < n; i++)
        if (head > list[i].delivered && head - list[i].delivered > most)
            most = head - list[i].delivered;
    return most;
}

anc_status http_events_stats(http_request *rq)
{
    const http_edge_options *o = &rq->edge->o;
    const krn_feed_stats feed =
        o->feed.ops != NULL ? o->feed.ops->stats(o->feed.self) : (krn_feed_stats){0};
    const liv_stats live = o->live != NULL ? liv_stats_of(o->live) : (liv_stats){0};
    uint64_t head = 0;
    if (o->outbox.ops == NULL || o->bus.ops == NULL)
        return ANC_FAIL(&rq->err, ANC_NOT_IMPLEMENTED, "no events are kept");
    ANC_TRY(o->outbox.ops->head(o->outbox.self, &rq->call, &head));
    const krn_bus_stats s = o->bus.ops->stats(o->bus.self);
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_int(&w, "active_subscribers", (int64_t)live.subscribers);
    json_put_int(&w, "queue_size", (int64_t)(s.queued + feed.queued + live.queued));
    json_put_int(&w, "history_size", (int64_t)live.history);
    json_put_bool(&w, "running", s.running && o->live != NULL);
    json_put_int(&w, "published_total", (int64_t)s.published);
    json_put_int(&w, "dropped_subscribers_total", (int64_t)live.dropped_subscribers);
    json_put_int(&w, "outbox_pending", (int64_t)count_pending(o, head));
    json_close_object(&w);
    return ANC_OK;
}
