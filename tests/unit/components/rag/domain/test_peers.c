/* test_peers.c - rows that answer alike are told together; of two ways the one that is asked; no price of another time. */
#include "support/test.h"

#include <stdio.h>

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/extract.h"

#define TABLE(name, code, called, over, ...)                            \
    static const rag_passage name = {.text = ANC_STR_INIT(__VA_ARGS__), \
                                     .title = ANC_STR_INIT(called),     \
                                     .heading = ANC_STR_INIT(over),     \
                                     .language = ANC_STR_INIT(code),    \
                                     .score = 0.6}

TABLE(trains, "en", "Hill line", "",
      "From | To | Leaves | Fare\n"
      "Ardle | Port Cole | 08:15 | 3.20\n"
      "Port Cole | Ardle | 09:05 | 3.20\n"
      "Ardle | Moss End | 10:40 | 2.10\n"
      "Port Cole | Ardle | 18:20 | 2.90\n");
TABLE(zuege, "de", "Heidebahn", "",
      "Abfahrt | Ziel | Uhrzeit\n"
      "Soltau | Munster | 07:12\n"
      "Munster | Soltau | 08:01\n"
      "Soltau | Bad Bevensen | 09:30\n");
TABLE(bateaux, "fr", "Navettes", "",
      "Départ | Arrivée | Heure\n"
      "Le Palais | Quiberon | 07:45\n"
      "Quiberon | Le Palais | 09:10\n");
TABLE(barcos, "es", "Barcos", "",
      "Salida | Destino | Hora\n"
      "Denia | Ibiza | 07:00\n"
      "Ibiza | Denia | 13:30\n");
TABLE(corse, "it", "Corse", "",
      "Partenza | Arrivo | Ora\n"
      "Procida | Pozzuoli | 06:50\n"
      "Pozzuoli | Procida | 11:25\n");
TABLE(barcas, "pt", "Barcas", "",
      "Partida | Destino | Hora\n"
      "Faro | Culatra | 08:00\n"
      "Culatra | Faro | 16:45\n");
TABLE(lessons, "en", "Lessons", "",
      "Day | Subject | Teacher | Room\n"
      "Monday | Harp | Okoro | 12\n"
      "Tuesday | Oboe | Lind | 14\n"
      "Friday | Singing | Okoro | 3\n");
TABLE(boats, "en", "Fleet", "", "Mark | Kind | Built\nK-1 | Tug | 1998\nK-2 | Barge | 2004\n");
TABLE(plan, "en", "House", "Budget 2024", "Room | Budget\nKitchen | 4000\nCellar | 900\n");
TABLE(rates, "en", "Rates", "",
      "All prices are per person and month.\n\nRoom | Price\nStudio | 40\nLoft | 90\n");
TABLE(weekly, "en", "Rates", "", "Room | Weekly price\nStudio | 40\nLoft | 90\n");
TABLE(open_rates, "en", "Rates", "", "Room | Price\nStudio | 40\nLoft | 90\n");
TABLE(visits, "en", "Visits", "",
      "visitor: Bao\nhall: North\nday: Monday\n\nvisitor: Ines\nhall: South\nday: Monday\n\n"
      "visitor: Bao\nhall: East\nday: Friday\n");

