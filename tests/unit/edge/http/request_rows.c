/* request_rows.c - asks what a row says and holds the answer against it. */
#include "request_rows.h"

#include "schema_check.h"

edge_fixture request_edge;

static void check_headers(const answer *a)
{
    const anc_str trace = answer_header(a, "traceparent");
    assert_true(answer_header(a, "x-request-id").len > 0);
    assert_int_equal(trace.len, 55);
    assert_true(anc_str_eq(answer_header(a, "x-content-type-options"), ANC_STR("nosniff")));
}

static answer ask_row(const request_row *r)
{
    const char *headers = r->headers != NULL ? r->headers : r->body != NULL ? JSON : NULL;
    return ask(&request_edge, r->method, r->path, headers, anc_str_of(r->body));
}

static void check_holds(const request_row *r, const answer *a)
{
    for (size_t i = 0; i < ANC_COUNT(r->holds) && r->holds[i] != NULL; i++)
        if (!answer_has(a, r->holds[i]))
            fail_msg("%s: no %s in: %.*s", r->name, r->holds[i], ANC_FMT(a->body));
}

void request_row_good(void **state)
{
    const request_row *r = *state;
    atomic_store(&doubles.looks, 0);
    answer a = ask_row(r);
    if (a.status != r->status)
        fail_msg("%s: %d: %.*s", r->name, a.status, ANC_FMT(a.body));
    check_headers(&a);
    check_holds(r, &a);
    if (anc_str_eq(answer_header(&a, "content-type"), ANC_STR("application/json")))
        schema_check_answer(http_edge_openapi(request_edge.edge), r->method, r->path, a.status,
                            a.body);
    answer_done(&a);
}

static void check_problem(const request_row *r, const answer *a)
{
    json_doc *doc = NULL;
    anc_err err = {0};
    assert_true(anc_str_eq(answer_header(a, "content-type"), ANC_STR("application/problem+json")));
    if (strcmp(r->method, "HEAD") == 0)
        return;
    ASSERT_OK(json_parse(a->body, &doc, &err), &err);
    const json_value *root = json_root(doc);
    assert_int_equal(json_int(json_member(root, "status"), 0), r->status);
    assert_true(json_str(json_member(root, "title"), ANC_STR("")).len > 0);
    assert_true(json_str(json_member(root, "detail"), ANC_STR("")).len > 0);
    assert_true(anc_str_eq(json_str(json_member(root, "request_id"), ANC_STR("")),
                           answer_header(a, "x-request-id")));
    assert_true(anc_str_starts(json_str(json_member(root, "type"), ANC_STR("")),
                               ANC_STR("urn:anchorage:problem:")));
    const anc_str instance = json_str(json_member(root, "instance"), ANC_STR(""));
    assert_true(instance.len > 0 && anc_str_starts(anc_str_of(r->path), instance));
    json_doc_free(doc);
}

void request_row_bad(void **state)
{
    const request_row *r = *state;
    answer a = ask_row(r);
    if (a.status != r->status)
        fail_msg("%s: %d: %.*s", r->name, a.status, ANC_FMT(a.body));
    check_headers(&a);
    check_problem(r, &a);
    check_holds(r, &a);
    answer_done(&a);
}
