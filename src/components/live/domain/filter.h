/* filter.h - which events a subscriber sees: types as a set of bits, and a least severity. */
#ifndef ANC_LIVE_DOMAIN_FILTER_H
#define ANC_LIVE_DOMAIN_FILTER_H

#include "base/status.h"
#include "kernel/domain/event.h"

typedef struct liv_filter {
    uint64_t types; /* a bit an ev_type_id */
    bool all;       /* types that are not registered too */
    ev_severity severity;
} liv_filter;

/* Patterns [n]: exact types, prefixes that end in ".*", or "*"; none means all. INVALID names one that
 * no registered type fits. */
anc_status liv_filter_make(const anc_str *patterns, size_t n, ev_severity severity, liv_filter *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* Whether an event is seen; `type` NULL: not registered. */
bool liv_filter_fits(const liv_filter *filter, const ev_type *type, ev_severity severity);

#endif
