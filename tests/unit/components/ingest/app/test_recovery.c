/* test_recovery.c - items that hang, kill or fail: taken over, given up, kept as dead letters, tried again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

/* Steps until one worker has an item and nobody has finished it. */
static void claim_one(ing_fixture *f)
{
    const int64_t before = fixture_count(&f->k, "SELECT max(claims) FROM ing_item");
    for (int i = 0; i < 20; i++) {
        (void)ing_worker_step(ing_worker_of(f->ing, 0), os_mono_ns());
        if (fixture_count(&f->k, "SELECT max(claims) FROM ing_item") > before)
            break;
    }
    assert_int_equal(fixture_count(&f->k, "SELECT sum(under_way) FROM ing_batch"), 1);
}

static void a_hung_workers_item_is_taken_over(void **state)
{
    ing_fixture *f = *state;
    f->lease_ms = 1;
    ingest_reopen(f);
    ingest_write(f, "a.txt", "One.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    claim_one(f); /* worker 0 hangs */
    atomic_fetch_add(&f->k.ticks, 1000);
    ingest_keep(f, 10);
    assert_int_equal(ingest_batch(f, id).waiting, 1);
    for (int i = 0; i < 20; i++)
        (void)ing_worker_step(ing_worker_of(f->ing, 1), os_mono_ns());
    batch = ingest_batch(f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.processed, 1);
    (void)ing_worker_step(ing_worker_of(f->ing, 0), os_mono_ns()); /* comes back: too late */
    batch = ingest_batch(f, id);
    assert_int_equal(batch.processed, 1);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_version"), 1);
    assert_int_equal(fixture_count(&f->k, "SELECT sum(added) FROM test_event WHERE type = 3"), 1);
}

/* The one that comes back has something new to say: its version is undone with its count. */
static void what_a_lost_worker_writes_is_undone(void **state)
{
    ing_fixture *f = *state;
    f->lease_ms = 1;
    ingest_reopen(f);
    ingest_write(f, "a.txt", "One.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    claim_one(f);
    atomic_fetch_add(&f->k.ticks, 1000);
    ingest_keep(f, 10);
    ingest_write(f, "a.txt", "Changed since.");
    (void)ing_worker_step(ing_worker_of(f->ing, 0), os_mono_ns());
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_document"), 0);
    assert_int_equal(ingest_batch(f, id).processed, 0);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, id).processed, 1);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_version"), 1);
}

static void an_item_that_kills_is_given_up(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    for (int i = 0; i < ING_CLAIMS_MAX; i++) {
        claim_one(f);
        ingest_reopen(f);
    }
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, id);
    assert_int_equal(batch.state, ING_COMPLETED);
    assert_int_equal(batch.failed, 1);
    ing_dead_letter *failures = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), anc_str_of(id), ANC_STR_NONE, 10,
                                   &failures, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    assert_non_null(strstr(failures[0].reason.ptr, "5 times"));
}

static void a_stop_gives_items_back(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.txt", "One.");
    ing_batch batch;
    char id[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    for (int i = 0; i < 2 * ING_CLAIMS_MAX; i++) {
        claim_one(f);
        ing_service_stop(f->ing);
        (void)ingest_run(f, 10);
        batch = ingest_batch(f, id);
        assert_int_equal(batch.waiting, 1);
        assert_int_equal(batch.under_way, 0);
        ingest_reopen(f);
    }
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, id).processed, 1);
}

static ing_dead_letter only_letter(ing_fixture *f)
{
    ing_dead_letter *letters = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, ANC_STR_NONE, 10,
                                   &letters, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    return letters[0];
}

static void dead_letters_are_tried_again(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "good.txt", "One.");
    ingest_write(f, "sub/bad.txt", "BROKEN");
    ing_batch batch, again;
    char id[64], second[64], letter[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, id);
    assert_int_equal(ing_batch_replay(f->ing, fixture_call(&f->k), anc_str_of(id), &again),
                     ANC_CONFLICT); /* it has not ended */
    assert_true(ingest_run(f, 1000));
    ing_dead_letter l = only_letter(f);
    assert_true(anc_str_ends(l.source, ANC_STR("/source/sub/bad.txt")));
    assert_string_equal(l.document.ptr, "sub/bad.txt");
    assert_string_equal(l.collection.ptr, "notes");
    (void)snprintf(letter, sizeof letter, "%.*s", ANC_FMT(l.id));

    ASSERT_OK(ing_batch_replay(f->ing, fixture_call(&f->k), anc_str_of(id), &again), &f->k.err);
    ingest_id_of(&again, second);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(ingest_batch(f, second).failed, 1);
    l = only_letter(f);
    assert_string_equal(l.id.ptr, letter);
    assert_string_equal(l.batch_id.ptr, second);
    assert_int_equal(l.attempts, 2);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM test_event WHERE type = 5"), 1);

    ingest_write(f, "sub/bad.txt", "Mended.");
    ASSERT_OK(ing_dead_letter_replay(f->ing, fixture_call(&f->k), anc_str_of(letter), &again),
              &f->k.err);
    ingest_id_of(&again, second);
    assert_true(ingest_run(f, 1000));
    batch = ingest_batch(f, second);
    assert_int_equal(batch.total, 1);
    assert_int_equal(batch.processed, 1);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_failure"), 0);
    assert_int_equal(ing_batch_replay(f->ing, fixture_call(&f->k), anc_str_of(id), &again),
                     ANC_CONFLICT);
    assert_int_equal(
        ing_dead_letter_replay(f->ing, fixture_call(&f->k), anc_str_of(letter), &again),
        ANC_NOT_FOUND);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_document"), 2);
}

