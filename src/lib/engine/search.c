/* search.c - one search from the query to the candidates: check, terms, access, demands, vectors,
 * words, union; and the list of documents.
 */
#include "search.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "filter.h"
#include "segment.h"
#include "words.h"

static anc_status check_query(const eng_snapshot *s, const eng_query *q, anc_err *err)
{
    if (q->n_terms > ENG_MAX_QUERY_TERMS)
        return ANC_FAIL(err, ANC_INVALID, "a query of %zu terms, at most %d", q->n_terms,
                        (int)ENG_MAX_QUERY_TERMS);
    for (size_t i = 0; i < q->n_terms; i++)
        if (!(q->terms[i].weight > 0) || !isfinite(q->terms[i].weight))
            return ANC_FAIL(err, ANC_INVALID, "term %.*s has weight %g", ANC_FMT(q->terms[i].text),
                            (double)q->terms[i].weight);
        else if (q->terms[i].begins && q->terms[i].text.len == 0)
            return ANC_FAIL(err, ANC_INVALID, "a term that stands for every form");
    if (q->filter != NULL)
        ANC_TRY(eng_filter_check(q->filter, err));
    ANC_TRY(eng_demands_check(q, err));
    if (q->vector == NULL)
        return ANC_OK;
    if (q->dims != s->dims)
        return ANC_FAIL(err, ANC_INVALID, "a query vector of %u dims for an index of %u dims",
                        q->dims, s->dims);
    return eng_vector_check(q->vector, q->dims, "the query's", err);
}

static bool only_stop_words(const eng_query *q)
{
    for (size_t i = 0; i < q->n_terms; i++)
        if (!q->terms[i].is_stop)
            return false;
    return true;
}

static bool is_same(const eng_term_fact *fact, const eng_query_term *term)
{
    return fact->begins == term->begins && fact->languages == term->languages &&
           anc_str_eq(fact->text, term->text);
}

/* The query's terms without repetition, in its order; a text is a stop word where all its mentions
 * are. A query has few terms: each is compared with those before it. */
static size_t distinct_terms(const eng_query *q, eng_term_fact *facts)
{
    const bool all_stop = only_stop_words(q);
    size_t n = 0;
    for (size_t i = 0; i < q->n_terms; i++) {
        const eng_query_term *term = &q->terms[i];
        size_t at = 0;
        while (at < n && !is_same(&facts[at], term))
            at++;
        if (at == n)
            facts[n++] = (eng_term_fact){.text = term->text,
                                         .begins = term->begins,
                                         .word = term->word,
                                         .languages = term->languages};
        facts[at].weight += (double)term->weight;
        facts[at].scored = facts[at].scored || all_stop || !term->is_stop;
    }
    return n;
}

