/* test_engine_model.c - random publishes, deletes, saves and searches against a plain model that scores
 * every chunk by the formula.
 *
 * The model keeps the current version of each document as lists of words. Every search is compared
 * as a whole: both lists in order, all scores and their parts, what the demands leave, and the list
 * of documents.
 */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_model.h"
#include "support/engine_disk.h"

static os_pool *pool; /* of one thread, beside the test's */
static bool walks;    /* blocks have graphs, which find nearly all of the nearest */

/* ---- comparing ------------------------------------------------------------------------------- */

static const expected *find_expected(const expected *all, size_t n, const eng_candidate *c)
{
    for (size_t i = 0; i < n; i++) {
        char key[16];
        key_of(all[i].document, key);
        if (anc_str_eq(c->document, anc_str_of(key)) &&
            model[all[i].document].chunks[all[i].chunk].ordinal == c->ordinal)
            return &all[i];
    }
    return NULL;
}

static void compare_candidate(const expected *e, const eng_candidate *c)
{
    assert_non_null(e); /* else: not visible to this query, or dead */
    assert_int_equal(c->version, model[e->document].version);
    assert_true(fabs(c->bm25 - e->bm25) < 1e-6);
    assert_true(fabs(c->coverage - e->coverage) < 1e-9);
    assert_int_equal(isnan(c->cosine) != 0, isnan(e->cosine) != 0);
    assert_true(isnan(e->cosine) || fabs(c->cosine - e->cosine) < 2e-3);
}

/* The parts of a candidate's score are those of its words, and add up to it. */
static void compare_parts(const eng_result *r, const expected *e, const eng_candidate *c)
{
    const model_chunk *m = &model[e->document].chunks[e->chunk];
    double sum = 0;
    assert_int_equal(c->length, (size_t)length_of(m));
    for (size_t t = 0; t < r->n_terms; t++) {
        asked term = {.word = VOCABULARY,
                      .begins = r->terms[t].begins,
                      .text = r->terms[t].text,
                      .languages = r->terms[t].languages};
        for (int w = 0; w < VOCABULARY && !term.begins; w++)
            term.word = anc_str_eq(word(w), term.text) ? w : term.word;
        assert_int_equal(c->parts[t].tf, count_of(m, &term));
        sum += c->parts[t].bm25;
    }
    assert_true(fabs(sum - c->bm25) < 1e-6);
}

static void compare(const question *q, const eng_result *r)
{
    static expected all[DOCUMENTS * CHUNKS];
    const size_t n = score_all(q, all);
    size_t matching = 0, vectors = 0;
    qsort(all, n, sizeof *all, by_bm25);
    for (size_t i = 0; i < n; i++) {
        matching += all[i].bm25 > 0 ? 1 : 0;
        vectors += isnan(all[i].cosine) ? 0 : 1;
    }
    assert_int_equal(r->n_keyword, matching < q->k ? matching : q->k);
    assert_int_equal(r->n_semantic, vectors < q->k ? vectors : q->k);
    double worst = 2; /* cosine of the last semantic candidate */
    for (size_t i = 0; i < r->n; i++) {
        const eng_candidate *c = &r->candidates[i];
        compare_candidate(find_expected(all, n, c), c);
        compare_parts(r, find_expected(all, n, c), c);
        if (i < r->n_keyword) {
            assert_int_equal(c->rank_keyword, i + 1);
            /* or as good: sums of the same parts in another order may differ in the last bit */
            assert_true(find_expected(all, n, c) == &all[i] || fabs(all[i].bm25 - c->bm25) < 1e-6);
        } else {
            assert_int_equal(c->rank_keyword, 0);
            assert_true(c->rank_semantic > 0);
        }
        if (c->rank_semantic > 0 && c->cosine < worst)
            worst = c->cosine;
    }
    size_t better = 0; /* nothing that is left out is clearly better than what is in */
    for (size_t i = 0; i < n; i++)
        better += all[i].cosine > worst + 4e-3 ? 1 : 0;
    assert_true(better <= r->n_semantic + (walks ? 1 + r->n_semantic / 5 : 0));
}

