/* test_os_threads.c - threads, pools, waits, clocks and what the control group allows. */
#include "support/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "os/cgroup.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"
#include "os/wait.h"

/* A gate that tasks stop at until it is opened. */
typedef struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool open;
    int inside;
} gate;

static void gate_pass(void *arg)
{
    gate *g = arg;
    (void)pthread_mutex_lock(&g->mutex);
    g->inside++;
    (void)pthread_cond_broadcast(&g->changed);
    while (!g->open)
        (void)os_cond_wait(&g->changed, &g->mutex, INT64_MAX);
    (void)pthread_mutex_unlock(&g->mutex);
}

static void gate_wait_inside(gate *g, int n)
{
    (void)pthread_mutex_lock(&g->mutex);
    while (g->inside < n)
        (void)os_cond_wait(&g->changed, &g->mutex, INT64_MAX);
    (void)pthread_mutex_unlock(&g->mutex);
}

static void gate_open(gate *g)
{
    (void)pthread_mutex_lock(&g->mutex);
    g->open = true;
    (void)pthread_cond_broadcast(&g->changed);
    (void)pthread_mutex_unlock(&g->mutex);
}

static void gate_init(gate *g)
{
    *g = (gate){.open = false};
    (void)pthread_mutex_init(&g->mutex, NULL);
    os_cond_init(&g->changed);
}

static void count(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static void a_full_queue_refuses_and_closing_runs_the_rest(void **state)
{
    (void)state;
    anc_err err = {0};
    os_pool *pool = NULL;
    gate g;
    atomic_int n = 0;
    gate_init(&g);
    ASSERT_OK(os_pool_open("full", 1, 3, &pool, &err), &err);
    assert_int_equal(os_pool_threads(pool), 1);
    ASSERT_OK(os_pool_submit(pool, gate_pass, &g, &err), &err);
    gate_wait_inside(&g, 1);
    for (int i = 0; i < 3; i++)
        ASSERT_OK(os_pool_submit(pool, count, &n, &err), &err);
    assert_int_equal(os_pool_queued(pool), 3);
    assert_int_equal(os_pool_submit(pool, count, &n, &err), ANC_UNAVAILABLE);
    assert_non_null(strstr(err.text, "3 tasks"));
    gate_open(&g);
    os_pool_stop(pool);
    assert_int_equal(atomic_load(&n), 3);
    anc_err_clear(&err);
    assert_int_equal(os_pool_submit(pool, count, &n, &err), ANC_CANCELLED);
    os_pool_stop(pool);
    os_pool_free(pool);
    os_pool_stop(NULL);
    os_pool_free(NULL);
    assert_int_equal(atomic_load(&n), 3);
}

typedef struct {
    os_pool *pool;
    atomic_int cells[20 * 30];
    atomic_int tasks_done;
} grid;

typedef struct {
    grid *g;
    size_t row;
} grid_row;

static void cell(void *arg, size_t i)
{
    const grid_row *r = arg;
    atomic_fetch_add(&r->g->cells[r->row * 30 + i], 1);
}

static void row_of_cells(void *arg, size_t i)
{
    grid *g = arg;
    grid_row r = {g, i};
    os_pool_for(g->pool, 30, cell, &r);
}

static void grid_task(void *arg)
{
    grid *g = arg;
    os_pool_for(g->pool, 20, row_of_cells, g);
    atomic_fetch_add(&g->tasks_done, 1);
}

typedef struct {
    const char *name;
    unsigned threads;
    int tasks;
} for_row;

static const for_row for_rows[] = {
    {"one thread", 1, 1},
    {"two threads", 2, 1},
    {"every thread in a loop of its own", 3, 9},
};

typedef struct {
    os_pool *stopped;
    atomic_int sum;
} late;

static void add_index(void *arg, size_t i)
{
    atomic_fetch_add(&((late *)arg)->sum, (int)i);
}

static void late_task(void *arg)
{
    late *l = arg;
    os_pool_for(l->stopped, 100, add_index, l);
}

static void a_stopped_pool_still_serves_loops_of_others(void **state)
{
    (void)state;
    anc_err err = {0};
    os_pool *other = NULL;
    late l = {0};
    ASSERT_OK(os_pool_open("gone", 2, 4, &l.stopped, &err), &err);
    ASSERT_OK(os_pool_open("late", 2, 4, &other, &err), &err);
    os_pool_stop(l.stopped);
    ASSERT_OK(os_pool_submit(other, late_task, &l, &err), &err);
    os_pool_free(other);
    assert_int_equal(atomic_load(&l.sum), 4950);
    os_pool_free(l.stopped);
}

static void loops_nest_inside_tasks_of_the_same_pool(void **state)
{
    const for_row *row = *state;
    anc_err err = {0};
    grid *g = calloc(1, sizeof *g);
    assert_non_null(g);
    ASSERT_OK(os_pool_open("nest", row->threads, 16, &g->pool, &err), &err);
    for (int i = 0; i < row->tasks; i++)
        ASSERT_OK(os_pool_submit(g->pool, grid_task, g, &err), &err);
    grid_task(g); /* and from a thread that is not the pool's */
    os_pool_free(g->pool);
    assert_int_equal(atomic_load(&g->tasks_done), row->tasks + 1);
    for (size_t i = 0; i < ANC_COUNT(g->cells); i++)
        assert_int_equal(atomic_load(&g->cells[i]), row->tasks + 1);
    free(g);
}

static void note_nice(void *arg)
{
    *(int *)arg = getpriority(PRIO_PROCESS, 0);
}

/* Its threads are asked what they are; the one that opened it is as it was. */
static void a_deferred_pool_gives_way(void **state)
{
    (void)state;
    os_pool *pool;
    anc_err err = {0};
    const int own = getpriority(PRIO_PROCESS, 0);
    int before = -1, after = -1;
    assert_int_equal(os_pool_open("deferred", 1, 4, &pool, &err), ANC_OK);
    gate g;
    gate_init(&g);
    g.open = true;
    assert_int_equal(os_pool_submit(pool, note_nice, &before, &err), ANC_OK);
    assert_int_equal(os_pool_submit(pool, gate_pass, &g, &err), ANC_OK);
    gate_wait_inside(&g, 1);
    os_pool_defer(pool);
    assert_int_equal(os_pool_submit(pool, note_nice, &after, &err), ANC_OK);
    os_pool_stop(pool);
    assert_int_equal(before, own);
    assert_int_equal(after, own > 10 ? own : 10);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), own);
    os_pool_free(pool);
}

