/* test_search_query.c - the use case over a catalog of the test and the real engine. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "query_world.h"

static void finds_by_stem_and_by_vector(void **state)
{
    world *w = *state;
    world_open(w);
    srch_request r = world_request("How many days of leaves do employees have?");
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.mode, SRCH_HYBRID);
    assert_true(anc_str_eq(result.hits[0].document_id, ANC_STR("copy")) ||
                anc_str_eq(result.hits[0].document_id, ANC_STR("leave")));
    assert_true(result.hits[0].keyword > 0 && !isnan(result.hits[0].semantic));
    assert_true(result.hits[0].coverage > 0.4);
    assert_int_equal(result.dims, DOUBLE_DIMS);
    assert_non_null(result.query_vector);
    assert_false(result.embedding_cached);
    assert_true(world_ask(w, &r).embedding_cached);
}

static void rows_are_found_by_their_columns(void **state)
{
    world *w = *state;
    world_add(9, 0, "prices", "Prices", "Nothing of it.", "Hawser | 12")->columns =
        "Article | Tariff";
    world_open(w);
    srch_request r = world_request("tariff of a hawser");
    r.mode = SRCH_KEYWORD;
    r.explain = true;
    const srch_result result = world_ask(w, &r);
    assert_true(result.n > 0);
    const srch_hit *h = &result.hits[0];
    assert_true(anc_str_find(h->text, ANC_STR("Hawser | 12")) != SIZE_MAX);
    assert_true(h->coverage > 0.99);
    assert_true(anc_str_eq(h->columns, ANC_STR("Article | Tariff")));
    const srch_term_detail *tariff = &h->explained->terms[0];
    assert_true(tariff->tf == 1 && tariff->n_matches == 1);
    assert_int_equal(tariff->matches[0].place, SRCH_IN_COLUMNS);
    assert_true(tariff->matches[0].start == 10 && tariff->matches[0].end == 16);
}

static void words_inside_of_words_are_found(void **state)
{
    world *w = *state;
    world_add(9, 0, "code", "Calls", "Nothing of it.", "It calls getUserName at once.");
    world_open(w);
    srch_request r = world_request("which user");
    r.mode = SRCH_KEYWORD;
    r.explain = true;
    srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 1);
    const srch_hit *h = &result.hits[0];
    assert_true(anc_str_eq(h->document_id, ANC_STR("code")));
    const srch_term_detail *user = &h->explained->terms[h->explained->n_terms - 1];
    assert_true(user->tf == 1 && user->n_matches == 1);
    assert_int_equal(user->matches[0].end - user->matches[0].start, strlen("User"));
    r.query = ANC_STR("getUserName");
    result = world_ask(w, &r);
    assert_int_equal(result.n, 1);
    assert_int_equal(result.hits[0].explained->n_terms, 4);
    assert_true(result.hits[0].coverage > 0.99);
    r.query = ANC_STR("\"user name\"");
    assert_true(world_ask(w, &r).relaxed); /* no phrase goes through the inside of a word */
}

static void copies_are_left_out(void **state)
{
    world *w = *state;
    world_open(w);
    const srch_request r = world_request("thirty days of paid leave");
    const srch_result result = world_ask(w, &r);
    size_t of_them = 0;
    for (size_t i = 0; i < result.n; i++)
        of_them += anc_str_find(result.hits[i].text, ANC_STR("thirty")) != SIZE_MAX ? 1 : 0;
    assert_int_equal(of_them, 1);
}

static void french_is_read_as_french(void **state)
{
    world *w = *state;
    world_open(w);
    const anc_str manuel = ANC_STR("manuel");
    srch_request r = world_request("congé payé du salarié");
    r.mode = SRCH_KEYWORD;
    r.collections = &manuel;
    r.n_collections = 1;
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.mode, SRCH_KEYWORD);
    assert_int_equal(result.n, 1);
    assert_true(result.hits[0].coverage > 0.99);
    assert_true(isnan(result.hits[0].semantic) || result.hits[0].semantic > -2);
}

