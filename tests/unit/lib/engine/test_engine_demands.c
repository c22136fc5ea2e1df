/* test_engine_demands.c - what a chunk must have and must not have; the list of documents. */
#include "support/test.h"

#include <math.h>

#include "engine_help.h"

enum { MOST_DEMANDS = 4, MOST_WORDS = 8 };

static const float EAST[2] = {1, 0}, NORTH[2] = {0, 1};
static const anc_str PUBLIC = ANC_STR_INIT("public");

typedef struct world {
    eng_index *index;
    anc_arena *mem;
    anc_err err;
} world;

static void open_world(world *w)
{
    const eng_options options = {.dims = 2};
    *w = (world){.mem = anc_arena_new(64 << 20)};
    ASSERT_OK(eng_index_open(&options, &w->index, &w->err), &w->err);
}

static void close_world(world *w)
{
    eng_index_close(w->index);
    anc_arena_free(w->mem);
}

static void publish(world *w, const char *key, const char *title, const char *words)
{
    ASSERT_OK(help_publish(w->index, key, 1, title, words, EAST, &w->err), &w->err);
}

static void fill(world *w)
{
    publish(w, "a", "civil code", "the freedom/freedom of opinion is a right/right");
    publish(w, "b", "", "freedom/freedoms and opinion/opinions of right minds");
    publish(w, "c", "penal", "code of conduct to be or not to be");
    publish(w, "d", "", "opinion of freedom");
}

/* ---- demands ----------------------------------------------------------------------------------- */

typedef struct demand_row {
    const char *name;
    const char
        *demands;      /* "|" between; "-" before an excluded one, "=" a term, "*" a prefix, else a
                            phrase */
    const char *found; /* keys, in order */
} demand_row;

static const demand_row demand_rows[] = {
    {"none", "", "a b c d"},
    {"a phrase", "freedom of opinion", "a"},
    {"in its order only", "opinion of freedom", "d"},
    {"a form, not its stem", "freedoms", "b"},
    {"a term, whatever its ending", "=freedom", "a b d"},
    {"a form that nobody wrote", "liberty", ""},
    {"a repeated word", "to be or not to be", "c"},
    {"not from the title into the text", "penal code", ""},
    {"in the title", "civil code", "a"},
    {"an excluded term", "-=freedom", "c"},
    {"an excluded phrase", "-freedom of opinion", "b c d"},
    {"a prefix", "*mind", "b"},
    {"a prefix of many forms", "*o", "a b c d"},
    {"all of them hold", "=freedom|-=right", "d"},
    {"nothing can hold", "=freedom|-=freedom", ""},
};

typedef struct parsed {
    eng_demand demands[MOST_DEMANDS];
    eng_wording wordings[MOST_DEMANDS];
    anc_str words[MOST_DEMANDS][MOST_WORDS];
    size_t n;
} parsed;

static void parse(const char *text, parsed *p)
{
    anc_str rest = anc_str_of(text), one, word;
    while (rest.len > 0 && anc_str_split(&rest, '|', &one)) {
        eng_wording *w = &p->wordings[p->n];
        size_t n = 0;
        const bool excluded = one.len > 0 && one.ptr[0] == '-';
        one = anc_str_sub(one, excluded ? 1 : 0, one.len);
        const char sign = one.len > 0 ? one.ptr[0] : ' ';
        w->kind = sign == '=' ? ENG_HAS_TERM : sign == '*' ? ENG_HAS_PREFIX : ENG_HAS_PHRASE;
        one = anc_str_sub(one, w->kind != ENG_HAS_PHRASE ? 1 : 0, one.len);
        while (anc_str_split(&one, ' ', &word))
            p->words[p->n][n++] = word;
        w->words = p->words[p->n];
        w->n_words = n;
        p->demands[p->n] = (eng_demand){w, 1, excluded};
        p->n++;
    }
}

static void expect_keys(world *w, const eng_query *q, const char *keys)
{
    ANC_BUF(found, 1024);
    ANC_BUF(listed, 1024);
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(w->index);
    ASSERT_OK(eng_search(s, q, w->mem, &r, &w->err), &w->err);
    for (size_t i = 0; i < r.n; i++)
        (void)anc_buf_printf(&found, "%s%.*s", i > 0 ? " " : "", ANC_FMT(r.candidates[i].document));
    for (size_t i = 0; i < r.n_documents; i++)
        (void)anc_buf_printf(&listed, "%s%.*s", i > 0 ? " " : "", ANC_FMT(r.documents[i].document));
    eng_snapshot_release(s);
    assert_string_equal(found.ptr != NULL ? found.ptr : "", keys);
    assert_string_equal(listed.ptr != NULL ? listed.ptr : "", keys);
}

/* The semantic list has all chunks, in the order of their keys since their vectors are one. */
static void demands_bind_vectors_too(void **state)
{
    const demand_row *row = *state;
    world w;
    parsed p = {.n = 0};
    open_world(&w);
    fill(&w);
    parse(row->demands, &p);
    const eng_query q = {.vector = EAST,
                         .dims = 2,
                         .labels = &PUBLIC,
                         .n_labels = 1,
                         .demands = p.demands,
                         .n_demands = p.n,
                         .k_semantic = 10,
                         .k_documents = 10};
    expect_keys(&w, &q, row->found);
    close_world(&w);
}

