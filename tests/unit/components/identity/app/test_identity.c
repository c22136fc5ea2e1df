/* test_identity.c - users told of, found, forgotten. */
#include "support/test.h"

#include "os/file.h"
#include "support/identity_world.h"

static char folder[64], path[96];

static int setup(void **state)
{
    static identity_world world;
    anc_err err = {0};
    (void)strcpy(folder, "/tmp/anc-identity-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/catalog.db", folder);
    ASSERT_OK(identity_world_open(&world, path, &err), &err);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    anc_err err = {0};
    identity_world_close(*state);
    ASSERT_OK(os_folder_remove(anc_str_of(folder), &err), &err);
    return 0;
}

static ev_arrival told(identity_world *w, const ev_envelope *event)
{
    TEST_CALL(t);
    ev_arrival arrival = EV_ARRIVED_NEW;
    ASSERT_OK(idn_user_created(w->idn, &t.call, event, &arrival), &t.err);
    return arrival;
}

#define ADA       "{\"user_id\":\"42\",\"username\":\"Ada\",\"groups\":[\"sales\",\"north\"],\"age\":7}"
#define ADA_MOVED "{\"user_id\":\"42\",\"username\":\"Ada L.\",\"groups\":[\"south\"]}"

static void a_user_is_told_of_once(void **state)
{
    identity_world *w = *state;
    TEST_CALL(t);
    idn_user_record user;
    const ev_envelope first = identity_event("1", 1000, ADA);
    const ev_envelope newer = identity_event("2", 2000, ADA_MOVED);
    const ev_envelope older = identity_event("3", 1500, ADA);
    assert_int_equal(identity_find(w, &t.call, "42", &user), ANC_NOT_FOUND);
    anc_err_clear(&t.err);
    assert_int_equal(told(w, &first), EV_ARRIVED_NEW);
    ASSERT_OK(identity_find(w, &t.call, "42", &user), &t.err);
    assert_true(anc_str_eq(user.username, ANC_STR("Ada")));
    assert_int_equal(user.n_groups, 2);
    assert_int_equal(told(w, &newer), EV_ARRIVED_NEW);
    assert_int_equal(told(w, &first), EV_ARRIVED_AGAIN);
    assert_int_equal(told(w, &older), EV_ARRIVED_LATE);
    ASSERT_OK(identity_find(w, &t.call, "42", &user), &t.err);
    assert_true(anc_str_eq(user.username, ANC_STR("Ada L.")));
    assert_int_equal(user.n_groups, 1);
    assert_true(anc_str_eq(user.groups[0], ANC_STR("south")));
    assert_int_equal(user.created_ms, 1000);
    assert_int_equal(user.updated_ms, 2000);
}

static void a_forgotten_user_does_not_come_back(void **state)
{
    identity_world *w = *state;
    TEST_CALL(t);
    idn_user_record user;
    uint64_t n = 9;
    const ev_envelope event = identity_event("1", 1000, ADA);
    ASSERT_OK(idn_user_erase(w->idn, &t.call, ANC_STR("42"), &n), &t.err);
    assert_int_equal(n, 0);
    assert_int_equal(told(w, &event), EV_ARRIVED_NEW);
    ASSERT_OK(idn_user_erase(w->idn, &t.call, ANC_STR("42"), &n), &t.err);
    assert_int_equal(n, 1);
    assert_int_equal(told(w, &event), EV_ARRIVED_AGAIN);
    assert_int_equal(identity_find(w, &t.call, "42", &user), ANC_NOT_FOUND);
    const ev_envelope anew = identity_event("2", 3000, ADA); /* somebody tells of that user anew */
    anc_err_clear(&t.err);
    assert_int_equal(told(w, &anew), EV_ARRIVED_NEW);
    ASSERT_OK(identity_find(w, &t.call, "42", &user), &t.err);
}

static const struct bad_row {
    const char *name, *payload, *says;
} bad[] = {
    {"empty id", "{\"user_id\":\"\"}", "user_id"},
    {"no id", "{\"username\":\"Ada\"}", "user_id"},
    {"a number", "{\"user_id\":42}", "user_id"},
    {"groups of numbers", "{\"user_id\":\"42\",\"groups\":[1]}", "groups"},
    {"a group without a name", "{\"user_id\":\"42\",\"groups\":[\"a\",\"\"]}", "groups/1"},
};

static void what_does_not_fit_is_no_user(void **state)
{
    void *world = NULL;
    TEST_CALL(t);
    const struct bad_row *row = *state;
    ev_arrival arrival;
    idn_user_record user;
    (void)setup(&world);
    const identity_world *w = world;
    const ev_envelope event = identity_event("1", 1000, row->payload);
    assert_int_equal(idn_user_created(w->idn, &t.call, &event, &arrival), ANC_INVALID);
    assert_non_null(strstr(t.err.text, row->says));
    anc_err_clear(&t.err);
    assert_int_equal(identity_find(w, &t.call, "42", &user), ANC_NOT_FOUND);
    (void)teardown(&world);
}

static void another_type_is_refused(void **state)
{
    const identity_world *w = *state;
    TEST_CALL(t);
    ev_arrival arrival;
    ev_envelope event = identity_event("1", 1000, ADA);
    event.type = ev_type_of(EV_DOCUMENT_UPLOADED);
    event.type_name = ANC_STR("document.uploaded");
    assert_int_equal(idn_user_created(w->idn, &t.call, &event, &arrival), ANC_INVALID);
    assert_string_equal(t.err.pointer, "/event_type");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(a_user_is_told_of_once),
                                       TEST(a_forgotten_user_does_not_come_back),
                                       TEST(another_type_is_refused)};
    return cmocka_run_group_tests_name("users", tests, NULL, NULL) +
           RUN_TABLE("what does not fit", bad, what_does_not_fit_is_no_user);
}
