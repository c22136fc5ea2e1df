/* test_web_uri.c - which machine a URI of the web names, and whether it is on a list. */
#include "base/str.h"
#include "ingest/domain/web_uri.h"
#include "support/test.h"

static const struct uri_row {
    const char *name, *uri;
    anc_status status;
    const char *host;
    uint16_t port;
    const char *last;
} uris[] = {
    {"plain", "http://a.example/x/b.pdf", ANC_OK, "a.example", 80, "b.pdf"},
    {"secure", "HTTPS://a.example/b?c=/d#e", ANC_OK, "a.example", 443, "b"},
    {"a port", "https://a.example:8443", ANC_OK, "a.example", 8443, ""},
    {"v6", "http://[::1]:81/a", ANC_OK, "::1", 81, "a"},
    {"a query at once", "http://a.example?x", ANC_OK, "a.example", 80, ""},
    {"an @ in the path", "http://a.example/@b", ANC_OK, "a.example", 80, "@b"},
    {"a user", "http://a.example@evil.example/", ANC_INVALID, NULL, 0, NULL},
    {"a backslash", "http://a.example\\@evil.example/", ANC_INVALID, NULL, 0, NULL},
    {"a backslash alone", "http://a.example\\evil/", ANC_INVALID, NULL, 0, NULL},
    {"a blank", "http://a.example/ b", ANC_INVALID, NULL, 0, NULL},
    {"a line break", "http://a.example/\r\nHost: b", ANC_INVALID, NULL, 0, NULL},
    {"no host", "http:///a", ANC_INVALID, NULL, 0, NULL},
    {"no port", "http://a.example:/", ANC_INVALID, NULL, 0, NULL},
    {"port 0", "http://a.example:0/", ANC_INVALID, NULL, 0, NULL},
    {"a port too large", "http://a.example:65536/", ANC_INVALID, NULL, 0, NULL},
    {"two ports", "http://a.example:80:81/", ANC_INVALID, NULL, 0, NULL},
    {"an open bracket", "http://[::1/", ANC_INVALID, NULL, 0, NULL},
    {"a percent sign in the host", "http://a%2eexample/", ANC_INVALID, NULL, 0, NULL},
    {"not ASCII", "http://\xc3\xa9.example/", ANC_INVALID, NULL, 0, NULL},
    {"another scheme", "ftp://a.example/", ANC_INVALID, NULL, 0, NULL},
};

static void uri_is_read(void **state)
{
    const struct uri_row *row = *state;
    anc_err err = {0};
    ing_web_uri u = {.port = 7};
    assert_int_equal(ing_web_uri_read(anc_str_of(row->uri), &u, &err), row->status);
    if (row->status != ANC_OK) {
        assert_int_equal(u.port, 7);
        assert_string_equal(err.pointer, "/payload/uri");
        return;
    }
    assert_true(anc_str_eq(u.host, anc_str_of(row->host)) && u.port == row->port);
    assert_true(anc_str_eq(u.name, anc_str_of(row->last)));
}

static const struct named_row {
    const char *name, *uri, *host;
    bool is_named;
} nameds[] = {
    {"itself", "http://a.example/x", "a.example", true},
    {"in capitals", "http://A.Example/x", "a.example", true},
    {"both schemes", "https://a.example/x", "a.example", true},
    {"another port", "http://a.example:8080/x", "a.example", false},
    {"that port", "http://a.example:8080/x", "a.example:8080", true},
    {"the port of its scheme, said", "http://a.example/x", "a.example:80", true},
    {"below it", "http://b.a.example/x", "a.example", false},
    {"ends alike", "http://ba.example/x", "a.example", false},
    {"begins alike", "http://a.example.evil/x", "a.example", false},
    {"a dot behind it", "http://a.example./x", "a.example", false},
    {"v6", "http://[fd00::1]/x", "[fd00::1]", true},
    {"v6 without brackets", "http://[fd00::1]/x", "fd00::1", true},
    {"another v6", "http://[fd00::1]/x", "fd00::11", false},
};

static void host_is_named(void **state)
{
    const struct named_row *row = *state;
    anc_err err = {0};
    ing_web_uri u;
    const anc_str hosts[] = {ANC_STR("z.example"), anc_str_of(row->host)};
    ASSERT_OK(ing_web_uri_read(anc_str_of(row->uri), &u, &err), &err);
    assert_int_equal(ing_web_host_is_named(&u, hosts, 2), row->is_named);
    assert_false(ing_web_host_is_named(&u, hosts, 1));
}

static void an_address_is_named(void **state)
{
    (void)state;
    const anc_str hosts[] = {ANC_STR("10.0.0.5:8080"), ANC_STR("[fd00::1]")};
    assert_true(ing_web_address_is_named(ANC_STR("10.0.0.5"), hosts, 2));
    assert_true(ing_web_address_is_named(ANC_STR("fd00::1"), hosts, 2));
    assert_false(ing_web_address_is_named(ANC_STR("10.0.0.50"), hosts, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_address_is_named)};
    int failed = RUN_TABLE("uris of the web", uris, uri_is_read);
    failed += RUN_TABLE("hosts that are named", nameds, host_is_named);
    return failed + cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
