/* test_read.c - collections, lists, old versions, access, and what projections read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "support/knowledge_fixture.h"
#include "support/test.h"

static const char story[] = "# The lighthouse\n\nThe lamp was lit at dusk.\n\nThe keeper slept.";

static kno_put_result put(kno_fixture *f, const char *collection, const char *id, const char *title,
                          const char *text)
{
    kno_put_result r = {0};
    const kno_document_input in = {.collection = anc_str_of(collection),
                                   .make_collection = true,
                                   .id = anc_str_of(id),
                                   .title = anc_str_of(title),
                                   .content = anc_str_of(text)};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    return r;
}

static void collection_life(void **state)
{
    kno_fixture *f = *state;
    krn_call *call = fixture_call(f);
    const kno_collection wanted = {.name = ANC_STR("law"), .description = ANC_STR("statutes")};
    kno_collection c;
    ASSERT_OK(kno_collection_create(f->kno, call, &wanted, &c), &f->err);
    assert_string_equal(c.language.ptr, "auto");
    assert_int_equal(c.n_acl, 1);
    assert_string_equal(c.acl[0].ptr, "public");
    assert_int_equal(kno_collection_create(f->kno, fixture_call(f), &wanted, &c), ANC_CONFLICT);

    kno_collection_set set = {.language = true, .chunk_tokens = true};
    kno_collection change = {.name = ANC_STR("law"), .language = ANC_STR("fr"), .chunk_tokens = 40};
    ASSERT_OK(kno_collection_update(f->kno, fixture_call(f), &change, &set, &c), &f->err);
    assert_string_equal(c.language.ptr, "fr");
    assert_int_equal(c.chunk_tokens, 40);
    (void)put(f, "law", "a", "", story);
    change.description = ANC_STR("codes");
    change.language = ANC_STR("de");
    set = (kno_collection_set){.description = true};
    ASSERT_OK(kno_collection_update(f->kno, fixture_call(f), &change, &set, &c), &f->err);
    assert_int_equal(c.documents, 1);
    assert_string_equal(c.description.ptr, "codes");
    assert_string_equal(c.language.ptr, "fr");
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("law"), ANC_STR("a"), &d),
              &f->err);
    assert_string_equal(d.language.ptr, "fr");

    uint64_t seq = 0;
    ASSERT_OK(kno_collection_delete(f->kno, fixture_call(f), ANC_STR("law"), &seq), &f->err);
    assert_true(seq > 0);
    assert_int_equal(kno_collection_find(f->kno, fixture_call(f), ANC_STR("law"), &c),
                     ANC_NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_collection"), 0);
    assert_int_equal(fixture_objects(f), 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_event WHERE type = 2"), 1);
    fixture_check(f, true);
}

static const struct bad_collection {
    const char *name;
    kno_collection wanted;
} bad_collections[] = {
    {"no name", {.name = ANC_STR_INIT("")}},
    {"capitals", {.name = ANC_STR_INIT("Law")}},
    {"language", {.name = ANC_STR_INIT("law"), .language = ANC_STR_INIT("French")}},
    {"chunk too small", {.name = ANC_STR_INIT("law"), .chunk_tokens = 31}},
    {"chunk past the window", {.name = ANC_STR_INIT("law"), .chunk_tokens = 65}},
    {"overlap", {.name = ANC_STR_INIT("law"), .overlap_sentences = 5}},
};

static void bad_collection_is_refused(void **state)
{
    const struct bad_collection *row = *state;
    kno_fixture f;
    fixture_open(&f);
    kno_collection c;
    assert_int_equal(kno_collection_create(f.kno, fixture_call(&f), &row->wanted, &c), ANC_INVALID);
    assert_true(f.err.pointer[0] == '/');
    fixture_close(&f);
}

static void old_versions_can_be_cited(void **state)
{
    kno_fixture *f = *state;
    (void)put(f, "notes", "a", "T", "The first text of all.");
    (void)put(f, "notes", "a", "T", "Another one came later.");
    const kno_chunk_ref refs[] = {
        {ANC_STR("notes"), ANC_STR("a"), 1, 0},
        {ANC_STR("notes"), ANC_STR("a"), 2, 0},
        {ANC_STR("notes"), ANC_STR("a"), 3, 0},
        {ANC_STR("notes"), ANC_STR("b"), 1, 0},
    };
    kno_chunk chunks[4];
    ASSERT_OK(kno_chunks_fetch(f->kno, fixture_call(f), refs, 4, chunks), &f->err);
    assert_string_equal(chunks[0].text.ptr, "The first text of all.");
    assert_string_equal(chunks[1].text.ptr, "Another one came later.");
    assert_string_equal(chunks[1].id.ptr, "a.2.0");
    assert_null(chunks[2].text.ptr);
    assert_null(chunks[3].text.ptr);
    kno_text text;
    ASSERT_OK(kno_text_open(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"), 1, &text),
              &f->err);
    assert_true(anc_str_eq(text.text, ANC_STR("The first text of all.")));
    kno_text_close(f->kno, &text);
    assert_int_equal(
        kno_text_open(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"), 9, &text),
        ANC_NOT_FOUND);
}

static size_t list(kno_fixture *f, const char *collection, const char *q, const char *after,
                   size_t limit, kno_document **ret)
{
    size_t n = 0;
    ASSERT_OK(kno_document_list(f->kno, fixture_call(f), anc_str_of(collection), anc_str_of(q),
                                anc_str_of(after), limit, ret, &n),
              &f->err);
    return n;
}

static void lists_are_paged_and_searched(void **state)
{
    kno_fixture *f = *state;
    (void)put(f, "aa", "1", "Été à la mer", "x");
    (void)put(f, "aa", "2", "Winter", "x");
    (void)put(f, "bb", "1", "Spring", "x");
    kno_document *d = NULL;
    assert_int_equal(list(f, "", "", "", 2, &d), 2);
    assert_string_equal(d[1].id.ptr, "2");
    assert_int_equal(list(f, "", "", "aa\n2", 2, &d), 1);
    assert_string_equal(d[0].collection.ptr, "bb");
    assert_int_equal(list(f, "aa", "", "1", 10, &d), 1);
    assert_string_equal(d[0].title.ptr, "Winter");
    assert_int_equal(list(f, "", "ÉTÉ", "", 10, &d), 1);
    assert_string_equal(d[0].id.ptr, "1");
    assert_int_equal(list(f, "bb", "winter", "", 10, &d), 0);
}

static krn_call *as(kno_fixture *f, const char *second_label)
{
    krn_call *call = fixture_call(f);
    f->labels[2] = ANC_STR("public");
    f->labels[3] = anc_str_of(second_label);
    call->principal.labels = f->labels + 2;
    call->principal.is_admin = false;
    return call;
}

static void labels_decide_who_sees_what(void **state)
{
    kno_fixture *f = *state;
    const anc_str secret[] = {ANC_STR("group:board")};
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("secret"),
                                   .acl = secret,
                                   .n_acl = 1,
                                   .content = anc_str_of(story)};
    (void)put(f, "notes", "open", "", story);
    kno_put_result r;
    ASSERT_OK(kno_document_put(f->kno, as(f, "group:board"), &in, false, &r), &f->err);
    kno_document d, *all = NULL;
    size_t n = 0;
    assert_int_equal(kno_document_find(f->kno, as(f, "user:x"), in.collection, in.id, &d),
                     ANC_NOT_FOUND);
    ASSERT_OK(kno_document_find(f->kno, as(f, "group:board"), in.collection, in.id, &d), &f->err);
    assert_string_equal(d.acl[0].ptr, "group:board");
    ASSERT_OK(kno_document_list(f->kno, as(f, "user:x"), in.collection, ANC_STR_NONE, ANC_STR_NONE,
                                10, &all, &n),
              &f->err);
    assert_int_equal(n, 1);
    const kno_chunk_ref ref = {in.collection, in.id, 1, 0};
    kno_chunk chunk;
    ASSERT_OK(kno_chunks_fetch(f->kno, as(f, "user:x"), &ref, 1, &chunk), &f->err);
    assert_null(chunk.text.ptr);
    ASSERT_OK(kno_chunks_fetch(f->kno, as(f, "group:board"), &ref, 1, &chunk), &f->err);
    assert_non_null(chunk.text.ptr);
    assert_int_equal(kno_document_put(f->kno, as(f, "user:x"), &in, false, &r), ANC_FORBIDDEN);
    uint64_t seq;
    assert_int_equal(kno_document_delete(f->kno, as(f, "user:x"), in.collection, in.id, &seq),
                     ANC_NOT_FOUND);
    kno_indexable x;
    ASSERT_OK(
        kno_indexable_read(f->kno, as(f, "user:x"), in.collection, in.id, ANC_STR("fake@1"), &x),
        &f->err);
    assert_int_equal(x.n_acl, 1);
    assert_string_equal(x.acl[0].ptr, "group:board");
}

/* The owner manages what carries labels that it does not hold, and is not answered from it. */
static void the_owner_locks_nothing_away(void **state)
{
    kno_fixture *f = *state;
    const anc_str board[] = {ANC_STR("group:board")};
    const kno_collection wanted = {.name = ANC_STR("board"), .acl = board, .n_acl = 1};
    kno_collection c, *collections = NULL;
    ASSERT_OK(kno_collection_create(f->kno, fixture_call(f), &wanted, &c), &f->err);
    kno_document_input in = {
        .collection = wanted.name, .id = ANC_STR("x"), .content = anc_str_of(story)};
    kno_put_result r;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    const kno_chunk_ref ref = {in.collection, in.id, 1, 0};
    kno_chunk chunk;
    ASSERT_OK(kno_chunks_fetch(f->kno, fixture_call(f), &ref, 1, &chunk), &f->err);
    assert_null(chunk.text.ptr);

    kno_document d, *all = NULL;
    size_t n = 0;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), in.collection, in.id, &d), &f->err);
    ASSERT_OK(kno_document_list(f->kno, fixture_call(f), ANC_STR_NONE, ANC_STR_NONE, ANC_STR_NONE,
                                10, &all, &n),
              &f->err);
    assert_int_equal(n, 1);
    ASSERT_OK(kno_collection_list(f->kno, fixture_call(f), ANC_STR_NONE, 10, &collections, &n),
              &f->err);
    assert_int_equal(n, 1);
    in.content = ANC_STR("Another text.");
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_int_equal(r.version, 2);
    uint64_t seq;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), in.collection, in.id, &seq), &f->err);
    ASSERT_OK(kno_collection_delete(f->kno, fixture_call(f), in.collection, &seq), &f->err);
}

