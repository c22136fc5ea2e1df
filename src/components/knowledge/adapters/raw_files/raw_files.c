/* raw_files.c - objects as files.
 *
 * A spool writes to tmp/ and hashes as it goes; finish renames the file to its digest, or drops it
 * where the object is there already. What protects an object from a concurrent remove is a table of
 * digests that somebody holds or has condemned:
 *
 *   guard   digest -> holds << 1 | condemned, absent when both are zero
 *
 * `lock` covers the table, the rename and the unlink, so a held object cannot vanish and one that
 * vanished is written again. A process that dies forgets the table, which is right: nobody holds
 * anything then, and a condemned object is found by the sweep once more.
 *
 * An object is checked against its name when it is opened, at first, after a change of its file and where that is
 * asked for (sound.h). One that is not sound is named in the log and refused; a spool with its bytes takes its place.
 * The bytes of small ones that were found sound stay in memory, and are given while their files are not changed (small.h).
 */
#include "raw_files.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/id.h"
#include "base/map.h"
#include "hash/sha256.h"
#include "os/file.h"
#include "small.h"
#include "sound.h"

enum { PATH_BYTES = OS_PATH_MAX, MAX_IN_SHARD = 10000000, N_SHARDS = 256, LARGE_BYTES = 1 << 20 };

typedef struct raw_files {
    anc_str root;        /* owned */
    os_reserve *reserve; /* borrowed; NULL: none */
    krn_log log;
    kno_sound sound;
    kno_small *small; /* owned */
    pthread_mutex_t lock;
    anc_map *guard; /* by the 32 bytes of the digest; under lock */
    atomic_uint_least64_t spools;
} raw_files;

typedef struct spool {
    raw_files *files; /* borrowed */
    os_writer *file;  /* NULL once finished */
    anc_sha256 *sha;
    bool holds;
    bool shared; /* somebody else holds the object: it may be there and not yet be safe */
    kno_digest digest;
} spool;

static anc_str key_of(const kno_digest *digest)
{
    return (anc_str){(const char *)digest->bytes, sizeof digest->bytes};
}

/* "<root>/ab" and, with `whole`, "/abcdef…" behind it. */
static anc_status path_of(const raw_files *f, const kno_digest *digest, bool whole,
                          char out[PATH_BYTES], anc_err *err)
{
    char hex[2 * KNO_DIGEST_BYTES + 1];
    anc_hex_text(digest->bytes, sizeof digest->bytes, hex);
    const int n = snprintf(out, PATH_BYTES, "%.*s/%.2s%s%s", ANC_FMT(f->root), hex,
                           whole ? "/" : "", whole ? hex : "");
    if (n < 0 || n >= PATH_BYTES)
        return ANC_FAIL(err, ANC_INVALID, "the path of the raw store is too long");
    return ANC_OK;
}

/* ---- guard; all under lock --------------------------------------------------------------- */

static uint64_t guard_of(const raw_files *f, const kno_digest *digest)
{
    uint64_t state = 0;
    (void)anc_map_find(f->guard, key_of(digest), &state);
    return state;
}

static bool guard_set(raw_files *f, const kno_digest *digest, uint64_t state)
{
    if (state != 0)
        return anc_map_put(f->guard, key_of(digest), state);
    (void)anc_map_remove(f->guard, key_of(digest));
    return true;
}

/* ---- soundness ----------------------------------------------------------------------------- */

static anc_status check_bytes(raw_files *f, const kno_digest *digest, const char *path,
                              const os_map *map, anc_err *err)
{
    bool sound = false;
    const anc_str bytes = {(const char *)map->bytes, map->len};
    ANC_TRY(kno_sound_check(&f->sound, digest, bytes, map->stamp, &sound, err));
    if (sound)
        return ANC_OK;
    krn_log_write(f->log, KRN_ERROR, "knowledge", "an object of the raw store is damaged",
                  KRN_STR("file", anc_str_of(path)));
    return ANC_FAIL(
        err, ANC_CORRUPT,
        "%s is damaged: its bytes are not those of its name; put the document again, or "
        "a backup of the file in its place",
        path);
}

