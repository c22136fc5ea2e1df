/* test_models.c - collections that ask for a model of their own, and change it while they have documents. */
#include <stdio.h>
#include <string.h>

#include "os/clock.h"
#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

enum { DOCUMENTS = 20 };

static const anc_str notes = ANC_STR_INIT("notes");

static anc_status put_document(kno_fixture *f, unsigned i, unsigned edition, kno_put_result *ret)
{
    ANC_BUF(text, 1 << 20);
    char id[16];
    (void)snprintf(id, sizeof id, "d%u", i);
    (void)anc_buf_printf(&text, "# Document %u\n\n", i);
    for (unsigned k = 0; k < 2; k++)
        text_paragraph(&text, 100 * edition + 10 * i + k);
    return fixture_put(f, id, text.ptr, ret);
}

static void fill(kno_fixture *f)
{
    kno_put_result r;
    for (unsigned i = 0; i < DOCUMENTS; i++)
        ASSERT_OK(put_document(f, i, 0, &r), &f->err);
}

static anc_status ask_for(kno_fixture *f, const char *model, kno_collection *ret)
{
    const kno_collection wanted = {.name = notes, .embedding_model = anc_str_of(model)};
    const kno_collection_set set = {.embedding_model = true};
    return kno_collection_update(f->kno, fixture_call(f), &wanted, &set, ret);
}

static kno_collection now(kno_fixture *f)
{
    kno_collection c;
    ASSERT_OK(kno_collection_find(f->kno, fixture_call(f), notes, &c), &f->err);
    return c;
}

/* What a projection reads of a document. */
static kno_indexable indexable(kno_fixture *f, const char *id)
{
    kno_indexable x;
    ASSERT_OK(kno_indexable_read(f->kno, fixture_call(f), notes, anc_str_of(id), ANC_STR_NONE, &x),
              &f->err);
    return x;
}

static void assert_searched_by(kno_fixture *f, const char *revision, uint32_t dims)
{
    char id[16];
    assert_string_equal(now(f).model.ptr, revision);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        (void)snprintf(id, sizeof id, "d%u", i);
        const kno_indexable x = indexable(f, id);
        assert_string_equal(x.model.ptr, revision);
        assert_int_equal(x.dims, dims);
        assert_non_null(x.vectors);
    }
}

static int64_t changes(kno_fixture *f, krn_change_op op)
{
    char sql[80];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM test_change WHERE op = %d", (int)op);
    return fixture_count(f, sql);
}

static void a_collection_has_the_model_it_was_made_with(void **state)
{
    kno_fixture *f = *state;
    kno_collection c;
    const kno_collection wanted = {
        .name = notes, .embedding_model = ANC_STR("wide"), .chunk_tokens = 100};
    ASSERT_OK(kno_collection_create(f->kno, fixture_call(f), &wanted, &c), &f->err);
    assert_string_equal(c.embedding_model.ptr, "wide");
    assert_int_equal(c.model.len, 0);
    anc_str model;
    uint32_t dims = 0;
    ASSERT_OK(kno_searched_model(f->kno, fixture_call(f), notes, &model, &dims), &f->err);
    assert_string_equal(model.ptr, "wide@1"); /* before there is a vector */
    assert_int_equal(dims, 16);
    fill(f);
    assert_searched_by(f, "wide@1", 16);
    assert_int_equal(f->emb.embedded, 0);
    assert_int_equal(now(f).unembedded, 0);
}

static void a_model_that_is_not_there_is_refused(void **state)
{
    kno_fixture *f = *state;
    kno_collection c;
    const kno_collection wanted = {.name = notes, .embedding_model = ANC_STR("absent")};
    assert_int_equal(kno_collection_create(f->kno, fixture_call(f), &wanted, &c), ANC_INVALID);
    assert_string_equal(f->err.pointer, "/embedding_model");
    assert_non_null(strstr(f->err.text, "\"absent\""));
    fill(f);
    assert_int_equal(ask_for(f, "absent", &c), ANC_INVALID);
    assert_string_equal(f->err.pointer, "/embedding_model");
    assert_int_equal(now(f).embedding_model.len, 0);
    const kno_collection long_chunks = {
        .name = ANC_STR("long"), .embedding_model = ANC_STR("narrow"), .chunk_tokens = 40};
    assert_int_equal(kno_collection_create(f->kno, fixture_call(f), &long_chunks, &c), ANC_INVALID);
    assert_string_equal(f->err.pointer, "/chunking/max_tokens");
}

