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
    {"nought", "page 0 of a.pdf", RAG_POINTS_PAGE, 0, "a.pdf"},
    {"a number in words", "page three of a.pdf", RAG_POINTS_PAGE, 3, "a.pdf"},
    {"a French number in words", "la page trois", RAG_POINTS_PAGE, 3, ""},
    {"a German number in words", "Seite zwei", RAG_POINTS_PAGE, 2, ""},
    {"the last", "the last page of a.pdf", RAG_POINTS_PAGE, RAG_POINTS_LAST, "a.pdf"},
    {"the last in French", "la dernière page", RAG_POINTS_PAGE, RAG_POINTS_LAST, ""},
    {"the last in German", "die letzte Zeile", RAG_POINTS_ROW, RAG_POINTS_LAST, ""},
    {"a number with a point", "page 3.5", RAG_POINTS_NOWHERE, 0, ""},
    {"digits without end", "row 12345678901", RAG_POINTS_ROW, 999999999, ""},
    {"more digits than any number has", "page 99999999999999999999999 of a.pdf", RAG_POINTS_PAGE,
     999999999, "a.pdf"},
    {"below nought", "page -3 of a.pdf", RAG_POINTS_PAGE, 0, "a.pdf"},
    {"a sign alone", "page - of a.pdf", RAG_POINTS_NOWHERE, 0, "a.pdf"},
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

typedef struct range_row {
    const char *name, *question;
    uint32_t number, until, also; /* also: 0 none */
} range_row;

static const range_row ranges[] = {
    {"one", "page 3", 3, 3, 0},
    {"two", "pages 2 and 3 of a.pdf", 2, 3, 0},
    {"two that are apart", "pages 2 and 9 of a.pdf", 2, 2, 9},
    {"three that are apart", "pages 2, 5 and 9 of a.pdf", 2, 2, 5},
    {"in Spanish", "las páginas 2 y 9", 2, 2, 9},
    {"in German, apart", "Seiten 2 und 9", 2, 2, 9},
    {"one, and another number", "page 2 and 9 others", 2, 2, 0},
    {"from to", "rows 3 to 5", 3, 5, 0},
    {"with a dash", "pages 3-5", 3, 5, 0},
    {"backwards", "rows 5 to 3", 5, 5, 0},
    {"in French", "les pages 2 à 4", 2, 4, 0},
    {"in German", "Seiten 2 bis 4", 2, 4, 0},
    {"another number", "row 3 and 4 more", 3, 4, 0},
};

static void ranges_are_read(void **state)
{
    const range_row *row = *state;
    const rag_pointer p = rag_pointer_of(anc_str_of(row->question));
    assert_int_not_equal(p.kind, RAG_POINTS_NOWHERE);
    assert_int_equal(p.number, row->number);
    assert_int_equal(p.until, row->until);
    assert_int_equal(p.n_also > 0, row->also > 0);
    if (p.n_also > 0)
        assert_int_equal(p.also[0], row->also);
}

typedef struct reply_row {
    const char *name, *before, *reply;
    const char *meant;
} reply_row;

static const reply_row replies[] = {
    {"a file", "what is on page 3?", "two-columns.pdf", "what is on page 3 of two-columns.pdf"},
    {"words", "what is on page 3?", "the receipt.", "what is on page 3 of the receipt"},
    {"in quotes", "What is in row 2?", "\"Depots\"", "What is in row 2 of Depots"},
    {"of one that is not known", "what is on page 3 of the green book?", "the receipt",
     "what is on page 3 of the receipt"},
    {"another question", "what is on page 3?", "Who founded Microsoft?", ""},
    {"another page", "what is on page 3?", "page 4 of a.pdf", ""},
    {"nothing", "what is on page 3?", "?", ""},
    {"a question that is whole", "what is on page 3 of a.pdf?", "b.pdf", ""},
    {"a question of no page", "Which documents are there?", "a.pdf", ""},
};

