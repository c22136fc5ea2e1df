/* clock.h - port: the three things that differ in every run: monotonic time, wall time, chance.
 *
 * Adapters: system (the machine), simulated (tests: time stands until it is moved, chance is a
 * seeded sequence). Contract: any thread; never fails; mono_ns never goes back.
 */
#ifndef ANC_KERNEL_PORTS_CLOCK_H
#define ANC_KERNEL_PORTS_CLOCK_H

#include "base/id.h"
#include "kernel/domain/call.h"

typedef struct krn_clock_ops {
    const char *name;
    int64_t (*mono_ns)(void *self);
    int64_t (*wall_ms)(void *self); /* Unix time */
    void (*random)(void *self, void *out, size_t n);
} krn_clock_ops;

typedef struct krn_clock {
    const krn_clock_ops *ops;
    void *self;
} krn_clock;

static inline int64_t krn_now_ns(krn_clock clock)
{
    return clock.ops->mono_ns(clock.self);
}

static inline int64_t krn_wall_ms(krn_clock clock)
{
    return clock.ops->wall_ms(clock.self);
}

static inline double krn_ms_since(krn_clock clock, int64_t start_ns)
{
    return (double)(krn_now_ns(clock) - start_ns) / 1e6;
}

/* A new UUIDv7 as text. */
static inline void krn_id_new(krn_clock clock, char out[ANC_UUID_TEXT + 1])
{
    unsigned char random[10];
    clock.ops->random(clock.self, random, sizeof random);
    anc_uuid7_text(krn_wall_ms(clock), random, out);
}

/* The id that the call wants for what it makes, the first time; then new ones. */
static inline void krn_call_id_new(krn_clock clock, krn_call *call, char out[ANC_UUID_TEXT + 1])
{
    if (call->wanted_id.len != ANC_UUID_TEXT) {
        krn_id_new(clock, out);
        return;
    }
    for (size_t i = 0; i < ANC_UUID_TEXT; i++)
        out[i] = call->wanted_id.ptr[i];
    out[ANC_UUID_TEXT] = '\0';
    call->wanted_id = (anc_str){0};
}

/* DEADLINE when the call's time is over, CANCELLED when the caller left before that, else OK: who answers a deadline also
 * tells the call to stop. For the gaps between stages and inside long loops. */
static inline ANC_MUST_CHECK anc_status krn_call_check(krn_clock clock, const krn_call *call)
{
    if (call->deadline_ns != INT64_MAX && krn_now_ns(clock) >= call->deadline_ns)
        return ANC_FAIL(call->err, ANC_DEADLINE, "the deadline passed");
    if (atomic_load_explicit(call->cancelled, memory_order_relaxed))
        return ANC_FAIL(call->err, ANC_CANCELLED, "the caller left");
    return ANC_OK;
}

#endif
