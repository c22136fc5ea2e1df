/* test_live_service.c - who is shown what: live, replayed, resumed, filtered, missed. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "support/live_world.h"

enum { TEXT_MAX = 64 << 10 };

/* A subscriber that writes down the numbers that it was given: "1 2 [3 4]" with replayed ones bracketed. */
typedef struct watcher {
    anc_buf text; /* owned */
    size_t calls;
    liv_subscriber *sub;
} watcher;

static void note(void *arg, const liv_event *const *events, size_t n, bool replayed)
{
    watcher *w = arg;
    w->calls++;
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        assert_true(
            anc_buf_printf(&w->text, replayed ? "(%u)" : "%u ", live_world_number(events[i])));
}

static void watch(live_world *w, watcher *who, const liv_start *start)
{
    anc_err err = {0};
    *who = (watcher){.text = anc_buf_init(TEXT_MAX)};
    ASSERT_OK(liv_join(w->live, note, who, &who->sub, &err), &err);
    ASSERT_OK(liv_begin(w->live, who->sub, start, &err), &err);
}

static void leave(live_world *w, watcher *who)
{
    liv_unsubscribe(w->live, who->sub, false);
    anc_buf_done(&who->text);
}

static void expect(const watcher *who, const char *text)
{
    assert_string_equal(who->text.ptr != NULL ? who->text.ptr : "", text);
}

/* Steps until there is nothing to do. */
static void settle(live_world *w)
{
    for (int i = 0; i < 1000; i++)
        if (liv_step(w->live, 1) == INT64_MAX)
            return;
    fail_msg("the step always wants to be called again");
}

static void shows_what_is_wanted(void **state)
{
    (void)state;
    live_world w;
    watcher all, queries, errors;
    const anc_str patterns[] = {ANC_STR("query.*"), ANC_STR("cache")};
    live_world_open(&w, &(liv_service_options){0});
    watch(&w, &all, &(liv_start){0});
    watch(&w, &queries, &(liv_start){.wish = {patterns, 2, EV_INFO}});
    watch(&w, &errors, &(liv_start){.wish = {NULL, 0, EV_ERROR_SEVERITY}});
    live_world_bring(&w, "query.completed", 1);
    live_world_bring(&w, "document.created", 2);
    live_world_bring(&w, "cache", 3);
    live_world_bring(&w, "error", 4);
    live_world_bring(&w, "weather.changed", 5);
    assert_int_equal(liv_stats_of(w.live).queued, 5);
    settle(&w);
    expect(&all, "1 2 3 4 5 ");
    expect(&queries, "1 3 ");
    expect(&errors, "4 ");
    assert_int_equal(all.calls, 1); /* a batch is given at once */
    assert_int_equal(liv_stats_of(w.live).queued, 0);
    assert_int_equal(liv_stats_of(w.live).subscribers, 3);
    leave(&w, &all);
    leave(&w, &queries);
    leave(&w, &errors);
    live_world_close(&w);
}

static void replays_the_newest(void **state)
{
    (void)state;
    live_world w;
    watcher some, cached, all;
    const anc_str cache = ANC_STR("cache");
    live_world_open(&w, &(liv_service_options){.history = 6});
    for (unsigned i = 1; i <= 10; i++)
        live_world_bring(&w, i % 2 == 0 ? "cache" : "query.completed", i);
    watch(&w, &some, &(liv_start){.replay = 2}); /* the loop need not have seen them before */
    expect(&some, "(9)(10)");
    watch(&w, &cached, &(liv_start){.wish = {&cache, 1, EV_INFO}, .replay = 2});
    expect(&cached, "(8)(10)");
    watch(&w, &all, &(liv_start){.replay = 1000}); /* no further back than the history */
    expect(&all, "(5)(6)(7)(8)(9)(10)");
    live_world_bring(&w, "cache", 11);
    settle(&w);
    expect(&some, "(9)(10)11 ");
    expect(&cached, "(8)(10)11 ");
    assert_int_equal(liv_stats_of(w.live).history, 6);
    leave(&w, &some);
    leave(&w, &cached);
    leave(&w, &all);
    live_world_close(&w);
}

static void resumes_behind_a_seq(void **state)
{
    (void)state;
    live_world w;
    watcher back, ahead;
    live_world_open(&w, &(liv_service_options){.history = 2});
    for (unsigned i = 1; i <= 6; i++) /* seqs 1 to 3 are numbers 1, 3, 5 */
        live_world_bring(&w, i % 2 == 0 ? "cache" : "query.completed", i);
    watch(&w, &back, &(liv_start){.after_seq = 2, .resume = true});
    expect(&back, "(4)(5)(6)");
    /* what it knows from the outbox before the bus brought it is not shown twice */
    watch(&w, &ahead, &(liv_start){.after_seq = 4, .resume = true});
    live_world_bring(&w, "query.completed", 7);
    live_world_bring(&w, "query.completed", 8);
    settle(&w);
    expect(&ahead, "(6)8 ");
    expect(&back, "(4)(5)(6)7 8 ");
    leave(&w, &back);
    leave(&w, &ahead);
    live_world_close(&w);
}

