/* model_folders.c - folders found, filled and renamed. */
#include "embedding/adapters/model_folders/model_folders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/file.h"

enum { PIECE_BYTES = 1 << 16, MAX_MODELS = 1000 };

typedef struct folders {
    char dir[OS_PATH_MAX];
    int fd;                 /* of the open file; -1: none */
    char path[OS_PATH_MAX]; /* of the open file */
    char locked[256];       /* model that `lock` is for */
    os_lock *lock;          /* owned; NULL: nothing is being installed */
} folders;

static anc_status fail_errno(const char *what, const char *path, anc_err *err)
{
    anc_status status = ANC_IO;
    if (errno == ENOSPC || errno == EDQUOT)
        status = ANC_DISK_FULL;
    else if (errno == EACCES || errno == EPERM || errno == EROFS)
        status = ANC_FORBIDDEN;
    return ANC_FAIL(err, status, "cannot %s %.300s: %s", what, path, strerror(errno));
}

/* "<dir>/<model><ending>" in the call's arena. */
static anc_status place(const folders *f, krn_call *call, anc_str model, const char *ending,
                        anc_str *ret)
{
    const anc_str path = anc_arena_printf(call->mem, "%s/%.*s%s", f->dir, ANC_FMT(model), ending);
    if (path.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a path");
    *ret = path;
    return ANC_OK;
}

static anc_status find(void *self, krn_call *call, anc_str model, anc_str *ret)
{
    const folders *f = self;
    anc_str folder = ANC_STR_NONE, config = ANC_STR_NONE, modules = ANC_STR_NONE;
    ANC_TRY(place(f, call, model, "", &folder));
    ANC_TRY(place(f, call, model, "/config.json", &config));
    ANC_TRY(place(f, call, model, "/modules.json", &modules));
    *ret = os_exists(config) || os_exists(modules) ? folder : ANC_STR_NONE;
    return ANC_OK;
}

static anc_status read_file(void *self, krn_call *call, anc_str model, const char *path, size_t max,
                            anc_str *ret)
{
    const folders *f = self;
    anc_str folder = ANC_STR_NONE;
    ANC_TRY(place(f, call, model, "", &folder));
    const anc_str full = os_path_join(call->mem, folder, anc_str_of(path));
    *ret = ANC_STR_NONE;
    if (full.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a path");
    return os_exists(full) ? os_file_read(call->mem, full, max, ret, call->err) : ANC_OK;
}

static bool is_work(anc_str name)
{
    return anc_str_ends(name, ANC_STR(".part")) || anc_str_ends(name, ANC_STR(".old"));
}

static anc_status list(void *self, krn_call *call, anc_str **ret, size_t *ret_n)
{
    const folders *f = self;
    anc_str *names = NULL, found = ANC_STR_NONE;
    size_t n = 0, kept = 0;
    if (os_exists(anc_str_of(f->dir)))
        ANC_TRY(os_folder_list(call->mem, anc_str_of(f->dir), MAX_MODELS, &names, &n, call->err));
    for (size_t i = 0; i < n; i++) {
        ANC_TRY(find(self, call, names[i], &found));
        if (found.ptr != NULL && !is_work(names[i]))
            names[kept++] = names[i];
    }
    *ret = names;
    *ret_n = kept;
    return ANC_OK;
}

static anc_status close_file(folders *f, anc_err *err)
{
    const int fd = f->fd;
    f->fd = -1;
    if (fd < 0)
        return ANC_OK;
    const bool synced = fsync(fd) == 0;
    if (close(fd) != 0 || !synced)
        return fail_errno("write", f->path, err);
    return ANC_OK;
}

static anc_status take_lock(folders *f, krn_call *call, anc_str model)
{
    anc_str path = ANC_STR_NONE;
    if (f->lock != NULL && anc_str_eq(anc_str_of(f->locked), model))
        return ANC_OK;
    os_lock_drop(f->lock);
    f->lock = NULL;
    ANC_TRY(os_folder_make(anc_str_of(f->dir), call->err));
    ANC_TRY(place(f, call, model, ".lock", &path));
    ANC_TRY(os_lock_take(path, &f->lock, call->err));
    (void)snprintf(f->locked, sizeof f->locked, "%.*s", ANC_FMT(model));
    return ANC_OK;
}

/* Opens "<model>.part/<path>", whose folders are made. */
static anc_status open_file(folders *f, krn_call *call, anc_str model, const char *path)
{
    anc_str part = ANC_STR_NONE;
    ANC_TRY(place(f, call, model, ".part", &part));
    const int n = snprintf(f->path, sizeof f->path, "%s/%s", part.ptr, path);
    if (n < 0 || (size_t)n >= sizeof f->path)
        return ANC_FAIL(call->err, ANC_INVALID, "the path %.200s/%s is too long", part.ptr, path);
    const char *end = strrchr(f->path, '/');
    ANC_TRY(os_folder_make((anc_str){f->path, (size_t)(end - f->path)}, call->err));
    f->fd = open(f->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return f->fd >= 0 ? ANC_OK : fail_errno("open", f->path, call->err);
}

static anc_status resume(void *self, krn_call *call, anc_str model, const char *path, emb_take take)
{
    folders *f = self;
    ANC_TRY(close_file(f, call->err));
    ANC_TRY(take_lock(f, call, model));
    ANC_TRY(open_file(f, call, model, path));
    char *piece = anc_arena_alloc(call->mem, PIECE_BYTES, 1);
    if (piece == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room to read %s", path);
    for (;;) {
        const ssize_t n = read(f->fd, piece, PIECE_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno("read", f->path, call->err);
        if (n == 0)
            return ANC_OK;
        ANC_TRY(take.bytes(take.arg, (anc_str){piece, (size_t)n}));
    }
}

static anc_status add(void *self, krn_call *call, anc_str bytes)
{
    const folders *f = self;
    while (bytes.len > 0) {
        const ssize_t n = write(f->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno("write", f->path, call->err);
        bytes = anc_str_sub(bytes, (size_t)n, SIZE_MAX);
    }
    return ANC_OK;
}

static anc_status drop(void *self, krn_call *call)
{
    const folders *f = self;
    if (ftruncate(f->fd, 0) != 0 || lseek(f->fd, 0, SEEK_SET) != 0)
        return fail_errno("empty", f->path, call->err);
    return ANC_OK;
}

static void end_install(folders *f)
{
    os_lock_drop(f->lock);
    f->lock = NULL;
}

/* The names in `folder` are on the disk. */
static anc_status sync_folder(const char *folder, anc_err *err)
{
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno("open", folder, err);
    const int failed = fsync(fd);
    (void)close(fd);
    return failed == 0 ? ANC_OK : fail_errno("write", folder, err);
}

static anc_status commit(void *self, krn_call *call, anc_str model)
{
    folders *f = self;
    anc_str final = ANC_STR_NONE, part = ANC_STR_NONE, old = ANC_STR_NONE;
    ANC_TRY(close_file(f, call->err));
    ANC_TRY(place(f, call, model, "", &final));
    ANC_TRY(place(f, call, model, ".part", &part));
    ANC_TRY(place(f, call, model, ".old", &old));
    ANC_TRY(sync_folder(part.ptr, call->err));
    ANC_TRY(os_folder_remove(old, call->err));
    if (os_exists(final) && rename(final.ptr, old.ptr) != 0)
        return fail_errno("move", final.ptr, call->err);
    if (rename(part.ptr, final.ptr) != 0)
        return fail_errno("make", final.ptr, call->err);
    ANC_TRY(sync_folder(f->dir, call->err));
    ANC_TRY(os_folder_remove(old, call->err));
    end_install(f);
    return ANC_OK;
}

static void close_folders(void *self)
{
    folders *f = self;
    (void)close_file(f, NULL);
    end_install(f);
    free(f);
}

static const emb_model_store_ops ops = {
    .name = "model_folders",
    .find = find,
    .list = list,
    .read = read_file,
    .resume = resume,
    .add = add,
    .drop = drop,
    .commit = commit,
    .close = close_folders,
};

anc_status emb_model_folders_open(anc_str models_dir, emb_model_store *ret, anc_err *err)
{
    if (models_dir.len == 0 || models_dir.len > OS_PATH_MAX / 2)
        return ANC_FAIL(err, ANC_INVALID, "models_dir is a path of 1 to %d bytes, not %zu",
                        OS_PATH_MAX / 2, models_dir.len);
    folders *f = calloc(1, sizeof *f);
    if (f == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the list of models");
    (void)snprintf(f->dir, sizeof f->dir, "%.*s", ANC_FMT(models_dir));
    f->fd = -1;
    *ret = (emb_model_store){&ops, f};
    return ANC_OK;
}
