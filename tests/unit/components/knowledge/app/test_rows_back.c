/* test_rows_back.c - the rows of a file come back with a version of it: restored, and put back by an import. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/test.h"

enum { MOST = 8 };

/* The rows that were handed out. */
typedef struct taken {
    anc_arena *mem;
    kno_row rows[MOST];
    size_t n;
} taken;

static anc_status take_row(void *arg, const kno_row *row, anc_err *err)
{
    taken *t = arg;
    (void)err;
    assert_true(t->n < MOST);
    const anc_str *from[] = {&row->made_for, &row->id,       &row->title, &row->uri,
                             &row->content,  &row->metadata, &row->source};
    kno_row *to = &t->rows[t->n++];
    anc_str *into[] = {&to->made_for, &to->id,       &to->title, &to->uri,
                       &to->content,  &to->metadata, &to->source};
    for (size_t i = 0; i < ANC_COUNT(from); i++) {
        *into[i] = anc_arena_copy(t->mem, *from[i]);
        assert_non_null(into[i]->ptr);
    }
    return ANC_OK;
}

static void put_rows(kno_fixture *f, const taken *t)
{
    kno_put_result ignored;
    for (size_t i = 0; i < t->n; i++) {
        const kno_document_input row = {.collection = ANC_STR("notes"),
                                        .id = t->rows[i].id,
                                        .title = t->rows[i].title,
                                        .uri = t->rows[i].uri,
                                        .content_type = ANC_STR("application/json"),
                                        .metadata = t->rows[i].metadata,
                                        .keeps_acl = true,
                                        .parent = ANC_STR("t.csv"),
                                        .made_for = t->rows[i].made_for,
                                        .content = t->rows[i].content};
        ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &row, false, &ignored), &f->err);
    }
}

/* With its rows, as the ingest component puts both. */
static kno_put_result put_file(kno_fixture *f, const char *content)
{
    taken t = {.mem = anc_arena_new(1 << 20)};
    const anc_str text_fields[] = {ANC_STR("what")};
    const kno_rows_wanted wanted = {.id_field = ANC_STR("code"),
                                    .text_fields = text_fields,
                                    .n_text_fields = 1,
                                    .on_row = take_row,
                                    .arg = &t};
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("t.csv"),
                                   .uri = ANC_STR("/in/t.csv"),
                                   .source = ANC_STR("folder"),
                                   .name = ANC_STR("t.csv"),
                                   .metadata = ANC_STR("{\"year\":2020}"),
                                   .content = anc_str_of(content),
                                   .rows = &wanted};
    kno_put_result r;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    put_rows(f, &t);
    anc_arena_free(t.mem);
    return r;
}

static const char first[] = "ROWS\ncode,what\nk1,Hinge\nk2,Latch\n";
static const char second[] = "ROWS\ncode,what\nk2,Latch of brass\nk3,Bolt\n";

static anc_status restore(kno_fixture *f, uint32_t number, kno_put_result *ret)
{
    return kno_version_restore(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), number,
                               0, ret);
}

/* The text of a document; "" when it is not there. */
static const char *text_of(kno_fixture *f, const char *id)
{
    static char out[200];
    kno_text text;
    out[0] = '\0';
    if (kno_text_open(f->kno, fixture_call(f), ANC_STR("notes"), anc_str_of(id), 0, &text) ==
        ANC_OK) {
        (void)snprintf(out, sizeof out, "%.*s", ANC_FMT(text.text));
        kno_text_close(f->kno, &text);
    }
    return out;
}

static void as_in_the_first(kno_fixture *f)
{
    assert_string_equal(text_of(f, "t.csv#k1"), "{\"what\":\"Hinge\"}");
    assert_string_equal(text_of(f, "t.csv#k2"), "{\"what\":\"Latch\"}");
    assert_string_equal(text_of(f, "t.csv#k3"), "");
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 3);
    assert_int_equal(put_file(f, first).status, KNO_UNCHANGED);
    fixture_check(f, true);
}

