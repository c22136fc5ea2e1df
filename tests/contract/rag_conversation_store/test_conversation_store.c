/* test_conversation_store.c - the contract of rag/ports/conversation_store.h against every adapter. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "os/file.h"
#include "rag/adapters/sqlite/rag_sqlite.h"
#include "support/rag/fakes.h"

typedef struct bench {
    rag_conversation_store store;
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
    /* of sqlite */
    char folder[64];
    db_sqlite *db;
    db_readers *readers;
    rag_sqlite *sqlite;
    /* of the fake */
    fake_store *fake;
} bench;

typedef struct adapter_row {
    const char *name;
    void (*open)(bench *b);
    bool pages; /* list honours the mark and the order of updates */
} adapter_row;

static void open_fake(bench *b)
{
    b->fake = calloc(1, sizeof *b->fake);
    assert_non_null(b->fake);
    b->store = fake_store_port(b->fake);
}

static void open_sqlite(bench *b)
{
    char path[96];
    (void)strcpy(b->folder, "/tmp/anc-rag-store-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    (void)snprintf(path, sizeof path, "%s/catalog.db", b->folder);
    ASSERT_OK(db_open(anc_str_of(path), NULL, &b->db, &b->err), &b->err);
    ASSERT_OK(db_migrate(b->db, rag_migrations, rag_n_migrations, 1, &b->err), &b->err);
    ASSERT_OK(db_readers_open(anc_str_of(path), NULL, 2, &b->readers, &b->err), &b->err);
    ASSERT_OK(rag_sqlite_open(b->readers, &b->sqlite, &b->store, &b->err), &b->err);
}

static const adapter_row adapters[] = {
    {"fake", open_fake, false},
    {"sqlite", open_sqlite, true},
};

static bench bench_open(const adapter_row *row)
{
    bench b = {.mem = anc_arena_new(4 << 20)};
    assert_non_null(b.mem);
    row->open(&b);
    return b;
}

static krn_call *call_of(bench *b)
{
    b->call = (krn_call){
        .mem = b->mem, .err = &b->err, .deadline_ns = INT64_MAX, .cancelled = &b->cancelled};
    anc_err_clear(&b->err);
    return &b->call;
}

static void bench_close(bench *b)
{
    anc_arena_free(b->mem);
    free(b->fake);
    rag_sqlite_close(b->sqlite);
    db_readers_close(b->readers);
    db_close(b->db);
    if (b->folder[0] == '\0')
        return;
    static const char *const files[] = {"catalog.db", "catalog.db-wal", "catalog.db-shm"};
    for (size_t i = 0; i < ANC_COUNT(files); i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "%s/%s", b->folder, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(b->folder);
}

static krn_tx tx_begin(bench *b)
{
    if (b->db != NULL)
        ASSERT_OK(db_begin(b->db, &b->err), &b->err);
    return (krn_tx){b->db, 1000};
}

static void tx_end(bench *b)
{
    if (b->db != NULL)
        ASSERT_OK(db_commit(b->db, &b->err), &b->err);
}

static anc_status create(bench *b, const char *id, const char *user, int64_t at_ms)
{
    const rag_conversation_record c = {.id = anc_str_of(id),
                                       .title = ANC_STR("Scales & « bees »"),
                                       .user_id = anc_str_of(user),
                                       .created_ms = at_ms,
                                       .updated_ms = at_ms};
    krn_tx tx = tx_begin(b);
    anc_err_clear(&b->err);
    const anc_status status = b->store.ops->create(b->store.self, &tx, &c, &b->err);
    tx_end(b);
    return status;
}

static anc_status append(bench *b, const char *id, const char *user, int number)
{
    char text[32];
    char query[32];
    (void)snprintf(text, sizeof text, "m%d", number);
    (void)snprintf(query, sizeof query, "q%d", number);
    const rag_message_record m = {.id = anc_str_of(text),
                                  .query_id = anc_str_of(query),
                                  .question = anc_str_of(text),
                                  .answer = ANC_STR("Four kilograms [1]."),
                                  .answer_json = ANC_STR("{\"citations\":[]}"),
                                  .at_ms = 2000 + number};
    krn_tx tx = tx_begin(b);
    anc_err_clear(&b->err);
    const anc_status status =
        b->store.ops->append(b->store.self, &tx, anc_str_of(id), anc_str_of(user),
                             ANC_STR("first question"), &m, &b->err);
    tx_end(b);
    return status;
}

static anc_status removed(bench *b, const char *id, const char *user)
{
    krn_tx tx = tx_begin(b);
    anc_err_clear(&b->err);
    const anc_status status =
        b->store.ops->remove(b->store.self, &tx, anc_str_of(id), anc_str_of(user), &b->err);
    tx_end(b);
    return status;
}

static void what_was_created_is_found(void **state)
{
    bench b = bench_open(*state);
    rag_conversation_record c;
    ASSERT_OK(create(&b, "c-1", "ada", 1000), &b.err);
    assert_int_equal(create(&b, "c-1", "eve", 1001), ANC_CONFLICT);
    ASSERT_OK(b.store.ops->find(b.store.self, call_of(&b), ANC_STR("c-1"), &c), &b.err);
    assert_true(anc_str_eq(c.id, ANC_STR("c-1")));
    assert_true(anc_str_eq(c.title, ANC_STR("Scales & « bees »")));
    assert_true(anc_str_eq(c.user_id, ANC_STR("ada")));
    assert_int_equal(c.updated_ms, 1000);
    assert_int_equal(b.store.ops->find(b.store.self, call_of(&b), ANC_STR("c-2"), &c),
                     ANC_NOT_FOUND);
    assert_true(anc_str_eq(c.id, ANC_STR("c-1")));
    bench_close(&b);
}

static void turns_come_oldest_first(void **state)
{
    bench b = bench_open(*state);
    rag_message_record *messages;
    size_t n;
    ASSERT_OK(create(&b, "c-1", "", 1000), &b.err);
    ASSERT_OK(create(&b, "c-2", "", 1000), &b.err);
    for (int i = 1; i <= 40; i++)
        ASSERT_OK(append(&b, i % 2 == 0 ? "c-2" : "c-1", "", i), &b.err);
    assert_int_equal(append(&b, "c-3", "", 1), ANC_NOT_FOUND);
    ASSERT_OK(b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), UINT64_MAX, 3,
                                    &messages, &n),
              &b.err);
    assert_int_equal(n, 3);
    assert_true(anc_str_eq(messages[0].id, ANC_STR("m35")));
    assert_true(anc_str_eq(messages[2].question, ANC_STR("m39")));
    assert_int_equal(messages[2].at_ms, 2039);
    ASSERT_OK(b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), UINT64_MAX, 100,
                                    &messages, &n),
              &b.err);
    assert_int_equal(n, 20);
    assert_true(anc_str_eq(messages[0].id, ANC_STR("m1")));
    ASSERT_OK(b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("none"), UINT64_MAX, 5,
                                    &messages, &n),
              &b.err);
    assert_int_equal(n, 0);
    bench_close(&b);
}

