/* migrate.h - brings a file's tables to what this program knows, one numbered step after another.
 *
 * What was applied stands in the table `schema_migrations` (component, number, name, applied_ms).
 * Before the first new step on a file that already went through some, the whole file is copied to
 * "<file>.before-<n>", n being how many steps it had gone through. Each step is one transaction; a
 * failed one leaves the file as it was after the step before.
 */
#ifndef ANC_DB_SQLITE_MIGRATE_H
#define ANC_DB_SQLITE_MIGRATE_H

#include "db/sqlite/sqlite.h"

typedef struct db_migration {
    const char *component; /* "knowledge" */
    uint32_t number;       /* from 1, without gaps, ascending within its component */
    const char *name;      /* "documents and versions" */
    const char *sql;       /* statements separated by ";" */
} db_migration;

/* Applies what is missing of `table` [n], in its order. `now_ms` is Unix time. A file that has a
 * later step of one of these components than the table is UNSUPPORTED and left alone. The caller
 * holds the only connection and whatever lock keeps other processes away. */
anc_status db_migrate(db_sqlite *db, const db_migration *table, size_t n, int64_t now_ms,
                      anc_err *err) ANC_MUST_CHECK;

/* How many steps of `table` [n] the file lacks; changes nothing. UNSUPPORTED as above. */
anc_status db_migrations_missing(db_sqlite *db, const db_migration *table, size_t n, size_t *ret,
                                 anc_err *err) ANC_MUST_CHECK;

#endif
