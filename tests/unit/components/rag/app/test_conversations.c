/* test_conversations.c - conversations made, joined, read and deleted; whose they are. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "support/rag/world.h"

static void open_world(world *w)
{
    if (!world_open(w, 1, NULL))
        fail_msg("%s", w->err.text);
    w->first.tokens[0] = "Four kilograms [1].";
}

static void history_goes_into_prompt_and_search(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_question q = world_question("What is the weight of the Skep 2?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    char id[ANC_UUID_TEXT + 1];
    (void)snprintf(id, sizeof id, "%.*s", ANC_FMT(a->conversation_id));
    q = world_question("And its battery?");
    q.conversation_id = anc_str_of(id);
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_string_equal(w.searched, "What is the battery of the Skep 2?");
    assert_string_equal(w.store.messages[1].question, "And its battery?");
    assert_int_equal(w.store.n_conversations, 1);
    assert_true(anc_str_eq(a->conversation_id, anc_str_of(id)));
    world_close(&w);
}

/* The next question may come before the writer got round to the last one. */
static void follow_up_waits_for_the_writer(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_question q = world_question("What is the weight of the Skep 2?");
    q.session_id = ANC_STR("s-1");
    const rag_answer *a;
    ASSERT_OK(world_begin(&w, &q), &w.err);
    fake_tasks_run(&w.tasks);
    ASSERT_OK(rag_finish(w.rag, w.turn, &a), &w.err);
    assert_int_equal(w.store.n_messages, 0);
    q = world_question("And its battery?");
    q.conversation_id = ANC_STR("s-1");
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_string_equal(w.searched, "What is the battery of the Skep 2?");
    assert_int_equal(w.store.n_messages, 2);
    world_close(&w);
}

static void session_starts_once(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_question q = world_question("How heavy is it?");
    q.session_id = ANC_STR("old client");
    const rag_answer *a;
    for (int i = 0; i < 3; i++) {
        ASSERT_OK(world_ask(&w, &q, &a), &w.err);
        assert_true(anc_str_eq(a->conversation_id, q.session_id));
    }
    assert_int_equal(w.store.n_conversations, 1);
    assert_int_equal(w.store.n_messages, 3);
    world_close(&w);
}

/* Two first questions of one session at once: both turns are kept, in one conversation. */
static void two_first_questions_join(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_question q = world_question("How heavy is it?");
    q.session_id = ANC_STR("s");
    rag_turn *other;
    ASSERT_OK(rag_prepare(w.rag, &w.call, &q, &other), &w.err);
    ASSERT_OK(rag_retrieve(w.rag, other), &w.err);
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    world_resume(&w, other);
    ASSERT_OK(world_end(&w, &a), &w.err);
    assert_int_equal(w.store.n_messages, 2);
    assert_int_equal(w.store.n_conversations, 1);
    world_close(&w);
}

static void only_the_last_turns_are_read(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_question q = world_question("What is the weight of the Skep 2?");
    q.session_id = ANC_STR("s");
    const rag_answer *a;
    for (int i = 0; i < 8; i++)
        ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    ASSERT_OK(world_begin(&w, &q), &w.err);
    ASSERT_OK(world_end(&w, &a), &w.err);
    rag_message *messages;
    size_t n;
    ASSERT_OK(rag_message_list(w.rag, &w.call, ANC_STR("s"), UINT64_MAX, 3, &messages, &n), &w.err);
    assert_int_equal(n, 3);
    ASSERT_OK(rag_message_list(w.rag, &w.call, ANC_STR("s"), UINT64_MAX, 0, &messages, &n), &w.err);
    assert_int_equal(n, 9);
    world_close(&w);
}

