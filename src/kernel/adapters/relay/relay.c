/* relay.c - one step: read a batch behind the cursor, publish it, move the cursor; now and then prune.
 *
 * The cursor is read once and then kept here, so a quiet step costs one look at the outbox. Part of a
 * batch that the bus took counts: the cursor moves to the last event that it took. A cursor of a new
 * consumer is written before anything is published, so that no event goes before it was heard.
 *
 * With save_ns the cursor is written beside: the writer is given a note of it (`saving`), and the step goes on, so
 * that no event waits for a sync of the disk that is not its own. One note is under way at a time. It belongs to the
 * relay and to the writer's queue, whichever lets go of it last. Where the bus fails, and at the end, the cursor is
 * waited for.
 *
 * How far it is behind is not the step's to say, since that may stand in a bus for seconds: krn_relay_measure looks at the
 * outbox and the clock, on the thread of who asks.
 *
 * The mutex guards `state`, which others look at; all else belongs to the step.
 */
#include "kernel/adapters/relay/relay.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

enum { BATCH = 128, BATCH_MAX = 1000, PRUNE_BATCH = 1000, MEMORY_BYTES = 256 << 20 };

static const int64_t SECOND_NS = 1000000000;
static const int64_t FIRST_PAUSE_NS = 20000000;
static const int64_t LONGEST_PAUSE_NS = 5000000000;
static const int64_t PRUNE_EVERY_NS = 60000000000;
static const int64_t STEP_DEADLINE_NS = 10000000000;
static const int64_t PUBLISH_NS = 5000000000;
static const int64_t WEEK_MS = 604800000;
static const uint64_t MILLION = 1000000;

typedef enum saving_state {
    SAVING_NONE,
    SAVING_UNDER_WAY,
    SAVING_DONE,
    SAVING_FAILED
} saving_state;

typedef struct saving {
    krn_outbox outbox;
    anc_str consumer;
    uint64_t cursor; /* the relay's while none is under way, else the writer's */
    atomic_int state;
    atomic_uint holders;
} saving;

struct krn_relay {
    krn_relay_options o;
    anc_arena *mem; /* owned; of one step */
    saving *saving; /* held */
    bool cursor_known;
    uint64_t cursor;       /* last event that the bus took */
    uint64_t saved_cursor; /* as it stands in the outbox; UINT64_MAX: it does not yet */
    size_t batch;          /* events read at once; one when a whole batch did not fit */
    int64_t pause_ns;      /* before the next try; 0: the last one went well */
    int64_t try_at_ns;     /* not before, however often it is woken */
    int64_t spent_ns;      /* the time that steps have taken so far, a linger each */
    int64_t save_at_ns;
    bool save_failed; /* the last one; it was told */
    int64_t prune_at_ns;
    uint64_t random; /* state of the jitter; 0: none */
    pthread_mutex_t mutex;
    krn_relay_state state;
    bool placed; /* state.delivered is known; guarded by it */
    krn_series *published, *failures, *lag, *age;
};

static void name_series(krn_relay *r)
{
    char labels[64];
    const krn_metrics m = r->o.metrics;
    if (m.ops == NULL)
        return;
    (void)snprintf(labels, sizeof labels, "bus=\"%s\"", r->o.bus.ops->name);
    r->published = m.ops->counter(m.self, "anchorage_relay_events_total", labels,
                                  "Durable events given to a bus");
    r->failures = m.ops->counter(m.self, "anchorage_relay_failures_total", labels,
                                 "Steps of a relay that failed");
    r->lag = m.ops->gauge(m.self, "anchorage_relay_lag_events", labels,
                          "Durable events that a bus has not taken yet");
    r->age = m.ops->gauge(m.self, "anchorage_relay_oldest_seconds", labels,
                          "Age of the oldest event that a bus has not taken yet");
}

static void let_go(saving *s)
{
    if (atomic_fetch_sub(&s->holders, 1) == 1)
        free(s);
}

