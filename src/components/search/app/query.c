/* query.c - the use case: a question in, passages out.
 *
 * Check, find the collections, read the question for each, make its vector, search, fuse and score the
 * candidates, merge the collections, fetch the best passages. Without a model, or without any vector
 * in the index, hybrid and auto are keyword searches, and say so. Wishes (a phrase without a sign) bind
 * in a first search; where that finds nothing they are given up in a second one.
 */
#include <math.h>

#include "base/str.h"
#include "base/utf8.h"
#include "query_impl.h"
#include "text/normalize.h"

enum {
    MAX_TOP_K = 1000,
    SPARE_DOCUMENTS = 100, /* in place of those that turn out to be gone or copies */
    DEEPER = 4,            /* longer lists where too many candidates were gone or copies */
    MOST_DEEPER = 3,       /* times */
    DEEP_ENOUGH = 1500,    /* candidates: to look past so many copies takes seconds */
    MOST_AGAIN = 2,        /* searches anew of what changed under a search */
    MOST_MODELS = 3        /* that an index changes to while it is asked */
};

/* ---- checking --------------------------------------------------------------------------------- */

static anc_status check_query(const srch_request *r, anc_err *err)
{
    if (r->query.len > SRCH_MAX_QUERY_BYTES)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/query", "the query has %zu bytes, at most %d",
                              r->query.len, (int)SRCH_MAX_QUERY_BYTES);
    if (!anc_utf8_valid(r->query))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/query", "the query is not valid UTF-8");
    if (r->mode != SRCH_METADATA && txt_trim(r->query).len == 0)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/query", "the query is blank");
    return ANC_OK;
}

static anc_status check_bounds(const srch_request *r, anc_err *err)
{
    if (r->top_k < 1 || r->top_k > MAX_TOP_K)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/top_k", "top_k is %u, not 1 to %d", r->top_k,
                              (int)MAX_TOP_K);
    if (r->n_collections > SRCH_MAX_COLLECTIONS)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/collections", "%zu collections, at most %d",
                              r->n_collections, (int)SRCH_MAX_COLLECTIONS);
    if (r->context_chunks > SRCH_MAX_CONTEXT_CHUNKS)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/context_chunks",
                              "context_chunks is %u, not 0 to %d", r->context_chunks,
                              (int)SRCH_MAX_CONTEXT_CHUNKS);
    if (r->context_chunks > 0 && !r->join_neighbours)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/context_chunks",
                              "context_chunks is %u, which means something only together with "
                              "join_neighbours",
                              r->context_chunks);
    return ANC_OK;
}

static anc_status check(srch_asking *a)
{
    const srch_request *r = a->request;
    anc_err *err = a->call->err;
    ANC_TRY(check_query(r, err));
    ANC_TRY(check_bounds(r, err));
    const json_kind kind = json_kind_of(r->filters);
    if (kind == JSON_ABSENT || kind == JSON_NULL) {
        if (r->mode == SRCH_METADATA)
            return ANC_FAIL_FIELD(err, ANC_INVALID, "/filters",
                                  "mode metadata finds documents by filters, and there are none");
        return ANC_OK;
    }
    a->filter = anc_arena_alloc(a->call->mem, 1, sizeof *a->filter);
    if (a->filter == NULL)
        return srch_no_room(a->call);
    return srch_filter_parse(a->call->mem, r->filters, "/filters", a->filter, err);
}

/* ---- searching -------------------------------------------------------------------------------- */

static anc_status may_go_on(void *arg)
{
    const srch_asking *a = arg;
    return krn_call_check(a->srch->config.clock, a->call);
}

static void rank(srch_asking *a, srch_scope *scope)
{
    const srch_fusion_options one = {SRCH_WEIGHTED, a->words ? 0 : 1};
    srch_index_result *found = &scope->found;
    const bool both = a->words && scope->vector != NULL && found->has_vectors;
    scope->sides = both ? SRCH_BOTH_SIDES : a->words ? SRCH_WORDS_ONLY : SRCH_VECTORS_ONLY;
    srch_rescale(found->candidates, found->n, scope->unrelated);
    srch_fuse(found->candidates, found->n, both ? &a->srch->config.fusion : &one, &scope->fusion);
    srch_rate(found->candidates, found->n, scope->sides, found->bm25_bound);
    srch_level(found->candidates, found->n);
}

/* Documents by filter alone: nothing was rated, and nothing is claimed. */
static void leave_unrated(srch_index_result *found)
{
    for (size_t i = 0; i < found->n; i++) {
        srch_candidate *c = &found->candidates[i];
        c->bm25 = c->cosine = c->semantic = c->fused = c->score = (double)NAN;
    }
}

