/* routing_service.h - opens the routing component; for the composition root and tests. */
#ifndef ANC_ROUTING_APP_ROUTING_SERVICE_H
#define ANC_ROUTING_APP_ROUTING_SERVICE_H

#include "routing/domain/complexity.h"
#include "routing/routing.h"

typedef struct rte_tier_config {
    anc_str name;      /* 1 to RTE_NAME_MAX bytes; copied */
    double latency_ms; /* of an answer, until some were measured */
} rte_tier_config;

typedef struct rte_config {
    double second_from, third_from; /* complexity from which a question is Q3, Q4 */
    double weights[RTE_PART_COUNT]; /* 1: as the rules have it */
    rte_tier_config tiers[RTE_TIERS];
} rte_config;

rte_config rte_config_default(void);

/* INVALID for thresholds that do not rise and names that do not fit; NO_MEMORY. */
anc_status rte_service_open(const rte_config *config, rte_service **ret,
                            anc_err *err) ANC_MUST_CHECK;
void rte_service_close(rte_service *routing); /* NULL is a no-op */

#endif
