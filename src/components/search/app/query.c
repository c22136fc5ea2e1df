/* query.c - the use case: a question in, passages out.
 *
 * Check, find the collections, make the question's vector, search each collection, fuse and score
 * its candidates, merge the collections, fetch the best passages. Without a model, or without any
 * vector in the index, hybrid and auto are keyword searches, and say so.
 */
#include "base/str.h"
#include "base/utf8.h"
#include "service_impl.h"
#include "text/analyze.h"
#include "text/normalize.h"

enum {
    MAX_QUERY_WORDS = 1000,
    MAX_TOP_K = 1000,
    MAX_COLLECTIONS = 1000,
    SPARE_DOCUMENTS = 100 /* in place of those that turn out to be gone or copies */
};

typedef struct asking {
    srch_service *srch;
    krn_call *call;
    const srch_request *request;
    srch_index index;    /* held */
    srch_filter *filter; /* NULL: none */
    anc_str *collections;
    txt_language *languages; /* [n_collections] declared; TXT_UND: to be found */
    size_t n_collections;
    bool words, vectors; /* which sides are searched */
    const float *vector;
    srch_candidate *candidates; /* [room] */
    size_t n, room;
    srch_result result;
} asking;

static anc_status no_room(const asking *a)
{
    return ANC_FAIL(a->call->err, anc_arena_refusal(a->call->mem), "no room for a search");
}

/* ---- checking --------------------------------------------------------------------------------- */

static anc_status check(asking *a)
{
    const srch_request *r = a->request;
    anc_err *err = a->call->err;
    if (!anc_utf8_valid(r->query))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/query", "the query is not valid UTF-8");
    if (txt_trim(r->query).len == 0)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/query", "the query is blank");
    if (r->top_k < 1 || r->top_k > MAX_TOP_K)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/top_k", "top_k is %u, not 1 to %d", r->top_k,
                              (int)MAX_TOP_K);
    if (r->n_collections > MAX_COLLECTIONS)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/collections", "%zu collections, at most %d",
                              r->n_collections, (int)MAX_COLLECTIONS);
    const json_kind kind = json_kind_of(r->filters);
    if (kind == JSON_ABSENT || kind == JSON_NULL)
        return ANC_OK;
    a->filter = anc_arena_alloc(a->call->mem, 1, sizeof *a->filter);
    if (a->filter == NULL)
        return no_room(a);
    return srch_filter_parse(a->call->mem, r->filters, "/filters", a->filter, err);
}

/* ---- collections ------------------------------------------------------------------------------ */

static anc_status add_collection(asking *a, const kno_collection *c)
{
    for (size_t i = 0; i < a->n_collections; i++)
        if (anc_str_eq(a->collections[i], c->name))
            return ANC_OK;
    a->languages[a->n_collections] = TXT_UND;
    (void)txt_language_find(c->language, &a->languages[a->n_collections]);
    a->collections[a->n_collections++] = c->name;
    return ANC_OK;
}

static anc_status find_named(asking *a)
{
    const srch_request *r = a->request;
    for (size_t i = 0; i < r->n_collections; i++) {
        kno_collection c;
        ANC_TRY(kno_collection_find(a->srch->config.knowledge, a->call, r->collections[i], &c));
        ANC_TRY(add_collection(a, &c));
    }
    return ANC_OK;
}

static anc_status find_all(asking *a)
{
    enum { COLLECTIONS_A_PAGE = 100 };
    anc_str after = ANC_STR_NONE;
    for (;;) {
        kno_collection *rows = NULL;
        size_t n = 0;
        ANC_TRY(kno_collection_list(a->srch->config.knowledge, a->call, after, COLLECTIONS_A_PAGE,
                                    &rows, &n));
        for (size_t i = 0; i < n && a->n_collections < MAX_COLLECTIONS; i++)
            ANC_TRY(add_collection(a, &rows[i]));
        if (n < COLLECTIONS_A_PAGE || a->n_collections == MAX_COLLECTIONS)
            return ANC_OK;
        after = rows[n - 1].name;
    }
}