krn_relay *krn_relay_new(const krn_relay_options *options)
{
    assert(options->batch <= BATCH_MAX);
    krn_relay *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->o = *options;
    r->mem = anc_arena_new(MEMORY_BYTES);
    r->saving = calloc(1, sizeof *r->saving);
    if (r->mem == NULL || r->saving == NULL) {
        anc_arena_free(r->mem);
        free(r->saving);
        free(r);
        return NULL;
    }
    if (r->o.consumer.len == 0)
        r->o.consumer = ANC_STR("relay");
    r->o.batch = r->o.batch > 0 ? r->o.batch : BATCH;
    r->o.publish_ns = r->o.publish_ns > 0 ? r->o.publish_ns : PUBLISH_NS;
    r->o.burst = r->o.burst > 0 ? r->o.burst : 1;
    r->o.keep_ms = r->o.keep_ms > 0 ? r->o.keep_ms : WEEK_MS;
    r->o.keep = r->o.keep > 0 ? r->o.keep : MILLION;
    r->batch = r->o.batch;
    r->saving->outbox = r->o.outbox;
    r->saving->consumer = r->o.consumer;
    atomic_init(&r->saving->holders, 1);
    r->random = r->o.seed;
    r->state.bus = r->o.bus.ops->name;
    (void)pthread_mutex_init(&r->mutex, NULL);
    name_series(r);
    return r;
}

void krn_relay_free(krn_relay *relay)
{
    if (relay == NULL)
        return;
    (void)pthread_mutex_destroy(&relay->mutex);
    anc_arena_free(relay->mem);
    let_go(relay->saving);
    free(relay);
}

/* ---- the cursor ---------------------------------------------------------------------------- */

static anc_status write_cursor(void *arg, krn_tx *tx, anc_err *err)
{
    krn_relay *r = arg;
    return r->o.outbox.ops->cursor_set(r->o.outbox.self, tx, r->o.consumer, r->cursor, err);
}

static anc_status save_cursor(krn_relay *r, krn_call *call)
{
    if (r->cursor == r->saved_cursor)
        return ANC_OK;
    ANC_TRY(krn_writer_run(r->o.writer, call, write_cursor, r));
    r->saved_cursor = r->cursor;
    return ANC_OK;
}

/* On the writer's thread, as the next. */
static anc_status write_beside(void *arg, krn_tx *tx, anc_err *err)
{
    const saving *s = arg;
    return s->outbox.ops->cursor_set(s->outbox.self, tx, s->consumer, s->cursor, err);
}

static void written_beside(void *arg, anc_status status, const anc_err *err)
{
    saving *s = arg;
    (void)err;
    atomic_store(&s->state, status == ANC_OK ? SAVING_DONE : SAVING_FAILED);
    let_go(s);
}

/* What did not get there is tried again with the next. */
static void save_beside(krn_relay *r)
{
    saving *s = r->saving;
    anc_err unsaid = {0};
    if (r->cursor == r->saved_cursor)
        return;
    s->cursor = r->cursor;
    atomic_store(&s->state, SAVING_UNDER_WAY);
    atomic_fetch_add(&s->holders, 1);
    if (krn_writer_post(r->o.writer, write_beside, s, written_beside, &unsaid) == ANC_OK)
        return;
    atomic_store(&s->state, SAVING_FAILED);
    let_go(s);
}

/* Once, until one goes well again. */
static void tell_unsaved(krn_relay *r, bool failed)
{
    if (failed && !r->save_failed)
        krn_log_write(
            r->o.log, KRN_WARN, "relay",
            "a place cannot be saved: what was announced since comes again after a restart",
            KRN_STR("consumer", r->o.consumer), KRN_INT("saved", r->saved_cursor),
            KRN_INT("place", r->cursor));
    r->save_failed = failed;
}

/* Takes note of what was written beside; true when nothing is under way. */
static bool saving_rests(krn_relay *r)
{
    const int state = atomic_load(&r->saving->state);
    if (state == SAVING_DONE && r->saving->cursor > r->saved_cursor)
        r->saved_cursor = r->saving->cursor;
    if (state == SAVING_DONE || state == SAVING_FAILED) {
        tell_unsaved(r, state == SAVING_FAILED);
        atomic_store(&r->saving->state, SAVING_NONE);
    }
    return state != SAVING_UNDER_WAY;
}

