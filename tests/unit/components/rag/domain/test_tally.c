/* test_tally.c - rows of a table counted for a question, or no number at all. */
#include "tallied.h"

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

static const char *const records = "invoice: A-1\nstatus: overdue\namount: 12.5\n\n"
                                   "invoice: A-2\nstatus: paid\namount: 80\n\n"
                                   "invoice: A-3\nstatus: overdue\namount: 2.25\nnote: late";

static const char *const nested =
    "order: A-1\nstatus: open\ntotal: 12\nitems.sku: S1\nitems.qty: 4\n\n"
    "order: A-2\nstatus: sent\ntotal: 20\nitems.sku: S2\nitems.qty: 1\n\n"
    "order: A-3\nstatus: open\ntotal: 7\nitems.sku: S1\nitems.qty: 2";

static const tally_row tallies[] = {
    {"a condition", "How many invoices are overdue?", "invoices.csv", "", invoices, 2, "x.x...",
     NULL},
    {"before the noun", "How many overdue invoices are there?", "invoices.csv", "", invoices, 2,
     "x.x...", NULL},
    {"what says the opposite is another value", "How many invoices are not overdue?",
     "invoices.csv", "", invoices, 1, "...x..", NULL},
    {"two conditions", "How many overdue invoices are in Porto?", "invoices.csv", "", invoices, 2,
     "x.x...", NULL},
    {"which they are", "Which invoices are overdue?", "invoices.csv", "", invoices, 2, "x.x...",
     NULL},
    {"a list of them", "List the overdue invoices", "invoices.csv", "", invoices, 2, "x.x...",
     NULL},
    {"a list of all of them", "List all overdue invoices", "invoices.csv", "", invoices, 2,
     "x.x...", NULL},
    {"which, by a column", "Which invoices have the city Oulu?", "invoices.csv", "", invoices, 2,
     ".x.x..", NULL},
    {"which in German", "Welche Rechnungen sind offen?", "rechnungen.csv", "", rechnungen, 2, "x.x",
     NULL},
    {"which in French", "Quelles factures sont en retard ?", "factures.csv", "", factures, 2,
     "x.x.", NULL},
    {"which, called so", "Which invoices are there?", "invoices.csv", "", invoices, 6, "xxxxxx",
     NULL},
    {"all, called so", "List all invoices", "invoices.csv", "", invoices, 6, "xxxxxx", NULL},
    {"all, called so by its sheet", "Which vans does the farm have?", "farm-budget.xlsx", "Vans",
     "Plate | Year\nA | 2018\nB | 2021", 2, "xx", NULL},
    {"all of another", "Which vans does the school have?", "farm-budget.xlsx", "Vans",
     "Plate | Year\nA | 2018\nB | 2021", 0, NULL, NULL},
    {"which, by what nobody knows", "Which invoices are overdue since May?", "invoices.csv", "",
     invoices, 0, NULL, NULL},
    {"which of them is most", "Which invoice has the highest amount?", "invoices.csv", "", invoices,
     0, NULL, NULL},
    {"which of others", "Which repairs are overdue?", "invoices.csv", "", invoices, 0, NULL, NULL},
    {"two that nothing fits", "How many overdue invoices are in Graz?", "invoices.csv", "",
     invoices, 0, NULL, NULL},
    {"the column is named", "How many invoices have the status paid?", "invoices.csv", "", invoices,
     3, ".x..xx", NULL},
    {"the file is named", "How many invoices of invoices.csv are paid?", "invoices.csv", "",
     invoices, 3, ".x..xx", NULL},
    {"rows", "How many rows have Graz?", "invoices.csv", "", invoices, 2, "....xx", NULL},
    {"all of them", "How many invoices are in the invoices table?", "invoices.csv", "", invoices, 6,
     "xxxxxx", NULL},
    {"a sheet", "How many machines are in the sheet Oil?", "plant.xlsx", "Oil machines",
     "Machine | Hall\nM1 | North\nM2 | South", 2, "xx", NULL},
    {"called so by its first column", "How many invoices are there?", "accounts.csv", "", invoices,
     6, "xxxxxx", NULL},
    {"of the world", "How many customers are there?", "accounts.csv", "", invoices, 0, NULL, NULL},
    {"called so", "How many invoices are there?", "invoices.csv", "", invoices, 6, "xxxxxx", NULL},
    {"called so and more", "How many bills are there?", "old-bills.csv", "", invoices, 0, NULL,
     NULL},
    {"others are counted", "How many customers are overdue?", "invoices.csv", "", invoices, 2,
     "x.x...", NULL},
    {"others that come twice", "How many customers have paid?", "invoices.csv", "", invoices, 0,
     NULL, NULL},
    {"a word that nobody knows", "How many invoices are overdue since May?", "invoices.csv", "",
     invoices, 0, NULL, NULL},
    {"no negation", "How many invoices aren't paid?", "invoices.csv", "", invoices, 0, NULL, NULL},
    {"a sum", "How many invoices are over 500?", "invoices.csv", "", invoices, 0, NULL, NULL},
    {"alternatives", "How many invoices are paid or overdue?", "invoices.csv", "", invoices, 5,
     "xxx.xx", NULL},
    {"alternatives and another", "Which paid or overdue invoices are in Porto?", "invoices.csv", "",
     invoices, 2, "x.x...", NULL},
    {"three of them", "Which invoices are in Porto, Oulu or Graz?", "invoices.csv", "", invoices, 6,
     "xxxxxx", NULL},
    {"alternatives in German", "Welche Rechnungen sind offen oder bezahlt?", "rechnungen.csv", "",
     rechnungen, 3, "xxx", NULL},
    {"alternatives in French", "Quelles factures sont payées ou en attente ?", "factures.csv", "",
     factures, 2, ".x.x", NULL},
    {"no alternatives", "How many invoices are neither paid nor overdue?", "invoices.csv", "",
     invoices, 0, NULL, NULL},
    {"of two columns", "Which invoices are in Porto or paid?", "invoices.csv", "", invoices, 0,
     NULL, NULL},
    {"a direction", "How many invoices went to Porto?", "invoices.csv", "", invoices, 0, NULL,
     NULL},
    {"per something", "How many invoices per city are overdue?", "invoices.csv", "", invoices, 0,
     NULL, NULL},
    {"an empty cell is no answer", "How many invoices have an amount?", "invoices.csv", "",
     invoices, 0, NULL, NULL},
    {"another thing", "How many bees are overdue?", "invoices.csv", "", invoices, 0, NULL, NULL},
    {"a value that is not there", "How many invoices are cancelled?", "invoices.csv", "", invoices,
     0, NULL, NULL},
    {"what is counted is a value", "How many credit notes are in Porto?", "papers.csv", "", kinds,
     1, ".x..", NULL},
    {"more of the same", "How many invoices are in Porto?", "papers.csv", "", kinds, 0, NULL, NULL},
    {"a column that says how many", "How many mooring ropes do we have?", "stock.csv", "",
     "Item | Place | Quantity\nMooring rope | Leith | 55\nWinch | Leith | 2", 0, NULL, NULL},
    {"the same, of the table", "How many items are in Leith?", "stock.csv", "",
     "Item | Place | Quantity\nMooring rope | Leith | 55\nWinch | Leith | 2", 0, NULL, NULL},
    {"figures that may say so", "How many ropes do we have?", "store.csv", "",
     "Item | Place | There\nRope | Leith | 55\nWinch | Leith | 2", 0, NULL, NULL},
    {"a row of sums", "How many invoices are overdue?", "invoices.csv", "", sums, 0, NULL, NULL},
    {"no number", "Are invoices overdue?", "invoices.csv", "", invoices, 0, NULL, NULL},
    {"in French", "Combien de factures sont en retard ?", "factures.csv", "", factures, 2, "x.x.",
     NULL},
    {"with agreement", "Combien de factures sont payées ?", "factures.csv", "", factures, 1, ".x..",
     NULL},
    {"French, in the table", "Combien de factures y a-t-il dans factures.csv ?", "factures.csv", "",
     factures, 4, "xxxx", NULL},
    {"a French negation", "Combien de factures ne sont pas en retard ?", "factures.csv", "",
     factures, 0, NULL, NULL},
    {"in German", "Wie viele Rechnungen sind offen?", "rechnungen.csv", "", rechnungen, 2, "x.x",
     NULL},
    {"a German ending", "Wie viele offene Rechnungen gibt es?", "rechnungen.csv", "", rechnungen, 2,
     "x.x", NULL},
    {"in Spanish", "¿Cuántas facturas están pagadas?", "facturas.csv", "",
     "Factura | Estado\n1 | pagada\n2 | vencida\n3 | pagada", 2, "x.x", NULL},
    {"in Italian", "Quante fatture sono scadute?", "fatture.csv", "",
     "Fattura | Stato\n1 | pagata\n2 | scaduta\n3 | pagata", 1, ".x.", NULL},
    {"in Portuguese", "Quantas faturas estão vencidas?", "faturas.csv", "",
     "Fatura | Estado\n1 | paga\n2 | vencida\n3 | paga", 1, ".x.", NULL},
    {"quantities of what is in a record", "How many orders are open?", "orders.ndjson", "", nested,
     2, "x.x", NULL},
    {"which those are", "Which orders are open?", "orders.ndjson", "", nested, 2, "x.x", NULL},
    {"a total of those", "What is the total of the open orders?", "orders.ndjson", "", nested, 2,
     "x.x", "19"},
    {"records", "How many invoices are overdue?", "invoices.ndjson", "", records, 2, "x.x", NULL},
    {"a record without a field", "How many invoices have the note late?", "invoices.ndjson", "",
     records, 1, "..x", NULL},
    {"records that are not alike", "How many invoices are overdue?", "invoices.ndjson", "",
     "invoice: A-1\nstatus: overdue\n\nlog: 3\nat: noon\n\ninvoice: A-2\nstatus: paid", 0, NULL,
     NULL},
    {"a value of two lines", "How many invoices are overdue?", "invoices.ndjson", "",
     "invoice: A-1\nstatus: overdue\n\ninvoice: A-2\nstatus: paid\nin cash", 0, NULL, NULL},
    {"a total of records", "What is the total amount of the overdue invoices?", "invoices.ndjson",
     "", records, 2, "x.x", "14.75"},
};

