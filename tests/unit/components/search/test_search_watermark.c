/* test_search_watermark.c - waiting for the index: reached, too late, left, closing. */
#include "support/test.h"

#include <string.h>

#include "os/clock.h"
#include "os/thread.h"
#include "search/adapters/threads/watermark.h"

static void raise_soon(void *arg)
{
    const srch_watermark *w = arg;
    os_sleep_ns(2000000);
    w->ops->raise(w->self, 4);
    w->ops->raise(w->self, 7);
    w->ops->raise(w->self, 5);
}

static void stop_soon(void *arg)
{
    const srch_watermark *w = arg;
    os_sleep_ns(2000000);
    w->ops->stop(w->self);
}

static void waits_and_gives_up(void **state)
{
    (void)state;
    anc_err err = {0};
    atomic_bool cancelled = false;
    srch_watermark w;
    os_thread *thread;
    krn_call call = {.err = &err, .deadline_ns = INT64_MAX, .cancelled = &cancelled};
    ASSERT_OK(srch_threads_watermark_open(&w, &err), &err);
    ASSERT_OK(w.ops->wait(w.self, &call, 0), &err);
    ASSERT_OK(os_thread_start("raise", raise_soon, &w, &thread, &err), &err);
    ASSERT_OK(w.ops->wait(w.self, &call, 6), &err);
    os_thread_join(thread);
    assert_int_equal(w.ops->read(w.self), 7);
    call.deadline_ns = os_mono_ns() + 1000000;
    assert_int_equal(w.ops->wait(w.self, &call, 8), ANC_DEADLINE);
    assert_non_null(strstr(err.text, "change 7, 8"));
    call.deadline_ns = INT64_MAX;
    atomic_store(&cancelled, true);
    assert_int_equal(w.ops->wait(w.self, &call, 8), ANC_CANCELLED);
    atomic_store(&cancelled, false);
    ASSERT_OK(os_thread_start("stop", stop_soon, &w, &thread, &err), &err);
    assert_int_equal(w.ops->wait(w.self, &call, 8), ANC_UNAVAILABLE);
    os_thread_join(thread);
    w.ops->close(w.self);
}

/* What is reached ahead is there, what lies before it is not. */
static void what_is_ahead(void **state)
{
    (void)state;
    anc_err err = {0};
    const atomic_bool never = false;
    srch_watermark w;
    krn_call call = {.err = &err, .deadline_ns = os_mono_ns() + 1000000, .cancelled = &never};
    ASSERT_OK(srch_threads_watermark_open(&w, &err), &err);
    w.ops->raise(w.self, 2);
    w.ops->raise_ahead(w.self, 10, 12);
    assert_true(w.ops->has(w.self, 2) && w.ops->has(w.self, 11) && w.ops->has(w.self, 12));
    assert_false(w.ops->has(w.self, 3) || w.ops->has(w.self, 10) || w.ops->has(w.self, 13));
    assert_int_equal(w.ops->read(w.self), 2);
    ASSERT_OK(w.ops->wait(w.self, &call, 12), &err);
    assert_int_equal(w.ops->wait(w.self, &call, 10), ANC_DEADLINE);
    w.ops->raise(w.self, 12);
    assert_true(w.ops->has(w.self, 10));
    w.ops->close(w.self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(waits_and_gives_up),
                                       cmocka_unit_test(what_is_ahead)};
    return cmocka_run_group_tests_name("search watermark", tests, NULL, NULL);
}