/* Older turns page by page, by the place of the first that was seen. */
static void turns_come_in_pages(void **state)
{
    bench b = bench_open(*state);
    rag_message_record *m;
    size_t n;
    ASSERT_OK(create(&b, "c-1", "", 1000), &b.err);
    for (int i = 1; i <= 5; i++)
        ASSERT_OK(append(&b, "c-1", "", i), &b.err);
    ASSERT_OK(
        b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), UINT64_MAX, 2, &m, &n),
        &b.err);
    assert_int_equal(n, 2);
    assert_int_equal(m[0].position, 4);
    ASSERT_OK(b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), 4, 2, &m, &n),
              &b.err);
    assert_int_equal(n, 2);
    assert_int_equal(m[0].position, 2);
    assert_true(anc_str_eq(m[1].id, ANC_STR("m3")));
    ASSERT_OK(b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), 2, 2, &m, &n),
              &b.err);
    assert_int_equal(n, 1);
    ASSERT_OK(b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), 0, 2, &m, &n),
              &b.err);
    assert_int_equal(n, 0);
    bench_close(&b);
}

static anc_status rate(bench *b, const char *query, const char *user, int rating,
                       const char *comment)
{
    krn_tx tx = tx_begin(b);
    anc_err_clear(&b->err);
    const anc_status status =
        b->store.ops->rate(b->store.self, &tx, anc_str_of(query), anc_str_of(user), rating,
                           anc_str_of(comment), &b->err);
    tx_end(b);
    return status;
}

