/* test_search_domain.c - fusion, relevance, copies, fields. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "search/domain/duplicates.h"
#include "search/domain/fields.h"
#include "search/domain/fusion.h"
#include "search/domain/relevance.h"

static srch_candidate candidate(const char *id, double bm25, double cosine, uint32_t rank_keyword,
                                uint32_t rank_semantic)
{
    return (srch_candidate){.document_id = anc_str_of(id),
                            .bm25 = bm25,
                            .cosine = cosine,
                            .rank_keyword = rank_keyword,
                            .rank_semantic = rank_semantic};
}

static const char *id_at(const srch_candidate *c, size_t i)
{
    return c[i].document_id.ptr;
}

static void the_sum_scales_both_sides(void **state)
{
    (void)state;
    srch_candidate c[] = {candidate("words", 10, 0.2, 1, 0), candidate("vector", 0, 0.8, 0, 1),
                          candidate("both", 6, 0.7, 2, 2)};
    const srch_fusion_options half = {SRCH_WEIGHTED, 0.5};
    srch_fuse(c, 3, &half, NULL);
    assert_string_equal(id_at(c, 0), "both");
    assert_true(fabs(c[0].fused - (0.5 * 0.6 + 0.5 * (0.5 / 0.7))) < 1e-12);
    assert_true(fabs(c[1].fused - 0.5) < 1e-12);
    const srch_fusion_options words = {SRCH_WEIGHTED, 0}, vectors = {SRCH_WEIGHTED, 1};
    srch_fuse(c, 3, &words, NULL);
    assert_string_equal(id_at(c, 0), "words");
    srch_fuse(c, 3, &vectors, NULL);
    assert_string_equal(id_at(c, 0), "vector");
}

/* A model that cannot tell passages apart gives all of them nearly the same cosine. */
static void close_cosines_say_little(void **state)
{
    (void)state;
    srch_candidate c[] = {candidate("words", 10, 0.50, 1, 2), candidate("noise", 8, 0.56, 2, 1),
                          candidate("nothing", 0, 0.49, 0, 3)};
    const srch_fusion_options half = {SRCH_WEIGHTED, 0.5};
    srch_fuse(c, 3, &half, NULL);
    assert_string_equal(id_at(c, 0), "words");
    c[1].cosine = 0.95;
    srch_fuse(c, 3, &half, NULL);
    assert_string_equal(id_at(c, 0), "noise");
}

/* Where a few passages have all the words, a hair's breadth in their BM25 is not what orders them. */
static void close_word_scores_say_little(void **state)
{
    (void)state;
    srch_candidate c[] = {candidate("longer", 4.13, 0.60, 2, 1),
                          candidate("shorter", 4.21, 0.50, 1, 2)};
    const srch_fusion_options half = {SRCH_WEIGHTED, 0.5};
    srch_fusion_facts facts;
    srch_fuse(c, 2, &half, &facts);
    assert_string_equal(id_at(c, 0), "longer");
    assert_true(fabs(facts.keyword.least - 2.105) < 1e-12 && facts.keyword.greatest == 4.21);
    c[0].bm25 = 2.5;
    srch_fuse(c, 2, &half, NULL);
    assert_string_equal(id_at(c, 0), "shorter");
}

static void a_missing_vector_is_no_advantage(void **state)
{
    (void)state;
    srch_candidate c[] = {candidate("none", 5, (double)NAN, 1, 0), candidate("bad", 5, -0.1, 1, 2),
                          candidate("good", 0, 0.9, 0, 1)};
    const srch_fusion_options half = {SRCH_WEIGHTED, 0.5};
    srch_fuse(c, 3, &half, NULL);
    for (size_t i = 0; i < 3; i++)
        assert_true(c[i].fused >= 0 && c[i].fused <= 1);
    assert_true(c[0].fused >= c[1].fused);
}

static void equal_scores_keep_one_order(void **state)
{
    (void)state;
    srch_candidate c[] = {candidate("b", 1, 0.5, 1, 1), candidate("a", 1, 0.5, 2, 2)};
    const srch_fusion_options half = {SRCH_WEIGHTED, 0.5};
    srch_fuse(c, 2, &half, NULL);
    assert_string_equal(id_at(c, 0), "a");
    assert_true(fabs(c[0].fused - 0.5) < 1e-12);
    srch_fuse(c, 0, &half, NULL);
}

static void reciprocal_ranks(void **state)
{
    (void)state;
    srch_candidate c[] = {candidate("first", 9, 0.1, 1, 0), candidate("second", 1, 0.2, 3, 2)};
    const srch_fusion_options rrf = {.how = SRCH_RECIPROCAL};
    srch_fuse(c, 2, &rrf, NULL);
    assert_string_equal(id_at(c, 0), "second");
    assert_true(fabs(c[0].fused - (1 / 63.0 + 1 / 62.0)) < 1e-12);
}

