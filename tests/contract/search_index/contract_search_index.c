/* contract_search_index.c - what every adapter of search/ports/index.h must do; one row an adapter. */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "search/adapters/engine/engine_index.h"

enum { DIMS = 3, MOST_CHUNKS = 4, MOST_TERMS = 16 };

typedef struct adapter {
    const char *name;
    srch_index_open_fn *open;
} adapter;

static const adapter adapters[] = {{"engine", srch_engine_index_open}};

typedef struct world {
    srch_index index;
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
} world;

static const anc_str a_public[] = {ANC_STR_INIT("public")};
static const anc_str an_other[] = {ANC_STR_INIT("user:ann")};
static const float x_axis[DIMS] = {1, 0, 0}, y_axis[DIMS] = {0, 1, 0};

static void open_world(world *w, void **state)
{
    const srch_index_options options = {.model = ANC_STR("m"), .dims = DIMS};
    *w = (world){.mem = anc_arena_new(16 << 20)};
    w->call = (krn_call){
        .mem = w->mem, .err = &w->err, .deadline_ns = INT64_MAX, .cancelled = &w->cancelled};
    ASSERT_OK(((const adapter *)*state)->open(&options, &w->index, &w->err), &w->err);
}

static void close_world(world *w)
{
    w->index.ops->close(w->index.self);
    anc_arena_free(w->mem);
}

/* Chunks of words at blanks, one string a chunk. */
typedef struct words {
    const char *chunks[MOST_CHUNKS];
    const float *vector;
    size_t n, next, fail_at; /* fail_at: from 1; 0 never */
    srch_index_term terms[MOST_TERMS];
} words;

static anc_status next_words(void *arg, srch_index_chunk *ret, bool *ret_more)
{
    words *w = arg;
    size_t n = 0;
    anc_str rest, part;
    *ret_more = w->next < w->n;
    if (!*ret_more)
        return ANC_OK;
    rest = anc_str_of(w->chunks[w->next]);
    while (anc_str_split(&rest, ' ', &part)) {
        w->terms[n] = (srch_index_term){.text = part, .form = part, .position = (uint32_t)n};
        n++;
    }
    *ret = (srch_index_chunk){
        .ordinal = (uint32_t)w->next, .terms = w->terms, .n_terms = n, .vector = w->vector};
    return ++w->next == w->fail_at ? ANC_IO : ANC_OK;
}

static const srch_field year_2021 = {.name = ANC_STR_INIT("year"),
                                     .value = {.kind = SRCH_INT, .integer = 2021}};

static anc_status publish(world *w, const char *collection, const char *id, uint32_t version,
                          const anc_str *label, words chunks)
{
    const srch_index_document d = {.document_id = anc_str_of(id),
                                   .version = version,
                                   .fields = &year_2021,
                                   .n_fields = 1,
                                   .labels = label,
                                   .n_labels = 1};
    return w->index.ops->publish(w->index.self, &w->call, anc_str_of(collection), &d,
                                 (srch_chunk_source){&chunks, next_words});
}

static srch_index_result search(world *w, const char *collection, const char *word,
                                const float *vector, const srch_filter *filter)
{
    const srch_query_term term = {.text = anc_str_of(word), .weight = 1};
    const srch_index_query q = {.terms = &term,
                                .n_terms = 1,
                                .vector = vector,
                                .dims = DIMS,
                                .labels = a_public,
                                .n_labels = 1,
                                .filter = filter,
                                .k_keyword = 10,
                                .k_semantic = 10};
    srch_index_result r = {0};
    ASSERT_OK(w->index.ops->search(w->index.self, &w->call, anc_str_of(collection), &q, &r),
              &w->err);
    return r;
}

