/* cgroup.c - cpu.max ("<quota µs>|max <period µs>") and memory.max ("<bytes>|max"). */
#include "os/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "os_impl.h"

enum { SMALL_BYTES = 4096 };

/* A small file of the system as text; empty when it cannot be read. */
static anc_str read_small(const char *path, char out[SMALL_BYTES])
{
    OS_FD(fd, os_open_fd(path, O_RDONLY, 0));
    const ptrdiff_t n = fd >= 0 ? os_read_all(fd, out, SMALL_BYTES) : 0;
    return anc_str_trim((anc_str){out, n > 0 ? (size_t)n : 0});
}

/* 0: no limit, or not readable. */
static uint64_t cores_of(anc_str text)
{
    anc_str quota_text, period_text;
    uint64_t quota, period;
    if (!anc_str_split(&text, ' ', &quota_text) || !anc_str_split(&text, ' ', &period_text) ||
        !anc_str_to_u64(quota_text, &quota) || !anc_str_to_u64(period_text, &period) || period == 0)
        return 0;
    const uint64_t cores = quota / period + (quota % period != 0);
    return cores > 0 ? cores : 1;
}

static uint64_t bytes_of(anc_str text)
{
    uint64_t bytes;
    return anc_str_to_u64(text, &bytes) ? bytes : 0;
}

/* The least of what `parse` gives for `file` in the group of the process and in its parents. */
static uint64_t tightest(const char *mount, const char *self, const char *file,
                         uint64_t (*parse)(anc_str))
{
    char text[SMALL_BYTES], group[SMALL_BYTES], path[3 * SMALL_BYTES];
    anc_str rest = read_small(self, text), line, found = ANC_STR_NONE;
    while (anc_str_split(&rest, '\n', &line))
        if (anc_str_starts(line, ANC_STR("0::/")))
            found = anc_str_sub(line, 3, SIZE_MAX);
    if (found.len == 0)
        return 0;
    (void)snprintf(group, sizeof group, "%.*s", ANC_FMT(found));
    uint64_t least = 0;
    for (;;) {
        char value[SMALL_BYTES];
        (void)snprintf(path, sizeof path, "%s%s/%s", mount, group, file);
        const uint64_t n = parse(read_small(path, value));
        if (n > 0 && (least == 0 || n < least))
            least = n;
        char *slash = strrchr(group, '/');
        if (slash == NULL)
            return least;
        *slash = 0;
    }
}

unsigned os_cgroup_cores(const char *mount, const char *self)
{
    const uint64_t n = tightest(mount, self, "cpu.max", cores_of);
    return n < 65536 ? (unsigned)n : 65536;
}

uint64_t os_cgroup_memory_bytes(const char *mount, const char *self)
{
    return tightest(mount, self, "memory.max", bytes_of);
}
