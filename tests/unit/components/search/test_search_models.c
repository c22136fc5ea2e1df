/* test_search_models.c - collections with vectors of different models, and one that changes its model. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "query_world.h"

enum { MANY = 50 };

static emb_library library;

static void open_library(world *w)
{
    double_library(&library, &world_emb);
    world_models = &library;
    world_open(w);
}

/* Hits of a collection that have a cosine. */
static size_t by_meaning(const srch_result *r, const char *collection)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += anc_str_eq(r->hits[i].collection, anc_str_of(collection)) &&
             !isnan(r->hits[i].semantic);
    return n;
}

static void a_question_is_embedded_once_a_model(void **state)
{
    world *w = *state;
    world_kno.collections[1].model = 1;
    open_library(w);
    w->call.principal.labels = world_board;
    w->call.principal.n_labels = 2;
    const srch_request r = world_request("train tickets congés payés");
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.mode, SRCH_HYBRID);
    assert_true(by_meaning(&result, "handbook") > 0);
    assert_true(by_meaning(&result, "manuel") > 0);
    assert_true(by_meaning(&result, "minutes") > 0);
    assert_int_equal(world_emb.embedded, 1); /* for both collections of that model */
    assert_int_equal(library.others[1].embedded, 1);
    assert_int_equal(library.others[2].embedded, 0);
    assert_int_equal(result.dims, DOUBLE_DIMS);
}

static void a_model_that_went_leaves_the_words(void **state)
{
    world *w = *state;
    world_kno.collections[1].model = 1;
    open_library(w);
    library.others[1].available = false;
    srch_request r = world_request("train congés payés");
    srch_result result = world_ask(w, &r);
    assert_int_equal(result.mode, SRCH_HYBRID);
    assert_true(by_meaning(&result, "handbook") > 0);
    assert_int_equal(by_meaning(&result, "manuel"), 0);
    const anc_str manuel = ANC_STR("manuel");
    r.collections = &manuel;
    r.n_collections = 1;
    result = world_ask(w, &r);
    assert_int_equal(result.mode, SRCH_KEYWORD);
    assert_true(result.n > 0);
    r.mode = SRCH_SEMANTIC;
    assert_int_equal(srch_query(w->srch, &w->call, &r, &result), ANC_UNAVAILABLE);
    assert_non_null(strstr(w->err.text, "manuel"));
    assert_non_null(strstr(w->err.text, "double-2"));
}

static void add_many(void)
{
    static char ids[MANY][16];
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "many%zu", i);
        world_add(10 + i, 0, ids[i], "Reports", "The engine of the ferry was repaired.", NULL);
    }
}

static srch_result ask_meaning(world *w, const char *question)
{
    const anc_str handbook = ANC_STR("handbook");
    srch_request r = world_request(question);
    r.collections = &handbook;
    r.n_collections = 1;
    r.mode = SRCH_SEMANTIC;
    return world_ask(w, &r);
}

static uint32_t dims_asked(world *w)
{
    return ask_meaning(w, "train tickets").dims;
}

static void the_old_index_answers_until_the_new_one_is_whole(void **state)
{
    world *w = *state;
    add_many();
    open_library(w);
    (void)srch_follow(w->srch, world_kno.now_ns);
    assert_int_equal(dims_asked(w), DOUBLE_DIMS);
    world_kno.collections[0].model = 2;
    double_change(&world_kno, KRN_CHANGE_MODEL, 0, NULL);
    unsigned before = 0, steps = 0;
    double_document *late = &world_kno.documents[12];
    for (bool going = true; going && steps < 100; steps++) {
        const bool old = dims_asked(w) == DOUBLE_DIMS;
        before += old ? 1 : 0;
        if (steps == 3) { /* behind the walk, in the middle of it */
            late->version++;
            late->chunks[0] = "A heron stands in the shallow water.";
            double_change(&world_kno, KRN_CHANGE_PUBLISH, 0, late);
        }
        going = srch_follow(w->srch, world_kno.now_ns) == world_kno.now_ns;
        if (srch_visible(w->srch, late->last_change) && late->version > 1) {
            const srch_result r = ask_meaning(w, "A heron stands in the shallow water.");
            assert_true(r.n > 0 && anc_str_eq(r.hits[0].document_id, anc_str_of(late->id)));
            assert_int_equal(r.hits[0].version, late->version);
        }
    }
    assert_true(before > 2);
    assert_int_equal(dims_asked(w), DOUBLE_DIMS + 2 * DOUBLE_MORE_DIMS);
    assert_int_equal(srch_collection_figures(w->srch, ANC_STR("handbook")).documents, MANY + 3);
    const srch_result r = ask_meaning(w, "A heron stands in the shallow water.");
    assert_true(r.n > 0 && r.hits[0].semantic > 0.8);
}

/* ---- a change that is announced before it is made --------------------------------------------- */

static void announce(unsigned model)
{
    world_kno.next_model[0] = model;
    double_change(&world_kno, KRN_CHANGE_MODEL, 0, NULL);
}