/* Those who watch are given what was under way to them; who comes, or comes back, sees what is new. */
static void forgets(void **state)
{
    (void)state;
    live_world w;
    watcher here, comes, back;
    live_world_open(&w, &(liv_service_options){0});
    watch(&w, &here, &(liv_start){0});
    live_world_bring(&w, "query.completed", 1);
    settle(&w);
    live_world_bring(&w, "query.completed", 2);
    assert_int_equal(liv_forget(w.live), 2);
    watch(&w, &comes, &(liv_start){.replay = 100});
    watch(&w, &back, &(liv_start){.after_seq = 0, .resume = true});
    live_world_bring(&w, "query.completed", 3);
    settle(&w);
    expect(&here, "1 2 3 ");
    expect(&comes, "3 ");
    expect(&back, "3 ");
    assert_int_equal(liv_stats_of(w.live).history, 1);
    assert_int_equal(liv_stats_of(w.live).missed, 0);
    assert_int_equal(liv_forget(w.live), 1);
    settle(&w);
    assert_int_equal(liv_stats_of(w.live).history, 0);
    leave(&w, &here);
    leave(&w, &comes);
    leave(&w, &back);
    live_world_close(&w);
}

static void passes_over_what_comes_again(void **state)
{
    (void)state;
    live_world w;
    watcher who;
    live_world_open(&w, &(liv_service_options){0});
    watch(&w, &who, &(liv_start){0});
    live_world_bring(&w, "query.completed", 1);
    live_world_bring(&w, "query.completed", 2);
    assert_int_equal(live_world_bring_seq(&w, "query.completed", 1, 1), ANC_OK);
    assert_int_equal(live_world_bring_seq(&w, "query.completed", 2, 2), ANC_OK);
    settle(&w);
    expect(&who, "1 2 ");
    leave(&w, &who);
    live_world_close(&w);
}

static void changes_at_run_time(void **state)
{
    (void)state;
    live_world w;
    watcher who;
    anc_err err = {0};
    const anc_str cache = ANC_STR("cache"), nope = ANC_STR("nope");
    live_world_open(&w, &(liv_service_options){0});
    who = (watcher){.text = anc_buf_init(TEXT_MAX)};
    ASSERT_OK(liv_join(w.live, note, &who, &who.sub, &err), &err);
    live_world_bring(&w, "error", 1);
    settle(&w);
    expect(&who, "");
    ASSERT_OK(liv_change(w.live, who.sub, &(liv_wish){0}, &err), &err);
    live_world_bring(&w, "query.completed", 2);
    ASSERT_OK(liv_change(w.live, who.sub, &(liv_wish){&cache, 1, EV_INFO}, &err), &err);
    live_world_bring(&w, "query.completed", 3);
    live_world_bring(&w, "cache", 4);
    assert_int_equal(liv_change(w.live, who.sub, &(liv_wish){&nope, 1, EV_INFO}, &err),
                     ANC_INVALID);
    settle(&w);
    expect(&who, "2 4 ");
    leave(&w, &who);
    live_world_close(&w);
}

static void counts_what_is_missed(void **state)
{
    (void)state;
    live_world w;
    watcher who;
    live_world_open(&w, &(liv_service_options){0});
    watch(&w, &who, &(liv_start){0});
    w.wire_fails = true;
    assert_int_not_equal(live_world_bring_seq(&w, "cache", 0, 0), ANC_OK);
    w.wire_fails = false;
    assert_int_equal(liv_stats_of(w.live).missed, 1);
    for (unsigned i = 0; i < 1024 + 3; i++) /* more than the window holds, before the loop looks */
        live_world_bring(&w, "cache", i);
    settle(&w);
    assert_int_equal(liv_stats_of(w.live).missed, 4);
    assert_int_equal(strncmp(who.text.ptr, "3 4 5 ", 6), 0);
    leave(&w, &who);
    live_world_close(&w);
}

static void serves_many_in_slices(void **state)
{
    enum { MANY = 300 };
    static watcher who[MANY];
    (void)state;
    live_world w;
    size_t steps = 0;
    live_world_open(&w, &(liv_service_options){0});
    for (size_t i = 0; i < MANY; i++)
        watch(&w, &who[i], &(liv_start){0});
    live_world_bring(&w, "cache", 1);
    assert_int_equal(liv_step(w.live, 5), 5);
    live_world_bring(&w, "cache", 2); /* in the middle of a round */
    assert_int_equal(liv_step(w.live, 6), 6);
    leave(&w, &who[MANY - 129]); /* the one that would be next */
    while (liv_step(w.live, 7) != INT64_MAX)
        assert_true(++steps < 100);
    assert_true(steps > 2);
    for (size_t i = 0; i < MANY; i++)
        if (i != MANY - 129) {
            expect(&who[i], "1 2 ");
            leave(&w, &who[i]);
        }
    live_world_close(&w);
}

static void takes_no_more_than_allowed(void **state)
{
    (void)state;
    live_world w;
    watcher one, two;
    anc_err err = {0};
    live_world_open(&w, &(liv_service_options){.max_subscribers = 1});
    watch(&w, &one, &(liv_start){0});
    assert_int_equal(liv_join(w.live, note, &two, &two.sub, &err), ANC_UNAVAILABLE);
    liv_unsubscribe(w.live, one.sub, true);
    anc_buf_done(&one.text);
    assert_int_equal(liv_stats_of(w.live).dropped_subscribers, 1);
    watch(&w, &two, &(liv_start){0});
    leave(&w, &two);
    live_world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shows_what_is_wanted),
                                       cmocka_unit_test(replays_the_newest),
                                       cmocka_unit_test(forgets),
                                       cmocka_unit_test(resumes_behind_a_seq),
                                       cmocka_unit_test(passes_over_what_comes_again),
                                       cmocka_unit_test(changes_at_run_time),
                                       cmocka_unit_test(counts_what_is_missed),
                                       cmocka_unit_test(serves_many_in_slices),
                                       cmocka_unit_test(takes_no_more_than_allowed)};
    return cmocka_run_group_tests_name("live feed", tests, NULL, NULL);
}
