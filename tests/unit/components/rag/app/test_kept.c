/* test_kept.c - what is kept of an answer holds no text of a document, and goes with the document. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "support/rag/world.h"

static void open_world(world *w, size_t n_providers)
{
    if (!world_open(w, n_providers, NULL))
        fail_msg("%s", w->err.text);
}

static bool has(anc_str s, const char *part)
{
    return anc_str_find(s, anc_str_of(part)) != SIZE_MAX;
}

static rag_message read_back(world *w)
{
    rag_message *list;
    size_t n;
    ASSERT_OK(rag_message_list(w->rag, &w->call, anc_str_of(w->store.conversations[0].id),
                               UINT64_MAX, 5, &list, &n),
              &w->err);
    assert_true(n >= 1);
    return list[n - 1];
}

typedef struct kept_row {
    const char *name;
    const char *question;
    const char *model;     /* what a language model says; NULL: the extractive answer */
    const char *text_of_2; /* of the warranty's passage; NULL: its own */
    const char *columns;   /* of it */
    const char *not_kept[4];
    const char *kept[2]; /* words of the model's own */
    const char *gone;    /* the document that withholds the answer when it goes */
    const char *other;   /* one that does not; NULL: none */
} kept_row;

static const kept_row rows[] = {
    {"extractive",
     "How long is the warranty?",
     NULL,
     NULL,
     NULL,
     {"warranty of", "scale", "three", "years"},
     {NULL},
     "warranty",
     "skep"},
    {"two lines",
     "How long is the warranty?",
     NULL,
     "The warranty   of a scale\nruns for\t three years.",
     NULL,
     {"warranty of", "three years"},
     {NULL},
     "warranty",
     "skep"},
    {"a model's own words",
     "How heavy is it?",
     "About four kilos, says the manual [1].",
     NULL,
     NULL,
     {"The Skep 2 weighs"},
     {"About four kilos"},
     "skep",
     "warranty"},
    {"a model that repeats",
     "How heavy is it?",
     "Look: the Skep 2 weighs four kilograms. Its battery lasts long [1].",
     NULL,
     NULL,
     {"weighs four kilograms"},
     {"Look: ", " long [1]"},
     "skep",
     "warranty"},
    {"a model that repeats what it does not cite",
     "How heavy is it?",
     "Four kilograms [1]. The warranty of a scale runs for three years.",
     NULL,
     NULL,
     {"warranty of a scale"},
     {"Four kilograms"},
     "warranty",
     NULL},
};

static void what_is_kept(void **state)
{
    const kept_row *r = *state;
    world w;
    const rag_answer *a;
    open_world(&w, r->model != NULL ? 1 : 0);
    w.first.tokens[0] = r->model;
    w.text_of_hit_2 = r->text_of_2;
    w.columns = r->columns;
    const rag_question q = world_question(r->question);
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    const anc_str json = anc_str_of(w.store.messages[0].answer_json);
    const anc_str told = anc_str_of(w.outbox.events[w.outbox.n - 1].text);
    assert_int_equal(w.outbox.events[w.outbox.n - 1].type, EV_QUERY_COMPLETED);
    assert_string_equal(w.store.messages[0].answer, "");
    for (size_t i = 0; i < ANC_COUNT(r->not_kept) && r->not_kept[i] != NULL; i++)
        if (has(json, r->not_kept[i]) || has(told, r->not_kept[i]))
            fail_msg("%s is kept: %s; told: %.*s", r->not_kept[i], json.ptr, ANC_FMT(told));
    for (size_t i = 0; i < ANC_COUNT(r->kept) && r->kept[i] != NULL; i++)
        if (!has(json, r->kept[i]) || !has(told, r->kept[i]))
            fail_msg("%s is not kept: %s; told: %.*s", r->kept[i], json.ptr, ANC_FMT(told));
    world_close(&w);
}

