/* test_base.c - arena, views, buffer, UTF-8, ids, map. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"

static void first_failure_wins(void **state)
{
    (void)state;
    anc_err err = {0};
    assert_int_equal(ANC_FAIL(&err, ANC_INVALID, "value %d", 7), ANC_INVALID);
    assert_int_equal(ANC_FAIL(&err, ANC_BUG, "later"), ANC_BUG);
    assert_string_equal(err.text, "value 7");
    assert_int_equal(err.code, ANC_INVALID);
    assert_int_equal(anc_status_info(ANC_RATE_LIMITED)->http, 429);
    assert_string_equal(anc_status_info((anc_status)999)->name, "BUG");
}

static void arena_knows_why_it_refused(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1000);
    assert_non_null(anc_arena_alloc(mem, 10, 10));
    assert_null(anc_arena_alloc(mem, 1000, 1));
    assert_int_equal(anc_arena_refusal(mem), ANC_LIMIT);
    assert_null(anc_arena_alloc(mem, SIZE_MAX, 2));
    anc_arena_reset(mem);
    assert_int_equal(anc_arena_used(mem), 0);
    const anc_str s = anc_arena_printf(mem, "%s-%d", "a", 5);
    assert_string_equal(s.ptr, "a-5");
    assert_int_equal(s.len, 3);
}

static void buffer_keeps_its_ceiling(void **state)
{
    (void)state;
    ANC_BUF(buf, 10);
    assert_true(anc_buf_add(&buf, ANC_STR("12345")));
    assert_true(anc_buf_printf(&buf, "%s", "67890"));
    assert_false(anc_buf_add_char(&buf, 'x'));
    assert_string_equal(buf.ptr, "1234567890");
    assert_int_equal(anc_buf_status(&buf, "thing", NULL), ANC_LIMIT);
    anc_buf_clear(&buf);
    assert_int_equal(anc_buf_status(&buf, "thing", NULL), ANC_OK);
}

static void views(void **state)
{
    (void)state;
    uint64_t n = 1;
    double d = 0;
    anc_str rest = ANC_STR("a,,b"), part;
    assert_true(anc_str_split(&rest, ',', &part) && anc_str_eq(part, ANC_STR("a")));
    assert_true(anc_str_split(&rest, ',', &part) && part.len == 0);
    assert_true(anc_str_split(&rest, ',', &part) && anc_str_eq(part, ANC_STR("b")));
    assert_false(anc_str_split(&rest, ',', &part));
    assert_true(anc_str_eq(anc_str_trim(ANC_STR("\n a b\t")), ANC_STR("a b")));
    assert_int_equal(anc_str_find(ANC_STR("abcabc"), ANC_STR("ca")), 2);
    assert_true(anc_str_to_u64(ANC_STR("18446744073709551615"), &n) && n == UINT64_MAX);
    assert_false(anc_str_to_u64(ANC_STR("18446744073709551616"), &n));
    assert_false(anc_str_to_u64(ANC_STR("+1"), &n));
    assert_true(anc_str_to_double(ANC_STR("-1.5e3"), &d) && d < -1499.9 && d > -1500.1);
    assert_false(anc_str_to_double(ANC_STR("nan"), &d));
    assert_false(anc_str_to_double(ANC_STR("1e999"), &d));
}

typedef struct utf8_row {
    const char *name;
    anc_str text;
    size_t valid;
} utf8_row;

static const utf8_row utf8_rows[] = {
    {"ascii", ANC_STR_INIT("plain text of more than eight"), 29},
    {"two, three, four bytes", ANC_STR_INIT("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 9},
    {"overlong slash", ANC_STR_INIT("ab\xC0\xAF"), 2},
    {"surrogate", ANC_STR_INIT("a\xED\xA0\x80"), 1},
    {"past U+10FFFF", ANC_STR_INIT("\xF4\x90\x80\x80"), 0},
    {"cut in the middle", ANC_STR_INIT("abc\xE2\x82"), 3},
    {"stray continuation", ANC_STR_INIT("a\x80"), 1},
};

static void utf8_prefix(void **state)
{
    const utf8_row *r = *state;
    assert_int_equal(anc_utf8_valid_prefix(r->text), r->valid);
}

static void utf8_round_trip(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
        char out[4];
        size_t back = 0;
        const size_t n = anc_utf8_put(c, out);
        if (c >= 0xD800 && c <= 0xDFFF) {
            assert_int_equal(n, 0);
            continue;
        }
        assert_true(anc_utf8_valid((anc_str){out, n}));
        assert_int_equal(anc_utf8_at((anc_str){out, n}, 0, &back), c);
        assert_int_equal(back, n);
    }
    const anc_str s = ANC_STR("a\xC3\xA9z");
    assert_int_equal(anc_utf8_count(s), 3);
    assert_int_equal(anc_utf8_floor(s, 2), 1);
    assert_int_equal(anc_utf8_offset(s, 2), 3);
}

static void ids_and_times(void **state)
{
    (void)state;
    char id[ANC_UUID_TEXT + 1], t[ANC_TIME_TEXT + 1];
    const unsigned char random[10] = {0xff, 1, 0xff, 2, 3, 4, 5, 6, 7, 8};
    anc_uuid7_text(INT64_C(0x0190a1b2c3d4), random, id);
    assert_string_equal(id, "0190a1b2-c3d4-7f01-bf02-030405060708");
    assert_true(anc_uuid_valid(anc_str_of(id)));
    assert_false(anc_uuid_valid(ANC_STR("0190a1b2-c3d4-7f01-bf02-03040506070g")));
    int64_t ms = 0;
    static const char *const instants[] = {"1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z",
                                           "2026-11-20T15:36:00.123Z", "1969-12-31T23:59:59.999Z"};
    for (size_t i = 0; i < ANC_COUNT(instants); i++) {
        assert_true(anc_time_parse(anc_str_of(instants[i]), &ms));
        anc_time_text(ms, t);
        assert_string_equal(t, instants[i]);
    }
    assert_true(anc_time_parse(ANC_STR("2026-11-20T15:36:00+02:00"), &ms));
    anc_time_text(ms, t);
    assert_string_equal(t, "2026-11-20T13:36:00.000Z");
    assert_true(anc_time_parse(ANC_STR("2026-11-20"), &ms));
    assert_false(anc_time_parse(ANC_STR("2025-02-29"), &ms));
    assert_false(anc_time_parse(ANC_STR("yesterday"), &ms));
}

/* Random puts and removes against an array that is the slow way. */
static void map_agrees_with_an_array(void **state)
{
    (void)state;
    enum { KEYS = 300, STEPS = 20000 };
    bool there[KEYS] = {false};
    uint64_t value[KEYS] = {0};
    anc_map *map = anc_map_new();
    assert_non_null(map);
    uint32_t seed = 12345;
    for (uint32_t step = 0; step < STEPS; step++) {
        seed = seed * 1664525u + 1013904223u;
        const uint32_t k = (seed >> 8) % KEYS;
        char key[16];
        const int len = snprintf(key, sizeof key, "key%u", k);
        const anc_str ks = {key, (size_t)len};
        if (seed >> 31) {
            assert_true(anc_map_put(map, ks, step));
            there[k] = true;
            value[k] = step;
        } else {
            assert_int_equal(anc_map_remove(map, ks), there[k]);
            there[k] = false;
        }
        uint64_t got = 0;
        assert_int_equal(anc_map_find(map, ks, &got), there[k]);
        if (there[k])
            assert_int_equal(got, value[k]);
    }
    size_t n = 0, cursor = 0, walked = 0;
    for (size_t k = 0; k < KEYS; k++)
        n += there[k];
    anc_str key;
    for (uint64_t v; anc_map_next(map, &cursor, &key, &v);)
        walked++;
    assert_int_equal(anc_map_count(map), n);
    assert_int_equal(walked, n);
    anc_map_free(map);
}