static void what_is_said_of_an_answer(void **state)
{
    bench b = bench_open(*state);
    rag_message_record *m;
    size_t n;
    ASSERT_OK(create(&b, "c-1", "ada", 1000), &b.err);
    ASSERT_OK(append(&b, "c-1", "ada", 1), &b.err);
    ASSERT_OK(append(&b, "c-1", "ada", 2), &b.err);
    ASSERT_OK(rate(&b, "q2", "ada", 1, "« yes »"), &b.err);
    ASSERT_OK(rate(&b, "q2", "ada", -1, ""), &b.err);
    assert_int_equal(rate(&b, "q2", "eve", 1, ""), ANC_NOT_FOUND);
    assert_int_equal(rate(&b, "q9", "ada", 1, ""), ANC_NOT_FOUND);
    ASSERT_OK(
        b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), UINT64_MAX, 5, &m, &n),
        &b.err);
    assert_int_equal(m[0].rating, 0);
    assert_int_equal(m[1].rating, -1);
    assert_int_equal(m[1].comment.len, 0);
    ASSERT_OK(rate(&b, "q1", "ada", 1, "good"), &b.err);
    ASSERT_OK(
        b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), UINT64_MAX, 5, &m, &n),
        &b.err);
    assert_true(anc_str_eq(m[0].comment, ANC_STR("good")));
    bench_close(&b);
}

static void a_title_is_given_once(void **state)
{
    bench b = bench_open(*state);
    rag_conversation_record c;
    const rag_conversation_record bare = {.id = ANC_STR("c-2"), .created_ms = 1, .updated_ms = 1};
    ASSERT_OK(create(&b, "c-1", "", 1000), &b.err);
    krn_tx tx = tx_begin(&b);
    ASSERT_OK(b.store.ops->create(b.store.self, &tx, &bare, &b.err), &b.err);
    tx_end(&b);
    ASSERT_OK(append(&b, "c-1", "", 1), &b.err);
    ASSERT_OK(append(&b, "c-2", "", 2), &b.err);
    ASSERT_OK(b.store.ops->find(b.store.self, call_of(&b), ANC_STR("c-1"), &c), &b.err);
    assert_true(anc_str_eq(c.title, ANC_STR("Scales & « bees »")));
    ASSERT_OK(b.store.ops->find(b.store.self, call_of(&b), ANC_STR("c-2"), &c), &b.err);
    assert_true(anc_str_eq(c.title, ANC_STR("first question")));
    bench_close(&b);
}

static void removed_with_its_turns(void **state)
{
    bench b = bench_open(*state);
    rag_conversation_record c;
    rag_message_record *messages;
    size_t n;
    ASSERT_OK(create(&b, "c-1", "ada", 1000), &b.err);
    ASSERT_OK(append(&b, "c-1", "ada", 1), &b.err);
    ASSERT_OK(removed(&b, "c-1", "ada"), &b.err);
    assert_int_equal(removed(&b, "c-1", "ada"), ANC_NOT_FOUND);
    assert_int_equal(b.store.ops->find(b.store.self, call_of(&b), ANC_STR("c-1"), &c),
                     ANC_NOT_FOUND);
    if (b.db != NULL) {
        ASSERT_OK(b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), UINT64_MAX, 5,
                                        &messages, &n),
                  &b.err);
        assert_int_equal(n, 0);
    }
    bench_close(&b);
}