static void the_old_model_serves_until_all_have_the_new_one(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_collection c;
    f->library.others[0].max_tokens = f->emb.max_tokens; /* nothing need be cut again */
    fill(f);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    assert_string_equal(c.embedding_model.ptr, "wide");
    assert_string_equal(c.model.ptr, "fake@1");
    assert_int_equal(c.unembedded, DOCUMENTS);
    assert_true(fixture_recut(f));
    const int64_t published = changes(f, KRN_CHANGE_PUBLISH);
    for (int i = 0; i < 3; i++) {
        const int64_t at = os_mono_ns();
        assert_int_equal(kno_backfill_step(f->kno, at), at);
    }
    const uint64_t left = now(f).unembedded;
    assert_true(left > 0 && left < DOCUMENTS);
    assert_searched_by(f, "fake@1", 8);
    ASSERT_OK(put_document(f, 0, 1, &r), &f->err); /* behind the step, in the middle of it */
    assert_searched_by(f, "fake@1", 8);
    assert_int_equal(changes(f, KRN_CHANGE_MODEL), 0);
    assert_true(fixture_settle(f));
    assert_searched_by(f, "wide@1", 16);
    assert_int_equal(changes(f, KRN_CHANGE_MODEL), 1);
    assert_int_equal(changes(f, KRN_CHANGE_PUBLISH), published + 1);
    assert_int_equal(now(f).unembedded, 0);
    assert_int_equal(now(f).embed_failed, 0);
}

typedef struct coming {
    kno_fixture *f;
    bool inside;
    unsigned n;
} coming;

/* A document is put while the background embeds another. */
static void one_more(void *arg)
{
    coming *c = arg;
    kno_put_result r;
    if (c->inside)
        return;
    c->inside = true;
    ASSERT_OK(put_document(c->f, c->n % DOCUMENTS, 1 + c->n / DOCUMENTS, &r), &c->f->err);
    assert_non_null(indexable(c->f, "d0").vectors); /* of whichever model is searched */
    c->n++;
    c->inside = false;
}

/* Documents that come without a pause put no change off. */
static void puts_without_pause_do_not_hold_it_up(void **state)
{
    kno_fixture *f = *state;
    kno_collection c;
    coming more = {.f = f};
    f->library.others[0].max_tokens = f->emb.max_tokens; /* nothing need be cut again */
    fill(f);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    assert_true(fixture_recut(f));
    f->library.others[0].on_embed = one_more;
    f->library.others[0].arg = &more;
    for (unsigned i = 0; strcmp(now(f).model.ptr, "wide@1") != 0; i++) {
        assert_true(i < 10 * DOCUMENTS);
        (void)kno_backfill_step(f->kno, os_mono_ns());
    }
    f->library.others[0].on_embed = NULL;
    assert_true(more.n > 0);
    assert_searched_by(f, "wide@1", 16);
    assert_int_equal(now(f).unembedded, 0);
    fixture_check(f, true);
}

static void vectors_of_a_model_that_nobody_uses_go(void **state)
{
    kno_fixture *f = *state;
    kno_collection c;
    fill(f);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    assert_true(fixture_sweep(f)); /* which takes nothing while it may be needed */
    assert_searched_by(f, "fake@1", 8);
    assert_true(fixture_settle(f));
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_model"), 2);
    assert_true(fixture_sweep(f));
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM kno_model"), 1);
    assert_int_equal(fixture_count(f, "SELECT count(DISTINCT model_id) FROM kno_vector"), 1);
    assert_searched_by(f, "wide@1", 16);
    ASSERT_OK(ask_for(f, "", &c), &f->err);
    assert_true(fixture_settle(f));
    assert_searched_by(f, "fake@1", 8);
}

static void another_window_cuts_again(void **state)
{
    kno_fixture *f = *state;
    kno_collection c;
    fill(f);
    const size_t chunks = indexable(f, "d1").n_chunks;
    ASSERT_OK(ask_for(f, "narrow", &c), &f->err);
    assert_int_equal(c.outdated, DOCUMENTS);
    assert_true(fixture_settle(f));
    assert_searched_by(f, "narrow@1", 4);
    assert_true(indexable(f, "d1").n_chunks > chunks);
}