static void publishes_and_finds(void **state)
{
    world w;
    open_world(&w, state);
    uint32_t version = 0;
    assert_int_equal(search(&w, "c", "red", x_axis, NULL).n, 0);
    ASSERT_OK(publish(&w, "c", "a", 1, a_public,
                      (words){.chunks = {"red fish", "blue"}, .n = 2, .vector = x_axis}),
              &w.err);
    ASSERT_OK(
        publish(&w, "c", "b", 3, a_public, (words){.chunks = {"grey"}, .n = 1, .vector = y_axis}),
        &w.err);
    const srch_index_result r = search(&w, "c", "red", x_axis, NULL);
    assert_int_equal(r.n, 3);
    assert_true(r.has_vectors && r.bm25_bound > 0);
    assert_true(anc_str_eq(r.candidates[0].document_id, ANC_STR("a")));
    assert_int_equal(r.candidates[0].rank_keyword, 1);
    assert_true(r.candidates[0].bm25 > 0 && r.candidates[0].bm25 < r.bm25_bound);
    assert_true(fabs(r.candidates[0].cosine - 1) < 1e-3 && r.candidates[0].coverage == 1);
    assert_true(w.index.ops->find(w.index.self, ANC_STR("c"), ANC_STR("b"), &version));
    assert_int_equal(version, 3);
    assert_false(w.index.ops->find(w.index.self, ANC_STR("x"), ANC_STR("b"), NULL));
    const srch_index_figures f = w.index.ops->figures(w.index.self, ANC_STR("c"));
    assert_true(f.documents == 2 && f.chunks == 3 && f.vectors == 3 && f.bytes > 0);
    close_world(&w);
}

static void replaces_whole_and_removes(void **state)
{
    world w;
    open_world(&w, state);
    ASSERT_OK(publish(&w, "c", "a", 1, a_public, (words){.chunks = {"old", "old"}, .n = 2}),
              &w.err);
    ASSERT_OK(publish(&w, "c", "a", 2, a_public, (words){.chunks = {"new"}, .n = 1}), &w.err);
    assert_int_equal(search(&w, "c", "old", NULL, NULL).n, 0);
    assert_int_equal(search(&w, "c", "new", NULL, NULL).n, 1);
    const srch_index_result r = search(&w, "c", "new", x_axis, NULL);
    assert_false(r.has_vectors);
    assert_true(isnan(r.candidates[0].cosine));
    ASSERT_OK(w.index.ops->remove(w.index.self, &w.call, ANC_STR("c"), ANC_STR("a")), &w.err);
    ASSERT_OK(w.index.ops->remove(w.index.self, &w.call, ANC_STR("c"), ANC_STR("a")), &w.err);
    ASSERT_OK(w.index.ops->remove(w.index.self, &w.call, ANC_STR("x"), ANC_STR("a")), &w.err);
    assert_int_equal(search(&w, "c", "new", NULL, NULL).n, 0);
    close_world(&w);
}

static void a_failed_publish_changes_nothing(void **state)
{
    world w;
    open_world(&w, state);
    const float wrong[DIMS] = {2, 0, 0};
    ASSERT_OK(publish(&w, "c", "a", 1, a_public, (words){.chunks = {"old"}, .n = 1}), &w.err);
    assert_int_equal(
        publish(&w, "c", "a", 2, a_public, (words){.chunks = {"new", "new"}, .n = 2, .fail_at = 2}),
        ANC_IO);
    assert_int_equal(
        publish(&w, "c", "a", 2, a_public, (words){.chunks = {"new"}, .n = 1, .vector = wrong}),
        ANC_INVALID);
    assert_int_equal(search(&w, "c", "new", NULL, NULL).n, 0);
    assert_int_equal(search(&w, "c", "old", NULL, NULL).n, 1);
    close_world(&w);
}

static void collections_are_apart(void **state)
{
    world w;
    open_world(&w, state);
    ASSERT_OK(publish(&w, "c", "a", 1, a_public, (words){.chunks = {"red"}, .n = 1}), &w.err);
    const double alone = search(&w, "c", "red", NULL, NULL).candidates[0].bm25;
    ASSERT_OK(publish(&w, "d", "a", 5, a_public, (words){.chunks = {"red", "red"}, .n = 2}),
              &w.err);
    assert_int_equal(search(&w, "c", "red", NULL, NULL).n, 1);
    assert_true(search(&w, "c", "red", NULL, NULL).candidates[0].bm25 == alone);
    ASSERT_OK(w.index.ops->drop(w.index.self, &w.call, ANC_STR("c")), &w.err);
    assert_int_equal(search(&w, "c", "red", NULL, NULL).n, 0);
    assert_int_equal(search(&w, "d", "red", NULL, NULL).n, 2);
    ASSERT_OK(w.index.ops->drop(w.index.self, &w.call, ANC_STR("nothing")), &w.err);
    assert_int_equal(w.index.ops->figures(w.index.self, ANC_STR_NONE).documents, 1);
    close_world(&w);
}