/* Documents with a chunk that fits: the latest year first, then by key; their first such chunk. */
static void compare_listed(const question *q, const eng_result *r)
{
    static expected all[DOCUMENTS * CHUNKS];
    const size_t n = score_all(q, all);
    size_t at = 0;
    for (int year = 2004; year >= 2000; year--)
        for (size_t i = 0; i < n && at < q->k; i++) {
            if (model[all[i].document].year != year ||
                (i > 0 && all[i - 1].document == all[i].document))
                continue;
            char key[16];
            key_of(all[i].document, key);
            const eng_listed *l = &r->documents[at++];
            assert_true(anc_str_eq(l->document, anc_str_of(key)));
            assert_int_equal(l->ordinal, model[all[i].document].chunks[all[i].chunk].ordinal);
            assert_int_equal(l->version, model[all[i].document].version);
            assert_true(l->order == (double)year);
        }
    assert_int_equal(r->n_documents, at);
}

/* One in three is another reading of the word before, one in six a beginning. */
static void random_term(asked *t, uint32_t number_before)
{
    *t = (asked){.word = any_word(), .begins = chance(6) == 0, .number = number_before};
    t->text = t->begins ? anc_str_of(forms[t->word][chance(ENDINGS)]) : word(t->word);
    if (t->begins)
        t->text.len = 1 + chance((uint32_t)t->text.len);
    if (chance(2) == 0)
        t->languages = 1u << chance(LANGUAGES) | UINT64_C(1) << (ENG_MAX_LANGUAGES - 1 - chance(2));
    if (chance(3) != 0)
        t->number = chance(3) == 0 ? 0 : number_before + 1;
}

static void search(const eng_snapshot *s, anc_arena *mem, anc_err *err)
{
    question q = {.n_terms = chance(TERMS + 1),
                  .has_vector = chance(2) == 0,
                  .label = (int)chance(LABELS),
                  .year_from = chance(3) == 0 ? 2000 + (int)chance(6) : 0,
                  .k = chance(3) == 0 ? 1 + chance(3) : 1 + chance(300)};
    eng_query_term terms[TERMS];
    for (size_t i = 0; i < q.n_terms; i++) {
        asked *t = &q.terms[i];
        random_term(t, i > 0 ? q.terms[i - 1].number : 0);
        terms[i] = (eng_query_term){.text = t->text,
                                    .weight = 1,
                                    .is_stop = is_stop(t),
                                    .begins = t->begins,
                                    .word = t->number,
                                    .languages = t->languages};
    }
    random_vector(q.vector);
    eng_wording wordings[DEMANDS];
    eng_demand demands[DEMANDS];
    q.n_demands = chance(2) == 0 ? chance(DEMANDS + 1) : 0;
    for (size_t i = 0; i < q.n_demands; i++) {
        random_demand(&q.demands[i]);
        wordings[i] = (eng_wording){.kind = q.demands[i].kind,
                                    .words = q.demands[i].texts,
                                    .n_words = q.demands[i].n,
                                    .languages = q.demands[i].languages};
        demands[i] = (eng_demand){&wordings[i], 1, q.demands[i].excluded};
    }
    const anc_str labels[] = {label_names[0], label_names[q.label]};
    const eng_value year = {.kind = ENG_INT, .integer = q.year_from};
    const eng_filter filter = {
        .op = ENG_GTE, .field = ANC_STR("year"), .values = &year, .n_values = 1};
    const eng_query query = {.terms = terms,
                             .n_terms = q.n_terms,
                             .vector = q.has_vector ? q.vector : NULL,
                             .dims = DIMS,
                             .labels = labels,
                             .n_labels = 2,
                             .filter = q.year_from != 0 ? &filter : NULL,
                             .k_keyword = q.k,
                             .k_semantic = q.k,
                             .k_documents = q.k,
                             .order_by = ANC_STR("year"),
                             .explain = true,
                             .demands = demands,
                             .n_demands = q.n_demands,
                             .pool = chance(2) == 0 ? pool : NULL};
    eng_result r;
    ASSERT_OK(eng_search(s, &query, mem, &r, err), err);
    compare(&q, &r);
    compare_listed(&q, &r);
}