static void another_user_sees_nothing(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_conversation c;
    ASSERT_OK(rag_conversation_create(w.rag, &w.call, ANC_STR("c-1"), ANC_STR("Scales"), &c),
              &w.err);
    assert_true(anc_str_eq(c.user_id, ANC_STR("ada")));
    w.call.principal.user_id = ANC_STR("eve");
    rag_question q = world_question("How heavy?");
    q.conversation_id = ANC_STR("c-1");
    const rag_answer *a;
    assert_int_equal(world_ask(&w, &q, &a), ANC_NOT_FOUND);
    anc_err_clear(&w.err);
    assert_int_equal(rag_conversation_find(w.rag, &w.call, ANC_STR("c-1"), &c), ANC_NOT_FOUND);
    rag_message *messages;
    rag_conversation *list;
    size_t n;
    anc_err_clear(&w.err);
    assert_int_equal(rag_message_list(w.rag, &w.call, ANC_STR("c-1"), UINT64_MAX, 5, &messages, &n),
                     ANC_NOT_FOUND);
    anc_err_clear(&w.err);
    assert_int_equal(rag_conversation_delete(w.rag, &w.call, ANC_STR("c-1")), ANC_NOT_FOUND);
    anc_err_clear(&w.err);
    ASSERT_OK(rag_conversation_list(w.rag, &w.call, NULL, 10, &list, &n), &w.err);
    assert_int_equal(n, 0);
    world_close(&w);
}

/* A session's name that is another user's conversation begins one apart: nothing of the other's is
 * read, and nothing is written to it. */
static void another_users_session_begins_apart(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_question q = world_question("What is the weight of the Skep 2?");
    q.session_id = ANC_STR("shared");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    w.call.principal.user_id = ANC_STR("eve");
    q = world_question("And its battery?");
    q.session_id = ANC_STR("shared");
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    assert_true(anc_uuid_valid(a->conversation_id));
    assert_string_equal(w.searched, "And its battery?");
    assert_int_equal(w.store.n_conversations, 2);
    assert_string_equal(w.store.messages[0].conversation_id, "shared");
    assert_true(anc_str_eq(anc_str_of(w.store.messages[1].conversation_id), a->conversation_id));
    w.call.principal.user_id = ANC_STR("ada");
    rag_message *messages;
    size_t n;
    ASSERT_OK(rag_message_list(w.rag, &w.call, ANC_STR("shared"), UINT64_MAX, 5, &messages, &n),
              &w.err);
    assert_int_equal(n, 1);
    world_close(&w);
}

/* Two users take one session's name at once: the one who is saved second gets a conversation apart. */
static void two_users_begin_one_session(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_question q = world_question("How heavy is it?");
    q.session_id = ANC_STR("s");
    rag_turn *eves;
    const rag_answer *a;
    w.call.principal.user_id = ANC_STR("eve");
    ASSERT_OK(rag_prepare(w.rag, &w.call, &q, &eves), &w.err);
    ASSERT_OK(rag_retrieve(w.rag, eves), &w.err);
    w.call.principal.user_id = ANC_STR("ada");
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    world_resume(&w, eves);
    ASSERT_OK(world_end(&w, &a), &w.err);
    assert_int_equal(w.store.n_messages, 2);
    assert_int_equal(w.store.n_conversations, 2);
    assert_string_equal(w.store.messages[0].conversation_id, "s");
    assert_string_equal(w.store.conversations[1].user_id, "eve");
    assert_string_equal(w.store.messages[1].conversation_id, w.store.conversations[1].id);
    world_close(&w);
}

static void created_listed_deleted(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_conversation c;
    ASSERT_OK(rag_conversation_create(w.rag, &w.call, ANC_STR("c-1"), ANC_STR("One"), &c), &w.err);
    ASSERT_OK(rag_conversation_create(w.rag, &w.call, ANC_STR_NONE, ANC_STR("Two"), &c), &w.err);
    assert_int_equal(c.id.len, ANC_UUID_TEXT);
    assert_int_equal(rag_conversation_create(w.rag, &w.call, ANC_STR("c-1"), ANC_STR("x"), &c),
                     ANC_CONFLICT);
    anc_err_clear(&w.err);
    rag_conversation *list;
    size_t n;
    ASSERT_OK(rag_conversation_list(w.rag, &w.call, NULL, 10, &list, &n), &w.err);
    assert_int_equal(n, 2);
    ASSERT_OK(rag_conversation_delete(w.rag, &w.call, ANC_STR("c-1")), &w.err);
    assert_int_equal(rag_conversation_find(w.rag, &w.call, ANC_STR("c-1"), &c), ANC_NOT_FOUND);
    static const ev_type_id wanted[] = {EV_CONVERSATION_CREATED, EV_CONVERSATION_CREATED,
                                        EV_CONVERSATION_DELETED};
    assert_int_equal(w.outbox.n, ANC_COUNT(wanted));
    for (size_t i = 0; i < ANC_COUNT(wanted); i++)
        assert_int_equal(w.outbox.events[i].type, wanted[i]);
    world_close(&w);
}