static void labels_and_filters_are_inside(void **state)
{
    world w;
    open_world(&w, state);
    srch_value year = {.kind = SRCH_INT, .integer = 2021};
    srch_filter filter = {.op = SRCH_EQ, .field = ANC_STR("year"), .values = &year, .n_values = 1};
    ASSERT_OK(publish(&w, "c", "a", 1, an_other, (words){.chunks = {"red"}, .n = 1}), &w.err);
    assert_int_equal(search(&w, "c", "red", NULL, NULL).n, 0);
    ASSERT_OK(publish(&w, "c", "b", 1, a_public, (words){.chunks = {"red"}, .n = 1}), &w.err);
    assert_int_equal(search(&w, "c", "red", NULL, &filter).n, 1);
    filter = (srch_filter){.op = SRCH_NOT, .children = &filter, .n_children = 1};
    srch_filter inner = {.op = SRCH_EQ, .field = ANC_STR("year"), .values = &year, .n_values = 1};
    filter.children = &inner;
    assert_int_equal(search(&w, "c", "red", NULL, &filter).n, 0);
    close_world(&w);
}

/* Marks bind the words' list, the vectors' and the documents'. */
static void demands_are_inside(void **state)
{
    world w;
    open_world(&w, state);
    anc_str phrase[] = {ANC_STR_INIT("red"), ANC_STR_INIT("fish")}, blue = ANC_STR("blue"),
            beginning = ANC_STR("gre");
    srch_wording wordings[] = {{SRCH_HAS_PHRASE, phrase, 2, 0},
                               {SRCH_HAS_TERM, &blue, 1, 0},
                               {SRCH_HAS_PREFIX, &beginning, 1, 0}};
    srch_demand demand = {wordings, 1, false};
    srch_index_query q = {.vector = x_axis,
                          .dims = DIMS,
                          .labels = a_public,
                          .n_labels = 1,
                          .demands = &demand,
                          .n_demands = 1,
                          .k_semantic = 10};
    srch_index_result r;
    ASSERT_OK(
        publish(&w, "c", "a", 1, a_public,
                (words){.chunks = {"red fish", "fish red", "blue"}, .n = 3, .vector = x_axis}),
        &w.err);
    ASSERT_OK(
        publish(&w, "c", "b", 1, a_public, (words){.chunks = {"grey"}, .n = 1, .vector = x_axis}),
        &w.err);
    static const size_t found[] = {1, 2, 3};
    for (size_t n = 1; n <= 3; n++) {
        demand.n_any = n;
        demand.excluded = false;
        ASSERT_OK(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), &w.err);
        assert_int_equal(r.n, found[n - 1]);
        demand.excluded = true;
        ASSERT_OK(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), &w.err);
        assert_int_equal(r.n, 4 - found[n - 1]);
    }
    q.k_semantic = 0;
    q.k_documents = 10;
    ASSERT_OK(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), &w.err);
    assert_int_equal(r.n, 1); /* of "a" the second chunk has none of the wordings */
    assert_int_equal(r.candidates[0].ordinal, 1);
    close_world(&w);
}

static void documents_come_latest_first(void **state)
{
    world w;
    open_world(&w, state);
    static const char *const ids[] = {"a", "b", "c"};
    static const int64_t times[] = {10, 30, 20};
    for (size_t i = 0; i < 3; i++) {
        words chunk = {.chunks = {"red"}, .n = 1};
        const srch_field at = {.name = ANC_STR("updated_at"),
                               .value = {.kind = SRCH_TIME, .integer = times[i]}};
        const srch_index_document d = {.document_id = anc_str_of(ids[i]),
                                       .version = 1,
                                       .fields = &at,
                                       .n_fields = 1,
                                       .labels = a_public,
                                       .n_labels = 1};
        ASSERT_OK(w.index.ops->publish(w.index.self, &w.call, ANC_STR("c"), &d,
                                       (srch_chunk_source){&chunk, next_words}),
                  &w.err);
    }
    const srch_index_query q = {.labels = a_public, .n_labels = 1, .k_documents = 2};
    srch_index_result r;
    ASSERT_OK(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), &w.err);
    assert_int_equal(r.n, 2);
    assert_true(r.cut);
    assert_true(anc_str_eq(r.candidates[0].document_id, ANC_STR("b")) &&
                r.candidates[0].at_ms == 30);
    assert_true(anc_str_eq(r.candidates[1].document_id, ANC_STR("c")));
    close_world(&w);
}

