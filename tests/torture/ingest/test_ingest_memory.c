/* test_ingest_memory.c - the n-th allocation fails while an event of another service becomes a document.
 *
 * The event then took no effect and is not in the inbox, or it took all of it; brought again, it does so once.
 * The same while a file whose rows are documents is read: its batch ends, and all of it is counted.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/domain/envelope.h"
#include "os/clock.h"
#include "support/fail_alloc.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

static const struct row {
    const char *name;
    ev_type_id type;
    const char *payload; /* %s: the folder of files */
} rows[] = {
    {"content", EV_DOCUMENT_UPLOADED,
     "{\"document_id\":\"a\",\"content\":\"The lamp was lit.\",\"metadata\":{\"k\":1}}"},
    {"the same content", EV_DOCUMENT_UPLOADED,
     "{\"document_id\":\"a\",\"content\":\"The lamp was lit.\",\"metadata\":{\"k\":1}}"},
    {"a file", EV_DOCUMENT_UPLOADED, "{\"document_id\":\"b\",\"uri\":\"file://%s/sub/b.txt\"}"},
    {"an entry", EV_ACCOUNTING_ENTRY_CREATED, "{\"entry_id\":\"E-1\",\"label\":\"Chairs\"}"},
};

static void write_payload(const ing_fixture *f, const struct row *row, char out[512])
{
    const anc_str text = anc_str_of(row->payload);
    const size_t at = anc_str_find(text, ANC_STR("%s"));
    if (at == SIZE_MAX)
        (void)snprintf(out, 512, "%s", row->payload);
    else
        (void)snprintf(out, 512, "%.*s%s%s", (int)at, row->payload, f->source,
                       row->payload + at + 2);
}

static anc_status bring(ing_fixture *f, const ev_envelope *event, ev_arrival *ret)
{
    return event->type == ev_type_of(EV_DOCUMENT_UPLOADED)
               ? ing_document_uploaded(f->ing, &f->k.call, event, ret)
               : ing_entry_created(f->ing, &f->k.call, event, ret);
}

static int64_t taken(ing_fixture *f)
{
    return fixture_count(&f->k, "SELECT count(*) FROM test_inbox");
}

static void every_allocation_fails_once(void **state)
{
    ing_fixture *f = *state;
    ingest_write(f, "sub/b.txt", "The tide was low.");
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        char payload[512], id[8];
        anc_status status = ANC_NO_MEMORY;
        ev_arrival arrival = EV_ARRIVED_LATE;
        long n = 0;
        (void)snprintf(id, sizeof id, "%zu", i);
        write_payload(f, &rows[i], payload);
        const ev_envelope event = {.id = anc_str_of(id),
                                   .type_name = anc_str_of(ev_type_of(rows[i].type)->name),
                                   .type = ev_type_of(rows[i].type),
                                   .time_ms = 1000,
                                   .payload = {anc_str_of(payload)}};
        for (; status != ANC_OK; n++) {
            assert_true(n < 100000);
            (void)fixture_call(&f->k);
            fail_alloc_arm(n);
            status = bring(f, &event, &arrival);
            const bool failed = fail_alloc_disarm();
            if (status == ANC_OK)
                continue;
            assert_true(failed);
            assert_int_equal(f->k.err.code, status);
            assert_int_equal(taken(f), (int64_t)i);
        }
        assert_true(n > 1);
        assert_int_equal(arrival, EV_ARRIVED_NEW);
        assert_int_equal(taken(f), (int64_t)i + 1);
        (void)fixture_call(&f->k);
        ASSERT_OK(bring(f, &event, &arrival), &f->k.err);
        assert_int_equal(arrival, EV_ARRIVED_AGAIN);
    }
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_document"), 3);
}

/* ---- a file whose rows are documents ---- */

static void start_rows(ing_fixture *f, char id[64])
{
    static const ing_rows all = {.id_field = ANC_STR_INIT("id")};
    const ing_folder_request request = {
        .path = anc_str_of(f->source), .collection = ANC_STR("notes"), .rows = &all};
    ing_batch batch;
    ASSERT_OK(ing_folder_start(f->ing, fixture_call(&f->k), &request, &batch), &f->k.err);
    ingest_id_of(&batch, id);
}

/* Each worker in turn, as time goes on, until nobody has anything to do. */
static void run_to_the_end(ing_fixture *f)
{
    int64_t now_ns = os_mono_ns();
    for (unsigned i = 0, asleep = 0; asleep < INGEST_WORKERS; i++) {
        assert_true(i < 2000);
        const int64_t next_ns = ing_worker_step(ing_worker_of(f->ing, i % INGEST_WORKERS), now_ns);
        asleep = next_ns == INT64_MAX ? asleep + 1 : 0;
        now_ns += INT64_C(1000000000);
    }
}

/* What was read is there with its rows, what was not has none, and nothing is left of a try that failed. */
static void check_rows(ing_fixture *f, const char *id)
{
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.state, ING_COMPLETED);
    assert_int_equal(b.processed + b.skipped + b.failed, b.total);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_document"),
                     (int64_t)b.processed);
    if (b.failed == 0)
        assert_int_equal(b.processed, 1 + 5);
    ingest_keep(f, 100);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_children"), 0);
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_item"), (int64_t)b.total);
    if (b.failed == 0)
        assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_segment"), 0);
}

/* Of the allocations each STRIDEth fails: each is a life of its own. */
static void rows_are_read_without_memory(void **state)
{
    enum { STRIDE = 11 };
    bool failed = true;
    (void)state;
    for (long n = 0; failed; n += STRIDE) {
        ing_fixture f;
        char id[64];
        ingest_open(&f);
        f.rows_piece = 2;
        ingest_reopen(&f);
        ingest_write(&f, "t.csv", "ROWS\nid,text\n1,One.\n2,Two.\n3,Three.\n4,Four.\n5,Five.\n");
        start_rows(&f, id);
        fail_alloc_arm(n);
        run_to_the_end(&f);
        failed = fail_alloc_disarm();
        check_rows(&f, id);
        fixture_check(&f.k, false);
        ingest_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_allocation_fails_once, ingest_setup, ingest_teardown),
        cmocka_unit_test(rows_are_read_without_memory)};
    return cmocka_run_group_tests_name("events without memory", tests, NULL, NULL);
}
