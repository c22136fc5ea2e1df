/* test_db_damage.c - bits that flip in files of the database: found and named, never taken for values. */
#include "support/test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/sqlite/migrate.h"
#include "db/sqlite/page_scan.h"
#include "db/sqlite/sqlite.h"
#include "os/file.h"
#include "page_sum.h"

enum { PAGE = 4096, FILE_MAX = 4 << 20 };

static char folder[] = "/tmp/anc-damage-XXXXXX";
static anc_arena *mem;
static unsigned files;

static anc_str fresh_path(void)
{
    return anc_arena_printf(mem, "%s/%u.db", folder, files++);
}

static db_sqlite *open_at(anc_str path)
{
    anc_err err = {0};
    db_sqlite *db = NULL;
    ASSERT_OK(db_open(path, NULL, &db, &err), &err);
    return db;
}

static const char content[] =
    "CREATE TABLE numbers(n INTEGER PRIMARY KEY, square INTEGER NOT NULL, pad BLOB);"
    "CREATE TABLE words(word TEXT PRIMARY KEY, long TEXT) WITHOUT ROWID;"
    "CREATE INDEX by_square ON numbers(square);"
    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM i WHERE n<400)"
    " INSERT INTO numbers SELECT n, n*n, zeroblob(n) FROM i;"
    "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM i WHERE n<30)"
    " INSERT INTO words SELECT 'w'||n, replace(hex(zeroblob(n*200)),'00','word'||n||' ') FROM i;";

/* Everything that is in the tables, as one number; false, with CORRUPT, when it cannot be read. */
static bool read_all(anc_str path, int64_t *ret_sum, anc_err *err)
{
    static const char *const sums[] = {
        "SELECT sum(n*7 + square + length(pad)) FROM numbers",
        "SELECT sum(square) FROM numbers INDEXED BY by_square WHERE square > 0",
        "SELECT sum(length(word) * 31 + length(long) + unicode(substr(long, 50, 1))) FROM words"};
    db_sqlite *db = NULL;
    anc_status status = db_open(path, &(db_options){.read_only = true}, &db, err);
    *ret_sum = 0;
    for (size_t i = 0; i < ANC_COUNT(sums) && status == ANC_OK; i++) {
        DB_STMT(s);
        bool row = false;
        status = db_prepare(db, sums[i], &s, err);
        if (status == ANC_OK)
            status = db_step(s, &row, err);
        if (status == ANC_OK)
            *ret_sum = *ret_sum * 31 + (row ? db_col_int(s, 0) : -1);
    }
    db_close(db);
    if (status != ANC_OK)
        assert_int_equal(status, ANC_CORRUPT);
    return status == ANC_OK;
}

static anc_str bytes_of(anc_str path)
{
    anc_err err = {0};
    anc_str bytes;
    ASSERT_OK(os_file_read(mem, path, FILE_MAX, &bytes, &err), &err);
    return bytes;
}

