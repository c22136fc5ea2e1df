/* test_http_described.c - the description and what is read are the same: fields, parameters, forms, answers. */
#include "body_schema.h"
#include "edge_fixture.h"
#include "route_table.h"

static edge_fixture f;
static json_doc *spec;

static int open_fixture(void **state)
{
    anc_err err = {0};
    (void)state;
    edge_open(&f, NULL);
    ASSERT_OK(json_parse(http_edge_openapi(f.edge), &spec, &err), &err);
    return 0;
}

static int close_fixture(void **state)
{
    (void)state;
    json_doc_free(spec);
    edge_close(&f);
    return 0;
}

static const json_value *component(const http_schema *schema)
{
    const json_value *schemas = json_member(json_member(json_root(spec), "components"), "schemas");
    const json_value *found = json_member(schemas, schema->name);
    if (found == NULL)
        fail_msg("%s is not described", schema->name);
    return found;
}

static const json_value *operation(const http_route *route)
{
    char method[16] = "";
    for (size_t i = 0; route->method[i] != '\0'; i++)
        method[i] = (char)(route->method[i] + ('a' - 'A'));
    const json_value *path = json_member(json_member(json_root(spec), "paths"), route->path);
    return json_member(path, method);
}

/* ---- fields ---- */

/* Every name that a body's reader knows is a property, of a kind and in words, and there are no others. */
static void check_properties(const http_schema *schema)
{
    const json_value *properties = json_member(component(schema), "properties");
    size_t names = 0;
    for (size_t i = 0; i < schema->n_fields; i++) {
        const http_field *field = &schema->fields[i];
        const json_value *p = json_member(properties, field->name);
        const char *rest = field->also;
        anc_str other;
        if (p == NULL)
            fail_msg("%s: %s is not described", schema->name, field->name);
        if (json_member(p, "type") == NULL && json_member(p, "enum") == NULL &&
            json_member(p, "anyOf") == NULL && json_member(p, "$ref") == NULL)
            fail_msg("%s: %s is of no kind", schema->name, field->name);
        if (json_str(json_member(p, "description"), ANC_STR("")).len == 0)
            fail_msg("%s: %s is not explained", schema->name, field->name);
        for (names++; http_choice_next(&rest, &other); names++) {
            char name[64];
            (void)snprintf(name, sizeof name, "%.*s", ANC_FMT(other));
            assert_non_null(json_member(properties, name));
        }
    }
    assert_int_equal(json_count(properties), names);
    assert_false(json_bool(json_member(component(schema), "additionalProperties"), true));
}

static void test_every_field_of_a_body_is_described(void **state)
{
    size_t seen = 0;
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        const http_schema *const bodies[] = {http_routes[i].request, http_routes[i].form};
        for (size_t b = 0; b < ANC_COUNT(bodies); b++) {
            if (bodies[b] == NULL)
                continue;
            check_properties(bodies[b]);
            for (size_t k = 0; k < bodies[b]->n_fields; k++)
                if (bodies[b]->fields[k].kind == HTTP_OBJECT)
                    check_properties(bodies[b]->fields[k].of);
            seen++;
        }
    }
    assert_true(seen > 15);
}

static void test_every_parameter_is_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        const http_schema *query = http_routes[i].query;
        const json_value *params = json_member(operation(&http_routes[i]), "parameters");
        size_t described = 0, read = 0;
        for (size_t k = 0; k < json_count(params); k++) {
            const json_value *p = json_element(params, k);
            described += anc_str_eq(json_str(json_member(p, "in"), ANC_STR("")), ANC_STR("query"));
            assert_non_null(json_member(p, "schema"));
        }
        for (size_t k = 0; query != NULL && k < query->n_fields; k++) {
            const char *rest = query->fields[k].also;
            anc_str other;
            for (read++; http_choice_next(&rest, &other);)
                read++;
        }
        assert_int_equal(described, read);
    }
}

/* ---- what nobody knows ---- */

static void fill_path(const char *pattern, char *out, size_t size)
{
    size_t n = 0;
    bool inside = false;
    for (const char *c = pattern; *c != '\0' && n + 2 < size; c++) {
        if (*c == '{')
            out[n++] = 'x';
        inside = *c == '{' || (inside && *c != '}');
        if (!inside && *c != '}')
            out[n++] = *c;
    }
    out[n] = '\0';
}

static void refused(const http_route *route, const char *path, const char *body, const char *named)
{
    answer a = ask(&f, route->method, path, body != NULL ? JSON : NULL, anc_str_of(body));
    if (a.status != 400 || !answer_has(&a, named))
        fail_msg("%s %s %s: %d: %.*s", route->method, path, body != NULL ? body : "", a.status,
                 ANC_FMT(a.body));
    answer_done(&a);
}

