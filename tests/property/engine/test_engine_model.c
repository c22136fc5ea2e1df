/* test_engine_model.c - random publishes, deletes and searches against a plain model that scores
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

#include "base/str.h"
#include "engine/engine.h"

enum {
    DOCUMENTS = 40,
    CHUNKS = 6,
    WORDS = 30,
    VOCABULARY = 60,
    DIMS = 5,
    STEPS = 1500,
    TERMS = 6,
    DEMANDS = 2,
    PHRASE = 3,
    ENDINGS = 2,
    LANGUAGES = 3
};

typedef struct model_chunk {
    uint32_t ordinal;
    int words[WORDS];   /* numbers of the vocabulary; below STOPS: stop words */
    int endings[WORDS]; /* of their forms */
    size_t n_words, n_title;
    bool has_vector;
    float vector[DIMS];
    uint32_t language; /* the document's */
} model_chunk;

typedef struct model_document {
    bool alive;
    uint32_t version;
    int label, year;
    uint32_t language;
    size_t n_chunks;
    model_chunk chunks[CHUNKS];
} model_document;

enum { STOPS = 5, LABELS = 3 };

static model_document model[DOCUMENTS];
static char vocabulary[VOCABULARY][16];
static char forms[VOCABULARY][ENDINGS][16];
static const anc_str label_names[LABELS] = {ANC_STR_INIT("public"), ANC_STR_INIT("user:a"),
                                            ANC_STR_INIT("user:b")};
static uint64_t seed;

