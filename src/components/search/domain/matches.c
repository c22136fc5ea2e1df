/* matches.c - a text analysed as it was for the index, its terms looked up among the query's. */
#include "search/domain/matches.h"

#include <stdlib.h>

#include "base/str.h"

const txt_analyze_options srch_analysis = {.inner_words = true};

typedef struct known {
    anc_str text;
    uint32_t term;
} known;

static int by_text(const void *a, const void *b)
{
    return anc_str_cmp(((const known *)a)->text, ((const known *)b)->text);
}

typedef struct looking {
    known *table; /* [n] of the plain terms, by text */
    size_t n;
    const srch_sought *terms; /* [n_terms] all */
    size_t n_terms;
    size_t n_begins;
    srch_spot *spots;
    size_t found;
} looking;

static void look(looking *l, const txt_term *word)
{
    const known key = {.text = word->text};
    const known *row = l->n > 0 ? bsearch(&key, l->table, l->n, sizeof *l->table, by_text) : NULL;
    if (row != NULL)
        l->spots[l->found++] = (srch_spot){row->term, word->start, word->end};
    for (size_t i = 0; l->n_begins > 0 && i < l->n_terms; i++)
        if (l->terms[i].begins && anc_str_starts(word->form, l->terms[i].text))
            l->spots[l->found++] = (srch_spot){(uint32_t)i, word->start, word->end};
}

anc_status srch_spots_find(anc_arena *mem, anc_str text, txt_language language,
                           const srch_sought *terms, size_t n_terms, srch_spot **ret, size_t *ret_n,
                           anc_err *err)
{
    txt_term *words;
    size_t n;
    looking l = {.terms = terms, .n_terms = n_terms};
    ANC_TRY(txt_analyze(mem, text, language, &srch_analysis, &words, &n, err));
    for (size_t i = 0; i < n_terms; i++)
        l.n_begins += terms[i].begins ? 1 : 0;
    l.table = anc_arena_alloc(mem, n_terms - l.n_begins, sizeof *l.table);
    l.spots = anc_arena_alloc(mem, n * (1 + l.n_begins), sizeof *l.spots);
    if (l.table == NULL || l.spots == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the words of a passage");
    for (size_t i = 0; i < n_terms; i++)
        if (!terms[i].begins)
            l.table[l.n++] = (known){terms[i].text, (uint32_t)i};
    if (l.n > 0)
        qsort(l.table, l.n, sizeof *l.table, by_text);
    for (size_t i = 0; i < n; i++)
        look(&l, &words[i]);
    *ret = l.spots;
    *ret_n = l.found;
    return ANC_OK;
}

bool srch_heading_counts(anc_str title, anc_str heading, anc_str text)
{
    return heading.len > 0 && !anc_str_eq_nocase(heading, title) &&
           anc_str_find(text, heading) == SIZE_MAX;
}
