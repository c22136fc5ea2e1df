/* reserve.c - free bytes as they were a moment ago.
 *
 * Whoever finds the figure stale takes `looking` and asks the system; the others go on with the old
 * figure meanwhile, so that a disk that answers slowly holds up one of them.
 */
#include "os/reserve.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "os/file.h"

#define STALE_NS INT64_C(200000000)

struct os_reserve {
    uint64_t kept;
    atomic_uint_least64_t free;
    atomic_int_least64_t looked_ns; /* 0: never */
    atomic_bool looking;
    size_t len;
    char path[]; /* [len] */
};

os_reserve *os_reserve_new(anc_str path, uint64_t bytes)
{
    os_reserve *r = calloc(1, sizeof *r + path.len);
    if (r == NULL)
        return NULL;
    r->kept = bytes;
    r->len = path.len;
    memcpy(r->path, path.ptr, path.len);
    return r;
}

void os_reserve_free(os_reserve *r)
{
    free(r);
}

static anc_status look(os_reserve *r, anc_err *err)
{
    uint64_t bytes = 0;
    const int64_t looked_ns = atomic_load(&r->looked_ns), now_ns = os_mono_ns();
    if (looked_ns != 0 && now_ns - looked_ns < STALE_NS)
        return ANC_OK;
    const bool another_looks = atomic_exchange(&r->looking, true);
    if (another_looks && looked_ns != 0)
        return ANC_OK;
    const anc_status status = os_disk_free((anc_str){r->path, r->len}, &bytes, err);
    if (status == ANC_OK) {
        atomic_store(&r->free, bytes);
        atomic_store(&r->looked_ns, now_ns);
    }
    atomic_store(&r->looking, false);
    return status;
}

anc_status os_reserve_look(os_reserve *r, uint64_t *ret_free, uint64_t *ret_kept, anc_err *err)
{
    ANC_TRY(look(r, err));
    *ret_free = atomic_load(&r->free);
    *ret_kept = r->kept;
    return ANC_OK;
}

anc_status os_reserve_check(os_reserve *r, anc_err *err)
{
    uint64_t bytes = 0, kept = 0;
    if (r == NULL || r->kept == 0)
        return ANC_OK;
    ANC_TRY(os_reserve_look(r, &bytes, &kept, err));
    if (bytes >= kept)
        return ANC_OK;
    return ANC_FAIL(err, ANC_DISK_FULL,
                    "%llu MiB are free on the disk of %.*s and %llu MiB are kept free "
                    "(storage.reserve_mb): nothing more is taken until there is room",
                    (unsigned long long)(bytes >> 20), (int)r->len, r->path,
                    (unsigned long long)(kept >> 20));
}
