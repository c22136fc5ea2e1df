/* test_upload.c - documents that are sent along: spooled, and read while more come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "os/clock.h"
#include "os/file.h"
#include "upload_world.h"

static void records_become_documents(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u,
                "{\"id\":\"a\",\"text\":\"One.\",\"title\":\"First\",\"metadata\":{\"year\":1}}");
    send_record(f, u, "{\"id\":\"b\",\"content_base64\":\"VHdvLg==\",\"uri\":\"http://x/b\"}");
    send_record(f, u, "{\"text\":\"Three.\",\"collection\":\"others\"}");
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.state, ING_COMPLETED);
    assert_int_equal(b.total, 3);
    assert_int_equal(b.processed, 3);
    assert_string_equal(b.source.ptr, "upload");
    assert_int_equal(b.n_collections, 2);
    assert_true(anc_str_eq(b.collections[0], ANC_STR("notes")));
    assert_true(anc_str_eq(b.collections[1], ANC_STR("others")));
    assert_true(anc_str_eq(b.collection, ANC_STR("notes")));
    assert_null(b.error_message.ptr);
    assert_string_equal(document(f, "a").title.ptr, "First");
    assert_string_equal(document(f, "b").uri.ptr, "http://x/b");
    assert_string_equal(document(f, "b").source.ptr, "api");
    assert_int_equal(count(f, "SELECT documents FROM kno_collection WHERE name = 'others'"), 1);
    assert_int_equal(segments(f), 1);
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 0);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_segment"), 0);
    assert_true(ing_upload_room(f->ing));
}

/* A batch whose documents all name another collection is where they are. */
static void a_batch_is_where_its_documents_are(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"text\":\"One.\",\"collection\":\"others\"}");
    send_record(f, u, "{\"text\":\"Two.\",\"collection\":\"others\"}");
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    const ing_batch b = ingest_batch(f, id);
    assert_true(b.n_collections == 1 && anc_str_eq(b.collections[0], ANC_STR("others")));
    assert_true(anc_str_eq(b.collection, ANC_STR("others")));
}

/* As a restored version hands them out: with the source that they had. */
static void rows_become_documents(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, true);
    const char *const sources[] = {"folder", ""};
    for (size_t i = 0; i < ANC_COUNT(sources); i++) {
        const kno_row row = {.number = i + 1,
                             .source = anc_str_of(sources[i]),
                             .id = i == 0 ? ANC_STR("t.csv#1") : ANC_STR("t.csv#2"),
                             .title = ANC_STR("Hinge"),
                             .content = ANC_STR("{\"what\":\"Hinge\"}"),
                             .metadata = ANC_STR("{\"price\":3}")};
        krn_call *call = fixture_call(&f->k);
        ASSERT_OK(ing_upload_row(u, call, &row), call->err);
    }
    assert_int_equal(ing_upload_documents(u), 2);
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    const ing_batch b = ingest_batch(f, id);
    assert_true(b.state == ING_COMPLETED && b.processed == 2);
    assert_true(b.n_collections == 1 && anc_str_eq(b.collections[0], ANC_STR("notes")));
    assert_string_equal(document(f, "t.csv#1").source.ptr, "folder");
    assert_string_equal(document(f, "t.csv#1").metadata.ptr, "{\"price\":3}");
    assert_string_equal(document(f, "t.csv#2").source.ptr, "upload");
    assert_string_equal(document(f, "t.csv#2").title.ptr, "Hinge");
}

/* A record that says nothing of who may read leaves it, null gives it back to the collection. */
static void who_may_read_a_record(void **state)
{
    static const struct step {
        const char *json, *label;
    } steps[] = {
        {"{\"id\":\"a\",\"text\":\"One.\"}", "public"},
        {"{\"id\":\"a\",\"text\":\"Two.\",\"acl\":[\"user:admin\"]}", "user:admin"},
        {"{\"id\":\"a\",\"text\":\"Three.\"}", "user:admin"},
        {"{\"id\":\"a\",\"text\":\"Three.\",\"acl\":null}", "public"},
    };
    ing_fixture *f = *state;
    for (size_t i = 0; i < ANC_COUNT(steps); i++) {
        ing_upload *u = open_upload(f, false);
        send_record(f, u, steps[i].json);
        char id[64];
        end_upload(f, u, NULL, id);
        assert_true(run_all(f));
        assert_string_equal(document(f, "a").acl[0].ptr, steps[i].label);
    }
}

