/* complexity.h - the rules: what in a question's words makes it hard.
 *
 * Words are known in English, French, German, Spanish and Italian; a question is read in the one language
 * whose words it has most of, so that "was" or "comment" does not count in two.
 */
#ifndef ANC_ROUTING_DOMAIN_COMPLEXITY_H
#define ANC_ROUTING_DOMAIN_COMPLEXITY_H

#include "base/base.h"

typedef enum rte_part_id {
    RTE_CLAUSES,
    RTE_QUESTIONS,
    RTE_COMPARISON,
    RTE_ENUMERATION,
    RTE_REASONING,
    RTE_LENGTH, /* from here on not of words of a list */
    RTE_HISTORY,
    RTE_PART_COUNT,
    RTE_WORD_PARTS = RTE_LENGTH
} rte_part_id;

enum { RTE_SCORE_MOST = 10 };

const char *rte_part_name(rte_part_id part);

/* What each part is worth before any weight, each with a ceiling of its own, so that no single habit of writing
 * makes a question hard. */
void rte_rate(anc_str question, size_t turns, double ret[RTE_PART_COUNT]);

/* Weighs the parts in place; their sum with one decimal, 0 to RTE_SCORE_MOST. */
double rte_weigh(double parts[RTE_PART_COUNT], const double weights[RTE_PART_COUNT]);

/* 0, 1 or 2: the threshold that the score has reached. */
unsigned rte_tier_of(double score, double second_from, double third_from);

#endif