static anc_status ask_index(srch_asking *a, srch_scope *scope, bool relaxed, uint32_t k)
{
    const srch_index index = a->index;
    const srch_demands *demands = relaxed ? &scope->strict : &scope->demands;
    const bool listed = a->request->mode == SRCH_METADATA;
    const srch_index_query q = {.terms = scope->terms,
                                .n_terms = scope->n_terms,
                                .vector = scope->vector,
                                .dims = scope->dims,
                                .model = scope->model,
                                .labels = a->call->principal.labels,
                                .n_labels = a->call->principal.n_labels,
                                .filter = a->filter,
                                .demands = demands->items,
                                .n_demands = demands->n,
                                .k_keyword = a->words ? k : 0,
                                .k_semantic = scope->vector != NULL ? k : 0,
                                .k_documents = listed ? k : 0,
                                .explain = a->request->explain && !listed,
                                .may_go_on = may_go_on,
                                .arg = a};
    return index.ops->search(index.self, a->call, scope->name, &q, &scope->found);
}

static anc_status search_scope(srch_asking *a, size_t at, bool relaxed, uint32_t k)
{
    srch_scope *scope = &a->scopes[at];
    anc_status status = ask_index(a, scope, relaxed, k);
    for (int tries = 0; status == ANC_CONFLICT && tries < MOST_MODELS; tries++) {
        anc_err_clear(a->call->err);
        ANC_TRY(srch_vectors_again(a, scope));
        status = ask_index(a, scope, relaxed, k);
    }
    ANC_TRY(status);
    if (scope->found.damaged) /* the follower mends it */
        srch_wake(a->srch);
    for (size_t i = 0; i < scope->found.n; i++)
        scope->found.candidates[i].collection = (uint32_t)at;
    if (a->request->mode == SRCH_METADATA)
        leave_unrated(&scope->found);
    else
        rank(a, scope);
    return ANC_OK;
}

/* The candidates of all collections in one order, which leaves those of each in theirs. */
static anc_status merge(srch_asking *a)
{
    size_t n = 0;
    a->cut = false;
    for (size_t i = 0; i < a->n_scopes; i++)
        n += a->scopes[i].found.n;
    a->candidates = anc_arena_alloc(a->call->mem, n, sizeof *a->candidates);
    if (a->candidates == NULL)
        return srch_no_room(a->call);
    a->n = 0;
    for (size_t i = 0; i < a->n_scopes; i++) {
        const srch_index_result *found = &a->scopes[i].found;
        a->cut = a->cut || found->cut;
        for (size_t j = 0; j < found->n; j++)
            a->candidates[a->n++] = found->candidates[j];
    }
    if (a->request->mode == SRCH_METADATA)
        srch_merge_by_time(a->candidates, a->n);
    else if (a->n_scopes > 1)
        srch_merge(a->candidates, a->n);
    return ANC_OK;
}

static bool has_wishes(const srch_asking *a)
{
    for (size_t i = 0; i < a->n_scopes; i++)
        if (a->scopes[i].demands.n > a->scopes[i].strict.n)
            return true;
    return false;
}

static anc_status search_all(srch_asking *a, uint32_t k)
{
    for (size_t i = 0; i < a->n_scopes; i++)
        ANC_TRY(search_scope(a, i, a->result.relaxed, k));
    ANC_TRY(merge(a));
    if (a->n > 0 || a->result.relaxed || !has_wishes(a))
        return ANC_OK;
    a->result.relaxed = true;
    ANC_TRY(srch_scopes_read(a)); /* what was the beginning of a word is a word as well now */
    return search_all(a, k);
}

/* ---- the use case ----------------------------------------------------------------------------- */

static srch_mode mode_done(const srch_asking *a)
{
    if (a->request->mode == SRCH_METADATA)
        return SRCH_METADATA;
    if (!a->words)
        return SRCH_SEMANTIC;
    return a->result.query_vector != NULL ? SRCH_HYBRID : SRCH_KEYWORD;
}

typedef struct stopwatch {
    krn_clock clock;
    int64_t last_ns;
} stopwatch;

/* Milliseconds since the last lap; seen by `series`, which may be NULL. */
static double lap(stopwatch *w, krn_series *series)
{
    const int64_t now = krn_now_ns(w->clock);
    const double ms = (double)(now - w->last_ns) / 1e6;
    w->last_ns = now;
    krn_observe(series, ms / 1e3);
    return ms;
}

