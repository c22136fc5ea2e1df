/* test_ingest_memory.c - the n-th allocation fails while an event of another service becomes a document.
 *
 * The event then took no effect and is not in the inbox, or it took all of it; brought again, it does so once.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/domain/envelope.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        every_allocation_fails_once, ingest_setup, ingest_teardown)};
    return cmocka_run_group_tests_name("events without memory", tests, NULL, NULL);
}
