/* lock.c - one process a folder, by an exclusive flock(2) on a file in it.
 *
 * The kernel drops the lock when the process ends, however it ends. The file is never removed: a
 * name that comes and goes would let two processes each lock a file of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "os/file.h"
#include "os_impl.h"

/* "123 is stopping", padded with blanks to one length: written in one piece, so that whoever reads
 * meanwhile finds the old line or the new one. */
enum { LINE_BYTES = 128 };

struct os_lock {
    int fd;
};

/* What its holder wrote: its pid, 0 where none stands there, and what it does, "" where that is not
 * said. `note` lies in `line`. */
static uint64_t read_line(int fd, char line[LINE_BYTES], anc_str *ret_note)
{
    uint64_t pid = 0;
    const ptrdiff_t n = os_read_all(fd, line, LINE_BYTES);
    const anc_str all = n > 0 ? anc_str_trim((anc_str){line, (size_t)n}) : ANC_STR_NONE;
    const size_t blank = anc_str_find(all, ANC_STR(" "));
    const size_t end = blank == SIZE_MAX ? all.len : blank;
    *ret_note = ANC_STR_NONE;
    if (!anc_str_to_u64(anc_str_sub(all, 0, end), &pid))
        return 0;
    *ret_note = anc_str_trim(anc_str_sub(all, end, all.len));
    return pid;
}

static anc_status fail_held(int fd, const char *path, anc_err *err)
{
    char line[LINE_BYTES];
    anc_str note;
    const uint64_t pid = read_line(fd, line, &note);
    if (pid == 0)
        return ANC_FAIL(err, ANC_CONFLICT, "%.300s is held by another process", path);
    if (note.len == 0)
        return ANC_FAIL(err, ANC_CONFLICT, "%.300s is held by process %llu", path,
                        (unsigned long long)pid);
    return ANC_FAIL(err, ANC_CONFLICT, "%.300s is held by process %llu, which %.*s", path,
                    (unsigned long long)pid, ANC_FMT(note));
}

static bool write_line(int fd, const char *note)
{
    char line[LINE_BYTES + 1];
    const int n = snprintf(line, sizeof line, "%ld %.90s", (long)getpid(), note);
    if (n < 0 || n >= LINE_BYTES)
        return false;
    memset(line + n, ' ', (size_t)(LINE_BYTES - n));
    line[LINE_BYTES - 1] = '\n';
    return lseek(fd, 0, SEEK_SET) == 0 && os_write_all(fd, (anc_str){line, LINE_BYTES});
}

static anc_status write_first(int fd, const char *path, anc_err *err)
{
    if (ftruncate(fd, 0) != 0 || !write_line(fd, ""))
        return OS_FAIL(err, "cannot write", path);
    return ANC_OK;
}

void os_lock_note(os_lock *lock, const char *doing)
{
    if (lock != NULL && !write_line(lock->fd, doing)) {
        /* what stands there says less; the lock is held all the same */
    }
}

anc_status os_lock_take(anc_str path, os_lock **ret, anc_err *err)
{
    char name[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(path, name, err));
    OS_FD(fd, os_open_fd(name, O_RDWR | O_CREAT, 0600));
    if (fd < 0)
        return OS_FAIL(err, "cannot open the lock", name);
    int rc;
    do
        rc = flock(fd, LOCK_EX | LOCK_NB);
    while (rc != 0 && errno == EINTR);
    if (rc != 0 && errno == EWOULDBLOCK)
        return fail_held(fd, name, err);
    if (rc != 0)
        return OS_FAIL(err, "cannot lock", name);
    ANC_TRY(write_first(fd, name, err));
    os_lock *lock = malloc(sizeof *lock);
    if (lock == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the lock %.300s", name);
    lock->fd = fd;
    fd = -1;
    *ret = lock;
    return ANC_OK;
}

void os_lock_drop(os_lock *lock)
{
    if (lock == NULL)
        return;
    if (ftruncate(lock->fd, 0) != 0) {
        /* the pid stays to be read; the lock goes all the same */
    }
    (void)close(lock->fd);
    free(lock);
}

/* A holder leaves its pid in the file, so an empty one is free without a try. The try is shared and
 * dropped at once; it could meet another process only that takes the lock in that instant. */
anc_status os_lock_holder(anc_str path, bool *ret_held, uint64_t *ret_pid, anc_err *err)
{
    char name[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(path, name, err));
    *ret_held = false;
    *ret_pid = 0;
    OS_FD(fd, os_open_fd(name, O_RDONLY, 0));
    if (fd < 0)
        return errno == ENOENT ? ANC_OK : OS_FAIL(err, "cannot open the lock", name);
    char line[LINE_BYTES];
    anc_str note;
    const uint64_t pid = read_line(fd, line, &note);
    if (pid == 0)
        return ANC_OK;
    if (flock(fd, LOCK_SH | LOCK_NB) == 0)
        return ANC_OK;
    if (errno != EWOULDBLOCK)
        return OS_FAIL(err, "cannot look at the lock", name);
    *ret_held = true;
    *ret_pid = pid;
    return ANC_OK;
}