/* An erasure announces what it deletes, and does not say again whose name that had. */
static void an_erasure_names_nobody(void **state)
{
    (void)state;
    static const char *const ids[] = {"chat:5:admin:bobx", "c-1"};
    world w;
    open_world(&w);
    rag_conversation c;
    for (size_t i = 0; i < ANC_COUNT(ids); i++) {
        ASSERT_OK(rag_conversation_create(w.rag, &w.call, anc_str_of(ids[i]), ANC_STR("One"), &c),
                  &w.err);
        ASSERT_OK(rag_conversation_erase(w.rag, &w.call, anc_str_of(ids[i])), &w.err);
        assert_int_equal(rag_conversation_find(w.rag, &w.call, anc_str_of(ids[i]), &c),
                         ANC_NOT_FOUND);
        anc_err_clear(&w.err);
    }
    const fake_event *e = w.outbox.events;
    assert_int_equal(w.outbox.n, 4);
    assert_int_equal(e[1].type, EV_CONVERSATION_DELETED);
    assert_int_equal(strlen(e[1].text), strlen("chat:h:") + 32);
    assert_int_equal(strncmp(e[1].text, "chat:h:", strlen("chat:h:")), 0);
    assert_string_equal(e[3].text, "c-1");
    assert_string_equal(e[1].user_id, "");
    assert_int_equal(rag_conversation_erase(w.rag, &w.call, ANC_STR("c-1")), ANC_NOT_FOUND);
    world_close(&w);
}

static void a_title_is_the_first_question(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_conversation c;
    ASSERT_OK(rag_conversation_create(w.rag, &w.call, ANC_STR("c-1"), ANC_STR(""), &c), &w.err);
    ASSERT_OK(rag_conversation_create(w.rag, &w.call, ANC_STR("c-2"), ANC_STR("Mine"), &c), &w.err);
    const rag_answer *a;
    for (int i = 0; i < 4; i++) {
        rag_question q = world_question(i < 2 ? "How heavy is the scale?" : "How long is it?");
        q.conversation_id = i % 2 == 0 ? ANC_STR("c-1") : ANC_STR("c-2");
        ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    }
    assert_string_equal(w.store.conversations[0].title, "How heavy is the scale?");
    assert_string_equal(w.store.conversations[1].title, "Mine");
    world_close(&w);
}

static void feedback_is_kept_with_its_event(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    const rag_question q = world_question("How heavy is the scale?");
    const rag_answer *a;
    ASSERT_OK(world_ask(&w, &q, &a), &w.err);
    const anc_str id = a->query_id;
    const size_t events = w.outbox.n;
    ASSERT_OK(rag_feedback_give(w.rag, &w.call, id, 1, ANC_STR("good")), &w.err);
    ASSERT_OK(rag_feedback_give(w.rag, &w.call, id, -1, ANC_STR("")), &w.err);
    assert_int_equal(w.store.messages[0].rating, -1);
    assert_string_equal(w.store.messages[0].comment, "");
    assert_int_equal(w.outbox.n, events + 2);
    assert_int_equal(w.outbox.events[events].type, EV_FEEDBACK_GIVEN);
    assert_true(anc_str_eq(anc_str_of(w.outbox.events[events].text), id));
    assert_int_equal(rag_feedback_give(w.rag, &w.call, ANC_STR("q-9"), 1, ANC_STR("")),
                     ANC_NOT_FOUND);
    anc_err_clear(&w.err);
    assert_int_equal(rag_feedback_give(w.rag, &w.call, id, 0, ANC_STR("")), ANC_INVALID);
    assert_string_equal(w.err.pointer, "/rating");
    anc_err_clear(&w.err);
    assert_int_equal(rag_feedback_give(w.rag, &w.call, id, 1, ANC_STR("\xff")), ANC_INVALID);
    assert_string_equal(w.err.pointer, "/comment");
    anc_err_clear(&w.err);
    w.outbox.append = ANC_IO;
    assert_int_equal(rag_feedback_give(w.rag, &w.call, id, 1, ANC_STR("")), ANC_IO);
    w.outbox.append = ANC_OK;
    anc_err_clear(&w.err);
    w.call.principal.user_id = ANC_STR("eve");
    assert_int_equal(rag_feedback_give(w.rag, &w.call, id, 1, ANC_STR("")), ANC_NOT_FOUND);
    world_close(&w);
}

