/* test_engine.c - what the engine's header promises, one promise a test. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>

#include "engine_help.h"

static const float EAST[2] = {1, 0}, NORTH[2] = {0, 1}, NORTH_EAST[2] = {0.6f, 0.8f};
static const anc_str PUBLIC = ANC_STR_INIT("public");

typedef struct world {
    eng_index *index;
    anc_arena *mem;
    anc_err err;
} world;

static int set_up(void **state)
{
    static world w;
    w = (world){.mem = anc_arena_new(64 << 20)};
    const eng_options options = {.dims = 2};
    if (eng_index_open(&options, &w.index, &w.err) != ANC_OK || w.mem == NULL)
        return -1;
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    world *w = *state;
    eng_index_close(w->index);
    anc_arena_free(w->mem);
    return 0;
}

static eng_query query_of(const char *words, const float *vector, eng_query_term *terms)
{
    return (eng_query){.terms = terms,
                       .n_terms = help_query(words, terms),
                       .vector = vector,
                       .dims = 2,
                       .labels = &PUBLIC,
                       .n_labels = 1,
                       .k_keyword = 10,
                       .k_semantic = 10};
}

static eng_result search(world *w, const char *words, const float *vector)
{
    eng_query_term terms[HELP_WORDS];
    const eng_query q = query_of(words, vector, terms);
    eng_result r = {0};
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    ASSERT_OK(eng_search(s, &q, w->mem, &r, &w->err), &w->err);
    for (size_t i = 0; i < r.n; i++) /* keys must outlive the snapshot in these tests */
        r.candidates[i].document = anc_arena_copy(w->mem, r.candidates[i].document);
    eng_snapshot_release(s);
    return r;
}

static void publish(world *w, const char *key, uint32_t version, const char *title,
                    const char *words, const float *vector)
{
    ASSERT_OK(help_publish(w->index, key, version, title, words, vector, &w->err), &w->err);
}

static void an_empty_index_answers(void **state)
{
    world *w = *state;
    const eng_result r = search(w, "anything at all", EAST);
    assert_int_equal(r.n, 0);
    assert_int_equal(r.live_chunks, 0);
    assert_int_equal(r.n_terms, 3);
    assert_int_equal(eng_stats(w->index).documents, 0);
}

static void bm25_is_lucenes(void **state)
{
    world *w = *state;
    publish(w, "a", 1, "", "red red fish", NULL);
    publish(w, "b", 1, "", "red bird", NULL);
    publish(w, "c", 1, "", "blue whale sings low .the .of", NULL);
    const eng_result r = search(w, "red", NULL);
    const double idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5)), mean = (3 + 2 + 4) / 3.0;
    assert_int_equal(r.n, 2);
    assert_string_equal(r.candidates[0].document.ptr, "a");
    assert_true(fabs(r.terms[0].idf - idf) < 1e-12);
    assert_true(fabs(r.candidates[0].bm25 - idf * 2 / (2 + 1.2 * (1 - 0.75 + 0.75 * 3 / mean))) <
                1e-6);
    assert_true(fabs(r.candidates[1].bm25 - idf * 1 / (1 + 1.2 * (1 - 0.75 + 0.75 * 2 / mean))) <
                1e-6);
    assert_true(r.candidates[0].bm25 < r.bm25_bound);
    assert_true(isnan(r.candidates[0].cosine));
}

static void every_candidate_has_both_scores(void **state)
{
    world *w = *state;
    publish(w, "words", 1, "", "red fish", NORTH);
    publish(w, "vector", 1, "", "grey cat", EAST);
    publish(w, "both", 1, "", "red cat", NORTH_EAST);
    publish(w, "neither", 1, "", "grey cloud", NULL);
    eng_query_term terms[HELP_WORDS];
    eng_query q = query_of("red fish", EAST, terms);
    q.k_keyword = 1;
    q.k_semantic = 2;
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    ASSERT_OK(eng_search(s, &q, w->mem, &r, &w->err), &w->err);
    assert_int_equal(r.n, 3);
    assert_int_equal(r.n_keyword, 1);
    assert_int_equal(r.n_semantic, 2);
    assert_true(anc_str_eq(r.candidates[0].document, ANC_STR("words")));
    assert_int_equal(r.candidates[0].rank_semantic, 0);
    assert_true(fabs(r.candidates[0].cosine) < 1e-3 && r.candidates[0].coverage == 1);
    assert_true(anc_str_eq(r.candidates[1].document, ANC_STR("vector")));
    assert_true(r.candidates[1].cosine > 0.999 && r.candidates[1].bm25 == 0);
    assert_true(anc_str_eq(r.candidates[2].document, ANC_STR("both")));
    assert_int_equal(r.candidates[2].rank_keyword, 0);
    assert_true(r.candidates[2].bm25 > 0 && r.candidates[2].coverage > 0);
    assert_true(r.candidates[2].coverage < 1 && fabs(r.candidates[2].cosine - 0.6) < 1e-3);
    eng_snapshot_release(s);
}

