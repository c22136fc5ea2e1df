/* test_versions.c - versions listed, restored, expired, and originals read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

static const anc_str notes = ANC_STR_INIT("notes"), a_id = ANC_STR_INIT("a");

static kno_put_result put(kno_fixture *f, const char *title, const char *metadata, const char *text)
{
    const kno_document_input in = {.collection = notes,
                                   .make_collection = true,
                                   .id = a_id,
                                   .title = anc_str_of(title),
                                   .name = ANC_STR("a.txt"),
                                   .metadata = anc_str_of(metadata),
                                   .content = anc_str_of(text)};
    kno_put_result r;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    return r;
}

static size_t list(kno_fixture *f, uint32_t before, kno_version **ret)
{
    size_t n = 0;
    ASSERT_OK(kno_version_list(f->kno, fixture_call(f), notes, a_id, before, 100, ret, &n),
              &f->err);
    return n;
}

static void each_version_says_what_changed(void **state)
{
    kno_fixture *f = *state;
    ANC_BUF(text, 1 << 20);
    for (unsigned i = 0; i < 5; i++)
        text_paragraph(&text, i);
    (void)put(f, "First", "{}", text.ptr);
    (void)put(f, "First", "{\"year\":2020}", text.ptr);
    text_paragraph(&text, 6);
    const kno_put_result third = put(f, "First", "{\"year\":2020}", text.ptr);
    (void)put(f, "Second", "{\"year\":2020}", text.ptr);
    kno_version *v = NULL;
    assert_int_equal(list(f, 0, &v), 4);
    assert_true(v[0].number == 4 && v[0].current && v[0].title_changed && !v[0].content_changed);
    assert_int_equal(v[0].chunks_kept, 0); /* the title line is part of each */
    assert_true(v[1].number == 3 && !v[1].current && v[1].content_changed && !v[1].title_changed);
    assert_int_equal(v[1].chunks_added, 1);
    assert_int_equal(v[1].chunks_removed, 0);
    assert_int_equal(v[1].chunks_kept, third.chunks - 1);
    assert_true(v[2].metadata_changed && !v[2].content_changed && v[2].chunks_added == 0);
    assert_string_equal(v[2].metadata.ptr, "{\"year\":2020}");
    assert_true(!v[3].metadata_changed && !v[3].content_changed && !v[3].title_changed);
    assert_string_equal(v[3].file_name.ptr, "a.txt");
    assert_int_equal(list(f, 3, &v), 2);
    assert_int_equal(v[0].number, 2);
}

static void an_old_version_comes_back(void **state)
{
    kno_fixture *f = *state;
    (void)put(f, "First", "{\"n\":1}", "# One\n\nThe first text.");
    (void)put(f, "Second", "{\"n\":2}", "# Two\n\nThe second text.");
    const uint64_t embedded = f->emb.embedded;
    kno_put_result r;
    ASSERT_OK(kno_version_restore(f->kno, fixture_call(f), notes, a_id, 1, 0, &r), &f->err);
    assert_int_equal(r.status, KNO_UPDATED);
    assert_int_equal(r.version, 3);
    assert_true(r.change_seq > 0);
    assert_int_equal(f->emb.embedded, embedded);
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), notes, a_id, &d), &f->err);
    assert_string_equal(d.title.ptr, "First");
    assert_string_equal(d.metadata.ptr, "{\"n\":1}");
    kno_version *v = NULL;
    assert_int_equal(list(f, 0, &v), 3);
    assert_int_equal(v[0].restored_from, 1);
    assert_true(v[0].content_changed && v[0].title_changed && v[0].metadata_changed);
    /* what it repeats is what its source would put */
    r = put(f, "First", "{\"n\":1}", "# One\n\nThe first text.");
    assert_int_equal(r.status, KNO_UNCHANGED);
    ASSERT_OK(kno_version_restore(f->kno, fixture_call(f), notes, a_id, 1, 0, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    assert_int_equal(r.version, 3);
    assert_int_equal(kno_version_restore(f->kno, fixture_call(f), notes, a_id, 9, 0, &r),
                     ANC_NOT_FOUND);
    assert_int_equal(kno_version_restore(f->kno, fixture_call(f), notes, a_id, 2, 2, &r),
                     ANC_CONFLICT);
    assert_non_null(strstr(f->err.text, "at version 3, not at 2"));
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
}

static void nothing_becomes_public_by_going_back(void **state)
{
    kno_fixture *f = *state;
    const anc_str secret[] = {ANC_STR("group:board")};
    (void)put(f, "First", "{}", "The first text.");
    const kno_document_input in = {.collection = notes,
                                   .id = a_id,
                                   .title = ANC_STR("Second"),
                                   .acl = secret,
                                   .n_acl = 1,
                                   .content = ANC_STR("The second text.")};
    kno_put_result r;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    kno_version *v = NULL;
    assert_int_equal(list(f, 0, &v), 2);
    assert_true(v[0].acl_changed && v[0].n_acl == 1 && v[1].n_acl == 0);
    ASSERT_OK(kno_version_restore(f->kno, fixture_call(f), notes, a_id, 1, 0, &r), &f->err);
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), notes, a_id, &d), &f->err);
    assert_string_equal(d.acl[0].ptr, "group:board");
    /* the same bytes without labels are another document than this one */
    r = put(f, "First", "{}", "The first text.");
    assert_int_equal(r.status, KNO_UPDATED);
}

