/* test_search_filters.c - random predicate trees over random metadata, through the parser, the fields
 * and the real engine, against a loop over the documents' JSON.
 *
 * Every tree is asked of all three lists (words, vectors, documents): each holds exactly the documents
 * that the loop finds, however short the list may be.
 */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "search/adapters/engine/engine_index.h"
#include "json/json.h"

enum { DOCUMENTS = 60, TREES = 1500, MOST_VALUES = 64 };

static uint64_t seed;

static uint32_t chance(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* ---- documents ------------------------------------------------------------------------------------ */

static const char *const scalars[] = {
    "1",
    "2",
    "-3",
    "2.0",
    "2.5",
    "9007199254740993",
    "9007199254740992.0",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\"",
    "\"ab\"",
    "\"abc\"",
    "\"2\"",
    "\"b\"",
    "\"\xC3\xA9t\xC3\xA9\"",
    "\"2024-01-31\"",
    "\"2024-01-31T00:00:00Z\"",
    "\"2024-01-31T01:00:00+01:00\"",
    "\"2024-02-01T00:00:00Z\"",
    "\"2023-12-31T23:59:59.999Z\"",
};

static const char *any_scalar(void)
{
    return scalars[chance(ANC_COUNT(scalars))];
}

static void put_value(anc_buf *out, int depth)
{
    const uint32_t kind = depth > 2 ? 9 : chance(10);
    const uint32_t n = chance(4);
    if (kind > 2) {
        (void)anc_buf_printf(out, "%s", any_scalar());
        return;
    }
    (void)anc_buf_add_char(out, kind == 0 ? '{' : '[');
    for (uint32_t i = 0; i < n; i++) {
        (void)anc_buf_printf(out, "%s", i > 0 ? "," : "");
        if (kind == 0)
            (void)anc_buf_printf(out, "\"%c\":", "abc"[i]);
        put_value(out, depth + 1);
    }
    (void)anc_buf_add_char(out, kind == 0 ? '}' : ']');
}

typedef struct document {
    char id[16];
    int64_t created_ms, updated_ms;
    const char *title, *uri;
    char metadata[2048];
    json_doc *json;
} document;

static document documents[DOCUMENTS];
static const char *const names[] = {"x", "y", "z", "title", "created_at"};

static void make_document(size_t i, anc_err *err)
{
    static const char *const titles[] = {"a", "ab", "other", ""};
    document *d = &documents[i];
    ANC_BUF(out, sizeof d->metadata - 1);
    (void)anc_buf_add_char(&out, '{');
    for (size_t n = 0; n < ANC_COUNT(names); n++)
        if (chance(4) != 0) {
            (void)anc_buf_printf(&out, "%s\"%s\":", out.len > 1 ? "," : "", names[n]);
            put_value(&out, 0);
        }
    (void)anc_buf_add_char(&out, '}');
    ASSERT_OK(anc_buf_status(&out, "metadata", err), err);
    (void)snprintf(d->id, sizeof d->id, "d%02zu", i);
    (void)snprintf(d->metadata, sizeof d->metadata, "%s", out.ptr);
    d->title = titles[chance(ANC_COUNT(titles))];
    d->uri = chance(2) == 0 ? "" : "file:a";
    (void)anc_time_parse(ANC_STR("2024-01-31"), &d->created_ms);
    d->created_ms += (int64_t)chance(3) * 1000 - 1000;
    d->updated_ms = d->created_ms + (int64_t)chance(3) * 86400000;
    ASSERT_OK(json_parse(anc_str_of(d->metadata), &d->json, err), err);
}

/* ---- the slow way --------------------------------------------------------------------------------- */

/* A value as JSON has it, or an instant of the document. */
typedef struct plain {
    const json_value *json;
    anc_str text; /* of a string */
    bool is_time;
    int64_t ms;
    bool in_list;
} plain;

typedef struct values {
    plain items[MOST_VALUES];
    size_t n;
} values;

static void collect(const json_value *v, anc_str path, bool in_list, values *out)
{
    const json_kind kind = json_kind_of(v);
    if (kind == JSON_ARRAY) {
        for (size_t i = 0; i < json_count(v); i++)
            collect(json_element(v, i), path, true, out);
        return;
    }
    if (kind == JSON_OBJECT) {
        anc_str rest = path, head;
        char name[32];
        if (!anc_str_split(&rest, '.', &head))
            return;
        (void)snprintf(name, sizeof name, "%.*s", ANC_FMT(head));
        if (json_member(v, name) != NULL)
            collect(json_member(v, name), rest, in_list, out);
        return;
    }
    if (kind != JSON_NULL && path.len == 0 && out->n < MOST_VALUES)
        out->items[out->n++] =
            (plain){.json = v, .text = json_str(v, ANC_STR_NONE), .in_list = in_list};
}

static values values_of(const document *d, anc_str field)
{
    values out = {.n = 0};
    if (anc_str_eq(field, ANC_STR("created_at")) || anc_str_eq(field, ANC_STR("updated_at"))) {
        out.items[out.n++] =
            (plain){.is_time = true, .ms = field.ptr[0] == 'c' ? d->created_ms : d->updated_ms};
    } else if (anc_str_eq(field, ANC_STR("title")) || anc_str_eq(field, ANC_STR("uri"))) {
        const anc_str text = anc_str_of(field.ptr[0] == 't' ? d->title : d->uri);
        if (text.len > 0)
            out.items[out.n++] = (plain){.text = text};
    } else {
        collect(json_root(d->json), field, false, &out);
    }
    return out;
}

static bool is_string(const plain *p)
{
    return !p->is_time && (p->json == NULL || json_kind_of(p->json) == JSON_STRING);
}

static bool is_number(const plain *p, long double *ret)
{
    const json_kind kind = p->is_time ? JSON_ABSENT : json_kind_of(p->json);
    if (kind == JSON_INT)
        *ret = (long double)json_int(p->json, 0);
    else if (kind == JSON_REAL)
        *ret = (long double)json_double(p->json, 0);
    return kind == JSON_INT || kind == JSON_REAL;
}

/* -1, 0, 1, or 2 where the two do not compare. Strings that are times count as such. */
static int compare(const plain *a, const plain *b)
{
    long double x, y;
    int64_t s = a->ms, t = b->ms;
    if (is_number(a, &x) && is_number(b, &y))
        return x < y ? -1 : x > y;
    if (is_string(a) && is_string(b)) {
        if (anc_time_parse(a->text, &s) && anc_time_parse(b->text, &t))
            return s < t ? -1 : s > t;
        const int order = anc_str_cmp(a->text, b->text);
        return order < 0 ? -1 : order > 0;
    }
    if ((a->is_time || b->is_time) && (a->is_time || anc_time_parse(a->text, &s)) &&
        (b->is_time || anc_time_parse(b->text, &t)))
        return s < t ? -1 : s > t;
    if (!a->is_time && !b->is_time && json_kind_of(a->json) == JSON_BOOL &&
        json_kind_of(b->json) == JSON_BOOL)
        return json_bool(a->json, false) == json_bool(b->json, false) ? 0 : 2;
    return 2;
}

static plain wanted(const json_value *v)
{
    return (plain){.json = v, .text = json_str(v, ANC_STR_NONE)};
}

static bool is_among(const plain *have, const json_value *list)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const plain want = wanted(json_element(list, i));
        if (compare(have, &want) == 0)
            return true;
    }
    return false;
}