static void a_hidden_collection(void **state)
{
    kno_fixture *f = *state;
    const anc_str board[] = {ANC_STR("group:board")};
    const kno_collection wanted = {.name = ANC_STR("board"), .acl = board, .n_acl = 1};
    kno_collection c, *all = NULL;
    size_t n = 9;
    ASSERT_OK(kno_collection_create(f->kno, as(f, "group:board"), &wanted, &c), &f->err);
    assert_int_equal(kno_collection_find(f->kno, as(f, "user:x"), wanted.name, &c), ANC_NOT_FOUND);
    ASSERT_OK(kno_collection_list(f->kno, as(f, "user:x"), ANC_STR_NONE, 10, &all, &n), &f->err);
    assert_int_equal(n, 0);
    ASSERT_OK(kno_collection_list(f->kno, as(f, "group:board"), ANC_STR_NONE, 10, &all, &n),
              &f->err);
    assert_int_equal(n, 1);
    const kno_document_input in = {.collection = wanted.name, .content = anc_str_of(story)};
    kno_put_result r;
    assert_int_equal(kno_document_put(f->kno, as(f, "user:x"), &in, false, &r), ANC_NOT_FOUND);
}

static void a_projection_reads_unit_vectors(void **state)
{
    kno_fixture *f = *state;
    const kno_put_result r = put(f, "notes", "a", "", story);
    kno_indexable x;
    ASSERT_OK(kno_indexable_read(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"),
                                 ANC_STR("fake@1"), &x),
              &f->err);
    assert_int_equal(x.n_chunks, r.chunks);
    assert_int_equal(x.dims, 8);
    assert_string_equal(x.model.ptr, "fake@1");
    for (size_t i = 0; i < x.n_chunks; i++) {
        double sum = 0;
        for (uint32_t d = 0; d < x.dims; d++)
            sum += (double)x.vectors[i * x.dims + d] * (double)x.vectors[i * x.dims + d];
        assert_true(fabs(sum - 1) < 1e-5);
    }
    ASSERT_OK(kno_indexable_read(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"),
                                 ANC_STR("other@2"), &x),
              &f->err);
    assert_null(x.vectors);
    assert_string_equal(x.model.ptr, "other@2");
    assert_int_equal(x.dims, 0);
    assert_int_equal(kno_indexable_read(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("b"),
                                        ANC_STR("fake@1"), &x),
                     ANC_NOT_FOUND);
}

