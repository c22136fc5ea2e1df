/* window.c - the best chunks of one window, without looking at those that cannot be among them.
 *
 * For a window of ENG_WINDOW chunks the most that every word can give there is known (the impacts of its packs). While
 * the list is full, words that together cannot lift a chunk into it need not be walked (MaxScore: Turtle and Flood
 * 1995; by windows: Grand et al., ECIR 2020): the others are summed side by side, and the chunks that have a chance are
 * picked out. Then each of the former, the greatest first, is asked about those, and drops what it cannot lift. Where
 * nearly as many chunks have a chance as have the word, it is summed too: that costs less than to be asked. A word of
 * several lists is always summed.
 */
#include <math.h>
#include <string.h>

#include "scores.h"

/* The least score that gets into the list; 0 while there is room. */
static uint32_t threshold(const eng_scores *s)
{
    const eng_best *best = &s->run->keyword;
    return best->k > 0 && best->n == best->k ? (uint32_t)llrint(best->rows[0].score * s->scale) : 0;
}

/* ---- which words ------------------------------------------------------------------------------ */

static uint32_t bound_of(const eng_scores *s, eng_cursor *c, uint32_t start, uint32_t end)
{
    return c->list_bound > 0 ? c->list_bound
                             : eng_impact_bound(s, c, eng_postings_impact(c->plain, start, end));
}

