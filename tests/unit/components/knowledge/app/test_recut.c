/* test_recut.c - settings of a collection that change while it has documents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

enum { DOCUMENTS = 9 };

static const anc_str notes = ANC_STR_INIT("notes");

static void fill(kno_fixture *f)
{
    kno_put_result r;
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        ANC_BUF(text, 1 << 20);
        char id[16];
        (void)snprintf(id, sizeof id, "d%u", i);
        (void)anc_buf_printf(&text, "# Document %u\n\n", i);
        for (unsigned k = 0; k < 3; k++)
            text_paragraph(&text, 10 * i + k);
        ASSERT_OK(fixture_put(f, id, text.ptr, &r), &f->err);
    }
}

static kno_collection change(kno_fixture *f, uint32_t chunk_tokens, const char *language)
{
    kno_collection c;
    ASSERT_OK(kno_collection_find(f->kno, fixture_call(f), notes, &c), &f->err);
    c.chunk_tokens = chunk_tokens;
    c.language = anc_str_of(language);
    const kno_collection_set set = {.chunk_tokens = true, .language = true};
    ASSERT_OK(kno_collection_update(f->kno, &f->call, &c, &set, &c), &f->err);
    return c;
}

static kno_collection now(kno_fixture *f)
{
    kno_collection c;
    ASSERT_OK(kno_collection_find(f->kno, fixture_call(f), notes, &c), &f->err);
    return c;
}

static kno_document document(kno_fixture *f, const char *id)
{
    kno_document d;
    ASSERT_OK(kno_document_find(f->kno, fixture_call(f), notes, anc_str_of(id), &d), &f->err);
    return d;
}

static void documents_are_cut_again_one_by_one(void **state)
{
    kno_fixture *f = *state;
    fill(f);
    const uint32_t chunks = document(f, "d3").chunks;
    assert_int_equal(change(f, 32, "auto").outdated, DOCUMENTS);
    const int64_t at = os_mono_ns();
    assert_int_equal(kno_recut_step(f->kno, at), at); /* a few of them */
    const uint64_t left = now(f).outdated;
    assert_true(left > 0 && left < DOCUMENTS);
    assert_int_equal(document(f, "d8").version, 1); /* as it was, until its turn comes */
    assert_true(fixture_recut(f));
    assert_int_equal(now(f).outdated, 0);
    assert_int_equal(now(f).recut_failed, 0);
    const kno_document d = document(f, "d3");
    assert_int_equal(d.version, 2);
    assert_true(d.chunks > chunks);
    kno_version *v = NULL;
    size_t n = 0;
    ASSERT_OK(kno_version_list(f->kno, fixture_call(f), notes, ANC_STR("d3"), 0, 10, &v, &n),
              &f->err);
    assert_int_equal(n, 2);
    assert_true(v[0].cut_again && !v[0].content_changed && !v[0].title_changed);
    /* an answer of before still finds its passage, and the same bytes are still unchanged */
    const kno_chunk_ref ref = {notes, ANC_STR("d3"), 1, 0};
    kno_chunk chunk;
    ASSERT_OK(kno_chunks_fetch(f->kno, fixture_call(f), &ref, 1, &chunk), &f->err);
    assert_non_null(chunk.text.ptr);
    assert_int_equal(fixture_count(f, "SELECT recut FROM kno_collection"), 0);
    const uint64_t commits = f->commits;
    assert_true(fixture_recut(f));
    assert_int_equal(f->commits, commits);
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
}

static void the_same_bytes_are_unchanged_afterwards(void **state)
{
    kno_fixture *f = *state;
    ANC_BUF(text, 1 << 20);
    for (unsigned k = 0; k < 3; k++)
        text_paragraph(&text, k);
    kno_put_result r;
    ASSERT_OK(fixture_put(f, "a", text.ptr, &r), &f->err);
    (void)change(f, 32, "auto");
    assert_true(fixture_recut(f));
    ASSERT_OK(fixture_put(f, "a", text.ptr, &r), &f->err);
    assert_int_equal(r.status, KNO_UNCHANGED);
    assert_int_equal(r.version, 2);
}

static void what_comes_out_the_same_stays(void **state)
{
    kno_fixture *f = *state;
    fill(f);
    const int64_t changes = fixture_count(f, "SELECT count(*) FROM test_change WHERE op = 0");
    assert_int_equal(change(f, 64, "auto").outdated, DOCUMENTS); /* the window, said */
    assert_true(fixture_recut(f));
    assert_int_equal(now(f).outdated, 0);
    assert_int_equal(document(f, "d1").version, 1);
    assert_int_equal(fixture_count(f, "SELECT count(*) FROM test_change WHERE op = 0"), changes);
}

