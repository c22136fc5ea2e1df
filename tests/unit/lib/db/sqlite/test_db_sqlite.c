/* test_db_sqlite.c - connections, statements, savepoints, migrations, readers, and a failing disk. */
#include "support/test.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/sqlite/migrate.h"
#include "db/sqlite/reading.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"
#include "support/fault_vfs.h"

static char folder[] = "/tmp/anc-db-XXXXXX";
static anc_arena *mem;
static unsigned files;

static anc_str fresh_path(void)
{
    return anc_arena_printf(mem, "%s/%u.db", folder, files++);
}

static db_sqlite *open_at(anc_str path, const db_options *options)
{
    anc_err err = {0};
    db_sqlite *db = NULL;
    ASSERT_OK(db_open(path, options, &db, &err), &err);
    return db;
}

static int64_t ask_int(db_sqlite *db, const char *sql)
{
    anc_err err = {0};
    bool row = false;
    DB_STMT(s);
    ASSERT_OK(db_prepare(db, sql, &s, &err), &err);
    ASSERT_OK(db_step(s, &row, &err), &err);
    assert_true(row);
    return db_col_int(s, 0);
}

static anc_status exec(db_sqlite *db, const char *sql)
{
    anc_err err = {0};
    return db_exec(db, sql, &err);
}

static mode_t rights_of(const char *path, const char *ending)
{
    char name[512];
    struct stat st;
    (void)snprintf(name, sizeof name, "%s%s", path, ending);
    assert_int_equal(stat(name, &st), 0);
    return st.st_mode & 0777;
}

static void a_file_is_its_owners_alone(void **state)
{
    (void)state;
    const mode_t before = umask(0);
    const anc_str path = fresh_path();
    db_sqlite *db = open_at(path, NULL);
    assert_int_equal(exec(db, "CREATE TABLE t(a)"), ANC_OK);
    assert_int_equal(rights_of(path.ptr, ""), 0600);
    assert_int_equal(rights_of(path.ptr, "-wal"), 0600);
    db_close(db);
    assert_int_equal(chmod(path.ptr, 0640), 0);
    db_close(open_at(path, NULL));
    assert_int_equal(rights_of(path.ptr, ""), 0640); /* as its owner wants it */
    (void)umask(before);
}

