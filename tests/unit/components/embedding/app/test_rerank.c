/* test_rerank.c - batches, the budget of time, and what holds without a reranker. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "embedding/app/rerank_service.h"
#include "support/clock_fixed.h"
#include "support/reranker_words.h"
#include "support/test.h"

enum { MANY = 40, MS = 1000000 };

typedef struct fixture {
    int64_t now_ns;
    reranker_words words;
    emb_rerank_service *rerank;
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
    anc_str passages[MANY];
    char texts[MANY][32];
    float scores[MANY];
    emb_reranked done;
} fixture;

static fixture f;

static int open_fixture(void **state)
{
    (void)state;
    f = (fixture){.now_ns = MS};
    f.words = (reranker_words){.clock = clock_fixed(&f.now_ns), .now_ns = &f.now_ns, .cost_ns = MS};
    const emb_rerank_options options = {.reranker = reranker_words_open(&f.words),
                                        .by_default = true,
                                        .clock = clock_fixed(&f.now_ns)};
    ASSERT_OK(emb_rerank_open(&options, &f.rerank, &f.err), &f.err);
    f.mem = anc_arena_new(1 << 20);
    assert_non_null(f.mem);
    f.call = (krn_call){
        .mem = f.mem, .err = &f.err, .deadline_ns = INT64_MAX, .cancelled = &f.cancelled};
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(f.texts[i], sizeof f.texts[i], "passage %zu %s", i,
                       i % 2 == 0 ? "honey" : "wax");
        f.passages[i] = anc_str_of(f.texts[i]);
    }
    return 0;
}

static int close_fixture(void **state)
{
    (void)state;
    emb_rerank_close(f.rerank);
    anc_arena_free(f.mem);
    return 0;
}

static anc_status rerank(int64_t until_ns)
{
    memset(f.scores, 0, sizeof f.scores);
    return emb_rerank(f.rerank, &f.call, ANC_STR("honey"), f.passages, MANY, until_ns, f.scores,
                      &f.done);
}

static void scores_all_where_there_is_time(void **state)
{
    (void)state;
    ASSERT_OK(rerank(INT64_MAX), &f.err);
    assert_int_equal(f.done.n, MANY);
    assert_int_equal(f.done.tokens, 3 * MANY);
    assert_int_equal(f.words.seen, MANY);
    for (size_t i = 0; i + 1 < MANY; i += 2)
        assert_true(f.scores[i] > f.scores[i + 1]);
    const emb_rerank_row about = emb_rerank_info(f.rerank);
    assert_true(about.available && about.by_default);
    assert_int_equal(about.most, 30);
    assert_true(about.budget_ms > 0);
}

/* A ms each: batches of 4, 16, 9 and 3 end within 33 ms, the rest of which is no more than one takes. */
static void stops_with_what_there_is(void **state)
{
    (void)state;
    ASSERT_OK(rerank(f.now_ns + 33 * MS), &f.err);
    assert_int_equal(f.done.n, 32);
    assert_int_equal(f.words.seen, 32);
    assert_int_equal(f.err.code, ANC_OK);
}

/* A reranker that would take all of a budget for many: some are scored all the same. */
static void little_time_is_enough_for_some(void **state)
{
    (void)state;
    f.words.cost_ns = 10 * MS;
    ASSERT_OK(rerank(f.now_ns + 100 * MS), &f.err);
    assert_int_equal(f.done.n, 9);
    assert_int_equal(f.words.seen, 9);
}

static void a_batch_that_is_cut_off_counts_for_nothing(void **state)
{
    (void)state;
    ASSERT_OK(rerank(f.now_ns + 3 * MS), &f.err);
    assert_int_equal(f.done.n, 0);
    assert_int_equal(f.words.seen, 3);
    assert_int_equal(f.err.code, ANC_OK);
    ASSERT_OK(rerank(f.now_ns), &f.err);
    assert_int_equal(f.done.n, 0);
    assert_int_equal(f.words.seen, 3);
}

static void the_deadline_of_the_call_is_no_budget(void **state)
{
    (void)state;
    f.call.deadline_ns = f.now_ns + 20 * MS;
    assert_int_equal(rerank(f.now_ns + 90 * MS), ANC_DEADLINE);
    assert_int_equal(f.err.code, ANC_DEADLINE);
}

static void a_caller_who_left_is_seen(void **state)
{
    (void)state;
    atomic_store(&f.cancelled, true);
    assert_int_equal(rerank(INT64_MAX), ANC_CANCELLED);
    assert_int_equal(f.words.seen, 0);
}

static void failures_are_the_adapters(void **state)
{
    (void)state;
    f.words.fails = ANC_UNAVAILABLE;
    assert_int_equal(rerank(INT64_MAX), ANC_UNAVAILABLE);
    assert_string_equal(f.err.text, "the reranker is away");
    f.words.fails = ANC_OK;
    f.words.gives_nan = true;
    anc_err_clear(&f.err);
    assert_int_equal(rerank(INT64_MAX), ANC_PROVIDER);
    assert_non_null(strstr(f.err.text, "words gave a score that is no number"));
}

static void without_one_it_says_how_to_get_one(void **state)
{
    (void)state;
    emb_rerank_service *none = NULL;
    const emb_rerank_options options = {.by_default = true, .clock = clock_fixed(&f.now_ns)};
    ASSERT_OK(emb_rerank_open(&options, &none, &f.err), &f.err);
    assert_int_equal(
        emb_rerank(none, &f.call, ANC_STR("honey"), f.passages, 1, INT64_MAX, f.scores, &f.done),
        ANC_UNAVAILABLE);
    assert_non_null(strstr(f.err.text, "set rerank.model or rerank.remote.url"));
    const emb_rerank_row about = emb_rerank_info(none);
    assert_false(about.available || about.by_default);
    assert_true(anc_str_eq(about.detail, anc_str_of(f.err.text)));
    emb_rerank_close(none);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_fixture, close_fixture)
    const struct CMUnitTest tests[] = {
        TEST(scores_all_where_there_is_time),
        TEST(stops_with_what_there_is),
        TEST(little_time_is_enough_for_some),
        TEST(a_batch_that_is_cut_off_counts_for_nothing),
        TEST(the_deadline_of_the_call_is_no_budget),
        TEST(a_caller_who_left_is_seen),
        TEST(failures_are_the_adapters),
        TEST(without_one_it_says_how_to_get_one),
    };
    return cmocka_run_group_tests_name("rerank", tests, NULL, NULL);
}
