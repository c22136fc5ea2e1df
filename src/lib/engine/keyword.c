/* keyword.c - the best chunks by BM25, without looking at those that cannot be among them.
 *
 * Scores are whole numbers: what a word gives, weight * tf / (tf + norm), is rounded to a unit of which the whole
 * query is worth 2^30. Sums of whole numbers do not depend on their order, so a chunk has one score, whatever was
 * passed over on the way to it, and the list is the one that scoring everything would give.
 *
 * Windows of ENG_WINDOW chunks, and for each window the most that every word can give there (the impacts of its
 * packs). While the list is full, words that together cannot lift a chunk into it need not be walked (MaxScore:
 * Turtle and Flood 1995; by windows: Grand et al., ECIR 2020): the others are summed side by side, and the former
 * are asked only about chunks that have a chance. A word of several lists is always summed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

#define UNITS 0x1p30

enum { NORMS = 1024 };

/* What a word needs while a block is searched. */
typedef struct cursor {
    eng_sources sources;
    eng_postings
        *plain;   /* the one list of it; NULL: there are several, or documents that do not count */
    bool more;    /* of the one list */
    float weight; /* units */
    uint32_t bound; /* the most it can give in the window */
    uint32_t
        list_bound; /* the most that it can give at all, where the list is a tail alone; else 0 */
} cursor;

typedef struct eng_scores {
    eng_run *run;
    double scale; /* units of 1 */
    float norms[NORMS];
    cursor *cursors; /* [n_cursors] of the block, only words that it has */
    size_t n_cursors;
    const eng_block *block;
    uint32_t part;
    double
        drift; /* what an impact must be multiplied by, since the mean length is another one now */
    cursor **live;   /* [n_live] words in the window, least bound first */
    uint32_t *below; /* [n_live + 1] sums of the bounds of those before */
    size_t n_live;
    uint32_t least; /* what gets into the list */
    uint32_t need;  /* of the words that are summed */
    uint32_t sum[ENG_WINDOW];
    uint32_t tf[ENG_WINDOW];  /* of a word with several lists */
    uint32_t units[ENG_PACK]; /* scratch of give_all */
    uint64_t seen[ENG_WINDOW / 64];
} scores;

uint64_t eng_live_df(const eng_snapshot *snapshot, anc_str text)
{
    uint64_t df = 0;
    for (size_t i = 0; i < snapshot->n_parts; i++) {
        const eng_part *part = &snapshot->parts[i];
        const eng_block_term *term = eng_block_term_find(part->block, text);
        df += term != NULL ? eng_part_live_df(part, term) : 0;
    }
    return df;
}

double eng_bm25_norm(const eng_run *run, uint32_t length)
{
    return ENG_K1 * (1 - ENG_B + ENG_B * (double)length / run->mean_length);
}

/* ---- what a posting gives --------------------------------------------------------------------- */

static inline float norm_of(const scores *s, uint32_t length)
{
    return length < NORMS ? s->norms[length] : (float)eng_bm25_norm(s->run, length);
}

/* At least a unit: a chunk that has a word has a score. */
static inline uint32_t units_of(float weight, uint32_t tf, float norm)
{
    const float n = (float)(int32_t)(tf & INT32_MAX);
    const float units = weight * n / (n + norm) + 0.5f;
    return (uint32_t)(int32_t)(units < 1 ? 1 : units);
}

static inline uint32_t gives(const scores *s, float weight, uint32_t chunk, uint32_t tf)
{
    return units_of(weight, tf, norm_of(s, s->block->lengths.ptr[chunk]));
}

/* The same of some postings [n] of a pack, into s->units. */
static void give_all(scores *s, float weight, const uint32_t *chunks, const uint32_t *tfs,
                     uint32_t n)
{
    float norms[ENG_PACK];
    for (uint32_t i = 0; i < n; i++)
        norms[i] = norm_of(s, s->block->lengths.ptr[chunks[i]]);
    for (uint32_t i = 0; i < n; i++)
        s->units[i] = units_of(weight, tfs[i], norms[i]);
}

/* The most that a list without packs gives to any chunk; it is short, and unpacked by now. */
static uint32_t most_of_tail(scores *s, const cursor *c)
{
    uint32_t most = 0;
    give_all(s, c->weight, c->plain->chunks, eng_postings_tfs(c->plain), c->plain->n);
    for (uint32_t i = 0; i < c->plain->n; i++)
        most = s->units[i] > most ? s->units[i] : most;
    return most;
}

/* What a posting in one of these chunks can give by the packs' impacts. */
static uint32_t packs_bound(const scores *s, cursor *c, uint32_t start, uint32_t end)
{
    const double impact = eng_postings_impact(c->plain, start, end) * s->drift / ENG_IMPACT_WHOLE;
    return impact > 0 ? (uint32_t)((double)c->weight * (impact < 1 ? impact : 1)) + 2 : 0;
}