static void who_asks_decides_what_is_seen(void **state)
{
    world *w = *state;
    world_open(w);
    const srch_request r = world_request("sell the office train");
    srch_result result = world_ask(w, &r);
    for (size_t i = 0; i < result.n; i++)
        assert_false(anc_str_eq(result.hits[i].collection, ANC_STR("minutes")));
    const anc_str minutes = ANC_STR("minutes");
    srch_request named = r;
    named.collections = &minutes;
    named.n_collections = 1;
    assert_int_equal(srch_query(w->srch, &w->call, &named, &result), ANC_NOT_FOUND);
    w->call.principal.labels = world_board;
    w->call.principal.n_labels = 2;
    anc_err_clear(&w->err);
    result = world_ask(w, &r);
    assert_true(anc_str_eq(result.hits[0].document_id, ANC_STR("secret")));
}

/* Forty documents of some words each, so that what fuses best is not always what is rated best. */
static void fill_handbook(void)
{
    enum { FIRST = 9, MORE = 40, WORDS = 24 };
    static const char *const pool[] = {"leave",  "office", "train", "march", "days",    "paid",
                                       "ticket", "board",  "year",  "lost",  "manager", "letter",
                                       "rope",   "lamp",   "river", "stone", "window",  "ladder"};
    static char texts[MORE][WORDS * 8 + 1], ids[MORE][8];
    uint32_t seed = 5;
    for (size_t i = 0; i < MORE; i++) {
        size_t at = 0;
        for (size_t n = 5 + i % (WORDS - 5), k = 0; k < n; k++) {
            seed = seed * 1664525u + 1013904223u;
            at += (size_t)snprintf(texts[i] + at, sizeof texts[i] - at, "%s ",
                                   pool[(seed >> 16) % ANC_COUNT(pool)]);
        }
        (void)snprintf(ids[i], sizeof ids[i], "h%zu", i);
        world_add(FIRST + i, 0, ids[i], "Note", texts[i], NULL);
    }
}

/* Hits of the handbook in their order are the same, alone and beside others; what each is scored too. */
static void other_collections_change_nothing_here(void **state)
{
    static const char *const questions[] = {"paid leave in march", "train ticket of the manager",
                                            "who lost a letter at the office",
                                            "river stone window ladder"};
    world *w = *state;
    fill_handbook();
    world_open(w);
    const anc_str handbook = ANC_STR("handbook");
    size_t rises = 0, others = 0;
    for (size_t q = 0; q < ANC_COUNT(questions); q++) {
        srch_request r = world_request(questions[q]);
        r.top_k = 100;
        const srch_result all = world_ask(w, &r);
        r.collections = &handbook;
        r.n_collections = 1;
        const srch_result alone = world_ask(w, &r);
        size_t at = 0;
        for (size_t i = 0; i < all.n; i++) {
            const srch_hit *h = &all.hits[i];
            if (!anc_str_eq(h->collection, handbook)) {
                others++;
                continue;
            }
            assert_true(at < alone.n);
            assert_true(anc_str_eq(h->chunk_id, alone.hits[at].chunk_id));
            assert_true(h->fused == alone.hits[at].fused && h->score == alone.hits[at].score);
            rises += at > 0 && h->score > alone.hits[at - 1].score;
            assert_true(at == 0 || h->fused <= alone.hits[at - 1].fused);
            at++;
        }
        assert_int_equal(at, alone.n);
    }
    assert_true(rises > 0 && others > 0);
}

static void filters_apply_inside(void **state)
{
    world *w = *state;
    world_open(w);
    json_doc *doc = NULL;
    ASSERT_OK(
        json_parse(ANC_STR("{\"field\":\"year\",\"op\":\"lt\",\"value\":2020}"), &doc, &w->err),
        &w->err);
    srch_request r = world_request("leave office");
    r.filters = json_root(doc);
    r.top_k = 1;
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 1);
    assert_true(anc_str_eq(result.hits[0].document_id, ANC_STR("travel")));
    json_doc_free(doc);
}