static const char *const staff = "Name | Role | City | start_date | salary_eur | Parking\n"
                                 "Orrin | nurse | Porto | 2019-04-01 | 41200 | yes\n"
                                 "Bel | doctor | Oulu | 2023-02-14 | 78500 | no\n"
                                 "Cato | nurse | Porto | 2023-09-01 | 39900 | yes\n"
                                 "Dag | porter | Graz | 2024-01-08 | 28400 | no";
static const char *const halls =
    "Hall | Floor | Beds | Free\n"
    "Ash | 1 | 4 | 0\nElm | 2 | 2 | 1\nOak | 2 | 6 | 0\nYew | 3 | 1 | 0";
static const char *const mitglieder = "Nr | Name | Ort | Eintritt | Beitrag\n"
                                      "1 | Anna | Kiel | 01.04.2019 | 120,00\n"
                                      "2 | Ben | Eutin | 15.03.2021 | 1.180,00\n"
                                      "3 | Cem | Kiel | 10.01.2023 | 96,50";
static const char *const flights = "Flight | Departure | Destination\n"
                                   "F1 | Porto | Oulu\nF2 | Graz | Kiel\nF3 | Porto | Kiel";

static const tally_row listed[] = {
    {"who is somewhere", "Who works in Porto?", "staff.csv", "", staff, 2, "x.x.", NULL},
    {"who is what", "Who are the nurses?", "staff.csv", "", staff, 2, "x.x.", NULL},
    {"who is somebody", "Who is Orrin?", "staff.csv", "", staff, 0, NULL, NULL},
    {"who with others", "Who works with Orrin in Porto?", "staff.csv", "", staff, 0, NULL, NULL},
    {"who not", "Who does not work in Porto?", "staff.csv", "", staff, 0, NULL, NULL},
    {"who once", "Who used to work in Porto?", "staff.csv", "", staff, 0, NULL, NULL},
    {"in a year", "Who started in 2023?", "staff.csv", "", staff, 2, ".xx.", NULL},
    {"after a year", "Who joined after 2022?", "staff.csv", "", staff, 3, ".xxx", NULL},
    {"before a year", "nurses hired before 2020", "staff.csv", "", staff, 1, "x...", NULL},
    {"between years", "Who joined between 2019 and 2023?", "staff.csv", "", staff, 3, "xxx.", NULL},
    {"since, which may be either", "Who works in Porto since 2020?", "staff.csv", "", staff, 0,
     NULL, NULL},
    {"in a month", "Who joined in May 2023?", "staff.csv", "", staff, 0, NULL, NULL},
    {"more than", "Who earns more than 40,000?", "staff.csv", "", staff, 2, "xx..", NULL},
    {"less than, of some", "Which nurses earn less than 40000?", "staff.csv", "", staff, 1, "..x.",
     NULL},
    {"a range", "Who earns between 28400 and 39900?", "staff.csv", "", staff, 2, "..xx", NULL},
    {"how many", "How many nurses earn at least 39900?", "staff.csv", "", staff, 2, "x.x.", NULL},
    {"none", "Who earns more than 90000?", "staff.csv", "", staff, 0, NULL, NULL},
    {"in thousands", "Who earns more than 40k?", "staff.csv", "", staff, 0, NULL, NULL},
    {"of what is in no column", "nurses over 50", "staff.csv", "", staff, 0, NULL, NULL},
    {"another unit", "Which tools weigh over 3 euros?", "tools.csv", "",
     "Tool | Weight\nSaw | 12 kg\nAxe | 3 kg", 0, NULL, NULL},
    {"of somebody else", "Who earns more than Bel?", "staff.csv", "", staff, 0, NULL, NULL},
    {"a flag", "Which nurses have parking?", "staff.csv", "", staff, 2, "x.x.", NULL},
    {"no flag", "Which employees have no parking?", "employees.csv", "", staff, 2, ".x.x", NULL},
    {"none of them", "Which halls have no free beds?", "halls.csv", "",
     "Hall | Floor | Free beds\nAsh | 1 | 4\nElm | 2 | 0\nOak | 2 | 0", 2, ".xx", NULL},
    {"a value of two columns", "Which halls are on floor 2?", "halls.csv", "", halls, 2, ".xx.",
     NULL},
    {"the same, of neither", "Which halls have 2?", "halls.csv", "", halls, 0, NULL, NULL},
    {"more than, by its noun", "Which halls have more than 2 beds?", "halls.csv", "", halls, 2,
     "x.x.", NULL},
    {"who they are, by two columns", "Who are the customers of the invoices?", "accounts.csv", "",
     invoices, 6, "xxxxxx", NULL},
    {"who is, by two columns", "Who is the customer of the invoice?", "accounts.csv", "", invoices,
     0, NULL, NULL},
    {"all, by two columns", "Name all beds of the halls", "rooms.csv", "", halls, 4, "xxxx", NULL},
    {"of whom", "invoices from Orrin", "invoices.csv", "", invoices, 2, "x..x..", NULL},
    {"from, where things go elsewhere", "flights from Porto", "flights.csv", "", flights, 2, "x.x",
     NULL},
    {"from, where things go", "flights from Oulu", "flights.csv", "", flights, 0, NULL, NULL},
    {"over a sum", "orders over 10", "orders.ndjson", "", nested, 2, "xx.", NULL},
    {"of what is in a record", "orders with more than 1 items", "orders.ndjson", "", nested, 0,
     NULL, NULL},
    {"German", "Wer wohnt in Kiel?", "mitglieder.csv", "", mitglieder, 2, "x.x", NULL},
    {"German, a sum", "Welche Mitglieder zahlen mehr als 1.000 Euro?", "mitglieder.csv", "",
     mitglieder, 1, ".x.", NULL},
    {"German, a year", "Wer ist nach 2019 eingetreten?", "mitglieder.csv", "", mitglieder, 2, ".xx",
     NULL},
    {"French", "Quels outils coûtent plus de 100 euros ?", "outils.csv", "",
     "Outil | Prix\nScie | 140\nHache | 60\nPerceuse | 110", 2, "x.x", NULL},
    {"French, the table named late", "Quels sont les outils de M. Garnier ?", "outils.csv", "",
     "Nom | Client\nScie | M. Garnier\nHache | Mme Petit\nLime | M. Garnier", 2, "x.x", NULL},
};