static void folders_are_not_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *told;
    } rows[] = {
        {"/tmp/a/catalog.db: it failed (9)", "catalog.db: it failed (9)"},
        {"cannot read \"/srv/x/raw/3f\": Permission denied",
         "cannot read \"3f\": Permission denied"},
        {"from /a/b to /c/d/", "from b to d/"},
        {"path=/var/lib/x", "path=x"},
        {"https://example.org/v1/chat says no", "https://example.org/v1/chat says no"},
        {"/readyz says when; a/b stays, and / too", "/readyz says when; a/b stays, and / too"},
        {"//a//b", "b"},
        {"", ""},
    };
    char room[ANC_ERR_BYTES], small[4];
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const anc_str told = anc_without_folders(anc_str_of(rows[i].text), room, sizeof room);
        assert_string_equal(told.ptr, rows[i].told);
        assert_int_equal(told.len, strlen(rows[i].told));
    }
    assert_string_equal(anc_without_folders(ANC_STR("/a/bcdef"), small, sizeof small).ptr, "bcd");
    anc_err err = {0};
    (void)ANC_FAIL(&err, ANC_INVALID, "/top_k/x of the caller");
    assert_string_equal(anc_err_told(&err, err.text).ptr, "/top_k/x of the caller");
    anc_err_clear(&err);
    (void)ANC_FAIL(&err, ANC_IO, "/top/x of the server");
    assert_string_equal(anc_err_told(&err, err.text).ptr, "x of the server");
    assert_string_equal(err.text, "x of the server");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_not_told),
        cmocka_unit_test(first_failure_wins),
        cmocka_unit_test(arena_knows_why_it_refused),
        cmocka_unit_test(buffer_keeps_its_ceiling),
        cmocka_unit_test(views),
        cmocka_unit_test(utf8_round_trip),
        cmocka_unit_test(ids_and_times),
        cmocka_unit_test(map_agrees_with_an_array),
    };
    int failed = cmocka_run_group_tests_name("base", tests, NULL, NULL);
    failed += RUN_TABLE("utf8", utf8_rows, utf8_prefix);
    return failed;
}
