/* test_redis_place.c - URLs of Redis servers, and that a wrong one shows nothing of itself. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "clients/redis/place.h"

static const struct place_row {
    const char *url;
    clt_redis_place want;
} rows[] = {
    {"redis://localhost", {false, ANC_STR_INIT("localhost"), 6379, {0}, {0}, {0}, 0}},
    {"redis://127.0.0.1:7000/3", {false, ANC_STR_INIT("127.0.0.1"), 7000, {0}, {0}, {0}, 3}},
    {"REDIS://h/", {false, ANC_STR_INIT("h"), 6379, {0}, {0}, {0}, 0}},
    {"rediss://:s%40c%2Fret@h:1",
     {true, ANC_STR_INIT("h"), 1, {0}, {0}, ANC_STR_INIT("s@c/ret"), 0}},
    {"redis://joe:a:b@h",
     {false, ANC_STR_INIT("h"), 6379, {0}, ANC_STR_INIT("joe"), ANC_STR_INIT("a:b"), 0}},
    {"redis://joe:p@ss@h",
     {false, ANC_STR_INIT("h"), 6379, {0}, ANC_STR_INIT("joe"), ANC_STR_INIT("p@ss"), 0}},
    {"redis://[::1]:6380/1", {false, ANC_STR_INIT("::1"), 6380, {0}, {0}, {0}, 1}},
    {"redis://[::1]", {false, ANC_STR_INIT("::1"), 6379, {0}, {0}, {0}, 0}},
    {"unix:///run/r.sock", {false, {0}, 0, ANC_STR_INIT("/run/r.sock"), {0}, {0}, 0}},
    {"unix://u:w@/run/r%20s?db=5",
     {false, {0}, 0, ANC_STR_INIT("/run/r s"), ANC_STR_INIT("u"), ANC_STR_INIT("w"), 5}},
};

static void a_place_is_read(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 16);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_err err = {0};
        clt_redis_place p = {0};
        const clt_redis_place *want = &rows[i].want;
        ASSERT_OK(clt_redis_url_read(mem, anc_str_of(rows[i].url), &p, &err), &err);
        if (p.tls != want->tls || p.port != want->port || p.db != want->db ||
            !anc_str_eq(p.host, want->host) || !anc_str_eq(p.unix_path, want->unix_path) ||
            !anc_str_eq(p.user, want->user) || !anc_str_eq(p.password, want->password))
            fail_msg("%s", rows[i].url);
    }
}

static const struct wrong_row {
    const char *url, *says;
} wrong[] = {
    {"", "begins with none"},
    {"http://h", "begins with none"},
    {"c4nary@h", "begins with none"},
    {"redis://", "host is missing"},
    {"redis://:c4nary@", "host is missing"},
    {"redis://u:c4nary/x@h", "port is no number"},
    {"redis://u:6379/c4nary@h", "database is no number"},
    {"redis://u:c4nary?@h", "nothing may follow"},
    {"redis://:c4nary%4@h", "broken"},
    {"redis://:c4nary%zz@h", "broken"},
    {"redis://:c4nary%00@h", "NUL"},
    {"redis://h:0", "port is no number"},
    {"redis://h:65536", "port is no number"},
    {"redis://h/c4nary", "database is no number"},
    {"redis://h/99999999999", "database is no number"},
    {"redis://[::1", "bracket"},
    {"redis://[::1]c4nary", "bracket"},
    {"redis://h/1?c4nary", "nothing may follow"},
    {"unix://c4nary", "path of the socket is missing"},
    {"unix://c4nary/x", "has no host"},
    {"unix:///x?password=c4nary", "?db=number"},
};

static void a_wrong_one_is_named_and_not_shown(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 16);
    for (size_t i = 0; i < ANC_COUNT(wrong); i++) {
        anc_err err = {0};
        clt_redis_place p = {.port = 7};
        if (clt_redis_url_read(mem, anc_str_of(wrong[i].url), &p, &err) != ANC_INVALID)
            fail_msg("%s was taken", wrong[i].url);
        if (strstr(err.text, wrong[i].says) == NULL || strstr(err.text, "c4nary") != NULL)
            fail_msg("%s: %s", wrong[i].url, err.text);
        assert_int_equal(p.port, 7);
    }
}

static void a_long_one_is_refused(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 16);
    anc_err err = {0};
    char url[CLT_REDIS_URL_MAX + 2];
    clt_redis_place p;
    memset(url, 'x', sizeof url);
    memcpy(url, "redis://", 8);
    assert_int_equal(clt_redis_url_read(mem, (anc_str){url, sizeof url}, &p, &err), ANC_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_read),
        cmocka_unit_test(a_wrong_one_is_named_and_not_shown),
        cmocka_unit_test(a_long_one_is_refused),
    };
    return cmocka_run_group_tests_name("redis place", tests, NULL, NULL);
}
