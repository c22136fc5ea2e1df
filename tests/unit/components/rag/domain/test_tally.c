/* test_tally.c - rows of a table counted for a question, or no number at all. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/tally.h"

enum { ROWS_MAX = 12 };

static const char *const invoices = "Invoice | Customer | City | Status | Amount\n"
                                    "A-1 | Orrin | Porto | overdue | 500\n"
                                    "A-2 | Bel | Oulu | paid | 120\n"
                                    "A-3 | Cato | Porto | overdue | 90\n"
                                    "A-4 | Orrin | Oulu | not overdue | 500\n"
                                    "A-5 | Dag | Graz | paid |\n"
                                    "A-6 | Bel | Graz | paid | 75";

static const char *const factures = "Facture | Client | État\n"
                                    "1 | Orrin | en retard\n"
                                    "2 | Bel | payée\n"
                                    "3 | Cato | en retard\n"
                                    "4 | Dag | en attente";

static const char *const rechnungen = "Rechnung | Kunde | Status\n"
                                      "1 | Orrin | offen\n"
                                      "2 | Bel | bezahlt\n"
                                      "3 | Cato | offen";

static const char *const kinds = "Number | Kind | Place\n"
                                 "1 | invoice | Porto\n"
                                 "2 | credit note | Porto\n"
                                 "3 | invoice | Oulu\n"
                                 "4 | invoice, partly | Oulu";

static const char *const sums = "Invoice | Status\nA-1 | overdue\nA-2 | overdue\nTotal | 2";

typedef struct tally_row {
    const char *name, *question, *title, *heading, *table;
    size_t n;         /* 0: it cannot be said */
    const char *rows; /* "x.x": which */
} tally_row;

static const tally_row tallies[] = {
    {"a condition", "How many invoices are overdue?", "invoices.csv", "", invoices, 2, "x.x..."},
    {"before the noun", "How many overdue invoices are there?", "invoices.csv", "", invoices, 2,
     "x.x..."},
    {"what says the opposite is another value", "How many invoices are not overdue?",
     "invoices.csv", "", invoices, 1, "...x.."},
    {"two conditions", "How many overdue invoices are in Porto?", "invoices.csv", "", invoices, 2,
     "x.x..."},
    {"which they are", "Which invoices are overdue?", "invoices.csv", "", invoices, 2, "x.x..."},
    {"a list of them", "List the overdue invoices", "invoices.csv", "", invoices, 2, "x.x..."},
    {"a list of all of them", "List all overdue invoices", "invoices.csv", "", invoices, 2,
     "x.x..."},
    {"which, by a column", "Which invoices have the city Oulu?", "invoices.csv", "", invoices, 2,
     ".x.x.."},
    {"which in German", "Welche Rechnungen sind offen?", "rechnungen.csv", "", rechnungen, 2,
     "x.x"},
    {"which in French", "Quelles factures sont en retard ?", "factures.csv", "", factures, 2,
     "x.x."},
    {"which, of the world", "Which invoices are there?", "invoices.csv", "", invoices, 0, NULL},
    {"which, by what nobody knows", "Which invoices are overdue since May?", "invoices.csv", "",
     invoices, 0, NULL},
    {"which of them is most", "Which invoice has the highest amount?", "invoices.csv", "", invoices,
     0, NULL},
    {"which of others", "Which repairs are overdue?", "invoices.csv", "", invoices, 0, NULL},
    {"two that nothing fits", "How many overdue invoices are in Graz?", "invoices.csv", "",
     invoices, 0, NULL},
    {"the column is named", "How many invoices have the status paid?", "invoices.csv", "", invoices,
     3, ".x..xx"},
    {"the file is named", "How many invoices of invoices.csv are paid?", "invoices.csv", "",
     invoices, 3, ".x..xx"},
    {"rows", "How many rows have Graz?", "invoices.csv", "", invoices, 2, "....xx"},
    {"all of them", "How many invoices are in the invoices table?", "invoices.csv", "", invoices, 6,
     "xxxxxx"},
    {"a sheet", "How many machines are in the sheet Oil?", "plant.xlsx", "Oil machines",
     "Machine | Hall\nM1 | North\nM2 | South", 2, "xx"},
    {"of the world", "How many invoices are there?", "invoices.csv", "", invoices, 0, NULL},
    {"others are counted", "How many customers are overdue?", "invoices.csv", "", invoices, 2,
     "x.x..."},
    {"others that come twice", "How many customers have paid?", "invoices.csv", "", invoices, 0,
     NULL},
    {"a word that nobody knows", "How many invoices are overdue since May?", "invoices.csv", "",
     invoices, 0, NULL},
    {"no negation", "How many invoices aren't paid?", "invoices.csv", "", invoices, 0, NULL},
    {"a sum", "How many invoices are over 500?", "invoices.csv", "", invoices, 0, NULL},
    {"alternatives", "How many invoices are paid or overdue?", "invoices.csv", "", invoices, 0,
     NULL},
    {"a direction", "How many invoices went to Porto?", "invoices.csv", "", invoices, 0, NULL},
    {"per something", "How many invoices per city are overdue?", "invoices.csv", "", invoices, 0,
     NULL},
    {"an empty cell is no answer", "How many invoices have an amount?", "invoices.csv", "",
     invoices, 0, NULL},
    {"another thing", "How many bees are overdue?", "invoices.csv", "", invoices, 0, NULL},
    {"a value that is not there", "How many invoices are cancelled?", "invoices.csv", "", invoices,
     0, NULL},
    {"what is counted is a value", "How many credit notes are in Porto?", "papers.csv", "", kinds,
     1, ".x.."},
    {"more of the same", "How many invoices are in Porto?", "papers.csv", "", kinds, 0, NULL},
    {"a column that says how many", "How many mooring ropes do we have?", "stock.csv", "",
     "Item | Place | Quantity\nMooring rope | Leith | 55\nWinch | Leith | 2", 0, NULL},
    {"the same, of the table", "How many items are in Leith?", "stock.csv", "",
     "Item | Place | Quantity\nMooring rope | Leith | 55\nWinch | Leith | 2", 0, NULL},
    {"figures that may say so", "How many ropes do we have?", "store.csv", "",
     "Item | Place | There\nRope | Leith | 55\nWinch | Leith | 2", 0, NULL},
    {"a row of sums", "How many invoices are overdue?", "invoices.csv", "", sums, 0, NULL},
    {"no number", "Are invoices overdue?", "invoices.csv", "", invoices, 0, NULL},
    {"in French", "Combien de factures sont en retard ?", "factures.csv", "", factures, 2, "x.x."},
    {"with agreement", "Combien de factures sont payées ?", "factures.csv", "", factures, 1,
     ".x.."},
    {"French, in the table", "Combien de factures y a-t-il dans factures.csv ?", "factures.csv", "",
     factures, 4, "xxxx"},
    {"a French negation", "Combien de factures ne sont pas en retard ?", "factures.csv", "",
     factures, 0, NULL},
    {"in German", "Wie viele Rechnungen sind offen?", "rechnungen.csv", "", rechnungen, 2, "x.x"},
    {"a German ending", "Wie viele offene Rechnungen gibt es?", "rechnungen.csv", "", rechnungen, 2,
     "x.x"},
    {"in Spanish", "¿Cuántas facturas están pagadas?", "facturas.csv", "",
     "Factura | Estado\n1 | pagada\n2 | vencida\n3 | pagada", 2, "x.x"},
    {"in Italian", "Quante fatture sono scadute?", "fatture.csv", "",
     "Fattura | Stato\n1 | pagata\n2 | scaduta\n3 | pagata", 1, ".x."},
    {"in Portuguese", "Quantas faturas estão vencidas?", "faturas.csv", "",
     "Fatura | Estado\n1 | paga\n2 | vencida\n3 | paga", 1, ".x."},
};

