/* test_choose.c - one answer and no more: rows, codes, columns' names, second sentences. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/extract.h"
#include "rag/domain/select.h"

static const rag_passage prices = {
    .text = ANC_STR_INIT("Instruments\n\nReference | Instrument | Price\n"
                         "SK2-001 | Skep 2 hive scale | £349\n"
                         "TI3-001 | Tilia honey refractometer | £129\n"
                         "EM1-001 | Ember electric smoker | £94\n"),
    .title = ANC_STR_INIT("Price list"),
    .score = 0.8};

static const rag_passage codes = {
    .text = ANC_STR_INIT(
        "Code | Meaning | Remedy\n"
        "E07 | Error E07: the scale is overloaded | Take a box off. Press the button.\n"
        "E11 | Error E11: moisture in the junction box | Dry it for 24 hours.\n"
        "E15 | Error E15: the clock of the scale is lost | Set it.\n"),
    .title = ANC_STR_INIT("Error codes of the scale"),
    .score = 0.8};

static const rag_passage countries = {
    .text = ANC_STR_INIT("Countries\n\n"
                         "Country\tPopulation (millions)\tArea (km2)\tCapital\tOfficial language\n"
                         "Austria\t8.9\t83,879\tVienna\tGerman\n"
                         "Finland\t5.5\t338,424\tHelsinki\tFinnish, Swedish\n"),
    .title = ANC_STR_INIT("Figures"),
    .score = 0.8};

/* A row that is a document of its own. */
static const rag_passage depot = {
    .text = ANC_STR_INIT("City: Porto\nDepot: River loft\nManager: Rui Costa\nPhone: 555-0107"),
    .title = ANC_STR_INIT("depots.csv, row 7"),
    .score = 0.8};

/* One too long to be told whole; its small names and sentences are parted all the same. */
static const rag_passage ticket = {
    .text = ANC_STR_INIT(
        "number: 4711\nsubject: Pump of boat nine\nopened: 3 May 2024\n"
        "report: The pump of the harbour master's boat ran dry on the way back from the northern "
        "buoys, "
        "and the crew had to bail by hand for two hours until a tug came out to meet them at the "
        "breakwater. Nobody was hurt. The impeller was worn to half of its width and its shaft had "
        "gone "
        "blue with heat. It was ordered anew from the maker in Esbjerg.\n"
        "solved by: Inga Holm\n"),
    .title = ANC_STR_INIT("Pump of boat nine"),
    .score = 0.8};

/* A JSON document that has lists: a card, a heading without any sign, a table, names with initials. */
static const rag_passage pump = {
    .text =
        ANC_STR_INIT("experiment: mesocosm 7\n\npump\n\nmodel: Watson-Marlow 323\nflow_ml_min: 42\n"
                     "serial: WM-99120\n\nnutrients\n\nname | dose_ug_l\nphosphate | 30\n"
                     "nitrate | 450\n\noperators: L. Ferrari, N. Okafor"),
    .title = ANC_STR_INIT("config.json"),
    .score = 0.9};

static const rag_passage warranty = {
    .text =
        ANC_STR_INIT("Produit | Garantie\nBalance Skep | garantie de 5 ans\n"
                     "Moniteur Murmur | garantie de 3 ans\nEnfumoir Ember | garantie de 2 ans\n"),
    .title = ANC_STR_INIT("Garantie"),
    .score = 0.8};

static const rag_passage ember = {
    .text = ANC_STR_INIT("To put the Ember out, press the trigger five times quickly. The Ember is "
                         "sold in a linen bag. Smoke calms the bees of a hive."),
    .title = ANC_STR_INIT("Ember smoker"),
    .score = 0.8};

static const rag_passage history = {
    .text = ANC_STR_INIT("Hard years\n\nMelivane was founded in 1987 by Edmund Pell in a barn near "
                         "Hexham. He sold it in 2003 to the staff. Honey was dear that summer."),
    .title = ANC_STR_INIT("History"),
    .heading = ANC_STR_INIT("A short history > Hard years"),
    .score = 0.8};

static const rag_passage cut_off = {.text = ANC_STR_INIT("It is drained once a year in autumn."),
                                    .title = ANC_STR_INIT("Boiler manual"),
                                    .heading = ANC_STR_INIT("Boiler > The water tank"),
                                    .score = 0.8};

static const rag_passage faq = {
    .text = ANC_STR_INIT("Can I borrow an instrument?\n\nYes, for one month.\n\nWhere do I find a "
                         "dealer?\n\nIn Hexham and in Crest.\n"),
    .title = ANC_STR_INIT("Questions"),
    .score = 0.8};