static anc_status find_collections(asking *a)
{
    const size_t most = a->request->n_collections > 0 ? a->request->n_collections : MAX_COLLECTIONS;
    a->collections = anc_arena_alloc(a->call->mem, most, sizeof *a->collections);
    a->languages = anc_arena_alloc(a->call->mem, most, sizeof *a->languages);
    if (a->collections == NULL || a->languages == NULL)
        return no_room(a);
    return a->request->n_collections > 0 ? find_named(a) : find_all(a);
}

/* ---- the vector ------------------------------------------------------------------------------- */

/* Decides which sides are searched. */
static anc_status choose_sides(asking *a)
{
    const srch_mode mode = a->request->mode;
    const emb_info_row *model = &a->srch->model;
    const srch_index index = a->index;
    a->words = mode != SRCH_SEMANTIC;
    a->vectors = mode != SRCH_KEYWORD && model->available &&
                 index.ops->figures(index.self, ANC_STR_NONE).vectors > 0;
    if (mode == SRCH_SEMANTIC && !model->available)
        return ANC_FAIL_FIELD(a->call->err, ANC_UNAVAILABLE, "/mode",
                              "semantic search needs an embedding model: %.*s",
                              ANC_FMT(model->detail));
    return ANC_OK;
}

static anc_status embed(asking *a)
{
    const emb_info_row *model = &a->srch->model;
    float *vector = anc_arena_alloc(a->call->mem, model->dims, sizeof *vector);
    emb_usage usage = {0};
    if (vector == NULL)
        return no_room(a);
    const anc_status status = emb_embed(a->srch->config.embedding, a->call, EMB_QUERY,
                                        &a->request->query, 1, vector, &usage);
    if (status == ANC_UNAVAILABLE && a->words) {
        anc_err_clear(a->call->err);
        a->vectors = false;
        return ANC_OK;
    }
    ANC_TRY(status);
    a->vector = vector;
    a->result.query_vector = vector;
    a->result.dims = model->dims;
    a->result.embedding_cached = usage.cache_hits > 0;
    return ANC_OK;
}

/* ---- searching -------------------------------------------------------------------------------- */

static anc_status query_terms(asking *a, size_t collection, srch_index_query *q)
{
    const srch_languages *row = srch_languages_get(a->srch, a->collections[collection], false);
    const txt_language language =
        srch_language_of(row, a->languages[collection], a->request->query);
    txt_term *terms;
    size_t n;
    ANC_TRY(txt_analyze(a->call->mem, a->request->query, language, NULL, &terms, &n, a->call->err));
    if (n > 0 && terms[n - 1].position >= MAX_QUERY_WORDS)
        return ANC_FAIL_FIELD(a->call->err, ANC_INVALID, "/query",
                              "the query has %u words, at most %d", terms[n - 1].position + 1,
                              (int)MAX_QUERY_WORDS);
    srch_query_term *out = anc_arena_alloc(a->call->mem, n, sizeof *out);
    if (out == NULL)
        return no_room(a);
    for (size_t i = 0; i < n; i++)
        out[i] = (srch_query_term){terms[i].text, 1, terms[i].stop};
    q->terms = out;
    q->n_terms = n;
    return ANC_OK;
}

static anc_status may_go_on(void *arg)
{
    const asking *a = arg;
    return krn_call_check(a->srch->config.clock, a->call);
}

static anc_status keep(asking *a, const srch_candidate *more, size_t n)
{
    if (a->candidates == NULL || a->n + n > a->room) { /* doubles: what is outgrown stays behind */
        const size_t room = a->n_collections == 1 ? n : 2 * (a->n + n);
        srch_candidate *grown = anc_arena_alloc(a->call->mem, room, sizeof *more);
        if (grown == NULL)
            return no_room(a);
        for (size_t i = 0; i < a->n; i++)
            grown[i] = a->candidates[i];
        a->candidates = grown;
        a->room = room;
    }
    for (size_t i = 0; i < n; i++)
        a->candidates[a->n + i] = more[i];
    a->n += n;
    return ANC_OK;
}