typedef struct counted_row {
    const char *name, *question;
    bool counts;
    const char *counted;
    rag_tally_says says;
} counted_row;

static const counted_row counted[] = {
    {"a noun", "How many invoices are overdue?", true, "invoices", RAG_TALLY_COUNT},
    {"more words", "How many unpaid invoices are there?", true, "unpaid invoices", RAG_TALLY_COUNT},
    {"behind a place", "In the table, how many depots are there?", true, "depots", RAG_TALLY_COUNT},
    {"nothing", "How many are overdue?", true, "", RAG_TALLY_COUNT},
    {"French", "Combien de factures sont en retard ?", true, "factures", RAG_TALLY_COUNT},
    {"French elision", "Combien d'amis a Ada ?", true, "amis", RAG_TALLY_COUNT},
    {"German", "Wie viele Rechnungen sind offen?", true, "Rechnungen", RAG_TALLY_COUNT},
    {"what there is", "What is overdue?", true, "", RAG_TALLY_COUNT},
    {"somebody", "Who works in Porto?", true, "", RAG_TALLY_COUNT},
    {"a bare noun", "invoices over 200", true, "invoices", RAG_TALLY_COUNT},
    {"a noun alone", "invoices", false, "", RAG_TALLY_COUNT},
    {"no count", "Is it overdue?", false, "", RAG_TALLY_COUNT},
    {"why", "Why is it overdue?", false, "", RAG_TALLY_COUNT},
    {"how much", "How much is it?", false, "", RAG_TALLY_COUNT},
    {"no question", "", false, "", RAG_TALLY_COUNT},
    {"a total", "What is the total amount of the overdue invoices?", true, "invoices",
     RAG_TALLY_TOTAL},
    {"a mean", "Was ist der Durchschnitt der Preise?", true, "Preise", RAG_TALLY_MEAN},
    {"the most", "Quel outil coûte le plus ?", true, "outil", RAG_TALLY_MOST},
    {"the least", "Qual é a ferramenta mais barata?", true, "ferramenta", RAG_TALLY_LEAST},
    {"a total that is counted", "How many invoices are there in total?", true, "invoices",
     RAG_TALLY_COUNT},
    {"neither", "Which is the highest of the lowest prices?", true, "", RAG_TALLY_COUNT},
};

