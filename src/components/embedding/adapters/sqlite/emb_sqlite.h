/* emb_sqlite.h - the store of vectors on SQLite: readers of their own, writes inside the writer's transaction. */
#ifndef ANC_EMBEDDING_ADAPTERS_SQLITE_EMB_SQLITE_H
#define ANC_EMBEDDING_ADAPTERS_SQLITE_EMB_SQLITE_H

#include "db/sqlite/migrate.h"
#include "db/sqlite/readers.h"
#include "embedding/ports/embedding_store.h"
#include "kernel/ports/writer.h"

/* The tables, for db_migrate. */
extern const db_migration emb_migrations[];
extern const size_t emb_n_migrations;

/* `readers` is borrowed as long as the store is used; its file has gone through emb_migrations. */
emb_embedding_store emb_sqlite_store(db_readers *readers);

#endif