static void without_a_model_words_are_searched(void **state)
{
    world *w = *state;
    world_emb.available = false;
    world_open(w);
    srch_request r = world_request("paid leave");
    srch_result result = world_ask(w, &r);
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
    world_open(w);
    world_emb.fails = true;
    srch_request r = world_request("paid leave");
    srch_result result = world_ask(w, &r);
    assert_int_equal(result.mode, SRCH_KEYWORD);
    r.mode = SRCH_SEMANTIC;
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), ANC_UNAVAILABLE);
}

static void one_hit_a_document(void **state)
{
    world *w = *state;
    world_open(w);
    srch_request r = world_request("leave days march year");
    r.one_per_document = true;
    const srch_result result = world_ask(w, &r);
    for (size_t i = 0; i < result.n; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(anc_str_eq(result.hits[i].document_id, result.hits[j].document_id));
}

static void a_vanished_version_is_passed_over(void **state)
{
    world *w = *state;
    world_open(w);
    world_kno.documents[1].version = 2; /* the index has not heard of it yet */
    srch_request r = world_request("train tickets booked");
    const srch_result result = world_ask(w, &r);
    for (size_t i = 0; i < result.n; i++)
        assert_false(anc_str_eq(result.hits[i].document_id, ANC_STR("travel")));
}

/* At the read number `at` of a search the document is put anew, in a language that no other one has, and followed. */
typedef struct replacing {
    world *w;
    int at, reads;
} replacing;

static anc_status replace_in_time(void *arg)
{
    replacing *r = arg;
    if (r->reads++ != r->at)
        return ANC_OK;
    double_document *d = &world_kno.documents[1];
    d->version++;
    d->language = "fi";
    double_change(&world_kno, KRN_CHANGE_PUBLISH, d->collection, d);
    (void)srch_follow(r->w->srch, world_kno.now_ns);
    return ANC_OK;
}

static void a_version_replaced_meanwhile_is_found_anew(void **state)
{
    enum { MOST_READS = 20 };
    world *w = *state;
    world_open(w);
    srch_request r = world_request("train tickets booked");
    r.mode = SRCH_KEYWORD;
    bool replaced = true;
    for (int at = 0; replaced && at < MOST_READS; at++) {
        replacing now = {w, at, 0};
        world_kno.documents[1].language = "en";
        double_change(&world_kno, KRN_CHANGE_PUBLISH, world_kno.documents[1].collection,
                      &world_kno.documents[1]);
        (void)srch_follow(w->srch, world_kno.now_ns);
        world_kno.fault = replace_in_time;
        world_kno.arg = &now;
        const srch_result result = world_ask(w, &r);
        world_kno.fault = NULL;
        replaced = now.reads > at;
        assert_true(result.n > 0);
        assert_true(anc_str_eq(result.hits[0].document_id, ANC_STR("travel")));
        assert_int_equal(result.hits[0].version, world_kno.documents[1].version);
    }
    assert_false(replaced); /* every instant was tried */
}

static void a_rebuild_ends_where_it_was(void **state)
{
    world *w = *state;
    world_open(w);
    const srch_status_row before = srch_status(w->srch);
    srch_rebuild(w->srch);
    for (int i = 0; i < 50; i++) {
        const srch_request r = world_request("paid leave");
        assert_true(world_ask(w, &r).n > 0); /* at every moment */
        (void)srch_follow(w->srch, world_kno.now_ns);
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
    assert_int_equal(srch_follow(w->srch, world_kno.now_ns), INT64_MAX);
}

static void refuse(world *w, srch_request r, anc_status status, const char *pointer)
{
    srch_result result = {0};
    anc_err_clear(&w->err);
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), status);
    assert_string_equal(w->err.pointer, pointer);
    assert_null(result.hits);
}