static anc_status search_once(srch_asking *a, stopwatch *w, uint32_t k)
{
    const srch_series *series = &a->srch->series;
    ANC_TRY(search_all(a, k));
    if (a->request->one_per_document)
        a->n = srch_one_per_document(a->candidates, a->n, a->request->top_k + SPARE_DOCUMENTS);
    a->result.search_ms += lap(w, series->index);
    if (a->reranks) {
        ANC_TRY(srch_rerank(a));
        a->result.rerank_ms += lap(w, series->rerank);
    }
    ANC_TRY(srch_passages(a));
    a->result.fetch_ms += lap(w, series->hydrate);
    return ANC_OK;
}

/* Whether there is room for a search that takes DEEPER times what the last one took, and for the answer. */
static bool has_room_deeper(const anc_arena *mem, size_t last)
{
    enum { SPARE = 2 };
    return last <= anc_arena_left(mem) / (SPARE * DEEPER);
}

/* Searches anew where the index moved on meanwhile: what was replaced is found as it is now. Searches deeper while
 * copies and vanished candidates leave fewer hits than were asked for, as long as there is room. */
static anc_status find_hits(srch_asking *a, stopwatch *w)
{
    const uint32_t top_k = a->request->top_k, most = a->srch->config.candidates;
    uint32_t k = top_k > most ? top_k : most;
    for (int deeper = 0, again = 0;;) {
        const size_t before = anc_arena_used(a->call->mem);
        ANC_TRY(search_once(a, w, k));
        const bool outdated = srch_scopes_outdated(a);
        if ((a->gone || outdated) && again++ < MOST_AGAIN) {
            if (outdated)
                ANC_TRY(srch_scopes_read(a));
            continue;
        }
        if (!a->wanting || !a->cut || k >= DEEP_ENOUGH || deeper++ == MOST_DEEPER ||
            !has_room_deeper(a->call->mem, anc_arena_used(a->call->mem) - before))
            return ANC_OK;
        k *= DEEPER;
    }
}

/* Documents of a part that was damaged may be missing until they are indexed again. */
static anc_status warn_of_damage(srch_asking *a)
{
    const srch_service *srch = a->srch;
    srch_result *r = &a->result;
    if (a->index.ops->kept(a->index.self).damages <= atomic_load(&srch->mended))
        return ANC_OK;
    const anc_str text = anc_arena_printf(
        a->call->mem,
        "a part of the index was damaged and its documents are indexed again: until then, some may "
        "be missing here (%llu of %llu documents were looked at)",
        (unsigned long long)atomic_load(&srch->walk_done),
        (unsigned long long)atomic_load(&srch->walk_total));
    if (text.ptr == NULL)
        return srch_no_room(a->call);
    r->n_warnings -= r->n_warnings == SRCH_MAX_WARNINGS ? 1 : 0;
    r->warnings[r->n_warnings++] = (srch_warning){.pointer = ANC_STR(""), .message = text};
    return ANC_OK;
}

static anc_status ask(srch_asking *a)
{
    const srch_series *series = &a->srch->series;
    stopwatch w = {.clock = a->srch->config.clock};
    w.last_ns = krn_now_ns(w.clock);
    ANC_TRY(check(a));
    ANC_TRY(srch_rerank_choose(a));
    ANC_TRY(srch_scopes_find(a));
    ANC_TRY(srch_vectors_choose(a));
    if (a->request->mode != SRCH_METADATA) {
        ANC_TRY(srch_marks_read(a->call->mem, a->request->query, &a->marked, a->call->err));
        ANC_TRY(srch_scopes_read(a));
    }
    a->result.analyze_ms = lap(&w, series->analyze);
    if (a->wordless) {
        a->result.mode = mode_done(a);
        return ANC_OK;
    }
    if (a->vectors)
        ANC_TRY(srch_vectors_make(a));
    a->result.embed_ms = lap(&w, series->embed);
    ANC_TRY(find_hits(a, &w));
    ANC_TRY(srch_kinds_check(a));
    ANC_TRY(warn_of_damage(a));
    a->result.mode = mode_done(a);
    return ANC_OK;
}

anc_status srch_query(srch_service *srch, krn_call *call, const srch_request *request,
                      srch_result *ret)
{
    const int64_t start = krn_now_ns(srch->config.clock);
    srch_slot *slot = srch_slot_hold(srch);
    srch_asking a = {.srch = srch, .call = call, .request = request, .index = slot->index};
    const anc_status status = ask(&a);
    srch_slot_let_go(slot);
    if (status != ANC_OK) {
        krn_count(srch->series.errors, 1);
        return status;
    }
    a.result.total_ms = krn_ms_since(srch->config.clock, start);
    krn_observe(srch->series.total, a.result.total_ms / 1e3);
    krn_count(srch->series.queries[a.result.mode], 1);
    *ret = a.result;
    return ANC_OK;
}
