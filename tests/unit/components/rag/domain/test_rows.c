/* test_rows.c - which row of a table is told: of a list of prices, of a month, of a year. */
#include "asked.h"

static const rag_passage prices = {.text = ANC_STR_INIT("5 Prices\n\n"
                                                        "Boat | Half day | Day | Week\n"
                                                        "Canoe | 25 | 36 | 160\n"
                                                        "Motor boat | 60 | 95 | 410\n"
                                                        "Children's boat | 7 | 10 | 40\n\n"
                                                        "Life jackets cost 4 pounds a day.\n"),
                                   .title = ANC_STR_INIT("Hiring terms"),
                                   .heading = ANC_STR_INIT("Hiring terms > 5 Prices"),
                                   .language = ANC_STR_INIT("en"),
                                   .score = 0.8};

static const rag_passage deposits = {
    .text = ANC_STR_INIT("A deposit of 50 pounds is taken for each canoe and 300 pounds for each "
                         "motor boat."),
    .title = ANC_STR_INIT("Hiring terms"),
    .language = ANC_STR_INIT("en"),
    .score = 0.7};

static const rag_passage preise = {.text = ANC_STR_INIT("Boot | Halber Tag | Tag\n"
                                                        "Kanu | 25 | 36\n"
                                                        "Ruderboot | 30 | 44\n"),
                                   .title = ANC_STR_INIT("Preise des Verleihs"),
                                   .language = ANC_STR_INIT("de"),
                                   .score = 0.8};

static const rag_passage tarifs = {.text = ANC_STR_INIT("Bateau | Demi-journée | Journée\n"
                                                        "Canoë | 25 | 36\n"
                                                        "Barque | 30 | 44\n"),
                                   .title = ANC_STR_INIT("Tarifs"),
                                   .language = ANC_STR_INIT("fr"),
                                   .score = 0.8};

static const rag_passage minutes = {.text = ANC_STR_INIT("Month | Turnover | Lettings\n"
                                                         "January | 18,240 | 112\n"
                                                         "February | 16,905 | 98\n"
                                                         "April | 31,770 | 356\n"),
                                    .title = ANC_STR_INIT("Meeting of 12 May 2025"),
                                    .language = ANC_STR_INIT("en"),
                                    .score = 0.8};

static const rag_passage protokoll = {.text = ANC_STR_INIT("Monat | Umsatz | Fahrten\n"
                                                           "Jan. | 18.240 | 112\n"
                                                           "Feb. | 16.905 | 98\n"),
                                      .title = ANC_STR_INIT("Sitzung vom 12. Mai 2025"),
                                      .language = ANC_STR_INIT("de"),
                                      .score = 0.8};

static const rag_passage years = {.text = ANC_STR_INIT("Year | Turnover | Staff\n"
                                                       "2021 | 410,000 | 12\n"
                                                       "2022 | 460,000 | 14\n"),
                                  .title = ANC_STR_INIT("Report 2023"),
                                  .language = ANC_STR_INIT("en"),
                                  .score = 0.8};

static const rag_passage roles = {.text = ANC_STR_INIT("Role | Name | Extension\n"
                                                       "Fire warden | Marta Webb | 207\n"
                                                       "First aider | Olu Adeyemi | 212\n"),
                                  .title = ANC_STR_INIT("Handbook"),
                                  .language = ANC_STR_INIT("en"),
                                  .score = 0.8};

static const asked_row rows[] = {
    {"cost", {&prices, &deposits}, "What does a canoe cost per week?", "Canoe | 25 | 36 | 160"},
    {"price", {&prices, &deposits}, "What is the price of a canoe per week?", "160"},
    {"fee", {&prices, &deposits}, "What is the fee for a canoe per day?", "Canoe | 25 | 36"},
    {"how much", {&prices, &deposits}, "How much is a canoe for a week?", "160"},
    {"no deposit", {&prices, &deposits}, "What does a motor boat cost per week?", "410"},
    {"behind a place",
     {&prices, &deposits},
     "In the hiring terms, what does a canoe cost per day?",
     "Canoe | 25 | 36"},
    {"within a sentence", {&prices, &deposits}, "what a canoe costs per day", "Canoe | 25 | 36"},
    {"a sentence", {&prices, &deposits}, "What do life jackets cost?", "4 pounds"},
    {"no such kind", {&prices, &deposits}, "What does a sailing boat cost per day?", NULL},
    {"nor that kind", {&prices, &deposits}, "What does a city boat cost per day?", NULL},
    {"no such thing", {&prices, &deposits}, "What does a raft cost per week?", NULL},
    {"kostet", {&preise}, "Was kostet ein Kanu pro Tag?", "Kanu | 25 | 36"},
    {"kostet nicht", {&preise}, "Was kostet ein Floß pro Tag?", NULL},
    {"coûte", {&tarifs}, "Combien coûte un canoë par jour ?", "Canoë | 25 | 36"},
    {"month", {&minutes}, "What was the turnover in January?", "18,240"},
    {"month of the title", {&minutes}, "What was the turnover in May?", NULL},
    {"no month of it", {&minutes}, "What was the turnover in July?", NULL},
    {"month of another year", {&minutes}, "What was the turnover in January 2024?", NULL},
    {"month of that year", {&minutes}, "What was the turnover in January 2025?", "18,240"},
    {"Monat", {&protokoll}, "Wie hoch war der Umsatz im Februar?", "16.905"},
    {"Monat des Titels", {&protokoll}, "Wie hoch war der Umsatz im Mai?", NULL},
    {"first", {&roles}, "Who is the first aider?", "Olu Adeyemi"},
    {"year", {&years}, "What was the turnover in 2022?", "460,000"},
    {"year of the title", {&years}, "What was the turnover in 2023?", NULL},
};

int main(void)
{
    return RUN_TABLE("rows", rows, is_answered);
}
