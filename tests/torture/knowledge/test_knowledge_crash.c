/* test_knowledge_crash.c - the process dies between any two commits.
 *
 * The writer stops after n commits, for n from 0 on; then everything is opened again. What was
 * acknowledged must be there, what was not must be whole or absent, and a sweep must leave nothing
 * that nobody names.
 */
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

enum { BIG = 600 };

typedef struct story {
    anc_buf first, second;
} story;

static void make_text(anc_buf *out, unsigned changed)
{
    *out = anc_buf_init(4 << 20);
    (void)anc_buf_add(out, ANC_STR("# Long\n\n"));
    for (unsigned i = 0; i < BIG; i++)
        text_paragraph(out, i == changed ? BIG + i : i);
}

/* What each step acknowledged. */
typedef struct progress {
    bool put_small, put_big, updated_big, restored_big, deleted_small, dropped;
} progress;

static void run_until_death(kno_fixture *f, const story *s, progress *p)
{
    kno_put_result r;
    uint64_t seq;
    if (fixture_put(f, "small", "One paragraph.", &r) != ANC_OK)
        return;
    p->put_small = true;
    if (fixture_put(f, "big", s->first.ptr, &r) != ANC_OK)
        return;
    p->put_big = true;
    if (fixture_put(f, "big", s->second.ptr, &r) != ANC_OK)
        return;
    p->updated_big = true;
    if (kno_version_restore(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("big"), 1, 0, &r) !=
        ANC_OK)
        return;
    p->restored_big = true;
    if (kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("small"), &seq) !=
        ANC_OK)
        return;
    p->deleted_small = true;
    if (kno_collection_delete(f->kno, fixture_call(f), ANC_STR("notes"), &seq) != ANC_OK)
        return;
    p->dropped = true;
}

static uint32_t version_of(kno_fixture *f, const char *id, uint64_t *ret_bytes)
{
    kno_document d;
    const anc_status status =
        kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), anc_str_of(id), &d);
    if (status == ANC_NOT_FOUND)
        return 0;
    ASSERT_OK(status, &f->err);
    *ret_bytes = d.bytes;
    return d.version;
}

static void verify(kno_fixture *f, const story *s, const progress *p)
{
    uint64_t bytes = 0;
    const uint32_t small = version_of(f, "small", &bytes);
    assert_true(!p->put_small || p->restored_big || small == 1);
    assert_true(!p->deleted_small || small == 0);
    const uint32_t big = version_of(f, "big", &bytes);
    if (p->dropped)
        assert_int_equal(big, 0);
    else if (p->restored_big && !p->deleted_small)
        assert_int_equal(big, 3);
    else if (p->updated_big && !p->restored_big)
        assert_true(big == 2 || big == 3);
    else if (p->put_big && !p->updated_big)
        assert_true(big == 1 || big == 2);
    if (big != 0)
        assert_int_equal(bytes, big == 2 ? s->second.len : s->first.len);
}

static void dies_after_n_commits(void **state)
{
    (void)state;
    story s;
    make_text(&s.first, 1 << 30);
    make_text(&s.second, BIG / 2);
    progress p = {0};
    bool swept_something = false;
    for (long n = 0; !p.dropped; n++) {
        assert_true(n < 1000);
        p = (progress){0};
        kno_fixture f;
        fixture_open(&f);
        f.commits_left = n;
        run_until_death(&f, &s, &p);
        fixture_reopen(&f);
        verify(&f, &s, &p);
        fixture_check(&f, false);
        swept_something =
            swept_something ||
            fixture_count(&f, "SELECT count(*) FROM kno_version WHERE state <> 1") > 0;
        assert_true(fixture_sweep(&f));
        fixture_check(&f, true);
        verify(&f, &s, &p);
        fixture_close(&f);
    }
    assert_true(swept_something);
    anc_buf_done(&s.first);
    anc_buf_done(&s.second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(dies_after_n_commits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
