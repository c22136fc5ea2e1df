/* fault_vfs.c - a VFS in front of the system's. The state is one for the process and atomic, since
 * the writer's thread and the test's look at it. */
#include "support/fault_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>

typedef struct fault_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct, in the same block */
} fault_file;

static struct {
    atomic_long left; /* operations before the one that fails; negative: none will */
    atomic_long operations;
    atomic_int rc;
    atomic_bool armed, syncs_only, dies, dead, hit, reads;
} state;

static sqlite3_vfs vfs;
static sqlite3_io_methods methods;

static sqlite3_vfs *real_vfs(void)
{
    return vfs.pAppData;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((fault_file *)(void *)f)->real;
}

/* What one operation is to give: SQLITE_OK to go on. */
static int operation(bool is_sync)
{
    if (atomic_load(&state.dead))
        return atomic_load(&state.rc);
    if (!atomic_load(&state.armed) || (atomic_load(&state.syncs_only) && !is_sync))
        return SQLITE_OK;
    atomic_fetch_add(&state.operations, 1);
    if (atomic_fetch_sub(&state.left, 1) != 0)
        return SQLITE_OK;
    atomic_store(&state.hit, true);
    atomic_store(&state.dead, atomic_load(&state.dies));
    return atomic_load(&state.rc);
}

static int file_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int file_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
    const int rc = atomic_load(&state.reads) ? operation(false) : SQLITE_OK;
    return rc == SQLITE_OK ? real_of(f)->pMethods->xRead(real_of(f), out, n, at) : rc;
}

static int file_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    const bool alive = !atomic_load(&state.dead);
    const int rc = operation(false);
    if (rc == SQLITE_OK)
        return real_of(f)->pMethods->xWrite(real_of(f), bytes, n, at);
    if (alive && atomic_load(&state.dies))
        (void)real_of(f)->pMethods->xWrite(real_of(f), bytes, n / 2, at);
    return rc;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    const int rc = operation(false);
    return rc == SQLITE_OK ? real_of(f)->pMethods->xTruncate(real_of(f), size) : rc;
}

static int file_sync(sqlite3_file *f, int flags)
{
    const int rc = operation(true);
    return rc == SQLITE_OK ? real_of(f)->pMethods->xSync(real_of(f), flags) : rc;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
    const int rc = atomic_load(&state.reads) ? operation(false) : SQLITE_OK;
    return rc == SQLITE_OK ? real_of(f)->pMethods->xFileSize(real_of(f), size) : rc;
}

static int file_lock(sqlite3_file *f, int kind)
{
    return real_of(f)->pMethods->xLock(real_of(f), kind);
}

static int file_unlock(sqlite3_file *f, int kind)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), kind);
}

static int file_reserved(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int file_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int file_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int shm_unmap(sqlite3_file *f, int remove)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static sqlite3_io_methods methods = {
    .iVersion = 2, /* with shared memory, without mapped pages: writes are to be seen */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static int vfs_open(sqlite3_vfs *self, sqlite3_filename name, sqlite3_file *f, int flags, int *out)
{
    (void)self;
    fault_file *file = (fault_file *)(void *)f;
    file->real = (sqlite3_file *)(void *)(file + 1);
    file->base.pMethods = NULL;
    const int rc = real_vfs()->xOpen(real_vfs(), name, file->real, flags, out);
    if (file->real->pMethods != NULL)
        file->base.pMethods = &methods;
    return rc;
}

static int vfs_delete(sqlite3_vfs *self, const char *name, int sync)
{
    (void)self;
    const int rc = operation(false);
    return rc == SQLITE_OK ? real_vfs()->xDelete(real_vfs(), name, sync) : rc;
}

void fault_vfs_register(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    vfs = *real;
    vfs.zName = "fault";
    vfs.pNext = NULL;
    vfs.pAppData = real;
    vfs.szOsFile = real->szOsFile + (int)sizeof(fault_file);
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    (void)sqlite3_vfs_register(&vfs, 0);
    fault_vfs_heal();
}

void fault_vfs_arm(long fail_at, int fail_rc, bool syncs_only, bool dies)
{
    atomic_store(&state.left, fail_at);
    atomic_store(&state.operations, 0);
    atomic_store(&state.rc, fail_rc);
    atomic_store(&state.syncs_only, syncs_only);
    atomic_store(&state.dies, dies);
    atomic_store(&state.dead, false);
    atomic_store(&state.hit, false);
    atomic_store(&state.armed, true);
}

void fault_vfs_count_reads(bool reads)
{
    atomic_store(&state.reads, reads);
}

void fault_vfs_heal(void)
{
    atomic_store(&state.armed, false);
    atomic_store(&state.dead, false);
}

long fault_vfs_operations(void)
{
    return atomic_load(&state.operations);
}

bool fault_vfs_hit(void)
{
    return atomic_load(&state.hit);
}
