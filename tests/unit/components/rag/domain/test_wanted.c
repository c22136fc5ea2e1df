/* test_wanted.c - what was asked of a thing has to be there: a number to ring, an address, a count, a sum of that thing. */
#include "asked.h"

static const rag_passage board = {
    .text = ANC_STR_INIT(
        "Trips above £3,000 need the approval of the finance director, Ingrid Solheim. Tom Okafor "
        "earns £2,900 a month. Register for the pension plan; the employer pays 6 %."),
    .title = ANC_STR_INIT("Policy"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage stoerung = {
    .text = ANC_STR_INIT("Hallo Pedro, seit Mittwoch lässt sich die Uhr nicht mehr öffnen. Der "
                         "Hersteller Chronotec hat "
                         "zugesagt, am 18. April einen Techniker zu schicken."),
    .title = ANC_STR_INIT("Störung"),
    .language = ANC_STR_INIT("de"),
    .score = 0.8};

static const rag_passage letter = {
    .text = ANC_STR_INIT("Dear Mrs Webb,\n\nThe motor has a short circuit.\n\nKind regards,\n"
                         "Priya Oake"),
    .title = ANC_STR_INIT("Re: motor"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage mensa = {
    .text = ANC_STR_INIT("Die Kantine ist von 11:30 bis 14:00 Uhr geöffnet. Ein Mittagessen kostet "
                         "6,80 Euro. Bezahlt "
                         "wird mit dem Mitarbeiterausweis."),
    .title = ANC_STR_INIT("Kantinenordnung"),
    .language = ANC_STR_INIT("de"),
    .score = 0.8};

static const rag_passage people = {
    .text = ANC_STR_INIT(
        "Newcomers have lunch with Ruth Haldane on their first Tuesday. Haldane was founded on 3 "
        "May "
        "2009 by Ruth Haldane and Peter Oake. Mr Crane, at 88, still rings on the first of each "
        "month. Write to Ines Kemp at ines@haldane.example. In an emergency ring Peter Oake on "
        "extension 4477."),
    .title = ANC_STR_INIT("Our people"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage yard = {
    .text = ANC_STR_INIT(
        "The crew travels in the van, called Rosalind. Ines will add the gate to the list of "
        "risks. "
        "In 2014 we moved to the Old Brewery, a building of 1824 that opens from 7.00 to 20.00. "
        "Our "
        "insurer, Corbel Mutual, paid £4,260 for policy CM-730-55. 14 dogs guard the yard."),
    .title = ANC_STR_INIT("The yard"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage gens = {.text =
                                     ANC_STR_INIT("Le portail est confié à Anne Morel depuis 2017. "
                                                  "Le produit est dangereux pour les abeilles. "
                                                  "Douze colonies vivent au pied de la falaise."),
                                 .title = ANC_STR_INIT("Les gens"),
                                 .language = ANC_STR_INIT("fr"),
                                 .score = 0.9};

static const rag_passage hotels = {.text = ANC_STR_INIT("Place | Ceiling for one night\n"
                                                        "London hotel | £165\n"
                                                        "Paris hotel | £150\n"),
                                   .title = ANC_STR_INIT("Travel"),
                                   .language = ANC_STR_INIT("en"),
                                   .score = 0.9};

static const rag_passage wares = {
    .text =
        ANC_STR_INIT("A tin of pellets costs £14. The cup of the burner reaches 320 degrees C. The "
                     "walls are a metre thick. The shelf is no higher than 2 metres."),
    .title = ANC_STR_INIT("Wares"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage tasks = {.text = ANC_STR_INIT("Who | What | By when\n"
                                                       "Ruth Haldane | gate painted | 1 June\n"
                                                       "Peter Oake | lamp | 4 July\n"),
                                  .title = ANC_STR_INIT("Tasks"),
                                  .language = ANC_STR_INIT("en"),
                                  .score = 0.9};

static const rag_passage wages = {
    .text = ANC_STR_INIT("Pay day\n\nSalaries are paid on the 26th of the month.\n\nHoliday\n\n"
                         "Staff in the United Kingdom have 27 days of leave."),
    .title = ANC_STR_INIT("Pay"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage holiday = {
    .text =
        ANC_STR_INIT("The warehouse is closed on bank holidays. The workbench is oiled in March. "
                     "Sales in the UK rose."),
    .title = ANC_STR_INIT("Rules"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage company = {
    .text = ANC_STR_INIT(
        "Trips above £3,000 need the approval of the finance director, Ingrid Solheim. Tom Okafor "
        "earns £41,000. In 2024 the company will invest £340,000 in new davits. There were 17 "
        "incidents in 2023, four fewer than in the year before. Since 2019 the office is in "
        "Leith."),
    .title = ANC_STR_INIT("Halvorsen Marine"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage kantine = {
    .text = ANC_STR_INIT("Die Kantine ist von 11:30 bis 14:00 Uhr geöffnet. Gäste melden sich bei "
                         "Frau Sommerfeld an."),
    .title = ANC_STR_INIT("Kantinenordnung"),
    .language = ANC_STR_INIT("de"),
    .score = 0.9};

static const rag_passage invoices = {
    .text = ANC_STR_INIT("Invoice No | Customer | Amount | Status\nINV-1 | Astra | 500.10 | paid\n"
                         "INV-2 | Borealis | 537.35 | overdue\nINV-3 | Cobalt | 574.70 | open\n"
                         "INV-4 | Delta | 612.05 | overdue\n"),
    .title = ANC_STR_INIT("invoices.csv"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage accounts = {
    .text = ANC_STR_INIT("Revenue\n\n(In millions)\t2020\t2021\nRevenue\t$ 11,139\t$ 17,455\n"
                         "Cost of revenue\t$ 5,154\t$ 9,351\n\n"
                         "(1) Totals of revenue may not foot due to rounding."),
    .title = ANC_STR_INIT("Brack, annual report"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage fees = {
    .text = ANC_STR_INIT("In 2021 we recognized total revenue of $323 million associated with "
                         "these fees charged to users. The cost of revenue rose by 81 %."),
    .title = ANC_STR_INIT("Brack, annual report"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage ledger = {
    .text = ANC_STR_INIT("Invoice No | Customer | Status\nINV-2021 | Astra | paid\n"
                         "INV-2022 | Borealis | open\n"),
    .title = ANC_STR_INIT("invoices.csv"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage inns = {
    .text = ANC_STR_INIT("City | Limit per night | Breakfast\nLondon | £180 | no\n"
                         "Oslo | NOK 1,900 | yes\nLisbon | €120 | yes\n"),
    .title = ANC_STR_INIT("Travel and Expense Policy"),
    .heading = ANC_STR_INIT("2 Booking > 2.1 Hotels"),
    .language = ANC_STR_INIT("en"),
    .score = 0.98};

static const rag_passage mansion = {
    .text = ANC_STR_INIT("The one on my right was a colossal affair by any standard: it was an "
                         "imitation of some Hôtel de Ville in Normandy, with a tower on one side."),
    .title = ANC_STR_INIT("A novel"),
    .language = ANC_STR_INIT("en"),
    .score = 0.1};

static const rag_passage orchestra = {
    .text = ANC_STR_INIT(
        "The present conductor is Jonas Weatherby. He took office in 2015 and lives in Durham.\n\n"
        "His deputy is Priya Nair, who also directs the youth choir."),
    .title = ANC_STR_INIT("The Brackwater Chamber Orchestra"),
    .heading = ANC_STR_INIT("Conductors"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage ferries = {
    .text = ANC_STR_INIT(
        "The Solan\n\nThe ferry Solan sails from Oban to Mull. It carries 420 passengers and was "
        "built in Gdansk in 2008. Its captain is Moira Tennant.\n\nThe Kittiwake\n\n"
        "The ferry Kittiwake sails from Ullapool to Lewis. It carries 700 passengers and was built "
        "in Port Glasgow in 1995. Its captain is Duncan Reid."),
    .title = ANC_STR_INIT("Island ferries"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage vorstand = {
    .text = ANC_STR_INIT(
        "Die Vorsitzende ist Annegret Pohl. Sie wurde 2020 gewählt und wohnt in Jena.\n\n"
        "Der Kassenwart heißt Detlef Brommer. Seine Telefonnummer ist 0365 77120. Der "
        "Jahresbeitrag beträgt 84 Euro."),
    .title = ANC_STR_INIT("Satzung"),
    .heading = ANC_STR_INIT("Vorstand"),
    .language = ANC_STR_INIT("de"),
    .score = 0.9};

static const rag_passage sueldos = {
    .text = ANC_STR_INIT("Empleado | Puesto | Sueldo\nMateo Roldán | electricista | 26.500 €\n"
                         "Nuria Campos | abogada | 41.200 €\n"),
    .title = ANC_STR_INIT("personal.csv"),
    .language = ANC_STR_INIT("es"),
    .score = 0.9};

static const rag_passage salaires = {
    .text = ANC_STR_INIT("Nom | Âge | Salaire\nLuc Roy | 41 | 3000 €\nÈve Nay | 29 | 3500 €\n"),
    .title = ANC_STR_INIT("f.csv"),
    .language = ANC_STR_INIT("fr"),
    .score = 0.9};

static const rag_passage werkstatt = {
    .text =
        ANC_STR_INIT("Die Werkstatt hat drei Angestellte. Ida Ohm verdient 2.900 Euro im Monat. "
                     "Paul Kern verdient 3.100 Euro im Monat. Jeder hat 28 Tage Urlaub."),
    .title = ANC_STR_INIT("Gehälter der Werkstatt"),
    .language = ANC_STR_INIT("de"),
    .score = 0.8};

static const rag_passage gehaltsliste = {
    .text = ANC_STR_INIT("Name | Stelle | Gehalt\nLena Moos | Fräserin | 3.250 €\n"
                         "Kai Thun | Dreher | 3.050 €\n"),
    .title = ANC_STR_INIT("Gehaltsliste"),
    .language = ANC_STR_INIT("de"),
    .score = 0.8};

static const asked_row rows[] = {
    {"Gehalt im Satz", {&werkstatt}, "Wie hoch ist das Gehalt von Ida Ohm?", "Ida Ohm verdient"},
    {"Gehalt in der Zeile", {&gehaltsliste}, "Wie hoch ist das Gehalt von Lena Moos?", "3.250"},
    {"Gehalt neben dem Satz",
     {&gehaltsliste, &werkstatt},
     "Wie hoch ist das Gehalt von Ida Ohm?",
     "Ida Ohm verdient"},
    {"Gehalt von niemandem", {&werkstatt}, "Wie hoch ist das Gehalt von Karl Fuchs?", NULL},
    {"where he lives", {&orchestra}, "Where does Jonas Weatherby live?", "lives in Durham"},
    {"where the deputy lives is not said", {&orchestra}, "Where does Priya Nair live?", NULL},
    {"the captain of one ship", {&ferries}, "Who is the captain of the Solan?", "Moira"},
    {"of the other", {&ferries}, "Who is the captain of the Kittiwake?", "Duncan"},
    {"what the other carries", {&ferries}, "How many passengers does the Kittiwake carry?", "700"},
    {"wo sie wohnt", {&vorstand}, "Wo wohnt Annegret Pohl?", "wohnt in Jena"},
    {"wo er wohnt steht nicht da", {&vorstand}, "Wo wohnt Detlef Brommer?", NULL},
    {"wie hoch ein Betrag", {&vorstand}, "Wie hoch ist der Jahresbeitrag?", "84 Euro"},
    {"el sueldo", {&sueldos}, "¿Cuál es el sueldo de Nuria Campos?", "41.200"},
    {"son âge", {&salaires}, "Quel âge a Luc Roy ?", "41"},
    {"a number to ring", {&people}, "What is the phone number of Peter Oake?", "4477"},
    {"a year is none", {&people}, "What is Ruth Haldane's phone number?", NULL},
    {"pas de numéro", {&gens}, "Quel est le numéro de téléphone d'Anne Morel ?", NULL},
    {"a mailbox", {&people}, "What is the e-mail address of Ines Kemp?", "ines@"},
    {"no mailbox", {&people}, "What is the e-mail address of Mr Crane?", NULL},
    {"an address", {&hotels}, "What is the address of the hotel in London?", NULL},
    {"an age", {&people}, "How old is Mr Crane?", "at 88"},
    {"a date is no age", {&people}, "How old is Ines Kemp?", NULL},
    {"no birth", {&people}, "When was Ruth Haldane born?", NULL},
    {"pas de naissance", {&gens}, "Quand est née Anne Morel ?", NULL},
    {"a sum beside her name is no wage", {&board}, "What is the salary of Ingrid Solheim?", NULL},
    {"nor of her in a gloss", {&board}, "What is her (Ingrid Solheim) salary?", NULL},
    {"what he earns", {&board}, "What is the salary of Tom Okafor?", "earns"},
    {"a share", {&board}, "What share does the employer pay for the pension?", "6 %"},
    {"wann er kommt", {&stoerung}, "Wann kommt der Techniker von Chronotec?", "18. April"},
    {"wann er geschickt wird", {&stoerung}, "Wann schickt Chronotec einen Techniker?", "18. April"},
    {"womit bezahlt wird", {&mensa}, "Wie bezahlt man das Mittagessen?", "Bezahlt wird"},
    {"no wage", {&people}, "What is Peter Oake's salary?", NULL},
    {"an approval is no wage", {&company}, "What is the salary of Ingrid Solheim?", NULL},
    {"a wage", {&company}, "What is the salary of Tom Okafor?", "41,000"},
    {"money for something else", {&company}, "How much does the company invest in training?", NULL},
    {"money for that", {&company}, "How much does the company invest in davits?", "340,000"},
    {"another year", {&company}, "What were the incidents in 2022?", NULL},
    {"the year", {&company}, "How many incidents were there in 2023?", "17 incidents"},
    {"a year that goes on", {&company}, "Where was the office in 2022?", "Leith"},
    {"niemand leitet", {&kantine}, "Wer leitet die Kantine?", NULL},
    {"wann", {&kantine}, "Wann ist die Kantine geöffnet?", "11:30"},
    {"rows that would have to be counted", {&invoices}, "How many invoices are overdue?", NULL},
    {"a row with the number alone", {&ledger}, "What were the incidents in 2022?", NULL},
    {"the whole, below its year",
     {&fees, &accounts},
     "What was Brack's revenue in 2021?",
     "17,455"},
    {"a part of it", {&fees}, "What was Brack's total revenue in 2021?", NULL},
    {"one function word of two languages", {&inns, &mansion}, "hotel limit in Oslo?", "NOK 1,900"},
    {"one row", {&invoices}, "What is the amount of INV-3?", "574.70"},
    {"an address tells nothing", {&letter}, "What do we lend Mrs Webb?", NULL},
    {"no colour", {&yard}, "What colour is the van Rosalind?", NULL},
    {"a count", {&yard}, "How many dogs guard the yard?", "14 dogs"},
    {"a year counts nothing", {&yard}, "How many floors does the Old Brewery have?", NULL},
    {"nor a sum, nor a code", {&yard}, "How many employees does Corbel Mutual have?", NULL},
    {"no number at all", {&yard}, "How many lines has the list of risks?", NULL},
    {"aucun nombre", {&gens}, "Combien d'abeilles y a-t-il dans une ruche ?", NULL},
    {"un nombre en lettres", {&gens}, "Combien de colonies y a-t-il ?", "Douze colonies"},
    {"a sum of it", {&wares}, "What does a tin of pellets cost?", "£14"},
    {"the sum of another", {&wares}, "What does a jar of honey cost?", NULL},
    {"Preis von etwas anderem", {&wares}, "Was kostet ein Glas Honig?", NULL},
    {"no word of the property", {&people}, "Who is the wife of Peter Oake?", NULL},
    {"how hot", {&wares}, "How hot does the cup of the burner get?", "320"},
    {"the height", {&wares}, "What is the max height of the shelf?", "no higher than 2 metres"},
    {"a row of another day", {&tasks}, "When was Ruth Haldane hired?", NULL},
    {"a row of that day", {&tasks}, "When is the gate painted?", "1 June"},
    {"how thick", {&wares}, "How thick are the walls?", "a metre thick"},
    {"a compound, apart", {&wages}, "When is payday?", "26th"},
    {"a compound, together", {&holiday}, "When is the ware house closed?", "bank holidays"},
    {"initials", {&wages}, "How many days of leave do UK staff have?", "27 days"},
    {"spelled out", {&holiday}, "Did sales in the United Kingdom rise?", "UK"},
};

int main(void)
{
    return RUN_TABLE("wanted", rows, is_answered);
}