static bool value_fits(const plain *have, anc_str op, const json_value *value)
{
    const plain want = wanted(value);
    const int order = compare(have, &want);
    if (anc_str_eq(op, ANC_STR("eq")) || anc_str_eq(op, ANC_STR("ne")))
        return order == 0;
    if (anc_str_eq(op, ANC_STR("in")) || anc_str_eq(op, ANC_STR("nin")))
        return is_among(have, value);
    if (anc_str_eq(op, ANC_STR("gt")))
        return order == 1;
    if (anc_str_eq(op, ANC_STR("gte")))
        return order == 1 || order == 0;
    if (anc_str_eq(op, ANC_STR("lt")))
        return order == -1;
    if (anc_str_eq(op, ANC_STR("lte")))
        return order == -1 || order == 0;
    const bool strings = is_string(have) && is_string(&want);
    if (anc_str_eq(op, ANC_STR("prefix")))
        return strings && anc_str_starts(have->text, want.text);
    if (anc_str_eq(op, ANC_STR("contains")) && strings && !have->in_list)
        return anc_str_find(have->text, want.text) != SIZE_MAX;
    return anc_str_eq(op, ANC_STR("exists")) || order == 0;
}

/* Whether there is any value at the end of `path`, or anywhere inside of what stands there. */
static bool is_there(const json_value *v, anc_str path)
{
    const json_kind kind = json_kind_of(v);
    size_t cursor = 0;
    anc_str name;
    const json_value *member;
    if (kind == JSON_ARRAY) {
        for (size_t i = 0; i < json_count(v); i++)
            if (is_there(json_element(v, i), path))
                return true;
        return false;
    }
    if (kind != JSON_OBJECT)
        return path.len == 0 && kind != JSON_NULL && kind != JSON_ABSENT;
    const size_t dot = anc_str_find(path, ANC_STR("."));
    const anc_str head = anc_str_sub(path, 0, dot),
                  rest = anc_str_sub(path, head.len + 1, path.len);
    while (json_each(v, &cursor, &name, &member))
        if (path.len == 0 ? is_there(member, path)
                          : anc_str_eq(name, head) && is_there(member, rest))
            return true;
    return false;
}

