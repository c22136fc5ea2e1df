/* reader.c - a file that stays open and is read at any place. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os_impl.h"

struct os_reader {
    int fd;
    uint64_t bytes; /* when it was opened */
    char path[];    /* terminated, as it was asked for */
};

anc_status os_reader_open(anc_str path, os_reader **ret, anc_err *err)
{
    char name[OS_PATH_MAX];
    struct stat st;
    OS_FD(fd, -1);
    ANC_TRY(os_path_terminate(path, name, err));
    ANC_TRY(os_open_to_read(name, &fd, &st, err));
    os_reader *r = malloc(sizeof *r + path.len + 1);
    if (r == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to read %.300s", name);
    r->fd = fd;
    r->bytes = (uint64_t)st.st_size;
    memcpy(r->path, name, path.len + 1);
    fd = -1;
    *ret = r;
    return ANC_OK;
}

void os_reader_close(os_reader *r)
{
    if (r == NULL)
        return;
    os_fd_cleanup(&r->fd);
    free(r);
}

uint64_t os_reader_bytes(const os_reader *r)
{
    return r->bytes;
}

anc_status os_reader_get(const os_reader *r, uint64_t at, size_t n, void *to, anc_err *err)
{
    unsigned char *out = to;
    size_t got = 0;
    while (got < n) {
        const ssize_t k = pread(r->fd, out + got, n - got, (off_t)(at + got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return OS_FAIL(err, "cannot read", r->path);
        if (k == 0)
            return ANC_FAIL(
                err, ANC_CORRUPT,
                "%.300s was cut short while it was read: it ends at byte %llu, and had %llu",
                r->path, (unsigned long long)(at + got), (unsigned long long)r->bytes);
        got += (size_t)k;
    }
    return ANC_OK;
}
