/* idn_sqlite.h - the user store on SQLite: readers of their own, writes inside the writer's transaction. */
#ifndef ANC_IDENTITY_ADAPTERS_SQLITE_IDN_SQLITE_H
#define ANC_IDENTITY_ADAPTERS_SQLITE_IDN_SQLITE_H

#include "db/sqlite/migrate.h"
#include "db/sqlite/readers.h"
#include "identity/ports/user_store.h"
#include "kernel/ports/writer.h"

/* The tables, for db_migrate. */
extern const db_migration idn_migrations[];
extern const size_t idn_n_migrations;

/* `readers` is borrowed as long as the store is used; its file has gone through idn_migrations. */
idn_user_store idn_sqlite_store(db_readers *readers);

#endif
