/* test_put_meanwhile.c - who may read a document that is put again, and what happened to it or to its
 * collection while it was put. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

/* ---- who may read it ------------------------------------------------------------------------ */

static anc_status put_labelled(kno_fixture *f, const char *text, const char *label, bool keeps,
                               kno_document *ret)
{
    const anc_str labels[] = {anc_str_of(label)};
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("a"),
                                   .acl = labels,
                                   .n_acl = label[0] != '\0',
                                   .keeps_acl = keeps,
                                   .content = anc_str_of(text)};
    kno_put_result r;
    ANC_TRY(kno_document_put(f->kno, fixture_call(f), &in, false, &r));
    return kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"), ret);
}

/* A put that says nothing of it opens nothing. */
static void who_may_read_stays(void **state)
{
    kno_fixture *f = *state;
    kno_document d;
    ASSERT_OK(put_labelled(f, "One.", "", true, &d), &f->err);
    assert_string_equal(d.acl[0].ptr, "public"); /* the collection's */
    ASSERT_OK(put_labelled(f, "One.", "group:board", false, &d), &f->err);
    assert_string_equal(d.acl[0].ptr, "group:board");
    ASSERT_OK(put_labelled(f, "Two.", "", true, &d), &f->err);
    assert_string_equal(d.acl[0].ptr, "group:board");
    assert_int_equal(d.version, 3);
    ASSERT_OK(put_labelled(f, "Two.", "", true, &d), &f->err);
    assert_int_equal(d.version, 3);
    ASSERT_OK(put_labelled(f, "Two.\n\n@attach b.txt text/plain\nAn attachment.", "", true, &d),
              &f->err);
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a#b.txt"), &d),
              &f->err);
    assert_string_equal(d.acl[0].ptr, "group:board");
    const kno_document_input row = {.collection = ANC_STR("notes"),
                                    .id = ANC_STR("a#1"),
                                    .parent = ANC_STR("a"),
                                    .keeps_acl = true,
                                    .content = ANC_STR("{}")};
    kno_put_result r;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &row, false, &r), &f->err);
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), row.id, &d), &f->err);
    assert_string_equal(d.acl[0].ptr, "group:board");
    ASSERT_OK(put_labelled(f, "Two.", "", false, &d), &f->err);
    assert_string_equal(d.acl[0].ptr, "public");
}

static void hide_it(kno_fixture *f, krn_call *call, void *arg)
{
    (void)arg;
    kno_put_result r;
    const anc_str board[] = {ANC_STR("group:board")};
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .id = ANC_STR("a"),
                                   .acl = board,
                                   .n_acl = 1,
                                   .content = ANC_STR("Hidden.")};
    ASSERT_OK(kno_document_put(f->kno, call, &in, false, &r), call->err);
}

static void what_was_hidden_meanwhile_stays_hidden(void **state)
{
    kno_fixture *f = *state;
    kno_document d;
    ASSERT_OK(put_labelled(f, "One.", "", true, &d), &f->err);
    fixture_meanwhile(f, hide_it, NULL);
    ASSERT_OK(put_labelled(f, "Two.", "", true, &d), &f->err);
    assert_true(f->other_came);
    assert_int_equal(d.version, 3);
    assert_string_equal(d.acl[0].ptr, "group:board");
    ASSERT_OK(put_labelled(f, "Two.", "group:board", false, &d), &f->err);
    assert_int_equal(d.version, 3); /* it is what a put with these labels makes */
}

/* ---- a collection that goes ---------------------------------------------------------------- */

static void delete_the_collection(kno_fixture *f, krn_call *call, void *remade)
{
    uint64_t seq;
    kno_collection c = {.name = ANC_STR("notes")};
    ASSERT_OK(kno_collection_delete(f->kno, call, c.name, &seq), call->err);
    if (*(bool *)remade)
        ASSERT_OK(kno_collection_create(f->kno, call, &c, &c), call->err);
}

/* It held what was private; made again it would be open to everybody. */
static void a_collection_that_was_deleted_meanwhile_stays_so(void **state)
{
    static const char *const texts[] = {"A text.", "@attach a.txt text/plain\nA text.\n\nAnother."};
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        kno_fixture f;
        kno_put_result r;
        fixture_open(&f);
        ASSERT_OK(fixture_put(&f, "first", "The first.", &r), &f.err);
        bool remade = i >= 2;
        fixture_meanwhile(&f, delete_the_collection, &remade);
        assert_int_equal(fixture_put(&f, "second", texts[i % 2], &r), ANC_NOT_FOUND);
        assert_non_null(strstr(f.err.text, "'notes' was deleted after this was asked for"));
        assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_collection WHERE dropped = 0"),
                         i >= 2);
        assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_document d JOIN kno_collection"
                                           " c ON c.id = d.collection_id WHERE c.dropped = 0"),
                         0);
        fixture_close(&f);
    }
}