static void one_of_several_wordings(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    fill(&w);
    const anc_str first[] = {ANC_STR("minds")}, second[] = {ANC_STR("be"), ANC_STR("or")};
    const eng_wording any[] = {{ENG_HAS_PHRASE, first, 1, 0}, {ENG_HAS_PHRASE, second, 2, 0}};
    eng_demand demand = {any, 2, false};
    eng_query q = {.vector = EAST,
                   .dims = 2,
                   .labels = &PUBLIC,
                   .n_labels = 1,
                   .demands = &demand,
                   .n_demands = 1,
                   .k_semantic = 10,
                   .k_documents = 10};
    expect_keys(&w, &q, "b c");
    demand.excluded = true;
    expect_keys(&w, &q, "a d");
    demand = (eng_demand){0}; /* nothing fulfils it */
    expect_keys(&w, &q, "");
    close_world(&w);
}

static void bad_demands_are_named(void **state)
{
    (void)state;
    world w;
    eng_result r;
    open_world(&w);
    const anc_str words[] = {ANC_STR("a"), ANC_STR("")};
    const eng_wording bad[] = {{ENG_HAS_TERM, words, 2, 0},
                               {ENG_HAS_PREFIX, words, 0, 0},
                               {ENG_HAS_PHRASE, words, 2, 0},
                               {ENG_HAS_PHRASE, words, ENG_MAX_PHRASE_WORDS + 1, 0}};
    eng_snapshot *s = eng_snapshot_acquire(w.index);
    for (size_t i = 0; i < ANC_COUNT(bad); i++) {
        const eng_demand demand = {&bad[i], 1, false};
        const eng_query q = {.demands = &demand, .n_demands = 1};
        anc_err_clear(&w.err);
        assert_int_equal(eng_search(s, &q, w.mem, &r, &w.err), ANC_INVALID);
        assert_true(w.err.text[0] != '\0');
    }
    const eng_query many = {.n_demands = ENG_MAX_DEMANDS + 1};
    assert_int_equal(eng_search(s, &many, w.mem, &r, &w.err), ANC_INVALID);
    eng_snapshot_release(s);
    close_world(&w);
}

/* ---- documents --------------------------------------------------------------------------------- */

static void add_dated(world *w, const char *key, const eng_value *date, const char *label)
{
    const anc_str labels = anc_str_of(label);
    const eng_field field = {ANC_STR("changed"), date != NULL ? *date : (eng_value){0}, false};
    const eng_document d = {.key = anc_str_of(key),
                            .version = 7,
                            .fields = &field,
                            .n_fields = date != NULL ? 1 : 0,
                            .labels = &labels,
                            .n_labels = 1};
    eng_load *load = NULL;
    ASSERT_OK(eng_load_open(w->index, &d, &load, &w->err), &w->err);
    if (key[0] != 'e') {
        ASSERT_OK(help_add(load, 3, "", "first", NORTH, &w->err), &w->err);
        ASSERT_OK(help_add(load, 4, "", "second", NORTH, &w->err), &w->err);
    }
    ASSERT_OK(eng_publish(w->index, load, &w->err), &w->err);
}

static void documents_come_by_their_order(void **state)
{
    (void)state;
    world w;
    open_world(&w);
    const eng_value old = {.kind = ENG_TIME, .integer = 1000},
                    late = {.kind = ENG_INT, .integer = 9000},
                    middle = {.kind = ENG_REAL, .real = 5000.5},
                    word = {.kind = ENG_STRING, .str = ANC_STR("today")};
    add_dated(&w, "old", &old, "public");
    add_dated(&w, "undated", NULL, "public");
    add_dated(&w, "late", &late, "public");
    add_dated(&w, "word", &word, "public");
    add_dated(&w, "empty", &late, "public"); /* has no chunk to show */
    add_dated(&w, "secret", &late, "user:ann");
    add_dated(&w, "middle", &middle, "public");
    const anc_str second[] = {ANC_STR("second")};
    const eng_wording wording = {ENG_HAS_TERM, second, 1, 0};
    const eng_demand demand = {&wording, 1, false};
    eng_query q = {
        .labels = &PUBLIC, .n_labels = 1, .k_documents = 10, .order_by = ANC_STR("changed")};
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(w.index);
    ASSERT_OK(eng_search(s, &q, w.mem, &r, &w.err), &w.err);
    static const char *const order[] = {"late", "middle", "old", "undated", "word"};
    assert_int_equal(r.n_documents, ANC_COUNT(order));
    assert_int_equal(r.n, 0);
    for (size_t i = 0; i < ANC_COUNT(order); i++) {
        assert_true(anc_str_eq(r.documents[i].document, anc_str_of(order[i])));
        assert_int_equal(r.documents[i].ordinal, 3);
        assert_int_equal(r.documents[i].version, 7);
    }
    assert_true(r.documents[0].order == 9000 && isinf(r.documents[4].order));
    q.k_documents = 2;
    q.demands = &demand;
    q.n_demands = 1;
    ASSERT_OK(eng_search(s, &q, w.mem, &r, &w.err), &w.err);
    assert_int_equal(r.n_documents, 2);
    assert_int_equal(r.documents[1].ordinal, 4); /* the first chunk that the demand allows */
    eng_snapshot_release(s);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_several_wordings),
        cmocka_unit_test(bad_demands_are_named),
        cmocka_unit_test(documents_come_by_their_order),
    };
    const int failed = RUN_TABLE("engine demands", demand_rows, demands_bind_vectors_too);
    return failed + cmocka_run_group_tests_name("engine lists", tests, NULL, NULL);
}
