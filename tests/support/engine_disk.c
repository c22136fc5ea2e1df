/* engine_disk.c - files as two contents, names as two tables: what programs see, and what a loss of power leaves. */
#include "support/engine_disk.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILES = 4096, MAX_NAMES = 256, PATH_BYTES = 128, SECTOR = 512, MAP_ALIGN = 4096 };

typedef struct content {
    unsigned char *seen; /* owned [n] */
    size_t n, cap;
    size_t synced; /* its first bytes are durable */
} content;

typedef struct name {
    char path[PATH_BYTES];
    int seen, durable; /* number of a content; -1: no such file */
} name;

struct engine_disk {
    eng_disk ops;
    pthread_mutex_t lock;
    uint64_t seed;
    content files[MAX_FILES];
    int n_files;
    name names[MAX_NAMES];
    int n_names;
    long fail_at; /* -1: never */
    anc_status fail_status;
    bool dies, dead, hit, forgets, lost;
    uint64_t free;
};

static uint32_t chance(engine_disk *d, uint32_t below)
{
    d->seed = d->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(d->seed >> 33) % below;
}

static void *must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

/* Counts the call; whether it fails. Leaves the lock taken where it does not. */
static anc_status enter(engine_disk *d, const char *what, anc_err *err)
{
    (void)pthread_mutex_lock(&d->lock);
    const bool fails = d->dead || d->fail_at == 0;
    if (d->fail_at >= 0)
        d->fail_at--;
    if (!fails)
        return ANC_OK;
    d->hit = true;
    d->dead = d->dead || d->dies;
    const anc_status status = d->fail_status;
    (void)pthread_mutex_unlock(&d->lock);
    return ANC_FAIL(err, status, "the disk fails to %s", what);
}

static anc_status leave(engine_disk *d, anc_status status, anc_str path, anc_err *err)
{
    (void)pthread_mutex_unlock(&d->lock);
    return status == ANC_OK ? ANC_OK : ANC_FAIL(err, status, "%.*s", ANC_FMT(path));
}

static name *find(engine_disk *d, anc_str path)
{
    for (int i = 0; i < d->n_names; i++)
        if (anc_str_eq(anc_str_of(d->names[i].path), path))
            return &d->names[i];
    return NULL;
}

/* The row of a path, made where there is none. */
static name *row(engine_disk *d, anc_str path)
{
    name *n = find(d, path);
    for (int i = 0; n == NULL && i < d->n_names; i++)
        if (d->names[i].seen < 0 && d->names[i].durable < 0)
            n = &d->names[i];
    if (n == NULL) {
        if (d->n_names == MAX_NAMES)
            abort();
        n = &d->names[d->n_names++];
        *n = (name){.seen = -1, .durable = -1};
    }
    if (path.len >= PATH_BYTES)
        abort();
    memcpy(n->path, path.ptr, path.len);
    n->path[path.len] = 0;
    return n;
}

static int new_content(engine_disk *d)
{
    bool used[MAX_FILES] = {false};
    for (int i = 0; i < d->n_names; i++) {
        if (d->names[i].seen >= 0)
            used[d->names[i].seen] = true;
        if (d->names[i].durable >= 0)
            used[d->names[i].durable] = true;
    }
    int at = 0;
    while (at < d->n_files && used[at])
        at++;
    if (at == MAX_FILES)
        abort();
    d->n_files = at == d->n_files ? at + 1 : d->n_files;
    d->files[at].n = d->files[at].synced = 0;
    return at;
}

static void append(content *c, anc_str bytes)
{
    if (c->n + bytes.len > c->cap) {
        c->cap = (c->n + bytes.len) * 2;
        c->seen = must(realloc(c->seen, c->cap));
    }
    if (bytes.len > 0)
        memcpy(c->seen + c->n, bytes.ptr, bytes.len);
    c->n += bytes.len;
}

/* ---- the calls -------------------------------------------------------------------------------- */

static anc_status disk_create(void *self, anc_str path, void **ret_file, anc_err *err)
{
    engine_disk *d = self;
    ANC_TRY(enter(d, "make a file", err));
    name *n = row(d, path);
    n->seen = new_content(d);
    *ret_file = &d->files[n->seen];
    return leave(d, ANC_OK, path, err);
}

static anc_status disk_append(void *self, void *file, anc_str bytes, anc_err *err)
{
    engine_disk *d = self;
    ANC_TRY(enter(d, "write", err));
    append(file, bytes);
    return leave(d, ANC_OK, ANC_STR_NONE, err);
}

