/* inbox.h - port: events of other services that took effect here, so that each of them does so once.
 *
 * Adapters: sqlite. A bus brings an event at least once, and in any order. What it does is written in the
 * transaction that also takes the event in here; one that comes again, or that comes after a newer one
 * about the same thing, is told apart before anything is done. Names are kept as hashes alone, of the newest
 * KRN_INBOX_KEEP events and for KRN_INBOX_KEEP_MS: what comes again after that counts as new.
 *
 * Contract:
 *   thread   look: any thread but the loop. take, forget: inside a closure of the writer.
 *   memory   what is passed in is borrowed during the call.
 *   failure  what a reader or a transaction of the catalog gives; outputs are untouched.
 */
#ifndef ANC_KERNEL_PORTS_INBOX_H
#define ANC_KERNEL_PORTS_INBOX_H

#include "kernel/domain/inbound.h"
#include "kernel/ports/writer.h"

enum { KRN_INBOX_KEEP = 1000000 };
#define KRN_INBOX_KEEP_MS ((int64_t)30 * 86400000)

typedef struct krn_inbox_event {
    const ev_envelope *event; /* its type, id, component and time are looked at */
    anc_str kind, key;        /* what it is about: "user", "42" */
} krn_inbox_event;

typedef struct krn_inbox_ops {
    const char *name;
    /* What `take` would say now. */
    ANC_MUST_CHECK anc_status (*look)(void *self, krn_call *call, const krn_inbox_event *event,
                                      ev_arrival *ret);
    /* Writes it down, unless it did come before. A time that lies ahead counts as now. */
    ANC_MUST_CHECK anc_status (*take)(void *self, krn_tx *tx, const krn_inbox_event *event,
                                      ev_arrival *ret, anc_err *err);
    /* Nothing tells any more what those events were about; that they came is still known. */
    ANC_MUST_CHECK anc_status (*forget)(void *self, krn_tx *tx, anc_str kind, anc_str key,
                                        anc_err *err);
} krn_inbox_ops;

typedef struct krn_inbox {
    const krn_inbox_ops *ops;
    void *self;
} krn_inbox;

#endif
