/* call.h - what travels with one piece of work through every port and use case.
 *
 * A call belongs to one thread at a time; handing the work to a pool hands the call over with it.
 * Domain functions do not take a call: they get the arena and the error that they need.
 */
#ifndef ANC_KERNEL_DOMAIN_CALL_H
#define ANC_KERNEL_DOMAIN_CALL_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/status.h"

/* Who asks. A label is "public", "user:<id>" or "group:<name>"; a caller sees what carries at
 * least one of its labels. */
typedef struct krn_principal {
    anc_str user_id;       /* empty: nobody is logged in */
    const anc_str *labels; /* [n_labels], borrowed for the call; never empty: all hold "public" */
    size_t n_labels;
    bool is_admin; /* may write, and see metrics and events */
    /* Whom the caller asks for, by a name of its own; empty: itself. What may be seen is the caller's; what is
     * told of it (events, the query log) is this one's. */
    anc_str asks_for;
} krn_principal;

static inline anc_str krn_told_user(const krn_principal *p)
{
    return p->asks_for.len > 0 ? p->asks_for : p->user_id;
}

typedef struct krn_call {
    anc_arena *mem;               /* results and scratch; gone when the work ends */
    anc_err *err;                 /* first failure, for people; never NULL */
    int64_t deadline_ns;          /* monotonic clock, nanoseconds; INT64_MAX: none */
    const atomic_bool *cancelled; /* set by any thread; never NULL */
    anc_str trace_id;             /* 32 hex digits (W3C trace context), may be empty */
    anc_str request_id;           /* as in X-Request-Id, may be empty */
    krn_principal principal;
    anc_str
        wanted_id; /* UUID text for what this call makes first, so that it is not made twice; empty: a
                          new one */
} krn_call;

#endif
