/* test_relay.c - the relay's step against an outbox, a writer and a bus that do as they are told. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "kernel/adapters/relay/relay.h"
#include "support/sim.h"

typedef struct world {
    sim *sim;
    krn_relay *relay;
    uint64_t events;  /* in the outbox: seq 1 to this */
    uint64_t cursor;  /* as saved */
    uint64_t heard;   /* the last that the bus took */
    uint64_t taken;   /* how many it took, doubles counted */
    uint64_t full_at; /* the bus refuses from this seq on; 0: never */
    size_t fits;      /* a read of more events than this is LIMIT; 0: all fit */
    size_t reads;
    anc_status writing; /* what the writer gives */
    bool holds;         /* the writer does what is posted when it is told to */
    krn_work_fn *work;  /* posted; NULL: nothing is */
    void *work_arg;
    krn_work_done_fn *work_done;
    size_t prunes, removed;
    int64_t before_ms;
    uint64_t keep;
    size_t warnings;
    int64_t told_ms; /* when the events of the outbox happened */
    krn_series lag, age, other;
    bool goes_on;  /* a step comes between the looks of the next measurement */
    bool measures; /* the bus has itself measured while it takes */
} world;

static anc_status fake_read(void *self, krn_call *call, const krn_event_filter *f,
                            krn_kept_event **ret, size_t *ret_n)
{
    world *w = self;
    w->reads++;
    if (w->fits > 0 && f->limit > w->fits)
        return ANC_FAIL(call->err, ANC_LIMIT, "too much for one step");
    const uint64_t left = w->events - f->after_seq;
    const size_t n = left < f->limit ? (size_t)left : f->limit;
    krn_kept_event *list = anc_arena_alloc(call->mem, n, sizeof *list);
    assert_non_null(list);
    for (size_t i = 0; i < n; i++)
        list[i] = (krn_kept_event){.seq = f->after_seq + i + 1,
                                   .time_ms = w->told_ms,
                                   .type = ANC_STR("query.failed"),
                                   .envelope = ANC_STR("{}")};
    *ret = list;
    *ret_n = n;
    return ANC_OK;
}

static anc_status fake_head(void *self, krn_call *call, uint64_t *ret)
{
    world *w = self;
    (void)call;
    *ret = w->events;
    if (w->goes_on) { /* the relay takes a step while it is measured */
        w->goes_on = false;
        w->full_at++;
        sim_pass(w->sim, 10000000000);
        (void)krn_relay_step(w->relay, krn_now_ns(sim_clock(w->sim)));
    }
    return ANC_OK;
}

static anc_status fake_cursor_get(void *self, krn_call *call, anc_str consumer, uint64_t *ret)
{
    const world *w = self;
    (void)call;
    assert_true(anc_str_eq(consumer, ANC_STR("relay")));
    *ret = w->cursor;
    return ANC_OK;
}

static anc_status fake_cursor_set(void *self, krn_tx *tx, anc_str consumer, uint64_t seq,
                                  anc_err *err)
{
    world *w = self;
    (void)tx;
    (void)consumer;
    (void)err;
    w->cursor = seq;
    return ANC_OK;
}

static anc_status fake_prune(void *self, krn_tx *tx, int64_t before_ms, uint64_t keep, size_t limit,
                             size_t *ret_removed, anc_err *err)
{
    world *w = self;
    (void)tx;
    (void)err;
    w->prunes++;
    w->before_ms = before_ms;
    w->keep = keep;
    *ret_removed = w->removed < limit ? w->removed : limit;
    return ANC_OK;
}

static anc_status fake_run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    const world *w = self;
    if (w->writing != ANC_OK)
        return ANC_FAIL(call->err, w->writing, "the writer does not");
    return work(arg, NULL, call->err);
}

static void write_posted(world *w)
{
    anc_err err = {0};
    krn_work_fn *work = w->work;
    if (work == NULL)
        return;
    w->work = NULL;
    const anc_status status = w->writing == ANC_OK ? work(w->work_arg, NULL, &err) : w->writing;
    w->work_done(w->work_arg, status, &err);
}

