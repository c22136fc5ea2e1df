/* test_executor.c - the contract of kernel/ports/executor.h: pool, loop and inline. */
#include "support/test.h"

#include <stdatomic.h>

#include "kernel/adapters/loop/loop.h"
#include "kernel/adapters/threads/threads.h"
#include "support/sim.h"

enum { TASKS = 200 };

static os_pool *pool;
static net_loop *loop;

static void run_once(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static krn_executor open_pool(anc_err *err)
{
    ASSERT_OK(os_pool_open("contract", 2, TASKS, &pool, err), err);
    return krn_pool_executor(pool);
}

static void end_pool(void)
{
    os_pool_stop(pool);
}

static void close_pool(void)
{
    os_pool_free(pool);
}

static krn_executor open_loop(anc_err *err)
{
    ASSERT_OK(net_loop_open(&loop, err), err);
    return krn_loop_executor(loop);
}

static void end_loop(void)
{
    net_loop_end(loop);
}

static void close_loop(void)
{
    net_loop_close(loop);
}

static krn_executor open_inline(anc_err *err)
{
    (void)err;
    return sim_executor();
}

static const struct row {
    const char *name;
    krn_executor (*open)(anc_err *err);
    void (*end)(void); /* NULL: it has no end */
    void (*close)(void);
} rows[] = {
    {"pool", open_pool, end_pool, close_pool},
    {"loop", open_loop, end_loop, close_loop},
    {"inline", open_inline, NULL, NULL},
};

static void executor_contract(void **state)
{
    const struct row *r = *state;
    anc_err err = {0};
    atomic_int runs[TASKS] = {0};
    const krn_executor e = r->open(&err);
    assert_string_equal(e.ops->name, r->name);
    for (int i = 0; i < TASKS; i++)
        ASSERT_OK(krn_submit(e, run_once, &runs[i], &err), &err);
    if (r->end != NULL) {
        r->end();
        assert_int_equal(krn_submit(e, run_once, &runs[0], &err), ANC_CANCELLED);
        r->close();
    }
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(atomic_load(&runs[i]), 1);
}

/* ---- the loop after a pause: one at a time, the next from inside of the last ---- */

enum { TIMES = 3 };

typedef struct again {
    krn_executor later;
    int runs, at_once;
} again;

static void run_again(void *arg)
{
    again *a = arg;
    anc_err err = {0};
    if (++a->runs == TIMES)
        net_loop_stop(loop);
    else
        ASSERT_OK(krn_submit(a->later, run_again, a, &err), &err);
}

static void count_posted(void *arg)
{
    again *a = arg;
    a->at_once = a->runs;
}

static void loop_after_a_pause(void **state)
{
    (void)state;
    anc_err err = {0};
    ASSERT_OK(net_loop_open(&loop, &err), &err);
    krn_loop_later later = {.loop = loop, .pause_ms = 1};
    again a = {.later = krn_loop_executor_later(&later), .at_once = -1};
    ASSERT_OK(krn_submit(a.later, run_again, &a, &err), &err);
    assert_true(net_loop_post(loop, count_posted, &a)); /* what needs no pause goes before it */
    net_loop_run(loop);
    assert_int_equal(a.runs, TIMES);
    assert_int_equal(a.at_once, 0);
    ASSERT_OK(krn_submit(a.later, run_again, &a, &err), &err);
    net_loop_end(loop); /* before the pause is over */
    assert_int_equal(krn_submit(a.later, run_again, &a, &err), ANC_CANCELLED);
    net_loop_close(loop);
    assert_int_equal(a.runs, TIMES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(loop_after_a_pause)};
    return RUN_TABLE("executor", rows, executor_contract) +
           cmocka_run_group_tests_name("later", tests, NULL, NULL);
}
