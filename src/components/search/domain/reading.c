/* reading.c - terms of several analyses, brought together by where they stand. */
#include "search/domain/reading.h"

#include "base/str.h"
#include "text/analyze.h"

typedef struct analysis {
    txt_term *terms;
    size_t n;
} analysis;

typedef struct word_list {
    srch_query_term *terms; /* [n] with room for the readings of all analyses */
    size_t n;
} word_list;

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
            inside += own->terms[j].start >= mark->at && own->terms[j].end <= end ? 1 : 0;
        return inside == 1 ? mark : NULL;
    }
    return NULL;
}

/* Adds what another language makes of the word that ends where `term` does. */
static void add_readings(word_list *out, size_t first, const txt_term *term, const analysis *other)
{
    for (size_t i = 0; i < other->n; i++) {
        const txt_term *t = &other->terms[i];
        bool known = t->end != term->end || t->whole != term->whole;
        for (size_t j = first; j < out->n && !known; j++)
            known = !out->terms[j].begins && anc_str_eq(out->terms[j].text, t->text);
        if (!known)
            out->terms[out->n++] =
                (srch_query_term){.text = t->text, .weight = 1, .is_stop = term->stop};
    }
}

static void add_word(word_list *out, const srch_mark *beginning, bool wishes,
                     const analysis *analyses, size_t n_analyses, size_t at)
{
    const txt_term *term = &analyses[0].terms[at];
    const size_t first = out->n;
    if (beginning != NULL)
        out->terms[out->n++] = (srch_query_term){.text = term->form, .weight = 1, .begins = true};
    if (beginning != NULL && (wishes || beginning->kind == SRCH_MARK_MUST))
        return;
    out->terms[out->n++] =
        (srch_query_term){.text = term->text, .weight = 1, .is_stop = term->stop};
    for (size_t i = 1; i < n_analyses; i++)
        add_readings(out, first, term, &analyses[i]);
    for (size_t i = first; i < out->n && out->n > first + 1; i++)
        out->terms[i].word = (uint32_t)at + 1;
}

anc_status srch_words_read(anc_arena *mem, const srch_marked *marked, const txt_language *languages,
                           size_t n_languages, bool wishes, srch_query_term **ret, size_t *ret_n,
                           size_t *ret_words, anc_err *err)
{
    analysis analyses[TXT_LANGUAGE_COUNT];
    size_t n = 0, total = 0;
    for (; n < n_languages && n < TXT_LANGUAGE_COUNT; n++) {
        analysis *a = &analyses[n];
        ANC_TRY(txt_analyze(mem, marked->words, languages[n], NULL, &a->terms, &a->n, err));
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
