/* test_user.c - which users are kept. */
#include <string.h>

#include "base/str.h"
#include "identity/domain/user.h"
#include "support/test.h"

enum { LONG = 400 };

static char a_long_one[LONG + 1];

static const struct name_row {
    const char *name;
    const char *id, *username, *group;
    size_t id_len, username_len, group_len; /* of a_long_one; 0: the text before */
    const char *pointer;                    /* NULL: it is kept */
} names[] = {
    {"plain", "42", "Ada", "sales", 0, 0, 0, NULL},
    {"no name", "42", "", "sales", 0, 0, 0, NULL},
    {"accents", "\xc3\xa9", "J\xc3\xb6rg", "b\xc3\xbcro", 0, 0, 0, NULL},
    {"no id", "", "Ada", "sales", 0, 0, 0, "/payload/user_id"},
    {"longest id", "", "Ada", "sales", IDN_ID_BYTES, 0, 0, NULL},
    {"too long an id", "", "Ada", "sales", IDN_ID_BYTES + 1, 0, 0, "/payload/user_id"},
    {"id of two lines", "4\n2", "Ada", "sales", 0, 0, 0, "/payload/user_id"},
    {"id that is no UTF-8", "4\xff", "Ada", "sales", 0, 0, 0, "/payload/user_id"},
    {"longest name", "42", "", "sales", 0, IDN_NAME_BYTES, 0, NULL},
    {"too long a name", "42", "", "sales", 0, IDN_NAME_BYTES + 1, 0, "/payload/username"},
    {"name with a control", "42", "A\x7f", "sales", 0, 0, 0, "/payload/username"},
    {"no group's name", "42", "Ada", "", 0, 0, 0, "/payload/groups/1"},
    {"longest group", "42", "Ada", "", 0, 0, IDN_GROUP_BYTES, NULL},
    {"too long a group", "42", "Ada", "", 0, 0, IDN_GROUP_BYTES + 1, "/payload/groups/1"},
    {"group with a tab", "42", "Ada", "a\tb", 0, 0, 0, "/payload/groups/1"},
};

static anc_str text(const char *s, size_t len)
{
    return len > 0 ? (anc_str){a_long_one, len} : anc_str_of(s);
}

static void name(void **state)
{
    const struct name_row *row = *state;
    anc_err err = {0};
    const anc_str groups[] = {ANC_STR("north"), text(row->group, row->group_len)};
    const idn_user_record user = {.id = text(row->id, row->id_len),
                                  .username = text(row->username, row->username_len),
                                  .groups = groups,
                                  .n_groups = ANC_COUNT(groups)};
    const anc_status status = idn_user_check(&user, &err);
    assert_int_equal(status, row->pointer == NULL ? ANC_OK : ANC_INVALID);
    assert_string_equal(err.pointer, row->pointer == NULL ? "" : row->pointer);
}

static void many_groups(void **state)
{
    static anc_str groups[IDN_GROUPS + 1];
    anc_err err = {0};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(groups); i++)
        groups[i] = ANC_STR("g");
    idn_user_record user = {.id = ANC_STR("42"), .groups = groups, .n_groups = IDN_GROUPS};
    ASSERT_OK(idn_user_check(&user, &err), &err);
    user.n_groups++;
    assert_int_equal(idn_user_check(&user, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "257"));
}

int main(void)
{
    memset(a_long_one, 'x', LONG);
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_groups)};
    return RUN_TABLE("names", names, name) +
           cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
