/* test_engine_filter.c - one document, one condition a row. */
#include "support/test.h"

#include "engine_help.h"

#define S(literal)                                       \
    {                                                    \
        .kind = ENG_STRING, .str = ANC_STR_INIT(literal) \
    }
#define I(n)                            \
    {                                   \
        .kind = ENG_INT, .integer = (n) \
    }
#define R(x)                          \
    {                                 \
        .kind = ENG_REAL, .real = (x) \
    }
#define T(ms)                             \
    {                                     \
        .kind = ENG_TIME, .integer = (ms) \
    }
#define YES                            \
    {                                  \
        .kind = ENG_BOOL, .integer = 1 \
    }

static const eng_field fields[] = {
    {.name = ANC_STR_INIT("title"), .value = S("Annual report")},
    {.name = ANC_STR_INIT("year"), .value = I(2021)},
    {.name = ANC_STR_INIT("price"), .value = R(19.5)},
    {.name = ANC_STR_INIT("draft"), .value = YES},
    {.name = ANC_STR_INIT("tags"), .value = S("tax"), .in_list = true},
    {.name = ANC_STR_INIT("tags"), .value = S("income tax"), .in_list = true},
    {.name = ANC_STR_INIT("created_at"), .value = T(1685577600000)},
    {.name = ANC_STR_INIT("published"), .value = S("2023-05-31T23:00:00-02:00")},
    {.name = ANC_STR_INIT("big"), .value = I(9007199254740993)},
    {.name = ANC_STR_INIT("author.name"), .value = S("Ada")},
};

typedef struct row {
    const char *name;
    eng_op op;
    const char *field;
    eng_value values[2];
    size_t n_values;
    bool fits;
} row;

static const row rows[] = {
    {"eq string", ENG_EQ, "title", {S("Annual report")}, 1, true},
    {"eq is whole", ENG_EQ, "title", {S("Annual")}, 1, false},
    {"eq other kind", ENG_EQ, "year", {S("2021")}, 1, false},
    {"eq int real", ENG_EQ, "year", {R(2021)}, 1, true},
    {"eq bool", ENG_EQ, "draft", {YES}, 1, true},
    {"bool is no number", ENG_EQ, "draft", {I(1)}, 1, false},
    {"eq any of a list", ENG_EQ, "tags", {S("tax")}, 1, true},
    {"ne", ENG_NE, "title", {S("Annual report")}, 1, false},
    {"ne absent", ENG_NE, "nothing", {S("x")}, 1, true},
    {"gt", ENG_GT, "year", {I(2020)}, 1, true},
    {"gt itself", ENG_GT, "year", {I(2021)}, 1, false},
    {"gte itself", ENG_GTE, "year", {I(2021)}, 1, true},
    {"lt real", ENG_LT, "price", {I(20)}, 1, true},
    {"lte", ENG_LTE, "price", {R(19.5)}, 1, true},
    {"gt absent", ENG_GT, "nothing", {I(0)}, 1, false},
    {"gt other kind", ENG_GT, "title", {I(0)}, 1, false},
    {"big integers stay exact", ENG_EQ, "big", {R(9007199254740992.0)}, 1, false},
    {"in", ENG_IN, "year", {I(2020), I(2021)}, 2, true},
    {"in none", ENG_IN, "year", {I(2020), S("2021")}, 2, false},
    {"in of nothing", ENG_IN, "year", {I(0)}, 0, false},
    {"in list", ENG_IN, "tags", {S("law"), S("income tax")}, 2, true},
    {"nin", ENG_NIN, "year", {I(2020), I(2021)}, 2, false},
    {"nin absent", ENG_NIN, "nothing", {I(1)}, 1, true},
    {"contains in a list is whole", ENG_CONTAINS, "tags", {S("income")}, 1, false},
    {"contains in a list", ENG_CONTAINS, "tags", {S("tax")}, 1, true},
    {"contains in a string", ENG_CONTAINS, "title", {S("nual rep")}, 1, true},
    {"contains other kind", ENG_CONTAINS, "year", {S("20")}, 1, false},
    {"exists", ENG_EXISTS, "tags", {I(0)}, 0, true},
    {"exists not", ENG_EXISTS, "nothing", {I(0)}, 0, false},
    {"exists of an outer name", ENG_EXISTS, "author", {I(0)}, 0, true},
    {"exists of a part of a name", ENG_EXISTS, "auth", {I(0)}, 0, false},
    {"an outer name has no value", ENG_EQ, "author", {S("Ada")}, 1, false},
    {"prefix", ENG_PREFIX, "title", {S("Ann")}, 1, true},
    {"prefix in a list", ENG_PREFIX, "tags", {S("inc")}, 1, true},
    {"prefix not", ENG_PREFIX, "title", {S("ann")}, 1, false},
    {"time after a day", ENG_GTE, "created_at", {S("2023-06-01")}, 1, true},
    {"time before", ENG_LT, "created_at", {S("2023-06-01T00:00:00Z")}, 1, false},
    {"time and no time", ENG_GT, "created_at", {S("soon")}, 1, false},
    {"instants in strings", ENG_GTE, "published", {S("2023-06-01T01:00:00Z")}, 1, true},
    {"equal instants", ENG_EQ, "published", {S("2023-06-01T01:00:00Z")}, 1, true},
    {"one of some instants", ENG_IN, "published", {S("2023"), S("2023-06-01T01:00:00Z")}, 2, true},
    {"another instant", ENG_NE, "published", {S("2023-05-31T23:00:00Z")}, 1, true},
    {"instants are not bytes", ENG_LT, "published", {S("2023-06-01")}, 1, false},
    {"string and time", ENG_EQ, "created_at", {S("2023-06-01T02:00:00+02:00")}, 1, true},
};

