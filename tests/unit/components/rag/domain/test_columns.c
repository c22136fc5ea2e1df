/* test_columns.c - questions in other words than a table's names of columns: "how old" and "Age". */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/extract.h"

static const rag_passage people = {
    .text = ANC_STR_INIT("First Name | Last Name | Gender | Country | Age\n"
                         "Dulce | Abril | Female | United States | 32\n"
                         "Etta | Hurn | Female | Great Britain | 56\n"
                         "Gaston | Brumm | Male | | 24\n"),
    .title = ANC_STR_INIT("people.csv"),
    .score = 0.1};

/* The names stand further up in the document. */
static const rag_passage further_down = {
    .text = ANC_STR_INIT("Etta | Hurn | Female | Great Britain | 56\n"),
    .title = ANC_STR_INIT("people.csv"),
    .columns = ANC_STR_INIT("First Name | Last Name | Gender | Country | Age"),
    .score = 0.1};

static const rag_passage sheet = {
    .text = ANC_STR_INIT("Sheet1\n\n0 | First Name | Last Name | Country | Age\n"
                         "1 | Dulce | Abril | United States | 32\n"
                         "2 | Etta | Hurn | Great Britain | 56\n"),
    .title = ANC_STR_INIT("people"),
    .score = 0.1};

static const rag_passage personnel = {
    .text = ANC_STR_INIT("Nom | Prénom | Ville | Téléphone | Date de naissance | Société\n"
                         "Duval | Léa | Lyon | 04 78 00 11 22 | 1988-03-04 | Novalis\n"
                         "Martin | Hugo | Nantes | 02 40 11 22 33 | 1979-11-20 | Bergamote\n"),
    .title = ANC_STR_INIT("personnel.csv"),
    .score = 0.1};

static const rag_passage card = {
    .text = ANC_STR_INIT("Name: Etta Hurn\nAge: 56\nCity: Leeds\nPhone: 555-0107"),
    .title = ANC_STR_INIT("Etta Hurn"),
    .score = 0.1};

#define ETTA \
    "First Name: Etta; Last Name: Hurn; Gender: Female; Country: Great Britain; Age: 56 [1]"
#define LEA                                                                                    \
    "Nom: Duval; Prénom: Léa; Ville: Lyon; Téléphone: 04 78 00 11 22; Date de naissance: " \
    "1988-03-04; Société: Novalis [1]"

/* Records of a file of records; of the second a field is empty. */
static const rag_place ferry_places[] = {{0, 1}, {44, 2}};
static const rag_passage ferries = {
    .text = ANC_STR_INIT(
        "name: Ferry Lumo\ncaptain: Ida\nlength: 40 m\n\nname: Ferry Taro\nlength: 22 m"),
    .title = ANC_STR_INIT("ferries.ndjson"),
    .language = ANC_STR_INIT("en"),
    .places = ferry_places,
    .n_places = ANC_COUNT(ferry_places),
    .score = 0.1};

static const rag_passage invoices = {
    .text = ANC_STR_INIT("Invoice | Customer | Status | Paid on\nA-1 | Orrin | overdue |\n"
                         "A-2 | Bel | paid | 2024-01-02\nA-3 | Cato | overdue |\n"),
    .title = ANC_STR_INIT("plant.xlsx"),
    .language = ANC_STR_INIT("en"),
    .score = 0.3};

static const rag_passage contacts = {
    .text = ANC_STR_INIT("Topic | Person | Phone\nPayroll | Fiona Grant | 4418\n"
                         "IT | Pedro Alves | 4461\nParking | Lewis Boyd | 4470\n"
                         "Keys | Ann Lee |\n"),
    .title = ANC_STR_INIT("Onboarding"),
    .language = ANC_STR_INIT("en"),
    .score = 0.1};