static anc_status fake_post(void *self, krn_work_fn *work, void *arg, krn_work_done_fn *done,
                            anc_err *err)
{
    world *w = self;
    if (w->writing == ANC_LIMIT) /* as a full queue */
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the queue is full");
    assert_null(w->work); /* one at a time */
    w->work = work;
    w->work_arg = arg;
    w->work_done = done;
    if (!w->holds)
        write_posted(w);
    return ANC_OK;
}

static anc_status take_one(world *w, const krn_announcement *a, anc_err *err)
{
    if (w->full_at > 0 && a->seq >= w->full_at)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "full");
    assert_true(a->seq <= w->heard + 1); /* in order, no gap */
    assert_non_null(a->type);
    w->heard = a->seq;
    w->taken++;
    return ANC_OK;
}

static void measure(world *w)
{
    ANC_ARENA(mem, 1 << 16);
    anc_err err = {0};
    const atomic_bool never = false;
    krn_call call = {.mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &never};
    ASSERT_OK(krn_relay_measure(w->relay, &call), &err);
}

static anc_status fake_publish(void *self, const krn_announcement *events, size_t n,
                               int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    world *w = self;
    assert_true(n > 0 && deadline_ns < INT64_MAX);
    if (w->measures)
        measure(w);
    for (*ret_taken = 0; *ret_taken < n; ++*ret_taken)
        ANC_TRY(take_one(self, &events[*ret_taken], err));
    return ANC_OK;
}

static void fake_log(void *self, krn_level level, const char *component, const char *message,
                     const krn_field *fields, size_t n)
{
    world *w = self;
    (void)component;
    (void)message;
    (void)fields;
    (void)n;
    w->warnings += level == KRN_WARN;
}

static const krn_outbox_ops outbox_ops = {.name = "fake",
                                          .read = fake_read,
                                          .head = fake_head,
                                          .cursor_get = fake_cursor_get,
                                          .cursor_set = fake_cursor_set,
                                          .prune = fake_prune};
static const krn_writer_ops writer_ops = {.name = "fake", .run = fake_run, .post = fake_post};
static const krn_bus_ops bus_ops = {.name = "fake", .publish = fake_publish};
static const krn_log_ops log_ops = {"fake", fake_log};

static krn_series *fake_series(void *self, const char *name, const char *labels, const char *help)
{
    world *w = self;
    (void)help;
    assert_string_equal(labels, "bus=\"fake\"");
    if (strcmp(name, "anchorage_relay_lag_events") == 0)
        return &w->lag;
    return strcmp(name, "anchorage_relay_oldest_seconds") == 0 ? &w->age : &w->other;
}

static const krn_metrics_ops metrics_ops = {
    .name = "fake", .counter = fake_series, .gauge = fake_series};

static krn_relay_options options_of(world *w, int64_t save_ns)
{
    return (krn_relay_options){.outbox = {&outbox_ops, w},
                               .writer = {&writer_ops, w},
                               .bus = {&bus_ops, w},
                               .log = {&log_ops, w},
                               .metrics = {&metrics_ops, w},
                               .clock = sim_clock(w->sim),
                               .prunes = true,
                               .keep_ms = 5000,
                               .save_ns = save_ns,
                               .keep = 77};
}

static void world_open(world *w, uint64_t events)
{
    *w = (world){.sim = sim_new(1), .events = events};
    const krn_relay_options o = options_of(w, 0);
    w->relay = krn_relay_new(&o);
    assert_non_null(w->relay);
}

static void world_close(world *w)
{
    krn_relay_free(w->relay);
    sim_free(w->sim);
}

static int64_t step(world *w)
{
    return krn_relay_step(w->relay, krn_now_ns(sim_clock(w->sim))) - krn_now_ns(sim_clock(w->sim));
}