static const struct broken_row {
    const char *name, *json, *reason;
    bool well_formed; /* what is wrong is seen when it is put */
} broken[] = {
    {"no JSON", "{\"id\":\"a\",", "it is not JSON: line 1", false},
    {"no object", "[1]", "an object", false},
    {"unknown member", "{\"id\":\"a\",\"text\":\"x\",\"colour\":1}", "colour", false},
    {"no content", "{\"id\":\"a\"}", "content is missing", false},
    {"two contents", "{\"text\":\"a\",\"content_base64\":\"YQ==\"}", "send one", false},
    {"no base64", "{\"content_base64\":\"*\"}", "content_base64", false},
    {"a number for a text", "{\"text\":7}", "/text", false},
    {"a text for an object", "{\"text\":\"x\",\"metadata\":\"y\"}", "/metadata", false},
    {"labels that are none", "{\"text\":\"x\",\"acl\":[]}", "/acl", false},
    {"an id that cannot be", "{\"id\":\"a\\u0000b\",\"text\":\"x\"}", "id", true},
    {"a collection that cannot be", "{\"collection\":\"No Name\",\"text\":\"x\"}", "No Name", true},
    {"a broken content", "{\"id\":\"a\",\"text\":\"BROKEN\"}", "broken", true},
};

static void a_broken_line_fails_alone(void **state)
{
    const struct broken_row *row = *state;
    void *made = NULL;
    (void)ingest_setup(&made);
    ing_fixture *f = made;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"first\",\"text\":\"One.\"}");
    send_record(f, u, row->json);
    send_record(f, u, "{\"id\":\"last\",\"text\":\"Three.\"}");
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.state, ING_COMPLETED);
    assert_int_equal(b.processed, 2);
    assert_int_equal(b.failed, 1);
    ing_dead_letter *letters = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), anc_str_of(id), ANC_STR_NONE, 10,
                                   &letters, &n),
              &f->k.err);
    assert_int_equal(n, 1);
    assert_string_equal(letters[0].source.ptr, "line 2");
    if (!row->well_formed)
        assert_string_equal(letters[0].stage.ptr, "parse");
    if (strstr(letters[0].reason.ptr, row->reason) == NULL)
        fail_msg("%s does not say %s", letters[0].reason.ptr, row->reason);
    (void)snprintf(id, sizeof id, "%.*s", ANC_FMT(letters[0].id));
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 1); /* the dead letter needs it */
    ASSERT_OK(ing_dead_letter_delete(f->ing, fixture_call(&f->k), anc_str_of(id)), &f->k.err);
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 0);
    (void)ingest_teardown(&made);
}

static void the_later_of_two_wins(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    char json[64];
    for (int i = 0; i < 40; i++) {
        (void)snprintf(json, sizeof json, "{\"id\":\"same\",\"text\":\"Version %02d.\"}", i);
        send_record(f, u, json);
    }
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).processed, 40);
    kno_text text;
    ASSERT_OK(
        kno_text_open(f->k.kno, fixture_call(&f->k), ANC_STR("notes"), ANC_STR("same"), 0, &text),
        &f->k.err);
    assert_true(anc_str_eq(text.text, ANC_STR("Version 39.")));
    kno_text_close(f->k.kno, &text);
    assert_int_equal(document(f, "same").version, 40);
}

static void send_two(ing_fixture *f, ing_upload_kind kind, char id[64])
{
    ing_upload *u = open_upload(f, false);
    for (int i = 0; i < 2; i++) {
        if (kind == ING_UPLOAD_RECORD) {
            send_record(f, u,
                        i == 0 ? "{\"id\":\"same\",\"text\":\"First.\"}"
                               : "{\"id\":\"same\",\"text\":\"Second.\"}");
            continue;
        }
        krn_call *call = fixture_call(&f->k);
        ASSERT_OK(ing_upload_begin(u, call, kind, ANC_STR("same"), ANC_STR_NONE), call->err);
        ASSERT_OK(ing_upload_add(u, call, i == 0 ? ANC_STR("First.") : ANC_STR("Second.")),
                  call->err);
        ASSERT_OK(ing_upload_finish(u, call), call->err);
    }
    end_upload(f, u, NULL, id);
}

static int64_t step(ing_fixture *f, unsigned worker)
{
    return ing_worker_step(ing_worker_of(f->ing, worker), os_mono_ns());
}

static void assert_text(ing_fixture *f, anc_str expected)
{
    kno_text text;
    ASSERT_OK(
        kno_text_open(f->k.kno, fixture_call(&f->k), ANC_STR("notes"), ANC_STR("same"), 0, &text),
        &f->k.err);
    assert_true(anc_str_eq(text.text, expected));
    kno_text_close(f->k.kno, &text);
}

