/* writer.c - a file that appears under its name whole or not at all.
 *
 * The bytes go through a block of WRITER_BYTES to "<path>.tmp-<random>" in the same folder; commit
 * syncs the file, renames it and syncs the folder, in that order, so that after a power loss the
 * name leads to the old bytes or to all of the new ones. A temporary file that a crash left behind
 * is told by its name and may be swept.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "os/clock.h"
#include "os/file.h"
#include "os_impl.h"

enum { WRITER_BYTES = 64 * 1024, SUFFIX_BYTES = 22 };

struct os_writer {
    int fd;
    size_t filled;
    char path[OS_PATH_MAX];      /* what it will be called */
    char temporary[OS_PATH_MAX]; /* what it is called meanwhile */
    char block[WRITER_BYTES];
};

static void name_temporary(const char *path, char out[OS_PATH_MAX])
{
    unsigned char random[8];
    char hex[2 * sizeof random + 1];
    os_random(random, sizeof random);
    anc_hex_text(random, sizeof random, hex);
    (void)snprintf(out, OS_PATH_MAX, "%.*s.tmp-%s", OS_PATH_MAX - SUFFIX_BYTES, path, hex);
}

anc_status os_writer_open(anc_str path, os_writer **ret, anc_err *err)
{
    if (path.len > OS_PATH_MAX - SUFFIX_BYTES)
        return ANC_FAIL(err, ANC_INVALID,
                        "a path of %zu bytes leaves no room for its temporary name", path.len);
    os_writer *w = calloc(1, sizeof *w);
    if (w == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to write %.*s", ANC_FMT(path));
    anc_status status = os_path_terminate(path, w->path, err);
    if (status == ANC_OK) {
        name_temporary(w->path, w->temporary);
        w->fd = os_open_fd(w->temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (w->fd < 0)
            status = OS_FAIL(err, "cannot make", w->temporary);
    }
    if (status != ANC_OK) {
        free(w);
        return status;
    }
    *ret = w;
    return ANC_OK;
}

static anc_status write_block(os_writer *w, anc_err *err)
{
    if (!os_write_all(w->fd, (anc_str){w->block, w->filled}))
        return OS_FAIL(err, "cannot write", w->temporary);
    w->filled = 0;
    return ANC_OK;
}

anc_status os_writer_add(os_writer *w, anc_str bytes, anc_err *err)
{
    if (bytes.len > WRITER_BYTES - w->filled)
        ANC_TRY(write_block(w, err));
    if (bytes.len > WRITER_BYTES) {
        if (!os_write_all(w->fd, bytes))
            return OS_FAIL(err, "cannot write", w->temporary);
        return ANC_OK;
    }
    if (bytes.len > 0)
        memcpy(w->block + w->filled, bytes.ptr, bytes.len);
    w->filled += bytes.len;
    return ANC_OK;
}

static anc_status publish(os_writer *w, const char *path, anc_err *err)
{
    char folder[OS_PATH_MAX];
    ANC_TRY(write_block(w, err));
    if (fsync(w->fd) != 0)
        return OS_FAIL(err, "cannot sync", w->temporary);
    if (rename(w->temporary, path) != 0)
        return OS_FAIL(err, "cannot rename to", path);
    w->temporary[0] = 0;
    os_path_parent(path, folder);
    return os_folder_sync_named(folder, err);
}

anc_status os_writer_commit(os_writer *w, anc_str other_path, anc_err *err)
{
    anc_status status = ANC_OK;
    if (other_path.ptr != NULL)
        status = os_path_terminate(other_path, w->path, err);
    if (status == ANC_OK)
        status = publish(w, w->path, err);
    os_writer_abort(w);
    return status;
}

void os_writer_abort(os_writer *w)
{
    if (w == NULL)
        return;
    (void)close(w->fd);
    if (w->temporary[0] != 0)
        (void)unlink(w->temporary);
    free(w);
}

anc_status os_file_replace(anc_str path, anc_str content, anc_err *err)
{
    os_writer *w = NULL;
    ANC_TRY(os_writer_open(path, &w, err));
    const anc_status status = os_writer_add(w, content, err);
    if (status != ANC_OK) {
        os_writer_abort(w);
        return status;
    }
    return os_writer_commit(w, ANC_STR_NONE, err);
}
