/* filter.c - reads the predicate tree; every complaint carries the JSON pointer of its place. */
#include "search/domain/filter.h"

#include <stdio.h>

#include "base/id.h"
#include "base/utf8.h"
#include "search/domain/fields.h"

enum { POINTER_BYTES = 128, SAID_BYTES = 64 };

typedef struct reading {
    anc_arena *mem;
    anc_err *err;
    size_t nodes; /* conditions and values so far */
} reading;

/* A name as complaints repeat it. */
static anc_str brief(anc_str s)
{
    enum { MOST_BYTES = 40 };
    return s.len <= MOST_BYTES ? s : anc_str_sub(s, 0, anc_utf8_floor(s, MOST_BYTES));
}

/* A value as complaints repeat it: itself, or what it is. */
static const char *say(const json_value *v, char out[SAID_BYTES])
{
    const json_kind kind = json_kind_of(v);
    const char *text = kind == JSON_ARRAY    ? "an array"
                       : kind == JSON_OBJECT ? "an object"
                                             : json_kind_name(kind);
    if (kind == JSON_STRING)
        (void)snprintf(out, SAID_BYTES, "\"%.*s\"", ANC_FMT(brief(json_str(v, ANC_STR("")))));
    else if (kind == JSON_INT)
        (void)snprintf(out, SAID_BYTES, "%lld", (long long)json_int(v, 0));
    else if (kind == JSON_REAL)
        (void)snprintf(out, SAID_BYTES, "%g", json_double(v, 0));
    else if (kind == JSON_BOOL)
        (void)snprintf(out, SAID_BYTES, "%s", json_bool(v, false) ? "true" : "false");
    else
        (void)snprintf(out, SAID_BYTES, "%s", text);
    return out;
}

static const struct {
    const char *name;
    srch_filter_op op;
} operators[] = {
    {"eq", SRCH_EQ},         {"ne", SRCH_NE},         {"gt", SRCH_GT},
    {"gte", SRCH_GTE},       {"lt", SRCH_LT},         {"lte", SRCH_LTE},
    {"in", SRCH_IN},         {"nin", SRCH_NIN},       {"contains", SRCH_CONTAINS},
    {"exists", SRCH_EXISTS}, {"prefix", SRCH_PREFIX},
};

/* `pointer` extended by one part; what does not fit is cut. */
static void point_at(char out[POINTER_BYTES], const char *pointer, const char *part)
{
    if (snprintf(out, POINTER_BYTES, "%s/%s", pointer, part) >= POINTER_BYTES)
        out[POINTER_BYTES - 1] = '\0';
}

static void point_at_element(char out[POINTER_BYTES], const char *pointer, size_t i)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%zu", i);
    point_at(out, pointer, digits);
}

static anc_status no_room(reading *r)
{
    return ANC_FAIL(r->err, anc_arena_refusal(r->mem), "no room for the filters");
}

static anc_status count_node(reading *r, const char *pointer)
{
    if (++r->nodes > SRCH_MAX_FILTER_NODES)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                              "more than %d conditions and values in the filters",
                              (int)SRCH_MAX_FILTER_NODES);
    return ANC_OK;
}

/* One value for `field`. */
static anc_status read_value(reading *r, anc_str field, const json_value *json, const char *pointer,
                             srch_value *ret)
{
    char said[SAID_BYTES];
    ANC_TRY(count_node(r, pointer));
    switch (json_kind_of(json)) {
    case JSON_STRING:
        *ret = (srch_value){.kind = SRCH_STRING,
                            .str = anc_arena_copy(r->mem, json_str(json, ANC_STR("")))};
        return ret->str.ptr != NULL ? ANC_OK : no_room(r);
    case JSON_INT:
        *ret = (srch_value){.kind = SRCH_INT, .integer = json_int(json, 0)};
        return ANC_OK;
    case JSON_REAL:
        *ret = (srch_value){.kind = SRCH_REAL, .real = json_double(json, 0)};
        return ANC_OK;
    case JSON_BOOL:
        *ret = (srch_value){.kind = SRCH_BOOL, .integer = json_bool(json, false)};
        return ANC_OK;
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                          "%.*s is compared with a string, a number or a boolean, not %s%s",
                          ANC_FMT(brief(field)), say(json, said),
                          json_kind_of(json) == JSON_NULL
                              ? "; whether a document has the field is asked by exists"
                              : "");
}

