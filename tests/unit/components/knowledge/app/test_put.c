/* test_put.c - documents put, changed and deleted through the public header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

static const char story[] = "# The lighthouse\n\nThe lamp was lit at dusk.\n\nThe keeper slept.";

static void put_then_read_then_delete(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    ASSERT_OK(fixture_put(f, "a", story, &r), &f->err);
    assert_int_equal(r.status, KNO_CREATED);
    assert_int_equal(r.version, 1);
    assert_true(r.chunks > 0 && r.embedded == r.chunks && r.change_seq > 0);

    kno_document d;
    krn_call *call = fixture_call(f);
    ASSERT_OK(kno_document_find(f->kno, call, ANC_STR("notes"), ANC_STR("a"), &d), &f->err);
    assert_string_equal(d.title.ptr, "The lighthouse");
    assert_string_equal(d.language.ptr, "en");
    assert_int_equal(d.version, 1);
    assert_int_equal(d.bytes, strlen(story));
    assert_int_equal(d.n_acl, 1);
    kno_chunk *chunks = NULL;
    size_t n = 0;
    ASSERT_OK(kno_chunk_list(f->kno, call, ANC_STR("notes"), ANC_STR("a"), 0, 0, 100, &chunks, &n),
              &f->err);
    assert_int_equal(n, d.chunks);
    assert_string_equal(chunks[0].id.ptr, "a.1.0");
    fixture_check(f, true);

    uint64_t seq = 0;
    ASSERT_OK(kno_document_delete(f->kno, call, ANC_STR("notes"), ANC_STR("a"), &seq), &f->err);
    assert_true(seq > r.change_seq);
    assert_int_equal(kno_document_find(f->kno, call, ANC_STR("notes"), ANC_STR("a"), &d),
                     ANC_NOT_FOUND);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version"), 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_chunk"), 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_vector"), 0);
    assert_int_equal(fixture_objects(f), 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_event"), 2);
    fixture_check(f, true);
}

static void same_content_is_unchanged(void **state)
{
    kno_fixture *f = *state;
    kno_put_result first, second;
    ASSERT_OK(fixture_put(f, "a", story, &first), &f->err);
    const uint64_t commits = f->commits;
    ASSERT_OK(fixture_put(f, "a", story, &second), &f->err);
    assert_int_equal(second.status, KNO_UNCHANGED);
    assert_int_equal(second.version, 1);
    assert_int_equal(second.embedded, 0);
    assert_int_equal(second.change_seq, 0);
    assert_int_equal(f->commits, commits);
}

static void same_content_elsewhere_costs_no_embedding(void **state)
{
    kno_fixture *f = *state;
    kno_put_result first, second;
    ASSERT_OK(fixture_put(f, "a", story, &first), &f->err);
    ASSERT_OK(fixture_put(f, "b", story, &second), &f->err);
    assert_int_equal(second.status, KNO_CREATED);
    assert_int_equal(second.embedded, 0);
    assert_int_equal(f->emb.embedded, first.embedded);
    const size_t objects = fixture_objects(f);
    uint64_t seq;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("a"), &seq),
              &f->err);
    assert_int_equal(fixture_objects(f), objects); /* b still names them */
    fixture_check(f, true);
}

/* Paragraphs 0..n-1, the one numbered `changed` with other words. */
static anc_status put_paragraphs(kno_fixture *f, const char *id, unsigned n, unsigned changed,
                                 kno_put_result *ret)
{
    ANC_BUF(text, 16 << 20);
    (void)anc_buf_add(&text, ANC_STR("# Long\n\n"));
    for (unsigned i = 0; i < n; i++)
        text_paragraph(&text, i == changed ? 100000 + i : i);
    assert_false(text.refused);
    return fixture_put(f, id, text.ptr, ret);
}

static void an_edit_embeds_what_it_touched(void **state)
{
    kno_fixture *f = *state;
    kno_put_result first, second;
    ASSERT_OK(put_paragraphs(f, "a", 30, 999, &first), &f->err);
    assert_true(first.chunks >= 30);
    ASSERT_OK(put_paragraphs(f, "a", 30, 12, &second), &f->err);
    assert_int_equal(second.status, KNO_UPDATED);
    assert_int_equal(second.version, 2);
    assert_true(second.embedded >= 1 && second.embedded <= 3);
    assert_int_equal(fixture_count(f, "SELECT added FROM test_event WHERE version = 2"),
                     second.embedded);
    assert_int_equal(fixture_count(f, "SELECT removed FROM test_event WHERE version = 2"),
                     second.embedded + first.chunks - second.chunks);
    assert_int_equal(fixture_count(f, "SELECT changed FROM test_event WHERE version = 2"), 1);
    /* back to the first text: its chunks are still those of version 1 */
    kno_put_result third;
    ASSERT_OK(put_paragraphs(f, "a", 30, 999, &third), &f->err);
    assert_int_equal(third.version, 3);
    assert_int_equal(third.embedded, 0);
}

