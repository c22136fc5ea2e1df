/* feed_events.h - transient events for the live feed, and those of workflow runs. */
#ifndef ANC_KERNEL_DOMAIN_FEED_EVENTS_H
#define ANC_KERNEL_DOMAIN_FEED_EVENTS_H

#include "kernel/domain/event.h"

typedef struct ev_query_route {
    anc_str query_id;
    double complexity_score;
    anc_str selected_tier;
    double estimated_latency_ms;
    anc_str routing_reason;
} ev_query_route;

typedef struct ev_model_state {
    anc_str model_id;
    anc_str previous_state;
    anc_str current_state;
    anc_str reason;
    uint32_t port;
} ev_model_state;

/* Context retrieval. */
typedef struct ev_cgrag {
    anc_str query_id;
    uint32_t chunks_retrieved;
    double relevance_threshold;
    double retrieval_time_ms;
    uint32_t total_tokens;
    bool cache_hit;
} ev_cgrag;

typedef struct ev_cache {
    anc_str cache;     /* query, embedding */
    anc_str operation; /* hit, miss, evict, invalidate */
    anc_str key_hash;
    double latency_ms;
    uint64_t size;
} ev_cache;

typedef struct ev_performance {
    anc_str metric;
    double value;
    double threshold;
    double window_s;
    anc_str component;
} ev_performance;

typedef struct ev_error {
    anc_str error_type;
    anc_str error_message;
    anc_str component;
    anc_str recovery_action;
    anc_str stack_trace; /* NULL: none */
} ev_error;

/* workflow.started, workflow.completed and workflow.failed. */
typedef struct ev_workflow_run {
    anc_str run_id;
    anc_str workflow_id;
    anc_str trigger_id;
    anc_str event_id;
    double duration_ms;
    anc_str error;
} ev_workflow_run;

#endif