static void a_version_is_replaced_whole(void **state)
{
    world *w = *state;
    publish(w, "a", 1, "", "old words", EAST);
    eng_snapshot *before = eng_snapshot_acquire(w->index);
    const eng_document document = {
        .key = ANC_STR("a"), .version = 2, .labels = &PUBLIC, .n_labels = 1};
    eng_load *load;
    ASSERT_OK(eng_load_open(w->index, &document, &load, &w->err), &w->err);
    ASSERT_OK(help_add(load, 0, "", "new words", EAST, &w->err), &w->err);
    ASSERT_OK(help_add(load, 1, "", "more new words", NORTH, &w->err), &w->err);
    assert_int_equal(search(w, "old", NULL).n, 1); /* hidden until it is published */
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
    assert_int_equal(search(w, "old", NULL).n, 0);
    assert_int_equal(search(w, "new", NULL).n, 2);
    assert_int_equal(search(w, "words", NULL).terms[0].df, 2);
    uint32_t version = 0;
    assert_true(eng_document_find(before, ANC_STR("a"), &version) && version == 1);
    eng_query_term terms[HELP_WORDS];
    const eng_query q = query_of("old", NULL, terms);
    eng_result r;
    ASSERT_OK(eng_search(before, &q, w->mem, &r, &w->err), &w->err);
    assert_int_equal(r.n, 1);
    eng_snapshot_release(before);
}

static void a_load_of_many_documents_appears_at_once(void **state)
{
    world *w = *state;
    publish(w, "b", 1, "", "old words", EAST);
    publish(w, "c", 1, "", "other words", EAST);
    const eng_document a = {.key = ANC_STR("a"), .version = 1, .labels = &PUBLIC, .n_labels = 1};
    const eng_document b = {.key = ANC_STR("b"), .version = 2, .labels = &PUBLIC, .n_labels = 1};
    const eng_document c = {.key = ANC_STR("c"), .version = 2, .labels = &PUBLIC, .n_labels = 1};
    const eng_document bad = {.key = ANC_STR(""), .version = 1};
    eng_load *load;
    ASSERT_OK(eng_load_open(w->index, &a, &load, &w->err), &w->err);
    ASSERT_OK(help_add(load, 4, "", "new words", EAST, &w->err), &w->err);
    ASSERT_OK(eng_load_next(load, &b, &w->err), &w->err);
    ASSERT_OK(help_add(load, 0, "", "new things", EAST, &w->err), &w->err);
    ASSERT_OK(help_add(load, 1, "", "new words again", NORTH, &w->err), &w->err);
    assert_int_equal(eng_load_next(load, &b, &w->err), ANC_INVALID);
    anc_err_clear(&w->err);
    assert_int_equal(eng_load_next(load, &a, &w->err), ANC_INVALID);
    anc_err_clear(&w->err);
    assert_int_equal(eng_load_next(load, &bad, &w->err), ANC_INVALID);
    anc_err_clear(&w->err);
    ASSERT_OK(help_add(load, 2, "", "still of b", NULL, &w->err), &w->err);
    ASSERT_OK(eng_load_next(load, &c, &w->err), &w->err); /* which loses its chunk */
    assert_int_equal(search(w, "new", NULL).n, 0);
    assert_int_equal(search(w, "old", NULL).n, 1);
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
    assert_int_equal(search(w, "new", NULL).n, 3);
    assert_int_equal(search(w, "old", NULL).n, 0);
    assert_int_equal(search(w, "other", NULL).n, 0);
    const eng_result r = search(w, "still", NULL);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.candidates[0].document.ptr, "b");
    assert_int_equal(r.candidates[0].version, 2);
    assert_int_equal(r.candidates[0].ordinal, 2);
    assert_int_equal(eng_stats(w->index).documents, 3);
    assert_int_equal(eng_stats(w->index).chunks, 4);
}

