/* outbox.h - port: durable events, written in the transaction of the fact they report.
 *
 * Adapters: sqlite. An event gets its `seq` (ascending in commit order) and its id when it is
 * appended. Readers have cursors of their own and see only what is committed.
 */
#ifndef ANC_KERNEL_PORTS_OUTBOX_H
#define ANC_KERNEL_PORTS_OUTBOX_H

#include "kernel/domain/event.h"
#include "kernel/domain/event_blank.h"
#include "kernel/ports/writer.h"

#define KRN_CURSOR_NONE UINT64_MAX /* as the place of a consumer that is gone */

/* A kept event: its envelope as JSON and what readers filter by. */
typedef struct krn_kept_event {
    uint64_t seq;
    anc_str id;
    anc_str type;
    int64_t time_ms;  /* when it was appended: the envelope may tell of an earlier time */
    anc_str envelope; /* the whole JSON object */
} krn_kept_event;

/* Events that are not a consumer's to read: those after `after_seq`, up to and with `last_seq`. */
typedef struct krn_event_gap {
    uint64_t after_seq, last_seq;
} krn_event_gap;

typedef struct krn_event_filter {
    uint64_t after_seq;  /* only greater ones (ascending) */
    uint64_t before_seq; /* 0: no bound; with `newest_first` the page's start */
    anc_str type;        /* empty: all; "query.*": a prefix */
    bool with_severity;
    ev_severity severity; /* at least this, when with_severity */
    int64_t since_ms;     /* appended at or after; 0: no bound */
    bool newest_first;
    size_t limit; /* 1 to 1000 */
} krn_event_filter;

typedef struct krn_outbox_ops {
    const char *name;

    /* Appends an event of `type` with its payload struct, inside `tx`. On the writer's thread. */
    ANC_MUST_CHECK anc_status (*append)(void *self, krn_tx *tx, ev_type_id type,
                                        const void *payload, const ev_context *context,
                                        anc_err *err);

    /* At most filter->limit kept events in call->mem; INVALID when that is not 1 to 1000. Any thread
     * but the loop. */
    ANC_MUST_CHECK anc_status (*read)(void *self, krn_call *call, const krn_event_filter *filter,
                                      krn_kept_event **ret, size_t *ret_n);

    /* The greatest committed seq; 0 when there is none. */
    ANC_MUST_CHECK anc_status (*head)(void *self, krn_call *call, uint64_t *ret);

    /* A consumer's position, kept across restarts; KRN_CURSOR_NONE where there is none. Set to KRN_CURSOR_NONE it is
     * forgotten, and holds up no removal any more. */
    ANC_MUST_CHECK anc_status (*cursor_get)(void *self, krn_call *call, anc_str consumer,
                                            uint64_t *ret);
    ANC_MUST_CHECK anc_status (*cursor_set)(void *self, krn_tx *tx, anc_str consumer, uint64_t seq,
                                            anc_err *err);

    /* A consumer's gaps, kept across restarts, ascending, in call->mem; those of which no event is kept any more go
     * when one is added. One that begins where another did takes its place. The outbox itself leaves nothing out. */
    ANC_MUST_CHECK anc_status (*gaps)(void *self, krn_call *call, anc_str consumer,
                                      krn_event_gap **ret, size_t *ret_n);
    ANC_MUST_CHECK anc_status (*gap_add)(void *self, krn_tx *tx, anc_str consumer,
                                         krn_event_gap gap, anc_err *err);

    /* Removes at most `limit` events, oldest first, that every cursor has passed and that are older
     * than `before_ms` or beyond the newest `keep` (counted by seq). Inside `tx`. */
    ANC_MUST_CHECK anc_status (*prune)(void *self, krn_tx *tx, int64_t before_ms, uint64_t keep,
                                       size_t limit, size_t *ret_removed, anc_err *err);

    /* Blanks what events after `after_seq` say of a person (event_blank.h), in place, in at most `limit`
     * of them; the seq of the last that was looked at (0: there was none) and how many were changed. Who
     * has read them already has read them. Inside `tx`. */
    ANC_MUST_CHECK anc_status (*blank)(void *self, krn_tx *tx, const ev_person *person,
                                       uint64_t after_seq, size_t limit, uint64_t *ret_last,
                                       size_t *ret_changed, anc_err *err);

    /* Calls `wake(arg)` after every commit that appended an event, on the writer's thread; it must
     * return at once. At most 16 listeners; LIMIT past that. Only while wiring. */
    ANC_MUST_CHECK anc_status (*listen)(void *self, void (*wake)(void *arg), void *arg,
                                        anc_err *err);
} krn_outbox_ops;

typedef struct krn_outbox {
    const krn_outbox_ops *ops;
    void *self;
} krn_outbox;

static inline ANC_MUST_CHECK anc_status krn_outbox_append(krn_outbox o, krn_tx *tx, ev_type_id type,
                                                          const void *payload,
                                                          const ev_context *context, anc_err *err)
{
    return o.ops->append(o.self, tx, type, payload, context, err);
}

#endif
