/* demands.c - what a chunk must have or must not have, as bits taken out of what a query may see.
 *
 * Each demand is worked out for a block as a bitmap of the chunks that have one of its wordings. A
 * phrase walks the places of its forms side by side: a chunk that all of them have is looked at
 * position by position.
 */
#include <string.h>

#include "places.h"
#include "search.h"

static anc_status check_wording(const eng_wording *w, anc_err *err)
{
    if (w->n_words == 0 || (w->kind != ENG_HAS_PHRASE && w->n_words != 1) ||
        w->n_words > ENG_MAX_PHRASE_WORDS)
        return ANC_FAIL(err, ANC_INVALID, "a demanded wording of %zu words", w->n_words);
    for (size_t i = 0; i < w->n_words; i++)
        if (w->words[i].len == 0 || w->words[i].len > ENG_MAX_TERM_BYTES)
            return ANC_FAIL(err, ANC_INVALID, "a demanded word of %zu bytes, not 1 to %d",
                            w->words[i].len, (int)ENG_MAX_TERM_BYTES);
    return ANC_OK;
}

anc_status eng_demands_check(const eng_query *query, anc_err *err)
{
    if (query->n_demands > ENG_MAX_DEMANDS)
        return ANC_FAIL(err, ANC_INVALID, "%zu demands, at most %d", query->n_demands,
                        (int)ENG_MAX_DEMANDS);
    for (size_t i = 0; i < query->n_demands; i++)
        for (size_t j = 0; j < query->demands[i].n_any; j++)
            ANC_TRY(check_wording(&query->demands[i].any[j], err));
    return ANC_OK;
}

/* The chunks of one block that a demand is worked out for. */
typedef struct sieve {
    eng_run *run;
    const eng_block *block;
    eng_places *places; /* [most words of a phrase] one a form */
    uint64_t *bits;     /* chunks that have a wording of the demand */
} sieve;

static void mark_term(sieve *s, const eng_wording *w)
{
    const eng_block *b = s->block;
    const eng_block_term *term = eng_block_term_find(b, w->words[0]);
    if (term == NULL)
        return;
    eng_postings p;
    for (eng_block_postings(b, term, &p); eng_postings_next(&p);)
        if (w->languages == 0 ||
            (w->languages >> b->documents.ptr[b->document_of.ptr[p.chunk]].language & 1) != 0)
            eng_bit_set(s->bits, p.chunk);
}

static void mark_prefix(sieve *s, anc_str prefix)
{
    const eng_block *b = s->block;
    for (size_t i = eng_block_form_from(b, prefix); i < b->forms.n; i++) {
        if (!anc_str_starts(eng_block_text(b, b->forms.ptr[i].text), prefix))
            return;
        for (eng_places p = eng_places_of(b, &b->forms.ptr[i]); eng_places_next(&p);)
            eng_bit_set(s->bits, p.chunk);
    }
}

/* Whether the form's positions in its present chunk hold `position`. */
static bool stands_at(const eng_places *p, uint32_t position)
{
    for (eng_positions q = eng_positions_of(p); eng_positions_next(&q);)
        if (q.position >= position)
            return q.position == position;
    return false;
}

/* Whether the forms, all in their present chunk, follow each other somewhere in it. */
static bool follow_each_other(const eng_places *places, size_t n)
{
    for (eng_positions q = eng_positions_of(&places[0]); eng_positions_next(&q);) {
        size_t i = 1;
        while (i < n && stands_at(&places[i], q.position + (uint32_t)i))
            i++;
        if (i == n)
            return true;
    }
    return false;
}

/* Moves every form to the next chunk that all have; false at the end of one. */
static bool next_common(eng_places *places, size_t n)
{
    if (!eng_places_next(&places[0]))
        return false;
    for (size_t i = 1; i < n;) {
        while (places[i].chunk == UINT32_MAX || places[i].chunk < places[0].chunk)
            if (!eng_places_next(&places[i]))
                return false;
        if (places[i].chunk == places[0].chunk) {
            i++;
            continue;
        }
        while (places[0].chunk < places[i].chunk)
            if (!eng_places_next(&places[0]))
                return false;
        i = 1;
    }
    return true;
}

static void mark_phrase(sieve *s, const eng_wording *w)
{
    for (size_t i = 0; i < w->n_words; i++) {
        const eng_block_term *form = eng_block_form_find(s->block, w->words[i]);
        if (form == NULL)
            return;
        s->places[i] = eng_places_of(s->block, form);
    }
    while (next_common(s->places, w->n_words))
        if (follow_each_other(s->places, w->n_words))
            eng_bit_set(s->bits, s->places[0].chunk);
}

static void mark(sieve *s, const eng_wording *w)
{
    switch (w->kind) {
    case ENG_HAS_TERM:
        mark_term(s, w);
        break;
    case ENG_HAS_PHRASE:
        mark_phrase(s, w);
        break;
    case ENG_HAS_PREFIX:
        mark_prefix(s, w->words[0]);
        break;
    }
}

static size_t words_of(const eng_block *b)
{
    return eng_block_chunks(b) / 64 + 1;
}

/* A copy of the part's bitmap, or one with all bits set where there was none; NULL when memory is out. */
static uint64_t *allowed_bits(eng_run *run, size_t part)
{
    const size_t n = words_of(run->snapshot->parts[part].block);
    uint64_t *bits = anc_arena_alloc(run->mem, n, sizeof *bits);
    if (bits == NULL)
        return NULL;
    if (run->allowed[part] != NULL)
        memcpy(bits, run->allowed[part], n * sizeof *bits);
    else
        memset(bits, 0xff, n * sizeof *bits);
    run->allowed[part] = bits;
    return bits;
}

static anc_status sieve_part(sieve *s, size_t part)
{
    eng_run *run = s->run;
    s->block = run->snapshot->parts[part].block;
    const size_t n = words_of(s->block);
    uint64_t *allowed = allowed_bits(run, part);
    s->bits = anc_arena_alloc(run->mem, n, sizeof *s->bits);
    if (allowed == NULL || s->bits == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a search");
    for (size_t i = 0; i < run->query->n_demands; i++) {
        const eng_demand *demand = &run->query->demands[i];
        ANC_TRY(eng_run_may_go_on(run));
        memset(s->bits, 0, n * sizeof *s->bits);
        for (size_t j = 0; j < demand->n_any; j++)
            mark(s, &demand->any[j]);
        for (size_t k = 0; k < n; k++)
            allowed[k] &= demand->excluded ? ~s->bits[k] : s->bits[k];
    }
    return ANC_OK;
}

anc_status eng_run_demands(eng_run *run)
{
    const eng_query *q = run->query;
    sieve s = {.run = run};
    size_t longest = 1;
    if (q->n_demands == 0)
        return ANC_OK;
    for (size_t i = 0; i < q->n_demands; i++)
        for (size_t j = 0; j < q->demands[i].n_any; j++)
            if (q->demands[i].any[j].n_words > longest)
                longest = q->demands[i].any[j].n_words;
    s.places = anc_arena_alloc(run->mem, longest, sizeof *s.places);
    if (s.places == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a search");
    for (size_t i = 0; i < run->snapshot->n_parts; i++)
        ANC_TRY(sieve_part(&s, i));
    return ANC_OK;
}
