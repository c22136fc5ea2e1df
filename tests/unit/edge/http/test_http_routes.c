/* test_http_routes.c - the description lists exactly the table, and what is not there says so. */
#include "edge_fixture.h"
#include "route_table.h"

static edge_fixture f;

static json_doc *description(void)
{
    json_doc *doc = NULL;
    anc_err err = {0};
    ASSERT_OK(json_parse(http_edge_openapi(f.edge), &doc, &err), &err);
    return doc;
}

static void lower(const char *method, char out[16])
{
    size_t i = 0;
    for (; method[i] != '\0'; i++)
        out[i] = (char)(method[i] + ('a' - 'A'));
    out[i] = '\0';
}

static void test_every_route_is_described(void **state)
{
    json_doc *doc = description();
    const json_value *paths = json_member(json_root(doc), "paths"), *path;
    size_t cursor = 0, operations = 0;
    anc_str name;
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        char method[16];
        lower(http_routes[i].method, method);
        const json_value *op = json_member(json_member(paths, http_routes[i].path), method);
        if (op == NULL)
            fail_msg("%s %s is not described", http_routes[i].method, http_routes[i].path);
        const bool available = json_bool(json_member(op, "x-available"), true);
        assert_int_equal(available, http_routes[i].handle != NULL);
        assert_true(anc_str_eq(json_str(json_member(op, "operationId"), ANC_STR("")),
                               anc_str_of(http_routes[i].id)));
    }
    while (json_each(paths, &cursor, &name, &path))
        operations += json_count(path);
    assert_int_equal(operations, http_route_count);
    json_doc_free(doc);
}

static void test_operation_ids_differ(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(http_routes[i].id, http_routes[k].id);
}

/* What tells of others' documents and questions, or changes what all share, is the owner's. */
static bool is_owners(const http_route *route)
{
    static const char *const places[] = {
        "/v1/ingest",  "/v1/dead-letters", "/v1/sources",  "/v1/webhooks", "/v1/events",
        "/api/events", "/ws/events",       "/v1/tracking", "/metrics",     "/v1/metrics"};
    static const char *const shared[] = {"/v1/collections", "/v1/knowledge", "/documents"};
    for (size_t i = 0; i < ANC_COUNT(places); i++)
        if (strncmp(route->path, places[i], strlen(places[i])) == 0)
            return true;
    for (size_t i = 0; i < ANC_COUNT(shared); i++)
        if (strncmp(route->path, shared[i], strlen(shared[i])) == 0)
            return strcmp(route->method, "GET") != 0;
    return false;
}

static void test_roles(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        const http_route *route = &http_routes[i];
        if (is_owners(route) && route->role != HTTP_OWNER)
            fail_msg("%s %s is not for the owner alone", route->method, route->path);
        if (strcmp(route->tag, "health") != 0 && route->role == HTTP_PUBLIC)
            fail_msg("%s %s is for anybody", route->method, route->path);
    }
}

/* What has a question answered acts, whatever its method. */
static void test_what_acts(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        const http_route *route = &http_routes[i];
        if (route->events != NULL && strcmp(route->tag, "chat") == 0 && !http_route_acts(route))
            fail_msg("%s %s asks and does not act", route->method, route->path);
        if (strcmp(route->method, "GET") != 0 && !http_route_acts(route))
            fail_msg("%s %s does not act", route->method, route->path);
    }
}

/* Every reference leads somewhere, wherever it stands. */
static void check_refs(const json_value *root, const json_value *v, size_t *count)
{
    const json_value *member;
    size_t cursor = 0;
    anc_str name, part;
    for (size_t i = 0; json_kind_of(v) == JSON_ARRAY && i < json_count(v); i++)
        check_refs(root, json_element(v, i), count);
    if (json_kind_of(v) != JSON_OBJECT)
        return;
    anc_str ref = json_str(json_member(v, "$ref"), ANC_STR_NONE);
    if (ref.ptr != NULL) {
        const json_value *at = root;
        char text[128];
        assert_true(anc_str_starts(ref, ANC_STR("#/")));
        ref = anc_str_sub(ref, 2, ref.len);
        while (anc_str_split(&ref, '/', &part)) {
            (void)snprintf(text, sizeof text, "%.*s", ANC_FMT(part));
            at = json_member(at, text);
        }
        assert_non_null(at);
        ++*count;
    }
    while (json_each(v, &cursor, &name, &member))
        check_refs(root, member, count);
}

