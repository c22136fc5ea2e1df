/* words.c - the words of a query: what stands for each in a block, and what each is worth. */
#include "words.h"

#include <math.h>
#include <string.h>

/* ---- postings --------------------------------------------------------------------------------- */

static void step(eng_source *s)
{
    if (s->is_form) {
        s->more = eng_places_next(&s->at.places);
        s->chunk = s->at.places.chunk;
        s->tf = s->more ? eng_places_count(&s->at.places) : 0;
    } else {
        s->more = eng_postings_next(s->at.postings);
        s->chunk = s->at.postings->chunk;
        s->tf = s->at.postings->tf;
    }
}

static bool counts(const eng_source *s)
{
    const eng_block *b = s->block;
    return s->languages == 0 ||
           (s->languages >> b->documents.ptr[b->document_of.ptr[s->chunk]].language & 1) != 0;
}

void eng_source_next(eng_source *s)
{
    do
        step(s);
    while (s->more && !counts(s));
}

/* The forms [*ret_from, from + result) of a block begin with `text`. */
static size_t forms_from(const eng_block *b, anc_str text, size_t *ret_from)
{
    size_t end = *ret_from = eng_block_form_from(b, text);
    while (end < b->forms.n && anc_str_starts(eng_block_text(b, b->forms.ptr[end].text), text))
        end++;
    return end - *ret_from;
}

static void add_source(eng_sources *sources, eng_source s)
{
    eng_source_next(&s);
    sources->items[sources->n++] = s;
}

/* Row of a term of the query in one of the snapshot's blocks. */
static const eng_block_term *found_in(const eng_run *run, const eng_block *b,
                                      const eng_term_fact *term)
{
    size_t part = 0;
    while (run->snapshot->parts[part].block != b)
        part++;
    return run->found[part * run->n_facts + (size_t)(term - run->facts)];
}

static bool add_sources(const eng_run *run, eng_sources *sources, const eng_block *b,
                        const eng_term_fact *term)
{
    if (term->begins) {
        size_t from;
        const size_t n = forms_from(b, term->text, &from);
        for (size_t i = from; i < from + n; i++)
            add_source(sources, (eng_source){.block = b,
                                             .languages = term->languages,
                                             .is_form = true,
                                             .at.places = eng_places_of(b, &b->forms.ptr[i])});
        return true;
    }
    const eng_block_term *found = found_in(run, b, term);
    if (found == NULL)
        return true;
    eng_postings *postings = anc_arena_alloc(run->mem, 1, sizeof *postings);
    if (postings == NULL)
        return false;
    eng_block_postings(b, found, postings);
    add_source(sources,
               (eng_source){.block = b, .languages = term->languages, .at.postings = postings});
    return true;
}

anc_status eng_sources_open(const eng_run *run, const eng_block *b, const eng_term_fact *terms,
                            size_t n, eng_sources *ret)
{
    size_t most = 0, from;
    for (size_t i = 0; i < n; i++)
        most += terms[i].begins ? forms_from(b, terms[i].text, &from) : 1;
    *ret = (eng_sources){.items = anc_arena_alloc(run->mem, most, sizeof *ret->items)};
    if (ret->items == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem),
                        "no room for %zu words that begin so", most);
    for (size_t i = 0; i < n; i++)
        if (!add_sources(run, ret, b, &terms[i]))
            return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a list of words");
    return ANC_OK;
}

void eng_sources_sum(eng_sources *sources, uint32_t start, uint32_t end, uint32_t *tf)
{
    memset(tf, 0, (end - start) * sizeof *tf);
    for (size_t i = 0; i < sources->n; i++)
        for (eng_source *s = &sources->items[i]; s->more && s->chunk < end; eng_source_next(s))
            tf[s->chunk - start] += s->tf;
}

/* ---- weights ---------------------------------------------------------------------------------- */

/* Live chunks of a part that have one of the terms [n]. */
static anc_status count_part(const eng_run *run, const eng_part *part, const eng_term_fact *terms,
                             size_t n, uint32_t *tf, uint64_t *df)
{
    const eng_block *b = part->block;
    const uint64_t *dead = eng_part_dead(part);
    const uint32_t chunks = eng_block_chunks(b);
    eng_sources sources;
    ANC_TRY(eng_sources_open(run, b, terms, n, &sources));
    for (uint32_t start = 0; start < chunks && sources.n > 0; start += ENG_WINDOW) {
        const uint32_t end = chunks - start < ENG_WINDOW ? chunks : start + ENG_WINDOW;
        ANC_TRY(eng_run_may_go_on(run));
        eng_sources_sum(&sources, start, end, tf);
        for (uint32_t c = start; c < end; c++)
            if (tf[c - start] > 0 && (dead == NULL || !eng_bit(dead, b->document_of.ptr[c])))
                ++*df;
    }
    return ANC_OK;
}

