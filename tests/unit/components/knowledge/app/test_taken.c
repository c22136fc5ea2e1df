/* test_taken.c - vectors that come with a version: right ones spare the embedding, wrong ones are not kept. */
#include <stdlib.h>
#include <string.h>

#include "support/knowledge_fixture.h"
#include "support/knowledge_text.h"
#include "support/test.h"

static const anc_str notes = ANC_STR_INIT("notes"), a_id = ANC_STR_INIT("a");

enum { PARAGRAPHS = 40, ENOUGH = 8 };

/* A version as a data folder gave it away; `f` has none of it any more. */
typedef struct given {
    anc_buf text;
    char model[64];
    unsigned char *digests, *values; /* owned */
    kno_past past;
} given;

static void forget(kno_fixture *f)
{
    uint64_t seq = 0;
    ASSERT_OK(kno_document_delete(f->kno, fixture_call(f), notes, a_id, &seq), &f->err);
    assert_true(fixture_sweep(f));
}

static unsigned char *copy_of(const unsigned char *bytes, size_t n)
{
    unsigned char *copy = malloc(n);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    return copy;
}

static anc_status put_back(kno_fixture *f, const given *g)
{
    kno_put_result r;
    const kno_document_input in = {.collection = notes,
                                   .make_collection = true,
                                   .id = a_id,
                                   .title = ANC_STR("A"),
                                   .content = anc_buf_view(&g->text),
                                   .past = g->past.number > 0 ? &g->past : NULL};
    return kno_document_put(f->kno, fixture_call(f), &in, false, &r);
}

static void give(kno_fixture *f, given *g)
{
    kno_taken_vectors v;
    *g = (given){.text = anc_buf_init(1 << 20)};
    for (unsigned i = 0; i < PARAGRAPHS; i++)
        text_paragraph(&g->text, i);
    ASSERT_OK(put_back(f, g), &f->err);
    ASSERT_OK(kno_version_vectors(f->kno, fixture_call(f), notes, a_id, 1, &v), &f->err);
    assert_true(v.n > 4 && v.model.len < sizeof g->model);
    memcpy(g->model, v.model.ptr, v.model.len);
    g->digests = copy_of(v.digests, v.n * KNO_DIGEST_SIZE);
    g->values = copy_of(v.values, v.n * v.dims * 2);
    g->past = (kno_past){.number = 1,
                         .created_ms = 1,
                         .vectors = {.model = {g->model, v.model.len},
                                     .dims = v.dims,
                                     .n = v.n,
                                     .digests = g->digests,
                                     .values = g->values}};
    forget(f);
}

static void give_up(given *g)
{
    anc_buf_done(&g->text);
    free(g->digests);
    free(g->values);
}

/* How many texts were embedded when it was put back; it has the vectors of `right` then, and goes again. */
static uint64_t embedded_for(kno_fixture *f, const given *g, const unsigned char *right)
{
    kno_taken_vectors v;
    const uint64_t before = atomic_load(&f->emb.embedded);
    ASSERT_OK(put_back(f, g), &f->err);
    const uint64_t embedded = atomic_load(&f->emb.embedded) - before;
    ASSERT_OK(kno_version_vectors(f->kno, fixture_call(f), notes, a_id, 1, &v), &f->err);
    assert_int_equal(v.n, g->past.vectors.n);
    if (right != NULL)
        assert_memory_equal(v.values, right, v.n * v.dims * 2);
    forget(f);
    return embedded;
}

static void right_ones_spare_the_embedding(void **state)
{
    kno_fixture *f = *state;
    given g;
    uint64_t tried = 0;
    give(f, &g);
    for (int i = 0; i < ENOUGH; i++)
        assert_int_equal(embedded_for(f, &g, g.values), 1);
    for (int i = 0; i < 32; i++)
        tried += embedded_for(f, &g, g.values);
    assert_int_equal(tried, 2); /* every sixteenth */
    give_up(&g);
}

