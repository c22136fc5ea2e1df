/* clock.c - the system's clocks, randomness and memory figures. */
#include "os/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "os/cgroup.h"

int64_t os_mono_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t os_wall_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void os_sleep_ns(int64_t ns)
{
    if (ns <= 0)
        return;
    struct timespec left = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

void os_random(void *out, size_t n)
{
    unsigned char *p = out;
    while (n > 0) {
        const ssize_t got = getrandom(p, n < 256 ? n : 256, 0);
        if (got < 0 && errno == EINTR)
            continue;
        /* a system without getrandom cannot make a secret; going on would be worse than ending */
        if (got < 0)
            abort();
        p += got;
        n -= (size_t)got;
    }
}

uint64_t os_resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    if (f == NULL)
        return 0;
    unsigned long long whole = 0, resident = 0;
    const int n = fscanf(f, "%llu %llu", &whole, &resident);
    (void)fclose(f);
    const long page = sysconf(_SC_PAGESIZE);
    return n == 2 && page > 0 ? (uint64_t)resident * (uint64_t)page : 0;
}

uint64_t os_memory_total_bytes(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGESIZE);
    const uint64_t machine = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
    const uint64_t group = os_cgroup_memory_bytes(OS_CGROUP_MOUNT, OS_CGROUP_SELF);
    return group > 0 && (machine == 0 || group < machine) ? group : machine;
}
