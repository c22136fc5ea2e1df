/* test_question.c - what may be asked, and what the refusal says. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/followup.h"
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
};

static void title_is_as_told(void **state)
{
    const title_row *row = *state;
    const anc_str title = rag_question_title(anc_str_of(row->question), 8);
    assert_true(anc_str_eq(title, anc_str_of(row->title)));
}

typedef struct query_row {
    const char *name, *before, *question, *query;
} query_row;

static const query_row queries[] = {
    {"no history", NULL, "And in France?", "And in France?"},
    {"stands alone", "How heavy is the Skep 2?", "Where is the head office of the company?",
     "Where is the head office of the company?"},
    {"continuation", "What is the price of the Tilia?", "And in France?",
     "And in France? price Tilia"},
    {"French continuation", "Quel est le prix du Calame ?", "Et en Suisse ?",
     "Et en Suisse ? prix Calame"},
    {"pronoun and little else", "Who assembled the first hive scale?", "How heavy was it?",
     "How heavy was it? assembled first hive scale"},
    {"pronoun in a full question", "Who is Ada?",
     "How long does it take to assemble a hive scale from parts?",
     "How long does it take to assemble a hive scale from parts?"},
    {"there is", "Qui est Ada ?", "Y a-t-il une crèche ?", "Y a-t-il une crèche ?"},
};

static void query_is_as_told(void **state)
{
    const query_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_exchange history = {anc_str_of(row->before), ANC_STR("…")};
    anc_str query;
    ASSERT_OK(rag_retrieval_query(mem, anc_str_of(row->question), &history, row->before != NULL,
                                  &query, &err),
              &err);
    if (!anc_str_eq(query, anc_str_of(row->query)))
        fail_msg("\"%.*s\" is not \"%s\"", ANC_FMT(query), row->query);
}

static void two_questions_back(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_exchange history[] = {
        {ANC_STR("Who makes honey jars?"), ANC_STR("…")},
        {ANC_STR("What is the price of the Tilia?"), ANC_STR("…")},
        {ANC_STR("And in France?"), ANC_STR("…")},
    };
    anc_str query;
    ASSERT_OK(rag_retrieval_query(mem, ANC_STR("And there?"), history, 3, &query, &err), &err);
    assert_true(anc_str_eq(query, ANC_STR("And there? France price Tilia")));
}

static void nothing_found_speaks_the_language(void **state)
{
    (void)state;
    assert_true(anc_str_starts(rag_nothing_found(ANC_STR("What is the dress code in the office?")),
                               ANC_STR("Nothing in your")));
    assert_true(anc_str_starts(rag_nothing_found(ANC_STR("Quelle est la hauteur de la tour ?")),
                               ANC_STR("Rien dans vos")));
    assert_true(anc_str_starts(rag_nothing_found(ANC_STR("xyzzy")), ANC_STR("Nothing in your")));
}

int main(void)
{
    int failed = RUN_TABLE("question check", checks, check_is_as_told);
    failed += RUN_TABLE("question title", titles, title_is_as_told);
    failed += RUN_TABLE("retrieval query", queries, query_is_as_told);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_thousand_and_one),
        cmocka_unit_test(two_questions_back),
        cmocka_unit_test(nothing_found_speaks_the_language),
    };
    return failed + cmocka_run_group_tests_name("question", tests, NULL, NULL);
}
