/* test_upload_end.c - uploads that end early: kept through a kill, discarded, cancelled, swept. */
#include <stdlib.h>

#include "base/base64.h"
#include "os/clock.h"
#include "os/file.h"
#include "upload_world.h"

static void what_came_whole_is_kept(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    krn_call *call = fixture_call(&f->k);
    ASSERT_OK(ing_upload_begin(u, call, ING_UPLOAD_RECORD, ANC_STR("line 2"), ANC_STR_NONE),
              call->err);
    ASSERT_OK(ing_upload_add(u, call, ANC_STR("{\"id\":\"b\",\"te")), call->err);
    char id[64];
    end_upload(f, u, "the body broke off in line 2", id);
    assert_true(run_all(f));
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.state, ING_FAILED);
    assert_int_equal(b.total, 1);
    assert_int_equal(b.processed, 1);
    assert_string_equal(b.error_message.ptr, "the body broke off in line 2");
}

static void a_kill_seals_what_was_stored(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    ASSERT_OK(ing_upload_flush(u, fixture_call(&f->k)), &f->k.err);
    send_record(f, u, "{\"id\":\"b\",\"text\":\"never stored\"}");
    ing_upload_close(u);
    ingest_reopen(f);
    assert_true(run_all(f));
    assert_int_equal(count(f, "SELECT phase FROM ing_batch"), ING_FAILED);
    assert_int_equal(count(f, "SELECT processed FROM ing_batch"), 1);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_batch WHERE error LIKE '%stopped while%'"),
                     1);
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 0);
}

static void a_segment_that_nobody_names_is_swept(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    ing_upload_close(u); /* removes its own */
    assert_int_equal(segments(f), 0);
    ing_segment *segment = NULL; /* as of a process that died before its first commit */
    ASSERT_OK(f->spool.ops->create(f->spool.self, 7, &segment, &f->k.err), &f->k.err);
    assert_int_equal(f->spool.ops->close(segment), 0);
    assert_int_equal(segments(f), 1);
    ingest_reopen(f);
    assert_true(run_all(f));
    assert_int_equal(segments(f), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_batch"), 0);
}

static void a_held_one_waits_for_its_end(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, true);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    ASSERT_OK(ing_upload_flush(u, fixture_call(&f->k)), &f->k.err);
    assert_true(run_all(f));
    assert_int_equal(count(f, "SELECT processed FROM ing_batch"), 0);
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).processed, 1);
}

static void a_held_one_can_be_discarded(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, true);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    ASSERT_OK(ing_upload_flush(u, fixture_call(&f->k)), &f->k.err);
    ASSERT_OK(ing_upload_discard(u, fixture_call(&f->k)), &f->k.err);
    ing_upload_close(u);
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_batch"), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_item"), 0);
}

/* More than batches have a place at once; one more is still open. */
static void all_that_end_without_a_word_are_ended(void **state)
{
    enum { UPLOADS = 150 };
    ing_fixture *f = *state;
    ing_upload *open = open_upload(f, false);
    send_record(f, open, "{\"id\":\"open\",\"text\":\"One.\"}");
    ASSERT_OK(ing_upload_flush(open, fixture_call(&f->k)), &f->k.err);
    for (int i = 0; i < UPLOADS; i++) {
        ing_upload *u = open_upload(f, i % 2 == 0);
        send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
        ASSERT_OK(ing_upload_flush(u, fixture_call(&f->k)), &f->k.err);
        ing_upload_close(u);
    }
    ingest_keep(f, 1);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_batch WHERE listed = 0"), 1);
    assert_true(run_all(f));
    assert_int_equal(count(f, "SELECT count(*) FROM ing_batch WHERE phase = 3 AND closed = 1"),
                     UPLOADS);
    assert_int_equal(ing_active(f->ing), 1);
    char id[64];
    end_upload(f, open, NULL, id);
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).state, ING_COMPLETED);
}

static atomic_uint removes_left; /* that fail */
static anc_status (*real_remove)(void *self, int64_t id, uint64_t *ret_bytes, anc_err *err);

static anc_status failing_remove(void *self, int64_t id, uint64_t *ret_bytes, anc_err *err)
{
    if (atomic_load(&removes_left) == 0)
        return real_remove(self, id, ret_bytes, err);
    atomic_fetch_sub(&removes_left, 1);
    return ANC_FAIL(err, ANC_IO, "cannot remove it");
}