static void collections_meet_by_score(void **state)
{
    (void)state;
    srch_candidate c[] = {candidate("a", 1, 0.5, 1, 1), candidate("b", 1, 0.5, 2, 2),
                          candidate("a", 1, 0.5, 1, 1)};
    c[0].score = 0.4;
    c[1].score = 0.9;
    c[2].score = 0.6;
    c[2].collection = 1;
    srch_level(c + 1, 1);
    srch_level(c, 1);
    srch_level(c + 2, 1);
    srch_merge(c, 3);
    assert_string_equal(id_at(c, 0), "b");
    assert_int_equal(c[1].collection, 1);
    assert_int_equal(srch_one_per_document(c, 3, 10), 3);
    c[2].collection = 1;
    assert_int_equal(srch_one_per_document(c, 3, 10), 2);
    assert_int_equal(srch_one_per_document(c, 3, 1), 1);
}

static void levels_are_scores_made_to_fall(void **state)
{
    (void)state;
    static const double scores[] = {0.9, 0.5, 0.7, 0.6, 0.6, 0.1, 0.2, 0.3},
                        levels[] = {0.9, 0.6, 0.6, 0.6, 0.6, 0.2, 0.2, 0.2};
    srch_candidate c[ANC_COUNT(scores)] = {0};
    for (size_t i = 0; i < ANC_COUNT(scores); i++)
        c[i].score = scores[i];
    srch_level(c, ANC_COUNT(scores));
    for (size_t i = 0; i < ANC_COUNT(scores); i++) {
        assert_true(fabs(c[i].level - levels[i]) < 1e-12);
        assert_true(c[i].score == scores[i]);
    }
    srch_level(c, 0);
}

enum { LISTED = 60, LISTS = 3 };

static uint64_t drawn = 11;

/* 0..1 in steps of 1/20, so that there are ties. */
static double draw(void)
{
    drawn = drawn * 6364136223846793005u + 1442695040888963407u;
    return (double)((drawn >> 33) % 21) / 20;
}

/* A list of one collection as a search makes it; how often its scores do not fall. */
static size_t make_list(srch_candidate *c, uint32_t collection, double best)
{
    static char ids[LISTED][8];
    const srch_fusion_options half = {SRCH_WEIGHTED, 0.5};
    size_t rises = 0;
    for (size_t i = 0; i < LISTED; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "d%zu", i);
        c[i] = candidate(ids[i], best * draw(), best * draw(), 0, 0);
        c[i].collection = collection;
        c[i].coverage = best * draw();
    }
    srch_fuse(c, LISTED, &half, NULL);
    srch_rate(c, LISTED, SRCH_BOTH_SIDES, 1);
    srch_level(c, LISTED);
    for (size_t i = 1; i < LISTED; i++)
        rises += c[i].score > c[i - 1].score;
    return rises;
}

/* Whatever else is searched, the candidates of a collection stand in their own order among each other. */
static void collections_leave_each_others_order(void **state)
{
    (void)state;
    enum { ROUNDS = 200 };
    size_t rises = 0;
    for (int round = 0; round < ROUNDS; round++) {
        srch_candidate lists[LISTS][LISTED], all[LISTS * LISTED];
        size_t at[LISTS] = {0};
        for (uint32_t l = 0; l < LISTS; l++) {
            rises += make_list(lists[l], l, l == 1 ? 0.1 : 1);
            memcpy(all + (size_t)l * LISTED, lists[l], sizeof lists[l]);
        }
        srch_merge(all, ANC_COUNT(all));
        for (size_t i = 0; i < ANC_COUNT(all); i++) {
            const uint32_t l = all[i].collection;
            assert_string_equal(id_at(all, i), id_at(lists[l], at[l]++));
            assert_true(i == 0 || all[i].level <= all[i - 1].level);
        }
    }
    assert_true(rises > ROUNDS);
}

static void what_unrelated_texts_have_is_taken_out(void **state)
{
    (void)state;
    srch_candidate c[] = {candidate("near", 0, 0.95, 0, 1), candidate("far", 0, 0.8, 0, 2),
                          candidate("none", 1, (double)NAN, 1, 0)};
    srch_rescale(c, 3, 0.05); /* as the model that the constants were fitted on */
    assert_true(c[0].cosine == 0.95 && c[0].semantic == 0.95);
    assert_true(srch_relevance(&c[1], SRCH_VECTORS_ONLY, 0) > 0.9);
    srch_rescale(c, 3, 0.8);
    assert_true(fabs(c[0].cosine - 0.75) < 1e-12 && c[0].semantic == 0.95);
    assert_true(fabs(c[1].cosine) < 1e-12 && c[1].semantic == 0.8);
    assert_true(isnan(c[2].cosine) && isnan(c[2].semantic));
    assert_true(srch_relevance(&c[1], SRCH_VECTORS_ONLY, 0) < 0.05);
}