static void defer_and_note(void *arg)
{
    int *nice = arg;
    os_thread_defer();
    note_nice(nice);
}

static void a_deferred_thread_gives_way(void **state)
{
    (void)state;
    os_thread *thread;
    anc_err err = {0};
    const int own = getpriority(PRIO_PROCESS, 0);
    int its = -1;
    assert_int_equal(os_thread_start("deferred", defer_and_note, &its, &thread, &err), ANC_OK);
    os_thread_join(thread);
    assert_int_equal(its, own > 10 ? own : 10);
    assert_int_equal(getpriority(PRIO_PROCESS, 0), own);
}

static void a_wait_ends_at_its_deadline(void **state)
{
    (void)state;
    gate g;
    gate_init(&g);
    (void)pthread_mutex_lock(&g.mutex);
    const int64_t until = os_mono_ns() + 2000000;
    while (os_cond_wait(&g.changed, &g.mutex, until))
        ;
    assert_true(os_mono_ns() >= until);
    assert_false(os_cond_wait(&g.changed, &g.mutex, -5));
    (void)pthread_mutex_unlock(&g.mutex);
}

static void wait_by_slices(void *arg)
{
    gate *g = arg;
    (void)pthread_mutex_lock(&g->mutex);
    g->inside++;
    (void)pthread_cond_broadcast(&g->changed);
    while (!g->open)
        os_cond_wait_slice(&g->changed, &g->mutex);
    (void)pthread_mutex_unlock(&g->mutex);
}

/* It looks again by itself: nobody calls. */
static void a_lost_wake_costs_a_slice(void **state)
{
    (void)state;
    gate g;
    os_thread *thread = NULL;
    anc_err err = {0};
    gate_init(&g);
    ASSERT_OK(os_thread_start("waits", wait_by_slices, &g, &thread, &err), &err);
    gate_wait_inside(&g, 1);
    (void)pthread_mutex_lock(&g.mutex);
    g.open = true;
    (void)pthread_mutex_unlock(&g.mutex);
    os_thread_join(thread);
}

