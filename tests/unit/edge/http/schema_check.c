/* schema_check.c - the part of JSON Schema that the interface's description uses. */
#include "schema_check.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

typedef struct check {
    const json_value *root;
    char place[512];
} check;

static const json_value *follow(const json_value *root, const json_value *schema)
{
    anc_str ref = json_str(json_member(schema, "$ref"), ANC_STR_NONE), part;
    const json_value *at = root;
    char name[128];
    if (ref.len < 3)
        return schema;
    ref = anc_str_sub(ref, 2, ref.len);
    while (anc_str_split(&ref, '/', &part)) {
        (void)snprintf(name, sizeof name, "%.*s", ANC_FMT(part));
        at = json_member(at, name);
    }
    if (at == NULL)
        fail_msg("a reference leads nowhere");
    return at;
}

static bool kind_is(const json_value *v, anc_str type)
{
    const json_kind kind = json_kind_of(v);
    return (kind == JSON_STRING && anc_str_eq(type, ANC_STR("string"))) ||
           (kind == JSON_INT && anc_str_eq(type, ANC_STR("integer"))) ||
           ((kind == JSON_INT || kind == JSON_REAL) && anc_str_eq(type, ANC_STR("number"))) ||
           (kind == JSON_BOOL && anc_str_eq(type, ANC_STR("boolean"))) ||
           (kind == JSON_ARRAY && anc_str_eq(type, ANC_STR("array"))) ||
           (kind == JSON_OBJECT && anc_str_eq(type, ANC_STR("object"))) ||
           (kind == JSON_NULL && anc_str_eq(type, ANC_STR("null")));
}

static bool kind_fits(const json_value *v, const json_value *type)
{
    if (type == NULL)
        return true;
    for (size_t i = 0; i < json_count(type); i++)
        if (kind_is(v, json_str(json_element(type, i), ANC_STR(""))))
            return true;
    return json_kind_of(type) == JSON_STRING && kind_is(v, json_str(type, ANC_STR("")));
}

static void check_value(check *c, const json_value *schema, const json_value *v, size_t depth);

static void check_members(check *c, const json_value *schema, const json_value *v, size_t depth)
{
    const json_value *properties = json_member(schema, "properties");
    const json_value *required = json_member(schema, "required");
    size_t cursor = 0;
    anc_str name;
    const json_value *member;
    char text[128];
    if (properties == NULL)
        return;
    for (size_t i = 0; i < json_count(required); i++) {
        (void)snprintf(text, sizeof text, "%.*s",
                       ANC_FMT(json_str(json_element(required, i), ANC_STR(""))));
        if (json_member(v, text) == NULL)
            fail_msg("%s: %s is missing", c->place, text);
    }
    const size_t len = strlen(c->place);
    while (json_each(v, &cursor, &name, &member)) {
        (void)snprintf(text, sizeof text, "%.*s", ANC_FMT(name));
        const json_value *of = json_member(properties, text);
        if (of == NULL)
            fail_msg("%s: %s is not described", c->place, text);
        (void)snprintf(c->place + len, sizeof c->place - len, "/%s", text);
        check_value(c, of, member, depth + 1);
        c->place[len] = '\0';
    }
}

static void check_choice(const check *c, const json_value *choices, const json_value *v)
{
    if (choices == NULL)
        return;
    for (size_t i = 0; i < json_count(choices); i++)
        if (anc_str_eq(json_str(json_element(choices, i), ANC_STR("")), json_str(v, ANC_STR("?"))))
            return;
    fail_msg("%s is none of the described values", c->place);
}

static void check_value(check *c, const json_value *schema, const json_value *v, size_t depth)
{
    assert_true(depth < 20);
    schema = follow(c->root, schema);
    if (!kind_fits(v, json_member(schema, "type")))
        fail_msg("%s is %s", c->place, json_kind_name(json_kind_of(v)));
    check_choice(c, json_member(schema, "enum"), v);
    if (json_kind_of(v) == JSON_OBJECT)
        check_members(c, schema, v, depth);
    for (size_t i = 0; json_kind_of(v) == JSON_ARRAY && i < json_count(v); i++)
        check_value(c, json_member(schema, "items"), json_element(v, i), depth + 1);
}

/* Whether "/a/{b}" is the template of "/a/x?y". */
static bool is_template_of(anc_str pattern, anc_str path)
{
    anc_str a, b;
    const size_t query = anc_str_find(path, ANC_STR("?"));
    if (query != SIZE_MAX)
        path.len = query;
    if (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    for (;;) {
        const bool more_a = anc_str_split(&pattern, '/', &a),
                   more_b = anc_str_split(&path, '/', &b);
        if (more_a != more_b)
            return false;
        if (!more_a)
            return true;
        if (!anc_str_starts(a, ANC_STR("{")) && !anc_str_eq(a, b))
            return false;
    }
}

static const json_value *operation_of(const json_value *root, const char *method, const char *path)
{
    const json_value *operations;
    size_t cursor = 0;
    anc_str pattern;
    char name[16] = "";
    for (size_t i = 0; method[i] != '\0'; i++)
        name[i] = (char)(method[i] + ('a' - 'A'));
    while (json_each(json_member(root, "paths"), &cursor, &pattern, &operations))
        if (is_template_of(pattern, anc_str_of(path)) && json_member(operations, name) != NULL)
            return json_member(operations, name);
    return NULL;
}

void schema_check_answer(anc_str openapi, const char *method, const char *path, int status,
                         anc_str body)
{
    json_doc *spec = NULL, *doc = NULL;
    anc_err err = {0};
    char code[8];
    if (strcmp(method, "HEAD") == 0 || strcmp(path, "/openapi.json") == 0)
        return;
    ASSERT_OK(json_parse(openapi, &spec, &err), &err);
    ASSERT_OK(json_parse(body, &doc, &err), &err);
    check c = {.root = json_root(spec)};
    (void)snprintf(c.place, sizeof c.place, "%s %s", method, path);
    (void)snprintf(code, sizeof code, "%d", status);
    const json_value *responses = json_member(operation_of(c.root, method, path), "responses");
    const json_value *content = json_member(json_member(responses, code), "content");
    const json_value *schema = json_member(json_member(content, "application/json"), "schema");
    if (schema == NULL)
        fail_msg("%s: the answer %d is not described", c.place, status);
    check_value(&c, schema, json_root(doc), 0);
    json_doc_free(doc);
    json_doc_free(spec);
}