static void a_language_reaches_the_documents(void **state)
{
    kno_fixture *f = *state;
    fill(f);
    (void)change(f, 0, "it");
    assert_true(fixture_recut(f));
    assert_string_equal(document(f, "d1").language.ptr, "it");
    assert_int_equal(document(f, "d1").version, 2);
}

static void it_goes_on_after_a_kill(void **state)
{
    kno_fixture *f = *state;
    for (long n = 0;; n++) {
        fill(f);
        (void)change(f, n % 2 == 0 ? 32 : 48, "auto");
        f->commits_left = n;
        const bool all = fixture_recut(f);
        fixture_reopen(f);
        fixture_check(f, false);
        assert_true(fixture_recut(f));
        assert_int_equal(now(f).outdated, 0);
        assert_int_equal(now(f).recut_failed, 0);
        if (all)
            break;
    }
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
}

static void a_lost_original_stops_nobody(void **state)
{
    kno_fixture *f = *state;
    fill(f);
    char path[256], hex[65];
    const kno_document d = document(f, "d2");
    (void)snprintf(hex, sizeof hex, "%.*s", ANC_FMT(d.content_sha256));
    (void)snprintf(path, sizeof path, "%s/raw/%.2s/%s", f->folder, hex, hex);
    assert_int_equal(remove(path), 0);
    (void)change(f, 32, "auto");
    assert_true(fixture_recut(f));
    assert_int_equal(now(f).outdated, 0);
    assert_int_equal(now(f).recut_failed, 1);
    assert_int_equal(document(f, "d2").version, 1);
    assert_int_equal(document(f, "d8").version, 2);
    assert_int_equal(change(f, 40, "auto").recut_failed, 0);
    uint64_t seq;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), notes, ANC_STR("d2"), &seq), &f->err);
    assert_true(fixture_recut(f));
}

static void put_meanwhile(kno_fixture *f, krn_call *call, void *arg)
{
    (void)arg;
    const kno_document_input in = {
        .collection = notes, .id = ANC_STR("a"), .content = ANC_STR("The newest text.")};
    kno_put_result r;
    ASSERT_OK(kno_document_put(f->kno, call, &in, false, &r), call->err);
}

static void who_puts_meanwhile_wins(void **state)
{
    kno_fixture *f = *state;
    ANC_BUF(text, 1 << 20);
    for (unsigned k = 0; k < 3; k++)
        text_paragraph(&text, k);
    kno_put_result r;
    ASSERT_OK(fixture_put(f, "a", text.ptr, &r), &f->err);
    (void)change(f, 32, "auto");
    fixture_meanwhile(f, put_meanwhile, NULL);
    assert_true(fixture_recut(f));
    assert_true(f->other_came);
    assert_int_equal(document(f, "a").version, 2);
    assert_int_equal(document(f, "a").bytes, strlen("The newest text."));
    assert_int_equal(now(f).outdated, 0);
    assert_true(fixture_sweep(f));
    fixture_check(f, true);
}

static void change_meanwhile(kno_fixture *f, krn_call *call, void *arg)
{
    (void)arg;
    kno_collection c = {.name = notes, .chunk_tokens = 32};
    const kno_collection_set set = {.chunk_tokens = true};
    ASSERT_OK(kno_collection_update(f->kno, call, &c, &set, &c), call->err);
}

/* A put that began by the settings of before is cut again. */
static void settings_that_change_during_a_put(void **state)
{
    kno_fixture *f = *state;
    kno_put_result r;
    ASSERT_OK(fixture_put(f, "first", "One text.", &r), &f->err);
    ANC_BUF(text, 1 << 20);
    for (unsigned k = 0; k < 3; k++)
        text_paragraph(&text, k);
    fixture_meanwhile(f, change_meanwhile, NULL);
    ASSERT_OK(fixture_put(f, "a", text.ptr, &r), &f->err);
    assert_true(f->other_came);
    assert_int_equal(r.version, 1);
    assert_true(now(f).outdated >= 1);
    assert_true(fixture_recut(f));
    assert_int_equal(document(f, "a").version, 2);
    assert_true(document(f, "a").chunks > r.chunks);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(documents_are_cut_again_one_by_one),
        TEST(the_same_bytes_are_unchanged_afterwards),
        TEST(what_comes_out_the_same_stays),
        TEST(a_language_reaches_the_documents),
        TEST(it_goes_on_after_a_kill),
        TEST(a_lost_original_stops_nobody),
        TEST(who_puts_meanwhile_wins),
        TEST(settings_that_change_during_a_put),
    };
    return cmocka_run_group_tests_name("recut", tests, NULL, NULL);
}