static eng_index *index_of_one(anc_err *err)
{
    const eng_options options = {0};
    const anc_str label = ANC_STR("public");
    const eng_document document = {.key = ANC_STR("a"),
                                   .version = 1,
                                   .fields = fields,
                                   .n_fields = ANC_COUNT(fields),
                                   .labels = &label,
                                   .n_labels = 1};
    eng_index *index = NULL;
    eng_load *load = NULL;
    ASSERT_OK(eng_index_open(&options, &index, err), err);
    /* a neighbour without fields, so that names and rows are not all at zero */
    ASSERT_OK(help_publish(index, "b", 1, "", "other", NULL, err), err);
    ASSERT_OK(eng_load_open(index, &document, &load, err), err);
    ASSERT_OK(help_add(load, 0, "", "red", NULL, err), err);
    ASSERT_OK(eng_publish(index, load, err), err);
    return index;
}

static size_t hits(const eng_filter *filter)
{
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    eng_index *index = index_of_one(&err);
    const anc_str label = ANC_STR("public");
    const eng_query_term term = {.text = ANC_STR("red"), .weight = 1};
    const eng_query query = {.terms = &term,
                             .n_terms = 1,
                             .labels = &label,
                             .n_labels = 1,
                             .filter = filter,
                             .k_keyword = 10};
    eng_result result = {0};
    eng_snapshot *s = eng_snapshot_acquire(index);
    ASSERT_OK(eng_search(s, &query, mem, &result, &err), &err);
    eng_snapshot_release(s);
    eng_index_close(index);
    return result.n;
}

static void condition(void **state)
{
    const row *r = *state;
    const eng_filter filter = {
        .op = r->op, .field = anc_str_of(r->field), .values = r->values, .n_values = r->n_values};
    const eng_filter negated = {.op = ENG_NOT, .children = &filter, .n_children = 1};
    assert_int_equal(hits(&filter), r->fits ? 1 : 0);
    assert_int_equal(hits(&negated), r->fits ? 0 : 1);
}

static void trees(void **state)
{
    (void)state;
    const eng_value year = I(2021), title = S("X");
    const eng_filter leaves[] = {
        {.op = ENG_EQ, .field = ANC_STR_INIT("year"), .values = &year, .n_values = 1},
        {.op = ENG_EQ, .field = ANC_STR_INIT("title"), .values = &title, .n_values = 1},
    };
    const eng_filter both = {.op = ENG_AND, .children = leaves, .n_children = 2};
    const eng_filter either = {.op = ENG_OR, .children = leaves, .n_children = 2};
    const eng_filter everything = {.op = ENG_AND}, nothing = {.op = ENG_OR};
    assert_int_equal(hits(&both), 0);
    assert_int_equal(hits(&either), 1);
    assert_int_equal(hits(&everything), 1);
    assert_int_equal(hits(&nothing), 0);
}

static anc_status refusal(const eng_filter *filter)
{
    anc_err err = {0};
    ANC_ARENA(mem, 1 << 20);
    eng_index *index = index_of_one(&err);
    const eng_query query = {.filter = filter};
    eng_result result = {0};
    eng_snapshot *s = eng_snapshot_acquire(index);
    const anc_status status = eng_search(s, &query, mem, &result, &err);
    eng_snapshot_release(s);
    eng_index_close(index);
    return status;
}

static void bad_trees_are_refused(void **state)
{
    (void)state;
    eng_filter chain[ENG_MAX_FILTER_DEPTH + 1];
    for (size_t i = 0; i < ANC_COUNT(chain); i++)
        chain[i] = (eng_filter){.op = ENG_NOT, .children = &chain[i + 1], .n_children = 1};
    chain[ENG_MAX_FILTER_DEPTH] = (eng_filter){.op = ENG_AND};
    assert_int_equal(refusal(&chain[0]), ANC_INVALID);
    assert_int_equal(refusal(&chain[1]), ANC_OK);
    const eng_filter no_value = {.op = ENG_EQ, .field = ANC_STR_INIT("year")};
    assert_int_equal(refusal(&no_value), ANC_INVALID);
    const eng_filter empty_not = {.op = ENG_NOT};
    assert_int_equal(refusal(&empty_not), ANC_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees),
        cmocka_unit_test(bad_trees_are_refused),
    };
    const int failed = RUN_TABLE("engine filter", rows, condition);
    return failed + cmocka_run_group_tests_name("engine filter trees", tests, NULL, NULL);
}