static bool fits(const document *d, const json_value *tree)
{
    const json_value *list = json_member(tree, "and");
    const bool is_and = list != NULL;
    if (json_member(tree, "not") != NULL)
        return !fits(d, json_member(tree, "not"));
    if (!is_and)
        list = json_member(tree, "or");
    for (size_t i = 0; list != NULL && i < json_count(list); i++)
        if (fits(d, json_element(list, i)) != is_and)
            return !is_and;
    if (list != NULL)
        return is_and;
    const anc_str op = json_str(json_member(tree, "op"), ANC_STR("")),
                  field = json_str(json_member(tree, "field"), ANC_STR(""));
    const json_value *value = json_member(tree, "value");
    const values have = values_of(d, field);
    bool any = false;
    for (size_t i = 0; i < have.n && !any; i++)
        any = value_fits(&have.items[i], op, value);
    srch_kind kind;
    if (anc_str_eq(op, ANC_STR("exists")) && !srch_built_in(field, &kind))
        any = is_there(json_root(d->json), field);
    const bool negated = anc_str_eq(op, ANC_STR("ne")) || anc_str_eq(op, ANC_STR("nin")) ||
                         (anc_str_eq(op, ANC_STR("exists")) && !json_bool(value, true));
    return any != negated;
}

/* ---- trees ---------------------------------------------------------------------------------------- */

static const char *const fields[] = {"x",     "y",   "z",     "x.a", "x.b",        "y.a",
                                     "x.a.b", "z.c", "title", "uri", "created_at", "updated_at"};
static const char *const operators[] = {"eq", "ne",  "gt",       "gte",    "lt",    "lte",
                                        "in", "nin", "contains", "exists", "prefix"};

static void put_leaf(anc_buf *out)
{
    const char *field = fields[chance(ANC_COUNT(fields))];
    const char *op = operators[chance(ANC_COUNT(operators))];
    (void)anc_buf_printf(out, "{\"field\":\"%s\",\"op\":\"%s\"", field, op);
    if (strcmp(op, "exists") == 0) {
        if (chance(2) == 0)
            (void)anc_buf_printf(out, ",\"value\":%s", chance(2) == 0 ? "true" : "false");
    } else if (strcmp(op, "in") == 0 || strcmp(op, "nin") == 0) {
        const uint32_t n = chance(4);
        (void)anc_buf_printf(out, ",\"value\":[");
        for (uint32_t i = 0; i < n; i++)
            (void)anc_buf_printf(out, "%s%s", i > 0 ? "," : "", any_scalar());
        (void)anc_buf_printf(out, "]");
    } else {
        (void)anc_buf_printf(out, ",\"value\":%s", any_scalar());
    }
    (void)anc_buf_add_char(out, '}');
}

static void put_tree(anc_buf *out, int depth)
{
    const uint32_t kind = depth > 3 ? 9 : chance(8);
    if (kind > 2) {
        put_leaf(out);
        return;
    }
    if (kind == 2) {
        (void)anc_buf_printf(out, "{\"not\":");
        put_tree(out, depth + 1);
        (void)anc_buf_printf(out, "}");
        return;
    }
    const uint32_t n = chance(4);
    (void)anc_buf_printf(out, "{\"%s\":[", kind == 0 ? "and" : "or");
    for (uint32_t i = 0; i < n; i++) {
        (void)anc_buf_printf(out, "%s", i > 0 ? "," : "");
        put_tree(out, depth + 1);
    }
    (void)anc_buf_printf(out, "]}");
}

/* ---- the index ------------------------------------------------------------------------------------ */

typedef struct world {
    srch_index index;
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
} world;

static const float axis[2] = {1, 0};
static const anc_str label = ANC_STR_INIT("public");

static anc_status one_chunk(void *arg, srch_index_chunk *ret, bool *ret_more)
{
    static const srch_index_term word = {.text = ANC_STR_INIT("word")};
    bool *done = arg;
    *ret_more = !*done;
    if (!*done)
        *ret = (srch_index_chunk){.terms = &word, .n_terms = 1, .vector = axis};
    *done = true;
    return ANC_OK;
}

