/* cgroup.h - what the control group (version 2) of this process allows.
 *
 * A limit of any group above counts, so each function looks at the group of the process and at all
 * of its parents and gives the tightest. Both paths are parameters for tests' sake.
 */
#ifndef ANC_OS_CGROUP_H
#define ANC_OS_CGROUP_H

#include "base/base.h"

#define OS_CGROUP_MOUNT "/sys/fs/cgroup"
#define OS_CGROUP_SELF  "/proc/self/cgroup"

/* Whole cores that cpu.max grants, rounded up; 0 when nothing limits them. */
unsigned os_cgroup_cores(const char *mount, const char *self);

/* Bytes that memory.max grants; 0 when nothing limits them. */
uint64_t os_cgroup_memory_bytes(const char *mount, const char *self);

#endif