static void rows_are_counted(void **state)
{
    const tally_row *row = *state;
    ANC_ARENA(mem, 16 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    anc_str lines[ROWS_MAX];
    bool is[ROWS_MAX] = {false};
    rag_tally_table table = {.title = anc_str_of(row->title),
                             .uri = anc_str_of(row->title),
                             .heading = anc_str_of(row->heading),
                             .rows = lines};
    anc_str rest = anc_str_of(row->table);
    (void)anc_str_split(&rest, '\n', &table.columns);
    while (anc_str_split(&rest, '\n', &lines[table.n]))
        table.n++;
    table.named = anc_str_find(anc_str_of(row->question), table.title) != SIZE_MAX;
    size_t n;
    ASSERT_OK(rag_tally_count(mem, anc_str_of(row->question), &table, is, &n, &err), &err);
    if (n != row->n)
        fail_msg("%zu instead of %zu", n, row->n);
    for (size_t i = 0; n > 0 && i < table.n; i++)
        assert_int_equal(is[i], row->rows[i] == 'x');
}

typedef struct counted_row {
    const char *name, *question;
    bool counts;
    const char *counted;
} counted_row;

static const counted_row counted[] = {
    {"a noun", "How many invoices are overdue?", true, "invoices"},
    {"more words", "How many unpaid invoices are there?", true, "unpaid invoices"},
    {"behind a place", "In the table, how many depots are there?", true, "depots"},
    {"nothing", "How many are overdue?", true, ""},
    {"French", "Combien de factures sont en retard ?", true, "factures"},
    {"French elision", "Combien d'amis a Ada ?", true, "amis"},
    {"German", "Wie viele Rechnungen sind offen?", true, "Rechnungen"},
    {"no count", "What is overdue?", false, ""},
    {"how much", "How much is it?", false, ""},
    {"no question", "", false, ""},
};

static void what_is_counted(void **state)
{
    const counted_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    bool counts;
    anc_str what;
    ASSERT_OK(rag_tally_counted(mem, anc_str_of(row->question), &counts, &what, &err), &err);
    assert_int_equal(counts, row->counts);
    if (!anc_str_eq(what, anc_str_of(row->counted)))
        fail_msg("%.*s", ANC_FMT(what));
}

/* What is too large, or has cells that no column has, is left alone. */
static void tables_that_are_not_counted(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    static anc_str lines[RAG_TALLY_ROWS + 1];
    static bool is[RAG_TALLY_ROWS + 1];
    for (size_t i = 0; i < ANC_COUNT(lines); i++)
        lines[i] = ANC_STR("x | open");
    rag_tally_table table = {.title = ANC_STR("doors"),
                             .columns = ANC_STR("Door | State"),
                             .rows = lines,
                             .n = ANC_COUNT(lines)};
    size_t n;
    const anc_str question = ANC_STR("How many doors are open?");
    ASSERT_OK(rag_tally_count(mem, question, &table, is, &n, &err), &err);
    assert_int_equal(n, 0);
    table.n = 3;
    lines[1] = ANC_STR("x | open | and shut");
    ASSERT_OK(rag_tally_count(mem, question, &table, is, &n, &err), &err);
    assert_int_equal(n, 0);
    lines[1] = ANC_STR("y | open");
    ASSERT_OK(rag_tally_count(mem, question, &table, is, &n, &err), &err);
    assert_int_equal(n, 0); /* a door comes twice */
    lines[2] = ANC_STR("z | open");
    ASSERT_OK(rag_tally_count(mem, question, &table, is, &n, &err), &err);
    assert_int_equal(n, 3);
    table.columns = ANC_STR("Door");
    ASSERT_OK(rag_tally_count(mem, question, &table, is, &n, &err), &err);
    assert_int_equal(n, 0);
}

static size_t counted_in(const char *question, const rag_tally_table *table, bool *rows)
{
    ANC_ARENA(mem, 64 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    size_t n;
    ASSERT_OK(rag_tally_count(mem, anc_str_of(question), table, rows, &n, &err), &err);
    return n;
}

/* As many rows as there may be, each with another name; then one comes again but for case, and one has none. */
static void many_names_are_compared(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    static anc_str lines[RAG_TALLY_ROWS];
    static bool is[RAG_TALLY_ROWS];
    for (size_t i = 0; i < ANC_COUNT(lines); i++)
        lines[i] = anc_arena_printf(mem, "Door%zu | %s", i, i % 2 == 0 ? "open" : "shut");
    const rag_tally_table table = {.title = ANC_STR("entrances"),
                                   .columns = ANC_STR("Door | State"),
                                   .rows = lines,
                                   .n = ANC_COUNT(lines)};
    assert_int_equal(counted_in("How many doors are open?", &table, is), RAG_TALLY_ROWS / 2);
    assert_true(is[0] && !is[1]);
    assert_int_equal(counted_in("How many doors doors are open?", &table, is), RAG_TALLY_ROWS / 2);
    lines[RAG_TALLY_ROWS - 2] = ANC_STR("dOOR0 | open");
    assert_int_equal(counted_in("How many doors are open?", &table, is), 0);
    lines[RAG_TALLY_ROWS - 2] = ANC_STR(" | open");
    assert_int_equal(counted_in("How many doors are open?", &table, is), 0);
    lines[RAG_TALLY_ROWS - 2] = ANC_STR("dOOR0 | shut");
    assert_int_equal(counted_in("How many doors are open?", &table, is), RAG_TALLY_ROWS / 2 - 1);
}

/* Forty words are counted with, and one more counts nothing. */
static void a_long_question_counts_nothing(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const anc_str lines[] = {ANC_STR("x | open"), ANC_STR("y | open")};
    bool is[ANC_COUNT(lines)], counts;
    const rag_tally_table table = {.title = ANC_STR("doors"),
                                   .columns = ANC_STR("Door | State"),
                                   .rows = lines,
                                   .n = ANC_COUNT(lines)};
    anc_str what;
    size_t n;
    ANC_BUF(question, 1024);
    anc_buf_add(&question, ANC_STR("How many"));
    for (int i = 0; i < 36; i++)
        anc_buf_add(&question, ANC_STR(" doors"));
    anc_buf_add(&question, ANC_STR(" are open"));
    ASSERT_OK(rag_tally_counted(mem, anc_buf_view(&question), &counts, &what, &err), &err);
    assert_true(counts && anc_str_starts(what, ANC_STR("doors")));
    ASSERT_OK(rag_tally_count(mem, anc_buf_view(&question), &table, is, &n, &err), &err);
    assert_int_equal(n, 2);
    anc_buf_add(&question, ANC_STR(" there?"));
    ASSERT_OK(rag_tally_counted(mem, anc_buf_view(&question), &counts, &what, &err), &err);
    assert_true(!counts && what.len == 0);
    ASSERT_OK(rag_tally_count(mem, anc_buf_view(&question), &table, is, &n, &err), &err);
    assert_int_equal(n, 0);
}

int main(void)
{
    int failed = RUN_TABLE("counts", tallies, rows_are_counted);
    failed += RUN_TABLE("counted", counted, what_is_counted);
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables_that_are_not_counted),
                                       cmocka_unit_test(many_names_are_compared),
                                       cmocka_unit_test(a_long_question_counts_nothing)};
    return failed + cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
