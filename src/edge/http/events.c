/* events.c - kept events, newest first, and the bus in numbers. */
#include "impl.h"

static anc_status read_filter(http_ctx *cx, krn_event_filter *f)
{
    const anc_str severity = http_param(cx, "severity"), since = http_param(cx, "since");
    anc_str cursor;
    *f = (krn_event_filter){
        .type = http_param(cx, "type"),
        .newest_first = true,
        .limit = http_param_number(cx, "limit", HTTP_DEFAULT_LIMIT, 1, HTTP_MAX_LIMIT)};
    if (severity.ptr != NULL) {
        f->with_severity = true;
        if (anc_str_eq(severity, ANC_STR("warning")))
            f->severity = EV_WARNING;
        else if (anc_str_eq(severity, ANC_STR("error")))
            f->severity = EV_ERROR_SEVERITY;
        else if (!anc_str_eq(severity, ANC_STR("info")))
            http_fault_add(&cx->faults, "?severity", "'%.*s' is not one of info|warning|error",
                           ANC_FMT(anc_str_sub(severity, 0, 40)));
    }
    if (since.ptr != NULL && !anc_time_parse(since, &f->since_ms))
        http_fault_add(&cx->faults, "?since", "'%.*s' is no instant such as 2026-11-20T15:36:00Z",
                       ANC_FMT(anc_str_sub(since, 0, 40)));
    ANC_TRY(http_cursor_read(cx, &cursor));
    if (cursor.len > 0 && !anc_str_to_u64(cursor, &f->before_seq))
        http_fault_add(&cx->faults, "?cursor", "is none of ours");
    return http_faults_status(cx);
}

anc_status http_handle_events(http_ctx *cx)
{
    krn_event_filter filter;
    krn_kept_event *rows = NULL;
    size_t n = 0;
    ANC_TRY(read_filter(cx, &filter));
    const krn_outbox outbox = cx->edge->o.outbox;
    ANC_TRY(outbox.ops->read(outbox.self, &cx->call, &filter, &rows, &n));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        json_write_raw(&w, rows[i].envelope);
    json_close_array(&w);
    json_put_str_or_null(
        &w, "next_cursor",
        n == filter.limit
            ? http_cursor_make(
                  cx, anc_arena_printf(cx->mem, "%llu", (unsigned long long)rows[n - 1].seq))
            : ANC_STR_NONE);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_events_stats(http_ctx *cx)
{
    const krn_bus bus = cx->edge->o.bus;
    const krn_outbox outbox = cx->edge->o.outbox;
    const krn_bus_stats s = bus.ops->stats(bus.self);
    uint64_t head = 0;
    ANC_TRY(outbox.ops->head(outbox.self, &cx->call, &head));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_put_int(&w, "active_subscribers", (int64_t)s.subscribers);
    json_put_int(&w, "queue_size", (int64_t)s.queued);
    json_put_int(&w, "history_size", (int64_t)head);
    json_put_bool(&w, "running", s.running);
    json_put_int(&w, "published_total", (int64_t)s.published);
    json_put_int(&w, "dropped_subscribers_total", 0);
    json_put_int(&w, "dropped_events_total", (int64_t)s.dropped);
    json_close_object(&w);
    return ANC_OK;
}