static void a_turn_is_told(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_message m;
    ASSERT_OK(rag_message_add(w.rag, &w.call, ANC_STR("chat:bob"), ANC_STR("How heavy?"),
                              ANC_STR("Four kilograms."), &m),
              &w.err);
    ASSERT_OK(
        rag_message_add(w.rag, &w.call, ANC_STR("chat:bob"), ANC_STR("And why?"), ANC_STR(""), &m),
        &w.err);
    assert_int_equal(w.store.n_conversations, 1);
    assert_string_equal(w.store.conversations[0].title, "How heavy?");
    assert_int_equal(w.store.n_messages, 2);
    assert_int_equal(w.outbox.n, 1);
    assert_int_equal(
        rag_message_add(w.rag, &w.call, ANC_STR("chat:bob"), ANC_STR(" "), ANC_STR(""), &m),
        ANC_INVALID);
    anc_err_clear(&w.err);
    w.call.principal.user_id = ANC_STR("eve");
    assert_int_equal(
        rag_message_add(w.rag, &w.call, ANC_STR("chat:bob"), ANC_STR("Mine?"), ANC_STR(""), &m),
        ANC_CONFLICT);
    assert_int_equal(w.store.n_messages, 2);
    world_close(&w);
}

typedef struct bad_row {
    const char *name;
    anc_str id, title;
    const char *pointer;
} bad_row;

static const bad_row bads[] = {
    {"control character", ANC_STR_INIT("a\x01"), ANC_STR_INIT("t"), "/id"},
    {"no UTF-8", ANC_STR_INIT("a\xff"), ANC_STR_INIT("t"), "/id"},
    {"title that is no text", ANC_STR_INIT("a"), ANC_STR_INIT("\xff"), "/title"},
};

static void bad_names_are_refused(void **state)
{
    const bad_row *row = *state;
    world w;
    open_world(&w);
    rag_conversation c;
    assert_int_equal(rag_conversation_create(w.rag, &w.call, row->id, row->title, &c), ANC_INVALID);
    assert_string_equal(w.err.pointer, row->pointer);
    world_close(&w);
}

/* A conversation that is deleted while its answer is on its way takes the turn with it; the events
 * of the question stay. */
static void deleted_meanwhile(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    rag_conversation c;
    ASSERT_OK(rag_conversation_create(w.rag, &w.call, ANC_STR("c-1"), ANC_STR("One"), &c), &w.err);
    rag_question q = world_question("How heavy?");
    q.conversation_id = ANC_STR("c-1");
    const rag_answer *a;
    ASSERT_OK(world_begin(&w, &q), &w.err);
    ASSERT_OK(rag_conversation_delete(w.rag, &w.call, ANC_STR("c-1")), &w.err);
    ASSERT_OK(world_end(&w, &a), &w.err);
    assert_int_equal(w.store.n_messages, 0);
    assert_int_equal(w.outbox.events[w.outbox.n - 1].type, EV_QUERY_COMPLETED);
    world_close(&w);
}

static void store_failure_is_passed_on(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    w.store.read = ANC_IO;
    rag_question q = world_question("How heavy?");
    q.session_id = ANC_STR("s");
    const rag_answer *a;
    assert_int_equal(world_ask(&w, &q, &a), ANC_IO);
    world_close(&w);
}

int main(void)
{
    int failed = RUN_TABLE("bad names", bads, bad_names_are_refused);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_goes_into_prompt_and_search),
        cmocka_unit_test(follow_up_waits_for_the_writer),
        cmocka_unit_test(session_starts_once),
        cmocka_unit_test(two_first_questions_join),
        cmocka_unit_test(only_the_last_turns_are_read),
        cmocka_unit_test(another_user_sees_nothing),
        cmocka_unit_test(another_users_session_begins_apart),
        cmocka_unit_test(two_users_begin_one_session),
        cmocka_unit_test(created_listed_deleted),
        cmocka_unit_test(an_erasure_names_nobody),
        cmocka_unit_test(a_title_is_the_first_question),
        cmocka_unit_test(feedback_is_kept_with_its_event),
        cmocka_unit_test(a_turn_is_told),
        cmocka_unit_test(deleted_meanwhile),
        cmocka_unit_test(store_failure_is_passed_on),
    };
    return failed + cmocka_run_group_tests_name("conversations", tests, NULL, NULL);
}
