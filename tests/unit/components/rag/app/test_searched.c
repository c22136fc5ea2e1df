/* test_searched.c - searches without an answer: told together, after a while, or when somebody asks. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
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
    const int64_t begun_ns = krn_now_ns(fake_clock_port(&w.clock));
    const int64_t due_ns = rag_searches_step(w.rag, begun_ns);
    assert_true(due_ns > begun_ns && due_ns < INT64_MAX);
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
        assert_int_equal(e[1].count, i == 0 ? 2 : 150);
        assert_int_equal(e[2].count, 1); /* all of one document */
        assert_non_null(strstr(e[2].message, "\"kind\":\"search\""));
    }
    assert_true(rag_searches_step(w.rag, due_ns) == INT64_MAX);
    assert_int_equal(w.outbox.n, 6);
    world_close(&w);
}

/* An id is one of its collection: the same in another is of another document. */
static void documents_are_told_apart_by_their_collections(void **state)
{
    (void)state;
    world w;
    srch_hit hits[3];
    open_world(&w);
    for (size_t i = 0; i < ANC_COUNT(hits); i++)
        hits[i] = (srch_hit){.document_id = ANC_STR("d"),
                             .chunk_id = ANC_STR("c"),
                             .collection = i == 1 ? ANC_STR("it") : ANC_STR("hr"),
                             .title = ANC_STR("t"),
                             .score = (double)NAN};
    const srch_request request = {.query = ANC_STR("bees"), .top_k = 3};
    const srch_result result = {.hits = hits, .n = 3, .total_ms = 2};
    rag_search_told(w.rag, &w.call, &request, &result, ANC_STR("q1"));
    assert_true(rag_searches_write(w.rag, &w.call));
    assert_int_equal(w.outbox.n, 3);
    assert_int_equal(w.outbox.events[2].count, 2);
    world_close(&w);
}

static int64_t now_ns(const world *w)
{
    return w->clock.mono_ns;
}

/* Who wants to see them now does not wait. */
static void searches_are_told_when_asked_for(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    assert_true(rag_searches_write(w.rag, &w.call));
    tell(&w, "q1", "bees", 0);
    assert_true(rag_searches_write(w.rag, &w.call));
    assert_int_equal(w.outbox.n, 3);
    assert_int_equal(w.outbox.events[1].count, 0);
    tell(&w, "q2", "goes untold with the service", 1);
    world_close(&w);
}

/* One that could not be is told as a question is: requested and failed, with the reason. */
static void a_search_that_fails_is_told(void **state)
{
    (void)state;
    world w;
    anc_err why = {.code = ANC_OK};
    const srch_request request = {.query = ANC_STR("bees"), .top_k = 5};
    open_world(&w);
    (void)ANC_FAIL(&why, ANC_NOT_FOUND, "there is no collection \"typo\"");
    rag_search_failed(w.rag, &w.call, &request, 2, &why, ANC_STR("q1"));
    assert_true(rag_searches_write(w.rag, &w.call));
    assert_int_equal(w.outbox.n, 2);
    const fake_event *e = w.outbox.events;
    assert_int_equal(e[0].type, EV_QUERY_REQUESTED);
    assert_string_equal(e[0].text, "bees");
    assert_int_equal(e[1].type, EV_QUERY_FAILED);
    assert_string_equal(e[1].message, "there is no collection \"typo\"");
    /* where a file lies is not told */
    anc_err_clear(&why);
    (void)ANC_FAIL(&why, ANC_IO, "cannot read /srv/anchorage/raw/3f: Input/output error");
    rag_search_failed(w.rag, &w.call, &request, 2, &why, ANC_STR("q2"));
    assert_true(rag_searches_write(w.rag, &w.call));
    assert_string_equal(e[3].message, "cannot read 3f: Input/output error");
    world_close(&w);
}

/* Where the writer fails they wait, in front of those that come meanwhile, and who asks is not told of it; once it has
 * rested all are written. */