static void put(anc_str path, anc_str bytes)
{
    FILE *f = fopen(path.ptr, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

static void flip(anc_str path, size_t bit)
{
    char byte;
    FILE *f = fopen(path.ptr, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, (long)(bit / 8), SEEK_SET), 0);
    assert_int_equal(fread(&byte, 1, 1, f), 1);
    byte = (char)(byte ^ 1 << bit % 8);
    assert_int_equal(fseek(f, (long)(bit / 8), SEEK_SET), 0);
    assert_int_equal(fwrite(&byte, 1, 1, f), 1);
    assert_int_equal(fclose(f), 0);
}

static anc_str filled(void)
{
    anc_err err = {0};
    const anc_str path = fresh_path();
    db_sqlite *db = open_at(path);
    ASSERT_OK(db_exec(db, content, &err), &err);
    /* pages that nothing uses belong to the file too */
    ASSERT_OK(db_exec(db, "DELETE FROM words WHERE length(word) = 2", &err), &err);
    db_close(db);
    return path;
}

static void every_page_has_its_sum(void **state)
{
    (void)state;
    anc_err err = {0};
    db_scan scan;
    const anc_str path = filled(), bytes = bytes_of(path);
    assert_int_equal(bytes.ptr[20], DB_SUM_BYTES);
    assert_int_equal(bytes.len % PAGE, 0);
    for (size_t i = 0; i < bytes.len / PAGE; i++)
        assert_true(
            db_page_is_sound((const unsigned char *)bytes.ptr + i * PAGE, PAGE, (uint32_t)i + 1));
    ASSERT_OK(db_pages_scan(path, &scan, &err), &err);
    assert_true(scan.has_sums && scan.damaged == 0 && scan.pages == bytes.len / PAGE);
    ASSERT_OK(db_wal_scan(path, &err), &err);
}

/* A step that meets all eight bits and every part of the pages. */
static void flipped_bits_are_never_values(void **state)
{
    (void)state;
    anc_err err = {0};
    int64_t right, sum;
    size_t noticed = 0, tried = 0;
    const anc_str path = filled();
    const size_t bits = bytes_of(path).len * 8;
    assert_true(read_all(path, &right, &err));
    for (size_t bit = 3; bit < bits; bit += bit < 800 ? 31 : 9343) {
        const uint32_t page = (uint32_t)(bit / 8 / PAGE) + 1;
        flip(path, bit);
        anc_err_clear(&err);
        const bool read = read_all(path, &sum, &err);
        if (read && sum != right)
            fail_msg("bit %zu was served", bit);
        noticed += !read;
        if (!read)
            assert_true(strstr(err.text, "is damaged") != NULL &&
                        strstr(err.text, strrchr(path.ptr, '/') + 1) != NULL);
        if (tried++ % 8 == 0) {
            db_scan scan = {0};
            anc_err_clear(&err);
            const anc_status found = db_pages_scan(path, &scan, &err);
            assert_true(found == ANC_CORRUPT || (scan.damaged >= 1 && scan.first == page));
        }
        flip(path, bit);
    }
    assert_true(noticed > tried / 2); /* the others lie in pages that nothing uses */
    assert_true(read_all(path, &sum, &err) && sum == right);
}

static void a_page_in_the_wrong_place_is_found(void **state)
{
    (void)state;
    anc_err err = {0};
    db_scan scan;
    const anc_str path = filled(), bytes = bytes_of(path);
    char *moved = anc_arena_alloc(mem, bytes.len, 1);
    memcpy(moved, bytes.ptr, bytes.len);
    memcpy(moved + 2 * PAGE, bytes.ptr + 3 * PAGE, PAGE);
    put(path, (anc_str){moved, bytes.len});
    ASSERT_OK(db_pages_scan(path, &scan, &err), &err);
    assert_true(scan.damaged == 1 && scan.first == 3);
}

static void count_damage(void *arg, uint32_t page)
{
    uint32_t *pages = arg;
    pages[0]++;
    pages[1] = page;
}

static void who_wants_to_know_is_told(void **state)
{
    (void)state;
    anc_err err = {0};
    uint32_t pages[2] = {0, 0};
    bool row;
    db_sqlite *db = NULL;
    const anc_str path = filled();
    flip(path, (size_t)(PAGE + 100) * 8);
    const db_options options = {.on_damage = count_damage, .damage_arg = pages};
    ASSERT_OK(db_open(path, &options, &db, &err), &err);
    {
        DB_STMT(s);
        ASSERT_OK(db_prepare(db, "SELECT sum(length(pad)) FROM numbers", &s, &err), &err);
        assert_int_equal(db_step(s, &row, &err), ANC_CORRUPT);
    }
    assert_true(pages[0] > 0 && pages[1] == 2);
    assert_non_null(strstr(err.text, "is damaged at page 2"));
    db_close(db);
}

/* ---- files of versions without sums --------------------------------------------------------- */

static anc_str old_file(void)
{
    sqlite3 *old;
    const anc_str path = fresh_path();
    assert_int_equal(sqlite3_open(path.ptr, &old), SQLITE_OK);
    assert_int_equal(sqlite3_exec(old, "PRAGMA journal_mode=WAL", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(old, content, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(old), SQLITE_OK);
    return path;
}

static void older_files_get_sums(void **state)
{
    (void)state;
    anc_err err = {0};
    db_scan scan;
    int64_t before, after;
    const anc_str path = old_file();
    assert_true(read_all(path, &before, &err));
    ASSERT_OK(db_pages_scan(path, &scan, &err), &err);
    assert_false(scan.has_sums);
    db_sqlite *db = open_at(path);
    assert_false(db_has_sums(db));
    ASSERT_OK(db_exec(db, "INSERT INTO numbers VALUES(900, 1, NULL)", &err), &err);
    ASSERT_OK(db_exec(db, "DELETE FROM numbers WHERE n=900", &err), &err);
    ASSERT_OK(db_add_sums(db, &err), &err);
    assert_true(db_has_sums(db));
    ASSERT_OK(db_add_sums(db, &err), &err);
    db_close(db);
    assert_true(read_all(path, &after, &err));
    assert_int_equal(before, after);
    ASSERT_OK(db_pages_scan(path, &scan, &err), &err);
    assert_true(scan.has_sums && scan.damaged == 0);
}

/* The byte that says that there are sums is guarded by the sum itself. */
static void sums_cannot_be_switched_off(void **state)
{
    (void)state;
    anc_err err = {0};
    db_scan scan;
    int64_t sum;
    const anc_str path = filled();
    flip(path, 20 * 8 + 3); /* 8 becomes 0 */
    assert_false(read_all(path, &sum, &err));
    ASSERT_OK(db_pages_scan(path, &scan, &err), &err);
    assert_true(scan.has_sums && scan.first == 1);
}

static void copies_before_a_migration_are_sound(void **state)
{
    static const db_migration steps[] = {{"a", 1, "content", content},
                                         {"a", 2, "more", "CREATE TABLE more(x)"}};
    (void)state;
    anc_err err = {0};
    db_scan scan;
    int64_t sum;
    const anc_str path = fresh_path();
    db_sqlite *db = open_at(path);
    ASSERT_OK(db_migrate(db, steps, 1, 0, &err), &err);
    ASSERT_OK(db_migrate(db, steps, 2, 0, &err), &err);
    db_close(db);
    const anc_str copy = anc_arena_printf(mem, "%.*s.before-1", ANC_FMT(path));
    ASSERT_OK(db_pages_scan(copy, &scan, &err), &err);
    assert_true(scan.has_sums && scan.damaged == 0);
    assert_true(read_all(copy, &sum, &err));
}

/* ---- the write-ahead log -------------------------------------------------------------------- */

enum { TRANSACTIONS = 6 };

/* Files as a crash leaves them: the copy of a database that is open, and of its log. */
static anc_str crashed(size_t *ret_wal)
{
    anc_err err = {0};
    const anc_str path = fresh_path(), copy = fresh_path();
    db_sqlite *db = open_at(path);
    ASSERT_OK(db_exec(db, "CREATE TABLE t(n INTEGER PRIMARY KEY, pad BLOB)", &err), &err);
    ASSERT_OK(db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", &err), &err);
    for (int i = 0; i < TRANSACTIONS; i++)
        ASSERT_OK(db_exec(db, "INSERT INTO t(pad) VALUES(randomblob(6000))", &err), &err);
    put(copy, bytes_of(path));
    const anc_str wal = bytes_of(anc_arena_printf(mem, "%.*s-wal", ANC_FMT(path)));
    put(anc_arena_printf(mem, "%.*s-wal", ANC_FMT(copy)), wal);
    db_close(db);
    *ret_wal = wal.len;
    return copy;
}

static int64_t rows_in(anc_str path)
{
    anc_err err = {0};
    bool row;
    int64_t n;
    db_sqlite *db = open_at(path);
    {
        DB_STMT(s);
        ASSERT_OK(db_prepare(db, "SELECT count(*) FROM t", &s, &err), &err);
        ASSERT_OK(db_step(s, &row, &err), &err);
        n = db_col_int(s, 0);
    }
    db_close(db);
    return n;
}

static void a_log_is_sound_or_named(void **state)
{
    (void)state;
    anc_err err = {0};
    size_t len = 0;
    const anc_str path = crashed(&len);
    const anc_str wal = anc_arena_printf(mem, "%.*s-wal", ANC_FMT(path));
    const anc_str whole = bytes_of(wal);
    const size_t frame = 24 + PAGE, frames = (len - 32) / frame;
    ASSERT_OK(db_wal_scan(path, &err), &err);
    assert_true(frames >= 2 * TRANSACTIONS);
    /* the last transaction, of two or three frames, cannot be told from one that was not finished */
    const size_t guarded = 32 + (frames - 4) * frame;
    for (size_t bit = 5; bit < guarded * 8; bit += bit < 500 ? 7 : 4903) {
        flip(wal, bit);
        anc_err_clear(&err);
        const anc_status status = db_wal_scan(path, &err);
        /* the version of the format and the number of checkpoints are in the header's sum as well */
        if (status != ANC_CORRUPT)
            fail_msg("bit %zu, in byte %zu of its frame, was not found", bit,
                     bit / 8 < 32 ? bit / 8 : (bit / 8 - 32) % frame);
        assert_true(strstr(err.text, "-wal is damaged") != NULL);
        flip(wal, bit);
    }
    /* cut anywhere: as a crash would leave it */
    for (size_t cut = 0; cut < len; cut += 5011) {
        put(wal, anc_str_sub(whole, 0, cut));
        anc_err_clear(&err);
        ASSERT_OK(db_wal_scan(path, &err), &err);
    }
    put(wal, whole);
    assert_int_equal(rows_in(path), TRANSACTIONS);
}

/* What the power cut left: the end is of zeros, or of another time. */
static void an_unfinished_log_is_no_damage(void **state)
{
    (void)state;
    anc_err err = {0};
    size_t len = 0;
    const anc_str path = crashed(&len);
    const anc_str wal = anc_arena_printf(mem, "%.*s-wal", ANC_FMT(path));
    const anc_str whole = bytes_of(wal);
    const size_t frame = 24 + PAGE, frames = (len - 32) / frame;
    char *bytes = anc_arena_alloc(mem, len, 1);
    for (size_t from = 0; from < frames; from++) {
        /* one frame of the last transaction did not arrive, the others did */
        memcpy(bytes, whole.ptr, len);
        if (from >= frames - 2)
            memset(bytes + 32 + from * frame, 0, frame);
        else
            memset(bytes + 32 + from * frame, 0, (frames - from) * frame);
        put(wal, (anc_str){bytes, len});
        anc_err_clear(&err);
        ASSERT_OK(db_wal_scan(path, &err), &err);
        /* frames of the time before the last checkpoint, behind those of this one */
        memcpy(bytes, whole.ptr, len);
        for (size_t i = from; i < frames; i++)
            bytes[32 + i * frame + 8] = (char)(bytes[32 + i * frame + 8] ^ 1);
        put(wal, (anc_str){bytes, len});
        ASSERT_OK(db_wal_scan(path, &err), &err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_has_its_sum),
        cmocka_unit_test(flipped_bits_are_never_values),
        cmocka_unit_test(a_page_in_the_wrong_place_is_found),
        cmocka_unit_test(who_wants_to_know_is_told),
        cmocka_unit_test(older_files_get_sums),
        cmocka_unit_test(sums_cannot_be_switched_off),
        cmocka_unit_test(copies_before_a_migration_are_sound),
        cmocka_unit_test(a_log_is_sound_or_named),
        cmocka_unit_test(an_unfinished_log_is_no_damage),
    };
    anc_err err = {0};
    mem = anc_arena_new((size_t)256 << 20);
    if (mem == NULL || mkdtemp(folder) == NULL)
        return 1;
    int failed = cmocka_run_group_tests_name("damage", tests, NULL, NULL);
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    anc_arena_free(mem);
    return failed;
}
