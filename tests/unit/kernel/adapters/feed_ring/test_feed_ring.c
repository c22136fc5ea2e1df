/* test_feed_ring.c - what is published arrives once, in a publisher's order, or is counted as dropped. */
#include "support/test.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kernel/adapters/feed_ring/feed_ring.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/feed_events.h"
#include "os/thread.h"
#include "support/sim.h"

enum { SLOTS = 16, THREADS = 8, EACH = 20000 };

typedef struct world {
    sim *sim;
    krn_feed_ring *ring;
    krn_feed feed;
    size_t heard, wakes;
    anc_arena *mem;
    ev_envelope last;
    uint64_t newest[THREADS]; /* of each publisher */
    anc_status answer;
} world;

static void note(world *w, const krn_announcement *e)
{
    anc_err err = {0};
    assert_int_equal(e->seq, 0);
    anc_arena_reset(w->mem);
    ASSERT_OK(ev_envelope_read(w->mem, e->envelope, &w->last, &err), &err);
    assert_true(anc_str_eq(w->last.type_name, e->type_name));
    w->heard++;
}

static anc_status hear(void *self, const krn_announcement *events, size_t n, int64_t deadline_ns,
                       size_t *ret_taken, anc_err *err)
{
    world *w = self;
    (void)deadline_ns;
    *ret_taken = 0;
    if (w->answer != ANC_OK)
        return ANC_FAIL(err, w->answer, "as told");
    for (size_t i = 0; i < n; i++)
        note(w, &events[i]);
    *ret_taken = n;
    return ANC_OK;
}

static void count_wake(void *arg)
{
    ((world *)arg)->wakes++;
}

static void world_open(world *w, size_t slots)
{
    static const krn_bus_ops ops = {.name = "test", .publish = hear};
    *w = (world){.sim = sim_new(1), .mem = anc_arena_new(1 << 20)};
    const krn_feed_ring_options o = {.clock = sim_clock(w->sim),
                                     .slots = slots,
                                     .buses = {{&ops, w}},
                                     .n_buses = 1,
                                     .wake = count_wake,
                                     .arg = w};
    w->ring = krn_feed_ring_new(&o);
    assert_non_null(w->ring);
    w->feed = krn_feed_ring_feed(w->ring);
}

static void world_close(world *w)
{
    krn_feed_ring_free(w->ring);
    anc_arena_free(w->mem);
    sim_free(w->sim);
}

static void publish_cache(world *w, const char *key, uint64_t size)
{
    const ev_cache payload = {.cache = ANC_STR("embedding"),
                              .operation = ANC_STR("hit"),
                              .key_hash = anc_str_of(key),
                              .size = size};
    const ev_context context = {.component = ANC_STR("embedding"), .trace_id = ANC_STR("4bf9")};
    krn_feed_publish(w->feed, EV_CACHE, &payload, &context);
}

static void what_is_published_arrives_whole(void **state)
{
    (void)state;
    world w;
    world_open(&w, SLOTS);
    publish_cache(&w, "b9a0", 812);
    assert_int_equal(w.heard, 0); /* elsewhere, not here */
    assert_int_equal(krn_feed_ring_step(w.ring, 5), INT64_MAX);
    assert_int_equal(w.heard, 1);
    assert_true(anc_str_eq(w.last.type_name, ANC_STR("cache")));
    assert_true(anc_str_eq(w.last.trace_id, ANC_STR("4bf9")));
    assert_int_equal(w.last.time_ms, krn_wall_ms(sim_clock(w.sim)));
    assert_true(anc_str_find(w.last.payload.text, ANC_STR("\"key_hash\":\"b9a0\"")) != SIZE_MAX);
    assert_true(anc_str_find(w.last.payload.text, ANC_STR("\"size\":812")) != SIZE_MAX);
    world_close(&w);
}

static void a_sleeping_step_is_woken_once(void **state)
{
    (void)state;
    world w;
    world_open(&w, SLOTS);
    (void)krn_feed_ring_step(w.ring, 5);
    for (int i = 0; i < 5; i++)
        publish_cache(&w, "a", 1);
    assert_int_equal(w.wakes, 1);
    (void)krn_feed_ring_step(w.ring, 6);
    assert_int_equal(w.heard, 5);
    publish_cache(&w, "a", 1);
    assert_int_equal(w.wakes, 2);
    world_close(&w);
}

static void a_full_ring_drops_and_counts(void **state)
{
    (void)state;
    world w;
    world_open(&w, SLOTS);
    for (size_t round = 1; round < 4; round++) {
        for (size_t i = 0; i < SLOTS + 5; i++)
            publish_cache(&w, "a", i);
        krn_feed_stats s = w.feed.ops->stats(w.feed.self);
        assert_true(s.queued == SLOTS && s.dropped == 5 * round && s.published == SLOTS * round);
        (void)krn_feed_ring_step(w.ring, 5);
        assert_int_equal(w.heard, SLOTS * round);
        s = w.feed.ops->stats(w.feed.self);
        assert_int_equal(s.queued, 0);
    }
    world_close(&w);
}