static void batches_follow_at_once_until_all_is_told(void **state)
{
    (void)state;
    world w;
    world_open(&w, 300);
    assert_true(step(&w) <= 0);
    assert_int_equal(w.cursor, w.heard);
    assert_true(w.heard > 0 && w.heard < 300); /* a bounded piece */
    for (int i = 0; i < 5 && step(&w) <= 0; i++) {
        /* until it wants to rest */
    }
    assert_true(w.heard == 300 && w.taken == 300 && w.cursor == 300);
    assert_true(step(&w) > 1000000000);
    w.events = 301;
    (void)step(&w);
    assert_true(w.heard == 301 && w.taken == 301);
    world_close(&w);
}

static void a_full_bus_is_tried_again_ever_later(void **state)
{
    (void)state;
    world w;
    world_open(&w, 10);
    w.full_at = 4;
    int64_t before = 0;
    for (int i = 0; i < 20; i++) {
        const int64_t pause = step(&w);
        assert_true(pause > 0 && pause >= before && pause <= 5000000000);
        before = pause;
        sim_pass(w.sim, pause);
        assert_true(w.heard == 3 && w.cursor == 3 && w.taken == 3); /* what it took stays taken */
    }
    assert_int_equal(before, 5000000000);
    assert_int_equal(w.warnings, 1);
    const krn_relay_state waits = krn_relay_look(w.relay);
    assert_true(waits.failing && waits.delivered == 3 && waits.failures == 20);
    assert_string_equal(waits.problem, "full");
    w.full_at = 0;
    assert_true(step(&w) <= 0 || w.heard == 10);
    assert_true(w.heard == 10 && w.taken == 10);
    w.full_at = 11;
    w.events = 11;
    assert_true(step(&w) < 100000000); /* the pauses begin anew */
    world_close(&w);
}

/* Also while a batch is in the bus, and while nothing is tried: by the outbox and the clock. */
static void how_far_it_is_behind_is_measured(void **state)
{
    (void)state;
    world w;
    world_open(&w, 4);
    w.told_ms = krn_wall_ms(sim_clock(w.sim));
    measure(&w); /* before it knows its place nothing is said */
    assert_true(w.lag.value == 0 && w.age.value == 0);
    sim_pass(w.sim, 3000000000);
    w.measures = true;
    w.full_at = 2;
    (void)step(&w); /* measured before the bus took one */
    assert_true(w.lag.value == 4 && w.age.value == 3);
    sim_pass(w.sim, 2000000000);
    measure(&w);
    assert_true(w.lag.value == 3 && w.age.value == 5);
    assert_int_equal(krn_relay_look(w.relay).oldest_ms, w.told_ms);
    assert_int_equal(krn_relay_look(w.relay).waiting, 3);
    w.full_at = 4;
    w.measures = false;
    sim_pass(w.sim, 5000000000);
    (void)step(&w);
    assert_int_equal(w.heard, 3);
    assert_int_equal(krn_relay_look(w.relay).waiting, 1); /* what it took no longer waits */
    w.full_at = 0;
    w.events = 6; /* more than were measured */
    sim_pass(w.sim, 5000000000);
    (void)step(&w);
    const krn_relay_state all = krn_relay_look(w.relay);
    assert_true(w.heard == 6 && all.waiting == 0 && all.oldest_ms == 0);
    measure(&w);
    assert_true(w.lag.value == 0 && w.age.value == 0);
    world_close(&w);
}

/* A relay that always goes on while it is looked at is measured all the same, from its new place. */
static void one_that_goes_on_is_measured_too(void **state)
{
    (void)state;
    world w;
    world_open(&w, 6);
    w.told_ms = krn_wall_ms(sim_clock(w.sim));
    w.full_at = 2;
    (void)step(&w);
    w.goes_on = true;
    measure(&w);
    assert_int_equal(w.heard, 2);
    assert_true(w.lag.value == 4 && w.age.value == 10);
    assert_int_equal(krn_relay_look(w.relay).oldest_ms, w.told_ms);
    w.goes_on = true;
    measure(&w);
    assert_int_equal(w.heard, 3);
    assert_true(w.lag.value == 3 && w.age.value == 20);
    world_close(&w);
}

