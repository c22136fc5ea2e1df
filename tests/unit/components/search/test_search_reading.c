/* test_search_reading.c - the words of a question in the languages of a collection. */
#include "support/test.h"

#include <stdio.h>

#include "base/str.h"
#include "search/domain/reading.h"

typedef struct row {
    const char *name, *query;
    txt_language languages[3];
    size_t n_languages;
    const char *terms; /* words apart by blanks, readings by |, ~ before a function word */
    bool relaxed;
} row;

static const row rows[] = {
    {"one language", "the taxes", {TXT_EN}, 1, "~the tax", false},
    {"readings side by side", "les \u00e9coles", {TXT_EN, TXT_FR}, 2, "les|le ecole|ecol", false},
    {"the first language says what a function word is",
     "les \u00e9coles",
     {TXT_FR, TXT_EN, false},
     2,
     "~le|~les ecol|ecole",
     false},
    {"a stem of each", "\u00e9cole", {TXT_EN, TXT_FR}, 2, "ecole|ecol", false},
    {"what all read alike", "tax", {TXT_EN, TXT_FR, TXT_DE}, 3, "tax", false},
    {"an elision", "l'eau douce", {TXT_FR, TXT_EN}, 2, "eau douc", false},
    {"a code stays whole", "+AX-200 pompes", {TXT_FR, TXT_EN}, 2, "ax200 ax 200 pomp", false},
    {"a beginning", "compta* bilans", {TXT_FR, TXT_EN}, 2, "compta* bilan", false},
    {"a beginning that must be", "+Compta*", {TXT_FR, TXT_EN}, 2, "compta*", false},
    {"a beginning after a phrase", "\"le bilan\" compta*", {TXT_FR}, 1, "~le bilan compta*", false},
    {"a beginning given up", "comptes* bilans", {TXT_FR, TXT_EN}, 2, "comptes*|compt bilan", true},
    {"a beginning that must be is not given up", "+comptes*", {TXT_FR}, 1, "comptes*", true},
    {"an excluded beginning is none", "bilans -compta*", {TXT_FR}, 1, "bilan", false},
    {"words inside of words",
     "Mietvertrag getUserName",
     {TXT_DE},
     1,
     "mietvertrag vertrag miet getusernam get user nam",
     false},
    {"likewise in several languages",
     "Mietvertrag",
     {TXT_DE, TXT_EN},
     2,
     "mietvertrag vertrag miet",
     false},
    {"a beginning is not looked into", "Mietvertrag*", {TXT_DE}, 1, "mietvertrag*", false},
    {"no word", "?!", {TXT_EN, TXT_FR}, 2, "", false},
};

static void words_are_read(void **state)
{
    const row *r = *state;
    anc_err err = {0};
    srch_marked marked;
    srch_query_term *terms;
    size_t n, words;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(out, 4096);
    ASSERT_OK(srch_marks_read(mem, anc_str_of(r->query), &marked, &err), &err);
    ASSERT_OK(srch_words_read(mem, &marked, r->languages, r->n_languages, !r->relaxed, &terms, &n,
                              &words, &err),
              &err);
    for (size_t i = 0; i < n; i++) {
        const bool again = i > 0 && terms[i].word != 0 && terms[i - 1].word == terms[i].word;
        (void)anc_buf_printf(&out, "%s%s%.*s%s",
                             i == 0  ? ""
                             : again ? "|"
                                     : " ",
                             terms[i].is_stop ? "~" : "", ANC_FMT(terms[i].text),
                             terms[i].begins ? "*" : "");
    }
    assert_string_equal(out.ptr != NULL ? out.ptr : "", r->terms);
}

/* Whatever language a document is in, one reading of each word is for it. */
static void readings_share_the_languages(void **state)
{
    (void)state;
    static const txt_language all[] = {TXT_EN, TXT_FR, TXT_DE, TXT_UND};
    anc_err err = {0};
    srch_marked marked;
    srch_query_term *terms;
    size_t n, words;
    ANC_ARENA(mem, 1 << 20);
    ASSERT_OK(
        srch_marks_read(mem, ANC_STR("the notes of schools, tax, \u00e9coles"), &marked, &err),
        &err);
    ASSERT_OK(srch_words_read(mem, &marked, all, ANC_COUNT(all), true, &terms, &n, &words, &err),
              &err);
    for (size_t i = 0, last; i < n; i = last) {
        uint32_t together = 0;
        for (last = i; last < n && (last == i || terms[last].word == terms[i].word); last++) {
            assert_int_equal(together & terms[last].languages, 0);
            together |= terms[last].languages;
            if (terms[i].word == 0)
                break;
        }
        last += terms[i].word == 0 ? 1 : 0;
        assert_int_equal(together, terms[i].word == 0 ? 0 : UINT32_MAX);
    }
}

/* A very long question is read in fewer languages, never refused for that. */
static void a_long_question_has_bounds(void **state)
{
    (void)state;
    static const txt_language all[] = {TXT_EN, TXT_FR, TXT_DE, TXT_IT, TXT_ES, TXT_PT, TXT_UND};
    anc_err err = {0};
    srch_marked marked;
    srch_query_term *terms;
    size_t n, words;
    ANC_ARENA(mem, 8 << 20);
    ANC_BUF(query, 1 << 16);
    for (int i = 0; i < 1000; i++)
        assert_true(
            anc_buf_printf(&query, "nationalisations%c%c ", 'a' + i % 26, 'a' + i / 26 % 26));
    ASSERT_OK(srch_marks_read(mem, anc_buf_view(&query), &marked, &err), &err);
    ASSERT_OK(srch_words_read(mem, &marked, all, ANC_COUNT(all), true, &terms, &n, &words, &err),
              &err);
    assert_int_equal(words, 1000);
    assert_true(n >= 1000 && n <= SRCH_MAX_QUERY_TERMS);
    ANC_ARENA(small, 4096);
    assert_int_equal(srch_words_read(small, &marked, all, 1, true, &terms, &n, &words, &err),
                     ANC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readings_share_the_languages),
        cmocka_unit_test(a_long_question_has_bounds),
    };
    const int failed = RUN_TABLE("search reading", rows, words_are_read);
    return failed + cmocka_run_group_tests_name("search reading bounds", tests, NULL, NULL);
}
