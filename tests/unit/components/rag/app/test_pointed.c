/* test_pointed.c - questions that name a row or a page of a document. */
#include "support/test.h"

#include "base/str.h"
#include "support/rag/world.h"

/* Page 2 of the depots: a row, then a sentence. */
#define PAGE_2 "City: Lyons; Phone: 555-0109 [1] They open from six to ten on weekdays. [1]"

typedef struct pointed_row {
    const char *name, *question;
    const char *answer; /* NULL: answered as any other, not from there */
    uint32_t page, row; /* of its first citation */
} pointed_row;

static const pointed_row questions[] = {
    {"a row", "What is in row 2 of depots.csv?", "City: Madrid; Phone: 555-0102 [1]", 1, 2},
    {"a row of another chunk", "What does line 3 of depots.csv say?",
     "City: Porto; Phone: 555-0107 [1]", 1, 3},
    {"in French", "Que contient la ligne 4 de depots.csv ?", "City: Nantes; Phone: 555-0108 [1]", 1,
     4},
    {"in German", "Was steht in Zeile 1 von depots.csv?", "City: Lisbon; Phone: 555-0101 [1]", 1,
     1},
    {"something in a row", "Which city has the phone in row 2 of depots.csv?",
     "City: Madrid; Phone: 555-0102 [1]", 1, 2},
    {"a page", "What is on page 2 of depots.csv?", PAGE_2, 2, 5},
    {"what it is about", "De quoi parle la page 2 de depots.csv ?", PAGE_2, 2, 5},
    {"worum es geht", "Worum geht es auf Seite 2 von depots.csv?", PAGE_2, 2, 5},
    {"qué dice", "¿Qué dice la página 2 de depots.csv?", PAGE_2, 2, 5},
    {"a verb that is not listed", "What does page 2 of depots.csv dwell on?", PAGE_2, 2, 5},
    {"its path", "What is in row 2 of files/depots.csv?", "City: Madrid; Phone: 555-0102 [1]", 1,
     2},
    {"the last page", "What is on the last page of depots.csv?", PAGE_2, 2, 5},
    {"page 0", "What is on page 0 of depots.csv?", "Nothing in your documents answers this.", 0, 0},
    {"a row that is not there", "What is in row 9 of depots.csv?",
     "Nothing in your documents answers this.", 0, 0},
    {"a number that is too large", "What is in row 9999999999 of depots.csv?",
     "Nothing in your documents answers this.", 0, 0},
    {"a page that is too large", "What is on page 99999999999 of depots.csv?",
     "Nothing in your documents answers this.", 0, 0},
    {"a page below nought", "What is on page -3 of depots.csv?",
     "Nothing in your documents answers this.", 0, 0},
    {"a sheet of what has none", "What is in row 2 of sheet Repairs of depots.csv?",
     "Nothing in your documents answers this.", 0, 0},
    {"a second sheet of what has none", "What is in row 2 of sheet 2 of depots.csv?",
     "Nothing in your documents answers this.", 0, 0},
    {"its only sheet", "What is in row 2 of sheet 1 of depots.csv?",
     "City: Madrid; Phone: 555-0102 [1]", 1, 2},
    {"a sheet of its name", "What is in row 2 of the sheet Depots of depots.csv?",
     "City: Madrid; Phone: 555-0102 [1]", 1, 2},
    {"what is not said there", "On page 2 of depots.csv, who is the minister of Norway?",
     "No passage of your documents answers this clearly; the nearest are among the sources.", 0, 0},
    {"a file that is not there", "What is in row 2 of stores.csv?", NULL, 0, 0},
    {"no document", "How long does the battery in row 2 last?", NULL, 0, 0},
};

static void answered_from_there(void **state)
{
    const pointed_row *row = *state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    const rag_question q = world_question(row->question);
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    if (row->answer == NULL) {
        for (size_t i = 0; i < a->n_sources; i++)
            assert_false(anc_str_eq(a->sources[i].document_id, ANC_STR("depots")));
    } else {
        if (!anc_str_eq(a->text, anc_str_of(row->answer)))
            fail_msg("%.*s", ANC_FMT(a->text));
        assert_int_equal(a->n_citations > 0, row->page > 0);
    }
    for (size_t i = 0; i < a->n_citations && row->answer != NULL; i++) {
        assert_int_equal(a->n_sources, 1);
        assert_int_equal(a->citations[0].page, row->page);
        assert_int_equal(a->citations[0].row, row->row);
        const srch_hit *s = &a->sources[0];
        assert_true(anc_str_eq(a->citations[i].quote,
                               anc_str_sub(s->text, a->citations[i].start - s->start,
                                           a->citations[i].end - a->citations[i].start)));
    }
    world_close(&w);
}

