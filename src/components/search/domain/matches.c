/* matches.c - a text analysed as it was for the index, its terms looked up among the query's. */
#include "search/domain/matches.h"

#include <stdlib.h>

#include "base/str.h"
#include "text/analyze.h"

typedef struct known {
    anc_str text;
    uint32_t term;
} known;

static int by_text(const void *a, const void *b)
{
    return anc_str_cmp(((const known *)a)->text, ((const known *)b)->text);
}

anc_status srch_spots_find(anc_arena *mem, anc_str text, txt_language language,
                           const anc_str *terms, size_t n_terms, srch_spot **ret, size_t *ret_n,
                           anc_err *err)
{
    txt_term *words;
    size_t n, found = 0;
    ANC_TRY(txt_analyze(mem, text, language, NULL, &words, &n, err));
    known *table = anc_arena_alloc(mem, n_terms, sizeof *table);
    srch_spot *spots = anc_arena_alloc(mem, n, sizeof *spots);
    if (table == NULL || spots == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the words of a passage");
    for (size_t i = 0; i < n_terms; i++)
        table[i] = (known){terms[i], (uint32_t)i};
    if (n_terms > 0)
        qsort(table, n_terms, sizeof *table, by_text);
    for (size_t i = 0; n_terms > 0 && i < n; i++) {
        const known key = {.text = words[i].text};
        const known *row = bsearch(&key, table, n_terms, sizeof *table, by_text);
        if (row != NULL)
            spots[found++] = (srch_spot){row->term, words[i].start, words[i].end};
    }
    *ret = spots;
    *ret_n = found;
    return ANC_OK;
}

bool srch_heading_counts(anc_str title, anc_str heading, anc_str text)
{
    return heading.len > 0 && !anc_str_eq_nocase(heading, title) &&
           anc_str_find(text, heading) == SIZE_MAX;
}
