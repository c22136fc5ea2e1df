/* test_live_filter.c - which events a subscriber's patterns and severity let through. */
#include "support/test.h"

#include "base/str.h"
#include "live/domain/filter.h"

static const struct row {
    const char *name;
    const char *patterns; /* cut at commas; "" is none */
    ev_severity severity;
    const char *type;
    bool fits;
} rows[] = {
    {"nothing said: all", "", EV_INFO, "query.completed", true},
    {"exact", "query.completed", EV_INFO, "query.completed", true},
    {"exact, another", "query.completed", EV_INFO, "query.failed", false},
    {"a prefix", "query.*", EV_INFO, "query.failed", true},
    {"a prefix is no beginning of a name", "query.*", EV_INFO, "query_route", false},
    {"one of two", "cache,error", EV_INFO, "error", true},
    {"all by a star", "*", EV_INFO, "cache", true},
    {"an unknown type, all wanted", "", EV_INFO, "weather.changed", true},
    {"an unknown type, one wanted", "cache", EV_INFO, "weather.changed", false},
    {"an unknown type is information", "*", EV_WARNING, "weather.changed", false},
    {"severity: more than asked for", "", EV_WARNING, "error", true},
    {"severity: less than asked for", "", EV_WARNING, "query.completed", false},
    {"severity and type", "query.*", EV_ERROR_SEVERITY, "query.failed", true},
};

static size_t cut(const char *patterns, anc_str out[8])
{
    anc_str rest = anc_str_of(patterns);
    size_t n = 0;
    while (rest.len > 0 && n < 8 && anc_str_split(&rest, ',', &out[n]))
        n++;
    return n;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    anc_err err = {0};
    anc_str patterns[8];
    liv_filter filter;
    const size_t n = cut(row->patterns, patterns);
    ASSERT_OK(liv_filter_make(patterns, n, row->severity, &filter, &err), &err);
    const ev_type *type = ev_type_by_name(anc_str_of(row->type));
    const ev_severity severity = type != NULL ? type->severity : EV_INFO;
    assert_int_equal(liv_filter_fits(&filter, type, severity), row->fits);
}

/* An event may be less severe than its type. */
static void test_severity_of_the_event(void **state)
{
    (void)state;
    anc_err err = {0};
    liv_filter filter;
    const ev_type *type = ev_type_of(EV_PERFORMANCE);
    ASSERT_OK(liv_filter_make(NULL, 0, EV_WARNING, &filter, &err), &err);
    assert_true(liv_filter_fits(&filter, type, EV_WARNING));
    assert_false(liv_filter_fits(&filter, type, EV_INFO));
}

static void test_refused(void **state)
{
    static const char *const bad[] = {"nope", "nope.*", "query", "*.completed", "cache,nope", " "};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(bad); i++) {
        anc_err err = {0};
        anc_str patterns[8];
        liv_filter filter = {.types = 42};
        const size_t n = cut(bad[i], patterns);
        assert_int_equal(liv_filter_make(patterns, n, EV_INFO, &filter, &err), ANC_INVALID);
        assert_int_equal(filter.types, 42);
        assert_true(anc_str_find(anc_str_of(err.text), patterns[n - 1]) != SIZE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_severity_of_the_event),
                                       cmocka_unit_test(test_refused)};
    int failed = RUN_TABLE("filters", rows, test_row);
    failed += cmocka_run_group_tests_name("refused", tests, NULL, NULL);
    return failed;
}