static void large_payloads_have_memory_of_their_own_and_larger_ones_are_dropped(void **state)
{
    (void)state;
    static char text[300 << 10];
    world w;
    world_open(&w, SLOTS);
    memset(text, 'x', sizeof text);
    ev_error payload = {.error_type = ANC_STR("t"),
                        .error_message = {text, 100 << 10},
                        .component = ANC_STR("rag")};
    const ev_context context = {.component = ANC_STR("rag")};
    krn_feed_publish(w.feed, EV_ERROR, &payload, &context);
    (void)krn_feed_ring_step(w.ring, 5);
    assert_int_equal(w.heard, 1);
    assert_true(w.last.payload.text.len > 100 << 10);
    payload.error_message.len = sizeof text;
    krn_feed_publish(w.feed, EV_ERROR, &payload, &context);
    assert_int_equal(w.feed.ops->stats(w.feed.self).dropped, 1);
    krn_feed_publish(w.feed, EV_ERROR, &(ev_error){.error_message = {text, 100 << 10}}, &context);
    world_close(&w); /* what still stands in it is freed */
}

static void a_bus_that_refuses_holds_up_nobody(void **state)
{
    (void)state;
    world w;
    world_open(&w, SLOTS);
    w.answer = ANC_NO_MEMORY;
    publish_cache(&w, "a", 1);
    assert_int_equal(krn_feed_ring_step(w.ring, 5), INT64_MAX);
    w.answer = ANC_OK;
    publish_cache(&w, "b", 1);
    (void)krn_feed_ring_step(w.ring, 5);
    assert_int_equal(w.heard, 1);
    world_close(&w);
}

/* ---- many publishers ------------------------------------------------------------------------ */

typedef struct publisher {
    world *w;
    unsigned number;
} publisher;

static void publish_many(void *arg)
{
    const publisher *p = arg;
    char key[16];
    (void)snprintf(key, sizeof key, "%u", p->number);
    for (uint64_t i = 1; i <= EACH; i++)
        publish_cache(p->w, key, i);
}

static anc_status hear_in_order(void *self, const krn_announcement *events, size_t n,
                                int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    world *w = self;
    ANC_TRY(hear(self, events, 0, deadline_ns, ret_taken, err));
    for (size_t i = 0; i < n; i++) {
        unsigned who = 0;
        unsigned long long number = 0;
        note(w, &events[i]);
        const size_t at = anc_str_find(w->last.payload.text, ANC_STR("\"key_hash\":\""));
        const size_t size = anc_str_find(w->last.payload.text, ANC_STR("\"size\":"));
        assert_int_equal(sscanf(w->last.payload.text.ptr + at + 12, "%u", &who), 1);
        assert_int_equal(sscanf(w->last.payload.text.ptr + size + 7, "%llu", &number), 1);
        assert_true(who < THREADS && number > w->newest[who]);
        w->newest[who] = number;
    }
    *ret_taken = n;
    return ANC_OK;
}

static void eight_publishers_lose_nothing_uncounted(void **state)
{
    (void)state;
    static const krn_bus_ops ops = {.name = "test", .publish = hear_in_order};
    world w = {.sim = sim_new(1), .mem = anc_arena_new(1 << 20)};
    const krn_feed_ring_options o = {
        .clock = sim_clock(w.sim), .slots = 256, .buses = {{&ops, &w}}, .n_buses = 1};
    w.ring = krn_feed_ring_new(&o);
    assert_non_null(w.ring);
    w.feed = krn_feed_ring_feed(w.ring);
    publisher list[THREADS];
    os_thread *threads[THREADS];
    anc_err err = {0};
    for (unsigned i = 0; i < THREADS; i++) {
        list[i] = (publisher){&w, i};
        ASSERT_OK(os_thread_start("publisher", publish_many, &list[i], &threads[i], &err), &err);
    }
    for (;;) {
        (void)krn_feed_ring_step(w.ring, 1);
        const krn_feed_stats s = w.feed.ops->stats(w.feed.self);
        if (s.published + s.dropped == (uint64_t)THREADS * EACH && s.queued == 0)
            break;
    }
    for (unsigned i = 0; i < THREADS; i++)
        os_thread_join(threads[i]);
    const krn_feed_stats s = w.feed.ops->stats(w.feed.self);
    assert_int_equal(w.heard, s.published);
    assert_int_equal(w.heard + s.dropped, (uint64_t)THREADS * EACH);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_published_arrives_whole),
        cmocka_unit_test(a_sleeping_step_is_woken_once),
        cmocka_unit_test(a_full_ring_drops_and_counts),
        cmocka_unit_test(large_payloads_have_memory_of_their_own_and_larger_ones_are_dropped),
        cmocka_unit_test(a_bus_that_refuses_holds_up_nobody),
        cmocka_unit_test(eight_publishers_lose_nothing_uncounted),
    };
    return cmocka_run_group_tests_name("feed_ring", tests, NULL, NULL);
}