static void scores_are_explained(void **state)
{
    world w;
    open_world(&w, state);
    ASSERT_OK(publish(&w, "c", "a", 1, a_public,
                      (words){.chunks = {"red red fish", "blue"}, .n = 2, .vector = x_axis}),
              &w.err);
    const srch_query_term terms[] = {{.text = ANC_STR_INIT("red"), .weight = 1},
                                     {.text = ANC_STR_INIT("fish"), .weight = 2},
                                     {.text = ANC_STR_INIT("the"), .weight = 1, .is_stop = true}};
    const srch_index_query q = {.terms = terms,
                                .n_terms = 3,
                                .vector = x_axis,
                                .dims = DIMS,
                                .labels = a_public,
                                .n_labels = 1,
                                .k_keyword = 10,
                                .k_semantic = 10,
                                .explain = true};
    srch_index_result r;
    ASSERT_OK(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), &w.err);
    assert_true(r.n == 2 && r.n_terms == 3 && r.chunks == 2 && r.mean_length == 2);
    assert_true(r.terms[0].df == 1 && r.terms[0].scored && !r.terms[2].scored);
    const srch_candidate *c = &r.candidates[0];
    assert_true(c->length == 3 && c->terms[0].tf == 2 && c->terms[1].tf == 1 &&
                c->terms[2].tf == 0);
    assert_true(fabs(c->terms[0].bm25 + c->terms[1].bm25 - c->bm25) < 1e-6);
    assert_true(r.candidates[1].terms[0].tf == 0 && r.candidates[1].bm25 == 0);
    close_world(&w);
}

/* A word is found by any of its readings and counts once; a beginning by every word that has it. */
static void words_have_readings_and_beginnings(void **state)
{
    world w;
    open_world(&w, state);
    ASSERT_OK(publish(&w, "c", "a", 1, a_public,
                      (words){.chunks = {"ecol red", "ecole", "ecole ecol", "blue"}, .n = 4}),
              &w.err);
    const srch_query_term terms[] = {
        {.text = ANC_STR_INIT("ecole"), .weight = 1, .word = 1},
        {.text = ANC_STR_INIT("ecol"), .weight = 1, .word = 1},
        {.text = ANC_STR_INIT("bl"), .weight = 1, .begins = true},
    };
    const srch_index_query q = {.terms = terms,
                                .n_terms = 3,
                                .labels = a_public,
                                .n_labels = 1,
                                .k_keyword = 10,
                                .explain = true};
    srch_index_result r;
    ASSERT_OK(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), &w.err);
    assert_true(r.n == 4 && r.n_terms == 3);
    assert_true(r.terms[0].df == 2 && r.terms[1].df == 2 && r.terms[2].df == 1);
    assert_true(r.terms[0].idf == r.terms[1].idf && r.terms[2].idf > r.terms[0].idf);
    assert_true(r.terms[2].begins && !r.terms[0].begins);
    assert_true(fabs(r.bm25_bound - r.terms[0].idf - r.terms[2].idf) < 1e-9);
    for (size_t i = 0; i < r.n; i++) {
        const srch_candidate *c = &r.candidates[i];
        const bool blue = c->ordinal == 3;
        const double idf = r.terms[blue ? 2 : 0].idf;
        assert_true(fabs(c->coverage - idf / r.bm25_bound) < 1e-9);
        assert_true(c->bm25 > 0 && c->bm25 < idf);
        assert_true(fabs(c->terms[0].bm25 + c->terms[1].bm25 + c->terms[2].bm25 - c->bm25) < 1e-6);
        assert_int_equal(c->terms[2].tf, blue ? 1 : 0);
    }
    close_world(&w);
}