static anc_status read_list(reading *r, const json_value *json, const char *pointer,
                            srch_filter *ret)
{
    char said[SAID_BYTES];
    if (json_kind_of(json) != JSON_ARRAY)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                              "%.*s: in and nin take an array, not %s", ANC_FMT(brief(ret->field)),
                              say(json, said));
    const size_t n = json_count(json);
    ret->values = anc_arena_alloc(r->mem, n, sizeof *ret->values);
    if (ret->values == NULL)
        return no_room(r);
    for (size_t i = 0; i < n; i++) {
        char at[POINTER_BYTES];
        point_at_element(at, pointer, i);
        ANC_TRY(read_value(r, ret->field, json_element(json, i), at, &ret->values[i]));
    }
    ret->n_values = n;
    return ANC_OK;
}

/* {"op": "exists"} or with value true; false is its negation. */
static anc_status read_exists(reading *r, const json_value *json, const char *pointer,
                              srch_filter *ret)
{
    const json_kind kind = json_kind_of(json);
    char said[SAID_BYTES];
    if (kind != JSON_ABSENT && kind != JSON_BOOL)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                              "%.*s: exists takes true or false, not %s",
                              ANC_FMT(brief(ret->field)), say(json, said));
    if (json_bool(json, true))
        return ANC_OK;
    srch_filter *child = anc_arena_alloc(r->mem, 1, sizeof *child);
    if (child == NULL)
        return no_room(r);
    *child = *ret;
    *ret = (srch_filter){.op = SRCH_NOT, .children = child, .n_children = 1};
    return ANC_OK;
}

static anc_status read_one(reading *r, const json_value *json, const char *pointer,
                           srch_filter *ret)
{
    ret->values = anc_arena_alloc(r->mem, 1, sizeof *ret->values);
    if (ret->values == NULL)
        return no_room(r);
    ANC_TRY(read_value(r, ret->field, json, pointer, ret->values));
    ret->n_values = 1;
    const srch_kind kind = ret->values->kind;
    char said[SAID_BYTES];
    if (ret->op == SRCH_PREFIX && kind != SRCH_STRING)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer, "%.*s: prefix takes a string, not %s",
                              ANC_FMT(brief(ret->field)), say(json, said));
    if (ret->op >= SRCH_GT && ret->op <= SRCH_LTE && kind == SRCH_BOOL)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                              "%.*s: nothing is greater or less than %s",
                              ANC_FMT(brief(ret->field)), say(json, said));
    return ANC_OK;
}

/* A value for a built-in field is of its kind, a time as text; metadata may be of any. */
static anc_status check_kind(reading *r, const srch_filter *leaf, const srch_value *value,
                             const json_value *json, const char *pointer)
{
    srch_kind kind;
    int64_t ms;
    char said[SAID_BYTES];
    if (!srch_built_in(leaf->field, &kind))
        return ANC_OK;
    if (value->kind == SRCH_STRING && (kind != SRCH_TIME || anc_time_parse(value->str, &ms)))
        return ANC_OK;
    return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                          kind == SRCH_TIME
                              ? "%.*s is compared with a time such as \"2024-01-31T00:00:00Z\", "
                                "not %s"
                              : "%.*s is compared with a string, not %s",
                          ANC_FMT(leaf->field), say(json, said));
}

static anc_status check_kinds(reading *r, const srch_filter *leaf, const json_value *json,
                              const char *pointer)
{
    char at[POINTER_BYTES];
    if (leaf->op != SRCH_IN && leaf->op != SRCH_NIN)
        return leaf->n_values == 1 ? check_kind(r, leaf, leaf->values, json, pointer) : ANC_OK;
    for (size_t i = 0; i < leaf->n_values; i++) {
        point_at_element(at, pointer, i);
        ANC_TRY(check_kind(r, leaf, &leaf->values[i], json_element(json, i), at));
    }
    return ANC_OK;
}

static anc_status find_operator(reading *r, anc_str field, const json_value *json,
                                const char *pointer, srch_filter_op *ret)
{
    const anc_str name = json_str(json, ANC_STR(""));
    char said[SAID_BYTES], what[SAID_BYTES + 32] = "the condition has no operator, its \"op\"";
    for (size_t i = 0; i < ANC_COUNT(operators); i++)
        if (anc_str_eq(name, anc_str_of(operators[i].name))) {
            *ret = operators[i].op;
            return ANC_OK;
        }
    const bool absent = json_kind_of(json) == JSON_ABSENT || json_kind_of(json) == JSON_NULL;
    if (!absent)
        (void)snprintf(what, sizeof what, "there is no operator %s", say(json, said));
    return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                          "%.*s: %s; there are eq ne gt gte lt lte in nin contains exists "
                          "prefix",
                          ANC_FMT(brief(field)), what);
}

