/* test_searched.c - searches without an answer: told together, after a while, or when somebody asks. */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "support/rag/world.h"

static void open_world(world *w)
{
    if (!world_open(w, 0, NULL))
        fail_msg("%s", w->err.text);
}

static void tell(world *w, const char *id, const char *words, size_t n)
{
    srch_hit hits[200];
    for (size_t i = 0; i < n; i++)
        hits[i] = (srch_hit){.document_id = ANC_STR("d"),
                             .chunk_id = ANC_STR("c"),
                             .collection = ANC_STR("hr"),
                             .title = ANC_STR("t"),
                             .score = (double)NAN};
    const srch_request request = {.query = anc_str_of(words), .top_k = (uint32_t)n};
    const srch_result result = {.hits = hits, .n = n, .total_ms = 2};
    rag_search_told(w->rag, &w->call, &request, &result, anc_str_of(id));
}

static void count_wakes(void *arg)
{
    ++*(unsigned *)arg;
}

/* Nothing is written before the time is over; then all of it, each as three events in order. */
static void searches_are_told_together(void **state)
{
    (void)state;
    world w;
    unsigned wakes = 0;
    open_world(&w);
    rag_searches_listen(w.rag, count_wakes, &wakes);
    w.call.principal.asks_for = ANC_STR("eve");
    tell(&w, "q1", "bees", 2);
    tell(&w, "q2", "hives", 150);
    assert_int_equal(wakes, 1);
    const int64_t now_ns = krn_now_ns(fake_clock_port(&w.clock));
    const int64_t due_ns = rag_searches_step(w.rag, now_ns);
    assert_true(due_ns > now_ns && due_ns < INT64_MAX);
    assert_int_equal(w.outbox.n, 0);
    assert_true(rag_searches_step(w.rag, due_ns) == INT64_MAX);
    assert_int_equal(w.outbox.n, 6);
    for (size_t i = 0; i < 2; i++) {
        const fake_event *e = &w.outbox.events[3 * i];
        assert_int_equal(e[0].type, EV_QUERY_REQUESTED);
        assert_int_equal(e[1].type, EV_DOCUMENTS_RETRIEVED);
        assert_int_equal(e[2].type, EV_QUERY_COMPLETED);
        assert_string_equal(e[0].text, i == 0 ? "bees" : "hives");
        assert_string_equal(e[2].user_id, "eve");
        assert_int_equal(e[2].count, i == 0 ? 2 : 150);
        assert_non_null(strstr(e[2].message, "\"kind\":\"search\""));
    }
    assert_true(rag_searches_step(w.rag, due_ns) == INT64_MAX);
    assert_int_equal(w.outbox.n, 6);
    world_close(&w);
}

/* Who wants to see them now does not wait; where the writer fails they are given up, and later ones are told. */
static void searches_are_told_when_asked_for(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    tell(&w, "q1", "bees", 1);
    w.writer.commit = ANC_DISK_FULL;
    assert_int_equal(rag_searches_write(w.rag, &w.call), ANC_DISK_FULL);
    w.writer.commit = ANC_OK;
    anc_err_clear(&w.err);
    ASSERT_OK(rag_searches_write(w.rag, &w.call), &w.err);
    assert_int_equal(w.outbox.n, 0);
    tell(&w, "q2", "hives", 0);
    ASSERT_OK(rag_searches_write(w.rag, &w.call), &w.err);
    assert_int_equal(w.outbox.n, 3);
    assert_int_equal(w.outbox.events[1].count, 0);
    tell(&w, "q3", "goes untold with the service", 1);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_are_told_together),
        cmocka_unit_test(searches_are_told_when_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
