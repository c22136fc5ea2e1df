/* test_arrivals.c - what events of other services name and say: files, and entries. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ingest/domain/entry.h"
#include "ingest/domain/file_uri.h"
#include "support/test.h"

/* ---- files ---- */

static const struct uri_row {
    const char *name, *uri;
    anc_status status;
    const char *path;
} uris[] = {
    {"three slashes", "file:///a/b.txt", ANC_OK, "/a/b.txt"},
    {"one slash", "file:/a/b.txt", ANC_OK, "/a/b.txt"},
    {"this machine", "file://localhost/a/b.txt", ANC_OK, "/a/b.txt"},
    {"a path", "/a/b c%20.txt", ANC_OK, "/a/b c%20.txt"},
    {"encoded", "file:///a%20b/%C3%A9.txt", ANC_OK, "/a b/\xc3\xa9.txt"},
    {"encoded at the end", "file:///a/b%2e", ANC_OK, "/a/b."},
    {"dots inside", "file:///a/b..c/d.e", ANC_OK, "/a/b..c/d.e"},
    {"empty", "", ANC_UNSUPPORTED, NULL},
    {"relative", "a/b.txt", ANC_UNSUPPORTED, NULL},
    {"http", "http://127.0.0.1/a.txt", ANC_UNSUPPORTED, NULL},
    {"https", "https://example.org/a.txt", ANC_UNSUPPORTED, NULL},
    {"s3", "s3://bucket/a.txt", ANC_UNSUPPORTED, NULL},
    {"another machine", "file://elsewhere/a.txt", ANC_UNSUPPORTED, NULL},
    {"another that begins alike", "file://localhost.example/a.txt", ANC_UNSUPPORTED, NULL},
    {"upper case", "FILE:///a.txt", ANC_UNSUPPORTED, NULL},
    {"climbs", "file:///a/../b.txt", ANC_FORBIDDEN, NULL},
    {"climbs at the end", "file:///a/..", ANC_FORBIDDEN, NULL},
    {"climbs, encoded", "file:///a/%2e%2e/b.txt", ANC_FORBIDDEN, NULL},
    {"climbs, the slash encoded", "file:///a%2f..%2fb.txt", ANC_FORBIDDEN, NULL},
    {"stays", "file:///a/./b.txt", ANC_FORBIDDEN, NULL},
    {"hidden", "file:///a/.env", ANC_FORBIDDEN, NULL},
    {"hidden folder", "/a/.git/config", ANC_FORBIDDEN, NULL},
    {"a folder", "file:///a/", ANC_INVALID, NULL},
    {"a query", "file:///a/b?c", ANC_INVALID, NULL},
    {"a fragment", "file:///a/b#c", ANC_INVALID, NULL},
    {"half an escape", "file:///a/b%4", ANC_INVALID, NULL},
    {"a bare percent sign", "file:///a/b%", ANC_INVALID, NULL},
    {"no digits", "file:///a/b%zz", ANC_INVALID, NULL},
    {"a zero byte", "file:///a/b%00c", ANC_INVALID, NULL},
    {"a line break", "file:///a/b%0ac", ANC_INVALID, NULL},
    {"no UTF-8", "file:///a/%ff", ANC_INVALID, NULL},
};

static void uri(void **state)
{
    const struct uri_row *row = *state;
    ANC_ARENA(mem, 1 << 16);
    anc_err err = {0};
    anc_str path = ANC_STR("untouched");
    assert_non_null(mem);
    assert_int_equal(ing_file_uri_read(anc_str_of(row->uri), mem, &path, &err), row->status);
    assert_true(anc_str_eq(path, anc_str_of(row->path != NULL ? row->path : "untouched")));
    assert_string_equal(err.pointer, row->path != NULL ? "" : "/payload/uri");
}