static anc_status search_collection(asking *a, size_t at)
{
    const srch_index index = a->index;
    const uint32_t most = a->srch->config.candidates;
    const uint32_t k = a->request->top_k > most ? a->request->top_k : most;
    srch_index_query q = {.vector = a->vector,
                          .dims = a->srch->model.dims,
                          .labels = a->call->principal.labels,
                          .n_labels = a->call->principal.n_labels,
                          .filter = a->filter,
                          .k_keyword = a->words ? k : 0,
                          .k_semantic = a->vector != NULL ? k : 0,
                          .may_go_on = may_go_on,
                          .arg = a};
    srch_index_result found = {0};
    ANC_TRY(query_terms(a, at, &q));
    ANC_TRY(index.ops->search(index.self, a->call, a->collections[at], &q, &found));
    const bool both = a->words && a->vector != NULL && found.has_vectors;
    const srch_fusion_options one = {SRCH_WEIGHTED, a->words ? 0 : 1};
    for (size_t i = 0; i < found.n; i++)
        found.candidates[i].collection = (uint32_t)at;
    srch_fuse(found.candidates, found.n, both ? &a->srch->config.fusion : &one);
    srch_rate(found.candidates, found.n,
              both       ? SRCH_BOTH_SIDES
              : a->words ? SRCH_WORDS_ONLY
                         : SRCH_VECTORS_ONLY,
              found.bm25_bound);
    return keep(a, found.candidates, found.n);
}

static anc_status search_all(asking *a)
{
    for (size_t i = 0; i < a->n_collections; i++)
        ANC_TRY(search_collection(a, i));
    if (a->n_collections > 1)
        srch_merge(a->candidates, a->n);
    if (a->request->one_per_document)
        a->n = srch_one_per_document(a->candidates, a->n, a->request->top_k + SPARE_DOCUMENTS);
    return ANC_OK;
}

/* ---- the use case ----------------------------------------------------------------------------- */

static srch_mode mode_done(const asking *a)
{
    if (!a->words)
        return SRCH_SEMANTIC;
    return a->vector != NULL ? SRCH_HYBRID : SRCH_KEYWORD;
}

static anc_status ask(asking *a)
{
    const krn_clock clock = a->srch->config.clock;
    const srch_series *series = &a->srch->series;
    ANC_TRY(check(a));
    ANC_TRY(find_collections(a));
    ANC_TRY(choose_sides(a));
    const int64_t began = krn_now_ns(clock);
    if (a->vectors)
        ANC_TRY(embed(a));
    const int64_t embedded = krn_now_ns(clock);
    ANC_TRY(search_all(a));
    const int64_t searched = krn_now_ns(clock);
    ANC_TRY(srch_passages(a->srch, a->call, a->collections, a->candidates, a->n, a->request->top_k,
                          &a->result));
    const int64_t fetched = krn_now_ns(clock);
    a->result.mode = mode_done(a);
    a->result.embed_ms = (double)(embedded - began) / 1e6;
    a->result.search_ms = (double)(fetched - embedded) / 1e6;
    krn_observe(series->embed, (double)(embedded - began) / 1e9);
    krn_observe(series->index, (double)(searched - embedded) / 1e9);
    krn_observe(series->hydrate, (double)(fetched - searched) / 1e9);
    return ANC_OK;
}

anc_status srch_query(srch_service *srch, krn_call *call, const srch_request *request,
                      srch_result *ret)
{
    const int64_t start = krn_now_ns(srch->config.clock);
    srch_slot *slot = srch_slot_hold(srch);
    asking a = {.srch = srch, .call = call, .request = request, .index = slot->index};
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