static const rag_passage stock = {
    .text = ANC_STR_INIT("SKU | Item | Warehouse | Quantity | Unit price | Delivery\n"
                         "A-100 | Winch drum | Leith | 14 | 820.5 | 2024-03-01\n"
                         "A-101 | Anchor shackle | Leith | 260 | 18.9 | 2024-04-15\n"
                         "A-102 | Mooring rope | Bergen | 55 | 134 | 2024-05-20\n"),
    .title = ANC_STR_INIT("book"),
    .language = ANC_STR_INIT("en"),
    .score = 0.1};

static const rag_passage geraete = {
    .text =
        ANC_STR_INIT("Gerät | Preis | Lager\nBohrer | 89,90 | Halle 2\nSäge | 129,00 | Halle 5\n"),
    .title = ANC_STR_INIT("pipe.csv"),
    .language = ANC_STR_INIT("de"),
    .score = 0.1};

static const rag_passage flotte = {
    .text = ANC_STR_INIT("Immatriculation | Modèle | Conducteur | Kilométrage\n"
                         "FG-482-KL | Renault Master | Julien Petit | 84 210\n"
                         "GA-770-BD | Citroën Jumpy | Karim Benali | 112 900\n"),
    .title = ANC_STR_INIT("Flotte"),
    .language = ANC_STR_INIT("fr"),
    .score = 0.1};

static const rag_passage jobs = {
    .text = ANC_STR_INIT("Job | Van | Garage | Cost | State\nJ1 | VN-11 | Ferris | 420 | done\n"
                         "J2 | VN-12 | Ferris | 180 | open\nJ3 | VN-13 | Garage Noll | 310 | "
                         "cancelled\nJ4 | VN-12 | Ferris | | open\n"),
    .title = ANC_STR_INIT("garage.xlsx"),
    .language = ANC_STR_INIT("en"),
    .score = 0.3};

static const rag_passage tariffs = {
    .text = ANC_STR_INIT("Tariff | Price per month | Rebate\nSmall | 4,90 |\nMiddle | 9,90 | 10 %\n"
                         "Large | 24,50 | 20 %\n"),
    .title = ANC_STR_INIT("tariffs.csv"),
    .language = ANC_STR_INIT("en"),
    .score = 0.3};

static const rag_passage boats = {
    .text = ANC_STR_INIT("Boat | Harbour | Seats | Skipper\nSolan | Oban | 40 | Ida Roe\n"
                         "Fulmar | Oban | 12 | Al Moss\nTotal | | 52 |\n"),
    .title = ANC_STR_INIT("boats.csv"),
    .language = ANC_STR_INIT("en"),
    .score = 0.3};

static const rag_passage fines = {
    .text = ANC_STR_INIT("Fine | Reader | State\nF-1 | Orrin | unpaid\nF-2 | Bel | waived\n"
                         "F-3 | Cato | unpaid\n"),
    .title = ANC_STR_INIT("fines.csv"),
    .language = ANC_STR_INIT("en"),
    .score = 0.3};

#define WINCH                                                                                     \
    "SKU: A-100; Item: Winch drum; Warehouse: Leith; Quantity: 14; Unit price: 820.5; Delivery: " \
    "2024-03-01 [1]"
#define ROPE                                                                                       \
    "SKU: A-102; Item: Mooring rope; Warehouse: Bergen; Quantity: 55; Unit price: 134; Delivery: " \
    "2024-05-20 [1]"

/* Figures whose unit stands in the name of their column. */
static const rag_passage bells = {
    .text = ANC_STR_INIT("Bell | Cast in | Weight (kg) | Diameter (cm) | Room\n"
                         "Gabriel | 1874 | 612 | 98 | A03\n"
                         "Ursula | 1902 | 435 | 86 | C07\n"
                         "Petra | 1931 | | 71 | C07\n"),
    .title = ANC_STR_INIT("bells.xlsx"),
    .score = 0.3};

static const rag_passage ovens = {.text = ANC_STR_INIT("Forno | Peso (kg) | Larghezza (cm)\n"
                                                       "Etna | 1120 | 165\n"
                                                       "Vesuvio | 780 | 130\n"),
                                  .title = ANC_STR_INIT("forni.xlsx"),
                                  .language = ANC_STR_INIT("it"),
                                  .score = 0.3};

