/* test_search_query.c - the use case over a catalog of the test and the real engine. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "search/adapters/engine/engine_index.h"
#include "search/adapters/threads/watermark.h"
#include "search/app/service.h"
#include "support/catalog_double.h"

static kno_service kno;
static emb_service emb;
static const anc_str everybody[] = {ANC_STR_INIT("public")};
static const anc_str board[] = {ANC_STR_INIT("public"), ANC_STR_INIT("group:board")};

typedef struct world {
    srch_service *srch;
    anc_arena *mem;
    anc_err err;
    krn_call call;
} world;

static double_document *add(size_t row, size_t collection, const char *id, const char *title,
                            const char *first, const char *second)
{
    double_document *d = &kno.documents[row];
    *d = (double_document){.alive = true,
                           .collection = collection,
                           .version = 1,
                           .title = title,
                           .language = "en",
                           .metadata = "{\"year\":2021}",
                           .chunks = {first, second},
                           .n_chunks = second != NULL ? 2 : 1};
    (void)snprintf(d->id, sizeof d->id, "%s", id);
    return d;
}

static void fill(void)
{
    kno = (kno_service){.collections = {{true, "handbook", "en", "public", 0},
                                        {true, "manuel", "fr", "public", 0},
                                        {true, "minutes", "auto", "group:board", 0}}};
    emb = (emb_service){.available = true};
    add(0, 0, "leave", "Holidays", "Every employee has thirty days of paid leave a year.",
        "Unused leave is lost at the end of March.");
    add(1, 0, "travel", "Travel", "Train tickets are booked by the office.", NULL);
    add(2, 0, "copy", "Holidays too", "Every employee has thirty days of paid leave a year!", NULL);
    add(3, 1, "conges", "Congés", "Les salariés prennent leurs congés payés en août.", NULL)
        ->language = "fr";
    add(4, 2, "secret", "Minutes", "The board will sell the office and the train.", NULL);
    kno.documents[1].metadata = "{\"year\":2019}";
}

static void follow(world *w)
{
    for (int i = 0; i < 50 && !srch_status(w->srch).ready; i++)
        (void)srch_follow(w->srch, kno.now_ns);
    assert_true(srch_status(w->srch).ready);
}

static int set_up(void **state)
{
    static world w;
    w = (world){.mem = anc_arena_new(64 << 20)};
    *state = &w;
    fill();
    w.call = (krn_call){.mem = w.mem,
                        .err = &w.err,
                        .deadline_ns = INT64_MAX,
                        .cancelled = &kno.never_cancelled,
                        .principal = {.labels = everybody, .n_labels = 1}};
    return 0;
}

static void open_service(world *w)
{
    srch_config config = {.knowledge = &kno,
                          .embedding = &emb,
                          .changes = double_changes(&kno),
                          .clock = double_clock(&kno),
                          .open_index = srch_engine_index_open,
                          .fusion = {SRCH_WEIGHTED, SRCH_SEMANTIC_SHARE}};
    ASSERT_OK(srch_threads_watermark_open(&config.watermark, &w->err), &w->err);
    ASSERT_OK(srch_service_open(&config, &w->srch, &w->err), &w->err);
    follow(w);
}

static int tear_down(void **state)
{
    world *w = *state;
    srch_service_close(w->srch);
    anc_arena_free(w->mem);
    return 0;
}

static srch_request request(const char *query)
{
    return (srch_request){.query = anc_str_of(query), .top_k = 10};
}

static srch_result ask(world *w, const srch_request *r)
{
    srch_result result = {0};
    ASSERT_OK(srch_query(w->srch, &w->call, r, &result), &w->err);
    for (size_t i = 0; i < result.n; i++) {
        assert_int_equal(result.hits[i].position, i + 1);
        assert_true(result.hits[i].score >= 0 && result.hits[i].score <= 1);
    }
    return result;
}

static void finds_by_stem_and_by_vector(void **state)
{
    world *w = *state;
    open_service(w);
    srch_request r = request("How many days of leaves do employees have?");
    const srch_result result = ask(w, &r);
    assert_int_equal(result.mode, SRCH_HYBRID);
    assert_true(anc_str_eq(result.hits[0].document_id, ANC_STR("copy")) ||
                anc_str_eq(result.hits[0].document_id, ANC_STR("leave")));
    assert_true(result.hits[0].keyword > 0 && !isnan(result.hits[0].semantic));
    assert_true(result.hits[0].coverage > 0.4);
    assert_int_equal(result.dims, DOUBLE_DIMS);
    assert_non_null(result.query_vector);
    assert_false(result.embedding_cached);
    assert_true(ask(w, &r).embedding_cached);
}

static void copies_are_left_out(void **state)
{
    world *w = *state;
    open_service(w);
    const srch_request r = request("thirty days of paid leave");
    const srch_result result = ask(w, &r);
    size_t of_them = 0;
    for (size_t i = 0; i < result.n; i++)
        of_them += anc_str_find(result.hits[i].text, ANC_STR("thirty")) != SIZE_MAX ? 1 : 0;
    assert_int_equal(of_them, 1);
}

static void french_is_read_as_french(void **state)
{
    world *w = *state;
    open_service(w);
    const anc_str manuel = ANC_STR("manuel");
    srch_request r = request("congé payé du salarié");
    r.mode = SRCH_KEYWORD;
    r.collections = &manuel;
    r.n_collections = 1;
    const srch_result result = ask(w, &r);
    assert_int_equal(result.mode, SRCH_KEYWORD);
    assert_int_equal(result.n, 1);
    assert_true(result.hits[0].coverage > 0.99);
    assert_true(isnan(result.hits[0].semantic) || result.hits[0].semantic > -2);
}

static void who_asks_decides_what_is_seen(void **state)
{
    world *w = *state;
    open_service(w);
    const srch_request r = request("sell the office train");
    srch_result result = ask(w, &r);
    for (size_t i = 0; i < result.n; i++)
        assert_false(anc_str_eq(result.hits[i].collection, ANC_STR("minutes")));
    const anc_str minutes = ANC_STR("minutes");
    srch_request named = r;
    named.collections = &minutes;
    named.n_collections = 1;
    assert_int_equal(srch_query(w->srch, &w->call, &named, &result), ANC_NOT_FOUND);
    w->call.principal.labels = board;
    w->call.principal.n_labels = 2;
    anc_err_clear(&w->err);
    result = ask(w, &r);
    assert_true(anc_str_eq(result.hits[0].document_id, ANC_STR("secret")));
}

static void filters_apply_inside(void **state)
{
    world *w = *state;
    open_service(w);
    json_doc *doc = NULL;
    ASSERT_OK(
        json_parse(ANC_STR("{\"field\":\"year\",\"op\":\"lt\",\"value\":2020}"), &doc, &w->err),
        &w->err);
    srch_request r = request("leave office");
    r.filters = json_root(doc);
    r.top_k = 1;
    const srch_result result = ask(w, &r);
    assert_int_equal(result.n, 1);
    assert_true(anc_str_eq(result.hits[0].document_id, ANC_STR("travel")));
    json_doc_free(doc);
}

static void without_a_model_words_are_searched(void **state)
{
    world *w = *state;
    emb.available = false;
    open_service(w);
    srch_request r = request("paid leave");
    srch_result result = ask(w, &r);
    assert_int_equal(result.mode, SRCH_KEYWORD);
    assert_true(result.n > 0 && isnan(result.hits[0].semantic));
    assert_null(result.query_vector);
    r.mode = SRCH_SEMANTIC;
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), ANC_UNAVAILABLE);
    assert_non_null(strstr(w->err.text, "get a model"));
}

static void a_failing_model_is_survived(void **state)
{
    world *w = *state;
    open_service(w);
    emb.fails = true;
    srch_request r = request("paid leave");
    srch_result result = ask(w, &r);
    assert_int_equal(result.mode, SRCH_KEYWORD);
    r.mode = SRCH_SEMANTIC;
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), ANC_UNAVAILABLE);
}

static void one_hit_a_document(void **state)
{
    world *w = *state;
    open_service(w);
    srch_request r = request("leave days march year");
    r.one_per_document = true;
    const srch_result result = ask(w, &r);
    for (size_t i = 0; i < result.n; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(anc_str_eq(result.hits[i].document_id, result.hits[j].document_id));
}

static void a_vanished_version_is_passed_over(void **state)
{
    world *w = *state;
    open_service(w);
    kno.documents[1].version = 2; /* the index has not heard of it yet */
    srch_request r = request("train tickets booked");
    const srch_result result = ask(w, &r);
    for (size_t i = 0; i < result.n; i++)
        assert_false(anc_str_eq(result.hits[i].document_id, ANC_STR("travel")));
}