static void fill(unsigned char *vector, uint32_t dims, uint16_t half)
{
    for (uint32_t i = 0; i < dims; i++) {
        vector[2 * i] = (unsigned char)(half & 0xff);
        vector[2 * i + 1] = (unsigned char)(half >> 8);
    }
}

/* Not even where the folder was trusted, and only the last vector is one that no model makes. */
static void what_is_no_unit_vector_is_not_kept(void **state)
{
    static const uint16_t halves[] = {0x0000 /* 0 */, 0x7e00 /* NaN */, 0x7c00 /* infinite */,
                                      0xfc00 /* the other way */, 0x3c00 /* 1: too long */};
    kno_fixture *f = *state;
    given g;
    give(f, &g);
    const size_t n = g.past.vectors.n, bytes = n * g.past.vectors.dims * 2;
    const size_t last = (n - 1) * g.past.vectors.dims * 2;
    unsigned char *right = copy_of(g.values, bytes);
    for (size_t i = 0; i < ANC_COUNT(halves); i++) {
        memcpy(g.values, right, bytes);
        for (int k = 0; k < ENOUGH + 1; k++)
            (void)embedded_for(f, &g, right);
        assert_int_equal(embedded_for(f, &g, right), 0);
        fill(g.values + last, g.past.vectors.dims, halves[i]);
        assert_int_equal(embedded_for(f, &g, right), n);
    }
    memcpy(g.values, right, bytes);
    assert_int_equal(embedded_for(f, &g, right), 1); /* and the trust is gone */
    free(right);
    give_up(&g);
}

static void turn_round(unsigned char *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[2 * i + 1] ^= 0x80;
}

/* The first one alone is right: sooner or later another one is tried. */
static void not_the_first_alone_is_tried(void **state)
{
    kno_fixture *f = *state;
    given g;
    uint64_t embedded = 0;
    give(f, &g);
    const size_t n = g.past.vectors.n, dims = g.past.vectors.dims;
    turn_round(g.values + 2 * dims, (n - 1) * dims);
    for (int i = 0; i < ENOUGH && embedded < n; i++)
        embedded = embedded_for(f, &g, NULL);
    assert_int_equal(embedded, n + 1);
    give_up(&g);
}

/* A model that fails has found nothing right. */
static void failures_make_no_trust(void **state)
{
    kno_fixture *f = *state;
    given g;
    give(f, &g);
    const size_t n = g.past.vectors.n, dims = g.past.vectors.dims;
    unsigned char *right = copy_of(g.values, n * dims * 2);
    f->emb.fails = true;
    for (int i = 0; i < 2 * ENOUGH - 1; i++)
        assert_int_equal(put_back(f, &g), ANC_UNAVAILABLE);
    f->emb.fails = false;
    turn_round(g.values, n * dims);
    assert_int_equal(embedded_for(f, &g, right), n + 1);
    free(right);
    give_up(&g);
}

/* Nor does it use up the turn of a version that was to be tried. */
static void a_turn_that_failed_comes_again(void **state)
{
    kno_fixture *f = *state;
    given g;
    give(f, &g);
    for (int i = 0; i < ENOUGH; i++)
        assert_int_equal(embedded_for(f, &g, g.values), 1);
    f->emb.fails = true;
    assert_int_equal(put_back(f, &g), ANC_UNAVAILABLE);
    f->emb.fails = false;
    assert_int_equal(embedded_for(f, &g, g.values), 1);
    assert_int_equal(embedded_for(f, &g, g.values), 0);
    give_up(&g);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(right_ones_spare_the_embedding), TEST(what_is_no_unit_vector_is_not_kept),
        TEST(not_the_first_alone_is_tried),   TEST(failures_make_no_trust),
        TEST(a_turn_that_failed_comes_again),
    };
    return cmocka_run_group_tests_name("taken", tests, NULL, NULL);
}
