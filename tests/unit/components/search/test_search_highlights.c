/* test_search_highlights.c - which pieces of a passage are shown, and that they are cut cleanly. */
#include "support/test.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "search/domain/highlights.h"

typedef struct shown {
    srch_fragment *fragments;
    size_t n;
} shown;

static shown show(anc_arena *mem, anc_str text, txt_language language, const srch_sought *terms,
                  size_t n, const double *weights)
{
    anc_err err = {0};
    srch_spot *spots;
    size_t n_spots;
    shown s;
    ASSERT_OK(srch_spots_find(mem, text, language, terms, n, &spots, &n_spots, &err), &err);
    ASSERT_OK(srch_fragments_choose(mem, text, spots, n_spots, weights, &s.fragments, &s.n, &err),
              &err);
    return s;
}

static anc_str cut(anc_str text, size_t start, size_t end)
{
    return anc_str_sub(text, start, end - start);
}

static void stems_match_and_sentences_are_kept(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    const anc_str text = ANC_STR("Nothing here. The taxes are paid in March. Nobody minds that.");
    const srch_sought terms[] = {{ANC_STR("tax"), false}, {ANC_STR("march"), false}};
    const double weights[] = {2, 3};
    const shown s = show(mem, text, TXT_EN, terms, 2, weights);
    assert_int_equal(s.n, 1);
    const srch_fragment *f = s.fragments;
    assert_true(f->start <= 14 && f->end >= 42);
    assert_int_equal(f->n_marks, 2);
    assert_true(anc_str_eq(cut(text, f->marks[0].start, f->marks[0].end), ANC_STR("taxes")));
    assert_true(anc_str_eq(cut(text, f->marks[1].start, f->marks[1].end), ANC_STR("March")));
}

static void nothing_matched_is_nothing_shown(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    const srch_sought term = {ANC_STR("tax"), false};
    const double weight = 1;
    assert_int_equal(show(mem, ANC_STR("Nothing here."), TXT_EN, &term, 1, &weight).n, 0);
    assert_int_equal(show(mem, ANC_STR(""), TXT_EN, &term, 1, &weight).n, 0);
    assert_int_equal(show(mem, ANC_STR("tax"), TXT_EN, NULL, 0, NULL).n, 0);
}

static void a_whole_and_its_parts_are_one_mark(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    const anc_str text = ANC_STR("Press E-42 now.");
    const srch_sought terms[] = {
        {ANC_STR("e42"), false}, {ANC_STR("e"), false}, {ANC_STR("42"), false}};
    const double weights[] = {3, 1, 1};
    const shown s = show(mem, text, TXT_EN, terms, 3, weights);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.fragments[0].n_marks, 1);
    assert_true(anc_str_eq(cut(text, s.fragments[0].marks[0].start, s.fragments[0].marks[0].end),
                           ANC_STR("E-42")));
}

static void a_beginning_marks_whatever_begins_so(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    const anc_str text = ANC_STR("Accounts and accountants; no count.");
    const srch_sought terms[] = {{ANC_STR("account"), false}, {ANC_STR("accou"), true}};
    srch_spot *spots;
    size_t n;
    anc_err err = {0};
    ASSERT_OK(srch_spots_find(mem, text, TXT_EN, terms, 2, &spots, &n, &err), &err);
    assert_int_equal(n, 4); /* both terms at both words */
    assert_true(spots[0].start == 0 && spots[0].end == 8 && spots[3].start == 13);
    const double weights[] = {1, 1};
    const shown s = show(mem, text, TXT_EN, terms, 2, weights);
    assert_true(s.n == 1 && s.fragments[0].n_marks == 2);
}

