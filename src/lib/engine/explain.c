/* explain.c - what each term of the query gave to each candidate.
 *
 * Once more over the postings of the query's terms, block by block: the candidates of a block, sorted
 * by chunk, are met in the order of the postings. Only asked for by people, so it may cost a search.
 */
#include <stdlib.h>

#include "search.h"

typedef struct seen {
    eng_place_of at;
    eng_part_score *parts; /* [n_terms] of the candidate */
} seen;

static int by_place(const void *a, const void *b)
{
    const seen *x = a, *y = b;
    if (x->at.part != y->at.part)
        return x->at.part < y->at.part ? -1 : 1;
    return x->at.chunk < y->at.chunk ? -1 : x->at.chunk > y->at.chunk;
}

/* One term in one block, for the candidates `rows` [n] that are in it. */
static void explain_term(const eng_run *run, const eng_block *b, const eng_term_fact *fact,
                         size_t term, const seen *rows, size_t n)
{
    const eng_block_term *found = eng_block_term_find(b, fact->text);
    const double weight = fact->scored ? fact->weight * fact->idf : 0;
    if (found == NULL)
        return;
    size_t i = 0;
    for (eng_postings p = eng_postings_of(b, found); i < n && eng_postings_next(&p);) {
        while (i < n && rows[i].at.chunk < p.chunk)
            i++;
        if (i == n || rows[i].at.chunk != p.chunk)
            continue;
        const double tf = p.tf, norm = eng_bm25_norm(run, b->lengths.ptr[p.chunk]);
        rows[i].parts[term] = (eng_part_score){p.tf, weight * tf / (tf + norm)};
    }
}

anc_status eng_run_explain(eng_run *run, const eng_place_of *places, eng_result *result)
{
    const size_t n = result->n;
    seen *rows = anc_arena_alloc(run->mem, n, sizeof *rows);
    eng_part_score *parts = NULL;
    size_t total;
    if (rows != NULL && !__builtin_mul_overflow(n, result->n_terms, &total))
        parts = anc_arena_alloc(run->mem, total, sizeof *parts);
    if (parts == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room to explain %zu candidates",
                        n);
    for (size_t i = 0; i < n; i++) {
        const eng_block *b = run->snapshot->parts[places[i].part].block;
        rows[i] = (seen){places[i], parts + i * result->n_terms};
        result->candidates[i].parts = rows[i].parts;
        result->candidates[i].length = b->lengths.ptr[places[i].chunk];
    }
    if (n > 0)
        qsort(rows, n, sizeof *rows, by_place);
    for (size_t from = 0, to; from < n; from = to) {
        const eng_block *b = run->snapshot->parts[rows[from].at.part].block;
        for (to = from; to < n && rows[to].at.part == rows[from].at.part; to++)
            continue;
        ANC_TRY(eng_run_may_go_on(run));
        for (size_t t = 0; t < result->n_terms; t++)
            explain_term(run, b, &result->terms[t], t, rows + from, to - from);
    }
    return ANC_OK;
}
