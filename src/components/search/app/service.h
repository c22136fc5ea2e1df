/* service.h - opens the search component; for the composition root. */
#ifndef ANC_SEARCH_APP_SERVICE_H
#define ANC_SEARCH_APP_SERVICE_H

#include "embedding/library.h"
#include "embedding/rerank.h"
#include "kernel/ports/changes.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/scheduler.h"
#include "knowledge/knowledge.h"
#include "search/ports/index.h"
#include "search/ports/watermark.h"
#include "search/search.h"

/* The default share of the vectors. */
#define SRCH_SEMANTIC_SHARE 0.5

typedef struct srch_config {
    kno_service *knowledge;     /* borrowed, as all below, until srch_service_close */
    emb_service *embedding;     /* the configured model */
    emb_library *models;        /* those of collections; NULL: the configured one alone */
    emb_rerank_service *rerank; /* NULL: nothing is reranked */
    krn_changes changes;
    krn_clock clock;
    krn_log log;
    krn_metrics metrics;            /* zeroed: not measured */
    krn_feed feed;                  /* zeroed: nobody watches */
    srch_index_open_fn *open_index; /* at the start, and again for a rebuild */
    void *index_place;              /* where it keeps them; NULL: nowhere */
    srch_watermark watermark;       /* owned from here on */
    srch_fusion_options fusion;
    float recall;          /* as in srch_index_options */
    uint32_t title_weight; /* likewise; an index that was kept with another is built anew */
    uint64_t write_bytes_per_second; /* likewise */
    uint32_t candidates;       /* of each side of a search, or top_k where that is more; 0: 100 */
    size_t max_document_bytes; /* memory that indexing one document may take; 0: 1 GiB */
} srch_config;

/* On failure the watermark is closed. What the opener of the index gives, or NO_MEMORY. */
anc_status srch_service_open(const srch_config *config, srch_service **ret,
                             anc_err *err) ANC_MUST_CHECK;

/* Registers the follower's step, which changes wake, the saving and the tidying step. Without it, call srch_follow,
 * srch_keep and srch_tidy. */
anc_status srch_service_start(srch_service *srch, krn_scheduler scheduler,
                              anc_err *err) ANC_MUST_CHECK;

/* A krn_step_fn: does a bounded piece of following; `arg` is the service. */
int64_t srch_follow(void *arg, int64_t now_ns);

/* A krn_step_fn: saves the index where that is due; `arg` is the service. It does not wait for the long work. */
int64_t srch_keep(void *arg, int64_t now_ns);

/* A krn_step_fn: does a piece of the long work that keeps the index fast; `arg` is the service. A piece may take
 * minutes; srch_service_stop ends it. */
int64_t srch_tidy(void *arg, int64_t now_ns);

/* Those who wait for the index get UNAVAILABLE, now and later. Before the pools are stopped. */
void srch_service_stop(srch_service *srch);

/* The scheduler has stopped and nobody is inside a call. What is not saved yet is saved, where that takes no longer
 * than some seconds; else it is read again by the next start. NULL is a no-op. */
void srch_service_close(srch_service *srch);

#endif
