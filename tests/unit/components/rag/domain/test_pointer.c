/* test_pointer.c - questions that say where to look, and in which document. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/pointer.h"

typedef struct place_row {
    const char *name, *question;
    rag_pointed kind;
    uint32_t number;
    const char *file;
} place_row;

static const place_row places[] = {
    {"a row", "What is in row 7 of depots.csv?", RAG_POINTS_ROW, 7, "depots.csv"},
    {"a page", "what does page 3 say", RAG_POINTS_PAGE, 3, ""},
    {"capitals", "Row 12, please", RAG_POINTS_ROW, 12, ""},
    {"a number's sign", "line no. 7 of x.tsv", RAG_POINTS_ROW, 7, "x.tsv"},
    {"a hash", "row #7", RAG_POINTS_ROW, 7, ""},
    {"an ordinal", "What is in the 7th row?", RAG_POINTS_ROW, 7, ""},
    {"an ordinal in words", "the third page of the report", RAG_POINTS_PAGE, 3, ""},
    {"p.", "see p. 14 of a.pdf", RAG_POINTS_PAGE, 14, "a.pdf"},
    {"a slide", "What is on slide 4 of talk.pptx?", RAG_POINTS_PAGE, 4, "talk.pptx"},
    {"French", "Que contient la ligne n° 7 de depots.csv ?", RAG_POINTS_ROW, 7, "depots.csv"},
    {"French elision", "Que dit l\u2019enregistrement 7 ?", RAG_POINTS_ROW, 7, ""},
    {"a French ordinal", "la deuxième page", RAG_POINTS_PAGE, 2, ""},
    {"German", "Was steht auf Seite 2 von \u201Ereise.pdf\u201C?", RAG_POINTS_PAGE, 2, "reise.pdf"},
    {"a German ordinal", "Was steht in der 7. Zeile?", RAG_POINTS_ROW, 7, ""},
    {"a folder", "row 1 of a/b/depots.csv", RAG_POINTS_ROW, 1, "a/b/depots.csv"},
    {"no number", "Which row has Porto?", RAG_POINTS_NOWHERE, 0, ""},
    {"how many", "Why are there 7 rows in depots.csv?", RAG_POINTS_NOWHERE, 0, "depots.csv"},
    {"from to", "pages 3-5", RAG_POINTS_NOWHERE, 0, ""},
    {"nothing of the number nought", "row 0", RAG_POINTS_NOWHERE, 0, ""},
    {"a number with a point", "page 3.5", RAG_POINTS_NOWHERE, 0, ""},
    {"digits without end", "row 12345678901", RAG_POINTS_NOWHERE, 0, ""},
    {"nothing", "", RAG_POINTS_NOWHERE, 0, ""},
};

static void places_are_read(void **state)
{
    const place_row *row = *state;
    const rag_pointer p = rag_pointer_of(anc_str_of(row->question));
    assert_int_equal(p.kind, row->kind);
    assert_int_equal(p.number, row->number);
    if (!anc_str_eq(p.file, anc_str_of(row->file)))
        fail_msg("%.*s", ANC_FMT(p.file));
}

typedef struct meant_row {
    const char *name, *question, *title, *uri;
    bool is;
    const char *rest; /* what is asked besides, where it is */
} meant_row;

static const meant_row meant[] = {
    {"by its file", "What is in row 7 of depots.csv?", "The depots", "a/depots.csv", true, ""},
    {"by its file's end", "What is in row 7 of depots.csv?", "", "a/our depots.csv", true, ""},
    {"another file", "What is in row 7 of depots.csv?", "Depots", "old-depots.csv", false, NULL},
    {"by its title", "What is on page 3 of the annual report?", "Annual report 2021", "x.pdf", true,
     ""},
    {"by its file without ending", "What does row 3 of the depots table say?", "", "x/depots.csv",
     true, ""},
    {"by all of its name", "In the travel guide, what is on page 2?", "Travel guide", "", true, ""},
    {"something else", "What is on page 3 of the annual report?", "Travel guide", "", false, NULL},
    {"half of what was said", "What is on page 3 of the travel report?", "Travel guide", "", false,
     NULL},
    {"a row of a file", "row 7 of depots.csv", "depots.csv, row 7", "a/depots.csv#7", true, ""},
    {"with a question", "On page 3 of travel.pdf, what is the capital of Finland?", "",
     "travel.pdf", true, "On of what is the capital of Finland"},
    {"with a column", "depots.csv row 7 column 3", "", "depots.csv", true, ""},
    {"une colonne", "La colonne 2 de la ligne 7 de depots.csv ?", "", "depots.csv", true, ""},
    {"a column by its name", "In row 7 of depots.csv, which column has milk?", "", "depots.csv",
     true, "In of which column has milk"},
    {"in French", "Que dit la page 4 du guide de voyage ?", "Guide de voyage", "", true, ""},
    {"in German", "Was steht auf Seite 2 von reise.pdf?", "", "reise.pdf", true, ""},
    {"no document", "What is on page 3?", "Travel guide", "", false, NULL},
};

static void documents_are_known(void **state)
{
    const meant_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const anc_str question = anc_str_of(row->question);
    const anc_str title = anc_str_of(row->title);
    const anc_str uri = anc_str_of(row->uri);
    const rag_pointer p = rag_pointer_of(question);
    bool is = !row->is;
    anc_str rest;
    ASSERT_OK(rag_pointer_names(mem, question, &p, title, uri, &is, &err), &err);
    assert_int_equal(is, row->is);
    if (!is)
        return;
    ASSERT_OK(rag_pointer_rest(mem, question, &p, title, uri, &rest, &err), &err);
    if (!anc_str_eq(rest, anc_str_of(row->rest)))
        fail_msg("%.*s", ANC_FMT(rest));
}

typedef struct open_row {
    const char *name, *question;
    bool is;
} open_row;

static const open_row opens[] = {
    {"nothing is said", "What is on page 3?", true},
    {"a document", "What is on page 3 of the document?", true},
    {"a file", "What is on page 3 of a.pdf?", false},
    {"a title", "What is on page 3 of the report?", false},
};

static void open_ones_are_known(void **state)
{
    const open_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const anc_str question = anc_str_of(row->question);
    const rag_pointer p = rag_pointer_of(question);
    bool is = !row->is;
    ASSERT_OK(rag_pointer_is_open(mem, question, &p, &is, &err), &err);
    assert_int_equal(is, row->is);
}

static void rows_that_are_documents(void **state)
{
    (void)state;
    assert_int_equal(rag_pointer_row_of(ANC_STR("depots.csv, row 7"), ANC_STR("")), 7);
    assert_int_equal(rag_pointer_row_of(ANC_STR("Porto"), ANC_STR("a/depots.csv#12")), 12);
    assert_int_equal(rag_pointer_row_of(ANC_STR("Porto"), ANC_STR("a/mail.eml#scan.pdf")), 0);
    assert_int_equal(rag_pointer_row_of(ANC_STR("A list, row by row"), ANC_STR("a.txt")), 0);
}

int main(void)
{
    int failed = RUN_TABLE("places", places, places_are_read);
    failed += RUN_TABLE("meant", meant, documents_are_known);
    failed += RUN_TABLE("open", opens, open_ones_are_known);
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_that_are_documents)};
    return failed + cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