static const rag_passage cranes = {.text = ANC_STR_INIT("Crane | Top speed | Maximum load | Depth\n"
                                                        "Heron 50 | 40 m/min | 8 t | 2 m\n"
                                                        "Stork 30 | 55 m/min | 3 t | 1 m\n"),
                                   .title = ANC_STR_INIT("cranes.md"),
                                   .language = ANC_STR_INIT("en"),
                                   .score = 0.3};

/* A row that is too wide to be told whole. */
#define FLEET_NAMES                                                                              \
    "Vessel name | Year of construction | Shipyard | Home port | Skipper on duty | Length over " \
    "all (m) | Engine maker | Engine type | Fuel tank capacity (l) | Fresh water tank (l) | "    \
    "Last hull inspection | Radio call sign | Insurance policy number | Mooring place | Winter " \
    "storage hall | Registered owner | Emergency telephone | Annual mooring fee (EUR)"
#define FLEET_ROW(name, year, owner, fee)                                                     \
    name " | " year " | Yard A | Port K | Skipper Anders | 9.5 | Maker nought | Type nought " \
         "| 120 | 90 | 2023-01-12 | CS000 | POL-5500 | Pier 3 | Hall A | Owner " owner        \
         " | 0555 100 | " fee "\n"
static const rag_passage fleet = {
    .text = ANC_STR_INIT(FLEET_NAMES "\n" FLEET_ROW("Dunlin", "1996", "Ueda", "1800")
                             FLEET_ROW("Petrel", "1984", "Quist", "1500")),
    .title = ANC_STR_INIT("fleet.xlsx"),
    .score = 0.3};
static const rag_passage fleet_on = {
    .text = ANC_STR_INIT(FLEET_ROW("Dunlin", "1996", "Ueda", "1800")
                             FLEET_ROW("Petrel", "1984", "Quist", "1500")),
    .title = ANC_STR_INIT("fleet.xlsx"),
    .columns = ANC_STR_INIT(FLEET_NAMES),
    .score = 0.3};

/* A sentence that names a code, and the row that says what it means. */
static const rag_passage alarms = {
    .text = ANC_STR_INIT("Si la llama no aparece, la caldera muestra la alarma A03.\n\n"
                         "Alarma | Causa | Remedio\n"
                         "A03 | Fallo de encendido | Limpiar el quemador\n"
                         "A06 | Falta de pellets | Llenar el depósito\n"),
    .title = ANC_STR_INIT("caldera"),
    .language = ANC_STR_INIT("es"),
    .score = 0.7};
static const rag_passage lockers = {
    .text = ANC_STR_INIT("Locker | Owner | Floor\nL097 | Ann Lee | 2\nL098 | Ida Roe | 3\n"),
    .title = ANC_STR_INIT("lockers.csv"),
    .score = 0.3};

#define GABRIEL "Bell: Gabriel; Cast in: 1874; Weight (kg): 612; Diameter (cm): 98; Room: A03 [1]"
#define VESUVIO "Forno: Vesuvio; Peso (kg): 780; Larghezza (cm): 130 [1]"
#define HERON   "Crane: Heron 50; Top speed: 40 m/min; Maximum load: 8 t; Depth: 2 m [1]"

typedef struct column_row {
    const char *name;
    const rag_passage *passage;
    const char *question;
    const char *wanted; /* NULL: it is declined */
} column_row;

