/* fault_calls.c - wrappers that the linker puts in front of the C library's calls. */
#include "support/fault_calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { WRITES = 1, OPENS = 2, INTERRUPTIBLE = 4, TRANSFERS = 8 };

static struct {
    atomic_bool armed, hit;
    fault_kind kind;
    atomic_long left;
    int error;
    const char *which;
} state;

static bool concerns(unsigned traits)
{
    switch (state.kind) {
    case FAULT_WRITE:
        return (traits & WRITES) != 0;
    case FAULT_OPEN:
        return (traits & OPENS) != 0;
    case FAULT_INTERRUPT:
        return (traits & INTERRUPTIBLE) != 0;
    case FAULT_SHORT:
        return (traits & TRANSFERS) != 0;
    case FAULT_ERROR:
    default:
        return true;
    }
}

/* Whether this call is the one. */
static bool comes(const char *name, unsigned traits)
{
    if (!atomic_load(&state.armed) || !concerns(traits) || atomic_fetch_sub(&state.left, 1) != 0)
        return false;
    atomic_store(&state.hit, true);
    state.which = name;
    return true;
}

static bool fails(const char *name, unsigned traits)
{
    if (!comes(name, traits))
        return false;
    errno = state.kind == FAULT_INTERRUPT ? EINTR : state.error;
    return true;
}

void fault_calls_arm(fault_kind kind, long fail_at, int error)
{
    state.kind = kind;
    state.error = error;
    state.which = "";
    atomic_store(&state.left, fail_at);
    atomic_store(&state.hit, false);
    atomic_store(&state.armed, true);
}

void fault_calls_heal(void)
{
    atomic_store(&state.armed, false);
}

bool fault_calls_hit(void)
{
    return atomic_load(&state.hit);
}

const char *fault_calls_which(void)
{
    return state.which;
}

/* ---- the calls ------------------------------------------------------------------------------ */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    const unsigned writes = (flags & O_ACCMODE) != O_RDONLY ? WRITES : 0;
    return fails("open", writes | OPENS | INTERRUPTIBLE) ? -1 : __real_open(path, flags, mode);
}

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    if (state.kind == FAULT_SHORT && n > 1 && comes("write", TRANSFERS))
        return __real_write(fd, bytes, n / 2);
    return state.kind != FAULT_SHORT && fails("write", WRITES | INTERRUPTIBLE)
               ? -1
               : __real_write(fd, bytes, n);
}

ssize_t __real_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n)
{
    if (state.kind == FAULT_SHORT && n > 1 && comes("read", TRANSFERS))
        return __real_read(fd, bytes, n / 2);
    return state.kind != FAULT_SHORT && fails("read", INTERRUPTIBLE) ? -1
                                                                     : __real_read(fd, bytes, n);
}

ssize_t __real_pwrite(int fd, const void *bytes, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t n, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    if (state.kind == FAULT_SHORT && n > 1 && comes("pwrite", TRANSFERS))
        return __real_pwrite(fd, bytes, n / 2, at);
    return state.kind != FAULT_SHORT && fails("pwrite", WRITES | INTERRUPTIBLE)
               ? -1
               : __real_pwrite(fd, bytes, n, at);
}

ssize_t __real_pread(int fd, void *bytes, size_t n, off_t at);
ssize_t __wrap_pread(int fd, void *bytes, size_t n, off_t at);
ssize_t __wrap_pread(int fd, void *bytes, size_t n, off_t at)
{
    if (state.kind == FAULT_SHORT && n > 1 && comes("pread", TRANSFERS))
        return __real_pread(fd, bytes, n / 2, at);
    return state.kind != FAULT_SHORT && fails("pread", INTERRUPTIBLE)
               ? -1
               : __real_pread(fd, bytes, n, at);
}

#define WRAP(result, failure, name, traits, params, args)           \
    result __real_##name params;                                    \
    result __wrap_##name params;                                    \
    result __wrap_##name params                                     \
    {                                                               \
        return fails(#name, traits) ? failure : __real_##name args; \
    }

WRAP(int, -1, fsync, WRITES, (int fd), (fd))
WRAP(int, -1, fdatasync, WRITES, (int fd), (fd))
WRAP(int, -1, rename, WRITES, (const char *from, const char *to), (from, to))
WRAP(int, -1, unlink, 0, (const char *path), (path))
WRAP(int, -1, mkdir, WRITES, (const char *path, mode_t mode), (path, mode))
WRAP(int, -1, fstat, 0, (int fd, struct stat *st), (fd, st))
WRAP(int, -1, stat, 0, (const char *path, struct stat *st), (path, st))
WRAP(int, -1, lstat, 0, (const char *path, struct stat *st), (path, st))
WRAP(int, -1, statvfs, 0, (const char *path, struct statvfs *st), (path, st))
WRAP(DIR *, NULL, opendir, OPENS, (const char *path), (path))
WRAP(void *, MAP_FAILED, mmap, 0,
     (void *at, size_t n, int protection, int flags, int fd, off_t offset),
     (at, n, protection, flags, fd, offset))