static uint32_t bound_of(scores *s, cursor *c, uint32_t start, uint32_t end)
{
    return c->list_bound > 0 ? c->list_bound : packs_bound(s, c, start, end);
}

/* ---- a window --------------------------------------------------------------------------------- */

/* The least score that gets into the list; 0 while there is room. */
static uint32_t threshold(const scores *s)
{
    const eng_best *best = &s->run->keyword;
    return best->k > 0 && best->n == best->k ? (uint32_t)llrint(best->rows[0].score * s->scale) : 0;
}

/* Words that may be in the window, least bound first; those that are always summed come last. */
static void line_up(scores *s, uint32_t start, uint32_t end)
{
    s->n_live = 0;
    for (size_t i = 0; i < s->n_cursors; i++) {
        cursor *c = &s->cursors[i];
        if (c->plain != NULL) {
            if (!c->more || c->plain->chunk >= end)
                continue;
            c->bound = bound_of(s, c, start, end);
            if (c->bound == 0)
                continue;
        }
        size_t at = s->n_live++;
        for (; at > 0 && s->live[at - 1]->bound > c->bound; at--)
            s->live[at] = s->live[at - 1];
        s->live[at] = c;
    }
    s->below[0] = 0;
    for (size_t i = 0; i < s->n_live; i++)
        s->below[i + 1] = s->below[i] + (s->live[i]->plain != NULL ? s->live[i]->bound : 0);
}

/* How many of the first words need not be summed: together they give less than what gets into the list. */
static size_t passed_over(const scores *s, uint32_t least)
{
    size_t n = 0;
    while (n < s->n_live && s->live[n]->plain != NULL && s->below[n + 1] < least)
        n++;
    return n;
}

static inline void add(scores *s, uint32_t at, uint32_t units)
{
    s->sum[at] += units;
    s->seen[at / 64] |= UINT64_C(1) << (at % 64);
}

/* Where the unpacked chunks from p->i on reach `end`. */
static uint32_t run_end(const eng_postings *p, uint32_t end)
{
    uint32_t i = p->n;
    if (p->n > 0 && p->chunks[p->n - 1] >= end)
        for (i = p->i; p->chunks[i] < end; i++)
            continue;
    return i;
}

/* Gives their scores to the chunks [n] of a list that are next and in one window and pack; read on behind them. */
static inline const uint32_t *give_run(scores *s, const cursor *c, uint32_t end, uint32_t *n)
{
    eng_postings *p = c->plain;
    const uint32_t from = p->i - 1, to = run_end(p, end);
    give_all(s, c->weight, p->chunks + from, eng_postings_tfs(p) + from, to - from);
    p->i = to;
    *n = to - from;
    return p->chunks + from;
}

static void add_list(scores *s, cursor *c, uint32_t start, uint32_t end)
{
    eng_postings *p = c->plain;
    c->more = eng_postings_seek(p, start);
    while (c->more && p->chunk < end) {
        uint32_t n;
        const uint32_t *chunks = give_run(s, c, end, &n);
        for (uint32_t i = 0; i < n; i++)
            add(s, chunks[i] - start, s->units[i]);
        c->more = eng_postings_next(p);
    }
}

static void add_lists(scores *s, cursor *c, uint32_t start, uint32_t end)
{
    eng_sources_sum(&c->sources, start, end, s->tf);
    for (uint32_t at = 0; at < end - start; at++)
        if (s->tf[at] > 0)
            add(s, at, gives(s, c->weight, start + at, s->tf[at]));
}

/* Asks the first `n` words about one chunk, as long as they may lift it into the list: what their packs can give before
 * what they do. */
static bool complete(scores *s, uint32_t chunk, size_t n, uint32_t least, uint32_t *sum)
{
    for (size_t i = n; i-- > 0;) {
        cursor *c = s->live[i];
        if (*sum + s->below[i + 1] < least)
            return false;
        if (c->list_bound == 0 && *sum + s->below[i] + packs_bound(s, c, chunk, chunk + 1) < least)
            return false;
        c->more = eng_postings_seek(c->plain, chunk);
        if (c->more && c->plain->chunk == chunk)
            *sum += gives(s, c->weight, chunk, c->plain->tf);
    }
    return *sum >= least;
}

/* What a chunk must have of the summed words for the first `n` to be asked about it. */
static void set_need(scores *s, size_t n)
{
    s->least = threshold(s);
    s->need = s->least > s->below[n] ? s->least - s->below[n] : 0;
}

/* A chunk of which the words behind the first `n` give `sum`. */
static void consider(scores *s, uint32_t chunk, uint32_t sum, size_t n)
{
    eng_run *run = s->run;
    if (!eng_run_allows(run, s->part, chunk) || !complete(s, chunk, n, s->least, &sum))
        return;
    const eng_found row = {.at = {s->part, chunk}, .score = (double)sum / s->scale};
    eng_best_offer(&run->keyword, &row);
    set_need(s, n);
}