static void they_are_restored(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    (void)put_file(f, first);
    (void)put_file(f, second);
    assert_string_equal(text_of(f, "t.csv#k1"), "");
    ASSERT_OK(restore(f, 1, &r), &f->err);
    assert_true(r.status == KNO_UPDATED && r.version == 3);
    as_in_the_first(f);
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv#k1"), &d),
              &f->err);
    assert_true(
        anc_str_eq(d.metadata, ANC_STR("{\"year\":2020,\"code\":\"k1\",\"what\":\"Hinge\"}")));
    ASSERT_OK(restore(f, 1, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    ASSERT_OK(restore(f, 2, &r), &f->err);
    assert_string_equal(text_of(f, "t.csv#k1"), "");
    assert_string_equal(text_of(f, "t.csv#k2"), "{\"what\":\"Latch of brass\"}");
    assert_string_equal(text_of(f, "t.csv#k3"), "{\"what\":\"Bolt\"}");
}

/* Somebody else puts them, later. */
static void they_are_handed_out(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    taken t = {.mem = anc_arena_new(1 << 20)};
    const kno_rows_wanted to = {.on_row = take_row, .arg = &t};
    (void)put_file(f, first);
    (void)put_file(f, second);
    ASSERT_OK(kno_version_restore_handing_rows(f->kno, fixture_call(f), ANC_STR("notes"),
                                               ANC_STR("t.csv"), 1, 0, &to, &r),
              &f->err);
    assert_true(r.status == KNO_UPDATED && r.version == 3 && t.n == 2);
    assert_true(anc_str_eq(t.rows[0].source, ANC_STR("folder")));
    assert_string_equal(text_of(f, "t.csv#k1"), "");
    assert_string_equal(text_of(f, "t.csv#k3"), ""); /* the publication retired it */
    put_rows(f, &t);
    t.n = 0;
    ASSERT_OK(kno_version_restore_handing_rows(f->kno, fixture_call(f), ANC_STR("notes"),
                                               ANC_STR("t.csv"), 1, 0, &to, &r),
              &f->err);
    assert_true(r.status == KNO_UNCHANGED && t.n == 0);
    as_in_the_first(f);
    anc_arena_free(t.mem);
}

/* Of a version that is one document they go; of the version before it they come. */
static void as_one_document_they_go(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    (void)put_file(f, first);
    const kno_document_input plain = {
        .collection = ANC_STR("notes"), .id = ANC_STR("t.csv"), .content = ANC_STR("No table.")};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &plain, false, &r), &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 1);
    ASSERT_OK(restore(f, 1, &r), &f->err);
    as_in_the_first(f);
    ASSERT_OK(restore(f, 2, &r), &f->err);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 1);
}

/* What a failure left out comes when it is restored again. */
static void the_rest_comes_again(void **state)
{
    bool whole = false, told = false;
    (void)state;
    for (long n = 1; !whole; n++) {
        assert_true(n < 100);
        kno_fixture f;
        kno_put_result r;
        fixture_open(&f);
        (void)put_file(&f, first);
        (void)put_file(&f, second);
        f.commits_left = n;
        whole = restore(&f, 1, &r) == ANC_OK;
        told = told || strstr(f.err.text, "is current again, with 1 of its rows") != NULL;
        fixture_reopen(&f);
        ASSERT_OK(restore(&f, 1, &r), &f.err);
        (void)fixture_sweep(&f);
        as_in_the_first(&f);
        fixture_close(&f);
    }
    assert_true(told);
}

/* As an export has it: then the file need not be read again for its rows. */
static void put_back_the_file_is_complete(void **state)
{
    kno_fixture *f = *state;
    kno_fixture other;
    kno_document d;
    kno_put_result r;
    static const char *const ids[] = {"t.csv", "t.csv#k1", "t.csv#k2"};
    fixture_open(&other);
    (void)put_file(&other, first);
    for (size_t i = 0; i < ANC_COUNT(ids); i++) {
        kno_version *v = NULL;
        kno_text text;
        size_t n = 0;
        krn_call *call = fixture_call(&other);
        ASSERT_OK(kno_document_find(other.kno, call, ANC_STR("notes"), anc_str_of(ids[i]), &d),
                  &other.err);
        ASSERT_OK(
            kno_version_list(other.kno, call, ANC_STR("notes"), anc_str_of(ids[i]), 0, 1, &v, &n),
            &other.err);
        ASSERT_OK(kno_text_open(other.kno, call, ANC_STR("notes"), anc_str_of(ids[i]), 0, &text),
                  &other.err);
        assert_int_equal(d.made_for.len, i > 0 ? 64 : 0);
        const anc_str text_fields[] = {ANC_STR("what")};
        const kno_rows_wanted counted = {
            .id_field = ANC_STR("code"), .text_fields = text_fields, .n_text_fields = 1};
        const kno_past past = {.number = 1,
                               .created_ms = 1000,
                               .fingerprint = v->fingerprint,
                               .parent = d.parent,
                               .made_for = d.made_for};
        const kno_document_input in = {.collection = ANC_STR("notes"),
                                       .make_collection = true,
                                       .id = d.id,
                                       .title = d.title,
                                       .uri = d.uri,
                                       .name = d.file_name,
                                       .metadata = d.metadata,
                                       .content = i == 0 ? anc_str_of(first) : text.text,
                                       .rows = i == 0 ? &counted : NULL,
                                       .past = &past};
        ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
        kno_text_close(other.kno, &text);
    }
    fixture_close(&other);
    as_in_the_first(f);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version"), 3);
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("t.csv"), &d),
              &f->err);
    assert_non_null(strstr(d.found.ptr, "\"row_columns\":{\"value\":[\"code\",\"\",\"what\"]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_are_restored, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(they_are_handed_out, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(as_one_document_they_go, fixture_setup, fixture_teardown),
        cmocka_unit_test(the_rest_comes_again),
        cmocka_unit_test_setup_teardown(put_back_the_file_is_complete, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
