/* system.c - the clock port on the machine's clocks and chance. */
#include "kernel/adapters/system/system.h"

#include "os/clock.h"

static int64_t system_mono_ns(void *self)
{
    (void)self;
    return os_mono_ns();
}

static int64_t system_wall_ms(void *self)
{
    (void)self;
    return os_wall_ms();
}

static void system_random(void *self, void *out, size_t n)
{
    (void)self;
    os_random(out, n);
}

krn_clock krn_system_clock(void)
{
    static const krn_clock_ops ops = {"system", system_mono_ns, system_wall_ms, system_random};
    return (krn_clock){&ops, NULL};
}
