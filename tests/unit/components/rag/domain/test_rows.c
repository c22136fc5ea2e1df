/* test_rows.c - which row of a table is told: of a month, of a year. */
#include "asked.h"

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

static const asked_row rows[] = {
    {"month", {&minutes}, "What was the turnover in January?", "18,240"},
    {"month of the title", {&minutes}, "What was the turnover in May?", NULL},
    {"no month of it", {&minutes}, "What was the turnover in July?", NULL},
    {"month of another year", {&minutes}, "What was the turnover in January 2024?", NULL},
    {"month of that year", {&minutes}, "What was the turnover in January 2025?", "18,240"},
    {"Monat", {&protokoll}, "Wie hoch war der Umsatz im Februar?", "16.905"},
    {"Monat des Titels", {&protokoll}, "Wie hoch war der Umsatz im Mai?", NULL},
    {"year", {&years}, "What was the turnover in 2022?", "460,000"},
    {"year of the title", {&years}, "What was the turnover in 2023?", NULL},
};

int main(void)
{
    return RUN_TABLE("rows", rows, is_answered);
}