static void statistics(void **state)
{
    kno_fixture *f = *state;
    (void)put(f, "notes", "a", "",
              "The keeper of the lighthouse was sleeping and the lamp was out.");
    (void)put(f, "notes", "b", "",
              "Le gardien du phare dormait et la lampe était éteinte depuis hier.");
    kno_stats_row *rows = NULL;
    size_t n = 0;
    ASSERT_OK(kno_stats(f->kno, fixture_call(f), &rows, &n), &f->err);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].documents, 2);
    assert_int_equal(rows[0].versions, 2);
    assert_string_equal(rows[0].languages.ptr, "{\"en\":1,\"fr\":1}");
}

/* ---- background ---------------------------------------------------------------------------- */

/* Nothing is left to do; it looks again later, since nobody wakes it. */
static void assert_backfill_idles(kno_fixture *f)
{
    int64_t now = 0, next = 0;
    for (int i = 0; i < 100 && (next == now || next == now + KNO_CHANGING_NS); i++) {
        now = os_mono_ns();
        next = kno_backfill_step(f->kno, now);
    }
    assert_int_equal(next, now + KNO_BACKFILL_IDLE_NS);
}

static void vectors_come_later(void **state)
{
    kno_fixture *f = *state;
    f->emb.available = false;
    const kno_put_result r = put(f, "notes", "a", "", story);
    assert_int_equal(r.embedded, 0);
    kno_indexable x;
    ASSERT_OK(kno_indexable_read(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"),
                                 ANC_STR("fake@1"), &x),
              &f->err);
    assert_null(x.vectors);
    assert_backfill_idles(f);

    f->emb.available = true;
    assert_backfill_idles(f);
    ASSERT_OK(kno_indexable_read(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"),
                                 ANC_STR("fake@1"), &x),
              &f->err);
    assert_non_null(x.vectors);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_change WHERE op = 0"), 2);
    kno_collection c;
    ASSERT_OK(kno_collection_find(f->kno, fixture_call(f), ANC_STR("notes"), &c), &f->err);
    assert_string_equal(c.model.ptr, "fake@1");
    const uint64_t embedded = f->emb.embedded;
    assert_backfill_idles(f);
    assert_int_equal(f->emb.embedded, embedded);
}