static void what_is_counted(void **state)
{
    const counted_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_tally_wish wish;
    ASSERT_OK(rag_tally_wished(mem, anc_str_of(row->question), &wish, &err), &err);
    assert_int_equal(wish.asks, row->counts);
    assert_int_equal(wish.says, row->says);
    if (!anc_str_eq(wish.what, anc_str_of(row->counted)))
        fail_msg("%.*s", ANC_FMT(wish.what));
}

static size_t counted_in(const char *question, const rag_tally_table *table, const anc_str *rows,
                         size_t n)
{
    static bool is[RAG_TALLY_ROWS + 1];
    return tallied(question, table, rows, n, is).n;
}

/* What is too large, or has cells that no column has, is left alone. */
static void tables_that_are_not_counted(void **state)
{
    (void)state;
    static anc_str lines[RAG_TALLY_ROWS + 1];
    for (size_t i = 0; i < ANC_COUNT(lines); i++)
        lines[i] = ANC_STR("x | open");
    rag_tally_table table = {
        .title = ANC_STR("doors.csv"), .columns = ANC_STR("Portal | State"), .named = true};
    const char *question = "How many rows of doors.csv are open?";
    assert_int_equal(counted_in(question, &table, lines, RAG_TALLY_ROWS), RAG_TALLY_ROWS);
    assert_int_equal(counted_in(question, &table, lines, RAG_TALLY_ROWS + 1), 0);
    lines[1] = ANC_STR("x | open | and shut");
    assert_int_equal(counted_in(question, &table, lines, 3), 0);
    lines[1] = ANC_STR("y | open");
    assert_int_equal(counted_in(question, &table, lines, 3), 3);
    table.columns = ANC_STR("Door | State");
    assert_int_equal(counted_in("How many doors are open?", &table, lines, 3), 0); /* one twice */
    lines[2] = ANC_STR("z | open");
    assert_int_equal(counted_in("How many doors are open?", &table, lines, 3), 3);
    table.columns = ANC_STR("Door");
    assert_int_equal(counted_in(question, &table, lines, 3), 0);
}