static void compare_documents(const eng_snapshot *s)
{
    size_t alive = 0, found = 0;
    uint64_t cursor = 0;
    anc_str key;
    for (size_t d = 0; d < DOCUMENTS; d++) {
        char name[16];
        uint32_t version = 0;
        key_of(d, name);
        alive += model[d].alive ? 1 : 0;
        assert_int_equal(eng_document_find(s, anc_str_of(name), &version), model[d].alive);
        assert_true(!model[d].alive || version == model[d].version);
    }
    while (eng_document_next(s, &cursor, &key, NULL))
        found++;
    assert_int_equal(found, alive);
}

/* Everything in one block, whatever its size, with bits beside the vectors. */
static void tidy(eng_index *index, anc_err *err)
{
    bool did = false;
    const eng_tidy_options options = {.all = true};
    ASSERT_OK(eng_tidy(index, &options, &did, err), err);
    assert_true(eng_stats(index).blocks <= 1);
    ASSERT_OK(eng_tidy(index, &options, &did, err), err);
    assert_false(did);
}

/* What is saved is what is opened: the model goes on with another index. */
static void reopen(eng_index **index, const eng_options *options, anc_err *err)
{
    ASSERT_OK(eng_save(*index, &(eng_tidy_options){0}, err), err);
    if (chance(2) == 0)
        return; /* and with the same one */
    eng_index_close(*index);
    ASSERT_OK(eng_index_open(options, index, err), err);
    assert_int_equal(eng_index_opened(*index).damaged, 0);
    assert_int_equal(eng_stats(*index).unsaved_chunks, 0);
}

static void run_seed(uint64_t start)
{
    anc_err err = {0};
    ANC_ARENA(mem, 64 << 20);
    engine_disk *disk = engine_disk_new(start);
    const eng_options options = {
        .dims = DIMS,
        .from = {.exact = 4, .bits = 8, .graph = start % 2 == 0 ? 16 : 0, .paired = 1},
        .folder = ANC_STR("index"),
        .disk = engine_disk_ops(disk)};
    eng_index *index = NULL;
    seed = start;
    title_weight = start <= 2 ? 0 : (uint32_t)start; /* 3 beside bits, 4 beside graphs */
    walks = options.from.graph > 0;
    memset(model, 0, sizeof model);
    ASSERT_OK(eng_index_open(&options, &index, &err), &err);
    for (int step = 0; step < STEPS; step++) {
        const size_t number = chance(DOCUMENTS);
        char key[16];
        key_of(number, key);
        if (chance(4) == 0) {
            model[number].alive = false;
            ASSERT_OK(eng_delete(index, anc_str_of(key), &err), &err);
        } else {
            random_document(&model[number]);
            publish(index, number, &err);
        }
        if (chance(9) == 0)
            tidy(index, &err);
        if (chance(9) == 0)
            reopen(&index, &options, &err);
        if (step % 5 != 0)
            continue;
        eng_snapshot *s = eng_snapshot_acquire(index);
        compare_documents(s);
        search(s, mem, &err);
        eng_snapshot_release(s);
        anc_arena_reset(mem);
    }
    tidy(index, &err);
    assert_true(!walks || eng_stats(index).graphs == 1);
    eng_index_close(index);
    engine_disk_free(disk);
}

static void agrees_with_the_model(void **state)
{
    (void)state;
    for (int i = 0; i < VOCABULARY; i++) {
        (void)snprintf(vocabulary[i], sizeof vocabulary[i], "w%d", i);
        for (int e = 0; e < ENDINGS; e++)
            (void)snprintf(forms[i][e], sizeof forms[i][e], "w%d%.*s", i, e, "s");
    }
    assert_int_equal(os_pool_open("test", 1, 1, &pool, NULL), ANC_OK);
    for (uint64_t start = 1; start <= 4; start++)
        run_seed(start);
    os_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_model)};
    return cmocka_run_group_tests_name("engine model", tests, NULL, NULL);
}