/* Whether the object that has the name has the bytes too. */
static bool is_sound(raw_files *f, const kno_digest *digest, const char *path)
{
    os_map map = {0};
    if (os_map_open(anc_str_of(path), &map, NULL) != ANC_OK)
        return false;
    const bool sound = check_bytes(f, digest, path, &map, NULL) == ANC_OK;
    os_map_close(&map);
    return sound;
}

/* ---- spool --------------------------------------------------------------------------------- */

static anc_status spool_add(void *self, anc_str bytes, anc_err *err)
{
    spool *s = self;
    ANC_TRY(os_reserve_check(s->files->reserve, err));
    anc_sha256_add(s->sha, bytes);
    return os_writer_add(s->file, bytes, err);
}

static anc_status place(spool *s, anc_err *err)
{
    char path[PATH_BYTES];
    ANC_TRY(path_of(s->files, &s->digest, true, path, err));
    os_writer *file = s->file;
    s->file = NULL;
    if (s->shared || !os_exists(anc_str_of(path)) || !is_sound(s->files, &s->digest, path))
        return os_writer_commit(file, anc_str_of(path), err);
    /* Its bytes were synced before it got its name; whether its name was, nobody here knows: the
     * one who gave it may have died in between. */
    os_writer_abort(file);
    char folder[PATH_BYTES];
    ANC_TRY(path_of(s->files, &s->digest, false, folder, err));
    return os_folder_sync(anc_str_of(folder), err);
}

static anc_status spool_finish(void *self, kno_digest *ret, anc_err *err)
{
    spool *s = self;
    assert(s->file != NULL);
    raw_files *f = s->files;
    anc_sha256_end(s->sha, s->digest.bytes);
    pthread_mutex_lock(&f->lock);
    const uint64_t state = guard_of(f, &s->digest);
    s->shared = state >= 2;
    s->holds = guard_set(f, &s->digest, (state & ~(uint64_t)1) + 2);
    pthread_mutex_unlock(&f->lock);
    if (!s->holds)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to hold an object of the raw store");
    ANC_TRY(place(s, err));
    *ret = s->digest;
    return ANC_OK;
}

static void spool_close(void *self)
{
    spool *s = self;
    if (s->file != NULL)
        os_writer_abort(s->file);
    if (s->holds) {
        pthread_mutex_lock(&s->files->lock);
        const bool done = guard_set(s->files, &s->digest, guard_of(s->files, &s->digest) - 2);
        assert(done); /* the key is there, nothing is allocated */
        (void)done;
        pthread_mutex_unlock(&s->files->lock);
    }
    anc_sha256_free(s->sha);
    free(s);
}

static const kno_spool_ops spool_ops = {
    .add = spool_add, .finish = spool_finish, .close = spool_close};

