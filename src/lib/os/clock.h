/* clock.h - the system's clocks, randomness and memory figures. Any thread. */
#ifndef ANC_OS_CLOCK_H
#define ANC_OS_CLOCK_H

#include "base/status.h"

int64_t os_mono_ns(void); /* CLOCK_MONOTONIC */
int64_t os_wall_ms(void); /* Unix time */
void os_sleep_ns(int64_t ns);
void os_random(void *out, size_t n);  /* getrandom(2): fit for secrets; never fails once booted */
uint64_t os_resident_bytes(void);     /* of this process; 0 when unknown */
uint64_t os_memory_total_bytes(void); /* of the machine or the cgroup; 0 when unknown */

#endif