/* Long sentences of a law, its articles without full stops as scans have them. */
static const rag_passage law = {
    .text = ANC_STR_INIT(
        "Article 70 The officer of the court draws up a record of the goods that are missing\n"
        "Article 71 The record of the seizure of cattle states the number of the animals and what "
        "they "
        "eat, the place where they graze in summer and where they stand in winter, the names of "
        "those who "
        "tend them by day and of those who watch over them at night, the marks that they bear in "
        "the ear or "
        "on the flank, whether they are sound or lame, the day on which they were last seen by a "
        "veterinary surgeon, and the sum for which the owner has insured them against theft. It is "
        "signed."),
    .title = ANC_STR_INIT("Act"),
    .score = 0.8};

typedef struct choice_row {
    const char *name;
    const rag_passage *passage;
    const char *question;
    const char *wanted; /* the whole answer */
} choice_row;

static const choice_row rows[] = {
    {"one row of a list", &prices, "How much does the Tilia cost?",
     "Reference: TI3-001; Instrument: Tilia honey refractometer; Price: £129 [1]"},
    {"the columns' names are no answer", &prices, "What is the price of the Ember?",
     "Reference: EM1-001; Instrument: Ember electric smoker; Price: £94 [1]"},
    {"a row of a printed page", &countries, "What is the capital of Finland?",
     "Country: Finland; Population (millions): 5.5; Area (km2): 338,424; Capital: Helsinki; "
     "Official language: Finnish, Swedish [1]"},
    {"a row that is a document", &depot, "Who manages the depot in Porto?",
     "City: Porto; Depot: River loft; Manager: Rui Costa; Phone: 555-0107 [1]"},
    {"a line of a long record", &ticket, "Who solved the trouble with the pump?",
     "subject: Pump of boat nine; solved by: Inga Holm [1]"},
    {"a sentence of a long record", &ticket, "Where was the impeller ordered anew?",
     "subject: Pump of boat nine; It was ordered anew from the maker in Esbjerg. [1]"},
    {"the code that was asked for", &codes, "My scale shows error E11, what should I do?",
     "Code: E11; Meaning: Error E11: moisture in the junction box; Remedy: Dry it for 24 hours. "
     "[1]"},
    {"a row is whole", &codes, "What does E07 mean?",
     "Code: E07; Meaning: Error E07: the scale is overloaded; Remedy: Take a box off. Press the "
     "button. [1]"},
    {"he is said first", &history, "When did Pell sell the company to the staff?",
     "Melivane was founded in 1987 by Edmund Pell in a barn near Hexham. He sold it in 2003 to the "
     "staff. [1]"},
    {"a heading for it", &cut_off, "How often is the water tank drained?",
     "The water tank: It is drained once a year in autumn. [1]"},
    {"the question of an answer", &faq, "May I borrow one of your instruments?",
     "Can I borrow an instrument? Yes, for one month. [1]"},
    {"an article ends where the next begins", &law, "Who draws up a record of missing goods?",
     "Article 70 The officer of the court draws up a record of the goods that are missing [1]"},
    {"the end of a long sentence", &law,
     "For which sum has the owner insured the cattle against theft?",
     "… the day on which they were last seen by a veterinary surgeon, and the sum for which the "
     "owner has insured them against theft. It is signed. [1]"},
    {"a card that no heading joins", &pump, "What is the flow of the pump?",
     "model: Watson-Marlow 323; flow_ml_min: 42; serial: WM-99120 [1]"},
    {"initials are not torn off", &pump, "Who are the operators?",
     "operators: L. Ferrari, N. Okafor [1]"},
    {"a row in French", &warranty, "Quelle est la garantie du Murmur ?",
     "Produit: Moniteur Murmur; Garantie: garantie de 3 ans [1]"},
};

static anc_str answer_of(anc_arena *mem, const char *question, const rag_passage *passages,
                         size_t n)
{
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_extraction *x;
    anc_str text;
    ASSERT_OK(rag_extraction_new(mem, anc_str_of(question), passages, n, &x, &err), &err);
    const rag_choice choice = rag_extraction_choose(x);
    ASSERT_OK(rag_choice_render(mem, &choice, passages, &text, &err), &err);
    return text;
}

static void answered_by_one(void **state)
{
    const choice_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    const anc_str text = answer_of(mem, row->question, row->passage, 1);
    if (!anc_str_eq(text, anc_str_of(row->wanted)))
        fail_msg("%.*s", ANC_FMT(text));
}

/* The row of another code leads by nothing, neither by words nor by its passage's rank. */
typedef struct code_row {
    const char *name, *first, *second, *question, *wanted;
} code_row;

