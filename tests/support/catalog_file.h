/* catalog_file.h - a catalog in a temporary folder, without the thread that writes: a store is asked in transactions of
 * the test's own. Each call fails the test where it fails. */
#ifndef ANC_TESTS_SUPPORT_CATALOG_FILE_H
#define ANC_TESTS_SUPPORT_CATALOG_FILE_H

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/sqlite/sqlite.h"
#include "kernel/ports/writer.h"
#include "os/file.h"

typedef struct catalog_file {
    char folder[64]; /* "": not open */
    db_sqlite *db;
    db_readers *readers;
} catalog_file;

static inline void catalog_file_open(catalog_file *c, const db_migration *migrations, size_t n)
{
    char path[96];
    anc_err err = {0};
    (void)strcpy(c->folder, "/tmp/anc-catalog-XXXXXX");
    assert_non_null(mkdtemp(c->folder));
    (void)snprintf(path, sizeof path, "%s/catalog.db", c->folder);
    ASSERT_OK(db_open(anc_str_of(path), NULL, &c->db, &err), &err);
    ASSERT_OK(db_migrate(c->db, migrations, n, 1, &err), &err);
    ASSERT_OK(db_readers_open(anc_str_of(path), NULL, 2, &c->readers, &err), &err);
}

static inline void catalog_file_close(catalog_file *c)
{
    anc_err err = {0};
    if (c->folder[0] == '\0')
        return;
    db_readers_close(c->readers);
    db_close(c->db);
    ASSERT_OK(os_folder_remove(anc_str_of(c->folder), &err), &err);
}

static inline krn_tx catalog_file_begin(const catalog_file *c)
{
    anc_err err = {0};
    ASSERT_OK(db_begin(c->db, &err), &err);
    return (krn_tx){c->db, 1000};
}

static inline void catalog_file_commit(const catalog_file *c)
{
    anc_err err = {0};
    ASSERT_OK(db_commit(c->db, &err), &err);
}

#endif
