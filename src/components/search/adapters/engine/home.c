/* home.c - folders for indexes: named, counted while they are in use, and removed. */
#include "home.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "home_impl.h"
#include "os/file.h"

enum { LIST_BYTES = 64 << 20, MOST_NAMES = 1 << 18 };

anc_status srch_home_open(const srch_home_options *options, srch_home **ret, anc_err *err)
{
    enum { ROOM = 512 }; /* behind the folder: that of an index, and a file of it */
    if (options->folder.len == 0 || options->folder.len > OS_PATH_MAX - ROOM)
        return ANC_FAIL(err, ANC_INVALID, "the folder of the indexes has a path of %zu bytes",
                        options->folder.len);
    srch_home *home = calloc(1, sizeof *home + options->folder.len + 1);
    if (home == NULL || (home->in_use = anc_map_new()) == NULL ||
        (home->named = anc_map_new()) == NULL) {
        srch_home_close(home);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the folder of the indexes");
    }
    memcpy(home->path, options->folder.ptr, options->folder.len);
    home->folder = (anc_str){home->path, options->folder.len};
    home->disk = options->disk != NULL ? options->disk : &eng_disk_system;
    home->pool = options->pool;
    home->reserve = options->reserve_bytes;
    home->stale = true;
    (void)pthread_mutex_init(&home->lock, NULL);
    home->has_lock = true;
    const anc_status status = home->disk->make_folder(home->disk->self, home->folder, err);
    if (status != ANC_OK) {
        srch_home_close(home);
        return status;
    }
    *ret = home;
    return ANC_OK;
}

void srch_home_close(srch_home *home)
{
    if (home == NULL)
        return;
    anc_map_free(home->in_use);
    anc_map_free(home->named);
    if (home->has_lock)
        (void)pthread_mutex_destroy(&home->lock);
    free(home);
}

const eng_disk *srch_home_disk(const srch_home *home)
{
    return home->disk;
}

uint64_t srch_home_reserve(const srch_home *home)
{
    return home->reserve;
}

os_pool *srch_home_pool(const srch_home *home)
{
    return home->pool;
}

/* ---- names ------------------------------------------------------------------------------------ */

/* A name as a file system takes it, anywhere: what is not a letter, a digit, '-' or '_' becomes '_', but for a
 * '.' inside. */
static void add_safe(anc_buf *out, anc_str name, const char *otherwise)
{
    enum { MOST = 64 };
    const anc_str s = name.len == 0 ? anc_str_of(otherwise) : anc_str_sub(name, 0, MOST);
    for (size_t i = 0; i < s.len; i++) {
        const char c = s.ptr[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && i > 0);
        (void)anc_buf_add(out, plain ? (anc_str){&c, 1} : ANC_STR("_"));
    }
}

anc_str srch_home_join(const srch_home *home, anc_str name, char *space)
{
    const int n = snprintf(space, OS_PATH_MAX, "%.*s/%.*s", ANC_FMT(home->folder), ANC_FMT(name));
    return (anc_str){space, n > 0 && n < OS_PATH_MAX ? (size_t)n : 0};
}

anc_str srch_place_path(const srch_place *place, char *space)
{
    return srch_home_join(place->home, anc_str_of(place->name), space);
}

/* Under the lock. Neither named nor in use, and nothing lies there. */
static bool is_free(srch_home *home, anc_str name)
{
    char space[OS_PATH_MAX];
    uint64_t n;
    anc_str *names = NULL;
    size_t there = 0;
    if (anc_map_find(home->in_use, name, &n) || anc_map_find(home->named, name, &n))
        return false;
    ANC_ARENA(mem, LIST_BYTES);
    if (mem == NULL)
        return false;
    const anc_status status = home->disk->list(
        home->disk->self, mem, srch_home_join(home, name, space), MOST_NAMES, &names, &there, NULL);
    return status == ANC_NOT_FOUND || (status == ANC_OK && there == 0);
}

/* Under the lock. */
static bool enter(srch_home *home, anc_str name, srch_place *ret)
{
    uint64_t n = 0;
    (void)anc_map_find(home->in_use, name, &n);
    if (!anc_map_put(home->in_use, name, n + 1))
        return false;
    ret->home = home;
    memcpy(ret->name, name.ptr, name.len);
    ret->name[name.len] = '\0';
    return true;
}

