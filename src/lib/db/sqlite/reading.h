/* reading.h - one of a set of readers, held for one piece of work and interrupted with it.
 *
 *   DB_READING(r);
 *   ANC_TRY(db_reading_begin(&r, readers, call->deadline_ns, call->cancelled, call->err));
 *   … db_prepare(r.db, …)
 */
#ifndef ANC_DB_SQLITE_READING_H
#define ANC_DB_SQLITE_READING_H

#include <stdatomic.h>

#include "db/sqlite/readers.h"

typedef struct db_reading {
    db_sqlite *db; /* NULL: nothing is held */
    db_readers *readers;
    int64_t deadline_ns;
    const atomic_bool *cancelled;
} db_reading;

/* Takes a connection as db_readers_take does. Until it is given back, a statement that still runs at
 * `deadline_ns` (monotonic; INT64_MAX: never) ends with DEADLINE, and one whose `cancelled` (borrowed;
 * may be NULL) became true with CANCELLED. `reading` stays where it is until its end. */
anc_status db_reading_begin(db_reading *reading, db_readers *readers, int64_t deadline_ns,
                            const atomic_bool *cancelled, anc_err *err) ANC_MUST_CHECK;
void db_reading_end(db_reading *reading); /* one that never began is a no-op */

/* A reading that ends when the variable leaves its scope. */
#define DB_READING(name) ANC_CLEANUP(db_reading_end) db_reading name = {0}

#endif