static void replies_complete(void **state)
{
    const reply_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    anc_str meant;
    ASSERT_OK(
        rag_pointer_complete(mem, anc_str_of(row->before), anc_str_of(row->reply), &meant, &err),
        &err);
    if (!anc_str_eq(meant, anc_str_of(row->meant)))
        fail_msg("%.*s", ANC_FMT(meant));
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
    {"by its path", "row 7 of csv/depots.csv", "", "csv/depots.csv", true, ""},
    {"by its path's end", "row 7 of csv/depots.csv", "", "/data/csv/depots.csv", true, ""},
    {"by all of its path", "row 7 of /data/csv/depots.csv", "", "csv/depots.csv", true, ""},
    {"by a path from here", "row 7 of ./csv/depots.csv", "", "/data/csv/depots.csv", true, ""},
    {"in another folder", "row 7 of old/depots.csv", "", "csv/depots.csv", false, NULL},
    {"to be summarized", "Summarize page 3 of a.pdf", "", "a.pdf", true, ""},
    {"by its title", "What is on page 3 of the annual report?", "Annual report 2021", "x.pdf", true,
     ""},
    {"by its file without ending", "What does row 3 of the depots table say?", "", "x/depots.csv",
     true, ""},
    {"by all of its name", "In the travel guide, what is on page 2?", "Travel guide", "", true, ""},
    {"a file whose words are parted otherwise",
     "What is on page 3 of the mooring rules part 2 chapter 8?", "RULES",
     "in/mooring-rules-part2-chapter8.pdf", true, ""},
    {"another chapter of it", "What is on page 3 of the mooring rules part 2 chapter 7?", "RULES",
     "in/mooring-rules-part2-chapter8.pdf", false, NULL},
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
    {"what it talks about", "What does page 3 of the safety report talk about?",
     "Annual Safety Report 2023", "x.pdf", true, ""},
    {"a verb that is not listed", "What does page 3 of a.pdf dwell on?", "", "a.pdf", true, ""},
    {"two of them", "What can we learn from page 3 of a.pdf?", "", "a.pdf", true, ""},
    {"who is named there", "Who is named on page 3 of a.pdf?", "", "a.pdf", true,
     "Who is named on of"},
    {"a thing on it", "What is the total on page 3 of a.pdf?", "", "a.pdf", true,
     "What is the total on of"},
    {"about something", "What does page 3 of a.pdf say about training?", "", "a.pdf", true,
     "What does of say about training"},
    {"qué dice", "¿Qué dice la página 2 de manual-empleado.pdf?", "Manual del empleado",
     "manual-empleado.pdf", true, ""},
    {"de qué trata", "¿De qué trata la página 4 del manual del empleado?", "Manual del empleado",
     "m.pdf", true, ""},
    {"la fila", "¿Qué dice la fila 3 de invoices.csv?", "", "invoices.csv", true, ""},
    {"qué hay", "¿Qué hay en la página 2 de m.pdf?", "", "m.pdf", true, ""},
    {"qué se explica", "¿Qué se explica en la página 2 de m.pdf?", "", "m.pdf", true, ""},
    {"de quoi parle", "De quoi parle la page 3 de safety-report-2023.pdf ?", "",
     "safety-report-2023.pdf", true, ""},
    {"qu'apprend-on", "Qu'apprend-on à la page 3 de a.pdf ?", "", "a.pdf", true, ""},
    {"worum geht es", "Worum geht es auf Seite 5 von a.pdf?", "", "a.pdf", true, ""},
    {"wovon handelt", "Wovon handelt Seite 5 von a.pdf?", "", "a.pdf", true, ""},
    {"was erfährt man", "Was erfährt man auf Seite 5 von a.pdf?", "", "a.pdf", true, ""},
    {"cosa dice", "Cosa dice la pagina 2 di a.pdf?", "", "a.pdf", true, ""},
    {"di cosa parla", "Di cosa parla la pagina 2 di a.pdf?", "", "a.pdf", true, ""},
    {"o que diz", "O que diz a página 2 de a.pdf?", "", "a.pdf", true, ""},
    {"do que trata", "Do que trata a página 2 de a.pdf?", "", "a.pdf", true, ""},
    {"quién", "¿Quién aparece en la página 2 de m.pdf?", "", "m.pdf", true, ""},
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

typedef struct sought_row {
    const char *name, *question;
    rag_pointed kind;
    const char *what;
} sought_row;

static const sought_row soughts[] = {
    {"is described", "On which page is the fire drill course described?", RAG_POINTS_PAGE,
     "fire drill course"},
    {"does it speak of", "On which page does the report speak of audits?", RAG_POINTS_PAGE,
     "report speak of audits"},
    {"a name", "On which page is Person 77?", RAG_POINTS_PAGE, "Person 77"},
    {"of a file", "On what page of a.pdf are the davits?", RAG_POINTS_PAGE, "davits"},
    {"can be found", "Which page has the emergency numbers?", RAG_POINTS_PAGE, "emergency numbers"},
    {"in a row", "In which row is Porto?", RAG_POINTS_ROW, "Porto"},
    {"what a row has", "Which row has Porto?", RAG_POINTS_NOWHERE, ""},
    {"à quelle page", "À quelle page parle-t-on des audits ?", RAG_POINTS_PAGE, "audits"},
    {"auf welcher Seite", "Auf welcher Seite steht der Preis?", RAG_POINTS_PAGE, "Preis"},
    {"en qué página", "¿En qué página se habla de vacaciones?", RAG_POINTS_PAGE, "vacaciones"},
    {"in quale pagina", "In quale pagina si trova il prezzo?", RAG_POINTS_PAGE, "prezzo"},
    {"em que página", "Em que página está o preço?", RAG_POINTS_PAGE, "preço"},
    {"a page by its number", "What is on page 3?", RAG_POINTS_NOWHERE, ""},
    {"nothing", "On which page?", RAG_POINTS_NOWHERE, ""},
};

static void what_is_sought(void **state)
{
    const sought_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_pointed kind;
    anc_str what;
    ASSERT_OK(rag_pointer_sought(mem, anc_str_of(row->question), &kind, &what, &err), &err);
    if (!anc_str_eq(what, anc_str_of(row->what)))
        fail_msg("\"%.*s\"", ANC_FMT(what));
    assert_int_equal(kind, row->kind);
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
    failed += RUN_TABLE("ranges", ranges, ranges_are_read);
    failed += RUN_TABLE("replies", replies, replies_complete);
    failed += RUN_TABLE("meant", meant, documents_are_known);
    failed += RUN_TABLE("sought", soughts, what_is_sought);
    failed += RUN_TABLE("open", opens, open_ones_are_known);
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_that_are_documents)};
    return failed + cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