anc_status srch_place_take(srch_home *home, anc_str collection, anc_str model, srch_place *ret,
                           anc_err *err)
{
    enum { MOST_TRIES = 1000 };
    ANC_BUF(name, SRCH_FOLDER_BYTES);
    bool taken = false;
    *ret = (srch_place){0};
    (void)pthread_mutex_lock(&home->lock);
    for (int i = 1; i <= MOST_TRIES && !taken; i++) {
        anc_buf_clear(&name);
        add_safe(&name, collection, "_");
        (void)anc_buf_add(&name, ANC_STR("/"));
        add_safe(&name, model, "words");
        if (i > 1)
            (void)anc_buf_printf(&name, "~%d", i);
        taken = is_free(home, anc_buf_view(&name)) && enter(home, anc_buf_view(&name), ret);
    }
    (void)pthread_mutex_unlock(&home->lock);
    if (taken)
        return ANC_OK;
    return ANC_FAIL(err, ANC_IO, "no folder for the index of %.*s could be taken in %.*s",
                    ANC_FMT(anc_str_sub(collection, 0, 80)), ANC_FMT(home->folder));
}

anc_status srch_place_enter(srch_home *home, anc_str name, srch_place *ret, anc_err *err)
{
    *ret = (srch_place){0};
    (void)pthread_mutex_lock(&home->lock);
    const bool ok = name.len < sizeof ret->name && enter(home, name, ret);
    (void)pthread_mutex_unlock(&home->lock);
    return ok ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the folder of an index");
}

void srch_place_let_go(srch_place *place)
{
    srch_home *home = place->home;
    const anc_str name = anc_str_of(place->name);
    uint64_t n = 0;
    if (home == NULL)
        return;
    (void)pthread_mutex_lock(&home->lock);
    (void)anc_map_find(home->in_use, name, &n);
    if (n <= 1)
        (void)anc_map_remove(home->in_use, name);
    else
        (void)!anc_map_put(home->in_use, name, n - 1); /* it is there: no memory is needed */
    home->stale = true;
    (void)pthread_mutex_unlock(&home->lock);
    *place = (srch_place){0};
}

anc_status srch_place_sync(const srch_place *place, anc_err *err)
{
    char space[OS_PATH_MAX];
    const srch_home *home = place->home;
    const anc_str collection = {place->name, strcspn(place->name, "/")};
    ANC_TRY(
        home->disk->sync_folder(home->disk->self, srch_home_join(home, collection, space), err));
    return home->disk->sync_folder(home->disk->self, home->folder, err);
}

/* ---- sweeping --------------------------------------------------------------------------------- */

static bool is_folder(anc_str path)
{
    os_stat stat;
    return os_stat_of(path, &stat, NULL) == ANC_OK && stat.is_folder;
}

/* Under the lock. The folders of one collection; whether one of them stays. */
static bool sweep_collection(srch_home *home, anc_arena *mem, anc_str collection)
{
    char space[OS_PATH_MAX];
    anc_str *names = NULL;
    size_t n = 0;
    uint64_t value;
    bool stays = false;
    if (os_folder_list(mem, srch_home_join(home, collection, space), MOST_NAMES, &names, &n,
                       NULL) != ANC_OK)
        return true;
    for (size_t i = 0; i < n; i++) {
        const anc_str name =
            anc_arena_printf(mem, "%.*s/%.*s", ANC_FMT(collection), ANC_FMT(names[i]));
        if (name.ptr == NULL || anc_map_find(home->in_use, name, &value) ||
            anc_map_find(home->named, name, &value))
            stays = true;
        else
            (void)!os_folder_remove(srch_home_join(home, name, space), NULL);
    }
    return stays;
}

void srch_home_sweep(srch_home *home)
{
    char space[OS_PATH_MAX];
    anc_str *names = NULL;
    size_t n = 0;
    ANC_ARENA(mem, LIST_BYTES);
    (void)pthread_mutex_lock(&home->lock);
    const bool due = home->stale && mem != NULL &&
                     os_folder_list(mem, home->folder, MOST_NAMES, &names, &n, NULL) == ANC_OK;
    home->stale = home->stale && !due;
    for (size_t i = 0; due && i < n; i++)
        if (is_folder(srch_home_join(home, names[i], space)) &&
            !sweep_collection(home, mem, names[i]))
            (void)!os_folder_remove(srch_home_join(home, names[i], space), NULL);
    (void)pthread_mutex_unlock(&home->lock);
}