static void another_model_fills_in_for_all(void **state)
{
    kno_fixture *f = *state;
    for (char id[] = "a"; id[0] <= 't'; id[0]++)
        (void)put(f, "notes", id, "", id);
    f->emb.revision = "fake@2";
    assert_true(fixture_settle(f));
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_vector"), 40);
    f->emb.revision = "fake@1";
}

static void a_failing_model_is_tried_again(void **state)
{
    kno_fixture *f = *state;
    f->emb.available = false;
    (void)put(f, "notes", "a", "", story);
    f->emb.available = f->emb.fails = true;
    assert_false(fixture_backfill(f));
    f->emb.fails = false;
    assert_backfill_idles(f);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document WHERE model_id > 0"), 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

static char *object_path(kno_fixture *f, const char *id, char out[512])
{
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("c"), anc_str_of(id), &d),
              &f->err);
    (void)snprintf(out, 512, "%s/raw/%.2s/%.*s", f->folder, d.content_sha256.ptr,
                   ANC_FMT(d.content_sha256));
    return out;
}

static void fetch_two(kno_fixture *f, kno_chunk chunks[2])
{
    const kno_chunk_ref refs[] = {{ANC_STR("c"), ANC_STR("hurt"), 1, 0},
                                  {ANC_STR("c"), ANC_STR("well"), 1, 0}};
    ASSERT_OK(kno_chunks_fetch(f->kno, fixture_call(f), refs, 2, chunks), &f->err);
    assert_true(chunks[1].text.len > 0 && chunks[1].trouble.ptr == NULL);
}