static void a_long_document_is_staged_in_pieces(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    ASSERT_OK(put_paragraphs(f, "big", 1300, 999999, &r), &f->err);
    assert_true(r.chunks >= 1300);
    assert_true(f->commits >= 3);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_change WHERE op = 0"), 1);
    ASSERT_OK(put_paragraphs(f, "big", 1300, 700, &r), &f->err);
    assert_true(r.embedded <= 3);
    uint64_t seq;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("big"), &seq),
              &f->err);
    assert_true(fixture_sweep(f)); /* a deletion clears away only as far as there is time */
    fixture_check(f, true);
    assert_int_equal(fixture_objects(f), 0);
}

static void metadata_and_title(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_document_input in = {.collection = ANC_STR("notes"),
                             .make_collection = true,
                             .id = ANC_STR("a"),
                             .metadata = ANC_STR(" {\"year\": 2020} "),
                             .content = anc_str_of(story)};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    in.metadata = ANC_STR("{\"year\":2020}"); /* the same, written otherwise */
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    in.metadata = ANC_STR("{\"year\":2021}");
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_int_equal(r.status, KNO_UPDATED);
    assert_int_equal(r.embedded, 0);
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), in.collection, in.id, &d), &f->err);
    assert_string_equal(d.metadata.ptr, "{\"year\":2021}");
    in.title = ANC_STR("Another title");
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_int_equal(r.status, KNO_UPDATED);
    assert_int_equal(r.embedded, r.chunks); /* the title line is part of what is embedded */
}

static void what_is_found_overwrites_nothing(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("a"),
                                   .metadata = ANC_STR("{\"word_count\":\"many\"}"),
                                   .content =
                                       ANC_STR("# The lamp\n\nOn 5 March 2024 the storm lamp "
                                               "was lit. The storm lamp burns.")};
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), in.collection, in.id, &d), &f->err);
    assert_string_equal(d.metadata.ptr, "{\"word_count\":\"many\"}");
    assert_string_equal(d.found.ptr,
                        "{\"word_count\":{\"value\":15,\"origin\":\"rule\"},"
                        "\"reading_minutes\":{\"value\":1,\"origin\":\"rule\"},"
                        "\"headings\":{\"value\":[\"The lamp\"],\"origin\":\"rule\"},"
                        "\"key_phrases\":{\"value\":[\"storm lamp\"],\"origin\":\"rule\"},"
                        "\"first_date\":{\"value\":\"2024-03-05T00:00:00Z\",\"origin\":\"rule\"}}");
    kno_indexable x;
    ASSERT_OK(
        kno_indexable_read(f->kno, fixture_call(f), in.collection, in.id, ANC_STR("fake@1"), &x),
        &f->err);
    assert_non_null(strstr(x.metadata.ptr, "{\"word_count\":\"many\",\"reading_minutes\":1"));
}

static void an_id_is_made_where_none_is_given(void **state)
{
    kno_fixture *f = *state;
    kno_put_result a, b;
    ASSERT_OK(fixture_put(f, "", story, &a), &f->err);
    char first[64];
    (void)snprintf(first, sizeof first, "%.*s", ANC_FMT(a.document_id));
    assert_int_equal(strlen(first), 36);
    ASSERT_OK(fixture_put(f, "", story, &b), &f->err);
    assert_string_not_equal(first, b.document_id.ptr);
}

static void without_text_there_are_no_chunks(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    ASSERT_OK(fixture_put(f, "empty", "", &r), &f->err);
    assert_int_equal(r.chunks, 0);
    assert_int_equal(r.status, KNO_CREATED);
    kno_text text;
    ASSERT_OK(kno_text_open(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("empty"), 0, &text),
              &f->err);
    assert_int_equal(text.text.len, 0);
    kno_text_close(f->kno, &text);
}

/* ---- refused ------------------------------------------------------------------------------- */

static char long_id[600];
static const anc_str bad_label[] = {ANC_STR_INIT("everyone")};