static uint32_t chance(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static anc_str word(int number)
{
    return anc_str_of(vocabulary[number]);
}

/* Small numbers are frequent. */
static int any_word(void)
{
    const uint32_t a = chance(VOCABULARY), b = chance(VOCABULARY);
    return (int)(a < b ? a : b);
}

static void random_vector(float *v)
{
    double square = 0;
    for (int i = 0; i < DIMS; i++) {
        v[i] = (float)chance(2001) / 1000.0f - 1.0f + 0.0001f;
        square += (double)v[i] * (double)v[i];
    }
    for (int i = 0; i < DIMS; i++)
        v[i] = (float)((double)v[i] / sqrt(square));
}

static void random_document(model_document *d)
{
    d->alive = true;
    d->version++;
    d->label = (int)chance(LABELS);
    d->year = 2000 + (int)chance(5);
    d->language = chance(LANGUAGES) == 0 ? ENG_MAX_LANGUAGES - 1 : chance(LANGUAGES);
    d->n_chunks = chance(CHUNKS + 1);
    for (size_t c = 0; c < d->n_chunks; c++) {
        model_chunk *m = &d->chunks[c];
        m->ordinal = (uint32_t)c * 2;
        m->language = d->language;
        m->n_title = chance(3);
        m->n_words = m->n_title + chance(WORDS - 2);
        for (size_t i = 0; i < m->n_words; i++) {
            m->words[i] = any_word();
            m->endings[i] = (int)chance(ENDINGS);
        }
        m->has_vector = chance(4) != 0;
        random_vector(m->vector);
    }
}

static void key_of(size_t number, char out[16])
{
    (void)snprintf(out, 16, "doc-%02zu", number);
}

static void publish(eng_index *index, size_t number, anc_err *err)
{
    const model_document *d = &model[number];
    char key[16];
    key_of(number, key);
    const eng_field year = {.name = ANC_STR("year"),
                            .value = {.kind = ENG_INT, .integer = d->year}};
    const eng_document document = {.key = anc_str_of(key),
                                   .version = d->version,
                                   .language = d->language,
                                   .fields = &year,
                                   .n_fields = 1,
                                   .labels = &label_names[d->label],
                                   .n_labels = 1};
    eng_load *load = NULL;
    ASSERT_OK(eng_load_open(index, &document, &load, err), err);
    for (size_t c = 0; c < d->n_chunks; c++) {
        const model_chunk *m = &d->chunks[c];
        eng_term terms[WORDS];
        for (size_t i = 0; i < m->n_words; i++)
            terms[i] = (eng_term){.text = word(m->words[i]),
                                  .place = i < m->n_title ? ENG_TITLE : ENG_TEXT,
                                  .position = (uint32_t)i,
                                  .is_stop = m->words[i] < STOPS,
                                  .form = anc_str_of(forms[m->words[i]][m->endings[i]])};
        const eng_chunk chunk = {.ordinal = m->ordinal,
                                 .terms = terms,
                                 .n_terms = m->n_words,
                                 .vector = m->has_vector ? m->vector : NULL};
        ASSERT_OK(eng_load_add(load, &chunk, err), err);
    }
    ASSERT_OK(eng_publish(index, load, err), err);
}

/* ---- the slow way ---------------------------------------------------------------------------- */

typedef struct expected {
    size_t document, chunk;
    double bm25, coverage, cosine;
} expected;

/* One wording a demand: a term, a phrase of forms, or a beginning of forms. */
typedef struct wanted {
    eng_wording_kind kind;
    bool excluded;
    int words[PHRASE], endings[PHRASE];
    size_t n;
    anc_str texts[PHRASE];
    uint64_t languages; /* of a term */
} wanted;

/* A term as it is asked for: a word of the vocabulary, or the beginning of forms. */
typedef struct asked {
    int word;
    bool begins;
    anc_str text;
    uint32_t number; /* readings of one word have the same; 0: a word of its own */
    uint64_t languages;
} asked;

typedef struct question {
    asked terms[TERMS];
    size_t n_terms;
    bool has_vector;
    float vector[DIMS];
    int label;
    int year_from; /* 0: no filter */
    uint32_t k;
    wanted demands[DEMANDS];
    size_t n_demands;
} question;

static bool has_form(const model_chunk *m, size_t at, int w, int ending)
{
    return at < m->n_words && m->words[at] == w && m->endings[at] == ending;
}

static bool has_phrase(const model_chunk *m, const wanted *d)
{
    for (size_t i = 0; i < m->n_words; i++) {
        const size_t end = i < m->n_title ? m->n_title : m->n_words;
        size_t j = 0;
        while (j < d->n && i + j < end && has_form(m, i + j, d->words[j], d->endings[j]))
            j++;
        if (j == d->n)
            return true;
    }
    return false;
}

static bool has_wanted(const model_chunk *m, const wanted *d)
{
    for (size_t i = 0; i < m->n_words; i++) {
        if (d->kind == ENG_HAS_TERM && m->words[i] == d->words[0])
            return d->languages == 0 || (d->languages >> m->language & 1) != 0;
        if (d->kind == ENG_HAS_PREFIX &&
            anc_str_starts(anc_str_of(forms[m->words[i]][m->endings[i]]), d->texts[0]))
            return true;
    }
    return d->kind == ENG_HAS_PHRASE && has_phrase(m, d);
}

static bool fulfils(const question *q, const model_chunk *m)
{
    for (size_t i = 0; i < q->n_demands; i++)
        if (has_wanted(m, &q->demands[i]) == q->demands[i].excluded)
            return false;
    return true;
}

/* A phrase mostly stands somewhere: it is cut out of a chunk. */
static void random_demand(wanted *d)
{
    *d = (wanted){.kind = (eng_wording_kind)chance(3), .excluded = chance(4) == 0, .n = 1};
    const model_document *from = &model[chance(DOCUMENTS)];
    const model_chunk *m =
        from->n_chunks > 0 ? &from->chunks[chance((uint32_t)from->n_chunks)] : NULL;
    if (chance(2) == 0)
        d->languages = 1u << chance(LANGUAGES);
    if (d->kind == ENG_HAS_PHRASE)
        d->n = 1 + chance(PHRASE);
    const size_t at = m != NULL && m->n_words > d->n ? chance((uint32_t)(m->n_words - d->n)) : 0;
    for (size_t i = 0; i < d->n; i++) {
        const bool cut = m != NULL && at + i < m->n_words && chance(8) != 0;
        d->words[i] = cut ? m->words[at + i] : any_word();
        d->endings[i] = cut ? m->endings[at + i] : (int)chance(ENDINGS);
        d->texts[i] = d->kind == ENG_HAS_TERM ? word(d->words[i])
                                              : anc_str_of(forms[d->words[i]][d->endings[i]]);
    }
    if (d->kind == ENG_HAS_PREFIX)
        d->texts[0].len = 1 + chance((uint32_t)d->texts[0].len);
}

static bool is_that(const model_chunk *m, size_t i, const asked *t)
{
    if (t->languages != 0 && (t->languages >> m->language & 1) == 0)
        return false;
    if (!t->begins)
        return m->words[i] == t->word;
    return anc_str_starts(anc_str_of(forms[m->words[i]][m->endings[i]]), t->text);
}

static size_t count_of(const model_chunk *m, const asked *t)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_words; i++)
        n += is_that(m, i, t) ? 1 : 0;
    return n;
}

/* A word of the question: readings that are not asked for earlier, side by side. */
typedef struct asked_word {
    asked readings[TERMS];
    double weights[TERMS]; /* mentions */
    size_t n;
    bool scored;
    double df;
} asked_word;

typedef struct statistics {
    double chunks, length;
    asked_word words[TERMS];
    size_t n_words;
} statistics;

static bool is_stop(const asked *t)
{
    return !t->begins && t->word < STOPS;
}

static bool mentioned_again(statistics *s, const asked *t, bool scored)
{
    for (size_t i = 0; i < s->n_words; i++)
        for (size_t r = 0; r < s->words[i].n; r++) {
            const asked *had = &s->words[i].readings[r];
            if (had->begins != t->begins || had->languages != t->languages ||
                !anc_str_eq(had->text, t->text))
                continue;
            s->words[i].weights[r]++;
            s->words[i].scored |= scored;
            return true;
        }
    return false;
}

