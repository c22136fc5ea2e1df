/* keyword.c - the best chunks by BM25, block by block and window by window; and what the chunks of both lists have of
 * each word.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scores.h"

#define UNITS 0x1p30

enum { LONG_LIST = 1024 }; /* postings that are worth a table */

double eng_bm25_norm(const eng_run *run, uint32_t length)
{
    return ENG_K1 * (1 - ENG_B + ENG_B * (double)length / run->mean_length);
}

/* ---- a block ---------------------------------------------------------------------------------- */

/* The most that a list without packs gives to any chunk; it is short, and unpacked by now. */
static uint32_t most_of_tail(const eng_scores *s, const eng_cursor *c)
{
    const uint32_t *tfs = eng_postings_tfs(c->plain);
    uint32_t most = 0;
    for (uint32_t i = 0; i < c->plain->n; i++) {
        const uint32_t units = eng_gives(s, c, c->plain->chunks[i], tfs[i]);
        most = units > most ? units : most;
    }
    return most;
}

/* What a word gives by count and length, where its list here is long: made once for all blocks. */
static const uint32_t *table_of(eng_scores *s, size_t word, const eng_cursor *c)
{
    if (word >= ENG_TABLES || s->short_lengths == NULL || c->plain == NULL ||
        c->plain->n_heads < LONG_LIST / ENG_PACK)
        return NULL;
    if (s->tables[word] == NULL) {
        uint32_t *units = anc_arena_alloc(s->run->mem, ENG_TABLE, sizeof *units);
        for (uint32_t i = 0; units != NULL && i < ENG_TABLE; i++)
            units[i] = eng_units_of(c->weight, 1 + i / ENG_SHORT, s->norms[i % ENG_SHORT]);
        s->tables[word] = units;
    }
    return s->tables[word];
}

static uint32_t postings_a_window(const eng_scores *s, const eng_postings *p)
{
    const uint64_t df = (uint64_t)p->n_heads * ENG_PACK + p->n_tail;
    return (uint32_t)(df * ENG_WINDOW / eng_block_chunks(s->block));
}

static anc_status open_cursor(eng_scores *s, const eng_word *word)
{
    eng_cursor *c = &s->cursors[s->n_cursors];
    *c = (eng_cursor){.weight = (float)(word->weight * s->scale), .bound = UINT32_MAX};
    ANC_TRY(eng_sources_open(s->run, s->block, word->terms, word->n, &c->sources));
    if (c->sources.n == 0)
        return ANC_OK;
    const eng_source *first = &c->sources.items[0];
    if (c->sources.n == 1 && eng_source_is_plain(first)) {
        c->plain = first->at.postings;
        c->more = first->more;
        c->list_bound = c->plain->heads == NULL ? most_of_tail(s, c) : 0;
        c->a_window = postings_a_window(s, c->plain);
    }
    s->n_cursors++;
    return ANC_OK;
}

static void enter_block(eng_scores *s, uint32_t part)
{
    s->part = part;
    s->block = s->run->snapshot->parts[part].block;
    const double grown =
        s->block->impact_mean > 0 ? s->run->mean_length / s->block->impact_mean : 1;
    s->short_lengths = eng_block_short_lengths(s->run->snapshot->parts[part].block);
    s->drift = grown > 1 ? grown : 1;
    s->n_cursors = 0;
}

static anc_status search_part(eng_scores *s, uint32_t part)
{
    eng_run *run = s->run;
    enter_block(s, part);
    const uint32_t n = eng_block_chunks(s->block);
    for (size_t i = 0; i < run->n_words; i++) {
        const size_t at = s->n_cursors;
        if (run->words[i].scored)
            ANC_TRY(open_cursor(s, &run->words[i]));
        if (s->n_cursors > at)
            s->cursors[at].units = table_of(s, i, &s->cursors[at]);
    }
    for (uint32_t start = 0; start < n && s->n_cursors > 0; start += ENG_WINDOW) {
        ANC_TRY(eng_run_may_go_on(run));
        eng_window_search(s, start, n - start < ENG_WINDOW ? n : start + ENG_WINDOW);
    }
    return ANC_OK;
}