static void a_rebuild_ends_where_it_was(void **state)
{
    world *w = *state;
    open_service(w);
    const srch_status_row before = srch_status(w->srch);
    srch_rebuild(w->srch);
    for (int i = 0; i < 50; i++) {
        const srch_request r = request("paid leave");
        assert_true(ask(w, &r).n > 0); /* at every moment */
        (void)srch_follow(w->srch, kno.now_ns);
    }
    const srch_status_row after = srch_status(w->srch);
    assert_int_equal(before.documents, 5);
    assert_int_equal(after.documents, before.documents);
    assert_int_equal(after.chunks, before.chunks);
    assert_true(after.semantic);
    assert_true(srch_visible(w->srch, 0));
    assert_false(srch_visible(w->srch, 1));
    ASSERT_OK(srch_wait_visible(w->srch, &w->call, 0), &w->err);
    srch_service_stop(w->srch);
    assert_int_equal(srch_wait_visible(w->srch, &w->call, 1), ANC_UNAVAILABLE);
    assert_int_equal(srch_follow(w->srch, kno.now_ns), INT64_MAX);
}

static void refuse(world *w, srch_request r, anc_status status, const char *pointer)
{
    srch_result result = {0};
    anc_err_clear(&w->err);
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), status);
    assert_string_equal(w->err.pointer, pointer);
    assert_null(result.hits);
}

