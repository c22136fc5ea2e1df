/* double_kernel.c - the ports of the kernel, answered from memory. */
#include <stdio.h>

#include "support/service_doubles_impl.h"

static anc_status outbox_read(void *self, krn_call *call, const krn_event_filter *filter,
                              krn_kept_event **ret, size_t *ret_n)
{
    (void)self;
    *ret = anc_arena_alloc(call->mem, 2, sizeof **ret);
    *ret_n = 0;
    for (uint64_t seq = 9; *ret != NULL && seq >= 8 && *ret_n < filter->limit; seq--)
        if (filter->before_seq == 0 || seq < filter->before_seq)
            (*ret)[(*ret_n)++] = (krn_kept_event){
                .seq = seq,
                .id = ANC_STR("e"),
                .type = ANC_STR("document.created"),
                .envelope = ANC_STR("{\"id\":\"e\",\"event_type\":\"document.created\","
                                    "\"timestamp\":\"2026-11-20T15:36:00.123Z\",\"payload\":{},"
                                    "\"metadata\":{\"seq\":9}}")};
    return ANC_OK;
}

static anc_status outbox_head(void *self, krn_call *call, uint64_t *ret)
{
    (void)self;
    (void)call;
    *ret = 9;
    return ANC_OK;
}

krn_outbox double_outbox(void)
{
    static const krn_outbox_ops ops = {.name = "double", .read = outbox_read, .head = outbox_head};
    return (krn_outbox){&ops, NULL};
}

static size_t relays_look(void *self, krn_relay_state out[KRN_RELAYS_MAX])
{
    (void)self;
    out[0] = (krn_relay_state){.bus = "double", .delivered = 7};
    return 1;
}

krn_relays double_relays(void)
{
    static const krn_relays_ops ops = {"double", relays_look};
    return (krn_relays){&ops, NULL};
}

static krn_bus_stats bus_stats(void *self)
{
    (void)self;
    return (krn_bus_stats){.subscribers = 2, .running = true};
}

krn_bus double_bus(void)
{
    static const krn_bus_ops ops = {.name = "double", .stats = bus_stats};
    return (krn_bus){&ops, NULL};
}

static size_t writer_queued(void *self)
{
    (void)self;
    return 0;
}

static krn_condition writer_condition(void *self, char out[KRN_CONDITION_TEXT])
{
    const int condition = atomic_load(&doubles.condition);
    (void)self;
    (void)snprintf(out, KRN_CONDITION_TEXT, "%s", condition != KRN_SOUND ? "as told" : "");
    return (krn_condition)condition;
}

krn_writer double_writer(void)
{
    static const krn_writer_ops ops = {
        .name = "double", .queued = writer_queued, .condition = writer_condition};
    return (krn_writer){&ops, NULL};
}