/* Many rows, each with another name; then one comes again but for case, and one has none. */
static void many_names_are_compared(void **state)
{
    enum { MANY = 6000 };
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    static anc_str lines[MANY];
    for (size_t i = 0; i < MANY; i++)
        lines[i] = anc_arena_printf(mem, "Door%zu | %s", i, i % 2 == 0 ? "open" : "shut");
    const rag_tally_table table = {.title = ANC_STR("entrances"),
                                   .columns = ANC_STR("Door | State")};
    assert_int_equal(counted_in("How many doors are open?", &table, lines, MANY), MANY / 2);
    assert_int_equal(counted_in("How many doors doors are open?", &table, lines, MANY), MANY / 2);
    lines[MANY - 2] = ANC_STR("dOOR0 | open");
    assert_int_equal(counted_in("How many doors are open?", &table, lines, MANY), 0);
    lines[MANY - 2] = ANC_STR(" | open");
    assert_int_equal(counted_in("How many doors are open?", &table, lines, MANY), 0);
    lines[MANY - 2] = ANC_STR("dOOR0 | shut");
    assert_int_equal(counted_in("How many doors are open?", &table, lines, MANY), MANY / 2 - 1);
}

/* Forty words are counted with, and one more counts nothing. */
static void a_long_question_counts_nothing(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const anc_str lines[] = {ANC_STR("x | open"), ANC_STR("y | open")};
    const rag_tally_table table = {.title = ANC_STR("doors"), .columns = ANC_STR("Door | State")};
    rag_tally_wish wish;
    ANC_BUF(question, 1024);
    anc_buf_add(&question, ANC_STR("How many"));
    for (int i = 0; i < 36; i++)
        anc_buf_add(&question, ANC_STR(" doors"));
    anc_buf_add(&question, ANC_STR(" are open"));
    ASSERT_OK(rag_tally_wished(mem, anc_buf_view(&question), &wish, &err), &err);
    assert_true(wish.asks && anc_str_starts(wish.what, ANC_STR("doors")));
    assert_int_equal(counted_in(question.ptr, &table, lines, 2), 2);
    anc_buf_add(&question, ANC_STR(" there?"));
    ASSERT_OK(rag_tally_wished(mem, anc_buf_view(&question), &wish, &err), &err);
    assert_true(!wish.asks && wish.what.len == 0);
    assert_int_equal(counted_in(question.ptr, &table, lines, 2), 0);
}

/* What is measured in another language than that of the question has other words: "d'un" is one in French, and two. */
static void a_question_is_longer_in_another_language(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(question, 4096);
    rag_tally_wish wish;
    anc_err err = {ANC_OK, NULL, "", ""};
    anc_buf_add(&question, ANC_STR("Quelle est pour nous l'average"));
    for (int i = 0; i < 30; i++)
        anc_buf_add(&question, ANC_STR(" d'un"));
    ASSERT_OK(rag_tally_wished(mem, anc_buf_view(&question), &wish, &err), &err);
    assert_true(!wish.asks && wish.what.len == 0);
}

int main(void)
{
    int failed = RUN_TABLE("counts", tallies, rows_are_counted);
    failed += RUN_TABLE("listed", listed, rows_are_counted);
    failed += RUN_TABLE("counted", counted, what_is_counted);
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables_that_are_not_counted),
                                       cmocka_unit_test(many_names_are_compared),
                                       cmocka_unit_test(a_long_question_counts_nothing),
                                       cmocka_unit_test(a_question_is_longer_in_another_language)};
    return failed + cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
