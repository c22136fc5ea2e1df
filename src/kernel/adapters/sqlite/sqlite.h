/* sqlite.h - the catalog's file: writer with group commit, outbox and change log in it.
 *
 * One file, one writing connection on a thread of its own, a few reading connections. Components'
 * SQLite adapters bring their migrations, write through the krn_tx of the writer (its connection is
 * a db_sqlite) and read through the readers.
 */
#ifndef ANC_KERNEL_ADAPTERS_SQLITE_SQLITE_H
#define ANC_KERNEL_ADAPTERS_SQLITE_SQLITE_H

#include "db/sqlite/migrate.h"
#include "db/sqlite/readers.h"
#include "kernel/domain/veil.h"
#include "kernel/ports/changes.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/inbox.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/replies.h"
#include "kernel/ports/writer.h"

typedef struct krn_sqlite krn_sqlite;

typedef struct krn_sqlite_options {
    anc_str path;
    krn_clock clock;                /* borrowed, as the next */
    krn_metrics metrics;            /* ops NULL: none */
    krn_log log;                    /* the same */
    const db_migration *migrations; /* [n_migrations] of the components, beside the kernel's own */
    size_t n_migrations;
    krn_veil veil;     /* of what events say of people; its key is borrowed */
    size_t max_queued; /* closures that may wait; 0: 1,024 */
    unsigned readers;  /* connections for reading; 0: 4 */
    /* No thread: closures run inside run, posted ones in krn_sqlite_step. Everything on one thread,
     * for tests and simulations. */
    bool without_thread;
    const char *vfs; /* for tests; NULL: the system's */
} krn_sqlite_options;

/* Opens or makes the file, applies missing migrations, starts the writer. The caller holds the lock
 * of the data folder. Errors of db_open and db_migrate; CORRUPT also for a write-ahead log that was
 * changed. */
anc_status krn_sqlite_open(const krn_sqlite_options *options, krn_sqlite **ret,
                           anc_err *err) ANC_MUST_CHECK;

/* A look at the file from outside, while a server may be running on it: reads every page. */
typedef struct krn_sqlite_report {
    uint64_t bytes;   /* of the file */
    bool has_sums;    /* its pages are checked when they are read */
    size_t missing;   /* migrations that the next open applies */
    char damage[512]; /* what is not sound, as SQLite says it; "" when all is */
} krn_sqlite_report;

/* `options` as for krn_sqlite_open; path, migrations and vfs are read. NOT_FOUND: no such file;
 * UNSUPPORTED: it is of a newer version; CORRUPT: it is no catalog, or cannot be read. */
anc_status krn_sqlite_inspect(const krn_sqlite_options *options, krn_sqlite_report *ret,
                              anc_err *err) ANC_MUST_CHECK;

/* Runs what is queued, then closes. NULL is a no-op. */
void krn_sqlite_close(krn_sqlite *k);

/* After something was erased: its pages are copied from the log into the file, and the log is emptied, so
 * that nothing of it is left in either. Waits for others up to the deadline; writing waits as long. UNAVAILABLE:
 * somebody was still reading the old pages. */
anc_status krn_sqlite_scrub(krn_sqlite *k, krn_call *call) ANC_MUST_CHECK;

krn_writer krn_sqlite_writer(krn_sqlite *k);
krn_outbox krn_sqlite_outbox(krn_sqlite *k);
krn_changes krn_sqlite_changes(krn_sqlite *k);
krn_replies krn_sqlite_replies(krn_sqlite *k);
krn_inbox krn_sqlite_inbox(krn_sqlite *k);
db_readers *krn_sqlite_readers(krn_sqlite *k); /* borrowed, good until close */

/* Without a thread: runs what is posted. A krn_step_fn; `k` is a krn_sqlite. */
int64_t krn_sqlite_step(void *k, int64_t now_ns);

#endif