/* Whatever a URI has besides scheme and host may be a secret. */
static const struct shown_row {
    const char *name, *uri, *shown;
} showns[] = {
    {"a path", "https://example.org/hook/CANARY", "\"https://example.org…\""},
    {"a query", "https://example.org?token=CANARY", "\"https://example.org…\""},
    {"a fragment", "http://example.org:81#CANARY", "\"http://example.org:81…\""},
    {"a user", "https://u:CANARY@example.org/", "\"https:…\""},
    {"a password with marks in it", "https://u:CA/N?A#CANARY@example.org/", "\"https:…\""},
    {"an @ after the host", "https://example.org/?t=CANARY@x", "\"https:…\""},
    {"no slashes", "data:text/plain,CANARY", "\"data:…\""},
    {"no scheme", "CANARY", "\"…\""},
};

static void shown(void **state)
{
    const struct shown_row *row = *state;
    ANC_ARENA(mem, 1 << 16);
    anc_err err = {0};
    anc_str path;
    assert_non_null(mem);
    assert_int_equal(ing_file_uri_read(anc_str_of(row->uri), mem, &path, &err), ANC_UNSUPPORTED);
    assert_non_null(strstr(err.text, row->shown));
    assert_null(strstr(err.text, "CANARY"));
}

static const struct kept_row {
    const char *name, *uri, *kept;
} keeps[] = {
    {"no user", "https://example.org/a?b#c", "https://example.org/a?b#c"},
    {"a user", "https://u:CANARY@example.org:1/a?b", "https://example.org:1/a?b"},
    {"two", "https://u:CANARY@x@example.org", "https://example.org"},
    {"another scheme", "ftp://CANARY@h", "ftp://h"},
    {"an @ in the path", "https://example.org/@a", "https://example.org/@a"},
    {"an @ in the query", "https://example.org?a@b", "https://example.org?a@b"},
    {"no host", "mailto:a@b", "mailto:a@b"},
    {"empty", "", ""},
};

static void kept(void **state)
{
    const struct kept_row *row = *state;
    ANC_ARENA(mem, 1 << 16);
    ANC_ARENA(small, 4);
    anc_err err = {0};
    anc_str uri;
    assert_non_null(mem);
    ASSERT_OK(ing_uri_without_user(anc_str_of(row->uri), mem, &uri, &err), &err);
    assert_true(anc_str_eq(uri, anc_str_of(row->kept)));
    const bool cut = strcmp(row->uri, row->kept) != 0;
    assert_int_equal(ing_uri_without_user(anc_str_of(row->uri), small, &uri, &err),
                     cut ? ANC_LIMIT : ANC_OK);
}

static void a_long_path(void **state)
{
    static char text[5000];
    ANC_ARENA(mem, 1 << 16);
    ANC_ARENA(small, 16);
    anc_err err = {0};
    anc_str path;
    (void)state;
    memset(text, 'a', sizeof text);
    text[0] = '/';
    assert_int_equal(ing_file_uri_read((anc_str){text, 4096}, mem, &path, &err), ANC_INVALID);
    ASSERT_OK(ing_file_uri_read((anc_str){text, 4095}, mem, &path, &err), &err);
    assert_int_equal(path.len, 4095);
    anc_err_clear(&err);
    assert_int_equal(ing_file_uri_read((anc_str){text, 4095}, small, &path, &err), ANC_LIMIT);
}

static const struct below_row {
    const char *name, *folder, *path, *rest;
} belows[] = {
    {"inside", "/a/b", "/a/b/c/d", "c/d"},
    {"a slash at its end", "/a/b//", "/a/b/c", "c"},
    {"the root", "/", "/a", "a"},
    {"itself", "/a/b", "/a/b", ""},
    {"itself with a slash", "/a/b", "/a/b/", ""},
    {"begins alike", "/a/b", "/a/bc/d", ""},
    {"beside", "/a/b", "/a/c/d", ""},
    {"above", "/a/b", "/a", ""},
};

static void below(void **state)
{
    const struct below_row *row = *state;
    const anc_str rest = ing_path_below(anc_str_of(row->folder), anc_str_of(row->path));
    assert_true(anc_str_eq(rest, anc_str_of(row->rest)));
}

/* ---- entries ---- */