static void relevance_tells_apart(void **state)
{
    (void)state;
    srch_candidate good = candidate("good", 8, 0.7, 1, 1), bad = candidate("bad", 1, 0.1, 9, 9);
    good.coverage = 0.9;
    bad.coverage = 0.1;
    for (srch_sides sides = SRCH_BOTH_SIDES; sides <= SRCH_VECTORS_ONLY; sides++) {
        const double high = srch_relevance(&good, sides, 10), low = srch_relevance(&bad, sides, 10);
        assert_true(high > 0.5 && high <= 1);
        assert_true(low < 0.2 && low >= 0);
    }
    good.cosine = (double)NAN;
    assert_true(srch_relevance(&good, SRCH_BOTH_SIDES, 10) ==
                srch_relevance(&good, SRCH_WORDS_ONLY, 10));
    srch_candidate nothing = candidate("nothing", 0, (double)NAN, 0, 0);
    srch_rate(&nothing, 1, SRCH_WORDS_ONLY, 0);
    assert_true(nothing.score < 0.1);
}

static double likeness(const char *a, const char *b)
{
    srch_sketch x, y;
    srch_sketch_of(anc_str_of(a), &x);
    srch_sketch_of(anc_str_of(b), &y);
    return srch_likeness(&x, &y);
}

/* The first functions are those of the whole, and settle what has nothing in common. */
static void a_sketch_is_begun_and_completed(void **state)
{
    (void)state;
    const anc_str text =
        ANC_STR("The warranty covers parts and labour for two years from the day of purchase, "
                "Stra\xC3\x9F"
                "e 7, \xC3\x89t\xC3\xA9.");
    const anc_str other = ANC_STR(
        "The ferry to the island leaves at noon when the wind allows it, on Sundays at ten.");
    srch_sketch begun, whole, far;
    srch_sketch_begin(text, &begun);
    srch_sketch_of(text, &whole);
    srch_sketch_begin(other, &far);
    assert_int_equal(begun.n, SRCH_SKETCH_FIRST);
    assert_int_equal(whole.n, SRCH_SKETCH_SIZE);
    assert_memory_equal(begun.minima, whole.minima, SRCH_SKETCH_FIRST * sizeof begun.minima[0]);
    assert_true(srch_may_be_alike(&begun, &whole));
    assert_false(srch_may_be_alike(&far, &whole));
}

static void copies_are_alike(void **state)
{
    (void)state;
    const char *text = "The warranty covers parts and labour for two years from the day of "
                       "purchase, provided that the invoice is kept and the seal is intact.";
    assert_true(likeness(text, text) == 1);
    assert_true(likeness(text, "the WARRANTY covers parts and labour - for two years from the day "
                               "of purchase; provided that the invoice is kept and the seal is "
                               "intact") == 1);
    assert_true(likeness(text, "The warranty covers nothing at all once three years have gone by "
                               "since the device was built.") < 0.5);
    assert_true(likeness("one two", "one two") == 1);
    assert_true(likeness("one two", "one three") < SRCH_DUPLICATE_LIKENESS);
    assert_true(likeness("", "") == 1);
}

static void copies_in_other_scripts(void **state)
{
    (void)state;
    assert_true(
        likeness("\xC2\xAB L'\xC3\x89t\xC3\xA9 \xC2\xBB \xE2\x80\x94 \xC3\xA0 la mer, enfin",
                 "l'\xC3\xA9t\xC3\xA9 \xC3\x80 la mer\xC2\xA0: enfin") == 1);
    assert_true(likeness("\xCE\x91\xCE\xBB\xCF\x86\xCE\xB1 \xCE\xB2\xCE\xAE\xCF\x84\xCE\xB1 "
                         "\xCE\xB3\xCE\xAC\xCE\xBC\xCE\xB1",
                         "\xCE\xB1\xCE\xBB\xCF\x86\xCE\xB1, \xCE\xB2\xCE\xAE\xCF\x84\xCE\xB1; "
                         "\xCE\xB3\xCE\xAC\xCE\xBC\xCE\xB1!") == 1);
}

/* ---- the estimate against the exact share of runs ---- */

enum { RUN_TEXT = 120 };

typedef struct words {
    uint32_t w[RUN_TEXT];
    size_t n;
} words;

static uint64_t seed = 3;

