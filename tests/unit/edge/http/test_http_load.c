/* test_http_load.c - who is refused a turn: by what those before it take, on a clock that a test moves. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "request.h"
#include "support/clock_fixed.h"

enum { MS = 1000000, MOST = 200, PER_THREAD = 4, MAX_WAIT_MS = 40 };

typedef struct load {
    http_edge edge;
    http_request requests[MOST];
    int64_t now_ns;
    size_t begun; /* steps that the pool was given */
} load;

static anc_status begin(void *self, void (*run)(void *arg), void *arg, anc_err *err)
{
    load *l = self;
    (void)run;
    (void)arg;
    (void)err;
    l->begun++;
    return ANC_OK;
}

static void step(http_request *rq)
{
    (void)rq;
}

static const http_route *question(void)
{
    size_t i = 0;
    while (i < http_route_count && http_routes[i].lane != HTTP_CPU)
        i++;
    assert_true(i < http_route_count);
    return &http_routes[i];
}

static load *load_open(uint32_t threads, int64_t max_wait_ms)
{
    static const krn_executor_ops pool = {"kept", begin};
    anc_err err = {0};
    load *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->edge.o = (http_edge_options){.clock = clock_fixed(&l->now_ns),
                                    .cpu = {&pool, l},
                                    .cpu_threads = threads,
                                    .max_wait_ms = max_wait_ms};
    ASSERT_OK(http_asks_open(&l->edge, &err), &err);
    return l;
}

static void load_close(load *l)
{
    http_asks_close(&l->edge);
    free(l);
}

static http_request *request_at(load *l, size_t i)
{
    http_request *rq = &l->requests[i];
    *rq = (http_request){.edge = &l->edge, .route = question()};
    return rq;
}

/* Questions come until one is refused: how many were taken. */
static size_t fill(load *l, int64_t timeout_ms, anc_err *err)
{
    for (size_t n = 0; n < MOST; n++) {
        http_request *rq = request_at(l, n);
        rq->timeout_ms = timeout_ms;
        if (http_ask_check(rq, err) != ANC_OK) {
            assert_int_equal(rq->retry_s, 1);
            return n;
        }
        assert_true(http_ask_start(rq, step));
    }
    return MOST;
}

static void the_wait_decides_not_the_number(void **state)
{
    (void)state;
    static const struct {
        uint32_t threads;
        int64_t max_wait_ms, timeout_ms;
        size_t
            taken; /* 5 ms each, which nobody has corrected; and never fewer than have a place at the pool */
    } rows[] = {
        {1, MAX_WAIT_MS, 0, 9},    {2, MAX_WAIT_MS, 0, 9},
        {1, MAX_WAIT_MS, 27, 6},   {1, MAX_WAIT_MS, 5000, 9},
        {1, 100, 0, 21},           {1, 1, 0, PER_THREAD},
        {8, 1, 0, 8 * PER_THREAD}, {20, MAX_WAIT_MS, 0, 20 * PER_THREAD},
        {1, 0, 0, MOST},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_err err = {0};
        load *l = load_open(rows[i].threads, rows[i].max_wait_ms);
        const size_t taken = fill(l, rows[i].timeout_ms, &err);
        if (taken != rows[i].taken)
            fail_msg("row %zu: %zu", i, taken);
        const size_t places = rows[i].threads * (size_t)PER_THREAD;
        assert_int_equal(l->begun, taken < places ? taken : places);
        if (taken < MOST)
            assert_non_null(strstr(err.text, "http.max_wait_ms"));
        load_close(l);
    }
}

/* One after another, each in 1.5 ms or 15 ms: so many fit into the wait then. */
static void what_one_takes_is_learnt(void **state)
{
    (void)state;
    static const struct {
        int64_t took_ns;
        size_t taken;
    } rows[] = {{3 * MS / 2, 27}, {15 * MS, PER_THREAD}, {7 * MS, 6}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_err err = {0};
        load *l = load_open(1, MAX_WAIT_MS);
        for (int k = 0; k < 100; k++) {
            http_request *rq = request_at(l, 0);
            ASSERT_OK(http_ask_check(rq, &err), &err);
            assert_true(http_ask_start(rq, step));
            l->now_ns += rows[i].took_ns;
            http_ask_leave(rq, true);
        }
        assert_int_equal(l->edge.asks.open + l->edge.asks.at_work, 0);
        const size_t taken = fill(l, 0, &err);
        if (taken != rows[i].taken)
            fail_msg("row %zu: %zu", i, taken);
        load_close(l);
    }
}

/* Where the estimate was too hopeful, and in the order they came. */
static void a_turn_that_comes_too_late_is_refused_then(void **state)
{
    (void)state;
    anc_err err = {0};
    load *l = load_open(1, MAX_WAIT_MS);
    for (size_t n = 0; n < PER_THREAD + 3; n++)
        assert_true(http_ask_start(request_at(l, n), step));
    assert_int_equal(l->begun, PER_THREAD);
    l->now_ns += (int64_t)MAX_WAIT_MS * MS;
    http_ask_leave(&l->requests[0], false);
    assert_int_equal(l->begun, PER_THREAD + 1);
    assert_true(l->requests[PER_THREAD].step == step);
    assert_int_equal(l->requests[PER_THREAD].retry_s, 0);
    l->now_ns += 1;
    http_ask_leave(&l->requests[1], false);
    assert_int_equal(l->begun, PER_THREAD + 2);
    assert_true(l->requests[PER_THREAD + 1].step != step);
    assert_int_equal(l->requests[PER_THREAD + 1].retry_s, 1);
    /* one that nobody waits for ends at once in its own step, which tells that */
    atomic_store(&l->requests[PER_THREAD + 2].cancelled, true);
    http_ask_leave(&l->requests[2], false);
    assert_int_equal(l->begun, PER_THREAD + 3);
    assert_true(l->requests[PER_THREAD + 2].step == step);
    ASSERT_OK(http_ask_check(request_at(l, PER_THREAD + 3), &err), &err);
    load_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wait_decides_not_the_number),
        cmocka_unit_test(what_one_takes_is_learnt),
        cmocka_unit_test(a_turn_that_comes_too_late_is_refused_then),
    };
    return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
