/* test_names.c - names that bind, entries of lists, other languages' passages, and what is beside the point. */
#include "asked.h"
#include "rag/domain/select.h"

static const rag_passage minutes = {
    .text = ANC_STR_INIT(
        "The first prototypes are due in November 2025. The council set a ceiling of £96 "
        "for the cost of parts."),
    .title = ANC_STR_INIT("Product council"),
    .heading = ANC_STR_INIT("Minutes > 2. Skep 3"),
    .language = ANC_STR_INIT("en"),
    .score = 0.97};

static const rag_passage prices = {
    .text = ANC_STR_INIT("Reference | Instrument | Price\n"
                         "SK2-002 | Skep 2 Twin hive scale | £565\n"
                         "SK2-001 | Skep 2 hive scale | £349\n"
                         "MU1-010 | Murmur, box of ten | £1,970\n"
                         "MU1-001 | Murmur acoustic monitor | £219\n"
                         "LP-18 | Spare battery pack for the Skep 2 | £42\n"
                         "TI-008 | Reference oil for the Tilia, 10 ml | £9\n"
                         "TI3-001 | Tilia honey refractometer | £129\n"),
    .title = ANC_STR_INIT("Price list 2025"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage tarifs = {
    .text =
        ANC_STR_INIT("Référence | Désignation | Prix TTC\n"
                     "SK2-001 | Balance de ruche Skep 2 | 409 €\n"
                     "BA2-031 | Joint d'antenne pour la Balise | 4,80 €\n"
                     "BA2-001 | Passerelle Balise avec panneau solaire | 219 €\n\n"
                     "Lot « Premier rucher » : une Skep 2 et une Balise, le lot coûte 579 €.\n"),
    .title = ANC_STR_INIT("Tarifs 2025"),
    .language = ANC_STR_INIT("fr"),
    .score = 0.8};

static const rag_passage stadium = {
    .text = ANC_STR_INIT(
        "The league eventually narrowed the bids to Levi's Stadium. The $1.2 billion stadium "
        "opened in 2014."),
    .title = ANC_STR_INIT("Super Bowl 50"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage broncos = {
    .text =
        ANC_STR_INIT("Under defensive coordinator Wade Phillips, the Broncos ranked number one."),
    .title = ANC_STR_INIT("Super Bowl 50"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage denver = {.text = ANC_STR_INIT("The Broncos are the team of Denver."),
                                   .title = ANC_STR_INIT("Super Bowl 50"),
                                   .language = ANC_STR_INIT("en"),
                                   .score = 0.5};

static const rag_passage logo = {
    .text =
        ANC_STR_INIT("The color gold was used for the large numerals. The number 49 was silver."),
    .title = ANC_STR_INIT("Logo"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage repairs = {
    .text = ANC_STR_INIT("Réparation | Prix\nRemplacement du pied d'une Skep 2 | 63 euros\n"),
    .title = ANC_STR_INIT("Garantie et réparations"),
    .language = ANC_STR_INIT("fr"),
    .score = 0.9};

static const rag_passage skep = {
    .text = ANC_STR_INIT(
        "Resetting\n\nTo restore the factory settings of the Skep 2, hold the round button "
        "for twelve seconds. This resets the scale."),
    .title = ANC_STR_INIT("Skep 2 hive scale: user manual"),
    .language = ANC_STR_INIT("en"),
    .score = 0.6};

static const rag_passage balise = {
    .text = ANC_STR_INIT(
        "Remise à zéro\n\nPour remettre la Balise à zéro, maintenez le bouton orange enfoncé "
        "pendant quinze secondes."),
    .title = ANC_STR_INIT("Manuel de la passerelle Balise"),
    .language = ANC_STR_INIT("fr"),
    .score = 0.4};

static const rag_passage warranty = {
    .text = ANC_STR_INIT(
        "What is not covered\n\n- Damage caused by vandalism, theft, flood or lightning.\n"
        "- Propolis in connectors left open.\n\n"
        "Bears are a special case: damage by bears is covered once per customer.\n"),
    .title = ANC_STR_INIT("Warranty"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

typedef struct name_row {
    const char *name;
    const rag_passage *passages[ASKED_PASSAGES];
    const char *question;
    const char *wanted; /* stands in what the best pick quotes; NULL: it is beside the point */
} name_row;

static const name_row rows[] = {
    {"the entry, not another product's parts",
     {&minutes, &prices},
     "What does the Skep 2 cost?",
     "Skep 2 hive scale | £349"},
    {"the same in small letters",
     {&minutes, &prices},
     "what does the skep 2 cost?",
     "Skep 2 hive scale | £349"},
    {"the other number",
     {&prices, &minutes},
     "What is the ceiling for the cost of parts of the Skep 3?",
     "ceiling of £96"},
    {"the one, not the box",
     {&prices},
     "How much is the Murmur?",
     "Murmur acoustic monitor | £219"},
    {"the box", {&prices}, "How much is a box of ten Murmur?", "Murmur, box of ten"},
    {"the thing, not what belongs to it",
     {&prices},
     "What is the price of the Tilia?",
     "Tilia honey refractometer"},
    {"what belongs to it",
     {&prices},
     "What is the price of the reference oil for the Tilia?",
     "Reference oil"},
    {"a variant by its name", {&prices}, "How much does the Skep 2 Twin cost?", "Skep 2 Twin"},
    {"la chose, non sa réparation",
     {&repairs, &tarifs},
     "Quel est le prix de la Skep 2 ?",
     "409 €"},
    {"the next, which has a sum", {&stadium}, "How much did Levi's Stadium cost?", "$1.2 billion"},
    {"by another name",
     {&broncos, &denver},
     "Who is Denver's defensive coordinator?",
     "Wade Phillips"},
    {"nobody of that name", {&minutes}, "Where does Bob live?", NULL},
    {"combien", {&tarifs}, "Combien coûte la Balise ?", "Passerelle Balise"},
    {"the list of the question's language",
     {&tarifs, &prices},
     "What does the Skep 2 cost?",
     "£349"},
    {"la liste de sa langue", {&prices, &tarifs}, "Combien coûte la Skep 2 ?", "409 €"},
    {"the thing that was named, in another language",
     {&skep, &balise},
     "How do I reset the Balise?",
     "maintenez le bouton orange"},
    {"and the first where it was named",
     {&balise, &skep},
     "How do I reset the Skep 2?",
     "hold the round button"},
    {"nothing has a sum", {&skep}, "What does the Skep 2 cost?", NULL},
    {"nothing has a sum for a name", {&skep}, "How much is a Skep 2?", NULL},
    {"another kind of damage", {&warranty}, "Is water damage covered?", NULL},
    {"a sentence of words is no kind",
     {&skep},
     "My scale shows a button, how do I hold it?",
     "hold the round"},
    {"that kind of damage", {&warranty}, "Is flood damage covered?", "flood or lightning"},
};

static void is_bound(void **state)
{
    const name_row *row = *state;
    ANC_ARENA(mem, 16 << 20);
    const rag_choice choice = ask_passages(mem, row->question, row->passages);
    if (choice.n == 0 || choice.beside_point != (row->wanted == NULL))
        fail_msg("%zu picks, beside the point: %d", choice.n, choice.beside_point);
    if (row->wanted == NULL)
        return;
    const anc_str said = best_said(&choice, row->passages);
    if (anc_str_find(said, anc_str_of(row->wanted)) == SIZE_MAX)
        fail_msg("told: %.*s", ANC_FMT(said));
}

/* Nothing is known of a third scale where only of the second anything is told. */
static void other_number_is_unread(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_selection selection;
    size_t keep[1];
    ASSERT_OK(
        rag_select(mem, ANC_STR("How do I reset the Skep 9?"), &skep, 1, 1, keep, &selection, &err),
        &err);
    assert_true(selection.unread >= 1);
    ASSERT_OK(
        rag_select(mem, ANC_STR("How do I reset the Skep 2?"), &skep, 1, 1, keep, &selection, &err),
        &err);
    assert_true(selection.unread < 1);
    ASSERT_OK(rag_select(mem, ANC_STR("What color was used for the number 50?"), &logo, 1, 1, keep,
                         &selection, &err),
              &err);
    assert_true(selection.unread < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(other_number_is_unread)};
    const int failed = RUN_TABLE("names", rows, is_bound);
    return cmocka_run_group_tests(tests, NULL, NULL) + failed;
}
