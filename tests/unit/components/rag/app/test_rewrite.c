/* test_rewrite.c - a follow-up put in other words by a model, or by rule where the model is of no use. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "support/rag/world.h"

static const rag_config with_rewriting = {.rewrite_timeout_ms = 3000};

static void open_world(world *w, const rag_config *config)
{
    if (!world_open(w, 1, config))
        fail_msg("%s", w->err.text);
}

/* One turn about the Skep 2; the conversation's id in `id`. */
static void begin(world *w, char id[ANC_UUID_TEXT + 1])
{
    const rag_answer *a;
    const rag_question q = world_question("What is the weight of the Skep 2?");
    w->first.tokens[0] = "Four kilograms [1].";
    ASSERT_OK(world_ask(w, &q, &a), &w->err);
    (void)snprintf(id, ANC_UUID_TEXT + 1, "%.*s", ANC_FMT(a->conversation_id));
    w->first.tokens[0] = NULL;
    w->first.started = 0;
}

typedef struct row {
    const char *name, *question;
    const char *says; /* the model, when it is asked; NULL: nothing */
    anc_status start, end;
    const char *searched; /* for */
    unsigned rewrites;
} row;

static const row rows[] = {
    {"by the model", "And its battery?", "How long does the battery of the Skep 2 last?", ANC_OK,
     ANC_OK, "How long does the battery of the Skep 2 last?", 1},
    {"in quotation marks", "And its battery?", " \"How long does it last?\"\n", ANC_OK, ANC_OK,
     "How long does it last?", 1},
    {"an essay", "And its battery?", "Sure!\nHere is your question.", ANC_OK, ANC_OK,
     "What is the battery of the Skep 2?", 1},
    {"nothing", "And its battery?", NULL, ANC_OK, ANC_OK, "What is the battery of the Skep 2?", 1},
    {"a failure", "And its battery?", "How", ANC_OK, ANC_PROVIDER,
     "What is the battery of the Skep 2?", 1},
    {"too late", "And its battery?", NULL, ANC_OK, ANC_DEADLINE,
     "What is the battery of the Skep 2?", 1},
    {"not started", "And its battery?", NULL, ANC_UNAVAILABLE, ANC_OK,
     "What is the battery of the Skep 2?", 1},
    {"a question that stands alone", "How long is the warranty of a scale?", "Who?", ANC_OK, ANC_OK,
     "How long is the warranty of a scale?", 0},
    {"small talk", "Thanks!", "Who?", ANC_OK, ANC_OK, "", 0},
};

static void follow_up_is_searched_for(void **state)
{
    const row *r = *state;
    world w;
    char id[ANC_UUID_TEXT + 1];
    open_world(&w, &with_rewriting);
    begin(&w, id);
    w.searched[0] = '\0';
    rag_question q = world_question(r->question);
    q.conversation_id = anc_str_of(id);
    q.whole = true;
    w.first.tokens[0] = r->says;
    w.first.start = r->start;
    w.first.end = r->end;
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_string_equal(w.searched, r->searched);
    assert_int_equal(w.rewrites, r->rewrites);
    assert_string_equal(w.store.messages[1].question, r->question);
    const bool other = strcmp(r->searched, r->question) != 0 && r->searched[0] != '\0';
    assert_int_equal(anc_str_find(a->route_reason, ANC_STR("read as: ")) != SIZE_MAX, other);
    /* the answer says so, its event does not: that goes to others, and may have words of a document */
    const fake_event *told = &w.outbox.events[w.outbox.n - 1];
    assert_int_equal(told->type, EV_QUERY_COMPLETED);
    assert_non_null(strstr(told->message, "\"reason\":\""));
    assert_null(strstr(told->message, "read as"));
    world_close(&w);
}

static void count(void *arg)
{
    ++*(unsigned *)arg;
}

/* The model sees the conversation as data, and has a time of its own. */
static void what_the_model_is_asked(void **state)
{
    (void)state;
    world w;
    char id[ANC_UUID_TEXT + 1];
    open_world(&w, &with_rewriting);
    begin(&w, id);
    rag_question q = world_question("And its battery?");
    q.conversation_id = anc_str_of(id);
    w.first.start = ANC_UNAVAILABLE;
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    w.first.start = ANC_OK;
    rag_turn *turn;
    unsigned ends = 0;
    ASSERT_OK(rag_prepare(w.rag, &w.call, &q, &turn), &w.err);
    assert_true(rag_turn_wants_rewrite(turn));
    w.first.hangs = true;
    rag_rewrite(w.rag, turn, count, &ends);
    fake_tasks_step(&w.tasks);
    assert_non_null(strstr(w.first.prompt_seen, "<<<conversation "));
    assert_non_null(strstr(w.first.prompt_seen, "Question: What is the weight of the Skep 2?"));
    assert_non_null(strstr(w.first.prompt_seen, "\nLast question: And its battery?"));
    assert_int_equal(w.first.deadline_seen_ns, w.clock.mono_ns + INT64_C(3000000000));
    rag_cancel(w.rag, turn);
    fake_tasks_run(&w.tasks);
    assert_int_equal(w.first.cancelled, 1);
    assert_int_equal(ends, 1);
    assert_int_equal(rag_retrieve(w.rag, turn), ANC_CANCELLED);
    rag_turn_free(turn);
    world_close(&w);
}

static void a_model_without_end_is_ended(void **state)
{
    (void)state;
    world w;
    char id[ANC_UUID_TEXT + 1];
    open_world(&w, &with_rewriting);
    begin(&w, id);
    rag_question q = world_question("And its battery?");
    q.conversation_id = anc_str_of(id);
    w.first.tokens[0] = "and so on and so on and so on ";
    w.first.endless = true;
    unsigned ends = 0;
    rag_turn *turn;
    ASSERT_OK(rag_prepare(w.rag, &w.call, &q, &turn), &w.err);
    rag_rewrite(w.rag, turn, count, &ends);
    fake_tasks_run(&w.tasks);
    assert_int_equal(ends, 1);
    assert_int_equal(w.first.cancelled, 1);
    ASSERT_OK(rag_retrieve(w.rag, turn), rag_turn_error(turn));
    assert_string_equal(w.searched, "What is the battery of the Skep 2?");
    rag_turn_free(turn);
    world_close(&w);
}

static void by_rule_alone(void **state)
{
    (void)state;
    world w;
    char id[ANC_UUID_TEXT + 1];
    open_world(&w, NULL);
    begin(&w, id);
    rag_question q = world_question("And its battery?");
    q.conversation_id = anc_str_of(id);
    w.first.tokens[0] = "x";
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_int_equal(w.rewrites, 0);
    assert_int_equal(w.first.started, 1);
    assert_string_equal(w.first.question_seen, "What is the battery of the Skep 2?");
    world_close(&w);
}

int main(void)
{
    int failed = RUN_TABLE("rewriting", rows, follow_up_is_searched_for);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_model_is_asked),
        cmocka_unit_test(a_model_without_end_is_ended),
        cmocka_unit_test(by_rule_alone),
    };
    return failed + cmocka_run_group_tests_name("follow-ups by a model", tests, NULL, NULL);
}
