/* watermark.h - port: how far the index has come, and a place to wait until it is far enough.
 *
 * Adapters: threads (a condition variable). Contract: any thread; the mark never goes back.
 */
#ifndef ANC_SEARCH_PORTS_WATERMARK_H
#define ANC_SEARCH_PORTS_WATERMARK_H

#include "kernel/domain/call.h"

typedef struct srch_watermark_ops {
    const char *name;
    void (*raise)(void *self, uint64_t mark); /* a lesser mark than the present one is nothing */
    uint64_t (*read)(void *self);
    /* What lies behind `from` up to `to` is reached as well, though not all before it. */
    void (*raise_ahead)(void *self, uint64_t from, uint64_t to);
    bool (*has)(void *self, uint64_t mark); /* whether it is reached, either way */
    /* Until `mark` is reached. DEADLINE, CANCELLED (within 50 ms of the flag), UNAVAILABLE
     * once it was stopped. */
    ANC_MUST_CHECK anc_status (*wait)(void *self, krn_call *call, uint64_t mark);
    void (*stop)(void *self); /* those who wait and who will wait get UNAVAILABLE */
    void (*close)(void *self);
} srch_watermark_ops;

typedef struct srch_watermark {
    const srch_watermark_ops *ops;
    void *self;
} srch_watermark;

#endif
