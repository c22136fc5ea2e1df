/* test_office.c - who holds an office has to be named, and the office has to be the one that was asked about. */
#include "asked.h"

static const rag_passage report = {
    .text = ANC_STR_INIT(
        "Our training is planned by our Chief People Officer, who reports to the CEO, and is "
        "overseen by the Pay Committee and the Board of Directors. The CEO signs each quarter."),
    .title = ANC_STR_INIT("Tallow annual report"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage letter = {
    .text =
        ANC_STR_INIT("Tallow was founded in Leeds. In May the directors met twice. Ruth Haldane, "
                     "CEO of Tallow since 2019, opened the meeting."),
    .title = ANC_STR_INIT("Tallow letter"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage novel = {
    .text = ANC_STR_INIT("Old Joel Whitcomb, once head of the Harbour League, came late. Mr Sallow "
                         "looked at the people with his head on one side."),
    .title = ANC_STR_INIT("A long evening"),
    .language = ANC_STR_INIT("en"),
    .score = 0.7};

static const rag_passage handbook = {
    .text = ANC_STR_INIT("Leave is granted by the office. Owner: Oona Pride, head of people."),
    .title = ANC_STR_INIT("Handbook"),
    .language = ANC_STR_INIT("en"),
    .score = 0.6};

static const rag_passage values = {
    .text = ANC_STR_INIT("Once the value of a share is estimated, a pricing model is used for each "
                         "class. The value is looked at each quarter."),
    .title = ANC_STR_INIT("Shares"),
    .language = ANC_STR_INIT("en"),
    .score = 0.6};

static const rag_passage conges = {
    .text =
        ANC_STR_INIT("En mai, on peut s'absenter une demi-journée. Il suffit d'envoyer un message "
                     "à son directeur."),
    .title = ANC_STR_INIT("Congés"),
    .language = ANC_STR_INIT("fr"),
    .score = 0.6};

static const rag_passage direction = {
    .text = ANC_STR_INIT("Le directeur est Bastien Morel, depuis 2011."),
    .title = ANC_STR_INIT("Direction"),
    .language = ANC_STR_INIT("fr"),
    .score = 0.6};

static const rag_passage form = {
    .text = ANC_STR_INIT("Questionnaire in which one or more credit contacts are named to whom all "
                         "information about securities is sent in accordance with the laws."),
    .title = ANC_STR_INIT("Loan"),
    .language = ANC_STR_INIT("en"),
    .score = 0.6};

static const rag_passage keys = {
    .text = ANC_STR_INIT("For a question about security contact Edwin Sharp at the gate."),
    .title = ANC_STR_INIT("Keys"),
    .language = ANC_STR_INIT("en"),
    .score = 0.55};

static const rag_passage diary = {
    .text =
        ANC_STR_INIT("Once I wrote the names of those who came to Sallow down. Sallow's Summer is "
                     "what they call the year."),
    .title = ANC_STR_INIT("Sallow's Summer"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage cover = {
    .text = ANC_STR_INIT("Our travel insurance is with Corbel Mutual, policy CM-730."),
    .title = ANC_STR_INIT("Travel"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const asked_row rows[] = {
    {"what only has its stem", {&cover}, "Who is the insured?", NULL},
    {"whoever speaks", {&diary}, "Who wrote Sallow's Summer?", NULL},
    {"an office that somebody reports to", {&report}, "Who is the CEO of Tallow?", NULL},
    {"an office with its holder",
     {&report, &letter},
     "Who is the CEO of Tallow?",
     "Ruth Haldane, CEO of Tallow"},
    {"the head of something else", {&novel}, "Who is the head of people?", NULL},
    {"the head of what was asked", {&handbook}, "Who is the head of people?", "Oona Pride"},
    {"a word of the same stem", {&values}, "Who is the estimator?", NULL},
    {"a French office without a name", {&conges}, "Qui est le directeur ?", NULL},
    {"a French office with one", {&conges, &direction}, "Qui est le directeur ?", "Bastien Morel"},
    {"nobody to turn to", {&form}, "Who do I contact about security?", NULL},
    {"somebody to turn to", {&form, &keys}, "Who do I contact about security?", "Edwin Sharp"},
};

int main(void)
{
    return RUN_TABLE("office", rows, is_answered);
}