static void what_is_shown(void **state)
{
    const kept_row *r = *state;
    world w;
    const rag_answer *a;
    open_world(&w, r->model != NULL ? 1 : 0);
    w.first.tokens[0] = r->model;
    w.text_of_hit_2 = r->text_of_2;
    w.columns = r->columns;
    const rag_question q = world_question(r->question);
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    rag_message m = read_back(&w);
    assert_false(m.withheld);
    if (!anc_str_eq(m.answer, a->text))
        fail_msg("%.*s instead of %.*s", ANC_FMT(m.answer), ANC_FMT(a->text));
    assert_true(has(m.answer_json, "\"title\":\"Skep 2 manual\""));
    assert_true(has(m.answer_json, "\"quote\":\""));
    assert_false(has(m.answer_json, "\"deleted\":true"));
    w.gone = r->other;
    m = read_back(&w);
    assert_false(m.withheld);
    assert_true(r->other == NULL || has(m.answer_json, "\"text\":null"));
    w.gone = r->gone;
    m = read_back(&w);
    assert_true(m.withheld);
    assert_int_equal(m.answer.len, 0);
    assert_true(has(m.answer_json, "\"text\":null,\"score\":"));
    assert_true(has(m.answer_json, "\"deleted\":true,\"missing\":false"));
    w.damaged = true;
    m = read_back(&w);
    assert_true(m.withheld && m.answer.len == 0);
    assert_true(has(m.answer_json, "\"text\":null,\"score\":"));
    assert_true(has(m.answer_json, "\"deleted\":false,\"missing\":true"));
    assert_false(has(m.answer_json, "\"deleted\":true"));
    world_close(&w);
}

/* What was said of a document that is gone does not go into the next prompt. */
static void history_of_what_is_gone(void **state)
{
    (void)state;
    world w;
    const rag_answer *a;
    open_world(&w, 1);
    w.first.tokens[0] = "Four kilograms [1].";
    rag_question q = world_question("How heavy is the Skep 2?");
    q.session_id = ANC_STR("s");
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    for (int gone = 0; gone < 2; gone++) {
        w.gone = gone ? "skep" : NULL;
        bool seen = false;
        rag_turn *turn;
        q = world_question("What does the warranty of a scale cover?");
        q.session_id = ANC_STR("s");
        q.keep = false;
        ASSERT_OK(rag_prepare(w.rag, &w.call, &q, &turn), &w.err);
        ASSERT_OK(rag_retrieve(w.rag, turn), &w.err);
        world_resume(&w, turn);
        ASSERT_OK(world_end(&w, &a), &w.err);
        seen = strstr(w.first.history_seen, "Four kilograms") != NULL;
        assert_int_equal(seen, !gone);
    }
    world_close(&w);
}

static void inventory_is_not_kept(void **state)
{
    (void)state;
    world w;
    const rag_answer *a;
    open_world(&w, 0);
    const rag_question q = world_question("What documents do you have?");
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(has(a->text, "Skep 2 manual"));
    assert_false(has(anc_str_of(w.store.messages[0].answer_json), "Skep"));
    assert_false(has(anc_str_of(w.outbox.events[w.outbox.n - 1].text), "Skep"));
    assert_true(has(read_back(&w).answer, "is not kept"));
    world_close(&w);
}

static void sources_that_may_be_read(void **state)
{
    (void)state;
    world w;
    bool readable = false;
    json_doc *doc = NULL;
    open_world(&w, 0);
    ASSERT_OK(
        json_parse(ANC_STR("[{\"chunk_id\":\"skep.1.0\",\"document_id\":\"skep\",\"version\":1,"
                           "\"collection\":\"default\",\"start\":100,\"end\":168}]"),
                   &doc, &w.err),
        &w.err);
    ASSERT_OK(rag_sources_readable(w.rag, &w.call, json_root(doc), &readable), &w.err);
    assert_true(readable);
    w.gone = "skep";
    ASSERT_OK(rag_sources_readable(w.rag, &w.call, json_root(doc), &readable), &w.err);
    assert_false(readable);
    json_doc_free(doc);
    world_close(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_of_what_is_gone),
        cmocka_unit_test(inventory_is_not_kept),
        cmocka_unit_test(sources_that_may_be_read),
    };
    int failed = RUN_TABLE("what is kept", rows, what_is_kept);
    failed += RUN_TABLE("what is shown", rows, what_is_shown);
    return failed + cmocka_run_group_tests_name("kept", tests, NULL, NULL);
}
