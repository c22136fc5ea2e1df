/* test_knowledge_model.c - any sequence of puts, restores and deletes against a simple model.
 *
 * The model keeps for each document the texts that were put, newest last. After each step the
 * catalog must agree with it: what exists, how many versions, what the current text is, and that a
 * put embedded exactly those chunks that no version of any document had. With every second seed old
 * versions expire, and a sweep comes round now and then.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

enum { N_DOCUMENTS = 6, N_TEXTS = 8, STEPS = 160, MAX_VERSIONS = STEPS, N_SEEDS = 4 };

typedef struct model_document {
    unsigned texts[MAX_VERSIONS]; /* number of the text of each version */
    unsigned n;                   /* versions; 0: not there */
} model_document;

typedef struct model {
    model_document documents[N_DOCUMENTS];
    unsigned keep; /* versions; 0: all */
    unsigned state;
    anc_buf texts[N_TEXTS];
} model;

static unsigned chance(model *m, unsigned below)
{
    m->state = m->state * 1664525U + 1013904223U;
    return (m->state >> 12) % below;
}

/* Texts that share paragraphs with each other, one empty, one twice the same paragraph. */
static void make_texts(model *m)
{
    for (unsigned i = 0; i < N_TEXTS; i++) {
        m->texts[i] = anc_buf_init(1 << 20);
        (void)anc_buf_add(&m->texts[i], ANC_STR(""));
        if (i == 0)
            continue;
        (void)anc_buf_printf(&m->texts[i], "# Title %u\n\n", i % 2);
        const unsigned n = 1 + chance(m, 6);
        for (unsigned k = 0; k < n; k++)
            text_paragraph(&m->texts[i], chance(m, 9));
        if (i == 1)
            text_paragraph(&m->texts[i], 3);
        if (i == 1)
            text_paragraph(&m->texts[i], 3);
    }
}

/* Distinct digests of all chunks that the catalog has: what needs no embedding. */
static int64_t vectors(kno_fixture *f)
{
    return fixture_count(f, "SELECT count(*) FROM kno_vector");
}

static int64_t distinct_digests(kno_fixture *f)
{
    return fixture_count(f, "SELECT count(DISTINCT digest) FROM kno_chunk");
}

static void step_put(kno_fixture *f, model *m, unsigned d, unsigned t)
{
    const char id[] = {(char)('a' + d), '\0'};
    const int64_t before = vectors(f);
    kno_put_result r;
    ASSERT_OK(fixture_put(f, id, m->texts[t].ptr != NULL ? m->texts[t].ptr : "", &r), &f->err);
    model_document *doc = &m->documents[d];
    if (doc->n > 0 && doc->texts[doc->n - 1] == t) {
        assert_int_equal(r.status, KNO_UNCHANGED);
        assert_int_equal(r.embedded, 0);
    } else {
        assert_int_equal(r.status, doc->n == 0 ? KNO_CREATED : KNO_UPDATED);
        doc->texts[doc->n++] = t;
    }
    assert_int_equal(r.version, doc->n);
    /* every chunk has its vector, and nothing was embedded that was there */
    assert_int_equal(vectors(f), distinct_digests(f));
    assert_int_equal((int64_t)r.embedded, vectors(f) - before);
}

static void step_restore(kno_fixture *f, model *m, unsigned d)
{
    const char id[] = {(char)('a' + d), '\0'};
    model_document *doc = &m->documents[d];
    const unsigned number = 1 + chance(m, doc->n + 1);
    const int64_t before = vectors(f);
    kno_put_result r;
    const anc_status status = kno_version_restore(f->kno, fixture_call(f), ANC_STR("notes"),
                                                  anc_str_of(id), number, 0, &r);
    if (doc->n == 0 || number > doc->n || (m->keep > 0 && number + m->keep <= doc->n)) {
        assert_int_equal(status, ANC_NOT_FOUND);
        return;
    }
    ASSERT_OK(status, &f->err);
    const unsigned text = doc->texts[number - 1];
    if (text == doc->texts[doc->n - 1]) {
        assert_int_equal(r.status, KNO_UNCHANGED);
    } else {
        assert_int_equal(r.status, KNO_UPDATED);
        doc->texts[doc->n++] = text;
    }
    assert_int_equal(r.version, doc->n);
    assert_int_equal(r.embedded, 0);
    assert_int_equal(vectors(f), before);
}

static void step_delete(kno_fixture *f, model *m, unsigned d)
{
    const char id[] = {(char)('a' + d), '\0'};
    uint64_t seq = 0;
    const anc_status status =
        kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), anc_str_of(id), &seq);
    assert_int_equal(status, m->documents[d].n > 0 ? ANC_OK : ANC_NOT_FOUND);
    m->documents[d].n = 0;
    assert_int_equal(vectors(f), distinct_digests(f));
}

static void agree(kno_fixture *f, const model *m)
{
    for (unsigned d = 0; d < N_DOCUMENTS; d++) {
        const char id[] = {(char)('a' + d), '\0'};
        const model_document *doc = &m->documents[d];
        kno_document found;
        const anc_status status =
            kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), anc_str_of(id), &found);
        if (doc->n == 0) {
            assert_int_equal(status, ANC_NOT_FOUND);
            continue;
        }
        ASSERT_OK(status, &f->err);
        assert_int_equal(found.version, doc->n);
        assert_int_equal(found.bytes, m->texts[doc->texts[doc->n - 1]].len);
    }
}

static void sequence(void **state)
{
    const unsigned seed = *(const unsigned *)*state;
    kno_fixture f;
    fixture_open(&f);
    model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->state = seed;
    m->keep = seed % 2 == 0 ? 3 : 0;
    f.options.keep_versions = m->keep;
    fixture_reopen(&f);
    make_texts(m);
    for (unsigned i = 0; i < STEPS; i++) {
        const unsigned d = chance(m, N_DOCUMENTS), what = chance(m, 40);
        uint64_t seq = 0;
        if (what < 22) {
            step_put(&f, m, d, chance(m, N_TEXTS));
        } else if (what < 29) {
            step_restore(&f, m, d);
        } else if (what < 30) {
            assert_true(fixture_sweep(&f));
        } else if (what < 38) {
            step_delete(&f, m, d);
        } else if (what < 39) {
            (void)!kno_collection_delete(f.kno, fixture_call(&f), ANC_STR("notes"), &seq);
            for (unsigned k = 0; k < N_DOCUMENTS; k++)
                m->documents[k].n = 0;
        } else {
            fixture_reopen(&f);
        }
        agree(&f, m);
    }
    fixture_check(&f, m->keep == 0);
    assert_true(fixture_sweep(&f));
    fixture_check(&f, true);
    for (unsigned i = 0; i < N_TEXTS; i++)
        anc_buf_done(&m->texts[i]);
    free(m);
    fixture_close(&f);
}

int main(void)
{
    static const unsigned seeds[N_SEEDS] = {1, 20, 300, 4000};
    struct CMUnitTest tests[N_SEEDS];
    for (int i = 0; i < N_SEEDS; i++)
        tests[i] =
            (struct CMUnitTest){"sequence", sequence, NULL, NULL, (void *)(uintptr_t)&seeds[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