static void a_change_is_taken_back(void **state)
{
    kno_fixture *f = *state;
    kno_collection c;
    fill(f);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    assert_true(fixture_recut(f));
    for (int i = 0; i < 3; i++)
        (void)kno_backfill_step(f->kno, os_mono_ns());
    ASSERT_OK(ask_for(f, "", &c), &f->err);
    const uint64_t embedded = f->emb.embedded;
    assert_true(fixture_settle(f));
    assert_searched_by(f, "fake@1", 8);
    assert_int_equal(f->emb.embedded, embedded);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    ASSERT_OK(ask_for(f, "narrow", &c), &f->err);
    assert_true(fixture_settle(f));
    assert_searched_by(f, "narrow@1", 4);
}

static void an_empty_collection_changes_at_once(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_collection c;
    uint64_t seq = 0;
    ASSERT_OK(put_document(f, 0, 0, &r), &f->err);
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), notes, ANC_STR("d0"), &seq), &f->err);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    assert_true(fixture_settle(f));
    fill(f);
    assert_searched_by(f, "wide@1", 16);
    assert_int_equal(f->emb.embedded, r.embedded);
}

/* Everything that a change of model does happens while a document is embedded. */
typedef struct meanwhile {
    bool asked, ended;
} meanwhile;

static void change_meanwhile(kno_fixture *f, krn_call *call, void *arg)
{
    meanwhile *m = arg;
    const kno_collection wanted = {.name = notes, .embedding_model = ANC_STR("wide")};
    const kno_collection_set set = {.embedding_model = true};
    kno_collection c;
    m->asked = kno_collection_update(f->kno, call, &wanted, &set, &c) == ANC_OK;
    m->ended = fixture_settle(f);
}

static void a_put_that_began_before_the_switch_has_the_new_model(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    meanwhile m = {0};
    fill(f);
    fixture_meanwhile(f, change_meanwhile, &m);
    ASSERT_OK(put_document(f, 1, 1, &r), &f->err);
    assert_true(m.asked && m.ended);
    assert_int_equal(r.version, 3); /* the second was cut by the new model's window */
    assert_true(fixture_settle(f));
    assert_searched_by(f, "wide@1", 16);
}

static void without_its_model_a_collection_takes_no_documents(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_collection c;
    fill(f);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    f->library.others[0].available = false;
    assert_int_equal(put_document(f, 0, 1, &r), ANC_UNAVAILABLE);
    assert_non_null(strstr(f->err.text, "\"wide\""));
    assert_true(fixture_backfill(f)); /* which goes on without it */
    assert_searched_by(f, "fake@1", 8);
    f->library.others[0].available = true;
    ASSERT_OK(put_document(f, 0, 1, &r), &f->err);
    assert_true(fixture_settle(f));
    assert_searched_by(f, "wide@1", 16);
}

static void a_damaged_document_keeps_nobody_waiting(void **state)
{
    kno_fixture *f = *state;
    kno_collection c;
    fill(f);
    assert_int_equal(fixture_count(f, "UPDATE kno_chunk SET end = 1000000 WHERE version_id ="
                                      " (SELECT current_id FROM kno_document WHERE name = 'd7')"
                                      " RETURNING 1"),
                     1);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    assert_int_equal(fixture_count(f, "UPDATE kno_version SET cut = 1 WHERE state = 1 RETURNING 1"),
                     1); /* as if all had been cut again */
    assert_true(fixture_settle(f));
    assert_string_equal(now(f).model.ptr, "wide@1");
    assert_int_equal(now(f).embed_failed, 1);
    uint64_t seq = 0;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), notes, ANC_STR("d7"), &seq), &f->err);
}

static void a_kill_at_any_commit_loses_nothing(void **state)
{
    (void)state;
    for (long n = 0, whole = 0; !whole; n++) {
        static kno_fixture f;
        kno_collection c;
        fixture_open(&f);
        fill(&f);
        f.commits_left = n;
        const bool asked = ask_for(&f, "narrow", &c) == ANC_OK;
        whole = asked && fixture_settle(&f);
        fixture_reopen(&f);
        const bool switched = now(&f).model.ptr[0] == 'n';
        assert_true(switched || !whole);
        assert_searched_by(&f, switched ? "narrow@1" : "fake@1", switched ? 4 : 8);
        assert_true(fixture_settle(&f));
        assert_searched_by(&f, asked ? "narrow@1" : "fake@1", asked ? 4 : 8);
        assert_true(fixture_sweep(&f));
        fixture_check(&f, true);
        fixture_close(&f);
    }
}

/* ---- where an index follows ------------------------------------------------------------------- */

static void open_followed(kno_fixture *f)
{
    f->options.is_followed = true;
    fixture_reopen(f);
    fill(f);
}