/* A reading is a word in documents of its languages; to others it is another one. */
static void readings_keep_to_their_languages(void **state)
{
    world w;
    open_world(&w, state);
    srch_index_document d = {.document_id = ANC_STR("en"),
                             .version = 1,
                             .language = TXT_EN,
                             .labels = a_public,
                             .n_labels = 1};
    words english = {.chunks = {"not note"}, .n = 1}, french = {.chunks = {"not"}, .n = 1};
    ASSERT_OK(w.index.ops->publish(w.index.self, &w.call, ANC_STR("c"), &d,
                                   (srch_chunk_source){&english, next_words}),
              &w.err);
    d.document_id = ANC_STR("fr");
    d.language = TXT_FR;
    ASSERT_OK(w.index.ops->publish(w.index.self, &w.call, ANC_STR("c"), &d,
                                   (srch_chunk_source){&french, next_words}),
              &w.err);
    const srch_query_term terms[] = {
        {.text = ANC_STR_INIT("note"), .weight = 1, .word = 1, .languages = 1u << TXT_EN},
        {.text = ANC_STR_INIT("not"), .weight = 1, .word = 1, .languages = 1u << TXT_FR},
    };
    anc_str french_word = ANC_STR("not");
    srch_wording only_french = {
        .kind = SRCH_HAS_TERM, .words = &french_word, .n_words = 1, .languages = 1u << TXT_FR};
    const srch_demand demand = {&only_french, 1, false};
    srch_index_query q = {.terms = terms,
                          .n_terms = 2,
                          .labels = a_public,
                          .n_labels = 1,
                          .k_keyword = 10,
                          .explain = true};
    srch_index_result r;
    ASSERT_OK(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), &w.err);
    assert_true(r.n == 2 && r.terms[0].df == 1 && r.terms[1].df == 1);
    for (size_t i = 0; i < r.n; i++) {
        const srch_candidate *c = &r.candidates[i];
        const bool is_english = anc_str_eq(c->document_id, ANC_STR("en"));
        assert_int_equal(c->terms[0].tf, is_english ? 1 : 0);
        assert_int_equal(c->terms[1].tf, is_english ? 0 : 1);
        assert_true(fabs(c->coverage - 1) < 1e-9);
    }
    q.demands = &demand;
    q.n_demands = 1;
    ASSERT_OK(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), &w.err);
    assert_true(r.n == 1 && anc_str_eq(r.candidates[0].document_id, ANC_STR("fr")));
    close_world(&w);
}

static anc_status never(void *arg)
{
    (void)arg;
    return ANC_DEADLINE;
}

/* Only of what is there: what was replaced, removed or dropped counts no more. */
static void languages_are_counted(void **state)
{
    static const struct step {
        const char *id;
        int language; /* -1: removed */
        uint32_t english, french;
    } steps[] = {{"a", TXT_EN, 1, 0}, {"b", TXT_FR, 1, 1}, {"b", TXT_FR, 1, 1}, {"a", TXT_FR, 0, 2},
                 {"b", -1, 0, 1},     {"b", -1, 0, 1},     {"c", TXT_EN, 1, 1}};
    uint32_t counts[TXT_LANGUAGE_COUNT];
    world w;
    open_world(&w, state);
    const anc_str c = ANC_STR("c");
    for (size_t i = 0; i < ANC_COUNT(steps); i++) {
        const struct step *s = &steps[i];
        words chunks = {.chunks = {"word"}, .n = 1};
        const srch_index_document d = {.document_id = anc_str_of(s->id),
                                       .version = 1,
                                       .language =
                                           (txt_language)(s->language < 0 ? 0 : s->language),
                                       .labels = a_public,
                                       .n_labels = 1};
        if (s->language < 0)
            ASSERT_OK(w.index.ops->remove(w.index.self, &w.call, c, d.document_id), &w.err);
        else
            ASSERT_OK(w.index.ops->publish(w.index.self, &w.call, c, &d,
                                           (srch_chunk_source){&chunks, next_words}),
                      &w.err);
        w.index.ops->languages(w.index.self, c, counts);
        assert_int_equal(counts[TXT_EN], s->english);
        assert_int_equal(counts[TXT_FR], s->french);
    }
    ASSERT_OK(w.index.ops->drop(w.index.self, &w.call, c), &w.err);
    w.index.ops->languages(w.index.self, c, counts);
    assert_int_equal(counts[TXT_EN] + counts[TXT_FR], 0);
    close_world(&w);
}