/* ---- what the chunks of both lists have of each word -------------------------------------------- */

/* How often a word of several lists is in the chunk; chunks ascend. */
static uint32_t count_lists(eng_sources *sources, uint32_t chunk)
{
    uint32_t tf = 0;
    for (size_t i = 0; i < sources->n; i++) {
        eng_source *x = &sources->items[i];
        while (x->more && x->chunk < chunk)
            eng_source_next(x);
        tf += x->more && x->chunk == chunk ? x->tf : 0;
    }
    return tf;
}

static anc_status measure_word(eng_scores *s, const eng_word *word, eng_found *const *rows,
                               size_t n)
{
    s->n_cursors = 0;
    ANC_TRY(open_cursor(s, word));
    eng_cursor *c = &s->cursors[0];
    for (size_t i = 0; i < n && c->sources.n > 0; i++) {
        const uint32_t chunk = rows[i]->at.chunk;
        uint32_t tf = 0;
        if (c->plain == NULL)
            tf = count_lists(&c->sources, chunk);
        else if (eng_postings_seek(c->plain, chunk) && c->plain->chunk == chunk)
            tf = c->plain->tf;
        if (tf == 0)
            continue;
        rows[i]->bm25 += (double)eng_gives(s, c, chunk, tf) / s->scale;
        rows[i]->coverage += word->weight;
    }
    return ANC_OK;
}

/* Fills bm25 and coverage of the rows of both lists, which are sorted by where they stand. */
static anc_status measure(eng_scores *s, eng_found *const *rows, size_t n)
{
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && rows[to]->at.part == rows[from]->at.part; to++)
            continue;
        enter_block(s, rows[from]->at.part);
        for (size_t i = 0; i < s->run->n_words; i++)
            if (s->run->words[i].scored)
                ANC_TRY(measure_word(s, &s->run->words[i], rows + from, to - from));
    }
    return ANC_OK;
}

static anc_status measure_both(eng_scores *s)
{
    eng_run *run = s->run;
    const size_t n = run->keyword.n + run->semantic.n;
    eng_found **rows = anc_arena_alloc(run->mem, n, sizeof(eng_found *));
    if (rows == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for %zu candidates", n);
    for (size_t i = 0; i < n; i++)
        rows[i] =
            i < run->keyword.n ? &run->keyword.rows[i] : &run->semantic.rows[i - run->keyword.n];
    if (n > 0)
        qsort(rows, n, sizeof *rows, eng_found_by_place);
    return measure(s, rows, n);
}

static double weight_of_all(const eng_run *run)
{
    double sum = 0;
    for (size_t i = 0; i < run->n_words; i++)
        sum += run->words[i].weight;
    return sum;
}

anc_status eng_run_keyword(eng_run *run)
{
    const double weight = weight_of_all(run);
    if (!(weight > 0))
        return ANC_OK;
    eng_scores *s = anc_arena_alloc(run->mem, 1, sizeof *s);
    if (s != NULL) {
        s->run = run;
        s->simd = eng_simd_best();
        s->scale = UNITS / weight;
        s->cursors = anc_arena_alloc(run->mem, run->n_words, sizeof *s->cursors);
        s->live = anc_arena_alloc(run->mem, run->n_words, sizeof(eng_cursor *));
        s->below = anc_arena_alloc(run->mem, run->n_words + 1, sizeof *s->below);
    }
    if (s == NULL || s->cursors == NULL || s->live == NULL || s->below == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a keyword search");
    for (uint32_t i = 0; i < ENG_NORMS; i++)
        s->norms[i] = (float)eng_bm25_norm(run, i);
    for (uint32_t i = 0; run->keyword.k > 0 && i < run->snapshot->n_parts; i++)
        ANC_TRY(search_part(s, i));
    eng_best_sort(&run->keyword);
    run->scores = s;
    return ANC_OK;
}

anc_status eng_run_measure(eng_run *run)
{
    return run->scores != NULL ? measure_both(run->scores) : ANC_OK;
}
