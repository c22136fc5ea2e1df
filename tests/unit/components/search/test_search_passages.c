/* test_search_passages.c - marks that bind, documents by filters alone, copies, joined neighbours,
 * highlights and explanations, through the use case.
 */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "query_world.h"

static bool found(const srch_result *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (anc_str_eq(r->hits[i].document_id, anc_str_of(id)))
            return true;
    return false;
}

static srch_result ask_for(world *w, const char *query)
{
    const srch_request r = world_request(query);
    return world_ask(w, &r);
}

static void refuse(world *w, const srch_request *r, const char *pointer, const char *text)
{
    srch_result result = {0};
    anc_err_clear(&w->err);
    assert_int_equal(srch_query(w->srch, &w->call, r, &result), ANC_INVALID);
    assert_string_equal(w->err.pointer, pointer);
    if (strstr(w->err.text, text) == NULL)
        fail_msg("%s", w->err.text);
    assert_null(result.hits);
}

/* ---- marks -------------------------------------------------------------------------------------- */

static void check_explained(const srch_hit *h)
{
    const srch_explanation *e = h->explained;
    double bm25 = 0;
    assert_non_null(e);
    for (size_t i = 0; i < e->n_terms; i++) {
        const srch_term_detail *t = &e->terms[i];
        bm25 += t->bm25;
        assert_int_equal(t->n_matches, t->tf);
        for (size_t m = 0; m < t->n_matches; m++)
            assert_true(t->matches[m].end > t->matches[m].start &&
                        t->matches[m].end <=
                            (t->matches[m].place == SRCH_IN_TEXT ? h->text.len : h->title.len));
    }
    assert_true(fabs(bm25 - h->keyword) < 1e-6);
    assert_true(h->keyword <= e->bm25_bound + 1e-9);
    assert_true(fabs(e->keyword.share * e->keyword.scaled + e->semantic.share * e->semantic.scaled -
                     h->fused) < 1e-9);
    const double z = e->constant + e->cosine_part + e->coverage_part + e->bm25_part;
    assert_true(fabs(1 / (1 + exp(-z)) - h->score) < 1e-9);
}

static void marks_bind_words_and_vectors(void **state)
{
    world *w = *state;
    world_open(w);
    srch_result r = ask_for(w, "office leave");
    assert_true(found(&r, "travel") && found(&r, "leave") && found(&r, "conges"));
    r = ask_for(w, "office +leave");
    assert_false(found(&r, "travel") || found(&r, "conges"));
    assert_true(found(&r, "leave") && !r.relaxed);
    r = ask_for(w, "office -leave"); /* stems: "leave" is in all chunks of that document */
    assert_true(found(&r, "travel") && found(&r, "conges") && !found(&r, "leave"));
    r = ask_for(w, "leave -\"paid leave\"");
    assert_int_equal(r.hits[0].ordinal, 1); /* the other chunk of "leave" */
    assert_false(found(&r, "copy"));
    r = ask_for(w, "office +holidays"); /* of the title */
    assert_true(found(&r, "leave") && !found(&r, "travel"));
    r = ask_for(w, "something +nowhere");
    assert_true(r.n == 0 && !r.relaxed);
}

static void a_phrase_binds_where_somebody_wrote_it(void **state)
{
    world *w = *state;
    world_open(w);
    srch_result r = ask_for(w, "\"lost at the end\" train");
    assert_int_equal(r.n, 1);
    assert_int_equal(r.hits[0].ordinal, 1);
    assert_false(r.relaxed);
    r = ask_for(w, "\"lost at an end\" of March");
    assert_true(r.relaxed);
    assert_true(anc_str_eq(r.hits[0].document_id, ANC_STR("leave")) && r.hits[0].ordinal == 1);
    r = ask_for(w, "+\"lost at an end\" of March");
    assert_true(r.n == 0 && !r.relaxed);
    r = ask_for(w, "\"lost at an end\" +travel"); /* what has a sign binds all the same */
    assert_true(r.relaxed && r.n == 1 && found(&r, "travel"));
    r = ask_for(w, "employ*");
    assert_true(!r.relaxed && (found(&r, "leave") || found(&r, "copy")) && !found(&r, "travel"));
}

