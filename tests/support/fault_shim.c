/* fault_shim.c - a layer under a whole server: calls to what lies in one folder fail when they are told to.
 *
 * A shared library for LD_PRELOAD. The file that ANC_FAULTS names is mapped by us and by whoever tells us
 * (tests/e2e/faults.py, which knows its layout): every call of the chosen kinds to something in `folder` is
 * counted, and number `left` of those that come while it is armed gets `error` without being made. Without the
 * variable everything passes. The calls are made with syscall(2), so nothing has to be looked up first.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN = 1, WRITE = 2, SYNC = 4, NAME = 8, REMOVE = 16, READ = 32, LOOK = 64 };
enum { OFF, ONCE, FROM_THEN_ON };
enum { PATH_BYTES = 512 };

typedef struct control {
    _Atomic uint64_t mode;
    _Atomic int64_t left; /* calls that pass before the one that fails */
    _Atomic uint64_t error, kinds;
    _Atomic uint64_t seen, failed;   /* calls of the kinds, and those that failed */
    char call[32], path[PATH_BYTES]; /* of the first that failed */
    char folder[PATH_BYTES];
} control;

static control *shared;

__attribute__((constructor)) static void find_control(void)
{
    const char *name = getenv("ANC_FAULTS");
    if (name == NULL)
        return;
    const long fd = syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    void *at = mmap(NULL, sizeof(control), PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
    (void)syscall(SYS_close, fd);
    if (at != MAP_FAILED)
        shared = at;
}

static bool is_inside(const char *path)
{
    const size_t n = strlen(shared->folder);
    return n > 0 && strncmp(path, shared->folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* Whether this call to `path` fails; sets errno then. */
static bool fails(const char *name, unsigned kind, const char *path)
{
    if (shared == NULL || (atomic_load(&shared->kinds) & kind) == 0 || !is_inside(path))
        return false;
    atomic_fetch_add(&shared->seen, 1);
    const uint64_t mode = atomic_load(&shared->mode);
    if (mode == OFF)
        return false;
    const int64_t left = atomic_fetch_sub(&shared->left, 1);
    if (left > 0 || (left < 0 && mode == ONCE))
        return false;
    if (left == 0) {
        (void)snprintf(shared->call, sizeof shared->call, "%s", name);
        (void)snprintf(shared->path, sizeof shared->path, "%s", path);
    }
    atomic_fetch_add(&shared->failed, 1);
    errno = (int)atomic_load(&shared->error);
    return true;
}

static bool fails_fd(const char *name, unsigned kind, int fd)
{
    char link[40], path[PATH_BYTES];
    if (shared == NULL || (atomic_load(&shared->kinds) & kind) == 0)
        return false;
    const int kept = errno;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const long n = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    errno = kept;
    if (n <= 0)
        return false;
    path[n] = '\0';
    return fails(name, kind, path);
}

/* A call of the C library's that is more than one of the system's. */
static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

/* ---- opening ------------------------------------------------------------------------------ */

static int open_at(const char *path, int flags, mode_t mode)
{
    const bool writes = (flags & (O_ACCMODE | O_CREAT)) != O_RDONLY;
    if (fails("open", writes ? OPEN : LOOK, path))
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

#define OPENER(name)                                                                         \
    int name(const char *path, int flags, ...);                                              \
    int name(const char *path, int flags, ...)                                               \
    {                                                                                        \
        va_list args;                                                                        \
        va_start(args, flags);                                                               \
        const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0; \
        va_end(args);                                                                        \
        return open_at(path, flags, mode);                                                   \
    }
OPENER(open)
OPENER(open64)

int mkostemp(char *template, int flags)
{
    int (*made)(char *, int) = NULL;
    *(void **)&made = next("mkostemp");
    return fails("mkostemp", OPEN, template) ? -1 : made(template, flags);
}

DIR *opendir(const char *path)
{
    DIR *(*opened)(const char *) = NULL;
    *(void **)&opened = next("opendir");
    return fails("opendir", LOOK, path) ? NULL : opened(path);
}

/* ---- bytes -------------------------------------------------------------------------------- */

ssize_t write(int fd, const void *bytes, size_t n)
{
    return fails_fd("write", WRITE, fd) ? -1 : syscall(SYS_write, fd, bytes, n);
}

ssize_t read(int fd, void *bytes, size_t n)
{
    return fails_fd("read", READ, fd) ? -1 : syscall(SYS_read, fd, bytes, n);
}

#define AT_OFFSET(name, kind, pointer, number)                                     \
    ssize_t name(int fd, pointer bytes, size_t n, off_t at);                       \
    ssize_t name(int fd, pointer bytes, size_t n, off_t at)                        \
    {                                                                              \
        return fails_fd(#name, kind, fd) ? -1 : syscall(number, fd, bytes, n, at); \
    }
AT_OFFSET(pwrite, WRITE, const void *, SYS_pwrite64)
AT_OFFSET(pwrite64, WRITE, const void *, SYS_pwrite64)
AT_OFFSET(pread, READ, void *, SYS_pread64)
AT_OFFSET(pread64, READ, void *, SYS_pread64)

#define OF_FD(name, kind, number)                                         \
    int name(int fd)                                                      \
    {                                                                     \
        return fails_fd(#name, kind, fd) ? -1 : (int)syscall(number, fd); \
    }
OF_FD(fsync, SYNC, SYS_fsync)
OF_FD(fdatasync, SYNC, SYS_fdatasync)

#define OF_LENGTH(name)                                                                   \
    int name(int fd, off_t length);                                                       \
    int name(int fd, off_t length)                                                        \
    {                                                                                     \
        return fails_fd(#name, WRITE, fd) ? -1 : (int)syscall(SYS_ftruncate, fd, length); \
    }
OF_LENGTH(ftruncate)
OF_LENGTH(ftruncate64)

/* ---- names -------------------------------------------------------------------------------- */

int rename(const char *from, const char *to)
{
    if (fails("rename", NAME, to))
        return -1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char *path, mode_t mode)
{
    return fails("mkdir", NAME, path) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

static int remove_at(const char *name, const char *path, int flags)
{
    return fails(name, REMOVE, path) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, flags);
}

int unlink(const char *path)
{
    return remove_at("unlink", path, 0);
}

int rmdir(const char *path)
{
    return remove_at("rmdir", path, AT_REMOVEDIR);
}

int remove(const char *path)
{
    const int rc = remove_at("remove", path, 0);
    return rc != 0 && errno == EISDIR ? remove_at("remove", path, AT_REMOVEDIR) : rc;
}
