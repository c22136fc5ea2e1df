/* rollup.c - a query counted in or out. */
#include "rollup.h"

static void count_latency(trk_rollup *r, const trk_query *q, int sign)
{
    if (q->duration_us < 0)
        return;
    if (sign > 0)
        trk_histogram_add(&r->latency, (uint64_t)q->duration_us);
    else
        trk_histogram_remove(&r->latency, (uint64_t)q->duration_us);
}

void trk_rollup_count(trk_rollup *r, const trk_query *q, int sign)
{
    trk_counts *c = &r->counts;
    c->queries += sign;
    c->empty += trk_query_empty(q) ? sign : 0;
    c->failed += q->status == TRK_FAILED ? sign : 0;
    if (q->status != TRK_COMPLETED)
        return;
    c->completed += sign;
    c->cache_hits += q->cache_hit ? sign : 0;
    c->input_tokens += sign * (int64_t)q->input_tokens;
    c->output_tokens += sign * (int64_t)q->output_tokens;
    c->cost_nano += q->cost_nano > 0 ? sign * q->cost_nano : 0;
    count_latency(r, q, sign);
}

void trk_counts_add(trk_counts *to, const trk_counts *more)
{
    to->queries += more->queries;
    to->completed += more->completed;
    to->failed += more->failed;
    to->empty += more->empty;
    to->cache_hits += more->cache_hits;
    to->input_tokens += more->input_tokens;
    to->output_tokens += more->output_tokens;
    to->cost_nano += more->cost_nano;
}

trk_point trk_point_of(int64_t start_ms, const trk_rollup *r)
{
    return (trk_point){.start_ms = start_ms,
                       .counts = r->counts,
                       .p50 = trk_histogram_percentile(&r->latency, 0.50) / 1000,
                       .p95 = trk_histogram_percentile(&r->latency, 0.95) / 1000,
                       .p99 = trk_histogram_percentile(&r->latency, 0.99) / 1000};
}

int64_t trk_bucket_start(int64_t at_ms, int64_t bucket_ms)
{
    enum { DAYS_TO_MONDAY = 4 }; /* the first day of the epoch was a Thursday */
    const bool weeks = bucket_ms % (7 * (int64_t)TRK_DAY_MS) == 0;
    const int64_t shift = weeks ? DAYS_TO_MONDAY * (int64_t)TRK_DAY_MS : 0;
    return at_ms < shift ? 0 : at_ms - (at_ms - shift) % bucket_ms;
}
