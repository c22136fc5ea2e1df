/* relay.c - one step: read a batch behind the cursor, publish it, move the cursor; now and then prune.
 *
 * The cursor is read once and then kept here, so a quiet step costs one look at the outbox. Part of a
 * batch that the bus took counts: the cursor moves to the last event that it took.
 */
#include "kernel/adapters/relay/relay.h"

#include <stdlib.h>

#include "base/str.h"

enum { BATCH = 128, PRUNE_BATCH = 1000, MEMORY_BYTES = 256 << 20 };

static const int64_t SECOND_NS = 1000000000;
static const int64_t FIRST_PAUSE_NS = 20000000;
static const int64_t LONGEST_PAUSE_NS = 5000000000;
static const int64_t PRUNE_EVERY_NS = 60000000000;
static const int64_t STEP_DEADLINE_NS = 10000000000;
static const int64_t WEEK_MS = 604800000;
static const uint64_t MILLION = 1000000;

#define CONSUMER ANC_STR("relay")

struct krn_relay {
    krn_relay_options o;
    anc_arena *mem; /* owned; of one step */
    bool cursor_known;
    uint64_t cursor;       /* last event that the bus took */
    uint64_t saved_cursor; /* as it stands in the outbox */
    size_t batch;          /* events read at once; one when a whole batch did not fit */
    int64_t pause_ns;      /* before the next try; 0: the last one went well */
    int64_t prune_at_ns;
    krn_series *published, *failures;
};

krn_relay *krn_relay_new(const krn_relay_options *options)
{
    krn_relay *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->o = *options;
    r->mem = anc_arena_new(MEMORY_BYTES);
    if (r->mem == NULL) {
        free(r);
        return NULL;
    }
    r->batch = BATCH;
    if (r->o.keep_ms == 0)
        r->o.keep_ms = WEEK_MS;
    if (r->o.keep == 0)
        r->o.keep = MILLION;
    const krn_metrics m = options->metrics;
    if (m.ops != NULL) {
        r->published = m.ops->counter(m.self, "anchorage_relay_events_total", "",
                                      "Durable events given to the bus");
        r->failures = m.ops->counter(m.self, "anchorage_relay_failures_total", "",
                                     "Steps of the relay that failed");
    }
    return r;
}

void krn_relay_free(krn_relay *relay)
{
    if (relay == NULL)
        return;
    anc_arena_free(relay->mem);
    free(relay);
}

static anc_status load_cursor(krn_relay *r, krn_call *call)
{
    if (r->cursor_known)
        return ANC_OK;
    ANC_TRY(r->o.outbox.ops->cursor_get(r->o.outbox.self, call, CONSUMER, &r->cursor));
    r->saved_cursor = r->cursor;
    r->cursor_known = true;
    return ANC_OK;
}

static anc_status read_batch(krn_relay *r, krn_call *call, krn_kept_event **ret, size_t *ret_n)
{
    const krn_event_filter filter = {.after_seq = r->cursor, .limit = r->batch};
    const anc_status status = r->o.outbox.ops->read(r->o.outbox.self, call, &filter, ret, ret_n);
    r->batch = status == ANC_LIMIT ? 1 : BATCH;
    return status;
}

static anc_status publish(krn_relay *r, const krn_kept_event *events, size_t n, anc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        const krn_announcement a = {
            .type = ev_type_by_name(events[i].type),
            .type_name = events[i].type,
            .envelope = events[i].envelope,
            .seq = events[i].seq,
        };
        ANC_TRY(r->o.bus.ops->publish(r->o.bus.self, &a, err));
        r->cursor = events[i].seq;
        krn_count(r->published, 1);
    }
    return ANC_OK;
}

static anc_status write_cursor(void *arg, krn_tx *tx, anc_err *err)
{
    krn_relay *r = arg;
    return r->o.outbox.ops->cursor_set(r->o.outbox.self, tx, CONSUMER, r->cursor, err);
}

static anc_status save_cursor(krn_relay *r, krn_call *call)
{
    if (r->cursor == r->saved_cursor)
        return ANC_OK;
    ANC_TRY(krn_writer_run(r->o.writer, call, write_cursor, r));
    r->saved_cursor = r->cursor;
    return ANC_OK;
}

typedef struct pruning {
    krn_relay *relay;
    int64_t before_ms;
    size_t removed;
} pruning;

static anc_status prune_some(void *arg, krn_tx *tx, anc_err *err)
{
    pruning *p = arg;
    const krn_relay *r = p->relay;
    return r->o.outbox.ops->prune(r->o.outbox.self, tx, p->before_ms, r->o.keep, PRUNE_BATCH,
                                  &p->removed, err);
}

static anc_status prune(krn_relay *r, krn_call *call, int64_t now_ns)
{
    if (now_ns < r->prune_at_ns)
        return ANC_OK;
    pruning p = {.relay = r, .before_ms = krn_wall_ms(r->o.clock) - r->o.keep_ms};
    ANC_TRY(krn_writer_run(r->o.writer, call, prune_some, &p));
    /* more of the same soon, a bounded piece at a time */
    r->prune_at_ns = now_ns + (p.removed == PRUNE_BATCH ? SECOND_NS : PRUNE_EVERY_NS);
    return ANC_OK;
}

static anc_status step(krn_relay *r, krn_call *call, int64_t now_ns, bool *ret_more)
{
    krn_kept_event *events = NULL;
    size_t n = 0;
    const size_t asked = r->batch;
    *ret_more = false;
    ANC_TRY(load_cursor(r, call));
    ANC_TRY(read_batch(r, call, &events, &n));
    const anc_status published = publish(r, events, n, call->err);
    if (published == ANC_OK) {
        ANC_TRY(save_cursor(r, call));
        *ret_more = n == asked;
        return prune(r, call, now_ns);
    }
    /* what the bus took need not come again; where the cursor cannot be saved either, it will */
    const anc_status saved = save_cursor(r, call);
    return saved == ANC_OK ? published : saved;
}

static int64_t pause_after(krn_relay *r, anc_status status, const anc_err *err, int64_t now_ns)
{
    krn_count(r->failures, 1);
    if (r->pause_ns == 0)
        krn_log_write(r->o.log, KRN_WARN, "relay", "events wait",
                      KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                      KRN_STR("reason", anc_str_of(err->text)));
    r->pause_ns = r->pause_ns == 0 ? FIRST_PAUSE_NS : r->pause_ns * 2;
    if (r->pause_ns > LONGEST_PAUSE_NS)
        r->pause_ns = LONGEST_PAUSE_NS;
    return now_ns + r->pause_ns;
}

int64_t krn_relay_step(void *relay, int64_t now_ns)
{
    krn_relay *r = relay;
    atomic_bool never = false;
    anc_err err = {0};
    bool more = false;
    krn_call call = {
        .mem = r->mem, .err = &err, .deadline_ns = now_ns + STEP_DEADLINE_NS, .cancelled = &never};
    const anc_status status = step(r, &call, now_ns, &more);
    anc_arena_reset(r->mem);
    if (status != ANC_OK)
        return pause_after(r, status, &err, now_ns);
    r->pause_ns = 0;
    return more ? now_ns : r->prune_at_ns;
}