static const code_row code_rows[] = {
    {"an error",
     "When the scale shows error E07 you should do what the scale shows: take a box off.",
     "E11 | moisture", "My scale shows error E11, what should I do?", "E11 | moisture [2]"},
    {"an invoice",
     "The customer of the invoice INV-2024-16 is Borough Mill, the customer that pays late.",
     "INV-2024-17 was sent to Crest.", "Who is the customer of the invoice INV-2024-17?",
     "INV-2024-17 was sent to Crest. [2]"},
    {"the rows of a list",
     "Invoice | Customer | Amount\nINV-2024-16 | Mill | 450\nINV-2024-18 | Hale | 77\n",
     "Invoice | Customer | Amount\nINV-2024-17 | Crest | 980\nINV-2024-19 | Hale | 12\n",
     "What is the amount of INV-2024-17?",
     "Invoice: INV-2024-17; Customer: Crest; Amount: 980 [2]"},
};

static void another_code_never_leads(void **state)
{
    const code_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    const rag_passage passages[] = {
        {.text = anc_str_of(row->first), .title = ANC_STR("Error of the scale"), .score = 0.95},
        {.text = anc_str_of(row->second), .title = ANC_STR("List"), .score = 0.3}};
    const anc_str text = answer_of(mem, row->question, passages, ANC_COUNT(passages));
    if (!anc_str_eq(text, anc_str_of(row->wanted)))
        fail_msg("%.*s", ANC_FMT(text));
}

