/* live_world.c - the doubles of live_world.h. */
#include "support/live_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "support/test.h"

static bool make_fails; /* the wire has no argument of its own */

static void *wire_make(anc_str json, uint64_t seq)
{
    char *text = make_fails ? NULL : malloc(json.len + 32);
    if (text != NULL)
        (void)snprintf(text, json.len + 32, "%llu:%.*s", (unsigned long long)seq, ANC_FMT(json));
    return text;
}

static anc_status subscribe(void *self, anc_str pattern, krn_bus_handler_fn *handler, void *arg,
                            uint64_t *ret_id, anc_err *err)
{
    live_world *w = self;
    (void)err;
    assert_true(anc_str_eq(pattern, ANC_STR("*")));
    w->handler = handler;
    w->arg = arg;
    *ret_id = 7;
    return ANC_OK;
}

static void unsubscribe(void *self, uint64_t id)
{
    live_world *w = self;
    assert_int_equal(id, 7);
    w->handler = NULL;
}

void live_world_open(live_world *w, const liv_service_options *options)
{
    static const krn_bus_ops ops = {
        .name = "by hand", .subscribe = subscribe, .unsubscribe = unsubscribe};
    anc_err err = {0};
    liv_service_options o = *options;
    *w = (live_world){0};
    o.bus = (krn_bus){&ops, w};
    o.wire = (liv_wire){wire_make, free};
    ASSERT_OK(liv_service_open(&o, &w->live, &err), &err);
}

void live_world_close(live_world *w)
{
    liv_service_close(w->live);
    assert_null(w->handler);
}

anc_status live_world_bring_seq(live_world *w, const char *type, unsigned number, uint64_t seq)
{
    anc_err err = {0};
    ANC_BUF(envelope, 1 << 20);
    const anc_str name = anc_str_of(type);
    (void)anc_buf_printf(&envelope,
                         "{\"id\":\"x\",\"event_type\":\"%s\",\"timestamp\":"
                         "\"2026-11-20T15:36:00.123Z\",\"payload\":{\"n\":%u},\"metadata\":{}}",
                         type, number);
    const krn_announcement a = {.type = ev_type_by_name(name),
                                .type_name = name,
                                .envelope = anc_buf_view(&envelope),
                                .seq = seq};
    make_fails = w->wire_fails;
    return w->handler(w->arg, &a, &err);
}

void live_world_bring(live_world *w, const char *type, unsigned number)
{
    const ev_type *t = ev_type_by_name(anc_str_of(type));
    const bool durable = t != NULL && t->durable;
    w->last_seq += durable;
    assert_int_equal(live_world_bring_seq(w, type, number, durable ? w->last_seq : 0), ANC_OK);
}

const char *live_world_text(const liv_event *event)
{
    return liv_event_wire(event);
}

unsigned live_world_number(const liv_event *event)
{
    const char *at = strstr(live_world_text(event), "\"n\":");
    assert_non_null(at);
    return (unsigned)strtoul(at + 4, NULL, 10);
}
