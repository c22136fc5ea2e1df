/* test_search_follow.c - the follower where something stays wrong, or changes at a bad moment. */
#include "support/test.h"

#include <stdio.h>

#include "base/str.h"
#include "search/adapters/engine/engine_index.h"
#include "search/adapters/threads/watermark.h"
#include "search/app/service.h"
#include "support/catalog_double.h"

enum { DOCUMENTS = 50, STEPS = 200 };

static kno_service kno;
static emb_service emb;
static srch_service *srch;
static unsigned named; /* log lines about the document that is not indexed */

static void on_line(void *self, krn_level level, const char *component, const char *message,
                    const krn_field *fields, size_t n)
{
    (void)self, (void)level, (void)component, (void)message;
    for (size_t i = 0; i < n; i++)
        if (fields[i].kind == KRN_FIELD_STR && anc_str_eq(fields[i].str, ANC_STR("d07")))
            named++;
}

static int set_up(void **state)
{
    (void)state;
    static const krn_log_ops log = {.name = "counting", .write = on_line};
    anc_err err = {0};
    kno = (kno_service){.collections = {{true, "alpha", "en", "public", 0, 0}}};
    emb = (emb_service){.available = true};
    named = 0;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        double_document *d = &kno.documents[i];
        *d = (double_document){.alive = true,
                               .version = 1,
                               .title = "title",
                               .language = "en",
                               .metadata = "{}",
                               .chunks = {"all red fish"},
                               .n_chunks = 1};
        (void)snprintf(d->id, sizeof d->id, "d%02zu", i);
    }
    srch_config config = {.knowledge = &kno,
                          .embedding = &emb,
                          .changes = double_changes(&kno),
                          .clock = double_clock(&kno),
                          .log = {&log, NULL},
                          .open_index = srch_engine_index_open};
    ASSERT_OK(srch_threads_watermark_open(&config.watermark, &err), &err);
    ASSERT_OK(srch_service_open(&config, &srch, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    srch_service_close(srch);
    return 0;
}

/* Steps over simulated time until nothing is left to do. */
static void settle(void)
{
    for (int i = 0; i < STEPS; i++) {
        const int64_t next = srch_follow(srch, kno.now_ns);
        if (srch_status(srch).ready && srch_status(srch).cursor == kno.n_changes &&
            next > kno.now_ns + INT64_C(4900000000))
            return;
        kno.now_ns = next > kno.now_ns ? next : kno.now_ns;
    }
    fail_msg("the follower does not come to rest");
}

/* What a verification says, and how many lines. */
static uint64_t verify(char ret_first[128], size_t *ret_n)
{
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    krn_call call = {
        .mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &kno.never_cancelled};
    srch_verified v;
    ASSERT_OK(srch_verify(srch, &call, &v), &err);
    (void)snprintf(ret_first, 128, "%.*s", ANC_FMT(v.n > 0 ? v.lines[0] : ANC_STR_NONE));
    *ret_n = v.n;
    return v.damaged;
}

static void an_unreadable_document_does_not_stop_the_others(void **state)
{
    (void)state;
    kno.documents[7].unreadable = true;
    settle();
    assert_int_equal(srch_status(srch).documents, DOCUMENTS - 1);
    assert_int_equal(named, 1);
    assert_int_equal(srch_status(srch).left_out, 1);
    assert_string_equal(srch_status(srch).left_out_text,
                        "d07 of alpha: document d07 cannot be read");
    char line[128];
    size_t lines;
    assert_int_equal(verify(line, &lines), 1);
    assert_int_equal(lines, 1);
    assert_string_equal(line, "not in the index: d07 of alpha: document d07 cannot be read");
    kno.documents[8].version++;
    double_change(&kno, KRN_CHANGE_PUBLISH, 0, &kno.documents[8]);
    settle();
    kno.documents[7].unreadable = false; /* mended, and put again */
    double_change(&kno, KRN_CHANGE_PUBLISH, 0, &kno.documents[7]);
    settle();
    assert_int_equal(srch_status(srch).documents, DOCUMENTS);
    assert_int_equal(srch_status(srch).left_out, 0);
    assert_string_equal(srch_status(srch).left_out_text, "");
    assert_int_equal(verify(line, &lines), 0);
}

/* What a disk did not give for a while is tried again without a change; what is not sound is not. */
static void what_may_pass_is_tried_again(void **state)
{
    (void)state;
    for (int i = 10; i < 30; i++)
        kno.documents[i].unreadable = true;
    kno.documents[40].poisoned = true;
    settle();
    assert_int_equal(srch_status(srch).left_out, 21);
    char line[128];
    size_t lines;
    assert_int_equal(verify(line, &lines), 21);
    assert_int_equal(lines, 21);
    for (int i = 10; i < 30; i++)
        kno.documents[i].unreadable = false;
    kno.documents[20].alive = false; /* gone meanwhile */
    double_change(&kno, KRN_CHANGE_DELETE, 0, &kno.documents[20]);
    for (int i = 0; i < 60; i++) { /* of five seconds */
        kno.now_ns += INT64_C(5000000000);
        settle();
    }
    assert_int_equal(srch_status(srch).documents, DOCUMENTS - 2);
    assert_int_equal(srch_status(srch).left_out, 1);
    kno.collections[0].alive = false;
    for (int i = 0; i < DOCUMENTS; i++)
        kno.documents[i].alive = false;
    double_change(&kno, KRN_CHANGE_DROP_COLLECTION, 0, NULL);
    settle();
    assert_int_equal(srch_status(srch).left_out, 0);
}

static void a_rebuild_during_the_first_walk_is_done_after_it(void **state)
{
    (void)state;
    (void)srch_follow(srch, kno.now_ns); /* begins the walk */
    (void)srch_follow(srch, kno.now_ns); /* a page of it */
    assert_false(srch_status(srch).ready);
    kno.documents[0].alive = false; /* it stands in the index already */
    double_change(&kno, KRN_CHANGE_DELETE, 0, &kno.documents[0]);
    srch_rebuild(srch);
    settle();
    settle();
    assert_int_equal(srch_status(srch).documents, DOCUMENTS - 1);
}

/* Who puts a document after a start does not wait for the walk over all the others; the change of a
 * collection, and what comes behind it, does. */
static void what_changes_during_the_first_walk_is_seen(void **state)
{
    (void)state;
    double_change(&kno, KRN_CHANGE_PUBLISH, 0, &kno.documents[0]); /* before the start */
    const uint64_t before = kno.n_changes;
    (void)srch_follow(srch, kno.now_ns); /* begins the walk */
    kno.documents[49].version++;         /* the walk comes to it last */
    double_change(&kno, KRN_CHANGE_PUBLISH, 0, &kno.documents[49]);
    const uint64_t after = kno.n_changes;
    (void)srch_follow(srch, kno.now_ns);
    assert_false(srch_status(srch).ready);
    assert_true(srch_visible(srch, after));
    assert_false(srch_visible(srch, before));
    assert_int_equal(srch_status(srch).cursor, 0);
    double_change(&kno, KRN_CHANGE_COLLECTION, 0, NULL);
    kno.documents[48].alive = false;
    double_change(&kno, KRN_CHANGE_DELETE, 0, &kno.documents[48]);
    (void)srch_follow(srch, kno.now_ns);
    assert_false(srch_visible(srch, kno.n_changes));
    settle();
    assert_true(srch_visible(srch, kno.n_changes) && srch_visible(srch, before));
    assert_int_equal(srch_status(srch).documents, DOCUMENTS - 1);
}

static srch_sync sync_now(anc_str id)
{
    srch_sync s = {0};
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 16);
    krn_call call = {
        .mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &kno.never_cancelled};
    ASSERT_OK(srch_sync_find(srch, &call, id, &s), &err);
    s.id = ANC_STR_NONE;
    return s;
}

