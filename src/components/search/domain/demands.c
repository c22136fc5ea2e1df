/* demands.c - marks analysed. */
#include "search/domain/demands.h"

#include "base/str.h"
#include "text/analyze.h"

static anc_status no_room(anc_arena *mem, anc_err *err)
{
    return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the marks of a query");
}

/* Whether the term is the joined form of parts that follow it. */
static bool is_joined(const txt_term *terms, size_t n, size_t i)
{
    return terms[i].whole && i + 1 < n && terms[i + 1].position == terms[i].position;
}

/* One reading of a mark; words stay NULL where nothing is left of it. */
static anc_status word_mark(anc_arena *mem, const srch_mark *mark, txt_language language,
                            srch_wording *ret, anc_err *err)
{
    txt_term *terms;
    size_t n;
    ANC_TRY(txt_analyze(mem, mark->text, language, NULL, &terms, &n, err));
    anc_str *words = anc_arena_alloc(mem, n, sizeof *words);
    size_t n_words = 0;
    const txt_term *last = NULL;
    if (words == NULL)
        return no_room(mem, err);
    for (size_t i = 0; i < n; i++) {
        if (is_joined(terms, n, i))
            continue;
        last = &terms[i];
        words[n_words++] = last->form;
    }
    if (n_words == 0 || (n_words == 1 && last->stop && mark->kind == SRCH_MARK_MUST_NOT))
        return ANC_OK;
    *ret = (srch_wording){.kind = SRCH_HAS_PHRASE, .words = words, .n_words = n_words};
    if (n_words == 1 && mark->prefix)
        ret->kind = SRCH_HAS_PREFIX;
    const bool exact = mark->quoted && mark->kind != SRCH_MARK_WISH;
    if (n_words == 1 && !mark->prefix && !exact) {
        words[0] = last->text;
        ret->kind = SRCH_HAS_TERM;
    }
    return ANC_OK;
}

static bool same(const srch_wording *a, const srch_wording *b)
{
    bool equal = a->kind == b->kind && a->n_words == b->n_words;
    for (size_t i = 0; equal && i < a->n_words; i++)
        equal = anc_str_eq(a->words[i], b->words[i]);
    return equal;
}

/* The wording among `any` [*n] that is the same, or a new one. */
static srch_wording *among(srch_wording *any, size_t *n, const srch_wording *w)
{
    for (size_t i = 0; i < *n; i++)
        if (same(&any[i], w))
            return &any[i];
    any[*n] = *w;
    return &any[(*n)++];
}

/* The readings of a mark that differ; none where it demands nothing in some language. */
static anc_status read_mark(anc_arena *mem, const srch_mark *mark, const txt_language *languages,
                            size_t n_languages, srch_demand *ret, anc_err *err)
{
    srch_wording *any = anc_arena_alloc(mem, n_languages, sizeof *any);
    size_t n = 0;
    if (any == NULL)
        return no_room(mem, err);
    for (size_t i = 0; i < n_languages; i++) {
        srch_wording w = {0};
        ANC_TRY(word_mark(mem, mark, languages[i], &w, err));
        if (w.words == NULL)
            return ANC_OK;
        among(any, &n, &w)->languages |= 1u << languages[i];
    }
    for (size_t i = 0; i < n; i++)
        if (n == 1 || any[i].kind != SRCH_HAS_TERM)
            any[i].languages = 0;
    *ret = (srch_demand){any, n, mark->kind == SRCH_MARK_MUST_NOT};
    return ANC_OK;
}

anc_status srch_demands_of(anc_arena *mem, const srch_marked *marked, const txt_language *languages,
                           size_t n_languages, bool wishes, srch_demands *ret, anc_err *err)
{
    srch_demands all = {.items = anc_arena_alloc(mem, marked->n, sizeof *all.items)};
    if (all.items == NULL)
        return no_room(mem, err);
    for (size_t i = 0; i < marked->n; i++) {
        const srch_mark *mark = &marked->marks[i];
        srch_demand demand = {0};
        if (mark->kind == SRCH_MARK_WISH && !wishes)
            continue;
        ANC_TRY(read_mark(mem, mark, languages, n_languages, &demand, err));
        if (demand.n_any == 0)
            continue;
        all.words += demand.any[0].n_words;
        all.items[all.n++] = demand;
    }
    *ret = all;
    return ANC_OK;
}