static anc_status disk_sync(void *self, void *file, anc_err *err)
{
    engine_disk *d = self;
    content *c = file;
    ANC_TRY(enter(d, "sync", err));
    if (!d->forgets)
        c->synced = c->n;
    return leave(d, ANC_OK, ANC_STR_NONE, err);
}

static void disk_close(void *self, void *file)
{
    (void)self;
    (void)file;
}

static anc_status disk_rename(void *self, anc_str from, anc_str to, anc_err *err)
{
    engine_disk *d = self;
    ANC_TRY(enter(d, "rename", err));
    name *old = find(d, from);
    if (old == NULL || old->seen < 0)
        return leave(d, ANC_NOT_FOUND, from, err);
    const int file = old->seen;
    old->seen = -1;
    row(d, to)->seen = file;
    return leave(d, ANC_OK, from, err);
}

static anc_status disk_link(void *self, anc_str from, anc_str to, anc_err *err)
{
    engine_disk *d = self;
    ANC_TRY(enter(d, "link", err));
    name *old = find(d, from);
    if (old == NULL || old->seen < 0)
        return leave(d, ANC_NOT_FOUND, from, err);
    const int file = old->seen;
    row(d, to)->seen = file;
    return leave(d, ANC_OK, from, err);
}

static anc_status disk_remove(void *self, anc_str path, anc_err *err)
{
    engine_disk *d = self;
    ANC_TRY(enter(d, "remove", err));
    name *n = find(d, path);
    if (n != NULL)
        n->seen = -1;
    return leave(d, ANC_OK, path, err);
}

static anc_status disk_make_folder(void *self, anc_str path, anc_err *err)
{
    ANC_TRY(enter(self, "make a folder", err));
    return leave(self, ANC_OK, path, err);
}

static bool is_in(const char *path, anc_str folder)
{
    return strncmp(path, folder.ptr, folder.len) == 0 && path[folder.len] == '/';
}

static anc_status disk_sync_folder(void *self, anc_str path, anc_err *err)
{
    engine_disk *d = self;
    ANC_TRY(enter(d, "sync a folder", err));
    for (int i = 0; i < d->n_names && !d->forgets; i++)
        if (is_in(d->names[i].path, path))
            d->names[i].durable = d->names[i].seen;
    return leave(d, ANC_OK, path, err);
}

/* A copy, so that reading past its end is seen. */
static anc_status disk_map(void *self, anc_str path, os_map *ret, anc_err *err)
{
    engine_disk *d = self;
    ANC_TRY(enter(d, "map", err));
    const name *n = find(d, path);
    if (n == NULL || n->seen < 0)
        return leave(d, ANC_NOT_FOUND, path, err);
    const content *c = &d->files[n->seen];
    void *at = NULL;
    if (c->n > 0) {
        if (posix_memalign(&at, MAP_ALIGN, c->n) != 0)
            abort();
        memcpy(at, c->seen, c->n);
    }
    *ret = (os_map){.bytes = at, .len = c->n};
    return leave(d, ANC_OK, path, err);
}

static void disk_unmap(void *self, os_map *map)
{
    (void)self;
    free((void *)(uintptr_t)map->bytes);
    *map = (os_map){0};
}

static bool disk_lost(void *self, const os_map *map)
{
    (void)map;
    return ((engine_disk *)self)->lost;
}

static anc_status disk_list(void *self, anc_arena *mem, anc_str folder, size_t max_names,
                            anc_str **ret, size_t *ret_n, anc_err *err)
{
    engine_disk *d = self;
    (void)max_names;
    ANC_TRY(enter(d, "list", err));
    *ret_n = 0;
    *ret = must(anc_arena_alloc(mem, MAX_NAMES, sizeof **ret));
    for (int i = 0; i < d->n_names; i++)
        if (d->names[i].seen >= 0 && is_in(d->names[i].path, folder))
            (*ret)[(*ret_n)++] = anc_arena_copy(mem, anc_str_of(d->names[i].path + folder.len + 1));
    return leave(d, ANC_OK, folder, err);
}

static anc_status disk_free_bytes(void *self, anc_str folder, uint64_t *ret, anc_err *err)
{
    engine_disk *d = self;
    ANC_TRY(enter(d, "say what is free", err));
    *ret = d->free;
    return leave(d, ANC_OK, folder, err);
}