static uint32_t chance(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static bool has_run(const words *t, const uint32_t *run)
{
    for (size_t i = 0; i + 3 <= t->n; i++)
        if (memcmp(t->w + i, run, 3 * sizeof *run) == 0)
            return true;
    return false;
}

/* Distinct runs of `a`, and how many of them `b` has. */
static size_t count_runs(const words *a, const words *b, size_t *ret_common)
{
    size_t distinct = 0;
    *ret_common = 0;
    for (size_t i = 0; i + 3 <= a->n; i++) {
        words head = {.n = 0};
        memcpy(head.w, a->w, (i + 2) * sizeof *head.w);
        head.n = i + 2;
        if (has_run(&head, a->w + i))
            continue;
        distinct++;
        *ret_common += has_run(b, a->w + i) ? 1 : 0;
    }
    return distinct;
}

static void spell(const words *t, anc_buf *out)
{
    for (size_t i = 0; i < t->n; i++)
        assert_true(anc_buf_printf(out, "%s%u", i > 0 ? " " : "", t->w[i]));
}

static void likeness_is_the_share_of_runs(void **state)
{
    (void)state;
    double squares = 0;
    enum { ROUNDS = 300 };
    for (int round = 0; round < ROUNDS; round++) {
        ANC_BUF(x, 1 << 12);
        ANC_BUF(y, 1 << 12);
        words a = {.n = 20 + chance(RUN_TEXT - 20)};
        for (size_t i = 0; i < a.n; i++)
            a.w[i] = chance(40);
        words b = a;
        const uint32_t changes = chance(12);
        for (uint32_t i = 0; i < changes; i++)
            b.w[chance((uint32_t)b.n)] = chance(1000);
        size_t common, back;
        const size_t n_a = count_runs(&a, &b, &common), n_b = count_runs(&b, &a, &back);
        assert_int_equal(common, back);
        spell(&a, &x);
        spell(&b, &y);
        const double exact = (double)common / (double)(n_a + n_b - common);
        const double off = likeness(x.ptr, y.ptr) - exact;
        assert_true(fabs(off) < 0.3);
        squares += off * off;
    }
    assert_true(sqrt(squares / ROUNDS) < 0.07);
}

static const srch_field *field(const srch_field *fields, size_t n, const char *name, size_t nth)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq(fields[i].name, anc_str_of(name)) && nth-- == 0)
            return &fields[i];
    return NULL;
}

static void metadata_becomes_flat(void **state)
{
    (void)state;
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    const srch_facts facts = {
        .document_id = ANC_STR("d1"),
        .title = ANC_STR("T"),
        .updated_ms = 5,
        .metadata =
            ANC_STR("{\"year\":2021,\"title\":\"not this\",\"author\":{\"name\":\"Ann\"},"
                    "\"tags\":[\"a\",\"b\",null],\"price\":1.5,\"draft\":true,\"no\":null}"),
    };
    srch_field *f;
    size_t n;
    ASSERT_OK(srch_fields_of(mem, &facts, &f, &n, &err), &err);
    assert_int_equal(field(f, n, "year", 0)->value.integer, 2021);
    assert_true(anc_str_eq(field(f, n, "title", 0)->value.str, ANC_STR("T")));
    assert_null(field(f, n, "title", 1));
    assert_true(anc_str_eq(field(f, n, "author.name", 0)->value.str, ANC_STR("Ann")));
    assert_true(field(f, n, "tags", 1)->in_list);
    assert_null(field(f, n, "tags", 2));
    assert_int_equal(field(f, n, "price", 0)->value.kind, SRCH_REAL);
    assert_int_equal(field(f, n, "draft", 0)->value.kind, SRCH_BOOL);
    assert_int_equal(field(f, n, "updated_at", 0)->value.kind, SRCH_TIME);
    assert_null(field(f, n, "no", 0));
    assert_null(field(f, n, "uri", 0));
    const srch_facts list = {.document_id = ANC_STR("d2"), .metadata = ANC_STR("[1]")};
    assert_int_equal(srch_fields_of(mem, &list, &f, &n, &err), ANC_INVALID);
    ANC_ARENA(small, 64);
    assert_int_equal(srch_fields_of(small, &facts, &f, &n, &err), ANC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sum_scales_both_sides),
        cmocka_unit_test(close_cosines_say_little),
        cmocka_unit_test(close_word_scores_say_little),
        cmocka_unit_test(a_missing_vector_is_no_advantage),
        cmocka_unit_test(equal_scores_keep_one_order),
        cmocka_unit_test(reciprocal_ranks),
        cmocka_unit_test(collections_meet_by_score),
        cmocka_unit_test(levels_are_scores_made_to_fall),
        cmocka_unit_test(collections_leave_each_others_order),
        cmocka_unit_test(what_unrelated_texts_have_is_taken_out),
        cmocka_unit_test(relevance_tells_apart),
        cmocka_unit_test(a_sketch_is_begun_and_completed),
        cmocka_unit_test(copies_are_alike),
        cmocka_unit_test(copies_in_other_scripts),
        cmocka_unit_test(likeness_is_the_share_of_runs),
        cmocka_unit_test(metadata_becomes_flat),
    };
    return cmocka_run_group_tests_name("search domain", tests, NULL, NULL);
}
