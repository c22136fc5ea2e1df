/* test_events.c - events of other services become documents: once, in order, whatever dies between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/domain/envelope.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

static ev_envelope event_of(ev_type_id type, const char *id, int64_t time_ms, const char *payload)
{
    return (ev_envelope){.id = anc_str_of(id),
                         .type_name = anc_str_of(ev_type_of(type)->name),
                         .type = ev_type_of(type),
                         .time_ms = time_ms,
                         .payload = {anc_str_of(payload)}};
}

static ev_envelope upload(const char *id, int64_t time_ms, const char *payload)
{
    return event_of(EV_DOCUMENT_UPLOADED, id, time_ms, payload);
}

static ev_arrival arrived(ing_fixture *f, const ev_envelope *event)
{
    ev_arrival arrival = EV_ARRIVED_NEW;
    ASSERT_OK(ing_document_uploaded(f->ing, fixture_call(&f->k), event, &arrival), &f->k.err);
    return arrival;
}

static kno_document document(ing_fixture *f, const char *collection, const char *id)
{
    kno_document d = {0};
    ASSERT_OK(kno_document_find(f->k.kno, fixture_call(&f->k), anc_str_of(collection),
                                anc_str_of(id), &d),
              &f->k.err);
    return d;
}

static int64_t documents(ing_fixture *f)
{
    return fixture_count(&f->k, "SELECT count(*) FROM kno_document");
}

#define LAMP                                                                       \
    "{\"document_id\":\"a\",\"content\":\"The lamp was lit.\",\"title\":\"Lamp\"," \
    "\"metadata\":{\"year\":1911},\"uri\":\"shop:7\",\"other\":1}"
#define LAMP_OUT "{\"document_id\":\"a\",\"content\":\"The lamp was out.\"}"

static void content_becomes_a_document_once(void **state)
{
    ing_fixture *f = *state;
    const ev_envelope first = upload("1", 1000, LAMP), newer = upload("2", 3000, LAMP_OUT);
    const ev_envelope older = upload("3", 2000, LAMP);
    assert_int_equal(arrived(f, &first), EV_ARRIVED_NEW);
    const kno_document d = document(f, "default", "a");
    assert_true(anc_str_eq(d.title, ANC_STR("Lamp")) && anc_str_eq(d.uri, ANC_STR("shop:7")));
    assert_true(anc_str_eq(d.source, ANC_STR("event")));
    assert_true(anc_str_eq(d.metadata, ANC_STR("{\"year\":1911}")));
    assert_int_equal(arrived(f, &first), EV_ARRIVED_AGAIN);
    assert_int_equal(document(f, "default", "a").version, 1);
    assert_int_equal(arrived(f, &newer), EV_ARRIVED_NEW);
    assert_int_equal(arrived(f, &older), EV_ARRIVED_LATE);
    assert_int_equal(arrived(f, &first), EV_ARRIVED_AGAIN);
    assert_int_equal(document(f, "default", "a").version, 2);
    assert_int_equal(documents(f), 1);
}

static void what_changes_nothing_is_taken_all_the_same(void **state)
{
    ing_fixture *f = *state;
    const ev_envelope first = upload("1", 1000, LAMP_OUT), same = upload("2", 2000, LAMP_OUT);
    const ev_envelope between = upload("3", 1500, LAMP);
    assert_int_equal(arrived(f, &first), EV_ARRIVED_NEW);
    assert_int_equal(arrived(f, &same), EV_ARRIVED_NEW);
    assert_int_equal(arrived(f, &same), EV_ARRIVED_AGAIN);
    assert_int_equal(arrived(f, &between), EV_ARRIVED_LATE);
    assert_int_equal(document(f, "default", "a").version, 1);
}

static void a_deleted_document_does_not_come_back(void **state)
{
    ing_fixture *f = *state;
    const ev_envelope event = upload("1", 1000, LAMP);
    uint64_t seq;
    assert_int_equal(arrived(f, &event), EV_ARRIVED_NEW);
    ASSERT_OK(
        kno_document_delete(f->k.kno, fixture_call(&f->k), ANC_STR("default"), ANC_STR("a"), &seq),
        &f->k.err);
    assert_int_equal(arrived(f, &event), EV_ARRIVED_AGAIN);
    assert_int_equal(documents(f), 0);
}

static void collections_are_apart(void **state)
{
    ing_fixture *f = *state;
    const ev_envelope here = upload("1", 2000, LAMP);
    const ev_envelope there = upload(
        "2", 1000, "{\"document_id\":\"a\",\"collection\":\"notes\",\"content\":\"The lamp.\"}");
    assert_int_equal(arrived(f, &here), EV_ARRIVED_NEW);
    assert_int_equal(arrived(f, &there), EV_ARRIVED_NEW);
    assert_int_equal(document(f, "notes", "a").version, 1);
}

/* The same event by two buses at once: the second comes while the first is embedded. */
typedef struct rival {
    ing_service *ing;
    const ev_envelope *event;
} rival;

