/* detail.c - why a hit was found: highlights, and its scores taken apart. */
#include <math.h>

#include "base/str.h"
#include "query_impl.h"
#include "search/domain/highlights.h"

/* The language that a hit's document was read in for the index. */
static txt_language language_of(const srch_asking *a, const srch_hit *hit)
{
    txt_language declared = TXT_UND;
    (void)txt_language_find(hit->language, &declared);
    const srch_languages there = srch_languages_of(a->index, hit->collection);
    return srch_language_of(&there, declared, hit->text);
}

/* The terms that are worth showing, with what each of them weighs. */
typedef struct shown_terms {
    srch_sought *sought;
    double *weights;
    size_t n;
} shown_terms;

/* A term as it is looked for in a text: only where it is a word in the language of the text. */
static srch_sought sought_in(txt_language language, const srch_term_fact *fact)
{
    const bool is_word = fact->languages == 0 || (fact->languages >> language & 1) != 0;
    return is_word ? (srch_sought){fact->text, fact->begins} : (srch_sought){ANC_STR(""), false};
}

static anc_status scored_terms(srch_asking *a, txt_language language,
                               const srch_index_result *found, shown_terms *ret)
{
    ret->sought = anc_arena_alloc(a->call->mem, found->n_terms, sizeof *ret->sought);
    ret->weights = anc_arena_alloc(a->call->mem, found->n_terms, sizeof *ret->weights);
    if (ret->sought == NULL || ret->weights == NULL)
        return srch_no_room(a->call);
    for (size_t i = 0; i < found->n_terms; i++) {
        if (!found->terms[i].scored)
            continue;
        ret->sought[ret->n] = sought_in(language, &found->terms[i]);
        ret->weights[ret->n++] = found->terms[i].weight * found->terms[i].idf;
    }
    return ANC_OK;
}

/* ---- highlights ------------------------------------------------------------------------------- */

static anc_status highlight_of(srch_asking *a, const srch_hit *hit, const srch_fragment *f,
                               srch_highlight *ret)
{
    srch_extent *marks = anc_arena_alloc(a->call->mem, f->n_marks, sizeof *marks);
    if (marks == NULL)
        return srch_no_room(a->call);
    for (size_t i = 0; i < f->n_marks; i++)
        marks[i] = (srch_extent){hit->start + f->marks[i].start, hit->start + f->marks[i].end};
    *ret = (srch_highlight){.text = anc_str_sub(hit->text, f->start, f->end - f->start),
                            .start = hit->start + f->start,
                            .end = hit->start + f->end,
                            .marks = marks,
                            .n_marks = f->n_marks};
    return ANC_OK;
}

static anc_status highlight(srch_asking *a, const srch_index_result *found, srch_hit *hit)
{
    krn_call *call = a->call;
    shown_terms shown = {0};
    srch_spot *spots;
    srch_fragment *fragments;
    size_t n, n_fragments;
    const txt_language language = language_of(a, hit);
    ANC_TRY(scored_terms(a, language, found, &shown));
    ANC_TRY(srch_spots_find(call->mem, hit->text, language, shown.sought, shown.n, &spots, &n,
                            call->err));
    ANC_TRY(srch_fragments_choose(call->mem, hit->text, spots, n, shown.weights, &fragments,
                                  &n_fragments, call->err));
    srch_highlight *highlights = anc_arena_alloc(call->mem, n_fragments, sizeof *highlights);
    if (highlights == NULL)
        return srch_no_room(call);
    for (size_t i = 0; i < n_fragments; i++)
        ANC_TRY(highlight_of(a, hit, &fragments[i], &highlights[i]));
    hit->highlights = highlights;
    hit->n_highlights = n_fragments;
    return ANC_OK;
}

/* ---- explanations ----------------------------------------------------------------------------- */

enum { PLACES = SRCH_IN_TEXT + 1 };

/* Title, heading, columns and text of the best chunk, with the terms found in each. */
typedef struct searched_place {
    srch_place place;
    anc_str text;
    uint64_t shift; /* added to offsets: the chunk's place in the hit */
    srch_spot *spots;
    size_t n;
} searched_place;

static anc_status find_places(srch_asking *a, const srch_row *row, const srch_index_result *found,
                              searched_place places[PLACES])
{
    krn_call *call = a->call;
    const kno_chunk *c = &row->chunk;
    const anc_str heading =
        srch_heading_counts(c->title, c->heading, c->text) ? c->heading : ANC_STR_NONE;
    places[0] = (searched_place){.place = SRCH_IN_TITLE, .text = c->title};
    places[1] = (searched_place){.place = SRCH_IN_HEADING, .text = heading};
    places[2] = (searched_place){.place = SRCH_IN_COLUMNS, .text = c->columns};
    places[3] = (searched_place){
        .place = SRCH_IN_TEXT, .text = c->text, .shift = c->start - row->hit.start};
    const txt_language language = language_of(a, &row->hit);
    srch_sought *sought = anc_arena_alloc(call->mem, found->n_terms, sizeof *sought);
    if (sought == NULL)
        return srch_no_room(call);
    for (size_t i = 0; i < found->n_terms; i++)
        sought[i] = sought_in(language, &found->terms[i]);
    for (size_t i = 0; i < PLACES; i++)
        ANC_TRY(srch_spots_find(call->mem, places[i].text, language, sought, found->n_terms,
                                &places[i].spots, &places[i].n, call->err));
    return ANC_OK;
}

