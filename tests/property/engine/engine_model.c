/* engine_model.c - a plain model of the index, and every chunk scored by the formula. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_model.h"

model_document model[DOCUMENTS];
char vocabulary[VOCABULARY][16];
char forms[VOCABULARY][ENDINGS][16];
const anc_str label_names[LABELS] = {ANC_STR_INIT("public"), ANC_STR_INIT("user:a"),
                                     ANC_STR_INIT("user:b")};
uint64_t seed;
uint32_t title_weight;

uint32_t chance(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

anc_str word(int number)
{
    return anc_str_of(vocabulary[number]);
}

/* Small numbers are frequent. */
int any_word(void)
{
    const uint32_t a = chance(VOCABULARY), b = chance(VOCABULARY);
    return (int)(a < b ? a : b);
}

void random_vector(float *v)
{
    double square = 0;
    for (int i = 0; i < DIMS; i++) {
        v[i] = (float)chance(2001) / 1000.0f - 1.0f + 0.0001f;
        square += (double)v[i] * (double)v[i];
    }
    for (int i = 0; i < DIMS; i++)
        v[i] = (float)((double)v[i] / sqrt(square));
}

void random_document(model_document *d)
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

void key_of(size_t number, char out[16])
{
    (void)snprintf(out, 16, "doc-%02zu", number);
}

void publish(eng_index *index, size_t number, anc_err *err)
{
    const model_document *d = &model[number];
    char key[16];
    key_of(number, key);
    const eng_field year = {.name = ANC_STR("year"),
                            .value = {.kind = ENG_INT, .integer = d->year}};
    const eng_document document = {.key = anc_str_of(key),
                                   .version = d->version,
                                   .language = d->language,
                                   .title_weight = title_weight,
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
void random_demand(wanted *d)
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

/* What a word counts. */
static size_t times_of(const model_chunk *m, size_t i)
{
    return i < m->n_title && title_weight > 0 ? title_weight : 1;
}

size_t count_of(const model_chunk *m, const asked *t)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_words; i++)
        if (is_that(m, i, t))
            n += t->begins ? 1 : times_of(m, i);
    return n;
}

bool is_stop(const asked *t)
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

double length_of(const model_chunk *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_words; i++)
        n += m->words[i] >= STOPS ? times_of(m, i) : 0;
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

size_t score_all(const question *q, expected *out)
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

int by_bm25(const void *a, const void *b)
{
    const expected *x = a, *y = b;
    if (fabs(x->bm25 - y->bm25) > 1e-9)
        return x->bm25 > y->bm25 ? -1 : 1;
    if (x->document != y->document)
        return x->document < y->document ? -1 : 1;
    return x->chunk < y->chunk ? -1 : 1;
}
