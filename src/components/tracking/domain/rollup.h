/* rollup.h - numbers of an hour: of all queries, of a model's, of a collection's, of a kind's. */
#ifndef ANC_TRACKING_DOMAIN_ROLLUP_H
#define ANC_TRACKING_DOMAIN_ROLLUP_H

#include "histogram.h"
#include "records.h"

enum { TRK_HOUR_MS = 3600000, TRK_DAY_MS = 86400000 };

typedef enum trk_kind { TRK_ALL, TRK_OF_MODEL, TRK_OF_COLLECTION, TRK_OF_KIND } trk_kind;

typedef struct trk_counts {
    int64_t queries, completed, failed, empty, cache_hits;
    int64_t input_tokens, output_tokens, cost_nano;
} trk_counts;

typedef struct trk_rollup {
    trk_counts counts;
    trk_histogram latency; /* of completed queries */
} trk_rollup;

/* Counts a query in, or with `sign` -1 out again. */
void trk_rollup_count(trk_rollup *r, const trk_query *q, int sign);
void trk_counts_add(trk_counts *to, const trk_counts *more);

/* A line of a series: numbers, and percentiles in ms. */
typedef struct trk_point {
    int64_t start_ms;
    trk_counts counts;
    double p50, p95, p99;
} trk_point;

trk_point trk_point_of(int64_t start_ms, const trk_rollup *r);

/* When the bucket begins that has `at_ms` (wall time, from 0 on): hours and days are those of UTC, weeks begin on
 * Monday. `bucket_ms` is a multiple of an hour. */
int64_t trk_bucket_start(int64_t at_ms, int64_t bucket_ms);

#endif
