/* sqlite_impl.h - the connection from inside, and SQLite's codes as ours. */
#ifndef ANC_DB_SQLITE_SQLITE_IMPL_H
#define ANC_DB_SQLITE_SQLITE_IMPL_H

#include <sqlite3.h>

#include "checked_vfs.h"
#include "db/sqlite/sqlite.h"

struct db_stmt {
    sqlite3_stmt *handle; /* owned */
    db_sqlite *db;        /* borrowed */
    uint64_t hash;        /* of the text */
    uint64_t used_at;     /* the connection's count of uses when it was taken last */
    bool taken;
    bool cached;
    int bind_rc; /* the first failure to bind since it was started */
};

struct db_sqlite {
    sqlite3 *handle; /* owned */
    char *path;      /* owned */
    bool open;       /* it was opened whole */
    db_watch watch;
    void (*on_damage)(void *arg, uint32_t page);
    void *damage_arg;
    uint32_t bad_page; /* the last page that was not sound; 0: none */
    db_check_fn *check;
    void *check_arg;
    anc_status check_status; /* what stopped the running statement, else OK */
    uint64_t uses;
    size_t n_cached;
    size_t max_cached;
    db_stmt *cache[]; /* owned; [max_cached] */
};

/* Makes a file that is not there, for its owner alone, whatever the folder's rights and the umask are; SQLite gives its log
 * the same rights. Of one that is there nothing is opened: closing it would drop the locks that this process has on it. A
 * failure is left to SQLite, which meets it again. */
void db_make_private(const char *path);

/* Fills `err` from the connection's last error; `rc` is the extended code. The text is read by whoever asked: it has no
 * statement, and once the connection is open a path only where a file or a disk has to be mended. */
anc_status db_fail_rc(const db_sqlite *db, int rc, const char *where, anc_err *err);
#define DB_FAIL(db, rc, err) db_fail_rc((db), (rc), __FILE__ ":" ANC_STRINGIZE(__LINE__), (err))

void db_cache_clear(db_sqlite *db);

#endif