static void a_restored_version_gets_vectors_of_the_present_model(void **state)
{
    kno_fixture *f = *state;
    (void)put(f, "First", "{}", "The first text.");
    (void)put(f, "Second", "{}", "The second text.");
    f->emb.revision = "fake@2";
    kno_put_result r;
    ASSERT_OK(kno_version_restore(f->kno, fixture_call(f), notes, a_id, 1, 0, &r), &f->err);
    assert_int_equal(r.embedded, r.chunks);
    f->emb.revision = "fake@1";
}

static void only_the_newest_are_kept(void **state)
{
    kno_fixture *f = *state;
    f->options.keep_versions = 3;
    fixture_reopen(f);
    char text[64];
    for (int i = 0; i < 6; i++) {
        (void)snprintf(text, sizeof text, "Text number %d.", i);
        (void)put(f, "T", "{}", text);
    }
    kno_version *v = NULL;
    assert_int_equal(list(f, 0, &v), 3);
    assert_int_equal(v[2].number, 4);
    kno_text gone;
    assert_int_equal(kno_text_open(f->kno, fixture_call(f), notes, a_id, 2, &gone), ANC_NOT_FOUND);
    assert_non_null(strstr(f->err.text, "version 2"));
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
    assert_int_equal(fixture_objects(f), 3);
    f->options.keep_versions = 1; /* fewer than before: the first sweep sees to it */
    fixture_reopen(f);
    assert_true(fixture_sweep(f));
    assert_int_equal(list(f, 0, &v), 1);
    assert_int_equal(fixture_objects(f), 1);
    fixture_check(f, true);
}

static void set_chunk_tokens(kno_fixture *f, uint32_t tokens)
{
    kno_collection c;
    ASSERT_OK(kno_collection_find(f->kno, fixture_call(f), notes, &c), &f->err);
    c.chunk_tokens = tokens;
    const kno_collection_set set = {.chunk_tokens = true};
    ASSERT_OK(kno_collection_update(f->kno, &f->call, &c, &set, &c), &f->err);
    assert_true(fixture_recut(f));
}

/* What the user made stays, however often the settings change. */
static void versions_that_are_only_cut_again_do_not_count(void **state)
{
    kno_fixture *f = *state;
    f->options.keep_versions = 5;
    fixture_reopen(f);
    ANC_BUF(text, 1 << 20);
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned j = 0; j < 4; j++)
            text_paragraph(&text, 10 * i + j);
        (void)put(f, "T", "{}", text.ptr);
    }
    for (uint32_t i = 0; i < 12; i++)
        set_chunk_tokens(f, i % 2 == 0 ? 32 : 64);
    kno_version *v = NULL;
    assert_int_equal(list(f, 0, &v), 6);
    assert_true(v[0].number == 17 && v[0].cut_again && !v[0].content_changed);
    for (uint32_t i = 1; i < 6; i++)
        assert_true(v[i].number == 6 - i && !v[i].cut_again);
    assert_true(fixture_sweep(f));
    assert_int_equal(fixture_objects(f), 10); /* originals and texts */
    kno_put_result r;
    ASSERT_OK(kno_version_restore(f->kno, fixture_call(f), notes, a_id, 1, 0, &r), &f->err);
    assert_int_equal(r.version, 18);
    set_chunk_tokens(f, 48);
    assert_int_equal(list(f, 0, &v), 7); /* 19, 18, 17, 5, 4, 3, 2: 17 and 19 are cut again alone */
    assert_true(v[0].cut_again && v[2].cut_again && v[6].number == 2);
    f->options.keep_versions = 1; /* the current one and what it was cut from */
    fixture_reopen(f);
    assert_true(fixture_sweep(f));
    assert_int_equal(list(f, 0, &v), 2);
    assert_true(v[0].number == 19 && v[1].number == 18);
    fixture_check(f, true);
}

