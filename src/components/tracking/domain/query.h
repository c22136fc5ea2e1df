/* query.h - how what is told of a query comes together, in whatever order it comes. */
#ifndef ANC_TRACKING_DOMAIN_QUERY_H
#define ANC_TRACKING_DOMAIN_QUERY_H

#include "base/arena.h"
#include "base/status.h"
#include "records.h"

/* Adds to `q` what `told` brings and `q` has not; false when that is nothing. The same events in any
 * order, and any of them twice, give the same query. */
bool trk_query_merge(trk_query *q, const trk_query *told);

/* The collections that a query counts for: those asked for, else those that it found something in.
 * In `mem`. */
anc_status trk_query_touched(const trk_query *q, anc_arena *mem, const anc_str **ret, size_t *ret_n,
                             anc_err *err) ANC_MUST_CHECK;

/* It looked and found nothing. */
static inline bool trk_query_is_empty(const trk_query *q)
{
    return (q->has & TRK_HAS_RETRIEVALS) != 0 && q->retrieved == 0;
}

/* Classes of durations, four to a doubling, for lists of what was slow. */
enum { TRK_SLOW_CLASSES = 164 };
uint32_t trk_slow_class(int64_t us);

#endif