static anc_status save_cursor_in_time(krn_relay *r, krn_call *call, int64_t now_ns)
{
    if (r->o.save_ns == 0)
        return save_cursor(r, call);
    const bool rests = saving_rests(r);
    if (now_ns < r->save_at_ns)
        return ANC_OK;
    if (rests)
        save_beside(r);
    r->save_at_ns = now_ns + r->o.save_ns;
    return ANC_OK;
}

static anc_status load_cursor(krn_relay *r, krn_call *call)
{
    if (!r->cursor_known)
        ANC_TRY(r->o.outbox.ops->cursor_get(r->o.outbox.self, call, r->o.consumer, &r->cursor));
    if (r->cursor == KRN_CURSOR_NONE)
        r->cursor = 0;
    if (!r->cursor_known && r->cursor > 0)
        r->saved_cursor = r->cursor;
    else if (!r->cursor_known)
        r->saved_cursor = UINT64_MAX;
    r->cursor_known = true;
    (void)pthread_mutex_lock(&r->mutex);
    r->state.delivered = r->cursor;
    r->placed = true;
    (void)pthread_mutex_unlock(&r->mutex);
    return r->saved_cursor == UINT64_MAX ? save_cursor(r, call) : ANC_OK;
}

/* ---- a batch ------------------------------------------------------------------------------- */

static anc_status read_batch(krn_relay *r, krn_call *call, krn_kept_event **ret, size_t *ret_n)
{
    const krn_event_filter filter = {.after_seq = r->cursor, .limit = r->batch};
    const anc_status status = r->o.outbox.ops->read(r->o.outbox.self, call, &filter, ret, ret_n);
    r->batch = status == ANC_LIMIT ? 1 : r->o.batch;
    return status;
}

/* `rest`: behind these there are no others. */
static void note_taken(krn_relay *r, const krn_kept_event *events, size_t n, size_t taken,
                       bool rest)
{
    if (taken > 0)
        r->cursor = events[taken - 1].seq;
    krn_count(r->published, taken);
    (void)pthread_mutex_lock(&r->mutex);
    r->state.delivered = r->cursor;
    r->state.events += taken;
    r->state.oldest_ms = taken < n ? events[taken].time_ms : 0;
    const bool none_left = (rest && taken == n) || r->state.waiting < taken;
    r->state.waiting = none_left ? 0 : r->state.waiting - taken;
    (void)pthread_mutex_unlock(&r->mutex);
}

static anc_status publish(krn_relay *r, krn_call *call, const krn_kept_event *events, size_t n,
                          bool rest, int64_t now_ns)
{
    size_t taken = 0;
    krn_announcement *list = anc_arena_alloc(call->mem, n, sizeof *list);
    if (list == NULL && n > 0)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu events", n);
    for (size_t i = 0; i < n; i++)
        list[i] = (krn_announcement){.type = ev_type_by_name(events[i].type),
                                     .type_name = events[i].type,
                                     .envelope = events[i].envelope,
                                     .seq = events[i].seq};
    const anc_status status =
        n == 0 ? ANC_OK
               : r->o.bus.ops->publish(r->o.bus.self, list, n, now_ns + r->o.publish_ns, &taken,
                                       call->err);
    note_taken(r, events, n, taken, rest);
    return status;
}

/* ---- removal ------------------------------------------------------------------------------ */

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
    if (!r->o.prunes || now_ns < r->prune_at_ns)
        return ANC_OK;
    pruning p = {.relay = r, .before_ms = krn_wall_ms(r->o.clock) - r->o.keep_ms};
    ANC_TRY(krn_writer_run(r->o.writer, call, prune_some, &p));
    /* more of the same soon, a bounded piece at a time */
    r->prune_at_ns = now_ns + (p.removed == PRUNE_BATCH ? SECOND_NS : PRUNE_EVERY_NS);
    return ANC_OK;
}

