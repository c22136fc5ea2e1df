/* checked_vfs.c - the layer's files.
 *
 * A file of ours is a struct in front of the real one, in the block that SQLite allocates by szOsFile.
 * Temporary files are the real VFS's alone. Without xFetch there are no mapped pages, so every page comes
 * through xRead.
 *
 * Of the log alone the failures are looked at: SQLite makes "damaged" of a read that the disk refused
 * (IOERR_CORRUPTFS), which may be well the next time, and forgets why a sync failed, which may have been
 * for want of room.
 *
 * A page whose sum is wrong is read as SQLITE_IOERR_DATA, which ends the statement. Of the first page
 * even the byte that says whether there are sums is guarded: a page that has one in spite of it was
 * changed.
 */
#include "checked_vfs.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page_sum.h"

enum { LAYERS_MAX = 4, NAME_BYTES = 64, WATCH = 0x416e6301, HAS_SUMS };

/* WATCH and HAS_SUMS are calls of xFileControl of our own. */
static const char magic[16] = "SQLite format 3";

typedef struct checked_file {
    sqlite3_file base;
    sqlite3_file *real;    /* behind this struct */
    const db_watch *watch; /* borrowed from the connection; NULL: none yet */
    bool has_sums;         /* by its first page */
    unsigned char *copy;   /* owned: a page on its way out */
    size_t copy_bytes;
} checked_file;

typedef struct layer {
    sqlite3_vfs vfs;
    char name[NAME_BYTES];
} layer;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the layers */
static layer layers[LAYERS_MAX];
static size_t n_layers;

static checked_file *file_of(sqlite3_file *f)
{
    return (checked_file *)(void *)f;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
    return file_of(f)->real;
}

static sqlite3_vfs *below(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

/* ---- pages --------------------------------------------------------------------------------- */

static bool is_page(int n, sqlite3_int64 at)
{
    return n > 0 && db_page_size_fits((size_t)n) && at % n == 0;
}

static void look_at_first_page(checked_file *f, const unsigned char *bytes, int n)
{
    if (n > DB_RESERVED_AT && memcmp(bytes, magic, sizeof magic) == 0)
        f->has_sums = bytes[DB_RESERVED_AT] == DB_SUM_BYTES;
}

/* The first page as it would be if its byte of reserved bytes was right. */
static bool is_first_page_changed(unsigned char *page, size_t n)
{
    const unsigned char there = page[DB_RESERVED_AT];
    page[DB_RESERVED_AT] = DB_SUM_BYTES;
    const bool sound = db_page_is_sound(page, n, 1);
    page[DB_RESERVED_AT] = there;
    return sound;
}

static int check_page(checked_file *f, unsigned char *page, size_t n, sqlite3_int64 at)
{
    const uint32_t number = (uint32_t)(at / (sqlite3_int64)n) + 1;
    const bool wrong = f->has_sums ? !db_page_is_sound(page, n, number)
                                   : number == 1 && is_first_page_changed(page, n);
    if (!wrong)
        return SQLITE_OK;
    if (f->watch != NULL && f->watch->tell != NULL)
        f->watch->tell(f->watch->arg, number);
    return SQLITE_IOERR_DATA;
}

static int plain_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
    const int rc = real_of(f)->pMethods->xRead(real_of(f), out, n, at);
    return rc == SQLITE_IOERR_CORRUPTFS ? SQLITE_IOERR_READ : rc;
}

static int checked_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
    const int rc = plain_read(f, out, n, at);
    if (rc != SQLITE_OK)
        return rc;
    if (at == 0)
        look_at_first_page(file_of(f), out, n);
    return is_page(n, at) ? check_page(file_of(f), out, (size_t)n, at) : SQLITE_OK;
}

static bool make_copy(checked_file *f, const void *bytes, size_t n)
{
    if (f->copy_bytes < n) {
        unsigned char *grown = realloc(f->copy, n);
        if (grown == NULL)
            return false;
        f->copy = grown;
        f->copy_bytes = n;
    }
    memcpy(f->copy, bytes, n);
    return true;
}

static int checked_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    checked_file *f = file_of(file);
    if (at == 0)
        look_at_first_page(f, bytes, n);
    const bool seal = f->has_sums || (f->watch != NULL && f->watch->seal);
    if (!seal || !is_page(n, at))
        return f->real->pMethods->xWrite(f->real, bytes, n, at);
    if (!make_copy(f, bytes, (size_t)n))
        return SQLITE_IOERR_NOMEM;
    db_page_seal(f->copy, (size_t)n, (uint32_t)(at / n) + 1);
    return f->real->pMethods->xWrite(f->real, f->copy, n, at);
}

static int plain_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xWrite(real_of(f), bytes, n, at);
}