/* A page of several chunks, and one source: that it goes on is said. */
static void a_page_that_is_cut_says_so(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    rag_question q = world_question("What is on page 1 of depots.csv?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_find(a->text, ANC_STR("…")) == SIZE_MAX);
    q.top_k = 1;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    if (!anc_str_ends(a->text, ANC_STR(" … [1]")))
        fail_msg("%.*s", ANC_FMT(a->text));
    world_close(&w);
}

/* Each with the passage that it stands in. */
static void rows_that_are_apart(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    const rag_question q = world_question("What is in rows 1 and 4 of depots.csv?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    if (!anc_str_eq(a->text, ANC_STR("City: Lisbon; Phone: 555-0101 [1] City: Nantes; Phone: "
                                     "555-0108 [2]")))
        fail_msg("%.*s", ANC_FMT(a->text));
    assert_int_equal(a->n_citations, 2);
    assert_int_equal(a->citations[0].row, 1);
    assert_int_equal(a->citations[1].row, 4);
    world_close(&w);
}

/* Each page in its turn, with passages of its own. */
static void pages_that_are_named_together(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    rag_question q = world_question("What do pages 1 and 2 of depots.csv say?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(a->n_sources, 3);
    assert_int_equal(a->citations[0].page, 1);
    assert_int_equal(a->citations[a->n_citations - 1].page, 2);
    q.top_k = 2;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    if (!anc_str_eq(a->text, ANC_STR("City: Lisbon; Phone: 555-0101 [1] City: Madrid; Phone: "
                                     "555-0102 [1] City: Lyons; Phone: 555-0109 [2] They open "
                                     "from six to ten on weekdays. [2]")))
        fail_msg("%.*s", ANC_FMT(a->text));
    assert_int_equal(a->sources[1].page, 2);
    world_close(&w);
}

/* Where it is not said which document: the only one that has it, or a question back. */
static void which_one_is_asked(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    w.two_depots = 1;
    const rag_question q = world_question("What is on page 2?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_eq(a->text, ANC_STR(PAGE_2)));
    assert_int_equal(a->citations[0].page, 2);
    w.two_depots = 2;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_eq(a->text, ANC_STR("Which document is meant? There is a page 2 in \"Old "
                                            "depots\" (old-depots.csv), \"Depots of the "
                                            "firm\" (depots.csv).")));
    assert_int_equal(a->n_sources + a->n_citations, 0);
    const rag_question fr = world_question("Que dit le tableau dans la ligne 2 ?");
    ASSERT_OK(world_ask(&w, &fr, &a), &w.err);
    assert_true(
        anc_str_starts(a->text, ANC_STR("De quel document s'agit-il ? Il y a une ligne 2")));
    const rag_question named = world_question("What is on page 2 of the depots of the firm?");
    ASSERT_OK(world_ask(&w, &named, &a), &w.err);
    assert_true(anc_str_eq(a->text, ANC_STR(PAGE_2)));
    const rag_question unknown = world_question("What is on page 2 of the green book?");
    ASSERT_OK(world_ask(&w, &unknown, &a), &w.err);
    assert_true(anc_str_starts(a->text, ANC_STR("Which document is meant? There is a page 2")));
    assert_int_equal(a->n_citations, 0);
    world_close(&w);
}

/* "What is on page 2?" - "Which document is meant?" - "old-depots.csv" */
static void a_reply_says_of_which(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    w.two_depots = 2;
    const rag_answer *a;
    rag_question q = world_question("What is on page 2?");
    q.keep = true;
    q.session_id = ANC_STR("s1");
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_starts(a->text, ANC_STR("Which document is meant?")));
    q.question = ANC_STR("the depots of the firm");
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    if (!anc_str_eq(a->text, ANC_STR(PAGE_2)))
        fail_msg("%.*s", ANC_FMT(a->text));
    assert_int_equal(a->citations[0].page, 2);
    world_close(&w);
}

/* However many and long the documents are, so much of them is read and no more; then it is not known who else has it. */
static void long_documents_are_not_read_to_their_ends(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    w.long_documents = 40;
    const rag_question q = world_question("What is on page 2?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.windows, 256);
    assert_true(anc_str_eq(a->text, ANC_STR("Which document is meant? There is a page 2 in "
                                            "\"Depots of the firm\" and others.")));
    w.windows = 0;
    w.long_documents = 1;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.windows, 1 + 64);
    assert_true(anc_str_ends(a->text, ANC_STR("and others.")));
    world_close(&w);
}