static void a_cursor_that_cannot_be_saved_brings_nothing_again_in_this_life(void **state)
{
    (void)state;
    world w;
    world_open(&w, 5);
    (void)step(&w);
    w.events = 10;
    w.writing = ANC_UNAVAILABLE;
    const int64_t pause = step(&w);
    assert_true(pause > 0);
    assert_true(w.taken == 10 && w.cursor == 5);
    w.writing = ANC_OK;
    sim_pass(w.sim, pause);
    (void)step(&w);
    assert_true(w.taken == 10 && w.cursor == 10);
    world_close(&w);
}

static void a_new_consumer_is_known_before_anything_is_published(void **state)
{
    (void)state;
    world w;
    world_open(&w, 5);
    w.writing = ANC_UNAVAILABLE;
    assert_true(step(&w) > 0);
    assert_int_equal(w.taken, 0); /* else a removal could pass it */
    world_close(&w);
}

static void being_woken_does_not_make_it_try_sooner(void **state)
{
    (void)state;
    world w;
    world_open(&w, 5);
    w.full_at = 1;
    const int64_t pause = step(&w);
    const size_t reads = w.reads;
    w.full_at = 0;
    assert_int_equal(step(&w), pause);
    assert_int_equal(w.reads, reads);
    sim_pass(w.sim, pause);
    (void)step(&w);
    assert_int_equal(w.taken, 5);
    world_close(&w);
}

static void what_comes_close_together_goes_together(void **state)
{
    (void)state;
    world w = {.sim = sim_new(1), .events = 1};
    krn_relay_options o = options_of(&w, 0);
    o.linger_ns = 10000000;
    w.relay = krn_relay_new(&o);
    assert_non_null(w.relay);
    (void)step(&w);
    assert_int_equal(w.heard, 1); /* the first waits for nothing */
    for (w.events = 2; w.events < 5; w.events++) {
        sim_pass(w.sim, 1000000);
        assert_in_range(step(&w), 1, 10000000); /* woken by each */
        assert_int_equal(w.heard, 1);
    }
    sim_pass(w.sim, step(&w));
    (void)step(&w);
    assert_int_equal(w.heard, w.events);
    sim_pass(w.sim, 20000000);
    w.events++;
    (void)step(&w);
    assert_int_equal(w.heard, w.events);
    w.events += 300; /* a full batch goes on at once */
    sim_pass(w.sim, 20000000);
    for (int i = 0; i < 5 && step(&w) <= 0; i++) {
        /* until it wants to rest */
    }
    assert_int_equal(w.heard, w.events);
    world_close(&w);
}

static void what_is_rare_waits_for_nothing(void **state)
{
    (void)state;
    enum { BURST = 3, LINGER = 10000000 };
    world w = {.sim = sim_new(1), .events = 1};
    krn_relay_options o = options_of(&w, 0);
    o.linger_ns = LINGER;
    o.burst = BURST;
    w.relay = krn_relay_new(&o);
    assert_non_null(w.relay);
    for (int rest = 0; rest < 2; rest++) {
        for (int i = 0; i < BURST; i++, w.events++) {
            (void)step(&w);
            assert_int_equal(w.heard, w.events);
            sim_pass(w.sim, LINGER / 100);
        }
        assert_in_range(step(&w), 1, LINGER);
        assert_int_equal(w.heard, w.events - 1);
        sim_pass(w.sim, LINGER);
        (void)step(&w);
        assert_int_equal(w.heard, w.events++);
        sim_pass(w.sim, LINGER / 100);
        assert_in_range(step(&w), 1, LINGER); /* no more in all than one a linger */
        sim_pass(w.sim, (BURST + 1) * LINGER);
    }
    world_close(&w);
}

static void a_cursor_may_be_written_now_and_then_and_at_the_end(void **state)
{
    (void)state;
    world w;
    world_open(&w, 5);
    krn_relay_free(w.relay);
    const krn_relay_options o = options_of(&w, 1000000000);
    w.relay = krn_relay_new(&o);
    assert_non_null(w.relay);
    (void)step(&w);
    assert_int_equal(w.cursor, 5);
    w.events = 9;
    assert_true(step(&w) <= 1000000000); /* it comes back to write it */
    assert_true(w.taken == 9 && w.cursor == 5);
    sim_pass(w.sim, 1000000000);
    (void)step(&w);
    assert_int_equal(w.cursor, 9);
    w.events = 10;
    (void)step(&w);
    assert_int_equal(w.cursor, 9);
    krn_relay_settle(w.relay);
    assert_int_equal(w.cursor, 10);
    world_close(&w);
}

