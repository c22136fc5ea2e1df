/* routing.h - how hard a question is, and what tier of models that asks for.
 *
 * The complexity is counted by rule from the question's own words and from the conversation before it: a sum of
 * named parts. Thresholds make a tier of it: Q2 below the first, Q3 below the second, else Q4.
 */
#ifndef ANC_ROUTING_ROUTING_H
#define ANC_ROUTING_ROUTING_H

#include "base/base.h"

typedef struct rte_service rte_service;

enum { RTE_TIERS = 3, RTE_PARTS = 7, RTE_REASON_BYTES = 192, RTE_NAME_MAX = 40 };

typedef struct rte_part {
    const char *name; /* length, clauses, questions, comparison, enumeration, reasoning, history */
    double value;     /* 0 or more, weighted */
} rte_part;

typedef struct rte_assessment {
    double complexity; /* 0 to 10, one decimal: the sum of the parts, and no more than 10 */
    rte_part parts[RTE_PARTS];
    unsigned tier;                 /* index of rte_tiers */
    anc_str tier_id;               /* "Q2", "Q3" or "Q4"; a literal */
    double estimated_latency_ms;   /* of an answer */
    char reason[RTE_REASON_BYTES]; /* "length 1.2, reasoning 1.5"; empty where no part counts */
} rte_assessment;

/* `question` is valid UTF-8 of any length; `turns` earlier ones of its conversation are known. Any thread. */
void rte_assess(rte_service *routing, anc_str question, size_t turns, rte_assessment *ret);

/* An answer to a question of this tier took so long; any thread. From a few of them on the estimate is their
 * moving mean. */
void rte_measured(rte_service *routing, unsigned tier, double latency_ms);

typedef struct rte_tier {
    anc_str id;                  /* "Q2"; a literal */
    char name[RTE_NAME_MAX + 1]; /* "fast", as configured */
    double from;                 /* least complexity; the first tier's is 0 */
    double estimated_latency_ms;
    bool measured; /* else as configured */
} rte_tier;

/* The tiers, the easiest first. Any thread. */
void rte_tiers(rte_service *routing, rte_tier ret[RTE_TIERS]);

#endif
