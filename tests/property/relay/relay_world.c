/* relay_world.c - the house around the relays: its outbox and writer, which fail and die, and its end. */
#include "relay_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/domain/envelope.h"
#include "kernel/domain/query_events.h"
#include "support/test.h"

static krn_call call_of(world *w, anc_err *err)
{
    static atomic_bool never;
    anc_arena_reset(w->mem);
    return (krn_call){.mem = w->mem, .err = err, .deadline_ns = INT64_MAX, .cancelled = &never};
}

bool sim_once_in(world *w, uint64_t n)
{
    const bool hit = !w->calm && sim_chance(w->s, n) == 0;
    w->failures += hit;
    return hit;
}

bool sim_alive(world *w)
{
    if (!w->dead && sim_once_in(w, 250))
        w->dead = true;
    return !w->dead;
}

static anc_status check_alive(world *w, anc_err *err)
{
    if (!sim_alive(w))
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the process is dead");
    return sim_once_in(w, 60) ? ANC_FAIL(err, ANC_IO, "the disk fails") : ANC_OK;
}

/* ---- the outbox: the real one, which fails now and then ---- */

static anc_status outbox_read(void *self, krn_call *call, const krn_event_filter *filter,
                              krn_kept_event **ret, size_t *ret_n)
{
    world *w = self;
    ANC_TRY(check_alive(w, call->err));
    if (filter->limit > 1 && sim_once_in(w, 60))
        return ANC_FAIL(call->err, ANC_LIMIT, "that much does not fit");
    return w->outbox.ops->read(w->outbox.self, call, filter, ret, ret_n);
}

static anc_status outbox_head(void *self, krn_call *call, uint64_t *ret)
{
    world *w = self;
    ANC_TRY(check_alive(w, call->err));
    return w->outbox.ops->head(w->outbox.self, call, ret);
}

static anc_status outbox_cursor_get(void *self, krn_call *call, anc_str consumer, uint64_t *ret)
{
    world *w = self;
    ANC_TRY(check_alive(w, call->err));
    return w->outbox.ops->cursor_get(w->outbox.self, call, consumer, ret);
}

static anc_status outbox_cursor_set(void *self, krn_tx *tx, anc_str consumer, uint64_t seq,
                                    anc_err *err)
{
    const world *w = self;
    return w->outbox.ops->cursor_set(w->outbox.self, tx, consumer, seq, err);
}

static anc_status outbox_prune(void *self, krn_tx *tx, int64_t before_ms, uint64_t keep,
                               size_t limit, size_t *ret_removed, anc_err *err)
{
    const world *w = self;
    return w->outbox.ops->prune(w->outbox.self, tx, before_ms, keep, limit, ret_removed, err);
}

static krn_outbox failing_outbox(world *w)
{
    static const krn_outbox_ops ops = {.name = "simulated",
                                       .read = outbox_read,
                                       .head = outbox_head,
                                       .cursor_get = outbox_cursor_get,
                                       .cursor_set = outbox_cursor_set,
                                       .prune = outbox_prune};
    return (krn_outbox){&ops, w};
}

/* ---- the writer: fails before, dies before, dies behind the commit ---- */

static anc_status writer_run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    world *w = self;
    const krn_writer real = krn_sqlite_writer(w->kernel);
    ANC_TRY(check_alive(w, call->err));
    ANC_TRY(krn_writer_run(real, call, work, arg));
    sim_check_removed(w);
    return sim_alive(w) ? ANC_OK : ANC_FAIL(call->err, ANC_UNAVAILABLE, "the process is dead");
}

/* What is posted is written now or later; or never, where the process dies first. */
static anc_status writer_post(void *self, krn_work_fn *work, void *arg, krn_work_done_fn *done,
                              anc_err *err)
{
    world *w = self;
    if (!sim_alive(w) || sim_once_in(w, 60) || w->n_posted == SIM_POSTED)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the writer's queue is full");
    w->posted[w->n_posted++] = (sim_posted){work, arg, done};
    if (w->calm || sim_chance(w->s, 2) == 0)
        sim_write_posted(w);
    return ANC_OK;
}