static anc_status read_leaf(reading *r, const json_value *json, const char *pointer,
                            srch_filter *ret)
{
    char at[POINTER_BYTES];
    point_at(at, pointer, "field");
    const anc_str field = json_str(json_member(json, "field"), ANC_STR(""));
    if (field.len == 0)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, at, "a condition names its field");
    *ret = (srch_filter){.field = anc_arena_copy(r->mem, field)};
    if (ret->field.ptr == NULL)
        return no_room(r);
    point_at(at, pointer, "op");
    ANC_TRY(find_operator(r, field, json_member(json, "op"), at, &ret->op));
    srch_kind kind;
    if ((ret->op == SRCH_CONTAINS || ret->op == SRCH_PREFIX) && srch_built_in(field, &kind) &&
        kind == SRCH_TIME)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, at, "%.*s is a time, it has no parts",
                              ANC_FMT(field));
    point_at(at, pointer, "value");
    const json_value *value = json_member(json, "value");
    if (ret->op == SRCH_EXISTS)
        return read_exists(r, value, at, ret);
    if (ret->op == SRCH_IN || ret->op == SRCH_NIN)
        ANC_TRY(read_list(r, value, at, ret));
    else
        ANC_TRY(read_one(r, value, at, ret));
    return check_kinds(r, ret, value, at);
}

static anc_status read_tree(reading *r, const json_value *json, const char *pointer, int depth,
                            srch_filter *ret);

static anc_status read_children(reading *r, const json_value *json, const char *pointer, int depth,
                                srch_filter *ret)
{
    if (json_kind_of(json) != JSON_ARRAY)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer, "an array of conditions, not %s",
                              json_kind_name(json_kind_of(json)));
    ret->n_children = json_count(json);
    ret->children = anc_arena_alloc(r->mem, ret->n_children, sizeof *ret->children);
    if (ret->children == NULL)
        return no_room(r);
    for (size_t i = 0; i < ret->n_children; i++) {
        char at[POINTER_BYTES];
        point_at_element(at, pointer, i);
        ANC_TRY(read_tree(r, json_element(json, i), at, depth + 1, &ret->children[i]));
    }
    return ANC_OK;
}

static anc_status check_members(reading *r, const json_value *json, const char *pointer)
{
    static const char *const leaf[] = {"field", "op", "value"};
    const bool is_leaf = json_member(json, "field") != NULL || json_member(json, "op") != NULL;
    size_t cursor = 0;
    anc_str name;
    const json_value *value;
    while (json_each(json, &cursor, &name, &value)) {
        bool known = !is_leaf && json_count(json) == 1 &&
                     (anc_str_eq(name, ANC_STR("and")) || anc_str_eq(name, ANC_STR("or")) ||
                      anc_str_eq(name, ANC_STR("not")));
        for (size_t i = 0; is_leaf && i < ANC_COUNT(leaf); i++)
            known = known || anc_str_eq(name, anc_str_of(leaf[i]));
        if (!known)
            return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                                  "\"%.*s\" does not belong here; a filter is {\"and\": […]}, "
                                  "{\"or\": […]}, {\"not\": …} or {\"field\", \"op\", \"value\"}",
                                  ANC_FMT(brief(name)));
    }
    return ANC_OK;
}

static anc_status read_tree(reading *r, const json_value *json, const char *pointer, int depth,
                            srch_filter *ret)
{
    char at[POINTER_BYTES];
    if (depth > SRCH_MAX_FILTER_DEPTH)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer, "filters nest deeper than %d",
                              (int)SRCH_MAX_FILTER_DEPTH);
    if (json_kind_of(json) != JSON_OBJECT || json_count(json) == 0)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer, "a filter is an object, not %s",
                              json_kind_of(json) == JSON_OBJECT
                                  ? "an empty one"
                                  : json_kind_name(json_kind_of(json)));
    ANC_TRY(count_node(r, pointer));
    ANC_TRY(check_members(r, json, pointer));
    if (json_member(json, "and") != NULL || json_member(json, "or") != NULL) {
        const bool is_and = json_member(json, "and") != NULL;
        point_at(at, pointer, is_and ? "and" : "or");
        *ret = (srch_filter){.op = is_and ? SRCH_AND : SRCH_OR};
        return read_children(r, json_member(json, is_and ? "and" : "or"), at, depth, ret);
    }
    if (json_member(json, "not") == NULL)
        return read_leaf(r, json, pointer, ret);
    *ret = (srch_filter){.op = SRCH_NOT, .n_children = 1};
    ret->children = anc_arena_alloc(r->mem, 1, sizeof *ret->children);
    if (ret->children == NULL)
        return no_room(r);
    point_at(at, pointer, "not");
    return read_tree(r, json_member(json, "not"), at, depth + 1, ret->children);
}

anc_status srch_filter_parse(anc_arena *mem, const json_value *json, const char *pointer,
                             srch_filter *ret, anc_err *err)
{
    reading r = {.mem = mem, .err = err};
    srch_filter tree = {0};
    ANC_TRY(read_tree(&r, json, pointer, 1, &tree));
    *ret = tree;
    return ANC_OK;
}