/* What no hit can ever fit is a fault that names field and value; what none happens to fit is no hit. */
static void conditions_of_another_kind_are_told(void **state)
{
    static const struct {
        const char *filter, *pointer, *words;
    } rows[] = {
        {"{\"field\":\"year\",\"op\":\"gte\",\"value\":\"abc\"}", "/filters/value",
         "year is compared with the text \"abc\""},
        {"{\"and\":[{\"field\":\"year\",\"op\":\"gte\",\"value\":2000},"
         "{\"field\":\"year\",\"op\":\"eq\",\"value\":\"2021\"}]}",
         "/filters/and/1/value", "\"2021\""},
        {"{\"field\":\"year\",\"op\":\"gt\",\"value\":3000}", NULL, NULL},
        {"{\"field\":\"nowhere\",\"op\":\"gte\",\"value\":\"abc\"}", NULL, NULL},
        {"{\"or\":[{\"field\":\"year\",\"op\":\"gte\",\"value\":\"abc\"}]}", NULL, NULL},
    };
    world *w = *state;
    world_open(w);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        json_doc *doc = NULL;
        anc_err_clear(&w->err);
        ASSERT_OK(json_parse(anc_str_of(rows[i].filter), &doc, &w->err), &w->err);
        srch_request r = world_request("leave office");
        r.filters = json_root(doc);
        if (rows[i].pointer == NULL) {
            assert_int_equal(world_ask(w, &r).n, 0);
        } else {
            refuse(w, r, ANC_INVALID, rows[i].pointer);
            assert_non_null(strstr(w->err.text, rows[i].words));
        }
        json_doc_free(doc);
    }
}

/* A mistyped name is told wherever it stands, with hits or without; that a field be absent may be asked. */
static void fields_that_nothing_has_are_told(void **state)
{
#define TYPO "{\"field\":\"yaer\",\"op\":"
#define YEAR "{\"field\":\"year\",\"op\":\"gte\",\"value\":2000}"
    static const struct {
        const char *filter, *pointer;
        bool hits;
    } rows[] = {
        {TYPO "\"ne\",\"value\":1}", "/filters/field", true},
        {TYPO "\"nin\",\"value\":[1]}", "/filters/field", true},
        {TYPO "\"eq\",\"value\":1}", "/filters/field", false},
        {TYPO "\"exists\"}", "/filters/field", false},
        {TYPO "\"exists\",\"value\":false}", NULL, true},
        {"{\"not\":" TYPO "\"eq\",\"value\":1}}", "/filters/not/field", true},
        {"{\"not\":" TYPO "\"exists\"}}", NULL, true},
        {"{\"not\":{\"or\":[" TYPO "\"exists\"}]}}", NULL, true},
        {"{\"or\":[" YEAR "," TYPO "\"gt\",\"value\":1}]}", "/filters/or/1/field", true},
        {"{\"and\":[" YEAR "," TYPO "\"ne\",\"value\":1}]}", "/filters/and/1/field", true},
        {"{\"or\":[" YEAR ",{\"field\":\"title\",\"op\":\"ne\",\"value\":\"x\"}]}", NULL, true},
        {"{\"field\":\"year\",\"op\":\"ne\",\"value\":1}", NULL, true},
        {YEAR, NULL, true},
    };
#undef TYPO
#undef YEAR
    world *w = *state;
    world_open(w);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        json_doc *doc = NULL;
        anc_err_clear(&w->err);
        ASSERT_OK(json_parse(anc_str_of(rows[i].filter), &doc, &w->err), &w->err);
        srch_request r = world_request("leave office");
        r.filters = json_root(doc);
        const srch_result result = world_ask(w, &r);
        assert_true((result.n > 0) == rows[i].hits);
        assert_int_equal(result.n_warnings, rows[i].pointer != NULL ? 1 : 0);
        if (rows[i].pointer != NULL) {
            assert_true(anc_str_eq(result.warnings[0].pointer, anc_str_of(rows[i].pointer)));
            assert_true(anc_str_find(result.warnings[0].message, ANC_STR("yaer")) != SIZE_MAX);
        }
        json_doc_free(doc);
    }
}