/* What was asked for before the deletion is not for what has the name since. */
static void what_was_asked_for_before_the_deletion(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    uint64_t before = 0, after = 0, seq;
    ASSERT_OK(fixture_put(f, "first", "The first.", &r), &f->err);
    ASSERT_OK(kno_moment(f->kno, fixture_call(f), &before), &f->err);
    assert_true(before > 0);
    kno_document_input in = {.collection = ANC_STR("notes"),
                             .make_collection = true,
                             .asked = before,
                             .id = ANC_STR("second"),
                             .content = ANC_STR("The second.")};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    ASSERT_OK(kno_collection_delete(f->kno, fixture_call(f), ANC_STR("notes"), &seq), &f->err);
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_collection WHERE dropped = 0"), 0);
    ASSERT_OK(kno_moment(f->kno, fixture_call(f), &after), &f->err);
    in.asked = after;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    in.asked = before;
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_NOT_FOUND);
    in.collection = ANC_STR("others"); /* nobody deleted that */
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
}

/* ---- the same file -------------------------------------------------------------------------- */

static anc_status put_file(kno_fixture *f, krn_call *call, const char *id, const char *uri,
                           const char *text)
{
    anc_str settled = ANC_STR_NONE;
    kno_put_result r;
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = anc_str_of(id),
                                   .of_file = true,
                                   .settled_id = &settled,
                                   .uri = anc_str_of(uri),
                                   .source = ANC_STR("folder"),
                                   .name = anc_str_of(id),
                                   .content = anc_str_of(text)};
    ANC_TRY(kno_document_put(f->kno, call, &in, false, &r));
    assert_true(anc_str_eq(settled, r.document_id));
    return ANC_OK;
}

static void read_it_otherwise(kno_fixture *f, krn_call *call, void *text)
{
    ASSERT_OK(put_file(f, call, "sub/a.md", "/x/sub/a.md", text), call->err);
}

static void read_another(kno_fixture *f, krn_call *call, void *text)
{
    ASSERT_OK(put_file(f, call, "a.md", "/y/a.md", text), call->err);
}

static void a_file_that_two_read_at_once_is_one_document(void **state)
{
    kno_fixture *f = *state;
    char first[] = "First.", third[] = "Third.";
    fixture_meanwhile(f, read_it_otherwise, first);
    assert_int_equal(put_file(f, fixture_call(f), "a.md", "/x/sub/a.md", "Second."),
                     ANC_UNAVAILABLE);
    assert_true(f->other_came);
    ASSERT_OK(put_file(f, fixture_call(f), "a.md", "/x/sub/a.md", "Second."), &f->err);
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("sub/a.md"), &d),
              &f->err);
    assert_int_equal(d.version, 2);
    assert_int_equal(fixture_seen(f), 1);
    fixture_meanwhile(f, read_it_otherwise, third);
    ASSERT_OK(put_file(f, fixture_call(f), "a.md", "/x/sub/a.md", "Fourth."), &f->err);
    assert_true(f->other_came);
    assert_int_equal(fixture_seen(f), 1);
}

static void an_id_that_another_file_took_meanwhile_is_left_to_it(void **state)
{
    kno_fixture *f = *state;
    kno_document d;
    char text[] = "Of y.";
    fixture_meanwhile(f, read_another, text);
    assert_int_equal(put_file(f, fixture_call(f), "a.md", "/x/a.md", "Of x."), ANC_UNAVAILABLE);
    ASSERT_OK(put_file(f, fixture_call(f), "a.md", "/x/a.md", "Of x."), &f->err);
    assert_int_equal(fixture_seen(f), 2);
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a.md"), &d),
              &f->err);
    assert_string_equal(d.uri.ptr, "/y/a.md");
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("/x/a.md"), &d),
              &f->err);
}

/* Nothing is told, or taken away, of a document of the file that the caller may not see. */
static void what_the_caller_may_not_see_is_not_its_file(void **state)
{
    kno_fixture *f = *state;
    static const anc_str board[] = {ANC_STR_INIT("group:board")};
    kno_put_result r;
    const kno_document_input hidden = {.collection = ANC_STR("notes"),
                                       .make_collection = true,
                                       .id = ANC_STR("sub/a.md"),
                                       .uri = ANC_STR("/x/sub/a.md"),
                                       .source = ANC_STR("folder"),
                                       .acl = board,
                                       .n_acl = 1,
                                       .content = ANC_STR("Hidden.")};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &hidden, false, &r), &f->err);
    krn_call *call = fixture_call(f);
    for (int i = 0; i < 2; i++) {
        call = fixture_call(f);
        call->principal.is_admin = false;
        ASSERT_OK(put_file(f, call, "a.md", "/x/sub/a.md", "Seen."), &f->err);
        assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 2);
    }
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_may_read_stays),
        TEST(what_was_hidden_meanwhile_stays_hidden),
        cmocka_unit_test(a_collection_that_was_deleted_meanwhile_stays_so),
        TEST(what_was_asked_for_before_the_deletion),
        TEST(a_file_that_two_read_at_once_is_one_document),
        TEST(an_id_that_another_file_took_meanwhile_is_left_to_it),
        TEST(what_the_caller_may_not_see_is_not_its_file),
    };
    return cmocka_run_group_tests_name("put meanwhile", tests, NULL, NULL);
}