static void bad_requests_are_named(void **state)
{
    world *w = *state;
    open_service(w);
    srch_request r = request(" \t\n");
    refuse(w, r, ANC_INVALID, "/query");
    r = request("\xff");
    refuse(w, r, ANC_INVALID, "/query");
    r = request("leave");
    r.top_k = 0;
    refuse(w, r, ANC_INVALID, "/top_k");
    r.top_k = 1001;
    refuse(w, r, ANC_INVALID, "/top_k");
    ANC_BUF(words, 1 << 16);
    for (int i = 0; i < 1001; i++)
        assert_true(anc_buf_printf(&words, "w%d ", i));
    r = (srch_request){.query = anc_buf_view(&words), .top_k = 5};
    refuse(w, r, ANC_INVALID, "/query");
    json_doc *doc = NULL;
    ASSERT_OK(json_parse(ANC_STR("{\"field\":\"year\"}"), &doc, &w->err), &w->err);
    r = request("leave");
    r.filters = json_root(doc);
    refuse(w, r, ANC_INVALID, "/filters/op");
    json_doc_free(doc);
    const anc_str nowhere = ANC_STR("nowhere");
    r = request("leave");
    r.collections = &nowhere;
    r.n_collections = 1;
    refuse(w, r, ANC_NOT_FOUND, "");
    w->call.deadline_ns = 0;
    refuse(w, request("leave"), ANC_DEADLINE, "");
}

static void modes_have_names(void **state)
{
    (void)state;
    srch_mode mode;
    assert_true(srch_mode_parse(ANC_STR("rag"), &mode) && mode == SRCH_AUTO);
    assert_true(srch_mode_parse(ANC_STR("keyword"), &mode) && mode == SRCH_KEYWORD);
    assert_false(srch_mode_parse(ANC_STR("metadata"), &mode));
    assert_string_equal(srch_mode_name(SRCH_AUTO), "auto");
    assert_string_equal(srch_mode_name(SRCH_SEMANTIC), "semantic");
}

int main(void)
{
#define ROW(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(finds_by_stem_and_by_vector),
        ROW(copies_are_left_out),
        ROW(french_is_read_as_french),
        ROW(who_asks_decides_what_is_seen),
        ROW(filters_apply_inside),
        ROW(without_a_model_words_are_searched),
        ROW(a_failing_model_is_survived),
        ROW(one_hit_a_document),
        ROW(a_vanished_version_is_passed_over),
        ROW(a_rebuild_ends_where_it_was),
        ROW(bad_requests_are_named),
        cmocka_unit_test(modes_have_names),
    };
    return cmocka_run_group_tests_name("search query", tests, NULL, NULL);
}