/* Events flow while a cursor waits to be written, and while it cannot be. */
static void no_event_waits_for_a_cursor(void **state)
{
    (void)state;
    world w;
    world_open(&w, 5);
    krn_relay_free(w.relay);
    const krn_relay_options o = options_of(&w, 1000000000);
    w.relay = krn_relay_new(&o);
    assert_non_null(w.relay);
    (void)step(&w);
    assert_int_equal(w.cursor, 5);
    w.holds = true;
    for (w.events = 6; w.events < 10; w.events++) {
        sim_pass(w.sim, 1000000000);
        (void)step(&w);
        assert_int_equal(w.heard, w.events);
    }
    assert_int_equal(w.cursor, 5);
    write_posted(&w);
    assert_int_equal(w.cursor, 6); /* as it was when it was given */
    w.holds = false;
    const anc_status failures[] = {ANC_LIMIT, ANC_UNAVAILABLE, ANC_OK};
    for (size_t i = 0; i < ANC_COUNT(failures); i++) {
        w.writing = failures[i];
        w.events++;
        sim_pass(w.sim, 1000000000);
        (void)step(&w);
        assert_int_equal(w.heard, w.events);
        assert_false(krn_relay_look(w.relay).failing);
        assert_int_equal(w.cursor, failures[i] == ANC_OK ? w.events : 6);
    }
    w.holds = true; /* the writer may outlive the relay */
    w.events++;
    sim_pass(w.sim, 1000000000);
    (void)step(&w);
    krn_relay_free(w.relay);
    w.relay = NULL;
    write_posted(&w);
    assert_int_equal(w.cursor, w.events);
    world_close(&w);
}

static void a_batch_that_does_not_fit_is_taken_one_by_one(void **state)
{
    (void)state;
    world w;
    world_open(&w, 3);
    w.fits = 1;
    for (int i = 0; i < 20 && w.heard < 3; i++)
        sim_pass(w.sim, step(&w));
    assert_int_equal(w.heard, 3);
    world_close(&w);
}

static void old_events_are_removed_now_and_then(void **state)
{
    (void)state;
    world w;
    world_open(&w, 2);
    w.removed = 1500;
    const int64_t soon = step(&w);
    assert_true(w.prunes == 1 && w.keep == 77);
    assert_int_equal(w.before_ms, krn_wall_ms(sim_clock(w.sim)) - 5000);
    assert_true(soon > 0 && soon <= 1000000000); /* there is more of that */
    (void)step(&w);
    assert_int_equal(w.prunes, 1);
    sim_pass(w.sim, soon);
    w.removed = 10;
    const int64_t later = step(&w);
    assert_true(w.prunes == 2 && later > soon);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_follow_at_once_until_all_is_told),
        cmocka_unit_test(a_full_bus_is_tried_again_ever_later),
        cmocka_unit_test(how_far_it_is_behind_is_measured),
        cmocka_unit_test(one_that_goes_on_is_measured_too),
        cmocka_unit_test(a_cursor_that_cannot_be_saved_brings_nothing_again_in_this_life),
        cmocka_unit_test(a_new_consumer_is_known_before_anything_is_published),
        cmocka_unit_test(being_woken_does_not_make_it_try_sooner),
        cmocka_unit_test(what_comes_close_together_goes_together),
        cmocka_unit_test(what_is_rare_waits_for_nothing),
        cmocka_unit_test(a_cursor_may_be_written_now_and_then_and_at_the_end),
        cmocka_unit_test(no_event_waits_for_a_cursor),
        cmocka_unit_test(a_batch_that_does_not_fit_is_taken_one_by_one),
        cmocka_unit_test(old_events_are_removed_now_and_then),
    };
    return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