static const struct refusal {
    const char *name;
    kno_document_input input;
    bool must_be_new;
    anc_status status;
    kno_put_stage stage;
    const char *says; /* part of the error */
} refusals[] = {
    {"collection name",
     {.collection = ANC_STR_INIT("My Notes"), .make_collection = true},
     false,
     ANC_INVALID,
     KNO_STAGE_CHECK,
     "My Notes"},
    {"no collection",
     {.collection = ANC_STR_INIT("nowhere")},
     false,
     ANC_NOT_FOUND,
     KNO_STAGE_CHECK,
     "nowhere"},
    {"long id",
     {.collection = ANC_STR_INIT("notes"), .id = {long_id, sizeof long_id}},
     false,
     ANC_INVALID,
     KNO_STAGE_CHECK,
     "600 bytes"},
    {"control character in the id",
     {.collection = ANC_STR_INIT("notes"), .id = ANC_STR_INIT("a\nb")},
     false,
     ANC_INVALID,
     KNO_STAGE_CHECK,
     "control"},
    {"title is not UTF-8",
     {.collection = ANC_STR_INIT("notes"), .title = ANC_STR_INIT("a\xff")},
     false,
     ANC_INVALID,
     KNO_STAGE_CHECK,
     "title"},
    {"metadata is no object",
     {.collection = ANC_STR_INIT("notes"), .metadata = ANC_STR_INIT("[1]")},
     false,
     ANC_INVALID,
     KNO_STAGE_CHECK,
     "array"},
    {"metadata is no JSON",
     {.collection = ANC_STR_INIT("notes"), .metadata = ANC_STR_INIT("{")},
     false,
     ANC_INVALID,
     KNO_STAGE_CHECK,
     "not JSON"},
    {"label",
     {.collection = ANC_STR_INIT("notes"), .acl = bad_label, .n_acl = 1},
     false,
     ANC_INVALID,
     KNO_STAGE_CHECK,
     "everyone"},
    {"must be new",
     {.collection = ANC_STR_INIT("notes"), .id = ANC_STR_INIT("there")},
     true,
     ANC_CONFLICT,
     KNO_STAGE_CHECK,
     "there"},
    {"broken bytes",
     {.collection = ANC_STR_INIT("notes"),
      .id = ANC_STR_INIT("page 7"),
      .content = ANC_STR_INIT("BROKEN")},
     false,
     ANC_INVALID,
     KNO_STAGE_PARSE,
     "'page 7': the bytes are broken"},
    {"broken bytes of a file without an id",
     {.collection = ANC_STR_INIT("notes"),
      .name = ANC_STR_INIT("page.txt"),
      .content = ANC_STR_INIT("BROKEN")},
     false,
     ANC_INVALID,
     KNO_STAGE_PARSE,
     "'page.txt': the bytes are broken"},
    {"unsupported",
     {.collection = ANC_STR_INIT("notes"), .content_type = ANC_STR_INIT("image/png")},
     false,
     ANC_UNSUPPORTED,
     KNO_STAGE_PARSE,
     "image/png"},
};

static void refused(void **state)
{
    const struct refusal *row = *state;
    kno_fixture f;
    fixture_open(&f);
    memset(long_id, 'x', sizeof long_id);
    kno_put_result r;
    ASSERT_OK(fixture_put(&f, "there", story, &r), &f.err);
    const size_t objects = fixture_objects(&f);
    kno_put_stage stage = KNO_STAGE_WRITE;
    kno_document_input input = row->input;
    input.stage = &stage;
    assert_int_equal(kno_document_put(f.kno, fixture_call(&f), &input, row->must_be_new, &r),
                     row->status);
    assert_non_null(strstr(f.err.text, row->says));
    assert_int_equal(stage, row->stage);
    assert_int_equal(fixture_objects(&f), objects);
    assert_int_equal(fixture_count(&f, "SELECT count(*) FROM kno_document"), 1);
    fixture_check(&f, true);
    fixture_close(&f);
}

static void a_failing_model_leaves_nothing(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    f->emb.fails = true;
    kno_put_stage stage;
    const kno_document_input in = {.collection = ANC_STR("notes"),
                                   .make_collection = true,
                                   .id = ANC_STR("a"),
                                   .content = anc_str_of(story),
                                   .stage = &stage};
    assert_int_equal(kno_document_put(f->kno, fixture_call(f), &in, false, &r), ANC_UNAVAILABLE);
    assert_int_equal(stage, KNO_STAGE_EMBED);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version"), 0);
    assert_int_equal(fixture_objects(f), 0);
    f->emb.fails = false;
    ASSERT_OK(kno_document_put(f->kno, fixture_call(f), &in, false, &r), &f->err);
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
}