static void french_marks(void **state)
{
    world *w = *state;
    world_open(w);
    srch_result r = ask_for(w, "\"leurs conges payes\"");
    assert_true(r.n == 1 && found(&r, "conges") && !r.relaxed);
    r = ask_for(w, "+cong\xC3\xA9 travail"); /* the collection's language reads it */
    assert_true(r.n == 1 && found(&r, "conges"));
    r = ask_for(w, "\"cong\xC3\xA9 pay\xC3\xA9\""); /* another ending is another phrase */
    assert_true(r.relaxed);
}

/* A collection of several languages: each may read a marked word. */
static void marks_in_a_mixed_collection(void **state)
{
    world *w = *state;
    world_kno.collections[0].language = "auto";
    world_add(5, 0, "fr", "Cong\xC3\xA9s", "Les salari\xC3\xA9s prennent leurs cong\xC3\xA9s.",
              NULL)
        ->language = "fr";
    world_open(w);
    const srch_result r = ask_for(w, "holidays +cong\xC3\xA9");
    assert_true(found(&r, "fr"));
}

/* A word meets the stem of the language that its document is in, whatever the question seems to be. */
static void words_in_a_mixed_collection(void **state)
{
    world *w = *state;
    world_kno.collections[0].language = "auto";
    world_add(5, 0, "fr", "Cong\xC3\xA9s", "Les \xC3\xA9\x63oles ferment en ao\xC3\xBBt.", NULL)
        ->language = "fr";
    world_open(w);
    static const char *const questions[] = {"\xC3\xA9\x63ole", "ECOLES",
                                            "leave of the \xC3\xA9\x63ole"};
    for (size_t i = 0; i < ANC_COUNT(questions); i++) {
        srch_request r = world_request(questions[i]);
        r.mode = SRCH_KEYWORD;
        r.explain = true;
        const srch_result result = world_ask(w, &r);
        assert_true(found(&result, "fr"));
        for (size_t h = 0; h < result.n; h++)
            check_explained(&result.hits[h]);
    }
    srch_request r = world_request("\xC3\xA9\x63ole");
    r.mode = SRCH_KEYWORD;
    assert_true(world_ask(w, &r).hits[0].coverage > 0.99); /* two readings are one word */
}

/* A beginning finds and scores what begins so, by words alone too. */
static void beginnings_are_found_by_words(void **state)
{
    world *w = *state;
    world_open(w);
    static const char *const questions[] = {"unus*", "+unus*", "Unus*", "unus* zzz"};
    for (size_t i = 0; i < ANC_COUNT(questions); i++) {
        srch_request r = world_request(questions[i]);
        r.mode = SRCH_KEYWORD;
        r.explain = r.highlight = true;
        const srch_result result = world_ask(w, &r);
        assert_true(result.n > 0 && found(&result, "leave") && !result.relaxed);
        const srch_hit *h = &result.hits[0];
        check_explained(h);
        assert_string_equal(h->explained->terms[0].term.ptr, "unus*");
        assert_int_equal(h->explained->terms[0].n_matches, 1);
        assert_true(h->n_highlights == 1 && h->highlights[0].n_marks == 1);
    }
    srch_request r = world_request("leaves*"); /* nothing begins so: it is a word, with a stem */
    r.mode = SRCH_KEYWORD;
    const srch_result given_up = world_ask(w, &r);
    assert_true(given_up.relaxed && found(&given_up, "leave"));
    r = world_request("zzz*");
    r.mode = SRCH_KEYWORD;
    const srch_result none = world_ask(w, &r);
    assert_true(none.n == 0 && none.relaxed);
}

static void queries_without_words_are_refused(void **state)
{
    world *w = *state;
    world_open(w);
    srch_request r = world_request("-leave -\"paid days\"");
    refuse(w, &r, "/query", "only excludes");
    r = world_request("+ - \" ?!");
    refuse(w, &r, "/query", "no word");
    ANC_BUF(words, 1 << 17);
    for (int i = 0; i < 10000; i++)
        assert_true(anc_buf_printf(&words, "w%d ", i));
    r.query = anc_buf_view(&words);
    refuse(w, &r, "/query", "at most");
    anc_buf_clear(&words);
    assert_true(anc_buf_add(&words, ANC_STR("leave -\"")));
    for (int i = 0; i < 1200; i++)
        assert_true(anc_buf_add(&words, ANC_STR("word ")));
    assert_true(anc_buf_add(&words, ANC_STR("\"")));
    r.query = anc_buf_view(&words);
    refuse(w, &r, "/query", "at most");
    const srch_result stops = ask_for(w, "of the"); /* only function words: they are searched */
    assert_true(stops.n > 0 && stops.hits[0].keyword > 0);
    r = world_request("leave");
    r.context_chunks = SRCH_MAX_CONTEXT_CHUNKS + 1;
    refuse(w, &r, "/context_chunks", "6");
}