static void a_deleted_document_is_gone(void **state)
{
    world *w = *state;
    publish(w, "a", 1, "", "red fish", EAST);
    publish(w, "b", 1, "", "red bird", NORTH);
    ASSERT_OK(eng_delete(w->index, ANC_STR("a"), &w->err), &w->err);
    ASSERT_OK(eng_delete(w->index, ANC_STR("nobody"), &w->err), &w->err);
    const eng_result r = search(w, "red fish", EAST);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.candidates[0].document.ptr, "b");
    assert_int_equal(r.terms[1].df, 0);
    assert_int_equal(eng_stats(w->index).documents, 1);
    ASSERT_OK(eng_mark(w->index, 9, &w->err), &w->err);
    assert_int_equal(eng_stats(w->index).cursor, 9);
    ASSERT_OK(eng_clear(w->index, &w->err), &w->err);
    assert_int_equal(eng_stats(w->index).chunks, 0);
    assert_int_equal(eng_stats(w->index).cursor, 0);
}

/* Documents [from, to) of one chunk each, in one load. */
static void publish_run(world *w, int from, int to, const char *words)
{
    eng_load *load = NULL;
    for (int i = from; i < to; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "d%d", i);
        const eng_document d = {
            .key = anc_str_of(key), .version = 1, .labels = &PUBLIC, .n_labels = 1};
        ASSERT_OK(load == NULL ? eng_load_open(w->index, &d, &load, &w->err)
                               : eng_load_next(load, &d, &w->err),
                  &w->err);
        ASSERT_OK(help_add(load, 0, "", words, NULL, &w->err), &w->err);
    }
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
}

/* A word in many chunks is counted once, and then by what dies. */
static void what_dies_is_counted_out(void **state)
{
    world *w = *state;
    enum { MANY = 3000 };
    publish_run(w, 0, MANY, "common");
    assert_int_equal(search(w, "common", NULL).terms[0].df, MANY);
    static const char *const gone[] = {"d7", "d8", "d1999", "d2999", "d0"};
    for (size_t i = 0; i < ANC_COUNT(gone); i++) {
        eng_snapshot *before = eng_snapshot_acquire(w->index);
        ASSERT_OK(eng_delete(w->index, anc_str_of(gone[i]), &w->err), &w->err);
        assert_int_equal(search(w, "common", NULL).terms[0].df, MANY - i - 1);
        eng_snapshot_release(before);
    }
    publish_run(w, 100, 140, "rare");
    assert_int_equal(search(w, "common", NULL).terms[0].df, MANY - ANC_COUNT(gone) - 40);
    ASSERT_OK(eng_delete(w->index, ANC_STR("d9"), &w->err), &w->err);
    assert_int_equal(search(w, "common", NULL).terms[0].df, MANY - ANC_COUNT(gone) - 41);
    assert_int_equal(search(w, "rare", NULL).terms[0].df, 40);
}

static void an_aborted_load_was_never_there(void **state)
{
    world *w = *state;
    const eng_document document = {.key = ANC_STR("a"), .version = 1};
    eng_load *load;
    ASSERT_OK(eng_load_open(w->index, &document, &load, &w->err), &w->err);
    ASSERT_OK(help_add(load, 0, "", "red", EAST, &w->err), &w->err);
    eng_load_abort(load);
    assert_int_equal(eng_stats(w->index).documents, 0);
}

static void a_snapshot_outlives_its_index(void **state)
{
    world *w = *state;
    eng_index *other;
    const eng_options options = {.dims = 0};
    ASSERT_OK(eng_index_open(&options, &other, &w->err), &w->err);
    ASSERT_OK(help_publish(other, "a", 7, "", "red", NULL, &w->err), &w->err);
    eng_snapshot *s = eng_snapshot_acquire(other);
    eng_index_close(other);
    uint32_t version = 0;
    assert_true(eng_document_find(s, ANC_STR("a"), &version) && version == 7);
    eng_snapshot_release(s);
}

