/* follow.c - the events, batch by batch, into the repository.
 *
 * The place is the repository's, moved in the transaction that writes what the events say. The outbox is
 * told of it now and then, so that it keeps what was not read yet; after a crash it knows an older place,
 * which keeps more than is needed. Where the outbox has fewer events than the place says, it is another
 * one: everything is read again, which changes nothing that is known.
 */
#include "base/str.h"
#include "service_impl.h"

enum { BATCH = 500, CATCH_UP_BATCHES = 20, PRUNE_ROWS = 1000 };

static const int64_t SECOND_NS = 1000000000;
static const int64_t STEP_DEADLINE_NS = 30000000000;
static const int64_t TELL_EVERY_NS = 10000000000;
static const int64_t PRUNE_EVERY_NS = 600000000000;
static const int64_t LONGEST_PAUSE_NS = 30000000000;

/* ---- a batch, with the mutex held ---- */

static anc_status load_cursor(trk_service *s, krn_call *call)
{
    const trk_repository r = s->with.repository;
    uint64_t head = 0;
    if (s->cursor_known)
        return ANC_OK;
    ANC_TRY(trk_of_repository(s, r.ops->cursor(r.self, call, &s->cursor), call->err));
    ANC_TRY(s->with.outbox.ops->head(s->with.outbox.self, call, &head));
    if (head < s->cursor) {
        krn_log_write(s->with.log, KRN_WARN, "tracking", "the events begin anew and are read again",
                      KRN_INT("place", s->cursor), KRN_INT("events", head));
        ANC_TRY(trk_of_repository(s, r.ops->apply(r.self, call, NULL, 0, s->cursor, 0), call->err));
        s->cursor = 0;
    }
    s->cursor_known = true;
    s->batch = BATCH;
    return ANC_OK;
}

/* What happened while the tracking was off is not its to tell, also not when it is made anew. */
static bool was_off(const trk_service *s, uint64_t seq)
{
    for (size_t i = 0; i < s->n_gaps; i++)
        if (seq > s->gaps[i].after_seq && seq <= s->gaps[i].last_seq)
            return true;
    return false;
}