static anc_status create(void *self, kno_spool *ret, anc_err *err)
{
    raw_files *f = self;
    ANC_TRY(os_reserve_check(f->reserve, err));
    spool *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a spool of the raw store");
    s->files = f;
    s->sha = anc_sha256_new();
    char path[PATH_BYTES];
    const int n = snprintf(path, sizeof path, "%.*s/tmp/%llu", ANC_FMT(f->root),
                           (unsigned long long)atomic_fetch_add(&f->spools, 1));
    anc_status status = ANC_OK;
    if (s->sha == NULL)
        status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a digest");
    else if (n < 0 || (size_t)n >= sizeof path)
        status = ANC_FAIL(err, ANC_INVALID, "the path of the raw store is too long");
    else
        status = os_writer_open(anc_str_of(path), &s->file, err);
    if (status != ANC_OK) {
        spool_close(s);
        return status;
    }
    *ret = (kno_spool){&spool_ops, s};
    return ANC_OK;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Behind a view: a mapped file, or bytes in memory. */
typedef struct opened {
    os_map map;
    kno_small_object *small; /* held; NULL: the map */
} opened;

static anc_str bytes_of(const opened *o)
{
    return o->small != NULL ? kno_small_bytes(o->small)
                            : (anc_str){(const char *)o->map.bytes, o->map.len};
}

static void let_go(opened *o)
{
    if (o->small != NULL)
        kno_small_let_go(o->small);
    os_map_close(&o->map);
    free(o);
}

/* The bytes of a file that was not changed since they were found sound; false where they are not in memory. */
static bool open_kept(raw_files *f, const kno_digest *digest, const char *path, opened *o)
{
    uint64_t stamp;
    if (!os_file_stamp(anc_str_of(path), &stamp))
        return false;
    o->small = kno_small_hold(f->small, digest, stamp);
    return o->small != NULL;
}

static anc_status open_file(raw_files *f, const kno_digest *digest, const char *path, bool keep,
                            opened *o, anc_err *err)
{
    anc_err why = {.code = ANC_OK};
    const anc_status status = os_map_open(anc_str_of(path), &o->map, &why);
    if (status !=
        ANC_OK) { /* also that it is not there, which whoever asks for the document reads */
        const anc_str told = anc_without_folders(anc_str_of(why.text), why.text, sizeof why.text);
        return anc_fail_at(err, status, why.where, "%.*s", ANC_FMT(told));
    }
    ANC_TRY(check_bytes(f, digest, path, &o->map, err));
    if (o->map.len > LARGE_BYTES)
        os_map_forget(&o->map); /* hashing read it all: who holds it open may never read the rest */
    if (keep)
        o->small = kno_small_keep(f->small, digest, o->map.stamp, bytes_of(o));
    uint64_t stamp;
    if (o->small != NULL && !os_file_stamp(anc_str_of(path), &stamp))
        kno_small_forget(f->small, digest); /* it was removed meanwhile: nothing of it stays */
    return ANC_OK;
}

static anc_status open_view(void *self, const kno_digest *digest, uint64_t bytes, kno_raw_look look,
                            kno_raw_view *ret, anc_err *err)
{
    raw_files *f = self;
    char path[PATH_BYTES];
    ANC_TRY(path_of(f, digest, true, path, err));
    opened *o = calloc(1, sizeof *o);
    if (o == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to open an object of the raw store");
    if (look == KNO_LOOK_ANEW) {
        kno_sound_forget(&f->sound, digest);
        kno_small_forget(f->small, digest);
    }
    anc_status status = ANC_OK;
    if (look == KNO_LOOK_ANEW || !open_kept(f, digest, path, o))
        status = open_file(f, digest, path, look == KNO_LOOK_ONCE, o, err);
    if (status == ANC_OK && bytes_of(o).len != bytes)
        status = ANC_FAIL(err, ANC_CORRUPT, "%s has %zu bytes instead of %llu", path,
                          bytes_of(o).len, (unsigned long long)bytes);
    if (status != ANC_OK) {
        let_go(o);
        return status;
    }
    if (o->small != NULL)
        os_map_close(&o->map);
    *ret = (kno_raw_view){.bytes = bytes_of(o), .owner = o, .mapped = o->small == NULL};
    return ANC_OK;
}

static void close_view(void *self, kno_raw_view *view)
{
    (void)self;
    if (view->owner != NULL)
        let_go(view->owner);
    *view = (kno_raw_view){0};
}

/* ---- removing ------------------------------------------------------------------------------ */

static bool condemn(void *self, const kno_digest *digest)
{
    raw_files *f = self;
    pthread_mutex_lock(&f->lock);
    const bool free_to_go = guard_of(f, digest) < 2 && guard_set(f, digest, 1);
    pthread_mutex_unlock(&f->lock);
    return free_to_go;
}

static anc_status remove_condemned(void *self, const kno_digest *digest, anc_err *err)
{
    raw_files *f = self;
    char path[PATH_BYTES];
    ANC_TRY(path_of(f, digest, true, path, err));
    anc_status status = ANC_OK;
    pthread_mutex_lock(&f->lock);
    if (guard_of(f, digest) == 1) {
        status = os_file_remove(anc_str_of(path), err);
        (void)guard_set(f, digest, 0);
        kno_sound_forget(&f->sound, digest);
        kno_small_forget(f->small, digest);
    }
    pthread_mutex_unlock(&f->lock);
    return status;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool digest_of_name(anc_str name, kno_digest *ret)
{
    if (name.len != 2 * sizeof ret->bytes)
        return false;
    for (size_t i = 0; i < sizeof ret->bytes; i++) {
        const int high = hex_value(name.ptr[2 * i]), low = hex_value(name.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static anc_status list(void *self, unsigned shard, anc_arena *mem, kno_digest **ret, size_t *ret_n,
                       anc_err *err)
{
    assert(shard < N_SHARDS);
    char path[PATH_BYTES];
    const kno_digest first = {.bytes = {(unsigned char)shard}};
    ANC_TRY(path_of(self, &first, false, path, err));
    anc_str *names = NULL;
    size_t n = 0, kept = 0;
    ANC_TRY(os_folder_list(mem, anc_str_of(path), MAX_IN_SHARD, &names, &n, err));
    kno_digest *digests = anc_arena_alloc(mem, n, sizeof *digests);
    if (digests == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the names in %s", path);
    for (size_t i = 0; i < n; i++)
        if (digest_of_name(names[i], &digests[kept]))
            kept++;
    *ret = digests;
    *ret_n = kept;
    return ANC_OK;
}

/* ---- opening ------------------------------------------------------------------------------- */

static void close_store(void *self)
{
    raw_files *f = self;
    kno_sound_done(&f->sound);
    kno_small_free(f->small);
    anc_map_free(f->guard);
    pthread_mutex_destroy(&f->lock);
    free((void *)(uintptr_t)f->root.ptr);
    free(f);
}

static const kno_raw_store_ops ops = {
    .name = "files",
    .create = create,
    .open = open_view,
    .close_view = close_view,
    .condemn = condemn,
    .remove = remove_condemned,
    .list = list,
    .close = close_store,
};

static anc_status clear_tmp(anc_str root, anc_err *err)
{
    char tmp[PATH_BYTES];
    const int n = snprintf(tmp, sizeof tmp, "%.*s/tmp", ANC_FMT(root));
    if (n < 0 || (size_t)n >= sizeof tmp)
        return ANC_FAIL(err, ANC_INVALID, "the path of the raw store is too long");
    ANC_TRY(os_folder_remove(anc_str_of(tmp), err));
    return os_folder_make(anc_str_of(tmp), err);
}

/* All shards at once, so that no put has to make one, with one sync for all of their names and one for the
 * store's own. Both are done at every start: the one that made the folders may have died before. */
static anc_status make_shards(const raw_files *f, anc_err *err)
{
    char path[PATH_BYTES];
    for (unsigned shard = 0; shard < N_SHARDS; shard++) {
        const kno_digest first = {.bytes = {(unsigned char)shard}};
        ANC_TRY(path_of(f, &first, false, path, err));
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return ANC_FAIL(err, errno == ENOSPC || errno == EDQUOT ? ANC_DISK_FULL : ANC_IO,
                            "cannot make the folder %s: %s", path, strerror(errno));
    }
    ANC_TRY(os_folder_sync(f->root, err));
    const int n = snprintf(path, sizeof path, "%.*s/..", ANC_FMT(f->root));
    if (n < 0 || (size_t)n >= sizeof path)
        return ANC_FAIL(err, ANC_INVALID, "the path of the raw store is too long");
    return os_folder_sync(anc_str_of(path), err);
}

anc_status kno_raw_files_open(const kno_raw_files_options *options, kno_raw_store *ret,
                              anc_err *err)
{
    const anc_str root = options->root;
    ANC_TRY(clear_tmp(root, err));
    raw_files *f = calloc(1, sizeof *f);
    if (f == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the raw store");
    pthread_mutex_init(&f->lock, NULL);
    f->reserve = options->reserve;
    f->log = options->log;
    f->guard = anc_map_new();
    const bool remembers = kno_sound_init(&f->sound);
    f->small = kno_small_new();
    char *copy = malloc(root.len + 1);
    f->root = (anc_str){copy, root.len};
    if (f->guard == NULL || !remembers || f->small == NULL || copy == NULL) {
        close_store(f);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the raw store");
    }
    memcpy(copy, root.ptr, root.len);
    copy[root.len] = '\0';
    const anc_status made = make_shards(f, err);
    if (made != ANC_OK) {
        close_store(f);
        return made;
    }
    *ret = (kno_raw_store){&ops, f};
    return ANC_OK;
}