/* Words that may be in the window, least bound first; those that are always summed come last. */
static void line_up(eng_scores *s, uint32_t start, uint32_t end)
{
    s->n_live = 0;
    for (size_t i = 0; i < s->n_cursors; i++) {
        eng_cursor *c = &s->cursors[i];
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
static size_t passed_over(const eng_scores *s)
{
    size_t n = 0;
    while (n < s->n_live && s->live[n]->plain != NULL && s->below[n + 1] < s->least)
        n++;
    return n;
}

/* ---- summing ---------------------------------------------------------------------------------- */

static void add_list(eng_scores *s, eng_cursor *c, uint32_t start, uint32_t end)
{
    eng_postings *p = c->plain;
    c->more = eng_postings_seek(p, start);
    while (c->more && p->chunk < end) {
        const uint32_t to = eng_postings_before(p, end), *tfs = eng_postings_tfs(p);
        for (uint32_t i = p->i - 1; i < to; i++)
            s->sum[p->chunks[i] - start] += eng_gives(s, c, p->chunks[i], tfs[i]);
        p->i = to;
        c->more = eng_postings_next(p);
    }
}

static void add_lists(eng_scores *s, eng_cursor *c, uint32_t start, uint32_t end)
{
    eng_sources_sum(&c->sources, start, end, s->tf);
    for (uint32_t at = 0; at < end - start; at++)
        if (s->tf[at] > 0)
            s->sum[at] += eng_gives(s, c, start + at, s->tf[at]);
}

/* Sums all words but the first `n`, and picks out the chunks that may be seen and have `need`. */
static void sum_words(eng_scores *s, uint32_t start, uint32_t end, size_t n, uint32_t need)
{
    const uint64_t *allowed = s->run->allowed[s->part];
    for (size_t i = n; i < s->n_live; i++)
        if (s->live[i]->plain != NULL)
            add_list(s, s->live[i], start, end);
        else
            add_lists(s, s->live[i], start, end);
    s->n_at = (uint32_t)s->simd->reaching(s->sum, (end - start + 63) / 64, need,
                                          allowed != NULL ? allowed + start / 64 : NULL, s->at);
}

/* The same where there is one word: there is nothing to sum. */
static void read_word(eng_scores *s, eng_cursor *c, uint32_t start, uint32_t end, uint32_t need)
{
    eng_postings *p = c->plain;
    s->n_at = 0;
    c->more = eng_postings_seek(p, start);
    while (c->more && p->chunk < end) {
        const uint32_t to = eng_postings_before(p, end), *tfs = eng_postings_tfs(p);
        for (uint32_t i = p->i - 1; i < to; i++) {
            const uint32_t units = eng_gives(s, c, p->chunks[i], tfs[i]);
            if (units < need || !eng_run_allows(s->run, s->part, p->chunks[i]))
                continue;
            s->sum[p->chunks[i] - start] = units;
            s->at[s->n_at++] = (uint16_t)(p->chunks[i] - start);
        }
        p->i = to;
        c->more = eng_postings_next(p);
    }
}

/* ---- asking ----------------------------------------------------------------------------------- */

/* The chunk at place `k`, whose sum is now `sum`, goes on as number `kept` if it has `need`; how many do. */
static inline uint32_t go_on(eng_scores *s, uint32_t k, uint32_t kept, uint32_t sum, uint32_t need)
{
    const uint16_t at = s->at[k];
    const bool good = sum >= need;
    s->at[kept] = at;
    s->sum[at] = good ? sum : 0;
    return kept + (good ? 1 : 0);
}

/* Those that have a sum of `need`. */
static void keep_those_with(eng_scores *s, uint32_t need)
{
    uint32_t kept = 0;
    for (uint32_t k = 0; k < s->n_at; k++)
        kept = go_on(s, k, kept, s->sum[s->at[k]], need);
    s->n_at = kept;
}

/* Asks a word about the chunks that have a chance, which then need `need`. A pack that cannot lift any is not unpacked. */
static void ask_word(eng_scores *s, eng_cursor *c, uint32_t start, uint32_t need)
{
    eng_postings *p = c->plain;
    uint32_t kept = 0;
    for (uint32_t k = 0; k < s->n_at;) {
        uint8_t impact;
        const uint32_t last = eng_postings_look(p, start + s->at[k], &impact);
        const uint32_t bound = c->list_bound > 0 ? c->list_bound : eng_impact_bound(s, c, impact);
        bool is_open = false;
        for (; k < s->n_at && start + s->at[k] <= last; k++) {
            const uint32_t chunk = start + s->at[k];
            uint32_t sum = s->sum[s->at[k]];
            if (sum + bound >= need) {
                if (!is_open)
                    c->more = eng_postings_unpack_seen(p);
                is_open = true;
                const uint32_t i = eng_postings_place(p, chunk);
                if (p->n > 0 && p->chunks[i] == chunk)
                    sum += eng_gives(s, c, chunk, eng_postings_tfs(p)[i]);
            }
            kept = go_on(s, k, kept, sum, need);
        }
    }
    s->n_at = kept;
}

/* What the first `n` words give to the chunks that have a chance. True where they were summed. */
static bool complete(eng_scores *s, uint32_t start, uint32_t end, size_t n)
{
    enum { ASKED_A_SUMMED = 8 }; /* postings that are summed in the time of asking for one */
    bool summed = false;
    for (size_t i = n; i-- > 0 && s->n_at > 0;) {
        const uint32_t need = s->least - s->below[i];
        if (s->n_at * ASKED_A_SUMMED < s->live[i]->a_window) {
            ask_word(s, s->live[i], start, need);
            continue;
        }
        add_list(s, s->live[i], start, end);
        keep_those_with(s, need);
        summed = true;
    }
    return summed;
}

/* ---- the list --------------------------------------------------------------------------------- */

static void offer(eng_scores *s, uint32_t start)
{
    for (uint32_t k = 0; k < s->n_at; k++) {
        const uint32_t at = s->at[k], sum = s->sum[at];
        s->sum[at] = 0;
        if (sum < s->least)
            continue;
        const eng_found row = {.at = {s->part, start + at}, .score = (double)sum / s->scale};
        eng_best_offer(&s->run->keyword, &row);
        s->least = threshold(s);
    }
}

void eng_window_search(eng_scores *s, uint32_t start, uint32_t end)
{
    line_up(s, start, end);
    s->least = threshold(s);
    const size_t n = passed_over(s);
    if (n == s->n_live)
        return;
    const uint32_t need = s->least > s->below[n] ? s->least - s->below[n] : 1;
    const bool one = n + 1 == s->n_live && s->live[n]->plain != NULL;
    if (one)
        read_word(s, s->live[n], start, end, need);
    else
        sum_words(s, start, end, n, need);
    const bool summed = complete(s, start, end, n) || !one;
    offer(s, start);
    if (summed)
        memset(s->sum, 0, (end - start) * sizeof *s->sum);
}
