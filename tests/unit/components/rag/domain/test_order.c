/* test_order.c - which of a table's rows comes first or last, by its dates or times, or no answer at all. */
#include "tallied.h"

static const char *const loans = "Loan | Borrower | Borrowed | Due\n"
                                 "L1 | Orrin | 2026-08-01 | 2026-09-12\n"
                                 "L2 | Bel | 2026-07-14 | 2026-08-25\n"
                                 "L3 | Cato | 2026-08-20 | 2026-10-01\n"
                                 "L4 | Bel | 2026-07-14 | 2026-09-30";

static const char *const members = "Name | Joined | Age\n"
                                   "Orrin | 5 March 2019 | 41\n"
                                   "Bel | 12 November 2015 | 38\n"
                                   "Cato | 1 June 2024 | 67";

static const char *const staff = "Name | Joined\nOrrin | 5 March 2019\nBel | 12 November 2015";

static const char *const lifts = "Lift | Built | Capacity\n"
                                 "North | 1987 | 8\n"
                                 "South | 2004 | 12\n"
                                 "East | 1969 | 6";

static const char *const trains = "Train | From | To | Departure\n"
                                  "R1 | Porto | Faro | 07:15\n"
                                  "R2 | Braga | Porto | 06:40\n"
                                  "R3 | Porto | Faro | 21:05\n"
                                  "R4 | Porto | Lisbon | 19:50";

static const char *const rechnungen = "Rechnung | Kunde | Fällig\n"
                                      "17 | Orrin | 3.9.2026\n"
                                      "18 | Bel | 28.8.2026\n"
                                      "19 | Cato | 14.10.2026";

static const char *const reunions = "Réunion | Date | Lieu\n"
                                    "Bureau | 1er mars 2026 | Lyon\n"
                                    "Conseil | 14 février 2026 | Paris\n"
                                    "Assemblée | 22 mai 2026 | Lyon";

static const char *const visite = "Visita | Data\nVerdi | 4/2/2026\nBianchi | 11/1/2026";

static const char *const pedidos =
    "Pedido | Fecha\n81 | 25/02/2026\n82 | 03/03/2026\n83 | 11/02/2026";

static const char *const slashes = "Order | Date\n81 | 02/03/2026\n82 | 03/02/2026";
static const char *const month_first = "Order | Date\n81 | 02/03/2026\n82 | 01/25/2026";
static const char *const mixed = "Order | Date\n81 | 2026-03-02\n82 | soon";
static const char *const winter = "Order | Date\n81 | 12 January\n82 | 20 November\n83 | 3 March";
static const char *const spring = "Order | Date\n81 | 12 May\n82 | 20 April\n83 | 3 June";
static const char *const moments =
    "Call | At\nC1 | 2026-03-02 10:30\nC2 | 2026-03-02 09:55\nC3 | 2026-03-01T23:10:00Z";
static const char *const gaps = "Key | Taken | Returned\nK1 | 2026-03-02 | 2026-03-09\n"
                                "K2 | 2026-03-01 | \nK3 | 2026-03-04 | 2026-03-05";
static const char *const rooms =
    "Room | Floor | Free from\nA | 1st | 2026-03-02\nB | 2nd | 2026-03-01";
static const char *const firsts =
    "Customer | First order | Last order\nOrrin | 2020-01-05 | 2024-02-01\n"
    "Bel | 2019-03-01 | 2023-05-06";

static const char *const halves =
    "Bus | Leaves\n1 | 7:15 pm\n2 | 11:40 am\n3 | 12:05 am\n4 | 12:30 pm";
static const char *const heures = "Car | Départ\n1 | 19h15\n2 | 7h40";
static const char *const months = "Audit | Month\nA | March 2026\nB | Dec. 2025\nC | Feb 2026";
static const char *const days = "Shift | Day\nA | Mon, 2 March 2026\nB | Sunday, March 1st, 2026";
static const char *const no_days = "Shift | Day\nA | 32 March 2026\nB | 2 March 2026";
static const char *const no_times = "Shift | Starts\nA | 24:10\nB | 07:00";

