/* test_replies.c - the contract of kernel/ports/replies.h: sqlite, with a thread and without one. */
#include "catalog_fixture.h"
#include "os/clock.h"
#include "os/thread.h"

typedef struct change {
    krn_sqlite *k;
    const krn_reply *put; /* NULL: the row of `name` is removed; empty name: pruned */
    const char *name;
    const char *user; /* whose answers are forgotten; NULL: nobody's */
    int64_t before_ms;
    size_t keep, limit, removed;
} change;

static anc_status work(void *arg, krn_tx *tx, anc_err *err)
{
    change *c = arg;
    const krn_replies r = krn_sqlite_replies(c->k);
    if (c->put != NULL)
        return r.ops->put(r.self, tx, c->put, err);
    if (c->name != NULL)
        return r.ops->remove(r.self, tx, anc_str_of(c->name), err);
    if (c->user != NULL)
        return r.ops->forget(r.self, tx, anc_str_of(c->user), c->limit, &c->removed, err);
    return r.ops->prune(r.self, tx, c->before_ms, c->keep, c->limit, &c->removed, err);
}

static anc_status do_it(change *c, anc_err *err)
{
    TEST_CALL(t);
    const anc_status status = krn_writer_run(krn_sqlite_writer(c->k), &t.call, work, c);
    *err = t.err;
    return status;
}

static krn_reply reply_of(const char *name, int64_t begun_ms)
{
    return (krn_reply){.name = anc_str_of(name),
                       .digest = ANC_STR("0123456789abcdef0123456789abcdef"),
                       .id = ANC_STR("id"),
                       .begun_ms = begun_ms,
                       .etag = ANC_STR(""),
                       .location = ANC_STR(""),
                       .body = ANC_STR("")};
}

static void put(krn_sqlite *k, const krn_reply *reply)
{
    anc_err err = {0};
    change c = {.k = k, .put = reply};
    ASSERT_OK(do_it(&c, &err), &err);
}

static bool has(krn_sqlite *k, const char *name)
{
    TEST_CALL(t);
    krn_reply found;
    bool there = false;
    const krn_replies r = krn_sqlite_replies(k);
    ASSERT_OK(r.ops->find(r.self, &t.call, anc_str_of(name), &there, &found), &t.err);
    return there;
}

static void an_answer_takes_the_place_of_a_beginning(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    TEST_CALL(t);
    krn_reply found;
    bool there = false;
    const krn_replies r = krn_sqlite_replies(k);
    assert_false(has(k, "a"));
    krn_reply reply = reply_of("a", 7);
    put(k, &reply);
    ASSERT_OK(r.ops->find(r.self, &t.call, ANC_STR("a"), &there, &found), &t.err);
    assert_true(there);
    assert_int_equal(found.status, 0);
    reply.status = 201;
    reply.etag = ANC_STR("\"3\"");
    reply.location = ANC_STR("/x");
    reply.body = (anc_str){"{\0}", 3};
    put(k, &reply);
    krn_sqlite_close(k);
    const krn_sqlite_options again = options_for(*state);
    k = open_with(&again);
    ASSERT_OK(krn_sqlite_replies(k).ops->find(k, &t.call, ANC_STR("a"), &there, &found), &t.err);
    assert_true(there);
    assert_int_equal(found.status, 201);
    assert_int_equal(found.begun_ms, 7);
    assert_true(anc_str_eq(found.digest, reply.digest) && anc_str_eq(found.id, reply.id));
    assert_true(anc_str_eq(found.etag, reply.etag) && anc_str_eq(found.location, reply.location));
    assert_true(anc_str_eq(found.body, reply.body));
    change gone = {.k = k, .name = "a"};
    ASSERT_OK(do_it(&gone, &t.err), &t.err);
    assert_false(has(k, "a"));
    krn_sqlite_close(k);
}

static void a_long_answer_is_refused(void **state)
{
    static char body[KRN_REPLY_BODY_MAX + 1];
    krn_sqlite *k = open_fresh(*state);
    anc_err err = {0};
    krn_reply reply = reply_of("a", 1);
    reply.body = (anc_str){body, sizeof body};
    change c = {.k = k, .put = &reply};
    assert_int_equal(do_it(&c, &err), ANC_LIMIT);
    reply.body.len--;
    ASSERT_OK(do_it(&c, &err), &err);
    krn_sqlite_close(k);
}

static void old_ones_go(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    anc_err err = {0};
    char name[16];
    for (int i = 1; i <= 9; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        const krn_reply reply = reply_of(name, i * 10);
        put(k, &reply);
    }
    change c = {.k = k, .before_ms = 30, .keep = 100, .limit = 100};
    ASSERT_OK(do_it(&c, &err), &err);
    assert_int_equal(c.removed, 2);
    assert_false(has(k, "2"));
    assert_true(has(k, "3"));
    c = (change){.k = k, .before_ms = 30, .keep = 4, .limit = 2};
    ASSERT_OK(do_it(&c, &err), &err);
    assert_int_equal(c.removed, 2);
    ASSERT_OK(do_it(&c, &err), &err);
    assert_int_equal(c.removed, 1);
    assert_false(has(k, "5"));
    assert_true(has(k, "6") && has(k, "9"));
    krn_sqlite_close(k);
}

static bool file_has(const char *at, anc_str words)
{
    TEST_CALL(t);
    anc_str bytes = ANC_STR("");
    if (os_exists(anc_str_of(at)))
        ASSERT_OK(os_file_read(t.call.mem, anc_str_of(at), 32 << 20, &bytes, &t.err), &t.err);
    return anc_str_find(bytes, words) != SIZE_MAX;
}