static void labels_decide_who_sees(void **state)
{
    world *w = *state;
    const anc_str secret[] = {ANC_STR("group:board"), ANC_STR("user:ann")};
    const eng_document document = {
        .key = ANC_STR("secret"), .version = 1, .labels = secret, .n_labels = 2};
    const eng_document nobodys = {.key = ANC_STR("nobodys"), .version = 1};
    eng_load *load;
    publish(w, "open", 1, "", "red", EAST);
    ASSERT_OK(eng_load_open(w->index, &document, &load, &w->err), &w->err);
    ASSERT_OK(help_add(load, 0, "", "red", EAST, &w->err), &w->err);
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
    ASSERT_OK(eng_load_open(w->index, &nobodys, &load, &w->err), &w->err);
    ASSERT_OK(help_add(load, 0, "", "red", EAST, &w->err), &w->err);
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
    const anc_str ann[] = {ANC_STR("public"), ANC_STR("user:ann")};
    eng_query_term terms[HELP_WORDS];
    eng_query q = query_of("red", EAST, terms);
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    ASSERT_OK(eng_search(s, &q, w->mem, &r, &w->err), &w->err);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.terms[0].df, 3); /* statistics are the index's */
    q.labels = ann;
    q.n_labels = 2;
    ASSERT_OK(eng_search(s, &q, w->mem, &r, &w->err), &w->err);
    assert_int_equal(r.n, 2);
    q.n_labels = 0;
    ASSERT_OK(eng_search(s, &q, w->mem, &r, &w->err), &w->err);
    assert_int_equal(r.n, 0);
    eng_snapshot_release(s);
}

static void stop_words_count_only_alone(void **state)
{
    world *w = *state;
    publish(w, "a", 1, "", ".to .be .or .not", NULL);
    publish(w, "b", 1, "", "fish .to .go", NULL);
    eng_result r = search(w, ".to fish", NULL);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.candidates[0].document.ptr, "b");
    assert_false(r.terms[0].scored);
    assert_true(r.candidates[0].coverage == 1);
    r = search(w, ".to .be", NULL);
    assert_int_equal(r.n, 2);
    assert_string_equal(r.candidates[0].document.ptr, "a");
}

static void a_title_counts_for_each_chunk(void **state)
{
    world *w = *state;
    publish(w, "a", 1, "red", "fish bone soup", NULL);
    publish(w, "b", 1, "", "red fish soup", NULL);
    const eng_result r = search(w, "red", NULL);
    assert_int_equal(r.n, 2);
    assert_true(r.candidates[0].bm25 > r.candidates[1].bm25); /* 3 words against 4 */
    assert_string_equal(r.candidates[0].document.ptr, "b");
}

static void publish_weighted(world *w, const char *key, uint32_t title_weight, const char *title,
                             const char *words)
{
    const anc_str label = ANC_STR("public");
    const eng_document document = {.key = anc_str_of(key),
                                   .version = 1,
                                   .title_weight = title_weight,
                                   .labels = &label,
                                   .n_labels = 1};
    eng_load *load = NULL;
    ASSERT_OK(eng_load_open(w->index, &document, &load, &w->err), &w->err);
    ASSERT_OK(help_add(load, 0, title, words, NULL, &w->err), &w->err);
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
}

/* Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields": the weighted counts of the
 * fields are summed before they saturate, and so are their lengths. */