/* Between the commit of a version and its coming into the index the one before it is what is found. */
static void what_is_still_shown_stays(void **state)
{
    kno_fixture *f = *state;
    f->options.keep_versions = 1;
    f->options.is_followed = true;
    fixture_reopen(f);
    kno_version *v = NULL;
    uint64_t seq[4];
    char text[64];
    for (int i = 0; i < 4; i++) {
        (void)snprintf(text, sizeof text, "Text number %d.", i);
        seq[i] = put(f, "T", "{}", text).change_seq;
    }
    assert_int_equal(list(f, 0, &v), 4); /* who knows what is shown */
    kno_shown(f->kno, seq[1]);
    kno_chunk chunk;
    const kno_chunk_ref shown = {.collection = notes, .document_id = a_id, .version = 2};
    (void)put(f, "T", "{}", "One more.");
    assert_int_equal(list(f, 0, &v), 4);
    assert_true(fixture_sweep(f));
    ASSERT_OK(kno_chunks_fetch(f->kno, fixture_call(f), &shown, 1, &chunk), &f->err);
    assert_non_null(chunk.text.ptr);
    kno_shown(f->kno, seq[0]); /* it never goes back */
    assert_true(fixture_sweep(f));
    assert_int_equal(list(f, 0, &v), 4);
    kno_shown(f->kno, seq[3] + 100);
    assert_true(fixture_sweep(f));
    assert_int_equal(list(f, 0, &v), 1);
    assert_int_equal(fixture_objects(f), 1);
    fixture_check(f, true);
}

static void who_expects_another_version_is_told(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document_input in = {.collection = notes,
                             .make_collection = true,
                             .id = a_id,
                             .content = ANC_STR("One."),
                             .expected_version = 1};
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_CONFLICT);
    in.expected_version = 0;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    in.content = ANC_STR("Two.");
    in.expected_version = 1;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_CONFLICT);
    assert_string_equal(f->err.pointer, "/expected_version");
}

static void originals_and_texts_of_every_version(void **state)
{
    kno_fixture *f = *state;
    (void)put(f, "", "{}", "# One\n\nThe first text.");
    (void)put(f, "", "{}", "# Two\n\nThe second text.");
    kno_raw raw;
    kno_document d;
    krn_call *call = fixture_call(f);
    ASSERT_OK(kno_document_find_at(f->kno, call, notes, a_id, 1, &d), &f->err);
    ASSERT_OK(kno_raw_open(f->kno, call, &d, false, &raw), &f->err);
    assert_true(anc_str_eq(raw.bytes, ANC_STR("# One\n\nThe first text.")));
    assert_string_equal(d.file_name.ptr, "a.txt");
    assert_int_equal(d.version, 1);
    kno_raw_close(f->kno, &raw);
    call = fixture_call(f);
    ASSERT_OK(kno_document_find_at(f->kno, call, notes, a_id, 0, &d), &f->err);
    ASSERT_OK(kno_raw_open(f->kno, call, &d, true, &raw), &f->err);
    assert_true(anc_str_eq(raw.bytes, ANC_STR("# Two\n\nThe second text.")));
    kno_raw_close(f->kno, &raw);
    ASSERT_OK(kno_document_find_at(f->kno, fixture_call(f), notes, a_id, 1, &d), &f->err);
    assert_string_equal(d.title.ptr, "One");
    kno_chunk *chunks = NULL;
    size_t n = 0;
    ASSERT_OK(kno_chunk_list(f->kno, fixture_call(f), notes, a_id, 1, 0, 10, &chunks, &n), &f->err);
    assert_string_equal(chunks[0].id.ptr, "a.1.0");
    assert_int_equal(kno_document_find_at(f->kno, fixture_call(f), notes, a_id, 3, &d),
                     ANC_NOT_FOUND);
}

static anc_status put_back(kno_fixture *f, const kno_past *past, const char *title,
                           const char *text, kno_put_result *ret)
{
    const kno_document_input in = {.collection = notes,
                                   .make_collection = true,
                                   .id = a_id,
                                   .title = anc_str_of(title),
                                   .content = anc_str_of(text),
                                   .past = past};
    return kno_document_put(f->kno, fixture_call(f), &in, false, ret);
}