static const rag_passage loans = {
    .text = ANC_STR_INIT("Loan | Member | Title | Due\nL1 | Anna | Kindred | 2025-05-02\n"
                         "L2 | Quinn | Beloved | 2025-04-01\nL3 | Boris | Piranesi | 2025-06-11"),
    .title = ANC_STR_INIT("Loans"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

typedef struct peers_row {
    const char *name; /* the question */
    const rag_passage *table;
    const char *told; /* "x.x": which of its rows, and no others; NULL: nothing is said */
} peers_row;

static const peers_row rows[] = {
    {"When does the train from Ardle to Port Cole leave?", &trains, "x..."},
    {"When does the train from Port Cole to Ardle leave?", &trains, ".x.x"},
    {"When is the train to Ardle from Port Cole?", &trains, ".x.x"},
    {"What is the fare from Port Cole to Ardle?", &trains, ".x.x"},
    {"Which trains leave Ardle?", &trains, "x.x."},
    {"When does the train leave Ardle for Moss End?", &trains, "..x."},
    {"When does the train arrive in Port Cole?", &trains, "x..."},
    {"When does the train from Moss End to Ardle leave?", &trains, NULL},
    {"When is the train between Ardle and Port Cole?", &trains, "xx.x"},
    {"Wann fährt der Zug von Soltau nach Munster?", &zuege, "x.."},
    {"Wann fährt der Zug von Munster nach Soltau?", &zuege, ".x."},
    {"Wann fährt der Zug nach Bad Bevensen ab Soltau?", &zuege, "..x"},
    {"À quelle heure part le bateau de Quiberon au Palais ?", &bateaux, ".x"},
    {"À quelle heure part le bateau de Quiberon à Le Palais ?", &bateaux, ".x"},
    {"À quelle heure part le bateau de Le Palais pour Quiberon ?", &bateaux, "x."},
    {"¿A qué hora sale el barco de Ibiza a Denia?", &barcos, ".x"},
    {"¿A qué hora sale el barco de Denia a Ibiza?", &barcos, "x."},
    {"A che ora parte il traghetto da Pozzuoli a Procida?", &corse, ".x"},
    {"A che ora parte il traghetto per Pozzuoli da Procida?", &corse, "x."},
    {"A que horas parte o barco da Culatra para Faro?", &barcas, ".x"},
    {"A que horas parte o barco de Faro para a Culatra?", &barcas, "x."},
    {"A que horas parte o barco de Faro a Culatra?", &barcas, "x."},
    {"What does Okoro teach?", &lessons, "x.x"},
    {"What does Okoro teach on Friday?", &lessons, "..x"},
    {"Who teaches oboe?", &lessons, ".x."},
    {"What boats are there in the fleet?", &boats, "xx"},
    {"What is the budget of the kitchen?", &plan, "x."},
    {"What is the budget of the kitchen in 2024?", &plan, "x."},
    {"What was the budget of the kitchen in 2019?", &plan, NULL},
    {"What does the loft cost per month?", &rates, ".x"},
    {"What does the loft cost per year?", &rates, NULL},
    {"What does the loft cost?", &rates, ".x"},
    {"What does the loft cost per week?", &weekly, ".x"},
    {"What does the loft cost per day?", &weekly, NULL},
    {"What does the loft cost per day?", &open_rates, ".x"},
    {"Which halls did Bao visit?", &visits, "x.x"},
    {"How much more does the loft cost than the studio?", &open_rates, NULL},
    {"Which loan is due first?", &loans, NULL},
    {"When is the loan of Quinn due?", &loans, ".x."},
};

/* Line `n` of the table below its columns, or its record. */
static anc_str row_of(const rag_passage *table, size_t n)
{
    anc_str rest = table->text;
    anc_str line;
    const bool records = anc_str_find(rest, ANC_STR("|")) == SIZE_MAX;
    for (size_t i = 0; records && i < n; i++)
        rest = anc_str_sub(rest, anc_str_find(rest, ANC_STR("\n\n")) + 2, rest.len);
    if (records)
        return anc_str_sub(rest, 0, anc_str_find(rest, ANC_STR("\n\n")));
    for (size_t i = 0; anc_str_split(&rest, '\n', &line);)
        if (anc_str_find(line, ANC_STR("|")) != SIZE_MAX && i++ == n + 1)
            return line;
    fail_msg("no row %zu", n);
    return line;
}

static bool has_row(const rag_choice *choice, const rag_passage *table, size_t n)
{
    const anc_str row = anc_str_trim(row_of(table, n));
    for (size_t i = 0; i < choice->n; i++)
        if (anc_str_eq(anc_str_trim(anc_str_sub(table->text, choice->picks[i].start,
                                                choice->picks[i].end - choice->picks[i].start)),
                       row))
            return true;
    return false;
}

static rag_choice asked(anc_arena *mem, const char *question, const rag_passage *table)
{
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_extraction *x;
    ASSERT_OK(rag_extraction_new(mem, anc_str_of(question), table, 1, &x, &err), &err);
    rag_choice choice = rag_extraction_choose(x);
    rag_choice_tell_peers(x, &choice);
    return choice;
}

static void peers_are_told(void **state)
{
    const peers_row *row = *state;
    ANC_ARENA(mem, 16 << 20);
    const rag_choice choice = asked(mem, row->name, row->table);
    if (row->told == NULL) {
        assert_false(rag_choice_answers(&choice, row->table->score, 0, 0.35));
        return;
    }
    size_t n = 0;
    for (size_t i = 0; row->told[i] != 0; i++) {
        if (has_row(&choice, row->table, i) != (row->told[i] == 'x'))
            fail_msg("row %zu of %s", i, row->name);
        n += row->told[i] == 'x';
    }
    assert_int_equal(choice.n, n);
    assert_int_equal(choice.more, 0);
}

/* As many as may be told, and how many more there are; each once. */
static void no_more_than_fit(void **state)
{
    enum { MANY = 30 };
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    ANC_BUF(text, 4096);
    anc_buf_add(&text, ANC_STR("Berth | Owner\n"));
    for (int i = 1; i <= MANY; i++)
        anc_buf_printf(&text, "B%d | Okoro\n", i);
    anc_buf_add(&text, ANC_STR("B1 | Okoro\n"));
    const rag_passage table = {.text = anc_buf_view(&text),
                               .title = ANC_STR("Harbour"),
                               .language = ANC_STR("en"),
                               .score = 0.6};
    const rag_choice several = asked(mem, "Which berths have the owner Okoro?", &table);
    assert_int_equal(several.n, RAG_ROWS_MAX);
    assert_int_equal(several.more, MANY - RAG_ROWS_MAX);
    const rag_choice one = asked(mem, "What does Okoro own?", &table);
    assert_int_equal(one.n, RAG_READ_PICKS);
    assert_int_equal(one.more, MANY - RAG_READ_PICKS);
}

static void how_many_more_is_said(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 16);
    assert_string_equal(rag_more_rows(mem, TXT_EN, 3).ptr, " … and 3 more");
    assert_string_equal(rag_more_rows(mem, TXT_UND, 1).ptr, " … and 1 more");
    assert_string_equal(rag_more_rows(mem, TXT_FR, 1).ptr, " … et 1 autre");
    assert_string_equal(rag_more_rows(mem, TXT_FR, 2).ptr, " … et 2 autres");
    assert_string_equal(rag_more_rows(mem, TXT_DE, 2).ptr, " … und 2 weitere");
    assert_string_equal(rag_more_rows(mem, TXT_ES, 2).ptr, " … y 2 más");
    assert_string_equal(rag_more_rows(mem, TXT_IT, 2).ptr, " … e 2 altre");
    assert_string_equal(rag_more_rows(mem, TXT_PT, 2).ptr, " … e mais 2");
}

int main(void)
{
    const int failed = RUN_TABLE("peers", rows, peers_are_told);
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_more_than_fit),
                                       cmocka_unit_test(how_many_more_is_said)};
    return failed + cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