/* Nobody writes to another user's conversation. */
static void only_its_owner_writes(void **state)
{
    bench b = bench_open(*state);
    rag_message_record *messages;
    size_t n;
    ASSERT_OK(create(&b, "c-1", "ada", 1000), &b.err);
    ASSERT_OK(append(&b, "c-1", "ada", 1), &b.err);
    assert_int_equal(append(&b, "c-1", "eve", 2), ANC_NOT_FOUND);
    assert_int_equal(append(&b, "c-1", "", 3), ANC_NOT_FOUND);
    assert_int_equal(removed(&b, "c-1", "eve"), ANC_NOT_FOUND);
    ASSERT_OK(b.store.ops->messages(b.store.self, call_of(&b), ANC_STR("c-1"), UINT64_MAX, 5,
                                    &messages, &n),
              &b.err);
    assert_int_equal(n, 1);
    bench_close(&b);
}

static size_t list(bench *b, const char *user, int64_t before_ms, const char *before_id,
                   size_t limit, rag_conversation_record **ret)
{
    size_t n = SIZE_MAX;
    ASSERT_OK(b->store.ops->list(b->store.self, call_of(b), anc_str_of(user), before_ms,
                                 anc_str_of(before_id), limit, ret, &n),
              &b->err);
    return n;
}

static void listed_by_user(void **state)
{
    bench b = bench_open(*state);
    rag_conversation_record *got;
    ASSERT_OK(create(&b, "a-1", "ada", 1000), &b.err);
    ASSERT_OK(create(&b, "e-1", "eve", 1001), &b.err);
    ASSERT_OK(create(&b, "a-2", "ada", 1002), &b.err);
    assert_int_equal(list(&b, "ada", INT64_MAX, "", 10, &got), 2);
    assert_true(anc_str_eq(got[0].id, ANC_STR("a-2")));
    assert_int_equal(list(&b, "", INT64_MAX, "", 10, &got), 0);
    bench_close(&b);
}

/* Page after page, whatever happens to the row that ended the last one. */
static void listed_in_pages(void **state)
{
    const adapter_row *row = *state;
    bench b = bench_open(row);
    rag_conversation_record *got;
    for (int i = 0; i < 6 && row->pages; i++) {
        const char id[] = {'a', (char)('0' + i), '\0'};
        ASSERT_OK(create(&b, id, "ada", 1000 + i / 2), &b.err);
    }
    if (row->pages) {
        assert_int_equal(list(&b, "ada", INT64_MAX, "", 2, &got), 2);
        assert_true(anc_str_eq(got[1].id, ANC_STR("a4")));
        ASSERT_OK(removed(&b, "a4", "ada"), &b.err);
        assert_int_equal(list(&b, "ada", 1002, "a4", 3, &got), 3);
        assert_true(anc_str_eq(got[0].id, ANC_STR("a3")));
        assert_true(anc_str_eq(got[2].id, ANC_STR("a1")));
        ASSERT_OK(append(&b, "a0", "ada", 1), &b.err);
        assert_int_equal(list(&b, "ada", INT64_MAX, "", 1, &got), 1);
        assert_true(anc_str_eq(got[0].id, ANC_STR("a0")));
        assert_int_equal(got[0].messages, 1);
        assert_int_equal(got[0].updated_ms, 2001);
    }
    bench_close(&b);
}

/* What runs too long ends with its call's time. */
static void readers_look_at_the_call(void **state)
{
    const adapter_row *row = *state;
    bench b = bench_open(row);
    enum { MANY = 4000 };
    for (int i = 0; i < MANY && row->pages; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "c%d", i);
        ASSERT_OK(create(&b, id, "ada", 1000), &b.err);
    }
    if (row->pages) {
        rag_conversation_record *got;
        size_t n;
        krn_call *call = call_of(&b);
        atomic_store(&b.cancelled, true);
        assert_int_equal(b.store.ops->list(b.store.self, call, ANC_STR("ada"), INT64_MAX,
                                           ANC_STR(""), MANY, &got, &n),
                         ANC_CANCELLED);
        atomic_store(&b.cancelled, false);
        anc_err_clear(&b.err);
        call->deadline_ns = 1;
        assert_int_equal(b.store.ops->list(b.store.self, call, ANC_STR("ada"), INT64_MAX,
                                           ANC_STR(""), MANY, &got, &n),
                         ANC_DEADLINE);
    }
    bench_close(&b);
}

