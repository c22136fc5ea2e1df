/* old_catalog.c - a catalog of the first migration, with documents in it, is brought up to date. */
#include "support/sql.h"
#include "support/test.h"

#include "knowledge/adapters/sqlite/kno_sqlite.h"

static const char rows[] =
    "INSERT INTO kno_acl(id, labels) VALUES(1, 'public'), (2, 'group:board');"
    "INSERT INTO kno_collection(id, name, description, language, chunking, chunk_tokens,"
    " overlap_sentences, acl_id, created_ms, updated_ms, last_change_ms, documents, versions)"
    " VALUES(1, 'notes', '', 'auto', 0, 0, 0, 1, 5, 5, 5, 1, 3);"
    "INSERT INTO kno_version(id, state, document_id, number, chunks, title, uri, source,"
    " content_type, language, metadata, folded, acl_id, bytes, text_bytes, content, text,"
    " fingerprint, created_ms) VALUES"
    " (1, 1, 1, 1, 1, 'One', 'u', 's', 't', 'en', '{\"a\":1}', 'one', NULL, 3, 3, x'01', x'01',"
    " x'01', 5),"
    " (2, 1, 1, 2, 1, 'Two', 'u', 's', 't', 'en', '{\"a\":1}', 'two', NULL, 3, 3, x'02', x'02',"
    " x'02', 6),"
    " (3, 1, 1, 3, 1, 'Two', 'u', 's', 't', 'en', '{\"a\":2}', 'two', 2, 3, 3, x'02', x'02',"
    " x'03', 7),"
    " (4, 0, NULL, NULL, 0, 'Left', '', '', '', 'en', '{}', '', NULL, 3, 3, x'04', x'04', x'04',"
    " 8);"
    "INSERT INTO kno_document(id, collection_id, name, current_id, versions, created_ms,"
    " updated_ms) VALUES(1, 1, 'a', 3, 3, 5, 7);"
    "INSERT INTO kno_chunk(version_id, ordinal, start, end, page, tokens, heading, digest)"
    " VALUES(1, 0, 0, 3, 0, 1, NULL, x'11');";

static void is_brought_up_to_date(void **state)
{
    (void)state;
    anc_err err = {0};
    db_sqlite *db = NULL;
    ASSERT_OK(db_open(ANC_STR(":memory:"), NULL, &db, &err), &err);
    ASSERT_OK(db_migrate(db, kno_migrations, 1, 1, &err), &err);
    ASSERT_OK(db_exec(db, rows, &err), &err);
    ASSERT_OK(db_migrate(db, kno_migrations, kno_n_migrations, 2, &err), &err);
    static const struct {
        const char *sql;
        int64_t wanted;
    } checks[] = {
        {"SELECT count(*) FROM kno_version WHERE given <> metadata", 0},
        {"SELECT changes FROM kno_version WHERE id = 1", 0},
        {"SELECT changes FROM kno_version WHERE id = 2", 1 + 2},
        {"SELECT changes FROM kno_version WHERE id = 3", 4 + 8},
        {"SELECT count(*) FROM kno_version WHERE added IS NULL", 4},
        {"SELECT cut = 0 AND recut = 0 FROM kno_collection", 1},
        {"SELECT parent IS NULL FROM kno_document", 1},
        {"SELECT columns IS NULL FROM kno_chunk", 1},
        {"SELECT system_prompt = '' FROM kno_collection", 1},
    };
    for (size_t i = 0; i < ANC_COUNT(checks); i++)
        if (sql_number(db, checks[i].sql) != checks[i].wanted)
            fail_msg("%s", checks[i].sql);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_brought_up_to_date)};
    return cmocka_run_group_tests_name("old catalog", tests, NULL, NULL);
}