/* ---- documents by filters ----------------------------------------------------------------------- */

static void metadata_lists_the_latest_first(void **state)
{
    world *w = *state;
    json_doc *doc = NULL;
    w->call.principal.labels = world_board;
    w->call.principal.n_labels = 2;
    for (size_t i = 0; i < 5; i++)
        world_kno.documents[i].updated_ms = (int64_t[]){500, 900, 700, 800, 600}[i];
    world_open(w);
    ASSERT_OK(
        json_parse(ANC_STR("{\"field\":\"year\",\"op\":\"gte\",\"value\":2020}"), &doc, &w->err),
        &w->err);
    srch_request r = world_request("whatever");
    r.mode = SRCH_METADATA;
    r.filters = json_root(doc);
    srch_result result = world_ask(w, &r);
    static const char *const order[] = {"conges", "copy", "secret", "leave"};
    assert_int_equal(result.mode, SRCH_METADATA);
    assert_int_equal(result.n, ANC_COUNT(order));
    for (size_t i = 0; i < result.n; i++) {
        const srch_hit *h = &result.hits[i];
        assert_true(anc_str_eq(h->document_id, anc_str_of(order[i])));
        assert_int_equal(h->ordinal, 0);
        assert_true(isnan(h->score) && isnan(h->fused) && isnan(h->keyword) && isnan(h->semantic));
    }
    assert_int_equal(result.duplicates, 0); /* copies are documents too */
    r.query = ANC_STR_NONE;
    r.top_k = 2;
    r.explain = r.highlight = true;
    result = world_ask(w, &r);
    assert_int_equal(result.n, 2);
    assert_null(result.hits[0].explained);
    json_doc_free(doc);
    r.filters = NULL;
    refuse(w, &r, "/filters", "there are none");
}

/* ---- copies ------------------------------------------------------------------------------------- */

static void copies_are_counted(void **state)
{
    world *w = *state;
    world_add(5, 1, "fremd", "Holidays", "Every employee has thirty days of PAID leave, a year.",
              NULL);
    world_open(w); /* a copy in the same collection, one in another */
    const srch_result r = ask_for(w, "thirty days of paid leave");
    size_t of_them = 0;
    for (size_t i = 0; i < r.n; i++)
        of_them += anc_str_find(r.hits[i].text, ANC_STR("thirty")) != SIZE_MAX ? 1 : 0;
    assert_int_equal(of_them, 1);
    assert_int_equal(r.duplicates, 2);
    assert_int_equal(r.hits[0].duplicates, 2);
}

/* So many copies that the first lists hold nothing else. */
static void copies_do_not_cost_hits(void **state)
{
    world *w = *state;
    char id[16];
    world_candidates = 4;
    for (size_t i = 5; i < 45; i++) {
        (void)snprintf(id, sizeof id, "c%zu", i);
        (void)world_add(i, 0, id, "Copy", "Paid leave paid leave paid leave paid leave.", NULL);
    }
    world_open(w);
    srch_request r = world_request("paid leave");
    r.top_k = 3;
    r.mode = SRCH_KEYWORD;
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 3); /* the copies as one, and both chunks about leave */
    assert_true(result.duplicates >= 39);
}

/* Nor do they take more room than there is: what was found by then is the answer. */
static void copies_do_not_cost_the_answer(void **state)
{
    world *w = *state;
    char id[16];
    world_candidates = 2;
    for (size_t i = 5; i < 60; i++) {
        (void)snprintf(id, sizeof id, "c%zu", i);
        (void)world_add(i, 0, id, "Copy", "Paid leave paid leave paid leave paid leave.", NULL);
    }
    world_open(w);
    srch_request r = world_request("paid leave");
    r.top_k = 3;
    anc_arena_reset(w->mem);
    const uint64_t most = world_ask(w, &r).duplicates;
    ANC_ARENA(half, anc_arena_used(w->mem) / 2);
    assert_non_null(half);
    w->call.mem = half;
    const srch_result result = world_ask(w, &r);
    w->call.mem = w->mem;
    assert_true(result.n > 0 && result.duplicates > 0 && result.duplicates < most);
}

/* ---- joined ------------------------------------------------------------------------------------- */