static void a_search_can_be_ended(void **state)
{
    world w;
    open_world(&w, state);
    ASSERT_OK(publish(&w, "c", "a", 1, a_public, (words){.chunks = {"red"}, .n = 1}), &w.err);
    const srch_query_term term = {.text = ANC_STR("red"), .weight = 1};
    srch_index_query q = {.terms = &term,
                          .n_terms = 1,
                          .labels = a_public,
                          .n_labels = 1,
                          .k_keyword = 10,
                          .may_go_on = never};
    srch_index_result r = {0};
    assert_int_equal(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r),
                     ANC_DEADLINE);
    q.may_go_on = NULL;
    q.vector = x_axis;
    q.dims = DIMS + 1;
    assert_int_equal(w.index.ops->search(w.index.self, &w.call, ANC_STR("c"), &q, &r), ANC_INVALID);
    assert_null(r.candidates);
    close_world(&w);
}

static anc_status publish_of(world *w, const char *model, uint32_t dims, const float *vector,
                             const char *id)
{
    words chunks = {.chunks = {"red"}, .n = 1, .vector = vector};
    const srch_index_document d = {.document_id = anc_str_of(id),
                                   .version = 1,
                                   .labels = a_public,
                                   .n_labels = 1,
                                   .model = anc_str_of(model),
                                   .dims = dims};
    return w->index.ops->publish(w->index.self, &w->call, ANC_STR("c"), &d,
                                 (srch_chunk_source){&chunks, next_words});
}

static anc_status search_by(world *w, const char *model, uint32_t dims, const float *vector,
                            srch_index_result *ret)
{
    const srch_index_query q = {.vector = vector,
                                .dims = dims,
                                .model = anc_str_of(model),
                                .labels = a_public,
                                .n_labels = 1,
                                .k_semantic = 10};
    return w->index.ops->search(w->index.self, &w->call, ANC_STR("c"), &q, ret);
}

/* The long work changes nothing that a search shows, and can be called off. */
static void tidying_changes_no_answer(void **state)
{
    world w;
    bool did = true;
    atomic_bool off = true;
    srch_index_result r = {0};
    open_world(&w, state);
    const srch_index index = w.index;
    ASSERT_OK(index.ops->tidy(index.self, &w.call, &did), &w.err);
    assert_false(did);
    ASSERT_OK(publish_of(&w, "m1", DIMS, x_axis, "a"), &w.err);
    ASSERT_OK(publish_of(&w, "m1", DIMS, x_axis, "b"), &w.err);
    ASSERT_OK(index.ops->remove(index.self, &w.call, ANC_STR("c"), ANC_STR("b")), &w.err);
    do
        ASSERT_OK(index.ops->tidy(index.self, &w.call, &did), &w.err);
    while (did);
    ASSERT_OK(search_by(&w, "m1", DIMS, x_axis, &r), &w.err);
    assert_int_equal(r.n, 1);
    w.call.cancelled = &off;
    const anc_status status = index.ops->tidy(index.self, &w.call, &did);
    assert_true(status == ANC_CANCELLED || (status == ANC_OK && !did));
    close_world(&w);
}

