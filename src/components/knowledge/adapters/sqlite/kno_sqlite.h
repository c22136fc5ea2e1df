/* kno_sqlite.h - the catalog's ports on SQLite: readers of their own, writes inside the writer's
 * transaction.
 */
#ifndef ANC_KNOWLEDGE_ADAPTERS_SQLITE_KNO_SQLITE_H
#define ANC_KNOWLEDGE_ADAPTERS_SQLITE_KNO_SQLITE_H

#include "db/sqlite/migrate.h"
#include "db/sqlite/readers.h"
#include "knowledge/ports/catalog.h"

/* The tables, for db_migrate. */
extern const db_migration kno_migrations[];
extern const size_t kno_n_migrations;

typedef struct kno_sqlite kno_sqlite;

/* `readers` is borrowed until kno_sqlite_close; its file has gone through kno_migrations. NO_MEMORY. */
anc_status kno_sqlite_open(db_readers *readers, kno_sqlite **ret, kno_catalog *ret_catalog,
                           anc_err *err) ANC_MUST_CHECK;
void kno_sqlite_close(kno_sqlite *self); /* NULL is a no-op */

/* Calls `fn` for each file of the raw store that a current version needs, while a server may be at work there: the
 * original's and, where that is another one, the text's. The names are good during the call. `path` is the catalog's. */
typedef void kno_sqlite_object_fn(void *arg, anc_str collection, anc_str document,
                                  const kno_digest *digest);
anc_status kno_sqlite_objects(anc_str path, kno_sqlite_object_fn *fn, void *arg,
                              anc_err *err) ANC_MUST_CHECK;

#endif