static void long_document(void)
{
    double_document *d = world_add(5, 0, "long", "Long", "Alpha begins the first part.", NULL);
    static const char *const chunks[] = {
        "Alpha begins the first part.",   "Beta and alpha stand in the second.",
        "The third has gamma alone.",     "Nothing much in the fourth.",
        "Alpha comes back in the fifth.", "The sixth ends it."};
    for (size_t i = 0; i < ANC_COUNT(chunks); i++)
        d->chunks[i] = chunks[i];
    d->n_chunks = ANC_COUNT(chunks);
}

/* What stands in the document's text between two offsets. */
static void check_extent(world *w, const srch_hit *h)
{
    kno_text t;
    ASSERT_OK(kno_text_open(&world_kno, &w->call, h->collection, h->document_id, h->version, &t),
              &w->err);
    assert_true(h->end <= t.text.len);
    assert_true(anc_str_eq(h->text, anc_str_sub(t.text, h->start, (size_t)(h->end - h->start))));
    kno_text_close(&world_kno, &t);
}

static void neighbours_become_one_passage(void **state)
{
    world *w = *state;
    long_document();
    world_open(w);
    srch_request r = world_request("alpha");
    r.mode = SRCH_KEYWORD;
    assert_int_equal(world_ask(w, &r).n, 3);
    r.join_neighbours = true;
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 2);
    for (size_t i = 0; i < 2; i++) {
        const srch_hit *h = &result.hits[i];
        check_extent(w, h);
        assert_true(h->ordinal >= h->first_ordinal && h->ordinal <= h->last_ordinal);
        assert_true(h->last_ordinal == 1 ? h->first_ordinal == 0 : h->first_ordinal == 4);
    }
}

static void what_lies_around_is_joined_too(void **state)
{
    world *w = *state;
    long_document();
    world_open(w);
    srch_request r = world_request("gamma");
    r.mode = SRCH_KEYWORD;
    r.join_neighbours = true;
    r.context_chunks = 1;
    srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 1);
    assert_int_equal(result.hits[0].first_ordinal, 1);
    assert_int_equal(result.hits[0].last_ordinal, 3);
    check_extent(w, &result.hits[0]);
    r.query = ANC_STR("alpha"); /* 0-1 and 4, and one around each: 0-2 and 3-5, which touch */
    result = world_ask(w, &r);
    assert_int_equal(result.n, 1);
    assert_int_equal(result.hits[0].first_ordinal, 0);
    assert_int_equal(result.hits[0].last_ordinal, 5);
    check_extent(w, &result.hits[0]);
    r.context_chunks = SRCH_MAX_CONTEXT_CHUNKS; /* past both ends */
    result = world_ask(w, &r);
    assert_int_equal(result.hits[0].last_ordinal, 5);
    check_extent(w, &result.hits[0]);
}

/* Two passages that become one with what lies between them make room for the next. */
static void what_is_joined_makes_room(void **state)
{
    world *w = *state;
    long_document();
    world_add(6, 0, "other", "Other",
              "A text of many more words than the ones above, in which one word of the question is "
              "somewhere, alpha, "
              "and which therefore comes behind them when they are ordered by how well they fit.",
              NULL);
    world_open(w);
    srch_request r = world_request("alpha");
    r.mode = SRCH_KEYWORD;
    r.top_k = 2;
    srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 2);
    assert_false(found(&result, "other"));
    r.join_neighbours = true;
    r.context_chunks = 2;
    result = world_ask(w, &r);
    assert_int_equal(result.n, 2);
    assert_true(anc_str_eq(result.hits[0].document_id, ANC_STR("long")));
    assert_true(anc_str_eq(result.hits[1].document_id, ANC_STR("other")));
    assert_int_equal(result.hits[0].last_ordinal, 5);
    r.top_k = 3; /* there is no third */
    assert_int_equal(world_ask(w, &r).n, 2);
}

static void without_its_text_a_hit_is_its_chunk(void **state)
{
    world *w = *state;
    long_document();
    world_kno.documents[5].text_gone = true;
    world_open(w);
    srch_request r = world_request("gamma");
    r.mode = SRCH_KEYWORD;
    r.join_neighbours = true;
    r.context_chunks = 2;
    const srch_result result = world_ask(w, &r);
    assert_int_equal(result.n, 1);
    assert_true(anc_str_eq(result.hits[0].text, ANC_STR("The third has gamma alone.")));
    assert_int_equal(result.hits[0].end - result.hits[0].start, result.hits[0].text.len);
    assert_int_equal(result.hits[0].first_ordinal, 2);
    assert_int_equal(result.hits[0].last_ordinal, 2);
}

