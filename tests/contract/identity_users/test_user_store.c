/* test_user_store.c - the contract of identity/ports/user_store.h: sqlite. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "identity/adapters/sqlite/idn_sqlite.h"
#include "support/call.h"
#include "support/catalog_file.h"
#include "support/sql.h"

typedef struct bench {
    catalog_file file;
    idn_user_store store;
    test_call call;
} bench;

static int setup(void **state)
{
    bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    test_call_init(&b->call);
    catalog_file_open(&b->file, idn_migrations, idn_n_migrations);
    b->store = idn_sqlite_store(b->file.readers);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    bench *b = *state;
    catalog_file_close(&b->file);
    test_call_done(&b->call);
    free(b);
    return 0;
}

static void put(bench *b, const idn_user_record *user)
{
    krn_tx tx = catalog_file_begin(&b->file);
    anc_err *err = &b->call.err;
    ASSERT_OK(b->store.ops->put(b->store.self, &tx, user, err), err);
    catalog_file_commit(&b->file);
}

static bool removed(bench *b, const char *id)
{
    krn_tx tx = catalog_file_begin(&b->file);
    anc_err *err = &b->call.err;
    bool there = false;
    ASSERT_OK(b->store.ops->remove(b->store.self, &tx, anc_str_of(id), &there, err), err);
    catalog_file_commit(&b->file);
    return there;
}

static anc_status find(bench *b, const char *id, idn_user_record *ret)
{
    anc_err_clear(&b->call.err);
    return b->store.ops->find(b->store.self, &b->call.call, anc_str_of(id), ret);
}

static const anc_str groups[] = {ANC_STR_INIT("sales"), ANC_STR_INIT("north"),
                                 ANC_STR_INIT("sales"), ANC_STR_INIT("b\xc3\xbcro")};

static void a_user_is_found_as_it_was_put(void **state)
{
    bench *b = *state;
    const idn_user_record user = {.id = ANC_STR("42"),
                                  .username = ANC_STR("Ada"),
                                  .groups = groups,
                                  .n_groups = ANC_COUNT(groups),
                                  .created_ms = 5,
                                  .updated_ms = 7};
    idn_user_record found;
    assert_int_equal(find(b, "42", &found), ANC_NOT_FOUND);
    assert_non_null(strstr(b->call.err.text, "42"));
    put(b, &user);
    ASSERT_OK(find(b, "42", &found), &b->call.err);
    assert_true(anc_str_eq(found.id, user.id) && anc_str_eq(found.username, user.username));
    assert_int_equal(found.created_ms, 5);
    assert_int_equal(found.updated_ms, 7);
    assert_int_equal(found.n_groups, 3);
    assert_true(anc_str_eq(found.groups[0], groups[0]) && anc_str_eq(found.groups[1], groups[1]));
    assert_true(anc_str_eq(found.groups[2], groups[3]));
    assert_int_equal(find(b, "43", &found), ANC_NOT_FOUND);
}

static void a_later_telling_takes_its_place(void **state)
{
    bench *b = *state;
    idn_user_record found;
    idn_user_record user = {.id = ANC_STR("42"),
                            .username = ANC_STR("Ada"),
                            .groups = groups,
                            .n_groups = 2,
                            .created_ms = 5,
                            .updated_ms = 5};
    const idn_user_record other = {.id = ANC_STR("7"), .groups = groups, .n_groups = 1};
    put(b, &user);
    put(b, &other);
    user = (idn_user_record){.id = user.id, .created_ms = 9, .updated_ms = 9};
    put(b, &user);
    ASSERT_OK(find(b, "42", &found), &b->call.err);
    assert_int_equal(found.username.len, 0);
    assert_int_equal(found.n_groups, 0);
    assert_int_equal(found.created_ms, 5);
    assert_int_equal(found.updated_ms, 9);
    ASSERT_OK(find(b, "7", &found), &b->call.err);
    assert_int_equal(found.n_groups, 1);
}

static void what_is_removed_is_gone_with_its_groups(void **state)
{
    bench *b = *state;
    idn_user_record found;
    const idn_user_record user = {.id = ANC_STR("42"), .groups = groups, .n_groups = 2};
    put(b, &user);
    assert_false(removed(b, "4"));
    assert_true(removed(b, "42"));
    assert_false(removed(b, "42"));
    assert_int_equal(find(b, "42", &found), ANC_NOT_FOUND);
    assert_int_equal(sql_number(b->file.db, "SELECT count(*) FROM idn_member"), 0);
}

static void a_full_arena_is_a_limit(void **state)
{
    bench *b = *state;
    ANC_ARENA(small, 16);
    idn_user_record found;
    const idn_user_record user = {.id = ANC_STR("42"), .groups = groups, .n_groups = 4};
    put(b, &user);
    krn_call call = b->call.call;
    call.mem = small;
    assert_int_equal(b->store.ops->find(b->store.self, &call, user.id, &found), ANC_LIMIT);
    anc_err_clear(&b->call.err);
    ASSERT_OK(find(b, "42", &found), &b->call.err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_user_is_found_as_it_was_put),
        TEST(a_later_telling_takes_its_place),
        TEST(what_is_removed_is_gone_with_its_groups),
        TEST(a_full_arena_is_a_limit),
    };
    return cmocka_run_group_tests_name("user store", tests, NULL, NULL);
}