/* ---- the loss of power ------------------------------------------------------------------------ */

/* Of what was not synced a part is there, and of that some sectors are not what was written. */
static void tear(engine_disk *d, content *c)
{
    const size_t more = c->n - c->synced;
    if (more == 0)
        return;
    c->n = c->synced + (chance(d, 4) == 0 ? more : chance(d, (uint32_t)more + 1));
    for (size_t at = c->synced; at < c->n; at += SECTOR)
        if (chance(d, 3) == 0)
            memset(c->seen + at, chance(d, 2) == 0 ? 0 : 0xa5,
                   c->n - at < SECTOR ? c->n - at : SECTOR);
    c->synced = c->n;
}

void engine_disk_lose_power(engine_disk *d)
{
    for (int i = 0; i < d->n_names; i++) {
        name *n = &d->names[i];
        if (n->seen != n->durable && chance(d, 2) == 0)
            n->seen = n->durable;
        n->durable = n->seen;
    }
    for (int i = 0; i < d->n_files; i++)
        tear(d, &d->files[i]);
    engine_disk_heal(d);
}

/* ---- for tests -------------------------------------------------------------------------------- */

engine_disk *engine_disk_new(uint64_t seed)
{
    engine_disk *d = must(calloc(1, sizeof *d));
    d->seed = seed;
    d->free = UINT64_C(1) << 40;
    d->fail_at = -1;
    (void)pthread_mutex_init(&d->lock, NULL);
    d->ops = (eng_disk){.self = d,
                        .create = disk_create,
                        .append = disk_append,
                        .sync = disk_sync,
                        .close = disk_close,
                        .rename = disk_rename,
                        .link = disk_link,
                        .remove = disk_remove,
                        .make_folder = disk_make_folder,
                        .sync_folder = disk_sync_folder,
                        .map = disk_map,
                        .unmap = disk_unmap,
                        .lost = disk_lost,
                        .list = disk_list,
                        .free_bytes = disk_free_bytes};
    return d;
}

void engine_disk_free(engine_disk *d)
{
    for (int i = 0; i < d->n_files; i++)
        free(d->files[i].seen);
    (void)pthread_mutex_destroy(&d->lock);
    free(d);
}

const eng_disk *engine_disk_ops(engine_disk *d)
{
    return &d->ops;
}

void engine_disk_fail(engine_disk *d, long at, anc_status status, bool dies)
{
    d->fail_at = at;
    d->fail_status = status;
    d->dies = dies;
    d->dead = d->hit = false;
}

void engine_disk_heal(engine_disk *d)
{
    d->fail_at = -1;
    d->dead = d->dies = false;
}

bool engine_disk_hit(const engine_disk *d)
{
    return d->hit;
}

void engine_disk_forget_syncs(engine_disk *d)
{
    d->forgets = true;
}

void engine_disk_say_lost(engine_disk *d)
{
    d->lost = true;
}

void engine_disk_set_free(engine_disk *d, uint64_t bytes)
{
    d->free = bytes;
}

unsigned char *engine_disk_bytes(engine_disk *d, const char *path, size_t *ret_n)
{
    const name *n = find(d, anc_str_of(path));
    if (n == NULL || n->seen < 0)
        return NULL;
    *ret_n = d->files[n->seen].n;
    return d->files[n->seen].seen;
}

void engine_disk_cut(engine_disk *d, const char *path, size_t n)
{
    d->files[find(d, anc_str_of(path))->seen].n = n;
}

void engine_disk_put(engine_disk *d, const char *path, anc_str bytes)
{
    name *n = row(d, anc_str_of(path));
    n->seen = n->durable = new_content(d);
    append(&d->files[n->seen], bytes);
    d->files[n->seen].synced = bytes.len;
}

size_t engine_disk_count(engine_disk *d, const char *begin)
{
    size_t n = 0;
    while (engine_disk_find(d, begin, n) != NULL)
        n++;
    return n;
}

const char *engine_disk_find(engine_disk *d, const char *begin, size_t number)
{
    const char *found = NULL;
    (void)pthread_mutex_lock(&d->lock);
    for (int i = 0; i < d->n_names && found == NULL; i++)
        if (d->names[i].seen >= 0 && strncmp(d->names[i].path, begin, strlen(begin)) == 0 &&
            number-- == 0)
            found = d->names[i].path;
    (void)pthread_mutex_unlock(&d->lock);
    return found;
}
