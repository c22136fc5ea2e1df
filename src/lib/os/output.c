/* output.c - one descriptor, and the calls that change names. */
#include "os/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os_impl.h"

struct os_output {
    int fd;
    char path[]; /* terminated */
};

anc_status os_output_open(anc_str path, os_output **ret, anc_err *err)
{
    char name[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(path, name, err));
    os_output *o = malloc(sizeof *o + path.len + 1);
    if (o == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to write %.*s", ANC_FMT(path));
    memcpy(o->path, name, path.len + 1);
    o->fd = os_open_fd(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (o->fd < 0) {
        const anc_status status = OS_FAIL(err, "cannot make", name);
        free(o);
        return status;
    }
    *ret = o;
    return ANC_OK;
}

anc_status os_output_add(os_output *output, anc_str bytes, anc_err *err)
{
    return os_write_all(output->fd, bytes) ? ANC_OK : OS_FAIL(err, "cannot write", output->path);
}

anc_status os_output_sync(os_output *output, anc_err *err)
{
    return fsync(output->fd) == 0 ? ANC_OK : OS_FAIL(err, "cannot sync", output->path);
}

void os_output_close(os_output *output)
{
    if (output == NULL)
        return;
    (void)close(output->fd);
    free(output);
}

anc_status os_file_rename(anc_str from, anc_str to, anc_err *err)
{
    char source[OS_PATH_MAX], target[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(from, source, err));
    ANC_TRY(os_path_terminate(to, target, err));
    return rename(source, target) == 0 ? ANC_OK : OS_FAIL(err, "cannot rename", source);
}

anc_status os_file_link(anc_str from, anc_str to, anc_err *err)
{
    char source[OS_PATH_MAX], target[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(from, source, err));
    ANC_TRY(os_path_terminate(to, target, err));
    if (link(source, target) == 0)
        return ANC_OK;
    if (errno == EXDEV || errno == EMLINK || errno == EOPNOTSUPP || errno == EPERM)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "cannot give %.200s a second name: %.200s", source,
                        target);
    return OS_FAIL(err, "cannot give a second name to", source);
}