static void settings_hold(void **state)
{
    (void)state;
    db_sqlite *db = open_at(fresh_path(), NULL);
    assert_int_equal(ask_int(db, "PRAGMA synchronous"), 2);
    assert_int_equal(ask_int(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask_int(db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(
        ask_int(db, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode='wal'"), 1);
    assert_int_equal(exec(db, "SELECT \"no such name\""), ANC_BUG);
    db_close(db);
    db_close(NULL);
}

static void values_come_back_as_they_went(void **state)
{
    (void)state;
    anc_err err = {0};
    bool row;
    db_sqlite *db = open_at(fresh_path(), NULL);
    ASSERT_OK(db_exec(db, "CREATE TABLE t(a, b, c, d, e, f)", &err), &err);
    {
        DB_STMT(s);
        ASSERT_OK(db_prepare(db, "INSERT INTO t VALUES(?1,?2,?3,?4,?5,?6)", &s, &err), &err);
        db_bind_str(s, 1, ANC_STR("d\303\251j\303\240"));
        db_bind_str(s, 2, ANC_STR_NONE);
        db_bind_str_or_null(s, 3, ANC_STR_NONE);
        db_bind_blob(s, 4, "\0\1\2", 3);
        db_bind_int(s, 5, INT64_MIN);
        db_bind_real(s, 6, 0.1);
        ASSERT_OK(db_run(s, &err), &err);
        assert_int_equal(db_changes(db), 1);
        assert_int_equal(db_last_rowid(db), 1);
    }
    DB_STMT(s);
    anc_str copy;
    ASSERT_OK(db_prepare(db, "SELECT * FROM t", &s, &err), &err);
    ASSERT_OK(db_step(s, &row, &err), &err);
    assert_true(row);
    assert_true(anc_str_eq(db_col_str(s, 0), ANC_STR("d\303\251j\303\240")));
    assert_true(db_col_str(s, 1).len == 0 && db_col_str(s, 1).ptr != NULL);
    assert_true(db_col_is_null(s, 2) && db_col_str(s, 2).ptr == NULL);
    assert_true(anc_str_eq(db_col_blob(s, 3), (anc_str){"\0\1\2", 3}));
    assert_int_equal(db_col_int(s, 4), INT64_MIN);
    assert_true(db_col_real(s, 5) == 0.1);
    ASSERT_OK(db_col_copy(s, 0, mem, &copy, &err), &err);
    ASSERT_OK(db_step(s, &row, &err), &err);
    assert_false(row);
    assert_string_equal(copy.ptr, "d\303\251j\303\240");
    db_stmt_done(s);
    s = NULL;
    db_close(db);
}

static void the_cache_is_bounded_and_survives_recursion(void **state)
{
    (void)state;
    anc_err err = {0};
    bool row;
    db_sqlite *db = open_at(fresh_path(), &(db_options){.max_statements = 4});
    db_stmt *held[6];
    for (size_t i = 0; i < ANC_COUNT(held); i++) {
        ASSERT_OK(db_prepare(db, "SELECT 7", &held[i], &err), &err);
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(held[i], held[k]);
        ASSERT_OK(db_step(held[i], &row, &err), &err);
    }
    for (size_t i = 0; i < ANC_COUNT(held); i++) {
        assert_int_equal(db_col_int(held[i], 0), 7);
        db_stmt_done(held[i]);
    }
    for (int i = 0; i < 50; i++)
        assert_int_equal(ask_int(db, anc_arena_printf(mem, "SELECT %d", i).ptr), i);
    db_close(db);
}

static void a_bad_parameter_is_told_by_the_step(void **state)
{
    (void)state;
    anc_err err = {0};
    bool row;
    db_sqlite *db = open_at(fresh_path(), NULL);
    DB_STMT(s);
    ASSERT_OK(db_prepare(db, "SELECT ?1", &s, &err), &err);
    db_bind_int(s, 2, 5);
    assert_int_equal(db_step(s, &row, &err), ANC_BUG);
    db_stmt_done(s);
    s = NULL;
    db_close(db);
}

typedef struct {
    const char *name;
    const char *sql;
    anc_status want;
} error_row;

static const error_row error_rows[] = {
    {"a double key", "INSERT INTO t VALUES(1)", ANC_CONFLICT},
    {"a missing parent", "INSERT INTO child VALUES(9)", ANC_CONFLICT},
    {"a syntax error", "SELEC 1", ANC_BUG},
    {"a missing table", "SELECT * FROM nowhere", ANC_BUG},
    {"a full disk", "INSERT INTO big VALUES(zeroblob(1000000))", ANC_DISK_FULL},
    {"a text past the limit", "SELECT zeroblob(3000000000)", ANC_LIMIT},
};

static void failures_have_the_right_name(void **state)
{
    const error_row *row = *state;
    anc_err err = {0};
    db_sqlite *db = open_at(fresh_path(), NULL);
    ASSERT_OK(db_exec(db,
                      "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1);"
                      "CREATE TABLE child(t INTEGER REFERENCES t(id)); CREATE TABLE big(b);"
                      "PRAGMA max_page_count=20",
                      &err),
              &err);
    assert_int_equal(db_exec(db, row->sql, &err), row->want);
    assert_non_null(strstr(err.text, ".db"));
    if (row->want != ANC_DISK_FULL)         /* that names the file for whoever makes room */
        assert_null(strchr(err.text, '/')); /* neither where it lies nor what was to be done */
    assert_null(strstr(err.text, row->sql));
    db_close(db);
}

static void files_that_are_no_database(void **state)
{
    (void)state;
    anc_err err = {0};
    db_sqlite *db = NULL;
    const anc_str path = fresh_path();
    ASSERT_OK(os_file_replace(path,
                              anc_str_of("this is a text, long enough to be looked at, and no "
                                         "database at all, whatever its name may say of it"),
                              &err),
              &err);
    assert_int_equal(db_open(path, NULL, &db, &err), ANC_CORRUPT);
    assert_non_null(strstr(err.text, "is damaged"));
    assert_int_equal(db_open(anc_arena_printf(mem, "%s/no/such.db", folder), NULL, &db, NULL),
                     ANC_IO);
    assert_int_equal(db_open(fresh_path(), &(db_options){.read_only = true}, &db, NULL), ANC_IO);
    assert_int_equal(db_open(ANC_STR_NONE, NULL, &db, NULL), ANC_INVALID);
    assert_null(db);
}

/* A file that nobody has open is read and nothing lies beside it afterwards; one that is written to is read with its
 * log. */
static void a_look_from_outside_leaves_nothing(void **state)
{
    const db_options outside = {.read_only = true, .from_outside = true};
    (void)state;
    const anc_str path = anc_arena_printf(mem, "%s/50%% of what? a#%u.db", folder, files++);
    const anc_str log = anc_arena_printf(mem, "%.*s-wal", ANC_FMT(path));
    const anc_str shared = anc_arena_printf(mem, "%.*s-shm", ANC_FMT(path));
    db_sqlite *writer = open_at(path, NULL);
    assert_int_equal(exec(writer, "CREATE TABLE t(a); INSERT INTO t VALUES(1)"), ANC_OK);
    assert_false(db_is_left(path));
    db_sqlite *db = open_at(path, &outside);
    assert_int_equal(exec(writer, "INSERT INTO t VALUES(2)"), ANC_OK);
    assert_int_equal(ask_int(db, "SELECT count(*) FROM t"), 2);
    db_close(db);
    db_close(writer);
    assert_true(db_is_left(path));
    db = open_at(path, &outside);
    assert_int_equal(ask_int(db, "SELECT count(*) FROM t"), 2);
    assert_int_equal(exec(db, "INSERT INTO t VALUES(3)"), ANC_FORBIDDEN);
    db_close(db);
    assert_false(os_exists(log) || os_exists(shared));
}

static void a_lock_of_another_is_unavailable(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str path = fresh_path();
    db_sqlite *one = open_at(path, NULL);
    db_sqlite *two = open_at(path, &(db_options){.busy_timeout_ms = 1});
    ASSERT_OK(db_begin(one, &err), &err);
    assert_int_equal(db_begin(two, &err), ANC_UNAVAILABLE);
    db_close(two);
    db_close(one);
}

static void savepoints_undo_their_own_part(void **state)
{
    (void)state;
    anc_err err = {0};
    db_sqlite *db = open_at(fresh_path(), NULL);
    ASSERT_OK(db_exec(db, "CREATE TABLE t(a)", &err), &err);
    ASSERT_OK(db_begin(db, &err), &err);
    assert_true(db_in_transaction(db));
    ASSERT_OK(db_savepoint_begin(db, &err), &err);
    ASSERT_OK(db_exec(db, "INSERT INTO t VALUES(1)", &err), &err);
    ASSERT_OK(db_savepoint_begin(db, &err), &err);
    ASSERT_OK(db_exec(db, "INSERT INTO t VALUES(2)", &err), &err);
    ASSERT_OK(db_savepoint_undo(db, &err), &err);
    ASSERT_OK(db_savepoint_keep(db, &err), &err);
    ASSERT_OK(db_savepoint_begin(db, &err), &err);
    ASSERT_OK(db_exec(db, "INSERT INTO t VALUES(4)", &err), &err);
    ASSERT_OK(db_savepoint_undo(db, &err), &err);
    ASSERT_OK(db_commit(db, &err), &err);
    assert_false(db_in_transaction(db));
    assert_int_equal(ask_int(db, "SELECT sum(a) FROM t"), 1);
    db_rollback(db);
    db_close(db);
}

static anc_status stop_after(void *arg)
{
    int *left = arg;
    return (*left)-- > 0 ? ANC_OK : ANC_DEADLINE;
}

static void a_check_ends_a_long_statement(void **state)
{
    (void)state;
    static const char endless[] =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n";
    anc_err err = {0};
    bool row;
    int left = 3;
    db_sqlite *db = open_at(fresh_path(), NULL);
    db_check_set(db, stop_after, &left);
    {
        DB_STMT(s);
        ASSERT_OK(db_prepare(db, endless, &s, &err), &err);
        assert_int_equal(db_step(s, &row, &err), ANC_DEADLINE);
        assert_string_equal(err.text, "the deadline passed");
    }
    db_check_set(db, NULL, NULL);
    assert_int_equal(ask_int(db, "SELECT 5"), 5);
    db_close(db);
}

/* ---- migrations --------------------------------------------------------------------------- */

static const db_migration steps[] = {
    {"a", 1, "first", "CREATE TABLE a(x); INSERT INTO a VALUES(1)"},
    {"b", 1, "other", "CREATE TABLE b(x)"},
    {"a", 2, "second", "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES(2,2)"},
};

static void steps_are_applied_once_after_a_copy(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str path = fresh_path();
    const anc_str copy = anc_arena_printf(mem, "%s.before-2", path.ptr);
    db_sqlite *db = open_at(path, NULL);
    size_t missing = 0;
    ASSERT_OK(db_migrations_missing(db, steps, 3, &missing, &err), &err);
    assert_int_equal(missing, 3);
    ASSERT_OK(db_migrate(db, steps, 2, 100, &err), &err);
    ASSERT_OK(db_migrations_missing(db, steps, 3, &missing, &err), &err);
    assert_int_equal(missing, 1);
    assert_false(os_exists(anc_arena_printf(mem, "%s.before-0", path.ptr)));
    ASSERT_OK(db_migrate(db, steps, 3, 200, &err), &err);
    ASSERT_OK(db_migrate(db, steps, 3, 300, &err), &err);
    assert_int_equal(ask_int(db, "SELECT count(*) FROM a"), 2);
    assert_int_equal(ask_int(db, "SELECT applied_ms FROM schema_migrations WHERE name='second'"),
                     200);
    db_sqlite *before = open_at(copy, NULL);
    assert_int_equal(ask_int(before, "SELECT count(*) FROM a"), 1);
    db_close(before);
    db_close(db);
}

static void a_newer_file_is_left_alone(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str path = fresh_path();
    db_sqlite *db = open_at(path, NULL);
    ASSERT_OK(db_migrate(db, steps, 3, 100, &err), &err);
    const int64_t version = ask_int(db, "PRAGMA schema_version");
    const int64_t changes = ask_int(db, "PRAGMA data_version");
    size_t missing = 7;
    assert_int_equal(db_migrations_missing(db, steps, 2, &missing, &err), ANC_UNSUPPORTED);
    assert_int_equal(missing, 7);
    assert_int_equal(db_migrate(db, steps, 2, 200, &err), ANC_UNSUPPORTED);
    assert_non_null(strstr(err.text, "a tables are at step 2, this program knows 1"));
    assert_int_equal(ask_int(db, "PRAGMA schema_version"), version);
    assert_int_equal(ask_int(db, "PRAGMA data_version"), changes);
    db_close(db);
}

static void a_failed_step_leaves_the_one_before(void **state)
{
    (void)state;
    const db_migration bad[] = {steps[0], {"a", 2, "broken", "CREATE TABLE c(x); SELEC"}};
    anc_err err = {0};
    db_sqlite *db = open_at(fresh_path(), NULL);
    assert_int_equal(db_migrate(db, bad, 2, 100, &err), ANC_BUG);
    assert_false(db_in_transaction(db));
    assert_int_equal(ask_int(db, "SELECT count(*) FROM schema_migrations"), 1);
    assert_int_equal(ask_int(db, "SELECT count(*) FROM sqlite_master WHERE name='c'"), 0);
    db_close(db);
}

/* ---- readers ------------------------------------------------------------------------------ */

static void readers_see_commits_and_are_bounded(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str path = fresh_path();
    db_sqlite *db = open_at(path, NULL), *one = NULL, *two = NULL, *three = NULL;
    db_readers *readers = NULL;
    ASSERT_OK(db_exec(db, "CREATE TABLE t(a); INSERT INTO t VALUES(1)", &err), &err);
    ASSERT_OK(db_readers_open(path, NULL, 2, &readers, &err), &err);
    ASSERT_OK(db_readers_take(readers, INT64_MAX, &one, &err), &err);
    ASSERT_OK(db_readers_take(readers, INT64_MAX, &two, &err), &err);
    assert_int_equal(db_readers_take(readers, os_mono_ns() + 1000000, &three, &err), ANC_DEADLINE);
    assert_null(three);
    assert_int_equal(exec(one, "INSERT INTO t VALUES(2)"), ANC_FORBIDDEN);
    ASSERT_OK(db_begin_read(one, &err), &err);
    assert_int_equal(ask_int(one, "SELECT count(*) FROM t"), 1);
    ASSERT_OK(db_exec(db, "INSERT INTO t VALUES(2)", &err), &err);
    assert_int_equal(ask_int(one, "SELECT count(*) FROM t"), 1); /* its own view */
    assert_int_equal(ask_int(two, "SELECT count(*) FROM t"), 2);
    db_readers_give(readers, one);
    ASSERT_OK(db_readers_take(readers, 0, &three, &err), &err);
    assert_ptr_equal(three, one);
    assert_int_equal(ask_int(three, "SELECT count(*) FROM t"), 2);
    db_readers_give(readers, three);
    db_readers_give(readers, two);
    db_readers_give(readers, NULL);
    db_readers_close(readers);
    db_close(db);
}

static anc_status count_for_long(db_readers *readers, int64_t deadline_ns,
                                 const atomic_bool *cancelled)
{
    anc_err err = {0};
    bool row = false;
    DB_READING(r);
    ANC_TRY(db_reading_begin(&r, readers, deadline_ns, cancelled, &err));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db,
                       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?1)"
                       " SELECT count(*) FROM n",
                       &s, &err));
    db_bind_int(s, 1, 100000);
    return db_step(s, &row, &err);
}

static void a_reading_ends_with_its_work(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str path = fresh_path();
    db_sqlite *db = open_at(path, NULL);
    db_readers *readers = NULL;
    atomic_bool cancelled = false;
    ASSERT_OK(db_readers_open(path, NULL, 1, &readers, &err), &err);
    assert_int_equal(count_for_long(readers, 1, &cancelled), ANC_DEADLINE);
    assert_int_equal(count_for_long(readers, INT64_MAX, &cancelled), ANC_OK);
    assert_int_equal(count_for_long(readers, INT64_MAX, NULL), ANC_OK);
    atomic_store(&cancelled, true);
    assert_int_equal(count_for_long(readers, INT64_MAX, &cancelled), ANC_CANCELLED);
    db_readers_close(readers);
    db_close(db);
}

typedef struct {
    db_readers *readers;
    anc_status status[40];
} crowd;

static void read_once(void *arg, size_t i)
{
    crowd *c = arg;
    anc_err err = {0};
    db_sqlite *db = NULL;
    c->status[i] = db_readers_take(c->readers, INT64_MAX, &db, &err);
    if (c->status[i] == ANC_OK)
        c->status[i] = db_exec(db, "SELECT count(*) FROM t", &err);
    db_readers_give(c->readers, db);
}

static void many_threads_share_few_readers(void **state)
{
    (void)state;
    anc_err err = {0};
    const anc_str path = fresh_path();
    db_sqlite *db = open_at(path, NULL);
    os_pool *pool = NULL;
    crowd c = {0};
    ASSERT_OK(db_exec(db, "CREATE TABLE t(a)", &err), &err);
    ASSERT_OK(db_readers_open(path, NULL, 2, &c.readers, &err), &err);
    ASSERT_OK(os_pool_open("crowd", 6, 8, &pool, &err), &err);
    os_pool_for(pool, ANC_COUNT(c.status), read_once, &c);
    os_pool_free(pool);
    for (size_t i = 0; i < ANC_COUNT(c.status); i++)
        assert_int_equal(c.status[i], ANC_OK);
    db_readers_close(c.readers);
    db_close(db);
}

/* ---- a failing disk ----------------------------------------------------------------------- */

/* Pairs of rows are written until the disk dies; afterwards every pair that was reported is there
 * and no pair is half there. */
static long write_until_death(anc_str path, long die_at)
{
    anc_err err = {0};
    long committed = 0;
    db_sqlite *db = open_at(path, &(db_options){.vfs = "fault"});
    ASSERT_OK(db_exec(db, "CREATE TABLE t(a); PRAGMA wal_autocheckpoint=3", &err), &err);
    fault_vfs_arm(die_at, SQLITE_IOERR_WRITE, false, true);
    for (int i = 0; i < 6; i++)
        if (exec(db,
                 "BEGIN IMMEDIATE; INSERT INTO t VALUES(1); INSERT INTO t VALUES(-1); COMMIT") ==
            ANC_OK)
            committed++;
    db_close(db);
    return committed;
}

static void what_was_committed_survives_a_death_at_any_write(void **state)
{
    (void)state;
    long most = 0;
    for (long die_at = 0;; die_at++) {
        const anc_str path = fresh_path();
        const long committed = write_until_death(path, die_at);
        const bool hit = fault_vfs_hit();
        fault_vfs_heal();
        db_sqlite *db = open_at(path, NULL);
        assert_int_equal(ask_int(db, "SELECT coalesce(sum(a),0) FROM t"), 0);
        assert_true(ask_int(db, "SELECT count(*) FROM t") >= 2 * committed);
        db_close(db);
        most = die_at;
        if (!hit)
            break;
    }
    assert_true(most > 12);
}

static void a_full_disk_is_called_so(void **state)
{
    (void)state;
    anc_err err = {0};
    db_sqlite *db = open_at(fresh_path(), &(db_options){.vfs = "fault"});
    ASSERT_OK(db_exec(db, "CREATE TABLE t(a)", &err), &err);
    fault_vfs_arm(0, SQLITE_FULL, false, false);
    assert_int_equal(exec(db, "INSERT INTO t VALUES(1)"), ANC_DISK_FULL);
    fault_vfs_arm(0, SQLITE_IOERR_FSYNC, true, false);
    assert_int_equal(exec(db, "INSERT INTO t VALUES(1)"), ANC_IO);
    fault_vfs_heal();
    assert_int_equal(exec(db, "INSERT INTO t VALUES(1)"), ANC_OK);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_hold),
        cmocka_unit_test(a_file_is_its_owners_alone),
        cmocka_unit_test(values_come_back_as_they_went),
        cmocka_unit_test(the_cache_is_bounded_and_survives_recursion),
        cmocka_unit_test(a_bad_parameter_is_told_by_the_step),
        cmocka_unit_test(files_that_are_no_database),
        cmocka_unit_test(a_lock_of_another_is_unavailable),
        cmocka_unit_test(savepoints_undo_their_own_part),
        cmocka_unit_test(a_check_ends_a_long_statement),
        cmocka_unit_test(steps_are_applied_once_after_a_copy),
        cmocka_unit_test(a_newer_file_is_left_alone),
        cmocka_unit_test(a_failed_step_leaves_the_one_before),
        cmocka_unit_test(readers_see_commits_and_are_bounded),
        cmocka_unit_test(a_reading_ends_with_its_work),
        cmocka_unit_test(many_threads_share_few_readers),
        cmocka_unit_test(a_look_from_outside_leaves_nothing),
        cmocka_unit_test(what_was_committed_survives_a_death_at_any_write),
        cmocka_unit_test(a_full_disk_is_called_so),
    };
    anc_err err = {0};
    mem = anc_arena_new(64 << 20);
    if (mkdtemp(folder) == NULL)
        return 1;
    fault_vfs_register();
    int failed = cmocka_run_group_tests_name("db/sqlite", tests, NULL, NULL);
    failed += RUN_TABLE("errors", error_rows, failures_have_the_right_name);
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    anc_arena_free(mem);
    return failed;
}
