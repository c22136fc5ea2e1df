/* extract.c - making an extraction, and the questions that may be put to it. */
#include <math.h>

#include "extract_impl.h"

static size_t function_words(rag_words words)
{
    size_t n = 0;
    for (size_t i = 0; i < words.n; i++)
        n += words.items[i].stop;
    return n;
}

/* "hotel limit in Oslo?": where a single function word says which language a question is in, and it is one of the
 * first passage's language as well, the question is taken to be in that. */
static anc_status question_language(anc_arena *mem, anc_str question, const rag_passage *passages,
                                    size_t n, txt_language *ret, anc_err *err)
{
    txt_language own;
    rag_words words;
    *ret = txt_language_detect(question);
    if (n == 0 || *ret == TXT_UND || !txt_language_find(passages[0].language, &own) ||
        own == TXT_UND || own == *ret)
        return ANC_OK;
    ANC_TRY(rag_words_of(mem, question, *ret, &words, err));
    if (function_words(words) != 1)
        return ANC_OK;
    ANC_TRY(rag_words_of(mem, question, own, &words, err));
    if (function_words(words) == 1)
        *ret = own;
    return ANC_OK;
}

anc_status rag_extraction_new(anc_arena *mem, anc_str question, const rag_passage *passages,
                              size_t n, rag_extraction **ret, anc_err *err)
{
    rag_extraction *x = anc_arena_alloc(mem, 1, sizeof *x);
    if (x == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for an extraction");
    x->passages = passages;
    x->near_unit = SIZE_MAX;
    x->n_passages = n < RAG_EXTRACT_PASSAGES ? n : RAG_EXTRACT_PASSAGES;
    ANC_TRY(question_language(mem, question, passages, x->n_passages, &x->language, err));
    /* Question and passages are read as one language, the question's, so that equal words get equal keys whatever
     * each passage is written in. */
    const txt_language language = x->language == TXT_UND && x->n_passages > 0
                                      ? txt_language_detect(passages[0].text)
                                      : x->language;
    x->read_as = language;
    ANC_TRY(rag_terms_of(mem, question, language, &x->terms, err));
    ANC_TRY(rag_terms_mean(mem, language, &x->terms, err));
    ANC_TRY(rag_units_cut(mem, passages, x->n_passages, language, &x->units, err));
    x->views = anc_arena_alloc(mem, x->units.n, sizeof *x->views);
    if (x->views == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu units", x->units.n);
    ANC_TRY(rag_features_fill(mem, x, language, err));
    *ret = x;
    return ANC_OK;
}

const rag_units *rag_extraction_units(const rag_extraction *x)
{
    return &x->units;
}

static void score_all(rag_extraction *x)
{
    rag_features_meaning(x);
    for (size_t i = 0; i < x->units.n; i++)
        x->views[i].score = rag_weights_score(x->views[i].features);
}

size_t rag_extraction_ask(rag_extraction *x, size_t max, uint32_t *ret_units)
{
    size_t n = 0;
    score_all(x);
    for (uint32_t i = 0; i < x->units.n; i++) {
        size_t at = n;
        while (at > 0 && x->views[ret_units[at - 1]].score < x->views[i].score)
            at--;
        if (at == max)
            continue;
        n += n < max;
        for (size_t k = n - 1; k > at; k--)
            ret_units[k] = ret_units[k - 1];
        ret_units[at] = i;
    }
    return n;
}

void rag_extraction_tell(rag_extraction *x, uint32_t unit, double cosine)
{
    x->views[unit].cosine = cosine;
}

size_t rag_extraction_unsaid(rag_extraction *x, size_t max, anc_str *ret_wanted, anc_str *ret_words)
{
    score_all(x);
    x->near_unit = rag_choose_best(x);
    x->near_cosine = -1;
    return x->near_unit == SIZE_MAX ? 0
                                    : rag_focus_words(x, x->near_unit, max, ret_wanted, ret_words);
}

void rag_extraction_nearest(rag_extraction *x, double cosine)
{
    x->near_cosine = cosine;
}

const double *rag_extraction_features(rag_extraction *x, uint32_t unit)
{
    rag_features_meaning(x);
    return x->views[unit].features;
}