static const struct entry_row {
    const char *name, *payload, *title, *text;
} entries[] = {
    {"whole",
     "{\"entry_id\":\"E-1\",\"date\":\"2026-02-28\",\"label\":\"Chairs\",\"amount\":1249.5,"
     "\"account\":\"606100\"}",
     "Chairs",
     "Accounting entry: E-1\nDate: 2026-02-28\nLabel: Chairs\nAmount: 1249.5\n"
     "Account: 606100\n"},
    {"the id alone", "{\"entry_id\":\"E-1\"}", "Accounting entry E-1", "Accounting entry: E-1\n"},
    {"the id comes first", "{\"amount\":7,\"entry_id\":\"E-1\"}", "Accounting entry E-1",
     "Accounting entry: E-1\nAmount: 7\n"},
    {"a blank label", "{\"entry_id\":\"E-1\",\"label\":\"  \"}", "Accounting entry E-1",
     "Accounting entry: E-1\nLabel:   \n"},
    {"other members",
     "{\"entry_id\":\"E-1\",\"cost_centre\":\"North\",\"paid\":true,\"due\":false,\"tags\":[\"a\","
     "2]"
     "}",
     "Accounting entry E-1",
     "Accounting entry: E-1\nCost centre: North\nPaid: yes\nDue: no\nTags: a, 2\n"},
    {"null and nested",
     "{\"entry_id\":\"E-1\",\"label\":null,\"lines\":[{\"a\":1}],\"by\":{\"a\":1},\"none\":[]}",
     "Accounting entry E-1", "Accounting entry: E-1\n"},
    {"a forged line", "{\"entry_id\":\"E-1\",\"label\":\"a\\nAmount: 9\"}", "a\nAmount: 9",
     "Accounting entry: E-1\nLabel: a Amount: 9\n"},
    {"a name of two lines", "{\"entry_id\":\"E-1\",\"a\\nb\":1}", "Accounting entry E-1",
     "Accounting entry: E-1\nA b: 1\n"},
    {"figures", "{\"entry_id\":\"E-1\",\"amount\":-0.1,\"big\":9007199254740993}",
     "Accounting entry E-1", "Accounting entry: E-1\nAmount: -0.1\nBig: 9007199254740993\n"},
};

static void entry(void **state)
{
    const struct entry_row *row = *state;
    ANC_ARENA(mem, 1 << 16);
    anc_err err = {0};
    ing_entry e;
    assert_non_null(mem);
    ASSERT_OK(ing_entry_read(anc_str_of(row->payload), mem, &e, &err), &err);
    assert_string_equal(e.title.ptr, row->title);
    assert_string_equal(e.text.ptr, row->text);
}

static const struct date_row {
    const char *name, *date;
    bool fits;
} dates[] = {
    {"a day", "2026-02-28", true},
    {"an instant", "2026-02-28T10:00:00+01:00", true},
    {"a leap day", "2028-02-29", true},
    {"none", "", true},
    {"no such month", "31/31/2026", false},
    {"the day first", "28/02/2026", false},
    {"no such day", "2026-02-30", false},
    {"words", "yesterday", false},
    {"more behind it", "2026-02-28 noon", false},
};

static void date_of_an_entry(void **state)
{
    const struct date_row *row = *state;
    ANC_ARENA(mem, 1 << 16);
    char payload[128];
    anc_err err = {0};
    ing_entry e;
    (void)snprintf(payload, sizeof payload, "{\"entry_id\":\"E-1\",\"date\":\"%s\"}", row->date);
    const anc_status status = ing_entry_read(anc_str_of(payload), mem, &e, &err);
    assert_int_equal(status, row->fits ? ANC_OK : ANC_INVALID);
    if (!row->fits)
        assert_non_null(strstr(err.text, row->date));
}

static void no_room_for_an_entry(void **state)
{
    ANC_ARENA(small, 40);
    anc_err err = {0};
    ing_entry e;
    (void)state;
    assert_int_equal(ing_entry_read(anc_str_of(entries[0].payload), small, &e, &err), ANC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_long_path),
                                       cmocka_unit_test(no_room_for_an_entry)};
    return RUN_TABLE("URIs", uris, uri) + RUN_TABLE("shown", showns, shown) +
           RUN_TABLE("kept", keeps, kept) + RUN_TABLE("below a folder", belows, below) +
           RUN_TABLE("entries", entries, entry) +
           RUN_TABLE("dates of entries", dates, date_of_an_entry) +
           cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
