/* file.c - whole files: mapped, read, looked at, removed; free space of a disk. */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/map.h"
#include "guard.h"
#include "os_impl.h"

anc_status os_open_to_read(const char *path, int *ret_fd, struct stat *ret_st, anc_err *err)
{
    OS_FD(fd, os_open_fd(path, O_RDONLY | O_NONBLOCK, 0));
    if (fd < 0)
        return OS_FAIL(err, "cannot open", path);
    struct stat st;
    if (fstat(fd, &st) != 0)
        return OS_FAIL(err, "cannot look at", path);
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return OS_FAIL(err, "cannot read", path);
    }
    if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
        return ANC_FAIL(err, ANC_CORRUPT, "%.300s is no regular file", path);
    *ret_fd = fd;
    *ret_st = st;
    fd = -1;
    return ANC_OK;
}

static uint64_t stamp_of(const struct stat *st)
{
    const uint64_t parts[] = {(uint64_t)st->st_dev,          (uint64_t)st->st_ino,
                              (uint64_t)st->st_size,         (uint64_t)st->st_ctim.tv_sec,
                              (uint64_t)st->st_ctim.tv_nsec, (uint64_t)st->st_mtim.tv_sec,
                              (uint64_t)st->st_mtim.tv_nsec};
    return anc_hash64((anc_str){(const char *)parts, sizeof parts});
}

bool os_file_stamp(anc_str path, uint64_t *ret)
{
    char name[OS_PATH_MAX];
    struct stat st;
    if (os_path_terminate(path, name, NULL) != ANC_OK || stat(name, &st) != 0)
        return false;
    *ret = stamp_of(&st);
    return true;
}

anc_status os_map_open(anc_str path, os_map *ret, anc_err *err)
{
    char name[OS_PATH_MAX];
    struct stat st;
    OS_FD(fd, -1);
    ANC_TRY(os_path_terminate(path, name, err));
    ANC_TRY(os_open_to_read(name, &fd, &st, err));
    if (st.st_size == 0) {
        *ret = (os_map){.stamp = stamp_of(&st)};
        return ANC_OK;
    }
    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return OS_FAIL(err, "cannot map", name);
    *ret = (os_map){at, (size_t)st.st_size, stamp_of(&st), os_guard_add(at, (size_t)st.st_size)};
    return ANC_OK;
}

void os_map_close(os_map *map)
{
    os_guard_remove(map->guard);
    if (map->bytes != NULL)
        (void)munmap((void *)(uintptr_t)map->bytes, map->len);
    *map = (os_map){0};
}

bool os_map_lost(const os_map *map)
{
    return os_guard_lost(map->guard);
}

void os_map_forget(const os_map *map)
{
    if (map->bytes != NULL)
        (void)madvise((void *)(uintptr_t)map->bytes, map->len, MADV_DONTNEED);
}

anc_status os_file_read(anc_arena *mem, anc_str path, size_t max_bytes, anc_str *ret, anc_err *err)
{
    char name[OS_PATH_MAX];
    struct stat st;
    OS_FD(fd, -1);
    ANC_TRY(os_path_terminate(path, name, err));
    ANC_TRY(os_open_to_read(name, &fd, &st, err));
    const uint64_t bytes = (uint64_t)st.st_size;
    if (bytes > max_bytes)
        return ANC_FAIL(err, ANC_LIMIT, "%.300s has %llu bytes, more than %zu", name,
                        (unsigned long long)bytes, max_bytes);
    char *p = anc_arena_alloc(mem, (size_t)bytes + 1, 1);
    if (p == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the %llu bytes of %.300s",
                        (unsigned long long)bytes, name);
    const ptrdiff_t got = os_read_all(fd, p, (size_t)bytes);
    if (got < 0)
        return OS_FAIL(err, "cannot read", name);
    *ret = (anc_str){p, (size_t)got};
    return ANC_OK;
}

anc_status os_stat_of(anc_str path, os_stat *ret, anc_err *err)
{
    char name[OS_PATH_MAX];
    struct stat st;
    ANC_TRY(os_path_terminate(path, name, err));
    if (stat(name, &st) != 0)
        return OS_FAIL(err, "cannot look at", name);
    *ret = (os_stat){
        .bytes = (uint64_t)st.st_size,
        .modified_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000,
        .read_ms = (int64_t)st.st_atim.tv_sec * 1000 + st.st_atim.tv_nsec / 1000000,
        .is_folder = S_ISDIR(st.st_mode),
        .is_file = S_ISREG(st.st_mode),
    };
    return ANC_OK;
}

bool os_exists(anc_str path)
{
    char name[OS_PATH_MAX];
    struct stat st;
    return os_path_terminate(path, name, NULL) == ANC_OK && lstat(name, &st) == 0;
}

anc_status os_file_move(anc_str from, anc_str to, anc_err *err)
{
    char source[OS_PATH_MAX], target[OS_PATH_MAX], folder[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(from, source, err));
    ANC_TRY(os_path_terminate(to, target, err));
    if (rename(source, target) != 0)
        return OS_FAIL(err, "cannot rename", source);
    os_path_parent(target, folder);
    return os_folder_sync_named(folder, err);
}

anc_status os_file_remove(anc_str path, anc_err *err)
{
    char name[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(path, name, err));
    if (unlink(name) != 0 && errno != ENOENT)
        return OS_FAIL(err, "cannot remove", name);
    return ANC_OK;
}

anc_status os_disk_free(anc_str path, uint64_t *ret, anc_err *err)
{
    char name[OS_PATH_MAX];
    struct statvfs st;
    ANC_TRY(os_path_terminate(path, name, err));
    if (statvfs(name, &st) != 0)
        return OS_FAIL(err, "cannot look at the disk of", name);
    *ret = (uint64_t)st.f_bavail * (uint64_t)st.f_frsize;
    return ANC_OK;
}