/* "How many …?" of a table all of whose rows are known: the number, then rows as citations. */
static void rows_are_counted(void **state)
{
    static const struct {
        const char *question, *answer;
        size_t citations;
    } rows[] = {
        {"How many depots of depots.csv are in Porto?",
         "1 of 5 rows: City: Porto; Phone: 555-0107 [1]", 1},
        {"How many rows are in depots.csv?",
         "5 of 5 rows: City: Lisbon; Phone: 555-0101 [1] City: Madrid; Phone: 555-0102 [2] City: "
         "Porto; Phone: 555-0107 [3] City: Nantes; Phone: 555-0108 [4] City: Lyons; Phone: "
         "555-0109 [5]",
         5},
        {"Combien de lignes y a-t-il dans depots.csv ?",
         "5 lignes sur 5 : City: Lisbon; Phone: 555-0101 [1] City: Madrid; Phone: 555-0102 [2] "
         "City: Porto; Phone: 555-0107 [3] City: Nantes; Phone: 555-0108 [4] City: Lyons; Phone: "
         "555-0109 [5]",
         5},
    };
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        world w;
        if (!world_open(&w, 0, NULL))
            fail_msg("%s", w.err.text);
        const rag_question q = world_question(rows[i].question);
        const rag_answer *a;
        ASSERT_OK(world_ask(&w, &q, &a), &w.err);
        if (!anc_str_eq(a->text, anc_str_of(rows[i].answer)))
            fail_msg("%.*s", ANC_FMT(a->text));
        assert_int_equal(a->n_citations, rows[i].citations);
        assert_false(a->no_answer);
        world_close(&w);
    }
}

/* Fewer sources than rows: how many more there are is said behind them. */
static void more_rows_are_counted_than_shown(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    rag_question q = world_question("Wie viele Zeilen gibt es in depots.csv?");
    const rag_answer *a;
    q.top_k = 1;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    if (!anc_str_eq(a->text,
                    ANC_STR("5 von 5 Zeilen: City: Lisbon; Phone: 555-0101 [1] … und 4 weitere")))
        fail_msg("%.*s", ANC_FMT(a->text));
    world_close(&w);
}

/* Which cells are conditions, and how figures are written, was seen in other rows. */
static void a_table_that_is_replaced_between_its_readings_is_not_counted(void **state)
{
    (void)state;
    for (unsigned replaced = 1; replaced <= 2; replaced++) {
        world w;
        if (!world_open(&w, 0, NULL))
            fail_msg("%s", w.err.text);
        w.replaced = replaced;
        const rag_question q = world_question("How many depots of depots.csv are in Porto?");
        const rag_answer *a;
        ASSERT_OK(world_ask(&w, &q, &a), &w.err);
        assert_int_equal(w.windows, 2);
        assert_true((anc_str_find(a->text, ANC_STR("1 of 5 rows: ")) == 0) == (replaced == 1));
        world_close(&w);
    }
}

/* It is read so far and no further, and named. */
static void a_table_without_end_is_named(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    w.endless = true;
    rag_question q = world_question("How many depots of depots.csv are in Porto?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.windows, 600);
    assert_int_equal(a->n_warnings, 1);
    assert_true(
        anc_str_starts(a->warnings[0].message, ANC_STR("'Depots of the firm' is too large")));
    assert_true(anc_str_find(a->text, ANC_STR(" rows: ")) == SIZE_MAX);
    q.question = ANC_STR("How many depots of depots.csv are north of Porto?");
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(a->n_warnings, 0); /* it would not have been counted anyway */
    world_close(&w);
}

static void others_list_no_documents(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    const rag_question q = world_question("How long does the battery of depots.csv last?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.lists, 0);
    world_close(&w);
}

static void what_went_meanwhile_is_not_told(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    w.depots_go = true;
    const rag_question q = world_question("What is in row 2 of depots.csv?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.lists, 1);
    for (size_t i = 0; i < a->n_sources; i++)
        assert_false(anc_str_eq(a->sources[i].document_id, ANC_STR("depots")));
    world_close(&w);
}

/* A model reads the row that was named, and no more. */
static void a_model_gets_the_row(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 1, NULL))
        fail_msg("%s", w.err.text);
    w.first.tokens[0] = "Nantes [1].";
    const rag_question q = world_question("What is in row 4 of depots.csv?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_eq(a->provider, ANC_STR("alpha")));
    assert_int_equal(a->n_sources, 1);
    assert_true(anc_str_eq(a->sources[0].text, ANC_STR("Nantes | 555-0108")));
    assert_true(anc_str_eq(a->sources[0].columns, ANC_STR("City | Phone")));
    world_close(&w);
}

int main(void)
{
    const int failed = RUN_TABLE("pointed", questions, answered_from_there);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_that_is_cut_says_so),
        cmocka_unit_test(rows_that_are_apart),
        cmocka_unit_test(pages_that_are_named_together),
        cmocka_unit_test(which_one_is_asked),
        cmocka_unit_test(a_reply_says_of_which),
        cmocka_unit_test(long_documents_are_not_read_to_their_ends),
        cmocka_unit_test(rows_are_counted),
        cmocka_unit_test(more_rows_are_counted_than_shown),
        cmocka_unit_test(a_table_that_is_replaced_between_its_readings_is_not_counted),
        cmocka_unit_test(a_table_without_end_is_named),
        cmocka_unit_test(others_list_no_documents),
        cmocka_unit_test(what_went_meanwhile_is_not_told),
        cmocka_unit_test(a_model_gets_the_row)};
    return failed + cmocka_run_group_tests_name("pointed", tests, NULL, NULL);
}