static void publish(world *w, const document *d)
{
    bool done = false;
    const srch_facts facts = {.document_id = anc_str_of(d->id),
                              .title = anc_str_of(d->title),
                              .uri = anc_str_of(d->uri),
                              .created_ms = d->created_ms,
                              .updated_ms = d->updated_ms,
                              .metadata = anc_str_of(d->metadata)};
    srch_field *all;
    srch_index_document row = {
        .document_id = anc_str_of(d->id), .version = 1, .labels = &label, .n_labels = 1};
    ASSERT_OK(srch_fields_of(w->mem, &facts, &all, &row.n_fields, &w->err), &w->err);
    row.fields = all;
    ASSERT_OK(w->index.ops->publish(w->index.self, &w->call, ANC_STR("c"), &row,
                                    (srch_chunk_source){&done, one_chunk}),
              &w->err);
}

static void expect(world *w, const srch_index_query *q, const bool *should, size_t n, uint32_t k)
{
    srch_index_result r;
    ASSERT_OK(w->index.ops->search(w->index.self, &w->call, ANC_STR("c"), q, &r), &w->err);
    assert_int_equal(r.n, n < k ? n : k);
    assert_int_equal(r.cut, n >= k);
    for (size_t i = 0; i < r.n; i++) {
        uint64_t number;
        assert_true(anc_str_to_u64(anc_str_sub(r.candidates[i].document_id, 1, 2), &number));
        assert_true(should[number]);
        for (size_t j = 0; j < i; j++)
            assert_false(anc_str_eq(r.candidates[i].document_id, r.candidates[j].document_id));
        assert_true(q->k_documents == 0 || i == 0 ||
                    r.candidates[i - 1].at_ms >= r.candidates[i].at_ms);
    }
}

static void ask_all_lists(world *w, const srch_filter *filter, const bool *should, size_t n)
{
    static const srch_query_term term = {.text = ANC_STR_INIT("word"), .weight = 1};
    const uint32_t k = chance(3) == 0 ? 1 + chance(5) : DOCUMENTS + 1;
    srch_index_query q = {.labels = &label, .n_labels = 1, .filter = filter, .k_documents = k};
    expect(w, &q, should, n, k);
    q.k_documents = 0;
    q.k_semantic = k;
    q.vector = axis;
    q.dims = 2;
    expect(w, &q, should, n, k);
    q.k_semantic = 0;
    q.k_keyword = k;
    q.terms = &term;
    q.n_terms = 1;
    expect(w, &q, should, n, k);
}

/* False where the tree was refused: its values do not suit its fields. */
static bool ask_tree(world *w, size_t *ret_found)
{
    ANC_BUF(text, 1 << 16);
    json_doc *doc = NULL;
    srch_filter filter;
    bool should[DOCUMENTS];
    size_t n = 0;
    put_tree(&text, 0);
    ASSERT_OK(json_parse(anc_buf_view(&text), &doc, &w->err), &w->err);
    const anc_status status =
        srch_filter_parse(w->mem, json_root(doc), "/filters", &filter, &w->err);
    if (status == ANC_OK) {
        for (size_t i = 0; i < DOCUMENTS; i++) {
            should[i] = fits(&documents[i], json_root(doc));
            n += should[i] ? 1 : 0;
        }
        ask_all_lists(w, &filter, should, n);
    } else {
        assert_int_equal(status, ANC_INVALID);
        assert_true(strncmp(w->err.pointer, "/filters", 8) == 0 && w->err.text[0] != '\0');
        anc_err_clear(&w->err);
    }
    *ret_found = n;
    json_doc_free(doc);
    return status == ANC_OK;
}

static void run_seed(uint64_t start)
{
    static world w;
    const srch_index_options options = {.model = ANC_STR("m"), .dims = 2};
    size_t taken = 0, partly = 0;
    seed = start;
    w = (world){.mem = anc_arena_new(64 << 20)};
    w.call = (krn_call){
        .mem = w.mem, .err = &w.err, .deadline_ns = INT64_MAX, .cancelled = &w.cancelled};
    ASSERT_OK(srch_engine_index_open(&options, &w.index, &w.err), &w.err);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        make_document(i, &w.err);
        publish(&w, &documents[i]);
    }
    for (int i = 0; i < TREES; i++) {
        size_t found = 0;
        anc_arena_reset(w.mem);
        taken += ask_tree(&w, &found) ? 1 : 0;
        partly += found > 0 && found < DOCUMENTS ? 1 : 0;
    }
    assert_true(taken > TREES / 3 && partly > TREES / 6); /* else the test says little */
    w.index.ops->close(w.index.self);
    anc_arena_free(w.mem);
    for (size_t i = 0; i < DOCUMENTS; i++)
        json_doc_free(documents[i].json);
}

static void agrees_with_the_loop(void **state)
{
    (void)state;
    for (uint64_t start = 1; start <= 3; start++)
        run_seed(start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_loop)};
    return cmocka_run_group_tests_name("search filters against a loop", tests, NULL, NULL);
}
