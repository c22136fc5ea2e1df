/* os_impl.h - what the files of this layer share: paths as C strings, errno as a status. */
#ifndef ANC_OS_OS_IMPL_H
#define ANC_OS_OS_IMPL_H

#include "os/file.h"

/* `path` terminated in `out`. INVALID when it is empty, too long or holds a NUL byte. */
anc_status os_path_terminate(anc_str path, char out[OS_PATH_MAX], anc_err *err) ANC_MUST_CHECK;

/* The folder that `path` lies in, terminated: "." for a bare name, "/" for one below the root. */
void os_path_parent(const char *path, char out[OS_PATH_MAX]);

/* Fills `err` with "<what> <path>: <the system's words>" and gives the status of `error` (errno). */
anc_status os_fail_errno(anc_err *err, int error, const char *what, const char *path,
                         const char *where);
#define OS_FAIL(err, what, path) \
    os_fail_errno((err), errno, (what), (path), __FILE__ ":" ANC_STRINGIZE(__LINE__))

/* open(2) that is repeated after a signal, with O_CLOEXEC; -1 and errno as usual. */
int os_open_fd(const char *path, int flags, unsigned mode);

struct stat;

/* A regular file, or a device (which is a file without bytes, as /dev/null is one), opened for reading; a pipe without a
 * writer is refused, not waited for. */
anc_status os_open_to_read(const char *path, int *ret_fd, struct stat *ret_st,
                           anc_err *err) ANC_MUST_CHECK;

/* close(2) of a variable that leaves its scope; -1 is left alone. */
void os_fd_cleanup(int *fd);
#define OS_FD(name, value) ANC_CLEANUP(os_fd_cleanup) int name = (value)

/* All of `bytes`, however many calls that takes; false with errno set. */
bool os_write_all(int fd, anc_str bytes);

/* At most `n` bytes up to the end of the file; the count, or -1 with errno set. */
ptrdiff_t os_read_all(int fd, char *out, size_t n);

/* Makes the names in `folder` durable. */
anc_status os_folder_sync_named(const char *folder, anc_err *err) ANC_MUST_CHECK;

#endif