static void a_small_arena_is_said(void **state)
{
    bench b = bench_open(*state);
    rag_conversation_record c;
    ASSERT_OK(create(&b, "c-1", "ada", 1000), &b.err);
    ANC_ARENA(mem, 16);
    krn_call *call = call_of(&b);
    call->mem = mem;
    assert_int_equal(b.store.ops->find(b.store.self, call, ANC_STR("c-1"), &c), ANC_LIMIT);
    bench_close(&b);
}

/* Turns of before held texts of documents; the step that takes them out leaves everything else. */
static void old_turns_lose_texts(void **state)
{
    (void)state;
    bench b = {.mem = anc_arena_new(4 << 20)};
    char path[96];
    bool row;
    (void)strcpy(b.folder, "/tmp/anc-rag-store-XXXXXX");
    assert_non_null(mkdtemp(b.folder));
    (void)snprintf(path, sizeof path, "%s/catalog.db", b.folder);
    ASSERT_OK(db_open(anc_str_of(path), NULL, &b.db, &b.err), &b.err);
    ASSERT_OK(db_migrate(b.db, rag_migrations, 2, 1, &b.err), &b.err);
    ASSERT_OK(
        db_exec(b.db,
                "INSERT INTO rag_conversation VALUES('c','t','u',1,1,2);"
                "INSERT INTO rag_message(conversation_id,position,id,query_id,question,answer,"
                "answer_json,at_ms) VALUES('c',1,'m','q','Why?','So. [1]',"
                "'{\"citations\":[{\"marker\":1,\"start\":3,\"quote\":\"secret\"}],"
                "\"sources\":[{\"position\":1,\"title\":\"secret\",\"text\":\"secret\","
                "\"score\":0.5}],\"degraded\":false}',1),"
                "('c',2,'n','r','Told?','Told.','{}',2)",
                &b.err),
        &b.err);
    ASSERT_OK(db_migrate(b.db, rag_migrations, rag_n_migrations, 2, &b.err), &b.err);
    {
        DB_STMT(s);
        ASSERT_OK(
            db_prepare(b.db, "SELECT answer_json FROM rag_message ORDER BY position", &s, &b.err),
            &b.err);
        ASSERT_OK(db_step(s, &row, &b.err), &b.err);
        assert_true(
            anc_str_eq(db_col_str(s, 0), ANC_STR("{\"citations\":[{\"marker\":1,\"start\":3}],"
                                                 "\"sources\":[{\"position\":1,\"score\":0.5}],"
                                                 "\"degraded\":false}")));
        ASSERT_OK(db_step(s, &row, &b.err), &b.err);
        assert_true(anc_str_eq(db_col_str(s, 0), ANC_STR("{}")));
    }
    db_close(b.db);
    anc_arena_free(b.mem);
    ASSERT_OK(os_folder_remove(anc_str_of(b.folder), &b.err), &b.err);
}

int main(void)
{
    int failed = RUN_TABLE("found", adapters, what_was_created_is_found);
    failed += RUN_TABLE("turns", adapters, turns_come_oldest_first);
    failed += RUN_TABLE("older turns", adapters, turns_come_in_pages);
    failed += RUN_TABLE("feedback", adapters, what_is_said_of_an_answer);
    failed += RUN_TABLE("title", adapters, a_title_is_given_once);
    failed += RUN_TABLE("removed", adapters, removed_with_its_turns);
    failed += RUN_TABLE("its owner", adapters, only_its_owner_writes);
    failed += RUN_TABLE("listed", adapters, listed_by_user);
    failed += RUN_TABLE("pages", adapters, listed_in_pages);
    failed += RUN_TABLE("in time", adapters, readers_look_at_the_call);
    failed += RUN_TABLE("small arena", adapters, a_small_arena_is_said);
    const struct CMUnitTest steps[] = {cmocka_unit_test(old_turns_lose_texts)};
    failed += cmocka_run_group_tests_name("steps", steps, NULL, NULL);
    return failed;
}