/* It is read once to learn its id, and once when its turn has come. */
static void what_waits_for_its_turn_is_not_read_again(void **state)
{
    ing_fixture *f = *state;
    char id[64];
    send_two(f, ING_UPLOAD_RECORD, id);
    f->k.emb.fails = true;
    for (int i = 0; i < 3; i++)
        (void)step(f, 0); /* looks, claims the first and fails with it: it is kept */
    (void)step(f, 1);     /* claims the second */
    const uint64_t before = ingest_payloads_read();
    for (int i = 0; i < 20; i++)
        (void)step(f, 1);
    assert_int_equal(ingest_payloads_read() - before, 1);
    assert_int_equal(count(f, "SELECT count(*) FROM kno_document"), 0);
    f->k.emb.fails = false;
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).processed, 2);
    assert_text(f, ANC_STR("Second."));
}

/* The first one's worker hangs, its item is taken back when the second one is there already. */
static void what_comes_late_replaces_nothing(void **state)
{
    static const ing_upload_kind kinds[] = {ING_UPLOAD_RECORD, ING_UPLOAD_FILE};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(kinds); i++) {
        void *made = NULL;
        (void)ingest_setup(&made);
        ing_fixture *f = made;
        char id[64];
        f->lease_ms = 20;
        ingest_reopen(f);
        send_two(f, kinds[i], id);
        (void)step(f, 0);
        (void)step(f, 0); /* claims the first, and hangs */
        assert_int_equal(ingest_batch(f, id).under_way, 1);
        os_sleep_ns(30000000);
        (void)step(f, 1);
        (void)step(f, 1);
        assert_int_equal(ingest_batch(f, id).processed, 1);
        assert_text(f, ANC_STR("Second."));
        atomic_fetch_add(&f->k.ticks, 1000);
        ingest_keep(f, 1);
        assert_int_equal(ingest_batch(f, id).under_way, 0);
        assert_true(run_all(f));
        const ing_batch batch = ingest_batch(f, id);
        assert_int_equal(batch.state, ING_COMPLETED);
        assert_int_equal(batch.processed, 1);
        assert_int_equal(batch.skipped, 1);
        assert_text(f, ANC_STR("Second."));
        (void)ingest_teardown(&made);
    }
}

/* Of another collection it is another document. */
static void what_comes_late_is_told_by_its_collection(void **state)
{
    ing_fixture *f = *state;
    char id[64];
    f->lease_ms = 20;
    ingest_reopen(f);
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"same\",\"text\":\"First.\"}");
    send_record(f, u, "{\"id\":\"same\",\"text\":\"Second.\",\"collection\":\"others\"}");
    end_upload(f, u, NULL, id);
    (void)step(f, 0);
    (void)step(f, 0);
    os_sleep_ns(30000000);
    (void)step(f, 1);
    (void)step(f, 1);
    assert_int_equal(ingest_batch(f, id).processed, 1);
    atomic_fetch_add(&f->k.ticks, 1000);
    ingest_keep(f, 1);
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).processed, 2);
    assert_text(f, ANC_STR("First."));
}

/* Without an id of the client's the same line has the same id each time it is read. */
static void an_id_is_made_once(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"text\":\"BROKEN\"}");
    send_record(f, u, "{\"text\":\"fine\"}");
    char id[64], first[64];
    ing_batch again;
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    ing_dead_letter *letters = NULL;
    size_t n = 0;
    ASSERT_OK(ing_dead_letter_list(f->ing, fixture_call(&f->k), ANC_STR_NONE, ANC_STR_NONE, 10,
                                   &letters, &n),
              &f->k.err);
    (void)snprintf(first, sizeof first, "%.*s", ANC_FMT(letters[0].document));
    assert_true(anc_uuid_valid(anc_str_of(first)));
    ASSERT_OK(ing_batch_replay(f->ing, fixture_call(&f->k), anc_str_of(id), &again), &f->k.err);
    assert_true(run_all(f));
    assert_int_equal(count(f, "SELECT attempts FROM ing_failure"), 2);
}

static void files_keep_their_names(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    krn_call *call = fixture_call(&f->k);
    const char *const files[][2] = {{"papers/a.txt", "One."}, {"b.md", "# Two\n\nText."}};
    for (size_t i = 0; i < 2; i++) {
        ASSERT_OK(ing_upload_begin(u, call, ING_UPLOAD_FILE, anc_str_of(files[i][0]),
                                   ANC_STR("application/octet-stream")),
                  call->err);
        ASSERT_OK(ing_upload_add(u, call, anc_str_of(files[i][1])), call->err);
        ASSERT_OK(ing_upload_finish(u, call), call->err);
    }
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).processed, 2);
    assert_string_equal(document(f, "papers/a.txt").source.ptr, "upload");
    assert_string_equal(document(f, "b.md").title.ptr, "Two");
}