/* ---- the step ------------------------------------------------------------------------------ */

static anc_status step(krn_relay *r, krn_call *call, int64_t now_ns, bool *ret_more)
{
    krn_kept_event *events = NULL;
    size_t n = 0;
    const size_t asked = r->batch;
    *ret_more = false;
    ANC_TRY(load_cursor(r, call));
    ANC_TRY(read_batch(r, call, &events, &n));
    const anc_status published = publish(r, call, events, n, n < asked, now_ns);
    if (published == ANC_OK) {
        ANC_TRY(save_cursor_in_time(r, call, now_ns));
        *ret_more = n == asked;
        return prune(r, call, now_ns);
    }
    /* what the bus took need not come again; where the cursor cannot be saved either, it will */
    const anc_status saved = save_cursor(r, call);
    return saved == ANC_OK ? published : saved;
}

/* When the next step may begin. Each takes a linger of time, which burst - 1 of them may take in advance. */
static int64_t after_linger(krn_relay *r, int64_t now_ns)
{
    const int64_t ahead_ns = (int64_t)(r->o.burst - 1) * r->o.linger_ns;
    r->spent_ns = (r->spent_ns > now_ns ? r->spent_ns : now_ns) + r->o.linger_ns;
    return r->spent_ns - ahead_ns > now_ns ? r->spent_ns - ahead_ns : now_ns;
}

/* xorshift64 (Marsaglia 2003): between 3/4 and 5/4 of the pause. */
static int64_t with_jitter(krn_relay *r, int64_t pause_ns)
{
    if (r->random == 0)
        return pause_ns;
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return pause_ns - pause_ns / 4 + (int64_t)(r->random % (uint64_t)(pause_ns / 2));
}

static void note_outcome(krn_relay *r, anc_status status, const anc_err *err)
{
    (void)pthread_mutex_lock(&r->mutex);
    r->state.failing = status != ANC_OK;
    r->state.failures += status != ANC_OK;
    (void)snprintf(r->state.problem, sizeof r->state.problem, "%.*s", KRN_PROBLEM_TEXT - 1,
                   status != ANC_OK ? err->text : "");
    (void)pthread_mutex_unlock(&r->mutex);
}

static void tell_waiting(const krn_relay *r, anc_status status, const anc_err *err)
{
    const ev_context context = {.component = ANC_STR("relay")};
    krn_log_write(r->o.log, KRN_WARN, "relay", "events wait",
                  KRN_STR("bus", anc_str_of(r->o.bus.ops->name)),
                  KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                  KRN_STR("reason", anc_str_of(err->text)));
    krn_feed_error(r->o.feed, &context, ANC_STR("bus_down"), anc_str_of(err->text),
                   ANC_STR("events wait in the outbox and are sent when the bus is back"));
}

static int64_t pause_after(krn_relay *r, krn_call *call, anc_status status, int64_t now_ns)
{
    krn_count(r->failures, 1);
    if (r->pause_ns == 0)
        tell_waiting(r, status, call->err);
    r->pause_ns = r->pause_ns == 0 ? FIRST_PAUSE_NS : r->pause_ns * 2;
    if (r->pause_ns > LONGEST_PAUSE_NS)
        r->pause_ns = LONGEST_PAUSE_NS;
    r->try_at_ns = now_ns + with_jitter(r, r->pause_ns);
    return r->try_at_ns;
}

static int64_t next_after(krn_relay *r, bool more, int64_t now_ns)
{
    if (r->pause_ns > 0)
        krn_log_write(r->o.log, KRN_INFO, "relay", "events flow again",
                      KRN_STR("bus", anc_str_of(r->o.bus.ops->name)));
    r->pause_ns = 0;
    if (more)
        return now_ns;
    r->try_at_ns = after_linger(r, now_ns);
    int64_t next = r->o.prunes ? r->prune_at_ns : INT64_MAX;
    if (r->cursor != r->saved_cursor && r->save_at_ns < next)
        next = r->save_at_ns;
    return next;
}