/* ---- highlights and explanations ---------------------------------------------------------------- */

static void highlights_cut_the_text(void **state)
{
    world *w = *state;
    long_document();
    world_open(w);
    srch_request r = world_request("the alpha beginning");
    r.mode = SRCH_KEYWORD;
    r.join_neighbours = true;
    r.highlight = true;
    const srch_result result = world_ask(w, &r);
    const srch_hit *h = &result.hits[0];
    assert_true(h->n_highlights > 0 && h->first_ordinal == 0);
    size_t marks = 0;
    for (size_t i = 0; i < h->n_highlights; i++) {
        const srch_highlight *l = &h->highlights[i];
        assert_true(anc_str_eq(
            l->text, anc_str_sub(h->text, l->start - h->start, (size_t)(l->end - l->start))));
        for (size_t m = 0; m < l->n_marks; m++) {
            const srch_extent *e = &l->marks[m];
            const anc_str word =
                anc_str_sub(h->text, e->start - h->start, (size_t)(e->end - e->start));
            assert_true(anc_str_eq_nocase(word, ANC_STR("alpha")) ||
                        anc_str_eq(word, ANC_STR("begins")));
            marks++;
        }
    }
    assert_int_equal(marks, 3); /* not "the" */
    r.highlight = false;
    assert_int_equal(world_ask(w, &r).hits[0].n_highlights, 0);
}

static void scores_add_up(void **state)
{
    world *w = *state;
    static const srch_mode modes[] = {SRCH_HYBRID, SRCH_KEYWORD, SRCH_SEMANTIC};
    long_document();
    world_open(w);
    for (size_t m = 0; m < ANC_COUNT(modes); m++) {
        srch_request r = world_request("the holidays of an employee: alpha, leave, cong\xC3\xA9s");
        r.mode = modes[m];
        r.explain = true;
        for (int joined = 0; joined < 2; joined++) {
            r.join_neighbours = joined == 1;
            r.context_chunks = joined == 1 ? 1 : 0;
            const srch_result result = world_ask(w, &r);
            assert_true(result.n > 2);
            for (size_t i = 0; i < result.n; i++)
                check_explained(&result.hits[i]);
        }
    }
}

static void matches_say_where(void **state)
{
    world *w = *state;
    world_open(w);
    srch_request r = world_request("holidays leave");
    r.explain = true;
    const srch_result result = world_ask(w, &r);
    const srch_hit *h = &result.hits[0];
    const srch_term_detail *holiday = &h->explained->terms[0], *leave = &h->explained->terms[1];
    assert_true(anc_str_eq(holiday->term, ANC_STR("holiday")) && holiday->tf == 1);
    assert_int_equal(holiday->matches[0].place, SRCH_IN_TITLE);
    assert_int_equal(holiday->matches[0].end, 8);
    assert_int_equal(leave->matches[0].place, SRCH_IN_TEXT);
    assert_true(
        anc_str_eq_nocase(anc_str_sub(h->text, leave->matches[0].start,
                                      (size_t)(leave->matches[0].end - leave->matches[0].start)),
                          ANC_STR("leave")));
    assert_true(anc_str_eq(h->explained->language, ANC_STR("en")));
    assert_int_equal(h->explained->keyword.rank, 1);
    assert_true(h->explained->weighted && h->explained->chunks == 4);
}

int main(void)
{
#define ROW(fn) cmocka_unit_test_setup_teardown(fn, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        ROW(marks_bind_words_and_vectors),
        ROW(a_phrase_binds_where_somebody_wrote_it),
        ROW(french_marks),
        ROW(marks_in_a_mixed_collection),
        ROW(words_in_a_mixed_collection),
        ROW(beginnings_are_found_by_words),
        ROW(queries_without_words_are_refused),
        ROW(metadata_lists_the_latest_first),
        ROW(copies_are_counted),
        ROW(copies_do_not_cost_hits),
        ROW(copies_do_not_cost_the_answer),
        ROW(neighbours_become_one_passage),
        ROW(what_lies_around_is_joined_too),
        ROW(what_is_joined_makes_room),
        ROW(without_its_text_a_hit_is_its_chunk),
        ROW(highlights_cut_the_text),
        ROW(scores_add_up),
        ROW(matches_say_where),
    };
    return cmocka_run_group_tests_name("search passages", tests, NULL, NULL);
}
