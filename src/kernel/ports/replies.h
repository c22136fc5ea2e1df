/* replies.h - port: requests with an Idempotency-Key, and what they were answered, over a restart.
 *
 * Adapters: sqlite. A row is there from the moment that a request is worked on (`status` 0), with the id that
 * what it makes is to have: a request that comes again after a crash makes the same thing, or finds it made. The
 * answer takes its place when it is known.
 *
 * Contract:
 *   thread   find: any thread but the loop. put, remove, forget, prune: inside a closure of the writer.
 *   memory   results in call->mem; what is passed in is borrowed during the call.
 *   failure  what a reader or a transaction of the catalog gives; outputs are untouched.
 */
#ifndef ANC_KERNEL_PORTS_REPLIES_H
#define ANC_KERNEL_PORTS_REPLIES_H

#include "kernel/ports/writer.h"

enum { KRN_REPLY_DIGEST = 32, KRN_REPLY_BODY_MAX = 1 << 20 };

typedef struct krn_reply {
    anc_str name; /* of the request: who, what, and the key; not as it was sent, it may be secret */
    anc_str user; /* who asked */
    anc_str digest; /* of the body, KRN_REPLY_DIGEST bytes */
    anc_str id;     /* for what the request makes */
    int64_t begun_ms;
    int status; /* 0: it is, or was, worked on */
    anc_str etag, location;
    anc_str body; /* at most KRN_REPLY_BODY_MAX bytes */
} krn_reply;

typedef struct krn_replies_ops {
    const char *name;
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, anc_str name, bool *ret_found,
                                      krn_reply *ret);
    /* In the place of what is there under that name. LIMIT: the body is too long. */
    ANC_MUST_CHECK anc_status (*put)(void *self, krn_tx *tx, const krn_reply *reply, anc_err *err);
    ANC_MUST_CHECK anc_status (*remove)(void *self, krn_tx *tx, anc_str name, anc_err *err);
    /* Removes at most `limit` that `user` asked for, or of which a version that did not note it left nobody's name. */
    ANC_MUST_CHECK anc_status (*forget)(void *self, krn_tx *tx, anc_str user, size_t limit,
                                        size_t *ret_removed, anc_err *err);
    /* Removes at most `limit` that were begun before `before_ms`, or are not among the newest `keep`. */
    ANC_MUST_CHECK anc_status (*prune)(void *self, krn_tx *tx, int64_t before_ms, size_t keep,
                                       size_t limit, size_t *ret_removed, anc_err *err);
} krn_replies_ops;

typedef struct krn_replies {
    const krn_replies_ops *ops;
    void *self;
} krn_replies;

#endif