static const tally_row orders[] = {
    {"the first of a column that is named", "Which loan is due first?", "loans.csv", "", loans, 4,
     ".x..", "2026-08-25"},
    {"the last", "Which loan is due last?", "loans.csv", "", loans, 4, "..x.", "2026-10-01"},
    {"two at once", "Which loan was borrowed first?", "loans.csv", "", loans, 4, ".x.x",
     "2026-07-14"},
    {"of some", "Which loan of Bel is due last?", "loans.csv", "", loans, 2, "...x", "2026-09-30"},
    {"which column is not said", "Which is the first loan?", "loans.csv", "", loans, 0, "", NULL},
    {"who", "Who joined first?", "members.csv", "", members, 3, ".x.", "12 November 2015"},
    {"most recently", "Who joined most recently?", "members.csv", "", members, 3, "..x",
     "1 June 2024"},
    {"when", "When did the last member join?", "members.csv", "", members, 3, "..x", "1 June 2024"},
    {"the oldest has the most years", "Who is the oldest member?", "members.csv", "", members, 3,
     "..x", "67"},
    {"and the youngest the fewest", "Who is the youngest?", "members.csv", "", members, 3, ".x.",
     "38"},
    {"who joined first is not the oldest", "Who is the oldest member of staff?", "staff.csv", "",
     staff, 0, "", NULL},
    {"years", "Which lift is the oldest?", "lifts.csv", "", lifts, 3, "..x", "1969"},
    {"the newest", "Which is the newest lift?", "lifts.csv", "", lifts, 3, ".x.", "2004"},
    {"times of day", "When is the last train from Porto?", "trains.csv", "", trains, 3, "..x.",
     "21:05"},
    {"from and to", "When is the first train from Porto to Faro?", "trains.csv", "", trains, 2,
     "x...", "07:15"},
    {"what time", "What time is the first train?", "trains.csv", "", trains, 4, ".x..", "06:40"},
    {"the earliest", "What is the earliest departure?", "trains.csv", "", trains, 4, ".x..",
     "06:40"},
    {"German", "Welche Rechnung ist zuerst fällig?", "rechnungen.csv", "", rechnungen, 3, ".x.",
     "28.8.2026"},
    {"French", "Quelle est la dernière réunion ?", "reunions.csv", "", reunions, 3, "..x",
     "22 mai 2026"},
    {"French, by its name", "Quelle est la date de la première réunion ?", "reunions.csv", "",
     reunions, 3, ".x.", "14 février 2026"},
    {"Italian", "Qual è la prima visita?", "visite.csv", "", visite, 2, ".x", "11/1/2026"},
    {"Spanish", "¿Cuál es el último pedido?", "pedidos.csv", "", pedidos, 3, ".x.", "03/03/2026"},
    {"day or month", "Which is the first order?", "orders.csv", "", slashes, 0, "", NULL},
    {"month first", "Which is the first order?", "orders.csv", "", month_first, 2, ".x",
     "01/25/2026"},
    {"a cell that is no date", "Which is the first order?", "orders.csv", "", mixed, 0, "", NULL},
    {"this winter or the last", "Which is the first order?", "orders.csv", "", winter, 0, "", NULL},
    {"before and after noon", "Which bus leaves first?", "buses.csv", "", halves, 4, "..x.",
     "12:05 am"},
    {"the last of the day", "When does the last bus leave?", "buses.csv", "", halves, 4, "x...",
     "7:15 pm"},
    {"heures", "Quel est le premier car ?", "cars.csv", "", heures, 2, ".x", "7h40"},
    {"months", "Which audit is the earliest?", "audits.csv", "", months, 3, ".x.", "Dec. 2025"},
    {"days of the week", "Which is the first shift?", "shifts.csv", "", days, 2, ".x",
     "Sunday, March 1st, 2026"},
    {"no such day", "Which is the first shift?", "shifts.csv", "", no_days, 0, "", NULL},
    {"no such time", "Which is the first shift?", "shifts.csv", "", no_times, 0, "", NULL},
    {"without years", "Which is the first order?", "orders.csv", "", spring, 3, ".x.", "20 April"},
    {"dates with times", "Which is the latest call?", "calls.csv", "", moments, 3, "x..",
     "2026-03-02 10:30"},
    {"not yet", "Which key was returned last?", "keys.csv", "", gaps, 2, "x..", "2026-03-09"},
    {"a floor is no order", "Which rooms are on the first floor?", "rooms.csv", "", rooms, 0, "",
     NULL},
    {"a column of firsts", "What was the first order of Bel?", "customers.csv", "", firsts, 0, "",
     NULL},
    {"last year", "Who joined last year?", "members.csv", "", members, 0, "", NULL},
    {"what nobody understood", "Which loan in Porto is due first?", "loans.csv", "", loans, 0, "",
     NULL},
    {"the first three", "Which are the first 3 loans due?", "loans.csv", "", loans, 0, "", NULL},
    {"a verb", "How long do the members last?", "members.csv", "", members, 0, "", NULL},
    {"both ends", "Which loans are due first and last?", "loans.csv", "", loans, 0, "", NULL},
};

int main(void)
{
    return RUN_TABLE("orders", orders, rows_are_counted);
}
