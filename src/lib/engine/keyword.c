/* keyword.c - BM25 over all postings of the query's terms, a window of chunks at a time.
 *
 * Scores of ENG_WINDOW chunks are summed side by side, term after term in the query's order, so that
 * the sums stay in the cache and two searches for the same words give the same bits. Then the window
 * is read once: what is allowed is offered to the keyword list, and candidates that the semantic
 * stage has already chosen get their score from the same sums.
 */
#include <stdlib.h>
#include <string.h>

#include "words.h"

#define K1 1.2
#define B  0.75

/* The postings of one word; those of several lists are summed up window by window. */
typedef struct cursor {
    eng_sources sources;
    double weight;
} cursor;

typedef struct window {
    double score[ENG_WINDOW];
    double coverage[ENG_WINDOW];
    uint32_t tf[ENG_WINDOW]; /* of a word with several lists */
    cursor *cursors;         /* [n_cursors] of the part, only words that it has */
    size_t n_cursors;
    eng_found **marked; /* [n_marked] semantic candidates by place */
    size_t n_marked, next_marked;
} window;

uint64_t eng_live_df(const eng_snapshot *snapshot, anc_str text)
{
    uint64_t df = 0;
    for (size_t i = 0; i < snapshot->n_parts; i++) {
        const eng_block *b = snapshot->parts[i].block;
        const uint64_t *dead = eng_part_dead(&snapshot->parts[i]);
        const eng_block_term *term = eng_block_term_find(b, text);
        if (term == NULL)
            continue;
        if (dead == NULL) {
            df += term->df;
            continue;
        }
        for (eng_postings p = eng_postings_of(b, term); eng_postings_next(&p);)
            df += eng_bit(dead, b->document_of.ptr[p.chunk]) ? 0 : 1;
    }
    return df;
}

double eng_bm25_norm(const eng_run *run, uint32_t length)
{
    return K1 * (1 - B + B * (double)length / run->mean_length);
}

static void add_chunk(const eng_run *run, const eng_block *b, window *w, double weight,
                      uint32_t start, uint32_t chunk, double tf)
{
    const double norm = eng_bm25_norm(run, b->lengths.ptr[chunk]);
    w->score[chunk - start] += weight * tf / (tf + norm);
    w->coverage[chunk - start] += weight;
}

/* Adds what the cursor's postings give to the chunks below `end`. */
static void add_postings(const eng_run *run, const eng_block *b, window *w, cursor *c,
                         uint32_t start, uint32_t end)
{
    if (c->sources.n == 1) {
        for (eng_source *s = c->sources.items; s->more && s->chunk < end; eng_source_next(s))
            add_chunk(run, b, w, c->weight, start, s->chunk, s->tf);
        return;
    }
    eng_sources_sum(&c->sources, start, end, w->tf);
    for (uint32_t chunk = start; chunk < end; chunk++)
        if (w->tf[chunk - start] > 0)
            add_chunk(run, b, w, c->weight, start, chunk, w->tf[chunk - start]);
}

static void read_window(eng_run *run, window *w, uint32_t part, uint32_t start, uint32_t end)
{
    for (uint32_t c = start; c < end; c++) {
        const double score = w->score[c - start];
        if (score <= 0 || !eng_run_allows(run, part, c))
            continue;
        if (run->keyword.n == run->keyword.k && run->keyword.k > 0 &&
            score < run->keyword.rows[0].score)
            continue;
        const eng_found row = {
            .at = {part, c}, .score = score, .coverage = w->coverage[c - start], .bm25 = score};
        eng_best_offer(&run->keyword, &row);
    }
    for (; w->next_marked < w->n_marked; w->next_marked++) {
        eng_found *m = w->marked[w->next_marked];
        if (m->at.part != part || m->at.chunk >= end)
            break;
        m->bm25 = w->score[m->at.chunk - start];
        m->coverage = w->coverage[m->at.chunk - start];
    }
}

static anc_status search_part(eng_run *run, window *w, uint32_t part)
{
    const eng_block *b = run->snapshot->parts[part].block;
    const uint32_t n = eng_block_chunks(b);
    w->n_cursors = 0;
    for (size_t i = 0; i < run->n_words; i++) {
        const eng_word *word = &run->words[i];
        cursor *c = &w->cursors[w->n_cursors];
        if (!word->scored)
            continue;
        c->weight = word->weight;
        ANC_TRY(eng_sources_open(run, b, word->terms, word->n, &c->sources));
        w->n_cursors += c->sources.n > 0 ? 1 : 0;
    }
    for (uint32_t start = 0; start < n; start += ENG_WINDOW) {
        const uint32_t end = n - start < ENG_WINDOW ? n : start + ENG_WINDOW;
        ANC_TRY(eng_run_may_go_on(run));
        memset(w->score, 0, (end - start) * sizeof *w->score);
        memset(w->coverage, 0, (end - start) * sizeof *w->coverage);
        for (size_t i = 0; i < w->n_cursors; i++)
            add_postings(run, b, w, &w->cursors[i], start, end);
        read_window(run, w, part, start, end);
    }
    return ANC_OK;
}

anc_status eng_run_keyword(eng_run *run)
{
    if (run->n_words == 0)
        return ANC_OK;
    window *w = anc_arena_alloc(run->mem, 1, sizeof *w);
    if (w != NULL) {
        w->cursors = anc_arena_alloc(run->mem, run->n_words, sizeof *w->cursors);
        w->marked = anc_arena_alloc(run->mem, run->semantic.n, sizeof(eng_found *));
    }
    if (w == NULL || w->cursors == NULL || w->marked == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a keyword search");
    for (size_t i = 0; i < run->semantic.n; i++)
        w->marked[i] = &run->semantic.rows[i];
    w->n_marked = run->semantic.n;
    qsort(w->marked, w->n_marked, sizeof(eng_found *), eng_found_by_place);
    for (uint32_t i = 0; i < run->snapshot->n_parts; i++)
        ANC_TRY(search_part(run, w, i));
    eng_best_sort(&run->keyword);
    return ANC_OK;
}