void sim_write_posted(world *w)
{
    for (size_t i = 0; i < w->n_posted; i++) {
        const sim_posted *p = &w->posted[i];
        anc_err err = {0};
        krn_call call = call_of(w, &err);
        p->done(p->arg, writer_run(w, &call, p->work, p->arg), &err);
    }
    w->n_posted = 0;
}

static krn_writer failing_writer(world *w)
{
    static const krn_writer_ops ops = {.name = "simulated", .run = writer_run, .post = writer_post};
    return (krn_writer){&ops, w};
}

/* ---- events ---- */

typedef struct appending {
    world *w;
    size_t n;
    bool fails;
} appending;

static anc_status append(void *arg, krn_tx *tx, anc_err *err)
{
    const appending *a = arg;
    const ev_context context = {.component = ANC_STR("rag")};
    for (size_t i = 0; i < a->n; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "a%u", (unsigned)sim_chance(a->w->s, SIM_AGGREGATES));
        const ev_conversation_created created = {anc_str_of(id), ANC_STR("u")};
        ANC_TRY(
            krn_outbox_append(a->w->outbox, tx, EV_CONVERSATION_CREATED, &created, &context, err));
    }
    return a->fails ? ANC_FAIL(err, ANC_CONFLICT, "the fact is none") : ANC_OK;
}

static void take_down(world *w, const krn_kept_event *kept)
{
    ev_envelope e;
    anc_err err = {0};
    assert_true(w->n_events < SIM_EVENTS);
    ASSERT_OK(ev_envelope_read(w->mem, kept->envelope, &e, &err), &err);
    uint64_t aggregate = 0;
    assert_true(anc_str_to_u64(anc_str_sub(e.aggregate_id, 1, 8), &aggregate));
    w->events[w->n_events++] = (sim_event){kept->seq, (unsigned)aggregate, kept->time_ms};
}

void sim_world_append(world *w, size_t n)
{
    anc_err err = {0};
    appending a = {w, n, sim_once_in(w, 12)};
    krn_call call = call_of(w, &err);
    if (w->n_events + n > SIM_EVENTS)
        return;
    const anc_status status = krn_writer_run(krn_sqlite_writer(w->kernel), &call, append, &a);
    assert_int_equal(status, a.fails ? ANC_CONFLICT : ANC_OK);
    const uint64_t last = w->n_events > 0 ? w->events[w->n_events - 1].seq : 0;
    const krn_event_filter filter = {.after_seq = last, .limit = 1000};
    krn_kept_event *kept;
    size_t came;
    ASSERT_OK(w->outbox.ops->read(w->outbox.self, &call, &filter, &kept, &came), &err);
    assert_int_equal(came, a.fails ? 0 : n);
    for (size_t i = 0; i < came; i++)
        take_down(w, &kept[i]);
    w->given = came > 0 ? kept[came - 1].seq : w->given + n;
    for (size_t i = 0; i < SIM_BUSES; i++)
        sim_scheduler(w->s).ops->wake(sim_scheduler(w->s).self, w->steps[i]);
}

static void check_one_removed(const world *w, size_t place)
{
    const sim_event *e = &w->events[place];
    const bool old = e->time_ms < krn_wall_ms(sim_clock(w->s)) - w->options.keep_ms;
    for (size_t b = 0; b < SIM_BUSES; b++)
        if (!w->buses[b].heard[place])
            SIM_FAIL(w, "event %llu was removed, and %s has not had it", (unsigned long long)e->seq,
                     w->buses[b].name);
    if (!old && w->given - e->seq < w->options.keep)
        SIM_FAIL(w, "event %llu was removed, neither old nor beyond what is kept",
                 (unsigned long long)e->seq);
}