static void test_references(void **state)
{
    json_doc *doc = description();
    size_t count = 0;
    (void)state;
    check_refs(json_root(doc), json_root(doc), &count);
    assert_true(count > 50);
    json_doc_free(doc);
}

static void test_parameters_of_paths(void **state)
{
    json_doc *doc = description();
    const json_value *paths = json_member(json_root(doc), "paths");
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        char method[16];
        size_t wanted = 0, there = 0;
        lower(http_routes[i].method, method);
        for (const char *c = http_routes[i].path; *c != '\0'; c++)
            wanted += *c == '{';
        const json_value *params =
            json_member(json_member(json_member(paths, http_routes[i].path), method), "parameters");
        for (size_t k = 0; k < json_count(params); k++)
            there += anc_str_eq(json_str(json_member(json_element(params, k), "in"), ANC_STR("")),
                                ANC_STR("path"));
        assert_int_equal(wanted, there);
    }
    json_doc_free(doc);
}

/* A path of the table with something for each parameter. */
static void fill_path(const char *pattern, char *out, size_t size)
{
    size_t n = 0;
    bool inside = false;
    for (const char *c = pattern; *c != '\0' && n + 2 < size; c++) {
        if (*c == '{') {
            inside = true;
            out[n++] = 'x';
        } else if (*c == '}')
            inside = false;
        else if (!inside)
            out[n++] = *c;
    }
    out[n] = '\0';
}

static void test_what_is_not_there_says_so(void **state)
{
    size_t seen = 0;
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        char path[256];
        if (http_routes[i].handle != NULL)
            continue;
        fill_path(http_routes[i].path, path, sizeof path);
        answer a = ask(&f, http_routes[i].method, path, NULL, ANC_STR_NONE);
        if (a.status != 501 || !answer_has(&a, http_routes[i].summary))
            fail_msg("%s %s: %d: %.*s", http_routes[i].method, path, a.status, ANC_FMT(a.body));
        answer_done(&a);
        seen++;
    }
    assert_true(seen > 20);
}

/* Every path refuses a method it does not know, and says which it does. */
static void test_wrong_methods(void **state)
{
    (void)state;
    for (size_t i = 0; i < http_route_count; i++) {
        char path[256];
        fill_path(http_routes[i].path, path, sizeof path);
        answer a = ask(&f, "BREW", path, NULL, ANC_STR_NONE);
        assert_int_equal(a.status, 405);
        assert_true(anc_str_find(answer_header(&a, "allow"), anc_str_of(http_routes[i].method)) !=
                    SIZE_MAX);
        answer_done(&a);
    }
}

/* A path of its own is no {id}: what another path takes is not allowed on it. */
static void test_paths_that_stand_alone(void **state)
{
    (void)state;
    size_t seen = 0;
    for (size_t i = 0; i < http_route_count; i++) {
        if ((http_routes[i].flags & HTTP_OWN_PATH) == 0)
            continue;
        answer a = ask(&f, "OPTIONS", http_routes[i].path, NULL, ANC_STR_NONE);
        assert_int_equal(a.status, 204);
        assert_true(anc_str_eq(answer_header(&a, "allow"), ANC_STR("POST, OPTIONS")));
        answer_done(&a);
        a = ask(&f, "GET", http_routes[i].path, NULL, ANC_STR_NONE);
        assert_int_equal(a.status, 405);
        answer_done(&a);
        seen++;
    }
    assert_true(seen >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route_is_described),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_what_acts),
        cmocka_unit_test(test_operation_ids_differ),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_parameters_of_paths),
        cmocka_unit_test(test_what_is_not_there_says_so),
        cmocka_unit_test(test_wrong_methods),
        cmocka_unit_test(test_paths_that_stand_alone),
    };
    edge_open(&f, NULL);
    const int failed = cmocka_run_group_tests_name("routes", tests, NULL, NULL);
    edge_close(&f);
    return failed;
}