/* Live chunks that have the term. */
static uint64_t live_df(const eng_run *run, const eng_term_fact *term)
{
    uint64_t df = 0;
    for (size_t i = 0; i < run->snapshot->n_parts; i++) {
        const eng_part *part = &run->snapshot->parts[i];
        const eng_block_term *row = run->found[i * run->n_facts + (size_t)(term - run->facts)];
        df += row != NULL ? eng_part_live_df(part, row) : 0;
    }
    return df;
}

/* Live chunks that have one of the terms [n]. */
static anc_status count_chunks(const eng_run *run, const eng_term_fact *terms, size_t n,
                               uint64_t *ret)
{
    uint64_t df = 0;
    if (n == 1 && !terms->begins && terms->languages == 0) {
        *ret = live_df(run, terms);
        return ANC_OK;
    }
    uint32_t *tf = anc_arena_alloc(run->mem, ENG_WINDOW, sizeof *tf);
    if (tf == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a query's terms");
    for (size_t i = 0; i < run->snapshot->n_parts; i++)
        ANC_TRY(count_part(run, &run->snapshot->parts[i], terms, n, tf, &df));
    *ret = df;
    return ANC_OK;
}

/* How many of the terms [n] are readings of the first one's word. */
static size_t readings_of(const eng_term_fact *terms, size_t n)
{
    size_t m = 1;
    while (m < n && terms->word != 0 && terms[m].word == terms->word)
        m++;
    return m;
}

/* The word that the terms [n] are readings of. */
static anc_status weigh_word(eng_run *run, eng_term_fact *terms, size_t n, eng_word *ret)
{
    const double chunks = (double)run->snapshot->chunks;
    uint64_t df;
    double weight = 0;
    *ret = (eng_word){.terms = terms, .n = n};
    ANC_TRY(count_chunks(run, terms, n, &df));
    const double idf = log(1 + (chunks - (double)df + 0.5) / ((double)df + 0.5));
    for (size_t i = 0; i < n; i++) {
        ret->scored = ret->scored || terms[i].scored;
        weight = terms[i].weight > weight ? terms[i].weight : weight;
        terms[i].idf = idf;
        if (n == 1)
            terms[i].df = df;
        else
            ANC_TRY(count_chunks(run, &terms[i], 1, &terms[i].df));
    }
    for (size_t i = 0; i < n; i++)
        terms[i].scored = ret->scored;
    ret->weight = ret->scored ? weight * idf : 0;
    return ANC_OK;
}

/* Looks for every term in every block, once. */
static anc_status find_terms(eng_run *run, const eng_result *result)
{
    const size_t parts = run->snapshot->n_parts, n = result->n_terms;
    run->facts = result->terms;
    run->n_facts = n;
    run->found = anc_arena_alloc(run->mem, parts * n, sizeof *run->found);
    if (run->found == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a query's terms");
    for (size_t i = 0; i < parts; i++) {
        ANC_TRY(eng_run_may_go_on(run));
        for (size_t t = 0; t < n; t++)
            if (!run->facts[t].begins)
                run->found[i * n + t] =
                    eng_block_term_find(run->snapshot->parts[i].block, run->facts[t].text);
    }
    return ANC_OK;
}

anc_status eng_words_weigh(eng_run *run, eng_result *result)
{
    ANC_TRY(find_terms(run, result));
    run->words = anc_arena_alloc(run->mem, result->n_terms, sizeof *run->words);
    if (run->words == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a query's terms");
    for (size_t i = 0; i < result->n_terms;) {
        const size_t n = readings_of(&result->terms[i], result->n_terms - i);
        eng_word *word = &run->words[run->n_words++];
        ANC_TRY(weigh_word(run, &result->terms[i], n, word));
        result->idf_total += word->weight;
        i += n;
    }
    result->bm25_bound = result->idf_total;
    return ANC_OK;
}