void sim_check_removed(world *w)
{
    anc_err err = {0};
    krn_call call = call_of(w, &err);
    const krn_event_filter filter = {.limit = 1};
    krn_kept_event *kept;
    size_t n;
    ASSERT_OK(w->outbox.ops->read(w->outbox.self, &call, &filter, &kept, &n), &err);
    while (w->n_removed < w->n_events && (n == 0 || w->events[w->n_removed].seq < kept[0].seq))
        check_one_removed(w, w->n_removed++);
}

/* ---- the house ---- */

static void start_house(world *w)
{
    static const anc_str consumers[SIM_BUSES] = {
        ANC_STR_INIT("relay:one"), ANC_STR_INIT("relay:two"), ANC_STR_INIT("relay:three")};
    const krn_scheduler sched = sim_scheduler(w->s);
    anc_err err = {0};
    w->dead = false;
    for (size_t i = 0; i < SIM_BUSES; i++) {
        krn_relay_options o = w->options;
        o.outbox = failing_outbox(w);
        o.writer = failing_writer(w);
        o.bus = sim_bus_of(&w->buses[i]);
        o.clock = sim_clock(w->s);
        o.consumer = consumers[i];
        o.seed = w->seed + i + 1;
        o.prunes = i == 0;
        w->relays[i] = krn_relay_new(&o);
        assert_non_null(w->relays[i]);
        ASSERT_OK(
            sched.ops->add(sched.self, "relay", krn_relay_step, w->relays[i], &w->steps[i], &err),
            &err);
    }
    ASSERT_OK(sched.ops->start(sched.self, &err), &err);
}

/* What was posted is no longer written where the process died; the relays may be gone before it is told. */
static void end_house(world *w)
{
    const bool before = sim_chance(w->s, 2) == 0;
    if (before)
        sim_write_posted(w);
    sim_scheduler(w->s).ops->stop(sim_scheduler(w->s).self);
    sim_forget_steps(w->s);
    for (size_t i = 0; i < SIM_BUSES; i++)
        krn_relay_free(w->relays[i]);
    sim_write_posted(w);
}

void sim_world_restart(world *w, bool settled)
{
    for (size_t i = 0; settled && i < SIM_BUSES; i++)
        krn_relay_settle(w->relays[i]);
    w->crashes += !settled;
    end_house(w);
    start_house(w);
}

static anc_status empty(void *arg, krn_tx *tx, anc_err *err)
{
    (void)arg;
    return db_exec(tx->connection, "DELETE FROM outbox; DELETE FROM event_cursor", err);
}

void sim_world_open(world *w, uint64_t seed, krn_sqlite *kernel)
{
    static const char *const names[SIM_BUSES] = {"one", "two", "three"};
    anc_err err = {0};
    *w = (world){.seed = seed, .s = sim_new(seed), .kernel = kernel, .calm = true};
    w->outbox = krn_sqlite_outbox(kernel);
    w->mem = anc_arena_new(16 << 20);
    assert_non_null(w->mem);
    krn_call call = call_of(w, &err);
    ASSERT_OK(krn_writer_run(krn_sqlite_writer(kernel), &call, empty, NULL), &err);
    w->options = (krn_relay_options){
        .batch = 1 + (size_t)sim_chance(w->s, 40),
        .save_ns = (int64_t)sim_chance(w->s, 3) * 700000000,
        .linger_ns = (int64_t)sim_chance(w->s, 2) * 5000000,
        .keep_ms = 1000 + (int64_t)sim_chance(w->s, 200000),
        .keep = 1 + sim_chance(w->s, 120),
    };
    for (size_t i = 0; i < SIM_BUSES; i++) {
        w->buses[i].w = w;
        (void)snprintf(w->buses[i].name, sizeof w->buses[i].name, "%s", names[i]);
    }
    start_house(w);
    (void)sim_run_for(w->s, 1000000000, 1000); /* every consumer is known */
    w->calm = false;
}

void sim_world_close(world *w)
{
    end_house(w);
    anc_arena_free(w->mem);
    sim_free(w->s);
}
