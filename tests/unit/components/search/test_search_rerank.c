/* test_search_rerank.c - the best candidates looked at again: order, what is not scored, failures, wishes. */
#include "support/test.h"

#include <string.h>

#include "query_world.h"

#define MS INT64_C(1000000)

/* The same words in each of them, and other lengths. */
static void add_ferries(void)
{
    static const char *const texts[] = {
        "The ferry, which is old and was painted white last year, leaves at noon every day.",
        "The ferry leaves at noon, and comes back in the evening.",
        "The ferry leaves at noon on Monday.",
        "Ferry: noon.",
    };
    static const char *const ids[] = {"longest", "long", "middling", "short"};
    for (size_t i = 0; i < ANC_COUNT(texts); i++)
        world_add(10 + i, 0, ids[i], "", texts[i], NULL);
}

static world *open_world(void **state)
{
    world *w = *state;
    add_ferries();
    world_rerank.available = true;
    world_open(w);
    return w;
}

static srch_request asks(srch_rerank_wish wish)
{
    srch_request r = world_request("ferry noon");
    r.mode = SRCH_KEYWORD;
    r.rerank = wish;
    return r;
}

static bool is(const srch_hit *h, const char *id)
{
    return anc_str_eq(h->document_id, anc_str_of(id));
}

static void the_rerankers_order_is_shown(void **state)
{
    world *w = open_world(state);
    const srch_request r = asks(SRCH_RERANK_YES);
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 4);
    assert_true(is(&result.hits[0], "short") && is(&result.hits[1], "middling"));
    assert_true(is(&result.hits[2], "long") && is(&result.hits[3], "longest"));
    for (size_t i = 0; i < result.n; i++) {
        assert_true(result.hits[i].is_reranked);
        assert_true(result.hits[i].rerank == -(double)result.hits[i].text.len);
        assert_true(result.hits[i].keyword > 0 && result.hits[i].fused >= 0);
    }
    assert_true(result.reranked.done && result.reranked.problem.len == 0);
    assert_int_equal(result.reranked.scored, 4);
    assert_int_equal(result.reranked.wanted, 4);
    assert_true(anc_str_eq(result.reranked.model, ANC_STR("short")));
    assert_int_equal(world_rerank.until_ns, world_kno.now_ns + 100 * MS);
}

static void a_caller_in_a_hurry_has_time_left(void **state)
{
    world *w = open_world(state);
    const srch_request r = asks(SRCH_RERANK_YES);
    w->call.deadline_ns = world_kno.now_ns + 60 * MS;
    (void)world_ask(w, &r);
    assert_int_equal(world_rerank.until_ns, world_kno.now_ns + 30 * MS);
}

static void a_passage_is_read_under_its_title(void **state)
{
    world *w = *state;
    world_rerank.available = true;
    world_open(w);
    srch_request r = world_request("train tickets");
    r.mode = SRCH_KEYWORD;
    r.rerank = SRCH_RERANK_YES;
    assert_true(world_ask(w, &r).n > 0);
    assert_true(
        anc_str_eq(world_rerank.last, ANC_STR("Travel\nTrain tickets are booked by the office.")));
}

static void what_is_said_decides(void **state)
{
    world *w = open_world(state);
    srch_request r = asks(SRCH_RERANK_AS_CONFIGURED);
    srch_result result = world_ask(w, &r);
    assert_false(result.reranked.done || result.hits[0].is_reranked);
    world_rerank.by_default = true;
    result = world_ask(w, &r);
    assert_true(result.reranked.done && is(&result.hits[0], "short"));
    r.rerank = SRCH_RERANK_NO;
    result = world_ask(w, &r);
    assert_false(result.reranked.done || result.hits[0].is_reranked);
    assert_int_equal(world_rerank.scored, 4);
}

/* In the order of the words, the best of them alone is looked at: the others stay where they were behind it. */
static void only_the_best_are_looked_at(void **state)
{
    world *w = open_world(state);
    srch_request r = asks(SRCH_RERANK_NO);
    const srch_result before = world_ask(w, &r);
    world_rerank.most = 2;
    r.rerank = SRCH_RERANK_YES;
    const srch_result after = world_ask(w, &r);
    assert_int_equal(after.reranked.wanted, 2);
    assert_int_equal(after.reranked.scored, 2);
    assert_int_equal(after.n, before.n);
    assert_true(after.hits[0].is_reranked && after.hits[1].is_reranked);
    assert_true(after.hits[0].rerank > after.hits[1].rerank);
    for (size_t i = 2; i < after.n; i++) {
        assert_false(after.hits[i].is_reranked);
        assert_true(anc_str_eq(after.hits[i].chunk_id, before.hits[i].chunk_id));
    }
}