static void bad_requests_are_named(void **state)
{
    world *w = *state;
    world_open(w);
    srch_request r = world_request(" \t\n");
    refuse(w, r, ANC_INVALID, "/query");
    r = world_request("\xff");
    refuse(w, r, ANC_INVALID, "/query");
    r = world_request("leave");
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
    r = world_request("leave");
    r.filters = json_root(doc);
    refuse(w, r, ANC_INVALID, "/filters/op");
    json_doc_free(doc);
    const anc_str nowhere = ANC_STR("nowhere");
    r = world_request("leave");
    r.collections = &nowhere;
    r.n_collections = 1;
    refuse(w, r, ANC_NOT_FOUND, "/collections/0");
    const anc_str some[] = {ANC_STR("handbook"), ANC_STR("attic")};
    r.collections = some;
    r.n_collections = 2;
    refuse(w, r, ANC_NOT_FOUND, "/collections/1");
    r = world_request("leave");
    r.context_chunks = 1; /* around passages that are not joined */
    refuse(w, r, ANC_INVALID, "/context_chunks");
    w->call.deadline_ns = 0;
    refuse(w, world_request("leave"), ANC_DEADLINE, "");
}

static void a_query_without_words_finds_nothing_where_it_may(void **state)
{
    world *w = *state;
    world_open(w);
    srch_request r = world_request("\xF0\x9F\x98\x80 ?!");
    refuse(w, r, ANC_INVALID, "/query");
    r.may_be_wordless = true;
    anc_err_clear(&w->err);
    assert_int_equal(world_ask(w, &r).n, 0);
    r.query = ANC_STR("-leave"); /* still refused: it says what not to look for */
    refuse(w, r, ANC_INVALID, "/query");
    r.query = ANC_STR("leave");
    anc_err_clear(&w->err);
    assert_true(world_ask(w, &r).n > 0);
}

static void modes_have_names(void **state)
{
    (void)state;
    srch_mode mode;
    assert_true(srch_mode_parse(ANC_STR("rag"), &mode) && mode == SRCH_AUTO);
    assert_true(srch_mode_parse(ANC_STR("keyword"), &mode) && mode == SRCH_KEYWORD);
    assert_true(srch_mode_parse(ANC_STR("metadata"), &mode) && mode == SRCH_METADATA);
    assert_false(srch_mode_parse(ANC_STR("words"), &mode));
    assert_string_equal(srch_mode_name(SRCH_AUTO), "auto");
    assert_string_equal(srch_mode_name(SRCH_SEMANTIC), "semantic");
}

int main(void)
{
#define ROW(fn) cmocka_unit_test_setup_teardown(fn, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        ROW(finds_by_stem_and_by_vector),
        ROW(rows_are_found_by_their_columns),
        ROW(words_inside_of_words_are_found),
        ROW(copies_are_left_out),
        ROW(french_is_read_as_french),
        ROW(who_asks_decides_what_is_seen),
        ROW(other_collections_change_nothing_here),
        ROW(filters_apply_inside),
        ROW(conditions_of_another_kind_are_told),
        ROW(fields_that_nothing_has_are_told),
        ROW(without_a_model_words_are_searched),
        ROW(a_failing_model_is_survived),
        ROW(one_hit_a_document),
        ROW(a_vanished_version_is_passed_over),
        ROW(a_version_replaced_meanwhile_is_found_anew),
        ROW(a_rebuild_ends_where_it_was),
        ROW(bad_requests_are_named),
        ROW(a_query_without_words_finds_nothing_where_it_may),
        cmocka_unit_test(modes_have_names),
    };
    return cmocka_run_group_tests_name("search query", tests, NULL, NULL);
}
