/* ing_sqlite.h - batches on SQLite: readers of their own, writes inside the writer's transaction. */
#ifndef ANC_INGEST_ADAPTERS_SQLITE_ING_SQLITE_H
#define ANC_INGEST_ADAPTERS_SQLITE_ING_SQLITE_H

#include "db/sqlite/migrate.h"
#include "db/sqlite/readers.h"
#include "ingest/ports/batch_store.h"
#include "ingest/ports/batch_writer.h"
#include "ingest/ports/item_writer.h"
#include "ingest/ports/upload_writer.h"

/* The tables, for db_migrate. */
extern const db_migration ing_migrations[];
extern const size_t ing_n_migrations;

/* `readers` is borrowed as long as the port is used; its file has gone through ing_migrations. */
ing_batch_store ing_sqlite_store(db_readers *readers);
ing_batch_writer ing_sqlite_writer(void);
ing_item_writer ing_sqlite_items(void);
ing_upload_writer ing_sqlite_uploads(void);

#endif