static void when_its_time_is_over_what_is_scored_is_merged(void **state)
{
    world *w = open_world(state);
    srch_request r = asks(SRCH_RERANK_NO);
    const srch_result before = world_ask(w, &r);
    world_rerank.room = 3;
    r.rerank = SRCH_RERANK_YES;
    const srch_result after = world_ask(w, &r);
    assert_int_equal(after.reranked.scored, 3);
    assert_int_equal(after.reranked.wanted, 4);
    assert_true(anc_str_eq(after.reranked.problem, ANC_STR("the time for it was over")));
    for (size_t i = 0; i + 1 < 3; i++)
        assert_true(after.hits[i].rerank > after.hits[i + 1].rerank);
    assert_false(after.hits[3].is_reranked);
    assert_true(anc_str_eq(after.hits[3].chunk_id, before.hits[3].chunk_id));
}

static void a_reranker_that_fails_takes_nothing_away(void **state)
{
    world *w = open_world(state);
    srch_request r = asks(SRCH_RERANK_NO);
    const srch_result before = world_ask(w, &r);
    world_rerank.fails = ANC_UNAVAILABLE;
    r.rerank = SRCH_RERANK_YES;
    const srch_result after = world_ask(w, &r);
    assert_true(after.reranked.done);
    assert_int_equal(after.reranked.scored, 0);
    assert_int_equal(after.reranked.wanted, 4);
    assert_true(anc_str_eq(after.reranked.problem, ANC_STR("the reranker is away")));
    /* the log is not told what a server says, which may quote the question */
    assert_non_null(strstr(world_log.ptr, "a search was not reranked error="));
    assert_null(strstr(world_log.ptr, "the reranker is away"));
    assert_int_equal(w->err.code, ANC_OK);
    for (size_t i = 0; i < before.n; i++)
        assert_true(anc_str_eq(after.hits[i].chunk_id, before.hits[i].chunk_id));
}

static void a_caller_who_left_ends_it(void **state)
{
    world *w = open_world(state);
    const srch_request r = asks(SRCH_RERANK_YES);
    srch_result result;
    world_rerank.fails = ANC_CANCELLED;
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), ANC_CANCELLED);
}

static void what_cannot_be_reranked_is_refused(void **state)
{
    world *w = open_world(state);
    srch_request r = asks(SRCH_RERANK_YES);
    srch_result result;
    r.mode = SRCH_METADATA;
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), ANC_INVALID);
    anc_err_clear(&w->err);
    world_rerank.available = false;
    r.mode = SRCH_KEYWORD;
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), ANC_INVALID);
    assert_string_equal(w->err.pointer, "/rerank");
    assert_non_null(strstr(w->err.text, "get a reranker"));
}

/* Copies make the search look deeper: what was scored is not scored again. */
static void nothing_is_scored_twice(void **state)
{
    world *w = *state;
    world_rerank.available = true;
    world_candidates = 2;
    for (size_t i = 0; i < 6; i++) {
        static const char *const ids[] = {"a", "b", "c", "d", "e", "f"};
        world_add(10 + i, 0, ids[i], "",
                  "The ferry leaves the harbour at noon every day of the week.", NULL);
    }
    world_add(16, 0, "other", "",
              "Of all the boats that are moored along the old stone quay a ferry is the largest, "
              "and by noon, "
              "when the market closes, most of those who came with it have gone home again.",
              NULL);
    world_open(w);
    srch_request r = asks(SRCH_RERANK_YES);
    r.top_k = 2;
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 2);
    assert_int_equal(result.reranked.scored, 7);
    assert_int_equal(world_rerank.scored, 7);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_rerankers_order_is_shown),
        TEST(a_caller_in_a_hurry_has_time_left),
        TEST(a_passage_is_read_under_its_title),
        TEST(what_is_said_decides),
        TEST(only_the_best_are_looked_at),
        TEST(when_its_time_is_over_what_is_scored_is_merged),
        TEST(a_reranker_that_fails_takes_nothing_away),
        TEST(a_caller_who_left_ends_it),
        TEST(what_cannot_be_reranked_is_refused),
        TEST(nothing_is_scored_twice),
    };
    return cmocka_run_group_tests_name("rerank", tests, NULL, NULL);
}
