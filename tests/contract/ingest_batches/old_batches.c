/* old_batches.c - dead letters of folders that were read several times before a file had but one. */
#include "support/sql.h"
#include "support/test.h"

#include "ingest/adapters/sqlite/ing_sqlite.h"

enum { BEFORE = 8 }; /* migrations */

/* Batches 1 to 3 read one folder, 4 another, 5 the first into another collection; 6 tries letter a1 again. */
static const char rows[] =
    "INSERT INTO ing_batch(key, id, closed, collection, path, globs, metadata, acl, user_id, "
    "labels,"
    " created_ms, updated_ms, letter) VALUES"
    " (1, 'b1', 1, 'notes', 'in', '', '{}', '', '', '', 1, 1, ''),"
    " (2, 'b2', 1, 'notes', 'in', '', '{}', '', '', '', 2, 2, ''),"
    " (3, 'b3', 1, 'notes', 'in', '', '{}', '', '', '', 3, 3, ''),"
    " (4, 'b4', 1, 'notes', 'out', '', '{}', '', '', '', 4, 4, ''),"
    " (5, 'b5', 1, 'laws', 'in', '', '{}', '', '', '', 5, 5, ''),"
    " (6, 'b6', 0, 'notes', 'in', '', '{}', '', '', '', 6, 6, 'a1');"
    "INSERT INTO ing_segment(id, batch, users, open) VALUES(1, 1, 2, 0);"
    "INSERT INTO ing_failure(id, batch, passed_over, document, stage, reason, at_ms, path, kind,"
    " attempts, segment) VALUES"
    " ('a1', 1, 0, 'a.txt', 'parse', 'r', 1, 'a.txt', 0, 1, 0),"
    " ('a2', 2, 0, 'a.txt', 'parse', 'r', 2, 'a.txt', 0, 2, 0),"
    " ('a3', 3, 1, 'a.txt', 'parse', 'r', 3, 'a.txt', 0, 1, 0),"
    " ('a4', 4, 0, 'a.txt', 'parse', 'r', 4, 'a.txt', 0, 1, 0),"
    " ('a5', 5, 0, 'a.txt', 'parse', 'r', 5, 'a.txt', 0, 1, 0),"
    " ('c1', 3, 0, 'c.txt', 'parse', 'r', 3, 'c.txt', 0, 1, 0),"
    " ('c2', 1, 0, 'c.txt', 'parse', 'r', 1, 'c.txt', 0, 1, 0),"
    " ('s1', 1, 0, 's.txt', 'parse', 'r', 1, 's.txt', 2, 1, 1),"
    " ('s2', 2, 0, 's.txt', 'parse', 'r', 2, 's.txt', 2, 1, 1);"
    "INSERT INTO ing_item(batch, ordinal, path, bytes, modified_ms, letter)"
    " VALUES(6, 0, 'a.txt', 1, 1, 'a1');";

static void letters_of_a_file_become_one(void **state)
{
    (void)state;
    anc_err err = {0};
    db_sqlite *db = NULL;
    ASSERT_OK(db_open(ANC_STR(":memory:"), NULL, &db, &err), &err);
    ASSERT_OK(db_migrate(db, ing_migrations, BEFORE, 1, &err), &err);
    ASSERT_OK(db_exec(db, rows, &err), &err);
    ASSERT_OK(db_migrate(db, ing_migrations, ing_n_migrations, 2, &err), &err);
    static const struct {
        const char *sql;
        int64_t wanted;
    } checks[] = {
        {"SELECT group_concat(id) = 'a3,a4,a5,c1,s1,s2' FROM (SELECT id FROM ing_failure"
         " ORDER BY id)",
         1},
        {"SELECT attempts FROM ing_failure WHERE id = 'a3'", 4},
        {"SELECT attempts FROM ing_failure WHERE id = 'c1'", 2}, /* whose batch is the later one */
        {"SELECT attempts FROM ing_failure WHERE id = 'a4'", 1},
        {"SELECT batch FROM ing_failure WHERE id = 'a3'", 3},
        {"SELECT group_concat(batch || failure) = '1a3,1c1,2a3' FROM"
         " (SELECT batch, failure FROM ing_failed_before ORDER BY batch, failure)",
         1},
        {"SELECT letter = 'a3' FROM ing_item", 1},
        {"SELECT letter = 'a3' FROM ing_batch WHERE key = 6", 1},
        {"SELECT users FROM ing_segment", 2},
        {"SELECT count(*) FROM sqlite_schema WHERE name = 'ing_doubled'", 0},
    };
    for (size_t i = 0; i < ANC_COUNT(checks); i++)
        if (sql_number(db, checks[i].sql) != checks[i].wanted)
            fail_msg("%s", checks[i].sql);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(letters_of_a_file_become_one)};
    return cmocka_run_group_tests_name("old batches", tests, NULL, NULL);
}