static void come_first(kno_fixture *k, krn_call *call, void *arg)
{
    (void)k;
    const rival *r = arg;
    ev_arrival arrival = EV_ARRIVED_AGAIN;
    ASSERT_OK(ing_document_uploaded(r->ing, call, r->event, &arrival), call->err);
    assert_int_equal(arrival, EV_ARRIVED_NEW);
}

static void who_is_first_is_the_only_one(void **state)
{
    ing_fixture *f = *state;
    const ev_envelope same = upload("1", 1000, LAMP), newer = upload("2", 2000, LAMP_OUT);
    fixture_meanwhile(&f->k, come_first, &(rival){f->ing, &same});
    assert_int_equal(arrived(f, &same), EV_ARRIVED_AGAIN);
    assert_int_equal(document(f, "default", "a").version, 1);
    const ev_envelope older = upload("3", 1500, "{\"document_id\":\"a\",\"content\":\"Older.\"}");
    fixture_meanwhile(&f->k, come_first, &(rival){f->ing, &newer});
    assert_int_equal(arrived(f, &older), EV_ARRIVED_LATE);
    assert_int_equal(document(f, "default", "a").version, 2);
    assert_int_equal(arrived(f, &same), EV_ARRIVED_AGAIN);
}

/* The process dies behind the n-th commit, and the event is brought again. */
static void a_kill_between_two_commits(void **state)
{
    static const char *const payloads[] = {LAMP, LAMP_OUT};
    bool whole = false;
    (void)state;
    for (long n = 1; !whole; n++) {
        ing_fixture f;
        ev_arrival arrival;
        assert_true(n < 100);
        ingest_open(&f);
        f.k.commits_left = n;
        for (int i = 0; i < 2; i++) {
            const ev_envelope event = upload(i == 0 ? "1" : "2", 1000 + i, payloads[i]);
            whole = ing_document_uploaded(f.ing, fixture_call(&f.k), &event, &arrival) == ANC_OK;
        }
        f.k.commits_left = -1;
        ingest_reopen(&f);
        for (int i = 0; i < 2; i++) {
            const ev_envelope event = upload(i == 0 ? "1" : "2", 1000 + i, payloads[i]);
            (void)arrived(&f, &event);
            assert_int_equal(arrived(&f, &event), EV_ARRIVED_AGAIN);
        }
        assert_int_equal(document(&f, "default", "a").version, 2);
        assert_int_equal(fixture_count(&f.k, "SELECT count(*) FROM test_inbox"), 2);
        fixture_check(&f.k, false);
        ingest_close(&f);
    }
}

/* ---- files ---- */

static void ask_for(ing_fixture *f, const char *name, char out[512])
{
    (void)snprintf(out, 512, "{\"document_id\":\"a\",\"uri\":\"file://%s/%s\"}", f->source, name);
}

static void a_file_is_fetched(void **state)
{
    ing_fixture *f = *state;
    char payload[512];
    ingest_write(f, "deep/tide table.txt", "# Tides\n\nThe tide was low.");
    ask_for(f, "deep/tide%20table.txt", payload);
    const ev_envelope event = upload("1", 1000, payload);
    assert_int_equal(arrived(f, &event), EV_ARRIVED_NEW);
    const kno_document d = document(f, "default", "a");
    assert_true(anc_str_eq(d.file_name, ANC_STR("tide table.txt")));
    assert_true(anc_str_starts(d.uri, ANC_STR("file:///")));
    char path[256];
    (void)snprintf(path, sizeof path, "%s/deep/tide table.txt", f->source);
    assert_int_equal(unlink(path), 0); /* one that came before asks for nothing */
    assert_int_equal(arrived(f, &event), EV_ARRIVED_AGAIN);
}

