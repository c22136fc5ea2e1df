/* test_rules.c - complexity, its parts and the tier of questions in several languages. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "routing/app/routing_service.h"

typedef struct rule_row {
    const char *name, *question;
    size_t turns;
    const char *tier, *reason; /* a part of it */
} rule_row;

static const rule_row rows[] = {
    {"nothing", "", 0, "Q2", ""},
    {"one fact", "How heavy is it?", 0, "Q2", "questions 0.5"},
    {"length has a ceiling",
     "one two three four five six seven eight nine ten one two three four five six seven eight "
     "nine "
     "ten one two three four five six seven eight nine ten one two three four five six seven eight "
     "nine ten",
     0, "Q3", "length 3.0"},
    {"comparison and reason",
     "Why is the Skep better than the Murmur, and what is the difference in price?", 0, "Q3",
     "comparison 3.0"},
    {"enumeration", "List all instruments and explain each.", 0, "Q3", "enumeration 2.0"},
    {"a line of things", "The price of tin, copper, zinc please", 0, "Q2", "enumeration 1.0"},
    {"clauses", "If it rains and the lid is open, what happens while it runs", 0, "Q3",
     "clauses 1.5"},
    {"semicolons are clauses", "The lid; the hinge; the lamp", 0, "Q2", "clauses 1.0"},
    {"several questions", "Who made it? When? Where?", 0, "Q2", "questions 1.5"},
    {"history counts", "And there?", 3, "Q2", "history 0.5"},
    {"words are whole", "Show the listing of android clauses", 0, "Q2", "length 0.5"},
    {"capitals", "COMPARE THE SKEP TO THE MURMUR", 0, "Q2", "comparison 2.0"},
    {"groups of words", "Walk me through it step by step", 0, "Q2", "reasoning 1.5"},
    {"all at once, English",
     "Explain why the Skep is better than the Murmur, list all differences, and recommend what we "
     "should buy if the price of each rises.",
     0, "Q4", "reasoning 3.0"},
    {"French", "Pourquoi comparer la Balise et le Calame, et quelles cons\u00E9quences ?", 0, "Q4",
     "reasoning 3.0"},
    {"French capitals", "\u00C9num\u00E8re les parties du calame", 0, "Q2", "enumeration 1.0"},
    {"French words are not read as English", "Comment est la barre ?", 0, "Q2", "questions 0.5"},
    {"German fact", "Was ist das Gewicht der Waage?", 0, "Q2", "questions 0.5"},
    {"German", "Warum ist der Kessel besser als die Pumpe, und was ist der Unterschied?", 0, "Q3",
     "comparison 3.0"},
    {"German capitals", "\u00DCberblick und Vergleich der Kessel, und erkl\u00E4re die Gr\u00FCnde",
     0, "Q4", "reasoning 3.0"},
    {"English is not read as German", "What was in the die?", 0, "Q2", "questions 0.5"},
    {"Spanish", "\u00BFPor qu\u00E9 es mejor la caldera y cu\u00E1les son las diferencias?", 0,
     "Q3", "comparison 3.0"},
    {"Italian", "Spiega la differenza della caldera e elenca tutti i vantaggi", 0, "Q4",
     "comparison 3.0"},
    {"another script", "\u4F60\u597D", 0, "Q2", ""},
};

static void route_is_as_told(void **state)
{
    const rule_row *row = *state;
    anc_err err = {0};
    rte_service *routing;
    rte_assessment a;
    const rte_config config = rte_config_default();
    ASSERT_OK(rte_service_open(&config, &routing, &err), &err);
    rte_assess(routing, anc_str_of(row->question), row->turns, &a);
    rte_service_close(routing);
    double sum = 0;
    for (size_t i = 0; i < RTE_PARTS; i++)
        sum += a.parts[i].value;
    assert_true(a.complexity >= 0 && a.complexity <= RTE_SCORE_MOST);
    assert_true(a.complexity == RTE_SCORE_MOST ||
                (a.complexity > sum - 0.06 && a.complexity < sum + 0.06));
    if (!anc_str_eq(a.tier_id, anc_str_of(row->tier)) || strstr(a.reason, row->reason) == NULL)
        fail_msg("%.*s, %.1f: %s", ANC_FMT(a.tier_id), a.complexity, a.reason);
}

typedef struct tier_row {
    const char *name;
    double score;
    unsigned tier;
} tier_row;

static const tier_row tiers[] = {
    {"none", 0, 0},          {"below the second", 2.9, 0},
    {"at the second", 3, 1}, {"below the third", 6.9, 1},
    {"at the third", 7, 2},  {"all", 10, 2},
};

static void tier_begins_at_its_threshold(void **state)
{
    const tier_row *row = *state;
    assert_int_equal(rte_tier_of(row->score, 3, 7), row->tier);
}

int main(void)
{
    return RUN_TABLE("rules", rows, route_is_as_told) +
           RUN_TABLE("tiers", tiers, tier_begins_at_its_threshold);
}
