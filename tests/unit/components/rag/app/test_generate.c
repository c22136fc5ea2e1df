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
    {"of little too", 400, 300, 400},
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

/* What only the instructions say is no answer, and its examples of markers are no citations. */
static void an_echo_is_no_answer(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    w.first.tokens[0] = "Certainly. - After each statement, name the passage it comes from by its ";
    w.first.tokens[1] = "number in square brackets, like [1] or [1][3].\n- When";
    w.second.tokens[0] = "\n ";
    w.second.tokens[1] = "\n  Four kilograms [1].";
    rag_question q = world_question("How heavy is the Skep 2?");
    q.whole = true;
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.first.cancelled, 1);
    assert_true(anc_str_eq(a->text, ANC_STR("Four kilograms [1].")));
    q.whole = false;
    assert_int_equal(world_ask(&w, &q, &a), ANC_PROVIDER);
    assert_string_equal(
        w.streamed, "Certainly. - After each statement, name the passage it comes from by its ");
    world_close(&w);
}

static void blanks_are_no_answer(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    w.first.tokens[0] = "\n \t";
    w.second.tokens[0] = "Four kilograms [1].";
    const rag_question q = world_question("How heavy is the Skep 2?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(a->degraded);
    assert_string_equal(w.streamed, "Four kilograms [1].");
    world_close(&w);
}

/* Brackets in a quoted sentence are the document's, whatever number stands in them. */
static void brackets_of_a_quote_are_no_citations(void **state)
{
    (void)state;
    world w;
    if (!world_open(&w, 0, NULL))
        fail_msg("%s", w.err.text);
    w.text_of_hit_2 = "The warranty of a scale runs for three years [3] by law [12].";
    const rag_question q = world_question("How long does the warranty of a scale run?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_str_eq(
        a->text, ANC_STR("The warranty of a scale runs for three years [3] by law [12]. [2]")));
    assert_int_equal(a->n_citations, 1);
    assert_int_equal(a->citations[0].marker, 2);
    assert_true(
        anc_str_eq(a->citations[0].quote,
                   ANC_STR("The warranty of a scale runs for three years [3] by law [12].")));
    world_close(&w);
}

int main(void)
{
    int failed = RUN_TABLE("all fail", rows, every_provider_fails);
    failed += RUN_TABLE("time", times, the_last_in_the_chain_has_time);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_whole_answer_is_begun_anew),
        cmocka_unit_test(all_of_them_too_slow),
        cmocka_unit_test(an_echo_is_no_answer),
        cmocka_unit_test(blanks_are_no_answer),
        cmocka_unit_test(brackets_of_a_quote_are_no_citations),
    };
    return failed + cmocka_run_group_tests_name("generating", tests, NULL, NULL);
}
