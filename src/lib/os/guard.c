/* guard.c - a page of a map that cannot be read becomes zeros, and its map says so.
 *
 * The system sends SIGBUS to the thread that touches a page whose file was cut, or whose disk refuses it. The handler
 * puts zeros in the place of that page and what lies behind it, and the thread goes on. It uses atomics and two calls of the
 * system, nothing else. No thread closes a map that another one still reads, so a row that is found stays while it is
 * handled.
 */
#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/file.h"

enum { ROWS = 8192 };

typedef struct row {
    atomic_bool taken;
    atomic_bool lost;
    _Atomic uintptr_t from; /* set last, cleared first; 0: no map */
    _Atomic uintptr_t to;   /* whole pages */
} row;

static row rows[ROWS];
static atomic_uint n_used;   /* rows behind were never taken */
static atomic_uint next_row; /* where a free one is looked for first */
static uintptr_t page_bytes;

uint32_t os_guard_add(const void *at, size_t bytes)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const unsigned first = atomic_fetch_add(&next_row, 1);
    for (unsigned i = 0; i < ROWS; i++) {
        const unsigned n = (first + i) % ROWS;
        bool free_one = false;
        if (!atomic_compare_exchange_strong(&rows[n].taken, &free_one, true))
            continue;
        unsigned used = atomic_load(&n_used);
        while (used < n + 1 && !atomic_compare_exchange_weak(&n_used, &used, n + 1))
            ;
        atomic_store(&rows[n].lost, false);
        atomic_store(&rows[n].to, ((uintptr_t)at + bytes + page - 1) / page * page);
        atomic_store(&rows[n].from, (uintptr_t)at);
        return n + 1;
    }
    return 0;
}

void os_guard_remove(uint32_t number)
{
    if (number == 0)
        return;
    atomic_store(&rows[number - 1].from, 0);
    atomic_store(&rows[number - 1].taken, false);
}

bool os_guard_lost(uint32_t number)
{
    return number != 0 && atomic_load_explicit(&rows[number - 1].lost, memory_order_acquire);
}

static row *row_of(uintptr_t at)
{
    const unsigned n = atomic_load(&n_used);
    for (unsigned i = 0; i < n; i++) {
        const uintptr_t from = atomic_load(&rows[i].from);
        if (from != 0 && at >= from && at < atomic_load(&rows[i].to))
            return &rows[i];
    }
    return NULL;
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)context;
    const int before = errno;
    const uintptr_t at = (uintptr_t)info->si_addr / page_bytes * page_bytes;
    row *r = row_of(at);
    if (r != NULL)
        atomic_store_explicit(&r->lost, true, memory_order_release);
    if (r == NULL || mmap((void *)at, atomic_load(&r->to) - at, PROT_READ,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        (void)signal(number, SIG_DFL); /* it comes again, and ends the process */
    errno = before;
}

anc_status os_maps_guard(anc_err *err)
{
    struct sigaction act = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)sigemptyset(&act.sa_mask);
    if (sigaction(SIGBUS, &act, NULL) != 0)
        return ANC_FAIL(err, ANC_IO, "SIGBUS cannot be handled (errno %d)", errno);
    return ANC_OK;
}
