/* readers.h - a bounded set of read-only connections to one file. Any thread.
 *
 * Connections are opened when they are first needed and kept. A thread takes one, reads, and gives
 * it back; when all are out, the next one waits until its deadline.
 */
#ifndef ANC_DB_SQLITE_READERS_H
#define ANC_DB_SQLITE_READERS_H

#include "db/sqlite/sqlite.h"

typedef struct db_readers db_readers;

/* `max` connections, 1 to 64. `options` as for db_open (read_only is implied), may be NULL. */
anc_status db_readers_open(anc_str path, const db_options *options, unsigned max, db_readers **ret,
                           anc_err *err) ANC_MUST_CHECK;
void db_readers_close(db_readers *readers); /* every connection must be back; NULL is a no-op */

/* Waits until `deadline_ns` (monotonic; INT64_MAX: for ever), then DEADLINE. */
anc_status db_readers_take(db_readers *readers, int64_t deadline_ns, db_sqlite **ret,
                           anc_err *err) ANC_MUST_CHECK;

/* Ends a read transaction and a check that were left on, and gives the connection back. NULL is a
 * no-op. */
void db_readers_give(db_readers *readers, db_sqlite *db);

#endif