/* One user's go, a piece at a time; after a scrub no file has a word of them, and another's is there. */
static void one_users_are_forgotten(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const krn_sqlite_options o = options_for(*state);
    char log[256];
    TEST_CALL(t);
    for (int i = 0; i < 6; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "n%d", i);
        krn_reply reply = reply_of(name, 1 + i);
        reply.user = i < 5 ? ANC_STR("eve") : ANC_STR("adam");
        reply.body = i < 5 ? ANC_STR("{\"a\":\"xylophonist\"}") : ANC_STR("{\"a\":\"drummer\"}");
        put(k, &reply);
    }
    (void)snprintf(log, sizeof log, "%.*s-wal", ANC_FMT(o.path));
    change c = {.k = k, .user = "eve", .limit = 3};
    ASSERT_OK(do_it(&c, &t.err), &t.err);
    assert_int_equal(c.removed, 3);
    ASSERT_OK(do_it(&c, &t.err), &t.err);
    assert_int_equal(c.removed, 2);
    ASSERT_OK(do_it(&c, &t.err), &t.err);
    assert_int_equal(c.removed, 0);
    assert_true(has(k, "n5") && !has(k, "n0"));
    assert_true(file_has(log, ANC_STR("xylophonist")));
    ASSERT_OK(krn_sqlite_scrub(k, &t.call), &t.err);
    assert_false(file_has(log, ANC_STR("xylophonist")));
    assert_false(file_has(o.path.ptr, ANC_STR("xylophonist")));
    assert_true(file_has(o.path.ptr, ANC_STR("drummer")));
    krn_sqlite_close(k);
}

typedef struct scrubbing {
    krn_sqlite *k;
    atomic_bool begun;
    anc_status status;
} scrubbing;

static void scrub(void *arg)
{
    scrubbing *s = arg;
    TEST_CALL(t);
    atomic_store(&s->begun, true);
    s->status = krn_sqlite_scrub(s->k, &t.call);
}

static db_sqlite *begin_reading(const krn_sqlite_options *o)
{
    db_sqlite *reader = NULL;
    anc_err err = {0};
    bool there;
    ASSERT_OK(db_open(o->path, NULL, &reader, &err), &err);
    ASSERT_OK(db_begin_read(reader, &err), &err);
    DB_STMT(s);
    ASSERT_OK(db_prepare(reader, "SELECT count(*) FROM kept_reply", &s, &err), &err);
    ASSERT_OK(db_step(s, &there, &err), &err);
    return reader;
}

/* Who reads the old pages is waited for, and who writes goes on meanwhile. */
static void a_scrub_waits_and_nobody_for_it(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const krn_sqlite_options o = options_for(*state);
    scrubbing s = {.k = k};
    os_thread *thread = NULL;
    anc_err err = {0};
    krn_reply reply = reply_of("before", 1);
    put(k, &reply);
    db_sqlite *reader = begin_reading(&o);
    reply = reply_of("after", 2);
    put(k, &reply);
    ASSERT_OK(os_thread_start("scrub", scrub, &s, &thread, &err), &err);
    while (!atomic_load(&s.begun))
        os_sleep_ns(1000000);
    os_sleep_ns(50000000); /* it is at it now, most likely */
    reply = reply_of("meanwhile", 3);
    put(k, &reply);
    db_rollback(reader);
    os_thread_join(thread);
    assert_int_equal(s.status, ANC_OK);
    assert_true(has(k, "meanwhile"));
    db_close(reader);
    krn_sqlite_close(k);
}

/* As the step before whose an answer is left the file. */
static anc_status take_back_the_user(void *arg, krn_tx *tx, anc_err *err)
{
    (void)arg;
    return db_exec(tx->connection,
                   "DROP INDEX kept_reply_user; ALTER TABLE kept_reply DROP COLUMN user;"
                   "DROP TABLE event_gap;"
                   "DELETE FROM schema_migrations WHERE component = 'kernel' AND number >= 4",
                   err);
}

/* Nobody knows whose they are, so that they go with whoever is forgotten. */
static void those_of_an_older_file_are_anybodys(void **state)
{
    krn_sqlite *k = open_fresh(*state);
    const krn_sqlite_options again = options_for(*state);
    TEST_CALL(t);
    krn_reply reply = reply_of("old", 1);
    put(k, &reply);
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(k), &t.call, take_back_the_user, NULL), &t.err);
    krn_sqlite_close(k);
    k = open_with(&again);
    assert_true(has(k, "old"));
    reply = reply_of("new", 2);
    reply.user = ANC_STR("adam");
    put(k, &reply);
    change c = {.k = k, .user = "eve", .limit = 3};
    ASSERT_OK(do_it(&c, &t.err), &t.err);
    assert_int_equal(c.removed, 1);
    assert_true(has(k, "new") && !has(k, "old"));
    krn_sqlite_close(k);
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    fault_vfs_register();
    int failed = RUN_TABLE("beginning and answer", rows, an_answer_takes_the_place_of_a_beginning);
    failed += RUN_TABLE("long answers", rows, a_long_answer_is_refused);
    failed += RUN_TABLE("old answers", rows, old_ones_go);
    failed += RUN_TABLE("one user's answers", rows, one_users_are_forgotten);
    failed += RUN_TABLE("a log that is read", rows, a_scrub_waits_and_nobody_for_it);
    failed += RUN_TABLE("an older file's answers", rows, those_of_an_older_file_are_anybodys);
    anc_err err = {0};
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    return failed;
}