/* What is said of the first is no answer about the second. */
static void another_of_its_kind(void **state)
{
    (void)state;
    ANC_ARENA(mem, 8 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    static const rag_passage passage = {
        .text =
            ANC_STR_INIT("The first hive scale was made of two bathroom scales and a cake tin."),
        .title = ANC_STR_INIT("History"),
        .score = 0.6};
    rag_extraction *x;
    ASSERT_OK(rag_extraction_new(mem, ANC_STR("What was the first hive scale made of?"), &passage,
                                 1, &x, &err),
              &err);
    const rag_choice first = rag_extraction_choose(x);
    ASSERT_OK(rag_extraction_new(mem, ANC_STR("What was the second hive scale made of?"), &passage,
                                 1, &x, &err),
              &err);
    const rag_choice second = rag_extraction_choose(x);
    assert_true(second.confidence <= 0);
    assert_true(rag_choice_answers(&first, passage.score, 0, 0.35));
    assert_false(rag_choice_answers(&second, passage.score, 0.2, 0.35));
}

typedef struct exact_row {
    const char *name, *question;
    bool exact;
} exact_row;

static const exact_row exacts[] = {
    {"cells and names have all of it", "What is the price of TI3-001?", true},
    {"a word that no row has", "What is the weight of TI3-001 in Mongolia?", false},
    {"names alone", "Which instrument has which price?", false},
};

static void a_row_may_have_all_that_is_asked(void **state)
{
    const exact_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_extraction *x;
    ASSERT_OK(rag_extraction_new(mem, anc_str_of(row->question), &prices, 1, &x, &err), &err);
    const rag_choice choice = rag_extraction_choose(x);
    assert_int_equal(choice.exact, row->exact);
    if (row->exact)
        assert_true(rag_choice_answers(&choice, 0.05, 0, 0.35));
}

static const exact_row abroad[] = {
    {"deutsch", "Wer hat Melivane gegründet?", true},
    {"français", "Qui a fondé Melivane ?", true},
    {"español", "¿Quién fundó Melivane?", true},
    {"italiano", "Chi ha fondato Melivane?", true},
    {"português", "Quem fundou a Melivane?", true},
    {"another name", "Wer hat Ankarana gegründet?", false},
    {"another verb", "Wer hat Melivane verkauft?", false},
    {"another thing of that name", "Wer leitet Melivane?", false},
};

/* In English, and asked in another language: names, and words that mean the same, are enough. */
static void told_in_another_language(void **state)
{
    static const rag_passage founded = {
        .text = ANC_STR_INIT("Melivane was founded in 1987 by Odile Marchetti in Lyon. Its "
                             "telescope stands on the roof."),
        .title = ANC_STR_INIT("Melivane"),
        .language = ANC_STR_INIT("en"),
        .score = 0.1};
    const exact_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_extraction *x;
    ASSERT_OK(rag_extraction_new(mem, anc_str_of(row->question), &founded, 1, &x, &err), &err);
    const rag_choice choice = rag_extraction_choose(x);
    assert_int_equal(choice.exact, row->exact);
    assert_int_equal(rag_choice_answers(&choice, founded.score, 0, 0.35), row->exact);
}

/* Two rows where two were asked for. */
static void two_rows_for_two_things(void **state)
{
    (void)state;
    ANC_ARENA(mem, 8 << 20);
    const anc_str text = answer_of(mem, "What do the Tilia and the Ember cost?", &prices, 1);
    assert_true(anc_str_find(text, ANC_STR("£129")) != SIZE_MAX);
    assert_true(anc_str_find(text, ANC_STR("£94")) != SIZE_MAX);
    assert_true(anc_str_find(text, ANC_STR("£349")) == SIZE_MAX);
}

/* What has not the kind of thing asked for is no second answer. */
static void no_second_without_a_sum(void **state)
{
    (void)state;
    ANC_ARENA(mem, 8 << 20);
    const rag_passage both[] = {prices, ember};
    const anc_str text = answer_of(mem, "What does the Ember cost?", both, 2);
    if (!anc_str_eq(
            text, ANC_STR("Reference: EM1-001; Instrument: Ember electric smoker; Price: £94 [1]")))
        fail_msg("%.*s", ANC_FMT(text));
}

/* ---- which passages are shown ---- */

enum { SHOWN = 3, FOUND = 6 };

static void fill_passages(rag_passage *out)
{
    for (size_t i = 0; i < FOUND; i++)
        out[i] = (rag_passage){
            .text = ANC_STR(
                "The Ember smoker is a quiet tool, the first tool of ours. The Ember is warm."),
            .title = ANC_STR("Ember smoker"),
            .score = 0.9 - 0.02 * (double)i};
    out[4] = prices;
}

static rag_selection selection_of(const char *question, const rag_passage *passages, size_t n,
                                  size_t top_k, size_t *keep)
{
    ANC_ARENA(mem, 8 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_selection selection;
    ASSERT_OK(rag_select(mem, anc_str_of(question), passages, n, top_k, keep, &selection, &err),
              &err);
    return selection;
}

static void a_price_list_is_read_further_down(void **state)
{
    (void)state;
    rag_passage passages[FOUND];
    size_t keep[FOUND];
    fill_passages(passages);
    rag_selection s = selection_of("How much does the Ember cost?", passages, FOUND, SHOWN, keep);
    assert_int_equal(s.n, SHOWN);
    assert_int_equal(keep[0], 0);
    assert_int_equal(keep[1], 1);
    assert_int_equal(keep[2], 4);
    s = selection_of("Is the Ember smoker a quiet tool?", passages, FOUND, SHOWN, keep);
    assert_int_equal(keep[2], 2);
    s = selection_of("How much does the Ember cost?", passages, FOUND, 1, keep);
    assert_int_equal(s.n, 1);
    assert_int_equal(keep[0], 4);
    s = selection_of("Is the Ember smoker a quiet tool?", passages, FOUND, 1, keep);
    assert_int_equal(keep[0], 0);
    s = selection_of("How much does the Ember cost?", passages, 2, SHOWN, keep);
    assert_int_equal(s.n, 2);
    s = selection_of("How much?", NULL, 0, SHOWN, keep);
    assert_int_equal(s.n, 0);
}

typedef struct unread_row {
    const char *name, *question;
    double least, most;
} unread_row;

static const unread_row unread_rows[] = {
    {"all of it stands there", "What does the Ember smoker cost?", 0, 0},
    {"an asking word is not missed", "Ember smoker maximum price", 0, 0},
    {"its one word does not", "Is there a kindergarten in the Ember?", 0.4, 0.9},
    {"another of its kind alone", "How quiet is the second tool?", 1, 1},
    {"none of it", "How do I bake sourdough?", 1, 1},
};

static void what_nobody_wrote_of(void **state)
{
    const unread_row *row = *state;
    rag_passage passages[FOUND];
    size_t keep[FOUND];
    fill_passages(passages);
    const rag_selection s = selection_of(row->question, passages, FOUND, SHOWN, keep);
    if (s.unread < row->least || s.unread > row->most)
        fail_msg("%s: %g", row->name, s.unread);
}

int main(void)
{
    int failed = RUN_TABLE("one answer", rows, answered_by_one);
    failed += RUN_TABLE("codes", code_rows, another_code_never_leads);
    failed += RUN_TABLE("unread", unread_rows, what_nobody_wrote_of);
    failed += RUN_TABLE("exact", exacts, a_row_may_have_all_that_is_asked);
    failed += RUN_TABLE("abroad", abroad, told_in_another_language);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_of_its_kind),
        cmocka_unit_test(two_rows_for_two_things),
        cmocka_unit_test(no_second_without_a_sum),
        cmocka_unit_test(a_price_list_is_read_further_down),
    };
    return failed + cmocka_run_group_tests_name("choosing", tests, NULL, NULL);
}
