/* checked_vfs.h - SQLite's files through a layer that seals pages when they are written and checks
 * them when they are read. Private.
 *
 * The database file goes through it, and of its write-ahead log the failures. Its pages carry a sum when byte 20 of its first page
 * says that eight bytes are reserved; a file of an older version, which has none, is passed through as
 * it is. The write-ahead log carries sums of SQLite's own (wal_check.h).
 */
#ifndef ANC_DB_SQLITE_CHECKED_VFS_H
#define ANC_DB_SQLITE_CHECKED_VFS_H

#include <sqlite3.h>

#include "base/base.h"

/* The name of the layer above the VFS `below` (NULL: the system's), registered when it is asked for
 * first; NULL when `below` is unknown or there are too many. Any thread. */
const char *db_checked_vfs(const char *below);

/* Whom a connection's file tells of a page that is not sound; `tell` is called on the thread that
 * reads. The watch lives as long as the connection. */
typedef struct db_watch {
    void (*tell)(void *arg, uint32_t page);
    void *arg;
    bool
        seal; /* seal what is written even before the first page says so: for a copy or a conversion */
} db_watch;

/* Right after the connection was opened. */
void db_checked_watch(sqlite3 *handle, const db_watch *watch);

/* Whether the pages of the file carry sums, as far as its first page has been read. */
bool db_checked_has_sums(sqlite3 *handle);

#endif