#define PRINT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void a_version_of_another_folder_is_put_back(void **state)
{
    kno_fixture *f = *state;
    kno_past past = {.number = 3,
                     .created_ms = 3000,
                     .document_created_ms = 1000,
                     .fingerprint = ANC_STR(PRINT),
                     .compared = true,
                     .title_changed = true,
                     .counted = true,
                     .chunks_added = 7};
    kno_put_result r;
    ASSERT_OK(put_back(f, &past, "Three", "The text of then.", &r), &f->err);
    assert_true(r.status == KNO_CREATED && r.version == 3);
    ASSERT_OK(put_back(f, &past, "Three", "The text of then.", &r), &f->err);
    assert_true(r.status == KNO_UNCHANGED && r.version == 3 && r.chunks == 1);
    past.fingerprint = ANC_STR("5");
    assert_int_equal(put_back(f, &past, "Three", "Other.", &r), ANC_INVALID);
    past.fingerprint = ANC_STR_NONE;
    assert_int_equal(put_back(f, &past, "Three", "Other.", &r), ANC_CONFLICT);
    assert_non_null(strstr(f->err.text, "another version 3"));
    past = (kno_past){.number = 5, .created_ms = 5000, .restored_from = 3};
    ASSERT_OK(put_back(f, &past, "Five", "The text of now.", &r), &f->err);
    assert_true(r.status == KNO_UPDATED && r.version == 5);
    past.number = 4; /* had, and kept no more */
    ASSERT_OK(put_back(f, &past, "Four", "Gone.", &r), &f->err);
    assert_true(r.status == KNO_UNCHANGED && r.version == 4);
    kno_version *v = NULL;
    assert_int_equal(list(f, 0, &v), 2);
    assert_true(v[0].number == 5 && v[0].created_ms == 5000 && v[0].restored_from == 3);
    assert_true(v[0].content_changed && v[0].title_changed && v[0].counted);
    assert_true(v[1].number == 3 && v[1].created_ms == 3000 && v[1].title_changed);
    assert_true(v[1].chunks_added == 7 && !v[1].content_changed);
    assert_string_equal(v[1].fingerprint.ptr, PRINT);
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), notes, a_id, &d), &f->err);
    assert_true(d.created_ms == 1000 && d.updated_ms == 5000);
    assert_int_equal(put(f, "Six", "{}", "The text of today.").version, 6);
}

/* What its source puts again is unchanged, though the title came from the text then. */
static void a_version_that_was_put_back_is_known_to_its_source(void **state)
{
    kno_fixture *f = *state;
    (void)put(f, "", "{\"n\":1}", "# One\n\nThe first text.");
    kno_version *v = NULL;
    assert_int_equal(list(f, 0, &v), 1);
    char print[65];
    (void)snprintf(print, sizeof print, "%s", v[0].fingerprint.ptr);
    uint64_t seq = 0;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), notes, a_id, &seq), &f->err);
    const kno_past past = {.number = 1, .created_ms = 1, .fingerprint = anc_str_of(print)};
    kno_put_result r;
    ASSERT_OK(put_back(f, &past, "One", "# One\n\nThe first text.", &r), &f->err);
    assert_int_equal(put(f, "", "{\"n\":1}", "# One\n\nThe first text.").status, KNO_UNCHANGED);
}

/* ---- what events have of a text ---- */

static void events_have_the_text_where_it_is_asked_for(void **state)
{
    kno_fixture *f = *state;
    ANC_BUF(long_text, KNO_TOLD_BYTES + 100);
    (void)put(f, "T", "{}", "A first text.");
    assert_string_equal(f->told, "");
    f->options.tell_content = true;
    fixture_reopen(f);
    (void)put(f, "T", "{}", "Another text.");
    assert_non_null(strstr(f->told, "Another text."));
    (void)put(f, "T", "{\"a\":1}", "Another text."); /* the text is as it was */
    assert_string_equal(f->told, "");
    while (long_text.len <= KNO_TOLD_BYTES)
        (void)anc_buf_add(&long_text, ANC_STR("Word after word.\n\n"));
    (void)put(f, "T", "{}", long_text.ptr);
    assert_string_equal(f->told, "");
    anc_buf_clear(&long_text); /* short, but not as it stands in JSON */
    while (long_text.len <= KNO_TOLD_BYTES * 2 / 3)
        (void)anc_buf_add(&long_text, ANC_STR("\"\"\"\"\"\"\"\"\"\" said he.\n\n"));
    (void)put(f, "T", "{}", long_text.ptr);
    assert_string_equal(f->told, "");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_version_says_what_changed),
        TEST(an_old_version_comes_back),
        TEST(nothing_becomes_public_by_going_back),
        TEST(a_restored_version_gets_vectors_of_the_present_model),
        TEST(only_the_newest_are_kept),
        TEST(versions_that_are_only_cut_again_do_not_count),
        TEST(what_is_still_shown_stays),
        TEST(who_expects_another_version_is_told),
        TEST(a_version_of_another_folder_is_put_back),
        TEST(a_version_that_was_put_back_is_known_to_its_source),
        TEST(originals_and_texts_of_every_version),
        TEST(events_have_the_text_where_it_is_asked_for),
    };
    return cmocka_run_group_tests_name("versions", tests, NULL, NULL);
}