static void a_caller_that_left_stops_it(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    atomic_store(&f->cancelled, true);
    assert_int_equal(fixture_put(f, "a", story, &r), ANC_CANCELLED);
    atomic_store(&f->cancelled, false);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_document"), 0);
}

/* Batches of 64 chunks that are embedded before the first piece is staged. */
enum { FIRST_PIECE = 512 / 64 };

typedef struct interruption {
    kno_fixture *f;
    int batches; /* that go by before it happens */
    bool cancels, sweeps;
} interruption;

static void interrupt(void *arg)
{
    interruption *i = arg;
    if (i->batches-- != 0)
        return;
    if (i->cancels)
        atomic_store(&i->f->cancelled, true);
    if (i->sweeps)
        assert_true(fixture_sweep(i->f));
}

/* The staged piece has to go though the caller's call is good for nothing any more. */
static void a_caller_that_leaves_in_the_middle_leaves_nothing(void **state)
{
    kno_fixture *f = *state;
    interruption i = {.f = f, .batches = FIRST_PIECE, .cancels = true};
    kno_put_result r;
    f->emb.on_embed = interrupt;
    f->emb.arg = &i;
    assert_int_equal(put_paragraphs(f, "big", 700, 9999, &r), ANC_CANCELLED);
    atomic_store(&f->cancelled, false);
    assert_true(f->commits > 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version"), 0);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_chunk"), 0);
    assert_int_equal(fixture_objects(f), 0);
}

static void what_a_dead_writer_left_goes_without_a_restart(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    f->commits_left = 2; /* the collection, the first piece */
    assert_int_equal(put_paragraphs(f, "big", 700, 9999, &r), ANC_UNAVAILABLE);
    f->commits_left = -1;
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version"), 1);
    assert_true(fixture_objects(f) > 0);
    assert_true(fixture_sweep(f));
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_version"), 0);
    assert_int_equal(fixture_objects(f), 0);
}

static void a_sweep_leaves_alone_what_is_being_built(void **state)
{
    kno_fixture *f = *state;
    interruption i = {.f = f, .batches = FIRST_PIECE, .sweeps = true};
    kno_put_result r;
    f->emb.on_embed = interrupt;
    f->emb.arg = &i;
    ASSERT_OK(put_paragraphs(f, "big", 700, 9999, &r), &f->err);
    assert_true(i.batches < 0);
    fixture_check(f, true);
}

/* A version may not name what the parser never saw: too much text is refused by name. */

static void too_much_text(void **state)
{
    kno_fixture *f = *state;
    const size_t n = ((size_t)64 << 20) + 1;
    char *text = malloc(n + 1);
    assert_non_null(text);
    memset(text, 'x', n);
    text[n] = '\0';
    kno_put_result r;
    assert_int_equal(fixture_put(f, "huge", text, &r), ANC_LIMIT);
    assert_non_null(strstr(f->err.text, "'huge' is longer than 67108864 bytes"));
    free(text);
    assert_int_equal(fixture_objects(f), 0);
}

static void too_many_chunks(void **state)
{
    enum { LIMIT = 50000 };
    static const char section[] = "# A\n\na b c d e f g h i j k l m n o p\n\n";
    kno_fixture *f = *state;
    kno_put_result r;
    ANC_BUF(text, 4 << 20);
    for (int i = 0; i <= LIMIT; i++)
        (void)anc_buf_add(&text, ANC_STR(section));
    assert_false(text.refused);
    assert_int_equal(fixture_put(f, "sections", text.ptr, &r), ANC_LIMIT);
    assert_non_null(strstr(f->err.text, "'sections' has more than 50000 chunks"));
    assert_int_equal(fixture_objects(f), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(put_then_read_then_delete),
        TEST(same_content_is_unchanged),
        TEST(same_content_elsewhere_costs_no_embedding),
        TEST(an_edit_embeds_what_it_touched),
        TEST(a_long_document_is_staged_in_pieces),
        TEST(metadata_and_title),
        TEST(what_is_found_overwrites_nothing),
        TEST(an_id_is_made_where_none_is_given),
        TEST(without_text_there_are_no_chunks),
        TEST(a_failing_model_leaves_nothing),
        TEST(a_caller_that_left_stops_it),
        TEST(a_caller_that_leaves_in_the_middle_leaves_nothing),
        TEST(what_a_dead_writer_left_goes_without_a_restart),
        TEST(a_sweep_leaves_alone_what_is_being_built),
        TEST(too_much_text),
        TEST(too_many_chunks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    failed += RUN_TABLE("refused", refusals, refused);
    return failed;
}