static const column_row rows[] = {
    {"old is the age", &people, "How old is Etta Hurn?", ETTA},
    {"alt is the age", &people, "Wie alt ist Etta Hurn?", ETTA},
    {"âge is the age", &people, "Quel âge a Etta Hurn ?", ETTA},
    {"where one lives", &people, "Where does Etta Hurn live?", ETTA},
    {"nothing stands in that column", &people, "Where does Gaston Brumm live?", NULL},
    {"a column that there is not", &people, "Where does Etta Hurn work?", NULL},
    {"a row that there is not", &people, "How old is Anna Smith?", NULL},
    {"names from further up", &further_down, "How old is Etta Hurn?", ETTA},
    {"a sheet that counts its rows", &sheet, "How old is Etta Hurn?",
     "2; First Name: Etta; Last Name: Hurn; Country: Great Britain; Age: 56 [1]"},
    {"où elle habite", &personnel, "Où habite Léa Duval ?", LEA},
    {"quand elle est née", &personnel, "Quand est née Léa Duval ?", LEA},
    {"English to French: born", &personnel, "When was Léa Duval born?", LEA},
    {"English to French: works", &personnel, "Where does Léa Duval work?", LEA},
    {"English to French: phone", &personnel, "What is the phone number of Léa Duval?", LEA},
    {"Deutsch zu Französisch", &personnel, "Wo arbeitet Léa Duval?", LEA},
    {"a card", &card, "How old is Etta Hurn?",
     "Name: Etta Hurn; Age: 56; City: Leeds; Phone: 555-0107 [1]"},
    {"a phone number of four digits", &contacts, "What is Lewis Boyd's phone number?",
     "Topic: Parking; Person: Lewis Boyd; Phone: 4470 [1]"},
    {"IT is no function word", &contacts, "What is the phone number for IT?",
     "Topic: IT; Person: Pedro Alves; Phone: 4461 [1]"},
    {"a phone number that is not there", &contacts, "What is Ann Lee's phone number?", NULL},
    {"the phone of one who has none", &contacts, "What is the phone of Ann Lee?", NULL},
    {"a price without a sign", &stock, "How much does a winch drum cost?", WINCH},
    {"what it costs", &stock, "What does the winch drum cost?", WINCH},
    {"when it is delivered", &stock, "When is the mooring rope delivered?", ROPE},
    {"where it is kept", &stock, "Where is the mooring rope stored?", ROPE},
    {"how many there are of one thing", &stock, "How many mooring ropes do we have?", ROPE},
    {"how many rows there are", &stock, "How many items are in Leith?", NULL},
    {"was es kostet", &geraete, "Was kostet die Säge?",
     "Gerät: Säge; Preis: 129,00; Lager: Halle 5 [1]"},
    {"wo es liegt", &geraete, "Wo liegt der Bohrer?",
     "Gerät: Bohrer; Preis: 89,90; Lager: Halle 2 [1]"},
    {"qui conduit", &flotte, "Qui conduit le Citroën Jumpy ?",
     "Immatriculation: GA-770-BD; Modèle: Citroën Jumpy; Conducteur: Karim Benali; Kilométrage: "
     "112 900 [1]"},
    {"a field of a record", &ferries, "Who is the captain of the Ferry Lumo?",
     "name: Ferry Lumo; captain: Ida; length: 40 m [1]"},
    {"another field of a short one", &ferries, "What is the length of the Ferry Taro?",
     "name: Ferry Taro; length: 22 m [1]"},
    {"a field that is empty", &ferries, "Who is the captain of the Ferry Taro?", NULL},
    {"when it was paid", &invoices, "When was invoice A-2 paid?",
     "Invoice: A-2; Customer: Bel; Status: paid; Paid on: 2024-01-02 [1]"},
    {"when what is not was", &invoices, "When was invoice A-1 paid?", NULL},
    {"a cost that is not there", &jobs, "What did job J4 cost?", NULL},
    {"the cost of it", &jobs, "What was the cost of job J4?", NULL},
    {"a cost that is", &jobs, "What did job J1 cost?",
     "Job: J1; Van: VN-11; Garage: Ferris; Cost: 420; State: done [1]"},
    {"a rebate that is not there", &tariffs, "What rebate does the Small tariff have?", NULL},
    {"a rebate that is", &tariffs, "What rebate does the Middle tariff have?",
     "Tariff: Middle; Price per month: 9,90; Rebate: 10 % [1]"},
    {"one of several is no sum", &jobs, "What is the total cost of the open jobs?", NULL},
    {"nor an average", &jobs, "What is the average cost of the done and open jobs?", NULL},
    {"one row is no number", &jobs, "How many invoices are cancelled?", NULL},
    {"nor is its key", &jobs, "How many jobs were cancelled since May?", NULL},
    {"one of several goes on", &fines, "Which fines are unpaid?",
     "Fine: F-1; Reader: Orrin; State: unpaid … [1]"},
    {"the only one does not", &fines, "Which fines are waived?",
     "Fine: F-2; Reader: Bel; State: waived [1]"},
    {"a column that counts", &boats, "How many seats does the Solan have?",
     "Boat: Solan; Harbour: Oban; Seats: 40; Skipper: Ida Roe [1]"},
    {"a weight by its column", &bells, "How heavy is the bell Gabriel?", GABRIEL},
    {"what something weighs", &bells, "What does Gabriel weigh?", GABRIEL},
    {"the weight of it", &bells, "What is the weight of Gabriel?", GABRIEL},
    {"no weight is there", &bells, "How heavy is the bell Petra?", NULL},
    {"no column of it", &bells, "How high is the bell Gabriel?", NULL},
    {"a bell that is not there", &bells, "How heavy is the bell Margaret?", NULL},
    {"a weight in Italian", &ovens, "Quanto pesa il forno Vesuvio?", VESUVIO},
    {"a width in Italian", &ovens, "Quanto è largo il forno Vesuvio?", VESUVIO},
    {"a depth that no column has", &ovens, "Quanto è profondo il forno Vesuvio?", NULL},
    {"how fast", &cranes, "How fast is the Heron 50?", HERON},
    {"what it lifts", &cranes, "How much can the Heron 50 lift?", HERON},
    {"how deep", &cranes, "How deep is the Heron 50?", HERON},
    {"of a wide row what was asked for", &fleet, "Who is the registered owner of the Dunlin?",
     "Vessel name: Dunlin; Registered owner: Owner Ueda; … [1]"},
    {"also where its names stand further up", &fleet_on,
     "Who is the registered owner of the Dunlin?",
     "Vessel name: Dunlin; Registered owner: Owner Ueda; … [1]"},
    {"its last column", &fleet, "What is the annual mooring fee of the Petrel?",
     "Vessel name: Petrel; Mooring place: Pier 3; Annual mooring fee (EUR): 1500; … [1]"},
    {"when it was built", &fleet, "When was the Petrel built?",
     "Vessel name: Petrel; Year of construction: 1984; … [1]"},
    {"what a code means", &alarms, "¿Qué significa la alarma A03?",
     "Alarma: A03; Causa: Fallo de encendido; Remedio: Limpiar el quemador [1]"},
    {"who owns it", &lockers, "Who owns locker L097?",
     "Locker: L097; Owner: Ann Lee; Floor: 2 [1]"},
    {"a card without it", &card, "Where does Etta Hurn work?", NULL},
};

static void answered_or_declined(void **state)
{
    const column_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_extraction *x;
    anc_str text;
    ASSERT_OK(rag_extraction_new(mem, anc_str_of(row->question), row->passage, 1, &x, &err), &err);
    const rag_choice choice = rag_extraction_choose(x);
    ASSERT_OK(rag_choice_render(mem, &choice, row->passage, &text, &err), &err);
    const bool answers = rag_choice_answers(&choice, row->passage->score, 0, 0.35);
    if (answers != (row->wanted != NULL))
        fail_msg("%s: %.*s", answers ? "answered" : "declined", ANC_FMT(text));
    if (answers && !anc_str_eq(text, anc_str_of(row->wanted)))
        fail_msg("%.*s", ANC_FMT(text));
}

int main(void)
{
    return RUN_TABLE("columns", rows, answered_or_declined);
}
