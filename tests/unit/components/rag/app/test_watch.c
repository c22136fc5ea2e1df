/* test_watch.c - what those who watch see of a question, and of a provider whose circuit opens. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "support/rag/world.h"

static void open_world(world *w, size_t n_providers)
{
    if (!world_open(w, n_providers, NULL))
        fail_msg("%s", w->err.text);
}

/* Those who watch see the route before the retrieval, of the same question. */
static void watchers_see_route_and_retrieval(void **state)
{
    (void)state;
    world w;
    open_world(&w, 1);
    w.first.tokens[0] = "Four kilograms [1].";
    rag_question q = world_question("How heavy is the Skep 2?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.feed.n, 2);
    assert_int_equal(w.feed.told[0].type, EV_QUERY_ROUTE);
    assert_true(anc_str_eq(a->route_reason, anc_str_of(w.feed.told[0].text)));
    assert_int_equal(w.feed.told[1].type, EV_CGRAG);
    assert_int_equal(w.feed.told[1].count, a->n_sources);
    for (size_t i = 0; i < w.feed.n; i++)
        assert_true(anc_str_eq(a->query_id, anc_str_of(w.feed.told[i].query_id)));
    q.keep = false;
    world_forget(&w);
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.feed.n, 2);
    world_close(&w);
}

static void watchers_see_no_retrieval_where_there_is_none(void **state)
{
    (void)state;
    world w;
    open_world(&w, 1);
    const rag_question q = world_question("Hello there!");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.feed.n, 1);
    assert_int_equal(w.feed.told[0].type, EV_QUERY_ROUTE);
    world_close(&w);
}

static size_t told(const world *w, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < w->feed.n; i++)
        n += w->feed.told[i].type == EV_ERROR && strcmp(w->feed.told[i].text, text) == 0;
    return n;
}

static void circuit_opens_and_closes(void **state)
{
    (void)state;
    world w;
    open_world(&w, 1);
    w.first.end = ANC_PROVIDER;
    const rag_question q = world_question("How heavy is the Skep 2?");
    const rag_answer *a;
    rag_provider_status rows[4];
    for (int i = 0; i < 5; i++) {
        ASSERT_OK(world_ask(&w, &q, &a), &w.err);
        assert_true(a->degraded);
    }
    assert_int_equal(w.first.started, 3);
    assert_int_equal(told(&w, "provider_failed: provider alpha failed: alpha ended badly"), 3);
    assert_int_equal(told(&w, "circuit_open: provider alpha rests after 3 failures in a row"), 1);
    /* told behind the failure that opened it */
    size_t opened = 0, third = 0, failed = 0;
    for (size_t i = 0; i < w.feed.n; i++) {
        if (strstr(w.feed.told[i].text, "circuit_open") != NULL)
            opened = i;
        if (strstr(w.feed.told[i].text, "provider_failed") != NULL && ++failed == 3)
            third = i;
    }
    assert_int_equal(opened, third + 1);
    assert_int_equal(rag_providers(w.rag, rows, 4), 2);
    assert_false(rows[0].healthy);
    assert_non_null(strstr(rows[0].detail, "rests after 3 failures in a row, the last: "));
    assert_non_null(strstr(rows[0].detail, "ended badly"));
    assert_true(rows[1].healthy);
    assert_string_equal(rows[1].detail, "ready");
    assert_true(anc_str_eq(rows[1].model, ANC_STR("extractive")));
    w.clock.mono_ns += INT64_C(30000000000);
    assert_int_equal(rag_providers(w.rag, rows, 1), 1);
    assert_false(rows[0].healthy);
    assert_non_null(strstr(rows[0].detail, "is tried again after 3 failures"));
    w.first.end = ANC_OK;
    w.first.tokens[0] = "x";
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_false(a->degraded);
    assert_int_equal(rag_providers(w.rag, rows, 1), 1);
    assert_true(rows[0].healthy);
    assert_string_equal(rows[0].detail, "ready");
    world_close(&w);
}

/* What a provider says of its failure may quote the question. */
static void failures_are_not_told_word_for_word_where_texts_are_not_kept(void **state)
{
    (void)state;
    for (int left_out = 0; left_out < 2; left_out++) {
        world w;
        const rag_config config = {.leave_texts_out = left_out == 1};
        assert_true(world_open(&w, 1, &config));
        w.first.end = ANC_PROVIDER;
        const rag_question q = world_question("How heavy is the Skep 2?");
        const rag_answer *a;
        rag_provider_status row;
        ASSERT_OK(world_ask(&w, &q, &a), &w.err);
        assert_int_equal(told(&w, "provider_failed: provider alpha failed: alpha ended badly"),
                         !left_out);
        assert_int_equal(rag_providers(w.rag, &row, 1), 1);
        assert_int_equal(strstr(row.detail, "ended badly") == NULL, left_out);
        w.first.tokens[0] = "x"; /* it breaks off: the question fails */
        assert_int_equal(world_ask(&w, &q, &a), ANC_PROVIDER);
        const fake_event *failed = &w.outbox.events[w.outbox.n - 1];
        assert_int_equal(failed->type, EV_QUERY_FAILED);
        assert_string_equal(failed->message,
                            left_out ? anc_status_info(ANC_PROVIDER)->text : "alpha ended badly");
        world_close(&w);
    }
}

/* They are written together at the end, and each tells of its own time. */
static void events_have_the_times_of_what_they_tell(void **state)
{
    (void)state;
    world w;
    assert_true(world_open(&w, 1, NULL));
    w.first.tokens[0] = "Four kilograms [1].";
    const int64_t asked_ms = w.clock.wall_ms;
    const rag_question q = world_question("How heavy is the Skep 2?");
    const rag_answer *a;
    ASSERT_OK(world_begin(&w, &q), &w.err);
    assert_int_equal(w.outbox.n, 0);
    w.clock.wall_ms += 2000; /* the model takes that long */
    ASSERT_OK(world_end(&w, &a), &w.err);
    static const struct {
        ev_type_id type;
        int64_t after_ms;
    } wanted[] = {{EV_QUERY_REQUESTED, 0}, {EV_DOCUMENTS_RETRIEVED, 0}, {EV_QUERY_COMPLETED, 2000}};
    assert_int_equal(w.outbox.n, 1 + ANC_COUNT(wanted)); /* and the conversation's */
    for (size_t i = 0; i < ANC_COUNT(wanted); i++) {
        assert_int_equal(w.outbox.events[i + 1].type, wanted[i].type);
        assert_int_equal(w.outbox.events[i + 1].at_ms - asked_ms, wanted[i].after_ms);
    }
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watchers_see_route_and_retrieval),
        cmocka_unit_test(watchers_see_no_retrieval_where_there_is_none),
        cmocka_unit_test(circuit_opens_and_closes),
        cmocka_unit_test(failures_are_not_told_word_for_word_where_texts_are_not_kept),
        cmocka_unit_test(events_have_the_times_of_what_they_tell),
    };
    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
