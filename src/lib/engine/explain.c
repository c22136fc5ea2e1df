/* explain.c - what each term of the query gave to each candidate.
 *
 * Once more over the postings of the query's terms, block by block: the candidates of a block, sorted
 * by chunk, are met in the order of the postings. Only asked for by people, so it may cost a search.
 */
#include <stdlib.h>

#include "words.h"

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

/* How often one list of postings has the candidates `rows` [n], all of one block. */
static void count_source(eng_source *s, size_t term, const seen *rows, size_t n)
{
    for (size_t i = 0; i < n && s->more; eng_source_next(s)) {
        while (i < n && rows[i].at.chunk < s->chunk)
            i++;
        if (i < n && rows[i].at.chunk == s->chunk)
            rows[i].parts[term].tf += s->tf;
    }
}

/* One word in one block; `term` is the number of its first reading. */
static anc_status explain_word(const eng_run *run, const eng_block *b, const eng_word *word,
                               size_t term, const seen *rows, size_t n)
{
    for (size_t t = 0; t < word->n; t++) {
        eng_sources sources;
        ANC_TRY(eng_sources_open(run, b, &word->terms[t], 1, &sources));
        for (size_t i = 0; i < sources.n; i++)
            count_source(&sources.items[i], term + t, rows, n);
    }
    for (size_t i = 0; i < n; i++) {
        const double norm = eng_bm25_norm(run, b->lengths.ptr[rows[i].at.chunk]);
        eng_part_score *parts = rows[i].parts + term;
        double tf = 0;
        for (size_t t = 0; t < word->n; t++)
            tf += parts[t].tf;
        for (size_t t = 0; t < word->n; t++)
            parts[t].bm25 = word->weight * parts[t].tf / (tf + norm);
    }
    return ANC_OK;
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
        for (size_t i = 0, term = 0; i < run->n_words; term += run->words[i++].n)
            ANC_TRY(explain_word(run, b, &run->words[i], term, rows + from, to - from));
    }
    return ANC_OK;
}