static void clocks_and_chance(void **state)
{
    (void)state;
    unsigned char a[600] = {0}, b[600] = {0};
    const int64_t before = os_mono_ns();
    os_sleep_ns(1000000);
    os_sleep_ns(-1);
    assert_true(os_mono_ns() >= before + 1000000);
    assert_true(os_wall_ms() > 1700000000000);
    os_random(a, sizeof a);
    os_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    assert_true(os_resident_bytes() > 100000);
    assert_true(os_memory_total_bytes() > os_resident_bytes());
}

static void cores_follow_the_affinity(void **state)
{
    (void)state;
    cpu_set_t before, one;
    assert_true(os_cores() >= 1);
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(os_cores(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

typedef struct {
    const char *name;
    const char *self, *inner_cpu, *outer_cpu, *inner_memory;
    unsigned cores;
    uint64_t bytes;
} cgroup_row;

static const cgroup_row cgroup_rows[] = {
    {"no limit", "0::/outer/inner\n", "max 100000\n", "max 100000\n", "max\n", 0, 0},
    {"a quota of the group", "0::/outer/inner\n", "150000 100000\n", "max 100000\n", "1048576\n", 2,
     1048576},
    {"a tighter one above", "1:cpu:/x\n0::/outer/inner\n", "400000 100000\n", "50000 100000\n",
     "max\n", 1, 0},
    {"version 1 only", "4:cpu:/outer/inner\n", "100000 100000\n", "100000 100000\n", "5\n", 0, 0},
    {"nonsense in the file", "0::/outer/inner\n", "many\n", "100 0\n", "-1\n", 0, 0},
    {"the file is not there", "0::/elsewhere\n", "100000 100000\n", "100000 100000\n", "5\n", 0, 0},
};

static void the_tightest_group_counts(void **state)
{
    const cgroup_row *row = *state;
    anc_err err = {0};
    char top[] = "/tmp/anc-cgroup-XXXXXX";
    assert_non_null(mkdtemp(top));
    ANC_ARENA(mem, 1 << 16);
    const anc_str inner = anc_arena_printf(mem, "%s/outer/inner", top);
    ASSERT_OK(os_folder_make(inner, &err), &err);
    const anc_str self = anc_arena_printf(mem, "%s/self", top);
    const anc_str outer_cpu = anc_arena_printf(mem, "%s/outer/cpu.max", top);
    ASSERT_OK(os_file_replace(self, anc_str_of(row->self), &err), &err);
    ASSERT_OK(os_file_replace(outer_cpu, anc_str_of(row->outer_cpu), &err), &err);
    ASSERT_OK(os_file_replace(os_path_join(mem, inner, ANC_STR("cpu.max")),
                              anc_str_of(row->inner_cpu), &err),
              &err);
    ASSERT_OK(os_file_replace(os_path_join(mem, inner, ANC_STR("memory.max")),
                              anc_str_of(row->inner_memory), &err),
              &err);
    assert_int_equal(os_cgroup_cores(top, self.ptr), row->cores);
    assert_int_equal(os_cgroup_memory_bytes(top, self.ptr), row->bytes);
    ASSERT_OK(os_folder_remove(anc_str_of(top), &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_queue_refuses_and_closing_runs_the_rest),
        cmocka_unit_test(a_stopped_pool_still_serves_loops_of_others),
        cmocka_unit_test(a_deferred_pool_gives_way),
        cmocka_unit_test(a_deferred_thread_gives_way),
        cmocka_unit_test(a_wait_ends_at_its_deadline),
        cmocka_unit_test(a_lost_wake_costs_a_slice),
        cmocka_unit_test(clocks_and_chance),
        cmocka_unit_test(cores_follow_the_affinity),
    };
    int failed = cmocka_run_group_tests_name("os threads", tests, NULL, NULL);
    failed += RUN_TABLE("nested loops", for_rows, loops_nest_inside_tasks_of_the_same_pool);
    failed += RUN_TABLE("control groups", cgroup_rows, the_tightest_group_counts);
    return failed;
}
