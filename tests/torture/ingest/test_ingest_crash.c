/* test_ingest_crash.c - the process dies between any two commits of a batch.
 *
 * After the restart the batch goes on by itself; in the end every file is there once, every
 * document was counted once, and every document that became new was announced once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ingest_fixture.h"
#include "support/test.h"

enum { N_FILES = 7 };

static void write_files(ing_fixture *f)
{
    char name[32], text[64];
    for (int i = 0; i < N_FILES; i++) {
        (void)snprintf(name, sizeof name, "%d/file %02d.txt", i % 3, i);
        (void)snprintf(text, sizeof text, "The text of number %d.", i);
        ingest_write(f, name, i == 5 ? "BROKEN" : text);
    }
    ingest_write(f, "photo.png", "PICTURE");
}

static void verify(ing_fixture *f, const char *id)
{
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.state, ING_COMPLETED);
    assert_int_equal(b.total, N_FILES + 1);
    assert_int_equal(b.failed, 1);
    assert_int_equal(b.processed + b.skipped, N_FILES);
    assert_int_equal(b.bytes_done, b.bytes_total);
    kno_fixture *k = &f->k;
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM kno_document"), N_FILES - 1);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM kno_version"), N_FILES - 1);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM ing_item WHERE state = 0"), 0);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM ing_batch WHERE closed = 0"), 0);
    assert_int_equal(fixture_count(k, "SELECT coalesce(sum(added), 0) FROM test_event"
                                      " WHERE type = 3"),
                     (int64_t)b.processed);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM test_event WHERE type = 5"), 1);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM test_event WHERE type = 4 AND"
                                      " document = 'completed'"),
                     1);
    fixture_check(k, false);
}

static void dies_after_n_commits(void **state)
{
    (void)state;
    bool finished_at_once = false;
    for (long n = 1; !finished_at_once; n++) {
        assert_true(n < 200);
        ing_fixture f;
        ingest_open(&f);
        write_files(&f);
        f.k.commits_left = n;
        ing_batch batch;
        char id[64];
        ASSERT_OK(ingest_start(&f, "", &batch), &f.k.err); /* the first commit */
        (void)snprintf(id, sizeof id, "%.*s", ANC_FMT(batch.id));
        (void)ingest_run(&f, 300);
        finished_at_once = f.k.commits_left > 0;
        ingest_reopen(&f);
        assert_true(ingest_run(&f, 10000));
        verify(&f, id);
        ingest_close(&f);
    }
}

/* Died twice, at other places. */
static void dies_again_and_again(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 6; seed++) {
        ing_fixture f;
        ingest_open(&f);
        write_files(&f);
        ing_batch batch;
        char id[64];
        ASSERT_OK(ingest_start(&f, "", &batch), &f.k.err);
        (void)snprintf(id, sizeof id, "%.*s", ANC_FMT(batch.id));
        unsigned chance = seed;
        for (int deaths = 0; deaths < 4; deaths++) {
            chance = chance * 1664525U + 1013904223U;
            f.k.commits_left = (long)((chance >> 16) % 9);
            (void)ingest_run(&f, 200);
            ingest_reopen(&f);
        }
        assert_true(ingest_run(&f, 10000));
        verify(&f, id);
        ingest_close(&f);
    }
}

/* A stop that was asked for leaves what it interrupts for the next start. */
static void stopped_and_started(void **state)
{
    (void)state;
    ing_fixture f;
    ingest_open(&f);
    write_files(&f);
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(&f, "", &batch), &f.k.err);
    (void)snprintf(id, sizeof id, "%.*s", ANC_FMT(batch.id));
    (void)ingest_run(&f, 7);
    ing_service_stop(f.ing);
    assert_true(ingest_run(&f, 100));
    assert_int_equal(ingest_batch(&f, id).state, ING_PROCESSING);
    ingest_reopen(&f);
    assert_true(ingest_run(&f, 10000));
    verify(&f, id);
    ingest_close(&f);
}

/* ---- a table whose rows are documents -------------------------------------------------------- */

static size_t spooled(ing_fixture *f)
{
    ing_segment_row *rows = NULL;
    size_t n = 0;
    ASSERT_OK(f->spool.ops->list(f->spool.self, fixture_call(&f->k), &rows, &n), &f->k.err);
    return n;
}

static void start_rows(ing_fixture *f, char id[64])
{
    static const ing_rows rows = {.n_text_fields = 0};
    const ing_folder_request request = {
        .path = anc_str_of(f->source), .collection = ANC_STR("notes"), .rows = &rows};
    ing_batch batch;
    ASSERT_OK(ing_folder_start(f->ing, fixture_call(&f->k), &request, &batch), &f->k.err);
    (void)snprintf(id, 64, "%.*s", ANC_FMT(batch.id));
}

static void all_rows_are_there(ing_fixture *f, const char *id, uint64_t rows)
{
    const ing_batch b = ingest_batch(f, id);
    kno_fixture *k = &f->k;
    assert_int_equal(b.state, ING_COMPLETED);
    assert_int_equal(b.total, 2 + rows);
    assert_int_equal(b.processed + b.skipped, b.total);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM kno_document"), 2 + (int64_t)rows);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM kno_version"), 2 + (int64_t)rows);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM kno_document WHERE parent = 't.csv'"),
                     (int64_t)rows);
    ingest_keep(f, 100);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM ing_segment"), 0);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM ing_children"), 0);
    assert_int_equal(fixture_count(k, "SELECT count(*) FROM ing_item"), 2 + (int64_t)rows);
    assert_int_equal(spooled(f), 0);
    fixture_check(k, false);
}

/* All rows are there once, whatever died in between; a row that was read before the file was handed out
 * again is there already. With the piece of rows that a commit stores. */
static void rows_die(const char *file, uint64_t rows, size_t piece)
{
    bool finished_at_once = false;
    for (long n = 1; !finished_at_once; n++) {
        assert_true(n < 200);
        ing_fixture f;
        char id[64];
        ingest_open(&f);
        f.rows_piece = piece;
        ingest_reopen(&f);
        ingest_write(&f, "t.csv", file);
        ingest_write(&f, "other.txt", "No table.");
        start_rows(&f, id);
        f.k.commits_left = n;
        (void)ingest_run(&f, 300);
        finished_at_once = f.k.commits_left > 0;
        ingest_reopen(&f);
        assert_true(ingest_run(&f, 10000));
        all_rows_are_there(&f, id, rows);
        ingest_close(&f);
    }
}

static void rows_die_after_n_commits(void **state)
{
    (void)state;
    rows_die("ROWS\nid,b\n1,x\n2,y\n3,z\n", 3, 0);
}

/* Also between the pieces that the rows of a long file are stored in. */
static void pieces_of_rows_die_after_n_commits(void **state)
{
    (void)state;
    rows_die("ROWS\nid,b\n1,x\n2,y\n3,z\n4,x\n5,y\n6,z\n7,x\n", 7, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dies_after_n_commits), cmocka_unit_test(dies_again_and_again),
        cmocka_unit_test(stopped_and_started), cmocka_unit_test(rows_die_after_n_commits),
        cmocka_unit_test(pieces_of_rows_die_after_n_commits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