static void a_title_counts_more_by_its_weight(void **state)
{
    world *w = *state;
    publish_weighted(w, "a", 4, "red .the", "fish bone soup");
    publish_weighted(w, "b", 4, "", "red red fish soup");
    const eng_result r = search(w, "red", NULL);
    const double idf = log(1 + (2 - 2 + 0.5) / (2 + 0.5)), mean = (4 + 3 + 4) / 2.0;
    assert_int_equal(r.n, 2);
    assert_string_equal(r.candidates[0].document.ptr, "a");
    assert_true(fabs(r.mean_length - mean) < 1e-12);
    assert_true(fabs(r.candidates[0].bm25 - idf * 4 / (4 + 1.2 * (1 - 0.75 + 0.75 * 7 / mean))) <
                1e-6);
    assert_true(fabs(r.candidates[1].bm25 - idf * 2 / (2 + 1.2 * (1 - 0.75 + 0.75 * 4 / mean))) <
                1e-6);
    const eng_document heavy = {.key = ANC_STR("c"), .title_weight = ENG_MAX_TITLE_WEIGHT + 1};
    eng_load *load = NULL;
    assert_int_equal(eng_load_open(w->index, &heavy, &load, &w->err), ANC_INVALID);
    assert_string_equal(w->err.text, "a title's weight of 9, at most 8");
}

static void weights_add_up(void **state)
{
    world *w = *state;
    publish(w, "a", 1, "", "red fish", NULL);
    const eng_result once = search(w, "red", NULL), twice = search(w, "red red", NULL);
    assert_int_equal(twice.n_terms, 1);
    assert_true(fabs(twice.candidates[0].bm25 - 2 * once.candidates[0].bm25) < 1e-6);
    assert_true(twice.candidates[0].coverage == 1);
}

static void blocks_stay_few(void **state)
{
    world *w = *state;
    enum { N = 3000 };
    for (int i = 0; i < N; i++) {
        char key[16], words[32];
        (void)snprintf(key, sizeof key, "d%d", i);
        (void)snprintf(words, sizeof words, "word%d common", i % 50);
        publish(w, key, 1, "", words, i % 2 == 0 ? EAST : NULL);
    }
    const eng_figures f = eng_stats(w->index);
    assert_int_equal(f.documents, N);
    assert_int_equal(f.vectors, N / 2);
    assert_true(f.blocks < 40);
    assert_int_equal(search(w, "common", NULL).terms[0].df, N);
    for (int i = 0; i < N; i += 2) {
        char key[16];
        (void)snprintf(key, sizeof key, "d%d", i);
        ASSERT_OK(eng_delete(w->index, anc_str_of(key), &w->err), &w->err);
    }
    const eng_result r = search(w, "common", EAST);
    assert_int_equal(r.terms[0].df, N / 2);
    assert_int_equal(r.n_semantic, 0);
    assert_int_equal(r.n_keyword, 10);
    uint64_t cursor = 0, n = 0;
    anc_str key;
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    while (eng_document_next(s, &cursor, &key, NULL))
        n++;
    eng_snapshot_release(s);
    assert_int_equal(n, N / 2);
    assert_true(eng_stats(w->index).dead_chunks <= N);
}

static void bad_chunks_are_named(void **state)
{
    world *w = *state;
    const float nan[2] = {NAN, 0}, zero[2] = {0, 0}, huge[2] = {INFINITY, 1};
    const eng_document document = {.key = ANC_STR("a"), .version = 1};
    const eng_document no_key = {.version = 1};
    eng_load *load = NULL;
    assert_int_equal(eng_load_open(w->index, &no_key, &load, &w->err), ANC_INVALID);
    assert_null(load);
    anc_err_clear(&w->err);
    ASSERT_OK(eng_load_open(w->index, &document, &load, &w->err), &w->err);
    assert_int_equal(help_add(load, 0, "", "red", nan, &w->err), ANC_INVALID);
    assert_int_equal(help_add(load, 0, "", "red", huge, &w->err), ANC_INVALID);
    anc_err_clear(&w->err);
    assert_int_equal(help_add(load, 0, "", "red", zero, &w->err), ANC_INVALID);
    assert_non_null(strstr(w->err.text, "length 0, not 1"));
    ASSERT_OK(help_add(load, 3, "", "red", NULL, &w->err), &w->err);
    assert_int_equal(help_add(load, 3, "", "red", NULL, &w->err), ANC_INVALID);
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
    assert_int_equal(eng_stats(w->index).chunks, 1);
}

static anc_status refuse(void *arg)
{
    ++*(int *)arg;
    return ANC_CANCELLED;
}