static anc_status read_changes(trk_service *s, krn_call *call, const krn_kept_event *events,
                               size_t n, trk_change **ret)
{
    trk_change *changes = anc_arena_alloc(call->mem, n, sizeof *changes);
    if (changes == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu events", n);
    for (size_t i = 0; i < n; i++) {
        anc_err why = {0};
        changes[i] = (trk_change){.subject = TRK_NOTHING};
        if (was_off(s, events[i].seq))
            continue;
        const anc_status status =
            trk_change_read(call->mem, &s->reading, events[i].envelope, &changes[i], &why);
        if (status == ANC_INVALID) {
            changes[i] = (trk_change){.subject = TRK_NOTHING};
            krn_count(s->unfit, 1);
            krn_log_write(s->with.log, KRN_WARN, "tracking", "an event was passed over",
                          KRN_STR("event_id", events[i].id), KRN_STR("type", events[i].type),
                          KRN_STR("error", anc_str_of(why.text)));
        } else if (status != ANC_OK) {
            return anc_fail_at(call->err, status, why.where, "%s", why.text);
        }
    }
    *ret = changes;
    return ANC_OK;
}

static anc_status take_batch(trk_service *s, krn_call *call, bool *ret_more)
{
    const trk_repository r = s->with.repository;
    krn_kept_event *events;
    trk_change *changes = NULL;
    size_t n;
    *ret_more = false;
    ANC_TRY(load_cursor(s, call));
    const krn_event_filter filter = {.after_seq = s->cursor, .limit = s->batch};
    const anc_status status =
        s->with.outbox.ops->read(s->with.outbox.self, call, &filter, &events, &n);
    const size_t asked = s->batch;
    s->batch = status == ANC_LIMIT ? 1 : BATCH;
    ANC_TRY(status);
    if (n == 0)
        return ANC_OK;
    ANC_TRY(read_changes(s, call, events, n, &changes));
    ANC_TRY(trk_of_repository(
        s, r.ops->apply(r.self, call, changes, n, s->cursor, events[n - 1].seq), call->err));
    s->cursor = events[n - 1].seq;
    krn_count(s->events, n);
    krn_gauge_set(s->place, (int64_t)s->cursor);
    *ret_more = n == asked;
    return ANC_OK;
}

/* A failure leaves nothing behind; where it stands is looked up again. */
static anc_status follow_batch(trk_service *s, int64_t deadline_ns, anc_err *err, bool *ret_more)
{
    atomic_bool never = false;
    krn_call call = {
        .mem = s->batch_mem, .err = err, .deadline_ns = deadline_ns, .cancelled = &never};
    const anc_status status = take_batch(s, &call, ret_more);
    if (status != ANC_OK)
        s->cursor_known = false;
    s->applied_ns = krn_now_ns(s->with.clock);
    anc_arena_reset(s->batch_mem);
    return status;
}

anc_status trk_catch_up(trk_service *s, krn_call *call)
{
    bool more = true;
    anc_status status = ANC_OK;
    (void)pthread_mutex_lock(&s->following);
    for (unsigned i = 0; more && status == ANC_OK && i < CATCH_UP_BATCHES; i++) {
        status = krn_call_check(s->with.clock, call);
        if (status == ANC_OK)
            status = follow_batch(s, call->deadline_ns, call->err, &more);
    }
    (void)pthread_mutex_unlock(&s->following);
    return status;
}

/* ---- the step ---- */

static uint64_t place_of(trk_service *s, bool *ret_known)
{
    (void)pthread_mutex_lock(&s->following);
    const uint64_t cursor = s->cursor;
    *ret_known = s->cursor_known;
    (void)pthread_mutex_unlock(&s->following);
    return cursor;
}

typedef struct telling {
    trk_service *service;
    uint64_t cursor;
} telling;

static anc_status write_place(void *arg, krn_tx *tx, anc_err *err)
{
    const telling *t = arg;
    const krn_outbox o = t->service->with.outbox;
    return o.ops->cursor_set(o.self, tx, ANC_STR("tracking"), t->cursor, err);
}

static anc_status tell_place(trk_service *s, krn_call *call)
{
    bool known;
    telling t = {s, place_of(s, &known)};
    if (!known || t.cursor == s->told_cursor)
        return ANC_OK;
    ANC_TRY(krn_writer_run(s->with.writer, call, write_place, &t));
    s->told_cursor = t.cursor;
    return ANC_OK;
}

typedef struct leaving_out {
    krn_outbox outbox;
    krn_event_gap gap;
} leaving_out;

static anc_status write_gap(void *arg, krn_tx *tx, anc_err *err)
{
    const leaving_out *l = arg;
    return l->outbox.ops->gap_add(l->outbox.self, tx, ANC_STR("tracking"), l->gap, err);
}

/* First it is written that these are left out, so that they are wherever this ends. */
static anc_status skip_to_end(trk_service *s, krn_call *call)
{
    const trk_repository r = s->with.repository;
    uint64_t place = 0, head = 0;
    ANC_TRY(trk_of_repository(s, r.ops->cursor(r.self, call, &place), call->err));
    ANC_TRY(s->with.outbox.ops->head(s->with.outbox.self, call, &head));
    if (place == head)
        return ANC_OK;
    krn_log_write(s->with.log, KRN_INFO, "tracking",
                  "the tracking was off: it begins with what happens from now on",
                  KRN_INT("place", place), KRN_INT("events", head));
    if (head > place) {
        leaving_out l = {s->with.outbox, {place, head}};
        ANC_TRY(krn_writer_run(s->with.writer, call, write_gap, &l));
    }
    return trk_of_repository(s, r.ops->apply(r.self, call, NULL, 0, place, head), call->err);
}

static anc_status begin(trk_service *s, krn_call *call)
{
    uint64_t told;
    const krn_outbox o = s->with.outbox;
    ANC_TRY(o.ops->cursor_get(o.self, call, ANC_STR("tracking"), &told));
    if (told == KRN_CURSOR_NONE)
        ANC_TRY(skip_to_end(s, call));
    krn_call own = *call;
    own.mem = s->mem;
    ANC_TRY(o.ops->gaps(o.self, &own, ANC_STR("tracking"), &s->gaps, &s->n_gaps));
    (void)pthread_mutex_lock(&s->following);
    const anc_status status = load_cursor(s, call);
    (void)pthread_mutex_unlock(&s->following);
    ANC_TRY(status);
    return tell_place(s, call);
}

anc_status trk_service_begin(trk_service *s, anc_err *err)
{
    ANC_ARENA(mem, 1 << 20);
    atomic_bool never = false;
    krn_call call = {.mem = mem, .err = err, .deadline_ns = INT64_MAX, .cancelled = &never};
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the tracking");
    return begin(s, &call);
}

static anc_status prune(trk_service *s, krn_call *call, int64_t now_ns)
{
    const trk_repository r = s->with.repository;
    const int64_t now_ms = krn_wall_ms(s->with.clock);
    const trk_limits limits = {.queries_ms = now_ms - s->with.keep_queries_ms,
                               .documents_ms = now_ms - s->with.keep_documents_ms,
                               .rollups_ms = now_ms - s->with.keep_rollups_ms};
    bool more;
    ANC_TRY(
        trk_of_repository(s, r.ops->prune(r.self, call, &limits, PRUNE_ROWS, &more), call->err));
    s->prune_at_ns = now_ns + (more ? SECOND_NS : PRUNE_EVERY_NS);
    return ANC_OK;
}

static anc_status keep_house(trk_service *s, int64_t now_ns, anc_err *err)
{
    ANC_ARENA(mem, 64 << 20);
    atomic_bool never = false;
    krn_call call = {
        .mem = mem, .err = err, .deadline_ns = now_ns + STEP_DEADLINE_NS, .cancelled = &never};
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the tracking");
    if (now_ns >= s->tell_at_ns) {
        ANC_TRY(tell_place(s, &call));
        s->tell_at_ns = now_ns + TELL_EVERY_NS;
    }
    return now_ns >= s->prune_at_ns ? prune(s, &call, now_ns) : ANC_OK;
}

static int64_t pause_after(trk_service *s, anc_status status, const anc_err *err, int64_t now_ns)
{
    krn_count(s->failures, 1);
    trk_waiting(s, err->text);
    if (s->pause_ns == 0)
        krn_log_write(s->with.log, KRN_WARN, "tracking", "events wait to be taken in",
                      KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                      KRN_STR("reason", anc_str_of(err->text)));
    s->pause_ns = s->pause_ns == 0 ? SECOND_NS : s->pause_ns * 2;
    if (s->pause_ns > LONGEST_PAUSE_NS)
        s->pause_ns = LONGEST_PAUSE_NS;
    s->try_at_ns = now_ns + s->pause_ns;
    return s->try_at_ns;
}

static int64_t next_time(trk_service *s, bool more, int64_t now_ns)
{
    bool known;
    if (more)
        return now_ns;
    int64_t next = s->prune_at_ns;
    if (place_of(s, &known) != s->told_cursor && s->tell_at_ns < next)
        next = s->tell_at_ns;
    return next;
}

int64_t trk_step(void *service, int64_t now_ns)
{
    trk_service *s = service;
    anc_err err = {0};
    bool more = false;
    if (!trk_is_on(s))
        return INT64_MAX;
    if (now_ns < s->try_at_ns)
        return s->try_at_ns;
    (void)pthread_mutex_lock(&s->following);
    const int64_t rested_ns = s->applied_ns > 0 ? s->applied_ns + s->with.linger_ns : 0;
    anc_status status = ANC_OK;
    if (now_ns >= rested_ns)
        status = follow_batch(s, now_ns + STEP_DEADLINE_NS, &err, &more);
    if (more)
        s->applied_ns = 0; /* a backlog is worked off without rest */
    (void)pthread_mutex_unlock(&s->following);
    if (now_ns < rested_ns)
        return rested_ns;
    if (status == ANC_OK)
        status = keep_house(s, now_ns, &err);
    if (status != ANC_OK)
        return pause_after(s, status, &err, now_ns);
    if (s->pause_ns > 0)
        trk_waiting(s, NULL);
    s->pause_ns = 0;
    return next_time(s, more, now_ns);
}

void trk_service_settle(trk_service *s)
{
    ANC_ARENA(mem, 1 << 20);
    atomic_bool never = false;
    anc_err err = {0};
    if (s == NULL || mem == NULL || !trk_is_on(s))
        return;
    krn_call call = {.mem = mem,
                     .err = &err,
                     .deadline_ns = krn_now_ns(s->with.clock) + SECOND_NS,
                     .cancelled = &never};
    if (tell_place(s, &call) != ANC_OK)
        krn_log_write(s->with.log, KRN_WARN, "tracking", "events are kept longer than needed",
                      KRN_STR("reason", anc_str_of(err.text)));
}
