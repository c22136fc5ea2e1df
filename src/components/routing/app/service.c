/* service.c - the rules applied as configured, and how long answers of each tier took. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "routing/app/routing_service.h"

static const char *const tier_ids[RTE_TIERS] = {"Q2", "Q3", "Q4"};

/* The order in which parts are told. */
static const rte_part_id told[RTE_PARTS] = {RTE_LENGTH,     RTE_CLAUSES,     RTE_QUESTIONS,
                                            RTE_COMPARISON, RTE_ENUMERATION, RTE_REASONING,
                                            RTE_HISTORY};

enum { MEASURES_ENOUGH = 5, MEASURES_OF_MEAN = 20 };

typedef struct tier_state {
    char name[RTE_NAME_MAX + 1]; /* immutable */
    double configured_ms;        /* immutable */
    double mean_ms;              /* the service's lock */
    unsigned measures;           /* the service's lock; stops at MEASURES_OF_MEAN */
} tier_state;

struct rte_service {
    double second_from, third_from;
    double weights[RTE_PART_COUNT];
    pthread_mutex_t lock;
    tier_state tiers[RTE_TIERS];
};

rte_config rte_config_default(void)
{
    rte_config c = {.second_from = 3,
                    .third_from = 7,
                    .tiers = {{ANC_STR("fast"), 2000},
                              {ANC_STR("balanced"), 5000},
                              {ANC_STR("powerful"), 15000}}};
    for (size_t p = 0; p < RTE_PART_COUNT; p++)
        c.weights[p] = 1;
    return c;
}

static anc_status check(const rte_config *c, anc_err *err)
{
    if (!(c->second_from < c->third_from))
        return ANC_FAIL(err, ANC_INVALID,
                        "Q4 begins at complexity %g and Q3 at %g; Q4 has to begin above Q3",
                        c->third_from, c->second_from);
    for (size_t i = 0; i < RTE_TIERS; i++)
        if (c->tiers[i].name.len == 0 || c->tiers[i].name.len > RTE_NAME_MAX)
            return ANC_FAIL(err, ANC_INVALID,
                            "the name of tier %s has %zu bytes; 1 to %d are allowed", tier_ids[i],
                            c->tiers[i].name.len, RTE_NAME_MAX);
    return ANC_OK;
}

anc_status rte_service_open(const rte_config *config, rte_service **ret, anc_err *err)
{
    ANC_TRY(check(config, err));
    rte_service *routing = calloc(1, sizeof *routing);
    if (routing == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the routing service");
    routing->second_from = config->second_from;
    routing->third_from = config->third_from;
    memcpy(routing->weights, config->weights, sizeof routing->weights);
    for (size_t i = 0; i < RTE_TIERS; i++) {
        memcpy(routing->tiers[i].name, config->tiers[i].name.ptr, config->tiers[i].name.len);
        routing->tiers[i].configured_ms = config->tiers[i].latency_ms;
    }
    (void)pthread_mutex_init(&routing->lock, NULL);
    *ret = routing;
    return ANC_OK;
}

void rte_service_close(rte_service *routing)
{
    if (routing == NULL)
        return;
    (void)pthread_mutex_destroy(&routing->lock);
    free(routing);
}

static double estimate(rte_service *routing, unsigned tier, bool *ret_measured)
{
    const tier_state *t = &routing->tiers[tier];
    (void)pthread_mutex_lock(&routing->lock);
    *ret_measured = t->measures >= MEASURES_ENOUGH;
    const double ms = *ret_measured ? t->mean_ms : t->configured_ms;
    (void)pthread_mutex_unlock(&routing->lock);
    return round(ms * 10) / 10;
}

static void tell_parts(const double parts[RTE_PART_COUNT], rte_assessment *ret)
{
    size_t used = 0;
    for (size_t i = 0; i < RTE_PARTS; i++) {
        ret->parts[i] = (rte_part){rte_part_name(told[i]), parts[told[i]]};
        if (ret->parts[i].value < 0.05 || used >= sizeof ret->reason)
            continue;
        const int n = snprintf(ret->reason + used, sizeof ret->reason - used, "%s%s %.1f",
                               used > 0 ? ", " : "", ret->parts[i].name, ret->parts[i].value);
        used += n > 0 ? (size_t)n : 0;
    }
}

void rte_assess(rte_service *routing, anc_str question, size_t turns, rte_assessment *ret)
{
    double parts[RTE_PART_COUNT];
    bool measured;
    memset(ret, 0, sizeof *ret);
    rte_rate(question, turns, parts);
    ret->complexity = rte_weigh(parts, routing->weights);
    tell_parts(parts, ret);
    ret->tier = rte_tier_of(ret->complexity, routing->second_from, routing->third_from);
    ret->tier_id = anc_str_of(tier_ids[ret->tier]);
    ret->estimated_latency_ms = estimate(routing, ret->tier, &measured);
}

void rte_measured(rte_service *routing, unsigned tier, double latency_ms)
{
    tier_state *t = &routing->tiers[tier < RTE_TIERS ? tier : RTE_TIERS - 1];
    (void)pthread_mutex_lock(&routing->lock);
    if (t->measures < MEASURES_OF_MEAN)
        t->measures++;
    t->mean_ms += (latency_ms - t->mean_ms) / t->measures;
    (void)pthread_mutex_unlock(&routing->lock);
}

void rte_tiers(rte_service *routing, rte_tier ret[RTE_TIERS])
{
    const double from[RTE_TIERS] = {0, routing->second_from, routing->third_from};
    for (unsigned i = 0; i < RTE_TIERS; i++) {
        ret[i] = (rte_tier){.id = anc_str_of(tier_ids[i]), .from = from[i]};
        memcpy(ret[i].name, routing->tiers[i].name, sizeof ret[i].name);
        ret[i].estimated_latency_ms = estimate(routing, i, &ret[i].measured);
    }
}