static void test_unknown_fields_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        const http_route *route = &http_routes[i];
        char path[256], body[160], pointer[160];
        if (route->request == NULL)
            continue;
        fill_path(route->path, path, sizeof path);
        refused(route, path, "{\"no_such_field\":1}", "no_such_field");
        for (size_t k = 0; k < route->request->n_fields; k++) {
            const http_field *field = &route->request->fields[k];
            if (field->kind != HTTP_OBJECT)
                continue;
            (void)snprintf(body, sizeof body, "{\"%s\":{\"no_such_field\":1}}", field->name);
            (void)snprintf(pointer, sizeof pointer, "/%s/no_such_field", field->name);
            refused(route, path, body, pointer);
        }
    }
}

static void test_unknown_parameters_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        const http_route *route = &http_routes[i];
        char path[256], asked[300];
        if (route->handle == NULL || route->lane == HTTP_LOOP)
            continue;
        fill_path(route->path, path, sizeof path);
        (void)snprintf(asked, sizeof asked, "%s?no_such_parameter=1", path);
        refused(route, asked, route->request != NULL ? "{}" : NULL, "?no_such_parameter");
    }
}

/* ---- forms ---- */

#define BOUNDARY "xx"

static answer send_part(const http_route *route, const char *path, const char *name)
{
    ANC_BUF(body, 1024);
    (void)anc_buf_printf(&body,
                         "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n{}"
                         "\r\n--" BOUNDARY "--\r\n",
                         name);
    return ask(&f, route->method, path,
               "Content-Type: multipart/form-data; boundary=" BOUNDARY "\r\n", anc_buf_view(&body));
}

/* The parts that the reader of a form knows are those that are described. */
static void test_every_part_of_a_form_is_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        const http_route *route = &http_routes[i];
        char path[256];
        if (route->form == NULL)
            continue;
        fill_path(route->path, path, sizeof path);
        for (size_t k = 0; k < route->form->n_fields; k++) {
            answer a = send_part(route, path, route->form->fields[k].name);
            if (answer_has(&a, "there is no form field"))
                fail_msg("%s %s: the part %s is described and not known", route->method, path,
                         route->form->fields[k].name);
            answer_done(&a);
        }
        answer a = send_part(route, path, "no_such_part");
        assert_int_equal(a.status, 400);
        assert_true(answer_has(&a, "no_such_part"));
        answer_done(&a);
    }
}

/* ---- answers ---- */

static const json_value *follow(const json_value *v)
{
    const anc_str ref = json_str(json_member(v, "$ref"), ANC_STR_NONE);
    char name[16];
    if (ref.ptr == NULL)
        return v;
    (void)snprintf(name, sizeof name, "%.*s", ANC_FMT(anc_str_sub(ref, ref.len - 3, ref.len)));
    return json_member(json_member(json_member(json_root(spec), "components"), "responses"), name);
}

/* No answer is left to a default; each has its header fields, and a schema where it has a body. */
static void test_every_answer_is_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        const http_route *route = &http_routes[i];
        const json_value *answers = json_member(operation(route), "responses"), *one;
        const char *usual = route->handle == NULL ? "501" : NULL;
        char code[16];
        size_t cursor = 0;
        anc_str name;
        (void)snprintf(code, sizeof code, "%d", route->status);
        assert_non_null(json_member(answers, usual != NULL ? usual : code));
        assert_null(json_member(answers, "default"));
        while (json_each(answers, &cursor, &name, &one)) {
            const json_value *said = follow(one);
            const bool empty = anc_str_eq(name, ANC_STR("101")) ||
                               anc_str_eq(name, ANC_STR("204")) ||
                               anc_str_eq(name, ANC_STR("302")) || anc_str_eq(name, ANC_STR("304"));
            assert_true(json_str(json_member(said, "description"), ANC_STR("")).len > 0);
            assert_non_null(json_member(json_member(said, "headers"), "X-Request-Id"));
            assert_int_equal(json_member(said, "content") == NULL, empty);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_of_a_body_is_described),
        cmocka_unit_test(test_every_parameter_is_described),
        cmocka_unit_test(test_unknown_fields_are_named),
        cmocka_unit_test(test_unknown_parameters_are_named),
        cmocka_unit_test(test_every_part_of_a_form_is_described),
        cmocka_unit_test(test_every_answer_is_described),
    };
    return cmocka_run_group_tests_name("described", tests, open_fixture, close_fixture);
}