/* ---- what is passed on --------------------------------------------------------------------- */

static int checked_close(sqlite3_file *f)
{
    free(file_of(f)->copy);
    file_of(f)->copy = NULL;
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int checked_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int checked_sync(sqlite3_file *f, int flags)
{
    int error = 0;
    const int rc = real_of(f)->pMethods->xSync(real_of(f), flags);
    if (rc == SQLITE_OK)
        return rc;
    (void)real_of(f)->pMethods->xFileControl(real_of(f), SQLITE_FCNTL_LAST_ERRNO, &error);
    return error == ENOSPC || error == EDQUOT ? SQLITE_FULL : rc;
}

static int checked_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int checked_lock(sqlite3_file *f, int kind)
{
    return real_of(f)->pMethods->xLock(real_of(f), kind);
}

static int checked_unlock(sqlite3_file *f, int kind)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), kind);
}

static int checked_reserved(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int checked_control(sqlite3_file *f, int op, void *arg)
{
    if (op == WATCH) {
        file_of(f)->watch = arg;
        return SQLITE_OK;
    }
    if (op == HAS_SUMS) {
        *(bool *)arg = file_of(f)->has_sums;
        return SQLITE_OK;
    }
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int checked_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int checked_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int checked_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int checked_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void checked_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int checked_shm_unmap(sqlite3_file *f, int remove)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = checked_close,
    .xRead = checked_read,
    .xWrite = checked_write,
    .xTruncate = checked_truncate,
    .xSync = checked_sync,
    .xFileSize = checked_size,
    .xLock = checked_lock,
    .xUnlock = checked_unlock,
    .xCheckReservedLock = checked_reserved,
    .xFileControl = checked_control,
    .xSectorSize = checked_sector,
    .xDeviceCharacteristics = checked_traits,
    .xShmMap = checked_shm_map,
    .xShmLock = checked_shm_lock,
    .xShmBarrier = checked_shm_barrier,
    .xShmUnmap = checked_shm_unmap,
};

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = checked_close,
    .xRead = plain_read,
    .xWrite = plain_write,
    .xTruncate = checked_truncate,
    .xSync = checked_sync,
    .xFileSize = checked_size,
    .xLock = checked_lock,
    .xUnlock = checked_unlock,
    .xCheckReservedLock = checked_reserved,
    .xFileControl = checked_control,
    .xSectorSize = checked_sector,
    .xDeviceCharacteristics = checked_traits,
};

/* ---- the layer ----------------------------------------------------------------------------- */

static int checked_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags,
                        int *out)
{
    if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
        return below(vfs)->xOpen(below(vfs), name, file, flags, out);
    checked_file *f = file_of(file);
    *f = (checked_file){.real = (sqlite3_file *)(void *)(f + 1)};
    f->real->pMethods = NULL;
    const int rc = below(vfs)->xOpen(below(vfs), name, f->real, flags, out);
    if (f->real->pMethods != NULL)
        f->base.pMethods = (flags & SQLITE_OPEN_WAL) != 0 ? &log_methods : &methods;
    return rc;
}

static bool has_name(const layer *l, const char *name)
{
    return strcmp(l->name, name) == 0;
}

/* With the lock held. */
static const char *add_layer(const char *name, sqlite3_vfs *real)
{
    layer *l = &layers[n_layers];
    (void)snprintf(l->name, sizeof l->name, "%s", name);
    l->vfs = *real;
    l->vfs.zName = l->name;
    l->vfs.pNext = NULL;
    l->vfs.pAppData = real;
    l->vfs.szOsFile = real->szOsFile + (int)sizeof(checked_file);
    l->vfs.xOpen = checked_open;
    if (sqlite3_vfs_register(&l->vfs, 0) != SQLITE_OK)
        return NULL;
    n_layers++;
    return l->name;
}

const char *db_checked_vfs(const char *below_name)
{
    char name[NAME_BYTES];
    sqlite3_vfs *real = sqlite3_vfs_find(below_name);
    const char *found = NULL;
    if (real == NULL)
        return NULL;
    (void)snprintf(name, sizeof name, "checked-%.40s", real->zName);
    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n_layers && found == NULL; i++)
        if (has_name(&layers[i], name))
            found = layers[i].name;
    if (found == NULL && n_layers < LAYERS_MAX)
        found = add_layer(name, real);
    (void)pthread_mutex_unlock(&lock);
    return found;
}

void db_checked_watch(sqlite3 *handle, const db_watch *watch)
{
    (void)sqlite3_file_control(handle, "main", WATCH, (void *)(uintptr_t)watch);
}

bool db_checked_has_sums(sqlite3 *handle)
{
    bool has = false;
    (void)sqlite3_file_control(handle, "main", HAS_SUMS, &has);
    return has;
}