static void a_second_index_takes_the_place_of_the_first(void **state)
{
    static const float wide[DIMS + 1] = {0, 0, 0, 1};
    world w;
    srch_index_models have;
    srch_index_result r = {0};
    open_world(&w, state);
    const srch_index index = w.index;
    ASSERT_OK(index.ops->models(index.self, &w.call, ANC_STR("c"), &have), &w.err);
    assert_false(have.is_there || have.preparing);
    ASSERT_OK(index.ops->show(index.self, &w.call, ANC_STR("c")), &w.err);
    ASSERT_OK(publish_of(&w, "m1", DIMS, x_axis, "a"), &w.err);
    ASSERT_OK(publish_of(&w, "m1", DIMS, x_axis, "b"), &w.err);
    assert_int_equal(publish_of(&w, "m2", DIMS + 1, wide, "a"), ANC_INVALID);
    ASSERT_OK(index.ops->prepare(index.self, &w.call, ANC_STR("c"), ANC_STR("m2"), DIMS + 1),
              &w.err);
    ASSERT_OK(publish_of(&w, "m2", DIMS + 1, wide, "a"), &w.err);
    ASSERT_OK(publish_of(&w, "m2", DIMS + 1, wide, "b"), &w.err);
    ASSERT_OK(index.ops->models(index.self, &w.call, ANC_STR("c"), &have), &w.err);
    assert_true(have.is_there && have.preparing && have.vectors);
    assert_true(anc_str_eq(have.model, ANC_STR("m1")) && have.dims == DIMS);
    assert_true(anc_str_eq(have.next, ANC_STR("m2")) && have.next_dims == DIMS + 1);
    ASSERT_OK(search_by(&w, "m1", DIMS, x_axis, &r), &w.err);
    assert_int_equal(r.n, 2);
    assert_int_equal(search_by(&w, "m2", DIMS + 1, wide, &r), ANC_CONFLICT);
    ASSERT_OK(index.ops->remove(index.self, &w.call, ANC_STR("c"), ANC_STR("b")), &w.err);

    ASSERT_OK(index.ops->show(index.self, &w.call, ANC_STR("c")), &w.err);
    assert_int_equal(search_by(&w, "m1", DIMS, x_axis, &r), ANC_CONFLICT);
    ASSERT_OK(search_by(&w, "m2", DIMS + 1, wide, &r), &w.err);
    assert_int_equal(r.n, 1);
    assert_int_equal(index.ops->figures(index.self, ANC_STR("c")).documents, 1);
    ASSERT_OK(index.ops->prepare(index.self, &w.call, ANC_STR("c"), ANC_STR("m1"), DIMS), &w.err);
    ASSERT_OK(index.ops->give_up(index.self, &w.call, ANC_STR("c")), &w.err);
    ASSERT_OK(index.ops->give_up(index.self, &w.call, ANC_STR("none")), &w.err);
    ASSERT_OK(index.ops->models(index.self, &w.call, ANC_STR("c"), &have), &w.err);
    assert_true(have.is_there && !have.preparing && anc_str_eq(have.model, ANC_STR("m2")));
    ASSERT_OK(search_by(&w, "m2", DIMS + 1, wide, &r), &w.err);
    assert_int_equal(r.n, 1);
    ASSERT_OK(index.ops->prepare(index.self, &w.call, ANC_STR("c"), ANC_STR("m1"), DIMS), &w.err);
    ASSERT_OK(index.ops->drop(index.self, &w.call, ANC_STR("c")), &w.err);
    ASSERT_OK(index.ops->models(index.self, &w.call, ANC_STR("c"), &have), &w.err);
    assert_false(have.is_there || have.preparing);
    close_world(&w);
}

int main(void)
{
    int failed = RUN_TABLE("publishes and finds", adapters, publishes_and_finds);
    failed += RUN_TABLE("replaces whole and removes", adapters, replaces_whole_and_removes);
    failed += RUN_TABLE("a failed publish", adapters, a_failed_publish_changes_nothing);
    failed += RUN_TABLE("collections are apart", adapters, collections_are_apart);
    failed += RUN_TABLE("labels and filters", adapters, labels_and_filters_are_inside);
    failed += RUN_TABLE("demands", adapters, demands_are_inside);
    failed += RUN_TABLE("documents", adapters, documents_come_latest_first);
    failed += RUN_TABLE("readings", adapters, words_have_readings_and_beginnings);
    failed += RUN_TABLE("readings by language", adapters, readings_keep_to_their_languages);
    failed += RUN_TABLE("models", adapters, a_second_index_takes_the_place_of_the_first);
    failed += RUN_TABLE("languages", adapters, languages_are_counted);
    failed += RUN_TABLE("tidying", adapters, tidying_changes_no_answer);
    failed += RUN_TABLE("explained", adapters, scores_are_explained);
    return failed + RUN_TABLE("a search can be ended", adapters, a_search_can_be_ended);
}