static void a_sync_can_be_watched(void **state)
{
    (void)state;
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 16);
    krn_call call = {
        .mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &kno.never_cancelled};
    srch_sync s, rebuild;
    settle();
    assert_true(anc_str_eq(srch_status(srch).detail, ANC_STR("up to date")));
    ASSERT_OK(srch_sync_start(srch, &call, false, &s), &err);
    assert_int_equal(s.state, SRCH_SYNC_DONE); /* there is nothing to follow */
    kno.now_ns += 1000000;                     /* the double's ids differ by their time alone */
    for (int i = 0; i < 3; i++)
        double_change(&kno, KRN_CHANGE_PUBLISH, 0, &kno.documents[i]);
    ASSERT_OK(srch_sync_start(srch, &call, false, &s), &err);
    assert_int_equal(s.state, SRCH_SYNC_PROCESSING);
    assert_true(s.total == 3 && s.processed == 0);
    kno.now_ns += 1000000;
    ASSERT_OK(srch_sync_start(srch, &call, true, &rebuild), &err);
    assert_int_equal(rebuild.state, SRCH_SYNC_QUEUED);
    (void)srch_follow(srch, kno.now_ns); /* begins */
    (void)srch_follow(srch, kno.now_ns); /* a page */
    const srch_sync half = sync_now(rebuild.id);
    assert_int_equal(half.state, SRCH_SYNC_PROCESSING);
    assert_int_equal(half.total, DOCUMENTS);
    assert_true(half.processed > 0 && half.processed < DOCUMENTS);
    assert_true(anc_str_eq(srch_status(srch).detail, ANC_STR("rebuilding: 32 of 50 documents")));
    settle();
    const srch_sync done = sync_now(rebuild.id);
    assert_int_equal(done.state, SRCH_SYNC_DONE);
    assert_true(done.total == DOCUMENTS && done.processed == DOCUMENTS && done.rebuild);
    assert_int_equal(sync_now(s.id).state, SRCH_SYNC_DONE);
    assert_int_equal(srch_sync_find(srch, &call, ANC_STR("nope"), &s), ANC_NOT_FOUND);
    assert_int_equal(srch_collection_figures(srch, ANC_STR("alpha")).documents, DOCUMENTS);
    assert_int_equal(srch_collection_figures(srch, ANC_STR("beta")).documents, 0);
}