static anc_status matches_of(srch_asking *a, const searched_place places[PLACES], size_t term,
                             srch_term_detail *ret)
{
    size_t n = 0;
    for (size_t p = 0; p < PLACES; p++)
        for (size_t i = 0; i < places[p].n; i++)
            n += places[p].spots[i].term == term ? 1 : 0;
    srch_match *matches = anc_arena_alloc(a->call->mem, n, sizeof *matches);
    if (matches == NULL)
        return srch_no_room(a->call);
    n = 0;
    for (size_t p = 0; p < PLACES; p++)
        for (size_t i = 0; i < places[p].n; i++) {
            const srch_spot *s = &places[p].spots[i];
            if (s->term == term)
                matches[n++] = (srch_match){places[p].place, places[p].shift + s->start,
                                            places[p].shift + s->end};
        }
    ret->matches = matches;
    ret->n_matches = n;
    return ANC_OK;
}

/* How often a term is there: what was counted of it, each mention in title and heading once. */
static uint32_t mentions_of(const srch_term_detail *t, const srch_index_result *found)
{
    size_t more = 0;
    for (size_t i = 0; i < t->n_matches; i++)
        if (t->matches[i].place == SRCH_IN_TITLE || t->matches[i].place == SRCH_IN_HEADING)
            more += found->title_weight - 1;
    return more < t->weighted_tf ? t->weighted_tf - (uint32_t)more : (uint32_t)t->n_matches;
}

static anc_status explain_terms(srch_asking *a, const srch_row *row, const srch_index_result *found,
                                srch_explanation *ret)
{
    searched_place places[PLACES];
    srch_term_detail *terms = anc_arena_alloc(a->call->mem, found->n_terms, sizeof *terms);
    if (terms == NULL)
        return srch_no_room(a->call);
    ANC_TRY(find_places(a, row, found, places));
    for (size_t i = 0; i < found->n_terms; i++) {
        const srch_term_fact *f = &found->terms[i];
        terms[i] = (srch_term_detail){
            .term = f->text, .weight = f->weight, .idf = f->idf, .df = f->df, .scored = f->scored};
        if (f->begins)
            terms[i].term = anc_arena_printf(a->call->mem, "%.*s*", ANC_FMT(f->text));
        if (terms[i].term.ptr == NULL)
            return srch_no_room(a->call);
        if (row->candidate->terms != NULL) {
            terms[i].weighted_tf = row->candidate->terms[i].tf;
            terms[i].bm25 = row->candidate->terms[i].bm25;
        }
        ANC_TRY(matches_of(a, places, i, &terms[i]));
        terms[i].tf = f->begins ? terms[i].weighted_tf : mentions_of(&terms[i], found);
    }
    ret->terms = terms;
    ret->n_terms = found->n_terms;
    return ANC_OK;
}

static srch_side_detail side_of(const srch_fusion_side *side, double score, uint32_t rank)
{
    return (srch_side_detail){.share = side->share,
                              .least = side->least,
                              .greatest = side->greatest,
                              .width = side->width,
                              .scaled = srch_fusion_scaled(side, score),
                              .rank = rank};
}

static anc_status explain(srch_asking *a, const srch_scope *scope, srch_row *row)
{
    const srch_candidate *c = row->candidate;
    srch_explanation *e = anc_arena_alloc(a->call->mem, 1, sizeof *e);
    if (e == NULL)
        return srch_no_room(a->call);
    const srch_relevance_parts parts =
        srch_relevance_explain(c, scope->sides, scope->found.bm25_bound);
    *e = (srch_explanation){
        .language = anc_str_of(txt_language_code(scope->languages[0])),
        .title_weight = scope->found.title_weight,
        .length = c->length,
        .mean_length = scope->found.mean_length,
        .bm25_bound = scope->found.bm25_bound,
        .chunks = scope->found.chunks,
        .weighted = scope->fusion.how == SRCH_WEIGHTED,
        .keyword = side_of(&scope->fusion.keyword, c->bm25, c->rank_keyword),
        .semantic = side_of(&scope->fusion.semantic, c->cosine, c->rank_semantic),
        .constant = parts.constant,
        .cosine_part = parts.cosine,
        .coverage_part = parts.coverage,
        .bm25_part = parts.bm25,
    };
    row->hit.explained = e;
    return explain_terms(a, row, &scope->found, e);
}

anc_status srch_detail(srch_asking *a, srch_row *row)
{
    const srch_scope *scope = &a->scopes[row->candidate->collection];
    if (a->request->mode == SRCH_METADATA)
        return ANC_OK;
    if (a->request->highlight)
        ANC_TRY(highlight(a, &scope->found, &row->hit));
    return a->request->explain ? explain(a, scope, row) : ANC_OK;
}
