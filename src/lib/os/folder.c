/* folder.c - folders made, listed, removed and synced. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "os_impl.h"

enum { WALK_DESCRIPTORS = 16 };

anc_status os_folder_sync_named(const char *folder, anc_err *err)
{
    OS_FD(fd, os_open_fd(folder, O_RDONLY | O_DIRECTORY, 0));
    if (fd < 0)
        return OS_FAIL(err, "cannot open the folder", folder);
    if (fsync(fd) != 0)
        return OS_FAIL(err, "cannot sync the folder", folder);
    return ANC_OK;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* One step of os_folder_make; another thread or process making the same folder is no failure. */
static anc_status make_one(const char *path, anc_err *err)
{
    char parent[OS_PATH_MAX];
    if (mkdir(path, 0700) != 0) {
        if (errno == EEXIST && is_folder(path))
            return ANC_OK;
        return OS_FAIL(err, "cannot make the folder", path);
    }
    os_path_parent(path, parent);
    return os_folder_sync_named(parent, err);
}

anc_status os_folder_sync(anc_str path, anc_err *err)
{
    char name[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(path, name, err));
    return os_folder_sync_named(name, err);
}

anc_status os_folder_make(anc_str path, anc_err *err)
{
    char name[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(path, name, err));
    if (is_folder(name))
        return ANC_OK;
    for (char *at = name + 1; *at != 0; at++) {
        if (*at != '/' || at[-1] == '/')
            continue;
        *at = 0;
        const anc_status status = is_folder(name) ? ANC_OK : make_one(name, err);
        *at = '/';
        ANC_TRY(status);
    }
    return make_one(name, err);
}

static int name_order(const void *a, const void *b)
{
    return anc_str_cmp(*(const anc_str *)a, *(const anc_str *)b);
}

static void close_folder(DIR **dir)
{
    if (*dir != NULL)
        (void)closedir(*dir);
}

/* Names gathered in the arena; the array doubles, so at most half of it is waste. */
typedef struct name_list {
    anc_arena *mem;
    anc_str *names;
    size_t n, cap;
} name_list;

static anc_status list_add(name_list *list, const char *name, anc_err *err)
{
    if (list->n == list->cap) {
        const size_t cap = list->cap == 0 ? 16 : list->cap * 2;
        anc_str *grown = anc_arena_alloc(list->mem, cap, sizeof *grown);
        if (grown == NULL)
            return ANC_FAIL(err, anc_arena_refusal(list->mem), "no room for %zu names of files",
                            cap);
        if (list->n > 0)
            memcpy(grown, list->names, list->n * sizeof *grown);
        list->names = grown;
        list->cap = cap;
    }
    const anc_str copy = anc_arena_copy(list->mem, anc_str_of(name));
    if (copy.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(list->mem), "no room for the name %.300s", name);
    list->names[list->n++] = copy;
    return ANC_OK;
}

anc_status os_folder_list(anc_arena *mem, anc_str path, size_t max_names, anc_str **ret,
                          size_t *ret_n, anc_err *err)
{
    char name[OS_PATH_MAX];
    name_list list = {.mem = mem};
    ANC_TRY(os_path_terminate(path, name, err));
    ANC_CLEANUP(close_folder) DIR *dir = opendir(name);
    if (dir == NULL)
        return OS_FAIL(err, "cannot open the folder", name);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (list.n == max_names)
            return ANC_FAIL(err, ANC_LIMIT, "the folder %.300s holds more than %zu names", name,
                            max_names);
        ANC_TRY(list_add(&list, entry->d_name, err));
    }
    if (errno != 0)
        return OS_FAIL(err, "cannot list the folder", name);
    if (list.n > 1)
        qsort(list.names, list.n, sizeof *list.names, name_order);
    *ret = list.names;
    *ret_n = list.n;
    return ANC_OK;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

anc_status os_folder_remove(anc_str path, anc_err *err)
{
    char name[OS_PATH_MAX];
    ANC_TRY(os_path_terminate(path, name, err));
    if (nftw(name, remove_entry, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return OS_FAIL(err, "cannot remove the folder", name);
    return ANC_OK;
}
