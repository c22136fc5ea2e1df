/* remote_impl.h - what both adapters do with a call. Private. */
#ifndef ANC_EMBEDDING_ADAPTERS_REMOTE_REMOTE_IMPL_H
#define ANC_EMBEDDING_ADAPTERS_REMOTE_REMOTE_IMPL_H

#include "clients/inference/inference.h"
#include "kernel/ports/clock.h"

enum { EMB_REMOTE_MODEL_MAX = 100, EMB_REMOTE_DETAIL_MAX = 512 };

/* What is left of the call's deadline, at least a millisecond. */
static inline clt_patience emb_remote_patience(krn_clock clock, const krn_call *call)
{
    clt_patience p = {.cancelled = call->cancelled};
    if (call->deadline_ns != INT64_MAX) {
        p.left_ms = (call->deadline_ns - krn_now_ns(clock)) / 1000000;
        p.left_ms = p.left_ms > 0 ? p.left_ms : 1;
    }
    return p;
}

#endif
