/* rag_sqlite.h - the conversation store on SQLite: readers of their own, writes inside the writer's
 * transaction.
 */
#ifndef ANC_RAG_ADAPTERS_SQLITE_RAG_SQLITE_H
#define ANC_RAG_ADAPTERS_SQLITE_RAG_SQLITE_H

#include "db/sqlite/migrate.h"
#include "db/sqlite/readers.h"
#include "kernel/ports/writer.h"
#include "rag/ports/conversation_store.h"

/* The tables, for db_migrate. */
extern const db_migration rag_migrations[];
extern const size_t rag_n_migrations;

typedef struct rag_sqlite rag_sqlite;

/* `readers` is borrowed until rag_sqlite_close; its file has gone through rag_migrations. NO_MEMORY. */
anc_status rag_sqlite_open(db_readers *readers, rag_sqlite **ret, rag_conversation_store *ret_store,
                           anc_err *err) ANC_MUST_CHECK;
void rag_sqlite_close(rag_sqlite *self); /* NULL is a no-op */

#endif