static void searches_wait_for_a_writer_that_fails(void **state)
{
    (void)state;
    static const anc_status failures[] = {ANC_DISK_FULL, ANC_IO, ANC_UNAVAILABLE, ANC_DEADLINE};
    for (size_t i = 0; i < ANC_COUNT(failures); i++) {
        world w;
        unsigned wakes = 0;
        open_world(&w);
        rag_searches_listen(w.rag, count_wakes, &wakes);
        tell(&w, "q1", "bees", 1);
        w.writer.commit = failures[i];
        assert_false(rag_searches_write(w.rag, &w.call));
        assert_int_equal(w.err.code, ANC_OK);
        assert_int_equal(wakes, 2);
        tell(&w, "q2", "hives", 1);
        w.writer.commit = ANC_OK;
        const int64_t due_ns = rag_searches_step(w.rag, now_ns(&w));
        assert_true(due_ns > now_ns(&w) && due_ns < INT64_MAX);
        w.clock.mono_ns = due_ns;
        assert_true(rag_searches_step(w.rag, due_ns) == INT64_MAX);
        assert_int_equal(w.outbox.n, 6);
        assert_string_equal(w.outbox.events[0].text, "bees");
        assert_string_equal(w.outbox.events[3].text, "hives");
        world_close(&w);
    }
}

/* A reader whose time is over, or who left, costs nobody's search. */
static void searches_outlive_who_asks_for_them(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    tell(&w, "q1", "bees", 1);
    w.clock.mono_ns += 1000;
    w.call.deadline_ns = now_ns(&w);
    assert_false(rag_searches_write(w.rag, &w.call));
    assert_int_equal(w.outbox.n, 0);
    w.call.deadline_ns = INT64_MAX;
    atomic_store(&w.cancelled, true);
    assert_true(rag_searches_write(w.rag, &w.call));
    assert_int_equal(w.outbox.n, 3);
    world_close(&w);
}

/* One that the events refuse costs none of the others. */
static void a_faulty_search_goes_alone(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    w.outbox.faulty = "hives";
    tell(&w, "q1", "hives", 1);
    tell(&w, "q2", "bees", 1);
    tell(&w, "q3", "hives", 1);
    tell(&w, "q4", "wax", 1);
    tell(&w, "q5", "hives", 1);
    assert_true(rag_searches_write(w.rag, &w.call));
    const fake_event *last = &w.outbox.events[w.outbox.n - 6];
    assert_string_equal(last[0].text, "bees");
    assert_string_equal(last[3].text, "wax");
    const size_t n = w.outbox.n;
    assert_true(rag_searches_write(w.rag, &w.call));
    assert_int_equal(w.outbox.n, n);
    world_close(&w);
}

/* Bytes are bounded as well as the number: what waits while the writer fails stays, and those behind are given up. */
static void what_waits_is_bounded(void **state)
{
    (void)state;
    enum { BYTES = 16 << 20, ONE = 512 << 10 };
    world w;
    open_world(&w);
    char *words = malloc(ONE + 1);
    assert_non_null(words);
    memset(words, 'w', ONE);
    words[ONE] = '\0';
    for (size_t i = 0; i < 2 * (size_t)BYTES / ONE; i++)
        tell(&w, "q", words, 0);
    assert_true(rag_searches_write(w.rag, &w.call));
    assert_int_equal(w.outbox.n, 3 * (BYTES / ONE - 1));
    w.outbox.n = 0;
    tell(&w, "q", words, 0);
    assert_true(rag_searches_write(w.rag, &w.call));
    assert_int_equal(w.outbox.n, 3);
    free(words);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_are_told_together),
        cmocka_unit_test(documents_are_told_apart_by_their_collections),
        cmocka_unit_test(searches_are_told_when_asked_for),
        cmocka_unit_test(a_search_that_fails_is_told),
        cmocka_unit_test(searches_wait_for_a_writer_that_fails),
        cmocka_unit_test(searches_outlive_who_asks_for_them),
        cmocka_unit_test(a_faulty_search_goes_alone),
        cmocka_unit_test(what_waits_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