/* While an index is built anew the other one goes on. */
static void what_changes_during_a_rebuild_is_seen(void **state)
{
    (void)state;
    settle();
    srch_rebuild(srch);
    (void)srch_follow(srch, kno.now_ns); /* begins */
    kno.documents[49].version++;         /* the walk comes to it last */
    double_change(&kno, KRN_CHANGE_PUBLISH, 0, &kno.documents[49]);
    kno.documents[0].alive = false;
    double_change(&kno, KRN_CHANGE_DELETE, 0, &kno.documents[0]);
    (void)srch_follow(srch, kno.now_ns);
    const uint64_t walked = kno.walks;
    assert_true(srch_visible(srch, kno.n_changes));
    assert_int_equal(srch_status(srch).documents, DOCUMENTS - 1);
    srch_rebuild(srch); /* asked for again and again it ends all the same */
    settle();
    assert_int_equal(kno.walks, walked + 1); /* fifty documents are two pages */
    assert_int_equal(srch_status(srch).documents, DOCUMENTS - 1);
    kno.documents[1].alive = false; /* the new one is followed into */
    double_change(&kno, KRN_CHANGE_DELETE, 0, &kno.documents[1]);
    settle();
    assert_int_equal(srch_status(srch).documents, DOCUMENTS - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_unreadable_document_does_not_stop_the_others, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_may_pass_is_tried_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sync_can_be_watched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_changes_during_a_rebuild_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_changes_during_the_first_walk_is_seen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_rebuild_during_the_first_walk_is_done_after_it, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("search follow", tests, NULL, NULL);
}