static void reading_begins_while_documents_come(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    ASSERT_OK(ing_upload_flush(u, fixture_call(&f->k)), &f->k.err);
    assert_true(run_all(f));
    assert_int_equal(count(f, "SELECT processed FROM ing_batch"), 1);
    assert_int_equal(count(f, "SELECT phase FROM ing_batch"), ING_PROCESSING);
    assert_int_equal(count(f, "SELECT closed FROM ing_batch"), 0);
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 1); /* it is still written to */
    send_record(f, u, "{\"id\":\"b\",\"text\":\"Two.\"}");
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.state, ING_COMPLETED);
    assert_int_equal(b.processed, 2);
}

/* A flush while a document is still growing leaves it where it is. */
static void a_growing_document_stays(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    send_record(f, u, "{\"id\":\"a\",\"text\":\"One.\"}");
    krn_call *call = fixture_call(&f->k);
    char name[] = "line 2";
    ASSERT_OK(ing_upload_begin(u, call, ING_UPLOAD_RECORD, anc_str_of(name), ANC_STR_NONE),
              call->err);
    memset(name, 'x', sizeof name - 1);
    ASSERT_OK(ing_upload_add(u, call, ANC_STR("{\"id\":\"b\",")), call->err);
    ASSERT_OK(ing_upload_flush(u, call), call->err);
    ASSERT_OK(ing_upload_flush(u, call), call->err);
    ASSERT_OK(ing_upload_add(u, call, ANC_STR("\"text\":\"Two.\"}")), call->err);
    ASSERT_OK(ing_upload_finish(u, call), call->err);
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    assert_int_equal(ingest_batch(f, id).processed, 2);
    assert_int_equal(count(f, "SELECT count(*) FROM ing_item WHERE path = 'line 2'"), 1);
}

/* Many documents: several pieces, several segments, the spool shrinks while they are read. */
static void many_documents(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    ANC_BUF(json, 1 << 20);
    ANC_BUF(filler, 64 << 10);
    while (filler.len < 20000)
        (void)anc_buf_add(&filler, ANC_STR("the same words again. "));
    for (int i = 0; i < 270; i++) {
        anc_buf_clear(&json);
        (void)anc_buf_printf(&json, "{\"id\":\"%d\",\"text\":\"Number %d: %s\"}", i, i, filler.ptr);
        send_record(f, u, json.ptr);
    }
    assert_true(segments(f) >= 2);
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.processed, 270);
    assert_int_equal(b.bytes_done, b.bytes_total);
    ingest_keep(f, 10);
    assert_int_equal(segments(f), 0);
}

static void a_record_that_is_too_long_fails_alone(void **state)
{
    ing_fixture *f = *state;
    ing_upload *u = open_upload(f, false);
    krn_call *call = fixture_call(&f->k);
    ANC_BUF(much, 2 << 20);
    while (much.len < (1 << 20))
        (void)anc_buf_add(&much, ANC_STR("0123456789abcdef"));
    ASSERT_OK(ing_upload_begin(u, call, ING_UPLOAD_RECORD, ANC_STR("line 1"), ANC_STR_NONE),
              call->err);
    ASSERT_OK(ing_upload_add(u, call, ANC_STR("{\"text\":\"")), call->err);
    for (int i = 0; i < 17; i++)
        ASSERT_OK(ing_upload_add(u, call, anc_buf_view(&much)), call->err);
    ASSERT_OK(ing_upload_finish(u, call), call->err);
    send_record(f, u, "{\"id\":\"b\",\"text\":\"Two.\"}");
    char id[64];
    end_upload(f, u, NULL, id);
    assert_true(run_all(f));
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.processed, 1);
    assert_int_equal(b.failed, 1);
    assert_int_equal(
        count(f, "SELECT count(*) FROM ing_failure WHERE reason LIKE '%send it alone%'"), 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, ingest_setup, ingest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_become_documents),
        TEST(a_batch_is_where_its_documents_are),
        TEST(rows_become_documents),
        TEST(who_may_read_a_record),
        TEST(the_later_of_two_wins),
        TEST(what_waits_for_its_turn_is_not_read_again),
        TEST(what_comes_late_replaces_nothing),
        TEST(what_comes_late_is_told_by_its_collection),
        TEST(an_id_is_made_once),
        TEST(files_keep_their_names),
        TEST(reading_begins_while_documents_come),
        TEST(a_growing_document_stays),
        TEST(many_documents),
        TEST(a_record_that_is_too_long_fails_alone),
    };
    int failed = RUN_TABLE("broken", broken, a_broken_line_fails_alone);
    return failed + cmocka_run_group_tests_name("uploads", tests, NULL, NULL);
}