/* `word`: what is told of the file. */
static void expect_unreadable(kno_fixture *f, const char *word)
{
    ANC_BUF(told, 1024);
    kno_chunk chunks[2];
    kno_raw raw;
    fetch_two(f, chunks);
    assert_null(chunks[0].text.ptr);
    assert_non_null(strstr(chunks[0].trouble.ptr, "'hurt' of the collection 'c'"));
    assert_non_null(strstr(chunks[0].trouble.ptr, word));
    assert_non_null(strstr(chunks[0].trouble.ptr, "put the document again"));
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), ANC_STR("c"), ANC_STR("hurt"), &d),
              &f->err);
    assert_int_equal(kno_raw_open(f->kno, &f->call, &d, true, &raw), ANC_CORRUPT);
    assert_non_null(strstr(f->err.text, "'hurt'"));
    assert_non_null(strstr(f->err.text, word));
    assert_int_equal(kno_unreadable_tell(f->kno, true, &told), 1);
    assert_non_null(strstr(told.ptr, "'hurt' of the collection 'c'"));
    anc_buf_clear(&told);
    assert_int_equal(kno_unreadable_tell(f->kno, false, &told), 1);
    assert_true(anc_str_starts(anc_buf_view(&told), ANC_STR("1 cannot be read")));
    assert_null(strstr(told.ptr, "hurt"));
}

static void expect_readable(kno_fixture *f)
{
    ANC_BUF(told, 1024);
    kno_chunk chunks[2];
    assert_int_equal(kno_unreadable_tell(f->kno, true, &told), 0);
    fetch_two(f, chunks);
    assert_true(chunks[0].text.len > 0 && chunks[0].trouble.ptr == NULL);
}

static void a_damaged_or_missing_file_is_told_until_it_is_mended(void **state)
{
    static const char text[] = "The gate code is 5511.", spoilt[] = "The gate code is 5512.";
    kno_fixture *f = *state;
    char path[512];
    (void)put(f, "c", "hurt", "", text);
    (void)put(f, "c", "well", "", story);
    expect_readable(f);
    (void)object_path(f, "hurt", path);

    assert_int_equal(remove(path), 0);
    expect_unreadable(f, "is missing");
    (void)kno_unreadable_step(f->kno, 0);
    expect_unreadable(f, "is missing");
    FILE *file = fopen(path, "wb"); /* put back by hand */
    assert_true(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    (void)kno_unreadable_step(f->kno, 0);
    expect_readable(f);

    file = fopen(path, "wb");
    assert_true(file != NULL && fputs(spoilt, file) >= 0 && fclose(file) == 0);
    expect_unreadable(f, "is damaged");
    assert_int_equal(put(f, "c", "hurt", "", text).status, KNO_UPDATED);
    ANC_BUF(told, 1024);
    assert_int_equal(kno_unreadable_tell(f->kno, true, &told), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(collection_life),
        TEST(old_versions_can_be_cited),
        TEST(lists_are_paged_and_searched),
        TEST(labels_decide_who_sees_what),
        TEST(the_owner_locks_nothing_away),
        TEST(a_hidden_collection),
        TEST(a_projection_reads_unit_vectors),
        TEST(statistics),
        TEST(vectors_come_later),
        TEST(another_model_fills_in_for_all),
        TEST(a_failing_model_is_tried_again),
        TEST(a_damaged_or_missing_file_is_told_until_it_is_mended),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    failed += RUN_TABLE("collections refused", bad_collections, bad_collection_is_refused);
    return failed;
}
