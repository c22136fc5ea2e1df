/* test_question.c - what may be asked, and what the refusal says. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/question.h"

typedef struct check_row {
    const char *name;
    const char *text;
    const char *says; /* NULL: accepted */
} check_row;

static const check_row checks[] = {
    {"one letter", "a", NULL},
    {"ten code points of three bytes", "日本語日本語日本語日", NULL},
    {"eleven code points", "日本語日本語日本語日本", "question has 11 characters; 1 to 10"},
    {"empty", "", "question is empty (0 characters; 1 to 10"},
    {"blanks", "  \t\n ", "question is blank (5 characters"},
    {"no-break space and ideographic space", "\xc2\xa0\xe3\x80\x80",
     "question is blank (2 characters"},
    {"cut code point", "ab\xe2\x82", "not valid UTF-8 (byte 3 of 4)"},
    {"overlong form", "\xc0\xaf", "not valid UTF-8 (byte 1 of 2)"},
};

static void check_is_as_told(void **state)
{
    const check_row *row = *state;
    anc_err err = {ANC_OK, NULL, "", ""};
    const anc_status status = rag_question_check(anc_str_of(row->text), 10, &err);
    if (row->says == NULL) {
        ASSERT_OK(status, &err);
        return;
    }
    assert_int_equal(status, ANC_INVALID);
    assert_string_equal(err.pointer, "/question");
    if (strstr(err.text, row->says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, row->says);
}

static void four_thousand_and_one(void **state)
{
    (void)state;
    char *text = malloc(4001);
    assert_non_null(text);
    memset(text, 'x', 4001);
    anc_err err = {ANC_OK, NULL, "", ""};
    ASSERT_OK(rag_question_check((anc_str){text, 4000}, RAG_QUESTION_CHARS_DEFAULT, &err), &err);
    assert_int_equal(rag_question_check((anc_str){text, 4001}, RAG_QUESTION_CHARS_DEFAULT, &err),
                     ANC_INVALID);
    assert_non_null(strstr(err.text, "4001 characters; 1 to 4000"));
    free(text);
}

typedef struct title_row {
    const char *name, *question, *title;
} title_row;

static const title_row titles[] = {
    {"short", "Why?", "Why?"},
    {"first line", "  Why?\nBecause I ask.", "Why?"},
    {"cut at code points", "ééééééééééé", "éééééééé"},
    {"cut at a word", "How is it made?", "How is"},
    {"cut in a long first word", "a bcdefghijk", "a bcdefg"},
    {"a blank at the end", "abcdefgh ijk", "abcdefgh"},
    {"blanks before a line feed", "Why?  \nx", "Why?"},
};

static void title_is_as_told(void **state)
{
    const title_row *row = *state;
    const anc_str title = rag_question_title(anc_str_of(row->question), 8);
    assert_true(anc_str_eq(title, anc_str_of(row->title)));
}

static void nothing_found_speaks_the_language(void **state)
{
    (void)state;
    assert_true(anc_str_starts(
        rag_nothing_found(txt_language_detect(ANC_STR("What is the dress code in the office?")),
                          ANC_STR("What is the dress code in the office?"), 0.4),
        ANC_STR("Nothing in your")));
    assert_true(anc_str_starts(
        rag_nothing_found(txt_language_detect(ANC_STR("Quelle est la hauteur de la tour ?")),
                          ANC_STR("Quelle est la hauteur de la tour ?"), 0),
        ANC_STR("Rien dans vos")));
    assert_true(anc_str_starts(rag_nothing_found(TXT_UND, ANC_STR("会議はいつですか"), 0.9),
                               ANC_STR("この質問")));
    assert_true(rag_is_refusal(rag_nothing_found(TXT_UND, ANC_STR("Когда встреча?"), 0)));
    assert_true(anc_str_starts(
        rag_nothing_found(txt_language_detect(ANC_STR("xyzzy")), ANC_STR("xyzzy"), 0.9),
        ANC_STR("Nothing in your")));
}

static void what_is_near_is_said_to_be_unclear(void **state)
{
    (void)state;
    const anc_str question = ANC_STR("How many lamps are there?");
    for (txt_language l = TXT_UND + 1; l < TXT_LANGUAGE_COUNT; l++) {
        const anc_str unclear = rag_nothing_found(l, question, 0.5);
        assert_false(anc_str_eq(unclear, rag_nothing_found(l, question, 0.49)));
        assert_true(rag_is_refusal(unclear));
    }
    assert_true(anc_str_starts(rag_nothing_found(TXT_EN, question, 0.93), ANC_STR("No passage")));
}

int main(void)
{
    int failed = RUN_TABLE("question check", checks, check_is_as_told);
    failed += RUN_TABLE("question title", titles, title_is_as_told);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_thousand_and_one),
        cmocka_unit_test(nothing_found_speaks_the_language),
        cmocka_unit_test(what_is_near_is_said_to_be_unclear),
    };
    return failed + cmocka_run_group_tests_name("question", tests, NULL, NULL);
}
