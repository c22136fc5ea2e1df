/* test_executor.c - the contract of kernel/ports/executor.h: pool and inline. */
#include "support/test.h"

#include <stdatomic.h>

#include "kernel/adapters/threads/threads.h"
#include "support/sim.h"

typedef struct {
    const char *name;
    bool is_inline;
} row;

static const row rows[] = {{"pool", false}, {"inline", true}};

enum { TASKS = 200 };

static void run_once(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static void executor_contract(void **state)
{
    const row *r = *state;
    anc_err err = {0};
    os_pool *pool = NULL;
    atomic_int runs[TASKS] = {0};
    ASSERT_OK(os_pool_open("contract", 2, TASKS, &pool, &err), &err);
    const krn_executor e = r->is_inline ? sim_executor() : krn_pool_executor(pool);
    assert_string_equal(e.ops->name, r->name);
    for (int i = 0; i < TASKS; i++)
        ASSERT_OK(krn_submit(e, run_once, &runs[i], &err), &err);
    os_pool_close(pool);
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(atomic_load(&runs[i]), 1);
}

int main(void)
{
    return RUN_TABLE("executor", rows, executor_contract);
}