static void a_segment_that_stays_holds_up_no_other(void **state)
{
    ing_fixture *f = *state;
    f->spool_bytes = 1;
    ingest_reopen(f);
    char id[64];
    for (int i = 0; i < 3; i++) {
        ing_upload *u = open_upload(f, false);
        send_record(f, u, "{\"text\":\"One.\"}");
        end_upload(f, u, NULL, id);
    }
    assert_true(run_all(f));
    real_remove = f->spool_ops.remove;
    f->spool_ops.remove = failing_remove;
    atomic_store(&removes_left, 1);
    assert_int_equal(segments(f), 3);
    ingest_keep(f, 1);
    assert_int_equal(segments(f), 1);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_segment"), 1);
    assert_false(ing_upload_room(f->ing));
    ingest_keep(f, 1);
    assert_int_equal(segments(f), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_segment"), 0);
    assert_true(ing_upload_room(f->ing));
}

static void a_large_one_is_discarded_in_pieces(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, true);
    for (int i = 0; i < 6000; i++)
        send_record(f, u, "{\"text\":\"x\"}");
    ASSERT_OK(ing_upload_flush(u, fixture_call(&f->k)), &f->k.err);
    const uint64_t before = f->k.commits;
    f->k.commits_left = 1; /* a kill after the first piece */
    assert_int_equal(ing_upload_discard(u, fixture_call(&f->k)), ANC_UNAVAILABLE);
    f->k.commits_left = -1;
    assert_int_equal(count(f, "SELECT count(*) FROM ing_item"), 1000);
    assert_int_equal(count(f, "SELECT phase + closed FROM ing_batch"), 5);
    assert_true(run_all(f));
    assert_int_equal(count(f, "SELECT count(*) FROM kno_document"), 0);
    ASSERT_OK(ing_upload_discard(u, fixture_call(&f->k)), &f->k.err);
    assert_int_equal(f->k.commits, before + 2);
    ing_upload_close(u);
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_batch"), 0);
}

static void what_is_read_is_not_discarded(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    ASSERT_OK(ing_upload_flush(u, fixture_call(&f->k)), &f->k.err);
    assert_int_equal(ing_upload_discard(u, fixture_call(&f->k)), ANC_CONFLICT);
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).processed, 1);
}

static void nothing_is_an_error(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    ing_batch batch;
    assert_int_equal(ing_upload_end(u, fixture_call(&f->k), ANC_STR_NONE, &batch), ANC_INVALID);
    ing_upload_close(u);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_batch"), 0);
}

static void a_cancelled_batch_takes_no_more(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    ASSERT_OK(ing_upload_flush(u, fixture_call(&f->k)), &f->k.err);
    ing_batch *all = NULL, cancelled;
    size_t n = 0;
    char id[64];
    ASSERT_OK(ing_batch_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, NULL, 0, 1, &all, &n),
              &f->k.err);
    (void)snprintf(id, sizeof id, "%.*s", ANC_FMT(all[0].id));
    ASSERT_OK(ing_batch_cancel(f->ing, fixture_call(&f->k), anc_str_of(id), &cancelled), &f->k.err);
    assert_true(run_all(f));
    send_record(f, u, "{\"id\":\"b\",\"text\":\"Two.\"}");
    assert_int_equal(ing_upload_flush(u, fixture_call(&f->k)), ANC_CONFLICT);
    ing_batch batch;
    ASSERT_OK(ing_upload_end(u, fixture_call(&f->k), ANC_STR("cancelled"), &batch), &f->k.err);
    ing_upload_close(u);
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).state, ING_CANCELLED);
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 0);
}

/* A segment that only documents have that came too late is not left behind. */
static void a_cancelled_batch_leaves_nothing_in_the_spool(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    ANC_BUF(json, 6 << 20);
    (void)anc_buf_add(&json, ANC_STR("{\"id\":\"a\",\"text\":\""));
    while (json.len < (5 << 20))
        (void)anc_buf_add(&json, ANC_STR("the same words again. "));
    (void)anc_buf_add(&json, ANC_STR("\"}"));
    send_record(f, u, json.ptr);
    send_record(f, u, "{\"id\":\"b\",\"text\":\"in a segment of its own\"}");
    assert_int_equal(segments(f), 2);
    ing_batch *all = NULL, batch;
    size_t n = 0;
    ASSERT_OK(ing_batch_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, NULL, 0, 10, &all, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    char id[64];
    (void)snprintf(id, sizeof id, "%.*s", ANC_FMT(all[0].id));
    ASSERT_OK(ing_batch_cancel(f->ing, fixture_call(&f->k), anc_str_of(id), &batch), &f->k.err);
    ASSERT_OK(ing_upload_end(u, fixture_call(&f->k), ANC_STR_NONE, &batch), &f->k.err);
    ing_upload_close(u);
    assert_true(run_all(f));
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_came_whole_is_kept),
        TEST(a_kill_seals_what_was_stored),
        TEST(a_segment_that_nobody_names_is_swept),
        TEST(a_held_one_waits_for_its_end),
        TEST(a_held_one_can_be_discarded),
        TEST(all_that_end_without_a_word_are_ended),
        TEST(a_segment_that_stays_holds_up_no_other),
        TEST(a_large_one_is_discarded_in_pieces),
        TEST(what_is_read_is_not_discarded),
        TEST(nothing_is_an_error),
        TEST(a_cancelled_batch_takes_no_more),
        TEST(a_cancelled_batch_leaves_nothing_in_the_spool),
    };
    return cmocka_run_group_tests_name("ends of uploads", tests, NULL, NULL);
}