int64_t krn_relay_step(void *relay, int64_t now_ns)
{
    krn_relay *r = relay;
    atomic_bool never = false;
    anc_err err = {0};
    bool more = false;
    krn_call call = {
        .mem = r->mem, .err = &err, .deadline_ns = now_ns + STEP_DEADLINE_NS, .cancelled = &never};
    if (now_ns < r->try_at_ns)
        return r->try_at_ns;
    const anc_status status = step(r, &call, now_ns, &more);
    note_outcome(r, status, &err);
    const int64_t next =
        status != ANC_OK ? pause_after(r, &call, status, now_ns) : next_after(r, more, now_ns);
    anc_arena_reset(r->mem);
    return next;
}

void krn_relay_settle(krn_relay *r)
{
    atomic_bool never = false;
    anc_err err = {0};
    if (r == NULL || !r->cursor_known)
        return;
    krn_call call = {.mem = r->mem,
                     .err = &err,
                     .deadline_ns = krn_now_ns(r->o.clock) + SECOND_NS,
                     .cancelled = &never};
    if (save_cursor(r, &call) != ANC_OK)
        krn_log_write(r->o.log, KRN_WARN, "relay", "some events will be announced again",
                      KRN_STR("bus", anc_str_of(r->o.bus.ops->name)),
                      KRN_STR("reason", anc_str_of(err.text)));
    anc_arena_reset(r->mem);
}

krn_relay_state krn_relay_look(krn_relay *r)
{
    (void)pthread_mutex_lock(&r->mutex);
    const krn_relay_state state = r->state;
    (void)pthread_mutex_unlock(&r->mutex);
    return state;
}

/* False where its place is not known yet. */
static bool place_of(krn_relay *r, uint64_t *ret)
{
    (void)pthread_mutex_lock(&r->mutex);
    *ret = r->state.delivered;
    const bool placed = r->placed;
    (void)pthread_mutex_unlock(&r->mutex);
    return placed;
}

/* When the first event behind a place happened; 0: there is none. */
static anc_status oldest_behind(const krn_relay *r, krn_call *call, uint64_t place, int64_t *ret_ms)
{
    krn_kept_event *oldest = NULL;
    size_t n = 0;
    const krn_outbox outbox = r->o.outbox;
    const krn_event_filter filter = {.after_seq = place, .limit = 1};
    ANC_TRY(outbox.ops->read(outbox.self, call, &filter, &oldest, &n));
    *ret_ms = n > 0 ? oldest[0].time_ms : 0;
    return ANC_OK;
}

/* Where the relay went on while it was looked, it is looked again from its new place, once: under a steady backlog it
 * would go on each time, and the gauges are to move all the same. */
anc_status krn_relay_measure(krn_relay *r, krn_call *call)
{
    uint64_t place, now, head = 0;
    int64_t oldest_ms = 0;
    const krn_outbox outbox = r->o.outbox;
    if (!place_of(r, &place))
        return ANC_OK;
    ANC_TRY(outbox.ops->head(outbox.self, call, &head));
    ANC_TRY(oldest_behind(r, call, place, &oldest_ms));
    if (place_of(r, &now) && now != place) {
        place = now;
        ANC_TRY(oldest_behind(r, call, place, &oldest_ms));
    }
    const uint64_t waiting = oldest_ms > 0 && head > place ? head - place : 0;
    (void)pthread_mutex_lock(&r->mutex);
    if (r->state.delivered == place) {
        r->state.oldest_ms = oldest_ms;
        r->state.waiting = waiting;
    }
    (void)pthread_mutex_unlock(&r->mutex);
    if (r->lag == NULL)
        return ANC_OK;
    krn_gauge_set(r->lag, (int64_t)waiting);
    krn_gauge_set(r->age, oldest_ms > 0 ? (krn_wall_ms(r->o.clock) - oldest_ms) / 1000 : 0);
    return ANC_OK;
}