static size_t letters_of(ing_fixture *f, const char *batch, ing_dead_letter **ret)
{
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), anc_str_of(batch), ANC_STR_NONE, 10,
                                   ret, &n),
              &f->k.err);
    return n;
}

/* A folder that is read again has one dead letter for each of its files, which each batch finds. */
static void a_file_that_fails_again_stays_one_dead_letter(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "bad.txt", "BROKEN");
    ing_batch batch;
    char first[64], second[64], letter[64];
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    ingest_id_of(&batch, first);
    assert_true(ingest_run(f, 1000));
    (void)snprintf(letter, sizeof letter, "%.*s", ANC_FMT(only_letter(f).id));
    for (unsigned i = 2; i < 5; i++) {
        ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
        ingest_id_of(&batch, second);
        assert_true(ingest_run(f, 1000));
        assert_int_equal(ingest_batch(f, second).failed, 1);
        const ing_dead_letter l = only_letter(f);
        assert_string_equal(l.id.ptr, letter);
        assert_string_equal(l.batch_id.ptr, second);
        assert_int_equal(l.attempts, i);
    }
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM test_event WHERE type = 5"), 1);
    ing_dead_letter *of_first;
    assert_int_equal(letters_of(f, first, &of_first), 1);
    assert_string_equal(of_first[0].id.ptr, letter);
    assert_int_equal(ing_batch_replay(f->ing, fixture_call(&f->k), anc_str_of(first), &batch),
                     ANC_CONFLICT);
    assert_non_null(strstr(f->k.err.text, second)); /* where it is now */

    ingest_write(f, "bad.txt", "Mended.");
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_failure"), 0);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_failed_before"), 0);
}

static void all_dead_letters_are_tried_again(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.md", "BROKEN");
    ingest_write(f, "b.txt", "BROKEN");
    ingest_write(f, "c.csv", "fine");
    ing_batch batch, *batches = NULL;
    size_t n = 0;
    ASSERT_OK(ingest_start(f, "*.md", &batch), &f->k.err);
    ASSERT_OK(ingest_start(f, "*.txt", &batch), &f->k.err);
    ASSERT_OK(ingest_start(f, "*.csv", &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    ingest_write(f, "a.md", "Mended a.");
    ingest_write(f, "b.txt", "Mended b.");
    ASSERT_OK(ing_dead_letter_replay_all(f->ing, fixture_call(&f->k), 10, &batches, &n), &f->k.err);
    assert_int_equal(n, 2);
    assert_true(ingest_run(f, 1000));
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_failure"), 0);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_document"), 3);
    ASSERT_OK(ing_dead_letter_replay_all(f->ing, fixture_call(&f->k), 10, &batches, &n), &f->k.err);
    assert_int_equal(n, 0);
}

static void a_dead_letter_is_forgotten(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "a.md", "BROKEN");
    ing_batch batch;
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    char id[64];
    (void)snprintf(id, sizeof id, "%.*s", ANC_FMT(only_letter(f).id));
    ASSERT_OK(ing_dead_letter_delete(f->ing, fixture_call(&f->k), anc_str_of(id)), &f->k.err);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_failure"), 0);
    assert_int_equal(ing_dead_letter_delete(f->ing, fixture_call(&f->k), anc_str_of(id)),
                     ANC_NOT_FOUND);
}

static void dead_letters_come_in_pages(void **state)
{
    ing_fixture *f = *state;
    char name[32];
    for (int i = 0; i < 5; i++) {
        (void)snprintf(name, sizeof name, "%d.txt", i);
        ingest_write(f, name, "BROKEN");
    }
    ing_batch batch;
    ASSERT_OK(ingest_start(f, "", &batch), &f->k.err);
    assert_true(ingest_run(f, 1000));
    char before[64] = "";
    size_t seen = 0, n = 2;
    while (n == 2) {
        ing_dead_letter *letters = NULL;
        ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), ANC_STR_NONE,
                                       anc_str_of(before), 2, &letters, &n),
                  &f->k.err);
        for (size_t i = 0; i < n; i++) {
            assert_true(before[0] == '\0' || strcmp(letters[i].id.ptr, before) < 0);
            (void)snprintf(before, sizeof before, "%.*s", ANC_FMT(letters[i].id));
        }
        seen += n;
    }
    assert_int_equal(seen, 5);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_hung_workers_item_is_taken_over),
        TEST(what_a_lost_worker_writes_is_undone),
        TEST(an_item_that_kills_is_given_up),
        TEST(a_stop_gives_items_back),
        TEST(dead_letters_are_tried_again),
        TEST(all_dead_letters_are_tried_again),
        TEST(a_file_that_fails_again_stays_one_dead_letter),
        TEST(a_dead_letter_is_forgotten),
        TEST(dead_letters_come_in_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