static anc_status weigh_terms(eng_run *run, eng_result *result)
{
    const eng_query *q = run->query;
    result->terms = anc_arena_alloc(run->mem, q->n_terms, sizeof *result->terms);
    if (result->terms == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a query's terms");
    result->n_terms = distinct_terms(q, result->terms);
    return eng_words_weigh(run, result);
}

static anc_status best_init(eng_run *run, eng_best *best, uint32_t k)
{
    const uint64_t most = run->snapshot->chunks;
    best->snapshot = run->snapshot;
    best->k = k < most ? k : (size_t)most;
    best->rows = anc_arena_alloc(run->mem, best->k, sizeof *best->rows);
    if (best->rows == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for %zu candidates",
                        best->k);
    return ANC_OK;
}

static eng_candidate candidate_of(const eng_run *run, const eng_found *f, double idf_total)
{
    const eng_block *b = run->snapshot->parts[f->at.part].block;
    const eng_block_document *d = &b->documents.ptr[b->document_of.ptr[f->at.chunk]];
    const double coverage = idf_total > 0 ? f->coverage / idf_total : 0;
    return (eng_candidate){.document = eng_block_text(b, d->key),
                           .version = d->version,
                           .ordinal = b->ordinals.ptr[f->at.chunk],
                           .bm25 = f->bm25,
                           .coverage = coverage < 1 ? coverage : 1};
}

/* Tells every row of both lists that is in the other one too where it stands there. */
static anc_status pair_up(eng_run *run)
{
    const size_t n = run->keyword.n + run->semantic.n;
    eng_found **all = anc_arena_alloc(run->mem, n, sizeof *all);
    if (all == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for %zu candidates", n);
    for (size_t i = 0; i < n; i++)
        all[i] =
            i < run->keyword.n ? &run->keyword.rows[i] : &run->semantic.rows[i - run->keyword.n];
    qsort(all, n, sizeof *all, eng_found_by_place);
    for (size_t i = 1; i < n; i++)
        if (eng_found_by_place(&all[i - 1], &all[i]) == 0) {
            all[i - 1]->twin = all[i]->rank;
            all[i]->twin = all[i - 1]->rank;
        }
    return ANC_OK;
}

/* Both lists as one, the keyword list first; `places` [n of both] gets where each stands. */
static void list_candidates(const eng_run *run, eng_result *result, eng_place_of *places)
{
    for (size_t i = 0; i < run->keyword.n; i++) {
        const eng_found *f = &run->keyword.rows[i];
        eng_candidate *c = &result->candidates[result->n];
        places[result->n++] = f->at;
        *c = candidate_of(run, f, result->idf_total);
        c->cosine = eng_run_cosine(run, f->at);
        c->rank_keyword = f->rank;
        c->rank_semantic = f->twin;
    }
    for (size_t i = 0; i < run->semantic.n; i++) {
        const eng_found *f = &run->semantic.rows[i];
        if (f->twin != 0)
            continue;
        eng_candidate *c = &result->candidates[result->n];
        places[result->n++] = f->at;
        *c = candidate_of(run, f, result->idf_total);
        c->cosine = f->score;
        c->rank_semantic = f->rank;
    }
}

static anc_status unite(eng_run *run, eng_result *result)
{
    const size_t n = run->keyword.n + run->semantic.n;
    ANC_TRY(pair_up(run));
    eng_place_of *places = anc_arena_alloc(run->mem, n, sizeof *places);
    result->candidates = anc_arena_alloc(run->mem, n, sizeof *result->candidates);
    if (result->candidates == NULL || places == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for %zu candidates", n);
    list_candidates(run, result, places);
    result->n_keyword = run->keyword.n;
    result->n_semantic = run->semantic.n;
    ANC_TRY(eng_run_listed(run, result));
    return run->query->explain ? eng_run_explain(run, places, result) : ANC_OK;
}

/* Parts that are files may be used; CORRUPT names one that is damaged. */
static anc_status make_ready(const eng_snapshot *s, anc_err *err)
{
    for (size_t i = 0; i < s->n_parts; i++)
        if (!eng_block_ready(s->parts[i].block))
            return eng_block_fault(s->parts[i].block, err);
    return ANC_OK;
}

/* Nothing damaged was met: where it was, what was found says nothing. */
static anc_status check_parts(const eng_snapshot *s, anc_err *err)
{
    for (size_t i = 0; i < s->n_parts; i++)
        ANC_TRY(eng_block_fault(s->parts[i].block, err));
    return ANC_OK;
}

static anc_status run_stages(eng_run *run, eng_result *result)
{
    const eng_query *query = run->query;
    ANC_TRY(weigh_terms(run, result));
    ANC_TRY(best_init(run, &run->keyword, query->n_terms > 0 ? query->k_keyword : 0));
    ANC_TRY(best_init(run, &run->semantic, query->vector != NULL ? query->k_semantic : 0));
    ANC_TRY(best_init(run, &run->documents, query->k_documents));
    ANC_TRY(eng_run_access(run));
    ANC_TRY(eng_run_demands(run));
    ANC_TRY(eng_run_lists(run));
    ANC_TRY(eng_run_measure(run));
    ANC_TRY(eng_run_documents(run));
    return unite(run, result);
}

anc_status eng_search(const eng_snapshot *snapshot, const eng_query *query, anc_arena *mem,
                      eng_result *ret, anc_err *err)
{
    eng_result result = {.live_chunks = snapshot->chunks};
    eng_run run = {.snapshot = snapshot, .query = query, .mem = mem, .err = err};
    ANC_TRY(check_query(snapshot, query, err));
    ANC_TRY(make_ready(snapshot, err));
    run.mean_length = snapshot->chunks > 0 && snapshot->length > 0
                          ? (double)snapshot->length / (double)snapshot->chunks
                          : 1;
    result.mean_length = run.mean_length;
    ANC_TRY(run_stages(&run, &result));
    ANC_TRY(check_parts(snapshot, err));
    *ret = result;
    return ANC_OK;
}