static void read_window(scores *s, uint32_t start, uint32_t end, size_t n)
{
    for (size_t w = 0; w < (end - start + 63) / 64; w++) {
        for (uint64_t left = s->seen[w]; left != 0; left &= left - 1) {
            const uint32_t at = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(left);
            const uint32_t sum = s->sum[at];
            s->sum[at] = 0;
            if (sum >= s->need)
                consider(s, start + at, sum, n);
        }
        s->seen[w] = 0;
    }
}

/* The window where all words but the last one are passed over: there is nothing to sum. */
static void read_list(scores *s, cursor *c, uint32_t start, uint32_t end, size_t n)
{
    eng_postings *p = c->plain;
    c->more = eng_postings_seek(p, start);
    while (c->more && p->chunk < end) {
        uint32_t n_run;
        const uint32_t *chunks = give_run(s, c, end, &n_run);
        for (uint32_t i = 0; i < n_run; i++)
            if (s->units[i] >= s->need)
                consider(s, chunks[i], s->units[i], n);
        c->more = eng_postings_next(p);
    }
}

static void search_window(scores *s, uint32_t start, uint32_t end)
{
    line_up(s, start, end);
    const size_t n = passed_over(s, threshold(s));
    if (n == s->n_live)
        return;
    set_need(s, n);
    if (n + 1 == s->n_live && s->live[n]->plain != NULL) {
        read_list(s, s->live[n], start, end, n);
        return;
    }
    for (size_t i = n; i < s->n_live; i++) {
        cursor *c = s->live[i];
        if (c->plain != NULL)
            add_list(s, c, start, end);
        else
            add_lists(s, c, start, end);
    }
    read_window(s, start, end, n);
}

/* ---- a block ---------------------------------------------------------------------------------- */

static anc_status open_cursor(scores *s, const eng_word *word)
{
    cursor *c = &s->cursors[s->n_cursors];
    *c = (cursor){.weight = (float)(word->weight * s->scale), .bound = UINT32_MAX};
    ANC_TRY(eng_sources_open(s->run, s->block, word->terms, word->n, &c->sources));
    if (c->sources.n == 0)
        return ANC_OK;
    const eng_source *first = &c->sources.items[0];
    if (c->sources.n == 1 && eng_source_is_plain(first)) {
        c->plain = first->at.postings;
        c->more = first->more;
        c->list_bound = c->plain->heads == NULL ? most_of_tail(s, c) : 0;
    }
    s->n_cursors++;
    return ANC_OK;
}

static void enter_block(scores *s, uint32_t part)
{
    s->part = part;
    s->block = s->run->snapshot->parts[part].block;
    const double grown =
        s->block->impact_mean > 0 ? s->run->mean_length / s->block->impact_mean : 1;
    s->drift = grown > 1 ? grown : 1;
    s->n_cursors = 0;
}

static anc_status search_part(scores *s, uint32_t part)
{
    eng_run *run = s->run;
    enter_block(s, part);
    const uint32_t n = eng_block_chunks(s->block);
    for (size_t i = 0; i < run->n_words; i++)
        if (run->words[i].scored)
            ANC_TRY(open_cursor(s, &run->words[i]));
    for (uint32_t start = 0; start < n && s->n_cursors > 0; start += ENG_WINDOW) {
        ANC_TRY(eng_run_may_go_on(run));
        search_window(s, start, n - start < ENG_WINDOW ? n : start + ENG_WINDOW);
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

static anc_status measure_word(scores *s, const eng_word *word, eng_found *const *rows, size_t n)
{
    s->n_cursors = 0;
    ANC_TRY(open_cursor(s, word));
    cursor *c = &s->cursors[0];
    for (size_t i = 0; i < n && c->sources.n > 0; i++) {
        const uint32_t chunk = rows[i]->at.chunk;
        uint32_t tf = 0;
        if (c->plain == NULL)
            tf = count_lists(&c->sources, chunk);
        else if (eng_postings_seek(c->plain, chunk) && c->plain->chunk == chunk)
            tf = c->plain->tf;
        if (tf == 0)
            continue;
        rows[i]->bm25 += (double)gives(s, c->weight, chunk, tf) / s->scale;
        rows[i]->coverage += word->weight;
    }
    return ANC_OK;
}

/* Fills bm25 and coverage of the rows of both lists, which are sorted by where they stand. */
static anc_status measure(scores *s, eng_found *const *rows, size_t n)
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

static anc_status measure_both(scores *s)
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
    scores *s = anc_arena_alloc(run->mem, 1, sizeof *s);
    if (s != NULL) {
        s->run = run;
        s->scale = UNITS / weight;
        s->cursors = anc_arena_alloc(run->mem, run->n_words, sizeof *s->cursors);
        s->live = anc_arena_alloc(run->mem, run->n_words, sizeof(cursor *));
        s->below = anc_arena_alloc(run->mem, run->n_words + 1, sizeof *s->below);
    }
    if (s == NULL || s->cursors == NULL || s->live == NULL || s->below == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a keyword search");
    for (uint32_t i = 0; i < NORMS; i++)
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
