/* plain.c - a path is taken hold of (O_PATH), looked at, and opened again through its descriptor. */
#include "plain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "os/file.h"

enum { OWN_NAME = 40 };

static anc_status failure(const char *what, anc_str path, anc_err *err)
{
    const int code = errno;
    const anc_status status = code == ENOENT || code == ENOTDIR || code == ELOOP ? ANC_NOT_FOUND
                              : code == EACCES || code == EPERM                  ? ANC_FORBIDDEN
                              : code == EMFILE || code == ENFILE                 ? ANC_UNAVAILABLE
                                                                                 : ANC_IO;
    return ANC_FAIL(err, status, "cannot %s %.*s: %s", what, ANC_FMT(anc_str_sub(path, 0, 300)),
                    strerror(code));
}

bool ing_is_below(anc_str root, anc_str real)
{
    return anc_str_starts(real, root) && real.len > root.len &&
           (real.ptr[root.len] == '/' || anc_str_ends(root, ANC_STR("/")));
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}
#define FD(name, value) ANC_CLEANUP(close_fd) int name = (value)

/* The name by which the process reaches what one of its descriptors holds. */
static void own_name(int fd, char out[OWN_NAME])
{
    (void)snprintf(out, OWN_NAME, "/proc/self/fd/%d", fd);
}

/* What is held lies below `root`, wherever the links on the way to it lead by now. */
static anc_status check_place(int held, anc_str root, anc_str path, anc_err *err)
{
    char own[OWN_NAME], real[OS_PATH_MAX];
    own_name(held, own);
    const ssize_t n = readlink(own, real, sizeof real);
    if (n < 0)
        return failure("find the place of", path, err);
    if (!ing_is_below(root, (anc_str){real, (size_t)n}))
        return ANC_FAIL(err, ANC_FORBIDDEN, "%.*s leads out of %.*s",
                        ANC_FMT(anc_str_sub(path, 0, 300)), ANC_FMT(anc_str_sub(root, 0, 300)));
    return ANC_OK;
}

static anc_status read_all(int fd, anc_str path, char *out, size_t max, size_t *ret, anc_err *err)
{
    size_t got = 0;
    while (got < max) {
        const ssize_t n = read(fd, out + got, max - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failure("read", path, err);
        if (n == 0)
            break;
        got += (size_t)n;
    }
    *ret = got;
    return ANC_OK;
}

static anc_status read_held(int held, const struct stat *seen, anc_arena *mem, anc_str path,
                            ing_plain *ret, anc_err *err)
{
    char own[OWN_NAME];
    own_name(held, own);
    FD(fd, open(own, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (fd < 0)
        return failure("open", path, err);
    const size_t bytes = (size_t)seen->st_size;
    char *out = anc_arena_alloc(mem, bytes + 1, 1);
    if (out == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the %zu bytes of %.*s", bytes,
                        ANC_FMT(anc_str_sub(path, 0, 300)));
    size_t got = 0;
    ANC_TRY(read_all(fd, path, out, bytes, &got, err));
    const int64_t ms =
        (int64_t)seen->st_mtim.tv_sec * 1000 + (int64_t)(seen->st_mtim.tv_nsec / 1000000);
    *ret = (ing_plain){.bytes = {out, got}, .modified_ms = ms};
    return ANC_OK;
}

anc_status ing_plain_read(anc_arena *mem, anc_str root, anc_str path, size_t max_bytes,
                          ing_plain *ret, anc_err *err)
{
    char name[OS_PATH_MAX];
    struct stat seen;
    if (path.len >= sizeof name || memchr(path.ptr, '\0', path.len) != NULL)
        return ANC_FAIL(err, ANC_INVALID, "a path of %zu bytes cannot be read", path.len);
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    FD(held, open(name, O_PATH | O_CLOEXEC));
    if (held < 0)
        return failure("open", path, err);
    if (fstat(held, &seen) != 0)
        return failure("look at", path, err);
    if (root.ptr != NULL)
        ANC_TRY(check_place(held, root, path, err));
    if (!S_ISREG(seen.st_mode))
        return ANC_FAIL(err, ANC_INVALID, "%.*s is not a regular file",
                        ANC_FMT(anc_str_sub(path, 0, 300)));
    if ((uint64_t)seen.st_size > max_bytes)
        return ANC_FAIL(err, ANC_LIMIT, "%.*s has %lld bytes, more than %zu",
                        ANC_FMT(anc_str_sub(path, 0, 300)), (long long)seen.st_size, max_bytes);
    return read_held(held, &seen, mem, path, ret, err);
}
