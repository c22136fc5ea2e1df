/* test_asked.c - what was asked of a thing: properties in lists, numbers, names, ages, places, and other words for it. */
#include "asked.h"
#include "rag/domain/forms.h"
#include "rag/domain/words.h"

static const rag_passage lathe = {
    .text = ANC_STR_INIT("Property | Value\n"
                         "Spindle speed | 40 to 2,000 rpm\n"
                         "Weight of the machine | 212 kg\n"
                         "Dimensions | 140 x 60 x 70 cm\n"
                         "Operating temperature | 5 to 35 degrees C\n"
                         "Protection rating | IP54\n\n"
                         "A lamp above the chuck is part of every Orrin lathe.\n"),
    .title = ANC_STR_INIT("Orrin lathe: handbook"),
    .language = ANC_STR_INIT("en"),
    .score = 0.6};

static const rag_passage freight = {
    .text = ANC_STR_INIT("An Orrin in its crate weighs 260 kg. It needs a lorry with a tail lift."),
    .title = ANC_STR_INIT("Freight"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage gauge = {.text = ANC_STR_INIT("Property | Value\n"
                                                       "Temperature sensor | 0.5 degrees\n"
                                                       "Memory | 30 days\n"),
                                  .title = ANC_STR_INIT("Wex gauge: handbook"),
                                  .language = ANC_STR_INIT("en"),
                                  .score = 0.8};

static const rag_passage tour = {.text = ANC_STR_INIT("Caractéristique | Valeur\n"
                                                      "Vitesse | 2 000 tours\n"
                                                      "Masse de l'appareil | 95 kg\n"),
                                 .title = ANC_STR_INIT("Manuel du tour Brive"),
                                 .language = ANC_STR_INIT("fr"),
                                 .score = 0.6};

static const rag_passage firm = {
    .text = ANC_STR_INIT(
        "Haldane was founded in May 1931 by Ruth Haldane and Peter Oake. In 1960 the firm moved to "
        "the Old Brewery. We are 47 people now. In 12 years no order of Haldane was late."),
    .title = ANC_STR_INIT("Our firm"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage yard = {.text =
                                     ANC_STR_INIT("The driver has washed Rosalind twice before "
                                                  "Easter. Deliveries come with the lorry, called "
                                                  "Rosalind. A lost padlock is told to Ines Kemp "
                                                  "within a day. 14 dogs and one goat guard the "
                                                  "yard."),
                                 .title = ANC_STR_INIT("The yard"),
                                 .language = ANC_STR_INIT("en"),
                                 .score = 0.8};

static const rag_passage atelier = {
    .text = ANC_STR_INIT(
        "Jean Morel dirige l'atelier depuis 1998 avec sa soeur Anne. L'atelier occupe la Halle aux "
        "Grains, au bord du canal."),
    .title = ANC_STR_INIT("La maison"),
    .language = ANC_STR_INIT("fr"),
    .score = 0.8};

static const rag_passage sales = {.text = ANC_STR_INIT("Reference | Machine | Price\n"
                                                       "O-10 | Orrin, crate of two | £8,100\n"
                                                       "O-1 | Orrin lathe | £4,300\n"
                                                       "W-1 | Wex gauge | £120\n"),
                                  .title = ANC_STR_INIT("Sales list"),
                                  .language = ANC_STR_INIT("en"),
                                  .score = 0.8};

static const rag_passage warranties = {.text = ANC_STR_INIT("Machine | Warranty\n"
                                                            "Wex 2 gauge | 3 years\n"
                                                            "Orrin lathe | 5 years\n"),
                                       .title = ANC_STR_INIT("Warranty"),
                                       .language = ANC_STR_INIT("en"),
                                       .score = 0.9};

static const rag_passage plans = {
    .text = ANC_STR_INIT("The Wex 5 will have a round case. The council wants it in two years."),
    .title = ANC_STR_INIT("Plans"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage takeback = {
    .text = ANC_STR_INIT(
        "How to send something back\n\n1. Write to Ines for a label.\n2. Pack the thing in straw.\n"
        "3. Leave the box at the gate.\n\nWho sends something back pays for it.\n"),
    .title = ANC_STR_INIT("Back to us"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage claim = {.text = ANC_STR_INIT("Insured name Clara Voss\tYear 2019\n"
                                                       "Policy # CV-77\tModel Tern\n"
                                                       "Phone (020) 5550\tTrim Plain\n"),
                                  .title = ANC_STR_INIT("Estimate"),
                                  .language = ANC_STR_INIT("en"),
                                  .score = 0.8};

static const rag_passage next_claim = {.text = ANC_STR_INIT("Insured name Emil Rask\tYear 2021\n"
                                                            "Policy # ER-12\tModel Plover\n"
                                                            "Phone (020) 5551\tTrim Plain\n"),
                                       .title = ANC_STR_INIT("Estimate"),
                                       .language = ANC_STR_INIT("en"),
                                       .score = 0.85};

static const rag_passage budget = {
    .text = ANC_STR_INIT("The board set a ceiling of £90 for the cost of parts of the next one."),
    .title = ANC_STR_INIT("Minutes"),
    .heading = ANC_STR_INIT("Minutes > Wex 5"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage box = {
    .text = ANC_STR_INIT("Company type | Public\nIndustry | Machines\n"
                         "Founded | April 4, 1975 in Albuquerque, New Mexico\n"
                         "Founders | Ada Voss Bo Rask\nHeadquarters | 4 Mill Lane, Leeds\n"),
    .title = ANC_STR_INIT("Tamsin"),
    .language = ANC_STR_INIT("en"),
    .score = 0.7};

static const rag_passage opening = {
    .text = ANC_STR_INIT("Tamsin was founded by Ada Voss and Bo Rask on April 4, 1975, to build "
                         "lathes. It rose to lead the market in the eighties."),
    .title = ANC_STR_INIT("Tamsin"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage policy = {
    .text = ANC_STR_INIT("Policy # | CV-77 | Model | Grand Tern\nMake | Kestrel | Year | 2019\n"
                         "Colour | Red\nVIN | 1C4RJFAG5\n"),
    .title = ANC_STR_INIT("Estimate"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const asked_row rows[] = {
    {"who, not when, of a box", {&opening, &box}, "Who founded Tamsin?", "Ada Voss"},
    {"when, of a box", {&box}, "When was Tamsin founded?", "1975"},
    {"of a form", {&policy}, "What is the VIN of the Kestrel Grand Tern?", "VIN | 1C4RJFAG5"},
    {"of the thing, not of its crate", {&freight, &lathe}, "How heavy is the Orrin?", "212 kg"},
    {"of its crate", {&lathe, &freight}, "What does an Orrin weigh in its crate?", "260 kg"},
    {"la même en français", {&tour}, "Combien pèse le tour Brive ?", "95 kg"},
    {"how big", {&freight, &lathe}, "How big is the Orrin?", "140 x 60"},
    {"how waterproof", {&freight, &lathe}, "How waterproof is the Orrin?", "IP54"},
    {"what it can stand", {&lathe}, "What temperature can the Orrin stand?", "5 to 35"},
    {"a sensor is no temperature", {&gauge}, "What temperature can the Wex stand?", NULL},
    {"no weight", {&gauge}, "How heavy is the Wex?", NULL},
    {"by another word for it", {&lathe, &firm}, "Who started Haldane?", "Ruth Haldane"},
    {"the firm", {&lathe, &firm}, "Who founded the company?", "Ruth Haldane"},
    {"how old a firm is", {&firm}, "How old is Haldane?", "founded in May 1931"},
    {"a number of them", {&firm}, "How many people work at Haldane?", "47 people"},
    {"a number of others", {&yard}, "How many dogs guard the yard?", "14 dogs"},
    {"what is called so", {&yard}, "Who is Rosalind?", "the lorry, called Rosalind"},
    {"a verb that changes", {&yard}, "Who do I tell when I lose a padlock?", "lost padlock"},
    {"où", {&atelier}, "Où se trouve l'atelier ?", "Halle aux Grains"},
    {"l'adresse", {&atelier}, "Quelle est l'adresse de l'atelier ?", "Halle aux Grains"},
    {"in another language", {&firm, &atelier}, "Who runs the workshop?", "Jean Morel dirige"},
    {"one, where no word says price", {&sales}, "How much is an Orrin?", "Orrin lathe | £4,300"},
    {"two of them", {&sales}, "How much is a crate of two Orrin?", "£8,100"},
    {"the row of another", {&warranties}, "What is the warranty of the Brive?", NULL},
    {"the row of another number",
     {&warranties, &plans},
     "What is the warranty of the Wex 5?",
     NULL},
    {"and of that number", {&plans, &warranties}, "What is the warranty of the Wex 2?", "3 years"},
    {"no such number", {&sales}, "What is the price of the Wex 7?", NULL},
    {"of a form", {&next_claim, &claim}, "What is Clara Voss's policy number?", "CV-77"},
    {"of another form", {&claim, &next_claim}, "Which model does Emil Rask have?", "Plover"},
    {"the cost of something else", {&budget}, "What is the price of the Wex 5?", NULL},
    {"all the steps", {&takeback}, "How do I send something back?", "3. Leave the box"},
};

static uint64_t key_in(anc_arena *mem, txt_language language, const char *word)
{
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_words words;
    ASSERT_OK(rag_words_of(mem, anc_str_of(word), language, &words, &err), &err);
    assert_int_equal(words.n, 1);
    return words.items[0].key;
}

static uint64_t key_of(anc_arena *mem, const char *word)
{
    return key_in(mem, TXT_EN, word);
}

/* Each form has the key that the stemmer gives the other forms of its word. */
static void forms_are_one_word(void **state)
{
    static const char *const forms[][2] = {{"became", "becoming"}, {"began", "begins"},
                                           {"blown", "blow"},      {"bought", "buying"},
                                           {"broke", "breaks"},    {"built", "build"},
                                           {"chosen", "choose"},   {"children", "child"},
                                           {"drove", "drive"},     {"found", "finding"},
                                           {"forgave", "forgive"}, {"froze", "freezing"},
                                           {"flew", "fly"},        {"geese", "goose"},
                                           {"gave", "giving"},     {"hidden", "hides"},
                                           {"knives", "knife"},    {"lost", "losing"},
                                           {"Lost", "lose"},       {"made", "makes"},
                                           {"mice", "mouse"},      {"paid", "paying"},
                                           {"risen", "rise"},      {"shook", "shaking"},
                                           {"shelves", "shelf"},   {"slid", "slide"},
                                           {"sold", "sell"},       {"struck", "strike"},
                                           {"taken", "takes"},     {"thought", "thinking"},
                                           {"torn", "tear"},       {"understood", "understands"},
                                           {"woke", "wake"},       {"wove", "weave"},
                                           {"wrote", "writing"},   {"wives", "wife"},
                                           {"women", "woman"},     {"won", "wins"},
                                           {"went", "going"}};
    (void)state;
    ANC_ARENA(mem, 4 << 20);
    for (size_t i = 0; i < ANC_COUNT(forms); i++)
        if (key_of(mem, forms[i][0]) != key_of(mem, forms[i][1]))
            fail_msg("%s and %s are two words", forms[i][0], forms[i][1]);
    assert_true(key_of(mem, "founded") != key_of(mem, "found"));
    assert_int_equal(rag_form_of(ANC_STR("left")).len, 0);
    assert_int_equal(rag_form_of(ANC_STR("")).len, 0);
    assert_int_equal(rag_form_of(ANC_STR("incomprehensibility")).len, 0);
}

/* Genitives and plurals in "s" behind a vowel, and words that have an "s" of their own in all their forms. */
static void german_forms_are_one_word(void **state)
{
    static const char *const one[][2] = {
        {"Tonstudio", "Tonstudios"},
        {"Büro", "Büros"},
        {"Auto", "Autos"},
        {"Kamera", "Kameras"},
        {"Taxi", "Taxis"},
        {"Hobby", "Hobbys"},
        {"Café", "Cafés"},
        {"Schnee", "Schnees"},
        {"Menü", "Menüs"},
        {"Ersatzakku", "Ersatzakkus"},
        {"Preis", "Preise"},
        {"Preis", "Preises"},
        {"Kreis", "Kreisen"},
        {"Ausweis", "Ausweise"},
        {"Hinweis", "Hinweise"},
        {"Ergebnis", "Ergebnisse"},
        {"Krankenhaus", "Krankenhäuser"},
        {"Haus", "Hauses"},
        {"kostenlos", "kostenlose"},
        {"verreist", "verreisen"},
        {"beweist", "beweisen"},
        {"speist", "speisen"},
        {"Erdgas", "Erdgases"},
        {"Gas", "Gase"},
        {"Los", "Lose"},
    };
    static const char *const two[][2] = {
        {"Status", "Statue"}, {"Status", "Statut"}, {"Minus", "Minute"},    {"Andreas", "Andrea"},
        {"Lukas", "Luka"},    {"Jonas", "Jona"},    {"etwas", "etwa"},      {"Carlos", "Carlo"},
        {"Reis", "Rei"},      {"Haus", "Hau"},      {"Gas", "Ga"},          {"Los", "Lo"},
        {"Preis", "Prise"},   {"Kreis", "Kreide"},  {"Ausweis", "Auswahl"}, {"Campus", "Camp"},
        {"Bus", "Busch"},
    };
    (void)state;
    ANC_ARENA(mem, 4 << 20);
    for (size_t i = 0; i < ANC_COUNT(one); i++)
        if (key_in(mem, TXT_DE, one[i][0]) != key_in(mem, TXT_DE, one[i][1]))
            fail_msg("%s and %s are two words", one[i][0], one[i][1]);
    for (size_t i = 0; i < ANC_COUNT(two); i++)
        if (key_in(mem, TXT_DE, two[i][0]) == key_in(mem, TXT_DE, two[i][1]))
            fail_msg("%s and %s are one word", two[i][0], two[i][1]);
    assert_true(key_in(mem, TXT_IT, "chaos") != key_in(mem, TXT_IT, "chao"));
}

static void french_plurals_are_one_word(void **state)
{
    static const char *const one[][2] = {{"vélo", "vélos"},     {"menu", "menus"},
                                         {"caméra", "caméras"}, {"studio", "studios"},
                                         {"devis", "devis"},    {"maison", "maisons"}};
    static const char *const two[][2] = {{"Paris", "pari"}, {"mois", "moi"}};
    (void)state;
    ANC_ARENA(mem, 4 << 20);
    for (size_t i = 0; i < ANC_COUNT(one); i++)
        if (key_in(mem, TXT_FR, one[i][0]) != key_in(mem, TXT_FR, one[i][1]))
            fail_msg("%s and %s are two words", one[i][0], one[i][1]);
    for (size_t i = 0; i < ANC_COUNT(two); i++)
        if (key_in(mem, TXT_FR, two[i][0]) == key_in(mem, TXT_FR, two[i][1]))
            fail_msg("%s and %s are one word", two[i][0], two[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms_are_one_word),
                                       cmocka_unit_test(german_forms_are_one_word),
                                       cmocka_unit_test(french_plurals_are_one_word)};
    const int failed = RUN_TABLE("asked", rows, is_answered);
    return cmocka_run_group_tests(tests, NULL, NULL) + failed;
}
