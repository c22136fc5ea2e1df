/* trk_sqlite.h - the tracking's repository as an SQLite file of its own.
 *
 * One connection writes, under a lock; readers are beside it. Views for people: query_tracking,
 * document_retrievals.
 */
#ifndef ANC_TRACKING_ADAPTERS_SQLITE_TRK_SQLITE_H
#define ANC_TRACKING_ADAPTERS_SQLITE_TRK_SQLITE_H

#include "db/sqlite/migrate.h"
#include "tracking/ports/repository.h"

typedef struct trk_sqlite trk_sqlite;

extern const db_migration trk_migrations[];
extern const size_t trk_n_migrations;

typedef struct trk_sqlite_options {
    anc_str path;
    int64_t now_ms;   /* Unix time, for the table of migrations */
    unsigned readers; /* 0: 2 */
    const char *vfs;  /* for tests; NULL: the system's */
} trk_sqlite_options;

/* Opens or makes the file. Errors of db_open and db_migrate. */
anc_status trk_sqlite_open(const trk_sqlite_options *options, trk_sqlite **ret,
                           trk_repository *ret_repository, anc_err *err) ANC_MUST_CHECK;
void trk_sqlite_close(trk_sqlite *self); /* NULL is a no-op */

#endif
