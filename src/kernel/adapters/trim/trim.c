/* trim.c - one bounded removal, and when to look again. */
#include "kernel/adapters/trim/trim.h"

#include <stdlib.h>

#include "base/str.h"

enum { AT_ONCE = 1000, KEEP = 10000, KEEP_REPLIES = 100000 };

static const int64_t SOON_NS = 1000000000;
static const int64_t EVERY_NS = 60000000000;
static const int64_t DEADLINE_NS = 10000000000;
static const int64_t REPLY_MS = 86400000;

struct krn_trim {
    krn_trim_options o;
    uint64_t seen; /* the place up to which everything was removed that may go */
};

krn_trim *krn_trim_new(const krn_trim_options *options)
{
    krn_trim *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->o = *options;
    if (t->o.keep == 0)
        t->o.keep = KEEP;
    return t;
}

void krn_trim_free(krn_trim *trim)
{
    free(trim);
}

typedef struct removal {
    const krn_trim *trim;
    uint64_t passed;
    size_t removed, replies;
} removal;

static anc_status remove_some(void *arg, krn_tx *tx, anc_err *err)
{
    removal *r = arg;
    const krn_changes changes = r->trim->o.changes;
    const krn_replies replies = r->trim->o.replies;
    if (replies.ops != NULL)
        ANC_TRY(replies.ops->prune(replies.self, tx, tx->wall_ms - REPLY_MS, KEEP_REPLIES, AT_ONCE,
                                   &r->replies, err));
    return changes.ops->prune(changes.self, tx, r->passed, r->trim->o.keep, AT_ONCE, &r->removed,
                              err);
}

int64_t krn_trim_step(void *trim, int64_t now_ns)
{
    krn_trim *t = trim;
    atomic_bool never = false;
    anc_err err = {0};
    removal r = {.trim = t, .passed = t->o.passed(t->o.arg)};
    krn_call call = {.err = &err, .deadline_ns = now_ns + DEADLINE_NS, .cancelled = &never};
    if (r.passed == t->seen && t->o.replies.ops == NULL)
        return now_ns + EVERY_NS;
    const anc_status status = krn_writer_run(t->o.writer, &call, remove_some, &r);
    if (status != ANC_OK) {
        krn_log_write(t->o.log, KRN_WARN, "catalog",
                      "old changes could not be removed; they are tried again",
                      KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                      KRN_STR("reason", anc_str_of(err.text)));
        return now_ns + EVERY_NS;
    }
    if (r.removed == AT_ONCE || r.replies == AT_ONCE)
        return now_ns + SOON_NS;
    t->seen = r.passed;
    return now_ns + EVERY_NS;
}