/* Runs the steps as long as they may have something to do: a switch that waits is not waited for. */
static void run_steps(kno_fixture *f)
{
    for (int i = 0; i < 3; i++)
        assert_true(fixture_backfill(f) && fixture_recut(f));
    assert_true(fixture_backfill(f));
}

static uint64_t assert_next(kno_fixture *f, const char *revision, uint32_t dims)
{
    kno_next next;
    ASSERT_OK(kno_next_model(f->kno, fixture_call(f), notes, &next), &f->err);
    assert_string_equal(next.model.ptr, revision);
    assert_int_equal(next.dims, dims);
    assert_int_equal(next.nth > 0, dims > 0);
    return next.nth;
}

static void a_switch_waits_for_the_index(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    kno_collection c;
    open_followed(f);
    (void)assert_next(f, "", 0);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    (void)assert_next(f, "", 0); /* not before all have its vectors */
    run_steps(f);
    run_steps(f);
    const uint64_t nth = assert_next(f, "wide@1", 16);
    assert_int_equal(changes(f, KRN_CHANGE_MODEL), 1); /* announced once */
    assert_int_equal(now(f).unembedded, 0);
    assert_searched_by(f, "fake@1", 8);
    const int64_t published = changes(f, KRN_CHANGE_PUBLISH);
    ASSERT_OK(put_document(f, 0, 1, &r), &f->err);
    assert_searched_by(f, "fake@1", 8);
    kno_index_prepared(f->kno, notes, nth + 1); /* which nobody asked for */
    kno_index_prepared(f->kno, ANC_STR("other"), nth);
    run_steps(f);
    assert_int_equal(changes(f, KRN_CHANGE_PUBLISH), published + 1); /* with the vectors of both */
    assert_searched_by(f, "fake@1", 8);
    kno_index_prepared(f->kno, notes, nth);
    kno_index_unprepared(f->kno);
    run_steps(f);
    assert_searched_by(f, "fake@1", 8);
    kno_index_prepared(f->kno, notes, nth);
    ASSERT_OK(put_document(f, 0, 2, &r), &f->err); /* has both */
    run_steps(f);
    assert_searched_by(f, "wide@1", 16);
    (void)assert_next(f, "", 0);
    assert_int_equal(changes(f, KRN_CHANGE_MODEL), 2);
    assert_int_equal(changes(f, KRN_CHANGE_PUBLISH), published + 2);
}

static void an_announced_change_may_come_to_nothing(void **state)
{
    kno_fixture *f = *state;
    kno_collection c;
    open_followed(f);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    run_steps(f);
    const uint64_t first = assert_next(f, "wide@1", 16);
    ASSERT_OK(ask_for(f, "narrow", &c), &f->err);
    kno_index_prepared(f->kno, notes, first); /* late */
    run_steps(f);
    assert_true(assert_next(f, "narrow@1", 4) > first);
    assert_searched_by(f, "fake@1", 8);
    ASSERT_OK(ask_for(f, "", &c), &f->err);
    const int64_t told = changes(f, KRN_CHANGE_MODEL);
    run_steps(f);
    (void)assert_next(f, "", 0);
    assert_int_equal(changes(f, KRN_CHANGE_MODEL), told + 1);
    assert_searched_by(f, "fake@1", 8);
    ASSERT_OK(ask_for(f, "wide", &c), &f->err);
    run_steps(f);
    fixture_reopen(f); /* it is announced anew */
    (void)assert_next(f, "", 0);
    run_steps(f);
    (void)assert_next(f, "wide@1", 16);
    uint64_t seq = 0;
    ASSERT_OK(kno_collection_delete(f->kno, fixture_call(f), notes, &seq), &f->err);
    run_steps(f);
    (void)assert_next(f, "", 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_collection_has_the_model_it_was_made_with),
        TEST(a_model_that_is_not_there_is_refused),
        TEST(the_old_model_serves_until_all_have_the_new_one),
        TEST(puts_without_pause_do_not_hold_it_up),
        TEST(vectors_of_a_model_that_nobody_uses_go),
        TEST(another_window_cuts_again),
        TEST(a_change_is_taken_back),
        TEST(an_empty_collection_changes_at_once),
        TEST(a_put_that_began_before_the_switch_has_the_new_model),
        TEST(without_its_model_a_collection_takes_no_documents),
        TEST(a_damaged_document_keeps_nobody_waiting),
        TEST(a_switch_waits_for_the_index),
        TEST(an_announced_change_may_come_to_nothing),
        cmocka_unit_test(a_kill_at_any_commit_loses_nothing),
    };
    return cmocka_run_group_tests_name("models of collections", tests, NULL, NULL);
}
