/* test_net_loop.c - posts, timers, signals and the end of a loop. */
#include "support/test.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "net/loop.h"
#include "os/thread.h"

enum { POSTS = 10000, POSTERS = 4 };

typedef struct bench {
    net_loop *loop;
    atomic_int next[POSTERS]; /* number that the poster's next call should carry */
    int calls, wrong;
    int order[4], n_order;
    net_timer *timer;
    int signals;
} bench;

typedef struct poster {
    bench *b;
    int index;
} poster;

typedef struct numbered {
    bench *b;
    int poster, number;
} numbered;

static numbered all[POSTERS][POSTS];

static void note(void *arg)
{
    const numbered *n = arg;
    bench *b = n->b;
    b->wrong += n->number != atomic_fetch_add(&b->next[n->poster], 1) || !net_loop_here(b->loop);
    if (++b->calls == POSTS * POSTERS)
        net_loop_stop(b->loop);
}

static void post_all(void *arg)
{
    const poster *p = arg;
    for (int i = 0; i < POSTS; i++) {
        all[p->index][i] = (numbered){p->b, p->index, i};
        if (!net_loop_post(p->b->loop, note, &all[p->index][i]))
            p->b->wrong++;
    }
}

static void posts_keep_the_order_of_their_thread(void **state)
{
    (void)state;
    anc_err err = {0};
    bench b = {0};
    poster posters[POSTERS];
    os_thread *threads[POSTERS];
    ASSERT_OK(net_loop_open(&b.loop, &err), &err);
    for (int i = 0; i < POSTERS; i++) {
        posters[i] = (poster){&b, i};
        ASSERT_OK(os_thread_start("post", post_all, &posters[i], &threads[i], &err), &err);
    }
    net_loop_run(b.loop);
    for (int i = 0; i < POSTERS; i++)
        os_thread_join(threads[i]);
    assert_int_equal(b.calls, POSTS * POSTERS);
    assert_int_equal(b.wrong, 0);
    assert_int_equal(net_loop_posted(b.loop), 0);
    net_loop_close(b.loop);
}

static void first(void *arg)
{
    bench *b = arg;
    assert_null(b->timer); /* the slot is empty before the call */
    b->order[b->n_order++] = 1;
}

static void second(void *arg)
{
    bench *b = arg;
    b->order[b->n_order++] = 2;
    net_loop_stop(b->loop);
}

static void never(void *arg)
{
    bench *b = arg;
    b->wrong++;
}

static void timers(void **state)
{
    (void)state;
    anc_err err = {0};
    bench b = {0};
    net_timer *stopped = NULL, *last = NULL, *left_over = NULL;
    ASSERT_OK(net_loop_open(&b.loop, &err), &err);
    assert_true(net_timer_start(b.loop, 10, second, &b, &last));
    assert_true(net_timer_start(b.loop, 1, never, &b, &b.timer));
    assert_true(net_timer_start(b.loop, 2, first, &b, &b.timer)); /* in place of the one before */
    assert_true(net_timer_start(b.loop, 1, never, &b, &stopped));
    assert_true(net_timer_start(b.loop, 100000, never, &b, &left_over));
    net_timer_stop(&stopped);
    assert_null(stopped);
    net_timer_stop(&stopped);
    net_loop_run(b.loop);
    assert_int_equal(b.n_order, 2);
    assert_int_equal(b.order[0], 1);
    assert_int_equal(b.order[1], 2);
    assert_int_equal(b.wrong, 0);
    net_loop_close(b.loop);
    assert_null(left_over);
}

static void count(void *arg)
{
    bench *b = arg;
    b->calls++;
}

static void a_stop_before_the_run_holds(void **state)
{
    (void)state;
    anc_err err = {0};
    bench b = {0};
    ASSERT_OK(net_loop_open(&b.loop, &err), &err);
    net_loop_stop(b.loop);
    net_loop_run(b.loop);
    /* what was posted is called at the latest by the close */
    assert_true(net_loop_post(b.loop, count, &b));
    net_loop_close(b.loop);
    assert_int_equal(b.calls, 1);
}

static void post_again(void *arg)
{
    bench *b = arg;
    b->calls++;
    assert_false(net_loop_post(b->loop, count, b));
}

static void an_ended_loop_refuses(void **state)
{
    (void)state;
    anc_err err = {0};
    bench b = {0};
    ASSERT_OK(net_loop_open(&b.loop, &err), &err);
    assert_true(net_loop_post(b.loop, post_again, &b));
    assert_false(net_loop_has_ended(b.loop));
    net_loop_end(b.loop);
    assert_int_equal(b.calls, 1);
    assert_true(net_loop_has_ended(b.loop));
    assert_false(net_loop_post(b.loop, count, &b));
    net_loop_end(b.loop);
    net_loop_close(b.loop);
    assert_int_equal(b.calls, 1);
}

static void on_signal(void *arg, int number)
{
    bench *b = arg;
    b->signals += number == SIGHUP;
    if (number == SIGTERM)
        net_loop_stop(b->loop);
    else
        (void)kill(getpid(), SIGTERM);
}

static void raise_hup(void *arg)
{
    (void)arg;
    (void)kill(getpid(), SIGHUP);
}

static void signals_come_to_the_loop(void **state)
{
    (void)state;
    anc_err err = {0};
    bench b = {0};
    ASSERT_OK(net_loop_open(&b.loop, &err), &err);
    ASSERT_OK(net_loop_on_signal(b.loop, on_signal, &b, &err), &err);
    assert_true(net_loop_post(b.loop, raise_hup, &b));
    net_loop_run(b.loop);
    assert_int_equal(b.signals, 1);
    net_loop_close(b.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts_keep_the_order_of_their_thread),
        cmocka_unit_test(timers),
        cmocka_unit_test(a_stop_before_the_run_holds),
        cmocka_unit_test(an_ended_loop_refuses),
        cmocka_unit_test(signals_come_to_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
