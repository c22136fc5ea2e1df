/* reading.c - terms of several analyses, brought together by where they stand. */
#include "search/domain/reading.h"

#include "base/str.h"
#include "search/domain/matches.h"

typedef struct analysis {
    txt_language language;
    txt_term *terms;
    size_t n;
} analysis;

typedef struct word_list {
    srch_query_term *terms; /* [n] with room for the readings of all analyses */
    size_t n;
} word_list;

/* Of what a word inside of another one is worth: two of them are worth the word. */
static const float INNER_WEIGHT = 0.5f;

/* The mark that gives the beginning of a word, and of which the term is all; NULL when there is none. */
static const srch_mark *beginning_of(const srch_marked *marked, const analysis *own,
                                     const txt_term *term)
{
    for (size_t i = 0; i < marked->n; i++) {
        const srch_mark *mark = &marked->marks[i];
        const size_t end = mark->at + mark->text.len;
        size_t inside = 0;
        if (!mark->prefix || mark->kind == SRCH_MARK_MUST_NOT || term->start < mark->at ||
            term->end > end)
            continue;
        for (size_t j = 0; j < own->n; j++)
            if (own->terms[j].start >= mark->at && own->terms[j].end <= end)
                inside += own->terms[j].inner ? 0 : 1;
        return inside == 1 ? mark : NULL;
    }
    return NULL;
}

static bool is_same_word(const txt_term *a, const txt_term *b)
{
    return a->end == b->end && a->whole == b->whole && a->inner == b->inner &&
           (!a->inner || a->start == b->start);
}

/* Adds what another language makes of the word that ends where `term` does. terms[own] is what the
 * first language makes of it. Whether it makes anything of it. */
static bool add_reading(word_list *out, size_t own, const txt_term *term, const analysis *other)
{
    const uint32_t language = 1u << other->language;
    size_t i = 0, j = own;
    while (i < other->n && !is_same_word(&other->terms[i], term))
        i++;
    if (i == other->n)
        return false;
    const anc_str text = other->terms[i].text;
    while (j < out->n && !anc_str_eq(out->terms[j].text, text))
        j++;
    if (j == out->n)
        out->terms[out->n++] = (srch_query_term){
            .text = text, .weight = out->terms[own].weight, .is_stop = term->stop};
    if (j > own)
        out->terms[j].languages |= language;
    return true;
}

/* The readings of one word share a number; what none of the others stands for is the first one's. */
static void number_readings(word_list *out, size_t first, size_t own, uint32_t number)
{
    uint32_t others = 0;
    if (out->n == first + 1)
        return;
    for (size_t i = first; i < out->n; i++) {
        out->terms[i].word = number;
        others |= out->terms[i].languages;
    }
    out->terms[own].languages = others != 0 ? ~others : 0;
}

static void add_word(word_list *out, const srch_mark *beginning, bool wishes,
                     const analysis *analyses, size_t n_analyses, size_t at)
{
    const txt_term *term = &analyses[0].terms[at];
    const size_t first = out->n;
    if (beginning != NULL && term->inner)
        return;
    if (beginning != NULL)
        out->terms[out->n++] = (srch_query_term){.text = term->form, .weight = 1, .begins = true};
    if (beginning != NULL && (wishes || beginning->kind == SRCH_MARK_MUST))
        return;
    const size_t own = out->n++;
    bool read = n_analyses == 1;
    out->terms[own] = (srch_query_term){
        .text = term->text, .weight = term->inner ? INNER_WEIGHT : 1, .is_stop = term->stop};
    for (size_t i = 1; i < n_analyses; i++)
        read = add_reading(out, own, term, &analyses[i]) || read;
    number_readings(out, first, own, (uint32_t)at + 1);
    if (term->inner && !read) /* a compound to this language alone */
        out->terms[own].languages = 1u << analyses[0].language;
}

anc_status srch_words_read(anc_arena *mem, const srch_marked *marked, const txt_language *languages,
                           size_t n_languages, bool wishes, srch_query_term **ret, size_t *ret_n,
                           size_t *ret_words, anc_err *err)
{
    analysis analyses[TXT_LANGUAGE_COUNT];
    size_t n = 0, total = 0;
    for (; n < n_languages && n < TXT_LANGUAGE_COUNT; n++) {
        analysis *a = &analyses[n];
        a->language = languages[n];
        ANC_TRY(
            txt_analyze(mem, marked->words, languages[n], &srch_analysis, &a->terms, &a->n, err));
        if (n > 0 && total + a->n > SRCH_MAX_QUERY_TERMS)
            break;
        total += a->n;
    }
    /* a beginning may be there beside its word */
    word_list out = {.terms = anc_arena_alloc(mem, total + marked->n, sizeof *out.terms)};
    if (out.terms == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the words of a query");
    for (size_t i = 0; i < analyses[0].n; i++)
        add_word(&out, beginning_of(marked, &analyses[0], &analyses[0].terms[i]), wishes, analyses,
                 n, i);
    *ret = out.terms;
    *ret_n = out.n;
    *ret_words = analyses[0].n > 0 ? analyses[0].terms[analyses[0].n - 1].position + (size_t)1 : 0;
    return ANC_OK;
}