static void read_words(const question *q, statistics *s)
{
    bool only_stops = true;
    for (size_t i = 0; i < q->n_terms; i++)
        only_stops = only_stops && is_stop(&q->terms[i]);
    for (size_t i = 0; i < q->n_terms; i++) {
        const asked *t = &q->terms[i];
        const bool scored = only_stops || !is_stop(t);
        if (mentioned_again(s, t, scored))
            continue;
        asked_word *last = s->n_words > 0 ? &s->words[s->n_words - 1] : NULL;
        if (last == NULL || t->number == 0 || last->readings[0].number != t->number)
            last = &s->words[s->n_words++];
        last->readings[last->n] = *t;
        last->weights[last->n++] = 1;
        last->scored |= scored;
    }
}

static size_t tf_of(const model_chunk *m, const asked_word *w)
{
    size_t tf = 0;
    for (size_t r = 0; r < w->n; r++)
        tf += count_of(m, &w->readings[r]);
    return tf;
}

static double length_of(const model_chunk *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_words; i++)
        n += m->words[i] >= STOPS ? 1 : 0;
    return (double)n;
}

static statistics count_all(const question *q)
{
    statistics s = {0};
    read_words(q, &s);
    for (size_t d = 0; d < DOCUMENTS; d++)
        for (size_t c = 0; model[d].alive && c < model[d].n_chunks; c++) {
            const model_chunk *m = &model[d].chunks[c];
            s.chunks++;
            s.length += length_of(m);
            for (size_t w = 0; w < s.n_words; w++)
                s.words[w].df += tf_of(m, &s.words[w]) > 0 ? 1 : 0;
        }
    return s;
}

static expected score(const question *q, const statistics *s, size_t d, size_t c)
{
    const model_chunk *m = &model[d].chunks[c];
    const double mean = s->length > 0 ? s->length / s->chunks : 1;
    double had = 0, total = 0;
    expected e = {.document = d, .chunk = c, .cosine = (double)NAN};
    for (size_t i = 0; i < s->n_words; i++) {
        const asked_word *w = &s->words[i];
        double weight = 0;
        for (size_t r = 0; r < w->n; r++)
            weight = fmax(weight, w->weights[r]);
        weight *= log(1 + (s->chunks - w->df + 0.5) / (w->df + 0.5));
        const double tf = (double)tf_of(m, w);
        if (!w->scored)
            continue;
        total += weight;
        if (tf > 0) {
            had += weight;
            e.bm25 += weight * tf / (tf + 1.2 * (1 - 0.75 + 0.75 * length_of(m) / mean));
        }
    }
    e.coverage = total > 0 ? had / total : 0;
    if (q->has_vector && m->has_vector) {
        e.cosine = 0;
        for (int i = 0; i < DIMS; i++)
            e.cosine += (double)q->vector[i] * (double)m->vector[i];
    }
    return e;
}

static size_t score_all(const question *q, expected *out)
{
    const statistics s = count_all(q);
    size_t n = 0;
    for (size_t d = 0; d < DOCUMENTS; d++) {
        if (!model[d].alive || (model[d].label != 0 && model[d].label != q->label) ||
            model[d].year < q->year_from)
            continue;
        for (size_t c = 0; c < model[d].n_chunks; c++)
            if (fulfils(q, &model[d].chunks[c]))
                out[n++] = score(q, &s, d, c);
    }
    return n;
}

static int by_bm25(const void *a, const void *b)
{
    const expected *x = a, *y = b;
    if (fabs(x->bm25 - y->bm25) > 1e-9)
        return x->bm25 > y->bm25 ? -1 : 1;
    if (x->document != y->document)
        return x->document < y->document ? -1 : 1;
    return x->chunk < y->chunk ? -1 : 1;
}

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
    assert_true(fabs(c->bm25 - e->bm25) < 1e-9);
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
    assert_true(fabs(sum - c->bm25) < 1e-9);
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
            assert_true(find_expected(all, n, c) == &all[i] || fabs(all[i].bm25 - c->bm25) < 1e-9);
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
    assert_true(better <= r->n_semantic);
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
                             .n_demands = q.n_demands};
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

static void run_seed(uint64_t start)
{
    anc_err err = {0};
    ANC_ARENA(mem, 64 << 20);
    const eng_options options = {.dims = DIMS};
    eng_index *index = NULL;
    seed = start;
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
        if (step % 5 != 0)
            continue;
        eng_snapshot *s = eng_snapshot_acquire(index);
        compare_documents(s);
        search(s, mem, &err);
        eng_snapshot_release(s);
        anc_arena_reset(mem);
    }
    eng_index_close(index);
}

static void agrees_with_the_model(void **state)
{
    (void)state;
    for (int i = 0; i < VOCABULARY; i++) {
        (void)snprintf(vocabulary[i], sizeof vocabulary[i], "w%d", i);
        for (int e = 0; e < ENDINGS; e++)
            (void)snprintf(forms[i][e], sizeof forms[i][e], "w%d%.*s", i, e, "s");
    }
    for (uint64_t start = 1; start <= 4; start++)
        run_seed(start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_model)};
    return cmocka_run_group_tests_name("engine model", tests, NULL, NULL);
}
