/* clock_fixed.h - the clock port standing still until a test moves it. */
#ifndef ANC_TESTS_SUPPORT_CLOCK_FIXED_H
#define ANC_TESTS_SUPPORT_CLOCK_FIXED_H

#include <string.h>

#include "kernel/ports/clock.h"

static inline int64_t clock_fixed_mono(void *self)
{
    const int64_t *now_ns = self;
    return *now_ns;
}

static inline int64_t clock_fixed_wall(void *self)
{
    const int64_t *now_ns = self;
    return *now_ns / 1000000;
}

static inline void clock_fixed_random(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, 7, n);
}

/* `now_ns` is borrowed. */
static inline krn_clock clock_fixed(int64_t *now_ns)
{
    static const krn_clock_ops ops = {.name = "fixed",
                                      .mono_ns = clock_fixed_mono,
                                      .wall_ms = clock_fixed_wall,
                                      .random = clock_fixed_random};
    return (krn_clock){&ops, now_ns};
}

#endif