/* Lists of no length, and nothing to search by: an answer without candidates. */
static void nothing_asked_is_nothing_found(void **state)
{
    world *w = *state;
    publish(w, "a", 1, "", "red", EAST);
    eng_query_term terms[HELP_WORDS];
    eng_query q = query_of("red", EAST, terms);
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    eng_result r = {0};
    q.k_keyword = q.k_semantic = 0;
    ASSERT_OK(eng_search(s, &q, w->mem, &r, &w->err), &w->err);
    assert_true(r.n == 0 && r.n_keyword == 0 && r.n_semantic == 0);
    assert_int_equal(r.terms[0].df, 1);
    q = query_of("", NULL, terms);
    ASSERT_OK(eng_search(s, &q, w->mem, &r, &w->err), &w->err);
    assert_true(r.n == 0 && r.n_terms == 0 && r.live_chunks == 1);
    eng_snapshot_release(s);
}

static void bad_queries_are_named(void **state)
{
    world *w = *state;
    publish(w, "a", 1, "", "red", EAST);
    eng_query_term terms[HELP_WORDS];
    eng_query q = query_of("red", EAST, terms);
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    eng_result r = {0};
    q.dims = 3;
    assert_int_equal(eng_search(s, &q, w->mem, &r, &w->err), ANC_INVALID);
    assert_non_null(strstr(w->err.text, "3 dims"));
    assert_non_null(strstr(w->err.text, "2 dims"));
    anc_err_clear(&w->err);
    q = query_of("red", (const float[]){0, 0}, terms);
    assert_int_equal(eng_search(s, &q, w->mem, &r, &w->err), ANC_INVALID);
    assert_non_null(strstr(w->err.text, "the query's vector has length 0"));
    anc_err_clear(&w->err);
    q = query_of("red", (const float[]){NAN, 1}, terms);
    assert_int_equal(eng_search(s, &q, w->mem, &r, &w->err), ANC_INVALID);
    assert_non_null(strstr(w->err.text, "not finite"));
    q = query_of("red", (const float[]){1, INFINITY}, terms);
    assert_int_equal(eng_search(s, &q, w->mem, &r, &w->err), ANC_INVALID);
    q = query_of("red", EAST, terms);
    terms[0].weight = 0;
    assert_int_equal(eng_search(s, &q, w->mem, &r, &w->err), ANC_INVALID);
    terms[0].weight = 1;
    q.n_terms = ENG_MAX_QUERY_TERMS + 1;
    assert_int_equal(eng_search(s, &q, w->mem, &r, &w->err), ANC_INVALID);
    assert_null(r.candidates);
    int asked = 0;
    q = query_of("red", EAST, terms);
    q.may_go_on = refuse;
    q.arg = &asked;
    assert_int_equal(eng_search(s, &q, w->mem, &r, &w->err), ANC_CANCELLED);
    assert_int_equal(asked, 1);
    q = query_of("red", EAST, terms);
    q.k_keyword = q.k_semantic = UINT32_MAX;
    anc_err_clear(&w->err);
    ASSERT_OK(eng_search(s, &q, w->mem, &r, &w->err), &w->err);
    assert_int_equal(r.n, 1);
    ANC_ARENA(small, 100);
    assert_int_equal(eng_search(s, &q, small, &r, &w->err), ANC_LIMIT);
    eng_snapshot_release(s);
    eng_index *index = NULL;
    const eng_options options = {.dims = ENG_MAX_DIMS + 1};
    assert_int_equal(eng_index_open(&options, &index, &w->err), ANC_INVALID);
}

int main(void)
{
#define ROW(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ROW(an_empty_index_answers),
        ROW(bm25_is_lucenes),
        ROW(every_candidate_has_both_scores),
        ROW(a_version_is_replaced_whole),
        ROW(a_load_of_many_documents_appears_at_once),
        ROW(a_deleted_document_is_gone),
        ROW(what_dies_is_counted_out),
        ROW(an_aborted_load_was_never_there),
        ROW(a_snapshot_outlives_its_index),
        ROW(labels_decide_who_sees),
        ROW(stop_words_count_only_alone),
        ROW(a_title_counts_for_each_chunk),
        ROW(a_title_counts_more_by_its_weight),
        ROW(weights_add_up),
        ROW(blocks_stay_few),
        ROW(bad_chunks_are_named),
        ROW(nothing_asked_is_nothing_found),
        ROW(bad_queries_are_named),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