/* The heavy word is far from the others, and comes first when only one piece is looked at. */
static void the_weightiest_places_are_chosen(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(text, 1 << 16);
    for (int i = 0; i < 60; i++)
        assert_true(anc_buf_add(&text, i == 50 ? ANC_STR("the zebra was here and there ")
                                       : i % 5 == 0
                                           ? ANC_STR("a horse stood in this long field ")
                                           : ANC_STR("some other words without end at all ")));
    const srch_sought terms[] = {{ANC_STR("hors"), false}, {ANC_STR("zebra"), false}};
    const double weights[] = {1, 9};
    const shown s = show(mem, anc_buf_view(&text), TXT_EN, terms, 2, weights);
    assert_int_equal(s.n, SRCH_FRAGMENTS);
    bool zebra = false;
    for (size_t i = 0; i < s.n; i++)
        zebra = zebra ||
                anc_str_find(cut(anc_buf_view(&text), s.fragments[i].start, s.fragments[i].end),
                             ANC_STR("zebra")) != SIZE_MAX;
    assert_true(zebra);
}

/* ---- any text ---------------------------------------------------------------------------------- */

static uint64_t seed = 5;

static uint32_t chance(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static const char *const pieces[] = {"red ",
                                     "blue ",
                                     "E-42 ",
                                     "the ",
                                     ". ",
                                     "word ",
                                     "\n\n",
                                     "\xC3\xA9t\xC3\xA9 ",
                                     "\xE6\x9D\xB1\xE4\xBA\xAC",
                                     "lengthy ",
                                     "(note) ",
                                     "3.5 ",
                                     "\xC2\xA0",
                                     "sentence. Then "};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || (unsigned char)c == 0xA0;
}

static void check_fragments(anc_str text, const shown *s)
{
    size_t last = 0;
    assert_true(s->n <= SRCH_FRAGMENTS);
    for (size_t i = 0; i < s->n; i++) {
        const srch_fragment *f = &s->fragments[i];
        assert_true(f->start >= last && f->end > f->start && f->end <= text.len);
        assert_true(f->end - f->start <= 2 * SRCH_FRAGMENT_BYTES);
        const anc_str shown_text = cut(text, f->start, f->end);
        assert_true(anc_utf8_valid(shown_text));
        assert_true(f->n_marks > 0);
        for (size_t m = 0; m < f->n_marks; m++) {
            assert_true(f->marks[m].start >= (m > 0 ? f->marks[m - 1].end : f->start));
            assert_true(f->marks[m].end > f->marks[m].start && f->marks[m].end <= f->end);
        }
        /* a piece begins and ends at a word's edge, or at that of a matched word */
        assert_true(f->start == 0 || f->start == f->marks[0].start ||
                    is_blank(text.ptr[f->start - 1]));
        assert_true(f->end == text.len || f->end == f->marks[f->n_marks - 1].end ||
                    is_blank(text.ptr[f->end]) || (unsigned char)text.ptr[f->end] == 0xC2 ||
                    ispunct((unsigned char)text.ptr[f->end - 1]));
        last = f->end;
    }
}

static void pieces_are_cut_cleanly(void **state)
{
    (void)state;
    const srch_sought terms[] = {{ANC_STR("red"), false},
                                 {ANC_STR("e42"), false},
                                 {ANC_STR("42"), false},
                                 {ANC_STR("ete"), false},
                                 {ANC_STR("\xE6\x9D\xB1\xE4\xBA\xAC"), false}};
    const double weights[] = {1, 2, 0.5, 3, 1};
    for (int round = 0; round < 400; round++) {
        ANC_ARENA(mem, 1 << 22);
        ANC_BUF(text, 1 << 16);
        const uint32_t n = chance(200);
        for (uint32_t i = 0; i < n; i++)
            assert_true(anc_buf_add(&text, anc_str_of(pieces[chance(ANC_COUNT(pieces))])));
        const shown s = show(mem, anc_buf_view(&text), TXT_EN, terms, 5, weights);
        check_fragments(anc_buf_view(&text), &s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stems_match_and_sentences_are_kept),
        cmocka_unit_test(nothing_matched_is_nothing_shown),
        cmocka_unit_test(a_whole_and_its_parts_are_one_mark),
        cmocka_unit_test(a_beginning_marks_whatever_begins_so),
        cmocka_unit_test(the_weightiest_places_are_chosen),
        cmocka_unit_test(pieces_are_cut_cleanly),
    };
    return cmocka_run_group_tests_name("search highlights", tests, NULL, NULL);
}