static void settle(world *w)
{
    for (int i = 0; i < 200; i++)
        if (srch_follow(w->srch, world_kno.now_ns) > world_kno.now_ns)
            return;
    fail_msg("the follower does not come to rest");
}

/* Puts a document that has vectors of one model alone, and lets the follower make one step. */
static void put_and_step(world *w, size_t row, const char *text, unsigned model)
{
    double_document *d = &world_kno.documents[row];
    d->version++;
    d->chunks[0] = text;
    d->only_model = model + 1;
    double_change(&world_kno, KRN_CHANGE_PUBLISH, 0, d);
    (void)srch_follow(w->srch, world_kno.now_ns);
}

static void assert_meant(world *w, size_t row, uint32_t dims)
{
    const double_document *d = &world_kno.documents[row];
    const srch_result r = ask_meaning(w, d->chunks[0]);
    assert_int_equal(r.dims, dims);
    assert_true(r.n > 0 && anc_str_eq(r.hits[0].document_id, anc_str_of(d->id)));
    assert_true(r.hits[0].version == d->version && r.hits[0].semantic > 0.8);
}

static void nothing_is_missed_where_the_index_is_ready_first(void **state)
{
    enum { NEW_DIMS = DOUBLE_DIMS + 2 * DOUBLE_MORE_DIMS };
    world *w = *state;
    unsigned steps = 0;
    add_many();
    open_library(w);
    settle(w);
    announce(3);
    for (; !world_kno.prepared[0] && steps < 100; steps++) {
        assert_int_equal(dims_asked(w), DOUBLE_DIMS);
        if (steps == 1) { /* by the walk it has no vectors of the new model yet */
            put_and_step(w, 12, "A heron stands in the shallow water.", 0);
            assert_meant(w, 12, DOUBLE_DIMS);
        } else {
            (void)srch_follow(w->srch, world_kno.now_ns);
        }
    }
    assert_true(world_kno.prepared[0] && steps > 2);
    put_and_step(w, 13, "Snow lies on the northern slope.", 0);
    assert_meant(w, 13, DOUBLE_DIMS);
    world_kno.documents[12].only_model = world_kno.documents[13].only_model = 0;
    double_change(&world_kno, KRN_CHANGE_PUBLISH, 0, &world_kno.documents[12]);
    double_change(&world_kno, KRN_CHANGE_PUBLISH, 0, &world_kno.documents[13]);
    world_kno.collections[0].model = 2;
    announce(0); /* the switch */
    put_and_step(w, 14, "Honey is made in late summer.", 2);
    for (size_t row = 12; row <= 14; row++)
        assert_meant(w, row, NEW_DIMS);
    settle(w);
    assert_int_equal(srch_collection_figures(w->srch, ANC_STR("handbook")).documents, MANY + 3);
}

static void what_comes_to_nothing_is_given_up(void **state)
{
    world *w = *state;
    add_many();
    open_library(w);
    settle(w);
    const uint64_t bytes = srch_status(w->srch).bytes;
    announce(2);
    settle(w);
    assert_true(world_kno.prepared[0] && srch_status(w->srch).bytes > bytes);
    announce(0);
    settle(w);
    assert_int_equal(srch_status(w->srch).bytes, bytes);
    announce(2);
    (void)srch_follow(w->srch, world_kno.now_ns); /* begins */
    announce(3);                                  /* another one, in the middle of it */
    settle(w);
    assert_true(world_kno.prepared[0]);
    assert_int_equal(dims_asked(w), DOUBLE_DIMS);
    world_kno.collections[0].model = 2;
    announce(0);
    (void)srch_follow(w->srch, world_kno.now_ns);
    assert_int_equal(dims_asked(w), DOUBLE_DIMS + 2 * DOUBLE_MORE_DIMS);
}

static void a_rebuild_takes_the_word_back(void **state)
{
    world *w = *state;
    add_many();
    open_library(w);
    settle(w);
    announce(2);
    (void)srch_follow(w->srch, world_kno.now_ns); /* begins */
    srch_rebuild(w->srch);
    (void)srch_follow(w->srch, world_kno.now_ns);
    settle(w);
    assert_true(world_kno.prepared[0]);
    srch_rebuild(w->srch);
    (void)srch_follow(w->srch, world_kno.now_ns);
    assert_false(world_kno.prepared[0]);
    settle(w);
    assert_true(world_kno.prepared[0]);
    world_kno.collections[0].alive = false;
    for (size_t i = 0; i < DOUBLE_DOCUMENTS; i++)
        if (world_kno.documents[i].collection == 0)
            world_kno.documents[i].alive = false;
    double_change(&world_kno, KRN_CHANGE_DROP_COLLECTION, 0, NULL);
    settle(w);
    assert_false(world_kno.prepared[0]);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_question_is_embedded_once_a_model),
        TEST(a_model_that_went_leaves_the_words),
        TEST(the_old_index_answers_until_the_new_one_is_whole),
        TEST(nothing_is_missed_where_the_index_is_ready_first),
        TEST(what_comes_to_nothing_is_given_up),
        TEST(a_rebuild_takes_the_word_back),
    };
    return cmocka_run_group_tests_name("search with several models", tests, NULL, NULL);
}
