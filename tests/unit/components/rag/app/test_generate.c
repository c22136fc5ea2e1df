/* test_generate.c - the chain's ends: what is answered when providers fail, in time and with sources. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "support/rag/world.h"

static void open_world(world *w)
{
    if (!world_open_faked(w, 2, NULL))
        fail_msg("%s", w->err.text);
}

typedef struct row {
    const char *name;
    bool whole;
    const char *first_says; /* before it fails */
    size_t hits;
    const char *answer; /* beginning; NULL: the turn fails */
    const char *streamed;
} row;

static const row rows[] = {
    {"all fail", false, NULL, 3, "No answer could be written just now",
     "No answer could be written"},
    {"all fail, whole", true, NULL, 3, "No answer could be written just now", ""},
    {"and nothing was found", false, NULL, 0, "Nothing in your documents", "Nothing in your"},
    {"one fails in the middle of a stream", false, "Four ", 3, NULL, "Four "},
    {"one fails in the middle of a whole answer", true, "Four ", 3, "No answer could be written",
     ""},
};

static void every_provider_fails(void **state)
{
    const row *r = *state;
    world w;
    open_world(&w);
    w.n_hits = r->hits;
    w.first.tokens[0] = r->first_says;
    w.first.end = w.second.end = w.last.end = ANC_PROVIDER;
    rag_question q = world_question("How heavy is the Skep 2?");
    q.whole = r->whole;
    const rag_answer *a = NULL;
    const anc_status status = world_ask(&w, &q, &a);
    assert_int_equal(w.done, 1);
    assert_int_equal(strncmp(w.streamed, r->streamed, strlen(r->streamed)), 0);
    if (r->streamed[0] == '\0')
        assert_string_equal(w.streamed, "");
    if (r->answer == NULL) {
        assert_int_equal(status, ANC_PROVIDER);
    } else {
        ASSERT_OK(status, &w.err);
        assert_true(anc_str_starts(a->text, anc_str_of(r->answer)));
        assert_true(a->degraded && a->no_answer);
        assert_int_equal(a->n_sources, r->hits);
        assert_int_equal(a->n_citations, 0);
        assert_int_equal(w.store.n_messages, 1);
    }
    world_close(&w);
}

/* Nobody reads a whole answer's tokens, so the next provider may begin anew. */
static void a_broken_whole_answer_is_begun_anew(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    w.first.tokens[0] = "Five ";
    w.first.end = ANC_PROVIDER;
    w.second.tokens[0] = "Four kilograms [1].";
    rag_question q = world_question("How heavy is the Skep 2?");
    q.whole = true;
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_eq(a->text, ANC_STR("Four kilograms [1].")));
    assert_true(a->degraded);
    assert_string_equal(w.streamed, "");
    world_close(&w);
}

typedef struct time_row {
    const char *name;
    int64_t left_ms, first_ms, last_ms; /* of the question, for the first provider, for the last */
} time_row;

static const time_row times[] = {
    {"much", 120000, 118500, 120000},
    {"a quarter is kept", 4000, 3000, 4000},
    {"little", 2000, 2000, 2000},
};

static void the_last_in_the_chain_has_time(void **state)
{
    const time_row *r = *state;
    world w;
    open_world(&w);
    const int64_t now = w.clock.mono_ns;
    w.call.deadline_ns = now + r->left_ms * 1000000;
    w.first.end = w.second.end = ANC_DEADLINE;
    w.last.tokens[0] = "Four kilograms [1].";
    const rag_question q = world_question("How heavy is the Skep 2?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.first.deadline_seen_ns, now + r->first_ms * 1000000);
    assert_int_equal(w.last.deadline_seen_ns, now + r->last_ms * 1000000);
    assert_true(a->degraded);
    world_close(&w);
}

/* Every provider's own time was over; the question's was not. */
static void all_of_them_too_slow(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    w.first.end = w.second.end = w.last.end = ANC_DEADLINE;
    const rag_question q = world_question("Combien pèse la balance Skep 2 ?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_starts(a->text, ANC_STR("Aucune réponse")));
    assert_true(anc_str_eq(a->model_used, ANC_STR("anchorage/sources")));
    world_close(&w);
}

int main(void)
{
    int failed = RUN_TABLE("all fail", rows, every_provider_fails);
    failed += RUN_TABLE("time", times, the_last_in_the_chain_has_time);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_whole_answer_is_begun_anew),
        cmocka_unit_test(all_of_them_too_slow),
    };
    return failed + cmocka_run_group_tests_name("generating", tests, NULL, NULL);
}