static const struct refused_row {
    const char *name, *payload; /* %s: the folder */
    anc_status status;
    const char *says;
} refused[] = {
    {"neither", "{\"document_id\":\"a\"}", ANC_INVALID, "content or uri"},
    {"null", "{\"document_id\":\"a\",\"content\":null,\"uri\":null}", ANC_INVALID, "neither"},
    {"empty id", "{\"document_id\":\"\",\"content\":\"x\"}", ANC_INVALID, "document_id is empty"},
    {"id of two lines", "{\"document_id\":\"a\\nb\",\"content\":\"x\"}", ANC_INVALID, "id"},
    {"collection", "{\"document_id\":\"a\",\"content\":\"x\",\"collection\":\"A b\"}", ANC_INVALID,
     "A b"},
    {"metadata", "{\"document_id\":\"a\",\"content\":\"x\",\"metadata\":[]}", ANC_INVALID,
     "metadata"},
    {"bytes that nobody reads", "{\"document_id\":\"a\",\"content\":\"PICTURE\"}", ANC_UNSUPPORTED,
     "picture"},
    {"broken", "{\"document_id\":\"a\",\"content\":\"BROKEN\"}", ANC_INVALID, "broken"},
    {"the web, of which no host is named", "{\"document_id\":\"a\",\"uri\":\"http://127.0.0.1/x\"}",
     ANC_FORBIDDEN, "ingest.event_hosts"},
    {"the web, with a password", "{\"document_id\":\"a\",\"uri\":\"http://u:p@example.org/x\"}",
     ANC_INVALID, "user or password"},
    {"another scheme", "{\"document_id\":\"a\",\"uri\":\"s3://bucket/x\"}", ANC_UNSUPPORTED, "s3"},
    {"elsewhere", "{\"document_id\":\"a\",\"uri\":\"file:///etc/passwd\"}", ANC_FORBIDDEN,
     "ingest.event_folders"},
    {"climbs", "{\"document_id\":\"a\",\"uri\":\"file://%s/../x\"}", ANC_FORBIDDEN, "climbs"},
    {"absent", "{\"document_id\":\"a\",\"uri\":\"file://%s/absent\"}", ANC_NOT_FOUND, "absent"},
    {"a folder", "{\"document_id\":\"a\",\"uri\":\"file://%s/sub\"}", ANC_INVALID, "regular"},
};

static void what_is_refused_leaves_nothing(void **state)
{
    const struct refused_row *row = *state;
    ing_fixture f;
    char payload[512];
    ev_arrival arrival;
    ingest_open(&f);
    ingest_write(&f, "sub/x.txt", "A text.");
    anc_str rest = anc_str_of(row->payload);
    const size_t at = anc_str_find(rest, ANC_STR("%s"));
    if (at == SIZE_MAX)
        (void)snprintf(payload, sizeof payload, "%s", row->payload);
    else
        (void)snprintf(payload, sizeof payload, "%.*s%s%s", (int)at, row->payload, f.source,
                       row->payload + at + 2);
    const ev_envelope event = upload("1", 1000, payload);
    assert_int_equal(ing_document_uploaded(f.ing, fixture_call(&f.k), &event, &arrival),
                     row->status);
    assert_non_null(strstr(f.k.err.text, row->says));
    assert_int_equal(documents(&f), 0);
    assert_int_equal(fixture_count(&f.k, "SELECT count(*) FROM test_inbox"), 0);
    ingest_close(&f);
}

/* ---- entries ---- */

static void an_entry_becomes_a_document(void **state)
{
    ing_fixture *f = *state;
    ev_arrival arrival;
    const char *payload = "{\"entry_id\":\"E-1\",\"label\":\"Chairs\",\"amount\":12.5}";
    const ev_envelope event = event_of(EV_ACCOUNTING_ENTRY_CREATED, "1", 1000, payload);
    ASSERT_OK(ing_entry_created(f->ing, fixture_call(&f->k), &event, &arrival), &f->k.err);
    assert_int_equal(arrival, EV_ARRIVED_NEW);
    const kno_document d = document(f, "accounting", "E-1");
    assert_true(anc_str_eq(d.title, ANC_STR("Chairs")));
    assert_true(anc_str_eq(d.metadata, anc_str_of(payload)));
    ASSERT_OK(ing_entry_created(f->ing, fixture_call(&f->k), &event, &arrival), &f->k.err);
    assert_int_equal(arrival, EV_ARRIVED_AGAIN);
    const ev_envelope nameless =
        event_of(EV_ACCOUNTING_ENTRY_CREATED, "2", 1000, "{\"entry_id\":\"\"}");
    assert_int_equal(ing_entry_created(f->ing, fixture_call(&f->k), &nameless, &arrival),
                     ANC_INVALID);
    assert_non_null(strstr(f->k.err.text, "entry_id is empty"));
    assert_int_equal(documents(f), 1);
}

static void a_failure_that_may_pass_is_tried_again(void **state)
{
    ing_fixture *f = *state;
    ev_arrival arrival;
    const ev_envelope event = upload("1", 1000, LAMP);
    f->k.commits_left = 0;
    assert_int_equal(ing_document_uploaded(f->ing, fixture_call(&f->k), &event, &arrival),
                     ANC_UNAVAILABLE);
    f->k.commits_left = -1;
    assert_int_equal(arrived(f, &event), EV_ARRIVED_NEW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(content_becomes_a_document_once),
        TEST(what_changes_nothing_is_taken_all_the_same),
        TEST(a_deleted_document_does_not_come_back),
        TEST(collections_are_apart),
        TEST(who_is_first_is_the_only_one),
        cmocka_unit_test(a_kill_between_two_commits),
        TEST(a_file_is_fetched),
        TEST(an_entry_becomes_a_document),
        TEST(a_failure_that_may_pass_is_tried_again),
    };
    return cmocka_run_group_tests_name("events", tests, NULL, NULL) +
           RUN_TABLE("what is refused", refused, what_is_refused_leaves_nothing);
}
