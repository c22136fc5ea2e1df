/* limits.c - resource limits of the process. */
#include "os/limits.h"

#include <dirent.h>
#include <sys/resource.h>

uint64_t os_descriptors_raise(uint64_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    struct rlimit raised = limit;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
        return (uint64_t)limit.rlim_cur;
    raised.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > wanted ? (rlim_t)wanted
                                                                                 : limit.rlim_max;
    return (uint64_t)(setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur);
}

uint64_t os_descriptors_open(void)
{
    DIR *folder = opendir("/proc/self/fd");
    uint64_t n = 0;
    if (folder == NULL)
        return 0;
    for (const struct dirent *e = readdir(folder); e != NULL; e = readdir(folder))
        n += e->d_name[0] != '.';
    (void)closedir(folder);
    return n > 0 ? n - 1 : 0; /* without the folder's own */
}
