/* path.c - paths as the system wants them, descriptors, and errno as a status. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os_impl.h"

anc_status os_path_terminate(anc_str path, char out[OS_PATH_MAX], anc_err *err)
{
    if (path.len == 0)
        return ANC_FAIL(err, ANC_INVALID, "an empty path");
    if (path.len >= OS_PATH_MAX)
        return ANC_FAIL(err, ANC_INVALID, "a path of %zu bytes, more than %d: %.60s…", path.len,
                        OS_PATH_MAX - 1, path.ptr);
    if (memchr(path.ptr, 0, path.len) != NULL)
        return ANC_FAIL(err, ANC_INVALID, "a path with a NUL byte: %.*s", ANC_FMT(path));
    memcpy(out, path.ptr, path.len);
    out[path.len] = 0;
    return ANC_OK;
}

void os_path_parent(const char *path, char out[OS_PATH_MAX])
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (n == 0) {
        memcpy(out, ".", 2);
        return;
    }
    memcpy(out, path, n);
    out[n] = 0;
}

static anc_status status_of_errno(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return ANC_DISK_FULL;
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
        return ANC_NOT_FOUND;
    case EEXIST:
        return ANC_CONFLICT;
    case EACCES:
    case EPERM:
    case EROFS:
        return ANC_FORBIDDEN;
    case ENOMEM:
        return ANC_NO_MEMORY;
    case EMFILE:
    case ENFILE:
        return ANC_UNAVAILABLE;
    default:
        return ANC_IO;
    }
}

anc_status os_fail_errno(anc_err *err, int error, const char *what, const char *path,
                         const char *where)
{
    char words[128];
    const char *text = strerror_r(error, words, sizeof words);
    return anc_fail_at(err, status_of_errno(error), where, "%s %.300s: %s", what, path, text);
}

int os_open_fd(const char *path, int flags, unsigned mode)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

void os_fd_cleanup(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

bool os_write_all(int fd, anc_str bytes)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return false;
        }
        bytes = anc_str_sub(bytes, (size_t)n, SIZE_MAX);
    }
    return true;
}

ptrdiff_t os_read_all(int fd, char *out, size_t n)
{
    size_t got = 0;
    while (got < n) {
        const ssize_t k = read(fd, out + got, n - got);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -1;
        if (k == 0)
            break;
        got += (size_t)k;
    }
    return (ptrdiff_t)got;
}

anc_str os_path_join(anc_arena *mem, anc_str folder, anc_str name)
{
    const bool slash = folder.len > 0 && folder.ptr[folder.len - 1] != '/';
    const size_t len = folder.len + slash + name.len;
    char *p = anc_arena_alloc(mem, len + 1, 1);
    if (p == NULL)
        return ANC_STR_NONE;
    if (folder.len > 0)
        memcpy(p, folder.ptr, folder.len);
    if (slash)
        p[folder.len] = '/';
    if (name.len > 0)
        memcpy(p + folder.len + slash, name.ptr, name.len);
    return (anc_str){p, len};
}

anc_status os_path_real(anc_arena *mem, anc_str path, anc_str *ret, anc_err *err)
{
    char given[OS_PATH_MAX];
    char real[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(path, given, err));
    if (realpath(given, real) == NULL)
        return OS_FAIL(err, "cannot resolve", given);
    const anc_str copy = anc_arena_copy(mem, anc_str_of(real));
    if (copy.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the path %.300s", real);
    *ret = copy;
    return ANC_OK;
}
